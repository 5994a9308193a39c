//! `re.Pattern`: compiled patterns.
//!
//! Invariant: a pattern never changes once it is made, so any number of threads match with it without a lock; what a match under way
//! needs is on the stack of its thread. Slots are the source, the dict of named groups and the tuple of their names.
//! Source: Modules/_sre/sre.c of CPython 3.14.

use alloc::vec::Vec;
use core::fmt::Write;

use threadsnake_engine::native::state;
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, ExceptionClass, Kind, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::codes::flag;
use super::match_object::Match;
use super::program::Program;
use super::scanner::Scanner;
use super::subject::{AnyMatcher, Subject};
use super::template::{self, PatternTemplate};

const SOURCE: usize = 0;
const NAMES: usize = 1;
const NAME_OF: usize = 2;

/// The position that means "to the end".
const END: isize = isize::MAX;

/// What a pattern is besides its Python values.
pub struct Compiled {
    /// The code.
    pub program: Program,
    /// Flags as `re` numbers them.
    pub flags: u32,
    /// Number of groups.
    pub groups: usize,
    /// Whether it is for bytes; absent for a pattern without source.
    pub is_bytes: Option<bool>,
}

/// Compiled regular expression object.
#[pyclass(id = Pattern, name = "Pattern", module = "re", slots = 3, raw = 8, flags(NOT_INSTANTIABLE, NATIVE_STATE))]
pub struct Pattern(ObjectRef);

enum Replacement {
    Literal(Value),
    Template(PatternTemplate),
    Function(Value),
}

impl Pattern {
    /// A new pattern.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(
        cx: &Context,
        compiled: Compiled,
        source: Value,
        names: Value,
        name_of: Value,
    ) -> PyResult<Pattern> {
        let class = Class::expect(cx, cx.class(Kind::Pattern))?;
        let object = allocate_of_class(cx, class)?;
        cx.initialize(object, SOURCE, source);
        cx.initialize(object, NAMES, names);
        cx.initialize(object, NAME_OF, name_of);
        state::set_state(cx, object, compiled);
        Ok(Pattern(object))
    }

    /// What it is.
    ///
    /// # Errors
    /// RuntimeError if it was not made by [`Pattern::new`].
    pub fn compiled(&self, cx: &Context) -> PyResult<&Compiled> {
        match state::state::<Compiled>(&self.0) {
            Some(compiled) => Ok(compiled),
            None => Err(cx.raise(ExceptionClass::RuntimeError, format_args!("invalid pattern"))),
        }
    }

    /// The dict from the names of groups to their numbers.
    pub fn names(self) -> Option<Dict> {
        self.0.value(NAMES).and_then(Dict::from_value)
    }

    /// The name of a group.
    pub fn name_of(self, group: usize) -> Option<Value> {
        self.0.value(NAME_OF).and_then(Tuple::from_value)?.get(group)
    }

    fn source(self) -> Value {
        self.0.value(SOURCE).unwrap_or(Value::NONE)
    }

    fn find(
        self,
        cx: &Context,
        string: Value,
        (pos, endpos): (isize, isize),
        whole: bool,
        find: impl FnOnce(&mut AnyMatcher<'_>, usize) -> PyResult<bool>,
    ) -> PyResult {
        let compiled = self.compiled(cx)?;
        let subject = Subject::new(cx, string, compiled.is_bytes)?;
        let (start, end) = subject.clip(pos, endpos);
        let mut matcher = subject.matcher(cx, &compiled.program, compiled.groups, end.max(start), whole)?;
        if !find(&mut matcher, start)? {
            return Ok(Value::NONE);
        }
        Ok(Match::new(cx, self, &subject, &matcher, start, end)?.as_value())
    }

    /// Calls `each` with the matcher for every match that does not overlap the one before.
    fn for_each(
        self,
        cx: &Context,
        subject: &Subject,
        (pos, endpos): (isize, isize),
        mut each: impl FnMut(&AnyMatcher<'_>) -> PyResult<bool>,
    ) -> PyResult<()> {
        let compiled = self.compiled(cx)?;
        let (mut start, end) = subject.clip(pos, endpos);
        let mut matcher = subject.matcher(cx, &compiled.program, compiled.groups, end.max(start), false)?;
        let mut advance = false;
        while start <= end && matcher.search_from(start, advance)? {
            if !each(&matcher)? {
                break;
            }
            let span = matcher.span();
            advance = span.0 == span.1;
            start = span.1;
        }
        Ok(())
    }

    fn replacement(self, cx: &Context, replacement: Value) -> PyResult<Replacement> {
        if cx.is_callable(replacement) {
            return Ok(Replacement::Function(replacement));
        }
        if template::is_literal(cx, replacement) {
            return Ok(Replacement::Literal(replacement));
        }
        let compiled = template::compile(cx, self.as_value(), replacement)?;
        let template = PatternTemplate::expect(cx, compiled)?;
        Ok(match template.literal() {
            Some(literal) => Replacement::Literal(literal),
            None => Replacement::Template(template),
        })
    }

    fn substitute(
        self,
        cx: &Context,
        replacement: Value,
        string: Value,
        count: isize,
    ) -> PyResult<(Value, usize)> {
        let compiled = self.compiled(cx)?;
        let replacement = self.replacement(cx, replacement)?;
        let subject = Subject::new(cx, string, compiled.is_bytes)?;
        let mut pieces = cx.scratch();
        let (mut last, mut made) = (0, 0);
        let most = usize::try_from(count).ok().filter(|&count| count > 0);
        if count >= 0 {
            self.for_each(cx, &subject, (0, END), |matcher| {
                let (start, end) = matcher.span();
                if last < start {
                    pieces.push(subject.slice(cx, last, start)?);
                }
                match replacement {
                    Replacement::Literal(literal) => pieces.push(literal),
                    Replacement::Template(template) => {
                        template.expand(cx, compiled.groups, &mut pieces, |number| {
                            match matcher.group(number) {
                                Some((start, end)) => subject.slice(cx, start, end).map(Some),
                                None => Ok(None),
                            }
                        })?;
                    }
                    Replacement::Function(function) => {
                        let found = Match::new(cx, self, &subject, matcher, 0, subject.len())?;
                        let text = cx.call(function, &[found.as_value()])?;
                        if !text.is_none() {
                            pieces.push(text);
                        }
                    }
                }
                last = end;
                made += 1;
                Ok(most != Some(made))
            })?;
        }
        if last < subject.len() {
            pieces.push(subject.slice(cx, last, subject.len())?);
        }
        Ok((subject.join(cx, pieces.as_slice())?, made))
    }
}

#[pymethods]
impl Pattern {
    /// Matches zero or more characters at the beginning of the string.
    #[pymethod(name = "match", signature = "($self, string, pos=0, endpos=9223372036854775807)")]
    fn match_(cx: &Context, this: Pattern, string: Value, pos: isize, endpos: isize) -> PyResult {
        this.find(cx, string, (pos, endpos), false, |matcher, start| matcher.match_at(start, false))
    }

    /// Matches against all of the string.
    #[pymethod(signature = "($self, string, pos=0, endpos=9223372036854775807)")]
    fn fullmatch(cx: &Context, this: Pattern, string: Value, pos: isize, endpos: isize) -> PyResult {
        this.find(cx, string, (pos, endpos), true, |matcher, start| matcher.match_at(start, false))
    }

    /// Scan through string looking for a match, and return a corresponding match object instance.
    ///
    /// Return None if no position in the string matches.
    #[pymethod(signature = "($self, string, pos=0, endpos=9223372036854775807)")]
    fn search(cx: &Context, this: Pattern, string: Value, pos: isize, endpos: isize) -> PyResult {
        if endpos < pos {
            Subject::new(cx, string, this.compiled(cx)?.is_bytes)?;
            return Ok(Value::NONE);
        }
        this.find(cx, string, (pos, endpos), false, |matcher, start| matcher.search_from(start, false))
    }

    /// Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl.
    #[pymethod(signature = "($self, repl, string, count=0)")]
    fn sub(cx: &Context, this: Pattern, repl: Value, string: Value, count: isize) -> PyResult {
        Ok(this.substitute(cx, repl, string, count)?.0)
    }

    /// Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences of pattern with the replacement repl.
    #[pymethod(signature = "($self, repl, string, count=0)")]
    fn subn(cx: &Context, this: Pattern, repl: Value, string: Value, count: isize) -> PyResult {
        let (text, made) = this.substitute(cx, repl, string, count)?;
        cx.tuple(&[text, Value::int_from_length(made)])
    }

    /// Split string by the occurrences of pattern.
    #[pymethod(signature = "($self, string, maxsplit=0)")]
    fn split(cx: &Context, this: Pattern, string: Value, maxsplit: isize) -> PyResult {
        let compiled = this.compiled(cx)?;
        let subject = Subject::new(cx, string, compiled.is_bytes)?;
        let parts = cx.new_list(0)?;
        let (mut last, mut made) = (0, 0);
        let most = usize::try_from(maxsplit).ok().filter(|&count| count > 0);
        if maxsplit >= 0 {
            this.for_each(cx, &subject, (0, END), |matcher| {
                let (start, end) = matcher.span();
                parts.push(cx, subject.slice(cx, last, start)?)?;
                for number in 1..=compiled.groups {
                    let group = match matcher.group(number) {
                        Some((start, end)) => subject.slice(cx, start, end)?,
                        None => Value::NONE,
                    };
                    parts.push(cx, group)?;
                }
                last = end;
                made += 1;
                Ok(most != Some(made))
            })?;
        }
        parts.push(cx, subject.slice(cx, last, subject.len())?)?;
        Ok(parts.as_value())
    }

    /// Return a list of all non-overlapping matches of pattern in string.
    #[pymethod(signature = "($self, string, pos=0, endpos=9223372036854775807)")]
    fn findall(cx: &Context, this: Pattern, string: Value, pos: isize, endpos: isize) -> PyResult {
        let compiled = this.compiled(cx)?;
        let subject = Subject::new(cx, string, compiled.is_bytes)?;
        let found = cx.new_list(0)?;
        this.for_each(cx, &subject, (pos, endpos), |matcher| {
            let text = |number| match matcher.group(number) {
                Some((start, end)) => subject.slice(cx, start, end),
                None => subject.slice(cx, 0, 0),
            };
            let item = match compiled.groups {
                0 | 1 => text(compiled.groups)?,
                count => {
                    let mut groups = cx.scratch();
                    for number in 1..=count {
                        groups.push(text(number)?);
                    }
                    cx.tuple(groups.as_slice())?
                }
            };
            found.push(cx, item)?;
            Ok(true)
        })?;
        Ok(found.as_value())
    }

    /// Return an iterator over all non-overlapping matches for the RE pattern in string.
    ///
    /// For each match, the iterator returns a match object.
    #[pymethod(signature = "($self, string, pos=0, endpos=9223372036854775807)")]
    fn finditer(cx: &Context, this: Pattern, string: Value, pos: isize, endpos: isize) -> PyResult {
        let scanner = Scanner::new(cx, this, string, pos, endpos)?;
        let search = cx.get_attribute(scanner.as_value(), cx.intern_str("search")?)?;
        cx.callable_iterator(search, Value::NONE)
    }

    #[pymethod(signature = "($self, string, pos=0, endpos=9223372036854775807)")]
    fn scanner(cx: &Context, this: Pattern, string: Value, pos: isize, endpos: isize) -> PyResult {
        Ok(Scanner::new(cx, this, string, pos, endpos)?.as_value())
    }

    #[pymethod]
    fn __copy__(this: Pattern) -> Value {
        this.as_value()
    }

    #[pymethod]
    fn __deepcopy__(this: Pattern, memo: Value) -> Value {
        let _ = memo;
        this.as_value()
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult {
        cx.generic_alias(class, object)
    }

    /// The pattern string from which the RE object was compiled.
    #[pygetter]
    fn pattern(this: Pattern) -> Value {
        this.source()
    }

    /// The regex matching flags.
    #[pygetter]
    fn flags(cx: &Context, this: Pattern) -> PyResult<u32> {
        Ok(this.compiled(cx)?.flags)
    }

    /// The number of capturing groups in the pattern.
    #[pygetter]
    fn groups(cx: &Context, this: Pattern) -> PyResult<usize> {
        Ok(this.compiled(cx)?.groups)
    }

    /// A dictionary mapping group names to group numbers.
    #[pygetter]
    fn groupindex(cx: &Context, this: Pattern) -> PyResult {
        match this.names() {
            Some(names) => cx.call(cx.class(Kind::MappingProxy), &[names.as_value()]),
            None => cx.call(cx.class(Kind::MappingProxy), &[cx.new_dict()?.as_value()]),
        }
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Pattern) -> PyResult {
        const NAMES: [(u32, &str); 8] = [
            (flag::IGNORECASE, "IGNORECASE"),
            (flag::LOCALE, "LOCALE"),
            (flag::MULTILINE, "MULTILINE"),
            (flag::DOTALL, "DOTALL"),
            (flag::UNICODE, "UNICODE"),
            (flag::VERBOSE, "VERBOSE"),
            (flag::DEBUG, "DEBUG"),
            (flag::ASCII, "ASCII"),
        ];
        let compiled = this.compiled(cx)?;
        let mut flags = compiled.flags;
        // What text patterns are without being asked to.
        if compiled.is_bytes != Some(true)
            && flags & (flag::LOCALE | flag::UNICODE | flag::ASCII) == flag::UNICODE
        {
            flags &= !flag::UNICODE;
        }
        let mut names = alloc::string::String::new();
        for (bit, name) in NAMES {
            if flags & bit != 0 {
                flags &= !bit;
                names.push_str(if names.is_empty() { "re." } else { "|re." });
                names.push_str(name);
            }
        }
        if flags != 0 {
            let separator = if names.is_empty() { "" } else { "|" };
            // Writing to a String cannot fail.
            let _ = write!(names, "{separator}{flags:#x}");
        }
        let source = cx.repr(this.source())?.substring(cx, 0, 200)?;
        let separator = if names.is_empty() { "" } else { ", " };
        let mut text = threadsnake_engine::types::repr_builder::ReprBuilder::new("re.compile(");
        text.push_str(source);
        text.push(separator);
        text.push(&names);
        text.push(")");
        text.finish(cx)
    }

    /// Return hash(self).
    #[pymethod]
    fn __hash__(cx: &Context, this: Pattern) -> PyResult<i64> {
        let compiled = this.compiled(cx)?;
        let source = cx.hash(this.source())?;
        let code: Vec<u8> = compiled.program.code().iter().flat_map(|word| word.to_ne_bytes()).collect();
        let hash = source
            ^ cx.hash_bytes(&code)
            ^ compiled.flags as i64
            ^ compiled.is_bytes.map_or(-1, i64::from)
            ^ compiled.groups as i64;
        Ok(if hash == -1 { -2 } else { hash })
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: Pattern, value: Value) -> PyResult {
        let Some(other) = Pattern::from_value(value) else { return Ok(Value::NOT_IMPLEMENTED) };
        let (left, right) = (this.compiled(cx)?, other.compiled(cx)?);
        let same = left.flags == right.flags
            && left.is_bytes == right.is_bytes
            && left.groups == right.groups
            && left.program.code() == right.program.code()
            && cx.equal(this.source(), other.source())?;
        Ok(Value::from_bool(same))
    }
}

/// Whether a pattern's source is bytes; absent for None.
///
/// # Errors
/// TypeError if it is neither text nor bytes.
pub fn source_kind(cx: &Context, source: Value) -> PyResult<Option<bool>> {
    if source.is_none() {
        return Ok(None);
    }
    let subject = Subject::new(cx, source, None)?;
    Ok(Some(Str::from_value(subject.text()).is_none()))
}
