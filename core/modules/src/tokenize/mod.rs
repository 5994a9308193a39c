//! The module `_tokenize`: what `tokenize` rests on.
//!
//! Invariant: lines are asked for one by one, each when the tokens before it have been given, so that a reader may stop in the
//! middle of a source.
//! - [`lexer`]: lines to tokens; [`strings`]: literals; [`numbers`]: numbers; [`fault`]: errors.
//! - [`iterator`]: the class.
//!
//! Why it is not the parser crate's lexer: that one takes a whole source and drops what `tokenize` wants to see.
//! Source: Parser/lexer/lexer.c, Parser/tokenizer/readline_tokenizer.c and Python/Python-tokenize.c of CPython 3.14.

mod fault;
mod iterator;
mod lexer;
mod numbers;
mod strings;

use threadsnake_macros::pymodule;

/// The module's table.
#[pymodule(name = "_tokenize", classes(super::iterator::TokenizerIter), doc = "")]
pub mod module {}
