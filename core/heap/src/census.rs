//! A census: which objects are alive, for whoever asks what refers to what.
//!
//! Invariant: what the census lists stays valid until the asker's next safepoint. A collection leaves nothing queued for un-counting, so a
//! count that is not 0 after it can reach 0 only by way of a later pause, which waits for the asker. Other threads go on meanwhile:
//! what they allocate has count 0 and is not seen; a block they take and format anew has counts of 0 all over, before and after.

use alloc::vec::Vec;

use crate::block::{count, state};
use crate::geometry::count_of;
use crate::mutator::Mutator;
use crate::object::ObjectRef;
use crate::sync::Ordering;

impl Mutator {
    /// Collects, then lists all objects that are alive and that `select` picks. The list itself keeps nothing alive: the caller puts
    /// what it wants where roots are found before its next safepoint. `select` must not come to a safepoint, nor allocate from the
    /// heap: the heap's pool is locked meanwhile. A safepoint.
    pub fn live_objects(&self, mut select: impl FnMut(ObjectRef) -> bool) -> Vec<ObjectRef> {
        self.collect();
        let mut found = Vec::new();
        let mut visit = |cell: usize| {
            // Acquire pairs with the end of the pause that counted it; the handshake has ordered that already.
            // SAFETY: a cell of a mapped block: chunks that hold counted objects stay mapped, and the pool is locked.
            let value = unsafe { count_of(cell) }.load(Ordering::Acquire);
            if value != count::FREE && value != count::DYING {
                // SAFETY: counted, so it is an object; it is not freed before this thread's next safepoint (see the module).
                let object = unsafe { ObjectRef::from_address(cell) };
                if select(object) {
                    found.push(object);
                }
            }
        };
        self.heap.for_each_block(|block| block.cells().for_each(&mut visit));
        let _pool = self.heap.pool.lock();
        for block in self.heap.large.iterate() {
            if block.state.load(Ordering::Acquire) == state::LARGE {
                visit(block.start());
            }
        }
        found
    }
}
