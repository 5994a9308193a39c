//! From any word to the chunk it points into, or nothing: what makes the conservative scan safe.
//!
//! Two levels, the second made on demand; 48 address bits. Lock-free to read.
//!
//! Invariant: an entry is set before any object of the chunk exists and cleared after the last is gone, both under the
//! pool's lock; a pause reads it while no chunk comes or goes.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::block::Chunk;
use crate::geometry::{CHUNK_BITS, CHUNK_BYTES};
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};

const ADDRESS_BITS: u32 = 48;
const LEAF_BITS: u32 = 12;
const ROOT_LENGTH: usize = 1 << (ADDRESS_BITS - CHUNK_BITS - LEAF_BITS);
const LEAF_LENGTH: usize = 1 << LEAF_BITS;

type Leaf = [AtomicPtr<Chunk>; LEAF_LENGTH];

/// Which chunk covers which addresses.
pub(crate) struct ChunkMap {
    root: Box<[AtomicPtr<Leaf>]>,
    lowest: AtomicUsize,
    highest: AtomicUsize,
}

fn place(address: usize) -> Option<(usize, usize)> {
    let number = address >> CHUNK_BITS;
    let root = number >> LEAF_BITS;
    (root < ROOT_LENGTH).then_some((root, number & (LEAF_LENGTH - 1)))
}

/// A boxed slice of zeroed values, or nothing when there is no memory.
fn zeroed_pointers<T>(length: usize) -> Option<Vec<AtomicPtr<T>>> {
    let mut vector = Vec::new();
    vector.try_reserve_exact(length).ok()?;
    vector.resize_with(length, || AtomicPtr::new(core::ptr::null_mut()));
    Some(vector)
}

impl ChunkMap {
    pub(crate) fn new() -> Option<ChunkMap> {
        Some(ChunkMap {
            root: zeroed_pointers(ROOT_LENGTH)?.into_boxed_slice(),
            lowest: AtomicUsize::new(usize::MAX),
            highest: AtomicUsize::new(0),
        })
    }

    /// Enters a mapping of `bytes`; false if there is no memory for it. Under the pool's lock.
    pub(crate) fn insert(&self, chunk: &Chunk, bytes: usize) -> bool {
        let start = chunk.address();
        for address in (start..start + bytes).step_by(CHUNK_BYTES) {
            let Some((root, index)) = place(address) else {
                return false;
            };
            let mut leaf = self.root[root].load(Ordering::Acquire);
            if leaf.is_null() {
                let Some(fresh) = zeroed_pointers::<Chunk>(LEAF_LENGTH) else {
                    return false;
                };
                leaf = Box::into_raw(fresh.into_boxed_slice()).cast::<Leaf>();
                // Release: pairs with the Acquire in `find`.
                self.root[root].store(leaf, Ordering::Release);
            }
            // SAFETY: leaves are never freed before the map.
            let leaf = unsafe { &*leaf };
            // Release: pairs with the Acquire in `find`, which then reads the chunk's header.
            leaf[index].store(core::ptr::from_ref(chunk).cast_mut(), Ordering::Release);
        }
        self.lowest.fetch_min(start, Ordering::Relaxed);
        self.highest.fetch_max(start + bytes, Ordering::Relaxed);
        true
    }

    /// Forgets a mapping. Under the pool's lock.
    pub(crate) fn remove(&self, start: usize, bytes: usize) {
        for address in (start..start + bytes).step_by(CHUNK_BYTES) {
            if let Some((root, index)) = place(address) {
                let leaf = self.root[root].load(Ordering::Acquire);
                if !leaf.is_null() {
                    // SAFETY: leaves are never freed before the map.
                    let leaf = unsafe { &*leaf };
                    leaf[index].store(core::ptr::null_mut(), Ordering::Release);
                }
            }
        }
    }

    /// The chunk that covers an address; for the later chunks of a span, the span's first.
    #[inline]
    pub(crate) fn find<'a>(&self, address: usize) -> Option<&'a Chunk> {
        if address < self.lowest.load(Ordering::Relaxed) || address >= self.highest.load(Ordering::Relaxed) {
            return None;
        }
        let (root, index) = place(address)?;
        let leaf = self.root[root].load(Ordering::Acquire);
        if leaf.is_null() {
            return None;
        }
        // SAFETY: leaves are never freed before the map; a chunk in the map is mapped.
        unsafe { (&*leaf)[index].load(Ordering::Acquire).as_ref() }
    }
}

impl Drop for ChunkMap {
    fn drop(&mut self) {
        for leaf in &self.root {
            let leaf = leaf.load(Ordering::Relaxed);
            if !leaf.is_null() {
                // SAFETY: made by `Box::into_raw` in `insert`, of this length; nobody reads the map any more.
                drop(unsafe {
                    Box::from_raw(core::ptr::slice_from_raw_parts_mut(
                        leaf.cast::<AtomicPtr<Chunk>>(),
                        LEAF_LENGTH,
                    ))
                });
            }
        }
    }
}
