//! Properties of one character in a version of Unicode.
//!
//! Source: data of 16.0 from the engine, `unicode-bidi` (16.0) and `unicode-normalization`; what 3.2 said otherwise from our tables.

use threadsnake_engine::text::unicode;
use unicode_bidi::BidiClass;

use super::tables::{
    ASSIGNED_IN_3_2, CATEGORIES_OF_3_2, DECIMALS_OF_3_2, DIRECTIONS_OF_3_2, MIRRORED, MIRRORED_OF_3_2,
    WIDTH_NAMES, WIDTHS, WIDTHS_OF_3_2,
};

/// A version of Unicode.
#[derive(Copy, Clone, PartialEq, Eq)]
pub enum Version {
    /// 16.0
    Current,
    /// 3.2, which IDNA is defined on.
    Old,
}

/// A run of a table: from and to.
trait Run {
    fn bounds(&self) -> (u32, u32);
}
impl Run for (u32, u32) {
    fn bounds(&self) -> (u32, u32) {
        *self
    }
}
impl<T> Run for (u32, u32, T) {
    fn bounds(&self) -> (u32, u32) {
        (self.0, self.1)
    }
}

fn find<R: Run>(table: &'static [R], code_point: u32) -> Option<&'static R> {
    let after = table.partition_point(|run| run.bounds().0 <= code_point);
    let run = table.get(after.checked_sub(1)?)?;
    (code_point <= run.bounds().1).then_some(run)
}

impl Version {
    /// Whether the version has the character; surrogates and private characters count.
    pub fn assigns(self, code_point: u32) -> bool {
        match self {
            Version::Current => unicode::general_category(code_point) != "Cn",
            Version::Old => find(ASSIGNED_IN_3_2, code_point).is_some(),
        }
    }

    /// The two letters of the category.
    pub fn category(self, code_point: u32) -> &'static str {
        if self == Version::Old {
            if !self.assigns(code_point) {
                return "Cn";
            }
            if let Some(run) = find(CATEGORIES_OF_3_2, code_point) {
                return run.2;
            }
        }
        unicode::general_category(code_point)
    }

    /// The bidirectional class, empty if there is none.
    pub fn direction(self, code_point: u32) -> &'static str {
        if !self.assigns(code_point) {
            return "";
        }
        if self == Version::Old
            && let Some(run) = find(DIRECTIONS_OF_3_2, code_point)
        {
            return run.2;
        }
        let Some(character) = char::from_u32(code_point) else { return "L" };
        match unicode_bidi::bidi_class(character) {
            BidiClass::AL => "AL",
            BidiClass::AN => "AN",
            BidiClass::B => "B",
            BidiClass::BN => "BN",
            BidiClass::CS => "CS",
            BidiClass::EN => "EN",
            BidiClass::ES => "ES",
            BidiClass::ET => "ET",
            BidiClass::FSI => "FSI",
            BidiClass::L => "L",
            BidiClass::LRE => "LRE",
            BidiClass::LRI => "LRI",
            BidiClass::LRO => "LRO",
            BidiClass::NSM => "NSM",
            BidiClass::ON => "ON",
            BidiClass::PDF => "PDF",
            BidiClass::PDI => "PDI",
            BidiClass::R => "R",
            BidiClass::RLE => "RLE",
            BidiClass::RLI => "RLI",
            BidiClass::RLO => "RLO",
            BidiClass::S => "S",
            BidiClass::WS => "WS",
        }
    }

    /// The canonical combining class.
    pub fn combining_class(self, code_point: u32) -> u8 {
        match char::from_u32(code_point) {
            Some(character) if self.assigns(code_point) => {
                unicode_normalization::char::canonical_combining_class(character)
            }
            _ => 0,
        }
    }

    /// Whether it is mirrored in text from right to left.
    pub fn is_mirrored(self, code_point: u32) -> bool {
        if !self.assigns(code_point) {
            return false;
        }
        match find(MIRRORED_OF_3_2, code_point) {
            Some(run) if self == Version::Old => run.2,
            _ => find(MIRRORED, code_point).is_some(),
        }
    }

    /// The East Asian width.
    pub fn width(self, code_point: u32) -> &'static str {
        if self == Version::Old {
            if !self.assigns(code_point) {
                return "N";
            }
            if let Some(run) = find(WIDTHS_OF_3_2, code_point) {
                return run.2;
            }
        }
        let place = find(WIDTHS, code_point).map_or(0, |run| run.2);
        WIDTH_NAMES.get(place as usize).copied().unwrap_or("N")
    }

    /// The value of a decimal digit.
    pub fn decimal(self, code_point: u32) -> Option<u32> {
        if self == Version::Old {
            if !self.assigns(code_point) {
                return None;
            }
            if let Some(run) = find(DECIMALS_OF_3_2, code_point) {
                return Some(run.2 + (code_point - run.0));
            }
        }
        unicode::decimal_value(code_point)
    }

    /// The value of a digit. As in CPython, that of today whatever the version.
    pub fn digit(self, code_point: u32) -> Option<u32> {
        unicode::digit_value(code_point)
    }

    /// The value of a number, as a fraction.
    pub fn number(self, code_point: u32) -> Option<(i64, u16)> {
        unicode::numeric_value(code_point).filter(|_| self.assigns(code_point))
    }
}
