//! Allocation: a bump through the free runs of this thread's own block.
//!
//! A thread has, per size class, one block whose free set it worked out when it acquired it; a *window* is the piece of a
//! free run that has been zeroed and not yet used. Zeroing a piece of 2 KiB at a time costs less per cell than zeroing each,
//! and the piece is still in the nearest cache when it is used.
//!
//! Invariants: no lock and no atomic read-modify-write per object; an epoch ends only before a cell is taken, so an object
//! returned is intact until its holder's next safepoint. In stress every window holds one cell, so every allocation comes
//! by [`Mutator::allocate_slow`].

use core::cell::Cell;

use crate::block::{Block, count, state};
use crate::client::{AllocationOptions, OutOfMemory};
use crate::geometry::{BLOCK_BITMAP_WORDS, BLOCK_MASK, GRANULE_BYTES, free_set};
use crate::heap::HeapState;
use crate::mutator::{Mutator, poll};
use crate::object::{HEADER_BYTES, Object, ObjectRef, flag};
use crate::size_class::{
    CELL_BYTES, CLASS_COUNT, LARGEST_CELL_BYTES, TABLE_BYTES, class_and_cell_bytes, class_of,
};
use crate::sync::Ordering;

/// Bytes zeroed at a time.
const PIECE_BYTES: usize = 2048;
/// A swept block with fewer free cells than one in so many counts as full.
const FULL_FRACTION: u32 = 16;

/// Where the next cell of a class comes from.
pub(crate) struct Window {
    /// The next free cell; also the block's cursor.
    pub(crate) cursor: Cell<usize>,
    /// End of the zeroed piece.
    pub(crate) limit: Cell<usize>,
    /// End of the free run the piece is from.
    run_end: Cell<usize>,
    pub(crate) block: Cell<*const Block>,
    /// The block reads as zero already.
    zeroed: Cell<bool>,
}

impl Window {
    pub(crate) fn new() -> Window {
        Window {
            cursor: Cell::new(0),
            limit: Cell::new(0),
            run_end: Cell::new(0),
            block: Cell::new(core::ptr::null()),
            zeroed: Cell::new(false),
        }
    }

    /// Records in the block how far the thread has come. By the owner, or with the owner standing still.
    pub(crate) fn write_cursor_back(&self) {
        // SAFETY: headers live as long as the heap.
        if let Some(block) = unsafe { self.block.get().as_ref() } {
            let offset = self.cursor.get() - block.start();
            block.cursor.store(offset as u32, Ordering::Relaxed);
        }
    }

    /// Gives the block up; its state becomes `RETIRED`.
    ///
    /// # Safety
    /// By the owner, or with the owner standing still.
    pub(crate) unsafe fn release<'a>(&self) -> Option<&'a Block> {
        // SAFETY: headers live as long as the heap.
        let block = unsafe { self.block.get().as_ref() }?;
        block.state.store(state::RETIRED, Ordering::Release);
        self.block.set(core::ptr::null());
        self.cursor.set(0);
        self.limit.set(0);
        self.run_end.set(0);
        Some(block)
    }

    #[inline(always)]
    fn take(&self, cell_bytes: usize) -> Option<usize> {
        let cell = self.cursor.get();
        let next = cell + cell_bytes;
        if next <= self.limit.get() {
            self.cursor.set(next);
            Some(cell)
        } else {
            None
        }
    }

    /// Opens the next piece of the current block.
    fn next_piece(&self, starts: &[u64; BLOCK_BITMAP_WORDS], cell_bytes: usize, piece_bytes: usize) -> bool {
        // SAFETY: headers live as long as the heap.
        let Some(block) = (unsafe { self.block.get().as_ref() }) else {
            return false;
        };
        let base = block.start();
        let mut from = self.limit.get();
        if from >= self.run_end.get() {
            // SAFETY: the block is this thread's, in a mapped chunk.
            let set = unsafe { free_set(base) };
            let granule = (self.run_end.get() - base) / GRANULE_BYTES;
            let Some(run_start) = next_bit(|word| set[word].load(Ordering::Relaxed), granule) else {
                return false;
            };
            let run_end = next_bit(|word| starts[word] & !set[word].load(Ordering::Relaxed), run_start)
                .map_or(block.end_offset(), |end| end * GRANULE_BYTES);
            from = base + run_start * GRANULE_BYTES;
            self.run_end.set(base + run_end);
            self.cursor.set(from);
        }
        let cells = (piece_bytes / cell_bytes).max(1);
        let to = (from + cells * cell_bytes).min(self.run_end.get());
        if !self.zeroed.get() {
            // SAFETY: the cells from `from` to `to` are free and this thread's.
            unsafe {
                core::ptr::write_bytes(core::ptr::with_exposed_provenance_mut::<u8>(from), 0, to - from);
            }
        }
        self.limit.set(to);
        true
    }
}

/// The first set bit at or behind `from`.
fn next_bit(word: impl Fn(usize) -> u64, from: usize) -> Option<usize> {
    let mut index = from / 64;
    if index >= BLOCK_BITMAP_WORDS {
        return None;
    }
    let mut bits = word(index) & (u64::MAX << (from % 64));
    while bits == 0 {
        index += 1;
        if index >= BLOCK_BITMAP_WORDS {
            return None;
        }
        bits = word(index);
    }
    Some(index * 64 + bits.trailing_zeros() as usize)
}

impl Mutator {
    /// Allocates an object, zeroed but for its header. A safepoint, *before* the cell is taken: what this thread holds only
    /// in Rust's own memory may be gone afterwards. `shape` is not counted; what it refers to must be stuck or outlive the
    /// object.
    #[inline(always)]
    pub fn allocate(
        &self,
        kind: u8,
        shape: u64,
        slot_count: usize,
        raw_bytes: usize,
        options: AllocationOptions,
    ) -> Result<ObjectRef, OutOfMemory> {
        self.assert_no_lock();
        if options.is_empty() && slot_count <= TABLE_BYTES / 8 && raw_bytes <= TABLE_BYTES {
            let bytes = HEADER_BYTES + slot_count * 8 + raw_bytes;
            if bytes <= TABLE_BYTES {
                let (class, cell_bytes) = class_and_cell_bytes(bytes);
                let window = &self.windows[class];
                if let Some(cell) = window.take(cell_bytes) {
                    // SAFETY: a zeroed cell of this thread's, large enough.
                    return Ok(unsafe { write_header(cell, kind, shape, slot_count as u32, 0) });
                }
            }
        }
        self.allocate_slow(kind, shape, slot_count, raw_bytes, options)
    }

    #[cold]
    #[inline(never)]
    fn allocate_slow(
        &self,
        kind: u8,
        shape: u64,
        slot_count: usize,
        raw_bytes: usize,
        options: AllocationOptions,
    ) -> Result<ObjectRef, OutOfMemory> {
        let slots = u32::try_from(slot_count).map_err(|_| OutOfMemory)?;
        let bytes = slot_count
            .checked_mul(8)
            .and_then(|slots| slots.checked_add(raw_bytes)?.checked_add(HEADER_BYTES))
            .filter(|bytes| *bytes <= isize::MAX as usize / 2)
            .ok_or(OutOfMemory)?;
        self.safepoint();
        self.stress_allocation()?;
        // SAFETY: the owner, with no other borrow.
        if !unsafe { self.local() }.log.refill_spare() {
            return Err(OutOfMemory);
        }
        let native = options.contains(AllocationOptions::NATIVE_MEMORY);
        let mut flags = 0;
        if native {
            flags |= flag::NATIVE;
        }
        if options.contains(AllocationOptions::STUCK) {
            flags |= flag::STUCK;
        }
        let object = if bytes > LARGEST_CELL_BYTES {
            let address = self.allocate_large(bytes, slot_count)?;
            // SAFETY: a zeroed span of this thread's, large enough.
            unsafe { write_header(address, kind, shape, slots, flags | flag::LARGE) }
        } else {
            let class = class_of(bytes);
            let cell = self.take_cell(class, native)?;
            // SAFETY: a zeroed cell of this thread's, large enough.
            unsafe { write_header(cell, kind, shape, slots, flags) }
        };
        if options.contains(AllocationOptions::STUCK) {
            // SAFETY: the owner, with no other borrow.
            unsafe { self.local() }.log.push_stuck(object.address());
        }
        if options.contains(AllocationOptions::FINALIZABLE) {
            self.mark_finalizable(object);
        }
        Ok(object)
    }

    /// A zeroed cell. May end an epoch first.
    fn take_cell(&self, class: usize, native: bool) -> Result<usize, OutOfMemory> {
        let index = if native { class + CLASS_COUNT } else { class };
        let cell_bytes = CELL_BYTES[class] as usize;
        let window = &self.windows[index];
        let mut emergency = false;
        loop {
            if let Some(cell) = window.take(cell_bytes) {
                return Ok(cell);
            }
            // SAFETY: the owner, with no other borrow; `stress` does not change after `attach`.
            let stressed = unsafe { self.local() }.stress.is_some();
            let piece = if stressed { cell_bytes } else { PIECE_BYTES };
            if window.next_piece(&self.heap.start_masks[class], cell_bytes, piece) {
                continue;
            }
            // SAFETY: the owner.
            if let Some(block) = unsafe { window.release() } {
                block.cursor.store(BLOCK_MASK as u32 + 1, Ordering::Relaxed);
                // SAFETY: the owner, with no other borrow.
                let local = unsafe { self.local() };
                if crate::fault::on(crate::fault::Fault::BlockReacquired) {
                    block.state.store(state::LISTED, Ordering::Release);
                    local.available[index].push(block);
                } else {
                    local.retired.push(block);
                }
            }
            let heap = &*self.heap;
            if heap.usage.allocated_since_pause.load(Ordering::Relaxed)
                >= heap.epoch_limit.load(Ordering::Relaxed)
            {
                self.run_epoch();
            }
            match self.acquire_block(class, index, native) {
                Some(block) => {
                    let start = block.start();
                    window.zeroed.set(block.fresh.swap(false, Ordering::Relaxed));
                    window.cursor.set(start);
                    window.limit.set(start);
                    window.run_end.set(start);
                    window.block.set(block);
                }
                None if emergency => return Err(OutOfMemory),
                None => {
                    emergency = true;
                    self.collect_for_memory();
                }
            }
        }
    }

    /// A block with free cells, swept and stamped.
    fn acquire_block(&self, class: usize, index: usize, native: bool) -> Option<&Block> {
        let heap = &*self.heap;
        loop {
            // SAFETY: the owner, with no other borrow.
            let local = unsafe { self.local() };
            let listed = local.available[index].pop().or_else(|| heap.listed[index].lock().pop());
            let (block, free_cells) = match listed {
                Some(block) => {
                    block.state.store(state::OWNED, Ordering::Release);
                    let freed = block.freed.load(Ordering::Relaxed);
                    let free_cells = self.sweep_block(block, class, native);
                    let cells = block.cell_count.load(Ordering::Relaxed);
                    if free_cells <= cells / FULL_FRACTION {
                        if let Some(again) = heap.mark_full(block, freed) {
                            local.available[index].push(again);
                        }
                        continue;
                    }
                    (block, free_cells)
                }
                None => {
                    let block = heap.pool.lock().take_block(&heap.map)?;
                    block.format(class, native, heap.cells_at_most());
                    block.state.store(state::OWNED, Ordering::Release);
                    (block, self.sweep_block(block, class, native))
                }
            };
            block.young_epoch.store(heap.epoch(), Ordering::Relaxed);
            block.young_start.store(0, Ordering::Relaxed);
            block.cursor.store(0, Ordering::Relaxed);
            let bytes = free_cells as usize * CELL_BYTES[class] as usize;
            // SAFETY: the owner, with no other borrow.
            unsafe { self.local() }.allocates = true;
            heap.usage.allocated_since_pause.fetch_add(bytes, Ordering::Relaxed);
            heap.counters.swept(free_cells, bytes);
            return Some(block);
        }
    }

    fn sweep_block(&self, block: &Block, class: usize, native: bool) -> u32 {
        let free_cells = block.sweep(&self.heap.start_masks[class]);
        if native && free_cells > 0 && !block.fresh.load(Ordering::Relaxed) {
            for cell in block.cells() {
                // SAFETY: a cell of a mapped block.
                if unsafe { crate::geometry::count_of(cell) }.load(Ordering::Acquire) == count::FREE
                    && block.in_free_set(cell)
                {
                    self.heap.destruct(cell);
                }
            }
        }
        if self.heap.configuration.stress_seed.is_some() && !block.fresh.load(Ordering::Relaxed) {
            crate::stress::poison_free_cells(block);
        }
        free_cells
    }

    /// Writes a word into an object allocated since this thread's last safepoint and not yet published. If a safepoint did come
    /// between, this is an ordinary store; that costs one test of a byte that was just written.
    #[inline(always)]
    pub fn initialize(&self, object: ObjectRef, slot: usize, word: u64) {
        self.store(object, slot, word);
    }
}

impl Block {
    /// Whether the cell was free when the block was swept last.
    pub(crate) fn in_free_set(&self, cell: usize) -> bool {
        let granule = (cell & BLOCK_MASK) / GRANULE_BYTES;
        // SAFETY: this header's block lies in a mapped chunk.
        let word = unsafe { &free_set(self.start())[granule >> 6] };
        word.load(Ordering::Relaxed) >> (granule & 63) & 1 == 1
    }
}

impl HeapState {
    pub(crate) fn cells_at_most(&self) -> u32 {
        if self.configuration.stress_seed.is_some() {
            self.configuration.stress.cells_per_block
        } else {
            u32::MAX
        }
    }

    /// Cells the committer must free in a full block before it is listed again.
    pub(crate) fn full_threshold(block: &Block) -> u32 {
        (block.cell_count.load(Ordering::Relaxed) / 8).max(1)
    }

    /// Leaves a block to the committer, which lists it when enough of its cells are free. If that was so before the committer
    /// could see the state, the block comes back (as `LISTED`).
    fn mark_full<'a>(&self, block: &'a Block, freed_before: u32) -> Option<&'a Block> {
        block.full_mark.store(freed_before, Ordering::Relaxed);
        // SeqCst: the committer adds to `freed` and then looks at the state; we store the state and then look at `freed`.
        block.state.swap(state::FULL, Ordering::SeqCst);
        let freed = block.freed.load(Ordering::SeqCst).wrapping_sub(freed_before);
        if freed >= Self::full_threshold(block)
            && block
                .state
                .compare_exchange(state::FULL, state::LISTED, Ordering::SeqCst, Ordering::SeqCst)
                .is_ok()
        {
            return Some(block);
        }
        None
    }

    /// Recomputes the bytes that end an epoch: a share for the first thread that allocated, and half of one for each other. In a pause.
    /// Half of one, because each thread's blocks are partly unused as well, so memory grows by more than the shares. A thread that comes
    /// later has none before the next pause: many that start do not allocate much at once, and what they do not use the
    /// others would fill.
    pub(crate) fn set_epoch_limit(&self, allocating: usize) {
        let share = self.share_bytes.load(Ordering::Relaxed);
        let others = (share / 2).saturating_mul(allocating.saturating_sub(1));
        self.epoch_limit.store(share.saturating_add(others), Ordering::Relaxed);
    }
}

impl Mutator {
    /// Asks this thread to end the epoch at its next safepoint.
    pub(crate) fn want_epoch(&self) {
        self.participant.poll.fetch_or(poll::EPOCH_DUE, Ordering::Relaxed);
    }
}

/// Writes the header of a new object.
///
/// # Safety
/// `cell` is zeroed memory of the calling thread's, large enough for the header and the slots.
#[inline(always)]
unsafe fn write_header(cell: usize, kind: u8, shape: u64, slot_count: u32, flags: u8) -> ObjectRef {
    let place = core::ptr::with_exposed_provenance_mut::<Object>(cell);
    // SAFETY: aligned, in bounds and this thread's alone.
    unsafe {
        place.write(Object::new(kind, shape, slot_count, flags));
        ObjectRef::from_address(cell)
    }
}
