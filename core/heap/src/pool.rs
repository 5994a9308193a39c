//! Where blocks come from and go back to: chunks, their free blocks, and spans for large objects.
//!
//! Invariants: everything here happens under the pool's lock; bytes in use never exceed the heap's limit; a block that
//! was written before is handed out as not fresh. Blocks that were used recently are handed out first, so resident
//! memory follows what is in use; the surplus is given back to the platform by [`Pool::trim`].

use core::ptr::NonNull;

use threadsnake_hal::Platform;

use crate::block::{Block, CHUNK_OBJECT_BYTES, Chunk, state};
use crate::chunk_map::ChunkMap;
use crate::geometry::{BLOCK_BYTES, CHUNK_BLOCKS, CHUNK_BYTES, FIRST_BLOCK, TABLES_BYTES, counts_of_blocks};
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};

const BITMAP_WORDS: usize = CHUNK_BLOCKS.div_ceil(64);

/// Most blocks a span within one chunk can have.
pub(crate) const LARGEST_SPAN_BLOCKS: usize = CHUNK_BLOCKS - FIRST_BLOCK;

/// What the pool knows of a chunk beyond its header.
struct Record {
    chunk: *const Chunk,
    free: [u64; BITMAP_WORDS],
    /// Free and probably resident.
    warm: [u64; BITMAP_WORDS],
    free_blocks: usize,
}

/// The heap's chunks. Use under a lock.
pub(crate) struct Pool {
    platform: &'static dyn Platform,
    records: alloc::vec::Vec<Record>,
    /// Records before this one have no free block.
    first_free: usize,
    warm_blocks: usize,
    maximum_bytes: usize,
    pub(crate) bytes_in_use: usize,
    pub(crate) bytes_peak: usize,
}

// SAFETY: chunks are shared memory of the heap; the pool only names them.
unsafe impl Send for Pool {}

/// An object from this size on asks for huge pages, of which the last may be resident for one byte of use: 2 MiB, so at most a
/// quarter more memory, for a five-hundredth of the page faults. Long lists and dict tables gain the most.
const HUGE_BYTES: usize = 8 << 20;

fn set(bitmap: &mut [u64; BITMAP_WORDS], index: usize) {
    bitmap[index / 64] |= 1 << (index % 64);
}
fn clear(bitmap: &mut [u64; BITMAP_WORDS], index: usize) {
    bitmap[index / 64] &= !(1 << (index % 64));
}
fn test(bitmap: &[u64; BITMAP_WORDS], index: usize) -> bool {
    bitmap[index / 64] >> (index % 64) & 1 == 1
}
fn first(bitmap: &[u64; BITMAP_WORDS]) -> Option<usize> {
    bitmap
        .iter()
        .enumerate()
        .find(|(_, word)| **word != 0)
        .map(|(index, word)| index * 64 + word.trailing_zeros() as usize)
}

impl Pool {
    pub(crate) fn new(platform: &'static dyn Platform, maximum_bytes: usize) -> Pool {
        Pool {
            platform,
            records: alloc::vec::Vec::new(),
            first_free: 0,
            warm_blocks: 0,
            maximum_bytes,
            bytes_in_use: 0,
            bytes_peak: 0,
        }
    }

    pub(crate) fn set_maximum_bytes(&mut self, bytes: usize) {
        self.maximum_bytes = bytes;
    }

    fn charge(&mut self, bytes: usize) -> bool {
        let Some(sum) = self.bytes_in_use.checked_add(bytes) else {
            return false;
        };
        if sum > self.maximum_bytes {
            return false;
        }
        self.bytes_in_use = sum;
        self.bytes_peak = self.bytes_peak.max(sum);
        true
    }

    /// Maps a chunk, or a span of chunks, and enters it in the map.
    fn map_chunk<'a>(&mut self, map: &ChunkMap, bytes: usize, spans: bool) -> Option<&'a Chunk> {
        let start = self.platform.map_pages(bytes, CHUNK_BYTES)?;
        let address = start.as_ptr().expose_provenance();
        // SAFETY: freshly mapped, zeroed and aligned.
        let chunk = unsafe { Chunk::at(address) };
        chunk.mapped_bytes.store(bytes, Ordering::Relaxed);
        chunk.spans.store(spans, Ordering::Relaxed);
        if map.insert(chunk, bytes) {
            Some(chunk)
        } else {
            map.remove(address, bytes);
            // SAFETY: the mapping was made above with these arguments and nobody has seen it.
            unsafe { self.platform.unmap_pages(start, bytes, CHUNK_BYTES) };
            None
        }
    }

    fn add_chunk(&mut self, map: &ChunkMap) -> bool {
        if self.records.try_reserve(1).is_err() {
            return false;
        }
        let Some(chunk) = self.map_chunk(map, CHUNK_BYTES, false) else {
            return false;
        };
        let mut free = [0; BITMAP_WORDS];
        for index in FIRST_BLOCK..CHUNK_BLOCKS {
            set(&mut free, index);
            chunk.block(index).fresh.store(true, Ordering::Relaxed);
        }
        self.records.push(Record { chunk, free, warm: [0; BITMAP_WORDS], free_blocks: LARGEST_SPAN_BLOCKS });
        true
    }

    fn take(&mut self, record: usize, index: usize) {
        let record = &mut self.records[record];
        clear(&mut record.free, index);
        if test(&record.warm, index) {
            clear(&mut record.warm, index);
            self.warm_blocks -= 1;
        }
        record.free_blocks -= 1;
    }

    /// One free block, or nothing when the limit or the platform's memory is reached.
    pub(crate) fn take_block<'a>(&mut self, map: &ChunkMap) -> Option<&'a Block> {
        if !self.charge(BLOCK_BYTES) {
            return None;
        }
        while self.first_free < self.records.len() && self.records[self.first_free].free_blocks == 0 {
            self.first_free += 1;
        }
        let mut found = None;
        if self.warm_blocks > 0 {
            found = self.records[self.first_free..]
                .iter()
                .enumerate()
                .find_map(|(number, record)| Some((number, first(&record.warm)?)));
        }
        if found.is_none() {
            found = self.records[self.first_free..]
                .iter()
                .enumerate()
                .find_map(|(number, record)| Some((number, first(&record.free)?)));
        }
        let (record, index) = match found {
            Some((number, index)) => (self.first_free + number, index),
            None => {
                if !self.add_chunk(map) {
                    self.bytes_in_use -= BLOCK_BYTES;
                    return None;
                }
                (self.records.len() - 1, FIRST_BLOCK)
            }
        };
        self.take(record, index);
        // SAFETY: chunks live as long as the heap unless unmapped by the pool, which never unmaps one with a used block.
        Some(unsafe { &*self.records[record].chunk }.block(index))
    }

    /// A run of free blocks within one chunk; the first one's header is returned, all states still `FREE`.
    pub(crate) fn take_span<'a>(&mut self, map: &ChunkMap, blocks: usize) -> Option<&'a Block> {
        if !self.charge(blocks * BLOCK_BYTES) {
            return None;
        }
        let mut found = None;
        for (number, record) in self.records.iter().enumerate().skip(self.first_free) {
            if record.free_blocks < blocks {
                continue;
            }
            let mut run = 0;
            for index in FIRST_BLOCK..CHUNK_BLOCKS {
                run = if test(&record.free, index) { run + 1 } else { 0 };
                if run == blocks {
                    found = Some((number, index + 1 - blocks));
                    break;
                }
            }
            if found.is_some() {
                break;
            }
        }
        let (record, index) = match found {
            Some(found) => found,
            None => {
                if !self.add_chunk(map) {
                    self.bytes_in_use -= blocks * BLOCK_BYTES;
                    return None;
                }
                (self.records.len() - 1, FIRST_BLOCK)
            }
        };
        for offset in 0..blocks {
            self.take(record, index + offset);
        }
        // SAFETY: as in `take_block`.
        Some(unsafe { &*self.records[record].chunk }.block(index))
    }

    /// Chunks of its own for an object of `object_bytes` and `extra_bytes` behind it; its first block's header.
    pub(crate) fn take_chunks<'a>(&mut self, map: &ChunkMap, total_bytes: usize) -> Option<&'a Block> {
        let mapped = total_bytes.checked_add(TABLES_BYTES)?.checked_next_multiple_of(BLOCK_BYTES)?;
        if !self.charge(mapped) {
            return None;
        }
        match self.map_chunk(map, mapped, true) {
            Some(chunk) => {
                let block = chunk.block(FIRST_BLOCK);
                if mapped >= HUGE_BYTES
                    && let Some(start) = NonNull::new(core::ptr::from_ref(chunk).cast_mut().cast::<u8>())
                {
                    // SAFETY: the mapping that `map_chunk` made, from its first byte, where the chunk lies.
                    unsafe { self.platform.prefer_huge_pages(start, mapped) };
                }
                block.fresh.store(true, Ordering::Relaxed);
                Some(block)
            }
            None => {
                self.bytes_in_use -= mapped;
                None
            }
        }
    }

    /// Takes back chunks of one object.
    pub(crate) fn return_chunks(&mut self, map: &ChunkMap, block: &Block) {
        let start = crate::geometry::chunk_of(block.start());
        // SAFETY: the object's chunk is still mapped.
        let bytes = unsafe { Chunk::at(start) }.mapped_bytes.load(Ordering::Relaxed);
        map.remove(start, bytes);
        self.bytes_in_use -= bytes;
        if let Some(pointer) = NonNull::new(core::ptr::with_exposed_provenance_mut::<u8>(start)) {
            // SAFETY: mapped by `map_chunk` with these arguments; the object is dead and the map has forgotten it.
            unsafe { self.platform.unmap_pages(pointer, bytes, CHUNK_BYTES) };
        }
    }

    /// Takes back `blocks` blocks from the one of this header on.
    pub(crate) fn return_blocks(&mut self, block: &Block, blocks: usize) {
        let start = block.start();
        let chunk = crate::geometry::chunk_of(start);
        let index = crate::geometry::block_index(start);
        self.bytes_in_use -= blocks * BLOCK_BYTES;
        let Some(number) = self.records.iter().position(|record| record.chunk.addr() == chunk) else {
            debug_assert!(false, "a block of no chunk");
            return;
        };
        let record = &mut self.records[number];
        // SAFETY: as in `take_block`.
        let chunk = unsafe { &*record.chunk };
        for index in index..index + blocks {
            let block = chunk.block(index);
            block.state.store(state::FREE, Ordering::Release);
            block.fresh.store(false, Ordering::Relaxed);
            block.young_epoch.store(0, Ordering::Relaxed);
            set(&mut record.free, index);
            set(&mut record.warm, index);
        }
        record.free_blocks += blocks;
        self.warm_blocks += blocks;
        self.first_free = self.first_free.min(number);
    }

    /// Gives the memory of free blocks beyond `keep` back to the platform.
    pub(crate) fn trim(&mut self, keep: usize) {
        if self.warm_blocks <= keep {
            return;
        }
        let mut surplus = self.warm_blocks - keep;
        for record in self.records.iter_mut().rev() {
            while surplus > 0 {
                let Some(index) = first(&record.warm) else {
                    break;
                };
                let mut length = 0;
                while index + length < CHUNK_BLOCKS && test(&record.warm, index + length) && length < surplus
                {
                    clear(&mut record.warm, index + length);
                    length += 1;
                }
                let start = record.chunk.addr() + index * BLOCK_BYTES;
                if let Some(pointer) = NonNull::new(core::ptr::with_exposed_provenance_mut::<u8>(start)) {
                    // SAFETY: free blocks of a mapped chunk; whoever gets them next assumes nothing of their bytes.
                    unsafe { self.platform.discard_pages(pointer, length * BLOCK_BYTES) };
                }
                // Their counts are all zero, and so they stay, whether the pages come back as zero or as they were.
                let (counts, bytes) = counts_of_blocks(start, length);
                if let Some(pointer) = NonNull::new(core::ptr::with_exposed_provenance_mut::<u8>(counts)) {
                    // SAFETY: the table's part for free blocks, in the same mapping; nobody counts what lies in a free block.
                    unsafe { self.platform.discard_pages(pointer, bytes) };
                }
                surplus -= length;
                self.warm_blocks -= length;
            }
        }
    }

    /// Free blocks that are probably resident.
    pub(crate) fn warm_blocks(&self) -> usize {
        self.warm_blocks
    }

    /// The addresses of all chunks that hold blocks.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = &Chunk> {
        // SAFETY: as in `take_block`.
        self.records.iter().map(|record| unsafe { &*record.chunk })
    }

    /// Unmaps every chunk of blocks. Nobody may use the heap afterwards.
    ///
    /// # Safety
    /// No reference into any chunk remains.
    pub(crate) unsafe fn unmap_all(&mut self) {
        for record in self.records.drain(..) {
            // By the exposed provenance of the mapping, not by that of the reference to its header.
            let start = core::ptr::with_exposed_provenance_mut::<u8>(record.chunk.addr());
            if let Some(pointer) = NonNull::new(start) {
                // SAFETY: mapped by `map_chunk` with these arguments; unused from now on, says the caller.
                unsafe { self.platform.unmap_pages(pointer, CHUNK_BYTES, CHUNK_BYTES) };
            }
        }
    }
}

const _: () = assert!(CHUNK_OBJECT_BYTES == LARGEST_SPAN_BLOCKS * BLOCK_BYTES);

/// Bytes of native memory the client has told us of, and the like: plain counters beside the pool.
pub(crate) struct Usage {
    pub(crate) external_bytes: AtomicUsize,
    pub(crate) allocated_since_pause: AtomicUsize,
}

impl Usage {
    pub(crate) const fn new() -> Usage {
        Usage { external_bytes: AtomicUsize::new(0), allocated_since_pause: AtomicUsize::new(0) }
    }
}

/// All large objects, newest first: a doubly linked list through their block headers. Use under the pool's lock.
pub(crate) struct LargeList {
    pub(crate) first: AtomicPtr<Block>,
}

impl LargeList {
    pub(crate) const fn new() -> LargeList {
        LargeList { first: AtomicPtr::new(core::ptr::null_mut()) }
    }

    pub(crate) fn insert(&self, block: &Block) {
        let this = core::ptr::from_ref(block).cast_mut();
        let next = self.first.load(Ordering::Relaxed);
        block.large_previous.store(core::ptr::null_mut(), Ordering::Relaxed);
        block.large_next.store(next, Ordering::Relaxed);
        // SAFETY: blocks in the list are headers of living spans.
        if let Some(next) = unsafe { next.as_ref() } {
            next.large_previous.store(this, Ordering::Relaxed);
        }
        self.first.store(this, Ordering::Relaxed);
    }

    pub(crate) fn remove(&self, block: &Block) {
        let previous = block.large_previous.load(Ordering::Relaxed);
        let next = block.large_next.load(Ordering::Relaxed);
        // SAFETY: as in `insert`.
        match unsafe { previous.as_ref() } {
            Some(previous) => previous.large_next.store(next, Ordering::Relaxed),
            None => self.first.store(next, Ordering::Relaxed),
        }
        // SAFETY: as in `insert`.
        if let Some(next) = unsafe { next.as_ref() } {
            next.large_previous.store(previous, Ordering::Relaxed);
        }
    }

    pub(crate) fn iterate<'a>(&self) -> impl Iterator<Item = &'a Block> {
        let mut place = self.first.load(Ordering::Relaxed);
        core::iter::from_fn(move || {
            // SAFETY: as in `insert`.
            let block = unsafe { place.as_ref() }?;
            place = block.large_next.load(Ordering::Relaxed);
            Some(block)
        })
    }
}
