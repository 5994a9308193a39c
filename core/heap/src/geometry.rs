//! Where everything lies in a chunk: the one place that turns an address into the address of its side data.
//!
//! A chunk is an aligned piece of address space. Its side tables come first, indexed by 16-byte granule (one shift
//! and one mask, never a division), then its blocks of 64 KiB:
//!
//! | table | per granule | what |
//! | --- | --- | --- |
//! | counts | 1 byte | reference count of the cell that starts there |
//! | logged | 2 bits | one per word: the slot was logged in this epoch |
//! | rooted | 1 bit, twice | the cell was a root at the last pause, by pause parity |
//! | free | 1 bit | the cell was free when its block was acquired |
//!
//! The counts that would describe the tables themselves are never used, so the chunk's header and the headers of
//! its blocks live there.
//!
//! Invariant: counts lie outside the objects, so reading an object never dirties its cache line (Levanoni-Petrank;
//! LXR, PLDI 2022). One contiguous table per chunk keeps the counts of neighbouring blocks off the same cache sets.

use crate::sync::{AtomicU8, AtomicU64, Ordering};

/// Bytes in a granule: every cell starts on one.
pub(crate) const GRANULE_BYTES: usize = 16;
/// Bytes in a word.
pub(crate) const WORD_BYTES: usize = 8;

/// A block is `1 << BLOCK_BITS` bytes.
pub(crate) const BLOCK_BITS: u32 = 16;
pub(crate) const BLOCK_BYTES: usize = 1 << BLOCK_BITS;
pub(crate) const BLOCK_MASK: usize = BLOCK_BYTES - 1;
pub(crate) const BLOCK_GRANULES: usize = BLOCK_BYTES / GRANULE_BYTES;
/// Words of 64 bits in a bitmap with one bit per granule of a block.
pub(crate) const BLOCK_BITMAP_WORDS: usize = BLOCK_GRANULES / 64;

/// A chunk is `1 << CHUNK_BITS` bytes. Smaller under Miri, which keeps a shadow of every byte.
pub(crate) const CHUNK_BITS: u32 = if cfg!(miri) { 21 } else { 25 };
pub(crate) const CHUNK_BYTES: usize = 1 << CHUNK_BITS;
pub(crate) const CHUNK_MASK: usize = CHUNK_BYTES - 1;
pub(crate) const CHUNK_BLOCKS: usize = CHUNK_BYTES / BLOCK_BYTES;

const COUNTS_OFFSET: usize = 0;
const COUNTS_BYTES: usize = CHUNK_BYTES / 16;
const LOGGED_OFFSET: usize = COUNTS_OFFSET + COUNTS_BYTES;
const LOGGED_BYTES: usize = CHUNK_BYTES / 64;
const ROOTED_OFFSET: usize = LOGGED_OFFSET + LOGGED_BYTES;
const ROOTED_BYTES: usize = CHUNK_BYTES / 128;
const FREE_OFFSET: usize = ROOTED_OFFSET + 2 * ROOTED_BYTES;
const FREE_BYTES: usize = CHUNK_BYTES / 128;

/// Bytes of the tables, rounded up to whole blocks.
pub(crate) const TABLES_BYTES: usize = (FREE_OFFSET + FREE_BYTES).next_multiple_of(BLOCK_BYTES);
/// The first block that holds objects.
pub(crate) const FIRST_BLOCK: usize = TABLES_BYTES / BLOCK_BYTES;
/// Bytes at the start of the counts that describe the tables and are used for headers instead.
pub(crate) const HEADERS_BYTES: usize = TABLES_BYTES / GRANULE_BYTES;

const _: () = assert!(FIRST_BLOCK < CHUNK_BLOCKS);

/// The chunk an address lies in. For a span of several chunks, right only for the object's first chunk.
#[inline(always)]
pub(crate) const fn chunk_of(address: usize) -> usize {
    address & !CHUNK_MASK
}

/// The number of the block within its chunk.
#[inline(always)]
pub(crate) const fn block_index(address: usize) -> usize {
    (address & CHUNK_MASK) >> BLOCK_BITS
}

/// The count byte of the cell at `address`.
///
/// # Safety
/// `address` lies in a block (not in the tables) of a chunk that stays mapped for `'a`.
#[inline(always)]
pub(crate) unsafe fn count_of<'a>(address: usize) -> &'a AtomicU8 {
    let place = chunk_of(address) + COUNTS_OFFSET + ((address & CHUNK_MASK) >> 4);
    // SAFETY: the counts table has one byte per granule of the chunk; the caller vouches for the chunk, whose
    // provenance was exposed when it was mapped.
    unsafe { &*core::ptr::with_exposed_provenance::<AtomicU8>(place) }
}

/// Where the counts of `blocks` blocks from the one at `block_address` on lie, and how many bytes they are.
pub(crate) const fn counts_of_blocks(block_address: usize, blocks: usize) -> (usize, usize) {
    let first = chunk_of(block_address) + COUNTS_OFFSET + block_index(block_address) * BLOCK_GRANULES;
    (first, blocks * BLOCK_GRANULES)
}

/// Eight counts at once, for sweeping, the first in the lowest byte; `granule_address` is aligned to eight granules.
///
/// The bytes are atomics of one byte; this reads them as one word, which every processor we support does as eight
/// single-copy atomic byte reads or better. See `Block::sweep` for what the reader relies on. Miri does not model accesses of
/// mixed sizes, so there the bytes are read one by one.
///
/// # Safety
/// As for [`count_of`].
#[inline(always)]
pub(crate) unsafe fn load_counts(granule_address: usize) -> u64 {
    #[cfg(miri)]
    {
        let byte = |index: usize| {
            // SAFETY: passed on; eight granules from an aligned one are in the same block.
            unsafe { count_of(granule_address + index * GRANULE_BYTES) }.load(Ordering::Relaxed)
        };
        u64::from_le_bytes(core::array::from_fn(byte))
    }
    #[cfg(not(miri))]
    {
        let place = chunk_of(granule_address) + COUNTS_OFFSET + ((granule_address & CHUNK_MASK) >> 4);
        // SAFETY: as for `count_of`; eight granules from an aligned granule lie in one aligned word of the table.
        let word = unsafe { &*core::ptr::with_exposed_provenance::<AtomicU64>(place) };
        u64::from_le(word.load(Ordering::Relaxed))
    }
}

/// Sets eight counts to 0, as one word (see [`load_counts`]). The world is stopped.
///
/// # Safety
/// As for [`count_of`].
pub(crate) unsafe fn clear_counts(granule_address: usize) {
    #[cfg(miri)]
    for index in 0..8 {
        // SAFETY: passed on; eight granules from an aligned one are in the same block.
        unsafe { count_of(granule_address + index * GRANULE_BYTES) }.store(0, Ordering::Relaxed);
    }
    #[cfg(not(miri))]
    {
        let place = chunk_of(granule_address) + COUNTS_OFFSET + ((granule_address & CHUNK_MASK) >> 4);
        // SAFETY: as for `count_of`; eight granules from an aligned granule lie in one aligned word of the table.
        let word = unsafe { &*core::ptr::with_exposed_provenance::<AtomicU64>(place) };
        word.store(0, Ordering::Relaxed);
    }
}

/// A word of a bitmap and the bit in it.
#[derive(Clone, Copy)]
pub(crate) struct Bit<'a> {
    pub(crate) word: &'a AtomicU64,
    pub(crate) mask: u64,
}

/// The logged bit of the slot at `slot_address`.
///
/// # Safety
/// As for [`count_of`]; not for slots of objects that span chunks.
#[inline(always)]
pub(crate) unsafe fn logged_bit<'a>(slot_address: usize) -> Bit<'a> {
    let index = (slot_address & CHUNK_MASK) >> 3;
    let place = chunk_of(slot_address) + LOGGED_OFFSET + (index >> 6) * WORD_BYTES;
    // SAFETY: the logged table has one bit per word of the chunk; the caller vouches for the chunk.
    Bit { word: unsafe { &*core::ptr::with_exposed_provenance::<AtomicU64>(place) }, mask: 1 << (index & 63) }
}

/// The rooted bit of the cell at `address` for pauses of this `parity`.
///
/// # Safety
/// As for [`count_of`].
#[inline(always)]
pub(crate) unsafe fn rooted_bit<'a>(address: usize, parity: usize) -> Bit<'a> {
    let index = (address & CHUNK_MASK) >> 4;
    let table = chunk_of(address) + ROOTED_OFFSET + (parity & 1) * ROOTED_BYTES;
    let place = table + (index >> 6) * WORD_BYTES;
    // SAFETY: each rooted table has one bit per granule of the chunk; the caller vouches for the chunk.
    Bit { word: unsafe { &*core::ptr::with_exposed_provenance::<AtomicU64>(place) }, mask: 1 << (index & 63) }
}

/// The words of the free set of the block at `block_address`.
///
/// # Safety
/// `block_address` is the start of a block of objects in a chunk that stays mapped for `'a`.
#[inline(always)]
pub(crate) unsafe fn free_set<'a>(block_address: usize) -> &'a [AtomicU64; BLOCK_BITMAP_WORDS] {
    let index = (block_address & CHUNK_MASK) >> 4;
    let place = chunk_of(block_address) + FREE_OFFSET + index / 8;
    // SAFETY: the free table has one bit per granule of the chunk, so `BLOCK_BITMAP_WORDS` words per block.
    unsafe { &*core::ptr::with_exposed_provenance::<[AtomicU64; BLOCK_BITMAP_WORDS]>(place) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const _: () = assert!(FREE_OFFSET + FREE_BYTES <= TABLES_BYTES);

    #[test]
    fn the_tables_do_not_overlap_and_fit() {
        assert_eq!(COUNTS_BYTES, CHUNK_BYTES / GRANULE_BYTES);
        assert_eq!(LOGGED_BYTES * 8, CHUNK_BYTES / WORD_BYTES);
        assert_eq!(ROOTED_BYTES * 8, CHUNK_BYTES / GRANULE_BYTES);
        assert_eq!(FIRST_BLOCK * BLOCK_BYTES, TABLES_BYTES);
    }

    #[test]
    fn counts_of_blocks_are_those_of_their_granules() {
        let block = 7 * CHUNK_BYTES + (CHUNK_BLOCKS - 2) * BLOCK_BYTES;
        let (first, bytes) = counts_of_blocks(block, 2);
        assert_eq!(first, 7 * CHUNK_BYTES + ((block & CHUNK_MASK) >> 4));
        assert_eq!(bytes, 2 * BLOCK_BYTES / GRANULE_BYTES);
    }

    #[test]
    fn the_first_count_in_use_lies_behind_the_headers() {
        let first = FIRST_BLOCK * BLOCK_BYTES;
        assert_eq!(first >> 4, HEADERS_BYTES);
    }
}
