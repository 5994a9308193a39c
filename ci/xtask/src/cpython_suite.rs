//! CPython's own test suite (Debian's `libpython3.11-testsuite`), file by file.
//!
//! Invariant: `tests/cpython/passing.txt` lists the files that pass, and may only grow: a listed file that fails is a
//! failure, and `--fix` adds what passes but takes nothing off. Without `--all` only listed files run. Single tests that are
//! not to pass have a reason in `tests/cpython/differences.toml`; they are run as well.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::command_line::Given;
use crate::cpython_differences::Differences;
use crate::interpreter::{Interpreter, Mode};
use crate::process::{End, repository, run_limited};
use crate::programs::{Scratch, Selection};
use crate::tally::Tally;
use crate::targets::{Table, Target};

/// Where Debian puts the suite.
const SUITE: &str = "/usr/lib/python3.11/test";

/// The list, below the root.
const LIST: &str = "tests/cpython/passing.txt";

/// What runs a file, below the root.
const RUNNER: &str = "tests/cpython/run_file.py";

/// The time limit of one file.
const LIMIT: Duration = Duration::from_secs(120);

/// The command `cpython`.
pub fn run(given: &Given) -> Result<Tally, String> {
    let table = Table::read()?;
    let selection = Selection::from_options(given)?;
    let mut tally = Tally::default();
    for target in table.chosen_or_host(&given.all("--target"))? {
        tally.add(run_on(target, &selection, given.has("--all"), given.has("--fix"))?);
    }
    Ok(tally)
}

/// The suite on one target.
pub fn run_on(target: &Target, selection: &Selection, all: bool, fix: bool) -> Result<Tally, String> {
    let mut tally = Tally::default();
    if !Path::new(SUITE).is_dir() {
        tally.skip(format!("cpython: {SUITE} is missing; `cargo xtask setup` installs it"));
        return Ok(tally);
    }
    let mut listed = read_list()?;
    let differences = Differences::read()?;
    let names: Vec<String> = if all { find()? } else { listed.iter().cloned().collect() };
    let names: Vec<String> = names.into_iter().filter(|name| selection.takes(name)).collect();
    if names.is_empty() {
        return Ok(tally);
    }
    let interpreter = selection.interpreter(target, Mode::Release)?;
    let waiting: Mutex<VecDeque<String>> = Mutex::new(names.into());
    let passing: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let failing: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..selection.jobs {
            scope.spawn(|| {
                while let Some(name) = take(&waiting) {
                    match run_file(&name, &differences.expectations(&name), &interpreter) {
                        Ok(()) => drop(passing.lock().unwrap_or_else(PoisonError::into_inner).insert(name)),
                        Err(reason) => {
                            failing.lock().unwrap_or_else(PoisonError::into_inner).push((name, reason));
                        }
                    }
                }
            });
        }
    });
    let passing = passing.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut failing = failing.into_inner().unwrap_or_else(PoisonError::into_inner);
    failing.sort();
    for (name, reason) in failing {
        if listed.contains(&name) {
            println!("{name}: {reason}");
            tally.fail(format!("cpython: {name} ({})", target.name));
        } else {
            println!("{name}: not yet: {}", reason.lines().last().unwrap_or_default());
        }
    }
    let new: Vec<String> = passing.difference(&listed).cloned().collect();
    println!("{}", differences.summary());
    tally.pass(passing.len());
    if !new.is_empty() {
        println!("passing and not listed: {}", new.join(" "));
    }
    if fix {
        listed.extend(new);
        write_list(&listed)?;
    }
    Ok(tally)
}

fn take(waiting: &Mutex<VecDeque<String>>) -> Option<String> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

/// Every test file and folder of the suite, by its module's last name.
fn find() -> Result<Vec<String>, String> {
    let list = std::fs::read_dir(SUITE).map_err(|error| format!("{SUITE}: {error}"))?;
    let mut names: Vec<String> = list
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with("test_"))
        .filter_map(|name| match name.strip_suffix(".py") {
            Some(file) => Some(file.to_owned()),
            None => Path::new(SUITE).join(&name).join("__init__.py").is_file().then_some(name),
        })
        .collect();
    names.sort();
    Ok(names)
}

/// One file in a folder of its own that holds nothing of CPython's library but the suite.
fn run_file(name: &str, expectations: &[String], interpreter: &Interpreter) -> Result<(), String> {
    let scratch = Scratch::new(name)?;
    let library = scratch.folder().join("library");
    let link =
        std::fs::create_dir(&library).and_then(|()| std::os::unix::fs::symlink(SUITE, library.join("test")));
    link.map_err(|error| format!("{}: {error}", library.display()))?;
    let mut command: Command = interpreter.command();
    command.arg(repository().join(RUNNER)).arg(name).args(expectations);
    command.current_dir(scratch.folder()).env("PYTHONPATH", &library).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("TMPDIR", scratch.folder()).env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1");
    let finished = run_limited(&mut command, None, LIMIT * interpreter.slowdown)
        .map_err(|error| format!("cannot be started: {error}"))?;
    let error = String::from_utf8_lossy(&finished.error);
    let skipped = error.lines().count().saturating_sub(8);
    let tail: Vec<&str> = error.lines().skip(skipped).collect();
    match finished.end {
        End::Exit(0) => Ok(()),
        end => Err(format!("{end}\n{}", tail.join("\n"))),
    }
}

fn list_path() -> PathBuf {
    repository().join(LIST)
}

fn read_list() -> Result<BTreeSet<String>, String> {
    let text = std::fs::read_to_string(list_path()).map_err(|error| format!("{LIST}: {error}"))?;
    Ok(text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect())
}

fn write_list(names: &BTreeSet<String>) -> Result<(), String> {
    let mut text = String::from(HEADING);
    for name in names {
        text.push_str(name);
        text.push('\n');
    }
    std::fs::write(list_path(), text).map_err(|error| format!("{LIST}: {error}"))
}

const HEADING: &str = "# Files of CPython 3.11's test suite that pass. `cargo xtask cpython` runs them;
# `cargo xtask cpython --all --fix` adds what has come to pass. The list only grows.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_begins_with_its_heading_and_names_test_files() {
        let text = std::fs::read_to_string(list_path()).expect("the list");
        assert!(text.starts_with(HEADING));
        assert!(read_list().is_ok_and(|list| list.iter().all(|name| name.starts_with("test_"))));
    }
}
