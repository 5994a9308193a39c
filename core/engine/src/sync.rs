//! A lock for rare engine-wide changes: classes, the intern table, the module table.
//!
//! Invariant: unlike an object's lock, this one may be held across safepoints and allocation, because whoever waits for it is
//! detached; it is never held while Python code runs. Not re-entrant.
//! Source: the three-state futex lock of Drepper, "Futexes Are Tricky" (2011).

use threadsnake_heap::arch::{AtomicU32, Ordering};

use crate::context::Context;

const FREE: u32 = 0;
const HELD: u32 = 1;
const CONTENDED: u32 = 2;

/// The lock.
pub struct EngineMutex {
    state: AtomicU32,
}

/// Holds the lock until dropped.
pub struct EngineMutexGuard<'a> {
    mutex: &'a EngineMutex,
    cx: &'a Context,
}

impl EngineMutex {
    /// A free lock.
    pub const fn new() -> Self {
        EngineMutex { state: AtomicU32::new(FREE) }
    }

    /// Waits for the lock, detached.
    pub fn lock<'a>(&'a self, cx: &'a Context) -> EngineMutexGuard<'a> {
        // Acquire pairs with the Release in the guard's drop.
        if self.state.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).is_err() {
            let platform = cx.engine().platform();
            cx.blocking(|| {
                // Whoever finds it held marks it contended before parking, so the holder's release wakes one; a waiter that gets
                // it keeps the mark, as others may still be parked.
                while self.state.swap(CONTENDED, Ordering::Acquire) != FREE {
                    platform.park(&self.state, CONTENDED, None);
                }
            });
        }
        EngineMutexGuard { mutex: self, cx }
    }
}

impl Default for EngineMutex {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for EngineMutexGuard<'_> {
    fn drop(&mut self) {
        // Release pairs with the Acquire in `lock`.
        if self.mutex.state.swap(FREE, Ordering::Release) == CONTENDED {
            self.cx.engine().platform().unpark(&self.mutex.state, 1);
        }
    }
}
