//! A lock in one byte, whose waiters sleep on a word elsewhere.
//!
//! The byte is 0 (free), 1 (held) or 2 (held, somebody may sleep); the word counts wakes. Apart from objects, so that the
//! protocol can be model-checked.
//!
//! Invariant: whoever sleeps read the word before it marked the byte, and an unlock that finds the mark changes the word before
//! it wakes. An unlock may miss a mark that is set at the same moment; no sleep is longer than a millisecond.

use threadsnake_hal::Platform;

use crate::backoff::Backoff;
use crate::sync::{AtomicU8, AtomicU32, Ordering, park, unpark};

/// Nanoseconds.
const LONGEST_SLEEP: u64 = 1_000_000;

/// Takes the lock if it is free.
#[inline(always)]
pub(crate) fn try_lock_byte(byte: &AtomicU8) -> bool {
    // Acquire: pairs with the Release of `unlock_byte`.
    byte.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_ok()
}

/// Waits for the lock and takes it. `after_sleep` is called after each sleep, which lasts a millisecond at most.
pub(crate) fn lock_byte_slow(
    byte: &AtomicU8,
    word: &AtomicU32,
    platform: &'static dyn Platform,
    mut backoff: Backoff,
    mut after_sleep: impl FnMut(),
) {
    while backoff.wait() {
        if try_lock_byte(byte) {
            return;
        }
    }
    loop {
        // SeqCst: the word is read before the byte is marked; an unlock that finds the mark changes the word afterwards, so
        // a sleep that began with the old value cannot miss it.
        let ticket = word.load(Ordering::SeqCst);
        if byte.swap(2, Ordering::SeqCst) == 0 {
            return;
        }
        park(platform, word, ticket, Some(LONGEST_SLEEP));
        after_sleep();
    }
}

/// Gives the lock back.
#[inline(always)]
pub(crate) fn unlock_byte(byte: &AtomicU8, word: &AtomicU32, platform: &'static dyn Platform) {
    // A waiter may mark the byte between the load and the store, which takes the mark away: nobody wakes it, and it looks
    // again when its longest sleep is over. It marks the byte only after it has waited for microseconds in vain, so that is rare; a swap
    // here would hold up every unlock until all stores of the holder have reached the cache.
    // Relaxed: only a mark of 2 matters, and it is looked at again below. Release: pairs with the next holder's Acquire.
    // Not under loom, which does not order a store after another thread's swap and lets that read its own value for ever; there
    // the swap alone is checked, and this store by the heap's hammer `object_locks_exclude`.
    if !cfg!(loom) && byte.load(Ordering::Relaxed) == 1 {
        byte.store(0, Ordering::Release);
    } else if byte.swap(0, Ordering::SeqCst) == 2 {
        // SeqCst: with the swap to 2 above it is one order.
        wake(word, platform);
    }
}

#[cold]
fn wake(word: &AtomicU32, platform: &'static dyn Platform) {
    word.fetch_add(1, Ordering::SeqCst);
    // All: sleepers of other locks may share the word.
    unpark(platform, word, usize::MAX);
}
