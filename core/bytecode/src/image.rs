//! The serialised image: many modules' code in one file, opened in constant time and decoded module by module.
//!
//! Invariant: a reader never panics and never allocates more than [`decode_budget`] for any bytes at all; what opens and
//! decodes equals what was written, provided [`Image::check`] passes or the bytes are known to be whole.
//! Source: our own format. Strings and constants are shared through tables with fixed-width indices, as in Lua's and
//! Dalvik's; numbers are LEB128 varints; unused operands of instructions are not stored.
//!
//! Layout (all fixed-width numbers are little-endian `u32` unless said otherwise; offsets count from the file's start):
//!
//! | at | what |
//! | --- | --- |
//! | 0 | magic, 8 bytes |
//! | 8 | format version |
//! | 12 | length of the file |
//! | 16 | `u64` hash of the operation table, [`abi_hash`] |
//! | 24 | `u64` FNV-1a hash of the bytes from 32 on |
//! | 32 | strings: number, offset of the index (number + 1 ends, relative to the data), offset of the data |
//! | 44 | constants: the same three |
//! | 56 | names of modules: the same three |
//! | 68 | modules: offset of the rows, offset of the code |
//!
//! A module row is flags (bit 0: package), start and end of its code; rows are in the order of names, which is sorted. The names are
//! together so that looking for one touches few pages. A code block is its length and that many bytes, so that what is nested in it can
//! be left where it is ([`StoredCode`]) until it is wanted.

mod reader;
#[cfg(test)]
mod tests;
mod writer;

use core::fmt;

pub use reader::{CodeParts, Image, Module, StoredCode, StoredConstant};
pub use writer::ImageWriter;

use crate::operation::{CommonObject, Intrinsic, OPERATIONS};
use crate::verifier::VerifyError;

/// The first bytes of an image. The line end shows a transfer that changed line ends.
pub const MAGIC: [u8; 8] = *b"TSNAKE\r\n";

/// The version of the layout above.
pub const FORMAT_VERSION: u32 = 2;

const HEADER_LENGTH: usize = 76;
const CHECKED_FROM: usize = 32;
const MODULE_ROW_LENGTH: usize = 12;
const MODULE_IS_PACKAGE: u32 = 1;
/// Constants and code nested deeper than this are refused.
const DEEPEST: usize = crate::verifier::DEEPEST_NESTING;

/// First byte of a constant. Code blocks are in the code section, never in the constant table.
mod tag {
    pub const NONE: u8 = 0;
    pub const TRUE: u8 = 1;
    pub const FALSE: u8 = 2;
    pub const ELLIPSIS: u8 = 3;
    pub const INTEGER: u8 = 4;
    pub const BIG_INTEGER_POSITIVE: u8 = 5;
    pub const BIG_INTEGER_NEGATIVE: u8 = 6;
    pub const FLOAT: u8 = 7;
    pub const COMPLEX: u8 = 8;
    pub const TEXT: u8 = 9;
    pub const BYTES: u8 = 10;
    pub const TUPLE: u8 = 11;
    pub const FROZEN_SET: u8 = 12;
    pub const SLICE: u8 = 13;
}

/// Why an image cannot be read or written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ImageError {
    /// The bytes end too early, or an offset points outside.
    Truncated,
    /// It is not an image.
    Magic,
    /// It has another format version.
    Version(u32),
    /// It was made for another instruction set.
    OperationTable,
    /// The bytes are not those that were written.
    Checksum,
    /// Something that no writer writes; says what.
    Malformed(&'static str),
    /// Nested too deep.
    TooDeep,
    /// Larger than an image may be, or a module that decodes to more than its budget.
    TooLarge,
    /// Two modules of the same name.
    DuplicateModule,
    /// Code that fails verification.
    Verify(VerifyError),
}

impl fmt::Display for ImageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImageError::Truncated => formatter.write_str("image is truncated"),
            ImageError::Magic => formatter.write_str("not an image"),
            ImageError::Version(version) => write!(formatter, "image has format version {version}"),
            ImageError::OperationTable => formatter.write_str("image is for another instruction set"),
            ImageError::Checksum => formatter.write_str("image is damaged"),
            ImageError::Malformed(what) => write!(formatter, "image is malformed: {what}"),
            ImageError::TooDeep => formatter.write_str("image is nested too deep"),
            ImageError::TooLarge => formatter.write_str("image is too large"),
            ImageError::DuplicateModule => formatter.write_str("two modules of the same name"),
            ImageError::Verify(error) => error.fmt(formatter),
        }
    }
}

impl core::error::Error for ImageError {}

impl From<VerifyError> for ImageError {
    fn from(error: VerifyError) -> Self {
        ImageError::Verify(error)
    }
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): small and enough against accidents; an image is not trusted for passing it.
fn fnv1a(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3))
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// A hash of everything that code's meaning depends on: the format, operations in order with their operand modes and meanings,
/// common objects and intrinsics. Code made under another hash must be compiled again.
pub fn abi_hash() -> u64 {
    let mut hash = fnv1a(FNV_START, &FORMAT_VERSION.to_le_bytes());
    for operation in OPERATIONS {
        hash = fnv1a(hash, operation.name().as_bytes());
        hash = fnv1a(hash, operation.meaning().as_bytes());
        for mode in operation.operands() {
            hash = fnv1a(hash, &[mode as u8]);
        }
        hash = fnv1a(hash, &[operation.has_extra() as u8, 0xff]);
    }
    fnv1a(hash, &[CommonObject::ALL.len() as u8, Intrinsic::ALL.len() as u8])
}

/// How many bytes decoding may allocate for a module whose coded form has `length` bytes. Shared strings and constants
/// make a module larger decoded than coded; without a bound a small file could name one large constant a million times.
pub const fn decode_budget(length: usize) -> usize {
    length.saturating_mul(64).saturating_add(16 << 20)
}
