//! Constants: identity for deduplication, and number literals.
//!
//! Invariant: two constants share an index only if no program can tell them apart: `1`, `1.0`, `True` and `-0.0` are four.
//! Source: `_PyCode_ConstantKey` of CPython's Objects/codeobject.c.

use num_bigint::{BigInt, Sign};
use num_traits::{Num, ToPrimitive, Zero};
use ruff_python_ast::{Int, Number};
use threadsnake_bytecode::Constant;

/// A byte string that is equal for interchangeable constants only.
pub fn constant_key(constant: &Constant) -> Vec<u8> {
    let mut key = Vec::new();
    append_key(constant, &mut key);
    key
}

fn append_items(tag: u8, items: &[Constant], key: &mut Vec<u8>) {
    key.push(tag);
    key.extend((items.len() as u64).to_le_bytes());
    for item in items {
        append_key(item, key);
    }
}

fn append_bytes(tag: u8, bytes: &[u8], key: &mut Vec<u8>) {
    key.push(tag);
    key.extend((bytes.len() as u64).to_le_bytes());
    key.extend(bytes);
}

fn append_key(constant: &Constant, key: &mut Vec<u8>) {
    match constant {
        Constant::None => key.push(b'N'),
        Constant::True => key.push(b'T'),
        Constant::False => key.push(b'F'),
        Constant::Ellipsis => key.push(b'.'),
        Constant::Integer(value) => {
            key.push(b'i');
            key.extend(value.to_le_bytes());
        }
        Constant::BigInteger { negative, magnitude } => {
            append_bytes(if *negative { b'-' } else { b'+' }, magnitude, key)
        }
        Constant::Float(value) => {
            key.push(b'f');
            key.extend(value.to_bits().to_le_bytes());
        }
        Constant::Complex(real, imaginary) => {
            key.push(b'c');
            key.extend(real.to_bits().to_le_bytes());
            key.extend(imaginary.to_bits().to_le_bytes());
        }
        Constant::Text(text) => append_bytes(b's', &text.0, key),
        Constant::Bytes(bytes) => append_bytes(b'b', bytes, key),
        Constant::Tuple(items) => append_items(b'(', items, key),
        Constant::FrozenSet(items) => append_items(b'{', items, key),
        Constant::Slice(items) => append_items(b':', items.as_slice(), key),
        // Code is never shared; its address while it is built distinguishes it.
        Constant::Code(code) => {
            append_bytes(b'C', &(std::ptr::from_ref::<_>(&**code) as usize).to_le_bytes(), key)
        }
    }
}

/// As [`constant_key`], but the same for numbers that are equal.
pub fn equality_key(constant: &Constant) -> Vec<u8> {
    match constant {
        Constant::True => constant_key(&Constant::Integer(1)),
        Constant::False => constant_key(&Constant::Integer(0)),
        Constant::Float(value) | Constant::Complex(value, 0.0)
            if value.fract() == 0.0 && value.abs() < 9e15 =>
        {
            constant_key(&Constant::Integer(*value as i64))
        }
        Constant::Complex(value, 0.0) => constant_key(&Constant::Float(*value)),
        other => constant_key(other),
    }
}

/// A constant as `repr` shows it, for error messages about keys.
pub fn representation(constant: &Constant) -> String {
    match constant {
        Constant::None => "None".into(),
        Constant::True => "True".into(),
        Constant::False => "False".into(),
        Constant::Float(value) => format!("{value:?}"),
        Constant::Complex(real, imaginary) if *real == 0.0 => format!("{imaginary}j"),
        Constant::Complex(real, imaginary) => format!("({real}{imaginary:+}j)"),
        Constant::Text(text) => {
            let text = text.to_str_lossy();
            let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
            let mut shown = String::from(quote);
            for character in text.chars() {
                match character {
                    '\n' => shown.push_str("\\n"),
                    '\t' => shown.push_str("\\t"),
                    '\r' => shown.push_str("\\r"),
                    '\\' => shown.push_str("\\\\"),
                    character if character == quote => shown.extend(['\\', quote]),
                    character => shown.push(character),
                }
            }
            shown.push(quote);
            shown
        }
        Constant::Bytes(bytes) => format!("b'{}'", bytes.escape_ascii()),
        other => as_big_integer(other).map_or_else(|| "...".into(), |value| value.to_string()),
    }
}

/// An int constant of any size.
pub fn integer(value: &BigInt) -> Constant {
    match value.to_i64() {
        Some(value) => Constant::Integer(value),
        None => Constant::BigInteger {
            negative: value.sign() == Sign::Minus,
            magnitude: value.magnitude().to_bytes_le().into_boxed_slice(),
        },
    }
}

/// The value of an int (or bool) constant.
pub fn as_big_integer(constant: &Constant) -> Option<BigInt> {
    match constant {
        Constant::True => Some(BigInt::from(1)),
        Constant::False => Some(BigInt::zero()),
        Constant::Integer(value) => Some(BigInt::from(*value)),
        Constant::BigInteger { negative, magnitude } => {
            Some(BigInt::from_bytes_le(if *negative { Sign::Minus } else { Sign::Plus }, magnitude))
        }
        _ => None,
    }
}

/// The most decimal digits an int literal may have (`sys.int_info.default_max_str_digits`).
const MAXIMUM_DIGITS: usize = 4300;

/// The constant of a number literal; the error is a message.
pub fn number(number: &Number) -> Result<Constant, String> {
    match number {
        Number::Float(value) => Ok(Constant::Float(*value)),
        Number::Complex { real, imag } => Ok(Constant::Complex(*real, *imag)),
        Number::Int(value) => integer_literal(value),
    }
}

fn integer_literal(value: &Int) -> Result<Constant, String> {
    if let Some(small) = value.as_u64() {
        return Ok(integer(&BigInt::from(small)));
    }
    let digits = value.to_string().replace('_', "");
    let lower = digits.to_ascii_lowercase();
    let (text, radix) = match lower.get(..2) {
        Some("0x") => (&lower[2..], 16),
        Some("0o") => (&lower[2..], 8),
        Some("0b") => (&lower[2..], 2),
        _ => (lower.as_str(), 10),
    };
    if radix == 10 && text.len() > MAXIMUM_DIGITS {
        return Err(format!(
            "Exceeds the limit ({MAXIMUM_DIGITS} digits) for integer string conversion: value has {} digits; \
             use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals \
             to avoid decimal conversion limits.",
            text.len()
        ));
    }
    match BigInt::from_str_radix(text, radix) {
        Ok(value) => Ok(integer(&value)),
        Err(_) => Err("invalid decimal literal".to_owned()),
    }
}

/// The truth of a constant.
pub fn truth(constant: &Constant) -> bool {
    match constant {
        Constant::None | Constant::False => false,
        Constant::True | Constant::Ellipsis | Constant::Slice(_) | Constant::Code(_) => true,
        Constant::Integer(value) => *value != 0,
        Constant::BigInteger { .. } => true,
        Constant::Float(value) => *value != 0.0,
        Constant::Complex(real, imaginary) => *real != 0.0 || *imaginary != 0.0,
        Constant::Text(text) => !text.0.is_empty(),
        Constant::Bytes(bytes) => !bytes.is_empty(),
        Constant::Tuple(items) | Constant::FrozenSet(items) => !items.is_empty(),
    }
}
