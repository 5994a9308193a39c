//! The memory manager.
#![no_std]

pub mod arch;
