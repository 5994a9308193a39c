//! The error handlers that every Python has: `strict`, `ignore`, `replace`, `backslashreplace`, `xmlcharrefreplace`,
//! `namereplace`, `surrogateescape`, `surrogatepass`.
//!
//! Invariant: a handler either says what stands for the error and where to go on, or that the error stands.
//! Source: CPython's Python/codecs.c (`PyCodec_ReplaceErrors` and its neighbours); PEP 293, 383.

use alloc::format;
use alloc::vec::Vec;

use super::unicode_forms::{push_utf8, push_utf16, push_utf32};
use super::{ByteOrder, Codec, CodecError};
use crate::text::CodeUnit;
use crate::text::repr::write_hexadecimal;

/// A builtin error handler.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ErrorHandler {
    /// Every error stands.
    Strict,
    /// Leaves out.
    Ignore,
    /// U+FFFD, or `?`.
    Replace,
    /// `\xNN`, `\uNNNN`, `\UNNNNNNNN`.
    BackslashReplace,
    /// `&#NNN;`, for encoding only.
    XmlCharacterReplace,
    /// `\N{NAME}`, for encoding only.
    NameReplace,
    /// Bytes above 127 to and from U+DC80 to U+DCFF.
    SurrogateEscape,
    /// Surrogates as if they were characters, in the Unicode encodings.
    SurrogatePass,
}

/// The names of characters, for `namereplace`.
pub type CharacterNames<'a> = &'a dyn Fn(u32) -> Option<alloc::string::String>;

impl ErrorHandler {
    /// The handler of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "strict" => ErrorHandler::Strict,
            "ignore" => ErrorHandler::Ignore,
            "replace" => ErrorHandler::Replace,
            "backslashreplace" => ErrorHandler::BackslashReplace,
            "xmlcharrefreplace" => ErrorHandler::XmlCharacterReplace,
            "namereplace" => ErrorHandler::NameReplace,
            "surrogateescape" => ErrorHandler::SurrogateEscape,
            "surrogatepass" => ErrorHandler::SurrogatePass,
            _ => return None,
        })
    }

    /// Whether it handles errors of decoding at all; the others are a TypeError.
    pub fn can_decode(self) -> bool {
        !matches!(self, ErrorHandler::XmlCharacterReplace | ErrorHandler::NameReplace)
    }

    /// Handles an error of decoding: writes what stands for it and says where to go on, or `None` if the error stands.
    pub fn decode(
        self,
        codec: Codec,
        input: &[u8],
        error: &CodecError,
        sink: &mut impl FnMut(u32),
    ) -> Option<usize> {
        let bytes = input.get(error.start..error.end)?;
        match self {
            ErrorHandler::Strict | ErrorHandler::XmlCharacterReplace | ErrorHandler::NameReplace => None,
            ErrorHandler::Ignore => Some(error.end),
            ErrorHandler::Replace => {
                sink(0xfffd);
                Some(error.end)
            }
            ErrorHandler::BackslashReplace => {
                for &byte in bytes {
                    sink('\\' as u32);
                    sink('x' as u32);
                    write_hexadecimal(byte as u32, 2, sink);
                }
                Some(error.end)
            }
            ErrorHandler::SurrogateEscape => {
                let escaped = bytes.iter().take_while(|&&byte| byte >= 0x80);
                let count = escaped.clone().count();
                escaped.for_each(|&byte| sink(0xdc00 + byte as u32));
                (count != 0).then_some(error.start + count)
            }
            ErrorHandler::SurrogatePass => {
                let rest = input.get(error.start..)?;
                let (surrogate, length) = match (codec, rest) {
                    (Codec::Utf8, &[0xed, high @ 0xa0..=0xbf, low @ 0x80..=0xbf, ..]) => {
                        (0xd000 | (high as u32 & 0x3f) << 6 | low as u32 & 0x3f, 3)
                    }
                    (Codec::Utf16(ByteOrder::Little), &[low, high, ..]) => {
                        (u16::from_le_bytes([low, high]) as u32, 2)
                    }
                    (Codec::Utf16(ByteOrder::Big), &[high, low, ..]) => {
                        (u16::from_be_bytes([high, low]) as u32, 2)
                    }
                    (Codec::Utf32(ByteOrder::Little), &[a, b, c, d, ..]) => {
                        (u32::from_le_bytes([a, b, c, d]), 4)
                    }
                    (Codec::Utf32(ByteOrder::Big), &[a, b, c, d, ..]) => {
                        (u32::from_be_bytes([a, b, c, d]), 4)
                    }
                    _ => return None,
                };
                if !(0xd800..0xe000).contains(&surrogate) {
                    return None;
                }
                sink(surrogate);
                Some(error.start + length)
            }
        }
    }

    /// Handles an error of encoding: appends the bytes that stand for it and says where to go on, or `None` if the error
    /// stands.
    pub fn encode<U: CodeUnit>(
        self,
        codec: Codec,
        text: &[U],
        error: &CodecError,
        names: CharacterNames<'_>,
        out: &mut Vec<u8>,
    ) -> Option<usize> {
        let units = text.get(error.start..error.end)?;
        match self {
            ErrorHandler::Strict => return None,
            ErrorHandler::Ignore => {}
            ErrorHandler::Replace => units.iter().for_each(|_| push_ascii(codec, b"?", out)),
            ErrorHandler::BackslashReplace => {
                units.iter().for_each(|unit| push_backslashed(codec, unit.code_point(), out));
            }
            ErrorHandler::XmlCharacterReplace => {
                for unit in units {
                    push_ascii(codec, format!("&#{};", unit.code_point()).as_bytes(), out);
                }
            }
            ErrorHandler::NameReplace => {
                for unit in units {
                    match names(unit.code_point()) {
                        Some(name) => push_ascii(codec, format!("\\N{{{name}}}").as_bytes(), out),
                        None => push_backslashed(codec, unit.code_point(), out),
                    }
                }
            }
            ErrorHandler::SurrogateEscape => {
                if matches!(codec, Codec::Utf16(_) | Codec::Utf32(_)) {
                    return None;
                }
                let bytes = units.iter().map_while(|unit| match unit.code_point() {
                    escaped @ 0xdc80..=0xdcff => Some(escaped as u8),
                    _ => None,
                });
                let count = bytes.clone().count();
                // The codecs that CPython has in C go as far as they can; with a table it is all or nothing.
                if count < units.len() && !matches!(codec, Codec::Utf8 | Codec::Latin1 | Codec::Ascii) {
                    return None;
                }
                out.extend(bytes);
                return (count != 0).then_some(error.start + count);
            }
            ErrorHandler::SurrogatePass => {
                if units.iter().any(|unit| !(0xd800..0xe000).contains(&unit.code_point())) {
                    return None;
                }
                for unit in units {
                    match codec {
                        Codec::Utf8 => push_utf8(unit.code_point(), out),
                        Codec::Utf16(order) => push_utf16(unit.code_point() as u16, order, out),
                        Codec::Utf32(order) => push_utf32(unit.code_point(), order, out),
                        _ => return None,
                    }
                }
            }
        }
        Some(error.end)
    }
}

fn push_backslashed(codec: Codec, code_point: u32, out: &mut Vec<u8>) {
    let text = match code_point {
        0..0x100 => format!("\\x{code_point:02x}"),
        0x100..0x1_0000 => format!("\\u{code_point:04x}"),
        _ => format!("\\U{code_point:08x}"),
    };
    push_ascii(codec, text.as_bytes(), out);
}

/// ASCII text in the codec's units.
pub fn push_ascii(codec: Codec, text: &[u8], out: &mut Vec<u8>) {
    for &byte in text {
        match codec {
            Codec::Utf16(order) => push_utf16(byte as u16, order, out),
            Codec::Utf32(order) => push_utf32(byte as u32, order, out),
            _ => out.push(byte),
        }
    }
}
