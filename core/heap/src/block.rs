//! A block: 64 KiB of cells of one size class, or part of the span of one large object.
//!
//! Life of a block of cells:
//!
//! ```text
//! Free -> Owned (one thread allocates) -> Retired (used up) -> [pause] -> Listed -> Owned ...
//!                                                                            \-> Full -> (committer frees cells) -> Listed
//! ```
//!
//! Invariants: a block is acquired at most once between two pauses (rule 6), because a retired block is listed only by a
//! pause; so what is young stays intact until the next one. A cell is free when its count is 0 and it was not allocated
//! in this epoch. The young test needs the free set at acquisition, the cursor, and the cursor at the last pause (rule 7).

use crate::fault::{Fault, on};
use crate::geometry::{
    BLOCK_BITMAP_WORDS, BLOCK_BITS, BLOCK_BYTES, BLOCK_MASK, CHUNK_BLOCKS, CHUNK_BYTES, CHUNK_MASK,
    FIRST_BLOCK, GRANULE_BYTES, HEADERS_BYTES, block_index, chunk_of, clear_counts, count_of, free_set,
    load_counts,
};
use crate::object::{HEADER_BYTES, Object, flag};
use crate::size_class::{CELL_BYTES, cell_index, reciprocal};
use crate::sync::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};

/// Count values. A count that reaches `LARGEST + 1` is stuck (limited-field counts: LXR).
pub(crate) mod count {
    pub(crate) const FREE: u8 = 0;
    pub(crate) const LARGEST: u8 = 0xFD;
    /// The committer is un-counting its fields.
    pub(crate) const DYING: u8 = 0xFE;
    pub(crate) const STUCK: u8 = 0xFF;
}

/// What a block is used for. The numbers are stored in [`Block::state`].
pub(crate) mod state {
    pub(crate) const FREE: u8 = 0;
    pub(crate) const OWNED: u8 = 1;
    pub(crate) const RETIRED: u8 = 2;
    pub(crate) const LISTED: u8 = 3;
    pub(crate) const FULL: u8 = 4;
    /// First block of a large object's span.
    pub(crate) const LARGE: u8 = 5;
    /// Another block of such a span.
    pub(crate) const LARGE_TAIL: u8 = 6;
}

/// A block's header, in the part of the chunk's counts that describes the tables.
#[repr(C, align(64))]
pub(crate) struct Block {
    pub(crate) state: AtomicU8,
    pub(crate) class: AtomicU8,
    /// Cells own native memory: free cells are destructed before they are used again.
    pub(crate) native: AtomicBool,
    /// Never written since it was mapped: reads as zero.
    pub(crate) fresh: AtomicBool,
    pub(crate) cell_bytes: AtomicU32,
    pub(crate) reciprocal: AtomicU32,
    pub(crate) cell_count: AtomicU32,
    /// Offset of the first byte not allocated since the block was acquired. Right when the block is not owned, or the
    /// world is stopped.
    pub(crate) cursor: AtomicU32,
    /// The cursor when the epoch `young_epoch` began.
    pub(crate) young_start: AtomicU32,
    /// The epoch in which something was allocated here last.
    pub(crate) young_epoch: AtomicU64,
    /// Cells freed by the committer, ever. Written under the ledger's lock.
    pub(crate) freed: AtomicU32,
    /// `freed` as it was before the sweep that found the block full.
    pub(crate) full_mark: AtomicU32,
    /// Cells that were not free when the block was swept last.
    pub(crate) live_cells: AtomicU32,
    pub(crate) next: AtomicPtr<Block>,
    // Large objects only:
    /// Bytes from the object's header to the end of its memory.
    pub(crate) span_bytes: AtomicUsize,
    /// For `LARGE_TAIL`: blocks back to the head. For `LARGE`: blocks in the span.
    pub(crate) span_blocks: AtomicU32,
    /// Where un-counting goes on (rule 3).
    pub(crate) resume: AtomicU32,
    /// Words of the logged bitmap of an object that spans chunks; null otherwise.
    pub(crate) span_logged: AtomicPtr<AtomicU64>,
    /// Links in the list of all large objects.
    pub(crate) large_previous: AtomicPtr<Block>,
    pub(crate) large_next: AtomicPtr<Block>,
}

const CHUNK_HEADER_BYTES: usize = 1024;
const _: () = assert!(size_of::<Block>() <= 192);
const _: () = assert!(CHUNK_HEADER_BYTES + CHUNK_BLOCKS * size_of::<Block>() <= HEADERS_BYTES);

/// A chunk's header, at its very start.
#[repr(C)]
pub(crate) struct Chunk {
    /// Next chunk of the heap, towards older ones.
    pub(crate) next: AtomicPtr<Chunk>,
    /// Bytes mapped: one chunk's, or more for a span of several.
    pub(crate) mapped_bytes: AtomicUsize,
    /// One object fills it and the chunks that follow.
    pub(crate) spans: AtomicBool,
    /// Free blocks in it.
    pub(crate) free_blocks: AtomicU32,
}
const _: () = assert!(size_of::<Chunk>() <= CHUNK_HEADER_BYTES);

impl Chunk {
    /// The chunk at an address.
    ///
    /// # Safety
    /// A chunk of the heap starts there and stays mapped for `'a`.
    #[inline(always)]
    pub(crate) unsafe fn at<'a>(address: usize) -> &'a Chunk {
        // SAFETY: the header lies at the start of every chunk; all-zero is a valid header.
        unsafe { &*core::ptr::with_exposed_provenance::<Chunk>(address) }
    }

    pub(crate) fn address(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }

    /// The header of one of its blocks.
    #[inline(always)]
    pub(crate) fn block(&self, index: usize) -> &Block {
        debug_assert!((FIRST_BLOCK..CHUNK_BLOCKS).contains(&index));
        // SAFETY: asserted above to lie within the headers (see the constant assertion); zero is a valid header.
        unsafe { block_header(self.address() + index * BLOCK_BYTES) }
    }
}

/// The header of the block that holds `address`.
///
/// # Safety
/// `address` lies in a block of objects of a chunk that stays mapped for `'a`; in a span of several chunks, in its first.
#[inline(always)]
pub(crate) unsafe fn block_header<'a>(address: usize) -> &'a Block {
    let place = chunk_of(address) + CHUNK_HEADER_BYTES + block_index(address) * size_of::<Block>();
    // SAFETY: headers lie behind the chunk's own (constant assertion above); the caller vouches for the chunk.
    unsafe { &*core::ptr::with_exposed_provenance::<Block>(place) }
}

impl Block {
    /// Where the block's bytes start.
    #[inline(always)]
    pub(crate) fn start(&self) -> usize {
        let address = core::ptr::from_ref(self).addr();
        let chunk = chunk_of(address);
        chunk + ((((address & CHUNK_MASK) - CHUNK_HEADER_BYTES) / size_of::<Block>()) << BLOCK_BITS)
    }

    /// Makes the block one of cells of `class`.
    pub(crate) fn format(&self, class: usize, native: bool, cells_at_most: u32) {
        let cell_bytes = CELL_BYTES[class];
        if native && !self.fresh.load(Ordering::Relaxed) {
            // A stale header must not look like a constructed object.
            // SAFETY: the block is free, so nobody uses its bytes.
            unsafe {
                core::ptr::write_bytes(
                    core::ptr::with_exposed_provenance_mut::<u8>(self.start()),
                    0,
                    BLOCK_BYTES,
                );
            }
        }
        self.class.store(class as u8, Ordering::Relaxed);
        self.native.store(native, Ordering::Relaxed);
        self.cell_bytes.store(cell_bytes, Ordering::Relaxed);
        self.reciprocal.store(reciprocal(cell_bytes), Ordering::Relaxed);
        let cells = (BLOCK_BYTES as u32 / cell_bytes).min(cells_at_most);
        self.cell_count.store(cells, Ordering::Relaxed);
        self.live_cells.store(0, Ordering::Relaxed);
    }

    /// One past the last byte of the last cell, as an offset.
    #[inline]
    pub(crate) fn end_offset(&self) -> usize {
        self.cell_count.load(Ordering::Relaxed) as usize * self.cell_bytes.load(Ordering::Relaxed) as usize
    }

    /// Start of the cell that holds `address`, if a whole cell does.
    #[inline]
    pub(crate) fn cell_at(&self, address: usize) -> Option<usize> {
        let offset = address & BLOCK_MASK;
        let index = cell_index(offset, self.reciprocal.load(Ordering::Relaxed));
        if index < self.cell_count.load(Ordering::Relaxed) as usize {
            Some((address & !BLOCK_MASK) + index * self.cell_bytes.load(Ordering::Relaxed) as usize)
        } else {
            None
        }
    }

    /// Whether a cell with count 0 was allocated since the last pause. The world is stopped and cursors are written back.
    pub(crate) fn is_young(&self, cell: usize, epoch: u64) -> bool {
        if self.young_epoch.load(Ordering::Relaxed) != epoch {
            return false;
        }
        if self.state.load(Ordering::Relaxed) == state::LARGE {
            return !on(Fault::LargeNeverYoung);
        }
        let offset = cell & BLOCK_MASK;
        let passed = offset >= self.young_start.load(Ordering::Relaxed) as usize
            && offset < self.cursor.load(Ordering::Relaxed) as usize;
        if !passed && !on(Fault::YoungWithoutCursor) {
            return false;
        }
        on(Fault::YoungWithoutFreeSet) || self.in_free_set(cell)
    }

    /// Works out the free set from the counts; returns the number of free cells.
    ///
    /// The committer may set counts of this block to 0 meanwhile (nobody raises one outside a pause), so each cell is
    /// seen free or not, and either is right: the committer writes 0 last, with Release, and the fence below makes what
    /// it did with the cell happen before the cell is used again (rule 11). A cell it frees after we looked waits for the
    /// next sweep.
    pub(crate) fn sweep(&self, start_mask: &[u64; BLOCK_BITMAP_WORDS]) -> u32 {
        let start = self.start();
        // SAFETY: this header's block lies in a mapped chunk.
        let set = unsafe { free_set(start) };
        let mut free_cells = 0;
        // The counts of a block that was never used are all 0, and reading them would map a page.
        let fresh = self.fresh.load(Ordering::Relaxed);
        for (index, (place, &mask)) in set.iter().zip(start_mask).enumerate() {
            let free = if mask == 0 || fresh {
                mask
            } else {
                mask & zero_counts(start + index * 64 * GRANULE_BYTES)
            };
            place.store(free, Ordering::Relaxed);
            free_cells += free.count_ones();
        }
        if !on(Fault::SweepWithoutFence) {
            fence(Ordering::Acquire);
        }
        self.live_cells.store(self.cell_count.load(Ordering::Relaxed) - free_cells, Ordering::Relaxed);
        free_cells
    }

    /// Cells whose count is not 0.
    pub(crate) fn occupied_cells(&self) -> u32 {
        let start = self.start();
        let words = self.end_offset().div_ceil(64 * GRANULE_BYTES);
        (0..words).map(|word| zero_counts(start + word * 64 * GRANULE_BYTES).count_zeros()).sum()
    }

    /// Groups of eight granules up to the end of the last cell: all counts but those of their granules are 0.
    fn count_groups(&self) -> impl Iterator<Item = usize> + use<> {
        let start = self.start();
        (start..start + self.end_offset()).step_by(8 * GRANULE_BYTES)
    }

    /// Sets the counts of all cells to 0. The world is stopped.
    pub(crate) fn clear_counts(&self) {
        for group in self.count_groups() {
            // SAFETY: eight granules of this block, which lies in a mapped chunk.
            unsafe { clear_counts(group) };
        }
    }

    /// Cells with count 0 that were allocated since the last pause. As [`Block::is_young`].
    pub(crate) fn young_cells(&self, epoch: u64) -> u32 {
        if self.young_epoch.load(Ordering::Relaxed) != epoch {
            return 0;
        }
        // SAFETY: a cell of this block, which lies in a mapped chunk.
        let is_uncounted = |cell: usize| unsafe { count_of(cell) }.load(Ordering::Relaxed) == count::FREE;
        self.cells().filter(|&cell| is_uncounted(cell) && self.is_young(cell, epoch)).count() as u32
    }

    /// Whether every count is 0.
    pub(crate) fn is_empty(&self) -> bool {
        let empty = self.count_groups().all(|group| {
            // SAFETY: eight granules of this block, which lies in a mapped chunk.
            unsafe { load_counts(group) == 0 }
        });
        fence(Ordering::Acquire);
        empty
    }

    /// The addresses of all cells.
    pub(crate) fn cells(&self) -> impl Iterator<Item = usize> + use<> {
        let start = self.start();
        let bytes = self.cell_bytes.load(Ordering::Relaxed) as usize;
        (0..self.cell_count.load(Ordering::Relaxed) as usize).map(move |index| start + index * bytes)
    }
}

/// A bit for each of 64 granules from `address`: its count is 0.
fn zero_counts(address: usize) -> u64 {
    let mut bits = 0;
    for group in 0..8 {
        // SAFETY: called for granules of one block, which lies in a mapped chunk.
        let counts = unsafe { load_counts(address + group * 8 * GRANULE_BYTES) };
        let byte = if counts == 0 {
            0xFF
        } else {
            // The high bit of each byte: set if the byte is not 0 (no carry crosses bytes); then eight bits gathered.
            const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
            let occupied = (((counts & LOW) + LOW) | counts) & !LOW;
            let occupied = (occupied >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            !occupied & 0xFF
        };
        bits |= byte << (group * 8);
    }
    bits
}

/// Bits of the granules at which cells of `class` start.
pub(crate) fn start_mask(class: usize, cells_at_most: u32) -> [u64; BLOCK_BITMAP_WORDS] {
    let cell_bytes = CELL_BYTES[class] as usize;
    let cells = (BLOCK_BYTES / cell_bytes).min(cells_at_most as usize);
    let mut mask = [0u64; BLOCK_BITMAP_WORDS];
    for cell in 0..cells {
        let granule = cell * cell_bytes / GRANULE_BYTES;
        mask[granule >> 6] |= 1 << (granule & 63);
    }
    mask
}

/// Bytes the memory of an object has, from its header on.
pub(crate) fn object_capacity(object: &Object) -> usize {
    // SAFETY: objects live in mapped chunks, and an object's header lies in its span's first chunk.
    let block = unsafe { block_header(object.address()) };
    if object.flags() & flag::LARGE != 0 {
        block.span_bytes.load(Ordering::Relaxed)
    } else {
        block.cell_bytes.load(Ordering::Relaxed) as usize
    }
}

/// Bytes behind the slots.
#[inline]
pub(crate) fn raw_capacity(object: &Object) -> usize {
    object_capacity(object) - HEADER_BYTES - object.slot_count() * 8
}

/// Sets a count while nobody else looks at it as more than a hint: a cell the committer owns, or a stopped world.
///
/// # Safety
/// `address` is the start of a cell of a mapped chunk.
#[inline(always)]
pub(crate) unsafe fn set_count(address: usize, value: u8, order: Ordering) {
    // SAFETY: passed on.
    unsafe { count_of(address) }.store(value, order);
}

/// An intrusive list of blocks, first in, first out.
pub(crate) struct BlockList {
    first: *const Block,
    last: *const Block,
    pub(crate) length: usize,
}

// SAFETY: the list owns its links; blocks are shared structures of the heap.
unsafe impl Send for BlockList {}

impl BlockList {
    pub(crate) const fn new() -> BlockList {
        BlockList { first: core::ptr::null(), last: core::ptr::null(), length: 0 }
    }

    pub(crate) fn new_array<const N: usize>() -> [BlockList; N] {
        core::array::from_fn(|_| BlockList::new())
    }

    pub(crate) fn push(&mut self, block: &Block) {
        block.next.store(core::ptr::null_mut(), Ordering::Relaxed);
        if self.first.is_null() {
            self.first = block;
        } else {
            // SAFETY: `last` is a block of this list; headers live as long as the heap.
            unsafe { &*self.last }.next.store(core::ptr::from_ref(block).cast_mut(), Ordering::Relaxed);
        }
        self.last = block;
        self.length += 1;
    }

    pub(crate) fn pop<'a>(&mut self) -> Option<&'a Block> {
        if self.first.is_null() {
            return None;
        }
        // SAFETY: a block of this list; headers live as long as the heap.
        let block = unsafe { &*self.first };
        self.first = block.next.load(Ordering::Relaxed);
        self.length -= 1;
        if self.first.is_null() {
            self.last = core::ptr::null();
        }
        Some(block)
    }

    pub(crate) fn append(&mut self, other: &mut BlockList) {
        if other.first.is_null() {
            return;
        }
        if self.first.is_null() {
            self.first = other.first;
        } else {
            // SAFETY: as in `push`.
            unsafe { &*self.last }.next.store(other.first.cast_mut(), Ordering::Relaxed);
        }
        self.last = other.last;
        self.length += other.length;
        *other = BlockList::new();
    }
}

/// Bytes of a chunk that hold objects.
pub(crate) const CHUNK_OBJECT_BYTES: usize = CHUNK_BYTES - FIRST_BLOCK * BLOCK_BYTES;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_have_one_bit_per_cell() {
        for (class, cell_bytes) in CELL_BYTES.iter().enumerate() {
            let bits: u32 = start_mask(class, u32::MAX).iter().map(|word| word.count_ones()).sum();
            assert_eq!(bits, BLOCK_BYTES as u32 / cell_bytes);
            let few: u32 = start_mask(class, 5).iter().map(|word| word.count_ones()).sum();
            assert_eq!(few, 5.min(BLOCK_BYTES as u32 / cell_bytes));
        }
    }
}
