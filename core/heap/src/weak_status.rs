//! The status of a weak cell: the epoch it was dereferenced in last, or dead. Apart from objects, so that the protocol can be
//! model-checked.
//!
//! Invariant: dereferencing in an epoch and claiming in the same epoch exclude each other; dead is for ever.

use crate::fault::{Fault, on};
use crate::sync::{AtomicU64, Ordering};

const DEAD: u64 = 1;

/// The status word of a weak cell.
pub(crate) struct WeakStatus<'a>(pub(crate) &'a AtomicU64);

impl WeakStatus<'_> {
    /// Moves the status to `epoch`; false if the target is dead.
    #[inline]
    pub(crate) fn dereference(&self, epoch: u64) -> bool {
        let now = epoch << 1;
        let mut status = self.0.load(Ordering::Acquire);
        loop {
            if status & DEAD != 0 {
                return false;
            }
            if status == now {
                return true;
            }
            // AcqRel: the claim that loses to this sees the epoch.
            match self.0.compare_exchange_weak(status, now, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return true,
                Err(other) => status = other,
            }
        }
    }

    /// Makes it dead, unless it was dereferenced in `epoch`.
    pub(crate) fn claim(&self, epoch: u64) -> bool {
        let mut status = self.0.load(Ordering::Acquire);
        loop {
            if status & DEAD != 0 {
                return true;
            }
            if status >> 1 >= epoch && !on(Fault::WeakClaimIgnoresEpoch) {
                return false;
            }
            match self.0.compare_exchange_weak(status, DEAD, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return true,
                Err(other) => status = other,
            }
        }
    }

    /// Whether the target is dead.
    pub(crate) fn is_dead(&self) -> bool {
        self.0.load(Ordering::Acquire) & DEAD != 0
    }

    /// The word of a target that was alive in `epoch`.
    pub(crate) const fn alive_in(epoch: u64) -> u64 {
        epoch << 1
    }
}
