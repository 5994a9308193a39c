//! Generators, coroutines and asynchronous generators: suspended frames as heap objects. Their methods are in
//! `types/generator_methods.rs` and `types/async_generator.rs`, their frames in `types/generator_frames.rs`.
//!
//! A suspended body keeps its registers in the object's slots; a resume moves them to the register stack and pushes a frame, a yield
//! moves them back. So running code always has its registers on the stack, and calls overlap windows as usual.
//!
//! Invariant: the state goes from created or suspended to running by compare-and-swap, so two threads never run one body (the loser
//! gets "generator already executing"); only the runner writes the slots. The stored `pc` is that of the next instruction; the one
//! before it is the yield whose destination takes what is sent.
//! Source: Objects/genobject.c; PEP 342, 380, 479, 492, 525.

use threadsnake_bytecode::code_flags;
use threadsnake_heap::ObjectRef;
use threadsnake_heap::arch::Ordering;

use crate::context::{Context, ThreadRoot};
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::interpreter::dispatch::run_from;
use crate::interpreter::frame::{Frame, frame_flags};
use crate::interpreter::{Exit, Start};
use crate::kind::Kind;
use crate::names::Name;
use crate::object_access::ObjectAccess;
use crate::types::code::CodeObject;
use crate::types::exception::as_exception;
use crate::types::function::Function;
use crate::types::generator_frames::{enter, enter_alone, suspend};
use crate::value::Value;

/// Slots of generator objects of all three kinds.
pub mod slot {
    /// The function.
    pub const FUNCTION: usize = 0;
    /// The code object.
    pub const CODE: usize = 1;
    /// `__name__`
    pub const NAME: usize = 2;
    /// `__qualname__`
    pub const QUALIFIED_NAME: usize = 3;
    /// The globals.
    pub const GLOBALS: usize = 4;
    /// The exception that the body is handling while suspended.
    pub const HANDLED: usize = 5;
    /// The Python frame object, or empty.
    pub const FRAME_OBJECT: usize = 6;
    /// Asynchronous generators: the finalizer hook. Coroutines: their origin.
    pub const HOOK: usize = 7;
    /// First register.
    pub const REGISTERS: usize = 8;
}

/// Raw bytes: the index of the next instruction, the state, flags of asynchronous generators, and the register of a delegation.
pub const RAW_BYTES: usize = 16;
/// Raw offset of the index of the next instruction.
pub(crate) const PC: usize = 0;
/// Raw offset of the state.
pub const STATE: usize = 4;
/// Raw offset of flags of asynchronous generators.
pub const ASYNC_FLAGS: usize = 8;
/// Raw offset of the register that holds what a suspended body delegates to, plus one; 0 if it does not delegate. The instruction says so
/// too, but is behind four loads that each wait for the one before.
pub(crate) const DELEGATE: usize = 12;

/// States.
pub mod state {
    /// Not started.
    pub const CREATED: u32 = 0;
    /// At a yield.
    pub const SUSPENDED: u32 = 1;
    /// On some thread's frame stack.
    pub const RUNNING: u32 = 2;
    /// Returned, raised or closed.
    pub const FINISHED: u32 = 3;
}

/// The generator, coroutine or asynchronous generator in a value.
#[inline(always)]
pub fn as_generator(value: Value) -> Option<ObjectRef> {
    let object = value.as_object()?;
    matches!(Kind::of(object), Kind::Generator | Kind::Coroutine | Kind::AsyncGenerator).then_some(object)
}

/// The state; see [`state`].
#[inline(always)]
pub fn state_of(generator: ObjectRef) -> u32 {
    generator.raw_u32(STATE)
}

/// The index of the next instruction of a suspended body.
pub fn next_instruction(generator: ObjectRef) -> u32 {
    generator.raw_u32(PC)
}

/// The code.
pub fn code_of(generator: ObjectRef) -> Option<CodeObject> {
    generator.value(slot::CODE).and_then(CodeObject::from_value)
}

/// Takes a body that has not started or is suspended for this thread to run: what it was, or what it is if it cannot be had.
#[inline(always)]
pub(crate) fn claim(generator: ObjectRef) -> Result<u32, u32> {
    use threadsnake_heap::arch::AtomicU32;
    // SAFETY: the state lies within the raw bytes of the three kinds and is only accessed as an atomic of 4 bytes.
    let cell = unsafe { generator.raw::<AtomicU32>(STATE) };
    loop {
        let current = cell.load(Ordering::Acquire);
        if current > state::SUSPENDED {
            return Err(current);
        }
        if !generator.is_shared() {
            // Relaxed: no other thread can reach it, so none competes.
            cell.store(state::RUNNING, Ordering::Relaxed);
            return Ok(current);
        }
        // Acquire pairs with the Release of `suspend`: the winner sees the registers that the last runner left.
        if cell.compare_exchange(current, state::RUNNING, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            return Ok(current);
        }
    }
}

/// Writes a register that a suspended generator has saved, or of one that has not started.
///
/// The generator is claimed meanwhile, as by who resumes it: who does so at this moment finds it executing.
///
/// # Errors
/// ValueError if it runs. False if it has finished, and there is none.
pub(crate) fn set_saved_register(
    cx: &Context,
    generator: ObjectRef,
    register: usize,
    value: Value,
) -> PyResult<bool> {
    let state = match claim(generator) {
        Ok(state) => state,
        Err(state::FINISHED) => return Ok(false),
        Err(_) => return Err(already_running(cx, generator)),
    };
    let place = slot::REGISTERS + register;
    if place < generator.slot_count() {
        cx.store(generator, place, value);
    }
    // Release pairs with the Acquire in `claim`.
    generator.raw_store_u32(STATE, state);
    Ok(true)
}

/// Makes the generator object of a call: so many variables, the bound parameters and maybe others, lie from `registers` on.
///
/// # Errors
/// MemoryError.
pub(crate) fn from_call(
    cx: &Context,
    function: Function,
    code: CodeObject,
    registers: *mut u64,
    variables: usize,
) -> PyResult<Value> {
    let data = code.data();
    debug_assert!(variables <= data.cleared_count as usize);
    let count = data.register_count as usize;
    // SAFETY: the caller made sure that the registers fit the register stack.
    cx.frames().set_window_end(unsafe { registers.add(variables) });
    let kind = if data.flags & code_flags::ASYNC_GENERATOR != 0 {
        Kind::AsyncGenerator
    } else if data.flags & code_flags::COROUTINE != 0 {
        Kind::Coroutine
    } else {
        Kind::Generator
    };
    let options = if kind == Kind::Generator && !data.runs_when_dropped {
        threadsnake_heap::AllocationOptions::NONE
    } else {
        threadsnake_heap::AllocationOptions::FINALIZABLE
    };
    let shape = cx.shape_word(kind);
    let made = cx.allocate_with(kind, shape, slot::REGISTERS + count, RAW_BYTES, options);
    cx.frames().set_window_end(core::ptr::null_mut());
    let object = made?;
    let (_, globals) = function.code_and_globals();
    let name = function.object().slot(crate::types::function::slot::NAME);
    let qualified_name = function.object().slot(crate::types::function::slot::QUALIFIED_NAME);
    let fixed = [function.as_value().word(), code.as_value().word(), name, qualified_name, globals];
    const _: () = assert!(slot::FUNCTION == 0 && slot::CODE == 1 && slot::NAME == 2);
    const _: () = assert!(slot::QUALIFIED_NAME == 3 && slot::GLOBALS == 4);
    cx.mutator().initialize_slots(object, fixed.into_iter());
    for index in 0..variables {
        // SAFETY: as above; the object has a slot for each register, and is young: it was made after the last safepoint.
        unsafe {
            debug_assert!(object.takes_plain_stores());
            object.store_plain(slot::REGISTERS + index, registers.add(index).read());
        }
    }
    if kind == Kind::AsyncGenerator {
        crate::types::async_generator::initialize_hooks(cx, object)?;
    }
    Ok(Value::from(object))
}

/// Empties the object's registers.
fn clear_registers(cx: &Context, generator: ObjectRef, count: usize) {
    cx.clear_range(generator, slot::REGISTERS, count);
}

/// A generator's body begins to handle an exception. The value is what [`end_handling`] gets at the end.
pub(crate) fn begin_handling(cx: &Context, frame: &Frame, exception: Value) -> Value {
    let previous = if frame.flags.get() & frame_flags::HANDLES == 0 {
        frame.flags.set(frame.flags.get() | frame_flags::HANDLES);
        CALLERS
    } else {
        cx.thread_root(ThreadRoot::Handled).unwrap_or(Value::NONE)
    };
    cx.set_thread_root(ThreadRoot::Handled, Some(exception).filter(|value| !value.is_none()));
    previous
}

/// A generator's body is done with an exception: before, it handled `previous`, or what its caller handles now, which may be
/// another exception than when it began.
pub(crate) fn end_handling(cx: &Context, frame: &Frame, previous: Value) {
    if previous == CALLERS {
        frame.flags.set(frame.flags.get() & !frame_flags::HANDLES);
        cx.set_thread_root(ThreadRoot::Handled, Value::from_word(frame.handled.get()));
    } else {
        cx.set_thread_root(ThreadRoot::Handled, Some(previous).filter(|value| !value.is_none()));
    }
}

/// Stands for the exception that a generator's caller handles; no exception is `False`.
const CALLERS: Value = Value::FALSE;

/// What a generator object is called in messages.
fn description(generator: ObjectRef) -> &'static str {
    match Kind::of(generator) {
        Kind::Coroutine => "coroutine",
        Kind::AsyncGenerator => "async generator",
        _ => "generator",
    }
}

#[cold]
fn already_running(cx: &Context, generator: ObjectRef) -> Raised {
    cx.value_error(format_args!("{} already executing", description(generator)))
}

/// Resumes the generator that a `for` loop iterates over, in the dispatch loop; false if it is finished already.
///
/// # Errors
/// ValueError when it is running, RecursionError.
#[inline(never)]
pub(crate) fn resume_for_loop(cx: &Context, object: ObjectRef, destination: u16) -> PyResult<bool> {
    match claim(object) {
        Ok(previous) => {
            let started = previous == state::SUSPENDED;
            enter(cx, object, started, Value::NONE, destination, frame_flags::FOR_ITERATE)?;
            Ok(true)
        }
        Err(state::FINISHED) => Ok(false),
        Err(_) => Err(already_running(cx, object)),
    }
}

/// The outcome of `Send`.
pub(crate) enum Sent {
    /// A frame was pushed.
    Pushed,
    /// The receiver yielded.
    Yielded(Value),
    /// The receiver finished with a result.
    Finished(Value),
}

/// Sends a value to the iterator of a `yield from` or `await`.
///
/// # Errors
/// What the receiver raises.
#[inline(never)]
pub(crate) fn send_in_loop(cx: &Context, receiver: Value, value: Value, destination: u16) -> PyResult<Sent> {
    if let Some(object) = as_generator(receiver).filter(|object| object.kind() != Kind::AsyncGenerator as u8)
    {
        return match claim(object) {
            Ok(previous) => {
                let started = previous == state::SUSPENDED;
                if !started && !value.is_none() {
                    object.raw_store_u32(STATE, state::CREATED);
                    return Err(just_started(cx, object));
                }
                enter(cx, object, started, value, destination, frame_flags::SEND)?;
                Ok(Sent::Pushed)
            }
            Err(state::FINISHED) if object.kind() == Kind::Coroutine as u8 => Err(reused(cx)),
            Err(state::FINISHED) => Ok(Sent::Finished(Value::NONE)),
            Err(_) => Err(already_running(cx, object)),
        };
    }
    let result = if value.is_none() {
        match cx.class_of(receiver).native_next() {
            Some(next) => match next(cx, receiver)? {
                Some(item) => return Ok(Sent::Yielded(item)),
                None => return Ok(Sent::Finished(Value::NONE)),
            },
            None => match cx.special_method(receiver, Name::__next__)? {
                Some(pair) => cx.call_pair(pair, &[]),
                None => {
                    Err(cx.type_error(format_args!("'{}' object is not an iterator", cx.type_name(receiver))))
                }
            },
        }
    } else {
        cx.call_method_name(receiver, Name::send, &[value])
    };
    match result {
        Ok(item) => Ok(Sent::Yielded(item)),
        Err(raised) if cx.pending_is(&raised, ExceptionClass::StopIteration) => {
            let exception = cx.take_exception(raised);
            Ok(Sent::Finished(cx.stop_iteration_value(exception)))
        }
        Err(raised) => Err(raised),
    }
}

#[cold]
fn just_started(cx: &Context, generator: ObjectRef) -> Raised {
    cx.type_error(format_args!("can't send non-None value to a just-started {}", description(generator)))
}

#[cold]
fn reused(cx: &Context) -> Raised {
    cx.raise(ExceptionClass::RuntimeError, format_args!("cannot reuse already awaited coroutine"))
}

/// Sends a value from native code. A finished generator returns `Exit::Return(None)`.
///
/// # Errors
/// What the body raises; ValueError when it is running; RuntimeError for a finished coroutine.
pub fn send(cx: &Context, generator: ObjectRef, value: Value) -> PyResult<Exit> {
    cx.check_native_stack()?;
    match claim(generator) {
        Ok(previous) => {
            let started = previous == state::SUSPENDED;
            if !started && !value.is_none() {
                generator.raw_store_u32(STATE, state::CREATED);
                return Err(just_started(cx, generator));
            }
            enter(cx, generator, started, value, 0, frame_flags::ENTRY)?;
            run_from(cx, Start::Normal)
        }
        Err(state::FINISHED) if generator.kind() == Kind::Coroutine as u8 => Err(reused(cx)),
        Err(state::FINISHED) => Ok(Exit::Return(Value::NONE)),
        Err(_) => Err(already_running(cx, generator)),
    }
}

/// The register of what a suspended body delegates to.
#[inline(always)]
pub(crate) fn delegate_register(generator: ObjectRef) -> Option<usize> {
    (generator.raw_u32(DELEGATE) as usize).checked_sub(1)
}

/// The iterator that a suspended body delegates to (`gi_yieldfrom`, `cr_await`).
pub fn delegate(generator: ObjectRef) -> Option<Value> {
    if state_of(generator) != state::SUSPENDED {
        return None;
    }
    delegate_register(generator).and_then(|register| generator.value(slot::REGISTERS + register))
}

/// Raises an exception in a suspended body, or in the iterator it delegates to.
///
/// # Errors
/// What comes out of the body.
pub fn throw(cx: &Context, generator: ObjectRef, exception: Value) -> PyResult<Exit> {
    cx.check_native_stack()?;
    if let Some(target) = delegate(generator)
        && let Some(exit) = throw_to_delegate(cx, generator, target, exception)?
    {
        return Ok(exit);
    }
    raise_in(cx, generator, exception)
}

/// Raises an exception at the yield itself.
fn raise_in(cx: &Context, generator: ObjectRef, exception: Value) -> PyResult<Exit> {
    match claim(generator) {
        Ok(state::CREATED) => {
            // The body never starts: the exception comes out as it is, and the generator is finished.
            generator.raw_store_u32(STATE, state::FINISHED);
            if let Some(code) = code_of(generator) {
                clear_registers(cx, generator, code.data().register_count as usize);
            }
            Err(raise_again(cx, exception, None))
        }
        Ok(_) => {
            enter_alone(cx, generator, frame_flags::ENTRY)?;
            let own = generator.value(slot::HANDLED);
            let raised = raise_again(cx, exception, own);
            drop(raised);
            run_from(cx, Start::Raise)
        }
        Err(state::FINISHED) if generator.kind() == Kind::Coroutine as u8 => Err(reused(cx)),
        Err(state::FINISHED) => Err(raise_again(cx, exception, None)),
        Err(_) => Err(already_running(cx, generator)),
    }
}

/// Raises what was thrown. Its context is the exception that the body itself handles, never that of its caller.
fn raise_again(cx: &Context, exception: Value, own: Option<Value>) -> Raised {
    let handled = cx.thread_root(ThreadRoot::Handled);
    cx.set_thread_root(ThreadRoot::Handled, own);
    let raised = match as_exception(exception) {
        Some(object) => cx.raise_object(object),
        None => cx.raise_value(exception),
    };
    cx.set_thread_root(ThreadRoot::Handled, handled);
    raised
}

/// What an exception is passed on to.
enum Delegate {
    /// A generator or coroutine.
    Generator(ObjectRef),
    /// The method `throw` of anything else.
    Method(Value),
}

/// Passes an exception to the iterator that the body delegates to. `None`: the body itself is to get the exception (which may be
/// another one by now, then pending is raised in it).
///
/// The body's frame is on the stack meanwhile, as it is when a value is sent, so that what the delegate does sees its callers.
fn throw_to_delegate(
    cx: &Context,
    generator: ObjectRef,
    target: Value,
    exception: Value,
) -> PyResult<Option<Exit>> {
    // While the delegate runs, this generator counts as running.
    if claim(generator).is_err() {
        return Err(already_running(cx, generator));
    }
    if cx.is_exception_of(exception, ExceptionClass::GeneratorExit) {
        let closed = close_iterator(cx, target);
        generator.raw_store_u32(STATE, state::SUSPENDED);
        return match closed {
            Ok(()) => Ok(None),
            Err(raised) => {
                let exception = cx.take_exception(raised);
                raise_in(cx, generator, exception).map(Some)
            }
        };
    }
    let inner = as_generator(target).filter(|inner| inner.kind() != Kind::AsyncGenerator as u8);
    let delegate = match inner {
        Some(inner) => Delegate::Generator(inner),
        None => match cx.find_attribute_or_none(target, cx.name(Name::throw)) {
            Ok(Some(method)) => Delegate::Method(method),
            Ok(None) => {
                generator.raw_store_u32(STATE, state::SUSPENDED);
                return Ok(None);
            }
            Err(raised) => {
                generator.raw_store_u32(STATE, state::SUSPENDED);
                let exception = cx.take_exception(raised);
                return raise_in(cx, generator, exception).map(Some);
            }
        },
    };
    let pc = generator.raw_u32(PC);
    // The register of a frame that stands at a delegation does not count for the collector.
    let mut kept = cx.scratch();
    kept.push(target);
    enter_alone(cx, generator, frame_flags::ENTRY)?;
    let outcome = match delegate {
        Delegate::Generator(inner) => throw(cx, inner, exception),
        Delegate::Method(method) => match cx.call(method, &[exception]) {
            Ok(value) => Ok(Exit::Yield(value)),
            Err(raised) if cx.pending_is(&raised, ExceptionClass::StopIteration) => {
                let stop = cx.take_exception(raised);
                Ok(Exit::Return(cx.stop_iteration_value(stop)))
            }
            Err(raised) => Err(raised),
        },
    };
    let frame = cx.frames().current();
    match outcome {
        Ok(Exit::Yield(value)) => {
            suspend(cx, frame);
            Ok(Some(Exit::Yield(value)))
        }
        Ok(Exit::Return(result)) => {
            // The delegate finished: the body goes on after the delegation, with its result. The jump back to `Send` is skipped.
            let code = frame.code_data();
            if let Some(delegation) =
                code.and_then(|data| data.instructions.get((pc as usize).wrapping_sub(1)))
            {
                frame.set_register(delegation.a() as usize, Some(result));
            }
            if let Some(next) = code.and_then(|data| data.instructions.get(pc as usize + 1)) {
                frame.pc.set(next);
            }
            run_from(cx, Start::Normal).map(Some)
        }
        Err(raised) => {
            let exception = cx.take_exception(raised);
            drop(raise_again(cx, exception, generator_handled(cx, frame)));
            run_from(cx, Start::Raise).map(Some)
        }
    }
}

/// What the body of the current frame, a generator's, handles itself.
fn generator_handled(cx: &Context, frame: &Frame) -> Option<Value> {
    (frame.flags.get() & frame_flags::HANDLES != 0).then(|| cx.thread_root(ThreadRoot::Handled)).flatten()
}

/// Closes an iterator that a body delegates to.
fn close_iterator(cx: &Context, target: Value) -> PyResult<()> {
    if let Some(inner) = as_generator(target) {
        return close(cx, inner);
    }
    match cx.find_attribute_or_none(target, cx.name(Name::close)) {
        Ok(Some(method)) => cx.call(method, &[]).map(|_| ()),
        Ok(None) => Ok(()),
        // The exception that closes the generator matters more than a broken `__getattr__`.
        Err(raised) => {
            let exception = cx.take_exception(raised);
            crate::types::finalizer::write_unraisable(cx, exception, Some(target));
            Ok(())
        }
    }
}

/// `generator.close()`: the value is what the body returned on GeneratorExit (3.13).
///
/// # Errors
/// RuntimeError if the body yields again, and what it raises.
pub fn close_with_value(cx: &Context, generator: ObjectRef) -> PyResult<Value> {
    match state_of(generator) {
        state::CREATED => {
            if claim(generator).is_ok() {
                generator.raw_store_u32(STATE, state::FINISHED);
                if let Some(code) = code_of(generator) {
                    clear_registers(cx, generator, code.data().register_count as usize);
                }
            }
            return Ok(Value::NONE);
        }
        state::FINISHED => return Ok(Value::NONE),
        state::RUNNING => return Err(already_running(cx, generator)),
        _ => {}
    }
    let exit = crate::types::exception::new_exception(cx, ExceptionClass::GeneratorExit, &[])?;
    match throw(cx, generator, Value::from(exit)) {
        Ok(Exit::Yield(_)) => Err(cx.raise(
            ExceptionClass::RuntimeError,
            format_args!("{} ignored GeneratorExit", description(generator)),
        )),
        Ok(Exit::Return(value)) => Ok(value),
        Err(raised)
            if cx.pending_is(&raised, ExceptionClass::GeneratorExit)
                || cx.pending_is(&raised, ExceptionClass::StopIteration) =>
        {
            cx.take_exception(raised);
            Ok(Value::NONE)
        }
        Err(raised) => Err(raised),
    }
}

/// As [`close_with_value`], without the value.
///
/// # Errors
/// As for [`close_with_value`].
pub fn close(cx: &Context, generator: ObjectRef) -> PyResult<()> {
    close_with_value(cx, generator).map(|_| ())
}

/// The iterator for `yield from`.
///
/// # Errors
/// TypeError.
#[inline(never)]
pub(crate) fn yield_from_iterator(cx: &Context, frame: &Frame, value: Value) -> PyResult<Value> {
    match value.kind() {
        Some(Kind::Generator) => Ok(value),
        Some(Kind::Coroutine) => {
            let flags = frame.code_data().map_or(0, |data| data.flags);
            if flags & (code_flags::COROUTINE | code_flags::ITERABLE_COROUTINE) != 0 {
                Ok(value)
            } else {
                Err(cx.type_error(format_args!(
                    "cannot 'yield from' a coroutine object in a non-coroutine generator"
                )))
            }
        }
        _ => cx.iterator_object(value),
    }
}

/// The iterator that `await` drives.
///
/// # Errors
/// TypeError with the text for where the value came from (see `GetAwaitable`).
#[inline(never)]
pub fn awaitable(cx: &Context, value: Value, origin: u16) -> PyResult<Value> {
    match value.kind() {
        Some(Kind::Coroutine) => {
            if let Some(object) = as_generator(value)
                && origin == 0
                && delegate(object).is_some()
            {
                return Err(cx.raise(
                    ExceptionClass::RuntimeError,
                    format_args!("coroutine is being awaited already"),
                ));
            }
            return Ok(value);
        }
        Some(Kind::Generator) => {
            let iterable = as_generator(value)
                .and_then(code_of)
                .is_some_and(|code| code.data().flags & code_flags::ITERABLE_COROUTINE != 0);
            if iterable {
                return Ok(value);
            }
        }
        _ => {}
    }
    let type_name = cx.type_name(value);
    let Some(pair) = cx.special_method(value, Name::__await__)? else {
        return Err(match origin {
            1 => cx.type_error(format_args!(
                "'async with' received an object from __aenter__ that does not implement __await__: {type_name}"
            )),
            2 => cx.type_error(format_args!(
                "'async with' received an object from __aexit__ that does not implement __await__: {type_name}"
            )),
            3 => cx.type_error(format_args!(
                "'async for' received an invalid object from __anext__: {type_name}"
            )),
            _ => cx.type_error(format_args!("'{type_name}' object can't be awaited")),
        });
    };
    let iterator = cx.call_pair(pair, &[])?;
    if iterator.is_kind(Kind::Coroutine) {
        return Err(cx.type_error(format_args!("__await__() returned a coroutine")));
    }
    if cx.class_of(iterator).lookup_name(cx, Name::__next__).is_none() {
        return Err(cx.type_error(format_args!(
            "__await__() returned non-iterator of type '{}'",
            cx.type_name(iterator)
        )));
    }
    Ok(iterator)
}

/// Wraps a value that an asynchronous generator yields, to tell it from what its awaits yield.
///
/// # Errors
/// MemoryError.
pub(crate) fn wrap_async_value(cx: &Context, value: Value) -> PyResult<Value> {
    let object = cx.allocate(Kind::AsyncGeneratorValue, 1, 0)?;
    cx.initialize(object, 0, value);
    Ok(Value::from(object))
}

/// PEP 479: a StopIteration (in an asynchronous generator also StopAsyncIteration) that leaves a body becomes RuntimeError.
///
/// # Errors
/// MemoryError.
pub(crate) fn stop_iteration_error(cx: &Context, exception: Value) -> PyResult<Value> {
    let frame = cx.frames().current();
    let flags = frame.code_data().map_or(0, |data| data.flags);
    let what = if flags & code_flags::ASYNC_GENERATOR != 0 {
        "async generator"
    } else if flags & code_flags::COROUTINE != 0 {
        "coroutine"
    } else {
        "generator"
    };
    let name = if cx.is_exception_of(exception, ExceptionClass::StopIteration) {
        "StopIteration"
    } else if flags & code_flags::ASYNC_GENERATOR != 0
        && cx.is_exception_of(exception, ExceptionClass::StopAsyncIteration)
    {
        "StopAsyncIteration"
    } else {
        return Ok(exception);
    };
    let text = cx.str_format(format_args!("{what} raised {name}"))?;
    let error = crate::types::exception::new_exception(cx, ExceptionClass::RuntimeError, &[text])?;
    cx.store(error, crate::types::exception::slot::CAUSE, exception);
    cx.store(error, crate::types::exception::slot::CONTEXT, exception);
    error.raw_store_u8(crate::types::exception::SUPPRESS_CONTEXT, 1);
    Ok(Value::from(error))
}
