//! Syntax trees as `ast` has them.
//!
//! Invariant: positions are those of CPython's parser, which differ from the ranges of the parser crate here and there; each
//! difference is handled where its node is made.
//! - [`statements`], [`expressions`], [`strings`], [`patterns`]: the parser's tree to nodes.
//! - [`validate`]: checks of nodes that programs made; [`lower`]: nodes to the parser's tree.
//!
//! Source: Grammar/python.gram and Parser/action_helpers.c of CPython 3.14.

mod expressions;
mod lower;
mod patterns;
mod statements;
mod strings;
mod validate;

pub(crate) use lower::lower;
pub(crate) use validate::validate;

use ruff_python_ast::Mod;
use ruff_text_size::{TextRange, TextSize};
use threadsnake_bytecode::Text;
use threadsnake_syntax::{Class, Field, Position, Tree};

use crate::error::Result;
use crate::source::Source;
use crate::{CompileOptions, Mode};

/// A tree under construction.
pub(crate) struct Builder<'s> {
    source: &'s Source,
    tree: Tree,
}

/// An identifier or other text.
fn text(text: &str) -> Field {
    Field::Text(Text::from(text))
}

fn optional(field: Option<Field>) -> Field {
    field.unwrap_or(Field::Absent)
}

/// The tree of a parsed source.
pub(crate) fn from_parsed(module: &Mod, source: &Source, options: &CompileOptions) -> Result<Tree> {
    let mut builder = Builder { source, tree: Tree::default() };
    match module {
        Mod::Module(module) => {
            let body = builder.statements(&module.body)?;
            if options.mode == Mode::Interactive {
                builder.tree.push(Class::Interactive, Position::default(), vec![body]);
            } else {
                let fields = vec![body, Field::List(Vec::new())];
                builder.tree.push(Class::Module, Position::default(), fields);
            }
        }
        Mod::Expression(expression) => {
            let body = builder.expression(&expression.body)?;
            builder.tree.push(Class::Expression, Position::default(), vec![body]);
        }
    }
    Ok(builder.tree)
}

impl Builder<'_> {
    fn position(&self, range: TextRange) -> Position {
        let (line, column) = self.source.line_and_byte(range.start());
        let (end_line, end_column) = self.source.line_and_byte(range.end());
        Position {
            line: line as i32,
            column: column as i32,
            end_line: end_line as i32,
            end_column: end_column as i32,
        }
    }

    fn node(&mut self, class: Class, range: TextRange, fields: Vec<Field>) -> Field {
        let position = self.position(range);
        self.tree.push(class, position, fields)
    }

    /// A node without a position.
    fn bare(&mut self, class: Class, fields: Vec<Field>) -> Field {
        self.tree.push(class, Position::default(), fields)
    }

    /// Where code goes on behind an offset: past blanks, line ends and comments.
    fn next_code(&self, offset: TextSize) -> TextSize {
        let mut at = offset.to_usize();
        while let Some(rest) = self.source.text.get(at..) {
            match rest.chars().next() {
                Some('#') => at += rest.find('\n').unwrap_or(rest.len()),
                Some(' ' | '\t' | '\x0c' | '\n' | '\\') => at += 1,
                _ => break,
            }
        }
        TextSize::new(at as u32)
    }
}
