//! f-strings and t-strings: their pieces, and what these make.
//!
//! Invariant: conversions are numbered as in the table of operations: none, `s`, `r`, `a`.
//! Source: Python/bytecodes.c (`CONVERT_VALUE`, `FORMAT_WITH_SPEC`, `BUILD_STRING`, `BUILD_INTERPOLATION`, `BUILD_TEMPLATE`).

use crate::context::Context;
use crate::error::PyResult;
use crate::types::str_object::Str;
use crate::value::Value;

pub(crate) fn build_string(cx: &Context, pieces: &[Value]) -> PyResult<Value> {
    match pieces {
        [] => return Ok(cx.empty_str().as_value()),
        &[one] => return Ok(one),
        &[first, second] => {
            if let (Some(first), Some(second)) = (Str::from_value(first), Str::from_value(second)) {
                return Ok(cx.str_concat(first, second)?.as_value());
            }
        }
        _ => {}
    }
    Ok(cx.str_join_pieces(pieces)?.as_value())
}

pub(crate) fn format_value(
    cx: &Context,
    value: Value,
    specification: Option<Value>,
    conversion: u16,
) -> PyResult<Value> {
    let converted = match conversion {
        1 => cx.str_of(value)?.as_value(),
        2 => cx.repr(value)?.as_value(),
        3 => cx.ascii(value)?.as_value(),
        _ => value,
    };
    let specification = specification.and_then(Str::from_value).unwrap_or_else(|| cx.empty_str());
    Ok(cx.format_value(converted, specification)?.as_value())
}

pub(crate) fn build_interpolation(
    cx: &Context,
    value: Value,
    expression: Value,
    conversion: u16,
    specification: Option<Value>,
) -> PyResult<Value> {
    let conversion = match conversion {
        1 => cx.str("s")?,
        2 => cx.str("r")?,
        3 => cx.str("a")?,
        _ => Value::NONE,
    };
    let specification = specification.unwrap_or_else(|| cx.empty_str().as_value());
    crate::types::template::new_interpolation(cx, value, expression, conversion, specification)
}

pub(crate) fn build_template(cx: &Context, strings: Value, interpolations: Value) -> PyResult<Value> {
    crate::types::template::new_template(cx, strings, interpolations)
}
