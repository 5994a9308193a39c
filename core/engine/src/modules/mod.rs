//! Native modules that belong to the engine because they reach into it. Those that do not are in the crate `threadsnake-modules`.
//!
//! Invariant: one file per module, named after it without the underscore.

pub(crate) mod codec_errors;
pub mod codecs;
pub mod gc;
pub mod pattern_flags;
pub mod string;
pub mod syntax;
pub mod types;
pub mod typing;
pub mod warnings;
pub mod weakref;
