//! Who logs a slot: the protocol of the logged bit. Apart from objects, so that it can be model-checked.
//!
//! Invariant: of all threads that overwrite a slot in an epoch, exactly one logs it, with the value from before all of them.

use crate::fault::{Fault, on};
use crate::sync::{AtomicU64, Ordering};

/// The slot's old value if this call won its logged bit. The caller stores into the slot afterwards, in either case.
#[inline]
pub(crate) fn first_overwrite(word: &AtomicU64, mask: u64, slot: &AtomicU64) -> Option<u64> {
    // Acquire: pairs with the winner's fetch_or, so that the store to come is after the winner's read.
    if word.load(Ordering::Acquire) & mask != 0 {
        return None;
    }
    let old = slot.load(Ordering::Acquire);
    set_logged(word, mask).then_some(old)
}

/// Sets a logged bit; whether this call did. AcqRel: the read of the old value stays before it; a loser's store after it.
#[inline]
fn set_logged(word: &AtomicU64, mask: u64) -> bool {
    if on(Fault::LoggedBitPlain) {
        let before = word.load(Ordering::Relaxed);
        #[cfg(not(loom))]
        crate::stress::racy_window();
        word.store(before | mask, Ordering::Relaxed);
        return before & mask == 0;
    }
    word.fetch_or(mask, Ordering::AcqRel) & mask == 0
}
