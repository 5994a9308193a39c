//! Source bytes to text: byte order mark, PEP 263 coding cookie, newline translation, and positions in the text.
//!
//! Invariant: the text has only `\n` line ends and holds no null byte; offsets of syntax nodes are offsets into it.
//! Source: CPython's Parser/tokenizer/helpers.c (`get_normal_name`, `get_coding_spec`) and file_tokenizer.c.

use std::collections::HashMap;

use ruff_text_size::{TextRange, TextSize};
use threadsnake_bytecode::{Constant, Location};

use crate::error::{ErrorKind, Result, SyntaxError};

/// How far apart two places of [`Places`] are.
pub const PLACE_STEP: u32 = 16;

/// What stands for a text when objects of `ast` are compiled.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Line and byte column of every place; the offset of the n-th is n times [`PLACE_STEP`].
    pub positions: Vec<(u32, u32)>,
    /// Constants that no literal stands for.
    pub constants: Vec<Constant>,
    /// Source text of interpolations, by offset.
    pub texts: HashMap<u32, String>,
}

/// Decoded source text with an index of its lines.
#[derive(Clone, Debug)]
pub struct Source {
    /// The text, newlines translated to `\n`.
    pub text: String,
    /// Offset of the start of each line.
    line_starts: Vec<u32>,
    /// What is added to line numbers.
    first_line: u32,
    /// Set if there is no text.
    places: Option<Box<Places>>,
}

/// The encodings that source text may be in.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Encoding {
    Utf8,
    Latin1,
    Ascii,
}

impl Encoding {
    fn from_name(name: &str) -> Option<Self> {
        let normal: String =
            name.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
        let is = |wanted: &str| {
            normal == wanted || normal.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('-'))
        };
        if is("utf-8") || normal == "utf8" || normal == "u8" || normal == "cp65001" {
            Some(Encoding::Utf8)
        } else if is("latin-1")
            || is("iso-8859-1")
            || is("iso-latin-1")
            || normal == "latin1"
            || normal == "l1"
            || normal == "8859"
            || normal == "iso8859-1"
        {
            Some(Encoding::Latin1)
        } else if normal == "ascii" || normal == "us-ascii" || normal == "646" {
            Some(Encoding::Ascii)
        } else {
            None
        }
    }
}

/// The encoding named by a coding cookie in one line, if it has one.
fn coding_cookie(line: &[u8]) -> Option<String> {
    let comment = line.iter().position(|&byte| !matches!(byte, b' ' | b'\t' | b'\x0c'))?;
    if line.get(comment) != Some(&b'#') {
        return None;
    }
    let text = line.get(comment..)?;
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        if rest.is_empty() {
            return None;
        }
        if let Some(after) = rest.strip_prefix(b"coding")
            && let Some((&(b':' | b'='), value)) = after.split_first()
        {
            let value = value.trim_ascii_start();
            let length = value
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
                .count();
            if length > 0 {
                return Some(String::from_utf8_lossy(&value[..length]).into_owned());
            }
        }
        at += 1;
    }
    None
}

fn is_blank_or_comment(line: &[u8]) -> bool {
    match line.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c')) {
        None => true,
        Some(byte) => matches!(byte, b'#' | b'\n' | b'\r'),
    }
}

fn error_at_line(message: String, line: u32) -> Box<SyntaxError> {
    let mut error = SyntaxError::without_position(ErrorKind::Syntax, message);
    error.line = line;
    error.end_line = line;
    error
}

impl Source {
    /// The encoding that a coding cookie names, if [`Source::decode`] does not know it. A byte order mark rules out all but UTF-8.
    pub fn foreign_encoding(bytes: &[u8]) -> Option<String> {
        if bytes.starts_with(b"\xef\xbb\xbf") {
            return None;
        }
        for line in bytes.split(|&byte| byte == b'\n').take(2) {
            if let Some(name) = coding_cookie(line) {
                return Some(name).filter(|name| Encoding::from_name(name).is_none());
            }
            if !is_blank_or_comment(line) {
                break;
            }
        }
        None
    }

    /// Decodes source bytes. With `ignore_cookie`, the bytes are UTF-8 whatever they say (source given as a `str`).
    pub fn decode(bytes: &[u8], file_name: &str, ignore_cookie: bool) -> Result<Self> {
        let (body, marked) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(body) if !ignore_cookie => (body, true),
            _ => (bytes, false),
        };
        let mut encoding = Encoding::Utf8;
        let mut declared = false;
        if !ignore_cookie {
            for (number, line) in body.split(|&byte| byte == b'\n').take(2).enumerate() {
                if let Some(name) = coding_cookie(line) {
                    declared = true;
                    encoding = match Encoding::from_name(&name) {
                        Some(Encoding::Utf8) => Encoding::Utf8,
                        _ if marked => {
                            return Err(error_at_line(
                                format!("encoding problem: {name} with BOM"),
                                number as u32 + 1,
                            ));
                        }
                        Some(encoding) => encoding,
                        None => return Err(error_at_line(format!("unknown encoding: {name}"), 0)),
                    };
                    break;
                }
                if !is_blank_or_comment(line) {
                    break;
                }
            }
        }
        if ignore_cookie && body.starts_with(b"\xef\xbb\xbf") {
            return Err(error_at_line("invalid non-printable character U+FEFF".to_owned(), 1));
        }
        if body.contains(&0) {
            return Err(SyntaxError::without_position(
                ErrorKind::Syntax,
                "source code string cannot contain null bytes",
            ));
        }
        let text = match encoding {
            Encoding::Latin1 => body.iter().map(|&byte| byte as char).collect(),
            Encoding::Ascii => match body.iter().position(|byte| !byte.is_ascii()) {
                None => String::from_utf8_lossy(body).into_owned(),
                Some(at) => {
                    return Err(error_at_line(
                        format!(
                            "(unicode error) 'ascii' codec can't decode byte 0x{:02x} in position {at}: ordinal not in range(128)",
                            body[at]
                        ),
                        0,
                    ));
                }
            },
            Encoding::Utf8 => match core::str::from_utf8(body) {
                Ok(text) => text.to_owned(),
                Err(error) => {
                    let at = error.valid_up_to();
                    let byte = body.get(at).copied().unwrap_or(0);
                    let line = body[..at].iter().filter(|&&byte| byte == b'\n').count() as u32 + 1;
                    let message = if declared || marked {
                        let start = body[..at]
                            .iter()
                            .rposition(|&byte| byte == b'\n')
                            .map_or(0, |newline| newline + 1);
                        let reason = match error.error_len() {
                            None => "unexpected end of data",
                            Some(_) if matches!(byte, 0xc2..=0xf4) => "invalid continuation byte",
                            Some(_) => "invalid start byte",
                        };
                        format!(
                            "(unicode error) 'utf-8' codec can't decode byte 0x{byte:02x} in position {}: {reason}",
                            at - start
                        )
                    } else {
                        format!(
                            "Non-UTF-8 code starting with '\\x{byte:02x}' in file {file_name} on line {line}, but no encoding declared; \
                             see https://peps.python.org/pep-0263/ for details"
                        )
                    };
                    return Err(error_at_line(message, line));
                }
            },
        };
        let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text };
        if text.len() > (u32::MAX / 2) as usize {
            return Err(SyntaxError::without_position(ErrorKind::Memory, "source too large"));
        }
        Ok(Self::from_text(text, 1))
    }

    /// A source from text whose newlines are translated already.
    pub fn from_text(text: String, first_line: u32) -> Self {
        let mut line_starts = vec![0];
        line_starts
            .extend(text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at as u32 + 1));
        Self { text, line_starts, first_line, places: None }
    }

    /// A source without text.
    pub fn from_places(places: Places) -> Self {
        Self { places: Some(Box::new(places)), ..Self::from_text(String::new(), 1) }
    }

    /// A constant that no literal stands for.
    pub fn constant(&self, number: &str) -> Option<&Constant> {
        self.places.as_ref()?.constants.get(number.parse::<usize>().ok()?)
    }

    /// The source text of an interpolation at an offset, if there is no text to read it from.
    pub fn interpolation_text(&self, offset: TextSize) -> Option<&str> {
        self.places.as_ref()?.texts.get(&offset.to_u32()).map(String::as_str)
    }

    /// The number of lines.
    pub fn line_count(&self) -> u32 {
        self.line_starts.len() as u32
    }

    fn line_index(&self, offset: u32) -> usize {
        self.line_starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// Line from 1 and byte column from 0.
    pub fn line_and_byte(&self, offset: TextSize) -> (u32, u32) {
        let offset = offset.to_u32();
        if let Some(places) = &self.places {
            return places.positions.get((offset / PLACE_STEP) as usize).copied().unwrap_or((1, 0));
        }
        let index = self.line_index(offset);
        let start = self.line_starts.get(index).copied().unwrap_or(0);
        (index as u32 + self.first_line, offset - start)
    }

    /// Line from 1 and character column from 0.
    pub fn line_and_character(&self, offset: TextSize) -> (u32, u32) {
        let (line, byte) = self.line_and_byte(offset);
        if self.places.is_some() {
            return (line, byte);
        }
        let start = (offset.to_u32() - byte) as usize;
        let text = self.text.get(start..offset.to_usize()).unwrap_or("");
        (line, text.chars().count() as u32)
    }

    /// Line number of an offset.
    pub fn line(&self, offset: TextSize) -> u32 {
        self.line_and_byte(offset).0
    }

    /// The position of a range, for the location table.
    pub fn location(&self, range: TextRange) -> Location {
        let (line, column) = self.line_and_byte(range.start());
        let (end_line, end_column) = self.line_and_byte(range.end());
        Location { line, end_line, column, end_column }
    }

    /// A line's text with its line end; `None` past the end.
    pub fn line_text(&self, line: u32) -> Option<String> {
        if self.places.is_some() {
            return None;
        }
        let index = line.checked_sub(self.first_line)? as usize;
        let start = *self.line_starts.get(index)? as usize;
        let end = self.line_starts.get(index + 1).map_or(self.text.len(), |&end| end as usize);
        self.text.get(start..end).map(str::to_owned)
    }

    /// The text of a range.
    pub fn slice(&self, range: TextRange) -> &str {
        self.text.get(range.start().to_usize()..range.end().to_usize()).unwrap_or("")
    }

    /// The range of a whole line without its line end.
    pub fn line_range(&self, line: u32) -> TextRange {
        let index = line.saturating_sub(self.first_line) as usize;
        let start = self.line_starts.get(index).copied().unwrap_or(self.text.len() as u32);
        let end = self.line_starts.get(index + 1).map_or(self.text.len() as u32, |&end| end - 1);
        TextRange::new(start.into(), end.max(start).into())
    }
}
