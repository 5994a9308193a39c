//! The format specification mini-language: `[[fill]align][sign][z][#][0][width][grouping][.precision[grouping]][type]`.
//!
//! Invariant: what CPython 3.14 refuses is refused with its message; applying a specification allocates for digits only, never
//! for padding.
//! Source: PEP 3101, 378, 515, 682; CPython's Python/formatter_unicode.c.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use super::padding::{Fill, Padded};
use super::unicode::decimal_value;
use super::{CodeUnit, TextError};
use crate::number::float_format::{FloatFlags, FloatStyle, float_to_text};
use crate::number::integer_text::{to_decimal, to_radix};
use crate::number::{IntegerRef, integer_float};

/// Where the value stands in its field.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Align {
    /// `<`
    Left,
    /// `>`
    Right,
    /// `^`
    Center,
    /// `=`: the fill is between sign and digits.
    AfterSign,
}

/// The type of value that a specification is for; it decides the defaults.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ValueKind {
    /// `str`
    Text,
    /// `int` and `bool`
    Integer,
    /// `float`
    Float,
    /// `complex`
    Complex,
}

/// A parsed specification.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormatSpecification<'a> {
    /// The class of the value, for messages.
    type_name: &'a str,
    fill: u32,
    align: Align,
    sign: Option<u8>,
    no_negative_zero: bool,
    alternate: bool,
    width: Option<usize>,
    grouping: Option<u8>,
    precision: Option<usize>,
    fraction_grouping: Option<u8>,
    /// The presentation type; 0 for none.
    code: u32,
}

struct Cursor<'a, U> {
    rest: &'a [U],
}

impl<U: CodeUnit> Cursor<'_, U> {
    fn peek(&self, ahead: usize) -> Option<u32> {
        self.rest.get(ahead).map(|unit| unit.code_point())
    }

    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or(&[]);
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek(0) == Some(wanted as u32);
        if found {
            self.skip(1);
        }
        found
    }

    /// A decimal number, if there is one.
    fn number(&mut self) -> Result<Option<usize>, TextError> {
        let mut number = None;
        while let Some(digit) = self.peek(0).and_then(decimal_value) {
            let value = number
                .unwrap_or(0usize)
                .checked_mul(10)
                .and_then(|value| value.checked_add(digit as usize))
                .filter(|&value| value <= isize::MAX as usize)
                .ok_or(TextError::value("Too many decimal digits in format string"))?;
            number = Some(value);
            self.skip(1);
        }
        Ok(number)
    }

    /// `,` or `_`, but not both.
    fn grouping(&mut self) -> Result<Option<u8>, TextError> {
        let both = || TextError::value("Cannot specify both ',' and '_'.");
        let mut grouping = self.take(',').then_some(b',');
        if self.peek(0) == Some('_' as u32) {
            if grouping.is_some() {
                return Err(both());
            }
            grouping = Some(b'_');
            self.skip(1);
        }
        if self.peek(0) == Some(',' as u32) && grouping == Some(b'_') {
            return Err(both());
        }
        Ok(grouping)
    }
}

fn align(code_point: Option<u32>) -> Option<Align> {
    match char::from_u32(code_point?)? {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Center),
        '=' => Some(Align::AfterSign),
        _ => None,
    }
}

fn shown_code(code: u32) -> Cow<'static, str> {
    match code {
        33..128 => format!("{}", code as u8 as char).into(),
        _ => format!("\\x{code:x}").into(),
    }
}

impl<'a> FormatSpecification<'a> {
    /// Parses a specification for a value of a class named `type_name`.
    pub fn parse<U: CodeUnit>(
        specification: &[U],
        kind: ValueKind,
        type_name: &'a str,
    ) -> Result<Self, TextError> {
        let mut cursor = Cursor { rest: specification };
        let (default_align, default_code) = match kind {
            ValueKind::Text => (Align::Left, 's' as u32),
            ValueKind::Integer => (Align::Right, 'd' as u32),
            ValueKind::Float | ValueKind::Complex => (Align::Right, 0),
        };
        let mut parsed = FormatSpecification {
            type_name,
            fill: ' ' as u32,
            align: default_align,
            sign: None,
            no_negative_zero: false,
            alternate: false,
            width: None,
            grouping: None,
            precision: None,
            fraction_grouping: None,
            code: default_code,
        };
        let (mut fill_given, mut align_given) = (false, false);
        if let (Some(fill), Some(align)) = (cursor.peek(0), align(cursor.peek(1))) {
            (parsed.fill, parsed.align) = (fill, align);
            (fill_given, align_given) = (true, true);
            cursor.skip(2);
        } else if let Some(align) = align(cursor.peek(0)) {
            parsed.align = align;
            align_given = true;
            cursor.skip(1);
        }
        if let Some(sign @ (0x20 | 0x2b | 0x2d)) = cursor.peek(0) {
            parsed.sign = Some(sign as u8);
            cursor.skip(1);
        }
        parsed.no_negative_zero = cursor.take('z');
        parsed.alternate = cursor.take('#');
        if !fill_given && cursor.take('0') {
            parsed.fill = '0' as u32;
            if !align_given && default_align == Align::Right {
                parsed.align = Align::AfterSign;
            }
        }
        parsed.width = cursor.number()?;
        parsed.grouping = cursor.grouping()?;
        if cursor.take('.') {
            parsed.precision = cursor.number()?;
            parsed.fraction_grouping = cursor.grouping()?;
            if parsed.precision.is_none() && parsed.fraction_grouping.is_none() {
                return Err(TextError::value("Format specifier missing precision"));
            }
        }
        match *cursor.rest {
            [] => {}
            [code] => parsed.code = code.code_point(),
            _ => {
                let text: String = specification
                    .iter()
                    .map(|unit| char::from_u32(unit.code_point()).unwrap_or(char::REPLACEMENT_CHARACTER))
                    .collect();
                return Err(TextError::Value(
                    format!("Invalid format specifier '{text}' for object of type '{type_name}'").into(),
                ));
            }
        }
        parsed.check_grouping()?;
        Ok(parsed)
    }

    fn check_grouping(&self) -> Result<(), TextError> {
        let code = char::from_u32(self.code).unwrap_or('\u{fffd}');
        let refuse = |separator: u8| {
            let (separator, code) = (separator as char, shown_code(self.code));
            Err(TextError::Value(format!("Cannot specify '{separator}' with '{code}'.").into()))
        };
        match self.grouping {
            None => {}
            Some(_) if matches!(code, 'd' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F' | '\0') => {}
            Some(b'_') if matches!(code, 'b' | 'o' | 'x' | 'X') => {}
            Some(separator) => return refuse(separator),
        }
        match self.fraction_grouping {
            Some(separator) if !matches!(code, 'd' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F' | '\0') => {
                refuse(separator)
            }
            _ => Ok(()),
        }
    }

    fn unknown_code<T>(&self) -> Result<T, TextError> {
        let code = shown_code(self.code);
        Err(TextError::Value(
            format!("Unknown format code '{code}' for object of type '{}'", self.type_name).into(),
        ))
    }

    fn code(&self) -> char {
        char::from_u32(self.code).unwrap_or('\u{fffd}')
    }

    fn fill(&self, body: usize, align: Align) -> Fill {
        let room = self.width.unwrap_or(0).saturating_sub(body);
        let (left, middle, right) = match align {
            Align::Left => (0, 0, room),
            Align::Right => (room, 0, 0),
            Align::Center => (room / 2, 0, room - room / 2),
            Align::AfterSign => (0, room, 0),
        };
        Fill { left, middle, right, character: self.fill }
    }

    /// `format(text, specification)` for text of `length` characters: how many of them to write, and the fill.
    pub fn format_text(&self, length: usize) -> Result<(usize, Fill), TextError> {
        if self.code() != 's' {
            return self.unknown_code();
        }
        let refuse = |text| Err(TextError::value(text));
        match self.sign {
            Some(b' ') => return refuse("Space not allowed in string format specifier"),
            Some(_) => return refuse("Sign not allowed in string format specifier"),
            None => {}
        }
        if self.no_negative_zero {
            return refuse("Negative zero coercion (z) not allowed in string format specifier");
        }
        if self.alternate {
            return refuse("Alternate form (#) not allowed in string format specifier");
        }
        if self.align == Align::AfterSign {
            return refuse("'=' alignment not allowed in string format specifier");
        }
        let length = length.min(self.precision.unwrap_or(length));
        Ok((length, self.fill(length, self.align)))
    }

    /// `format(value, specification)` for an int; `limit` is the digit limit.
    pub fn format_integer(&self, value: IntegerRef<'_>, limit: usize) -> Result<Padded, TextError> {
        let radix = match self.code() {
            'd' | 'n' => 10,
            'b' => 2,
            'o' => 8,
            'x' | 'X' => 16,
            'c' => return self.format_character(value),
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => {
                return self.format_float(integer_float::to_float(value)?);
            }
            _ => return self.unknown_code(),
        };
        if self.precision.is_some() || self.fraction_grouping.is_some() {
            return Err(TextError::value("Precision not allowed in integer format specifier"));
        }
        if self.no_negative_zero {
            return Err(TextError::value(
                "Negative zero coercion (z) not allowed in integer format specifier",
            ));
        }
        let text = if radix == 10 { to_decimal(value, limit)? } else { to_radix(value, radix)? };
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.as_str()),
        };
        let prefix = match (self.alternate, self.code()) {
            (true, 'b') => "0b",
            (true, 'o') => "0o",
            (true, 'x') => "0x",
            (true, 'X') => "0X",
            _ => "",
        };
        let group = if radix == 10 { 3 } else { 4 };
        let mut padded = self.layout(negative, prefix, digits, "", group)?;
        if self.code() == 'X' {
            padded.text.make_ascii_uppercase();
        }
        Ok(padded)
    }

    fn format_character(&self, value: IntegerRef<'_>) -> Result<Padded, TextError> {
        let refuse = |text| Err(TextError::value(text));
        if self.precision.is_some() || self.fraction_grouping.is_some() {
            return refuse("Precision not allowed in integer format specifier");
        }
        if self.no_negative_zero {
            return refuse("Negative zero coercion (z) not allowed in integer format specifier");
        }
        if self.sign.is_some() {
            return refuse("Sign not allowed with integer format specifier 'c'");
        }
        if self.alternate {
            return refuse("Alternate form (#) not allowed with integer format specifier 'c'");
        }
        let value =
            value.to_i64().ok_or(TextError::Overflow("Python int too large to convert to C long".into()))?;
        let character = u32::try_from(value).ok().filter(|&character| character <= 0x10_ffff);
        let character = character.ok_or(TextError::Overflow("%c arg not in range(0x110000)".into()))?;
        let fill = self.fill(1, self.align);
        Ok(Padded { character: Some(character), fill, ..Padded::default() })
    }

    fn float_style(&self) -> Option<(FloatStyle, bool)> {
        Some(match self.code() {
            'e' => (FloatStyle::Exponent, false),
            'E' => (FloatStyle::Exponent, true),
            'f' => (FloatStyle::Fixed, false),
            'F' => (FloatStyle::Fixed, true),
            'g' | 'n' => (FloatStyle::General, false),
            'G' => (FloatStyle::General, true),
            '%' => (FloatStyle::Fixed, false),
            '\0' if self.precision.is_none() => (FloatStyle::Shortest, false),
            '\0' => (FloatStyle::General, false),
            _ => return None,
        })
    }

    fn float_flags(&self, upper: bool) -> FloatFlags {
        FloatFlags {
            alternate: self.alternate,
            add_dot_zero: false,
            no_negative_zero: self.no_negative_zero,
            upper,
        }
    }

    fn float_precision(&self) -> Result<usize, TextError> {
        let precision = self.precision.unwrap_or(6);
        if precision > i32::MAX as usize {
            return Err(TextError::value("precision too big"));
        }
        Ok(precision)
    }

    /// `format(value, specification)` for a float.
    pub fn format_float(&self, value: f64) -> Result<Padded, TextError> {
        let precision = self.float_precision()?;
        let Some((style, upper)) = self.float_style() else { return self.unknown_code() };
        let is_percent = self.code() == '%';
        let value = if is_percent { value * 100.0 } else { value };
        let flags = FloatFlags { add_dot_zero: self.code == 0, ..self.float_flags(upper) };
        let mut text = float_to_text(value, style, precision, flags)?;
        if is_percent {
            text.push('%');
        }
        let (negative, body) = match text.strip_prefix('-') {
            Some(body) => (true, body),
            None => (false, text.as_str()),
        };
        let whole = body.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = body.split_at_checked(whole).unwrap_or((body, ""));
        self.layout(negative, "", digits, &self.grouped_fraction(rest), 3)
    }

    /// What follows the integer part, with separators after each third digit of the fraction.
    fn grouped_fraction<'t>(&self, rest: &'t str) -> Cow<'t, str> {
        let (Some(separator), Some(fraction)) = (self.fraction_grouping, rest.strip_prefix('.')) else {
            return rest.into();
        };
        let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
        let mut text = String::from(".");
        for (index, character) in fraction.chars().enumerate() {
            if index != 0 && index % 3 == 0 && index < length {
                text.push(separator as char);
            }
            text.push(character);
        }
        text.into()
    }

    /// `format(value, specification)` for a complex number.
    pub fn format_complex(&self, real: f64, imaginary: f64) -> Result<Padded, TextError> {
        let Some((style, upper)) = self.float_style().filter(|_| self.code() != '%') else {
            return self.unknown_code();
        };
        if self.fill == '0' as u32 {
            return Err(TextError::value("Zero padding is not allowed in complex format specifier"));
        }
        if self.align == Align::AfterSign {
            return Err(TextError::value("'=' alignment flag is not allowed in complex format specifier"));
        }
        let precision = self.float_precision()?;
        let has_code = self.code != 0;
        let skip_real = !has_code && real == 0.0 && !real.is_sign_negative();
        let parentheses = !has_code && !skip_real;
        let mut text = String::new();
        if parentheses {
            text.push('(');
        }
        let unpadded = FormatSpecification { width: None, ..self.clone() };
        for (part, sign) in [(real, self.sign), (imaginary, Some(b'+').filter(|_| !skip_real).or(self.sign))]
            .into_iter()
            .skip(skip_real as usize)
        {
            let plain = float_to_text(part, style, precision, self.float_flags(upper))?;
            let (negative, body) = match plain.strip_prefix('-') {
                Some(body) => (true, body),
                None => (false, plain.as_str()),
            };
            let whole = body.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, rest) = body.split_at_checked(whole).unwrap_or((body, ""));
            let part = FormatSpecification { sign, ..unpadded.clone() };
            text.push_str(&part.layout(negative, "", digits, &part.grouped_fraction(rest), 3)?.text);
        }
        text.push('j');
        if parentheses {
            text.push(')');
        }
        let fill = self.fill(text.len(), self.align);
        Ok(Padded { text, fill, ..Padded::default() })
    }

    /// Sign, prefix, grouped digits and the rest, with zeros as part of the grouping where the fill is zeros.
    fn layout(
        &self,
        negative: bool,
        prefix: &str,
        digits: &str,
        rest: &str,
        group: usize,
    ) -> Result<Padded, TextError> {
        let mut text = String::new();
        match (negative, self.sign) {
            (true, _) => text.push('-'),
            (false, Some(sign @ (b'+' | b' '))) => text.push(sign as char),
            _ => {}
        }
        text.push_str(prefix);
        let head = text.len();
        let zero_filled = self.fill == '0' as u32 && self.align == Align::AfterSign;
        if let (Some(separator), false) = (self.grouping, digits.is_empty()) {
            let least = match zero_filled {
                true => self.width.unwrap_or(0).saturating_sub(head + rest.len()),
                false => 0,
            };
            push_grouped(&mut text, digits, separator as char, group, least)?;
        } else {
            text.push_str(digits);
        }
        text.push_str(rest);
        let fill = self.fill(text.len(), self.align);
        Ok(Padded { text, head, character: None, fill })
    }
}

/// Digits with a separator before each full group, and leading zeros until there are at least `least` characters; a zero
/// goes in front rather than let the field start with a separator.
fn push_grouped(
    text: &mut String,
    digits: &str,
    separator: char,
    group: usize,
    least: usize,
) -> Result<(), TextError> {
    let group = group.max(1);
    // The fewest digits, leading zeros included, that with their separators fill the field.
    let separators = |digits: usize| digits.saturating_sub(1) / group;
    let mut count = digits.len();
    if count + separators(count) < least {
        // Of least characters, one in group + 1 is a separator.
        count = least - least / (group + 1);
        while count + separators(count) < least {
            count += 1;
        }
        while count > digits.len() && count - 1 + separators(count - 1) >= least {
            count -= 1;
        }
    }
    text.try_reserve(count.saturating_add(separators(count))).map_err(|_| TextError::Memory)?;
    let zeros = core::iter::repeat_n('0', count - digits.len());
    for (index, digit) in zeros.chain(digits.chars()).enumerate() {
        if index != 0 && (count - index).is_multiple_of(group) {
            text.push(separator);
        }
        text.push(digit);
    }
    Ok(())
}

#[cfg(test)]
#[path = "tests/format_specification/mod.rs"]
mod tests;
