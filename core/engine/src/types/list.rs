//! `list` objects: layout and the operations the engine itself uses. Methods are in `types/list_methods.rs`.
//!
//! Invariant: slot 0 is the item buffer (a `SlotArray`, empty until the first item), the first raw word the length. Items at and
//! beyond the length are empty words. A reader takes no lock: it loads the length, then the buffer, then the item, and takes an
//! empty word or an index beyond the buffer for "past the end", which the list was at some moment of the read. Writers hold the
//! object's lock, except for overwriting an item, which is one barrier store. A buffer that has been replaced is never
//! written again. Source: Objects/listobject.c for growth and semantics; DESIGN section 4 for the protocol.

use threadsnake_heap::ObjectRef;
use threadsnake_heap::arch::{AtomicU64, Ordering};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::{Kind, client_flags};
use crate::native::convert::{FromValue, IntoValue, NotValue};
use crate::object_access::ObjectAccess;
use crate::value::Value;

/// A `list`.
#[derive(Copy, Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct List(ObjectRef);

/// Slot of the item buffer.
pub const ITEMS: usize = 0;
/// Number of fixed slots.
pub const SLOTS: u16 = 1;
/// Raw bytes: the length.
pub const RAW_BYTES: u16 = 8;
const LENGTH: usize = 0;

/// A capacity for at least `needed` items, with room to grow by half.
fn grown_capacity(needed: usize) -> usize {
    needed.saturating_add(needed / 2).saturating_add(4)
}

impl List {
    /// The list, if the value is one (subclasses included).
    #[inline(always)]
    pub fn from_value(value: Value) -> Option<List> {
        value.as_kind(Kind::List).map(List)
    }

    /// The list.
    ///
    /// # Errors
    /// TypeError if it is something else.
    pub fn expect(cx: &Context, value: Value) -> PyResult<List> {
        List::from_value(value).ok_or_else(|| cx.type_error_expected("list", value))
    }

    /// A list around an object of kind `List`.
    #[inline(always)]
    pub(crate) fn from_object(object: ObjectRef) -> List {
        debug_assert!(object.kind() == Kind::List as u8);
        List(object)
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

    /// Whether its class is exactly `list`.
    #[inline(always)]
    pub fn is_exact(self) -> bool {
        self.0.client_flags() & client_flags::SUBCLASS == 0
    }

    /// Number of items.
    #[inline(always)]
    pub fn len(self) -> usize {
        self.0.raw_u64(LENGTH) as usize
    }

    /// Whether it has no items.
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Sets the length. The caller holds the lock, or the list is private.
    #[inline(always)]
    pub(crate) fn set_len(self, length: usize) {
        self.0.raw_store_u64(LENGTH, length as u64);
    }

    /// The item buffer.
    #[inline(always)]
    pub(crate) fn items(self) -> Option<ObjectRef> {
        // SAFETY: lists have the slot of their buffer, which is empty or holds one.
        unsafe {
            match self.0.slot_unchecked(ITEMS) {
                0 => None,
                word => Some(ObjectRef::from_address(word as usize)),
            }
        }
    }

    /// The item at an index, without a lock.
    #[inline(always)]
    pub fn get(self, index: usize) -> Option<Value> {
        if index >= self.len() {
            return None;
        }
        let items = self.items()?;
        if index < items.slot_count() { items.value(index) } else { None }
    }

    /// The item at an index of an exact list, without a lock.
    #[inline(always)]
    pub(crate) fn get_exact(self, index: usize) -> Option<Value> {
        debug_assert!(self.is_exact());
        // SAFETY: exact lists have `SLOTS` slots, of which `ITEMS` is one and is empty or holds the buffer, and `RAW_BYTES` bytes of which
        // the length is only accessed as an atomic of 8 bytes. Acquire pairs with the Release of whoever changed the list.
        unsafe {
            let length = self.0.raw_behind::<{ SLOTS as usize }, AtomicU64>(LENGTH).load(Ordering::Acquire);
            let items = ObjectRef::from_word(self.0.slot_unchecked(ITEMS))?;
            if index as u64 >= length || index >= items.slot_count() {
                return None;
            }
            Value::from_word(items.slot_unchecked(index))
        }
    }

    /// Overwrites the item at an existing index; false if there is none.
    #[inline(always)]
    pub fn set(self, cx: &Context, index: usize, value: Value) -> bool {
        if self.0.is_shared() {
            return self.set_shared(cx, index, value);
        }
        if index >= self.len() {
            return false;
        }
        match self.items() {
            Some(items) if index < items.slot_count() => {
                cx.store(items, index, value);
                true
            }
            _ => false,
        }
    }

    /// Under the lock, so that the store neither goes to a buffer that another thread is replacing nor revives an item
    /// beyond a length that another thread is cutting.
    #[cold]
    fn set_shared(self, cx: &Context, index: usize, value: Value) -> bool {
        let _guard = cx.lock(self.0);
        match self.items() {
            Some(items) if index < self.len() && index < items.slot_count() => {
                cx.store(items, index, value);
                true
            }
            _ => false,
        }
    }

    /// Appends an item.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn push(self, cx: &Context, value: Value) -> PyResult<()> {
        if !self.0.is_shared() {
            let length = self.len();
            if let Some(items) = self.items()
                && length < items.slot_count()
            {
                cx.store(items, length, value);
                self.set_len(length + 1);
                return Ok(());
            }
        }
        self.push_slow(cx, value)
    }

    #[inline(never)]
    fn push_slow(self, cx: &Context, value: Value) -> PyResult<()> {
        let mut spare = None;
        loop {
            {
                let _guard = cx.lock(self.0);
                let length = self.len();
                if self.ensure_capacity(cx, length + 1, &mut spare)
                    && let Some(items) = self.items()
                {
                    cx.store(items, length, value);
                    self.set_len(length + 1);
                    return Ok(());
                }
            }
            // Allocation is a safepoint, so it happens outside the lock.
            spare = Some(self.new_buffer(cx, self.len() + 1)?);
        }
    }

    /// A buffer for at least `needed` items with room to grow.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn new_buffer(self, cx: &Context, needed: usize) -> PyResult<ObjectRef> {
        let buffer = cx.allocate(Kind::SlotArray, grown_capacity(needed), 0)?;
        if self.0.is_shared() {
            cx.publish_empty(buffer);
        }
        Ok(buffer)
    }

    /// Makes room for `needed` items with the help of a buffer allocated before; false if that is absent or too small. The
    /// caller holds the lock.
    pub(crate) fn ensure_capacity(self, cx: &Context, needed: usize, spare: &mut Option<ObjectRef>) -> bool {
        let items = self.items();
        if items.is_some_and(|items| items.slot_count() >= needed) {
            return true;
        }
        let Some(buffer) = spare.take() else { return false };
        if buffer.slot_count() < needed {
            return false;
        }
        if let Some(items) = items {
            cx.copy_range(items, 0, buffer, 0, self.len().min(items.slot_count()));
        }
        cx.store(self.0, ITEMS, Value::from(buffer));
        true
    }

    /// Removes and returns the last item.
    pub fn pop(self, cx: &Context) -> Option<Value> {
        let _guard = cx.lock(self.0);
        let length = self.len();
        let index = length.checked_sub(1)?;
        let items = self.items()?;
        let value = items.value(index);
        self.set_len(index);
        cx.clear(items, index);
        value
    }

    /// The items of one moment, in a scratch vector.
    pub fn snapshot(self, cx: &Context) -> crate::context::ScratchVector<'_> {
        let mut values = cx.scratch();
        let _guard = cx.lock(self.0);
        if let Some(items) = self.items() {
            let count = self.len().min(items.slot_count());
            // SAFETY: below the number of slots.
            values.extend_from_words(count, |index| unsafe { items.slot_unchecked(index) });
        }
        values
    }

    /// Replaces all items.
    ///
    /// # Errors
    /// MemoryError.
    pub fn replace_all(self, cx: &Context, values: &[Value]) -> PyResult<()> {
        let buffer = if values.is_empty() { None } else { Some(cx.slot_array(values)?) };
        let _guard = cx.lock(self.0);
        // A reader that sees the old length with the new buffer finds an index beyond the buffer or another item that the list
        // holds from now on; the length is cut first and restored last so that no reader sees an empty slot as an item.
        self.set_len(0);
        match buffer {
            Some(buffer) => cx.store(self.0, ITEMS, Value::from(buffer)),
            None => cx.clear(self.0, ITEMS),
        }
        self.set_len(values.len());
        Ok(())
    }
}

impl FromValue for List {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        List::expect(cx, value)
    }
}
impl NotValue for List {}
impl IntoValue for List {
    #[inline(always)]
    fn into_value(self, _cx: &Context) -> PyResult<Value> {
        Ok(self.as_value())
    }
}

impl Context {
    /// An empty list with room for `capacity` items.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_list(&self, capacity: usize) -> PyResult<List> {
        let object = self.allocate(Kind::List, SLOTS as usize, RAW_BYTES as usize)?;
        if capacity > 0 {
            let items = self.allocate(Kind::SlotArray, capacity, 0)?;
            self.store(object, ITEMS, Value::from(items));
        }
        Ok(List(object))
    }

    /// A list of these items.
    ///
    /// # Errors
    /// MemoryError.
    pub fn list_from(&self, items: &[Value]) -> PyResult<List> {
        let object = self.allocate(Kind::List, SLOTS as usize, RAW_BYTES as usize)?;
        if !items.is_empty() {
            let buffer = self.slot_array(items)?;
            self.store(object, ITEMS, Value::from(buffer));
            object.raw_store_u64(LENGTH, items.len() as u64);
        }
        Ok(List(object))
    }

    /// A list value of these items.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn list(&self, items: &[Value]) -> PyResult<Value> {
        Ok(self.list_from(items)?.as_value())
    }

    /// An array of slots holding these values.
    ///
    /// # Errors
    /// MemoryError.
    pub fn slot_array(&self, values: &[Value]) -> PyResult<ObjectRef> {
        let array = self.allocate(Kind::SlotArray, values.len(), 0)?;
        self.mutator().initialize_slots(array, values.iter().map(|value| value.word()));
        Ok(array)
    }

    /// IndexError with this text.
    pub fn index_error(&self, text: &str) -> crate::error::Raised {
        self.raise(ExceptionClass::IndexError, format_args!("{text}"))
    }
}
