//! What a pause does to counts: apply logs, count roots, promote.
//!
//! Invariants: counting up is a compare-and-swap on the byte, and whoever takes it from 0 promotes the object: flags it
//! mature and counts its fields in turn, with an explicit worklist (rule 5). No count goes down here. After the roots, every
//! cell with count 0 is free.

use alloc::vec::Vec;

use crate::block::count;
use crate::fault::{Fault, on};
use crate::gang::{Entries, Task};
use crate::geometry::{count_of, logged_bit};
use crate::heap::HeapState;
use crate::large::{slot_index, span_logged_bit};
use crate::log::{Entry, Log, Segment, read_entry};
use crate::object::{ObjectRef, SMALL_SLOTS, flag, is_reference};
use crate::sync::Ordering;

/// Slots of an object counted before others get a turn (rule 3).
const CHUNK_SLOTS: usize = 4096;
/// Worklist entries between two looks at whether others want some.
const TURN: usize = 256;

/// One thread's work in a pause.
pub(crate) struct Worker<'h> {
    pub(crate) heap: &'h HeapState,
    pub(crate) epoch: u64,
    pub(crate) parity: usize,
    /// Objects to count the fields of, and from which slot on.
    stack: Entries,
    /// Roots this worker was first to find.
    pub(crate) rooted: Vec<usize>,
    /// Make sure that what is counted is an object: under stress.
    checked: bool,
    /// Whose fields are being counted, for the messages of failed checks; 0 for roots.
    holder: usize,
    /// Only collect roots, for the backup trace.
    pub(crate) collect_only: bool,
    pub(crate) candidates: Vec<usize>,
    pub(crate) promoted_objects: usize,
    pub(crate) promoted_bytes: usize,
    pub(crate) logged_entries: usize,
    /// Decrements this pause queues.
    pub(crate) decrements: Log,
    /// What is traced, not counted: set while the backup trace runs.
    pub(crate) tracing: bool,
    /// Count down instead of up: the worklist holds dying objects.
    pub(crate) committing: bool,
    pub(crate) freed_objects: u64,
    pub(crate) freed_bytes: usize,
    /// Objects about to die that have a finalizer or a weak cell.
    pub(crate) unusual: Vec<usize>,
}

impl<'h> Worker<'h> {
    pub(crate) fn new(heap: &'h HeapState, epoch: u64, parity: usize) -> Worker<'h> {
        Worker {
            heap,
            epoch,
            parity,
            stack: Vec::new(),
            rooted: Vec::new(),
            checked: heap.configuration.stress_seed.is_some(),
            holder: 0,
            collect_only: false,
            candidates: Vec::new(),
            promoted_objects: 0,
            promoted_bytes: 0,
            logged_entries: 0,
            decrements: Log::new(),
            tracing: false,
            committing: false,
            freed_objects: 0,
            freed_bytes: 0,
            unusual: Vec::new(),
        }
    }

    /// Counts one more reference to the object at `address`.
    #[inline]
    pub(crate) fn count_up(&mut self, address: usize) {
        if self.checked {
            self.heap.assert_cell(address);
        }
        // SAFETY: a live object's chunk is mapped.
        let byte = unsafe { count_of(address) };
        let mut before = byte.load(Ordering::Relaxed);
        loop {
            if before == count::STUCK {
                return;
            }
            assert!(
                !self.checked || before != count::DYING,
                "heap check: a reference to a dying object at {address:#x}"
            );
            let after = if before == count::LARGEST { count::STUCK } else { before + 1 };
            // Relaxed: only the number matters; what promotion writes is ordered by the end of the pause.
            match byte.compare_exchange_weak(before, after, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => break,
                Err(now) => before = now,
            }
        }
        if self.checked && before == count::FREE && !self.tracing {
            self.assert_young(address);
        }
        if before == count::FREE || (before == 1 && on(Fault::PromotedTwice)) {
            self.promote(address);
        }
    }

    /// Under stress: what is counted for the first time was allocated in this epoch. Anything else was freed too early.
    fn assert_young(&self, address: usize) {
        let young = self.heap.resolve(address).is_some_and(|(block, cell)| block.is_young(cell, self.epoch));
        // SAFETY: asserted to be a cell by the caller; its header may be stale, which is what is to be shown.
        let kind = unsafe { ObjectRef::from_address(address) }.kind();
        let holder = match self.holder {
            0 => None,
            // SAFETY: the holder is alive.
            holder => Some((holder, unsafe { ObjectRef::from_address(holder) }.kind())),
        };
        assert!(
            young,
            "heap check: a reference to {address:#x} of kind {kind}, which is free; held by {holder:x?} (address, kind)"
        );
    }

    /// The object has become mature.
    fn promote(&mut self, address: usize) {
        // SAFETY: a live object.
        let object = unsafe { ObjectRef::from_address(address) };
        let flags = object.flags();
        let kind = if object.slot_count() <= SMALL_SLOTS { flag::UNLOGGED } else { flag::SLOTLOG };
        // This worker alone took the count from 0, so it alone writes the flags.
        object.flags.store(flags | kind, Ordering::Relaxed);
        if flags & flag::STUCK != 0 {
            // SAFETY: as above.
            unsafe { count_of(address) }.store(count::STUCK, Ordering::Relaxed);
        }
        self.promoted_objects += 1;
        self.promoted_bytes += crate::block::object_capacity(&object);
        if object.slot_count() > 0 || self.tracing {
            self.stack.push((address, 0));
        }
    }

    /// The same for one whose count has just become stuck.
    pub(crate) fn promote_stuck(&mut self, address: usize) {
        self.promote(address);
    }

    /// Counts the fields of all promoted objects, and so on.
    pub(crate) fn drain(&mut self) {
        while let Some((address, from)) = self.stack.pop() {
            self.count_fields(address, from);
        }
    }

    /// The same for a while; then `Some`, with entries for other workers if they are `wanted` and there are enough. `None` when
    /// nothing is left.
    pub(crate) fn drain_some(&mut self, wanted: bool) -> Option<Entries> {
        for _ in 0..TURN {
            let (address, from) = self.stack.pop()?;
            if self.committing {
                self.bury(address, from);
            } else {
                self.count_fields(address, from);
            }
        }
        if wanted && self.stack.len() >= 2 {
            // The older half: nearer to the roots, so there is more below it.
            let half = self.stack.len() / 2;
            return Some(self.stack.drain(..half).collect());
        }
        Some(Entries::new())
    }

    /// Puts an object on the worklist.
    pub(crate) fn push_entry(&mut self, address: usize, from: u32) {
        self.stack.push((address, from));
    }

    pub(crate) fn is_drained(&self) -> bool {
        self.stack.is_empty()
    }

    /// Takes over what another worker gave away.
    pub(crate) fn adopt(&mut self, entries: Entries) {
        self.stack.extend(entries);
    }

    /// Starts on a task; what it leaves on the worklist is drained by the caller.
    pub(crate) fn begin_task(&mut self, task: Task<'_>) {
        match task {
            Task::Segment(segment) => self.apply_segment(segment),
            Task::Roots(mutator) => self.scan_thread(mutator),
            Task::ExactRoots(mutator) => self.scan_exactly(mutator),
            Task::Globals => self.scan_globals(),
            Task::Candidates(cells) => cells.iter().for_each(|cell| self.count_root(*cell)),
            Task::Commit(segment, position) => self.commit_from(segment, position),
            Task::Dying(entries) => self.stack.extend_from_slice(entries),
            Task::Uncount(objects) => objects.iter().for_each(|object| self.count_down(*object)),
        }
    }

    #[inline]
    fn count_fields(&mut self, address: usize, from: u32) {
        // SAFETY: a promoted object is alive.
        let object = unsafe { ObjectRef::from_address(address) };
        let slots = object.slot_count();
        let first = from as usize;
        let end = slots.min(first + CHUNK_SLOTS);
        if end < slots {
            self.stack.push((address, end as u32));
        }
        self.holder = address;
        for slot in first..end {
            // SAFETY: below the slot count.
            let word = unsafe { object.slot_unchecked(slot) };
            if is_reference(word) {
                self.count_up(word as usize);
            }
        }
        self.holder = 0;
        if self.tracing && first == 0 {
            self.trace_extra(object);
        }
    }

    /// Applies a segment of a log: counts up what its slots hold now, and makes them loggable again.
    pub(crate) fn apply_segment(&mut self, segment: &Segment) {
        let words = segment.words();
        let mut position = 0;
        while let Some((entry, next)) = read_entry(words, position) {
            position = next;
            self.logged_entries += 1;
            match entry {
                Entry::Slot { address, .. } => {
                    // SAFETY: a slot logged in this epoch belongs to an object that is still there.
                    let bit = unsafe { logged_bit(address) };
                    if !on(Fault::LoggedBitKept) {
                        // A plain store would do for one thread; workers share words of the bitmap.
                        bit.word.fetch_and(!bit.mask, Ordering::Relaxed);
                    }
                    self.count_slot(address);
                }
                Entry::SpanSlot { address, .. } => {
                    if let Some((_, object)) = self.heap.resolve(address) {
                        // SAFETY: as above.
                        let holder = unsafe { ObjectRef::from_address(object) };
                        if let Some(bit) = span_logged_bit(&holder, slot_index(object, address)) {
                            bit.word.fetch_and(!bit.mask, Ordering::Relaxed);
                        }
                    }
                    self.count_slot(address);
                }
                Entry::Object { object, .. } => {
                    // SAFETY: as above.
                    let object = unsafe { ObjectRef::from_address(object) };
                    object.flags.fetch_or(flag::UNLOGGED, Ordering::Relaxed);
                    for slot in 0..object.slot_count() {
                        self.count_slot(object.slot_address(slot));
                    }
                }
                Entry::Stuck { object } => {
                    // SAFETY: an object allocated in this epoch, which its entry keeps.
                    let byte = unsafe { count_of(object) };
                    if byte.swap(count::STUCK, Ordering::Relaxed) == count::FREE {
                        self.promote(object);
                    }
                }
                Entry::Increment { object } => self.count_up(object),
                Entry::Decrement { .. } => {}
            }
        }
    }

    fn count_slot(&mut self, address: usize) {
        if on(Fault::LogNotCounted) {
            return;
        }
        let place = core::ptr::with_exposed_provenance::<crate::sync::AtomicU64>(address);
        // SAFETY: a slot of a live object.
        let word = unsafe { &*place }.load(Ordering::Relaxed);
        if is_reference(word) {
            if self.checked {
                self.holder = self.heap.resolve(address).map_or(0, |(_, cell)| cell);
            }
            self.count_up(word as usize);
            self.holder = 0;
        }
    }
}

/// Un-counts the old values of a segment through `decrement`, from `position` on; where it stopped, or `None` at the end.
/// `decrement` says whether there is time for more.
pub(crate) fn commit_segment(
    segment: &Segment,
    mut position: usize,
    mut decrement: impl FnMut(usize) -> bool,
) -> Option<usize> {
    while let Some((entry, next)) = read_entry(segment.words(), position) {
        position = next;
        let mut more = true;
        match entry {
            Entry::Slot { old, .. } | Entry::SpanSlot { old, .. } => {
                if is_reference(old) {
                    more = decrement(old as usize);
                }
            }
            Entry::Object { old, .. } => {
                for &word in old {
                    if is_reference(word) {
                        more = decrement(word as usize);
                    }
                }
            }
            Entry::Decrement { object } => more = decrement(object),
            Entry::Stuck { .. } | Entry::Increment { .. } => {}
        }
        if !more {
            return Some(position);
        }
    }
    None
}
