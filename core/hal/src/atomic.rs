//! The atomic types of the whole engine.
//!
//! Invariant: no crate of the engine imports `core::sync::atomic` or `portable-atomic` itself, so that building
//! with `--cfg loom` puts every atomic of the locks and logs under the model checker at once. `portable-atomic`
//! is the ordinary source because it offers the same types on processors without native 64-bit atomics.

#[cfg(not(loom))]
pub use portable_atomic::{
    AtomicBool, AtomicI64, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, compiler_fence,
    fence,
};

#[cfg(loom)]
pub use loom::sync::atomic::{
    AtomicBool, AtomicI64, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, fence,
};

/// Under `loom` a compiler fence has nothing to hold back: the model reorders by memory order alone.
#[cfg(loom)]
pub fn compiler_fence(_order: Ordering) {}

/// The spin hint: the processor's, or a yield to the model's other threads.
#[cfg(not(loom))]
pub use core::hint::spin_loop;
#[cfg(loom)]
pub use loom::hint::spin_loop;

pub use core::sync::atomic::Ordering;
