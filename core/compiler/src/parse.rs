//! Text to syntax tree, within limits on nesting.
//!
//! Invariant: no tree is built whose depth, estimated from the tokens, exceeds [`MAXIMUM_DEPTH`]. Source: limits of CPython's
//! Parser/lexer/state.h (200 brackets, 100 indentations).

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_ast::{Mod, PythonVersion};
use ruff_python_parser::{Mode as ParserMode, ParseOptions, UnsupportedSyntaxErrorKind, lexer};
use ruff_text_size::{Ranged, TextRange};

use crate::error::{ErrorKind, Result, SyntaxError};
use crate::source::Source;
use crate::warnings::escapes_in_tokens;
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

/// What a source is parsed for.
#[derive(Copy, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// To compile it; the compiler warns about escapes.
    Code,
    /// For the tree alone.
    Tree,
}

/// Parses a source; with the tree, what there is to warn about.
pub fn parse(
    source: &Source,
    options: &CompileOptions,
    purpose: Purpose,
) -> Result<(Mod, Vec<(TextRange, String)>)> {
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
        if let Some(minor) = options.feature_version {
            refuse_newer(source, mode, minor)?;
        }
        let mut warnings = numbers_before_keywords(source, parsed.tokens());
        if purpose == Purpose::Tree {
            warnings.extend(escapes_in_tokens(source, parsed.tokens()));
            warnings.sort_by_key(|(range, _)| range.start());
        }
        return Ok((parsed.into_syntax(), warnings));
    };
    if options.allow_incomplete_input && diagnose::is_incomplete(&source.text) {
        return Err(SyntaxError::of_kind(source, ErrorKind::IncompleteInput, range, "incomplete input"));
    }
    Err(diagnose::explain(source, options.mode).unwrap_or_else(|| SyntaxError::at(source, range, message)))
}

/// Refuses syntax that came after Python 3.`minor`, in the words of CPython's grammar, which checks these features and no others.
fn refuse_newer(source: &Source, mode: ParserMode, minor: u8) -> Result<()> {
    let version = PythonVersion { major: 3, minor };
    let parsed = ruff_python_parser::parse_unchecked(
        &source.text,
        ParseOptions::from(mode).with_target_version(version),
    );
    for error in parsed.unsupported_syntax_errors() {
        let (what, since) = match error.kind {
            UnsupportedSyntaxErrorKind::Walrus => ("Assignment expressions are", 8),
            UnsupportedSyntaxErrorKind::PositionalOnlyParameter => ("Positional-only parameters are", 8),
            UnsupportedSyntaxErrorKind::Match => ("Pattern matching is", 10),
            UnsupportedSyntaxErrorKind::ExceptStar => ("Exception groups are", 11),
            UnsupportedSyntaxErrorKind::TypeAliasStatement => ("Type statement is", 12),
            UnsupportedSyntaxErrorKind::TypeParameterList => ("Type parameter lists are", 12),
            UnsupportedSyntaxErrorKind::TypeParamDefault => ("Type parameter defaults are", 13),
            UnsupportedSyntaxErrorKind::UnparenthesizedExceptionTypes => {
                ("except expressions without parentheses are", 14)
            }
            UnsupportedSyntaxErrorKind::TemplateStrings => ("t-strings are", 14),
            _ => continue,
        };
        if minor < since {
            let message = format!("{what} only supported in Python 3.{since} and greater");
            return Err(SyntaxError::at(source, error.range, message));
        }
    }
    Ok(())
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
