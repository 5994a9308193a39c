//! Numbers.
//!
//! Invariant: what does not belong to the number has been given back when its token is made. Source: Parser/lexer/lexer.c.

use alloc::format;

use super::lexer::{Lexed, Lexer, ReadLine, Token, is_identifier_part, kind};

fn is_digit(character: Option<char>, radix: u32) -> bool {
    character.is_some_and(|character| character.is_digit(radix))
}

impl Lexer {
    /// Digits and single underscores behind the digit at the cursor; what follows them.
    fn digits(&mut self, read: &mut ReadLine<'_>) -> Lexed<Option<char>> {
        loop {
            let mut next = self.next(read)?;
            while is_digit(next, 10) {
                next = self.next(read)?;
            }
            if next != Some('_') {
                return Ok(next);
            }
            let after = self.next(read)?;
            if !is_digit(after, 10) {
                self.back(after);
                return self.fault("invalid decimal literal");
            }
        }
    }

    /// A number that begins with a digit.
    pub fn number(&mut self, first: char, read: &mut ReadLine<'_>) -> Lexed<Token> {
        if first != '0' {
            let next = self.digits(read)?;
            return self.behind_integer(next, read);
        }
        let mut next = self.next(read)?;
        let based = match next {
            Some('x' | 'X') => Some((16, "hexadecimal")),
            Some('o' | 'O') => Some((8, "octal")),
            Some('b' | 'B') => Some((2, "binary")),
            _ => None,
        };
        if let Some((radix, name)) = based {
            return self.based_number(radix, name, read);
        }
        loop {
            if next == Some('_') {
                next = self.next(read)?;
                if !is_digit(next, 10) {
                    self.back(next);
                    return self.fault("invalid decimal literal");
                }
            }
            if next != Some('0') {
                break;
            }
            next = self.next(read)?;
        }
        let zeros_end = self.cursor;
        let mut only_zeros = true;
        if is_digit(next, 10) {
            only_zeros = false;
            next = self.digits(read)?;
        }
        let is_integer = !matches!(next, Some('.' | 'e' | 'E' | 'j' | 'J'));
        if is_integer && !only_zeros && !self.extra {
            self.back(next);
            let start = self.start.unwrap_or(self.cursor);
            return self.fault_at(
                "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
                (start + 1).saturating_sub(self.line_start),
                zeros_end.saturating_sub(self.line_start),
            );
        }
        self.behind_integer(next, read)
    }

    fn based_number(&mut self, radix: u32, name: &str, read: &mut ReadLine<'_>) -> Lexed<Token> {
        let mut next = self.next(read)?;
        loop {
            if next == Some('_') {
                next = self.next(read)?;
            }
            if !is_digit(next, radix) {
                if let Some(digit) = next.filter(|next| next.is_ascii_digit()) {
                    return self.fault(format!("invalid digit '{digit}' in {name} literal"));
                }
                self.back(next);
                return self.fault(format!("invalid {name} literal"));
            }
            while is_digit(next, radix) {
                next = self.next(read)?;
            }
            if next != Some('_') {
                break;
            }
        }
        if let Some(digit) = next.filter(|next| next.is_ascii_digit()) {
            return self.fault(format!("invalid digit '{digit}' in {name} literal"));
        }
        self.check_end(next, name)?;
        self.back(next);
        self.token(kind::NUMBER)
    }

    /// What follows the digits before the point.
    fn behind_integer(&mut self, next: Option<char>, read: &mut ReadLine<'_>) -> Lexed<Token> {
        if next == Some('.') {
            let next = self.next(read)?;
            return self.fraction(next, read);
        }
        self.exponent(next, read)
    }

    /// What follows the point.
    pub fn fraction(&mut self, next: Option<char>, read: &mut ReadLine<'_>) -> Lexed<Token> {
        let next = if is_digit(next, 10) { self.digits(read)? } else { next };
        self.exponent(next, read)
    }

    fn exponent(&mut self, next: Option<char>, read: &mut ReadLine<'_>) -> Lexed<Token> {
        let mut next = next;
        if matches!(next, Some('e' | 'E')) {
            let mut after = self.next(read)?;
            if matches!(after, Some('+' | '-')) {
                after = self.next(read)?;
                if !is_digit(after, 10) {
                    self.back(after);
                    return self.fault("invalid decimal literal");
                }
            } else if !is_digit(after, 10) {
                self.back(after);
                self.check_end(next, "decimal")?;
                self.back(next);
                return self.token(kind::NUMBER);
            }
            next = self.digits(read)?;
        }
        let mut name = "decimal";
        if matches!(next, Some('j' | 'J')) {
            name = "imaginary";
            next = self.next(read)?;
        }
        self.check_end(next, name)?;
        self.back(next);
        self.token(kind::NUMBER)
    }

    /// What follows a number without a blank: a keyword is warned of, other letters are an error.
    fn check_end(&mut self, next: Option<char>, name: &str) -> Lexed<()> {
        let Some(next) = next.filter(|next| !self.extra && next.is_ascii() && is_identifier_part(*next))
        else {
            return Ok(());
        };
        let start = self.cursor.saturating_sub(1);
        let rest = self.buffer.get(start..).unwrap_or(&[]);
        let words = ["and", "else", "for", "if", "in", "is", "or", "not"];
        if words.iter().any(|word| rest.iter().copied().take(word.len()).eq(word.chars())) {
            self.warnings.push((format!("invalid {name} literal"), self.line));
            return Ok(());
        }
        self.back(Some(next));
        self.fault(format!("invalid {name} literal"))
    }
}
