//! A Python value: one tagged 64-bit word.
//!
//! | low bits | meaning |
//! | --- | --- |
//! | `...1` | int, 63 bits, two's complement |
//! | `..10` | float whose exponent is in the common range, rotated; +0.0 has a pattern of its own |
//! | `.100` | constants |
//! | `.000` | pointer to a heap object; the word 0 is "empty" and no `Value`, so `Option<Value>` is one word |
//!
//! Invariant: a `Value` made from a heap word points to an object that stays valid until the thread's next safepoint, and beyond it
//! for as long as the word is in a Rust local, argument or return value, an interpreter register, a scratch vector or a heap
//! slot. It must never be kept in memory of Rust's allocator.
//! Source: the float rotation is CRuby's "flonum" (internal/numeric.h), the rest DESIGN section 2.

use core::num::NonZeroU64;

use threadsnake_bytecode::image::StoredCode;
use threadsnake_heap::ObjectRef;

use crate::kind::Kind;

/// A Python value.
#[derive(Copy, Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct Value(NonZeroU64);

const _: () = assert!(core::mem::size_of::<Option<Value>>() == 8);

const fn constant(index: u64) -> Value {
    match NonZeroU64::new(index << 3 | 0b100) {
        Some(word) => Value(word),
        None => panic!("a constant's word is never zero"),
    }
}

/// The bit of a constant's index that says that the lower 32 are a place in the frozen library.
const STORED_CODE: u64 = 1 << 32;

const POSITIVE_ZERO: u64 = 0x8000_0000_0000_0002;
/// 1.7272337110188893e-77, whose rotated form would be the pattern taken by +0.0.
const UNTAGGABLE: u64 = 0x3000_0000_0000_0000;

impl Value {
    /// `None`
    pub const NONE: Value = constant(0);
    /// `False`
    pub const FALSE: Value = constant(1);
    /// `True`
    pub const TRUE: Value = constant(2);
    /// `NotImplemented`
    pub const NOT_IMPLEMENTED: Value = constant(3);
    /// `Ellipsis`
    pub const ELLIPSIS: Value = constant(4);
    /// The largest int that needs no heap object.
    pub const SMALL_INT_MAX: i64 = i64::MAX >> 1;
    /// The smallest int that needs no heap object.
    pub const SMALL_INT_MIN: i64 = i64::MIN >> 1;

    /// Where a code block lies in the frozen library: what stands for code objects that have not been needed yet (`types/folded.rs`). No
    /// program sees such a value.
    #[inline(always)]
    pub(crate) const fn stored_code(place: StoredCode) -> Value {
        constant(STORED_CODE | place.0 as u64)
    }

    /// The place, if the value is one.
    #[inline(always)]
    pub(crate) const fn as_stored_code(self) -> Option<StoredCode> {
        if self.word() & 0b111 == 0b100 && self.word() >> 3 & STORED_CODE != 0 {
            Some(StoredCode((self.word() >> 3) as u32))
        } else {
            None
        }
    }

    /// The value of a heap word; empty is `None`.
    #[inline(always)]
    pub const fn from_word(word: u64) -> Option<Value> {
        match NonZeroU64::new(word) {
            Some(word) => Some(Value(word)),
            None => None,
        }
    }

    /// The value of a heap word that is not empty.
    ///
    /// # Safety
    /// The word is not 0.
    #[inline(always)]
    pub const unsafe fn from_word_unchecked(word: u64) -> Value {
        // SAFETY: passed on.
        Value(unsafe { NonZeroU64::new_unchecked(word) })
    }

    /// The heap word.
    #[inline(always)]
    pub const fn word(self) -> u64 {
        self.0.get()
    }

    /// The word of an optional value; absent is the empty word.
    #[inline(always)]
    pub const fn word_or_empty(value: Option<Value>) -> u64 {
        match value {
            Some(value) => value.word(),
            None => 0,
        }
    }

    /// An int that fits 63 bits.
    #[inline(always)]
    pub const fn small_int(value: i64) -> Option<Value> {
        let doubled = value.wrapping_shl(1);
        if doubled >> 1 == value { Some(Self::small_int_unchecked(value)) } else { None }
    }

    /// An int that the caller knows to fit 63 bits; other values lose their top bit.
    #[inline(always)]
    pub const fn small_int_unchecked(value: i64) -> Value {
        match NonZeroU64::new((value as u64) << 1 | 1) {
            Some(word) => Value(word),
            None => Self::NONE,
        }
    }

    /// An int from a number of 32 bits or a length, which always fits.
    #[inline(always)]
    pub const fn int_from_u32(value: u32) -> Value {
        Self::small_int_unchecked(value as i64)
    }

    /// An int from a length or index of something in memory, which is below 2**62.
    #[inline(always)]
    pub const fn int_from_length(value: usize) -> Value {
        Self::small_int_unchecked(value as i64)
    }

    /// Whether this is an int of 63 bits.
    #[inline(always)]
    pub const fn is_small_int(self) -> bool {
        self.word() & 1 != 0
    }

    /// The int, if it is a tagged one.
    #[inline(always)]
    pub const fn as_small_int(self) -> Option<i64> {
        if self.is_small_int() { Some(self.word() as i64 >> 1) } else { None }
    }

    /// The number of a tagged int; of anything else, garbage.
    #[inline(always)]
    pub const fn small_int_payload(self) -> i64 {
        self.word() as i64 >> 1
    }

    /// A float that fits a tagged word.
    #[inline(always)]
    pub const fn tagged_float(value: f64) -> Option<Value> {
        let bits = value.to_bits();
        let exponent = (bits >> 60) & 7;
        let word = if (exponent == 3 || exponent == 4) && bits != UNTAGGABLE {
            (bits.rotate_left(3) & !3) | 2
        } else if bits == 0 {
            POSITIVE_ZERO
        } else {
            return None;
        };
        Self::from_word(word)
    }

    /// Whether this is a tagged float (a boxed one is a heap object of kind `Float`).
    #[inline(always)]
    pub const fn is_tagged_float(self) -> bool {
        self.word() & 3 == 2
    }

    /// The number of a tagged float; of anything else, garbage.
    #[inline(always)]
    pub const fn tagged_float_payload(self) -> f64 {
        let word = self.word();
        if word == POSITIVE_ZERO {
            return 0.0;
        }
        let top = word >> 63;
        f64::from_bits(((2 - top) | (word & !3)).rotate_right(3))
    }

    /// `True` or `False`.
    #[inline(always)]
    pub const fn from_bool(value: bool) -> Value {
        if value { Self::TRUE } else { Self::FALSE }
    }

    /// Whether this is `None`.
    #[inline(always)]
    pub const fn is_none(self) -> bool {
        self.word() == Self::NONE.word()
    }

    /// Whether this is `True` or `False`.
    #[inline(always)]
    pub const fn is_bool(self) -> bool {
        self.word() == Self::TRUE.word() || self.word() == Self::FALSE.word()
    }

    /// Whether the two are the same object.
    #[inline(always)]
    pub const fn is(self, other: Value) -> bool {
        self.word() == other.word()
    }

    /// Whether this points to a heap object.
    #[inline(always)]
    pub const fn is_object(self) -> bool {
        self.word() & 7 == 0
    }

    /// The heap object, if this is one.
    #[inline(always)]
    pub fn as_object(self) -> Option<ObjectRef> {
        if self.is_object() {
            // SAFETY: by this type's invariant a word with low bits 000 is the address of a live object.
            Some(unsafe { ObjectRef::from_address(self.word() as usize) })
        } else {
            None
        }
    }

    /// The heap object, if this is one of the given kind.
    #[inline(always)]
    pub fn as_kind(self, kind: Kind) -> Option<ObjectRef> {
        match self.as_object() {
            Some(object) if object.kind() == kind as u8 => Some(object),
            _ => None,
        }
    }

    /// Whether this is a heap object of the given kind (instances of subclasses included).
    #[inline(always)]
    pub fn is_kind(self, kind: Kind) -> bool {
        self.as_kind(kind).is_some()
    }

    /// The kind of the heap object; none for tagged words.
    #[inline(always)]
    pub fn kind(self) -> Option<Kind> {
        self.as_object().map(Kind::of)
    }
}

impl From<ObjectRef> for Value {
    #[inline(always)]
    fn from(object: ObjectRef) -> Value {
        match NonZeroU64::new(object.address() as u64) {
            Some(word) => Value(word),
            // An object's address is never zero.
            None => Value::NONE,
        }
    }
}

impl core::fmt::Debug for Value {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if let Some(number) = self.as_small_int() {
            write!(formatter, "int({number})")
        } else if self.is_tagged_float() {
            write!(formatter, "float({})", self.tagged_float_payload())
        } else if let Some(kind) = self.kind() {
            write!(formatter, "{kind:?}({:#x})", self.word())
        } else {
            write!(formatter, "constant({})", self.word() >> 3)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn ints_round_trip_at_the_ends_of_the_range() {
        for number in [0, 1, -1, Value::SMALL_INT_MAX, Value::SMALL_INT_MIN] {
            assert_eq!(Value::small_int(number).and_then(Value::as_small_int), Some(number));
        }
        assert_eq!(Value::small_int(Value::SMALL_INT_MAX + 1), None);
        assert_eq!(Value::small_int(Value::SMALL_INT_MIN - 1), None);
    }

    #[test]
    fn floats_keep_every_bit() {
        for number in [0.0, 1.0, -1.0, 0.1, 1e76, -1e76, 3.5e-77, f64::from_bits(0x3000_0000_0000_0001)] {
            if let Some(value) = Value::tagged_float(number) {
                assert!(value.is_tagged_float() && !value.is_object() && !value.is_small_int());
                assert_eq!(value.tagged_float_payload().to_bits(), number.to_bits());
            }
        }
        assert!(Value::tagged_float(1.0).is_some() && Value::tagged_float(0.0).is_some());
        for number in [-0.0, f64::NAN, f64::INFINITY, 5e-324, f64::from_bits(0x3000_0000_0000_0000)] {
            assert!(Value::tagged_float(number).is_none());
        }
    }
}
