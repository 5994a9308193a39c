//! The benchmark harness: each program on each interpreter and thread count, in interleaved rounds.
//!
//! Invariant: a round runs every interpreter once on a program before the next round begins, so that a slow minute of
//! the machine falls on all of them; the best round counts; a result that differs between interpreters, or a run that
//! fails, is a failure of the command and leaves no figure.

mod measure;
mod objects;
mod plot;
mod report;
mod startup;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::command_line::Given;
use crate::interpreter::{Interpreter, Mode};
use crate::process::repository;
use crate::tally::Tally;
use crate::targets::{Table, host_name};

pub use measure::Sample;

/// An interpreter with its name in the tables.
pub struct Contender {
    /// Its name.
    pub name: String,
    /// How it is started.
    pub interpreter: Interpreter,
}

/// What was measured, by program, interpreter and thread count.
pub type Results = BTreeMap<String, BTreeMap<String, BTreeMap<usize, Vec<Sample>>>>;

/// Wall seconds until as many processes as the most threads have ended, each doing the work on one thread, by program and interpreter: what
/// the machine gives to threads that share nothing.
pub type ProcessTimes = BTreeMap<String, BTreeMap<String, Vec<f64>>>;

/// The time limit of one run.
const LIMIT: Duration = Duration::from_secs(180);

/// The command `bench`.
pub fn run(given: &Given) -> Result<Tally, String> {
    let contenders = contenders(given)?;
    let rounds = given.number("--rounds", 3)?;
    let output = match given.last("--output") {
        Some(folder) => PathBuf::from(folder),
        None => repository().join("bench/results"),
    };
    std::fs::create_dir_all(&output).map_err(|error| format!("{}: {error}", output.display()))?;
    if given.has("--startup") {
        return startup::run(&contenders, rounds.max(10), &output);
    }
    if given.has("--objects") {
        return objects::run(&contenders, rounds, &output);
    }
    let counts = thread_counts(given)?;
    let mut tally = Tally::default();
    let mut results = Results::new();
    let mut process_times = ProcessTimes::new();
    let processes = counts.iter().copied().max().unwrap_or(1);
    for (name, program) in programs(&given.all("--only"))? {
        let mut answers: BTreeMap<usize, (String, Vec<u8>)> = BTreeMap::new();
        for round in 1..=rounds {
            for &threads in &counts {
                for contender in &contenders {
                    let mut command = contender.interpreter.command();
                    command.arg(&program).arg(threads.to_string());
                    let run_name = format!("bench {name} {threads} ({})", contender.name);
                    let sample = match measure::run(&mut command, LIMIT) {
                        Ok(run) => run,
                        Err(message) => {
                            println!("{run_name}: {message}");
                            tally.fail(run_name);
                            continue;
                        }
                    };
                    let (first, answer) = answers
                        .entry(threads)
                        .or_insert_with(|| (contender.name.clone(), sample.output.clone()));
                    if *answer != sample.output {
                        println!("{run_name}: the result differs from that of {first}");
                        tally.fail(run_name);
                        continue;
                    }
                    println!(
                        "{name:<24} {threads:>2} threads  {:<16} round {round}: {:.3} s wall, {:.3} s cpu, {:.1} MB",
                        contender.name,
                        sample.wall.as_secs_f64(),
                        sample.cpu.as_secs_f64(),
                        sample.peak_bytes as f64 / 1e6,
                    );
                    tally.pass(1);
                    let by_count =
                        results.entry(name.clone()).or_default().entry(contender.name.clone()).or_default();
                    by_count.entry(threads).or_default().push(sample.figures);
                }
            }
            if given.has("--processes") {
                for contender in &contenders {
                    let command = || {
                        let mut command = contender.interpreter.command();
                        command.arg(&program).arg("1");
                        command
                    };
                    match measure::run_together(command, processes, LIMIT) {
                        Ok(wall) => {
                            println!(
                                "{name:<24} {processes:>2} processes {:<14} round {round}: {wall:.3} s wall",
                                contender.name
                            );
                            tally.pass(1);
                            let times = process_times.entry(name.clone()).or_default();
                            times.entry(contender.name.clone()).or_default().push(wall);
                        }
                        Err(message) => {
                            let run_name =
                                format!("bench {name}, {processes} processes ({})", contender.name);
                            println!("{run_name}: {message}");
                            tally.fail(run_name);
                        }
                    }
                }
            }
        }
    }
    let order: Vec<String> = contenders.iter().map(|contender| contender.name.clone()).collect();
    report::write(&results, &process_times, &order, &counts, &output)?;
    Ok(tally)
}

/// The interpreters given, or this repository's and python3.
fn contenders(given: &Given) -> Result<Vec<Contender>, String> {
    let table = Table::read()?;
    let host = table.find(&host_name())?;
    let named = given.all("--interpreter");
    if named.is_empty() {
        return Ok(vec![
            Contender { name: "threadsnake".into(), interpreter: Interpreter::build(host, Mode::Release)? },
            Contender { name: "python3".into(), interpreter: Interpreter::from_text("python3", host)? },
        ]);
    }
    let mut contenders = Vec::new();
    for text in &named {
        let (name, command) =
            text.split_once('=').ok_or_else(|| format!("--interpreter needs NAME=COMMAND, not {text:?}"))?;
        let interpreter = Interpreter::from_text(command, host)?;
        contenders.push(Contender { name: name.to_owned(), interpreter });
    }
    Ok(contenders)
}

fn thread_counts(given: &Given) -> Result<Vec<usize>, String> {
    match given.last("--threads") {
        None => Ok((1..=std::thread::available_parallelism().map_or(1, usize::from)).collect()),
        Some(text) => {
            let counts: Result<Vec<usize>, _> = text.split(',').map(|part| part.trim().parse()).collect();
            match counts {
                Ok(counts) if counts.iter().all(|&count| count > 0) => Ok(counts),
                _ => Err(format!("--threads needs numbers from 1 with commas between, not {text:?}")),
            }
        }
    }
}

/// The programs, by name.
fn programs(only: &[String]) -> Result<Vec<(String, PathBuf)>, String> {
    let folder = repository().join("bench/programs");
    let list = std::fs::read_dir(&folder).map_err(|error| format!("bench/programs: {error}"))?;
    let mut programs = Vec::new();
    for path in list.filter_map(Result::ok).map(|entry| entry.path()) {
        let is_program = path.extension().is_some_and(|ending| ending == "py");
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if is_program
            && !name.starts_with('_')
            && (only.is_empty() || only.iter().any(|part| name.contains(part.as_str())))
        {
            programs.push((name, path));
        }
    }
    programs.sort();
    if programs.is_empty() {
        return Err(format!("no program of bench/programs matches {only:?}"));
    }
    Ok(programs)
}

/// What an interpreter calls itself, for the report.
pub fn version_of(interpreter: &Interpreter) -> String {
    let mut command: Command = interpreter.command();
    command.arg("-V");
    let output = command.output().map(|output| [output.stdout, output.stderr].concat()).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}
