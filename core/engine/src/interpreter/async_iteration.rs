//! `async for`: the iterator, and the awaitable of its next item.
//!
//! Invariant: both methods are looked up in the class, and what they give is checked before the loop awaits it.
//! Source: Python/bytecodes.c (`GET_AITER`), Python/ceval.c (`_PyEval_GetANext`) for semantics and texts.

use crate::context::Context;
use crate::error::PyResult;
use crate::names::Name;
use crate::types::exception::{self, as_exception};
use crate::value::Value;

pub(crate) fn get_async_iterator(cx: &Context, value: Value) -> PyResult<Value> {
    let Some(pair) = cx.special_method(value, Name::__aiter__)? else {
        return Err(cx.type_error(format_args!(
            "'async for' requires an object with __aiter__ method, got {}",
            cx.type_name(value)
        )));
    };
    let iterator = cx.call_pair(pair, &[])?;
    if cx.class_of(iterator).lookup_name(cx, Name::__anext__).is_none() {
        return Err(cx.type_error(format_args!(
            "'async for' received an object from __aiter__ that does not implement __anext__: {}",
            cx.type_name(iterator)
        )));
    }
    Ok(iterator)
}

pub(crate) fn get_async_next(cx: &Context, iterator: Value) -> PyResult<Value> {
    let Some(pair) = cx.special_method(iterator, Name::__anext__)? else {
        return Err(cx.type_error(format_args!(
            "'async for' requires an iterator with __anext__ method, got {}",
            cx.type_name(iterator)
        )));
    };
    let awaitable = cx.call_pair(pair, &[])?;
    let type_name = cx.type_name(awaitable);
    crate::types::generator::awaitable(cx, awaitable, 3).map_err(|raised| {
        let cause = cx.take_exception(raised);
        let raised =
            cx.type_error(format_args!("'async for' received an invalid object from __anext__: {type_name}"));
        let error = cx.take_exception(raised);
        if let Some(object) = as_exception(error) {
            for place in [exception::slot::CAUSE, exception::slot::CONTEXT] {
                cx.store(object, place, cause);
            }
        }
        cx.raise_value(error)
    })
}
