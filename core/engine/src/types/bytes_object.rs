//! `bytes` objects: layout and creation. Methods are in `types/bytes_methods.rs`.
//!
//! Invariant: raw tail: hash (0 = not computed), length, then the bytes, which never change after creation.
//! Source: Objects/bytesobject.c.

use threadsnake_heap::ObjectRef;

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::{Kind, client_flags};
use crate::native::convert::{FromValue, IntoValue, NotValue};
use crate::object_access::ObjectAccess;
use crate::value::Value;

/// A `bytes` object.
#[derive(Copy, Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct Bytes(ObjectRef);

const HASH: usize = 0;
const LENGTH: usize = 8;
/// Raw offset of the bytes.
pub const DATA: usize = 16;

impl Bytes {
    /// The bytes object, if the value is one (subclasses included).
    #[inline(always)]
    pub fn from_value(value: Value) -> Option<Bytes> {
        value.as_kind(Kind::Bytes).map(Bytes)
    }

    /// The bytes object.
    ///
    /// # Errors
    /// TypeError if it is something else.
    pub fn expect(cx: &Context, value: Value) -> PyResult<Bytes> {
        Bytes::from_value(value).ok_or_else(|| cx.type_error_expected("bytes", value))
    }

    /// The object.
    #[inline(always)]
    pub fn object(self) -> ObjectRef {
        self.0
    }

    /// As a value.
    #[inline(always)]
    pub fn as_value(self) -> Value {
        Value::from(self.0)
    }

    /// Whether its class is exactly `bytes`.
    #[inline(always)]
    pub fn is_exact(self) -> bool {
        self.0.client_flags() & client_flags::SUBCLASS == 0
    }

    /// Number of bytes.
    #[inline(always)]
    pub fn len(self) -> usize {
        self.0.raw_u64(LENGTH) as usize
    }

    /// Whether it is empty.
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The bytes.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: the raw tail holds `len` bytes from `DATA` on, which are never written after creation; the borrow of this handle
        // keeps the object on the caller's stack, where the collector sees it.
        unsafe { core::slice::from_raw_parts(self.0.raw_bytes_pointer().add(DATA), self.len()) }
    }

    /// The hash, computed at first use.
    pub fn hash(self, cx: &Context) -> i64 {
        let cached = self.0.raw_u64(HASH);
        if cached != 0 {
            return cached as i64;
        }
        let hash = cx.hash_bytes(self.as_slice());
        // Every thread computes the same number.
        self.0.raw_store_u64(HASH, hash as u64);
        hash
    }

    /// Fills an object of kind `Bytes` that was allocated with `DATA + bytes.len()` raw bytes and that nobody has seen.
    pub(crate) fn fill(object: ObjectRef, bytes: &[u8]) -> Bytes {
        object.raw_store_u64(LENGTH, bytes.len() as u64);
        // SAFETY: the caller allocated room for the bytes, and nobody else sees the object yet.
        unsafe {
            core::ptr::copy_nonoverlapping(bytes.as_ptr(), object.raw_bytes_pointer().add(DATA), bytes.len());
        }
        Bytes(object)
    }
}

impl FromValue for Bytes {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        Bytes::expect(cx, value)
    }
}
impl NotValue for Bytes {}
impl IntoValue for Bytes {
    #[inline(always)]
    fn into_value(self, _cx: &Context) -> PyResult<Value> {
        Ok(self.as_value())
    }
}

impl Context {
    /// A bytes object.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_bytes(&self, bytes: &[u8]) -> PyResult<Bytes> {
        let object = self.allocate(Kind::Bytes, 0, DATA + bytes.len())?;
        Ok(Bytes::fill(object, bytes))
    }

    /// A bytes value.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn bytes(&self, bytes: &[u8]) -> PyResult<Value> {
        Ok(self.new_bytes(bytes)?.as_value())
    }
}
