//! `frame` objects: what Python code sees of a frame record (`interpreter/frame.rs`).
//!
//! Invariant: a frame object is *live* while its record is on a thread's frame stack (raw word `LIVE` = depth + 1): then registers and
//! instruction are read from the record, by that thread. When the record is left, `detach` copies them into the frame object,
//! which has had room for them since it was made, so that leaving allocates nothing. A record names its frame object and the frame object
//! its record's depth; `attach` ties them again when a generator goes on.
//! Variables by name: `types/frame_variables.rs`. Source: Objects/frameobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult};
use crate::interpreter::frame::{Frame, frame_flags};
use crate::kind::Kind;
use crate::names::Name;
use crate::object_access::ObjectAccess;
use crate::sys_module::audit::audit_read;
use crate::types::code::CodeObject;
use crate::types::dict::Dict;
use crate::value::Value;

/// Slots of a frame object.
pub mod slot {
    /// The code object.
    pub const CODE: usize = 0;
    /// The globals dict.
    pub const GLOBALS: usize = 1;
    /// The namespace of module and class bodies, or empty.
    pub const NAMESPACE: usize = 2;
    /// The function, which has the closure, or empty.
    pub const FUNCTION: usize = 3;
    /// The caller's frame object, once the frame has been left, or empty.
    pub const BACK: usize = 4;
    /// `f_trace`, or empty.
    pub const TRACE: usize = 5;
    /// The generator, or empty.
    pub const GENERATOR: usize = 6;
    /// The dict of what `f_locals` was given under names that are no variables, or empty.
    pub const EXTRA_LOCALS: usize = 7;
    /// Copies of the registers of locals and cells, once the frame has been left: the slots from here on.
    pub const LOCALS: usize = 8;
    /// Number of fixed slots.
    pub const COUNT: u16 = 8;
}

/// Raw offset of the depth of the live record plus one; 0 when the frame was left.
const LIVE: usize = 0;
/// Raw offset of the instruction, once the frame was left.
const INSTRUCTION: usize = 8;
/// Raw offset of the identifier of the thread whose stack holds the record.
const THREAD: usize = 16;
/// Raw offset of `f_trace_lines` (bit 0, inverted) and `f_trace_opcodes` (bit 1).
const TRACE_FLAGS: usize = 24;
/// Raw bytes.
pub const RAW_BYTES: u16 = 32;

/// A frame.
#[pyclass(id = Frame, name = "frame", slots = slot::COUNT, raw = RAW_BYTES, flags(NOT_INSTANTIABLE))]
pub struct FrameObject(ObjectRef);

impl FrameObject {
    /// `f_code`
    pub fn code(self) -> Option<CodeObject> {
        self.0.value(slot::CODE).and_then(CodeObject::from_value)
    }

    /// `f_globals`
    pub fn globals(self) -> Option<Dict> {
        self.0.value(slot::GLOBALS).and_then(Dict::from_value)
    }

    /// The record, if the frame is on this thread's stack.
    pub fn record(self, cx: &Context) -> Option<&Frame> {
        let depth = self.0.raw_u64(LIVE).checked_sub(1)?;
        if self.0.raw_u64(THREAD) != cx.identifier {
            return None;
        }
        cx.frames().at_depth(depth as usize)
    }

    /// Whether its record is on a thread's stack.
    pub fn is_live(self) -> bool {
        self.0.raw_u64(LIVE) != 0
    }

    /// The instruction being executed, or executed last.
    pub fn instruction(self, cx: &Context) -> u32 {
        match self.record(cx) {
            Some(record) => record.instruction_index(),
            None => self.0.raw_u64(INSTRUCTION) as u32,
        }
    }

    /// `f_lineno`
    pub fn line(self, cx: &Context) -> u32 {
        self.code().map_or(0, |code| code.data().line_of(self.instruction(cx)))
    }

    /// Notes the caller of a frame that has been left.
    pub(crate) fn set_caller_if_left(self, cx: &Context, caller: FrameObject) {
        if !self.is_live() && self != caller && self.0.value(slot::BACK).is_none() {
            cx.store(self.0, slot::BACK, caller.as_value());
        }
    }

    /// Ties the frame object to a record, when a generator goes on.
    pub(crate) fn enter(self, cx: &Context, record: &Frame) {
        self.0.raw_store_u64(THREAD, cx.identifier);
        self.0.raw_store_u64(LIVE, cx.frames().depth_of(record) as u64 + 1);
        cx.clear(self.0, slot::BACK);
        record.frame_object.set(self.as_value().word());
        record.flags.set(record.flags.get() | frame_flags::FRAME_OBJECT);
    }

    /// Takes over what the record holds, which is about to be left. Allocates nothing and runs no Python code.
    pub(crate) fn leave(self, cx: &Context, record: &Frame) {
        self.0.raw_store_u64(INSTRUCTION, u64::from(record.instruction_index()));
        for place in slot::LOCALS..self.0.slot_count() {
            cx.store_optional(self.0, place, record.register(place - slot::LOCALS));
        }
        if let Some(caller) = cx.frames().caller(record)
            && let Some(caller) =
                Value::from_word(caller.frame_object.get()).and_then(FrameObject::from_value)
        {
            cx.store(self.0, slot::BACK, caller.as_value());
        }
        self.0.raw_store_u64(LIVE, 0);
        record.frame_object.set(0);
        record.flags.set(record.flags.get() & !frame_flags::FRAME_OBJECT);
    }

    /// Takes over what a suspended generator holds.
    pub(crate) fn take_suspended(self, cx: &Context, generator: ObjectRef, next_instruction: u32) {
        use crate::types::generator::slot::{FUNCTION, REGISTERS};
        self.0.raw_store_u64(INSTRUCTION, u64::from(next_instruction.saturating_sub(1)));
        cx.store_optional(self.0, slot::FUNCTION, generator.value(FUNCTION));
        cx.store(self.0, slot::GENERATOR, Value::from(generator));
        for place in slot::LOCALS..self.0.slot_count() {
            let register = REGISTERS + place - slot::LOCALS;
            if register < generator.slot_count() {
                cx.store_optional(self.0, place, generator.value(register));
            }
        }
    }

    /// `f_back`
    ///
    /// # Errors
    /// MemoryError.
    pub fn caller(self, cx: &Context) -> PyResult<Option<Value>> {
        match self.record(cx) {
            Some(record) => match cx.frames().caller(record) {
                Some(caller) => Ok(cx.visible_frame_object(caller)?.map(FrameObject::as_value)),
                None => Ok(None),
            },
            None => Ok(self.0.value(slot::BACK)),
        }
    }

    /// `f_builtins`
    ///
    /// # Errors
    /// MemoryError.
    pub fn builtins(self, cx: &Context) -> PyResult<Value> {
        if let Some(globals) = self.globals()
            && let Some(builtins) = globals.get_str(cx, cx.name(Name::__builtins__))?
        {
            return match builtins.is_kind(Kind::Module) {
                true => Ok(cx.module_dict(builtins)?.as_value()),
                false => Ok(builtins),
            };
        }
        Ok(cx.root(Root::Builtins).unwrap_or(Value::NONE))
    }
}

#[pymethods]
impl FrameObject {
    /// Return repr(self).
    #[pymethod(name = "__repr__", signature = "($self, /)")]
    fn repr(cx: &Context, this: FrameObject) -> PyResult<Value> {
        let Some(code) = this.code() else { return cx.str("<frame object>") };
        let file_name = cx.repr(code.file_name(cx).as_value())?;
        cx.str_format(format_args!(
            "<frame at {:#x}, file {}, line {}, code {}>",
            this.0.address(),
            file_name,
            this.line(cx),
            code.name(cx)
        ))
    }

    /// Clear all references held by the frame.
    #[pymethod(name = "clear", signature = "($self, /)")]
    fn clear_locals(cx: &Context, this: FrameObject) -> PyResult<()> {
        if this.is_live() {
            return Err(
                cx.raise(ExceptionClass::RuntimeError, format_args!("cannot clear an executing frame"))
            );
        }
        let generator = this.0.value(slot::GENERATOR);
        if let Some(generator) = generator.and_then(crate::types::generator::as_generator) {
            if crate::types::generator::state_of(generator) == crate::types::generator::state::SUSPENDED {
                return Err(
                    cx.raise(ExceptionClass::RuntimeError, format_args!("cannot clear a suspended frame"))
                );
            }
            crate::types::generator::close(cx, generator)?;
        }
        // The function holds the cells of free variables.
        for place in [slot::FUNCTION, slot::EXTRA_LOCALS].into_iter().chain(slot::LOCALS..this.0.slot_count())
        {
            cx.clear(this.0, place);
        }
        Ok(())
    }

    #[pygetter]
    fn f_code(cx: &Context, this: FrameObject) -> PyResult<Option<Value>> {
        audit_read(cx, this.as_value(), "f_code")?;
        Ok(this.code().map(CodeObject::as_value))
    }

    #[pygetter]
    fn f_globals(this: FrameObject) -> Option<Value> {
        this.globals().map(Dict::as_value)
    }

    #[pygetter]
    fn f_builtins(cx: &Context, this: FrameObject) -> PyResult<Value> {
        this.builtins(cx)
    }

    #[pygetter]
    fn f_locals(cx: &Context, this: FrameObject) -> PyResult<Value> {
        this.locals(cx)
    }

    #[pygetter]
    fn f_back(cx: &Context, this: FrameObject) -> PyResult<Option<Value>> {
        this.caller(cx)
    }

    #[pygetter]
    fn f_lasti(cx: &Context, this: FrameObject) -> i64 {
        i64::from(this.instruction(cx)) * 2
    }

    #[pygetter]
    fn f_lineno(cx: &Context, this: FrameObject) -> Option<i64> {
        match this.line(cx) {
            0 => None,
            line => Some(i64::from(line)),
        }
    }

    #[pysetter(name = "f_lineno")]
    fn set_f_lineno(cx: &Context, this: FrameObject, value: Option<Value>) -> PyResult<()> {
        let _ = (this, value);
        Err(cx.value_error(format_args!("f_lineno can only be set in a trace function")))
    }

    #[pygetter]
    fn f_generator(this: FrameObject) -> Option<Value> {
        this.0.value(slot::GENERATOR)
    }

    #[pygetter]
    fn f_trace(this: FrameObject) -> Option<Value> {
        this.0.value(slot::TRACE)
    }

    #[pysetter(name = "f_trace")]
    fn set_f_trace(cx: &Context, this: FrameObject, value: Option<Value>) {
        cx.store_optional(this.0, slot::TRACE, value.filter(|value| !value.is_none()));
    }

    #[pygetter]
    fn f_trace_lines(this: FrameObject) -> bool {
        this.0.raw_u64(TRACE_FLAGS) & 1 == 0
    }

    #[pysetter(name = "f_trace_lines")]
    fn set_f_trace_lines(cx: &Context, this: FrameObject, value: bool) {
        let _ = cx;
        let flags = this.0.raw_u64(TRACE_FLAGS) & !1;
        this.0.raw_store_u64(TRACE_FLAGS, flags | !value as u64);
    }

    #[pygetter]
    fn f_trace_opcodes(this: FrameObject) -> bool {
        this.0.raw_u64(TRACE_FLAGS) & 2 != 0
    }

    #[pysetter(name = "f_trace_opcodes")]
    fn set_f_trace_opcodes(cx: &Context, this: FrameObject, value: bool) {
        let _ = cx;
        let flags = this.0.raw_u64(TRACE_FLAGS) & !2;
        this.0.raw_store_u64(TRACE_FLAGS, flags | (value as u64) << 1);
    }
}

/// Must be called before a record that has a frame object is left: by return, by exception or by yield.
#[cold]
pub(crate) fn detach(cx: &Context, record: &Frame) {
    if let Some(frame) = Value::from_word(record.frame_object.get()).and_then(FrameObject::from_value) {
        frame.leave(cx, record);
    }
}

/// Ties a record to the frame object that it names, when a generator goes on.
#[cold]
pub(crate) fn attach(cx: &Context, record: &Frame) {
    if let Some(frame) = Value::from_word(record.frame_object.get()).and_then(FrameObject::from_value) {
        frame.enter(cx, record);
    }
}

/// The frame object of the innermost Python code of the thread, if any runs.
///
/// # Errors
/// MemoryError.
pub fn current(cx: &Context) -> PyResult<Option<Value>> {
    Ok(cx.visible_frame_object(cx.frames().current())?.map(FrameObject::as_value))
}

impl Context {
    /// The frame object of a record of this thread's stack, made if there is none; none for the sentinel.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn frame_object(&self, record: &Frame) -> PyResult<Option<FrameObject>> {
        if let Some(existing) = Value::from_word(record.frame_object.get()).and_then(FrameObject::from_value)
        {
            return Ok(Some(existing));
        }
        let Some(code) = record.code_object() else { return Ok(None) };
        crate::types::generator_frames::wake(self, record);
        let frame = self.new_frame_object(code, record.globals_dict())?;
        let optional = [(slot::NAMESPACE, record.namespace.get()), (slot::FUNCTION, record.function.get())];
        for (slot, word) in optional {
            self.store_optional(frame.0, slot, Value::from_word(word));
        }
        if record.flags.get() & frame_flags::GENERATOR != 0 {
            self.store_optional(frame.0, slot::GENERATOR, Value::from_word(record.extra.get()));
        }
        frame.enter(self, record);
        Ok(Some(frame))
    }

    /// A frame object that is not live, with room for its locals: of a generator that has not started.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn new_frame_object(&self, code: CodeObject, globals: Option<Dict>) -> PyResult<FrameObject> {
        let slots = slot::LOCALS + code.data().cleared_count as usize;
        let object = self.allocate(Kind::Frame, slots, RAW_BYTES as usize)?;
        self.initialize(object, slot::CODE, code.as_value());
        if let Some(globals) = globals {
            self.initialize(object, slot::GLOBALS, globals.as_value());
        }
        Ok(FrameObject(object))
    }

    /// The frame object of the record or of the nearest caller that runs Python code.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn visible_frame_object(&self, record: &Frame) -> PyResult<Option<FrameObject>> {
        let mut record = Some(record);
        while let Some(candidate) = record {
            if let Some(frame) = self.frame_object(candidate)? {
                return Ok(Some(frame));
            }
            record = self.frames().caller(candidate);
        }
        Ok(None)
    }

    /// `sys._getframe(depth)`.
    ///
    /// # Errors
    /// ValueError if the stack is not that deep.
    pub fn frame_at(&self, depth: usize) -> PyResult<FrameObject> {
        let mut record = Some(self.frames().current());
        let mut left = depth;
        while let Some(candidate) = record {
            if !candidate.data.get().is_null() {
                if left == 0
                    && let Some(frame) = self.frame_object(candidate)?
                {
                    return Ok(frame);
                }
                left = left.saturating_sub(1);
            }
            record = self.frames().caller(candidate);
        }
        Err(self.value_error(format_args!("call stack is not deep enough")))
    }

    /// `locals()` of the innermost frame.
    ///
    /// # Errors
    /// MemoryError; SystemError when no Python code runs.
    pub fn current_locals(&self) -> PyResult<Value> {
        match self.frame_object(self.frames().current())? {
            Some(frame) => frame.locals_now(self),
            None => Err(self.raise(ExceptionClass::SystemError, format_args!("frame does not exist"))),
        }
    }
}
