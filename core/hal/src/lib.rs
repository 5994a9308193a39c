//! The seam between the engine and the machine: traits only.
//!
//! | module | what the engine needs |
//! | --- | --- |
//! | [`atomic`] | the one set of atomic types; `loom`'s when a model is checked |
//! | [`processor`] | counters, fences, timestamps, register spill, spin hint, code memory, thread register |
//! | [`platform`] | pages, threads, parking, clocks, output, entropy, thread-local storage |
//! | [`elementary`] | `pow`, `exp`, `sin` and so on, where the platform has its own |
//!
//! Invariant: nothing here names an architecture or an operating system, and nothing here has an
//! implementation beyond default bodies. An architecture is a zero-sized type that implements every trait of
//! [`processor`] (the crates `threadsnake-arch-*`); a platform is one `&'static dyn` [`Platform`], installed
//! once per process.
#![no_std]

pub mod atomic;
pub mod elementary;
pub mod platform;
pub mod processor;

pub use elementary::ElementaryFunctions;
pub use platform::{
    CpuTimeScope, OutputStream, ParkOutcome, Platform, PlatformError, StackBounds, ThreadEntry,
    ThreadIdentifier, install_platform, installed_platform,
};
pub use processor::{Atomics, CodeMemory, Processor, Spin, StackScan, ThreadLocal, Timestamp};
