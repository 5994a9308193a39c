//! The classes of None, Ellipsis and NotImplemented.
//!
//! Invariant: the values are tagged words; their classes make no instances but hand out the one.
//! Source: Objects/object.c (`_PyNone_Type`, `_PyNotImplemented_Type`), Objects/sliceobject.c (`PyEllipsis_Type`).

use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{PyResult, Raised};
use crate::native::Arguments;
use crate::types::str_object::Str;
use crate::value::Value;

#[cold]
fn no_arguments(cx: &Context, name: &str) -> Raised {
    cx.type_error(format_args!("{name} takes no arguments"))
}

/// The type of the None singleton.
#[pyclass(id = NoneType, name = "NoneType", flags(NO_WEAK_REFERENCES))]
pub struct NoneClass;

#[pymethods]
impl NoneClass {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let _ = class;
        if arguments.values.is_empty() { Ok(Value::NONE) } else { Err(no_arguments(cx, "NoneType")) }
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Value) -> PyResult<Str> {
        let _ = this;
        cx.intern_str("None")
    }

    /// True if self else False
    #[pymethod(name = "__bool__")]
    fn truth(this: Value) -> bool {
        let _ = this;
        false
    }

    /// Return hash(self).
    #[pymethod(name = "__hash__")]
    fn hash(cx: &Context, this: Value) -> PyResult<i64> {
        cx.hash(this)
    }
}

/// The type of the Ellipsis singleton.
#[pyclass(id = EllipsisType, name = "ellipsis", flags(NO_WEAK_REFERENCES))]
pub struct EllipsisClass;

#[pymethods]
impl EllipsisClass {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let _ = class;
        if arguments.values.is_empty() { Ok(Value::ELLIPSIS) } else { Err(no_arguments(cx, "EllipsisType")) }
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Value) -> PyResult<Str> {
        let _ = this;
        cx.intern_str("Ellipsis")
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: Value) -> PyResult<Str> {
        let _ = this;
        cx.intern_str("Ellipsis")
    }
}

/// The type of the NotImplemented singleton.
#[pyclass(id = NotImplementedType, name = "NotImplementedType", flags(NO_WEAK_REFERENCES))]
pub struct NotImplementedClass;

#[pymethods]
impl NotImplementedClass {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let _ = class;
        if arguments.values.is_empty() {
            Ok(Value::NOT_IMPLEMENTED)
        } else {
            Err(no_arguments(cx, "NotImplementedType"))
        }
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Value) -> PyResult<Str> {
        let _ = this;
        cx.intern_str("NotImplemented")
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: Value) -> PyResult<Str> {
        let _ = this;
        cx.intern_str("NotImplemented")
    }

    /// True if self else False
    #[pymethod(name = "__bool__")]
    fn truth(cx: &Context, this: Value) -> PyResult<bool> {
        let _ = this;
        Err(cx.type_error(format_args!("NotImplemented should not be used in a boolean context")))
    }
}
