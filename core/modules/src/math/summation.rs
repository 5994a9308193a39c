//! Sums of floats without rounding errors on the way: `fsum`, `sumprod`, `hypot`, `dist`.
//!
//! Invariant: `fsum` is correctly rounded; the others lose at most the last rounding but for rare ties.
//! Source: Shewchuk 1997 for the partial sums, Dekker 1971 and Ogita, Rump and Oishi 2005 for products and double-length sums, as in
//! Modules/mathmodule.c.

use alloc::vec::Vec;

/// What a sum fails with.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum SumError {
    /// Infinities of both signs were added.
    OppositeInfinities,
    /// A sum on the way was too large.
    Overflow,
}

/// A sum as partial sums that do not overlap, in increasing magnitude.
#[derive(Default)]
pub struct ExactSum {
    partials: Vec<f64>,
    special: f64,
    infinities: f64,
}

impl ExactSum {
    /// Adds a number.
    pub fn add(&mut self, number: f64) -> Result<(), SumError> {
        let mut x = number;
        let mut kept = 0;
        for index in 0..self.partials.len() {
            let Some(&partial) = self.partials.get(index) else { break };
            let (large, small) =
                if libm::fabs(x) < libm::fabs(partial) { (partial, x) } else { (x, partial) };
            let high = large + small;
            let low = small - (high - large);
            if low != 0.0 {
                if let Some(place) = self.partials.get_mut(kept) {
                    *place = low;
                }
                kept += 1;
            }
            x = high;
        }
        self.partials.truncate(kept);
        if x == 0.0 {
            return Ok(());
        }
        if x.is_finite() {
            self.partials.push(x);
            return Ok(());
        }
        if number.is_finite() {
            return Err(SumError::Overflow);
        }
        if number.is_infinite() {
            self.infinities += number;
        }
        self.special += number;
        self.partials.clear();
        Ok(())
    }

    /// The sum, rounded once.
    pub fn finish(mut self) -> Result<f64, SumError> {
        if self.special != 0.0 {
            if self.infinities.is_nan() {
                return Err(SumError::OppositeInfinities);
            }
            return Ok(self.special);
        }
        let Some(mut high) = self.partials.pop() else { return Ok(0.0) };
        let mut low = 0.0;
        while let Some(y) = self.partials.pop() {
            let x = high;
            high = x + y;
            low = y - (high - x);
            if low != 0.0 {
                break;
            }
        }
        // Half-way cases: what is left below decides.
        if let Some(&next) = self.partials.last()
            && ((low < 0.0 && next < 0.0) || (low > 0.0 && next > 0.0))
        {
            let doubled = low * 2.0;
            let rounded = high + doubled;
            if doubled == rounded - high {
                high = rounded;
            }
        }
        Ok(high)
    }
}

/// A number as an unevaluated sum of two floats.
#[derive(Copy, Clone)]
struct Double {
    high: f64,
    low: f64,
}

fn product(x: f64, y: f64) -> Double {
    let high = x * y;
    Double { high, low: libm::fma(x, y, -high) }
}

/// For `|a| >= |b|`.
fn fast_sum(a: f64, b: f64) -> Double {
    let high = a + b;
    Double { high, low: (a - high) + b }
}

fn sum(a: f64, b: f64) -> Double {
    let high = a + b;
    let z = high - a;
    Double { high, low: (a - (high - z)) + (b - z) }
}

/// A sum of products as an unevaluated sum of three floats.
#[derive(Copy, Clone, Default)]
pub struct TripleSum {
    high: f64,
    low: f64,
    tiny: f64,
}

impl TripleSum {
    /// Adds `x * y`.
    pub fn add_product(&mut self, x: f64, y: f64) {
        let product = product(x, y);
        let first = sum(self.high, product.high);
        let second = sum(self.low, product.low);
        let third = sum(second.high, first.low);
        *self = TripleSum { high: first.high, low: third.high, tiny: self.tiny + second.low + third.low };
    }

    /// The sum, rounded.
    pub fn value(self) -> f64 {
        let last = sum(self.low, self.tiny);
        let first = sum(self.high, last.high);
        first.high + (last.low + first.low)
    }
}

/// The Euclidean norm of a vector, whose numbers are overwritten.
pub fn norm(vector: &mut [f64]) -> f64 {
    let mut largest = 0.0f64;
    let mut any_nan = false;
    for number in vector.iter_mut() {
        *number = libm::fabs(*number);
        any_nan |= number.is_nan();
        if *number > largest {
            largest = *number;
        }
    }
    norm_below(vector, largest, any_nan)
}

fn norm_below(vector: &mut [f64], largest: f64, any_nan: bool) -> f64 {
    if largest.is_infinite() {
        return largest;
    }
    if any_nan {
        return f64::NAN;
    }
    if largest == 0.0 || vector.len() <= 1 {
        return largest;
    }
    let (_, exponent) = libm::frexp(largest);
    if exponent < -1023 {
        // The scale would be infinite.
        for number in vector.iter_mut() {
            *number /= f64::MIN_POSITIVE;
        }
        return f64::MIN_POSITIVE * norm_below(vector, largest / f64::MIN_POSITIVE, any_nan);
    }
    let scale = libm::ldexp(1.0, -exponent);
    let (mut total, mut first, mut second) = (1.0, 0.0, 0.0);
    let mut add = |square: Double| {
        let partial = fast_sum(total, square.high);
        total = partial.high;
        first += square.low;
        second += partial.low;
        total - 1.0 + (first + second)
    };
    let mut rest = 0.0;
    for number in vector.iter() {
        let scaled = number * scale;
        rest = add(product(scaled, scaled));
    }
    let mut root = libm::sqrt(rest);
    // One step of Newton's method with the exact residue.
    let residue = add(product(-root, root));
    root += residue / (2.0 * root);
    root / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(numbers: &[f64]) -> Result<f64, SumError> {
        let mut sum = ExactSum::default();
        for &number in numbers {
            sum.add(number)?;
        }
        sum.finish()
    }

    #[test]
    fn sums_are_rounded_once() {
        assert_eq!(total(&[0.1; 10]), Ok(1.0));
        assert_eq!(total(&[1e100, 1.0, -1e100, 1e-100]), Ok(1.0));
        assert_eq!(total(&[f64::INFINITY, f64::NEG_INFINITY]), Err(SumError::OppositeInfinities));
        assert_eq!(total(&[1e308, 1e308, -1e308]), Err(SumError::Overflow));
        assert_eq!(total(&[]), Ok(0.0));
    }

    #[test]
    fn norms_do_not_overflow() {
        assert_eq!(norm(&mut [3.0, 4.0]), 5.0);
        assert_eq!(norm(&mut [3e200, 4e200]), 4.999_999_999_999_999_5e200);
        assert_eq!(norm(&mut [3e-320, 4e-320]), 5e-320);
        assert_eq!(norm(&mut [f64::NAN, f64::INFINITY]), f64::INFINITY);
    }

    #[test]
    fn products_cancel_exactly() {
        let mut sum = TripleSum::default();
        for (x, y) in [(1e16, 1.0), (1.0, 1.0), (-1e16, 1.0)] {
            sum.add_product(x, y);
        }
        assert_eq!(sum.value(), 1.0);
    }
}
