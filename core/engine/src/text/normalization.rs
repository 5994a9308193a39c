//! Normal forms (`unicodedata.normalize`; identifiers are compared in NFKC).
//!
//! Invariant: what Unicode 16.0 does not assign, and surrogates, stay as they are and combine with nothing.
//! Source: Unicode Standard Annex 15, from the crate `unicode-normalization`.

use unicode_normalization::UnicodeNormalization;

use super::CodeUnit;
use super::unicode::is_assigned;

/// A normal form.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum NormalForm {
    /// Canonical composition.
    Nfc,
    /// Canonical decomposition.
    Nfd,
    /// Compatibility composition.
    Nfkc,
    /// Compatibility decomposition.
    Nfkd,
}

impl NormalForm {
    /// The form of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "NFC" => NormalForm::Nfc,
            "NFD" => NormalForm::Nfd,
            "NFKC" => NormalForm::Nfkc,
            "NFKD" => NormalForm::Nfkd,
            _ => return None,
        })
    }

    /// Hands the normal form of `text` to `sink`.
    pub fn normalize<U: CodeUnit>(self, text: &[U], mut sink: impl FnMut(u32)) {
        let mut rest = text;
        while !rest.is_empty() {
            let known = |unit: &U| is_assigned(unit.code_point());
            let length = rest.iter().position(|unit| !known(unit)).unwrap_or(rest.len());
            let (run, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            let characters = run.iter().filter_map(|unit| char::from_u32(unit.code_point()));
            let mut give = |character: char| sink(character as u32);
            match self {
                NormalForm::Nfc => characters.nfc().for_each(&mut give),
                NormalForm::Nfd => characters.nfd().for_each(&mut give),
                NormalForm::Nfkc => characters.nfkc().for_each(&mut give),
                NormalForm::Nfkd => characters.nfkd().for_each(&mut give),
            }
            rest = match after.split_first() {
                Some((unknown, rest)) => {
                    sink(unknown.code_point());
                    rest
                }
                None => &[],
            };
        }
    }

    /// Whether `text` is in this form.
    pub fn is_normalized<U: CodeUnit>(self, text: &[U]) -> bool {
        let mut expected = text.iter().map(|unit| unit.code_point());
        let mut is_same = true;
        self.normalize(text, |code_point| is_same &= expected.next() == Some(code_point));
        is_same && expected.next().is_none()
    }
}

#[cfg(test)]
#[path = "tests/normalization.rs"]
mod tests;
