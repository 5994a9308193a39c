//! Names and cells: the slow halves of instructions that read, write and delete variables.
//!
//! Invariant: a namespace comes before a cell, the globals, and the builtins of these globals. An exact dict is read directly; any
//! other mapping is asked by its methods, and its KeyError means that the name is not there.
//! Source: Python/ceval.c, Python/bytecodes.c for semantics and texts.

use crate::context::Context;
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::interpreter::frame::Frame;
use crate::kind::Kind;
use crate::names::Name;
use crate::types::cell::Cell;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::str_object::Str;
use crate::value::Value;

/// A name that the current code uses.
#[inline]
pub(crate) fn name(cx: &Context, frame: &Frame, index: u32) -> Str {
    frame.code_object().and_then(|code| code.used_name(index as usize)).unwrap_or_else(|| cx.empty_str())
}

#[cold]
pub(crate) fn unbound_local(cx: &Context, frame: &Frame, name_index: u32) -> Raised {
    let name = name(cx, frame, name_index);
    cx.unbound_local_error(name)
}

#[cold]
pub(crate) fn unbound_free(cx: &Context, frame: &Frame, index: u16) -> Raised {
    let name = free_name(cx, frame, index);
    cx.raise(
        ExceptionClass::NameError,
        format_args!(
            "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        ),
    )
}

fn free_name(cx: &Context, frame: &Frame, index: u16) -> Str {
    frame
        .code_object()
        .and_then(|code| code.free_names(cx).get(index as usize))
        .and_then(Str::from_value)
        .unwrap_or_else(|| cx.empty_str())
}

/// A cell of the running function's closure.
#[inline(always)]
pub(crate) fn free_cell(frame: &Frame, index: u16) -> Option<Value> {
    let function = Value::from_word(frame.function.get()).and_then(Function::from_value)?;
    function.closure()?.get(index as usize)
}

/// A cell's contents.
#[inline(always)]
pub(crate) fn cell_contents(cell: Value) -> Option<Value> {
    Cell::from_value(cell)?.contents()
}

/// Sets or empties a cell.
#[inline(always)]
pub(crate) fn set_cell(cx: &Context, cell: Value, value: Option<Value>) {
    if let Some(cell) = Cell::from_value(cell) {
        cell.set_contents(cx, value);
    }
}

/// The namespace of the frame: a dict, or any mapping a metaclass's `__prepare__` made.
pub(super) fn namespace(frame: &Frame) -> Value {
    Value::from_word(frame.namespace.get())
        .or_else(|| Value::from_word(frame.globals.get()))
        .unwrap_or(Value::NONE)
}

/// A key of a mapping, absent if it has none (KeyError).
pub(super) fn mapping_find(cx: &Context, mapping: Value, name: Str) -> PyResult<Option<Value>> {
    if let Some(dict) = Dict::from_value(mapping).filter(|dict| dict.is_exact()) {
        return dict.get_str(cx, name);
    }
    match cx.get_item(mapping, name.as_value()) {
        Ok(value) => Ok(Some(value)),
        Err(raised) if cx.pending_is(&raised, ExceptionClass::KeyError) => {
            cx.take_exception(raised);
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

/// The builtins that code with these globals sees: `globals['__builtins__']` (a module or dict), or the engine's.
pub(crate) fn builtins_of(cx: &Context, globals: Dict) -> PyResult<Dict> {
    let own = cx.root(Root::Builtins).and_then(Dict::from_value);
    if let Some(value) = globals.get_str(cx, cx.name(Name::__builtins__))? {
        if let Some(dict) = Dict::from_value(value) {
            return Ok(dict);
        }
        if value.is_kind(Kind::Module) {
            return cx.module_dict(value);
        }
    }
    match own {
        Some(dict) => Ok(dict),
        None => cx.new_dict(),
    }
}

pub(crate) fn find_global(cx: &Context, frame: &Frame, name: Str) -> PyResult<Option<Value>> {
    let Some(globals) = frame.globals_dict() else { return Ok(None) };
    // A subclass of dict may answer with its `__getitem__` or `__missing__`.
    let found = if globals.is_exact() {
        globals.get_str(cx, name)?
    } else {
        mapping_find(cx, globals.as_value(), name)?
    };
    if let Some(value) = found {
        return Ok(Some(value));
    }
    builtins_of(cx, globals)?.get_str(cx, name)
}

pub(crate) fn namespace_or_free(cx: &Context, frame: &Frame, mapping: Value, index: u16) -> PyResult<Value> {
    let name = free_name(cx, frame, index);
    if let Some(value) = mapping_find(cx, mapping, name)? {
        return Ok(value);
    }
    match free_cell(frame, index).and_then(cell_contents) {
        Some(value) => Ok(value),
        None => Err(unbound_free(cx, frame, index)),
    }
}

pub(crate) fn namespace_or_cell(
    cx: &Context,
    frame: &Frame,
    mapping: Value,
    cell: Value,
    name_index: u16,
) -> PyResult<Value> {
    let name = name(cx, frame, name_index as u32);
    if let Some(value) = mapping_find(cx, mapping, name)? {
        return Ok(value);
    }
    match cell_contents(cell) {
        Some(value) => Ok(value),
        None => Err(cx.unbound_local_error(name)),
    }
}

pub(crate) fn namespace_or_global(
    cx: &Context,
    frame: &Frame,
    mapping: Value,
    index: u16,
) -> PyResult<Value> {
    let name = name(cx, frame, index as u32);
    if let Some(value) = mapping_find(cx, mapping, name)? {
        return Ok(value);
    }
    match find_global(cx, frame, name)? {
        Some(value) => Ok(value),
        None => Err(cx.name_error(name)),
    }
}

pub(crate) fn store_global(cx: &Context, frame: &Frame, index: u32, value: Value) -> PyResult<()> {
    let name = name(cx, frame, index);
    match frame.globals_dict() {
        Some(globals) => globals.set_str(cx, name, value),
        None => Ok(()),
    }
}

pub(crate) fn delete_global(cx: &Context, frame: &Frame, index: u32) -> PyResult<()> {
    let name = name(cx, frame, index);
    let removed = match frame.globals_dict() {
        Some(globals) => globals.remove(cx, name.as_value())?,
        None => None,
    };
    if removed.is_some() { Ok(()) } else { Err(cx.name_error(name)) }
}

pub(crate) fn load_name(cx: &Context, frame: &Frame, index: u32) -> PyResult<Value> {
    let name = name(cx, frame, index);
    if frame.namespace.get() != 0
        && let Some(value) = mapping_find(cx, namespace(frame), name)?
    {
        return Ok(value);
    }
    match find_global(cx, frame, name)? {
        Some(value) => Ok(value),
        None => Err(cx.name_error(name)),
    }
}

pub(crate) fn store_name(cx: &Context, frame: &Frame, index: u32, value: Value) -> PyResult<()> {
    let name = name(cx, frame, index);
    let target = namespace(frame);
    match Dict::from_value(target).filter(|dict| dict.is_exact()) {
        Some(dict) => dict.set_str(cx, name, value),
        None => cx.set_item(target, name.as_value(), value),
    }
}

pub(crate) fn delete_name(cx: &Context, frame: &Frame, index: u32) -> PyResult<()> {
    let name = name(cx, frame, index);
    let target = namespace(frame);
    if let Some(dict) = Dict::from_value(target).filter(|dict| dict.is_exact()) {
        return match dict.remove(cx, name.as_value())? {
            Some(_) => Ok(()),
            None => Err(cx.name_error(name)),
        };
    }
    match cx.delete_item(target, name.as_value()) {
        Err(raised) if cx.pending_is(&raised, ExceptionClass::KeyError) => {
            cx.take_exception(raised);
            Err(cx.name_error(name))
        }
        other => other,
    }
}
