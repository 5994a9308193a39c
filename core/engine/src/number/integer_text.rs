//! Ints from text and to text.
//!
//! Invariant: parsing accepts exactly what `int()` accepts, and no conversion is quadratic; the digit limit
//! (`sys.set_int_max_str_digits`) is checked before work starts, for the sake of programs that rely on the error.
//! Source: CPython's Objects/longobject.c (`PyLong_FromString`, `long_to_decimal_string_internal`); PEP 515 underscores.

use alloc::format;
use alloc::string::String;

use dashu_int::UBig;

use super::integer::{Integer, IntegerRef};
use super::{NumberError, big_integer, limbs};

/// Why text is no int.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ParseError {
    /// Not a literal of the base: `invalid literal for int() with base {base}: {text!r}`.
    Invalid,
    /// An error of its own.
    Number(NumberError),
}

/// The default of `sys.get_int_max_str_digits()`.
pub const DEFAULT_DIGIT_LIMIT: usize = 4300;
/// The smallest limit that may be set, other than 0 for none.
pub const SMALLEST_DIGIT_LIMIT: usize = 640;

fn limit_error(limit: usize, digits: Option<usize>) -> NumberError {
    let value = digits.map(|digits| format!(": value has {digits} digits")).unwrap_or_default();
    NumberError::Value(
        format!(
            "Exceeds the limit ({limit} digits) for integer string conversion{value}; \
             use sys.set_int_max_str_digits() to increase the limit"
        )
        .into(),
    )
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

pub(super) fn stripped(mut text: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_space(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_space(*last)
    {
        text = rest;
    }
    text
}

/// `int(text, base)` for ASCII text (other digits and spaces having been replaced by their ASCII counterparts). `base` is
/// 0 or 2 to 36; `limit` is the digit limit, 0 for none.
pub fn parse(text: &[u8], base: u32, limit: usize) -> Result<Integer, ParseError> {
    if base != 0 && !(2..=36).contains(&base) {
        let message = "int() base must be >= 2 and <= 36, or 0";
        return Err(ParseError::Number(NumberError::Value(message.into())));
    }
    let text = stripped(text);
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let prefix_base = match text {
        [b'0', b'x' | b'X', ..] => Some(16),
        [b'0', b'o' | b'O', ..] => Some(8),
        [b'0', b'b' | b'B', ..] => Some(2),
        _ => None,
    };
    let mut digits = text;
    let mut only_zeros = false;
    let base = match (base, prefix_base) {
        (0, Some(prefix)) => prefix,
        (0, None) => {
            // As in source text, 0777 is no decimal number.
            only_zeros = text.first() == Some(&b'0');
            10
        }
        (base, _) => base,
    };
    if prefix_base == Some(base) {
        digits = text.get(2..).unwrap_or(&[]);
        if let [b'_', rest @ ..] = digits {
            digits = rest;
        }
    }
    let value = parse_digits(digits, base, limit)?;
    if only_zeros && value != Integer::ZERO {
        return Err(ParseError::Invalid);
    }
    match negative {
        true => big_integer::negate(value.as_ref()).map_err(ParseError::Number),
        false => Ok(value),
    }
}

fn parse_digits(text: &[u8], base: u32, limit: usize) -> Result<Integer, ParseError> {
    // Digits with single underscores between them.
    let mut count = 0usize;
    let mut after_digit = false;
    for &byte in text {
        if byte == b'_' && after_digit {
            after_digit = false;
        } else if (byte as char).is_digit(base) {
            after_digit = true;
            count += 1;
        } else {
            return Err(ParseError::Invalid);
        }
    }
    if !after_digit {
        return Err(ParseError::Invalid);
    }
    if limit != 0 && !base.is_power_of_two() && count > limit {
        return Err(ParseError::Number(limit_error(limit, Some(count))));
    }
    let digits = text.iter().filter(|&&byte| byte != b'_');
    if count <= 12 {
        // 36 ** 12 is below 2 ** 63.
        let value = digits.fold(0i64, |value, &byte| {
            value * base as i64 + (byte as char).to_digit(base).unwrap_or(0) as i64
        });
        return Ok(Integer::from(value));
    }
    let mut clean = String::new();
    clean.try_reserve_exact(count).map_err(|_| ParseError::Number(NumberError::Memory))?;
    clean.extend(digits.map(|&byte| byte as char));
    // Each digit is at most 36, so 6 bits.
    limbs::check_room(count / 10 + 2).map_err(ParseError::Number)?;
    let value = UBig::from_str_radix(&clean, base).map_err(|_| ParseError::Invalid)?;
    Ok(Integer::from_magnitude(false, big_integer::from_crate(&value)))
}

/// `str(a)`; `limit` is the digit limit, 0 for none.
pub fn to_decimal(a: IntegerRef<'_>, limit: usize) -> Result<String, NumberError> {
    if let Some(value) = a.to_i64() {
        return Ok(format!("{value}"));
    }
    let mut store = 0;
    let (negative, magnitude) = a.parts(&mut store);
    let bits = limbs::bit_length(magnitude);
    // 2 ** (bits - 1) has at least this many digits: 0.3010 is below log10(2).
    let at_least = (bits.saturating_sub(1) as u128 * 3010 / 10_000) as usize;
    if limit != 0 && at_least > limit {
        return Err(limit_error(limit, None));
    }
    limbs::check_room(magnitude.len())?;
    let mut text = if negative { String::from("-") } else { String::new() };
    text.try_reserve(at_least + 32).map_err(|_| NumberError::Memory)?;
    let digits = format!("{}", big_integer::to_crate(magnitude));
    if limit != 0 && digits.len() > limit {
        return Err(limit_error(limit, None));
    }
    text.push_str(&digits);
    Ok(text)
}

/// The digits of `a` in base 2, 8 or 16 (or any other up to 36), lower case, with a sign but no prefix.
pub fn to_radix(a: IntegerRef<'_>, radix: u32) -> Result<String, NumberError> {
    if let Some(value) = a.to_i64() {
        let sign = if value < 0 { "-" } else { "" };
        let magnitude = value.unsigned_abs();
        match radix {
            2 => return Ok(format!("{sign}{magnitude:b}")),
            8 => return Ok(format!("{sign}{magnitude:o}")),
            16 => return Ok(format!("{sign}{magnitude:x}")),
            _ => {}
        }
    }
    let radix = u8::try_from(radix).ok().filter(|radix| (2..=36).contains(radix));
    let radix = radix.ok_or(NumberError::Value("int() base must be >= 2 and <= 36".into()))?;
    let mut store = 0;
    let (negative, magnitude) = a.parts(&mut store);
    // At most 64 characters a limb.
    limbs::check_room(magnitude.len().saturating_mul(8))?;
    let digits = format!("{}", big_integer::to_crate(magnitude).in_radix(radix));
    Ok(if negative { format!("-{digits}") } else { digits })
}

#[cfg(test)]
#[path = "tests/integer_text.rs"]
mod tests;
