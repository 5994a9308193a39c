//! Items of a structure: Python values to bytes and back.
//!
//! Invariant: an item is written into exactly its own bytes. Source: Modules/_struct.c (`nu_*`, `np_*`, `bu_*`, `lp_*`).

use threadsnake_engine::engine::Root;
use threadsnake_engine::kind::Kind;
use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::int_object::{integer_of, is_int};
use threadsnake_engine::{Context, ExceptionClass, PyResult, Raised, Value};

use super::layout::{Code, Layout, from_half, to_half};

/// Raises `struct.error`.
#[cold]
pub fn struct_error(cx: &Context, text: core::fmt::Arguments<'_>) -> Raised {
    let class = cx.root(Root::StructError).unwrap_or_else(|| cx.exception_class(ExceptionClass::ValueError));
    match cx.str_format(text).and_then(|text| cx.call(class, &[text])) {
        Ok(exception) => cx.raise_value(exception),
        Err(raised) => raised,
    }
}

fn range_error(cx: &Context, letter: u8, low: i128, high: i128) -> Raised {
    match letter {
        b'b' => struct_error(cx, format_args!("byte format requires {low} <= number <= {high}")),
        b'B' => struct_error(cx, format_args!("ubyte format requires {low} <= number <= {high}")),
        b'h' => struct_error(cx, format_args!("short format requires {low} <= number <= {high}")),
        b'H' => struct_error(cx, format_args!("ushort format requires {low} <= number <= {high}")),
        _ => struct_error(cx, format_args!("'{}' format requires {low} <= number <= {high}", letter as char)),
    }
}

/// The number to store for an integer code, as its bits sign extended.
fn integer_bits(cx: &Context, code: Code, value: Value) -> PyResult<u64> {
    let number = if is_int(value) {
        value
    } else if cx.has_index(value) {
        cx.index_any(value)?
    } else {
        return Err(struct_error(cx, format_args!("required argument is not an integer")));
    };
    let Some(number) = integer_of(&number) else {
        return Err(struct_error(cx, format_args!("required argument is not an integer")));
    };
    if code.letter == b'P' {
        let bits = number.to_i64().map(|number| number as u64).or_else(|| number.to_u64());
        return bits.ok_or_else(|| struct_error(cx, format_args!("int too large to convert")));
    }
    let out_of_range = || struct_error(cx, format_args!("argument out of range"));
    let signed = code.letter.is_ascii_lowercase();
    let bits = code.size as u32 * 8;
    // C takes all of the small types through a long, the wide unsigned ones through an unsigned long.
    let wide = match (signed, code.letter) {
        (true, _) | (false, b'B' | b'H') => number.to_i64().ok_or_else(out_of_range)? as i128,
        _ => number.to_u64().ok_or_else(out_of_range)? as i128,
    };
    let (low, high) =
        if signed { (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1) } else { (0, (1i128 << bits) - 1) };
    if wide < low || wide > high {
        return Err(range_error(cx, code.letter, low, high));
    }
    Ok(wide as u64)
}

fn float_of(cx: &Context, value: Value) -> PyResult<f64> {
    cx.to_f64(value).map_err(|raised| {
        cx.take_exception(raised);
        struct_error(cx, format_args!("required argument is not a float"))
    })
}

fn single(cx: &Context, native: bool, number: f64) -> PyResult<[u8; 4]> {
    let narrow = number as f32;
    if !native && narrow.is_infinite() && number.is_finite() {
        return Err(
            cx.raise(ExceptionClass::OverflowError, format_args!("float too large to pack with f format"))
        );
    }
    Ok(narrow.to_le_bytes())
}

fn write(place: &mut [u8], little_endian: bool, bytes: &[u8]) {
    if little_endian {
        for (place, &byte) in place.iter_mut().zip(bytes) {
            *place = byte;
        }
    } else {
        for (place, &byte) in place.iter_mut().rev().zip(bytes) {
            *place = byte;
        }
    }
}

/// Writes an item into its bytes, which are zero.
pub fn pack_item(cx: &Context, layout: &Layout, code: Code, value: Value, place: &mut [u8]) -> PyResult<()> {
    let little = layout.little_endian;
    match code.letter {
        b'c' => match Bytes::from_value(value) {
            Some(bytes) if bytes.len() == 1 => write(place, true, bytes.as_slice()),
            _ => {
                return Err(struct_error(
                    cx,
                    format_args!("char format requires a bytes object of length 1"),
                ));
            }
        },
        b's' | b'p' => {
            let copy;
            let bytes = match Bytes::from_value(value) {
                Some(bytes) => bytes,
                None if value.kind() == Some(Kind::ByteArray) => {
                    copy = cx.call(cx.class(Kind::Bytes), &[value])?;
                    Bytes::expect(cx, copy)?
                }
                None => {
                    let letter = code.letter as char;
                    return Err(struct_error(
                        cx,
                        format_args!("argument for '{letter}' must be a bytes object"),
                    ));
                }
            };
            if code.letter == b's' {
                write(place, true, bytes.as_slice());
            } else if let Some((length, text)) = place.split_first_mut() {
                let stored = bytes.len().min(text.len());
                *length = stored.min(255) as u8;
                write(text, true, bytes.as_slice());
            }
        }
        b'?' => write(place, true, &[cx.is_true(value)? as u8]),
        b'e' => match to_half(float_of(cx, value)?) {
            Some(bits) => write(place, little, &bits.to_le_bytes()),
            None => {
                return Err(cx.raise(
                    ExceptionClass::OverflowError,
                    format_args!("float too large to pack with e format"),
                ));
            }
        },
        b'f' => write(place, little, &single(cx, layout.native, float_of(cx, value)?)?),
        b'd' => write(place, little, &float_of(cx, value)?.to_le_bytes()),
        b'F' | b'D' => {
            let (real, imaginary) = cx.to_complex(value).map_err(|raised| {
                cx.take_exception(raised);
                struct_error(cx, format_args!("required argument is not a complex"))
            })?;
            let half = code.size / 2;
            let (first, second) = place.split_at_mut_checked(half).unwrap_or((&mut [], &mut []));
            if code.letter == b'F' {
                write(first, little, &single(cx, layout.native, real)?);
                write(second, little, &single(cx, layout.native, imaginary)?);
            } else {
                write(first, little, &real.to_le_bytes());
                write(second, little, &imaginary.to_le_bytes());
            }
        }
        _ => {
            let bits = integer_bits(cx, code, value)?.to_le_bytes();
            write(place, little, bits.get(..code.size).unwrap_or(&bits));
        }
    }
    Ok(())
}

/// The bytes as a number, sign extended for a lower case letter.
fn integer_at(letter: u8, little_endian: bool, bytes: &[u8]) -> u64 {
    let fold = |word: u64, &byte: &u8| word << 8 | byte as u64;
    let word = if little_endian { bytes.iter().rev().fold(0, fold) } else { bytes.iter().fold(0, fold) };
    let unused = 64u32.saturating_sub(bytes.len() as u32 * 8).min(63);
    if letter.is_ascii_lowercase() { ((word << unused) as i64 >> unused) as u64 } else { word }
}

fn float_at(size: usize, little_endian: bool, bytes: &[u8]) -> f64 {
    let bits = integer_at(b'Q', little_endian, bytes);
    match size {
        2 => from_half(bits as u16),
        4 => f32::from_bits(bits as u32) as f64,
        _ => f64::from_bits(bits),
    }
}

/// Reads an item from its bytes.
pub fn unpack_item(cx: &Context, layout: &Layout, code: Code, bytes: &[u8]) -> PyResult {
    let little = layout.little_endian;
    match code.letter {
        b'c' | b's' => cx.bytes(bytes),
        b'p' => {
            let (length, text) =
                bytes.split_first().map_or((0, &[][..]), |(&length, text)| (length as usize, text));
            cx.bytes(text.get(..length).unwrap_or(text))
        }
        b'?' => Ok(Value::from_bool(bytes.iter().any(|&byte| byte != 0))),
        b'e' | b'f' | b'd' => cx.float(float_at(code.size, little, bytes)),
        b'F' | b'D' => {
            let half = code.size / 2;
            let (first, second) = bytes.split_at_checked(half).unwrap_or((&[], &[]));
            cx.complex(float_at(half, little, first), float_at(half, little, second))
        }
        letter => {
            let bits = integer_at(letter, little, bytes);
            if letter.is_ascii_lowercase() { cx.int(bits as i64) } else { cx.int_from_u64(bits) }
        }
    }
}
