//! One hash for all numbers: equal numbers of any type hash alike.
//!
//! Invariant: the hash of a rational `p/q` is `p * q ** -1` modulo the prime 2**61 - 1, with the sign of `p`; -1 is never
//! a hash (it becomes -2).
//! Source: CPython's Python/pyhash.c (`_Py_HashDouble`), Objects/longobject.c (`long_hash`), Objects/complexobject.c, and
//! the library reference, "Hashing of numeric types".

use super::integer::IntegerRef;
use super::integer_float::decompose;

/// `sys.hash_info.modulus`
pub const MODULUS: u64 = (1 << 61) - 1;
/// `sys.hash_info.inf`
pub const INFINITY: i64 = 314_159;
/// `sys.hash_info.imag`
pub const IMAGINARY: u64 = 1_000_003;

fn finish(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

/// The hash of an int.
pub fn of_integer(value: IntegerRef<'_>) -> i64 {
    let mut store = 0;
    let (negative, magnitude) = value.parts(&mut store);
    // 2 ** 64 is 8 modulo 2 ** 61 - 1.
    let residue = magnitude
        .iter()
        .rev()
        .fold(0u64, |hash, &limb| ((hash as u128 * 8 + limb as u128) % MODULUS as u128) as u64);
    let hash = residue as i64;
    finish(if negative { -hash } else { hash })
}

/// The hash of a small int, without a detour.
pub fn of_small_integer(value: i64) -> i64 {
    let magnitude = value.unsigned_abs();
    if magnitude < MODULUS {
        return finish(value);
    }
    let hash = (magnitude % MODULUS) as i64;
    finish(if value < 0 { -hash } else { hash })
}

/// The hash of a float; NaN hashes by identity, so `identity` says what to use for it.
pub fn of_float(value: f64, identity: i64) -> i64 {
    if value.is_nan() {
        return identity;
    }
    if value.is_infinite() {
        return if value > 0.0 { INFINITY } else { -INFINITY };
    }
    let (negative, mantissa, exponent) = decompose(value);
    // 2 ** 61 is 1, so multiplying by a power of two rotates 61 bits.
    let rotation = exponent.rem_euclid(61) as u32;
    let mantissa = mantissa as u128;
    let rotated = (mantissa << rotation) % MODULUS as u128;
    let hash = rotated as i64;
    finish(if negative { -hash } else { hash })
}

/// The hash of a complex number; `identities` are those of its parts for NaN.
pub fn of_complex(real: f64, imaginary: f64, identity: i64) -> i64 {
    let real = of_float(real, identity) as u64;
    let imaginary = of_float(imaginary, identity) as u64;
    finish(real.wrapping_add(IMAGINARY.wrapping_mul(imaginary)) as i64)
}

#[cfg(test)]
#[path = "tests/hash.rs"]
mod tests;
