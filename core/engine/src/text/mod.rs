//! Algorithms on text and bytes, on plain Rust types.
//!
//! Invariant: nothing here knows of heap objects or contexts, or panics. Text comes as slices of code units of one of three
//! widths (every unit is a whole code point, lone surrogates included) and goes to a sink, a plan or a small string.
//!
//! - [`unicode`]: properties and case; [`case`]: whole strings; [`normalization`]: normal forms; [`search`]: find, split, strip.
//! - [`format_specification`], [`format_string`], [`printf`]: the three formatting languages; [`padding`]: their common layout.
//! - [`repr`]: quoting; [`codecs`]: bytes to text and back.
//! - [`hash`]: keyed hashes of text and bytes, and of tuples.

pub mod case;
pub mod codecs;
pub mod format_specification;
pub mod format_string;
pub mod hash;
pub mod normalization;
mod numeric_table;
pub mod padding;
pub mod printf;
pub mod repr;
pub mod search;
pub mod unicode;

use alloc::borrow::Cow;
use core::fmt::Debug;

use crate::number::NumberError;

/// One code point of a string, in one of the widths that strings have.
pub trait CodeUnit: Copy + Eq + Ord + Debug + Default + Send + Sync + 'static {
    /// The code point.
    fn code_point(self) -> u32;
    /// The unit for a code point, if this width can hold it.
    fn from_code_point(code_point: u32) -> Option<Self>;
}

macro_rules! code_unit {
    ($($unit:ty),*) => { $(
        impl CodeUnit for $unit {
            #[inline(always)]
            fn code_point(self) -> u32 {
                self as u32
            }

            #[inline(always)]
            fn from_code_point(code_point: u32) -> Option<Self> {
                <$unit>::try_from(code_point).ok()
            }
        }
    )* };
}

code_unit!(u8, u16, u32);

/// What formatting and coding raise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TextError {
    /// `ValueError`
    Value(Cow<'static, str>),
    /// `TypeError`
    Type(Cow<'static, str>),
    /// `OverflowError`
    Overflow(Cow<'static, str>),
    /// `MemoryError`
    Memory,
}

impl TextError {
    fn value(text: &'static str) -> Self {
        TextError::Value(Cow::Borrowed(text))
    }
}

impl From<NumberError> for TextError {
    fn from(error: NumberError) -> Self {
        match error {
            NumberError::Memory => TextError::Memory,
            NumberError::Value(text) => TextError::Value(text),
            NumberError::ZeroDivision(text) | NumberError::Overflow(text) => TextError::Overflow(text.into()),
            NumberError::Range => TextError::Overflow(NumberError::Range.message().into()),
        }
    }
}
