//! `bytearray_iterator`.
//!
//! Invariant: slot 0 is the bytearray, empty once the iterator is exhausted; the raw word is the index of the next byte.
//! Source: Objects/bytearrayobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::object_access::ObjectAccess;
use crate::types::byte_array::ByteArray;
use crate::types::iterator_state::{claim, reduce, reduce_with_state};
use crate::value::Value;

const SEQUENCE: usize = 0;
const INDEX: usize = 0;

/// The iterator of bytearrays.
#[pyclass(id = ByteArrayIterator, name = "bytearray_iterator", slots = 1, raw = 8, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct ByteArrayIterator(ObjectRef);

impl ByteArrayIterator {
    fn array(self) -> Option<ByteArray> {
        self.0.value(SEQUENCE).and_then(ByteArray::from_value)
    }
}

#[pymethods]
impl ByteArrayIterator {
    #[pynext]
    fn next(cx: &Context, this: ByteArrayIterator) -> PyResult<Option<Value>> {
        let Some(array) = this.array() else { return Ok(None) };
        let byte = claim(this.0, INDEX, array.len())
            .and_then(|index| array.with_bytes(cx, |content| content.get(index).copied()));
        match byte {
            Some(byte) => Ok(Some(Value::int_from_u32(byte as u32))),
            None => {
                cx.clear(this.0, SEQUENCE);
                Ok(None)
            }
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(this: ByteArrayIterator) -> usize {
        let index = this.0.raw_u64(INDEX) as usize;
        this.array().map_or(0, |array| array.len().saturating_sub(index))
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: ByteArrayIterator) -> PyResult {
        match this.array() {
            Some(array) => reduce_with_state(cx, "iter", array.as_value(), this.0.raw_u64(INDEX) as i64),
            None => reduce(cx, "iter", cx.empty_tuple().as_value()),
        }
    }

    /// Set state information for unpickling.
    #[pymethod]
    fn __setstate__(cx: &Context, this: ByteArrayIterator, state: Value) -> PyResult<()> {
        let index = cx.index_i64(state)?.max(0) as u64;
        if let Some(array) = this.array() {
            this.0.raw_store_u64(INDEX, index.min(array.len() as u64));
        }
        Ok(())
    }
}
