//! Expressions back to text, for annotations kept as text.
//!
//! Source: CPython's Python/ast_unparse.c.

use ruff_python_ast::Expr;
use ruff_text_size::Ranged;

use crate::source::Source;

/// The text of an expression.
pub fn unparse(source: &Source, expression: &Expr) -> String {
    source.slice(expression.range()).to_owned()
}
