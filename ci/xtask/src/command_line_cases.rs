//! The command line of the interpreter, case by case: `tests/command_line/cases.toml`.
//!
//! Invariant: what a case does not state itself is what python3 answers to the same arguments, input and files; each run
//! has a folder of its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use crate::command_line::Given;
use crate::interpreter::Mode;
use crate::process::{End, Finished, repository, run_limited};
use crate::programs::{Scratch, Selection};
use crate::tally::Tally;
use crate::targets::{Table, Target};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

/// One start of the interpreter.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// Unique.
    name: String,
    /// After the interpreter's own words.
    arguments: Vec<String>,
    /// Standard input; none is the empty one.
    #[serde(default)]
    input: String,
    /// Files in the folder of the run; a name that ends in `/` is a folder.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// Files given as hexadecimal bytes.
    #[serde(default)]
    hexadecimal_files: BTreeMap<String, String>,
    /// Environment variables.
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// Standard output, if not python3's.
    output: Option<String>,
    /// Exit code, if not python3's.
    exit: Option<i32>,
    /// What standard error must contain.
    #[serde(default)]
    error_contains: Vec<String>,
    /// Why it is known to fail; a pass is then an error.
    expected_failure: Option<String>,
}

/// The command `command-line`.
pub fn run(given: &Given) -> Result<Tally, String> {
    let table = Table::read()?;
    let selection = Selection::from_options(given)?;
    let mut tally = Tally::default();
    for target in table.chosen_or_host(&given.all("--target"))? {
        tally.add(run_on(target, &selection)?);
    }
    Ok(tally)
}

/// The cases on one target.
pub fn run_on(target: &Target, selection: &Selection) -> Result<Tally, String> {
    let text = std::fs::read_to_string(repository().join("tests/command_line/cases.toml"))
        .map_err(|error| format!("tests/command_line/cases.toml: {error}"))?;
    let cases: Cases =
        toml::from_str(&text).map_err(|error| format!("tests/command_line/cases.toml: {error}"))?;
    let interpreter = selection.interpreter(target, Mode::Release)?;
    let limit = Duration::from_secs(20) * interpreter.slowdown;
    let mut tally = Tally::default();
    for case in cases.case.iter().filter(|case| selection.takes(&case.name)) {
        let name = format!("command-line: {} ({})", case.name, target.name);
        let complaints = case.complaints(interpreter.command(), limit)?;
        match (&case.expected_failure, complaints.is_empty()) {
            (None, true) => tally.pass(1),
            (Some(reason), false) => {
                println!("{name}: fails as expected ({reason})");
                tally.pass(1);
            }
            (Some(_), true) => {
                println!("{name}: passes, but is listed as an expected failure");
                tally.fail(name);
            }
            (None, false) => {
                println!("{name}: {}", complaints.join("\n"));
                tally.fail(name);
            }
        }
    }
    Ok(tally)
}

impl Case {
    fn complaints(&self, interpreter: Command, limit: Duration) -> Result<Vec<String>, String> {
        let found = self.run(interpreter, limit)?;
        let reference = match (&self.output, self.exit) {
            (Some(_), Some(_)) => None,
            _ => Some(self.run(Command::new("python3"), limit)?),
        };
        let mut complaints = Vec::new();
        let wanted_output = match (&self.output, &reference) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(reference)) => reference.output.clone(),
            (None, None) => Vec::new(),
        };
        if found.output != wanted_output {
            complaints.push(format!(
                "standard output {:?} instead of {:?}",
                String::from_utf8_lossy(&found.output),
                String::from_utf8_lossy(&wanted_output)
            ));
        }
        let wanted_end = match (self.exit, &reference) {
            (Some(code), _) => End::Exit(code),
            (None, Some(reference)) => reference.end.clone(),
            (None, None) => End::Exit(0),
        };
        if found.end != wanted_end {
            complaints.push(format!("{} instead of {wanted_end}", found.end));
        }
        let error = String::from_utf8_lossy(&found.error);
        for part in &self.error_contains {
            if !error.contains(part.as_str()) {
                complaints.push(format!("standard error lacks {part:?}"));
            }
        }
        if !complaints.is_empty() {
            complaints.push(format!("standard error: {error}"));
        }
        Ok(complaints)
    }

    fn run(&self, mut command: Command, limit: Duration) -> Result<Finished, String> {
        let scratch = Scratch::new("command-line")?;
        let folder = scratch.folder();
        let write = |path: &Path, bytes: &[u8]| {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(path, bytes)
        };
        for (file, text) in &self.files {
            let path = folder.join(file);
            let written = if file.ends_with('/') {
                std::fs::create_dir_all(&path)
            } else {
                write(&path, text.as_bytes())
            };
            written.map_err(|error| format!("{}: {error}", path.display()))?;
        }
        for (file, digits) in &self.hexadecimal_files {
            let path = folder.join(file);
            write(&path, &bytes_of(digits)?).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let input = folder.join(".standard-input");
        write(&input, self.input.as_bytes()).map_err(|error| format!("{}: {error}", input.display()))?;
        command.args(&self.arguments).current_dir(folder).env("PYTHONDONTWRITEBYTECODE", "1");
        for name in ["PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONUTF8"] {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1").envs(&self.environment);
        run_limited(&mut command, Some(&input), limit).map_err(|error| format!("cannot be started: {error}"))
    }
}

fn bytes_of(digits: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<char> = digits.chars().filter(|digit| !digit.is_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16))
        .collect::<Result<_, _>>()
        .map_err(|error| format!("hexadecimal_files: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_bytes_are_read() {
        assert_eq!(bytes_of("00 ff 41"), Ok(vec![0, 255, 65]));
        assert!(bytes_of("zz").is_err());
    }

    #[test]
    fn a_case_that_differs_is_seen() {
        let case = |output: &str| Case {
            name: "echo".into(),
            arguments: vec!["-c".into(), "echo x; exit 3".into()],
            input: String::new(),
            files: BTreeMap::new(),
            hexadecimal_files: BTreeMap::new(),
            environment: BTreeMap::new(),
            output: Some(output.into()),
            exit: Some(3),
            error_contains: Vec::new(),
            expected_failure: None,
        };
        let limit = Duration::from_secs(20);
        assert_eq!(case("x\n").complaints(Command::new("sh"), limit), Ok(vec![]));
        assert!(case("y\n").complaints(Command::new("sh"), limit).is_ok_and(|list| !list.is_empty()));
    }
}
