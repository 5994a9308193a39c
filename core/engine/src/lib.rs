//! Part of the platform-neutral core.
#![no_std]

extern crate alloc;

pub mod number;
pub mod text;
