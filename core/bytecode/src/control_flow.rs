//! What one instruction reads, writes and where control goes after it, worked out from the operand table alone.
//!
//! Invariant: the answers are exact or err on the side of "reads more, kills less, goes to more places", so an analysis
//! built on them is safe. They never index out of the given instructions; targets out of range are reported as they are,
//! for the verifier to refuse.
//! Source: the rules at the head of [`crate::operation`].

use crate::code::{Code, ExceptionTableEntry};
use crate::instruction::Instruction;
use crate::operation::{OperandMode, Operation, RegisterRange};

/// The parts of a code block that control flow depends on; an engine makes one over its own code objects.
#[derive(Copy, Clone, Debug)]
pub struct CodeView<'a> {
    /// Registers in a frame.
    pub register_count: u16,
    /// The instructions as the compiler made them (not specialised in place).
    pub instructions: &'a [Instruction],
    /// Where exceptions go; rows are searched in order.
    pub exception_table: &'a [ExceptionTableEntry],
}

impl<'a> From<&'a Code> for CodeView<'a> {
    fn from(code: &'a Code) -> Self {
        CodeView {
            register_count: code.register_count,
            instructions: &code.instructions,
            exception_table: &code.exception_table,
        }
    }
}

impl CodeView<'_> {
    /// The instruction at `index`, with the `Extra` word it takes (zero where there is none).
    pub fn instruction(&self, index: usize) -> Option<(Operation, Instruction, Instruction)> {
        let instruction = *self.instructions.get(index)?;
        let operation = instruction.operation()?;
        let nothing = Instruction::new(Operation::Extra, 0, 0, 0);
        let extra = match operation.has_extra() {
            true => self.instructions.get(index.checked_add(1)?).copied().unwrap_or(nothing),
            false => nothing,
        };
        Some((operation, instruction, extra))
    }

    /// The exception table's row for an exception raised at `index`.
    pub fn handler(&self, index: usize) -> Option<&ExceptionTableEntry> {
        self.exception_table
            .iter()
            .find(|entry| (entry.start as usize) <= index && index < entry.end as usize)
    }
}

/// Where control goes after an instruction that does not raise.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Successors {
    /// The instruction after this one (past its `Extra` word), if control can go there.
    pub next: Option<usize>,
    /// The target of a jump; negative or past the end when the instruction is malformed.
    pub jump: Option<i64>,
}

/// How many words an operation takes.
pub const fn word_count(operation: Operation) -> usize {
    if operation.has_extra() { 2 } else { 1 }
}

/// The target of the instruction's jump operand, if it has one.
pub fn jump_target(operation: Operation, instruction: Instruction, index: usize) -> Option<i64> {
    let base = index as i64 + word_count(operation) as i64;
    let [_, b, c] = operation.operands();
    if b == OperandMode::WideJump {
        return Some(base + instruction.wide_jump() as i64);
    }
    (c == OperandMode::Jump).then(|| base + instruction.c_signed() as i64)
}

/// Whether control never goes on to the next instruction.
pub const fn ends_block(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::Jump
            | Operation::Return
            | Operation::ReturnNone
            | Operation::Raise
            | Operation::RaiseFrom
            | Operation::RaiseCurrent
            | Operation::Reraise
    )
}

/// Whether the operation starts its callee's frame inside this frame's registers, from `R[b + 1]` on, so that nothing
/// there outlives the operation.
pub const fn is_window(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::Call
            | Operation::CallMethod
            | Operation::CallKeyword
            | Operation::CallMethodKeyword
            | Operation::CallSpread
            | Operation::CallExit
    )
}

/// Where control goes after the instruction at `index`.
pub fn successors(operation: Operation, instruction: Instruction, index: usize) -> Successors {
    let next = index + word_count(operation);
    Successors {
        next: (!ends_block(operation)).then_some(next),
        jump: match operation {
            // The jump back to `Send` that follows is skipped when the delegate finishes under `throw`.
            Operation::YieldDelegate => Some(index as i64 + 2),
            _ => jump_target(operation, instruction, index),
        },
    }
}

/// Calls `visit` with each run of registers that the instruction reads.
pub fn for_each_read(
    operation: Operation,
    instruction: Instruction,
    extra: Instruction,
    mut visit: impl FnMut(RegisterRange),
) {
    let words = [instruction.a(), instruction.b(), instruction.c()];
    for (mode, word) in operation.operands().into_iter().zip(words) {
        if matches!(mode, OperandMode::Read | OperandMode::ReadWrite) {
            visit(RegisterRange { first: word as u32, count: 1 });
        }
    }
    if operation == Operation::MakeFunction {
        // Only the registers whose bit is set; the range in the table is the whole span.
        for (bit, offset) in [(1, 1), (2, 2), (4, 3), (8, 4)] {
            if instruction.c() & bit != 0 {
                visit(RegisterRange { first: instruction.a() as u32 + offset, count: 1 });
            }
        }
        return;
    }
    let [a, b, c] = words;
    for range in operation.register_ranges(a, b, c, extra.a()).read {
        if range.count != 0 {
            visit(range);
        }
    }
}

/// Calls `visit` with each run of registers that the instruction has written when control goes to the next one.
pub fn for_each_write(
    operation: Operation,
    instruction: Instruction,
    extra: Instruction,
    mut visit: impl FnMut(RegisterRange),
) {
    let [a, b, c] = [instruction.a(), instruction.b(), instruction.c()];
    for (mode, word) in operation.operands().into_iter().zip([a, b, c]) {
        if matches!(mode, OperandMode::Write | OperandMode::ReadWrite) {
            visit(RegisterRange { first: word as u32, count: 1 });
        }
    }
    let written = operation.register_ranges(a, b, c, extra.a()).written;
    if written.count != 0 {
        visit(written);
    }
}

/// Calls `visit` with each run of registers that hold something new when the jump is taken.
pub fn for_each_write_on_jump(
    operation: Operation,
    instruction: Instruction,
    extra: Instruction,
    mut visit: impl FnMut(RegisterRange),
) {
    if operation == Operation::ForIterate {
        // An exhausted loop leaves its variable alone and clears its state.
        visit(RegisterRange { first: instruction.b() as u32, count: 3 });
    } else {
        for_each_write(operation, instruction, extra, visit);
    }
}
