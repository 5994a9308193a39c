//! Strings, and the text between the fields of f-strings and t-strings.
//!
//! Invariant: `Lexer::modes` holds the open f-strings, innermost last; a mode is `in_text` while its text or format specification is
//! read. Source: Parser/lexer/lexer.c; PEP 701, PEP 750.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::lexer::{Lexed, Lexer, ReadLine, Token, kind};

/// The deepest f-strings within f-strings.
const MAXIMUM_NESTING: usize = 150;
/// The deepest fields within format specifications.
const MAXIMUM_FIELDS: usize = 3;

/// An open f-string or t-string.
pub struct FormatMode {
    quote: char,
    quote_size: usize,
    raw: bool,
    template: bool,
    /// Text comes next, not code.
    pub in_text: bool,
    /// The text is a format specification.
    pub in_specification: bool,
    /// Brackets open within the string.
    pub bracket_depth: usize,
    /// For each open field, the brackets open with its own.
    pub field_depths: Vec<usize>,
    start: usize,
    first_line: usize,
    multi_line_start: usize,
}

impl FormatMode {
    /// What errors call it by.
    pub fn letter(&self) -> char {
        if self.template { 't' } else { 'f' }
    }
}

impl Lexer {
    /// Quotes at the start of a string, the first of them read: how many, and whether they are an empty string.
    fn quotes(&mut self, quote: char, read: &mut ReadLine<'_>) -> Lexed<(usize, bool)> {
        let second = self.next(read)?;
        if second != Some(quote) {
            self.back(second);
            return Ok((1, false));
        }
        let third = self.next(read)?;
        if third == Some(quote) {
            return Ok((3, false));
        }
        self.back(third);
        Ok((1, true))
    }

    /// A string or bytes literal.
    pub fn string(&mut self, quote: char, read: &mut ReadLine<'_>) -> Lexed<Token> {
        self.first_line = self.line;
        self.multi_line_start = self.line_start;
        let (size, empty) = self.quotes(quote, read)?;
        let mut found = usize::from(empty);
        let mut escaped_quote = false;
        while found < size {
            let character = self.next(read)?;
            match character {
                None => return self.unterminated_string(quote, size, escaped_quote),
                Some('\n') if size == 1 => return self.unterminated_string(quote, size, escaped_quote),
                Some(character) if character == quote => found += 1,
                Some('\\') => {
                    found = 0;
                    let escaped = self.next(read)?;
                    escaped_quote |= escaped == Some(quote);
                    if escaped == Some('\r') {
                        self.next(read)?;
                    }
                }
                Some(_) => found = 0,
            }
        }
        self.token(kind::STRING)
    }

    fn unterminated_string(&mut self, quote: char, size: usize, escaped_quote: bool) -> Lexed<Token> {
        let line = self.line;
        self.cursor = self.start.unwrap_or(self.cursor) + 1;
        self.line_start = self.multi_line_start;
        self.line = self.first_line;
        if let Some(mode) = self.modes.last()
            && (mode.quote, mode.quote_size) == (quote, size)
        {
            return self.fault(format!("{}-string: expecting '}}'", mode.letter()));
        }
        let hint = if escaped_quote { "; perhaps you escaped the end quote?" } else { "" };
        self.fault(if size == 3 {
            format!("unterminated triple-quoted string literal (detected at line {line})")
        } else {
            format!("unterminated string literal (detected at line {line}){hint}")
        })
    }

    /// The start of an f-string or t-string, up to its quotes.
    pub fn format_start(
        &mut self,
        quote: char,
        raw: bool,
        template: bool,
        read: &mut ReadLine<'_>,
    ) -> Lexed<Token> {
        self.first_line = self.line;
        self.multi_line_start = self.line_start;
        let (quote_size, empty) = self.quotes(quote, read)?;
        if empty {
            self.back(Some(quote));
        }
        if self.modes.len() + 1 >= MAXIMUM_NESTING {
            return self.fault("too many nested f-strings or t-strings");
        }
        self.modes.push(FormatMode {
            quote,
            quote_size,
            raw,
            template,
            in_text: true,
            in_specification: false,
            bracket_depth: 0,
            field_depths: Vec::new(),
            start: self.start.unwrap_or(self.cursor),
            first_line: self.line,
            multi_line_start: self.line_start,
        });
        self.token(if template { kind::TSTRING_START } else { kind::FSTRING_START })
    }

    fn unterminated_format(&mut self) -> Lexed<Token> {
        let line = self.line;
        let Some(mode) = self.modes.last() else { return self.fault("unterminated f-string literal") };
        let (letter, size) = (mode.letter(), mode.quote_size);
        self.cursor = mode.start + 1;
        self.line_start = mode.multi_line_start;
        self.line = mode.first_line;
        let triple = if size == 3 { "triple-quoted " } else { "" };
        self.fault(format!("unterminated {triple}{letter}-string literal (detected at line {line})"))
    }

    fn middle(&self, template: bool, end: usize) -> Lexed<Token> {
        let kind = if template { kind::TSTRING_MIDDLE } else { kind::FSTRING_MIDDLE };
        Ok(Token { kind, place: self.start.map(|start| (start, end)) })
    }

    fn begin_field(&mut self) -> Lexed<()> {
        let Some(mode) = self.modes.last_mut() else { return Ok(()) };
        mode.field_depths.push(mode.bracket_depth + 1);
        mode.in_text = false;
        let (depth, letter) = (mode.field_depths.len(), mode.letter());
        if depth > MAXIMUM_FIELDS {
            return self.fault(format!("{letter}-string: expressions nested too deeply"));
        }
        Ok(())
    }

    /// Text of an f-string, or its end, or the field that begins here.
    pub fn format_text(&mut self, read: &mut ReadLine<'_>) -> Lexed<Token> {
        self.start = Some(self.cursor);
        self.first_line = self.line;
        let Some(mode) = self.modes.last() else { return self.code_token(read) };
        let (quote, size, raw, template) = (mode.quote, mode.quote_size, mode.raw, mode.template);
        let in_specification = mode.in_specification && !mode.field_depths.is_empty();
        let letter = mode.letter();
        let first = self.next(read)?;
        if first == Some('{') {
            let second = self.next(read)?;
            self.back(second);
            self.back(first);
            if second != Some('{') || in_specification {
                self.begin_field()?;
                return self.code_token(read);
            }
        } else {
            self.back(first);
            if first == Some(quote)
                && self
                    .buffer
                    .get(self.cursor..self.cursor + size)
                    .is_some_and(|end| end.iter().all(|&character| character == quote))
            {
                self.cursor += size;
                self.multi_line_start = self.line_start;
                self.modes.pop();
                return self.token(if template { kind::TSTRING_END } else { kind::FSTRING_END });
            }
        }
        self.multi_line_start = self.line_start;
        let mut found = 0;
        let mut in_name = false;
        while found < size {
            let character = self.next(read)?;
            match character {
                Some('\n') if size == 1 && in_specification => {
                    return self.fault(format!(
                        "{letter}-string: newlines are not allowed in format specifiers for single quoted {letter}-strings"
                    ));
                }
                None => return self.unterminated_format(),
                Some('\n') if size == 1 => return self.unterminated_format(),
                Some(character) if character == quote => {
                    found += 1;
                    continue;
                }
                Some('{') => {
                    let next = self.next(read)?;
                    if next != Some('{') || in_specification {
                        self.back(next);
                        self.back(character);
                        self.begin_field()?;
                        return self.middle(template, self.cursor);
                    }
                    return self.middle(template, self.cursor - 1);
                }
                Some('}') if in_name => return self.middle(template, self.cursor),
                Some('}') => {
                    let next = self.next(read)?;
                    let nested = self.modes.last().is_some_and(|mode| mode.bracket_depth > 0);
                    if next == Some('}') && !in_specification && !nested {
                        return self.middle(template, self.cursor - 1);
                    }
                    self.back(next);
                    self.back(character);
                    if let Some(mode) = self.modes.last_mut() {
                        mode.in_text = false;
                    }
                    return self.middle(template, self.cursor);
                }
                Some('\\') => {
                    let mut next = self.next(read)?;
                    if next == Some('\r') {
                        next = self.next(read)?;
                    }
                    match next {
                        Some(brace @ ('{' | '}')) => {
                            if !raw {
                                self.warn_of_escape(brace);
                            }
                            self.back(next);
                        }
                        Some('N') if !raw => {
                            let brace = self.next(read)?;
                            if brace == Some('{') {
                                in_name = true;
                            } else {
                                self.back(brace);
                            }
                        }
                        _ => {}
                    }
                }
                Some(_) => {}
            }
            found = 0;
        }
        self.cursor = self.cursor.saturating_sub(size);
        self.middle(template, self.cursor)
    }

    fn warn_of_escape(&mut self, character: char) {
        let message: String = format!(
            "\"\\{character}\" is an invalid escape sequence. Such sequences will not work in the future. \
             Did you mean \"\\\\{character}\"? A raw string is also an option."
        );
        self.warnings.push((message, self.line));
    }
}
