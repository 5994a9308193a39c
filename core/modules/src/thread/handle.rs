//! `_thread._ThreadHandle`: a thread that can be joined.
//!
//! Invariant: the state goes not started -> starting -> running -> done, each once. The done word is parked on by whoever joins; it is set
//! when the thread's Python code is over and its context is gone. Source: Modules/_threadmodule.c.

use alloc::sync::Arc;
use core::sync::atomic::Ordering;

use threadsnake_engine::native::state::{set_state, state};
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::{Context, ExceptionClass, ObjectRef, PyResult, Value};
use threadsnake_hal::ParkOutcome;
use threadsnake_heap::arch::{AtomicU32, AtomicU64};
use threadsnake_macros::{pyclass, pymethods};

use super::lock::wait_time;

/// A handle of a thread.
#[pyclass(id = ThreadHandle, name = "_ThreadHandle", module = "_thread", raw = 8, flags(NATIVE_STATE), doc = "")]
pub struct ThreadHandle(ObjectRef);

/// What a handle and its thread share.
pub struct HandleState {
    /// 0 not started, 1 starting, 2 running, 3 done.
    pub phase: AtomicU32,
    /// 0 until the thread is done; parked on.
    pub done: AtomicU32,
    /// `ident`
    pub identifier: AtomicU64,
}

/// Not started.
pub const NOT_STARTED: u32 = 0;
/// Being started.
pub const STARTING: u32 = 1;
/// Running.
pub const RUNNING: u32 = 2;
/// Over.
pub const DONE: u32 = 3;

impl HandleState {
    /// The state of a handle in this phase.
    pub fn new(phase: u32, identifier: u64) -> Arc<HandleState> {
        Arc::new(HandleState {
            phase: AtomicU32::new(phase),
            done: AtomicU32::new((phase == DONE) as u32),
            identifier: AtomicU64::new(identifier),
        })
    }

    /// Marks the thread as over. The caller wakes the waiters.
    pub fn finish(&self) {
        self.phase.store(DONE, Ordering::SeqCst);
        // Release pairs with the Acquire in `join`: who joins sees what the thread did.
        self.done.store(1, Ordering::Release);
    }
}

impl ThreadHandle {
    /// A handle around a state.
    ///
    /// # Errors
    /// MemoryError.
    pub fn make(cx: &Context, shared: Arc<HandleState>) -> PyResult<ThreadHandle> {
        let class = cx.build_on_demand(<ThreadHandle as threadsnake_engine::native::NativeType>::CLASS)?;
        let object = allocate_of_class(cx, class)?;
        set_state(cx, object, shared);
        Ok(ThreadHandle(object))
    }

    /// The shared state.
    ///
    /// # Errors
    /// SystemError for a handle without one, which only `__new__` of a subclass could make.
    pub fn shared(cx: &Context, this: ThreadHandle) -> PyResult<Arc<HandleState>> {
        match state::<Arc<HandleState>>(&this.0) {
            Some(shared) => Ok(shared.clone()),
            None => Err(cx.raise(ExceptionClass::SystemError, format_args!("thread handle without state"))),
        }
    }
}

#[pymethods]
impl ThreadHandle {
    #[pynew]
    fn new(cx: &Context, class: Value) -> PyResult<Value> {
        let class = Class::expect(cx, class)?;
        let object = allocate_of_class(cx, class)?;
        set_state(cx, object, HandleState::new(NOT_STARTED, 0));
        Ok(Value::from(object))
    }

    #[pygetter]
    fn ident(cx: &Context, this: ThreadHandle) -> PyResult<u64> {
        Ok(Self::shared(cx, this)?.identifier.load(Ordering::Acquire))
    }

    #[pymethod]
    fn is_done(cx: &Context, this: ThreadHandle) -> PyResult<bool> {
        Ok(Self::shared(cx, this)?.done.load(Ordering::Acquire) != 0)
    }

    #[pymethod]
    fn _set_done(cx: &Context, this: ThreadHandle) -> PyResult<()> {
        let shared = Self::shared(cx, this)?;
        if shared.phase.load(Ordering::SeqCst) == NOT_STARTED {
            return Err(cx.raise(ExceptionClass::RuntimeError, format_args!("thread not started")));
        }
        shared.finish();
        cx.engine().platform().unpark(&shared.done, usize::MAX);
        Ok(())
    }

    #[pymethod(signature = "(timeout=None, /)")]
    fn join(cx: &Context, this: ThreadHandle, timeout: Option<Value>) -> PyResult<()> {
        let timeout = timeout.filter(|timeout| !timeout.is_none());
        let wait = match timeout {
            Some(value) => {
                use threadsnake_engine::native::FromValue;
                // A negative timeout waits for ever, as before handles existed.
                if f64::from_value(cx, value)? < 0.0 { None } else { wait_time(cx, true, Some(value))? }
            }
            None => None,
        };
        let shared = Self::shared(cx, this)?;
        match shared.phase.load(Ordering::SeqCst) {
            NOT_STARTED | STARTING => {
                return Err(cx.raise(ExceptionClass::RuntimeError, format_args!("thread not started")));
            }
            RUNNING if shared.identifier.load(Ordering::Acquire) == cx.thread_identifier() => {
                return Err(
                    cx.raise(ExceptionClass::RuntimeError, format_args!("Cannot join current thread"))
                );
            }
            _ => {}
        }
        let platform = cx.engine().platform();
        let deadline = wait.map(|wait| platform.monotonic_nanoseconds().saturating_add(wait));
        loop {
            let over = cx.blocking(|| {
                while shared.done.load(Ordering::Acquire) == 0 {
                    let left =
                        deadline.map(|deadline| deadline.saturating_sub(platform.monotonic_nanoseconds()));
                    if left == Some(0) || platform.park(&shared.done, 0, left) == ParkOutcome::TimedOut {
                        return true;
                    }
                    if cx.engine().has_pending_signals() {
                        return false;
                    }
                }
                true
            });
            if over {
                return Ok(());
            }
            cx.poll()?;
        }
    }

    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: ThreadHandle) -> PyResult<Value> {
        let identifier = Self::ident(cx, this)?;
        cx.str_format(format_args!("<_ThreadHandle object: ident={identifier}>"))
    }
}
