//! `str` objects: layout, creation, comparison, hashing. Methods are in `types/str_methods.rs`.
//!
//! Invariant: a string holds one of three widths, the narrowest that fits its largest code point (Latin-1, UCS-2, UCS-4), so equal
//! strings have equal bytes; contents never change after creation; the hash is computed once (0 = not yet). Its units lie in its
//! own raw tail, or, for strings grown by `s += x`, in a `RawArray` buffer that several strings share: each sees a prefix, and
//! only the string that ends where the buffer's filled part ends may extend it, by compare-and-swap on the filled length.
//! Source: PEP 393 for the widths; the shared buffer is our own, so that repeated appending is linear.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use threadsnake_heap::ObjectRef;
use threadsnake_heap::arch::{AtomicU64, Ordering};

use crate::context::Context;
use crate::error::{PyResult, Raised};
use crate::kind::{Kind, client_flags};
use crate::native::convert::{FromValue, IntoValue, NotValue};
use crate::object_access::ObjectAccess;
use crate::value::Value;

/// A `str`.
#[derive(Copy, Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct Str(ObjectRef);

const HASH: usize = 0;
const LENGTH: usize = 8;
const DATA: usize = 16;
const BUFFER_SLOT: usize = 0;
const BUFFER_FILLED: usize = 0;
const BUFFER_CAPACITY: usize = 8;
const BUFFER_DATA: usize = 16;
/// Concatenations shorter than this many bytes are copied; longer ones made by `+=` get a shared buffer.
const BUFFER_THRESHOLD: usize = 256;

/// The code units of a string.
#[derive(Copy, Clone)]
pub enum Units<'a> {
    /// Code points up to U+00FF.
    Latin1(&'a [u8]),
    /// Code points up to U+FFFF.
    Ucs2(&'a [u16]),
    /// All code points.
    Ucs4(&'a [u32]),
}

impl Units<'_> {
    /// Number of code points.
    pub fn len(&self) -> usize {
        match self {
            Units::Latin1(units) => units.len(),
            Units::Ucs2(units) => units.len(),
            Units::Ucs4(units) => units.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The code point at an index.
    #[inline]
    pub fn get(&self, index: usize) -> Option<u32> {
        match self {
            Units::Latin1(units) => units.get(index).map(|&unit| unit as u32),
            Units::Ucs2(units) => units.get(index).map(|&unit| unit as u32),
            Units::Ucs4(units) => units.get(index).copied(),
        }
    }
}

/// Code points of a string, in order.
#[derive(Clone)]
pub struct CodePoints<'a> {
    units: Units<'a>,
    next: usize,
}

impl Iterator for CodePoints<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        let code_point = self.units.get(self.next)?;
        self.next += 1;
        Some(code_point)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let rest = self.units.len().saturating_sub(self.next);
        (rest, Some(rest))
    }
}

/// Up to so many bytes are compared here rather than by a call.
const SHORT: usize = 64;

/// Whether two runs of bytes are equal, compared a word at a time.
///
/// # Safety
/// Both are aligned to 8, lie in memory that reaches to the next multiple of 8 behind `bytes`, and are written by nobody.
#[inline(always)]
unsafe fn same_words(left: *const u8, right: *const u8, bytes: usize) -> bool {
    let difference = |word: usize| {
        // SAFETY: within the memory that the caller promises; `word * 8 < bytes`.
        unsafe { left.cast::<u64>().add(word).read() ^ right.cast::<u64>().add(word).read() }
    };
    let words = bytes / 8;
    for word in 0..words {
        if difference(word) != 0 {
            return false;
        }
    }
    // Of the last word the bytes at the lowest addresses count.
    let rest = bytes % 8;
    rest == 0 || difference(words).to_le() << (64 - 8 * rest) == 0
}

fn width_shift(largest: u32) -> u8 {
    if largest < 0x100 {
        0
    } else if largest < 0x1_0000 {
        1
    } else {
        2
    }
}

impl Str {
    /// The string, if the value is one (subclasses included).
    #[inline(always)]
    pub fn from_value(value: Value) -> Option<Str> {
        value.as_kind(Kind::Str).map(Str)
    }

    /// The string that a heap word refers to.
    ///
    /// # Safety
    /// It refers to one.
    #[inline(always)]
    pub(crate) unsafe fn from_word_unchecked(word: u64) -> Str {
        // SAFETY: passed on.
        Str(unsafe { ObjectRef::from_address(word as usize) })
    }

    /// The string.
    ///
    /// # Errors
    /// TypeError if it is something else.
    pub fn expect(cx: &Context, value: Value) -> PyResult<Str> {
        Str::from_value(value).ok_or_else(|| cx.type_error_expected("str", value))
    }

    /// The object.
    #[inline(always)]
    pub fn object(self) -> ObjectRef {
        self.0
    }

    /// As a value.
    #[inline(always)]
    pub fn as_value(self) -> Value {
        Value::from(self.0)
    }

    /// Whether its class is exactly `str`.
    #[inline(always)]
    pub fn is_exact(self) -> bool {
        self.0.client_flags() & client_flags::SUBCLASS == 0
    }

    /// Number of code points.
    #[inline(always)]
    pub fn len(self) -> usize {
        // SAFETY: the length is in every string's raw tail and only accessed as an atomic of 8 bytes. Relaxed: it never changes once the
        // string is published, and whoever has the string acquired it then.
        unsafe { self.0.raw::<AtomicU64>(LENGTH) }.load(Ordering::Relaxed) as usize
    }

    /// Whether it is empty.
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether all code points are below 128.
    #[inline(always)]
    pub fn is_ascii(self) -> bool {
        self.0.client_flags() & client_flags::STR_ASCII != 0
    }

    /// Whether it is in the table of interned strings.
    #[inline(always)]
    pub fn is_interned(self) -> bool {
        self.0.client_flags() & client_flags::STR_INTERNED != 0
    }

    /// 0, 1 or 2: the binary logarithm of the bytes per code point.
    #[inline(always)]
    pub fn width_shift(self) -> u8 {
        self.0.client_flags() & client_flags::STR_WIDTH
    }

    fn buffer(self) -> Option<ObjectRef> {
        if self.0.slot_count() == 0 {
            return None;
        }
        match self.0.value(BUFFER_SLOT) {
            Some(value) => value.as_kind(Kind::RawArray),
            None => None,
        }
    }

    /// Where the units of a string without slots are: in its own tail, which nobody writes any more. Nearly all strings are such. Aligned to 8,
    /// and the memory reaches to the next multiple of 8 behind the last unit, since cells consist of granules of 16 bytes.
    #[inline(always)]
    fn own_units(self) -> Option<*const u8> {
        if self.0.slot_count() != 0 {
            return None;
        }
        // SAFETY: a string without buffer has a raw tail of at least `DATA` bytes.
        Some(unsafe { self.0.raw_bytes_behind::<0>().add(DATA) })
    }

    #[inline(always)]
    fn data(self) -> *const u8 {
        match self.own_units() {
            Some(units) => units,
            None => self.data_slow(),
        }
    }

    #[inline(never)]
    fn data_slow(self) -> *const u8 {
        match self.buffer() {
            // SAFETY: a buffer's raw tail is longer than `BUFFER_DATA`.
            Some(buffer) => unsafe { buffer.raw_bytes_pointer().add(BUFFER_DATA) },
            // SAFETY: a string without buffer has a raw tail of at least `DATA` bytes.
            None => unsafe { self.0.raw_bytes_pointer().add(DATA) },
        }
    }

    /// Its bytes in the machine's order: units of its width.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: `data` points to `len << width` initialised bytes which are never written again; the borrow of this handle keeps
        // the object on the caller's stack, where the collector sees it (and through it the buffer).
        unsafe { core::slice::from_raw_parts(self.data(), self.len() << self.width_shift()) }
    }

    /// Its code units.
    #[inline]
    pub fn units(&self) -> Units<'_> {
        let length = self.len();
        let data = self.data();
        // SAFETY: as for `bytes`; raw tails are 8-byte aligned and the data offsets are multiples of 8.
        unsafe {
            match self.width_shift() {
                0 => Units::Latin1(core::slice::from_raw_parts(data, length)),
                1 => Units::Ucs2(core::slice::from_raw_parts(data.cast(), length)),
                _ => Units::Ucs4(core::slice::from_raw_parts(data.cast(), length)),
            }
        }
    }

    /// Its code points.
    pub fn code_points(&self) -> CodePoints<'_> {
        CodePoints { units: self.units(), next: 0 }
    }

    /// The code point at an index.
    #[inline]
    pub fn code_point(self, index: usize) -> Option<u32> {
        if index >= self.len() {
            return None;
        }
        let data = self.data();
        // SAFETY: the units are as for `units`, and the index was tested.
        Some(unsafe {
            match self.width_shift() {
                0 => data.add(index).read() as u32,
                1 => data.cast::<u16>().add(index).read() as u32,
                _ => data.cast::<u32>().add(index).read(),
            }
        })
    }

    /// Its text, if it is ASCII.
    #[inline]
    pub fn as_ascii(&self) -> Option<&str> {
        if self.is_ascii() { core::str::from_utf8(self.bytes()).ok() } else { None }
    }

    /// Whether its text is this ASCII text.
    pub fn equals_ascii(self, text: &str) -> bool {
        self.width_shift() == 0 && self.bytes() == text.as_bytes() && (self.is_ascii() || text.is_ascii())
    }

    /// Whether the two have the same text.
    #[inline]
    pub fn equals(self, other: Str) -> bool {
        self == other || self.equals_another(other)
    }

    /// Whether the two, which are not the same object, have the same text.
    #[inline(always)]
    pub(crate) fn equals_another(self, other: Str) -> bool {
        let (length, shift) = (self.len(), self.width_shift());
        if length != other.len() || shift != other.width_shift() {
            return false;
        }
        let bytes = length << shift;
        match (self.own_units(), other.own_units()) {
            // SAFETY: both have so many bytes, in memory as `same_words` wants it.
            (Some(left), Some(right)) if bytes <= SHORT => unsafe { same_words(left, right, bytes) },
            _ => self.bytes() == other.bytes(),
        }
    }

    /// Whether the two, which are not the same object, have the same short text. Long text is not looked at.
    #[inline(always)]
    pub(crate) fn equals_short(self, other: Str) -> bool {
        let (length, shift) = (self.len(), self.width_shift());
        let bytes = length << shift;
        match (self.own_units(), other.own_units()) {
            (Some(left), Some(right))
                if length == other.len() && shift == other.width_shift() && bytes <= SHORT =>
            {
                // SAFETY: both have so many bytes, in memory as `same_words` wants it.
                unsafe { same_words(left, right, bytes) }
            }
            _ => false,
        }
    }

    /// Compares by code points.
    pub fn compare(self, other: Str) -> core::cmp::Ordering {
        match (self.units(), other.units()) {
            (Units::Latin1(left), Units::Latin1(right)) => left.cmp(right),
            (Units::Ucs2(left), Units::Ucs2(right)) => left.cmp(right),
            (Units::Ucs4(left), Units::Ucs4(right)) => left.cmp(right),
            _ => self.code_points().cmp(other.code_points()),
        }
    }

    /// The hash, computed at first use.
    #[inline]
    pub fn hash(self, cx: &Context) -> i64 {
        let cached = self.0.raw_u64(HASH);
        if cached != 0 {
            return cached as i64;
        }
        self.hash_slow(cx)
    }

    #[inline(never)]
    fn hash_slow(self, cx: &Context) -> i64 {
        let hash = cx.hash_bytes(self.bytes());
        // Every thread computes the same number, so the race of two is harmless. An empty string's hash is 0 and is
        // computed each time.
        self.0.raw_store_u64(HASH, hash as u64);
        hash
    }

    /// Its text as UTF-8.
    ///
    /// # Errors
    /// UnicodeEncodeError for a lone surrogate.
    pub fn to_utf8(self, cx: &Context) -> PyResult<String> {
        if let Some(text) = self.as_ascii() {
            return Ok(String::from(text));
        }
        let mut text = String::with_capacity(self.len());
        for (index, code_point) in self.code_points().enumerate() {
            match char::from_u32(code_point) {
                Some(character) => text.push(character),
                None => {
                    return Err(cx.unicode_encode_error(
                        "utf-8",
                        self,
                        index,
                        index + 1,
                        "surrogates not allowed",
                    ));
                }
            }
        }
        Ok(text)
    }

    /// Its text as UTF-8, lone surrogates written as `\udXXX`.
    pub fn to_utf8_lossy(self) -> String {
        use fmt::Write;
        let mut text = String::with_capacity(self.len());
        for code_point in self.code_points() {
            match char::from_u32(code_point) {
                Some(character) => text.push(character),
                // Writing to a String cannot fail.
                None => drop(write!(text, "\\u{code_point:04x}")),
            }
        }
        text
    }

    /// Its text as WTF-8 (lone surrogates in three bytes).
    pub fn to_wtf8(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len());
        for code_point in self.code_points() {
            match char::from_u32(code_point) {
                Some(character) => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
                None => bytes.extend_from_slice(&[
                    0xE0 | (code_point >> 12) as u8,
                    0x80 | (code_point >> 6 & 0x3F) as u8,
                    0x80 | (code_point & 0x3F) as u8,
                ]),
            }
        }
        bytes
    }

    /// The code points from `start` up to `end`, clipped, as a string.
    ///
    /// # Errors
    /// MemoryError.
    pub fn substring(self, cx: &Context, start: usize, end: usize) -> PyResult<Str> {
        let length = self.len();
        let end = end.min(length);
        let start = start.min(end);
        if end - start == length && self.is_exact() {
            return Ok(self);
        }
        if self.width_shift() != 0 {
            return self.wide_substring(cx, start, end);
        }
        // SAFETY: as for `bytes`; the range was clipped.
        let part = unsafe { core::slice::from_raw_parts(self.data().add(start), end - start) };
        match part {
            [] => Ok(cx.empty_str()),
            &[unit] => Ok(cx.latin1_character(unit)),
            part => cx.str_from_units_unchecked(part, 0, self.is_ascii() || part.is_ascii()),
        }
    }

    #[inline(never)]
    fn wide_substring(self, cx: &Context, start: usize, end: usize) -> PyResult<Str> {
        match self.units() {
            Units::Latin1(units) => cx.str_from_latin1(units.get(start..end).unwrap_or(&[])),
            Units::Ucs2(units) => cx.str_from_ucs2(units.get(start..end).unwrap_or(&[])),
            Units::Ucs4(units) => cx.str_from_code_points(units.get(start..end).unwrap_or(&[])),
        }
    }

    /// The unit at an index of Latin-1 text; absent beyond its end, for wider text, and for text that grew.
    #[inline(always)]
    pub(crate) fn latin1_unit(self, index: usize) -> Option<u8> {
        if self.width_shift() != 0 || index >= self.len() {
            return None;
        }
        // SAFETY: as for `bytes`, and the index was tested.
        Some(unsafe { self.own_units()?.add(index).read() })
    }

    /// Whether a short string of Latin-1 text has a character; absent if either string is of another sort, and another way is to be taken.
    #[inline(always)]
    pub(crate) fn short_has_unit(self, needle: Str) -> Option<bool> {
        let (length, units, needle_units) = (self.len(), self.own_units()?, needle.own_units()?);
        if self.width_shift() | needle.width_shift() != 0 || length > 16 || needle.len() != 1 {
            return None;
        }
        // SAFETY: the needle has one unit.
        let unit = unsafe { needle_units.read() };
        // The bytes of the word that are equal to the unit become 0, and each 0 is marked by its highest bit. A borrow marks bytes falsely, but
        // only behind a 0: so the marks behind the end of the text are cut off, and one that is left means a true one before it.
        let spread = u64::from(unit) * 0x0101_0101_0101_0101;
        let has = |word: usize, bytes: usize| {
            // SAFETY: the word's first byte is in the string, and the memory reaches to its end (`own_units`).
            let found = unsafe { units.cast::<u64>().add(word).read() }.to_le() ^ spread;
            let zeros = found.wrapping_sub(0x0101_0101_0101_0101) & !found & 0x8080_8080_8080_8080;
            zeros << (64 - 8 * bytes) != 0
        };
        Some(match length {
            0 => false,
            1..=8 => has(0, length),
            _ => has(0, 8) || has(1, length - 8),
        })
    }

    /// Sets the interned flag. Only the intern table calls this.
    pub(crate) fn mark_interned(self) {
        self.0.set_client_flags(client_flags::STR_INTERNED);
    }
}

/// Lone surrogates show as U+FFFD.
impl fmt::Display for Str {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        if let Some(text) = self.as_ascii() {
            return formatter.write_str(text);
        }
        for code_point in self.code_points() {
            formatter.write_char(char::from_u32(code_point).unwrap_or('\u{FFFD}'))?;
        }
        Ok(())
    }
}

impl FromValue for Str {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        Str::expect(cx, value)
    }
}
impl NotValue for Str {}
impl IntoValue for Str {
    #[inline(always)]
    fn into_value(self, _cx: &Context) -> PyResult<Value> {
        Ok(self.as_value())
    }
}

/// Code units that can be copied into a string as they are.
trait Unit: Copy {
    fn code(self) -> u32;
}
impl Unit for u8 {
    fn code(self) -> u32 {
        self as u32
    }
}
impl Unit for u16 {
    fn code(self) -> u32 {
        self as u32
    }
}
impl Unit for u32 {
    fn code(self) -> u32 {
        self
    }
}

/// Appends units of one width at a place of another.
///
/// # Safety
/// `to` has room for `units.len()` units of width `1 << shift`, is aligned for them, and every unit fits.
unsafe fn write_units<T: Unit>(to: *mut u8, shift: u8, units: &[T]) {
    // SAFETY: as the caller promises.
    unsafe {
        match shift {
            0 => {
                for (index, unit) in units.iter().enumerate() {
                    to.add(index).write(unit.code() as u8);
                }
            }
            1 => {
                for (index, unit) in units.iter().enumerate() {
                    to.cast::<u16>().add(index).write(unit.code() as u16);
                }
            }
            _ => {
                for (index, unit) in units.iter().enumerate() {
                    to.cast::<u32>().add(index).write(unit.code());
                }
            }
        }
    }
}

/// # Safety
/// As for [`write_units`].
#[inline]
unsafe fn write_str_units(to: *mut u8, shift: u8, source: Str) {
    // SAFETY: as the caller promises; the copy is of bytes when the widths agree.
    unsafe {
        match source.own_units() {
            Some(units) if source.width_shift() == shift => copy_bytes(units, to, source.len() << shift),
            _ => write_str_units_slow(to, shift, source),
        }
    }
}

/// # Safety
/// As for [`write_units`].
#[inline(never)]
unsafe fn write_str_units_slow(to: *mut u8, shift: u8, source: Str) {
    // SAFETY: as the caller promises; the copy is of bytes when the widths agree.
    unsafe {
        if source.width_shift() == shift {
            return copy_bytes(source.data(), to, source.len() << shift);
        }
        match source.units() {
            Units::Latin1(units) => write_units(to, shift, units),
            Units::Ucs2(units) => write_units(to, shift, units),
            Units::Ucs4(units) => write_units(to, shift, units),
        }
    }
}

/// Copies bytes, a few of them without a call.
///
/// # Safety
/// As for [`core::ptr::copy_nonoverlapping`].
#[inline(always)]
unsafe fn copy_bytes(from: *const u8, to: *mut u8, count: usize) {
    // SAFETY: the caller's promise; of two copies of one width the first begins and the second ends where the bytes do.
    unsafe {
        match count {
            8..=16 => {
                let (first, last) =
                    (from.cast::<u64>().read_unaligned(), from.add(count - 8).cast::<u64>().read_unaligned());
                to.cast::<u64>().write_unaligned(first);
                to.add(count - 8).cast::<u64>().write_unaligned(last);
            }
            4..=7 => {
                let (first, last) =
                    (from.cast::<u32>().read_unaligned(), from.add(count - 4).cast::<u32>().read_unaligned());
                to.cast::<u32>().write_unaligned(first);
                to.add(count - 4).cast::<u32>().write_unaligned(last);
            }
            1..=3 => {
                let (first, middle, last) =
                    (from.read(), from.add(count / 2).read(), from.add(count - 1).read());
                to.write(first);
                to.add(count / 2).write(middle);
                to.add(count - 1).write(last);
            }
            _ => core::ptr::copy_nonoverlapping(from, to, count),
        }
    }
}

impl Context {
    #[inline]
    fn allocate_str(&self, length: usize, shift: u8, ascii: bool) -> PyResult<Str> {
        let bytes = if length <= isize::MAX as usize / 8 {
            DATA + (length << shift)
        } else {
            return Err(self.memory_error());
        };
        let object = self.allocate(Kind::Str, 0, bytes)?;
        // SAFETY: the object has no slots, and a tail of `DATA` bytes at least. Relaxed: nobody else sees it before it is published.
        unsafe { object.raw_behind::<0, AtomicU64>(LENGTH) }.store(length as u64, Ordering::Relaxed);
        object.initialize_client_flags(shift | if ascii { client_flags::STR_ASCII } else { 0 });
        Ok(Str(object))
    }

    /// A string of Latin-1 text of a known length, written by `fill` into zeroed bytes before anybody sees it.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn str_filled(&self, length: usize, fill: impl FnOnce(&mut [u8])) -> PyResult<Str> {
        self.str_filled_of(length, false, fill)
    }

    /// The same, of text that the caller knows to be ASCII.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn str_filled_ascii(&self, length: usize, fill: impl FnOnce(&mut [u8])) -> PyResult<Str> {
        self.str_filled_of(length, true, fill)
    }

    #[inline(always)]
    fn str_filled_of(&self, length: usize, ascii: bool, fill: impl FnOnce(&mut [u8])) -> PyResult<Str> {
        if length <= 1 {
            let mut unit = [0];
            fill(unit.get_mut(..length).unwrap_or_default());
            return Ok(if length == 0 { self.empty_str() } else { self.latin1_character(unit[0]) });
        }
        let string = self.allocate_str(length, 0, ascii)?;
        // SAFETY: the string was allocated with `length` zeroed bytes after its header, and nobody else sees it yet.
        let bytes =
            unsafe { core::slice::from_raw_parts_mut(string.0.raw_bytes_behind::<0>().add(DATA), length) };
        fill(bytes);
        debug_assert!(!ascii || bytes.is_ascii());
        if !ascii && bytes.is_ascii() {
            string.0.initialize_client_flags(client_flags::STR_ASCII);
        }
        Ok(string)
    }

    /// A copy of a string as an instance of `class`, which is `str` or inherits from it.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn str_of_class(&self, class: crate::types::class::Class, text: Str) -> PyResult<Str> {
        let bytes = text.bytes().len();
        let total = bytes.checked_add(DATA).ok_or_else(|| self.memory_error())?;
        let object = crate::types::class::allocate_variable(self, class, class.slot_count(), total)?;
        object.raw_store_u64(LENGTH, text.len() as u64);
        let content = text.0.client_flags() & (client_flags::STR_WIDTH | client_flags::STR_ASCII);
        object.initialize_client_flags(object.client_flags() | content);
        // SAFETY: the object was allocated with room for these bytes after the header of the string, nobody else sees it yet, and
        // the source is another object.
        unsafe {
            core::ptr::copy_nonoverlapping(text.data(), object.raw_bytes_pointer().add(DATA), bytes);
        }
        Ok(Str(object))
    }

    /// A string of code units whose narrowest width the caller knows (0 for bytes, 1 for two, 2 for four bytes per unit).
    pub(crate) fn str_from_units_unchecked<T>(&self, units: &[T], shift: u8, ascii: bool) -> PyResult<Str> {
        let string = self.allocate_str(units.len(), shift, ascii)?;
        // SAFETY: the string was allocated with room for these units, nobody else sees it yet.
        unsafe {
            let data = string.0.raw_bytes_behind::<0>().add(DATA);
            copy_bytes(units.as_ptr().cast::<u8>(), data, core::mem::size_of_val(units));
        }
        Ok(string)
    }

    /// A string of UTF-8 text.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_str(&self, text: &str) -> PyResult<Str> {
        if text.is_ascii() {
            return match text.as_bytes() {
                [] => Ok(self.empty_str()),
                &[unit] => Ok(self.latin1_character(unit)),
                bytes => self.str_from_units_unchecked(bytes, 0, true),
            };
        }
        let mut length = 0;
        let mut largest = 0;
        for character in text.chars() {
            length += 1;
            largest = largest.max(character as u32);
        }
        let shift = width_shift(largest);
        let string = self.allocate_str(length, shift, false)?;
        // SAFETY: room for `length` units of this width was allocated after the header of the string.
        let data = unsafe { string.0.raw_bytes_behind::<0>().add(DATA) };
        for (index, character) in text.chars().enumerate() {
            // SAFETY: `index < length`, and each character fits the width of the largest.
            unsafe { write_units(data.add(index << shift), shift, &[character as u32]) };
        }
        Ok(string)
    }

    /// A string value of UTF-8 text.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn str(&self, text: &str) -> PyResult<Value> {
        Ok(self.new_str(text)?.as_value())
    }

    /// A string of formatted text.
    ///
    /// # Errors
    /// MemoryError.
    pub fn str_format(&self, arguments: fmt::Arguments<'_>) -> PyResult<Value> {
        match arguments.as_str() {
            Some(text) => self.str(text),
            None => self.str(&alloc::fmt::format(arguments)),
        }
    }

    /// A string of WTF-8 text (UTF-8 with lone surrogates allowed); ill-formed bytes become U+FFFD.
    ///
    /// # Errors
    /// MemoryError.
    pub fn str_from_wtf8(&self, bytes: &[u8]) -> PyResult<Str> {
        if let Ok(text) = core::str::from_utf8(bytes) {
            return self.new_str(text);
        }
        let mut code_points = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some((&first, tail)) = rest.split_first() {
            let (code_point, used) = match (first, tail) {
                (0..0x80, _) => (first as u32, 1),
                (0xC2..0xE0, &[second, ..]) => ((first as u32 & 0x1F) << 6 | second as u32 & 0x3F, 2),
                (0xE0..0xF0, &[second, third, ..]) => {
                    ((first as u32 & 0x0F) << 12 | (second as u32 & 0x3F) << 6 | third as u32 & 0x3F, 3)
                }
                (0xF0..0xF5, &[second, third, fourth, ..]) => (
                    (first as u32 & 0x07) << 18
                        | (second as u32 & 0x3F) << 12
                        | (third as u32 & 0x3F) << 6
                        | fourth as u32 & 0x3F,
                    4,
                ),
                _ => (0xFFFD, 1),
            };
            code_points.push(code_point.min(0x10_FFFF));
            rest = rest.get(used..).unwrap_or(&[]);
        }
        self.str_from_code_points(&code_points)
    }

    /// A string of Latin-1 text.
    ///
    /// # Errors
    /// MemoryError.
    pub fn str_from_latin1(&self, bytes: &[u8]) -> PyResult<Str> {
        match bytes {
            [] => Ok(self.empty_str()),
            &[unit] => Ok(self.latin1_character(unit)),
            _ => self.str_from_units_unchecked(bytes, 0, bytes.is_ascii()),
        }
    }

    /// A string of code points up to U+FFFF.
    ///
    /// # Errors
    /// MemoryError.
    pub fn str_from_ucs2(&self, units: &[u16]) -> PyResult<Str> {
        let largest = units.iter().copied().max().unwrap_or(0);
        if largest >= 0x100 {
            return self.str_from_units_unchecked(units, 1, false);
        }
        let narrow: Vec<u8> = units.iter().map(|&unit| unit as u8).collect();
        self.str_from_latin1(&narrow)
    }

    /// A string of code points (which must be at most U+10FFFF; lone surrogates are allowed).
    ///
    /// # Errors
    /// MemoryError.
    pub fn str_from_code_points(&self, code_points: &[u32]) -> PyResult<Str> {
        let largest = code_points.iter().copied().max().unwrap_or(0);
        match width_shift(largest) {
            0 => {
                let narrow: Vec<u8> = code_points.iter().map(|&unit| unit as u8).collect();
                self.str_from_latin1(&narrow)
            }
            1 => {
                let narrow: Vec<u16> = code_points.iter().map(|&unit| unit as u16).collect();
                self.str_from_units_unchecked(&narrow, 1, false)
            }
            _ => self.str_from_units_unchecked(code_points, 2, false),
        }
    }

    /// A string of one code point.
    ///
    /// # Errors
    /// MemoryError.
    pub fn str_from_code_point(&self, code_point: u32) -> PyResult<Str> {
        match u8::try_from(code_point) {
            Ok(unit) => Ok(self.latin1_character(unit)),
            Err(_) => self.str_from_code_points(&[code_point]),
        }
    }

    /// `left + right`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn str_concat(&self, left: Str, right: Str) -> PyResult<Str> {
        if right.is_empty() && left.is_exact() {
            return Ok(left);
        }
        if left.is_empty() && right.is_exact() {
            return Ok(right);
        }
        let shift = left.width_shift().max(right.width_shift());
        let length = left.len().checked_add(right.len()).ok_or_else(|| self.memory_error())?;
        let string = self.allocate_str(length, shift, left.is_ascii() && right.is_ascii())?;
        // SAFETY: the new string has room for both parts at the wider width.
        unsafe {
            let data = string.0.raw_bytes_behind::<0>().add(DATA);
            write_str_units(data, shift, left);
            write_str_units(data.add(left.len() << shift), shift, right);
        }
        Ok(string)
    }

    /// `left += right`: as [`Context::str_concat`], but a long result keeps room to grow, so that repeated appending is linear.
    ///
    /// # Errors
    /// MemoryError.
    pub fn str_append(&self, left: Str, right: Str) -> PyResult<Str> {
        let shift = left.width_shift();
        if (left.len() << shift) < BUFFER_THRESHOLD
            || right.width_shift() > shift
            || !left.is_exact()
            || right.is_empty()
        {
            return self.str_concat(left, right);
        }
        let length = left.len().checked_add(right.len()).ok_or_else(|| self.memory_error())?;
        let left_bytes = left.len() << shift;
        let total = length << shift;
        let ascii = left.is_ascii() && right.is_ascii();
        // The string object comes first: its allocation may stop for an epoch, and nothing may stop between winning the
        // buffer's tail and filling it.
        let string = self.allocate(Kind::Str, 1, DATA)?;
        string.raw_store_u64(LENGTH, length as u64);
        string.initialize_client_flags(shift | if ascii { client_flags::STR_ASCII } else { 0 });
        if let Some(buffer) = left.buffer() {
            let fits = total as u64 <= buffer.raw_u64(BUFFER_CAPACITY);
            // Two threads may append to the same string: one wins the tail, the other copies.
            if fits && buffer.raw_compare_exchange_u64(BUFFER_FILLED, left_bytes as u64, total as u64).is_ok()
            {
                // SAFETY: the bytes from `left_bytes` to `total` are within the capacity and belong to the winner of the exchange.
                unsafe {
                    write_str_units(buffer.raw_bytes_pointer().add(BUFFER_DATA + left_bytes), shift, right);
                }
                self.initialize(string, BUFFER_SLOT, Value::from(buffer));
                return Ok(Str(string));
            }
        }
        let capacity = total.checked_mul(2).ok_or_else(|| self.memory_error())?;
        let buffer = self.allocate(Kind::RawArray, 0, BUFFER_DATA + capacity)?;
        buffer.raw_store_u64(BUFFER_CAPACITY, capacity as u64);
        buffer.raw_store_u64(BUFFER_FILLED, total as u64);
        // SAFETY: the new buffer has room for `capacity >= total` bytes after its header and nobody else sees it yet.
        unsafe {
            let data = buffer.raw_bytes_pointer().add(BUFFER_DATA);
            write_str_units(data, shift, left);
            write_str_units(data.add(left_bytes), shift, right);
        }
        self.store(string, BUFFER_SLOT, Value::from(buffer));
        Ok(Str(string))
    }
}

impl Context {
    /// The concatenation of strings.
    ///
    /// # Errors
    /// TypeError if a piece is no string, MemoryError.
    pub fn str_join_pieces(&self, pieces: &[Value]) -> PyResult<Str> {
        self.str_join_separated(self.empty_str(), pieces)
    }

    #[cold]
    fn not_a_piece(&self, index: usize, piece: Value) -> Raised {
        let class_name = self.type_name(piece);
        self.type_error(format_args!("sequence item {index}: expected str instance, {class_name} found"))
    }

    /// The concatenation of strings with a separator in between.
    ///
    /// # Errors
    /// TypeError if a piece is no string, MemoryError.
    pub fn str_join_separated(&self, separator: Str, pieces: &[Value]) -> PyResult<Str> {
        let gaps = pieces.len().saturating_sub(1);
        let mut length = separator.len().checked_mul(gaps).ok_or_else(|| self.memory_error())?;
        let (mut shift, mut ascii) =
            if gaps == 0 { (0, true) } else { (separator.width_shift(), separator.is_ascii()) };
        for (index, &piece) in pieces.iter().enumerate() {
            let Some(text) = Str::from_value(piece) else { return Err(self.not_a_piece(index, piece)) };
            length = length.checked_add(text.len()).ok_or_else(|| self.memory_error())?;
            shift = shift.max(text.width_shift());
            ascii &= text.is_ascii();
        }
        if length == 0 {
            return Ok(self.empty_str());
        }
        let joined = self.allocate_str(length, shift, ascii)?;
        let mut at = 0;
        for (index, &piece) in pieces.iter().enumerate() {
            let Some(text) = Str::from_value(piece) else { continue };
            // SAFETY: the new string has room for all pieces and separators at the widest width, and `at` is the sum of those written.
            unsafe {
                let data = joined.0.raw_bytes_behind::<0>().add(DATA);
                if index != 0 && !separator.is_empty() {
                    write_str_units(data.add(at << shift), shift, separator);
                    at += separator.len();
                }
                write_str_units(data.add(at << shift), shift, text);
            }
            at += text.len();
        }
        Ok(joined)
    }
}
