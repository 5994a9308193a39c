//! Magnitudes as little-endian 64-bit limbs: the linear-time operations that are not worth a conversion to the big integer
//! crate's form.
//!
//! Invariant: results have no leading zero limb; zero is empty. Every result's memory is asked for before it is filled.
//! Source: Knuth, The Art of Computer Programming, volume 2, 4.3.1.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::NumberError;

/// The most limbs an int may have: 2 GiB. CPython's limit is about the same on 64-bit platforms with its default allocator;
/// a program that goes this far wants a MemoryError, not a machine that swaps.
pub const LIMB_LIMIT: usize = 1 << 28;

/// An empty vector with room for `count` limbs.
pub fn with_room(count: usize) -> Result<Vec<u64>, NumberError> {
    if count > LIMB_LIMIT {
        return Err(NumberError::Memory);
    }
    let mut limbs = Vec::new();
    limbs.try_reserve_exact(count).map_err(|_| NumberError::Memory)?;
    Ok(limbs)
}

/// Refuses results of more than `count` limbs that could not be allocated. The crate behind the slow operations aborts when
/// memory runs out, so large results, with the working space they need, are tried out first.
pub fn check_room(count: usize) -> Result<(), NumberError> {
    if count <= 1 << 12 {
        Ok(())
    } else {
        with_room(count.saturating_mul(4).min(LIMB_LIMIT.max(count))).map(drop)
    }
}

/// Without leading zero limbs.
pub fn trimmed(limbs: &[u64]) -> &[u64] {
    let length = limbs.iter().rposition(|&limb| limb != 0).map_or(0, |last| last + 1);
    limbs.get(..length).unwrap_or(limbs)
}

/// Drops leading zero limbs.
pub fn trim(mut limbs: Vec<u64>) -> Vec<u64> {
    let length = trimmed(&limbs).len();
    limbs.truncate(length);
    limbs
}

/// Order of magnitudes.
pub fn compare(a: &[u64], b: &[u64]) -> Ordering {
    let (a, b) = (trimmed(a), trimmed(b));
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// Bits up to the highest set one.
pub fn bit_length(limbs: &[u64]) -> u64 {
    let limbs = trimmed(limbs);
    match limbs.last() {
        None => 0,
        Some(top) => limbs.len() as u64 * 64 - top.leading_zeros() as u64,
    }
}

/// `a + b`
pub fn add(a: &[u64], b: &[u64]) -> Result<Vec<u64>, NumberError> {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut sum = with_room(long.len() + 1)?;
    let mut carry = false;
    let padded = short.iter().copied().chain(core::iter::repeat(0));
    for (&x, y) in long.iter().zip(padded) {
        let (partial, first) = x.overflowing_add(y);
        let (total, second) = partial.overflowing_add(carry as u64);
        carry = first | second;
        sum.push(total);
    }
    if carry {
        sum.push(1);
    }
    Ok(trim(sum))
}

/// `a - b` for `a >= b`.
pub fn subtract(a: &[u64], b: &[u64]) -> Result<Vec<u64>, NumberError> {
    let mut difference = with_room(a.len())?;
    let mut borrow = false;
    let padded = b.iter().copied().chain(core::iter::repeat(0));
    for (&x, y) in a.iter().zip(padded) {
        let (partial, first) = x.overflowing_sub(y);
        let (total, second) = partial.overflowing_sub(borrow as u64);
        borrow = first | second;
        difference.push(total);
    }
    Ok(trim(difference))
}

/// `a * b` the school way, for when the shorter one is short.
pub fn multiply_schoolbook(a: &[u64], b: &[u64]) -> Result<Vec<u64>, NumberError> {
    let mut product = with_room(a.len() + b.len())?;
    product.resize(a.len() + b.len(), 0);
    for (offset, &y) in b.iter().enumerate() {
        let mut carry = 0u64;
        let mut places = product.iter_mut().skip(offset);
        for (&x, place) in a.iter().zip(&mut places) {
            let sum = x as u128 * y as u128 + *place as u128 + carry as u128;
            *place = sum as u64;
            carry = (sum >> 64) as u64;
        }
        if let Some(place) = product.get_mut(offset + a.len()) {
            *place = carry;
        }
    }
    Ok(trim(product))
}

/// `a / divisor` and the remainder, for a divisor other than zero.
pub fn divide_by_limb(a: &[u64], divisor: u64) -> Result<(Vec<u64>, u64), NumberError> {
    let mut quotient = with_room(a.len())?;
    quotient.resize(a.len(), 0);
    let mut remainder = 0u64;
    for (&limb, place) in a.iter().zip(&mut quotient).rev() {
        let value = (remainder as u128) << 64 | limb as u128;
        *place = value.checked_div(divisor as u128).unwrap_or(0) as u64;
        remainder = value.checked_rem(divisor as u128).unwrap_or(0) as u64;
    }
    Ok((trim(quotient), remainder))
}

/// `a << count`
pub fn shift_left(a: &[u64], count: u64) -> Result<Vec<u64>, NumberError> {
    let a = trimmed(a);
    if a.is_empty() {
        return Ok(Vec::new());
    }
    let whole =
        usize::try_from(count / 64).ok().filter(|&whole| whole <= LIMB_LIMIT).ok_or(NumberError::Memory)?;
    let bits = (count % 64) as u32;
    let mut shifted = with_room(a.len() + whole + 1)?;
    shifted.resize(whole, 0);
    let mut carry = 0;
    for &limb in a {
        let wide = (limb as u128) << bits;
        shifted.push(wide as u64 | carry);
        carry = (wide >> 64) as u64;
    }
    shifted.push(carry);
    Ok(trim(shifted))
}

/// `a >> count`, and whether a set bit fell out.
pub fn shift_right(a: &[u64], count: u64) -> Result<(Vec<u64>, bool), NumberError> {
    let whole = usize::try_from(count / 64).unwrap_or(usize::MAX).min(a.len());
    let bits = (count % 64) as u32;
    let (below, kept) = a.split_at_checked(whole).unwrap_or((a, &[]));
    let mut lost = below.iter().any(|&limb| limb != 0);
    if let Some(&first) = kept.first() {
        lost |= first & ((1u64 << bits) - 1) != 0;
    }
    let mut shifted = with_room(kept.len())?;
    let above = kept.iter().skip(1).copied().chain(core::iter::once(0));
    for (&limb, next) in kept.iter().zip(above) {
        let wide = (next as u128) << 64 | limb as u128;
        shifted.push((wide >> bits) as u64);
    }
    Ok((trim(shifted), lost))
}
