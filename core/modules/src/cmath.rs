//! The module `cmath`.
//!
//! Invariant: branch cuts, signed zeros and special values are those of C99's Annex G; a function raises ValueError where C says EDOM and
//! OverflowError for a finite argument whose result is too large.
//! Source: ISO C99 Annex G; Kahan, "Branch Cuts for Complex Elementary Functions", 1987; Modules/cmathmodule.c for the formulas,
//! so that the same bits come out.

use threadsnake_engine::number::complex_math::Complex;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Raised, Value};
use threadsnake_hal::ElementaryFunctions;

pub use native::MODULE;

use core::f64::consts::{E, FRAC_PI_2, FRAC_PI_4, LN_2, LN_10, PI};

const INFINITY: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;
const THREE_QUARTERS_PI: f64 = 3.0 * FRAC_PI_4;
/// Beyond this, squares overflow.
const LARGE: f64 = f64::MAX / 4.0;
const LOG_LARGE: f64 = 708.396_418_532_264_1;
/// Scales subnormal numbers into the normal range: even, and more than the mantissa's bits.
const SCALE_UP: i32 = 2 * (53 / 2) + 1;
const SCALE_DOWN: i32 = -(SCALE_UP + 1) / 2;

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Failure {
    Domain,
    Range,
}

type Outcome = Result<Complex, Failure>;

/// How a part of a special value is classed: the rows and columns of Annex G's tables.
fn class_of(part: f64) -> usize {
    if part.is_nan() {
        6
    } else if part.is_infinite() {
        if part > 0.0 { 5 } else { 0 }
    } else if part == 0.0 {
        if part.is_sign_negative() { 2 } else { 3 }
    } else if part < 0.0 {
        1
    } else {
        4
    }
}

/// A part of a table's entry: the value, or one that the finite part of the argument decides and the table does not reach.
type Table = [[Complex; 7]; 7];

fn special(table: &Table, (real, imaginary): Complex) -> Complex {
    table.get(class_of(real)).and_then(|row| row.get(class_of(imaginary))).copied().unwrap_or((NAN, NAN))
}

fn is_finite((real, imaginary): Complex) -> bool {
    real.is_finite() && imaginary.is_finite()
}

/// No argument leads to these entries: both parts are finite.
const U: Complex = (-9.542_631_940_771_103e33, -9.542_631_940_771_103e33);
const N: f64 = NAN;
const I: f64 = INFINITY;
const P: f64 = PI;
const P12: f64 = FRAC_PI_2;
const P14: f64 = FRAC_PI_4;
const P34: f64 = THREE_QUARTERS_PI;

static ACOS: Table = [
    [(P34, I), (P, I), (P, I), (P, -I), (P, -I), (P34, -I), (N, I)],
    [(P12, I), U, U, U, U, (P12, -I), (N, N)],
    [(P12, I), U, (P12, 0.0), (P12, -0.0), U, (P12, -I), (P12, N)],
    [(P12, I), U, (P12, 0.0), (P12, -0.0), U, (P12, -I), (P12, N)],
    [(P12, I), U, U, U, U, (P12, -I), (N, N)],
    [(P14, I), (0.0, I), (0.0, I), (0.0, -I), (0.0, -I), (P14, -I), (N, I)],
    [(N, I), (N, N), (N, N), (N, N), (N, N), (N, -I), (N, N)],
];
static ACOSH: Table = [
    [(I, -P34), (I, -P), (I, -P), (I, P), (I, P), (I, P34), (I, N)],
    [(I, -P12), U, U, U, U, (I, P12), (N, N)],
    [(I, -P12), U, (0.0, -P12), (0.0, P12), U, (I, P12), (N, P12)],
    [(I, -P12), U, (0.0, -P12), (0.0, P12), U, (I, P12), (N, P12)],
    [(I, -P12), U, U, U, U, (I, P12), (N, N)],
    [(I, -P14), (I, -0.0), (I, -0.0), (I, 0.0), (I, 0.0), (I, P14), (I, N)],
    [(I, N), (N, N), (N, N), (N, N), (N, N), (I, N), (N, N)],
];
static ASINH: Table = [
    [(-I, -P14), (-I, -0.0), (-I, -0.0), (-I, 0.0), (-I, 0.0), (-I, P14), (-I, N)],
    [(-I, -P12), U, U, U, U, (-I, P12), (N, N)],
    [(-I, -P12), U, (-0.0, -0.0), (-0.0, 0.0), U, (-I, P12), (N, N)],
    [(I, -P12), U, (0.0, -0.0), (0.0, 0.0), U, (I, P12), (N, N)],
    [(I, -P12), U, U, U, U, (I, P12), (N, N)],
    [(I, -P14), (I, -0.0), (I, -0.0), (I, 0.0), (I, 0.0), (I, P14), (I, N)],
    [(I, N), (N, N), (N, -0.0), (N, 0.0), (N, N), (I, N), (N, N)],
];
static ATANH: Table = [
    [(-0.0, -P12), (-0.0, -P12), (-0.0, -P12), (-0.0, P12), (-0.0, P12), (-0.0, P12), (-0.0, N)],
    [(-0.0, -P12), U, U, U, U, (-0.0, P12), (N, N)],
    [(-0.0, -P12), U, (-0.0, -0.0), (-0.0, 0.0), U, (-0.0, P12), (-0.0, N)],
    [(0.0, -P12), U, (0.0, -0.0), (0.0, 0.0), U, (0.0, P12), (0.0, N)],
    [(0.0, -P12), U, U, U, U, (0.0, P12), (N, N)],
    [(0.0, -P12), (0.0, -P12), (0.0, -P12), (0.0, P12), (0.0, P12), (0.0, P12), (0.0, N)],
    [(0.0, -P12), (N, N), (N, N), (N, N), (N, N), (0.0, P12), (N, N)],
];
static COSH: Table = [
    [(I, N), U, (I, 0.0), (I, -0.0), U, (I, N), (I, N)],
    [(N, N), U, U, U, U, (N, N), (N, N)],
    [(N, 0.0), U, (1.0, 0.0), (1.0, -0.0), U, (N, 0.0), (N, 0.0)],
    [(N, 0.0), U, (1.0, -0.0), (1.0, 0.0), U, (N, 0.0), (N, 0.0)],
    [(N, N), U, U, U, U, (N, N), (N, N)],
    [(I, N), U, (I, -0.0), (I, 0.0), U, (I, N), (I, N)],
    [(N, N), (N, N), (N, 0.0), (N, 0.0), (N, N), (N, N), (N, N)],
];
static EXP: Table = [
    [(0.0, 0.0), U, (0.0, -0.0), (0.0, 0.0), U, (0.0, 0.0), (0.0, 0.0)],
    [(N, N), U, U, U, U, (N, N), (N, N)],
    [(N, N), U, (1.0, -0.0), (1.0, 0.0), U, (N, N), (N, N)],
    [(N, N), U, (1.0, -0.0), (1.0, 0.0), U, (N, N), (N, N)],
    [(N, N), U, U, U, U, (N, N), (N, N)],
    [(I, N), U, (I, -0.0), (I, 0.0), U, (I, N), (I, N)],
    [(N, N), (N, N), (N, -0.0), (N, 0.0), (N, N), (N, N), (N, N)],
];
static LOG: Table = [
    [(I, -P34), (I, -P), (I, -P), (I, P), (I, P), (I, P34), (I, N)],
    [(I, -P12), U, U, U, U, (I, P12), (N, N)],
    [(I, -P12), U, (-I, -P), (-I, P), U, (I, P12), (N, N)],
    [(I, -P12), U, (-I, -0.0), (-I, 0.0), U, (I, P12), (N, N)],
    [(I, -P12), U, U, U, U, (I, P12), (N, N)],
    [(I, -P14), (I, -0.0), (I, -0.0), (I, 0.0), (I, 0.0), (I, P14), (I, N)],
    [(I, N), (N, N), (N, N), (N, N), (N, N), (I, N), (N, N)],
];
static SINH: Table = [
    [(I, N), U, (-I, -0.0), (-I, 0.0), U, (I, N), (I, N)],
    [(N, N), U, U, U, U, (N, N), (N, N)],
    [(0.0, N), U, (-0.0, -0.0), (-0.0, 0.0), U, (0.0, N), (0.0, N)],
    [(0.0, N), U, (0.0, -0.0), (0.0, 0.0), U, (0.0, N), (0.0, N)],
    [(N, N), U, U, U, U, (N, N), (N, N)],
    [(I, N), U, (I, -0.0), (I, 0.0), U, (I, N), (I, N)],
    [(N, N), (N, N), (N, -0.0), (N, 0.0), (N, N), (N, N), (N, N)],
];
static SQRT: Table = [
    [(I, -I), (0.0, -I), (0.0, -I), (0.0, I), (0.0, I), (I, I), (N, I)],
    [(I, -I), U, U, U, U, (I, I), (N, N)],
    [(I, -I), U, (0.0, -0.0), (0.0, 0.0), U, (I, I), (N, N)],
    [(I, -I), U, (0.0, -0.0), (0.0, 0.0), U, (I, I), (N, N)],
    [(I, -I), U, U, U, U, (I, I), (N, N)],
    [(I, -I), (I, -0.0), (I, -0.0), (I, 0.0), (I, 0.0), (I, I), (I, N)],
    [(I, -I), (N, N), (N, N), (N, N), (N, N), (I, I), (N, N)],
];
static TANH: Table = [
    [(-1.0, 0.0), U, (-1.0, -0.0), (-1.0, 0.0), U, (-1.0, 0.0), (-1.0, 0.0)],
    [(N, N), U, U, U, U, (N, N), (N, N)],
    [(-0.0, N), U, (-0.0, -0.0), (-0.0, 0.0), U, (-0.0, N), (-0.0, N)],
    [(0.0, N), U, (0.0, -0.0), (0.0, 0.0), U, (0.0, N), (0.0, N)],
    [(N, N), U, U, U, U, (N, N), (N, N)],
    [(1.0, 0.0), U, (1.0, -0.0), (1.0, 0.0), U, (1.0, 0.0), (1.0, 0.0)],
    [(N, N), (N, N), (N, -0.0), (N, 0.0), (N, N), (N, N), (N, N)],
];

fn finish(result: Complex) -> Outcome {
    if result.0.is_infinite() || result.1.is_infinite() { Err(Failure::Range) } else { Ok(result) }
}

fn square_root(z: Complex) -> Outcome {
    if !is_finite(z) {
        return Ok(special(&SQRT, z));
    }
    let (real, imaginary) = z;
    if real == 0.0 && imaginary == 0.0 {
        return Ok((0.0, imaginary));
    }
    let (mut x, mut y) = (libm::fabs(real), libm::fabs(imaginary));
    let s = if x < f64::MIN_POSITIVE && y < f64::MIN_POSITIVE && (x > 0.0 || y > 0.0) {
        // Both are subnormal, or one of them.
        x = libm::ldexp(x, SCALE_UP);
        libm::ldexp(libm::sqrt(x + libm::hypot(x, libm::ldexp(y, SCALE_UP))), SCALE_DOWN)
    } else {
        x /= 8.0;
        2.0 * libm::sqrt(x + libm::hypot(x, y / 8.0))
    };
    y = libm::fabs(imaginary);
    let d = y / (2.0 * s);
    Ok(if real >= 0.0 { (s, f64::copysign(d, imaginary)) } else { (d, f64::copysign(s, imaginary)) })
}

fn arc_cosine(z: Complex, functions: &ElementaryFunctions) -> Outcome {
    if !is_finite(z) {
        return Ok(special(&ACOS, z));
    }
    let (real, imaginary) = z;
    if libm::fabs(real) > LARGE || libm::fabs(imaginary) > LARGE {
        let angle = (functions.atan2)(libm::fabs(imaginary), real);
        let length = (functions.log)((functions.hypot)(real / 2.0, imaginary / 2.0)) + LN_2 * 2.0;
        let sign = if real < 0.0 { imaginary } else { -imaginary };
        let part = if real < 0.0 { -f64::copysign(length, sign) } else { f64::copysign(length, sign) };
        return Ok((angle, part));
    }
    let s1 = square_root((1.0 - real, -imaginary))?;
    let s2 = square_root((1.0 + real, imaginary))?;
    Ok((2.0 * (functions.atan2)(s1.0, s2.0), (functions.asinh)(s2.0 * s1.1 - s2.1 * s1.0)))
}

fn arc_cosine_hyperbolic(z: Complex, functions: &ElementaryFunctions) -> Outcome {
    if !is_finite(z) {
        return Ok(special(&ACOSH, z));
    }
    let (real, imaginary) = z;
    if libm::fabs(real) > LARGE || libm::fabs(imaginary) > LARGE {
        let length = (functions.log)((functions.hypot)(real / 2.0, imaginary / 2.0)) + LN_2 * 2.0;
        return Ok((length, (functions.atan2)(imaginary, real)));
    }
    let s1 = square_root((real - 1.0, imaginary))?;
    let s2 = square_root((real + 1.0, imaginary))?;
    Ok(((functions.asinh)(s1.0 * s2.0 + s1.1 * s2.1), 2.0 * (functions.atan2)(s1.1, s2.0)))
}

fn arc_sine(z: Complex, functions: &ElementaryFunctions) -> Outcome {
    // asin(z) = -i asinh(iz)
    let (real, imaginary) = arc_sine_hyperbolic((-z.1, z.0), functions)?;
    Ok((imaginary, -real))
}

fn arc_sine_hyperbolic(z: Complex, functions: &ElementaryFunctions) -> Outcome {
    if !is_finite(z) {
        return Ok(special(&ASINH, z));
    }
    let (real, imaginary) = z;
    if libm::fabs(real) > LARGE || libm::fabs(imaginary) > LARGE {
        let length = (functions.log)((functions.hypot)(real / 2.0, imaginary / 2.0)) + LN_2 * 2.0;
        let first = if imaginary.is_sign_negative() {
            -f64::copysign(length, -real)
        } else {
            f64::copysign(length, real)
        };
        return Ok((first, (functions.atan2)(imaginary, libm::fabs(real))));
    }
    let s1 = square_root((1.0 + imaginary, -real))?;
    let s2 = square_root((1.0 - imaginary, real))?;
    Ok((
        (functions.asinh)(s1.0 * s2.1 - s2.0 * s1.1),
        (functions.atan2)(imaginary, s1.0 * s2.0 - s1.1 * s2.1),
    ))
}

fn arc_tangent(z: Complex, functions: &ElementaryFunctions) -> Outcome {
    // atan(z) = -i atanh(iz)
    let (real, imaginary) = arc_tangent_hyperbolic((-z.1, z.0), functions)?;
    Ok((imaginary, -real))
}

fn arc_tangent_hyperbolic(z: Complex, functions: &ElementaryFunctions) -> Outcome {
    if !is_finite(z) {
        return Ok(special(&ATANH, z));
    }
    let (real, imaginary) = z;
    if real < 0.0 || (real == 0.0 && real.is_sign_negative()) {
        let (real, imaginary) = arc_tangent_hyperbolic((-real, -imaginary), functions)?;
        return Ok((-real, -imaginary));
    }
    let height = libm::fabs(imaginary);
    let square_root_of_large = libm::sqrt(LARGE);
    let square_root_of_small = libm::sqrt(f64::MIN_POSITIVE);
    if real > square_root_of_large || height > square_root_of_large {
        let half = (functions.hypot)(real / 2.0, imaginary / 2.0);
        let first = real / 4.0 / half / half;
        // The sign of a zero imaginary part decides the side of the cut.
        return Ok((first, -f64::copysign(FRAC_PI_2, -imaginary)));
    }
    if real == 1.0 && height < square_root_of_small {
        if height == 0.0 {
            return Err(Failure::Domain);
        }
        let first = -(functions.log)(libm::sqrt(height) / libm::sqrt((functions.hypot)(height, 2.0)));
        return Ok((first, f64::copysign((functions.atan2)(2.0, -height) / 2.0, imaginary)));
    }
    let first = (functions.log1p)(4.0 * real / ((1.0 - real) * (1.0 - real) + height * height)) / 4.0;
    let second = -(functions.atan2)(-2.0 * imaginary, (1.0 - real) * (1.0 + real) - height * height) / 2.0;
    Ok((first, second))
}

/// An infinite real part with a finite, non-zero imaginary one: the direction counts.
fn directed(real: f64, imaginary: f64, functions: &ElementaryFunctions) -> (f64, f64) {
    (f64::copysign(real, (functions.cos)(imaginary)), f64::copysign(real, (functions.sin)(imaginary)))
}

fn cosine_hyperbolic(z: Complex, functions: &ElementaryFunctions) -> Outcome {
    let (real, imaginary) = z;
    if !is_finite(z) {
        if real.is_infinite() && imaginary.is_finite() && imaginary != 0.0 {
            let (first, second) = directed(INFINITY, imaginary, functions);
            return Ok((first, if real > 0.0 { second } else { -second }));
        }
        if imaginary.is_infinite() && !real.is_nan() {
            return Err(Failure::Domain);
        }
        return Ok(special(&COSH, z));
    }
    let (cosine, sine) = ((functions.cos)(imaginary), (functions.sin)(imaginary));
    finish(if libm::fabs(real) > LOG_LARGE {
        let less = real - f64::copysign(1.0, real);
        (cosine * (functions.cosh)(less) * E, sine * (functions.sinh)(less) * E)
    } else {
        (cosine * (functions.cosh)(real), sine * (functions.sinh)(real))
    })
}

fn sine_hyperbolic(z: Complex, functions: &ElementaryFunctions) -> Outcome {
    let (real, imaginary) = z;
    if !is_finite(z) {
        if real.is_infinite() && imaginary.is_finite() && imaginary != 0.0 {
            let (first, second) = directed(INFINITY, imaginary, functions);
            return Ok((if real > 0.0 { first } else { -first }, second));
        }
        if imaginary.is_infinite() && !real.is_nan() {
            return Err(Failure::Domain);
        }
        return Ok(special(&SINH, z));
    }
    let (cosine, sine) = ((functions.cos)(imaginary), (functions.sin)(imaginary));
    finish(if libm::fabs(real) > LOG_LARGE {
        let less = real - f64::copysign(1.0, real);
        (cosine * (functions.sinh)(less) * E, sine * (functions.cosh)(less) * E)
    } else {
        (cosine * (functions.sinh)(real), sine * (functions.cosh)(real))
    })
}

fn tangent_hyperbolic(z: Complex, functions: &ElementaryFunctions) -> Outcome {
    let (real, imaginary) = z;
    if !is_finite(z) {
        if real.is_infinite() && imaginary.is_finite() && imaginary != 0.0 {
            let sign = 2.0 * (functions.sin)(imaginary) * (functions.cos)(imaginary);
            return Ok((f64::copysign(1.0, real), f64::copysign(0.0, sign)));
        }
        if imaginary.is_infinite() && real.is_finite() {
            return Err(Failure::Domain);
        }
        return Ok(special(&TANH, z));
    }
    if libm::fabs(real) > LOG_LARGE {
        let sine_cosine = (functions.sin)(imaginary) * (functions.cos)(imaginary);
        return Ok((f64::copysign(1.0, real), 4.0 * sine_cosine * (functions.exp)(-2.0 * libm::fabs(real))));
    }
    let (tangent_x, tangent_y) = ((functions.tanh)(real), (functions.tan)(imaginary));
    let over_cosine = 1.0 / (functions.cosh)(real);
    let both = tangent_x * tangent_y;
    let denominator = 1.0 + both * both;
    Ok((
        tangent_x * (1.0 + tangent_y * tangent_y) / denominator,
        tangent_y / denominator * over_cosine * over_cosine,
    ))
}

fn cosine(z: Complex, functions: &ElementaryFunctions) -> Outcome {
    // cos(z) = cosh(iz)
    cosine_hyperbolic((-z.1, z.0), functions)
}

fn sine(z: Complex, functions: &ElementaryFunctions) -> Outcome {
    // sin(z) = -i sinh(iz)
    let (real, imaginary) = sine_hyperbolic((-z.1, z.0), functions)?;
    Ok((imaginary, -real))
}

fn tangent(z: Complex, functions: &ElementaryFunctions) -> Outcome {
    // tan(z) = -i tanh(iz)
    let (real, imaginary) = tangent_hyperbolic((-z.1, z.0), functions)?;
    Ok((imaginary, -real))
}

fn exponential(z: Complex, functions: &ElementaryFunctions) -> Outcome {
    let (real, imaginary) = z;
    if !is_finite(z) {
        if real.is_infinite() && imaginary.is_finite() && imaginary != 0.0 {
            return Ok(directed(if real > 0.0 { INFINITY } else { 0.0 }, imaginary, functions));
        }
        if imaginary.is_infinite() && (real.is_finite() || real == INFINITY) {
            return Err(Failure::Domain);
        }
        return Ok(special(&EXP, z));
    }
    let (cosine, sine) = ((functions.cos)(imaginary), (functions.sin)(imaginary));
    finish(if real > LOG_LARGE {
        let length = (functions.exp)(real - 1.0);
        (length * cosine * E, length * sine * E)
    } else {
        let length = (functions.exp)(real);
        (length * cosine, length * sine)
    })
}

fn logarithm(z: Complex, functions: &ElementaryFunctions) -> Outcome {
    if !is_finite(z) {
        return Ok(special(&LOG, z));
    }
    let (real, imaginary) = z;
    let (x, y) = (libm::fabs(real), libm::fabs(imaginary));
    let length = if x > LARGE || y > LARGE {
        (functions.log)((functions.hypot)(x / 2.0, y / 2.0)) + LN_2
    } else if x < f64::MIN_POSITIVE && y < f64::MIN_POSITIVE {
        if x == 0.0 && y == 0.0 {
            return Err(Failure::Domain);
        }
        let scaled = (functions.hypot)(libm::ldexp(x, 53), libm::ldexp(y, 53));
        (functions.log)(scaled) - 53.0 * LN_2
    } else {
        let length = (functions.hypot)(x, y);
        if (0.71..=1.73).contains(&length) {
            // Near the unit circle the logarithm of the length would lose all digits.
            let (larger, smaller) = if x > y { (x, y) } else { (y, x) };
            (functions.log1p)((larger - 1.0) * (larger + 1.0) + smaller * smaller) / 2.0
        } else {
            (functions.log)(length)
        }
    };
    Ok((length, (functions.atan2)(imaginary, real)))
}

fn functions(cx: &Context) -> &'static ElementaryFunctions {
    cx.engine().elementary_functions()
}

#[cold]
fn raise(cx: &Context, failure: Failure) -> Raised {
    match failure {
        Failure::Domain => cx.value_error(format_args!("math domain error")),
        Failure::Range => cx.raise(ExceptionClass::OverflowError, format_args!("math range error")),
    }
}

fn apply(cx: &Context, z: Value, function: fn(Complex, &ElementaryFunctions) -> Outcome) -> PyResult {
    let z = cx.to_complex(z)?;
    match function(z, functions(cx)) {
        Ok((real, imaginary)) => cx.complex(real, imaginary),
        Err(failure) => Err(raise(cx, failure)),
    }
}

/// This module provides access to mathematical functions for complex
/// numbers.
#[threadsnake_macros::pymodule(name = "cmath")]
mod native {
    use threadsnake_engine::number::complex_math;

    use super::*;

    /// Return the arc cosine of z.
    #[pyfunction]
    fn acos(cx: &Context, z: Value) -> PyResult {
        apply(cx, z, arc_cosine)
    }

    /// Return the inverse hyperbolic cosine of z.
    #[pyfunction]
    fn acosh(cx: &Context, z: Value) -> PyResult {
        apply(cx, z, arc_cosine_hyperbolic)
    }

    /// Return the arc sine of z.
    #[pyfunction]
    fn asin(cx: &Context, z: Value) -> PyResult {
        apply(cx, z, arc_sine)
    }

    /// Return the inverse hyperbolic sine of z.
    #[pyfunction]
    fn asinh(cx: &Context, z: Value) -> PyResult {
        apply(cx, z, arc_sine_hyperbolic)
    }

    /// Return the arc tangent of z.
    #[pyfunction]
    fn atan(cx: &Context, z: Value) -> PyResult {
        apply(cx, z, arc_tangent)
    }

    /// Return the inverse hyperbolic tangent of z.
    #[pyfunction]
    fn atanh(cx: &Context, z: Value) -> PyResult {
        apply(cx, z, arc_tangent_hyperbolic)
    }

    /// Return the cosine of z.
    #[pyfunction]
    fn cos(cx: &Context, z: Value) -> PyResult {
        apply(cx, z, cosine)
    }

    /// Return the hyperbolic cosine of z.
    #[pyfunction]
    fn cosh(cx: &Context, z: Value) -> PyResult {
        apply(cx, z, cosine_hyperbolic)
    }

    /// Return the exponential value e**z.
    #[pyfunction]
    fn exp(cx: &Context, z: Value) -> PyResult {
        apply(cx, z, exponential)
    }

    /// log(z[, base]) -> the logarithm of z to the given base.
    ///
    /// If the base is not specified, returns the natural logarithm (base e) of z.
    #[pyfunction]
    fn log(cx: &Context, z: Value, base: Option<Value>) -> PyResult {
        let z = cx.to_complex(z)?;
        let base = base.map(|base| cx.to_complex(base)).transpose()?;
        let numerator = logarithm(z, functions(cx)).map_err(|failure| raise(cx, failure))?;
        let Some(base) = base else { return cx.complex(numerator.0, numerator.1) };
        let denominator = logarithm(base, functions(cx)).map_err(|failure| raise(cx, failure))?;
        let (left, right) = (
            complex_math::ComplexOperand::Complex(numerator.0, numerator.1),
            complex_math::ComplexOperand::Complex(denominator.0, denominator.1),
        );
        match complex_math::divide(left, right) {
            Ok((real, imaginary)) => cx.complex(real, imaginary),
            Err(_) => Err(raise(cx, Failure::Domain)),
        }
    }

    /// Return the base-10 logarithm of z.
    #[pyfunction]
    fn log10(cx: &Context, z: Value) -> PyResult {
        apply(cx, z, |z, functions| {
            let (real, imaginary) = logarithm(z, functions)?;
            Ok((real / LN_10, imaginary / LN_10))
        })
    }

    /// Return argument, also known as the phase angle, of a complex.
    #[pyfunction]
    fn phase(cx: &Context, z: Value) -> PyResult<f64> {
        let (real, imaginary) = cx.to_complex(z)?;
        Ok((functions(cx).atan2)(imaginary, real))
    }

    /// Convert a complex from rectangular coordinates to polar coordinates.
    ///
    /// r is the distance from 0 and phi the phase angle.
    #[pyfunction]
    fn polar(cx: &Context, z: Value) -> PyResult {
        let z = cx.to_complex(z)?;
        let length = complex_math::absolute(z, functions(cx)).map_err(|_| raise(cx, Failure::Range))?;
        let length = cx.float(length)?;
        let angle = cx.float((functions(cx).atan2)(z.1, z.0))?;
        cx.tuple(&[length, angle])
    }

    /// Convert from polar coordinates to rectangular coordinates.
    #[pyfunction]
    fn rect(cx: &Context, r: f64, phi: f64) -> PyResult {
        if !r.is_finite() || !phi.is_finite() {
            if r.is_infinite() && phi.is_finite() && phi != 0.0 {
                let (real, imaginary) = directed(INFINITY, phi, functions(cx));
                return if r > 0.0 { cx.complex(real, imaginary) } else { cx.complex(-real, -imaginary) };
            }
            if r != 0.0 && !r.is_nan() && phi.is_infinite() {
                return Err(raise(cx, Failure::Domain));
            }
            let (real, imaginary) = match (r, phi) {
                // A zero angle or length leaves zeros where they are certain.
                (r, 0.0) if r.is_infinite() => (r, if r > 0.0 { phi } else { -phi }),
                (r, 0.0) => (r, if r.is_nan() { phi } else { phi * r }),
                (0.0, _) => (0.0, 0.0),
                _ if r.is_infinite() => (INFINITY, NAN),
                _ => (NAN, NAN),
            };
            return cx.complex(real, imaginary);
        }
        if phi == 0.0 {
            // The product of r and a zero angle would lose the sign of zero.
            return cx.complex(r, r * phi);
        }
        cx.complex(r * (functions(cx).cos)(phi), r * (functions(cx).sin)(phi))
    }

    /// Return the sine of z.
    #[pyfunction]
    fn sin(cx: &Context, z: Value) -> PyResult {
        apply(cx, z, sine)
    }

    /// Return the hyperbolic sine of z.
    #[pyfunction]
    fn sinh(cx: &Context, z: Value) -> PyResult {
        apply(cx, z, sine_hyperbolic)
    }

    /// Return the square root of z.
    #[pyfunction]
    fn sqrt(cx: &Context, z: Value) -> PyResult {
        apply(cx, z, |z, _| square_root(z))
    }

    /// Return the tangent of z.
    #[pyfunction]
    fn tan(cx: &Context, z: Value) -> PyResult {
        apply(cx, z, tangent)
    }

    /// Return the hyperbolic tangent of z.
    #[pyfunction]
    fn tanh(cx: &Context, z: Value) -> PyResult {
        apply(cx, z, tangent_hyperbolic)
    }

    /// Determine whether two complex numbers are close in value.
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
    /// For the values to be considered close, the difference between them must be
    /// smaller than at least one of the tolerances.
    ///
    /// -inf, inf and NaN behave similarly to the IEEE 754 Standard. That is, NaN is
    /// not close to anything, even itself. inf and -inf are only close to themselves.
    #[pyfunction(signature = "(a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
    fn isclose(cx: &Context, a: Value, b: Value, rel_tol: f64, abs_tol: f64) -> PyResult<bool> {
        let (a, b) = (cx.to_complex(a)?, cx.to_complex(b)?);
        if rel_tol < 0.0 || abs_tol < 0.0 {
            return Err(cx.value_error(format_args!("tolerances must be non-negative")));
        }
        if a == b {
            return Ok(true);
        }
        if [a.0, a.1, b.0, b.1].into_iter().any(f64::is_infinite) {
            return Ok(false);
        }
        let length = |(real, imaginary): Complex| (functions(cx).hypot)(real, imaginary);
        let difference = length((a.0 - b.0, a.1 - b.1));
        Ok(difference <= rel_tol * length(b) || difference <= rel_tol * length(a) || difference <= abs_tol)
    }

    /// Return True if both the real and imaginary parts of z are finite, else False.
    #[pyfunction]
    fn isfinite(cx: &Context, z: Value) -> PyResult<bool> {
        Ok(is_finite(cx.to_complex(z)?))
    }

    /// Checks if the real or imaginary part of z is infinite.
    #[pyfunction]
    fn isinf(cx: &Context, z: Value) -> PyResult<bool> {
        let (real, imaginary) = cx.to_complex(z)?;
        Ok(real.is_infinite() || imaginary.is_infinite())
    }

    /// Checks if the real or imaginary part of z not a number (NaN).
    #[pyfunction]
    fn isnan(cx: &Context, z: Value) -> PyResult<bool> {
        let (real, imaginary) = cx.to_complex(z)?;
        Ok(real.is_nan() || imaginary.is_nan())
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        for (name, number) in
            [("pi", PI), ("e", E), ("tau", core::f64::consts::TAU), ("inf", INFINITY), ("nan", NAN)]
        {
            let value = cx.float(number)?;
            namespace.set_str(cx, cx.intern_str(name)?, value)?;
        }
        for (name, number) in [("infj", INFINITY), ("nanj", NAN)] {
            let value = cx.complex(0.0, number)?;
            namespace.set_str(cx, cx.intern_str(name)?, value)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use threadsnake_engine::number::elementary::PORTABLE;

    fn near(result: Outcome, expected: Complex) {
        match result {
            Ok((real, imaginary)) => {
                assert!(
                    (real - expected.0).abs() < 1e-14 && (imaginary - expected.1).abs() < 1e-14,
                    "{real} {imaginary}"
                );
            }
            Err(failure) => panic!("{failure:?}"),
        }
    }

    #[test]
    fn values_and_their_inverses() {
        near(square_root((-4.0, 0.0)), (0.0, 2.0));
        near(square_root((-4.0, -0.0)), (0.0, -2.0));
        near(exponential((0.0, PI), &PORTABLE), (-1.0, 0.0));
        near(logarithm((-1.0, 0.0), &PORTABLE), (0.0, PI));
        for z in [(0.5, 0.25), (-1.5, 2.0), (3.0, -0.5)] {
            let there =
                sine(z, &PORTABLE).and_then(|w| arc_sine(w, &PORTABLE)).and_then(|w| sine(w, &PORTABLE));
            near(there, sine(z, &PORTABLE).unwrap_or((9.0, 9.0)));
        }
        near(arc_tangent((1.0, 0.0), &PORTABLE), (FRAC_PI_4, 0.0));
    }

    #[test]
    fn failures() {
        assert_eq!(logarithm((0.0, 0.0), &PORTABLE), Err(Failure::Domain));
        assert_eq!(exponential((1000.0, 1.0), &PORTABLE), Err(Failure::Range));
        assert_eq!(arc_tangent_hyperbolic((1.0, 0.0), &PORTABLE), Err(Failure::Domain));
        assert_eq!(cosine_hyperbolic((1.0, INFINITY), &PORTABLE), Err(Failure::Domain));
    }
}
