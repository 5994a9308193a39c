//! `type`: calling classes, their attributes, and the tests `isinstance` and `issubclass`.
//!
//! Invariant: what changes how instances behave goes through [`Class::set_attribute`], so that caches are blocked meanwhile.
//! Annotations are computed at first use by the class's annotate function (PEP 649).
//! Source: Objects/typeobject.c (`type_call`, `type_getsets`), Objects/abstract.c (`object_isinstance`).

use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::convert::{FromValue, IntoValue, NotValue};
use crate::native::{Arguments, ClassFlags};
use crate::object_access::ObjectAccess;
use crate::sys_module::audit::audit_change;
use crate::types::class::{Class, RAW_BYTES, slot};
use crate::types::dict::Dict;
use crate::types::module::evaluate_annotations;
use crate::types::native_function;
use crate::types::object_methods::{
    check_excess_for_init, check_excess_for_new, is_object_init, is_object_new, keys_of, merge_class_names,
    new_plain,
};
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::types::type_new::{ClassDefinition, dotted_name, has_dict, linearize, new_class, set_bases};
use crate::value::Value;

impl FromValue for Class {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        Class::expect(cx, value)
    }
}
impl NotValue for Class {}
impl IntoValue for Class {
    fn into_value(self, _cx: &Context) -> PyResult<Value> {
        Ok(self.as_value())
    }
}

/// type(object) -> the object's type
/// type(name, bases, dict, **kwds) -> a new type
#[pyclass(id = Type, name = "type", slots = slot::COUNT, raw = RAW_BYTES, flags(SUBCLASSABLE, METACLASS, MATCH_SELF))]
pub struct TypeClass;

#[pymethods]
impl TypeClass {
    #[pynew]
    fn new(cx: &Context, metaclass: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let metaclass = Class::expect(cx, metaclass)?;
        let &[name, bases, namespace] = arguments.positional() else {
            return Err(cx.type_error(format_args!(
                "type.__new__() takes exactly 3 arguments ({} given)",
                arguments.positional().len()
            )));
        };
        let Some(name) = Str::from_value(name) else {
            return Err(cx.argument_type_error("type.__new__()", 1, "str", name));
        };
        let Some(bases) = Tuple::from_value(bases) else {
            return Err(cx.argument_type_error("type.__new__()", 2, "tuple", bases));
        };
        let Some(namespace) = Dict::from_value(namespace) else {
            return Err(cx.argument_type_error("type.__new__()", 3, "dict", namespace));
        };
        new_class(cx, &ClassDefinition { metaclass, name, bases, namespace, keywords: arguments.keywords() })
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: Class, arguments: Arguments<'_>) -> PyResult<()> {
        let _ = this;
        let count = arguments.positional().len();
        if arguments.keyword_count() > 0 && count == 1 {
            return Err(cx.type_error(format_args!("type.__init__() takes no keyword arguments")));
        }
        if count != 1 && count != 3 {
            return Err(cx.type_error(format_args!("type.__init__() takes 1 or 3 arguments")));
        }
        Ok(())
    }

    /// Call self as a function.
    #[pymethod(name = "__call__")]
    fn call(cx: &Context, this: Class, arguments: Arguments<'_>) -> PyResult<Value> {
        cx.instantiate(this, arguments)
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Class) -> PyResult<Value> {
        match cx.class_module(this)?.and_then(Str::from_value) {
            Some(module) if !module.equals_ascii("builtins") => {
                cx.str_format(format_args!("<class '{module}.{}'>", this.qualified_name(cx)))
            }
            _ => cx.str_format(format_args!("<class '{}'>", this.name(cx))),
        }
    }

    /// Return getattr(self, name).
    #[pymethod(name = "__getattribute__")]
    fn get_attribute(cx: &Context, this: Class, name: Value) -> PyResult<Value> {
        let name = cx.attribute_name(name)?;
        match cx.class_find_attribute(this, name)? {
            Some(found) => Ok(found),
            None => Err(cx.raise_attribute_error(this.as_value(), name)),
        }
    }

    /// Implement setattr(self, name, value).
    #[pymethod(name = "__setattr__")]
    fn set_attribute(cx: &Context, this: Class, name: Value, value: Value) -> PyResult<()> {
        let name = cx.attribute_name(name)?;
        cx.class_set_attribute(this, name, Some(value))
    }

    /// Implement delattr(self, name).
    #[pymethod(name = "__delattr__")]
    fn delete_attribute(cx: &Context, this: Class, name: Value) -> PyResult<()> {
        let name = cx.attribute_name(name)?;
        cx.class_set_attribute(this, name, None)
    }

    /// Return a type's method resolution order.
    #[pymethod]
    fn mro(cx: &Context, this: Class) -> PyResult<Value> {
        let order = linearize(cx, this, this.bases(cx))?;
        cx.list(order.as_slice())
    }

    /// Return a list of immediate subclasses.
    #[pymethod(name = "__subclasses__")]
    fn subclasses(cx: &Context, this: Class) -> PyResult<Value> {
        cx.list(this.direct_subclasses(cx).as_slice())
    }

    /// Create the namespace for the class statement
    #[pyclassmethod(name = "__prepare__")]
    fn prepare(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let _ = (class, arguments);
        Ok(cx.new_dict()?.as_value())
    }

    /// Check if an object is an instance.
    #[pymethod(name = "__instancecheck__")]
    fn instance_check(cx: &Context, this: Value, instance: Value) -> PyResult<bool> {
        real_is_instance(cx, instance, this)
    }

    /// Check if a class is a subclass.
    #[pymethod(name = "__subclasscheck__")]
    fn subclass_check(cx: &Context, this: Value, subclass: Value) -> PyResult<bool> {
        real_is_subclass(cx, subclass, this)
    }

    /// Specialized __dir__ implementation for types.
    #[pymethod(name = "__dir__")]
    fn dir(cx: &Context, this: Class) -> PyResult<Value> {
        let names = cx.new_dict()?;
        merge_class_names(cx, names, this.as_value())?;
        keys_of(cx, names)
    }

    /// Return memory consumption of the type object.
    #[pymethod(name = "__sizeof__")]
    fn size_of(this: Class) -> usize {
        threadsnake_heap::HEADER_BYTES + this.object().slot_count() * 8 + RAW_BYTES as usize
    }

    /// Return self|value.
    #[pymethod(name = "__or__")]
    fn or(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        crate::types::union::union_of(cx, this, value)
    }

    /// Return value|self.
    #[pymethod(name = "__ror__")]
    fn reflected_or(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        crate::types::union::union_of(cx, value, this)
    }

    #[pygetter(name = "__name__")]
    fn name(cx: &Context, this: Class) -> Str {
        this.name(cx)
    }

    #[pysetter(name = "__name__")]
    fn set_name(cx: &Context, this: Class, value: Option<Value>) -> PyResult<()> {
        let value = check_special_attribute(cx, this, "__name__", value)?;
        let Some(text) = Str::from_value(value) else {
            return Err(cx.type_error(format_args!(
                "can only assign string to {}.__name__, not '{}'",
                this.name(cx),
                cx.type_name(value)
            )));
        };
        if text.code_points().any(|code_point| code_point == 0) {
            return Err(cx.value_error(format_args!("type name must not contain null characters")));
        }
        text.to_utf8(cx)?;
        cx.store(this.object(), slot::NAME, value);
        Ok(())
    }

    #[pygetter(name = "__qualname__")]
    fn qualified_name(cx: &Context, this: Class) -> Str {
        this.qualified_name(cx)
    }

    #[pysetter(name = "__qualname__")]
    fn set_qualified_name(cx: &Context, this: Class, value: Option<Value>) -> PyResult<()> {
        let value = check_special_attribute(cx, this, "__qualname__", value)?;
        if Str::from_value(value).is_none() {
            return Err(cx.type_error(format_args!(
                "can only assign string to {}.__qualname__, not '{}'",
                this.name(cx),
                cx.type_name(value)
            )));
        }
        cx.store(this.object(), slot::QUALIFIED_NAME, value);
        Ok(())
    }

    #[pygetter(name = "__module__")]
    fn module(cx: &Context, this: Class) -> PyResult<Value> {
        match cx.class_module(this)? {
            Some(module) => Ok(module),
            None => Err(cx.raise(ExceptionClass::AttributeError, format_args!("__module__"))),
        }
    }

    #[pysetter(name = "__module__")]
    fn set_module(cx: &Context, this: Class, value: Option<Value>) -> PyResult<()> {
        let value = check_special_attribute(cx, this, "__module__", value)?;
        this.set_attribute(cx, cx.name(Name::__module__), Some(value))?;
        this.set_attribute(cx, cx.name(Name::__firstlineno__), None)?;
        Ok(())
    }

    #[pygetter(name = "__bases__")]
    fn bases(cx: &Context, this: Class) -> Tuple {
        this.bases(cx)
    }

    #[pysetter(name = "__bases__")]
    fn set_bases(cx: &Context, this: Class, value: Option<Value>) -> PyResult<()> {
        let value = check_special_attribute(cx, this, "__bases__", value)?;
        set_bases(cx, this, value)
    }

    #[pygetter(name = "__base__")]
    fn base(this: Class) -> Value {
        this.base().map_or(Value::NONE, Class::as_value)
    }

    #[pygetter(name = "__mro__")]
    fn order(this: Class) -> Value {
        this.mro().map_or(Value::NONE, Tuple::as_value)
    }

    #[pygetter(name = "__dict__")]
    fn dict(cx: &Context, this: Class) -> PyResult<Value> {
        match this.dict() {
            Some(dict) => cx.mapping_proxy(dict.as_value()),
            None => Ok(Value::NONE),
        }
    }

    #[pygetter(name = "__doc__")]
    fn doc(cx: &Context, this: Class) -> PyResult<Value> {
        if this.is_native()
            && let Some(native) = this.native().filter(|native| !native.doc.is_empty())
        {
            return cx.str(native.doc);
        }
        let found = match this.dict() {
            Some(dict) => dict.get_str(cx, cx.name(Name::__doc__))?,
            None => None,
        };
        match found {
            Some(doc) => cx.descriptor_get(doc, None, this),
            None => Ok(Value::NONE),
        }
    }

    #[pysetter(name = "__doc__")]
    fn set_doc(cx: &Context, this: Class, value: Option<Value>) -> PyResult<()> {
        let value = check_special_attribute(cx, this, "__doc__", value)?;
        this.set_attribute(cx, cx.name(Name::__doc__), Some(value))?;
        Ok(())
    }

    #[pygetter(name = "__text_signature__")]
    fn text_signature(cx: &Context, this: Class) -> PyResult<Value> {
        match this.native() {
            Some(native) if this.is_native() && !native.signature.is_empty() => cx.str(native.signature),
            _ => Ok(Value::NONE),
        }
    }

    #[pygetter(name = "__abstractmethods__")]
    fn abstract_methods(cx: &Context, this: Class) -> PyResult<Value> {
        let name = cx.name(Name::__abstractmethods__);
        let found = match this.dict() {
            Some(dict) if !this.is_native() => dict.get_str(cx, name)?,
            _ => None,
        };
        match found {
            Some(methods) => Ok(methods),
            None => Err(cx.raise(ExceptionClass::AttributeError, format_args!("__abstractmethods__"))),
        }
    }

    #[pysetter(name = "__abstractmethods__")]
    fn set_abstract_methods(cx: &Context, this: Class, value: Option<Value>) -> PyResult<()> {
        let name = cx.name(Name::__abstractmethods__);
        let is_abstract = match value {
            Some(value) => cx.is_true(value)?,
            None => false,
        };
        if !this.set_attribute(cx, name, value)? && value.is_none() {
            return Err(cx.raise(ExceptionClass::AttributeError, format_args!("__abstractmethods__")));
        }
        let flags = this.flags();
        let flags = if is_abstract {
            flags.with(ClassFlags::ABSTRACT)
        } else {
            ClassFlags(flags.0 & !ClassFlags::ABSTRACT.0)
        };
        this.set_flags(flags);
        Ok(())
    }

    #[pygetter(name = "__annotations__")]
    fn annotations(cx: &Context, this: Class) -> PyResult<Value> {
        let Some(dict) = this.dict().filter(|_| !this.is_native()) else {
            return Err(cx.raise_attribute_error(this.as_value(), cx.name(Name::__annotations__)));
        };
        for name in [Name::__annotations__, Name::__annotations_cache__] {
            if let Some(annotations) = dict.get_str(cx, cx.name(name))? {
                return cx.descriptor_get(annotations, None, this);
            }
        }
        let annotate = annotate_of(cx, this, dict)?;
        let annotations = if cx.is_callable(annotate) {
            evaluate_annotations(cx, annotate)?
        } else {
            cx.new_dict()?.as_value()
        };
        this.set_attribute(cx, cx.name(Name::__annotations_cache__), Some(annotations))?;
        Ok(annotations)
    }

    #[pysetter(name = "__annotations__")]
    fn set_annotations(cx: &Context, this: Class, value: Option<Value>) -> PyResult<()> {
        let Some(dict) = this.dict().filter(|_| is_mutable(this)) else {
            return Err(immutable_error(cx, this, "__annotations__"));
        };
        let explicit = cx.name(Name::__annotations__);
        let cache = cx.name(Name::__annotations_cache__);
        match value {
            Some(value) => {
                let name = if dict.get_str(cx, explicit)?.is_some() { explicit } else { cache };
                this.set_attribute(cx, name, Some(value))?;
            }
            None => {
                let found = this.set_attribute(cx, explicit, None)? || this.set_attribute(cx, cache, None)?;
                if !found {
                    return Err(cx.raise(ExceptionClass::AttributeError, format_args!("__annotations__")));
                }
            }
        }
        this.set_attribute(cx, cx.name(Name::__annotate_func__), None)?;
        this.set_attribute(cx, cx.name(Name::__annotate__), None)?;
        Ok(())
    }

    #[pygetter(name = "__annotate__")]
    fn annotate(cx: &Context, this: Class) -> PyResult<Value> {
        match this.dict() {
            Some(dict) if !this.is_native() => annotate_of(cx, this, dict),
            _ => Err(cx.raise_attribute_error(this.as_value(), cx.name(Name::__annotate__))),
        }
    }

    #[pysetter(name = "__annotate__")]
    fn set_annotate(cx: &Context, this: Class, value: Option<Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(cx.type_error(format_args!("cannot delete __annotate__ attribute")));
        };
        if !is_mutable(this) {
            return Err(immutable_error(cx, this, "__annotate__"));
        }
        if !value.is_none() && !cx.is_callable(value) {
            return Err(cx.type_error(format_args!("__annotate__ must be callable or None")));
        }
        this.set_attribute(cx, cx.name(Name::__annotate_func__), Some(value))?;
        if !value.is_none() {
            this.set_attribute(cx, cx.name(Name::__annotations_cache__), None)?;
        }
        Ok(())
    }

    #[pygetter(name = "__type_params__")]
    fn type_parameters(cx: &Context, this: Class) -> PyResult<Value> {
        let found = match this.dict() {
            Some(dict) if !this.as_value().is(cx.class(Kind::Type)) => {
                dict.get_str(cx, cx.name(Name::__type_params__))?
            }
            _ => None,
        };
        Ok(found.unwrap_or(cx.empty_tuple().as_value()))
    }

    #[pysetter(name = "__type_params__")]
    fn set_type_parameters(cx: &Context, this: Class, value: Option<Value>) -> PyResult<()> {
        let value = check_special_attribute(cx, this, "__type_params__", value)?;
        this.set_attribute(cx, cx.name(Name::__type_params__), Some(value))?;
        Ok(())
    }

    #[pygetter(name = "__flags__")]
    fn flags(cx: &Context, this: Class) -> i64 {
        cpython_flags(cx, this)
    }

    #[pygetter(name = "__basicsize__")]
    fn basic_size(this: Class) -> usize {
        threadsnake_heap::HEADER_BYTES + this.slot_count() * 8 + this.raw_bytes()
    }

    #[pygetter(name = "__itemsize__")]
    fn item_size(this: Class) -> i64 {
        match this.layout() {
            Kind::Tuple | Kind::Type => 8,
            Kind::Int | Kind::Bool => 4,
            Kind::Bytes => 1,
            _ => 0,
        }
    }

    #[pygetter(name = "__dictoffset__")]
    fn dict_offset(this: Class) -> i64 {
        if this.flags().has(ClassFlags::HAS_DICT) {
            -1
        } else if has_dict(this) {
            threadsnake_heap::HEADER_BYTES as i64
        } else {
            0
        }
    }

    #[pygetter(name = "__weakrefoffset__")]
    fn weak_reference_offset(this: Class) -> i64 {
        // There is no such field: references are found through the heap. Programs test for zero.
        if crate::types::weak_reference::supports(this) { 8 } else { 0 }
    }
}

/// `type.__flags__` as far as its bits mean something here (Include/object.h).
fn cpython_flags(cx: &Context, class: Class) -> i64 {
    let flags = class.flags();
    let mut bits: i64 = 1 << 12 | 1 << 14;
    let rows = [
        (ClassFlags::SUBCLASSABLE, 10),
        (ClassFlags::SEQUENCE, 5),
        (ClassFlags::MAPPING, 6),
        (ClassFlags::NOT_INSTANTIABLE, 7),
        (ClassFlags::HEAP_TYPE, 9),
        (ClassFlags::ABSTRACT, 20),
        (ClassFlags::MATCH_SELF, 22),
        (ClassFlags::EXCEPTION, 30),
    ];
    for (flag, bit) in rows {
        if flags.has(flag) {
            bits |= 1 << bit;
        }
    }
    if !is_mutable(class) {
        bits |= 1 << 8;
    }
    if flags.has(ClassFlags::HAS_DICT) {
        bits |= 1 << 4;
    }
    let bases = [
        (Kind::Int, 24),
        (Kind::List, 25),
        (Kind::Tuple, 26),
        (Kind::Bytes, 27),
        (Kind::Str, 28),
        (Kind::Dict, 29),
        (Kind::Type, 31),
    ];
    for (kind, bit) in bases {
        if Class::from_value(cx.class(kind)).is_some_and(|base| class.is_subclass_of(base)) {
            bits |= 1 << bit;
        }
    }
    bits
}

fn is_mutable(class: Class) -> bool {
    !class.is_native() && !class.flags().has(ClassFlags::IMMUTABLE)
}

#[cold]
fn immutable_error(cx: &Context, class: Class, name: &str) -> Raised {
    cx.type_error(format_args!(
        "cannot set '{name}' attribute of immutable type '{}'",
        dotted_name(cx, class)
    ))
}

fn check_special_attribute(cx: &Context, class: Class, name: &str, value: Option<Value>) -> PyResult<Value> {
    if !is_mutable(class) {
        return Err(immutable_error(cx, class, name));
    }
    match value {
        Some(value) => {
            audit_change(cx, class.as_value(), name, Some(value))?;
            Ok(value)
        }
        None => Err(cx.type_error(format_args!(
            "cannot delete '{name}' attribute of immutable type '{}'",
            class.name(cx)
        ))),
    }
}

/// The annotate function of a class with this namespace, or None.
fn annotate_of(cx: &Context, class: Class, dict: Dict) -> PyResult<Value> {
    for name in [Name::__annotate__, Name::__annotate_func__] {
        if let Some(annotate) = dict.get_str(cx, cx.name(name))? {
            return cx.descriptor_get(annotate, None, class);
        }
    }
    class.set_attribute(cx, cx.name(Name::__annotate_func__), Some(Value::NONE))?;
    Ok(Value::NONE)
}

/// What a classinfo that is no class must have: a tuple `__bases__`.
fn abstract_bases(cx: &Context, class: Value) -> PyResult<Option<Tuple>> {
    Ok(cx.find_attribute_or_none(class, cx.name(Name::__bases__))?.and_then(Tuple::from_value))
}

fn check_class(cx: &Context, class: Value, text: &str) -> PyResult<()> {
    match abstract_bases(cx, class)? {
        Some(_) => Ok(()),
        None => Err(cx.type_error(format_args!("{text}"))),
    }
}

fn abstract_is_subclass(cx: &Context, derived: Value, class: Value) -> PyResult<bool> {
    let mut derived = derived;
    loop {
        if derived.is(class) {
            return Ok(true);
        }
        let Some(bases) = abstract_bases(cx, derived)? else { return Ok(false) };
        match *bases.as_slice() {
            [] => return Ok(false),
            [only] => derived = only,
            _ => {
                for base in bases.iter() {
                    if cx.recursive(|| abstract_is_subclass(cx, base, class))? {
                        return Ok(true);
                    }
                }
                return Ok(false);
            }
        }
        cx.poll()?;
    }
}

/// `isinstance` without `__instancecheck__`.
///
/// # Errors
/// TypeError if `class` is no class, and what reading `__class__` raises.
pub fn real_is_instance(cx: &Context, instance: Value, class: Value) -> PyResult<bool> {
    let own = cx.class_of(instance);
    let Some(class) = Class::from_value(class) else {
        check_class(cx, class, "isinstance() arg 2 must be a type, a tuple of types, or a union")?;
        return match cx.find_attribute_or_none(instance, cx.name(Name::__class__))? {
            Some(claimed) => abstract_is_subclass(cx, claimed, class),
            None => Ok(false),
        };
    };
    if own.is_subclass_of(class) {
        return Ok(true);
    }
    // The instance may claim another class: proxies do.
    if has_plain_class_attribute(cx, own) {
        return Ok(false);
    }
    let claimed = cx.find_attribute_or_none(instance, cx.name(Name::__class__))?;
    Ok(claimed
        .and_then(Class::from_value)
        .is_some_and(|claimed| claimed != own && claimed.is_subclass_of(class)))
}

/// Whether `instance.__class__` is surely the class itself: neither `__class__` nor `__getattribute__` is replaced.
fn has_plain_class_attribute(cx: &Context, class: Class) -> bool {
    let plain_hook = class.lookup_name(cx, Name::__getattribute__).is_some_and(|hook| {
        cx.root(crate::engine::Root::ObjectGetAttribute).is_some_and(|plain| plain.is(hook))
    });
    plain_hook
        && class
            .lookup_name(cx, Name::__class__)
            .and_then(|attribute| attribute.as_kind(Kind::GetSetDescriptor))
            .and_then(native_function::owner)
            .is_some_and(|owner| owner.as_value().is(cx.class(Kind::Object)))
}

/// `issubclass` without `__subclasscheck__`.
///
/// # Errors
/// TypeError if an argument is no class.
pub fn real_is_subclass(cx: &Context, derived: Value, class: Value) -> PyResult<bool> {
    if let (Some(derived), Some(class)) = (Class::from_value(derived), Class::from_value(class)) {
        return Ok(derived.is_subclass_of(class));
    }
    check_class(cx, derived, "issubclass() arg 1 must be a class")?;
    if !class.is_kind(Kind::Union) {
        check_class(cx, class, "issubclass() arg 2 must be a class, a tuple of classes, or a union")?;
    }
    abstract_is_subclass(cx, derived, class)
}

impl Context {
    /// Calls a class: `__new__`, then `__init__`.
    ///
    /// # Errors
    /// What the two raise.
    pub fn instantiate(&self, class: Class, arguments: Arguments<'_>) -> PyResult<Value> {
        if class.as_value().is(self.class(Kind::Type)) {
            let count = arguments.positional().len();
            if let (&[value], 0) = (arguments.positional(), arguments.keyword_count()) {
                return Ok(self.class_of(value).as_value());
            }
            if count != 3 {
                return Err(self.type_error(format_args!("type() takes 1 or 3 arguments")));
            }
        }
        if class.flags().has(ClassFlags::NOT_INSTANTIABLE) {
            return Err(self.cannot_create(class));
        }
        let instance = match class.lookup_name(self, Name::__new__) {
            None => new_plain(self, class)?,
            Some(new) if is_object_new(self, new) => {
                // Excess arguments are for `__init__`, unless that is object's too.
                if !arguments.values.is_empty() {
                    check_excess_for_new(self, class)?;
                }
                new_plain(self, class)?
            }
            Some(new) => {
                match new.as_kind(Kind::NativeFunction) {
                    // Found on the class itself, so its checks of the class are met.
                    Some(native) => self.with_receiver(class.as_value(), arguments, |arguments| {
                        self.call_native(native_function::definition(native).call, arguments)
                    })?,
                    None => {
                        let new = self.descriptor_get(new, None, class)?;
                        self.with_receiver(class.as_value(), arguments, |arguments| {
                            self.call_with(new, arguments)
                        })?
                    }
                }
            }
        };
        let made = self.class_of(instance);
        if made != class && !made.is_subclass_of(class) {
            return Ok(instance);
        }
        match made.lookup_name(self, Name::__init__) {
            None => {}
            Some(init) if is_object_init(self, init) && !arguments.values.is_empty() => {
                check_excess_for_init(self, made)?;
            }
            Some(_) => {
                let result = match self.special_method(instance, Name::__init__)? {
                    Some(method) => match method.receiver {
                        Some(receiver) => self.with_receiver(receiver, arguments, |arguments| {
                            self.call_with(method.callable, arguments)
                        })?,
                        None => self.call_with(method.callable, arguments)?,
                    },
                    None => Value::NONE,
                };
                if !result.is_none() {
                    return Err(self.type_error(format_args!(
                        "__init__() should return None, not '{}'",
                        self.type_name(result)
                    )));
                }
            }
        }
        Ok(instance)
    }

    /// `class.__module__`; none for a Python class that lost it.
    ///
    /// # Errors
    /// MemoryError.
    pub fn class_module(&self, class: Class) -> PyResult<Option<Value>> {
        if let (true, Some(native)) = (class.is_native(), class.native()) {
            return Ok(Some(self.intern_str(native.module)?.as_value()));
        }
        match class.dict() {
            Some(dict) => dict.get_str(self, self.name(Name::__module__)),
            None => Ok(None),
        }
    }

    /// Whether a value can be called.
    #[inline]
    pub fn is_callable(&self, value: Value) -> bool {
        match value.kind() {
            None => false,
            Some(Kind::Function | Kind::NativeFunction | Kind::Type | Kind::BoundMethod) => true,
            Some(Kind::MethodDescriptor | Kind::WrapperDescriptor | Kind::ClassMethodDescriptor) => true,
            Some(_) => self.class_of(value).lookup_name(self, Name::__call__).is_some(),
        }
    }

    /// `isinstance(value, class_info)`
    ///
    /// # Errors
    /// TypeError if `class_info` is none, and what `__instancecheck__` raises.
    #[inline]
    pub fn is_instance(&self, value: Value, class_info: Value) -> PyResult<bool> {
        if self.class_of(value).as_value().is(class_info) {
            return Ok(true);
        }
        self.is_instance_slow(value, class_info)
    }

    fn is_instance_slow(&self, value: Value, class_info: Value) -> PyResult<bool> {
        let metaclass = self.class_of(class_info);
        if metaclass.as_value().is(self.class(Kind::Type)) {
            return real_is_instance(self, value, class_info);
        }
        if let Some(classes) = self.class_choices(class_info) {
            for class in classes.iter() {
                if self.recursive(|| self.is_instance(value, class))? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        match self.special_method(class_info, Name::__instancecheck__)? {
            Some(method) => {
                let result = self.recursive(|| self.call_pair(method, &[value]))?;
                self.is_true(result)
            }
            None => real_is_instance(self, value, class_info),
        }
    }

    /// `issubclass(derived, class_info)`
    ///
    /// # Errors
    /// TypeError if an argument is no class, and what `__subclasscheck__` raises.
    pub fn is_subclass(&self, derived: Value, class_info: Value) -> PyResult<bool> {
        let metaclass = self.class_of(class_info);
        if metaclass.as_value().is(self.class(Kind::Type)) {
            if derived.is(class_info) {
                return Ok(true);
            }
            return real_is_subclass(self, derived, class_info);
        }
        if let Some(classes) = self.class_choices(class_info) {
            for class in classes.iter() {
                if self.recursive(|| self.is_subclass(derived, class))? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        match self.special_method(class_info, Name::__subclasscheck__)? {
            Some(method) => {
                let result = self.recursive(|| self.call_pair(method, &[derived]))?;
                self.is_true(result)
            }
            None => real_is_subclass(self, derived, class_info),
        }
    }

    /// The alternatives of a tuple or union of classes.
    fn class_choices(&self, class_info: Value) -> Option<Tuple> {
        if class_info.is_kind(Kind::Union) {
            return class_info.as_object().and_then(|object| object.value(0)).and_then(Tuple::from_value);
        }
        Tuple::from_value(class_info)
    }
}
