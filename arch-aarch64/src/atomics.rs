//! Atomic steps on AArch64.
//!
//! Invariant: the default bodies. The compiler's choice is the best known one: `ldadd`, `swp` and `cas` where the processor has LSE, exclusive loads and stores elsewhere.

use threadsnake_hal::Atomics;

use crate::AArch64;

// SAFETY: the default bodies are `portable-atomic`'s, each one indivisible step with the ordering asked for.
unsafe impl Atomics for AArch64 {}
