//! Builtin functions about names, attributes, classes and the text of objects.
//!
//! Invariant: names become interned before they reach the attribute protocol. Source: Python/bltinmodule.c, Objects/object.c (`PyObject_Dir`).

use threadsnake_macros::pyfunction;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::names::Name;
use crate::protocol::text::identity;
use crate::types::list::List;
use crate::types::list_sort;
use crate::types::str_object::Str;
use crate::value::Value;

/// Return an ASCII-only representation of an object.
///
/// As repr(), return a string containing a printable representation of an
/// object, but escape the non-ASCII characters in the string returned by
/// repr() using \\x, \\u or \\U escapes. This generates a string similar
/// to that returned by repr() in Python 2.
#[pyfunction]
pub fn ascii(cx: &Context, obj: Value) -> PyResult<Str> {
    cx.ascii(obj)
}

/// Return whether the object is callable (i.e., some kind of function).
///
/// Note that classes are callable, as are instances of classes with a
/// __call__() method.
#[pyfunction]
pub fn callable(cx: &Context, obj: Value) -> bool {
    cx.is_callable(obj)
}

/// Deletes the named attribute from the given object.
///
/// delattr(x, 'y') is equivalent to ``del x.y``
#[pyfunction]
pub fn delattr(cx: &Context, obj: Value, name: Value) -> PyResult<()> {
    let name = cx.attribute_name(name)?;
    cx.set_attribute(obj, name, None)
}

/// dir([object]) -> list of strings
///
/// If called without an argument, return the names in the current scope.
/// Else, return an alphabetized list of names comprising (some of) the attributes
/// of the given object, and of attributes reachable from it.
/// If the object supplies a method named __dir__, it will be used; otherwise
/// the default dir() logic is used and returns:
///   for a module object: the module's attributes.
///   for a class object:  its attributes, and recursively the attributes
///     of its bases.
///   for any other object: its attributes, its class's attributes, and
///     recursively the attributes of its class's base classes.
#[pyfunction]
pub fn dir(cx: &Context, object: Option<Value>) -> PyResult<Value> {
    let names = match object {
        None => {
            let locals = cx.current_locals()?;
            cx.call_method_name(locals, Name::keys, &[])?
        }
        Some(object) => match cx.special_method(object, Name::__dir__)? {
            Some(method) => cx.call_pair(method, &[])?,
            None => return Err(cx.type_error(format_args!("object does not provide __dir__"))),
        },
    };
    let items = cx.collect(names)?;
    let list = cx.list_from(items.as_slice())?;
    list_sort::sort(cx, list, None, false)?;
    Ok(list.as_value())
}

/// Return type(value).__format__(value, format_spec)
///
/// Many built-in types implement format_spec according to the
/// Format Specification Mini-language. See help('FORMATTING')
/// for details.
#[pyfunction(signature = "(value, format_spec='', /)")]
pub fn format(cx: &Context, value: Value, format_spec: Option<Value>) -> PyResult<Str> {
    let specification = match format_spec {
        None => cx.empty_str(),
        Some(text) => match Str::from_value(text) {
            Some(text) => text,
            None => {
                return Err(cx.type_error(format_args!(
                    "format() argument 2 must be str, not {}",
                    cx.type_name(text)
                )));
            }
        },
    };
    cx.format_value(value, specification)
}

/// getattr(object, name[, default]) -> value
///
/// Get a named attribute from an object; getattr(x, 'y') is equivalent to x.y.
/// When a default argument is given, it is returned when the attribute doesn't
/// exist; without it, an exception is raised in that case.
#[pyfunction]
pub fn getattr(cx: &Context, object: Value, name: Value, default: Option<Value>) -> PyResult<Value> {
    let name = cx.attribute_name(name)?;
    match default {
        None => cx.get_attribute(object, name),
        Some(default) => Ok(cx.find_attribute_or_none(object, name)?.unwrap_or(default)),
    }
}

/// Return the dictionary containing the current scope's global variables.
///
/// NOTE: Updates to this dictionary *will* affect name lookups in the current
/// global scope and vice-versa.
#[pyfunction]
pub fn globals(cx: &Context) -> PyResult<Value> {
    match cx.frames().innermost().and_then(|frame| frame.globals_dict()) {
        Some(globals) => Ok(globals.as_value()),
        None => Ok(Value::NONE),
    }
}

/// Return whether the object has an attribute with the given name.
///
/// This is done by calling getattr(obj, name) and catching AttributeError.
#[pyfunction]
pub fn hasattr(cx: &Context, obj: Value, name: Value) -> PyResult<bool> {
    let name = cx.attribute_name(name)?;
    Ok(cx.find_attribute_or_none(obj, name)?.is_some())
}

/// Return the hash value for the given object.
///
/// Two objects that compare equal must also have the same hash value, but the
/// reverse is not necessarily true.
#[pyfunction]
pub fn hash(cx: &Context, obj: Value) -> PyResult<i64> {
    cx.hash(obj)
}

/// Return the identity of an object.
///
/// This is guaranteed to be unique among simultaneously existing objects.
/// (CPython uses the object's memory address.)
#[pyfunction]
pub fn id(cx: &Context, obj: Value) -> PyResult<u64> {
    cx.audit("builtins.id", || Ok([cx.int_from_u64(identity(obj))?]))?;
    Ok(identity(obj))
}

/// Return whether an object is an instance of a class or of a subclass thereof.
///
/// A tuple, as in ``isinstance(x, (A, B, ...))``, may be given as the target to
/// check against. This is equivalent to ``isinstance(x, A) or isinstance(x, B)
/// or ...`` etc.
#[pyfunction]
pub fn isinstance(cx: &Context, obj: Value, class_or_tuple: Value) -> PyResult<bool> {
    cx.is_instance(obj, class_or_tuple)
}

/// Return whether 'cls' is derived from another class or is the same class.
///
/// A tuple, as in ``issubclass(x, (A, B, ...))``, may be given as the target to
/// check against. This is equivalent to ``issubclass(x, A) or issubclass(x, B)
/// or ...``.
#[pyfunction]
pub fn issubclass(cx: &Context, cls: Value, class_or_tuple: Value) -> PyResult<bool> {
    cx.is_subclass(cls, class_or_tuple)
}

/// Return the number of items in a container.
#[pyfunction]
pub fn len(cx: &Context, obj: Value) -> PyResult<usize> {
    cx.length(obj)
}

/// Return a dictionary containing the current scope's local variables.
///
/// NOTE: Whether or not updates to this dictionary will affect name lookups in
/// the local scope and vice-versa is *implementation dependent* and not
/// covered by any backwards compatibility guarantees.
#[pyfunction]
pub fn locals(cx: &Context) -> PyResult<Value> {
    cx.current_locals()
}

/// Return the canonical string representation of the object.
///
/// For many object types, including most builtins, eval(repr(obj)) == obj.
#[pyfunction]
pub fn repr(cx: &Context, obj: Value) -> PyResult<Str> {
    cx.repr(obj)
}

/// Sets the named attribute on the given object to the specified value.
///
/// setattr(x, 'y', v) is equivalent to ``x.y = v``
#[pyfunction]
pub fn setattr(cx: &Context, obj: Value, name: Value, value: Value) -> PyResult<()> {
    let name = cx.attribute_name(name)?;
    cx.set_attribute(obj, name, Some(value))
}

/// vars([object]) -> dictionary
///
/// Without arguments, equivalent to locals().
/// With an argument, equivalent to object.__dict__.
#[pyfunction]
pub fn vars(cx: &Context, object: Option<Value>) -> PyResult<Value> {
    let Some(object) = object else { return cx.current_locals() };
    match cx.find_attribute_or_none(object, cx.name(Name::__dict__))? {
        Some(dict) => Ok(dict),
        None => Err(
            cx.raise(ExceptionClass::TypeError, format_args!("vars() argument must have __dict__ attribute"))
        ),
    }
}

impl Context {
    /// `sorted(iterable)`
    ///
    /// # Errors
    /// What iterating and comparing raise.
    pub fn sorted(&self, iterable: Value) -> PyResult<List> {
        let items = self.collect(iterable)?;
        let list = self.list_from(items.as_slice())?;
        list_sort::sort(self, list, None, false)?;
        Ok(list)
    }
}
