//! The numbers of the code that `re._compiler` writes.
//!
//! Invariant: they are those of `re._constants` of the standard library that the engine carries, whose `MAGIC` is [`MAGIC`].
//! Source: Lib/re/_constants.py.

/// The version of the code, which `re._compiler` compares with its own.
pub const MAGIC: u32 = 20_230_612;
/// Bytes per word of code.
pub const CODE_SIZE: u32 = 4;
/// "No upper limit" of a repetition.
pub const MAXIMUM_REPEAT: u32 = u32::MAX;
/// The most groups that a pattern may have.
pub const MAXIMUM_GROUPS: u32 = u32::MAX / 2;

/// What a word of code asks for.
pub mod operation {
    pub const FAILURE: u32 = 0;
    pub const SUCCESS: u32 = 1;
    pub const ANY: u32 = 2;
    pub const ANY_ALL: u32 = 3;
    pub const ASSERT: u32 = 4;
    pub const ASSERT_NOT: u32 = 5;
    pub const AT: u32 = 6;
    pub const BRANCH: u32 = 7;
    pub const CATEGORY: u32 = 8;
    pub const CHARSET: u32 = 9;
    pub const BIG_CHARSET: u32 = 10;
    pub const GROUP_REFERENCE: u32 = 11;
    pub const GROUP_REFERENCE_EXISTS: u32 = 12;
    pub const IN: u32 = 13;
    pub const INFO: u32 = 14;
    pub const JUMP: u32 = 15;
    pub const LITERAL: u32 = 16;
    pub const MARK: u32 = 17;
    pub const MAX_UNTIL: u32 = 18;
    pub const MIN_UNTIL: u32 = 19;
    pub const NOT_LITERAL: u32 = 20;
    pub const NEGATE: u32 = 21;
    pub const RANGE: u32 = 22;
    pub const REPEAT: u32 = 23;
    pub const REPEAT_ONE: u32 = 24;
    pub const MIN_REPEAT_ONE: u32 = 26;
    pub const ATOMIC_GROUP: u32 = 27;
    pub const POSSESSIVE_REPEAT: u32 = 28;
    pub const POSSESSIVE_REPEAT_ONE: u32 = 29;
    pub const GROUP_REFERENCE_IGNORE: u32 = 30;
    pub const IN_IGNORE: u32 = 31;
    pub const LITERAL_IGNORE: u32 = 32;
    pub const NOT_LITERAL_IGNORE: u32 = 33;
    pub const GROUP_REFERENCE_LOCALE_IGNORE: u32 = 34;
    pub const IN_LOCALE_IGNORE: u32 = 35;
    pub const LITERAL_LOCALE_IGNORE: u32 = 36;
    pub const NOT_LITERAL_LOCALE_IGNORE: u32 = 37;
    pub const GROUP_REFERENCE_UNICODE_IGNORE: u32 = 38;
    pub const IN_UNICODE_IGNORE: u32 = 39;
    pub const LITERAL_UNICODE_IGNORE: u32 = 40;
    pub const NOT_LITERAL_UNICODE_IGNORE: u32 = 41;
    pub const RANGE_UNICODE_IGNORE: u32 = 42;
}

/// Places that `AT` tests for.
pub mod place {
    pub const BEGINNING: u32 = 0;
    pub const BEGINNING_LINE: u32 = 1;
    pub const BEGINNING_STRING: u32 = 2;
    pub const BOUNDARY: u32 = 3;
    pub const NON_BOUNDARY: u32 = 4;
    pub const END: u32 = 5;
    pub const END_LINE: u32 = 6;
    pub const END_STRING: u32 = 7;
    pub const LOCALE_BOUNDARY: u32 = 8;
    pub const LOCALE_NON_BOUNDARY: u32 = 9;
    pub const UNICODE_BOUNDARY: u32 = 10;
    pub const UNICODE_NON_BOUNDARY: u32 = 11;
    /// How many there are.
    pub const COUNT: u32 = 12;
}

/// Categories of characters: even numbers; the odd number behind each is its opposite.
pub mod category {
    pub const DIGIT: u32 = 0;
    pub const SPACE: u32 = 2;
    pub const WORD: u32 = 4;
    pub const LINE_BREAK: u32 = 6;
    pub const LOCALE_WORD: u32 = 8;
    pub const UNICODE_DIGIT: u32 = 10;
    pub const UNICODE_SPACE: u32 = 12;
    pub const UNICODE_WORD: u32 = 14;
    pub const UNICODE_LINE_BREAK: u32 = 16;
    /// How many there are, opposites included.
    pub const COUNT: u32 = 18;
}

/// Bits of the information block at the start of a pattern.
pub mod information {
    pub const PREFIX: u32 = 1;
    pub const LITERAL: u32 = 2;
    pub const CHARSET: u32 = 4;
}

/// Bits of a pattern's flags.
pub mod flag {
    pub const IGNORECASE: u32 = 2;
    pub const LOCALE: u32 = 4;
    pub const MULTILINE: u32 = 8;
    pub const DOTALL: u32 = 16;
    pub const UNICODE: u32 = 32;
    pub const VERBOSE: u32 = 64;
    pub const DEBUG: u32 = 128;
    pub const ASCII: u32 = 256;
}
