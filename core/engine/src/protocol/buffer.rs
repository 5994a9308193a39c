//! The buffer protocol between native code: the bytes of objects that have some.
//!
//! Invariant: immutable bytes are lent as they are; the contents of a bytearray are lent under its lock or copied, never both at the mercy of another thread.
//! Source: Objects/abstract.c (`PyObject_GetBuffer`), PEP 3118, PEP 688.

use alloc::vec::Vec;

use crate::context::Context;
use crate::error::{PyResult, Raised};
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::types::byte_array::ByteArray;
use crate::types::bytes_object::Bytes;
use crate::types::memory_view::MemoryView;
use crate::value::Value;

/// Where an `array.array` keeps its bytes: a bytearray of its own, so that locks, exports and views are the bytearray's.
pub const ARRAY_STORAGE_SLOT: usize = 0;
/// Where an `array.array` keeps its type code, a string.
pub const ARRAY_CODE_SLOT: usize = 1;

/// The bytearray that holds the contents of a bytearray or an array.
pub(crate) fn storage(value: Value) -> Option<ByteArray> {
    match value.kind()? {
        Kind::ByteArray => ByteArray::from_value(value),
        Kind::Array => value.as_object()?.value(ARRAY_STORAGE_SLOT).and_then(ByteArray::from_value),
        _ => None,
    }
}

impl Context {
    #[cold]
    fn not_bytes_like(&self, value: Value) -> Raised {
        self.type_error(format_args!("a bytes-like object is required, not '{}'", self.type_name(value)))
    }

    /// The bytes of a bytes-like object, copied.
    ///
    /// # Errors
    /// TypeError if it is none.
    pub fn bytes_like(&self, value: Value) -> PyResult<Vec<u8>> {
        if let Some(bytes) = Bytes::from_value(value) {
            return Ok(bytes.as_slice().to_vec());
        }
        if let Some(array) = storage(value) {
            return Ok(array.snapshot(self));
        }
        if let Some(view) = MemoryView::from_value(value) {
            return view.bytes(self);
        }
        let name = self.intern_str("__buffer__")?;
        if value.is_object() && self.class_of(value).lookup(self, name).is_some() {
            let view = crate::types::memory_view::view_of(self, value)?;
            if let Some(view) = MemoryView::from_value(view) {
                return view.bytes(self);
            }
        }
        Err(self.not_bytes_like(value))
    }

    /// Hands the bytes of a bytes-like object to a function, uncopied where nobody can change them meanwhile.
    ///
    /// # Errors
    /// TypeError if it is none, and what the function raises.
    pub fn with_bytes<R>(&self, value: Value, function: impl FnOnce(&[u8]) -> PyResult<R>) -> PyResult<R> {
        match Bytes::from_value(value) {
            Some(bytes) => function(bytes.as_slice()),
            None => function(&self.bytes_like(value)?),
        }
    }

    /// The length in bytes of a writable buffer.
    ///
    /// # Errors
    /// TypeError if it is none.
    pub fn writable_length(&self, value: Value) -> PyResult<usize> {
        if let Some(view) = MemoryView::from_value(value).filter(|view| !view.is_read_only()) {
            return Ok(view.byte_count());
        }
        match storage(value) {
            Some(array) => Ok(array.len()),
            None => Err(self.not_writable(value)),
        }
    }

    #[cold]
    fn not_writable(&self, value: Value) -> Raised {
        self.type_error(format_args!(
            "a read-write bytes-like object is required, not '{}'",
            self.type_name(value)
        ))
    }

    /// Writes bytes into a writable buffer from an offset on: how many fitted.
    ///
    /// # Errors
    /// TypeError if it is none.
    pub fn write_into_buffer(&self, value: Value, offset: usize, bytes: &[u8]) -> PyResult<usize> {
        if let Some(view) = MemoryView::from_value(value).filter(|view| !view.is_read_only()) {
            return view.write(self, offset, bytes);
        }
        let Some(array) = storage(value) else { return Err(self.not_writable(value)) };
        Ok(array.with_bytes(self, |content| {
            let place = content.get_mut(offset..).unwrap_or_default();
            let count = place.len().min(bytes.len());
            if let (Some(place), Some(bytes)) = (place.get_mut(..count), bytes.get(..count)) {
                place.copy_from_slice(bytes);
            }
            count
        }))
    }
}
