//! Hashes of text, bytes and tuples.
//!
//! Invariant: text and bytes hash under a secret key, so that nobody outside can choose colliding keys; -1 is never a hash.
//! Source: SipHash-1-3 (Aumasson, Bernstein) from the crate `siphasher`; the tuple hash is CPython's variant of xxHash
//! (Objects/tupleobject.c). For a given PYTHONHASHSEED the hashes are CPython's.

use siphasher::sip::SipHasher13;

use super::CodeUnit;

/// The secret key of an engine.
#[derive(Copy, Clone, Debug)]
pub struct HashKey {
    hasher: SipHasher13,
}

impl HashKey {
    /// A key from 16 bytes of entropy, or of `PYTHONHASHSEED`.
    pub fn new(low: u64, high: u64) -> Self {
        HashKey { hasher: SipHasher13::new_with_keys(low, high) }
    }

    /// The key for `PYTHONHASHSEED=seed`; 0 turns randomisation off.
    pub fn from_seed(seed: u32) -> Self {
        if seed == 0 {
            return HashKey::new(0, 0);
        }
        // The generator CPython uses for this, so that seeds spread over the key in the same way.
        let mut state = seed;
        let mut byte = || {
            state = state.wrapping_mul(214_013).wrapping_add(2_531_011);
            (state >> 16) as u8
        };
        let low = u64::from_le_bytes(core::array::from_fn(|_| byte()));
        let high = u64::from_le_bytes(core::array::from_fn(|_| byte()));
        HashKey::new(low, high)
    }

    /// The two halves.
    pub fn parts(&self) -> (u64, u64) {
        self.hasher.keys()
    }

    /// The hash of bytes, and of text in its storage form. Nothing hashes to 0.
    pub fn of_bytes(&self, bytes: &[u8]) -> i64 {
        if bytes.is_empty() { 0 } else { finish(self.hasher.hash(bytes) as i64) }
    }

    /// The hash of text in the width it is stored in, which is the narrowest that holds it: the hash of its units' bytes,
    /// low byte first.
    pub fn of_text<U: CodeUnit>(&self, text: &[U]) -> i64 {
        use core::hash::Hasher;
        if text.is_empty() {
            return 0;
        }
        let width = size_of::<U>();
        let mut hasher = self.hasher;
        for chunk in text.chunks(64) {
            let mut buffer = [0u8; 256];
            for (unit, place) in chunk.iter().zip(buffer.chunks_exact_mut(width)) {
                for (byte, target) in unit.code_point().to_le_bytes().into_iter().zip(place) {
                    *target = byte;
                }
            }
            hasher.write(buffer.get(..size_of_val(chunk)).unwrap_or(&buffer));
        }
        finish(hasher.finish() as i64)
    }
}

fn finish(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

const PRIME_1: u64 = 11_400_714_785_074_694_791;
const PRIME_2: u64 = 14_029_467_366_897_019_727;
const PRIME_5: u64 = 2_870_177_450_012_600_261;

/// Collects a tuple's hash item by item.
#[derive(Copy, Clone, Debug)]
pub struct TupleHasher {
    state: u64,
    length: u64,
}

impl Default for TupleHasher {
    fn default() -> Self {
        TupleHasher { state: PRIME_5, length: 0 }
    }
}

impl TupleHasher {
    /// Adds an item's hash.
    pub fn add(&mut self, item: i64) {
        self.state = self
            .state
            .wrapping_add((item as u64).wrapping_mul(PRIME_2))
            .rotate_left(31)
            .wrapping_mul(PRIME_1);
        self.length += 1;
    }

    /// The tuple's hash.
    pub fn finish(self) -> i64 {
        let hash = self.state.wrapping_add(self.length ^ (PRIME_5 ^ 3_527_539)) as i64;
        // What CPython has instead of -1 here.
        if hash == -1 { 1_546_275_796 } else { hash }
    }
}

#[cfg(test)]
#[path = "tests/hash.rs"]
mod tests;
