//! Patterns of `match`.
//!
//! Invariant: of keys and of a class, None says that the subject does not match, a tuple what the sub-patterns look at.
//! Source: Python/ceval.c (`_PyEval_MatchKeys`, `_PyEval_MatchClass`).

use crate::context::Context;
use crate::error::PyResult;
use crate::interpreter::containers::dict_update;
use crate::kind::Kind;
use crate::names::Name;
use crate::native::ClassFlags;
use crate::types::class::Class;
use crate::types::dict::Dict;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

pub(crate) fn match_sequence(cx: &Context, value: Value) -> bool {
    cx.class_of(value).flags().has(ClassFlags::SEQUENCE)
}

pub(crate) fn match_mapping(cx: &Context, value: Value) -> bool {
    cx.class_of(value).flags().has(ClassFlags::MAPPING)
}

pub(crate) fn match_keys(cx: &Context, subject: Value, keys: Value) -> PyResult<Value> {
    let Some(keys) = Tuple::from_value(keys) else { return Ok(Value::NONE) };
    let mut values = cx.scratch();
    if let Some(dict) = Dict::from_value(subject).filter(|dict| dict.is_exact()) {
        for (index, key) in keys.iter().enumerate() {
            check_duplicate_key(cx, keys, index, key)?;
            match dict.get(cx, key)? {
                Some(value) => values.push(value),
                None => return Ok(Value::NONE),
            }
        }
        return cx.tuple(values.as_slice());
    }
    let missing = cx.call(cx.class(Kind::Object), &[])?;
    let get = cx.get_attribute_name(subject, Name::get)?;
    for (index, key) in keys.iter().enumerate() {
        check_duplicate_key(cx, keys, index, key)?;
        let value = cx.call(get, &[key, missing])?;
        if value.is(missing) {
            return Ok(Value::NONE);
        }
        values.push(value);
    }
    cx.tuple(values.as_slice())
}

fn check_duplicate_key(cx: &Context, keys: Tuple, index: usize, key: Value) -> PyResult<()> {
    for earlier in keys.iter().take(index) {
        if cx.equal(earlier, key)? {
            return Err(
                cx.value_error(format_args!("mapping pattern checks duplicate key ({})", cx.repr_lossy(key)))
            );
        }
    }
    Ok(())
}

pub(crate) fn match_class(
    cx: &Context,
    subject: Value,
    class: Value,
    names: Value,
    positional: usize,
) -> PyResult<Value> {
    let Some(class_object) = Class::from_value(class) else {
        return Err(cx.type_error(format_args!("called match pattern must be a class")));
    };
    if !cx.is_instance(subject, class)? {
        return Ok(Value::NONE);
    }
    let mut values = cx.scratch();
    let mut seen = cx.scratch();
    if positional > 0 {
        let class_name = class_object.name(cx);
        let match_arguments = cx.find_attribute_or_none(class, cx.name(Name::__match_args__))?;
        let mut match_self = false;
        let match_arguments = match match_arguments {
            Some(value) => match Tuple::from_value(value) {
                Some(tuple) => tuple,
                None => {
                    return Err(cx.type_error(format_args!(
                        "{class_name}.__match_args__ must be a tuple (got {})",
                        cx.type_name(value)
                    )));
                }
            },
            None => {
                match_self = class_object.flags().has(ClassFlags::MATCH_SELF);
                cx.empty_tuple()
            }
        };
        let allowed = if match_self { 1 } else { match_arguments.len() };
        if positional > allowed {
            return Err(cx.type_error(format_args!(
                "{class_name}() accepts {allowed} positional sub-pattern{} ({positional} given)",
                if allowed == 1 { "" } else { "s" }
            )));
        }
        if match_self {
            values.push(subject);
        } else {
            for name in match_arguments.iter().take(positional) {
                let Some(text) = Str::from_value(name) else {
                    return Err(cx.type_error(format_args!(
                        "__match_args__ elements must be strings (got {})",
                        cx.type_name(name)
                    )));
                };
                match pattern_attribute(cx, subject, class_name, text, &mut seen)? {
                    Some(value) => values.push(value),
                    None => return Ok(Value::NONE),
                }
            }
        }
    }
    if let Some(names) = Tuple::from_value(names) {
        for name in names.iter() {
            let Some(text) = Str::from_value(name) else { continue };
            match pattern_attribute(cx, subject, class_object.name(cx), text, &mut seen)? {
                Some(value) => values.push(value),
                None => return Ok(Value::NONE),
            }
        }
    }
    cx.tuple(values.as_slice())
}

fn pattern_attribute(
    cx: &Context,
    subject: Value,
    class_name: Str,
    name: Str,
    seen: &mut crate::context::ScratchVector<'_>,
) -> PyResult<Option<Value>> {
    let name = cx.intern(name)?;
    if seen.as_slice().iter().any(|other| other.is(name.as_value())) {
        return Err(
            cx.type_error(format_args!("{class_name}() got multiple sub-patterns for attribute '{name}'"))
        );
    }
    seen.push(name.as_value());
    cx.find_attribute_or_none(subject, name)
}

pub(crate) fn dict_without_keys(cx: &Context, mapping: Value, keys: Value) -> PyResult<Value> {
    let rest = cx.new_dict()?;
    dict_update(cx, rest.as_value(), mapping)?;
    if let Some(keys) = Tuple::from_value(keys) {
        for key in keys.iter() {
            rest.remove(cx, key)?;
        }
    }
    Ok(rest.as_value())
}
