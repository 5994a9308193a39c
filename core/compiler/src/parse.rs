//! Text to syntax tree, within limits on nesting.
//!
//! Invariant: no tree is built whose depth, estimated from the tokens, exceeds [`MAXIMUM_DEPTH`]. Source: limits of CPython's
//! Parser/lexer/state.h (200 brackets, 100 indentations).

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_ast::{Mod, PythonVersion};
use ruff_python_parser::{Mode as ParserMode, ParseOptions, lexer};
use ruff_text_size::{Ranged, TextRange};

use crate::error::{ErrorKind, Result, SyntaxError};
use crate::source::Source;
use crate::{CompileOptions, Mode, diagnose};

/// The deepest brackets.
const MAXIMUM_BRACKETS: usize = 200;
/// The deepest indentation.
const MAXIMUM_INDENTATION: usize = 100;
/// The deepest tree.
pub const MAXIMUM_DEPTH: usize = 10_000;

/// Checks the nesting of brackets and blocks; returns an estimate of the tree's depth that is never too small.
pub fn check_nesting(source: &Source) -> Result<usize> {
    let mut lexer = lexer::lex(&source.text, ParserMode::Module);
    // Per open bracket: the depth outside of it.
    let mut open: Vec<usize> = Vec::new();
    let (mut depth, mut deepest, mut indentation) = (0usize, 0usize, 0usize);
    let error = |kind, message| Err(SyntaxError::without_position(kind, message));
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => return Ok(deepest),
            TokenKind::Lpar
            | TokenKind::Lsqb
            | TokenKind::Lbrace
            | TokenKind::FStringStart
            | TokenKind::TStringStart => {
                if open.len() >= MAXIMUM_BRACKETS {
                    if let Some(error) = diagnose::tokenizer_error(source) {
                        return Err(error);
                    }
                    return error(ErrorKind::Syntax, "too many nested parentheses");
                }
                open.push(depth);
                depth += 2;
            }
            TokenKind::Rpar
            | TokenKind::Rsqb
            | TokenKind::Rbrace
            | TokenKind::FStringEnd
            | TokenKind::TStringEnd => {
                // What follows a bracket is nested around it: `f()()()`.
                depth = open.pop().unwrap_or(depth) + 1;
            }
            TokenKind::Newline => {
                depth = indentation * 2;
                open.clear();
            }
            TokenKind::Indent => {
                indentation += 1;
                if indentation >= MAXIMUM_INDENTATION {
                    return error(ErrorKind::Indentation, "too many levels of indentation");
                }
                depth = indentation * 2;
            }
            TokenKind::Dedent => {
                indentation = indentation.saturating_sub(1);
                depth = indentation * 2;
            }
            TokenKind::Comma => depth = open.last().map_or(indentation * 2, |outer| outer + 2),
            TokenKind::Semi => depth = indentation * 2,
            TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringMiddle
            | TokenKind::TStringMiddle
            | TokenKind::Comment
            | TokenKind::NonLogicalNewline
            | TokenKind::None
            | TokenKind::True
            | TokenKind::False
            | TokenKind::And
            | TokenKind::Or => {}
            _ => depth += 1,
        }
        deepest = deepest.max(depth);
        if depth > MAXIMUM_DEPTH {
            return error(ErrorKind::Recursion, "maximum recursion depth exceeded during compilation");
        }
    }
}

/// Parses a source.
pub fn parse(source: &Source, options: &CompileOptions) -> Result<(Mod, Vec<(TextRange, String)>)> {
    let mode = match options.mode {
        Mode::Module | Mode::Interactive => ParserMode::Module,
        Mode::Expression => ParserMode::Expression,
    };
    // In an expression, leading blanks mean nothing.
    let parse_options = ParseOptions::from(mode).with_target_version(PythonVersion::PY314);
    let parsed = ruff_python_parser::parse_unchecked(&source.text, parse_options);
    let problem = match (parsed.errors().first(), parsed.unsupported_syntax_errors().first()) {
        (Some(error), _) => Some((error.location, error.error.to_string())),
        (None, Some(error)) => Some((error.range, "invalid syntax".to_owned())),
        (None, None) => None,
    };
    let Some((range, message)) = problem else {
        let warnings = numbers_before_keywords(source, parsed.tokens());
        return Ok((parsed.into_syntax(), warnings));
    };
    if options.allow_incomplete_input && diagnose::is_incomplete(&source.text) {
        return Err(SyntaxError::of_kind(source, ErrorKind::IncompleteInput, range, "incomplete input"));
    }
    Err(diagnose::explain(source, options.mode).unwrap_or_else(|| SyntaxError::at(source, range, message)))
}

/// Warnings about numbers that a keyword follows without a blank: `1if x else y`.
fn numbers_before_keywords(source: &Source, tokens: &[Token]) -> Vec<(TextRange, String)> {
    let mut warnings = Vec::new();
    for pair in tokens.windows(2) {
        let [number, word] = pair else { continue };
        if !matches!(number.kind(), TokenKind::Int | TokenKind::Float | TokenKind::Complex)
            || !word.kind().is_keyword()
            || number.end() != word.start()
        {
            continue;
        }
        let text = source.slice(number.range()).to_ascii_lowercase();
        let kind = match text.get(..2) {
            _ if number.kind() == TokenKind::Complex => "imaginary",
            Some("0x") => "hexadecimal",
            Some("0o") => "octal",
            Some("0b") => "binary",
            _ => "decimal",
        };
        warnings.push((number.range(), format!("invalid {kind} literal")));
    }
    warnings
}
