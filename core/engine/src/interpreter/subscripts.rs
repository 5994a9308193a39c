//! `container[index]`, read and stored.
//!
//! Invariant: the fast functions (`*_fast`) know exact builtin containers alone, neither raise nor reach a safepoint, and decline what
//! they are not sure of; then the container's own methods decide.
//! Source: Python/bytecodes.c (`BINARY_OP_SUBSCR_*`, `STORE_SUBSCR`).

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::{Kind, client_flags};
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// `container[index]` for exact lists and tuples and an index from the start.
#[inline(always)]
pub(crate) fn item_fast(container: Value, index: Value) -> Option<Value> {
    let object = container.as_object()?;
    if !index.is_small_int() || object.client_flags() & client_flags::SUBCLASS != 0 {
        return None;
    }
    // A negative index is beyond any length.
    let index = index.small_int_payload() as usize;
    if object.kind() == Kind::List as u8 {
        List::from_object(object).get_exact(index)
    } else if object.kind() == Kind::Tuple as u8 {
        Tuple::from_value(container)?.get(index)
    } else {
        None
    }
}

/// `container[index] = value` for a private exact list whose buffer needs no barrier, and an index from the start; false for
/// everything else.
#[inline(always)]
pub(crate) fn store_item_fast(container: Value, index: Value, value: Value) -> bool {
    let Some(list) = List::from_value(container) else { return false };
    if !index.is_small_int() || !list.is_exact() || list.object().is_shared() {
        return false;
    }
    let index = index.small_int_payload() as usize;
    match list.items() {
        Some(items) if index < list.len() && index < items.slot_count() && items.takes_plain_stores() => {
            // SAFETY: just tested.
            unsafe { items.store_plain(index, value.word()) };
            true
        }
        _ => false,
    }
}

/// `container[index]`.
///
/// # Errors
/// What the subscript raises.
#[inline(never)]
pub(crate) fn load_subscript(cx: &Context, container: Value, index: Value) -> PyResult<Value> {
    match subscript_fast(cx, container, index) {
        Some(value) => Ok(value),
        None => cx.get_item(container, index),
    }
}

/// `container[index] = value`.
///
/// # Errors
/// What the assignment raises.
#[inline(never)]
pub(crate) fn store_subscript(cx: &Context, container: Value, index: Value, value: Value) -> PyResult<()> {
    if let Some(object) = container.as_object()
        && object.client_flags() & client_flags::SUBCLASS == 0
    {
        match Kind::of(object) {
            Kind::Dict => return Dict::from_object(object).set(cx, index, value),
            Kind::List if store_in_list(cx, List::from_object(object), index, value) => return Ok(()),
            _ => {}
        }
    }
    cx.set_item(container, index, value)
}

/// `container[index]` for exact lists, tuples, dicts and strings.
#[inline]
fn subscript_fast(cx: &Context, container: Value, index: Value) -> Option<Value> {
    let object = container.as_object()?;
    match object.kind() {
        kind if kind == Kind::List as u8 => {
            let list = List::from_object(object);
            if !list.is_exact() {
                return None;
            }
            let index = index.as_small_int()?;
            let index = if index < 0 { index + list.len() as i64 } else { index };
            list.get(usize::try_from(index).ok()?)
        }
        kind if kind == Kind::Dict as u8 => {
            let dict = Dict::from_object(object);
            if !dict.is_exact() {
                return None;
            }
            if let Some(text) = Str::from_value(index) {
                if !text.is_exact() {
                    return None;
                }
                return dict.get_str_fast(cx, text);
            }
            if index.is_small_int() { dict.get_small_int_fast(cx, index) } else { None }
        }
        kind if kind == Kind::Str as u8 => {
            let text = Str::from_value(container)?;
            if !text.is_exact() {
                return None;
            }
            let index = index.as_small_int()?;
            let index = if index < 0 { index + text.len() as i64 } else { index };
            let code_point = text.code_point(usize::try_from(index).ok()?)?;
            u8::try_from(code_point).ok().map(|unit| cx.latin1_character(unit).as_value())
        }
        kind if kind == Kind::Tuple as u8 => {
            let tuple = Tuple::from_value(container)?;
            if !tuple.is_exact() {
                return None;
            }
            let index = index.as_small_int()?;
            let index = if index < 0 { index + tuple.len() as i64 } else { index };
            tuple.get(usize::try_from(index).ok()?)
        }
        _ => None,
    }
}

/// `list[index] = value`; false for what is no index of the list.
#[inline]
fn store_in_list(cx: &Context, list: List, index: Value, value: Value) -> bool {
    let Some(index) = index.as_small_int() else { return false };
    let index = if index < 0 { index + list.len() as i64 } else { index };
    match usize::try_from(index) {
        Ok(index) => list.set(cx, index, value),
        Err(_) => false,
    }
}
