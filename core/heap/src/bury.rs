//! Decrements in a pause: the committer's work, done by all threads that stand still.
//!
//! Used when batch n-2 is unfinished at pause n (rule 2), where there is no committer, and by a full collection.
//!
//! Invariants: the ledger is held, so the committer is out of it. Several workers count down, so here a decrement is a
//! compare-and-swap; whoever finds 1 holds the last reference there is, and alone claims the object. At any time at most one
//! worklist entry names a dying object, and the next entry for it is made when the slots before it are done: so its last slots
//! are the last thing read of it, and then its count becomes 0. Objects with a finalizer or a weak cell are left to the
//! coordinator, one by one.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::block::{block_header, count, set_count};
use crate::committer::Ledger;
use crate::epoch::{Worker, commit_segment};
use crate::gang::Task;
use crate::geometry::count_of;
use crate::heap::HeapState;
use crate::log::Segment;
use crate::object::{ObjectRef, flag, is_reference};
use crate::sync::Ordering;

/// Slots un-counted in one go.
const CHUNK_SLOTS: usize = 4096;

impl HeapState {
    /// Carries out all decrements but those of the newest `keep` batches. In a pause, with the ledger held.
    pub(crate) fn commit_in_pause(&self, ledger: &mut Ledger, keep: usize) {
        loop {
            let mut segments: Vec<(Box<Segment>, usize)> = Vec::new();
            while ledger.batches.len() > keep {
                let Some(mut batch) = ledger.batches.pop_front() else {
                    break;
                };
                segments.extend(batch.current.take());
                while let Some(segment) = batch.segments.pop() {
                    segments.push((segment, 0));
                }
            }
            let dying = ledger.take_dying(self);
            let pending = core::mem::take(&mut ledger.pending);
            if segments.is_empty() && dying.is_empty() && pending.is_empty() {
                return;
            }
            let mut worker = Worker::new(self, self.epoch(), ledger.parity);
            worker.committing = true;
            let mut tasks: Vec<Task<'_>> =
                segments.iter().map(|(segment, position)| Task::Commit(segment, *position)).collect();
            tasks.extend(dying.chunks(256).map(Task::Dying));
            tasks.push(Task::Uncount(&pending));
            self.run_job(&mut worker, tasks);
            ledger.freed_objects += worker.freed_objects;
            ledger.mature_bytes = ledger.mature_bytes.saturating_sub(worker.freed_bytes);
            for address in worker.unusual.drain(..) {
                ledger.claim(self, address);
            }
        }
    }
}

impl Worker<'_> {
    /// Counts down what a segment's entries ask for.
    pub(crate) fn commit_from(&mut self, segment: &Segment, position: usize) {
        commit_segment(segment, position, |address| {
            self.count_down(address);
            true
        });
    }

    /// Counts one reference less.
    pub(crate) fn count_down(&mut self, address: usize) {
        self.heap.assert_cell(address);
        // SAFETY: what is counted is alive, so its chunk is mapped.
        let byte = unsafe { count_of(address) };
        let mut before = byte.load(Ordering::Relaxed);
        loop {
            match before {
                count::STUCK => return,
                count::FREE | count::DYING => {
                    debug_assert!(false, "heap check: a decrement of {address:#x}, whose count is {before}");
                    self.heap.counters.corrupted();
                    return;
                }
                1 => return self.claim(address),
                // Relaxed: only the number matters, and the job's lock orders the rest.
                _ => {
                    match byte.compare_exchange_weak(before, before - 1, Ordering::Relaxed, Ordering::Relaxed)
                    {
                        Ok(_) => return,
                        Err(now) => before = now,
                    }
                }
            }
        }
    }

    fn claim(&mut self, address: usize) {
        // SAFETY: its count is still 1.
        let object = unsafe { ObjectRef::from_address(address) };
        if object.flags() & (flag::FINALIZABLE | flag::HAS_WEAK) != 0 {
            self.unusual.push(address);
            return;
        }
        // SAFETY: as above; the last reference is ours, so nobody else writes this count.
        unsafe { set_count(address, count::DYING, Ordering::Relaxed) };
        self.push_entry(address, 0);
    }

    /// Un-counts some fields of a dying object; frees it after the last.
    pub(crate) fn bury(&mut self, address: usize, from: u32) {
        // SAFETY: a dying object's memory is intact until its count is 0.
        let object = unsafe { ObjectRef::from_address(address) };
        let slots = object.slot_count();
        let first = from as usize;
        let end = slots.min(first + CHUNK_SLOTS);
        for slot in first..end {
            // SAFETY: below the slot count.
            let word = unsafe { object.slot_unchecked(slot) };
            if is_reference(word) {
                self.count_down(word as usize);
            }
        }
        if end < slots {
            self.push_entry(address, end as u32);
            return;
        }
        self.freed_objects += 1;
        self.freed_bytes += crate::block::object_capacity(&object);
        // SAFETY: an object's header lies in its block or in its span's first chunk.
        let block = unsafe { block_header(address) };
        if object.flags() & flag::LARGE != 0 {
            self.heap.destruct(address);
            self.heap.release_span(block);
        } else {
            self.heap.free_cell(block, object);
        }
    }
}
