//! `tuple_iterator`.
//!
//! Invariant: slot 0 is the tuple, empty once the iterator is exhausted; the raw word is the index of the next item.
//! Source: Objects/tupleobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::types::iterator_state::{claim, reduce, reduce_with_state};
use crate::types::tuple::Tuple;
use crate::value::Value;

const TUPLE: usize = 0;
const INDEX: usize = 0;

/// The iterator of tuples.
#[pyclass(id = TupleIterator, name = "tuple_iterator", slots = 1, raw = 8, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct TupleIterator(ObjectRef);

impl TupleIterator {
    fn tuple(self) -> Option<Tuple> {
        self.0.value(TUPLE).and_then(Tuple::from_value)
    }
}

#[pymethods]
impl TupleIterator {
    #[pynext]
    fn next(cx: &Context, this: TupleIterator) -> PyResult<Option<Value>> {
        let Some(tuple) = this.tuple() else { return Ok(None) };
        let item = claim(this.0, INDEX, tuple.len()).and_then(|index| tuple.get(index));
        if item.is_none() {
            cx.clear(this.0, TUPLE);
        }
        Ok(item)
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(this: TupleIterator) -> usize {
        let index = this.0.raw_u64(INDEX) as usize;
        this.tuple().map_or(0, |tuple| tuple.len().saturating_sub(index))
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: TupleIterator) -> PyResult {
        match this.tuple() {
            Some(tuple) => reduce_with_state(cx, "iter", tuple.as_value(), this.0.raw_u64(INDEX) as i64),
            None => reduce(cx, "iter", cx.empty_tuple().as_value()),
        }
    }

    /// Set state information for unpickling.
    #[pymethod]
    fn __setstate__(cx: &Context, this: TupleIterator, state: Value) -> PyResult<()> {
        let index = cx.index_i64(state)?.max(0) as u64;
        if let Some(tuple) = this.tuple() {
            this.0.raw_store_u64(INDEX, index.min(tuple.len() as u64));
        }
        Ok(())
    }
}

/// `iter(tuple)`
///
/// # Errors
/// MemoryError.
pub fn new(cx: &Context, tuple: Tuple) -> PyResult {
    let object = cx.allocate(Kind::TupleIterator, 1, 8)?;
    cx.initialize(object, TUPLE, tuple.as_value());
    Ok(Value::from(object))
}
