//! Characters as patterns see them: categories, sets, case.
//!
//! Invariant: every function is total: what is no code point is in no category and has no case, and code that ends too early matches
//! nothing. The locale's letters are those of the C locale, as under every UTF-8 locale.
//! Source: Modules/_sre/sre.c (the predicates) and sre_lib.h (`SRE(charset)`) of CPython 3.14.

use threadsnake_engine::text::unicode;

use super::codes::{category, operation};

/// The lower case of an ASCII letter; of others themselves.
pub fn lower_ascii(code_point: u32) -> u32 {
    match u8::try_from(code_point) {
        Ok(unit) => unit.to_ascii_lowercase() as u32,
        Err(_) => code_point,
    }
}

fn upper_ascii(code_point: u32) -> u32 {
    match u8::try_from(code_point) {
        Ok(unit) => unit.to_ascii_uppercase() as u32,
        Err(_) => code_point,
    }
}

/// The lower case as CPython's `tolower`: the first character of the full one.
pub fn lower_unicode(code_point: u32) -> u32 {
    unicode::to_lower(code_point).as_slice().first().copied().unwrap_or(code_point)
}

/// The upper case as CPython's `toupper`: the first character of the full one.
pub fn upper_unicode(code_point: u32) -> u32 {
    unicode::to_upper(code_point).as_slice().first().copied().unwrap_or(code_point)
}

fn is_word_ascii(code_point: u32) -> bool {
    u8::try_from(code_point).is_ok_and(|unit| unit.is_ascii_alphanumeric() || unit == b'_')
}

fn is_word_unicode(code_point: u32) -> bool {
    code_point == '_' as u32 || unicode::is_alphanumeric(code_point)
}

/// Whether a character is in a category.
#[inline]
pub fn in_category(code: u32, code_point: u32) -> bool {
    let is_in = match code & !1 {
        category::DIGIT => matches!(code_point, 0x30..=0x39),
        category::SPACE => matches!(code_point, 0x09..=0x0d | 0x20),
        category::WORD | category::LOCALE_WORD => is_word_ascii(code_point),
        category::LINE_BREAK => code_point == '\n' as u32,
        category::UNICODE_DIGIT => unicode::is_decimal(code_point),
        category::UNICODE_SPACE => unicode::is_space(code_point),
        category::UNICODE_WORD => is_word_unicode(code_point),
        category::UNICODE_LINE_BREAK => unicode::is_line_break(code_point),
        _ => return false,
    };
    is_in != (code & 1 != 0)
}

fn bit(words: Option<&[u32]>, index: usize) -> bool {
    let word = words.and_then(|words| words.get(index >> 5)).copied().unwrap_or(0);
    word >> (index & 31) & 1 != 0
}

/// The block that a character's upper byte selects in a large set: a byte of the table, in the machine's order of bytes.
fn big_block(table: Option<&[u32]>, upper: usize) -> usize {
    let word = table.and_then(|table| table.get(upper >> 2)).copied().unwrap_or(0);
    word.to_ne_bytes().get(upper & 3).copied().unwrap_or(0) as usize
}

/// Whether a character is in a set, which `FAILURE` ends.
pub fn in_set(set: &[u32], code_point: u32) -> bool {
    let mut found = true;
    let mut at = 0;
    loop {
        let argument = |offset: usize| set.get(at + offset).copied().unwrap_or(0);
        let width = match argument(0) {
            operation::NEGATE => {
                found = !found;
                1
            }
            operation::LITERAL => {
                if code_point == argument(1) {
                    return found;
                }
                2
            }
            operation::CATEGORY => {
                if in_category(argument(1), code_point) {
                    return found;
                }
                2
            }
            operation::RANGE => {
                if argument(1) <= code_point && code_point <= argument(2) {
                    return found;
                }
                3
            }
            operation::RANGE_UNICODE_IGNORE => {
                let range = argument(1)..=argument(2);
                if range.contains(&code_point) || range.contains(&upper_unicode(code_point)) {
                    return found;
                }
                3
            }
            operation::CHARSET => {
                if code_point < 256 && bit(set.get(at + 1..), code_point as usize) {
                    return found;
                }
                1 + 8
            }
            operation::BIG_CHARSET => {
                let blocks = argument(1) as usize;
                if code_point < 0x1_0000 {
                    let block = big_block(set.get(at + 2..), (code_point >> 8) as usize);
                    if bit(set.get(at + 66..), block * 256 + (code_point & 0xff) as usize) {
                        return found;
                    }
                }
                2usize.saturating_add(64).saturating_add(blocks.saturating_mul(8))
            }
            // FAILURE, and what no verified set has.
            _ => return !found,
        };
        at = at.saturating_add(width);
    }
}

/// Whether a character is in the set of one of the `IN` operations.
pub fn in_set_of(code: u32, set: &[u32], code_point: u32) -> bool {
    match code {
        operation::IN_IGNORE => in_set(set, lower_ascii(code_point)),
        operation::IN_UNICODE_IGNORE => in_set(set, lower_unicode(code_point)),
        operation::IN_LOCALE_IGNORE => {
            let (lower, upper) = (lower_ascii(code_point), upper_ascii(code_point));
            in_set(set, lower) || (upper != lower && in_set(set, upper))
        }
        _ => in_set(set, code_point),
    }
}

/// Whether a character is the one that a locale-dependent literal means.
pub fn is_locale_literal(literal: u32, code_point: u32) -> bool {
    literal == code_point || lower_ascii(code_point) == literal || upper_ascii(code_point) == literal
}

/// Whether `\b` with the given kind of word sees a word character.
pub fn is_word(code: u32, code_point: u32) -> bool {
    in_category(code, code_point)
}
