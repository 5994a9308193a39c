//! A mutex for the heap's own structures: spins briefly, then parks.
//!
//! Invariant: no thread holds one across a safepoint, so a thread that waits for one never delays a pause for longer
//! than its holder works. The word is 0 (free), 1 (held) or 2 (held, and somebody may sleep), after Drepper, "Futexes are
//! tricky".

use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};

use threadsnake_hal::Platform;

use crate::sync::{AtomicU32, Ordering, spin_pause};

const SPINS: u32 = 64;

/// A value that one thread at a time may use.
pub(crate) struct Mutex<T> {
    word: AtomicU32,
    platform: &'static dyn Platform,
    value: UnsafeCell<T>,
}

// SAFETY: `lock` hands the value to one thread at a time.
unsafe impl<T: Send> Sync for Mutex<T> {}
// SAFETY: moving the mutex moves the value.
unsafe impl<T: Send> Send for Mutex<T> {}

impl<T> Mutex<T> {
    pub(crate) fn new(platform: &'static dyn Platform, value: T) -> Mutex<T> {
        Mutex { word: AtomicU32::new(0), platform, value: UnsafeCell::new(value) }
    }

    #[inline]
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        // Acquire: pairs with the Release of the previous holder's unlock.
        if self.word.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
            self.lock_slow();
        }
        MutexGuard { mutex: self }
    }

    /// The same if nobody has it.
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        // Acquire: as in `lock`.
        let taken = self.word.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_ok();
        taken.then(|| MutexGuard { mutex: self })
    }

    #[cold]
    fn lock_slow(&self) {
        for _ in 0..SPINS {
            if self.word.load(Ordering::Relaxed) == 0
                && self.word.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_ok()
            {
                return;
            }
            spin_pause();
        }
        // From here the word is set to 2: a holder that saw 1 would not wake us. Whoever takes it with 2 wakes one
        // sleeper too many at worst.
        while self.word.swap(2, Ordering::Acquire) != 0 {
            self.platform.park(&self.word, 2, None);
        }
    }
}

/// The right to use the value.
pub(crate) struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: the guard exists while the mutex is held by this thread.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and the guard is borrowed uniquely.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // Release: pairs with the Acquire of the next holder.
        if self.mutex.word.swap(0, Ordering::Release) == 2 {
            self.mutex.platform.unpark(&self.mutex.word, 1);
        }
    }
}
