//! Atomic steps on X86_64.
//!
//! Invariant: the default bodies. The compiler's choice is the best known one: `lock`-prefixed instructions.

use threadsnake_hal::Atomics;

use crate::X86_64;

// SAFETY: the default bodies are `portable-atomic`'s, each one indivisible step with the ordering asked for.
unsafe impl Atomics for X86_64 {}
