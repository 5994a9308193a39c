//! What a thread does when its poll word asks for attention: pauses, finalizers, weak-reference callbacks, signals, limits.
//!
//! Invariant: the heap's part comes first; Python code (finalizers, callbacks, signal handlers) runs here only, on a thread that is at a
//! safepoint and holds no object lock, and never inside another finalizer run of the same thread.

use threadsnake_heap::arch::Ordering;
use threadsnake_heap::poll;

use crate::context::{Context, ThreadRoot};
use crate::error::{PyResult, Raised};
use crate::value::Value;

/// The main thread has a signal to handle.
pub const SIGNAL: u32 = poll::FIRST_CLIENT_BIT;
/// Another thread wants an exception raised here.
pub const ASYNCHRONOUS_EXCEPTION: u32 = poll::FIRST_CLIENT_BIT << 1;

pub(crate) fn handle(cx: &Context) -> PyResult<()> {
    cx.mutator().safepoint();
    // Relaxed: bits are only added by others; one that comes late is seen at the next safepoint.
    let wanted = cx.poll_word().load(Ordering::Relaxed);
    cx.renew_recursion_limit();
    if wanted & (poll::FINALIZERS | poll::WEAK_CALLBACKS) != 0 && !cx.finalizing.get() {
        run_finalizers(cx);
    }
    // Not within a finalizer: what the handler raises is for the code that was interrupted, and would be reported and lost.
    if wanted & SIGNAL != 0 && !cx.finalizing.get() {
        cx.poll_word().fetch_and(!SIGNAL, Ordering::AcqRel);
        crate::thread::run_signal_handlers(cx)?;
    }
    if wanted & ASYNCHRONOUS_EXCEPTION != 0 {
        cx.poll_word().fetch_and(!ASYNCHRONOUS_EXCEPTION, Ordering::AcqRel);
        if let Some(exception) = cx.thread_root(ThreadRoot::AsynchronousException) {
            cx.set_thread_root(ThreadRoot::AsynchronousException, None);
            let object = cx.exception_from(exception)?;
            return Err(cx.raise_object(object));
        }
    }
    Ok(())
}

/// Runs what waits in the heap's queues. Exceptions go to `sys.unraisablehook`; the interrupted code's are kept.
pub fn run_finalizers(cx: &Context) {
    if cx.finalizing.replace(true) {
        return;
    }
    // SeqCst, as below: who finds nobody here finds what the finalizers did.
    cx.engine().finalizer_runs.fetch_add(1, Ordering::SeqCst);
    let pending = cx.thread_root(ThreadRoot::Pending);
    let handled = cx.thread_root(ThreadRoot::Handled);
    let mut kept = cx.scratch();
    for value in [pending, handled].into_iter().flatten() {
        kept.push(value);
    }
    cx.set_thread_root(ThreadRoot::Pending, None);
    cx.poll_word().fetch_and(!(poll::FINALIZERS | poll::WEAK_CALLBACKS), Ordering::AcqRel);
    while let Some(cell) = cx.mutator().take_dead_weak_cell() {
        if let Err(raised) = crate::types::weak_reference::run_callbacks(cx, cell) {
            report(cx, raised, None);
        }
    }
    while let Some(object) = cx.mutator().take_finalizable() {
        if let Err(raised) = crate::types::finalizer::finalize(cx, object) {
            report(cx, raised, Some(Value::from(object)));
        }
    }
    cx.set_thread_root(ThreadRoot::Pending, pending);
    cx.set_thread_root(ThreadRoot::Handled, handled);
    cx.engine().finalizer_runs.fetch_sub(1, Ordering::SeqCst);
    cx.finalizing.set(false);
}

/// Whether another thread runs finalizers just now.
pub(crate) fn others_run_finalizers(cx: &Context) -> bool {
    cx.engine().finalizer_runs.load(Ordering::SeqCst) > u32::from(cx.finalizing.get())
}

fn report(cx: &Context, raised: Raised, object: Option<Value>) {
    let exception = cx.take_exception(raised);
    crate::types::finalizer::write_unraisable(cx, exception, object);
}
