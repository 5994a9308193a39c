//! Code memory on X86_64.
//!
//! Invariant: nothing to do. Instruction fetch snoops the data caches (Intel SDM volume 3, 11.6), and a jump into
//! code written by another processor follows a synchronising access of the engine.

use threadsnake_hal::CodeMemory;

use crate::X86_64;

// SAFETY: the architecture keeps instruction fetch coherent with stores by itself.
unsafe impl CodeMemory for X86_64 {
    #[inline(always)]
    unsafe fn make_coherent(_start: *const u8, _bytes: usize) {}
}
