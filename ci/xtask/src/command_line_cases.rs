//! The command line of the interpreter, case by case: `tests/command_line/cases.toml`, and what is missing, row by row of docs/STATUS.md:
//! `tests/command_line/not_yet.toml`.
//!
//! Invariant: what a case does not state itself is what python3 answers to the same arguments, input and files; each run
//! has a folder of its own. Every row of "Not yet" is shown by a case, and every case of `not_yet.toml` belongs to a row.

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
    /// How the first column of a row of "Not yet" in docs/STATUS.md begins, if the case shows what that row says.
    row: Option<String>,
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
    let mut cases = read("tests/command_line/cases.toml")?;
    let missing = read("tests/command_line/not_yet.toml")?;
    let mut tally = Tally::default();
    for complaint in unmatched(&rows_not_yet(&read_text("docs/STATUS.md")?), &missing) {
        println!("{complaint}");
        tally.fail(complaint);
    }
    cases.extend(missing);
    let interpreter = selection.interpreter(target, Mode::Release)?;
    let limit = Duration::from_secs(20) * interpreter.slowdown;
    for case in cases.iter().filter(|case| selection.takes(&case.name)) {
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

fn read_text(path: &str) -> Result<String, String> {
    std::fs::read_to_string(repository().join(path)).map_err(|error| format!("{path}: {error}"))
}

fn read(path: &str) -> Result<Vec<Case>, String> {
    let cases: Cases = toml::from_str(&read_text(path)?).map_err(|error| format!("{path}: {error}"))?;
    Ok(cases.case)
}

/// The first column of each row of the table "Not yet".
fn rows_not_yet(status: &str) -> Vec<String> {
    let table = status.lines().skip_while(|line| *line != "## Not yet").skip(1);
    let rows = table.take_while(|line| !line.starts_with("## ")).filter_map(|line| line.strip_prefix("| "));
    rows.filter(|row| !row.starts_with("---"))
        .skip(1)
        .filter_map(|row| row.split(" | ").next())
        .map(str::to_owned)
        .collect()
}

/// Rows that no case shows, and cases that belong to no row.
fn unmatched(rows: &[String], cases: &[Case]) -> Vec<String> {
    let belongs = |case: &Case, row: &str| case.row.as_deref().is_some_and(|start| row.starts_with(start));
    let rows_without = rows.iter().filter(|row| !cases.iter().any(|case| belongs(case, row)));
    let cases_without = cases.iter().filter(|case| !rows.iter().any(|row| belongs(case, row)));
    rows_without
        .map(|row| format!("docs/STATUS.md, not yet: no case of not_yet.toml shows the row {row:?}"))
        .chain(cases_without.map(|case| format!("not_yet.toml: {:?} belongs to no row", case.name)))
        .collect()
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
    fn rows_and_cases_belong_together() {
        let status = "## Works\n\n| a | b |\n\n## Not yet\n\n| what | what happens |\n| --- | --- |\n| `x` | y |\n| z | w |\n\n## Known\n| no | row |\n";
        let rows = rows_not_yet(status);
        assert_eq!(rows, ["`x`", "z"]);
        let cases: Cases = toml::from_str(
            "[[case]]\nname = \"one\"\nrow = \"`x\"\narguments = []\n[[case]]\nname = \"two\"\nrow = \"q\"\narguments = []\n",
        )
        .expect("cases");
        let complaints = unmatched(&rows, &cases.case);
        assert_eq!(complaints.len(), 2);
        assert!(complaints.iter().any(|text| text.contains("\"z\"")));
        assert!(complaints.iter().any(|text| text.contains("two")));
    }

    #[test]
    fn a_case_that_differs_is_seen() {
        let case = |output: &str| Case {
            name: "echo".into(),
            row: None,
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
