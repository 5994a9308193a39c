//! HMAC and PBKDF2 over any hash function with a digest of fixed length.
//!
//! Source: RFC 2104 and RFC 8018.

use alloc::vec;
use alloc::vec::Vec;

use super::algorithm::{Algorithm, State};

/// A running HMAC.
#[derive(Clone)]
pub(super) struct Authentication {
    pub(super) algorithm: Algorithm,
    inner: State,
    outer: State,
}

impl Authentication {
    pub(super) fn new(algorithm: Algorithm, key: &[u8]) -> Authentication {
        let mut block = vec![0u8; algorithm.block_bytes()];
        let short;
        let key = if key.len() > block.len() {
            let mut state = algorithm.start();
            state.update(key);
            short = state.digest();
            short.as_slice()
        } else {
            key
        };
        for (place, byte) in block.iter_mut().zip(key) {
            *place = *byte;
        }
        let padded = |pad: u8| {
            let mut state = algorithm.start();
            let bytes: Vec<u8> = block.iter().map(|byte| byte ^ pad).collect();
            state.update(&bytes);
            state
        };
        Authentication { algorithm, inner: padded(0x36), outer: padded(0x5c) }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.inner.update(bytes);
    }

    pub(super) fn digest(&self) -> Vec<u8> {
        let mut outer = self.outer.clone();
        outer.update(&self.inner.digest());
        outer.digest()
    }
}

/// PBKDF2: fills `output` with a key.
pub(super) fn derive(algorithm: Algorithm, password: &[u8], salt: &[u8], iterations: u64, output: &mut [u8]) {
    let keyed = Authentication::new(algorithm, password);
    for (number, piece) in output.chunks_mut(algorithm.digest_bytes().max(1)).enumerate() {
        let mut first = keyed.clone();
        first.update(salt);
        first.update(&(number as u32).wrapping_add(1).to_be_bytes());
        let mut block = first.digest();
        let mut sum = block.clone();
        for _ in 1..iterations {
            let mut next = keyed.clone();
            next.update(&block);
            block = next.digest();
            for (place, byte) in sum.iter_mut().zip(&block) {
                *place ^= byte;
            }
        }
        for (place, byte) in piece.iter_mut().zip(&sum) {
            *place = *byte;
        }
    }
}
