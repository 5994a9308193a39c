//! Size classes: how many bytes a cell has.
//!
//! Steps of 16 bytes up to 128, four steps per doubling up to 8 KiB, then the sizes that divide a block into 6, 5, 4, 3
//! and 2 cells. What is larger has a span of blocks of its own ([`crate::large`]).
//!
//! Invariant: every class is a multiple of the granule, classes rise, and `class_of` gives the smallest that fits.

use crate::geometry::{BLOCK_BYTES, GRANULE_BYTES};

/// Number of size classes.
pub(crate) const CLASS_COUNT: usize = 37;
/// The largest object that lives in a cell of a block.
pub(crate) const LARGEST_CELL_BYTES: usize = 32 * 1024;
/// Sizes up to this one find their class in a table.
pub(crate) const TABLE_BYTES: usize = 1024;

const fn build_cell_bytes() -> [u32; CLASS_COUNT] {
    let mut sizes = [0u32; CLASS_COUNT];
    let mut class = 0;
    let mut size = 16;
    while size <= 128 {
        sizes[class] = size;
        class += 1;
        size += 16;
    }
    let mut base = 128;
    while base < 8192 {
        let mut step = 1;
        while step <= 4 {
            sizes[class] = base + base / 4 * step;
            class += 1;
            step += 1;
        }
        base *= 2;
    }
    let mut cells = 6;
    while cells >= 2 {
        sizes[class] = (BLOCK_BYTES / cells) as u32 / 16 * 16;
        class += 1;
        cells -= 1;
    }
    assert!(class == CLASS_COUNT);
    sizes
}

/// Bytes in a cell of each class.
pub(crate) static CELL_BYTES: [u32; CLASS_COUNT] = build_cell_bytes();

const fn build_table() -> [u8; TABLE_BYTES / GRANULE_BYTES + 1] {
    let sizes = build_cell_bytes();
    let mut table = [0u8; TABLE_BYTES / GRANULE_BYTES + 1];
    let mut granules = 0;
    let mut class = 0;
    while granules < table.len() {
        while (sizes[class] as usize) < granules * GRANULE_BYTES {
            class += 1;
        }
        table[granules] = class as u8;
        granules += 1;
    }
    table
}

static TABLE: [u8; TABLE_BYTES / GRANULE_BYTES + 1] = build_table();

/// The class of an object of `bytes`, which is at most [`TABLE_BYTES`].
#[inline(always)]
pub(crate) fn class_of_small(bytes: usize) -> usize {
    TABLE[bytes.div_ceil(GRANULE_BYTES)] as usize
}

/// The class of an object of `bytes`, which is at most [`TABLE_BYTES`] and not 0, and the bytes in its cells. Arithmetic for the
/// common sizes, so that it folds to constants where the size is one.
#[inline(always)]
pub(crate) fn class_and_cell_bytes(bytes: usize) -> (usize, usize) {
    let granules = bytes.div_ceil(GRANULE_BYTES);
    if granules <= 8 {
        (granules - 1, granules * GRANULE_BYTES)
    } else {
        let class = TABLE[granules] as usize;
        (class, CELL_BYTES[class] as usize)
    }
}

/// The class of an object of `bytes`, which is at most [`LARGEST_CELL_BYTES`].
pub(crate) fn class_of(bytes: usize) -> usize {
    if bytes <= TABLE_BYTES {
        return class_of_small(bytes);
    }
    CELL_BYTES.partition_point(|&cell| (cell as usize) < bytes)
}

/// `offset / cell_bytes` for offsets within a block, by multiplication.
///
/// Exact because `offset < 2^16` and `cell_bytes <= 2^15`: the error of the rounded-up reciprocal is below
/// `2^16 / 2^32` of a cell, less than the smallest distance of a quotient from the next whole number, `1 / 2^15`.
#[inline(always)]
pub(crate) fn cell_index(offset: usize, reciprocal: u32) -> usize {
    ((offset as u64 * reciprocal as u64) >> 32) as usize
}

/// The reciprocal [`cell_index`] takes.
pub(crate) fn reciprocal(cell_bytes: u32) -> u32 {
    ((1u64 << 32) / u64::from(cell_bytes) + 1) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_rise_in_granules() {
        for pair in CELL_BYTES.windows(2) {
            assert!(pair[0] < pair[1]);
        }
        assert!(CELL_BYTES.iter().all(|size| size % 16 == 0));
        assert_eq!(CELL_BYTES[CLASS_COUNT - 1] as usize, LARGEST_CELL_BYTES);
    }

    #[test]
    fn each_size_gets_the_smallest_class_that_fits() {
        // Miri runs a sample: the arithmetic is the same.
        for bytes in (1..=LARGEST_CELL_BYTES).step_by(if cfg!(miri) { 37 } else { 1 }) {
            let class = class_of(bytes);
            assert!(CELL_BYTES[class] as usize >= bytes);
            if bytes <= TABLE_BYTES {
                assert_eq!(class_and_cell_bytes(bytes), (class, CELL_BYTES[class] as usize));
            }
            assert!(class == 0 || (CELL_BYTES[class - 1] as usize) < bytes, "{bytes}");
        }
    }

    #[test]
    fn the_reciprocal_divides_exactly() {
        for &cell in &CELL_BYTES {
            let reciprocal = reciprocal(cell);
            for offset in (0..BLOCK_BYTES).step_by(if cfg!(miri) { 997 } else { 1 }) {
                assert_eq!(cell_index(offset, reciprocal), offset / cell as usize);
            }
        }
    }
}
