//! Finding, counting, splitting, replacing and stripping in strings: what the methods of `str` do once their arguments are checked.
//!
//! Invariant: results are exact strings; a result equal to an exact operand is that operand.
//! Source: Objects/unicodeobject.c, Objects/stringlib.

use alloc::vec::Vec;

use core::ops::Range;

use crate::context::Context;
use crate::error::PyResult;
use crate::text::search;
use crate::types::list::List;
use crate::types::str_object::{Str, Units};
use crate::types::str_units::{TextBuilder, TextUnit, in_units, with_units};
use crate::value::Value;

/// The part of a sequence between two bounds as `find` and its relatives take them; absent if the start lies behind the end.
///
/// # Errors
/// TypeError if a bound is no integer.
pub(crate) fn bounds(
    cx: &Context,
    start: Option<Value>,
    end: Option<Value>,
    length: usize,
) -> PyResult<Option<Range<usize>>> {
    let bound = |value: Option<Value>, absent: usize| -> PyResult<usize> {
        match value {
            None => Ok(absent),
            Some(value) => Ok(match cx.slice_bound(value)? {
                None => absent,
                Some(number) if number < 0 => (length as i64).saturating_add(number).max(0) as usize,
                Some(number) => number as usize,
            }),
        }
    };
    let start = bound(start, 0)?;
    let end = bound(end, length)?.min(length);
    Ok((start <= end).then_some(start..end))
}

/// The first (or last) place of `needle` within `range`.
pub(crate) fn find(text: Str, needle: Str, range: Option<Range<usize>>, last: bool) -> Option<usize> {
    fn in_text<U: TextUnit>(units: &[U], needle: &Str, range: Range<usize>, last: bool) -> Option<usize> {
        let start = range.start;
        let part = units.get(range)?;
        let needle = in_units::<U>(needle)?;
        let place = if last { search::rfind(part, &needle) } else { search::find(part, &needle) };
        place.map(|place| start + place)
    }
    let range = range?;
    with_units!(text, units => in_text(units, &needle, range, last))
}

/// `needle in text`
#[inline(never)]
pub(crate) fn contains(text: Str, needle: Str) -> bool {
    match text.short_has_unit(needle) {
        Some(found) => found,
        None => find(text, needle, Some(0..text.len()), false).is_some(),
    }
}

/// How often `needle` occurs within `range`.
pub(crate) fn count(text: Str, needle: Str, range: Option<Range<usize>>) -> usize {
    fn in_text<U: TextUnit>(units: &[U], needle: &Str, range: Range<usize>) -> Option<usize> {
        Some(search::count(units.get(range)?, &in_units::<U>(needle)?, usize::MAX))
    }
    range.and_then(|range| with_units!(text, units => in_text(units, &needle, range))).unwrap_or(0)
}

/// Whether `text` has `affix` at the start (or end) of `range`.
pub(crate) fn has_affix(text: Str, affix: Str, range: Option<Range<usize>>, at_end: bool) -> bool {
    fn in_text<U: TextUnit>(units: &[U], affix: &Str, range: Range<usize>, at_end: bool) -> Option<bool> {
        let part = units.get(range)?;
        let affix = in_units::<U>(affix)?;
        Some(if at_end { part.ends_with(&affix) } else { part.starts_with(&affix) })
    }
    range.and_then(|range| with_units!(text, units => in_text(units, &affix, range, at_end))).unwrap_or(false)
}

fn list_of(
    cx: &Context,
    text: Str,
    ranges: impl Iterator<Item = Range<usize>>,
    reversed: bool,
) -> PyResult<List> {
    let mut parts = cx.scratch();
    let ascii = if text.is_ascii() && text.is_exact() { Some(text.bytes()) } else { None };
    for range in ranges {
        let part = match ascii.and_then(|ascii| ascii.get(range.clone())) {
            Some(part) if part.len() > 1 && part.len() < text.len() => {
                cx.str_from_units_unchecked(part, 0, true)?
            }
            _ => text.substring(cx, range.start, range.end)?,
        };
        parts.push(part.as_value());
    }
    if reversed {
        parts.as_mut_slice().reverse();
    }
    cx.list_from(parts.as_slice())
}

/// White space among the code points below 128.
#[inline(always)]
fn is_ascii_space(unit: u32) -> bool {
    // Nearly everything is told by the first comparison.
    unit <= 0x20 && matches!(unit, 0x09..=0x0d | 0x1c..=0x20)
}

/// `text.split(separator, limit)`; the separator is not empty.
///
/// # Errors
/// MemoryError.
pub(crate) fn split(
    cx: &Context,
    text: Str,
    separator: Option<Str>,
    limit: usize,
    right: bool,
) -> PyResult<List> {
    fn around<U: TextUnit>(
        cx: &Context,
        text: Str,
        units: &[U],
        separator: Option<Str>,
        limit: usize,
        right: bool,
    ) -> PyResult<List> {
        match (separator, right) {
            (Some(separator), right) => match (in_units::<U>(&separator), right) {
                (None, _) => cx.list_from(&[text.substring(cx, 0, text.len())?.as_value()]),
                (Some(separator), false) => list_of(cx, text, search::split(units, &separator, limit), false),
                (Some(separator), true) => list_of(cx, text, search::rsplit(units, &separator, limit), true),
            },
            (None, false) => {
                list_of(cx, text, search::split_whitespace(units, limit, search::is_text_space), false)
            }
            (None, true) => {
                list_of(cx, text, search::rsplit_whitespace(units, limit, search::is_text_space), true)
            }
        }
    }
    if separator.is_none() && text.is_ascii() {
        // The test for ASCII space alone is a comparison of bytes.
        if let Units::Latin1(units) = text.units() {
            let is_space = is_ascii_space;
            return if right {
                list_of(cx, text, search::rsplit_whitespace(units, limit, is_space), true)
            } else {
                list_of(cx, text, search::split_whitespace(units, limit, is_space), false)
            };
        }
    }
    with_units!(text, units => around(cx, text, units, separator, limit, right))
}

/// `text.splitlines(keep_ends)`
///
/// # Errors
/// MemoryError.
pub(crate) fn split_lines(cx: &Context, text: Str, keep_ends: bool) -> PyResult<List> {
    let lines = |cx| {
        with_units!(text, units => {
            list_of(cx, text, search::split_lines(units, keep_ends, search::is_text_line_break), false)
        })
    };
    lines(cx)
}

/// `text.partition(separator)`, or `rpartition`: the parts around the first or last place of a separator that is not empty.
///
/// # Errors
/// MemoryError.
pub(crate) fn partition(cx: &Context, text: Str, separator: Str, last: bool) -> PyResult {
    let empty = cx.empty_str().as_value();
    match find(text, separator, Some(0..text.len()), last) {
        Some(place) => {
            let before = text.substring(cx, 0, place)?.as_value();
            let after = text.substring(cx, place + separator.len(), text.len())?.as_value();
            cx.tuple(&[before, separator.as_value(), after])
        }
        None => {
            let whole = text.substring(cx, 0, text.len())?.as_value();
            if last { cx.tuple(&[empty, empty, whole]) } else { cx.tuple(&[whole, empty, empty]) }
        }
    }
}

/// `text.strip(characters)` of the chosen ends; white space if no characters are named.
///
/// # Errors
/// MemoryError.
pub(crate) fn strip(
    cx: &Context,
    text: Str,
    characters: Option<Str>,
    left: bool,
    right: bool,
) -> PyResult<Str> {
    let range = match characters {
        None if text.is_ascii() => {
            let is_space = is_ascii_space;
            search::strip(text.bytes(), left, right, is_space)
        }
        None => with_units!(text, units => search::strip(units, left, right, search::is_text_space)),
        Some(characters) if characters.len() == 1 => {
            let only = characters.code_point(0);
            with_units!(text, units => search::strip(units, left, right, |unit| Some(unit) == only))
        }
        Some(characters) => {
            let mut set: Vec<u32> = characters.code_points().collect();
            set.sort_unstable();
            with_units!(text, units => search::strip(units, left, right, |unit| set.binary_search(&unit).is_ok()))
        }
    };
    text.substring(cx, range.start, range.end)
}

/// `text.replace(old, new, limit)`
///
/// # Errors
/// MemoryError.
pub(crate) fn replace(cx: &Context, text: Str, old: Str, new: Str, limit: usize) -> PyResult<Str> {
    fn in_text<U: TextUnit>(
        cx: &Context,
        text: Str,
        units: &[U],
        old: &Str,
        new: Str,
        limit: usize,
    ) -> PyResult<Option<Str>> {
        let Some(needle) = in_units::<U>(old) else { return Ok(None) };
        let count = search::count(units, &needle, limit);
        if count == 0 {
            return Ok(None);
        }
        let grown = count.checked_mul(new.len()).and_then(|added| added.checked_add(units.len()));
        let length = grown
            .and_then(|grown| grown.checked_sub(count.saturating_mul(needle.len())))
            .filter(|&length| length < isize::MAX as usize / 4)
            .ok_or_else(|| cx.memory_error())?;
        if let (Units::Latin1(text), Units::Latin1(old), Units::Latin1(new)) =
            (text.units(), old.units(), new.units())
        {
            return cx.str_filled(length, |out| replace_bytes(text, old, new, count, out)).map(Some);
        }
        let mut builder = TextBuilder::with_capacity(length);
        let mut at = 0;
        if needle.is_empty() {
            for index in 0..count {
                builder.push_str(new);
                builder.push_units(units.get(index..index + 1).unwrap_or(&[]));
            }
            builder.push_units(units.get(count..).unwrap_or(&[]));
            return builder.finish(cx).map(Some);
        }
        for place in search::find_all(units, &needle).take(count) {
            builder.push_units(units.get(at..place).unwrap_or(&[]));
            builder.push_str(new);
            at = place + needle.len();
        }
        builder.push_units(units.get(at..).unwrap_or(&[]));
        builder.finish(cx).map(Some)
    }
    if old.equals(new) && !old.is_empty() || limit == 0 {
        return text.substring(cx, 0, text.len());
    }
    let replaced = with_units!(text, units => in_text(cx, text, units, &old, new, limit))?;
    match replaced {
        Some(replaced) => Ok(replaced),
        None => text.substring(cx, 0, text.len()),
    }
}

/// Writes `text` with the first `count` places of `old` replaced into `out`, which has exactly the room for it.
pub(crate) fn replace_bytes(text: &[u8], old: &[u8], new: &[u8], count: usize, out: &mut [u8]) {
    let mut written = 0;
    let mut put = |part: &[u8]| {
        if let Some(place) = out.get_mut(written..written + part.len()) {
            place.copy_from_slice(part);
        }
        written += part.len();
    };
    if old.is_empty() {
        for index in 0..count {
            put(new);
            put(text.get(index..index + 1).unwrap_or(&[]));
        }
        return put(text.get(count..).unwrap_or(&[]));
    }
    let mut at = 0;
    for place in search::find_all(text, old).take(count) {
        put(text.get(at..place).unwrap_or(&[]));
        put(new);
        at = place + old.len();
    }
    put(text.get(at..).unwrap_or(&[]));
}
