//! Arithmetic and comparison of the builtin numbers among each other, without special methods.
//!
//! Invariant: what is answered here is what the special methods of `int`, `bool`, `float` and `complex` answer; those methods and the
//! operators' fast paths both come here. Int and float meet as Python has it: the int is converted for arithmetic (and may overflow),
//! compared exactly.
//! Source: Objects/longobject.c, Objects/floatobject.c, Objects/complexobject.c.

use core::cmp::Ordering;

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::{Kind, client_flags};
use crate::names::Name;
use crate::number::complex_math::{self, ComplexOperand};
use crate::number::{IntegerRef, big_integer, bitwise, float_math, integer_float};
use crate::protocol::number::BinaryOperator;
use crate::types::complex_object::complex_of;
use crate::types::float_object::float_of;
use crate::types::int_object::integer_of;
use crate::value::Value;

/// A builtin number as an operand.
#[derive(Copy, Clone)]
pub enum Operand<'a> {
    /// An int or a bool.
    Integer(IntegerRef<'a>),
    /// A float.
    Float(f64),
    /// A complex number.
    Complex(f64, f64),
}

use Operand::{Complex, Float, Integer};

impl<'a> Operand<'a> {
    /// The number, if the value is an int, bool, float or complex, or an instance of a subclass.
    #[inline]
    pub fn of(value: &'a Value) -> Option<Operand<'a>> {
        if value.is_tagged_float() {
            return Some(Float(value.tagged_float_payload()));
        }
        if let Some(number) = integer_of(value) {
            return Some(Integer(number));
        }
        if let Some(number) = float_of(*value) {
            return Some(Float(number));
        }
        complex_of(*value).map(|(real, imaginary)| Complex(real, imaginary))
    }

    /// The number, if the value's class is exactly int, bool, float or complex.
    #[inline]
    pub fn exact(value: &'a Value) -> Option<Operand<'a>> {
        match value.as_object() {
            Some(object)
                if object.client_flags() & client_flags::SUBCLASS != 0
                    || !matches!(Kind::of(object), Kind::Int | Kind::Float | Kind::Complex) =>
            {
                None
            }
            _ => Operand::of(value),
        }
    }

    fn to_f64(self, cx: &Context) -> PyResult<f64> {
        match self {
            Integer(number) => cx.int_to_f64(number),
            Float(number) | Complex(number, _) => Ok(number),
        }
    }

    fn to_complex(self, cx: &Context) -> PyResult<ComplexOperand> {
        match self {
            Complex(real, imaginary) => Ok(ComplexOperand::Complex(real, imaginary)),
            real => Ok(ComplexOperand::Real(real.to_f64(cx)?)),
        }
    }
}

/// `left OP right` of builtin numbers; absent where their types do not know the operator (NotImplemented).
///
/// # Errors
/// ZeroDivisionError, OverflowError, ValueError, MemoryError.
pub fn arithmetic(
    cx: &Context,
    operator: BinaryOperator,
    left: Operand<'_>,
    right: Operand<'_>,
) -> PyResult<Option<Value>> {
    match (left, right) {
        (Integer(left), Integer(right)) => integer_arithmetic(cx, operator, left, right),
        (Complex(..), _) | (_, Complex(..)) => complex_arithmetic(cx, operator, left, right),
        (Float(_), _) | (_, Float(_)) => {
            if !float_knows(operator) {
                return Ok(None);
            }
            float_arithmetic(cx, operator, left.to_f64(cx)?, right.to_f64(cx)?)
        }
    }
}

fn integer_arithmetic(
    cx: &Context,
    operator: BinaryOperator,
    left: IntegerRef<'_>,
    right: IntegerRef<'_>,
) -> PyResult<Option<Value>> {
    if let (IntegerRef::Small(left), IntegerRef::Small(right)) = (left, right) {
        let (left, right) = (left as i128, right as i128);
        match operator {
            BinaryOperator::Add => return cx.int_from_i128(left + right).map(Some),
            BinaryOperator::Subtract => return cx.int_from_i128(left - right).map(Some),
            BinaryOperator::Multiply => return cx.int_from_i128(left * right).map(Some),
            _ => {}
        }
    }
    let result = match operator {
        BinaryOperator::Add => big_integer::add(left, right),
        BinaryOperator::Subtract => big_integer::subtract(left, right),
        BinaryOperator::Multiply => big_integer::multiply(left, right),
        BinaryOperator::FloorDivide => big_integer::floor_divide(left, right),
        BinaryOperator::Modulo => big_integer::modulo(left, right),
        BinaryOperator::LeftShift => bitwise::shift_left(left, right),
        BinaryOperator::RightShift => bitwise::shift_right(left, right),
        BinaryOperator::And => bitwise::and(left, right),
        BinaryOperator::Or => bitwise::or(left, right),
        BinaryOperator::Xor => bitwise::xor(left, right),
        BinaryOperator::Power if right.is_negative() => {
            let (base, exponent) = (cx.int_to_f64(left)?, cx.int_to_f64(right)?);
            return float_arithmetic(cx, operator, base, exponent);
        }
        BinaryOperator::Power => big_integer::power(left, right),
        BinaryOperator::TrueDivide => {
            return match integer_float::true_divide(left, right) {
                Ok(quotient) => cx.float(quotient).map(Some),
                Err(error) => Err(cx.number_error(&error)),
            };
        }
        BinaryOperator::MatrixMultiply => return Ok(None),
    };
    cx.integer_result(result).map(Some)
}

fn float_knows(operator: BinaryOperator) -> bool {
    matches!(
        operator,
        BinaryOperator::Add
            | BinaryOperator::Subtract
            | BinaryOperator::Multiply
            | BinaryOperator::TrueDivide
            | BinaryOperator::FloorDivide
            | BinaryOperator::Modulo
            | BinaryOperator::Power
    )
}

fn float_arithmetic(
    cx: &Context,
    operator: BinaryOperator,
    left: f64,
    right: f64,
) -> PyResult<Option<Value>> {
    let result = match operator {
        BinaryOperator::Add => Ok(left + right),
        BinaryOperator::Subtract => Ok(left - right),
        BinaryOperator::Multiply => Ok(left * right),
        BinaryOperator::TrueDivide => float_math::divide(left, right),
        BinaryOperator::FloorDivide => float_math::floor_divide(left, right),
        BinaryOperator::Modulo => float_math::modulo(left, right),
        BinaryOperator::Power => {
            let functions = cx.engine().elementary_functions();
            match float_math::power(left, right, functions.pow) {
                Ok(Some(result)) => Ok(result),
                // A negative base with a fractional exponent.
                Ok(None) => return complex_arithmetic(cx, operator, Complex(left, 0.0), Complex(right, 0.0)),
                Err(error) => Err(error),
            }
        }
        _ => return Ok(None),
    };
    match result {
        Ok(number) => cx.float(number).map(Some),
        Err(error) => Err(cx.number_error(&error)),
    }
}

fn complex_arithmetic(
    cx: &Context,
    operator: BinaryOperator,
    left: Operand<'_>,
    right: Operand<'_>,
) -> PyResult<Option<Value>> {
    if !matches!(
        operator,
        BinaryOperator::Add
            | BinaryOperator::Subtract
            | BinaryOperator::Multiply
            | BinaryOperator::TrueDivide
            | BinaryOperator::Power
    ) {
        return Ok(None);
    }
    let (left, right) = (left.to_complex(cx)?, right.to_complex(cx)?);
    let result = match operator {
        BinaryOperator::Add => Ok(complex_math::add(left, right)),
        BinaryOperator::Subtract => Ok(complex_math::subtract(left, right)),
        BinaryOperator::Multiply => Ok(complex_math::multiply(left, right)),
        BinaryOperator::TrueDivide => complex_math::divide(left, right),
        _ => complex_math::power(left.parts(), right.parts(), cx.engine().elementary_functions()),
    };
    match result {
        Ok((real, imaginary)) => cx.complex(real, imaginary).map(Some),
        Err(error) => Err(cx.number_error(&error)),
    }
}

/// `divmod(left, right)` of builtin numbers; absent where their types do not know it.
///
/// # Errors
/// ZeroDivisionError, OverflowError, MemoryError.
pub fn divide_modulo(cx: &Context, left: Operand<'_>, right: Operand<'_>) -> PyResult<Option<Value>> {
    let (quotient, remainder) = match (left, right) {
        (Complex(..), _) | (_, Complex(..)) => return Ok(None),
        (Integer(left), Integer(right)) => match big_integer::divide_modulo(left, right) {
            Ok((quotient, remainder)) => (cx.integer(&quotient)?, cx.integer(&remainder)?),
            Err(error) => return Err(cx.number_error(&error)),
        },
        _ => match float_math::divide_modulo(left.to_f64(cx)?, right.to_f64(cx)?) {
            Ok((quotient, remainder)) => (cx.float(quotient)?, cx.float(remainder)?),
            Err(error) => return Err(cx.number_error(&error)),
        },
    };
    cx.tuple(&[quotient, remainder]).map(Some)
}

/// The order of two real numbers: absent when one is complex, `None` inside when one is NaN.
pub fn order(left: Operand<'_>, right: Operand<'_>) -> Option<Option<Ordering>> {
    match (left, right) {
        (Integer(left), Integer(right)) => Some(Some(left.compare(right))),
        (Integer(left), Float(right)) => Some(integer_float::compare(left, right)),
        (Float(left), Integer(right)) => Some(integer_float::compare(right, left).map(Ordering::reverse)),
        (Float(left), Float(right)) => Some(left.partial_cmp(&right)),
        _ => None,
    }
}

/// `left == right` of builtin numbers.
pub fn equal(left: Operand<'_>, right: Operand<'_>) -> bool {
    match (left, right) {
        (Complex(a, b), Complex(c, d)) => a == c && b == d,
        (Complex(real, imaginary), other) | (other, Complex(real, imaginary)) => {
            imaginary == 0.0 && order(Float(real), other) == Some(Some(Ordering::Equal))
        }
        _ => order(left, right) == Some(Some(Ordering::Equal)),
    }
}

/// A unary operator.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum UnaryOperator {
    /// `-`
    Negative,
    /// `+`
    Positive,
    /// `~`
    Invert,
    /// `abs`
    Absolute,
}

impl UnaryOperator {
    /// Its special method.
    pub const fn method(self) -> Name {
        match self {
            UnaryOperator::Negative => Name::__neg__,
            UnaryOperator::Positive => Name::__pos__,
            UnaryOperator::Invert => Name::__invert__,
            UnaryOperator::Absolute => Name::__abs__,
        }
    }

    /// How messages name it.
    pub const fn symbol(self) -> &'static str {
        match self {
            UnaryOperator::Negative => "unary -",
            UnaryOperator::Positive => "unary +",
            UnaryOperator::Invert => "unary ~",
            UnaryOperator::Absolute => "abs()",
        }
    }
}

/// `OP number`; absent where its type does not know the operator.
///
/// # Errors
/// OverflowError, MemoryError.
pub fn unary(cx: &Context, operator: UnaryOperator, number: Operand<'_>) -> PyResult<Option<Value>> {
    let result = match (operator, number) {
        (UnaryOperator::Negative, Operand::Integer(IntegerRef::Small(number))) => {
            cx.int_from_i128(-(number as i128))?
        }
        (UnaryOperator::Negative, Operand::Integer(number)) => {
            cx.integer_result(big_integer::negate(number))?
        }
        (UnaryOperator::Negative, Operand::Float(number)) => cx.float(-number)?,
        (UnaryOperator::Negative, Operand::Complex(real, imaginary)) => cx.complex(-real, -imaginary)?,
        (UnaryOperator::Positive, Operand::Integer(number)) => cx.integer_result(number.to_integer())?,
        (UnaryOperator::Positive, Operand::Float(number)) => cx.float(number)?,
        (UnaryOperator::Positive, Operand::Complex(real, imaginary)) => cx.complex(real, imaginary)?,
        (UnaryOperator::Invert, Operand::Integer(number)) => cx.integer_result(bitwise::invert(number))?,
        (UnaryOperator::Absolute, Operand::Integer(number)) => {
            cx.integer_result(big_integer::absolute(number))?
        }
        (UnaryOperator::Absolute, Operand::Float(number)) => cx.float(libm::fabs(number))?,
        (UnaryOperator::Absolute, Operand::Complex(real, imaginary)) => {
            match complex_math::absolute((real, imaginary), cx.engine().elementary_functions()) {
                Ok(magnitude) => cx.float(magnitude)?,
                Err(error) => return Err(cx.number_error(&error)),
            }
        }
        (UnaryOperator::Invert, _) => return Ok(None),
    };
    Ok(Some(result))
}
