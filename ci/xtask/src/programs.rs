//! The end-to-end runner: every `tests/CONCERN/NAME.py` on the interpreter under test, judged by its oracle.
//!
//! Invariant: a program passes, fails, or fails as `tests/expected-failures.toml` says; a listed one that passes is a
//! failure of the list. Files whose names begin with `_` are read by programs and are none themselves.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::command_line::Given;
use crate::expected_failures::{Expectation, ExpectedFailures};
use crate::interpreter::{Interpreter, Mode};
use crate::oracle::{Reference, Statement, judge, prepare};
use crate::process::{repository, run_limited};
use crate::tally::Tally;
use crate::targets::{Table, Target};

/// Which programs, and how.
pub struct Selection {
    /// Parts of paths; none means all.
    pub only: Vec<String>,
    /// How often each.
    pub repeat: usize,
    /// Without those that are too long for the stress run's short form.
    pub short: bool,
    /// How many at a time.
    pub jobs: usize,
    /// More options for the interpreter.
    pub flags: Vec<String>,
    /// Another interpreter than the one built here.
    pub interpreter: Option<String>,
}

impl Selection {
    /// All programs, once.
    pub fn everything() -> Selection {
        Selection {
            only: Vec::new(),
            repeat: 1,
            short: false,
            jobs: thread::available_parallelism().map_or(1, usize::from),
            flags: Vec::new(),
            interpreter: None,
        }
    }

    /// As the options say.
    pub fn from_options(given: &Given) -> Result<Selection, String> {
        let everything = Selection::everything();
        Ok(Selection {
            only: given.all("--only"),
            repeat: given.number("--repeat", 1)?,
            short: false,
            jobs: given.number("--jobs", everything.jobs)?,
            flags: given.all("--flag"),
            interpreter: given.last("--interpreter").map(str::to_owned),
        })
    }

    /// Whether a path was chosen.
    pub fn takes(&self, path: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| path.contains(part.as_str()))
    }

    /// The interpreter, built if none was given.
    pub fn interpreter(&self, target: &Target, mode: Mode) -> Result<Interpreter, String> {
        let mut interpreter = match &self.interpreter {
            Some(text) => Interpreter::from_text(text, target)?,
            None => Interpreter::build(target, mode)?,
        };
        interpreter.words.extend(self.flags.iter().map(Into::into));
        Ok(interpreter)
    }
}

/// One run of one program.
pub struct Job {
    /// For the closing lines and the list of expected failures.
    pub name: String,
    /// The program.
    pub program: PathBuf,
    /// What it states.
    pub statement: Statement,
}

/// The command `programs`.
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

/// The programs of `tests/` on one target.
pub fn run_on(target: &Target, selection: &Selection, mode: Mode) -> Result<Tally, String> {
    let mut tally = Tally::default();
    let mut jobs = Vec::new();
    for (name, program) in find()? {
        if !selection.takes(&name) {
            continue;
        }
        match Statement::of(&program) {
            Ok(statement) if selection.short && statement.long_under_stress => {}
            Ok(statement) => jobs.push(Job { name, program, statement }),
            Err(message) => {
                println!("{message}");
                tally.fail(name);
            }
        }
    }
    if jobs.is_empty() && tally.is_clean() {
        return Err(format!("no program of tests/ matches {:?}", selection.only));
    }
    let interpreter = selection.interpreter(target, mode)?;
    tally.add(run_jobs(&jobs, &interpreter, selection)?);
    Ok(tally)
}

/// Every program, by its path below `tests/`, in order.
fn find() -> Result<Vec<(String, PathBuf)>, String> {
    let root = repository().join("tests");
    let mut found = Vec::new();
    for concern in entries(&root)? {
        // What runs the files of CPython's suite is no program.
        if !concern.is_dir() || concern.ends_with("cpython") {
            continue;
        }
        for program in entries(&concern)? {
            let is_program = program.extension().is_some_and(|ending| ending == "py")
                && program.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('_'));
            if is_program && let Ok(name) = program.strip_prefix(&root) {
                found.push((name.to_string_lossy().into_owned(), program.clone()));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let list = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(list.filter_map(Result::ok).map(|entry| entry.path()).collect())
}

/// Runs the jobs, several at a time, each as often as asked until it fails.
pub fn run_jobs(jobs: &[Job], interpreter: &Interpreter, selection: &Selection) -> Result<Tally, String> {
    let expected = ExpectedFailures::read()?;
    let reference = Reference::default();
    let waiting: Mutex<VecDeque<&Job>> = Mutex::new(jobs.iter().collect());
    let tally = Mutex::new(Tally::default());
    thread::scope(|scope| {
        for _ in 0..selection.jobs {
            scope.spawn(|| {
                while let Some(job) = take(&waiting) {
                    let mut complaint = None;
                    for round in 1..=selection.repeat {
                        if let Err(message) = run_job(job, interpreter, &reference) {
                            complaint = Some(if selection.repeat == 1 {
                                message
                            } else {
                                format!("round {round} of {}: {message}", selection.repeat)
                            });
                            break;
                        }
                    }
                    let expectation = expected.expectation(&job.name, interpreter);
                    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
                    report(job, complaint, expectation, interpreter, &mut tally);
                }
            });
        }
    });
    Ok(tally.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn take<'job>(waiting: &Mutex<VecDeque<&'job Job>>) -> Option<&'job Job> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

fn report(
    job: &Job,
    complaint: Option<String>,
    expectation: Expectation,
    interpreter: &Interpreter,
    tally: &mut Tally,
) {
    let mut full_name = job.name.clone();
    for argument in &job.statement.arguments {
        full_name.push(' ');
        full_name.push_str(argument);
    }
    let build = if interpreter.mode == Mode::Stress { ", stress" } else { "" };
    full_name.push_str(&format!(" ({}{build})", interpreter.target));
    match (complaint, expectation) {
        (None, Expectation::Passes | Expectation::Varies) => tally.pass(1),
        (Some(_), Expectation::Fails | Expectation::Varies) => {
            println!("{full_name}: fails as expected");
            tally.pass(1);
        }
        (None, Expectation::Fails) => {
            println!("{full_name}: passes, but tests/expected-failures.toml lists it: take it off");
            tally.fail(full_name);
        }
        (Some(message), Expectation::Passes) => {
            println!("{full_name}: {message}");
            tally.fail(full_name);
        }
    }
}

/// One run; the complaint if it fails.
fn run_job(job: &Job, interpreter: &Interpreter, reference: &Reference) -> Result<(), String> {
    let scratch = Scratch::new(&job.name)?;
    let mut command = prepare(interpreter.command(), &job.program, &job.statement, &scratch.folder);
    let input = job.program.with_extension("input");
    let limit = job.statement.limit * interpreter.slowdown;
    let finished = run_limited(&mut command, input.is_file().then_some(&*input), limit)
        .map_err(|error| format!("cannot be started: {error}"))?;
    let complaints = judge(&finished, &job.program, &job.statement, reference, &scratch.folder)?;
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n")) }
}

/// A folder of its own for the temporary files of one run.
pub struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// Makes the folder.
    pub fn new(name: &str) -> Result<Scratch, String> {
        static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!(
            "threadsnake-{}-{number}-{}",
            std::process::id(),
            name.replace(['/', ' '], "-")
        ));
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Scratch { folder })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Left-overs of a killed program may make this fail; they are in the system's temporary folder.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
