//! Frames of generators' bodies: resuming, suspending, and the chain of bodies that delegate to one another.
//!
//! A body that stands at a `yield from` (or `await`) of another body is resumed without its registers: it gets a frame record, which
//! tracebacks and `f_back` need, and the next body is resumed at once; when that yields, the value goes past it to whoever resumed the
//! outermost one. So a value that comes through many levels costs each of them a record and a change of state.
//!
//! Invariant: a record with the flag `DELEGATES` is that of a running body whose registers are still in the generator object, with room
//! for them on the register stack; the body that it delegates to is the frame above it. It has no frame object, and stands behind its
//! `Send`. `wake` gives it its registers before anything else happens to it: an exception or a result of the body above, or a
//! frame object.
//! Source: Objects/genobject.c for what a program sees.

use threadsnake_bytecode::{Instruction, Operation};
use threadsnake_heap::ObjectRef;

use crate::context::{Context, ThreadRoot};
use crate::error::{PyResult, Raised};
use crate::interpreter::frame::{Frame, frame_flags};
use crate::interpreter::{Exit, pop_frame};
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::types::code::{CodeData, CodeObject};
use crate::types::generator::{
    DELEGATE, PC, STATE, as_generator, claim, code_of, delegate_register, slot, state,
};
use crate::value::Value;

/// Pushes the frame of a generator that this thread has claimed, or of the one that it delegates to, and so on, on top of it. What is sent
/// goes to the destination of the last one's yield.
///
/// # Errors
/// RecursionError; then the generator is as it was.
#[inline(never)]
pub(crate) fn enter(
    cx: &Context,
    generator: ObjectRef,
    started: bool,
    sent: Value,
    destination: u16,
    flags: u32,
) -> PyResult<()> {
    let Some(mut entered) = Entered::first(cx, generator, destination, flags) else {
        return Err(no_room(cx, generator, started));
    };
    if started {
        // Whoever resumes again and again jumps back in between: no safepoint is missed.
        while let Some(inner) = entered.delegate() {
            match claim(inner) {
                Ok(state::SUSPENDED) => match entered.next(cx, inner) {
                    Some(next) => entered = next,
                    None => {
                        // The body itself is to find out that there is no room.
                        inner.raw_store_u32(STATE, state::SUSPENDED);
                        break;
                    }
                },
                Ok(other) => {
                    inner.raw_store_u32(STATE, other);
                    break;
                }
                // What there is to say of it, `Send` says.
                Err(_) => break,
            }
        }
        entered.resume(cx, sent);
    } else {
        entered.start(cx);
    }
    Ok(())
}

/// Pushes the frame of a generator that this thread has claimed, and of no other: the registers of a body that has started.
///
/// # Errors
/// RecursionError; then the generator is as it was.
pub(crate) fn enter_alone(cx: &Context, generator: ObjectRef, flags: u32) -> PyResult<()> {
    match Entered::first(cx, generator, 0, flags) {
        Some(entered) => {
            entered.resume(cx, Value::NONE);
            Ok(())
        }
        None => Err(no_room(cx, generator, true)),
    }
}

#[cold]
fn no_room(cx: &Context, generator: ObjectRef, started: bool) -> Raised {
    // Release pairs with the Acquire in `claim`.
    generator.raw_store_u32(STATE, if started { state::SUSPENDED } else { state::CREATED });
    cx.recursion_error()
}

/// The last record of those that are being pushed: all is set but the registers.
struct Entered<'a> {
    frame: &'a Frame,
    generator: ObjectRef,
    data: &'a CodeData,
    base: *mut u64,
    /// Calls that may still nest with it.
    left: i32,
}

impl<'a> Entered<'a> {
    /// The record of a body that this thread has claimed, above the innermost frame; none if there is no room.
    #[inline(always)]
    fn first(cx: &'a Context, generator: ObjectRef, destination: u16, flags: u32) -> Option<Entered<'a>> {
        if cx.calls.left() <= 0 {
            cx.renew_recursion_limit();
        }
        let current = cx.frames().current();
        Self::fill(cx, current, current.top(), cx.calls.left(), generator, destination, flags)
    }

    /// The record of a claimed body above this one, which delegates to it and keeps its registers.
    #[inline(always)]
    fn next(&self, cx: &'a Context, inner: ObjectRef) -> Option<Entered<'a>> {
        // SAFETY: the frame's registers lie within the register stack, whose end may be pointed to.
        let base = unsafe { self.base.add(self.data.register_count as usize) };
        let destination = self.yielded().a();
        let next = Self::fill(cx, self.frame, base, self.left, inner, destination, frame_flags::SEND)?;
        // SAFETY: a suspended body stands behind a yield; verified: `Send` is right before that one.
        self.frame.pc.set(unsafe { self.frame.pc.get().sub(1) });
        self.frame.flags.set(self.frame.flags.get() | frame_flags::DELEGATES);
        Some(next)
    }

    #[inline(always)]
    fn fill(
        cx: &'a Context,
        below: &Frame,
        base: *mut u64,
        left: i32,
        generator: ObjectRef,
        destination: u16,
        flags: u32,
    ) -> Option<Entered<'a>> {
        if left <= 0 || !cx.frames().has_most_registers(base) {
            return None;
        }
        debug_assert!(code_of(generator).is_some() && generator.value(slot::GLOBALS).is_some());
        // SAFETY: `below` is the innermost frame, or a record that this function has given; each has counted as a call.
        let frame = unsafe { cx.frames().record_above(below) };
        // SAFETY: the three kinds have these slots, and a code object and globals in theirs: `from_call` alone makes them, and sets what
        // never changes before anybody sees the object. The code object, and so its data, lives as long as the generator.
        let (data, own, frame_object) = unsafe {
            let code = ObjectRef::from_address(generator.slot_unchecked(slot::CODE) as usize);
            let code = CodeObject::from_object_unchecked(code);
            frame.code.set(code.as_value().word());
            frame.function.set(generator.slot_unchecked(slot::FUNCTION));
            frame.globals.set(generator.slot_unchecked(slot::GLOBALS));
            let data = &*core::ptr::from_ref(code.data());
            (data, generator.slot_unchecked(slot::HANDLED), generator.slot_unchecked(slot::FRAME_OBJECT))
        };
        debug_assert!(slot::REGISTERS + data.register_count as usize <= generator.slot_count());
        // SAFETY: the stored index is that of an instruction.
        frame.pc.set(unsafe { data.instructions.as_ptr().add(generator.raw_u32(PC) as usize) });
        frame.base.set(base);
        frame.data.set(data);
        frame.namespace.set(0);
        frame.extra.set(Value::from(generator).word());
        frame.frame_object.set(0);
        frame.handled.set(Value::word_or_empty(cx.thread_root(ThreadRoot::Handled)));
        frame.destination.set(destination as u32);
        frame.flags.set(flags | frame_flags::GENERATOR);
        if own | frame_object != 0 {
            enter_rare(cx, frame, own, frame_object);
        }
        Some(Entered { frame, generator, data, base, left: left - 1 })
    }

    /// The yield that the suspended body stands behind.
    #[inline(always)]
    fn yielded(&self) -> Instruction {
        // SAFETY: a suspended body stands behind a yield.
        unsafe { *self.frame.pc.get().sub(1) }
    }

    /// The generator that the suspended body delegates to; none if the delegate is something else, or somebody looks at the frame
    /// object, which is to find the registers in the frame.
    #[inline(always)]
    fn delegate(&self) -> Option<ObjectRef> {
        let register = delegate_register(self.generator)?;
        if self.frame.frame_object.get() != 0 {
            return None;
        }
        debug_assert!(self.yielded().operation() == Some(Operation::YieldDelegate));
        debug_assert!(slot::REGISTERS + register < self.generator.slot_count());
        // SAFETY: the register of a verified operand; the object has a slot for each.
        let delegate = unsafe { self.generator.slot_unchecked(slot::REGISTERS + register) };
        let inner = Value::from_word(delegate)?.as_object()?;
        matches!(Kind::of(inner), Kind::Generator | Kind::Coroutine).then_some(inner)
    }

    /// The record is the innermost frame from here on.
    #[inline(always)]
    fn push(&self, cx: &Context) {
        cx.frames().set_current(self.frame);
        cx.calls.set_left(self.left);
    }

    /// Goes on behind the yield, whose destination gets what is sent.
    #[inline(always)]
    fn resume(&self, cx: &Context, sent: Value) {
        self.push(cx);
        // SAFETY: a suspended body stands behind a yield, whose destination is a register of the frame.
        unsafe {
            take_registers(cx, self.frame, self.generator);
            self.base.add(self.yielded().a() as usize).write(sent.word());
        }
    }

    /// Moves the variables of a body that starts, the bound parameters, from the object to its frame.
    #[inline(always)]
    fn start(&self, cx: &Context) {
        self.push(cx);
        // SAFETY: `cleared_count` registers are below the register count, for which the frame has room and the object has slots, which
        // only the runner, this thread, writes.
        // The object's registers are emptied, so that they keep nothing alive while the body runs.
        unsafe {
            cx.mutator().take_range(
                self.generator,
                slot::REGISTERS,
                self.data.cleared_count as usize,
                self.base,
            );
        }
    }
}

/// The frame of a body that handles an exception, or that has a frame object.
#[cold]
#[inline(never)]
fn enter_rare(cx: &Context, frame: &Frame, own: u64, frame_object: u64) {
    if let Some(own) = Value::from_word(own) {
        frame.flags.set(frame.flags.get() | frame_flags::HANDLES);
        cx.set_thread_root(ThreadRoot::Handled, Some(own));
    }
    if frame_object != 0 {
        frame.frame_object.set(frame_object);
        crate::types::frame_object::attach(cx, frame);
    }
}

/// Moves the registers of a body that stands behind a yield from the object to its frame.
///
/// # Safety
/// The frame is the generator's, its `pc` behind a yield.
#[inline(always)]
unsafe fn take_registers(cx: &Context, frame: &Frame, generator: ObjectRef) {
    // SAFETY: the registers of a yield's point are below the register count, for which the frame has room and the object has slots,
    // which only the runner, this thread, writes.
    unsafe {
        let data = &*frame.data.get();
        let instruction = frame.pc.get().sub(1).offset_from(data.instructions.as_ptr());
        let point = data.yield_point(instruction as u32);
        cx.mutator().take_scattered(generator, slot::REGISTERS, &point.live, frame.base.get());
    }
}

/// Gives a frame its registers that has left them in its generator. See the module.
#[inline(always)]
pub(crate) fn wake(cx: &Context, frame: &Frame) {
    if frame.flags.get() & frame_flags::DELEGATES != 0 {
        wake_slow(cx, frame);
    }
}

#[inline(never)]
fn wake_slow(cx: &Context, frame: &Frame) {
    frame.flags.set(frame.flags.get() & !frame_flags::DELEGATES);
    let Some(generator) = Value::from_word(frame.extra.get()).and_then(as_generator) else { return };
    let pc = frame.pc.get();
    // SAFETY: the frame stands behind `Send`; verified: the yield of the delegation follows it, and its destination, which `Send` has
    // read, is a register.
    unsafe {
        let yielded = *pc;
        frame.pc.set(pc.add(1));
        take_registers(cx, frame, generator);
        frame.pc.set(pc);
        frame.base.get().add(yielded.a() as usize).write(Value::NONE.word());
    }
}

/// Suspends the body of a frame that delegates, where it was.
#[inline(always)]
fn pass(cx: &Context, frame: &Frame) {
    debug_assert!(frame.frame_object.get() == 0);
    if frame.flags.get() & frame_flags::HANDLES != 0 {
        cx.set_thread_root(ThreadRoot::Handled, Value::from_word(frame.handled.get()));
    }
    debug_assert!(Value::from_word(frame.extra.get()).and_then(as_generator).is_some());
    // SAFETY: the frame of a generator has it in `extra`.
    let generator = unsafe { ObjectRef::from_address(frame.extra.get() as usize) };
    // Release pairs with the Acquire in `claim`.
    generator.raw_store_u32(STATE, state::SUSPENDED);
}

/// Suspends the current frame's generator: registers and state go back to the object, the frame is left.
pub(crate) fn suspend(cx: &Context, frame: &Frame) {
    suspend_body(cx, frame);
    pop_frame(cx);
}

/// Suspends the current frame's generator, but leaves the frame where it is, without its frame object.
#[inline(always)]
fn suspend_body(cx: &Context, frame: &Frame) {
    debug_assert!(Value::from_word(frame.extra.get()).and_then(as_generator).is_some());
    // SAFETY: only a generator's body yields (verified), and its frame has it in `extra`, and its code's data. `pc` is behind the
    // yield. Live registers are below the code's register count, for which the object has slots; the frame's registers
    // lie within the register stack.
    unsafe {
        let generator = ObjectRef::from_address(frame.extra.get() as usize);
        let data = &*frame.data.get();
        let next = frame.pc.get().offset_from(data.instructions.as_ptr()) as u32;
        let point = data.yield_point(next.wrapping_sub(1));
        let base = frame.base.get();
        cx.mutator().store_scattered(generator, slot::REGISTERS, &point.live, |index| {
            base.add(index as usize).read()
        });
        generator.raw_store_u32(PC, next);
        generator.raw_store_u32(DELEGATE, point.delegate);
        let own =
            generator.slot_unchecked(slot::HANDLED) | u64::from(frame.flags.get() & frame_flags::HANDLES);
        let frame_object = generator.slot_unchecked(slot::FRAME_OBJECT) | frame.frame_object.get();
        if own | frame_object != 0 {
            suspend_rare(cx, frame, generator);
        }
        cx.set_thread_root(ThreadRoot::Handled, Value::from_word(frame.handled.get()));
        // Release pairs with the Acquire in `claim`.
        generator.raw_store_u32(STATE, state::SUSPENDED);
    }
}

/// What a body that is being suspended handles, and its frame object.
#[cold]
#[inline(never)]
fn suspend_rare(cx: &Context, frame: &Frame, generator: ObjectRef) {
    let handled = cx.thread_root(ThreadRoot::Handled);
    // Not by comparing with the caller's: the body may handle the very exception that its caller handles.
    let own = if frame.flags.get() & frame_flags::HANDLES == 0 { None } else { handled };
    if own != generator.value(slot::HANDLED) {
        cx.store_optional(generator, slot::HANDLED, own);
    }
    if frame.frame_object.get() != generator.slot(slot::FRAME_OBJECT) {
        cx.mutator().store(generator, slot::FRAME_OBJECT, frame.frame_object.get());
    }
    if frame.frame_object.get() != 0 {
        crate::types::frame_object::detach(cx, frame);
    }
}

/// Suspends the current frame's generator with a value, which goes to the register of whoever resumed it, past the bodies that
/// delegate to it, or is the exit of the run.
#[inline(never)]
pub(crate) fn yield_value(cx: &Context, frame: &Frame, value: Value) -> Option<Exit> {
    suspend_body(cx, frame);
    let mut left = frame;
    let mut count = 1;
    let exit = loop {
        if left.flags.get() & frame_flags::ENTRY != 0 {
            break Some(Exit::Yield(value));
        }
        // SAFETY: a frame of a generator is above the sentinel.
        let caller = unsafe { cx.frames().below(left) };
        if caller.flags.get() & frame_flags::DELEGATES == 0 {
            // SAFETY: the destination is a verified operand of the instruction that resumed, so below the register count of its frame,
            // the caller.
            unsafe { caller.base.get().add(left.destination.get() as usize).write(value.word()) };
            break None;
        }
        pass(cx, caller);
        left = caller;
        count += 1;
    };
    // SAFETY: as above.
    cx.frames().set_current(unsafe { cx.frames().below(left) });
    cx.calls.leave(count);
    exit
}

/// Marks the current frame's generator as finished.
#[inline(always)]
pub(crate) fn finish(cx: &Context, frame: &Frame) {
    debug_assert!(Value::from_word(frame.extra.get()).and_then(as_generator).is_some());
    // SAFETY: the frame of a generator has it in `extra`, and the three kinds have these slots. The registers were emptied when the body
    // was resumed.
    unsafe {
        let generator = ObjectRef::from_address(frame.extra.get() as usize);
        if generator.slot_unchecked(slot::HANDLED) | generator.slot_unchecked(slot::FRAME_OBJECT) != 0 {
            cx.clear(generator, slot::HANDLED);
            cx.clear(generator, slot::FRAME_OBJECT);
        }
        // Release pairs with the Acquire in `claim`.
        generator.raw_store_u32(STATE, state::FINISHED);
    }
}
