//! `io.TextIOWrapper`: methods and attributes. The operations are in the modules beside.
//!
//! Source: Modules/_io/textio.c.

use alloc::format;

use threadsnake_engine::native::{Arguments, NativeType};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, Name, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::super::buffered::{Buffered, is_finalizing, warn_unclosed};
use super::super::stream::{ask, chain, not_picklable, shown, size_argument, uninitialized};
use super::super::string_io::newline_argument;
use super::configuration::Options;
use super::{BUFFER, ENCODING, ERRORS, Phase, SLOTS, Wrapper};

/// Character and line based layer over a BufferedIOBase object, buffer.
///
/// encoding gives the name of the encoding that the stream will be
/// decoded or encoded with. It defaults to locale.getencoding().
///
/// errors determines the strictness of encoding and decoding (see
/// help(codecs.Codec) or the documentation for codecs.register) and
/// defaults to "strict".
///
/// newline controls how line endings are handled. It can be None, '',
/// '\n', '\r', and '\r\n'.  It works as follows:
///
/// * On input, if newline is None, universal newlines mode is
///   enabled. Lines in the input can end in '\n', '\r', or '\r\n', and
///   these are translated into '\n' before being returned to the
///   caller. If it is '', universal newline mode is enabled, but line
///   endings are returned to the caller untranslated. If it has any of
///   the other legal values, input lines are only terminated by the given
///   string, and the line ending is returned to the caller untranslated.
///
/// * On output, if newline is None, any '\n' characters written are
///   translated to the system default line separator, os.linesep. If
///   newline is '' or '\n', no translation takes place. If newline is any
///   of the other legal values, any '\n' characters written are translated
///   to the given string.
///
/// If line_buffering is True, a call to flush is implied when a call to
/// write contains a newline character.
#[pyclass(
    id = TextIOWrapper, base = TextIOBase, name = "TextIOWrapper", module = "_io", slots = SLOTS, raw = 8,
    signature = "(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)",
    flags(SUBCLASSABLE, HAS_DICT, NATIVE_STATE, NATIVE_FINALIZER)
)]
pub struct TextIOWrapper(ObjectRef);

fn wrapper(this: TextIOWrapper) -> Wrapper {
    Wrapper(this.0)
}

/// An argument that is text or None.
fn optional_text(cx: &Context, function: &str, name: &str, value: Option<Value>) -> PyResult<Option<Str>> {
    match value.filter(|value| !value.is_none()) {
        None => Ok(None),
        Some(value) => match Str::from_value(value) {
            Some(text) => Ok(Some(text)),
            None => Err(cx.type_error(format_args!(
                "{function}() argument '{name}' must be str or None, not {}",
                cx.type_name(value)
            ))),
        },
    }
}

fn optional_flag(cx: &Context, value: Option<Value>) -> PyResult<Option<bool>> {
    match value.filter(|value| !value.is_none()) {
        None => Ok(None),
        Some(value) => cx.is_true(value).map(Some),
    }
}

#[pymethods]
impl TextIOWrapper {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        Ok(Wrapper::allocate(cx, TextIOWrapper::CLASS, class)?.as_value())
    }

    #[pymethod(
        name = "__init__",
        signature = "($self, /, buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)"
    )]
    #[allow(clippy::too_many_arguments, reason = "the arguments of the Python constructor")]
    fn init(
        cx: &Context,
        this: TextIOWrapper,
        buffer: Value,
        encoding: Option<Value>,
        errors: Option<Value>,
        newline: Option<Value>,
        line_buffering: bool,
        write_through: bool,
    ) -> PyResult<()> {
        wrapper(this).uninitialize(cx)?;
        let options = Options {
            encoding: optional_text(cx, "TextIOWrapper", "encoding", encoding)?,
            errors: optional_text(cx, "TextIOWrapper", "errors", errors)?,
            newline: newline_argument(cx, "TextIOWrapper", newline.unwrap_or(Value::NONE))?,
            line_buffering,
            write_through,
        };
        wrapper(this).initialize(cx, buffer, &options)
    }

    /// Reconfigure the text stream with new parameters.
    ///
    /// This also does an implicit stream flush.
    #[pymethod(
        signature = "($self, /, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None)"
    )]
    fn reconfigure(
        cx: &Context,
        this: TextIOWrapper,
        encoding: Option<Value>,
        errors: Option<Value>,
        newline: Option<Value>,
        line_buffering: Option<Value>,
        write_through: Option<Value>,
    ) -> PyResult<()> {
        let encoding = optional_text(cx, "reconfigure", "encoding", encoding)?;
        let errors = optional_text(cx, "reconfigure", "errors", errors)?;
        let newline = match newline {
            None => None,
            Some(newline) => Some(newline_argument(cx, "reconfigure", newline)?),
        };
        let line_buffering = optional_flag(cx, line_buffering)?;
        let write_through = optional_flag(cx, write_through)?;
        wrapper(this).reconfigure(cx, encoding, errors, newline, line_buffering, write_through)
    }

    #[pymethod]
    fn detach(cx: &Context, this: TextIOWrapper) -> PyResult {
        drop(wrapper(this).attached(cx)?);
        ask(cx, this.as_value(), Name::flush)?;
        let this = wrapper(this);
        let mut text = this.attached(cx)?;
        let buffer = this.0.value(BUFFER);
        text.phase = Phase::Detached;
        if let (Some(buffer), Some(_)) = (buffer, buffer.and_then(Buffered::exact))
            && let Some(object) = buffer.as_object()
        {
            cx.mutator().mark_finalizable(object);
        }
        cx.clear(this.0, BUFFER);
        buffer.ok_or_else(|| uninitialized(cx))
    }

    #[pymethod]
    fn write(cx: &Context, this: TextIOWrapper, text: Value) -> PyResult<usize> {
        match Str::from_value(text) {
            Some(text) => wrapper(this).write(cx, text),
            None => {
                Err(cx.type_error(format_args!("write() argument must be str, not {}", cx.type_name(text))))
            }
        }
    }

    #[pymethod(signature = "($self, size=-1, /)")]
    fn read(cx: &Context, this: TextIOWrapper, size: Option<Value>) -> PyResult<Str> {
        let size = size_argument(cx, size)?;
        wrapper(this).read(cx, size)
    }

    #[pymethod(signature = "($self, size=-1, /)")]
    fn readline(cx: &Context, this: TextIOWrapper, size: Option<Value>) -> PyResult<Str> {
        let size = match size {
            Some(size) => cx.index_i64(size)?,
            None => -1,
        };
        wrapper(this).read_line(cx, size)
    }

    #[pynext]
    fn next(cx: &Context, this: TextIOWrapper) -> PyResult<Option<Value>> {
        wrapper(this).next_line(cx)
    }

    #[pymethod(name = "__iter__")]
    fn iter(cx: &Context, this: TextIOWrapper) -> PyResult {
        wrapper(this).check_open(cx)?;
        Ok(this.as_value())
    }

    #[pymethod]
    fn flush(cx: &Context, this: TextIOWrapper) -> PyResult<()> {
        wrapper(this).flush(cx)
    }

    #[pymethod]
    fn close(cx: &Context, this: TextIOWrapper) -> PyResult<()> {
        let stream = wrapper(this);
        drop(stream.attached(cx)?);
        let closed = cx.get_attribute_name(this.as_value(), Name::closed)?;
        if cx.is_true(closed)? {
            return Ok(());
        }
        let buffer = stream.buffer(cx)?;
        if is_finalizing(cx, this.as_value())? {
            warn_unclosed(cx, buffer, this.as_value());
        }
        let flushed = ask(cx, this.as_value(), Name::flush).map(|_| ());
        chain(cx, flushed, || ask(cx, buffer, Name::close).map(|_| ()))
    }

    /// Set the stream position, and return the new stream position.
    ///
    ///   cookie
    ///     Zero or an opaque number returned by tell().
    ///   whence
    ///     The relative position to seek from.
    #[pymethod(signature = "($self, cookie, whence=0, /)")]
    fn seek(cx: &Context, this: TextIOWrapper, cookie: Value, whence: i32) -> PyResult {
        wrapper(this).seek(cx, cookie, whence)
    }

    /// Return the stream position as an opaque number.
    ///
    /// The return value of tell() can be given as input to seek(), to restore a
    /// previous stream position.
    #[pymethod]
    fn tell(cx: &Context, this: TextIOWrapper) -> PyResult {
        wrapper(this).tell(cx)
    }

    #[pymethod(signature = "($self, pos=None, /)")]
    fn truncate(cx: &Context, this: TextIOWrapper, pos: Option<Value>) -> PyResult {
        drop(wrapper(this).attached(cx)?);
        ask(cx, this.as_value(), Name::flush)?;
        wrapper(this).call_buffer(cx, Name::truncate, &[pos.unwrap_or(Value::NONE)])
    }

    #[pymethod]
    fn fileno(cx: &Context, this: TextIOWrapper) -> PyResult {
        wrapper(this).call_buffer(cx, Name::fileno, &[])
    }

    #[pymethod]
    fn seekable(cx: &Context, this: TextIOWrapper) -> PyResult {
        wrapper(this).call_buffer(cx, Name::seekable, &[])
    }

    #[pymethod]
    fn readable(cx: &Context, this: TextIOWrapper) -> PyResult {
        wrapper(this).call_buffer(cx, Name::readable, &[])
    }

    #[pymethod]
    fn writable(cx: &Context, this: TextIOWrapper) -> PyResult {
        wrapper(this).call_buffer(cx, Name::writable, &[])
    }

    #[pymethod]
    fn isatty(cx: &Context, this: TextIOWrapper) -> PyResult {
        wrapper(this).call_buffer(cx, Name::isatty, &[])
    }

    #[pymethod(name = "__repr__", signature = "($self, /)")]
    fn repr(cx: &Context, this: TextIOWrapper) -> PyResult {
        let stream = wrapper(this);
        // Without the lock: errors of operations under way name the stream.
        let Some(encoding) = stream.0.value(ENCODING) else { return Err(uninitialized(cx)) };
        let mode = match cx.find_attribute_or_none(this.as_value(), cx.name(Name::mode))? {
            Some(mode) => format!(" mode={}", cx.repr(mode)?),
            None => alloc::string::String::new(),
        };
        let encoding = cx.repr(encoding)?;
        shown(cx, this.as_value(), &format!("{mode} encoding={encoding}"))
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: TextIOWrapper) -> PyResult {
        Err(not_picklable(cx, this.as_value()))
    }

    #[pymethod(name = "__reduce_ex__")]
    fn reduce_ex(cx: &Context, this: TextIOWrapper, protocol: Value) -> PyResult {
        let _ = protocol;
        Err(not_picklable(cx, this.as_value()))
    }

    #[pymethod]
    fn _dealloc_warn(cx: &Context, this: TextIOWrapper, source: Value) -> PyResult<()> {
        let buffer = wrapper(this).buffer(cx)?;
        warn_unclosed(cx, buffer, source);
        Ok(())
    }

    #[pygetter]
    fn encoding(this: TextIOWrapper) -> Value {
        this.0.value(ENCODING).unwrap_or(Value::NONE)
    }

    #[pygetter]
    fn errors(cx: &Context, this: TextIOWrapper) -> PyResult {
        drop(wrapper(this).enter(cx)?);
        this.0.value(ERRORS).ok_or_else(|| uninitialized(cx))
    }

    #[pygetter]
    fn buffer(this: TextIOWrapper) -> Value {
        this.0.value(BUFFER).unwrap_or(Value::NONE)
    }

    #[pygetter]
    fn line_buffering(cx: &Context, this: TextIOWrapper) -> PyResult<bool> {
        Ok(wrapper(this).enter(cx)?.line_buffering)
    }

    #[pygetter]
    fn write_through(cx: &Context, this: TextIOWrapper) -> PyResult<bool> {
        Ok(wrapper(this).enter(cx)?.write_through)
    }

    #[pygetter]
    fn newlines(cx: &Context, this: TextIOWrapper) -> PyResult {
        let stream = wrapper(this);
        let text = stream.attached(cx)?;
        match &text.translator {
            Some(translator) => translator.newlines(cx),
            None => Ok(Value::NONE),
        }
    }

    #[pygetter]
    fn name(cx: &Context, this: TextIOWrapper) -> PyResult {
        let buffer = wrapper(this).buffer(cx)?;
        cx.get_attribute_name(buffer, Name::name)
    }

    #[pygetter]
    fn closed(cx: &Context, this: TextIOWrapper) -> PyResult {
        let buffer = wrapper(this).buffer(cx)?;
        cx.get_attribute_name(buffer, Name::closed)
    }

    #[pygetter(name = "_CHUNK_SIZE")]
    fn chunk_size(cx: &Context, this: TextIOWrapper) -> PyResult<usize> {
        Ok(wrapper(this).attached(cx)?.chunk_size)
    }

    #[pysetter(name = "_CHUNK_SIZE")]
    fn set_chunk_size(cx: &Context, this: TextIOWrapper, value: Value) -> PyResult<()> {
        let size = cx.index_i64(value)?;
        let Some(size) = usize::try_from(size).ok().filter(|&size| size > 0) else {
            return Err(cx.value_error(format_args!("a strictly positive integer is required")));
        };
        wrapper(this).attached(cx)?.chunk_size = size;
        Ok(())
    }
}
