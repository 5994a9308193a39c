//! Publication: an object and all that it reaches becomes shared before another thread can see it.
//!
//! Private-until-shared objects: Daloze, Marr, Bonetta, Moessenboeck, "Efficient and Thread-Safe Objects for
//! Dynamically-Typed Languages", OOPSLA 2016.
//!
//! Invariant: what a shared object's slots and shape word refer to is shared, before the reference is there for another
//! thread to read. The flags of a private object are written by its thread alone, so no read-modify-write is needed; the
//! release store that follows publication shows the flags too. The target of a weak cell is published with the cell,
//! because another thread may reach it through the cell.

use crate::heap::HeapState;
use crate::mutator::Mutator;
use crate::object::{ObjectRef, flag, is_reference};
use crate::sync::Ordering;

impl Mutator {
    /// Makes what a word refers to, and all it reaches, shared. Nothing for words that are no references and for what is
    /// shared already. Not a safepoint.
    #[inline(always)]
    pub fn publish(&self, word: u64) {
        if is_reference(word) {
            // SAFETY: the caller holds the word, so what it refers to is alive.
            let object = unsafe { ObjectRef::from_address(word as usize) };
            if !object.is_shared() {
                self.publish_slow(object);
            }
        }
    }

    /// Makes an object shared that was allocated just now and holds nothing yet, without looking through its slots: what is
    /// stored from now on is published one by one, and what is copied from a shared object is shared already.
    #[inline]
    pub fn publish_empty(&self, object: ObjectRef) {
        debug_assert!((0..object.slot_count()).all(|slot| object.slot(slot) == 0), "{object:?} is not empty");
        self.publish(object.shape.load(Ordering::Relaxed));
        if self.heap.is_multithreaded() {
            // Relaxed: a private object's flags are its thread's alone; the store that shows the object is a release.
            object.flags.store(object.flags() | flag::SHARED, Ordering::Relaxed);
        }
    }

    #[cold]
    #[inline(never)]
    fn publish_slow(&self, object: ObjectRef) {
        if !self.heap.is_multithreaded() {
            // While only one thread has ever run, nothing is shared; the second makes everything so.
            return;
        }
        // SAFETY: the owner; taken out so that nothing below borrows it again.
        let mut stack = core::mem::take(unsafe { &mut self.local().publish_stack });
        publish_graph(&self.heap, object, &mut stack, &mut |cell| self.weak_get(cell));
        // SAFETY: the owner, with no other borrow.
        unsafe { self.local() }.publish_stack = stack;
    }
}

/// Marks a graph shared. By the thread whose private objects they are, or with the world stopped.
pub(crate) fn publish_graph(
    heap: &HeapState,
    object: ObjectRef,
    stack: &mut alloc::vec::Vec<usize>,
    weak_target: &mut dyn FnMut(ObjectRef) -> Option<ObjectRef>,
) {
    let mark = |word: u64, stack: &mut alloc::vec::Vec<usize>| {
        if !is_reference(word) {
            return;
        }
        // SAFETY: a word in a slot of a live object.
        let object = unsafe { ObjectRef::from_address(word as usize) };
        let flags = object.flags();
        if flags & flag::SHARED == 0 {
            object.flags.store(flags | flag::SHARED, Ordering::Relaxed);
            stack.push(word as usize);
        }
    };
    mark(object.word(), stack);
    while let Some(address) = stack.pop() {
        // SAFETY: reachable from a live object.
        let object = unsafe { ObjectRef::from_address(address) };
        mark(object.shape.load(Ordering::Relaxed), stack);
        for slot in 0..object.slot_count() {
            // SAFETY: below the slot count.
            mark(unsafe { object.slot_unchecked(slot) }, stack);
        }
        if heap.is_weak_cell(object)
            && let Some(target) = weak_target(object)
        {
            mark(target.word(), stack);
        }
    }
}
