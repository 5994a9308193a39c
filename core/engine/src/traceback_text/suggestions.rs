//! "Did you mean": what is suggested for an exception that was not caught.
//!
//! Invariant: nothing here raises; which name is nearest, `nearest_name.rs` tells.
//! Source: Lib/traceback.py (`_compute_suggestion_error`).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::context::Context;
use crate::engine::Root;
use crate::error::ExceptionClass;
use crate::traceback_text::nearest_name::nearest;
use crate::traceback_text::quietly;
use crate::types::dict::Dict;
use crate::types::exception::{EXTRA_NAME, EXTRA_OBJECT, as_exception};
use crate::types::exception_methods::extra;
use crate::types::frame_object::FrameObject;
use crate::types::import_error;
use crate::types::list::List;
use crate::types::str_object::Str;
use crate::types::traceback::Traceback;
use crate::value::Value;

/// `dir(value)` as texts.
fn names_of(cx: &Context, value: Value) -> Vec<String> {
    let builtins = cx.root(Root::Builtins).and_then(Dict::from_value);
    let Some(name) = quietly(cx, cx.intern_str("dir")) else { return Vec::new() };
    let dir = builtins.and_then(|builtins| quietly(cx, builtins.get_str(cx, name)).flatten());
    let Some(names) = dir.and_then(|dir| quietly(cx, cx.call(dir, &[value]))).and_then(List::from_value)
    else {
        return Vec::new();
    };
    names
        .snapshot(cx)
        .as_slice()
        .iter()
        .filter_map(|name| Str::from_value(*name))
        .map(Str::to_utf8_lossy)
        .collect()
}

fn push_keys(cx: &Context, names: &mut Vec<String>, dict: Value) {
    if let Some(dict) = Dict::from_value(dict) {
        for pair in dict.snapshot(cx).as_slice().chunks_exact(2) {
            if let Some(name) = pair.first().copied().and_then(Str::from_value) {
                names.push(name.to_utf8_lossy());
            }
        }
    }
}

fn innermost_frame(traceback: Option<Traceback>) -> Option<FrameObject> {
    let mut entry = traceback?;
    while let Some(next) = entry.next() {
        entry = next;
    }
    entry.frame()
}

fn self_of(cx: &Context, frame: Option<FrameObject>) -> Option<Value> {
    let name = quietly(cx, cx.intern_str("self"))?;
    quietly(cx, frame?.local_named(cx, name)).flatten()
}

fn attribute_suggestion(
    cx: &Context,
    object: Value,
    wrong: &str,
    traceback: Option<Traceback>,
) -> Option<String> {
    let mut names = names_of(cx, object);
    let within = self_of(cx, innermost_frame(traceback)).is_some_and(|this| this.is(object));
    if !wrong.starts_with('_') && !within {
        names.retain(|name| !name.starts_with('_'));
    }
    nearest(&names, wrong).map(String::from)
}

fn import_suggestion(cx: &Context, module: Option<Value>, wrong: &str) -> Option<String> {
    let modules = cx.root(Root::Modules).and_then(Dict::from_value)?;
    let module = quietly(cx, modules.get(cx, module?)).flatten()?;
    let mut names = names_of(cx, module);
    if !wrong.starts_with('_') {
        names.retain(|name| !name.starts_with('_'));
    }
    nearest(&names, wrong).map(String::from)
}

fn name_suggestion(cx: &Context, wrong: Str, traceback: Option<Traceback>) -> Option<String> {
    let frame = innermost_frame(traceback)?;
    let text = wrong.to_utf8_lossy();
    if let Some(this) = self_of(cx, Some(frame)) {
        let found = quietly(cx, cx.attribute_name(wrong.as_value()))
            .and_then(|name| quietly(cx, cx.find_attribute_or_none(this, name)).flatten());
        if found.is_some() {
            return Some(format!("self.{text}"));
        }
    }
    let mut names = Vec::new();
    if let Some(locals) = quietly(cx, frame.locals_now(cx)) {
        push_keys(cx, &mut names, locals);
    }
    if let Some(globals) = frame.globals() {
        push_keys(cx, &mut names, globals.as_value());
    }
    if let Some(builtins) = quietly(cx, frame.builtins(cx)) {
        push_keys(cx, &mut names, builtins);
    }
    nearest(&names, &text).map(String::from)
}

/// What follows an exception's message: `. Did you mean: 'x'?`, or nothing.
pub(super) fn suggestion_text(cx: &Context, exception: Value, traceback: Option<Traceback>) -> String {
    let Some(object) = as_exception(exception) else { return String::new() };
    let is = |class| cx.is_exception_of(exception, class);
    let text = |slot| extra(object, slot).and_then(Str::from_value);
    if is(ExceptionClass::ImportError) {
        let suggestion = text(import_error::NAME_FROM).and_then(|wrong| {
            import_suggestion(cx, extra(object, import_error::NAME), &wrong.to_utf8_lossy())
        });
        return suggestion.map_or_else(String::new, |name| format!(". Did you mean: '{name}'?"));
    }
    if is(ExceptionClass::AttributeError) {
        let Some(wrong) = text(EXTRA_NAME) else { return String::new() };
        let Some(sought) = extra(object, EXTRA_OBJECT) else { return String::new() };
        let suggestion = attribute_suggestion(cx, sought, &wrong.to_utf8_lossy(), traceback);
        return suggestion.map_or_else(String::new, |name| format!(". Did you mean: '{name}'?"));
    }
    if !is(ExceptionClass::NameError) {
        return String::new();
    }
    let Some(wrong) = text(EXTRA_NAME) else { return String::new() };
    let suggestion = name_suggestion(cx, wrong, traceback);
    let is_module = crate::types::module::is_standard_library_name(cx, wrong);
    match (suggestion, is_module) {
        (Some(name), false) => format!(". Did you mean: '{name}'?"),
        (Some(name), true) => format!(". Did you mean: '{name}'? Or did you forget to import '{wrong}'?"),
        (None, true) => format!(". Did you forget to import '{wrong}'?"),
        (None, false) => String::new(),
    }
}
