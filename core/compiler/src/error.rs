//! What a failed compilation reports, with the attributes of CPython's `SyntaxError`.
//!
//! Invariant: `line` and `column` count from 1 and columns count characters, 0 meaning "not known", as `SyntaxError.lineno` and
//! `.offset` do. Source: CPython's Objects/exceptions.c (`SyntaxError_init`) and Parser/pegen_errors.c.

use ruff_text_size::TextRange;

use crate::source::Source;

/// Which Python exception an error becomes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// `SyntaxError`
    Syntax,
    /// `IndentationError`
    Indentation,
    /// `TabError`
    Tab,
    /// `_IncompleteInputError`: more lines could complete the statement (interactive input only).
    IncompleteInput,
    /// `MemoryError`
    Memory,
    /// `RecursionError`
    Recursion,
    /// `OverflowError`, `ValueError`: a bad argument rather than bad source.
    Value,
    /// `TypeError`: a syntax tree that a program made wrong.
    Type,
}

/// A compilation error.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxError {
    /// The exception's class.
    pub kind: ErrorKind,
    /// The message.
    pub message: String,
    /// First line, from 1; 0 if unknown.
    pub line: u32,
    /// Column in `line`, in characters from 1; 0 if unknown.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the end, in characters from 1; 0 if unknown.
    pub end_column: u32,
    /// The source line, with its line ending.
    pub text: Option<String>,
}

impl core::fmt::Display for SyntaxError {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "line {}:{}: {}", self.line, self.column, self.message)
    }
}

impl core::error::Error for SyntaxError {}

/// A warning issued while compiling (`SyntaxWarning` or `DeprecationWarning` as CPython issues it).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxWarning {
    /// The message.
    pub message: String,
    /// Position, as in [`SyntaxError`].
    pub line: u32,
    /// Column, in characters from 1.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the end.
    pub end_column: u32,
    /// The source line.
    pub text: Option<String>,
}

impl SyntaxWarning {
    /// A warning about a source range.
    pub fn at(source: &Source, range: TextRange, message: impl Into<String>) -> SyntaxWarning {
        let error = SyntaxError::at(source, range, message);
        SyntaxWarning {
            message: error.message,
            line: error.line,
            column: error.column,
            end_line: error.end_line,
            end_column: error.end_column,
            text: error.text,
        }
    }
}

impl SyntaxError {
    /// An error at a source range.
    pub fn at(source: &Source, range: TextRange, message: impl Into<String>) -> Box<Self> {
        Self::of_kind(source, ErrorKind::Syntax, range, message)
    }

    /// An error of a given kind at a source range.
    pub fn of_kind(
        source: &Source,
        kind: ErrorKind,
        range: TextRange,
        message: impl Into<String>,
    ) -> Box<Self> {
        let (line, column) = source.line_and_character(range.start());
        let (end_line, end_column) = source.line_and_character(range.end());
        Box::new(Self {
            kind,
            message: message.into(),
            line,
            column: column + 1,
            end_line,
            end_column: end_column + 1,
            text: source.line_text(line),
        })
    }

    /// An error without a position.
    pub fn without_position(kind: ErrorKind, message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            kind,
            message: message.into(),
            line: 0,
            column: 0,
            end_line: 0,
            end_column: 0,
            text: None,
        })
    }
}

/// The result of a compilation step. The error is boxed: it is big and rare.
pub type Result<T> = core::result::Result<T, Box<SyntaxError>>;
