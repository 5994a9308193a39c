//! Methods of `complex`.
//!
//! Invariant: a method's receiver is a complex number or an instance of a subclass, and a result that is a complex number is an exact
//! one. Source: Objects/complexobject.c of CPython 3.14.

use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::NativeType;
use crate::native::arguments::{Arguments, Parameter, ParameterKind, Signature};
use crate::number::{float_text, hash};
use crate::protocol::comparison::{CompareOperator, identity_hash};
use crate::protocol::number::BinaryOperator;
use crate::protocol::numeric::{self, Operand, UnaryOperator};
use crate::text::format_specification::ValueKind;
use crate::types::class::instance_class;
use crate::types::complex_object::{RAW_BYTES, complex_of, complex_of_class, is_exact_complex};
use crate::types::number_text::{format_number, numeric_text};
use crate::types::str_object::Str;
use crate::value::Value;

/// Create a complex number from a string or numbers.
///
/// If a string is given, parse it as a complex number.
/// If a single number is given, convert it to a complex number.
/// If the 'real' or 'imag' arguments are given, create a complex number
/// with the specified real and imaginary components.
#[pyclass(id = Complex, name = "complex", raw = RAW_BYTES, signature = "(real=0, imag=0)", flags(SUBCLASSABLE))]
pub struct Complex;

fn parts(value: Value) -> (f64, f64) {
    // Receivers are complex numbers: the descriptor has checked it.
    complex_of(value).unwrap_or((0.0, 0.0))
}

fn operate(cx: &Context, operator: BinaryOperator, left: Value, right: Value) -> PyResult {
    let (Some(left), Some(right)) = (Operand::of(&left), Operand::of(&right)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    Ok(numeric::arithmetic(cx, operator, left, right)?.unwrap_or(Value::NOT_IMPLEMENTED))
}

fn power(cx: &Context, base: Value, exponent: Value, modulus: Option<Value>) -> PyResult {
    if modulus.is_some_and(|modulus| !modulus.is_none()) {
        return Err(cx.value_error(format_args!("complex modulo")));
    }
    operate(cx, BinaryOperator::Power, base, exponent)
}

fn unary_method(cx: &Context, operator: UnaryOperator, value: Value) -> PyResult {
    let (real, imaginary) = parts(value);
    let result = numeric::unary(cx, operator, Operand::Complex(real, imaginary))?;
    Ok(result.unwrap_or(Value::NOT_IMPLEMENTED))
}

fn compare(operator: CompareOperator, this: Value, other: Value) -> Value {
    if !operator.is_equality() {
        return Value::NOT_IMPLEMENTED;
    }
    match (Operand::of(&this), Operand::of(&other)) {
        (Some(left), Some(right)) => {
            Value::from_bool(numeric::equal(left, right) == (operator == CompareOperator::Equal))
        }
        _ => Value::NOT_IMPLEMENTED,
    }
}

/// What `__complex__` gives; absent without one.
fn complex_method(cx: &Context, value: Value) -> PyResult<Option<(f64, f64)>> {
    let Some(method) = cx.special_method(value, Name::__complex__)? else { return Ok(None) };
    let result = cx.call_pair(method, &[])?;
    let class_name = cx.type_name(result);
    let Some(number) = complex_of(result) else {
        return Err(cx.type_error(format_args!("__complex__ returned non-complex (type {class_name})")));
    };
    if !is_exact_complex(result) {
        cx.warn(
            ExceptionClass::DeprecationWarning,
            format_args!(
                "__complex__ returned non-complex (type {class_name}).  The ability to return an instance of a strict subclass of \
                 complex is deprecated, and may not be supported in a future version of Python."
            ),
        )?;
    }
    Ok(Some(number))
}

impl Context {
    /// The complex number that a number stands for: through `__complex__`, `__float__` or `__index__`.
    ///
    /// # Errors
    /// TypeError for anything else, and what the methods raise.
    pub fn to_complex(&self, value: Value) -> PyResult<(f64, f64)> {
        if let Some(number) = complex_of(value) {
            return Ok(number);
        }
        if let Some(number) = complex_method(self, value)? {
            return Ok(number);
        }
        Ok((self.to_f64(value)?, 0.0))
    }
}

/// `complex(value)`
fn convert(cx: &Context, value: Value) -> PyResult<(f64, f64)> {
    if let Some(text) = Str::from_value(value) {
        return float_text::parse_complex(&numeric_text(text))
            .ok_or_else(|| cx.value_error(format_args!("complex() arg is a malformed string")));
    }
    if is_exact_complex(value) {
        return Ok(parts(value));
    }
    if let Some(number) = complex_method(cx, value)? {
        return Ok(number);
    }
    if let Some(number) = complex_of(value) {
        return Ok(number);
    }
    match cx.real_to_f64(value)? {
        Some(number) => Ok((number, 0.0)),
        None => {
            let class_name = cx.qualified_type_name(value);
            Err(cx.type_error(format_args!(
                "complex() argument must be a string or a number, not {class_name}"
            )))
        }
    }
}

/// One of two arguments of `complex()`: a real number, or (deprecated) a complex one.
fn part(cx: &Context, name: &str, value: Option<Value>) -> PyResult<Operand<'static>> {
    let Some(value) = value else { return Ok(Operand::Float(0.0)) };
    let converted = match complex_of(value) {
        Some(number) => Some(number),
        None if name == "real" => complex_method(cx, value)?,
        None => None,
    };
    let class_name = cx.qualified_type_name(value);
    if let Some((real, imaginary)) = converted {
        cx.warn(
            ExceptionClass::DeprecationWarning,
            format_args!("complex() argument '{name}' must be a real number, not {class_name}"),
        )?;
        return Ok(Operand::Complex(real, imaginary));
    }
    match cx.real_to_f64(value)? {
        Some(number) => Ok(Operand::Float(number)),
        None => Err(cx
            .type_error(format_args!("complex() argument '{name}' must be a real number, not {class_name}"))),
    }
}

fn split(operand: Operand<'_>) -> (f64, f64) {
    match operand {
        Operand::Complex(real, imaginary) => (real, imaginary),
        Operand::Float(real) => (real, 0.0),
        Operand::Integer(_) => (0.0, 0.0),
    }
}

#[pymethods]
impl Complex {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        static SIGNATURE: Signature = Signature {
            name: "complex",
            parameters: &[
                Parameter { name: "real", kind: ParameterKind::Standard, required: false },
                Parameter { name: "imag", kind: ParameterKind::Standard, required: false },
            ],
            variable_arguments: false,
            variable_keywords: false,
        };
        let class = instance_class(cx, Complex::CLASS, class)?;
        let mut bound = [None; 2];
        SIGNATURE.bind(cx, &arguments, &mut bound)?;
        let [real, imaginary] = bound;
        // A single positional argument may be anything that stands for a complex number.
        if let (Some(value), None, 1) = (real, imaginary, arguments.positional().len()) {
            if class.is_native() && is_exact_complex(value) {
                return Ok(value);
            }
            let number = convert(cx, value)?;
            return complex_of_class(cx, class, number);
        }
        let (first, second) = (part(cx, "real", real)?, part(cx, "imag", imaginary)?);
        // real + imag * 1j, where a real number has no imaginary part to add.
        let ((mut real, first_imaginary), (mut imaginary, second_imaginary)) = (split(first), split(second));
        if let Operand::Complex(..) = second {
            real -= second_imaginary;
        }
        if let Operand::Complex(..) = first {
            imaginary += first_imaginary;
        }
        complex_of_class(cx, class, (real, imaginary))
    }

    /// Convert number to a complex floating-point number.
    #[pyclassmethod]
    fn from_number(cx: &Context, class: Value, number: Value) -> PyResult {
        let native = class.is(cx.class(Kind::Complex));
        if native && is_exact_complex(number) {
            return Ok(number);
        }
        let (real, imaginary) = cx.to_complex(number)?;
        let number = cx.complex(real, imaginary)?;
        if native { Ok(number) } else { cx.call(class, &[number]) }
    }

    /// Return the complex conjugate of its argument. (3-4j).conjugate() == 3+4j.
    #[pymethod]
    fn conjugate(cx: &Context, this: Value) -> PyResult {
        let (real, imaginary) = parts(this);
        cx.complex(real, -imaginary)
    }

    /// Convert this value to exact type complex.
    #[pymethod]
    fn __complex__(cx: &Context, this: Value) -> PyResult {
        if is_exact_complex(this) {
            return Ok(this);
        }
        let (real, imaginary) = parts(this);
        cx.complex(real, imaginary)
    }

    /// the real part of a complex number
    #[pygetter]
    fn real(this: Value) -> f64 {
        parts(this).0
    }

    /// the imaginary part of a complex number
    #[pygetter]
    fn imag(this: Value) -> f64 {
        parts(this).1
    }

    /// Convert to a string according to format_spec.
    #[pymethod]
    fn __format__(cx: &Context, this: Value, format_spec: Value) -> PyResult {
        let (real, imaginary) = parts(this);
        format_number(cx, this, format_spec, ValueKind::Complex, |specification| {
            specification.format_complex(real, imaginary)
        })
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Value) -> PyResult {
        let (real, imaginary) = parts(this);
        cx.str(&float_text::complex_repr(real, imaginary))
    }

    /// Return hash(self).
    #[pymethod]
    fn __hash__(this: Value) -> i64 {
        let (real, imaginary) = parts(this);
        hash::of_complex(real, imaginary, identity_hash(this))
    }

    /// True if self else False
    #[pymethod]
    fn __bool__(this: Value) -> bool {
        parts(this) != (0.0, 0.0)
    }

    #[pymethod]
    fn __getnewargs__(cx: &Context, this: Value) -> PyResult {
        let (real, imaginary) = parts(this);
        let (real, imaginary) = (cx.float(real)?, cx.float(imaginary)?);
        cx.tuple(&[real, imaginary])
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
}
