//! `super().name` without an object for `super()`.
//!
//! Invariant: the short cut is taken for the builtin `super` alone; whatever else the name `super` stands for is called with the class
//! and the receiver, as the program would have done.
//! Source: Python/bytecodes.c (`LOAD_SUPER_ATTR`).

use crate::attribute::MethodPair;
use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::types::str_object::Str;
use crate::value::Value;

pub(crate) fn super_attribute(
    cx: &Context,
    callee: Value,
    class: Value,
    receiver: Value,
    name: Str,
) -> PyResult<Value> {
    let pair = super_method(cx, callee, class, receiver, name)?;
    match pair.receiver {
        None => Ok(pair.callable),
        Some(receiver) => cx.descriptor_get(pair.callable, Some(receiver), cx.class_of(receiver)),
    }
}

pub(crate) fn super_method(
    cx: &Context,
    callee: Value,
    class: Value,
    receiver: Value,
    name: Str,
) -> PyResult<MethodPair> {
    if callee.is(cx.class(Kind::Super)) {
        return cx.super_lookup(class, receiver, name);
    }
    let proxy = cx.call(callee, &[class, receiver])?;
    cx.method_pair(proxy, name)
}
