//! `def`, `lambda` and `class`: a function of its parts, and what makes a class.
//!
//! Invariant: the function is complete before anything else sees it.
//! Source: Python/bytecodes.c (`MAKE_FUNCTION`, `SET_FUNCTION_ATTRIBUTE`, `LOAD_BUILD_CLASS`).

use threadsnake_bytecode::code_flags;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::interpreter::frame::Frame;
use crate::interpreter::variables::builtins_of;
use crate::names::Name;
use crate::types::function;
use crate::value::Value;

pub(crate) fn make_function(
    cx: &Context,
    frame: &Frame,
    constant: usize,
    parts: [Option<Value>; 4],
) -> PyResult<Value> {
    let (Some(outer), Some(globals)) = (frame.code_object(), frame.globals_dict()) else {
        return Err(cx.raise(ExceptionClass::SystemError, format_args!("MakeFunction without code")));
    };
    // The bodies of modules and classes run once; what a function defines each time that it runs has one code object.
    let runs_once = outer.data().flags & code_flags::OPTIMIZED == 0;
    let place = outer.constant(constant).and_then(Value::as_stored_code).filter(|_| runs_once);
    let made = match place {
        Some(place) => cx.folded_function(place, globals)?,
        None => cx.new_function(cx.nested_code(outer, constant)?, globals)?,
    };
    let object = made.object();
    let [defaults, keyword_defaults, closure, annotate] = parts;
    for (slot, part) in [
        (function::slot::DEFAULTS, defaults),
        (function::slot::KEYWORD_DEFAULTS, keyword_defaults),
        (function::slot::CLOSURE, closure),
        (function::slot::ANNOTATE, annotate),
    ] {
        if let Some(part) = part {
            cx.store(object, slot, part);
        }
    }
    Ok(made.as_value())
}

pub(crate) fn load_build_class(cx: &Context, frame: &Frame) -> PyResult<Value> {
    let Some(globals) = frame.globals_dict() else {
        return Err(cx.name_error(cx.name(Name::__build_class__)));
    };
    match builtins_of(cx, globals)?.get_str(cx, cx.name(Name::__build_class__))? {
        Some(function) => Ok(function),
        None => Err(cx.raise(ExceptionClass::NameError, format_args!("__build_class__ not found"))),
    }
}
