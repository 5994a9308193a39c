//! Looking at all threads while they stand still, for tools that show what each is doing.
//!
//! Invariant: the visitor gets what each thread gave when it attached ([`crate::Heap::attach`]), newest first, and runs while no thread uses the heap but
//! the one that asks; it neither allocates from the heap nor waits for a thread that does.

use crate::heap::HeapState;
use crate::mutator::Mutator;
use crate::pause::PauseKind;

impl Mutator {
    /// Stops the other threads and visits all, the caller's own included. A safepoint.
    pub fn visit_threads(&self, visit: &mut dyn FnMut(*const ())) {
        while !self.pause_visiting(PauseKind::Handshake, &mut *visit) {}
    }
}

impl HeapState {
    /// The same for a caller that is no thread of the heap. Waits as long as a thread comes to no safepoint.
    pub fn visit_threads_from_outside(&self, visit: &mut dyn FnMut(*const ())) {
        while !self.handshake.try_begin() {
            self.platform.yield_now();
        }
        self.coordinate(None, PauseKind::Handshake, visit);
    }

    /// Visits all threads without stopping any, if the list of them is free: for a thread that cannot go on and shows itself. Whether it
    /// was. Async-signal-safe if the visitor is.
    pub fn visit_running_threads(&self, visit: &mut dyn FnMut(*const ())) -> bool {
        let Some(registry) = self.registry.try_lock() else { return false };
        for mutator in registry.iter().rev() {
            // SAFETY: mutators in the registry are alive while it is locked.
            visit(unsafe { &**mutator }.client_thread);
        }
        true
    }
}
