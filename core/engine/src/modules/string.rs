//! `_string`: the parser of `str.format` for `string.Formatter`.
//!
//! Invariant: pieces are found by the parser that `str.format` uses. Source: Objects/unicodeobject.c (`formatter_parser`),
//! Objects/stringlib/unicode_format.h.

use threadsnake_macros::pymodule;

/// string helper module
#[pymodule(name = "_string")]
pub mod module {
    use crate::context::Context;
    use crate::error::PyResult;
    use crate::text::format_string::{Accessor, FieldName, First, Piece, Pieces};
    use crate::types::str_object::Str;
    use crate::types::str_units::{TextBuilder, TextUnit, with_units};
    use crate::value::Value;

    /// The rows `(literal, field name, specification, conversion)` of a format string.
    fn rows<U: TextUnit>(cx: &Context, template: Str, units: &[U]) -> PyResult<Value> {
        let mut rows = cx.scratch();
        let mut literal = TextBuilder::default();
        let mut has_literal = false;
        for piece in Pieces::new(units) {
            match piece.map_err(|error| cx.text_error(&error))? {
                Piece::Literal(range) => {
                    if has_literal {
                        // A doubled brace ends a piece of its own.
                        let text = literal.finish(cx)?.as_value();
                        rows.push(cx.tuple(&[text, Value::NONE, Value::NONE, Value::NONE])?);
                        literal = TextBuilder::default();
                    }
                    literal.push_units(units.get(range).unwrap_or(&[]));
                    has_literal = true;
                }
                Piece::Field { name, conversion, specification, .. } => {
                    let text = literal.finish(cx)?.as_value();
                    literal = TextBuilder::default();
                    has_literal = false;
                    let name = template.substring(cx, name.start, name.end)?.as_value();
                    let specification =
                        template.substring(cx, specification.start, specification.end)?.as_value();
                    let conversion = match conversion {
                        Some(conversion) => cx.str_from_code_point(conversion)?.as_value(),
                        None => Value::NONE,
                    };
                    rows.push(cx.tuple(&[text, name, specification, conversion])?);
                }
            }
        }
        if has_literal {
            let text = literal.finish(cx)?.as_value();
            rows.push(cx.tuple(&[text, Value::NONE, Value::NONE, Value::NONE])?);
        }
        let rows = cx.list(rows.as_slice())?;
        cx.iterator_object(rows)
    }

    fn split_name<U: TextUnit>(cx: &Context, name: Str, units: &[U]) -> PyResult<Value> {
        let (first, accessors) =
            FieldName::parse(units, 0..units.len()).map_err(|error| cx.text_error(&error))?;
        let first = match first {
            First::Automatic => cx.empty_str().as_value(),
            First::Index(index) => Value::int_from_length(index),
            First::Name(range) => name.substring(cx, range.start, range.end)?.as_value(),
        };
        let mut rest = cx.scratch();
        for accessor in accessors {
            let (is_attribute, key) = match accessor.map_err(|error| cx.text_error(&error))? {
                Accessor::Attribute(range) => (true, name.substring(cx, range.start, range.end)?.as_value()),
                Accessor::Index(index) => (false, Value::int_from_length(index)),
                Accessor::Key(range) => (false, name.substring(cx, range.start, range.end)?.as_value()),
            };
            rest.push(cx.tuple(&[Value::from_bool(is_attribute), key])?);
        }
        let rest = cx.list(rest.as_slice())?;
        let rest = cx.iterator_object(rest)?;
        cx.tuple(&[first, rest])
    }

    /// parse the argument as a format string
    #[pyfunction]
    fn formatter_parser(cx: &Context, string: Value) -> PyResult<Value> {
        let Some(template) = Str::from_value(string) else {
            return Err(cx.type_error(format_args!("expected str, got {}", cx.type_name(string))));
        };
        with_units!(template, units => rows(cx, template, units))
    }

    /// split the argument as a field name
    #[pyfunction]
    fn formatter_field_name_split(cx: &Context, string: Value) -> PyResult<Value> {
        let Some(name) = Str::from_value(string) else {
            return Err(cx.type_error(format_args!("expected str, got {}", cx.type_name(string))));
        };
        with_units!(name, units => split_name(cx, name, units))
    }
}
