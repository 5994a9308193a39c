//! `open`, `open_code` and `text_encoding`.
//!
//! Source: Modules/_io/_iomodule.c.

use threadsnake_engine::types::int_object::is_int;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, ExceptionClass, Name, PyResult, Value};
use threadsnake_macros::pyfunction;
use threadsnake_modules::io::DEFAULT_BUFFER_SIZE;
use threadsnake_modules::io::buffered::random::BufferedRandom;
use threadsnake_modules::io::buffered::reader::BufferedReader;
use threadsnake_modules::io::buffered::writer::BufferedWriter;
use threadsnake_modules::io::stream::ask;
use threadsnake_modules::io::string_io::newline_argument;
use threadsnake_modules::io::text_wrapper::{Options, TextIOWrapper, warns_about_encoding};

use super::file_io::FileIO;
use crate::modules::paths;

/// The largest buffer that the size of a file system's blocks asks for.
const LARGEST_BUFFER: i64 = 8 << 20;

/// How a file is opened.
struct OpenMode {
    raw: String,
    reading: bool,
    updating: bool,
    binary: bool,
}

impl OpenMode {
    fn parse(cx: &Context, mode: &str) -> PyResult<OpenMode> {
        let invalid = || cx.value_error(format_args!("invalid mode: '{mode}'"));
        let mut seen = String::new();
        for letter in mode.chars() {
            if seen.contains(letter) || !"xrwa+tb".contains(letter) {
                return Err(invalid());
            }
            seen.push(letter);
        }
        let has = |letter: char| seen.contains(letter);
        let binary = has('b');
        if has('t') && binary {
            return Err(cx.value_error(format_args!("can't have text and binary mode at once")));
        }
        let kinds: Vec<char> = "xrwa".chars().filter(|&letter| has(letter)).collect();
        if kinds.len() > 1 {
            return Err(
                cx.value_error(format_args!("must have exactly one of create/read/write/append mode"))
            );
        }
        // None at all is the raw file's error.
        let mut raw: String = kinds.iter().collect();
        if has('+') {
            raw.push('+');
        }
        Ok(OpenMode { raw, reading: has('r'), updating: has('+'), binary })
    }
}

fn optional_text(cx: &Context, name: &str, value: Value) -> PyResult<Option<Str>> {
    if value.is_none() {
        return Ok(None);
    }
    Str::from_value(value).map(Some).ok_or_else(|| {
        cx.type_error(format_args!(
            "open() argument '{name}' must be str or None, not {}",
            cx.type_name(value)
        ))
    })
}

/// The arguments of `open` behind the file and the mode.
pub struct OpenOptions {
    /// The policy of buffering; -1 for the default.
    pub buffering: i64,
    /// The encoding, or None.
    pub encoding: Value,
    /// The error handler, or None.
    pub errors: Value,
    /// The line ends, or None.
    pub newline: Value,
    /// Whether closing the stream closes the descriptor.
    pub closefd: bool,
    /// What opens the file, or None.
    pub opener: Value,
}

/// Closes what was opened when a later step failed.
fn or_close(cx: &Context, stream: Value, result: PyResult) -> PyResult {
    result.map_err(|raised| {
        let error = cx.take_exception(raised);
        if let Err(raised) = ask(cx, stream, Name::close) {
            cx.take_exception(raised);
        }
        cx.raise_value(error)
    })
}

/// `open(file, mode, ...)`
///
/// # Errors
/// OSError, ValueError, TypeError, LookupError for the encoding.
pub fn open_file(cx: &Context, file: Value, mode: Value, options: &OpenOptions) -> PyResult {
    let file = if is_int(file) || (cx.has_index(file) && !cx.is_str(file)) {
        file
    } else {
        paths::file_system_object(cx, file)?
    };
    let Some(mode_text) = Str::from_value(mode) else {
        return Err(
            cx.type_error(format_args!("open() argument 'mode' must be str, not {}", cx.type_name(mode)))
        );
    };
    let parsed = OpenMode::parse(cx, &mode_text.to_utf8(cx)?)?;
    let encoding = optional_text(cx, "encoding", options.encoding)?;
    let errors = optional_text(cx, "errors", options.errors)?;
    if parsed.binary {
        for (given, name) in [
            (encoding.is_some(), "an encoding"),
            (errors.is_some(), "an errors"),
            (!options.newline.is_none(), "a newline"),
        ] {
            if given {
                return Err(cx.value_error(format_args!("binary mode doesn't take {name} argument")));
            }
        }
        if options.buffering == 1 {
            cx.warn(
                ExceptionClass::RuntimeWarning,
                format_args!(
                    "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used"
                ),
            )?;
        }
    }
    let raw = FileIO::make(cx, file, &parsed.raw, options.closefd, options.opener)?;
    let made = build(cx, raw, mode, &parsed, encoding, errors, options);
    or_close(cx, raw.as_value(), made)
}

fn build(
    cx: &Context,
    raw: FileIO,
    mode: Value,
    parsed: &OpenMode,
    encoding: Option<Str>,
    errors: Option<Str>,
    options: &OpenOptions,
) -> PyResult {
    let mut buffering = options.buffering;
    let terminal = if buffering < 0 { raw.is_terminal(cx)? } else { false };
    let line_buffering = buffering == 1 || terminal;
    if line_buffering {
        buffering = -1;
    }
    if buffering < 0 {
        let block = raw.block_size(cx)?.min(LARGEST_BUFFER);
        buffering = block.max(DEFAULT_BUFFER_SIZE as i64);
    }
    if buffering == 0 {
        if !parsed.binary {
            return Err(cx.value_error(format_args!("can't have unbuffered text I/O")));
        }
        return Ok(raw.as_value());
    }
    let buffer = if parsed.updating {
        BufferedRandom::make(cx, raw.as_value(), buffering)?
    } else if parsed.reading {
        BufferedReader::make(cx, raw.as_value(), buffering)?
    } else {
        BufferedWriter::make(cx, raw.as_value(), buffering)?
    };
    if parsed.binary {
        return Ok(buffer);
    }
    let newline = newline_argument(cx, "open", options.newline)?;
    let text = Options { encoding, errors, newline, line_buffering, write_through: false };
    let made = TextIOWrapper::make(cx, buffer, &text)?;
    cx.set_attribute(made, cx.name(Name::mode), Some(mode))?;
    Ok(made)
}

/// Open file and return a stream.  Raise OSError upon failure.
#[pyfunction(
    signature = "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)"
)]
#[allow(clippy::too_many_arguments, reason = "the arguments of the Python function")]
pub fn open(
    cx: &Context,
    file: Value,
    mode: Option<Value>,
    buffering: i32,
    encoding: Value,
    errors: Value,
    newline: Value,
    closefd: bool,
    opener: Value,
) -> PyResult {
    let options = OpenOptions { buffering: i64::from(buffering), encoding, errors, newline, closefd, opener };
    let mode = mode.unwrap_or_else(|| cx.latin1_character(b'r').as_value());
    open_file(cx, file, mode, &options)
}

/// Opens the provided file with the intent to import the contents.
///
/// This may perform extra validation beyond open(), but is otherwise interchangeable
/// with calling open(path, 'rb').
#[pyfunction(signature = "(path)")]
pub fn open_code(cx: &Context, path: Value) -> PyResult {
    if !cx.is_str(path) {
        return Err(cx.type_error(format_args!(
            "open_code() argument 'path' must be str, not {}",
            cx.type_name(path)
        )));
    }
    let raw = FileIO::make(cx, path, "r", true, Value::NONE)?;
    let size = raw.block_size(cx)?.min(LARGEST_BUFFER).max(DEFAULT_BUFFER_SIZE as i64);
    or_close(cx, raw.as_value(), BufferedReader::make(cx, raw.as_value(), size))
}

/// A helper function to choose the text encoding.
///
/// When encoding is not None, this function returns it.
/// Otherwise, this function returns the default text encoding
/// (i.e. "locale" or "utf-8" depends on UTF-8 mode).
///
/// This function emits an EncodingWarning if encoding is None and
/// sys.flags.warn_default_encoding is true.
///
/// This can be used in APIs with an encoding=None parameter.
/// However, please consider using encoding="utf-8" for new APIs.
#[pyfunction(signature = "(encoding, stacklevel=2, /)")]
pub fn text_encoding(cx: &Context, encoding: Value, stacklevel: i32) -> PyResult {
    if !encoding.is_none() {
        return Ok(encoding);
    }
    if warns_about_encoding(cx)? {
        let category = cx.exception_class(ExceptionClass::EncodingWarning);
        let level = i64::from(stacklevel);
        cx.warn_above(category, level, None, format_args!("'encoding' argument not specified"))?;
    }
    Ok(cx.name(Name::utf_8).as_value())
}
