//! The one-byte lock in an object's header.
//!
//! Nothing for private objects. Spins briefly, then parks on one of the heap's parking words, chosen by the object's
//! address (a byte cannot be parked on). The byte's protocol is in `byte_lock`.
//!
//! Invariant: no safepoint under an object lock; debug and stress builds assert it. So a holder never waits for a pause, and a
//! waiter, though it is no safepoint either, waits only for the holder's few instructions. Should a holder break the rule and
//! stand still, a waiter that has seen a pause wanted for a while stands still too, instead of holding up everybody for ever. Two
//! objects are locked in address order.

use crate::backoff::Backoff;
use crate::byte_lock::{lock_byte_slow, try_lock_byte, unlock_byte};
use crate::mutator::Mutator;
use crate::object::ObjectRef;
use crate::sync::AtomicU32;

const PARKING_WORDS: usize = 64;
/// Sleeps (of a millisecond at most) with a pause wanted after which a waiter takes part in it.
const PATIENCE: u32 = 20;

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
        self.heap.counters.contended_lock();
        let mut patience = PATIENCE;
        let word = self.heap.parking.word(object.address());
        lock_byte_slow(&object.lock, word, self.heap.platform, self.backoff(), || {
            if self.participant.pause_wanted() && self.locks_held.get() == 0 {
                patience -= 1;
                if patience == 0 {
                    patience = PATIENCE;
                    self.stop_for_pause();
                }
            }
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
            return None;
        }
        self.count_lock(1);
        Some(ObjectLock { mutator: self, object: Some(object) })
    }

    /// Locks two objects, which may be the same, in address order.
    pub fn lock_two(&self, first: ObjectRef, second: ObjectRef) -> (ObjectLock<'_>, ObjectLock<'_>) {
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
