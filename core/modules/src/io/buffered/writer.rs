//! `io.BufferedWriter`: the class. Its operations are in the modules beside.
//!
//! Source: Modules/_io/bufferedio.c.

use threadsnake_engine::native::{Arguments, NativeType};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::{Context, Name, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::super::DEFAULT_BUFFER_SIZE;
use super::super::stream::{not_picklable, shown};
use super::{Buffered, RAW, RAW_BYTES, SLOTS};

/// A buffer for a writeable sequential RawIO object.
///
/// The constructor creates a BufferedWriter for the given writeable raw
/// stream. If the buffer_size is not given, it defaults to
/// DEFAULT_BUFFER_SIZE.
#[pyclass(
    id = BufferedWriter, base = BufferedIOBase, name = "BufferedWriter", module = "_io", slots = SLOTS, raw = RAW_BYTES,
    signature = "(raw, buffer_size=131072)", flags(SUBCLASSABLE, HAS_DICT, NATIVE_STATE, NATIVE_FINALIZER)
)]
pub struct BufferedWriter(ObjectRef);

fn buffered(this: BufferedWriter) -> Buffered {
    Buffered::of(this.object())
}

impl BufferedWriter {
    /// A writer over a raw stream.
    ///
    /// # Errors
    /// UnsupportedOperation if the raw stream cannot do what is needed; ValueError for a wrong size.
    pub fn make(cx: &Context, raw: Value, size: i64) -> PyResult {
        let class = cx.build_on_demand(BufferedWriter::CLASS)?;
        let made = Buffered::allocate(cx, BufferedWriter::CLASS, class.as_value())?;
        made.initialize(cx, raw, size, false, true)?;
        Ok(made.as_value())
    }
}

#[pymethods]
impl BufferedWriter {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        Ok(Buffered::allocate(cx, BufferedWriter::CLASS, class)?.as_value())
    }

    #[pymethod(name = "__init__", signature = "($self, /, raw, buffer_size=131072)")]
    fn init(cx: &Context, this: BufferedWriter, raw: Value, buffer_size: Option<Value>) -> PyResult<()> {
        let size = match buffer_size {
            Some(size) => cx.index_i64(size)?,
            None => DEFAULT_BUFFER_SIZE as i64,
        };
        buffered(this).initialize(cx, raw, size, false, true)
    }

    #[pymethod]
    fn detach(cx: &Context, this: BufferedWriter) -> PyResult {
        buffered(this).detach(cx)
    }

    #[pymethod]
    fn close(cx: &Context, this: BufferedWriter) -> PyResult<()> {
        buffered(this).close(cx)
    }

    #[pymethod]
    fn seekable(cx: &Context, this: BufferedWriter) -> PyResult {
        buffered(this).forward(cx, Name::seekable)
    }

    #[pymethod]
    fn fileno(cx: &Context, this: BufferedWriter) -> PyResult {
        buffered(this).forward(cx, Name::fileno)
    }

    #[pymethod]
    fn isatty(cx: &Context, this: BufferedWriter) -> PyResult {
        buffered(this).forward(cx, Name::isatty)
    }

    #[pymethod]
    fn _dealloc_warn(cx: &Context, this: BufferedWriter, source: Value) -> PyResult<()> {
        buffered(this).dealloc_warn(cx, source)
    }

    #[pymethod(signature = "($self, target, whence=0, /)")]
    fn seek(cx: &Context, this: BufferedWriter, target: Value, whence: i32) -> PyResult<i64> {
        let target = cx.index_i64(target)?;
        buffered(this).seek(cx, target, whence)
    }

    #[pymethod]
    fn tell(cx: &Context, this: BufferedWriter) -> PyResult<i64> {
        buffered(this).tell(cx)
    }

    #[pymethod(signature = "($self, pos=None, /)")]
    fn truncate(cx: &Context, this: BufferedWriter, pos: Option<Value>) -> PyResult {
        buffered(this).truncate(cx, pos)
    }

    #[pymethod(name = "__repr__", signature = "($self, /)")]
    fn repr(cx: &Context, this: BufferedWriter) -> PyResult {
        shown(cx, this.as_value(), "")
    }

    #[pymethod(name = "__sizeof__")]
    fn size_of(cx: &Context, this: BufferedWriter) -> PyResult<usize> {
        buffered(this).size_of(cx)
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: BufferedWriter) -> PyResult {
        Err(not_picklable(cx, this.as_value()))
    }

    #[pymethod(name = "__reduce_ex__")]
    fn reduce_ex(cx: &Context, this: BufferedWriter, protocol: Value) -> PyResult {
        let _ = protocol;
        Err(not_picklable(cx, this.as_value()))
    }

    #[pygetter]
    fn closed(cx: &Context, this: BufferedWriter) -> PyResult {
        buffered(this).attribute(cx, Name::closed)
    }

    #[pygetter]
    fn name(cx: &Context, this: BufferedWriter) -> PyResult {
        buffered(this).attribute(cx, Name::name)
    }

    #[pygetter]
    fn mode(cx: &Context, this: BufferedWriter) -> PyResult {
        buffered(this).attribute(cx, Name::mode)
    }

    #[pygetter]
    fn raw(this: BufferedWriter) -> Value {
        this.0.value(RAW).unwrap_or(Value::NONE)
    }

    #[pymethod]
    fn writable(cx: &Context, this: BufferedWriter) -> PyResult {
        buffered(this).forward(cx, Name::writable)
    }

    /// Write the given buffer to the IO stream; returns how many bytes it has.
    #[pymethod(signature = "($self, buffer, /)")]
    fn write(cx: &Context, this: BufferedWriter, buffer: Value) -> PyResult<usize> {
        drop(buffered(this).ready(cx)?);
        cx.with_bytes(buffer, |bytes| buffered(this).write(cx, bytes))
    }

    #[pymethod]
    fn flush(cx: &Context, this: BufferedWriter) -> PyResult<()> {
        buffered(this).flush(cx)
    }
}
