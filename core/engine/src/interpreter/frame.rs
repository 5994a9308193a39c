//! Frames: records on a per-thread stack, with registers on another.
//!
//! A frame's registers start at `base`; the callee's start inside the caller's call window, so arguments are not copied. Frame 0 is a
//! sentinel without code, on top of which natives call. Records become Python frame objects only when asked for.
//!
//! Invariant: `pc` of every frame but the innermost is that of the instruction after its call; the innermost frame's `pc` is stored before
//! anything that can raise, reach a safepoint or look at frames. Registers of a frame are `base..base + register_count`: those of
//! variables are cleared on entry and always roots; which temporaries hold live values at a safepoint, liveness analysis tells (`scan`).
//! Source: the shape follows CPython's `_PyInterpreterFrame` (InternalDocs/frames.md); overlapping windows are Lua 5's.

use core::cell::Cell;
use core::ptr::NonNull;

use threadsnake_bytecode::Instruction;
use threadsnake_hal::Platform;
use threadsnake_heap::RootVisitor;

use crate::types::code::{CodeData, CodeObject};
use crate::types::dict::Dict;
use crate::value::Value;

/// Bits of [`Frame::flags`].
pub mod frame_flags {
    /// Leaving this frame leaves the run of the interpreter that entered it.
    pub const ENTRY: u32 = 1;
    /// The frame belongs to the generator in `extra`.
    pub const GENERATOR: u32 = 2;
    /// The frame runs `__init__`; the result of the call is the instance in `extra`.
    pub const INITIALIZER: u32 = 4;
    /// Resumed by `ForIterate`: finishing jumps out of the loop.
    pub const FOR_ITERATE: u32 = 8;
    /// Resumed by `Send`: finishing jumps.
    pub const SEND: u32 = 16;
    /// The call's result is not wanted.
    pub const DISCARD: u32 = 32;
    /// A generator's frame that handles an exception itself: the thread's handled exception is its own, not its caller's.
    pub const HANDLES: u32 = 64;
    /// A generator's frame whose registers are still in the object, since all it does is delegate to the body of the frame above
    /// (`types/generator_frames.rs`).
    pub const DELEGATES: u32 = 128;
    /// The frame has a frame object.
    pub const FRAME_OBJECT: u32 = 256;
}

/// A frame record.
#[repr(C)]
pub struct Frame {
    /// The next instruction.
    pub pc: Cell<*const Instruction>,
    /// The first register.
    pub base: Cell<*mut u64>,
    /// The code's plain data; null for the sentinel.
    pub data: Cell<*const CodeData>,
    /// The code object.
    pub code: Cell<u64>,
    /// The function, or empty for module and class bodies.
    pub function: Cell<u64>,
    /// The globals dict.
    pub globals: Cell<u64>,
    /// The namespace of module and class bodies and `exec`, or empty.
    pub namespace: Cell<u64>,
    /// The generator or the instance under construction, or empty.
    pub extra: Cell<u64>,
    /// The Python frame object, or empty.
    pub frame_object: Cell<u64>,
    /// The caller's handled exception, for frames that may change it across yields (generators).
    pub handled: Cell<u64>,
    /// The caller's register for the result.
    pub destination: Cell<u32>,
    /// See [`frame_flags`].
    pub flags: Cell<u32>,
}

impl Frame {
    /// The code's plain data; none for the sentinel.
    #[inline(always)]
    pub fn code_data(&self) -> Option<&CodeData> {
        // SAFETY: the pointer is null or that of the code object in `code`, which the frame keeps alive.
        unsafe { self.data.get().as_ref() }
    }

    /// The code object; none for the sentinel.
    #[inline]
    pub fn code_object(&self) -> Option<CodeObject> {
        Value::from_word(self.code.get()).and_then(CodeObject::from_value)
    }

    /// The globals; none for the sentinel.
    #[inline]
    pub fn globals_dict(&self) -> Option<Dict> {
        Value::from_word(self.globals.get()).and_then(Dict::from_value)
    }

    /// The index of the instruction last executed (or under way).
    pub fn instruction_index(&self) -> u32 {
        match self.code_data() {
            Some(data) => {
                let start = data.instructions.as_ptr().addr();
                let offset = self.pc.get().addr().saturating_sub(start) / size_of::<Instruction>();
                (offset as u32).saturating_sub(1)
            }
            None => 0,
        }
    }

    /// The line being executed.
    pub fn line(&self) -> u32 {
        self.code_data().map_or(0, |data| data.line_of(self.instruction_index()))
    }

    /// The content of a register.
    #[inline]
    pub fn register(&self, index: usize) -> Option<Value> {
        let data = self.code_data()?;
        if index >= data.register_count as usize {
            return None;
        }
        // SAFETY: `base..base + register_count` lies within the thread's register stack.
        Value::from_word(unsafe { self.base.get().add(index).read() })
    }

    /// Sets a register.
    pub fn set_register(&self, index: usize, value: Option<Value>) {
        if let Some(data) = self.code_data()
            && index < data.register_count as usize
        {
            // SAFETY: as for `register`.
            unsafe { self.base.get().add(index).write(Value::word_or_empty(value)) };
        }
    }

    /// The first register after this frame's.
    #[inline(always)]
    pub(crate) fn top(&self) -> *mut u64 {
        let count = self.code_data().map_or(0, |data| data.register_count as usize);
        // SAFETY: the frame's registers lie within the register stack, whose end may be pointed to.
        unsafe { self.base.get().add(count) }
    }
}

/// Bytes of the register stack of a thread.
const REGISTER_STACK_BYTES: usize = (8 << 20) + MOST_REGISTERS * size_of::<u64>();
/// Bytes of the frame stack of a thread.
const FRAME_STACK_BYTES: usize = 8 << 20;
/// Frames kept free for handling the error of having no more.
const RESERVED_FRAMES: usize = 64;
/// Frames that a thread can have, besides the sentinel.
pub(crate) const FRAME_CAPACITY: usize = FRAME_STACK_BYTES / size_of::<Frame>() - RESERVED_FRAMES;
/// More than the registers of any frame, which `CodeData::register_count` can say.
const MOST_REGISTERS: usize = 1 << 16;

/// The address of the record so many above a record.
#[inline(always)]
fn record_at(frame: &Frame, above: isize) -> *mut Frame {
    let distance = above * size_of::<Frame>() as isize;
    // The address of the mapping was exposed when it was made.
    let record = core::ptr::with_exposed_provenance_mut::<Frame>(
        core::ptr::from_ref(frame).addr().wrapping_add_signed(distance),
    );
    // SAFETY: within the mapping or just beside it, which is not at address 0.
    unsafe { core::hint::assert_unchecked(!record.is_null()) };
    record
}

/// A thread's frames and registers.
pub struct FrameStack {
    frames: NonNull<Frame>,
    frames_limit: *mut Frame,
    registers: NonNull<u64>,
    registers_limit: *mut u64,
    /// Before this there is room for as many registers as code can have.
    registers_margin: *mut u64,
    current: Cell<*mut Frame>,
    /// End of the registers being filled for a frame that is not pushed yet, or null.
    window_end: Cell<*mut u64>,
    platform: &'static dyn Platform,
}

impl FrameStack {
    /// Maps the two stacks; the platform commits their pages as they are used.
    pub(crate) fn new(platform: &'static dyn Platform) -> Option<FrameStack> {
        let page = platform.page_size();
        let frames = platform.map_pages(FRAME_STACK_BYTES, page)?;
        let Some(registers) = platform.map_pages(REGISTER_STACK_BYTES, page) else {
            // SAFETY: mapped just above with these figures, and not used by anyone.
            unsafe { platform.unmap_pages(frames, FRAME_STACK_BYTES, page) };
            return None;
        };
        let frames = frames.cast::<Frame>();
        let registers = registers.cast::<u64>();
        frames.as_ptr().expose_provenance();
        // SAFETY: both stay within (or at the end of) the mappings; fresh pages are zero, and a zero record is the sentinel but for its
        // base.
        unsafe {
            frames.as_ref().base.set(registers.as_ptr());
            Some(FrameStack {
                frames,
                frames_limit: frames.as_ptr().add(FRAME_CAPACITY + 1),
                registers,
                registers_limit: registers.as_ptr().add(REGISTER_STACK_BYTES / size_of::<u64>()),
                registers_margin: registers
                    .as_ptr()
                    .add(REGISTER_STACK_BYTES / size_of::<u64>() - MOST_REGISTERS),
                current: Cell::new(frames.as_ptr()),
                window_end: Cell::new(core::ptr::null_mut()),
                platform,
            })
        }
    }

    /// The innermost frame (the sentinel if no Python code runs).
    #[inline(always)]
    pub fn current(&self) -> &Frame {
        // SAFETY: `current` always points to an initialised record of the frame stack.
        unsafe { &*self.current.get() }
    }

    /// The frame that called this one; none for the sentinel.
    pub fn caller<'a>(&'a self, frame: &'a Frame) -> Option<&'a Frame> {
        let pointer = core::ptr::from_ref(frame);
        if pointer.addr() <= self.frames.as_ptr().addr() || pointer.addr() > self.current.get().addr() {
            return None;
        }
        // SAFETY: `frame` is a record of this stack above the first, so the one below it is initialised.
        Some(unsafe { &*self.frames.as_ptr().add(self.depth_of(frame) - 1) })
    }

    /// How many frames lie below this one.
    pub fn depth_of(&self, frame: &Frame) -> usize {
        (core::ptr::from_ref(frame).addr() - self.frames.as_ptr().addr()) / size_of::<Frame>()
    }

    /// The frame at a depth, if it is in use.
    pub fn at_depth(&self, depth: usize) -> Option<&Frame> {
        if depth > self.depth_of(self.current()) {
            return None;
        }
        // SAFETY: records up to the current one are initialised.
        Some(unsafe { &*self.frames.as_ptr().add(depth) })
    }

    /// The innermost frame with code, and outwards.
    pub fn innermost(&self) -> Option<&Frame> {
        let current = self.current();
        if current.data.get().is_null() { None } else { Some(current) }
    }

    /// Makes room for a frame whose registers start at `base`; none if either stack is at its end. The new record is the current one
    /// and its fields are still those of an older frame: the caller sets them all before anything else happens.
    #[inline(always)]
    pub(crate) fn push(&self, base: *mut u64, register_count: usize) -> Option<&Frame> {
        let next = record_at(self.current(), 1);
        if next >= self.frames_limit || base.wrapping_add(register_count) > self.registers_limit {
            return None;
        }
        // SAFETY: within the mapping, which started zeroed; a zeroed or older record is a valid `Frame`.
        let frame = unsafe { &*next };
        self.set_current(frame);
        Some(frame)
    }

    /// As [`FrameStack::push`], without its tests, and where no registers have been said to be filled
    /// ([`FrameStack::set_window_end`]).
    ///
    /// # Safety
    /// `current` is the current frame. The call has been counted: then there is a record, since the recursion limit is at most
    /// [`FRAME_CAPACITY`]. There is room for the registers of the frame.
    #[inline(always)]
    pub(crate) unsafe fn push_counted(&self, current: &Frame) -> &Frame {
        debug_assert!(core::ptr::eq(current, self.current.get()) && self.window_end.get().is_null());
        // SAFETY: passed on.
        let next = unsafe { self.record_above(current) };
        self.current.set(core::ptr::from_ref(next).cast_mut());
        next
    }

    /// The record above one. It is no frame before [`FrameStack::set_current`].
    ///
    /// # Safety
    /// The record is in use, and fewer calls are counted than may nest: as for [`FrameStack::push_counted`].
    #[inline(always)]
    pub(crate) unsafe fn record_above<'a>(&'a self, frame: &Frame) -> &'a Frame {
        // SAFETY: passed on: within the mapping, which started zeroed; a zeroed or older record is a valid `Frame`.
        let next = unsafe { &*record_at(frame, 1) };
        debug_assert!(core::ptr::from_ref(next).cast_mut() < self.frames_limit);
        next
    }

    /// Leaves the innermost frame, which the caller has at hand.
    ///
    /// # Safety
    /// `current` is the current frame, and above the sentinel.
    #[inline(always)]
    pub(crate) unsafe fn pop_from<'a>(&'a self, current: &'a Frame) -> &'a Frame {
        debug_assert!(core::ptr::eq(current, self.current.get()));
        // SAFETY: passed on.
        let previous = unsafe { self.below(current) };
        self.current.set(core::ptr::from_ref(previous).cast_mut());
        previous
    }

    /// Whether there is room for the registers of any frame from `base` on.
    #[inline(always)]
    pub(crate) fn has_most_registers(&self, base: *mut u64) -> bool {
        base <= self.registers_margin
    }

    /// Makes this the innermost frame: a lower one, or the last of the records that [`FrameStack::record_above`] has given, all of
    /// whose fields are set.
    #[inline(always)]
    pub(crate) fn set_current(&self, frame: &Frame) {
        self.current.set(core::ptr::from_ref(frame).cast_mut());
        self.window_end.set(core::ptr::null_mut());
    }

    /// The record below one.
    ///
    /// # Safety
    /// The frame is one of this stack's, above the sentinel.
    #[inline(always)]
    pub(crate) unsafe fn below<'a>(&'a self, frame: &'a Frame) -> &'a Frame {
        // SAFETY: passed on; the records up to the innermost one are initialised.
        unsafe { &*record_at(frame, -1) }
    }

    /// Whether `count` registers are left from `base` on.
    #[inline(always)]
    pub(crate) fn has_registers(&self, base: *mut u64, count: usize) -> bool {
        base.addr() + count * size_of::<u64>() <= self.registers_limit.addr()
    }

    /// Says that registers up to `end` are being filled for the next frame, so that the collector sees them; null when that is off.
    #[inline(always)]
    pub(crate) fn set_window_end(&self, end: *mut u64) {
        self.window_end.set(end);
    }

    /// Leaves the innermost frame.
    #[inline(always)]
    pub(crate) fn pop(&self) -> &Frame {
        debug_assert!(self.current.get() > self.frames.as_ptr());
        // SAFETY: a frame above the sentinel is innermost (only pushes are popped), so the record below it is initialised.
        let previous = unsafe { self.current.get().sub(1) };
        self.current.set(previous);
        // SAFETY: as above.
        unsafe { &*previous }
    }

    /// Visits what the frames hold.
    pub(crate) fn scan(&self, visitor: &mut RootVisitor<'_, '_>) {
        let depth = self.depth_of(self.current());
        let mut register = self.current().top();
        while register.addr() < self.window_end.get().addr() {
            // SAFETY: between the innermost frame's end and the end of a window that `has_registers` allowed.
            visitor.visit_conservatively(unsafe { register.read() });
            register = register.wrapping_add(1);
        }
        for index in 1..=depth {
            // SAFETY: records up to the current one are initialised; the thread stands still.
            let frame = unsafe { &*self.frames.as_ptr().add(index) };
            for word in [
                frame.code.get(),
                frame.function.get(),
                frame.globals.get(),
                frame.namespace.get(),
                frame.extra.get(),
                frame.frame_object.get(),
                frame.handled.get(),
            ] {
                visitor.visit(word);
            }
            let Some(data) = frame.code_data() else { continue };
            if frame.flags.get() & frame_flags::DELEGATES != 0 {
                // The generator, in `extra`, has its registers.
                continue;
            }
            let count = data.register_count as usize;
            let own_end = frame.base.get().wrapping_add(count).addr();
            // A callee whose registers start inside the window has taken the arguments over; a native that called back still reads them.
            let overlapped = index < depth && {
                // SAFETY: `index < depth`, so the record above is initialised.
                let callee = unsafe { &*self.frames.as_ptr().add(index + 1) };
                callee.base.get().addr() < own_end
            };
            let instruction = frame.instruction_index();
            let live = if overlapped { data.live_across(instruction) } else { data.live_before(instruction) };
            // Variables are alive as long as their frame: a program sees them through frame objects, and what it has put into one
            // is not finalized before the function ends. They were cleared on entry.
            let variables = data.cleared_count.min(data.register_count);
            let live = (0..variables).chain(live.iter().filter(|&register| register >= variables));
            for register in live {
                if (register as usize) < count {
                    // SAFETY: the frame's registers lie within the register stack.
                    visitor.visit_conservatively(unsafe { frame.base.get().add(register as usize).read() });
                }
            }
        }
    }
}

impl Drop for FrameStack {
    fn drop(&mut self) {
        let page = self.platform.page_size();
        // SAFETY: mapped in `new` with these figures; the thread's context is going, so nothing points into them.
        unsafe {
            self.platform.unmap_pages(self.frames.cast(), FRAME_STACK_BYTES, page);
            self.platform.unmap_pages(self.registers.cast(), REGISTER_STACK_BYTES, page);
        }
    }
}
