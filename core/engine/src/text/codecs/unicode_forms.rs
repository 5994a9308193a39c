//! UTF-8, UTF-16 and UTF-32.
//!
//! Invariant: surrogates are errors in both directions; the handler `surrogatepass` is what lets them through.
//! Source: The Unicode Standard, chapter 3.9; CPython's Objects/stringlib/codecs.h for the ranges of errors, which are the
//! "maximal subparts" that `core::str::from_utf8` reports too.

use alloc::vec::Vec;

use super::{ByteOrder, CodecError, Step};
use crate::text::CodeUnit;

const END_OF_DATA: &str = "unexpected end of data";
const TRUNCATED: &str = "truncated data";
const SURROGATES: &str = "surrogates not allowed";

/// UTF-8.
pub fn decode_utf8(input: &[u8], from: usize, is_final: bool, sink: &mut impl FnMut(u32)) -> Step {
    let rest = input.get(from..).unwrap_or(&[]);
    let (valid, error) = match core::str::from_utf8(rest) {
        Ok(text) => (text, None),
        Err(error) => {
            let valid = rest.get(..error.valid_up_to()).unwrap_or(&[]);
            (core::str::from_utf8(valid).unwrap_or(""), Some(error))
        }
    };
    valid.chars().for_each(|character| sink(character as u32));
    let start = from + valid.len();
    match error.map(|error| error.error_len()) {
        None => Step::Consumed(input.len()),
        Some(None) if !is_final => Step::Consumed(start),
        Some(None) => Step::Error(CodecError::new(start, input.len(), END_OF_DATA)),
        // The handler `surrogatepass` would take the whole sequence, of which the end is missing.
        Some(Some(_)) if !is_final && matches!(input.get(start..), Some([0xed, 0xa0..=0xbf])) => {
            Step::Consumed(start)
        }
        Some(Some(length)) => {
            let reason = match input.get(start) {
                Some(0xc2..=0xf4) => "invalid continuation byte",
                _ => "invalid start byte",
            };
            Step::Error(CodecError::new(start, start + length, reason))
        }
    }
}

fn unit16(bytes: &[u8], at: usize, order: ByteOrder) -> Option<u32> {
    let pair = *bytes.get(at..)?.first_chunk::<2>()?;
    Some(match order {
        ByteOrder::Little => u16::from_le_bytes(pair) as u32,
        ByteOrder::Big => u16::from_be_bytes(pair) as u32,
    })
}

/// UTF-16 in a known byte order.
pub fn decode_utf16(
    input: &[u8],
    from: usize,
    order: ByteOrder,
    is_final: bool,
    sink: &mut impl FnMut(u32),
) -> Step {
    let mut at = from;
    while let Some(unit) = unit16(input, at, order) {
        match unit {
            0xd800..0xdc00 => match unit16(input, at + 2, order) {
                Some(low @ 0xdc00..0xe000) => {
                    sink(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
                    at += 2;
                }
                Some(_) => return Step::Error(CodecError::new(at, at + 2, "illegal UTF-16 surrogate")),
                None if !is_final => return Step::Consumed(at),
                None => return Step::Error(CodecError::new(at, input.len(), END_OF_DATA)),
            },
            0xdc00..0xe000 => return Step::Error(CodecError::new(at, at + 2, "illegal encoding")),
            _ => sink(unit),
        }
        at += 2;
    }
    match at >= input.len() || !is_final {
        true => Step::Consumed(at),
        false => Step::Error(CodecError::new(at, input.len(), TRUNCATED)),
    }
}

/// UTF-32 in a known byte order.
pub fn decode_utf32(
    input: &[u8],
    from: usize,
    order: ByteOrder,
    is_final: bool,
    sink: &mut impl FnMut(u32),
) -> Step {
    let mut at = from;
    while let Some(&bytes) = input.get(at..).and_then(|rest| rest.first_chunk::<4>()) {
        let code_point = match order {
            ByteOrder::Little => u32::from_le_bytes(bytes),
            ByteOrder::Big => u32::from_be_bytes(bytes),
        };
        let reason = match code_point {
            0xd800..0xe000 => "code point in surrogate code point range(0xd800, 0xe000)",
            0x11_0000.. => "code point not in range(0x110000)",
            _ => {
                sink(code_point);
                at += 4;
                continue;
            }
        };
        return Step::Error(CodecError::new(at, at + 4, reason));
    }
    match at >= input.len() || !is_final {
        true => Step::Consumed(at),
        false => Step::Error(CodecError::new(at, input.len(), TRUNCATED)),
    }
}

/// The byte order that a byte order mark at the start of UTF-16 (`width` 2) or UTF-32 (`width` 4) shows. `None` for no mark, in
/// which case Python takes the machine's order; the mark, where there is one, is not part of the text.
pub fn byte_order_mark(input: &[u8], width: usize) -> Option<ByteOrder> {
    match (width, input) {
        (2, [0xff, 0xfe, ..]) | (4, [0xff, 0xfe, 0, 0, ..]) => Some(ByteOrder::Little),
        (2, [0xfe, 0xff, ..]) | (4, [0, 0, 0xfe, 0xff, ..]) => Some(ByteOrder::Big),
        _ => None,
    }
}

fn is_surrogate(code_point: u32) -> bool {
    (0xd800..0xe000).contains(&code_point)
}

/// Appends the UTF-8 form of any number below 2**21, surrogates included.
pub fn push_utf8(code_point: u32, out: &mut Vec<u8>) {
    let continuation = |shift: u32| 0x80 | (code_point >> shift & 0x3f) as u8;
    match code_point {
        0..0x80 => out.push(code_point as u8),
        0x80..0x800 => out.extend_from_slice(&[0xc0 | (code_point >> 6) as u8, continuation(0)]),
        0x800..0x1_0000 => {
            out.extend_from_slice(&[0xe0 | (code_point >> 12) as u8, continuation(6), continuation(0)]);
        }
        _ => out.extend_from_slice(&[
            0xf0 | (code_point >> 18 & 7) as u8,
            continuation(12),
            continuation(6),
            continuation(0),
        ]),
    }
}

/// UTF-8.
pub fn encode_utf8<U: CodeUnit>(text: &[U], from: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let rest = text.get(from..).unwrap_or(&[]);
    out.reserve(rest.len());
    for (index, unit) in rest.iter().enumerate() {
        let code_point = unit.code_point();
        if code_point < 0x80 {
            out.push(code_point as u8);
            continue;
        }
        if is_surrogate(code_point) {
            let run = rest.get(index..).unwrap_or(&[]);
            let length = run.iter().take_while(|unit| is_surrogate(unit.code_point())).count();
            return Err(CodecError::new(from + index, from + index + length, SURROGATES));
        }
        push_utf8(code_point, out);
    }
    Ok(())
}

/// Appends a UTF-16 unit.
pub fn push_utf16(unit: u16, order: ByteOrder, out: &mut Vec<u8>) {
    out.extend_from_slice(&match order {
        ByteOrder::Little => unit.to_le_bytes(),
        ByteOrder::Big => unit.to_be_bytes(),
    });
}

/// Appends a UTF-32 unit.
pub fn push_utf32(unit: u32, order: ByteOrder, out: &mut Vec<u8>) {
    out.extend_from_slice(&match order {
        ByteOrder::Little => unit.to_le_bytes(),
        ByteOrder::Big => unit.to_be_bytes(),
    });
}

/// UTF-16 without a byte order mark.
pub fn encode_utf16<U: CodeUnit>(
    text: &[U],
    from: usize,
    order: ByteOrder,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    for (index, unit) in text.iter().enumerate().skip(from) {
        match unit.code_point() {
            code_point if is_surrogate(code_point) => {
                return Err(CodecError::new(index, index + 1, SURROGATES));
            }
            code_point @ 0..0x1_0000 => push_utf16(code_point as u16, order, out),
            code_point => {
                let offset = code_point - 0x1_0000;
                push_utf16(0xd800 | (offset >> 10 & 0x3ff) as u16, order, out);
                push_utf16(0xdc00 | (offset & 0x3ff) as u16, order, out);
            }
        }
    }
    Ok(())
}

/// UTF-32 without a byte order mark.
pub fn encode_utf32<U: CodeUnit>(
    text: &[U],
    from: usize,
    order: ByteOrder,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    for (index, unit) in text.iter().enumerate().skip(from) {
        if is_surrogate(unit.code_point()) {
            return Err(CodecError::new(index, index + 1, SURROGATES));
        }
        push_utf32(unit.code_point(), order, out);
    }
    Ok(())
}
