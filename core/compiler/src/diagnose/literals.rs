//! The values of string literals in sources that do not parse: wrong escapes.
//!
//! Source: `decode_unicode_with_escapes` of CPython's Parser/string_parser.c and the codecs of Objects/unicodeobject.c.

use super::lexer::Token;
use super::{Parse, Parser};

/// Whether a message is about a literal's value.
pub(super) fn is_value_error(message: &str) -> bool {
    message.starts_with("(unicode error)")
        || message.starts_with("(value error)")
        || message.starts_with("bytes can only")
}

impl Parser<'_> {
    /// Checks a string token; whether it is a bytes literal.
    pub(super) fn check_literal(&mut self, token: Token) -> Parse<bool> {
        let text = self.text_of(token);
        let prefix_length = text.find(['"', '\'']).unwrap_or(0);
        let prefix = text.get(..prefix_length).unwrap_or("").to_ascii_lowercase();
        let is_bytes = prefix.contains('b');
        let quotes = if text
            .get(prefix_length..prefix_length + 3)
            .is_some_and(|quotes| quotes == "\"\"\"" || quotes == "'''")
            && text.len() >= prefix_length + 6
        {
            3
        } else {
            1
        };
        let start = token.start + prefix_length + quotes;
        let end = token.end.saturating_sub(quotes).max(start);
        let content = self.text.get(start..end).unwrap_or("");
        if is_bytes && !content.is_ascii() {
            return self.fault_at(token, "bytes can only contain ASCII literal characters");
        }
        if !prefix.contains('r') {
            if is_bytes {
                if let Some(position) = bad_byte_escape(content) {
                    return self
                        .fault_at(token, format!("(value error) invalid \\x escape at position {position}"));
                }
            } else {
                self.check_text_in(token, content)?;
            }
        }
        Ok(is_bytes)
    }

    fn check_text_in(&mut self, token: Token, content: &str) -> Parse<()> {
        match bad_escape(content) {
            Some((start, end, problem)) => self.fault_at(token, unicode_error(start, end, problem)),
            None => Ok(()),
        }
    }

    /// Checks a piece of an f-string.
    pub(super) fn check_text(&mut self, start: usize, end: usize, _at: usize) -> Parse<()> {
        let content = self.text.get(start..end).unwrap_or("");
        match bad_escape(content) {
            Some((first, last, problem)) => self.fault(start, end, unicode_error(first, last, problem)),
            None => Ok(()),
        }
    }
}

fn unicode_error(start: usize, end: usize, problem: &str) -> String {
    let place = if end == start {
        format!("byte in position {start}")
    } else {
        format!("bytes in position {start}-{end}")
    };
    let place = if end == start { place.replace("byte in", "byte 0x5c in") } else { place };
    format!("(unicode error) 'unicodeescape' codec can't decode {place}: {problem}")
}

/// The first `\x` without two digits.
fn bad_byte_escape(content: &str) -> Option<usize> {
    let bytes = content.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'\\' {
            if bytes.get(at + 1) == Some(&b'x') {
                let digits =
                    bytes.iter().skip(at + 2).take(2).filter(|digit| digit.is_ascii_hexdigit()).count();
                if digits < 2 || !bytes.get(at + 2).is_some_and(u8::is_ascii_hexdigit) {
                    return Some(at);
                }
            }
            at += 1;
        }
        at += 1;
    }
    None
}

/// The first escape that does not decode: positions of its first and last byte, and what is wrong. Positions count as if
/// characters above ASCII were written `\UXXXXXXXX`, which is how CPython decodes them.
fn bad_escape(content: &str) -> Option<(usize, usize, &'static str)> {
    let characters: Vec<char> = content.chars().collect();
    let mut position = 0usize;
    let mut at = 0usize;
    while let Some(&character) = characters.get(at) {
        if character != '\\' {
            position += if character.is_ascii() { 1 } else { 10 };
            at += 1;
            continue;
        }
        let &escape = characters.get(at + 1)?;
        let wanted = match escape {
            'x' => Some((2, "truncated \\xXX escape")),
            'u' => Some((4, "truncated \\uXXXX escape")),
            'U' => Some((8, "truncated \\UXXXXXXXX escape")),
            _ => None,
        };
        if let Some((wanted, problem)) = wanted {
            let digits: String = characters
                .iter()
                .skip(at + 2)
                .take(wanted)
                .take_while(|digit| digit.is_ascii_hexdigit())
                .collect();
            if digits.len() < wanted {
                return Some((position, position + 1 + digits.len(), problem));
            }
            if u32::from_str_radix(&digits, 16).is_ok_and(|code| code > 0x10_ffff) {
                return Some((position, position + 1 + wanted, "illegal Unicode character"));
            }
            at += 2 + wanted;
            position += 2 + wanted;
            continue;
        }
        if escape == 'N' {
            const MALFORMED: &str = "malformed \\N character escape";
            if characters.get(at + 2) != Some(&'{') {
                return Some((position, position + 1, MALFORMED));
            }
            let length = characters.iter().skip(at + 3).position(|&character| character == '}');
            let Some(length) = length else {
                return Some((position, position + characters.len() - at - 1, MALFORMED));
            };
            if length == 0 {
                return Some((position, position + 2, MALFORMED));
            }
            let name: String = characters.iter().skip(at + 3).take(length).collect();
            if unicode_names2::character(&name).is_none() {
                return Some((position, position + 3 + length, "unknown Unicode character name"));
            }
            at += 4 + length;
            position += 4 + length;
            continue;
        }
        at += 2;
        position += if escape.is_ascii() { 2 } else { 11 };
    }
    None
}
