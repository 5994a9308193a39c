//! Asynchronous generators and the awaitables of their methods.
//!
//! Invariant: one awaitable of a generator drives it at a time (flag `RUNNING_ASYNC`); a value that the body yields comes wrapped
//! (`AsyncGeneratorValue`), which ends the awaitable with StopIteration(value); anything else passes through to the event loop.
//! Source: Objects/genobject.c; PEP 525.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::{Context, ThreadRoot};
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::interpreter::Exit;
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::protocol::text::identity;
use crate::sys_module::audit::audit_read;
use crate::types::generator::{self, ASYNC_FLAGS, slot, state};
use crate::types::generator_methods::{frame_of, set_name, thrown_exception};
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// An awaitable drives the generator now.
const RUNNING_ASYNC: u32 = 1;
/// Closed, or being closed.
const CLOSED: u32 = 2;
/// The hooks were called.
const HOOKS_CALLED: u32 = 4;

/// An asynchronous generator.
#[pyclass(id = AsyncGenerator, name = "async_generator", slots = 8, raw = 16, flags(NOT_INSTANTIABLE), doc = "")]
pub struct AsyncGenerator(ObjectRef);

/// The awaitable of `asend()` and `__anext__()`: slots generator and value; raw: state.
#[pyclass(id = AsyncGeneratorSend, name = "async_generator_asend", slots = 2, raw = 8, flags(NOT_INSTANTIABLE), doc = "")]
pub struct AsyncGeneratorSend(ObjectRef);

/// The awaitable of `athrow()` and `aclose()`: slots generator and exception (absent for `aclose`); raw: state.
#[pyclass(id = AsyncGeneratorThrow, name = "async_generator_athrow", slots = 2, raw = 8, flags(NOT_INSTANTIABLE), doc = "")]
pub struct AsyncGeneratorThrow(ObjectRef);

/// A yielded value on its way out.
#[pyclass(id = AsyncGeneratorValue, name = "async_generator_wrapped_value", slots = 1, flags(NOT_INSTANTIABLE), doc = "")]
pub struct AsyncGeneratorValue(ObjectRef);

/// States of the awaitables.
mod awaitable {
    pub const INITIAL: u32 = 0;
    pub const ITERATING: u32 = 1;
    pub const CLOSED: u32 = 2;
}

fn flags(generator: ObjectRef) -> u32 {
    generator.raw_u32(ASYNC_FLAGS)
}

fn set_flag(generator: ObjectRef, flag: u32, on: bool) {
    let now = flags(generator);
    generator.raw_store_u32(ASYNC_FLAGS, if on { now | flag } else { now & !flag });
}

/// Starts an asynchronous generator's flags.
///
/// # Errors
/// None now; hooks are called at the first iteration.
pub(crate) fn initialize_hooks(_cx: &Context, generator: ObjectRef) -> PyResult<()> {
    generator.raw_store_u32(ASYNC_FLAGS, 0);
    Ok(())
}

/// Calls `sys.set_asyncgen_hooks`' first-iteration hook and remembers the finalizer, at the first use.
fn call_hooks(cx: &Context, generator: ObjectRef) -> PyResult<()> {
    if flags(generator) & HOOKS_CALLED != 0 {
        return Ok(());
    }
    set_flag(generator, HOOKS_CALLED, true);
    if let Some(finalizer) = cx.thread_root(ThreadRoot::AsyncGeneratorFinalizer) {
        cx.store(generator, slot::HOOK, finalizer);
    }
    if let Some(first) = cx.thread_root(ThreadRoot::AsyncGeneratorFirstIterator) {
        cx.call(first, &[Value::from(generator)])?;
    }
    Ok(())
}

/// What becomes of an asynchronous generator that is not exhausted and unreachable.
///
/// # Errors
/// What the hook raises.
pub(crate) fn finalize(cx: &Context, generator: ObjectRef) -> PyResult<()> {
    if generator::state_of(generator) != state::SUSPENDED {
        return Ok(());
    }
    match generator.value(slot::HOOK) {
        Some(finalizer) if flags(generator) & CLOSED == 0 => {
            cx.call(finalizer, &[Value::from(generator)]).map(|_| ())
        }
        _ => generator::close(cx, generator),
    }
}

/// What the body's step means for the awaitable.
fn unwrap_step(cx: &Context, generator: ObjectRef, result: PyResult<Exit>) -> PyResult<Value> {
    match result {
        Ok(Exit::Yield(value)) => match value.as_kind(Kind::AsyncGeneratorValue) {
            Some(wrapped) => {
                set_flag(generator, RUNNING_ASYNC, false);
                Err(cx.stop_iteration_with(wrapped.value(0).unwrap_or(Value::NONE)))
            }
            None => Ok(value),
        },
        Ok(Exit::Return(_)) => {
            set_flag(generator, RUNNING_ASYNC, false);
            set_flag(generator, CLOSED, true);
            Err(cx.raise_with(ExceptionClass::StopAsyncIteration, &[]))
        }
        Err(raised) => {
            set_flag(generator, RUNNING_ASYNC, false);
            if cx.pending_is(&raised, ExceptionClass::StopAsyncIteration)
                || cx.pending_is(&raised, ExceptionClass::GeneratorExit)
            {
                set_flag(generator, CLOSED, true);
            }
            Err(raised)
        }
    }
}

fn new_awaitable(cx: &Context, kind: Kind, generator: ObjectRef, value: Option<Value>) -> PyResult<Value> {
    let object = cx.allocate(kind, 2, 8)?;
    cx.initialize(object, 0, Value::from(generator));
    if let Some(value) = value {
        cx.initialize(object, 1, value);
    }
    Ok(Value::from(object))
}

fn generator_of(cx: &Context, awaitable: ObjectRef) -> PyResult<ObjectRef> {
    match awaitable.value(0).and_then(generator::as_generator) {
        Some(generator) => Ok(generator),
        None => Err(cx.type_error(format_args!("awaitable without asynchronous generator"))),
    }
}

fn reused(cx: &Context, what: &str) -> Raised {
    cx.raise(ExceptionClass::RuntimeError, format_args!("cannot reuse already awaited {what}"))
}

#[pymethods]
impl AsyncGenerator {
    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: AsyncGenerator) -> PyResult<Value> {
        let name = this
            .object()
            .value(slot::QUALIFIED_NAME)
            .and_then(Str::from_value)
            .unwrap_or_else(|| cx.empty_str());
        cx.str_format(format_args!("<async_generator object {name} at {:#x}>", identity(this.as_value())))
    }

    /// Return an awaitable, that resolves in asynchronous iterator.
    #[pymethod(name = "__aiter__")]
    fn aiter(this: AsyncGenerator) -> Value {
        this.as_value()
    }

    /// Return a value or raise StopAsyncIteration.
    #[pymethod(name = "__anext__")]
    fn anext(cx: &Context, this: AsyncGenerator) -> PyResult<Value> {
        call_hooks(cx, this.object())?;
        new_awaitable(cx, Kind::AsyncGeneratorSend, this.object(), None)
    }

    /// asend(v) -> send 'v' in generator.
    #[pymethod(signature = "(value, /)")]
    fn asend(cx: &Context, this: AsyncGenerator, value: Value) -> PyResult<Value> {
        call_hooks(cx, this.object())?;
        new_awaitable(cx, Kind::AsyncGeneratorSend, this.object(), Some(value))
    }

    /// athrow(value)
    /// athrow(type[,value[,tb]])
    ///
    /// raise exception in generator.
    #[pymethod(signature = "(type, value=None, traceback=None, /)")]
    fn athrow(
        cx: &Context,
        this: AsyncGenerator,
        type_: Value,
        value: Option<Value>,
        traceback: Option<Value>,
    ) -> PyResult<Value> {
        call_hooks(cx, this.object())?;
        // What is thrown is looked at when the awaitable is awaited.
        let arguments = [type_, value.unwrap_or(Value::NONE), traceback.unwrap_or(Value::NONE)];
        let given = match (value, traceback) {
            (None, None) => cx.tuple(&[type_])?,
            _ => {
                cx.warn(
                    ExceptionClass::DeprecationWarning,
                    format_args!(
                        "the (type, exc, tb) signature of athrow() is deprecated, use the single-arg signature instead."
                    ),
                )?;
                cx.tuple(&arguments)?
            }
        };
        new_awaitable(cx, Kind::AsyncGeneratorThrow, this.object(), Some(given))
    }

    /// aclose() -> raise GeneratorExit inside generator.
    #[pymethod]
    fn aclose(cx: &Context, this: AsyncGenerator) -> PyResult<Value> {
        call_hooks(cx, this.object())?;
        new_awaitable(cx, Kind::AsyncGeneratorThrow, this.object(), None)
    }

    /// See PEP 585
    #[pyclassmethod(name = "__class_getitem__", signature = "(item, /)")]
    fn class_getitem(cx: &Context, class: Value, item: Value) -> PyResult<Value> {
        cx.generic_alias(class, item)
    }

    #[pygetter(name = "__name__")]
    fn name(this: AsyncGenerator) -> Value {
        this.object().value(slot::NAME).unwrap_or(Value::NONE)
    }

    #[pysetter(name = "__name__")]
    fn set_name(cx: &Context, this: AsyncGenerator, value: Option<Value>) -> PyResult<()> {
        set_name(cx, this.object(), slot::NAME, "__name__", value)
    }

    #[pygetter(name = "__qualname__")]
    fn qualified_name(this: AsyncGenerator) -> Value {
        this.object().value(slot::QUALIFIED_NAME).unwrap_or(Value::NONE)
    }

    #[pysetter(name = "__qualname__")]
    fn set_qualified_name(cx: &Context, this: AsyncGenerator, value: Option<Value>) -> PyResult<()> {
        set_name(cx, this.object(), slot::QUALIFIED_NAME, "__qualname__", value)
    }

    /// object being awaited on, or None
    #[pygetter]
    fn ag_await(this: AsyncGenerator) -> Value {
        generator::delegate(this.object()).unwrap_or(Value::NONE)
    }

    #[pygetter]
    fn ag_running(this: AsyncGenerator) -> bool {
        flags(this.object()) & RUNNING_ASYNC != 0
    }

    #[pygetter]
    fn ag_suspended(this: AsyncGenerator) -> bool {
        generator::state_of(this.object()) == state::SUSPENDED
    }

    #[pygetter]
    fn ag_frame(cx: &Context, this: AsyncGenerator) -> PyResult<Value> {
        audit_read(cx, this.as_value(), "ag_frame")?;
        frame_of(cx, this.object())
    }

    #[pygetter]
    fn ag_code(cx: &Context, this: AsyncGenerator) -> PyResult<Value> {
        audit_read(cx, this.as_value(), "ag_code")?;
        Ok(this.object().value(slot::CODE).unwrap_or(Value::NONE))
    }
}

const STATE: usize = 0;

impl AsyncGeneratorSend {
    fn step(cx: &Context, this: AsyncGeneratorSend, sent: Value) -> PyResult<Value> {
        let object = this.object();
        let generator = generator_of(cx, object)?;
        let mut value = sent;
        match object.raw_u32(STATE) {
            awaitable::CLOSED => return Err(reused(cx, "__anext__()/asend()")),
            awaitable::INITIAL => {
                if flags(generator) & RUNNING_ASYNC != 0 {
                    object.raw_store_u32(STATE, awaitable::CLOSED);
                    return Err(cx.raise(
                        ExceptionClass::RuntimeError,
                        format_args!("anext(): asynchronous generator is already running"),
                    ));
                }
                if sent.is_none() {
                    value = object.value(1).unwrap_or(Value::NONE);
                }
                object.raw_store_u32(STATE, awaitable::ITERATING);
                set_flag(generator, RUNNING_ASYNC, true);
            }
            _ => {}
        }
        if flags(generator) & CLOSED != 0 && generator::state_of(generator) == state::FINISHED {
            object.raw_store_u32(STATE, awaitable::CLOSED);
            set_flag(generator, RUNNING_ASYNC, false);
            return Err(cx.raise_with(ExceptionClass::StopAsyncIteration, &[]));
        }
        let result = generator::send(cx, generator, value);
        let result = unwrap_step(cx, generator, result);
        if result.is_err() {
            object.raw_store_u32(STATE, awaitable::CLOSED);
        }
        result
    }
}

#[pymethods]
impl AsyncGeneratorSend {
    /// Return an iterator to be used in await expression.
    #[pymethod(name = "__await__")]
    fn r#await(this: AsyncGeneratorSend) -> Value {
        this.as_value()
    }

    /// Return self.
    #[pymethod(name = "__iter__")]
    fn iter(this: AsyncGeneratorSend) -> Value {
        this.as_value()
    }

    /// Implement next(self).
    #[pymethod(name = "__next__")]
    fn next(cx: &Context, this: AsyncGeneratorSend) -> PyResult<Value> {
        Self::step(cx, this, Value::NONE)
    }

    #[pymethod(signature = "(value, /)")]
    fn send(cx: &Context, this: AsyncGeneratorSend, value: Value) -> PyResult<Value> {
        Self::step(cx, this, value)
    }

    #[pymethod(signature = "(type, value=None, traceback=None, /)")]
    fn throw(
        cx: &Context,
        this: AsyncGeneratorSend,
        type_: Value,
        value: Option<Value>,
        traceback: Option<Value>,
    ) -> PyResult<Value> {
        let object = this.object();
        let generator = generator_of(cx, object)?;
        match object.raw_u32(STATE) {
            awaitable::CLOSED => return Err(reused(cx, "__anext__()/asend()")),
            awaitable::INITIAL => {
                if flags(generator) & RUNNING_ASYNC != 0 {
                    object.raw_store_u32(STATE, awaitable::CLOSED);
                    return Err(cx.raise(
                        ExceptionClass::RuntimeError,
                        format_args!("anext(): asynchronous generator is already running"),
                    ));
                }
                object.raw_store_u32(STATE, awaitable::ITERATING);
                set_flag(generator, RUNNING_ASYNC, true);
            }
            _ => {}
        }
        let exception = thrown_exception(cx, Some("throw"), type_, value, traceback)?;
        let result = generator::throw(cx, generator, exception);
        let result = unwrap_step(cx, generator, result);
        if result.is_err() {
            object.raw_store_u32(STATE, awaitable::CLOSED);
        }
        result
    }

    #[pymethod]
    fn close(cx: &Context, this: AsyncGeneratorSend) -> PyResult<Value> {
        if this.object().raw_u32(STATE) == awaitable::CLOSED {
            return Ok(Value::NONE);
        }
        let exit = cx.exception_class(ExceptionClass::GeneratorExit);
        closed(cx, Self::throw(cx, this, exit, None, None))
    }
}

/// What `close()` of an awaitable says of what throwing GeneratorExit into it did.
fn closed(cx: &Context, outcome: PyResult<Value>) -> PyResult<Value> {
    match outcome {
        Ok(_) => Err(cx.raise(ExceptionClass::RuntimeError, format_args!("coroutine ignored GeneratorExit"))),
        Err(raised) => {
            let expected = [
                ExceptionClass::StopIteration,
                ExceptionClass::StopAsyncIteration,
                ExceptionClass::GeneratorExit,
            ];
            if expected.into_iter().any(|class| cx.pending_is(&raised, class)) {
                cx.take_exception(raised);
                return Ok(Value::NONE);
            }
            Err(raised)
        }
    }
}

impl AsyncGeneratorThrow {
    fn name(this: AsyncGeneratorThrow) -> &'static str {
        if this.object().value(1).is_some() { "athrow" } else { "aclose" }
    }

    /// Claims the generator for this awaitable.
    fn begin(cx: &Context, this: AsyncGeneratorThrow, generator: ObjectRef) -> PyResult<()> {
        let object = this.object();
        if flags(generator) & RUNNING_ASYNC != 0 {
            object.raw_store_u32(STATE, awaitable::CLOSED);
            return Err(cx.raise(
                ExceptionClass::RuntimeError,
                format_args!("{}(): asynchronous generator is already running", Self::name(this)),
            ));
        }
        if flags(generator) & CLOSED != 0 {
            object.raw_store_u32(STATE, awaitable::CLOSED);
            return Err(cx.raise_with(ExceptionClass::StopAsyncIteration, &[]));
        }
        object.raw_store_u32(STATE, awaitable::ITERATING);
        set_flag(generator, RUNNING_ASYNC, true);
        Ok(())
    }

    /// What `athrow()` was given, or GeneratorExit.
    fn exception(cx: &Context, this: AsyncGeneratorThrow, generator: ObjectRef) -> PyResult<Value> {
        let Some(given) = this.object().value(1).and_then(Tuple::from_value) else {
            set_flag(generator, CLOSED, true);
            let exit = crate::types::exception::new_exception(cx, ExceptionClass::GeneratorExit, &[])?;
            return Ok(Value::from(exit));
        };
        let type_ = given.get(0).unwrap_or(Value::NONE);
        let or_none = |index| given.get(index).filter(|value| !value.is_none());
        thrown_exception(cx, None, type_, or_none(1), or_none(2))
    }

    fn step(cx: &Context, this: AsyncGeneratorThrow, sent: Value) -> PyResult<Value> {
        let object = this.object();
        let generator = generator_of(cx, object)?;
        let result = match object.raw_u32(STATE) {
            awaitable::CLOSED => return Err(reused(cx, "aclose()/athrow()")),
            awaitable::INITIAL => {
                if generator::state_of(generator) == state::FINISHED {
                    object.raw_store_u32(STATE, awaitable::CLOSED);
                    return Err(if object.value(1).is_some() {
                        cx.raise_with(ExceptionClass::StopAsyncIteration, &[])
                    } else {
                        cx.stop_iteration()
                    });
                }
                if !sent.is_none() {
                    return Err(cx.raise(
                        ExceptionClass::RuntimeError,
                        format_args!("can't send non-None value to a just-started coroutine"),
                    ));
                }
                Self::begin(cx, this, generator)?;
                Self::exception(cx, this, generator)
                    .and_then(|exception| generator::throw(cx, generator, exception))
            }
            _ => generator::send(cx, generator, sent),
        };
        Self::finish(cx, this, generator, result)
    }

    fn finish(
        cx: &Context,
        this: AsyncGeneratorThrow,
        generator: ObjectRef,
        result: PyResult<Exit>,
    ) -> PyResult<Value> {
        let object = this.object();
        if object.value(1).is_some() {
            let result = unwrap_step(cx, generator, result);
            if result.is_err() {
                object.raw_store_u32(STATE, awaitable::CLOSED);
            }
            return result;
        }
        // aclose(): the body must not yield a value again; StopAsyncIteration and GeneratorExit are what is hoped for.
        match result {
            Ok(Exit::Yield(value)) if value.is_kind(Kind::AsyncGeneratorValue) => {
                set_flag(generator, RUNNING_ASYNC, false);
                object.raw_store_u32(STATE, awaitable::CLOSED);
                Err(cx.raise(
                    ExceptionClass::RuntimeError,
                    format_args!("async generator ignored GeneratorExit"),
                ))
            }
            Ok(Exit::Yield(value)) => Ok(value),
            Ok(Exit::Return(_)) => {
                set_flag(generator, RUNNING_ASYNC, false);
                object.raw_store_u32(STATE, awaitable::CLOSED);
                Err(cx.stop_iteration())
            }
            Err(raised) => {
                set_flag(generator, RUNNING_ASYNC, false);
                object.raw_store_u32(STATE, awaitable::CLOSED);
                if cx.pending_is(&raised, ExceptionClass::StopAsyncIteration)
                    || cx.pending_is(&raised, ExceptionClass::GeneratorExit)
                {
                    cx.take_exception(raised);
                    return Err(cx.stop_iteration());
                }
                Err(raised)
            }
        }
    }
}

#[pymethods]
impl AsyncGeneratorThrow {
    /// Return an iterator to be used in await expression.
    #[pymethod(name = "__await__")]
    fn r#await(this: AsyncGeneratorThrow) -> Value {
        this.as_value()
    }

    /// Return self.
    #[pymethod(name = "__iter__")]
    fn iter(this: AsyncGeneratorThrow) -> Value {
        this.as_value()
    }

    /// Implement next(self).
    #[pymethod(name = "__next__")]
    fn next(cx: &Context, this: AsyncGeneratorThrow) -> PyResult<Value> {
        Self::step(cx, this, Value::NONE)
    }

    #[pymethod(signature = "(value, /)")]
    fn send(cx: &Context, this: AsyncGeneratorThrow, value: Value) -> PyResult<Value> {
        Self::step(cx, this, value)
    }

    #[pymethod(signature = "(type, value=None, traceback=None, /)")]
    fn throw(
        cx: &Context,
        this: AsyncGeneratorThrow,
        type_: Value,
        value: Option<Value>,
        traceback: Option<Value>,
    ) -> PyResult<Value> {
        let object = this.object();
        let generator = generator_of(cx, object)?;
        match object.raw_u32(STATE) {
            awaitable::CLOSED => return Err(reused(cx, "aclose()/athrow()")),
            awaitable::INITIAL => {
                Self::begin(cx, this, generator)?;
            }
            _ => {}
        }
        let exception = thrown_exception(cx, Some("throw"), type_, value, traceback)?;
        let result = generator::throw(cx, generator, exception);
        Self::finish(cx, this, generator, result)
    }

    #[pymethod]
    fn close(cx: &Context, this: AsyncGeneratorThrow) -> PyResult<Value> {
        if this.object().raw_u32(STATE) == awaitable::CLOSED {
            return Ok(Value::NONE);
        }
        let exit = cx.exception_class(ExceptionClass::GeneratorExit);
        closed(cx, Self::throw(cx, this, exit, None, None))
    }
}

#[pymethods]
impl AsyncGeneratorValue {}
