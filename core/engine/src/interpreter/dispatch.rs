//! The dispatch loop: decoding, fast paths and calls; everything else is in the modules beside it.
//!
//! Invariant: the loop's own state is `frame`, `pc` and `base` (`reload!` sets them all); no Python state hides in Rust locals across
//! instructions. `frame.pc` is stored (`save!`) before anything that can raise, stop or look at frames. Operands are trusted: code
//! reaches frames only through the verifier, which also proves that what is read as a value is one.
//! What is not a fast path is a call of a function that is not inlined: the state stays in registers only while the loop is small.

use threadsnake_bytecode::{Instruction, Operation};
use threadsnake_heap::arch::{Architecture, AtomicU64, Ordering, StackScan};

use crate::context::Context;
use crate::error::{PyResult, Raised};
use crate::interpreter::frame::Frame;
use crate::interpreter::{
    Exit, arithmetic, attribute_cache, calls, containers, global_cache, interpolation, iteration, operators,
    rare, subscripts, truth, unpacking, unwind, variables,
};
use crate::kind::Kind;
use crate::types::function::Function;
use crate::types::list::List;
use crate::types::{generator, generator_frames};
use crate::value::Value;

/// Whether a run starts with the frame's next instruction or by raising the pending exception in it.
#[derive(Copy, Clone, PartialEq, Eq)]
pub enum Start {
    /// Go on.
    Normal,
    /// Raise.
    Raise,
}

/// What to do after a call was set up or done.
pub(crate) enum Called {
    /// The result is there.
    Done(Value),
    /// A frame was pushed: go on in it.
    Pushed,
}

/// The instruction under way, where it lies: its operands are loaded each by itself, which takes one machine instruction, where
/// taking them out of the word takes two or three.
#[derive(Copy, Clone)]
struct Fetched(*const Instruction);

impl Fetched {
    /// A part of 16 bits, counted from the lowest.
    #[inline(always)]
    fn part(self, index: usize) -> u16 {
        let index = if cfg!(target_endian = "little") { index } else { 3 - index };
        // SAFETY: the loop fetches from verified code alone; the parts lie within the instruction.
        unsafe { *self.0.cast::<u16>().add(index) }
    }

    #[inline(always)]
    fn operation(self) -> Operation {
        debug_assert!(self.word().operation().is_some());
        // SAFETY: verified: the number names an operation.
        unsafe { core::mem::transmute::<u16, Operation>(self.part(0)) }
    }

    #[inline(always)]
    fn a(self) -> u16 {
        self.part(1)
    }

    #[inline(always)]
    fn b(self) -> u16 {
        self.part(2)
    }

    #[inline(always)]
    fn c(self) -> u16 {
        self.part(3)
    }

    #[inline(always)]
    fn b_signed(self) -> i16 {
        self.b() as i16
    }

    #[inline(always)]
    fn c_signed(self) -> i16 {
        self.c() as i16
    }

    #[inline(always)]
    fn bc(self) -> u32 {
        let index = if cfg!(target_endian = "little") { 1 } else { 0 };
        // SAFETY: as for `part`.
        unsafe { *self.0.cast::<u32>().add(index) }
    }

    #[inline(always)]
    fn wide_jump(self) -> i32 {
        self.bc() as i32
    }

    #[inline(always)]
    fn word(self) -> Instruction {
        // SAFETY: as for `part`.
        unsafe { *self.0 }
    }
}

/// Runs from the current frame on, until the frame with the `ENTRY` flag is left.
#[inline]
pub(crate) fn run_from(cx: &Context, start: Start) -> PyResult<Exit> {
    // What the caller holds lies above this address; below, nothing does while a call instruction is under way.
    Architecture::with_spilled_registers(|low| {
        let outer = cx.loop_floor.replace(low);
        let outcome = run_loop(cx, start);
        cx.loop_floor.set(outer);
        outcome
    })
}

/// The loop.
///
/// Invariant: across a call instruction it holds no reference in a register or slot of its own; what it needs afterwards is in the
/// frame's registers. `gc.collect()` relies on it (`modules/gc.rs`), and on its frame being one of its own.
#[inline(never)]
fn run_loop(cx: &Context, start: Start) -> PyResult<Exit> {
    let mut frame: &Frame;
    let mut pc: *const Instruction;
    let mut base: *mut u64;

    macro_rules! reload {
        () => {
            frame = cx.frames().current();
            pc = frame.pc.get();
            base = frame.base.get();
        };
    }
    /// The word of a register.
    macro_rules! word {
        ($index:expr) => {
            // SAFETY: verified operands are below `register_count`, and the frame's registers lie in the register stack.
            unsafe { *base.add($index as usize) }
        };
    }
    /// The value of a register that is definitely set.
    macro_rules! get {
        ($index:expr) => {
            // SAFETY: as for `word!`; verified: on every path to here the register was given a value (`verifier::definite`).
            unsafe { Value::from_word_unchecked(*base.add($index as usize)) }
        };
    }
    macro_rules! set {
        ($index:expr, $value:expr) => {{
            let value: Value = $value;
            // SAFETY: as for `word!`.
            unsafe { *base.add($index as usize) = value.word() };
        }};
    }
    macro_rules! set_word {
        ($index:expr, $word:expr) => {{
            let word: u64 = $word;
            // SAFETY: as for `word!`.
            unsafe { *base.add($index as usize) = word };
        }};
    }
    macro_rules! save {
        () => {
            frame.pc.set(pc);
        };
    }
    /// The plain data of the frame's code.
    macro_rules! code {
        () => {
            // SAFETY: only frames with code run, and the frame keeps it alive.
            unsafe { &*frame.data.get() }
        };
    }
    /// The cache word of the instruction just fetched.
    macro_rules! cache {
        () => {{
            let address = pc.addr().wrapping_add(code!().cache_distance);
            // SAFETY: `pc` is past an instruction of the frame's code, whose slot array of caches has a slot for each; the distance leads
            // from the one to the other. Acquire pairs with the barrier's Release when an entry is published.
            unsafe { (*core::ptr::with_exposed_provenance::<AtomicU64>(address)).load(Ordering::Acquire) }
        }};
    }

    if start == Start::Raise
        && let unwind::Outcome::Leave(raised) = unwind::unwind(cx)
    {
        return Err(raised);
    }
    reload!();
    loop {
        // The inner loop runs until an exception; `check!` breaks out of it.
        let _: Raised = 'running: loop {
            macro_rules! check {
                ($result:expr) => {
                    match $result {
                        Ok(value) => value,
                        Err(raised) => break 'running raised,
                    }
                };
            }
            macro_rules! jump {
                ($distance:expr) => {{
                    let distance = $distance as isize;
                    // Relaxed: as in `Context::poll`.
                    if distance < 0 && cx.poll_word().load(Ordering::Relaxed) != 0 {
                        save!();
                        check!(cx.poll_slow());
                    }
                    // SAFETY: verified jumps stay within the instructions.
                    pc = unsafe { pc.offset(distance) };
                }};
            }
            macro_rules! binary {
                ($instruction:expr, $fast:path) => {{
                    let left = get!($instruction.b());
                    let right = get!($instruction.c());
                    match $fast(left, right) {
                        Some(value) => set!($instruction.a(), value),
                        None => {
                            save!();
                            let value =
                                check!(operators::arithmetic(cx, $instruction.operation(), left, right));
                            set!($instruction.a(), value);
                        }
                    }
                }};
            }
            /// As `binary!`, with a path of its own for ints: an absent value there would be tested for by its word.
            macro_rules! number {
                ($instruction:expr, $words:path, $fast:path) => {{
                    let (left, right) = (get!($instruction.b()), get!($instruction.c()));
                    if arithmetic::both_small_ints(left, right) {
                        let (word, overflow) = $words(left, right);
                        if !overflow {
                            set_word!($instruction.a(), word);
                            continue 'running;
                        }
                    }
                    binary!($instruction, $fast)
                }};
            }
            macro_rules! immediate {
                ($instruction:expr, $fast:path) => {{
                    let left = get!($instruction.b());
                    let right = Value::small_int_unchecked($instruction.c_signed() as i64);
                    match $fast(left, right) {
                        Some(value) => set!($instruction.a(), value),
                        None => {
                            save!();
                            let value =
                                check!(operators::arithmetic(cx, $instruction.operation(), left, right));
                            set!($instruction.a(), value);
                        }
                    }
                }};
            }
            macro_rules! compare {
                ($instruction:expr, $fast:path) => {{
                    let left = get!($instruction.b());
                    let right = get!($instruction.c());
                    match $fast(left, right) {
                        Some(truth) => set!($instruction.a(), Value::from_bool(truth)),
                        None => {
                            save!();
                            let value = check!(operators::compare(cx, $instruction.operation(), left, right));
                            set!($instruction.a(), value);
                        }
                    }
                }};
            }
            // Of two ints the comparison is the condition of the jump itself; a fast path that gave a truth would make one first.
            macro_rules! jump_registers {
                ($instruction:expr, $operator:tt, $wanted:expr) => {{
                    let left = get!($instruction.a());
                    let right = get!($instruction.b());
                    if arithmetic::both_small_ints(left, right) {
                        if ((left.word() as i64) $operator (right.word() as i64)) == $wanted {
                            jump!($instruction.c_signed());
                        }
                    } else if arithmetic::both_tagged_floats(left, right) {
                        if (left.tagged_float_payload() $operator right.tagged_float_payload()) == $wanted {
                            jump!($instruction.c_signed());
                        }
                    } else {
                        save!();
                        if check!(operators::compare_truth(cx, $instruction.operation(), left, right)) == $wanted {
                            jump!($instruction.c_signed());
                        }
                    }
                }};
            }
            macro_rules! jump_immediate {
                ($instruction:expr, $operator:tt, $wanted:expr) => {{
                    let left = get!($instruction.a());
                    let right = Value::small_int_unchecked($instruction.b_signed() as i64);
                    if left.is_small_int() {
                        if ((left.word() as i64) $operator (right.word() as i64)) == $wanted {
                            jump!($instruction.c_signed());
                        }
                    } else {
                        save!();
                        if check!(operators::compare_truth(cx, $instruction.operation(), left, right)) == $wanted {
                            jump!($instruction.c_signed());
                        }
                    }
                }};
            }
            macro_rules! truth {
                ($value:expr) => {{
                    let value = $value;
                    match truth::truth_fast(value) {
                        Some(truth) => truth,
                        None => {
                            save!();
                            check!(truth::truth_slow(cx, value))
                        }
                    }
                }};
            }
            /// Takes the outcome of a call whose result goes to a register.
            macro_rules! called {
                ($result:expr, $destination:expr) => {
                    match check!($result) {
                        Called::Done(value) => set!($destination, value),
                        Called::Pushed => {
                            reload!();
                        }
                    }
                };
            }

            /// Leaves the frame with a result.
            macro_rules! leave {
                ($value:expr) => {{
                    let value: Value = $value;
                    if calls::is_plain(frame) {
                        let destination = frame.destination.get();
                        // SAFETY: `frame` is the current frame, as always between instructions.
                        frame = unsafe { calls::leave_plain(cx, frame) };
                        pc = frame.pc.get();
                        base = frame.base.get();
                        set!(destination, value);
                    } else {
                        save!();
                        if let Some(exit) = check!(calls::leave_frame(cx, frame, value)) {
                            return Ok(exit);
                        }
                        reload!();
                    }
                }};
            }

            let i = Fetched(pc);
            // SAFETY: verified code ends with a jump, return or raise, so `pc` is within the instructions; one past the last may be
            // pointed to.
            pc = unsafe { pc.add(1) };
            match i.operation() {
                Operation::Nop | Operation::Extra => {}
                Operation::Move => set_word!(i.a(), word!(i.b())),
                Operation::LoadConstant => {
                    let constants = code!().constants + threadsnake_heap::HEADER_BYTES;
                    // SAFETY: verified: the constant exists, and the slot array of constants is never written.
                    set_word!(i.a(), unsafe {
                        *core::ptr::with_exposed_provenance::<u64>(constants).add(i.bc() as usize)
                    });
                }
                Operation::Clear => set_word!(i.a(), 0),
                Operation::CheckBound => {
                    if word!(i.a()) == 0 {
                        save!();
                        break 'running variables::unbound_local(cx, frame, i.bc());
                    }
                }

                Operation::LoadCell => match variables::cell_contents(get!(i.b())) {
                    Some(value) => set!(i.a(), value),
                    None => {
                        save!();
                        break 'running variables::unbound_local(cx, frame, i.c() as u32);
                    }
                },
                Operation::StoreCell => variables::set_cell(cx, get!(i.a()), Value::from_word(word!(i.b()))),
                Operation::LoadFree => {
                    match variables::free_cell(frame, i.b()).and_then(variables::cell_contents) {
                        Some(value) => set!(i.a(), value),
                        None => {
                            save!();
                            break 'running variables::unbound_free(cx, frame, i.b());
                        }
                    }
                }
                Operation::StoreFree => {
                    if let Some(target) = variables::free_cell(frame, i.a()) {
                        variables::set_cell(cx, target, Value::from_word(word!(i.b())));
                    }
                }

                Operation::LoadGlobal => {
                    let cached = cache!();
                    match global_cache::cached_global(frame, cached) {
                        Some(value) => set!(i.a(), value),
                        None => {
                            save!();
                            set!(i.a(), check!(global_cache::load_global(cx, frame, i.bc(), cached)));
                        }
                    }
                }

                Operation::LoadAttribute => {
                    let value = get!(i.b());
                    let cached = cache!();
                    match attribute_cache::cached_slot(value, cached) {
                        Some(found) => set!(i.a(), found),
                        None => {
                            save!();
                            called!(
                                attribute_cache::load_attribute(cx, frame, value, i.word(), cached),
                                i.a()
                            );
                        }
                    }
                }
                Operation::StoreAttribute => {
                    let target = get!(i.a());
                    let value = get!(i.b());
                    let cached = cache!();
                    if !attribute_cache::cached_plain_store(target, value, cached) {
                        save!();
                        check!(attribute_cache::store_attribute(cx, frame, target, value, i.word(), cached));
                    }
                }
                Operation::LoadMethod => {
                    let value = get!(i.b());
                    let cached = cache!();
                    match attribute_cache::cached_method(value, cached) {
                        Some(method) => {
                            set!(i.a(), method);
                            set!(i.a() + 1, value);
                        }
                        None => {
                            save!();
                            let pair =
                                check!(attribute_cache::load_method(cx, frame, value, i.word(), cached));
                            set!(i.a(), pair.callable);
                            set_word!(i.a() + 1, Value::word_or_empty(pair.receiver));
                        }
                    }
                }
                Operation::LoadSubscript => {
                    let container = get!(i.b());
                    let index = get!(i.c());
                    match subscripts::item_fast(container, index) {
                        Some(value) => set!(i.a(), value),
                        None => {
                            save!();
                            set!(i.a(), check!(subscripts::load_subscript(cx, container, index)));
                        }
                    }
                }
                Operation::LoadSubscriptImmediate => {
                    let container = get!(i.b());
                    let index = Value::small_int_unchecked(i.c_signed() as i64);
                    match subscripts::item_fast(container, index) {
                        Some(value) => set!(i.a(), value),
                        None => {
                            save!();
                            set!(i.a(), check!(subscripts::load_subscript(cx, container, index)));
                        }
                    }
                }
                Operation::StoreSubscript => {
                    let container = get!(i.a());
                    let index = get!(i.b());
                    let value = get!(i.c());
                    if !subscripts::store_item_fast(container, index, value) {
                        save!();
                        check!(subscripts::store_subscript(cx, container, index, value));
                    }
                }
                Operation::LoadSlice => {
                    save!();
                    let value = check!(cx.get_slice(get!(i.b()), get!(i.c()), get!(i.c() + 1)));
                    set!(i.a(), value);
                }

                Operation::Add | Operation::InPlaceAdd => number!(i, arithmetic::add_words, arithmetic::add),
                Operation::Subtract | Operation::InPlaceSubtract => {
                    number!(i, arithmetic::subtract_words, arithmetic::subtract)
                }
                Operation::Multiply | Operation::InPlaceMultiply => {
                    number!(i, arithmetic::multiply_words, arithmetic::multiply)
                }
                Operation::TrueDivide | Operation::InPlaceTrueDivide => {
                    binary!(i, arithmetic::true_divide)
                }
                Operation::FloorDivide | Operation::InPlaceFloorDivide => {
                    binary!(i, arithmetic::floor_divide)
                }
                Operation::Modulo | Operation::InPlaceModulo => binary!(i, arithmetic::modulo),
                Operation::LeftShift | Operation::InPlaceLeftShift => {
                    binary!(i, arithmetic::left_shift)
                }
                Operation::RightShift | Operation::InPlaceRightShift => {
                    binary!(i, arithmetic::right_shift)
                }
                Operation::BitAnd | Operation::InPlaceBitAnd => binary!(i, arithmetic::bit_and),
                Operation::BitOr | Operation::InPlaceBitOr => binary!(i, arithmetic::bit_or),
                Operation::BitXor | Operation::InPlaceBitXor => binary!(i, arithmetic::bit_xor),
                Operation::Power
                | Operation::InPlacePower
                | Operation::MatrixMultiply
                | Operation::InPlaceMatrixMultiply => {
                    save!();
                    let value = check!(operators::arithmetic(cx, i.operation(), get!(i.b()), get!(i.c())));
                    set!(i.a(), value);
                }
                Operation::AddImmediate | Operation::InPlaceAddImmediate => {
                    immediate!(i, arithmetic::add_ints)
                }
                Operation::SubtractImmediate | Operation::InPlaceSubtractImmediate => {
                    immediate!(i, arithmetic::subtract_ints)
                }
                Operation::MultiplyImmediate => immediate!(i, arithmetic::multiply_ints),
                Operation::FloorDivideImmediate => immediate!(i, arithmetic::floor_divide),
                Operation::ModuloImmediate => immediate!(i, arithmetic::modulo),
                Operation::BitAndImmediate => immediate!(i, arithmetic::bit_and),
                Operation::LeftShiftImmediate => immediate!(i, arithmetic::left_shift),
                Operation::RightShiftImmediate => immediate!(i, arithmetic::right_shift),
                Operation::Negative => {
                    save!();
                    set!(i.a(), check!(cx.negative(get!(i.b()))));
                }
                Operation::Not => {
                    let truth = truth!(get!(i.b()));
                    set!(i.a(), Value::from_bool(!truth));
                }

                Operation::Less => compare!(i, arithmetic::less),
                Operation::LessEqual => compare!(i, arithmetic::less_equal),
                Operation::Equal => compare!(i, arithmetic::equal),
                Operation::NotEqual => compare!(i, arithmetic::not_equal),
                Operation::Greater => compare!(i, arithmetic::greater),
                Operation::GreaterEqual => compare!(i, arithmetic::greater_equal),
                Operation::Is => set!(i.a(), Value::from_bool(word!(i.b()) == word!(i.c()))),
                Operation::IsNot => set!(i.a(), Value::from_bool(word!(i.b()) != word!(i.c()))),
                Operation::Contains | Operation::NotContains => {
                    save!();
                    let truth = check!(cx.contains(get!(i.c()), get!(i.b())));
                    set!(i.a(), Value::from_bool(truth == (i.operation() == Operation::Contains)));
                }

                Operation::Jump => jump!(i.wide_jump()),
                Operation::JumpIfTrue => {
                    if truth!(get!(i.a())) {
                        jump!(i.wide_jump());
                    }
                }
                Operation::JumpIfFalse => {
                    if !truth!(get!(i.a())) {
                        jump!(i.wide_jump());
                    }
                }
                Operation::JumpIfNone => {
                    if word!(i.a()) == Value::NONE.word() {
                        jump!(i.wide_jump());
                    }
                }
                Operation::JumpIfNotNone => {
                    if word!(i.a()) != Value::NONE.word() {
                        jump!(i.wide_jump());
                    }
                }
                Operation::JumpIfIs => {
                    if word!(i.a()) == word!(i.b()) {
                        jump!(i.c_signed());
                    }
                }
                Operation::JumpIfIsNot => {
                    if word!(i.a()) != word!(i.b()) {
                        jump!(i.c_signed());
                    }
                }
                Operation::JumpIfLess => jump_registers!(i, <, true),
                Operation::JumpIfLessEqual => jump_registers!(i, <=, true),
                Operation::JumpIfEqual => jump_registers!(i, ==, true),
                Operation::JumpIfNotEqual => jump_registers!(i, !=, true),
                Operation::JumpIfGreater => jump_registers!(i, >, true),
                Operation::JumpIfGreaterEqual => {
                    jump_registers!(i, >=, true)
                }
                Operation::JumpIfNotLess => jump_registers!(i, <, false),
                Operation::JumpIfNotLessEqual => jump_registers!(i, <=, false),
                Operation::JumpIfNotEqualTo => jump_registers!(i, ==, false),
                Operation::JumpIfNotUnequal => jump_registers!(i, !=, false),
                Operation::JumpIfNotGreater => jump_registers!(i, >, false),
                Operation::JumpIfNotGreaterEqual => {
                    jump_registers!(i, >=, false)
                }
                Operation::JumpIfLessImmediate => jump_immediate!(i, <, true),
                Operation::JumpIfLessEqualImmediate => {
                    jump_immediate!(i, <=, true)
                }
                Operation::JumpIfEqualImmediate => jump_immediate!(i, ==, true),
                Operation::JumpIfNotEqualImmediate => {
                    jump_immediate!(i, !=, true)
                }
                Operation::JumpIfGreaterImmediate => {
                    jump_immediate!(i, >, true)
                }
                Operation::JumpIfGreaterEqualImmediate => {
                    jump_immediate!(i, >=, true)
                }
                Operation::JumpIfNotLessImmediate => {
                    jump_immediate!(i, <, false)
                }
                Operation::JumpIfNotLessEqualImmediate => {
                    jump_immediate!(i, <=, false)
                }
                Operation::JumpIfNotEqualToImmediate => {
                    jump_immediate!(i, ==, false)
                }
                Operation::JumpIfNotUnequalImmediate => {
                    jump_immediate!(i, !=, false)
                }
                Operation::JumpIfNotGreaterImmediate => {
                    jump_immediate!(i, >, false)
                }
                Operation::JumpIfNotGreaterEqualImmediate => {
                    jump_immediate!(i, >=, false)
                }

                Operation::GetIterator => {
                    save!();
                    check!(iteration::begin_loop(cx, frame, get!(i.b()), i.a()));
                }
                Operation::ForIterate => {
                    let first = word!(i.b());
                    if first & 1 != 0 {
                        // A range: next value, stop, step, all tagged ints.
                        let next = first as i64;
                        let stop = word!(i.b() + 1) as i64;
                        let step = word!(i.b() + 2) as i64;
                        let more = if step > 0 { next < stop } else { next > stop };
                        if more {
                            set_word!(i.a(), first);
                            // The sum overflows only past `stop`, which ends the loop: then the state says so.
                            let (sum, overflow) = next.overflowing_add(step - 1);
                            set_word!(i.b(), if overflow { stop as u64 } else { sum as u64 });
                            continue 'running;
                        }
                    } else if let Some(item) = iteration::next_of_sequence(cx, get!(i.b()), word!(i.b() + 1))
                    {
                        set_word!(i.b() + 1, word!(i.b() + 1) + 2);
                        set!(i.a(), item);
                        continue 'running;
                    } else if let Some(generator) = get!(i.b()).as_kind(Kind::Generator) {
                        save!();
                        if check!(generator::resume_for_loop(cx, generator, i.a())) {
                            reload!();
                            continue 'running;
                        }
                    } else {
                        save!();
                        let (iterated, position) = (get!(i.b()), word!(i.b() + 1));
                        match check!(iteration::next_of_loop(cx, frame, iterated, position, i.a())) {
                            iteration::Next::Item(item) => {
                                set!(i.a(), item);
                                continue 'running;
                            }
                            iteration::Next::Unpacked => {
                                // SAFETY: the instruction that unpacks is followed by another.
                                pc = unsafe { pc.add(1) };
                                continue 'running;
                            }
                            iteration::Next::End => {}
                        }
                    }
                    set_word!(i.b(), 0);
                    set_word!(i.b() + 1, 0);
                    set_word!(i.b() + 2, 0);
                    jump!(i.c_signed());
                }

                Operation::Call => {
                    let callee = get!(i.b());
                    save!();
                    // SAFETY: the window lies within the frame's registers.
                    let window = unsafe { base.add(i.b() as usize) };
                    if let Some(function) = Function::from_value(callee) {
                        // SAFETY: as above.
                        let arguments = unsafe { window.add(1) };
                        match calls::enter_plain(cx, frame, function, arguments, i.c() as usize, i.a()) {
                            Some((entered, first)) => {
                                frame = entered;
                                pc = first;
                                base = arguments;
                            }
                            None => called!(
                                calls::call_python(cx, function, arguments, i.c() as usize, None, i.a(), 0),
                                i.a()
                            ),
                        }
                    } else {
                        called!(
                            calls::call_window(cx, frame, callee, window, i.c() as usize, None, i.a()),
                            i.a()
                        );
                    }
                }
                Operation::CallMethod => {
                    let callee = get!(i.b());
                    save!();
                    let with_receiver = word!(i.b() + 1) != 0;
                    let skip = if with_receiver { 0 } else { 1 };
                    let count = i.c() as usize + with_receiver as usize;
                    // SAFETY: the window lies within the frame's registers.
                    let window = unsafe { base.add(i.b() as usize + skip) };
                    // SAFETY: as above.
                    let arguments = unsafe { window.add(1) };
                    if let Some(function) = Function::from_value(callee) {
                        match calls::enter_plain(cx, frame, function, arguments, count, i.a()) {
                            Some((entered, first)) => {
                                frame = entered;
                                pc = first;
                                base = arguments;
                            }
                            None => called!(
                                calls::call_python(cx, function, arguments, count, None, i.a(), 0),
                                i.a()
                            ),
                        }
                    } else if let (true, Some(method)) = (with_receiver, calls::native_method(callee)) {
                        set!(i.a(), check!(calls::call_native_method(cx, method, arguments, count)));
                    } else {
                        called!(calls::call_window(cx, frame, callee, window, count, None, i.a()), i.a());
                    }
                }
                Operation::Return => leave!(get!(i.a())),
                Operation::ReturnNone => leave!(Value::NONE),

                Operation::BuildTuple => {
                    save!();
                    let tuple = check!(cx.tuple(calls::registers(base, i.b(), i.c())));
                    set!(i.a(), tuple);
                }
                Operation::BuildList => {
                    save!();
                    let list = check!(containers::build_list(cx, calls::registers(base, i.b(), i.c())));
                    set!(i.a(), list);
                }
                Operation::BuildString => {
                    save!();
                    let text = check!(interpolation::build_string(cx, calls::registers(base, i.b(), i.c())));
                    set!(i.a(), text);
                }
                Operation::ListAppend => {
                    save!();
                    if let Some(list) = List::from_value(get!(i.a())) {
                        check!(list.push(cx, get!(i.b())));
                    }
                }
                Operation::DictInsert => {
                    save!();
                    check!(containers::dict_insert(cx, get!(i.a()), get!(i.b()), get!(i.c())));
                }
                Operation::UnpackSequence => {
                    let source = get!(i.b());
                    save!();
                    // SAFETY: verified: the registers exist.
                    let target = unsafe { base.add(i.a() as usize) };
                    check!(unpacking::unpack_sequence(cx, source, target, i.c() as usize));
                }
                Operation::FormatValue => {
                    save!();
                    let text = check!(interpolation::format_value(cx, get!(i.b()), None, i.c()));
                    set!(i.a(), text);
                }

                Operation::Yield | Operation::YieldAsyncValue | Operation::YieldDelegate => {
                    save!();
                    let mut value = get!(i.b());
                    if i.operation() == Operation::YieldAsyncValue {
                        value = check!(generator::wrap_async_value(cx, value));
                    }
                    if let Some(exit) = generator_frames::yield_value(cx, frame, value) {
                        return Ok(exit);
                    }
                    reload!();
                }
                Operation::GetYieldFromIterator => {
                    save!();
                    set!(i.a(), check!(generator::yield_from_iterator(cx, frame, get!(i.b()))));
                }
                Operation::GetAwaitable => {
                    save!();
                    set!(i.a(), check!(generator::awaitable(cx, get!(i.b()), i.c())));
                }
                Operation::Send => {
                    save!();
                    let receiver = get!(i.b());
                    match check!(generator::send_in_loop(cx, receiver, get!(i.a()), i.a())) {
                        generator::Sent::Pushed => {
                            reload!();
                        }
                        generator::Sent::Yielded(value) => set!(i.a(), value),
                        generator::Sent::Finished(value) => {
                            set!(i.a(), value);
                            jump!(i.c_signed());
                        }
                    }
                }

                // All of the rest by name: the jump by the operation's number then needs no test of it.
                Operation::LoadCommon
                | Operation::DeleteLocal
                | Operation::MakeCell
                | Operation::DeleteCell
                | Operation::DeleteFree
                | Operation::LoadFreeCell
                | Operation::LoadNamespaceOrFree
                | Operation::LoadNamespaceOrCell
                | Operation::LoadNamespaceOrGlobal
                | Operation::StoreGlobal
                | Operation::DeleteGlobal
                | Operation::LoadName
                | Operation::StoreName
                | Operation::DeleteName
                | Operation::LoadNamespace
                | Operation::DeleteAttribute
                | Operation::LoadSuperAttribute
                | Operation::LoadSuperMethod
                | Operation::DeleteSubscript
                | Operation::StoreSlice
                | Operation::Positive
                | Operation::Invert
                | Operation::GetIteratorObject
                | Operation::GetAsyncIterator
                | Operation::GetAsyncNext
                | Operation::CallKeyword
                | Operation::CallMethodKeyword
                | Operation::CallSpread
                | Operation::MakeFunction
                | Operation::LoadBuildClass
                | Operation::BuildSet
                | Operation::BuildDict
                | Operation::BuildSlice
                | Operation::ListExtend
                | Operation::ListToTuple
                | Operation::SetAdd
                | Operation::SetUpdate
                | Operation::DictUpdate
                | Operation::DictMerge
                | Operation::UnpackExtended
                | Operation::FormatWithSpecification
                | Operation::BuildInterpolation
                | Operation::BuildTemplate
                | Operation::ImportName
                | Operation::ImportFrom
                | Operation::ImportStar
                | Operation::Raise
                | Operation::RaiseFrom
                | Operation::RaiseCurrent
                | Operation::Reraise
                | Operation::PushHandled
                | Operation::PopHandled
                | Operation::MatchException
                | Operation::MatchExceptionGroup
                | Operation::CombineExceptionGroup
                | Operation::LoadSpecial
                | Operation::CallExit
                | Operation::MatchSequence
                | Operation::MatchMapping
                | Operation::MatchKeys
                | Operation::MatchClass
                | Operation::DictWithoutKeys
                | Operation::GetLength
                | Operation::CallIntrinsic => {
                    save!();
                    check!(rare::execute(cx, frame, i.word()));
                    reload!();
                }
            }
        };
        match unwind::unwind(cx) {
            unwind::Outcome::Handler => {
                reload!();
            }
            unwind::Outcome::Leave(raised) => return Err(raised),
        }
    }
}
