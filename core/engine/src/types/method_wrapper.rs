//! `method-wrapper`: a native special method bound to its object, as `(5).__add__` is.
//!
//! Invariant: an instance is laid out as a native function, so that calls and their fast paths treat both alike; only its class differs.
//! Source: Objects/descrobject.c (wrapperobject).

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::native::{Arguments, NativeFunction};
use crate::object_access::ObjectAccess;
use crate::protocol::text::identity;
use crate::types::native_function::{RECEIVER, definition};
use crate::types::native_function_methods::{bound_hash, reduce_as_attribute, same_binding, text_or_none};
use crate::value::Value;

/// Slots and raw word are those of a native function.
#[pyclass(
    id = MethodWrapper, layout = NativeFunction, name = "method-wrapper", slots = 2, raw = 8, doc = "",
    flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES)
)]
pub struct MethodWrapper(ObjectRef);

impl MethodWrapper {
    fn definition(self) -> &'static NativeFunction {
        definition(self.0)
    }

    fn bound_to(self) -> Value {
        self.0.value(RECEIVER).unwrap_or(Value::NONE)
    }

    /// The class that the method was found in.
    fn owner(cx: &Context, this: MethodWrapper) -> PyResult<Value> {
        let name = cx.intern_str(this.definition().name)?;
        let found = cx.class_of(this.bound_to()).lookup_with_owner(cx, name);
        Ok(found.map_or(Value::NONE, |(_, owner)| owner.as_value()))
    }
}

#[pymethods]
impl MethodWrapper {
    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: MethodWrapper) -> PyResult<Value> {
        let receiver = this.bound_to();
        cx.str_format(format_args!(
            "<method-wrapper '{}' of {} object at {:#x}>",
            this.definition().name,
            cx.type_name(receiver),
            identity(receiver)
        ))
    }

    /// Call self as a function.
    #[pymethod(name = "__call__")]
    fn call(cx: &Context, this: MethodWrapper, arguments: Arguments<'_>) -> PyResult<Value> {
        cx.call_with(this.as_value(), arguments)
    }

    /// Return hash(self).
    #[pymethod(name = "__hash__")]
    fn hash(this: MethodWrapper) -> i64 {
        bound_hash(this.0)
    }

    /// Return self==value.
    #[pymethod(name = "__eq__")]
    fn equal(cx: &Context, this: MethodWrapper, value: Value) -> Value {
        same_binding(cx, this.as_value(), value).map_or(Value::NOT_IMPLEMENTED, Value::from_bool)
    }

    /// Return self!=value.
    #[pymethod(name = "__ne__")]
    fn not_equal(cx: &Context, this: MethodWrapper, value: Value) -> Value {
        same_binding(cx, this.as_value(), value)
            .map_or(Value::NOT_IMPLEMENTED, |same| Value::from_bool(!same))
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: MethodWrapper) -> PyResult<Value> {
        reduce_as_attribute(cx, this.bound_to(), this.definition().name)
    }

    #[pygetter(name = "__name__")]
    fn name(cx: &Context, this: MethodWrapper) -> PyResult<Value> {
        cx.str(this.definition().name)
    }

    #[pygetter(name = "__qualname__")]
    fn qualified_name(cx: &Context, this: MethodWrapper) -> PyResult<Value> {
        let name = this.definition().name;
        match crate::types::class::Class::from_value(Self::owner(cx, this)?) {
            Some(owner) => cx.str_format(format_args!("{}.{name}", owner.qualified_name(cx))),
            None => cx.str(name),
        }
    }

    #[pygetter(name = "__doc__")]
    fn doc(cx: &Context, this: MethodWrapper) -> PyResult<Value> {
        text_or_none(cx, this.definition().doc)
    }

    #[pygetter(name = "__text_signature__")]
    fn text_signature(cx: &Context, this: MethodWrapper) -> PyResult<Value> {
        text_or_none(cx, this.definition().signature)
    }

    #[pygetter(name = "__self__")]
    fn receiver(this: MethodWrapper) -> Value {
        this.bound_to()
    }

    #[pygetter(name = "__objclass__")]
    fn class(cx: &Context, this: MethodWrapper) -> PyResult<Value> {
        Self::owner(cx, this)
    }
}
