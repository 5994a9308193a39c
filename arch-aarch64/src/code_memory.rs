//! Code memory on AArch64.
//!
//! Invariant: data lines are cleaned to the point of unification before instruction lines are invalidated, with
//! a barrier between and after (Arm ARM, B2.7.4 "Concurrent modification and execution of instructions").

use threadsnake_hal::CodeMemory;

use crate::AArch64;

// SAFETY: the sequence of the architecture manual, over every cache line that the range touches.
unsafe impl CodeMemory for AArch64 {
    #[inline(never)]
    unsafe fn make_coherent(start: *const u8, bytes: usize) {
        if bytes == 0 {
            return;
        }
        #[cfg(not(miri))]
        {
            let cache_type: u64;
            // SAFETY: `mrs` of CTR_EL0, which user code may read. Input none, output one register; touches no
            // memory, no stack, no flags.
            unsafe {
                core::arch::asm!("mrs {}, ctr_el0", out(reg) cache_type, options(nomem, nostack, preserves_flags));
            }
            // Both fields are the logarithm of a number of 4-byte words.
            let data_line = 4_usize << ((cache_type >> 16) & 0xF);
            let instruction_line = 4_usize << (cache_type & 0xF);
            let first = start as usize;
            let end = first.saturating_add(bytes);

            let mut line = first & !(data_line - 1);
            while line < end {
                // SAFETY: the line holds mapped memory of the range (the caller's duty). Reads memory's address
                // only; no stack, no flags. Not `nomem`: the stores before it must be done.
                unsafe { core::arch::asm!("dc cvau, {}", in(reg) line, options(nostack, preserves_flags)) };
                line += data_line;
            }
            // SAFETY: a barrier; not `nomem`, since memory accesses must not move across it.
            unsafe { core::arch::asm!("dsb ish", options(nostack, preserves_flags)) };
            let mut line = first & !(instruction_line - 1);
            while line < end {
                // SAFETY: as above, for the instruction side.
                unsafe { core::arch::asm!("ic ivau, {}", in(reg) line, options(nostack, preserves_flags)) };
                line += instruction_line;
            }
            // SAFETY: barriers, as above; `isb` drops what this processor prefetched.
            unsafe { core::arch::asm!("dsb ish", "isb", options(nostack, preserves_flags)) };
        }
        #[cfg(miri)]
        let _ = start;
    }
}
