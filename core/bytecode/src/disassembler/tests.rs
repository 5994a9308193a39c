//! The text of the sample module, and that bad code can be shown too.

use alloc::vec;

use super::disassemble;
use crate::test_code::{function, sample_module};
use crate::{ExceptionTableEntry, Instruction, Operation::*};

#[test]
fn the_sample_module() {
    let expected = "\
code <module> in sample.py, line 1
  registers 4, parameters 0 (positional-only 0), keyword-only 0, flags none
     1        0 MakeFunction             r0.., c0, 0              (<code f>)
              1 StoreName                r0, n0                   (f)
     2        2 LoadConstant             r1, c1                   (None)
              3 ReturnNone

code f in sample.py, line 1
  registers 9, parameters 1 (positional-only 0), keyword-only 0, flags OPTIMIZED|NEWLOCALS
  locals n, i
     1        0 GetIterator              r2.., r0:n
       >>     1 ForIterate               r1:i, r2..               (to 8)
     2        2 LoadGlobal               r5, n0                   (print)
              3 Move                     r6, r1:i
     3        4 Move                     r7, r0:n
              5 CallKeyword              r5, r5.., 2, c0          ((\"end\",))
     4        7 Jump                                              (to 1)
     5 >>     8 ReturnNone
";
    assert_eq!(disassemble(&sample_module()), expected);
}

#[test]
fn bad_code_is_shown_as_it_is() {
    let mut code = function(
        0,
        vec![
            Instruction(u64::MAX),
            Instruction::new_wide(LoadConstant, 9, 7),
            Instruction::new_wide(Jump, 0, i32::MIN as u32),
            Instruction::new(CallKeyword, 0, 0, 0),
        ],
    );
    code.exception_table.push(ExceptionTableEntry { start: 9, end: 1, handler: 77, register: 3 });
    let text = disassemble(&code);
    assert!(text.contains("?0xffffffffffffffff"));
    assert!(text.contains("no such constant"));
    assert!(text.contains("to -2147483645"));
    assert!(text.contains("exception 9..1 to 77, into r3"));
}
