//! Lists, sets and dicts from displays, comprehensions and `*` and `**` in them.
//!
//! Invariant: the target is an exact container that the running code is building and has not yet given away.
//! Source: Python/bytecodes.c (`BUILD_*`, `LIST_EXTEND`, `SET_UPDATE`, `DICT_UPDATE`).

use crate::context::Context;
use crate::error::PyResult;
use crate::names::Name;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::value::Value;

/// `dict[key] = value` for an exact dict under construction.
///
/// # Errors
/// What hashing and comparing the key raises.
#[inline(never)]
pub(crate) fn dict_insert(cx: &Context, dict: Value, key: Value, value: Value) -> PyResult<()> {
    match Dict::from_value(dict) {
        Some(dict) => dict.set(cx, key, value),
        None => Ok(()),
    }
}

/// A list of these items.
///
/// # Errors
/// MemoryError.
#[inline(never)]
pub(crate) fn build_list(cx: &Context, items: &[Value]) -> PyResult<Value> {
    cx.list(items)
}

pub(crate) fn build_set(cx: &Context, items: &[Value]) -> PyResult<Value> {
    let set = cx.new_set()?;
    for &item in items {
        set_add(cx, set.as_value(), item)?;
    }
    Ok(set.as_value())
}

pub(crate) fn build_dict(cx: &Context, items: &[Value]) -> PyResult<Value> {
    let dict = cx.new_dict_with_capacity(items.len() / 2)?;
    for pair in items.chunks_exact(2) {
        if let &[key, value] = pair {
            dict.set(cx, key, value)?;
        }
    }
    Ok(dict.as_value())
}

pub(crate) fn list_extend(cx: &Context, target: Value, source: Value) -> PyResult<()> {
    let Some(list) = List::from_value(target) else { return Ok(()) };
    let class = cx.class_of(source);
    if class.lookup_name(cx, Name::__iter__).is_none() && class.lookup_name(cx, Name::__getitem__).is_none() {
        return Err(
            cx.type_error(format_args!("Value after * must be an iterable, not {}", cx.type_name(source)))
        );
    }
    let items = cx.collect(source)?;
    for &item in items.as_slice() {
        list.push(cx, item)?;
    }
    Ok(())
}

pub(crate) fn list_to_tuple(cx: &Context, list: Value) -> PyResult<Value> {
    match List::from_value(list) {
        Some(list) => {
            let items = list.snapshot(cx);
            cx.tuple(items.as_slice())
        }
        None => Ok(cx.empty_tuple().as_value()),
    }
}

pub(crate) fn set_add(cx: &Context, target: Value, item: Value) -> PyResult<()> {
    match crate::types::set::Set::from_value(target) {
        Some(set) => set.add(cx, item).map(|_| ()),
        None => Ok(()),
    }
}

pub(crate) fn set_update(cx: &Context, target: Value, source: Value) -> PyResult<()> {
    let items = cx.collect(source)?;
    for &item in items.as_slice() {
        set_add(cx, target, item)?;
    }
    Ok(())
}

pub(crate) fn dict_update(cx: &Context, target: Value, source: Value) -> PyResult<()> {
    let Some(dict) = Dict::from_value(target) else { return Ok(()) };
    if let Some(other) = Dict::from_value(source).filter(|other| other.is_exact()) {
        return dict.update_from(cx, other);
    }
    let keys_method = cx.find_attribute_or_none(source, cx.name(Name::keys))?;
    let Some(keys_method) = keys_method else {
        return Err(cx.type_error(format_args!("'{}' object is not a mapping", cx.type_name(source))));
    };
    let keys = cx.call(keys_method, &[])?;
    let keys = cx.collect(keys)?;
    for &key in keys.as_slice() {
        let value = cx.get_item(source, key)?;
        dict.set(cx, key, value)?;
    }
    Ok(())
}
