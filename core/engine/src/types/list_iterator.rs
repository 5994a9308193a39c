//! `list_iterator` and `list_reverseiterator`.
//!
//! Invariant: slot 0 is the list, empty once the iterator is exhausted; the raw word is the index of the next item (for the reverse
//! iterator one more than it). Source: Objects/listobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::types::iterator_state::{claim, claim_backwards, reduce, reduce_with_state};
use crate::types::list::List;
use crate::value::Value;

const LIST: usize = 0;
const INDEX: usize = 0;

/// The iterator of lists.
#[pyclass(id = ListIterator, name = "list_iterator", slots = 1, raw = 8, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct ListIterator(ObjectRef);

impl ListIterator {
    fn list(self) -> Option<List> {
        self.0.value(LIST).and_then(List::from_value)
    }
}

#[pymethods]
impl ListIterator {
    #[pynext]
    fn next(cx: &Context, this: ListIterator) -> PyResult<Option<Value>> {
        let Some(list) = this.list() else { return Ok(None) };
        let item = claim(this.0, INDEX, list.len()).and_then(|index| list.get(index));
        if item.is_none() {
            cx.clear(this.0, LIST);
        }
        Ok(item)
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(this: ListIterator) -> usize {
        let index = this.0.raw_u64(INDEX) as usize;
        this.list().map_or(0, |list| list.len().saturating_sub(index))
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: ListIterator) -> PyResult {
        match this.list() {
            Some(list) => reduce_with_state(cx, "iter", list.as_value(), this.0.raw_u64(INDEX) as i64),
            None => reduce(cx, "iter", cx.list(&[])?),
        }
    }

    /// Set state information for unpickling.
    #[pymethod]
    fn __setstate__(cx: &Context, this: ListIterator, state: Value) -> PyResult<()> {
        let index = cx.index_i64(state)?.max(0) as u64;
        if let Some(list) = this.list() {
            this.0.raw_store_u64(INDEX, index.min(list.len() as u64));
        }
        Ok(())
    }
}

/// The reverse iterator of lists.
#[pyclass(id = ListReverseIterator, name = "list_reverseiterator", slots = 1, raw = 8, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct ListReverseIterator(ObjectRef);

impl ListReverseIterator {
    fn list(self) -> Option<List> {
        self.0.value(LIST).and_then(List::from_value)
    }
}

#[pymethods]
impl ListReverseIterator {
    #[pynext]
    fn next(cx: &Context, this: ListReverseIterator) -> PyResult<Option<Value>> {
        let Some(list) = this.list() else { return Ok(None) };
        let item = claim_backwards(this.0, INDEX).and_then(|index| list.get(index));
        if item.is_none() {
            cx.clear(this.0, LIST);
        }
        Ok(item)
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(this: ListReverseIterator) -> usize {
        let remaining = this.0.raw_u64(INDEX) as usize;
        this.list().filter(|list| list.len() >= remaining).map_or(0, |_| remaining)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: ListReverseIterator) -> PyResult {
        match this.list() {
            Some(list) => {
                reduce_with_state(cx, "reversed", list.as_value(), this.0.raw_u64(INDEX) as i64 - 1)
            }
            None => reduce(cx, "iter", cx.list(&[])?),
        }
    }

    /// Set state information for unpickling.
    #[pymethod]
    fn __setstate__(cx: &Context, this: ListReverseIterator, state: Value) -> PyResult<()> {
        let index = cx.index_i64(state)?.max(-1);
        if let Some(list) = this.list() {
            this.0.raw_store_u64(INDEX, (index as u64).wrapping_add(1).min(list.len() as u64));
        }
        Ok(())
    }
}

fn make(cx: &Context, kind: Kind, list: List, index: usize) -> PyResult {
    let object = cx.allocate(kind, 1, 8)?;
    cx.initialize(object, LIST, list.as_value());
    object.raw_store_u64(INDEX, index as u64);
    Ok(Value::from(object))
}

/// `iter(list)`
///
/// # Errors
/// MemoryError.
pub fn new(cx: &Context, list: List) -> PyResult {
    make(cx, Kind::ListIterator, list, 0)
}

/// `reversed(list)`
///
/// # Errors
/// MemoryError.
pub fn new_reverse(cx: &Context, list: List) -> PyResult {
    make(cx, Kind::ListReverseIterator, list, list.len())
}
