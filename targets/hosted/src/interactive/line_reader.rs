//! Where the prompt's lines come from: a terminal, with editing and a history, or anything else, read as it is.
//!
//! Invariant: the wait for a line is detached; only completion attaches the thread again. From anything but a terminal no byte beyond the
//! line is taken, so that the program's own reads find what follows it. A block that was typed line by line is one entry of the history, and
//! is edited as one.
//! Source: Parser/myreadline.c; docs/decisions/line-editing.md.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Editor};
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::{Context, PyResult};

use super::completion::NameCompleter;
use crate::command_line::CommandLine;
use crate::modules::system_call::last_errno;
use crate::settings;

/// Terminals that cannot move their cursor.
const DUMB_TERMINALS: &[&str] = &["", "dumb", "cons25", "emacs"];

/// What came.
pub enum Line {
    /// A line, without its end. More than one if a block came back from the history.
    Text(String),
    /// Nothing more will come.
    End,
    /// Ctrl-C.
    Interrupted,
}

/// A source of lines.
pub enum LineReader<'a> {
    /// A terminal.
    Terminal {
        /// Reads and edits.
        editor: Box<Editor<NameCompleter<'a>, FileHistory>>,
        /// Where the history is kept between sessions.
        history: Option<PathBuf>,
    },
    /// Anything else.
    Plain,
}

impl<'a> LineReader<'a> {
    /// The reader for this process's standard input.
    pub fn new(cx: &'a Context, line: &CommandLine, namespace: Dict) -> LineReader<'a> {
        let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        let is_able = std::env::var("TERM").is_ok_and(|name| !DUMB_TERMINALS.contains(&name.as_str()));
        if !is_terminal || !is_able || settings::flag(line, "PYTHON_BASIC_REPL") {
            return LineReader::Plain;
        }
        let configuration =
            Config::builder().completion_type(CompletionType::List).tab_stop(4).indent_size(4).build();
        let Ok(mut editor) = Editor::with_config(configuration) else { return LineReader::Plain };
        editor.set_helper(Some(NameCompleter::new(cx, namespace)));
        let history = if line.isolated { None } else { history_file(line) };
        if let Some(path) = &history {
            // There is none the first time.
            let _ = editor.load_history(path);
        }
        LineReader::Terminal { editor: Box::new(editor), history }
    }

    /// Reads a line.
    ///
    /// # Errors
    /// OSError, and what a signal handler raises.
    pub fn read(&mut self, cx: &Context, prompt: &str) -> PyResult<Line> {
        match self {
            LineReader::Plain => read_plain(cx, prompt),
            LineReader::Terminal { editor, .. } => loop {
                let result = cx.blocking(|| editor.readline(prompt));
                cx.poll()?;
                return match result {
                    Ok(text) => Ok(Line::Text(text)),
                    Err(ReadlineError::Eof) => {
                        println!();
                        Ok(Line::End)
                    }
                    Err(ReadlineError::Interrupted) => Ok(Line::Interrupted),
                    // Another signal, whose handler has run: the prompt comes again.
                    Err(ReadlineError::Signal(_)) => continue,
                    Err(ReadlineError::Io(error)) => match error.raw_os_error() {
                        Some(libc::EINTR) => continue,
                        number => Err(cx.os_error(number.unwrap_or(libc::EIO), None)),
                    },
                    Err(ReadlineError::Errno(number)) if number as i32 == libc::EINTR => continue,
                    Err(ReadlineError::Errno(number)) => Err(cx.os_error(number as i32, None)),
                    Err(_) => Err(cx.os_error(libc::EIO, None)),
                };
            },
        }
    }

    /// The file name of a statement's code.
    pub fn file_name(&self, statement: usize) -> String {
        match self {
            LineReader::Plain => String::from("<stdin>"),
            LineReader::Terminal { .. } => format!("<python-input-{statement}>"),
        }
    }

    /// Puts a statement into the history.
    pub fn remember(&mut self, source: &str) {
        if let LineReader::Terminal { editor, .. } = self {
            // Only a history that is full of equal lines refuses one.
            let _ = editor.add_history_entry(source.trim_end());
        }
    }

    /// Writes the history down.
    pub fn finish(&mut self) {
        if let LineReader::Terminal { editor, history: Some(path) } = self
            && let Err(error) = editor.save_history(path)
        {
            eprintln!("threadsnake: can't save the history in {}: {error}", path.display());
        }
    }
}

/// PYTHON_HISTORY, or a file in the home folder.
fn history_file(line: &CommandLine) -> Option<PathBuf> {
    match settings::variable(line, "PYTHON_HISTORY") {
        Some(path) => Some(PathBuf::from(path)),
        None => std::env::home_dir().map(|home| home.join(".threadsnake_history")),
    }
}

fn read_plain(cx: &Context, prompt: &str) -> PyResult<Line> {
    let mut error_stream = std::io::stderr();
    // Nobody is there to be told that the prompt cannot be shown.
    let _ = error_stream.write_all(prompt.as_bytes()).and_then(|()| error_stream.flush());
    let mut bytes = Vec::new();
    loop {
        let mut byte = 0u8;
        let (count, errno) = cx.blocking(|| {
            // SAFETY: one writable byte.
            let count = unsafe { libc::read(0, (&raw mut byte).cast(), 1) };
            (count, if count < 0 { last_errno() } else { 0 })
        });
        match count {
            1 if byte == b'\n' => break,
            1 => bytes.push(byte),
            0 if bytes.is_empty() => {
                eprintln!();
                return Ok(Line::End);
            }
            0 => break,
            _ if errno == libc::EINTR => cx.poll()?,
            _ => return Err(cx.os_error(errno, None)),
        }
    }
    Ok(Line::Text(String::from_utf8_lossy(&bytes).into_owned()))
}
