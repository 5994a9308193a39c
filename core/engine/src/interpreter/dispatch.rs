//! The dispatch loop: decoding, fast paths and calls; everything else is in the modules beside it.
//!
//! Invariant: the loop's own state is `frame`, `pc`, `base` and pointers derived from the frame's code (`reload!` sets them all); no
//! Python state hides in Rust locals across instructions. `frame.pc` is stored (`save!`) before anything that can raise, stop or look
//! at frames. Operands are trusted: code reaches frames only through the verifier.

use threadsnake_bytecode::{Instruction, Operation};
use threadsnake_heap::arch::{AtomicU64, Ordering};

use crate::context::{Context, ThreadRoot};
use crate::error::{PyResult, Raised};
use crate::interpreter::frame::{Frame, frame_flags};
use crate::interpreter::{Exit, arithmetic, attribute_cache, calls, global_cache, operations, unwind};
use crate::kind::Kind;
use crate::protocol::comparison::CompareOperator;
use crate::protocol::number::BinaryOperator;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::generator;
use crate::types::list::List;
use crate::types::tuple::Tuple;
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

/// Runs from the current frame on, until the frame with the `ENTRY` flag is left.
pub(crate) fn run_from(cx: &Context, start: Start) -> PyResult<Exit> {
    let mut frame: &Frame;
    let mut pc: *const Instruction;
    let mut base: *mut u64;
    let mut constants: *const u64;
    let mut caches: usize;

    macro_rules! reload {
        () => {
            frame = cx.frames().current();
            pc = frame.pc.get();
            base = frame.base.get();
            // SAFETY: only frames with code run.
            let data = unsafe { &*frame.data.get() };
            constants = core::ptr::with_exposed_provenance(data.constants + threadsnake_heap::HEADER_BYTES);
            caches = data.caches;
        };
    }
    /// The word of a register.
    macro_rules! word {
        ($index:expr) => {
            // SAFETY: verified operands are below `register_count`, and the frame's registers lie in the register stack.
            unsafe { *base.add($index as usize) }
        };
    }
    /// The value of a register that the compiler knows to be set.
    macro_rules! get {
        ($index:expr) => {
            match Value::from_word(word!($index)) {
                Some(value) => value,
                None => Value::NONE,
            }
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
    /// The cache word of the instruction just fetched.
    macro_rules! cache {
        () => {{
            // SAFETY: `pc` is past an instruction of the frame's code, whose slot array of caches has a slot for each.
            unsafe {
                let index = pc.offset_from((*frame.data.get()).instructions.as_ptr()) as usize - 1;
                (*core::ptr::with_exposed_provenance::<AtomicU64>(
                    caches + threadsnake_heap::HEADER_BYTES + 8 * index,
                ))
                // Acquire pairs with the barrier's Release when an entry is published.
                .load(Ordering::Acquire)
            }
        }};
    }
    macro_rules! jump {
        ($distance:expr) => {{
            let distance = $distance as isize;
            if distance < 0 && cx.poll_word().load(Ordering::Relaxed) != 0 {
                save!();
                check!(cx.poll_slow());
            }
            // SAFETY: verified jumps stay within the instructions.
            pc = unsafe { pc.offset(distance) };
        }};
    }
    macro_rules! skip_extra {
        () => {
            // SAFETY: verified: an `Extra` word follows.
            pc = unsafe { pc.add(1) }
        };
    }
    /// The `Extra` word after the instruction.
    macro_rules! extra {
        () => {
            // SAFETY: verified: an `Extra` word follows.
            unsafe { *pc }
        };
    }

    let mut raising = start == Start::Raise;
    reload!();
    loop {
        if raising {
            match unwind::unwind(cx) {
                unwind::Outcome::Handler => {
                    reload!();
                }
                unwind::Outcome::Leave(raised) => return Err(raised),
            }
        }
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
            macro_rules! binary {
                ($instruction:expr, $fast:path, $operator:expr) => {{
                    let left = get!($instruction.b());
                    let right = get!($instruction.c());
                    match $fast(left, right) {
                        Some(value) => set!($instruction.a(), value),
                        None => {
                            save!();
                            set!($instruction.a(), check!(cx.binary_operation($operator, left, right)));
                        }
                    }
                }};
            }
            macro_rules! in_place {
                ($instruction:expr, $fast:path, $operator:expr) => {{
                    let left = get!($instruction.b());
                    let right = get!($instruction.c());
                    match $fast(left, right) {
                        Some(value) => set!($instruction.a(), value),
                        None => {
                            save!();
                            set!($instruction.a(), check!(cx.in_place_operation($operator, left, right)));
                        }
                    }
                }};
            }
            macro_rules! slow_binary {
                ($instruction:expr, $method:ident, $operator:expr) => {{
                    save!();
                    let value = check!(cx.$method($operator, get!($instruction.b()), get!($instruction.c())));
                    set!($instruction.a(), value);
                }};
            }
            macro_rules! immediate {
                ($instruction:expr, $fast:path, $method:ident, $operator:expr) => {{
                    let left = get!($instruction.b());
                    let right = Value::small_int_unchecked($instruction.c_signed() as i64);
                    match $fast(left, right) {
                        Some(value) => set!($instruction.a(), value),
                        None => {
                            save!();
                            set!($instruction.a(), check!(cx.$method($operator, left, right)));
                        }
                    }
                }};
            }
            macro_rules! compare {
                ($instruction:expr, $fast:path, $operator:expr) => {{
                    let left = get!($instruction.b());
                    let right = get!($instruction.c());
                    match $fast(left, right) {
                        Some(truth) => set!($instruction.a(), Value::from_bool(truth)),
                        None => {
                            save!();
                            set!($instruction.a(), check!(cx.rich_compare($operator, left, right)));
                        }
                    }
                }};
            }
            macro_rules! compare_jump {
                ($left:expr, $right:expr, $distance:expr, $fast:path, $operator:expr, $wanted:expr) => {{
                    let left = $left;
                    let right = $right;
                    let truth = match $fast(left, right) {
                        Some(truth) => truth,
                        None => {
                            save!();
                            check!(operations::compare_truth(cx, $operator, left, right))
                        }
                    };
                    if truth == $wanted {
                        jump!($distance);
                    }
                }};
            }
            macro_rules! jump_registers {
                ($instruction:expr, $fast:path, $operator:expr, $wanted:expr) => {
                    compare_jump!(
                        get!($instruction.a()),
                        get!($instruction.b()),
                        $instruction.c_signed(),
                        $fast,
                        $operator,
                        $wanted
                    )
                };
            }
            macro_rules! jump_immediate {
                ($instruction:expr, $fast:path, $operator:expr, $wanted:expr) => {
                    compare_jump!(
                        get!($instruction.a()),
                        Value::small_int_unchecked($instruction.b_signed() as i64),
                        $instruction.c_signed(),
                        $fast,
                        $operator,
                        $wanted
                    )
                };
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

            // SAFETY: verified code ends with a jump, return or raise, so `pc` is within the instructions.
            let instruction = unsafe { *pc };
            // SAFETY: as above; one past the last instruction may be pointed to.
            pc = unsafe { pc.add(1) };
            debug_assert!(instruction.operation().is_some());
            // SAFETY: verified: the number names an operation.
            let operation: Operation =
                unsafe { core::mem::transmute::<u16, Operation>(instruction.operation_number()) };
            let i = instruction;
            match operation {
                Operation::Nop | Operation::Extra => {}
                Operation::Move => set_word!(i.a(), word!(i.b())),
                Operation::LoadConstant => {
                    // SAFETY: verified: the constant exists, and the slot array of constants is never written.
                    set_word!(i.a(), unsafe { *constants.add(i.bc() as usize) });
                }
                Operation::LoadCommon => set!(i.a(), operations::common_object(cx, i.b())),
                Operation::Clear => set_word!(i.a(), 0),
                Operation::CheckBound => {
                    if word!(i.a()) == 0 {
                        save!();
                        break 'running operations::unbound_local(cx, frame, i.bc());
                    }
                }
                Operation::DeleteLocal => {
                    if word!(i.a()) == 0 {
                        save!();
                        break 'running operations::unbound_local(cx, frame, i.bc());
                    }
                    set_word!(i.a(), 0);
                }

                Operation::MakeCell => {
                    save!();
                    set!(i.a(), check!(cx.new_cell(Value::from_word(word!(i.a())))).as_value());
                }
                Operation::LoadCell => match operations::cell_contents(get!(i.b())) {
                    Some(value) => set!(i.a(), value),
                    None => {
                        save!();
                        break 'running operations::unbound_local(cx, frame, i.c() as u32);
                    }
                },
                Operation::StoreCell => operations::set_cell(cx, get!(i.a()), Value::from_word(word!(i.b()))),
                Operation::DeleteCell => {
                    let target = get!(i.a());
                    if operations::cell_contents(target).is_none() {
                        save!();
                        break 'running operations::unbound_local(cx, frame, i.bc());
                    }
                    operations::set_cell(cx, target, None);
                }
                Operation::LoadFree => {
                    match operations::free_cell(frame, i.b()).and_then(operations::cell_contents) {
                        Some(value) => set!(i.a(), value),
                        None => {
                            save!();
                            break 'running operations::unbound_free(cx, frame, i.b());
                        }
                    }
                }
                Operation::StoreFree => {
                    if let Some(target) = operations::free_cell(frame, i.a()) {
                        operations::set_cell(cx, target, Value::from_word(word!(i.b())));
                    }
                }
                Operation::DeleteFree => match operations::free_cell(frame, i.a()) {
                    Some(target) if operations::cell_contents(target).is_some() => {
                        operations::set_cell(cx, target, None)
                    }
                    _ => {
                        save!();
                        break 'running operations::unbound_free(cx, frame, i.a());
                    }
                },
                Operation::LoadFreeCell => {
                    set_word!(i.a(), Value::word_or_empty(operations::free_cell(frame, i.b())));
                }
                Operation::LoadNamespaceOrFree => {
                    save!();
                    let value = check!(operations::namespace_or_free(cx, frame, get!(i.b()), i.c()));
                    set!(i.a(), value);
                }
                Operation::LoadNamespaceOrCell => {
                    save!();
                    let name = extra!().a();
                    let value =
                        check!(operations::namespace_or_cell(cx, frame, get!(i.b()), get!(i.c()), name));
                    set!(i.a(), value);
                    skip_extra!();
                }
                Operation::LoadNamespaceOrGlobal => {
                    save!();
                    let value = check!(operations::namespace_or_global(cx, frame, get!(i.b()), i.c()));
                    set!(i.a(), value);
                }

                Operation::LoadGlobal => {
                    let cached = cache!();
                    match global_cache::cached_global(cx, frame, cached) {
                        Some(value) => set!(i.a(), value),
                        None => {
                            save!();
                            set!(i.a(), check!(global_cache::load_global(cx, frame, i.bc())));
                        }
                    }
                }
                Operation::StoreGlobal => {
                    save!();
                    check!(operations::store_global(cx, frame, i.bc(), get!(i.a())));
                }
                Operation::DeleteGlobal => {
                    save!();
                    check!(operations::delete_global(cx, frame, i.bc()));
                }
                Operation::LoadName => {
                    save!();
                    set!(i.a(), check!(operations::load_name(cx, frame, i.bc())));
                }
                Operation::StoreName => {
                    save!();
                    check!(operations::store_name(cx, frame, i.bc(), get!(i.a())));
                }
                Operation::DeleteName => {
                    save!();
                    check!(operations::delete_name(cx, frame, i.bc()));
                }
                Operation::LoadNamespace => set_word!(i.a(), frame.namespace.get()),

                Operation::LoadAttribute => {
                    let value = get!(i.b());
                    let cached = cache!();
                    match attribute_cache::cached_attribute(value, cached) {
                        Some(found) => set!(i.a(), found),
                        None => {
                            save!();
                            called!(attribute_cache::load_attribute(cx, frame, value, i, cached), i.a());
                        }
                    }
                }
                Operation::StoreAttribute => {
                    let target = get!(i.a());
                    let value = get!(i.b());
                    let cached = cache!();
                    if !attribute_cache::cached_store(cx, target, value, cached) {
                        save!();
                        check!(attribute_cache::store_attribute(cx, frame, target, value, i, cached));
                    }
                }
                Operation::DeleteAttribute => {
                    save!();
                    let name = operations::name(cx, frame, i.bc());
                    check!(cx.set_attribute(get!(i.a()), name, None));
                }
                Operation::LoadMethod => {
                    let value = get!(i.b());
                    let cached = cache!();
                    match attribute_cache::cached_method(cx, value, cached) {
                        Some(method) => {
                            set!(i.a(), method);
                            set!(i.a() + 1, value);
                        }
                        None => {
                            save!();
                            let pair = check!(attribute_cache::load_method(cx, frame, value, i, cached));
                            set!(i.a(), pair.callable);
                            set_word!(i.a() + 1, Value::word_or_empty(pair.receiver));
                        }
                    }
                }
                Operation::LoadSuperAttribute => {
                    save!();
                    let (callee, class, receiver) = (get!(i.b()), get!(i.b() + 1), get!(i.b() + 2));
                    let name = operations::name(cx, frame, i.c() as u32);
                    set!(i.a(), check!(operations::super_attribute(cx, callee, class, receiver, name)));
                }
                Operation::LoadSuperMethod => {
                    save!();
                    let (callee, class, receiver) = (get!(i.b()), get!(i.b() + 1), get!(i.b() + 2));
                    let name = operations::name(cx, frame, i.c() as u32);
                    let pair = check!(operations::super_method(cx, callee, class, receiver, name));
                    set!(i.a(), pair.callable);
                    set_word!(i.a() + 1, Value::word_or_empty(pair.receiver));
                }
                Operation::LoadSubscript => {
                    let container = get!(i.b());
                    let index = get!(i.c());
                    match operations::subscript_fast(cx, container, index) {
                        Some(value) => set!(i.a(), value),
                        None => {
                            save!();
                            called!(calls::load_subscript(cx, frame, container, index, i.a()), i.a());
                        }
                    }
                }
                Operation::LoadSubscriptImmediate => {
                    let container = get!(i.b());
                    let index = Value::small_int_unchecked(i.c_signed() as i64);
                    match operations::subscript_fast(cx, container, index) {
                        Some(value) => set!(i.a(), value),
                        None => {
                            save!();
                            called!(calls::load_subscript(cx, frame, container, index, i.a()), i.a());
                        }
                    }
                }
                Operation::StoreSubscript => {
                    let container = get!(i.a());
                    let index = get!(i.b());
                    let value = get!(i.c());
                    if !operations::store_subscript_fast(cx, container, index, value) {
                        save!();
                        check!(cx.set_item(container, index, value));
                    }
                }
                Operation::DeleteSubscript => {
                    save!();
                    check!(cx.delete_item(get!(i.a()), get!(i.b())));
                }
                Operation::LoadSlice => {
                    save!();
                    let value = check!(cx.get_slice(get!(i.b()), get!(i.c()), get!(i.c() + 1)));
                    set!(i.a(), value);
                }
                Operation::StoreSlice => {
                    save!();
                    check!(cx.set_slice(get!(i.a()), get!(i.b()), get!(i.b() + 1), get!(i.c())));
                }

                Operation::Add => binary!(i, arithmetic::add, BinaryOperator::Add),
                Operation::Subtract => binary!(i, arithmetic::subtract, BinaryOperator::Subtract),
                Operation::Multiply => binary!(i, arithmetic::multiply, BinaryOperator::Multiply),
                Operation::TrueDivide => binary!(i, arithmetic::true_divide, BinaryOperator::TrueDivide),
                Operation::FloorDivide => binary!(i, arithmetic::floor_divide, BinaryOperator::FloorDivide),
                Operation::Modulo => binary!(i, arithmetic::modulo, BinaryOperator::Modulo),
                Operation::Power => slow_binary!(i, binary_operation, BinaryOperator::Power),
                Operation::LeftShift => binary!(i, arithmetic::left_shift, BinaryOperator::LeftShift),
                Operation::RightShift => binary!(i, arithmetic::right_shift, BinaryOperator::RightShift),
                Operation::BitAnd => binary!(i, arithmetic::bit_and, BinaryOperator::And),
                Operation::BitOr => binary!(i, arithmetic::bit_or, BinaryOperator::Or),
                Operation::BitXor => binary!(i, arithmetic::bit_xor, BinaryOperator::Xor),
                Operation::MatrixMultiply => {
                    slow_binary!(i, binary_operation, BinaryOperator::MatrixMultiply)
                }
                Operation::InPlaceAdd => {
                    let left = get!(i.b());
                    let right = get!(i.c());
                    match arithmetic::add(left, right) {
                        Some(value) => set!(i.a(), value),
                        None => {
                            save!();
                            set!(i.a(), check!(operations::in_place_add(cx, left, right)));
                        }
                    }
                }
                Operation::InPlaceSubtract => in_place!(i, arithmetic::subtract, BinaryOperator::Subtract),
                Operation::InPlaceMultiply => in_place!(i, arithmetic::multiply, BinaryOperator::Multiply),
                Operation::InPlaceTrueDivide => {
                    in_place!(i, arithmetic::true_divide, BinaryOperator::TrueDivide)
                }
                Operation::InPlaceFloorDivide => {
                    in_place!(i, arithmetic::floor_divide, BinaryOperator::FloorDivide)
                }
                Operation::InPlaceModulo => in_place!(i, arithmetic::modulo, BinaryOperator::Modulo),
                Operation::InPlacePower => slow_binary!(i, in_place_operation, BinaryOperator::Power),
                Operation::InPlaceLeftShift => {
                    in_place!(i, arithmetic::left_shift, BinaryOperator::LeftShift)
                }
                Operation::InPlaceRightShift => {
                    in_place!(i, arithmetic::right_shift, BinaryOperator::RightShift)
                }
                Operation::InPlaceBitAnd => in_place!(i, arithmetic::bit_and, BinaryOperator::And),
                Operation::InPlaceBitOr => in_place!(i, arithmetic::bit_or, BinaryOperator::Or),
                Operation::InPlaceBitXor => in_place!(i, arithmetic::bit_xor, BinaryOperator::Xor),
                Operation::InPlaceMatrixMultiply => {
                    slow_binary!(i, in_place_operation, BinaryOperator::MatrixMultiply)
                }
                Operation::AddImmediate => {
                    immediate!(i, arithmetic::add, binary_operation, BinaryOperator::Add)
                }
                Operation::SubtractImmediate => {
                    immediate!(i, arithmetic::subtract, binary_operation, BinaryOperator::Subtract)
                }
                Operation::InPlaceAddImmediate => {
                    immediate!(i, arithmetic::add, in_place_operation, BinaryOperator::Add)
                }
                Operation::InPlaceSubtractImmediate => {
                    immediate!(i, arithmetic::subtract, in_place_operation, BinaryOperator::Subtract)
                }
                Operation::MultiplyImmediate => {
                    immediate!(i, arithmetic::multiply, binary_operation, BinaryOperator::Multiply)
                }
                Operation::FloorDivideImmediate => {
                    immediate!(i, arithmetic::floor_divide, binary_operation, BinaryOperator::FloorDivide)
                }
                Operation::ModuloImmediate => {
                    immediate!(i, arithmetic::modulo, binary_operation, BinaryOperator::Modulo)
                }
                Operation::BitAndImmediate => {
                    immediate!(i, arithmetic::bit_and, binary_operation, BinaryOperator::And)
                }
                Operation::LeftShiftImmediate => {
                    immediate!(i, arithmetic::left_shift, binary_operation, BinaryOperator::LeftShift)
                }
                Operation::RightShiftImmediate => {
                    immediate!(i, arithmetic::right_shift, binary_operation, BinaryOperator::RightShift)
                }
                Operation::Negative => {
                    save!();
                    set!(i.a(), check!(cx.negative(get!(i.b()))));
                }
                Operation::Positive => {
                    save!();
                    set!(i.a(), check!(cx.positive(get!(i.b()))));
                }
                Operation::Invert => {
                    save!();
                    set!(i.a(), check!(cx.invert(get!(i.b()))));
                }
                Operation::Not => {
                    save!();
                    let truth = check!(cx.is_true(get!(i.b())));
                    set!(i.a(), Value::from_bool(!truth));
                }

                Operation::Less => compare!(i, arithmetic::less, CompareOperator::Less),
                Operation::LessEqual => compare!(i, arithmetic::less_equal, CompareOperator::LessEqual),
                Operation::Equal => compare!(i, arithmetic::equal, CompareOperator::Equal),
                Operation::NotEqual => compare!(i, arithmetic::not_equal, CompareOperator::NotEqual),
                Operation::Greater => compare!(i, arithmetic::greater, CompareOperator::Greater),
                Operation::GreaterEqual => {
                    compare!(i, arithmetic::greater_equal, CompareOperator::GreaterEqual)
                }
                Operation::Is => set!(i.a(), Value::from_bool(word!(i.b()) == word!(i.c()))),
                Operation::IsNot => set!(i.a(), Value::from_bool(word!(i.b()) != word!(i.c()))),
                Operation::Contains => {
                    save!();
                    let truth = check!(cx.contains(get!(i.c()), get!(i.b())));
                    set!(i.a(), Value::from_bool(truth));
                }
                Operation::NotContains => {
                    save!();
                    let truth = check!(cx.contains(get!(i.c()), get!(i.b())));
                    set!(i.a(), Value::from_bool(!truth));
                }

                Operation::Jump => jump!(i.wide_jump()),
                Operation::JumpIfTrue => {
                    let value = get!(i.a());
                    let truth = match operations::truth_fast(value) {
                        Some(truth) => truth,
                        None => {
                            save!();
                            check!(cx.is_true(value))
                        }
                    };
                    if truth {
                        jump!(i.wide_jump());
                    }
                }
                Operation::JumpIfFalse => {
                    let value = get!(i.a());
                    let truth = match operations::truth_fast(value) {
                        Some(truth) => truth,
                        None => {
                            save!();
                            check!(cx.is_true(value))
                        }
                    };
                    if !truth {
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
                Operation::JumpIfLess => jump_registers!(i, arithmetic::less, CompareOperator::Less, true),
                Operation::JumpIfLessEqual => {
                    jump_registers!(i, arithmetic::less_equal, CompareOperator::LessEqual, true)
                }
                Operation::JumpIfEqual => jump_registers!(i, arithmetic::equal, CompareOperator::Equal, true),
                Operation::JumpIfNotEqual => {
                    jump_registers!(i, arithmetic::not_equal, CompareOperator::NotEqual, true)
                }
                Operation::JumpIfGreater => {
                    jump_registers!(i, arithmetic::greater, CompareOperator::Greater, true)
                }
                Operation::JumpIfGreaterEqual => {
                    jump_registers!(i, arithmetic::greater_equal, CompareOperator::GreaterEqual, true)
                }
                Operation::JumpIfNotLess => {
                    jump_registers!(i, arithmetic::less, CompareOperator::Less, false)
                }
                Operation::JumpIfNotLessEqual => {
                    jump_registers!(i, arithmetic::less_equal, CompareOperator::LessEqual, false)
                }
                Operation::JumpIfNotEqualTo => {
                    jump_registers!(i, arithmetic::equal, CompareOperator::Equal, false)
                }
                Operation::JumpIfNotUnequal => {
                    jump_registers!(i, arithmetic::not_equal, CompareOperator::NotEqual, false)
                }
                Operation::JumpIfNotGreater => {
                    jump_registers!(i, arithmetic::greater, CompareOperator::Greater, false)
                }
                Operation::JumpIfNotGreaterEqual => {
                    jump_registers!(i, arithmetic::greater_equal, CompareOperator::GreaterEqual, false)
                }
                Operation::JumpIfLessImmediate => {
                    jump_immediate!(i, arithmetic::less, CompareOperator::Less, true)
                }
                Operation::JumpIfLessEqualImmediate => {
                    jump_immediate!(i, arithmetic::less_equal, CompareOperator::LessEqual, true)
                }
                Operation::JumpIfEqualImmediate => {
                    jump_immediate!(i, arithmetic::equal, CompareOperator::Equal, true)
                }
                Operation::JumpIfNotEqualImmediate => {
                    jump_immediate!(i, arithmetic::not_equal, CompareOperator::NotEqual, true)
                }
                Operation::JumpIfGreaterImmediate => {
                    jump_immediate!(i, arithmetic::greater, CompareOperator::Greater, true)
                }
                Operation::JumpIfGreaterEqualImmediate => {
                    jump_immediate!(i, arithmetic::greater_equal, CompareOperator::GreaterEqual, true)
                }
                Operation::JumpIfNotLessImmediate => {
                    jump_immediate!(i, arithmetic::less, CompareOperator::Less, false)
                }
                Operation::JumpIfNotLessEqualImmediate => {
                    jump_immediate!(i, arithmetic::less_equal, CompareOperator::LessEqual, false)
                }
                Operation::JumpIfNotEqualToImmediate => {
                    jump_immediate!(i, arithmetic::equal, CompareOperator::Equal, false)
                }
                Operation::JumpIfNotUnequalImmediate => {
                    jump_immediate!(i, arithmetic::not_equal, CompareOperator::NotEqual, false)
                }
                Operation::JumpIfNotGreaterImmediate => {
                    jump_immediate!(i, arithmetic::greater, CompareOperator::Greater, false)
                }
                Operation::JumpIfNotGreaterEqualImmediate => {
                    jump_immediate!(i, arithmetic::greater_equal, CompareOperator::GreaterEqual, false)
                }

                Operation::GetIterator => {
                    save!();
                    let state = check!(operations::loop_state(cx, get!(i.b())));
                    set_word!(i.a(), state[0]);
                    set_word!(i.a() + 1, state[1]);
                    set_word!(i.a() + 2, state[2]);
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
                        } else {
                            set_word!(i.b(), 0);
                            set_word!(i.b() + 1, 0);
                            set_word!(i.b() + 2, 0);
                            jump!(i.c_signed());
                        }
                    } else {
                        let iterated = get!(i.b());
                        let position = word!(i.b() + 1);
                        let next = if position & 1 != 0 {
                            // An exact list or tuple and the index of its next item.
                            let index = (position >> 1) as usize;
                            let item = if let Some(list) = List::from_value(iterated) {
                                list.get(index)
                            } else {
                                Tuple::from_value(iterated).and_then(|tuple| tuple.get(index))
                            };
                            set_word!(i.b() + 1, position + 2);
                            item
                        } else if iterated.is_kind(Kind::Generator) {
                            save!();
                            if check!(generator::resume_for_loop(cx, iterated, i.a())) {
                                reload!();
                                continue 'running;
                            }
                            None
                        } else {
                            save!();
                            check!(operations::next_item(cx, iterated))
                        };
                        match next {
                            Some(value) => set!(i.a(), value),
                            None => {
                                set_word!(i.b(), 0);
                                set_word!(i.b() + 1, 0);
                                set_word!(i.b() + 2, 0);
                                jump!(i.c_signed());
                            }
                        }
                    }
                }
                Operation::GetIteratorObject => {
                    save!();
                    set!(i.a(), check!(cx.iterator_object(get!(i.b()))));
                }
                Operation::GetAsyncIterator => {
                    save!();
                    set!(i.a(), check!(operations::get_async_iterator(cx, get!(i.b()))));
                }
                Operation::GetAsyncNext => {
                    save!();
                    set!(i.a(), check!(operations::get_async_next(cx, get!(i.b()))));
                }

                Operation::Call => {
                    let callee = get!(i.b());
                    save!();
                    if let Some(function) = Function::from_value(callee) {
                        // SAFETY: the window lies within the frame's registers.
                        let window = unsafe { base.add(i.b() as usize + 1) };
                        called!(
                            calls::call_python(cx, function, window, i.c() as usize, None, i.a(), 0),
                            i.a()
                        );
                    } else {
                        // SAFETY: as above.
                        let window = unsafe { base.add(i.b() as usize) };
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
                    if let Some(function) = Function::from_value(callee) {
                        // SAFETY: as above.
                        let arguments = unsafe { window.add(1) };
                        called!(calls::call_python(cx, function, arguments, count, None, i.a(), 0), i.a());
                    } else if with_receiver && calls::is_native_method(callee) {
                        // SAFETY: as above.
                        let arguments = unsafe { window.add(1) };
                        set!(i.a(), check!(calls::call_native_method(cx, callee, arguments, count)));
                    } else {
                        called!(calls::call_window(cx, frame, callee, window, count, None, i.a()), i.a());
                    }
                }
                Operation::CallKeyword | Operation::CallMethodKeyword => {
                    let names_index = extra!().bc() as usize;
                    let callee = get!(i.b());
                    // SAFETY: verified: the constant is a tuple of names.
                    let names =
                        Value::from_word(unsafe { *constants.add(names_index) }).and_then(Tuple::from_value);
                    skip_extra!();
                    save!();
                    let mut skip = 0;
                    let mut count = i.c() as usize;
                    if operation == Operation::CallMethodKeyword {
                        if word!(i.b() + 1) != 0 {
                            count += 1;
                        } else {
                            skip = 1;
                        }
                    }
                    // SAFETY: the window lies within the frame's registers.
                    let window = unsafe { base.add(i.b() as usize + skip) };
                    if let Some(function) = Function::from_value(callee) {
                        // SAFETY: as above.
                        let arguments = unsafe { window.add(1) };
                        called!(calls::call_python(cx, function, arguments, count, names, i.a(), 0), i.a());
                    } else {
                        called!(calls::call_window(cx, frame, callee, window, count, names, i.a()), i.a());
                    }
                }
                Operation::CallSpread => {
                    save!();
                    let keywords = Value::from_word(word!(i.b() + 2));
                    let result = check!(calls::call_spread(cx, get!(i.b()), get!(i.b() + 1), keywords));
                    set!(i.a(), result);
                }
                Operation::Return | Operation::ReturnNone => {
                    let value = if operation == Operation::Return { get!(i.a()) } else { Value::NONE };
                    save!();
                    match check!(calls::leave_frame(cx, frame, value)) {
                        calls::Left::Entry(exit) => return Ok(exit),
                        calls::Left::Caller(result) => {
                            let destination = frame.destination.get();
                            let flags = frame.flags.get();
                            reload!();
                            match result {
                                Some(result) => {
                                    if flags & frame_flags::SEND != 0 {
                                        set!(destination, result);
                                        let distance = calls::previous_instruction(pc).c_signed();
                                        jump!(distance);
                                    } else if flags & frame_flags::DISCARD == 0 {
                                        set!(destination, result);
                                    }
                                }
                                None => {
                                    // A generator that a loop iterated over is finished.
                                    let loop_instruction = calls::previous_instruction(pc);
                                    let state = loop_instruction.b();
                                    set_word!(state, 0);
                                    set_word!(state + 1, 0);
                                    set_word!(state + 2, 0);
                                    jump!(loop_instruction.c_signed());
                                }
                            }
                        }
                    }
                }
                Operation::MakeFunction => {
                    save!();
                    // SAFETY: verified: the constant and the registers exist.
                    let (code, parts) =
                        unsafe { (*constants.add(i.b() as usize), base.add(i.a() as usize + 1)) };
                    let part = |index: u16| {
                        if i.c() & (1 << index) != 0 {
                            // SAFETY: as above.
                            Value::from_word(unsafe { *parts.add(index as usize) })
                        } else {
                            None
                        }
                    };
                    let function = check!(operations::make_function(
                        cx,
                        frame,
                        code,
                        [part(0), part(1), part(2), part(3)]
                    ));
                    set!(i.a(), function);
                }
                Operation::LoadBuildClass => {
                    save!();
                    set!(i.a(), check!(operations::load_build_class(cx, frame)));
                }

                Operation::BuildTuple => {
                    save!();
                    let tuple = check!(cx.tuple(calls::registers(base, i.b(), i.c())));
                    set!(i.a(), tuple);
                }
                Operation::BuildList => {
                    save!();
                    let list = check!(cx.list(calls::registers(base, i.b(), i.c())));
                    set!(i.a(), list);
                }
                Operation::BuildSet => {
                    save!();
                    let set = check!(operations::build_set(cx, calls::registers(base, i.b(), i.c())));
                    set!(i.a(), set);
                }
                Operation::BuildDict => {
                    save!();
                    let dict = check!(operations::build_dict(cx, calls::registers(base, i.b(), 2 * i.c())));
                    set!(i.a(), dict);
                }
                Operation::BuildString => {
                    save!();
                    let text = check!(operations::build_string(cx, calls::registers(base, i.b(), i.c())));
                    set!(i.a(), text);
                }
                Operation::BuildSlice => {
                    save!();
                    let step = if i.c() == 3 { get!(i.b() + 2) } else { Value::NONE };
                    let slice = check!(cx.slice(get!(i.b()), get!(i.b() + 1), step));
                    set!(i.a(), slice);
                }
                Operation::ListAppend => {
                    save!();
                    if let Some(list) = List::from_value(get!(i.a())) {
                        check!(list.push(cx, get!(i.b())));
                    }
                }
                Operation::ListExtend => {
                    save!();
                    check!(operations::list_extend(cx, get!(i.a()), get!(i.b())));
                }
                Operation::ListToTuple => {
                    save!();
                    set!(i.a(), check!(operations::list_to_tuple(cx, get!(i.b()))));
                }
                Operation::SetAdd => {
                    save!();
                    check!(operations::set_add(cx, get!(i.a()), get!(i.b())));
                }
                Operation::SetUpdate => {
                    save!();
                    check!(operations::set_update(cx, get!(i.a()), get!(i.b())));
                }
                Operation::DictInsert => {
                    save!();
                    if let Some(dict) = Dict::from_value(get!(i.a())) {
                        check!(dict.set(cx, get!(i.b()), get!(i.c())));
                    }
                }
                Operation::DictUpdate => {
                    save!();
                    check!(operations::dict_update(cx, get!(i.a()), get!(i.b())));
                }
                Operation::DictMerge => {
                    save!();
                    check!(operations::dict_merge(cx, get!(i.a()), get!(i.b()), get!(i.c())));
                }
                Operation::UnpackSequence => {
                    let source = get!(i.b());
                    save!();
                    // SAFETY: verified: the registers exist.
                    let target = unsafe { base.add(i.a() as usize) };
                    check!(operations::unpack_sequence(cx, source, target, i.c() as usize));
                }
                Operation::UnpackExtended => {
                    let source = get!(i.b());
                    let after = extra!().a() as usize;
                    skip_extra!();
                    save!();
                    // SAFETY: verified: the registers exist.
                    let target = unsafe { base.add(i.a() as usize) };
                    check!(operations::unpack_extended(cx, source, target, i.c() as usize, after));
                }

                Operation::FormatValue => {
                    save!();
                    let text = check!(operations::format_value(cx, get!(i.b()), None, i.c()));
                    set!(i.a(), text);
                }
                Operation::FormatWithSpecification => {
                    save!();
                    let specification = Some(get!(i.b() + 1));
                    let text = check!(operations::format_value(cx, get!(i.b()), specification, i.c()));
                    set!(i.a(), text);
                }
                Operation::BuildInterpolation => {
                    save!();
                    let specification = Value::from_word(word!(i.b() + 2));
                    let made = check!(operations::build_interpolation(
                        cx,
                        get!(i.b()),
                        get!(i.b() + 1),
                        i.c(),
                        specification
                    ));
                    set!(i.a(), made);
                }
                Operation::BuildTemplate => {
                    save!();
                    set!(i.a(), check!(operations::build_template(cx, get!(i.b()), get!(i.c()))));
                }

                Operation::ImportName => {
                    save!();
                    let name = operations::name(cx, frame, i.c() as u32);
                    let module =
                        check!(operations::import_name(cx, frame, name, get!(i.b()), get!(i.b() + 1)));
                    set!(i.a(), module);
                }
                Operation::ImportFrom => {
                    save!();
                    let name = operations::name(cx, frame, i.c() as u32);
                    set!(i.a(), check!(operations::import_from(cx, get!(i.b()), name)));
                }
                Operation::ImportStar => {
                    save!();
                    check!(operations::import_star(cx, frame, get!(i.a())));
                }

                Operation::Raise => {
                    save!();
                    break 'running operations::raise(cx, get!(i.a()));
                }
                Operation::RaiseFrom => {
                    save!();
                    break 'running operations::raise_from(cx, get!(i.a()), get!(i.b()));
                }
                Operation::RaiseCurrent => {
                    save!();
                    break 'running operations::raise_current(cx);
                }
                Operation::Reraise => {
                    save!();
                    break 'running cx.raise_value(get!(i.a()));
                }
                Operation::PushHandled => {
                    let previous = cx.thread_root(ThreadRoot::Handled).unwrap_or(Value::NONE);
                    let handled = get!(i.b());
                    cx.set_thread_root(ThreadRoot::Handled, Some(handled).filter(|value| !value.is_none()));
                    set!(i.a(), previous);
                }
                Operation::PopHandled => {
                    let previous = get!(i.a());
                    cx.set_thread_root(ThreadRoot::Handled, Some(previous).filter(|value| !value.is_none()));
                }
                Operation::MatchException => {
                    save!();
                    let matches = check!(cx.exception_matches(get!(i.b()), get!(i.c())));
                    set!(i.a(), Value::from_bool(matches));
                }
                Operation::MatchExceptionGroup => {
                    save!();
                    let (matched, rest) =
                        check!(operations::match_exception_group(cx, get!(i.b()), get!(i.c())));
                    set!(i.a(), matched);
                    set!(i.a() + 1, rest);
                }
                Operation::CombineExceptionGroup => {
                    save!();
                    let combined = check!(operations::combine_exception_group(cx, get!(i.b()), get!(i.c())));
                    set!(i.a(), combined);
                }
                Operation::LoadSpecial => {
                    save!();
                    let pair = check!(operations::load_special(cx, get!(i.b()), i.c()));
                    set!(i.a(), pair.callable);
                    set_word!(i.a() + 1, Value::word_or_empty(pair.receiver));
                }
                Operation::CallExit => {
                    save!();
                    let receiver = Value::from_word(word!(i.b() + 1));
                    let result = check!(operations::call_exit(cx, get!(i.b()), receiver, get!(i.c())));
                    set!(i.a(), result);
                }

                Operation::Yield | Operation::YieldAsyncValue | Operation::YieldDelegate => {
                    save!();
                    let mut value = get!(i.b());
                    if operation == Operation::YieldAsyncValue {
                        value = check!(generator::wrap_async_value(cx, value));
                    }
                    let flags = frame.flags.get();
                    let destination = frame.destination.get();
                    generator::suspend(cx, frame);
                    if flags & frame_flags::ENTRY != 0 {
                        return Ok(Exit::Yield(value));
                    }
                    reload!();
                    set!(destination, value);
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

                Operation::MatchSequence => {
                    set!(i.a(), Value::from_bool(operations::match_sequence(cx, get!(i.b()))));
                }
                Operation::MatchMapping => {
                    set!(i.a(), Value::from_bool(operations::match_mapping(cx, get!(i.b()))));
                }
                Operation::MatchKeys => {
                    save!();
                    set!(i.a(), check!(operations::match_keys(cx, get!(i.b()), get!(i.c()))));
                }
                Operation::MatchClass => {
                    save!();
                    let matched = check!(operations::match_class(
                        cx,
                        get!(i.b()),
                        get!(i.b() + 1),
                        get!(i.b() + 2),
                        i.c() as usize
                    ));
                    set!(i.a(), matched);
                }
                Operation::DictWithoutKeys => {
                    save!();
                    set!(i.a(), check!(operations::dict_without_keys(cx, get!(i.b()), get!(i.c()))));
                }
                Operation::GetLength => {
                    save!();
                    let length = check!(cx.length(get!(i.b())));
                    set!(i.a(), Value::int_from_length(length));
                }
                Operation::CallIntrinsic => {
                    save!();
                    let arguments = calls::registers(base, i.b(), operations::intrinsic_arguments(i.c()));
                    let result = check!(operations::call_intrinsic(cx, i.c(), arguments));
                    set!(i.a(), result);
                }
            }
        };
        raising = true;
    }
}
