//! Rust values owned by heap objects: hash states, compiled patterns, open files.
//!
//! Invariant: the first 8 raw bytes of an object of a class with `NATIVE_STATE` hold a thin pointer to a boxed `StateBox`, or
//! zero before it is set; the box is made once, read through a shared reference, and dropped when the heap frees the cell.
//! A state must not hold a `Value`: the collector does not see it. Keep values in the object's slots.

use alloc::boxed::Box;
use core::any::{Any, TypeId};

use threadsnake_heap::ObjectRef;

use crate::context::Context;
use crate::object_access::ObjectAccess;

/// Where in the raw tail the state word is.
pub const OFFSET: usize = 0;

/// Raw bytes that an object with a state needs for it.
pub const RAW_BYTES: u16 = 8;

/// What a native object may own.
pub trait NativeState: Any + Send + Sync {}
impl<T: Any + Send + Sync> NativeState for T {}

struct StateBox {
    value: Box<dyn Any + Send + Sync>,
}

/// Gives the object its state. An object that has one keeps it, and the new one is dropped.
pub fn set_state<T: NativeState>(_cx: &Context, object: ObjectRef, state: T) {
    let boxed = Box::into_raw(Box::new(StateBox { value: Box::new(state) }));
    let word = boxed.expose_provenance() as u64;
    if object.raw_compare_exchange_u64(OFFSET, 0, word).is_err() {
        // SAFETY: the exchange failed, so `boxed` was not stored and is still ours alone.
        drop(unsafe { Box::from_raw(boxed) });
    }
}

/// The object's state, if it has one of this type.
pub fn state<T: NativeState>(object: &ObjectRef) -> Option<&T> {
    let word = object.raw_u64(OFFSET);
    if word == 0 {
        return None;
    }
    // SAFETY: a non-zero word was stored by `set_state` from `Box::into_raw`; the box is dropped by `drop_state` only when the
    // heap frees the object, which the borrowed `object` on the caller's stack prevents.
    let boxed = unsafe { &*core::ptr::with_exposed_provenance::<StateBox>(word as usize) };
    debug_assert!(boxed.value.as_ref().type_id() == TypeId::of::<T>());
    boxed.value.downcast_ref::<T>()
}

/// Drops the object's state. For the heap's destructor hook.
///
/// # Safety
/// No thread may use the object any more, and `offset` must be the state word of the object's class.
pub unsafe fn drop_state(object: ObjectRef, offset: usize) {
    let word = object.raw_u64(offset);
    if word != 0 {
        object.raw_store_u64(offset, 0);
        // SAFETY: the caller promises that the object is unreachable; the word came from `Box::into_raw` in `set_state`.
        drop(unsafe { Box::from_raw(core::ptr::with_exposed_provenance_mut::<StateBox>(word as usize)) });
    }
}
