//! Threads that overwrite what an object holds, at the same time and without its lock: who they are, and how a locker waits for
//! them.
//!
//! Some changes of an object exclude each other, and some only those: replacing the value of a key that a dict has is one store
//! that any number of threads may make at once, while inserting, deleting, copying and replacing the table need the object for
//! themselves. So the object's lock has two sides, and its byte a state *open* ([`crate::byte_lock`]): nobody holds the lock, and
//! whoever only overwrites announces the object in a slot of its own thread, sees that the byte is still open, stores, and
//! takes the announcement back. It writes no line that another thread writes but that of the value. Whoever wants the
//! lock takes the byte from *open* to *held*, then looks at the slots of all threads and waits for those that name the object.
//!
//! Interleavings survived, between an overwriter that announces and then looks at the byte (A), and a locker that closes the
//! byte and then looks at the slot (L). All four are SeqCst, so they are in one order:
//! - A announces before L looks at its slot: L waits until the announcement is gone. The store, and all that A read to make it, is before
//!   what L does (Release in [`withdraw`], Acquire of L's look).
//! - L looks at A's slot before A announces: L closed the byte before that, so A does not see it open, or sees it opened again by who
//!   held it last, whose changes A then sees. In the first case it withdraws and takes the lock.
//! - A sees the byte open from before L closed it: then A announced before L closed, and L's look comes later still: the
//!   first case, however long A stands between its look and its store.
//! - A withdraws and announces the same object again while L waits: L waits for an overwriter that will find the byte closed.
//! - A thread exits and another gets its slot: a slot is given away empty, in one order with L's look at which are taken.
//!
//! Both sides write by read-modify-write instructions, for the reason that [`crate::handshake`] gives.
//!
//! Source: Dice and Kogan, "BRAVO: Biased Locking for Reader-Writer Locks", USENIX ATC 2019. Where we differ: its readers are our
//! overwriters, each thread has one slot of its own (no section nests in another), and the state is in the lock's byte, so that
//! taking a lock that was never open costs nothing more.
//!
//! Limit: the first 128 threads attached at a time have slots; others take the lock.

use crate::byte_lock::OPEN;
use crate::fault::{Fault, on};
use crate::sync::{AtomicU8, AtomicU64, AtomicUsize, Ordering, model_order, spin_pause};

/// Threads that may have a slot at the same time; under `loom`, which counts every atomic, no more than a model starts.
const SLOTS: usize = if cfg!(loom) { 2 } else { 128 };
const WORDS: usize = SLOTS.div_ceil(64);
/// Looks at a slot before the waiting thread lets others run.
const SPINS: u32 = 100;

/// What one thread overwrites: the address of an object, or 0. By itself on its cache lines (processors fetch them in pairs).
#[repr(align(128))]
struct Slot(AtomicUsize);

/// The number of a thread's slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SlotNumber(u8);

/// The slots of a heap's threads.
pub(crate) struct Overwriters {
    /// A bit for each slot that a thread has.
    taken: [AtomicU64; WORDS],
    slots: [Slot; SLOTS],
}

impl Overwriters {
    pub(crate) fn new() -> Overwriters {
        Overwriters {
            taken: core::array::from_fn(|_| AtomicU64::new(0)),
            slots: core::array::from_fn(|_| Slot(AtomicUsize::new(0))),
        }
    }

    /// A slot for a thread, if one is left.
    pub(crate) fn claim(&self) -> Option<SlotNumber> {
        for (index, word) in self.taken.iter().enumerate() {
            let mut taken = word.load(Ordering::Relaxed);
            loop {
                let bit = taken.trailing_ones() as usize;
                let number = 64 * index + bit;
                if bit == 64 || number >= SLOTS {
                    break;
                }
                // SeqCst: before each announcement of this thread in the one order, so that who looks for it looks here too.
                match word.compare_exchange(taken, taken | 1 << bit, Ordering::SeqCst, Ordering::Relaxed) {
                    Ok(_) => return Some(SlotNumber(number as u8)),
                    Err(now) => taken = now,
                }
            }
        }
        None
    }

    /// Gives a slot back. The thread has withdrawn.
    pub(crate) fn release(&self, number: SlotNumber) {
        let number = number.0 as usize;
        // SeqCst: includes the Release that pairs with the look of `wait_for`, which then passes over the slot.
        self.taken[number / 64].fetch_and(!(1 << (number % 64)), Ordering::SeqCst);
    }

    /// Announces that the thread with this slot overwrites in an object; false, with nothing announced, if the object is not open
    /// (any more).
    #[inline(always)]
    pub(crate) fn announce(&self, number: SlotNumber, byte: &AtomicU8, object: usize) -> bool {
        let slot = &self.slots[number.0 as usize % SLOTS].0;
        // SeqCst, and a swap: see the module.
        slot.swap(object, Ordering::SeqCst);
        model_order();
        // SeqCst includes the Acquire that pairs with the swap to open: what lockers changed before is visible.
        if byte.load(Ordering::SeqCst) == OPEN {
            return true;
        }
        slot.store(0, Ordering::Release);
        false
    }

    /// The thread has overwritten what it wanted.
    #[inline(always)]
    pub(crate) fn withdraw(&self, number: SlotNumber) {
        // Release: pairs with the look of `wait_for`.
        self.slots[number.0 as usize % SLOTS].0.store(0, Ordering::Release);
    }

    /// Waits until no thread overwrites in the object. The caller has just closed its byte. Overwriters neither wait nor reach a
    /// safepoint, so this is as short as waiting for a lock's holder; `let_others_run` is called when it takes long nevertheless.
    pub(crate) fn wait_for(&self, object: usize, mut let_others_run: impl FnMut()) {
        if on(Fault::LockerDoesNotWait) {
            return;
        }
        model_order();
        for (index, word) in self.taken.iter().enumerate() {
            // SeqCst: after the closing of the byte, as the looks below.
            let mut taken = word.load(Ordering::SeqCst);
            while taken != 0 {
                let number = 64 * index + taken.trailing_zeros() as usize;
                taken &= taken - 1;
                let slot = &self.slots[number % SLOTS].0;
                let mut looks = 0;
                while slot.load(Ordering::SeqCst) == object {
                    looks += 1;
                    if looks < SPINS {
                        spin_pause();
                    } else {
                        let_others_run();
                    }
                }
            }
        }
    }
}
