//! The thread register of X86_64: IA32_GS_BASE.
//!
//! Invariant: bare metal only. The base is reached as a model-specific register rather than by `rdgsbase`, which
//! faults until CR4.FSGSBASE is set.

use core::arch::asm;

use threadsnake_hal::ThreadLocal;

use crate::X86_64;

/// IA32_GS_BASE (Intel SDM volume 4).
const GS_BASE: u32 = 0xC000_0101;

impl ThreadLocal for X86_64 {
    #[inline]
    unsafe fn thread_register() -> *mut () {
        let (low, high): (u32, u32);
        // SAFETY: the caller runs at privilege level 0 (its duty). Input ecx, outputs eax and edx; touches no
        // memory, no stack, no flags.
        unsafe {
            asm!("rdmsr", in("ecx") GS_BASE, out("eax") low, out("edx") high, options(nomem, nostack, preserves_flags));
        }
        ((u64::from(high) << 32) | u64::from(low)) as usize as *mut ()
    }

    #[inline]
    unsafe fn set_thread_register(pointer: *mut ()) {
        let bits = pointer as usize as u64;
        // SAFETY: as above; inputs ecx, eax and edx, no outputs. Not `nomem`: later reads through the register
        // must not move before it.
        unsafe {
            asm!("wrmsr", in("ecx") GS_BASE, in("eax") bits as u32, in("edx") (bits >> 32) as u32,
                 options(nostack, preserves_flags));
        }
    }
}
