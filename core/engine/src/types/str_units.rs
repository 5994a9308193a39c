//! Work on the code units of strings, whatever their width.
//!
//! Invariant: a string's width is the narrowest that holds it, so what a wider string looks for is not in a narrower one.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::context::Context;
use crate::error::PyResult;
use crate::protocol::text::{DigitBuffer, decimal_digits};
use crate::text::search::Searchable;
use crate::types::str_object::{Str, Units};
use crate::value::Value;

/// Evaluates an expression with the code units of a string, for each of the three widths.
macro_rules! with_units {
    ($text:expr, $units:ident => $body:expr) => {
        match $text.units() {
            $crate::types::str_object::Units::Latin1($units) => $body,
            $crate::types::str_object::Units::Ucs2($units) => $body,
            $crate::types::str_object::Units::Ucs4($units) => $body,
        }
    };
}
pub(crate) use with_units;

/// A code unit of strings.
pub trait TextUnit: Searchable {
    /// The units, if they are of this width.
    fn of(units: Units<'_>) -> Option<&[Self]>;
    /// The units as bytes, if they are bytes.
    fn as_bytes(_units: &[Self]) -> Option<&[u8]> {
        None
    }
}

impl TextUnit for u8 {
    #[inline(always)]
    fn of(units: Units<'_>) -> Option<&[u8]> {
        if let Units::Latin1(units) = units { Some(units) } else { None }
    }

    #[inline(always)]
    fn as_bytes(units: &[u8]) -> Option<&[u8]> {
        Some(units)
    }
}

impl TextUnit for u16 {
    fn of(units: Units<'_>) -> Option<&[u16]> {
        if let Units::Ucs2(units) = units { Some(units) } else { None }
    }
}

impl TextUnit for u32 {
    fn of(units: Units<'_>) -> Option<&[u32]> {
        if let Units::Ucs4(units) = units { Some(units) } else { None }
    }
}

/// The text in units of this width; absent if it has code points that do not fit.
pub(crate) fn in_units<U: TextUnit>(text: &Str) -> Option<Cow<'_, [U]>> {
    if let Some(units) = U::of(text.units()) {
        return Some(Cow::Borrowed(units));
    }
    if (1 << text.width_shift()) > core::mem::size_of::<U>() {
        return None;
    }
    text.code_points().map(U::from_code_point).collect::<Option<Vec<U>>>().map(Cow::Owned)
}

/// Collects code points into the narrowest string, bytes first and wider units once one does not fit.
#[derive(Default)]
pub struct TextBuilder {
    narrow: Vec<u8>,
    wide: Vec<u32>,
}

/// Bytes that a thread keeps for its next text.
const KEPT_BYTES: usize = 4096;

impl TextBuilder {
    /// A builder in the thread's own memory for texts, if no other has it. [`TextBuilder::finish_reused`] gives it back.
    #[inline]
    pub(crate) fn reusing(cx: &Context, capacity: usize) -> Self {
        let mut narrow = cx.text_buffer.take();
        narrow.clear();
        // As in `with_capacity`.
        let _ = narrow.try_reserve(capacity);
        TextBuilder { narrow, wide: Vec::new() }
    }

    /// The string; the memory goes back to the thread.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub(crate) fn finish_reused(self, cx: &Context) -> PyResult<Str> {
        let text = self.finish(cx);
        if self.narrow.capacity() <= KEPT_BYTES {
            cx.text_buffer.set(self.narrow);
        }
        text
    }

    /// A builder with room for this many code points below 256.
    pub fn with_capacity(capacity: usize) -> Self {
        // A capacity is a hint: what cannot be had now is asked for again when it is needed.
        let mut narrow = Vec::new();
        let _ = narrow.try_reserve(capacity);
        TextBuilder { narrow, wide: Vec::new() }
    }

    fn widen(&mut self) {
        if self.wide.is_empty() {
            self.wide.reserve(self.narrow.len() + 16);
            self.wide.extend(self.narrow.iter().map(|&unit| unit as u32));
            self.narrow = Vec::new();
        }
    }

    /// Adds a code point.
    #[inline]
    pub fn push(&mut self, code_point: u32) {
        if self.wide.is_empty() {
            if let Ok(unit) = u8::try_from(code_point) {
                self.narrow.push(unit);
                return;
            }
            self.widen();
        }
        self.wide.push(code_point);
    }

    /// Adds ASCII or Latin-1 units.
    pub fn push_latin1(&mut self, units: &[u8]) {
        if self.wide.is_empty() {
            self.narrow.extend_from_slice(units);
        } else {
            self.wide.extend(units.iter().map(|&unit| unit as u32));
        }
    }

    /// Adds units of any width.
    pub fn push_units<U: TextUnit>(&mut self, units: &[U]) {
        if core::mem::size_of::<U>() == 1 && self.wide.is_empty() {
            match U::as_bytes(units) {
                Some(bytes) => self.narrow.extend_from_slice(bytes),
                None => self.narrow.extend(units.iter().map(|unit| unit.code_point() as u8)),
            }
        } else {
            self.widen();
            self.wide.extend(units.iter().map(|unit| unit.code_point()));
        }
    }

    /// Adds a string.
    pub fn push_str(&mut self, text: Str) {
        match text.units() {
            Units::Latin1(units) => self.push_latin1(units),
            Units::Ucs2(units) => self.push_units(units),
            Units::Ucs4(units) => self.push_units(units),
        }
    }

    /// Adds what `format(value)` is of an exact string or a tagged int; false, with nothing added, for any other value.
    #[inline]
    pub(crate) fn push_simple(&mut self, value: Value) -> bool {
        if let Some(number) = value.as_small_int() {
            if number < 0 {
                self.push_latin1(b"-");
            }
            self.push_latin1(decimal_digits(number.unsigned_abs(), &mut DigitBuffer::default()));
            return true;
        }
        match Str::from_value(value) {
            Some(text) if text.is_exact() => {
                self.push_str(text);
                true
            }
            _ => false,
        }
    }

    /// Adds a code point several times.
    ///
    /// # Errors
    /// MemoryError.
    pub fn push_repeated(&mut self, cx: &Context, code_point: u32, count: usize) -> PyResult<()> {
        if count == 0 {
            return Ok(());
        }
        let reserved = match (u8::try_from(code_point), self.wide.is_empty()) {
            (Ok(_), true) => self.narrow.try_reserve(count),
            _ => {
                if count != 0 {
                    self.widen();
                }
                self.wide.try_reserve(count)
            }
        };
        reserved.map_err(|_| cx.memory_error())?;
        match u8::try_from(code_point) {
            Ok(unit) if self.wide.is_empty() => self.narrow.resize(self.narrow.len() + count, unit),
            _ => self.wide.resize(self.wide.len() + count, code_point),
        }
        Ok(())
    }

    /// The code points as bytes; wider ones are not expected and lose their upper bits.
    pub fn into_bytes(self) -> Vec<u8> {
        if self.wide.is_empty() { self.narrow } else { self.wide.iter().map(|&unit| unit as u8).collect() }
    }

    /// The string.
    ///
    /// # Errors
    /// MemoryError.
    pub fn finish(&self, cx: &Context) -> PyResult<Str> {
        if self.wide.is_empty() {
            cx.str_from_latin1(&self.narrow)
        } else {
            cx.str_from_code_points(&self.wide)
        }
    }
}
