//! The known failures, `tests/expected-failures.toml`.
//!
//! Invariant: a listed program is run all the same; if it passes, that is an error, so that a fix shortens the list.

use serde::Deserialize;

use crate::interpreter::{Interpreter, Mode};
use crate::process::repository;

/// The list.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFailures {
    #[serde(default)]
    failure: Vec<Failure>,
}

/// One program that is known to fail.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Failure {
    /// Its path below `tests/`, or below the root for examples.
    program: String,
    /// Why, for a reader.
    reason: String,
    /// Only on targets whose name contains one of these.
    #[serde(default)]
    targets: Vec<String>,
    /// Only on this build: `release` or `stress`.
    mode: Option<String>,
    /// Fails at times only (a race not yet understood): a pass is then no error.
    #[serde(default)]
    sometimes: bool,
}

/// What the list says of one program on one interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// It must pass.
    Passes,
    /// It must fail.
    Fails,
    /// Either.
    Varies,
}

impl ExpectedFailures {
    /// Reads the list and checks that each entry names a program and a reason.
    pub fn read() -> Result<ExpectedFailures, String> {
        let text = std::fs::read_to_string(repository().join("tests/expected-failures.toml"))
            .map_err(|error| format!("tests/expected-failures.toml: {error}"))?;
        let list: ExpectedFailures =
            toml::from_str(&text).map_err(|error| format!("tests/expected-failures.toml: {error}"))?;
        for failure in &list.failure {
            let wrong = if failure.reason.trim().is_empty() {
                "has no reason"
            } else if !repository().join("tests").join(&failure.program).is_file()
                && !repository().join(&failure.program).is_file()
            {
                "is no program"
            } else if failure.mode.as_deref().is_some_and(|mode| mode != "release" && mode != "stress") {
                "has a mode other than release and stress"
            } else {
                continue;
            };
            return Err(format!("tests/expected-failures.toml: {:?} {wrong}", failure.program));
        }
        Ok(list)
    }

    /// What to expect.
    pub fn expectation(&self, program: &str, interpreter: &Interpreter) -> Expectation {
        let applies = |failure: &&Failure| {
            failure.program == program
                && (failure.targets.is_empty()
                    || failure.targets.iter().any(|part| interpreter.target.contains(part.as_str())))
                && match failure.mode.as_deref() {
                    Some("stress") => interpreter.mode == Mode::Stress,
                    Some(_) => interpreter.mode == Mode::Release,
                    None => true,
                }
        };
        match self.failure.iter().find(applies) {
            None => Expectation::Passes,
            Some(failure) if failure.sometimes => Expectation::Varies,
            Some(_) => Expectation::Fails,
        }
    }
}
