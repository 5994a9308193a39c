//! `callee(*arguments, **keywords)`: arguments from any iterable, keywords from any mapping.
//!
//! Invariant: errors name the callee by its qualified name, with its module unless that is `builtins`, or else by its `repr`.
//! Source: Python/bytecodes.c (`CALL_FUNCTION_EX`, `DICT_MERGE`), Objects/object.c (`_PyObject_FunctionStr`) for texts.

use crate::context::Context;
use crate::error::PyResult;
use crate::names::Name;
use crate::object_access::ObjectAccess;
use crate::types::dict::Dict;
use crate::types::function::{self, Function};
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

fn callable_text(cx: &Context, callee: Value) -> alloc::string::String {
    if let Some(function) = Function::from_value(callee) {
        let module = function
            .object()
            .value(function::slot::MODULE)
            .and_then(Str::from_value)
            .filter(|module| !module.equals_ascii("builtins"));
        return match module {
            Some(module) => alloc::format!("{module}.{}()", function.qualified_name(cx)),
            None => alloc::format!("{}()", function.qualified_name(cx)),
        };
    }
    let name = cx.find_attribute_or_none(callee, cx.name(Name::__qualname__));
    let module = cx.find_attribute_or_none(callee, cx.name(Name::__module__));
    match (name, module) {
        (Ok(Some(name)), Ok(module)) => {
            let module = module.and_then(Str::from_value).filter(|module| !module.equals_ascii("builtins"));
            match (Str::from_value(name), module) {
                (Some(name), Some(module)) => alloc::format!("{module}.{name}()"),
                (Some(name), None) => alloc::format!("{name}()"),
                _ => cx.repr_lossy(callee),
            }
        }
        (first, second) => {
            for result in [first, second] {
                if let Err(raised) = result {
                    cx.take_exception(raised);
                }
            }
            cx.repr_lossy(callee)
        }
    }
}

/// The positional arguments of `callee(*arguments)` from any iterable.
pub(crate) fn spread_arguments(cx: &Context, callee: Value, arguments: Value) -> PyResult<Tuple> {
    let class = cx.class_of(arguments);
    if class.lookup_name(cx, Name::__iter__).is_none() && class.lookup_name(cx, Name::__getitem__).is_none() {
        return Err(cx.type_error(format_args!(
            "{} argument after * must be an iterable, not {}",
            callable_text(cx, callee),
            cx.type_name(arguments)
        )));
    }
    let items = cx.collect(arguments)?;
    cx.new_tuple(items.as_slice())
}

pub(crate) fn dict_merge(cx: &Context, target: Value, source: Value, callee: Value) -> PyResult<()> {
    let Some(dict) = Dict::from_value(target) else { return Ok(()) };
    let mut items = cx.scratch();
    if let Some(other) = Dict::from_value(source) {
        let snapshot = other.snapshot(cx);
        items.extend_from_slice(snapshot.as_slice());
    } else {
        let Some(keys_method) = cx.find_attribute_or_none(source, cx.name(Name::keys))? else {
            return Err(cx.type_error(format_args!(
                "{} argument after ** must be a mapping, not {}",
                callable_text(cx, callee),
                cx.type_name(source)
            )));
        };
        let keys = cx.call(keys_method, &[])?;
        let keys = cx.collect(keys)?;
        for &key in keys.as_slice() {
            let value = cx.get_item(source, key)?;
            items.push(key);
            items.push(value);
        }
    }
    for pair in items.as_slice().chunks_exact(2) {
        let &[key, value] = pair else { continue };
        let Some(text) = Str::from_value(key) else {
            return Err(cx.type_error(format_args!("keywords must be strings")));
        };
        if dict.contains(cx, key)? {
            return Err(cx.type_error(format_args!(
                "{} got multiple values for keyword argument '{text}'",
                callable_text(cx, callee)
            )));
        }
        dict.set(cx, key, value)?;
    }
    Ok(())
}
