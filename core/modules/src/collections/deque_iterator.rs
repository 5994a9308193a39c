//! `_deque_iterator` and `_deque_reverse_iterator`.
//!
//! Invariant: slot 0 is the deque, empty once the iterator is exhausted; raw words: the items left, and the deque's count of changes
//! at the start. Source: Modules/_collectionsmodule.c.

use threadsnake_engine::native::FromValue;
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::iterator_state::claim_backwards;
use threadsnake_engine::{Context, ExceptionClass, Kind, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::deque_ring::Deque;

const DEQUE: usize = 0;
const LEFT: usize = 0;
const CHANGES: usize = 8;

/// The iterator of deques.
#[pyclass(
    id = DequeIterator,
    name = "_deque_iterator",
    module = "collections",
    slots = 1,
    raw = 16,
    flags(NO_WEAK_REFERENCES),
    doc = ""
)]
pub struct DequeIterator(ObjectRef);

/// The reverse iterator of deques.
#[pyclass(
    id = DequeReverseIterator,
    name = "_deque_reverse_iterator",
    module = "collections",
    slots = 1,
    raw = 16,
    flags(NO_WEAK_REFERENCES),
    doc = ""
)]
pub struct DequeReverseIterator(ObjectRef);

fn start(cx: &Context, object: ObjectRef, deque: Deque) {
    cx.store(object, DEQUE, deque.as_value());
    object.raw_store_u64(CHANGES, deque.changes());
    object.raw_store_u64(LEFT, deque.len() as u64);
}

/// An iterator over a deque, of one of the two kinds.
///
/// # Errors
/// MemoryError.
pub fn new(cx: &Context, kind: Kind, deque: Deque) -> PyResult {
    let object = cx.allocate(kind, 1, 16)?;
    start(cx, object, deque);
    Ok(Value::from(object))
}

fn advance(cx: &Context, object: ObjectRef, reverse: bool) -> PyResult<Option<Value>> {
    let Some(deque) = object.value(DEQUE).and_then(Deque::of) else { return Ok(None) };
    if deque.changes() != object.raw_u64(CHANGES) {
        object.raw_store_u64(LEFT, 0);
        return Err(cx.raise(ExceptionClass::RuntimeError, format_args!("deque mutated during iteration")));
    }
    if object.raw_u64(LEFT) == 0 {
        cx.clear(object, DEQUE);
        return Ok(None);
    }
    let Some(left) = claim_backwards(object, LEFT) else { return Ok(None) };
    let index = if reverse { Some(left) } else { deque.len().checked_sub(left + 1) };
    match index.and_then(|index| deque.get(cx, index)) {
        Some(item) => Ok(Some(item)),
        None => Err(cx.raise(ExceptionClass::RuntimeError, format_args!("deque mutated during iteration"))),
    }
}

fn construct(cx: &Context, kind: Kind, source: Value, index: Option<Value>) -> PyResult {
    let deque = Deque::from_value(cx, source)?;
    let object = cx.allocate(kind, 1, 16)?;
    start(cx, object, deque);
    let skipped = match index {
        Some(index) => cx.index_i64(index)?.max(0) as u64,
        None => 0,
    };
    object.raw_store_u64(LEFT, (deque.len() as u64).saturating_sub(skipped));
    Ok(Value::from(object))
}

fn reduce(cx: &Context, this: Value, object: ObjectRef) -> PyResult {
    let class = cx.class_of(this).as_value();
    let source = match object.value(DEQUE) {
        Some(deque) => deque,
        None => cx.call(cx.class(Kind::Deque), &[])?,
    };
    let length = Deque::of(source).map_or(0, Deque::len) as u64;
    let done = length.saturating_sub(object.raw_u64(LEFT));
    let arguments = cx.tuple(&[source, cx.int(done as i64)?])?;
    cx.tuple(&[class, arguments])
}

#[pymethods]
impl DequeIterator {
    #[pynew]
    fn new(cx: &Context, _class: Value, deque: Value, index: Option<Value>) -> PyResult {
        construct(cx, Kind::DequeIterator, deque, index)
    }

    #[pynext]
    fn next(cx: &Context, this: DequeIterator) -> PyResult<Option<Value>> {
        advance(cx, this.object(), false)
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(this: DequeIterator) -> u64 {
        this.object().raw_u64(LEFT)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: DequeIterator) -> PyResult {
        reduce(cx, this.as_value(), this.object())
    }
}

#[pymethods]
impl DequeReverseIterator {
    #[pynew]
    fn new(cx: &Context, _class: Value, deque: Value, index: Option<Value>) -> PyResult {
        construct(cx, Kind::DequeReverseIterator, deque, index)
    }

    #[pynext]
    fn next(cx: &Context, this: DequeReverseIterator) -> PyResult<Option<Value>> {
        advance(cx, this.object(), true)
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(this: DequeReverseIterator) -> u64 {
        this.object().raw_u64(LEFT)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: DequeReverseIterator) -> PyResult {
        reduce(cx, this.as_value(), this.object())
    }
}
