//! Properties of characters as `str`'s methods need them: Unicode 16.0, the version of Python 3.14.
//!
//! Invariant: a code point that is not assigned in Unicode 16.0 has no property and maps to itself, whatever newer data the
//! crates behind this carry; surrogates and numbers above 0x10FFFF likewise.
//! Source: CPython's Objects/unicodectype.c and Tools/unicode/makeunicodedata.py for which Unicode property each Python
//! predicate is; data from `unicode-general-category`, `core`, `unicode-casing` and `unicode-ident`
//! (docs/decisions/unicode.md).

use unicode_casing::CharExt;
use unicode_general_category::{GeneralCategory, get_general_category};

use super::numeric_table::{NUMERIC_RUNS, NumericRun};

/// The version whose properties these are.
pub const UNICODE_VERSION: &str = "16.0.0";

fn category(code_point: u32) -> GeneralCategory {
    match char::from_u32(code_point) {
        Some(character) => get_general_category(character),
        None if (0xd800..0xe000).contains(&code_point) => GeneralCategory::Surrogate,
        None => GeneralCategory::Unassigned,
    }
}

/// The two-letter general category.
pub fn general_category(code_point: u32) -> &'static str {
    category(code_point).abbreviation()
}

/// The character, if it is assigned in Unicode 16.0.
fn assigned(code_point: u32) -> Option<char> {
    let character = char::from_u32(code_point)?;
    let is_assigned = code_point < 0x80 || get_general_category(character) != GeneralCategory::Unassigned;
    is_assigned.then_some(character)
}

/// Whether Unicode 16.0 has the character; surrogates count as characters that it does not have.
pub fn is_assigned(code_point: u32) -> bool {
    assigned(code_point).is_some()
}

/// `str.isalpha` of one character: a letter.
pub fn is_alpha(code_point: u32) -> bool {
    if code_point < 0x80 {
        return (code_point as u8).is_ascii_alphabetic();
    }
    matches!(
        category(code_point),
        GeneralCategory::UppercaseLetter
            | GeneralCategory::LowercaseLetter
            | GeneralCategory::TitlecaseLetter
            | GeneralCategory::ModifierLetter
            | GeneralCategory::OtherLetter
    )
}

fn is_decimal_category(code_point: u32) -> bool {
    category(code_point) == GeneralCategory::DecimalNumber
}

/// The value of a decimal digit (`str.isdecimal`), 0 to 9.
pub fn decimal_value(code_point: u32) -> Option<u32> {
    if code_point < 0x80 {
        return matches!(code_point, 0x30..=0x39).then(|| code_point - 0x30);
    }
    if !is_decimal_category(code_point) {
        return None;
    }
    // Decimal digits come in runs of ten or of several tens, each from zero to nine.
    let before = (0..code_point).rev().take_while(|&earlier| is_decimal_category(earlier)).count();
    Some(before as u32 % 10)
}

fn numeric_run(code_point: u32) -> Option<&'static NumericRun> {
    let after = NUMERIC_RUNS.partition_point(|run| run.first <= code_point);
    let run = NUMERIC_RUNS.get(after.checked_sub(1)?)?;
    (code_point - run.first < run.count as u32).then_some(run)
}

/// `str.isdecimal` of one character.
pub fn is_decimal(code_point: u32) -> bool {
    decimal_value(code_point).is_some()
}

/// The value of a digit, decimal or not (`str.isdigit`), 0 to 9.
pub fn digit_value(code_point: u32) -> Option<u32> {
    decimal_value(code_point).or_else(|| {
        let run = numeric_run(code_point).filter(|run| run.is_digit)?;
        u32::try_from(run.numerator + run.step * (code_point - run.first) as i64).ok()
    })
}

/// `str.isdigit` of one character.
pub fn is_digit(code_point: u32) -> bool {
    digit_value(code_point).is_some()
}

/// The value of a character with a numeric value (`str.isnumeric`), as a fraction.
pub fn numeric_value(code_point: u32) -> Option<(i64, u16)> {
    if let Some(digit) = decimal_value(code_point) {
        return Some((digit as i64, 1));
    }
    let run = numeric_run(code_point)?;
    Some((run.numerator + run.step * (code_point - run.first) as i64, run.denominator))
}

/// `str.isnumeric` of one character.
pub fn is_numeric(code_point: u32) -> bool {
    numeric_value(code_point).is_some()
}

/// `str.isalnum` of one character.
pub fn is_alphanumeric(code_point: u32) -> bool {
    is_alpha(code_point) || is_numeric(code_point)
}

/// `str.isspace` of one character: bidirectional class WS, B or S, or category Zs.
pub fn is_space(code_point: u32) -> bool {
    matches!(
        code_point,
        0x09..=0x0d | 0x1c..=0x20 | 0x85 | 0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f
            | 0x3000
    )
}

/// Where `str.splitlines` splits.
pub fn is_line_break(code_point: u32) -> bool {
    matches!(code_point, 0x0a..=0x0d | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029)
}

/// `str.isprintable` of one character: `repr` shows it as it is.
pub fn is_printable(code_point: u32) -> bool {
    if code_point < 0x7f {
        return code_point >= 0x20;
    }
    !matches!(
        category(code_point),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::Surrogate
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::SpaceSeparator
    )
}

/// Property Lowercase.
pub fn is_lower(code_point: u32) -> bool {
    if code_point < 0x80 {
        return (code_point as u8).is_ascii_lowercase();
    }
    // Newer data has taken a letter out of the category.
    assigned(code_point).is_some_and(char::is_lowercase)
        || category(code_point) == GeneralCategory::LowercaseLetter
}

/// Property Uppercase.
pub fn is_upper(code_point: u32) -> bool {
    if code_point < 0x80 {
        return (code_point as u8).is_ascii_uppercase();
    }
    assigned(code_point).is_some_and(char::is_uppercase)
}

/// Category Lt.
pub fn is_title(code_point: u32) -> bool {
    code_point >= 0x80 && category(code_point) == GeneralCategory::TitlecaseLetter
}

/// Property Cased.
pub fn is_cased(code_point: u32) -> bool {
    is_lower(code_point) || is_upper(code_point) || is_title(code_point)
}

/// Property Case_Ignorable: marks and signs that a word's case looks through.
pub fn is_case_ignorable(code_point: u32) -> bool {
    matches!(
        category(code_point),
        GeneralCategory::NonspacingMark
            | GeneralCategory::EnclosingMark
            | GeneralCategory::Format
            | GeneralCategory::ModifierLetter
            | GeneralCategory::ModifierSymbol
    ) || matches!(
        code_point,
        // Word_Break MidLetter, MidNumLet and Single_Quote.
        0x27 | 0x2e
            | 0x3a
            | 0xb7
            | 0x387
            | 0x55f
            | 0x5f4
            | 0x2018
            | 0x2019
            | 0x2024
            | 0x2027
            | 0xfe13
            | 0xfe52
            | 0xfe55
            | 0xff07
            | 0xff0e
            | 0xff1a
    )
}

/// Whether an identifier can start with it.
pub fn is_identifier_start(code_point: u32) -> bool {
    code_point == '_' as u32 || assigned(code_point).is_some_and(unicode_ident::is_xid_start)
}

/// Whether an identifier can go on with it.
pub fn is_identifier_continue(code_point: u32) -> bool {
    assigned(code_point).is_some_and(unicode_ident::is_xid_continue)
}

/// What a character's case maps to: one to three characters.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct CaseMapping {
    code_points: [u32; 3],
    length: u8,
}

impl CaseMapping {
    /// A mapping to one character.
    pub const fn one(code_point: u32) -> Self {
        CaseMapping { code_points: [code_point, 0, 0], length: 1 }
    }

    fn from_characters(characters: impl Iterator<Item = char>, otherwise: u32) -> Self {
        let mut mapping = CaseMapping { code_points: [0; 3], length: 0 };
        for (character, place) in characters.zip(&mut mapping.code_points) {
            // A newer version's partner of an old character does not exist yet.
            if assigned(character as u32).is_none() {
                return CaseMapping::one(otherwise);
            }
            *place = character as u32;
            mapping.length += 1;
        }
        mapping
    }

    /// The characters.
    pub fn as_slice(&self) -> &[u32] {
        self.code_points.get(..self.length as usize).unwrap_or(&self.code_points)
    }

    /// The character, if it is one.
    pub fn single(&self) -> Option<u32> {
        match *self.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}

/// Full upper case.
#[inline]
pub fn to_upper(code_point: u32) -> CaseMapping {
    if code_point < 0x80 {
        return CaseMapping::one((code_point as u8).to_ascii_uppercase() as u32);
    }
    match assigned(code_point) {
        Some(character) => CaseMapping::from_characters(character.to_uppercase(), code_point),
        None => CaseMapping::one(code_point),
    }
}

/// Full lower case, without regard to what is around a sigma.
#[inline]
pub fn to_lower(code_point: u32) -> CaseMapping {
    if code_point < 0x80 {
        return CaseMapping::one((code_point as u8).to_ascii_lowercase() as u32);
    }
    match assigned(code_point) {
        Some(character) => CaseMapping::from_characters(character.to_lowercase(), code_point),
        None => CaseMapping::one(code_point),
    }
}

/// Full title case.
pub fn to_title(code_point: u32) -> CaseMapping {
    if code_point < 0x80 {
        return CaseMapping::one((code_point as u8).to_ascii_uppercase() as u32);
    }
    let Some(character) = assigned(code_point) else { return CaseMapping::one(code_point) };
    let title = CaseMapping::from_characters(character.to_titlecase(), code_point);
    // The titlecase data is older than 16.0. A letter that it does not know has its upper case for title case; those that
    // have none although they have an upper case are the Georgian ones and those that are titlecase already.
    let is_georgian = matches!(code_point, 0x10d0..=0x10ff);
    if title == CaseMapping::one(code_point) && !is_georgian && !is_title(code_point) {
        return to_upper(code_point);
    }
    title
}

/// Full case folding: the lower case of the upper case, but for the letters listed here.
pub fn to_casefold(code_point: u32) -> CaseMapping {
    if code_point < 0x80 {
        return CaseMapping::one((code_point as u8).to_ascii_lowercase() as u32);
    }
    let Some(character) = assigned(code_point) else { return CaseMapping::one(code_point) };
    match code_point {
        // Dotless i stays apart from i, and capital sharp s folds like the small one.
        0x131 => CaseMapping::one(code_point),
        0x1e9e => CaseMapping { code_points: [0x73, 0x73, 0], length: 2 },
        // Cherokee folds to its capitals, which came first.
        0x13a0..=0x13f5 => CaseMapping::one(code_point),
        0x13f8..=0x13fd | 0xab70..=0xabbf => to_upper(code_point),
        _ => {
            let upper = character.to_uppercase().flat_map(char::to_lowercase);
            CaseMapping::from_characters(upper, code_point)
        }
    }
}

/// The ASCII character that number parsing takes a character for: itself if it is ASCII, a digit for any decimal digit, a
/// space for any space; `None` for all others.
pub fn to_ascii_number(code_point: u32) -> Option<u8> {
    match code_point {
        0..0x80 => Some(code_point as u8),
        _ if is_space(code_point) => Some(b' '),
        _ => decimal_value(code_point).map(|digit| b'0' + digit as u8),
    }
}

#[cfg(test)]
#[path = "tests/unicode.rs"]
mod tests;
