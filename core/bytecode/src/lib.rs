//! Bytecode of the Threadsnake engine: instruction set, code blocks, disassembler and the serialised image format.
//!
//! - [`operation`]: the table of operations; everything about an operation comes from its row.
//! - [`instruction`]: the 64-bit word.
//! - [`code`]: a compiled block as plain data, the contract between compiler and engine.
//! - [`location`]: source positions per instruction.
//! - [`control_flow`]: what an instruction reads, writes and leads to.
//! - [`verifier`]: refuses code that an interpreter could not run safely.
//! - [`liveness`]: which registers matter at an instruction.
//! - [`disassembler`]: code as text.
//! - [`image`]: many modules' code in one compact, lazily read file.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod code;
pub mod control_flow;
pub mod disassembler;
pub mod image;
pub mod instruction;
pub mod liveness;
pub mod location;
pub mod operation;
#[cfg(test)]
mod test_code;
pub mod verifier;

pub use code::{CellVariable, Code, Constant, ExceptionTableEntry, Text, code_flags};
pub use control_flow::CodeView;
pub use instruction::Instruction;
pub use liveness::{Liveness, RegisterSet};
pub use location::{Location, LocationTable};
pub use operation::{CommonObject, Intrinsic, OperandMode, Operation};
