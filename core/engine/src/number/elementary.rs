<<<<<<< HEAD
//! The engine's own elementary functions, for platforms without a C library.
//!
//! Invariant: the same names and meaning as the platform's table; results may differ in the last bits
//! (docs/decisions/elementary-functions.md). Source: the crate `libm`.

use threadsnake_hal::ElementaryFunctions;

/// The functions of the crate `libm`.
pub static PORTABLE: ElementaryFunctions = ElementaryFunctions {
=======
//! The elementary functions as a table that the host fills in.
//!
//! Invariant: each entry takes any float and returns a float, NaN outside of the function's domain, without side effects.
//! Source: docs/decisions/elementary-functions.md says why they are not simply called.

/// The inexact functions of a C library's `math.h`.
#[derive(Copy, Clone, Debug)]
#[allow(missing_docs, reason = "the fields are named as the functions are")]
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
    pub cbrt: fn(f64) -> f64,
    pub hypot: fn(f64, f64) -> f64,
    pub erf: fn(f64) -> f64,
    pub erfc: fn(f64) -> f64,
}

/// The crate `libm`'s, for hosts without a C library.
pub const PORTABLE: ElementaryFunctions = ElementaryFunctions {
>>>>>>> main
    pow: libm::pow,
    exp: libm::exp,
    exp2: libm::exp2,
    expm1: libm::expm1,
    log: libm::log,
    log1p: libm::log1p,
    log2: libm::log2,
    log10: libm::log10,
    sin: libm::sin,
    cos: libm::cos,
    tan: libm::tan,
    asin: libm::asin,
    acos: libm::acos,
    atan: libm::atan,
    atan2: libm::atan2,
    sinh: libm::sinh,
    cosh: libm::cosh,
    tanh: libm::tanh,
    asinh: libm::asinh,
    acosh: libm::acosh,
    atanh: libm::atanh,
<<<<<<< HEAD
    hypot: libm::hypot,
    cbrt: libm::cbrt,
=======
    cbrt: libm::cbrt,
    hypot: libm::hypot,
>>>>>>> main
    erf: libm::erf,
    erfc: libm::erfc,
};
