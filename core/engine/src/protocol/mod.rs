//! The abstract protocols: what operators, `len`, `iter`, `repr`, `hash` and comparison do for any object.
//!
//! Invariant: special methods are looked up on the class, never on the instance; builtin types have fast paths first, which apply to
//! exact instances (or to subclasses that do not override). Source: Objects/abstract.c.

pub mod buffer;
pub mod codec;
pub mod comparison;
pub mod iteration;
pub mod mapping;
pub mod number;
pub mod numeric;
pub mod text;
