//! String literals decoded from their source text, so that lone surrogates survive and wrong escapes are seen.
//!
//! Invariant: for text without a backslash the parser's value is used; otherwise the source is decoded anew, into UTF-8 in
//! which surrogates stand as three bytes each. Source: CPython's Parser/string_parser.c and Objects/unicodeobject.c.

use ruff_python_ast::{StringFlags, StringLiteralValue};
use ruff_text_size::{TextRange, TextSize};
use threadsnake_bytecode::Text;

use crate::source::Source;

/// An escape sequence that means nothing, and stays as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvalidEscape {
    /// Offset of the backslash in the decoded text's source.
    pub offset: usize,
    /// The sequence, with its backslash.
    pub text: String,
    /// An octal number above 0o377.
    pub octal: bool,
}

/// Appends a code point, surrogates included.
pub fn push_code_point(bytes: &mut Vec<u8>, code: u32) {
    match char::from_u32(code) {
        Some(character) => bytes.extend(character.encode_utf8(&mut [0; 4]).as_bytes()),
        None => bytes.extend([
            0xe0 | (code >> 12) as u8,
            0x80 | (code >> 6 & 0x3f) as u8,
            0x80 | (code & 0x3f) as u8,
        ]),
    }
}

/// The character of `\N{name}`.
fn named_character(name: &str) -> Option<char> {
    unicode_names2::character(name)
}

/// Decodes the inside of a string literal that is not raw. `braces` tells that doubled braces stand for one (f-strings).
/// Sequences that the parser would have refused are passed over.
pub fn decode(text: &str, braces: bool, is_bytes: bool) -> (Vec<u8>, Vec<InvalidEscape>) {
    let mut bytes = Vec::with_capacity(text.len());
    let mut invalid = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        if braces && matches!(character, '{' | '}') {
            characters.next_if(|&(_, next)| next == character);
            bytes.push(character as u8);
            continue;
        }
        if character != '\\' {
            push_code_point(&mut bytes, character as u32);
            continue;
        }
        // Before a brace the backslash stands for itself.
        if braces && characters.peek().is_none_or(|&(_, next)| matches!(next, '{' | '}')) {
            if let Some(&(_, next)) = characters.peek() {
                invalid.push(InvalidEscape { offset, text: format!("\\{next}"), octal: false });
            }
            bytes.push(b'\\');
            continue;
        }
        let Some((_, escape)) = characters.next() else {
            bytes.push(b'\\');
            break;
        };
        let mut digits = |count: usize, radix: u32| {
            let mut value = 0u32;
            for _ in 0..count {
                let Some((_, digit)) = characters.next_if(|&(_, next)| next.is_digit(radix)) else { break };
                value = value.wrapping_mul(radix).wrapping_add(digit.to_digit(radix).unwrap_or(0));
            }
            value
        };
        let code = match escape {
            '\n' => continue,
            '\\' | '\'' | '"' => escape as u32,
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'v' => 11,
            '0'..='7' => {
                let first = escape as u32 - '0' as u32;
                let mut value = first;
                let mut length = 1;
                while length < 3 {
                    let Some((_, digit)) = characters.next_if(|&(_, next)| next.is_digit(8)) else { break };
                    value = value * 8 + digit.to_digit(8).unwrap_or(0);
                    length += 1;
                }
                if value > 0o377 {
                    invalid.push(InvalidEscape { offset, text: format!("\\{value:o}"), octal: true });
                }
                if is_bytes { value & 0xff } else { value }
            }
            'x' => digits(2, 16),
            'u' if !is_bytes => digits(4, 16),
            'U' if !is_bytes => digits(8, 16),
            'N' if !is_bytes => {
                let rest = &text[offset..];
                let name = rest.get(3..).and_then(|rest| rest.split_once('}')).map_or("", |(name, _)| name);
                let length = name.chars().count() + 2;
                for _ in 0..length {
                    characters.next();
                }
                named_character(name).map_or(0xfffd, |character| character as u32)
            }
            other => {
                invalid.push(InvalidEscape { offset, text: format!("\\{other}"), octal: false });
                bytes.push(b'\\');
                other as u32
            }
        };
        if is_bytes {
            bytes.push(code as u8);
        } else {
            push_code_point(&mut bytes, code);
        }
    }
    (bytes, invalid)
}

/// The value of a string literal, its parts joined.
pub fn string_value(source: &Source, value: &StringLiteralValue) -> Text {
    let mut bytes = Vec::new();
    for part in value {
        append_literal(source, part, &mut bytes);
    }
    Text(bytes.into())
}

/// Appends the value of one string literal.
pub fn append_literal(source: &Source, part: &ruff_python_ast::StringLiteral, bytes: &mut Vec<u8>) {
    if part.flags.prefix().is_raw() || !part.value.contains('\u{fffd}') {
        bytes.extend(part.value.as_bytes());
    } else {
        bytes.extend(decode(source.slice(part.content_range()), false, false).0);
    }
}

/// The wrong escapes in the text of a literal, with their ranges.
pub fn invalid_escapes(
    source: &Source,
    content: TextRange,
    braces: bool,
    is_bytes: bool,
) -> Vec<(TextRange, InvalidEscape)> {
    let text = source.slice(content);
    if !text.contains('\\') {
        return Vec::new();
    }
    let (_, invalid) = decode(text, braces, is_bytes);
    invalid
        .into_iter()
        .map(|escape| {
            let start = content.start() + TextSize::new(escape.offset as u32);
            (TextRange::at(start, TextSize::new(escape.text.len() as u32)), escape)
        })
        .collect()
}

/// Whether a literal's prefix has an `r`.
pub fn is_raw(flags: &impl StringFlags) -> bool {
    flags.prefix().is_raw()
}
