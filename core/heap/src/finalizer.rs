//! Finalizers and dead weak cells: what mutators fetch at a safepoint.
//!
//! Invariants: an object comes here at most once (its flag is cleared as it is queued). While it is queued, the queue owns
//! one count on it (rule 10); whoever takes it gives that count back through its own log, and holds it by its stack
//! meanwhile. Where several threads run, what is queued is published in a pause first, because it may reach private objects
//! of another thread than the one that will run the finalizer.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use threadsnake_hal::Platform;

use crate::heap::HeapState;
use crate::mutator::{Mutator, poll};
use crate::mutex::Mutex;
use crate::object::{ObjectRef, flag, is_reference};
use crate::sync::{AtomicUsize, Ordering};

/// Entries of one kind.
pub(crate) struct Queue {
    pub(crate) ready: VecDeque<usize>,
    /// Waits for a pause to publish it.
    pub(crate) incoming: Vec<usize>,
}

/// What waits for mutators.
pub(crate) struct FinalizerQueue {
    pub(crate) finalizable: Mutex<Queue>,
    pub(crate) dead_cells: Mutex<Queue>,
    /// Objects with a finalizer that has not been queued: while there are any, a timer makes epochs happen.
    pub(crate) registered: AtomicUsize,
}

impl FinalizerQueue {
    pub(crate) fn new(platform: &'static dyn Platform) -> FinalizerQueue {
        let queue = || Mutex::new(platform, Queue { ready: VecDeque::new(), incoming: Vec::new() });
        FinalizerQueue { finalizable: queue(), dead_cells: queue(), registered: AtomicUsize::new(0) }
    }

    /// The poll bits for what is ready.
    pub(crate) fn notices(&self) -> u32 {
        let mut bits = 0;
        if !self.finalizable.lock().ready.is_empty() {
            bits |= poll::FINALIZERS;
        }
        if !self.dead_cells.lock().ready.is_empty() {
            bits |= poll::WEAK_CALLBACKS;
        }
        bits
    }

    pub(crate) fn has_incoming(&self) -> bool {
        !self.finalizable.lock().incoming.is_empty() || !self.dead_cells.lock().incoming.is_empty()
    }
}

impl Queue {
    fn push(&mut self, heap: &HeapState, object: usize) {
        if heap.is_multithreaded() {
            self.incoming.push(object);
        } else {
            self.ready.push_back(object);
        }
    }
}

impl HeapState {
    /// Queues an object whose finalizer is due. The queue takes over one count, which the caller sees to.
    pub(crate) fn queue_finalizer(&self, object: ObjectRef) {
        object.flags.fetch_and(!flag::FINALIZABLE, Ordering::AcqRel);
        self.finalizers.registered.fetch_sub(1, Ordering::Relaxed);
        self.finalizers.finalizable.lock().push(self, object.address());
    }

    /// Queues a dead weak cell if the client left something in it; whether it did, and so whether the queue took over the
    /// count.
    pub(crate) fn queue_dead_cell(&self, cell: ObjectRef) -> bool {
        let wanted = (0..cell.slot_count()).any(|slot| is_reference(cell.slot(slot)));
        if wanted {
            self.finalizers.dead_cells.lock().push(self, cell.address());
        }
        wanted
    }

    /// Publishes what came in since the last pause. The world is stopped.
    pub(crate) fn publish_incoming(&self) {
        let mut stack = Vec::new();
        for queue in [&self.finalizers.finalizable, &self.finalizers.dead_cells] {
            let mut queue = queue.lock();
            let incoming = core::mem::take(&mut queue.incoming);
            for address in incoming {
                // SAFETY: the queue owns a count on it.
                let object = unsafe { ObjectRef::from_address(address) };
                if self.is_multithreaded() && !object.is_shared() {
                    crate::publish::publish_graph(self, object, &mut stack, &mut crate::weak::stopped_target);
                }
                queue.ready.push_back(address);
            }
        }
    }
}

impl Mutator {
    /// Gives an object a finalizer: before it dies, and once only, it comes out of [`Mutator::take_finalizable`].
    pub fn mark_finalizable(&self, object: ObjectRef) {
        if object.flags.fetch_or(flag::FINALIZABLE, Ordering::AcqRel) & flag::FINALIZABLE != 0 {
            return;
        }
        self.heap.finalizers.registered.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the owner, with no other borrow. The pause finds out whether the object is young or mature.
        unsafe { self.local() }.young_finalizable.push(object.address());
    }

    /// Withdraws [`Mutator::mark_finalizable`], if the object has not been queued yet.
    pub fn unmark_finalizable(&self, object: ObjectRef) {
        if object.flags.fetch_and(!flag::FINALIZABLE, Ordering::AcqRel) & flag::FINALIZABLE != 0 {
            self.heap.finalizers.registered.fetch_sub(1, Ordering::Relaxed);
            // The next pause finds the flag cleared and forgets the object.
            // SAFETY: the owner, with no other borrow.
            unsafe { self.local() }.young_finalizable.push(object.address());
        }
    }

    fn take(&self, queue: &Mutex<Queue>, bit: u32) -> Option<ObjectRef> {
        let mut queue = queue.lock();
        let Some(address) = queue.ready.pop_front() else {
            // Under the lock, so that a notice that follows a later entry is not lost.
            self.participant.poll.fetch_and(!bit, Ordering::Relaxed);
            return None;
        };
        drop(queue);
        // SAFETY: the owner, with no other borrow.
        unsafe { self.local() }.log.push_decrement(address);
        // SAFETY: the queue owned a count on it, which the log gives back after the next pause.
        Some(unsafe { ObjectRef::from_address(address) })
    }

    /// An object whose finalizer is to be run now, on this thread. Resurrection is legal. The caller's stack (or a frame, or a
    /// scratch vector) keeps it alive meanwhile. Clears this thread's poll bit when there is none.
    pub fn take_finalizable(&self) -> Option<ObjectRef> {
        self.take(&self.heap.finalizers.finalizable, poll::FINALIZERS)
    }

    /// A weak cell whose target died and in which the client left a reference. As [`Mutator::take_finalizable`].
    pub fn take_dead_weak_cell(&self) -> Option<ObjectRef> {
        self.take(&self.heap.finalizers.dead_cells, poll::WEAK_CALLBACKS)
    }
}
