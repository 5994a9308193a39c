//! `re.Match`: what a match found.
//!
//! Invariant: a match never changes: slots are the subject as it was given and the pattern; raw words are `pos`, `endpos`, the number of the group
//! closed last, the number of groups, and the start and end of the match and of each group, all ones where a group took no part.
//! Source: Modules/_sre/sre.c of CPython 3.14.

use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::repr_builder::ReprBuilder;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, ExceptionClass, Kind, ObjectRef, PyResult, Raised, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::pattern::Pattern;
use super::subject::{AnyMatcher, Subject};
use super::template::{self, PatternTemplate};

const STRING: usize = 0;
const PATTERN: usize = 1;

const POSITION: usize = 0;
const END_POSITION: usize = 8;
const LAST_GROUP: usize = 16;
const GROUPS: usize = 24;
const SPANS: usize = 32;
const ABSENT: u64 = u64::MAX;

/// The result of re.match() and re.search().
/// Match objects always have a boolean value of True.
#[pyclass(id = Match, name = "Match", module = "re", slots = 2, raw = 32, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES))]
pub struct Match(ObjectRef);

#[cold]
fn no_such_group(cx: &Context) -> Raised {
    cx.raise(ExceptionClass::IndexError, format_args!("no such group"))
}

impl Match {
    /// A match object for what a matcher found.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(
        cx: &Context,
        pattern: Pattern,
        subject: &Subject,
        matcher: &AnyMatcher<'_>,
        pos: usize,
        endpos: usize,
    ) -> PyResult<Match> {
        let marks = matcher.marks();
        let groups = marks.len() / 2;
        let object = cx.allocate(Kind::Match, 2, SPANS + 16 + groups * 16)?;
        object.raw_store_u64(POSITION, pos as u64);
        object.raw_store_u64(END_POSITION, endpos as u64);
        object.raw_store_u64(LAST_GROUP, matcher.last_group() as u64);
        object.raw_store_u64(GROUPS, groups as u64);
        for number in 0..=groups {
            let (start, end) = match matcher.group(number) {
                Some((start, end)) => (start as u64, end as u64),
                None => (ABSENT, ABSENT),
            };
            object.raw_store_u64(SPANS + number * 16, start);
            object.raw_store_u64(SPANS + number * 16 + 8, end);
        }
        cx.initialize(object, STRING, subject.given);
        cx.initialize(object, PATTERN, pattern.as_value());
        Ok(Match(object))
    }

    fn given(self) -> Value {
        self.0.value(STRING).unwrap_or(Value::NONE)
    }

    fn owner(self) -> Option<Pattern> {
        self.0.value(PATTERN).and_then(Pattern::from_value)
    }

    fn group_count(self) -> usize {
        self.0.raw_u64(GROUPS) as usize
    }

    /// The span of a group, which the caller has checked to exist.
    fn span_of(self, number: usize) -> Option<(usize, usize)> {
        let start = self.0.raw_u64(SPANS + number * 16);
        if start == ABSENT {
            return None;
        }
        Some((start as usize, self.0.raw_u64(SPANS + number * 16 + 8) as usize))
    }

    /// The number of the group that an index or a name means.
    fn number_of(self, cx: &Context, group: Value) -> PyResult<usize> {
        let number = if cx.has_index(group) {
            Some(cx.index_clipped(group)?)
        } else {
            match self.owner().and_then(Pattern::names) {
                Some(names) => names.get(cx, group)?.and_then(Value::as_small_int),
                None => None,
            }
        };
        match number.and_then(|number| usize::try_from(number).ok()) {
            Some(number) if number <= self.group_count() => Ok(number),
            _ => Err(no_such_group(cx)),
        }
    }

    fn text_in(self, cx: &Context, subject: &Subject, number: usize, default: Value) -> PyResult {
        match self.span_of(number) {
            Some((start, end)) => {
                let length = subject.len();
                subject.slice(cx, start.min(length), end.min(length))
            }
            None => Ok(default),
        }
    }

    fn text_of(self, cx: &Context, number: usize, default: Value) -> PyResult {
        if let Some(text) = Str::from_value(self.given()) {
            return match self.span_of(number) {
                Some((start, end)) => Ok(text.substring(cx, start, end)?.as_value()),
                None => Ok(default),
            };
        }
        // The subject is read as it is now, like CPython does.
        let subject = Subject::new(cx, self.given(), None)?;
        self.text_in(cx, &subject, number, default)
    }

    fn span_value(self, cx: &Context, number: usize) -> PyResult {
        match self.span_of(number) {
            Some((start, end)) => cx.tuple(&[Value::int_from_length(start), Value::int_from_length(end)]),
            None => {
                let absent = cx.int(-1)?;
                cx.tuple(&[absent, absent])
            }
        }
    }

    fn bound(self, cx: &Context, group: Option<Value>, end: bool) -> PyResult {
        let number = match group {
            Some(group) => self.number_of(cx, group)?,
            None => 0,
        };
        match self.span_of(number) {
            Some(span) => Ok(Value::int_from_length(if end { span.1 } else { span.0 })),
            None => cx.int(-1),
        }
    }
}

#[pymethods]
impl Match {
    /// group([group1, ...]) -> str or tuple.
    /// Return subgroup(s) of the match by indices or names.
    /// For 0 returns the entire match.
    #[pymethod(signature = "(*groups)")]
    fn group(cx: &Context, this: Match, groups: &[Value]) -> PyResult {
        match *groups {
            [] => this.text_of(cx, 0, Value::NONE),
            [group] => this.text_of(cx, this.number_of(cx, group)?, Value::NONE),
            _ => {
                let mut texts = cx.scratch();
                for &group in groups {
                    texts.push(this.text_of(cx, this.number_of(cx, group)?, Value::NONE)?);
                }
                cx.tuple(texts.as_slice())
            }
        }
    }

    /// Return self[key].
    #[pymethod]
    fn __getitem__(cx: &Context, this: Match, key: Value) -> PyResult {
        this.text_of(cx, this.number_of(cx, key)?, Value::NONE)
    }

    /// Return index of the start of the substring matched by group.
    #[pymethod]
    fn start(cx: &Context, this: Match, group: Option<Value>) -> PyResult {
        this.bound(cx, group, false)
    }

    /// Return index of the end of the substring matched by group.
    #[pymethod]
    fn end(cx: &Context, this: Match, group: Option<Value>) -> PyResult {
        this.bound(cx, group, true)
    }

    /// For match object m, return the 2-tuple (m.start(group), m.end(group)).
    #[pymethod]
    fn span(cx: &Context, this: Match, group: Option<Value>) -> PyResult {
        let number = match group {
            Some(group) => this.number_of(cx, group)?,
            None => 0,
        };
        this.span_value(cx, number)
    }

    /// Return a tuple containing all the subgroups of the match, from 1.
    #[pymethod(signature = "($self, default=None)")]
    fn groups(cx: &Context, this: Match, default: Option<Value>) -> PyResult {
        let default = default.unwrap_or(Value::NONE);
        let subject = Subject::new(cx, this.given(), None)?;
        let mut texts = cx.scratch();
        for number in 1..=this.group_count() {
            texts.push(this.text_in(cx, &subject, number, default)?);
        }
        cx.tuple(texts.as_slice())
    }

    /// Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name.
    #[pymethod(signature = "($self, default=None)")]
    fn groupdict(cx: &Context, this: Match, default: Option<Value>) -> PyResult {
        let default = default.unwrap_or(Value::NONE);
        let texts = cx.new_dict()?;
        let Some(names) = this.owner().and_then(Pattern::names) else { return Ok(texts.as_value()) };
        let subject = Subject::new(cx, this.given(), None)?;
        for &name in names.snapshot_keys(cx).as_slice() {
            let number = this.number_of(cx, name)?;
            texts.set(cx, name, this.text_in(cx, &subject, number, default)?)?;
        }
        Ok(texts.as_value())
    }

    /// Return the string obtained by doing backslash substitution on the string template, as done by the sub() method.
    #[pymethod(signature = "($self, template)")]
    fn expand(cx: &Context, this: Match, template: Value) -> PyResult {
        let Some(owner) = this.owner() else { return Ok(Value::NONE) };
        let compiled = template::compile(cx, owner.as_value(), template)?;
        let template = PatternTemplate::expect(cx, compiled)?;
        if let Some(literal) = template.literal() {
            return Ok(literal);
        }
        let subject = Subject::new(cx, this.given(), None)?;
        let mut pieces = cx.scratch();
        template.expand(cx, this.group_count(), &mut pieces, |number| {
            let text = this.text_in(cx, &subject, number, Value::NONE)?;
            Ok(Some(text).filter(|text| !text.is_none()))
        })?;
        subject.join(cx, pieces.as_slice())
    }

    #[pymethod]
    fn __copy__(this: Match) -> Value {
        this.as_value()
    }

    #[pymethod]
    fn __deepcopy__(this: Match, memo: Value) -> Value {
        let _ = memo;
        this.as_value()
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult {
        cx.generic_alias(class, object)
    }

    /// The string passed to match() or search().
    #[pygetter]
    fn string(this: Match) -> Value {
        this.given()
    }

    /// The regular expression object.
    #[pygetter]
    fn re(this: Match) -> Value {
        this.owner().map_or(Value::NONE, |pattern| pattern.as_value())
    }

    /// The index into the string at which the RE engine started looking for a match.
    #[pygetter]
    fn pos(this: Match) -> u64 {
        this.0.raw_u64(POSITION)
    }

    /// The index into the string beyond which the RE engine will not go.
    #[pygetter]
    fn endpos(this: Match) -> u64 {
        this.0.raw_u64(END_POSITION)
    }

    /// The integer index of the last matched capturing group.
    #[pygetter]
    fn lastindex(this: Match) -> Option<u64> {
        Some(this.0.raw_u64(LAST_GROUP)).filter(|&group| group != 0)
    }

    /// The name of the last matched capturing group.
    #[pygetter]
    fn lastgroup(this: Match) -> Value {
        let group = this.0.raw_u64(LAST_GROUP) as usize;
        if group == 0 {
            return Value::NONE;
        }
        this.owner().and_then(|pattern| pattern.name_of(group)).unwrap_or(Value::NONE)
    }

    #[pygetter]
    fn regs(cx: &Context, this: Match) -> PyResult {
        let mut spans = cx.scratch();
        for number in 0..=this.group_count() {
            spans.push(this.span_value(cx, number)?);
        }
        cx.tuple(spans.as_slice())
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Match) -> PyResult {
        let (start, end) = this.span_of(0).unwrap_or((0, 0));
        let found = cx.repr(this.text_of(cx, 0, Value::NONE)?)?.substring(cx, 0, 50)?;
        let mut text = ReprBuilder::new(&alloc::format!("<re.Match object; span=({start}, {end}), match="));
        text.push_str(found);
        text.push(">");
        text.finish(cx)
    }
}
