//! Whether a value is true.
//!
//! Invariant: the fast function decides constants and tagged ints alone, and neither raises nor reaches a safepoint.
//! Source: Objects/object.c (`PyObject_IsTrue`).

use crate::context::Context;
use crate::error::PyResult;
use crate::value::Value;

/// The truth of constants and tagged ints.
#[inline(always)]
pub(crate) fn truth_fast(value: Value) -> Option<bool> {
    if value.is(Value::TRUE) {
        Some(true)
    } else if value.is(Value::FALSE) || value.is_none() {
        Some(false)
    } else if value.is_small_int() {
        Some(value.small_int_payload() != 0)
    } else {
        None
    }
}

/// The truth of a value that [`truth_fast`] does not know.
///
/// # Errors
/// What `__bool__` and `__len__` raise.
#[inline(never)]
pub(crate) fn truth_slow(cx: &Context, value: Value) -> PyResult<bool> {
    cx.is_true(value)
}
