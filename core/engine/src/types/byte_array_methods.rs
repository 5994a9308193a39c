//! The methods of `bytearray`.
//!
//! Invariant: a method sees the contents at one moment, copied under the object's lock, and changes them by one edit under that lock; Python
//! code runs outside of it. Source: Objects/bytearrayobject.c.

use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::native::arguments::{Arguments, Parameter, ParameterKind, Signature};
use crate::protocol::codec::name_argument;
use crate::protocol::comparison::CompareOperator;
use crate::protocol::mapping::{adjust_indices, normalize_index};
use crate::types::byte_array::{ByteArray, RAW_BYTES, SLOTS};
use crate::types::byte_sequence::{self as sequence, ByteKind, is_bytes_like};
use crate::types::class::{Class, allocate_of_class};
use crate::types::slice::Slice;
use crate::types::str_object::Str;
use crate::value::Value;

/// bytearray(iterable_of_ints) -> bytearray
/// bytearray(string, encoding[, errors]) -> bytearray
/// bytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer
/// bytearray(int) -> bytes array of size given by the parameter initialized with null bytes
/// bytearray() -> empty bytes array
///
/// Construct a mutable bytearray object from:
///   - an iterable yielding integers in range(256)
///   - a text string encoded using the specified encoding
///   - a bytes or a buffer object
///   - any object implementing the buffer API.
///   - an integer
#[pyclass(
    id = ByteArray,
    name = "bytearray",
    slots = SLOTS,
    raw = RAW_BYTES,
    flags(SUBCLASSABLE, MATCH_SELF, NO_WEAK_REFERENCES)
)]
pub struct ByteArrayClass;

/// What `bytearray()` takes.
static CONSTRUCTOR: Signature = Signature {
    name: "bytearray",
    parameters: &[
        Parameter { name: "source", kind: ParameterKind::Standard, required: false },
        Parameter { name: "encoding", kind: ParameterKind::Standard, required: false },
        Parameter { name: "errors", kind: ParameterKind::Standard, required: false },
    ],
    variable_arguments: false,
    variable_keywords: false,
};

fn made(cx: &Context, bytes: &[u8]) -> PyResult {
    ByteKind::ByteArray.make(cx, bytes)
}

fn compare(cx: &Context, operator: CompareOperator, this: ByteArray, other: Value) -> PyResult {
    if !is_bytes_like(other) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let other = cx.bytes_like(other)?;
    Ok(Value::from_bool(operator.holds(this.snapshot(cx).as_slice().cmp(other.as_slice()))))
}

fn index_of(cx: &Context, key: Value) -> PyResult<i64> {
    if !cx.has_index(key) {
        return Err(cx.type_error(format_args!(
            "bytearray indices must be integers or slices, not {}",
            cx.type_name(key)
        )));
    }
    cx.index_of_sequence(key)
}

/// The bytes that are appended by `extend`.
fn extension(cx: &Context, iterable: Value) -> PyResult<alloc::vec::Vec<u8>> {
    if is_bytes_like(iterable) {
        return cx.bytes_like(iterable);
    }
    if Str::from_value(iterable).is_some() {
        return Err(cx.type_error(format_args!("expected iterable of integers; got: 'str'")));
    }
    let items = cx.iterate(iterable).map_err(|raised| {
        if cx.pending_is(&raised, ExceptionClass::TypeError)
            && cx.class_of(iterable).lookup_name(cx, crate::names::Name::__iter__).is_none()
        {
            cx.take_exception(raised);
            return cx.type_error(format_args!("can't extend bytearray with {}", cx.type_name(iterable)));
        }
        raised
    })?;
    let mut bytes = alloc::vec::Vec::new();
    while let Some(item) = items.next(cx)? {
        bytes.push(sequence::byte_of(cx, item)?);
        cx.poll()?;
    }
    Ok(bytes)
}

fn assign_slice(
    cx: &Context,
    this: ByteArray,
    slice: Slice,
    bytes: &[u8],
    is_deletion: bool,
) -> PyResult<()> {
    let (start, stop, step) = cx.unpack_slice(slice)?;
    if step == 1 {
        let place = |length: usize| {
            let indices = adjust_indices(start, stop, 1, length);
            let start = indices.start as usize;
            Some((start, start + indices.count))
        };
        this.splice(cx, place, bytes)?;
        return Ok(());
    }
    if is_deletion {
        return this.delete_stepped(cx, (start, stop, step), 1);
    }
    let mismatch = this.with_bytes(cx, |content| {
        let indices = adjust_indices(start, stop, step, content.len());
        if indices.count != bytes.len() {
            return Some(indices.count);
        }
        for (index, &byte) in indices.iter().zip(bytes) {
            if let Some(place) = content.get_mut(index) {
                *place = byte;
            }
        }
        None
    });
    match mismatch {
        None => Ok(()),
        // An extended slice may be emptied by an empty one.
        Some(_) if bytes.is_empty() => this.delete_stepped(cx, (start, stop, step), 1),
        Some(count) => Err(cx.value_error(format_args!(
            "attempt to assign bytes of size {} to extended slice of size {count}",
            bytes.len()
        ))),
    }
}

#[pymethods]
impl ByteArrayClass {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        Ok(Value::from(allocate_of_class(cx, Class::expect(cx, class)?)?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__", signature = "($self, source=b'', encoding='utf-8', errors='strict')")]
    fn init(cx: &Context, this: ByteArray, arguments: Arguments<'_>) -> PyResult<()> {
        let mut bound = [None; 3];
        CONSTRUCTOR.bind(cx, &arguments, &mut bound)?;
        let [source, encoding, errors] = bound;
        let bytes = match source {
            Some(source) if encoding.is_none() && errors.is_none() => {
                if Str::from_value(source).is_some() {
                    return Err(cx.type_error(format_args!("string argument without an encoding")));
                }
                sequence::collect(cx, source, "bytearray")?
            }
            source => {
                let encoded = sequence::encoded(cx, source, encoding, errors)?;
                encoded.as_slice().to_vec()
            }
        };
        this.splice(cx, |length| Some((0, length)), &bytes)?;
        Ok(())
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: ByteArray) -> PyResult {
        let quoted = sequence::quoted(cx, &this.snapshot(cx))?;
        cx.str_format(format_args!("{}({quoted})", cx.type_name(this.as_value())))
    }

    /// Return str(self).
    #[pymethod]
    fn __str__(cx: &Context, this: ByteArray) -> PyResult {
        Self::__repr__(cx, this)
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(this: ByteArray) -> usize {
        this.len()
    }

    /// Return bool(key in self).
    #[pymethod]
    fn __contains__(cx: &Context, this: ByteArray, key: Value) -> PyResult<bool> {
        sequence::contains(cx, &this.snapshot(cx), key)
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: ByteArray) -> PyResult {
        crate::types::str_iterator::new(cx, Kind::ByteArrayIterator, this.as_value())
    }

    /// Return self[key].
    #[pymethod]
    fn __getitem__(cx: &Context, this: ByteArray, key: Value) -> PyResult {
        if let Some(slice) = Slice::from_value(key) {
            let (start, stop, step) = cx.unpack_slice(slice)?;
            let picked: alloc::vec::Vec<u8> = this.with_bytes(cx, |content| {
                let indices = adjust_indices(start, stop, step, content.len());
                indices.iter().filter_map(|index| content.get(index).copied()).collect()
            });
            return made(cx, &picked);
        }
        let index = index_of(cx, key)?;
        let found = this.with_bytes(cx, |content| {
            normalize_index(index, content.len()).and_then(|index| content.get(index).copied())
        });
        match found {
            Some(byte) => Ok(Value::int_from_u32(byte as u32)),
            None => Err(cx.index_error("bytearray index out of range")),
        }
    }

    /// Set self[key] to value.
    #[pymethod]
    fn __setitem__(cx: &Context, this: ByteArray, key: Value, value: Value) -> PyResult<()> {
        if let Some(slice) = Slice::from_value(key) {
            let bytes = if is_bytes_like(value) {
                cx.bytes_like(value)?
            } else if cx.has_index(value) || Str::from_value(value).is_some() {
                return Err(cx.type_error(format_args!(
                    "can assign only bytes, buffers, or iterables of ints in range(0, 256)"
                )));
            } else {
                sequence::collect(cx, value, "bytearray")?
            };
            return assign_slice(cx, this, slice, &bytes, false);
        }
        let index = index_of(cx, key)?;
        let byte = sequence::byte_of(cx, value)?;
        let set = this.with_bytes(cx, |content| {
            let place = normalize_index(index, content.len()).and_then(|index| content.get_mut(index));
            place.map(|place| *place = byte).is_some()
        });
        if set { Ok(()) } else { Err(cx.index_error("bytearray index out of range")) }
    }

    /// Delete self[key].
    #[pymethod]
    fn __delitem__(cx: &Context, this: ByteArray, key: Value) -> PyResult<()> {
        if let Some(slice) = Slice::from_value(key) {
            return assign_slice(cx, this, slice, &[], true);
        }
        let index = index_of(cx, key)?;
        let deleted =
            this.splice(cx, |length| normalize_index(index, length).map(|index| (index, index + 1)), &[])?;
        if deleted { Ok(()) } else { Err(cx.index_error("bytearray index out of range")) }
    }

    /// Return self+value.
    #[pymethod]
    fn __add__(cx: &Context, this: ByteArray, value: Value) -> PyResult {
        if !is_bytes_like(value) {
            return Err(cx.type_error(format_args!("can't concat {} to bytearray", cx.type_name(value))));
        }
        let mut bytes = this.snapshot(cx);
        let other = cx.bytes_like(value)?;
        bytes.try_reserve(other.len()).map_err(|_| cx.memory_error())?;
        bytes.extend_from_slice(&other);
        made(cx, &bytes)
    }

    /// Implement self+=value.
    #[pymethod]
    fn __iadd__(cx: &Context, this: ByteArray, value: Value) -> PyResult {
        if !is_bytes_like(value) {
            return Err(cx.type_error(format_args!("can't concat {} to bytearray", cx.type_name(value))));
        }
        let other = cx.bytes_like(value)?;
        this.splice(cx, |length| Some((length, length)), &other)?;
        Ok(this.as_value())
    }

    /// Return self*value.
    #[pymethod]
    fn __mul__(cx: &Context, this: ByteArray, value: Value) -> PyResult {
        let times = cx.repeat_count(value)?;
        made(cx, &sequence::repeat(cx, &this.snapshot(cx), times)?)
    }

    /// Return value*self.
    #[pymethod]
    fn __rmul__(cx: &Context, this: ByteArray, value: Value) -> PyResult {
        Self::__mul__(cx, this, value)
    }

    /// Implement self*=value.
    #[pymethod]
    fn __imul__(cx: &Context, this: ByteArray, value: Value) -> PyResult {
        let times = cx.repeat_count(value)?;
        this.repeat(cx, usize::try_from(times).unwrap_or(0))?;
        Ok(this.as_value())
    }

    /// Return self%value.
    #[pymethod]
    fn __mod__(cx: &Context, this: ByteArray, value: Value) -> PyResult {
        made(cx, &crate::types::str_printf::modulo_bytes(cx, &this.snapshot(cx), value)?)
    }

    /// Return value%self.
    #[pymethod]
    fn __rmod__(cx: &Context, this: ByteArray, value: Value) -> PyResult {
        match ByteArray::from_value(value) {
            Some(format) => Self::__mod__(cx, format, this.as_value()),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(cx: &Context, this: ByteArray, value: Value) -> PyResult {
        compare(cx, CompareOperator::Less, this, value)
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(cx: &Context, this: ByteArray, value: Value) -> PyResult {
        compare(cx, CompareOperator::LessEqual, this, value)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: ByteArray, value: Value) -> PyResult {
        compare(cx, CompareOperator::Equal, this, value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: ByteArray, value: Value) -> PyResult {
        compare(cx, CompareOperator::NotEqual, this, value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(cx: &Context, this: ByteArray, value: Value) -> PyResult {
        compare(cx, CompareOperator::Greater, this, value)
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(cx: &Context, this: ByteArray, value: Value) -> PyResult {
        compare(cx, CompareOperator::GreaterEqual, this, value)
    }

    /// Append a single item to the end of the bytearray.
    ///
    ///   item
    ///     The item to be appended.
    #[pymethod]
    fn append(cx: &Context, this: ByteArray, item: Value) -> PyResult<()> {
        let byte = sequence::byte_of(cx, item)?;
        this.splice(cx, |length| Some((length, length)), &[byte])?;
        Ok(())
    }

    /// Append all the items from the iterator or sequence to the end of the bytearray.
    ///
    ///   iterable_of_ints
    ///     The iterable of items to append.
    #[pymethod(signature = "($self, iterable_of_ints, /)")]
    fn extend(cx: &Context, this: ByteArray, iterable_of_ints: Value) -> PyResult<()> {
        let bytes = extension(cx, iterable_of_ints)?;
        this.splice(cx, |length| Some((length, length)), &bytes)?;
        Ok(())
    }

    /// Insert a single item into the bytearray before the given index.
    ///
    ///   index
    ///     The index where the value is to be inserted.
    ///   item
    ///     The item to be inserted.
    #[pymethod]
    fn insert(cx: &Context, this: ByteArray, index: i64, item: Value) -> PyResult<()> {
        let byte = sequence::byte_of(cx, item)?;
        let place = |length: usize| {
            let index = if index < 0 { index.saturating_add(length as i64).max(0) } else { index };
            let index = (index as usize).min(length);
            Some((index, index))
        };
        this.splice(cx, place, &[byte])?;
        Ok(())
    }

    /// Remove and return a single item from B.
    ///
    ///   index
    ///     The index from where to remove the item.
    ///     -1 (the default value) means remove the last item.
    ///
    /// If no index argument is given, will pop the last item.
    #[pymethod(signature = "($self, index=-1, /)")]
    fn pop(cx: &Context, this: ByteArray, index: i64) -> PyResult {
        match this.pop(cx, index)? {
            Some(byte) => Ok(Value::int_from_u32(byte as u32)),
            None if this.is_empty() => Err(cx.index_error("pop from empty bytearray")),
            None => Err(cx.index_error("pop index out of range")),
        }
    }

    /// Remove the first occurrence of a value in the bytearray.
    ///
    ///   value
    ///     The value to remove.
    #[pymethod]
    fn remove(cx: &Context, this: ByteArray, value: Value) -> PyResult<()> {
        let byte = sequence::byte_of(cx, value)?;
        if this.remove(cx, byte)? {
            Ok(())
        } else {
            Err(cx.value_error(format_args!("value not found in bytearray")))
        }
    }

    /// Reverse the order of the values in B in place.
    #[pymethod]
    fn reverse(cx: &Context, this: ByteArray) {
        this.with_bytes(cx, |content| content.reverse());
    }

    /// Remove all items from the bytearray.
    #[pymethod]
    fn clear(cx: &Context, this: ByteArray) -> PyResult<()> {
        this.splice(cx, |length| Some((0, length)), &[])?;
        Ok(())
    }

    /// Return a copy of B.
    #[pymethod]
    fn copy(cx: &Context, this: ByteArray) -> PyResult {
        made(cx, &this.snapshot(cx))
    }

    /// Resize the internal buffer of bytearray to len.
    ///
    ///   size
    ///     New size to resize to.
    #[pymethod]
    fn resize(cx: &Context, this: ByteArray, size: i64) -> PyResult<()> {
        let Ok(size) = usize::try_from(size) else {
            return Err(cx.value_error(format_args!("bytearray.resize(): new size must be >= 0, got {size}")));
        };
        loop {
            let length = this.len();
            let added = sequence::zeroed(cx, Some(size.saturating_sub(length)))?;
            // Another thread may have changed the length since.
            let place = |now: usize| (now == length).then_some((size.min(length), length));
            if this.splice(cx, place, &added)? {
                return Ok(());
            }
            cx.poll()?;
        }
    }

    /// Return the number of bytes actually allocated.
    #[pymethod]
    fn __alloc__(this: ByteArray) -> usize {
        this.allocated()
    }

    /// Returns the size of the bytearray object in memory, in bytes.
    #[pymethod]
    fn __sizeof__(this: ByteArray) -> usize {
        56 + this.allocated()
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: ByteArray) -> PyResult {
        Self::__reduce_ex__(cx, this, Some(2))
    }

    /// Return state information for pickling.
    #[pymethod(signature = "($self, proto=0, /)")]
    fn __reduce_ex__(cx: &Context, this: ByteArray, proto: Option<i64>) -> PyResult {
        let _ = proto;
        let bytes = cx.bytes(&this.snapshot(cx))?;
        let class = cx.class_of(this.as_value()).as_value();
        let arguments = cx.tuple(&[bytes])?;
        let name = cx.name(crate::names::Name::__dict__);
        let state = cx.find_attribute(this.as_value(), name)?.unwrap_or(Value::NONE);
        cx.tuple(&[class, arguments, state])
    }

    /// Concatenate any number of bytes objects.
    ///
    /// The bytes whose method is called is inserted in between each pair.
    ///
    /// The result is returned as a new bytes object.
    ///
    /// Example: b'.'.join([b'ab', b'pq', b'rs']) -> b'ab.pq.rs'.
    #[pymethod(name = "join", signature = "($self, iterable_of_bytes, /)")]
    fn join(cx: &Context, this: ByteArray, iterable_of_bytes: Value) -> PyResult {
        made(cx, &sequence::join(cx, &this.snapshot(cx), iterable_of_bytes)?)
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
    fn split(cx: &Context, this: ByteArray, sep: Option<Value>, maxsplit: isize) -> PyResult {
        sequence::split(cx, ByteKind::ByteArray, &this.snapshot(cx), sep, maxsplit, false)
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
    fn rsplit(cx: &Context, this: ByteArray, sep: Option<Value>, maxsplit: isize) -> PyResult {
        sequence::split(cx, ByteKind::ByteArray, &this.snapshot(cx), sep, maxsplit, true)
    }

    /// Return a list of the lines in the bytes, breaking at line boundaries.
    ///
    /// Line breaks are not included in the resulting list unless keepends is given and
    /// true.
    #[pymethod(signature = "($self, /, keepends=False)")]
    fn splitlines(cx: &Context, this: ByteArray, keepends: bool) -> PyResult {
        sequence::split_lines(cx, ByteKind::ByteArray, &this.snapshot(cx), keepends)
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
    fn partition(cx: &Context, this: ByteArray, sep: Value) -> PyResult {
        sequence::partition(cx, ByteKind::ByteArray, &this.snapshot(cx), sep, None, false)
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
    fn rpartition(cx: &Context, this: ByteArray, sep: Value) -> PyResult {
        sequence::partition(cx, ByteKind::ByteArray, &this.snapshot(cx), sep, None, true)
    }

    /// Return the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
    ///
    /// Return -1 on failure.
    #[pymethod(signature = "($self, sub, start=None, end=None, /)")]
    fn find(
        cx: &Context,
        this: ByteArray,
        sub: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<isize> {
        let place = sequence::find(cx, &this.snapshot(cx), sub, start, end, false)?;
        Ok(place.map_or(-1, |place| place as isize))
    }

    /// Return the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
    ///
    /// Raise ValueError if the subsection is not found.
    #[pymethod(signature = "($self, sub, start=None, end=None, /)")]
    fn index(
        cx: &Context,
        this: ByteArray,
        sub: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<usize> {
        sequence::index(cx, &this.snapshot(cx), sub, start, end, false)
    }

    /// Return the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
    ///
    /// Return -1 on failure.
    #[pymethod(signature = "($self, sub, start=None, end=None, /)")]
    fn rfind(
        cx: &Context,
        this: ByteArray,
        sub: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<isize> {
        let place = sequence::find(cx, &this.snapshot(cx), sub, start, end, true)?;
        Ok(place.map_or(-1, |place| place as isize))
    }

    /// Return the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
    ///
    /// Raise ValueError if the subsection is not found.
    #[pymethod(signature = "($self, sub, start=None, end=None, /)")]
    fn rindex(
        cx: &Context,
        this: ByteArray,
        sub: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<usize> {
        sequence::index(cx, &this.snapshot(cx), sub, start, end, true)
    }

    /// Return the number of non-overlapping occurrences of subsection 'sub' in bytes B[start:end].
    #[pymethod(signature = "($self, sub, start=None, end=None, /)")]
    fn count(
        cx: &Context,
        this: ByteArray,
        sub: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<usize> {
        sequence::count(cx, &this.snapshot(cx), sub, start, end)
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
        this: ByteArray,
        prefix: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<bool> {
        sequence::has_affix(cx, &this.snapshot(cx), "startswith", prefix, start, end, false)
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
        this: ByteArray,
        suffix: Value,
        start: Option<Value>,
        end: Option<Value>,
    ) -> PyResult<bool> {
        sequence::has_affix(cx, &this.snapshot(cx), "endswith", suffix, start, end, true)
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
    fn replace(cx: &Context, this: ByteArray, old: Value, new: Value, count: isize) -> PyResult {
        let bytes = this.snapshot(cx);
        let replaced = sequence::replace(cx, &bytes, old, new, count)?;
        made(cx, replaced.as_deref().unwrap_or(&bytes))
    }

    /// Return a bytearray object with the given prefix string removed if present.
    ///
    /// If the bytes starts with the prefix string, return bytes[len(prefix):].
    /// Otherwise, return a copy of the original bytes.
    #[pymethod]
    fn removeprefix(cx: &Context, this: ByteArray, prefix: Value) -> PyResult {
        let prefix = cx.bytes_like(prefix)?;
        let bytes = this.snapshot(cx);
        made(cx, bytes.strip_prefix(prefix.as_slice()).unwrap_or(&bytes))
    }

    /// Return a bytes object with the given suffix string removed if present.
    ///
    /// If the bytes ends with the suffix string and that suffix is not empty,
    /// return bytes[:-len(prefix)].  Otherwise, return a copy of the original
    /// bytes.
    #[pymethod]
    fn removesuffix(cx: &Context, this: ByteArray, suffix: Value) -> PyResult {
        let suffix = cx.bytes_like(suffix)?;
        let bytes = this.snapshot(cx);
        made(cx, bytes.strip_suffix(suffix.as_slice()).unwrap_or(&bytes))
    }

    /// Strip leading and trailing bytes contained in the argument.
    ///
    /// If the argument is omitted or None, strip leading and trailing ASCII whitespace.
    #[pymethod(signature = "($self, bytes=None, /)")]
    fn strip(cx: &Context, this: ByteArray, bytes: Option<Value>) -> PyResult {
        let content = this.snapshot(cx);
        let range = sequence::strip(cx, &content, bytes, true, true)?;
        made(cx, content.get(range).unwrap_or(&[]))
    }

    /// Strip leading bytes contained in the argument.
    ///
    /// If the argument is omitted or None, strip leading ASCII whitespace.
    #[pymethod(signature = "($self, bytes=None, /)")]
    fn lstrip(cx: &Context, this: ByteArray, bytes: Option<Value>) -> PyResult {
        let content = this.snapshot(cx);
        let range = sequence::strip(cx, &content, bytes, true, false)?;
        made(cx, content.get(range).unwrap_or(&[]))
    }

    /// Strip trailing bytes contained in the argument.
    ///
    /// If the argument is omitted or None, strip trailing ASCII whitespace.
    #[pymethod(signature = "($self, bytes=None, /)")]
    fn rstrip(cx: &Context, this: ByteArray, bytes: Option<Value>) -> PyResult {
        let content = this.snapshot(cx);
        let range = sequence::strip(cx, &content, bytes, false, true)?;
        made(cx, content.get(range).unwrap_or(&[]))
    }

    /// Return a copy with each character mapped by the given translation table.
    ///
    ///   table
    ///     Translation table, which must be a bytes object of length 256.
    ///
    /// All characters occurring in the optional argument delete are removed.
    /// The remaining characters are mapped through the given translation table.
    #[pymethod(signature = "($self, table, /, delete=b'')")]
    fn translate(cx: &Context, this: ByteArray, table: Value, delete: Option<Value>) -> PyResult {
        made(cx, &sequence::translate(cx, &this.snapshot(cx), table, delete)?)
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
        let bytes = sequence::from_hexadecimal(cx, string)?;
        if class.is(cx.class(Kind::ByteArray)) {
            return ByteKind::ByteArray.make(cx, &bytes);
        }
        let bytes = cx.bytes(&bytes)?;
        cx.call(class, &[bytes])
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
    fn hex(cx: &Context, this: ByteArray, sep: Option<Value>, bytes_per_sep: i32) -> PyResult<Str> {
        sequence::hexadecimal(cx, &this.snapshot(cx), sep, bytes_per_sep as i64)
    }

    /// Return a centered string of length width.
    ///
    /// Padding is done using the specified fill character.
    #[pymethod(signature = "($self, width, fillchar=b' ', /)")]
    fn center(cx: &Context, this: ByteArray, width: isize, fillchar: Option<Value>) -> PyResult {
        let fill = sequence::fill_byte(cx, "center", fillchar)?;
        let bytes = this.snapshot(cx);
        let (left, right) = sequence::center_room(bytes.len(), width);
        made(cx, &sequence::pad(cx, &bytes, left, right, fill)?)
    }

    /// Return a left-justified string of length width.
    ///
    /// Padding is done using the specified fill character.
    #[pymethod(signature = "($self, width, fillchar=b' ', /)")]
    fn ljust(cx: &Context, this: ByteArray, width: isize, fillchar: Option<Value>) -> PyResult {
        let fill = sequence::fill_byte(cx, "ljust", fillchar)?;
        let bytes = this.snapshot(cx);
        let (left, right) = (0, sequence::room(bytes.len(), width));
        made(cx, &sequence::pad(cx, &bytes, left, right, fill)?)
    }

    /// Return a right-justified string of length width.
    ///
    /// Padding is done using the specified fill character.
    #[pymethod(signature = "($self, width, fillchar=b' ', /)")]
    fn rjust(cx: &Context, this: ByteArray, width: isize, fillchar: Option<Value>) -> PyResult {
        let fill = sequence::fill_byte(cx, "rjust", fillchar)?;
        let bytes = this.snapshot(cx);
        let (left, right) = (sequence::room(bytes.len(), width), 0);
        made(cx, &sequence::pad(cx, &bytes, left, right, fill)?)
    }

    /// Pad a numeric string with zeros on the left, to fill a field of the given width.
    ///
    /// The original string is never truncated.
    #[pymethod]
    fn zfill(cx: &Context, this: ByteArray, width: isize) -> PyResult {
        made(cx, &sequence::zero_fill(cx, &this.snapshot(cx), width)?)
    }

    /// Return a copy where all tab characters are expanded using spaces.
    ///
    /// If tabsize is not given, a tab size of 8 characters is assumed.
    #[pymethod(signature = "($self, /, tabsize=8)")]
    fn expandtabs(cx: &Context, this: ByteArray, tabsize: i32) -> PyResult {
        made(cx, &sequence::expand_tabs(cx, &this.snapshot(cx), tabsize)?)
    }

    /// Return a copy of B with all ASCII characters converted to lowercase.
    #[pymethod]
    fn lower(cx: &Context, this: ByteArray) -> PyResult {
        made(cx, &sequence::changed(&this.snapshot(cx), |bytes| bytes.make_ascii_lowercase()))
    }

    /// Return a copy of B with all ASCII characters converted to uppercase.
    #[pymethod]
    fn upper(cx: &Context, this: ByteArray) -> PyResult {
        made(cx, &sequence::changed(&this.snapshot(cx), |bytes| bytes.make_ascii_uppercase()))
    }

    /// Return a copy of B with only its first character capitalized (ASCII) and the rest lower-cased.
    #[pymethod]
    fn capitalize(cx: &Context, this: ByteArray) -> PyResult {
        made(cx, &sequence::changed(&this.snapshot(cx), sequence::capitalize_ascii))
    }

    /// Return a titlecased version of B, i.e. ASCII words start with uppercase characters, all remaining cased characters have lowercase.
    #[pymethod]
    fn title(cx: &Context, this: ByteArray) -> PyResult {
        made(cx, &sequence::changed(&this.snapshot(cx), sequence::title_ascii))
    }

    /// Return a copy of B with uppercase ASCII characters converted to lowercase ASCII and vice versa.
    #[pymethod]
    fn swapcase(cx: &Context, this: ByteArray) -> PyResult {
        made(cx, &sequence::changed(&this.snapshot(cx), sequence::swap_ascii))
    }

    /// Return True if all characters in B are alphanumeric and there is at least one character in B, False otherwise.
    #[pymethod]
    fn isalnum(cx: &Context, this: ByteArray) -> bool {
        sequence::all(&this.snapshot(cx), |byte| byte.is_ascii_alphanumeric())
    }

    /// Return True if all characters in B are alphabetic and there is at least one character in B, False otherwise.
    #[pymethod]
    fn isalpha(cx: &Context, this: ByteArray) -> bool {
        sequence::all(&this.snapshot(cx), |byte| byte.is_ascii_alphabetic())
    }

    /// Return True if all characters in B are digits and there is at least one character in B, False otherwise.
    #[pymethod]
    fn isdigit(cx: &Context, this: ByteArray) -> bool {
        sequence::all(&this.snapshot(cx), |byte| byte.is_ascii_digit())
    }

    /// Return True if all characters in B are whitespace and there is at least one character in B, False otherwise.
    #[pymethod]
    fn isspace(cx: &Context, this: ByteArray) -> bool {
        sequence::all(&this.snapshot(cx), |byte| crate::text::search::is_ascii_space(byte as u32))
    }

    /// Return True if B is empty or all characters in B are ASCII, False otherwise.
    #[pymethod]
    fn isascii(cx: &Context, this: ByteArray) -> bool {
        this.snapshot(cx).is_ascii()
    }

    /// Return True if B is lowercase, False otherwise.
    #[pymethod]
    fn islower(cx: &Context, this: ByteArray) -> bool {
        sequence::is_lower(&this.snapshot(cx))
    }

    /// Return True if B is uppercase, False otherwise.
    #[pymethod]
    fn isupper(cx: &Context, this: ByteArray) -> bool {
        sequence::is_upper(&this.snapshot(cx))
    }

    /// Return True if B is titlecased, False otherwise.
    #[pymethod]
    fn istitle(cx: &Context, this: ByteArray) -> bool {
        sequence::is_title(&this.snapshot(cx))
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
    fn decode(
        cx: &Context,
        this: ByteArray,
        encoding: Option<Value>,
        errors: Option<Value>,
    ) -> PyResult<Str> {
        let encoding = name_argument(cx, "decode", "'encoding'", encoding)?;
        let errors = name_argument(cx, "decode", "'errors'", errors)?;
        let bytes = cx.bytes(&this.snapshot(cx))?;
        cx.decode_object(bytes, encoding, errors)
    }
}
