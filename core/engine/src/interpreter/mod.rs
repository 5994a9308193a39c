//! The interpreter: runs bytecode.
//!
//! - [`frame`]: records and registers of running code.
//! - [`dispatch`]: the loop.
//! - [`calls`]: entering and leaving frames.
//! - [`attribute_cache`], [`global_cache`], [`inline_cache`], [`shape_cache`]: what instructions remember.
//! - [`iteration`]: steps of `for` loops.
//! - [`operators`]: the slow halves of arithmetic and comparison.
//! - [`rare`]: instructions that the loop has no place for.
//! - what other instructions do: [`variables`], [`super_attributes`], [`subscripts`], [`truth`], [`definitions`], [`containers`],
//!   [`interpolation`], [`unpacking`], [`call_arguments`], [`imports`], [`raising`], [`context_managers`], [`patterns`],
//!   [`async_iteration`], [`intrinsics`].
//! - [`unwind`]: from a raised exception to its handler.
//!
//! Invariant: Python code that calls Python code pushes a frame and goes on in the same loop; only natives recurse.

pub(crate) mod arithmetic;
pub(crate) mod async_iteration;
pub(crate) mod attribute_cache;
pub(crate) mod call_arguments;
pub(crate) mod calls;
pub(crate) mod containers;
pub(crate) mod context_managers;
pub(crate) mod definitions;
pub(crate) mod dispatch;
pub mod frame;
pub(crate) mod global_cache;
pub(crate) mod imports;
pub(crate) mod inline_cache;
pub(crate) mod interpolation;
pub(crate) mod intrinsics;
pub(crate) mod iteration;
pub(crate) mod operators;
pub(crate) mod patterns;
pub(crate) mod raising;
pub(crate) mod rare;
pub(crate) mod shape_cache;
pub(crate) mod subscripts;
pub(crate) mod super_attributes;
pub(crate) mod truth;
pub(crate) mod unpacking;
pub(crate) mod unwind;
pub(crate) mod variables;

use crate::context::Context;
use crate::error::PyResult;
use crate::types::code::CodeObject;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::value::Value;

pub(crate) use dispatch::Start;

/// How a run ended.
#[derive(Copy, Clone)]
pub enum Exit {
    /// The frame returned.
    Return(Value),
    /// The generator's frame yielded.
    Yield(Value),
}

/// Runs the frame just pushed, and what it calls, until it is left.
///
/// # Errors
/// The exception that left the frame.
pub(crate) fn run(cx: &Context) -> PyResult<Exit> {
    dispatch::run_from(cx, Start::Normal)
}

/// Pushes the frame of a function whose parameters are bound.
///
/// # Errors
/// RecursionError, and what a safepoint raises.
#[inline(always)]
pub(crate) fn push_function_frame(
    cx: &Context,
    function: Function,
    code: CodeObject,
    base: *mut u64,
    destination: u16,
    flags: u32,
) -> PyResult<()> {
    let Some(globals) = function.globals() else { return Err(cx.not_callable(function.as_value())) };
    push_frame(cx, function.as_value().word(), code, globals, 0, base, destination, flags)
}

/// Pushes a frame whose registers are set.
///
/// # Errors
/// RecursionError, and what a safepoint raises.
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "each is one field of the record")]
pub(crate) fn push_frame(
    cx: &Context,
    function: u64,
    code: CodeObject,
    globals: Dict,
    namespace: u64,
    base: *mut u64,
    destination: u16,
    flags: u32,
) -> PyResult<()> {
    let data: *const crate::types::code::CodeData = code.data();
    // SAFETY: the code object that owns the data is in `code`, and in the frame from here on.
    let (register_count, first) = unsafe { ((*data).register_count as usize, (*data).instructions.as_ptr()) };
    if !cx.enter_call() {
        return Err(cx.recursion_error());
    }
    let Some(frame) = cx.frames().push(base, register_count) else {
        cx.calls.leave(1);
        return Err(cx.recursion_error());
    };
    frame.pc.set(first);
    frame.base.set(base);
    frame.data.set(data);
    frame.code.set(code.as_value().word());
    frame.function.set(function);
    frame.globals.set(globals.as_value().word());
    frame.namespace.set(namespace);
    frame.extra.set(0);
    frame.frame_object.set(0);
    frame.handled.set(0);
    frame.destination.set(destination as u32);
    frame.flags.set(flags);
    // Function entry is a safepoint; the frame is complete, so an exception raised here is raised in it.
    if cx.poll_word().load(threadsnake_heap::arch::Ordering::Relaxed) != 0
        && let Err(raised) = cx.poll_slow()
    {
        pop_frame(cx);
        return Err(raised);
    }
    Ok(())
}

/// Leaves the innermost frame: its frame object, if it has one, keeps what it needs.
#[inline(always)]
pub(crate) fn pop_frame(cx: &Context) {
    let frame = cx.frames().current();
    if frame.frame_object.get() != 0 {
        crate::types::frame_object::detach(cx, frame);
    }
    cx.frames().pop();
    cx.calls.leave(1);
}
