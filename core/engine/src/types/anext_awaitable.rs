//! The awaitable of `anext(iterator, default)`.
//!
//! Invariant: it drives what the iterator's `__anext__` returned, and passes everything through but StopAsyncIteration, in whose place the await
//! ends with the default. Source: Objects/iterobject.c (anextawaitable).

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::names::Name;
use crate::object_access::ObjectAccess;
use crate::types::generator;
use crate::value::Value;

/// Slots: what `__anext__` returned, and the default.
#[pyclass(id = AnextAwaitable, name = "anext_awaitable", slots = 2, flags(NOT_INSTANTIABLE), doc = "")]
pub struct AnextAwaitable(ObjectRef);

/// The awaitable that `anext` returns if it was given a default.
///
/// # Errors
/// MemoryError.
pub fn new(cx: &Context, awaitable: Value, default: Value) -> PyResult<Value> {
    let object = cx.allocate(Kind::AnextAwaitable, 2, 0)?;
    cx.initialize(object, 0, awaitable);
    cx.initialize(object, 1, default);
    Ok(Value::from(object))
}

impl AnextAwaitable {
    /// The iterator to drive. A coroutine is none itself; its `__await__` gives one.
    fn iterator(cx: &Context, this: AnextAwaitable) -> PyResult<Value> {
        let wrapped = this.object().value(0).unwrap_or(Value::NONE);
        if wrapped.is_kind(Kind::Coroutine)
            && let Some(method) = cx.special_method(wrapped, Name::__await__)?
        {
            return cx.call_pair(method, &[]);
        }
        generator::awaitable(cx, wrapped, 0)
    }

    /// What a step came to: the default takes the place of StopAsyncIteration.
    fn ended(cx: &Context, this: AnextAwaitable, result: PyResult<Value>) -> PyResult<Value> {
        match result {
            Err(raised) if cx.pending_is(&raised, ExceptionClass::StopAsyncIteration) => {
                cx.take_exception(raised);
                Err(cx.stop_iteration_with(this.object().value(1).unwrap_or(Value::NONE)))
            }
            other => other,
        }
    }

    fn pass_on(cx: &Context, this: AnextAwaitable, method: &str, arguments: &[Value]) -> PyResult<Value> {
        let result = Self::iterator(cx, this)
            .and_then(|iterator| cx.call_method(iterator, cx.intern_str(method)?, arguments));
        Self::ended(cx, this, result)
    }
}

#[pymethods]
impl AnextAwaitable {
    /// Return an iterator to be used in await expression.
    #[pymethod(name = "__await__")]
    fn r#await(this: AnextAwaitable) -> Value {
        this.as_value()
    }

    /// Implement iter(self).
    #[pymethod(name = "__iter__")]
    fn iter(this: AnextAwaitable) -> Value {
        this.as_value()
    }

    /// Implement next(self).
    #[pymethod(name = "__next__")]
    fn next(cx: &Context, this: AnextAwaitable) -> PyResult<Value> {
        Self::pass_on(cx, this, "__next__", &[])
    }

    /// send(arg) -> send 'arg' into the wrapped iterator,
    /// return next yielded value or raise StopIteration.
    #[pymethod(signature = "(value, /)")]
    fn send(cx: &Context, this: AnextAwaitable, value: Value) -> PyResult<Value> {
        Self::pass_on(cx, this, "send", &[value])
    }

    /// throw(value)
    /// throw(typ[,val[,tb]])
    ///
    /// raise exception in the wrapped iterator, return next yielded value
    /// or raise StopIteration.
    #[pymethod(signature = "(*exception)")]
    fn throw(cx: &Context, this: AnextAwaitable, exception: &[Value]) -> PyResult<Value> {
        Self::pass_on(cx, this, "throw", exception)
    }

    /// close() -> raise GeneratorExit inside generator.
    #[pymethod]
    fn close(cx: &Context, this: AnextAwaitable) -> PyResult<Value> {
        Self::pass_on(cx, this, "close", &[])
    }
}
