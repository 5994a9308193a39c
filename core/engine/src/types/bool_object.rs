//! `bool`: a subclass of `int` whose only instances are the constants `True` and `False`.
//!
//! Invariant: no heap object is a bool. Source: Objects/boolobject.c.

use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::protocol::number::BinaryOperator;
use crate::protocol::numeric::{self, Operand, UnaryOperator};
use crate::types::int_object::integer_of;
use crate::value::Value;

/// Returns True when the argument is true, False otherwise.
///
/// The builtins True and False are the only two instances of the class bool.
/// The class bool is a subclass of the class int, and cannot be subclassed.
#[pyclass(id = Bool, name = "bool", base = Int, signature = "(object=False, /)", flags(MATCH_SELF))]
pub struct Bool;

fn operate(cx: &Context, operator: BinaryOperator, left: Value, right: Value) -> PyResult {
    if left.is_bool() && right.is_bool() {
        let (left, right) = (left.is(Value::TRUE), right.is(Value::TRUE));
        return Ok(Value::from_bool(match operator {
            BinaryOperator::And => left & right,
            BinaryOperator::Or => left | right,
            _ => left ^ right,
        }));
    }
    match (integer_of(&left), integer_of(&right)) {
        (Some(left), Some(right)) => {
            let result = numeric::arithmetic(cx, operator, Operand::Integer(left), Operand::Integer(right))?;
            Ok(result.unwrap_or(Value::NOT_IMPLEMENTED))
        }
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

#[pymethods]
impl Bool {
    #[pynew(signature = "(object=False, /)")]
    fn new(class: Value, object: bool) -> bool {
        let _ = class;
        object
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Value) -> PyResult {
        cx.str(if this.is(Value::TRUE) { "True" } else { "False" })
    }

    /// ~self
    #[pymethod]
    fn __invert__(cx: &Context, this: Value) -> PyResult {
        cx.warn(
            ExceptionClass::DeprecationWarning,
            format_args!(
                "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise \
                 inversion of the underlying int object and is usually not what you expect from the negation of a bool object. \
                 Use the 'not' operator for boolean negation or ~int(x) for the bitwise inversion of the underlying int."
            ),
        )?;
        match integer_of(&this) {
            Some(number) => {
                let result = numeric::unary(cx, UnaryOperator::Invert, Operand::Integer(number))?;
                Ok(result.unwrap_or(Value::NOT_IMPLEMENTED))
            }
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// Return self&value.
    #[pymethod]
    fn __and__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::And, this, value)
    }

    /// Return value&self.
    #[pymethod]
    fn __rand__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::And, value, this)
    }

    /// Return self|value.
    #[pymethod]
    fn __or__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::Or, this, value)
    }

    /// Return value|self.
    #[pymethod]
    fn __ror__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::Or, value, this)
    }

    /// Return self^value.
    #[pymethod]
    fn __xor__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::Xor, this, value)
    }

    /// Return value^self.
    #[pymethod]
    fn __rxor__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::Xor, value, this)
    }
}
