//! Register spill on X86_64.
//!
//! Invariant: the assembly block declares every caller-saved register of the System V ABI as overwritten, so the
//! compiler keeps what it needs afterwards in callee-saved registers, which the block stores, or in stack slots at
//! or above the stack pointer. That is every live word of the thread.

use threadsnake_hal::StackScan;

use crate::X86_64;

/// Room for the callee-saved registers: rbx, rbp and r12 to r15.
#[cfg(not(miri))]
const SPILL_WORDS: usize = 6;

// SAFETY: see the file's invariant. `area` is a local that is read again after the callback, so its slot outlives
// it; the stack pointer lies below every slot of this frame and of all its callers.
unsafe impl StackScan for X86_64 {
    #[cfg(not(miri))]
    #[inline(never)]
    fn with_spilled_registers<R>(callback: impl FnOnce(usize) -> R) -> R {
        // Written by the block, so not before.
        let mut area = [const { core::mem::MaybeUninit::<usize>::uninit() }; SPILL_WORDS];
        let stack_pointer: usize;
        // SAFETY: stores rbx, rbp and r12 to r15 into `area`, which is large enough; reads the
        // stack pointer. Inputs: the area's address. Outputs: the stack pointer. Not `nomem`: it writes `area`. Not
        // `nostack`: so that no live word sits in a red zone below the pointer.
        unsafe {
            core::arch::asm!(
                "mov [rdi], rbx",
                "mov [rdi + 8], rbp",
                "mov [rdi + 16], r12",
                "mov [rdi + 24], r13",
                "mov [rdi + 32], r14",
                "mov [rdi + 40], r15",
                "mov rdi, rsp",
                inout("rdi") area.as_mut_ptr() => stack_pointer,
                clobber_abi("C"),
                options(preserves_flags),
            );
        }
        let result = callback(stack_pointer);
        core::hint::black_box(&mut area);
        result
    }

    /// Miri has no registers and no scannable stack: the range is empty, and the tests keep their roots elsewhere.
    #[cfg(miri)]
    fn with_spilled_registers<R>(callback: impl FnOnce(usize) -> R) -> R {
        callback(usize::MAX & !7)
    }

    #[inline(always)]
    fn approximate_stack_pointer() -> usize {
        #[cfg(not(miri))]
        {
            let pointer: usize;
            // SAFETY: copies the stack pointer into a register; touches no memory, no stack, no flags.
            unsafe {
                core::arch::asm!("mov {}, rsp", out(reg) pointer, options(nomem, nostack, preserves_flags));
            }
            pointer
        }
        #[cfg(miri)]
        {
            let local = 0_usize;
            core::ptr::from_ref(core::hint::black_box(&local)).addr()
        }
    }
}
