//! The language of `%`: conversions of text and bytes.
//!
//! Invariant: places are unit indices into the format; each piece is found when asked for, so that errors come in
//! CPython's order.
//! Source: CPython's Objects/unicodeobject.c (`unicode_format_arg_parse`, `unicode_format_arg_output`) and
//! Objects/bytesobject.c (`_PyBytes_FormatEx`), which are alike.

use alloc::format;
use alloc::string::String;

use core::ops::Range;

use super::padding::{Fill, Padded};
use super::{CodeUnit, TextError};
use crate::number::IntegerRef;
use crate::number::float_format::{FloatFlags, FloatStyle, float_to_text};
use crate::number::integer_text::{to_decimal, to_radix};

/// A width or precision.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum Size {
    /// Not given.
    #[default]
    None,
    /// A number in the format.
    Given(usize),
    /// `*`: the next argument.
    Argument,
}

/// One conversion.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Conversion {
    /// The key in parentheses.
    pub key: Option<Range<usize>>,
    /// `-`
    pub left: bool,
    /// `+`
    pub plus: bool,
    /// A space.
    pub space: bool,
    /// `#`
    pub alternate: bool,
    /// `0`
    pub zero: bool,
    /// The width.
    pub width: Size,
    /// The precision.
    pub precision: Size,
    /// The conversion's letter.
    pub code: u32,
    /// Where the letter is.
    pub at: usize,
}

/// A piece of a format.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// Text to copy.
    Literal(Range<usize>),
    /// `%%`
    Percent,
    /// A conversion.
    Conversion(Conversion),
}

/// The message when arguments run out.
pub const NOT_ENOUGH: &str = "not enough arguments for format string";
/// The message when a mapping is needed.
pub const NO_MAPPING: &str = "format requires a mapping";
/// The message when the argument for `*` is no int.
pub const STAR_WANTS_INT: &str = "* wants int";
/// The message when arguments are left over; for bytes it ends in "bytes formatting".
pub const NOT_ALL_CONVERTED: &str = "not all arguments converted during string formatting";

/// The pieces of a format.
#[derive(Clone, Debug)]
pub struct Pieces<'a, U> {
    text: &'a [U],
    at: usize,
    has_key: bool,
}

impl<'a, U: CodeUnit> Pieces<'a, U> {
    /// The pieces of `text`.
    pub fn new(text: &'a [U]) -> Self {
        Pieces { text, at: 0, has_key: false }
    }

    /// Where the next piece begins.
    pub fn place(&self) -> usize {
        self.at
    }

    /// Skips what the caller has dealt with himself: a whole conversion without key.
    pub fn go_on_at(&mut self, place: usize) {
        self.at = place;
        self.has_key = false;
    }

    /// Whether the last conversion, which may be an error, has or starts to have a key. Without a mapping to look it up in,
    /// [`NO_MAPPING`] is the error, whatever else is wrong with the conversion.
    pub fn has_key(&self) -> bool {
        self.has_key
    }

    fn next_character(&mut self) -> Option<char> {
        let unit = self.text.get(self.at)?;
        self.at += 1;
        Some(char::from_u32(unit.code_point()).unwrap_or('\u{fffd}'))
    }

    fn require(&mut self) -> Result<char, TextError> {
        self.next_character().ok_or(TextError::value("incomplete format"))
    }

    fn key(&mut self) -> Result<Range<usize>, TextError> {
        let start = self.at;
        let mut depth = 1usize;
        while let Some(character) = self.next_character() {
            match character {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(start..self.at - 1);
            }
        }
        Err(TextError::value("incomplete format key"))
    }

    fn size(&mut self, first: char, limit: usize, too_big: &'static str) -> Result<(Size, char), TextError> {
        if first == '*' {
            return Ok((Size::Argument, self.require()?));
        }
        let (mut size, mut character) = (Size::None, first);
        while let Some(digit) = character.to_digit(10) {
            let value = match size {
                Size::Given(value) => value,
                _ => 0,
            };
            let value = value.checked_mul(10).and_then(|value| value.checked_add(digit as usize));
            let value = value.filter(|&value| value <= limit).ok_or(TextError::value(too_big))?;
            size = Size::Given(value);
            character = self.require()?;
        }
        Ok((size, character))
    }

    fn conversion(&mut self) -> Result<Piece, TextError> {
        let mut conversion = Conversion::default();
        self.has_key = false;
        let mut character = self.require()?;
        // With anything in between it is a conversion, and no known one.
        if character == '%' {
            return Ok(Piece::Percent);
        }
        self.has_key = character == '(';
        if self.has_key {
            conversion.key = Some(self.key()?);
            character = self.require()?;
        }
        loop {
            match character {
                '-' => conversion.left = true,
                '+' => conversion.plus = true,
                ' ' => conversion.space = true,
                '#' => conversion.alternate = true,
                '0' => conversion.zero = true,
                _ => break,
            }
            character = self.require()?;
        }
        (conversion.width, character) = self.size(character, isize::MAX as usize, "width too big")?;
        if character == '.' {
            character = self.require()?;
            (conversion.precision, character) =
                self.size(character, i32::MAX as usize, "precision too big")?;
            // A point alone means a precision of zero.
            if conversion.precision == Size::None {
                conversion.precision = Size::Given(0);
            }
        }
        // C's length modifiers mean nothing here.
        if matches!(character, 'h' | 'l' | 'L') {
            self.require()?;
        }
        conversion.at = self.at - 1;
        conversion.code = self.text.get(conversion.at).map_or(0, |unit| unit.code_point());
        Ok(Piece::Conversion(conversion))
    }
}

impl<U: CodeUnit> Iterator for Pieces<'_, U> {
    type Item = Result<Piece, TextError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.iter().position(|unit| unit.code_point() == '%' as u32).unwrap_or(rest.len());
        if length != 0 {
            let start = self.at;
            self.at += length;
            return Some(Ok(Piece::Literal(start..self.at)));
        }
        self.at += 1;
        let piece = self.conversion();
        if piece.is_err() {
            self.at = self.text.len();
        }
        Some(piece)
    }
}

/// A conversion whose sizes are known, `*` arguments included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resolved {
    code: char,
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

impl Conversion {
    /// The error for a letter that is no conversion.
    pub fn unsupported(&self) -> TextError {
        let shown = match self.code {
            32..127 => self.code as u8 as char,
            _ => '?',
        };
        let (code, at) = (self.code, self.at);
        TextError::Value(format!("unsupported format character '{shown}' ({code:#x}) at index {at}").into())
    }

    /// Fills in the arguments of `*`: a negative width aligns left, a negative precision is zero.
    pub fn resolve(
        &self,
        width_argument: Option<i64>,
        precision_argument: Option<i64>,
    ) -> Result<Resolved, TextError> {
        let mut left = self.left;
        let width = match (self.width, width_argument) {
            (Size::Given(width), _) => width,
            (Size::Argument, Some(width)) => {
                left |= width < 0;
                usize::try_from(width.unsigned_abs()).map_err(|_| TextError::value("width too big"))?
            }
            _ => 0,
        };
        let precision = match (self.precision, precision_argument) {
            (Size::Given(precision), _) => Some(precision),
            (Size::Argument, Some(precision)) => {
                let precision = precision.max(0);
                if precision > i32::MAX as i64 {
                    return Err(TextError::value("precision too big"));
                }
                Some(precision as usize)
            }
            _ => None,
        };
        Ok(Resolved {
            code: char::from_u32(self.code).unwrap_or('\u{fffd}'),
            left,
            plus: self.plus,
            space: self.space,
            alternate: self.alternate,
            zero: self.zero,
            width,
            precision,
        })
    }
}

impl Resolved {
    fn fill(&self, body: usize, zeros: bool) -> Fill {
        let room = self.width.saturating_sub(body);
        match (self.left, zeros) {
            (true, _) => Fill { right: room, character: ' ' as u32, ..Fill::default() },
            (false, true) => Fill { middle: room, character: '0' as u32, ..Fill::default() },
            (false, false) => Fill { left: room, character: ' ' as u32, ..Fill::default() },
        }
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        }
    }

    /// `%s`, `%r`, `%a` and bytes' `%b` of a text of `length` characters, and `%c` of one: how many to write, and the fill.
    pub fn format_text(&self, length: usize) -> (usize, Fill) {
        let length = match self.precision {
            Some(precision) if self.code != 'c' => length.min(precision),
            _ => length,
        };
        (length, self.fill(length, false))
    }

    /// `%d`, `%i`, `%u`, `%o`, `%x` and `%X`; `limit` is the digit limit.
    pub fn format_integer(&self, value: IntegerRef<'_>, limit: usize) -> Result<Padded, TextError> {
        let (text, prefix) = match self.code {
            'o' => (to_radix(value, 8)?, "0o"),
            'x' => (to_radix(value, 16)?, "0x"),
            'X' => (to_radix(value, 16)?.to_ascii_uppercase(), "0X"),
            _ => (to_decimal(value, limit)?, ""),
        };
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.as_str()),
        };
        let mut body = String::from(self.sign(negative));
        body.push_str(if self.alternate { prefix } else { "" });
        let head = body.len();
        let zeros = self.precision.unwrap_or(0).saturating_sub(digits.len());
        body.try_reserve(zeros.saturating_add(digits.len())).map_err(|_| TextError::Memory)?;
        body.extend(core::iter::repeat_n('0', zeros));
        body.push_str(digits);
        let fill = self.fill(body.len(), self.zero);
        Ok(Padded { text: body, head, character: None, fill })
    }

    /// `%e`, `%f`, `%g` and their capitals.
    pub fn format_float(&self, value: f64) -> Result<Padded, TextError> {
        let style = match self.code.to_ascii_lowercase() {
            'e' => FloatStyle::Exponent,
            'f' => FloatStyle::Fixed,
            _ => FloatStyle::General,
        };
        let flags = FloatFlags {
            alternate: self.alternate,
            upper: self.code.is_ascii_uppercase(),
            ..FloatFlags::default()
        };
        let text = float_to_text(value, style, self.precision.unwrap_or(6), flags)?;
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.as_str()),
        };
        let sign = self.sign(negative);
        let body = format!("{sign}{digits}");
        let fill = self.fill(body.len(), self.zero);
        Ok(Padded { text: body, head: sign.len(), character: None, fill })
    }
}

#[cfg(test)]
#[path = "tests/printf.rs"]
mod tests;
