//! The commands, their options, and their help.
//!
//! Invariant: one table gives the name, the options and the meaning of every command; the help is computed from it.

use crate::command_line::{Choice, Given};
use crate::interpreter::Mode;
use crate::tally::Tally;
use crate::targets::{Table, Target};
use crate::{
    bench, cargo_runs, command_line_cases, cpython_suite, examples, generated_files, programs,
    repository_checks, setup,
};

/// A command.
struct Command {
    name: &'static str,
    meaning: &'static str,
    options: &'static [&'static Choice],
    run: fn(&Given) -> Result<Tally, String>,
}

static TARGET: Choice = Choice {
    name: "--target",
    value: Some("NAME"),
    meaning: "a target of ci/targets.toml; several may be given",
};
static ONLY: Choice = Choice {
    name: "--only",
    value: Some("TEXT"),
    meaning: "only programs whose path contains this; several may be given",
};
static REPEAT: Choice =
    Choice { name: "--repeat", value: Some("COUNT"), meaning: "run each program this often" };
static JOBS: Choice = Choice {
    name: "--jobs",
    value: Some("COUNT"),
    meaning: "programs at the same time (default: the processors)",
};
static STRESS: Choice =
    Choice { name: "--stress", value: None, meaning: "on the stress build, with --gc-stress" };
static FLAG: Choice = Choice {
    name: "--flag",
    value: Some("FLAG"),
    meaning: "give this option to the interpreter; several may be given",
};
static INTERPRETER: Choice = Choice {
    name: "--interpreter",
    value: Some("COMMAND"),
    meaning: "run the programs on this command instead of a build of threadsnake",
};
static FULL: Choice =
    Choice { name: "--full", value: None, meaning: "the long form instead of the CI's short one" };
static WRITE: Choice =
    Choice { name: "--fix", value: None, meaning: "change the files instead of complaining" };
static NAMED: Choice = Choice {
    name: "--interpreter",
    value: Some("NAME=COMMAND"),
    meaning: "an interpreter to measure; several may be given (default: threadsnake and python3)",
};
static THREADS: Choice = Choice {
    name: "--threads",
    value: Some("LIST"),
    meaning: "thread counts, as 1,2,4 (default: 1 to the processors)",
};
static ROUNDS: Choice =
    Choice { name: "--rounds", value: Some("COUNT"), meaning: "rounds; the best one counts (default: 3)" };
static OUTPUT: Choice = Choice {
    name: "--output",
    value: Some("FOLDER"),
    meaning: "where the results go (default: bench/results)",
};
static STARTUP: Choice = Choice { name: "--startup", value: None, meaning: "measure start-up alone" };

static ALL: Choice = Choice { name: "--all", value: None, meaning: "every file of the suite, listed or not" };
static ADD: Choice = Choice { name: "--fix", value: None, meaning: "add what passes to the list" };
static PROCESSES: Choice = Choice {
    name: "--processes",
    value: None,
    meaning: "also as many processes as threads, one thread each: what the machine gives",
};
static OBJECTS: Choice = Choice {
    name: "--objects",
    value: None,
    meaning: "measure the memory for one object of each kind alone",
};

/// The checks that a row of `ci/targets.toml` may name.
pub const TARGET_CHECKS: [&str; 10] =
    ["check", "unit", "command-line", "programs", "cpython", "examples", "stress", "loom", "miri", "bare"];

static COMMANDS: &[Command] = &[
    Command {
        name: "check",
        meaning: "every check that runs no test: format, lint, seam, house, workflow",
        options: &[],
        run: check,
    },
    Command {
        name: "test",
        meaning: "everything the table says, for every target or for those given; what .ci/run runs",
        options: &[&TARGET],
        run: test,
    },
    Command {
        name: "setup",
        meaning: "install the Rust targets, components and Debian packages of the table",
        options: &[&TARGET],
        run: setup::run,
    },
    Command {
        name: "format",
        meaning: "rustfmt",
        options: &[&WRITE],
        run: |given| Ok(repository_checks::format(given.has("--fix"))),
    },
    Command {
        name: "lint",
        meaning: "clippy, warnings are errors",
        options: &[],
        run: |_| Ok(repository_checks::lint()),
    },
    Command {
        name: "seam",
        meaning: "core/ names no processor, no system and no std",
        options: &[],
        run: |_| repository_checks::seam(),
    },
    Command {
        name: "house",
        meaning: "file headers, file names, no paths of one machine",
        options: &[],
        run: |_| repository_checks::house(),
    },
    Command {
        name: "workflow",
        meaning: "say whether Cross.toml and the hosted workflow follow from the table; --fix writes them",
        options: &[&WRITE],
        run: |given| generated_files::run(given.has("--fix")),
    },
    Command {
        name: "unit",
        meaning: "cargo test of the workspace",
        options: &[&TARGET],
        run: |given| each_target(given, "unit"),
    },
    Command {
        name: "programs",
        meaning: "the Python programs of tests/, against the oracle each one states",
        options: &[&TARGET, &ONLY, &REPEAT, &JOBS, &STRESS, &FLAG, &INTERPRETER],
        run: programs::run,
    },
    Command {
        name: "examples",
        meaning: "the programs of examples/ with 1, 2, 4 and 7 threads, output compared with python3's",
        options: &[&TARGET, &ONLY, &JOBS, &STRESS, &FLAG, &INTERPRETER],
        run: examples::run,
    },
    Command {
        name: "command-line",
        meaning: "the interpreter's own command line, case by case, compared with python3's",
        options: &[&TARGET, &ONLY, &INTERPRETER],
        run: command_line_cases::run,
    },
    Command {
        name: "cpython",
        meaning: "the files of CPython's own test suite that tests/cpython/passing.txt lists",
        options: &[&TARGET, &ONLY, &JOBS, &INTERPRETER, &ALL, &ADD],
        run: cpython_suite::run,
    },
    Command {
        name: "bare",
        meaning: "build the no_std crates for targets without std",
        options: &[&TARGET],
        run: bare,
    },
    Command {
        name: "stress",
        meaning: "the hostile build: Rust tests, then the Python programs under --gc-stress",
        options: &[&FULL, &ONLY, &JOBS],
        run: |given| cargo_runs::stress(given.has("--full"), given),
    },
    Command {
        name: "miri",
        meaning: "the heap, the platform and the backends under Miri",
        options: &[&FULL],
        run: |given| cargo_runs::miri(given.has("--full")),
    },
    Command {
        name: "loom",
        meaning: "the models of locks and log hand-over under loom",
        options: &[&FULL],
        run: |given| cargo_runs::loom(given.has("--full")),
    },
    Command {
        name: "bench",
        meaning: "measure bench/programs on several interpreters and thread counts",
        options: &[&NAMED, &THREADS, &ROUNDS, &ONLY, &OUTPUT, &PROCESSES, &STARTUP, &OBJECTS],
        run: bench::run,
    },
];

/// Runs the command that the arguments name.
pub fn run(arguments: Vec<String>) -> Result<Tally, String> {
    let Some((name, rest)) = arguments.split_first() else {
        print!("{}", help());
        return Ok(Tally::silent());
    };
    if matches!(name.as_str(), "--help" | "-h" | "help") {
        print!("{}", help());
        return Ok(Tally::silent());
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        return Err(format!("there is no command {name:?}; cargo xtask --help lists them"));
    };
    if rest.iter().any(|argument| argument == "--help" || argument == "-h") {
        print!("{}", help_of(command));
        return Ok(Tally::silent());
    }
    let given = Given::parse(rest, command.options)?;
    (command.run)(&given)
}

fn help() -> String {
    let mut text = String::from("cargo xtask COMMAND [OPTIONS]: the developer command of threadsnake.\n\n");
    for command in COMMANDS {
        text.push_str(&help_of(command));
    }
    text.push_str("\nTargets are rows of ci/targets.toml. Each command ends with `N passed, N failed`.\n");
    text
}

fn help_of(command: &Command) -> String {
    let mut text = format!("  {:<10} {}\n", command.name, command.meaning);
    for option in command.options {
        let form = match option.value {
            Some(value) => format!("{} {value}", option.name),
            None => option.name.to_owned(),
        };
        text.push_str(&format!("               {form:<29} {}\n", option.meaning));
    }
    text
}

fn check(_given: &Given) -> Result<Tally, String> {
    let mut tally = Tally::default();
    tally.add(repository_checks::format(false));
    tally.add(repository_checks::seam()?);
    tally.add(repository_checks::house()?);
    tally.add(generated_files::run(false)?);
    tally.add(repository_checks::lint());
    Ok(tally)
}

/// All checks of all rows, or of the rows given.
fn test(given: &Given) -> Result<Tally, String> {
    let table = Table::read()?;
    let names = given.all("--target");
    let chosen: Vec<&Target> = if names.is_empty() {
        table.target.iter().collect()
    } else {
        names.iter().map(|name| table.find(name)).collect::<Result<_, _>>()?
    };
    let mut tally = Tally::default();
    for target in chosen {
        let missing = target.missing_tools();
        if !missing.is_empty() {
            let reason = format!(
                "{}: this machine lacks {}; `cargo xtask setup` installs it",
                target.name,
                missing.join(", ")
            );
            // A target asked for by name must run.
            if names.is_empty() {
                tally.skip(reason)
            } else {
                tally.fail(reason)
            }
            continue;
        }
        for check in &target.checks {
            println!("\n== {} {check}", target.name);
            let started = std::time::Instant::now();
            tally.add(target_check(target, check)?);
            println!("== {} {check}: {} s", target.name, started.elapsed().as_secs());
        }
    }
    Ok(tally)
}

/// One check of one row.
fn target_check(target: &Target, check: &str) -> Result<Tally, String> {
    match check {
        "check" => self::check(&Given::default()),
        "unit" => cargo_runs::unit(target),
        "programs" => programs::run_on(target, &programs::Selection::everything(), Mode::Release),
        "command-line" => command_line_cases::run_on(target, &programs::Selection::everything()),
        "cpython" => cpython_suite::run_on(target, &programs::Selection::everything(), false, false),
        "examples" => examples::run_on(target, &programs::Selection::everything(), Mode::Release),
        "stress" => cargo_runs::stress(false, &Given::default()),
        "loom" => cargo_runs::loom(false),
        "miri" => cargo_runs::miri(false),
        "bare" => cargo_runs::bare(target),
        other => Err(format!("there is no check {other:?}")),
    }
}

fn each_target(given: &Given, check: &str) -> Result<Tally, String> {
    let table = Table::read()?;
    let mut tally = Tally::default();
    for target in table.chosen_or_host(&given.all("--target"))? {
        tally.add(target_check(target, check)?);
    }
    Ok(tally)
}

fn bare(given: &Given) -> Result<Tally, String> {
    let table = Table::read()?;
    let names = given.all("--target");
    let mut tally = Tally::default();
    for target in &table.target {
        if !target.standard_library && (names.is_empty() || names.contains(&target.name)) {
            tally.add(cargo_runs::bare(target)?);
        }
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_has_every_command_and_option() {
        let text = help();
        for command in COMMANDS {
            assert!(text.contains(command.name) && text.contains(command.meaning));
            for option in command.options {
                assert!(text.contains(option.meaning));
            }
        }
    }

    #[test]
    fn every_check_of_a_row_is_a_command() {
        for check in TARGET_CHECKS {
            assert!(COMMANDS.iter().any(|command| command.name == check), "{check}");
        }
    }

    #[test]
    fn unknown_commands_are_refused() {
        assert!(run(vec!["frobnicate".into()]).is_err());
    }
}
