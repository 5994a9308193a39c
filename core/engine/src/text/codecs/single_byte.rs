//! Encodings of one byte a character: Latin-1, ASCII and tables.
//!
//! Invariant: a table has 256 entries; [`UNDEFINED`] marks bytes and characters that it does not map.
//! Source: CPython's Objects/unicodeobject.c (`PyUnicode_DecodeCharmap`); the table of Windows code page 1252 is Unicode's
//! (CP1252.TXT).

use alloc::vec::Vec;

use super::{CodecError, Step};
use crate::text::CodeUnit;

/// The entry of a byte that a table does not map.
pub const UNDEFINED: u32 = 0xfffe;

/// The reason for what a table does not map.
pub const UNMAPPED: &str = "character maps to <undefined>";

/// Latin-1; there are no errors.
pub fn decode_latin1(input: &[u8], from: usize, sink: &mut impl FnMut(u32)) -> Step {
    input.iter().skip(from).for_each(|&byte| sink(byte as u32));
    Step::Consumed(input.len())
}

/// ASCII.
pub fn decode_ascii(input: &[u8], from: usize, sink: &mut impl FnMut(u32)) -> Step {
    for (index, &byte) in input.iter().enumerate().skip(from) {
        if byte >= 0x80 {
            return Step::Error(CodecError::new(index, index + 1, "ordinal not in range(128)"));
        }
        sink(byte as u32);
    }
    Step::Consumed(input.len())
}

/// By a table of code points (`codecs.charmap_decode` with a string).
pub fn decode_table<U: CodeUnit>(input: &[u8], from: usize, table: &[U], sink: &mut impl FnMut(u32)) -> Step {
    for (index, &byte) in input.iter().enumerate().skip(from) {
        match table.get(byte as usize).map(|unit| unit.code_point()).filter(|&unit| unit != UNDEFINED) {
            Some(code_point) => sink(code_point),
            None => return Step::Error(CodecError::new(index, index + 1, UNMAPPED)),
        }
    }
    Step::Consumed(input.len())
}

/// By a function from code points to bytes; an error covers the whole run of characters without a byte.
pub fn encode_with<U: CodeUnit>(
    text: &[U],
    from: usize,
    map: impl Fn(u32) -> Option<u8>,
    reason: &'static str,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    let rest = text.get(from..).unwrap_or(&[]);
    for (index, unit) in rest.iter().enumerate() {
        match map(unit.code_point()) {
            Some(byte) => out.push(byte),
            None => {
                let run = rest.get(index..).unwrap_or(&[]);
                let length = run.iter().take_while(|unit| map(unit.code_point()).is_none()).count();
                return Err(CodecError::new(from + index, from + index + length, reason));
            }
        }
    }
    Ok(())
}

/// Latin-1 and ASCII: code points below `limit`.
pub fn encode_below<U: CodeUnit>(
    text: &[U],
    from: usize,
    limit: u32,
    reason: &'static str,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    let map = |code_point: u32| u8::try_from(code_point).ok().filter(|_| code_point < limit);
    encode_with(text, from, map, reason, out)
}

/// The byte that a decoding table maps to a code point (`codecs.charmap_build`): pairs sorted by code point.
#[derive(Clone, Debug, Default)]
pub struct EncodingTable {
    pairs: Vec<(u32, u8)>,
}

impl EncodingTable {
    /// The inverse of a decoding table.
    pub fn new<U: CodeUnit>(table: &[U]) -> Self {
        let bytes = 0..=u8::MAX;
        let mut pairs: Vec<_> = table
            .iter()
            .map(|unit| unit.code_point())
            .zip(bytes)
            .filter(|pair| pair.0 != UNDEFINED)
            .collect();
        pairs.sort_unstable();
        EncodingTable { pairs }
    }

    /// The byte for a code point; where several bytes mean it, the largest, as in CPython.
    pub fn get(&self, code_point: u32) -> Option<u8> {
        let after = self.pairs.partition_point(|pair| pair.0 <= code_point);
        let pair = self.pairs.get(after.checked_sub(1)?)?;
        (pair.0 == code_point).then_some(pair.1)
    }
}

const WINDOWS_1252_UPPER: [u16; 32] = [
    0x20ac, 0xfffe, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152,
    0xfffe, 0x017d, 0xfffe, 0xfffe, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122,
    0x0161, 0x203a, 0x0153, 0xfffe, 0x017e, 0x0178,
];

/// The decoding table of code page 1252.
pub const WINDOWS_1252: [u16; 256] = {
    let mut table = [0u16; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = if byte >= 0x80 && byte < 0xa0 { WINDOWS_1252_UPPER[byte - 0x80] } else { byte as u16 };
        byte += 1;
    }
    table
};

/// The byte for a code point in code page 1252.
pub fn to_windows_1252(code_point: u32) -> Option<u8> {
    match code_point {
        0..0x80 | 0xa0..0x100 => Some(code_point as u8),
        UNDEFINED => None,
        _ => {
            let place = WINDOWS_1252_UPPER.iter().position(|&other| other as u32 == code_point)?;
            Some(0x80 + place as u8)
        }
    }
}
