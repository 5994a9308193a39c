//! Attributes and methods of native functions and of the descriptors of native classes.
//!
//! Invariant: names, docstrings and signatures are those of the `'static` descriptions; nothing can be set. A bound special method is
//! laid out as a native function, but of a class of its own (`types/method_wrapper.rs`). Source: Objects/methodobject.c, Objects/descrobject.c.

use alloc::format;
use alloc::string::String;

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::native::{Arguments, NativeFunction};
use crate::object_access::ObjectAccess;
use crate::protocol::comparison::identity_hash;
use crate::protocol::text::identity;
use crate::types::class::Class;
use crate::types::native_function::{
    MEMBER_NAME, MODULE, RECEIVER, attribute_definition, check_receiver, definition, owner,
};
use crate::types::str_object::Str;
use crate::value::Value;

pub(super) fn text_or_none(cx: &Context, text: &str) -> PyResult<Value> {
    if text.is_empty() { Ok(Value::NONE) } else { cx.str(text) }
}

/// The class of a descriptor, or None.
fn owner_value(object: ObjectRef) -> Value {
    owner(object).map_or(Value::NONE, Class::as_value)
}

fn owner_name(cx: &Context, object: ObjectRef) -> Str {
    owner(object).map_or(cx.empty_str(), |class| class.name(cx))
}

fn qualified(cx: &Context, object: ObjectRef, name: &str) -> PyResult<Value> {
    let class = owner(object).map_or(cx.empty_str(), |class| class.qualified_name(cx));
    cx.str_format(format_args!("{class}.{name}"))
}

/// `(getattr, (value, name))`: how descriptors and bound methods are pickled.
pub(super) fn reduce_as_attribute(cx: &Context, value: Value, name: &str) -> PyResult<Value> {
    let arguments = cx.tuple(&[value, cx.str(name)?])?;
    cx.tuple(&[cx.builtin("getattr")?, arguments])
}

/// A builtin function, or a native method bound to its object.
#[pyclass(id = NativeFunction, name = "builtin_function_or_method", slots = 2, raw = 8, doc = "")]
pub struct NativeFunctionObject(ObjectRef);

impl NativeFunctionObject {
    fn definition(self) -> &'static NativeFunction {
        definition(self.0)
    }

    /// What the function is bound to, unless that is a module.
    fn bound_to(self) -> Option<Value> {
        self.0.value(RECEIVER).filter(|receiver| !receiver.is_kind(Kind::Module))
    }
}

#[pymethods]
impl NativeFunctionObject {
    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: NativeFunctionObject) -> PyResult<Value> {
        let name = this.definition().name;
        match this.bound_to() {
            None => cx.str_format(format_args!("<built-in function {name}>")),
            Some(receiver) => cx.str_format(format_args!(
                "<built-in method {name} of {} object at {:#x}>",
                cx.type_name(receiver),
                identity(receiver)
            )),
        }
    }

    /// Call self as a function.
    #[pymethod(name = "__call__")]
    fn call(cx: &Context, this: NativeFunctionObject, arguments: Arguments<'_>) -> PyResult<Value> {
        cx.call_with(this.as_value(), arguments)
    }

    /// Return hash(self).
    #[pymethod(name = "__hash__")]
    fn hash(this: NativeFunctionObject) -> i64 {
        bound_hash(this.0)
    }

    /// Return self==value.
    #[pymethod(name = "__eq__")]
    fn equal(cx: &Context, this: NativeFunctionObject, value: Value) -> Value {
        same_binding(cx, this.as_value(), value).map_or(Value::NOT_IMPLEMENTED, Value::from_bool)
    }

    /// Return self!=value.
    #[pymethod(name = "__ne__")]
    fn not_equal(cx: &Context, this: NativeFunctionObject, value: Value) -> Value {
        same_binding(cx, this.as_value(), value)
            .map_or(Value::NOT_IMPLEMENTED, |same| Value::from_bool(!same))
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: NativeFunctionObject) -> PyResult<Value> {
        let name = this.definition().name;
        match this.bound_to() {
            None => cx.str(name),
            Some(receiver) => reduce_as_attribute(cx, receiver, name),
        }
    }

    #[pygetter(name = "__name__")]
    fn name(cx: &Context, this: NativeFunctionObject) -> PyResult<Value> {
        cx.str(this.definition().name)
    }

    #[pygetter(name = "__qualname__")]
    fn qualified_name(cx: &Context, this: NativeFunctionObject) -> PyResult<Value> {
        let name = this.definition().name;
        match this.bound_to() {
            None => cx.str(name),
            Some(receiver) => {
                let class = Class::from_value(receiver).unwrap_or_else(|| cx.class_of(receiver));
                cx.str_format(format_args!("{}.{name}", class.qualified_name(cx)))
            }
        }
    }

    #[pygetter(name = "__doc__")]
    fn doc(cx: &Context, this: NativeFunctionObject) -> PyResult<Value> {
        text_or_none(cx, this.definition().doc)
    }

    #[pygetter(name = "__text_signature__")]
    fn text_signature(cx: &Context, this: NativeFunctionObject) -> PyResult<Value> {
        text_or_none(cx, this.definition().signature)
    }

    #[pygetter(name = "__self__")]
    fn receiver(this: NativeFunctionObject) -> Value {
        this.0.value(RECEIVER).unwrap_or(Value::NONE)
    }

    #[pygetter(name = "__module__")]
    fn module(this: NativeFunctionObject) -> Value {
        this.0.value(MODULE).unwrap_or(Value::NONE)
    }
}

/// The hash of a native method bound to its object: both count by identity.
pub(super) fn bound_hash(object: ObjectRef) -> i64 {
    let code =
        identity_hash(Value::small_int_unchecked(core::ptr::from_ref(definition(object)).addr() as i64));
    let hash = object.value(RECEIVER).map_or(0, identity_hash) ^ code;
    if hash == -1 { -2 } else { hash }
}

/// Whether two objects of one class are the same native method of the same object; none if the second is of another class.
pub(super) fn same_binding(cx: &Context, this: Value, other: Value) -> Option<bool> {
    if !cx.class_of(this).as_value().is(cx.class_of(other).as_value()) {
        return None;
    }
    let (this, other) = (NativeFunctionObject::from_value(this)?, NativeFunctionObject::from_value(other)?);
    Some(
        core::ptr::eq(this.definition(), other.definition())
            && this.0.slot(RECEIVER) == other.0.slot(RECEIVER),
    )
}

/// An unbound native method.
#[pyclass(id = MethodDescriptor, name = "method_descriptor", slots = 1, raw = 8, doc = "", flags(NO_WEAK_REFERENCES))]
pub struct MethodDescriptor(ObjectRef);

#[pymethods]
impl MethodDescriptor {
    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: MethodDescriptor) -> PyResult<Value> {
        cx.str_format(format_args!(
            "<method '{}' of '{}' objects>",
            definition(this.0).name,
            owner_name(cx, this.0)
        ))
    }

    /// Call self as a function.
    #[pymethod(name = "__call__")]
    fn call(cx: &Context, this: MethodDescriptor, arguments: Arguments<'_>) -> PyResult<Value> {
        check_receiver(cx, this.0, &arguments)?;
        cx.call_native(definition(this.0).call, arguments)
    }

    /// Return an attribute of instance, which is of type owner.
    #[pymethod(name = "__get__", signature = "(instance, owner=None, /)")]
    fn get(cx: &Context, this: MethodDescriptor, instance: Value, owner: Value) -> PyResult<Value> {
        bind(cx, this.as_value(), instance, owner)
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: MethodDescriptor) -> PyResult<Value> {
        reduce_as_attribute(cx, owner_value(this.0), definition(this.0).name)
    }

    #[pygetter(name = "__name__")]
    fn name(cx: &Context, this: MethodDescriptor) -> PyResult<Value> {
        cx.str(definition(this.0).name)
    }

    #[pygetter(name = "__qualname__")]
    fn qualified_name(cx: &Context, this: MethodDescriptor) -> PyResult<Value> {
        qualified(cx, this.0, definition(this.0).name)
    }

    #[pygetter(name = "__doc__")]
    fn doc(cx: &Context, this: MethodDescriptor) -> PyResult<Value> {
        text_or_none(cx, definition(this.0).doc)
    }

    #[pygetter(name = "__text_signature__")]
    fn text_signature(cx: &Context, this: MethodDescriptor) -> PyResult<Value> {
        text_or_none(cx, definition(this.0).signature)
    }

    #[pygetter(name = "__objclass__")]
    fn class(this: MethodDescriptor) -> Value {
        owner_value(this.0)
    }
}

/// An unbound native special method.
#[pyclass(id = WrapperDescriptor, name = "wrapper_descriptor", slots = 1, raw = 8, doc = "", flags(NO_WEAK_REFERENCES))]
pub struct WrapperDescriptor(ObjectRef);

#[pymethods]
impl WrapperDescriptor {
    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: WrapperDescriptor) -> PyResult<Value> {
        cx.str_format(format_args!(
            "<slot wrapper '{}' of '{}' objects>",
            definition(this.0).name,
            owner_name(cx, this.0)
        ))
    }

    /// Call self as a function.
    #[pymethod(name = "__call__")]
    fn call(cx: &Context, this: WrapperDescriptor, arguments: Arguments<'_>) -> PyResult<Value> {
        check_receiver(cx, this.0, &arguments)?;
        cx.call_native(definition(this.0).call, arguments)
    }

    /// Return an attribute of instance, which is of type owner.
    #[pymethod(name = "__get__", signature = "(instance, owner=None, /)")]
    fn get(cx: &Context, this: WrapperDescriptor, instance: Value, owner: Value) -> PyResult<Value> {
        bind(cx, this.as_value(), instance, owner)
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: WrapperDescriptor) -> PyResult<Value> {
        reduce_as_attribute(cx, owner_value(this.0), definition(this.0).name)
    }

    #[pygetter(name = "__name__")]
    fn name(cx: &Context, this: WrapperDescriptor) -> PyResult<Value> {
        cx.str(definition(this.0).name)
    }

    #[pygetter(name = "__qualname__")]
    fn qualified_name(cx: &Context, this: WrapperDescriptor) -> PyResult<Value> {
        qualified(cx, this.0, definition(this.0).name)
    }

    #[pygetter(name = "__doc__")]
    fn doc(cx: &Context, this: WrapperDescriptor) -> PyResult<Value> {
        text_or_none(cx, definition(this.0).doc)
    }

    #[pygetter(name = "__text_signature__")]
    fn text_signature(cx: &Context, this: WrapperDescriptor) -> PyResult<Value> {
        let definition = definition(this.0);
        let signature = match definition.signature {
            // They take what the class makes of them.
            "" if matches!(definition.name, "__init__" | "__call__") => "($self, /, *args, **kwargs)",
            signature => signature,
        };
        text_or_none(cx, signature)
    }

    #[pygetter(name = "__objclass__")]
    fn class(this: WrapperDescriptor) -> Value {
        owner_value(this.0)
    }
}

/// An unbound native class method.
#[pyclass(id = ClassMethodDescriptor, name = "classmethod_descriptor", slots = 1, raw = 8, doc = "", flags(NO_WEAK_REFERENCES))]
pub struct ClassMethodDescriptor(ObjectRef);

#[pymethods]
impl ClassMethodDescriptor {
    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: ClassMethodDescriptor) -> PyResult<Value> {
        cx.str_format(format_args!(
            "<method '{}' of '{}' objects>",
            definition(this.0).name,
            owner_name(cx, this.0)
        ))
    }

    /// Call self as a function.
    #[pymethod(name = "__call__")]
    fn call(cx: &Context, this: ClassMethodDescriptor, arguments: Arguments<'_>) -> PyResult<Value> {
        call_class_method(cx, this.0, arguments)
    }

    /// Return an attribute of instance, which is of type owner.
    #[pymethod(name = "__get__", signature = "(instance, owner=None, /)")]
    fn get(cx: &Context, this: ClassMethodDescriptor, instance: Value, owner: Value) -> PyResult<Value> {
        bind(cx, this.as_value(), instance, owner)
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: ClassMethodDescriptor) -> PyResult<Value> {
        reduce_as_attribute(cx, owner_value(this.0), definition(this.0).name)
    }

    #[pygetter(name = "__name__")]
    fn name(cx: &Context, this: ClassMethodDescriptor) -> PyResult<Value> {
        cx.str(definition(this.0).name)
    }

    #[pygetter(name = "__qualname__")]
    fn qualified_name(cx: &Context, this: ClassMethodDescriptor) -> PyResult<Value> {
        qualified(cx, this.0, definition(this.0).name)
    }

    #[pygetter(name = "__doc__")]
    fn doc(cx: &Context, this: ClassMethodDescriptor) -> PyResult<Value> {
        text_or_none(cx, definition(this.0).doc)
    }

    #[pygetter(name = "__text_signature__")]
    fn text_signature(cx: &Context, this: ClassMethodDescriptor) -> PyResult<Value> {
        text_or_none(cx, definition(this.0).signature)
    }

    #[pygetter(name = "__objclass__")]
    fn class(this: ClassMethodDescriptor) -> Value {
        owner_value(this.0)
    }
}

/// `descriptor.__get__(instance, owner)`
fn bind(cx: &Context, descriptor: Value, instance: Value, owner: Value) -> PyResult<Value> {
    let class = match Class::from_value(owner) {
        Some(class) => class,
        None if owner.is_none() && instance.is_none() => {
            return Err(cx.type_error(format_args!("__get__(None, None) is invalid")));
        }
        None => cx.class_of(instance),
    };
    let instance = if instance.is_none() && !owner.is_none() { None } else { Some(instance) };
    cx.descriptor_get(descriptor, instance, class)
}

/// An unbound class method called with the class as first argument.
fn call_class_method(cx: &Context, object: ObjectRef, arguments: Arguments<'_>) -> PyResult<Value> {
    let name = definition(object).name;
    let class_name = owner_name(cx, object);
    let Some(&first) = arguments.positional().first() else {
        return Err(
            cx.type_error(format_args!("descriptor '{name}' of '{class_name}' object needs an argument"))
        );
    };
    match (Class::from_value(first), owner(object)) {
        (None, _) => Err(cx.type_error(format_args!(
            "descriptor '{name}' for type '{class_name}' needs a type, not a '{}' as arg 2",
            cx.type_name(first)
        ))),
        (Some(class), Some(owner)) if !class.is_subclass_of(owner) => Err(cx.type_error(format_args!(
            "descriptor '{name}' requires a subtype of '{class_name}' but received '{}'",
            class.name(cx)
        ))),
        _ => cx.call_native(definition(object).call, arguments),
    }
}

/// A native attribute.
#[pyclass(id = GetSetDescriptor, name = "getset_descriptor", slots = 1, raw = 8, doc = "", flags(NO_WEAK_REFERENCES))]
pub struct GetSetDescriptor(ObjectRef);

#[pymethods]
impl GetSetDescriptor {
    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: GetSetDescriptor) -> PyResult<Value> {
        cx.str_format(format_args!(
            "<attribute '{}' of '{}' objects>",
            attribute_definition(this.0).name,
            owner_name(cx, this.0)
        ))
    }

    /// Return an attribute of instance, which is of type owner.
    #[pymethod(name = "__get__", signature = "(instance, owner=None, /)")]
    fn get(cx: &Context, this: GetSetDescriptor, instance: Value, owner: Value) -> PyResult<Value> {
        bind(cx, this.as_value(), instance, owner)
    }

    /// Set an attribute of instance to value.
    #[pymethod(name = "__set__")]
    fn set(cx: &Context, this: GetSetDescriptor, instance: Value, value: Value) -> PyResult<()> {
        cx.descriptor_set(this.as_value(), instance, Some(value))
    }

    /// Delete an attribute of instance.
    #[pymethod(name = "__delete__")]
    fn delete(cx: &Context, this: GetSetDescriptor, instance: Value) -> PyResult<()> {
        cx.descriptor_set(this.as_value(), instance, None)
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: GetSetDescriptor) -> PyResult<Value> {
        reduce_as_attribute(cx, owner_value(this.0), attribute_definition(this.0).name)
    }

    #[pygetter(name = "__name__")]
    fn name(cx: &Context, this: GetSetDescriptor) -> PyResult<Value> {
        cx.str(attribute_definition(this.0).name)
    }

    #[pygetter(name = "__qualname__")]
    fn qualified_name(cx: &Context, this: GetSetDescriptor) -> PyResult<Value> {
        qualified(cx, this.0, attribute_definition(this.0).name)
    }

    #[pygetter(name = "__doc__")]
    fn doc(cx: &Context, this: GetSetDescriptor) -> PyResult<Value> {
        text_or_none(cx, attribute_definition(this.0).doc)
    }

    #[pygetter(name = "__objclass__")]
    fn class(this: GetSetDescriptor) -> Value {
        owner_value(this.0)
    }
}

/// An entry of `__slots__`.
#[pyclass(id = MemberDescriptor, name = "member_descriptor", slots = 2, raw = 8, doc = "", flags(NO_WEAK_REFERENCES))]
pub struct MemberDescriptor(ObjectRef);

impl MemberDescriptor {
    fn text(self) -> String {
        match self.0.value(MEMBER_NAME).and_then(Str::from_value) {
            Some(name) => format!("{name}"),
            None => String::new(),
        }
    }
}

#[pymethods]
impl MemberDescriptor {
    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: MemberDescriptor) -> PyResult<Value> {
        cx.str_format(format_args!("<member '{}' of '{}' objects>", this.text(), owner_name(cx, this.0)))
    }

    /// Return an attribute of instance, which is of type owner.
    #[pymethod(name = "__get__", signature = "(instance, owner=None, /)")]
    fn get(cx: &Context, this: MemberDescriptor, instance: Value, owner: Value) -> PyResult<Value> {
        bind(cx, this.as_value(), instance, owner)
    }

    /// Set an attribute of instance to value.
    #[pymethod(name = "__set__")]
    fn set(cx: &Context, this: MemberDescriptor, instance: Value, value: Value) -> PyResult<()> {
        cx.descriptor_set(this.as_value(), instance, Some(value))
    }

    /// Delete an attribute of instance.
    #[pymethod(name = "__delete__")]
    fn delete(cx: &Context, this: MemberDescriptor, instance: Value) -> PyResult<()> {
        cx.descriptor_set(this.as_value(), instance, None)
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: MemberDescriptor) -> PyResult<Value> {
        reduce_as_attribute(cx, owner_value(this.0), &this.text())
    }

    #[pygetter(name = "__name__")]
    fn name(this: MemberDescriptor) -> Value {
        this.0.value(MEMBER_NAME).unwrap_or(Value::NONE)
    }

    #[pygetter(name = "__qualname__")]
    fn qualified_name(cx: &Context, this: MemberDescriptor) -> PyResult<Value> {
        qualified(cx, this.0, &this.text())
    }

    #[pygetter(name = "__doc__")]
    fn doc(cx: &Context, this: MemberDescriptor) -> PyResult<Value> {
        // `__slots__` given as a dict holds docstrings, which `inspect.getdoc` reads from there.
        let _ = (cx, this);
        Ok(Value::NONE)
    }

    #[pygetter(name = "__objclass__")]
    fn class(this: MemberDescriptor) -> Value {
        owner_value(this.0)
    }
}
