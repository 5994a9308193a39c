//! A lock in one byte, whose waiters sleep on a word elsewhere.
//!
//! The byte is 0 (free), 1 (held) or 2 (held, somebody may sleep); the word counts wakes. Apart from objects, so that the
//! protocol can be model-checked.
//!
//! Invariant: whoever sleeps read the word before it marked the byte, and an unlock that finds the mark changes the word before
//! it wakes.

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
    // SeqCst includes the Release that pairs with the next holder's Acquire; with the swap to 2 above it is one order.
    if byte.swap(0, Ordering::SeqCst) == 2 {
        wake(word, platform);
    }
}

#[cold]
fn wake(word: &AtomicU32, platform: &'static dyn Platform) {
    word.fetch_add(1, Ordering::SeqCst);
    // All: sleepers of other locks may share the word.
    unpark(platform, word, usize::MAX);
}
