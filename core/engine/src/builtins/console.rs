//! `print`, `input` and `open`.
//!
//! Invariant: text goes through `sys.stdout.write`; only while `sys` has no `stdout` yet (during start-up, or on a platform without
//! streams) it goes to the platform's output at once. Source: Python/bltinmodule.c.

use threadsnake_hal::OutputStream;
use threadsnake_macros::pyfunction;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::names::Name;
use crate::native::Arguments;
use crate::types::str_object::Str;
use crate::value::Value;

/// Writes text to the platform's standard output or error.
///
/// # Errors
/// OSError if the platform refuses.
pub fn write_to_platform(cx: &Context, stream: OutputStream, text: &[u8]) -> PyResult<()> {
    let platform = cx.engine().platform();
    let mut rest = text;
    while !rest.is_empty() {
        // The bytes are copied to Rust memory already, so the write may block detached.
        match cx.blocking(|| platform.write_output(stream, rest)) {
            Ok(0) => break,
            Ok(written) => rest = rest.get(written..).unwrap_or(&[]),
            Err(error) => {
                return Err(cx.raise(ExceptionClass::OSError, format_args!("cannot write: {error:?}")));
            }
        }
    }
    Ok(())
}

fn optional_text(cx: &Context, value: Value, name: &str, default: &str) -> PyResult<Str> {
    if value.is_none() {
        return cx.intern_str(default);
    }
    match Str::from_value(value) {
        Some(text) => Ok(text),
        None => {
            Err(cx.type_error(format_args!("{name} must be None or a string, not {}", cx.type_name(value))))
        }
    }
}

/// Prints the values to a stream, or to sys.stdout by default.
///
///   sep
///     string inserted between values, default a space.
///   end
///     string appended after the last value, default a newline.
///   file
///     a file-like object (stream); defaults to the current sys.stdout.
///   flush
///     whether to forcibly flush the stream.
#[pyfunction(signature = "(*args, sep=' ', end='\\n', file=None, flush=False)")]
pub fn print(
    cx: &Context,
    args: &[Value],
    sep: Option<Value>,
    end: Option<Value>,
    file: Value,
    flush: Value,
) -> PyResult<()> {
    let separator = optional_text(cx, sep.unwrap_or(Value::NONE), "sep", " ")?;
    let end = optional_text(cx, end.unwrap_or(Value::NONE), "end", "\n")?;
    let file = if file.is_none() {
        match cx.sys_attribute("stdout")? {
            Some(stdout) if stdout.is_none() => return Ok(()),
            Some(stdout) => Some(stdout),
            None => None,
        }
    } else {
        Some(file)
    };
    let Some(file) = file else {
        let mut bytes = alloc::vec::Vec::new();
        for (index, &value) in args.iter().enumerate() {
            if index > 0 {
                bytes.extend_from_slice(&separator.to_wtf8());
            }
            bytes.extend_from_slice(&cx.str_of(value)?.to_wtf8());
        }
        bytes.extend_from_slice(&end.to_wtf8());
        return write_to_platform(cx, OutputStream::Output, &bytes);
    };
    let write = cx.name(Name::write);
    for (index, &value) in args.iter().enumerate() {
        if index > 0 {
            cx.call_method(file, write, &[separator.as_value()])?;
        }
        let text = cx.str_of(value)?;
        cx.call_method(file, write, &[text.as_value()])?;
    }
    cx.call_method(file, write, &[end.as_value()])?;
    if cx.is_true(flush)? {
        cx.call_method_name(file, Name::flush, &[])?;
    }
    Ok(())
}

fn stream(cx: &Context, name: &str) -> PyResult<Value> {
    match cx.sys_attribute(name)? {
        Some(stream) if !stream.is_none() => Ok(stream),
        _ => Err(cx.raise(ExceptionClass::RuntimeError, format_args!("input(): lost sys.{name}"))),
    }
}

/// Read a string from standard input.  The trailing newline is stripped.
///
/// The prompt string, if given, is printed to standard output without a
/// trailing newline before reading input.
///
/// If the user hits EOF (*nix: Ctrl-D, Windows: Ctrl-Z+Return), raise EOFError.
/// On *nix systems, readline is used if available.
#[pyfunction(signature = "(prompt='', /)")]
pub fn input(cx: &Context, prompt: Option<Value>) -> PyResult<Value> {
    let stdin = stream(cx, "stdin")?;
    let stdout = stream(cx, "stdout")?;
    let stderr = stream(cx, "stderr")?;
    cx.audit("builtins.input", || Ok([prompt.unwrap_or(Value::NONE)]))?;
    cx.call_method_name(stderr, Name::flush, &[])?;
    if let Some(prompt) = prompt {
        let text = cx.str_of(prompt)?;
        cx.call_method_name(stdout, Name::write, &[text.as_value()])?;
    }
    cx.call_method_name(stdout, Name::flush, &[])?;
    let line = cx.call_method_name(stdin, Name::readline, &[])?;
    let Some(text) = Str::from_value(line) else {
        return Err(cx.type_error(format_args!("object.readline() returned non-string")));
    };
    if text.is_empty() {
        return Err(cx.raise(ExceptionClass::EOFError, format_args!("EOF when reading a line")));
    }
    let newline = text.code_point(text.len() - 1) == Some('\n' as u32);
    let line = text.substring(cx, 0, text.len() - newline as usize)?.as_value();
    if cx.is_audited() && is_terminal(cx, stdin, 0)? && is_terminal(cx, stdout, 1)? {
        cx.audit("builtins.input/result", || Ok([line]))?;
    }
    Ok(line)
}

/// Whether a stream is the process's own of that number, and a terminal.
fn is_terminal(cx: &Context, stream: Value, number: i64) -> PyResult<bool> {
    let ask = || {
        let descriptor = cx.call_method(stream, cx.intern_str("fileno")?, &[])?;
        if cx.clipped_int(descriptor) != Some(number) {
            return Ok(false);
        }
        cx.is_true(cx.call_method(stream, cx.intern_str("isatty")?, &[])?)
    };
    match ask() {
        // A stream without a descriptor is none.
        Err(raised) if cx.pending_is(&raised, ExceptionClass::Exception) => {
            cx.take_exception(raised);
            Ok(false)
        }
        answer => answer,
    }
}

/// Open file and return a stream.  Raise OSError upon failure.
#[pyfunction(
    signature = "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)"
)]
pub fn open(
    cx: &Context,
    file: Value,
    mode: Option<Value>,
    buffering: Option<Value>,
    encoding: Value,
    errors: Value,
    newline: Value,
    closefd: Option<Value>,
    opener: Value,
) -> PyResult<Value> {
    let io = cx.import_module("io")?;
    let open = cx.get_attribute_name(io, Name::open)?;
    cx.call_with(
        open,
        Arguments::positional_only(&[
            file,
            mode.unwrap_or(cx.latin1_character(b'r').as_value()),
            buffering.unwrap_or(Value::small_int_unchecked(-1)),
            encoding,
            errors,
            newline,
            closefd.unwrap_or(Value::TRUE),
            opener,
        ]),
    )
}
