//! The functions of `_operator`.
//!
//! Source: Modules/_operator.c.

use threadsnake_engine::native::Arguments;
use threadsnake_engine::protocol::comparison::CompareOperator;
use threadsnake_engine::protocol::number::BinaryOperator;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pymodule;

/// Whether a value can be concatenated.
fn check_sequence(cx: &Context, value: Value) -> PyResult<()> {
    if cx.is_sequence(value) {
        return Ok(());
    }
    Err(cx.type_error(format_args!("'{}' object can't be concatenated", cx.type_name(value))))
}

/// Compares all bytes, however early they differ.
fn equal_in_constant_time(left: &[u8], right: &[u8]) -> bool {
    let mut difference = (left.len() != right.len()) as u8;
    for (index, &byte) in left.iter().enumerate() {
        // With another length the first argument is compared with itself, so the time tells only its own length.
        let other = if left.len() == right.len() { right.get(index).copied().unwrap_or(0) } else { byte };
        difference |= core::hint::black_box(byte ^ other);
    }
    difference == 0
}

/// Operator interface.
///
/// This module exports a set of functions implemented in C corresponding
/// to the intrinsic operators of Python.  For example, operator.add(x, y)
/// is equivalent to the expression x+y.
#[pymodule(
    name = "_operator",
    classes(
        super::super::getters::ItemGetter,
        super::super::getters::AttributeGetter,
        super::super::getters::MethodCaller
    )
)]
pub mod module {
    use super::{
        Arguments, BinaryOperator, CompareOperator, Context, PyResult, Str, Value, check_sequence,
        equal_in_constant_time,
    };

    /// Same as a < b.
    #[pyfunction]
    fn lt(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.rich_compare(CompareOperator::Less, a, b)
    }

    /// Same as a <= b.
    #[pyfunction]
    fn le(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.rich_compare(CompareOperator::LessEqual, a, b)
    }

    /// Same as a == b.
    #[pyfunction]
    fn eq(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.rich_compare(CompareOperator::Equal, a, b)
    }

    /// Same as a != b.
    #[pyfunction]
    fn ne(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.rich_compare(CompareOperator::NotEqual, a, b)
    }

    /// Same as a >= b.
    #[pyfunction]
    fn ge(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.rich_compare(CompareOperator::GreaterEqual, a, b)
    }

    /// Same as a > b.
    #[pyfunction]
    fn gt(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.rich_compare(CompareOperator::Greater, a, b)
    }

    /// Same as a + b.
    #[pyfunction]
    fn add(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.binary_operation(BinaryOperator::Add, a, b)
    }

    /// Same as a += b.
    #[pyfunction]
    fn iadd(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.in_place_operation(BinaryOperator::Add, a, b)
    }

    /// Same as a - b.
    #[pyfunction]
    fn sub(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.binary_operation(BinaryOperator::Subtract, a, b)
    }

    /// Same as a -= b.
    #[pyfunction]
    fn isub(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.in_place_operation(BinaryOperator::Subtract, a, b)
    }

    /// Same as a * b.
    #[pyfunction]
    fn mul(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.binary_operation(BinaryOperator::Multiply, a, b)
    }

    /// Same as a *= b.
    #[pyfunction]
    fn imul(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.in_place_operation(BinaryOperator::Multiply, a, b)
    }

    /// Same as a @ b.
    #[pyfunction]
    fn matmul(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.binary_operation(BinaryOperator::MatrixMultiply, a, b)
    }

    /// Same as a @= b.
    #[pyfunction]
    fn imatmul(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.in_place_operation(BinaryOperator::MatrixMultiply, a, b)
    }

    /// Same as a / b.
    #[pyfunction]
    fn truediv(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.binary_operation(BinaryOperator::TrueDivide, a, b)
    }

    /// Same as a /= b.
    #[pyfunction]
    fn itruediv(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.in_place_operation(BinaryOperator::TrueDivide, a, b)
    }

    /// Same as a // b.
    #[pyfunction]
    fn floordiv(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.binary_operation(BinaryOperator::FloorDivide, a, b)
    }

    /// Same as a //= b.
    #[pyfunction]
    fn ifloordiv(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.in_place_operation(BinaryOperator::FloorDivide, a, b)
    }

    /// Same as a % b.
    #[pyfunction(name = "mod")]
    fn modulo(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.binary_operation(BinaryOperator::Modulo, a, b)
    }

    /// Same as a %= b.
    #[pyfunction]
    fn imod(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.in_place_operation(BinaryOperator::Modulo, a, b)
    }

    /// Same as a << b.
    #[pyfunction]
    fn lshift(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.binary_operation(BinaryOperator::LeftShift, a, b)
    }

    /// Same as a <<= b.
    #[pyfunction]
    fn ilshift(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.in_place_operation(BinaryOperator::LeftShift, a, b)
    }

    /// Same as a >> b.
    #[pyfunction]
    fn rshift(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.binary_operation(BinaryOperator::RightShift, a, b)
    }

    /// Same as a >>= b.
    #[pyfunction]
    fn irshift(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.in_place_operation(BinaryOperator::RightShift, a, b)
    }

    /// Same as a & b.
    #[pyfunction]
    fn and_(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.binary_operation(BinaryOperator::And, a, b)
    }

    /// Same as a &= b.
    #[pyfunction]
    fn iand(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.in_place_operation(BinaryOperator::And, a, b)
    }

    /// Same as a | b.
    #[pyfunction]
    fn or_(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.binary_operation(BinaryOperator::Or, a, b)
    }

    /// Same as a |= b.
    #[pyfunction]
    fn ior(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.in_place_operation(BinaryOperator::Or, a, b)
    }

    /// Same as a ^ b.
    #[pyfunction]
    fn xor(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.binary_operation(BinaryOperator::Xor, a, b)
    }

    /// Same as a ^= b.
    #[pyfunction]
    fn ixor(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.in_place_operation(BinaryOperator::Xor, a, b)
    }

    /// Same as a ** b.
    #[pyfunction]
    fn pow(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.power(a, b, None)
    }

    /// Same as a **= b.
    #[pyfunction]
    fn ipow(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.in_place_operation(BinaryOperator::Power, a, b)
    }

    /// Same as -a.
    #[pyfunction]
    fn neg(cx: &Context, a: Value) -> PyResult {
        cx.negative(a)
    }

    /// Same as +a.
    #[pyfunction]
    fn pos(cx: &Context, a: Value) -> PyResult {
        cx.positive(a)
    }

    /// Same as ~a.
    #[pyfunction]
    fn inv(cx: &Context, a: Value) -> PyResult {
        cx.invert(a)
    }

    /// Same as ~a.
    #[pyfunction]
    fn invert(cx: &Context, a: Value) -> PyResult {
        cx.invert(a)
    }

    /// Same as abs(a).
    #[pyfunction]
    fn abs(cx: &Context, a: Value) -> PyResult {
        cx.absolute(a)
    }

    /// Same as not a.
    #[pyfunction]
    fn not_(cx: &Context, a: Value) -> PyResult<bool> {
        Ok(!cx.is_true(a)?)
    }

    /// Return True if a is true, False otherwise.
    #[pyfunction]
    fn truth(cx: &Context, a: Value) -> PyResult<bool> {
        cx.is_true(a)
    }

    /// Same as a is b.
    #[pyfunction]
    fn is_(a: Value, b: Value) -> bool {
        a.is(b)
    }

    /// Same as a is not b.
    #[pyfunction]
    fn is_not(a: Value, b: Value) -> bool {
        !a.is(b)
    }

    /// Same as a is None.
    #[pyfunction]
    fn is_none(a: Value) -> bool {
        a.is_none()
    }

    /// Same as a is not None.
    #[pyfunction]
    fn is_not_none(a: Value) -> bool {
        !a.is_none()
    }

    /// Same as a.__index__()
    #[pyfunction]
    fn index(cx: &Context, a: Value) -> PyResult {
        cx.index(a)
    }

    /// Same as a + b, for a and b sequences.
    #[pyfunction]
    fn concat(cx: &Context, a: Value, b: Value) -> PyResult {
        check_sequence(cx, a)?;
        cx.binary_operation(BinaryOperator::Add, a, b)
    }

    /// Same as a += b, for a and b sequences.
    #[pyfunction]
    fn iconcat(cx: &Context, a: Value, b: Value) -> PyResult {
        check_sequence(cx, a)?;
        cx.in_place_operation(BinaryOperator::Add, a, b)
    }

    /// Same as b in a (note reversed operands).
    #[pyfunction]
    fn contains(cx: &Context, a: Value, b: Value) -> PyResult<bool> {
        cx.contains(a, b)
    }

    /// Return the number of items in a which are, or which equal, b.
    #[pyfunction(name = "countOf")]
    fn count_of(cx: &Context, a: Value, b: Value) -> PyResult<usize> {
        let iterator = cx.iterate(a)?;
        let mut count = 0;
        while let Some(item) = iterator.next(cx)? {
            count += cx.equal(item, b)? as usize;
            cx.poll()?;
        }
        Ok(count)
    }

    /// Return the first index of b in a.
    #[pyfunction(name = "indexOf")]
    fn index_of(cx: &Context, a: Value, b: Value) -> PyResult<usize> {
        let iterator = cx.iterate(a)?;
        let mut index = 0;
        while let Some(item) = iterator.next(cx)? {
            if cx.equal(item, b)? {
                return Ok(index);
            }
            index += 1;
            cx.poll()?;
        }
        Err(cx.value_error(format_args!("sequence.index(x): x not in sequence")))
    }

    /// Same as a[b].
    #[pyfunction]
    fn getitem(cx: &Context, a: Value, b: Value) -> PyResult {
        cx.get_item(a, b)
    }

    /// Same as a[b] = c.
    #[pyfunction]
    fn setitem(cx: &Context, a: Value, b: Value, c: Value) -> PyResult<()> {
        cx.set_item(a, b, c)
    }

    /// Same as del a[b].
    #[pyfunction]
    fn delitem(cx: &Context, a: Value, b: Value) -> PyResult<()> {
        cx.delete_item(a, b)
    }

    /// Return an estimate of the number of items in obj.
    ///
    /// This is useful for presizing containers when building from an iterable.
    ///
    /// If the object supports len(), the result will be exact.
    /// Otherwise, it may over- or under-estimate by an arbitrary amount.
    /// The result will be an integer >= 0.
    #[pyfunction(signature = "(obj, default=0, /)")]
    fn length_hint(cx: &Context, obj: Value, default: Option<Value>) -> PyResult<usize> {
        let default = match default {
            None => 0,
            Some(default) if threadsnake_engine::types::int_object::is_int(default) => {
                cx.index_i64(default)?
            }
            Some(default) => {
                return Err(cx.type_error(format_args!(
                    "'{}' object cannot be interpreted as an integer",
                    cx.type_name(default)
                )));
            }
        };
        cx.length_hint(obj, usize::try_from(default).unwrap_or(0))
    }

    /// Same as obj(*args, **kwargs).
    #[pyfunction]
    fn call(cx: &Context, arguments: Arguments<'_>) -> PyResult {
        match arguments.positional().first() {
            Some(&callable) => cx.call_with(callable, arguments.without_first()),
            None => Err(cx.type_error(format_args!("call expected at least 1 argument, got 0"))),
        }
    }

    /// Return 'a == b'.
    ///
    /// This function uses an approach designed to prevent
    /// timing analysis, making it appropriate for cryptography.
    ///
    /// a and b must both be of the same type: either str (ASCII only),
    /// or any bytes-like object.
    #[pyfunction(name = "_compare_digest")]
    fn compare_digest(cx: &Context, a: Value, b: Value) -> PyResult<bool> {
        if let (Some(a), Some(b)) = (Str::from_value(a), Str::from_value(b)) {
            if !a.is_ascii() || !b.is_ascii() {
                return Err(cx.type_error(format_args!(
                    "comparing strings with non-ASCII characters is not supported"
                )));
            }
            return Ok(equal_in_constant_time(a.bytes(), b.bytes()));
        }
        let (a, b) = (cx.bytes_like(a)?, cx.bytes_like(b)?);
        Ok(equal_in_constant_time(&a, &b))
    }
}
