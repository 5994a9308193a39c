//! `reduce`.
//!
//! Source: Modules/_functoolsmodule.c.

use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pyfunction;

/// Apply a function of two arguments cumulatively to the items of an iterable, from left to right.
///
/// This effectively reduces the iterable to a single value.  If initial is present,
/// it is placed before the items of the iterable in the calculation, and serves as
/// a default when the iterable is empty.
///
/// For example, reduce(lambda x, y: x+y, [1, 2, 3, 4, 5])
/// calculates ((((1 + 2) + 3) + 4) + 5).
#[pyfunction(name = "reduce", signature = "(function, iterable, /, initial=<unrepresentable>)")]
pub fn reduce(cx: &Context, function: Value, iterable: Value, initial: Option<Value>) -> PyResult {
    let iterator = match cx.iterate(iterable) {
        Ok(iterator) => iterator,
        Err(raised) => {
            if cx.pending_is(&raised, threadsnake_engine::ExceptionClass::TypeError) {
                cx.take_exception(raised);
                return Err(cx.type_error(format_args!("reduce() arg 2 must support iteration")));
            }
            return Err(raised);
        }
    };
    let mut result = match initial {
        Some(initial) => initial,
        None => match iterator.next(cx)? {
            Some(first) => first,
            None => {
                return Err(cx.type_error(format_args!("reduce() of empty iterable with no initial value")));
            }
        },
    };
    while let Some(item) = iterator.next(cx)? {
        result = cx.call(function, &[result, item])?;
        cx.poll()?;
    }
    Ok(result)
}
