//! f-strings and t-strings.
//!
//! Invariant: adjacent texts are one constant and empty ones are left out. Source: `_PyPegen_joined_str`,
//! `_PyPegen_concatenate_strings`, `_PyPegen_formatted_value` of Parser/action_helpers.c.

use ruff_python_ast::{
    ConversionFlag, ExprFString, ExprTString, FStringPart, InterpolatedElement, InterpolatedStringElement,
    InterpolatedStringElements,
};
use ruff_text_size::{Ranged, TextRange, TextSize};
use threadsnake_bytecode::{Constant, Text};
use threadsnake_syntax::{Class, Field};

use super::Builder;
use crate::error::Result;
use crate::formatting::{expression_text, without_comments};
use crate::strings;

/// The parts of a string: nodes, and the text that is not a node yet.
#[derive(Default)]
struct Parts {
    fields: Vec<Field>,
    text: Vec<u8>,
    range: Option<TextRange>,
    is_unicode: bool,
}

impl Parts {
    fn push_text(&mut self, bytes: &[u8], range: TextRange, is_unicode: bool) {
        self.range = Some(match self.range {
            Some(before) => before.cover(range),
            None => {
                self.is_unicode = is_unicode;
                range
            }
        });
        self.text.extend(bytes);
    }
}

impl Builder<'_> {
    fn finish_text(&mut self, parts: &mut Parts) {
        let bytes = std::mem::take(&mut parts.text);
        if let Some(range) = parts.range.take()
            && !bytes.is_empty()
        {
            let kind = if parts.is_unicode { super::text("u") } else { Field::Absent };
            let value = Field::Constant(Constant::Text(Text(bytes.into())));
            let node = self.node(Class::Constant, range, vec![value, kind]);
            parts.fields.push(node);
        }
    }

    fn elements(
        &mut self,
        parts: &mut Parts,
        elements: &InterpolatedStringElements,
        raw: bool,
        template: bool,
    ) -> Result<()> {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => {
                    if literal.value.contains('\u{fffd}') && !raw {
                        let (bytes, _) = strings::decode(self.source.slice(literal.range), true, false);
                        parts.push_text(&bytes, literal.range, false);
                    } else {
                        parts.push_text(literal.value.as_bytes(), literal.range, false);
                    }
                }
                InterpolatedStringElement::Interpolation(element) => {
                    if let Some(debug) = &element.debug_text {
                        let kept = without_comments(debug.as_str());
                        let start = element.range.start() + TextSize::new(1);
                        let range = TextRange::at(start, TextSize::new(debug.as_str().len() as u32));
                        parts.push_text(kept.as_bytes(), range, false);
                    }
                    self.finish_text(parts);
                    let node = self.interpolation(element, raw, template)?;
                    parts.fields.push(node);
                }
            }
        }
        Ok(())
    }

    fn interpolation(&mut self, element: &InterpolatedElement, raw: bool, template: bool) -> Result<Field> {
        let value = self.expression(&element.expression)?;
        let conversion = match element.conversion {
            ConversionFlag::None if element.debug_text.is_some() && element.format_spec.is_none() => {
                i64::from(b'r')
            }
            conversion => conversion.to_byte().map_or(-1, i64::from),
        };
        let specification = match &element.format_spec {
            None => Field::Absent,
            Some(specification) => {
                let mut parts = Parts::default();
                self.elements(&mut parts, &specification.elements, raw, template)?;
                self.finish_text(&mut parts);
                // The colon belongs to it.
                let start = specification.range.start().checked_sub(TextSize::new(1));
                let range =
                    TextRange::new(start.unwrap_or(specification.range.start()), specification.range.end());
                self.node(Class::JoinedStr, range, vec![Field::List(parts.fields)])
            }
        };
        let conversion = Field::Number(conversion);
        Ok(if template {
            let source = expression_text(self.source, element);
            let source = Field::Constant(Constant::Text(Text::from(source.as_str())));
            self.node(Class::Interpolation, element.range, vec![value, source, conversion, specification])
        } else {
            self.node(Class::FormattedValue, element.range, vec![value, conversion, specification])
        })
    }

    /// An f-string, with the strings that stand beside it.
    pub(super) fn format_string(&mut self, node: &ExprFString) -> Result<Field> {
        let mut parts = Parts::default();
        for part in &node.value {
            match part {
                FStringPart::Literal(literal) => {
                    let mut bytes = Vec::new();
                    strings::append_literal(self.source, literal, &mut bytes);
                    parts.push_text(&bytes, literal.range(), literal.flags.prefix().is_unicode());
                }
                FStringPart::FString(part) => {
                    self.elements(&mut parts, &part.elements, strings::is_raw(&part.flags), false)?;
                }
            }
        }
        self.finish_text(&mut parts);
        Ok(self.node(Class::JoinedStr, node.range, vec![Field::List(parts.fields)]))
    }

    /// A t-string.
    pub(super) fn template_string(&mut self, node: &ExprTString) -> Result<Field> {
        let mut parts = Parts::default();
        for part in &node.value {
            self.elements(&mut parts, &part.elements, strings::is_raw(&part.flags), true)?;
        }
        self.finish_text(&mut parts);
        Ok(self.node(Class::TemplateStr, node.range, vec![Field::List(parts.fields)]))
    }
}
