//! `factorial`, `comb` and `perm` on ints of any size.
//!
//! Invariant: products are taken in halves, so that the factors of each multiplication are of like size.
//! Source: Modules/mathmodule.c for meaning and messages.

use threadsnake_engine::number::{Integer, IntegerRef, NumberError, big_integer};

/// The product of the whole numbers from `low` up to `high`, both included.
fn range_product(low: u64, high: u64) -> Result<Integer, NumberError> {
    if low > high {
        return Ok(Integer::Small(1));
    }
    if high - low < 8 {
        let mut product = Integer::Small(1);
        for factor in low..=high {
            product = big_integer::multiply(product.as_ref(), Integer::from(factor).as_ref())?;
        }
        return Ok(product);
    }
    let middle = low + (high - low) / 2;
    big_integer::multiply(range_product(low, middle)?.as_ref(), range_product(middle + 1, high)?.as_ref())
}

/// `n!`
pub fn factorial(n: u64) -> Result<Integer, NumberError> {
    range_product(2, n)
}

/// The product of the `k` numbers from `n` downwards.
fn falling(n: IntegerRef<'_>, k: u64) -> Result<Integer, NumberError> {
    if k == 0 {
        return Ok(Integer::Small(1));
    }
    if let Some(n) = n.to_u64() {
        return range_product(n - (k - 1), n);
    }
    falling_from(n, 0, k)
}

/// The product of `n - i` for `i` from `first` on, `count` of them.
fn falling_from(n: IntegerRef<'_>, first: u64, count: u64) -> Result<Integer, NumberError> {
    if count == 1 {
        return big_integer::subtract(n, Integer::from(first).as_ref());
    }
    let half = count / 2;
    let (left, right) = (falling_from(n, first, half)?, falling_from(n, first + half, count - half)?);
    big_integer::multiply(left.as_ref(), right.as_ref())
}

/// `perm(n, k)` for `0 <= k <= n`.
pub fn permutations(n: IntegerRef<'_>, k: u64) -> Result<Integer, NumberError> {
    falling(n, k)
}

/// `comb(n, k)` for `0 <= k <= n`.
pub fn combinations(n: IntegerRef<'_>, k: u64) -> Result<Integer, NumberError> {
    if let (Some(n), true) = (n.to_u64(), k <= 64) {
        // Each step divides exactly; while it fits 128 bits nothing else is needed.
        let mut result = 1u128;
        let mut exact = true;
        for step in 0..k {
            let product = result.checked_mul((n - step) as u128);
            match product.and_then(|product| product.checked_div(step as u128 + 1)) {
                Some(next) => result = next,
                None => {
                    exact = false;
                    break;
                }
            }
        }
        if exact && let Ok(result) = i128::try_from(result) {
            return Ok(Integer::from_i128(result));
        }
    }
    big_integer::floor_divide(falling(n, k)?.as_ref(), factorial(k)?.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large() {
        assert_eq!(factorial(0), Ok(Integer::Small(1)));
        assert_eq!(factorial(20), Ok(Integer::Small(2_432_902_008_176_640_000)));
        assert_eq!(combinations(IntegerRef::Small(5), 2), Ok(Integer::Small(10)));
        assert_eq!(combinations(IntegerRef::Small(60), 30), Ok(Integer::Small(118_264_581_564_861_424)));
        assert_eq!(permutations(IntegerRef::Small(5), 2), Ok(Integer::Small(20)));
        let thousand = factorial(1000).unwrap_or(Integer::ZERO);
        let ratio =
            big_integer::floor_divide(thousand.as_ref(), factorial(999).unwrap_or(Integer::ZERO).as_ref());
        assert_eq!(ratio, Ok(Integer::Small(1000)));
        let wide = combinations(IntegerRef::Small(300), 150).unwrap_or(Integer::ZERO);
        let expected = big_integer::floor_divide(
            factorial(300).unwrap_or(Integer::ZERO).as_ref(),
            big_integer::power(factorial(150).unwrap_or(Integer::ZERO).as_ref(), IntegerRef::Small(2))
                .unwrap_or(Integer::ZERO)
                .as_ref(),
        );
        assert_eq!(Ok(wide), expected);
    }
}
