//! `object`: construction, the default special methods, and the attributes that every instance may have.
//!
//! Invariant: nothing here knows a builtin type's layout except through its class (`Class::layout`). What `__reduce_ex__` needs in
//! Python is in `copyreg`. Source: Objects/typeobject.c (`object_new`, `object_init`, `reduce_newobj`, `object_set_class`).

use threadsnake_macros::{pyclass, pymethods};

use crate::attribute::attribute_slot;
use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::{Kind, client_flags};
use crate::names::Name;
use crate::native::{Arguments, ClassFlags, NativeAttribute};
use crate::object_access::ObjectAccess;
use crate::protocol::comparison::identity_hash;
use crate::protocol::text::identity;
use crate::shape::{Mode, Shape};
use crate::sys_module::audit::audit_change;
use crate::types::class::{Class, allocate_of_class};
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::native_function;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// The base class of the class hierarchy.
///
/// When called, it accepts no arguments and returns a new featureless
/// instance that has no instance attributes and cannot be given any.
#[pyclass(id = Object, name = "object", base = none, signature = "()", flags(SUBCLASSABLE, NO_WEAK_REFERENCES))]
pub struct ObjectClass;

#[pymethods]
impl ObjectClass {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let class = Class::expect(cx, class)?;
        if !arguments.values.is_empty() {
            check_excess_for_new(cx, class)?;
        }
        new_plain(cx, class)
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: Value, arguments: Arguments<'_>) -> PyResult<()> {
        if arguments.values.is_empty() { Ok(()) } else { check_excess_for_init(cx, cx.class_of(this)) }
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Value) -> PyResult<Value> {
        let class = cx.class_of(this);
        let module = cx.class_module(class)?;
        let name = class.qualified_name(cx);
        let address = identity(this);
        match module.and_then(Str::from_value) {
            Some(module) if !module.equals_ascii("builtins") => {
                cx.str_format(format_args!("<{module}.{name} object at {address:#x}>"))
            }
            _ => cx.str_format(format_args!("<{} object at {address:#x}>", class.name(cx))),
        }
    }

    /// Return str(self).
    #[pymethod(name = "__str__")]
    fn str(cx: &Context, this: Value) -> PyResult<Str> {
        cx.repr(this)
    }

    /// Return hash(self).
    #[pymethod(name = "__hash__")]
    fn hash(this: Value) -> i64 {
        identity_hash(this)
    }

    /// Return self==value.
    #[pymethod(name = "__eq__")]
    fn equal(this: Value, value: Value) -> Value {
        if this.is(value) { Value::TRUE } else { Value::NOT_IMPLEMENTED }
    }

    /// Return self!=value.
    #[pymethod(name = "__ne__")]
    fn not_equal(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        let Some(method) = cx.special_method(this, Name::__eq__)? else { return Ok(Value::NOT_IMPLEMENTED) };
        let equal = cx.recursive(|| cx.call_pair(method, &[value]))?;
        if equal.is(Value::NOT_IMPLEMENTED) {
            return Ok(equal);
        }
        Ok(Value::from_bool(!cx.is_true(equal)?))
    }

    /// Return self<value.
    #[pymethod(name = "__lt__")]
    fn less(this: Value, value: Value) -> Value {
        let _ = (this, value);
        Value::NOT_IMPLEMENTED
    }

    /// Return self<=value.
    #[pymethod(name = "__le__")]
    fn less_or_equal(this: Value, value: Value) -> Value {
        let _ = (this, value);
        Value::NOT_IMPLEMENTED
    }

    /// Return self>value.
    #[pymethod(name = "__gt__")]
    fn greater(this: Value, value: Value) -> Value {
        let _ = (this, value);
        Value::NOT_IMPLEMENTED
    }

    /// Return self>=value.
    #[pymethod(name = "__ge__")]
    fn greater_or_equal(this: Value, value: Value) -> Value {
        let _ = (this, value);
        Value::NOT_IMPLEMENTED
    }

    /// Return getattr(self, name).
    #[pymethod(name = "__getattribute__")]
    fn get_attribute(cx: &Context, this: Value, name: Value) -> PyResult<Value> {
        let name = cx.attribute_name(name)?;
        cx.generic_get_attribute(this, name)
    }

    /// Implement setattr(self, name, value).
    #[pymethod(name = "__setattr__")]
    fn set_attribute(cx: &Context, this: Value, name: Value, value: Value) -> PyResult<()> {
        check_no_class(cx, this, "__setattr__")?;
        let name = cx.attribute_name(name)?;
        cx.generic_set_attribute(this, name, Some(value))
    }

    /// Implement delattr(self, name).
    #[pymethod(name = "__delattr__")]
    fn delete_attribute(cx: &Context, this: Value, name: Value) -> PyResult<()> {
        check_no_class(cx, this, "__delattr__")?;
        let name = cx.attribute_name(name)?;
        cx.generic_set_attribute(this, name, None)
    }

    /// Default dir() implementation.
    #[pymethod(name = "__dir__")]
    fn dir(cx: &Context, this: Value) -> PyResult<Value> {
        let names = match cx.find_attribute_or_none(this, cx.name(Name::__dict__))?.and_then(Dict::from_value)
        {
            Some(dict) => dict.copy(cx)?,
            None => cx.new_dict()?,
        };
        if let Some(class) = cx.find_attribute_or_none(this, cx.name(Name::__class__))? {
            merge_class_names(cx, names, class)?;
        }
        keys_of(cx, names)
    }

    /// Default object formatter.
    ///
    /// Return str(self) if format_spec is empty. Raise TypeError otherwise.
    #[pymethod(name = "__format__")]
    fn format(cx: &Context, this: Value, format_spec: Str) -> PyResult<Str> {
        if !format_spec.is_empty() {
            return Err(cx.type_error(format_args!(
                "unsupported format string passed to {}.__format__",
                cx.type_name(this)
            )));
        }
        cx.str_of(this)
    }

    /// Helper for pickle.
    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: Value) -> PyResult<Value> {
        reduce_with_protocol(cx, this, 0)
    }

    /// Helper for pickle.
    #[pymethod(name = "__reduce_ex__")]
    fn reduce_ex(cx: &Context, this: Value, protocol: i32) -> PyResult<Value> {
        let name = cx.name(Name::__reduce__);
        let class = cx.class_of(this);
        if let Some((own, owner)) = class.lookup_with_owner(cx, name)
            && !owner.as_value().is(cx.class(Kind::Object))
        {
            let _ = own;
            return cx.call_method(this, name, &[]);
        }
        reduce_with_protocol(cx, this, protocol)
    }

    /// Helper for pickle.
    #[pymethod(name = "__getstate__")]
    fn get_state(cx: &Context, this: Value) -> PyResult<Value> {
        default_state(cx, this, false)
    }

    /// Size of object in memory, in bytes.
    #[pymethod(name = "__sizeof__")]
    fn size_of(cx: &Context, this: Value) -> usize {
        match this.as_object() {
            Some(object) => {
                threadsnake_heap::HEADER_BYTES + object.slot_count() * 8 + cx.class_of(this).raw_bytes()
            }
            None => core::mem::size_of::<Value>(),
        }
    }

    /// This method is called when a class is subclassed.
    ///
    /// The default implementation does nothing. It may be
    /// overridden to extend subclasses.
    #[pyclassmethod(name = "__init_subclass__")]
    fn init_subclass(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<()> {
        let text = if arguments.keyword_count() > 0 {
            "keyword "
        } else if !arguments.values.is_empty() {
            ""
        } else {
            return Ok(());
        };
        let name = Class::from_value(class).map_or(cx.empty_str(), |class| class.qualified_name(cx));
        if text.is_empty() {
            return Err(cx.type_error(format_args!(
                "{name}.__init_subclass__() takes no arguments ({} given)",
                arguments.values.len()
            )));
        }
        Err(cx.type_error(format_args!("{name}.__init_subclass__() takes no {text}arguments")))
    }

    /// Abstract classes can override this to customize issubclass().
    ///
    /// This is invoked early on by abc.ABCMeta.__subclasscheck__().
    /// It should return True, False or NotImplemented.  If it returns
    /// NotImplemented, the normal algorithm is used.  Otherwise, it
    /// overrides the normal algorithm (and the outcome is cached).
    #[pyclassmethod(name = "__subclasshook__")]
    fn subclass_hook(class: Value, arguments: Arguments<'_>) -> Value {
        let _ = (class, arguments);
        Value::NOT_IMPLEMENTED
    }

    /// the object's class
    #[pygetter(name = "__class__")]
    fn class(cx: &Context, this: Value) -> Value {
        cx.class_of(this).as_value()
    }

    #[pysetter(name = "__class__")]
    fn set_class(cx: &Context, this: Value, value: Option<Value>) -> PyResult<()> {
        set_class_of(cx, this, value)
    }
}

/// `__dict__` of instances that keep attributes in slots.
pub static INSTANCE_DICT: NativeAttribute = NativeAttribute {
    name: "__dict__",
    doc: "dictionary for instance variables",
    get: instance_dict,
    set: Some(set_instance_dict),
};

/// `__weakref__` of instances that can be referred to weakly.
pub static INSTANCE_WEAK_REFERENCES: NativeAttribute = NativeAttribute {
    name: "__weakref__",
    doc: "list of weak references to the object",
    get: first_weak_reference,
    set: None,
};

fn instance_dict(cx: &Context, this: Value) -> PyResult<Value> {
    match this.as_object() {
        Some(object) => Ok(cx.to_dict_mode(object)?.as_value()),
        None => Err(cx.raise_attribute_error(this, cx.name(Name::__dict__))),
    }
}

fn set_instance_dict(cx: &Context, this: Value, value: Option<Value>) -> PyResult<()> {
    let value = match value {
        Some(value) if Dict::from_value(value).is_some() => value,
        Some(other) => {
            return Err(cx.type_error(format_args!(
                "__dict__ must be set to a dictionary, not a '{}'",
                cx.type_name(other)
            )));
        }
        None => cx.new_dict()?.as_value(),
    };
    let Some(object) = this.as_object() else {
        return Err(cx.raise_attribute_error(this, cx.name(Name::__dict__)));
    };
    cx.to_dict_mode(object)?;
    let Some(shape) = Shape::of(object) else { return Ok(()) };
    let slot = match crate::attribute::special_dict_slot(object) {
        Some(slot) => slot,
        None => attribute_slot(object, shape),
    };
    cx.store(object, slot, value);
    Ok(())
}

fn first_weak_reference(cx: &Context, this: Value) -> PyResult<Value> {
    Ok(cx.first_weak_reference(this).unwrap_or(Value::NONE))
}

fn check_no_class(cx: &Context, value: Value, name: &str) -> PyResult<()> {
    if Class::from_value(value).is_some() {
        return Err(cx.type_error(format_args!("can't apply this {name} to {} object", cx.type_name(value))));
    }
    Ok(())
}

/// Whether the class's `__new__` is `object`'s.
#[inline]
pub fn has_plain_new(cx: &Context, class: Class) -> bool {
    class.lookup_name(cx, Name::__new__).is_none_or(|new| is_object_new(cx, new))
}

/// Whether a `__new__` found on a class is `object`'s.
#[inline]
pub fn is_object_new(cx: &Context, new: Value) -> bool {
    new.as_kind(Kind::NativeFunction)
        .and_then(|object| object.value(native_function::RECEIVER))
        .is_some_and(|owner| owner.is(cx.class(Kind::Object)))
}

/// Whether an `__init__` found on a class is `object`'s.
#[inline]
pub fn is_object_init(cx: &Context, init: Value) -> bool {
    init.as_kind(Kind::WrapperDescriptor)
        .and_then(|object| object.value(native_function::OWNER))
        .is_some_and(|owner| owner.is(cx.class(Kind::Object)))
}

fn has_plain_init(cx: &Context, class: Class) -> bool {
    class.lookup_name(cx, Name::__init__).is_none_or(|init| is_object_init(cx, init))
}

/// The error, if any, of arguments that reach `object.__new__`.
///
/// # Errors
/// TypeError.
#[cold]
pub fn check_excess_for_new(cx: &Context, class: Class) -> PyResult<()> {
    if !has_plain_new(cx, class) {
        return Err(cx.type_error(format_args!(
            "object.__new__() takes exactly one argument (the type to instantiate)"
        )));
    }
    if has_plain_init(cx, class) {
        return Err(cx.type_error(format_args!("{}() takes no arguments", class.name(cx))));
    }
    Ok(())
}

/// The error, if any, of arguments that reach `object.__init__`.
///
/// # Errors
/// TypeError.
#[cold]
pub fn check_excess_for_init(cx: &Context, class: Class) -> PyResult<()> {
    if !has_plain_init(cx, class) {
        return Err(cx.type_error(format_args!(
            "object.__init__() takes exactly one argument (the instance to initialize)"
        )));
    }
    if has_plain_new(cx, class) {
        return Err(cx.type_error(format_args!(
            "{}.__init__() takes exactly one argument (the instance to initialize)",
            class.name(cx)
        )));
    }
    Ok(())
}

/// An instance without any of its attributes: the work of `object.__new__`.
///
/// # Errors
/// TypeError for abstract classes and classes that cannot be made this way; MemoryError.
#[inline]
pub fn new_plain(cx: &Context, class: Class) -> PyResult<Value> {
    let flags = class.flags();
    if flags.has(ClassFlags::ABSTRACT) {
        return Err(abstract_error(cx, class));
    }
    if class.layout() != Kind::Object || flags.has(ClassFlags::NOT_INSTANTIABLE) {
        check_layout_for_new(cx, class)?;
    }
    Ok(Value::from(allocate_of_class(cx, class)?))
}

#[cold]
fn check_layout_for_new(cx: &Context, class: Class) -> PyResult<()> {
    if class.flags().has(ClassFlags::NOT_INSTANTIABLE) {
        return Err(cx.cannot_create(class));
    }
    // A Python subclass of a native class must be made by the native class's own `__new__`, if it has one.
    if let Some(native) = class.native().and_then(|native| Class::from_value(cx.class(native.id)))
        && (!has_plain_new(cx, native) || native.flags().has(ClassFlags::NOT_INSTANTIABLE))
    {
        let name = native.name(cx);
        return Err(cx.type_error(format_args!(
            "object.__new__({}) is not safe, use {name}.__new__()",
            class.name(cx)
        )));
    }
    Ok(())
}

#[cold]
fn abstract_error(cx: &Context, class: Class) -> Raised {
    let sorted = class
        .dict()
        .map_or(Ok(None), |dict| dict.get_str(cx, cx.name(Name::__abstractmethods__)))
        .and_then(|names| match names {
            Some(names) => cx.sorted(names),
            None => cx.new_list(0),
        });
    let sorted = match sorted {
        Ok(sorted) => sorted,
        Err(raised) => return raised,
    };
    let mut list = alloc::string::String::new();
    for (index, name) in sorted.snapshot(cx).as_slice().iter().enumerate() {
        if index > 0 {
            list.push_str(", ");
        }
        let text = match cx.str_of(*name) {
            Ok(text) => text,
            Err(raised) => return raised,
        };
        list.push('\'');
        list.push_str(&text.to_utf8_lossy());
        list.push('\'');
    }
    cx.type_error(format_args!(
        "Can't instantiate abstract class {} without an implementation for abstract method{} {list}",
        class.name(cx),
        if sorted.len() > 1 { "s" } else { "" }
    ))
}

/// Adds the names that a class and its bases define, as `dir()` shows them.
///
/// # Errors
/// What reading `__dict__` and `__bases__` raises.
pub fn merge_class_names(cx: &Context, names: Dict, class: Value) -> PyResult<()> {
    cx.check_native_stack()?;
    if let Some(class_dict) = cx.find_attribute_or_none(class, cx.name(Name::__dict__))? {
        let keys = match Class::from_value(class).and_then(Class::dict) {
            Some(dict) => dict.as_value(),
            None => class_dict,
        };
        match Dict::from_value(keys) {
            Some(dict) => names.update_from(cx, dict)?,
            None => {
                let keys = cx.call_method_name(class_dict, Name::keys, &[])?;
                for &key in cx.collect(keys)?.as_slice() {
                    names.set(cx, key, Value::NONE)?;
                }
            }
        }
    }
    if let Some(bases) =
        cx.find_attribute_or_none(class, cx.name(Name::__bases__))?.and_then(Tuple::from_value)
    {
        for base in bases.iter() {
            merge_class_names(cx, names, base)?;
        }
    }
    Ok(())
}

/// The keys of a dict as a list.
///
/// # Errors
/// MemoryError.
pub fn keys_of(cx: &Context, dict: Dict) -> PyResult<Value> {
    let keys = cx.new_list(dict.len())?;
    for pair in dict.snapshot(cx).as_slice().chunks_exact(2) {
        if let Some(&key) = pair.first() {
            keys.push(cx, key)?;
        }
    }
    Ok(keys.as_value())
}

fn set_class_of(cx: &Context, this: Value, value: Option<Value>) -> PyResult<()> {
    let Some(value) = value else {
        return Err(cx.type_error(format_args!("can't delete __class__ attribute")));
    };
    let Some(new) = Class::from_value(value) else {
        return Err(cx.type_error(format_args!(
            "__class__ must be set to a class, not '{}' object",
            cx.type_name(value)
        )));
    };
    audit_change(cx, this, "__class__", Some(value))?;
    let old = cx.class_of(this);
    let module = Class::from_value(cx.class(Kind::Module));
    let modules = module.is_some_and(|module| new.is_subclass_of(module) && old.is_subclass_of(module));
    let mutable = |class: Class| !class.is_native() && !class.flags().has(ClassFlags::IMMUTABLE);
    let Some(object) = this.as_object().filter(|_| modules || (mutable(new) && mutable(old))) else {
        return Err(cx.type_error(format_args!(
            "__class__ assignment only supported for mutable types or ModuleType subclasses"
        )));
    };
    let has_dict = |class: Class| class.flags().has(ClassFlags::HAS_DICT);
    let compatible = new.layout() == old.layout()
        && new.slot_count() == old.slot_count()
        && new.raw_bytes() == old.raw_bytes()
        && has_dict(new) == has_dict(old)
        && same_slots(cx, old, new);
    if !compatible {
        return Err(cx.type_error(format_args!(
            "__class__ assignment: '{}' object layout differs from '{}'",
            new.name(cx),
            old.name(cx)
        )));
    }
    let target = if has_dict(new) {
        // The new class's shapes may give instances another number of own slots: go over to a dict, which is in the same place.
        cx.to_dict_mode(object)?;
        Some(new.dict_shape(cx)?)
    } else {
        new.instance_shape()
    };
    let Some(target) = target else { return Err(cx.cannot_create(new)) };
    let _guard = cx.lock(object);
    cx.mutator().store_shape(object, target.word());
    if new.flags().has(ClassFlags::HEAP_TYPE) {
        object.set_client_flags(client_flags::SUBCLASS);
    }
    Ok(())
}

/// Whether instances of both classes keep the same `__slots__` in the same places.
fn same_slots(cx: &Context, left: Class, right: Class) -> bool {
    let base = |class: Class| {
        let mut class = class;
        // The class that added the last slots.
        while let Some(base) = class.base() {
            if base.slot_count() != class.slot_count() || base.layout() != class.layout() {
                break;
            }
            class = base;
        }
        class
    };
    let (left, right) = (base(left), base(right));
    if left == right {
        return true;
    }
    match (left.base(), right.base()) {
        (Some(left_base), Some(right_base)) => {
            let left_names = crate::types::type_new::slot_names(cx, left);
            let right_names = crate::types::type_new::slot_names(cx, right);
            left_names.as_slice() == right_names.as_slice()
                && left_base.slot_count() == right_base.slot_count()
                && same_slots(cx, left_base, right_base)
        }
        _ => false,
    }
}

fn reduce_with_protocol(cx: &Context, this: Value, protocol: i32) -> PyResult<Value> {
    if protocol >= 2 {
        return reduce_new_object(cx, this);
    }
    let copyreg = cx.import_module("copyreg")?;
    let reduce = cx.get_attribute(copyreg, cx.intern_str("_reduce_ex")?)?;
    cx.call(reduce, &[this, Value::small_int_unchecked(protocol as i64)])
}

/// The arguments for `__new__` when an object is unpickled: positional and keyword ones; none if the class does not say.
fn new_arguments(cx: &Context, this: Value) -> PyResult<Option<(Tuple, Option<Dict>)>> {
    if let Some(method) = cx.find_attribute_or_none(this, cx.name(Name::__getnewargs_ex__))? {
        let result = cx.call(method, &[])?;
        let Some(pair) = Tuple::from_value(result) else {
            return Err(cx.type_error(format_args!(
                "__getnewargs_ex__ should return a tuple, not '{}'",
                cx.type_name(result)
            )));
        };
        let &[arguments, keywords] = pair.as_slice() else {
            return Err(cx.value_error(format_args!(
                "__getnewargs_ex__ should return a tuple of length 2, not {}",
                pair.len()
            )));
        };
        let Some(arguments) = Tuple::from_value(arguments) else {
            return Err(cx.type_error(format_args!(
                "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{}'",
                cx.type_name(arguments)
            )));
        };
        let Some(keywords) = Dict::from_value(keywords) else {
            return Err(cx.type_error(format_args!(
                "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{}'",
                cx.type_name(keywords)
            )));
        };
        return Ok(Some((arguments, Some(keywords))));
    }
    if let Some(method) = cx.find_attribute_or_none(this, cx.name(Name::__getnewargs__))? {
        let result = cx.call(method, &[])?;
        return match Tuple::from_value(result) {
            Some(arguments) => Ok(Some((arguments, None))),
            None => Err(cx.type_error(format_args!(
                "__getnewargs__ should return a tuple, not '{}'",
                cx.type_name(result)
            ))),
        };
    }
    Ok(None)
}

fn reduce_new_object(cx: &Context, this: Value) -> PyResult<Value> {
    let class = cx.class_of(this);
    if class.flags().has(ClassFlags::NOT_INSTANTIABLE) {
        return Err(cannot_pickle(cx, this));
    }
    let arguments = new_arguments(cx, this)?;
    let copyreg = cx.import_module("copyreg")?;
    let has_arguments = arguments.is_some();
    let (constructor, constructor_arguments) = match arguments {
        Some((arguments, Some(keywords))) if !keywords.is_empty() => {
            let constructor = cx.get_attribute(copyreg, cx.intern_str("__newobj_ex__")?)?;
            (constructor, cx.tuple(&[class.as_value(), arguments.as_value(), keywords.as_value()])?)
        }
        other => {
            let constructor = cx.get_attribute(copyreg, cx.intern_str("__newobj__")?)?;
            let mut values = cx.scratch();
            values.push(class.as_value());
            if let Some((arguments, _)) = other {
                values.extend_from_slice(arguments.as_slice());
            }
            (constructor, cx.tuple(values.as_slice())?)
        }
    };
    let is_list = List::from_value(this).is_some();
    let is_dict = Dict::from_value(this).is_some();
    let state = state_of(cx, this, !has_arguments && !is_list && !is_dict)?;
    let list_items = if is_list { cx.iterator_object(this)? } else { Value::NONE };
    let dict_items = if is_dict {
        let items = cx.call_method_name(this, Name::items, &[])?;
        cx.iterator_object(items)?
    } else {
        Value::NONE
    };
    cx.tuple(&[constructor, constructor_arguments, state, list_items, dict_items])
}

fn state_of(cx: &Context, this: Value, required: bool) -> PyResult<Value> {
    let class = cx.class_of(this);
    let name = cx.name(Name::__getstate__);
    if let Some((_, owner)) = class.lookup_with_owner(cx, name) {
        let own = match this.as_object() {
            Some(object) => cx.instance_attribute(object, name)?,
            None => None,
        };
        if owner.as_value().is(cx.class(Kind::Object)) && own.is_none() {
            return default_state(cx, this, required);
        }
    }
    cx.call_method(this, name, &[])
}

fn cannot_pickle(cx: &Context, this: Value) -> Raised {
    cx.type_error(format_args!("cannot pickle '{}' object", cx.type_name(this)))
}

/// The slot names that `copyreg` finds for a class.
fn copyreg_slot_names(cx: &Context, class: Class) -> PyResult<Option<List>> {
    let name = cx.intern_str("__slotnames__")?;
    if let Some(dict) = class.dict()
        && let Some(names) = dict.get_str(cx, name)?
        && let Some(list) = List::from_value(names)
    {
        return Ok(Some(list));
    }
    let copyreg = cx.import_module("copyreg")?;
    let function = cx.get_attribute(copyreg, cx.intern_str("_slotnames")?)?;
    let names = cx.call(function, &[class.as_value()])?;
    if names.is_none() {
        return Ok(None);
    }
    match List::from_value(names) {
        Some(list) => Ok(Some(list)),
        None => Err(cx.type_error(format_args!("copyreg._slotnames didn't return a list or None"))),
    }
}

fn default_state(cx: &Context, this: Value, required: bool) -> PyResult<Value> {
    let class = cx.class_of(this);
    let layout = class.layout();
    if required && layout != Kind::Object {
        return Err(cannot_pickle(cx, this));
    }
    let mut state = Value::NONE;
    if let Some(object) = this.as_object()
        && let Some(shape) = Shape::of(object)
    {
        let has_attributes = match shape.mode() {
            Mode::Slots => shape.count() > 0,
            Mode::Dict => true,
            Mode::Fixed => crate::attribute::special_dict_slot(object).is_some(),
        };
        if has_attributes {
            let dict = cx.to_dict_mode(object)?;
            if !dict.is_empty() {
                state = dict.as_value();
            }
        }
    }
    let Some(names) = copyreg_slot_names(cx, class)? else { return Ok(state) };
    if names.is_empty() {
        return Ok(state);
    }
    let slots = cx.new_dict()?;
    for name in names.snapshot(cx).as_slice() {
        let interned = cx.attribute_name(*name)?;
        if let Some(value) = cx.find_attribute_or_none(this, interned)? {
            slots.set(cx, *name, value)?;
        }
    }
    if slots.is_empty() { Ok(state) } else { cx.tuple(&[state, slots.as_value()]) }
}

impl Context {
    /// The name of an attribute, interned.
    ///
    /// # Errors
    /// TypeError if it is no string.
    #[inline]
    pub fn attribute_name(&self, name: Value) -> PyResult<Str> {
        match Str::from_value(name) {
            Some(text) if text.is_interned() => Ok(text),
            Some(text) => self.intern(text),
            None => Err(self
                .type_error(format_args!("attribute name must be string, not '{}'", self.type_name(name)))),
        }
    }

    /// `cannot create 'X' instances`
    #[cold]
    pub fn cannot_create(&self, class: Class) -> Raised {
        let name = class.name(self);
        if let (false, Ok(Some(module))) = (class.is_native(), self.class_module(class))
            && let Some(module) = Str::from_value(module)
        {
            return self
                .raise(ExceptionClass::TypeError, format_args!("cannot create '{module}.{name}' instances"));
        }
        match class.native() {
            Some(native) if class.is_native() && native.module != "builtins" => self.raise(
                ExceptionClass::TypeError,
                format_args!("cannot create '{}.{name}' instances", native.module),
            ),
            _ => self.raise(ExceptionClass::TypeError, format_args!("cannot create '{name}' instances")),
        }
    }
}
