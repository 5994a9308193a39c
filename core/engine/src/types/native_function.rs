//! Native functions, methods and their descriptors: layout and creation. Attributes are in `types/native_function_methods.rs`.
//!
//! `NativeFunction` (builtin_function_or_method): slots receiver (module or instance, or empty) and module name.
//! `MethodDescriptor`, `WrapperDescriptor`, `ClassMethodDescriptor`: slot class. `GetSetDescriptor`: slot class.
//! `MemberDescriptor`: slots class and name; raw: the slot number in instances.
//! Invariant: the first raw word of all but `MemberDescriptor` is the address of the `'static` description, set at creation.
//! Source: Objects/methodobject.c, Objects/descrobject.c.

use threadsnake_heap::arch::{AtomicU64, Ordering};
use threadsnake_heap::{AllocationOptions, ObjectRef};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::native::{Arguments, Binding, NativeAttribute, NativeFunction};
use crate::object_access::ObjectAccess;
use crate::shape::Shape;
use crate::types::class::Class;
use crate::types::str_object::Str;
use crate::value::Value;

/// Slot of the receiver of a bound native function.
pub const RECEIVER: usize = 0;
/// Slot of the module name of a native function.
pub const MODULE: usize = 1;
/// Slot of the class of a descriptor.
pub const OWNER: usize = 0;
/// Slot of the name of a member descriptor.
pub const MEMBER_NAME: usize = 1;
const DEFINITION: usize = 0;
const MEMBER_SLOT: usize = 0;

/// The description of a native function, method or class method object.
#[inline(always)]
pub fn definition(object: ObjectRef) -> &'static NativeFunction {
    debug_assert!(matches!(
        Kind::of(object),
        Kind::NativeFunction | Kind::MethodDescriptor | Kind::WrapperDescriptor | Kind::ClassMethodDescriptor
    ));
    // SAFETY: objects of these kinds are made only by `make`, which stores the address of a `'static` description.
    unsafe { &*core::ptr::with_exposed_provenance::<NativeFunction>(object.raw_u64(DEFINITION) as usize) }
}

/// The description of a native method as a class holds it, if the receiver is an instance of the very class that the method is for, as nearly
/// every receiver is.
#[inline(always)]
pub(crate) fn definition_for(descriptor: ObjectRef, receiver: Value) -> Option<&'static NativeFunction> {
    debug_assert!(matches!(Kind::of(descriptor), Kind::MethodDescriptor | Kind::WrapperDescriptor));
    let class = Shape::of(receiver.as_object()?)?.class();
    // SAFETY: descriptors of these kinds are made only by `native_method`, with one slot and the address of a `'static` description behind it,
    // which never changes. Relaxed: it was written before the descriptor was published.
    unsafe {
        if descriptor.slot_unchecked(OWNER) != class.word() {
            return None;
        }
        let definition = descriptor.raw_behind::<1, AtomicU64>(DEFINITION).load(Ordering::Relaxed);
        Some(&*core::ptr::with_exposed_provenance::<NativeFunction>(definition as usize))
    }
}

/// The description of a native attribute.
#[inline(always)]
pub fn attribute_definition(object: ObjectRef) -> &'static NativeAttribute {
    debug_assert!(Kind::of(object) == Kind::GetSetDescriptor);
    // SAFETY: objects of this kind are made only by `new_getset`, which stores the address of a `'static` description.
    unsafe { &*core::ptr::with_exposed_provenance::<NativeAttribute>(object.raw_u64(DEFINITION) as usize) }
}

fn make(cx: &Context, kind: Kind, slots: usize, definition: &'static NativeFunction) -> PyResult<ObjectRef> {
    let object = cx.allocate(kind, slots, 8)?;
    object.raw_store_u64(DEFINITION, (&raw const *definition).expose_provenance() as u64);
    Ok(object)
}

fn is_special(name: &str) -> bool {
    name.len() > 4 && name.starts_with("__") && name.ends_with("__")
}

/// Whether a method of this name is a `wrapper_descriptor` in CPython.
pub(crate) fn is_wrapper_name(name: &str) -> bool {
    is_special(name) && !PLAIN_SPECIAL_METHODS.contains(&name)
}

/// Special methods that CPython keeps as plain method descriptors although their names look like slots.
const PLAIN_SPECIAL_METHODS: &[&str] = &[
    "__getnewargs__",
    "__reduce__",
    "__reduce_ex__",
    "__sizeof__",
    "__format__",
    "__dir__",
    "__reversed__",
    "__length_hint__",
    "__setstate__",
    "__getstate__",
    "__class_getitem__",
    "__round__",
    "__trunc__",
    "__floor__",
    "__ceil__",
    "__complex__",
    "__bytes__",
    "__copy__",
    "__deepcopy__",
    "__enter__",
    "__exit__",
    "__instancecheck__",
    "__subclasscheck__",
    "__prepare__",
    "__init_subclass__",
    "__subclasshook__",
    "__alloc__",
    "__missing__",
    "__getformat__",
];

impl Context {
    /// A native function bound to a module or instance.
    ///
    /// # Errors
    /// MemoryError.
    pub fn native_function(
        &self,
        definition: &'static NativeFunction,
        receiver: Option<Value>,
        module: Option<Value>,
    ) -> PyResult<Value> {
        let object = make(self, Kind::NativeFunction, 2, definition)?;
        self.mutator().initialize(object, RECEIVER, Value::word_or_empty(receiver));
        self.mutator().initialize(object, MODULE, Value::word_or_empty(module));
        Ok(Value::from(object))
    }

    /// A native special method bound to its object: laid out and called as any native function, but of a class of its own.
    ///
    /// # Errors
    /// MemoryError.
    pub fn method_wrapper(&self, definition: &'static NativeFunction, receiver: Value) -> PyResult<Value> {
        let shape = self.shape_word(Kind::MethodWrapper);
        let object = self.allocate_with(Kind::NativeFunction, shape, 2, 8, AllocationOptions::NONE)?;
        object.raw_store_u64(DEFINITION, (&raw const *definition).expose_provenance() as u64);
        self.initialize(object, RECEIVER, receiver);
        Ok(Value::from(object))
    }

    /// The object for a native method in its class's dict.
    ///
    /// # Errors
    /// MemoryError.
    pub fn native_method(&self, definition: &'static NativeFunction, owner: Class) -> PyResult<Value> {
        match definition.binding {
            Binding::Static => {
                let function = self.native_function(definition, Some(owner.as_value()), None)?;
                self.static_method(function)
            }
            Binding::New | Binding::Function => {
                self.native_function(definition, Some(owner.as_value()), None)
            }
            Binding::Class => {
                let object = make(self, Kind::ClassMethodDescriptor, 1, definition)?;
                self.initialize(object, OWNER, owner.as_value());
                Ok(Value::from(object))
            }
            Binding::Method => {
                let kind = if is_wrapper_name(definition.name) {
                    Kind::WrapperDescriptor
                } else {
                    Kind::MethodDescriptor
                };
                let object = make(self, kind, 1, definition)?;
                self.initialize(object, OWNER, owner.as_value());
                Ok(Value::from(object))
            }
        }
    }

    /// The object for a native attribute in its class's dict.
    ///
    /// # Errors
    /// MemoryError.
    pub fn native_attribute(&self, definition: &'static NativeAttribute, owner: Class) -> PyResult<Value> {
        let object = self.allocate(Kind::GetSetDescriptor, 1, 8)?;
        object.raw_store_u64(DEFINITION, (&raw const *definition).expose_provenance() as u64);
        self.initialize(object, OWNER, owner.as_value());
        Ok(Value::from(object))
    }

    /// The object for an entry of `__slots__`: instances hold it in `instance_slot`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn member_descriptor(&self, owner: Class, name: Str, instance_slot: usize) -> PyResult<Value> {
        let object = self.allocate(Kind::MemberDescriptor, 2, 8)?;
        object.raw_store_u64(MEMBER_SLOT, instance_slot as u64);
        self.initialize(object, OWNER, owner.as_value());
        self.initialize(object, MEMBER_NAME, name.as_value());
        Ok(Value::from(object))
    }
}

/// The slot of instances that a member descriptor stands for.
#[inline]
pub fn member_slot(descriptor: ObjectRef) -> usize {
    descriptor.raw_u64(MEMBER_SLOT) as usize
}

/// The class that a descriptor belongs to.
#[inline]
pub fn owner(descriptor: ObjectRef) -> Option<Class> {
    descriptor.value(OWNER).and_then(Class::from_value)
}

/// Checks the receiver of an unbound native method.
///
/// # Errors
/// TypeError.
#[inline]
pub fn check_receiver(cx: &Context, descriptor: ObjectRef, arguments: &Arguments<'_>) -> PyResult<()> {
    // Nearly every receiver is of the method's own class.
    if let Some(&receiver) = arguments.positional().first()
        && descriptor.value(OWNER).is_some_and(|owner| owner.is(cx.class_of(receiver).as_value()))
    {
        return Ok(());
    }
    check_receiver_slow(cx, descriptor, arguments)
}

#[inline(never)]
fn check_receiver_slow(cx: &Context, descriptor: ObjectRef, arguments: &Arguments<'_>) -> PyResult<()> {
    let definition = definition(descriptor);
    let Some(owner) = owner(descriptor) else { return Ok(()) };
    match arguments.positional().first() {
        Some(&receiver) if cx.is_instance_of(receiver, owner) => Ok(()),
        Some(&receiver) => Err(cx.raise(
            ExceptionClass::TypeError,
            format_args!(
                "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
                definition.name,
                owner.name(cx),
                cx.type_name(receiver)
            ),
        )),
        None if Kind::of(descriptor) == Kind::WrapperDescriptor => Err(cx.raise(
            ExceptionClass::TypeError,
            format_args!("descriptor '{}' of '{}' object needs an argument", definition.name, owner.name(cx)),
        )),
        None => Err(cx.raise(
            ExceptionClass::TypeError,
            format_args!("unbound method {}.{}() needs an argument", owner.name(cx), definition.name),
        )),
    }
}
