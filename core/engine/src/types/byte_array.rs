//! `bytearray` objects: layout, and the operations that change them. Methods are in `types/byte_array_methods.rs`.
//!
//! Invariant: slot 0 is a `RawArray` (its capacity, then the bytes) or empty; the raw tail holds the length and the number of exported
//! buffers. Contents are read and written only under the object's lock, by [`ByteArray::with_bytes`] and [`ByteArray::splice`], and
//! no allocation happens meanwhile: a splice that needs a larger buffer lets go of the lock, allocates and starts anew. While buffers are exported
//! the length does not change. Source: Objects/bytearrayobject.c.

use alloc::vec::Vec;

use threadsnake_heap::ObjectRef;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::{Kind, client_flags};
use crate::native::convert::{FromValue, IntoValue, NotValue};
use crate::object_access::ObjectAccess;
use crate::protocol::mapping::{adjust_indices, normalize_index};
use crate::types::memory_view::MemoryView;
use crate::value::Value;

/// A `bytearray`.
#[derive(Copy, Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct ByteArray(ObjectRef);

const BUFFER: usize = 0;
const LENGTH: usize = 0;
const EXPORTS: usize = 8;
const CAPACITY: usize = 0;
const DATA: usize = 8;
/// Slots of an instance.
pub const SLOTS: u16 = 1;
/// Raw bytes of an instance.
pub const RAW_BYTES: u16 = 16;

/// Looks at whether other threads have done with the finalizers that they run; one of those may wait for this thread in turn.
const FINALIZER_WAITS: u32 = 1000;

impl ByteArray {
    /// The bytearray, if the value is one (subclasses included).
    #[inline(always)]
    pub fn from_value(value: Value) -> Option<ByteArray> {
        value.as_kind(Kind::ByteArray).map(ByteArray)
    }

    /// The bytearray.
    ///
    /// # Errors
    /// TypeError if it is something else.
    pub fn expect(cx: &Context, value: Value) -> PyResult<ByteArray> {
        ByteArray::from_value(value).ok_or_else(|| cx.type_error_expected("bytearray", value))
    }

    /// The object.
    #[inline(always)]
    pub fn object(self) -> ObjectRef {
        self.0
    }

    /// As a value.
    #[inline(always)]
    pub fn as_value(self) -> Value {
        Value::from(self.0)
    }

    /// Whether its class is exactly `bytearray`.
    #[inline(always)]
    pub fn is_exact(self) -> bool {
        self.0.client_flags() & client_flags::SUBCLASS == 0
    }

    /// Number of bytes at this moment.
    #[inline(always)]
    pub fn len(self) -> usize {
        self.0.raw_u64(LENGTH) as usize
    }

    /// Whether it is empty.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    fn buffer(self) -> Option<ObjectRef> {
        self.0.value(BUFFER).and_then(|buffer| buffer.as_kind(Kind::RawArray))
    }

    /// Bytes that fit without a new buffer.
    pub fn allocated(self) -> usize {
        self.buffer().map_or(0, |buffer| buffer.raw_u64(CAPACITY) as usize)
    }

    /// The contents, for a caller that holds the lock.
    ///
    /// # Safety
    /// The object's lock is held, or the object is private to the thread, for as long as the slice lives.
    unsafe fn content<'a>(self, length: usize) -> &'a mut [u8] {
        match self.buffer() {
            Some(buffer) if length as u64 <= buffer.raw_u64(CAPACITY) => {
                // SAFETY: the buffer has room for its capacity after the header; the caller excludes other access. The buffer is
                // reachable from the object, whose slot only changes under the lock.
                unsafe { core::slice::from_raw_parts_mut(buffer.raw_bytes_pointer().add(DATA), length) }
            }
            _ => &mut [],
        }
    }

    /// Hands the contents to a function under the lock. It must not allocate objects, run Python code or reach a safepoint.
    pub fn with_bytes<R>(self, cx: &Context, function: impl FnOnce(&mut [u8]) -> R) -> R {
        let _lock = cx.lock(self.0);
        // SAFETY: the lock is held until after the function has returned, and its result cannot borrow the slice.
        function(unsafe { self.content(self.len()) })
    }

    /// A copy of the contents at one moment.
    pub fn snapshot(self, cx: &Context) -> Vec<u8> {
        self.with_bytes(cx, |content| content.to_vec())
    }

    /// Replaces the range that `place` chooses, knowing the length, by other bytes; does nothing and is false if it chooses none.
    ///
    /// # Errors
    /// BufferError if the length would change while buffers are exported; MemoryError.
    pub fn splice(
        self,
        cx: &Context,
        place: impl Fn(usize) -> Option<(usize, usize)>,
        with: &[u8],
    ) -> PyResult<bool> {
        self.splice_then(cx, place, with, || {})
    }

    /// As [`ByteArray::splice`]; when the bytes are replaced `then` runs, still under the lock: what it stores changes together with them.
    ///
    /// # Errors
    /// As for [`ByteArray::splice`].
    pub fn splice_then(
        self,
        cx: &Context,
        place: impl Fn(usize) -> Option<(usize, usize)>,
        with: &[u8],
        then: impl FnOnce(),
    ) -> PyResult<bool> {
        let mut spare: Option<ObjectRef> = None;
        let mut looked = false;
        loop {
            let lock = cx.lock(self.0);
            let length = self.len();
            let Some((start, end)) = place(length) else { return Ok(false) };
            let end = end.clamp(start.min(length), length);
            let start = start.min(end);
            let new_length = length - (end - start) + with.len();
            if new_length != length && self.0.raw_u64(EXPORTS) != 0 {
                drop(lock);
                if !looked {
                    looked = true;
                    self.give_back_dead_views(cx);
                    continue;
                }
                return Err(resize_error(cx));
            }
            let fits = |buffer: ObjectRef| new_length as u64 <= buffer.raw_u64(CAPACITY);
            if !self.buffer().is_some_and(fits) && new_length != 0 {
                let Some(larger) = spare.take().filter(|&buffer| fits(buffer)) else {
                    drop(lock);
                    spare = Some(new_buffer(cx, new_length)?);
                    continue;
                };
                // SAFETY: the new buffer is private and has room for `new_length >= length.min(new_length)` bytes.
                let target = unsafe {
                    core::slice::from_raw_parts_mut(
                        larger.raw_bytes_pointer().add(DATA),
                        larger.raw_u64(CAPACITY) as usize,
                    )
                };
                // SAFETY: the lock is held.
                let content = unsafe { self.content(length) };
                copy(target, 0, content.get(..start).unwrap_or(&[]));
                copy(target, start, with);
                copy(target, start + with.len(), content.get(end..).unwrap_or(&[]));
                cx.store(self.0, BUFFER, Value::from(larger));
            } else {
                // SAFETY: the lock is held, and the buffer has room for the longer of the two.
                let content = unsafe { self.content(length.max(new_length)) };
                if content.len() >= length.max(new_length) {
                    content.copy_within(end..length, start + with.len());
                }
                copy(content, start, with);
            }
            self.0.raw_store_u64(LENGTH, new_length as u64);
            then();
            return Ok(true);
        }
    }

    /// Takes out the byte at an index that may count from the end.
    ///
    /// # Errors
    /// BufferError if buffers are exported.
    pub fn pop(self, cx: &Context, index: i64) -> PyResult<Option<u8>> {
        let popped = core::cell::Cell::new(None);
        let place = |length: usize| {
            let index = normalize_index(index, length)?;
            // SAFETY: `splice` calls this under the lock.
            let content = unsafe { self.content(length) };
            popped.set(content.get(index).copied());
            Some((index, index + 1))
        };
        self.splice(cx, place, &[])?;
        Ok(popped.get())
    }

    /// Takes out the first occurrence of a byte; false if there is none.
    ///
    /// # Errors
    /// BufferError if buffers are exported.
    pub fn remove(self, cx: &Context, byte: u8) -> PyResult<bool> {
        let place = |length: usize| {
            // SAFETY: `splice` calls this under the lock.
            let content = unsafe { self.content(length) };
            let index = crate::text::search::find(content, &[byte])?;
            Some((index, index + 1))
        };
        self.splice(cx, place, &[])
    }

    /// Deletes the items, of `item_size` bytes each, that a slice selects.
    ///
    /// # Errors
    /// BufferError if buffers are exported.
    pub fn delete_stepped(
        self,
        cx: &Context,
        (start, stop, step): (i64, i64, i64),
        item_size: usize,
    ) -> PyResult<()> {
        if self.0.raw_u64(EXPORTS) != 0 {
            self.give_back_dead_views(cx);
        }
        let size = item_size.max(1);
        let lock = cx.lock(self.0);
        let length = self.len() / size;
        let indices = adjust_indices(start, stop, step, length);
        if indices.count != 0 && self.0.raw_u64(EXPORTS) != 0 {
            drop(lock);
            return Err(resize_error(cx));
        }
        // SAFETY: the lock is held.
        let content = unsafe { self.content(length * size) };
        let (first, last) = match (indices.count, step < 0) {
            (0, _) => return Ok(()),
            (count, true) => (indices.index(count - 1), indices.index(0)),
            (count, false) => (indices.index(0), indices.index(count - 1)),
        };
        let distance = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
        let mut kept = first;
        for index in first..length.min(content.len() / size) {
            let is_deleted = index <= last && (index - first).is_multiple_of(distance);
            if !is_deleted {
                content.copy_within(index * size..(index + 1) * size, kept * size);
                kept += 1;
            }
        }
        self.0.raw_store_u64(LENGTH, (kept * size) as u64);
        Ok(())
    }

    /// Repeats the contents in place, in one step: nobody sees another length than the one before and the one after.
    ///
    /// # Errors
    /// BufferError if the length would change while buffers are exported; MemoryError.
    pub fn repeat(self, cx: &Context, times: usize) -> PyResult<()> {
        let mut spare: Option<ObjectRef> = None;
        let mut looked = false;
        loop {
            let lock = cx.lock(self.0);
            let length = self.len();
            let new_length = length.checked_mul(times).filter(|&length| length < isize::MAX as usize - DATA);
            if new_length == Some(length) {
                return Ok(());
            }
            if self.0.raw_u64(EXPORTS) != 0 {
                drop(lock);
                if looked {
                    return Err(resize_error(cx));
                }
                looked = true;
                self.give_back_dead_views(cx);
                continue;
            }
            let fits = |buffer: ObjectRef, length: usize| length as u64 <= buffer.raw_u64(CAPACITY);
            let Some(new_length) = new_length else {
                drop(lock);
                return Err(cx.memory_error());
            };
            if new_length != 0 && !self.buffer().is_some_and(|buffer| fits(buffer, new_length)) {
                let Some(larger) = spare.take().filter(|&buffer| fits(buffer, new_length)) else {
                    drop(lock);
                    spare = Some(new_buffer(cx, new_length)?);
                    continue;
                };
                // SAFETY: the new buffer is private and has room for `new_length > length` bytes.
                let target = unsafe {
                    core::slice::from_raw_parts_mut(larger.raw_bytes_pointer().add(DATA), new_length)
                };
                // SAFETY: the lock is held.
                copy(target, 0, unsafe { self.content(length) });
                cx.store(self.0, BUFFER, Value::from(larger));
            }
            // SAFETY: the lock is held, and the buffer has room for `new_length` bytes, which are 0 or at least `length`.
            let content = unsafe { self.content(new_length) };
            if content.len() == new_length {
                for number in 1..times {
                    content.copy_within(0..length, number * length);
                }
            }
            self.0.raw_store_u64(LENGTH, new_length as u64);
            return Ok(());
        }
    }

    /// Counts a buffer that lends the contents: the length is fixed until it is given back.
    pub(crate) fn export(self, cx: &Context) {
        let _lock = cx.lock(self.0);
        self.0.raw_store_u64(EXPORTS, self.0.raw_u64(EXPORTS) + 1);
    }

    /// Gives a buffer back.
    pub(crate) fn give_back(self, cx: &Context) {
        let _lock = cx.lock(self.0);
        self.0.raw_store_u64(EXPORTS, self.0.raw_u64(EXPORTS).saturating_sub(1));
    }

    /// Releases the views of this bytearray that the program cannot reach any more: in CPython each has given its buffer back when its last
    /// reference went. What decides is what is certain (variables, temporaries, other objects); a word on the native stack of this
    /// thread, or of one that blocks, may be left over from a call that has returned, and does not count. So a view that a native
    /// function further out holds, and nothing else, is released too; it notices that like any other user of a released view.
    ///
    /// On stacks of other threads that run, a word may be a reference that the thread is just using, but not to a view that only this thread
    /// could reach. A view that another thread is about to finalize gets a little time for that.
    #[cold]
    #[inline(never)]
    fn give_back_dead_views(self, cx: &Context) {
        for (whole, private) in [(false, true), (false, false), (true, true), (true, false)] {
            let found = cx.mutator().unanchored(whole, private, |object| {
                MemoryView::from_value(Value::from(object))
                    .is_some_and(|view| view.lends_from(self) && (!private || view.is_private_to(cx)))
            });
            // No safepoint before they are all in the vector.
            let mut views = cx.scratch();
            for view in found {
                views.push(Value::from(view));
            }
            // Dead objects that still use a view of theirs do so now.
            crate::safepoint::run_finalizers(cx);
            for view in views.as_slice().iter().copied().filter_map(MemoryView::from_value) {
                view.release(cx);
            }
            if self.0.raw_u64(EXPORTS) == 0 {
                return;
            }
        }
        for _ in 0..FINALIZER_WAITS {
            if self.0.raw_u64(EXPORTS) == 0 || !crate::safepoint::others_run_finalizers(cx) {
                return;
            }
            let platform = cx.engine().platform();
            cx.blocking(|| platform.yield_now());
        }
    }
}

#[cold]
fn resize_error(cx: &Context) -> Raised {
    cx.raise(ExceptionClass::BufferError, format_args!("Existing exports of data: object cannot be re-sized"))
}

fn copy(target: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(place) = target.get_mut(at..at.saturating_add(bytes.len())) {
        place.copy_from_slice(bytes);
    }
}

fn new_buffer(cx: &Context, needed: usize) -> PyResult<ObjectRef> {
    // An eighth more, so that repeated appending is linear.
    let capacity =
        needed.checked_add(needed / 8 + 16).filter(|&capacity| capacity < isize::MAX as usize - DATA);
    let capacity = capacity.ok_or_else(|| cx.memory_error())?;
    let buffer = cx.allocate(Kind::RawArray, 0, DATA + capacity)?;
    buffer.raw_store_u64(CAPACITY, capacity as u64);
    Ok(buffer)
}

impl FromValue for ByteArray {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        ByteArray::expect(cx, value)
    }
}
impl NotValue for ByteArray {}
impl IntoValue for ByteArray {
    #[inline(always)]
    fn into_value(self, _cx: &Context) -> PyResult<Value> {
        Ok(self.as_value())
    }
}

impl Context {
    /// A bytearray with these contents.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_byte_array(&self, bytes: &[u8]) -> PyResult<ByteArray> {
        let array = ByteArray(self.allocate(Kind::ByteArray, SLOTS as usize, RAW_BYTES as usize)?);
        if !bytes.is_empty() {
            array.splice(self, |length| Some((length, length)), bytes)?;
        }
        Ok(array)
    }
}
