//! `with` and `async with`: the special methods, and the call that ends the block after an exception.
//!
//! Invariant: the methods are looked up in the class, not the instance.
//! Source: Python/bytecodes.c (`LOAD_SPECIAL`, `WITH_EXCEPT_START`), Python/ceval.c (`_PyEval_SpecialMethodCanSuggest`) for texts.

use crate::attribute::MethodPair;
use crate::context::Context;
use crate::error::PyResult;
use crate::names::Name;
use crate::object_access::ObjectAccess;
use crate::types::exception::{self, as_exception};
use crate::value::Value;

pub(crate) fn load_special(cx: &Context, value: Value, which: u16) -> PyResult<MethodPair> {
    let name = match which {
        0 => Name::__enter__,
        1 => Name::__exit__,
        2 => Name::__aenter__,
        _ => Name::__aexit__,
    };
    if let Some(pair) = cx.special_method(value, name)? {
        return Ok(pair);
    }
    let class = cx.class_of(value);
    let type_name = cx.qualified_type_name(value);
    let has = |name: Name| class.lookup_name(cx, name).is_some();
    let (protocol, missing, hint) = match which {
        0 | 1 => (
            "context manager",
            if which == 1 { " (missed __exit__ method)" } else { "" },
            if has(Name::__aenter__) && has(Name::__aexit__) {
                " but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?"
            } else {
                ""
            },
        ),
        _ => (
            "asynchronous context manager",
            if which == 3 { " (missed __aexit__ method)" } else { "" },
            if has(Name::__enter__) && has(Name::__exit__) {
                " but it supports the context manager protocol. Did you mean to use 'with'?"
            } else {
                ""
            },
        ),
    };
    Err(cx.type_error(format_args!(
        "'{type_name}' object does not support the {protocol} protocol{missing}{hint}"
    )))
}

pub(crate) fn call_exit(
    cx: &Context,
    callable: Value,
    receiver: Option<Value>,
    exception: Value,
) -> PyResult<Value> {
    let class = cx.class_of(exception).as_value();
    let traceback = as_exception(exception)
        .and_then(|object| object.value(exception::slot::TRACEBACK))
        .unwrap_or(Value::NONE);
    cx.call_pair(MethodPair { callable, receiver }, &[class, exception, traceback])
}
