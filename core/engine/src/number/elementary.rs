//! The engine's own elementary functions, for platforms without a C library.
//!
//! Invariant: the same names and meaning as the platform's table; results may differ in the last bits
//! (docs/decisions/elementary-functions.md). Source: the crate `libm`.

use threadsnake_hal::ElementaryFunctions;

/// The functions of the crate `libm`.
pub static PORTABLE: ElementaryFunctions = ElementaryFunctions {
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
    hypot: libm::hypot,
    cbrt: libm::cbrt,
    erf: libm::erf,
    erfc: libm::erfc,
};
