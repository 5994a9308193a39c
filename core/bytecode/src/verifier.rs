//! Refuses code that an interpreter could not run safely.
//!
//! Invariant: in code that passes, every operand is in range, every path stays on instruction starts, and no register that
//! a call's callee may overwrite is read afterwards. An interpreter may then index registers, constants, names and
//! instructions without checks, and (see [`definite`]) take what it reads for values. Not checked: the types of values.
//! Source: the rules at the head of [`crate::operation`]; the idea is the JVM's class file verifier.

pub mod definite;

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use crate::code::{Code, Constant, code_flags};
use crate::control_flow::{
    CodeView, for_each_read, for_each_write, is_window, jump_target, successors, word_count,
};
use crate::instruction::Instruction;
use crate::liveness::Liveness;
use crate::operation::{CommonObject, Intrinsic, OperandMode, Operation};

/// Code nested deeper than this is refused: no source that the parser accepts nests functions so deep.
pub const DEEPEST_NESTING: usize = 200;

/// What is wrong with the code.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Problem {
    /// There are no instructions.
    Empty,
    /// The word names no operation.
    UnknownOperation,
    /// An unused operand is not zero.
    UnusedOperandSet,
    /// An `Extra` word where an instruction should start.
    StrayExtra,
    /// The `Extra` word that the operation takes is not there.
    MissingExtra,
    /// A register at or above `register_count`.
    Register(u32),
    /// A constant index out of range.
    Constant(u32),
    /// A constant of another kind than the operation needs.
    ConstantKind(u32),
    /// A name index out of range.
    Name(u32),
    /// A closure index out of range.
    Free(u32),
    /// A count, flag or selector without meaning.
    Number(u16),
    /// A jump to something that is not the start of an instruction.
    JumpTarget(i64),
    /// Control can run past the last instruction.
    FallsOffTheEnd,
    /// `YieldDelegate` without its `Send` before it and the jump back to that after it.
    MissingJumpAfterDelegate,
    /// A yield in a block that is not flagged as a generator or coroutine.
    YieldOutsideGenerator,
    /// A register that is read but may be empty, or hold what a callee left there.
    MayBeEmpty(u32),
    /// The code is too large to be analysed.
    TooLarge,
    /// A register inside or above the callee's frame is needed after the call.
    LiveInWindow(u16),
    /// An exception table row that is empty, out of range or not on instruction starts.
    ExceptionRange,
    /// An exception table row whose handler is not the start of an instruction.
    ExceptionHandler(u32),
    /// More parameters, locals or cells than registers.
    TooFewRegisters,
    /// More parameters than names of locals.
    TooFewLocalNames,
    /// More positional-only than positional parameters.
    TooManyPositionalOnly,
    /// The source positions do not cover the instructions.
    Locations,
    /// Code nested too deep.
    TooDeep,
    /// A constant that is an element of another constant and may not be one.
    ConstantNesting,
}

/// Where verification failed and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifyError {
    /// The qualified name of the code block.
    pub code: crate::Text,
    /// The instruction, or the exception table row for `Exception*` problems.
    pub index: usize,
    /// What is wrong.
    pub problem: Problem,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "invalid bytecode in {} at {}: ", self.code.to_str_lossy(), self.index)?;
        match self.problem {
            Problem::Empty => formatter.write_str("no instructions"),
            Problem::UnknownOperation => formatter.write_str("unknown operation"),
            Problem::UnusedOperandSet => formatter.write_str("unused operand is not zero"),
            Problem::StrayExtra => formatter.write_str("extra word without an instruction"),
            Problem::MissingExtra => formatter.write_str("extra word is missing"),
            Problem::Register(register) => write!(formatter, "register {register} out of range"),
            Problem::Constant(index) => write!(formatter, "constant {index} out of range"),
            Problem::ConstantKind(index) => write!(formatter, "constant {index} is of the wrong kind"),
            Problem::Name(index) => write!(formatter, "name {index} out of range"),
            Problem::Free(index) => write!(formatter, "free variable {index} out of range"),
            Problem::Number(number) => write!(formatter, "operand {number} has no meaning"),
            Problem::JumpTarget(target) => write!(formatter, "jump to {target}, which is no instruction"),
            Problem::FallsOffTheEnd => formatter.write_str("control runs past the end"),
            Problem::MissingJumpAfterDelegate => formatter.write_str("delegation without a jump after it"),
            Problem::YieldOutsideGenerator => formatter.write_str("yield outside of a generator"),
            Problem::MayBeEmpty(register) => write!(formatter, "register {register} may be empty"),
            Problem::TooLarge => formatter.write_str("too large to verify"),
            Problem::LiveInWindow(register) => {
                write!(formatter, "register {register} is needed after a call that overwrites it")
            }
            Problem::ExceptionRange => formatter.write_str("bad range in the exception table"),
            Problem::ExceptionHandler(handler) => write!(formatter, "bad exception handler {handler}"),
            Problem::TooFewRegisters => formatter.write_str("too few registers"),
            Problem::TooFewLocalNames => formatter.write_str("too few names of locals"),
            Problem::TooManyPositionalOnly => formatter.write_str("too many positional-only parameters"),
            Problem::Locations => formatter.write_str("source positions do not fit the instructions"),
            Problem::TooDeep => formatter.write_str("nested too deep"),
            Problem::ConstantNesting => formatter.write_str("a constant that no tuple may hold"),
        }
    }
}

impl core::error::Error for VerifyError {}

/// Checks a code block and all blocks nested in it.
pub fn verify(code: &Code) -> Result<(), VerifyError> {
    verify_at_depth(code, DEEPEST_NESTING)
}

fn verify_at_depth(code: &Code, depth: usize) -> Result<(), VerifyError> {
    verify_one(code).map_err(|(index, problem)| VerifyError {
        code: code.qualified_name.clone(),
        index,
        problem,
    })?;
    for (index, constant) in code.constants.iter().enumerate() {
        let fail = |problem| VerifyError { code: code.qualified_name.clone(), index, problem };
        match constant {
            Constant::Code(inner) => {
                let depth = depth.checked_sub(1).ok_or_else(|| fail(Problem::TooDeep))?;
                verify_at_depth(inner, depth)?;
            }
            constant => verify_constant(constant, DEEPEST_NESTING).map_err(fail)?,
        }
    }
    Ok(())
}

fn verify_constant(constant: &Constant, depth: usize) -> Result<(), Problem> {
    let items: &[Constant] = match constant {
        Constant::Tuple(items) | Constant::FrozenSet(items) => items,
        Constant::Slice(items) => &**items,
        Constant::Code(_) => return Err(Problem::ConstantNesting),
        _ => return Ok(()),
    };
    let depth = depth.checked_sub(1).ok_or(Problem::TooDeep)?;
    items.iter().try_for_each(|item| verify_constant(item, depth))
}

type Failure = (usize, Problem);

fn verify_one(code: &Code) -> Result<(), Failure> {
    let at_start = |problem| Err((0, problem));
    if code.instructions.is_empty() {
        return at_start(Problem::Empty);
    }
    verify_signature(code).map_err(|problem| (0, problem))?;
    let starts = instruction_starts(code)?;
    let covered = code.locations.runs().try_fold(0usize, |sum, (count, _)| sum.checked_add(count as usize));
    if covered != Some(code.instructions.len()) {
        return at_start(Problem::Locations);
    }
    let view = CodeView::from(code);
    for (index, _) in starts.iter().enumerate().filter(|&(_, &is_start)| is_start) {
        let Some((operation, instruction, extra)) = view.instruction(index) else {
            return Err((index, Problem::UnknownOperation));
        };
        verify_instruction(code, operation, instruction, extra)
            .and_then(|()| verify_flow(code, &starts, index, operation, instruction))
            .map_err(|problem| (index, problem))?;
    }
    let is_start = |index: u32| starts.get(index as usize).copied().unwrap_or(false);
    for (row, entry) in code.exception_table.iter().enumerate() {
        let ends_well = entry.end as usize == starts.len() || is_start(entry.end);
        if entry.start >= entry.end || !is_start(entry.start) || !ends_well {
            return Err((row, Problem::ExceptionRange));
        }
        if !is_start(entry.handler) {
            return Err((row, Problem::ExceptionHandler(entry.handler)));
        }
        if entry.register >= code.register_count {
            return Err((row, Problem::Register(entry.register as u32)));
        }
    }
    verify_windows(view)?;
    definite::verify_definite(code)
}

fn verify_signature(code: &Code) -> Result<(), Problem> {
    let flag = |bit: u32| (code.flags & bit != 0) as usize;
    let parameters = code.argument_count as usize
        + code.keyword_only_count as usize
        + flag(code_flags::VARIABLE_ARGUMENTS)
        + flag(code_flags::VARIABLE_KEYWORDS);
    if code.positional_only_count > code.argument_count {
        return Err(Problem::TooManyPositionalOnly);
    }
    if parameters > code.local_names.len() {
        return Err(Problem::TooFewLocalNames);
    }
    if code.local_names.len() > code.register_count as usize {
        return Err(Problem::TooFewRegisters);
    }
    match code.cell_variables.iter().find(|cell| cell.register >= code.register_count) {
        Some(cell) => Err(Problem::Register(cell.register as u32)),
        None => Ok(()),
    }
}

/// Which words are instructions, the others being `Extra` words in their places.
fn instruction_starts(code: &Code) -> Result<Vec<bool>, Failure> {
    let mut starts = vec![false; code.instructions.len()];
    let mut index = 0;
    while let Some(start) = starts.get_mut(index) {
        let word = code.instructions.get(index).and_then(|word| word.operation());
        let operation = word.ok_or((index, Problem::UnknownOperation))?;
        if operation == Operation::Extra {
            return Err((index, Problem::StrayExtra));
        }
        *start = true;
        if operation.has_extra()
            && code.instructions.get(index + 1).and_then(|word| word.operation()) != Some(Operation::Extra)
        {
            return Err((index, Problem::MissingExtra));
        }
        index += word_count(operation);
    }
    Ok(starts)
}

fn verify_instruction(
    code: &Code,
    operation: Operation,
    instruction: Instruction,
    extra: Instruction,
) -> Result<(), Problem> {
    let words = [instruction.a(), instruction.b(), instruction.c()];
    for (mode, word) in operation.operands().into_iter().zip(words) {
        match mode {
            OperandMode::Unused if word != 0 => return Err(Problem::UnusedOperandSet),
            // A range of no registers may start just past the last one.
            OperandMode::Base if word > code.register_count => return Err(Problem::Register(word as u32)),
            OperandMode::Constant if word as usize >= code.constants.len() => {
                return Err(Problem::Constant(word as u32));
            }
            OperandMode::Name if word as usize >= code.names.len() => return Err(Problem::Name(word as u32)),
            OperandMode::Free if word as usize >= code.free_names.len() => {
                return Err(Problem::Free(word as u32));
            }
            OperandMode::WideConstant if instruction.bc() as usize >= code.constants.len() => {
                return Err(Problem::Constant(instruction.bc()));
            }
            OperandMode::WideName if instruction.bc() as usize >= code.names.len() => {
                return Err(Problem::Name(instruction.bc()));
            }
            _ => {}
        }
    }
    let mut highest = 0u32;
    let mut note = |range: crate::operation::RegisterRange| {
        highest = highest.max(range.first.saturating_add(range.count));
    };
    for_each_read(operation, instruction, extra, &mut note);
    for_each_write(operation, instruction, extra, &mut note);
    if highest > code.register_count as u32 {
        return Err(Problem::Register(highest - 1));
    }
    verify_selectors(code, operation, instruction, extra)
}

/// Operands whose numbers have a meaning of their own.
fn verify_selectors(
    code: &Code,
    operation: Operation,
    instruction: Instruction,
    extra: Instruction,
) -> Result<(), Problem> {
    let (b, c) = (instruction.b(), instruction.c());
    let number = |word: u16, limit: usize| match (word as usize) < limit {
        true => Ok(()),
        false => Err(Problem::Number(word)),
    };
    match operation {
        Operation::LoadCommon => number(b, CommonObject::ALL.len()),
        Operation::CallIntrinsic => number(c, Intrinsic::ALL.len()),
        Operation::FormatValue
        | Operation::FormatWithSpecification
        | Operation::BuildInterpolation
        | Operation::LoadSpecial
        | Operation::GetAwaitable => number(c, 4),
        Operation::BuildSlice if c != 2 && c != 3 => Err(Problem::Number(c)),
        Operation::MakeFunction => {
            number(c, 16)?;
            match code.constants.get(b as usize) {
                Some(Constant::Code(_)) => Ok(()),
                _ => Err(Problem::ConstantKind(b as u32)),
            }
        }
        Operation::CallKeyword | Operation::CallMethodKeyword => {
            let index = extra.bc();
            let constant = code.constants.get(index as usize).ok_or(Problem::Constant(index))?;
            match constant {
                Constant::Tuple(names)
                    if names.len() <= c as usize
                        && names.iter().all(|name| matches!(name, Constant::Text(_))) =>
                {
                    Ok(())
                }
                _ => Err(Problem::ConstantKind(index)),
            }
        }
        Operation::LoadNamespaceOrCell if extra.a() as usize >= code.names.len() => {
            Err(Problem::Name(extra.a() as u32))
        }
        Operation::Yield | Operation::YieldAsyncValue | Operation::YieldDelegate => {
            let resumable = code_flags::GENERATOR | code_flags::COROUTINE | code_flags::ASYNC_GENERATOR;
            match code.flags & resumable {
                0 => Err(Problem::YieldOutsideGenerator),
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn verify_flow(
    code: &Code,
    starts: &[bool],
    index: usize,
    operation: Operation,
    instruction: Instruction,
) -> Result<(), Problem> {
    let is_start = |at: usize| starts.get(at).copied().unwrap_or(false);
    if let Some(target) = jump_target(operation, instruction, index)
        && !usize::try_from(target).is_ok_and(is_start)
    {
        return Err(Problem::JumpTarget(target));
    }
    let to = successors(operation, instruction, index);
    if to.next.is_some_and(|next| !is_start(next)) {
        return Err(Problem::FallsOffTheEnd);
    }
    if operation == Operation::YieldDelegate && !is_followed_by_its_jump(code, index, instruction) {
        return Err(Problem::MissingJumpAfterDelegate);
    }
    Ok(())
}

/// A delegation is a `Send`, the yield of what that brought, and a jump back to it; where `Send` jumps to and where a delegate that
/// finishes under `throw` goes on are the same place, just after the jump.
fn is_followed_by_its_jump(code: &Code, index: usize, delegate: Instruction) -> bool {
    let at = |index: usize| {
        let word = code.instructions.get(index).copied()?;
        Some((word.operation()?, word))
    };
    let Some((Operation::Jump, jump)) = at(index + 1) else { return false };
    let back = jump_target(Operation::Jump, jump, index + 1);
    let Some(send_index) = back.and_then(|target| usize::try_from(target).ok()) else { return false };
    let Some((Operation::Send, send)) = at(send_index) else { return false };
    send_index + 1 == index
        && send.a() == delegate.a()
        && send.a() == delegate.b()
        && send.b() == delegate.c()
        && jump_target(Operation::Send, send, send_index) == Some(index as i64 + 2)
}

/// A call's callee takes the registers from the first argument on: none of them may be needed afterwards.
fn verify_windows(view: CodeView<'_>) -> Result<(), Failure> {
    let mut failure = Ok(());
    Liveness::analyse(view).for_each_live_across(view, |index, live| {
        if let Some((operation, instruction, _)) = view.instruction(index)
            && is_window(operation)
            && let Some(register) = live.iter().find(|&register| register > instruction.b())
        {
            failure = Err((index, Problem::LiveInWindow(register)));
        }
    });
    failure
}

#[cfg(test)]
mod tests;
