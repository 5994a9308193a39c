//! Why a source does not parse, in CPython's words.
//!
//! Runs only when the parser has found an error: a tokenizer and a recursive-descent parser of their own follow the order in
//! which CPython's tokenizer and its `invalid_*` rules would meet the error. Invariant: what they cannot name is
//! `invalid syntax` at the furthest token read. Source: Grammar/python.gram, Parser/pegen_errors.c and Parser/action_helpers.c of
//! CPython 3.14.

mod arguments;
mod atoms;
mod expressions;
mod lexer;
mod literals;
mod node;
mod parameters;
mod patterns;
mod simple;
mod statements;

use ruff_text_size::TextRange;

use crate::Mode;
use crate::error::{ErrorKind, SyntaxError};
use crate::source::Source;
use lexer::{BETWEEN_TOKENS, Fault, Kind, Token, Tokens, UNKNOWN_END};
use node::Node;

/// Why parsing stopped.
#[derive(Debug)]
enum Stop {
    /// Nothing fits; the furthest token tells where.
    Here,
    /// An error with a name.
    Fault(Box<Fault>),
}

type Parse<T> = Result<T, Stop>;

struct Parser<'s> {
    text: &'s str,
    tokens: &'s [Token],
    at: usize,
    furthest: usize,
    /// Trying something: errors with names are not raised.
    quiet: usize,
    /// Depth of recursion, which is bounded.
    depth: usize,
}

const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Recursion beyond this is given up as `invalid syntax`.
const MAXIMUM_DEPTH: usize = 1500;

impl<'s> Parser<'s> {
    fn token(&mut self) -> Token {
        self.furthest = self.furthest.max(self.at);
        self.token_at(self.at)
    }

    fn token_at(&self, index: usize) -> Token {
        let end = self.text.len();
        self.tokens.get(index).copied().unwrap_or(Token { kind: Kind::End, start: end, end, level: 0 })
    }

    fn text_of(&self, token: Token) -> &'s str {
        self.text.get(token.start..token.end).unwrap_or("")
    }

    fn word(&mut self) -> &'s str {
        let token = self.token();
        match token.kind {
            Kind::Name | Kind::Operator => self.text_of(token),
            _ => "",
        }
    }

    fn is(&mut self, word: &str) -> bool {
        self.word() == word
    }

    fn is_any(&mut self, words: &[&str]) -> bool {
        let word = self.word();
        words.contains(&word)
    }

    fn kind(&mut self) -> Kind {
        self.token().kind
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.is(word);
        self.at += usize::from(found);
        found
    }

    fn eat_kind(&mut self, kind: Kind) -> bool {
        let found = self.kind() == kind;
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, word: &str) -> Parse<Token> {
        let token = self.token();
        if self.eat(word) { Ok(token) } else { Err(Stop::Here) }
    }

    /// A token that must follow: `expected ':'`.
    fn force(&mut self, word: &str) -> Parse<Token> {
        let token = self.token();
        if self.eat(word) { Ok(token) } else { self.fault_at(token, format!("expected '{word}'")) }
    }

    fn is_identifier(&mut self) -> bool {
        let token = self.token();
        token.kind == Kind::Name && !KEYWORDS.contains(&self.text_of(token))
    }

    fn identifier(&mut self) -> Parse<Token> {
        let token = self.token();
        if !self.is_identifier() {
            return Err(Stop::Here);
        }
        self.at += 1;
        Ok(token)
    }

    fn raise<T>(&self, kind: ErrorKind, message: impl Into<String>, start: usize, end: usize) -> Parse<T> {
        if self.quiet > 0 {
            return Err(Stop::Here);
        }
        Err(Stop::Fault(Box::new(Fault { kind, message: message.into(), start, end: Some(end) })))
    }

    fn fault<T>(&self, start: usize, end: usize, message: impl Into<String>) -> Parse<T> {
        self.raise(ErrorKind::Syntax, message, start, end)
    }

    fn fault_at<T>(&self, token: Token, message: impl Into<String>) -> Parse<T> {
        self.fault(token.start, token.end, message)
    }

    fn fault_of<T>(&self, node: &Node, message: impl Into<String>) -> Parse<T> {
        self.fault(node.start, node.end, message)
    }

    /// An error at the last token read.
    fn fault_here<T>(&self, message: impl Into<String>) -> Parse<T> {
        self.raise_here(ErrorKind::Syntax, message)
    }

    fn raise_here<T>(&self, kind: ErrorKind, message: impl Into<String>) -> Parse<T> {
        let token = self.token_at(self.furthest);
        match token.kind {
            Kind::Dedent | Kind::End if token.start >= self.text.len() && self.text.ends_with('\n') => {
                self.raise(kind, message, token.start - 1, UNKNOWN_END)
            }
            Kind::Dedent => self.raise(kind, message, token.start, BETWEEN_TOKENS),
            _ => self.raise(kind, message, token.start, token.end),
        }
    }

    /// An error from a token up to the last one read.
    fn fault_from<T>(&self, token: Token, message: impl Into<String>) -> Parse<T> {
        let end = self.token_at(self.furthest).end.saturating_sub(1);
        self.fault(token.start, end, message)
    }

    /// Parses without raising named errors, and goes back if that fails.
    fn attempt<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parse<T>) -> Option<T> {
        let (at, depth) = (self.at, self.depth);
        self.quiet += 1;
        let result = parse(self);
        self.quiet -= 1;
        self.depth = depth;
        match result {
            Ok(value) => Some(value),
            Err(_) => {
                self.at = at;
                None
            }
        }
    }

    /// As [`Parser::attempt`], but named errors are raised.
    fn alternative<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<Option<T>> {
        let (at, depth) = (self.at, self.depth);
        match parse(self) {
            Ok(value) => Ok(Some(value)),
            Err(Stop::Here) => {
                self.at = at;
                self.depth = depth;
                Ok(None)
            }
            Err(stop) => Err(stop),
        }
    }

    /// Looks ahead without moving; how far it looks does not count.
    fn look<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        let (at, furthest) = (self.at, self.furthest);
        let result = look(self);
        self.at = at;
        self.furthest = furthest;
        result
    }

    fn line(&self, offset: usize) -> usize {
        self.text.get(..offset).unwrap_or(self.text).matches('\n').count() + 1
    }

    fn descend(&mut self) -> Parse<()> {
        self.depth += 1;
        if self.depth > MAXIMUM_DEPTH { Err(Stop::Here) } else { Ok(()) }
    }
}

/// Whether the source could be completed by further lines.
pub fn is_incomplete(text: &str) -> bool {
    let tokens = lexer::tokenize(text);
    if tokens.ends_early {
        return true;
    }
    if tokens.fault.is_some() {
        return false;
    }
    let mut parser = Parser { text, tokens: &tokens.tokens, at: 0, furthest: 0, quiet: 0, depth: 0 };
    let failed = parser.file().is_err();
    failed
        && (matches!(parser.token_at(parser.furthest).kind, Kind::End | Kind::Dedent)
            || parser.furthest + 1 >= tokens.tokens.len())
}

fn report(source: &Source, fault: &Fault) -> Box<SyntaxError> {
    let offset = |at: usize| (at.min(source.text.len()) as u32).into();
    let end = fault.end.filter(|&end| end < BETWEEN_TOKENS).unwrap_or(fault.start).max(fault.start);
    let range = TextRange::new(offset(fault.start), offset(end));
    let mut error = SyntaxError::of_kind(source, fault.kind, range, fault.message.clone());
    if fault.end == Some(BETWEEN_TOKENS) {
        error.column -= 1;
        error.end_column = 0;
    } else if fault.end == Some(UNKNOWN_END) {
        error.end_column = 0;
    } else if source.text.get(fault.start..end) == Some("\n")
        || fault.end == Some(source.text.len()) && fault.start == end
    {
        // The end of a line is one column wide.
        error.end_line = error.line;
        error.end_column = error.column + 1;
    }
    error
}

/// The first error that the tokenizer finds.
pub fn tokenizer_error(source: &Source) -> Option<Box<SyntaxError>> {
    lexer::tokenize(&source.text).fault.map(|fault| report(source, &fault))
}

/// Explains why a source does not parse; `None` if nothing wrong is found.
pub fn explain(source: &Source, mode: Mode) -> Option<Box<SyntaxError>> {
    let Tokens { tokens, fault, unclosed, .. } = lexer::tokenize(&source.text);
    let mut parser = Parser { text: &source.text, tokens: &tokens, at: 0, furthest: 0, quiet: 0, depth: 0 };
    let result = match mode {
        Mode::Module => parser.file(),
        Mode::Interactive => parser.interactive(),
        Mode::Expression => parser.evaluation(),
    };
    if let Some(fault) = fault {
        // Errors raised by the values of literals come before the tokenizer reads on.
        if let Err(Stop::Fault(earlier)) = &result
            && earlier.start < fault.start
            && literals::is_value_error(&earlier.message)
        {
            return Some(report(source, earlier));
        }
        return Some(report(source, &fault));
    }
    let stop = result.err()?;
    let last = parser.token_at(parser.furthest);
    if let Some((open, bracket)) = unclosed {
        let line = parser.line(last.start);
        if last.kind == Kind::End || line > parser.line(open) {
            let message = format!("'{bracket}' was never closed");
            let fault = Fault { kind: ErrorKind::Syntax, message, start: open, end: Some(UNKNOWN_END) };
            return Some(report(source, &fault));
        }
    }
    let fault = match stop {
        Stop::Fault(fault) => *fault,
        Stop::Here => match last.kind {
            Kind::Indent => Fault {
                kind: ErrorKind::Indentation,
                message: "unexpected indent".into(),
                start: last.end,
                end: Some(BETWEEN_TOKENS),
            },
            Kind::Dedent => Fault {
                kind: ErrorKind::Indentation,
                message: "unexpected unindent".into(),
                start: last.start,
                end: Some(last.end),
            },
            _ => Fault {
                kind: ErrorKind::Syntax,
                message: "invalid syntax".into(),
                start: last.start,
                end: Some(last.end),
            },
        },
    };
    Some(report(source, &fault))
}
