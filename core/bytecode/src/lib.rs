//! Bytecode of the Threadsnake engine: instruction set, code blocks, disassembler and the serialised image format.
//!
//! - [`operation`]: the table of operations; everything about an operation comes from its row.
//! - [`instruction`]: the 64-bit word.
//! - [`code`]: a compiled block as plain data, the contract between compiler and engine.
//! - [`location`]: source positions per instruction.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod code;
pub mod instruction;
pub mod location;
pub mod operation;

pub use code::{CellVariable, Code, Constant, ExceptionTableEntry, Text, code_flags};
pub use instruction::Instruction;
pub use location::{Location, LocationTable};
pub use operation::{CommonObject, Intrinsic, OperandMode, Operation};
