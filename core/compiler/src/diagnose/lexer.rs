//! A tokenizer for sources that do not parse: it finds the errors that CPython's tokenizer finds, in its words.
//!
//! Invariant: it runs over sources with errors alone, so it may take its time; tokens cover the source up to the first error.
//! Source: CPython's Parser/lexer/lexer.c and Parser/tokenizer/helpers.c.

use crate::error::ErrorKind;

/// Kinds of token.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Identifier or keyword.
    Name,
    /// Number.
    Number,
    /// String or bytes literal.
    String,
    /// Start of an f-string or t-string.
    FormatStart,
    /// Literal text in it.
    FormatMiddle,
    /// Its end.
    FormatEnd,
    /// Operator or delimiter.
    Operator,
    /// End of a logical line.
    Newline,
    /// Deeper block.
    Indent,
    /// Shallower block.
    Dedent,
    /// End of the source.
    End,
}

/// A token.
#[derive(Copy, Clone, Debug)]
pub struct Token {
    /// Its kind.
    pub kind: Kind,
    /// Start offset.
    pub start: usize,
    /// End offset.
    pub end: usize,
    /// Number of brackets open around it.
    pub level: usize,
}

/// An error with its range.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Class of exception.
    pub kind: ErrorKind,
    /// Message.
    pub message: String,
    /// Start offset.
    pub start: usize,
    /// End offset; `None` for an error at a point, [`UNKNOWN_END`] for one without an end.
    pub end: Option<usize>,
}

/// The end of an error that has none.
pub const UNKNOWN_END: usize = usize::MAX;
/// As [`UNKNOWN_END`], the column counting from 0: what CPython says of tokens without a place of their own.
pub const BETWEEN_TOKENS: usize = usize::MAX - 1;

/// What tokenizing found.
#[derive(Debug, Default)]
pub struct Tokens {
    /// The tokens.
    pub tokens: Vec<Token>,
    /// The first error.
    pub fault: Option<Fault>,
    /// The innermost bracket left open at the end: offset and character.
    pub unclosed: Option<(usize, char)>,
    /// The source ends inside a bracket, a triple-quoted string or after a backslash.
    pub ends_early: bool,
}

struct FormatMode {
    quote: char,
    triple: bool,
    raw: bool,
    template: bool,
    start: usize,
    /// Bracket depth outside of the replacement fields open now.
    fields: Vec<Field>,
}

struct Field {
    depth: usize,
    in_specification: bool,
}

struct Lexer<'s> {
    text: &'s str,
    at: usize,
    tokens: Vec<Token>,
    brackets: Vec<(usize, char)>,
    formats: Vec<FormatMode>,
    indents: Vec<(usize, usize)>,
    ends_early: bool,
}

type Lex<T> = Result<T, Fault>;

fn is_identifier_start(character: char) -> bool {
    character == '_' || character.is_ascii_alphabetic() || !character.is_ascii()
}

fn is_identifier_part(character: char) -> bool {
    is_identifier_start(character) || character.is_ascii_digit()
}

const OPERATORS: &[&str] = &[
    "**=", "//=", ">>=", "<<=", "...", "!=", "->", ":=", "+=", "-=", "*=", "/=", "%=", "@=", "&=", "|=",
    "^=", "==", "<=", ">=", "**", "//", "<<", ">>", "<>",
];

/// Tokenizes a source.
pub fn tokenize(text: &str) -> Tokens {
    let mut lexer = Lexer {
        text,
        at: 0,
        tokens: Vec::new(),
        brackets: Vec::new(),
        formats: Vec::new(),
        indents: vec![(0, 0)],
        ends_early: false,
    };
    let fault = lexer.run().err();
    Tokens {
        unclosed: lexer.brackets.last().copied(),
        ends_early: lexer.ends_early || !lexer.brackets.is_empty(),
        tokens: lexer.tokens,
        fault,
    }
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn peek_at(&self, index: usize) -> Option<char> {
        self.rest().chars().nth(index)
    }

    fn bump(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    fn eat_while(&mut self, wanted: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.bump();
        }
    }

    fn push(&mut self, kind: Kind, start: usize) {
        let level = self.brackets.len();
        self.tokens.push(Token { kind, start, end: self.at, level });
    }

    fn fault<T>(&self, message: impl Into<String>, start: usize, end: Option<usize>) -> Lex<T> {
        Err(Fault { kind: ErrorKind::Syntax, message: message.into(), start, end })
    }

    fn line_of(&self, offset: usize) -> usize {
        self.text.get(..offset).unwrap_or(self.text).matches('\n').count() + 1
    }

    fn run(&mut self) -> Lex<()> {
        let mut line_start = true;
        loop {
            if line_start && self.brackets.is_empty() && self.formats.is_empty() {
                line_start = false;
                if !self.indentation()? {
                    line_start = true;
                    if self.at >= self.text.len() {
                        break;
                    }
                    continue;
                }
            }
            if let Some(mode) = self.formats.last()
                && mode
                    .fields
                    .last()
                    .is_none_or(|field| field.in_specification && self.brackets.len() == field.depth)
            {
                self.format_middle()?;
                continue;
            }
            self.eat_while(|character| matches!(character, ' ' | '\t' | '\x0c'));
            if self.peek() == Some('#') {
                self.eat_while(|character| character != '\n');
            }
            let start = self.at;
            let Some(character) = self.peek() else {
                if let Some(mode) = self.formats.last()
                    && mode.triple | mode.fields.is_empty()
                {
                    self.ends_early = true;
                }
                break;
            };
            match character {
                '\n' => {
                    self.bump();
                    if self.brackets.is_empty() && self.formats.is_empty() {
                        let ends_statement = self.tokens.last().is_some_and(|token| {
                            !matches!(token.kind, Kind::Newline | Kind::Indent | Kind::Dedent)
                        });
                        if ends_statement {
                            self.push(Kind::Newline, start);
                        }
                        line_start = true;
                    }
                }
                '\\' => {
                    self.bump();
                    match self.peek() {
                        Some('\n') => {
                            self.bump();
                            if self.at >= self.text.len() {
                                self.ends_early = true;
                                return self.fault(
                                    "unexpected EOF while parsing",
                                    start + 1,
                                    Some(UNKNOWN_END),
                                );
                            }
                        }
                        None => {
                            self.ends_early = true;
                            return self.fault("unexpected EOF while parsing", start + 1, Some(UNKNOWN_END));
                        }
                        Some(_) => {
                            let at = self.at;
                            return self.fault(
                                "unexpected character after line continuation character",
                                at,
                                Some(UNKNOWN_END),
                            );
                        }
                    }
                }
                '0'..='9' => self.number()?,
                '.' if self.peek_at(1).is_some_and(|next| next.is_ascii_digit()) => self.number()?,
                '"' | '\'' => self.string(start)?,
                character if is_identifier_start(character) => self.name()?,
                _ => self.operator(character)?,
            }
        }
        // The end.
        self.at = self.text.len();
        let end = self.at;
        if let Some(mode) = self.formats.last()
            && mode.fields.is_empty()
        {
            return self.unterminated_format();
        }
        if self.brackets.is_empty() {
            if self
                .tokens
                .last()
                .is_some_and(|token| !matches!(token.kind, Kind::Newline | Kind::Indent | Kind::Dedent))
            {
                self.push(Kind::Newline, end);
            }
            while self.indents.len() > 1 {
                self.indents.pop();
                self.push(Kind::Dedent, end);
            }
        }
        self.push(Kind::End, end);
        Ok(())
    }

    /// Measures a line's indentation; whether the line has a statement.
    fn indentation(&mut self) -> Lex<bool> {
        let line = self.at;
        let (mut column, mut alternative) = (0usize, 0usize);
        loop {
            match self.peek() {
                Some(' ') => {
                    column += 1;
                    alternative += 1;
                }
                Some('\t') => {
                    column = (column / 8 + 1) * 8;
                    alternative += 1;
                }
                Some('\x0c') => (column, alternative) = (0, 0),
                _ => break,
            }
            self.bump();
        }
        match self.peek() {
            None => return Ok(false),
            Some('#') => {
                self.eat_while(|character| character != '\n');
                self.bump();
                return Ok(false);
            }
            Some('\n') => {
                self.bump();
                return Ok(false);
            }
            Some('\\') if self.peek_at(1) == Some('\n') => {}
            _ => {}
        }
        let tab_error = |_: usize| {
            Err(Fault {
                kind: ErrorKind::Tab,
                message: "inconsistent use of tabs and spaces in indentation".into(),
                start: line,
                end: Some(UNKNOWN_END),
            })
        };
        let line_end = self
            .text
            .get(line..)
            .and_then(|rest| rest.find('\n'))
            .map_or(self.text.len(), |length| line + length);
        let &(current, current_alternative) = self.indents.last().unwrap_or(&(0, 0));
        if column == current {
            if alternative != current_alternative {
                return tab_error(line_end);
            }
        } else if column > current {
            if self.indents.len() >= 100 {
                return Err(Fault {
                    kind: ErrorKind::Indentation,
                    message: "too many levels of indentation".into(),
                    start: line_end,
                    end: None,
                });
            }
            if alternative <= current_alternative {
                return tab_error(line_end);
            }
            self.indents.push((column, alternative));
            let start = self.at;
            self.tokens.push(Token { kind: Kind::Indent, start: line, end: start, level: 0 });
        } else {
            while self.indents.len() > 1 && self.indents.last().is_some_and(|&(indent, _)| column < indent) {
                self.indents.pop();
                self.push(Kind::Dedent, self.at);
            }
            let &(indent, indent_alternative) = self.indents.last().unwrap_or(&(0, 0));
            if column != indent {
                return Err(Fault {
                    kind: ErrorKind::Indentation,
                    message: "unindent does not match any outer indentation level".into(),
                    start: line_end,
                    end: Some(UNKNOWN_END),
                });
            }
            if alternative != indent_alternative {
                return tab_error(line_end);
            }
        }
        Ok(true)
    }

    fn digits(&mut self, radix: u32) -> bool {
        let mut any = false;
        loop {
            if self.peek() == Some('_') {
                self.bump();
                if !self.peek().is_some_and(|next| next.is_digit(radix)) {
                    return false;
                }
            }
            if !self.peek().is_some_and(|next| next.is_digit(radix)) {
                return any;
            }
            any = true;
            self.bump();
        }
    }

    /// An error whose caret is under the last character read.
    fn number_fault(&self, kind: &str) -> Lex<()> {
        self.fault(format!("invalid {kind} literal"), self.at.saturating_sub(1), None)
    }

    fn number(&mut self) -> Lex<()> {
        let start = self.at;
        let radix = match (self.peek(), self.peek_at(1).map(|next| next.to_ascii_lowercase())) {
            (Some('0'), Some('x')) => Some((16, "hexadecimal")),
            (Some('0'), Some('o')) => Some((8, "octal")),
            (Some('0'), Some('b')) => Some((2, "binary")),
            _ => None,
        };
        if let Some((radix, name)) = radix {
            self.bump();
            self.bump();
            loop {
                if self.peek() == Some('_') {
                    self.bump();
                }
                match self.peek() {
                    Some(digit) if digit.is_digit(radix) => {}
                    Some(digit) if digit.is_ascii_digit() && radix < 10 => {
                        let at = self.at;
                        return self.fault(format!("invalid digit '{digit}' in {name} literal"), at, None);
                    }
                    _ => return self.number_fault(name),
                }
                self.eat_while(|character| character.is_digit(radix));
                if self.peek() != Some('_') {
                    break;
                }
            }
            if let Some(digit) = self.peek().filter(|digit| digit.is_ascii_digit()) {
                let at = self.at;
                return self.fault(format!("invalid digit '{digit}' in {name} literal"), at, None);
            }
            self.end_of_number(name)?;
            self.push(Kind::Number, start);
            return Ok(());
        }
        let mut is_integer = true;
        let mut kind = "decimal";
        if self.peek() != Some('.') && !self.digits(10) {
            return self.number_fault("decimal");
        }
        let integer_end = self.at;
        if self.peek() == Some('.') {
            is_integer = false;
            self.bump();
            if self.peek().is_some_and(|next| next.is_ascii_digit()) && !self.digits(10) {
                return self.number_fault("decimal");
            }
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            let sign = usize::from(matches!(self.peek_at(1), Some('+' | '-')));
            if self.peek_at(1 + sign).is_some_and(|next| next.is_ascii_digit()) {
                is_integer = false;
                for _ in 0..=sign {
                    self.bump();
                }
                if !self.digits(10) {
                    return self.number_fault("decimal");
                }
            } else if sign == 1 {
                self.bump();
                self.bump();
                return self.fault("invalid decimal literal", self.at - 1, None);
            } else {
                let e = self.at;
                // `1else` is a number and a keyword; anything else is wrong.
                if !self.rest().starts_with("else") {
                    self.bump();
                    return self.fault("invalid decimal literal", e.saturating_sub(1), None);
                }
            }
        }
        if matches!(self.peek(), Some('j' | 'J')) {
            is_integer = false;
            kind = "imaginary";
            self.bump();
        }
        let digits = self.text.get(start..integer_end).unwrap_or("");
        if is_integer
            && digits.starts_with('0')
            && digits.chars().any(|digit| digit.is_ascii_digit() && digit != '0')
        {
            return self.fault(
                "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
                start,
                Some(start + digits.len().min(digits.len() - digits.trim_start_matches(['0', '_']).len())),
            );
        }
        self.end_of_number(kind)?;
        self.push(Kind::Number, start);
        Ok(())
    }

    /// What may follow a number without a blank: operators, and some keywords.
    fn end_of_number(&mut self, kind: &str) -> Lex<()> {
        let Some(next) = self.peek() else { return Ok(()) };
        if !is_identifier_part(next) {
            return Ok(());
        }
        let rest = self.rest();
        let allowed = ["and", "else", "for", "if", "in", "is", "not", "or"];
        if allowed.iter().any(|word| rest.starts_with(word)) {
            return Ok(());
        }
        if next.is_ascii() || unicode_ident::is_xid_continue(next) {
            return self.fault(format!("invalid {kind} literal"), self.at.saturating_sub(1), None);
        }
        Ok(())
    }

    fn name(&mut self) -> Lex<()> {
        let start = self.at;
        // A string's prefix.
        let prefix: String =
            self.rest().chars().take(3).take_while(|character| character.is_ascii_alphabetic()).collect();
        let lower = prefix.to_ascii_lowercase();
        let quoted = matches!(self.peek_at(prefix.len()), Some('"' | '\''));
        if quoted
            && matches!(lower.as_str(), "r" | "u" | "b" | "br" | "rb" | "f" | "fr" | "rf" | "t" | "tr" | "rt")
        {
            self.at += prefix.len();
            if lower.contains(['f', 't']) {
                return self.format_start(start, lower.contains('r'), lower.contains('t'));
            }
            return self.string(start);
        }
        self.eat_while(is_identifier_part);
        let word = self.text.get(start..self.at).unwrap_or("").to_owned();
        if !word.is_ascii() {
            let mut offset = start;
            for (index, character) in word.chars().enumerate() {
                let good = character == '_'
                    || if index == 0 {
                        unicode_ident::is_xid_start(character)
                    } else {
                        unicode_ident::is_xid_continue(character)
                    };
                if !good {
                    return self.fault(invalid_character(character), offset, None);
                }
                offset += character.len_utf8();
            }
        }
        self.push(Kind::Name, start);
        Ok(())
    }

    fn string(&mut self, start: usize) -> Lex<()> {
        let Some(quote) = self.peek() else { return Ok(()) };
        let triple = self.peek_at(1) == Some(quote) && self.peek_at(2) == Some(quote);
        if !triple && self.peek_at(1) == Some(quote) {
            self.bump();
            self.bump();
            self.push(Kind::String, start);
            return Ok(());
        }
        for _ in 0..if triple { 3 } else { 1 } {
            self.bump();
        }
        let mut escaped_end_quote = false;
        loop {
            match self.peek() {
                Some('\\') => {
                    self.bump();
                    escaped_end_quote |= self.peek() == Some(quote);
                    self.bump();
                }
                Some(character) if character == quote => {
                    if !triple {
                        self.bump();
                        break;
                    }
                    if self.peek_at(1) == Some(quote) && self.peek_at(2) == Some(quote) {
                        self.at += 3;
                        break;
                    }
                    self.bump();
                }
                Some('\n') if !triple => {
                    return self.unterminated_string(start, quote, triple, escaped_end_quote);
                }
                None => {
                    self.ends_early |= triple;
                    return self.unterminated_string(start, quote, triple, escaped_end_quote);
                }
                Some(_) => self.bump(),
            }
        }
        self.push(Kind::String, start);
        Ok(())
    }

    fn unterminated_string(
        &self,
        start: usize,
        quote: char,
        triple: bool,
        escaped_end_quote: bool,
    ) -> Lex<()> {
        if let Some(mode) = self.formats.last()
            && mode.quote == quote
            && mode.triple == triple
        {
            let word = if mode.template { "t-string" } else { "f-string" };
            return self.fault(format!("{word}: expecting '}}'"), start, None);
        }
        if triple {
            let line = self.line_of(self.at.min(self.text.len()));
            let line = if self.text.ends_with('\n') { line - 1 } else { line };
            return self.fault(
                format!("unterminated triple-quoted string literal (detected at line {line})"),
                start,
                None,
            );
        }
        let line = self.line_of(self.at);
        let hint = if escaped_end_quote { "; perhaps you escaped the end quote?" } else { "" };
        self.fault(format!("unterminated string literal (detected at line {line}){hint}"), start, None)
    }

    fn format_start(&mut self, start: usize, raw: bool, template: bool) -> Lex<()> {
        let Some(quote) = self.peek() else { return Ok(()) };
        let triple = self.peek_at(1) == Some(quote) && self.peek_at(2) == Some(quote);
        self.at += if triple { 3 } else { 1 };
        self.push(Kind::FormatStart, start);
        if self.formats.len() >= 150 {
            return self.fault("too many nested f-strings or t-strings", start, None);
        }
        self.formats.push(FormatMode { quote, triple, raw, template, start, fields: Vec::new() });
        Ok(())
    }

    fn unterminated_format<T>(&self) -> Lex<T> {
        let Some(mode) = self.formats.last() else {
            return self.fault("unterminated string literal", self.at, None);
        };
        let word = if mode.template { "t-string" } else { "f-string" };
        let triple = if mode.triple { "triple-quoted " } else { "" };
        let mut line = self.line_of(self.at);
        if mode.triple && self.at >= self.text.len() && self.text.ends_with('\n') {
            line -= 1;
        }
        self.fault(format!("unterminated {triple}{word} literal (detected at line {line})"), mode.start, None)
    }

    /// Literal text of an f-string, up to a field or the end.
    fn format_middle(&mut self) -> Lex<()> {
        let start = self.at;
        let Some(mode) = self.formats.last() else { return Ok(()) };
        let (quote, triple, raw, template) = (mode.quote, mode.triple, mode.raw, mode.template);
        let specification = !mode.fields.is_empty();
        let word = if template { "t-string" } else { "f-string" };
        loop {
            match self.peek() {
                None => {
                    self.ends_early |= triple;
                    return self.unterminated_format();
                }
                Some('\n') if !triple => {
                    if specification {
                        return self.fault(
                            format!("{word}: newlines are not allowed in format specifiers for single quoted {word}s"),
                            start,
                            None,
                        );
                    }
                    return self.unterminated_format();
                }
                Some(character)
                    if character == quote
                        && (!triple
                            || self.rest().starts_with(if quote == '"' { "\"\"\"" } else { "'''" })) =>
                {
                    if self.at > start {
                        self.push(Kind::FormatMiddle, start);
                    }
                    let end = self.at;
                    self.at += if triple { 3 } else { 1 };
                    self.push(Kind::FormatEnd, end);
                    if let Some(mode) = self.formats.pop()
                        && let Some(field) = mode.fields.first()
                    {
                        self.brackets.truncate(field.depth - 1);
                    }
                    return Ok(());
                }
                Some('{') => {
                    if self.peek_at(1) == Some('{') && !specification {
                        self.at += 2;
                        continue;
                    }
                    if self.at > start {
                        self.push(Kind::FormatMiddle, start);
                    }
                    let open = self.at;
                    self.bump();
                    self.brackets.push((open, '{'));
                    self.push(Kind::Operator, open);
                    let depth = self.brackets.len();
                    if let Some(mode) = self.formats.last_mut() {
                        mode.fields.push(Field { depth, in_specification: false });
                    }
                    return Ok(());
                }
                Some('}') => {
                    if specification {
                        if self.at > start {
                            self.push(Kind::FormatMiddle, start);
                        }
                        self.close_field();
                        return Ok(());
                    }
                    if self.peek_at(1) == Some('}') {
                        self.at += 2;
                        continue;
                    }
                    return self.fault(format!("{word}: single '}}' is not allowed"), self.at, None);
                }
                Some('\\') if !raw => {
                    self.bump();
                    if self.rest().starts_with("N{") {
                        let length = self.rest().find(['}', '\n', quote]).unwrap_or(0);
                        self.at += length;
                        if self.peek() == Some('}') {
                            self.bump();
                        }
                    } else if !matches!(self.peek(), Some('{' | '}')) {
                        self.bump();
                    }
                }
                Some('\\') => {
                    self.bump();
                    if !matches!(self.peek(), Some('{' | '}')) {
                        self.bump();
                    }
                }
                Some(_) => self.bump(),
            }
        }
    }

    fn close_field(&mut self) {
        let start = self.at;
        self.bump();
        self.brackets.pop();
        self.push(Kind::Operator, start);
        if let Some(mode) = self.formats.last_mut() {
            mode.fields.pop();
        }
    }

    fn operator(&mut self, character: char) -> Lex<()> {
        let start = self.at;
        let format = self.formats.last().map(|mode| if mode.template { "t-string: " } else { "f-string: " });
        let in_field = self.formats.last().is_some_and(|mode| !mode.fields.is_empty());
        let field_depth = self.formats.last().and_then(|mode| mode.fields.last()).map(|field| field.depth);
        match character {
            '(' | '[' | '{' => {
                if self.brackets.len() >= 200 {
                    return self.fault("too many nested parentheses", start, None);
                }
                self.bump();
                self.brackets.push((start, character));
                self.push(Kind::Operator, start);
                return Ok(());
            }
            ')' | ']' | '}' => {
                if in_field && field_depth == Some(self.brackets.len()) {
                    if character == '}' {
                        self.close_field();
                        return Ok(());
                    }
                    return self.fault(
                        format!("{}unmatched '{character}'", format.unwrap_or("")),
                        start,
                        None,
                    );
                }
                let Some((open, opening)) = self.brackets.pop() else {
                    return self.fault(format!("unmatched '{character}'"), start, None);
                };
                let matches = matches!((opening, character), ('(', ')') | ('[', ']') | ('{', '}'));
                if !matches {
                    let (here, there) = (self.line_of(start), self.line_of(open));
                    let place = if here != there { format!(" on line {there}") } else { String::new() };
                    return self.fault(
                        format!("closing parenthesis '{character}' does not match opening parenthesis '{opening}'{place}"),
                        start,
                        None,
                    );
                }
                self.bump();
                self.push(Kind::Operator, start);
                return Ok(());
            }
            ':' if in_field && field_depth == Some(self.brackets.len()) => {
                // The format specification begins, even if `=` follows.
                self.bump();
                self.push(Kind::Operator, start);
                if let Some(field) = self.formats.last_mut().and_then(|mode| mode.fields.last_mut()) {
                    field.in_specification = true;
                }
                return Ok(());
            }
            _ => {}
        }
        if let Some(operator) = OPERATORS.iter().find(|operator| self.rest().starts_with(**operator)) {
            self.at += operator.len();
            self.push(Kind::Operator, start);
            return Ok(());
        }
        if character.is_ascii_control() {
            return self.fault(
                format!("invalid non-printable character U+{:04X}", character as u32),
                start,
                None,
            );
        }
        self.bump();
        self.push(Kind::Operator, start);
        Ok(())
    }
}

fn invalid_character(character: char) -> String {
    let code = character as u32;
    let hidden = character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(code, 0xad | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0xe000..=0xf8ff | 0xe0000..=0x10ffff);
    if hidden {
        format!("invalid non-printable character U+{code:04X}")
    } else {
        format!("invalid character '{character}' (U+{code:04X})")
    }
}
