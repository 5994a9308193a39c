//! The cycle counter of X86_64: `rdtsc`.
//!
//! Invariant: statistics only. The read is not serialising, and counters of two sockets drift.

use threadsnake_hal::Timestamp;

use crate::X86_64;

impl Timestamp for X86_64 {
    #[inline(always)]
    fn ticks() -> u64 {
        #[cfg(not(miri))]
        // SAFETY: `rdtsc` is part of every x86_64 processor, and user code may run it.
        unsafe {
            core::arch::x86_64::_rdtsc()
        }
        #[cfg(miri)]
        interpreted_ticks()
    }

    #[inline]
    fn ticks_per_second() -> Option<u64> {
        // CPUID leaf 0x15 is absent or zero on too many processors to be worth asking.
        None
    }
}

/// Miri runs no `rdtsc`: a count of calls stands in.
#[cfg(miri)]
fn interpreted_ticks() -> u64 {
    use threadsnake_hal::atomic::{AtomicU64, Ordering};
    static CALLS: AtomicU64 = AtomicU64::new(0);
    CALLS.fetch_add(1, Ordering::Relaxed)
}
