//! `iterator`: over anything with `__getitem__`.
//!
//! Invariant: slot 0 is the sequence, empty once the iterator is exhausted; the raw word is the index of the next item.
//! Source: Objects/iterobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::types::iterator_state::{claim, reduce, reduce_with_state};
use crate::value::Value;

const SEQUENCE: usize = 0;
const INDEX: usize = 0;

/// The iterator of sequences that have no iterator of their own.
#[pyclass(id = SequenceIterator, name = "iterator", slots = 1, raw = 8, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct SequenceIterator(ObjectRef);

/// `iter(sequence)`
///
/// # Errors
/// MemoryError.
pub fn new(cx: &Context, sequence: Value) -> PyResult {
    let object = cx.allocate(Kind::SequenceIterator, 1, 8)?;
    cx.initialize(object, SEQUENCE, sequence);
    Ok(Value::from(object))
}

/// `sequence[index]`; absent for IndexError and StopIteration.
///
/// # Errors
/// Anything else that it raises.
pub(crate) fn item_at(cx: &Context, sequence: Value, index: usize) -> PyResult<Option<Value>> {
    let index = cx.int_from_u64(index as u64)?;
    match cx.get_item(sequence, index) {
        Ok(item) => Ok(Some(item)),
        Err(raised)
            if cx.pending_is(&raised, ExceptionClass::IndexError)
                || cx.pending_is(&raised, ExceptionClass::StopIteration) =>
        {
            cx.take_exception(raised);
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

#[pymethods]
impl SequenceIterator {
    #[pynext]
    fn next(cx: &Context, this: SequenceIterator) -> PyResult<Option<Value>> {
        let Some(sequence) = this.0.value(SEQUENCE) else { return Ok(None) };
        let Some(index) = claim(this.0, INDEX, i64::MAX as usize) else {
            return Err(cx.raise(ExceptionClass::OverflowError, format_args!("iter index too large")));
        };
        let item = item_at(cx, sequence, index)?;
        if item.is_none() {
            cx.clear(this.0, SEQUENCE);
        }
        Ok(item)
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(cx: &Context, this: SequenceIterator) -> PyResult {
        let Some(sequence) = this.0.value(SEQUENCE) else { return Ok(Value::small_int_unchecked(0)) };
        match cx.optional_length(sequence)? {
            Some(length) => cx.int(length.saturating_sub(this.0.raw_u64(INDEX) as usize) as i64),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: SequenceIterator) -> PyResult {
        match this.0.value(SEQUENCE) {
            Some(sequence) => reduce_with_state(cx, "iter", sequence, this.0.raw_u64(INDEX) as i64),
            None => reduce(cx, "iter", cx.empty_tuple().as_value()),
        }
    }

    /// Set state information for unpickling.
    #[pymethod]
    fn __setstate__(cx: &Context, this: SequenceIterator, state: Value) -> PyResult<()> {
        let index = cx.index_i64(state)?.max(0);
        if this.0.value(SEQUENCE).is_some() {
            this.0.raw_store_u64(INDEX, index as u64);
        }
        Ok(())
    }
}
