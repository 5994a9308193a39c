//! Ints as infinite two's complement bit strings: logic, shifts, counts, and conversion to and from bytes.
//!
//! Invariant: a negative int behaves as if it had infinitely many leading one bits.
//! Source: CPython's Objects/longobject.c (`long_bitwise`, `long_lshift`, `_PyLong_AsByteArray`).

use alloc::vec::Vec;

use super::integer::{Integer, IntegerRef};
use super::{NumberError, big_integer, limbs};

/// The limbs of the two's complement form, sign extended for ever.
fn two_complement(negative: bool, magnitude: &[u64]) -> impl Iterator<Item = u64> + '_ {
    let mut carry = true;
    magnitude.iter().copied().chain(core::iter::repeat(0)).map(move |limb| {
        if !negative {
            return limb;
        }
        let (value, overflow) = (!limb).overflowing_add(carry as u64);
        carry = overflow;
        value
    })
}

fn combine(
    a: IntegerRef<'_>,
    b: IntegerRef<'_>,
    operation: impl Fn(u64, u64) -> u64,
) -> Result<Integer, NumberError> {
    if let (IntegerRef::Small(a), IntegerRef::Small(b)) = (a, b) {
        return Ok(Integer::from(operation(a as u64, b as u64) as i64));
    }
    let (mut a_store, mut b_store) = (0, 0);
    let ((a_negative, a), (b_negative, b)) = (a.parts(&mut a_store), b.parts(&mut b_store));
    let length = a.len().max(b.len()) + 1;
    let mut result = limbs::with_room(length)?;
    let pairs = two_complement(a_negative, a).zip(two_complement(b_negative, b));
    result.extend(pairs.take(length).map(|(x, y)| operation(x, y)));
    let negative = result.last().is_some_and(|&top| top >> 63 != 0);
    if negative {
        negate_in_place(&mut result);
    }
    Ok(Integer::from_magnitude(negative, result))
}

fn negate_in_place(limbs: &mut [u64]) {
    let mut carry = true;
    for limb in limbs {
        let (value, overflow) = (!*limb).overflowing_add(carry as u64);
        *limb = value;
        carry = overflow;
    }
}

/// `a & b`
pub fn and(a: IntegerRef<'_>, b: IntegerRef<'_>) -> Result<Integer, NumberError> {
    combine(a, b, |x, y| x & y)
}

/// `a | b`
pub fn or(a: IntegerRef<'_>, b: IntegerRef<'_>) -> Result<Integer, NumberError> {
    combine(a, b, |x, y| x | y)
}

/// `a ^ b`
pub fn xor(a: IntegerRef<'_>, b: IntegerRef<'_>) -> Result<Integer, NumberError> {
    combine(a, b, |x, y| x ^ y)
}

/// `~a`
pub fn invert(a: IntegerRef<'_>) -> Result<Integer, NumberError> {
    big_integer::subtract(IntegerRef::Small(-1), a)
}

const NEGATIVE_SHIFT: &str = "negative shift count";

/// `a << count`
pub fn shift_left(a: IntegerRef<'_>, count: IntegerRef<'_>) -> Result<Integer, NumberError> {
    if count.is_negative() {
        return Err(NumberError::Value(NEGATIVE_SHIFT.into()));
    }
    if let (IntegerRef::Small(a), IntegerRef::Small(count @ 0..=62)) = (a, count) {
        return Ok(Integer::from_i128((a as i128) << count));
    }
    let mut store = 0;
    let (negative, magnitude) = a.parts(&mut store);
    if magnitude.is_empty() {
        return Ok(Integer::ZERO);
    }
    let count = count.to_u64().ok_or(NumberError::Overflow("too many digits in integer"))?;
    Ok(Integer::from_magnitude(negative, limbs::shift_left(magnitude, count)?))
}

/// `a >> count`, rounding down.
pub fn shift_right(a: IntegerRef<'_>, count: IntegerRef<'_>) -> Result<Integer, NumberError> {
    if count.is_negative() {
        return Err(NumberError::Value(NEGATIVE_SHIFT.into()));
    }
    let count = count.to_u64().unwrap_or(u64::MAX);
    if let IntegerRef::Small(a) = a {
        return Ok(Integer::from(a >> count.min(63)));
    }
    let mut store = 0;
    let (negative, magnitude) = a.parts(&mut store);
    let (mut shifted, lost) = limbs::shift_right(magnitude, count)?;
    if negative && lost {
        shifted = limbs::add(&shifted, &[1])?;
    }
    Ok(Integer::from_magnitude(negative, shifted))
}

/// `a.bit_length()`
pub fn bit_length(a: IntegerRef<'_>) -> u64 {
    let mut store = 0;
    limbs::bit_length(a.parts(&mut store).1)
}

/// `a.bit_count()`
pub fn bit_count(a: IntegerRef<'_>) -> u64 {
    let mut store = 0;
    a.parts(&mut store).1.iter().map(|limb| limb.count_ones() as u64).sum()
}

/// `a.to_bytes(length, byteorder, signed=signed)`
pub fn to_bytes(
    a: IntegerRef<'_>,
    length: usize,
    little_endian: bool,
    signed: bool,
) -> Result<Vec<u8>, NumberError> {
    let mut store = 0;
    let (negative, magnitude) = a.parts(&mut store);
    if negative && !signed {
        return Err(NumberError::Overflow("can't convert negative int to unsigned"));
    }
    let bits = limbs::bit_length(magnitude);
    // The most negative number of a length needs one bit less than its magnitude has.
    let is_power_of_two = bit_count(a) == 1;
    let needs_sign_bit = signed && bits != 0 && !(negative && is_power_of_two);
    let needed = bits + needs_sign_bit as u64;
    // CPython lets -1 be no bytes at all.
    let minus_one_in_nothing = length == 0 && negative && magnitude == [1];
    if !minus_one_in_nothing && needed > (length as u64).saturating_mul(8) {
        return Err(NumberError::Overflow("int too big to convert"));
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).map_err(|_| NumberError::Memory)?;
    let all = two_complement(negative, magnitude).flat_map(u64::to_le_bytes);
    bytes.extend(all.take(length));
    if !little_endian {
        bytes.reverse();
    }
    Ok(bytes)
}

/// `int.from_bytes(bytes, byteorder, signed=signed)`
pub fn from_bytes(bytes: &[u8], little_endian: bool, signed: bool) -> Result<Integer, NumberError> {
    let mut result = limbs::with_room(bytes.len() / 8 + 1)?;
    let top = if little_endian { bytes.last() } else { bytes.first() };
    let negative = signed && top.is_some_and(|byte| byte >> 7 != 0);
    let fill = if negative { 0xff } else { 0 };
    let mut push = |chunk: &mut dyn Iterator<Item = u8>| {
        let mut word = [fill; 8];
        for (place, byte) in word.iter_mut().zip(chunk) {
            *place = byte;
        }
        result.push(u64::from_le_bytes(word));
    };
    if little_endian {
        bytes.chunks(8).for_each(|chunk| push(&mut chunk.iter().copied()));
    } else {
        bytes.rchunks(8).for_each(|chunk| push(&mut chunk.iter().rev().copied()));
    }
    if negative {
        negate_in_place(&mut result);
    }
    Ok(Integer::from_magnitude(negative, result))
}

#[cfg(test)]
#[path = "tests/bitwise.rs"]
mod tests;
