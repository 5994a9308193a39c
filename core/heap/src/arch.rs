//! The choice of the processor backend: the one place of the core that names an architecture.
//!
//! Invariant: [`Architecture`] implements every processor trait of `core/hal`, and the atomic types come from
//! here, so that a build with `--cfg loom` swaps them all at once. A new architecture is one new crate and one
//! line below.

cfg_if::cfg_if! {
    if #[cfg(target_arch = "x86_64")] {
        pub use threadsnake_arch_x86_64::X86_64 as Architecture;
    } else if #[cfg(target_arch = "aarch64")] {
        pub use threadsnake_arch_aarch64::AArch64 as Architecture;
    } else {
        compile_error!("threadsnake has no backend for this architecture: see docs/PORTING.md");
    }
}

pub use threadsnake_hal::atomic::{
    AtomicBool, AtomicI64, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering,
    compiler_fence, fence,
};
pub use threadsnake_hal::{Atomics, CodeMemory, Processor, Spin, StackScan, ThreadLocal, Timestamp};

const _: () = {
    const fn implements_every_trait<P: Processor>() {}
    implements_every_trait::<Architecture>();
};
