//! What the native iterators share: the index of the next item, and the builtin functions that their pickles name.
//!
//! Invariant: an index in an iterator's raw tail is claimed at most once for each item, whatever threads call `next` on the iterator
//! together; a private iterator pays nothing for that.

use threadsnake_heap::ObjectRef;
use threadsnake_heap::arch::Ordering;

use crate::context::Context;
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult};
use crate::object_access::ObjectAccess;
use crate::value::Value;

/// Takes the next index below `limit`; absent at the limit.
#[inline]
pub fn claim(object: ObjectRef, offset: usize, limit: usize) -> Option<usize> {
    let index = object.raw_u64(offset);
    if index >= limit as u64 {
        return None;
    }
    if !object.is_shared() {
        object.raw_store_u64(offset, index + 1);
        return Some(index as usize);
    }
    claim_shared(object, offset, limit)
}

#[cold]
fn claim_shared(object: ObjectRef, offset: usize, limit: usize) -> Option<usize> {
    // Two threads that read the same index exchange it one after the other: the second fails and takes the next.
    object
        .raw_cell_u64(offset)
        .fetch_update(Ordering::AcqRel, Ordering::Acquire, |index| {
            if index < limit as u64 { Some(index + 1) } else { None }
        })
        .ok()
        .map(|index| index as usize)
}

/// Takes the index below the stored one, which counts down: the stored number is one more than the next index; absent at 0.
#[inline]
pub fn claim_backwards(object: ObjectRef, offset: usize) -> Option<usize> {
    let remaining = object.raw_u64(offset);
    if remaining == 0 {
        return None;
    }
    if !object.is_shared() {
        object.raw_store_u64(offset, remaining - 1);
        return Some(remaining as usize - 1);
    }
    object
        .raw_cell_u64(offset)
        .fetch_update(Ordering::AcqRel, Ordering::Acquire, |remaining| remaining.checked_sub(1))
        .ok()
        .map(|remaining| remaining as usize - 1)
}

/// A builtin function by name, as `__reduce__` of iterators returns it.
///
/// # Errors
/// AttributeError if it has been deleted.
pub fn builtin(cx: &Context, name: &str) -> PyResult {
    let name = cx.new_str(name)?;
    let name = cx.intern(name)?;
    match cx.root(Root::BuiltinsModule) {
        Some(module) => cx.get_attribute(module, name),
        None => Err(cx.raise(ExceptionClass::RuntimeError, format_args!("there is no builtins module"))),
    }
}

/// `(iter, (iterable,), state)`: how iterators are pickled.
///
/// # Errors
/// MemoryError.
pub fn reduce_with_state(cx: &Context, function: &str, iterable: Value, state: i64) -> PyResult {
    let function = builtin(cx, function)?;
    let arguments = cx.tuple(&[iterable])?;
    let state = cx.int(state)?;
    cx.tuple(&[function, arguments, state])
}

/// `(iter, (iterable,))`: how exhausted iterators are pickled.
///
/// # Errors
/// MemoryError.
pub fn reduce(cx: &Context, function: &str, iterable: Value) -> PyResult {
    let function = builtin(cx, function)?;
    let arguments = cx.tuple(&[iterable])?;
    cx.tuple(&[function, arguments])
}
