//! What a heap object is: a 16-byte header, then words that may hold references, then raw bytes.
//!
//! ```text
//! 0        8     9    10   11           12          16              16 + 8 * slot_count
//! shape    flags lock kind client_flags slot_count  slots ...       raw bytes ...
//! ```
//!
//! Invariants: every field another thread could see is an atomic cell, `&Object` is the only way to reach it, and all
//! of it is zero when it is allocated. A word is a reference if its low three bits are 0 and it is not 0; anything else
//! is opaque. `shape` is traced but not counted: what it points to is allocated stuck. Counts are not here but in the
//! block's side table ([`crate::geometry`]).

use core::ops::{Deref, Range};
use core::ptr::NonNull;

use crate::geometry::WORD_BYTES;
use crate::sync::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

/// The bits of the flag byte. Written once here; the barrier's fast path tests [`BARRIER_FLAGS`].
pub(crate) mod flag {
    /// Mature, at most [`super::SMALL_SLOTS`] slots, and not logged in this epoch.
    pub(crate) const UNLOGGED: u8 = 1;
    /// Mature, more slots: each slot has a logged bit in the side table.
    pub(crate) const SLOTLOG: u8 = 2;
    /// Several threads may reach it.
    pub(crate) const SHARED: u8 = 4;
    /// A span of blocks of its own.
    pub(crate) const LARGE: u8 = 8;
    /// The weak table has an entry for it.
    pub(crate) const HAS_WEAK: u8 = 16;
    /// Its finalizer has not been queued yet.
    pub(crate) const FINALIZABLE: u8 = 32;
    /// Its raw tail owns native memory.
    pub(crate) const NATIVE: u8 = 64;
    /// Its count never moves; only the backup trace frees it.
    pub(crate) const STUCK: u8 = 128;
}

/// A store may be plain if none of these is set: young, or private and already logged.
pub(crate) const BARRIER_FLAGS: u8 = flag::UNLOGGED | flag::SLOTLOG | flag::SHARED;

/// Objects with at most this many slots are logged whole.
pub(crate) const SMALL_SLOTS: usize = 24;

/// Bytes of the header.
pub const HEADER_BYTES: usize = 16;

/// Whether a word is a reference to a heap object.
#[inline(always)]
pub const fn is_reference(word: u64) -> bool {
    word & 7 == 0 && word != 0
}

/// A heap object. See the module for the layout.
#[repr(C, align(16))]
pub struct Object {
    pub(crate) shape: AtomicU64,
    pub(crate) flags: AtomicU8,
    pub(crate) lock: AtomicU8,
    kind: u8,
    client_flags: AtomicU8,
    slot_count: u32,
}

const _: () = assert!(size_of::<Object>() == HEADER_BYTES);

/// A reference to a heap object: never null, 16-byte aligned, freely copied.
///
/// It may live in a Rust local, argument or return value; it may not live in memory of Rust's own allocator, which the
/// scan does not see. It stays valid until its holder's next safepoint, and beyond if it is on a stack, in a [`crate::Scratch`]
/// or in a reachable object then.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct ObjectRef(NonNull<Object>);

impl core::fmt::Debug for ObjectRef {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "ObjectRef({:#x})", self.address())
    }
}

impl ObjectRef {
    /// The address, which is also the word that refers to the object.
    #[inline(always)]
    pub fn address(self) -> usize {
        self.0.as_ptr().addr()
    }

    /// The word that refers to the object.
    #[inline(always)]
    pub fn word(self) -> u64 {
        self.address() as u64
    }

    /// The object at an address.
    ///
    /// # Safety
    /// `address` is that of an object which is alive for as long as the result is used.
    #[inline(always)]
    pub unsafe fn from_address(address: usize) -> ObjectRef {
        let pointer = core::ptr::with_exposed_provenance_mut::<Object>(address);
        // SAFETY: the caller vouches for a live object; none lies at address 0.
        ObjectRef(unsafe { NonNull::new_unchecked(pointer) })
    }

    /// The object a word refers to, if the word is a reference.
    ///
    /// # Safety
    /// If the word has the form of a reference, it is one, to an object that is alive for as long as the result is used.
    #[inline(always)]
    pub unsafe fn from_word(word: u64) -> Option<ObjectRef> {
        if is_reference(word) {
            // SAFETY: passed on.
            Some(unsafe { ObjectRef::from_address(word as usize) })
        } else {
            None
        }
    }
}

impl Deref for ObjectRef {
    type Target = Object;

    #[inline(always)]
    fn deref(&self) -> &Object {
        // SAFETY: an ObjectRef is made from the address of a live object; what a safepoint may end, the holder keeps
        // alive (see the type).
        unsafe { self.0.as_ref() }
    }
}

mod sealed {
    pub trait Sealed {}
}

/// The atomic cells a raw tail may be read and written through.
pub trait RawCell: sealed::Sealed {}
macro_rules! raw_cells {
    ($($cell:ty),*) => { $(impl sealed::Sealed for $cell {} impl RawCell for $cell {})* };
}
raw_cells!(AtomicU8, AtomicU16, AtomicU32, AtomicU64);

#[cold]
#[inline(never)]
pub(crate) fn slot_out_of_range(index: usize, count: usize) -> ! {
    panic!("slot {index} of an object with {count} slots")
}

impl Object {
    pub(crate) fn new(kind: u8, shape: u64, slot_count: u32, flags: u8) -> Object {
        Object {
            shape: AtomicU64::new(shape),
            flags: AtomicU8::new(flags),
            lock: AtomicU8::new(0),
            kind,
            client_flags: AtomicU8::new(0),
            slot_count,
        }
    }

    /// The address of the header.
    #[inline(always)]
    pub fn address(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }

    /// This object as a reference to hold.
    #[inline(always)]
    pub fn reference(&self) -> ObjectRef {
        // SAFETY: `self` is a live object.
        unsafe { ObjectRef::from_address(self.address()) }
    }

    /// What the client called it when it was allocated.
    #[inline(always)]
    pub fn kind(&self) -> u8 {
        self.kind
    }

    /// The shape word. Acquire: pairs with the Release of [`crate::Mutator::store_shape`] and of publication.
    #[inline(always)]
    pub fn shape(&self) -> u64 {
        self.shape.load(Ordering::Acquire)
    }

    /// Number of slots, fixed for life.
    #[inline(always)]
    pub fn slot_count(&self) -> usize {
        self.slot_count as usize
    }

    /// Whether its finalizer is still to come: it was marked finalizable and has not been queued.
    #[inline]
    pub fn is_finalizable(&self) -> bool {
        self.flags() & flag::FINALIZABLE != 0
    }

    /// Whether several threads may reach it. Once true, true for life.
    #[inline(always)]
    pub fn is_shared(&self) -> bool {
        self.flags() & flag::SHARED != 0
    }

    /// Relaxed: whoever may act on the flags got the object through an acquire load or made it itself, and the bits the
    /// pause changes are ordered by the stop.
    #[inline(always)]
    pub(crate) fn flags(&self) -> u8 {
        self.flags.load(Ordering::Relaxed)
    }

    /// The client's eight flags.
    #[inline(always)]
    pub fn client_flags(&self) -> u8 {
        self.client_flags.load(Ordering::Acquire)
    }

    /// Sets flags; returns them as they were.
    #[inline(always)]
    pub fn set_client_flags(&self, mask: u8) -> u8 {
        self.client_flags.fetch_or(mask, Ordering::AcqRel)
    }

    /// Clears flags; returns them as they were.
    #[inline(always)]
    pub fn clear_client_flags(&self, mask: u8) -> u8 {
        self.client_flags.fetch_and(!mask, Ordering::AcqRel)
    }

    /// Sets the flags of an object that no other thread has seen yet.
    #[inline(always)]
    pub fn initialize_client_flags(&self, flags: u8) {
        self.client_flags.store(flags, Ordering::Relaxed);
    }

    #[inline(always)]
    pub(crate) fn slot_address(&self, index: usize) -> usize {
        self.address() + HEADER_BYTES + index * WORD_BYTES
    }

    /// The cell of a slot.
    ///
    /// # Safety
    /// `index < self.slot_count()`.
    #[inline(always)]
    pub(crate) unsafe fn slot_cell(&self, index: usize) -> &AtomicU64 {
        // SAFETY: the slots follow the header; the chunk's provenance was exposed when it was mapped, and the object
        // lives as long as `self`.
        unsafe { &*core::ptr::with_exposed_provenance::<AtomicU64>(self.slot_address(index)) }
    }

    /// The word in a slot; 0, "empty", beyond the last. Acquire: pairs with the Release of the barrier's store into a
    /// shared object.
    #[inline(always)]
    pub fn slot(&self, index: usize) -> u64 {
        debug_assert!(index < self.slot_count(), "slot {index} of {}", self.slot_count());
        if index < self.slot_count() {
            // SAFETY: just tested.
            unsafe { self.slot_cell(index) }.load(Ordering::Acquire)
        } else {
            0
        }
    }

    /// The word in a slot, without a test.
    ///
    /// # Safety
    /// `index < self.slot_count()`.
    #[inline(always)]
    pub unsafe fn slot_unchecked(&self, index: usize) -> u64 {
        // SAFETY: passed on.
        unsafe { self.slot_cell(index) }.load(Ordering::Acquire)
    }

    /// Whether stores into the object need no barrier until this thread's next safepoint: it is young, or private and logged
    /// already. Nothing but a safepoint or a publication by this thread ends that.
    #[inline(always)]
    pub fn takes_plain_stores(&self) -> bool {
        self.flags() & BARRIER_FLAGS == 0
    }

    /// Stores a word into a slot without the barrier.
    ///
    /// # Safety
    /// `index < self.slot_count()`, and [`Object::takes_plain_stores`] holds.
    #[inline(always)]
    pub unsafe fn store_plain(&self, index: usize, word: u64) {
        // SAFETY: passed on. Relaxed: a private object's slots are read by its thread, or by a pause that stopped it.
        unsafe { self.slot_cell(index) }.store(word, Ordering::Relaxed);
    }

    /// An atomic cell in the raw tail of an object that has `SLOTS` slots: its place is known without loading their number.
    ///
    /// # Safety
    /// As for [`Object::raw`], and `self.slot_count() == SLOTS`.
    #[inline(always)]
    pub unsafe fn raw_behind<const SLOTS: usize, T: RawCell>(&self, byte_offset: usize) -> &T {
        debug_assert!(
            self.slot_count() == SLOTS && byte_offset + size_of::<T>() <= crate::block::raw_capacity(self)
        );
        let address = self.slot_address(SLOTS) + byte_offset;
        // SAFETY: in range and aligned, says the caller.
        unsafe { &*core::ptr::with_exposed_provenance::<T>(address) }
    }

    /// Where the raw bytes of an object that has `SLOTS` slots start: as [`Object::raw_bytes_pointer`], without loading their number.
    #[inline(always)]
    pub fn raw_bytes_behind<const SLOTS: usize>(&self) -> *mut u8 {
        debug_assert!(self.slot_count() == SLOTS);
        core::ptr::with_exposed_provenance_mut::<u8>(self.slot_address(SLOTS))
    }

    /// Where the raw bytes start. Aligned to 8.
    #[inline(always)]
    pub fn raw_bytes_pointer(&self) -> *mut u8 {
        core::ptr::with_exposed_provenance_mut::<u8>(self.slot_address(self.slot_count()))
    }

    /// An atomic cell in the raw tail.
    ///
    /// # Safety
    /// The cell lies within the raw bytes the object was allocated with, aligned for its type, and is never accessed as
    /// anything but atomics of this width while another thread may.
    #[inline(always)]
    pub unsafe fn raw<T: RawCell>(&self, byte_offset: usize) -> &T {
        debug_assert!(byte_offset + size_of::<T>() <= crate::block::raw_capacity(self));
        // SAFETY: in range and aligned, says the caller.
        unsafe { &*self.raw_bytes_pointer().add(byte_offset).cast::<T>() }
    }

    /// Bytes of the raw tail that are never written again once the object is published (text, byte strings, digits).
    /// Clipped to the memory of the object, so it is never out of bounds; the client knows the true length.
    ///
    /// Not for a tail that someone may still write: that is what [`Object::raw`] is for.
    #[inline]
    pub fn raw_slice(&self, range: Range<usize>) -> &[u8] {
        let capacity = crate::block::raw_capacity(self);
        debug_assert!(range.start <= range.end && range.end <= capacity, "{range:?} of {capacity}");
        let end = range.end.min(capacity);
        let start = range.start.min(end);
        // SAFETY: clipped to the object's cell, all of which is initialised memory.
        unsafe { core::slice::from_raw_parts(self.raw_bytes_pointer().add(start), end - start) }
    }

    /// The same without clipping.
    ///
    /// # Safety
    /// The range lies within the raw bytes the object was allocated with, and nobody writes it meanwhile.
    #[inline(always)]
    pub unsafe fn raw_slice_unchecked(&self, range: Range<usize>) -> &[u8] {
        // SAFETY: passed on.
        unsafe {
            core::slice::from_raw_parts(self.raw_bytes_pointer().add(range.start), range.end - range.start)
        }
    }
}
