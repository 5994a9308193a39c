//! The methods of `bytes`.
//!
//! Invariant: bytes never change, so nothing here locks; results are exact `bytes` whatever the receiver's class.
//! Source: Objects/bytesobject.c.

use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::names::Name;
use crate::native::NativeType;
use crate::protocol::codec::name_argument;
use crate::protocol::comparison::CompareOperator;
use crate::protocol::mapping::normalize_index;
use crate::types::byte_sequence::{self as sequence, ByteKind, is_bytes_like};
use crate::types::bytes_object::{Bytes, DATA};
use crate::types::class::{Class, allocate_variable, instance_class};
use crate::types::slice::Slice;
use crate::types::str_iterator;
use crate::types::str_object::Str;
use crate::value::Value;

/// bytes(iterable_of_ints) -> bytes
/// bytes(string, encoding[, errors]) -> bytes
/// bytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer
/// bytes(int) -> bytes object of size given by the parameter initialized with null bytes
/// bytes() -> empty bytes object
///
/// Construct an immutable array of bytes from:
///   - an iterable yielding integers in range(256)
///   - a text string encoded using the specified encoding
///   - any object implementing the buffer API.
///   - an integer
#[pyclass(id = Bytes, name = "bytes", flags(SUBCLASSABLE, VARIABLE_SIZE, MATCH_SELF))]
pub struct BytesClass;

fn whole(cx: &Context, this: Bytes) -> PyResult {
    if this.is_exact() { Ok(this.as_value()) } else { cx.bytes(this.as_slice()) }
}

fn part(cx: &Context, this: Bytes, range: core::ops::Range<usize>) -> PyResult {
    if range == (0..this.len()) {
        return whole(cx, this);
    }
    cx.bytes(this.as_slice().get(range).unwrap_or(&[]))
}

fn compare(cx: &Context, operator: CompareOperator, this: Bytes, other: Value) -> PyResult {
    if let Some(other) = Bytes::from_value(other) {
        return Ok(Value::from_bool(operator.holds(this.as_slice().cmp(other.as_slice()))));
    }
    if is_bytes_like(other) {
        let other = cx.bytes_like(other)?;
        return Ok(Value::from_bool(operator.holds(this.as_slice().cmp(other.as_slice()))));
    }
    Ok(Value::NOT_IMPLEMENTED)
}

/// The bytes that a call of `bytes` or `bytearray` makes.
///
/// # Errors
/// TypeError, ValueError, and what `__bytes__` or the iteration raises.
fn made_from(
    cx: &Context,
    source: Option<Value>,
    encoding: Option<Value>,
    errors: Option<Value>,
) -> PyResult<Bytes> {
    if let Some(source) = source
        && encoding.is_none()
        && errors.is_none()
    {
        if let Some(bytes) = Bytes::from_value(source).filter(|bytes| bytes.is_exact()) {
            return Ok(bytes);
        }
        if let Some(method) = cx.special_method(source, Name::__bytes__)? {
            let made = cx.call_pair(method, &[])?;
            return Bytes::from_value(made).ok_or_else(|| {
                cx.type_error(format_args!("__bytes__ returned non-bytes (type {})", cx.type_name(made)))
            });
        }
        if Str::from_value(source).is_some() {
            return Err(cx.type_error(format_args!("string argument without an encoding")));
        }
        return cx.new_bytes(&sequence::collect(cx, source, "bytes")?);
    }
    sequence::encoded(cx, source, encoding, errors)
}

#[pymethods]
impl BytesClass {
    #[pynew(signature = "(source=b'', encoding='utf-8', errors='strict')")]
    fn new(
        cx: &Context,
        class: Value,
        source: Option<Value>,
        encoding: Option<Value>,
        errors: Option<Value>,
    ) -> PyResult {
        let bytes = match (source, class.is(cx.class(Kind::Bytes))) {
            (None, true) if encoding.is_none() && errors.is_none() => return cx.bytes(&[]),
            (source, exact) => {
                let made = made_from(cx, source, encoding, errors)?;
                if exact {
                    return Ok(made.as_value());
                }
                made
            }
        };
        let class: Class = instance_class(cx, Self::CLASS, class)?;
        let object = allocate_variable(cx, class, 0, DATA + bytes.len())?;
        Ok(Bytes::fill(object, bytes.as_slice()).as_value())
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Bytes) -> PyResult {
        cx.str(&sequence::quoted(cx, this.as_slice())?)
    }

    /// Return str(self).
    #[pymethod]
    fn __str__(cx: &Context, this: Bytes) -> PyResult {
        cx.str(&sequence::quoted(cx, this.as_slice())?)
    }

    /// Return hash(self).
    #[pymethod]
    fn __hash__(cx: &Context, this: Bytes) -> i64 {
        this.hash(cx)
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(this: Bytes) -> usize {
        this.len()
    }

    /// Return bool(key in self).
    #[pymethod]
    fn __contains__(cx: &Context, this: Bytes, key: Value) -> PyResult<bool> {
        sequence::contains(cx, this.as_slice(), key)
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: Bytes) -> PyResult {
        str_iterator::new(cx, Kind::BytesIterator, this.as_value())
    }

    /// Return self[key].
    #[pymethod]
    fn __getitem__(cx: &Context, this: Bytes, key: Value) -> PyResult {
        if let Some(slice) = Slice::from_value(key) {
            let indices = cx.slice_indices(slice, this.len())?;
            let start = usize::try_from(indices.start).unwrap_or(0);
            if indices.step == 1 {
                return part(cx, this, start..start + indices.count);
            }
            let picked: alloc::vec::Vec<u8> =
                indices.iter().filter_map(|index| this.as_slice().get(index).copied()).collect();
            return cx.bytes(&picked);
        }
        if !cx.has_index(key) {
            return Err(cx.type_error(format_args!(
                "byte indices must be integers or slices, not {}",
                cx.type_name(key)
            )));
        }
        let index = cx.index_of_sequence(key)?;
        match normalize_index(index, this.len()).and_then(|index| this.as_slice().get(index).copied()) {
            Some(byte) => Ok(Value::int_from_u32(byte as u32)),
            None => Err(cx.index_error("index out of range")),
        }
    }

    /// Return self+value.
    #[pymethod]
    fn __add__(cx: &Context, this: Bytes, value: Value) -> PyResult {
        if !is_bytes_like(value) {
            return Err(cx.type_error(format_args!("can't concat {} to bytes", cx.type_name(value))));
        }
        if let Some(other) = Bytes::from_value(value) {
            if this.is_empty() && other.is_exact() {
                return Ok(value);
            }
            if other.is_empty() && this.is_exact() {
                return Ok(this.as_value());
            }
        }
        let other = cx.bytes_like(value)?;
        let mut joined = sequence::zeroed(cx, this.len().checked_add(other.len()))?;
        let (left, right) = joined.split_at_mut(this.len());
        left.copy_from_slice(this.as_slice());
        right.copy_from_slice(&other);
        cx.bytes(&joined)
    }

    /// Return self*value.
    #[pymethod]
    fn __mul__(cx: &Context, this: Bytes, value: Value) -> PyResult {
        let times = cx.repeat_count(value)?;
        if times == 1 { whole(cx, this) } else { cx.bytes(&sequence::repeat(cx, this.as_slice(), times)?) }
    }

    /// Return value*self.
    #[pymethod]
    fn __rmul__(cx: &Context, this: Bytes, value: Value) -> PyResult {
        Self::__mul__(cx, this, value)
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(cx: &Context, this: Bytes, value: Value) -> PyResult {
        compare(cx, CompareOperator::Less, this, value)
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(cx: &Context, this: Bytes, value: Value) -> PyResult {
        compare(cx, CompareOperator::LessEqual, this, value)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: Bytes, value: Value) -> PyResult {
        compare(cx, CompareOperator::Equal, this, value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: Bytes, value: Value) -> PyResult {
        compare(cx, CompareOperator::NotEqual, this, value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(cx: &Context, this: Bytes, value: Value) -> PyResult {
        compare(cx, CompareOperator::Greater, this, value)
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(cx: &Context, this: Bytes, value: Value) -> PyResult {
        compare(cx, CompareOperator::GreaterEqual, this, value)
    }

    #[pymethod(signature = "($self, /)")]
    fn __getnewargs__(cx: &Context, this: Bytes) -> PyResult {
        let copy = cx.bytes(this.as_slice())?;
        cx.tuple(&[copy])
    }

    /// Convert this value to exact type bytes.
    #[pymethod]
    fn __bytes__(cx: &Context, this: Bytes) -> PyResult {
        whole(cx, this)
    }

    /// Concatenate any number of bytes objects.
    ///
    /// The bytes whose method is called is inserted in between each pair.
    ///
    /// The result is returned as a new bytes object.
    ///
    /// Example: b'.'.join([b'ab', b'pq', b'rs']) -> b'ab.pq.rs'.
    #[pymethod(name = "join", signature = "($self, iterable_of_bytes, /)")]
    fn join(cx: &Context, this: Bytes, iterable_of_bytes: Value) -> PyResult {
        cx.bytes(&sequence::join(cx, this.as_slice(), iterable_of_bytes)?)
    }

    /// Return a list of the sections in the bytes, using sep as the delimiter.
    ///
    ///   sep
    ///     The delimiter according which to split the bytes.
    ///     None (the default value) means split on ASCII whitespace characters
    ///     (space, tab, return, newline, formfeed, vertical tab).
    ///   maxsplit
    ///     Maximum number of splits to do.
    ///     -1 (the default value) means no limit.
    #[pymethod(signature = "($self, /, sep=None, maxsplit=-1)")]
    fn split(cx: &Context, this: Bytes, sep: Option<Value>, maxsplit: isize) -> PyResult {
        sequence::split(cx, ByteKind::Bytes, this.as_slice(), sep, maxsplit, false)
    }

    /// Return a list of the sections in the bytes, using sep as the delimiter.
    ///
    ///   sep
    ///     The delimiter according which to split the bytes.
    ///     None (the default value) means split on ASCII whitespace characters
    ///     (space, tab, return, newline, formfeed, vertical tab).
    ///   maxsplit
    ///     Maximum number of splits to do.
    ///     -1 (the default value) means no limit.
    ///
    /// Splitting is done starting at the end of the bytes and working to the front.
    #[pymethod(signature = "($self, /, sep=None, maxsplit=-1)")]
    fn rsplit(cx: &Context, this: Bytes, sep: Option<Value>, maxsplit: isize) -> PyResult {
        sequence::split(cx, ByteKind::Bytes, this.as_slice(), sep, maxsplit, true)
    }

    /// Return a list of the lines in the bytes, breaking at line boundaries.
    ///
    /// Line breaks are not included in the resulting list unless keepends is given and
    /// true.
    #[pymethod(signature = "($self, /, keepends=False)")]
    fn splitlines(cx: &Context, this: Bytes, keepends: bool) -> PyResult {
        sequence::split_lines(cx, ByteKind::Bytes, this.as_slice(), keepends)
    }

    /// Partition the bytes into three parts using the given separator.
    ///
    /// This will search for the separator sep in the bytes. If the separator is found,
    /// returns a 3-tuple containing the part before the separator, the separator
    /// itself, and the part after it.
    ///
    /// If the separator is not found, returns a 3-tuple containing the original bytes
    /// object and two empty bytes objects.
    #[pymethod]
    fn partition(cx: &Context, this: Bytes, sep: Value) -> PyResult {
        let unchanged = whole(cx, this)?;
        sequence::partition(cx, ByteKind::Bytes, this.as_slice(), sep, Some(unchanged), false)
    }

    /// Partition the bytes into three parts using the given separator.
    ///
    /// This will search for the separator sep in the bytes, starting at the end. If
    /// the separator is found, returns a 3-tuple containing the part before the
    /// separator, the separator itself, and the part after it.
    ///
    /// If the separator is not found, returns a 3-tuple containing two empty bytes
    /// objects and the original bytes object.
    #[pymethod]
    fn rpartition(cx: &Context, this: Bytes, sep: Value) -> PyResult {
        let unchanged = whole(cx, this)?;
        sequence::partition(cx, ByteKind::Bytes, this.as_slice(), sep, Some(unchanged), true)
    }

    /// Return the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
    ///
    /// Return -1 on failure.
    #[pymethod(signature = "($self, sub, start=None, end=None, /)")]
    fn find(
        cx: &Context,
        this: Bytes,
        sub: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<isize> {
        let place = sequence::find(cx, this.as_slice(), sub, start, end, false)?;
        Ok(place.map_or(-1, |place| place as isize))
    }

    /// Return the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
    ///
    /// Raise ValueError if the subsection is not found.
    #[pymethod(signature = "($self, sub, start=None, end=None, /)")]
    fn index(
        cx: &Context,
        this: Bytes,
        sub: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<usize> {
        sequence::index(cx, this.as_slice(), sub, start, end, false)
    }

    /// Return the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
    ///
    /// Return -1 on failure.
    #[pymethod(signature = "($self, sub, start=None, end=None, /)")]
    fn rfind(
        cx: &Context,
        this: Bytes,
        sub: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<isize> {
        let place = sequence::find(cx, this.as_slice(), sub, start, end, true)?;
        Ok(place.map_or(-1, |place| place as isize))
    }

    /// Return the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
    ///
    /// Raise ValueError if the subsection is not found.
    #[pymethod(signature = "($self, sub, start=None, end=None, /)")]
    fn rindex(
        cx: &Context,
        this: Bytes,
        sub: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<usize> {
        sequence::index(cx, this.as_slice(), sub, start, end, true)
    }

    /// Return the number of non-overlapping occurrences of subsection 'sub' in bytes B[start:end].
    #[pymethod(signature = "($self, sub, start=None, end=None, /)")]
    fn count(
        cx: &Context,
        this: Bytes,
        sub: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<usize> {
        sequence::count(cx, this.as_slice(), sub, start, end)
    }

    /// Return True if the bytes starts with the specified prefix, False otherwise.
    ///
    ///   prefix
    ///     A bytes or a tuple of bytes to try.
    ///   start
    ///     Optional start position. Default: start of the bytes.
    ///   end
    ///     Optional stop position. Default: end of the bytes.
    #[pymethod(signature = "($self, prefix, start=None, end=None, /)")]
    fn startswith(
        cx: &Context,
        this: Bytes,
        prefix: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<bool> {
        sequence::has_affix(cx, this.as_slice(), "startswith", prefix, start, end, false)
    }

    /// Return True if the bytes ends with the specified suffix, False otherwise.
    ///
    ///   suffix
    ///     A bytes or a tuple of bytes to try.
    ///   start
    ///     Optional start position. Default: start of the bytes.
    ///   end
    ///     Optional stop position. Default: end of the bytes.
    #[pymethod(signature = "($self, suffix, start=None, end=None, /)")]
    fn endswith(
        cx: &Context,
        this: Bytes,
        suffix: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<bool> {
        sequence::has_affix(cx, this.as_slice(), "endswith", suffix, start, end, true)
    }

    /// Return a copy with all occurrences of substring old replaced by new.
    ///
    ///   count
    ///     Maximum number of occurrences to replace.
    ///     -1 (the default value) means replace all occurrences.
    ///
    /// If the optional argument count is given, only the first count occurrences are
    /// replaced.
    #[pymethod(signature = "($self, old, new, count=-1, /)")]
    fn replace(cx: &Context, this: Bytes, old: Value, new: Value, count: isize) -> PyResult {
        match sequence::replace(cx, this.as_slice(), old, new, count)? {
            Some(replaced) => cx.bytes(&replaced),
            None => whole(cx, this),
        }
    }

    /// Return a bytes object with the given prefix string removed if present.
    ///
    /// If the bytes starts with the prefix string, return bytes[len(prefix):].
    /// Otherwise, return a copy of the original bytes.
    #[pymethod]
    fn removeprefix(cx: &Context, this: Bytes, prefix: Value) -> PyResult {
        let prefix = cx.bytes_like(prefix)?;
        let start = if this.as_slice().starts_with(&prefix) { prefix.len() } else { 0 };
        part(cx, this, start..this.len())
    }

    /// Return a bytes object with the given suffix string removed if present.
    ///
    /// If the bytes ends with the suffix string and that suffix is not empty,
    /// return bytes[:-len(prefix)].  Otherwise, return a copy of the original
    /// bytes.
    #[pymethod]
    fn removesuffix(cx: &Context, this: Bytes, suffix: Value) -> PyResult {
        let suffix = cx.bytes_like(suffix)?;
        let dropped = if this.as_slice().ends_with(&suffix) { suffix.len() } else { 0 };
        part(cx, this, 0..this.len() - dropped)
    }

    /// Strip leading and trailing bytes contained in the argument.
    ///
    /// If the argument is omitted or None, strip leading and trailing ASCII whitespace.
    #[pymethod(signature = "($self, bytes=None, /)")]
    fn strip(cx: &Context, this: Bytes, bytes: Option<Value>) -> PyResult {
        let range = sequence::strip(cx, this.as_slice(), bytes, true, true)?;
        part(cx, this, range)
    }

    /// Strip leading bytes contained in the argument.
    ///
    /// If the argument is omitted or None, strip leading ASCII whitespace.
    #[pymethod(signature = "($self, bytes=None, /)")]
    fn lstrip(cx: &Context, this: Bytes, bytes: Option<Value>) -> PyResult {
        let range = sequence::strip(cx, this.as_slice(), bytes, true, false)?;
        part(cx, this, range)
    }

    /// Strip trailing bytes contained in the argument.
    ///
    /// If the argument is omitted or None, strip trailing ASCII whitespace.
    #[pymethod(signature = "($self, bytes=None, /)")]
    fn rstrip(cx: &Context, this: Bytes, bytes: Option<Value>) -> PyResult {
        let range = sequence::strip(cx, this.as_slice(), bytes, false, true)?;
        part(cx, this, range)
    }

    /// Return a copy with each character mapped by the given translation table.
    ///
    ///   table
    ///     Translation table, which must be a bytes object of length 256.
    ///
    /// All characters occurring in the optional argument delete are removed.
    /// The remaining characters are mapped through the given translation table.
    #[pymethod(signature = "($self, table, /, delete=b'')")]
    fn translate(cx: &Context, this: Bytes, table: Value, delete: Option<Value>) -> PyResult {
        let translated = sequence::translate(cx, this.as_slice(), table, delete)?;
        if translated == this.as_slice() { whole(cx, this) } else { cx.bytes(&translated) }
    }

    /// Return a translation table usable for the bytes or bytearray translate method.
    ///
    /// The returned table will be one where each byte in frm is mapped to the byte at
    /// the same position in to.
    ///
    /// The bytes objects frm and to must be of the same length.
    #[pystaticmethod]
    fn maketrans(cx: &Context, frm: Value, to: Value) -> PyResult {
        sequence::make_translation(cx, frm, to)
    }

    /// Create a bytes object from a string of hexadecimal numbers.
    ///
    /// Spaces between two numbers are accepted.
    /// Example: bytes.fromhex('B9 01EF') -> b'\\xb9\\x01\\xef'.
    #[pyclassmethod]
    fn fromhex(cx: &Context, class: Value, string: Value) -> PyResult {
        let bytes = cx.bytes(&sequence::from_hexadecimal(cx, string)?)?;
        if class.is(cx.class(Kind::Bytes)) { Ok(bytes) } else { cx.call(class, &[bytes]) }
    }

    /// Create a string of hexadecimal numbers from a bytes object.
    ///
    ///   sep
    ///     An optional single character or byte to separate hex bytes.
    ///   bytes_per_sep
    ///     How many bytes between separators.  Positive values count from the
    ///     right, negative values count from the left.
    ///
    /// Example:
    /// >>> value = b'\\xb9\\x01\\xef'
    /// >>> value.hex()
    /// 'b901ef'
    /// >>> value.hex(':')
    /// 'b9:01:ef'
    /// >>> value.hex(':', 2)
    /// 'b9:01ef'
    /// >>> value.hex(':', -2)
    /// 'b901:ef'
    #[pymethod(signature = "($self, /, sep=<unrepresentable>, bytes_per_sep=1)")]
    fn hex(cx: &Context, this: Bytes, sep: Option<Value>, bytes_per_sep: i32) -> PyResult<Str> {
        sequence::hexadecimal(cx, this.as_slice(), sep, bytes_per_sep as i64)
    }

    /// Return a centered string of length width.
    ///
    /// Padding is done using the specified fill character.
    #[pymethod(signature = "($self, width, fillchar=b' ', /)")]
    fn center(cx: &Context, this: Bytes, width: isize, fillchar: Option<Value>) -> PyResult {
        let fill = sequence::fill_byte(cx, "center", fillchar)?;
        let (left, right) = sequence::center_room(this.len(), width);
        if left + right == 0 {
            whole(cx, this)
        } else {
            cx.bytes(&sequence::pad(cx, this.as_slice(), left, right, fill)?)
        }
    }

    /// Return a left-justified string of length width.
    ///
    /// Padding is done using the specified fill character.
    #[pymethod(signature = "($self, width, fillchar=b' ', /)")]
    fn ljust(cx: &Context, this: Bytes, width: isize, fillchar: Option<Value>) -> PyResult {
        let fill = sequence::fill_byte(cx, "ljust", fillchar)?;
        let (left, right) = (0, sequence::room(this.len(), width));
        if left + right == 0 {
            whole(cx, this)
        } else {
            cx.bytes(&sequence::pad(cx, this.as_slice(), left, right, fill)?)
        }
    }

    /// Return a right-justified string of length width.
    ///
    /// Padding is done using the specified fill character.
    #[pymethod(signature = "($self, width, fillchar=b' ', /)")]
    fn rjust(cx: &Context, this: Bytes, width: isize, fillchar: Option<Value>) -> PyResult {
        let fill = sequence::fill_byte(cx, "rjust", fillchar)?;
        let (left, right) = (sequence::room(this.len(), width), 0);
        if left + right == 0 {
            whole(cx, this)
        } else {
            cx.bytes(&sequence::pad(cx, this.as_slice(), left, right, fill)?)
        }
    }

    /// Pad a numeric string with zeros on the left, to fill a field of the given width.
    ///
    /// The original string is never truncated.
    #[pymethod]
    fn zfill(cx: &Context, this: Bytes, width: isize) -> PyResult {
        cx.bytes(&sequence::zero_fill(cx, this.as_slice(), width)?)
    }

    /// Return a copy where all tab characters are expanded using spaces.
    ///
    /// If tabsize is not given, a tab size of 8 characters is assumed.
    #[pymethod(signature = "($self, /, tabsize=8)")]
    fn expandtabs(cx: &Context, this: Bytes, tabsize: i32) -> PyResult {
        cx.bytes(&sequence::expand_tabs(cx, this.as_slice(), tabsize)?)
    }

    /// Return a copy of B with all ASCII characters converted to lowercase.
    #[pymethod]
    fn lower(cx: &Context, this: Bytes) -> PyResult {
        cx.bytes(&sequence::changed(this.as_slice(), |bytes| bytes.make_ascii_lowercase()))
    }

    /// Return a copy of B with all ASCII characters converted to uppercase.
    #[pymethod]
    fn upper(cx: &Context, this: Bytes) -> PyResult {
        cx.bytes(&sequence::changed(this.as_slice(), |bytes| bytes.make_ascii_uppercase()))
    }

    /// Return a copy of B with only its first character capitalized (ASCII) and the rest lower-cased.
    #[pymethod]
    fn capitalize(cx: &Context, this: Bytes) -> PyResult {
        cx.bytes(&sequence::changed(this.as_slice(), sequence::capitalize_ascii))
    }

    /// Return a titlecased version of B, i.e. ASCII words start with uppercase characters, all remaining cased characters have lowercase.
    #[pymethod]
    fn title(cx: &Context, this: Bytes) -> PyResult {
        cx.bytes(&sequence::changed(this.as_slice(), sequence::title_ascii))
    }

    /// Return a copy of B with uppercase ASCII characters converted to lowercase ASCII and vice versa.
    #[pymethod]
    fn swapcase(cx: &Context, this: Bytes) -> PyResult {
        cx.bytes(&sequence::changed(this.as_slice(), sequence::swap_ascii))
    }

    /// Return True if all characters in B are alphanumeric and there is at least one character in B, False otherwise.
    #[pymethod]
    fn isalnum(this: Bytes) -> bool {
        sequence::all(this.as_slice(), |byte| byte.is_ascii_alphanumeric())
    }

    /// Return True if all characters in B are alphabetic and there is at least one character in B, False otherwise.
    #[pymethod]
    fn isalpha(this: Bytes) -> bool {
        sequence::all(this.as_slice(), |byte| byte.is_ascii_alphabetic())
    }

    /// Return True if all characters in B are digits and there is at least one character in B, False otherwise.
    #[pymethod]
    fn isdigit(this: Bytes) -> bool {
        sequence::all(this.as_slice(), |byte| byte.is_ascii_digit())
    }

    /// Return True if all characters in B are whitespace and there is at least one character in B, False otherwise.
    #[pymethod]
    fn isspace(this: Bytes) -> bool {
        sequence::all(this.as_slice(), |byte| crate::text::search::is_ascii_space(byte as u32))
    }

    /// Return True if B is empty or all characters in B are ASCII, False otherwise.
    #[pymethod]
    fn isascii(this: Bytes) -> bool {
        this.as_slice().is_ascii()
    }

    /// Return True if B is lowercase, False otherwise.
    #[pymethod]
    fn islower(this: Bytes) -> bool {
        sequence::is_lower(this.as_slice())
    }

    /// Return True if B is uppercase, False otherwise.
    #[pymethod]
    fn isupper(this: Bytes) -> bool {
        sequence::is_upper(this.as_slice())
    }

    /// Return True if B is titlecased, False otherwise.
    #[pymethod]
    fn istitle(this: Bytes) -> bool {
        sequence::is_title(this.as_slice())
    }

    /// Return self%value.
    #[pymethod]
    fn __mod__(cx: &Context, this: Bytes, value: Value) -> PyResult {
        cx.bytes(&crate::types::str_printf::modulo_bytes(cx, this.as_slice(), value)?)
    }

    /// Return value%self.
    #[pymethod]
    fn __rmod__(cx: &Context, this: Bytes, value: Value) -> PyResult {
        match Bytes::from_value(value) {
            Some(format) => Self::__mod__(cx, format, this.as_value()),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// Decode the bytes using the codec registered for encoding.
    ///
    ///   encoding
    ///     The encoding with which to decode the bytes.
    ///   errors
    ///     The error handling scheme to use for the handling of decoding errors.
    ///     The default is 'strict' meaning that decoding errors raise a
    ///     UnicodeDecodeError. Other possible values are 'ignore' and 'replace'
    ///     as well as any other name registered with codecs.register_error that
    ///     can handle UnicodeDecodeErrors.
    #[pymethod(signature = "($self, /, encoding='utf-8', errors='strict')")]
    fn decode(cx: &Context, this: Bytes, encoding: Option<Value>, errors: Option<Value>) -> PyResult<Str> {
        let encoding = name_argument(cx, "decode", "'encoding'", encoding)?;
        let errors = name_argument(cx, "decode", "'errors'", errors)?;
        cx.decode_object(this.as_value(), encoding, errors)
    }
}
