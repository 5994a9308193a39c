//! The developer command: `cargo xtask COMMAND`.
//!
//! Invariant: every check of the CI is one command here, runs the same way on a developer's machine, and counts
//! what passed and what failed in one [`Tally`]; the exit code is 0 only if nothing failed. Which target gets which
//! checks is data: `ci/targets.toml`.

mod bench;
mod cargo_runs;
mod command_line;
mod command_line_cases;
mod commands;
mod cpython_differences;
mod cpython_suite;
mod examples;
mod expected_failures;
mod generated_files;
mod interpreter;
mod oracle;
mod process;
mod programs;
mod repository_checks;
mod setup;
mod tally;
mod targets;

use std::process::ExitCode;

fn main() -> ExitCode {
    match commands::run(std::env::args().skip(1).collect()) {
        Ok(tally) => tally.close(),
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::from(2)
        }
    }
}
