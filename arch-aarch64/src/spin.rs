//! Spinning on AArch64.
//!
//! Invariant: `isb`, which the standard library's hint emits: about as long as `pause`, where `yield` is a no-op
//! on most cores. `wfe` is not used: nothing promises the event that would end it.

use threadsnake_hal::Spin;

use crate::AArch64;

impl Spin for AArch64 {
    #[inline(always)]
    fn pause() {
        threadsnake_hal::atomic::spin_loop();
    }
}
