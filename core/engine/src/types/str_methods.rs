//! The methods of `str`.
//!
//! Invariant: a string never changes, so nothing here locks; results are exact strings whatever the receiver's class.
//! Source: Objects/unicodeobject.c.

use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{PyResult, Raised};
use crate::kind::Kind;
use crate::native::{Arguments, NativeType};
use crate::protocol::codec::name_argument;
use crate::protocol::comparison::CompareOperator;
use crate::protocol::mapping::normalize_index;
use crate::text::repr::ReprPlan;
use crate::text::{case, unicode};
use crate::types::byte_sequence::is_bytes_like;
use crate::types::class::{Class, instance_class};
use crate::types::list::List;
use crate::types::slice::Slice;
use crate::types::str_building::{join, pad, repeat};
use crate::types::str_object::Str;
use crate::types::str_search::{self, bounds};
use crate::types::str_units::{TextBuilder, with_units};
use crate::types::tuple::Tuple;
use crate::types::{str_building, str_case, str_format, str_iterator, str_printf, str_translate};
use crate::value::Value;

/// str(object='') -> str
/// str(bytes_or_buffer[, encoding[, errors]]) -> str
///
/// Create a new string object from the given object. If encoding or
/// errors is specified, then the object must expose a data buffer
/// that will be decoded using the given encoding and error handler.
/// Otherwise, returns the result of object.__str__() (if defined)
/// or repr(object).
/// encoding defaults to 'utf-8'.
/// errors defaults to 'strict'.
#[pyclass(id = Str, name = "str", flags(SUBCLASSABLE, VARIABLE_SIZE, MATCH_SELF))]
pub struct StrClass;

/// The name of a value's class as the messages about arguments give it.
pub(crate) fn argument_type(cx: &Context, value: Value) -> alloc::string::String {
    if value.is_none() { "None".into() } else { cx.type_name(value).to_utf8_lossy() }
}

/// `NAME() WHICH must be str, not TYPE`
#[cold]
fn not_text(cx: &Context, function: &str, which: &str, value: Value) -> Raised {
    let class_name = argument_type(cx, value);
    cx.type_error(format_args!("{function}() {which} must be str, not {class_name}"))
}

#[inline]
fn text_argument(cx: &Context, function: &str, which: &str, value: Value) -> PyResult<Str> {
    Str::from_value(value).ok_or_else(|| not_text(cx, function, which, value))
}

fn compare(cx: &Context, operator: CompareOperator, this: Str, other: Value) -> PyResult {
    let _ = cx;
    let Some(other) = Str::from_value(other) else { return Ok(Value::NOT_IMPLEMENTED) };
    Ok(Value::from_bool(match operator {
        CompareOperator::Equal => this.equals(other),
        CompareOperator::NotEqual => !this.equals(other),
        _ => operator.holds(this.compare(other)),
    }))
}

/// How many splits or replacements: all if negative.
pub(crate) fn limit(count: isize) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn separator(cx: &Context, separator: Option<Value>) -> PyResult<Option<Str>> {
    let Some(separator) = separator.filter(|separator| !separator.is_none()) else { return Ok(None) };
    let Some(text) = Str::from_value(separator) else {
        return Err(cx.type_error(format_args!("must be str or None, not {}", cx.type_name(separator))));
    };
    if text.is_empty() { Err(cx.value_error(format_args!("empty separator"))) } else { Ok(Some(text)) }
}

fn partition(cx: &Context, this: Str, separator: Value, last: bool) -> PyResult {
    let Some(separator) = Str::from_value(separator) else {
        return Err(cx.type_error(format_args!("must be str, not {}", cx.type_name(separator))));
    };
    if separator.is_empty() {
        return Err(cx.value_error(format_args!("empty separator")));
    }
    str_search::partition(cx, this, separator, last)
}

fn strip(
    cx: &Context,
    this: Str,
    name: &str,
    characters: Option<Value>,
    left: bool,
    right: bool,
) -> PyResult<Str> {
    let characters = match characters.filter(|characters| !characters.is_none()) {
        None => None,
        Some(characters) => match Str::from_value(characters) {
            Some(characters) => Some(characters),
            None => return Err(cx.type_error(format_args!("{name} arg must be None or str"))),
        },
    };
    str_search::strip(cx, this, characters, left, right)
}

fn has_affix(
    cx: &Context,
    this: Str,
    name: &str,
    affix: Value,
    bounds: Option<core::ops::Range<usize>>,
    at_end: bool,
) -> PyResult<bool> {
    if let Some(affix) = Str::from_value(affix) {
        return Ok(str_search::has_affix(this, affix, bounds, at_end));
    }
    let Some(affixes) = Tuple::from_value(affix) else {
        return Err(cx.type_error(format_args!(
            "{name} first arg must be str or a tuple of str, not {}",
            cx.type_name(affix)
        )));
    };
    for affix in affixes.iter() {
        let Some(affix) = Str::from_value(affix) else {
            return Err(cx.type_error(format_args!(
                "tuple for {name} must only contain str, not {}",
                cx.type_name(affix)
            )));
        };
        if str_search::has_affix(this, affix, bounds.clone(), at_end) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn fill_character(cx: &Context, fill: Option<Value>) -> PyResult<u32> {
    let Some(fill) = fill else { return Ok(' ' as u32) };
    let Some(text) = Str::from_value(fill) else {
        return Err(cx.type_error(format_args!(
            "The fill character must be a unicode character, not {}",
            cx.type_name(fill)
        )));
    };
    match (text.len(), text.code_point(0)) {
        (1, Some(code_point)) => Ok(code_point),
        _ => Err(cx.type_error(format_args!("The fill character must be exactly one character long"))),
    }
}

fn room(this: Str, width: isize) -> usize {
    usize::try_from(width).unwrap_or(0).saturating_sub(this.len())
}

fn all(this: Str, matches: impl Fn(u32) -> bool) -> bool {
    !this.is_empty() && this.code_points().all(matches)
}

#[pymethods]
impl StrClass {
    #[pynew(signature = "(object=b'', encoding='utf-8', errors='strict')")]
    fn new(
        cx: &Context,
        class: Value,
        object: Option<Value>,
        encoding: Option<Value>,
        errors: Option<Value>,
    ) -> PyResult<Str> {
        let text = match object {
            None => cx.empty_str(),
            Some(object) if encoding.is_none() && errors.is_none() => cx.str_of(object)?,
            Some(object) => {
                let encoding = name_argument(cx, "str", "'encoding'", encoding)?;
                let errors = name_argument(cx, "str", "'errors'", errors)?;
                if Str::from_value(object).is_some() {
                    return Err(cx.type_error(format_args!("decoding str is not supported")));
                }
                if !is_bytes_like(object) {
                    return Err(cx.type_error(format_args!(
                        "decoding to str: need a bytes-like object, {} found",
                        cx.type_name(object)
                    )));
                }
                cx.decode_object(object, encoding, errors)?
            }
        };
        if class.is(cx.class(Kind::Str)) {
            return Ok(text);
        }
        let class: Class = instance_class(cx, Self::CLASS, class)?;
        cx.str_of_class(class, text)
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Str) -> PyResult<Str> {
        with_units!(this, units => {
            let plan = ReprPlan::new(units, false).map_err(|error| cx.text_error(&error))?;
            if plan.widest < 0x100 {
                cx.str_filled(plan.length, |out| {
                    let mut places = out.iter_mut();
                    plan.write(units, |code_point| {
                        if let Some(place) = places.next() {
                            *place = code_point as u8;
                        }
                    });
                })
            } else {
                let mut builder = TextBuilder::default();
                plan.write(units, |code_point| builder.push(code_point));
                builder.finish(cx)
            }
        })
    }

    /// Return str(self).
    #[pymethod]
    fn __str__(cx: &Context, this: Str) -> PyResult<Str> {
        this.substring(cx, 0, this.len())
    }

    /// Return hash(self).
    #[pymethod]
    fn __hash__(cx: &Context, this: Str) -> i64 {
        this.hash(cx)
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(cx: &Context, this: Str, value: Value) -> PyResult {
        compare(cx, CompareOperator::Less, this, value)
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(cx: &Context, this: Str, value: Value) -> PyResult {
        compare(cx, CompareOperator::LessEqual, this, value)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: Str, value: Value) -> PyResult {
        compare(cx, CompareOperator::Equal, this, value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: Str, value: Value) -> PyResult {
        compare(cx, CompareOperator::NotEqual, this, value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(cx: &Context, this: Str, value: Value) -> PyResult {
        compare(cx, CompareOperator::Greater, this, value)
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(cx: &Context, this: Str, value: Value) -> PyResult {
        compare(cx, CompareOperator::GreaterEqual, this, value)
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(this: Str) -> usize {
        this.len()
    }

    /// Return bool(key in self).
    #[pymethod]
    fn __contains__(cx: &Context, this: Str, key: Value) -> PyResult<bool> {
        let Some(needle) = Str::from_value(key) else {
            return Err(cx.type_error(format_args!(
                "'in <string>' requires string as left operand, not {}",
                cx.type_name(key)
            )));
        };
        Ok(str_search::contains(this, needle))
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: Str) -> PyResult {
        str_iterator::new(cx, Kind::StrIterator, this.as_value())
    }

    /// Return self[key].
    #[pymethod]
    fn __getitem__(cx: &Context, this: Str, key: Value) -> PyResult<Str> {
        if let Some(slice) = Slice::from_value(key) {
            return str_building::slice(cx, this, slice);
        }
        if !cx.has_index(key) {
            return Err(
                cx.type_error(format_args!("string indices must be integers, not '{}'", cx.type_name(key)))
            );
        }
        let index = cx.index_of_sequence(key)?;
        match normalize_index(index, this.len()).and_then(|index| this.code_point(index)) {
            Some(code_point) => cx.str_from_code_point(code_point),
            None => Err(cx.index_error("string index out of range")),
        }
    }

    /// Return self+value.
    #[pymethod]
    fn __add__(cx: &Context, this: Str, value: Value) -> PyResult<Str> {
        match Str::from_value(value) {
            Some(other) => cx.str_concat(this, other),
            None => Err(cx.type_error(format_args!(
                "can only concatenate str (not \"{}\") to str",
                cx.type_name(value)
            ))),
        }
    }

    /// Return self*value.
    #[pymethod]
    fn __mul__(cx: &Context, this: Str, value: Value) -> PyResult<Str> {
        let times = cx.repeat_count(value)?;
        repeat(cx, this, times)
    }

    /// Return value*self.
    #[pymethod]
    fn __rmul__(cx: &Context, this: Str, value: Value) -> PyResult<Str> {
        let times = cx.repeat_count(value)?;
        repeat(cx, this, times)
    }

    #[pymethod(signature = "($self, /)")]
    fn __getnewargs__(cx: &Context, this: Str) -> PyResult {
        let copy = cx.str_copy(this)?;
        cx.tuple(&[copy.as_value()])
    }

    /// Return the size of the string in memory, in bytes.
    #[pymethod]
    fn __sizeof__(this: Str) -> usize {
        let header = if this.is_ascii() { 40 } else { 56 };
        header + ((this.len() + 1) << this.width_shift())
    }

    /// Return a capitalized version of the string.
    ///
    /// More specifically, make the first character have upper case and the rest lower
    /// case.
    #[pymethod]
    fn capitalize(cx: &Context, this: Str) -> PyResult<Str> {
        str_case::capitalize(cx, this)
    }

    /// Return a version of the string suitable for caseless comparisons.
    #[pymethod]
    fn casefold(cx: &Context, this: Str) -> PyResult<Str> {
        str_case::casefold(cx, this)
    }

    /// Return a copy of the string converted to lowercase.
    #[pymethod]
    fn lower(cx: &Context, this: Str) -> PyResult<Str> {
        str_case::lower(cx, this)
    }

    /// Return a copy of the string converted to uppercase.
    #[pymethod]
    fn upper(cx: &Context, this: Str) -> PyResult<Str> {
        str_case::upper(cx, this)
    }

    /// Convert uppercase characters to lowercase and lowercase characters to uppercase.
    #[pymethod]
    fn swapcase(cx: &Context, this: Str) -> PyResult<Str> {
        str_case::swapcase(cx, this)
    }

    /// Return a version of the string where each word is titlecased.
    ///
    /// More specifically, words start with uppercased characters and all remaining
    /// cased characters have lower case.
    #[pymethod]
    fn title(cx: &Context, this: Str) -> PyResult<Str> {
        str_case::title(cx, this)
    }

    /// Return a centered string of length width.
    ///
    /// Padding is done using the specified fill character (default is a space).
    #[pymethod(signature = "($self, width, fillchar=' ', /)")]
    fn center(cx: &Context, this: Str, width: isize, fillchar: Option<Value>) -> PyResult<Str> {
        let fill = fill_character(cx, fillchar)?;
        let room = room(this, width);
        // An odd room gives the spare place to the left side when the width is odd.
        let left = room / 2 + (room & width as usize & 1);
        pad(cx, this, left, room - left, fill)
    }

    /// Return a left-justified string of length width.
    ///
    /// Padding is done using the specified fill character (default is a space).
    #[pymethod(signature = "($self, width, fillchar=' ', /)")]
    fn ljust(cx: &Context, this: Str, width: isize, fillchar: Option<Value>) -> PyResult<Str> {
        let fill = fill_character(cx, fillchar)?;
        pad(cx, this, 0, room(this, width), fill)
    }

    /// Return a right-justified string of length width.
    ///
    /// Padding is done using the specified fill character (default is a space).
    #[pymethod(signature = "($self, width, fillchar=' ', /)")]
    fn rjust(cx: &Context, this: Str, width: isize, fillchar: Option<Value>) -> PyResult<Str> {
        let fill = fill_character(cx, fillchar)?;
        pad(cx, this, room(this, width), 0, fill)
    }

    /// Pad a numeric string with zeros on the left, to fill a field of the given width.
    ///
    /// The string is never truncated.
    #[pymethod]
    fn zfill(cx: &Context, this: Str, width: isize) -> PyResult<Str> {
        let zeros = room(this, width);
        match this.code_point(0) {
            Some(sign) if zeros != 0 && (sign == '+' as u32 || sign == '-' as u32) => {
                let mut builder = TextBuilder::default();
                builder.push(sign);
                builder.push_repeated(cx, '0' as u32, zeros)?;
                builder.push_str(this.substring(cx, 1, this.len())?);
                builder.finish(cx)
            }
            _ => pad(cx, this, zeros, 0, '0' as u32),
        }
    }

    /// Return a copy where all tab characters are expanded using spaces.
    ///
    /// If tabsize is not given, a tab size of 8 characters is assumed.
    #[pymethod(signature = "($self, /, tabsize=8)")]
    fn expandtabs(cx: &Context, this: Str, tabsize: i32) -> PyResult<Str> {
        let tab = usize::try_from(tabsize).unwrap_or(0);
        let mut builder = TextBuilder::with_capacity(this.len());
        let mut column = 0usize;
        for code_point in this.code_points() {
            match code_point {
                0x09 => {
                    if tab != 0 {
                        let spaces = tab - column % tab;
                        builder.push_repeated(cx, ' ' as u32, spaces)?;
                        column += spaces;
                    }
                }
                _ => {
                    builder.push(code_point);
                    column = if matches!(code_point, 0x0a | 0x0d) { 0 } else { column + 1 };
                }
            }
        }
        builder.finish(cx)
    }

    /// Return the number of non-overlapping occurrences of substring sub in string S[start:end].
    ///
    /// Optional arguments start and end are interpreted as in slice notation.
    #[pymethod(signature = "($self, sub, start=None, end=None, /)")]
    fn count(
        cx: &Context,
        this: Str,
        sub: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<usize> {
        let needle = text_argument(cx, "count", "argument 1", sub)?;
        let range = bounds(cx, start, end, this.len())?;
        Ok(str_search::count(this, needle, range))
    }

    /// Return the lowest index in S where substring sub is found, such that sub is contained within S[start:end].
    ///
    /// Optional arguments start and end are interpreted as in slice notation.
    /// Return -1 on failure.
    #[pymethod(signature = "($self, sub, start=None, end=None, /)")]
    fn find(
        cx: &Context,
        this: Str,
        sub: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<isize> {
        let needle = text_argument(cx, "find", "argument 1", sub)?;
        let range = bounds(cx, start, end, this.len())?;
        Ok(str_search::find(this, needle, range, false).map_or(-1, |place| place as isize))
    }

    /// Return the highest index in S where substring sub is found, such that sub is contained within S[start:end].
    ///
    /// Optional arguments start and end are interpreted as in slice notation.
    /// Return -1 on failure.
    #[pymethod(signature = "($self, sub, start=None, end=None, /)")]
    fn rfind(
        cx: &Context,
        this: Str,
        sub: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<isize> {
        let needle = text_argument(cx, "rfind", "argument 1", sub)?;
        let range = bounds(cx, start, end, this.len())?;
        Ok(str_search::find(this, needle, range, true).map_or(-1, |place| place as isize))
    }

    /// Return the lowest index in S where substring sub is found, such that sub is contained within S[start:end].
    ///
    /// Optional arguments start and end are interpreted as in slice notation.
    /// Raises ValueError when the substring is not found.
    #[pymethod(signature = "($self, sub, start=None, end=None, /)")]
    fn index(
        cx: &Context,
        this: Str,
        sub: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<usize> {
        let needle = text_argument(cx, "index", "argument 1", sub)?;
        let range = bounds(cx, start, end, this.len())?;
        str_search::find(this, needle, range, false)
            .ok_or_else(|| cx.value_error(format_args!("substring not found")))
    }

    /// Return the highest index in S where substring sub is found, such that sub is contained within S[start:end].
    ///
    /// Optional arguments start and end are interpreted as in slice notation.
    /// Raises ValueError when the substring is not found.
    #[pymethod(signature = "($self, sub, start=None, end=None, /)")]
    fn rindex(
        cx: &Context,
        this: Str,
        sub: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<usize> {
        let needle = text_argument(cx, "rindex", "argument 1", sub)?;
        let range = bounds(cx, start, end, this.len())?;
        str_search::find(this, needle, range, true)
            .ok_or_else(|| cx.value_error(format_args!("substring not found")))
    }

    /// Return True if the string starts with the specified prefix, False otherwise.
    ///
    ///   prefix
    ///     A string or a tuple of strings to try.
    ///   start
    ///     Optional start position. Default: start of the string.
    ///   end
    ///     Optional stop position. Default: end of the string.
    #[pymethod(signature = "($self, prefix, start=None, end=None, /)")]
    fn startswith(
        cx: &Context,
        this: Str,
        prefix: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<bool> {
        let range = bounds(cx, start, end, this.len())?;
        has_affix(cx, this, "startswith", prefix, range, false)
    }

    /// Return True if the string ends with the specified suffix, False otherwise.
    ///
    ///   suffix
    ///     A string or a tuple of strings to try.
    ///   start
    ///     Optional start position. Default: start of the string.
    ///   end
    ///     Optional stop position. Default: end of the string.
    #[pymethod(signature = "($self, suffix, start=None, end=None, /)")]
    fn endswith(
        cx: &Context,
        this: Str,
        suffix: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<bool> {
        let range = bounds(cx, start, end, this.len())?;
        has_affix(cx, this, "endswith", suffix, range, true)
    }

    /// Concatenate any number of strings.
    ///
    /// The string whose method is called is inserted in between each given string.
    /// The result is returned as a new string.
    ///
    /// Example: '.'.join(['ab', 'pq', 'rs']) -> 'ab.pq.rs'
    #[pymethod]
    fn join(cx: &Context, this: Str, iterable: Value) -> PyResult<Str> {
        join(cx, this, iterable)
    }

    /// Partition the string into three parts using the given separator.
    ///
    /// This will search for the separator in the string.  If the separator is found,
    /// returns a 3-tuple containing the part before the separator, the separator
    /// itself, and the part after it.
    ///
    /// If the separator is not found, returns a 3-tuple containing the original string
    /// and two empty strings.
    #[pymethod]
    fn partition(cx: &Context, this: Str, sep: Value) -> PyResult {
        partition(cx, this, sep, false)
    }

    /// Partition the string into three parts using the given separator.
    ///
    /// This will search for the separator in the string, starting at the end. If
    /// the separator is found, returns a 3-tuple containing the part before the
    /// separator, the separator itself, and the part after it.
    ///
    /// If the separator is not found, returns a 3-tuple containing two empty strings
    /// and the original string.
    #[pymethod]
    fn rpartition(cx: &Context, this: Str, sep: Value) -> PyResult {
        partition(cx, this, sep, true)
    }

    /// Return a str with the given prefix string removed if present.
    ///
    /// If the string starts with the prefix string, return string[len(prefix):].
    /// Otherwise, return a copy of the original string.
    #[pymethod]
    fn removeprefix(cx: &Context, this: Str, prefix: Value) -> PyResult<Str> {
        let prefix = text_argument(cx, "removeprefix", "argument", prefix)?;
        let start =
            if str_search::has_affix(this, prefix, Some(0..this.len()), false) { prefix.len() } else { 0 };
        this.substring(cx, start, this.len())
    }

    /// Return a str with the given suffix string removed if present.
    ///
    /// If the string ends with the suffix string and that suffix is not empty,
    /// return string[:-len(suffix)]. Otherwise, return a copy of the original
    /// string.
    #[pymethod]
    fn removesuffix(cx: &Context, this: Str, suffix: Value) -> PyResult<Str> {
        let suffix = text_argument(cx, "removesuffix", "argument", suffix)?;
        let dropped =
            if str_search::has_affix(this, suffix, Some(0..this.len()), true) { suffix.len() } else { 0 };
        this.substring(cx, 0, this.len() - dropped)
    }

    /// Return a copy with all occurrences of substring old replaced by new.
    ///
    ///   count
    ///     Maximum number of occurrences to replace.
    ///     -1 (the default value) means replace all occurrences.
    ///
    /// If the optional argument count is given, only the first count occurrences are
    /// replaced.
    #[pymethod(signature = "($self, old, new, /, count=-1)")]
    fn replace(cx: &Context, this: Str, old: Value, new: Value, count: isize) -> PyResult<Str> {
        let old = text_argument(cx, "replace", "argument 1", old)?;
        let new = text_argument(cx, "replace", "argument 2", new)?;
        str_search::replace(cx, this, old, new, limit(count))
    }

    /// Return a list of the substrings in the string, using sep as the separator string.
    ///
    ///   sep
    ///     The separator used to split the string.
    ///
    ///     When set to None (the default value), will split on any whitespace
    ///     character (including \n \r \t \f and spaces) and will discard
    ///     empty strings from the result.
    ///   maxsplit
    ///     Maximum number of splits.
    ///     -1 (the default value) means no limit.
    ///
    /// Splitting starts at the front of the string and works to the end.
    ///
    /// Note, str.split() is mainly useful for data that has been intentionally
    /// delimited.  With natural text that includes punctuation, consider using
    /// the regular expression module.
    #[pymethod(signature = "($self, /, sep=None, maxsplit=-1)")]
    fn split(cx: &Context, this: Str, sep: Option<Value>, maxsplit: isize) -> PyResult<List> {
        let separator = separator(cx, sep)?;
        str_search::split(cx, this, separator, limit(maxsplit), false)
    }

    /// Return a list of the substrings in the string, using sep as the separator string.
    ///
    ///   sep
    ///     The separator used to split the string.
    ///
    ///     When set to None (the default value), will split on any whitespace
    ///     character (including \n \r \t \f and spaces) and will discard
    ///     empty strings from the result.
    ///   maxsplit
    ///     Maximum number of splits.
    ///     -1 (the default value) means no limit.
    ///
    /// Splitting starts at the end of the string and works to the front.
    #[pymethod(signature = "($self, /, sep=None, maxsplit=-1)")]
    fn rsplit(cx: &Context, this: Str, sep: Option<Value>, maxsplit: isize) -> PyResult<List> {
        let separator = separator(cx, sep)?;
        str_search::split(cx, this, separator, limit(maxsplit), true)
    }

    /// Return a list of the lines in the string, breaking at line boundaries.
    ///
    /// Line breaks are not included in the resulting list unless keepends is given and
    /// true.
    #[pymethod(signature = "($self, /, keepends=False)")]
    fn splitlines(cx: &Context, this: Str, keepends: bool) -> PyResult<List> {
        str_search::split_lines(cx, this, keepends)
    }

    /// Return a copy of the string with leading and trailing whitespace removed.
    ///
    /// If chars is given and not None, remove characters in chars instead.
    #[pymethod(signature = "($self, chars=None, /)")]
    fn strip(cx: &Context, this: Str, chars: Option<Value>) -> PyResult<Str> {
        strip(cx, this, "strip", chars, true, true)
    }

    /// Return a copy of the string with leading whitespace removed.
    ///
    /// If chars is given and not None, remove characters in chars instead.
    #[pymethod(signature = "($self, chars=None, /)")]
    fn lstrip(cx: &Context, this: Str, chars: Option<Value>) -> PyResult<Str> {
        strip(cx, this, "lstrip", chars, true, false)
    }

    /// Return a copy of the string with trailing whitespace removed.
    ///
    /// If chars is given and not None, remove characters in chars instead.
    #[pymethod(signature = "($self, chars=None, /)")]
    fn rstrip(cx: &Context, this: Str, chars: Option<Value>) -> PyResult<Str> {
        strip(cx, this, "rstrip", chars, false, true)
    }

    /// Return True if all characters in the string are ASCII, False otherwise.
    ///
    /// ASCII characters have code points in the range U+0000-U+007F.
    /// Empty string is ASCII too.
    #[pymethod]
    fn isascii(this: Str) -> bool {
        this.is_ascii()
    }

    /// Return True if the string is an alpha-numeric string, False otherwise.
    ///
    /// A string is alpha-numeric if all characters in the string are alpha-numeric and
    /// there is at least one character in the string.
    #[pymethod]
    fn isalnum(this: Str) -> bool {
        all(this, unicode::is_alphanumeric)
    }

    /// Return True if the string is an alphabetic string, False otherwise.
    ///
    /// A string is alphabetic if all characters in the string are alphabetic and there
    /// is at least one character in the string.
    #[pymethod]
    fn isalpha(this: Str) -> bool {
        all(this, unicode::is_alpha)
    }

    /// Return True if the string is a decimal string, False otherwise.
    ///
    /// A string is a decimal string if all characters in the string are decimal and
    /// there is at least one character in the string.
    #[pymethod]
    fn isdecimal(this: Str) -> bool {
        all(this, unicode::is_decimal)
    }

    /// Return True if the string is a digit string, False otherwise.
    ///
    /// A string is a digit string if all characters in the string are digits and there
    /// is at least one character in the string.
    #[pymethod]
    fn isdigit(this: Str) -> bool {
        all(this, unicode::is_digit)
    }

    /// Return True if the string is a numeric string, False otherwise.
    ///
    /// A string is numeric if all characters in the string are numeric and there is at
    /// least one character in the string.
    #[pymethod]
    fn isnumeric(this: Str) -> bool {
        all(this, unicode::is_numeric)
    }

    /// Return True if all characters in the string are printable, False otherwise.
    ///
    /// A character is printable if repr() may use it in its output.
    #[pymethod]
    fn isprintable(this: Str) -> bool {
        this.is_empty() || all(this, unicode::is_printable)
    }

    /// Return True if the string is a whitespace string, False otherwise.
    ///
    /// A string is whitespace if all characters in the string are whitespace and there
    /// is at least one character in the string.
    #[pymethod]
    fn isspace(this: Str) -> bool {
        all(this, unicode::is_space)
    }

    /// Return True if the string is a lowercase string, False otherwise.
    ///
    /// A string is lowercase if all cased characters in the string are lowercase and
    /// there is at least one cased character in the string.
    #[pymethod]
    fn islower(this: Str) -> bool {
        with_units!(this, units => case::is_lower_text(units))
    }

    /// Return True if the string is an uppercase string, False otherwise.
    ///
    /// A string is uppercase if all cased characters in the string are uppercase and
    /// there is at least one cased character in the string.
    #[pymethod]
    fn isupper(this: Str) -> bool {
        with_units!(this, units => case::is_upper_text(units))
    }

    /// Return True if the string is a title-cased string, False otherwise.
    ///
    /// In a title-cased string, upper- and title-case characters may only
    /// follow uncased characters and lowercase characters only cased ones.
    #[pymethod]
    fn istitle(this: Str) -> bool {
        with_units!(this, units => case::is_title_text(units))
    }

    /// Return True if the string is a valid Python identifier, False otherwise.
    ///
    /// Call keyword.iskeyword(s) to test whether string s is a reserved identifier,
    /// such as "def" or "class".
    #[pymethod]
    fn isidentifier(this: Str) -> bool {
        with_units!(this, units => case::is_identifier(units))
    }

    /// Return self%value.
    #[pymethod]
    fn __mod__(cx: &Context, this: Str, value: Value) -> PyResult<Str> {
        str_printf::modulo(cx, this, value)
    }

    /// Return value%self.
    #[pymethod]
    fn __rmod__(cx: &Context, this: Str, value: Value) -> PyResult {
        match Str::from_value(value) {
            Some(format) => Ok(str_printf::modulo(cx, format, this.as_value())?.as_value()),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// Return a formatted version of the string as described by format_spec.
    #[pymethod]
    fn __format__(cx: &Context, this: Str, format_spec: Value) -> PyResult<Str> {
        let specification = text_argument(cx, "__format__", "argument", format_spec)?;
        str_format::format_text(cx, this, specification)
    }

    /// Return a formatted version of the string, using substitutions from args and kwargs.
    ///
    /// The substitutions are identified by braces ('{' and '}').
    #[pymethod(signature = "($self, /, *args, **kwargs)")]
    fn format(cx: &Context, this: Str, arguments: Arguments<'_>) -> PyResult<Str> {
        let fields = str_format::Fields::Arguments(arguments.positional(), arguments.keywords());
        str_format::format(cx, this, fields)
    }

    /// Return a formatted version of the string, using substitutions from mapping.
    ///
    /// The substitutions are identified by braces ('{' and '}').
    #[pymethod]
    fn format_map(cx: &Context, this: Str, mapping: Value) -> PyResult<Str> {
        str_format::format(cx, this, str_format::Fields::Mapping(mapping))
    }

    /// Encode the string using the codec registered for encoding.
    ///
    ///   encoding
    ///     The encoding in which to encode the string.
    ///   errors
    ///     The error handling scheme to use for encoding errors.
    ///     The default is 'strict' meaning that encoding errors raise a
    ///     UnicodeEncodeError.  Other possible values are 'ignore', 'replace' and
    ///     'xmlcharrefreplace' as well as any other name registered with
    ///     codecs.register_error that can handle UnicodeEncodeErrors.
    #[pymethod(signature = "($self, /, encoding='utf-8', errors='strict')")]
    fn encode(cx: &Context, this: Str, encoding: Option<Value>, errors: Option<Value>) -> PyResult {
        let encoding = name_argument(cx, "encode", "'encoding'", encoding)?;
        let errors = name_argument(cx, "encode", "'errors'", errors)?;
        cx.encode_text(this, encoding, errors)
    }

    /// Replace each character in the string using the given translation table.
    ///
    ///   table
    ///     Translation table, which must be a mapping of Unicode ordinals to
    ///     Unicode ordinals, strings, or None.
    ///
    /// The table must implement lookup/indexing via __getitem__, for instance a
    /// dictionary or list.  If this operation raises LookupError, the character is
    /// left untouched.  Characters mapped to None are deleted.
    #[pymethod]
    fn translate(cx: &Context, this: Str, table: Value) -> PyResult<Str> {
        str_translate::translate(cx, this, table)
    }

    /// Return a translation table usable for str.translate().
    ///
    /// If there is only one argument, it must be a dictionary mapping Unicode
    /// ordinals (integers) or characters to Unicode ordinals, strings or None.
    /// Character keys will be then converted to ordinals.
    /// If there are two arguments, they must be strings of equal length, and
    /// in the resulting dictionary, each character in x will be mapped to the
    /// character at the same position in y. If there is a third argument, it
    /// must be a string, whose characters will be mapped to None in the result.
    #[pystaticmethod(signature = "(x, y=<unrepresentable>, z=<unrepresentable>, /)")]
    fn maketrans(cx: &Context, x: Value, y: Option<Value>, z: Option<Value>) -> PyResult {
        str_translate::make_table(cx, x, y, z)
    }
}
