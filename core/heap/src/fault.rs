//! Faults a test may switch on, one for each rule, to show that the checker catches it.
//!
//! Invariant: without the feature `fault-injection` every question is answered "no" at compile time.

/// All faults a checker can catch on any processor; `SweepWithoutFence` shows on weakly ordered ones only.
pub const CATCHABLE: [Fault; 23] = [
    Fault::RootCountedAgain,
    Fault::RootUncountedTooOften,
    Fault::CommitterLeftBehind,
    Fault::ResumeForgotten,
    Fault::LoggedBitPlain,
    Fault::LoggedBitKept,
    Fault::PromotedTwice,
    Fault::BlockReacquired,
    Fault::YoungWithoutFreeSet,
    Fault::YoungWithoutCursor,
    Fault::LargeNeverYoung,
    Fault::TraceResolvesLate,
    Fault::TraceKeepsDecrements,
    Fault::ExitDropsLog,
    Fault::WeakClaimIgnoresEpoch,
    Fault::FailedClaimLeavesZero,
    Fault::FinalizerOwnsNothing,
    Fault::OldReadAfterStore,
    Fault::FreedBeforeFields,
    Fault::InteriorIgnored,
    Fault::LogNotCounted,
    Fault::NotPublished,
    Fault::LockerDoesNotWait,
];

/// A rule broken on purpose.
#[allow(dead_code, reason = "most are asked about only where they can be broken")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Fault {
    /// Rule 1: count a root up at every pause although its count from the last pause is still held.
    RootCountedAgain = 0,
    /// Rule 1, the other half: queue the decrement although the object is a root again.
    RootUncountedTooOften,
    /// Rule 2: nobody finishes a batch that is two epochs old.
    CommitterLeftBehind,
    /// Rule 3: go on a hundred slots too early after an interruption.
    ResumeForgotten,
    /// Rule 4: set a logged bit with a plain store.
    LoggedBitPlain,
    /// Rule 4, the other half: do not clear it in the pause.
    LoggedBitKept,
    /// Rule 5: promote without looking at who took the count from 0 to 1.
    PromotedTwice,
    /// Rule 6: list a retired block at once.
    BlockReacquired,
    /// Rule 7: do not test the free set.
    YoungWithoutFreeSet,
    /// Rule 7: do not test the cursor.
    YoungWithoutCursor,
    /// Rule 7: forget what large objects are young.
    LargeNeverYoung,
    /// Rule 8: look for roots after the counts are zeroed.
    TraceResolvesLate,
    /// Rule 8: keep the pending decrements over a backup trace.
    TraceKeepsDecrements,
    /// Rule 9: an exiting thread drops its log.
    ExitDropsLog,
    /// Rule 10: the committer claims a weakly reachable object although it was dereferenced in this epoch.
    WeakClaimIgnoresEpoch,
    /// Rule 10: a failed claim leaves the count at 0.
    FailedClaimLeavesZero,
    /// Rule 10: the finalizer queue owns no count.
    FinalizerOwnsNothing,
    /// Rule 11: read the old value after the store.
    OldReadAfterStore,
    /// Rule 11: free the cell before its fields are un-counted.
    FreedBeforeFields,
    /// Rule 11: no fence after reading the counts. Shows on weakly ordered processors only.
    SweepWithoutFence,
    /// Rule 12: interior pointers do not keep their cell alive.
    InteriorIgnored,
    /// Section 3: do not count what a mature object's slots hold at the pause.
    LogNotCounted,
    /// Section 4: store into a shared object without publishing.
    NotPublished,
    /// Take an open lock without waiting for those who overwrite.
    LockerDoesNotWait,
}

#[cfg(feature = "fault-injection")]
mod switch {
    use super::Fault;
    use crate::sync::{AtomicU32, Ordering};

    static FAULTS: AtomicU32 = AtomicU32::new(0);

    /// Whether a fault is switched on.
    #[inline]
    pub fn on(fault: Fault) -> bool {
        FAULTS.load(Ordering::Relaxed) >> fault as u32 & 1 == 1
    }

    /// Switches one fault on and all others off; `None` switches all off. For the whole process.
    pub fn inject(fault: Option<Fault>) {
        FAULTS.store(fault.map_or(0, |fault| 1 << fault as u32), Ordering::Relaxed);
    }
}

#[cfg(feature = "fault-injection")]
pub use switch::{inject, on};

/// Whether a fault is switched on: never, in this build.
#[cfg(not(feature = "fault-injection"))]
#[inline(always)]
pub const fn on(_fault: Fault) -> bool {
    false
}
