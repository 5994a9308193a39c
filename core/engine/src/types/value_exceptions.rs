//! Exceptions around one value: `StopIteration.value`, `SystemExit.code`, and `KeyError`, which shows its key by `repr`.
//!
//! Source: Objects/exceptions.c.

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::native::{Arguments, NativeClass};
use crate::types::exception::{EXTRA_VALUE, RAW_BYTES, slot};
use crate::types::exception_methods::{
    BaseException, allocate_exception, arguments_of, check_new, member, no_keywords, plain_text, set_extra,
    store_arguments, with_members,
};
use crate::value::Value;
use threadsnake_macros::{pyclass, pymethods};

/// Signal the end from iterator.__next__().
#[pyclass(
    id = BaseException, name = "StopIteration", base = BaseException, slots = slot::COUNT + 1, raw = RAW_BYTES,
    flags(SUBCLASSABLE, HAS_DICT, EXCEPTION)
)]
pub struct StopIteration;

#[pymethods]
impl StopIteration {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let class = check_new(cx, class, ExceptionClass::StopIteration, "StopIteration")?;
        Ok(Value::from(allocate_exception(cx, class, arguments.positional())?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: BaseException, arguments: Arguments<'_>) -> PyResult<()> {
        no_keywords(cx, cx.type_name(this.as_value()), &arguments)?;
        store_arguments(cx, this.object(), arguments.positional())?;
        set_extra(cx, this.object(), EXTRA_VALUE, arguments.positional().first().copied());
        Ok(())
    }
}

/// Request to exit from the interpreter.
#[pyclass(
    id = BaseException, name = "SystemExit", base = BaseException, slots = slot::COUNT + 1, raw = RAW_BYTES,
    flags(SUBCLASSABLE, HAS_DICT, EXCEPTION)
)]
pub struct SystemExit;

#[pymethods]
impl SystemExit {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let class = check_new(cx, class, ExceptionClass::SystemExit, "SystemExit")?;
        Ok(Value::from(allocate_exception(cx, class, arguments.positional())?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: BaseException, arguments: Arguments<'_>) -> PyResult<()> {
        no_keywords(cx, cx.type_name(this.as_value()), &arguments)?;
        store_arguments(cx, this.object(), arguments.positional())?;
        let code = match arguments.positional() {
            [] => None,
            &[code] => Some(code),
            _ => Some(arguments_of(cx, this.object()).as_value()),
        };
        set_extra(cx, this.object(), EXTRA_VALUE, code);
        Ok(())
    }
}

/// Mapping key not found.
#[pyclass(
    id = BaseException, name = "KeyError", base = BaseException, slots = slot::COUNT, raw = RAW_BYTES,
    flags(SUBCLASSABLE, HAS_DICT, EXCEPTION)
)]
pub struct KeyError;

#[pymethods]
impl KeyError {
    /// Return str(self).
    #[pymethod(name = "__str__", signature = "($self, /)")]
    fn str(cx: &Context, this: BaseException) -> PyResult<Value> {
        let arguments = arguments_of(cx, this.object());
        match arguments.as_slice() {
            &[key] => Ok(cx.repr(key)?.as_value()),
            _ => plain_text(cx, this.object()),
        }
    }
}

/// `StopIteration`, with its attribute.
pub(crate) fn stop_iteration() -> &'static NativeClass {
    with_members!(StopIteration, &[member!("value", EXTRA_VALUE)])
}

/// `SystemExit`, with its attribute.
pub(crate) fn system_exit() -> &'static NativeClass {
    with_members!(SystemExit, &[member!("code", EXTRA_VALUE)])
}
