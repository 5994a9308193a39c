//! The one-byte lock in an object's header.
//!
//! Nothing for private objects. Spins briefly, then parks on one of the heap's parking words, chosen by the object's
//! address (a byte cannot be parked on). The byte's protocol is in `byte_lock`.
//!
//! Invariant: no safepoint under an object lock. So a holder never waits for a pause, and a waiter, though it is no
//! safepoint either, waits only for the holder's few instructions. Two objects are locked in address order.

use crate::byte_lock::{lock_byte_slow, try_lock_byte, unlock_byte};
use crate::mutator::Mutator;
use crate::object::ObjectRef;
use crate::sync::AtomicU32;

const PARKING_WORDS: usize = 64;

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
        ObjectLock { mutator: self, object: Some(object) }
    }

    #[cold]
    #[inline(never)]
    fn lock_slow(&self, object: ObjectRef) {
        self.heap.counters.contended_lock();
        lock_byte_slow(&object.lock, self.heap.parking.word(object.address()), self.heap.platform);
    }

    /// Locks an object unless another thread holds it.
    #[inline]
    pub fn try_lock(&self, object: ObjectRef) -> Option<ObjectLock<'_>> {
        if !object.is_shared() {
            return Some(ObjectLock { mutator: self, object: None });
        }
        try_lock_byte(&object.lock).then_some(ObjectLock { mutator: self, object: Some(object) })
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
