//! The backup trace: finds cycles and objects whose counts are stuck.
//!
//! It is "zero all counts, count up from the roots", with no mark bits (rule 8). Conservative words are resolved *before* the
//! counts are zeroed, because telling a live cell from a dead one needs them. What was pending (logs, decrements, the
//! worklist, root records) belongs to the old counts and is dropped with them. Objects with finalizers that were not reached
//! are queued first and what they reach is kept (PEP 442); then weak cells of what is still unreached die.
//!
//! Invariant: afterwards every count is exact (or stuck), and every cell with count 0 is free. Shape words are traced here
//! and counted nowhere: what they refer to is stuck.

use alloc::vec::Vec;

use crate::anchor::{Doubtful, note_unanchored};
use crate::block::{BlockList, count, state};
use crate::committer::Ledger;
use crate::epoch::Worker;
use crate::fault::{Fault, on};
use crate::gang::Task;
use crate::geometry::{count_of, logged_bit, rooted_bit};
use crate::heap::HeapState;
use crate::large::{slot_index, span_logged_bit};
use crate::log::{Entry, Segments, read_entry};
use crate::mutator::Mutator;
use crate::object::{ObjectRef, flag, is_reference};
use crate::sync::Ordering;
use crate::weak::Claim;

impl HeapState {
    pub(crate) fn trace(
        &self,
        ledger: &mut Ledger,
        worker: &mut Worker<'_>,
        mutators: &[&Mutator],
        segments: Segments,
        young_finalizable: &[usize],
        doubtful: Doubtful<'_>,
    ) {
        let mut candidates = (Vec::new(), Vec::new());
        if !on(Fault::TraceResolvesLate) {
            candidates = self.resolve_roots(worker, mutators, doubtful);
        }

        self.drop_pending(ledger, segments);
        let mut before = 0;
        let epoch = self.epoch();
        self.for_each_block(|block| {
            before += (block.occupied_cells() + block.young_cells(epoch)) as usize;
            block.clear_counts();
        });
        for block in self.large.iterate() {
            // SAFETY: a span that exists.
            let byte = unsafe { count_of(block.start()) };
            let mature = byte.swap(count::FREE, Ordering::Relaxed) != count::FREE;
            before += usize::from(mature || block.young_epoch.load(Ordering::Relaxed) == epoch);
        }

        if on(Fault::TraceResolvesLate) {
            candidates = self.resolve_roots(worker, mutators, doubtful);
        }
        worker.tracing = true;
        self.run_job(worker, candidates.0.chunks(1024).map(Task::Candidates).collect());
        for queue in [&self.finalizers.finalizable, &self.finalizers.dead_cells] {
            let queue = queue.lock();
            for &address in queue.ready.iter().chain(&queue.incoming) {
                worker.count_up(address);
            }
        }
        worker.drain();
        if doubtful.any() {
            note_unanchored(ledger, worker, young_finalizable);
            self.run_job(worker, candidates.1.chunks(1024).map(Task::Candidates).collect());
        }
        self.queue_unreached_finalizers(ledger, worker, young_finalizable);
        self.kill_unreached_targets(worker);
        worker.tracing = false;

        self.free_unreached_large();
        let reached = worker.promoted_objects;
        ledger.freed_objects += before.saturating_sub(reached) as u64;
        self.relist_blocks(mutators);
    }

    /// All roots, with duplicates, before anything is changed; apart from them what stacks in doubt seem to refer to.
    fn resolve_roots(
        &self,
        worker: &mut Worker<'_>,
        mutators: &[&Mutator],
        doubtful: Doubtful<'_>,
    ) -> (Vec<usize>, Vec<usize>) {
        worker.collect_only = true;
        for mutator in mutators {
            worker.scan_exactly(mutator);
            if !doubtful.includes(mutator) {
                worker.scan_native_stack(mutator);
            }
        }
        worker.scan_globals();
        let certain = core::mem::take(&mut worker.candidates);
        for mutator in mutators.iter().filter(|mutator| doubtful.includes(mutator)) {
            worker.scan_native_stack(mutator);
        }
        worker.collect_only = false;
        (certain, core::mem::take(&mut worker.candidates))
    }

    /// Forgets everything that the old counts were waiting for.
    fn drop_pending(&self, ledger: &mut Ledger, mut segments: Segments) {
        while let Some(segment) = segments.pop() {
            let mut position = 0;
            while let Some((entry, next)) = read_entry(segment.words(), position) {
                position = next;
                match entry {
                    Entry::Slot { address, .. } => {
                        // SAFETY: a slot logged in this epoch.
                        let bit = unsafe { logged_bit(address) };
                        bit.word.fetch_and(!bit.mask, Ordering::Relaxed);
                    }
                    Entry::SpanSlot { address, .. } => {
                        if let Some((_, object)) = self.resolve(address) {
                            // SAFETY: the holder of a slot logged in this epoch.
                            let holder = unsafe { ObjectRef::from_address(object) };
                            if let Some(bit) = span_logged_bit(&holder, slot_index(object, address)) {
                                bit.word.fetch_and(!bit.mask, Ordering::Relaxed);
                            }
                        }
                    }
                    // What lives is flagged when it is counted again.
                    Entry::Object { .. }
                    | Entry::Stuck { .. }
                    | Entry::Increment { .. }
                    | Entry::Decrement { .. } => {}
                }
            }
        }
        if !on(Fault::TraceKeepsDecrements) {
            ledger.batches.clear();
        }
        drop(ledger.deferred.take());
        ledger.pending.clear();
        ledger.dying = 0;
        for cell in ledger.rooted.drain(..) {
            for parity in 0..2 {
                // SAFETY: a root of the last pause; its chunk is mapped.
                let bit = unsafe { rooted_bit(cell, parity) };
                bit.word.fetch_and(!bit.mask, Ordering::Relaxed);
            }
        }
    }

    /// Objects with finalizers that nothing reached: all are queued, and what they reach is counted.
    fn queue_unreached_finalizers(&self, ledger: &mut Ledger, worker: &mut Worker<'_>, young: &[usize]) {
        let mut dead = Vec::new();
        let mut known = core::mem::take(&mut ledger.finalizable);
        known.extend(young);
        known.retain(|&address| {
            // SAFETY: registered and not yet queued, so its memory is intact.
            let object = unsafe { ObjectRef::from_address(address) };
            if object.flags() & flag::FINALIZABLE == 0 {
                return false;
            }
            // SAFETY: as above.
            let reached = unsafe { count_of(address) }.load(Ordering::Relaxed) != count::FREE;
            if !reached {
                dead.push(address);
            }
            reached
        });
        ledger.finalizable = known;
        for address in dead {
            worker.count_up(address);
            // SAFETY: as above.
            self.queue_finalizer(unsafe { ObjectRef::from_address(address) });
        }
        worker.drain();
    }

    fn kill_unreached_targets(&self, worker: &mut Worker<'_>) {
        for (target, cell) in self.weak.entries() {
            // SAFETY: a target in the table has not been freed.
            if unsafe { count_of(target) }.load(Ordering::Relaxed) != count::FREE {
                continue;
            }
            // SAFETY: as above, for its cell.
            let cell_reached = unsafe { count_of(cell) }.load(Ordering::Relaxed) != count::FREE;
            if let Claim::Dead(cell) = self.weak.claim(target, u64::MAX)
                && cell_reached
                && self.queue_dead_cell(cell)
            {
                worker.count_up(cell.address());
            }
        }
        worker.drain();
    }

    fn free_unreached_large(&self) {
        // The young ones among them are in a second list, which goes by the state.
        let dead: Vec<_> = self
            .large
            .iterate()
            // SAFETY: a span that exists.
            .filter(|block| unsafe { count_of(block.start()) }.load(Ordering::Relaxed) == count::FREE)
            .collect();
        *self.young_large.lock() = BlockList::new();
        for block in dead {
            self.destruct(block.start());
            self.release_span(block);
        }
    }

    /// Lists every block that no thread allocates from, or gives it back if it is empty.
    fn relist_blocks(&self, mutators: &[&Mutator]) {
        for mutator in mutators {
            // SAFETY: the owner stands still.
            let local = unsafe { mutator.local() };
            local.retired = BlockList::new();
            for list in &mut local.available {
                *list = BlockList::new();
            }
        }
        self.orphans.lock().retired = BlockList::new();
        for list in &self.listed {
            *list.lock() = BlockList::new();
        }
        let mut blocks = Vec::new();
        self.for_each_block(|block| {
            if block.state.load(Ordering::Relaxed) != state::OWNED {
                blocks.push(core::ptr::from_ref(block));
            }
        });
        for block in blocks {
            // SAFETY: a header of a mapped chunk.
            let block = unsafe { &*block };
            if block.is_empty() {
                if block.native.load(Ordering::Relaxed) {
                    block.cells().for_each(|cell| self.destruct(cell));
                }
                self.pool.lock().return_blocks(block, 1);
            } else {
                block.state.store(state::LISTED, Ordering::Relaxed);
                self.listed[block.window_index()].lock().push(block);
            }
        }
    }
}

impl Worker<'_> {
    /// A root found before the counts were zeroed.
    pub(crate) fn count_root(&mut self, cell: usize) {
        // SAFETY: the cell was alive when it was found, and nothing was freed since.
        let bit = unsafe { rooted_bit(cell, self.parity) };
        if bit.word.fetch_or(bit.mask, Ordering::Relaxed) & bit.mask == 0 {
            self.rooted.push(cell);
            self.count_up(cell);
        }
    }

    /// What a traced object reaches other than through its slots: its shape, uncounted, and its weak cell.
    pub(crate) fn trace_extra(&mut self, object: ObjectRef) {
        let shape = object.shape.load(Ordering::Relaxed);
        if is_reference(shape) {
            // SAFETY: what a shape word refers to is kept by this very trace.
            let byte = unsafe { count_of(shape as usize) };
            if byte.swap(count::STUCK, Ordering::Relaxed) == count::FREE {
                self.promote_stuck(shape as usize);
            }
        }
        if object.flags() & flag::HAS_WEAK != 0
            && let Some(cell) = self.heap.weak.cell_of(object.address())
        {
            self.count_up(cell.address());
        }
    }
}
