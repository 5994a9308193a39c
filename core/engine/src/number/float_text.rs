//! `repr(float)`, `float(text)` and the text of complex numbers.
//!
//! Invariant: `parse(repr(x)) == x` for every finite float; reading is correctly rounded for text of any length.
//! Source: CPython's Objects/floatobject.c (`float_from_string_inner`), Objects/complexobject.c; PEP 515 underscores.

use alloc::string::String;
use alloc::vec::Vec;

use super::float_format::{FloatFlags, FloatStyle, float_to_text};
use super::integer_text::stripped;

/// `repr(value)`
pub fn repr(value: f64) -> String {
    let flags = FloatFlags { add_dot_zero: true, ..FloatFlags::default() };
    // At most 24 characters: there is nothing that could fail.
    float_to_text(value, FloatStyle::Shortest, 0, flags).unwrap_or_default()
}

fn repr_without_dot_zero(value: f64) -> String {
    float_to_text(value, FloatStyle::Shortest, 0, FloatFlags::default()).unwrap_or_default()
}

/// `repr(complex(real, imaginary))`
pub fn complex_repr(real: f64, imaginary: f64) -> String {
    let mut text = String::new();
    if real == 0.0 && !real.is_sign_negative() {
        text.push_str(&repr_without_dot_zero(imaginary));
        text.push('j');
        return text;
    }
    text.push('(');
    text.push_str(&repr_without_dot_zero(real));
    if !imaginary.is_sign_negative() || imaginary.is_nan() {
        text.push('+');
    }
    text.push_str(&repr_without_dot_zero(imaginary));
    text.push_str("j)");
    text
}

/// Without underscores, if each stands between two digits.
fn without_underscores(text: &[u8]) -> Option<Vec<u8>> {
    let mut clean = Vec::new();
    clean.try_reserve_exact(text.len()).ok()?;
    let mut last = 0u8;
    for &byte in text {
        if byte == b'_' {
            if !last.is_ascii_digit() {
                return None;
            }
        } else {
            if last == b'_' && !byte.is_ascii_digit() {
                return None;
            }
            clean.push(byte);
        }
        last = byte;
    }
    (last != b'_').then_some(clean)
}

/// `float(text)` for ASCII text (other digits and spaces having been replaced by their ASCII counterparts); `None` if it is no
/// float literal.
pub fn parse(text: &[u8]) -> Option<f64> {
    let text = stripped(text);
    if text.contains(&b'_') {
        return parse_plain(&without_underscores(text)?);
    }
    parse_plain(text)
}

fn parse_plain(text: &[u8]) -> Option<f64> {
    let (value, rest) = parse_prefix(text)?;
    rest.is_empty().then_some(value)
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// The longest float literal that `text` starts with, and what follows it.
pub fn parse_prefix(text: &[u8]) -> Option<(f64, &[u8])> {
    let signed = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let sign = if text.first() == Some(&b'-') { -1.0 } else { 1.0 };
    for (word, value) in [(&b"infinity"[..], f64::INFINITY), (b"inf", f64::INFINITY), (b"nan", f64::NAN)] {
        if let Some((start, rest)) = signed.split_at_checked(word.len())
            && start.eq_ignore_ascii_case(word)
        {
            return Some((f64::copysign(value, sign), rest));
        }
    }
    let whole = digits(signed);
    let mut length = whole;
    let mut count = whole;
    if signed.get(length) == Some(&b'.') {
        let fraction = digits(signed.get(length + 1..).unwrap_or(&[]));
        count += fraction;
        length += 1 + fraction;
    }
    if count == 0 {
        return None;
    }
    if let Some(b'e' | b'E') = signed.get(length) {
        let sign = matches!(signed.get(length + 1), Some(b'+' | b'-')) as usize;
        let exponent = digits(signed.get(length + 1 + sign..).unwrap_or(&[]));
        if exponent != 0 {
            length += 1 + sign + exponent;
        }
    }
    let (literal, rest) = signed.split_at_checked(length)?;
    // What was accepted above is a subset of what `core` reads.
    let value: f64 = core::str::from_utf8(literal).ok()?.parse().ok()?;
    Some((f64::copysign(value, sign), rest))
}

/// `complex(text)`; `None` if it is malformed.
pub fn parse_complex(text: &[u8]) -> Option<(f64, f64)> {
    let text = stripped(text);
    let clean;
    let text = match text.contains(&b'_') {
        true => {
            clean = without_underscores(text)?;
            clean.as_slice()
        }
        false => text,
    };
    let (text, in_parentheses) = match text {
        [b'(', rest @ ..] => (stripped(rest), true),
        _ => (text, false),
    };
    let (value, rest) = parse_complex_body(text)?;
    let rest = stripped(rest);
    let rest = if in_parentheses { stripped(rest.strip_prefix(b")")?) } else { rest };
    rest.is_empty().then_some(value)
}

fn is_imaginary_unit(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'j' | b'J'))
}

/// `+j` and `-j` are units without a number.
fn signed_unit(text: &[u8]) -> Option<(f64, &[u8])> {
    match text {
        [b'+', b'j' | b'J', rest @ ..] => Some((1.0, rest)),
        [b'-', b'j' | b'J', rest @ ..] => Some((-1.0, rest)),
        _ => None,
    }
}

fn parse_complex_body(text: &[u8]) -> Option<((f64, f64), &[u8])> {
    if is_imaginary_unit(text) {
        return Some(((0.0, 1.0), text.get(1..)?));
    }
    if let Some((unit, rest)) = signed_unit(text) {
        return Some(((0.0, unit), rest));
    }
    let (first, rest) = parse_prefix(text)?;
    if is_imaginary_unit(rest) {
        return Some(((0.0, first), rest.get(1..)?));
    }
    if let Some((unit, rest)) = signed_unit(rest) {
        return Some(((first, unit), rest));
    }
    if matches!(rest.first(), Some(b'+' | b'-')) {
        let (second, rest) = parse_prefix(rest)?;
        return is_imaginary_unit(rest).then_some(((first, second), rest.get(1..)?));
    }
    Some(((first, 0.0), rest))
}

#[cfg(test)]
#[path = "tests/float_text.rs"]
mod tests;
