//! The committer: takes counts down, one batch per epoch, on a thread of its own.
//!
//! Whoever holds the ledger's lock is alone in changing counts while threads run, so there is no atomic read-modify-write on
//! them. The thread lets go of the lock when a pause is wanted, after a few dozen steps at most; the pause takes it, and so
//! owns all counts. Source: the Recycler (Bacon et al., PLDI 2001) and LXR's lazy decrements (PLDI 2022); the Gilectomy's
//! commit thread.
//!
//! Invariants: an object that reaches 0 is marked dying, its fields are un-counted with an explicit worklist, and only then
//! does its count byte become 0, with Release: an allocator may be sweeping the block (rule 11). The worklist is linked through
//! the dying objects' shape words, so it takes no memory. Large objects are un-counted in chunks (rule 3). At pause n, batch
//! n-2 is finished by the pause if need be (rule 2).

use alloc::boxed::Box;
use alloc::collections::{BTreeSet, VecDeque};
use alloc::vec::Vec;

use crate::block::{Block, BlockList, block_header, count, set_count, state};
use crate::client::OutOfMemory;
use crate::epoch::commit_segment;
use crate::fault::{Fault, on};
use crate::geometry::count_of;
use crate::heap::HeapState;
use crate::log::{Log, Segment, Segments};
use crate::mutex::Mutex;
use crate::object::{ObjectRef, flag, is_reference};
use crate::size_class::CLASS_COUNT;
use crate::sync::{AtomicU32, Ordering};
use crate::weak::Claim;

/// Slots un-counted in one go.
const CHUNK_SLOTS: usize = 4096;
/// Decrements between two looks at whether a pause is wanted.
const STEPS: u32 = 64;
/// Free blocks kept resident; the rest is given back when the committer has nothing else to do.
pub(crate) const KEEP_WARM_BLOCKS: usize = 64;

/// The decrements of one epoch.
pub(crate) struct Batch {
    pub(crate) segments: Segments,
    /// The segment at work, and the position in it.
    pub(crate) current: Option<(Box<Segment>, usize)>,
}

/// What belongs to the committer and to pauses: under one lock.
pub(crate) struct Ledger {
    pub(crate) batches: VecDeque<Batch>,
    /// First object of the worklist, or 0.
    pub(crate) dying: usize,
    /// Decrements that could not be carried out; they join the next batch.
    pub(crate) deferred: Log,
    /// Cells whose targets died here, to be un-counted.
    pub(crate) pending: Vec<usize>,
    /// Objects with a root count since the last pause.
    pub(crate) rooted: Vec<usize>,
    pub(crate) parity: usize,
    /// Mature objects with a finalizer.
    pub(crate) finalizable: BTreeSet<usize>,
    /// What the last probe found unanchored ([`crate::anchor`]).
    pub(crate) unanchored: Vec<usize>,
    pub(crate) freed_objects: u64,
    /// Bytes of mature objects: promoted and not freed since.
    pub(crate) mature_bytes: usize,
}

// SAFETY: addresses and owned segments only.
unsafe impl Send for Ledger {}

impl Ledger {
    pub(crate) fn new() -> Ledger {
        Ledger {
            batches: VecDeque::new(),
            dying: 0,
            deferred: Log::new(),
            pending: Vec::new(),
            rooted: Vec::new(),
            parity: 0,
            finalizable: BTreeSet::new(),
            unanchored: Vec::new(),
            freed_objects: 0,
            mature_bytes: 0,
        }
    }

    /// Carries out decrements until all but `keep` batches are done, or `go_on` says no; whether it got there.
    pub(crate) fn commit(&mut self, heap: &HeapState, keep: usize, mut go_on: impl FnMut() -> bool) -> bool {
        let mut steps = 0;
        loop {
            while self.dying != 0 || !self.pending.is_empty() {
                self.bury_one(heap);
                steps += 1;
                if steps >= STEPS {
                    steps = 0;
                    if !go_on() {
                        return false;
                    }
                }
            }
            if self.batches.len() <= keep {
                return true;
            }
            let Some(batch) = self.batches.front_mut() else {
                return true;
            };
            let current = batch.current.take().or_else(|| Some((batch.segments.pop()?, 0)));
            let Some((segment, position)) = current else {
                self.batches.pop_front();
                continue;
            };
            let stopped_at = commit_segment(&segment, position, |address| {
                self.decrement(heap, address);
                steps += 1;
                self.dying == 0 && steps < STEPS
            });
            if let (Some(position), Some(batch)) = (stopped_at, self.batches.front_mut()) {
                batch.current = Some((segment, position));
            }
            if steps >= STEPS {
                steps = 0;
                if !go_on() {
                    return false;
                }
            }
        }
    }

    /// Whether nothing is left to do.
    pub(crate) fn is_idle(&self) -> bool {
        self.batches.is_empty() && self.dying == 0 && self.pending.is_empty()
    }

    /// Counts one reference less.
    fn decrement(&mut self, heap: &HeapState, address: usize) {
        heap.assert_cell(address);
        // SAFETY: what is counted is alive, so its chunk is mapped.
        let byte = unsafe { count_of(address) };
        // Relaxed: only the holder of the ledger writes counts that are not 0.
        match byte.load(Ordering::Relaxed) {
            count::STUCK => {}
            value @ (count::FREE | count::DYING) => {
                debug_assert!(false, "heap check: a decrement of {address:#x}, whose count is {value}");
                heap.counters.corrupted();
            }
            1 => self.claim(heap, address),
            value => byte.store(value - 1, Ordering::Relaxed),
        }
    }

    /// The last count is going: the object dies, unless a weak reference or a finalizer keeps it.
    pub(crate) fn claim(&mut self, heap: &HeapState, address: usize) {
        // SAFETY: its count is still 1.
        let object = unsafe { ObjectRef::from_address(address) };
        let flags = object.flags();
        if flags & flag::FINALIZABLE != 0 {
            self.finalizable.remove(&address);
            if on(Fault::FinalizerOwnsNothing) {
                // SAFETY: as above.
                unsafe { set_count(address, count::FREE, Ordering::Release) };
            }
            heap.queue_finalizer(object);
            return;
        }
        if flags & flag::HAS_WEAK != 0 {
            match heap.weak.claim(address, heap.epoch()) {
                Claim::Dereferenced => {
                    if on(Fault::FailedClaimLeavesZero) {
                        // SAFETY: as above.
                        unsafe { set_count(address, count::FREE, Ordering::Release) };
                        return;
                    }
                    self.deferred.push_decrement(address);
                    return;
                }
                Claim::Dead(cell) => {
                    if !heap.queue_dead_cell(cell) {
                        self.pending.push(cell.address());
                    }
                }
                Claim::None => {}
            }
        }
        let mark = if on(Fault::FreedBeforeFields) { count::FREE } else { count::DYING };
        // SAFETY: as above. Relaxed: allocators take it for "not free", as before.
        unsafe { set_count(address, mark, Ordering::Relaxed) };
        if on(Fault::FreedBeforeFields) {
            (0..50).for_each(|_| crate::stress::racy_window());
        }
        if flags & flag::LARGE != 0 {
            // SAFETY: a large object's header lies in its span's first chunk.
            unsafe { block_header(address) }.resume.store(0, Ordering::Relaxed);
        }
        self.push_dying(object);
    }

    fn push_dying(&mut self, object: ObjectRef) {
        object.shape.store(self.dying as u64, Ordering::Relaxed);
        self.dying = object.address();
    }

    /// The worklist as entries, each with the slot to go on from; it is empty afterwards.
    pub(crate) fn take_dying(&mut self, heap: &HeapState) -> Vec<(usize, u32)> {
        let mut entries = Vec::new();
        while self.dying != 0 {
            heap.assert_cell(self.dying);
            // SAFETY: a dying object's memory is intact until its count is 0.
            let object = unsafe { ObjectRef::from_address(self.dying) };
            let from = if object.flags() & flag::LARGE != 0 {
                // SAFETY: a large object's header lies in its span's first chunk.
                unsafe { block_header(self.dying) }.resume.load(Ordering::Relaxed)
            } else {
                0
            };
            entries.push((self.dying, from));
            self.dying = object.shape.load(Ordering::Relaxed) as usize;
        }
        entries
    }

    /// Un-counts the fields (or a chunk of them) of one dying object, and frees it when they are done.
    fn bury_one(&mut self, heap: &HeapState) {
        if let Some(cell) = self.pending.pop() {
            self.decrement(heap, cell);
        }
        if self.dying == 0 {
            return;
        }
        heap.assert_cell(self.dying);
        // SAFETY: a dying object's memory is intact until its count is 0.
        let object = unsafe { ObjectRef::from_address(self.dying) };
        self.dying = object.shape.load(Ordering::Relaxed) as usize;
        let address = object.address();
        // SAFETY: an object's header lies in its block or in its span's first chunk.
        let block = unsafe { block_header(address) };
        let large = object.flags() & flag::LARGE != 0;
        let slots = object.slot_count();
        let first = if large { block.resume.load(Ordering::Relaxed) as usize } else { 0 };
        let end = if large { slots.min(first + CHUNK_SLOTS) } else { slots };
        if end < slots {
            let place = if on(Fault::ResumeForgotten) { end - 100 } else { end };
            block.resume.store(place as u32, Ordering::Relaxed);
            self.push_dying(object);
        }
        for slot in first..end {
            // SAFETY: below the slot count.
            let word = unsafe { object.slot_unchecked(slot) };
            if is_reference(word) {
                self.decrement(heap, word as usize);
            }
        }
        if end == slots {
            self.freed_objects += 1;
            self.mature_bytes = self.mature_bytes.saturating_sub(crate::block::object_capacity(&object));
            if large {
                heap.destruct(address);
                heap.release_span(block);
            } else {
                heap.free_cell(block, object);
            }
        }
    }
}

impl HeapState {
    /// The last step of an object's life: its cell is free.
    pub(crate) fn free_cell(&self, block: &Block, object: ObjectRef) {
        if self.configuration.stress_seed.is_some() && object.flags() & flag::NATIVE == 0 {
            crate::stress::poison_object(object);
        }
        // SAFETY: the cell's fields are un-counted. Release: pairs with the fence in `Block::sweep`, so that what was
        // read of the object here happens before the cell is used again.
        unsafe { set_count(object.address(), count::FREE, Ordering::Release) };
        let freed = block.freed.load(Ordering::Relaxed).wrapping_add(1);
        // Relaxed: if this and `mark_full` miss each other, or two workers of a pause add at once, the block waits for its next
        // freed cell, or for a trace.
        block.freed.store(freed, Ordering::Relaxed);
        if block.state.load(Ordering::Acquire) == state::FULL
            && freed.wrapping_sub(block.full_mark.load(Ordering::Relaxed)) >= HeapState::full_threshold(block)
            && block
                .state
                .compare_exchange(state::FULL, state::LISTED, Ordering::SeqCst, Ordering::SeqCst)
                .is_ok()
        {
            self.listed[block.window_index()].lock().push(block);
        }
    }

    pub(crate) fn start_committer(&self) -> Result<(), OutOfMemory> {
        self.committer.running.store(1, Ordering::SeqCst);
        let argument = core::ptr::from_ref(self).cast_mut().cast::<()>();
        // SAFETY: the heap's drop waits for the thread to end before anything of the heap goes.
        let started =
            unsafe { self.platform.spawn_thread("heap committer", 256 << 10, committer_entry, argument) };
        if started.is_err() {
            self.committer.running.store(0, Ordering::SeqCst);
            return Err(OutOfMemory);
        }
        Ok(())
    }

    /// Ends the committer's thread and waits for it.
    pub(crate) fn stop_committer(&self) {
        self.committer.stop.store(1, Ordering::SeqCst);
        self.wake_committer();
        while self.committer.running.load(Ordering::SeqCst) != 0 {
            self.platform.park(&self.committer.running, 1, Some(10_000_000));
        }
    }

    pub(crate) fn wake_committer(&self) {
        self.committer.signal.fetch_add(1, Ordering::SeqCst);
        self.platform.unpark(&self.committer.signal, 1);
    }

    fn run_committer(&self) {
        let interval = self.configuration.finalizer_interval_nanoseconds;
        let mut epoch_seen = self.epoch();
        let mut epoch_trimmed = 0;
        let mut deadline = self.platform.monotonic_nanoseconds().saturating_add(interval);
        loop {
            let signal = self.committer.signal.load(Ordering::SeqCst);
            if self.committer.stop.load(Ordering::SeqCst) != 0 {
                return;
            }
            if !self.handshake.is_busy() && !on(Fault::CommitterLeftBehind) {
                let idle = {
                    let mut ledger = self.ledger.lock();
                    ledger.commit(self, 0, || !self.handshake.is_busy())
                };
                if idle {
                    self.give_notice();
                    if self.epoch() != epoch_trimmed {
                        epoch_trimmed = self.epoch();
                        self.trim();
                    }
                    if self.finalizers.has_incoming() {
                        self.pause_from_outside();
                    }
                    self.client().committer_rests();
                }
            }
            let now = self.platform.monotonic_nanoseconds();
            if self.epoch() != epoch_seen {
                epoch_seen = self.epoch();
                deadline = now.saturating_add(interval);
            } else if now >= deadline {
                deadline = now.saturating_add(interval);
                if self.finalizers.registered.load(Ordering::Relaxed) > 0 {
                    self.pause_from_outside();
                    continue;
                }
            }
            let timeout = (self.finalizers.registered.load(Ordering::Relaxed) > 0)
                .then(|| deadline.saturating_sub(now).max(1));
            let timeout = timeout.or(Some(interval.max(1_000_000)));
            self.platform.park(&self.committer.signal, signal, timeout);
        }
    }

    /// Tells mutators what waits for them. Not with the ledger held: the registry comes first.
    fn give_notice(&self) {
        let notices = self.finalizers.notices();
        if notices == 0 {
            return;
        }
        for mutator in self.registry.lock().iter() {
            // SAFETY: mutators in the registry are alive while it is locked; the poll word is atomic.
            unsafe { &**mutator }.participant.poll.fetch_or(notices, Ordering::Relaxed);
        }
    }

    /// Gives listed blocks that are empty back to the pool, looking at no more than `at_most` of each class.
    ///
    /// A block in a common list is nobody's: while it is out of the list here, no thread finds it, and no pause relists it,
    /// because the caller holds the ledger. It holds nothing young, because a pause listed it and nobody acquired it since.
    pub(crate) fn return_empty_blocks(&self, _ledger: &mut Ledger, list: &Mutex<BlockList>, at_most: usize) {
        let length = list.lock().length.min(at_most);
        for _ in 0..length {
            let Some(block) = list.lock().pop() else {
                break;
            };
            if block.is_empty() {
                if block.native.load(Ordering::Relaxed) {
                    block.cells().for_each(|cell| self.destruct(cell));
                }
                self.pool.lock().return_blocks(block, 1);
            } else {
                list.lock().push(block);
            }
        }
    }

    /// Looks at all listed blocks, a class at a time with the ledger held, then gives the pool's surplus back to the platform.
    fn trim(&self) {
        for list in &self.listed {
            if self.handshake.is_busy() {
                return;
            }
            self.return_empty_blocks(&mut self.ledger.lock(), list, usize::MAX);
        }
        self.trim_pool(KEEP_WARM_BLOCKS);
    }

    /// Gives free blocks back to the platform, but for `at_least` and one for every eight in use.
    pub(crate) fn trim_pool(&self, at_least: usize) {
        let mut pool = self.pool.lock();
        let keep = at_least.max(pool.bytes_in_use / crate::geometry::BLOCK_BYTES / 8);
        if pool.warm_blocks() > keep {
            pool.trim(keep);
        }
    }
}

impl Block {
    /// The index of the list a block of cells belongs to.
    pub(crate) fn window_index(&self) -> usize {
        let class = self.class.load(Ordering::Relaxed) as usize;
        if self.native.load(Ordering::Relaxed) { class + CLASS_COUNT } else { class }
    }
}

/// The committer's thread, as others see it.
pub(crate) struct Committer {
    signal: AtomicU32,
    stop: AtomicU32,
    running: AtomicU32,
}

impl Committer {
    pub(crate) const fn new() -> Committer {
        Committer { signal: AtomicU32::new(0), stop: AtomicU32::new(0), running: AtomicU32::new(0) }
    }
}

unsafe extern "C" fn committer_entry(argument: *mut ()) {
    // SAFETY: `start_committer` passes the heap, whose drop waits for `running` to become 0.
    let heap = unsafe { &*argument.cast::<HeapState>() };
    heap.run_committer();
    let platform = heap.platform;
    let running = &raw const heap.committer.running;
    heap.committer.running.store(0, Ordering::SeqCst);
    // The heap may be gone from here on: only the address is used.
    platform.unpark(running, usize::MAX);
}
