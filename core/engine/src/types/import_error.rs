//! `ImportError` and `ModuleNotFoundError`: what was to be imported, from where.
//!
//! Invariant: `msg` is set by the constructor when it is given exactly one argument. Source: Objects/exceptions.c.

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::native::{Arguments, NativeClass};
use crate::types::exception::{RAW_BYTES, new_exception, slot};
use crate::types::exception_methods::{
    BaseException, allocate_exception, arguments_of, attributes_of, check_new, extra, keyword_members,
    member, plain_text, reduced, set_extra, store_arguments, with_members,
};
use crate::types::str_object::Str;
use crate::value::Value;
use threadsnake_macros::{pyclass, pymethods};

/// Slot of `name`.
pub const NAME: usize = slot::EXTRA;
/// Slot of `path`.
pub const PATH: usize = slot::EXTRA + 1;
/// Slot of `msg`.
pub const MESSAGE: usize = slot::EXTRA + 2;
/// Slot of `name_from`.
pub const NAME_FROM: usize = slot::EXTRA + 3;
/// Slots of an instance.
pub const SLOTS: u16 = slot::COUNT + 4;

/// Import can't find module, or can't find name in module.
#[pyclass(
    id = BaseException, name = "ImportError", base = BaseException, slots = SLOTS, raw = RAW_BYTES,
    flags(SUBCLASSABLE, HAS_DICT, EXCEPTION)
)]
pub struct ImportError;

#[pymethods]
impl ImportError {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let class = check_new(cx, class, ExceptionClass::ImportError, "ImportError")?;
        Ok(Value::from(allocate_exception(cx, class, arguments.positional())?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: BaseException, arguments: Arguments<'_>) -> PyResult<()> {
        let [name, path, name_from] =
            keyword_members(cx, "ImportError", &arguments, ["name", "path", "name_from"])?;
        store_arguments(cx, this.object(), arguments.positional())?;
        set_extra(cx, this.object(), NAME, name);
        set_extra(cx, this.object(), PATH, path);
        set_extra(cx, this.object(), NAME_FROM, name_from);
        let message = match arguments.positional() {
            &[message] => Some(message),
            _ => None,
        };
        set_extra(cx, this.object(), MESSAGE, message);
        Ok(())
    }

    /// Return str(self).
    #[pymethod(name = "__str__", signature = "($self, /)")]
    fn str(cx: &Context, this: BaseException) -> PyResult<Value> {
        match extra(this.object(), MESSAGE).and_then(Str::from_value) {
            Some(message) if message.is_exact() => Ok(message.as_value()),
            _ => plain_text(cx, this.object()),
        }
    }

    #[pymethod(name = "__reduce__", signature = "($self, /)")]
    fn reduce(cx: &Context, this: BaseException) -> PyResult<Value> {
        let arguments = arguments_of(cx, this.object()).as_value();
        let attributes = attributes_of(cx, this.object())?;
        let members = [("name", NAME), ("path", PATH), ("name_from", NAME_FROM)];
        if members.iter().all(|&(_, slot)| extra(this.object(), slot).is_none()) {
            return reduced(cx, this.as_value(), arguments, attributes.map(|dict| dict.as_value()));
        }
        let state = match attributes {
            Some(attributes) => attributes.copy(cx)?,
            None => cx.new_dict()?,
        };
        for (name, slot) in members {
            if let Some(value) = extra(this.object(), slot) {
                state.set_str(cx, cx.new_str(name)?, value)?;
            }
        }
        reduced(cx, this.as_value(), arguments, Some(state.as_value()))
    }
}

/// `ImportError`, with its attributes.
pub(crate) fn class() -> &'static NativeClass {
    with_members!(
        ImportError,
        &[
            member!("msg", MESSAGE),
            member!("name", NAME),
            member!("path", PATH),
            member!("name_from", NAME_FROM)
        ]
    )
}

impl Context {
    /// ImportError or ModuleNotFoundError with its attributes.
    #[cold]
    pub fn import_error(
        &self,
        class: ExceptionClass,
        text: core::fmt::Arguments<'_>,
        name: Option<Value>,
        path: Option<Value>,
        name_from: Option<Value>,
    ) -> Raised {
        let message = match self.str_format(text) {
            Ok(message) => message,
            Err(raised) => return raised,
        };
        match new_exception(self, class, &[message]) {
            Ok(object) => {
                set_extra(self, object, MESSAGE, Some(message));
                set_extra(self, object, NAME, name);
                set_extra(self, object, PATH, path);
                set_extra(self, object, NAME_FROM, name_from);
                self.raise_object(object)
            }
            Err(raised) => raised,
        }
    }

    /// ModuleNotFoundError: `No module named 'x'`.
    #[cold]
    pub fn module_not_found(&self, name: Str) -> Raised {
        let text = format_args!("No module named '{name}'");
        self.import_error(ExceptionClass::ModuleNotFoundError, text, Some(name.as_value()), None, None)
    }
}
