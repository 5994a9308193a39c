//! Methods of `int`.
//!
//! Invariant: a method's receiver is an int, a bool or an instance of a subclass, and what it returns is an exact int wherever the
//! result is one. Source: Objects/longobject.c of CPython 3.14 (`int()` does not ask `__trunc__` any more).

use alloc::vec::Vec;

use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::NativeType;
use crate::number::integer_text::{self, ParseError};
use crate::number::{IntegerRef, big_integer, bitwise, hash, integer_float};
use crate::protocol::comparison::CompareOperator;
use crate::protocol::number::BinaryOperator;
use crate::protocol::numeric::{self, Operand, UnaryOperator};
use crate::text::format_specification::ValueKind;
use crate::types::bytes_object::Bytes;
use crate::types::class::instance_class;
use crate::types::float_object::{float_of, is_exact_float};
use crate::types::int_object::{int_of_class, integer_of, is_exact_int, is_int};
use crate::types::number_text::{format_number, numeric_text, numeric_text_of, shown_literal};
use crate::types::str_object::Str;
use crate::value::Value;

/// int([x]) -> integer
/// int(x, base=10) -> integer
///
/// Convert a number or string to an integer, or return 0 if no arguments
/// are given.  If x is a number, return x.__int__().  For floating-point
/// numbers, this truncates towards zero.
///
/// If x is not a number or if base is given, then x must be a string,
/// bytes, or bytearray instance representing an integer literal in the
/// given base.  The literal can be preceded by '+' or '-' and be surrounded
/// by whitespace.  The base defaults to 10.  Valid bases are 0 and 2-36.
/// Base 0 means to interpret the base from the string as an integer literal.
/// >>> int('0b100', base=0)
/// 4
#[pyclass(id = Int, name = "int", flags(SUBCLASSABLE, VARIABLE_SIZE, MATCH_SELF))]
pub struct Int;

fn operand(value: &Value) -> IntegerRef<'_> {
    // Receivers are ints: the descriptor has checked it.
    integer_of(value).unwrap_or(IntegerRef::Small(0))
}

fn operate(cx: &Context, operator: BinaryOperator, left: Value, right: Value) -> PyResult {
    let (Some(left), Some(right)) = (integer_of(&left), integer_of(&right)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let result = numeric::arithmetic(cx, operator, Operand::Integer(left), Operand::Integer(right))?;
    Ok(result.unwrap_or(Value::NOT_IMPLEMENTED))
}

fn power(cx: &Context, base: Value, exponent: Value, modulus: Option<Value>) -> PyResult {
    let Some(modulus) = modulus.filter(|modulus| !modulus.is_none()) else {
        return operate(cx, BinaryOperator::Power, base, exponent);
    };
    match (integer_of(&base), integer_of(&exponent), integer_of(&modulus)) {
        (Some(base), Some(exponent), Some(modulus)) => {
            cx.integer_result(big_integer::power_modulo(base, exponent, modulus))
        }
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn divide_modulo(cx: &Context, left: Value, right: Value) -> PyResult {
    let (Some(left), Some(right)) = (integer_of(&left), integer_of(&right)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let result = numeric::divide_modulo(cx, Operand::Integer(left), Operand::Integer(right))?;
    Ok(result.unwrap_or(Value::NOT_IMPLEMENTED))
}

fn unary_method(cx: &Context, operator: UnaryOperator, value: Value) -> PyResult {
    let result = numeric::unary(cx, operator, Operand::Integer(operand(&value)))?;
    Ok(result.unwrap_or(Value::NOT_IMPLEMENTED))
}

fn compare(operator: CompareOperator, this: Value, other: Value) -> Value {
    match (integer_of(&this), integer_of(&other)) {
        (Some(left), Some(right)) => Value::from_bool(operator.holds(left.compare(right))),
        _ => Value::NOT_IMPLEMENTED,
    }
}

/// `int(text, base)` of a string or bytes.
fn parse(cx: &Context, value: Value, text: &[u8], base: u32) -> PyResult {
    match integer_text::parse(text, base, cx.int_digit_limit()) {
        Ok(number) => cx.integer(&number),
        Err(ParseError::Number(error)) => Err(cx.number_error(&error)),
        Err(ParseError::Invalid) => {
            let literal = shown_literal(cx, value);
            Err(cx.value_error(format_args!("invalid literal for int() with base {base}: {literal}")))
        }
    }
}

/// The base that `int(text, base)` was given.
fn conversion_base(cx: &Context, base: Value) -> PyResult<u32> {
    let base = cx.index_any(base)?;
    match operand(&base).to_i64() {
        Some(base @ (0 | 2..=36)) => Ok(base as u32),
        _ => Err(cx.value_error(format_args!("int() base must be >= 2 and <= 36, or 0"))),
    }
}

/// Whether the bytes are the little end first.
fn byte_order(cx: &Context, order: Option<Value>) -> PyResult<bool> {
    let Some(order) = order else { return Ok(false) };
    let Some(order) = Str::from_value(order) else {
        let class_name = cx.type_name(order);
        return Err(cx.type_error(format_args!("argument 'byteorder' must be str, not {class_name}")));
    };
    if order.equals_ascii("little") {
        Ok(true)
    } else if order.equals_ascii("big") {
        Ok(false)
    } else {
        Err(cx.value_error(format_args!("byteorder must be either 'little' or 'big'")))
    }
}

/// `bytes(value)` as `int.from_bytes` takes it: no int, no string.
fn bytes_of(cx: &Context, value: Value) -> PyResult<Vec<u8>> {
    let made = if let Some(bytes) = Bytes::from_value(value) {
        return Ok(bytes.as_slice().to_vec());
    } else if let Some(method) = cx.special_method(value, Name::__bytes__)? {
        let made = cx.call_pair(method, &[])?;
        if Bytes::from_value(made).is_none() {
            let class_name = cx.type_name(made);
            return Err(cx.type_error(format_args!("__bytes__ returned non-bytes (type {class_name})")));
        }
        made
    } else if is_int(value) || Str::from_value(value).is_some() {
        let class_name = cx.type_name(value);
        return Err(cx.type_error(format_args!("cannot convert '{class_name}' object to bytes")));
    } else {
        cx.call(cx.class(Kind::Bytes), &[value])?
    };
    Ok(Bytes::from_value(made).map(|bytes| bytes.as_slice().to_vec()).unwrap_or_default())
}

impl Context {
    /// `int(value)`: an exact int.
    ///
    /// # Errors
    /// TypeError for what is neither number nor text, ValueError for text that is no int, and what `__int__` and `__index__` raise.
    pub fn to_int(&self, value: Value) -> PyResult<Value> {
        if is_exact_int(value) {
            return Ok(value);
        }
        if let Some(text) = Str::from_value(value).filter(|text| text.is_exact()) {
            return parse(self, value, &numeric_text(text), 10);
        }
        if let Some(number) = float_of(value).filter(|_| is_exact_float(value)) {
            return self.integer_result(integer_float::from_float(number));
        }
        if let Some(method) = self.special_method(value, Name::__int__)? {
            let result = self.call_pair(method, &[])?;
            if is_exact_int(result) {
                return Ok(result);
            }
            let class_name = self.type_name(result);
            if !is_int(result) {
                return Err(self.type_error(format_args!("__int__ returned non-int (type {class_name})")));
            }
            self.warn(
                ExceptionClass::DeprecationWarning,
                format_args!(
                    "__int__ returned non-int (type {class_name}).  The ability to return an instance of a strict subclass of \
                     int is deprecated, and may not be supported in a future version of Python."
                ),
            )?;
            return self.exact_int(result);
        }
        if self.has_index(value) {
            return self.index(value);
        }
        match numeric_text_of(self, value)? {
            Some(text) => parse(self, value, &text, 10),
            None => {
                let class_name = self.type_name(value);
                Err(self.type_error(format_args!(
                    "int() argument must be a string, a bytes-like object or a real number, not '{class_name}'"
                )))
            }
        }
    }

    /// `str(value)` of an int.
    ///
    /// # Errors
    /// ValueError when it has more digits than `sys.get_int_max_str_digits()` allows; MemoryError.
    pub fn int_text(&self, number: IntegerRef<'_>) -> PyResult<Str> {
        match integer_text::to_decimal(number, self.int_digit_limit()) {
            Ok(text) => self.str_from_latin1(text.as_bytes()),
            Err(error) => Err(self.number_error(&error)),
        }
    }
}

#[pymethods]
impl Int {
    #[pynew(signature = "(x=<unrepresentable>, /, base=<unrepresentable>)")]
    fn new(cx: &Context, class: Value, x: Option<Value>, base: Option<Value>) -> PyResult {
        let class = instance_class(cx, Int::CLASS, class)?;
        let number = match (x, base) {
            (None, None) => Value::int_from_u32(0),
            (None, Some(_)) => return Err(cx.type_error(format_args!("int() missing string argument"))),
            (Some(value), None) => cx.to_int(value)?,
            (Some(value), Some(base)) => {
                let base = conversion_base(cx, base)?;
                if !matches!(value.kind(), Some(Kind::Str | Kind::Bytes | Kind::ByteArray)) {
                    return Err(
                        cx.type_error(format_args!("int() can't convert non-string with explicit base"))
                    );
                }
                let text = numeric_text_of(cx, value)?.unwrap_or_default();
                parse(cx, value, &text, base)?
            }
        };
        if class.is_native() {
            return Ok(number);
        }
        match operand(&number).to_integer() {
            Ok(number) => int_of_class(cx, class, &number),
            Err(error) => Err(cx.number_error(&error)),
        }
    }

    /// Convert to string according to format_spec.
    #[pymethod]
    fn __format__(cx: &Context, this: Value, format_spec: Value) -> PyResult {
        let limit = cx.int_digit_limit();
        format_number(cx, this, format_spec, ValueKind::Integer, |specification| {
            specification.format_integer(operand(&this), limit)
        })
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Value) -> PyResult<Str> {
        cx.int_text(operand(&this))
    }

    /// Return hash(self).
    #[pymethod]
    fn __hash__(this: Value) -> i64 {
        hash::of_integer(operand(&this))
    }

    /// True if self else False
    #[pymethod]
    fn __bool__(this: Value) -> bool {
        !operand(&this).is_zero()
    }

    /// int(self)
    #[pymethod]
    fn __int__(cx: &Context, this: Value) -> PyResult {
        cx.exact_int(this)
    }

    /// Return self converted to an integer, if self is suitable for use as an index into a list.
    #[pymethod]
    fn __index__(cx: &Context, this: Value) -> PyResult {
        cx.exact_int(this)
    }

    /// float(self)
    #[pymethod]
    fn __float__(cx: &Context, this: Value) -> PyResult {
        let number = cx.int_to_f64(operand(&this))?;
        cx.float(number)
    }

    /// Truncating an Integral returns itself.
    #[pymethod]
    fn __trunc__(cx: &Context, this: Value) -> PyResult {
        cx.exact_int(this)
    }

    /// Flooring an Integral returns itself.
    #[pymethod]
    fn __floor__(cx: &Context, this: Value) -> PyResult {
        cx.exact_int(this)
    }

    /// Ceiling of an Integral returns itself.
    #[pymethod]
    fn __ceil__(cx: &Context, this: Value) -> PyResult {
        cx.exact_int(this)
    }

    /// Rounding an Integral returns itself.
    ///
    /// Rounding with an ndigits argument also returns an integer.
    #[pymethod(signature = "($self, ndigits=None, /)")]
    fn __round__(cx: &Context, this: Value, ndigits: Option<Value>) -> PyResult {
        let Some(digits) = ndigits.filter(|digits| !digits.is_none()) else { return cx.exact_int(this) };
        let digits = cx.index_any(digits)?;
        let digits = operand(&digits);
        if !digits.is_negative() {
            return cx.exact_int(this);
        }
        let digits = digits.to_i64().map_or(u64::MAX, i64::unsigned_abs);
        cx.integer_result(big_integer::round_to_power_of_ten(operand(&this), digits))
    }

    #[pymethod]
    fn __getnewargs__(cx: &Context, this: Value) -> PyResult {
        let number = cx.exact_int(this)?;
        cx.tuple(&[number])
    }

    /// Return self, the complex conjugate of any int.
    #[pymethod]
    fn conjugate(cx: &Context, this: Value) -> PyResult {
        cx.exact_int(this)
    }

    /// Number of bits necessary to represent self in binary.
    ///
    /// >>> bin(37)
    /// '0b100101'
    /// >>> (37).bit_length()
    /// 6
    #[pymethod]
    fn bit_length(this: Value) -> u64 {
        bitwise::bit_length(operand(&this))
    }

    /// Number of ones in the binary representation of the absolute value of self.
    ///
    /// Also known as the population count.
    ///
    /// >>> bin(13)
    /// '0b1101'
    /// >>> (13).bit_count()
    /// 3
    #[pymethod]
    fn bit_count(this: Value) -> u64 {
        bitwise::bit_count(operand(&this))
    }

    /// Return an array of bytes representing an integer.
    ///
    ///   length
    ///     Length of bytes object to use.  An OverflowError is raised if the
    ///     integer is not representable with the given number of bytes.  Default
    ///     is length 1.
    ///   byteorder
    ///     The byte order used to represent the integer.  If byteorder is 'big',
    ///     the most significant byte is at the beginning of the byte array.  If
    ///     byteorder is 'little', the most significant byte is at the end of the
    ///     byte array.  To request the native byte order of the host system, use
    ///     sys.byteorder as the byte order value.  Default is to use 'big'.
    ///   signed
    ///     Determines whether two's complement is used to represent the integer.
    ///     If signed is False and a negative integer is given, an OverflowError
    ///     is raised.
    #[pymethod(signature = "($self, /, length=1, byteorder='big', *, signed=False)")]
    fn to_bytes(
        cx: &Context,
        this: Value,
        length: Option<Value>,
        byteorder: Option<Value>,
        signed: bool,
    ) -> PyResult {
        let length = match length {
            Some(length) => cx.index_i64(length)?,
            None => 1,
        };
        let little = byte_order(cx, byteorder)?;
        let length = usize::try_from(length)
            .map_err(|_| cx.value_error(format_args!("length argument must be non-negative")))?;
        match bitwise::to_bytes(operand(&this), length, little, signed) {
            Ok(bytes) => cx.bytes(&bytes),
            Err(error) => Err(cx.number_error(&error)),
        }
    }

    /// Return the integer represented by the given array of bytes.
    ///
    ///   bytes
    ///     Holds the array of bytes to convert.  The argument must either
    ///     support the buffer protocol or be an iterable object producing bytes.
    ///     Bytes and bytearray are examples of built-in objects that support the
    ///     buffer protocol.
    ///   byteorder
    ///     The byte order used to represent the integer.  If byteorder is 'big',
    ///     the most significant byte is at the beginning of the byte array.  If
    ///     byteorder is 'little', the most significant byte is at the end of the
    ///     byte array.  To request the native byte order of the host system, use
    ///     sys.byteorder as the byte order value.  Default is to use 'big'.
    ///   signed
    ///     Indicates whether two's complement is used to represent the integer.
    #[pyclassmethod(signature = "($type, /, bytes, byteorder='big', *, signed=False)")]
    fn from_bytes(
        cx: &Context,
        class: Value,
        bytes: Value,
        byteorder: Option<Value>,
        signed: bool,
    ) -> PyResult {
        let little = byte_order(cx, byteorder)?;
        let bytes = bytes_of(cx, bytes)?;
        let number = cx.integer_result(bitwise::from_bytes(&bytes, little, signed))?;
        if class.is(cx.class(Kind::Int)) { Ok(number) } else { cx.call(class, &[number]) }
    }

    /// Return a pair of integers, whose ratio is equal to the original int.
    ///
    /// The ratio is in lowest terms and has a positive denominator.
    ///
    /// >>> (10).as_integer_ratio()
    /// (10, 1)
    /// >>> (-10).as_integer_ratio()
    /// (-10, 1)
    /// >>> (0).as_integer_ratio()
    /// (0, 1)
    #[pymethod]
    fn as_integer_ratio(cx: &Context, this: Value) -> PyResult {
        let number = cx.exact_int(this)?;
        cx.tuple(&[number, Value::int_from_u32(1)])
    }

    /// Returns True. Exists for duck type compatibility with float.is_integer.
    #[pymethod]
    fn is_integer(this: Value) -> bool {
        let _ = this;
        true
    }

    /// the real part of a complex number
    #[pygetter]
    fn real(cx: &Context, this: Value) -> PyResult {
        cx.exact_int(this)
    }

    /// the imaginary part of a complex number
    #[pygetter]
    fn imag(this: Value) -> i64 {
        let _ = this;
        0
    }

    /// the numerator of a rational number in lowest terms
    #[pygetter]
    fn numerator(cx: &Context, this: Value) -> PyResult {
        cx.exact_int(this)
    }

    /// the denominator of a rational number in lowest terms
    #[pygetter]
    fn denominator(this: Value) -> i64 {
        let _ = this;
        1
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

    /// ~self
    #[pymethod]
    fn __invert__(cx: &Context, this: Value) -> PyResult {
        unary_method(cx, UnaryOperator::Invert, this)
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

    /// Return self<<value.
    #[pymethod]
    fn __lshift__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::LeftShift, this, value)
    }

    /// Return value<<self.
    #[pymethod]
    fn __rlshift__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::LeftShift, value, this)
    }

    /// Return self>>value.
    #[pymethod]
    fn __rshift__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::RightShift, this, value)
    }

    /// Return value>>self.
    #[pymethod]
    fn __rrshift__(cx: &Context, this: Value, value: Value) -> PyResult {
        operate(cx, BinaryOperator::RightShift, value, this)
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
