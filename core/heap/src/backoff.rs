//! How long a thread that found a lock taken stays off its cache line before it looks again.
//!
//! Invariant: bounded; each wait is twice as long as the one before, and after the last one the caller sleeps instead. While a
//! waiter leaves the line alone, the holder and whoever takes the lock next run at full speed: a lock that two processors
//! want all the time changes hands once in many operations instead of once in each, which is what contention costs.
//! Source: Anderson, "The Performance of Spin Lock Alternatives for Shared-Memory Multiprocessors", 1990.

use crate::sync::spin_pause;

/// Spin hints of the first wait: about 0.1 microseconds on x86_64.
const FIRST: u32 = 8;
/// Spin hints of the last wait. All of them together last 10 to 50 microseconds, about what sleeping and waking costs.
const LAST: u32 = if cfg!(loom) { 0 } else { 512 };

/// The waits of one attempt to take a lock.
#[derive(Debug)]
pub struct Backoff {
    pauses: u32,
}

impl Backoff {
    /// Before the first wait. On a single processor there is none: whoever holds the lock can only let go when the waiter sleeps.
    #[inline]
    #[must_use]
    pub const fn new(processors: usize) -> Backoff {
        Backoff { pauses: if processors > 1 { FIRST } else { u32::MAX } }
    }

    /// Waits, longer each time; false, at once, when it is time to sleep instead.
    #[inline]
    #[must_use]
    pub fn wait(&mut self) -> bool {
        if self.pauses > LAST {
            return false;
        }
        for _ in 0..self.pauses {
            spin_pause();
        }
        self.pauses *= 2;
        true
    }
}
