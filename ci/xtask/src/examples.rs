//! The programs of `examples/`: each with 1, 2, 4 and 7 threads, output equal to python3's.
//!
//! Invariant: an example is any `examples/*.py`; its first argument is the number of threads, and its output does not
//! depend on the schedule. Emulated targets run 1 and 4 threads.

use std::time::Duration;

use crate::command_line::Given;
use crate::interpreter::Mode;
use crate::oracle::{Oracle, Statement};
use crate::process::repository;
use crate::programs::{Job, Selection, run_jobs};
use crate::tally::Tally;
use crate::targets::{Table, Target};

/// The command `examples`.
pub fn run(given: &Given) -> Result<Tally, String> {
    let table = Table::read()?;
    let selection = Selection::from_options(given)?;
    let mode = if given.has("--stress") { Mode::Stress } else { Mode::Release };
    let mut tally = Tally::default();
    for target in table.chosen_or_host(&given.all("--target"))? {
        tally.add(run_on(target, &selection, mode)?);
    }
    Ok(tally)
}

/// The examples on one target.
pub fn run_on(target: &Target, selection: &Selection, mode: Mode) -> Result<Tally, String> {
    let counts: &[&str] = if target.native { &["1", "2", "4", "7"] } else { &["1", "4"] };
    let folder = repository().join("examples");
    let list = std::fs::read_dir(&folder).map_err(|error| format!("examples: {error}"))?;
    let mut programs: Vec<_> = list.filter_map(Result::ok).map(|entry| entry.path()).collect();
    programs.retain(|path| path.extension().is_some_and(|ending| ending == "py"));
    programs.sort();
    let mut jobs = Vec::new();
    for program in programs {
        let name = format!("examples/{}", program.file_name().unwrap_or_default().to_string_lossy());
        if !selection.takes(&name) {
            continue;
        }
        for count in counts {
            jobs.push(Job {
                name: name.clone(),
                program: program.clone(),
                statement: Statement {
                    oracle: Oracle::Reference,
                    arguments: vec![(*count).to_owned()],
                    flags: Vec::new(),
                    limit: Duration::from_secs(60),
                    in_scratch: true,
                    long_under_stress: false,
                },
            });
        }
    }
    if jobs.is_empty() {
        return Err(format!("no example matches {:?}", selection.only));
    }
    let interpreter = selection.interpreter(target, mode)?;
    run_jobs(&jobs, &interpreter, selection)
}
