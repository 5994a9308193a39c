//! All cells of a heap, numbered: where the checker notes what it finds about each.
//!
//! Cells are numbered in the order in which their blocks were entered and lie in them, so a cell's number is that of its block's first
//! plus its place in the block. Finding a cell's number takes two loads from tables that stay in the processor's cache, and neither the block's header nor
//! the count nor the object, each on a page of its own, is touched. Under stress, where a block has few cells, that is most
//! of what a check costs.
//!
//! Invariant: only what is the exact start of a listed cell has a number.

use alloc::vec::Vec;

use crate::block::Block;
use crate::geometry::{BLOCK_MASK, CHUNK_BITS, CHUNK_BLOCKS, block_index, count_of};
use crate::size_class::cell_index;
use crate::sync::{AtomicU64, Ordering};

/// A line of the processor's cache, or less.
const LINE_BYTES: usize = 64;
/// The most that is read of a block before its cells are walked.
const TOUCHED_BYTES: usize = 512;

/// What references demand of what they refer to, or the worklist says of it.
pub(crate) mod demand {
    /// A living object or a root holder refers to it.
    pub(crate) const LIVE: u8 = 1;
    /// A shared object refers to it.
    pub(crate) const SHARED: u8 = 2;
    /// It is on the committer's worklist.
    pub(crate) const DYING: u8 = 4;
}

/// What is known of one cell.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cell {
    /// References found.
    pub(crate) held: u32,
    /// The count byte.
    pub(crate) count: u8,
    /// The object's flags, unless the cell is free.
    pub(crate) flags: u8,
    pub(crate) demands: u8,
}

/// The cells of one block.
#[derive(Clone, Copy, Default)]
struct Extent {
    first: u32,
    cells: u32,
    cell_bytes: u32,
    reciprocal: u32,
}

/// The cells of one block, to walk.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    start: usize,
    first: usize,
    cells: usize,
    pub(crate) cell_bytes: u32,
}

impl Run {
    /// Address and number of each cell.
    #[inline]
    pub(crate) fn cells(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let Run { start, first, cells, cell_bytes } = *self;
        (0..cells).map(move |index| (start + index * cell_bytes as usize, first + index))
    }

    /// Brings the counts and the objects of a block with few cells, as blocks are under stress, into the cache. Nothing here waits for what
    /// was read, so the processor fetches for many blocks at once.
    #[inline]
    pub(crate) fn touch(&self) {
        let bytes = (self.cells * self.cell_bytes as usize).min(TOUCHED_BYTES);
        // SAFETY: the first cell of a mapped block.
        let mut seen = u64::from(unsafe { count_of(self.start) }.load(Ordering::Relaxed));
        for address in (self.start..self.start + bytes).step_by(LINE_BYTES) {
            let place = core::ptr::with_exposed_provenance::<AtomicU64>(address);
            // SAFETY: within the cells of a mapped block; the world is stopped, so nobody writes.
            seen ^= unsafe { &*place }.load(Ordering::Relaxed);
        }
        core::hint::black_box(seen);
    }
}

/// A chunk's place in the list of extents.
#[derive(Clone, Copy, Default)]
struct Place {
    /// Number of the chunk in the address space, plus 1; 0 for an empty place.
    key: usize,
    base: usize,
}

/// The list. Its memory is kept from one use to the next.
pub(crate) struct Inventory {
    /// A hash table with linear probing, at most half full; its length is a power of two.
    places: Vec<Place>,
    chunks: usize,
    /// For each chunk in `places`, one for each of its blocks.
    extents: Vec<Extent>,
    /// Address of each block in `extents` that has cells, and its index there.
    blocks: Vec<(usize, usize)>,
    cells: Vec<Cell>,
}

impl Inventory {
    pub(crate) const fn new() -> Inventory {
        Inventory {
            places: Vec::new(),
            chunks: 0,
            extents: Vec::new(),
            blocks: Vec::new(),
            cells: Vec::new(),
        }
    }

    pub(crate) fn clear(&mut self) {
        self.places.fill(Place::default());
        self.chunks = 0;
        self.extents.clear();
        self.blocks.clear();
        self.cells.clear();
    }

    /// Enters a block of cells; false if it was there already.
    pub(crate) fn enter_block(&mut self, block: &Block) -> bool {
        let extent = Extent {
            first: 0,
            cells: block.cell_count.load(Ordering::Relaxed),
            cell_bytes: block.cell_bytes.load(Ordering::Relaxed),
            reciprocal: block.reciprocal.load(Ordering::Relaxed),
        };
        self.enter(block.start(), extent)
    }

    /// Enters the span of a large object, by its first block; false if it was there already.
    pub(crate) fn enter_span(&mut self, block: &Block) -> bool {
        // No offset is a whole number of cells away from the start, but for the start.
        self.enter(block.start(), Extent { first: 0, cells: 1, cell_bytes: 0, reciprocal: 0 })
    }

    fn enter(&mut self, start: usize, entered: Extent) -> bool {
        let base = self.base_of_new(start);
        let index = base + block_index(start);
        match self.extents.get_mut(index) {
            Some(extent) if extent.cells == 0 => *extent = entered,
            _ => return false,
        }
        self.blocks.push((start, index));
        true
    }

    /// Gives each cell its number, when all blocks are there.
    pub(crate) fn number_cells(&mut self) {
        let mut next = 0;
        for (_, index) in &self.blocks {
            if let Some(extent) = self.extents.get_mut(*index) {
                extent.first = next;
                next += extent.cells;
            }
        }
        self.cells.resize(next as usize, Cell::default());
    }

    #[inline(always)]
    fn key(address: usize) -> usize {
        (address >> CHUNK_BITS) + 1
    }

    #[inline(always)]
    fn base_of(&self, address: usize) -> Option<usize> {
        let key = Inventory::key(address);
        let mut probe = key;
        loop {
            let place = self.places.get(probe & self.places.len().wrapping_sub(1))?;
            if place.key == key {
                return Some(place.base);
            }
            if place.key == 0 {
                return None;
            }
            probe += 1;
        }
    }

    /// The same, for a chunk that may be new.
    fn base_of_new(&mut self, address: usize) -> usize {
        if let Some(base) = self.base_of(address) {
            return base;
        }
        if 2 * (self.chunks + 1) > self.places.len() {
            let mut larger = Vec::new();
            larger.resize((2 * self.places.len()).max(64), Place::default());
            let old = core::mem::replace(&mut self.places, larger);
            old.into_iter().filter(|place| place.key != 0).for_each(|place| self.put(place));
        }
        let base = self.extents.len();
        self.extents.resize(base + CHUNK_BLOCKS, Extent::default());
        self.chunks += 1;
        self.put(Place { key: Inventory::key(address), base });
        base
    }

    fn put(&mut self, place: Place) {
        let mask = self.places.len() - 1;
        let mut probe = place.key & mask;
        while self.places[probe].key != 0 {
            probe = (probe + 1) & mask;
        }
        self.places[probe] = place;
    }

    /// The cell that starts at an address.
    #[inline(always)]
    pub(crate) fn find(&mut self, address: usize) -> Option<&mut Cell> {
        let base = self.base_of(address)?;
        let extent = self.extents.get(base + block_index(address))?;
        let offset = address & BLOCK_MASK;
        let index = cell_index(offset, extent.reciprocal);
        if index >= extent.cells as usize || index * extent.cell_bytes as usize != offset {
            return None;
        }
        self.cells.get_mut(extent.first as usize + index)
    }

    /// Blocks entered.
    pub(crate) fn run_count(&self) -> usize {
        self.blocks.len()
    }

    /// One of them.
    #[inline]
    pub(crate) fn run(&self, number: usize) -> Run {
        let (start, index) = self.blocks[number];
        let extent = self.extents[index];
        Run {
            start,
            first: extent.first as usize,
            cells: extent.cells as usize,
            cell_bytes: extent.cell_bytes,
        }
    }

    #[inline(always)]
    pub(crate) fn cell(&mut self, number: usize) -> &mut Cell {
        &mut self.cells[number]
    }

    pub(crate) fn all_cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The address of the cell with a number, for messages.
    #[cold]
    pub(crate) fn address(&self, number: usize) -> usize {
        (0..self.run_count())
            .flat_map(|run| self.run(run).cells())
            .find(|(_, other)| *other == number)
            .map_or(0, |(address, _)| address)
    }
}
