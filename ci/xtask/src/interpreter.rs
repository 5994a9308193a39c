//! The interpreter under test: building it for a target and starting it.
//!
//! Invariant: what is measured and tested is built here and now, never found somewhere.

use std::ffi::OsString;
use std::process::Command;

use crate::process::{repository, succeeds};
use crate::targets::Target;

/// Which build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// What users get.
    Release,
    /// The hostile build (`--cfg stress`), run with `--gc-stress`.
    Stress,
}

/// A command that runs Python programs.
#[derive(Clone, Debug)]
pub struct Interpreter {
    /// The words before the program's path.
    pub words: Vec<OsString>,
    /// Factor on time limits.
    pub slowdown: u32,
    /// For the table of expected failures: the target, and the build.
    pub target: String,
    /// See `target`.
    pub mode: Mode,
    /// The words before the interpreter itself, for programs that start it again.
    pub emulator: String,
}

/// The variable that tells programs the [`Interpreter::emulator`].
const EMULATOR: &str = "TEST_EMULATOR";

impl Interpreter {
    /// Builds the command for a target.
    pub fn build(target: &Target, mode: Mode) -> Result<Interpreter, String> {
        let (profile, folder) = match mode {
            Mode::Release => ("release", "target"),
            Mode::Stress => ("stress", "target/stress"),
        };
        let mut command = Command::new("cargo");
        command.args(["build", "--package", "threadsnake", "--profile", profile, "--target-dir", folder]);
        command.args(target.arguments());
        target.configure(&mut command);
        if mode == Mode::Stress {
            command.env("RUSTFLAGS", "--cfg stress");
        }
        if !succeeds(&mut command) {
            return Err(format!("threadsnake does not build for {}", target.name));
        }
        let binary = target.build_folder(folder, profile).join("threadsnake");
        let mut words: Vec<OsString> = target.runner.iter().map(OsString::from).collect();
        words.push(binary.into_os_string());
        if mode == Mode::Stress {
            words.push("--gc-stress".into());
        }
        let slowdown = target.slowdown * if mode == Mode::Stress { 20 } else { 1 };
        Ok(Interpreter {
            words,
            slowdown,
            target: target.name.clone(),
            mode,
            emulator: target.runner.join(" "),
        })
    }

    /// Any command line, for trying the programs on another interpreter.
    pub fn from_text(text: &str, target: &Target) -> Result<Interpreter, String> {
        let mut words: Vec<OsString> = text.split_whitespace().map(OsString::from).collect();
        let Some(first) = words.first_mut() else { return Err("the interpreter's command is empty".into()) };
        // The programs run in their own folders.
        let in_repository = repository().join(&*first);
        if first.to_string_lossy().contains('/') && in_repository.is_file() {
            *first = in_repository.into_os_string();
        }
        Ok(Interpreter {
            words,
            slowdown: target.slowdown,
            target: target.name.clone(),
            mode: Mode::Release,
            emulator: String::new(),
        })
    }

    /// A command that starts it.
    pub fn command(&self) -> Command {
        let mut words = self.words.iter();
        let mut command = Command::new(words.next().cloned().unwrap_or_default());
        command.args(words);
        if !self.emulator.is_empty() {
            command.env(EMULATOR, &self.emulator);
        }
        command
    }
}
