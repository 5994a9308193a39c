//! Text of numbers: what `int()`, `float()` and `complex()` read, and what `__format__` writes.
//!
//! Invariant: decimal digits and spaces of any script count as their ASCII counterparts; anything else that is not ASCII makes the
//! text no number. Source: Objects/unicodeobject.c (`_PyUnicode_TransformDecimalAndSpaceToASCII`), Python/formatter_unicode.c.

use alloc::vec::Vec;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::Kind;
use crate::text::format_specification::{FormatSpecification, ValueKind};
use crate::text::padding::Padded;
use crate::text::unicode::to_ascii_number;
use crate::text::{CodeUnit, TextError};
use crate::types::bytes_object::Bytes;
use crate::types::str_object::{Str, Units};
use crate::value::Value;

/// No number has this in its text.
const NEVER_IN_A_NUMBER: u8 = b'?';

/// Most characters of a literal that a message shows.
const SHOWN_CHARACTERS: usize = 200;

/// A string's text as numbers are read from it.
pub fn numeric_text(text: Str) -> Vec<u8> {
    match text.as_ascii() {
        Some(text) => text.as_bytes().to_vec(),
        None => text.code_points().map(|unit| to_ascii_number(unit).unwrap_or(NEVER_IN_A_NUMBER)).collect(),
    }
}

/// The text of a string, or of bytes or another buffer; absent for anything else.
///
/// # Errors
/// MemoryError.
pub fn numeric_text_of(cx: &Context, value: Value) -> PyResult<Option<Vec<u8>>> {
    if let Some(text) = Str::from_value(value) {
        return Ok(Some(numeric_text(text)));
    }
    if let Some(bytes) = Bytes::from_value(value) {
        return Ok(Some(bytes.as_slice().to_vec()));
    }
    if matches!(value.kind(), Some(Kind::ByteArray | Kind::MemoryView | Kind::Array)) {
        return cx.bytes_like(value).map(Some);
    }
    Ok(None)
}

/// A value's `repr` as a message about a literal shows it.
pub fn shown_literal(cx: &Context, value: Value) -> alloc::string::String {
    let text = cx.repr_lossy(value);
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => text.get(..end).unwrap_or(&text).into(),
        None => text,
    }
}

/// `value.__format__(specification)` of a number, whose digits `format` lays out.
///
/// # Errors
/// TypeError if the specification is no string; what a bad specification raises.
pub(crate) fn format_number(
    cx: &Context,
    value: Value,
    specification: Value,
    kind: ValueKind,
    format: impl FnOnce(&FormatSpecification<'_>) -> Result<Padded, TextError>,
) -> PyResult {
    let Some(specification) = Str::from_value(specification) else {
        let class_name = cx.type_name(specification);
        return Err(cx.type_error(format_args!("__format__() argument must be str, not {class_name}")));
    };
    if specification.is_empty() {
        return Ok(cx.str_of(value)?.as_value());
    }
    let class_name = cx.type_name(value).to_utf8_lossy();
    let padded = match specification.units() {
        Units::Latin1(units) => apply(units, kind, &class_name, format),
        Units::Ucs2(units) => apply(units, kind, &class_name, format),
        Units::Ucs4(units) => apply(units, kind, &class_name, format),
    };
    match padded {
        Ok(padded) => write(cx, &padded),
        Err(error) => Err(cx.text_error(&error)),
    }
}

fn apply<U: CodeUnit>(
    specification: &[U],
    kind: ValueKind,
    class_name: &str,
    format: impl FnOnce(&FormatSpecification<'_>) -> Result<Padded, TextError>,
) -> Result<Padded, TextError> {
    format(&FormatSpecification::parse(specification, kind, class_name)?)
}

fn write(cx: &Context, padded: &Padded) -> PyResult {
    let length = padded.length().ok_or_else(|| cx.memory_error())?;
    if padded.widest() < 0x100 {
        let mut units = Vec::new();
        units.try_reserve_exact(length).map_err(|_| cx.memory_error())?;
        padded.write(|unit| units.push(unit as u8));
        return Ok(cx.str_from_latin1(&units)?.as_value());
    }
    let mut units = Vec::new();
    units.try_reserve_exact(length).map_err(|_| cx.memory_error())?;
    padded.write(|unit| units.push(unit));
    Ok(cx.str_from_code_points(&units)?.as_value())
}

impl Context {
    /// Raises what formatting or coding failed with.
    #[cold]
    pub fn text_error(&self, error: &TextError) -> Raised {
        match error {
            TextError::Value(text) => self.value_error(format_args!("{text}")),
            TextError::Type(text) => self.type_error(format_args!("{text}")),
            TextError::Overflow(text) => self.raise(ExceptionClass::OverflowError, format_args!("{text}")),
            TextError::Memory => self.memory_error(),
        }
    }
}
