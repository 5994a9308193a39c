//! Attributes and methods of Python functions.
//!
//! Invariant: each attribute is one slot, replaced by one barrier store; a reader sees the old one or the new one. Annotations are
//! computed at first use (PEP 649). Source: Objects/funcobject.c.

use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::Arguments;
use crate::native::convert::{FromValue, NotValue};
use crate::object_access::ObjectAccess;
use crate::protocol::text::identity;
use crate::sys_module::audit::{audit_change, audit_read};
use crate::types::cell::Cell;
use crate::types::code::CodeObject;
use crate::types::dict::Dict;
use crate::types::function::{Function, slot};
use crate::types::module::evaluate_annotations;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

impl FromValue for Function {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        Function::from_value(value).ok_or_else(|| cx.type_error_expected("function", value))
    }
}
impl NotValue for Function {}

/// Create a function object.
///
///   code
///     a code object
///   globals
///     the globals dictionary
///   name
///     a string that overrides the name from the code object
///   argdefs
///     a tuple that specifies the default argument values
///   closure
///     a tuple that supplies the bindings for free variables
///   kwdefaults
///     a dictionary that specifies the default keyword argument values
#[pyclass(
    id = Function,
    name = "function",
    slots = slot::COUNT,
    signature = "(code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)"
)]
pub struct FunctionClass;

#[pymethods]
impl FunctionClass {
    #[pynew(signature = "(code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)")]
    fn new(
        cx: &Context,
        class: Value,
        code: Value,
        globals: Value,
        name: Value,
        argdefs: Value,
        closure: Value,
        kwdefaults: Value,
    ) -> PyResult<Value> {
        let _ = class;
        let Some(code) = CodeObject::from_value(code) else {
            return Err(cx.type_error(format_args!(
                "function() argument 'code' must be code, not {}",
                cx.type_name(code)
            )));
        };
        let Some(globals) = Dict::from_value(globals) else {
            return Err(cx.type_error(format_args!(
                "function() argument 'globals' must be dict, not {}",
                cx.type_name(globals)
            )));
        };
        if !name.is_none() && Str::from_value(name).is_none() {
            return Err(cx.type_error(format_args!("arg 3 (name) must be None or string")));
        }
        if !argdefs.is_none() && Tuple::from_value(argdefs).is_none() {
            return Err(cx.type_error(format_args!("arg 4 (defaults) must be None or tuple")));
        }
        let free = code.free_names(cx).len();
        let cells = match Tuple::from_value(closure) {
            Some(cells) => Some(cells),
            None if closure.is_none() && free == 0 => None,
            None if closure.is_none() => {
                return Err(cx.type_error(format_args!("arg 5 (closure) must be tuple")));
            }
            None => return Err(cx.type_error(format_args!("arg 5 (closure) must be None or tuple"))),
        };
        if !kwdefaults.is_none() && Dict::from_value(kwdefaults).is_none() {
            return Err(cx.type_error(format_args!("arg 6 (kwdefaults) must be None or dict")));
        }
        let given = cells.map_or(0, Tuple::len);
        if given != free {
            return Err(cx.value_error(format_args!(
                "{} requires closure of length {free}, not {given}",
                code.name(cx)
            )));
        }
        if let Some(wrong) =
            cells.and_then(|cells| cells.iter().find(|cell| Cell::from_value(*cell).is_none()))
        {
            return Err(
                cx.type_error(format_args!("arg 5 (closure) expected cell, found {}", cx.type_name(wrong)))
            );
        }
        cx.audit("function.__new__", || Ok([code.as_value()]))?;
        let function = cx.new_function(code, globals)?.object();
        let rows = [
            (slot::NAME, name),
            (slot::DEFAULTS, argdefs),
            (slot::CLOSURE, cells.map_or(Value::NONE, Tuple::as_value)),
            (slot::KEYWORD_DEFAULTS, kwdefaults),
        ];
        for (place, value) in rows {
            if !value.is_none() {
                cx.store(function, place, value);
            }
        }
        Ok(Value::from(function))
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Function) -> PyResult<Value> {
        cx.code_of(this)?;
        cx.str_format(format_args!(
            "<function {} at {:#x}>",
            this.qualified_name(cx),
            identity(this.as_value())
        ))
    }

    /// Call self as a function.
    #[pymethod(name = "__call__")]
    fn call(cx: &Context, this: Function, arguments: Arguments<'_>) -> PyResult<Value> {
        cx.call_with(this.as_value(), arguments)
    }

    /// Return an attribute of instance, which is of type owner.
    #[pymethod(name = "__get__", signature = "(instance, owner=None, /)")]
    fn get(cx: &Context, this: Function, instance: Value, owner: Value) -> PyResult<Value> {
        let _ = owner;
        if instance.is_none() { Ok(this.as_value()) } else { cx.bound_method(this.as_value(), instance) }
    }

    #[pygetter(name = "__code__")]
    fn code(cx: &Context, this: Function) -> PyResult<Value> {
        audit_read(cx, this.as_value(), "__code__")?;
        Ok(cx.code_of(this)?.as_value())
    }

    #[pysetter(name = "__code__")]
    fn set_code(cx: &Context, this: Function, value: Option<Value>) -> PyResult<()> {
        let Some(code) = value.and_then(CodeObject::from_value) else {
            return Err(cx.type_error(format_args!("__code__ must be set to a code object")));
        };
        cx.code_of(this)?;
        let needed = code.free_names(cx).len();
        let closure = this.closure().map_or(0, Tuple::len);
        if needed != closure {
            return Err(cx.value_error(format_args!(
                "{}() requires a code object with {closure} free vars, not {needed}",
                name_of(cx, this)
            )));
        }
        audit_change(cx, this.as_value(), "__code__", Some(code.as_value()))?;
        cx.store(this.object(), slot::CODE, code.as_value());
        Ok(())
    }

    #[pygetter(name = "__defaults__")]
    fn defaults(cx: &Context, this: Function) -> PyResult<Value> {
        audit_read(cx, this.as_value(), "__defaults__")?;
        Ok(this.defaults().map_or(Value::NONE, Tuple::as_value))
    }

    #[pysetter(name = "__defaults__")]
    fn set_defaults(cx: &Context, this: Function, value: Option<Value>) -> PyResult<()> {
        let value = value.filter(|value| !value.is_none());
        if value.is_some_and(|value| Tuple::from_value(value).is_none()) {
            return Err(cx.type_error(format_args!("__defaults__ must be set to a tuple object")));
        }
        audit_change(cx, this.as_value(), "__defaults__", value)?;
        cx.store_optional(this.object(), slot::DEFAULTS, value);
        Ok(())
    }

    #[pygetter(name = "__kwdefaults__")]
    fn keyword_defaults(cx: &Context, this: Function) -> PyResult<Value> {
        audit_read(cx, this.as_value(), "__kwdefaults__")?;
        Ok(this.keyword_defaults().map_or(Value::NONE, Dict::as_value))
    }

    #[pysetter(name = "__kwdefaults__")]
    fn set_keyword_defaults(cx: &Context, this: Function, value: Option<Value>) -> PyResult<()> {
        let value = value.filter(|value| !value.is_none());
        if value.is_some_and(|value| Dict::from_value(value).is_none()) {
            return Err(cx.type_error(format_args!("__kwdefaults__ must be set to a dict object")));
        }
        audit_change(cx, this.as_value(), "__kwdefaults__", value)?;
        cx.store_optional(this.object(), slot::KEYWORD_DEFAULTS, value);
        Ok(())
    }

    #[pygetter(name = "__closure__")]
    fn closure(this: Function) -> Value {
        this.closure().map_or(Value::NONE, Tuple::as_value)
    }

    #[pysetter(name = "__closure__")]
    fn set_closure(cx: &Context, this: Function, value: Option<Value>) -> PyResult<()> {
        let _ = (this, value);
        Err(read_only(cx))
    }

    #[pygetter(name = "__globals__")]
    fn globals(this: Function) -> Value {
        this.globals().map_or(Value::NONE, Dict::as_value)
    }

    #[pysetter(name = "__globals__")]
    fn set_globals(cx: &Context, this: Function, value: Option<Value>) -> PyResult<()> {
        let _ = (this, value);
        Err(read_only(cx))
    }

    #[pygetter(name = "__builtins__")]
    fn builtins(cx: &Context, this: Function) -> PyResult<Value> {
        let own = match this.globals() {
            Some(globals) => globals.get_str(cx, cx.name(Name::__builtins__))?,
            None => None,
        };
        match own {
            Some(module) if module.is_kind(Kind::Module) => Ok(cx.module_dict(module)?.as_value()),
            Some(namespace) => Ok(namespace),
            None => Ok(cx.root(crate::engine::Root::Builtins).unwrap_or(Value::NONE)),
        }
    }

    #[pygetter(name = "__name__")]
    fn name(cx: &Context, this: Function) -> PyResult<Str> {
        cx.code_of(this)?;
        Ok(name_of(cx, this))
    }

    #[pysetter(name = "__name__")]
    fn set_name(cx: &Context, this: Function, value: Option<Value>) -> PyResult<()> {
        match value {
            Some(value) if Str::from_value(value).is_some() => {
                cx.code_of(this)?;
                cx.store(this.object(), slot::NAME, value);
                Ok(())
            }
            _ => Err(cx.type_error(format_args!("__name__ must be set to a string object"))),
        }
    }

    #[pygetter(name = "__qualname__")]
    fn qualified_name(cx: &Context, this: Function) -> PyResult<Str> {
        cx.code_of(this)?;
        Ok(this.qualified_name(cx))
    }

    #[pysetter(name = "__qualname__")]
    fn set_qualified_name(cx: &Context, this: Function, value: Option<Value>) -> PyResult<()> {
        match value {
            Some(value) if Str::from_value(value).is_some() => {
                cx.code_of(this)?;
                cx.store(this.object(), slot::QUALIFIED_NAME, value);
                Ok(())
            }
            _ => Err(cx.type_error(format_args!("__qualname__ must be set to a string object"))),
        }
    }

    #[pygetter(name = "__doc__")]
    fn doc(cx: &Context, this: Function) -> PyResult<Value> {
        cx.code_of(this)?;
        Ok(this.object().value(slot::DOC).unwrap_or(Value::NONE))
    }

    #[pysetter(name = "__doc__")]
    fn set_doc(cx: &Context, this: Function, value: Option<Value>) -> PyResult<()> {
        cx.code_of(this)?;
        cx.store(this.object(), slot::DOC, value.unwrap_or(Value::NONE));
        Ok(())
    }

    #[pygetter(name = "__module__")]
    fn module(this: Function) -> Value {
        this.object().value(slot::MODULE).unwrap_or(Value::NONE)
    }

    #[pysetter(name = "__module__")]
    fn set_module(cx: &Context, this: Function, value: Option<Value>) -> PyResult<()> {
        cx.store(this.object(), slot::MODULE, value.unwrap_or(Value::NONE));
        Ok(())
    }

    #[pygetter(name = "__dict__")]
    fn dict(cx: &Context, this: Function) -> PyResult<Value> {
        Ok(cx.dict_in_slot(this.object(), slot::DICT)?.as_value())
    }

    #[pysetter(name = "__dict__")]
    fn set_dict(cx: &Context, this: Function, value: Option<Value>) -> PyResult<()> {
        match value {
            Some(value) if Dict::from_value(value).is_some() => {
                cx.store(this.object(), slot::DICT, value);
                Ok(())
            }
            Some(value) => Err(cx.type_error(format_args!(
                "__dict__ must be set to a dictionary, not a '{}'",
                cx.type_name(value)
            ))),
            None => Err(cx.type_error(format_args!("cannot delete __dict__"))),
        }
    }

    #[pygetter(name = "__annotations__")]
    fn annotations(cx: &Context, this: Function) -> PyResult<Value> {
        let object = this.object();
        if let Some(annotations) = object.value(slot::ANNOTATIONS) {
            return Ok(annotations);
        }
        let annotations = match object.value(slot::ANNOTATE) {
            Some(annotate) if cx.is_callable(annotate) => evaluate_annotations(cx, annotate)?,
            _ => cx.new_dict()?.as_value(),
        };
        if object.is_shared() {
            cx.publish(annotations);
        }
        // Two threads may compute them: one result stays.
        cx.compare_exchange(object, slot::ANNOTATIONS, None, Some(annotations));
        Ok(object.value(slot::ANNOTATIONS).unwrap_or(annotations))
    }

    #[pysetter(name = "__annotations__")]
    fn set_annotations(cx: &Context, this: Function, value: Option<Value>) -> PyResult<()> {
        let value = value.filter(|value| !value.is_none());
        if value.is_some_and(|value| Dict::from_value(value).is_none()) {
            return Err(cx.type_error(format_args!("__annotations__ must be set to a dict object")));
        }
        cx.store_optional(this.object(), slot::ANNOTATIONS, value);
        cx.clear(this.object(), slot::ANNOTATE);
        Ok(())
    }

    #[pygetter(name = "__annotate__")]
    fn annotate(this: Function) -> Value {
        this.object().value(slot::ANNOTATE).unwrap_or(Value::NONE)
    }

    #[pysetter(name = "__annotate__")]
    fn set_annotate(cx: &Context, this: Function, value: Option<Value>) -> PyResult<()> {
        match value {
            None => Err(cx.type_error(format_args!("__annotate__ cannot be deleted"))),
            Some(value) if value.is_none() => {
                cx.store(this.object(), slot::ANNOTATE, value);
                Ok(())
            }
            Some(value) if cx.is_callable(value) => {
                cx.store(this.object(), slot::ANNOTATE, value);
                cx.clear(this.object(), slot::ANNOTATIONS);
                Ok(())
            }
            Some(_) => Err(cx.type_error(format_args!("__annotate__ must be callable or None"))),
        }
    }

    #[pygetter(name = "__type_params__")]
    fn type_parameters(cx: &Context, this: Function) -> Value {
        this.object().value(slot::TYPE_PARAMETERS).unwrap_or(cx.empty_tuple().as_value())
    }

    #[pysetter(name = "__type_params__")]
    fn set_type_parameters(cx: &Context, this: Function, value: Option<Value>) -> PyResult<()> {
        match value {
            Some(value) if Tuple::from_value(value).is_some() => {
                cx.store(this.object(), slot::TYPE_PARAMETERS, value);
                Ok(())
            }
            _ => {
                Err(cx
                    .raise(ExceptionClass::TypeError, format_args!("__type_params__ must be set to a tuple")))
            }
        }
    }
}

/// What CPython's read-only members say.
#[cold]
fn read_only(cx: &Context) -> Raised {
    cx.raise(ExceptionClass::AttributeError, format_args!("readonly attribute"))
}

fn name_of(cx: &Context, function: Function) -> Str {
    function.object().value(slot::NAME).and_then(Str::from_value).unwrap_or_else(|| cx.empty_str())
}
