//! The thread register of AArch64: TPIDR_EL1.
//!
//! Invariant: bare metal only. TPIDR_EL1 rather than TPIDR_EL0, which code at a lower level could change.

use core::arch::asm;

use threadsnake_hal::ThreadLocal;

use crate::AArch64;

impl ThreadLocal for AArch64 {
    #[inline]
    unsafe fn thread_register() -> *mut () {
        let bits: u64;
        // SAFETY: the caller runs at EL1 or above (its duty). One output register; touches no memory, no stack,
        // no flags.
        unsafe {
            asm!("mrs {}, tpidr_el1", out(reg) bits, options(nomem, nostack, preserves_flags));
        }
        bits as usize as *mut ()
    }

    #[inline]
    unsafe fn set_thread_register(pointer: *mut ()) {
        let bits = pointer as usize as u64;
        // SAFETY: as above; one input register, no outputs. Not `nomem`: later reads through the register must not
        // move before it.
        unsafe {
            asm!("msr tpidr_el1, {}", in(reg) bits, options(nostack, preserves_flags));
        }
    }
}
