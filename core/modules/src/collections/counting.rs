//! `_count_elements`: what `Counter` counts with.
//!
//! Invariant: for a mapping whose `get` and `__setitem__` are dict's own, the dict is changed directly; any other one is asked.
//! Source: Modules/_collectionsmodule.c.

use threadsnake_engine::protocol::number::BinaryOperator;
use threadsnake_engine::types::class::Class;
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::{Context, Kind, Name, PyResult, Value};
use threadsnake_macros::pyfunction;

/// Whether a dict's class has not replaced what counting uses.
fn counts_as_dict(cx: &Context, mapping: Value) -> bool {
    let Some(own) = Class::from_value(cx.class(Kind::Dict)) else { return false };
    let class = cx.class_of(mapping);
    [Name::get, Name::__setitem__].into_iter().all(|method| {
        matches!((own.lookup_name(cx, method), class.lookup_name(cx, method)), (Some(own), Some(found)) if own.is(found))
    })
}

/// Count elements in the iterable, updating the mapping
#[pyfunction(name = "_count_elements")]
pub fn count_elements(cx: &Context, mapping: Value, iterable: Value) -> PyResult<()> {
    let one = Value::small_int_unchecked(1);
    let zero = Value::small_int_unchecked(0);
    let iterator = cx.iterate(iterable)?;
    let dict = Dict::from_value(mapping).filter(|_| counts_as_dict(cx, mapping));
    while let Some(element) = iterator.next(cx)? {
        let before = match dict {
            Some(dict) => dict.get(cx, element)?,
            None => Some(cx.call_method_name(mapping, Name::get, &[element, zero])?),
        };
        let count = match before {
            Some(count) => cx.binary_operation(BinaryOperator::Add, count, one)?,
            None => one,
        };
        match dict {
            Some(dict) => dict.set(cx, element, count)?,
            None => cx.set_item(mapping, element, count)?,
        }
        cx.poll()?;
    }
    Ok(())
}
