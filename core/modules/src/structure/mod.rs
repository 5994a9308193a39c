//! The module `_struct`: C structures as bytes.
//!
//! Invariant: a `Struct` owns its parsed format, which never changes; module functions parse theirs at each call.
//! - [`layout`]: formats; [`items`]: values to bytes and back.
//!
//! Source: Modules/_struct.c of CPython 3.14.

mod items;
mod layout;

use alloc::vec::Vec;

use threadsnake_engine::kind::Kind;
use threadsnake_engine::native::state;
use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, PyResult, Value};

use items::{pack_item, struct_error, unpack_item};
use layout::Layout;

pub use native::MODULE;

fn parse(cx: &Context, format: Value) -> PyResult<Layout> {
    let text;
    let bytes;
    let format = if let Some(format) = Str::from_value(format) {
        text = format;
        if let Some(index) = text.code_points().position(|unit| unit >= 128) {
            return Err(cx.unicode_encode_error(
                "ascii",
                text,
                index,
                index + 1,
                "ordinal not in range(128)",
            ));
        }
        text.bytes()
    } else if let Some(format) = Bytes::from_value(format) {
        bytes = format;
        bytes.as_slice()
    } else {
        let class_name = cx.type_name(format);
        return Err(cx.type_error(format_args!(
            "Struct() argument 1 must be a str or bytes object, not {class_name}"
        )));
    };
    Layout::parse(format).map_err(|error| struct_error(cx, format_args!("{}", error.message())))
}

/// Calls `function` with the bytes of a buffer.
fn with_buffer<R>(cx: &Context, buffer: Value, function: impl FnOnce(&[u8]) -> PyResult<R>) -> PyResult<R> {
    match Bytes::from_value(buffer) {
        Some(bytes) => function(bytes.as_slice()),
        None => function(&cx.bytes_like(buffer)?),
    }
}

fn pack(cx: &Context, layout: &Layout, function: &str, values: &[Value]) -> PyResult<Vec<u8>> {
    if values.len() != layout.items {
        return Err(struct_error(
            cx,
            format_args!("{function} expected {} items for packing (got {})", layout.items, values.len()),
        ));
    }
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(layout.size).is_err() {
        return Err(cx.memory_error());
    }
    bytes.resize(layout.size, 0);
    let mut values = values.iter();
    for &code in &layout.codes {
        for index in 0..code.count {
            let start = code.offset + index * code.size;
            let Some((&value, place)) = values.next().zip(bytes.get_mut(start..start + code.size)) else {
                break;
            };
            pack_item(cx, layout, code, value, place)?;
        }
    }
    Ok(bytes)
}

/// The items of a structure whose bytes the caller has checked to be as many as the layout has.
fn unpack(cx: &Context, layout: &Layout, bytes: &[u8]) -> PyResult {
    let mut values = cx.scratch();
    for &code in &layout.codes {
        for index in 0..code.count {
            let start = code.offset + index * code.size;
            let item = bytes.get(start..start + code.size).unwrap_or(&[]);
            values.push(unpack_item(cx, layout, code, item)?);
        }
    }
    cx.tuple(values.as_slice())
}

fn unpack_whole(cx: &Context, layout: &Layout, buffer: Value) -> PyResult {
    with_buffer(cx, buffer, |bytes| {
        if bytes.len() != layout.size {
            return Err(struct_error(cx, format_args!("unpack requires a buffer of {} bytes", layout.size)));
        }
        unpack(cx, layout, bytes)
    })
}

fn unpack_from(cx: &Context, layout: &Layout, buffer: Value, offset: isize) -> PyResult {
    with_buffer(cx, buffer, |bytes| {
        let (length, size) = (bytes.len() as i128, layout.size as i128);
        let mut start = offset as i128;
        if start < 0 {
            if start + size > 0 {
                return Err(struct_error(
                    cx,
                    format_args!("not enough data to unpack {size} bytes at offset {offset}"),
                ));
            }
            if start + length < 0 {
                return Err(struct_error(
                    cx,
                    format_args!("offset {offset} out of range for {length}-byte buffer"),
                ));
            }
            start += length;
        }
        if length - start < size {
            return Err(struct_error(
                cx,
                format_args!(
                    "unpack_from requires a buffer of at least {} bytes for unpacking {size} bytes at offset {start} \
                     (actual buffer size is {length})",
                    size + start
                ),
            ));
        }
        let start = start as usize;
        unpack(cx, layout, bytes.get(start..start + layout.size).unwrap_or(&[]))
    })
}

fn pack_into(cx: &Context, layout: &Layout, arguments: &[Value]) -> PyResult<()> {
    let (&buffer, offset, values) = match arguments {
        [] => return Err(struct_error(cx, format_args!("pack_into expected buffer argument"))),
        [_] => return Err(struct_error(cx, format_args!("pack_into expected offset argument"))),
        [buffer, offset, values @ ..] => (buffer, *offset, values),
    };
    if values.len() != layout.items {
        return Err(struct_error(
            cx,
            format_args!("pack_into expected {} items for packing (got {})", layout.items, values.len()),
        ));
    }
    if !matches!(buffer.kind(), Some(Kind::ByteArray | Kind::MemoryView | Kind::Array)) {
        let class_name = cx.type_name(buffer);
        return Err(cx.type_error(format_args!(
            "pack_into() argument 1 must be read-write bytes-like object, not {class_name}"
        )));
    }
    let given = cx.index_in_range(offset)? as i128;
    let (length, size) = (cx.writable_length(buffer)? as i128, layout.size as i128);
    let mut start = given;
    if start < 0 {
        if start + size > 0 {
            return Err(struct_error(cx, format_args!("no space to pack {size} bytes at offset {given}")));
        }
        if start + length < 0 {
            return Err(struct_error(
                cx,
                format_args!("offset {given} out of range for {length}-byte buffer"),
            ));
        }
        start += length;
    }
    if length - start < size {
        return Err(struct_error(
            cx,
            format_args!(
                "pack_into requires a buffer of at least {} bytes for packing {size} bytes at offset {start} \
                 (actual buffer size is {length})",
                size + start
            ),
        ));
    }
    let bytes = pack(cx, layout, "pack_into", values)?;
    cx.write_into_buffer(buffer, start as usize, &bytes)?;
    Ok(())
}

/// Functions to convert between Python values and C structs.
/// Python bytes objects are used to hold the data representing the C struct
/// and also as format strings (explained below) to describe the layout of data
/// in the C struct.
///
/// The optional first format char indicates byte order, size and alignment:
///   @: native order, size & alignment (default)
///   =: native order, std. size & alignment
///   <: little-endian, std. size & alignment
///   >: big-endian, std. size & alignment
///   !: same as >
///
/// The remaining chars indicate types of args and must match exactly;
/// these can be preceded by a decimal repeat count:
///   x: pad byte (no data); c:char; b:signed byte; B:unsigned byte;
///   ?: _Bool (requires C99; if not available, char is used instead)
///   h:short; H:unsigned short; i:int; I:unsigned int;
///   l:long; L:unsigned long; f:float; d:double; e:half-float.
/// Special cases (preceding decimal count indicates length):
///   s:string (array of char); p: pascal string (with count byte).
/// Special cases (only available in native format):
///   n:ssize_t; N:size_t;
///   P:an integer type that is wide enough to hold a pointer.
/// Special case (not in native mode unless 'long long' in platform C):
///   q:long long; Q:unsigned long long
/// Whitespace between formats is ignored.
///
/// The variable struct.error is an exception raised on errors.
#[threadsnake_macros::pymodule(name = "_struct")]
mod native {
    use threadsnake_engine::engine::Root;
    use threadsnake_engine::native::NativeType;
    use threadsnake_engine::object_access::ObjectAccess;
    use threadsnake_engine::types::class::{allocate_of_class, instance_class};
    use threadsnake_engine::{ExceptionClass, ObjectRef};
    use threadsnake_heap::arch::Ordering;

    use super::*;

    const FORMAT: usize = 0;
    const BUFFER: usize = 0;
    const STRUCT: usize = 1;
    const NEXT_OFFSET: usize = 0;

    /// Struct(fmt) --> compiled struct object
    #[pyclass(id = Struct, name = "Struct", module = "_struct", slots = 1, raw = 8, signature = "(format)", flags(SUBCLASSABLE, NATIVE_STATE))]
    pub struct Struct(ObjectRef);

    impl Struct {
        fn layout(&self, cx: &Context) -> PyResult<&Layout> {
            match state::state::<Layout>(&self.0) {
                Some(layout) => Ok(layout),
                None => Err(
                    cx.raise(ExceptionClass::RuntimeError, format_args!("Struct object is not initialized"))
                ),
            }
        }
    }

    #[pymethods]
    impl Struct {
        #[pynew(signature = "(format)")]
        fn new(cx: &Context, class: Value, format: Value) -> PyResult {
            let class = instance_class(cx, Struct::CLASS, class)?;
            let layout = parse(cx, format)?;
            // The format shows as a string, whatever it was given as.
            let text = match Bytes::from_value(format) {
                Some(bytes) => cx.str_from_latin1(bytes.as_slice())?.as_value(),
                None => format,
            };
            let object = allocate_of_class(cx, class)?;
            cx.initialize(object, FORMAT, text);
            state::set_state(cx, object, layout);
            Ok(Value::from(object))
        }

        #[pymethod]
        fn __init__(this: Value, arguments: threadsnake_engine::native::Arguments<'_>) {
            // `__new__` has done it all.
            let _ = (this, arguments);
        }

        /// struct format string
        #[pygetter]
        fn format(cx: &Context, this: Struct) -> Value {
            this.object().value(FORMAT).unwrap_or_else(|| cx.empty_str().as_value())
        }

        /// struct size in bytes
        #[pygetter]
        fn size(cx: &Context, this: Struct) -> PyResult<usize> {
            Ok(this.layout(cx)?.size)
        }

        /// S.pack(v1, v2, ...) -> bytes
        ///
        /// Return a bytes object containing values v1, v2, ... packed according
        /// to the format string S.format.  See help(struct) for more on format
        /// strings.
        #[pymethod(signature = "(*values)")]
        fn pack(cx: &Context, this: Struct, values: &[Value]) -> PyResult {
            let bytes = super::pack(cx, this.layout(cx)?, "pack", values)?;
            cx.bytes(&bytes)
        }

        /// S.pack_into(buffer, offset, v1, v2, ...)
        ///
        /// Pack the values v1, v2, ... according to the format string S.format
        /// and write the packed bytes into the writable buffer buf starting at
        /// offset.  Note that the offset is a required argument.  See
        /// help(struct) for more on format strings.
        #[pymethod(signature = "(*arguments)")]
        fn pack_into(cx: &Context, this: Struct, arguments: &[Value]) -> PyResult<()> {
            super::pack_into(cx, this.layout(cx)?, arguments)
        }

        /// Return a tuple containing unpacked values.
        ///
        /// Unpack according to the format string Struct.format. The buffer's size
        /// in bytes must be Struct.size.
        ///
        /// See help(struct) for more on format strings.
        #[pymethod]
        fn unpack(cx: &Context, this: Struct, buffer: Value) -> PyResult {
            unpack_whole(cx, this.layout(cx)?, buffer)
        }

        /// Return a tuple containing unpacked values.
        ///
        /// Values are unpacked according to the format string Struct.format.
        ///
        /// The buffer's size in bytes, starting at position offset, must be
        /// at least Struct.size.
        ///
        /// See help(struct) for more on format strings.
        #[pymethod(signature = "(buffer, offset=0)")]
        fn unpack_from(cx: &Context, this: Struct, buffer: Value, offset: isize) -> PyResult {
            super::unpack_from(cx, this.layout(cx)?, buffer, offset)
        }

        /// Return an iterator yielding tuples.
        ///
        /// Tuples are unpacked from the given bytes source, like a repeated
        /// invocation of unpack_from().
        ///
        /// Requires that the bytes length be a multiple of the struct size.
        #[pymethod]
        fn iter_unpack(cx: &Context, this: Struct, buffer: Value) -> PyResult {
            let size = this.layout(cx)?.size;
            if size == 0 {
                return Err(struct_error(
                    cx,
                    format_args!("cannot iteratively unpack with a struct of length 0"),
                ));
            }
            let buffer = match Bytes::from_value(buffer) {
                Some(_) => buffer,
                None => cx.bytes(&cx.bytes_like(buffer)?)?,
            };
            let length = Bytes::from_value(buffer).map_or(0, Bytes::len);
            if !length.is_multiple_of(size) {
                return Err(struct_error(
                    cx,
                    format_args!("iterative unpacking requires a buffer of a multiple of {size} bytes"),
                ));
            }
            let iterator = cx.allocate(Kind::StructIterator, 2, 8)?;
            cx.initialize(iterator, BUFFER, buffer);
            cx.initialize(iterator, STRUCT, this.as_value());
            Ok(Value::from(iterator))
        }
    }

    #[pyclass(id = StructIterator, name = "unpack_iterator", module = "_struct", slots = 2, raw = 8, flags(NOT_INSTANTIABLE))]
    pub struct StructIterator(ObjectRef);

    #[pymethods]
    impl StructIterator {
        #[pynext]
        fn next(cx: &Context, this: StructIterator) -> PyResult<Option<Value>> {
            let object = this.object();
            let (Some(buffer), Some(owner)) = (
                object.value(BUFFER).and_then(Bytes::from_value),
                object.value(STRUCT).and_then(Struct::from_value),
            ) else {
                return Ok(None);
            };
            let layout = owner.layout(cx)?;
            // Relaxed: each thread takes a part of its own; the bytes were published with the iterator.
            let start =
                object.raw_cell_u64(NEXT_OFFSET).fetch_add(layout.size as u64, Ordering::Relaxed) as usize;
            match buffer.as_slice().get(start..start.saturating_add(layout.size)) {
                Some(bytes) => super::unpack(cx, layout, bytes).map(Some),
                None => Ok(None),
            }
        }

        #[pymethod]
        fn __length_hint__(cx: &Context, this: StructIterator) -> PyResult<usize> {
            let object = this.object();
            let (Some(buffer), Some(owner)) = (
                object.value(BUFFER).and_then(Bytes::from_value),
                object.value(STRUCT).and_then(Struct::from_value),
            ) else {
                return Ok(0);
            };
            let size = owner.layout(cx)?.size;
            let rest = buffer.len().saturating_sub(object.raw_u64(NEXT_OFFSET) as usize);
            Ok(rest.checked_div(size).unwrap_or(0))
        }
    }

    /// Clear the internal cache.
    #[pyfunction]
    fn _clearcache() {}

    /// Return size in bytes of the struct described by the format string.
    #[pyfunction]
    fn calcsize(cx: &Context, format: Value) -> PyResult<usize> {
        Ok(parse(cx, format)?.size)
    }

    /// pack(format, v1, v2, ...) -> bytes
    ///
    /// Return a bytes object containing the values v1, v2, ... packed according
    /// to the format string.  See help(struct) for more on format strings.
    #[pyfunction(signature = "(format, /, *values)")]
    fn pack(cx: &Context, format: Value, values: &[Value]) -> PyResult {
        let bytes = super::pack(cx, &parse(cx, format)?, "pack", values)?;
        cx.bytes(&bytes)
    }

    /// pack_into(format, buffer, offset, v1, v2, ...)
    ///
    /// Pack the values v1, v2, ... according to the format string and write
    /// the packed bytes into the writable buffer buf starting at offset.  Note
    /// that the offset is a required argument.  See help(struct) for more
    /// on format strings.
    #[pyfunction(signature = "(format, /, *arguments)")]
    fn pack_into(cx: &Context, format: Value, arguments: &[Value]) -> PyResult<()> {
        super::pack_into(cx, &parse(cx, format)?, arguments)
    }

    /// Return a tuple containing values unpacked according to the format string.
    ///
    /// The buffer's size in bytes must be calcsize(format).
    ///
    /// See help(struct) for more on format strings.
    #[pyfunction]
    fn unpack(cx: &Context, format: Value, buffer: Value) -> PyResult {
        unpack_whole(cx, &parse(cx, format)?, buffer)
    }

    /// Return a tuple containing values unpacked according to the format string.
    ///
    /// The buffer's size, minus offset, must be at least calcsize(format).
    ///
    /// See help(struct) for more on format strings.
    #[pyfunction(signature = "(format, /, buffer, offset=0)")]
    fn unpack_from(cx: &Context, format: Value, buffer: Value, offset: isize) -> PyResult {
        super::unpack_from(cx, &parse(cx, format)?, buffer, offset)
    }

    /// Return an iterator yielding tuples unpacked from the given bytes.
    ///
    /// The bytes are unpacked according to the format string, like
    /// a repeated invocation of unpack_from().
    ///
    /// Requires that the bytes length be a multiple of the format struct size.
    #[pyfunction]
    fn iter_unpack(cx: &Context, format: Value, buffer: Value) -> PyResult {
        let made = Struct::new(cx, cx.class(Kind::Struct), format)?;
        Struct::iter_unpack(cx, Struct::expect(cx, made)?, buffer)
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        // A module that is made again has the same exception.
        let error = match cx.root(Root::StructError) {
            Some(error) => error,
            None => {
                let namespace = cx.new_dict()?;
                namespace.set_str(cx, cx.intern_str("__module__")?, cx.str("struct")?)?;
                let bases = cx.tuple(&[cx.exception_class(ExceptionClass::Exception)])?;
                let name = cx.str("error")?;
                cx.call(cx.class(Kind::Type), &[name, bases, namespace.as_value()])?
            }
        };
        cx.set_root(Root::StructError, Some(error));
        let names = cx.module_dict(module)?;
        names.set_str(cx, cx.intern_str("error")?, error)
    }
}
