//! Type codes of arrays: what an item is and how it becomes bytes.
//!
//! Invariant: an item is as many bytes as its code says, in the machine's order; sizes are those of 64-bit C, characters have four bytes.
//! Source: Modules/arraymodule.c (`*_getitem`, `*_setitem`) of CPython 3.14.

use threadsnake_engine::types::int_object::integer_of;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Raised, Value};

/// A type code.
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct TypeCode {
    /// Its letter.
    pub letter: u8,
    /// Bytes of an item.
    pub size: usize,
}

/// All letters, in the order of `array.typecodes`.
pub const LETTERS: &str = "bBuwhHiIlLqQfd";

/// What a code's item is, as formats of machines name it.
const FORMATS: [(u8, u32); 12] = [
    (b'B', 0),
    (b'b', 1),
    (b'H', 2),
    (b'h', 4),
    (b'I', 6),
    (b'i', 8),
    (b'Q', 10),
    (b'q', 12),
    (b'f', 14),
    (b'd', 16),
    (b'u', 20),
    (b'w', 20),
];

impl TypeCode {
    /// The code of a letter.
    pub fn of(letter: u32) -> Option<TypeCode> {
        let letter = u8::try_from(letter).ok()?;
        let size = match letter {
            b'b' | b'B' => 1,
            b'h' | b'H' => 2,
            b'i' | b'I' | b'f' | b'u' | b'w' => 4,
            b'l' | b'L' | b'q' | b'Q' | b'd' => 8,
            _ => return None,
        };
        Some(TypeCode { letter, size })
    }

    /// Whether items are characters.
    pub fn is_text(self) -> bool {
        matches!(self.letter, b'u' | b'w')
    }

    /// Whether items with equal bytes are equal, and others are not.
    pub fn is_integer(self) -> bool {
        !matches!(self.letter, b'f' | b'd')
    }

    /// The number of the machine format of this machine.
    pub fn machine_format(self) -> u32 {
        let letter = match self.letter {
            b'l' => b'q',
            b'L' => b'Q',
            letter => letter,
        };
        let little = FORMATS.iter().find(|row| row.0 == letter).map_or(0, |row| row.1);
        little + (little > 1 && cfg!(target_endian = "big")) as u32
    }

    /// The code, whether its bytes stand in the order of this machine, for the number of a machine format.
    pub fn of_machine_format(format: u32) -> Option<(TypeCode, bool)> {
        let is_big = format > 1 && format % 2 == 1;
        let letter = match format - is_big as u32 {
            // UTF-16 is read as such by who asks.
            18 => b'H',
            format => FORMATS.iter().find(|row| row.1 == format)?.0,
        };
        Some((TypeCode::of(letter as u32)?, is_big == cfg!(target_endian = "big") || format <= 1))
    }

    /// An item's value.
    ///
    /// # Errors
    /// ValueError for a number that is no character, MemoryError.
    pub fn unpack(self, cx: &Context, item: [u8; 8]) -> PyResult {
        let [a, b, c, d, ..] = item;
        let four = [a, b, c, d];
        match self.letter {
            b'b' => cx.int(a as i8 as i64),
            b'B' => Ok(Value::int_from_u32(a as u32)),
            b'h' => cx.int(i16::from_ne_bytes([a, b]) as i64),
            b'H' => Ok(Value::int_from_u32(u16::from_ne_bytes([a, b]) as u32)),
            b'i' => cx.int(i32::from_ne_bytes(four) as i64),
            b'I' => Ok(Value::int_from_u32(u32::from_ne_bytes(four))),
            b'l' | b'q' => cx.int(i64::from_ne_bytes(item)),
            b'L' | b'Q' => cx.int_from_u64(u64::from_ne_bytes(item)),
            b'f' => cx.float(f32::from_ne_bytes(four) as f64),
            b'd' => cx.float(f64::from_ne_bytes(item)),
            _ => match u32::from_ne_bytes(four) {
                code_point @ 0..=0x10_ffff => Ok(cx.str_from_code_point(code_point)?.as_value()),
                code_point => Err(cx.value_error(format_args!(
                    "character U+{code_point:x} is not in range [U+0000; U+10ffff]"
                ))),
            },
        }
    }

    /// The bytes of a value; those behind the item's size are zero.
    ///
    /// # Errors
    /// TypeError or OverflowError if the value is no such item.
    pub fn pack(self, cx: &Context, value: Value) -> PyResult<[u8; 8]> {
        let mut item = [0; 8];
        let mut put = |bytes: &[u8]| {
            for (place, &byte) in item.iter_mut().zip(bytes) {
                *place = byte;
            }
        };
        match self.letter {
            b'f' => put(&(cx.to_f64(value)? as f32).to_ne_bytes()),
            b'd' => put(&cx.to_f64(value)?.to_ne_bytes()),
            b'u' | b'w' => {
                let Some(text) = Str::from_value(value) else {
                    return Err(cx.type_error(format_args!(
                        "array item must be a unicode character, not {}",
                        cx.qualified_type_name(value)
                    )));
                };
                match text.code_point(0) {
                    Some(code_point) if text.len() == 1 => put(&code_point.to_ne_bytes()),
                    _ => {
                        return Err(cx.type_error(format_args!(
                            "array item must be a string of length 1, not a string of length {}",
                            text.len()
                        )));
                    }
                }
            }
            _ => {
                let bits = self.integer(cx, value)?;
                match self.size {
                    1 => put(&(bits as u8).to_ne_bytes()),
                    2 => put(&(bits as u16).to_ne_bytes()),
                    4 => put(&(bits as u32).to_ne_bytes()),
                    _ => put(&bits.to_ne_bytes()),
                }
            }
        }
        Ok(item)
    }

    fn integer(self, cx: &Context, value: Value) -> PyResult<u64> {
        let index = cx.index_any(value)?;
        let Some(number) = integer_of(&index) else { return Err(cx.type_error_expected("int", index)) };
        let (signed, unsigned) = (number.to_i64(), number.to_u64());
        let negative = number.is_negative();
        match self.letter {
            b'l' => signed.map(|number| number as u64).ok_or_else(|| too_large(cx, "long")),
            b'q' => signed.map(|number| number as u64).ok_or_else(|| overflow(cx, "int too big to convert")),
            b'Q' if negative => Err(overflow(cx, "can't convert negative int to unsigned")),
            b'Q' => unsigned.ok_or_else(|| overflow(cx, "int too big to convert")),
            b'I' | b'L' if negative => Err(overflow(cx, "can't convert negative value to unsigned int")),
            b'L' => unsigned.ok_or_else(|| too_large(cx, "unsigned long")),
            b'I' => match unsigned {
                Some(number) if number > u32::MAX as u64 => {
                    Err(overflow(cx, "unsigned int is greater than maximum"))
                }
                Some(number) => Ok(number),
                None => Err(too_large(cx, "unsigned long")),
            },
            _ => {
                let Some(number) = signed else { return Err(too_large(cx, "long")) };
                // The small types pass through a wider one, as C's do.
                let steps: &[(i64, i64, &str)] = match self.letter {
                    b'b' => &[
                        (i16::MIN as i64, i16::MAX as i64, "signed short integer"),
                        (i8::MIN as i64, i8::MAX as i64, "signed char"),
                    ],
                    b'B' => &[(0, u8::MAX as i64, "unsigned byte integer")],
                    b'h' => &[(i16::MIN as i64, i16::MAX as i64, "signed short integer")],
                    b'H' => &[
                        (i32::MIN as i64, i32::MAX as i64, "signed integer"),
                        (0, u16::MAX as i64, "unsigned short"),
                    ],
                    _ => &[(i32::MIN as i64, i32::MAX as i64, "signed integer")],
                };
                for &(low, high, name) in steps {
                    let side = if number < low {
                        "less than minimum"
                    } else if number > high {
                        "greater than maximum"
                    } else {
                        continue;
                    };
                    return Err(cx.raise(ExceptionClass::OverflowError, format_args!("{name} is {side}")));
                }
                Ok(number as u64)
            }
        }
    }
}

#[cold]
fn overflow(cx: &Context, text: &str) -> Raised {
    cx.raise(ExceptionClass::OverflowError, format_args!("{text}"))
}

#[cold]
fn too_large(cx: &Context, name: &str) -> Raised {
    cx.raise(ExceptionClass::OverflowError, format_args!("Python int too large to convert to C {name}"))
}
