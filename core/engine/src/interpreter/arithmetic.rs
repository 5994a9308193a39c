//! Fast paths of arithmetic and comparison on tagged ints and floats, for the dispatch loop.
//!
//! Invariant: a function here gives the exact Python result or `None`, and never allocates or raises. The inlined ones take two ints
//! or two floats; an int and a float are left to [`mixed`] and [`mixed_compare`], what these decline to `protocol::number`.

use crate::protocol::comparison::CompareOperator;
use crate::protocol::number::BinaryOperator;
use crate::value::Value;

/// Whether both are tagged ints.
#[inline(always)]
pub(crate) fn both_small_ints(left: Value, right: Value) -> bool {
    left.word() & right.word() & 1 != 0
}

/// Whether both are tagged floats.
#[inline(always)]
pub(crate) fn both_tagged_floats(left: Value, right: Value) -> bool {
    left.is_tagged_float() && right.is_tagged_float()
}

/// Two tagged floats.
#[inline(always)]
fn two_floats(left: Value, right: Value) -> Option<(f64, f64)> {
    if both_tagged_floats(left, right) {
        Some((left.tagged_float_payload(), right.tagged_float_payload()))
    } else {
        None
    }
}

/// A number of either tagged form as a float, if one of the two is a float.
fn mixed_floats(left: Value, right: Value) -> Option<(f64, f64)> {
    /// Ints up to this magnitude convert to floats exactly.
    const EXACT: i64 = 1 << 53;
    let number = |value: Value| {
        if value.is_tagged_float() {
            Some(value.tagged_float_payload())
        } else if value.is_small_int() {
            let int = value.small_int_payload();
            if (-EXACT..=EXACT).contains(&int) { Some(int as f64) } else { None }
        } else {
            None
        }
    };
    if left.is_tagged_float() || right.is_tagged_float() {
        Some((number(left)?, number(right)?))
    } else {
        None
    }
}

/// The result for an int and a float, both tagged.
pub fn mixed(operator: BinaryOperator, left: Value, right: Value) -> Option<Value> {
    let (left, right) = mixed_floats(left, right)?;
    match operator {
        BinaryOperator::Add => Value::tagged_float(left + right),
        BinaryOperator::Subtract => Value::tagged_float(left - right),
        BinaryOperator::Multiply => Value::tagged_float(left * right),
        BinaryOperator::TrueDivide if right != 0.0 => Value::tagged_float(left / right),
        _ => None,
    }
}

/// The truth of a comparison of an int and a float, both tagged.
pub fn mixed_compare(operator: CompareOperator, left: Value, right: Value) -> Option<bool> {
    let (left, right) = mixed_floats(left, right)?;
    Some(match operator {
        CompareOperator::Less => left < right,
        CompareOperator::LessEqual => left <= right,
        CompareOperator::Equal => left == right,
        CompareOperator::NotEqual => left != right,
        CompareOperator::Greater => left > right,
        CompareOperator::GreaterEqual => left >= right,
    })
}

/// The int of a word. The compiler, which does not see that it is odd, is told that it is not empty.
///
/// # Safety
/// The word is odd.
#[inline(always)]
unsafe fn from_odd_word(word: u64) -> Value {
    debug_assert!(word & 1 == 1);
    // SAFETY: passed on.
    unsafe {
        core::hint::assert_unchecked(word != 0);
        Value::from_word_unchecked(word)
    }
}

/// The word of the sum of two tagged ints, and whether it is too large for one.
#[inline(always)]
pub(crate) fn add_words(left: Value, right: Value) -> (u64, bool) {
    // (2l + 1 - 1) + (2r + 1) = 2(l + r) + 1
    let (sum, overflow) = (left.word() as i64 - 1).overflowing_add(right.word() as i64);
    (sum as u64, overflow)
}

/// The word of the difference of two tagged ints, and whether it is too large for one.
#[inline(always)]
pub(crate) fn subtract_words(left: Value, right: Value) -> (u64, bool) {
    // (2l + 1) - (2r + 1 - 1) = 2(l - r) + 1
    let (difference, overflow) = (left.word() as i64).overflowing_sub(right.word() as i64 - 1);
    (difference as u64, overflow)
}

/// The word of the product of two tagged ints, and whether it is too large for one.
#[inline(always)]
pub(crate) fn multiply_words(left: Value, right: Value) -> (u64, bool) {
    // 2l * r + 1
    let (product, overflow) = (left.word() as i64 - 1).overflowing_mul(right.small_int_payload());
    ((product as u64).wrapping_add(1), overflow)
}

/// `left + right` for ints
#[inline(always)]
pub fn add_ints(left: Value, right: Value) -> Option<Value> {
    if !both_small_ints(left, right) {
        return None;
    }
    let (sum, overflow) = add_words(left, right);
    // SAFETY: the word of an int.
    if overflow { None } else { Some(unsafe { from_odd_word(sum) }) }
}

/// `left - right` for ints
#[inline(always)]
pub fn subtract_ints(left: Value, right: Value) -> Option<Value> {
    if !both_small_ints(left, right) {
        return None;
    }
    let (difference, overflow) = subtract_words(left, right);
    // SAFETY: the word of an int.
    if overflow { None } else { Some(unsafe { from_odd_word(difference) }) }
}

/// `left * right` for ints
#[inline(always)]
pub fn multiply_ints(left: Value, right: Value) -> Option<Value> {
    if !both_small_ints(left, right) {
        return None;
    }
    let (product, overflow) = multiply_words(left, right);
    // SAFETY: the word of an int.
    if overflow { None } else { Some(unsafe { from_odd_word(product) }) }
}

/// `left + right`
#[inline(always)]
pub fn add(left: Value, right: Value) -> Option<Value> {
    if both_small_ints(left, right) {
        return add_ints(left, right);
    }
    let (left, right) = two_floats(left, right)?;
    Value::tagged_float(left + right)
}

/// `left - right`
#[inline(always)]
pub fn subtract(left: Value, right: Value) -> Option<Value> {
    if both_small_ints(left, right) {
        return subtract_ints(left, right);
    }
    let (left, right) = two_floats(left, right)?;
    Value::tagged_float(left - right)
}

/// `left * right`
#[inline(always)]
pub fn multiply(left: Value, right: Value) -> Option<Value> {
    if both_small_ints(left, right) {
        return multiply_ints(left, right);
    }
    let (left, right) = two_floats(left, right)?;
    Value::tagged_float(left * right)
}

/// `left / right`
#[inline(always)]
pub fn true_divide(left: Value, right: Value) -> Option<Value> {
    if both_small_ints(left, right) {
        const EXACT: i64 = 1 << 53;
        let (left, right) = (left.small_int_payload(), right.small_int_payload());
        if right != 0 && left.abs() <= EXACT && right.abs() <= EXACT {
            return Value::tagged_float(left as f64 / right as f64);
        }
        return None;
    }
    let (left, right) = two_floats(left, right)?;
    if right == 0.0 { None } else { Value::tagged_float(left / right) }
}

/// `left // right` for ints
#[inline(always)]
pub fn floor_divide(left: Value, right: Value) -> Option<Value> {
    if !both_small_ints(left, right) {
        return None;
    }
    let (left, right) = (left.small_int_payload(), right.small_int_payload());
    if right == 0 {
        return None;
    }
    let quotient = left.wrapping_div(right);
    let adjusted = if (left % right != 0) && ((left < 0) != (right < 0)) { quotient - 1 } else { quotient };
    Value::small_int(adjusted)
}

/// `left % right` for ints
#[inline(always)]
pub fn modulo(left: Value, right: Value) -> Option<Value> {
    if !both_small_ints(left, right) {
        return None;
    }
    let (left, right) = (left.small_int_payload(), right.small_int_payload());
    if right == 0 {
        return None;
    }
    let remainder = left.wrapping_rem(right);
    let adjusted =
        if remainder != 0 && ((remainder < 0) != (right < 0)) { remainder + right } else { remainder };
    Value::small_int(adjusted)
}

/// `left & right` for ints
#[inline(always)]
pub fn bit_and(left: Value, right: Value) -> Option<Value> {
    if both_small_ints(left, right) { Value::from_word(left.word() & right.word()) } else { None }
}

/// `left | right` for ints
#[inline(always)]
pub fn bit_or(left: Value, right: Value) -> Option<Value> {
    if both_small_ints(left, right) { Value::from_word(left.word() | right.word()) } else { None }
}

/// `left ^ right` for ints
#[inline(always)]
pub fn bit_xor(left: Value, right: Value) -> Option<Value> {
    if both_small_ints(left, right) { Value::from_word((left.word() ^ right.word()) | 1) } else { None }
}

/// `left << right` for ints
#[inline(always)]
pub fn left_shift(left: Value, right: Value) -> Option<Value> {
    if !both_small_ints(left, right) {
        return None;
    }
    let (left, right) = (left.small_int_payload(), right.small_int_payload());
    if !(0..62).contains(&right) {
        return None;
    }
    let shifted = left << right;
    if shifted >> right == left { Value::small_int(shifted) } else { None }
}

/// `left >> right` for ints
#[inline(always)]
pub fn right_shift(left: Value, right: Value) -> Option<Value> {
    if !both_small_ints(left, right) {
        return None;
    }
    let (left, right) = (left.small_int_payload(), right.small_int_payload());
    if right < 0 { None } else { Value::small_int(left >> right.min(63)) }
}

macro_rules! comparisons {
    ($( $name:ident $operator:tt $doc:literal )*) => { $(
        #[doc = $doc]
        #[inline(always)]
        pub fn $name(left: Value, right: Value) -> Option<bool> {
            if both_small_ints(left, right) {
                return Some((left.word() as i64) $operator (right.word() as i64));
            }
            if both_tagged_floats(left, right) {
                return Some(left.tagged_float_payload() $operator right.tagged_float_payload());
            }
            None
        }
    )* };
}
comparisons! {
    less < "`left < right`"
    less_equal <= "`left <= right`"
    greater > "`left > right`"
    greater_equal >= "`left >= right`"
    equal == "`left == right`"
    not_equal != "`left != right`"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(number: i64) -> Value {
        Value::small_int_unchecked(number)
    }

    #[test]
    fn arithmetic_keeps_to_the_tagged_range() {
        assert_eq!(add(int(2), int(3)), Some(int(5)));
        assert_eq!(add(int(Value::SMALL_INT_MAX), int(1)), None);
        assert_eq!(subtract(int(Value::SMALL_INT_MIN), int(1)), None);
        assert_eq!(multiply(int(-7), int(6)), Some(int(-42)));
        assert_eq!(multiply(int(1 << 40), int(1 << 40)), None);
        assert_eq!(floor_divide(int(-7), int(2)), Some(int(-4)));
        assert_eq!(modulo(int(-7), int(2)), Some(int(1)));
        assert_eq!(floor_divide(int(Value::SMALL_INT_MIN), int(-1)), None);
        assert_eq!(left_shift(int(1), int(61)), Some(int(1 << 61)));
        assert_eq!(left_shift(int(1), int(62)), None);
        assert_eq!(right_shift(int(-1), int(200)), Some(int(-1)));
        assert_eq!(bit_xor(int(5), int(3)), Some(int(6)));
    }

    #[test]
    fn comparison_is_of_numbers_not_words() {
        assert_eq!(less(int(-1), int(1)), Some(true));
        let float = |number| Value::tagged_float(number).unwrap_or(Value::NONE);
        assert_eq!(less(float(-1.5), float(1.5)), Some(true));
        assert_eq!(less(int(1), float(1.5)), None);
        assert_eq!(mixed_compare(CompareOperator::Less, int(1), float(1.5)), Some(true));
        assert_eq!(mixed_compare(CompareOperator::Equal, float(1.0), int(1)), Some(true));
        assert_eq!(mixed_compare(CompareOperator::Equal, int(1 << 60), float(1.0)), None);
        assert_eq!(mixed(BinaryOperator::Add, int(1), float(0.5)), Some(float(1.5)));
        assert_eq!(mixed(BinaryOperator::TrueDivide, int(1), float(0.0)), None);
    }
}
