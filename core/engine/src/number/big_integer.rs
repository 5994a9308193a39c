//! Arithmetic of ints of any size, with Python's meaning: floor division, exact results, errors instead of limits.
//!
//! Invariant: results are normal (see [`Integer`]); an operation whose result could not be held fails with
//! [`NumberError::Memory`] before it starts.
//! Source: CPython's Objects/longobject.c for meaning and messages; algorithms are those of the crate `dashu-int` for
//! anything that is not linear (docs/decisions/big-integers.md), and of [`super::limbs`] otherwise.

use alloc::vec::Vec;
use core::cmp::Ordering;

use dashu_int::fast_div::ConstDivisor;
use dashu_int::ops::{DivRem, Gcd, SquareRoot};
use dashu_int::{UBig, Word};

use super::integer::{Integer, IntegerRef};
use super::{DIVISION_BY_ZERO, NumberError, limbs};

// Limbs go to and from the crate without repacking.
const _: () = assert!(size_of::<Word>() == size_of::<u64>());

/// Up to here the school method on limbs beats two conversions.
const SCHOOLBOOK_LIMBS: usize = 24;

pub(super) fn to_crate(magnitude: &[u64]) -> UBig {
    UBig::from_words(magnitude)
}

pub(super) fn from_crate(magnitude: &UBig) -> Vec<u64> {
    magnitude.as_words().to_vec()
}

fn signed_sum(
    (a_negative, a): (bool, &[u64]),
    (b_negative, b): (bool, &[u64]),
) -> Result<Integer, NumberError> {
    if a_negative == b_negative {
        return Ok(Integer::from_magnitude(a_negative, limbs::add(a, b)?));
    }
    Ok(match limbs::compare(a, b) {
        Ordering::Equal => Integer::ZERO,
        Ordering::Greater => Integer::from_magnitude(a_negative, limbs::subtract(a, b)?),
        Ordering::Less => Integer::from_magnitude(b_negative, limbs::subtract(b, a)?),
    })
}

/// `a + b`
pub fn add(a: IntegerRef<'_>, b: IntegerRef<'_>) -> Result<Integer, NumberError> {
    if let (IntegerRef::Small(a), IntegerRef::Small(b)) = (a, b) {
        return Ok(Integer::from_i128(a as i128 + b as i128));
    }
    let (mut a_store, mut b_store) = (0, 0);
    signed_sum(a.parts(&mut a_store), b.parts(&mut b_store))
}

/// `a - b`
pub fn subtract(a: IntegerRef<'_>, b: IntegerRef<'_>) -> Result<Integer, NumberError> {
    if let (IntegerRef::Small(a), IntegerRef::Small(b)) = (a, b) {
        return Ok(Integer::from_i128(a as i128 - b as i128));
    }
    let (mut a_store, mut b_store) = (0, 0);
    let (b_negative, b) = b.parts(&mut b_store);
    signed_sum(a.parts(&mut a_store), (!b_negative, b))
}

/// `-a`
pub fn negate(a: IntegerRef<'_>) -> Result<Integer, NumberError> {
    subtract(IntegerRef::Small(0), a)
}

/// `abs(a)`
pub fn absolute(a: IntegerRef<'_>) -> Result<Integer, NumberError> {
    if a.is_negative() { negate(a) } else { a.to_integer() }
}

pub(super) fn multiply_magnitudes(a: &[u64], b: &[u64]) -> Result<Vec<u64>, NumberError> {
    if a.len().min(b.len()) <= SCHOOLBOOK_LIMBS {
        return limbs::multiply_schoolbook(a, b);
    }
    limbs::check_room(a.len().saturating_add(b.len()))?;
    Ok(from_crate(&(to_crate(a) * to_crate(b))))
}

/// `a * b`
pub fn multiply(a: IntegerRef<'_>, b: IntegerRef<'_>) -> Result<Integer, NumberError> {
    if let (IntegerRef::Small(a), IntegerRef::Small(b)) = (a, b) {
        return Ok(Integer::from_i128(a as i128 * b as i128));
    }
    let (mut a_store, mut b_store) = (0, 0);
    let ((a_negative, a), (b_negative, b)) = (a.parts(&mut a_store), b.parts(&mut b_store));
    Ok(Integer::from_magnitude(a_negative != b_negative, multiply_magnitudes(a, b)?))
}

/// Quotient and remainder of magnitudes, for a divisor other than zero.
pub(super) fn divide_magnitudes(a: &[u64], b: &[u64]) -> Result<(Vec<u64>, Vec<u64>), NumberError> {
    if limbs::compare(a, b) == Ordering::Less {
        return Ok((Vec::new(), a.to_vec()));
    }
    if let [divisor] = *b {
        let (quotient, remainder) = limbs::divide_by_limb(a, divisor)?;
        return Ok((quotient, limbs::trim(Vec::from([remainder]))));
    }
    limbs::check_room(a.len())?;
    let (quotient, remainder) = to_crate(a).div_rem(to_crate(b));
    Ok((from_crate(&quotient), from_crate(&remainder)))
}

/// `divmod(a, b)`: the remainder has the sign of `b`.
pub fn divide_modulo(a: IntegerRef<'_>, b: IntegerRef<'_>) -> Result<(Integer, Integer), NumberError> {
    if let (IntegerRef::Small(a), IntegerRef::Small(b)) = (a, b) {
        let (a, b) = (a as i128, b as i128);
        let quotient = a.checked_div(b).ok_or(DIVISION_BY_ZERO)?;
        let remainder = a - quotient * b;
        let adjust = remainder != 0 && (remainder < 0) != (b < 0);
        return Ok((
            Integer::from_i128(quotient - adjust as i128),
            Integer::from_i128(if adjust { remainder + b } else { remainder }),
        ));
    }
    let (mut a_store, mut b_store) = (0, 0);
    let ((a_negative, a), (b_negative, b)) = (a.parts(&mut a_store), b.parts(&mut b_store));
    if b.is_empty() {
        return Err(DIVISION_BY_ZERO);
    }
    let (mut quotient, mut remainder) = divide_magnitudes(a, b)?;
    if a_negative != b_negative && !remainder.is_empty() {
        quotient = limbs::add(&quotient, &[1])?;
        remainder = limbs::subtract(b, &remainder)?;
    }
    Ok((
        Integer::from_magnitude(a_negative != b_negative, quotient),
        Integer::from_magnitude(b_negative, remainder),
    ))
}

/// `a // b`
pub fn floor_divide(a: IntegerRef<'_>, b: IntegerRef<'_>) -> Result<Integer, NumberError> {
    Ok(divide_modulo(a, b)?.0)
}

/// `a % b`
pub fn modulo(a: IntegerRef<'_>, b: IntegerRef<'_>) -> Result<Integer, NumberError> {
    Ok(divide_modulo(a, b)?.1)
}

/// `a ** exponent` for an exponent that is not negative (with a negative one Python's result is a float).
pub fn power(a: IntegerRef<'_>, exponent: IntegerRef<'_>) -> Result<Integer, NumberError> {
    let mut store = 0;
    let odd = exponent.is_odd();
    let (negative, magnitude) = a.parts(&mut store);
    let negative = negative && odd;
    if exponent.is_zero() {
        return Ok(Integer::Small(1));
    }
    match magnitude {
        [] => return Ok(Integer::ZERO),
        [1] => return Ok(Integer::Small(if negative { -1 } else { 1 })),
        _ => {}
    }
    let exponent = exponent.to_u64().ok_or(NumberError::Memory)?;
    let bits = limbs::bit_length(magnitude).saturating_mul(exponent);
    if let (&[limb], true) = (magnitude, bits <= 120) {
        // The product of the bit lengths bounds the result: it fits 120 bits.
        let value = (limb as i128).pow(exponent as u32);
        return Ok(Integer::from_i128(if negative { -value } else { value }));
    }
    let twos = trailing_zeros(magnitude);
    let (odd_part, _) = limbs::shift_right(magnitude, twos)?;
    let zeros = twos.checked_mul(exponent).ok_or(NumberError::Memory)?;
    if odd_part == [1] {
        return Ok(Integer::from_magnitude(negative, limbs::shift_left(&odd_part, zeros)?));
    }
    let exponent = usize::try_from(exponent).map_err(|_| NumberError::Memory)?;
    limbs::check_room(usize::try_from(bits / 64 + 2).map_err(|_| NumberError::Memory)?)?;
    let raised = from_crate(&to_crate(&odd_part).pow(exponent));
    Ok(Integer::from_magnitude(negative, limbs::shift_left(&raised, zeros)?))
}

fn trailing_zeros(magnitude: &[u64]) -> u64 {
    let mut count = 0;
    for limb in magnitude {
        count += limb.trailing_zeros() as u64;
        if *limb != 0 {
            break;
        }
    }
    count
}

/// `pow(base, exponent, modulus)`; the result has the sign of the modulus.
pub fn power_modulo(
    base: IntegerRef<'_>,
    exponent: IntegerRef<'_>,
    modulus: IntegerRef<'_>,
) -> Result<Integer, NumberError> {
    let (mut exponent_store, mut modulus_store, mut base_store) = (0, 0, 0);
    let (modulus_negative, magnitude) = modulus.parts(&mut modulus_store);
    if magnitude.is_empty() {
        return Err(NumberError::Value("pow() 3rd argument cannot be 0".into()));
    }
    let (exponent_negative, exponent) = exponent.parts(&mut exponent_store);
    if magnitude == [1] {
        return Ok(Integer::ZERO);
    }
    let base = modulo(base, IntegerRef::Big { negative: false, limbs: magnitude })?;
    let (_, base) = base.as_ref().parts(&mut base_store);
    limbs::check_room(magnitude.len().saturating_mul(4))?;
    let ring = ConstDivisor::new(to_crate(magnitude));
    let mut reduced = ring.reduce(to_crate(base));
    if exponent_negative {
        reduced =
            reduced.inv().ok_or(NumberError::Value("base is not invertible for the given modulus".into()))?;
    }
    let mut result = from_crate(&reduced.pow(&to_crate(exponent)).residue());
    if modulus_negative && !result.is_empty() {
        result = limbs::subtract(magnitude, &result)?;
    }
    Ok(Integer::from_magnitude(modulus_negative, result))
}

/// `math.gcd(a, b)`
pub fn greatest_common_divisor(a: IntegerRef<'_>, b: IntegerRef<'_>) -> Result<Integer, NumberError> {
    let (mut a_store, mut b_store) = (0, 0);
    match (a.parts(&mut a_store).1, b.parts(&mut b_store).1) {
        ([], other) | (other, []) => Ok(Integer::from_magnitude(false, other.to_vec())),
        (&[mut x], &[mut y]) => {
            while y != 0 {
                (x, y) = (y, x.checked_rem(y).unwrap_or(0));
            }
            Ok(Integer::from(x))
        }
        (a, b) => {
            limbs::check_room(a.len().max(b.len()))?;
            Ok(Integer::from_magnitude(false, from_crate(&to_crate(a).gcd(to_crate(b)))))
        }
    }
}

/// `math.isqrt(a)`
pub fn integer_square_root(a: IntegerRef<'_>) -> Result<Integer, NumberError> {
    let mut store = 0;
    match a.parts(&mut store) {
        (true, _) => Err(NumberError::Value("isqrt() argument must be nonnegative".into())),
        (false, []) => Ok(Integer::ZERO),
        (false, &[limb]) => Ok(Integer::from(limb.isqrt())),
        (false, limbs) => {
            limbs::check_room(limbs.len())?;
            Ok(Integer::from_magnitude(false, from_crate(&to_crate(limbs).sqrt())))
        }
    }
}

/// `round(a, -digits)`: to the nearest multiple of `10 ** digits`, halves to an even multiple.
pub fn round_to_power_of_ten(a: IntegerRef<'_>, digits: u64) -> Result<Integer, NumberError> {
    let mut store = 0;
    let (negative, magnitude) = a.parts(&mut store);
    // 10 ** digits is more than twice as large as any int of fewer than 3 bits a digit.
    if limbs::bit_length(magnitude) < digits.saturating_mul(3) {
        return Ok(Integer::ZERO);
    }
    let unit = power(IntegerRef::Small(10), Integer::from(digits).as_ref())?;
    let (quotient, remainder) =
        divide_modulo(IntegerRef::Big { negative: false, limbs: magnitude }, unit.as_ref())?;
    let twice = add(remainder.as_ref(), remainder.as_ref())?;
    let up = match twice.as_ref().compare(unit.as_ref()) {
        Ordering::Less => false,
        Ordering::Equal => quotient.as_ref().is_odd(),
        Ordering::Greater => true,
    };
    let quotient = add(quotient.as_ref(), IntegerRef::Small(up as i64))?;
    let rounded = multiply(quotient.as_ref(), unit.as_ref())?;
    if negative { negate(rounded.as_ref()) } else { Ok(rounded) }
}

#[cfg(test)]
#[path = "tests/big_integer.rs"]
mod tests;
