//! What a test program states about itself: its oracle, its arguments, its limit.
//!
//! Invariant: a program that states no oracle is an error, and so is an unknown directive; nothing passes because
//! nobody said what to expect. `tests/README.md` is the description for authors.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::process::{End, Finished, run_limited};

/// What is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Oracle {
    /// The files beside it: standard output, standard error, exit code.
    Files,
    /// python3 on this machine: standard output and exit code.
    Reference,
    /// The program's own asserts: exit code 0, last line `ok`.
    Asserts,
}

/// The leading comments of a program, understood.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What is compared.
    pub oracle: Oracle,
    /// The program's arguments.
    pub arguments: Vec<String>,
    /// Options for the interpreter, before the program.
    pub flags: Vec<String>,
    /// The time limit on an unhurried machine.
    pub limit: Duration,
    /// Whether it runs in a folder of its own, because it writes files, instead of its program's.
    pub in_scratch: bool,
    /// Whether it allocates too much for the short form of the stress run (`# stress: long`).
    pub long_under_stress: bool,
}

/// The limit of a program that states none.
const USUAL_LIMIT: Duration = Duration::from_secs(30);

impl Statement {
    /// Reads a program's statement.
    pub fn of(program: &Path) -> Result<Statement, String> {
        let bytes = std::fs::read(program).map_err(|error| format!("{}: {error}", program.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        let mut statement = Statement {
            oracle: Oracle::Files,
            arguments: Vec::new(),
            flags: Vec::new(),
            limit: USUAL_LIMIT,
            in_scratch: false,
            long_under_stress: false,
        };
        let mut stated = false;
        for line in text.lines().take_while(|line| line.starts_with('#')) {
            let Some((name, value)) = line.trim_start_matches('#').trim().split_once(':') else { continue };
            let value = value.trim();
            let words = || value.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            match name {
                "oracle" => {
                    stated = true;
                    statement.oracle = match value {
                        "python3" => Oracle::Reference,
                        "asserts" => Oracle::Asserts,
                        "files" => Oracle::Files,
                        other => return Err(format!("{}: no oracle {other:?}", program.display())),
                    };
                }
                "arguments" => statement.arguments = words(),
                "flags" => statement.flags = words(),
                "timeout" => {
                    statement.limit = Duration::from_secs(
                        value.parse().map_err(|_| format!("{}: timeout {value:?}", program.display()))?,
                    );
                }
                "stress" => match value {
                    "long" => statement.long_under_stress = true,
                    other => return Err(format!("{}: stress {other:?}", program.display())),
                },
                _ => {}
            }
        }
        let files = ["expected", "expected-stderr", "expected-exit"];
        let has_files = files.iter().any(|ending| program.with_extension(ending).is_file());
        if !stated && !has_files {
            return Err(format!(
                "{}: states no oracle: `# oracle: python3`, `# oracle: asserts`, or a .expected file beside it",
                program.display()
            ));
        }
        if has_files && statement.oracle != Oracle::Files {
            return Err(format!("{}: states an oracle and has .expected files too", program.display()));
        }
        Ok(statement)
    }
}

/// A command that runs a program in its folder, the same way for the interpreter under test and for python3.
pub fn prepare(mut command: Command, program: &Path, statement: &Statement, scratch: &Path) -> Command {
    command.args(&statement.flags);
    if statement.in_scratch {
        command.arg(program).current_dir(scratch);
    } else {
        command.arg(program.file_name().unwrap_or_default());
        command.current_dir(program.parent().unwrap_or(scratch));
    }
    command.args(&statement.arguments);
    command
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1")
        .env("LC_ALL", "C.UTF-8")
        .env("TMPDIR", scratch)
        .env("NO_COLOR", "1")
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHOME");
    command
}

/// A program with its arguments.
type Asked = (PathBuf, Vec<String>);

/// Answers of python3, each program and arguments once per run of xtask.
#[derive(Default)]
pub struct Reference {
    answers: Mutex<HashMap<Asked, Arc<Finished>>>,
}

impl Reference {
    /// What python3 makes of a program.
    pub fn answer(
        &self,
        program: &Path,
        statement: &Statement,
        scratch: &Path,
    ) -> Result<Arc<Finished>, String> {
        let key = (program.to_path_buf(), statement.arguments.clone());
        let known = self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(answer) = known {
            return Ok(answer);
        }
        let mut command = prepare(Command::new("python3"), program, statement, scratch);
        let input = program.with_extension("input");
        let answer = run_limited(&mut command, input.is_file().then_some(&*input), statement.limit * 4)
            .map_err(|error| format!("python3: {error}"))?;
        let answer = Arc::new(answer);
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(key, answer.clone());
        Ok(answer)
    }
}

/// Judges a run; the complaints, none if it passed.
pub fn judge(
    finished: &Finished,
    program: &Path,
    statement: &Statement,
    reference: &Reference,
    scratch: &Path,
) -> Result<Vec<String>, String> {
    let mut complaints = Vec::new();
    let mut compare = |what: &str, wanted: &[u8], found: &[u8]| {
        if wanted != found {
            complaints.push(difference(what, wanted, found));
        }
    };
    match statement.oracle {
        Oracle::Files => {
            let read = |ending: &str| std::fs::read(program.with_extension(ending)).ok();
            compare("standard output", &read("expected").unwrap_or_default(), &finished.output);
            if let Some(wanted) = read("expected-stderr") {
                compare("standard error", &wanted, &finished.error);
            }
            let code = match read("expected-exit") {
                Some(bytes) => String::from_utf8_lossy(&bytes)
                    .trim()
                    .parse()
                    .map_err(|_| format!("{}: .expected-exit holds no number", program.display()))?,
                None => 0,
            };
            expect_end(&mut complaints, &End::Exit(code), finished);
        }
        Oracle::Reference => {
            let wanted = reference.answer(program, statement, scratch)?;
            compare("standard output", &wanted.output, &finished.output);
            expect_end(&mut complaints, &wanted.end, finished);
        }
        Oracle::Asserts => {
            expect_end(&mut complaints, &End::Exit(0), finished);
            let last = String::from_utf8_lossy(&finished.output).lines().last().map(str::to_owned);
            if last.as_deref() != Some("ok") {
                complaints.push(format!("the last line is {last:?}, not \"ok\""));
            }
        }
    }
    Ok(complaints)
}

fn expect_end(complaints: &mut Vec<String>, wanted: &End, finished: &Finished) {
    if finished.end != *wanted {
        let error = String::from_utf8_lossy(&finished.error);
        let skipped = error.lines().count().saturating_sub(15);
        let tail: Vec<&str> = error.lines().skip(skipped).collect();
        complaints.push(format!("{} instead of {wanted}\n{}", finished.end, tail.join("\n")));
    }
}

/// The first lines in which two texts differ.
fn difference(what: &str, wanted: &[u8], found: &[u8]) -> String {
    let wanted = String::from_utf8_lossy(wanted);
    let found = String::from_utf8_lossy(found);
    let (mut left, mut right) = (wanted.lines(), found.lines());
    for number in 1.. {
        match (left.next(), right.next()) {
            (None, None) => break,
            (first, second) if first == second => {}
            (first, second) => {
                let show = |line: Option<&str>| line.map_or("(end)".to_owned(), |line| format!("{line:?}"));
                return format!("{what}, line {number}: expected {}, found {}", show(first), show(second));
            }
        }
    }
    format!("{what}: the same lines, but the ends of lines differ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(output: &str, code: i32) -> Finished {
        Finished { output: output.into(), error: Vec::new(), end: End::Exit(code) }
    }

    fn judged(source: &str, name: &str, run: &Finished) -> Result<Vec<String>, String> {
        let folder = std::env::temp_dir().join(format!("oracle-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let program = folder.join("program.py");
        std::fs::write(&program, source).expect("a file");
        let result = Statement::of(&program)
            .and_then(|statement| judge(run, &program, &statement, &Reference::default(), &folder));
        std::fs::remove_dir_all(&folder).expect("the folder");
        result
    }

    #[test]
    fn asserts_need_both_the_code_and_the_last_line() {
        let source = "# oracle: asserts\n";
        assert_eq!(judged(source, "pass", &finished("x\nok\n", 0)), Ok(vec![]));
        assert_eq!(judged(source, "code", &finished("ok\n", 1)).map(|list| list.len()), Ok(1));
        assert_eq!(judged(source, "line", &finished("ok\nx\n", 0)).map(|list| list.len()), Ok(1));
        assert_eq!(judged(source, "none", &finished("", 0)).map(|list| list.len()), Ok(1));
    }

    #[test]
    fn a_program_without_an_oracle_or_with_an_unknown_one_is_an_error() {
        assert!(judged("print(1)\n", "without", &finished("1\n", 0)).is_err());
        assert!(judged("# oracle: guess\n", "unknown", &finished("1\n", 0)).is_err());
    }

    #[test]
    fn differences_name_the_line() {
        let text = difference("standard output", b"a\nb\n", b"a\nc\n");
        assert!(text.contains("line 2") && text.contains("\"b\"") && text.contains("\"c\""));
        assert!(difference("o", b"a\n", b"a").contains("ends of lines"));
    }
}
