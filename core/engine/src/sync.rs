//! A lock for rare engine-wide changes: classes, the intern table, the module table.
//!
//! Invariant: unlike an object's lock, this one may be held across safepoints and allocation, because whoever waits for it is
//! detached; it is never held while Python code runs. Not re-entrant.
//! Source: the three-state futex lock of Drepper, "Futexes Are Tricky" (2011).

use threadsnake_heap::arch::{AtomicU32, AtomicU64, Ordering};

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

/// A lock that its holder may take again, and may hold while Python code runs.
pub struct RecursiveLock {
    state: AtomicU32,
    /// The thread that holds it, or 0.
    owner: AtomicU64,
    /// How often the holder took it. Only the holder touches it.
    depth: AtomicU32,
}

impl RecursiveLock {
    /// A free lock.
    pub const fn new() -> Self {
        RecursiveLock { state: AtomicU32::new(FREE), owner: AtomicU64::new(0), depth: AtomicU32::new(0) }
    }

    /// Whether the calling thread holds it.
    pub fn is_held_by(&self, cx: &Context) -> bool {
        // Relaxed: only the calling thread stores its own identifier there, so it sees it exactly while it holds the lock.
        self.owner.load(Ordering::Relaxed) == cx.identifier
    }

    /// Whether any thread holds it, at this moment.
    pub fn is_held(&self) -> bool {
        // Relaxed: an answer that may be out of date when it arrives orders nothing.
        self.owner.load(Ordering::Relaxed) != 0
    }

    /// Takes the lock, waiting detached.
    pub fn lock(&self, cx: &Context) {
        if !self.is_held_by(cx) {
            // Acquire pairs with the Release in `unlock`.
            if self.state.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).is_err() {
                let platform = cx.engine().platform();
                cx.blocking(|| {
                    // As in `EngineMutex::lock`.
                    while self.state.swap(CONTENDED, Ordering::Acquire) != FREE {
                        platform.park(&self.state, CONTENDED, None);
                    }
                });
            }
            self.owner.store(cx.identifier, Ordering::Relaxed);
        }
        self.depth.fetch_add(1, Ordering::Relaxed);
    }

    /// Gives the lock back once; false if the calling thread does not hold it.
    pub fn unlock(&self, cx: &Context) -> bool {
        if !self.is_held_by(cx) {
            return false;
        }
        // Relaxed: the holder's own count.
        if self.depth.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.owner.store(0, Ordering::Relaxed);
            // Release pairs with the Acquire in `lock`.
            if self.state.swap(FREE, Ordering::Release) == CONTENDED {
                cx.engine().platform().unpark(&self.state, 1);
            }
        }
        true
    }
}

impl Default for RecursiveLock {
    fn default() -> Self {
        Self::new()
    }
}
