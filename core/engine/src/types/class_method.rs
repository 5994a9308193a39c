//! `classmethod` objects.
//!
//! Invariant: slot 0 is the callable, set by `__init__`; an instance made by `__new__` alone has none.
//! Source: Objects/funcobject.c (`cm_descr_get`); attributes of the callable are forwarded, where CPython copies them.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::Arguments;
use crate::object_access::ObjectAccess;
use crate::types::class::{Class, allocate_of_class};
use crate::types::static_method::{forwarded, is_abstract};
use crate::value::Value;

const FUNCTION: usize = 0;
const SLOTS: u16 = 1;

/// Convert a function to be a class method.
///
/// A class method receives the class as implicit first argument,
/// just like an instance method receives the instance.
/// To declare a class method, use this idiom:
///
///   class C:
///       @classmethod
///       def f(cls, arg1, arg2, argN):
///           ...
///
/// It can be called either on the class (e.g. C.f()) or on an instance
/// (e.g. C().f()).  The instance is ignored except for its class.
/// If a class method is called for a derived class, the derived class
/// object is passed as the implied first argument.
///
/// Class methods are different than C++ or Java static methods.
/// If you want those, see the staticmethod builtin.
#[pyclass(id = ClassMethod, name = "classmethod", slots = SLOTS, signature = "(function, /)", flags(SUBCLASSABLE, HAS_DICT))]
pub struct ClassMethod(ObjectRef);

impl ClassMethod {
    /// The callable.
    #[inline]
    pub fn function(self) -> Option<Value> {
        self.0.value(FUNCTION)
    }
}

#[pymethods]
impl ClassMethod {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let _ = arguments;
        Ok(Value::from(allocate_of_class(cx, Class::expect(cx, class)?)?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: ClassMethod, arguments: Arguments<'_>) -> PyResult<()> {
        if arguments.keyword_count() > 0 {
            return Err(cx.type_error(format_args!("classmethod() takes no keyword arguments")));
        }
        let &[function] = arguments.values else {
            let count = arguments.values.len();
            return Err(cx.type_error(format_args!("classmethod expected 1 argument, got {count}")));
        };
        cx.store(this.0, FUNCTION, function);
        Ok(())
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: ClassMethod) -> PyResult<Value> {
        cx.str_format(format_args!("<classmethod({})>", cx.repr(this.function().unwrap_or(Value::NONE))?))
    }

    /// Return an attribute of instance, which is of type owner.
    #[pymethod(name = "__get__", signature = "(instance, owner=None, /)")]
    fn get(cx: &Context, this: ClassMethod, instance: Value, owner: Value) -> PyResult<Value> {
        let Some(function) = this.function() else {
            return Err(
                cx.raise(ExceptionClass::RuntimeError, format_args!("uninitialized classmethod object"))
            );
        };
        let class = if owner.is_none() { cx.class_of(instance).as_value() } else { owner };
        cx.bound_method(function, class)
    }

    #[pygetter(name = "__func__")]
    fn func(this: ClassMethod) -> Value {
        this.function().unwrap_or(Value::NONE)
    }

    #[pygetter(name = "__wrapped__")]
    fn wrapped(this: ClassMethod) -> Value {
        this.function().unwrap_or(Value::NONE)
    }

    #[pygetter(name = "__isabstractmethod__")]
    fn abstract_method(cx: &Context, this: ClassMethod) -> PyResult<bool> {
        is_abstract(cx, this.function())
    }

    #[pygetter(name = "__name__")]
    fn name(cx: &Context, this: ClassMethod) -> PyResult<Value> {
        forwarded(cx, this.as_value(), this.function(), Name::__name__)
    }

    #[pygetter(name = "__qualname__")]
    fn qualified_name(cx: &Context, this: ClassMethod) -> PyResult<Value> {
        forwarded(cx, this.as_value(), this.function(), Name::__qualname__)
    }

    #[pygetter(name = "__module__")]
    fn module(cx: &Context, this: ClassMethod) -> PyResult<Value> {
        forwarded(cx, this.as_value(), this.function(), Name::__module__)
    }

    #[pygetter(name = "__doc__")]
    fn doc(cx: &Context, this: ClassMethod) -> PyResult<Value> {
        forwarded(cx, this.as_value(), this.function(), Name::__doc__)
    }

    #[pygetter(name = "__annotations__")]
    fn annotations(cx: &Context, this: ClassMethod) -> PyResult<Value> {
        forwarded(cx, this.as_value(), this.function(), Name::__annotations__)
    }

    #[pygetter(name = "__annotate__")]
    fn annotate(cx: &Context, this: ClassMethod) -> PyResult<Value> {
        forwarded(cx, this.as_value(), this.function(), Name::__annotate__)
    }

    /// See PEP 585
    #[pyclassmethod(name = "__class_getitem__")]
    fn class_getitem(cx: &Context, class: Value, item: Value) -> PyResult<Value> {
        cx.generic_alias(class, item)
    }
}

impl Context {
    /// `classmethod(function)`
    ///
    /// # Errors
    /// MemoryError.
    pub fn class_method(&self, function: Value) -> PyResult<Value> {
        new_of_kind(self, Kind::ClassMethod, function)
    }
}

/// An exact instance whose first slot is a callable.
pub(crate) fn new_of_kind(cx: &Context, kind: Kind, function: Value) -> PyResult<Value> {
    let object = match Class::from_value(cx.class(kind)) {
        Some(class) if class.instance_shape().is_some() => allocate_of_class(cx, class)?,
        // During start-up: one slot more for attributes that are never set.
        _ => cx.allocate(kind, SLOTS as usize + 1, 0)?,
    };
    cx.store(object, FUNCTION, function);
    Ok(Value::from(object))
}
