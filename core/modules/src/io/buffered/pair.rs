//! `io.BufferedRWPair`: a reader and a writer over two raw streams.
//!
//! Invariant: slots are the reader and the writer, empty until `__init__` has run.
//! Source: Modules/_io/bufferedio.c.

use threadsnake_engine::native::{Arguments, NativeType};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::{Context, Name, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::super::DEFAULT_BUFFER_SIZE;
use super::super::stream::{ask, chain, not_picklable, uninitialized};
use super::reader::BufferedReader;
use super::writer::BufferedWriter;

const READER: usize = 0;
const WRITER: usize = 1;

/// A buffered reader and writer object together.
///
/// A buffered reader object and buffered writer object put together to
/// form a sequential IO object that can read and write. This is typically
/// used with a socket or two-way pipe.
///
/// reader and writer are RawIOBase objects that are readable and
/// writeable respectively. If the buffer_size is omitted it defaults to
/// DEFAULT_BUFFER_SIZE.
#[pyclass(
    id = BufferedRWPair, base = BufferedIOBase, name = "BufferedRWPair", module = "_io", slots = 2,
    signature = "(reader, writer, buffer_size=131072, /)", flags(SUBCLASSABLE, HAS_DICT, NATIVE_FINALIZER)
)]
pub struct BufferedRWPair(ObjectRef);

impl BufferedRWPair {
    fn part(self, cx: &Context, slot: usize) -> PyResult {
        self.0.value(slot).ok_or_else(|| uninitialized(cx))
    }

    fn forward(self, cx: &Context, slot: usize, method: Name, arguments: &[Value]) -> PyResult {
        let part = self.part(cx, slot)?;
        cx.call_method_name(part, method, arguments)
    }

    fn optional(size: &Option<Value>) -> &[Value] {
        match size {
            Some(size) => core::slice::from_ref(size),
            None => &[],
        }
    }
}

#[pymethods]
impl BufferedRWPair {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        Ok(Value::from(cx.allocate_instance(BufferedRWPair::CLASS, class)?))
    }

    #[pymethod(name = "__init__", signature = "($self, reader, writer, buffer_size=131072, /)")]
    fn init(
        cx: &Context,
        this: BufferedRWPair,
        reader: Value,
        writer: Value,
        buffer_size: Option<Value>,
    ) -> PyResult<()> {
        let size = match buffer_size {
            Some(size) => cx.index_i64(size)?,
            None => DEFAULT_BUFFER_SIZE as i64,
        };
        super::super::stream::check_can(cx, reader, Name::readable)?;
        super::super::stream::check_can(cx, writer, Name::writable)?;
        let reader = BufferedReader::make(cx, reader, size)?;
        let writer = BufferedWriter::make(cx, writer, size)?;
        cx.store(this.0, READER, reader);
        cx.store(this.0, WRITER, writer);
        Ok(())
    }

    #[pymethod(signature = "($self, size=-1, /)")]
    fn read(cx: &Context, this: BufferedRWPair, size: Option<Value>) -> PyResult {
        this.forward(cx, READER, Name::read, Self::optional(&size))
    }

    #[pymethod(signature = "($self, size=0, /)")]
    fn peek(cx: &Context, this: BufferedRWPair, size: Option<Value>) -> PyResult {
        this.forward(cx, READER, Name::peek, Self::optional(&size))
    }

    #[pymethod(signature = "($self, size=-1, /)")]
    fn read1(cx: &Context, this: BufferedRWPair, size: Option<Value>) -> PyResult {
        this.forward(cx, READER, Name::read1, Self::optional(&size))
    }

    #[pymethod]
    fn readinto(cx: &Context, this: BufferedRWPair, buffer: Value) -> PyResult {
        this.forward(cx, READER, Name::readinto, &[buffer])
    }

    #[pymethod]
    fn readinto1(cx: &Context, this: BufferedRWPair, buffer: Value) -> PyResult {
        this.forward(cx, READER, Name::readinto1, &[buffer])
    }

    #[pymethod]
    fn write(cx: &Context, this: BufferedRWPair, buffer: Value) -> PyResult {
        this.forward(cx, WRITER, Name::write, &[buffer])
    }

    #[pymethod]
    fn flush(cx: &Context, this: BufferedRWPair) -> PyResult {
        this.forward(cx, WRITER, Name::flush, &[])
    }

    #[pymethod]
    fn readable(cx: &Context, this: BufferedRWPair) -> PyResult {
        this.forward(cx, READER, Name::readable, &[])
    }

    #[pymethod]
    fn writable(cx: &Context, this: BufferedRWPair) -> PyResult {
        this.forward(cx, WRITER, Name::writable, &[])
    }

    #[pymethod]
    fn close(cx: &Context, this: BufferedRWPair) -> PyResult<()> {
        let writer = this.part(cx, WRITER)?;
        let reader = this.part(cx, READER)?;
        let closed = ask(cx, writer, Name::close).map(|_| ());
        chain(cx, closed, || ask(cx, reader, Name::close).map(|_| ()))
    }

    #[pymethod]
    fn isatty(cx: &Context, this: BufferedRWPair) -> PyResult {
        let answer = this.forward(cx, WRITER, Name::isatty, &[])?;
        if !answer.is(Value::FALSE) {
            return Ok(answer);
        }
        this.forward(cx, READER, Name::isatty, &[])
    }

    #[pymethod(name = "__reduce_ex__")]
    fn reduce_ex(cx: &Context, this: BufferedRWPair, protocol: Value) -> PyResult {
        let _ = protocol;
        Err(not_picklable(cx, this.as_value()))
    }

    #[pygetter]
    fn closed(cx: &Context, this: BufferedRWPair) -> PyResult {
        match this.0.value(WRITER) {
            Some(writer) => cx.get_attribute_name(writer, Name::closed),
            None => Err(cx.raise(
                threadsnake_engine::ExceptionClass::RuntimeError,
                format_args!("the BufferedRWPair object is being garbage-collected"),
            )),
        }
    }
}
