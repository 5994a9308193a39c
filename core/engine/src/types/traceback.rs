//! `traceback` objects: the chain from where an exception was caught down to where it was raised.
//!
//! Invariant: an entry's frame object is that of the frame the exception passed through; `next` leads towards the raise and never
//! in a circle. The line is worked out from the instruction when it is first asked for (raw word 0 = not yet), because most
//! tracebacks are never shown. Source: Python/traceback.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::{Context, ThreadRoot};
use crate::error::{ExceptionClass, PyResult};
use crate::interpreter::frame::Frame;
use crate::object_access::ObjectAccess;
use crate::sys_module::audit::audit_read;
use crate::types::exception;
use crate::types::frame_object::FrameObject;
use crate::value::Value;

/// Slot of `tb_next`, or empty.
pub const NEXT: usize = 0;
/// Slot of `tb_frame`.
pub const FRAME: usize = 1;
/// Number of slots.
pub const SLOTS: u16 = 2;
/// Raw offset of the instruction.
const INSTRUCTION: usize = 0;
/// Raw offset of the line, plus one so that 0 means "not worked out".
const LINE: usize = 8;
/// Raw bytes.
pub const RAW_BYTES: u16 = 16;

/// TracebackType(tb_next, tb_frame, tb_lasti, tb_lineno)
/// --
///
/// Create a new traceback object.
#[pyclass(
    id = Traceback, name = "traceback", slots = SLOTS, raw = RAW_BYTES,
    signature = "(tb_next, tb_frame, tb_lasti, tb_lineno)"
)]
pub struct Traceback(ObjectRef);

impl Traceback {
    /// `tb_next`
    pub fn next(self) -> Option<Traceback> {
        self.0.value(NEXT).and_then(Traceback::from_value)
    }

    /// `tb_frame`
    pub fn frame(self) -> Option<FrameObject> {
        self.0.value(FRAME).and_then(FrameObject::from_value)
    }

    /// The instruction that raised or called.
    pub fn instruction(self) -> u32 {
        self.0.raw_u64(INSTRUCTION) as u32
    }

    /// `tb_lineno`
    pub fn line(self) -> u32 {
        let stored = self.0.raw_u64(LINE);
        if stored != 0 {
            return (stored - 1) as u32;
        }
        let line = self
            .frame()
            .and_then(FrameObject::code)
            .map_or(0, |code| code.data().line_of(self.instruction()));
        // Every thread works out the same line, so a race of two is harmless.
        self.0.raw_store_u64(LINE, u64::from(line) + 1);
        line
    }
}

#[pymethods]
impl Traceback {
    #[pynew(signature = "(tb_next, tb_frame, tb_lasti, tb_lineno)")]
    fn new(
        cx: &Context,
        class: Value,
        tb_next: Value,
        tb_frame: Value,
        tb_lasti: i32,
        tb_lineno: i32,
    ) -> PyResult<Value> {
        let _ = class;
        let next = check_next(cx, tb_next)?;
        let frame = FrameObject::expect(cx, tb_frame)?;
        let instruction = (tb_lasti.max(0) / 2) as u32;
        let traceback = cx.new_traceback(next, frame, instruction)?;
        traceback.0.raw_store_u64(LINE, tb_lineno.max(0) as u64 + 1);
        Ok(traceback.as_value())
    }

    #[pymethod(name = "__dir__", signature = "($self, /)")]
    fn dir(cx: &Context, this: Traceback) -> PyResult<Value> {
        let _ = this;
        let mut names = cx.scratch();
        for name in ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"] {
            names.push(cx.intern_str(name)?.as_value());
        }
        cx.list(names.as_slice())
    }

    #[pygetter]
    fn tb_next(this: Traceback) -> Option<Value> {
        this.next().map(Traceback::as_value)
    }

    #[pysetter(name = "tb_next")]
    fn set_tb_next(cx: &Context, this: Traceback, value: Option<Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(cx.type_error(format_args!("can't delete tb_next attribute")));
        };
        let next = check_next(cx, value)?;
        let mut cursor = next;
        while let Some(entry) = cursor {
            if entry == this {
                return Err(cx.value_error(format_args!("traceback loop detected")));
            }
            cursor = entry.next();
        }
        cx.store_optional(this.0, NEXT, next.map(Traceback::as_value));
        Ok(())
    }

    #[pygetter]
    fn tb_frame(cx: &Context, this: Traceback) -> PyResult<Option<Value>> {
        audit_read(cx, this.as_value(), "tb_frame")?;
        Ok(this.frame().map(FrameObject::as_value))
    }

    #[pygetter]
    fn tb_lasti(this: Traceback) -> i64 {
        i64::from(this.instruction()) * 2
    }

    #[pygetter]
    fn tb_lineno(this: Traceback) -> Option<i64> {
        match this.line() {
            0 => None,
            line => Some(i64::from(line)),
        }
    }
}

fn check_next(cx: &Context, value: Value) -> PyResult<Option<Traceback>> {
    if value.is_none() {
        return Ok(None);
    }
    match Traceback::from_value(value) {
        Some(next) => Ok(Some(next)),
        None => Err(cx.raise(
            ExceptionClass::TypeError,
            format_args!("expected traceback object or None, got '{}'", cx.type_name(value)),
        )),
    }
}

impl Context {
    /// A traceback entry.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_traceback(
        &self,
        next: Option<Traceback>,
        frame: FrameObject,
        instruction: u32,
    ) -> PyResult<Traceback> {
        let object = self.allocate(crate::kind::Kind::Traceback, SLOTS as usize, RAW_BYTES as usize)?;
        if let Some(next) = next {
            self.initialize(object, NEXT, next.as_value());
        }
        self.initialize(object, FRAME, frame.as_value());
        object.raw_store_u64(INSTRUCTION, u64::from(instruction));
        Ok(Traceback(object))
    }
}

/// Notes that an exception passes through a frame at an instruction: one more entry at the head of its traceback. Without memory for
/// it the traceback stays shorter, because the exception that is under way matters more.
pub(crate) fn add_entry(cx: &Context, raised: ObjectRef, frame: &Frame, instruction: u32) {
    let pending = cx.thread_root(ThreadRoot::Pending);
    if let Err(error) = try_add_entry(cx, raised, frame, instruction) {
        cx.take_exception(error);
        cx.set_thread_root(ThreadRoot::Pending, pending);
    }
}

fn try_add_entry(cx: &Context, raised: ObjectRef, frame: &Frame, instruction: u32) -> PyResult<()> {
    let Some(frame_object) = cx.frame_object(frame)? else { return Ok(()) };
    let next = raised.value(exception::slot::TRACEBACK).and_then(Traceback::from_value);
    if let Some(inner) = next.and_then(Traceback::frame) {
        // The frame that the exception came from is gone from the stack; this is the one that called it.
        inner.set_caller_if_left(cx, frame_object);
    }
    let entry = cx.new_traceback(next, frame_object, instruction)?;
    cx.store(raised, exception::slot::TRACEBACK, entry.as_value());
    Ok(())
}
