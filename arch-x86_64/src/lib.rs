//! The X86_64 backend of the processor traits.
//!
//! Invariant: a twin of the other `arch-*` crates: the same files with the same items in the same order, so that
//! `diff -r arch-x86_64 arch-aarch64` shows exactly what differs between the processors. On any other
//! architecture the crate is empty.
#![no_std]
#![cfg(target_arch = "x86_64")]

mod atomics;
mod code_memory;
mod spin;
mod stack_scan;
mod thread_local;
mod timestamp;

use threadsnake_hal::Processor;

/// The X86_64 architecture.
#[derive(Clone, Copy, Debug)]
pub struct X86_64;

impl Processor for X86_64 {
    const NAME: &'static str = "x86_64";
}

#[cfg(test)]
mod tests;
