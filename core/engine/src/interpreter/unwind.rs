//! From a raised exception to its handler: the exception table, traceback entries, leaving frames.
//!
//! Invariant: frames are left in order, each giving the traceback one entry, except where an instruction re-raises an exception as it
//! is. A handler finds the exception in its register and nothing pending.
//! Source: Python/ceval.c (`exception_unwind`).

use threadsnake_bytecode::Operation;

use crate::context::{Context, ThreadRoot};
use crate::error::Raised;
use crate::interpreter::frame::{Frame, frame_flags};
use crate::interpreter::pop_frame;
use crate::types::exception::as_exception;
use crate::types::generator_frames;
use crate::value::Value;

/// Where an exception went.
pub(crate) enum Outcome {
    /// To a handler of the frame that is current now; its `pc` is set.
    Handler,
    /// Out of the run's entry frame.
    Leave(Raised),
}

/// Takes the pending exception from the current frame to its handler.
pub(crate) fn unwind(cx: &Context) -> Outcome {
    loop {
        let frame = cx.frames().current();
        generator_frames::wake(cx, frame);
        let pending = cx.thread_root(ThreadRoot::Pending).unwrap_or(Value::NONE);
        let index = frame.instruction_index();
        let operation = frame
            .code_data()
            .and_then(|data| data.instructions.get(index as usize))
            .map(|instruction| instruction.operation_number());
        // A bare `raise` raises the handled exception as it is; without one it raises a RuntimeError of its own.
        let handled = cx.thread_root(ThreadRoot::Handled);
        let reraised = operation == Some(Operation::Reraise as u16)
            || (operation == Some(Operation::RaiseCurrent as u16) && handled == Some(pending));
        if let (Some(exception), false) = (as_exception(pending), reraised) {
            crate::types::traceback::add_entry(cx, exception, frame, index);
        }
        // A traceback entry that could not be allocated leaves a MemoryError pending instead.
        let pending = cx.thread_root(ThreadRoot::Pending).unwrap_or(pending);
        if enter_handler(cx, frame, index, pending) {
            return Outcome::Handler;
        }
        let flags = frame.flags.get();
        if flags & frame_flags::GENERATOR != 0 {
            cx.set_thread_root(ThreadRoot::Handled, Value::from_word(frame.handled.get()));
            generator_frames::finish(cx, frame);
        }
        pop_frame(cx);
        if flags & frame_flags::ENTRY != 0 {
            return Outcome::Leave(Raised::new());
        }
    }
}

fn enter_handler(cx: &Context, frame: &Frame, index: u32, exception: Value) -> bool {
    let Some(data) = frame.code_data() else { return false };
    for entry in &data.exception_table {
        if (entry.start..entry.end).contains(&index) {
            let Some(handler) = data.instructions.get(entry.handler as usize) else { return false };
            frame.pc.set(handler);
            frame.set_register(entry.register as usize, Some(exception));
            cx.set_thread_root(ThreadRoot::Pending, None);
            return true;
        }
    }
    false
}
