//! A lock in one byte, whose waiters sleep on a word elsewhere.
//!
//! The byte is 0 (free), 1 (held), 2 (held, somebody may sleep) or 3 (held by nobody, open to overwriters: [`crate::overwriters`]);
//! the word counts wakes. Apart from objects, so that the protocol can be model-checked.
//!
//! Invariant: whoever sleeps read the word before it marked the byte, and an unlock that finds the mark changes the word before
//! it wakes. An unlock may miss a mark that is set at the same moment; no sleep is longer than a millisecond. Whoever takes the
//! byte from open waits for the overwriters before it uses what the lock protects.

use threadsnake_hal::Platform;

use crate::backoff::Backoff;
use crate::sync::{AtomicU8, AtomicU32, Ordering, park, unpark};

/// Nanoseconds.
const LONGEST_SLEEP: u64 = 1_000_000;

const FREE: u8 = 0;
const HELD: u8 = 1;
const CONTENDED: u8 = 2;
/// Nobody holds the lock, and overwriters may work without it.
pub(crate) const OPEN: u8 = 3;

/// What the byte was when it was taken.
#[must_use = "what was open is still in use by overwriters"]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Taken {
    /// Nobody used what it protects.
    Free,
    /// Overwriters may be at work still.
    Open,
}

/// Takes the lock if it is free.
#[inline(always)]
pub(crate) fn try_lock_byte(byte: &AtomicU8) -> bool {
    // Acquire: pairs with the Release of `unlock_byte`.
    byte.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).is_ok()
}

/// Takes the lock if it is open; the caller waits for the overwriters then.
#[inline]
pub(crate) fn try_close_byte(byte: &AtomicU8) -> bool {
    // SeqCst: one half of the Dekker pair in `overwriters`; the other is the swap by which an overwriter announces itself.
    byte.compare_exchange(OPEN, HELD, Ordering::SeqCst, Ordering::Relaxed).is_ok()
}

/// Waits for the lock and takes it. `after_sleep` is called after each sleep, which lasts a millisecond at most.
pub(crate) fn lock_byte_slow(
    byte: &AtomicU8,
    word: &AtomicU32,
    platform: &'static dyn Platform,
    mut backoff: Backoff,
    mut after_sleep: impl FnMut(),
) -> Taken {
    while backoff.wait() {
        match byte.load(Ordering::Relaxed) {
            FREE if try_lock_byte(byte) => return Taken::Free,
            OPEN if try_close_byte(byte) => return Taken::Open,
            _ => {}
        }
    }
    loop {
        // SeqCst: the word is read before the byte is marked; an unlock that finds the mark changes the word afterwards, so
        // a sleep that began with the old value cannot miss it.
        let ticket = word.load(Ordering::SeqCst);
        match byte.swap(CONTENDED, Ordering::SeqCst) {
            FREE => return Taken::Free,
            OPEN => return Taken::Open,
            _ => {}
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
    // Relaxed: only the mark matters, and it is looked at again below. Release: pairs with the next holder's Acquire.
    // Not under loom, which does not order a store after another thread's swap and lets that read its own value for ever; there
    // the swap alone is checked, and this store by the heap's hammer `object_locks_exclude`.
    if !cfg!(loom) && byte.load(Ordering::Relaxed) == HELD {
        byte.store(FREE, Ordering::Release);
    } else if byte.swap(FREE, Ordering::SeqCst) == CONTENDED {
        // SeqCst: with the swap to `CONTENDED` above it is one order.
        wake(word, platform);
    }
}

/// Gives the lock back and lets overwriters in.
pub(crate) fn unlock_byte_open(byte: &AtomicU8, word: &AtomicU32, platform: &'static dyn Platform) {
    // SeqCst: as above. A sleeper that wakes to find the byte open closes it as any other.
    if byte.swap(OPEN, Ordering::SeqCst) == CONTENDED {
        wake(word, platform);
    }
}

#[cold]
fn wake(word: &AtomicU32, platform: &'static dyn Platform) {
    word.fetch_add(1, Ordering::SeqCst);
    // All: sleepers of other locks may share the word.
    unpark(platform, word, usize::MAX);
}
