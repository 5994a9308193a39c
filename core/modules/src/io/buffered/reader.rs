//! `io.BufferedReader`: the class. Its operations are in the modules beside.
//!
//! Source: Modules/_io/bufferedio.c.

use threadsnake_engine::native::{Arguments, NativeType};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::{Context, ExceptionClass, Name, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::super::DEFAULT_BUFFER_SIZE;
use super::super::stream::{ask, check_open, not_picklable, shown, size_argument};
use super::{Buffered, RAW, RAW_BYTES, SLOTS};

/// Create a new buffered reader using the given readable raw IO object.
#[pyclass(
    id = BufferedReader, base = BufferedIOBase, name = "BufferedReader", module = "_io", slots = SLOTS, raw = RAW_BYTES,
    signature = "(raw, buffer_size=131072)", flags(SUBCLASSABLE, HAS_DICT, NATIVE_STATE, NATIVE_FINALIZER)
)]
pub struct BufferedReader(ObjectRef);

fn buffered(this: BufferedReader) -> Buffered {
    Buffered::of(this.object())
}

impl BufferedReader {
    /// A reader over a raw stream.
    ///
    /// # Errors
    /// UnsupportedOperation if the raw stream cannot do what is needed; ValueError for a wrong size.
    pub fn make(cx: &Context, raw: Value, size: i64) -> PyResult {
        let class = cx.build_on_demand(BufferedReader::CLASS)?;
        let made = Buffered::allocate(cx, BufferedReader::CLASS, class.as_value())?;
        made.initialize(cx, raw, size, true, false)?;
        Ok(made.as_value())
    }
}

#[pymethods]
impl BufferedReader {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        Ok(Buffered::allocate(cx, BufferedReader::CLASS, class)?.as_value())
    }

    #[pymethod(name = "__init__", signature = "($self, /, raw, buffer_size=131072)")]
    fn init(cx: &Context, this: BufferedReader, raw: Value, buffer_size: Option<Value>) -> PyResult<()> {
        let size = match buffer_size {
            Some(size) => cx.index_i64(size)?,
            None => DEFAULT_BUFFER_SIZE as i64,
        };
        buffered(this).initialize(cx, raw, size, true, false)
    }

    #[pymethod]
    fn detach(cx: &Context, this: BufferedReader) -> PyResult {
        buffered(this).detach(cx)
    }

    #[pymethod]
    fn close(cx: &Context, this: BufferedReader) -> PyResult<()> {
        buffered(this).close(cx)
    }

    #[pymethod]
    fn seekable(cx: &Context, this: BufferedReader) -> PyResult {
        buffered(this).forward(cx, Name::seekable)
    }

    #[pymethod]
    fn fileno(cx: &Context, this: BufferedReader) -> PyResult {
        buffered(this).forward(cx, Name::fileno)
    }

    #[pymethod]
    fn isatty(cx: &Context, this: BufferedReader) -> PyResult {
        buffered(this).forward(cx, Name::isatty)
    }

    #[pymethod]
    fn _dealloc_warn(cx: &Context, this: BufferedReader, source: Value) -> PyResult<()> {
        buffered(this).dealloc_warn(cx, source)
    }

    #[pymethod(signature = "($self, target, whence=0, /)")]
    fn seek(cx: &Context, this: BufferedReader, target: Value, whence: i32) -> PyResult<i64> {
        let target = cx.index_i64(target)?;
        buffered(this).seek(cx, target, whence)
    }

    #[pymethod]
    fn tell(cx: &Context, this: BufferedReader) -> PyResult<i64> {
        buffered(this).tell(cx)
    }

    #[pymethod(signature = "($self, pos=None, /)")]
    fn truncate(cx: &Context, this: BufferedReader, pos: Option<Value>) -> PyResult {
        buffered(this).truncate(cx, pos)
    }

    #[pymethod(name = "__repr__", signature = "($self, /)")]
    fn repr(cx: &Context, this: BufferedReader) -> PyResult {
        shown(cx, this.as_value(), "")
    }

    #[pymethod(name = "__sizeof__")]
    fn size_of(cx: &Context, this: BufferedReader) -> PyResult<usize> {
        buffered(this).size_of(cx)
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: BufferedReader) -> PyResult {
        Err(not_picklable(cx, this.as_value()))
    }

    #[pymethod(name = "__reduce_ex__")]
    fn reduce_ex(cx: &Context, this: BufferedReader, protocol: Value) -> PyResult {
        let _ = protocol;
        Err(not_picklable(cx, this.as_value()))
    }

    #[pygetter]
    fn closed(cx: &Context, this: BufferedReader) -> PyResult {
        buffered(this).attribute(cx, Name::closed)
    }

    #[pygetter]
    fn name(cx: &Context, this: BufferedReader) -> PyResult {
        buffered(this).attribute(cx, Name::name)
    }

    #[pygetter]
    fn mode(cx: &Context, this: BufferedReader) -> PyResult {
        buffered(this).attribute(cx, Name::mode)
    }

    #[pygetter]
    fn raw(this: BufferedReader) -> Value {
        this.0.value(RAW).unwrap_or(Value::NONE)
    }

    #[pymethod]
    fn readable(cx: &Context, this: BufferedReader) -> PyResult {
        buffered(this).forward(cx, Name::readable)
    }

    /// Read and return up to size bytes; all there are if the size is absent, None or negative.
    #[pymethod(signature = "($self, size=-1, /)")]
    fn read(cx: &Context, this: BufferedReader, size: Option<Value>) -> PyResult {
        buffered(this).read(cx, size_argument(cx, size)?)
    }

    /// Read and return up to size bytes, with at most one read of the raw stream.
    #[pymethod(signature = "($self, size=-1, /)")]
    fn read1(cx: &Context, this: BufferedReader, size: Option<Value>) -> PyResult {
        let size = size_argument(cx, size)?;
        let bytes = buffered(this).read_once(cx, size)?;
        cx.bytes(&bytes)
    }

    #[pymethod]
    fn readinto(cx: &Context, this: BufferedReader, buffer: Value) -> PyResult<Option<usize>> {
        buffered(this).read_into(cx, buffer, false)
    }

    #[pymethod]
    fn readinto1(cx: &Context, this: BufferedReader, buffer: Value) -> PyResult<Option<usize>> {
        buffered(this).read_into(cx, buffer, true)
    }

    #[pymethod(signature = "($self, size=-1, /)")]
    fn readline(cx: &Context, this: BufferedReader, size: Option<Value>) -> PyResult {
        let size = size_argument(cx, size)?;
        let line = buffered(this).read_line(cx, size)?;
        cx.bytes(&line)
    }

    #[pymethod(signature = "($self, size=0, /)")]
    fn peek(cx: &Context, this: BufferedReader, size: Option<Value>) -> PyResult {
        if let Some(size) = size {
            cx.index_i64(size)?;
        }
        buffered(this).peek(cx)
    }

    #[pynext]
    fn next(cx: &Context, this: BufferedReader) -> PyResult<Option<Value>> {
        if Buffered::exact(this.as_value()).is_none() {
            let line = ask(cx, this.as_value(), Name::readline)?;
            if Bytes::from_value(line).is_none() {
                let class_name = cx.type_name(line);
                return Err(cx.raise(
                    ExceptionClass::OSError,
                    format_args!("readline() should have returned a bytes object, not '{class_name}'"),
                ));
            }
            return Ok(if cx.length(line)? == 0 { None } else { Some(line) });
        }
        let line = buffered(this).read_line(cx, -1)?;
        if line.is_empty() { Ok(None) } else { cx.bytes(&line).map(Some) }
    }

    #[pymethod(name = "__iter__")]
    fn iter(cx: &Context, this: BufferedReader) -> PyResult {
        check_open(cx, this.as_value())?;
        Ok(this.as_value())
    }

    #[pymethod]
    fn flush(cx: &Context, this: BufferedReader) -> PyResult {
        buffered(this).flush_raw(cx)
    }
}
