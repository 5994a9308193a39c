//! The one-byte lock in an object's header.
//!
//! Nothing for private objects. Spins briefly, then parks on one of the heap's parking words, chosen by the object's
//! address (a byte cannot be parked on). The byte's protocol is in `byte_lock`.
//!
//! Invariant: no safepoint under an object lock; debug and stress builds assert it. So a holder never waits for a pause, and a
//! waiter, though it is no safepoint either, waits only for the holder's few instructions. Should a holder break the rule and
//! stand still, a waiter that has seen a pause wanted for a while stands still too, instead of holding up everybody for ever. Two
//! objects are locked in address order.
//!
//! Overwriting ([`Mutator::overwriting`]) is the lock's other side: its holders exclude who holds the lock, not each other. An
//! object is opened to them by one who has overwritten under the lock for the [`OPEN_AFTER`]th time, and closed by the next who locks it:
//! closing costs a look at a slot of each thread, so what is inserted into and overwritten by turns is not opened again and again.

use crate::backoff::Backoff;
use crate::byte_lock::{
    OPEN, Taken, lock_byte_slow, try_close_byte, try_lock_byte, unlock_byte, unlock_byte_open,
};
use crate::mutator::Mutator;
use crate::object::ObjectRef;
use crate::overwriters::SlotNumber;
use crate::sync::{AtomicU32, Ordering};

const PARKING_WORDS: usize = 64;
/// Sleeps (of a millisecond at most) with a pause wanted after which a waiter takes part in it.
const PATIENCE: u32 = 20;
/// Overwrites under the lock by one thread after which it opens the object at hand.
const OPEN_AFTER: u32 = if cfg!(stress) || cfg!(feature = "fault-injection") { 3 } else { 64 };
/// Nanoseconds.
const OVERWRITER_SLEEP: u64 = 50_000;

/// Words that waiters sleep on: each counts the wakes of the locks that hash to it.
pub(crate) struct ParkingLot {
    words: [AtomicU32; PARKING_WORDS],
}

impl ParkingLot {
    pub(crate) fn new() -> ParkingLot {
        ParkingLot { words: core::array::from_fn(|_| AtomicU32::new(0)) }
    }

    fn word(&self, address: usize) -> &AtomicU32 {
        &self.words[(address >> 4) % PARKING_WORDS]
    }
}

/// The right to change a shared object. Released when dropped. No safepoint while it exists.
#[must_use = "the lock is released when this is dropped"]
pub struct ObjectLock<'m> {
    mutator: &'m Mutator,
    object: Option<ObjectRef>,
}

impl Drop for ObjectLock<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(object) = self.object {
            self.mutator.count_lock(u32::MAX);
            let heap = &*self.mutator.heap;
            unlock_byte(&object.lock, heap.parking.word(object.address()), heap.platform);
        }
    }
}

impl Mutator {
    /// Locks an object; nothing for a private one. Not a safepoint, and none may happen while the lock is held.
    #[inline(always)]
    pub fn lock(&self, object: ObjectRef) -> ObjectLock<'_> {
        if !object.is_shared() {
            return ObjectLock { mutator: self, object: None };
        }
        if !try_lock_byte(&object.lock) {
            self.lock_slow(object);
        }
        self.count_lock(1);
        ObjectLock { mutator: self, object: Some(object) }
    }

    #[cold]
    #[inline(never)]
    fn lock_slow(&self, object: ObjectRef) {
        if try_close_byte(&object.lock) {
            return self.wait_for_overwriters(object);
        }
        self.heap.counters.contended_lock();
        let mut patience = PATIENCE;
        let word = self.heap.parking.word(object.address());
        let taken = lock_byte_slow(&object.lock, word, self.heap.platform, self.backoff(), || {
            if self.participant.pause_wanted() && self.locks_held.get() == 0 {
                patience -= 1;
                if patience == 0 {
                    patience = PATIENCE;
                    self.stop_for_pause();
                }
            }
        });
        if taken == Taken::Open {
            self.wait_for_overwriters(object);
        }
    }

    /// The object's byte was open and is this thread's now.
    fn wait_for_overwriters(&self, object: ObjectRef) {
        let heap = &*self.heap;
        heap.overwriters.wait_for(object.address(), || {
            // An overwriter that lost its processor: nobody wakes us when it is done, so the sleep is short.
            let word = heap.parking.word(object.address());
            heap.platform.park(word, word.load(Ordering::Relaxed), Some(OVERWRITER_SLEEP));
        });
    }

    /// The waits of a thread that found a lock taken.
    #[inline]
    pub fn backoff(&self) -> Backoff {
        Backoff::new(self.heap.processors)
    }

    /// Adds to the number of locks held (wrapping), where that is asserted.
    #[inline(always)]
    fn count_lock(&self, more: u32) {
        if cfg!(any(debug_assertions, stress)) {
            self.locks_held.set(self.locks_held.get().wrapping_add(more));
        }
    }

    /// No safepoint under an object lock: another thread may wait for it without being at a safepoint itself.
    #[inline(always)]
    pub(crate) fn assert_no_lock(&self) {
        if cfg!(any(debug_assertions, stress)) {
            assert!(self.locks_held.get() == 0, "a safepoint under an object lock");
        }
    }

    /// Locks an object unless another thread holds it.
    #[inline]
    pub fn try_lock(&self, object: ObjectRef) -> Option<ObjectLock<'_>> {
        if !object.is_shared() {
            return Some(ObjectLock { mutator: self, object: None });
        }
        if !try_lock_byte(&object.lock) {
            if !try_close_byte(&object.lock) {
                return None;
            }
            self.wait_for_overwriters(object);
        }
        self.count_lock(1);
        Some(ObjectLock { mutator: self, object: Some(object) })
    }

    /// Locks two objects, which may be the same, in address order.
    #[inline]
    pub fn lock_two(&self, first: ObjectRef, second: ObjectRef) -> (ObjectLock<'_>, ObjectLock<'_>) {
        if !first.is_shared() && !second.is_shared() {
            let nothing = || ObjectLock { mutator: self, object: None };
            return (nothing(), nothing());
        }
        if first == second {
            return (self.lock(first), ObjectLock { mutator: self, object: None });
        }
        if first < second {
            let low = self.lock(first);
            let high = self.lock(second);
            (low, high)
        } else {
            let low = self.lock(second);
            let high = self.lock(first);
            (high, low)
        }
    }
}

/// The right to overwrite references in a shared object, or in a part of it that its lock protects, while others may do the same. It
/// ends when this is dropped. No safepoint while it exists, nor another lock.
///
/// Until then nobody holds the object's [`ObjectLock`], so what is changed only under that stays as it is.
#[must_use = "the right ends when this is dropped"]
pub struct Overwriting<'m> {
    mutator: &'m Mutator,
    object: ObjectRef,
    /// The slot in which it is announced; without one this is the object's lock.
    announced: Option<SlotNumber>,
}

impl Mutator {
    /// Waits for the right to overwrite references in an object that is shared. What is to be stored is better published before: that may
    /// take long.
    #[inline]
    pub fn overwriting(&self, object: ObjectRef) -> Overwriting<'_> {
        debug_assert!(object.is_shared());
        let announced =
            if self.try_announce(object) { self.overwriter } else { self.overwriting_slow(object) };
        self.count_lock(1);
        if announced.is_some() {
            crate::stress::racy_window();
        }
        Overwriting { mutator: self, object, announced }
    }

    #[inline(always)]
    fn try_announce(&self, object: ObjectRef) -> bool {
        // Relaxed: a first look; `announce` looks again.
        if object.lock.load(Ordering::Relaxed) != OPEN {
            return false;
        }
        self.overwriter
            .is_some_and(|number| self.heap.overwriters.announce(number, &object.lock, object.address()))
    }

    /// The lock, but for when the object is opened meanwhile.
    #[inline(never)]
    fn overwriting_slow(&self, object: ObjectRef) -> Option<SlotNumber> {
        let mut backoff = self.backoff();
        loop {
            if try_lock_byte(&object.lock) {
                return None;
            }
            if self.try_announce(object) {
                return self.overwriter;
            }
            if !backoff.wait() {
                break;
            }
        }
        self.lock_slow(object);
        None
    }

    #[inline(never)]
    fn unlock_after_overwriting(&self, object: ObjectRef) {
        let heap = &*self.heap;
        let word = heap.parking.word(object.address());
        let count = self.locked_overwrites.get() + 1;
        if count >= OPEN_AFTER && self.overwriter.is_some() {
            self.locked_overwrites.set(0);
            unlock_byte_open(&object.lock, word, heap.platform);
        } else {
            self.locked_overwrites.set(count.min(OPEN_AFTER));
            unlock_byte(&object.lock, word, heap.platform);
        }
    }
}

impl Drop for Overwriting<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.mutator.count_lock(u32::MAX);
        match self.announced {
            Some(number) => self.mutator.heap.overwriters.withdraw(number),
            None => self.mutator.unlock_after_overwriting(self.object),
        }
    }
}
