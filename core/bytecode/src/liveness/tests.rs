//! Liveness of hand-written code; the expected sets are worked out by hand from the definitions.

use alloc::vec;
use alloc::vec::Vec;

use super::{Liveness, RegisterSet};
use crate::control_flow::CodeView;
use crate::operation::RegisterRange;
use crate::test_code::{function, sample_module};
use crate::{Constant, ExceptionTableEntry, Instruction, Operation::*};

fn registers(set: RegisterSet) -> Vec<u16> {
    set.iter().collect()
}

#[test]
fn a_set_crosses_words() {
    let mut set = RegisterSet::new(200);
    set.insert_range(RegisterRange { first: 60, count: 70 });
    set.remove_range(RegisterRange { first: 64, count: 60 });
    assert_eq!(registers(set.clone()), [60, 61, 62, 63, 124, 125, 126, 127, 128, 129]);
    assert!(set.contains(60) && !set.contains(64) && !set.contains(5000));
    set.insert_range(RegisterRange { first: 190, count: 100 });
    assert!(set.iter().all(|register| register < 256));
}

#[test]
fn straight_line() {
    let code = function(
        4,
        vec![
            Instruction::new(Add, 2, 0, 1),
            Instruction::new(Add, 3, 2, 2),
            Instruction::new(Return, 3, 0, 0),
        ],
    );
    let view = CodeView::from(&code);
    let liveness = Liveness::analyse(view);
    assert_eq!(registers(liveness.live_before(view, 0)), [0, 1]);
    assert_eq!(registers(liveness.live_across(view, 0)), []);
    assert_eq!(registers(liveness.live_before(view, 1)), [2]);
    assert_eq!(registers(liveness.live_before(view, 2)), [3]);
}

#[test]
fn a_loop_keeps_its_state_and_a_call_gives_up_its_arguments() {
    let module = sample_module();
    let Some(Constant::Code(inner)) = module.constants.first() else { panic!("a code constant") };
    let view = CodeView::from(&**inner);
    let liveness = Liveness::analyse(view);
    assert_eq!(registers(liveness.live_before(view, 0)), [0]);
    assert_eq!(registers(liveness.live_before(view, 1)), [0, 2, 3, 4]);
    assert_eq!(registers(liveness.live_before(view, 5)), [0, 2, 3, 4, 5, 6, 7]);
    assert_eq!(registers(liveness.live_at_safepoint(view, 5)), [0, 2, 3, 4]);
    assert_eq!(registers(liveness.live_before(view, 8)), []);
}

#[test]
fn a_handler_needs_what_the_range_may_leave() {
    // R1 is overwritten in the range, but its old value is what the handler sees when the call raises.
    let mut code = function(
        8,
        vec![
            Instruction::new(Move, 1, 0, 0),
            Instruction::new(Call, 1, 4, 0),
            Instruction::new(Return, 1, 0, 0),
            Instruction::new(BuildTuple, 1, 1, 2),
            Instruction::new(Return, 1, 0, 0),
        ],
    );
    code.exception_table = vec![ExceptionTableEntry { start: 1, end: 2, handler: 3, register: 2 }];
    let view = CodeView::from(&code);
    let liveness = Liveness::analyse(view);
    assert_eq!(registers(liveness.live_at_safepoint(view, 1)), [1]);
    assert_eq!(registers(liveness.live_before(view, 1)), [1, 4]);
    assert_eq!(registers(liveness.live_before(view, 0)), [0, 4]);
    assert_eq!(registers(liveness.live_before(view, 3)), [1, 2]);
}

#[test]
fn malformed_code_has_some_answer() {
    let code = function(3, vec![Instruction(u64::MAX), Instruction::new_wide(Jump, 0, 0x8000_0000)]);
    let view = CodeView::from(&code);
    let liveness = Liveness::analyse(view);
    assert_eq!(registers(liveness.live_before(view, 0)), []);
    assert_eq!(registers(liveness.live_before(view, 99)), [0, 1, 2]);
}
