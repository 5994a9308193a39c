//! `unicode_escape` and `raw_unicode_escape`: text as the inside of a literal.
//!
//! Invariant: decoding what was encoded gives the text back.
//! Source: CPython's Objects/unicodeobject.c (`_PyUnicode_DecodeUnicodeEscapeInternal`,
//! `_PyUnicode_DecodeRawUnicodeEscapeStateful`). An unknown escape stands for itself.

use alloc::vec::Vec;

use super::{CodecError, NameLookup, Step};
use crate::text::CodeUnit;
use crate::text::repr::write_hexadecimal;

/// The outcome of one escape: it ends here, or it is wrong up to here, or input is missing.
enum Escape {
    Character(u32, usize),
    Nothing(usize),
    Wrong(usize, &'static str),
    Incomplete(&'static str),
}

const BACKSLASH_AT_END: &str = "\\ at end of string";
const TRUNCATED_X: &str = "truncated \\xXX escape";
const TRUNCATED_U: &str = "truncated \\uXXXX escape";
const TRUNCATED_LONG_U: &str = "truncated \\UXXXXXXXX escape";
const MALFORMED_NAME: &str = "malformed \\N character escape";

/// Hexadecimal digits from `at` on.
fn hexadecimal(
    input: &[u8],
    at: usize,
    count: usize,
    truncated: &'static str,
    illegal: &'static str,
) -> Escape {
    let mut value = 0u32;
    for place in at..at + count {
        match input.get(place).map(|&byte| (byte as char).to_digit(16)) {
            None => return Escape::Incomplete(truncated),
            Some(None) => return Escape::Wrong(place, truncated),
            Some(Some(digit)) => value = value << 4 | digit,
        }
    }
    if value > 0x10_ffff {
        return Escape::Wrong(at + count, illegal);
    }
    Escape::Character(value, at + count)
}

fn named(input: &[u8], at: usize, names: NameLookup<'_>) -> Escape {
    match input.get(at) {
        None => return Escape::Incomplete(MALFORMED_NAME),
        Some(b'{') => {}
        Some(_) => return Escape::Wrong(at, MALFORMED_NAME),
    }
    let rest = input.get(at + 1..).unwrap_or(&[]);
    let Some(length) = rest.iter().position(|&byte| byte == b'}') else {
        return Escape::Incomplete(MALFORMED_NAME);
    };
    if length == 0 {
        return Escape::Wrong(at + 1, MALFORMED_NAME);
    }
    let end = at + length + 2;
    let name = rest.get(..length).and_then(|name| core::str::from_utf8(name).ok());
    match name.and_then(names) {
        Some(code_point) => Escape::Character(code_point, end),
        None => Escape::Wrong(end, "unknown Unicode character name"),
    }
}

/// The escape whose letter is at `at`.
fn escape(input: &[u8], at: usize, names: NameLookup<'_>) -> Escape {
    let Some(&letter) = input.get(at) else { return Escape::Incomplete(BACKSLASH_AT_END) };
    let illegal = "illegal Unicode character";
    let simple = |code_point: u8| Escape::Character(code_point as u32, at + 1);
    match letter {
        b'\n' => Escape::Nothing(at + 1),
        b'\\' | b'\'' | b'"' => simple(letter),
        b'a' => simple(0x07),
        b'b' => simple(0x08),
        b't' => simple(0x09),
        b'n' => simple(0x0a),
        b'v' => simple(0x0b),
        b'f' => simple(0x0c),
        b'r' => simple(0x0d),
        b'0'..=b'7' => {
            let digits = input.get(at..).unwrap_or(&[]).iter().take(3);
            let digits = digits.map_while(|&byte| (byte as char).to_digit(8));
            let (value, count) = digits.fold((0, 0), |(value, count), digit| (value << 3 | digit, count + 1));
            Escape::Character(value, at + count)
        }
        b'x' => hexadecimal(input, at + 1, 2, TRUNCATED_X, illegal),
        b'u' => hexadecimal(input, at + 1, 4, TRUNCATED_U, illegal),
        b'U' => hexadecimal(input, at + 1, 8, TRUNCATED_LONG_U, illegal),
        b'N' => named(input, at + 1, names),
        // The backslash stays, and what follows it is read next.
        _ => Escape::Character('\\' as u32, at),
    }
}

/// `unicode_escape`; bytes above 127 are Latin-1.
pub fn decode(
    input: &[u8],
    from: usize,
    is_final: bool,
    names: NameLookup<'_>,
    sink: &mut impl FnMut(u32),
) -> Step {
    let mut at = from;
    while let Some(&byte) = input.get(at) {
        if byte != b'\\' {
            sink(byte as u32);
            at += 1;
            continue;
        }
        match escape(input, at + 1, names) {
            Escape::Character(code_point, end) => {
                sink(code_point);
                at = end;
            }
            Escape::Nothing(end) => at = end,
            Escape::Wrong(end, reason) => return Step::Error(CodecError::new(at, end, reason)),
            Escape::Incomplete(_) if !is_final => return Step::Consumed(at),
            Escape::Incomplete(reason) => return Step::Error(CodecError::new(at, input.len(), reason)),
        }
    }
    Step::Consumed(at)
}

/// `raw_unicode_escape`: only `\u` and `\U` are escapes, after an odd number of backslashes.
pub fn decode_raw(input: &[u8], from: usize, is_final: bool, sink: &mut impl FnMut(u32)) -> Step {
    let mut at = from;
    while let Some(&byte) = input.get(at) {
        if byte != b'\\' {
            sink(byte as u32);
            at += 1;
            continue;
        }
        let out_of_range = "\\Uxxxxxxxx out of range";
        let escape = match input.get(at + 1) {
            None if !is_final => return Step::Consumed(at),
            None => Escape::Character(byte as u32, at + 1),
            Some(b'u') => hexadecimal(input, at + 2, 4, TRUNCATED_U, out_of_range),
            Some(b'U') => hexadecimal(input, at + 2, 8, TRUNCATED_LONG_U, out_of_range),
            Some(&other) => {
                sink(byte as u32);
                Escape::Character(other as u32, at + 2)
            }
        };
        match escape {
            Escape::Character(code_point, end) => {
                sink(code_point);
                at = end;
            }
            Escape::Nothing(end) => at = end,
            Escape::Wrong(end, reason) => return Step::Error(CodecError::new(at, end, reason)),
            Escape::Incomplete(_) if !is_final => return Step::Consumed(at),
            Escape::Incomplete(reason) => return Step::Error(CodecError::new(at, input.len(), reason)),
        }
    }
    Step::Consumed(at)
}

fn push_escape(letter: u8, value: u32, digits: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&[b'\\', letter]);
    write_hexadecimal(value, digits, &mut |digit| out.push(digit as u8));
}

/// `unicode_escape`; there are no errors.
pub fn encode<U: CodeUnit>(text: &[U], from: usize, out: &mut Vec<u8>) {
    for unit in text.iter().skip(from) {
        match unit.code_point() {
            0x09 => out.extend_from_slice(b"\\t"),
            0x0a => out.extend_from_slice(b"\\n"),
            0x0d => out.extend_from_slice(b"\\r"),
            0x5c => out.extend_from_slice(b"\\\\"),
            plain @ 0x20..0x7f => out.push(plain as u8),
            low @ 0..0x100 => push_escape(b'x', low, 2, out),
            middle @ 0x100..0x1_0000 => push_escape(b'u', middle, 4, out),
            high => push_escape(b'U', high, 8, out),
        }
    }
}

/// `raw_unicode_escape`; there are no errors.
pub fn encode_raw<U: CodeUnit>(text: &[U], from: usize, out: &mut Vec<u8>) {
    for unit in text.iter().skip(from) {
        match unit.code_point() {
            plain @ 0..0x100 => out.push(plain as u8),
            middle @ 0x100..0x1_0000 => push_escape(b'u', middle, 4, out),
            high => push_escape(b'U', high, 8, out),
        }
    }
}
