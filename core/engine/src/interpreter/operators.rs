//! The slow halves of arithmetic and comparison instructions: what the fast paths of [`super::arithmetic`] declined.
//!
//! Invariant: the operator is that of the instruction, in place or not; tagged operands of mixed type are tried first, as they need
//! neither a class nor a call. Source: the rows of `threadsnake_bytecode::operation`.

use threadsnake_bytecode::Operation;

use crate::context::Context;
use crate::error::PyResult;
use crate::interpreter::arithmetic;
use crate::interpreter::truth::truth_fast;
use crate::protocol::comparison::CompareOperator;
use crate::protocol::number::BinaryOperator;
use crate::types::str_object::Str;
use crate::value::Value;

/// The operator of an arithmetic instruction, and whether it is the in-place one.
fn binary_operator(operation: Operation) -> (BinaryOperator, bool) {
    use Operation as O;
    match operation {
        O::Add | O::AddImmediate => (BinaryOperator::Add, false),
        O::InPlaceAdd | O::InPlaceAddImmediate => (BinaryOperator::Add, true),
        O::Subtract | O::SubtractImmediate => (BinaryOperator::Subtract, false),
        O::InPlaceSubtract | O::InPlaceSubtractImmediate => (BinaryOperator::Subtract, true),
        O::Multiply | O::MultiplyImmediate => (BinaryOperator::Multiply, false),
        O::InPlaceMultiply => (BinaryOperator::Multiply, true),
        O::TrueDivide => (BinaryOperator::TrueDivide, false),
        O::InPlaceTrueDivide => (BinaryOperator::TrueDivide, true),
        O::FloorDivide | O::FloorDivideImmediate => (BinaryOperator::FloorDivide, false),
        O::InPlaceFloorDivide => (BinaryOperator::FloorDivide, true),
        O::Modulo | O::ModuloImmediate => (BinaryOperator::Modulo, false),
        O::InPlaceModulo => (BinaryOperator::Modulo, true),
        O::Power => (BinaryOperator::Power, false),
        O::InPlacePower => (BinaryOperator::Power, true),
        O::LeftShift | O::LeftShiftImmediate => (BinaryOperator::LeftShift, false),
        O::InPlaceLeftShift => (BinaryOperator::LeftShift, true),
        O::RightShift | O::RightShiftImmediate => (BinaryOperator::RightShift, false),
        O::InPlaceRightShift => (BinaryOperator::RightShift, true),
        O::BitAnd | O::BitAndImmediate => (BinaryOperator::And, false),
        O::InPlaceBitAnd => (BinaryOperator::And, true),
        O::BitOr => (BinaryOperator::Or, false),
        O::InPlaceBitOr => (BinaryOperator::Or, true),
        O::BitXor => (BinaryOperator::Xor, false),
        O::InPlaceBitXor => (BinaryOperator::Xor, true),
        O::InPlaceMatrixMultiply => (BinaryOperator::MatrixMultiply, true),
        other => {
            debug_assert!(other == O::MatrixMultiply, "{} is no arithmetic", other.name());
            (BinaryOperator::MatrixMultiply, false)
        }
    }
}

/// Executes an arithmetic instruction whose fast path declined.
///
/// # Errors
/// What the operands' methods raise.
#[inline(never)]
pub(crate) fn arithmetic(cx: &Context, operation: Operation, left: Value, right: Value) -> PyResult<Value> {
    if let (Some(text), Some(more)) = (Str::from_value(left), Str::from_value(right))
        && text.is_exact()
        && more.is_exact()
    {
        match operation {
            Operation::Add => return Ok(cx.str_concat(text, more)?.as_value()),
            // Strings grow in place.
            Operation::InPlaceAdd => return Ok(cx.str_append(text, more)?.as_value()),
            _ => {}
        }
    }
    let (operator, in_place) = binary_operator(operation);
    if let Some(result) = arithmetic::mixed(operator, left, right) {
        return Ok(result);
    }
    if !in_place {
        return cx.binary_operation(operator, left, right);
    }
    cx.in_place_operation(operator, left, right)
}

/// The operator of a comparison or of a jump on one.
fn compare_operator(operation: Operation) -> CompareOperator {
    use Operation as O;
    match operation {
        O::Less | O::JumpIfLess | O::JumpIfNotLess | O::JumpIfLessImmediate | O::JumpIfNotLessImmediate => {
            CompareOperator::Less
        }
        O::LessEqual
        | O::JumpIfLessEqual
        | O::JumpIfNotLessEqual
        | O::JumpIfLessEqualImmediate
        | O::JumpIfNotLessEqualImmediate => CompareOperator::LessEqual,
        O::NotEqual
        | O::JumpIfNotEqual
        | O::JumpIfNotUnequal
        | O::JumpIfNotEqualImmediate
        | O::JumpIfNotUnequalImmediate => CompareOperator::NotEqual,
        O::Greater
        | O::JumpIfGreater
        | O::JumpIfNotGreater
        | O::JumpIfGreaterImmediate
        | O::JumpIfNotGreaterImmediate => CompareOperator::Greater,
        O::GreaterEqual
        | O::JumpIfGreaterEqual
        | O::JumpIfNotGreaterEqual
        | O::JumpIfGreaterEqualImmediate
        | O::JumpIfNotGreaterEqualImmediate => CompareOperator::GreaterEqual,
        other => {
            debug_assert!(
                matches!(
                    other,
                    O::Equal
                        | O::JumpIfEqual
                        | O::JumpIfNotEqualTo
                        | O::JumpIfEqualImmediate
                        | O::JumpIfNotEqualToImmediate
                ),
                "{} is no comparison",
                other.name()
            );
            CompareOperator::Equal
        }
    }
}

/// Executes a comparison whose fast path declined.
///
/// # Errors
/// What the operands' methods raise.
#[inline(never)]
pub(crate) fn compare(cx: &Context, operation: Operation, left: Value, right: Value) -> PyResult<Value> {
    let operator = compare_operator(operation);
    if let Some(truth) = arithmetic::mixed_compare(operator, left, right) {
        return Ok(Value::from_bool(truth));
    }
    cx.rich_compare(operator, left, right)
}

/// The truth that a jump on a comparison tests, when its fast path declined.
///
/// # Errors
/// What the operands' methods, and `__bool__` of the result, raise.
#[inline(never)]
pub(crate) fn compare_truth(cx: &Context, operation: Operation, left: Value, right: Value) -> PyResult<bool> {
    let operator = compare_operator(operation);
    if let Some(truth) = arithmetic::mixed_compare(operator, left, right) {
        return Ok(truth);
    }
    if let (Some(first), Some(second)) = (Str::from_value(left), Str::from_value(right))
        && first.is_exact()
        && second.is_exact()
    {
        return Ok(match operator {
            CompareOperator::Equal => first.equals(second),
            CompareOperator::NotEqual => !first.equals(second),
            CompareOperator::Less => first.compare(second).is_lt(),
            CompareOperator::LessEqual => first.compare(second).is_le(),
            CompareOperator::Greater => first.compare(second).is_gt(),
            CompareOperator::GreaterEqual => first.compare(second).is_ge(),
        });
    }
    let result = cx.rich_compare(operator, left, right)?;
    match truth_fast(result) {
        Some(truth) => Ok(truth),
        None => cx.is_true(result),
    }
}
