//! `weakref.ref`: references that do not keep their object alive, and their callbacks.
//!
//! An object that is referred to weakly has one weak cell in the heap. The cell's client slot holds a list, made when it is needed:
//! first the weak cells of the plain `ref` and of the plain proxy (or None), which are shared by all who ask, then the weak cells of
//! references that have a callback. The list holds cells, not references, so that a reference which is dropped before its object is
//! gone, and its callback with it.
//!
//! Invariant: the heap finds every dead object's cell (`Mutator::weak_get` is then empty for good) and queues it if its list exists; callbacks run
//! once, newest first, at a safepoint. Source: Objects/weakrefobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::{Context, ScratchVector};
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::{Arguments, ClassFlags, NativeType};
use crate::object_access::ObjectAccess;
use crate::protocol::comparison::CompareOperator;
use crate::types::class::Class;
use crate::types::list::List;
use crate::types::str_object::Str;
use crate::value::Value;

/// Slot of the weak cell.
pub const CELL: usize = 0;
/// Slot of the callback, or empty.
pub const CALLBACK: usize = 1;
/// Number of slots.
pub const SLOTS: u16 = 2;
/// Raw offset of the hash of the object.
const HASH: usize = 0;
/// Raw offset of whether the hash is known.
const HASH_KNOWN: usize = 8;
/// Raw bytes.
pub const RAW_BYTES: u16 = 16;

/// Client slot of a weak cell: the list of references.
const CELL_LIST: usize = 0;
/// Place of the plain reference in the list.
const PLAIN_REFERENCE: usize = 0;
/// Place of the plain proxy in the list.
pub(crate) const PLAIN_PROXY: usize = 1;
/// First place of references with callbacks.
const FIRST_CALLBACK: usize = 2;

/// ref(object, callback=None, /)
#[pyclass(
    id = WeakReference, name = "ReferenceType", module = "weakref", slots = SLOTS, raw = RAW_BYTES,
    signature = "(object, callback=None, /)", flags(SUBCLASSABLE)
)]
pub struct WeakReference(ObjectRef);

/// What a reference or proxy refers to, if it is alive.
pub fn referent(cx: &Context, reference: ObjectRef) -> Option<Value> {
    let cell = reference.value(CELL).and_then(Value::as_object)?;
    cx.mutator().weak_get(cell).map(Value::from)
}

/// The list of references in a weak cell, if there is one.
fn references_of(cell: ObjectRef) -> Option<List> {
    cell.value(CELL_LIST).and_then(List::from_value)
}

fn references_or_new(cx: &Context, cell: ObjectRef) -> PyResult<List> {
    loop {
        if let Some(list) = references_of(cell) {
            return Ok(list);
        }
        let fresh = cx.list_from(&[Value::NONE, Value::NONE])?;
        if cell.is_shared() {
            cx.publish(fresh.as_value());
        }
        if cx.compare_exchange(cell, CELL_LIST, None, Some(fresh.as_value())) {
            return Ok(fresh);
        }
    }
}

fn alive(cx: &Context, cell: Value) -> Option<ObjectRef> {
    if cell.is_none() {
        return None;
    }
    cx.mutator().weak_get(cell.as_object()?)
}

/// The weak cell of an object.
///
/// # Errors
/// TypeError if its class does not support weak references; MemoryError.
fn cell_of(cx: &Context, value: Value) -> PyResult<ObjectRef> {
    let class = cx.class_of(value);
    let object = match value.as_object() {
        Some(object) if supports(class) => object,
        _ => {
            return Err(
                cx.type_error(format_args!("cannot create weak reference to '{}' object", class.name(cx)))
            );
        }
    };
    cx.mutator().weak_cell(object).map_err(|_| cx.memory_error())
}

/// Whether instances of a class can be referred to weakly. Classes that a program makes say so by their flag; native ones also by
/// what they are, which is the list of those in CPython without a place for weak references.
pub(crate) fn supports(class: Class) -> bool {
    if class.flags().has(ClassFlags::NO_WEAK_REFERENCES) {
        return false;
    }
    if !class.is_native() {
        return true;
    }
    let kind = match class.layout() {
        Kind::BaseException => Kind::BaseException,
        layout => class.native().map_or(layout, |native| native.id),
    };
    !matches!(
        kind,
        Kind::Int
            | Kind::Float
            | Kind::Complex
            | Kind::Bool
            | Kind::NoneType
            | Kind::EllipsisType
            | Kind::NotImplementedType
            | Kind::Object
            | Kind::Str
            | Kind::Bytes
            | Kind::ByteArray
            | Kind::Tuple
            | Kind::List
            | Kind::Dict
            | Kind::DefaultDict
            | Kind::Range
            | Kind::Slice
            | Kind::Cell
            | Kind::Frame
            | Kind::Traceback
            | Kind::Property
            | Kind::ClassMethod
            | Kind::StaticMethod
            | Kind::Super
            | Kind::MappingProxy
            | Kind::SimpleNamespace
            | Kind::Union
            | Kind::BaseException
            | Kind::WeakReference
            | Kind::WeakProxy
            | Kind::WeakCallableProxy
            | Kind::ContextVariable
            | Kind::ContextToken
    )
}

/// Notes a reference that has a callback in its object's cell.
fn remember(cx: &Context, cell: ObjectRef, reference: ObjectRef) -> PyResult<()> {
    let list = references_or_new(cx, cell)?;
    let length = list.len();
    // Now and then the references that are gone are taken out, so that the list stays as long as they are many.
    if length > 16 && length.is_power_of_two() {
        forget_dead(cx, list);
    }
    let own = cx.mutator().weak_cell(reference).map_err(|_| cx.memory_error())?;
    list.push(cx, Value::from(own))
}

/// Takes the cells of references that are gone out of a list. Under the lock: another thread may be adding one.
fn forget_dead(cx: &Context, list: List) {
    let _guard = cx.lock(list.object());
    let Some(items) = list.items() else { return };
    let length = list.len().min(items.slot_count());
    let first = FIRST_CALLBACK.min(length);
    let mut kept = first;
    for index in first..length {
        let Some(entry) = items.value(index) else { continue };
        let dead = entry.as_object().is_some_and(|cell| cx.mutator().weak_is_dead(cell));
        if !dead {
            if kept < index {
                cx.store(items, kept, entry);
            }
            kept += 1;
        }
    }
    list.set_len(kept);
    cx.clear_range(items, kept, length - kept);
}

/// Makes a reference the one that all who ask for a plain one share, unless another thread was faster: the one to use.
fn share_plain(cx: &Context, cell: ObjectRef, place: usize, reference: ObjectRef) -> PyResult<ObjectRef> {
    let list = references_or_new(cx, cell)?;
    let own = cx.mutator().weak_cell(reference).map_err(|_| cx.memory_error())?;
    let _guard = cx.lock(list.object());
    if let Some(existing) = list.get(place).and_then(|entry| alive(cx, entry)) {
        return Ok(existing);
    }
    if let Some(items) = list.items()
        && place < items.slot_count()
    {
        cx.store(items, place, Value::from(own));
    }
    Ok(reference)
}

/// A reference or proxy of a class to an object.
///
/// # Errors
/// TypeError if the object's class does not support weak references; MemoryError.
pub(crate) fn new_reference(
    cx: &Context,
    class: Class,
    target: Value,
    callback: Option<Value>,
) -> PyResult<Value> {
    let cell = cell_of(cx, target)?;
    let callback = callback.filter(|callback| !callback.is_none());
    let is_proxy = class.layout() != Kind::WeakReference;
    let place = if is_proxy { PLAIN_PROXY } else { PLAIN_REFERENCE };
    let shareable = callback.is_none() && class.is_native();
    if shareable
        && let Some(existing) =
            references_of(cell).and_then(|list| list.get(place)).and_then(|entry| alive(cx, entry))
    {
        return Ok(Value::from(existing));
    }
    let object = crate::types::class::allocate_of_class(cx, class)?;
    cx.store(object, CELL, Value::from(cell));
    cx.store_optional(object, CALLBACK, callback);
    if callback.is_some() {
        remember(cx, cell, object)?;
    } else if shareable {
        return share_plain(cx, cell, place, object).map(Value::from);
    } else {
        // Of a subclass, without a callback: only to be counted.
        remember(cx, cell, object)?;
    }
    Ok(Value::from(object))
}

/// All references and proxies to an object that are alive.
pub(crate) fn all_references<'a>(cx: &'a Context, target: Value) -> PyResult<ScratchVector<'a>> {
    let mut found = cx.scratch();
    let Some(object) = target.as_object() else { return Ok(found) };
    if !supports(cx.class_of(target)) {
        return Ok(found);
    }
    let cell = cx.mutator().weak_cell(object).map_err(|_| cx.memory_error())?;
    if let Some(list) = references_of(cell) {
        for &entry in list.snapshot(cx).as_slice() {
            if let Some(reference) = alive(cx, entry) {
                found.push(Value::from(reference));
            }
        }
    }
    Ok(found)
}

/// Runs the callbacks of the references to an object that died. What they raise is reported, not raised.
///
/// # Errors
/// None; the type is what safepoints expect.
pub(crate) fn run_callbacks(cx: &Context, cell: ObjectRef) -> PyResult<()> {
    let Some(list) = references_of(cell) else { return Ok(()) };
    let entries = list.snapshot(cx);
    cx.clear(cell, CELL_LIST);
    for &entry in entries.as_slice().get(FIRST_CALLBACK..).unwrap_or(&[]).iter().rev() {
        let Some(reference) = alive(cx, entry) else { continue };
        let Some(callback) = reference.value(CALLBACK) else { continue };
        // Only one thread takes the cell from the queue, so nobody else calls it.
        cx.clear(reference, CALLBACK);
        if let Err(raised) = cx.call(callback, &[Value::from(reference)]) {
            let exception = cx.take_exception(raised);
            crate::types::finalizer::write_unraisable(cx, exception, Some(callback));
        }
    }
    Ok(())
}

fn name_of(cx: &Context, value: Value) -> Option<Str> {
    match cx.find_attribute_or_none(value, cx.name(Name::__name__)) {
        Ok(name) => name.and_then(Str::from_value),
        Err(raised) => {
            cx.take_exception(raised);
            None
        }
    }
}

fn compare(cx: &Context, operator: CompareOperator, this: WeakReference, other: Value) -> PyResult<Value> {
    let Some(other) = WeakReference::from_value(other) else { return Ok(Value::NOT_IMPLEMENTED) };
    match (referent(cx, this.0), referent(cx, other.0)) {
        (Some(left), Some(right)) => cx.rich_compare(operator, left, right),
        _ => Ok(Value::from_bool((this == other) == (operator == CompareOperator::Equal))),
    }
}

#[pymethods]
impl WeakReference {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let class = Class::expect(cx, class)?;
        let base = Class::from_value(cx.class(Kind::WeakReference));
        if !base.is_some_and(|base| class.is_subclass_of(base)) {
            return Err(
                cx.type_error(format_args!("{} is not a subtype of weakref.ReferenceType", class.name(cx)))
            );
        }
        // A subclass may take keywords in its `__init__`.
        match arguments.positional() {
            &[target] => new_reference(cx, class, target, None),
            &[target, callback] => new_reference(cx, class, target, Some(callback)),
            [] => Err(cx.type_error(format_args!("__new__ expected at least 1 argument, got 0"))),
            more => {
                Err(cx.type_error(format_args!("__new__ expected at most 2 arguments, got {}", more.len())))
            }
        }
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: WeakReference, arguments: Arguments<'_>) -> PyResult<()> {
        let _ = this;
        if arguments.keyword_count() > 0 {
            return Err(cx.type_error(format_args!("ref() takes no keyword arguments")));
        }
        Ok(())
    }

    /// Call self as a function.
    #[pymethod(name = "__call__")]
    fn call(cx: &Context, this: WeakReference) -> Option<Value> {
        referent(cx, this.0)
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: WeakReference) -> PyResult<Value> {
        let address = this.0.address();
        let Some(target) = referent(cx, this.0) else {
            return cx.str_format(format_args!("<weakref at {address:#x}; dead>"));
        };
        let class_name = cx.qualified_type_name(target);
        let place = crate::protocol::text::identity(target);
        match name_of(cx, target) {
            Some(name) => cx.str_format(format_args!(
                "<weakref at {address:#x}; to '{class_name}' at {place:#x} ({name})>"
            )),
            None => cx.str_format(format_args!("<weakref at {address:#x}; to '{class_name}' at {place:#x}>")),
        }
    }

    /// Return hash(self).
    #[pymethod(name = "__hash__")]
    fn hash(cx: &Context, this: WeakReference) -> PyResult<i64> {
        if this.0.raw_u64(HASH_KNOWN) != 0 {
            return Ok(this.0.raw_u64(HASH) as i64);
        }
        let Some(target) = referent(cx, this.0) else {
            return Err(cx.type_error(format_args!("weak object has gone away")));
        };
        let hash = cx.hash(target)?;
        this.0.raw_store_u64(HASH, hash as u64);
        // Release pairs with the Acquire load above: who sees the mark sees the hash.
        this.0.raw_store_u64(HASH_KNOWN, 1);
        Ok(hash)
    }

    /// Return self==value.
    #[pymethod(name = "__eq__")]
    fn equal(cx: &Context, this: WeakReference, value: Value) -> PyResult<Value> {
        compare(cx, CompareOperator::Equal, this, value)
    }

    /// Return self!=value.
    #[pymethod(name = "__ne__")]
    fn not_equal(cx: &Context, this: WeakReference, value: Value) -> PyResult<Value> {
        compare(cx, CompareOperator::NotEqual, this, value)
    }

    #[pygetter(name = "__callback__")]
    fn callback(this: WeakReference) -> Option<Value> {
        this.0.value(CALLBACK)
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult<Value> {
        cx.generic_alias(class, object)
    }
}

impl Context {
    /// `object.__weakref__`: some reference to the object, if there is one.
    pub fn first_weak_reference(&self, value: Value) -> Option<Value> {
        match all_references(self, value) {
            Ok(references) => references.as_slice().first().copied(),
            Err(raised) => {
                self.take_exception(raised);
                None
            }
        }
    }

    /// A weak reference to an object.
    ///
    /// # Errors
    /// TypeError if its class does not support them; MemoryError.
    pub fn weak_reference(&self, target: Value) -> PyResult<Value> {
        let class = self.build_on_demand(<WeakReference as NativeType>::CLASS)?;
        new_reference(self, class, target, None)
    }

    /// What a weak reference refers to, if it is one and its object is alive.
    pub fn weak_referent(&self, reference: Value) -> Option<Value> {
        WeakReference::from_value(reference).and_then(|reference| referent(self, reference.0))
    }

    /// ReferenceError of a proxy.
    #[cold]
    pub(crate) fn reference_error(&self) -> crate::error::Raised {
        self.raise(ExceptionClass::ReferenceError, format_args!("weakly-referenced object no longer exists"))
    }
}
