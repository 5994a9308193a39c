//! Ints as operands and as results.
//!
//! Invariant: a result is `Small` exactly when it fits the 63 bits of a tagged word, so equal ints have one form; a big
//! result has no leading zero limb. Operands need not be normal.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::{NumberError, limbs};

/// The largest int of a tagged word.
pub const SMALL_MAX: i64 = i64::MAX >> 1;
/// The smallest int of a tagged word.
pub const SMALL_MIN: i64 = i64::MIN >> 1;

/// An int as an operand: a number, or the limbs of a heap object, least significant first.
#[derive(Copy, Clone, Debug)]
pub enum IntegerRef<'a> {
    /// An int of 64 bits.
    Small(i64),
    /// Sign and magnitude.
    Big {
        /// Below zero.
        negative: bool,
        /// The magnitude.
        limbs: &'a [u64],
    },
}

/// An int as a result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Integer {
    /// An int of 63 bits.
    Small(i64),
    /// A larger one: sign and magnitude.
    Big {
        /// Below zero.
        negative: bool,
        /// The magnitude, least significant limb first.
        limbs: Vec<u64>,
    },
}

impl From<i64> for IntegerRef<'_> {
    fn from(value: i64) -> Self {
        IntegerRef::Small(value)
    }
}

impl<'a> From<&'a Integer> for IntegerRef<'a> {
    fn from(value: &'a Integer) -> Self {
        match value {
            Integer::Small(value) => IntegerRef::Small(*value),
            Integer::Big { negative, limbs } => IntegerRef::Big { negative: *negative, limbs },
        }
    }
}

impl From<i64> for Integer {
    fn from(value: i64) -> Self {
        Integer::from_i128(value as i128)
    }
}

impl From<u64> for Integer {
    fn from(value: u64) -> Self {
        Integer::from_i128(value as i128)
    }
}

impl Integer {
    /// Zero.
    pub const ZERO: Integer = Integer::Small(0);

    /// An int of 128 bits.
    pub fn from_i128(value: i128) -> Self {
        if let Ok(small) = i64::try_from(value)
            && (SMALL_MIN..=SMALL_MAX).contains(&small)
        {
            return Integer::Small(small);
        }
        let magnitude = value.unsigned_abs();
        let mut limbs = Vec::from([magnitude as u64, (magnitude >> 64) as u64]);
        if magnitude >> 64 == 0 {
            limbs.truncate(1);
        }
        Integer::Big { negative: value < 0, limbs }
    }

    /// An int from its sign and magnitude.
    pub fn from_magnitude(negative: bool, limbs: Vec<u64>) -> Self {
        let limbs = limbs::trim(limbs);
        match *limbs.as_slice() {
            [] => Integer::ZERO,
            [limb] if limb <= SMALL_MAX as u64 || negative && limb == SMALL_MIN.unsigned_abs() => {
                let value = limb as i64;
                Integer::Small(if negative { -value } else { value })
            }
            _ => Integer::Big { negative, limbs },
        }
    }

    /// As an operand.
    pub fn as_ref(&self) -> IntegerRef<'_> {
        self.into()
    }
}

impl<'a> IntegerRef<'a> {
    /// Sign and magnitude without leading zeros; `store` lends the limb of a small one.
    pub(super) fn parts<'b>(self, store: &'b mut u64) -> (bool, &'b [u64])
    where
        'a: 'b,
    {
        match self {
            IntegerRef::Small(value) => {
                *store = value.unsigned_abs();
                (value < 0, limbs::trimmed(core::slice::from_ref(store)))
            }
            IntegerRef::Big { negative, limbs } => {
                let limbs = limbs::trimmed(limbs);
                (negative && !limbs.is_empty(), limbs)
            }
        }
    }

    /// The value, if it fits 64 bits.
    pub fn to_i64(self) -> Option<i64> {
        let mut store = 0;
        if let IntegerRef::Small(value) = self {
            return Some(value);
        }
        match self.parts(&mut store) {
            (_, []) => Some(0),
            (negative, &[limb]) => {
                let value = if negative { -(limb as i128) } else { limb as i128 };
                i64::try_from(value).ok()
            }
            _ => None,
        }
    }

    /// The value, if it is not negative and fits 64 bits.
    pub fn to_u64(self) -> Option<u64> {
        let mut store = 0;
        match self.parts(&mut store) {
            (_, []) => Some(0),
            (false, &[limb]) => Some(limb),
            _ => None,
        }
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        let mut store = 0;
        self.parts(&mut store).1.is_empty()
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        let mut store = 0;
        self.parts(&mut store).0
    }

    /// Whether it is odd.
    pub fn is_odd(self) -> bool {
        let mut store = 0;
        self.parts(&mut store).1.first().is_some_and(|limb| limb & 1 != 0)
    }

    /// An owned copy in normal form.
    pub fn to_integer(self) -> Result<Integer, NumberError> {
        let mut store = 0;
        let (negative, limbs) = self.parts(&mut store);
        let mut copy = limbs::with_room(limbs.len())?;
        copy.extend_from_slice(limbs);
        Ok(Integer::from_magnitude(negative, copy))
    }

    /// Order of two ints.
    pub fn compare(self, other: IntegerRef<'_>) -> Ordering {
        if let (IntegerRef::Small(a), IntegerRef::Small(b)) = (self, other) {
            return a.cmp(&b);
        }
        let (mut store, mut other_store) = (0, 0);
        match (self.parts(&mut store), other.parts(&mut other_store)) {
            ((false, _), (true, _)) => Ordering::Greater,
            ((true, _), (false, _)) => Ordering::Less,
            ((false, a), (false, b)) => limbs::compare(a, b),
            ((true, a), (true, b)) => limbs::compare(b, a),
        }
    }
}
