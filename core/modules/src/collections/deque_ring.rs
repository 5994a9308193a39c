//! The ring buffer of a `deque`.
//!
//! Layout: slot 0 the buffer (a `SlotArray`, empty until the first item); raw words: the place of the first item, the number of items,
//! the largest number allowed, and a count of changes, by which iterators see that the deque was changed.
//! Invariant: every operation looks at the ring and changes it under the object's lock, in one step; buffers are allocated before.

use threadsnake_engine::context::ScratchVector;
use threadsnake_engine::native::FromValue;
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::{Context, Kind, ObjectRef, PyResult, Value};

const BUFFER: usize = 0;
const HEAD: usize = 0;
const LENGTH: usize = 8;
const MAXIMUM: usize = 16;
const CHANGES: usize = 24;
/// Number of slots.
pub const SLOTS: u16 = 1;
/// Raw bytes.
pub const RAW_BYTES: u16 = 32;

const UNBOUNDED: u64 = u64::MAX;
const FIRST_CAPACITY: usize = 8;
/// An empty ring with a larger buffer than this gives it back.
const LARGEST_KEPT: usize = 64;

/// A `deque`.
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct Deque(ObjectRef);

/// An end of a deque.
#[derive(Copy, Clone, PartialEq, Eq)]
pub enum End {
    /// The left one.
    Left,
    /// The right one.
    Right,
}

impl FromValue for Deque {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        match Deque::of(value) {
            Some(deque) => Ok(deque),
            None => Err(cx.type_error_expected("collections.deque", value)),
        }
    }
}
impl threadsnake_engine::native::convert::NotValue for Deque {}
impl threadsnake_engine::native::IntoValue for Deque {
    fn into_value(self, _cx: &Context) -> PyResult<Value> {
        Ok(self.as_value())
    }
}

impl Deque {
    /// The deque, if the value is one.
    pub fn of(value: Value) -> Option<Deque> {
        value.as_kind(Kind::Deque).map(Deque)
    }

    /// A deque around a new object.
    pub fn from_new(object: ObjectRef) -> Deque {
        object.raw_store_u64(MAXIMUM, UNBOUNDED);
        Deque(object)
    }

    pub fn object(self) -> ObjectRef {
        self.0
    }

    pub fn as_value(self) -> Value {
        Value::from(self.0)
    }

    pub fn len(self) -> usize {
        self.0.raw_u64(LENGTH) as usize
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The largest number of items, if it has one.
    pub fn maximum(self) -> Option<usize> {
        match self.0.raw_u64(MAXIMUM) {
            UNBOUNDED => None,
            maximum => Some(maximum as usize),
        }
    }

    pub fn set_maximum(self, maximum: Option<usize>) {
        self.0.raw_store_u64(MAXIMUM, maximum.map_or(UNBOUNDED, |maximum| maximum as u64));
    }

    /// A number that is another after each change of the number of items.
    pub fn changes(self) -> u64 {
        self.0.raw_u64(CHANGES)
    }

    fn note_change(self) {
        self.0.raw_store_u64(CHANGES, self.changes().wrapping_add(1));
    }

    fn buffer(self) -> Option<ObjectRef> {
        self.0.value(BUFFER).and_then(Value::as_object)
    }

    /// The slot of an item. The caller holds the lock.
    fn place(self, buffer: ObjectRef, index: usize) -> usize {
        (self.0.raw_u64(HEAD) as usize + index) % buffer.slot_count().max(1)
    }

    fn set_length(self, length: usize) {
        self.0.raw_store_u64(LENGTH, length as u64);
    }

    /// Makes room for one more item with a spare buffer; false if one is needed. The caller holds the lock.
    fn ensure_room(self, cx: &Context, spare: &mut Option<ObjectRef>) -> bool {
        let length = self.len();
        if self.buffer().is_some_and(|buffer| length < buffer.slot_count()) {
            return true;
        }
        let Some(fresh) = spare.take().filter(|fresh| fresh.slot_count() > length) else { return false };
        if let Some(old) = self.buffer() {
            let first = self.place(old, 0);
            let until_end = (old.slot_count() - first).min(length);
            cx.copy_range(old, first, fresh, 0, until_end);
            cx.copy_range(old, 0, fresh, until_end, length - until_end);
        }
        self.0.raw_store_u64(HEAD, 0);
        cx.store(self.0, BUFFER, Value::from(fresh));
        true
    }

    /// A buffer larger than the present one.
    fn new_buffer(self, cx: &Context) -> PyResult<ObjectRef> {
        let wanted = self.len().saturating_mul(2).max(FIRST_CAPACITY);
        cx.allocate(Kind::SlotArray, wanted, 0)
    }

    /// Adds an item at an end; a full bounded deque loses the item at the other one.
    ///
    /// # Errors
    /// MemoryError.
    pub fn push(self, cx: &Context, end: End, value: Value) -> PyResult<()> {
        let mut spare = None;
        loop {
            {
                let _guard = cx.lock(self.0);
                if self.maximum() == Some(0) {
                    return Ok(());
                }
                if self.maximum() == Some(self.len()) {
                    self.take_locked(cx, if end == End::Left { End::Right } else { End::Left });
                }
                if self.ensure_room(cx, &mut spare)
                    && let Some(buffer) = self.buffer()
                {
                    let length = self.len();
                    let place = match end {
                        End::Right => self.place(buffer, length),
                        End::Left => {
                            let place = self.place(buffer, buffer.slot_count() - 1);
                            self.0.raw_store_u64(HEAD, place as u64);
                            place
                        }
                    };
                    cx.store(buffer, place, value);
                    self.set_length(length + 1);
                    self.note_change();
                    return Ok(());
                }
            }
            spare = Some(self.new_buffer(cx)?);
        }
    }

    /// Removes the item at an end. The caller holds the lock.
    fn take_locked(self, cx: &Context, end: End) -> Option<Value> {
        let length = self.len();
        let last = length.checked_sub(1)?;
        let buffer = self.buffer()?;
        let place = self.place(buffer, if end == End::Left { 0 } else { last });
        let value = buffer.value(place);
        cx.clear(buffer, place);
        if end == End::Left {
            let head = self.place(buffer, 1);
            self.0.raw_store_u64(HEAD, head as u64);
        }
        self.set_length(last);
        self.note_change();
        value
    }

    /// Removes and returns the item at an end.
    pub fn pop(self, cx: &Context, end: End) -> Option<Value> {
        let _guard = cx.lock(self.0);
        let value = self.take_locked(cx, end);
        if self.is_empty() && self.buffer().is_some_and(|buffer| buffer.slot_count() > LARGEST_KEPT) {
            cx.clear(self.0, BUFFER);
            self.0.raw_store_u64(HEAD, 0);
        }
        value
    }

    /// The item at an index.
    pub fn get(self, cx: &Context, index: usize) -> Option<Value> {
        let _guard = cx.lock(self.0);
        if index >= self.len() {
            return None;
        }
        let buffer = self.buffer()?;
        buffer.value(self.place(buffer, index))
    }

    /// Overwrites the item at an index; false if there is none.
    pub fn set(self, cx: &Context, index: usize, value: Value) -> bool {
        let _guard = cx.lock(self.0);
        match self.buffer() {
            Some(buffer) if index < self.len() => {
                cx.store(buffer, self.place(buffer, index), value);
                true
            }
            _ => false,
        }
    }

    /// Removes everything.
    pub fn clear(self, cx: &Context) {
        let _guard = cx.lock(self.0);
        self.set_length(0);
        self.0.raw_store_u64(HEAD, 0);
        cx.clear(self.0, BUFFER);
        self.note_change();
    }

    /// The items of one moment.
    pub fn snapshot(self, cx: &Context) -> ScratchVector<'_> {
        let mut items = cx.scratch();
        let _guard = cx.lock(self.0);
        if let Some(buffer) = self.buffer() {
            for index in 0..self.len() {
                if let Some(item) = buffer.value(self.place(buffer, index)) {
                    items.push(item);
                }
            }
        }
        items
    }

    /// Moves items from the right end to the left, or the other way round for a negative number.
    pub fn rotate(self, cx: &Context, steps: i64) {
        let _guard = cx.lock(self.0);
        let length = self.len();
        if length < 2 {
            return;
        }
        let Some(buffer) = self.buffer() else { return };
        let right = steps.rem_euclid(length as i64) as usize;
        let capacity = buffer.slot_count();
        // Whichever way is shorter.
        if right <= length - right {
            for _ in 0..right {
                let from = self.place(buffer, length - 1);
                let to = self.place(buffer, capacity - 1);
                move_item(cx, buffer, from, to);
                self.0.raw_store_u64(HEAD, to as u64);
            }
        } else {
            for _ in 0..length - right {
                let from = self.place(buffer, 0);
                let to = self.place(buffer, length);
                move_item(cx, buffer, from, to);
                let head = self.place(buffer, 1);
                self.0.raw_store_u64(HEAD, head as u64);
            }
        }
        self.note_change();
    }

    /// Reverses the order of the items.
    pub fn reverse(self, cx: &Context) {
        let _guard = cx.lock(self.0);
        let Some(buffer) = self.buffer() else { return };
        let length = self.len();
        for index in 0..length / 2 {
            let (left, right) = (self.place(buffer, index), self.place(buffer, length - 1 - index));
            if let (Some(first), Some(last)) = (buffer.value(left), buffer.value(right)) {
                cx.store(buffer, left, last);
                cx.store(buffer, right, first);
            }
        }
    }

    /// Puts an item before the one at an index, which is clipped; false if the deque is full.
    ///
    /// # Errors
    /// MemoryError.
    pub fn insert(self, cx: &Context, index: i64, value: Value) -> PyResult<bool> {
        let mut spare = None;
        loop {
            {
                let _guard = cx.lock(self.0);
                let length = self.len();
                if self.maximum() == Some(length) {
                    return Ok(false);
                }
                if self.ensure_room(cx, &mut spare)
                    && let Some(buffer) = self.buffer()
                {
                    let index = if index < 0 { (length as i64).saturating_add(index).max(0) } else { index };
                    let index = (index as usize).min(length);
                    for place in (index..length).rev() {
                        let (from, to) = (self.place(buffer, place), self.place(buffer, place + 1));
                        move_item(cx, buffer, from, to);
                    }
                    cx.store(buffer, self.place(buffer, index), value);
                    self.set_length(length + 1);
                    self.note_change();
                    return Ok(true);
                }
            }
            spare = Some(self.new_buffer(cx)?);
        }
    }

    /// Removes the item at an index; with `expected`, only if it is that one. Whether it did.
    pub fn remove_at(self, cx: &Context, index: usize, expected: Option<Value>) -> bool {
        let _guard = cx.lock(self.0);
        let length = self.len();
        let Some(buffer) = self.buffer() else { return false };
        if index >= length {
            return false;
        }
        if let Some(expected) = expected
            && !buffer.value(self.place(buffer, index)).is_some_and(|found| found.is(expected))
        {
            return false;
        }
        for place in index..length - 1 {
            let (from, to) = (self.place(buffer, place + 1), self.place(buffer, place));
            move_item(cx, buffer, from, to);
        }
        cx.clear(buffer, self.place(buffer, length - 1));
        self.set_length(length - 1);
        self.note_change();
        true
    }
}

fn move_item(cx: &Context, buffer: ObjectRef, from: usize, to: usize) {
    if from != to {
        cx.store_optional(buffer, to, buffer.value(from));
        cx.clear(buffer, from);
    }
}
