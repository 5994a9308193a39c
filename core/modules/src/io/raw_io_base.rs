//! `_io._RawIOBase`: `read` and `readall` over a subclass's `readinto`.
//!
//! Source: Modules/_io/iobase.c.

use alloc::vec::Vec;

use threadsnake_engine::types::byte_array::ByteArray;
use threadsnake_engine::{Context, ExceptionClass, Name, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::DEFAULT_BUFFER_SIZE;
use super::stream::{ask, expect_bytes, retry_interrupted, size_argument, zeroed};

/// Base class for raw binary I/O.
#[pyclass(
    id = RawIOBase, layout = Object, base = IOBase, name = "_RawIOBase", module = "_io",
    flags(SUBCLASSABLE, HAS_DICT, NATIVE_FINALIZER)
)]
pub struct RawIOBase;

#[pymethods]
impl RawIOBase {
    #[pymethod(signature = "($self, size=-1, /)")]
    fn read(cx: &Context, this: Value, size: Option<Value>) -> PyResult {
        let Ok(size) = usize::try_from(size_argument(cx, size)?) else {
            return ask(cx, this, Name::readall);
        };
        let array: ByteArray = zeroed(cx, size)?;
        let answer = cx.call_method_name(this, Name::readinto, &[array.as_value()])?;
        if answer.is_none() {
            return Ok(answer);
        }
        let count = cx.index_i64(answer)?;
        let content = array.snapshot(cx);
        match usize::try_from(count).ok().and_then(|count| content.get(..count)) {
            Some(read) if read.len() <= size => cx.bytes(read),
            _ => Err(cx.value_error(format_args!("readinto returned {count} outside buffer size {size}"))),
        }
    }

    #[pymethod]
    fn readinto(cx: &Context, this: Value, buffer: Value) -> PyResult {
        let _ = (this, buffer);
        Err(cx.raise_with(ExceptionClass::NotImplementedError, &[]))
    }

    #[pymethod]
    fn write(cx: &Context, this: Value, b: Value) -> PyResult {
        let _ = (this, b);
        Err(cx.raise_with(ExceptionClass::NotImplementedError, &[]))
    }

    /// Read until EOF, using multiple read() call.
    #[pymethod]
    fn readall(cx: &Context, this: Value) -> PyResult {
        let mut bytes: Vec<u8> = Vec::new();
        loop {
            let size = Value::int_from_length(DEFAULT_BUFFER_SIZE);
            let piece = match cx.call_method_name(this, Name::read, &[size]) {
                Ok(piece) => piece,
                Err(raised) => {
                    retry_interrupted(cx, raised)?;
                    continue;
                }
            };
            if piece.is_none() {
                if bytes.is_empty() {
                    return Ok(piece);
                }
                break;
            }
            let piece = expect_bytes(cx, piece, format_args!("read() should return bytes"))?;
            if piece.is_empty() {
                break;
            }
            bytes.try_reserve(piece.len()).map_err(|_| cx.memory_error())?;
            bytes.extend_from_slice(piece.as_slice());
        }
        cx.bytes(&bytes)
    }
}
