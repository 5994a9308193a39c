//! Assignment to several targets.
//!
//! Invariant: every target gets its value, or none does and an exception is raised.
//! Source: Python/ceval.c (`_PyEval_UnpackIterableStackRef`).

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::types::tuple::Tuple;
use crate::value::Value;

fn write_registers(target: *mut u64, values: &[Value]) {
    for (index, value) in values.iter().enumerate() {
        // SAFETY: the dispatch loop passes a range of verified registers as long as `values`.
        unsafe { target.add(index).write(value.word()) };
    }
}

/// `count` targets from a sequence or iterable.
#[inline]
pub(crate) fn unpack_sequence(cx: &Context, source: Value, target: *mut u64, count: usize) -> PyResult<()> {
    if let Some(tuple) = Tuple::from_value(source).filter(|tuple| tuple.is_exact() && tuple.len() == count) {
        write_registers(target, tuple.as_slice());
        return Ok(());
    }
    let items = cx.unpack_exact(source, count)?;
    write_registers(target, items.as_slice().get(..count).unwrap_or(&[]));
    Ok(())
}

pub(crate) fn unpack_extended(
    cx: &Context,
    source: Value,
    target: *mut u64,
    before: usize,
    after: usize,
) -> PyResult<()> {
    let items = cx.unpack_with_rest(source, before, after)?;
    let all = items.as_slice();
    if all.len() != before + 1 + after {
        return Err(
            cx.raise(ExceptionClass::SystemError, format_args!("unpacking gave another number of values"))
        );
    }
    write_registers(target, all);
    Ok(())
}
