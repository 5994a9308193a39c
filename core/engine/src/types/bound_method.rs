//! Attributes and methods of bound methods.
//!
//! Invariant: attributes that the class does not define are those of the function. Source: Objects/classobject.c.

use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::names::Name;
use crate::native::Arguments;
use crate::native::convert::{FromValue, NotValue};
use crate::protocol::comparison::identity_hash;
use crate::types::function::BoundMethod;
use crate::types::str_object::Str;
use crate::value::Value;

impl FromValue for BoundMethod {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        BoundMethod::from_value(value).ok_or_else(|| cx.type_error_expected("method", value))
    }
}
impl NotValue for BoundMethod {}

/// Create a bound instance method object.
#[pyclass(id = BoundMethod, name = "method", slots = BoundMethod::SLOTS, signature = "(function, instance, /)")]
pub struct BoundMethodClass;

#[pymethods]
impl BoundMethodClass {
    #[pynew]
    fn new(cx: &Context, class: Value, function: Value, instance: Value) -> PyResult<Value> {
        let _ = class;
        if !cx.is_callable(function) {
            return Err(cx.type_error(format_args!("first argument must be callable")));
        }
        if instance.is_none() {
            return Err(cx.type_error(format_args!("instance must not be None")));
        }
        cx.bound_method(function, instance)
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: BoundMethod) -> PyResult<Value> {
        let function = this.function();
        let mut name =
            cx.find_attribute_or_none(function, cx.name(Name::__qualname__))?.and_then(Str::from_value);
        if name.is_none() {
            name = cx.find_attribute_or_none(function, cx.name(Name::__name__))?.and_then(Str::from_value);
        }
        let receiver = cx.repr(this.receiver())?;
        match name {
            Some(name) => cx.str_format(format_args!("<bound method {name} of {receiver}>")),
            None => cx.str_format(format_args!("<bound method ? of {receiver}>")),
        }
    }

    /// Call self as a function.
    #[pymethod(name = "__call__")]
    fn call(cx: &Context, this: BoundMethod, arguments: Arguments<'_>) -> PyResult<Value> {
        cx.with_receiver(this.receiver(), arguments, |arguments| cx.call_with(this.function(), arguments))
    }

    /// Return an attribute of instance, which is of type owner.
    #[pymethod(name = "__get__", signature = "(instance, owner=None, /)")]
    fn get(this: BoundMethod, instance: Value, owner: Value) -> Value {
        let _ = (instance, owner);
        Value::from(this.object())
    }

    /// Return getattr(self, name).
    #[pymethod(name = "__getattribute__")]
    fn get_attribute(cx: &Context, this: BoundMethod, name: Value) -> PyResult<Value> {
        let name = cx.attribute_name(name)?;
        match cx.generic_find_attribute(Value::from(this.object()), name)? {
            Some(found) => Ok(found),
            None => cx.get_attribute(this.function(), name),
        }
    }

    /// Return hash(self).
    #[pymethod(name = "__hash__")]
    fn hash(cx: &Context, this: BoundMethod) -> PyResult<i64> {
        let hash = identity_hash(this.receiver()) ^ cx.hash(this.function())?;
        Ok(if hash == -1 { -2 } else { hash })
    }

    /// Return self==value.
    #[pymethod(name = "__eq__")]
    fn equal(cx: &Context, this: BoundMethod, value: Value) -> PyResult<Value> {
        compare(cx, this, value, true)
    }

    /// Return self!=value.
    #[pymethod(name = "__ne__")]
    fn not_equal(cx: &Context, this: BoundMethod, value: Value) -> PyResult<Value> {
        compare(cx, this, value, false)
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: BoundMethod) -> PyResult<Value> {
        let name = cx.get_attribute_name(this.function(), Name::__name__)?;
        let arguments = cx.tuple(&[this.receiver(), name])?;
        cx.tuple(&[cx.builtin("getattr")?, arguments])
    }

    /// the function (or other callable) implementing a method
    #[pygetter(name = "__func__")]
    fn function(this: BoundMethod) -> Value {
        this.function()
    }

    /// the instance to which a method is bound
    #[pygetter(name = "__self__")]
    fn receiver(this: BoundMethod) -> Value {
        this.receiver()
    }

    #[pygetter(name = "__doc__")]
    fn doc(cx: &Context, this: BoundMethod) -> PyResult<Value> {
        cx.get_attribute_name(this.function(), Name::__doc__)
    }
}

fn compare(cx: &Context, this: BoundMethod, value: Value, wanted: bool) -> PyResult<Value> {
    let Some(other) = BoundMethod::from_value(value) else { return Ok(Value::NOT_IMPLEMENTED) };
    let same = this.receiver().is(other.receiver()) && cx.equal(this.function(), other.function())?;
    Ok(Value::from_bool(same == wanted))
}
