//! `raise` and `except*`.
//!
//! Invariant: a cause is None or an exception, and giving one, even None, hides the context. What is neither an
//! exception nor a class of them raises TypeError in its place.
//! Source: Python/ceval.c (`do_raise`, `_PyEval_ExceptionGroupMatch`).

use crate::context::{Context, ThreadRoot};
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::object_access::ObjectAccess;
use crate::types::exception::{self, as_exception};
use crate::value::Value;

pub(crate) fn raise(cx: &Context, value: Value) -> Raised {
    match cx.exception_from(value) {
        Ok(object) => cx.raise_object(object),
        Err(raised) => raised,
    }
}

pub(crate) fn raise_from(cx: &Context, value: Value, cause: Value) -> Raised {
    let object = match cx.exception_from(value) {
        Ok(object) => object,
        Err(raised) => return raised,
    };
    let cause = if cause.is_none() {
        None
    } else if as_exception(cause).is_some() || cx.is_exception_class(cause) {
        match cx.exception_from(cause) {
            Ok(cause) => Some(Value::from(cause)),
            Err(raised) => return raised,
        }
    } else {
        return cx.type_error(format_args!("exception causes must derive from BaseException"));
    };
    cx.store_optional(object, exception::slot::CAUSE, cause);
    object.raw_store_u8(exception::SUPPRESS_CONTEXT, 1);
    cx.raise_object(object)
}

pub(crate) fn raise_current(cx: &Context) -> Raised {
    match cx.thread_root(ThreadRoot::Handled) {
        Some(handled) => cx.raise_value(handled),
        None => cx.raise(ExceptionClass::RuntimeError, format_args!("No active exception to reraise")),
    }
}

pub(crate) fn match_exception_group(
    cx: &Context,
    exception: Value,
    clause: Value,
) -> PyResult<(Value, Value)> {
    crate::types::exception_group::match_clause(cx, exception, clause)
}

pub(crate) fn combine_exception_group(cx: &Context, original: Value, raised: Value) -> PyResult<Value> {
    crate::types::exception_group::combine(cx, original, raised)
}
