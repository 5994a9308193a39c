//! Access to the raw bytes and slots of heap objects by constant offset.
//!
//! Invariant: each kind's file fixes its layout in constants and is the only one to use them; the offsets lie within what the
//! kind's constructor allocates. Raw cells are always accessed as atomics of one width. Acquire loads pair with the Release
//! stores here and with the barrier's publication.

use threadsnake_heap::ObjectRef;
use threadsnake_heap::arch::{AtomicU8, AtomicU32, AtomicU64, Ordering};

use crate::value::Value;

/// Atomic access to raw bytes and optional values in slots.
pub trait ObjectAccess: Copy {
    /// The value in a slot; absent when the slot is empty.
    fn value(self, slot: usize) -> Option<Value>;
    /// Loads 8 bytes at a byte offset of the raw tail.
    fn raw_u64(self, offset: usize) -> u64;
    /// Stores 8 bytes.
    fn raw_store_u64(self, offset: usize, value: u64);
    /// Replaces 8 bytes if they are `current`; else tells what they are.
    fn raw_compare_exchange_u64(self, offset: usize, current: u64, new: u64) -> Result<u64, u64>;
    /// Loads 4 bytes.
    fn raw_u32(self, offset: usize) -> u32;
    /// Stores 4 bytes.
    fn raw_store_u32(self, offset: usize, value: u32);
    /// Loads a byte.
    fn raw_u8(self, offset: usize) -> u8;
    /// Stores a byte.
    fn raw_store_u8(self, offset: usize, value: u8);
    /// The cell of 8 bytes, for other atomic operations.
    fn raw_cell_u64(&self, offset: usize) -> &AtomicU64;
}

impl ObjectAccess for ObjectRef {
    #[inline(always)]
    fn value(self, slot: usize) -> Option<Value> {
        Value::from_word(self.slot(slot))
    }

    #[inline(always)]
    fn raw_u64(self, offset: usize) -> u64 {
        // SAFETY: by the module's invariant the cell lies in the raw tail and is only accessed as an atomic of 8 bytes.
        unsafe { self.raw::<AtomicU64>(offset) }.load(Ordering::Acquire)
    }

    #[inline(always)]
    fn raw_store_u64(self, offset: usize, value: u64) {
        // SAFETY: as for `raw_u64`.
        unsafe { self.raw::<AtomicU64>(offset) }.store(value, Ordering::Release);
    }

    #[inline(always)]
    fn raw_compare_exchange_u64(self, offset: usize, current: u64, new: u64) -> Result<u64, u64> {
        // SAFETY: as for `raw_u64`.
        unsafe { self.raw::<AtomicU64>(offset) }.compare_exchange(
            current,
            new,
            Ordering::AcqRel,
            Ordering::Acquire,
        )
    }

    #[inline(always)]
    fn raw_u32(self, offset: usize) -> u32 {
        // SAFETY: by the module's invariant the cell lies in the raw tail and is only accessed as an atomic of 4 bytes.
        unsafe { self.raw::<AtomicU32>(offset) }.load(Ordering::Acquire)
    }

    #[inline(always)]
    fn raw_store_u32(self, offset: usize, value: u32) {
        // SAFETY: as for `raw_u32`.
        unsafe { self.raw::<AtomicU32>(offset) }.store(value, Ordering::Release);
    }

    #[inline(always)]
    fn raw_u8(self, offset: usize) -> u8 {
        // SAFETY: by the module's invariant the cell lies in the raw tail and is only accessed as an atomic byte.
        unsafe { self.raw::<AtomicU8>(offset) }.load(Ordering::Acquire)
    }

    #[inline(always)]
    fn raw_store_u8(self, offset: usize, value: u8) {
        // SAFETY: as for `raw_u8`.
        unsafe { self.raw::<AtomicU8>(offset) }.store(value, Ordering::Release);
    }

    #[inline(always)]
    fn raw_cell_u64(&self, offset: usize) -> &AtomicU64 {
        // SAFETY: as for `raw_u64`; the object lives as long as the borrow of its reference on the caller's stack.
        unsafe { self.raw::<AtomicU64>(offset) }
    }
}
