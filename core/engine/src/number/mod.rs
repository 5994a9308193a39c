//! Arithmetic and text of Python's numbers, on plain Rust types.
//!
//! Invariant: nothing here knows of heap objects or contexts, panics, or allocates without bound; what a Python program
//! sees as an exception is a [`NumberError`].
//!
//! - [`integer`]: ints of any size as operands and results; [`big_integer`] is their arithmetic, [`bitwise`] their bits,
//!   [`integer_text`] their text, [`integer_float`] their meeting with floats.
//! - [`float_text`]: `repr` and `float()`; [`float_format`]: fixed precision; [`float_hex`]: hexadecimal;
//!   [`float_math`]: division, powers and rounding as Python defines them; [`complex_math`]: the same for complex numbers;
//!   [`elementary`]: the functions of a C library, which the host provides.
//! - [`hash`]: one hash for equal numbers of any type.

pub mod big_integer;
pub mod bitwise;
pub mod complex_math;
pub mod elementary;
pub mod float_format;
pub mod float_hex;
pub mod float_math;
pub mod float_text;
pub mod hash;
pub mod integer;
pub mod integer_float;
pub mod integer_text;
mod limbs;

use alloc::borrow::Cow;

pub use integer::{Integer, IntegerRef};

/// What a numeric operation raises.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NumberError {
    /// `ZeroDivisionError`
    ZeroDivision(&'static str),
    /// `OverflowError`
    Overflow(&'static str),
    /// `OverflowError(34, 'Numerical result out of range')`, as the C library's ERANGE gives it.
    Range,
    /// `ValueError`
    Value(Cow<'static, str>),
    /// `MemoryError`: the result does not fit in memory, or is larger than any int may be.
    Memory,
}

impl NumberError {
    /// The exception's message.
    pub fn message(&self) -> &str {
        match self {
            NumberError::ZeroDivision(text) | NumberError::Overflow(text) => text,
            NumberError::Value(text) => text,
            NumberError::Range => "Numerical result out of range",
            NumberError::Memory => "",
        }
    }
}

/// The message of every division of numbers by zero since 3.14.
pub const DIVISION_BY_ZERO: NumberError = NumberError::ZeroDivision("division by zero");

/// The message of zero to a negative power since 3.14.
pub const ZERO_TO_NEGATIVE_POWER: NumberError = NumberError::ZeroDivision("zero to a negative power");
