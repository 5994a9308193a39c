//! Classes: layout of `type` objects, attribute lookup along the MRO, versions, allocation of instances. Creation of classes from
//! Python is in `types/type_new.rs`, methods of `type` in `types/type_methods.rs`.
//!
//! Invariant: a class's dict is changed only through [`Class::set_attribute`] (and its deletion), under the engine's lock for types,
//! which blocks caching, changes the dict, and resets the versions of the class, its shapes and all its subclasses. The MRO is a
//! tuple replaced as a whole. A class's shape trees start at `instance_shape` (slots) and `dict_shape`.
//! Source: Objects/typeobject.c for semantics.

use threadsnake_heap::{AllocationOptions, ObjectRef};

use crate::context::{Context, METHOD_CACHE_ENTRIES, MethodCacheEntry};
use crate::error::{ExceptionClass, PyResult};
use crate::kind::{Kind, client_flags};
use crate::names::Name;
use crate::native::{ClassFlags, NativeClass};
use crate::object_access::ObjectAccess;
use crate::shape::{CHANGING, Mode, NO_VERSION, Shape, new_shape, version_of};
use crate::types::dict::Dict;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// A class.
#[derive(Copy, Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct Class(ObjectRef);

/// Slots of a class object.
pub mod slot {
    /// `__name__`
    pub const NAME: usize = 0;
    /// `__qualname__`
    pub const QUALIFIED_NAME: usize = 1;
    /// `__bases__`
    pub const BASES: usize = 2;
    /// `__mro__`
    pub const MRO: usize = 3;
    /// The namespace.
    pub const DICT: usize = 4;
    /// Dict from the id of each direct subclass to a weak cell of it.
    pub const SUBCLASSES: usize = 5;
    /// Shape of new instances.
    pub const INSTANCE_SHAPE: usize = 6;
    /// Shape of instances that keep attributes in a dict.
    pub const DICT_SHAPE: usize = 7;
    /// List of all roots of shape trees ever used.
    pub const SHAPES: usize = 8;
    /// The base whose layout instances extend (`__base__`).
    pub const BASE: usize = 9;
    /// A dict for attributes that a metaclass's `__slots__` or members store; and the type's own documentation.
    pub const EXTRA: usize = 10;
    /// Number of slots.
    pub const COUNT: u16 = 11;
}

/// Raw bytes of a class object. The version comes first, as in a shape.
mod raw {
    pub const FLAGS: usize = 8;
    pub const LAYOUT: usize = 12;
    pub const NATIVE_ID: usize = 13;
    pub const SLOT_COUNT: usize = 16;
    pub const RAW_BYTES: usize = 20;
    pub const INLINE_HINT: usize = 24;
    pub const NEXT: usize = 32;
    pub const NATIVE: usize = 40;
    pub const SIZE: u16 = 48;
}
/// Raw bytes of a class object.
pub const RAW_BYTES: u16 = raw::SIZE;

/// Attribute slots of the first instances of a class; later ones get as many as earlier ones came to use.
const FIRST_INLINE_CAPACITY: u32 = 4;
const MAXIMUM_INLINE_CAPACITY: u32 = 32;

/// The native next-item function of an iterator class.
pub type NativeNext = fn(&Context, Value) -> PyResult<Option<Value>>;

impl Class {
    /// The class, if the value is one.
    #[inline(always)]
    pub fn from_value(value: Value) -> Option<Class> {
        value.as_kind(Kind::Type).map(Class)
    }

    /// The class.
    ///
    /// # Errors
    /// TypeError if it is something else.
    pub fn expect(cx: &Context, value: Value) -> PyResult<Class> {
        Class::from_value(value).ok_or_else(|| cx.type_error_expected("type", value))
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

    /// `__name__`
    pub fn name(self, cx: &Context) -> Str {
        self.0.value(slot::NAME).and_then(Str::from_value).unwrap_or_else(|| cx.empty_str())
    }

    /// `__qualname__`
    pub fn qualified_name(self, cx: &Context) -> Str {
        self.0.value(slot::QUALIFIED_NAME).and_then(Str::from_value).unwrap_or_else(|| self.name(cx))
    }

    /// `__bases__`
    pub fn bases(self, cx: &Context) -> Tuple {
        self.0.value(slot::BASES).and_then(Tuple::from_value).unwrap_or_else(|| cx.empty_tuple())
    }

    /// `__mro__`
    #[inline(always)]
    pub fn mro(self) -> Option<Tuple> {
        self.0.value(slot::MRO).and_then(Tuple::from_value)
    }

    /// `__base__`
    pub fn base(self) -> Option<Class> {
        self.0.value(slot::BASE).and_then(Class::from_value)
    }

    /// The namespace.
    #[inline(always)]
    pub fn dict(self) -> Option<Dict> {
        self.0.value(slot::DICT).and_then(Dict::from_value)
    }

    /// Properties.
    #[inline(always)]
    pub fn flags(self) -> ClassFlags {
        ClassFlags(self.0.raw_u32(raw::FLAGS))
    }

    /// Sets the properties.
    pub fn set_flags(self, flags: ClassFlags) {
        self.0.raw_store_u32(raw::FLAGS, flags.0);
    }

    /// Adds a property, in turn with whoever else changes those of classes.
    pub fn add_flag(self, cx: &Context, flag: ClassFlags) {
        let _guard = cx.engine().types_lock.lock(cx);
        self.set_flags(self.flags().with(flag));
    }

    /// The layout of instances.
    #[inline(always)]
    pub fn layout(self) -> Kind {
        Kind::from_number(self.0.raw_u8(raw::LAYOUT)).unwrap_or(Kind::Object)
    }

    /// The id of the nearest native class.
    #[inline(always)]
    pub(crate) fn native_id(self) -> Kind {
        Kind::from_number(self.0.raw_u8(raw::NATIVE_ID)).unwrap_or(Kind::Object)
    }

    /// The nearest native class: itself, or the base it gets its layout from.
    pub fn native(self) -> Option<&'static NativeClass> {
        let address = self.0.raw_u64(raw::NATIVE) as usize;
        if address == 0 {
            return None;
        }
        // SAFETY: only `set_layout` writes the word, from a `&'static NativeClass`.
        Some(unsafe { &*core::ptr::with_exposed_provenance::<NativeClass>(address) })
    }

    /// Whether it is a native class itself, not a subclass made in Python.
    #[inline(always)]
    pub fn is_native(self) -> bool {
        !self.flags().has(ClassFlags::HEAP_TYPE)
    }

    /// Slots of instances before attributes.
    #[inline(always)]
    pub fn slot_count(self) -> usize {
        self.0.raw_u32(raw::SLOT_COUNT) as usize
    }

    /// Raw bytes of instances of fixed size.
    #[inline(always)]
    pub fn raw_bytes(self) -> usize {
        self.0.raw_u32(raw::RAW_BYTES) as usize
    }

    /// The native next-item function, if instances are native iterators whose `__next__` was not replaced.
    #[inline(always)]
    pub fn native_next(self) -> Option<NativeNext> {
        let address = self.0.raw_u64(raw::NEXT) as usize;
        if address == 0 {
            return None;
        }
        // SAFETY: only `set_native_next` writes the word, from a function pointer of this type.
        Some(unsafe {
            core::mem::transmute::<*const (), NativeNext>(core::ptr::with_exposed_provenance(address))
        })
    }

    /// Sets or forgets the native next-item function.
    pub(crate) fn set_native_next(self, next: Option<NativeNext>) {
        let address = next.map_or(0, |next| (next as *const ()).expose_provenance());
        self.0.raw_store_u64(raw::NEXT, address as u64);
    }

    /// Sets what instances look like.
    pub(crate) fn set_layout(
        self,
        layout: Kind,
        native: &'static NativeClass,
        slots: usize,
        raw_bytes: usize,
    ) {
        self.0.raw_store_u8(raw::LAYOUT, layout as u8);
        self.0.raw_store_u8(raw::NATIVE_ID, native.id as u8);
        self.0.raw_store_u32(raw::SLOT_COUNT, slots as u32);
        self.0.raw_store_u32(raw::RAW_BYTES, raw_bytes as u32);
        self.0.raw_store_u64(raw::NATIVE, (&raw const *native).expose_provenance() as u64);
        self.0.raw_store_u32(raw::INLINE_HINT, FIRST_INLINE_CAPACITY);
    }

    /// Whether it is `other` or inherits from it.
    #[inline]
    pub fn is_subclass_of(self, other: Class) -> bool {
        if self == other {
            return true;
        }
        let wanted = other.as_value();
        match self.mro() {
            Some(mro) => mro.as_slice().iter().any(|class| class.is(wanted)),
            None => false,
        }
    }

    /// The shape of new instances.
    #[inline(always)]
    pub fn instance_shape(self) -> Option<Shape> {
        self.0.value(slot::INSTANCE_SHAPE).and_then(Value::as_object).map(Shape::from_object)
    }

    /// The shape of instances that keep attributes in a dict, made at first use.
    ///
    /// # Errors
    /// MemoryError.
    pub fn dict_shape(self, cx: &Context) -> PyResult<Shape> {
        if let Some(shape) = self.0.value(slot::DICT_SHAPE).and_then(Value::as_object) {
            return Ok(Shape::from_object(shape));
        }
        let fresh = new_shape(cx, self.as_value(), Mode::Dict, self.slot_count() as u32, 0, 0)?;
        let fresh_value = Value::from(fresh.object());
        if cx.compare_exchange(self.0, slot::DICT_SHAPE, None, Some(fresh_value)) {
            self.remember_shape(cx, fresh)?;
            return Ok(fresh);
        }
        Ok(self.0.value(slot::DICT_SHAPE).and_then(Value::as_object).map_or(fresh, Shape::from_object))
    }

    fn remember_shape(self, cx: &Context, shape: Shape) -> PyResult<()> {
        if let Some(shapes) = self.0.value(slot::SHAPES).and_then(crate::types::list::List::from_value) {
            shapes.push(cx, Value::from(shape.object()))?;
        }
        Ok(())
    }

    /// Starts the list of shapes with the one that `INSTANCE_SHAPE` holds already.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn remember_first_shape(self, cx: &Context) -> PyResult<()> {
        let shapes = cx.new_list(0)?;
        cx.store(self.0, slot::SHAPES, shapes.as_value());
        match self.instance_shape() {
            Some(shape) => self.remember_shape(cx, shape),
            None => Ok(()),
        }
    }

    /// Makes the shapes of a new class.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn initialize_shapes(self, cx: &Context) -> PyResult<()> {
        let shapes = cx.new_list(0)?;
        cx.store(self.0, slot::SHAPES, shapes.as_value());
        self.new_instance_shape(cx, self.0.raw_u32(raw::INLINE_HINT))?;
        Ok(())
    }

    fn new_instance_shape(self, cx: &Context, inline_capacity: u32) -> PyResult<Shape> {
        let flags = self.flags();
        let mode = if flags.has(ClassFlags::HAS_DICT) { Mode::Slots } else { Mode::Fixed };
        let capacity =
            if flags.has(ClassFlags::VARIABLE_SIZE) || mode == Mode::Fixed { 0 } else { inline_capacity };
        let shape = new_shape(cx, self.as_value(), mode, self.slot_count() as u32, capacity, 0)?;
        cx.store(self.0, slot::INSTANCE_SHAPE, Value::from(shape.object()));
        self.remember_shape(cx, shape)?;
        Ok(shape)
    }

    /// Learns that instances come to have this many attributes: later instances get as many slots of their own.
    #[cold]
    pub(crate) fn note_attribute_count(self, cx: &Context, count: u32) -> PyResult<()> {
        let hint = self.0.raw_u32(raw::INLINE_HINT);
        let wanted = count.next_multiple_of(2).min(MAXIMUM_INLINE_CAPACITY);
        if wanted > hint && !self.flags().has(ClassFlags::VARIABLE_SIZE) {
            self.0.raw_store_u32(raw::INLINE_HINT, wanted);
            self.new_instance_shape(cx, wanted)?;
        }
        Ok(())
    }

    /// A version that names the class's attributes and its bases', for caches; none while it is being changed. Take it *before* the
    /// lookup.
    #[inline(always)]
    pub fn version(self, cx: &Context) -> Option<u64> {
        version_of(cx, self.0)
    }

    /// The attribute along the MRO, without descriptors. The name must be interned.
    #[inline]
    pub fn lookup(self, cx: &Context, name: Str) -> Option<Value> {
        let name_word = name.as_value().word();
        let Some(version) = self.version(cx) else { return self.lookup_slow(cx, name) };
        let index = (version.wrapping_mul(0x9E37_79B9) ^ (name_word >> 4)) as usize % METHOD_CACHE_ENTRIES;
        if let Some(place) = cx.method_cache.get(index) {
            let entry = place.get();
            if entry.version == version && entry.name == name_word {
                // The class has not changed since, so whatever its dicts held then they hold still.
                return Value::from_word(entry.value);
            }
            let value = self.lookup_slow(cx, name);
            // An interned string may die and its address be used again while the version lives on: only names that the
            // intern table keeps are remembered.
            if name.is_interned() {
                place.set(MethodCacheEntry { version, name: name_word, value: Value::word_or_empty(value) });
            }
            return value;
        }
        self.lookup_slow(cx, name)
    }

    /// The attribute along the MRO, past all caches.
    pub fn lookup_slow(self, cx: &Context, name: Str) -> Option<Value> {
        self.lookup_with_owner(cx, name).map(|(value, _)| value)
    }

    /// The attribute along the MRO and the class whose dict holds it.
    pub fn lookup_with_owner(self, cx: &Context, name: Str) -> Option<(Value, Class)> {
        let Some(mro) = self.mro() else {
            return own_attribute(cx, self, name).map(|value| (value, self));
        };
        for class in mro.iter() {
            if let Some(class) = Class::from_value(class)
                && let Some(value) = own_attribute(cx, class, name)
            {
                return Some((value, class));
            }
        }
        None
    }

    /// [`Class::lookup`] for one of the engine's names.
    #[inline(always)]
    pub fn lookup_name(self, cx: &Context, name: Name) -> Option<Value> {
        self.lookup(cx, cx.name(name))
    }

    /// Whether instances are initialized by something besides `object.__init__`, which may take arguments of its own.
    pub fn has_own_initializer(self, cx: &Context) -> bool {
        self.lookup_name(cx, Name::__init__) != cx.root(crate::engine::Root::ObjectInit)
    }

    /// Sets (or with `None` deletes) an attribute of the class itself, past descriptors of its metaclass; false if there was none to
    /// delete. The name must be interned.
    ///
    /// # Errors
    /// MemoryError.
    pub fn set_attribute(self, cx: &Context, name: Str, value: Option<Value>) -> PyResult<bool> {
        let Some(dict) = self.dict() else { return Ok(false) };
        let _guard = cx.engine().types_lock.lock(cx);
        self.reset_versions(cx, CHANGING)?;
        let result = match value {
            Some(value) => dict.set_str(cx, name, value).map(|()| true),
            None => dict.remove(cx, name.as_value()).map(|removed| removed.is_some()),
        };
        if name.equals_ascii("__next__") {
            self.forget_native_next(cx)?;
        }
        if value.is_some() && name.equals_ascii("__del__") {
            cx.note_finalizer();
            for class in self.with_subclasses(cx)?.as_slice() {
                if let Some(class) = Class::from_value(*class) {
                    class.set_flags(class.flags().with(ClassFlags::HAS_FINALIZER));
                }
            }
        }
        self.reset_versions(cx, NO_VERSION)?;
        result
    }

    fn forget_native_next(self, cx: &Context) -> PyResult<()> {
        for class in self.with_subclasses(cx)?.as_slice() {
            if let Some(class) = Class::from_value(*class) {
                class.set_native_next(None);
            }
        }
        Ok(())
    }

    /// Sets the versions of the class, its shapes and all its subclasses. The caller holds the lock for types.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn reset_versions(self, cx: &Context, version: u64) -> PyResult<()> {
        for class in self.with_subclasses(cx)?.as_slice() {
            let Some(class) = Class::from_value(*class) else { continue };
            class.0.raw_store_u64(crate::shape::VERSION, version);
            if let Some(shapes) = class.0.value(slot::SHAPES).and_then(crate::types::list::List::from_value) {
                for index in 0..shapes.len() {
                    if let Some(shape) = shapes.get(index).and_then(Value::as_object) {
                        Shape::from_object(shape).reset_versions(cx, version);
                    }
                }
            }
        }
        Ok(())
    }

    /// The class and all classes that inherit from it.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn with_subclasses(self, cx: &Context) -> PyResult<crate::context::ScratchVector<'_>> {
        let mut classes = cx.scratch();
        classes.push(self.as_value());
        let mut next = 0;
        while let Some(class) = classes.as_slice().get(next).copied().and_then(Class::from_value) {
            next += 1;
            for subclass in class.direct_subclasses(cx).as_slice() {
                if !classes.as_slice().iter().any(|known| known.is(*subclass)) {
                    classes.push(*subclass);
                }
            }
        }
        Ok(classes)
    }

    /// The classes that name this one as a base and are still alive.
    pub fn direct_subclasses(self, cx: &Context) -> crate::context::ScratchVector<'_> {
        let mut classes = cx.scratch();
        if let Some(cells) = self.0.value(slot::SUBCLASSES).and_then(Dict::from_value) {
            let mut entry = 0;
            while let Some((next, _, cell)) = cells.next_item(entry) {
                entry = next;
                if let Some(class) = cell.as_object().and_then(|cell| cx.mutator().weak_get(cell)) {
                    classes.push(Value::from(class));
                }
            }
        }
        classes
    }

    /// Notes a new direct subclass.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn add_subclass(self, cx: &Context, subclass: Class) -> PyResult<()> {
        let cells = match self.0.value(slot::SUBCLASSES).and_then(Dict::from_value) {
            Some(cells) => cells,
            None => {
                let fresh = cx.new_dict()?;
                if !cx.compare_exchange(self.0, slot::SUBCLASSES, None, Some(fresh.as_value())) {
                    return self.add_subclass(cx, subclass);
                }
                fresh
            }
        };
        let cell = match cx.mutator().weak_cell(subclass.0) {
            Ok(cell) => cell,
            Err(_) => return Err(cx.memory_error()),
        };
        let key = Value::small_int_unchecked(subclass.0.address() as i64 >> 4);
        cells.set(cx, key, Value::from(cell))
    }

    /// Forgets a direct subclass (its bases change).
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn remove_subclass(self, cx: &Context, subclass: Class) -> PyResult<()> {
        if let Some(cells) = self.0.value(slot::SUBCLASSES).and_then(Dict::from_value) {
            let key = Value::small_int_unchecked(subclass.0.address() as i64 >> 4);
            cells.remove(cx, key)?;
        }
        Ok(())
    }
}

fn own_attribute(cx: &Context, class: Class, name: Str) -> Option<Value> {
    let dict = class.dict()?;
    match dict.get_str(cx, name) {
        Ok(value) => value,
        // A key that is not a string compared unequal by raising: such a key cannot be the attribute.
        Err(raised) => {
            cx.take_exception(raised);
            None
        }
    }
}

impl Context {
    /// The class of a value.
    #[inline(always)]
    pub fn class_of(&self, value: Value) -> Class {
        if let Some(object) = value.as_object()
            && let Some(class) = Shape::of(object).and_then(|shape| Class::from_value(shape.class()))
        {
            return class;
        }
        self.class_of_word(value)
    }

    #[inline(never)]
    fn class_of_word(&self, value: Value) -> Class {
        let kind = if value.is_small_int() {
            Kind::Int
        } else if value.is_tagged_float() {
            Kind::Float
        } else if value.is_bool() {
            Kind::Bool
        } else if value.is_none() {
            Kind::NoneType
        } else if value.is(Value::NOT_IMPLEMENTED) {
            Kind::NotImplementedType
        } else if value.is(Value::ELLIPSIS) {
            Kind::EllipsisType
        } else {
            // Objects made before their class existed.
            value.kind().unwrap_or(Kind::Object)
        };
        let class_of_kind = |kind: Kind| Class::from_value(self.class(kind));
        if let Some(class) = class_of_kind(kind) {
            return class;
        }
        // A kind that is instantiated without a row in the table of classes: its objects are plain ones to Python code.
        debug_assert!(false, "{kind:?} has no class");
        match class_of_kind(Kind::Object) {
            Some(class) => class,
            None => unreachable!("`object` is the first class of all"),
        }
    }

    /// The name of a value's class, for messages: with the module for native classes outside of `builtins`.
    pub fn type_name(&self, value: Value) -> Str {
        let class = self.class_of(value);
        let dotted = match class.native() {
            Some(native) if class.is_native() && native.module != "builtins" => {
                self.new_str(&crate::types::type_new::dotted_name(self, class))
            }
            _ => return class.name(self),
        };
        match dotted {
            Ok(name) => name,
            // No memory for a longer text: the message does with the short one.
            Err(raised) => {
                self.take_exception(raised);
                class.name(self)
            }
        }
    }

    /// The name of a value's class as `type(value).__name__` has it: for `repr` and its kin.
    pub fn short_type_name(&self, value: Value) -> Str {
        self.class_of(value).name(self)
    }

    /// Whether a value is an instance of a class, by its real class only.
    #[inline]
    pub fn is_instance_of(&self, value: Value, class: Class) -> bool {
        self.class_of(value).is_subclass_of(class)
    }

    /// Whether a value is an instance of a builtin kind's class.
    #[inline]
    pub fn is_instance_of_kind(&self, value: Value, kind: Kind) -> bool {
        match Class::from_value(self.class(kind)) {
            Some(class) => self.is_instance_of(value, class),
            None => false,
        }
    }
}

/// Allocates an instance of `class` of fixed size, with empty slots.
///
/// # Errors
/// MemoryError.
pub fn allocate_of_class(cx: &Context, class: Class) -> PyResult<ObjectRef> {
    allocate_sized(cx, class, class.slot_count(), class.raw_bytes())
}

/// Allocates an instance of `class` whose size varies: `slots` and `raw_bytes` besides the trailing slot for attributes.
///
/// # Errors
/// MemoryError.
pub fn allocate_variable(cx: &Context, class: Class, slots: usize, raw_bytes: usize) -> PyResult<ObjectRef> {
    allocate_sized(cx, class, slots, raw_bytes)
}

fn allocate_sized(cx: &Context, class: Class, slots: usize, raw_bytes: usize) -> PyResult<ObjectRef> {
    let flags = class.flags();
    let Some(shape) = class.instance_shape() else {
        return Err(cx.type_error(format_args!("cannot create '{}' instances", class.name(cx))));
    };
    let variable = flags.has(ClassFlags::VARIABLE_SIZE);
    let mut total = slots;
    // A native class may extend another's layout: `defaultdict` is a dict, but no exact one.
    let derived =
        flags.has(ClassFlags::HEAP_TYPE) || class.native().is_some_and(|native| native.id != native.layout);
    let mut object_flags = if derived { client_flags::SUBCLASS } else { 0 };
    if shape.mode() != Mode::Fixed {
        total += 1;
        if variable {
            object_flags |= client_flags::TRAILING_ATTRIBUTES;
        } else {
            total += shape.inline_capacity() as usize;
        }
    }
    let mut options = AllocationOptions::NONE;
    if flags.has(ClassFlags::HAS_FINALIZER) || flags.has(ClassFlags::NATIVE_FINALIZER) {
        options = options | AllocationOptions::FINALIZABLE;
    }
    if flags.has(ClassFlags::NATIVE_STATE) {
        options = options | AllocationOptions::NATIVE_MEMORY;
    }
    let layout = class.layout();
    if layout == Kind::Type {
        options = options | AllocationOptions::STUCK;
    }
    let object = cx.allocate_with(layout, shape.word(), total, raw_bytes, options)?;
    if object_flags != 0 {
        object.initialize_client_flags(object_flags);
    }
    Ok(object)
}

/// The class that `native.__new__` is to make an instance of.
///
/// # Errors
/// TypeError if it is no subclass of the native class.
pub fn instance_class(cx: &Context, native: &'static NativeClass, class: Value) -> PyResult<Class> {
    let class = Class::expect(cx, class)?;
    let base = Class::from_value(cx.class(native.id));
    if base.is_some_and(|base| class.is_subclass_of(base)) {
        return Ok(class);
    }
    Err(cx.raise(
        ExceptionClass::TypeError,
        format_args!(
            "{}.__new__({}): {} is not a subtype of {}",
            native.name,
            class.name(cx),
            class.name(cx),
            native.name
        ),
    ))
}

/// See [`Context::allocate_instance`].
pub(crate) fn allocate_instance(
    cx: &Context,
    native: &'static NativeClass,
    class: Value,
) -> PyResult<ObjectRef> {
    let class = instance_class(cx, native, class)?;
    allocate_of_class(cx, class)
}
