//! Arithmetic of complex numbers, and of a complex with a real number.
//!
//! Invariant: a real operand has no imaginary part at all, not one of zero (since 3.14, as C99's Annex G has it); products and
//! quotients that come out as NaN in both parts though an operand is infinite are worked out again as infinities or zeros.
//! Source: ISO C99 Annex G for the recovery, Smith 1962 for the division, CPython's Objects/complexobject.c for which error when.

use threadsnake_hal::ElementaryFunctions;

use super::{DIVISION_BY_ZERO, NumberError};

/// Real and imaginary part.
pub type Complex = (f64, f64);

/// An operand: a complex number, or a real one.
#[derive(Copy, Clone, Debug)]
pub enum ComplexOperand {
    /// A real number.
    Real(f64),
    /// A complex one.
    Complex(f64, f64),
}

use ComplexOperand::{Complex as C, Real as R};

impl ComplexOperand {
    /// Both parts; a real number's imaginary part is zero.
    pub fn parts(self) -> Complex {
        match self {
            R(real) => (real, 0.0),
            C(real, imaginary) => (real, imaginary),
        }
    }
}

/// `a + b`
pub fn add(a: ComplexOperand, b: ComplexOperand) -> Complex {
    match (a, b) {
        (R(a), R(b)) => (a + b, 0.0),
        (R(a), C(real, imaginary)) | (C(real, imaginary), R(a)) => (real + a, imaginary),
        (C(a, b), C(c, d)) => (a + c, b + d),
    }
}

/// `a - b`
pub fn subtract(a: ComplexOperand, b: ComplexOperand) -> Complex {
    match (a, b) {
        (R(a), R(b)) => (a - b, 0.0),
        (R(a), C(real, imaginary)) => (a - real, -imaginary),
        (C(real, imaginary), R(b)) => (real - b, imaginary),
        (C(a, b), C(c, d)) => (a - c, b - d),
    }
}

/// An infinite part as 1, any other as 0, with its sign.
fn boxed(part: f64) -> f64 {
    f64::copysign(if part.is_infinite() { 1.0 } else { 0.0 }, part)
}

fn nan_as_zero(part: f64) -> f64 {
    if part.is_nan() { f64::copysign(0.0, part) } else { part }
}

fn product((a, b): Complex, (c, d): Complex) -> Complex {
    let (ac, bd, ad, bc) = (a * c, b * d, a * d, b * c);
    let (real, imaginary) = (ac - bd, ad + bc);
    if !(real.is_nan() && imaginary.is_nan()) {
        return (real, imaginary);
    }
    let (mut first, mut second) = ((a, b), (c, d));
    let mut again = false;
    if a.is_infinite() || b.is_infinite() {
        first = (boxed(first.0), boxed(first.1));
        second = (nan_as_zero(second.0), nan_as_zero(second.1));
        again = true;
    }
    if second.0.is_infinite() || second.1.is_infinite() {
        second = (boxed(second.0), boxed(second.1));
        first = (nan_as_zero(first.0), nan_as_zero(first.1));
        again = true;
    }
    if !again && [ac, bd, ad, bc].into_iter().any(f64::is_infinite) {
        first = (nan_as_zero(a), nan_as_zero(b));
        second = (nan_as_zero(c), nan_as_zero(d));
        again = true;
    }
    if !again {
        return (real, imaginary);
    }
    let ((a, b), (c, d)) = (first, second);
    (f64::INFINITY * (a * c - b * d), f64::INFINITY * (a * d + b * c))
}

/// `a * b`
pub fn multiply(a: ComplexOperand, b: ComplexOperand) -> Complex {
    match (a, b) {
        (R(a), R(b)) => (a * b, 0.0),
        (R(a), C(real, imaginary)) | (C(real, imaginary), R(a)) => (real * a, imaginary * a),
        (C(a, b), C(c, d)) => product((a, b), (c, d)),
    }
}

fn quotient((a, b): Complex, (c, d): Complex) -> Result<Complex, NumberError> {
    let (larger_real, larger_imaginary) = (libm::fabs(c) >= libm::fabs(d), libm::fabs(d) >= libm::fabs(c));
    let (real, imaginary) = if larger_real {
        if c == 0.0 {
            return Err(DIVISION_BY_ZERO);
        }
        let ratio = d / c;
        let denominator = c + d * ratio;
        ((a + b * ratio) / denominator, (b - a * ratio) / denominator)
    } else if larger_imaginary {
        let ratio = c / d;
        let denominator = c * ratio + d;
        ((a * ratio + b) / denominator, (b * ratio - a) / denominator)
    } else {
        (f64::NAN, f64::NAN)
    };
    if real.is_nan() && imaginary.is_nan() {
        if (a.is_infinite() || b.is_infinite()) && c.is_finite() && d.is_finite() {
            let (x, y) = (boxed(a), boxed(b));
            return Ok((f64::INFINITY * (x * c + y * d), f64::INFINITY * (y * c - x * d)));
        }
        if (c.is_infinite() || d.is_infinite()) && a.is_finite() && b.is_finite() {
            let (x, y) = (boxed(c), boxed(d));
            return Ok((0.0 * (a * x + b * y), 0.0 * (b * x - a * y)));
        }
    }
    Ok((real, imaginary))
}

fn real_by_complex(a: f64, (c, d): Complex) -> Result<Complex, NumberError> {
    let (real, imaginary) = if libm::fabs(c) >= libm::fabs(d) {
        if c == 0.0 {
            return Err(DIVISION_BY_ZERO);
        }
        let ratio = d / c;
        let denominator = c + d * ratio;
        (a / denominator, (-a * ratio) / denominator)
    } else if libm::fabs(d) >= libm::fabs(c) {
        let ratio = c / d;
        let denominator = c * ratio + d;
        ((a * ratio) / denominator, -a / denominator)
    } else {
        (f64::NAN, f64::NAN)
    };
    if real.is_nan() && imaginary.is_nan() && (c.is_infinite() || d.is_infinite()) && a.is_finite() {
        return Ok((0.0 * (a * boxed(c)), 0.0 * (-a * boxed(d))));
    }
    Ok((real, imaginary))
}

/// `a / b`
pub fn divide(a: ComplexOperand, b: ComplexOperand) -> Result<Complex, NumberError> {
    match (a, b) {
        (_, R(0.0)) => Err(DIVISION_BY_ZERO),
        (R(a), R(b)) => Ok((a / b, 0.0)),
        (C(real, imaginary), R(b)) => Ok((real / b, imaginary / b)),
        (R(a), C(c, d)) => real_by_complex(a, (c, d)),
        (C(a, b), C(c, d)) => quotient((a, b), (c, d)),
    }
}

/// `abs(a)`
pub fn absolute((real, imaginary): Complex, functions: &ElementaryFunctions) -> Result<f64, NumberError> {
    if real.is_infinite() || imaginary.is_infinite() {
        return Ok(f64::INFINITY);
    }
    if real.is_nan() || imaginary.is_nan() {
        return Ok(f64::NAN);
    }
    let magnitude = (functions.hypot)(real, imaginary);
    if magnitude.is_infinite() {
        Err(NumberError::Overflow("absolute value too large"))
    } else {
        Ok(magnitude)
    }
}

const ZERO_TO_POWER: NumberError = NumberError::ZeroDivision("zero to a negative or complex power");

/// The largest exponent that is worked out by squaring.
const LARGEST_SQUARED: f64 = 100.0;

fn whole_power(base: Complex, exponent: i32) -> Result<Complex, NumberError> {
    let mut result = (1.0, 0.0);
    let mut square = base;
    let mut rest = exponent.unsigned_abs();
    while rest != 0 {
        if rest & 1 != 0 {
            result = product(result, square);
        }
        rest >>= 1;
        square = product(square, square);
    }
    if exponent < 0 { quotient((1.0, 0.0), result).map_err(|_| ZERO_TO_POWER) } else { Ok(result) }
}

/// `a ** b`
pub fn power(
    base: Complex,
    exponent: Complex,
    functions: &ElementaryFunctions,
) -> Result<Complex, NumberError> {
    let (real, imaginary) = exponent;
    let result = if imaginary == 0.0 && libm::fabs(real) <= LARGEST_SQUARED && libm::floor(real) == real {
        whole_power(base, real as i32)?
    } else if real == 0.0 && imaginary == 0.0 {
        (1.0, 0.0)
    } else if base == (0.0, 0.0) {
        if imaginary != 0.0 || real < 0.0 {
            return Err(ZERO_TO_POWER);
        }
        (0.0, 0.0)
    } else {
        let magnitude = (functions.hypot)(base.0, base.1);
        let mut length = (functions.pow)(magnitude, real);
        let angle = (functions.atan2)(base.1, base.0);
        let mut phase = angle * real;
        if imaginary != 0.0 {
            length *= (functions.exp)(-angle * imaginary);
            phase += imaginary * (functions.log)(magnitude);
        }
        (length * (functions.cos)(phase), length * (functions.sin)(phase))
    };
    if result.0.is_infinite() || result.1.is_infinite() {
        return Err(NumberError::Overflow("complex exponentiation"));
    }
    Ok(result)
}

#[cfg(test)]
#[path = "tests/complex_math.rs"]
mod oracle_tests;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::elementary::PORTABLE;

    #[test]
    fn products_and_quotients() {
        assert_eq!(multiply(C(1.0, 2.0), C(3.0, -4.0)), (11.0, 2.0));
        assert_eq!(divide(C(11.0, 2.0), C(3.0, -4.0)), Ok((1.0, 2.0)));
        assert_eq!(divide(C(1.0, 2.0), C(0.0, 0.0)), Err(DIVISION_BY_ZERO));
        assert_eq!(divide(R(1.0), R(0.0)), Err(DIVISION_BY_ZERO));
        assert_eq!(add(R(1.0), C(2.0, -0.0)), (3.0, -0.0));
        assert!(add(R(1.0), C(2.0, -0.0)).1.is_sign_negative());
    }

    #[test]
    fn infinities_are_recovered() {
        let (real, imaginary) = multiply(C(f64::INFINITY, f64::NAN), C(1.0, 1.0));
        assert!(real.is_infinite() && imaginary.is_infinite());
        let (real, imaginary) = divide(C(1.0, 1.0), C(f64::INFINITY, f64::INFINITY)).unwrap_or((9.0, 9.0));
        assert!(real == 0.0 && imaginary == 0.0);
    }

    #[test]
    fn powers() {
        assert_eq!(power((1.0, 1.0), (2.0, 0.0), &PORTABLE), Ok((0.0, 2.0)));
        assert_eq!(power((0.0, 2.0), (-1.0, 0.0), &PORTABLE), Ok((0.0, -0.5)));
        assert_eq!(power((0.0, 0.0), (-1.0, 0.0), &PORTABLE), Err(ZERO_TO_POWER));
        assert_eq!(power((0.0, 0.0), (0.5, 0.0), &PORTABLE), Ok((0.0, 0.0)));
        assert_eq!(power((0.0, 0.0), (0.0, 1.0), &PORTABLE), Err(ZERO_TO_POWER));
        assert!(power((1e300, 1e300), (3.0, 0.0), &PORTABLE).is_err());
    }
}
