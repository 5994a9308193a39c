//! The table of targets, `ci/targets.toml`.
//!
//! Invariant: nothing else in the repository lists the targets; an unknown key or check is an error.

use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;

use crate::process::{on_path, output_of, repository};

/// The whole table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What targets without `std` build.
    pub bare: Bare,
    /// What Miri needs.
    pub checking: Checking,
    /// The rows.
    pub target: Vec<Target>,
}

/// What targets without `std` build.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bare {
    /// The crates.
    pub crates: Vec<String>,
}

/// The toolchain of the checking tools.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checking {
    /// Its name.
    pub toolchain: String,
    /// What it must have.
    pub components: Vec<String>,
}

/// One target.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The Rust target.
    pub name: String,
    /// Whether it has `std`.
    pub standard_library: bool,
    /// Whether its programs run here without an emulator.
    pub native: bool,
    /// Its linker.
    pub linker: Option<String>,
    /// Its C compiler.
    pub c_compiler: Option<String>,
    /// What runs its programs.
    #[serde(default)]
    pub runner: Vec<String>,
    /// The profile of its Rust tests.
    pub profile: String,
    /// Factor on time limits.
    pub slowdown: u32,
    /// What is run for it.
    pub checks: Vec<String>,
    /// The Debian packages it needs.
    pub packages: Vec<String>,
}

impl Table {
    /// Reads the table.
    pub fn read() -> Result<Table, String> {
        let path = repository().join("ci/targets.toml");
        let text = std::fs::read_to_string(&path).map_err(|error| format!("ci/targets.toml: {error}"))?;
        let table: Table = toml::from_str(&text).map_err(|error| format!("ci/targets.toml: {error}"))?;
        for target in &table.target {
            for check in &target.checks {
                if !crate::commands::TARGET_CHECKS.contains(&check.as_str()) {
                    return Err(format!("ci/targets.toml: {}: there is no check {check:?}", target.name));
                }
            }
        }
        Ok(table)
    }

    /// The row of a target.
    pub fn find(&self, name: &str) -> Result<&Target, String> {
        self.target.iter().find(|target| target.name == name).ok_or_else(|| {
            let known: Vec<&str> = self.target.iter().map(|target| target.name.as_str()).collect();
            format!("ci/targets.toml has no target {name:?}; it has {}", known.join(", "))
        })
    }

    /// The rows named, or the row of this machine.
    pub fn chosen_or_host(&self, names: &[String]) -> Result<Vec<&Target>, String> {
        if names.is_empty() {
            return Ok(vec![self.find(&host_name())?]);
        }
        names.iter().map(|name| self.find(name)).collect()
    }
}

/// The target this machine builds for by default.
pub fn host_name() -> String {
    output_of(Command::new("rustc").arg("-vV"))
        .and_then(|text| text.lines().find_map(|line| line.strip_prefix("host: ").map(str::to_owned)))
        .unwrap_or_default()
}

impl Target {
    /// Whether this is the machine's own target.
    pub fn is_host(&self) -> bool {
        self.name == host_name()
    }

    /// `--target NAME`, or nothing for the machine's own, so that it shares `target/` with plain cargo.
    pub fn arguments(&self) -> Vec<String> {
        if self.is_host() { Vec::new() } else { vec!["--target".into(), self.name.clone()] }
    }

    /// Sets the variables by which cargo and the `cc` crate find the target's tools.
    pub fn configure(&self, command: &mut Command) {
        let lower = self.name.replace('-', "_");
        let upper = lower.to_uppercase();
        if let Some(linker) = &self.linker {
            command.env(format!("CARGO_TARGET_{upper}_LINKER"), linker);
        }
        if let Some(compiler) = &self.c_compiler {
            command.env(format!("CC_{lower}"), compiler);
        }
        if !self.runner.is_empty() {
            command.env(format!("CARGO_TARGET_{upper}_RUNNER"), self.runner.join(" "));
        }
    }

    /// Where cargo puts what it builds for this target in a profile.
    pub fn build_folder(&self, target_folder: &str, profile: &str) -> PathBuf {
        let folder = repository().join(target_folder);
        let folder = if self.is_host() { folder } else { folder.join(&self.name) };
        folder.join(if profile == "dev" { "debug" } else { profile })
    }

    /// What this machine lacks to build and run this target.
    pub fn missing_tools(&self) -> Vec<String> {
        let mut missing = Vec::new();
        let installed = output_of(Command::new("rustup").args(["target", "list", "--installed"]));
        if installed.is_some_and(|list| !list.lines().any(|line| line == self.name)) {
            missing.push(format!("the Rust target {}", self.name));
        }
        let tools = self.linker.iter().chain(&self.c_compiler).chain(self.runner.first());
        for tool in tools {
            if tool != "rust-lld" && !on_path(tool) && !missing.contains(tool) {
                missing.push(tool.clone());
            }
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_has_the_host() {
        let table = Table::read().expect("the table");
        assert!(table.find(&host_name()).is_ok());
        assert!(table.find("vax-unknown-none").is_err());
    }

    #[test]
    fn an_emulated_target_names_its_runner() {
        for target in Table::read().expect("the table").target {
            assert_eq!(
                target.runner.is_empty(),
                target.native || !target.standard_library,
                "{}",
                target.name
            );
        }
    }
}
