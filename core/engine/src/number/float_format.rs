//! Floats as decimal text: the shortest that reads back, and any number of digits.
//!
//! Invariant: rounding is exact, half to even on the float's exact value, for every precision. Precisions far beyond what a
//! float has are padded here, so nothing depends on the formatting library's own limits.
//! Source: CPython's Python/pystrtod.c (`PyOS_double_to_string`, `format_float_short`). Digits come from the crate `zmij`
//! (shortest) and from `core::fmt` (fixed), see docs/decisions/float-text.md.

use alloc::format;
use alloc::string::String;

use super::NumberError;

/// How a float is written.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum FloatStyle {
    /// `repr`: the shortest digits that read back; an exponent below 1e-4 and from 1e16.
    Shortest,
    /// `e`: one digit, a point, `precision` digits, an exponent.
    Exponent,
    /// `f`: `precision` digits after the point.
    Fixed,
    /// `g`: `precision` significant digits, trailing zeros dropped, an exponent where that is shorter.
    General,
}

/// Details of the style.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct FloatFlags {
    /// `#`: keep the point, and with `General` the trailing zeros.
    pub alternate: bool,
    /// Write `.0` after a whole number without an exponent.
    pub add_dot_zero: bool,
    /// `z`: a negative number that rounds to zero has no sign.
    pub no_negative_zero: bool,
    /// Upper case `E`, `INF` and `NAN`.
    pub upper: bool,
}

/// Digits and the place of the decimal point: the value is `0.DIGITS * 10 ** point`.
struct Decimal {
    digits: String,
    point: i64,
}

/// Beyond these many digits every digit of every float is zero.
const MOST_SIGNIFICANT: usize = 800;
const MOST_FRACTIONAL: usize = 1100;

impl Decimal {
    /// From text such as `1.25e-7` or `0.00125`, without a sign.
    fn from_text(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let exponent: i64 = exponent.parse().unwrap_or(0);
        let mut digits = String::with_capacity(whole.len() + fraction.len());
        digits.push_str(whole);
        digits.push_str(fraction);
        Decimal { digits, point: whole.len() as i64 + exponent }
    }

    fn without_outer_zeros(mut self) -> Self {
        let kept = self.digits.trim_start_matches('0');
        self.point -= (self.digits.len() - kept.len()) as i64;
        self.digits = kept.trim_end_matches('0').into();
        if self.digits.is_empty() {
            return Decimal { digits: "0".into(), point: 1 };
        }
        self
    }

    fn shortest(value: f64) -> Self {
        Decimal::from_text(zmij::Buffer::new().format_finite(value)).without_outer_zeros()
    }

    /// `count` significant digits, at least 1; the caller pads what is beyond the most a float has.
    fn significant(value: f64, count: usize) -> Self {
        let after_point = count.clamp(1, MOST_SIGNIFICANT) - 1;
        Decimal::from_text(&format!("{value:.after_point$e}"))
    }

    /// All digits down to `count` after the point.
    fn fractional(value: f64, count: usize) -> Self {
        let after_point = count.min(MOST_FRACTIONAL);
        Decimal::from_text(&format!("{value:.after_point$}"))
    }

    fn is_zero(&self) -> bool {
        self.digits.bytes().all(|digit| digit == b'0')
    }
}

fn push_zeros(text: &mut String, count: usize) -> Result<(), NumberError> {
    text.try_reserve(count).map_err(|_| NumberError::Memory)?;
    text.extend(core::iter::repeat_n('0', count));
    Ok(())
}

/// Writes digits as `[0-9]+.[0-9]+` with `fraction` digits after the point (at least those there are).
fn write_positional(text: &mut String, decimal: &Decimal, fraction: usize) -> Result<(), NumberError> {
    let length = decimal.digits.len();
    let whole = usize::try_from(decimal.point).unwrap_or(0);
    if whole == 0 {
        text.push('0');
    } else {
        text.push_str(decimal.digits.get(..whole.min(length)).unwrap_or(""));
        push_zeros(text, whole.saturating_sub(length))?;
    }
    text.push('.');
    let leading = usize::try_from(-decimal.point).unwrap_or(0);
    push_zeros(text, leading.min(fraction))?;
    let rest = decimal.digits.get(whole.min(length)..).unwrap_or("");
    let rest = rest.get(..rest.len().min(fraction.saturating_sub(leading))).unwrap_or(rest);
    text.push_str(rest);
    push_zeros(text, fraction.saturating_sub(leading + rest.len()))
}

fn write_exponent(text: &mut String, decimal: &Decimal, fraction: usize) -> Result<(), NumberError> {
    let (first, rest) = decimal.digits.split_at_checked(1).unwrap_or(("0", ""));
    text.push_str(first);
    text.push('.');
    let rest = rest.get(..rest.len().min(fraction)).unwrap_or(rest);
    text.push_str(rest);
    push_zeros(text, fraction.saturating_sub(rest.len()))
}

fn finish_exponent(text: &mut String, decimal: &Decimal) {
    let exponent = if decimal.is_zero() { 0 } else { decimal.point - 1 };
    let sign = if exponent < 0 { '-' } else { '+' };
    text.push_str(&format!("e{sign}{:02}", exponent.unsigned_abs()));
}

/// A float as text, with a minus sign where it is negative (-0.0 too).
pub fn float_to_text(
    value: f64,
    style: FloatStyle,
    precision: usize,
    flags: FloatFlags,
) -> Result<String, NumberError> {
    let mut text = String::new();
    if value.is_nan() {
        text.push_str("nan");
    } else if value.is_infinite() {
        text.push_str(if value < 0.0 { "-inf" } else { "inf" });
    } else {
        write_finite(&mut text, value, style, precision, flags)?;
    }
    if flags.upper {
        text.make_ascii_uppercase();
    }
    Ok(text)
}

fn write_finite(
    text: &mut String,
    value: f64,
    style: FloatStyle,
    precision: usize,
    flags: FloatFlags,
) -> Result<(), NumberError> {
    let magnitude = libm::fabs(value);
    let precision = match style {
        FloatStyle::General => precision.max(1),
        _ => precision,
    };
    let decimal = match style {
        FloatStyle::Shortest => Decimal::shortest(magnitude),
        FloatStyle::Exponent => Decimal::significant(magnitude, precision.saturating_add(1)),
        FloatStyle::Fixed => Decimal::fractional(magnitude, precision),
        FloatStyle::General => Decimal::significant(magnitude, precision),
    };
    if value.is_sign_negative() && !(flags.no_negative_zero && decimal.is_zero()) {
        text.push('-');
    }
    match style {
        FloatStyle::Fixed => {
            write_positional(text, &decimal, precision)?;
            drop_point(text, precision == 0 && !flags.alternate);
            if flags.add_dot_zero && text.ends_with('.') {
                text.push('0');
            }
        }
        FloatStyle::Exponent => {
            write_exponent(text, &decimal, precision)?;
            drop_point(text, precision == 0 && !flags.alternate);
            finish_exponent(text, &decimal);
        }
        FloatStyle::Shortest | FloatStyle::General => {
            // A zero's point is 1 whatever its digits.
            let point = if decimal.is_zero() { 1 } else { decimal.point };
            let largest = match style {
                FloatStyle::Shortest => 16,
                _ => i64::try_from(precision).unwrap_or(i64::MAX) - flags.add_dot_zero as i64,
            };
            let with_exponent = point <= -4 || point > largest;
            // With `#` all significant digits stay, else none that is a trailing zero.
            let keep_zeros = flags.alternate && style == FloatStyle::General;
            let decimal = if keep_zeros { decimal } else { decimal.without_outer_zeros() };
            let digits = if keep_zeros { precision } else { decimal.digits.len() };
            if with_exponent {
                write_exponent(text, &decimal, digits.saturating_sub(1))?;
                drop_point(text, text.ends_with('.') && !flags.alternate);
                finish_exponent(text, &decimal);
            } else {
                let whole = usize::try_from(point).unwrap_or(0);
                let leading = usize::try_from(-point).unwrap_or(0);
                let fraction = digits.saturating_add(leading).saturating_sub(whole);
                write_positional(text, &decimal, fraction)?;
                if text.ends_with('.') {
                    match (flags.add_dot_zero, flags.alternate) {
                        (true, _) => text.push('0'),
                        (false, false) => drop_point(text, true),
                        (false, true) => {}
                    }
                }
            }
        }
    }
    Ok(())
}

fn drop_point(text: &mut String, drop: bool) {
    if drop && text.ends_with('.') {
        text.pop();
    }
}

#[cfg(test)]
#[path = "tests/float_format.rs"]
mod tests;
