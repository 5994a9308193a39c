//! `array._array_reconstructor`: arrays from pickles, of machines of any kind.
//!
//! Source: Modules/arraymodule.c (`array__array_reconstructor_impl`).

use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::class::Class;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, Kind, PyResult, Value};
use threadsnake_macros::pyfunction;

use super::items::TypeCode;

/// The number of UTF-16, least byte first.
const UTF_16: u32 = 18;
/// The number of the last format.
const LAST: u32 = 21;

/// Internal. Used for pickling support.
#[pyfunction(name = "_array_reconstructor", signature = "(arraytype, typecode, mformat_code, items, /)")]
pub fn reconstruct(
    cx: &Context,
    arraytype: Value,
    typecode: Value,
    mformat_code: i32,
    items: Value,
) -> PyResult {
    let Some(class) = Class::from_value(arraytype) else {
        return Err(cx.type_error(format_args!(
            "first argument must be a type object, not {}",
            cx.type_name(arraytype)
        )));
    };
    if !Class::from_value(cx.class(Kind::Array)).is_some_and(|base| class.is_subclass_of(base)) {
        return Err(cx.type_error(format_args!("{} is not a subtype of array.array", class.name(cx))));
    }
    let code = Str::from_value(typecode).filter(|text| text.len() == 1);
    let Some(code) = code.and_then(|text| text.code_point(0)).and_then(TypeCode::of) else {
        return Err(cx.value_error(format_args!("second argument must be a valid type code")));
    };
    let format = u32::try_from(mformat_code).ok().filter(|&format| format <= LAST);
    let Some((stored, in_order, format)) = format
        .and_then(|format| TypeCode::of_machine_format(format).map(|(code, order)| (code, order, format)))
    else {
        return Err(cx.value_error(format_args!("third argument must be a valid machine format code.")));
    };
    let Some(bytes) = Bytes::from_value(items) else {
        return Err(
            cx.type_error(format_args!("fourth argument should be bytes, not {}", cx.type_name(items)))
        );
    };
    if !bytes.len().is_multiple_of(stored.size) {
        return Err(cx.value_error(format_args!("string length not a multiple of item size")));
    }
    if in_order && stored.machine_format() == code.machine_format() {
        return cx.call(arraytype, &[typecode, items]);
    }
    if format / 2 * 2 == UTF_16 {
        let encoding = cx.str(if format == UTF_16 { "utf-16-le" } else { "utf-16-be" })?;
        let text = cx.call_method(items, cx.intern_str("decode")?, &[encoding])?;
        return cx.call(arraytype, &[typecode, text]);
    }
    // Integers keep their width, whatever the code's is on this machine.
    let typecode = match stored.letter {
        _ if !stored.is_integer() || stored.is_text() => typecode,
        b'q' => cx.latin1_character(b'l').as_value(),
        b'Q' => cx.latin1_character(b'L').as_value(),
        letter => cx.latin1_character(letter).as_value(),
    };
    let values = cx.new_list(0)?;
    for item in bytes.as_slice().chunks_exact(stored.size) {
        let mut wide = [0; 8];
        let ordered = |index: usize| {
            let index = if in_order { index } else { stored.size - 1 - index };
            item.get(index).copied().unwrap_or(0)
        };
        for (index, place) in wide.iter_mut().take(stored.size).enumerate() {
            *place = ordered(index);
        }
        values.push(cx, stored.unpack(cx, wide)?)?;
    }
    cx.call(arraytype, &[typecode, values.as_value()])
}
