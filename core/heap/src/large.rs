//! Large objects: a span of blocks, or of whole chunks, each.
//!
//! Invariants: a large object is young if its block is stamped with the current epoch; the ones that die young are freed by
//! the pause itself (rule 7). An object that spans chunks has its logged bits at the end of its span, because the chunk's
//! own table covers only its first part. Its count byte and rooted bits are those of its header's granule, as for any cell.

use crate::block::{Block, Chunk, count, set_count, state};
use crate::client::OutOfMemory;
use crate::geometry::{BLOCK_BYTES, Bit, FIRST_BLOCK, chunk_of};
use crate::heap::HeapState;
use crate::mutator::Mutator;
use crate::object::{HEADER_BYTES, Object};
use crate::pool::LARGEST_SPAN_BLOCKS;
use crate::sync::{AtomicU64, Ordering};

impl Mutator {
    /// A zeroed span for an object of `bytes` with `slot_count` slots. May end an epoch first.
    pub(crate) fn allocate_large(&self, bytes: usize, slot_count: usize) -> Result<usize, OutOfMemory> {
        let heap = &*self.heap;
        if heap.usage.allocated_since_pause.load(Ordering::Relaxed)
            >= heap.epoch_limit.load(Ordering::Relaxed)
        {
            self.run_epoch();
        }
        let block = match heap.take_span(bytes, slot_count) {
            Some(block) => block,
            None => {
                self.collect_for_memory();
                heap.take_span(bytes, slot_count).ok_or(OutOfMemory)?
            }
        };
        let span_bytes = block.span_bytes.load(Ordering::Relaxed);
        let start = block.start();
        if !block.fresh.swap(false, Ordering::Relaxed) {
            // SAFETY: the span is this thread's alone. Only what the object uses is touched: the rest of the last block
            // need not be resident.
            unsafe {
                core::ptr::write_bytes(core::ptr::with_exposed_provenance_mut::<u8>(start), 0, bytes);
            }
        }
        block.young_epoch.store(heap.epoch(), Ordering::Relaxed);
        block.resume.store(0, Ordering::Relaxed);
        // Release: the conservative scan resolves words into the span from now on.
        block.state.store(state::LARGE, Ordering::Release);
        heap.young_large.lock().push(block);
        // SAFETY: the owner, with no other borrow.
        unsafe { self.local() }.allocates = true;
        heap.usage.allocated_since_pause.fetch_add(span_bytes, Ordering::Relaxed);
        heap.counters.swept(1, span_bytes);
        Ok(start)
    }
}

impl HeapState {
    /// Finds a span and fills in its headers, all but the state of the first. Entered in the list of large objects.
    fn take_span<'a>(&self, bytes: usize, slot_count: usize) -> Option<&'a Block> {
        let blocks = bytes.div_ceil(BLOCK_BYTES);
        let mut pool = self.pool.lock();
        let block = if blocks <= LARGEST_SPAN_BLOCKS {
            let block = pool.take_span(&self.map, blocks)?;
            // SAFETY: a chunk of the heap.
            let chunk = unsafe { Chunk::at(chunk_of(block.start())) };
            let first = crate::geometry::block_index(block.start());
            let mut fresh = block.fresh.load(Ordering::Relaxed);
            for back in 1..blocks {
                let tail = chunk.block(first + back);
                fresh &= tail.fresh.swap(false, Ordering::Relaxed);
                tail.span_blocks.store(back as u32, Ordering::Relaxed);
                tail.state.store(state::LARGE_TAIL, Ordering::Release);
            }
            block.fresh.store(fresh, Ordering::Relaxed);
            block.span_logged.store(core::ptr::null_mut(), Ordering::Relaxed);
            block.span_bytes.store(bytes.next_multiple_of(16), Ordering::Relaxed);
            block.span_blocks.store(blocks as u32, Ordering::Relaxed);
            block
        } else {
            let object_bytes = bytes.next_multiple_of(16);
            let bitmap_bytes = slot_count.div_ceil(64) * 8;
            let block = pool.take_chunks(&self.map, object_bytes.checked_add(bitmap_bytes)?)?;
            let bitmap = block.start() + object_bytes;
            block
                .span_logged
                .store(core::ptr::with_exposed_provenance_mut::<AtomicU64>(bitmap), Ordering::Relaxed);
            block.span_bytes.store(object_bytes, Ordering::Relaxed);
            block.span_blocks.store(0, Ordering::Relaxed);
            block
        };
        block.native.store(false, Ordering::Relaxed);
        self.large.insert(block);
        Some(block)
    }

    /// Frees a dead large object: its count becomes 0, its blocks go back to the pool.
    pub(crate) fn release_span(&self, block: &Block) {
        let start = block.start();
        // SAFETY: the span's first granule is in a mapped chunk. Release: as for any cell, though nobody sweeps a span.
        unsafe { set_count(start, count::FREE, Ordering::Release) };
        let mut pool = self.pool.lock();
        self.large.remove(block);
        let blocks = block.span_blocks.load(Ordering::Relaxed) as usize;
        if blocks == 0 {
            block.state.store(state::FREE, Ordering::Release);
            pool.return_chunks(&self.map, block);
        } else {
            pool.return_blocks(block, blocks);
        }
    }

    /// Whether an address is where the object of a span of chunks starts.
    pub(crate) fn first_block_of_span(start: usize) -> bool {
        crate::geometry::block_index(start) == FIRST_BLOCK
    }
}

/// The logged bit of slot `index` of a large object that spans chunks; `None` for all others.
#[inline]
pub(crate) fn span_logged_bit<'a>(object: &Object, index: usize) -> Option<Bit<'a>> {
    if !HeapState::first_block_of_span(object.address()) {
        return None;
    }
    // SAFETY: a large object's header lies in its span's first chunk.
    let block = unsafe { crate::block::block_header(object.address()) };
    let bitmap = block.span_logged.load(Ordering::Relaxed);
    if bitmap.is_null() {
        return None;
    }
    debug_assert!(index < object.slot_count());
    // SAFETY: the bitmap has a bit for each slot (see `take_span`).
    Some(Bit { word: unsafe { &*bitmap.add(index / 64) }, mask: 1 << (index % 64) })
}

/// The slot number of a slot address.
#[inline]
pub(crate) fn slot_index(object: usize, slot_address: usize) -> usize {
    (slot_address - object - HEADER_BYTES) / 8
}
