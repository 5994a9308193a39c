//! The cycle counter of AArch64: CNTVCT_EL0.
//!
//! Invariant: statistics only. The read is not serialising, and the counter is coarser than a cycle.

use threadsnake_hal::Timestamp;

use crate::AArch64;

impl Timestamp for AArch64 {
    #[inline(always)]
    fn ticks() -> u64 {
        #[cfg(not(miri))]
        {
            let ticks: u64;
            // SAFETY: `mrs` of a counter that user code may read. One output register; no memory, no stack, no flags.
            unsafe {
                core::arch::asm!("mrs {}, cntvct_el0", out(reg) ticks, options(nomem, nostack, preserves_flags));
            }
            ticks
        }
        #[cfg(miri)]
        interpreted_ticks()
    }

    #[inline]
    fn ticks_per_second() -> Option<u64> {
        #[cfg(not(miri))]
        {
            let rate: u64;
            // SAFETY: as above, for the counter's frequency.
            unsafe {
                core::arch::asm!("mrs {}, cntfrq_el0", out(reg) rate, options(nomem, nostack, preserves_flags));
            }
            // Firmware that never set the register leaves 0 in it.
            (rate != 0).then_some(rate)
        }
        #[cfg(miri)]
        None
    }
}

/// Miri runs no `mrs`: a count of calls stands in.
#[cfg(miri)]
fn interpreted_ticks() -> u64 {
    use threadsnake_hal::atomic::{AtomicU64, Ordering};
    static CALLS: AtomicU64 = AtomicU64::new(0);
    CALLS.fetch_add(1, Ordering::Relaxed)
}
