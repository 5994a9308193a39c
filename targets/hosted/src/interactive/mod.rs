//! The interactive prompt: reads a statement, runs it, shows what it says.
//!
//! - [`line_reader`]: lines from a terminal, with editing and history, or from anything else; [`completion`]: names for the tab key.
//!
//! Invariant: a statement is complete when the compiler says so; a compound one when an empty line follows it. Whatever a statement raises is
//! reported and the prompt comes back, but for SystemExit. Source: Python/pythonrun.c, Lib/codeop.py.

mod completion;
mod line_reader;

use threadsnake_engine::engine::{CompileMode, CompileRequest};
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};

use crate::command_line::{CommandLine, VERSION};
use crate::{program, settings};
use line_reader::{Line, LineReader};

/// `PyCF_DONT_IMPLY_DEDENT` and `PyCF_ALLOW_INCOMPLETE_INPUT`
const PARTIAL_INPUT: u32 = 0x0200 | 0x4000;

/// Says who is there.
///
/// # Errors
/// None so far.
pub fn greet(cx: &Context, line: &CommandLine) -> PyResult<()> {
    if line.quiet {
        return Ok(());
    }
    let version = match cx.sys_attribute("version")? {
        Some(version) => cx.str_of(version)?.to_utf8_lossy(),
        None => VERSION.to_owned(),
    };
    eprintln!("Python {version} on linux");
    if !line.no_site {
        eprintln!("Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.");
    }
    Ok(())
}

/// Before the prompt that follows a program: `sys.__interactivehook__`, as at the start.
///
/// # Errors
/// SystemExit.
pub fn prepare_again(cx: &Context, line: &CommandLine) -> PyResult<()> {
    run_hook(cx, line)
}

/// Reports what was raised; SystemExit goes on.
fn report(cx: &Context, result: PyResult<Value>) -> PyResult<()> {
    let Err(raised) = result else { return Ok(()) };
    if cx.pending_is(&raised, ExceptionClass::SystemExit) {
        return Err(raised);
    }
    let exception = cx.take_exception(raised);
    cx.report_uncaught(exception)
}

/// Runs the file that PYTHONSTARTUP names, then `sys.__interactivehook__`.
///
/// # Errors
/// SystemExit.
pub fn start_up(cx: &Context, line: &CommandLine, namespace: Dict) -> PyResult<()> {
    if let Some(name) = settings::variable(line, "PYTHONSTARTUP") {
        let read = cx
            .audit("cpython.run_startup", || Ok([cx.str(&name)?]))
            .and_then(|()| cx.audit("open", || Ok([cx.str(&name)?, cx.str("r")?, cx.int(0)?])))
            .map(|()| cx.blocking(|| std::fs::read(&name)));
        let result = match read {
            Err(raised) => Err(raised),
            Ok(Ok(source)) => {
                let file = cx.intern_str("__file__")?;
                namespace.set_str(cx, file, cx.str(&name)?)?;
                let result = program::run_text(cx, &source, false, &name, namespace);
                if result.is_ok() {
                    namespace.remove(cx, file.as_value())?;
                }
                result
            }
            Ok(Err(error)) => {
                eprintln!("Could not open PYTHONSTARTUP");
                let shown = cx.str(&name)?;
                Err(cx.os_error(error.raw_os_error().unwrap_or(libc::EIO), Some(shown)))
            }
        };
        report(cx, result)?;
    }
    run_hook(cx, line)
}

fn run_hook(cx: &Context, line: &CommandLine) -> PyResult<()> {
    if line.isolated {
        return Ok(());
    }
    if let Some(hook) = cx.sys_attribute("__interactivehook__")?
        && let Err(raised) =
            cx.audit("cpython.run_interactivehook", || Ok([hook])).and_then(|()| cx.call(hook, &[]))
    {
        eprintln!("Failed calling sys.__interactivehook__");
        return report(cx, Err(raised));
    }
    Ok(())
}

/// The text of a prompt, as `sys.ps1` or `sys.ps2` gives it now.
fn prompt(cx: &Context, name: &str) -> PyResult<String> {
    match cx.sys_attribute(name)? {
        Some(prompt) => Ok(cx.str_of(prompt)?.to_utf8_lossy()),
        None => Ok(String::new()),
    }
}

/// What has been typed so far.
enum Typed {
    /// More lines must follow.
    Partial,
    /// It has been run, or is wrong and has been reported.
    Done,
}

/// Compiles and runs what has been typed, if it is a whole statement. At the end of the input nothing more can follow.
fn try_statement(
    cx: &Context,
    source: &str,
    file_name: &str,
    namespace: Dict,
    is_end: bool,
) -> PyResult<Typed> {
    // Without the last line's end: only an empty line after it ends a block.
    let text = source.strip_suffix('\n').filter(|_| !is_end).unwrap_or(source);
    let request = CompileRequest {
        source: text.as_bytes(),
        is_text: true,
        file_name,
        mode: CompileMode::Interactive,
        optimization: cx.engine().configuration().optimization,
        flags: if is_end { 0 } else { PARTIAL_INPUT },
        feature_version: None,
    };
    // Before it is compiled: errors and warnings show its lines.
    cx.register_source(file_name, source.as_bytes());
    let code = match cx.compile_source(&request) {
        Ok(code) => code,
        Err(raised) if cx.pending_is(&raised, ExceptionClass::_IncompleteInputError) => {
            cx.take_exception(raised);
            return Ok(Typed::Partial);
        }
        Err(raised) => {
            report(cx, Err(raised))?;
            return Ok(Typed::Done);
        }
    };
    let refused = cx.audit("exec", || Ok([code.as_value()]));
    report(cx, refused.and_then(|()| cx.run_code(code, namespace, None, None)))?;
    Ok(Typed::Done)
}

fn flush(cx: &Context) -> PyResult<()> {
    for name in ["stderr", "stdout"] {
        if let Some(stream) = cx.sys_attribute(name)?.filter(|stream| !stream.is_none())
            && let Some(flush) = cx.find_attribute_or_none(stream, cx.intern_str("flush")?)?
        {
            cx.call(flush, &[])?;
        }
    }
    Ok(())
}

/// Whether a text has nothing but blanks and comments.
fn is_blank(source: &str) -> bool {
    source.lines().all(|line| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#')
    })
}

/// Reads and runs statements until the input ends.
///
/// # Errors
/// SystemExit.
pub fn run(cx: &Context, line: &CommandLine, namespace: Dict) -> PyResult<()> {
    cx.audit("cpython.run_stdin", || Ok([]))?;
    for (name, text) in [("ps1", ">>> "), ("ps2", "... ")] {
        if cx.sys_attribute(name)?.is_none()
            && let Some(sys) = cx.root(threadsnake_engine::engine::Root::SysModule)
        {
            cx.module_dict(sys)?.set_str(cx, cx.intern_str(name)?, cx.str(text)?)?;
        }
    }
    let mut reader = LineReader::new(cx, line, namespace);
    let mut source = String::new();
    let mut statements = 0usize;
    loop {
        report(cx, flush(cx).map(|()| Value::NONE))?;
        let mut refused = false;
        if source.is_empty()
            && let Err(raised) = cx.audit("compile", || Ok([Value::NONE, cx.str("<stdin>")?]))
        {
            refused = true;
            report(cx, Err(raised))?;
        }
        let shown = match prompt(cx, if source.is_empty() { "ps1" } else { "ps2" }) {
            Ok(shown) => shown,
            Err(raised) => {
                report(cx, Err(raised))?;
                String::new()
            }
        };
        let is_end = match reader.read(cx, &shown) {
            Ok(Line::Text(text)) => {
                source.push_str(&text);
                source.push('\n');
                false
            }
            Ok(Line::End) if source.is_empty() => {
                reader.finish();
                return Ok(());
            }
            Ok(Line::End) => true,
            Ok(Line::Interrupted) => {
                source.clear();
                eprintln!("\nKeyboardInterrupt");
                continue;
            }
            Err(raised) if cx.pending_is(&raised, ExceptionClass::KeyboardInterrupt) => {
                cx.take_exception(raised);
                source.clear();
                eprintln!("\nKeyboardInterrupt");
                continue;
            }
            Err(raised) => {
                report(cx, Err(raised))?;
                source.clear();
                continue;
            }
        };
        // A line that a hook refuses is read all the same, so that the input comes to its end.
        if refused || is_blank(&source) {
            source.clear();
            continue;
        }
        let file_name = reader.file_name(statements);
        let typed = try_statement(cx, &source, &file_name, namespace, is_end);
        match typed {
            Ok(Typed::Partial) => {}
            Ok(Typed::Done) => {
                reader.remember(&source);
                source.clear();
                statements += 1;
            }
            Err(raised) => {
                reader.remember(&source);
                reader.finish();
                return Err(raised);
            }
        }
    }
}
