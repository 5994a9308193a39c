//! `staticmethod` objects.
//!
//! Invariant: slot 0 is the callable, set by `__init__`; an instance made by `__new__` alone has none.
//! Source: Objects/funcobject.c (`sm_descr_get`); attributes of the callable are forwarded, where CPython copies them.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::Arguments;
use crate::object_access::ObjectAccess;
use crate::types::class::{Class, allocate_of_class};
use crate::types::class_method::new_of_kind;
use crate::value::Value;

const FUNCTION: usize = 0;
const SLOTS: u16 = 1;

/// Convert a function to be a static method.
///
/// A static method does not receive an implicit first argument.
/// To declare a static method, use this idiom:
///
///      class C:
///          @staticmethod
///          def f(arg1, arg2, argN):
///              ...
///
/// It can be called either on the class (e.g. C.f()) or on an instance
/// (e.g. C().f()). Both the class and the instance are ignored, and
/// neither is passed implicitly as the first argument to the method.
///
/// Static methods in Python are similar to those found in Java or C++.
/// For a more advanced concept, see the classmethod builtin.
#[pyclass(id = StaticMethod, name = "staticmethod", slots = SLOTS, signature = "(function, /)", flags(SUBCLASSABLE, HAS_DICT))]
pub struct StaticMethod(ObjectRef);

impl StaticMethod {
    /// The callable.
    #[inline]
    pub fn function(self) -> Option<Value> {
        self.0.value(FUNCTION)
    }

    fn initialized(self, cx: &Context) -> PyResult<Value> {
        match self.function() {
            Some(function) => Ok(function),
            None => Err(uninitialized(cx)),
        }
    }
}

fn uninitialized(cx: &Context) -> Raised {
    cx.raise(ExceptionClass::RuntimeError, format_args!("uninitialized staticmethod object"))
}

#[pymethods]
impl StaticMethod {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let _ = arguments;
        Ok(Value::from(allocate_of_class(cx, Class::expect(cx, class)?)?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: StaticMethod, arguments: Arguments<'_>) -> PyResult<()> {
        if arguments.keyword_count() > 0 {
            return Err(cx.type_error(format_args!("staticmethod() takes no keyword arguments")));
        }
        let &[function] = arguments.values else {
            let count = arguments.values.len();
            return Err(cx.type_error(format_args!("staticmethod expected 1 argument, got {count}")));
        };
        cx.store(this.0, FUNCTION, function);
        Ok(())
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: StaticMethod) -> PyResult<Value> {
        cx.str_format(format_args!("<staticmethod({})>", cx.repr(this.function().unwrap_or(Value::NONE))?))
    }

    /// Call self as a function.
    #[pymethod(name = "__call__")]
    fn call(cx: &Context, this: StaticMethod, arguments: Arguments<'_>) -> PyResult<Value> {
        cx.call_with(this.initialized(cx)?, arguments)
    }

    /// Return an attribute of instance, which is of type owner.
    #[pymethod(name = "__get__", signature = "(instance, owner=None, /)")]
    fn get(cx: &Context, this: StaticMethod, instance: Value, owner: Value) -> PyResult<Value> {
        let _ = (instance, owner);
        this.initialized(cx)
    }

    #[pygetter(name = "__func__")]
    fn func(this: StaticMethod) -> Value {
        this.function().unwrap_or(Value::NONE)
    }

    #[pygetter(name = "__wrapped__")]
    fn wrapped(this: StaticMethod) -> Value {
        this.function().unwrap_or(Value::NONE)
    }

    #[pygetter(name = "__isabstractmethod__")]
    fn abstract_method(cx: &Context, this: StaticMethod) -> PyResult<bool> {
        is_abstract(cx, this.function())
    }

    #[pygetter(name = "__name__")]
    fn name(cx: &Context, this: StaticMethod) -> PyResult<Value> {
        forwarded(cx, this.as_value(), this.function(), Name::__name__)
    }

    #[pygetter(name = "__qualname__")]
    fn qualified_name(cx: &Context, this: StaticMethod) -> PyResult<Value> {
        forwarded(cx, this.as_value(), this.function(), Name::__qualname__)
    }

    #[pygetter(name = "__module__")]
    fn module(cx: &Context, this: StaticMethod) -> PyResult<Value> {
        forwarded(cx, this.as_value(), this.function(), Name::__module__)
    }

    #[pygetter(name = "__doc__")]
    fn doc(cx: &Context, this: StaticMethod) -> PyResult<Value> {
        forwarded(cx, this.as_value(), this.function(), Name::__doc__)
    }

    #[pygetter(name = "__annotations__")]
    fn annotations(cx: &Context, this: StaticMethod) -> PyResult<Value> {
        forwarded(cx, this.as_value(), this.function(), Name::__annotations__)
    }

    #[pygetter(name = "__annotate__")]
    fn annotate(cx: &Context, this: StaticMethod) -> PyResult<Value> {
        forwarded(cx, this.as_value(), this.function(), Name::__annotate__)
    }

    /// See PEP 585
    #[pyclassmethod(name = "__class_getitem__")]
    fn class_getitem(cx: &Context, class: Value, item: Value) -> PyResult<Value> {
        cx.generic_alias(class, item)
    }
}

/// Whether a wrapped callable says that it is abstract.
pub(crate) fn is_abstract(cx: &Context, function: Option<Value>) -> PyResult<bool> {
    let Some(function) = function else { return Ok(false) };
    match cx.find_attribute_or_none(function, cx.name(Name::__isabstractmethod__))? {
        Some(flag) => cx.is_true(flag),
        None => Ok(false),
    }
}

/// The callable's attribute, as the wrapper's own.
pub(crate) fn forwarded(
    cx: &Context,
    wrapper: Value,
    function: Option<Value>,
    name: Name,
) -> PyResult<Value> {
    let found = match function {
        Some(function) => cx.find_attribute_or_none(function, cx.name(name))?,
        None => None,
    };
    match found {
        Some(value) => Ok(value),
        None => Err(cx.raise_attribute_error(wrapper, cx.name(name))),
    }
}

impl Context {
    /// `staticmethod(function)`
    ///
    /// # Errors
    /// MemoryError.
    pub fn static_method(&self, function: Value) -> PyResult<Value> {
        new_of_kind(self, Kind::StaticMethod, function)
    }
}
