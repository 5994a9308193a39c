//! What `bytes` and `bytearray` have in common: their methods on plain bytes.
//!
//! Invariant: functions here see bytes that do not change meanwhile (a bytearray passes a copy made under its lock) and make new objects of the
//! receiver's type. Source: Objects/bytes_methods.c, Objects/stringlib, Objects/bytesobject.c.

use alloc::string::String;
use alloc::vec::Vec;

use core::ops::Range;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::protocol::codec::name_argument;
use crate::text::search;
use crate::types::bytes_object::Bytes;
use crate::types::int_object::is_int;
use crate::types::str_building::repeat_bytes;
use crate::types::str_case;
use crate::types::str_methods::limit;
use crate::types::str_object::Str;
use crate::types::str_search::{bounds, replace_bytes};
use crate::types::tuple::Tuple;
use crate::value::Value;

/// Which type of object a method's results have.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(crate) enum ByteKind {
    /// `bytes`
    Bytes,
    /// `bytearray`
    ByteArray,
}

impl ByteKind {
    /// A new object of this type.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn make(self, cx: &Context, bytes: &[u8]) -> PyResult {
        match self {
            ByteKind::Bytes => cx.bytes(bytes),
            ByteKind::ByteArray => Ok(cx.new_byte_array(bytes)?.as_value()),
        }
    }

    fn make_all<'a>(self, cx: &Context, parts: impl Iterator<Item = &'a [u8]>, reversed: bool) -> PyResult {
        let mut made = cx.scratch();
        for part in parts {
            made.push(self.make(cx, part)?);
        }
        if reversed {
            made.as_mut_slice().reverse();
        }
        cx.list(made.as_slice())
    }
}

/// Whether a value can lend its bytes.
pub(crate) fn is_bytes_like(value: Value) -> bool {
    matches!(value.kind(), Some(Kind::Bytes | Kind::ByteArray | Kind::MemoryView | Kind::Array))
}

/// What to look for: bytes, or one byte given as an int.
///
/// # Errors
/// TypeError, or ValueError for an int that is no byte.
pub(crate) fn needle(cx: &Context, value: Value) -> PyResult<Vec<u8>> {
    if is_bytes_like(value) {
        return cx.bytes_like(value);
    }
    if cx.has_index(value) {
        return Ok(alloc::vec![byte_of(cx, value)?]);
    }
    Err(cx.type_error(format_args!(
        "argument should be integer or bytes-like object, not '{}'",
        cx.type_name(value)
    )))
}

/// A byte given as an int.
///
/// # Errors
/// TypeError, ValueError out of range.
pub(crate) fn byte_of(cx: &Context, value: Value) -> PyResult<u8> {
    let number = match value.as_small_int() {
        Some(number) => number,
        None => cx.index_clipped(value)?,
    };
    u8::try_from(number).map_err(|_| cx.value_error(format_args!("byte must be in range(0, 256)")))
}

/// `find` and its relatives.
///
/// # Errors
/// TypeError, ValueError.
pub(crate) fn find(
    cx: &Context,
    bytes: &[u8],
    sub: Value,
    start: Option<Value>,
    end: Option<Value>,
    last: bool,
) -> PyResult<Option<usize>> {
    let needle = needle(cx, sub)?;
    let Some(range) = bounds(cx, start, end, bytes.len())? else { return Ok(None) };
    let from = range.start;
    let part = bytes.get(range).unwrap_or(&[]);
    let place = if last { search::rfind(part, &needle) } else { search::find(part, &needle) };
    Ok(place.map(|place| place + from))
}

/// `index` and `rindex`.
///
/// # Errors
/// ValueError if there is none, TypeError.
pub(crate) fn index(
    cx: &Context,
    bytes: &[u8],
    sub: Value,
    start: Option<Value>,
    end: Option<Value>,
    last: bool,
) -> PyResult<usize> {
    find(cx, bytes, sub, start, end, last)?
        .ok_or_else(|| cx.value_error(format_args!("subsection not found")))
}

/// `bytes.count(sub)`
///
/// # Errors
/// TypeError, ValueError.
pub(crate) fn count(
    cx: &Context,
    bytes: &[u8],
    sub: Value,
    start: Option<Value>,
    end: Option<Value>,
) -> PyResult<usize> {
    let needle = needle(cx, sub)?;
    let range = bounds(cx, start, end, bytes.len())?;
    Ok(range.and_then(|range| bytes.get(range)).map_or(0, |part| search::count(part, &needle, usize::MAX)))
}

/// `item in bytes`
///
/// # Errors
/// TypeError, ValueError.
pub(crate) fn contains(cx: &Context, bytes: &[u8], item: Value) -> PyResult<bool> {
    if cx.has_index(item) {
        let byte = byte_of(cx, item)?;
        return Ok(search::find(bytes, &[byte]).is_some());
    }
    Ok(search::find(bytes, &cx.bytes_like(item)?).is_some())
}

/// `startswith` and `endswith`.
///
/// # Errors
/// TypeError.
pub(crate) fn has_affix(
    cx: &Context,
    bytes: &[u8],
    name: &str,
    affix: Value,
    start: Option<Value>,
    end: Option<Value>,
    at_end: bool,
) -> PyResult<bool> {
    let range: Option<Range<usize>> = bounds(cx, start, end, bytes.len())?;
    let part = range.and_then(|range| bytes.get(range));
    let matches = |affix: Value| -> PyResult<bool> {
        let affix = cx.bytes_like(affix)?;
        Ok(part.is_some_and(|part| if at_end { part.ends_with(&affix) } else { part.starts_with(&affix) }))
    };
    if let Some(affixes) = Tuple::from_value(affix) {
        for affix in affixes.iter() {
            if matches(affix)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if !is_bytes_like(affix) {
        return Err(cx.type_error(format_args!(
            "{name} first arg must be bytes or a tuple of bytes, not {}",
            cx.type_name(affix)
        )));
    }
    matches(affix)
}

/// `split` and `rsplit`.
///
/// # Errors
/// ValueError for an empty separator, TypeError.
pub(crate) fn split(
    cx: &Context,
    kind: ByteKind,
    bytes: &[u8],
    separator: Option<Value>,
    count: isize,
    right: bool,
) -> PyResult {
    let limit = limit(count);
    let part = |range: Range<usize>| bytes.get(range).unwrap_or(&[]);
    let Some(separator) = separator.filter(|separator| !separator.is_none()) else {
        return if right {
            kind.make_all(cx, search::rsplit_whitespace(bytes, limit, search::is_ascii_space).map(part), true)
        } else {
            kind.make_all(cx, search::split_whitespace(bytes, limit, search::is_ascii_space).map(part), false)
        };
    };
    let separator = cx.bytes_like(separator)?;
    if separator.is_empty() {
        return Err(cx.value_error(format_args!("empty separator")));
    }
    if right {
        kind.make_all(cx, search::rsplit(bytes, &separator, limit).map(part), true)
    } else {
        kind.make_all(cx, search::split(bytes, &separator, limit).map(part), false)
    }
}

/// `splitlines`
///
/// # Errors
/// MemoryError.
pub(crate) fn split_lines(cx: &Context, kind: ByteKind, bytes: &[u8], keep_ends: bool) -> PyResult {
    let lines = search::split_lines(bytes, keep_ends, search::is_ascii_line_break);
    kind.make_all(cx, lines.map(|range| bytes.get(range).unwrap_or(&[])), false)
}

/// `partition` and `rpartition`; `whole` and `separator` are the objects to return unchanged, where the type allows that.
///
/// # Errors
/// ValueError for an empty separator, TypeError.
pub(crate) fn partition(
    cx: &Context,
    kind: ByteKind,
    bytes: &[u8],
    separator: Value,
    whole: Option<Value>,
    last: bool,
) -> PyResult {
    let needle = cx.bytes_like(separator)?;
    if needle.is_empty() {
        return Err(cx.value_error(format_args!("empty separator")));
    }
    let place = if last { search::rfind(bytes, &needle) } else { search::find(bytes, &needle) };
    match place {
        Some(place) => {
            let before = kind.make(cx, bytes.get(..place).unwrap_or(&[]))?;
            let middle = match Bytes::from_value(separator) {
                Some(_) if kind == ByteKind::Bytes => separator,
                _ => kind.make(cx, &needle)?,
            };
            let after = kind.make(cx, bytes.get(place + needle.len()..).unwrap_or(&[]))?;
            cx.tuple(&[before, middle, after])
        }
        None => {
            let whole = match whole {
                Some(whole) => whole,
                None => kind.make(cx, bytes)?,
            };
            let (first, second) = (kind.make(cx, &[])?, kind.make(cx, &[])?);
            if last { cx.tuple(&[first, second, whole]) } else { cx.tuple(&[whole, first, second]) }
        }
    }
}

/// `strip` and its relatives: the range that is left.
///
/// # Errors
/// TypeError.
pub(crate) fn strip(
    cx: &Context,
    bytes: &[u8],
    characters: Option<Value>,
    left: bool,
    right: bool,
) -> PyResult<Range<usize>> {
    match characters.filter(|characters| !characters.is_none()) {
        None => Ok(search::strip(bytes, left, right, search::is_ascii_space)),
        Some(characters) => {
            let set = cx.bytes_like(characters)?;
            Ok(search::strip(bytes, left, right, |unit| set.contains(&(unit as u8))))
        }
    }
}

/// `replace`; absent if nothing is replaced.
///
/// # Errors
/// TypeError, MemoryError.
pub(crate) fn replace(
    cx: &Context,
    bytes: &[u8],
    old: Value,
    new: Value,
    count: isize,
) -> PyResult<Option<Vec<u8>>> {
    let old = cx.bytes_like(old)?;
    let new = cx.bytes_like(new)?;
    let places = search::count(bytes, &old, limit(count));
    if places == 0 {
        return Ok(None);
    }
    let kept = bytes.len() - places.saturating_mul(old.len()).min(bytes.len());
    let length = places.checked_mul(new.len()).and_then(|added| added.checked_add(kept));
    let mut out = zeroed(cx, length)?;
    replace_bytes(bytes, &old, &new, places, &mut out);
    Ok(Some(out))
}

/// That many zero bytes.
///
/// # Errors
/// MemoryError.
pub(crate) fn zeroed(cx: &Context, length: Option<usize>) -> PyResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let length = length.filter(|&length| length < isize::MAX as usize).ok_or_else(|| cx.memory_error())?;
    bytes.try_reserve_exact(length).map_err(|_| cx.memory_error())?;
    bytes.resize(length, 0);
    Ok(bytes)
}

/// `bytes * times`
///
/// # Errors
/// MemoryError.
pub(crate) fn repeat(cx: &Context, bytes: &[u8], times: isize) -> PyResult<Vec<u8>> {
    let mut out = zeroed(cx, bytes.len().checked_mul(usize::try_from(times).unwrap_or(0)))?;
    if !bytes.is_empty() {
        repeat_bytes(bytes, &mut out);
    }
    Ok(out)
}

/// `separator.join(iterable)`
///
/// # Errors
/// TypeError, and what the iteration raises.
pub(crate) fn join(cx: &Context, separator: &[u8], iterable: Value) -> PyResult<Vec<u8>> {
    let items = cx.collect_sequence(iterable, "can only join an iterable")?;
    let mut joined = Vec::new();
    for (index, &item) in items.as_slice().iter().enumerate() {
        if !is_bytes_like(item) {
            return Err(cx.type_error(format_args!(
                "sequence item {index}: expected a bytes-like object, {} found",
                cx.type_name(item)
            )));
        }
        let part = cx.bytes_like(item)?;
        joined.try_reserve(part.len() + separator.len()).map_err(|_| cx.memory_error())?;
        if index != 0 {
            joined.extend_from_slice(separator);
        }
        joined.extend_from_slice(&part);
    }
    Ok(joined)
}

/// `left`, fill, `right` around the bytes.
///
/// # Errors
/// MemoryError.
pub(crate) fn pad(cx: &Context, bytes: &[u8], left: usize, right: usize, fill: u8) -> PyResult<Vec<u8>> {
    let length = bytes.len().checked_add(left).and_then(|length| length.checked_add(right));
    let mut out = zeroed(cx, length)?;
    out.fill(fill);
    if let Some(place) = out.get_mut(left..left + bytes.len()) {
        place.copy_from_slice(bytes);
    }
    Ok(out)
}

/// The fill byte of `center` and its relatives.
///
/// # Errors
/// TypeError.
pub(crate) fn fill_byte(cx: &Context, name: &str, fill: Option<Value>) -> PyResult<u8> {
    let Some(fill) = fill else { return Ok(b' ') };
    if matches!(fill.kind(), Some(Kind::Bytes | Kind::ByteArray)) {
        let bytes = cx.bytes_like(fill)?;
        return match bytes.as_slice() {
            &[byte] => Ok(byte),
            _ => Err(cx.type_error(format_args!(
                "{name}(): argument 2 must be a byte string of length 1, not a {} object of length {}",
                cx.type_name(fill),
                bytes.len()
            ))),
        };
    }
    Err(cx.type_error(format_args!(
        "{name}() argument 2 must be a byte string of length 1, not {}",
        cx.type_name(fill)
    )))
}

/// Fill before and after for `center`.
pub(crate) fn center_room(length: usize, width: isize) -> (usize, usize) {
    let width = usize::try_from(width).unwrap_or(0);
    let room = width.saturating_sub(length);
    let left = room / 2 + (room & width & 1);
    (left, room - left)
}

/// Fill for `ljust` and `rjust`.
pub(crate) fn room(length: usize, width: isize) -> usize {
    usize::try_from(width).unwrap_or(0).saturating_sub(length)
}

/// `zfill`
///
/// # Errors
/// MemoryError.
pub(crate) fn zero_fill(cx: &Context, bytes: &[u8], width: isize) -> PyResult<Vec<u8>> {
    let zeros = usize::try_from(width).unwrap_or(0).saturating_sub(bytes.len());
    let mut out = pad(cx, bytes, zeros, 0, b'0')?;
    if zeros != 0 && matches!(bytes.first(), Some(b'+' | b'-')) {
        out.swap(0, zeros);
    }
    Ok(out)
}

/// `expandtabs`
///
/// # Errors
/// MemoryError.
pub(crate) fn expand_tabs(cx: &Context, bytes: &[u8], tab: i32) -> PyResult<Vec<u8>> {
    let tab = usize::try_from(tab).unwrap_or(0);
    let mut out = Vec::new();
    let mut column = 0usize;
    for &byte in bytes {
        let count = match byte {
            b'\t' if tab == 0 => 0,
            b'\t' => tab - column % tab,
            _ => 1,
        };
        out.try_reserve(count).map_err(|_| cx.memory_error())?;
        out.extend(core::iter::repeat_n(if byte == b'\t' { b' ' } else { byte }, count));
        column = if matches!(byte, b'\n' | b'\r') { 0 } else { column + count };
    }
    Ok(out)
}

/// A change of case.
pub(crate) fn changed(bytes: &[u8], change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut out = bytes.to_vec();
    change(&mut out);
    out
}

/// `istitle`
pub(crate) fn is_title(bytes: &[u8]) -> bool {
    crate::text::case::is_title_text(&ascii_only(bytes))
}

/// `islower`
pub(crate) fn is_lower(bytes: &[u8]) -> bool {
    bytes.iter().any(u8::is_ascii_lowercase) && !bytes.iter().any(u8::is_ascii_uppercase)
}

/// `isupper`
pub(crate) fn is_upper(bytes: &[u8]) -> bool {
    bytes.iter().any(u8::is_ascii_uppercase) && !bytes.iter().any(u8::is_ascii_lowercase)
}

fn ascii_only(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|&byte| if byte.is_ascii() { byte } else { 0 }).collect()
}

/// Whether there are bytes and all match.
pub(crate) fn all(bytes: &[u8], matches: impl Fn(u8) -> bool) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| matches(byte))
}

pub(crate) use str_case::{capitalize_ascii, swap_ascii, title_ascii};

/// `translate(table, delete)`; absent if nothing changes.
///
/// # Errors
/// TypeError, ValueError for a table of another length than 256.
pub(crate) fn translate(
    cx: &Context,
    bytes: &[u8],
    table: Value,
    delete: Option<Value>,
) -> PyResult<Vec<u8>> {
    let table = if table.is_none() {
        None
    } else {
        let table = cx.bytes_like(table)?;
        if table.len() != 256 {
            return Err(cx.value_error(format_args!("translation table must be 256 characters long")));
        }
        Some(table)
    };
    let delete = match delete {
        Some(delete) => cx.bytes_like(delete)?,
        None => Vec::new(),
    };
    let mut dropped = [false; 256];
    for byte in delete {
        if let Some(place) = dropped.get_mut(byte as usize) {
            *place = true;
        }
    }
    let kept = bytes.iter().copied().filter(|&byte| !dropped.get(byte as usize).copied().unwrap_or(false));
    Ok(match table {
        Some(table) => kept.map(|byte| table.get(byte as usize).copied().unwrap_or(byte)).collect(),
        None => kept.collect(),
    })
}

/// `bytes.maketrans(from, to)`
///
/// # Errors
/// TypeError, ValueError for different lengths.
pub(crate) fn make_translation(cx: &Context, from: Value, to: Value) -> PyResult {
    let (from, to) = (cx.bytes_like(from)?, cx.bytes_like(to)?);
    if from.len() != to.len() {
        return Err(cx.value_error(format_args!("maketrans arguments must have same length")));
    }
    let mut table: Vec<u8> = (0..=255).collect();
    for (&from, &to) in from.iter().zip(&to) {
        if let Some(place) = table.get_mut(from as usize) {
            *place = to;
        }
    }
    cx.bytes(&table)
}

/// `fromhex`
///
/// # Errors
/// TypeError, ValueError.
pub(crate) fn from_hexadecimal(cx: &Context, value: Value) -> PyResult<Vec<u8>> {
    let text: Vec<u8> = if let Some(text) = Str::from_value(value) {
        if let Some(place) = text.code_points().position(|code_point| code_point >= 0x80) {
            return Err(not_hexadecimal(cx, place));
        }
        text.bytes().to_vec()
    } else if is_bytes_like(value) {
        cx.bytes_like(value)?
    } else {
        return Err(cx.type_error(format_args!(
            "fromhex() argument must be str or bytes-like, not {}",
            cx.type_name(value)
        )));
    };
    let digit = |place: usize| -> Option<u8> {
        text.get(place).and_then(|&byte| (byte as char).to_digit(16)).map(|digit| digit as u8)
    };
    let mut out = Vec::with_capacity(text.len() / 2);
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if search::is_ascii_space(byte as u32) {
            at += 1;
            continue;
        }
        let Some(high) = digit(at) else { return Err(not_hexadecimal(cx, at)) };
        match digit(at + 1) {
            Some(low) => out.push(high << 4 | low),
            None if at + 1 >= text.len() => {
                return Err(cx.value_error(format_args!(
                    "fromhex() arg must contain an even number of hexadecimal digits"
                )));
            }
            None => return Err(not_hexadecimal(cx, at + 1)),
        }
        at += 2;
    }
    Ok(out)
}

#[cold]
fn not_hexadecimal(cx: &Context, place: usize) -> crate::error::Raised {
    cx.value_error(format_args!("non-hexadecimal number found in fromhex() arg at position {place}"))
}

/// `hex(sep, bytes_per_sep)`
///
/// # Errors
/// TypeError, ValueError for a separator that is no ASCII character.
pub(crate) fn hexadecimal(cx: &Context, bytes: &[u8], separator: Option<Value>, group: i64) -> PyResult<Str> {
    let separator = match separator {
        None => None,
        Some(separator) => {
            let character = if let Some(text) = Str::from_value(separator) {
                if text.len() != 1 {
                    return Err(cx.value_error(format_args!("sep must be length 1.")));
                }
                text.code_point(0).unwrap_or(0)
            } else if Bytes::from_value(separator).is_some() {
                match cx.bytes_like(separator)?.as_slice() {
                    &[byte] => byte as u32,
                    _ => return Err(cx.value_error(format_args!("sep must be length 1."))),
                }
            } else {
                return Err(cx.type_error(format_args!("sep must be str or bytes.")));
            };
            if character >= 0x80 {
                return Err(cx.value_error(format_args!("sep must be ASCII.")));
            }
            Some(character as u8)
        }
    };
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let every = usize::try_from(group.unsigned_abs()).unwrap_or(usize::MAX);
    let mut text = Vec::new();
    text.try_reserve(bytes.len().saturating_mul(3)).map_err(|_| cx.memory_error())?;
    for (index, &byte) in bytes.iter().enumerate() {
        if let (Some(separator), true) = (separator, every != 0 && index != 0) {
            // Groups are counted from the right, or from the left if the number is negative.
            let place = if group > 0 { bytes.len() - index } else { index };
            if place.is_multiple_of(every) {
                text.push(separator);
            }
        }
        text.extend([byte >> 4, byte & 15].iter().filter_map(|&digit| DIGITS.get(digit as usize).copied()));
    }
    cx.str_from_latin1(&text)
}

/// The bytes that `bytes(source)` holds, for a source that is no string and has no `__bytes__`.
///
/// # Errors
/// TypeError, ValueError, OverflowError, and what iterating raises.
pub(crate) fn collect(cx: &Context, source: Value, class_name: &str) -> PyResult<Vec<u8>> {
    if is_bytes_like(source) {
        return cx.bytes_like(source);
    }
    if cx.has_index(source) && !is_iterable_int(cx, source) {
        let Some(length) = cx.repeat_count_of(source)? else {
            return Err(cx.value_error(format_args!("negative count")));
        };
        return zeroed(cx, Some(length));
    }
    if Str::from_value(source).is_some() {
        return Err(
            cx.type_error(format_args!("cannot convert '{}' object to {class_name}", cx.type_name(source)))
        );
    }
    let items = match cx.snapshot_of(source)? {
        Some(items) => items,
        None => {
            if cx.class_of(source).lookup_name(cx, crate::names::Name::__iter__).is_none()
                && !cx.is_sequence(source)
            {
                return Err(cx.type_error(format_args!(
                    "cannot convert '{}' object to {class_name}",
                    cx.type_name(source)
                )));
            }
            let mut bytes = Vec::new();
            let iterator = cx.iterate(source)?;
            while let Some(item) = iterator.next(cx)? {
                bytes.push(item_byte(cx, item, class_name)?);
                cx.poll()?;
            }
            return Ok(bytes);
        }
    };
    let mut bytes = Vec::with_capacity(items.len());
    for &item in items.as_slice() {
        bytes.push(item_byte(cx, item, class_name)?);
    }
    Ok(bytes)
}

fn item_byte(cx: &Context, item: Value, class_name: &str) -> PyResult<u8> {
    if let Some(number) = item.as_small_int()
        && let Ok(byte) = u8::try_from(number)
    {
        return Ok(byte);
    }
    let number = cx.index_clipped(item)?;
    u8::try_from(number).map_err(|_| {
        let what = if class_name == "bytes" { "bytes" } else { "byte" };
        cx.value_error(format_args!("{what} must be in range(0, 256)"))
    })
}

/// An object with `__index__` that is a sequence too (an `int` subclass never is one for this purpose).
fn is_iterable_int(cx: &Context, value: Value) -> bool {
    let _ = cx;
    !is_int(value) && is_bytes_like(value)
}

impl Context {
    /// How many bytes a number asks for; absent if it is negative.
    fn repeat_count_of(&self, value: Value) -> PyResult<Option<usize>> {
        let number = match value.as_small_int() {
            Some(number) => number,
            None => {
                let index = self.index(value)?;
                match crate::types::int_object::as_i64(index) {
                    Some(number) => number,
                    None => return Err(self.index_overflow(ExceptionClass::OverflowError, index)),
                }
            }
        };
        Ok(usize::try_from(number).ok())
    }
}

/// The text of `repr`, quoted.
///
/// # Errors
/// MemoryError.
pub(crate) fn quoted(cx: &Context, bytes: &[u8]) -> PyResult<String> {
    crate::text::repr::bytes_repr(bytes).map_err(|error| cx.text_error(&error))
}

/// The bytes of a call with an encoding or an error handler.
///
/// # Errors
/// TypeError unless the source is a string, and what encoding raises.
pub(crate) fn encoded(
    cx: &Context,
    source: Option<Value>,
    encoding: Option<Value>,
    errors: Option<Value>,
) -> PyResult<Bytes> {
    let Some(source) = source else {
        let what = if encoding.is_some() { "encoding" } else { "errors" };
        if encoding.is_none() && errors.is_none() {
            return cx.new_bytes(&[]);
        }
        return Err(cx.type_error(format_args!("{what} without a string argument")));
    };
    let Some(text) = Str::from_value(source) else {
        let what = if encoding.is_some() { "encoding" } else { "errors" };
        return Err(cx.type_error(format_args!("{what} without a string argument")));
    };
    let Some(encoding) = encoding else {
        return Err(cx.type_error(format_args!("string argument without an encoding")));
    };
    let encoding = name_argument(cx, "bytes", "'encoding'", Some(encoding))?;
    let errors = name_argument(cx, "bytes", "'errors'", errors)?;
    let made = cx.encode_text(text, encoding, errors)?;
    Bytes::expect(cx, made)
}
