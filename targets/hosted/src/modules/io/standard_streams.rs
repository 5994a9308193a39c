//! `sys.stdin`, `sys.stdout`, `sys.stderr`, and flushing them at the end.
//!
//! Invariant: a descriptor that is not open has no stream. Output is line buffered on a terminal; the error stream always is. Lone surrogates
//! pass through input and output where the locale is C's, and are escaped by the error stream.
//! Source: Python/pylifecycle.c (`init_sys_streams`, `flush_std_files`), Python/initconfig.c for the error handlers.

use threadsnake_engine::types::finalizer::write_unraisable_text;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, Name, PyResult, Value};
use threadsnake_modules::io::DEFAULT_BUFFER_SIZE;
use threadsnake_modules::io::buffered::reader::BufferedReader;
use threadsnake_modules::io::buffered::writer::BufferedWriter;
use threadsnake_modules::io::open_streams;
use threadsnake_modules::io::stream::{ask, is_closed};
use threadsnake_modules::io::text_wrapper::{Options, TextIOWrapper};

use super::file_io::FileIO;

/// What options and environment say about the streams.
pub struct Configuration {
    /// `-u`, `PYTHONUNBUFFERED`
    pub unbuffered: bool,
    /// `PYTHONIOENCODING`
    pub encoding: Option<String>,
    /// Whether the locale is C's, or one that stands for it.
    pub is_c_locale: bool,
}

impl Configuration {
    /// Whether the environment's locale is C, POSIX or one of those that PEP 538 puts in their place.
    pub fn environment_locale_is_c() -> bool {
        let named = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        named.is_none_or(|locale| matches!(locale.as_str(), "C" | "POSIX" | "C.UTF-8" | "C.utf8" | "UTF-8"))
    }
}

struct Standard {
    name: &'static str,
    shown: &'static str,
    descriptor: i32,
}

const STREAMS: [Standard; 3] = [
    Standard { name: "stdin", shown: "<stdin>", descriptor: 0 },
    Standard { name: "stdout", shown: "<stdout>", descriptor: 1 },
    Standard { name: "stderr", shown: "<stderr>", descriptor: 2 },
];

/// Sets the streams of `sys`.
///
/// # Errors
/// LookupError for an unknown encoding, OSError for a directory as a stream.
pub fn open(cx: &Context, configuration: &Configuration) -> PyResult<()> {
    let Some(sys) = cx.root(threadsnake_engine::engine::Root::SysModule) else { return Ok(()) };
    let namespace = cx.module_dict(sys)?;
    for standard in &STREAMS {
        // SAFETY: no memory is involved.
        let stream = if unsafe { libc::fcntl(standard.descriptor, libc::F_GETFD) } < 0 {
            Value::NONE
        } else {
            make(cx, configuration, standard)?
        };
        namespace.set_str(cx, cx.intern_str(standard.name)?, stream)?;
        namespace.set_str(cx, cx.intern_str(&format!("__{}__", standard.name))?, stream)?;
    }
    Ok(())
}

/// Sets `sys.stderr` to a stream that says nothing of the program's options, until [`open`] sets the right one.
///
/// # Errors
/// OSError for a directory as a stream.
pub fn open_plain_error_stream(cx: &Context) -> PyResult<()> {
    let Some(sys) = cx.root(threadsnake_engine::engine::Root::SysModule) else { return Ok(()) };
    let [.., standard] = &STREAMS;
    let configuration = Configuration { unbuffered: false, encoding: None, is_c_locale: false };
    // SAFETY: no memory is involved.
    let stream = if unsafe { libc::fcntl(standard.descriptor, libc::F_GETFD) } < 0 {
        Value::NONE
    } else {
        make(cx, &configuration, standard)?
    };
    cx.module_dict(sys)?.set_str(cx, cx.intern_str(standard.name)?, stream)
}

fn make(cx: &Context, configuration: &Configuration, standard: &Standard) -> PyResult {
    let writes = standard.descriptor != 0;
    let mode = if writes { "w" } else { "r" };
    let unbuffered = configuration.unbuffered && writes;
    let number = cx.int(i64::from(standard.descriptor))?;
    let raw = FileIO::make(cx, number, mode, false, Value::NONE)?;
    let shown = cx.str(standard.shown)?;
    cx.set_attribute(raw.as_value(), cx.name(Name::name), Some(shown))?;
    let terminal = raw.is_terminal(cx)?;
    let size = raw.block_size(cx)?.max(DEFAULT_BUFFER_SIZE as i64).min(8 << 20);
    let buffer = match (writes, unbuffered) {
        (true, true) => raw.as_value(),
        (true, false) => BufferedWriter::make(cx, raw.as_value(), size)?,
        (false, _) => BufferedReader::make(cx, raw.as_value(), size)?,
    };
    let (encoding, errors) = encoding(cx, configuration, standard)?;
    let options = Options {
        encoding,
        errors,
        newline: Some("\n"),
        line_buffering: !unbuffered && (terminal || standard.descriptor == 2),
        write_through: unbuffered,
    };
    let stream = TextIOWrapper::make(cx, buffer, &options)?;
    cx.set_attribute(stream, cx.name(Name::mode), Some(cx.str(mode)?))?;
    Ok(stream)
}

fn encoding(
    cx: &Context,
    configuration: &Configuration,
    standard: &Standard,
) -> PyResult<(Option<Str>, Option<Str>)> {
    let text = configuration.encoding.as_deref().unwrap_or_default();
    let (encoding, errors) = text.split_once(':').unwrap_or((text, ""));
    let errors = match (standard.descriptor, errors) {
        (2, _) => "backslashreplace",
        (_, "") if !encoding.is_empty() || !configuration.is_c_locale => "strict",
        (_, "") => "surrogateescape",
        (_, errors) => errors,
    };
    let encoding = if encoding.is_empty() { cx.name(Name::utf_8) } else { cx.new_str(encoding)? };
    Ok((Some(encoding), Some(cx.new_str(errors)?)))
}

/// Flushes output and error stream; false if one failed, which the error stream is told.
pub fn flush(cx: &Context) -> bool {
    let mut all_well = true;
    for (name, tells) in [("stdout", true), ("stderr", false)] {
        let flushed = (|| {
            let Some(stream) = cx.sys_attribute(name)?.filter(|stream| !stream.is_none()) else {
                return Ok(());
            };
            if cx.find_attribute_or_none(stream, cx.name(Name::closed))?.is_some() && is_closed(cx, stream)? {
                return Ok(());
            }
            ask(cx, stream, Name::flush).map(|_| ())
        })();
        if let Err(raised) = flushed {
            let exception = cx.take_exception(raised);
            all_well = false;
            if tells {
                let text = format!("Exception ignored while flushing sys.{name}");
                write_unraisable_text(cx, exception, &text, Value::NONE);
            }
        }
    }
    all_well
}

/// Writes what streams that nobody closed keep back; errors are told as a finalizer's are.
pub fn flush_open_files(cx: &Context) {
    open_streams::flush_all(cx, |cx, exception| {
        write_unraisable_text(cx, exception, "Exception ignored while flushing an open file", Value::NONE);
    });
}
