//! `_io._BufferedIOBase`: `readinto` over a subclass's `read`; what a subclass does not have is unsupported.
//!
//! Source: Modules/_io/bufferedio.c.

use threadsnake_engine::{Context, Name, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::stream::{expect_bytes, unsupported, writable_length};

/// Base class for buffered IO objects.
///
/// The main difference with RawIOBase is that the read() method
/// supports omitting the size argument, and does not have a default
/// implementation that defers to readinto().
///
/// In addition, read(), readinto() and write() may raise
/// BlockingIOError if the underlying raw stream is in non-blocking
/// mode and not ready; unlike their raw counterparts, they will never
/// return None.
///
/// A typical implementation should not inherit from a RawIOBase
/// implementation, but wrap one.
#[pyclass(
    id = BufferedIOBase, layout = Object, base = IOBase, name = "_BufferedIOBase", module = "_io",
    flags(SUBCLASSABLE, HAS_DICT, NATIVE_FINALIZER)
)]
pub struct BufferedIOBase;

fn read_into(cx: &Context, this: Value, method: Name, buffer: Value) -> PyResult<usize> {
    let function = if method == Name::read1 { "readinto1" } else { "readinto" };
    let length = writable_length(cx, function, buffer)?;
    let data = cx.call_method_name(this, method, &[Value::int_from_length(length)])?;
    let data = expect_bytes(cx, data, format_args!("read() should return bytes"))?;
    if data.len() > length {
        return Err(cx.value_error(format_args!(
            "read() returned too much data: {length} bytes requested, {} returned",
            data.len()
        )));
    }
    cx.write_into_buffer(buffer, 0, data.as_slice())?;
    Ok(data.len())
}

#[pymethods]
impl BufferedIOBase {
    #[pymethod(signature = "($self, buffer, /)")]
    fn readinto(cx: &Context, this: Value, buffer: Value) -> PyResult<usize> {
        read_into(cx, this, Name::read, buffer)
    }

    #[pymethod(signature = "($self, buffer, /)")]
    fn readinto1(cx: &Context, this: Value, buffer: Value) -> PyResult<usize> {
        read_into(cx, this, Name::read1, buffer)
    }

    /// Disconnect this buffer from its underlying raw stream and return it.
    ///
    /// After the raw stream has been detached, the buffer is in an unusable
    /// state.
    #[pymethod]
    fn detach(cx: &Context, this: Value) -> PyResult {
        let _ = this;
        Err(unsupported(cx, "detach"))
    }

    /// Read and return up to n bytes.
    ///
    /// If the size argument is omitted, None, or negative, read and
    /// return all data until EOF.
    ///
    /// If the size argument is positive, and the underlying raw stream is
    /// not 'interactive', multiple raw reads may be issued to satisfy
    /// the byte count (unless EOF is reached first).
    /// However, for interactive raw streams (as well as sockets and pipes),
    /// at most one raw read will be issued, and a short result does not
    /// imply that EOF is imminent.
    ///
    /// Return an empty bytes object on EOF.
    ///
    /// Return None if the underlying raw stream was open in non-blocking
    /// mode and no data is available at the moment.
    #[pymethod(signature = "($self, size=-1, /)")]
    fn read(cx: &Context, this: Value, size: Option<Value>) -> PyResult {
        let _ = (this, size);
        Err(unsupported(cx, "read"))
    }

    /// Read and return up to size bytes, with at most one read() call to the underlying raw stream.
    ///
    /// Return an empty bytes object on EOF.
    /// A short result does not imply that EOF is imminent.
    #[pymethod(signature = "($self, size=-1, /)")]
    fn read1(cx: &Context, this: Value, size: Option<Value>) -> PyResult {
        let _ = (this, size);
        Err(unsupported(cx, "read1"))
    }

    /// Write buffer b to the IO stream.
    ///
    /// Return the number of bytes written, which is always
    /// the length of b in bytes.
    ///
    /// Raise BlockingIOError if the buffer is full and the
    /// underlying raw stream cannot accept more data at the moment.
    #[pymethod(signature = "($self, b, /)")]
    fn write(cx: &Context, this: Value, b: Value) -> PyResult {
        let _ = (this, b);
        Err(unsupported(cx, "write"))
    }
}
