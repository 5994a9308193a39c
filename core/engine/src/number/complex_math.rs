//! Arithmetic of complex numbers.
//!
//! Invariant: a result with a NaN part that C99's Annex G says is infinite or zero is infinite or zero, as in Python 3.14.
//! Source: CPython's Objects/complexobject.c; division is Smith's ("Algorithm 116: Complex Division", 1962); the recovery of
//! infinities is ISO C99, Annex G.5.1.

use super::elementary::ElementaryFunctions;
use super::{DIVISION_BY_ZERO, NumberError};

/// A complex number.
#[derive(Copy, Clone, PartialEq, Debug, Default)]
pub struct Complex {
    /// The real part.
    pub real: f64,
    /// The imaginary part.
    pub imaginary: f64,
}

const fn complex(real: f64, imaginary: f64) -> Complex {
    Complex { real, imaginary }
}

/// One with the sign of an infinite number, zero with the sign of another.
fn boxed(value: f64) -> f64 {
    f64::copysign(if value.is_infinite() { 1.0 } else { 0.0 }, value)
}

fn zero_for_nan(value: f64) -> f64 {
    if value.is_nan() { f64::copysign(0.0, value) } else { value }
}

impl Complex {
    fn has_infinity(self) -> bool {
        self.real.is_infinite() || self.imaginary.is_infinite()
    }

    fn is_finite(self) -> bool {
        self.real.is_finite() && self.imaginary.is_finite()
    }

    fn is_nan_twice(self) -> bool {
        self.real.is_nan() && self.imaginary.is_nan()
    }

    fn is_zero(self) -> bool {
        self.real == 0.0 && self.imaginary == 0.0
    }

    /// `self + other`
    pub fn add(self, other: Complex) -> Complex {
        complex(self.real + other.real, self.imaginary + other.imaginary)
    }

    /// `self - other`
    pub fn subtract(self, other: Complex) -> Complex {
        complex(self.real - other.real, self.imaginary - other.imaginary)
    }

    /// `self * other`
    pub fn multiply(self, other: Complex) -> Complex {
        let product = |a: Complex, b: Complex| {
            complex(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
        };
        let plain = product(self, other);
        if !plain.is_nan_twice() {
            return plain;
        }
        let (mut a, mut b) = (self, other);
        let mut recover = false;
        if a.has_infinity() {
            a = complex(boxed(a.real), boxed(a.imaginary));
            b = complex(zero_for_nan(b.real), zero_for_nan(b.imaginary));
            recover = true;
        }
        if b.has_infinity() {
            b = complex(boxed(b.real), boxed(b.imaginary));
            a = complex(zero_for_nan(a.real), zero_for_nan(a.imaginary));
            recover = true;
        }
        let parts = [
            self.real * other.real,
            self.imaginary * other.imaginary,
            self.real * other.imaginary,
            self.imaginary * other.real,
        ];
        if !recover && parts.iter().any(|part| part.is_infinite()) {
            a = complex(zero_for_nan(a.real), zero_for_nan(a.imaginary));
            b = complex(zero_for_nan(b.real), zero_for_nan(b.imaginary));
            recover = true;
        }
        if !recover {
            return plain;
        }
        let sign = product(a, b);
        complex(f64::INFINITY * sign.real, f64::INFINITY * sign.imaginary)
    }

    /// `self / other`
    pub fn divide(self, other: Complex) -> Result<Complex, NumberError> {
        if other.is_zero() {
            return Err(DIVISION_BY_ZERO);
        }
        Ok(self.divide_by_nonzero(other))
    }

    fn divide_by_nonzero(self, other: Complex) -> Complex {
        let (a, b) = (self, other);
        let (real_size, imaginary_size) = (libm::fabs(b.real), libm::fabs(b.imaginary));
        let quotient = if real_size >= imaginary_size {
            let ratio = b.imaginary / b.real;
            let denominator = b.real + b.imaginary * ratio;
            complex(
                (a.real + a.imaginary * ratio) / denominator,
                (a.imaginary - a.real * ratio) / denominator,
            )
        } else if imaginary_size >= real_size {
            let ratio = b.real / b.imaginary;
            let denominator = b.real * ratio + b.imaginary;
            complex(
                (a.real * ratio + a.imaginary) / denominator,
                (a.imaginary * ratio - a.real) / denominator,
            )
        } else {
            complex(f64::NAN, f64::NAN)
        };
        if !quotient.is_nan_twice() {
            return quotient;
        }
        if a.has_infinity() && b.is_finite() {
            let (x, y) = (boxed(a.real), boxed(a.imaginary));
            complex(
                f64::INFINITY * (x * b.real + y * b.imaginary),
                f64::INFINITY * (y * b.real - x * b.imaginary),
            )
        } else if b.has_infinity() && a.is_finite() {
            let (x, y) = (boxed(b.real), boxed(b.imaginary));
            complex(0.0 * (a.real * x + a.imaginary * y), 0.0 * (a.imaginary * x - a.real * y))
        } else {
            quotient
        }
    }

    /// `self / other` for a real divisor.
    pub fn divide_by_real(self, other: f64) -> Result<Complex, NumberError> {
        if other == 0.0 {
            return Err(DIVISION_BY_ZERO);
        }
        Ok(complex(self.real / other, self.imaginary / other))
    }

    /// `abs(self)`
    pub fn absolute(self, functions: &ElementaryFunctions) -> Result<f64, NumberError> {
        if self.has_infinity() {
            return Ok(f64::INFINITY);
        }
        if self.real.is_nan() || self.imaginary.is_nan() {
            return Ok(f64::NAN);
        }
        let size = (functions.hypot)(self.real, self.imaginary);
        if size.is_infinite() {
            return Err(NumberError::Overflow("absolute value too large"));
        }
        Ok(size)
    }

    /// `self ** other`
    pub fn power(self, other: Complex, functions: &ElementaryFunctions) -> Result<Complex, NumberError> {
        if other.is_zero() {
            return Ok(complex(1.0, 0.0));
        }
        let is_small_whole = other.imaginary == 0.0
            && libm::floor(other.real) == other.real
            && libm::fabs(other.real) <= 100.0;
        let power = if is_small_whole {
            self.whole_power(other.real as i64)?
        } else {
            self.general_power(other, functions)?
        };
        if power.has_infinity() {
            return Err(NumberError::Overflow("complex exponentiation"));
        }
        Ok(power)
    }

    /// By repeated squaring.
    fn whole_power(self, exponent: i64) -> Result<Complex, NumberError> {
        const ZERO_POWER: NumberError = NumberError::ZeroDivision("zero to a negative or complex power");
        let (mut power, mut square, mut rest) = (complex(1.0, 0.0), self, exponent.unsigned_abs());
        while rest != 0 {
            if rest & 1 != 0 {
                power = power.multiply(square);
            }
            rest >>= 1;
            if rest != 0 {
                square = square.multiply(square);
            }
        }
        if exponent >= 0 {
            return Ok(power);
        }
        complex(1.0, 0.0).divide(power).map_err(|_| ZERO_POWER)
    }

    fn general_power(self, other: Complex, functions: &ElementaryFunctions) -> Result<Complex, NumberError> {
        if self.is_zero() {
            if other.imaginary != 0.0 || other.real < 0.0 {
                return Err(NumberError::ZeroDivision("zero to a negative or complex power"));
            }
            return Ok(complex(0.0, 0.0));
        }
        let size = (functions.hypot)(self.real, self.imaginary);
        let mut length = (functions.pow)(size, other.real);
        let angle = (functions.atan2)(self.imaginary, self.real);
        let mut phase = angle * other.real;
        if other.imaginary != 0.0 {
            length *= (functions.exp)(-angle * other.imaginary);
            phase += other.imaginary * (functions.log)(size);
        }
        Ok(complex(length * (functions.cos)(phase), length * (functions.sin)(phase)))
    }
}

#[cfg(test)]
#[path = "tests/complex_math.rs"]
mod tests;
