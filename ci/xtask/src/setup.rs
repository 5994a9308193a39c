//! Installing what the table needs: Rust targets, toolchain components, Debian packages.
//!
//! Invariant: asks first what is there, so that a second run installs nothing and needs no network.

use std::process::Command;

use crate::command_line::Given;
use crate::process::{on_path, output_of, succeeds};
use crate::tally::Tally;
use crate::targets::{Table, Target};

/// Installs for all rows, or for those given.
pub fn run(given: &Given) -> Result<Tally, String> {
    let table = Table::read()?;
    let names = given.all("--target");
    let chosen: Vec<&Target> = if names.is_empty() {
        table.target.iter().collect()
    } else {
        names.iter().map(|name| table.find(name)).collect::<Result<_, _>>()?
    };
    let mut tally = Tally::default();
    tally.note("setup: Rust targets", rust_targets(&chosen));
    if chosen.iter().any(|target| target.checks.iter().any(|check| check == "miri")) {
        tally.note("setup: toolchain for Miri", miri_toolchain(&table));
    }
    tally.note("setup: Debian packages", packages(&chosen));
    Ok(tally)
}

fn rust_targets(chosen: &[&Target]) -> bool {
    let installed =
        output_of(Command::new("rustup").args(["target", "list", "--installed"])).unwrap_or_default();
    let missing: Vec<&str> = chosen
        .iter()
        .map(|target| target.name.as_str())
        .filter(|name| !installed.lines().any(|line| line == *name))
        .collect();
    missing.is_empty() || succeeds(Command::new("rustup").args(["target", "add"]).args(missing))
}

fn miri_toolchain(table: &Table) -> bool {
    let checking = &table.checking;
    let toolchain = format!("+{}", checking.toolchain);
    if output_of(Command::new("cargo").args([&toolchain, "miri", "--version"])).is_some() {
        return true;
    }
    let mut command = Command::new("rustup");
    command.args(["toolchain", "install", &checking.toolchain, "--profile", "minimal"]);
    for component in &checking.components {
        command.args(["--component", component]);
    }
    succeeds(&mut command)
}

fn packages(chosen: &[&Target]) -> bool {
    let mut missing: Vec<&str> = Vec::new();
    for package in chosen.iter().flat_map(|target| &target.packages) {
        if !missing.contains(&package.as_str()) && !is_installed(package) {
            missing.push(package);
        }
    }
    if missing.is_empty() {
        return true;
    }
    if !on_path("apt-get") {
        println!("not a Debian system: install what these packages hold yourself: {}", missing.join(" "));
        return false;
    }
    // SAFETY: no preconditions.
    let is_root = unsafe { libc::geteuid() } == 0;
    let apt = |arguments: &[&str]| {
        let mut command = if is_root { Command::new("apt-get") } else { Command::new("sudo") };
        if !is_root {
            command.args(["-n", "apt-get"]);
        }
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    succeeds(&mut apt(&["update", "-q"]))
        && succeeds(apt(&["install", "-q", "-y", "--no-install-recommends"]).args(missing))
}

fn is_installed(package: &str) -> bool {
    output_of(Command::new("dpkg-query").args(["-W", "-f", "${Status}", package]))
        .is_some_and(|status| status.starts_with("install ok"))
}
