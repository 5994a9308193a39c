//! What a run passed, failed and could not run.
//!
//! Invariant: a thing that was to be checked ends in exactly one of the three; what could not run is named in the
//! closing lines, never silently dropped.

use std::process::ExitCode;

/// The counts of a run.
#[derive(Default)]
pub struct Tally {
    passed: usize,
    failures: Vec<String>,
    not_run: Vec<String>,
    silent: bool,
}

impl Tally {
    /// A tally for a command that checks nothing: no closing line.
    pub fn silent() -> Tally {
        Tally { silent: true, ..Tally::default() }
    }

    /// Counts what passed.
    pub fn pass(&mut self, count: usize) {
        self.passed += count;
    }

    /// Notes one failure under the name by which it can be run again.
    pub fn fail(&mut self, name: impl Into<String>) {
        self.failures.push(name.into());
    }

    /// Notes what this machine cannot run, and why.
    pub fn skip(&mut self, what: impl Into<String>) {
        self.not_run.push(what.into());
    }

    /// Notes one check by its outcome.
    pub fn note(&mut self, name: &str, passed: bool) {
        if passed {
            self.pass(1);
        } else {
            self.fail(name);
        }
    }

    /// Takes over another tally's counts.
    pub fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failures.extend(other.failures);
        self.not_run.extend(other.not_run);
    }

    /// Whether nothing failed so far.
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty()
    }

    /// Prints the closing lines; the exit code of the whole command.
    pub fn close(self) -> ExitCode {
        if !self.silent {
            for failure in &self.failures {
                println!("FAILED {failure}");
            }
            for reason in &self.not_run {
                println!("NOT RUN {reason}");
            }
            println!("{} passed, {} failed", self.passed, self.failures.len());
        }
        ExitCode::from(u8::from(!self.failures.is_empty()))
    }
}
