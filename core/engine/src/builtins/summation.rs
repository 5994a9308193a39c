//! `sum`.
//!
//! Invariant: ints are added exactly; floats and complex numbers with Neumaier's compensation, as CPython does since 3.12; any other
//! item goes on with `+`. Source: Python/bltinmodule.c (`builtin_sum_impl`, `cs_add`); Neumaier, ZAMM 54 (1974).

use threadsnake_macros::pyfunction;

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::protocol::iteration::PyIterator;
use crate::protocol::number::BinaryOperator;
use crate::types::complex_object::{complex_of, is_exact_complex};
use crate::types::float_object::{float_of, is_exact_float};
use crate::types::int_object::{as_i64, is_exact_int, is_int};
use crate::value::Value;

/// A sum and the error that rounding made so far.
#[derive(Copy, Clone)]
struct Compensated {
    high: f64,
    low: f64,
}

impl Compensated {
    fn of(number: f64) -> Self {
        Compensated { high: number, low: 0.0 }
    }

    fn add(&mut self, number: f64) {
        let total = self.high + number;
        if self.high.abs() >= number.abs() {
            self.low += (self.high - total) + number;
        } else {
            self.low += (number - total) + self.high;
        }
        self.high = total;
    }

    fn value(self) -> f64 {
        // A sum that overflowed has no meaningful error.
        if self.low != 0.0 && self.low.is_finite() { self.high + self.low } else { self.high }
    }
}

/// What the phase for one type of number ended with: the sum, and the item it could not add.
struct Phase {
    sum: Value,
    rest: Option<Value>,
}

fn sum_ints(cx: &Context, start: i64, iterator: &PyIterator) -> PyResult<Phase> {
    let mut total = start;
    while let Some(item) = iterator.next(cx)? {
        let number = if is_exact_int(item) || item.is_bool() {
            if item.is_bool() { Some(item.is(Value::TRUE) as i64) } else { as_i64(item) }
        } else {
            None
        };
        match number.and_then(|number| total.checked_add(number)) {
            Some(sum) => total = sum,
            None => return Ok(Phase { sum: cx.int(total)?, rest: Some(item) }),
        }
        cx.poll()?;
    }
    Ok(Phase { sum: cx.int(total)?, rest: None })
}

fn small_int(item: Value) -> Option<i64> {
    if item.is_bool() {
        return Some(item.is(Value::TRUE) as i64);
    }
    if is_int(item) { as_i64(item) } else { None }
}

fn sum_floats(cx: &Context, start: f64, iterator: &PyIterator) -> PyResult<Phase> {
    let mut total = Compensated::of(start);
    while let Some(item) = iterator.next(cx)? {
        if is_exact_float(item) {
            total.add(float_of(item).unwrap_or(0.0));
        } else if let Some(number) = small_int(item) {
            total.high += number as f64;
        } else {
            return Ok(Phase { sum: cx.float(total.value())?, rest: Some(item) });
        }
        cx.poll()?;
    }
    Ok(Phase { sum: cx.float(total.value())?, rest: None })
}

fn sum_complex(cx: &Context, start: (f64, f64), iterator: &PyIterator) -> PyResult<Phase> {
    let mut real = Compensated::of(start.0);
    let mut imaginary = Compensated::of(start.1);
    while let Some(item) = iterator.next(cx)? {
        if let Some((item_real, item_imaginary)) = complex_of(item).filter(|_| is_exact_complex(item)) {
            real.add(item_real);
            imaginary.add(item_imaginary);
        } else if is_exact_float(item) {
            real.add(float_of(item).unwrap_or(0.0));
        } else if let Some(number) = small_int(item) {
            real.high += number as f64;
        } else {
            return Ok(Phase { sum: cx.complex(real.value(), imaginary.value())?, rest: Some(item) });
        }
        cx.poll()?;
    }
    Ok(Phase { sum: cx.complex(real.value(), imaginary.value())?, rest: None })
}

/// Return the sum of a 'start' value (default: 0) plus an iterable of numbers.
///
/// When the iterable is empty, return the start value.
/// This function is intended specifically for use with numeric values and may
/// reject non-numeric types.
#[pyfunction(signature = "(iterable, /, start=0)")]
pub fn sum(cx: &Context, iterable: Value, start: Option<Value>) -> PyResult<Value> {
    let mut total = start.unwrap_or(Value::small_int_unchecked(0));
    match total.kind() {
        Some(Kind::Str) => {
            return Err(cx.type_error(format_args!("sum() can't sum strings [use ''.join(seq) instead]")));
        }
        Some(Kind::Bytes) => {
            return Err(cx.type_error(format_args!("sum() can't sum bytes [use b''.join(seq) instead]")));
        }
        Some(Kind::ByteArray) => {
            return Err(cx.type_error(format_args!("sum() can't sum bytearray [use b''.join(seq) instead]")));
        }
        _ => {}
    }
    let iterator = cx.iterate(iterable)?;
    if let Some(number) = as_i64(total).filter(|_| is_exact_int(total)) {
        let phase = sum_ints(cx, number, &iterator)?;
        total = phase.sum;
        let Some(item) = phase.rest else { return Ok(total) };
        total = cx.binary_operation(BinaryOperator::Add, total, item)?;
    }
    if is_exact_float(total) {
        let phase = sum_floats(cx, float_of(total).unwrap_or(0.0), &iterator)?;
        total = phase.sum;
        let Some(item) = phase.rest else { return Ok(total) };
        total = cx.binary_operation(BinaryOperator::Add, total, item)?;
    }
    if let Some(number) = complex_of(total).filter(|_| is_exact_complex(total)) {
        let phase = sum_complex(cx, number, &iterator)?;
        total = phase.sum;
        let Some(item) = phase.rest else { return Ok(total) };
        total = cx.binary_operation(BinaryOperator::Add, total, item)?;
    }
    while let Some(item) = iterator.next(cx)? {
        total = cx.binary_operation(BinaryOperator::Add, total, item)?;
        cx.poll()?;
    }
    Ok(total)
}
