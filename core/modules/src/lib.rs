//! Native standard-library modules that need no operating system.
//!
//! Invariant: one file or folder per module, named like it; [`MODULES`] lists them all, and the host hands the list to its engines.
#![no_std]

extern crate alloc;

pub mod math;
pub mod random;

use threadsnake_engine::native::NativeModule;

/// All modules of this crate.
pub static MODULES: &[&NativeModule] = &[
    &math::MODULE,
    &random::MODULE,
];
