//! A Rust value that a native object owns and that one thread at a time works with: compressors, hashes.
//!
//! Invariant: who waits for the value waits detached, so it may be held while its holder is detached, or allocates; never while Python code
//! runs. The inner lock is therefore always free when it is taken: it only proves exclusion to the compiler.

use core::ops::{Deref, DerefMut};

use threadsnake_engine::Context;
use threadsnake_engine::sync::{EngineMutex, EngineMutexGuard};

/// The value and its lock.
pub(crate) struct Guarded<T> {
    lock: EngineMutex,
    value: spin::Mutex<T>,
}

/// Exclusive use of the value, until dropped.
pub(crate) struct Guard<'a, T> {
    // Dropped in this order: nobody finds the inner lock taken.
    value: spin::MutexGuard<'a, T>,
    _lock: EngineMutexGuard<'a>,
}

impl<T> Guarded<T> {
    pub(crate) const fn new(value: T) -> Guarded<T> {
        Guarded { lock: EngineMutex::new(), value: spin::Mutex::new(value) }
    }

    /// Waits until no other thread uses the value.
    pub(crate) fn lock<'a>(&'a self, cx: &'a Context) -> Guard<'a, T> {
        let lock = self.lock.lock(cx);
        Guard { value: self.value.lock(), _lock: lock }
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}
