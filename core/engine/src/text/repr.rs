//! `repr` and `ascii` of text and bytes: quoting and escaping.
//!
//! Invariant: a plan's length is exactly what writing it yields, so that the caller allocates once.
//! Source: CPython's Objects/unicodeobject.c (`unicode_repr`) and Objects/bytesobject.c (`PyBytes_Repr`).

use alloc::string::String;

use super::unicode::is_printable;
use super::{CodeUnit, TextError};

/// How a text will be quoted.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ReprPlan {
    quote: u32,
    ascii_only: bool,
    /// Characters of the result, quotes included.
    pub length: usize,
    /// The largest code point of the result.
    pub widest: u32,
}

const SINGLE: u32 = '\'' as u32;
const DOUBLE: u32 = '"' as u32;

/// Single quotes, unless the text has some and no double ones.
fn quote(code_points: impl Iterator<Item = u32>) -> u32 {
    let (mut single, mut double) = (false, false);
    for code_point in code_points {
        single |= code_point == SINGLE;
        double |= code_point == DOUBLE;
    }
    if single && !double { DOUBLE } else { SINGLE }
}

/// What stands for a character: itself, or how many hexadecimal digits after which letter, or a letter.
enum Shown {
    Plain,
    Letter(u8),
    Hexadecimal(u8, usize),
}

fn shown(code_point: u32, quote: u32, ascii_only: bool) -> Shown {
    match code_point {
        0x20..0x7f if code_point != quote && code_point != 0x5c => Shown::Plain,
        0x09 => Shown::Letter(b't'),
        0x0a => Shown::Letter(b'n'),
        0x0d => Shown::Letter(b'r'),
        0x5c => Shown::Letter(b'\\'),
        0x20..0x7f => Shown::Letter(quote as u8),
        _ if !ascii_only && code_point >= 0x80 && is_printable(code_point) => Shown::Plain,
        0..=0xff => Shown::Hexadecimal(b'x', 2),
        0x100..=0xffff => Shown::Hexadecimal(b'u', 4),
        _ => Shown::Hexadecimal(b'U', 8),
    }
}

impl ReprPlan {
    /// Plans `repr(text)`, or `ascii(text)`. Fails only for text so long that its repr would not fit in memory.
    pub fn new<U: CodeUnit>(text: &[U], ascii_only: bool) -> Result<Self, TextError> {
        let quote = quote(text.iter().map(|unit| unit.code_point()));
        let mut plan = ReprPlan { quote, ascii_only, length: 2, widest: 0x7f };
        for unit in text {
            let code_point = unit.code_point();
            let length = match shown(code_point, quote, ascii_only) {
                Shown::Plain => {
                    plan.widest = plan.widest.max(code_point);
                    1
                }
                Shown::Letter(_) => 2,
                Shown::Hexadecimal(_, digits) => 2 + digits,
            };
            plan.length = plan.length.checked_add(length).ok_or(TextError::Memory)?;
        }
        Ok(plan)
    }

    /// Writes the planned repr of the same text.
    pub fn write<U: CodeUnit>(&self, text: &[U], mut sink: impl FnMut(u32)) {
        sink(self.quote);
        for unit in text {
            write_character(unit.code_point(), self.quote, self.ascii_only, &mut sink);
        }
        sink(self.quote);
    }
}

fn write_character(code_point: u32, quote: u32, ascii_only: bool, sink: &mut impl FnMut(u32)) {
    match shown(code_point, quote, ascii_only) {
        Shown::Plain => sink(code_point),
        Shown::Letter(letter) => {
            sink('\\' as u32);
            sink(letter as u32);
        }
        Shown::Hexadecimal(letter, digits) => {
            sink('\\' as u32);
            sink(letter as u32);
            write_hexadecimal(code_point, digits, sink);
        }
    }
}

pub(super) fn write_hexadecimal(value: u32, digits: usize, sink: &mut impl FnMut(u32)) {
    for digit in (0..digits).rev() {
        let nibble = value >> (4 * digit) & 0xf;
        sink(char::from_digit(nibble, 16).unwrap_or('0') as u32);
    }
}

/// `repr(bytes)`; for `bytearray` the caller adds its name and parentheses.
pub fn bytes_repr(bytes: &[u8]) -> Result<String, TextError> {
    let quote = quote(bytes.iter().map(|&byte| byte as u32));
    let lengths = bytes.iter().map(|&byte| match shown(byte as u32, quote, true) {
        Shown::Plain => 1,
        Shown::Letter(_) => 2,
        Shown::Hexadecimal(_, digits) => 2 + digits,
    });
    let mut text = String::new();
    text.try_reserve_exact(3 + lengths.sum::<usize>()).map_err(|_| TextError::Memory)?;
    text.push('b');
    let mut sink = |code_point: u32| text.push(code_point as u8 as char);
    sink(quote);
    for &byte in bytes {
        write_character(byte as u32, quote, true, &mut sink);
    }
    sink(quote);
    Ok(text)
}

#[cfg(test)]
#[path = "tests/repr.rs"]
mod tests;
