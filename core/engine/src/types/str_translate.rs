//! `str.translate` and `str.maketrans`.
//!
//! Invariant: a table is asked once for each ASCII character, however often it occurs. Source: Objects/unicodeobject.c.

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::types::dict::Dict;
use crate::types::int_object::is_int;
use crate::types::str_methods::argument_type;
use crate::types::str_object::Str;
use crate::types::str_units::TextBuilder;
use crate::value::Value;

/// What stands for a character.
#[derive(Copy, Clone)]
enum Mapped {
    Unknown,
    Same,
    Nothing,
    CodePoint(u32),
    Text(Str),
}

fn mapped(cx: &Context, table: Value, code_point: u32) -> PyResult<Mapped> {
    let found = match cx.get_item(table, Value::int_from_u32(code_point)) {
        Ok(found) => found,
        Err(raised) if cx.pending_is(&raised, ExceptionClass::LookupError) => {
            cx.take_exception(raised);
            return Ok(Mapped::Same);
        }
        Err(raised) => return Err(raised),
    };
    if found.is_none() {
        return Ok(Mapped::Nothing);
    }
    if let Some(text) = Str::from_value(found) {
        return Ok(Mapped::Text(text));
    }
    if is_int(found) {
        let number = cx.clipped_int(found).unwrap_or(-1);
        return match u32::try_from(number).ok().filter(|&number| number < 0x11_0000) {
            Some(number) => Ok(Mapped::CodePoint(number)),
            None => Err(cx.value_error(format_args!("character mapping must be in range(0x110000)"))),
        };
    }
    Err(cx.type_error(format_args!("character mapping must return integer, None or str")))
}

/// `text.translate(table)`
///
/// # Errors
/// TypeError and ValueError for what a table must not return, and what looking up raises.
pub(crate) fn translate(cx: &Context, text: Str, table: Value) -> PyResult<Str> {
    let mut builder = TextBuilder::with_capacity(text.len());
    let mut known = [Mapped::Unknown; 128];
    // The texts that `known` holds live here, where the collector sees them.
    let mut kept = cx.scratch();
    for code_point in text.code_points() {
        let place = known.get_mut(code_point as usize);
        let result = match place {
            None => mapped(cx, table, code_point)?,
            Some(place) => {
                if let Mapped::Unknown = place {
                    *place = mapped(cx, table, code_point)?;
                    if let Mapped::Text(text) = place {
                        kept.push(text.as_value());
                    }
                }
                *place
            }
        };
        match result {
            Mapped::Unknown | Mapped::Same => builder.push(code_point),
            Mapped::Nothing => {}
            Mapped::CodePoint(code_point) => builder.push(code_point),
            Mapped::Text(text) => builder.push_str(text),
        }
    }
    builder.finish(cx)
}

/// `str.maketrans(x, y, z)`
///
/// # Errors
/// TypeError, ValueError.
pub(crate) fn make_table(cx: &Context, x: Value, y: Option<Value>, z: Option<Value>) -> PyResult {
    let table = cx.new_dict()?;
    if let Some(y) = y {
        let Some(from) = Str::from_value(x) else {
            return Err(cx.type_error(format_args!(
                "first maketrans argument must be a string if there is a second argument"
            )));
        };
        let text = |value: Value, number: usize| {
            Str::from_value(value).ok_or_else(|| {
                let class_name = argument_type(cx, value);
                cx.type_error(format_args!("maketrans() argument {number} must be str, not {class_name}"))
            })
        };
        let to = text(y, 2)?;
        let deleted = z.map(|z| text(z, 3)).transpose()?;
        if from.len() != to.len() {
            return Err(
                cx.value_error(format_args!("the first two maketrans arguments must have equal length"))
            );
        }
        for (from, to) in from.code_points().zip(to.code_points()) {
            table.set(cx, Value::int_from_u32(from), Value::int_from_u32(to))?;
        }
        if let Some(deleted) = deleted {
            for code_point in deleted.code_points() {
                table.set(cx, Value::int_from_u32(code_point), Value::NONE)?;
            }
        }
        return Ok(table.as_value());
    }
    let Some(given) = Dict::from_value(x).filter(|dict| dict.is_exact()) else {
        return Err(
            cx.type_error(format_args!("if you give only one argument to maketrans it must be a dict"))
        );
    };
    let items = given.snapshot(cx);
    for pair in items.as_slice().chunks_exact(2) {
        let &[key, value] = pair else { continue };
        let key = if let Some(text) = Str::from_value(key) {
            match (text.len(), text.code_point(0)) {
                (1, Some(code_point)) => Value::int_from_u32(code_point),
                _ => {
                    return Err(
                        cx.value_error(format_args!("string keys in translate table must be of length 1"))
                    );
                }
            }
        } else if is_int(key) {
            key
        } else {
            return Err(cx.type_error(format_args!("keys in translate table must be strings or integers")));
        };
        table.set(cx, key, value)?;
    }
    Ok(table.as_value())
}
