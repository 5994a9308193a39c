//! The hash functions by name, and their running states.
//!
//! Invariant: the functions come from crates (docs/decisions/cryptographic-hashes.md); a digest is taken of a copy, so a state can go on after it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use sha2::Digest;
use shake::{ExtendableOutput, Update, XofReader};

/// A hash function.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha512With224,
    Sha512With256,
    Sha3With224,
    Sha3With256,
    Sha3With384,
    Sha3With512,
    Shake128,
    Shake256,
    Blake2b,
    Blake2s,
}

/// Name in Python, another name (OpenSSL's), bytes of a block, bytes of a digest (0 for any number).
const TABLE: &[(Algorithm, &str, &str, usize, usize)] = &[
    (Algorithm::Md5, "md5", "md5", 64, 16),
    (Algorithm::Sha1, "sha1", "sha-1", 64, 20),
    (Algorithm::Sha224, "sha224", "sha2-224", 64, 28),
    (Algorithm::Sha256, "sha256", "sha2-256", 64, 32),
    (Algorithm::Sha384, "sha384", "sha2-384", 128, 48),
    (Algorithm::Sha512, "sha512", "sha2-512", 128, 64),
    (Algorithm::Sha512With224, "sha512_224", "sha512-224", 128, 28),
    (Algorithm::Sha512With256, "sha512_256", "sha512-256", 128, 32),
    (Algorithm::Sha3With224, "sha3_224", "sha3-224", 144, 28),
    (Algorithm::Sha3With256, "sha3_256", "sha3-256", 136, 32),
    (Algorithm::Sha3With384, "sha3_384", "sha3-384", 104, 48),
    (Algorithm::Sha3With512, "sha3_512", "sha3-512", 72, 64),
    (Algorithm::Shake128, "shake_128", "shake128", 168, 0),
    (Algorithm::Shake256, "shake_256", "shake256", 136, 0),
    (Algorithm::Blake2b, "blake2b", "blake2b512", 128, 64),
    (Algorithm::Blake2s, "blake2s", "blake2s256", 64, 32),
];

impl Algorithm {
    fn row(self) -> &'static (Algorithm, &'static str, &'static str, usize, usize) {
        TABLE.iter().find(|row| row.0 == self).unwrap_or(&TABLE[0])
    }

    /// The function of a name, in whatever case.
    pub(crate) fn of_name(name: &str) -> Option<Algorithm> {
        let fits = |known: &str| known.eq_ignore_ascii_case(name);
        TABLE.iter().find(|row| fits(row.1) || fits(row.2)).map(|row| row.0)
    }

    /// The names in Python.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|row| row.1)
    }

    pub(crate) fn name(self) -> &'static str {
        self.row().1
    }

    pub(crate) fn block_bytes(self) -> usize {
        self.row().3
    }

    /// Bytes of a digest; 0 where the caller says how many.
    pub(crate) fn digest_bytes(self) -> usize {
        self.row().4
    }

    /// Whether the caller says how long a digest is.
    pub(crate) fn is_extendable(self) -> bool {
        self.digest_bytes() == 0
    }

    /// A fresh state.
    pub(crate) fn start(self) -> State {
        match self {
            Algorithm::Md5 => State::Md5(md5::Md5::new()),
            Algorithm::Sha1 => State::Sha1(sha1::Sha1::new()),
            Algorithm::Sha224 => State::Sha224(sha2::Sha224::new()),
            Algorithm::Sha256 => State::Sha256(sha2::Sha256::new()),
            Algorithm::Sha384 => State::Sha384(sha2::Sha384::new()),
            Algorithm::Sha512 => State::Sha512(sha2::Sha512::new()),
            Algorithm::Sha512With224 => State::Sha512With224(sha2::Sha512_224::new()),
            Algorithm::Sha512With256 => State::Sha512With256(sha2::Sha512_256::new()),
            Algorithm::Sha3With224 => State::Sha3With224(sha3::Sha3_224::new()),
            Algorithm::Sha3With256 => State::Sha3With256(sha3::Sha3_256::new()),
            Algorithm::Sha3With384 => State::Sha3With384(sha3::Sha3_384::new()),
            Algorithm::Sha3With512 => State::Sha3With512(sha3::Sha3_512::new()),
            Algorithm::Shake128 => State::Shake128(shake::Shake128::default()),
            Algorithm::Shake256 => State::Shake256(shake::Shake256::default()),
            Algorithm::Blake2b => State::Blake2b(Box::new(blake2b_simd::State::new())),
            Algorithm::Blake2s => State::Blake2s(Box::new(blake2s_simd::State::new())),
        }
    }
}

/// A running hash.
#[derive(Clone)]
pub(crate) enum State {
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Sha224(sha2::Sha224),
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
    Sha512With224(sha2::Sha512_224),
    Sha512With256(sha2::Sha512_256),
    Sha3With224(sha3::Sha3_224),
    Sha3With256(sha3::Sha3_256),
    Sha3With384(sha3::Sha3_384),
    Sha3With512(sha3::Sha3_512),
    Shake128(shake::Shake128),
    Shake256(shake::Shake256),
    Blake2b(Box<blake2b_simd::State>),
    Blake2s(Box<blake2s_simd::State>),
}

impl State {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            State::Md5(state) => Digest::update(state, bytes),
            State::Sha1(state) => Digest::update(state, bytes),
            State::Sha224(state) => Digest::update(state, bytes),
            State::Sha256(state) => Digest::update(state, bytes),
            State::Sha384(state) => Digest::update(state, bytes),
            State::Sha512(state) => Digest::update(state, bytes),
            State::Sha512With224(state) => Digest::update(state, bytes),
            State::Sha512With256(state) => Digest::update(state, bytes),
            State::Sha3With224(state) => Digest::update(state, bytes),
            State::Sha3With256(state) => Digest::update(state, bytes),
            State::Sha3With384(state) => Digest::update(state, bytes),
            State::Sha3With512(state) => Digest::update(state, bytes),
            State::Shake128(state) => Update::update(state, bytes),
            State::Shake256(state) => Update::update(state, bytes),
            State::Blake2b(state) => {
                state.update(bytes);
            }
            State::Blake2s(state) => {
                state.update(bytes);
            }
        }
    }

    /// The digest of what came so far. Of a function with output of any length, the first bytes for which there is room in `output`.
    pub(crate) fn digest(&self) -> Vec<u8> {
        match self.clone() {
            State::Md5(state) => state.finalize().to_vec(),
            State::Sha1(state) => state.finalize().to_vec(),
            State::Sha224(state) => state.finalize().to_vec(),
            State::Sha256(state) => state.finalize().to_vec(),
            State::Sha384(state) => state.finalize().to_vec(),
            State::Sha512(state) => state.finalize().to_vec(),
            State::Sha512With224(state) => state.finalize().to_vec(),
            State::Sha512With256(state) => state.finalize().to_vec(),
            State::Sha3With224(state) => state.finalize().to_vec(),
            State::Sha3With256(state) => state.finalize().to_vec(),
            State::Sha3With384(state) => state.finalize().to_vec(),
            State::Sha3With512(state) => state.finalize().to_vec(),
            State::Shake128(_) | State::Shake256(_) => Vec::new(),
            State::Blake2b(state) => state.finalize().as_bytes().to_vec(),
            State::Blake2s(state) => state.finalize().as_bytes().to_vec(),
        }
    }

    /// Fills `output` with a digest of its length; only of functions for which the caller chooses it.
    pub(crate) fn extended_digest(&self, output: &mut [u8]) {
        match self.clone() {
            State::Shake128(state) => state.finalize_xof().read(output),
            State::Shake256(state) => state.finalize_xof().read(output),
            _ => {}
        }
    }
}
