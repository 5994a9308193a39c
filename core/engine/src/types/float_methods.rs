//! Methods of `float`.
//!
//! Invariant: a method's receiver is a float or an instance of a subclass, and a result that is a float is an exact one.
//! Source: Objects/floatobject.c of CPython 3.14.

use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::native::{Arguments, NativeType};
use crate::number::{NumberError, float_hex, float_math, float_text, hash, integer_float};
use crate::protocol::comparison::{CompareOperator, identity_hash};
use crate::protocol::number::BinaryOperator;
use crate::protocol::numeric::{self, Operand, UnaryOperator};
use crate::text::format_specification::ValueKind;
use crate::types::class::instance_class;
use crate::types::float_object::{RAW_BYTES, float_of, float_of_class, is_exact_float};
use crate::types::int_object::integer_of;
use crate::types::number_text::{format_number, numeric_text, numeric_text_of, shown_literal};
use crate::types::str_object::Str;
use crate::value::Value;

/// Convert a string or number to a floating-point number, if possible.
#[pyclass(id = Float, name = "float", raw = RAW_BYTES, signature = "(x=0, /)", flags(SUBCLASSABLE, MATCH_SELF))]
pub struct Float;

fn number_of(value: Value) -> f64 {
    // Receivers are floats: the descriptor has checked it.
    float_of(value).unwrap_or(0.0)
}

/// A float or an int as an operand of a float's method.
fn real_operand(value: &Value) -> Option<Operand<'_>> {
    match float_of(*value) {
        Some(number) => Some(Operand::Float(number)),
        None => integer_of(value).map(Operand::Integer),
    }
}

fn operate(cx: &Context, operator: BinaryOperator, left: Value, right: Value) -> PyResult {
    let (Some(left), Some(right)) = (real_operand(&left), real_operand(&right)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let result = numeric::arithmetic(cx, operator, left, right)?;
    Ok(result.unwrap_or(Value::NOT_IMPLEMENTED))
}

fn power(cx: &Context, base: Value, exponent: Value, modulus: Option<Value>) -> PyResult {
    if modulus.is_some_and(|modulus| !modulus.is_none()) {
        return Err(
            cx.type_error(format_args!("pow() 3rd argument not allowed unless all arguments are integers"))
        );
    }
    operate(cx, BinaryOperator::Power, base, exponent)
}

fn divide_modulo(cx: &Context, left: Value, right: Value) -> PyResult {
    let (Some(left), Some(right)) = (real_operand(&left), real_operand(&right)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    Ok(numeric::divide_modulo(cx, left, right)?.unwrap_or(Value::NOT_IMPLEMENTED))
}

fn unary_method(cx: &Context, operator: UnaryOperator, value: Value) -> PyResult {
    let result = numeric::unary(cx, operator, Operand::Float(number_of(value)))?;
    Ok(result.unwrap_or(Value::NOT_IMPLEMENTED))
}

fn compare(operator: CompareOperator, this: Value, other: Value) -> Value {
    match (real_operand(&this), real_operand(&other)) {
        (Some(left), Some(right)) => match numeric::order(left, right) {
            Some(Some(order)) => Value::from_bool(operator.holds(order)),
            _ => Value::from_bool(operator.holds_unordered()),
        },
        _ => Value::NOT_IMPLEMENTED,
    }
}

fn whole(cx: &Context, number: f64) -> PyResult {
    cx.integer_result(integer_float::from_float(number))
}

fn float_result(cx: &Context, result: Result<f64, NumberError>) -> PyResult {
    match result {
        Ok(number) => cx.float(number),
        Err(error) => Err(cx.number_error(&error)),
    }
}

/// `float(value)`
fn convert(cx: &Context, value: Value) -> PyResult<f64> {
    if is_exact_float(value) {
        return Ok(number_of(value));
    }
    if let Some(text) = Str::from_value(value).filter(|text| text.is_exact()) {
        return parse(cx, value, &numeric_text(text));
    }
    // An instance of a subclass may have a `__float__` of its own.
    let number = match float_of(value) {
        Some(_) => cx.float_method(value)?,
        None => cx.real_to_f64(value)?,
    };
    if let Some(number) = number {
        return Ok(number);
    }
    match numeric_text_of(cx, value)? {
        Some(text) => parse(cx, value, &text),
        None => {
            let class_name = cx.type_name(value);
            Err(cx.type_error(format_args!(
                "float() argument must be a string or a real number, not '{class_name}'"
            )))
        }
    }
}

fn parse(cx: &Context, value: Value, text: &[u8]) -> PyResult<f64> {
    float_text::parse(text).ok_or_else(|| {
        let literal = shown_literal(cx, value);
        cx.value_error(format_args!("could not convert string to float: {literal}"))
    })
}

/// `cls(number)`, or the number itself where `cls` is `float`.
fn of_class(cx: &Context, class: Value, number: f64) -> PyResult {
    let number = cx.float(number)?;
    if class.is(cx.class(Kind::Float)) { Ok(number) } else { cx.call(class, &[number]) }
}

#[pymethods]
impl Float {
    #[pynew(signature = "(x=0, /)")]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let class = instance_class(cx, Float::CLASS, class)?;
        let values = arguments.positional();
        if arguments.keyword_count() > 0 && !class.has_own_initializer(cx) {
            return Err(cx.type_error(format_args!("float() takes no keyword arguments")));
        }
        if values.len() > 1 {
            return Err(
                cx.type_error(format_args!("float expected at most 1 argument, got {}", values.len()))
            );
        }
        let Some(&x) = values.first() else { return float_of_class(cx, class, 0.0) };
        if class.is_native() && is_exact_float(x) {
            return Ok(x);
        }
        let number = convert(cx, x)?;
        float_of_class(cx, class, number)
    }

    /// Convert real number to a floating-point number.
    #[pyclassmethod]
    fn from_number(cx: &Context, class: Value, number: Value) -> PyResult {
        if is_exact_float(number) && class.is(cx.class(Kind::Float)) {
            return Ok(number);
        }
        let number = cx.to_f64(number)?;
        of_class(cx, class, number)
    }

    /// Create a floating-point number from a hexadecimal string.
    ///
    /// >>> float.fromhex('0x1.ffffp10')
    /// 2047.984375
    /// >>> float.fromhex('-0x1p-1074')
    /// -5e-324
    #[pyclassmethod]
    fn fromhex(cx: &Context, class: Value, string: Value) -> PyResult {
        let Some(text) = Str::from_value(string) else {
            let class_name = cx.type_name(string);
            return Err(cx.type_error(format_args!("fromhex() argument must be str, not {class_name}")));
        };
        match float_hex::from_hex(text.to_wtf8().as_slice()) {
            Ok(number) => of_class(cx, class, number),
            Err(error) => Err(cx.number_error(&error)),
        }
    }

    /// Return a hexadecimal representation of a floating-point number.
    ///
    /// >>> (-0.1).hex()
    /// '-0x1.999999999999ap-4'
    /// >>> 3.14159.hex()
    /// '0x1.921f9f01b866ep+1'
    #[pymethod]
    fn hex(cx: &Context, this: Value) -> PyResult {
        cx.str(&float_hex::to_hex(number_of(this)))
    }

    /// You probably don't want to use this function.
    ///
    ///   typestr
    ///     Must be 'double' or 'float'.
    ///
    /// It exists mainly to be used in Python's test suite.
    ///
    /// This function returns whichever of 'unknown', 'IEEE, big-endian' or 'IEEE,
    /// little-endian' best describes the format of floating-point numbers used by the
    /// C type named by typestr.
    #[pyclassmethod]
    fn __getformat__(cx: &Context, class: Value, typestr: Str) -> PyResult {
        let _ = class;
        if !typestr.equals_ascii("double") && !typestr.equals_ascii("float") {
            return Err(
                cx.value_error(format_args!("__getformat__() argument 1 must be 'double' or 'float'"))
            );
        }
        cx.str(if cfg!(target_endian = "little") { "IEEE, little-endian" } else { "IEEE, big-endian" })
    }

    /// Return True if the float is an integer.
    #[pymethod]
    fn is_integer(this: Value) -> bool {
        float_math::is_integer(number_of(this))
    }

    /// Return a pair of integers, whose ratio is exactly equal to the original float.
    ///
    /// The ratio is in lowest terms and has a positive denominator.  Raise
    /// OverflowError on infinities and a ValueError on NaNs.
    ///
    /// >>> (10.0).as_integer_ratio()
    /// (10, 1)
    /// >>> (0.0).as_integer_ratio()
    /// (0, 1)
    /// >>> (-.25).as_integer_ratio()
    /// (-1, 4)
    #[pymethod]
    fn as_integer_ratio(cx: &Context, this: Value) -> PyResult {
        match integer_float::as_integer_ratio(number_of(this)) {
            Ok((numerator, denominator)) => {
                let (numerator, denominator) = (cx.integer(&numerator)?, cx.integer(&denominator)?);
                cx.tuple(&[numerator, denominator])
            }
            Err(error) => Err(cx.number_error(&error)),
        }
    }

    /// Return self, the complex conjugate of any float.
    #[pymethod]
    fn conjugate(cx: &Context, this: Value) -> PyResult {
        cx.float(number_of(this))
    }

    /// the real part of a complex number
    #[pygetter]
    fn real(cx: &Context, this: Value) -> PyResult {
        cx.float(number_of(this))
    }

    /// the imaginary part of a complex number
    #[pygetter]
    fn imag(this: Value) -> f64 {
        let _ = this;
        0.0
    }

    /// Return the Integral closest to x between 0 and x.
    #[pymethod]
    fn __trunc__(cx: &Context, this: Value) -> PyResult {
        whole(cx, number_of(this))
    }

    /// Return the floor as an Integral.
    #[pymethod]
    fn __floor__(cx: &Context, this: Value) -> PyResult {
        whole(cx, libm::floor(number_of(this)))
    }

    /// Return the ceiling as an Integral.
    #[pymethod]
    fn __ceil__(cx: &Context, this: Value) -> PyResult {
        whole(cx, libm::ceil(number_of(this)))
    }

    /// Return the Integral closest to x, rounding half toward even.
    ///
    /// When an argument is passed, work like built-in round(x, ndigits).
    #[pymethod(signature = "($self, ndigits=None, /)")]
    fn __round__(cx: &Context, this: Value, ndigits: Option<Value>) -> PyResult {
        match ndigits.filter(|digits| !digits.is_none()) {
            None => cx.integer_result(float_math::round_to_integer(number_of(this))),
            Some(digits) => {
                let digits = cx.index_any(digits)?;
                let digits = cx.clamp_index(digits)?;
                float_result(cx, float_math::round(number_of(this), digits as i64))
            }
        }
    }

    /// Formats the float according to format_spec.
    #[pymethod]
    fn __format__(cx: &Context, this: Value, format_spec: Value) -> PyResult {
        format_number(cx, this, format_spec, ValueKind::Float, |specification| {
            specification.format_float(number_of(this))
        })
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Value) -> PyResult {
        cx.str(&float_text::repr(number_of(this)))
    }

    /// Return hash(self).
    #[pymethod]
    fn __hash__(this: Value) -> i64 {
        hash::of_float(number_of(this), identity_hash(this))
    }

    /// True if self else False
    #[pymethod]
    fn __bool__(this: Value) -> bool {
        number_of(this) != 0.0
    }

    /// int(self)
    #[pymethod]
    fn __int__(cx: &Context, this: Value) -> PyResult {
        whole(cx, number_of(this))
    }

    /// float(self)
    #[pymethod]
    fn __float__(cx: &Context, this: Value) -> PyResult {
        if is_exact_float(this) { Ok(this) } else { cx.float(number_of(this)) }
    }

    #[pymethod]
    fn __getnewargs__(cx: &Context, this: Value) -> PyResult {
        let number = cx.float(number_of(this))?;
        cx.tuple(&[number])
    }

    /// Return pow(self, value, mod).
    #[pymethod(signature = "($self, value, mod=None, /)")]
    fn __pow__(cx: &Context, this: Value, value: Value, mod_: Option<Value>) -> PyResult {
        power(cx, this, value, mod_)
    }

    /// Return pow(value, self, mod).
    #[pymethod(signature = "($self, value, mod=None, /)")]
    fn __rpow__(cx: &Context, this: Value, value: Value, mod_: Option<Value>) -> PyResult {
        power(cx, value, this, mod_)
    }

    /// Return divmod(self, value).
    #[pymethod]
    fn __divmod__(cx: &Context, this: Value, value: Value) -> PyResult {
        divide_modulo(cx, this, value)
    }

    /// Return divmod(value, self).
    #[pymethod]
    fn __rdivmod__(cx: &Context, this: Value, value: Value) -> PyResult {
        divide_modulo(cx, value, this)
    }

    /// -self
    #[pymethod]
    fn __neg__(cx: &Context, this: Value) -> PyResult {
        unary_method(cx, UnaryOperator::Negative, this)
    }

    /// +self
    #[pymethod]
    fn __pos__(cx: &Context, this: Value) -> PyResult {
        unary_method(cx, UnaryOperator::Positive, this)
    }

    /// abs(self)
    #[pymethod]
    fn __abs__(cx: &Context, this: Value) -> PyResult {
        unary_method(cx, UnaryOperator::Absolute, this)
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(this: Value, value: Value) -> Value {
        compare(CompareOperator::Less, this, value)
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(this: Value, value: Value) -> Value {
        compare(CompareOperator::LessEqual, this, value)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(this: Value, value: Value) -> Value {
        compare(CompareOperator::Equal, this, value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(this: Value, value: Value) -> Value {
        compare(CompareOperator::NotEqual, this, value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(this: Value, value: Value) -> Value {
        compare(CompareOperator::Greater, this, value)
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(this: Value, value: Value) -> Value {
        compare(CompareOperator::GreaterEqual, this, value)
    }

    /// Return self+value.
    #[pymethod]
    fn __add__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::Add, this, value)
    }

    /// Return value+self.
    #[pymethod]
    fn __radd__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::Add, value, this)
    }

    /// Return self-value.
    #[pymethod]
    fn __sub__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::Subtract, this, value)
    }

    /// Return value-self.
    #[pymethod]
    fn __rsub__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::Subtract, value, this)
    }

    /// Return self*value.
    #[pymethod]
    fn __mul__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::Multiply, this, value)
    }

    /// Return value*self.
    #[pymethod]
    fn __rmul__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::Multiply, value, this)
    }

    /// Return self/value.
    #[pymethod]
    fn __truediv__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::TrueDivide, this, value)
    }

    /// Return value/self.
    #[pymethod]
    fn __rtruediv__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::TrueDivide, value, this)
    }

    /// Return self//value.
    #[pymethod]
    fn __floordiv__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::FloorDivide, this, value)
    }

    /// Return value//self.
    #[pymethod]
    fn __rfloordiv__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::FloorDivide, value, this)
    }

    /// Return self%value.
    #[pymethod]
    fn __mod__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::Modulo, this, value)
    }

    /// Return value%self.
    #[pymethod]
    fn __rmod__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::Modulo, value, this)
    }
}
