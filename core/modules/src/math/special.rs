//! The gamma function and its logarithm.
//!
//! Invariant: the same operations in the same order as CPython's, so that the same bits come out where the elementary functions give
//! the same bits.
//! Source: Lanczos's approximation with the coefficients of Boost for N = 13, g = 6.024680040776729583740234375 (Pugh's thesis, 2004),
//! as in Modules/mathmodule.c.

#![allow(clippy::excessive_precision, reason = "the constants are written as their source has them")]

use core::f64::consts::PI;

use threadsnake_hal::ElementaryFunctions;

/// What a function of one float fails with.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum MathError {
    /// The argument is outside of the function's domain.
    Domain,
    /// The result is too large.
    Range,
}

const G: f64 = 6.024_680_040_776_729_583_740_234_375;
const G_MINUS_HALF: f64 = 5.524_680_040_776_729_583_740_234_375;
const COUNT: usize = 13;
const NUMERATOR: [f64; COUNT] = [
    23_531_376_880.410_759_688_572_007_674_451_636_754_734_846_804_940,
    42_919_803_642.649_098_768_957_899_047_001_988_850_926_355_848_959,
    35_711_959_237.355_668_049_440_185_451_547_166_705_960_488_635_843,
    17_921_034_426.037_209_699_919_755_754_458_931_112_671_403_265_390,
    6_039_542_586.352_028_005_064_291_644_307_297_921_069_938_842_070_8,
    1_439_720_407.311_721_673_663_223_072_794_912_393_971_548_578_637_2,
    248_874_557.862_054_156_511_460_386_413_229_423_216_321_251_278_01,
    31_426_415.585_400_194_380_614_231_628_318_205_362_874_684_987_640,
    2_876_370.628_935_372_441_225_409_051_620_849_613_599_114_537_876_8,
    186_056.265_395_223_495_040_294_989_716_045_699_282_207_842_363_28,
    8_071.672_002_365_816_210_638_002_902_272_250_613_821_851_632_502_4,
    210.824_277_751_579_345_872_509_733_920_713_362_711_669_695_802_91,
    2.506_628_274_631_000_270_164_908_177_133_837_338_626_431_079_340_8,
];
const DENOMINATOR: [f64; COUNT] = [
    0.0,
    39_916_800.0,
    120_543_840.0,
    150_917_976.0,
    105_258_076.0,
    45_995_730.0,
    13_339_535.0,
    2_637_558.0,
    357_423.0,
    32_670.0,
    1_925.0,
    66.0,
    1.0,
];

/// The largest number whose factorial is below 2 ** 53 times a power of two that keeps it exact.
const LARGEST_EXACT: f64 = 23.0;
const LOG_PI: f64 = 1.144_729_885_849_400_174_143_427_351_353_058_711_647;

fn lanczos_sum(x: f64) -> f64 {
    let (mut numerator, mut denominator) = (0.0, 0.0);
    let pairs = NUMERATOR.iter().zip(&DENOMINATOR);
    if x < 5.0 {
        for (n, d) in pairs.rev() {
            numerator = numerator * x + n;
            denominator = denominator * x + d;
        }
    } else {
        for (n, d) in pairs {
            numerator = numerator / x + n;
            denominator = denominator / x + d;
        }
    }
    numerator / denominator
}

/// `sin(pi * x)` for finite `x`, accurate where `x` is near a whole number.
fn sine_of_pi_times(x: f64, functions: &ElementaryFunctions) -> f64 {
    let y = libm::fmod(libm::fabs(x), 2.0);
    let result = match libm::round(2.0 * y) as i32 {
        0 => (functions.sin)(PI * y),
        1 => (functions.cos)(PI * (y - 0.5)),
        2 => (functions.sin)(PI * (1.0 - y)),
        3 => -(functions.cos)(PI * (y - 1.5)),
        _ => (functions.sin)(PI * (y - 2.0)),
    };
    f64::copysign(1.0, x) * result
}

/// `math.gamma(x)`
pub fn gamma(x: f64, functions: &ElementaryFunctions) -> Result<f64, MathError> {
    if x.is_nan() || x == f64::INFINITY {
        return Ok(x);
    }
    if x == f64::NEG_INFINITY || x == 0.0 {
        return Err(MathError::Domain);
    }
    if x == libm::floor(x) {
        if x < 0.0 {
            return Err(MathError::Domain);
        }
        if x <= LARGEST_EXACT {
            let factorial = (2..x as u32).fold(1.0, |product, factor| product * factor as f64);
            return Ok(factorial);
        }
    }
    let magnitude = libm::fabs(x);
    if magnitude < 1e-20 {
        let result = 1.0 / x;
        return if result.is_infinite() { Err(MathError::Range) } else { Ok(result) };
    }
    if magnitude > 200.0 {
        return if x < 0.0 { Ok(0.0 / sine_of_pi_times(x, functions)) } else { Err(MathError::Range) };
    }
    let y = magnitude + G_MINUS_HALF;
    // The rounding error of `y`, to correct the result by.
    let error = if magnitude > G_MINUS_HALF {
        (y - magnitude) - G_MINUS_HALF
    } else {
        (y - G_MINUS_HALF) - magnitude
    };
    let correction = error * G / y;
    let result = if x < 0.0 {
        let mut result = -PI / sine_of_pi_times(magnitude, functions) / magnitude * (functions.exp)(y)
            / lanczos_sum(magnitude);
        result -= correction * result;
        if magnitude < 140.0 {
            result / (functions.pow)(y, magnitude - 0.5)
        } else {
            let root = (functions.pow)(y, magnitude / 2.0 - 0.25);
            result / root / root
        }
    } else {
        let mut result = lanczos_sum(magnitude) / (functions.exp)(y);
        result += correction * result;
        if magnitude < 140.0 {
            result * (functions.pow)(y, magnitude - 0.5)
        } else {
            let root = (functions.pow)(y, magnitude / 2.0 - 0.25);
            result * root * root
        }
    };
    if result.is_infinite() { Err(MathError::Range) } else { Ok(result) }
}

/// `math.lgamma(x)`
pub fn log_gamma(x: f64, functions: &ElementaryFunctions) -> Result<f64, MathError> {
    if x.is_nan() {
        return Ok(x);
    }
    if x.is_infinite() {
        return Ok(f64::INFINITY);
    }
    if x == libm::floor(x) && x <= 2.0 {
        return if x <= 0.0 { Err(MathError::Domain) } else { Ok(0.0) };
    }
    let magnitude = libm::fabs(x);
    if magnitude < 1e-20 {
        return Ok(-(functions.log)(magnitude));
    }
    let mut result = (functions.log)(lanczos_sum(magnitude)) - G;
    result += (magnitude - 0.5) * ((functions.log)(magnitude + G - 0.5) - 1.0);
    if x < 0.0 {
        let sine = libm::fabs(sine_of_pi_times(magnitude, functions));
        result = LOG_PI - (functions.log)(sine) - (functions.log)(magnitude) - result;
    }
    if result.is_infinite() { Err(MathError::Range) } else { Ok(result) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use threadsnake_engine::number::elementary::PORTABLE;

    #[test]
    fn whole_and_half_numbers() {
        assert_eq!(gamma(5.0, &PORTABLE), Ok(24.0));
        assert_eq!(gamma(1.0, &PORTABLE), Ok(1.0));
        assert_eq!(gamma(-2.0, &PORTABLE), Err(MathError::Domain));
        assert_eq!(gamma(172.0, &PORTABLE), Err(MathError::Range));
        let half = gamma(0.5, &PORTABLE).unwrap_or(0.0);
        assert!((half * half - PI).abs() < 1e-14);
        let log = log_gamma(100.0, &PORTABLE).unwrap_or(0.0);
        assert!((log - 359.134_205_369_575_4).abs() < 1e-12);
        assert_eq!(log_gamma(0.0, &PORTABLE), Err(MathError::Domain));
    }
}
