//! The language of `str.format`: literal text and replacement fields.
//!
//! Invariant: places are unit indices into the format string; each piece is found when asked for, so that errors come in
//! CPython's order, after the fields before them have been formatted.
//! Source: PEP 3101; CPython's Objects/stringlib/unicode_format.h.

use core::ops::Range;

use super::unicode::decimal_value;
use super::{CodeUnit, TextError};

/// A piece of a format string.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// Text to copy. A doubled brace is the last unit of one literal.
    Literal(Range<usize>),
    /// A replacement field.
    Field {
        /// What to format; see [`FieldName`].
        name: Range<usize>,
        /// The conversion: `r`, `s`, `a`, or something to be refused.
        conversion: Option<u32>,
        /// The format specification.
        specification: Range<usize>,
        /// Whether the specification has fields of its own.
        is_nested: bool,
    },
}

/// How deep specifications may have fields in their specifications, the outermost string included.
pub const DEEPEST_NESTING: usize = 2;

/// The error for deeper ones.
pub fn recursion_error() -> TextError {
    TextError::value("Max string recursion exceeded")
}

/// The error for a conversion other than `r`, `s` and `a`.
pub fn unknown_conversion(conversion: u32) -> TextError {
    let text = match conversion {
        33..127 => alloc::format!("Unknown conversion specifier {}", conversion as u8 as char),
        _ => alloc::format!("Unknown conversion specifier \\x{conversion:x}"),
    };
    TextError::Value(text.into())
}

/// The pieces of a format string.
#[derive(Clone, Debug)]
pub struct Pieces<'a, U> {
    text: &'a [U],
    at: usize,
    /// A field that follows the literal just handed out.
    at_field: bool,
}

impl<'a, U: CodeUnit> Pieces<'a, U> {
    /// The pieces of `text`.
    pub fn new(text: &'a [U]) -> Self {
        Pieces { text, at: 0, at_field: false }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).map(|unit| char::from_u32(unit.code_point()).unwrap_or('\u{fffd}'))
    }

    fn next_character(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += 1;
        Some(character)
    }

    fn literal(&mut self) -> Result<Option<Piece>, TextError> {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or(&[]);
        let is_brace = |unit: &U| matches!(unit.code_point(), 0x7b | 0x7d);
        self.at += rest.iter().position(is_brace).unwrap_or(rest.len());
        while let Some(character) = self.next_character() {
            if character != '{' && character != '}' {
                continue;
            }
            let end = self.at - 1;
            if self.peek() == Some(character) {
                // The first of the two braces is kept, the second is skipped.
                self.at += 1;
                return Ok(Some(Piece::Literal(start..end + 1)));
            }
            if character == '}' {
                return Err(TextError::value("Single '}' encountered in format string"));
            }
            if self.peek().is_none() {
                return Err(TextError::value("Single '{' encountered in format string"));
            }
            self.at_field = true;
            return Ok((end > start).then_some(Piece::Literal(start..end)));
        }
        Ok((self.at > start).then_some(Piece::Literal(start..self.at)))
    }

    fn field(&mut self) -> Result<Piece, TextError> {
        let start = self.at;
        let mut in_brackets = false;
        let (end, stop) = loop {
            match self.next_character() {
                None => return Err(TextError::value("expected '}' before end of string")),
                Some('{') if !in_brackets => return Err(TextError::value("unexpected '{' in field name")),
                Some('[') => in_brackets = true,
                Some(']') => in_brackets = false,
                Some(stop @ ('}' | ':' | '!')) if !in_brackets => break (self.at - 1, stop),
                Some(_) => {}
            }
        };
        let name = start..end;
        let mut conversion = None;
        let empty = |at| Piece::Field {
            name: name.clone(),
            conversion: None,
            specification: at..at,
            is_nested: false,
        };
        if stop == '}' {
            return Ok(empty(end));
        }
        if stop == '!' {
            let unit = self.text.get(self.at).map(|unit| unit.code_point());
            conversion =
                Some(unit.ok_or(TextError::value("end of string while looking for conversion specifier"))?);
            self.at += 1;
            match self.next_character() {
                Some('}') => {
                    return Ok(Piece::Field { name, conversion, specification: end..end, is_nested: false });
                }
                Some(':') => {}
                None => return Err(TextError::value("unmatched '{' in format spec")),
                Some(_) => return Err(TextError::value("expected ':' after conversion specifier")),
            }
        }
        let start = self.at;
        let (mut depth, mut is_nested) = (1usize, false);
        loop {
            match self.next_character() {
                None => return Err(TextError::value("unmatched '{' in format spec")),
                Some('{') => {
                    depth += 1;
                    is_nested = true;
                }
                Some('}') => {
                    depth -= 1;
                    if depth == 0 {
                        let specification = start..self.at - 1;
                        return Ok(Piece::Field { name, conversion, specification, is_nested });
                    }
                }
                Some(_) => {}
            }
        }
    }
}

impl<U: CodeUnit> Iterator for Pieces<'_, U> {
    type Item = Result<Piece, TextError>;

    fn next(&mut self) -> Option<Self::Item> {
        if !self.at_field {
            match self.literal() {
                Ok(Some(piece)) => return Some(Ok(piece)),
                Ok(None) if !self.at_field => return None,
                Ok(None) => {}
                Err(error) => {
                    self.at = self.text.len();
                    return Some(Err(error));
                }
            }
        }
        self.at_field = false;
        let piece = self.field();
        if piece.is_err() {
            self.at = self.text.len();
        }
        Some(piece)
    }
}

/// What a field's name starts with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum First {
    /// Nothing: the next positional argument.
    Automatic,
    /// A positional argument.
    Index(usize),
    /// A keyword argument.
    Name(Range<usize>),
}

/// A step from an object to one of its parts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Accessor {
    /// `.name`
    Attribute(Range<usize>),
    /// `[3]`
    Index(usize),
    /// `[name]`
    Key(Range<usize>),
}

/// A number, if all of `digits` are decimal digits and there are some.
fn index<U: CodeUnit>(digits: &[U]) -> Result<Option<usize>, TextError> {
    if digits.is_empty() {
        return Ok(None);
    }
    let mut value = 0usize;
    for unit in digits {
        let Some(digit) = decimal_value(unit.code_point()) else { return Ok(None) };
        value = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(digit as usize))
            .filter(|&value| value <= isize::MAX as usize)
            .ok_or(TextError::value("Too many decimal digits in format string"))?;
    }
    Ok(Some(value))
}

/// A field's name: its first part, then an iterator of steps.
#[derive(Clone, Debug)]
pub struct FieldName<'a, U> {
    text: &'a [U],
    at: usize,
    end: usize,
}

impl<'a, U: CodeUnit> FieldName<'a, U> {
    /// Splits the name at `name` of the format string `text`.
    pub fn parse(text: &'a [U], name: Range<usize>) -> Result<(First, Self), TextError> {
        let units = text.get(name.clone()).unwrap_or(&[]);
        let length = units.iter().position(|unit| is_step(*unit)).unwrap_or(units.len());
        let first = name.start..name.start + length;
        let rest = FieldName { text, at: first.end, end: name.end };
        let digits = units.get(..length).unwrap_or(&[]);
        let first = match index(digits)? {
            Some(number) => First::Index(number),
            None if length == 0 => First::Automatic,
            None => First::Name(first),
        };
        Ok((first, rest))
    }

    fn step(&mut self) -> Result<Accessor, TextError> {
        let rest = self.text.get(self.at..self.end).unwrap_or(&[]);
        let Some((first, rest)) = rest.split_first() else {
            return Err(TextError::value("Empty attribute in format string"));
        };
        let start = self.at + 1;
        let accessor = match char::from_u32(first.code_point()) {
            Some('.') => {
                let length = rest.iter().position(|unit| is_step(*unit)).unwrap_or(rest.len());
                self.at = start + length;
                Accessor::Attribute(start..self.at)
            }
            Some('[') => {
                let close = rest.iter().position(|unit| unit.code_point() == ']' as u32);
                let length = close.ok_or(TextError::value("Missing ']' in format string"))?;
                self.at = start + length + 1;
                match index(rest.get(..length).unwrap_or(&[]))? {
                    Some(number) => Accessor::Index(number),
                    None => Accessor::Key(start..start + length),
                }
            }
            _ => {
                let text = "Only '.' or '[' may follow ']' in format field specifier";
                return Err(TextError::value(text));
            }
        };
        match &accessor {
            Accessor::Attribute(name) | Accessor::Key(name) if name.is_empty() => {
                Err(TextError::value("Empty attribute in format string"))
            }
            _ => Ok(accessor),
        }
    }
}

fn is_step<U: CodeUnit>(unit: U) -> bool {
    matches!(char::from_u32(unit.code_point()), Some('.' | '['))
}

impl<U: CodeUnit> Iterator for FieldName<'_, U> {
    type Item = Result<Accessor, TextError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.at = self.end;
        }
        Some(step)
    }
}

/// Numbers the fields of one format string, which are all numbered or all not.
#[derive(Clone, Debug, Default)]
pub struct Numbering {
    next: usize,
    manual: Option<bool>,
}

impl Numbering {
    /// The number of a field without one.
    pub fn automatic(&mut self) -> Result<usize, TextError> {
        if self.manual == Some(true) {
            return Err(TextError::value(
                "cannot switch from manual field specification to automatic field numbering",
            ));
        }
        self.manual = Some(false);
        let number = self.next;
        self.next += 1;
        Ok(number)
    }

    /// Notes a field with a number.
    pub fn manual(&mut self) -> Result<(), TextError> {
        if self.manual == Some(false) {
            return Err(TextError::value(
                "cannot switch from automatic field numbering to manual field specification",
            ));
        }
        self.manual = Some(true);
        Ok(())
    }
}

#[cfg(test)]
#[path = "tests/format_string.rs"]
mod tests;
