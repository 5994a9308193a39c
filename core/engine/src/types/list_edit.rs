//! The operations of `list` beyond those in `types/list.rs`: each changes the list under its lock, in one step.
//!
//! Invariant: buffers are allocated before the lock is taken, and the operation starts over if the list has outgrown them meanwhile. Within the
//! lock nothing allocates and no Python code runs; items that leave are cleared behind the new length. Source: Objects/listobject.c.

use threadsnake_heap::ObjectRef;

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::protocol::mapping::{SliceIndices, adjust_indices};
use crate::types::list::{ITEMS, List};
use crate::value::Value;

/// Buffers smaller than this are never exchanged for smaller ones.
const SMALLEST_SHRUNK: usize = 64;

/// The most items that any list can have.
const MAXIMUM_LENGTH: usize = isize::MAX as usize / 8 / 2;

impl List {
    /// Puts an item before the one at `index`, which counts from the end if negative and is clipped.
    ///
    /// # Errors
    /// MemoryError.
    pub fn insert(self, cx: &Context, index: i64, value: Value) -> PyResult<()> {
        let mut spare = None;
        loop {
            {
                let _guard = cx.lock(self.object());
                let length = self.len();
                if self.ensure_capacity(cx, length + 1, &mut spare)
                    && let Some(items) = self.items()
                {
                    let index = clip_index(index, length);
                    cx.move_range(items, index, index + 1, length - index);
                    cx.store(items, index, value);
                    self.set_len(length + 1);
                    return Ok(());
                }
            }
            spare = Some(self.new_buffer(cx, self.len() + 1)?);
        }
    }

    /// Removes and returns the item at an index that counts from the end if negative; absent if there is none.
    pub fn remove_at(self, cx: &Context, index: i64) -> Option<Value> {
        let value = {
            let _guard = cx.lock(self.object());
            let length = self.len();
            let index = crate::protocol::mapping::normalize_index(index, length)?;
            let items = self.items()?;
            let value = items.value(index)?;
            self.close_gap(cx, items, index, index + 1);
            value
        };
        self.shrink(cx);
        Some(value)
    }

    /// Removes the item at an index if it is this one.
    pub fn remove_exact(self, cx: &Context, index: usize, item: Value) -> bool {
        {
            let _guard = cx.lock(self.object());
            let Some(items) = self.items() else { return false };
            if index >= self.len().min(items.slot_count())
                || !items.value(index).is_some_and(|found| found.is(item))
            {
                return false;
            }
            self.close_gap(cx, items, index, index + 1);
        }
        self.shrink(cx);
        true
    }

    /// Removes the first occurrence of this very object; false if there is none.
    pub fn remove_identical(self, cx: &Context, item: Value) -> bool {
        {
            let _guard = cx.lock(self.object());
            let Some(items) = self.items() else { return false };
            let length = self.len().min(items.slot_count());
            let Some(index) =
                (0..length).find(|&index| items.value(index).is_some_and(|found| found.is(item)))
            else {
                return false;
            };
            self.close_gap(cx, items, index, index + 1);
        }
        self.shrink(cx);
        true
    }

    /// Removes the items from `start` to `end`. The caller holds the lock; the range lies within the list.
    fn close_gap(self, cx: &Context, items: ObjectRef, start: usize, end: usize) {
        let length = self.len();
        cx.move_range(items, end, start, length - end);
        let shorter = length - (end - start);
        self.set_len(shorter);
        cx.clear_range(items, shorter, length - shorter);
    }

    /// Appends all of a slice, which lies where the collector sees it.
    ///
    /// # Errors
    /// MemoryError.
    pub fn extend_from_slice(self, cx: &Context, values: &[Value]) -> PyResult<()> {
        if values.is_empty() {
            return Ok(());
        }
        let mut spare = None;
        loop {
            {
                let _guard = cx.lock(self.object());
                let length = self.len();
                if self.ensure_capacity(cx, length + values.len(), &mut spare)
                    && let Some(items) = self.items()
                {
                    cx.store_range(items, length, values);
                    self.set_len(length + values.len());
                    return Ok(());
                }
            }
            spare = Some(self.new_buffer(cx, self.len().saturating_add(values.len()))?);
        }
    }

    /// Appends all items of another list, or of itself, with both locked.
    ///
    /// # Errors
    /// MemoryError.
    pub fn extend_from_list(self, cx: &Context, other: List) -> PyResult<()> {
        let mut spare = None;
        loop {
            {
                let _guards = cx.lock_two(self.object(), other.object());
                let (length, count) = (self.len(), other.len());
                if count == 0 {
                    return Ok(());
                }
                if self.ensure_capacity(cx, length + count, &mut spare)
                    && let (Some(items), Some(source)) = (self.items(), other.items())
                {
                    cx.copy_range(source, 0, items, length, count);
                    self.set_len(length + count);
                    return Ok(());
                }
            }
            spare = Some(self.new_buffer(cx, self.len().saturating_add(other.len()))?);
        }
    }

    /// Replaces the items that an unextended slice selects from the length of the moment.
    ///
    /// # Errors
    /// MemoryError.
    pub fn replace_range(self, cx: &Context, start: i64, stop: i64, values: &[Value]) -> PyResult<()> {
        let mut spare = None;
        loop {
            {
                let _guard = cx.lock(self.object());
                let length = self.len();
                let range = adjust_indices(start, stop, 1, length);
                let start = range.start as usize;
                let end = start + range.count;
                let new_length = length - range.count + values.len();
                if new_length == 0 {
                    self.set_len(0);
                    cx.clear(self.object(), ITEMS);
                    return Ok(());
                }
                if self.ensure_capacity(cx, new_length, &mut spare)
                    && let Some(items) = self.items()
                {
                    if range.count != values.len() {
                        cx.move_range(items, end, start + values.len(), length - end);
                    }
                    cx.store_range(items, start, values);
                    self.set_len(new_length);
                    if new_length < length {
                        cx.clear_range(items, new_length, length - new_length);
                    }
                    break;
                }
            }
            spare = Some(self.new_buffer(cx, self.len().saturating_add(values.len()))?);
        }
        self.shrink(cx);
        Ok(())
    }

    /// Overwrites the items that an extended slice selects; the number selected if it is another than that of the values.
    pub fn replace_stepped(
        self,
        cx: &Context,
        bounds: (i64, i64, i64),
        values: &[Value],
    ) -> Result<(), usize> {
        let (start, stop, step) = bounds;
        let _guard = cx.lock(self.object());
        let indices = adjust_indices(start, stop, step, self.len());
        if indices.count != values.len() {
            return Err(indices.count);
        }
        if let Some(items) = self.items() {
            for (index, &value) in indices.iter().zip(values) {
                cx.store(items, index, value);
            }
        }
        Ok(())
    }

    /// Removes the items that an extended slice selects.
    pub fn delete_stepped(self, cx: &Context, bounds: (i64, i64, i64)) {
        let (start, stop, step) = bounds;
        {
            let _guard = cx.lock(self.object());
            let length = self.len();
            let indices = adjust_indices(start, stop, step, length);
            let Some(items) = self.items() else { return };
            if indices.count == 0 {
                return;
            }
            if indices.count == length {
                self.set_len(0);
                cx.clear(self.object(), ITEMS);
                return;
            }
            // From the lowest index up, whichever way the slice runs.
            let indices = if step < 0 {
                let lowest = indices.index(indices.count - 1) as i64;
                SliceIndices { start: lowest, stop: indices.start + 1, step: -step, count: indices.count }
            } else {
                indices
            };
            let mut to = indices.index(0);
            for number in 0..indices.count {
                let from = indices.index(number) + 1;
                let end = if number + 1 < indices.count { indices.index(number + 1) } else { length };
                cx.move_range(items, from, to, end - from);
                to += end - from;
            }
            self.set_len(to);
            cx.clear_range(items, to, length - to);
        }
        self.shrink(cx);
    }

    /// Removes everything.
    pub fn clear(self, cx: &Context) {
        let _guard = cx.lock(self.object());
        self.set_len(0);
        cx.clear(self.object(), ITEMS);
    }

    /// Reverses the order of the items.
    pub fn reverse(self, cx: &Context) {
        let _guard = cx.lock(self.object());
        let Some(items) = self.items() else { return };
        let length = self.len().min(items.slot_count());
        for index in 0..length / 2 {
            let opposite = length - 1 - index;
            if let (Some(low), Some(high)) = (items.value(index), items.value(opposite)) {
                cx.store(items, index, high);
                cx.store(items, opposite, low);
            }
        }
    }

    /// A new list of the items that a slice selects, all of one moment.
    ///
    /// # Errors
    /// MemoryError.
    pub fn slice(self, cx: &Context, bounds: (i64, i64, i64)) -> PyResult<List> {
        let (start, stop, step) = bounds;
        let result = cx.new_list(0)?;
        loop {
            let expected = adjust_indices(start, stop, step, self.len());
            if expected.count == 0 {
                return Ok(result);
            }
            let buffer = cx.allocate(Kind::SlotArray, expected.count, 0)?;
            {
                let _guard = cx.lock(self.object());
                let indices = adjust_indices(start, stop, step, self.len());
                let Some(items) = self.items() else { return Ok(result) };
                if indices.count > buffer.slot_count() {
                    continue;
                }
                if indices.step == 1 {
                    cx.copy_range(items, indices.start as usize, buffer, 0, indices.count);
                } else {
                    for (place, index) in indices.iter().enumerate() {
                        if let Some(item) = items.value(index) {
                            cx.store(buffer, place, item);
                        }
                    }
                }
                result.set_len(indices.count);
            }
            cx.store(result.object(), ITEMS, Value::from(buffer));
            return Ok(result);
        }
    }

    /// A copy, an exact list.
    ///
    /// # Errors
    /// MemoryError.
    pub fn copy(self, cx: &Context) -> PyResult<List> {
        self.slice(cx, (0, i64::MAX, 1))
    }

    /// `self + other`, both locked.
    ///
    /// # Errors
    /// MemoryError.
    pub fn concat(self, cx: &Context, other: List) -> PyResult<List> {
        let result = cx.new_list(0)?;
        loop {
            let expected = self.len().saturating_add(other.len());
            if expected == 0 {
                return Ok(result);
            }
            let buffer = cx.allocate(Kind::SlotArray, expected, 0)?;
            {
                let _guards = cx.lock_two(self.object(), other.object());
                let (length, count) = (self.len(), other.len());
                if length + count > buffer.slot_count() {
                    continue;
                }
                if let Some(items) = self.items() {
                    cx.copy_range(items, 0, buffer, 0, length);
                }
                if let Some(items) = other.items() {
                    cx.copy_range(items, 0, buffer, length, count);
                }
                result.set_len(length + count);
            }
            cx.store(result.object(), ITEMS, Value::from(buffer));
            return Ok(result);
        }
    }

    /// `self * times`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn repeat(self, cx: &Context, times: i64) -> PyResult<List> {
        let result = cx.new_list(0)?;
        let times = usize::try_from(times).unwrap_or(0);
        loop {
            let length = self.len();
            if length == 0 || times == 0 {
                return Ok(result);
            }
            let buffer = cx.allocate(Kind::SlotArray, product(cx, length, times)?, 0)?;
            {
                let _guard = cx.lock(self.object());
                let Some(items) = self.items() else { return Ok(result) };
                if self.len() != length {
                    continue;
                }
                fill_repeated(cx, items, length, buffer, 0, times);
                result.set_len(length * times);
            }
            cx.store(result.object(), ITEMS, Value::from(buffer));
            return Ok(result);
        }
    }

    /// `self *= times`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn repeat_in_place(self, cx: &Context, times: i64) -> PyResult<()> {
        let times = usize::try_from(times).unwrap_or(0);
        if times == 0 {
            self.clear(cx);
            return Ok(());
        }
        let mut spare = None;
        loop {
            let length = self.len();
            if length == 0 || times == 1 {
                return Ok(());
            }
            let needed = product(cx, length, times)?;
            if self.items().is_none_or(|items| items.slot_count() < needed) {
                spare = Some(cx.allocate(Kind::SlotArray, needed, 0)?);
            }
            let _guard = cx.lock(self.object());
            if self.len() != length || !self.ensure_capacity(cx, needed, &mut spare) {
                continue;
            }
            let Some(items) = self.items() else { continue };
            fill_repeated(cx, items, length, items, length, times - 1);
            self.set_len(needed);
            return Ok(());
        }
    }

    /// Exchanges a buffer that is mostly empty for a smaller one; when there is no memory for that, it stays.
    fn shrink(self, cx: &Context) {
        let is_sparse = |length: usize, capacity: usize| capacity >= SMALLEST_SHRUNK && length < capacity / 4;
        let Some(items) = self.items() else { return };
        let length = self.len();
        if !is_sparse(length, items.slot_count()) {
            return;
        }
        let buffer = if length == 0 {
            None
        } else {
            match cx.allocate(Kind::SlotArray, length + length / 2 + 4, 0) {
                Ok(buffer) => Some(buffer),
                Err(raised) => {
                    cx.take_exception(raised);
                    return;
                }
            }
        };
        let _guard = cx.lock(self.object());
        let Some(items) = self.items() else { return };
        let length = self.len();
        match buffer {
            Some(buffer) if length <= buffer.slot_count() && is_sparse(length, items.slot_count()) => {
                cx.copy_range(items, 0, buffer, 0, length);
                cx.store(self.object(), ITEMS, Value::from(buffer));
            }
            None if length == 0 => cx.clear(self.object(), ITEMS),
            _ => {}
        }
    }

    /// Takes all items out: the buffer and the number of items in it. The list is empty then.
    pub(crate) fn detach(self, cx: &Context) -> (Option<ObjectRef>, usize) {
        let _guard = cx.lock(self.object());
        let (items, length) = (self.items(), self.len());
        self.set_len(0);
        cx.clear(self.object(), ITEMS);
        (items, length)
    }

    /// Gives a detached buffer of `length` items back, the first of them replaced by these, in place of what the list holds now; whether
    /// it held nothing.
    pub(crate) fn attach(self, cx: &Context, buffer: ObjectRef, length: usize, replaced: &[Value]) -> bool {
        let _guard = cx.lock(self.object());
        let untouched = self.items().is_none() && self.is_empty();
        self.set_len(0);
        cx.store_range(buffer, 0, replaced);
        cx.store(self.object(), ITEMS, Value::from(buffer));
        self.set_len(length);
        untouched
    }

    /// `item in self`, by equality.
    ///
    /// # Errors
    /// What comparing raises.
    pub fn contains(self, cx: &Context, item: Value) -> PyResult<bool> {
        Ok(self.find(cx, item, 0, usize::MAX)?.is_some())
    }

    /// The first index from `start` up to `end` of an item equal to this one, and the item found.
    ///
    /// # Errors
    /// What comparing raises.
    pub fn find(
        self,
        cx: &Context,
        item: Value,
        start: usize,
        end: usize,
    ) -> PyResult<Option<(usize, Value)>> {
        let mut index = start;
        while index < end {
            let Some(candidate) = self.get(index) else { break };
            if cx.equal(candidate, item)? {
                return Ok(Some((index, candidate)));
            }
            cx.poll()?;
            index += 1;
        }
        Ok(None)
    }
}

/// Where `insert` puts an item.
fn clip_index(index: i64, length: usize) -> usize {
    if index < 0 {
        (length as i64).saturating_add(index).max(0) as usize
    } else {
        usize::try_from(index).unwrap_or(length).min(length)
    }
}

/// `length * times`, if a list can be that long.
fn product(cx: &Context, length: usize, times: usize) -> PyResult<usize> {
    match length.checked_mul(times) {
        Some(product) if product <= MAXIMUM_LENGTH => Ok(product),
        _ => Err(cx.memory_error()),
    }
}

/// Copies the first `length` items of a buffer `times` times to another place.
fn fill_repeated(
    cx: &Context,
    items: ObjectRef,
    length: usize,
    buffer: ObjectRef,
    from: usize,
    times: usize,
) {
    if length == 1 {
        return cx.fill_range(buffer, from, times, items.slot(0));
    }
    for number in 0..times {
        cx.copy_range(items, 0, buffer, from + number * length, length);
    }
}
