//! The tables of native classes and modules that every engine has.
//!
//! Invariant: bases come before derived classes. Exception classes are not here: `types/exception_methods.rs` builds them.

use crate::native::{NativeClass, NativeModule, NativeType};
use crate::types;

/// The core classes.
pub(super) const CORE_CLASSES: &[&NativeClass] = &[
    types::int_methods::Int::CLASS,
    types::bool_object::Bool::CLASS,
    types::float_methods::Float::CLASS,
    types::complex_methods::Complex::CLASS,
    types::cell::Cell::CLASS,
];

/// The native modules of the engine itself.
pub(super) const ENGINE_MODULES: &[&NativeModule] = &[];
