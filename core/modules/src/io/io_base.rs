//! `_io._IOBase`: what all streams share.
//!
//! Invariant: whether a stream that has no notion of its own is closed is an attribute of the instance, `__IOBase_closed`; methods are
//! called on the object, so that subclasses may override them. The finalizer closes the stream.
//! Source: Modules/_io/iobase.c.

use alloc::vec::Vec;

use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::finalizer::write_unraisable_text;
use threadsnake_engine::{Context, ExceptionClass, Name, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::stream::{self, ask, check_can, check_open, retry_interrupted, size_argument, unsupported};

/// The abstract base class for all I/O classes.
///
/// This class provides dummy implementations for many methods that
/// derived classes can override selectively; the default implementations
/// represent a file that cannot be read, written or seeked.
///
/// Even though IOBase does not declare read, readinto, or write because
/// their signatures will vary, implementations and clients should
/// consider those methods part of the interface. Also, implementations
/// may raise UnsupportedOperation when operations they do not support are
/// called.
///
/// The basic type used for binary data read from or written to a file is
/// bytes. Other bytes-like objects are accepted as method arguments too.
/// In some cases (such as readinto), a writable object is required. Text
/// I/O classes work with str data.
///
/// Note that calling any method (except additional calls to close(),
/// which are ignored) on a closed stream should raise a ValueError.
///
/// IOBase (and its subclasses) support the iterator protocol, meaning
/// that an IOBase object can be iterated over yielding the lines in a
/// stream.
///
/// IOBase also supports the :keyword:`with` statement. In this example,
/// fp is closed after the suite of the with statement is complete:
///
/// with open('spam.txt', 'r') as fp:
///     fp.write('Spam and eggs!')
#[pyclass(
    id = IOBase, layout = Object, name = "_IOBase", module = "_io",
    flags(SUBCLASSABLE, HAS_DICT, NATIVE_FINALIZER)
)]
pub struct IOBase;

/// Whether the base class's own mark says closed.
fn is_marked_closed(cx: &Context, this: Value) -> PyResult<bool> {
    Ok(cx.find_attribute_or_none(this, cx.name(Name::__IOBase_closed))?.is_some())
}

/// `flush()` of a stream without buffers.
///
/// # Errors
/// ValueError if it is closed.
pub fn flush(cx: &Context, this: Value) -> PyResult<()> {
    if is_marked_closed(cx, this)? { Err(stream::closed_error(cx)) } else { Ok(()) }
}

/// `close()` of a stream without resources: flushes and marks it.
///
/// # Errors
/// What `flush` raises.
pub fn close(cx: &Context, this: Value) -> PyResult<()> {
    if is_marked_closed(cx, this)? {
        return Ok(());
    }
    let flushed = ask(cx, this, Name::flush).map(|_| ());
    stream::chain(cx, flushed, || cx.set_attribute(this, cx.name(Name::__IOBase_closed), Some(Value::TRUE)))
}

/// What happens to a stream that nobody refers to any more: it is closed, and an error is reported.
pub fn finalize(cx: &Context, this: Value) {
    let closed = match cx.find_attribute_or_none(this, cx.name(Name::closed)) {
        Ok(Some(closed)) => cx.is_true(closed),
        // Without the attribute there is nothing to close.
        Ok(None) => Ok(true),
        Err(raised) => Err(raised),
    };
    match closed {
        Ok(true) => return,
        Ok(false) => {}
        Err(raised) => {
            cx.take_exception(raised);
            return;
        }
    }
    // A class may refuse the attribute; it only serves the warning about files left open.
    if let Err(raised) = cx.set_attribute(this, cx.name(Name::_finalizing), Some(Value::TRUE)) {
        cx.take_exception(raised);
    }
    if let Err(raised) = ask(cx, this, Name::close) {
        let exception = cx.take_exception(raised);
        write_unraisable_text(cx, exception, "Exception ignored while finalizing file", this);
    }
}

/// `readlines`: until the lines have `hint` units.
///
/// # Errors
/// What iterating raises.
pub fn read_lines(cx: &Context, this: Value, hint: i64) -> PyResult {
    if hint <= 0 {
        let lines = cx.collect(this)?;
        return cx.list(lines.as_slice());
    }
    let iterator = cx.iterate(this)?;
    let mut lines = cx.scratch();
    let mut total = 0i64;
    while let Some(line) = iterator.next(cx)? {
        lines.push(line);
        total = total.saturating_add(cx.length(line)? as i64);
        if total > hint {
            break;
        }
    }
    cx.list(lines.as_slice())
}

/// A line of a stream that has `read` and perhaps `peek`.
fn read_line(cx: &Context, this: Value, size: i64) -> PyResult {
    let limit = stream::limit(size);
    let peek = cx.find_attribute_or_none(this, cx.name(Name::peek))?;
    let mut line: Vec<u8> = Vec::new();
    while line.len() < limit {
        let mut count = 1;
        if let Some(peek) = peek {
            let ahead = match cx.call(peek, &[Value::int_from_u32(1)]) {
                Ok(ahead) => ahead,
                Err(raised) => {
                    retry_interrupted(cx, raised)?;
                    continue;
                }
            };
            let Some(ahead) = Bytes::from_value(ahead) else {
                return Err(cx.raise(
                    ExceptionClass::OSError,
                    format_args!("peek() should have returned a bytes object, not '{}'", cx.type_name(ahead)),
                ));
            };
            let ahead = ahead.as_slice();
            let ahead = ahead.get(..limit - line.len()).unwrap_or(ahead);
            count = match ahead.iter().position(|&byte| byte == b'\n') {
                Some(end) => end + 1,
                None => ahead.len().max(1),
            };
        }
        let read = cx.call_method_name(this, Name::read, &[Value::int_from_length(count)]);
        let piece = match read {
            Ok(piece) => piece,
            Err(raised) => {
                retry_interrupted(cx, raised)?;
                continue;
            }
        };
        let Some(piece) = Bytes::from_value(piece) else {
            return Err(cx.raise(
                ExceptionClass::OSError,
                format_args!("read() should have returned a bytes object, not '{}'", cx.type_name(piece)),
            ));
        };
        if piece.is_empty() {
            break;
        }
        line.extend_from_slice(piece.as_slice());
        if line.last() == Some(&b'\n') {
            break;
        }
    }
    cx.bytes(&line)
}

#[pymethods]
impl IOBase {
    /// Change the stream position to the given byte offset.
    ///
    ///   offset
    ///     The stream position, relative to 'whence'.
    ///   whence
    ///     The relative position to seek from.
    ///
    /// The offset is interpreted relative to the position indicated by whence.
    /// Values for whence are:
    ///
    /// * os.SEEK_SET or 0 -- start of stream (the default); offset should be zero or positive
    /// * os.SEEK_CUR or 1 -- current stream position; offset may be negative
    /// * os.SEEK_END or 2 -- end of stream; offset is usually negative
    ///
    /// Return the new absolute position.
    #[pymethod(signature = "($self, offset, whence=0, /)")]
    fn seek(cx: &Context, this: Value, offset: Value, whence: Option<Value>) -> PyResult {
        let _ = (this, offset, whence);
        Err(unsupported(cx, "seek"))
    }

    /// Return current stream position.
    #[pymethod]
    fn tell(cx: &Context, this: Value) -> PyResult {
        cx.call_method_name(this, Name::seek, &[Value::int_from_u32(0), Value::int_from_u32(1)])
    }

    /// Truncate file to size bytes.
    ///
    /// File pointer is left unchanged. Size defaults to the current IO position
    /// as reported by tell(). Return the new size.
    #[pymethod(signature = "($self, size=None, /)")]
    fn truncate(cx: &Context, this: Value, size: Option<Value>) -> PyResult {
        let _ = (this, size);
        Err(unsupported(cx, "truncate"))
    }

    /// Return underlying file descriptor if one exists.
    ///
    /// Raise OSError if the IO object does not use a file descriptor.
    #[pymethod]
    fn fileno(cx: &Context, this: Value) -> PyResult {
        let _ = this;
        Err(unsupported(cx, "fileno"))
    }

    /// Flush write buffers, if applicable.
    ///
    /// This is not implemented for read-only and non-blocking streams.
    #[pymethod]
    fn flush(cx: &Context, this: Value) -> PyResult<()> {
        flush(cx, this)
    }

    /// Flush and close the IO object.
    ///
    /// This method has no effect if the file is already closed.
    #[pymethod]
    fn close(cx: &Context, this: Value) -> PyResult<()> {
        close(cx, this)
    }

    /// Return whether object supports random access.
    ///
    /// If False, seek(), tell() and truncate() will raise OSError.
    /// This method may need to do a test seek().
    #[pymethod]
    fn seekable(this: Value) -> bool {
        let _ = this;
        false
    }

    /// Return whether object was opened for reading.
    ///
    /// If False, read() will raise OSError.
    #[pymethod]
    fn readable(this: Value) -> bool {
        let _ = this;
        false
    }

    /// Return whether object was opened for writing.
    ///
    /// If False, write() will raise OSError.
    #[pymethod]
    fn writable(this: Value) -> bool {
        let _ = this;
        false
    }

    /// Return whether this is an 'interactive' stream.
    ///
    /// Return False if it can't be determined.
    #[pymethod]
    fn isatty(cx: &Context, this: Value) -> PyResult<bool> {
        check_open(cx, this)?;
        Ok(false)
    }

    #[pymethod(name = "_checkClosed", signature = "($self, msg=None, /)")]
    fn check_closed(cx: &Context, this: Value, msg: Option<Value>) -> PyResult<()> {
        let _ = msg;
        check_open(cx, this)
    }

    #[pymethod(name = "_checkSeekable", signature = "($self, msg=None, /)")]
    fn check_seekable(cx: &Context, this: Value, msg: Option<Value>) -> PyResult<bool> {
        let _ = msg;
        check_can(cx, this, Name::seekable).map(|()| true)
    }

    #[pymethod(name = "_checkReadable", signature = "($self, msg=None, /)")]
    fn check_readable(cx: &Context, this: Value, msg: Option<Value>) -> PyResult<bool> {
        let _ = msg;
        check_can(cx, this, Name::readable).map(|()| true)
    }

    #[pymethod(name = "_checkWritable", signature = "($self, msg=None, /)")]
    fn check_writable(cx: &Context, this: Value, msg: Option<Value>) -> PyResult<bool> {
        let _ = msg;
        check_can(cx, this, Name::writable).map(|()| true)
    }

    #[pymethod(name = "__enter__")]
    fn enter(cx: &Context, this: Value) -> PyResult {
        check_open(cx, this)?;
        Ok(this)
    }

    #[pymethod(name = "__exit__", signature = "($self, /, *args)")]
    fn exit(cx: &Context, this: Value, args: &[Value]) -> PyResult {
        let _ = args;
        ask(cx, this, Name::close)
    }

    #[pymethod(name = "__iter__")]
    fn iter(cx: &Context, this: Value) -> PyResult {
        check_open(cx, this)?;
        Ok(this)
    }

    #[pynext]
    fn next(cx: &Context, this: Value) -> PyResult<Option<Value>> {
        let line = ask(cx, this, Name::readline)?;
        Ok(if cx.length(line)? == 0 { None } else { Some(line) })
    }

    #[pymethod(name = "__del__")]
    fn del(cx: &Context, this: Value) {
        finalize(cx, this);
    }

    /// Read and return a line from the stream.
    ///
    /// If size is specified, at most size bytes will be read.
    ///
    /// The line terminator is always b'\n' for binary files; for text
    /// files, the newlines argument to open can be used to select the line
    /// terminator(s) recognized.
    #[pymethod(signature = "($self, size=-1, /)")]
    fn readline(cx: &Context, this: Value, size: Option<Value>) -> PyResult {
        read_line(cx, this, size_argument(cx, size)?)
    }

    /// Return a list of lines from the stream.
    ///
    /// hint can be specified to control the number of lines read: no more
    /// lines will be read if the total size (in bytes/characters) of all
    /// lines so far exceeds hint.
    #[pymethod(signature = "($self, hint=-1, /)")]
    fn readlines(cx: &Context, this: Value, hint: Option<Value>) -> PyResult {
        read_lines(cx, this, size_argument(cx, hint)?)
    }

    /// Write a list of lines to stream.
    ///
    /// Line separators are not added, so it is usual for each of the
    /// lines provided to have a line separator at the end.
    #[pymethod]
    fn writelines(cx: &Context, this: Value, lines: Value) -> PyResult<()> {
        check_open(cx, this)?;
        let lines = cx.iterate(lines)?;
        while let Some(line) = lines.next(cx)? {
            while let Err(raised) = cx.call_method_name(this, Name::write, &[line]) {
                retry_interrupted(cx, raised)?;
            }
        }
        Ok(())
    }

    #[pygetter]
    fn closed(cx: &Context, this: Value) -> PyResult<bool> {
        is_marked_closed(cx, this)
    }
}
