//! The `%` operator of `str`, `bytes` and `bytearray`.
//!
//! Invariant: an argument is taken before its conversion's letter is judged, as CPython does; bytes and text differ in what `%s` and
//! `%c` take and in the wording of errors. Source: Objects/unicodeobject.c (`PyUnicode_Format`), Objects/bytesobject.c (`_PyBytes_FormatEx`).

use alloc::vec::Vec;

use core::ops::Range;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::Kind;
use crate::names::Name;
use crate::protocol::text::{DigitBuffer, decimal_digits};
use crate::text::padding::Padded;
use crate::text::printf::{
    Conversion, NO_MAPPING, NOT_ALL_CONVERTED, NOT_ENOUGH, Piece, Pieces, Resolved, STAR_WANTS_INT, Size,
};
use crate::types::byte_sequence::is_bytes_like;
use crate::types::int_object::{as_i64, integer_of, is_int};
use crate::types::str_object::Str;
use crate::types::str_units::{TextBuilder, TextUnit, with_units};
use crate::types::tuple::Tuple;
use crate::value::Value;

/// What is formatted.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Target {
    Text,
    Bytes,
}

/// The arguments that are left.
enum Source {
    Tuple(Tuple, usize),
    Single(Value),
    Used,
}

/// Units of a conversion, but for the first and the last, that is looked at without parsing it.
const SIMPLE_LENGTH: usize = 4;

struct Formatter<'a> {
    cx: &'a Context,
    target: Target,
    source: Source,
    mapping: Option<Value>,
    out: TextBuilder,
}

impl Formatter<'_> {
    fn next(&mut self) -> PyResult {
        match self.source {
            Source::Tuple(tuple, index) => {
                if let Some(value) = tuple.get(index) {
                    self.source = Source::Tuple(tuple, index + 1);
                    return Ok(value);
                }
            }
            Source::Single(value) => {
                self.source = Source::Used;
                return Ok(value);
            }
            Source::Used => {}
        }
        Err(self.cx.type_error(format_args!("{NOT_ENOUGH}")))
    }

    fn is_finished(&self) -> bool {
        match self.source {
            Source::Tuple(tuple, index) => index >= tuple.len(),
            Source::Single(_) => false,
            Source::Used => true,
        }
    }

    /// The argument of `*`.
    fn star(&mut self, size: Size) -> PyResult<Option<i64>> {
        if size != Size::Argument {
            return Ok(None);
        }
        let value = self.next()?;
        if !is_int(value) {
            return Err(self.cx.type_error(format_args!("{STAR_WANTS_INT}")));
        }
        match as_i64(value) {
            Some(number) => Ok(Some(number)),
            None => Err(self.cx.raise(
                ExceptionClass::OverflowError,
                format_args!("Python int too large to convert to C ssize_t"),
            )),
        }
    }

    fn convert(&mut self, conversion: &Conversion) -> PyResult<()> {
        let cx = self.cx;
        let width = self.star(conversion.width)?;
        let precision = self.star(conversion.precision)?;
        let resolved = conversion.resolve(width, precision).map_err(|error| cx.text_error(&error))?;
        let value = self.next()?;
        let code = char::from_u32(conversion.code).unwrap_or('\u{fffd}');
        match (code, self.target) {
            ('s', Target::Text) => {
                let text = cx.str_of(value)?;
                self.text(&resolved, text)
            }
            ('r', Target::Text) => {
                let text = cx.repr(value)?;
                self.text(&resolved, text)
            }
            ('a', _) | ('r', Target::Bytes) => {
                let text = cx.ascii(value)?;
                self.text(&resolved, text)
            }
            ('s' | 'b', Target::Bytes) => {
                let bytes = converted_bytes(cx, value)?;
                self.units(&resolved, &bytes)
            }
            ('c', Target::Text) => {
                let code_point = character(cx, value)?;
                self.units(&resolved, &[code_point])
            }
            ('c', Target::Bytes) => {
                let byte = byte_character(cx, value)?;
                self.units(&resolved, &[byte])
            }
            ('d' | 'i' | 'u' | 'o' | 'x' | 'X', _) => {
                let integer = integer(cx, value, code)?;
                let Some(operand) = integer_of(&integer) else { return Err(wrong_type(cx, value, code)) };
                let padded = resolved.format_integer(operand, cx.int_digit_limit());
                self.padded(&padded.map_err(|error| cx.text_error(&error))?)
            }
            ('e' | 'E' | 'f' | 'F' | 'g' | 'G', target) => {
                let number = match cx.to_f64(value) {
                    Ok(number) => number,
                    Err(raised)
                        if target == Target::Bytes && cx.pending_is(&raised, ExceptionClass::TypeError) =>
                    {
                        cx.take_exception(raised);
                        let class_name = cx.type_name(value);
                        return Err(cx.type_error(format_args!("float argument required, not {class_name}")));
                    }
                    Err(raised) => return Err(raised),
                };
                let padded = resolved.format_float(number).map_err(|error| cx.text_error(&error))?;
                self.padded(&padded)
            }
            _ => Err(cx.text_error(&conversion.unsupported())),
        }
    }

    /// Converts what needs no parsing to speak of: `%s` and `%d` (with a width, and zeros before the number) of an exact string or a tagged
    /// int. The place behind it; absent, with nothing done, for everything else.
    #[inline]
    fn simple<U: TextUnit>(&mut self, units: &[U], place: usize) -> PyResult<Option<usize>> {
        let rest = units.get(place..).unwrap_or(&[]);
        let unit = |index: usize| rest.get(index).and_then(|unit| u8::try_from(unit.code_point()).ok());
        if unit(0) != Some(b'%') || self.target != Target::Text {
            return Ok(None);
        }
        let mut index = 1;
        let zeros = unit(index) == Some(b'0');
        let mut width = 0;
        while let Some(digit @ b'0'..=b'9') = unit(index) {
            width = width * 10 + (digit - b'0') as usize;
            index += 1;
            if index > SIMPLE_LENGTH {
                return Ok(None);
            }
        }
        let value = match self.source {
            Source::Tuple(tuple, index) => tuple.get(index),
            Source::Single(value) => Some(value),
            Source::Used => None,
        };
        let (Some(value), Some(code @ (b's' | b'd' | b'i'))) = (value, unit(index)) else { return Ok(None) };
        let mut buffer = DigitBuffer::default();
        if let Some(number) = value.as_small_int() {
            let digits = decimal_digits(number.unsigned_abs(), &mut buffer);
            let sign: &[u8] = if number < 0 { b"-" } else { b"" };
            let fill = width.saturating_sub(digits.len() + sign.len());
            if zeros && code != b's' {
                self.out.push_latin1(sign);
                self.out.push_repeated(self.cx, u32::from(b'0'), fill)?;
            } else {
                self.out.push_repeated(self.cx, u32::from(b' '), fill)?;
                self.out.push_latin1(sign);
            }
            self.out.push_latin1(digits);
        } else if let (b's', Some(text)) = (code, Str::from_value(value))
            && text.is_exact()
        {
            self.out.push_repeated(self.cx, u32::from(b' '), width.saturating_sub(text.len()))?;
            self.out.push_str(text);
        } else {
            return Ok(None);
        }
        self.source = match self.source {
            Source::Tuple(tuple, index) => Source::Tuple(tuple, index + 1),
            _ => Source::Used,
        };
        Ok(Some(place + index + 1))
    }

    fn text(&mut self, resolved: &Resolved, text: Str) -> PyResult<()> {
        with_units!(text, units => self.units(resolved, units))
    }

    fn units<U: TextUnit>(&mut self, resolved: &Resolved, units: &[U]) -> PyResult<()> {
        let (length, fill) = resolved.format_text(units.len());
        self.out.push_repeated(self.cx, fill.character, fill.left)?;
        self.out.push_units(units.get(..length).unwrap_or(units));
        self.out.push_repeated(self.cx, fill.character, fill.right)
    }

    fn padded(&mut self, padded: &Padded) -> PyResult<()> {
        let fill = padded.fill;
        let (head, rest) = padded.text.split_at_checked(padded.head).unwrap_or(("", &padded.text));
        self.out.push_repeated(self.cx, fill.character, fill.left)?;
        self.out.push_latin1(head.as_bytes());
        self.out.push_repeated(self.cx, fill.character, fill.middle)?;
        self.out.push_latin1(rest.as_bytes());
        self.out.push_repeated(self.cx, fill.character, fill.right)
    }

    fn run<U: TextUnit>(&mut self, units: &[U], key: impl Fn(Range<usize>) -> PyResult) -> PyResult<()> {
        let cx = self.cx;
        let mut pieces = Pieces::new(units);
        loop {
            if let Some(next) = self.simple(units, pieces.place())? {
                pieces.go_on_at(next);
                continue;
            }
            let Some(piece) = pieces.next() else { break };
            if pieces.has_key()
                && self.mapping.is_none()
                && !matches!(piece, Ok(Piece::Literal(_) | Piece::Percent))
            {
                return Err(cx.type_error(format_args!("{NO_MAPPING}")));
            }
            match piece.map_err(|error| cx.text_error(&error))? {
                Piece::Literal(range) => self.out.push_units(units.get(range).unwrap_or(&[])),
                Piece::Percent => self.out.push('%' as u32),
                Piece::Conversion(conversion) => {
                    if let (Some(range), Some(mapping)) = (conversion.key.clone(), self.mapping) {
                        let key = key(range)?;
                        self.source = Source::Single(cx.get_item(mapping, key)?);
                    }
                    self.convert(&conversion)?;
                }
            }
        }
        if self.mapping.is_none() && !self.is_finished() {
            return Err(match self.target {
                Target::Text => cx.type_error(format_args!("{NOT_ALL_CONVERTED}")),
                Target::Bytes => {
                    cx.type_error(format_args!("not all arguments converted during bytes formatting"))
                }
            });
        }
        Ok(())
    }
}

fn formatter(cx: &Context, target: Target, arguments: Value, capacity: usize) -> Formatter<'_> {
    let source = match Tuple::from_value(arguments) {
        Some(tuple) => Source::Tuple(tuple, 0),
        None => Source::Single(arguments),
    };
    let no_mapping = match arguments.kind() {
        Some(Kind::Tuple | Kind::Str) => true,
        Some(Kind::Bytes | Kind::ByteArray) => target == Target::Bytes,
        _ => false,
    };
    let mapping = (!no_mapping && cx.is_mapping(arguments)).then_some(arguments);
    Formatter { cx, target, source, mapping, out: TextBuilder::reusing(cx, capacity) }
}

/// `format % arguments`
///
/// # Errors
/// TypeError, ValueError, OverflowError, and what converting the arguments raises.
pub(crate) fn modulo(cx: &Context, format: Str, arguments: Value) -> PyResult<Str> {
    let mut formatter = formatter(cx, Target::Text, arguments, format.len() + 16);
    with_units!(format, units => {
        formatter.run(units, |range| Ok(format.substring(cx, range.start, range.end)?.as_value()))
    })?;
    formatter.out.finish_reused(cx)
}

/// `format % arguments` for bytes.
///
/// # Errors
/// As for [`modulo`].
pub(crate) fn modulo_bytes(cx: &Context, format: &[u8], arguments: Value) -> PyResult<Vec<u8>> {
    let mut formatter = formatter(cx, Target::Bytes, arguments, format.len() + 16);
    formatter.run(format, |range| cx.bytes(format.get(range).unwrap_or(&[])))?;
    Ok(formatter.out.into_bytes())
}

#[cold]
fn wrong_type(cx: &Context, value: Value, code: char) -> Raised {
    let what = if matches!(code, 'o' | 'x' | 'X') { "an integer" } else { "a real number" };
    cx.type_error(format_args!("%{code} format: {what} is required, not {}", cx.type_name(value)))
}

/// The int that `%d` and its relatives format.
fn integer(cx: &Context, value: Value, code: char) -> PyResult {
    if is_int(value) {
        return Ok(value);
    }
    let is_radix = matches!(code, 'o' | 'x' | 'X');
    let class = cx.class_of(value);
    let is_number = [Name::__int__, Name::__index__, Name::__float__]
        .into_iter()
        .any(|name| class.lookup_name(cx, name).is_some());
    if !is_number {
        return Err(wrong_type(cx, value, code));
    }
    let result = if is_radix { cx.index(value) } else { cx.call(cx.class(Kind::Int), &[value]) };
    result.map_err(|raised| {
        if cx.pending_is(&raised, ExceptionClass::TypeError) {
            cx.take_exception(raised);
            return wrong_type(cx, value, code);
        }
        raised
    })
}

fn character(cx: &Context, value: Value) -> PyResult<u32> {
    if let Some(text) = Str::from_value(value) {
        return match (text.len(), text.code_point(0)) {
            (1, Some(code_point)) => Ok(code_point),
            (length, _) => Err(cx.type_error(format_args!(
                "%c requires an int or a unicode character, not a string of length {length}"
            ))),
        };
    }
    if !cx.has_index(value) {
        let class_name = cx.type_name(value);
        return Err(
            cx.type_error(format_args!("%c requires an int or a unicode character, not {class_name}"))
        );
    }
    let number = cx.index_clipped(value)?;
    u32::try_from(number)
        .ok()
        .filter(|&number| number < 0x11_0000)
        .ok_or_else(|| cx.raise(ExceptionClass::OverflowError, format_args!("%c arg not in range(0x110000)")))
}

fn byte_character(cx: &Context, value: Value) -> PyResult<u8> {
    if matches!(value.kind(), Some(Kind::Bytes | Kind::ByteArray)) {
        let bytes = cx.bytes_like(value)?;
        return match bytes.as_slice() {
            &[byte] => Ok(byte),
            _ => Err(cx.type_error(format_args!(
                "%c requires an integer in range(256) or a single byte, not a {} object of length {}",
                cx.type_name(value),
                bytes.len()
            ))),
        };
    }
    if !cx.has_index(value) {
        let class_name = cx.type_name(value);
        return Err(cx.type_error(format_args!(
            "%c requires an integer in range(256) or a single byte, not {class_name}"
        )));
    }
    let number = cx.index_clipped(value)?;
    u8::try_from(number)
        .map_err(|_| cx.raise(ExceptionClass::OverflowError, format_args!("%c arg not in range(256)")))
}

fn converted_bytes(cx: &Context, value: Value) -> PyResult<Vec<u8>> {
    if is_bytes_like(value) {
        return cx.bytes_like(value);
    }
    if let Some(method) = cx.special_method(value, Name::__bytes__)? {
        let made = cx.call_pair(method, &[])?;
        if !made.is_kind(Kind::Bytes) {
            return Err(
                cx.type_error(format_args!("__bytes__ returned non-bytes (type {})", cx.type_name(made)))
            );
        }
        return cx.bytes_like(made);
    }
    Err(cx.type_error(format_args!(
        "%b requires a bytes-like object, or an object that implements __bytes__, not '{}'",
        cx.type_name(value)
    )))
}
