//! `str_iterator` and `bytes_iterator`.
//!
//! Invariant: slot 0 is what is iterated, empty once the iterator is exhausted; the raw word is the index of the next item.
//! Source: Objects/unicodeobject.c, Objects/bytesobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::types::bytes_object::Bytes;
use crate::types::iterator_state::{claim, reduce, reduce_with_state};
use crate::types::str_object::Str;
use crate::value::Value;

const SEQUENCE: usize = 0;
const INDEX: usize = 0;

/// The iterator of strings.
#[pyclass(id = StrIterator, name = "str_iterator", slots = 1, raw = 8, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct StrIterator(ObjectRef);

impl StrIterator {
    fn text(self) -> Option<Str> {
        self.0.value(SEQUENCE).and_then(Str::from_value)
    }
}

#[pymethods]
impl StrIterator {
    #[pynext]
    fn next(cx: &Context, this: StrIterator) -> PyResult<Option<Value>> {
        let Some(text) = this.text() else { return Ok(None) };
        match claim(this.0, INDEX, text.len()).and_then(|index| text.code_point(index)) {
            Some(code_point) => Ok(Some(cx.str_from_code_point(code_point)?.as_value())),
            None => {
                cx.clear(this.0, SEQUENCE);
                Ok(None)
            }
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(this: StrIterator) -> usize {
        let index = this.0.raw_u64(INDEX) as usize;
        this.text().map_or(0, |text| text.len().saturating_sub(index))
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: StrIterator) -> PyResult {
        match this.text() {
            Some(text) => reduce_with_state(cx, "iter", text.as_value(), this.0.raw_u64(INDEX) as i64),
            None => reduce(cx, "iter", cx.empty_str().as_value()),
        }
    }

    /// Set state information for unpickling.
    #[pymethod]
    fn __setstate__(cx: &Context, this: StrIterator, state: Value) -> PyResult<()> {
        let index = cx.index_i64(state)?.max(0) as u64;
        if let Some(text) = this.text() {
            this.0.raw_store_u64(INDEX, index.min(text.len() as u64));
        }
        Ok(())
    }
}

/// The iterator of bytes.
#[pyclass(id = BytesIterator, name = "bytes_iterator", slots = 1, raw = 8, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct BytesIterator(ObjectRef);

impl BytesIterator {
    fn bytes(self) -> Option<Bytes> {
        self.0.value(SEQUENCE).and_then(Bytes::from_value)
    }
}

#[pymethods]
impl BytesIterator {
    #[pynext]
    fn next(cx: &Context, this: BytesIterator) -> PyResult<Option<Value>> {
        let Some(bytes) = this.bytes() else { return Ok(None) };
        match claim(this.0, INDEX, bytes.len()).and_then(|index| bytes.as_slice().get(index).copied()) {
            Some(byte) => Ok(Some(Value::int_from_u32(byte as u32))),
            None => {
                cx.clear(this.0, SEQUENCE);
                Ok(None)
            }
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(this: BytesIterator) -> usize {
        let index = this.0.raw_u64(INDEX) as usize;
        this.bytes().map_or(0, |bytes| bytes.len().saturating_sub(index))
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: BytesIterator) -> PyResult {
        match this.bytes() {
            Some(bytes) => reduce_with_state(cx, "iter", bytes.as_value(), this.0.raw_u64(INDEX) as i64),
            None => reduce(cx, "iter", cx.empty_tuple().as_value()),
        }
    }

    /// Set state information for unpickling.
    #[pymethod]
    fn __setstate__(cx: &Context, this: BytesIterator, state: Value) -> PyResult<()> {
        let index = cx.index_i64(state)?.max(0) as u64;
        if let Some(bytes) = this.bytes() {
            this.0.raw_store_u64(INDEX, index.min(bytes.len() as u64));
        }
        Ok(())
    }
}

/// An iterator of this kind over a string or bytes.
///
/// # Errors
/// MemoryError.
pub(crate) fn new(cx: &Context, kind: Kind, sequence: Value) -> PyResult {
    let object = cx.allocate(kind, 1, 8)?;
    cx.initialize(object, SEQUENCE, sequence);
    Ok(Value::from(object))
}
