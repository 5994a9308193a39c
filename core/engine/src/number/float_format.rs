//! Floats as decimal text: the shortest that reads back, and any number of digits.
//!
//! Invariant: rounding is exact, half to even on the float's exact value, for every precision. Precisions far beyond what a
//! float has are padded here, so nothing depends on the formatting library's own limits.
//! Source: CPython's Python/pystrtod.c (`PyOS_double_to_string`, `format_float_short`). Digits come from the crate `zmij`
//! (shortest) and from `core::fmt` (fixed), see docs/decisions/float-text.md.

use alloc::string::String;
use core::fmt::{self, Write};

use super::NumberError;
use super::integer_float::decompose;

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
#[derive(Copy, Clone)]
struct Decimal<'a> {
    digits: &'a str,
    point: i64,
}

/// Beyond these many digits every digit of every float is zero.
const MOST_SIGNIFICANT: usize = 800;
const MOST_FRACTIONAL: usize = 1100;

impl Decimal<'_> {
    fn without_outer_zeros(self) -> Self {
        let kept = self.digits.trim_start_matches('0');
        let point = self.point - (self.digits.len() - kept.len()) as i64;
        match kept.trim_end_matches('0') {
            "" => Decimal { digits: "0", point: 1 },
            digits => Decimal { digits, point },
        }
    }

    fn is_zero(&self) -> bool {
        self.digits.bytes().all(|digit| digit == b'0')
    }
}

/// Takes apart text such as `1.25e-7` or `0.00125` as it is written; short ones, which nearly all are, need no allocation.
struct DigitSink {
    inline: [u8; 48],
    length: usize,
    /// All digits, once there are more than fit above.
    heap: String,
    point: Option<usize>,
    exponent: i64,
    is_exponent_negative: bool,
    in_exponent: bool,
}

impl DigitSink {
    fn new() -> Self {
        DigitSink {
            inline: [0; 48],
            length: 0,
            heap: String::new(),
            point: None,
            exponent: 0,
            is_exponent_negative: false,
            in_exponent: false,
        }
    }

    fn inline_digits(&self) -> &str {
        // Only digits are put there.
        let digits = self.inline.get(..self.length).unwrap_or(&[]);
        core::str::from_utf8(digits).unwrap_or("")
    }

    fn push(&mut self, digit: u8) {
        if let Some(place) = self.inline.get_mut(self.length) {
            *place = digit;
        } else {
            if self.heap.is_empty() {
                self.heap = String::from(self.inline_digits());
            }
            self.heap.push(digit as char);
            return;
        }
        self.length += 1;
    }

    fn digits(&self) -> &str {
        if self.heap.is_empty() { self.inline_digits() } else { &self.heap }
    }

    fn decimal(&self) -> Decimal<'_> {
        let digits = self.digits();
        let exponent = if self.is_exponent_negative { -self.exponent } else { self.exponent };
        Decimal { digits, point: self.point.unwrap_or(digits.len()) as i64 + exponent }
    }

    fn shortest(&mut self, value: f64) {
        self.take(zmij::Buffer::new().format_finite(value));
    }

    /// `count` significant digits, at least 1; the caller pads what is beyond the most a float has.
    fn significant(&mut self, value: f64, count: usize) {
        let after_point = count.clamp(1, MOST_SIGNIFICANT) - 1;
        // Writing to this sink does not fail.
        let _ = write!(self, "{value:.after_point$e}");
    }

    /// All digits down to `count` after the point.
    fn fractional(&mut self, value: f64, count: usize) {
        let after_point = count.min(MOST_FRACTIONAL);
        let _ = match scaled(value, count) {
            Some(scaled) => {
                self.exponent = -(count as i64);
                write!(self, "{scaled}")
            }
            None => write!(self, "{value:.after_point$}"),
        };
    }

    fn take(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                b'.' => self.point = Some(self.digits().len()),
                b'e' => {
                    self.point = Some(self.point.unwrap_or(self.digits().len()));
                    self.in_exponent = true;
                }
                b'-' => self.is_exponent_negative = true,
                b'+' => {}
                digit if self.in_exponent => {
                    self.exponent = self.exponent.saturating_mul(10).saturating_add((digit & 0xf) as i64);
                }
                digit => self.push(digit),
            }
        }
    }
}

impl fmt::Write for DigitSink {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.take(text);
        Ok(())
    }
}

/// `value * 10 ** count`, rounded half to even, where 128 bits are enough to do it exactly: the common case by far, and many
/// times faster than the general one.
fn scaled(value: f64, count: usize) -> Option<u128> {
    const MOST_DIGITS: u32 = 17;
    let count = u32::try_from(count).ok().filter(|&count| count <= MOST_DIGITS)?;
    let (_, mantissa, exponent) = decompose(value);
    // At most 53 + 57 bits.
    let product = mantissa as u128 * 10u128.pow(count);
    match exponent {
        1..=10 => Some(product << exponent),
        0 => Some(product),
        -127..0 => {
            let shift = exponent.unsigned_abs() as u32;
            let quotient = product >> shift;
            let rest = product & ((1 << shift) - 1);
            let half = 1u128 << (shift - 1);
            let up = rest > half || rest == half && quotient & 1 != 0;
            Some(quotient + up as u128)
        }
        // Less than 2 ** 110 / 2 ** 128.
        ..-127 => Some(0),
        _ => None,
    }
}

fn push_zeros(text: &mut String, count: usize) -> Result<(), NumberError> {
    text.try_reserve(count).map_err(|_| NumberError::Memory)?;
    text.extend(core::iter::repeat_n('0', count));
    Ok(())
}

/// Writes digits as `[0-9]+.[0-9]+` with `fraction` digits after the point (at least those there are).
fn write_positional(text: &mut String, decimal: Decimal<'_>, fraction: usize) -> Result<(), NumberError> {
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

fn write_exponent(text: &mut String, decimal: Decimal<'_>, fraction: usize) -> Result<(), NumberError> {
    let (first, rest) = decimal.digits.split_at_checked(1).unwrap_or(("0", ""));
    text.push_str(first);
    text.push('.');
    let rest = rest.get(..rest.len().min(fraction)).unwrap_or(rest);
    text.push_str(rest);
    push_zeros(text, fraction.saturating_sub(rest.len()))
}

fn finish_exponent(text: &mut String, decimal: Decimal<'_>) {
    let exponent = if decimal.is_zero() { 0 } else { decimal.point - 1 };
    let sign = if exponent < 0 { '-' } else { '+' };
    // Writing to a string does not fail.
    let _ = write!(text, "e{sign}{:02}", exponent.unsigned_abs());
}

/// A float as text, with a minus sign where it is negative (-0.0 too).
pub fn float_to_text(
    value: f64,
    style: FloatStyle,
    precision: usize,
    flags: FloatFlags,
) -> Result<String, NumberError> {
    let mut text = String::with_capacity(32);
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
    let mut sink = DigitSink::new();
    match style {
        FloatStyle::Shortest => sink.shortest(magnitude),
        FloatStyle::Exponent => sink.significant(magnitude, precision.saturating_add(1)),
        FloatStyle::Fixed => sink.fractional(magnitude, precision),
        FloatStyle::General => sink.significant(magnitude, precision),
    }
    let mut decimal = sink.decimal();
    if style == FloatStyle::Shortest {
        decimal = decimal.without_outer_zeros();
    }
    if value.is_sign_negative() && !(flags.no_negative_zero && decimal.is_zero()) {
        text.push('-');
    }
    match style {
        FloatStyle::Fixed => {
            write_positional(text, decimal, precision)?;
            drop_point(text, precision == 0 && !flags.alternate);
            if flags.add_dot_zero && text.ends_with('.') {
                text.push('0');
            }
        }
        FloatStyle::Exponent => {
            write_exponent(text, decimal, precision)?;
            drop_point(text, precision == 0 && !flags.alternate);
            finish_exponent(text, decimal);
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
                write_exponent(text, decimal, digits.saturating_sub(1))?;
                drop_point(text, text.ends_with('.') && !flags.alternate);
                finish_exponent(text, decimal);
            } else {
                let whole = usize::try_from(point).unwrap_or(0);
                let leading = usize::try_from(-point).unwrap_or(0);
                let fraction = digits.saturating_add(leading).saturating_sub(whole);
                write_positional(text, decimal, fraction)?;
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
