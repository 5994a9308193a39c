//! Inline caches: one word per instruction, in the code object's slot array of caches.
//!
//! A word is empty, or *packed* (low bit 1): a version (47 bits) and a place (16 bits), or a reference to an immutable entry object.
//! Versions of shapes, classes and dict tables come from one counter and are never reused, so a version alone says whether the
//! cached fact holds, and of what kind of thing.
//!
//! Invariant: caches keep nothing alive: an entry's value is a raw word, used only after the version has been compared; while the
//! version is current, the class or table that has it holds the value. A racing reader sees an old word or a new one.
//! Source: Hölzle, Chambers and Ungar, "Optimizing Dynamically-Typed Object-Oriented Languages With Polymorphic Inline Caches"
//! (1991), in the monomorphic form.

use threadsnake_heap::ObjectRef;
use threadsnake_heap::arch::{AtomicU32, AtomicU64, Ordering};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::value::Value;

/// Place bit: the slot of the overflow array, not of the instance.
pub const OVERFLOW: u64 = 0x8000;
/// Largest place that fits.
pub const MAXIMUM_PLACE: usize = 0x7FFF;

/// A packed cache word.
#[inline(always)]
pub const fn pack(version: u64, place: u64) -> u64 {
    version << 17 | place << 1 | 1
}

/// Whether a cache word is packed.
#[inline(always)]
pub const fn is_packed(word: u64) -> bool {
    word & 1 != 0
}

/// The version of a packed word.
#[inline(always)]
pub const fn packed_version(word: u64) -> u64 {
    word >> 17
}

/// The place of a packed word.
#[inline(always)]
pub const fn packed_place(word: u64) -> u64 {
    word >> 1 & 0xFFFF
}

/// What a cache entry remembers.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum EntryKind {
    /// An instance's class (by shape version) has this plain value or method, and no instance attribute hides it.
    ClassValue = 1,
    /// A class (by its version) has this value, which its metaclass does not hide and which needs no binding.
    TypeValue = 2,
    /// A property whose getter is this Python function.
    Property = 3,
    /// Setting a new attribute: the new shape is in `auxiliary`, the slot in `place`.
    Transition = 4,
    /// A builtin name: the globals' table has this version and still `auxiliary` entries; `place` is the entry in the table
    /// of the builtins, whose version is `value`.
    Builtin = 5,
    /// A native attribute (getset descriptor).
    GetSet = 7,
}

const VERSION: usize = 0;
const KIND: usize = 8;
const PLACE: usize = 12;
const VALUE: usize = 16;
const AUXILIARY: usize = 24;
const RAW_BYTES: usize = 32;

/// An entry.
#[derive(Copy, Clone)]
pub struct Entry(ObjectRef);

impl Entry {
    /// The entry that a cache word refers to.
    #[inline(always)]
    pub fn from_word(word: u64) -> Option<Entry> {
        if is_packed(word) {
            return None;
        }
        Value::from_word(word)?.as_object().map(Entry)
    }

    #[inline(always)]
    fn word_at(self, offset: usize) -> u64 {
        // SAFETY: `new` alone makes entries, with no slots and `RAW_BYTES` bytes; offsets are the constants above. Acquire: pairs with the
        // publication of the entry.
        unsafe { self.0.raw_behind::<0, AtomicU64>(offset) }.load(Ordering::Acquire)
    }

    #[inline(always)]
    fn half_word_at(self, offset: usize) -> u32 {
        // SAFETY: as for `word_at`.
        unsafe { self.0.raw_behind::<0, AtomicU32>(offset) }.load(Ordering::Acquire)
    }

    /// The version it holds for.
    #[inline(always)]
    pub fn version(self) -> u64 {
        self.word_at(VERSION)
    }

    /// What it remembers.
    #[inline(always)]
    pub fn is(self, kind: EntryKind) -> bool {
        self.half_word_at(KIND) == kind as u32
    }

    /// A slot or entry number.
    #[inline(always)]
    pub fn place(self) -> usize {
        self.half_word_at(PLACE) as usize
    }

    /// The value word. Only after the version has been found current.
    #[inline(always)]
    pub fn value(self) -> u64 {
        self.word_at(VALUE)
    }

    /// The other word.
    #[inline(always)]
    pub fn auxiliary(self) -> u64 {
        self.word_at(AUXILIARY)
    }

    /// Makes an entry.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(
        cx: &Context,
        version: u64,
        kind: EntryKind,
        place: usize,
        value: u64,
        auxiliary: u64,
    ) -> PyResult<Entry> {
        let object = cx.allocate(Kind::CacheEntry, 0, RAW_BYTES)?;
        object.raw_store_u64(VERSION, version);
        object.raw_store_u32(KIND, kind as u32);
        object.raw_store_u32(PLACE, place as u32);
        object.raw_store_u64(VALUE, value);
        object.raw_store_u64(AUXILIARY, auxiliary);
        Ok(Entry(object))
    }

    /// The word for the cache.
    #[inline]
    pub fn word(self) -> u64 {
        self.0.word()
    }
}
