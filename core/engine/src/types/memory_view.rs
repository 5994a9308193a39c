//! `memoryview`: a window on the bytes of another object, item by item.
//!
//! Invariant: slot 0 is the owner of the bytes, `bytes` or `bytearray` (an array's own), slot 1 the format, slot 2 what `obj` shows; the raw tail holds the first byte, the number
//! of items, the distance between items, the size of an item and the flags. A view of a bytearray counts as an export until it is released or dies,
//! so that the window stays inside. One dimension; more raise NotImplementedError.
//! Source: Objects/memoryobject.c, PEP 3118, PEP 688.

use alloc::vec::Vec;

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::protocol::buffer::ARRAY_CODE_SLOT;
use crate::protocol::mapping::normalize_index;
use crate::types::byte_array::ByteArray;
use crate::types::byte_sequence as sequence;
use crate::types::bytes_object::Bytes;
use crate::types::slice::Slice;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

const OWNER: usize = 0;
const FORMAT: usize = 1;
const SHOWN: usize = 2;
const START: usize = 0;
const COUNT: usize = 8;
const STRIDE: usize = 16;
const ITEM_SIZE: usize = 24;
const FLAGS: usize = 32;
/// The identifier of the thread that made it.
const MAKER: usize = 40;
const READ_ONLY: u64 = 1;
const RELEASED: u64 = 2;

/// Create a new memoryview object which references the given object.
#[pyclass(
    id = MemoryView,
    name = "memoryview",
    slots = 3,
    raw = 48,
    signature = "(object)",
    flags(SEQUENCE, NATIVE_FINALIZER)
)]
pub struct MemoryView(ObjectRef);

/// Where the items of a view lie.
#[derive(Copy, Clone)]
struct Window {
    start: usize,
    count: usize,
    stride: i64,
    item_size: usize,
}

impl Window {
    fn place(self, index: usize) -> core::ops::Range<usize> {
        let start = (self.start as i64).wrapping_add(self.stride.wrapping_mul(index as i64)) as usize;
        start..start.saturating_add(self.item_size)
    }

    fn is_contiguous(self) -> bool {
        self.count <= 1 || self.stride == self.item_size as i64
    }
}

/// The bytes of an item of this format; absent if the format is none that views know.
fn size_of_format(format: u8) -> Option<usize> {
    Some(match format {
        b'b' | b'B' | b'c' | b'?' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'd' | b'P' => 8,
        _ => return None,
    })
}

fn unpack(cx: &Context, format: u8, item: &[u8]) -> PyResult {
    let mut wide = [0u8; 8];
    for (place, &byte) in wide.iter_mut().zip(item) {
        *place = byte;
    }
    let bits = u64::from_le_bytes(wide);
    // On a big-endian machine the bytes stand in the other order.
    let bits = if cfg!(target_endian = "big") {
        bits.swap_bytes() >> (64 - 8 * item.len().clamp(1, 8))
    } else {
        bits
    };
    match format {
        b'b' => cx.int(bits as i8 as i64),
        b'h' => cx.int(bits as i16 as i64),
        b'i' => cx.int(bits as i32 as i64),
        b'l' | b'q' | b'n' => cx.int(bits as i64),
        b'?' => Ok(Value::from_bool(bits != 0)),
        b'c' => cx.bytes(item),
        b'f' => cx.float(f32::from_bits(bits as u32) as f64),
        b'd' => cx.float(f64::from_bits(bits)),
        b'w' => Err(
            cx.raise(ExceptionClass::NotImplementedError, format_args!("memoryview: format w not supported"))
        ),
        b'e' => Err(cx.raise(
            ExceptionClass::NotImplementedError,
            format_args!("memoryview: format e is not supported yet by threadsnake"),
        )),
        _ => cx.int_from_u64(bits),
    }
}

fn pack(cx: &Context, format: u8, size: usize, value: Value) -> PyResult<Vec<u8>> {
    let wrong_type =
        || cx.type_error(format_args!("memoryview: invalid type for format '{}'", format as char));
    let wrong_value =
        || cx.value_error(format_args!("memoryview: invalid value for format '{}'", format as char));
    let bits = match format {
        b'?' => cx.is_true(value)? as u64,
        b'c' => {
            return match Bytes::from_value(value) {
                Some(bytes) if bytes.len() == 1 => Ok(bytes.as_slice().to_vec()),
                Some(_) => Err(wrong_value()),
                None => Err(wrong_type()),
            };
        }
        b'f' | b'd' => {
            if crate::types::float_object::float_of(value).is_none() && !cx.has_index(value) {
                return Err(wrong_type());
            }
            let number = cx.to_f64(value)?;
            if format == b'f' { (number as f32).to_bits() as u64 } else { number.to_bits() }
        }
        b'e' => return Err(wrong_type()),
        _ => {
            if !cx.has_index(value) {
                return Err(wrong_type());
            }
            let index = cx.index(value)?;
            let signed = format.is_ascii_lowercase();
            let limit = 8 * size as u32;
            match crate::types::int_object::integer_of(&index).and_then(|number| number.to_i64()) {
                Some(number)
                    if signed
                        && (limit == 64 || (number >> (limit - 1) == 0 || number >> (limit - 1) == -1)) =>
                {
                    number as u64
                }
                Some(number) if !signed && number >= 0 && (limit == 64 || number >> limit == 0) => {
                    number as u64
                }
                None if !signed && limit == 64 => cx.index_u64(index).map_err(|raised| {
                    cx.take_exception(raised);
                    wrong_value()
                })?,
                _ => return Err(wrong_value()),
            }
        }
    };
    let bytes = if cfg!(target_endian = "big") { bits.to_be_bytes() } else { bits.to_le_bytes() };
    let range = if cfg!(target_endian = "big") { 8 - size..8 } else { 0..size };
    Ok(bytes.get(range).unwrap_or(&[]).to_vec())
}

impl MemoryView {
    fn window(self) -> Window {
        Window {
            start: self.0.raw_u64(START) as usize,
            count: self.0.raw_u64(COUNT) as usize,
            stride: self.0.raw_u64(STRIDE) as i64,
            item_size: self.0.raw_u64(ITEM_SIZE) as usize,
        }
    }

    /// Whether writing is refused.
    pub fn is_read_only(self) -> bool {
        self.0.raw_u64(FLAGS) & READ_ONLY != 0
    }

    fn owner(self, cx: &Context) -> PyResult {
        match self.0.value(OWNER) {
            Some(owner) if self.0.raw_u64(FLAGS) & RELEASED == 0 => Ok(owner),
            _ => Err(cx.value_error(format_args!("operation forbidden on released memoryview object"))),
        }
    }

    fn format(self) -> u8 {
        self.0
            .value(FORMAT)
            .and_then(Str::from_value)
            .and_then(|format| format.code_points().last())
            .and_then(|code| u8::try_from(code).ok())
            .unwrap_or(b'B')
    }

    fn read<R>(self, cx: &Context, function: impl FnOnce(&[u8]) -> R) -> PyResult<R> {
        let owner = self.owner(cx)?;
        if let Some(array) = ByteArray::from_value(owner) {
            return Ok(array.with_bytes(cx, |content| function(content)));
        }
        Ok(function(Bytes::expect(cx, owner)?.as_slice()))
    }

    /// The bytes of all items, in order.
    ///
    /// # Errors
    /// ValueError if the view is released.
    pub fn bytes(self, cx: &Context) -> PyResult<Vec<u8>> {
        let window = self.window();
        self.read(cx, |content| {
            if window.is_contiguous() {
                let length = window.count.saturating_mul(window.item_size);
                return content
                    .get(window.start..window.start.saturating_add(length))
                    .unwrap_or(&[])
                    .to_vec();
            }
            let mut bytes = Vec::with_capacity(window.count.saturating_mul(window.item_size));
            for index in 0..window.count {
                bytes.extend_from_slice(content.get(window.place(index)).unwrap_or(&[]));
            }
            bytes
        })
    }

    /// Number of bytes of all items.
    pub fn byte_count(self) -> usize {
        let window = self.window();
        window.count.saturating_mul(window.item_size)
    }

    /// Writes bytes over the items from a byte offset on: how many fitted.
    ///
    /// # Errors
    /// TypeError if the view is read-only, ValueError if it is released.
    pub fn write(self, cx: &Context, offset: usize, bytes: &[u8]) -> PyResult<usize> {
        let owner = self.owner(cx)?;
        let Some(array) = ByteArray::from_value(owner).filter(|_| !self.is_read_only()) else {
            return Err(cx.type_error(format_args!("cannot modify read-only memory")));
        };
        let window = self.window();
        let total = self.byte_count();
        let count = total.saturating_sub(offset).min(bytes.len());
        array.with_bytes(cx, |content| {
            for (number, &byte) in bytes.iter().take(count).enumerate() {
                let place = offset + number;
                let item = window.place(place / window.item_size.max(1));
                if let Some(target) = content.get_mut(item.start + place % window.item_size.max(1)) {
                    *target = byte;
                }
            }
        });
        Ok(count)
    }

    /// Whether it keeps this bytearray from being resized.
    pub(crate) fn lends_from(self, array: ByteArray) -> bool {
        self.0.raw_u64(FLAGS) & RELEASED == 0 && self.0.value(OWNER) == Some(array.as_value())
    }

    /// Whether no other thread has ever been able to reach it.
    pub(crate) fn is_private_to(self, cx: &Context) -> bool {
        !self.0.is_shared() && self.0.raw_u64(MAKER) == cx.identifier
    }

    /// Gives the buffer back; a released view can do nothing more.
    pub fn release(self, cx: &Context) {
        // Whoever sets the flag gives the buffer back: once.
        let flags = self.0.raw_u64(FLAGS);
        if flags & RELEASED != 0 || self.0.raw_compare_exchange_u64(FLAGS, flags, flags | RELEASED).is_err() {
            return;
        }
        if let Some(array) = self.0.value(OWNER).and_then(ByteArray::from_value) {
            array.give_back(cx);
        }
    }

    fn derive(self, cx: &Context, window: Window, format: Value, read_only: bool) -> PyResult {
        let owner = self.owner(cx)?;
        let shown = self.0.value(SHOWN).unwrap_or(owner);
        make(cx, (owner, shown), window, format, read_only || self.is_read_only())
    }

    fn item(self, cx: &Context, index: usize) -> PyResult {
        let place = self.window().place(index);
        let mut item = [0u8; 8];
        let size = self.read(cx, |content| {
            let bytes = content.get(place).unwrap_or(&[]);
            for (place, &byte) in item.iter_mut().zip(bytes) {
                *place = byte;
            }
            bytes.len()
        })?;
        unpack(cx, self.format(), item.get(..size).unwrap_or(&[]))
    }

    fn index(self, cx: &Context, key: Value) -> PyResult<usize> {
        let index = match Tuple::from_value(key) {
            Some(tuple) if tuple.len() == 1 => tuple.get(0).unwrap_or(key),
            Some(_) => {
                return Err(cx.type_error(format_args!("cannot index 1-dimension view with 2-element tuple")));
            }
            None => key,
        };
        if !cx.has_index(index) {
            return Err(cx.type_error(format_args!("memoryview: invalid slice key")));
        }
        let index = cx.index_of_sequence(index)?;
        normalize_index(index, self.window().count)
            .ok_or_else(|| cx.index_error("index out of bounds on dimension 1"))
    }

    fn slice(self, cx: &Context, slice: Slice) -> PyResult<Window> {
        let window = self.window();
        let indices = cx.slice_indices(slice, window.count)?;
        let start = if indices.count == 0 { window.start } else { window.place(indices.index(0)).start };
        let stride = window.stride.wrapping_mul(indices.step);
        Ok(Window { start, count: indices.count, stride, item_size: window.item_size })
    }
}

fn make(
    cx: &Context,
    (owner, shown): (Value, Value),
    window: Window,
    format: Value,
    read_only: bool,
) -> PyResult {
    let object =
        cx.allocate_instance(<MemoryView as crate::native::NativeType>::CLASS, cx.class(Kind::MemoryView))?;
    cx.initialize(object, OWNER, owner);
    cx.initialize(object, FORMAT, format);
    cx.initialize(object, SHOWN, shown);
    object.raw_store_u64(START, window.start as u64);
    object.raw_store_u64(COUNT, window.count as u64);
    object.raw_store_u64(STRIDE, window.stride as u64);
    object.raw_store_u64(ITEM_SIZE, window.item_size as u64);
    object.raw_store_u64(FLAGS, if read_only { READ_ONLY } else { 0 });
    object.raw_store_u64(MAKER, cx.identifier);
    if let Some(array) = ByteArray::from_value(owner) {
        array.export(cx);
    }
    Ok(Value::from(object))
}

/// The format and the size of an array's items.
fn array_format(cx: &Context, code: Value) -> PyResult<(Value, usize)> {
    let letter = Str::from_value(code).and_then(|code| code.code_point(0));
    match letter.and_then(|letter| u8::try_from(letter).ok()) {
        // Both kinds of characters have four bytes.
        Some(b'u' | b'w') => Ok((cx.str("w")?, 4)),
        Some(letter) => Ok((code, size_of_format(letter).unwrap_or(1))),
        None => Ok((code, 1)),
    }
}

/// A view of all of a bytearray whose `obj` is another object.
///
/// # Errors
/// MemoryError.
pub fn view_shown_as(cx: &Context, array: ByteArray, shown: Value) -> PyResult {
    let format = cx.str("B")?;
    // Exported first, so that the length is still that when the view is made.
    array.export(cx);
    let window = Window { start: 0, count: array.len(), stride: 1, item_size: 1 };
    let view = make(cx, (array.as_value(), shown), window, format, false);
    array.give_back(cx);
    view
}

/// `memoryview(object)`
///
/// # Errors
/// TypeError if the object has no buffer.
pub fn view_of(cx: &Context, object: Value) -> PyResult {
    if let Some(view) = MemoryView::from_value(object) {
        return view.derive(cx, view.window(), view.0.value(FORMAT).unwrap_or(Value::NONE), false);
    }
    let format = cx.str("B")?;
    let window = |count: usize| Window { start: 0, count, stride: 1, item_size: 1 };
    if let Some(bytes) = Bytes::from_value(object) {
        return make(cx, (object, object), window(bytes.len()), format, true);
    }
    if let Some(array) = crate::protocol::buffer::storage(object) {
        let code = object.as_object().filter(|_| object.kind() == Some(Kind::Array));
        let (format, item_size) = match code.and_then(|array| array.value(ARRAY_CODE_SLOT)) {
            Some(code) => array_format(cx, code)?,
            None => (format, 1),
        };
        // Exported first, so that the length is still that when the view is made.
        array.export(cx);
        let window = Window { start: 0, count: array.len() / item_size, stride: item_size as i64, item_size };
        let view = make(cx, (array.as_value(), object), window, format, false);
        array.give_back(cx);
        return view;
    }
    let name = cx.intern_str("__buffer__")?;
    if cx.class_of(object).lookup(cx, name).is_some() {
        let flags = cx.int(0x11c)?;
        let view = cx.call_method(object, name, &[flags])?;
        return match MemoryView::from_value(view) {
            Some(_) => Ok(view),
            None => Err(cx.type_error(format_args!("__buffer__ returned non-memoryview object"))),
        };
    }
    let class_name = cx.type_name(object);
    Err(cx.type_error(format_args!("memoryview: a bytes-like object is required, not '{class_name}'")))
}

#[cold]
fn read_only_error(cx: &Context) -> Raised {
    cx.type_error(format_args!("cannot modify read-only memory"))
}

fn equal(cx: &Context, this: MemoryView, other: Value) -> PyResult<Option<bool>> {
    if this.0.value(OWNER).is_none() || this.owner(cx).map_err(|raised| cx.take_exception(raised)).is_err() {
        return Ok(Some(this.as_value().is(other)));
    }
    if !sequence::is_bytes_like(other) {
        return Ok(None);
    }
    let other = view_of(cx, other)?;
    let Some(other) = MemoryView::from_value(other) else { return Ok(None) };
    let count = this.window().count;
    if count != other.window().count {
        return Ok(Some(false));
    }
    if this.format() == other.format() && !matches!(this.format(), b'f' | b'd' | b'e') {
        return Ok(Some(this.bytes(cx)? == other.bytes(cx)?));
    }
    for index in 0..count {
        let (left, right) = (this.item(cx, index)?, other.item(cx, index)?);
        if !cx.compare_bool(crate::protocol::comparison::CompareOperator::Equal, left, right)? {
            return Ok(Some(false));
        }
    }
    Ok(Some(true))
}

#[pymethods]
impl MemoryView {
    #[pynew(signature = "(object)")]
    fn new(cx: &Context, class: Value, object: Value) -> PyResult {
        let _ = class;
        view_of(cx, object)
    }

    #[pyfinalize]
    fn finalize(cx: &Context, this: MemoryView) {
        this.release(cx);
    }

    /// Release the underlying buffer exposed by the memoryview object.
    #[pymethod(name = "release")]
    fn release_method(cx: &Context, this: MemoryView) {
        this.release(cx);
    }

    #[pymethod]
    fn __enter__(cx: &Context, this: MemoryView) -> PyResult {
        this.owner(cx)?;
        Ok(this.as_value())
    }

    #[pymethod(signature = "($self, /, *arguments)")]
    fn __exit__(cx: &Context, this: MemoryView, arguments: &[Value]) {
        let _ = arguments;
        this.release(cx);
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(this: MemoryView) -> alloc::string::String {
        let address = this.0.address();
        if this.0.raw_u64(FLAGS) & RELEASED != 0 {
            return alloc::format!("<released memory at {address:#x}>");
        }
        alloc::format!("<memory at {address:#x}>")
    }

    /// Return hash(self).
    #[pymethod]
    fn __hash__(cx: &Context, this: MemoryView) -> PyResult<i64> {
        this.owner(cx)?;
        if !this.is_read_only() {
            return Err(cx.value_error(format_args!("cannot hash writable memoryview object")));
        }
        if !matches!(this.format(), b'B' | b'b' | b'c') {
            return Err(
                cx.value_error(format_args!("memoryview: hashing is restricted to formats 'B', 'b' or 'c'"))
            );
        }
        let bytes = this.bytes(cx)?;
        Ok(cx.new_bytes(&bytes)?.hash(cx))
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: MemoryView, value: Value) -> PyResult {
        Ok(equal(cx, this, value)?.map_or(Value::NOT_IMPLEMENTED, Value::from_bool))
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: MemoryView, value: Value) -> PyResult {
        Ok(equal(cx, this, value)?.map_or(Value::NOT_IMPLEMENTED, |equal| Value::from_bool(!equal)))
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(cx: &Context, this: MemoryView) -> PyResult<usize> {
        this.owner(cx)?;
        Ok(this.window().count)
    }

    /// Return self[key].
    #[pymethod]
    fn __getitem__(cx: &Context, this: MemoryView, key: Value) -> PyResult {
        this.owner(cx)?;
        if let Some(slice) = Slice::from_value(key) {
            let window = this.slice(cx, slice)?;
            return this.derive(cx, window, this.0.value(FORMAT).unwrap_or(Value::NONE), false);
        }
        if key.is(Value::ELLIPSIS) {
            return Ok(this.as_value());
        }
        let index = this.index(cx, key)?;
        this.item(cx, index)
    }

    /// Set self[key] to value.
    #[pymethod]
    fn __setitem__(cx: &Context, this: MemoryView, key: Value, value: Value) -> PyResult<()> {
        let owner = this.owner(cx)?;
        let Some(array) = ByteArray::from_value(owner).filter(|_| !this.is_read_only()) else {
            return Err(read_only_error(cx));
        };
        if let Some(slice) = Slice::from_value(key) {
            let target = this.slice(cx, slice)?;
            let source = view_of(cx, value)?;
            let Some(source) = MemoryView::from_value(source) else { return Err(read_only_error(cx)) };
            if source.format() != this.format() || source.window().count != target.count {
                return Err(cx.value_error(format_args!(
                    "memoryview assignment: lvalue and rvalue have different structures"
                )));
            }
            let bytes = source.bytes(cx)?;
            array.with_bytes(cx, |content| {
                for (index, item) in bytes.chunks_exact(target.item_size.max(1)).enumerate() {
                    if let Some(place) = content.get_mut(target.place(index)) {
                        place.copy_from_slice(item);
                    }
                }
            });
            return Ok(());
        }
        let window = this.window();
        let index = this.index(cx, key)?;
        let item = pack(cx, this.format(), window.item_size, value)?;
        // What converts the value may have released the view.
        this.owner(cx)?;
        array.with_bytes(cx, |content| {
            if let Some(place) =
                content.get_mut(window.place(index)).filter(|place| place.len() == item.len())
            {
                place.copy_from_slice(&item);
            }
        });
        Ok(())
    }

    /// Delete self[key].
    #[pymethod]
    fn __delitem__(cx: &Context, this: MemoryView, key: Value) -> PyResult<()> {
        let _ = (this, key);
        Err(cx.type_error(format_args!("cannot delete memory")))
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: MemoryView) -> PyResult {
        this.owner(cx)?;
        crate::types::str_iterator::new(cx, Kind::MemoryViewIterator, this.as_value())
    }

    /// Return the data in the buffer as a byte string.
    ///
    /// Order can be {'C', 'F', 'A'}. When order is 'C' or 'F', the data of the
    /// original array is converted to C or Fortran order. For contiguous views,
    /// 'A' returns an exact copy of the physical memory. In particular, in-memory
    /// Fortran order is preserved. For non-contiguous views, the data is converted
    /// to C first. order=None is the same as order='C'.
    #[pymethod(signature = "($self, /, order='C')")]
    fn tobytes(cx: &Context, this: MemoryView, order: Option<Value>) -> PyResult {
        if let Some(order) = order.filter(|order| !order.is_none()) {
            let known = Str::from_value(order)
                .is_some_and(|order| ["C", "F", "A"].iter().any(|&text| order.equals_ascii(text)));
            if !known {
                return Err(cx.value_error(format_args!("order must be 'C', 'F' or 'A'")));
            }
        }
        let bytes = this.bytes(cx)?;
        cx.bytes(&bytes)
    }

    /// Return the data in the buffer as a list of elements.
    #[pymethod]
    fn tolist(cx: &Context, this: MemoryView) -> PyResult {
        this.owner(cx)?;
        let mut items = cx.scratch();
        for index in 0..this.window().count {
            items.push(this.item(cx, index)?);
        }
        cx.list(items.as_slice())
    }

    /// Return the data in the buffer as a str of hexadecimal numbers.
    ///
    ///   sep
    ///     An optional single character or byte to separate hex bytes.
    ///   bytes_per_sep
    ///     How many bytes between separators.  Positive values count from the
    ///     right, negative values count from the left.
    #[pymethod(signature = "($self, /, sep=<unrepresentable>, bytes_per_sep=1)")]
    fn hex(cx: &Context, this: MemoryView, sep: Option<Value>, bytes_per_sep: i32) -> PyResult<Str> {
        let bytes = this.bytes(cx)?;
        sequence::hexadecimal(cx, &bytes, sep, bytes_per_sep as i64)
    }

    /// Return a readonly version of the memoryview.
    #[pymethod]
    fn toreadonly(cx: &Context, this: MemoryView) -> PyResult {
        this.derive(cx, this.window(), this.0.value(FORMAT).unwrap_or(Value::NONE), true)
    }

    /// Return the number of occurrences of a value.
    #[pymethod]
    fn count(cx: &Context, this: MemoryView, value: Value) -> PyResult<usize> {
        let mut count = 0;
        for index in 0..this.window().count {
            let item = this.item(cx, index)?;
            count += cx.equal(item, value)? as usize;
        }
        Ok(count)
    }

    /// Return the index of the first occurrence of a value.
    ///
    /// Raises ValueError if the value is not present.
    #[pymethod(name = "index", signature = "($self, value, start=0, stop=sys.maxsize, /)")]
    fn index_method(
        cx: &Context,
        this: MemoryView,
        value: Value,
        start: Option<Value>,
        stop: Option<Value>,
    ) -> PyResult<usize> {
        let length = this.window().count;
        let start = crate::types::list_methods::search_bound(cx, start, 0, length)?;
        let stop = crate::types::list_methods::search_bound(cx, stop, usize::MAX, length)?.min(length);
        for index in start..stop {
            let item = this.item(cx, index)?;
            if cx.equal(item, value)? {
                return Ok(index);
            }
        }
        Err(cx.value_error(format_args!("memoryview.index(x): x not found")))
    }

    /// Cast a memoryview to a new format or shape.
    #[pymethod(signature = "($self, /, format, shape=<unrepresentable>)")]
    fn cast(cx: &Context, this: MemoryView, format: Value, shape: Option<Value>) -> PyResult {
        this.owner(cx)?;
        let window = this.window();
        let Some(text) = Str::from_value(format) else {
            let class_name = cx.type_name(format);
            return Err(cx.type_error(format_args!("cast() argument 'format' must be str, not {class_name}")));
        };
        let shown = text.to_utf8_lossy();
        let letter = match shown.strip_prefix('@').unwrap_or(&shown).as_bytes() {
            &[letter] => letter,
            _ => 0,
        };
        let Some(size) = size_of_format(letter) else {
            return Err(cx.value_error(format_args!(
                "memoryview: destination format must be a native single character format prefixed with an optional '@'"
            )));
        };
        if !window.is_contiguous() {
            return Err(cx.type_error(format_args!("memoryview: casts are restricted to C-contiguous views")));
        }
        if !matches!(letter, b'B' | b'b' | b'c') && !matches!(this.format(), b'B' | b'b' | b'c') {
            return Err(cx.type_error(format_args!("memoryview: cannot cast between two non-byte formats")));
        }
        let total = this.byte_count();
        if !total.is_multiple_of(size) {
            return Err(cx.type_error(format_args!("memoryview: length is not a multiple of itemsize")));
        }
        if let Some(shape) = shape {
            let dimensions = cx.collect(shape)?;
            let &[dimension] = dimensions.as_slice() else {
                return Err(cx.raise(
                    ExceptionClass::NotImplementedError,
                    format_args!("memoryview: several dimensions are not supported yet by threadsnake"),
                ));
            };
            if cx.index_i64(dimension)? != (total / size) as i64 {
                return Err(
                    cx.type_error(format_args!("memoryview: product(shape) * itemsize != buffer size"))
                );
            }
        }
        let window =
            Window { start: window.start, count: total / size, stride: size as i64, item_size: size };
        this.derive(cx, window, format, false)
    }

    /// The underlying object of the memoryview.
    #[pygetter]
    fn obj(cx: &Context, this: MemoryView) -> PyResult {
        let owner = this.owner(cx)?;
        Ok(this.0.value(SHOWN).unwrap_or(owner))
    }

    /// The amount of space in bytes that the array would use in a contiguous representation.
    #[pygetter]
    fn nbytes(cx: &Context, this: MemoryView) -> PyResult<usize> {
        this.owner(cx)?;
        Ok(this.byte_count())
    }

    /// A bool indicating whether the memory is read only.
    #[pygetter]
    fn readonly(cx: &Context, this: MemoryView) -> PyResult<bool> {
        this.owner(cx)?;
        Ok(this.is_read_only())
    }

    /// The size in bytes of each element of the memoryview.
    #[pygetter]
    fn itemsize(cx: &Context, this: MemoryView) -> PyResult<usize> {
        this.owner(cx)?;
        Ok(this.window().item_size)
    }

    /// A string containing the format (in struct module style) for each element in the view.
    #[pygetter(name = "format")]
    fn format_text(cx: &Context, this: MemoryView) -> PyResult {
        this.owner(cx)?;
        Ok(this.0.value(FORMAT).unwrap_or(Value::NONE))
    }

    /// An integer indicating how many dimensions of a multi-dimensional array the memory represents.
    #[pygetter]
    fn ndim(cx: &Context, this: MemoryView) -> PyResult<usize> {
        this.owner(cx)?;
        Ok(1)
    }

    /// A tuple of ndim integers giving the shape of the memory as an N-dimensional array.
    #[pygetter]
    fn shape(cx: &Context, this: MemoryView) -> PyResult {
        this.owner(cx)?;
        cx.tuple(&[Value::int_from_length(this.window().count)])
    }

    /// A tuple of ndim integers giving the size in bytes to access each element for each dimension of the array.
    #[pygetter]
    fn strides(cx: &Context, this: MemoryView) -> PyResult {
        this.owner(cx)?;
        let stride = cx.int(this.window().stride)?;
        cx.tuple(&[stride])
    }

    /// A tuple of integers used internally for PIL-style arrays.
    #[pygetter]
    fn suboffsets(cx: &Context, this: MemoryView) -> PyResult {
        this.owner(cx)?;
        cx.tuple(&[])
    }

    /// A bool indicating whether the memory is C contiguous.
    #[pygetter]
    fn c_contiguous(cx: &Context, this: MemoryView) -> PyResult<bool> {
        this.owner(cx)?;
        Ok(this.window().is_contiguous())
    }

    /// A bool indicating whether the memory is Fortran contiguous.
    #[pygetter]
    fn f_contiguous(cx: &Context, this: MemoryView) -> PyResult<bool> {
        this.owner(cx)?;
        Ok(this.window().is_contiguous())
    }

    /// A bool indicating whether the memory is contiguous.
    #[pygetter]
    fn contiguous(cx: &Context, this: MemoryView) -> PyResult<bool> {
        this.owner(cx)?;
        Ok(this.window().is_contiguous())
    }
}

/// The iterator of memory views.
#[pyclass(id = MemoryViewIterator, name = "memory_iterator", slots = 1, raw = 8, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct MemoryViewIterator(ObjectRef);

#[pymethods]
impl MemoryViewIterator {
    #[pynext]
    fn next(cx: &Context, this: MemoryViewIterator) -> PyResult<Option<Value>> {
        let Some(view) = this.0.value(0).and_then(MemoryView::from_value) else { return Ok(None) };
        match crate::types::iterator_state::claim(this.0, 0, view.window().count) {
            Some(index) => view.item(cx, index).map(Some),
            None => {
                cx.clear(this.0, 0);
                Ok(None)
            }
        }
    }
}
