//! `_operator`: what `operator` rests on.

mod functions;
mod getters;

pub use functions::module;
