//! Sources that must not compile, with kind, position and message, in `tests/errors/cases.txt`.
//!
//! Each case is a source, then a line `--- ORACLE KIND LINE:COLUMN MESSAGE`. The oracle of all is CPython 3.13 and 3.14 as recorded in the
//! file; where `python3` is 3.11, cases marked `same` must agree with it word for word, those marked `position` in their message,
//! and those marked `differs` must not (messages that changed since).

use std::process::{Command, Stdio};

use threadsnake_compiler::{CompileOptions, ErrorKind, compile};

struct Case {
    source: String,
    oracle: String,
    expected: String,
}

fn cases() -> Vec<Case> {
    let text = include_str!("errors/cases.txt");
    let mut cases = Vec::new();
    let mut source = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("--- ").and_then(|rest| rest.split_once(' ')) {
            Some((oracle, expected)) => {
                // A blank line stands between cases.
                let text = source
                    .iter()
                    .copied()
                    .skip_while(|line: &&str| line.is_empty())
                    .collect::<Vec<_>>()
                    .join("\n");
                source.clear();
                cases.push(Case { source: text, oracle: oracle.into(), expected: expected.into() });
            }
            None => source.push(line),
        }
    }
    cases
}

fn shown(source: &str) -> String {
    let options =
        CompileOptions { file_name: "<string>".into(), ignore_cookie: true, ..CompileOptions::default() };
    match compile(source.as_bytes(), &options) {
        Ok(_) => "compiles".into(),
        Err(error) => {
            let kind = match error.kind {
                ErrorKind::Syntax => "SyntaxError",
                ErrorKind::Indentation => "IndentationError",
                ErrorKind::Tab => "TabError",
                ErrorKind::IncompleteInput => "IncompleteInput",
                ErrorKind::Memory => "MemoryError",
                ErrorKind::Recursion => "RecursionError",
                ErrorKind::Value => "ValueError",
                ErrorKind::Type => "TypeError",
            };
            format!("{kind} {}:{} {}", error.line, error.column, error.message)
        }
    }
}

#[test]
fn errors_have_their_messages() {
    let cases = cases();
    assert!(cases.len() > 150, "only {} cases", cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let found = shown(&case.source);
            (found != case.expected)
                .then(|| format!("{}\n  expected {}\n  found    {found}", case.source, case.expected))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Asks `python3` for the errors of all sources; `None` if there is none, or it is not 3.11.
fn ask_python(sources: &[&str]) -> Option<Vec<String>> {
    let program = "\
import sys, warnings
warnings.simplefilter('ignore')
if sys.version_info[:2] != (3, 11):
    sys.exit(3)
for source in sys.stdin.read().split('\\0'):
    try:
        compile(source, '<string>', 'exec', 0, True)
        print('compiles')
    except SyntaxError as error:
        print(type(error).__name__, f'{error.lineno or 0}:{error.offset or 0}', error.msg.replace('\\n', ' '))
    except Exception as error:
        print(type(error).__name__, '0:0', error)
";
    let mut child = Command::new("python3")
        .args(["-I", "-X", "utf8", "-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    let joined = sources.join("\0");
    let writer = std::thread::spawn(move || std::io::Write::write_all(&mut input, joined.as_bytes()));
    let output = child.wait_with_output().ok()?;
    let _ = writer.join();
    if !output.status.success() {
        return None;
    }
    Some(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

#[test]
fn errors_agree_with_python() {
    let cases = cases();
    let sources: Vec<&str> = cases.iter().map(|case| case.source.as_str()).collect();
    let Some(answers) = ask_python(&sources) else {
        eprintln!("no python3 of version 3.11: nothing to compare with");
        return;
    };
    assert_eq!(answers.len(), cases.len());
    let message = |text: &str| text.splitn(3, ' ').nth(2).map(str::to_owned);
    let mut wrong = Vec::new();
    for (case, answer) in cases.iter().zip(&answers) {
        let good = match case.oracle.as_str() {
            "same" => *answer == case.expected,
            "position" => message(answer) == message(&case.expected) && *answer != case.expected,
            "differs" => message(answer) != message(&case.expected),
            other => panic!("unknown oracle {other}"),
        };
        if !good {
            wrong.push(format!("{}\n  {}: {}\n  python3: {answer}", case.source, case.oracle, case.expected));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
