//! Spinning on X86_64.
//!
//! Invariant: `pause`, which yields the core to its other hardware thread and avoids the memory-order
//! mis-speculation at the end of the wait.

use threadsnake_hal::Spin;

use crate::X86_64;

impl Spin for X86_64 {
    #[inline(always)]
    fn pause() {
        threadsnake_hal::atomic::spin_loop();
    }
}
