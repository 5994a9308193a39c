//! The atomic types of the heap, from the processor alias: `loom`'s when a model is checked.
//!
//! Invariant: no other file of the heap names another source of atomics.

pub(crate) use crate::arch::{
    AtomicBool, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
};

/// Lets the other hardware thread of the core go ahead; under `loom`, lets the model run another thread.
#[inline(always)]
pub(crate) fn spin_pause() {
    #[cfg(loom)]
    loom::thread::yield_now();
    #[cfg(not(loom))]
    <crate::arch::Architecture as crate::arch::Spin>::pause();
}
