//! The recursion limit: how many more calls may nest on a thread.
//!
//! Invariant: each frame of a thread, and each native call under [`Context::recursive`], is counted once while it lasts. A thread counts
//! down from its own copy of the limit, so that a call tests one word; `sys.setrecursionlimit` in another thread reaches it
//! when it has no call left, and at safepoints that have something to do. No thread's limit exceeds the records of its frame stack.
//! Source: Python/ceval.c (`_Py_EnterRecursiveCallTstate`) for what a program sees.

use core::cell::Cell;

use threadsnake_heap::arch::Ordering;

use crate::context::Context;
use crate::interpreter::frame::FRAME_CAPACITY;

/// See the module.
pub(crate) struct CallCount {
    /// Calls that may still nest; below 0 after the limit was lowered.
    left: Cell<i32>,
    /// The limit that `left` is counted from.
    limit: Cell<i32>,
}

impl CallCount {
    /// No call, under a limit.
    pub(crate) fn new(limit: u32) -> CallCount {
        let limit = clipped(limit);
        CallCount { left: Cell::new(limit), limit: Cell::new(limit) }
    }

    /// Calls that nest now.
    pub(crate) fn depth(&self) -> u32 {
        (self.limit.get() - self.left.get()).unsigned_abs()
    }

    /// Counts a call that begins; false, and not counted, if the limit is reached.
    #[inline(always)]
    pub(crate) fn enter(&self) -> bool {
        let left = self.left.get() - 1;
        self.left.set(left);
        if left < 0 {
            return self.refuse();
        }
        true
    }

    /// A function of its own, so that the usual case is one subtraction in memory.
    #[cold]
    #[inline(never)]
    fn refuse(&self) -> bool {
        self.left.set(self.left.get() + 1);
        false
    }

    /// Calls that may still nest.
    #[inline(always)]
    pub(crate) fn left(&self) -> i32 {
        self.left.get()
    }

    /// Counts as many calls as begun as make [`CallCount::left`] this.
    #[inline(always)]
    pub(crate) fn set_left(&self, left: i32) {
        debug_assert!(0 <= left && left <= self.left.get());
        self.left.set(left);
    }

    /// So many calls are over.
    #[inline(always)]
    pub(crate) fn leave(&self, count: i32) {
        self.left.set(self.left.get() + count);
    }
}

fn clipped(limit: u32) -> i32 {
    limit.min(FRAME_CAPACITY as u32) as i32
}

impl Context {
    /// Counts a call that begins, under the limit as it is now; false, and not counted, if that is reached.
    #[inline(always)]
    pub(crate) fn enter_call(&self) -> bool {
        self.calls.enter() || (self.renew_recursion_limit() && self.calls.enter())
    }

    /// Takes over the limit that `sys.setrecursionlimit` has set, in whatever thread; whether it is another one.
    #[cold]
    pub(crate) fn renew_recursion_limit(&self) -> bool {
        // Relaxed: a number that nothing else depends on.
        let limit = clipped(self.engine().recursion_limit.load(Ordering::Relaxed));
        let more = limit - self.calls.limit.get();
        self.calls.limit.set(limit);
        self.calls.left.set(self.calls.left.get() + more);
        more != 0
    }
}
