//! Patterns.
//!
//! Invariant: as of [`super`]. Source: Parser/Python.asdl; PEP 634.

use ruff_python_ast as ast;
use ruff_python_ast::{Pattern, Singleton};
use threadsnake_bytecode::Constant;
use threadsnake_syntax::{Class, Field};

use super::{Lowering, NO_INDEX, malformed};
use crate::error::Result;

impl Lowering<'_> {
    fn patterns(&mut self, field: &Field) -> Result<Vec<Pattern>> {
        let mut patterns = Vec::new();
        for item in self.list(field)? {
            patterns.push(self.pattern(item)?);
        }
        Ok(patterns)
    }

    /// A pattern.
    pub(super) fn pattern(&mut self, field: &Field) -> Result<Pattern> {
        let node = self.node(self.index(field)?)?;
        let position = node.position;
        let start = self.open(position);
        let node_index = NO_INDEX;
        Ok(match (node.class, &*node.fields) {
            (Class::MatchValue, [value]) => {
                let value = self.boxed(value)?;
                let range = self.close(start, position);
                Pattern::MatchValue(ast::PatternMatchValue { node_index, value, range })
            }
            (Class::MatchSingleton, [Field::Constant(value)]) => {
                let value = match value {
                    Constant::True => Singleton::True,
                    Constant::False => Singleton::False,
                    _ => Singleton::None,
                };
                let range = self.close(start, position);
                Pattern::MatchSingleton(ast::PatternMatchSingleton { node_index, value, range })
            }
            (Class::MatchSequence, [patterns]) => {
                let patterns = self.patterns(patterns)?;
                let range = self.close(start, position);
                Pattern::MatchSequence(ast::PatternMatchSequence { node_index, patterns, range })
            }
            (Class::MatchMapping, [keys, patterns, rest]) => {
                let keys = self.expressions(keys)?.into();
                let patterns = self.patterns(patterns)?.into();
                let rest = self.optional_identifier(rest)?;
                let range = self.close(start, position);
                Pattern::MatchMapping(ast::PatternMatchMapping { node_index, keys, patterns, rest, range })
            }
            (Class::MatchClass, [class, patterns, names, values]) => {
                let cls = self.boxed(class)?;
                let inner = self.open_here();
                let patterns = self.patterns(patterns)?;
                let mut keywords = Vec::new();
                for (name, value) in self.list(names)?.iter().zip(self.list(values)?) {
                    let start = self.open_here();
                    let attr = self.identifier(name)?;
                    let pattern = self.pattern(value)?;
                    let range = self.close_here(start);
                    keywords.push(ast::PatternKeyword { range, node_index: NO_INDEX, attr, pattern });
                }
                let arguments = ast::PatternArguments {
                    range: self.close_here(inner),
                    node_index: NO_INDEX,
                    patterns: patterns.into(),
                    keywords,
                };
                let range = self.close(start, position);
                Pattern::MatchClass(ast::PatternMatchClass { node_index, cls, arguments, range })
            }
            (Class::MatchStar, [name]) => {
                let name = self.optional_identifier(name)?;
                let range = self.close(start, position);
                Pattern::MatchStar(ast::PatternMatchStar { node_index, name, range })
            }
            (Class::MatchAs, [pattern, name]) => {
                let pattern = match pattern {
                    Field::Absent => None,
                    pattern => Some(Box::new(self.pattern(pattern)?)),
                };
                let name = self.optional_identifier(name)?;
                let range = self.close(start, position);
                Pattern::MatchAs(ast::PatternMatchAs { node_index, pattern, name, range })
            }
            (Class::MatchOr, [patterns]) => {
                let patterns = self.patterns(patterns)?;
                let range = self.close(start, position);
                Pattern::MatchOr(ast::PatternMatchOr { node_index, patterns, range })
            }
            (class, _) => return malformed(class.name()),
        })
    }
}
