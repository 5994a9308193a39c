//! `tuple` objects: layout and creation. Methods are in `types/tuple_methods.rs`.
//!
//! Invariant: the slots are the items, all set before the tuple is reachable by others and never changed; an instance of a
//! subclass with attributes has one slot more, the last (flag `TRAILING_ATTRIBUTES`).

use threadsnake_heap::ObjectRef;

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::{Kind, client_flags};
use crate::native::convert::{FromValue, IntoValue, NotValue};
use crate::object_access::ObjectAccess;
use crate::value::Value;

/// A `tuple`.
#[derive(Copy, Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct Tuple(ObjectRef);

impl Tuple {
    /// The tuple, if the value is one (subclasses included).
    #[inline(always)]
    pub fn from_value(value: Value) -> Option<Tuple> {
        value.as_kind(Kind::Tuple).map(Tuple)
    }

    /// The tuple.
    ///
    /// # Errors
    /// TypeError if it is something else.
    pub fn expect(cx: &Context, value: Value) -> PyResult<Tuple> {
        Tuple::from_value(value).ok_or_else(|| cx.type_error_expected("tuple", value))
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

    /// Whether its class is exactly `tuple`.
    #[inline(always)]
    pub fn is_exact(self) -> bool {
        self.0.client_flags() & client_flags::SUBCLASS == 0
    }

    /// Number of items.
    #[inline(always)]
    pub fn len(self) -> usize {
        let trailing = self.0.client_flags() & client_flags::TRAILING_ATTRIBUTES != 0;
        self.0.slot_count() - trailing as usize
    }

    /// Whether it has no items.
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The item at an index.
    #[inline(always)]
    pub fn get(self, index: usize) -> Option<Value> {
        if index < self.len() { self.0.value(index) } else { None }
    }

    /// The items in order.
    #[inline]
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Value> + ExactSizeIterator {
        // Every item of a reachable tuple is set, so the default is never seen.
        (0..self.len()).map(move |index| self.0.value(index).unwrap_or(Value::NONE))
    }

    /// The items as a slice.
    #[inline]
    pub fn as_slice(&self) -> &[Value] {
        let length = self.len();
        if length == 0 {
            return &[];
        }
        // SAFETY: the slots of a reachable tuple are non-empty words that never change (this type's invariant), they follow the
        // 16-byte header, and the borrow of this handle keeps the object on the caller's stack, where the collector sees it.
        unsafe {
            let first = core::ptr::with_exposed_provenance::<Value>(
                self.0.address() + threadsnake_heap::HEADER_BYTES,
            );
            core::slice::from_raw_parts(first, length)
        }
    }
}

impl FromValue for Tuple {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        Tuple::expect(cx, value)
    }
}
impl NotValue for Tuple {}
impl IntoValue for Tuple {
    #[inline(always)]
    fn into_value(self, _cx: &Context) -> PyResult<Value> {
        Ok(self.as_value())
    }
}

impl Context {
    /// A tuple of these items.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_tuple(&self, items: &[Value]) -> PyResult<Tuple> {
        if items.is_empty() {
            return Ok(self.empty_tuple());
        }
        let object = self.allocate(Kind::Tuple, items.len(), 0)?;
        self.mutator().initialize_slots(object, items.iter().map(|item| item.word()));
        Ok(Tuple(object))
    }

    /// A tuple value of these items.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn tuple(&self, items: &[Value]) -> PyResult<Value> {
        Ok(self.new_tuple(items)?.as_value())
    }

    /// A tuple of items made one by one: `fill` is called for each index after the tuple is allocated, may run anything, and
    /// the tuple is not reachable by others meanwhile.
    ///
    /// # Errors
    /// MemoryError, and what `fill` raises.
    pub fn tuple_from_fn(
        &self,
        length: usize,
        mut fill: impl FnMut(usize) -> PyResult<Value>,
    ) -> PyResult<Tuple> {
        if length == 0 {
            return Ok(self.empty_tuple());
        }
        let mut items = self.scratch();
        for index in 0..length {
            items.push(fill(index)?);
        }
        self.new_tuple(items.as_slice())
    }
}
