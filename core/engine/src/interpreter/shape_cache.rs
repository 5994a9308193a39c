//! What a thread remembers of attributes by shape and name, behind the inline caches: for instructions that meet several classes.
//!
//! An inline cache holds one shape; an instruction that meets two would replace it at each turn, which costs an entry object, a
//! barrier and a lookup. What was looked up once by this thread is found here instead, and the inline cache stays as it is.
//!
//! Invariant: as for inline caches, an entry holds while the version it was made with is current (versions are never reused), and it
//! keeps nothing alive. Names are those of code objects, which the intern table keeps for the engine's life. Nobody but the
//! thread reads its table.
//! Source: the global lookup cache of Smalltalk-80 systems (Deutsch and Schiffman, "Efficient implementation of the Smalltalk-80
//! system", 1984).

use core::cell::Cell;

use crate::context::Context;
use crate::types::str_object::Str;

/// One hit in so many replaces the inline cache that missed.
const REPLACEMENT_INTERVAL: u32 = 256;

/// Entries of a thread's table; a power of two.
pub(crate) const ENTRIES: usize = 256;

/// What an attribute is looked up for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u64)]
pub(crate) enum Purpose {
    /// `LoadAttribute`.
    Load = 0,
    /// `LoadMethod`.
    Method = 1,
    /// `StoreAttribute`.
    Store = 2,
    /// An attribute behind a class in the MRO; `extra` is that class.
    Super = 3,
}

/// What is remembered.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Fact {
    /// The attribute is in this slot of the instance.
    Slot(usize),
    /// The attribute is in this place of the overflow array.
    Overflow(usize),
    /// The class has this value or plain method, and no instance attribute hides it.
    ClassValue(u64),
    /// A property with this Python function for a getter.
    Property(u64),
    /// A native attribute with this descriptor.
    GetSet(u64),
    /// Setting a new attribute: its slot and the new shape.
    Transition(usize, u64),
}

/// An entry of the table.
#[derive(Copy, Clone)]
pub(crate) struct ShapeCacheEntry {
    version: u64,
    /// The name's word, and the purpose in the low bits that an address leaves free.
    key: u64,
    extra: u64,
    fact: Fact,
}

impl ShapeCacheEntry {
    /// Matches nothing: no version is 0.
    pub(crate) const EMPTY: ShapeCacheEntry =
        ShapeCacheEntry { version: 0, key: 0, extra: 0, fact: Fact::Slot(0) };
}

/// A thread's table.
pub(crate) type ShapeCache = [Cell<ShapeCacheEntry>; ENTRIES];

fn place(cx: &Context, version: u64, key: u64, extra: u64) -> &Cell<ShapeCacheEntry> {
    // The purpose, in the key's low bits, counts as much as the rest: the same attribute is often loaded and stored.
    let mixed = ((version << 2 | key & 3) ^ (key >> 4) ^ (extra >> 4)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    &cx.shape_cache[(mixed >> 32) as usize % ENTRIES]
}

fn key_of(name: Str, purpose: Purpose) -> u64 {
    name.as_value().word() | purpose as u64
}

impl Context {
    /// What this thread knows of an attribute of a shape (for [`Purpose::Super`]: a class) with this version, which must be a current one.
    #[inline]
    pub(crate) fn remembered(&self, version: u64, name: Str, purpose: Purpose, extra: u64) -> Option<Fact> {
        let key = key_of(name, purpose);
        let entry = place(self, version, key, extra).get();
        (entry.version == version && entry.key == key && entry.extra == extra).then_some(entry.fact)
    }

    /// Whether a hit here is one of the few that replace an inline cache.
    #[inline]
    pub(crate) fn replaces_inline_cache(&self) -> bool {
        let hits = self.shape_cache_hits.get().wrapping_add(1);
        self.shape_cache_hits.set(hits);
        hits.is_multiple_of(REPLACEMENT_INTERVAL)
    }

    /// Remembers a fact that was looked up after the version had been taken.
    pub(crate) fn remember(&self, version: u64, name: Str, purpose: Purpose, extra: u64, fact: Fact) {
        let key = key_of(name, purpose);
        place(self, version, key, extra).set(ShapeCacheEntry { version, key, extra, fact });
    }
}
