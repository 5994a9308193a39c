//! Text encodings: bytes to code points and back, with the caller's error handler in between.
//!
//! Invariant: decoding and encoding are the same for every splitting of the input that the incremental form allows, and
//! handlers see CPython's ranges and reasons. A handler decides where to go on, so it bounds the work: one that never
//! advances never ends, and the caller polls.
//! Source: CPython's Objects/unicodeobject.c; reasons are those of CPython 3.13.
//!
//! - [`unicode_forms`]: UTF-8, UTF-16, UTF-32. [`single_byte`]: Latin-1, ASCII, tables. [`escapes`]: `unicode_escape` and its
//!   raw sister. [`handlers`]: the error handlers that every Python has.

pub mod escapes;
pub mod handlers;
pub mod single_byte;
pub mod unicode_forms;

use alloc::vec::Vec;

use super::CodeUnit;

/// What cannot be decoded or encoded, and why. Places are bytes when decoding and code points when encoding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CodecError {
    /// First place.
    pub start: usize,
    /// After the last place.
    pub end: usize,
    /// The reason, as `UnicodeError.reason`.
    pub reason: &'static str,
}

impl CodecError {
    fn new(start: usize, end: usize, reason: &'static str) -> Self {
        CodecError { start, end, reason }
    }
}

/// The order of a unit's bytes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ByteOrder {
    /// Least significant first.
    Little,
    /// Most significant first.
    Big,
}

/// An encoding that the engine knows itself.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Codec {
    /// `utf-8`
    Utf8,
    /// `utf-16-le` and `utf-16-be`; for `utf-16` see [`unicode_forms::byte_order_mark`].
    Utf16(ByteOrder),
    /// `utf-32-le` and `utf-32-be`
    Utf32(ByteOrder),
    /// `latin-1`
    Latin1,
    /// `ascii`
    Ascii,
    /// `cp1252`
    Windows1252,
    /// `unicode_escape`
    UnicodeEscape,
    /// `raw_unicode_escape`
    RawUnicodeEscape,
}

/// What a decoder did: how far it came without an error.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// To here; what is left, if anything, is an incomplete sequence and more input may complete it.
    Consumed(usize),
    /// Up to an error.
    Error(CodecError),
}

/// Finds characters by name, for `\N{...}`.
pub type NameLookup<'a> = &'a dyn Fn(&str) -> Option<u32>;

impl Codec {
    /// The codec's name in `UnicodeError.encoding`.
    pub fn error_name(self) -> &'static str {
        match self {
            Codec::Utf8 => "utf-8",
            Codec::Utf16(ByteOrder::Little) => "utf-16-le",
            Codec::Utf16(ByteOrder::Big) => "utf-16-be",
            Codec::Utf32(ByteOrder::Little) => "utf-32-le",
            Codec::Utf32(ByteOrder::Big) => "utf-32-be",
            Codec::Latin1 => "latin-1",
            Codec::Ascii => "ascii",
            Codec::Windows1252 => "charmap",
            Codec::UnicodeEscape => "unicodeescape",
            Codec::RawUnicodeEscape => "rawunicodeescape",
        }
    }

    /// The codec of a normalised name: lower case, with hyphens and underscores taken out.
    pub fn from_normalized_name(name: &str) -> Option<Self> {
        Some(match name {
            "utf8" | "u8" | "utf" | "cp65001" => Codec::Utf8,
            "utf16le" | "unicodelittleunmarked" => Codec::Utf16(ByteOrder::Little),
            "utf16be" | "unicodebigunmarked" => Codec::Utf16(ByteOrder::Big),
            "utf32le" => Codec::Utf32(ByteOrder::Little),
            "utf32be" => Codec::Utf32(ByteOrder::Big),
            "latin1" | "iso88591" | "latin" | "l1" | "88591" | "cp819" | "iso8859" => Codec::Latin1,
            "ascii" | "usascii" | "646" => Codec::Ascii,
            "cp1252" | "windows1252" | "1252" => Codec::Windows1252,
            "unicodeescape" => Codec::UnicodeEscape,
            "rawunicodeescape" => Codec::RawUnicodeEscape,
            _ => return None,
        })
    }

    /// Decodes `input` from `from` on, as far as it goes without an error.
    pub fn decode_step(
        self,
        input: &[u8],
        from: usize,
        is_final: bool,
        names: NameLookup<'_>,
        sink: &mut impl FnMut(u32),
    ) -> Step {
        match self {
            Codec::Utf8 => unicode_forms::decode_utf8(input, from, is_final, sink),
            Codec::Utf16(order) => unicode_forms::decode_utf16(input, from, order, is_final, sink),
            Codec::Utf32(order) => unicode_forms::decode_utf32(input, from, order, is_final, sink),
            Codec::Latin1 => single_byte::decode_latin1(input, from, sink),
            Codec::Ascii => single_byte::decode_ascii(input, from, sink),
            Codec::Windows1252 => single_byte::decode_table(input, from, &single_byte::WINDOWS_1252, sink),
            Codec::UnicodeEscape => escapes::decode(input, from, is_final, names, sink),
            Codec::RawUnicodeEscape => escapes::decode_raw(input, from, is_final, sink),
        }
    }

    /// Encodes `text` from `from` on, until its end or an error.
    pub fn encode_step<U: CodeUnit>(
        self,
        text: &[U],
        from: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        match self {
            Codec::Utf8 => unicode_forms::encode_utf8(text, from, out),
            Codec::Utf16(order) => unicode_forms::encode_utf16(text, from, order, out),
            Codec::Utf32(order) => unicode_forms::encode_utf32(text, from, order, out),
            Codec::Latin1 => single_byte::encode_below(text, from, 0x100, "ordinal not in range(256)", out),
            Codec::Ascii => single_byte::encode_below(text, from, 0x80, "ordinal not in range(128)", out),
            Codec::Windows1252 => {
                single_byte::encode_with(text, from, single_byte::to_windows_1252, single_byte::UNMAPPED, out)
            }
            Codec::UnicodeEscape => {
                escapes::encode(text, from, out);
                Ok(())
            }
            Codec::RawUnicodeEscape => {
                escapes::encode_raw(text, from, out);
                Ok(())
            }
        }
    }

    /// Decodes all of `input`; `handler` writes what stands for an error to the sink and says where to go on. Returns how many
    /// bytes were consumed, which is all of them if `is_final`.
    pub fn decode<E, S: FnMut(u32)>(
        self,
        input: &[u8],
        is_final: bool,
        names: NameLookup<'_>,
        sink: &mut S,
        mut handler: impl FnMut(&CodecError, &mut S) -> Result<usize, E>,
    ) -> Result<usize, E> {
        let mut at = 0;
        loop {
            match self.decode_step(input, at, is_final, names, sink) {
                Step::Consumed(consumed) => return Ok(consumed),
                Step::Error(error) => at = handler(&error, sink)?.min(input.len()),
            }
        }
    }

    /// Encodes all of `text`; `handler` writes the bytes that stand for an error and says where to go on.
    pub fn encode<E, U: CodeUnit>(
        self,
        text: &[U],
        out: &mut Vec<u8>,
        mut handler: impl FnMut(&CodecError, &mut Vec<u8>) -> Result<usize, E>,
    ) -> Result<(), E> {
        let mut at = 0;
        while let Err(error) = self.encode_step(text, at, out) {
            at = handler(&error, out)?.min(text.len());
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "../tests/codecs.rs"]
mod tests;
