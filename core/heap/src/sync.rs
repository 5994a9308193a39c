//! The atomic types of the heap, from the processor alias: `loom`'s when a model is checked.
//!
//! Invariant: no other file of the heap names another source of atomics.

use threadsnake_hal::Platform;

#[cfg(not(loom))]
pub(crate) use crate::arch::{AtomicBool, AtomicPtr, AtomicU16, fence};
pub(crate) use crate::arch::{AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// Stands between a SeqCst read-modify-write and a SeqCst load whose order matters. It is theirs already by the language's rules; `loom` takes
/// SeqCst accesses for acquiring and releasing ones and knows the one order from fences alone.
#[inline(always)]
pub(crate) fn model_order() {
    #[cfg(loom)]
    crate::arch::fence(Ordering::SeqCst);
}

/// Lets the other hardware thread of the core go ahead; under `loom`, lets the model run another thread.
#[inline(always)]
pub(crate) fn spin_pause() {
    #[cfg(loom)]
    loom::thread::yield_now();
    #[cfg(not(loom))]
    <crate::arch::Architecture as crate::arch::Spin>::pause();
}

/// Sleeps while `word` holds `expected`, for `timeout` nanoseconds at most. Under `loom` no thread may really sleep: it lets another run and looks again, as every
/// caller must be ready to.
#[inline]
pub(crate) fn park(platform: &'static dyn Platform, word: &AtomicU32, expected: u32, timeout: Option<u64>) {
    #[cfg(loom)]
    {
        let _ = (platform, word, expected, timeout);
        loom::thread::yield_now();
    }
    #[cfg(not(loom))]
    platform.park(word, expected, timeout);
}

/// Wakes up to `count` threads that sleep on `word`.
#[inline]
pub(crate) fn unpark(platform: &'static dyn Platform, word: *const AtomicU32, count: usize) {
    #[cfg(loom)]
    let _ = (platform, word, count);
    #[cfg(not(loom))]
    platform.unpark(word, count);
}
