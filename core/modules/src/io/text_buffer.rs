//! Text in Rust memory, one byte per code point as long as that suffices.
//!
//! Invariant: the wide form is used only once a code point above U+00FF has come in. Making a string of a piece is the caller's, when no
//! lock is held: a piece is a copy.

use alloc::vec::Vec;
use core::ops::Range;

use threadsnake_engine::types::str_object::{Str, Units};
use threadsnake_engine::{Context, PyResult};

/// Text that grows.
pub enum TextBuffer {
    /// Code points up to U+00FF.
    Narrow(Vec<u8>),
    /// All code points.
    Wide(Vec<u32>),
}

impl Default for TextBuffer {
    fn default() -> Self {
        TextBuffer::Narrow(Vec::new())
    }
}

impl TextBuffer {
    /// A copy of a string.
    pub fn of(text: Str) -> TextBuffer {
        let mut buffer = TextBuffer::default();
        buffer.push(text);
        buffer
    }

    /// Number of code points.
    pub fn len(&self) -> usize {
        match self {
            TextBuffer::Narrow(units) => units.len(),
            TextBuffer::Wide(units) => units.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn widen(&mut self) -> &mut Vec<u32> {
        if let TextBuffer::Narrow(units) = self {
            *self = TextBuffer::Wide(units.iter().map(|&unit| u32::from(unit)).collect());
        }
        match self {
            TextBuffer::Wide(units) => units,
            TextBuffer::Narrow(_) => unreachable!("made wide above"),
        }
    }

    /// Adds a string at the end.
    pub fn push(&mut self, text: Str) {
        let end = self.len();
        self.replace(end, text);
    }

    /// Writes a string over what stands at `start`, which is not behind the end.
    pub fn replace(&mut self, start: usize, text: Str) {
        fn over<U: Copy>(units: &mut Vec<U>, start: usize, with: impl ExactSizeIterator<Item = U>) {
            if start == units.len() {
                units.extend(with);
                return;
            }
            let end = start.saturating_add(with.len()).min(units.len());
            units.splice(start..end, with);
        }
        match (&mut *self, text.units()) {
            (TextBuffer::Narrow(units), Units::Latin1(with)) => {
                if start == units.len() {
                    units.extend_from_slice(with);
                } else {
                    over(units, start, with.iter().copied());
                }
            }
            (TextBuffer::Wide(units), Units::Latin1(with)) => {
                over(units, start, with.iter().map(|&unit| u32::from(unit)));
            }
            (_, Units::Ucs2(with)) => over(self.widen(), start, with.iter().map(|&unit| u32::from(unit))),
            (_, Units::Ucs4(with)) => over(self.widen(), start, with.iter().copied()),
        }
    }

    /// Adds zeros until there are `length` code points.
    ///
    /// # Errors
    /// MemoryError.
    pub fn pad(&mut self, cx: &Context, length: usize) -> PyResult<()> {
        let more = length.saturating_sub(self.len());
        let reserved = match self {
            TextBuffer::Narrow(units) => units.try_reserve(more),
            TextBuffer::Wide(units) => units.try_reserve(more),
        };
        if reserved.is_err() {
            return Err(cx.memory_error());
        }
        match self {
            TextBuffer::Narrow(units) => units.resize(units.len() + more, 0),
            TextBuffer::Wide(units) => units.resize(units.len() + more, 0),
        }
        Ok(())
    }

    /// Shortens to `length` code points.
    pub fn truncate(&mut self, length: usize) {
        match self {
            TextBuffer::Narrow(units) => units.truncate(length),
            TextBuffer::Wide(units) => units.truncate(length),
        }
    }

    /// A copy of a range, clipped to what there is.
    pub fn piece(&self, range: Range<usize>) -> TextBuffer {
        let end = range.end.min(self.len());
        let range = range.start.min(end)..end;
        match self {
            TextBuffer::Narrow(units) => TextBuffer::Narrow(units.get(range).unwrap_or(&[]).to_vec()),
            TextBuffer::Wide(units) => TextBuffer::Wide(units.get(range).unwrap_or(&[]).to_vec()),
        }
    }

    /// The units, for a search.
    pub fn units(&self) -> Units<'_> {
        match self {
            TextBuffer::Narrow(units) => Units::Latin1(units),
            TextBuffer::Wide(units) => Units::Ucs4(units),
        }
    }

    /// The string.
    ///
    /// # Errors
    /// MemoryError.
    pub fn to_str(&self, cx: &Context) -> PyResult<Str> {
        match self {
            TextBuffer::Narrow(units) => cx.str_from_latin1(units),
            TextBuffer::Wide(units) => cx.str_from_code_points(units),
        }
    }
}
