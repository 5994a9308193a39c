//! Methods and attributes of generators and coroutines. Suspension and resumption are in `types/generator.rs`.
//!
//! Source: Objects/genobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::interpreter::Exit;
use crate::object_access::ObjectAccess;
use crate::protocol::text::identity;
use crate::sys_module::audit::audit_read;
use crate::types::exception::{self, as_exception};
use crate::types::generator::{self, slot, state};
use crate::types::str_object::Str;
use crate::value::Value;

/// A generator.
#[pyclass(id = Generator, name = "generator", slots = 8, raw = 16, flags(NOT_INSTANTIABLE), doc = "")]
pub struct Generator(ObjectRef);

/// A coroutine.
#[pyclass(id = Coroutine, name = "coroutine", slots = 8, raw = 16, flags(NOT_INSTANTIABLE), doc = "")]
pub struct Coroutine(ObjectRef);

/// What `coroutine.__await__()` returns.
#[pyclass(
    id = CoroutineWrapper, name = "coroutine_wrapper", slots = 1, flags(NOT_INSTANTIABLE),
    doc = "A wrapper object implementing __await__ for coroutines."
)]
pub struct CoroutineWrapper(ObjectRef);

/// The outcome of a resume as a method call's result.
pub(crate) fn method_result(cx: &Context, exit: Exit) -> PyResult<Value> {
    match exit {
        Exit::Yield(value) => Ok(value),
        Exit::Return(value) => Err(stop_iteration(cx, value)),
    }
}

/// StopIteration with a value, which is put in as it is even when it is a tuple or an exception.
fn stop_iteration(cx: &Context, value: Value) -> crate::error::Raised {
    cx.stop_iteration_with(value)
}

/// The exception that `throw(value)` or the deprecated `throw(type, value, traceback)` means. What making it raises is thrown instead.
///
/// # Errors
/// TypeError; DeprecationWarning as an exception. `method` is what was called, unless it has warned already.
pub(crate) fn thrown_exception(
    cx: &Context,
    method: Option<&str>,
    first: Value,
    value: Option<Value>,
    traceback: Option<Value>,
) -> PyResult<Value> {
    if let Some(method) = method.filter(|_| value.is_some() || traceback.is_some()) {
        cx.warn(
            ExceptionClass::DeprecationWarning,
            format_args!(
                "the (type, exc, tb) signature of {method}() is deprecated, use the single-arg signature instead."
            ),
        )?;
    }
    let value = value.filter(|value| !value.is_none());
    let made = if let Some(object) = as_exception(first) {
        if value.is_some() {
            return Err(cx.type_error(format_args!("instance exception may not have a separate value")));
        }
        Ok(object)
    } else if cx.is_exception_class(first) {
        match value {
            Some(value) if as_exception(value).is_some() => cx.exception_from(value),
            Some(value) => match crate::types::tuple::Tuple::from_value(value) {
                Some(arguments) => cx.call_spread(first, arguments, None),
                None => cx.call(first, &[value]),
            }
            .and_then(|made| cx.exception_from(made)),
            None => cx.exception_from(first),
        }
    } else {
        return Err(cx.type_error(format_args!(
            "exceptions must be classes or instances deriving from BaseException, not {}",
            cx.type_name(first)
        )));
    };
    let exception = match made {
        Ok(exception) => exception,
        Err(raised) => return Ok(cx.take_exception(raised)),
    };
    if let Some(traceback) = traceback.filter(|traceback| !traceback.is_none()) {
        if !traceback.is_kind(crate::kind::Kind::Traceback) {
            return Err(cx.type_error(format_args!("throw() third argument must be a traceback object")));
        }
        cx.store(exception, exception::slot::TRACEBACK, traceback);
    }
    Ok(Value::from(exception))
}

fn repr(cx: &Context, this: ObjectRef, what: &str) -> PyResult<Value> {
    let name = qualified_name(cx, this);
    cx.str_format(format_args!("<{what} object {name} at {:#x}>", identity(Value::from(this))))
}

fn qualified_name(cx: &Context, this: ObjectRef) -> Str {
    this.value(slot::QUALIFIED_NAME).and_then(Str::from_value).unwrap_or_else(|| cx.empty_str())
}

fn get_slot(this: ObjectRef, slot: usize) -> Value {
    this.value(slot).unwrap_or(Value::NONE)
}

pub(crate) fn set_name(
    cx: &Context,
    this: ObjectRef,
    slot: usize,
    name: &str,
    value: Option<Value>,
) -> PyResult<()> {
    match value {
        Some(value) if Str::from_value(value).is_some() => {
            cx.store(this, slot, value);
            Ok(())
        }
        _ => Err(cx.type_error(format_args!("{name} must be set to a string object"))),
    }
}

/// The frame object of a body that is not finished.
pub(crate) fn frame_of(cx: &Context, this: ObjectRef) -> PyResult<Value> {
    if generator::state_of(this) == state::FINISHED {
        return Ok(Value::NONE);
    }
    if let Some(frame) = this.value(slot::FRAME_OBJECT) {
        return Ok(frame);
    }
    let Some(code) = generator::code_of(this) else { return Ok(Value::NONE) };
    let globals = this.value(slot::GLOBALS).and_then(crate::types::dict::Dict::from_value);
    let frame = cx.new_frame_object(code, globals)?;
    frame.take_suspended(cx, this, generator::next_instruction(this));
    cx.store(this, slot::FRAME_OBJECT, frame.as_value());
    Ok(frame.as_value())
}

#[pymethods]
impl Generator {
    /// See PEP 585
    #[pyclassmethod(name = "__class_getitem__", signature = "(item, /)")]
    fn class_getitem(cx: &Context, class: Value, item: Value) -> PyResult<Value> {
        cx.generic_alias(class, item)
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Generator) -> PyResult<Value> {
        repr(cx, this.object(), "generator")
    }

    #[pynext]
    fn next(cx: &Context, this: Generator) -> PyResult<Option<Value>> {
        match generator::send(cx, this.object(), Value::NONE)? {
            Exit::Yield(value) => Ok(Some(value)),
            Exit::Return(value) if value.is_none() => Ok(None),
            Exit::Return(value) => Err(stop_iteration(cx, value)),
        }
    }

    /// send(value) -> send 'value' into generator,
    /// return next yielded value or raise StopIteration.
    #[pymethod(signature = "(value, /)")]
    fn send(cx: &Context, this: Generator, value: Value) -> PyResult<Value> {
        let exit = generator::send(cx, this.object(), value)?;
        method_result(cx, exit)
    }

    /// throw(value)
    /// throw(type[,value[,tb]])
    ///
    /// Raise exception in generator, return next yielded value or raise
    /// StopIteration.
    #[pymethod(signature = "(type, value=None, traceback=None, /)")]
    fn throw(
        cx: &Context,
        this: Generator,
        type_: Value,
        value: Option<Value>,
        traceback: Option<Value>,
    ) -> PyResult<Value> {
        let exception = thrown_exception(cx, Some("throw"), type_, value, traceback)?;
        let exit = generator::throw(cx, this.object(), exception)?;
        method_result(cx, exit)
    }

    /// close() -> raise GeneratorExit inside generator.
    #[pymethod]
    fn close(cx: &Context, this: Generator) -> PyResult<Value> {
        generator::close_with_value(cx, this.object())
    }

    #[pygetter(name = "__name__")]
    fn name(this: Generator) -> Value {
        get_slot(this.object(), slot::NAME)
    }

    #[pysetter(name = "__name__")]
    fn set_name(cx: &Context, this: Generator, value: Option<Value>) -> PyResult<()> {
        set_name(cx, this.object(), slot::NAME, "__name__", value)
    }

    #[pygetter(name = "__qualname__")]
    fn qualified_name(this: Generator) -> Value {
        get_slot(this.object(), slot::QUALIFIED_NAME)
    }

    #[pysetter(name = "__qualname__")]
    fn set_qualified_name(cx: &Context, this: Generator, value: Option<Value>) -> PyResult<()> {
        set_name(cx, this.object(), slot::QUALIFIED_NAME, "__qualname__", value)
    }

    /// object being iterated by yield from, or None
    #[pygetter]
    fn gi_yieldfrom(this: Generator) -> Value {
        generator::delegate(this.object()).unwrap_or(Value::NONE)
    }

    #[pygetter]
    fn gi_running(this: Generator) -> bool {
        generator::state_of(this.object()) == state::RUNNING
    }

    #[pygetter]
    fn gi_suspended(this: Generator) -> bool {
        generator::state_of(this.object()) == state::SUSPENDED
    }

    #[pygetter]
    fn gi_frame(cx: &Context, this: Generator) -> PyResult<Value> {
        audit_read(cx, this.as_value(), "gi_frame")?;
        frame_of(cx, this.object())
    }

    #[pygetter]
    fn gi_code(cx: &Context, this: Generator) -> PyResult<Value> {
        audit_read(cx, this.as_value(), "gi_code")?;
        Ok(get_slot(this.object(), slot::CODE))
    }
}

#[pymethods]
impl Coroutine {
    /// See PEP 585
    #[pyclassmethod(name = "__class_getitem__", signature = "(item, /)")]
    fn class_getitem(cx: &Context, class: Value, item: Value) -> PyResult<Value> {
        cx.generic_alias(class, item)
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Coroutine) -> PyResult<Value> {
        repr(cx, this.object(), "coroutine")
    }

    /// Return an iterator to be used in await expression.
    #[pymethod(name = "__await__")]
    fn r#await(cx: &Context, this: Coroutine) -> PyResult<Value> {
        let wrapper = cx.allocate(crate::kind::Kind::CoroutineWrapper, 1, 0)?;
        cx.initialize(wrapper, 0, this.as_value());
        Ok(Value::from(wrapper))
    }

    /// send(arg) -> send 'arg' into coroutine,
    /// return next iterated value or raise StopIteration.
    #[pymethod(signature = "(value, /)")]
    fn send(cx: &Context, this: Coroutine, value: Value) -> PyResult<Value> {
        let exit = generator::send(cx, this.object(), value)?;
        method_result(cx, exit)
    }

    /// throw(value)
    /// throw(type[,value[,traceback]])
    ///
    /// Raise exception in coroutine, return next iterated value or raise
    /// StopIteration.
    #[pymethod(signature = "(type, value=None, traceback=None, /)")]
    fn throw(
        cx: &Context,
        this: Coroutine,
        type_: Value,
        value: Option<Value>,
        traceback: Option<Value>,
    ) -> PyResult<Value> {
        let exception = thrown_exception(cx, Some("throw"), type_, value, traceback)?;
        let exit = generator::throw(cx, this.object(), exception)?;
        method_result(cx, exit)
    }

    /// close() -> raise GeneratorExit inside coroutine.
    #[pymethod]
    fn close(cx: &Context, this: Coroutine) -> PyResult<Value> {
        generator::close_with_value(cx, this.object())
    }

    #[pygetter(name = "__name__")]
    fn name(this: Coroutine) -> Value {
        get_slot(this.object(), slot::NAME)
    }

    #[pysetter(name = "__name__")]
    fn set_name(cx: &Context, this: Coroutine, value: Option<Value>) -> PyResult<()> {
        set_name(cx, this.object(), slot::NAME, "__name__", value)
    }

    #[pygetter(name = "__qualname__")]
    fn qualified_name(this: Coroutine) -> Value {
        get_slot(this.object(), slot::QUALIFIED_NAME)
    }

    #[pysetter(name = "__qualname__")]
    fn set_qualified_name(cx: &Context, this: Coroutine, value: Option<Value>) -> PyResult<()> {
        set_name(cx, this.object(), slot::QUALIFIED_NAME, "__qualname__", value)
    }

    /// object being awaited on, or None
    #[pygetter]
    fn cr_await(this: Coroutine) -> Value {
        generator::delegate(this.object()).unwrap_or(Value::NONE)
    }

    #[pygetter]
    fn cr_running(this: Coroutine) -> bool {
        generator::state_of(this.object()) == state::RUNNING
    }

    #[pygetter]
    fn cr_suspended(this: Coroutine) -> bool {
        generator::state_of(this.object()) == state::SUSPENDED
    }

    #[pygetter]
    fn cr_frame(cx: &Context, this: Coroutine) -> PyResult<Value> {
        audit_read(cx, this.as_value(), "cr_frame")?;
        frame_of(cx, this.object())
    }

    #[pygetter]
    fn cr_code(cx: &Context, this: Coroutine) -> PyResult<Value> {
        audit_read(cx, this.as_value(), "cr_code")?;
        Ok(get_slot(this.object(), slot::CODE))
    }

    #[pygetter]
    fn cr_origin(this: Coroutine) -> Value {
        get_slot(this.object(), slot::HOOK)
    }
}

fn wrapped(cx: &Context, this: CoroutineWrapper) -> PyResult<ObjectRef> {
    match this.object().value(0).and_then(generator::as_generator) {
        Some(coroutine) => Ok(coroutine),
        None => Err(cx.type_error(format_args!("coroutine_wrapper without coroutine"))),
    }
}

#[pymethods]
impl CoroutineWrapper {
    #[pynext]
    fn next(cx: &Context, this: CoroutineWrapper) -> PyResult<Option<Value>> {
        let coroutine = wrapped(cx, this)?;
        match generator::send(cx, coroutine, Value::NONE)? {
            Exit::Yield(value) => Ok(Some(value)),
            Exit::Return(value) if value.is_none() => Ok(None),
            Exit::Return(value) => Err(stop_iteration(cx, value)),
        }
    }

    /// send(arg) -> send 'arg' into coroutine,
    /// return next iterated value or raise StopIteration.
    #[pymethod(signature = "(value, /)")]
    fn send(cx: &Context, this: CoroutineWrapper, value: Value) -> PyResult<Value> {
        let exit = generator::send(cx, wrapped(cx, this)?, value)?;
        method_result(cx, exit)
    }

    /// throw(value)
    /// throw(type[,value[,traceback]])
    ///
    /// Raise exception in coroutine, return next iterated value or raise
    /// StopIteration.
    #[pymethod(signature = "(type, value=None, traceback=None, /)")]
    fn throw(
        cx: &Context,
        this: CoroutineWrapper,
        type_: Value,
        value: Option<Value>,
        traceback: Option<Value>,
    ) -> PyResult<Value> {
        let exception = thrown_exception(cx, Some("throw"), type_, value, traceback)?;
        let exit = generator::throw(cx, wrapped(cx, this)?, exception)?;
        method_result(cx, exit)
    }

    /// close() -> raise GeneratorExit inside coroutine.
    #[pymethod]
    fn close(cx: &Context, this: CoroutineWrapper) -> PyResult<Value> {
        generator::close_with_value(cx, wrapped(cx, this)?)
    }
}

/// `RuntimeWarning: coroutine 'f' was never awaited`
///
/// # Errors
/// The warning, where warnings are errors.
pub(crate) fn warn_never_awaited(cx: &Context, coroutine: ObjectRef) -> PyResult<()> {
    let name = qualified_name(cx, coroutine);
    cx.warn(ExceptionClass::RuntimeWarning, format_args!("coroutine '{name}' was never awaited"))
}
