//! Builtin functions about numbers and characters.
//!
//! Invariant: they dispatch to the number protocol; nothing here knows a number's layout. Source: Python/bltinmodule.c.

use threadsnake_macros::pyfunction;

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::names::Name;
use crate::types::str_object::Str;
use crate::value::Value;

/// Return the absolute value of the argument.
#[pyfunction]
pub fn abs(cx: &Context, number: Value) -> PyResult<Value> {
    cx.absolute(number)
}

/// An integer's digits of so many bits each, behind the prefix of the base.
fn in_base(cx: &Context, number: Value, specification: &str, prefix: u8, bits: u32) -> PyResult<Str> {
    let index = cx.index(number)?;
    if let Some(number) = index.as_small_int() {
        // At most 63 digits, the prefix and a sign.
        let mut text = [0; 66];
        let mut length = 0;
        let mut places = text.iter_mut().rev();
        let mut put = |byte| {
            if let Some(place) = places.next() {
                *place = byte;
                length += 1;
            }
        };
        let mut rest = number.unsigned_abs();
        loop {
            let digit = (rest & ((1 << bits) - 1)) as u8;
            put(if digit < 10 { b'0' + digit } else { b'a' + (digit - 10) });
            rest >>= bits;
            if rest == 0 {
                break;
            }
        }
        put(prefix);
        put(b'0');
        if number < 0 {
            put(b'-');
        }
        return cx.str_from_latin1(text.get(text.len() - length..).unwrap_or(&[]));
    }
    cx.format_value(index, cx.intern_str(specification)?)
}

/// Return the binary representation of an integer.
///
///    >>> bin(2796202)
///    '0b1010101010101010101010'
#[pyfunction]
pub fn bin(cx: &Context, number: Value) -> PyResult<Str> {
    in_base(cx, number, "#b", b'b', 1)
}

/// Return the hexadecimal representation of an integer.
///
///    >>> hex(12648430)
///    '0xc0ffee'
#[pyfunction]
pub fn hex(cx: &Context, number: Value) -> PyResult<Str> {
    in_base(cx, number, "#x", b'x', 4)
}

/// Return the octal representation of an integer.
///
///    >>> oct(342391)
///    '0o1234567'
#[pyfunction]
pub fn oct(cx: &Context, number: Value) -> PyResult<Str> {
    in_base(cx, number, "#o", b'o', 3)
}

/// Return a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff.
#[pyfunction]
pub fn chr(cx: &Context, i: Value) -> PyResult<Str> {
    let index = cx.index(i)?;
    let number = crate::types::int_object::as_i64(index).and_then(|number| u32::try_from(number).ok());
    match number.filter(|&number| number <= 0x10_FFFF) {
        Some(number) => cx.str_from_code_point(number),
        None => Err(cx.value_error(format_args!("chr() arg not in range(0x110000)"))),
    }
}

/// Return the ordinal value of a character.
///
/// If the argument is a one-character string, return the Unicode code
/// point of that character.
///
/// If the argument is a bytes or bytearray object of length 1, return its
/// single byte value.
#[pyfunction]
pub fn ord(cx: &Context, c: Value) -> PyResult<Value> {
    let length = if let Some(text) = Str::from_value(c) {
        if let (1, Some(code_point)) = (text.len(), text.code_point(0)) {
            return Ok(Value::int_from_u32(code_point));
        }
        text.len()
    } else if matches!(c.kind(), Some(Kind::Bytes | Kind::ByteArray)) {
        let length = cx.length(c)?;
        if length == 1 {
            return cx.get_item(c, Value::small_int_unchecked(0));
        }
        length
    } else {
        return Err(
            cx.type_error(format_args!("ord() expected string of length 1, but {} found", cx.type_name(c)))
        );
    };
    Err(cx.type_error(format_args!("ord() expected a character, but string of length {length} found")))
}

/// Return the tuple (x//y, x%y).  Invariant: div*y + mod == x.
#[pyfunction]
pub fn divmod(cx: &Context, x: Value, y: Value) -> PyResult<Value> {
    cx.divmod(x, y)
}

/// Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments.
///
/// Some types, such as ints, are able to use a more efficient algorithm when
/// invoked using the three argument form.
#[pyfunction(signature = "(base, exp, mod=None)")]
pub fn pow(cx: &Context, base: Value, exp: Value, r#mod: Value) -> PyResult<Value> {
    cx.power(base, exp, if r#mod.is_none() { None } else { Some(r#mod) })
}

/// Round a number to a given precision in decimal digits.
///
/// The return value is an integer if ndigits is omitted or None.  Otherwise
/// the return value has the same type as the number.  ndigits may be negative.
#[pyfunction(signature = "(number, ndigits=None)")]
pub fn round(cx: &Context, number: Value, ndigits: Value) -> PyResult<Value> {
    let Some(method) = cx.special_method(number, Name::__round__)? else {
        return Err(
            cx.type_error(format_args!("type {} doesn't define __round__ method", cx.type_name(number)))
        );
    };
    if ndigits.is_none() { cx.call_pair(method, &[]) } else { cx.call_pair(method, &[ndigits]) }
}
