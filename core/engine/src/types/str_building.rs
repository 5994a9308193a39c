//! Longer strings of given ones: padding, repetition, joining.
//!
//! Invariant: results are exact strings; a length beyond memory is a MemoryError before anything is written.
//! Source: Objects/unicodeobject.c.

use crate::context::Context;
use crate::error::PyResult;
use crate::types::slice::Slice;
use crate::types::str_object::{Str, Units};
use crate::types::str_units::TextBuilder;
use crate::value::Value;

/// The text with fill characters on both sides.
pub(crate) fn pad(cx: &Context, this: Str, left: usize, right: usize, fill: u32) -> PyResult<Str> {
    if left == 0 && right == 0 {
        return this.substring(cx, 0, this.len());
    }
    let length = this.len().checked_add(left).and_then(|length| length.checked_add(right));
    let length = length.filter(|&length| length < isize::MAX as usize).ok_or_else(|| cx.memory_error())?;
    if let (Units::Latin1(units), Ok(fill)) = (this.units(), u8::try_from(fill)) {
        return cx.str_filled(length, |out| {
            out.fill(fill);
            if let Some(place) = out.get_mut(left..left + units.len()) {
                place.copy_from_slice(units);
            }
        });
    }
    let mut builder = TextBuilder::default();
    builder.push_repeated(cx, fill, left)?;
    builder.push_str(this);
    builder.push_repeated(cx, fill, right)?;
    builder.finish(cx)
}

/// `text[slice]`
///
/// # Errors
/// What the bounds of the slice raise, and MemoryError.
pub(crate) fn slice(cx: &Context, this: Str, slice: Slice) -> PyResult<Str> {
    let indices = cx.slice_indices(slice, this.len())?;
    if indices.step == 1 || indices.count == 0 {
        let start = usize::try_from(indices.start).unwrap_or(0);
        return this.substring(cx, start, start + indices.count);
    }
    if let Units::Latin1(units) = this.units() {
        let backwards = if indices.step == -1 { units.get(..=indices.index(0)) } else { None };
        return cx.str_filled(indices.count, |out| match backwards {
            Some(units) => {
                for (place, &unit) in out.iter_mut().zip(units.iter().rev()) {
                    *place = unit;
                }
            }
            None => {
                for (place, index) in out.iter_mut().zip(indices.iter()) {
                    *place = units.get(index).copied().unwrap_or(0);
                }
            }
        });
    }
    let mut builder = TextBuilder::default();
    let code_points = indices.iter().filter_map(|index| this.code_point(index));
    code_points.for_each(|code_point| builder.push(code_point));
    builder.finish(cx)
}

/// The text, so many times; empty if not positive.
pub(crate) fn repeat(cx: &Context, this: Str, times: isize) -> PyResult<Str> {
    let times = usize::try_from(times).unwrap_or(0);
    if times == 0 || this.is_empty() {
        return Ok(cx.empty_str());
    }
    if times == 1 {
        return this.substring(cx, 0, this.len());
    }
    let total = this.len().checked_mul(times).filter(|&total| total < isize::MAX as usize / 4);
    let Some(total) = total else { return Err(cx.memory_error()) };
    match this.units() {
        Units::Latin1(units) => cx.str_filled(total, |out| repeat_bytes(units, out)),
        Units::Ucs2(units) => {
            let mut repeated = alloc::vec::Vec::new();
            repeated.try_reserve_exact(total).map_err(|_| cx.memory_error())?;
            (0..times).for_each(|_| repeated.extend_from_slice(units));
            cx.str_from_ucs2(&repeated)
        }
        Units::Ucs4(units) => {
            let mut repeated = alloc::vec::Vec::new();
            repeated.try_reserve_exact(total).map_err(|_| cx.memory_error())?;
            (0..times).for_each(|_| repeated.extend_from_slice(units));
            cx.str_from_code_points(&repeated)
        }
    }
}

/// Fills `out`, whose length is a multiple of that of `bytes`, with repetitions of `bytes`.
pub(crate) fn repeat_bytes(bytes: &[u8], out: &mut [u8]) {
    if let [byte] = bytes {
        return out.fill(*byte);
    }
    let mut done = bytes.len().min(out.len());
    if let (Some(first), Some(bytes)) = (out.get_mut(..done), bytes.get(..done)) {
        first.copy_from_slice(bytes);
    }
    // Each round doubles what is there.
    while done != 0 && done < out.len() {
        let next = done.min(out.len() - done);
        out.copy_within(..next, done);
        done += next;
    }
}

/// `separator.join(iterable)`
///
/// # Errors
/// TypeError for anything but strings, and what the iteration raises.
pub(crate) fn join(cx: &Context, separator: Str, iterable: Value) -> PyResult<Str> {
    let items = cx.collect_sequence(iterable, "can only join an iterable")?;
    let items = items.as_slice();
    if let &[only] = items
        && let Some(only) = Str::from_value(only).filter(|only| only.is_exact())
    {
        return Ok(only);
    }
    cx.str_join_separated(separator, items)
}
