//! The table of elementary functions that a platform may bring along.
//!
//! Invariant: each function takes any float, NaN and infinities included, and returns what C's `<math.h>` says; none of them
//! touches memory. They are inexact, so which of two neighbouring floats comes out is the platform's affair.

/// Functions of `<math.h>` whose results are not exact.
#[derive(Copy, Clone, Debug)]
#[allow(missing_docs)]
pub struct ElementaryFunctions {
    pub pow: fn(f64, f64) -> f64,
    pub exp: fn(f64) -> f64,
    pub exp2: fn(f64) -> f64,
    pub expm1: fn(f64) -> f64,
    pub log: fn(f64) -> f64,
    pub log1p: fn(f64) -> f64,
    pub log2: fn(f64) -> f64,
    pub log10: fn(f64) -> f64,
    pub sin: fn(f64) -> f64,
    pub cos: fn(f64) -> f64,
    pub tan: fn(f64) -> f64,
    pub asin: fn(f64) -> f64,
    pub acos: fn(f64) -> f64,
    pub atan: fn(f64) -> f64,
    pub atan2: fn(f64, f64) -> f64,
    pub sinh: fn(f64) -> f64,
    pub cosh: fn(f64) -> f64,
    pub tanh: fn(f64) -> f64,
    pub asinh: fn(f64) -> f64,
    pub acosh: fn(f64) -> f64,
    pub atanh: fn(f64) -> f64,
    pub hypot: fn(f64, f64) -> f64,
    pub cbrt: fn(f64) -> f64,
    pub erf: fn(f64) -> f64,
    pub erfc: fn(f64) -> f64,
}
