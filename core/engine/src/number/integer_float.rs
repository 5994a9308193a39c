//! Where ints and floats meet: exact conversion, correctly rounded division, exact comparison.
//!
//! Invariant: every float that comes out is the one nearest to the exact value, ties to even, subnormals included.
//! Source: CPython's Objects/longobject.c (`_PyLong_Frexp`, `long_true_divide`) and Objects/floatobject.c
//! (`float_richcompare`) for meaning and messages.

use core::cmp::Ordering;

use super::integer::{Integer, IntegerRef};
use super::{DIVISION_BY_ZERO, NumberError, big_integer, limbs};

/// The float nearest to `mantissa * 2 ** exponent`, where `sticky` says that the exact value is a little above;
/// `None` when that is too large.
pub(super) fn round_to_float(mantissa: u64, sticky: bool, exponent: i64) -> Option<f64> {
    if mantissa == 0 {
        return Some(0.0);
    }
    let zeros = mantissa.leading_zeros();
    let mantissa = mantissa << zeros;
    // The value is in [2 ** top, 2 ** (top + 1)).
    let top = exponent.checked_add(63)?.checked_sub(zeros as i64)?;
    if top > 1023 {
        return None;
    }
    // Bits below the last one of the result: 11 for a normal float, more for a subnormal one.
    let dropped = 11 + (-1022 - top).max(0);
    let (kept, half, below) = match dropped {
        0..=63 => (
            mantissa >> dropped,
            mantissa >> (dropped - 1) & 1 != 0,
            mantissa & ((1u64 << (dropped - 1)) - 1) != 0,
        ),
        64 => (0, true, mantissa << 1 != 0),
        _ => (0, false, true),
    };
    let up = half && (below || sticky || kept & 1 != 0);
    // The carry of rounding up goes into the exponent field by itself. A normal mantissa has its top bit set, which adds 1
    // to the exponent field, hence the field starts one lower.
    let field = (top.max(-1022) + 1022) as u64;
    let bits = (field << 52) + kept + up as u64;
    let value = f64::from_bits(bits);
    value.is_finite().then_some(value)
}

fn magnitude_to_float(magnitude: &[u64]) -> Option<f64> {
    let bits = limbs::bit_length(magnitude);
    match *magnitude {
        [] => Some(0.0),
        [limb] => Some(limb as f64),
        [.., second, first] => {
            let zeros = first.leading_zeros();
            let mantissa = first << zeros | second.checked_shr(64 - zeros).unwrap_or(0);
            let lost = (second << zeros) != 0;
            let rest = magnitude.get(..magnitude.len() - 2).unwrap_or(&[]);
            let sticky = lost || rest.iter().any(|&limb| limb != 0);
            round_to_float(mantissa, sticky, i64::try_from(bits).ok()? - 64)
        }
    }
}

/// `float(a)`
pub fn to_float(a: IntegerRef<'_>) -> Result<f64, NumberError> {
    if let IntegerRef::Small(value) = a {
        return Ok(value as f64);
    }
    let mut store = 0;
    let (negative, magnitude) = a.parts(&mut store);
    let value =
        magnitude_to_float(magnitude).ok_or(NumberError::Overflow("int too large to convert to float"))?;
    Ok(if negative { -value } else { value })
}

/// A finite float as `mantissa * 2 ** exponent`.
pub fn decompose(value: f64) -> (bool, u64, i64) {
    let bits = value.to_bits();
    let field = (bits >> 52 & 0x7ff) as i64;
    let fraction = bits & ((1 << 52) - 1);
    match field {
        0 => (bits >> 63 != 0, fraction, -1074),
        _ => (bits >> 63 != 0, fraction | 1 << 52, field - 1075),
    }
}

/// `int(value)`, towards zero.
pub fn from_float(value: f64) -> Result<Integer, NumberError> {
    if value.is_nan() {
        return Err(NumberError::Value("cannot convert float NaN to integer".into()));
    }
    if value.is_infinite() {
        return Err(NumberError::Overflow("cannot convert float infinity to integer"));
    }
    let (negative, mantissa, exponent) = decompose(value);
    if exponent <= 0 {
        let whole = mantissa.checked_shr(exponent.unsigned_abs().min(64) as u32).unwrap_or(0) as i64;
        return Ok(Integer::from(if negative { -whole } else { whole }));
    }
    Ok(Integer::from_magnitude(negative, limbs::shift_left(&[mantissa], exponent.unsigned_abs())?))
}

/// The order of an int and a float, exactly; `None` for NaN.
pub fn compare(a: IntegerRef<'_>, value: f64) -> Option<Ordering> {
    if value.is_nan() {
        return None;
    }
    if value.is_infinite() {
        return Some(if value > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    if let IntegerRef::Small(small) = a
        && small.unsigned_abs() <= 1 << 53
    {
        return (small as f64).partial_cmp(&value);
    }
    // A finite float's integer is at most 1024 bits long: this does not fail.
    let whole = from_float(value).ok()?;
    let fraction = value - libm::trunc(value);
    Some(a.compare(whole.as_ref()).then_with(|| 0.0f64.partial_cmp(&fraction).unwrap_or(Ordering::Equal)))
}

const DIVISION_OVERFLOW: NumberError = NumberError::Overflow("integer division result too large for a float");

/// `a / b`, correctly rounded.
pub fn true_divide(a: IntegerRef<'_>, b: IntegerRef<'_>) -> Result<f64, NumberError> {
    if let (IntegerRef::Small(a), IntegerRef::Small(b)) = (a, b)
        && a.unsigned_abs() <= 1 << 53
        && b.unsigned_abs() <= 1 << 53
        && b != 0
    {
        return Ok(a as f64 / b as f64);
    }
    let (mut a_store, mut b_store) = (0, 0);
    let ((a_negative, a), (b_negative, b)) = (a.parts(&mut a_store), b.parts(&mut b_store));
    if b.is_empty() {
        return Err(DIVISION_BY_ZERO);
    }
    let sign = if a_negative != b_negative { -1.0 } else { 1.0 };
    if a.is_empty() {
        // As in CPython, zero divided by a negative int is -0.0.
        return Ok(sign * 0.0);
    }
    let difference = i64::try_from(limbs::bit_length(a)).map_err(|_| NumberError::Memory)?
        - i64::try_from(limbs::bit_length(b)).map_err(|_| NumberError::Memory)?;
    if difference > 1025 {
        return Err(DIVISION_OVERFLOW);
    }
    if difference < -1080 {
        return Ok(sign * 0.0);
    }
    // A quotient of 61 or 62 bits, and whether something is left.
    let shift = 61 - difference;
    let (quotient, remainder) = if shift >= 0 {
        big_integer::divide_magnitudes(&limbs::shift_left(a, shift.unsigned_abs())?, b)?
    } else {
        big_integer::divide_magnitudes(a, &limbs::shift_left(b, shift.unsigned_abs())?)?
    };
    let mantissa = quotient.first().copied().unwrap_or(0);
    let value = round_to_float(mantissa, !remainder.is_empty(), -shift).ok_or(DIVISION_OVERFLOW)?;
    Ok(sign * value)
}

/// `value.as_integer_ratio()`
pub fn as_integer_ratio(value: f64) -> Result<(Integer, Integer), NumberError> {
    if value.is_nan() {
        return Err(NumberError::Value("cannot convert NaN to integer ratio".into()));
    }
    if value.is_infinite() {
        return Err(NumberError::Overflow("cannot convert Infinity to integer ratio"));
    }
    let (negative, mantissa, exponent) = decompose(value);
    if mantissa == 0 {
        return Ok((Integer::ZERO, Integer::Small(1)));
    }
    let zeros = mantissa.trailing_zeros();
    let (mantissa, exponent) = (mantissa >> zeros, exponent + zeros as i64);
    let power = limbs::shift_left(&[1], exponent.unsigned_abs())?;
    if exponent >= 0 {
        let numerator = big_integer::multiply_magnitudes(&power, &[mantissa])?;
        Ok((Integer::from_magnitude(negative, numerator), Integer::Small(1)))
    } else {
        let numerator = Integer::from_magnitude(negative, alloc::vec![mantissa]);
        Ok((numerator, Integer::from_magnitude(false, power)))
    }
}

#[cfg(test)]
#[path = "tests/integer_float.rs"]
mod tests;
