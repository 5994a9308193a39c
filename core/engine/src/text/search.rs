//! Finding, counting, splitting and stripping in text and bytes.
//!
//! Invariant: every search is linear in the worst case; places are code unit indices and results never overlap.
//! Source: CPython's Objects/stringlib (find.h, split.h, fastsearch.h) for meaning. Bytes and Latin-1 text use the crate
//! `memchr`; wider text uses the two-way algorithm (Crochemore and Perrin, "Two-way string-matching", 1991).

use super::CodeUnit;
use super::unicode::{is_line_break, is_space};

use core::ops::Range;

/// A code unit whose slices can be searched.
pub trait Searchable: CodeUnit {
    /// The first place of `needle`, which has at least two units.
    fn find_long(text: &[Self], needle: &[Self]) -> Option<usize>;
    /// The last place of `needle`, which has at least two units.
    fn rfind_long(text: &[Self], needle: &[Self]) -> Option<usize>;
    /// The first place of one unit.
    fn find_one(text: &[Self], unit: Self) -> Option<usize> {
        text.iter().position(|&other| other == unit)
    }
    /// How often one unit occurs.
    fn count_one(text: &[Self], unit: Self) -> usize {
        text.iter().filter(|&&other| other == unit).count()
    }
    /// The last place of one unit.
    fn rfind_one(text: &[Self], unit: Self) -> Option<usize> {
        text.iter().rposition(|&other| other == unit)
    }
}

impl Searchable for u8 {
    fn find_long(text: &[u8], needle: &[u8]) -> Option<usize> {
        if text.len() <= SHORT_TEXT {
            return find_in_short(text, needle);
        }
        memchr::memmem::find(text, needle)
    }

    fn rfind_long(text: &[u8], needle: &[u8]) -> Option<usize> {
        memchr::memmem::rfind(text, needle)
    }

    fn find_one(text: &[u8], unit: u8) -> Option<usize> {
        if text.len() < SHORTEST_VECTOR {
            return text.iter().position(|&other| other == unit);
        }
        memchr::memchr(unit, text)
    }

    fn count_one(text: &[u8], unit: u8) -> usize {
        memchr::memchr_iter(unit, text).count()
    }

    fn rfind_one(text: &[u8], unit: u8) -> Option<usize> {
        memchr::memrchr(unit, text)
    }
}

/// In a text of up to so many bytes a needle is found before a search that is linear in the worst case has been prepared.
const SHORT_TEXT: usize = 64;
/// Below so many bytes a plain loop finds a byte before a vectorised search has started.
const SHORTEST_VECTOR: usize = 16;

fn find_in_short(text: &[u8], needle: &[u8]) -> Option<usize> {
    let (&first, rest) = needle.split_first()?;
    let starts = text.get(..=text.len().checked_sub(needle.len())?)?;
    starts.iter().enumerate().find_map(|(place, &byte)| {
        let found = byte == first && text.get(place + 1..place + needle.len())? == rest;
        found.then_some(place)
    })
}

macro_rules! two_way {
    ($($unit:ty),*) => { $(
        impl Searchable for $unit {
            fn find_long(text: &[$unit], needle: &[$unit]) -> Option<usize> {
                TwoWay::new(needle.len(), |index| needle.get(index).copied().unwrap_or_default())
                    .find(text.len(), |index| text.get(index).copied().unwrap_or_default())
            }

            fn rfind_long(text: &[$unit], needle: &[$unit]) -> Option<usize> {
                // The same search with both strings read backwards.
                let (last, end) = (needle.len().checked_sub(1)?, text.len().checked_sub(1)?);
                let place = TwoWay::new(needle.len(), |index| {
                    needle.get(last.wrapping_sub(index)).copied().unwrap_or_default()
                })
                .find(text.len(), |index| text.get(end.wrapping_sub(index)).copied().unwrap_or_default())?;
                text.len().checked_sub(place + needle.len())
            }
        }
    )* };
}

two_way!(u16, u32);

/// The two-way search: the needle is cut at a critical place; its right part is compared forwards, then its left part
/// backwards, and the period found in the cut tells how far to move.
struct TwoWay<N> {
    length: usize,
    needle: N,
    cut: usize,
    period: usize,
    /// Whether the left part repeats within the needle's period, so that a match's overlap is remembered.
    is_periodic: bool,
}

impl<U: CodeUnit, N: Fn(usize) -> U> TwoWay<N> {
    fn new(length: usize, needle: N) -> Self {
        let (cut, period) = Self::maximal_suffix(length, &needle, false);
        let (other_cut, other_period) = Self::maximal_suffix(length, &needle, true);
        let (cut, period) = if cut >= other_cut { (cut, period) } else { (other_cut, other_period) };
        let is_periodic =
            cut + period <= length && (0..cut).all(|index| needle(index) == needle(index + period));
        let period = if is_periodic { period } else { cut.max(length - cut) + 1 };
        TwoWay { length, needle, cut, period, is_periodic }
    }

    /// Start and period of the largest suffix in the order of units, or in the opposite order.
    fn maximal_suffix(length: usize, needle: &N, opposite: bool) -> (usize, usize) {
        let (mut start, mut other, mut offset, mut period) = (0, 1, 0, 1);
        while other + offset < length {
            let (a, b) = (needle(other + offset), needle(start + offset));
            if a == b {
                if offset + 1 == period {
                    other += period;
                    offset = 0;
                } else {
                    offset += 1;
                }
            } else if (a < b) != opposite {
                other += offset + 1;
                offset = 0;
                period = other - start;
            } else {
                start = other;
                other += 1;
                offset = 0;
                period = 1;
            }
        }
        (start, period)
    }

    fn find(&self, text_length: usize, text: impl Fn(usize) -> U) -> Option<usize> {
        let mut place = 0;
        let mut known = 0;
        while place + self.length <= text_length {
            let right =
                (self.cut.max(known)..self.length).find(|&index| (self.needle)(index) != text(place + index));
            if let Some(index) = right {
                place += index - self.cut + 1;
                known = 0;
                continue;
            }
            let left = (known..self.cut).rev().find(|&index| (self.needle)(index) != text(place + index));
            match left {
                None => return Some(place),
                Some(_) => {
                    place += self.period;
                    known = if self.is_periodic { self.length - self.period } else { 0 };
                }
            }
        }
        None
    }
}

/// The first place of `needle`; an empty one is found at 0.
pub fn find<U: Searchable>(text: &[U], needle: &[U]) -> Option<usize> {
    match *needle {
        [] => Some(0),
        [unit] => U::find_one(text, unit),
        _ if needle.len() > text.len() => None,
        _ => U::find_long(text, needle),
    }
}

/// The last place of `needle`; an empty one is found at the end.
pub fn rfind<U: Searchable>(text: &[U], needle: &[U]) -> Option<usize> {
    match *needle {
        [] => Some(text.len()),
        [unit] => U::rfind_one(text, unit),
        _ if needle.len() > text.len() => None,
        _ => U::rfind_long(text, needle),
    }
}

/// All places of a needle that is not empty, from the left, without overlaps.
pub fn find_all<'a, U: Searchable>(text: &'a [U], needle: &'a [U]) -> impl Iterator<Item = usize> + 'a {
    let mut from = 0;
    core::iter::from_fn(move || {
        if needle.is_empty() {
            return None;
        }
        let place = from + find(text.get(from..)?, needle)?;
        from = place + needle.len();
        Some(place)
    })
}

/// `text.count(needle, ...)`, at most `limit`; an empty needle is found before each unit and at the end.
pub fn count<U: Searchable>(text: &[U], needle: &[U], limit: usize) -> usize {
    match *needle {
        [] => text.len().saturating_add(1).min(limit),
        [unit] => U::count_one(text, unit).min(limit),
        _ => find_all(text, needle).take(limit).count(),
    }
}

/// The parts of `text` around the first `limit` places of `separator`, which is not empty.
pub fn split<'a, U: Searchable>(
    text: &'a [U],
    separator: &'a [U],
    limit: usize,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut start = Some(0);
    let mut places = find_all(text, separator).take(limit);
    core::iter::from_fn(move || {
        let from = start?;
        let end = places.next();
        start = end.map(|place| place + separator.len());
        Some(from..end.unwrap_or(text.len()))
    })
}

/// The parts of `text` around the last `limit` places of `separator`, which is not empty; the last part comes first.
pub fn rsplit<'a, U: Searchable>(
    text: &'a [U],
    separator: &'a [U],
    limit: usize,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut end = Some(text.len());
    let mut left = limit;
    core::iter::from_fn(move || {
        let to = end?;
        let place = match left.checked_sub(1) {
            Some(rest) if !separator.is_empty() => {
                left = rest;
                text.get(..to).and_then(|text| rfind(text, separator))
            }
            _ => None,
        };
        end = place;
        Some(place.map_or(0, |place| place + separator.len())..to)
    })
}

/// `text.split(None, limit)`: runs that are not space, at most `limit` of them and then the rest with its trailing space.
pub fn split_whitespace<'a, U: CodeUnit>(
    text: &'a [U],
    limit: usize,
    is_space: impl Fn(u32) -> bool + 'a,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let (mut at, mut left) = (0, limit);
    core::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.iter().position(|unit| !is_space(unit.code_point()))?;
        let word = text.get(start..)?;
        let length = match left.checked_sub(1) {
            Some(fewer) => {
                left = fewer;
                word.iter().position(|unit| is_space(unit.code_point())).unwrap_or(word.len())
            }
            None => word.len(),
        };
        at = start + length;
        Some(start..at)
    })
}

/// `text.rsplit(None, limit)`, the last part first; the rest keeps its leading space.
pub fn rsplit_whitespace<'a, U: CodeUnit>(
    text: &'a [U],
    limit: usize,
    is_space: impl Fn(u32) -> bool + 'a,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let (mut end, mut left) = (text.len(), limit);
    core::iter::from_fn(move || {
        let rest = text.get(..end)?;
        let to = rest.iter().rposition(|unit| !is_space(unit.code_point()))? + 1;
        let word = text.get(..to)?;
        let start = match left.checked_sub(1) {
            Some(fewer) => {
                left = fewer;
                word.iter().rposition(|unit| is_space(unit.code_point())).map_or(0, |space| space + 1)
            }
            None => 0,
        };
        end = start;
        Some(start..to)
    })
}

/// Space as `bytes` methods see it.
pub fn is_ascii_space(code_point: u32) -> bool {
    matches!(code_point, 0x09..=0x0d | 0x20)
}

/// Space as `str` methods see it.
pub fn is_text_space(code_point: u32) -> bool {
    is_space(code_point)
}

/// Line breaks as `bytes.splitlines` sees them.
pub fn is_ascii_line_break(code_point: u32) -> bool {
    matches!(code_point, 0x0a | 0x0d)
}

/// Line breaks as `str.splitlines` sees them.
pub fn is_text_line_break(code_point: u32) -> bool {
    is_line_break(code_point)
}

/// The lines of a text, with or without their ends; `\r\n` is one end.
pub fn split_lines<'a, U: CodeUnit>(
    text: &'a [U],
    keep_ends: bool,
    is_break: impl Fn(u32) -> bool + 'a,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut at = 0;
    core::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let start = at;
        let length = rest.iter().position(|unit| is_break(unit.code_point()));
        let end = start + length.unwrap_or(rest.len());
        let unit_at = |index: usize| text.get(index).map(|unit| unit.code_point());
        let both = unit_at(end) == Some('\r' as u32) && unit_at(end + 1) == Some('\n' as u32);
        at = (end + 1 + both as usize).min(text.len());
        Some(start..if keep_ends { at } else { end })
    })
}

/// What is left of `text` when units that `drop` names are taken from the chosen ends.
pub fn strip<U: CodeUnit>(text: &[U], left: bool, right: bool, drop: impl Fn(u32) -> bool) -> Range<usize> {
    let keep = |unit: &U| !drop(unit.code_point());
    let start = if left { text.iter().position(keep).unwrap_or(text.len()) } else { 0 };
    let rest = text.get(start..).unwrap_or(&[]);
    let length = if right { rest.iter().rposition(keep).map_or(0, |last| last + 1) } else { rest.len() };
    start..start + length
}

#[cfg(test)]
#[path = "tests/search.rs"]
mod tests;
