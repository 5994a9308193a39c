//! Each problem is provoked by one change to code that passes.

use alloc::boxed::Box;
use alloc::vec;

use super::{Problem, verify};
use crate::test_code::{function, sample_module};
use crate::{Code, Constant, ExceptionTableEntry, Instruction, Operation, Operation::*};

fn problem(code: &Code) -> (usize, Problem) {
    let error = verify(code).expect_err("the code is bad");
    (error.index, error.problem)
}

fn after(change: impl FnOnce(&mut Code)) -> (usize, Problem) {
    let mut module = sample_module();
    let Some(Constant::Code(inner)) = module.constants.get_mut(0) else { panic!("a code constant") };
    change(inner);
    problem(&module)
}

fn with_instruction(at: usize, instruction: Instruction) -> (usize, Problem) {
    after(|code| code.instructions[at] = instruction)
}

#[test]
fn good_code_passes() {
    assert_eq!(verify(&sample_module()), Ok(()));
}

#[test]
fn operands() {
    assert_eq!(with_instruction(3, Instruction::new(Move, 9, 1, 0)), (3, Problem::Register(9)));
    assert_eq!(with_instruction(3, Instruction::new(Move, 6, 1, 1)), (3, Problem::UnusedOperandSet));
    assert_eq!(with_instruction(2, Instruction::new_wide(LoadGlobal, 5, 1)), (2, Problem::Name(1)));
    assert_eq!(with_instruction(2, Instruction::new_wide(LoadConstant, 5, 1)), (2, Problem::Constant(1)));
    assert_eq!(with_instruction(2, Instruction::new(LoadFree, 5, 0, 0)), (2, Problem::Free(0)));
    assert_eq!(with_instruction(5, Instruction::new(CallKeyword, 5, 5, 4)), (5, Problem::Register(9)));
    assert_eq!(with_instruction(0, Instruction::new(GetIterator, 7, 0, 0)), (0, Problem::Register(9)));
    assert_eq!(with_instruction(6, Instruction::new_wide(Extra, 0, 1)), (5, Problem::Constant(1)));
    assert_eq!(with_instruction(0, Instruction::new(LoadCommon, 2, 99, 0)), (0, Problem::Number(99)));
    assert_eq!(with_instruction(0, Instruction::new(BuildSlice, 2, 2, 1)), (0, Problem::Number(1)));
    assert_eq!(with_instruction(0, Instruction::new(Yield, 2, 2, 0)), (0, Problem::YieldOutsideGenerator));
    assert_eq!(after(|code| code.constants[0] = Constant::None), (5, Problem::ConstantKind(0)));
    assert_eq!(
        after(|code| code.constants.push(Constant::Tuple(vec![Constant::Code(Box::new(sample_module()))]))),
        (1, Problem::ConstantNesting)
    );
}

#[test]
fn words_and_jumps() {
    assert_eq!(with_instruction(2, Instruction(0xffff)), (2, Problem::UnknownOperation));
    assert_eq!(with_instruction(2, Instruction::new_wide(Extra, 0, 0)), (2, Problem::StrayExtra));
    assert_eq!(with_instruction(6, Instruction::new(Nop, 0, 0, 0)), (5, Problem::MissingExtra));
    let jump = |distance: i32| Instruction::new_wide(Jump, 0, distance as u32);
    assert_eq!(with_instruction(7, jump(-2)), (7, Problem::JumpTarget(6)));
    assert_eq!(with_instruction(7, jump(-9)), (7, Problem::JumpTarget(-1)));
    assert_eq!(with_instruction(7, jump(1)), (7, Problem::JumpTarget(9)));
    assert_eq!(with_instruction(7, jump(i32::MIN)), (7, Problem::JumpTarget(8 + i32::MIN as i64)));
    assert_eq!(with_instruction(8, Instruction::new(Nop, 0, 0, 0)), (8, Problem::FallsOffTheEnd));
    assert_eq!(after(|code| code.instructions.clear()), (0, Problem::Empty));
    assert_eq!(after(|code| code.locations.bytes = Default::default()), (0, Problem::Locations));
}

#[test]
fn exception_rows() {
    let row = |start, end, handler, register| {
        after(|code| code.exception_table = vec![ExceptionTableEntry { start, end, handler, register }])
    };
    assert_eq!(row(1, 1, 8, 2), (0, Problem::ExceptionRange));
    assert_eq!(row(1, 6, 8, 2), (0, Problem::ExceptionRange));
    assert_eq!(row(1, 10, 8, 2), (0, Problem::ExceptionRange));
    assert_eq!(row(1, 9, 6, 2), (0, Problem::ExceptionHandler(6)));
    assert_eq!(row(1, 9, 8, 9), (0, Problem::Register(9)));
}

#[test]
fn a_call_may_not_have_live_registers_above_it() {
    let mut code = function(
        6,
        vec![
            Instruction::new(Call, 0, 2, 1),
            Instruction::new(BuildTuple, 0, 4, 2),
            Instruction::new(Return, 0, 0, 0),
        ],
    );
    code.argument_count = 6;
    code.local_names = vec!["x".into(); 6];
    assert_eq!(problem(&code), (0, Problem::LiveInWindow(4)));
    code.instructions[1] = Instruction::new(BuildTuple, 0, 1, 2);
    assert_eq!(verify(&code), Ok(()));
}

#[test]
fn signatures() {
    assert_eq!(after(|code| code.argument_count = 3), (0, Problem::TooFewLocalNames));
    assert_eq!(after(|code| code.positional_only_count = 2), (0, Problem::TooManyPositionalOnly));
    assert_eq!(after(|code| code.local_names = vec!["x".into(); 10]), (0, Problem::TooFewRegisters));
}

#[test]
fn a_delegation_is_followed_by_its_jump() {
    let mut code = function(
        2,
        vec![
            Instruction::new(Send, 0, 1, 2),
            Instruction::new(YieldDelegate, 0, 0, 1),
            Instruction::new_wide(Jump, 0, -3i32 as u32),
            Instruction::new(Return, 0, 0, 0),
        ],
    );
    code.flags |= crate::code_flags::GENERATOR;
    code.argument_count = 2;
    code.local_names = vec!["x".into(); 2];
    assert_eq!(verify(&code), Ok(()));
    code.instructions[0] = Instruction::new(Send, 0, 1, 1);
    assert_eq!(problem(&code), (1, Problem::MissingJumpAfterDelegate));
    code.instructions[0] = Instruction::new(Send, 0, 1, 2);
    code.instructions[2] = Instruction::new(Nop, 0, 0, 0);
    assert_eq!(problem(&code), (1, Problem::MissingJumpAfterDelegate));
    code.instructions[2] = Instruction::new_wide(Jump, 0, -3i32 as u32);
    code.instructions[1] = Instruction::new(YieldDelegate, 0, 1, 1);
    assert_eq!(problem(&code), (1, Problem::MissingJumpAfterDelegate));
    let mut code = function(
        2,
        vec![
            Instruction::new(Send, 0, 1, 3),
            Instruction::new(Nop, 0, 0, 0),
            Instruction::new(YieldDelegate, 0, 0, 1),
            Instruction::new_wide(Jump, 0, -4i32 as u32),
            Instruction::new(Return, 0, 0, 0),
        ],
    );
    code.flags |= crate::code_flags::GENERATOR;
    code.argument_count = 2;
    code.local_names = vec!["x".into(); 2];
    assert_eq!(problem(&code), (2, Problem::MissingJumpAfterDelegate));
}

#[test]
fn deep_nesting_is_refused() {
    let mut code = function(1, vec![Instruction::new(ReturnNone, 0, 0, 0)]);
    for _ in 0..=super::DEEPEST_NESTING {
        let mut outer = function(1, vec![Instruction::new(ReturnNone, 0, 0, 0)]);
        outer.constants.push(Constant::Code(Box::new(code)));
        code = outer;
    }
    assert_eq!(problem(&code).1, Problem::TooDeep);
}

#[test]
fn every_single_word_change_is_accepted_or_refused_without_a_panic() {
    let module = sample_module();
    let Some(Constant::Code(inner)) = module.constants.first() else { panic!("a code constant") };
    let mut refused = 0;
    for at in 0..inner.instructions.len() {
        for number in 0..crate::operation::OPERATIONS.len() as u16 {
            for operands in [0u64, 1, 0x0001_0001_0001, 0xffff_0000_0000, 0xffff_ffff_ffff] {
                let mut changed = inner.clone();
                changed.instructions[at] = Instruction(number as u64 | operands << 16);
                refused += verify(&changed).is_err() as usize;
            }
        }
    }
    assert!(refused > 1000);
    assert_eq!(Operation::from_number(u16::MAX), None);
}

#[test]
fn reads_need_values() {
    let with = |instructions| {
        let mut code = function(6, instructions);
        code.argument_count = 1;
        code.local_names = vec!["x".into(); 2];
        code.names = vec!["x".into()];
        verify(&code).map_err(|error| (error.index, error.problem))
    };
    let give = Instruction::new(Return, 1, 0, 0);
    assert_eq!(with(vec![give]), Err((0, Problem::MayBeEmpty(1))));
    assert_eq!(with(vec![Instruction::new_wide(CheckBound, 1, 0), give]), Ok(()));
    assert_eq!(with(vec![Instruction::new(Move, 1, 0, 0), give]), Ok(()));
    assert_eq!(with(vec![Instruction::new(Move, 1, 2, 0), give]), Err((1, Problem::MayBeEmpty(1))));
    assert_eq!(with(vec![Instruction::new(MakeCell, 1, 0, 0), give]), Ok(()));
    assert_eq!(
        with(vec![Instruction::new(Move, 1, 0, 0), Instruction::new_wide(DeleteLocal, 1, 0), give]),
        Err((2, Problem::MayBeEmpty(1)))
    );
    // Bound on one of two ways only.
    let skip = Instruction::new_wide(JumpIfTrue, 0, 1);
    assert_eq!(with(vec![skip, Instruction::new(Move, 1, 0, 0), give]), Err((2, Problem::MayBeEmpty(1))));
    // A loop's variable is not bound when the loop ends at once.
    let after_loop = |last| {
        with(vec![
            Instruction::new(GetIterator, 2, 0, 0),
            Instruction::new(ForIterate, 1, 2, 1),
            Instruction::new_wide(Jump, 0, -2i32 as u32),
            last,
        ])
    };
    assert_eq!(after_loop(give), Err((3, Problem::MayBeEmpty(1))));
    assert_eq!(after_loop(Instruction::new(Return, 2, 0, 0)), Err((3, Problem::MayBeEmpty(2))));
    assert_eq!(after_loop(Instruction::new(Return, 0, 0, 0)), Ok(()));
}

#[test]
fn a_handler_sees_registers_as_they_were_before_the_instruction() {
    let mut code = function(
        6,
        vec![
            Instruction::new(Move, 2, 0, 0),
            Instruction::new(Call, 1, 2, 0),
            Instruction::new(Return, 1, 0, 0),
            Instruction::new(Return, 1, 0, 0),
        ],
    );
    code.argument_count = 1;
    code.local_names = vec!["x".into()];
    code.exception_table = vec![ExceptionTableEntry { start: 1, end: 2, handler: 3, register: 4 }];
    assert_eq!(problem(&code), (3, Problem::MayBeEmpty(1)));
    code.instructions[3] = Instruction::new(Return, 4, 0, 0);
    assert_eq!(verify(&code), Ok(()));
    // What the callee left above its window is no value either.
    code.instructions[0] = Instruction::new(Move, 3, 0, 0);
    code.instructions[1] = Instruction::new(Call, 1, 0, 0);
    code.instructions[3] = Instruction::new(Return, 3, 0, 0);
    assert_eq!(problem(&code), (1, Problem::LiveInWindow(3)));
}
