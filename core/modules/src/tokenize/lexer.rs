//! Lines to tokens.
//!
//! Invariant: `cursor`, `line_start`, `multi_line_start` and a token's start are places in `buffer`, which is emptied before a line is
//! read only if no token is open. Source: Parser/lexer/lexer.c.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use threadsnake_engine::ExceptionClass;
use threadsnake_engine::text::unicode;

use super::fault::Fault;
use super::strings::FormatMode;

/// Result of a step.
pub type Lexed<T> = Result<T, Fault>;

/// Reads the next line; empty at the end of the source.
pub type ReadLine<'a> = dyn FnMut() -> Lexed<String> + 'a;

/// Kinds of token, as `token` numbers them.
pub mod kind {
    #![allow(missing_docs)]
    pub const END_MARKER: u8 = 0;
    pub const NAME: u8 = 1;
    pub const NUMBER: u8 = 2;
    pub const STRING: u8 = 3;
    pub const NEWLINE: u8 = 4;
    pub const INDENT: u8 = 5;
    pub const DEDENT: u8 = 6;
    pub const OP: u8 = 55;
    pub const FSTRING_START: u8 = 59;
    pub const FSTRING_MIDDLE: u8 = 60;
    pub const FSTRING_END: u8 = 61;
    pub const TSTRING_START: u8 = 62;
    pub const TSTRING_MIDDLE: u8 = 63;
    pub const TSTRING_END: u8 = 64;
    pub const COMMENT: u8 = 65;
    pub const NL: u8 = 66;
}

/// Operators and delimiters, as `token` numbers them.
const OPERATORS: &[(&str, u8)] = &[
    ("**=", 46),
    ("//=", 48),
    (">>=", 45),
    ("<<=", 44),
    ("...", 52),
    ("!=", 28),
    ("%=", 40),
    ("&=", 41),
    ("**", 35),
    ("*=", 38),
    ("+=", 36),
    ("-=", 37),
    ("->", 51),
    ("//", 47),
    ("/=", 39),
    (":=", 53),
    ("<<", 33),
    ("<=", 29),
    ("<>", 28),
    ("==", 27),
    (">=", 30),
    (">>", 34),
    ("@=", 50),
    ("^=", 43),
    ("|=", 42),
    ("!", 54),
    ("%", 24),
    ("&", 19),
    ("(", 7),
    (")", 8),
    ("*", 16),
    ("+", 14),
    (",", 12),
    ("-", 15),
    (".", 23),
    ("/", 17),
    (":", 11),
    (";", 13),
    ("<", 20),
    ("=", 22),
    (">", 21),
    ("@", 49),
    ("[", 9),
    ("]", 10),
    ("^", 32),
    ("{", 25),
    ("|", 18),
    ("}", 26),
    ("~", 31),
];

const MAXIMUM_INDENTATION: usize = 100;
const MAXIMUM_BRACKETS: usize = 200;
const TAB_WIDTH: usize = 8;

/// A token: its kind, and its place in the buffer if it has one.
#[derive(Copy, Clone, Debug)]
pub struct Token {
    /// Its kind.
    pub kind: u8,
    /// Start and end.
    pub place: Option<(usize, usize)>,
}

/// An open bracket.
struct Bracket {
    character: char,
    line: usize,
}

/// The state of tokenizing.
pub struct Lexer {
    /// Whether comments, `NL` and wrong literals are given too.
    pub extra: bool,
    /// The text of the current line, and of those before it that the current token began in.
    pub buffer: Vec<char>,
    /// What is read next.
    pub cursor: usize,
    /// Start of the current line.
    pub line_start: usize,
    /// Start of the line in which the current string began.
    pub multi_line_start: usize,
    /// Number of the current line, from 1.
    pub line: usize,
    /// Number of the line in which the current string began.
    pub first_line: usize,
    /// The last line ended without a line end, and got one.
    pub implicit_newline: bool,
    /// The source has ended.
    pub ended: bool,
    /// Start of the current token.
    pub start: Option<usize>,
    /// Warnings that are not issued yet, and their lines.
    pub warnings: Vec<(String, usize)>,
    /// Open f-strings and t-strings.
    pub modes: Vec<FormatMode>,
    at_line_start: bool,
    blank_line: bool,
    comment_newline: bool,
    /// Columns of the open blocks, with tabs as eight columns and as one.
    indents: Vec<(usize, usize)>,
    /// Indents (positive) or dedents (negative) to give.
    pending: isize,
    brackets: Vec<Bracket>,
}

fn is_identifier_start(character: char) -> bool {
    character == '_' || character.is_ascii_alphabetic() || !character.is_ascii()
}

/// Whether a character may be in an identifier, as far as the tokenizer looks.
pub fn is_identifier_part(character: char) -> bool {
    is_identifier_start(character) || character.is_ascii_digit()
}

impl Lexer {
    /// At the start of a source.
    pub fn new(extra: bool) -> Lexer {
        Lexer {
            extra,
            buffer: Vec::new(),
            cursor: 0,
            line_start: 0,
            multi_line_start: 0,
            line: 0,
            first_line: 0,
            implicit_newline: false,
            ended: false,
            start: None,
            warnings: Vec::new(),
            modes: Vec::new(),
            at_line_start: true,
            blank_line: false,
            comment_newline: false,
            indents: alloc::vec![(0, 0)],
            pending: 0,
            brackets: Vec::new(),
        }
    }

    /// The text between two places.
    pub fn text(&self, start: usize, end: usize) -> String {
        self.buffer.get(start..end).unwrap_or(&[]).iter().collect()
    }

    /// The current line without its end.
    fn line_text(&self) -> String {
        let line = self.buffer.get(self.line_start..).unwrap_or(&[]);
        line.iter().take_while(|&&character| !matches!(character, '\n' | '\0')).collect()
    }

    /// A SyntaxError that ends before the cursor.
    pub fn fault<T>(&self, message: impl Into<String>) -> Lexed<T> {
        let column = self.cursor.saturating_sub(self.line_start);
        self.fault_at(message, column, column)
    }

    /// A SyntaxError in the current line.
    pub fn fault_at<T>(&self, message: impl Into<String>, column: usize, end_column: usize) -> Lexed<T> {
        let (message, line, text) = (message.into(), self.line, self.line_text());
        Err(Fault::Syntax { message, line, column, text, end_column })
    }

    fn block_fault<T>(&self, class: ExceptionClass, message: &'static str) -> Lexed<T> {
        let (line, column) = (self.line, self.buffer.len());
        let text = self.text(0, column).trim_end_matches('\n').into();
        Err(Fault::At { class, message, line, column, text })
    }

    fn end_fault<T>(&self) -> Lexed<T> {
        // CPython counts bytes here.
        let column = self.buffer.iter().map(|character| character.len_utf8()).sum();
        Err(Fault::EndOfFile { line: self.line, column })
    }

    /// The next character; none at the end of the source.
    pub fn next(&mut self, read: &mut ReadLine<'_>) -> Lexed<Option<char>> {
        if let Some(&character) = self.buffer.get(self.cursor) {
            self.cursor += 1;
            return Ok(Some(character));
        }
        if self.ended {
            return Ok(None);
        }
        if self.start.is_none() && self.modes.is_empty() {
            self.buffer.clear();
            (self.cursor, self.line_start, self.multi_line_start) = (0, 0, 0);
        }
        let line = read()?;
        if line.is_empty() {
            self.ended = true;
            return Ok(None);
        }
        self.line_start = self.cursor;
        self.buffer.extend(line.chars());
        self.implicit_newline = !line.ends_with('\n');
        if self.implicit_newline {
            self.buffer.push('\n');
        }
        self.line += 1;
        if line.contains('\0') {
            return self.fault("source code cannot contain null bytes");
        }
        let character = self.buffer.get(self.cursor).copied();
        self.cursor += 1;
        Ok(character)
    }

    /// Takes a character back that [`Lexer::next`] gave.
    pub fn back(&mut self, character: Option<char>) {
        if character.is_some() {
            self.cursor = self.cursor.saturating_sub(1);
        }
    }

    /// A token from its start to the cursor.
    pub fn token(&self, kind: u8) -> Lexed<Token> {
        Ok(Token { kind, place: self.start.map(|start| (start, self.cursor)) })
    }

    /// The next token.
    pub fn token_after(&mut self, read: &mut ReadLine<'_>) -> Lexed<Token> {
        match self.modes.last() {
            Some(mode) if mode.in_text => self.format_text(read),
            _ => self.code_token(read),
        }
    }

    /// Measures the indentation of a line.
    fn indentation(&mut self, read: &mut ReadLine<'_>) -> Lexed<()> {
        let (mut column, mut alternative, mut continued) = (0usize, 0usize, 0usize);
        let first = loop {
            match self.next(read)? {
                Some(' ') => (column, alternative) = (column + 1, alternative + 1),
                Some('\t') => {
                    (column, alternative) = ((column / TAB_WIDTH + 1) * TAB_WIDTH, alternative + 1);
                }
                Some('\x0c') => (column, alternative) = (0, 0),
                Some('\\') => {
                    // The indentation that counts is that of the first line.
                    continued = if continued != 0 { continued } else { column };
                    self.continuation(read)?;
                }
                other => break other,
            }
        };
        self.back(first);
        if matches!(first, Some('#' | '\n' | '\r')) {
            self.blank_line = true;
        }
        if self.blank_line || !self.brackets.is_empty() {
            return Ok(());
        }
        if continued != 0 {
            (column, alternative) = (continued, continued);
        }
        let tab_fault = |lexer: &Lexer| {
            lexer.block_fault(ExceptionClass::TabError, "inconsistent use of tabs and spaces in indentation")
        };
        let (current, current_alternative) = self.indents.last().copied().unwrap_or((0, 0));
        if column == current {
            if alternative != current_alternative {
                return tab_fault(self);
            }
        } else if column > current {
            if self.indents.len() >= MAXIMUM_INDENTATION {
                return self.block_fault(ExceptionClass::IndentationError, "too many levels of indentation");
            }
            if alternative <= current_alternative {
                return tab_fault(self);
            }
            self.pending += 1;
            self.indents.push((column, alternative));
        } else {
            while self.indents.len() > 1 && self.indents.last().is_some_and(|&(indent, _)| column < indent) {
                self.pending -= 1;
                self.indents.pop();
            }
            let (indent, indent_alternative) = self.indents.last().copied().unwrap_or((0, 0));
            if column != indent {
                self.cursor = self.buffer.len();
                return self.block_fault(
                    ExceptionClass::IndentationError,
                    "unindent does not match any outer indentation level",
                );
            }
            if alternative != indent_alternative {
                return tab_fault(self);
            }
        }
        Ok(())
    }

    /// Behind a backslash: the line end, and that there is another line.
    fn continuation(&mut self, read: &mut ReadLine<'_>) -> Lexed<()> {
        let mut next = self.next(read)?;
        if next == Some('\r') {
            next = self.next(read)?;
        }
        if next != Some('\n') {
            return self.block_fault(
                ExceptionClass::SyntaxError,
                "unexpected character after line continuation character",
            );
        }
        let next = self.next(read)?;
        if next.is_none() {
            self.cursor = self.buffer.len();
            return self.end_fault();
        }
        self.back(next);
        Ok(())
    }

    /// A token of code.
    pub fn code_token(&mut self, read: &mut ReadLine<'_>) -> Lexed<Token> {
        'line: loop {
            self.start = None;
            self.blank_line = false;
            if self.at_line_start {
                self.at_line_start = false;
                self.indentation(read)?;
            }
            self.start = Some(self.cursor);
            if self.pending < 0 {
                self.pending += 1;
                let place = self.extra.then_some((self.cursor, self.cursor));
                return Ok(Token { kind: kind::DEDENT, place });
            }
            if self.pending > 0 {
                self.pending -= 1;
                let place = self.extra.then_some((self.line_start, self.cursor));
                return Ok(Token { kind: kind::INDENT, place });
            }
            // Reads the line, if it is not there, while the token has a start: CPython's buffer then keeps the line before.
            let peeked = self.next(read)?;
            self.back(peeked);
            loop {
                self.start = None;
                let character = loop {
                    match self.next(read)? {
                        Some(' ' | '\t' | '\x0c') => {}
                        other => break other,
                    }
                };
                let start = self.cursor.saturating_sub(usize::from(character.is_some()));
                self.start = Some(start);
                let mut character = character;
                if character == Some('#') {
                    while !matches!(character, None | Some('\n' | '\r')) {
                        character = self.next(read)?;
                    }
                    if self.extra {
                        self.back(character);
                        self.comment_newline = self.blank_line && self.brackets.is_empty();
                        return self.token(kind::COMMENT);
                    }
                }
                let Some(mut first) = character else {
                    if !self.brackets.is_empty() {
                        return self.end_fault();
                    }
                    return Ok(Token { kind: kind::END_MARKER, place: None });
                };
                if is_identifier_start(first) {
                    return self.name(first, read);
                }
                if first == '\r' {
                    match self.next(read)? {
                        Some('\n') => first = '\n',
                        other => {
                            self.back(other);
                            return self.fault("invalid non-printable character U+000D");
                        }
                    }
                }
                if first == '\n' {
                    self.at_line_start = true;
                    if self.blank_line || !self.brackets.is_empty() {
                        if self.extra {
                            return self.token(kind::NL);
                        }
                        continue 'line;
                    }
                    if self.comment_newline && self.extra {
                        self.comment_newline = false;
                        return self.token(kind::NL);
                    }
                    let place = Some((start, self.cursor.saturating_sub(1)));
                    return Ok(Token { kind: kind::NEWLINE, place });
                }
                if first == '.' {
                    let next = self.next(read)?;
                    if next.is_some_and(|next| next.is_ascii_digit()) {
                        return self.fraction(next, read);
                    }
                    self.back(next);
                }
                if first.is_ascii_digit() {
                    return self.number(first, read);
                }
                if matches!(first, '\'' | '"') {
                    return self.string(first, read);
                }
                if first == '\\' {
                    self.continuation(read)?;
                    continue;
                }
                return self.operator(first, read);
            }
        }
    }

    fn name(&mut self, first: char, read: &mut ReadLine<'_>) -> Lexed<Token> {
        // The legal combinations of prefixes of strings.
        let (mut bytes, mut raw, mut unicode, mut format, mut template) = (false, false, false, false, false);
        let mut character = Some(first);
        loop {
            match character {
                Some('b' | 'B') if !(bytes || unicode || format || template) => bytes = true,
                Some('u' | 'U') if !(bytes || unicode || raw || format || template) => unicode = true,
                Some('r' | 'R') if !(raw || unicode) => raw = true,
                Some('f' | 'F') if !(format || bytes || unicode || template) => format = true,
                Some('t' | 'T') if !(template || bytes || unicode || format) => template = true,
                _ => break,
            }
            character = self.next(read)?;
            if let Some(quote @ ('\'' | '"')) = character {
                if format || template {
                    return self.format_start(quote, raw, template, read);
                }
                return self.string(quote, read);
            }
        }
        while character.is_some_and(is_identifier_part) {
            character = self.next(read)?;
        }
        self.back(character);
        self.check_identifier()?;
        self.token(kind::NAME)
    }

    /// Invalid characters of names are errors, but for a reader that wants all tokens.
    fn check_identifier(&mut self) -> Lexed<()> {
        if self.extra {
            return Ok(());
        }
        let start = self.start.unwrap_or(self.cursor);
        let bad = self.buffer.get(start..self.cursor).unwrap_or(&[]).iter().enumerate().position(
            |(index, &character)| {
                let code = character as u32;
                character != '_'
                    && !(if index == 0 {
                        unicode::is_identifier_start(code)
                    } else {
                        unicode::is_identifier_continue(code)
                    })
            },
        );
        let Some(bad) = bad else { return Ok(()) };
        let character = self.buffer.get(start + bad).copied().unwrap_or(' ');
        self.cursor = start + bad + 1;
        let code = character as u32;
        if unicode::is_printable(code) {
            self.fault(format!("invalid character '{character}' (U+{code:04X})"))
        } else {
            self.fault(format!("invalid non-printable character U+{code:04X}"))
        }
    }

    fn operator(&mut self, first: char, read: &mut ReadLine<'_>) -> Lexed<Token> {
        if first == ':'
            && let Some(mode) = self.modes.last_mut()
            && mode.field_depths.last() == Some(&mode.bracket_depth)
        {
            mode.in_text = true;
            mode.in_specification = true;
            return self.token(11);
        }
        // The longest operator.
        let second = self.next(read)?;
        let pair = second.and_then(|second| find_operator(&[first, second]));
        if let (Some(pair), Some(second)) = (pair, second) {
            let third = self.next(read)?;
            let kind = match third.and_then(|third| find_operator(&[first, second, third])) {
                Some(kind) => kind,
                None => {
                    self.back(third);
                    pair
                }
            };
            return self.token(kind);
        }
        if first == '.' && second == Some('.') {
            let third = self.next(read)?;
            if third == Some('.') {
                return self.token(52);
            }
            self.back(third);
        }
        self.back(second);
        match first {
            '(' | '[' | '{' => {
                if self.brackets.len() >= MAXIMUM_BRACKETS {
                    return self.fault("too many nested parentheses");
                }
                self.brackets.push(Bracket { character: first, line: self.line });
                if let Some(mode) = self.modes.last_mut() {
                    mode.bracket_depth += 1;
                }
            }
            ')' | ']' | '}' => self.close(first)?,
            _ => {}
        }
        if !unicode::is_printable(first as u32) {
            return self.fault(format!("invalid non-printable character U+{:04X}", first as u32));
        }
        self.token(find_operator(&[first]).unwrap_or(kind::OP))
    }

    fn close(&mut self, character: char) -> Lexed<()> {
        if let Some(mode) = self.modes.last()
            && mode.bracket_depth == 0
            && character == '}'
        {
            return self.fault(format!("{}-string: single '}}' is not allowed", mode.letter()));
        }
        if !self.extra && self.brackets.is_empty() {
            return self.fault(format!("unmatched '{character}'"));
        }
        if let Some(opening) = self.brackets.pop()
            && !self.extra
            && !matches!((opening.character, character), ('(', ')') | ('[', ']') | ('{', '}'))
        {
            if opening.character == '{'
                && let Some(mode) = self.modes.last()
                && mode.field_depths.last() == Some(&mode.bracket_depth)
            {
                return self.fault(format!("{}-string: unmatched '{character}'", mode.letter()));
            }
            let place =
                if opening.line == self.line { String::new() } else { format!(" on line {}", opening.line) };
            return self.fault(format!(
                "closing parenthesis '{character}' does not match opening parenthesis '{}'{place}",
                opening.character
            ));
        }
        let Some(mode) = self.modes.last_mut() else { return Ok(()) };
        let Some(outside) = mode.bracket_depth.checked_sub(1) else {
            let letter = mode.letter();
            return self.fault(format!("{letter}-string: unmatched '{character}'"));
        };
        mode.bracket_depth = outside;
        if character == '}' && mode.field_depths.last() == Some(&(outside + 1)) {
            mode.field_depths.pop();
            mode.in_text = true;
            mode.in_specification = false;
        }
        Ok(())
    }
}

fn find_operator(characters: &[char]) -> Option<u8> {
    let found = OPERATORS.iter().find(|(text, _)| text.chars().eq(characters.iter().copied()));
    found.map(|&(_, number)| number)
}
