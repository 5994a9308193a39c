//! `_bisect`: what `bisect` rests on.
//!
//! Source: Modules/_bisectmodule.c.

use threadsnake_engine::protocol::comparison::CompareOperator;
use threadsnake_engine::types::list::List;
use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pymodule;

/// Where a value belongs: behind its equals, or with `left` before them.
fn search(
    cx: &Context,
    sequence: Value,
    value: Value,
    low: i64,
    high: Option<Value>,
    key: Option<Value>,
    left: bool,
) -> PyResult<i64> {
    if low < 0 {
        return Err(cx.value_error(format_args!("lo must be non-negative")));
    }
    let mut low = low;
    let mut high = match high.filter(|high| !high.is_none()) {
        Some(high) => cx.index_i64(high)?,
        None => cx.length(sequence)? as i64,
    };
    while low < high {
        let middle = low + (high - low) / 2;
        let item = cx.get_item(sequence, cx.int(middle)?)?;
        let item = match key {
            Some(key) => cx.call(key, &[item])?,
            None => item,
        };
        let before = if left {
            cx.compare_bool(CompareOperator::Less, item, value)?
        } else {
            !cx.compare_bool(CompareOperator::Less, value, item)?
        };
        if before {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// Finds the place of a new item, whose key is what is compared, and puts it there.
fn insort(
    cx: &Context,
    sequence: Value,
    value: Value,
    low: i64,
    high: Option<Value>,
    key: Option<Value>,
    left: bool,
) -> PyResult<()> {
    let key = key.filter(|key| !key.is_none());
    let wanted = match key {
        Some(key) => cx.call(key, &[value])?,
        None => value,
    };
    let index = search(cx, sequence, wanted, low, high, key, left)?;
    match List::from_value(sequence) {
        Some(list) if list.is_exact() => list.insert(cx, index, value),
        _ => {
            let method = cx.intern_str("insert")?;
            cx.call_method(sequence, method, &[cx.int(index)?, value]).map(|_| ())
        }
    }
}

/// Bisection algorithms.
///
/// This module provides support for maintaining a list in sorted order without
/// having to sort the list after each insertion. For long lists of items with
/// expensive comparison operations, this can be an improvement over the more
/// common approach.
#[pymodule(name = "_bisect")]
pub mod module {
    use super::{Context, PyResult, Value, insort, search};

    /// Return the index where to insert item x in list a, assuming a is sorted.
    ///
    /// The return value i is such that all e in a[:i] have e <= x, and all e in
    /// a[i:] have e > x.  So if x already appears in the list, a.insert(i, x) will
    /// insert just after the rightmost x already there.
    ///
    /// Optional args lo (default 0) and hi (default len(a)) bound the
    /// slice of a to be searched.
    ///
    /// A custom key function can be supplied to customize the sort order.
    #[pyfunction(signature = "(a, x, lo=0, hi=None, *, key=None)")]
    fn bisect_right(
        cx: &Context,
        a: Value,
        x: Value,
        lo: i64,
        hi: Option<Value>,
        key: Option<Value>,
    ) -> PyResult<i64> {
        search(cx, a, x, lo, hi, key.filter(|key| !key.is_none()), false)
    }

    /// Return the index where to insert item x in list a, assuming a is sorted.
    ///
    /// The return value i is such that all e in a[:i] have e < x, and all e in
    /// a[i:] have e >= x.  So if x already appears in the list, a.insert(i, x) will
    /// insert just before the leftmost x already there.
    ///
    /// Optional args lo (default 0) and hi (default len(a)) bound the
    /// slice of a to be searched.
    ///
    /// A custom key function can be supplied to customize the sort order.
    #[pyfunction(signature = "(a, x, lo=0, hi=None, *, key=None)")]
    fn bisect_left(
        cx: &Context,
        a: Value,
        x: Value,
        lo: i64,
        hi: Option<Value>,
        key: Option<Value>,
    ) -> PyResult<i64> {
        search(cx, a, x, lo, hi, key.filter(|key| !key.is_none()), true)
    }

    /// Insert item x in list a, and keep it sorted assuming a is sorted.
    ///
    /// If x is already in a, insert it to the right of the rightmost x.
    ///
    /// Optional args lo (default 0) and hi (default len(a)) bound the
    /// slice of a to be searched.
    ///
    /// A custom key function can be supplied to customize the sort order.
    #[pyfunction(signature = "(a, x, lo=0, hi=None, *, key=None)")]
    fn insort_right(
        cx: &Context,
        a: Value,
        x: Value,
        lo: i64,
        hi: Option<Value>,
        key: Option<Value>,
    ) -> PyResult<()> {
        insort(cx, a, x, lo, hi, key, false)
    }

    /// Insert item x in list a, and keep it sorted assuming a is sorted.
    ///
    /// If x is already in a, insert it to the left of the leftmost x.
    ///
    /// Optional args lo (default 0) and hi (default len(a)) bound the
    /// slice of a to be searched.
    ///
    /// A custom key function can be supplied to customize the sort order.
    #[pyfunction(signature = "(a, x, lo=0, hi=None, *, key=None)")]
    fn insort_left(
        cx: &Context,
        a: Value,
        x: Value,
        lo: i64,
        hi: Option<Value>,
        key: Option<Value>,
    ) -> PyResult<()> {
        insort(cx, a, x, lo, hi, key, true)
    }
}
