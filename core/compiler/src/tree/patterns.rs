//! Patterns.
//!
//! Invariant: as of [`crate::tree`]. Source: Grammar/python.gram; PEP 634.

use ruff_python_ast::{Pattern, Singleton};
use ruff_text_size::Ranged;
use threadsnake_bytecode::Constant;
use threadsnake_syntax::{Class, Field};

use super::{Builder, optional, text};
use crate::error::Result;

impl Builder<'_> {
    fn patterns(&mut self, patterns: &[Pattern]) -> Result<Field> {
        let mut fields = Vec::new();
        for pattern in patterns {
            fields.push(self.pattern(pattern)?);
        }
        Ok(Field::List(fields))
    }

    /// A pattern.
    pub(super) fn pattern(&mut self, pattern: &Pattern) -> Result<Field> {
        let (class, fields) = match pattern {
            Pattern::MatchValue(node) => (Class::MatchValue, vec![self.expression(&node.value)?]),
            Pattern::MatchSingleton(node) => {
                let value = match node.value {
                    Singleton::None => Constant::None,
                    Singleton::True => Constant::True,
                    Singleton::False => Constant::False,
                };
                (Class::MatchSingleton, vec![Field::Constant(value)])
            }
            Pattern::MatchSequence(node) => (Class::MatchSequence, vec![self.patterns(&node.patterns)?]),
            Pattern::MatchMapping(node) => {
                let keys = self.expressions(&node.keys)?;
                let patterns = self.patterns(&node.patterns)?;
                let rest = optional(node.rest.as_ref().map(|name| text(name.as_str())));
                (Class::MatchMapping, vec![keys, patterns, rest])
            }
            Pattern::MatchClass(node) => {
                let class = self.expression(&node.cls)?;
                let patterns = self.patterns(&node.arguments.patterns)?;
                let mut names = Vec::new();
                let mut values = Vec::new();
                for keyword in &node.arguments.keywords {
                    names.push(text(keyword.attr.as_str()));
                    values.push(self.pattern(&keyword.pattern)?);
                }
                (Class::MatchClass, vec![class, patterns, Field::List(names), Field::List(values)])
            }
            Pattern::MatchStar(node) => {
                let name = optional(node.name.as_ref().map(|name| text(name.as_str())));
                (Class::MatchStar, vec![name])
            }
            Pattern::MatchAs(node) => {
                let inner = match &node.pattern {
                    Some(inner) => self.pattern(inner)?,
                    None => Field::Absent,
                };
                let name = optional(node.name.as_ref().map(|name| text(name.as_str())));
                (Class::MatchAs, vec![inner, name])
            }
            Pattern::MatchOr(node) => (Class::MatchOr, vec![self.patterns(&node.patterns)?]),
        };
        Ok(self.node(class, pattern.range(), fields))
    }
}
