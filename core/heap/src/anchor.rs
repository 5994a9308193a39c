//! Anchors: what holds an object other than a word on a native stack that may be stale.
//!
//! A conservative scan cannot tell a reference from a word that a call which has returned left behind. For memory that does not matter
//! much; for an object that holds something back while it lives (a view that keeps a buffer from being resized) it does. A probe is a pause that
//! counts in two steps: first what is certain (logs, globals, scratch vectors, the client's frames, and the native stacks of other
//! threads that run), then the native stack of the thread that asks and those of threads that block. Another running thread's stack may have the stale
//! address of an object of its own whose cell the asker has used since; so when the question is about the asker's private objects, all stacks are counted in the
//! second step. Finalizable objects that have no count
//! in between are *unanchored*.
//!
//! Invariant: a probe frees no more than any other pause: what the second step finds is kept as always. So an unanchored object may be in use by
//! a native function further out on the asker's stack, or on that of a thread that blocks, that holds it nowhere else; the asker may
//! change such an object's state, in a way that its users expect at any time, but not free it. The list stays valid until the asker's next safepoint: each object on it
//! has a count from its root or from the finalizer queue, and counts go down to 0 by way of a later pause alone.

use alloc::vec::Vec;

use crate::block::count;
use crate::committer::Ledger;
use crate::epoch::Worker;
use crate::geometry::{count_of, rooted_bit};
use crate::mutator::Mutator;
use crate::object::{ObjectRef, flag};
use crate::pause::PauseKind;
use crate::sync::Ordering;

/// Whose native stacks a pause counts last.
#[derive(Copy, Clone)]
pub(crate) enum Doubtful<'a> {
    /// Nobody's: the pause is no probe.
    None,
    /// That of the thread that asks, and those of threads that block.
    Asker(&'a Mutator),
    /// All: what is asked about belongs to the asker alone, so others' stacks can only have stale words of it.
    All,
}

impl Doubtful<'_> {
    /// Whether any native stack is counted last.
    pub(crate) fn any(self) -> bool {
        !matches!(self, Doubtful::None)
    }

    /// Whether a thread's native stack is counted last.
    pub(crate) fn includes(self, mutator: &Mutator) -> bool {
        match self {
            Doubtful::None => false,
            Doubtful::All => true,
            Doubtful::Asker(asker) => core::ptr::eq(asker, mutator) || mutator.participant.is_held(),
        }
    }
}

impl Mutator {
    /// The finalizable objects that `select` picks and that nothing but native stacks in doubt can refer to, dead ones included. With
    /// `whole`, all of them, at the price of a collection; without, only those allocated in this epoch or held since by nothing but stacks,
    /// at the price of an epoch. With `private`, the stacks of all other threads are in doubt: for objects that only this thread has ever
    /// been able to reach. A safepoint; the list keeps nothing alive.
    pub fn unanchored(
        &self,
        whole: bool,
        private: bool,
        mut select: impl FnMut(ObjectRef) -> bool,
    ) -> Vec<ObjectRef> {
        while !self.pause(PauseKind::Probe { whole, private }) {}
        let found = core::mem::take(&mut self.heap.ledger.lock().unanchored);
        // SAFETY: each has a count that no pause has taken since (see the module).
        let objects = found.into_iter().map(|address| unsafe { ObjectRef::from_address(address) });
        objects.filter(|object| select(*object)).collect()
    }
}

/// Notes, between the two steps of a probe, which objects have no count. `young` are the finalizable objects of this epoch; in a trace,
/// where all counts start from 0, the mature ones are looked at too.
pub(crate) fn note_unanchored(ledger: &mut Ledger, worker: &Worker<'_>, young: &[usize]) {
    ledger.unanchored.clear();
    let is_finalizable = |address: usize| {
        // SAFETY: registered as finalizable and not freed, or a root of the last pause: its memory is intact.
        unsafe { ObjectRef::from_address(address) }.flags() & flag::FINALIZABLE != 0
    };
    // SAFETY: as above, so its chunk is mapped.
    let count = |address: usize| unsafe { count_of(address) }.load(Ordering::Relaxed);
    let mut found: Vec<usize> = young
        .iter()
        .copied()
        .filter(|&address| is_finalizable(address) && count(address) == count::FREE)
        .collect();
    if worker.tracing {
        found.extend(
            ledger
                .finalizable
                .iter()
                .copied()
                .filter(|&address| is_finalizable(address) && count(address) == count::FREE),
        );
    } else {
        // A count of 1 that is the last pause's root count: no object refers to it any more, and nothing is queued.
        found.extend(ledger.rooted.iter().copied().filter(|&address| {
            // SAFETY: its root count kept it alive, so its chunk is mapped.
            let bit = unsafe { rooted_bit(address, worker.parity) };
            count(address) == count::FREE + 1
                && bit.word.load(Ordering::Relaxed) & bit.mask == 0
                && is_finalizable(address)
        }));
    }
    ledger.unanchored = found;
}
