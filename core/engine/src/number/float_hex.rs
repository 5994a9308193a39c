//! `float.hex` and `float.fromhex`.
//!
//! Invariant: `from_hex(to_hex(x))` is `x` bit for bit for every finite float; reading rounds half to even.
//! Source: CPython's Objects/floatobject.c (`float_hex_impl`, `float_fromhex_impl`).

use alloc::format;
use alloc::string::String;

use super::NumberError;
use super::float_text;
use super::integer_float::{decompose, round_to_float};
use super::integer_text::stripped;

/// `value.hex()`
pub fn to_hex(value: f64) -> String {
    if !value.is_finite() {
        return float_text::repr(value);
    }
    let (negative, mantissa, exponent) = decompose(value);
    let sign = if negative { "-" } else { "" };
    if mantissa == 0 {
        return format!("{sign}0x0.0p+0");
    }
    let fraction = mantissa & ((1 << 52) - 1);
    format!("{sign}0x{}.{fraction:013x}p{:+}", mantissa >> 52, exponent + 52)
}

const INVALID: &str = "invalid hexadecimal floating-point string";
const TOO_LARGE: NumberError = NumberError::Overflow("hexadecimal value too large to represent as a float");

/// `float.fromhex(text)`
pub fn from_hex(text: &[u8]) -> Result<f64, NumberError> {
    let invalid = || NumberError::Value(INVALID.into());
    let text = stripped(text);
    let signed = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let sign = if text.first() == Some(&b'-') { -1.0 } else { 1.0 };
    for (word, value) in [(&b"infinity"[..], f64::INFINITY), (b"inf", f64::INFINITY), (b"nan", f64::NAN)] {
        if signed.eq_ignore_ascii_case(word) {
            return Ok(f64::copysign(value, sign));
        }
    }
    let digits = signed.strip_prefix(b"0x").or_else(|| signed.strip_prefix(b"0X")).unwrap_or(signed);
    let (mut mantissa, mut exponent, mut sticky) = (0u64, 0i64, false);
    let (mut seen_digit, mut seen_point) = (false, false);
    let mut rest = digits;
    while let [byte, after @ ..] = rest {
        match (*byte as char).to_digit(16) {
            Some(digit) => {
                seen_digit = true;
                if mantissa >> 60 == 0 {
                    mantissa = mantissa << 4 | digit as u64;
                    exponent -= 4 * seen_point as i64;
                } else {
                    sticky |= digit != 0;
                    exponent += 4 * !seen_point as i64;
                }
            }
            None if *byte == b'.' && !seen_point => seen_point = true,
            None => break,
        }
        rest = after;
    }
    if !seen_digit {
        return Err(invalid());
    }
    if let [b'p' | b'P', after @ ..] = rest {
        exponent = exponent.saturating_add(decimal_exponent(after).ok_or_else(invalid)?);
    } else if !rest.is_empty() {
        return Err(invalid());
    }
    let value = round_to_float(mantissa, sticky, exponent).ok_or(TOO_LARGE)?;
    Ok(sign * value)
}

/// A signed decimal number, clamped far outside of what a float's exponent can be.
fn decimal_exponent(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let magnitude = digits.iter().fold(0i64, |value, digit| {
        value.saturating_mul(10).saturating_add((digit - b'0') as i64).min(i64::MAX / 4)
    });
    Some(if text.first() == Some(&b'-') { -magnitude } else { magnitude })
}

#[cfg(test)]
#[path = "tests/float_hex.rs"]
mod tests;
