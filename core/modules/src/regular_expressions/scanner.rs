//! Scanners: one match after the other, what `finditer` and `re.Scanner` rest on.
//!
//! Invariant: slots are the pattern, the subject as it was given, the unchanging text, and, while matches are left, a memory view that keeps a
//! buffer from being resized; raw words are the place of the next match with a bit
//! that forbids an empty one there, and the end. A thread matches from the place that it read and takes the match by
//! replacing that place by compare-and-swap; if another thread was faster it looks again, so each match is given to one thread.
//! Source: Modules/_sre/sre.c of CPython 3.14.

use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::{Context, Kind, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::match_object::Match;
use super::pattern::Pattern;
use super::subject::{AnyMatcher, Subject};

const PATTERN: usize = 0;
const STRING: usize = 1;
const TEXT: usize = 2;
const VIEW: usize = 3;

const NEXT: usize = 0;
const END: usize = 8;
/// No match is left.
const DONE: u64 = u64::MAX;

/// A scanner.
#[pyclass(id = Scanner, name = "SRE_Scanner", module = "_sre", slots = 4, raw = 16, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct Scanner(ObjectRef);

impl Scanner {
    /// A scanner over a part of a subject.
    ///
    /// # Errors
    /// TypeError if it is no subject for the pattern, MemoryError.
    pub fn new(
        cx: &Context,
        pattern: Pattern,
        string: Value,
        pos: isize,
        endpos: isize,
    ) -> PyResult<Scanner> {
        let subject = Subject::new(cx, string, pattern.compiled(cx)?.is_bytes)?;
        let (start, end) = subject.clip(pos, endpos);
        let view = match string.kind() {
            Some(Kind::Str | Kind::Bytes) => None,
            _ => Some(cx.call(cx.class(Kind::MemoryView), &[string])?),
        };
        let object = cx.allocate(Kind::Scanner, 4, 16)?;
        object.raw_store_u64(NEXT, (start as u64) << 1);
        object.raw_store_u64(END, end as u64);
        cx.initialize(object, PATTERN, pattern.as_value());
        cx.initialize(object, STRING, string);
        cx.initialize(object, TEXT, subject.text());
        if let Some(view) = view {
            cx.store(object, VIEW, view);
        }
        Ok(Scanner(object))
    }

    fn next(
        self,
        cx: &Context,
        find: impl Fn(&mut AnyMatcher<'_>, usize, bool) -> PyResult<bool>,
    ) -> PyResult {
        let object = self.0;
        let (Some(pattern), Some(given), Some(text)) =
            (object.value(PATTERN).and_then(Pattern::from_value), object.value(STRING), object.value(TEXT))
        else {
            return Ok(Value::NONE);
        };
        let Some(subject) = Subject::from_parts(given, text) else { return Ok(Value::NONE) };
        let compiled = pattern.compiled(cx)?;
        let end = object.raw_u64(END) as usize;
        let mut matcher = None;
        loop {
            let place = object.raw_u64(NEXT);
            if place == DONE {
                return Ok(Value::NONE);
            }
            let (start, advance) = ((place >> 1) as usize, place & 1 != 0);
            let matcher = match &mut matcher {
                Some(matcher) => matcher,
                None => matcher.insert(subject.matcher(
                    cx,
                    &compiled.program,
                    compiled.groups,
                    end.max(start),
                    false,
                )?),
            };
            let found = start <= end && find(matcher, start, advance)?;
            let next = if found {
                let span = matcher.span();
                (span.1 as u64) << 1 | (span.0 == span.1) as u64
            } else {
                DONE
            };
            if object.raw_compare_exchange_u64(NEXT, place, next).is_ok() {
                if !found {
                    if let Some(view) = object.value(VIEW) {
                        cx.clear(object, VIEW);
                        cx.call_method(view, cx.intern_str("release")?, &[])?;
                    }
                    return Ok(Value::NONE);
                }
                return Ok(Match::new(cx, pattern, &subject, matcher, start, end)?.as_value());
            }
        }
    }
}

#[pymethods]
impl Scanner {
    #[pymethod(name = "match")]
    fn match_(cx: &Context, this: Scanner) -> PyResult {
        this.next(cx, |matcher, start, advance| matcher.match_at(start, advance))
    }

    #[pymethod]
    fn search(cx: &Context, this: Scanner) -> PyResult {
        this.next(cx, |matcher, start, advance| matcher.search_from(start, advance))
    }

    #[pygetter]
    fn pattern(this: Scanner) -> Value {
        this.0.value(PATTERN).unwrap_or(Value::NONE)
    }
}
