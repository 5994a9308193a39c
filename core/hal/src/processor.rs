//! What the engine needs of a processor.
//!
//! Invariant: every item is an associated function of a zero-sized type, so that a call inlines to the
//! instruction and no type parameter spreads through the engine. The two backends are twins: the same files with
//! the same items in the same order, so that `diff -r arch-x86_64 arch-aarch64` is the review of a port.

use crate::atomic::{AtomicU8, AtomicUsize, Ordering, compiler_fence, fence};

/// Counters and words that several threads change.
///
/// The default bodies are right for every processor `portable-atomic` supports; a backend overrides one only
/// with an instruction that does the same in fewer cycles.
///
/// # Safety
/// The engine frees memory on the word of these functions: each must be one indivisible step with at least the
/// ordering asked for, as seen by every processor that shares the memory.
pub unsafe trait Atomics {
    /// Adds one, wrapping; returns the value before.
    #[inline(always)]
    fn increment(cell: &AtomicUsize, order: Ordering) -> usize {
        cell.fetch_add(1, order)
    }

    /// Subtracts one, wrapping; returns the value before.
    #[inline(always)]
    fn decrement(cell: &AtomicUsize, order: Ordering) -> usize {
        cell.fetch_sub(1, order)
    }

    /// Sets the bits of `mask`; says whether any of them was set before. One lock byte or one log bit.
    #[inline(always)]
    fn test_and_set(cell: &AtomicU8, mask: u8, order: Ordering) -> bool {
        cell.fetch_or(mask, order) & mask != 0
    }

    /// Replaces `current` by `new`, or returns what the cell really held. Never fails spuriously.
    #[inline(always)]
    fn compare_and_swap(
        cell: &AtomicUsize,
        current: usize,
        new: usize,
        success: Ordering,
        failure: Ordering,
    ) -> Result<usize, usize> {
        cell.compare_exchange(current, new, success, failure)
    }

    /// Stores `new`; returns the value before.
    #[inline(always)]
    fn swap(cell: &AtomicUsize, new: usize, order: Ordering) -> usize {
        cell.swap(new, order)
    }

    /// Orders the memory accesses before and after it, between threads.
    #[inline(always)]
    fn fence(order: Ordering) {
        fence(order);
    }

    /// Holds the compiler back, but not the processor: for a thread and a signal handler on it.
    #[inline(always)]
    fn compiler_fence(order: Ordering) {
        compiler_fence(order);
    }
}

/// A cycle counter, for statistics only.
///
/// Never an argument about order: the counters of two sockets drift, and the read is not serialising.
pub trait Timestamp {
    /// The counter's present value.
    fn ticks() -> u64;

    /// Ticks per second where the processor says so itself; `None` where only a clock can tell.
    fn ticks_per_second() -> Option<u64>;
}

/// The processor's own register for one pointer per thread of execution.
///
/// Used on bare metal. Where an operating system runs, it owns the register and thread-local storage is
/// [`Platform::thread_local`](crate::Platform::thread_local).
pub trait ThreadLocal {
    /// The pointer last set on this processor.
    ///
    /// # Safety
    /// The caller runs at the privilege level that owns the register, and no operating system uses it.
    unsafe fn thread_register() -> *mut ();

    /// Sets it.
    ///
    /// # Safety
    /// As for [`ThreadLocal::thread_register`].
    unsafe fn set_thread_register(pointer: *mut ());
}

/// Makes all that a thread's Rust code holds visible in memory, for the conservative scan.
///
/// # Safety
/// The heap frees what it cannot see. While the callback runs, every word that was live in the calling thread
/// when it was called (in any register or stack slot, the callback's own captures included) must be readable,
/// aligned to a word, between the address passed to the callback and the high end of the thread's stack.
pub unsafe trait StackScan {
    /// Calls `callback` with the lowest address that must be scanned.
    fn with_spilled_registers<R>(callback: impl FnOnce(usize) -> R) -> R;

    /// An address in the caller's frame, for checks against the end of the stack. Not exact: never the bound of
    /// a scan.
    fn approximate_stack_pointer() -> usize;
}

/// What a thread does between two looks at a word that another thread is about to change.
pub trait Spin {
    /// Lets the other hardware thread of the core go ahead and saves power.
    fn pause();
}

/// Memory that was written as data and is about to be run as code.
///
/// # Safety
/// A wrong implementation lets a processor run stale bytes. After [`CodeMemory::make_coherent`] returns, every
/// processor that then synchronises with this one and jumps into the range fetches the bytes as written.
pub unsafe trait CodeMemory {
    /// Makes the instruction side of every processor see `bytes` bytes from `start`.
    ///
    /// # Safety
    /// The range is mapped and readable, and nobody runs it yet.
    unsafe fn make_coherent(start: *const u8, bytes: usize);
}

/// All of a processor. An architecture implements the parts; this names them together, so that a backend that
/// lacks one does not compile.
pub trait Processor: Atomics + Timestamp + ThreadLocal + StackScan + Spin + CodeMemory {
    /// The architecture's name as Python's `platform.machine()` gives it.
    const NAME: &'static str;
}
