//! One instruction: a 64-bit word `operation:16 a:16 b:16 c:16`, lowest bits first.
//!
//! Invariant: there are no extended forms; a second word, where an operation needs one, is an `Extra` instruction
//! that is never executed by itself. Wide operands (`K`, `N`, `J` in the table) take `b` and `c` together,
//! `b` being the low half.

use crate::operation::Operation;

/// A decoded or encoded instruction word.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct Instruction(pub u64);

const _: () = assert!(core::mem::size_of::<Instruction>() == 8);

impl Instruction {
    /// An instruction from three 16-bit operands.
    #[inline]
    pub const fn new(operation: Operation, a: u16, b: u16, c: u16) -> Self {
        Self(operation as u16 as u64 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48)
    }

    /// An instruction whose `b` and `c` form one 32-bit operand.
    #[inline]
    pub const fn new_wide(operation: Operation, a: u16, bc: u32) -> Self {
        Self(operation as u16 as u64 | (a as u64) << 16 | (bc as u64) << 32)
    }

    /// The operation number; it may not name an operation when the word comes from outside.
    #[inline(always)]
    pub const fn operation_number(self) -> u16 {
        self.0 as u16
    }

    /// The operation, if the number names one.
    #[inline]
    pub const fn operation(self) -> Option<Operation> {
        Operation::from_number(self.0 as u16)
    }

    /// Operand `a`.
    #[inline(always)]
    pub const fn a(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// Operand `b`.
    #[inline(always)]
    pub const fn b(self) -> u16 {
        (self.0 >> 32) as u16
    }

    /// Operand `c`.
    #[inline(always)]
    pub const fn c(self) -> u16 {
        (self.0 >> 48) as u16
    }

    /// Operands `b` and `c` as one unsigned number.
    #[inline(always)]
    pub const fn bc(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Operands `b` and `c` as one signed jump distance, counted from the next instruction.
    #[inline(always)]
    pub const fn wide_jump(self) -> i32 {
        (self.0 >> 32) as i32
    }

    /// Operand `b` as a signed immediate.
    #[inline(always)]
    pub const fn b_signed(self) -> i16 {
        self.b() as i16
    }

    /// Operand `c` as a signed immediate or short jump distance.
    #[inline(always)]
    pub const fn c_signed(self) -> i16 {
        self.c() as i16
    }
}
