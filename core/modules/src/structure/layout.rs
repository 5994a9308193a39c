//! Formats of `struct`: where each item lies.
//!
//! Invariant: every code's items lie within the layout's size, which is below `isize::MAX`.
//! Source: Modules/_struct.c (`prepare_s`); the native sizes are those of 64-bit C.

use alloc::vec::Vec;

/// Why a format is none.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum LayoutError {
    /// An unknown character, or one that the byte order does not have.
    BadCharacter,
    /// Digits at the end.
    MissingCode,
    /// A null character.
    Null,
    /// More bytes than can be addressed.
    TooLong,
}

impl LayoutError {
    /// The message.
    pub fn message(self) -> &'static str {
        match self {
            LayoutError::BadCharacter => "bad char in struct format",
            LayoutError::MissingCode => "repeat count given without format specifier",
            LayoutError::Null => "embedded null character",
            LayoutError::TooLong => "total struct size too long",
        }
    }
}

/// Items of one kind in a row.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Code {
    /// The format character.
    pub letter: u8,
    /// Where the first item lies.
    pub offset: usize,
    /// Bytes of an item.
    pub size: usize,
    /// Number of items.
    pub count: usize,
}

/// A parsed format.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// The items.
    pub codes: Vec<Code>,
    /// Bytes in all.
    pub size: usize,
    /// Items in all.
    pub items: usize,
    /// Byte order.
    pub little_endian: bool,
    /// Sizes and alignment of C, and C's leniency with floats.
    pub native: bool,
}

fn item_size(letter: u8, native: bool) -> Option<usize> {
    Some(match letter {
        b'x' | b'c' | b'b' | b'B' | b'?' | b's' | b'p' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' => {
            if native {
                8
            } else {
                4
            }
        }
        b'q' | b'Q' | b'd' | b'F' => 8,
        b'D' => 16,
        b'n' | b'N' | b'P' if native => 8,
        _ => return None,
    })
}

fn alignment(letter: u8, size: usize) -> usize {
    match letter {
        // Complex numbers are aligned like their parts.
        b'F' => 4,
        b'D' => 8,
        _ => size,
    }
}

impl Layout {
    /// Parses a format.
    ///
    /// # Errors
    /// See [`LayoutError`].
    pub fn parse(format: &[u8]) -> Result<Layout, LayoutError> {
        let (rest, little_endian, native) = match format {
            [b'<', rest @ ..] => (rest, true, false),
            [b'>' | b'!', rest @ ..] => (rest, false, false),
            [b'=', rest @ ..] => (rest, cfg!(target_endian = "little"), false),
            [b'@', rest @ ..] => (rest, cfg!(target_endian = "little"), true),
            rest => (rest, cfg!(target_endian = "little"), true),
        };
        let mut layout = Layout { codes: Vec::new(), size: 0, items: 0, little_endian, native };
        if rest.contains(&0) {
            return Err(LayoutError::Null);
        }
        let mut rest = rest.iter().copied().peekable();
        while let Some(letter) = rest.next() {
            if matches!(letter, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) {
                continue;
            }
            let mut letter = letter;
            let mut count = 1usize;
            if letter.is_ascii_digit() {
                count = 0;
                loop {
                    count = count
                        .checked_mul(10)
                        .and_then(|count| count.checked_add((letter - b'0') as usize))
                        .filter(|&count| count <= isize::MAX as usize)
                        .ok_or(LayoutError::TooLong)?;
                    letter = rest.next().ok_or(LayoutError::MissingCode)?;
                    if !letter.is_ascii_digit() {
                        break;
                    }
                }
            }
            layout.add(letter, count)?;
        }
        Ok(layout)
    }

    fn add(&mut self, letter: u8, count: usize) -> Result<(), LayoutError> {
        let size = item_size(letter, self.native).ok_or(LayoutError::BadCharacter)?;
        let fits = |size: Option<usize>| {
            size.filter(|&size| size <= isize::MAX as usize).ok_or(LayoutError::TooLong)
        };
        if self.native {
            self.size = fits(self.size.checked_next_multiple_of(alignment(letter, size)))?;
        }
        let offset = self.size;
        self.size = fits(size.checked_mul(count).and_then(|bytes| self.size.checked_add(bytes)))?;
        match letter {
            b'x' => {}
            b's' | b'p' => {
                self.items += 1;
                self.codes.push(Code { letter, offset, size: count, count: 1 });
            }
            _ if count == 0 => {}
            _ => {
                self.items += count;
                self.codes.push(Code { letter, offset, size, count });
            }
        }
        Ok(())
    }
}

/// A float as an IEEE 754 number of 16 bits, halves to even; `None` when it is too large.
pub fn to_half(number: f64) -> Option<u16> {
    let sign = (number.is_sign_negative() as u16) << 15;
    if number.is_nan() {
        return Some(sign | 0x7e00);
    }
    if number.is_infinite() {
        return Some(sign | 0x7c00);
    }
    let (fraction, exponent) = libm::frexp(libm::fabs(number));
    if fraction == 0.0 {
        return Some(sign);
    }
    // 1 <= fraction < 2
    let (mut fraction, mut exponent) = (fraction * 2.0, exponent - 1);
    if exponent >= 16 {
        return None;
    }
    if exponent < -25 {
        return Some(sign);
    }
    if exponent < -14 {
        fraction = libm::ldexp(fraction, 14 + exponent);
        exponent = 0;
    } else {
        exponent += 15;
        fraction -= 1.0;
    }
    let scaled = fraction * 1024.0;
    let rounded = libm::rint(scaled) as u16;
    // A carry out of the mantissa goes into the exponent by itself.
    let bits = ((exponent as u16) << 10) + rounded;
    if bits >= 0x7c00 { None } else { Some(sign | bits) }
}

/// The float of an IEEE 754 number of 16 bits.
pub fn from_half(bits: u16) -> f64 {
    let exponent = (bits >> 10 & 0x1f) as i32;
    let fraction = (bits & 0x3ff) as f64;
    let magnitude = match exponent {
        0x1f if bits & 0x3ff == 0 => f64::INFINITY,
        0x1f => f64::NAN,
        0 => libm::ldexp(fraction, -24),
        _ => libm::ldexp(fraction + 1024.0, exponent - 25),
    };
    if bits >> 15 != 0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_formats_are_aligned() {
        assert_eq!(Layout::parse(b"bi0q").map(|layout| (layout.size, layout.items)), Ok((8, 2)));
        assert_eq!(Layout::parse(b"<bi").map(|layout| layout.size), Ok(5));
        assert_eq!(Layout::parse(b"3s5p").map(|layout| (layout.size, layout.items)), Ok((8, 2)));
        assert_eq!(Layout::parse(b"3x 2h").map(|layout| (layout.size, layout.items)), Ok((8, 2)));
        assert_eq!(Layout::parse(b"<l").map(|layout| layout.size), Ok(4));
    }

    #[test]
    fn bad_formats_are_told_apart() {
        assert_eq!(Layout::parse(b"z"), Err(LayoutError::BadCharacter));
        assert_eq!(Layout::parse(b"<n"), Err(LayoutError::BadCharacter));
        assert_eq!(Layout::parse(b"12"), Err(LayoutError::MissingCode));
        assert_eq!(Layout::parse(b"i\0"), Err(LayoutError::Null));
        assert_eq!(Layout::parse(b"99999999999999999999s"), Err(LayoutError::TooLong));
        assert_eq!(Layout::parse(b"9223372036854775807q"), Err(LayoutError::TooLong));
    }

    #[test]
    fn half_floats() {
        for bits in 0..=u16::MAX {
            let number = from_half(bits);
            if !number.is_nan() {
                assert_eq!(to_half(number), Some(bits));
            }
        }
        assert_eq!(to_half(65519.99), Some(0x7bff));
        assert_eq!(to_half(65520.0), None);
        assert_eq!(to_half(2.0f64.powi(-25)), Some(0));
        assert_eq!(to_half(2.0f64.powi(-25) * 1.01), Some(1));
    }
}
