//! `array.array` and its iterator.
//!
//! Invariant: slot 0 is the bytearray that holds the items, slot 1 the type code; raw: the code's letter, which never changes.
//! Source: Modules/arraymodule.c of CPython 3.14.

use alloc::vec::Vec;

use threadsnake_engine::native::{Arguments, NativeType};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::protocol::buffer::{ARRAY_CODE_SLOT, ARRAY_STORAGE_SLOT};
use threadsnake_engine::protocol::comparison::CompareOperator;
use threadsnake_engine::protocol::mapping::{SliceIndices, normalize_index};
use threadsnake_engine::types::byte_array::ByteArray;
use threadsnake_engine::types::class::{allocate_of_class, instance_class};
use threadsnake_engine::types::iterator_state::{claim, reduce, reduce_with_state};
use threadsnake_engine::types::list::List;
use threadsnake_engine::types::repr_builder::ReprBuilder;
use threadsnake_engine::types::slice::Slice;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, ExceptionClass, Kind, Name, ObjectRef, PyResult, Raised, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::items::TypeCode;

const LETTER: usize = 0;
/// Bytes that `tofile` writes at a time.
const BLOCK: usize = 64 * 1024;

/// array(typecode [, initializer]) -> array
///
/// Return a new array whose items are restricted by typecode, and
/// initialized from the optional initializer value, which must be a list,
/// string or iterable over elements of the appropriate type.
///
/// Arrays represent basic values and behave very much like lists, except
/// the type of objects stored in them is constrained. The type is specified
/// at object creation time by using a type code, which is a single character.
#[pyclass(id = Array, name = "array", module = "array", slots = 2, raw = 8, flags(SUBCLASSABLE, SEQUENCE))]
pub struct Array(ObjectRef);

#[cold]
fn bad_argument(cx: &Context) -> Raised {
    cx.type_error(format_args!("bad argument type for built-in operation"))
}

impl Array {
    fn code(self) -> TypeCode {
        let letter = self.0.raw_u64(LETTER) as u32;
        TypeCode::of(letter).unwrap_or(TypeCode { letter: b'B', size: 1 })
    }

    /// The bytearray that holds the items.
    fn storage(self, cx: &Context) -> PyResult<ByteArray> {
        ByteArray::expect(cx, self.0.value(ARRAY_STORAGE_SLOT).unwrap_or(Value::NONE))
    }

    fn len(self, cx: &Context) -> PyResult<usize> {
        Ok(self.storage(cx)?.len() / self.code().size)
    }

    fn empty(cx: &Context, class: Value, code: TypeCode) -> PyResult<Array> {
        let class = instance_class(cx, Array::CLASS, class)?;
        let storage = cx.new_byte_array(&[])?;
        let letter = cx.latin1_character(code.letter);
        let object = allocate_of_class(cx, class)?;
        object.raw_store_u64(LETTER, code.letter as u64);
        cx.initialize(object, ARRAY_STORAGE_SLOT, storage.as_value());
        cx.initialize(object, ARRAY_CODE_SLOT, letter.as_value());
        Ok(Array(object))
    }

    /// A plain array of the same code.
    fn like(self, cx: &Context, bytes: &[u8]) -> PyResult<Array> {
        let array = Array::empty(cx, cx.class(Kind::Array), self.code())?;
        array.add_bytes(cx, bytes)?;
        Ok(array)
    }

    /// Replaces a range of the bytes; see [`ByteArray::splice`].
    fn splice(
        self,
        cx: &Context,
        place: impl Fn(usize) -> Option<(usize, usize)>,
        with: &[u8],
    ) -> PyResult<bool> {
        self.storage(cx)?.splice(cx, place, with).map_err(|raised| not_resizable(cx, raised))
    }

    fn add_bytes(self, cx: &Context, bytes: &[u8]) -> PyResult<()> {
        self.splice(cx, |length| Some((length, length)), bytes)?;
        Ok(())
    }

    fn snapshot(self, cx: &Context) -> PyResult<Vec<u8>> {
        Ok(self.storage(cx)?.snapshot(cx))
    }

    /// The bytes of the item at an index, at this moment.
    fn read(self, cx: &Context, index: usize) -> PyResult<Option<[u8; 8]>> {
        let size = self.code().size;
        Ok(self.storage(cx)?.with_bytes(cx, |content| {
            let start = index.checked_mul(size)?;
            let bytes = content.get(start..start.checked_add(size)?)?;
            let mut item = [0; 8];
            for (place, &byte) in item.iter_mut().zip(bytes) {
                *place = byte;
            }
            Some(item)
        }))
    }

    fn item(self, cx: &Context, index: usize) -> PyResult<Option<Value>> {
        match self.read(cx, index)? {
            Some(item) => self.code().unpack(cx, item).map(Some),
            None => Ok(None),
        }
    }

    fn packed(self, cx: &Context, value: Value) -> PyResult<([u8; 8], usize)> {
        let code = self.code();
        Ok((code.pack(cx, value)?, code.size))
    }

    fn push(self, cx: &Context, value: Value) -> PyResult<()> {
        let (item, size) = self.packed(cx, value)?;
        self.add_bytes(cx, item.get(..size).unwrap_or(&item))
    }

    /// Adds items that are made first, so that nothing is added if one is none.
    fn extend_from(self, cx: &Context, values: &[Value]) -> PyResult<()> {
        let mut bytes = Vec::new();
        bytes.try_reserve(values.len().saturating_mul(self.code().size)).map_err(|_| cx.memory_error())?;
        for &value in values {
            let (item, size) = self.packed(cx, value)?;
            bytes.extend_from_slice(item.get(..size).unwrap_or(&item));
        }
        self.add_bytes(cx, &bytes)
    }

    fn extend_with(self, cx: &Context, iterable: Value) -> PyResult<()> {
        if let Some(other) = Array::from_value(iterable) {
            if other.code() != self.code() {
                return Err(cx.type_error(format_args!("can only extend with array of same kind")));
            }
            let bytes = other.snapshot(cx)?;
            return self.add_bytes(cx, &bytes);
        }
        let items = cx.iterate(iterable)?;
        while let Some(item) = items.next(cx)? {
            self.push(cx, item)?;
        }
        Ok(())
    }

    fn add_text(self, cx: &Context, text: Str) -> PyResult<()> {
        let bytes: Vec<u8> = text.code_points().flat_map(u32::to_ne_bytes).collect();
        self.add_bytes(cx, &bytes)
    }

    fn add_raw(self, cx: &Context, buffer: Value) -> PyResult<()> {
        let bytes = cx.bytes_like(buffer)?;
        if !bytes.len().is_multiple_of(self.code().size) {
            return Err(cx.value_error(format_args!("bytes length not a multiple of item size")));
        }
        self.add_bytes(cx, &bytes)
    }

    fn values(self, cx: &Context) -> PyResult<List> {
        let code = self.code();
        let values = cx.new_list(0)?;
        for bytes in self.snapshot(cx)?.chunks_exact(code.size) {
            let mut item = [0; 8];
            for (place, &byte) in item.iter_mut().zip(bytes) {
                *place = byte;
            }
            values.push(cx, code.unpack(cx, item)?)?;
        }
        Ok(values)
    }

    fn text(self, cx: &Context) -> PyResult<Str> {
        let mut code_points = Vec::new();
        for bytes in self.snapshot(cx)?.chunks_exact(4) {
            let code_point = match *bytes {
                [a, b, c, d] => u32::from_ne_bytes([a, b, c, d]),
                _ => 0,
            };
            if code_point > 0x10_ffff {
                return Err(cx.value_error(format_args!(
                    "character U+{code_point:x} is not in range [U+0000; U+10ffff]"
                )));
            }
            code_points.push(code_point);
        }
        cx.str_from_code_points(&code_points)
    }

    fn selected(self, cx: &Context, indices: &SliceIndices) -> PyResult<Vec<u8>> {
        let size = self.code().size;
        Ok(self.storage(cx)?.with_bytes(cx, |content| {
            let mut bytes = Vec::with_capacity(indices.count.saturating_mul(size));
            for index in indices.iter() {
                bytes.extend_from_slice(content.get(index * size..index * size + size).unwrap_or(&[]));
            }
            bytes
        }))
    }

    fn index_of(self, cx: &Context, key: Value, message: &str) -> PyResult<usize> {
        if !cx.has_index(key) {
            return Err(cx.type_error(format_args!("array indices must be integers")));
        }
        let index = cx.index_of_sequence(key)?;
        normalize_index(index, self.len(cx)?).ok_or_else(|| cx.index_error(message))
    }

    /// Replaces the items that a slice selects; they may be fewer or more if its step is 1.
    fn assign(self, cx: &Context, slice: Slice, bytes: &[u8]) -> PyResult<()> {
        let size = self.code().size;
        let storage = self.storage(cx)?;
        let bounds = cx.unpack_slice(slice)?;
        if bounds.2 == 1 {
            let place = |length: usize| {
                let indices = threadsnake_engine::protocol::mapping::adjust_indices(
                    bounds.0,
                    bounds.1,
                    bounds.2,
                    length / size,
                );
                let start = indices.index(0).min(length / size);
                Some((start * size, (start + indices.count) * size))
            };
            self.splice(cx, place, bytes)?;
            return Ok(());
        }
        let indices = cx.slice_indices(slice, storage.len() / size)?;
        if bytes.len() != indices.count * size {
            return Err(cx.value_error(format_args!(
                "attempt to assign array of size {} to extended slice of size {}",
                bytes.len() / size,
                indices.count
            )));
        }
        storage.with_bytes(cx, |content| {
            for (index, item) in indices.iter().zip(bytes.chunks_exact(size)) {
                if let Some(place) = content.get_mut(index * size..index * size + size) {
                    place.copy_from_slice(item);
                }
            }
        });
        Ok(())
    }

    fn delete(self, cx: &Context, slice: Slice) -> PyResult<()> {
        let bounds = cx.unpack_slice(slice)?;
        if bounds.2 == 1 {
            return self.assign(cx, slice, &[]);
        }
        let deleted = self.storage(cx)?.delete_stepped(cx, bounds, self.code().size);
        deleted.map_err(|raised| not_resizable(cx, raised))
    }

    fn repeated(self, cx: &Context, times: isize) -> PyResult<Vec<u8>> {
        repeat(cx, &self.snapshot(cx)?, times)
    }

    fn find(self, cx: &Context, wanted: Value, start: usize, stop: usize) -> PyResult<Option<usize>> {
        let mut index = start;
        while index < stop {
            let Some(item) = self.item(cx, index)? else { break };
            if cx.equal(item, wanted)? {
                return Ok(Some(index));
            }
            index += 1;
        }
        Ok(None)
    }

    fn require_text(self, cx: &Context, function: &str) -> PyResult<()> {
        if self.code().is_text() {
            return Ok(());
        }
        Err(cx
            .value_error(format_args!("{function}() may only be called on unicode type arrays ('u' or 'w')")))
    }
}

/// The storage's BufferError in the words of arrays.
fn not_resizable(cx: &Context, raised: Raised) -> Raised {
    let exception = cx.take_exception(raised);
    if !cx.is_exception_of(exception, ExceptionClass::BufferError) {
        return cx.raise_value(exception);
    }
    cx.raise(ExceptionClass::BufferError, format_args!("cannot resize an array that is exporting buffers"))
}

fn repeat(cx: &Context, bytes: &[u8], times: isize) -> PyResult<Vec<u8>> {
    let times = usize::try_from(times).unwrap_or(0);
    let length = bytes.len().checked_mul(times).ok_or_else(|| cx.memory_error())?;
    let mut repeated = Vec::new();
    repeated.try_reserve_exact(length).map_err(|_| cx.memory_error())?;
    for _ in 0..times {
        repeated.extend_from_slice(bytes);
    }
    Ok(repeated)
}

fn compare(cx: &Context, operator: CompareOperator, this: Array, other: Value) -> PyResult {
    let Some(other) = Array::from_value(other) else { return Ok(Value::NOT_IMPLEMENTED) };
    let (left, right) = (this.len(cx)?, other.len(cx)?);
    let equality = matches!(operator, CompareOperator::Equal | CompareOperator::NotEqual);
    if equality && left != right {
        return Ok(Value::from_bool(operator == CompareOperator::NotEqual));
    }
    if equality && this.code() == other.code() && this.code().is_integer() {
        let same = this.snapshot(cx)? == other.snapshot(cx)?;
        return Ok(Value::from_bool(same == (operator == CompareOperator::Equal)));
    }
    for index in 0..left.min(right) {
        let (Some(mine), Some(theirs)) = (this.item(cx, index)?, other.item(cx, index)?) else { break };
        if !cx.equal(mine, theirs)? {
            return match operator {
                CompareOperator::Equal => Ok(Value::from_bool(false)),
                CompareOperator::NotEqual => Ok(Value::from_bool(true)),
                _ => cx.rich_compare(operator, mine, theirs),
            };
        }
    }
    cx.rich_compare(operator, Value::int_from_length(left), Value::int_from_length(right))
}

#[pymethods]
impl Array {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        if class.is(cx.class(Kind::Array)) && !arguments.keywords().is_empty() {
            return Err(cx.type_error(format_args!("array.array() takes no keyword arguments")));
        }
        let (typecode, initializer) = match *arguments.positional() {
            [] => return Err(cx.type_error(format_args!("array() takes at least 1 argument (0 given)"))),
            [typecode] => (typecode, None),
            [typecode, initializer] => (typecode, Some(initializer)),
            ref more => {
                return Err(
                    cx.type_error(format_args!("array() takes at most 2 arguments ({} given)", more.len()))
                );
            }
        };
        let letter = Str::from_value(typecode).filter(|text| text.len() == 1);
        let Some(letter) = letter.and_then(|text| text.code_point(0)) else {
            return Err(cx.type_error(format_args!(
                "array() argument 1 must be a unicode character, not {}",
                cx.type_name(typecode)
            )));
        };
        cx.audit("array.__new__", || Ok([typecode, initializer.unwrap_or(Value::NONE)]))?;
        let code = TypeCode::of(letter);
        if let (Some(code), Some(initializer)) = (code, initializer)
            && !code.is_text()
        {
            let shown = code.letter as char;
            if Str::from_value(initializer).is_some() {
                return Err(cx.type_error(format_args!(
                    "cannot use a str to initialize an array with typecode '{shown}'"
                )));
            }
            if Array::from_value(initializer).is_some_and(|other| other.code().is_text()) {
                return Err(cx.type_error(format_args!(
                    "cannot use a unicode array to initialize an array with typecode '{shown}'"
                )));
            }
        }
        let Some(code) = code else {
            return Err(cx.value_error(format_args!(
                "bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)"
            )));
        };
        if code.letter == b'u' {
            cx.warn(
                ExceptionClass::DeprecationWarning,
                format_args!("The 'u' type code is deprecated and will be removed in Python 3.16"),
            )?;
        }
        let array = Array::empty(cx, class, code)?;
        let Some(initializer) = initializer else { return Ok(array.as_value()) };
        match initializer.kind() {
            Some(Kind::List | Kind::Tuple) => array.extend_from(cx, cx.collect(initializer)?.as_slice())?,
            Some(Kind::Bytes | Kind::ByteArray) => array.add_raw(cx, initializer)?,
            Some(Kind::Array) => match Array::from_value(initializer) {
                Some(other) if other.code() == code || (other.code().is_text() && code.is_text()) => {
                    let bytes = other.snapshot(cx)?;
                    array.add_bytes(cx, &bytes)?;
                }
                _ => array.extend_from(cx, cx.collect(initializer)?.as_slice())?,
            },
            Some(Kind::Str) => array.add_text(cx, Str::expect(cx, initializer)?)?,
            _ => array.extend_with(cx, initializer)?,
        }
        Ok(array.as_value())
    }

    #[pymethod]
    fn __init__(this: Value, arguments: Arguments<'_>) {
        // `__new__` has done it all.
        let _ = (this, arguments);
    }

    /// Append new value v to the end of the array.
    #[pymethod]
    fn append(cx: &Context, this: Array, v: Value) -> PyResult<()> {
        this.push(cx, v)
    }

    /// Return a tuple (address, length) giving the current memory address and the length in items of the buffer used to hold array's contents.
    ///
    /// The length should be multiplied by the itemsize attribute to calculate
    /// the buffer length in bytes.
    #[pymethod]
    fn buffer_info(cx: &Context, this: Array) -> PyResult {
        let (address, length) =
            this.storage(cx)?.with_bytes(cx, |content| (content.as_ptr().addr(), content.len()));
        let length = Value::int_from_length(length / this.code().size);
        cx.tuple(&[cx.int_from_u64(address as u64)?, length])
    }

    /// Byteswap all items of the array.
    ///
    /// If the items in the array are not 1, 2, 4, or 8 bytes in size, RuntimeError is
    /// raised.
    #[pymethod]
    fn byteswap(cx: &Context, this: Array) -> PyResult<()> {
        let size = this.code().size;
        this.storage(cx)?.with_bytes(cx, |content| content.chunks_exact_mut(size).for_each(<[u8]>::reverse));
        Ok(())
    }

    /// Remove all items from the array.
    #[pymethod]
    fn clear(cx: &Context, this: Array) -> PyResult<()> {
        this.splice(cx, |length| Some((0, length)), &[])?;
        Ok(())
    }

    /// Return number of occurrences of v in the array.
    #[pymethod]
    fn count(cx: &Context, this: Array, v: Value) -> PyResult<usize> {
        let mut count = 0;
        let mut index = 0;
        while let Some(item) = this.item(cx, index)? {
            count += cx.equal(item, v)? as usize;
            index += 1;
        }
        Ok(count)
    }

    /// Append items to the end of the array.
    #[pymethod]
    fn extend(cx: &Context, this: Array, bb: Value) -> PyResult<()> {
        this.extend_with(cx, bb)
    }

    /// Read n objects from the file object f and append them to the end of the array.
    #[pymethod]
    fn fromfile(cx: &Context, this: Array, f: Value, n: isize) -> PyResult<()> {
        let Ok(count) = usize::try_from(n) else {
            return Err(cx.value_error(format_args!("negative count")));
        };
        let Some(wanted) = count.checked_mul(this.code().size) else { return Err(cx.memory_error()) };
        let read = cx.call_method(f, cx.intern_str("read")?, &[Value::int_from_length(wanted)])?;
        let Some(bytes) = threadsnake_engine::types::bytes_object::Bytes::from_value(read) else {
            return Err(cx.type_error(format_args!("read() didn't return bytes")));
        };
        this.add_raw(cx, read)?;
        if bytes.len() != wanted {
            return Err(cx.raise(ExceptionClass::EOFError, format_args!("read() didn't return enough bytes")));
        }
        Ok(())
    }

    /// Append items to array from list.
    #[pymethod]
    fn fromlist(cx: &Context, this: Array, list: Value) -> PyResult<()> {
        match List::from_value(list) {
            Some(list) => this.extend_from(cx, list.snapshot(cx).as_slice()),
            None => Err(cx.type_error(format_args!("arg must be list"))),
        }
    }

    /// Appends items from the string, interpreting it as an array of machine values, as if it had been read from a file using the fromfile() method.
    #[pymethod]
    fn frombytes(cx: &Context, this: Array, buffer: Value) -> PyResult<()> {
        this.add_raw(cx, buffer)
    }

    /// Extends this array with data from the unicode string ustr.
    ///
    /// The array must be a unicode type array; otherwise a ValueError is raised.
    /// Use array.frombytes(ustr.encode(...)) to append Unicode data to an array of
    /// some other type.
    #[pymethod]
    fn fromunicode(cx: &Context, this: Array, ustr: Value) -> PyResult<()> {
        let Some(text) = Str::from_value(ustr) else {
            return Err(
                cx.type_error(format_args!("fromunicode() argument must be str, not {}", cx.type_name(ustr)))
            );
        };
        this.require_text(cx, "fromunicode")?;
        this.add_text(cx, text)
    }

    /// Return index of first occurrence of v in the array.
    ///
    /// Raise ValueError if the value is not present.
    #[pymethod(signature = "($self, v, start=0, stop=9223372036854775807, /)")]
    fn index(cx: &Context, this: Array, v: Value, start: Value, stop: Option<Value>) -> PyResult<usize> {
        let length = this.len(cx)?;
        let bound = |value: Value| -> PyResult<usize> {
            let index = cx.index_clipped(value)?;
            Ok(if index < 0 { (length as i64).saturating_add(index).max(0) as usize } else { index as usize })
        };
        let start = bound(start)?;
        let stop = match stop {
            Some(stop) => bound(stop)?,
            None => usize::MAX,
        };
        match this.find(cx, v, start, stop)? {
            Some(index) => Ok(index),
            None => Err(cx.value_error(format_args!("array.index(x): x not in array"))),
        }
    }

    /// Insert a new item v into the array before position i.
    #[pymethod]
    fn insert(cx: &Context, this: Array, i: isize, v: Value) -> PyResult<()> {
        let (item, size) = this.packed(cx, v)?;
        let place = |length: usize| {
            let length = length / size;
            let index = if i < 0 { (length as isize).saturating_add(i).max(0) as usize } else { i as usize };
            let start = index.min(length) * size;
            Some((start, start))
        };
        this.splice(cx, place, item.get(..size).unwrap_or(&item))?;
        Ok(())
    }

    /// Return the i-th element and delete it from the array.
    ///
    /// i defaults to -1.
    #[pymethod(signature = "($self, i=-1, /)")]
    fn pop(cx: &Context, this: Array, i: isize) -> PyResult {
        loop {
            let length = this.len(cx)?;
            if length == 0 {
                return Err(cx.index_error("pop from empty array"));
            }
            let Some(index) = normalize_index(i as i64, length) else {
                return Err(cx.index_error("pop index out of range"));
            };
            let Some(item) = this.read(cx, index)? else { continue };
            let size = this.code().size;
            // Another thread may have changed the length between the two.
            let place = |now: usize| (now == length * size).then_some((index * size, (index + 1) * size));
            if this.splice(cx, place, &[])? {
                return this.code().unpack(cx, item);
            }
        }
    }

    /// Remove the first occurrence of v in the array.
    #[pymethod]
    fn remove(cx: &Context, this: Array, v: Value) -> PyResult<()> {
        let size = this.code().size;
        match this.find(cx, v, 0, usize::MAX)? {
            Some(index) => {
                let place = |length: usize| {
                    ((index + 1) * size <= length).then_some((index * size, (index + 1) * size))
                };
                this.splice(cx, place, &[])?;
                Ok(())
            }
            None => Err(cx.value_error(format_args!("array.remove(x): x not in array"))),
        }
    }

    /// Reverse the order of the items in the array.
    #[pymethod]
    fn reverse(cx: &Context, this: Array) -> PyResult<()> {
        let size = this.code().size;
        this.storage(cx)?.with_bytes(cx, |content| {
            content.reverse();
            content.chunks_exact_mut(size).for_each(<[u8]>::reverse);
        });
        Ok(())
    }

    /// Write all items (as machine values) to the file object f.
    #[pymethod]
    fn tofile(cx: &Context, this: Array, f: Value) -> PyResult<()> {
        let write = cx.intern_str("write")?;
        for block in this.snapshot(cx)?.chunks(BLOCK) {
            cx.call_method(f, write, &[cx.bytes(block)?])?;
        }
        Ok(())
    }

    /// Convert array to an ordinary list with the same items.
    #[pymethod]
    fn tolist(cx: &Context, this: Array) -> PyResult {
        Ok(this.values(cx)?.as_value())
    }

    /// Convert the array to an array of machine values and return the bytes representation.
    #[pymethod]
    fn tobytes(cx: &Context, this: Array) -> PyResult {
        cx.bytes(&this.snapshot(cx)?)
    }

    /// Extends this array with data from the unicode string ustr.
    ///
    /// Convert the array to a unicode string.  The array must be a unicode type array;
    /// otherwise a ValueError is raised.  Use array.tobytes().decode() to obtain a
    /// unicode string from an array of some other type.
    #[pymethod]
    fn tounicode(cx: &Context, this: Array) -> PyResult<Str> {
        this.require_text(cx, "tounicode")?;
        this.text(cx)
    }

    /// Return a copy of the array.
    #[pymethod]
    fn __copy__(cx: &Context, this: Array) -> PyResult<Array> {
        this.like(cx, &this.snapshot(cx)?)
    }

    /// Return a copy of the array.
    #[pymethod]
    fn __deepcopy__(cx: &Context, this: Array, unused: Value) -> PyResult<Array> {
        let _ = unused;
        Array::__copy__(cx, this)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce_ex__(cx: &Context, this: Array, value: Value) -> PyResult {
        if !threadsnake_engine::types::int_object::is_int(value) {
            return Err(cx.type_error(format_args!("__reduce_ex__ argument should be an integer")));
        }
        let protocol = cx.index_i64(value)?;
        let class = cx.class_of(this.as_value()).as_value();
        let state = cx.find_attribute_or_none(this.as_value(), cx.name(Name::__dict__))?;
        let state = state.unwrap_or(Value::NONE);
        let letter = cx.latin1_character(this.code().letter).as_value();
        if protocol < 3 {
            let arguments = cx.tuple(&[letter, this.values(cx)?.as_value()])?;
            return cx.tuple(&[class, arguments, state]);
        }
        let module = cx.import_module("array")?;
        let function = cx.get_attribute(module, cx.intern_str("_array_reconstructor")?)?;
        let format = Value::int_from_u32(this.code().machine_format());
        let bytes = cx.bytes(&this.snapshot(cx)?)?;
        cx.tuple(&[function, cx.tuple(&[class, letter, format, bytes])?, state])
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult {
        cx.generic_alias(class, object)
    }

    /// the typecode character used to create the array
    #[pygetter]
    fn typecode(cx: &Context, this: Array) -> Str {
        cx.latin1_character(this.code().letter)
    }

    /// the size, in bytes, of one array item
    #[pygetter]
    fn itemsize(this: Array) -> usize {
        this.code().size
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Array) -> PyResult {
        let name = cx.class_of(this.as_value()).name(cx);
        let mut text = ReprBuilder::default();
        text.push_str(name);
        text.push("('");
        text.push_str(cx.latin1_character(this.code().letter));
        text.push("'");
        if this.len(cx)? > 0 {
            text.push(", ");
            let items =
                if this.code().is_text() { this.text(cx)?.as_value() } else { this.values(cx)?.as_value() };
            text.push_repr(cx, items)?;
        }
        text.push(")");
        text.finish(cx)
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(cx: &Context, this: Array) -> PyResult<usize> {
        this.len(cx)
    }

    /// Return self[key].
    #[pymethod]
    fn __getitem__(cx: &Context, this: Array, key: Value) -> PyResult {
        if let Some(slice) = Slice::from_value(key) {
            let indices = cx.slice_indices(slice, this.len(cx)?)?;
            let bytes = this.selected(cx, &indices)?;
            return Ok(this.like(cx, &bytes)?.as_value());
        }
        let index = this.index_of(cx, key, "array index out of range")?;
        match this.item(cx, index)? {
            Some(item) => Ok(item),
            None => Err(cx.index_error("array index out of range")),
        }
    }

    /// Set self[key] to value.
    #[pymethod]
    fn __setitem__(cx: &Context, this: Array, key: Value, value: Value) -> PyResult<()> {
        if let Some(slice) = Slice::from_value(key) {
            let Some(other) = Array::from_value(value) else {
                return Err(cx.type_error(format_args!(
                    "can only assign array (not \"{}\") to array slice",
                    cx.type_name(value)
                )));
            };
            if other.code() != this.code() {
                return Err(bad_argument(cx));
            }
            let bytes = other.snapshot(cx)?;
            return this.assign(cx, slice, &bytes);
        }
        let index = this.index_of(cx, key, "array assignment index out of range")?;
        let (item, size) = this.packed(cx, value)?;
        let written = this.storage(cx)?.with_bytes(cx, |content| {
            match content.get_mut(index * size..index * size + size).zip(item.get(..size)) {
                Some((place, item)) => {
                    place.copy_from_slice(item);
                    true
                }
                None => false,
            }
        });
        if written { Ok(()) } else { Err(cx.index_error("array assignment index out of range")) }
    }

    /// Delete self[key].
    #[pymethod]
    fn __delitem__(cx: &Context, this: Array, key: Value) -> PyResult<()> {
        if let Some(slice) = Slice::from_value(key) {
            return this.delete(cx, slice);
        }
        let size = this.code().size;
        let index = this.index_of(cx, key, "array assignment index out of range")?;
        let place =
            |length: usize| ((index + 1) * size <= length).then_some((index * size, (index + 1) * size));
        if this.splice(cx, place, &[])? {
            Ok(())
        } else {
            Err(cx.index_error("array assignment index out of range"))
        }
    }

    /// Return bool(key in self).
    #[pymethod]
    fn __contains__(cx: &Context, this: Array, key: Value) -> PyResult<bool> {
        Ok(this.find(cx, key, 0, usize::MAX)?.is_some())
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: Array) -> PyResult {
        let iterator = cx.allocate(Kind::ArrayIterator, 1, 8)?;
        cx.initialize(iterator, 0, this.as_value());
        Ok(Value::from(iterator))
    }

    /// Return self+value.
    #[pymethod]
    fn __add__(cx: &Context, this: Array, value: Value) -> PyResult<Array> {
        let Some(other) = Array::from_value(value) else {
            return Err(cx.type_error(format_args!(
                "can only append array (not \"{}\") to array",
                cx.type_name(value)
            )));
        };
        if other.code() != this.code() {
            return Err(bad_argument(cx));
        }
        let mut bytes = this.snapshot(cx)?;
        bytes.extend_from_slice(&other.snapshot(cx)?);
        this.like(cx, &bytes)
    }

    /// Implement self+=value.
    #[pymethod]
    fn __iadd__(cx: &Context, this: Array, value: Value) -> PyResult {
        if Array::from_value(value).is_none() {
            return Err(
                cx.type_error(format_args!("can only extend with array (not \"{}\")", cx.type_name(value)))
            );
        }
        this.extend_with(cx, value)?;
        Ok(this.as_value())
    }

    /// Return self*value.
    #[pymethod]
    fn __mul__(cx: &Context, this: Array, value: Value) -> PyResult<Array> {
        this.like(cx, &this.repeated(cx, cx.repeat_count(value)?)?)
    }

    /// Return value*self.
    #[pymethod]
    fn __rmul__(cx: &Context, this: Array, value: Value) -> PyResult<Array> {
        Array::__mul__(cx, this, value)
    }

    /// Implement self*=value.
    #[pymethod]
    fn __imul__(cx: &Context, this: Array, value: Value) -> PyResult {
        let times = cx.repeat_count(value)?;
        let repeated = this.storage(cx)?.repeat(cx, usize::try_from(times).unwrap_or(0));
        repeated.map_err(|raised| not_resizable(cx, raised))?;
        Ok(this.as_value())
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: Array, value: Value) -> PyResult {
        compare(cx, CompareOperator::Equal, this, value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: Array, value: Value) -> PyResult {
        compare(cx, CompareOperator::NotEqual, this, value)
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(cx: &Context, this: Array, value: Value) -> PyResult {
        compare(cx, CompareOperator::Less, this, value)
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(cx: &Context, this: Array, value: Value) -> PyResult {
        compare(cx, CompareOperator::LessEqual, this, value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(cx: &Context, this: Array, value: Value) -> PyResult {
        compare(cx, CompareOperator::Greater, this, value)
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(cx: &Context, this: Array, value: Value) -> PyResult {
        compare(cx, CompareOperator::GreaterEqual, this, value)
    }
}

/// The iterator of arrays.
#[pyclass(id = ArrayIterator, name = "arrayiterator", module = "array", slots = 1, raw = 8, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct ArrayIterator(ObjectRef);

#[pymethods]
impl ArrayIterator {
    #[pynext]
    fn next(cx: &Context, this: ArrayIterator) -> PyResult<Option<Value>> {
        let Some(array) = this.0.value(0).and_then(Array::from_value) else { return Ok(None) };
        if let Some(index) = claim(this.0, 0, array.len(cx)?)
            && let Some(item) = array.item(cx, index)?
        {
            return Ok(Some(item));
        }
        cx.clear(this.0, 0);
        Ok(None)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: ArrayIterator) -> PyResult {
        match this.0.value(0) {
            Some(array) => reduce_with_state(cx, "iter", array, this.0.raw_u64(0) as i64),
            None => reduce(cx, "iter", cx.empty_tuple().as_value()),
        }
    }

    /// Set state information for unpickling.
    #[pymethod]
    fn __setstate__(cx: &Context, this: ArrayIterator, state: Value) -> PyResult<()> {
        let index = cx.index_i64(state)?;
        let Some(array) = this.0.value(0).and_then(Array::from_value) else { return Ok(()) };
        this.0.raw_store_u64(0, index.clamp(0, array.len(cx)? as i64) as u64);
        Ok(())
    }
}
