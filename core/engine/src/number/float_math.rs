//! Division, powers and rounding of floats as Python defines them.
//!
//! Invariant: a remainder has the sign of the divisor; where C would return infinity for finite operands of `**`, an error is
//! returned instead. The exact functions (`fmod`, `floor`) come from the crate `libm`; `pow` is the caller's, for the reason in
//! docs/decisions/elementary-functions.md.
//! Source: CPython's Objects/floatobject.c (`float_rem`, `_float_div_mod`, `float_pow`, `float___round___impl`).

use core::cmp::Ordering;

use super::integer::{Integer, IntegerRef};
use super::{DIVISION_BY_ZERO, NumberError, ZERO_TO_NEGATIVE_POWER, big_integer, integer_float};

/// `a / b`
pub fn divide(a: f64, b: f64) -> Result<f64, NumberError> {
    if b == 0.0 { Err(DIVISION_BY_ZERO) } else { Ok(a / b) }
}

/// `a % b`
pub fn modulo(a: f64, b: f64) -> Result<f64, NumberError> {
    if b == 0.0 {
        return Err(DIVISION_BY_ZERO);
    }
    Ok(modulo_nonzero(a, b))
}

fn modulo_nonzero(a: f64, b: f64) -> f64 {
    let remainder = libm::fmod(a, b);
    if remainder == 0.0 {
        return f64::copysign(0.0, b);
    }
    if (b < 0.0) != (remainder < 0.0) { remainder + b } else { remainder }
}

/// `divmod(a, b)`
pub fn divide_modulo(a: f64, b: f64) -> Result<(f64, f64), NumberError> {
    if b == 0.0 {
        return Err(DIVISION_BY_ZERO);
    }
    let exact = libm::fmod(a, b);
    let mut quotient = (a - exact) / b;
    if exact != 0.0 && (b < 0.0) != (exact < 0.0) {
        quotient -= 1.0;
    }
    let floor = if quotient == 0.0 {
        f64::copysign(0.0, a / b)
    } else {
        let floor = libm::floor(quotient);
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    };
    Ok((floor, modulo_nonzero(a, b)))
}

/// `a // b`
pub fn floor_divide(a: f64, b: f64) -> Result<f64, NumberError> {
    Ok(divide_modulo(a, b)?.0)
}

/// `a ** b`; `None` where the result is complex (a negative base with a fractional exponent). `pow` is only called for finite
/// operands, the base above zero and not one.
pub fn power(a: f64, b: f64, pow: impl Fn(f64, f64) -> f64) -> Result<Option<f64>, NumberError> {
    if b == 0.0 || a == 1.0 {
        return Ok(Some(1.0));
    }
    if a.is_nan() || b.is_nan() {
        return Ok(Some(if a.is_nan() { a } else { b }));
    }
    let odd = b.is_finite() && libm::fmod(libm::fabs(b), 2.0) == 1.0;
    if b.is_infinite() {
        let magnitude = libm::fabs(a);
        return Ok(Some(match magnitude.partial_cmp(&1.0) {
            Some(Ordering::Equal) => 1.0,
            order if (b > 0.0) == (order == Some(Ordering::Greater)) => f64::INFINITY,
            _ => 0.0,
        }));
    }
    if a.is_infinite() {
        let magnitude = if b > 0.0 { f64::INFINITY } else { 0.0 };
        return Ok(Some(if odd { f64::copysign(magnitude, a) } else { magnitude }));
    }
    if a == 0.0 {
        if b < 0.0 {
            return Err(ZERO_TO_NEGATIVE_POWER);
        }
        return Ok(Some(if odd { a } else { 0.0 }));
    }
    if a < 0.0 && libm::floor(b) != b {
        return Ok(None);
    }
    let magnitude = if a == -1.0 { 1.0 } else { pow(libm::fabs(a), b) };
    if magnitude.is_infinite() {
        return Err(NumberError::Range);
    }
    Ok(Some(if a < 0.0 && odd { -magnitude } else { magnitude }))
}

/// `value.is_integer()`
pub fn is_integer(value: f64) -> bool {
    value.is_finite() && libm::floor(value) == value
}

/// The nearest whole float, halves to even; the value itself where it is not finite.
pub fn round_half_even(value: f64) -> f64 {
    libm::rint(value)
}

/// `round(value)`
pub fn round_to_integer(value: f64) -> Result<Integer, NumberError> {
    integer_float::from_float(round_half_even(value))
}

/// `round(value, digits)`: rounds the exact decimal value, then reads it back.
pub fn round(value: f64, digits: i64) -> Result<f64, NumberError> {
    // Beyond these the result is the value itself, or zero.
    const MOST_DIGITS: i64 = 323;
    const FEWEST_DIGITS: i64 = -308;
    if !value.is_finite() || digits > MOST_DIGITS || value == 0.0 {
        return Ok(value);
    }
    if digits < FEWEST_DIGITS {
        return Ok(0.0 * value);
    }
    let too_large = || NumberError::Overflow("rounded value too large to represent");
    let rounded = match usize::try_from(digits) {
        Ok(digits) => {
            let text = alloc::format!("{:.digits$}", libm::fabs(value));
            text.parse::<f64>().map_err(|_| too_large())?
        }
        Err(_) => round_whole(libm::fabs(value), digits.unsigned_abs())?,
    };
    if rounded.is_infinite() {
        return Err(too_large());
    }
    Ok(f64::copysign(rounded, value))
}

fn round_whole(value: f64, zeros: u64) -> Result<f64, NumberError> {
    let whole = integer_float::from_float(value)?;
    let has_fraction = libm::trunc(value) != value;
    let unit = big_integer::power(IntegerRef::Small(10), Integer::from(zeros).as_ref())?;
    let (quotient, remainder) = big_integer::divide_modulo(whole.as_ref(), unit.as_ref())?;
    let twice = big_integer::add(remainder.as_ref(), remainder.as_ref())?;
    let up = match twice.as_ref().compare(unit.as_ref()) {
        Ordering::Less => false,
        Ordering::Equal => has_fraction || quotient.as_ref().is_odd(),
        Ordering::Greater => true,
    };
    let quotient = big_integer::add(quotient.as_ref(), IntegerRef::Small(up as i64))?;
    let rounded = big_integer::multiply(quotient.as_ref(), unit.as_ref())?;
    integer_float::to_float(rounded.as_ref())
        .map_err(|_| NumberError::Overflow("rounded value too large to represent"))
}

#[cfg(test)]
#[path = "tests/float_math.rs"]
mod tests;
