//! Subjects: what a pattern is matched against.
//!
//! Invariant: the text of a subject never changes while it is matched: a `str` or `bytes` is used as it is, never copied or decoded; what
//! another thread could change (`bytearray`, `memoryview`, `mmap`) is copied once for each call or iterator.

use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::str_object::{Str, Units};
use threadsnake_engine::{Context, PyResult, Value};

use super::matcher::Matcher;
use super::program::Program;

/// A subject. It lives on the native stack, where the collector sees its values.
#[derive(Copy, Clone)]
pub struct Subject {
    /// The object that was given.
    pub given: Value,
    text: Text,
}

#[derive(Copy, Clone)]
enum Text {
    Str(Str),
    Bytes(Bytes),
}

#[cold]
fn not_a_subject(cx: &Context, value: Value) -> threadsnake_engine::Raised {
    cx.type_error(format_args!("expected string or bytes-like object, got '{}'", cx.type_name(value)))
}

impl Subject {
    /// A subject for a pattern; `is_bytes` is absent for a pattern of no kind.
    ///
    /// # Errors
    /// TypeError if it is neither text nor bytes, or not what the pattern is for.
    pub fn new(cx: &Context, given: Value, is_bytes: Option<bool>) -> PyResult<Subject> {
        let text = match Subject::text_of(cx, given) {
            Ok(text) => text,
            Err(raised) => {
                cx.take_exception(raised);
                return Err(not_a_subject(cx, given));
            }
        };
        match (is_bytes, text) {
            (Some(true), Text::Str(_)) => {
                Err(cx.type_error(format_args!("cannot use a bytes pattern on a string-like object")))
            }
            (Some(false), Text::Bytes(_)) => {
                Err(cx.type_error(format_args!("cannot use a string pattern on a bytes-like object")))
            }
            _ => Ok(Subject { given, text }),
        }
    }

    fn text_of(cx: &Context, given: Value) -> PyResult<Text> {
        if let Some(text) = Str::from_value(given) {
            return Ok(Text::Str(text));
        }
        if let Some(bytes) = Bytes::from_value(given) {
            return Ok(Text::Bytes(bytes));
        }
        Ok(Text::Bytes(cx.new_bytes(&cx.bytes_like(given)?)?))
    }

    /// A subject whose text was kept: `text` is what [`Subject::text`] gave.
    pub fn from_parts(given: Value, text: Value) -> Option<Subject> {
        let text = match Str::from_value(text) {
            Some(text) => Text::Str(text),
            None => Text::Bytes(Bytes::from_value(text)?),
        };
        Some(Subject { given, text })
    }

    /// The unchanging object that is matched.
    pub fn text(&self) -> Value {
        match self.text {
            Text::Str(text) => text.as_value(),
            Text::Bytes(bytes) => bytes.as_value(),
        }
    }

    /// Number of characters or bytes.
    pub fn len(&self) -> usize {
        match self.text {
            Text::Str(text) => text.len(),
            Text::Bytes(bytes) => bytes.len(),
        }
    }

    /// A start and an end position, clipped to the subject.
    pub fn clip(&self, start: isize, end: isize) -> (usize, usize) {
        let clip = |position: isize| usize::try_from(position).unwrap_or(0).min(self.len());
        (clip(start), clip(end))
    }

    /// A part.
    ///
    /// # Errors
    /// MemoryError.
    pub fn slice(&self, cx: &Context, start: usize, end: usize) -> PyResult {
        match self.text {
            Text::Str(text) => Ok(text.substring(cx, start, end)?.as_value()),
            Text::Bytes(bytes) => {
                if start == 0 && end == bytes.len() && bytes.is_exact() {
                    return Ok(bytes.as_value());
                }
                cx.bytes(bytes.as_slice().get(start..end).unwrap_or(&[]))
            }
        }
    }

    /// The concatenation of parts.
    ///
    /// # Errors
    /// TypeError for a part of the wrong kind, MemoryError.
    pub fn join(&self, cx: &Context, parts: &[Value]) -> PyResult {
        match self.text {
            Text::Str(_) => {
                if let [part] = parts
                    && Str::from_value(*part).is_some_and(Str::is_exact)
                {
                    return Ok(*part);
                }
                for (index, &part) in parts.iter().enumerate() {
                    if Str::from_value(part).is_none() {
                        return Err(cx.type_error(format_args!(
                            "sequence item {index}: expected str instance, {} found",
                            cx.type_name(part)
                        )));
                    }
                }
                Ok(cx.str_join_pieces(parts)?.as_value())
            }
            Text::Bytes(_) => {
                if let [part] = parts
                    && Bytes::from_value(*part).is_some_and(Bytes::is_exact)
                {
                    return Ok(*part);
                }
                let mut joined = alloc::vec::Vec::new();
                for (index, &part) in parts.iter().enumerate() {
                    let added = cx.with_bytes(part, |bytes| {
                        if joined.try_reserve(bytes.len()).is_err() {
                            return Err(cx.memory_error());
                        }
                        joined.extend_from_slice(bytes);
                        Ok(())
                    });
                    if let Err(raised) = added {
                        if Bytes::from_value(part).is_some() {
                            return Err(raised);
                        }
                        cx.take_exception(raised);
                        return Err(cx.type_error(format_args!(
                            "sequence item {index}: expected a bytes-like object, {} found",
                            cx.type_name(part)
                        )));
                    }
                }
                cx.bytes(&joined)
            }
        }
    }

    /// A matcher over the text up to `end`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn matcher<'a>(
        &'a self,
        cx: &'a Context,
        program: &'a Program,
        groups: usize,
        end: usize,
        whole: bool,
    ) -> PyResult<AnyMatcher<'a>> {
        Ok(match &self.text {
            Text::Str(text) => match text.units() {
                Units::Latin1(units) => AnyMatcher::One(matcher(cx, program, groups, units, end, whole)?),
                Units::Ucs2(units) => AnyMatcher::Two(matcher(cx, program, groups, units, end, whole)?),
                Units::Ucs4(units) => AnyMatcher::Four(matcher(cx, program, groups, units, end, whole)?),
            },
            Text::Bytes(bytes) => {
                AnyMatcher::One(matcher(cx, program, groups, bytes.as_slice(), end, whole)?)
            }
        })
    }
}

fn matcher<'a, U: threadsnake_engine::text::search::Searchable>(
    cx: &'a Context,
    program: &'a Program,
    groups: usize,
    units: &'a [U],
    end: usize,
    whole: bool,
) -> PyResult<Matcher<'a, U>> {
    Matcher::new(cx, program, groups, units.get(..end).unwrap_or(units), whole)
}

/// A matcher for one of the widths of units.
pub enum AnyMatcher<'a> {
    /// Bytes, and text up to U+00FF.
    One(Matcher<'a, u8>),
    /// Text up to U+FFFF.
    Two(Matcher<'a, u16>),
    /// All text.
    Four(Matcher<'a, u32>),
}

macro_rules! any {
    ($self:ident, $matcher:ident => $body:expr) => {
        match $self {
            AnyMatcher::One($matcher) => $body,
            AnyMatcher::Two($matcher) => $body,
            AnyMatcher::Four($matcher) => $body,
        }
    };
}

impl AnyMatcher<'_> {
    /// See [`Matcher::match_at`].
    pub fn match_at(&mut self, position: usize, advance: bool) -> PyResult<bool> {
        any!(self, matcher => matcher.match_at(position, advance))
    }

    /// See [`Matcher::search_from`].
    pub fn search_from(&mut self, position: usize, advance: bool) -> PyResult<bool> {
        any!(self, matcher => matcher.search_from(position, advance))
    }

    /// Where the match begins and ends.
    pub fn span(&self) -> (usize, usize) {
        any!(self, matcher => (matcher.start, matcher.end))
    }

    /// See [`Matcher::marks`].
    pub fn marks(&self) -> &[usize] {
        any!(self, matcher => matcher.marks())
    }

    /// See [`Matcher::last_group`].
    pub fn last_group(&self) -> usize {
        any!(self, matcher => matcher.last_group())
    }

    /// The span of a group counted from 1, if it took part; 0 is the whole match.
    pub fn group(&self, number: usize) -> Option<(usize, usize)> {
        let Some(index) = number.checked_sub(1) else { return Some(self.span()) };
        match self.marks().get(index * 2..index * 2 + 2) {
            Some(&[start, end]) if start != super::matcher::NOWHERE && end != super::matcher::NOWHERE => {
                (start <= end).then_some((start, end))
            }
            _ => None,
        }
    }
}

impl Subject {
    /// Whether an ASCII character is in it.
    pub fn contains(&self, character: u8) -> bool {
        match &self.text {
            Text::Str(text) => match text.units() {
                Units::Latin1(units) => units.contains(&character),
                Units::Ucs2(units) => units.contains(&(character as u16)),
                Units::Ucs4(units) => units.contains(&(character as u32)),
            },
            Text::Bytes(bytes) => bytes.as_slice().contains(&character),
        }
    }
}
