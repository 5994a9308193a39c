//! `NameError` and `AttributeError`: the name that was not found, and the object it was sought on.
//!
//! Source: Objects/exceptions.c; Python/ceval.c (`_PyEval_FormatExcCheckArg`) for the texts.

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::native::{Arguments, NativeClass};
use crate::types::dict::Dict;
use crate::types::exception::{EXTRA_NAME, EXTRA_OBJECT, RAW_BYTES, new_exception, slot};
use crate::types::exception_methods::{
    BaseException, allocate_exception, arguments_of, attributes_of, check_new, extra, keyword_members,
    member, reduced, set_extra, store_arguments, with_members,
};
use crate::types::str_object::Str;
use crate::value::Value;
use threadsnake_macros::{pyclass, pymethods};

/// Name not found globally.
#[pyclass(
    id = BaseException, name = "NameError", base = BaseException, slots = slot::COUNT + 1, raw = RAW_BYTES,
    flags(SUBCLASSABLE, HAS_DICT, EXCEPTION)
)]
pub struct NameError;

#[pymethods]
impl NameError {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let class = check_new(cx, class, ExceptionClass::NameError, "NameError")?;
        Ok(Value::from(allocate_exception(cx, class, arguments.positional())?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: BaseException, arguments: Arguments<'_>) -> PyResult<()> {
        let [name] = keyword_members(cx, "NameError", &arguments, ["name"])?;
        store_arguments(cx, this.object(), arguments.positional())?;
        set_extra(cx, this.object(), EXTRA_NAME, name);
        Ok(())
    }
}

/// Attribute not found.
#[pyclass(
    id = BaseException, name = "AttributeError", base = BaseException, slots = slot::COUNT + 2, raw = RAW_BYTES,
    flags(SUBCLASSABLE, HAS_DICT, EXCEPTION)
)]
pub struct AttributeError;

/// The state to pickle: attributes, the name and the arguments; the object may not be picklable and is left out.
fn attribute_error_state(cx: &Context, this: BaseException) -> PyResult<Value> {
    let state = match attributes_of(cx, this.object())? {
        Some(attributes) => attributes.copy(cx)?,
        None => cx.new_dict()?,
    };
    if let Some(name) = extra(this.object(), EXTRA_NAME) {
        state.set_str(cx, cx.new_str("name")?, name)?;
        state.set_str(cx, cx.new_str("args")?, arguments_of(cx, this.object()).as_value())?;
    }
    Ok(state.as_value())
}

#[pymethods]
impl AttributeError {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let class = check_new(cx, class, ExceptionClass::AttributeError, "AttributeError")?;
        Ok(Value::from(allocate_exception(cx, class, arguments.positional())?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: BaseException, arguments: Arguments<'_>) -> PyResult<()> {
        let [name, object] = keyword_members(cx, "AttributeError", &arguments, ["name", "obj"])?;
        store_arguments(cx, this.object(), arguments.positional())?;
        set_extra(cx, this.object(), EXTRA_NAME, name);
        set_extra(cx, this.object(), EXTRA_OBJECT, object);
        Ok(())
    }

    #[pymethod(name = "__getstate__", signature = "($self, /)")]
    fn get_state(cx: &Context, this: BaseException) -> PyResult<Value> {
        attribute_error_state(cx, this)
    }

    #[pymethod(name = "__reduce__", signature = "($self, /)")]
    fn reduce(cx: &Context, this: BaseException) -> PyResult<Value> {
        let state = attribute_error_state(cx, this)?;
        let state =
            Some(state).filter(|state| Dict::from_value(*state).is_some_and(|state| !state.is_empty()));
        reduced(cx, this.as_value(), arguments_of(cx, this.object()).as_value(), state)
    }
}

/// `NameError`, with its attribute.
pub(crate) fn name_error() -> &'static NativeClass {
    with_members!(NameError, &[member!("name", EXTRA_NAME)])
}

/// `AttributeError`, with its attributes.
pub(crate) fn attribute_error() -> &'static NativeClass {
    with_members!(AttributeError, &[member!("name", EXTRA_NAME), member!("obj", EXTRA_OBJECT)])
}

fn raise_name(cx: &Context, class: ExceptionClass, name: Str, text: core::fmt::Arguments<'_>) -> Raised {
    let message = match cx.str_format(text) {
        Ok(message) => message,
        Err(raised) => return raised,
    };
    match new_exception(cx, class, &[message]) {
        Ok(object) => {
            set_extra(cx, object, EXTRA_NAME, Some(name.as_value()));
            cx.raise_object(object)
        }
        Err(raised) => raised,
    }
}

impl Context {
    /// NameError: `name 'x' is not defined`.
    #[cold]
    pub fn name_error(&self, name: Str) -> Raised {
        raise_name(self, ExceptionClass::NameError, name, format_args!("name '{name}' is not defined"))
    }

    /// UnboundLocalError of a local variable.
    #[cold]
    pub fn unbound_local_error(&self, name: Str) -> Raised {
        let text =
            format_args!("cannot access local variable '{name}' where it is not associated with a value");
        // CPython sets no `name` on this one, so that there is no suggestion.
        self.raise(ExceptionClass::UnboundLocalError, text)
    }

    /// NameError of a closure's variable.
    #[cold]
    pub fn unbound_free_error(&self, name: Str) -> Raised {
        let text = format_args!(
            "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        );
        raise_name(self, ExceptionClass::NameError, name, text)
    }
}
