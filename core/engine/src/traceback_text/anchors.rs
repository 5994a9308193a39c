//! Which part of an expression the carets point at: the operator of a binary operation, the brackets of a call or subscript.
//!
//! Invariant: the expression compiled once, so the scanner need not find errors; where it is at a loss it gives no anchors.
//! Source: Lib/traceback.py (`_extract_caret_anchors_from_line_segment`), which asks the parser; the engine has none, so this works
//! out the outermost operation from the tokens and their precedences.

use alloc::string::String;
use alloc::vec::Vec;

/// Lines from 0 and columns in characters from 0: the part between the two places is pointed at.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Anchors {
    /// Line of the start.
    pub left_line: usize,
    /// Column of the start.
    pub left_column: usize,
    /// Line of the end.
    pub right_line: usize,
    /// Column of the end.
    pub right_column: usize,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum TokenKind {
    /// A name, number or string.
    Operand,
    Keyword,
    Operator,
    Open,
    Close,
}

#[derive(Clone, Debug)]
struct Token {
    kind: TokenKind,
    text: String,
    start: (usize, usize),
    end: (usize, usize),
    /// Index of the matching bracket.
    partner: usize,
}

/// What an expression is at the outermost level.
enum Outermost {
    Binary(Anchors),
    Subscript(Anchors),
    Call(Anchors, CalledName),
    Other,
}

/// Whether what is called is a plain name.
#[derive(Copy, Clone, PartialEq, Eq)]
struct CalledName(bool);

const KEYWORDS: [&str; 16] = [
    "and", "as", "assert", "async", "await", "del", "else", "for", "from", "if", "in", "is", "lambda", "not",
    "or", "yield",
];
const STATEMENT_KEYWORDS: [&str; 3] = ["return", "raise", "import"];
const OPERATORS: [&str; 27] = [
    "**=", "//=", ">>=", "<<=", "...", "**", "//", ">>", "<<", "<=", ">=", "==", "!=", "->", ":=", "+=",
    "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", "+", "-", "*",
];

struct Scanner<'a> {
    characters: &'a [char],
    index: usize,
    line: usize,
    column: usize,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.index + ahead).copied()
    }

    fn advance(&mut self) -> Option<char> {
        let character = self.peek(0)?;
        self.index += 1;
        if character == '\n' {
            self.line += 1;
            self.column = 0;
        } else {
            self.column += 1;
        }
        Some(character)
    }

    fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(ahead, character)| self.peek(ahead) == Some(character))
    }

    /// Skips a string from its opening quote; false if it does not end.
    fn string(&mut self, raw: bool, formatted: bool) -> bool {
        let Some(quote) = self.advance() else { return false };
        let triple = self.peek(0) == Some(quote) && self.peek(1) == Some(quote);
        if triple {
            self.advance();
            self.advance();
        }
        loop {
            let Some(character) = self.advance() else { return false };
            if character == '\\' && (!raw || self.peek(0) == Some(quote) || self.peek(0) == Some('\\')) {
                self.advance();
            } else if character == quote && !triple {
                return true;
            } else if character == quote && self.peek(0) == Some(quote) && self.peek(1) == Some(quote) {
                self.advance();
                self.advance();
                return true;
            } else if formatted && character == '{' {
                if self.peek(0) == Some('{') {
                    self.advance();
                } else if !self.replacement_field() {
                    return false;
                }
            }
        }
    }

    /// Skips the inside of `{...}` of an f-string, the closing brace included.
    fn replacement_field(&mut self) -> bool {
        let mut depth = 0usize;
        loop {
            match self.peek(0) {
                None => return false,
                Some('}') if depth == 0 => {
                    self.advance();
                    return true;
                }
                Some('{' | '[' | '(') => {
                    depth += 1;
                    self.advance();
                }
                Some('}' | ']' | ')') => {
                    depth = depth.saturating_sub(1);
                    self.advance();
                }
                Some('\'' | '"') => {
                    if !self.string(false, false) {
                        return false;
                    }
                }
                Some(_) => {
                    self.advance();
                }
            }
        }
    }

    fn token(&mut self) -> Option<(TokenKind, String)> {
        let start = self.index;
        let first = self.peek(0)?;
        let kind = if first == '\'' || first == '"' {
            if !self.string(false, false) {
                return None;
            }
            TokenKind::Operand
        } else if first.is_alphabetic() || first == '_' || !first.is_ascii() {
            while self.peek(0).is_some_and(|next| next.is_alphanumeric() || next == '_' || !next.is_ascii()) {
                self.advance();
            }
            let word: String = self.characters.get(start..self.index)?.iter().collect();
            let is_prefix = word.len() <= 2 && word.chars().all(|letter| "rRbBuUfFtT".contains(letter));
            if is_prefix && matches!(self.peek(0), Some('\'' | '"')) {
                let has = |letters: [char; 2]| word.contains(letters);
                if !self.string(has(['r', 'R']), has(['f', 'F']) || has(['t', 'T'])) {
                    return None;
                }
                TokenKind::Operand
            } else if KEYWORDS.contains(&word.as_str()) || STATEMENT_KEYWORDS.contains(&word.as_str()) {
                TokenKind::Keyword
            } else {
                TokenKind::Operand
            }
        } else if first.is_ascii_digit()
            || (first == '.' && self.peek(1).is_some_and(|next| next.is_ascii_digit()))
        {
            let mut before = ' ';
            while let Some(next) = self.peek(0) {
                let sign = matches!(next, '+' | '-')
                    && matches!(before, 'e' | 'E')
                    && self.peek(1).is_some_and(|digit| digit.is_ascii_digit());
                if !(next.is_ascii_alphanumeric() || next == '_' || next == '.' || sign) {
                    break;
                }
                before = next;
                self.advance();
            }
            TokenKind::Operand
        } else {
            match first {
                '(' | '[' | '{' => {
                    self.advance();
                    TokenKind::Open
                }
                ')' | ']' | '}' => {
                    self.advance();
                    TokenKind::Close
                }
                _ => {
                    let length = OPERATORS
                        .iter()
                        .find(|operator| self.starts_with(operator))
                        .map_or(1, |text| text.len());
                    for _ in 0..length {
                        self.advance();
                    }
                    if length == 3 && first == '.' { TokenKind::Operand } else { TokenKind::Operator }
                }
            }
        };
        Some((kind, self.characters.get(start..self.index)?.iter().collect()))
    }
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let characters: Vec<char> = text.chars().collect();
    let mut scanner = Scanner { characters: &characters, index: 0, line: 0, column: 0 };
    let mut tokens: Vec<Token> = Vec::new();
    let mut open = Vec::new();
    while let Some(next) = scanner.peek(0) {
        match next {
            '#' => {
                while scanner.peek(0).is_some_and(|next| next != '\n') {
                    scanner.advance();
                }
            }
            '\\' => {
                scanner.advance();
            }
            _ if next.is_whitespace() => {
                scanner.advance();
            }
            _ => {
                let start = (scanner.line, scanner.column);
                let (kind, text) = scanner.token()?;
                let end = (scanner.line, scanner.column);
                let index = tokens.len();
                let mut partner = index;
                if kind == TokenKind::Open {
                    open.push(index);
                } else if kind == TokenKind::Close {
                    partner = open.pop()?;
                    tokens.get_mut(partner)?.partner = index;
                }
                tokens.push(Token { kind, text, start, end, partner });
            }
        }
    }
    if open.is_empty() { Some(tokens) } else { None }
}

/// The precedence of a binary operator; higher binds tighter.
fn precedence(operator: &str) -> Option<u8> {
    Some(match operator {
        "|" => 1,
        "^" => 2,
        "&" => 3,
        "<<" | ">>" => 4,
        "+" | "-" => 5,
        "*" | "@" | "/" | "//" | "%" => 6,
        "**" => 8,
        _ => return None,
    })
}

fn ends_operand(token: Option<&Token>) -> bool {
    token.is_some_and(|token| matches!(token.kind, TokenKind::Operand | TokenKind::Close))
}

/// The outermost operation of `tokens[first..last]`.
fn outermost(tokens: &[Token], first: usize, last: usize) -> Option<Outermost> {
    let (opening, closing) = (tokens.get(first)?, tokens.get(last.checked_sub(1)?)?);
    if opening.text == "(" && opening.partner + 1 == last && last - first > 2 {
        return outermost(tokens, first + 1, last - 1);
    }
    let mut lowest: Option<(u8, usize)> = None;
    let mut power = None;
    let mut index = first;
    while index < last {
        let token = tokens.get(index)?;
        match token.kind {
            TokenKind::Keyword if token.text != "await" => return Some(Outermost::Other),
            TokenKind::Operator => match precedence(&token.text) {
                Some(level) if index > first && ends_operand(tokens.get(index - 1)) => {
                    if level == 8 {
                        power = power.or(Some(index));
                    } else if lowest.is_none_or(|(other, _)| level <= other) {
                        lowest = Some((level, index));
                    }
                }
                // A sign.
                Some(_) => {}
                None if token.text == "." || token.text == "~" => {}
                None => return Some(Outermost::Other),
            },
            TokenKind::Open => index = token.partner,
            _ => {}
        }
        index += 1;
    }
    let starts_with_sign = opening.kind == TokenKind::Operator;
    if let Some((level, index)) = lowest {
        return Some(Outermost::Binary(operator_anchors(tokens, index, last, level)?));
    }
    if starts_with_sign {
        return Some(Outermost::Other);
    }
    if let Some(index) = power {
        return Some(Outermost::Binary(operator_anchors(tokens, index, last, 8)?));
    }
    if opening.kind == TokenKind::Keyword || closing.kind != TokenKind::Close || closing.partner <= first {
        return Some(Outermost::Other);
    }
    if !ends_operand(tokens.get(closing.partner - 1)) {
        return Some(Outermost::Other);
    }
    let bracket = tokens.get(closing.partner)?;
    let anchors = Anchors {
        left_line: bracket.start.0,
        left_column: bracket.start.1,
        right_line: closing.end.0,
        right_column: closing.end.1,
    };
    Some(match bracket.text.as_str() {
        "(" => {
            let is_name = closing.partner == first + 1 && opening.kind == TokenKind::Operand;
            Outermost::Call(anchors, CalledName(is_name))
        }
        "[" => Outermost::Subscript(anchors),
        _ => Outermost::Other,
    })
}

fn operator_anchors(tokens: &[Token], index: usize, last: usize, level: u8) -> Option<Anchors> {
    let operator = tokens.get(index)?;
    let (line, column) = operator.start;
    let mut right_column = operator.end.1;
    if operator.text.len() == 1 {
        // The parser does not count parentheses to what they enclose, so one that follows at once is pointed at too.
        let next = tokens.get(index + 1)?;
        if next.text == "(" && next.start == operator.end && is_grouping(tokens, index + 1, last, level) {
            right_column += 1;
        }
    }
    Some(Anchors { left_line: line, left_column: column, right_line: line, right_column })
}

/// Whether parentheses only group what is the whole right operand.
fn is_grouping(tokens: &[Token], open: usize, last: usize, level: u8) -> bool {
    let Some(close) = tokens.get(open).map(|token| token.partner) else { return false };
    let mut index = open + 1;
    if index == close {
        return false;
    }
    while index < close {
        let Some(token) = tokens.get(index) else { return false };
        if token.text == "," || token.text == "for" {
            return false;
        }
        if token.kind == TokenKind::Open {
            index = token.partner;
        }
        index += 1;
    }
    match tokens.get(close + 1) {
        Some(after) if close + 1 < last => precedence(&after.text).is_some_and(|after| after <= level),
        _ => true,
    }
}

/// Where the carets of an instruction point, if they single out a part: `segment` is the instruction's source.
pub fn find_anchors(segment: &str) -> Option<Anchors> {
    let tokens = tokens(segment)?;
    match outermost(&tokens, 0, tokens.len())? {
        Outermost::Binary(anchors) | Outermost::Subscript(anchors) | Outermost::Call(anchors, _) => {
            Some(anchors)
        }
        Outermost::Other => None,
    }
}

/// Whether the range is all of the call in `return name(...)` or `target = call(...)`: carets would tell nothing.
pub fn is_whole_call_statement(lines: &[&str], start: usize, end: usize) -> bool {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return false };
    let before: String = first.chars().take(start).collect();
    let after: String = last.chars().skip(end).collect();
    let joined = lines.join("\n");
    let length = joined.chars().count().saturating_sub(after.chars().count()).saturating_sub(start);
    let segment: String = joined.chars().skip(start).take(length).collect();
    let Some(segment_tokens) = tokens(&segment) else { return false };
    let Some(Outermost::Call(_, CalledName(is_name))) = outermost(&segment_tokens, 0, segment_tokens.len())
    else {
        return false;
    };
    if !after.trim_start_matches([' ', '\t', ')']).is_empty() && !after.trim_start().starts_with(['#', ';']) {
        return false;
    }
    let Some(before_tokens) = tokens(before.trim_end_matches([' ', '\t', '('])) else { return false };
    match before_tokens.as_slice() {
        [] => false,
        [only] => only.text == "return" && is_name,
        [start @ .., equals] => {
            equals.text == "="
                && start.iter().all(|token| token.kind != TokenKind::Keyword)
                && !has_outer_colon(start)
        }
    }
}

fn has_outer_colon(tokens: &[Token]) -> bool {
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        if token.text == ":" {
            return true;
        }
        if token.kind == TokenKind::Open {
            index = token.partner;
        }
        index += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{find_anchors, is_whole_call_statement};

    fn pointed(segment: &str) -> Option<(usize, usize)> {
        find_anchors(segment).map(|anchors| {
            assert_eq!((anchors.left_line, anchors.right_line), (0, 0));
            (anchors.left_column, anchors.right_column)
        })
    }

    #[test]
    fn the_outermost_operator_is_found() {
        assert_eq!(pointed("a + b"), Some((2, 3)));
        assert_eq!(pointed("a + b * c"), Some((2, 3)));
        assert_eq!(pointed("a * b + c"), Some((6, 7)));
        assert_eq!(pointed("a - b - c"), Some((6, 7)));
        assert_eq!(pointed("a ** b ** c"), Some((2, 4)));
        assert_eq!(pointed("-a ** b"), None);
        assert_eq!(pointed("-a * b"), Some((3, 4)));
        assert_eq!(pointed("2 ** -1"), Some((2, 4)));
        assert_eq!(pointed("f(a + b) // g[1 + 2]"), Some((9, 11)));
        assert_eq!(pointed("'a+b' % c"), Some((6, 7)));
        assert_eq!(pointed("f'{a + b}' % c"), Some((11, 12)));
        assert_eq!(pointed("1e+5 + x"), Some((5, 6)));
        assert_eq!(pointed("a +(b)"), Some((2, 4)));
        assert_eq!(pointed("a +(b, c)"), Some((2, 3)));
        assert_eq!(pointed("(a + b)"), Some((3, 4)));
    }

    #[test]
    fn brackets_of_the_outermost_call_or_subscript_are_found() {
        assert_eq!(pointed("f(x)"), Some((1, 4)));
        assert_eq!(pointed("a.b.c(1)(2)"), Some((8, 11)));
        assert_eq!(pointed("a[0][1]"), Some((4, 7)));
        assert_eq!(pointed("(a)[0]"), Some((3, 6)));
    }

    #[test]
    fn other_expressions_have_no_anchors() {
        for segment in [
            "a.b",
            "a < b",
            "a and b + c",
            "not a",
            "a, b",
            "await f(x)",
            "lambda: a + b",
            "[a + b]",
            "x if y + 1 else z",
            "(",
            "a = b",
        ] {
            assert_eq!(pointed(segment), None, "{segment}");
        }
    }

    #[test]
    fn anchors_may_lie_on_other_lines() {
        let anchors = find_anchors("a +\nb").expect("a sum");
        assert_eq!(
            (anchors.left_line, anchors.left_column, anchors.right_line, anchors.right_column),
            (0, 2, 0, 3)
        );
        let anchors = find_anchors("f(\n  1,\n)").expect("a call");
        assert_eq!(
            (anchors.left_line, anchors.left_column, anchors.right_line, anchors.right_column),
            (0, 1, 2, 1)
        );
    }

    #[test]
    fn statements_that_are_one_call_are_told() {
        assert!(is_whole_call_statement(&["return f(x)"], 7, 11));
        assert!(!is_whole_call_statement(&["return a.f(x)"], 7, 13));
        assert!(is_whole_call_statement(&["y = a.f(x)"], 4, 10));
        assert!(!is_whole_call_statement(&["y = f(x) + 1"], 4, 8));
        assert!(!is_whole_call_statement(&["y += f(x)"], 5, 9));
        assert!(!is_whole_call_statement(&["f(x)"], 0, 4));
    }
}
