//! `str.format`, `str.format_map` and `str.__format__`.
//!
//! Invariant: fields are read one after the other, each formatted before the next is looked at, so that errors and side effects come in
//! CPython's order. Source: Objects/stringlib/unicode_format.h, Python/formatter_unicode.c.

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::native::arguments::Keywords;
use crate::text::format_specification::{FormatSpecification, ValueKind};
use crate::text::format_string::{
    Accessor, DEEPEST_NESTING, FieldName, First, Numbering, Piece, Pieces, recursion_error,
    unknown_conversion,
};
use crate::types::str_building::pad;
use crate::types::str_object::Str;
use crate::types::str_units::{TextBuilder, TextUnit, with_units};
use crate::value::Value;

/// What fields refer to.
#[derive(Copy, Clone)]
pub(crate) enum Fields<'a> {
    /// The arguments of `format`.
    Arguments(&'a [Value], Keywords<'a>),
    /// The mapping of `format_map`.
    Mapping(Value),
}

impl Fields<'_> {
    fn positional(self, cx: &Context, index: usize) -> PyResult {
        match self {
            Fields::Arguments(values, _) => values.get(index).copied().ok_or_else(|| {
                cx.raise(
                    ExceptionClass::IndexError,
                    format_args!("Replacement index {index} out of range for positional args tuple"),
                )
            }),
            Fields::Mapping(_) => {
                Err(cx.value_error(format_args!("Format string contains positional fields")))
            }
        }
    }

    fn named(self, cx: &Context, name: Str) -> PyResult {
        match self {
            Fields::Arguments(_, keywords) => keywords
                .iter()
                .find(|(key, _)| Str::from_value(*key).is_some_and(|key| key.equals(name)))
                .map(|(_, value)| value)
                .ok_or_else(|| cx.key_error(name.as_value())),
            Fields::Mapping(mapping) => cx.get_item(mapping, name.as_value()),
        }
    }
}

/// `template.format(...)`
///
/// # Errors
/// ValueError for a malformed template, and what looking up and formatting raise.
pub(crate) fn format(cx: &Context, template: Str, fields: Fields<'_>) -> PyResult<Str> {
    let mut numbering = Numbering::default();
    build(cx, template, fields, &mut numbering, DEEPEST_NESTING)
}

fn build(
    cx: &Context,
    template: Str,
    fields: Fields<'_>,
    numbering: &mut Numbering,
    depth: usize,
) -> PyResult<Str> {
    if depth == 0 {
        return Err(cx.text_error(&recursion_error()));
    }
    with_units!(template, units => build_units(cx, template, units, fields, numbering, depth))
}

fn build_units<U: TextUnit>(
    cx: &Context,
    template: Str,
    units: &[U],
    fields: Fields<'_>,
    numbering: &mut Numbering,
    depth: usize,
) -> PyResult<Str> {
    let mut builder = TextBuilder::reusing(cx, units.len() + 16);
    for piece in Pieces::new(units) {
        match piece.map_err(|error| cx.text_error(&error))? {
            Piece::Literal(range) => builder.push_units(units.get(range).unwrap_or(&[])),
            Piece::Field { name, conversion, specification, is_nested } => {
                let value = field(cx, template, units, name, fields, numbering)?;
                if conversion.is_none() && specification.is_empty() && builder.push_simple(value) {
                    continue;
                }
                let value = match conversion.map(char::from_u32) {
                    None => value,
                    Some(Some('r')) => cx.repr(value)?.as_value(),
                    Some(Some('s')) => cx.str_of(value)?.as_value(),
                    Some(Some('a')) => cx.ascii(value)?.as_value(),
                    Some(_) => {
                        return Err(cx.text_error(&unknown_conversion(conversion.unwrap_or(0))));
                    }
                };
                let specification = template.substring(cx, specification.start, specification.end)?;
                let specification = if is_nested {
                    build(cx, specification, fields, numbering, depth - 1)?
                } else {
                    specification
                };
                builder.push_str(cx.format_value(value, specification)?);
            }
        }
    }
    builder.finish_reused(cx)
}

fn field<U: TextUnit>(
    cx: &Context,
    template: Str,
    units: &[U],
    name: core::ops::Range<usize>,
    fields: Fields<'_>,
    numbering: &mut Numbering,
) -> PyResult {
    if name.is_empty() {
        let index = numbering.automatic().map_err(|error| cx.text_error(&error))?;
        return fields.positional(cx, index);
    }
    let (first, accessors) = FieldName::parse(units, name).map_err(|error| cx.text_error(&error))?;
    let mut value = match first {
        First::Automatic => {
            let index = numbering.automatic().map_err(|error| cx.text_error(&error))?;
            fields.positional(cx, index)?
        }
        First::Index(index) => {
            numbering.manual().map_err(|error| cx.text_error(&error))?;
            fields.positional(cx, index)?
        }
        First::Name(range) => fields.named(cx, template.substring(cx, range.start, range.end)?)?,
    };
    for accessor in accessors {
        value = match accessor.map_err(|error| cx.text_error(&error))? {
            Accessor::Attribute(range) => {
                let name = cx.intern(template.substring(cx, range.start, range.end)?)?;
                cx.get_attribute(value, name)?
            }
            Accessor::Index(index) => cx.get_item(value, Value::int_from_length(index))?,
            Accessor::Key(range) => {
                let key = template.substring(cx, range.start, range.end)?;
                cx.get_item(value, key.as_value())?
            }
        };
    }
    Ok(value)
}

/// `text.__format__(specification)`
///
/// # Errors
/// ValueError for a bad specification.
pub(crate) fn format_text(cx: &Context, text: Str, specification: Str) -> PyResult<Str> {
    if specification.is_empty() {
        return if text.is_exact() { Ok(text) } else { cx.str_of(text.as_value()) };
    }
    let class_name = cx.type_name(text.as_value()).to_utf8_lossy();
    let laid_out = with_units!(specification, units => {
        FormatSpecification::parse(units, ValueKind::Text, &class_name)
            .and_then(|specification| specification.format_text(text.len()))
    });
    let (length, fill) = laid_out.map_err(|error| cx.text_error(&error))?;
    let shown = text.substring(cx, 0, length)?;
    pad(cx, shown, fill.left, fill.right, fill.character)
}
