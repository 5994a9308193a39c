//! Hashes of text, bytes and tuples.
//!
//! Invariant: text and bytes hash under a secret key, so that nobody outside can choose colliding keys; -1 is never a hash.
//! Source: SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012); the tuple hash is CPython's variant of xxHash
//! (Objects/tupleobject.c). For a given PYTHONHASHSEED the hashes are CPython's.

/// The secret key of an engine.
#[derive(Copy, Clone, Debug)]
pub struct HashKey {
    low: u64,
    high: u64,
}

/// The state of SipHash-1-3: four words, "somepseudorandomlygeneratedbytes" under the key.
struct SipState([u64; 4]);

impl SipState {
    #[inline(always)]
    fn new(key: &HashKey) -> Self {
        SipState([
            key.low ^ 0x736f_6d65_7073_6575,
            key.high ^ 0x646f_7261_6e64_6f6d,
            key.low ^ 0x6c79_6765_6e65_7261,
            key.high ^ 0x7465_6462_7974_6573,
        ])
    }

    #[inline(always)]
    fn round(&mut self) {
        let [a, b, c, d] = &mut self.0;
        *a = a.wrapping_add(*b);
        *c = c.wrapping_add(*d);
        *b = b.rotate_left(13) ^ *a;
        *d = d.rotate_left(16) ^ *c;
        *a = a.rotate_left(32).wrapping_add(*d);
        *c = c.wrapping_add(*b);
        *d = d.rotate_left(21) ^ *a;
        *b = b.rotate_left(17) ^ *c;
        *c = c.rotate_left(32);
    }

    #[inline(always)]
    fn add(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.0[0] ^= word;
    }

    #[inline(always)]
    fn finish(mut self) -> u64 {
        self.0[2] ^= 0xff;
        self.round();
        self.round();
        self.round();
        self.0[0] ^ self.0[1] ^ self.0[2] ^ self.0[3]
    }
}

/// The bytes behind the last whole word, low byte first.
#[inline(always)]
fn last_bytes(bytes: &[u8]) -> u64 {
    let count = bytes.len() % 8;
    if let Some(last) = bytes.last_chunk::<8>() {
        // In two steps, so that nothing is left of the word when no byte is behind it.
        return (u64::from_le_bytes(*last) >> 1) >> (63 - 8 * count);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        return first as u64 | (last as u64) << (8 * (count - 4));
    }
    match *bytes {
        [first] => first as u64,
        [first, second] => first as u64 | (second as u64) << 8,
        [first, second, third] => first as u64 | (second as u64) << 8 | (third as u64) << 16,
        _ => 0,
    }
}

impl HashKey {
    /// A key from 16 bytes of entropy, or of `PYTHONHASHSEED`.
    pub fn new(low: u64, high: u64) -> Self {
        HashKey { low, high }
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
        (self.low, self.high)
    }

    /// The hash of bytes, and of text: of its units in the width it is stored in, which is the narrowest that holds it. Of nothing it is 0.
    #[inline]
    pub fn of_bytes(&self, bytes: &[u8]) -> i64 {
        if bytes.is_empty() {
            return 0;
        }
        let mut state = SipState::new(self);
        for word in bytes.as_chunks::<8>().0 {
            state.add(u64::from_le_bytes(*word));
        }
        state.add(last_bytes(bytes) | (bytes.len() as u64) << 56);
        finish(state.finish() as i64)
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
