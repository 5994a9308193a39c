//! Constant folding: expressions whose value is known while compiling.
//!
//! Invariant: what would raise at run time is not folded, and results stay within CPython's size limits (128-bit products and
//! powers, 4096-character strings, 256-item tuples). Source: CPython 3.14's Python/flowgraph.c (`fold_const_binop`) and Python/ast_preprocess.c.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};
use ruff_python_ast::{Operator, UnaryOp};
use threadsnake_bytecode::{Constant, Text};

use crate::constants::{as_big_integer, integer, truth};

const MAXIMUM_INTEGER_BITS: u64 = 128;
const MAXIMUM_TEXT: usize = 4096;
const MAXIMUM_ITEMS: usize = 256;

/// The value of a unary operation.
pub fn unary(operator: UnaryOp, operand: &Constant) -> Option<Constant> {
    match (operator, operand) {
        (UnaryOp::Not, operand) => Some(if truth(operand) { Constant::False } else { Constant::True }),
        (UnaryOp::USub, Constant::Float(value)) => Some(Constant::Float(-value)),
        (UnaryOp::USub, Constant::Complex(real, imaginary)) => Some(Constant::Complex(-real, -imaginary)),
        (UnaryOp::UAdd, Constant::Float(_) | Constant::Complex(..)) => Some(operand.clone()),
        (UnaryOp::USub, operand) => Some(integer(&-as_big_integer(operand)?)),
        (UnaryOp::UAdd, operand) => Some(integer(&as_big_integer(operand)?)),
        // `~True` warns at run time.
        (UnaryOp::Invert, Constant::True | Constant::False) => None,
        (UnaryOp::Invert, operand) => Some(integer(&!as_big_integer(operand)?)),
    }
}

/// The value of a binary operation.
pub fn binary(operator: Operator, left: &Constant, right: &Constant) -> Option<Constant> {
    let (left_constant, right_constant) = (left, right);
    if let (Some(left), Some(right)) = (as_big_integer(left), as_big_integer(right)) {
        // Of two bools, these give a bool.
        if matches!(operator, Operator::BitAnd | Operator::BitOr | Operator::BitXor)
            && [left_constant, right_constant].iter().all(|c| matches!(c, Constant::True | Constant::False))
        {
            let value = integers(operator, &left, &right)?;
            return Some(if truth(&value) { Constant::True } else { Constant::False });
        }
        return integers(operator, &left, &right);
    }
    match (operator, left, right) {
        (Operator::Add, Constant::Text(left), Constant::Text(right)) => {
            Some(Constant::Text(Text(join_wtf8(&left.0, &right.0)?)))
        }
        (Operator::Add, Constant::Bytes(left), Constant::Bytes(right)) => (left.len() + right.len()
            <= MAXIMUM_TEXT)
            .then(|| Constant::Bytes([&**left, &**right].concat().into())),
        (Operator::Add, Constant::Tuple(left), Constant::Tuple(right)) => {
            (left.len() + right.len() <= MAXIMUM_ITEMS).then(|| Constant::Tuple([&**left, &**right].concat()))
        }
        (Operator::Mult, sequence, count) | (Operator::Mult, count, sequence)
            if as_big_integer(count).is_some()
                && matches!(sequence, Constant::Text(_) | Constant::Bytes(_) | Constant::Tuple(_)) =>
        {
            repeat(sequence, &as_big_integer(count)?)
        }
        (_, Constant::Complex(..), _) | (_, _, Constant::Complex(..)) => complexes(operator, left, right),
        (_, Constant::Float(_), _) | (_, _, Constant::Float(_)) => {
            floats(operator, as_float(left)?, as_float(right)?).map(Constant::Float)
        }
        _ => None,
    }
}

/// Concatenates two WTF-8 texts. A surrogate pair that would form at the seam is left to run time, where strings hold code points.
fn join_wtf8(left: &[u8], right: &[u8]) -> Option<Box<[u8]>> {
    let high_at_end = left.len() >= 3 && left[left.len() - 3] == 0xed && left[left.len() - 2] >= 0xa0;
    let low_at_start = right.len() >= 3 && right[0] == 0xed && right[1] >= 0xb0;
    (left.len() + right.len() <= MAXIMUM_TEXT && !(high_at_end && low_at_start))
        .then(|| [left, right].concat().into())
}

fn repeat(sequence: &Constant, count: &BigInt) -> Option<Constant> {
    let count = if count.is_negative() { 0 } else { count.to_usize()? };
    let fits = |length: usize, limit: usize| length.checked_mul(count).is_some_and(|total| total <= limit);
    match sequence {
        Constant::Text(text) if fits(text.0.len(), MAXIMUM_TEXT) => {
            join_wtf8(&text.0, &text.0)?;
            Some(Constant::Text(Text(text.0.repeat(count).into())))
        }
        Constant::Bytes(bytes) if fits(bytes.len(), MAXIMUM_TEXT) => {
            Some(Constant::Bytes(bytes.repeat(count).into()))
        }
        Constant::Tuple(items) if fits(items.len(), MAXIMUM_ITEMS) => {
            Some(Constant::Tuple((0..count).flat_map(|_| items.iter().cloned()).collect()))
        }
        _ => None,
    }
}

fn integers(operator: Operator, left: &BigInt, right: &BigInt) -> Option<Constant> {
    let value = match operator {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mult => {
            if left.bits() + right.bits() > MAXIMUM_INTEGER_BITS {
                return None;
            }
            left * right
        }
        Operator::Div => {
            let (left, right) = (left.to_i64()?, right.to_i64()?);
            let exact = 1i64 << 53;
            if right == 0 || left.unsigned_abs() > exact as u64 || right.unsigned_abs() > exact as u64 {
                return None;
            }
            return Some(Constant::Float(left as f64 / right as f64));
        }
        Operator::FloorDiv | Operator::Mod => {
            if right.is_zero() {
                return None;
            }
            let (mut quotient, mut remainder) = (left / right, left % right);
            if !remainder.is_zero() && remainder.is_negative() != right.is_negative() {
                quotient -= 1;
                remainder += right;
            }
            if operator == Operator::FloorDiv { quotient } else { remainder }
        }
        Operator::Pow => {
            let exponent = right.to_u32()?;
            if left.bits().saturating_mul(u64::from(exponent)) > MAXIMUM_INTEGER_BITS {
                return None;
            }
            left.pow(exponent)
        }
        Operator::LShift => {
            let count = right.to_u64()?;
            if count > MAXIMUM_INTEGER_BITS || left.bits() + count > MAXIMUM_INTEGER_BITS {
                return None;
            }
            left << count
        }
        Operator::RShift => left >> right.to_u64()?,
        Operator::BitOr => left | right,
        Operator::BitXor => left ^ right,
        Operator::BitAnd => left & right,
        Operator::MatMult => return None,
    };
    Some(integer(&value))
}

fn as_float(constant: &Constant) -> Option<f64> {
    match constant {
        Constant::Float(value) => Some(*value),
        Constant::True => Some(1.0),
        Constant::False => Some(0.0),
        Constant::Integer(value) if value.unsigned_abs() <= 1 << 53 => Some(*value as f64),
        _ => None,
    }
}

fn floats(operator: Operator, left: f64, right: f64) -> Option<f64> {
    match operator {
        Operator::Add => Some(left + right),
        Operator::Sub => Some(left - right),
        Operator::Mult => Some(left * right),
        Operator::Div if right != 0.0 => Some(left / right),
        _ => None,
    }
}

fn complexes(operator: Operator, left: &Constant, right: &Constant) -> Option<Constant> {
    // CPython 3.14 keeps a real operand real in mixed arithmetic (C99 Annex G), so signed zeros survive.
    match (operator, left, right) {
        (Operator::Add, Constant::Complex(a, b), Constant::Complex(c, d)) => {
            Some(Constant::Complex(a + c, b + d))
        }
        (Operator::Sub, Constant::Complex(a, b), Constant::Complex(c, d)) => {
            Some(Constant::Complex(a - c, b - d))
        }
        (Operator::Add, Constant::Complex(a, b), real) | (Operator::Add, real, Constant::Complex(a, b)) => {
            Some(Constant::Complex(as_float(real)? + a, *b))
        }
        (Operator::Sub, Constant::Complex(a, b), real) => Some(Constant::Complex(a - as_float(real)?, *b)),
        (Operator::Sub, real, Constant::Complex(a, b)) => Some(Constant::Complex(as_float(real)? - a, -b)),
        _ => None,
    }
}

/// `constant[constant]` of strings, bytes and tuples.
pub fn subscript(value: &Constant, index: &Constant) -> Option<Constant> {
    let index = match index {
        Constant::Integer(index) => *index,
        Constant::True => 1,
        Constant::False => 0,
        _ => return None,
    };
    let position = |length: usize| {
        let index = if index < 0 { index.checked_add(length as i64)? } else { index };
        usize::try_from(index).ok().filter(|&index| index < length)
    };
    match value {
        Constant::Tuple(items) => items.get(position(items.len())?).cloned(),
        Constant::Bytes(bytes) => Some(Constant::Integer(i64::from(*bytes.get(position(bytes.len())?)?))),
        Constant::Text(text) if text.0.is_ascii() => {
            let byte = *text.0.get(position(text.0.len())?)?;
            Some(Constant::Text(Text([byte].into())))
        }
        _ => None,
    }
}
