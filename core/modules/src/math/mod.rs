//! The module `math`.
//!
//! Invariant: a function raises ValueError where C says EDOM, OverflowError where it says ERANGE for a result that is too large, and
//! never for underflow; inexact functions are the platform's (docs/decisions/elementary-functions.md).
//! - [`special`]: gamma; [`summation`]: exact sums and norms; [`combinatorics`]: factorials and binomials.
//!
//! Source: Modules/mathmodule.c of CPython 3.14.

mod combinatorics;
mod special;
mod summation;

use threadsnake_engine::number::{IntegerRef, NumberError, bitwise, float_text, integer_float};
use threadsnake_engine::types::float_object::float_of;
use threadsnake_engine::types::int_object::integer_of;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Raised, Value};
use threadsnake_hal::ElementaryFunctions;

use special::MathError;
use summation::SumError;

pub use native::MODULE;

fn functions(cx: &Context) -> &'static ElementaryFunctions {
    cx.engine().elementary_functions()
}

#[cold]
fn domain_error(cx: &Context) -> Raised {
    cx.value_error(format_args!("math domain error"))
}

#[cold]
fn range_error(cx: &Context) -> Raised {
    cx.raise(ExceptionClass::OverflowError, format_args!("math range error"))
}

/// A domain error that says what was expected.
#[cold]
fn expected(cx: &Context, what: &str, got: f64) -> Raised {
    let got = float_text::repr(got);
    cx.value_error(format_args!("expected {what}, got {got}"))
}

fn math_error(cx: &Context, error: MathError, what: &str, argument: f64) -> Raised {
    match error {
        MathError::Domain => expected(cx, what, argument),
        MathError::Range => range_error(cx),
    }
}

fn sum_error(cx: &Context, error: SumError) -> Raised {
    match error {
        SumError::OppositeInfinities => cx.value_error(format_args!("-inf + inf in fsum")),
        SumError::Overflow => {
            cx.raise(ExceptionClass::OverflowError, format_args!("intermediate overflow in fsum"))
        }
    }
}

/// A function of one float whose result is too large at most where `can_overflow`, and undefined outside of `domain`.
fn unary(
    cx: &Context,
    x: f64,
    function: fn(f64) -> f64,
    can_overflow: bool,
    domain: Option<&str>,
) -> PyResult<f64> {
    let result = function(x);
    if result.is_nan() && !x.is_nan() {
        return Err(domain.map_or_else(|| domain_error(cx), |what| expected(cx, what, x)));
    }
    if result.is_infinite() && x.is_finite() {
        return Err(match (can_overflow, domain) {
            (true, _) => range_error(cx),
            (false, Some(what)) => expected(cx, what, x),
            (false, None) => domain_error(cx),
        });
    }
    Ok(result)
}

/// An int as `mantissa * 2 ** exponent` with the mantissa in [0.5, 1).
fn integer_frexp(cx: &Context, number: IntegerRef<'_>) -> PyResult<(f64, f64)> {
    let exponent = bitwise::bit_length(number);
    let shift = IntegerRef::Small(i64::try_from(exponent).unwrap_or(i64::MAX));
    let fraction = bitwise::shift_left(IntegerRef::Small(1), shift)
        .and_then(|unit| integer_float::true_divide(number, unit.as_ref()))
        .map_err(|error| cx.number_error(&error))?;
    Ok((fraction, exponent as f64))
}

/// A logarithm of any real number; ints may be beyond all floats.
fn logarithm(cx: &Context, x: Value, function: fn(f64) -> f64) -> PyResult<f64> {
    const POSITIVE: &str = "a positive input";
    let apply = |x: f64| {
        if x > 0.0 || x.is_nan() {
            return Ok(if x == f64::INFINITY { x } else { function(x) });
        }
        Err(expected(cx, POSITIVE, x))
    };
    let index;
    let number = match integer_of(&x) {
        Some(number) => number,
        None => {
            if let Some(number) = float_of(x) {
                return apply(number);
            }
            if let Some(number) = cx.real_to_f64(x)? {
                return apply(number);
            }
            index = cx.to_f64(x).and_then(|number| cx.float(number))?;
            return apply(float_of(index).unwrap_or(f64::NAN));
        }
    };
    if number.is_negative() || number.is_zero() {
        return Err(cx.value_error(format_args!("expected a positive input")));
    }
    match integer_float::to_float(number) {
        Ok(number) => apply(number),
        Err(NumberError::Overflow(_)) => {
            let (mantissa, exponent) = integer_frexp(cx, number)?;
            Ok(function(mantissa) + function(2.0) * exponent)
        }
        Err(error) => Err(cx.number_error(&error)),
    }
}

/// The next float after `x` towards `y`.
fn next_after(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    if x == y {
        return y;
    }
    if x == 0.0 {
        return f64::copysign(f64::from_bits(1), y);
    }
    let bits = x.to_bits();
    // Away from zero the bit pattern grows.
    f64::from_bits(if (y > x) == (x > 0.0) { bits + 1 } else { bits - 1 })
}

/// Floats in order of value as ints, -0.0 and 0.0 together.
fn ordinal(x: f64) -> i64 {
    let magnitude = (x.to_bits() << 1 >> 1) as i64;
    if x.is_sign_negative() { -magnitude } else { magnitude }
}

fn from_ordinal(ordinal: i64) -> f64 {
    let magnitude = f64::from_bits(ordinal.unsigned_abs());
    if ordinal < 0 { -magnitude } else { magnitude }
}

fn small(cx: &Context, value: Value, text: &str) -> PyResult<u64> {
    match integer_of(&value).and_then(IntegerRef::to_i64).and_then(|number| u64::try_from(number).ok()) {
        Some(number) => Ok(number),
        None => {
            Err(cx.raise(ExceptionClass::OverflowError, format_args!("{text} must not exceed {}", i64::MAX)))
        }
    }
}

fn sign(value: &Value) -> (bool, bool) {
    integer_of(value).map_or((false, false), |number| (number.is_negative(), number.is_zero()))
}

/// This module provides access to the mathematical functions
/// defined by the C standard.
#[threadsnake_macros::pymodule(name = "math")]
mod native {
    use alloc::vec::Vec;

    use threadsnake_engine::number::{Integer, IntegerRef, big_integer, float_math, integer_float};
    use threadsnake_engine::protocol::number::BinaryOperator;
    use threadsnake_engine::types::float_object::float_of;
    use threadsnake_engine::types::int_object::{integer_of, is_exact_int};
    use threadsnake_engine::{Context, ExceptionClass, Name, PyResult, Value};

    use super::summation::{ExactSum, TripleSum};
    use super::*;

    /// Return the arc cosine (measured in radians) of x.
    ///
    /// The result is between 0 and pi.
    #[pyfunction]
    fn acos(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).acos, false, Some("a number in range from -1 up to 1"))
    }

    /// Return the inverse hyperbolic cosine of x.
    #[pyfunction]
    fn acosh(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).acosh, false, Some("argument value not less than 1"))
    }

    /// Return the arc sine (measured in radians) of x.
    ///
    /// The result is between -pi/2 and pi/2.
    #[pyfunction]
    fn asin(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).asin, false, Some("a number in range from -1 up to 1"))
    }

    /// Return the inverse hyperbolic sine of x.
    #[pyfunction]
    fn asinh(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).asinh, false, None)
    }

    /// Return the arc tangent (measured in radians) of x.
    ///
    /// The result is between -pi/2 and pi/2.
    #[pyfunction]
    fn atan(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).atan, false, None)
    }

    /// Return the arc tangent (measured in radians) of y/x.
    ///
    /// Unlike atan(y/x), the signs of both x and y are considered.
    #[pyfunction]
    fn atan2(cx: &Context, y: f64, x: f64) -> f64 {
        (functions(cx).atan2)(y, x)
    }

    /// Return the inverse hyperbolic tangent of x.
    #[pyfunction]
    fn atanh(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).atanh, false, Some("a number between -1 and 1"))
    }

    /// Return the cube root of x.
    #[pyfunction]
    fn cbrt(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).cbrt, false, None)
    }

    /// Return the ceiling of x as an Integral.
    ///
    /// This is the smallest integer >= x.
    #[pyfunction]
    fn ceil(cx: &Context, x: Value) -> PyResult {
        if let Some(number) = float_of(x).filter(|_| x.is_tagged_float()) {
            return cx.integer_result(integer_float::from_float(libm::ceil(number)));
        }
        if let Some(method) = cx.special_method(x, Name::__ceil__)? {
            return cx.call_pair(method, &[]);
        }
        let number = cx.to_f64(x)?;
        cx.integer_result(integer_float::from_float(libm::ceil(number)))
    }

    /// Return a float with the magnitude (absolute value) of x but the sign of y.
    ///
    /// On platforms that support signed zeros, copysign(1.0, -0.0)
    /// returns -1.0.
    #[pyfunction]
    fn copysign(x: f64, y: f64) -> f64 {
        f64::copysign(x, y)
    }

    /// Return the cosine of x (measured in radians).
    #[pyfunction]
    fn cos(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).cos, false, Some("a finite input"))
    }

    /// Return the hyperbolic cosine of x.
    #[pyfunction]
    fn cosh(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).cosh, true, None)
    }

    /// Convert angle x from radians to degrees.
    #[pyfunction]
    fn degrees(x: f64) -> f64 {
        x * (180.0 / core::f64::consts::PI)
    }

    /// Return the Euclidean distance between two points p and q.
    ///
    /// The points should be specified as sequences (or iterables) of
    /// coordinates.  Both inputs must have the same dimension.
    ///
    /// Roughly equivalent to:
    ///     sqrt(sum((px - qx) ** 2.0 for px, qx in zip(p, q)))
    #[pyfunction]
    fn dist(cx: &Context, p: Value, q: Value) -> PyResult<f64> {
        let (p, q) = (cx.collect(p)?, cx.collect(q)?);
        if p.len() != q.len() {
            return Err(cx.value_error(format_args!("both points must have the same number of dimensions")));
        }
        let mut differences = Vec::new();
        for (&x, &y) in p.as_slice().iter().zip(q.as_slice()) {
            differences.push(cx.to_f64(x)? - cx.to_f64(y)?);
        }
        Ok(summation::norm(&mut differences))
    }

    /// Error function at x.
    #[pyfunction]
    fn erf(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).erf, false, None)
    }

    /// Complementary error function at x.
    #[pyfunction]
    fn erfc(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).erfc, false, None)
    }

    /// Return e raised to the power of x.
    #[pyfunction]
    fn exp(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).exp, true, None)
    }

    /// Return 2 raised to the power of x.
    #[pyfunction]
    fn exp2(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).exp2, true, None)
    }

    /// Return exp(x)-1.
    ///
    /// This function avoids the loss of precision involved in the direct evaluation of exp(x)-1 for small x.
    #[pyfunction]
    fn expm1(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).expm1, true, None)
    }

    /// Return the absolute value of the float x.
    #[pyfunction]
    fn fabs(x: f64) -> f64 {
        libm::fabs(x)
    }

    /// Find n!.
    #[pyfunction]
    fn factorial(cx: &Context, n: Value) -> PyResult {
        let n = cx.index_any(n)?;
        if sign(&n).0 {
            return Err(cx.value_error(format_args!("factorial() not defined for negative values")));
        }
        let Some(n) = integer_of(&n).and_then(IntegerRef::to_i64) else {
            return Err(cx.raise(
                ExceptionClass::OverflowError,
                format_args!("factorial() argument should not exceed {}", i64::MAX),
            ));
        };
        cx.integer_result(combinatorics::factorial(n as u64))
    }

    /// Return the floor of x as an Integral.
    ///
    /// This is the largest integer <= x.
    #[pyfunction]
    fn floor(cx: &Context, x: Value) -> PyResult {
        if let Some(number) = float_of(x).filter(|_| x.is_tagged_float()) {
            return cx.integer_result(integer_float::from_float(libm::floor(number)));
        }
        if let Some(method) = cx.special_method(x, Name::__floor__)? {
            return cx.call_pair(method, &[]);
        }
        let number = cx.to_f64(x)?;
        cx.integer_result(integer_float::from_float(libm::floor(number)))
    }

    /// Fused multiply-add operation.
    ///
    /// Compute (x * y) + z with a single round.
    #[pyfunction]
    fn fma(cx: &Context, x: f64, y: f64, z: f64) -> PyResult<f64> {
        let result = libm::fma(x, y, z);
        if result.is_finite() {
            return Ok(result);
        }
        if result.is_nan() {
            if !x.is_nan() && !y.is_nan() && !z.is_nan() {
                return Err(cx.value_error(format_args!("invalid operation in fma")));
            }
        } else if x.is_finite() && y.is_finite() && z.is_finite() {
            return Err(cx.raise(ExceptionClass::OverflowError, format_args!("overflow in fma")));
        }
        Ok(result)
    }

    /// Return fmod(x, y), according to platform C.
    ///
    /// x % y may differ.
    #[pyfunction]
    fn fmod(cx: &Context, x: f64, y: f64) -> PyResult<f64> {
        if y.is_infinite() && x.is_finite() {
            return Ok(x);
        }
        let result = libm::fmod(x, y);
        if result.is_nan() && !x.is_nan() && !y.is_nan() { Err(domain_error(cx)) } else { Ok(result) }
    }

    /// Return the mantissa and exponent of x, as pair (m, e).
    ///
    /// m is a float and e is an int, such that x = m * 2.**e.
    /// If x is 0, m and e are both 0.  Else 0.5 <= abs(m) < 1.0.
    #[pyfunction]
    fn frexp(cx: &Context, x: f64) -> PyResult {
        let (mantissa, exponent) = if x == 0.0 || !x.is_finite() { (x, 0) } else { libm::frexp(x) };
        let mantissa = cx.float(mantissa)?;
        cx.tuple(&[mantissa, Value::small_int_unchecked(exponent as i64)])
    }

    /// Return an accurate floating-point sum of values in the iterable seq.
    ///
    /// Assumes IEEE-754 floating-point arithmetic.
    #[pyfunction]
    fn fsum(cx: &Context, seq: Value) -> PyResult<f64> {
        let iterator = cx.iterate(seq)?;
        let mut sum = ExactSum::default();
        while let Some(item) = iterator.next(cx)? {
            let number = cx.to_f64(item)?;
            sum.add(number).map_err(|error| sum_error(cx, error))?;
        }
        sum.finish().map_err(|error| sum_error(cx, error))
    }

    /// Gamma function at x.
    #[pyfunction]
    fn gamma(cx: &Context, x: f64) -> PyResult<f64> {
        special::gamma(x, functions(cx))
            .map_err(|error| math_error(cx, error, "a noninteger or positive integer", x))
    }

    /// Greatest Common Divisor.
    #[pyfunction(signature = "(*integers)")]
    fn gcd(cx: &Context, integers: &[Value]) -> PyResult {
        let mut result = Integer::ZERO;
        for &value in integers {
            let number = cx.index_any(value)?;
            let Some(number) = integer_of(&number) else { continue };
            result = big_integer::greatest_common_divisor(result.as_ref(), number)
                .map_err(|error| cx.number_error(&error))?;
        }
        cx.integer(&result)
    }

    /// Multidimensional Euclidean distance from the origin to a point.
    ///
    /// Roughly equivalent to:
    ///     sqrt(sum(x**2 for x in coordinates))
    ///
    /// For a two dimensional point (x, y), gives the hypotenuse
    /// using the Pythagorean theorem:  sqrt(x*x + y*y).
    ///
    /// For example, the hypotenuse of a 3/4/5 right triangle is:
    ///
    ///     >>> hypot(3.0, 4.0)
    ///     5.0
    #[pyfunction(signature = "(*coordinates)")]
    fn hypot(cx: &Context, coordinates: &[Value]) -> PyResult<f64> {
        let mut numbers = Vec::new();
        for &value in coordinates {
            numbers.push(cx.to_f64(value)?);
        }
        Ok(summation::norm(&mut numbers))
    }

    /// Determine whether two floating-point numbers are close in value.
    ///
    ///   rel_tol
    ///     maximum difference for being considered "close", relative to the
    ///     magnitude of the input values
    ///   abs_tol
    ///     maximum difference for being considered "close", regardless of the
    ///     magnitude of the input values
    ///
    /// Return True if a is close in value to b, and False otherwise.
    ///
    /// For the values to be considered close, the difference between them
    /// must be smaller than at least one of the tolerances.
    ///
    /// -inf, inf and NaN behave similarly to the IEEE 754 Standard.  That
    /// is, NaN is not close to anything, even itself.  inf and -inf are
    /// only close to themselves.
    #[pyfunction(signature = "(a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
    fn isclose(cx: &Context, a: f64, b: f64, rel_tol: f64, abs_tol: f64) -> PyResult<bool> {
        if rel_tol < 0.0 || abs_tol < 0.0 {
            return Err(cx.value_error(format_args!("tolerances must be non-negative")));
        }
        if a == b {
            return Ok(true);
        }
        if a.is_infinite() || b.is_infinite() {
            return Ok(false);
        }
        let difference = libm::fabs(b - a);
        Ok(difference <= libm::fabs(rel_tol * b)
            || difference <= libm::fabs(rel_tol * a)
            || difference <= abs_tol)
    }

    /// Return True if x is neither an infinity nor a NaN, and False otherwise.
    #[pyfunction]
    fn isfinite(x: f64) -> bool {
        x.is_finite()
    }

    /// Return True if x is a positive or negative infinity, and False otherwise.
    #[pyfunction]
    fn isinf(x: f64) -> bool {
        x.is_infinite()
    }

    /// Return True if x is a NaN (not a number), and False otherwise.
    #[pyfunction]
    fn isnan(x: f64) -> bool {
        x.is_nan()
    }

    /// Return the integer part of the square root of the input.
    #[pyfunction]
    fn isqrt(cx: &Context, n: Value) -> PyResult {
        let n = cx.index_any(n)?;
        let number = integer_of(&n).unwrap_or(IntegerRef::Small(0));
        cx.integer_result(big_integer::integer_square_root(number))
    }

    /// Least Common Multiple.
    #[pyfunction(signature = "(*integers)")]
    fn lcm(cx: &Context, integers: &[Value]) -> PyResult {
        let mut result = Integer::Small(1);
        for &value in integers {
            let number = cx.index_any(value)?;
            let Some(number) = integer_of(&number) else { continue };
            if number.is_zero() || result == Integer::ZERO {
                result = Integer::ZERO;
                continue;
            }
            let next = big_integer::greatest_common_divisor(result.as_ref(), number)
                .and_then(|divisor| big_integer::floor_divide(result.as_ref(), divisor.as_ref()))
                .and_then(|quotient| big_integer::multiply(quotient.as_ref(), number))
                .and_then(|multiple| big_integer::absolute(multiple.as_ref()));
            result = next.map_err(|error| cx.number_error(&error))?;
        }
        cx.integer(&result)
    }

    /// Return x * (2**i).
    ///
    /// This is essentially the inverse of frexp().
    #[pyfunction]
    fn ldexp(cx: &Context, x: f64, i: Value) -> PyResult<f64> {
        let Some(exponent) = integer_of(&i) else {
            return Err(cx.type_error(format_args!("Expected an int as second argument to ldexp.")));
        };
        if x == 0.0 || !x.is_finite() {
            return Ok(x);
        }
        let clamped = match exponent.to_i64() {
            Some(exponent) => exponent.clamp(i32::MIN as i64 / 2, i32::MAX as i64 / 2) as i32,
            None if exponent.is_negative() => i32::MIN / 2,
            None => i32::MAX / 2,
        };
        let result = libm::ldexp(x, clamped);
        if result.is_infinite() { Err(range_error(cx)) } else { Ok(result) }
    }

    /// Natural logarithm of absolute value of Gamma function at x.
    #[pyfunction]
    fn lgamma(cx: &Context, x: f64) -> PyResult<f64> {
        special::log_gamma(x, functions(cx))
            .map_err(|error| math_error(cx, error, "a noninteger or positive integer", x))
    }

    /// log(x, [base=math.e])
    /// Return the logarithm of x to the given base.
    ///
    /// If the base is not specified, returns the natural logarithm (base e) of x.
    #[pyfunction]
    fn log(cx: &Context, x: Value, base: Option<Value>) -> PyResult<f64> {
        let numerator = logarithm(cx, x, functions(cx).log)?;
        let Some(base) = base else { return Ok(numerator) };
        let denominator = logarithm(cx, base, functions(cx).log)?;
        float_math::divide(numerator, denominator).map_err(|error| cx.number_error(&error))
    }

    /// Return the base 10 logarithm of x.
    #[pyfunction]
    fn log10(cx: &Context, x: Value) -> PyResult<f64> {
        logarithm(cx, x, functions(cx).log10)
    }

    /// Return the natural logarithm of 1+x (base e).
    ///
    /// The result is computed in a way which is accurate for x near zero.
    #[pyfunction]
    fn log1p(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).log1p, false, Some("argument value > -1"))
    }

    /// Return the base 2 logarithm of x.
    #[pyfunction]
    fn log2(cx: &Context, x: Value) -> PyResult<f64> {
        logarithm(cx, x, functions(cx).log2)
    }

    /// Return the fractional and integer parts of x.
    ///
    /// Both results carry the sign of x and are floats.
    #[pyfunction]
    fn modf(cx: &Context, x: f64) -> PyResult {
        let (fraction, whole) = if x.is_infinite() {
            (f64::copysign(0.0, x), x)
        } else {
            let whole = libm::trunc(x);
            (f64::copysign(x - whole, x), whole)
        };
        let (fraction, whole) = (cx.float(fraction)?, cx.float(whole)?);
        cx.tuple(&[fraction, whole])
    }

    /// Return the floating-point value the given number of steps after x towards y.
    ///
    /// If steps is not specified or is None, it defaults to 1.
    ///
    /// Raises a TypeError, if x or y is not a double, or if steps is not an integer.
    /// Raises ValueError if steps is negative.
    #[pyfunction(signature = "(x, y, /, *, steps=None)")]
    fn nextafter(cx: &Context, x: f64, y: f64, steps: Option<Value>) -> PyResult<f64> {
        let Some(steps) = steps.filter(|steps| !steps.is_none()) else { return Ok(next_after(x, y)) };
        let steps = cx.index_any(steps)?;
        if sign(&steps).0 {
            return Err(cx.value_error(format_args!("steps must be a non-negative integer")));
        }
        // More steps than there are floats lead to the end all the same.
        let steps = integer_of(&steps).and_then(IntegerRef::to_u64).unwrap_or(u64::MAX) as i128;
        if steps == 0 || x.is_nan() {
            return Ok(x);
        }
        if y.is_nan() {
            return Ok(y);
        }
        let (from, to) = (ordinal(x) as i128, ordinal(y) as i128);
        if (to - from).abs() <= steps {
            return Ok(y);
        }
        let place = if to > from { from + steps } else { from - steps };
        let result = from_ordinal(place as i64);
        Ok(if result == 0.0 { f64::copysign(0.0, x) } else { result })
    }

    /// Number of ways to choose k items from n items without repetition and with order.
    ///
    /// Evaluates to n! / (n - k)! when k <= n and evaluates
    /// to zero when k > n.
    ///
    /// If k is not specified or is None, then k defaults to n
    /// and the function returns n!.
    ///
    /// Raises TypeError if either of the arguments are not integers.
    /// Raises ValueError if either of the arguments are negative.
    #[pyfunction(signature = "(n, k=None, /)")]
    fn perm(cx: &Context, n: Value, k: Option<Value>) -> PyResult {
        let Some(k) = k.filter(|k| !k.is_none()) else { return factorial(cx, n) };
        let (n, k) = (cx.index_any(n)?, cx.index_any(k)?);
        if sign(&n).0 {
            return Err(cx.value_error(format_args!("n must be a non-negative integer")));
        }
        if sign(&k).0 {
            return Err(cx.value_error(format_args!("k must be a non-negative integer")));
        }
        let (Some(whole), Some(part)) = (integer_of(&n), integer_of(&k)) else { return Ok(Value::NONE) };
        if part.compare(whole).is_gt() {
            return cx.int(0);
        }
        let count = small(cx, k, "k")?;
        cx.integer_result(combinatorics::permutations(whole, count))
    }

    /// Number of ways to choose k items from n items without repetition and without order.
    ///
    /// Evaluates to n! / (k! * (n - k)!) when k <= n and evaluates
    /// to zero when k > n.
    ///
    /// Also called the binomial coefficient because it is equivalent
    /// to the coefficient of k-th term in polynomial expansion of the
    /// expression (1 + x)**n.
    ///
    /// Raises TypeError if either of the arguments are not integers.
    /// Raises ValueError if either of the arguments are negative.
    #[pyfunction]
    fn comb(cx: &Context, n: Value, k: Value) -> PyResult {
        let (n, k) = (cx.index_any(n)?, cx.index_any(k)?);
        if sign(&n).0 {
            return Err(cx.value_error(format_args!("n must be a non-negative integer")));
        }
        if sign(&k).0 {
            return Err(cx.value_error(format_args!("k must be a non-negative integer")));
        }
        let (Some(whole), Some(part)) = (integer_of(&n), integer_of(&k)) else { return Ok(Value::NONE) };
        let rest = big_integer::subtract(whole, part).map_err(|error| cx.number_error(&error))?;
        if rest.as_ref().is_negative() {
            return cx.int(0);
        }
        // The smaller of k and n - k.
        let smaller = if rest.as_ref().compare(part).is_lt() { cx.integer(&rest)? } else { k };
        let count = small(cx, smaller, "min(n - k, k)")?;
        cx.integer_result(combinatorics::combinations(whole, count))
    }

    /// Return x**y (x to the power of y).
    #[pyfunction]
    fn pow(cx: &Context, x: f64, y: f64) -> PyResult<f64> {
        let result = (functions(cx).pow)(x, y);
        if x.is_finite() && y.is_finite() {
            if result.is_nan() {
                return Err(domain_error(cx));
            }
            if result.is_infinite() {
                return Err(if x == 0.0 { domain_error(cx) } else { range_error(cx) });
            }
        }
        Ok(result)
    }

    /// Calculate the product of all the elements in the input iterable.
    ///
    /// The default start value for the product is 1.
    ///
    /// When the iterable is empty, return the start value.  This function is
    /// intended specifically for use with numeric values and may reject
    /// non-numeric types.
    #[pyfunction(signature = "(iterable, /, *, start=1)")]
    fn prod(cx: &Context, iterable: Value, start: Value) -> PyResult {
        let iterator = cx.iterate(iterable)?;
        let mut result = start;
        while let Some(item) = iterator.next(cx)? {
            result = cx.binary_operation(BinaryOperator::Multiply, result, item)?;
        }
        Ok(result)
    }

    /// Convert angle x from degrees to radians.
    #[pyfunction]
    fn radians(x: f64) -> f64 {
        x * (core::f64::consts::PI / 180.0)
    }

    /// Difference between x and the closest integer multiple of y.
    ///
    /// Return x - n*y where n*y is the closest integer multiple of y.
    /// In the case where x is exactly halfway between two multiples of
    /// y, the nearest even value of n is used. The result is always exact.
    #[pyfunction]
    fn remainder(cx: &Context, x: f64, y: f64) -> PyResult<f64> {
        if x.is_nan() || y.is_nan() {
            return Ok(if x.is_nan() { x } else { y });
        }
        if x.is_infinite() || y == 0.0 {
            return Err(domain_error(cx));
        }
        Ok(if y.is_infinite() { x } else { libm::remainder(x, y) })
    }

    /// Return the sine of x (measured in radians).
    #[pyfunction]
    fn sin(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).sin, false, Some("a finite input"))
    }

    /// Return the hyperbolic sine of x.
    #[pyfunction]
    fn sinh(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).sinh, true, None)
    }

    /// Return the square root of x.
    #[pyfunction]
    fn sqrt(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, libm::sqrt, false, Some("a nonnegative input"))
    }

    /// Return the sum of products of values from two iterables p and q.
    ///
    /// Roughly equivalent to:
    ///
    ///     sum(map(operator.mul, p, q, strict=True))
    ///
    /// For float and mixed int/float inputs, the intermediate products
    /// and sums are computed with extended precision.
    #[pyfunction]
    fn sumprod(cx: &Context, p: Value, q: Value) -> PyResult {
        let (p, q) = (cx.iterate(p)?, cx.iterate(q)?);
        let mut total = Value::int_from_u32(0);
        // Products of floats that have not gone into the total yet.
        let mut floats = TripleSum::default();
        let mut in_floats = false;
        loop {
            let (x, y) = match (p.next(cx)?, q.next(cx)?) {
                (Some(x), Some(y)) => (x, y),
                (None, None) => break,
                _ => return Err(cx.value_error(format_args!("Inputs are not the same length"))),
            };
            let number = |value: Value| {
                float_of(value).or_else(|| {
                    integer_of(&value)
                        .filter(|_| is_exact_int(value))
                        .and_then(|number| integer_float::to_float(number).ok())
                })
            };
            if (x.is_tagged_float()
                || y.is_tagged_float()
                || in_floats && float_of(x).or(float_of(y)).is_some())
                && let (Some(x), Some(y)) = (number(x), number(y))
            {
                let mut next = floats;
                next.add_product(x, y);
                if next.value().is_finite() {
                    floats = next;
                    in_floats = true;
                    continue;
                }
            }
            if in_floats {
                let sum = cx.float(floats.value())?;
                total = cx.binary_operation(BinaryOperator::Add, total, sum)?;
                (floats, in_floats) = (TripleSum::default(), false);
            }
            let product = cx.binary_operation(BinaryOperator::Multiply, x, y)?;
            total = cx.binary_operation(BinaryOperator::Add, total, product)?;
        }
        if in_floats {
            let sum = cx.float(floats.value())?;
            total = cx.binary_operation(BinaryOperator::Add, total, sum)?;
        }
        Ok(total)
    }

    /// Return the tangent of x (measured in radians).
    #[pyfunction]
    fn tan(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).tan, false, Some("a finite input"))
    }

    /// Return the hyperbolic tangent of x.
    #[pyfunction]
    fn tanh(cx: &Context, x: f64) -> PyResult<f64> {
        unary(cx, x, functions(cx).tanh, false, None)
    }

    /// Truncates the Real x to the nearest Integral toward 0.
    ///
    /// Uses the __trunc__ magic method.
    #[pyfunction]
    fn trunc(cx: &Context, x: Value) -> PyResult {
        match cx.special_method(x, Name::__trunc__)? {
            Some(method) => cx.call_pair(method, &[]),
            None => {
                let class_name = cx.type_name(x);
                Err(cx.type_error(format_args!("type {class_name} doesn't define __trunc__ method")))
            }
        }
    }

    /// Return the value of the least significant bit of the float x.
    #[pyfunction]
    fn ulp(x: f64) -> f64 {
        if x.is_nan() {
            return x;
        }
        let x = libm::fabs(x);
        if x.is_infinite() {
            return x;
        }
        let above = next_after(x, f64::INFINITY);
        if above.is_infinite() { x - next_after(x, f64::NEG_INFINITY) } else { above - x }
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        for (name, number) in [
            ("pi", core::f64::consts::PI),
            ("e", core::f64::consts::E),
            ("tau", core::f64::consts::TAU),
            ("inf", f64::INFINITY),
            ("nan", f64::NAN),
        ] {
            let value = cx.float(number)?;
            namespace.set_str(cx, cx.intern_str(name)?, value)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_floats() {
        assert_eq!(next_after(1.0, 2.0), 1.0 + f64::EPSILON);
        assert_eq!(next_after(0.0, -1.0), -5e-324);
        assert_eq!(next_after(-1.0, 0.0), -1.0 + f64::EPSILON / 2.0);
        assert_eq!(next_after(f64::INFINITY, 0.0), f64::MAX);
        assert_eq!(from_ordinal(ordinal(-1.5)), -1.5);
        assert_eq!(ordinal(-0.0), ordinal(0.0));
    }
}
