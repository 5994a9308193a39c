//! The `builtins` module.
//!
//! Invariant: its functions are native and follow CPython 3.14's texts; its classes and constants are added to its namespace once the
//! engine has made them ([`complete`]). Source: Python/bltinmodule.c.
//!
//! - [`attributes`]: names and objects; [`numbers`]; [`iteration`]; [`summation`]: `sum`.
//! - [`build_class`]: what a `class` statement calls; [`execution`]: `compile`, `eval`, `exec`, imports.
//! - [`console`]: `print`, `input`, `open`.

pub mod attributes;
pub mod build_class;
pub mod console;
pub mod execution;
pub mod iteration;
pub mod numbers;
pub mod summation;

use threadsnake_macros::pymodule;

use crate::context::Context;
use crate::engine::Root;
use crate::error::{EXCEPTION_CLASSES, ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::types::class::Class;
use crate::types::dict::Dict;
use crate::value::Value;

/// Built-in functions, types, exceptions, and other objects.
///
/// This module provides direct access to all 'built-in'
/// identifiers of Python; for example, builtins.len is
/// the full name for the built-in function len().
///
/// This module is not normally accessed explicitly by most
/// applications, but can be useful in modules that provide
/// objects with the same name as a builtin, but in which
/// the built-in of that name is also needed.
#[pymodule(
    name = "builtins",
    functions(
        attributes::ascii,
        attributes::callable,
        attributes::delattr,
        attributes::dir,
        attributes::format,
        attributes::getattr,
        attributes::globals,
        attributes::hasattr,
        attributes::hash,
        attributes::id,
        attributes::isinstance,
        attributes::issubclass,
        attributes::len,
        attributes::locals,
        attributes::repr,
        attributes::setattr,
        attributes::vars,
        build_class::build_class,
        console::input,
        console::open,
        console::print,
        execution::breakpoint,
        execution::compile,
        execution::eval,
        execution::exec,
        execution::import,
        iteration::aiter,
        iteration::all,
        iteration::anext,
        iteration::any,
        iteration::iter,
        iteration::max,
        iteration::min,
        iteration::next,
        iteration::sorted,
        numbers::abs,
        numbers::bin,
        numbers::chr,
        numbers::divmod,
        numbers::hex,
        numbers::oct,
        numbers::ord,
        numbers::pow,
        numbers::round,
        summation::sum
    )
)]
mod table {
    use super::*;
}

pub use table::MODULE;

/// Classes that have a name in `builtins`.
const CLASSES: &[Kind] = &[
    Kind::Object,
    Kind::Type,
    Kind::Int,
    Kind::Bool,
    Kind::Float,
    Kind::Complex,
    Kind::Str,
    Kind::Bytes,
    Kind::ByteArray,
    Kind::MemoryView,
    Kind::Tuple,
    Kind::List,
    Kind::Dict,
    Kind::Set,
    Kind::FrozenSet,
    Kind::Range,
    Kind::Slice,
    Kind::Property,
    Kind::ClassMethod,
    Kind::StaticMethod,
    Kind::Super,
    Kind::Enumerate,
    Kind::Zip,
    Kind::Map,
    Kind::Filter,
    Kind::Reversed,
];

/// Adds classes, exceptions and constants to the module's namespace.
///
/// # Errors
/// MemoryError.
pub fn complete(cx: &Context, namespace: Dict) -> PyResult<()> {
    for &kind in CLASSES {
        if let Some(class) = Class::from_value(cx.class(kind)) {
            namespace.set_str(cx, class.name(cx), class.as_value())?;
        }
    }
    for row in EXCEPTION_CLASSES {
        // `_IncompleteInputError` is there too, as in CPython.
        namespace.set_str(cx, cx.intern_str(row.name)?, cx.exception_class(row.class))?;
    }
    let os_error = cx.exception_class(ExceptionClass::OSError);
    let debug = cx.engine().configuration().optimization == 0;
    let rows = [
        ("None", Value::NONE),
        ("Ellipsis", Value::ELLIPSIS),
        ("NotImplemented", Value::NOT_IMPLEMENTED),
        ("False", Value::FALSE),
        ("True", Value::TRUE),
        ("__debug__", Value::from_bool(debug)),
        ("EnvironmentError", os_error),
        ("IOError", os_error),
    ];
    for (name, value) in rows {
        namespace.set_str(cx, cx.intern_str(name)?, value)?;
    }
    Ok(())
}

impl Context {
    /// A function or class of the `builtins` module.
    ///
    /// # Errors
    /// NameError if a program removed it.
    pub fn builtin(&self, name: &str) -> PyResult<Value> {
        let name = self.intern_str(name)?;
        let found = match self.root(Root::Builtins).and_then(Dict::from_value) {
            Some(namespace) => namespace.get_str(self, name)?,
            None => None,
        };
        match found {
            Some(value) => Ok(value),
            None => Err(self.raise(ExceptionClass::NameError, format_args!("name '{name}' is not defined"))),
        }
    }

    /// An attribute of the `sys` module, if there is one.
    ///
    /// # Errors
    /// What comparing keys of its namespace raises.
    pub fn sys_attribute(&self, name: &str) -> PyResult<Option<Value>> {
        let Some(sys) = self.root(Root::SysModule).filter(|sys| sys.is_kind(Kind::Module)) else {
            return Ok(None);
        };
        self.module_dict(sys)?.get_str(self, self.intern_str(name)?)
    }
}
