//! `__build_class__`: what a `class` statement calls.
//!
//! Invariant: the body runs in the namespace that the metaclass prepared; the class that comes of it fills the `__class__` cell.
//! Source: Python/bltinmodule.c (`builtin___build_class__`), PEP 3115, PEP 560.

use threadsnake_macros::pyfunction;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::Arguments;
use crate::types::cell::Cell;
use crate::types::class::Class;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::types::type_new::calculate_metaclass;
use crate::value::Value;

/// The bases with those that are no classes replaced by what their `__mro_entries__` returns.
///
/// # Errors
/// TypeError if `__mro_entries__` returns no tuple, and what it raises.
pub fn resolve_bases(cx: &Context, bases: Tuple) -> PyResult<Tuple> {
    let mut resolved = cx.scratch();
    let mut changed = false;
    for base in bases.iter() {
        if Class::from_value(base).is_some() {
            resolved.push(base);
            continue;
        }
        let Some(hook) = cx.find_attribute_or_none(base, cx.name(Name::__mro_entries__))? else {
            resolved.push(base);
            continue;
        };
        let replacement = cx.call(hook, &[bases.as_value()])?;
        let Some(replacement) = Tuple::from_value(replacement) else {
            return Err(cx.type_error(format_args!("__mro_entries__ must return a tuple")));
        };
        resolved.extend_from_slice(replacement.as_slice());
        changed = true;
    }
    if changed { cx.new_tuple(resolved.as_slice()) } else { Ok(bases) }
}

/// __build_class__(func, name, /, *bases, [metaclass], **kwds) -> class
///
/// Internal helper function used by the class statement.
#[pyfunction(name = "__build_class__")]
pub fn build_class(cx: &Context, arguments: Arguments<'_>) -> PyResult<Value> {
    let &[function, name, ref bases @ ..] = arguments.positional() else {
        return Err(cx.type_error(format_args!("__build_class__: not enough arguments")));
    };
    if Function::from_value(function).is_none() {
        return Err(cx.type_error(format_args!("__build_class__: func must be a function")));
    }
    if Str::from_value(name).is_none() {
        return Err(cx.type_error(format_args!("__build_class__: name is not a string")));
    }
    let original_bases = cx.new_tuple(bases)?;
    let bases = resolve_bases(cx, original_bases)?;
    let mut metaclass = None;
    let mut keyword_names = cx.scratch();
    let mut keyword_values = cx.scratch();
    for (keyword, value) in arguments.keywords().iter() {
        if Str::from_value(keyword).is_some_and(|text| text.equals_ascii("metaclass")) {
            metaclass = Some(value);
        } else {
            keyword_names.push(keyword);
            keyword_values.push(value);
        }
    }
    let keyword_names =
        if keyword_names.is_empty() { None } else { Some(cx.new_tuple(keyword_names.as_slice())?) };
    let metaclass = match metaclass {
        Some(metaclass) => metaclass,
        None => match bases.get(0) {
            Some(base) => cx.class_of(base).as_value(),
            None => cx.class(Kind::Type),
        },
    };
    let metaclass = match Class::from_value(metaclass) {
        Some(class) => calculate_metaclass(cx, class, bases.as_slice())?.as_value(),
        None => metaclass,
    };
    let call = |callable: Value, last: Option<Value>| -> PyResult<Value> {
        let mut values = cx.scratch();
        values.push(name);
        values.push(bases.as_value());
        if let Some(last) = last {
            values.push(last);
        }
        values.extend_from_slice(keyword_values.as_slice());
        cx.call_with(callable, Arguments { values: values.as_slice(), keyword_names })
    };
    let namespace = match prepare_hook(cx, metaclass)? {
        Some(prepare) => call(prepare, None)?,
        None => cx.new_dict()?.as_value(),
    };
    if Dict::from_value(namespace).is_none() && !cx.is_mapping(namespace) {
        let shown = match Class::from_value(metaclass) {
            Some(class) => class.name(cx),
            None => cx.intern_str("<metaclass>")?,
        };
        return Err(cx.type_error(format_args!(
            "{shown}.__prepare__() must return a mapping, not {}",
            cx.type_name(namespace)
        )));
    }
    let cell = cx.run_class_body(function, namespace)?;
    if bases != original_bases {
        let key = cx.name(Name::__orig_bases__).as_value();
        cx.set_item(namespace, key, original_bases.as_value())?;
    }
    let class = call(metaclass, Some(namespace))?;
    if let (Some(cell), Some(_)) = (Cell::from_value(cell), Class::from_value(class)) {
        check_cell(cx, cell, name, class)?;
    }
    Ok(class)
}

/// The metaclass's `__prepare__`; none for `type` itself, whose namespace is a dict.
fn prepare_hook(cx: &Context, metaclass: Value) -> PyResult<Option<Value>> {
    if metaclass.is(cx.class(Kind::Type)) {
        return Ok(None);
    }
    cx.find_attribute_or_none(metaclass, cx.name(Name::__prepare__))
}

fn check_cell(cx: &Context, cell: Cell, name: Value, class: Value) -> PyResult<()> {
    match cell.contents() {
        Some(contents) if contents.is(class) => Ok(()),
        Some(contents) => Err(cx.type_error(format_args!(
            "__class__ set to {} defining {} as {}",
            cx.repr_lossy(contents),
            cx.repr_lossy(name),
            cx.repr_lossy(class)
        ))),
        None => Err(cx.raise(
            ExceptionClass::RuntimeError,
            format_args!(
                "__class__ not set defining {} as {}. Was __classcell__ propagated to type.__new__?",
                cx.repr_lossy(name),
                cx.repr_lossy(class)
            ),
        )),
    }
}

impl Context {
    /// Whether a value has `__getitem__`, which is what CPython takes for a mapping.
    pub fn is_mapping(&self, value: Value) -> bool {
        self.class_of(value).lookup_name(self, Name::__getitem__).is_some()
    }
}
