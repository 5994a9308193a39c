//! That no instruction reads a register which may be empty, or which a callee's frame has overwritten, where it needs a value.
//!
//! Invariant: in code that passes, an interpreter may take a register's word for a value without a test, but for the operands
//! named in [`takes_empty`].
//! Source: forward dataflow, the mirror of [`crate::liveness`]; the definite assignment of the Java language specification,
//! chapter 16.

use alloc::vec;
use alloc::vec::Vec;

use super::Problem;
use crate::code::{Code, code_flags};
use crate::control_flow::{
    CodeView, for_each_read, for_each_write, for_each_write_on_jump, is_window, successors,
};
use crate::instruction::Instruction;
use crate::liveness::{RegisterSet, block_starts};
use crate::operation::{Operation, RegisterRange};

/// Whether the operation gives a meaning to an empty register here.
pub fn takes_empty(operation: Operation, instruction: Instruction, register: u32) -> bool {
    let (a, b) = (instruction.a() as u32, instruction.b() as u32);
    match operation {
        Operation::Move => true,
        Operation::MakeCell | Operation::DeleteLocal | Operation::CheckBound => register == a,
        // The second half of a method pair, and the second and third register of a loop's state.
        Operation::CallMethod | Operation::CallMethodKeyword | Operation::CallExit => register == b + 1,
        Operation::ForIterate => register == b + 1 || register == b + 2,
        Operation::CallSpread | Operation::BuildInterpolation => register == b + 2,
        _ => false,
    }
}

fn one(register: u16) -> RegisterRange {
    RegisterRange { first: register as u32, count: 1 }
}

/// What of the destination may be empty afterwards.
fn may_write_empty(
    operation: Operation,
    instruction: Instruction,
    before: &RegisterSet,
) -> Option<RegisterRange> {
    let a = instruction.a() as u32;
    match operation {
        Operation::Clear | Operation::DeleteLocal => Some(one(instruction.a())),
        Operation::Move => before.contains(instruction.b()).then_some(one(instruction.a())),
        Operation::LoadMethod | Operation::LoadSuperMethod | Operation::LoadSpecial => {
            Some(RegisterRange { first: a + 1, count: 1 })
        }
        Operation::GetIterator => Some(RegisterRange { first: a + 1, count: 2 }),
        _ => None,
    }
}

/// Registers that hold a callee's leavings after a call, raised or not.
fn overwritten(operation: Operation, instruction: Instruction) -> Option<RegisterRange> {
    is_window(operation)
        .then_some(RegisterRange { first: instruction.b() as u32 + 1, count: u16::MAX as u32 + 1 })
}

struct Analysis<'a> {
    view: CodeView<'a>,
    starts: Vec<u32>,
    /// Per block, the registers that may be empty at its start, or nothing while it has not been reached.
    at_start: Vec<Option<RegisterSet>>,
    pending: Vec<usize>,
    is_pending: Vec<bool>,
}

impl Analysis<'_> {
    fn flow_to(&mut self, index: usize, state: &RegisterSet) {
        let Ok(block) = self.starts.binary_search_by(|&start| (start as usize).cmp(&index)) else { return };
        let Some(place) = self.at_start.get_mut(block) else { return };
        let has_changed = match place {
            None => {
                *place = Some(state.clone());
                true
            }
            Some(known) => known.union_words(state.words()),
        };
        if has_changed
            && let Some(is_pending) = self.is_pending.get_mut(block)
            && !core::mem::replace(is_pending, true)
        {
            self.pending.push(block);
        }
    }

    /// Follows one block; with `check`, refuses reads of what may be empty.
    fn walk(&mut self, block: usize, check: bool) -> Result<(), (usize, Problem)> {
        let Some(Some(mut state)) = self.at_start.get(block).cloned() else { return Ok(()) };
        let start = self.starts.get(block).map_or(0, |&start| start as usize);
        let end = self.starts.get(block + 1).map_or(self.view.instructions.len(), |&end| end as usize);
        let handler = self.view.handler(start).copied();
        let mut index = start;
        while index < end {
            let Some((operation, instruction, extra)) = self.view.instruction(index) else { return Ok(()) };
            if check {
                let mut failure = None;
                for_each_read(operation, instruction, extra, |range| {
                    let registers = range.first..range.first.saturating_add(range.count);
                    failure = failure.or(registers.into_iter().find(|&register| {
                        u16::try_from(register).is_ok_and(|number| state.contains(number))
                            && !takes_empty(operation, instruction, register)
                    }));
                });
                if let Some(register) = failure {
                    return Err((index, Problem::MayBeEmpty(register)));
                }
            }
            if let Some(entry) = handler
                && !check
            {
                let mut raised = state.clone();
                if let Some(range) = overwritten(operation, instruction) {
                    raised.insert_range(range);
                }
                raised.remove_range(one(entry.register));
                self.flow_to(entry.handler as usize, &raised);
            }
            let to = successors(operation, instruction, index);
            let empty = may_write_empty(operation, instruction, &state);
            if let Some(range) = overwritten(operation, instruction) {
                state.insert_range(range);
            }
            if let Some(target) = to.jump.and_then(|target| usize::try_from(target).ok())
                && !check
            {
                let mut taken = state.clone();
                match operation {
                    Operation::ForIterate => for_each_write_on_jump(operation, instruction, extra, |range| {
                        taken.insert_range(range);
                    }),
                    _ => for_each_write(operation, instruction, extra, |range| taken.remove_range(range)),
                }
                self.flow_to(target, &taken);
            }
            for_each_write(operation, instruction, extra, |range| state.remove_range(range));
            if operation == Operation::CheckBound {
                state.remove_range(one(instruction.a()));
            }
            if let Some(range) = empty {
                state.insert_range(range);
            }
            match to.next {
                None => return Ok(()),
                Some(next) => index = next,
            }
        }
        if !check {
            self.flow_to(end, &state);
        }
        Ok(())
    }
}

/// The size of the analysis, in words, above which it is not made and the code is refused.
const LARGEST_ANALYSIS: usize = 1 << 23;

/// Checks a block whose operands and jumps have passed.
pub(super) fn verify_definite(code: &Code) -> Result<(), (usize, Problem)> {
    let view = CodeView::from(code);
    let starts = block_starts(view);
    if starts.len().saturating_mul(code.register_count as usize / 64 + 1) > LARGEST_ANALYSIS {
        return Err((0, Problem::TooLarge));
    }
    let mut entry = RegisterSet::new(code.register_count);
    entry.insert_range(RegisterRange { first: 0, count: code.register_count as u32 });
    let flag = |bit: u32| (code.flags & bit != 0) as u32;
    let parameters = code.argument_count as u32
        + code.keyword_only_count as u32
        + flag(code_flags::VARIABLE_ARGUMENTS)
        + flag(code_flags::VARIABLE_KEYWORDS);
    entry.remove_range(RegisterRange { first: 0, count: parameters });
    let count = starts.len();
    let mut analysis = Analysis {
        view,
        starts,
        at_start: vec![None; count],
        pending: Vec::new(),
        is_pending: vec![false; count],
    };
    analysis.flow_to(0, &entry);
    while let Some(block) = analysis.pending.pop() {
        if let Some(is_pending) = analysis.is_pending.get_mut(block) {
            *is_pending = false;
        }
        analysis.walk(block, false)?;
    }
    (0..count).try_for_each(|block| analysis.walk(block, true))
}
