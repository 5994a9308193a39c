//! Python 3.14 source text to bytecode.
//!
//! - [`source`]: bytes to text, positions.
//! - [`parse`]: text to syntax tree, within limits on nesting; [`diagnose`] words its errors as CPython does.
//! - [`scope`]: the symbol table.
//! - [`compiler`]: the code generator's state, names and folding; one file per kind of construct beside it: [`expressions`],
//!   [`conditions`], [`calls`], [`comprehensions`], [`formatting`], [`generators`], [`targets`], [`statements`], [`exceptions`],
//!   [`functions`], [`classes`], [`annotations`], [`type_parameters`], [`patterns`], [`imports`], [`warnings`].
//! - [`unit`]: one code block under construction; [`optimize`], [`bound`] and [`assemble`] finish it.
//! - [`tree`]: syntax trees as `ast` has them.
//! - [`constants`], [`fold`], [`strings`], [`unparse`]: values known while compiling.
//!
//! Invariant: no source text makes the compiler panic or run out of stack. Source: CPython 3.14's Python/compile.c and its parts.
#![forbid(unsafe_code)]

mod annotations;
mod assemble;
mod bound;
mod calls;
mod classes;
mod compiler;
mod comprehensions;
mod conditions;
mod constants;
mod diagnose;
mod error;
mod exceptions;
mod expressions;
mod fold;
mod formatting;
mod functions;
mod generators;
mod imports;
mod module;
mod optimize;
mod parse;
mod patterns;
mod scope;
mod source;
mod statements;
mod strings;
mod targets;
mod tree;
mod type_parameters;
mod unit;
mod unparse;
mod warnings;

pub use error::{ErrorKind, SyntaxError, SyntaxWarning};
pub use module::{compile, compile_syntax_tree, parse_tree};

/// The encoding that a coding cookie names, if the compiler does not know it: who has a codec for it compiles the decoded text.
pub fn foreign_encoding(source: &[u8]) -> Option<String> {
    source::Source::foreign_encoding(source)
}
use threadsnake_bytecode::Code;

/// What kind of source is compiled.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// A module (`exec`).
    #[default]
    Module,
    /// An interactive statement (`single`).
    Interactive,
    /// An expression (`eval`).
    Expression,
}

/// How to compile.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CompileOptions {
    /// Kind of source.
    pub mode: Mode,
    /// `co_filename`
    pub file_name: String,
    /// 0; 1 drops assertions; 2 docstrings too.
    pub optimization: u8,
    /// `from __future__ import annotations` is in force already.
    pub future_annotations: bool,
    /// Source given as text: no byte order mark, and a coding cookie means nothing (`PyCF_IGNORE_COOKIE`).
    pub ignore_cookie: bool,
    /// Input that more lines could complete is [`ErrorKind::IncompleteInput`] (`PyCF_ALLOW_INCOMPLETE_INPUT`).
    pub allow_incomplete_input: bool,
    /// A statement is not complete before an empty line ends its block, as at a prompt (`PyCF_DONT_IMPLY_DEDENT`).
    pub dont_imply_dedent: bool,
    /// Refuse what came after Python 3.this, as far as CPython's grammar checks it; 3.7 is the oldest that can be asked for.
    pub feature_version: Option<u8>,
}

/// A compiled source.
#[derive(Clone, PartialEq, Debug)]
pub struct CompileOutput {
    /// The code.
    pub code: Code,
    /// Warnings, in the order they were found.
    pub warnings: Vec<SyntaxWarning>,
    /// The source had `from __future__ import annotations`.
    pub future_annotations: bool,
}
