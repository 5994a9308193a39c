//! Small code blocks for this crate's tests.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use crate::{Code, Constant, Instruction, Location, LocationTable, Operation, code_flags};

/// A function of `instructions` with the given number of registers, without names or constants.
pub fn function(register_count: u16, instructions: Vec<Instruction>) -> Code {
    let locations: Vec<Location> = instructions
        .iter()
        .enumerate()
        .map(|(index, _)| Location {
            line: 1 + index as u32 / 2,
            end_line: 1 + index as u32 / 2,
            column: 4,
            end_column: 9,
        })
        .collect();
    Code {
        name: "f".into(),
        qualified_name: "f".into(),
        file_name: "sample.py".into(),
        first_line: 1,
        flags: code_flags::OPTIMIZED | code_flags::NEW_LOCALS,
        argument_count: 0,
        positional_only_count: 0,
        keyword_only_count: 0,
        register_count,
        local_names: Vec::new(),
        cell_variables: Vec::new(),
        free_names: Vec::new(),
        names: Vec::new(),
        constants: Vec::new(),
        instructions,
        exception_table: Vec::new(),
        locations: LocationTable::from_locations(&locations),
    }
}

/// `def f(n): for i in n: print(i, end=n)` with a nested function and one constant of each kind.
pub fn sample_module() -> Code {
    use Operation::*;
    let mut inner = function(
        9,
        vec![
            Instruction::new(GetIterator, 2, 0, 0),
            Instruction::new(ForIterate, 1, 2, 6),
            Instruction::new_wide(LoadGlobal, 5, 0),
            Instruction::new(Move, 6, 1, 0),
            Instruction::new(Move, 7, 0, 0),
            Instruction::new(CallKeyword, 5, 5, 2),
            Instruction::new_wide(Extra, 0, 0),
            Instruction::new_wide(Jump, 0, -7i32 as u32),
            Instruction::new(ReturnNone, 0, 0, 0),
        ],
    );
    inner.argument_count = 1;
    inner.local_names = vec!["n".into(), "i".into()];
    inner.names = vec!["print".into()];
    inner.constants = vec![Constant::Tuple(vec![Constant::Text("end".into())])];
    let mut module = function(
        4,
        vec![
            Instruction::new(MakeFunction, 0, 0, 0),
            Instruction::new_wide(StoreName, 0, 0),
            Instruction::new_wide(LoadConstant, 1, 1),
            Instruction::new(ReturnNone, 0, 0, 0),
        ],
    );
    module.name = "<module>".into();
    module.qualified_name = "<module>".into();
    module.flags = 0;
    module.names = vec!["f".into()];
    module.constants = vec![
        Constant::Code(Box::new(inner)),
        Constant::None,
        Constant::True,
        Constant::False,
        Constant::Ellipsis,
        Constant::Integer(-1),
        Constant::Integer(i64::MIN),
        Constant::BigInteger { negative: true, magnitude: vec![1, 2, 3, 4, 5, 6, 7, 8, 9].into() },
        Constant::Float(-0.0),
        Constant::Complex(1.5, f64::INFINITY),
        Constant::Text(crate::Text(vec![0xed, 0xa0, 0x80].into())),
        Constant::Bytes(vec![0, 255].into()),
        Constant::FrozenSet(vec![Constant::Integer(1), Constant::Text("end".into())]),
        Constant::Slice(Box::new([Constant::None, Constant::Integer(3), Constant::None])),
    ];
    module
}
