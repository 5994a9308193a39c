//! The pause: what happens while the world stands still, in order.
//!
//! 1. Everybody stops ([`crate::handshake`]); the registry and the ledger are locked, so no thread comes or goes and the
//!    committer stands still too.
//! 2. If batch n-2 is unfinished, it is finished (rule 2).
//! 3. Logs are applied, roots are counted ([`crate::epoch`], [`crate::roots`]); or, instead, the backup trace
//!    ([`crate::trace`]).
//! 4. Young objects with finalizers or weak cells that nothing reached are seen to; young large objects that nothing reached
//!    are freed; roots of the last pause that are none any more are queued for un-counting.
//! 5. The epoch's number rises, blocks are listed again, the batch goes to the committer.
//!
//! Invariants: no reference count goes down between 3 and 4; all increments of an epoch precede any decrement of it. The
//! cost depends on what was logged, promoted and found on stacks, not on the size of the heap (but for a backup trace).

use alloc::string::String;
use alloc::vec::Vec;

use crate::anchor::{Doubtful, note_unanchored};
use crate::arch::{Architecture, StackScan};
use crate::block::{Block, BlockList, count, state};
use crate::committer::{Batch, KEEP_WARM_BLOCKS, Ledger};
use crate::epoch::Worker;
use crate::fault::{Fault, on};
use crate::gang::Task;
use crate::geometry::{BLOCK_BYTES, count_of, rooted_bit};
use crate::heap::{HeapState, WINDOW_COUNT};
use crate::log::Segments;
use crate::mutator::{Mutator, overwrite_dead_frames, poll};
use crate::object::{ObjectRef, flag};
use crate::sync::Ordering;
use crate::weak::Claim;

/// Largest share, unless a larger one is configured.
const LARGEST_SHARE: usize = 64 << 20;
/// The shares of all threads together grow up to one part in so many of what is mature.
const MATURE_PER_SHARE: usize = 4;
/// Blocks of a class that a thread keeps although it did not use them in an epoch.
const LEFTOVER_KEPT: usize = 2;

/// Free blocks kept resident when somebody asked for a collection: about a share.
const KEPT_BY_COLLECT: usize = 8;
/// Blocks of a class looked at for emptiness in a pause, where there is no committer to do it.
const TRIMMED_PER_PAUSE: usize = 16;

/// What a pause is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PauseKind {
    /// End the epoch.
    Epoch,
    /// End the epoch, trace, and commit everything.
    Collect,
    /// End the epoch, or with `whole` collect, and note what only stacks in doubt refer to.
    Probe {
        /// Look at all objects.
        whole: bool,
        /// The question is about objects that only the requester can reach.
        private: bool,
    },
    /// Nothing: everybody passes a safepoint.
    Handshake,
    /// End the epoch and run the checker.
    Check,
    /// Everything that exists becomes shared.
    Share,
}

/// What [`Mutator::collect`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collection {
    /// Objects with finalizers that were found dead and wait in the queue. Run them and collect again to reclaim what they
    /// reach.
    pub finalizers_queued: usize,
    /// Weak cells of dead objects in which the client had left something: as above
    /// ([`Mutator::take_dead_weak_cell`]).
    pub weak_cells_queued: usize,
    /// Objects found unreachable, cyclic or not, those allocated since the last epoch included.
    pub objects_freed: usize,
}

impl Mutator {
    /// Ends the epoch, unless another thread does so first.
    pub(crate) fn run_epoch(&self) {
        let epoch = self.heap.epoch();
        while self.heap.epoch() == epoch {
            self.pause(PauseKind::Epoch);
        }
    }

    /// Coordinates a pause, or takes part in somebody else's; whether it was ours.
    pub(crate) fn pause(&self, kind: PauseKind) -> bool {
        self.pause_visiting(kind, &mut |_| ())
    }

    /// The same, handing what each thread attached with to a function while all stand still.
    pub(crate) fn pause_visiting(&self, kind: PauseKind, visit: &mut dyn FnMut(*const ())) -> bool {
        self.pause_above(kind, 0, visit)
    }

    /// The same, without what lies below an address on this thread's stack.
    fn pause_above(&self, kind: PauseKind, floor: usize, visit: &mut dyn FnMut(*const ())) -> bool {
        self.assert_no_lock();
        let heap = &*self.heap;
        if heap.handshake.try_begin() {
            Architecture::with_spilled_registers(|low| {
                self.stack_low.store(low.max(floor), Ordering::Relaxed);
                heap.coordinate(Some(self), kind, visit);
                overwrite_dead_frames();
            });
            return true;
        }
        if self.participant.pause_wanted() {
            self.stop_for_pause();
        } else {
            // The other coordinator has not asked us yet, or has let us go already.
            heap.platform.yield_now();
        }
        false
    }

    /// Frees everything that cannot be reached, cycles included: one epoch and one backup trace. If objects with finalizers
    /// were found dead, the caller runs those ([`Mutator::take_finalizable`]) and collects again until none is found. A
    /// safepoint.
    pub fn collect(&self) -> Collection {
        // SAFETY: there is nothing below the end of memory.
        unsafe { self.collect_above(0) }
    }

    /// The same, for a caller that knows its frames: what lies below `floor` on this thread's stack is taken for what earlier calls
    /// have left there.
    ///
    /// # Safety
    /// `floor` is an address that [`StackScan::with_spilled_registers`] has passed to a callback that is still running, and no
    /// frame below it holds a reference, in a slot or in a register, that it or a callee uses afterwards and that nothing else keeps
    /// alive.
    pub unsafe fn collect_above(&self, floor: usize) -> Collection {
        let before = {
            let ledger = self.heap.ledger.lock();
            ledger.freed_objects
        };
        while !self.pause_above(PauseKind::Collect, floor, &mut |_| ()) {}
        // Who asks for a collection wants the memory back, not when the committer next looks.
        self.heap.trim_pool(KEPT_BY_COLLECT);
        let objects_freed = (self.heap.ledger.lock().freed_objects - before) as usize;
        let finalizers_queued = self.heap.finalizers.finalizable.lock().ready.len();
        let weak_cells_queued = self.heap.finalizers.dead_cells.lock().ready.len();
        Collection { finalizers_queued, weak_cells_queued, objects_freed }
    }

    /// Ends the epoch and checks the whole heap; what is wrong, if anything. A safepoint.
    pub fn debug_check(&self) -> Result<(), String> {
        while !self.pause(PauseKind::Check) {}
        self.heap.check_failure.lock().take().map_or(Ok(()), Err)
    }

    /// Last resort before an allocation fails.
    pub(crate) fn collect_for_memory(&self) {
        while !self.pause(PauseKind::Collect) {}
    }

    /// Stops all other threads and lets them go again: afterwards each has passed a safepoint (or was blocked), so this is a
    /// memory barrier on all of them. A safepoint.
    pub fn handshake(&self) {
        while !self.pause(PauseKind::Handshake) {}
    }

    /// Makes everything that exists shared, once: from now on what is stored into a shared object is published. Called by
    /// [`Heap::attach`] for the second thread. A safepoint.
    pub fn become_multithreaded(&self) {
        while !self.heap.is_multithreaded() {
            self.pause(PauseKind::Share);
        }
    }
}

impl HeapState {
    /// A pause asked for by a thread that does not use the heap.
    pub(crate) fn pause_from_outside(&self) {
        let epoch = self.epoch();
        while self.epoch() == epoch {
            if self.handshake.try_begin() {
                self.coordinate(None, PauseKind::Epoch, &mut |_| ());
            } else {
                self.platform.yield_now();
            }
        }
    }

    /// Stops everybody, does the work, lets everybody go. The caller has begun the handshake.
    pub(crate) fn coordinate(
        &self,
        requester: Option<&Mutator>,
        kind: PauseKind,
        visit: &mut dyn FnMut(*const ()),
    ) {
        let timer = self.counters.pause_begins();
        let registry = self.registry.lock();
        let others = || {
            registry
                .iter()
                // SAFETY: mutators in the registry are alive while it is locked.
                .map(|mutator| unsafe { &**mutator })
                .filter(|mutator| !requester.is_some_and(|own| core::ptr::eq(own, *mutator)))
        };
        if let Some(own) = requester {
            self.handshake.stop_self(&own.participant);
        }
        others().for_each(|mutator| self.handshake.ask(&mutator.participant));
        others()
            .for_each(|mutator| self.handshake.wait_for(&mutator.participant, self.platform, self.spins()));
        let mut work_left = false;
        {
            let mut ledger = self.ledger.lock();
            let timer = self.counters.world_stopped(timer);
            // SAFETY: as above; they all stand still now.
            let mutators: Vec<&Mutator> = registry.iter().map(|mutator| unsafe { &**mutator }).collect();
            mutators.iter().rev().for_each(|mutator| visit(mutator.client_thread));
            match kind {
                PauseKind::Epoch | PauseKind::Collect | PauseKind::Check | PauseKind::Probe { .. } => {
                    let collect = matches!(kind, PauseKind::Collect | PauseKind::Probe { whole: true, .. });
                    let doubtful = match (kind, requester) {
                        (PauseKind::Probe { private: true, .. }, _) => Doubtful::All,
                        (PauseKind::Probe { .. }, Some(asker)) => Doubtful::Asker(asker),
                        _ => Doubtful::None,
                    };
                    self.end_epoch(&mut ledger, &mutators, collect, doubtful);
                    self.check_in_pause(&ledger, kind == PauseKind::Check);
                    work_left = !ledger.is_idle();
                    let notices = self.finalizers.notices();
                    for mutator in &mutators {
                        mutator.participant.poll.fetch_and(!poll::EPOCH_DUE, Ordering::Relaxed);
                        mutator.participant.poll.fetch_or(notices, Ordering::Relaxed);
                    }
                    self.client().epoch_finished();
                }
                PauseKind::Share => self.share_everything(&mutators),
                PauseKind::Handshake => {}
            }
            self.counters.world_goes_on(timer, kind);
        }
        others().for_each(|mutator| self.handshake.release(&mutator.participant, self.platform));
        if let Some(own) = requester {
            self.handshake.release(&own.participant, self.platform);
        }
        self.handshake.end();
        drop(registry);
        if self.configuration.committer && (work_left || self.finalizers.has_incoming()) {
            self.wake_committer();
        }
        self.report_check_failure();
    }

    fn end_epoch(&self, ledger: &mut Ledger, mutators: &[&Mutator], collect: bool, doubtful: Doubtful<'_>) {
        for mutator in mutators {
            for window in &mutator.windows {
                window.write_cursor_back();
            }
        }
        // Rule 2. A trace drops them all anyway.
        let trace = collect || self.trace_wanted.load(Ordering::Relaxed) || self.stress_wants_trace();
        if !trace && !on(Fault::CommitterLeftBehind) && ledger.batches.len() > 1 {
            self.commit_in_pause(ledger, 1);
        }
        let epoch = self.epoch();
        let mut worker = Worker::new(self, epoch, ledger.parity);
        let mut segments = Segments::new();
        let mut young_finalizable = Vec::new();
        let mut young_weak = Vec::new();
        for mutator in mutators {
            // SAFETY: the owner stands still.
            let local = unsafe { mutator.local() };
            take_segments(&mut local.log.take(), &mut segments);
            young_finalizable.append(&mut local.young_finalizable);
            young_weak.append(&mut local.young_weak);
        }
        {
            let mut orphans = self.orphans.lock();
            let mut left = core::mem::replace(&mut orphans.segments, Segments::new());
            take_segments(&mut left, &mut segments);
            young_finalizable.append(&mut orphans.young_finalizable);
            young_weak.append(&mut orphans.young_weak);
        }
        if trace {
            self.trace(ledger, &mut worker, mutators, segments, &young_finalizable, doubtful);
            segments = Segments::new();
        } else {
            let mut tasks: Vec<Task<'_>> = segments.iterate().map(Task::Segment).collect();
            tasks.push(Task::Globals);
            tasks.extend(mutators.iter().map(|mutator| match doubtful.includes(mutator) {
                true => Task::ExactRoots(mutator),
                false => Task::Roots(mutator),
            }));
            self.run_job(&mut worker, tasks);
            if doubtful.any() {
                note_unanchored(ledger, &worker, &young_finalizable);
                let in_doubt = mutators.iter().filter(|mutator| doubtful.includes(mutator));
                in_doubt.for_each(|mutator| worker.scan_native_stack(mutator));
                worker.drain();
            }
            self.settle_finalizable(ledger, &mut worker, &young_finalizable);
            self.settle_weak(&mut worker, &young_weak);
            self.uncount_roots(ledger, &mut worker);
        }
        ledger.rooted = core::mem::take(&mut worker.rooted);
        ledger.parity ^= 1;
        self.sweep_young_large(&worker);
        self.counters.epoch_ends(&worker, trace);
        // A trace has promoted whatever lives.
        ledger.mature_bytes = if trace { 0 } else { ledger.mature_bytes } + worker.promoted_bytes;

        // The new epoch begins here.
        self.epoch.store(epoch + 1, Ordering::Relaxed);
        for mutator in mutators {
            for index in 0..WINDOW_COUNT {
                if let Some(block) = mutator.window_block(index) {
                    block.young_start.store(block.cursor.load(Ordering::Relaxed), Ordering::Relaxed);
                    block.young_epoch.store(epoch + 1, Ordering::Relaxed);
                }
            }
        }
        self.list_retired(mutators);
        take_segments(&mut worker.decrements.take(), &mut segments);
        take_segments(&mut ledger.deferred.take(), &mut segments);
        if !segments.is_empty() {
            ledger.batches.push_back(Batch { segments, current: None });
        }
        let allocated = self.usage.allocated_since_pause.swap(0, Ordering::Relaxed);
        // SAFETY: the owners stand still.
        let allocates = |mutator: &&&Mutator| core::mem::take(unsafe { &mut mutator.local().allocates });
        let allocating = mutators.iter().filter(allocates).count();
        self.adapt_share(allocated, worker.promoted_bytes, ledger.mature_bytes, allocating);
        if !self.configuration.committer || collect {
            self.commit_in_pause(ledger, 0);
        }
        if !self.configuration.committer {
            for list in &self.listed {
                self.return_empty_blocks(ledger, list, TRIMMED_PER_PAUSE);
            }
            self.trim_pool(KEEP_WARM_BLOCKS);
        }
        self.publish_incoming();
        self.decide_trace(ledger.mature_bytes, trace);
    }

    /// Objects that got a finalizer (or lost it) in this epoch: dead ones are queued, the others are mature now.
    fn settle_finalizable(&self, ledger: &mut Ledger, worker: &mut Worker<'_>, young: &[usize]) {
        let mut dead = Vec::new();
        for &address in young {
            // SAFETY: marked in this epoch, so its memory is intact.
            let object = unsafe { ObjectRef::from_address(address) };
            // SAFETY: as above.
            let counted = unsafe { count_of(address) }.load(Ordering::Relaxed) != count::FREE;
            if object.flags() & flag::FINALIZABLE == 0 {
                ledger.finalizable.remove(&address);
            } else if counted {
                ledger.finalizable.insert(address);
            } else {
                dead.push(address);
            }
        }
        for address in dead {
            // SAFETY: as above.
            let object = unsafe { ObjectRef::from_address(address) };
            if object.flags() & flag::FINALIZABLE != 0 {
                if !on(Fault::FinalizerOwnsNothing) {
                    worker.count_up(address);
                }
                self.queue_finalizer(object);
            }
        }
        worker.drain();
    }

    /// Weak cells made in this epoch for young objects: those whose target nothing reached are dead.
    fn settle_weak(&self, worker: &mut Worker<'_>, young: &[usize]) {
        for &target in young {
            // SAFETY: young in this epoch, so its chunk is mapped.
            if unsafe { count_of(target) }.load(Ordering::Relaxed) == count::FREE
                && let Claim::Dead(cell) = self.weak.claim(target, u64::MAX)
                && !self.queue_dead_cell(cell)
            {
                // The table's count goes.
                worker.decrements.push_decrement(cell.address());
            }
        }
    }

    /// Rule 1: roots of the last pause that were not found again lose their count with this epoch's batch.
    fn uncount_roots(&self, ledger: &mut Ledger, worker: &mut Worker<'_>) {
        for cell in core::mem::take(&mut ledger.rooted) {
            // SAFETY: its root count kept it alive, so its chunk is mapped.
            let (old, new) =
                unsafe { (rooted_bit(cell, worker.parity + 1), rooted_bit(cell, worker.parity)) };
            old.word.fetch_and(!old.mask, Ordering::Relaxed);
            if new.word.load(Ordering::Relaxed) & new.mask == 0 || on(Fault::RootUncountedTooOften) {
                worker.decrements.push_decrement(cell);
            }
        }
    }

    /// Rule 7: large objects that are young and have not been counted are dead.
    fn sweep_young_large(&self, _worker: &Worker<'_>) {
        let mut young = core::mem::replace(&mut *self.young_large.lock(), BlockList::new());
        while let Some(block) = young.pop() {
            if block.state.load(Ordering::Relaxed) != state::LARGE {
                continue;
            }
            // SAFETY: a span that exists.
            if unsafe { count_of(block.start()) }.load(Ordering::Relaxed) == count::FREE {
                self.destruct(block.start());
                self.release_span(block);
            }
        }
    }

    /// Blocks used up in the epoch that ended may be acquired again, before those that the epoch had no use for; half of the
    /// latter go to the common lists, where other threads find them, or the trimmer.
    fn list_retired(&self, mutators: &[&Mutator]) {
        for mutator in mutators {
            // SAFETY: the owner stands still.
            let local = unsafe { mutator.local() };
            let mut leftover = core::mem::replace(&mut local.available, BlockList::new_array());
            while let Some(block) = local.retired.pop() {
                block.state.store(state::LISTED, Ordering::Relaxed);
                local.available[block.window_index()].push(block);
            }
            for (index, leftover) in leftover.iter_mut().enumerate() {
                if leftover.length > LEFTOVER_KEPT {
                    let mut list = self.listed[index].lock();
                    for _ in 0..leftover.length.div_ceil(2) {
                        leftover.pop().into_iter().for_each(|block| list.push(block));
                    }
                }
                local.available[index].append(leftover);
            }
        }
        let mut orphans = self.orphans.lock();
        while let Some(block) = orphans.retired.pop() {
            block.state.store(state::LISTED, Ordering::Relaxed);
            self.listed[block.window_index()].lock().push(block);
        }
    }

    /// Doubles the share while much survives, halves it when nothing does: a longer epoch promotes less of what dies soon, which is worth
    /// memory, but only in proportion to what the program itself keeps. What does not survive should stay in the processor's cache, so
    /// without much that is mature the share is the configured one. Threads that allocate nothing have none: what a blocked thread does not
    /// use, the others should not fill.
    fn adapt_share(&self, allocated: usize, survived: usize, mature: usize, allocating: usize) {
        let share = self.share_bytes.load(Ordering::Relaxed);
        let configured = self.configuration.share_bytes.max(BLOCK_BYTES);
        let largest =
            (mature / MATURE_PER_SHARE / allocating.max(1)).clamp(configured, LARGEST_SHARE.max(configured));
        if allocated >= share / 2 {
            let new = if survived > allocated / 8 {
                share.saturating_mul(2)
            } else if survived < allocated / 50 {
                share / 2
            } else {
                share
            };
            self.share_bytes.store(new.clamp(configured, largest), Ordering::Relaxed);
        }
        self.set_epoch_limit(allocating);
    }

    /// Cycles show only as growth: when there is twice as much that is mature as after the last trace, the next pause traces. What
    /// is young, or waits for the committer or a sweep, is not growth.
    fn decide_trace(&self, mature_bytes: usize, traced: bool) {
        if traced {
            self.trace_wanted.store(false, Ordering::Relaxed);
            self.traces.fetch_add(1, Ordering::Relaxed);
            self.traced_epoch.store(self.epoch(), Ordering::Relaxed);
            let threshold = mature_bytes.saturating_mul(2).max(self.configuration.trace_floor_bytes);
            self.trace_threshold.store(threshold, Ordering::Relaxed);
        } else if mature_bytes > self.trace_threshold.load(Ordering::Relaxed)
            && self.automatic_trace.load(Ordering::Relaxed)
        {
            self.trace_wanted.store(true, Ordering::Relaxed);
        }
    }

    /// Marks all that exists as shared, young objects included.
    fn share_everything(&self, mutators: &[&Mutator]) {
        for mutator in mutators {
            for window in &mutator.windows {
                window.write_cursor_back();
            }
        }
        let epoch = self.epoch();
        let share = |block: &Block, cell: usize| {
            // SAFETY: a cell of a mapped block.
            let value = unsafe { count_of(cell) }.load(Ordering::Relaxed);
            if value != count::DYING && (value != count::FREE || block.is_young(cell, epoch)) {
                // SAFETY: the cell holds an object.
                let object = unsafe { ObjectRef::from_address(cell) };
                object.flags.fetch_or(flag::SHARED, Ordering::Relaxed);
            }
        };
        self.for_each_block(|block| block.cells().for_each(|cell| share(block, cell)));
        for block in self.large.iterate() {
            share(block, block.start());
        }
        self.multithreaded.store(true, Ordering::Relaxed);
    }
}

fn take_segments(from: &mut Segments, to: &mut Segments) {
    while let Some(segment) = from.pop() {
        to.push(segment);
    }
}
