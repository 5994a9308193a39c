//! `callable_iterator`: `iter(callable, sentinel)`.
//!
//! Invariant: slots are the callable and the sentinel, both empty once the iterator is exhausted. Source: Objects/iterobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::types::iterator_state::{builtin, reduce};
use crate::value::Value;

const CALLABLE: usize = 0;
const SENTINEL: usize = 1;

/// The iterator that calls a function until it returns the sentinel.
#[pyclass(id = CallableIterator, name = "callable_iterator", slots = 2, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct CallableIterator(ObjectRef);

impl CallableIterator {
    fn finish(self, cx: &Context) {
        cx.clear(self.0, CALLABLE);
        cx.clear(self.0, SENTINEL);
    }
}

#[pymethods]
impl CallableIterator {
    #[pynext]
    fn next(cx: &Context, this: CallableIterator) -> PyResult<Option<Value>> {
        let (Some(callable), Some(first_sentinel)) = (this.0.value(CALLABLE), this.0.value(SENTINEL)) else {
            return Ok(None);
        };
        let called = cx.call(callable, &[]);
        let Some(item) = cx.catch_stop_iteration(called)? else {
            this.finish(cx);
            return Ok(None);
        };
        // A call of Python code may have exhausted the iterator, and what it returned then is dropped. One of native code has not: if
        // the sentinel is gone, another thread found the end, and what this one got must not be lost.
        let sentinel = match this.0.value(SENTINEL) {
            Some(sentinel) => sentinel,
            None if callable.is_kind(Kind::NativeFunction) => first_sentinel,
            None => return Ok(None),
        };
        if cx.equal(sentinel, item)? {
            this.finish(cx);
            return Ok(None);
        }
        Ok(Some(item))
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: CallableIterator) -> PyResult {
        match (this.0.value(CALLABLE), this.0.value(SENTINEL)) {
            (Some(callable), Some(sentinel)) => {
                let arguments = cx.tuple(&[callable, sentinel])?;
                cx.tuple(&[builtin(cx, "iter")?, arguments])
            }
            _ => reduce(cx, "iter", cx.empty_tuple().as_value()),
        }
    }
}

impl Context {
    /// `iter(callable, sentinel)`
    ///
    /// # Errors
    /// MemoryError.
    pub fn callable_iterator(&self, callable: Value, sentinel: Value) -> PyResult {
        let object = self.allocate(Kind::CallableIterator, 2, 0)?;
        self.initialize(object, CALLABLE, callable);
        self.initialize(object, SENTINEL, sentinel);
        Ok(Value::from(object))
    }
}
