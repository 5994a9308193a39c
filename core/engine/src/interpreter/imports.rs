//! The `import` statements.
//!
//! Invariant: a module comes from the `__import__` of the builtins that the running code sees, so that a program can replace it.
//! Source: Python/ceval.c (`_PyEval_ImportName`, `_PyEval_ImportFrom`), Python/intrinsics.c (`import_all_from`).

use crate::context::Context;
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult};
use crate::interpreter::frame::Frame;
use crate::interpreter::variables::{builtins_of, namespace};
use crate::names::Name;
use crate::types::dict::Dict;
use crate::types::str_object::Str;
use crate::value::Value;

pub(crate) fn import_name(
    cx: &Context,
    frame: &Frame,
    name: Str,
    level: Value,
    fromlist: Value,
) -> PyResult<Value> {
    let Some(globals) = frame.globals_dict() else {
        return Err(cx.raise(ExceptionClass::ImportError, format_args!("__import__ not found")));
    };
    let Some(import) = builtins_of(cx, globals)?.get_str(cx, cx.name(Name::__import__))? else {
        return Err(cx.raise(ExceptionClass::ImportError, format_args!("__import__ not found")));
    };
    let namespace = Value::from_word(frame.namespace.get()).unwrap_or(Value::NONE);
    cx.call(import, &[name.as_value(), globals.as_value(), namespace, fromlist, level])
}

pub(crate) fn import_from(cx: &Context, module: Value, name: Str) -> PyResult<Value> {
    if let Some(value) = cx.find_attribute_or_none(module, name)? {
        return Ok(value);
    }
    import_from_fallback(cx, module, name)
}

/// `from package import submodule` while the package is still being imported, or ImportError.
fn import_from_fallback(cx: &Context, module: Value, name: Str) -> PyResult<Value> {
    let package = cx.find_attribute_or_none(module, cx.name(Name::__name__))?.and_then(Str::from_value);
    if let (Some(package), Some(modules)) = (package, cx.root(Root::Modules).and_then(Dict::from_value)) {
        let full = cx.intern_str(&alloc::format!("{}.{}", package.to_utf8(cx)?, name.to_utf8(cx)?))?;
        if let Some(found) = modules.get_str(cx, full)? {
            return Ok(found);
        }
    }
    Err(cx.cannot_import_name(module, name))
}

pub(crate) fn import_star(cx: &Context, frame: &Frame, module: Value) -> PyResult<()> {
    let target = namespace(frame);
    let all = cx.find_attribute_or_none(module, cx.name(Name::__all__))?;
    let dict = cx.find_attribute_or_none(module, cx.name(Name::__dict__))?;
    let (names, skip_private) = match (all, dict) {
        (Some(all), _) => (cx.collect(all)?, false),
        (None, Some(dict)) => {
            let keys = cx.call_method_name(dict, Name::keys, &[])?;
            (cx.collect(keys)?, true)
        }
        (None, None) => {
            return Err(cx.raise(
                ExceptionClass::ImportError,
                format_args!("from-import-* object has no __dict__ and no __all__"),
            ));
        }
    };
    for &name in names.as_slice() {
        let Some(text) = Str::from_value(name) else {
            let what = if skip_private { "Key in" } else { "Item in" };
            let attribute = if skip_private { "__dict__" } else { "__all__" };
            let module_name = cx
                .find_attribute_or_none(module, cx.name(Name::__name__))?
                .and_then(Str::from_value)
                .unwrap_or_else(|| cx.empty_str());
            return Err(cx.type_error(format_args!(
                "{what} {module_name}.{attribute} must be str, not {}",
                cx.type_name(name)
            )));
        };
        if skip_private && text.code_point(0) == Some('_' as u32) {
            continue;
        }
        let interned = cx.intern(text)?;
        let value = cx.get_attribute(module, interned)?;
        cx.set_item(target, interned.as_value(), value)?;
    }
    Ok(())
}
