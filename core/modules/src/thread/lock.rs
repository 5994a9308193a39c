//! `_thread.lock` and `_thread.RLock`.
//!
//! Invariant: the lock word is 0 free, 1 held, 2 held with waiters parked on it; whoever swaps 2 in and finds 0 has the lock. Waiting is
//! detached from the heap. An RLock's owner and depth are written by the holder only; a thread reads its own identifier there
//! only if it is the holder. Source: the three-state futex lock of Drepper (2011); Modules/_threadmodule.c for behaviour.

use core::sync::atomic::Ordering;

use threadsnake_engine::native::FromValue;
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, ExceptionClass, ObjectRef, PyResult, Value};
use threadsnake_hal::ParkOutcome;
use threadsnake_heap::arch::AtomicU32;
use threadsnake_macros::{pyclass, pymethods};

const FREE: u32 = 0;
const HELD: u32 = 1;
const CONTENDED: u32 = 2;

/// Raw offset of the lock word.
const WORD: usize = 0;
/// Raw offset of an RLock's depth.
const DEPTH: usize = 4;
/// Raw offset of an RLock's owner.
const OWNER: usize = 8;

/// The longest wait in seconds (`TIMEOUT_MAX`): that of CPython on 64-bit systems.
pub const TIMEOUT_MAX: f64 = 9_223_372_036.0;

/// A lock object is a synchronization primitive.  To create a lock,
/// call threading.Lock().  Methods are:
///
/// acquire() -- lock the lock, possibly blocking until it can be obtained
/// release() -- unlock of the lock
/// locked() -- test whether the lock is currently locked
///
/// A lock is not owned by the thread that locked it; another thread may
/// unlock it.  A thread attempting to lock a lock that it has already locked
/// will block until another thread unlocks it.  Deadlocks may ensue.
#[pyclass(id = Lock, name = "lock", module = "_thread", raw = 8)]
pub struct Lock(ObjectRef);

/// A reentrant lock: its owner may acquire it again.
#[pyclass(id = RLock, name = "RLock", module = "_thread", raw = 16, flags(SUBCLASSABLE), doc = "")]
pub struct RLock(ObjectRef);

fn word(object: &ObjectRef) -> &AtomicU32 {
    // SAFETY: locks have at least 4 raw bytes, which are only accessed as an atomic of this width.
    unsafe { object.raw::<AtomicU32>(WORD) }
}

/// How long to wait: `None` for ever, `Some(0)` not at all, in nanoseconds.
///
/// # Errors
/// ValueError, OverflowError.
pub fn wait_time(cx: &Context, blocking: bool, timeout: Option<Value>) -> PyResult<Option<u64>> {
    let seconds = match timeout {
        None => -1.0,
        Some(value) => f64::from_value(cx, value)?,
    };
    if !blocking && seconds != -1.0 {
        return Err(cx.value_error(format_args!("can't specify a timeout for a non-blocking call")));
    }
    if seconds.is_nan() {
        return Err(cx.value_error(format_args!("Invalid value NaN (not a number)")));
    }
    if seconds < 0.0 && seconds != -1.0 {
        return Err(cx.value_error(format_args!("timeout value must be a non-negative number")));
    }
    if !blocking {
        return Ok(Some(0));
    }
    if seconds == -1.0 {
        return Ok(None);
    }
    if seconds > TIMEOUT_MAX {
        return Err(cx.raise(ExceptionClass::OverflowError, format_args!("timeout value is too large")));
    }
    Ok(Some(libm::ceil(seconds * 1e9) as u64))
}

/// Takes the lock word; false when the time is over.
///
/// # Errors
/// What a signal handler raises meanwhile.
pub fn acquire_word(cx: &Context, word: &AtomicU32, nanoseconds: Option<u64>) -> PyResult<bool> {
    // Acquire pairs with the Release in `release_word`.
    if word.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).is_ok() {
        return Ok(true);
    }
    if nanoseconds == Some(0) {
        return Ok(false);
    }
    let platform = cx.engine().platform();
    let deadline = nanoseconds.map(|wait| platform.monotonic_nanoseconds().saturating_add(wait));
    loop {
        let mut backoff = cx.backoff();
        let outcome = cx.blocking(|| {
            // Without a mark: the holder's release stays one step, and it may take the lock again many times before this
            // thread looks. Acquire as above.
            while backoff.wait() {
                if word.load(Ordering::Relaxed) == FREE
                    && word.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).is_ok()
                {
                    return Some(true);
                }
            }
            // Marked contended before parking, so that the release wakes one waiter; a waiter that gets it keeps the mark, as
            // others may still be parked.
            while word.swap(CONTENDED, Ordering::Acquire) != FREE {
                let left = deadline.map(|deadline| deadline.saturating_sub(platform.monotonic_nanoseconds()));
                if left == Some(0) {
                    return Some(false);
                }
                if platform.park(word, CONTENDED, left) == ParkOutcome::TimedOut {
                    return Some(false);
                }
                if cx.engine().has_pending_signals() {
                    return None;
                }
            }
            Some(true)
        });
        match outcome {
            Some(taken) => return Ok(taken),
            // A signal came in: its handler runs here if this is the main thread; then the wait goes on.
            None => cx.poll()?,
        }
    }
}

/// Frees the lock word; false if it was free.
pub fn release_word(cx: &Context, word: &AtomicU32) -> bool {
    // Release pairs with the Acquire in `acquire_word`.
    match word.swap(FREE, Ordering::Release) {
        FREE => false,
        CONTENDED => {
            cx.engine().platform().unpark(word, 1);
            true
        }
        _ => true,
    }
}

fn shown(cx: &Context, value: Value, state: &str, detail: core::fmt::Arguments<'_>) -> PyResult<Value> {
    let class = cx.class_of(value);
    let module = cx.class_module(class)?.and_then(Str::from_value).unwrap_or_else(|| cx.empty_str());
    cx.str_format(format_args!(
        "<{state} {}.{} object{detail} at {:#x}>",
        module,
        class.name(cx),
        value.word()
    ))
}

#[pymethods]
impl Lock {
    #[pynew]
    fn new(cx: &Context, class: Value) -> PyResult<Value> {
        let class = Class::expect(cx, class)?;
        Ok(Value::from(allocate_of_class(cx, class)?))
    }

    /// Lock the lock.  Without argument, this blocks if the lock is already
    /// locked (even by the same thread), waiting for another thread to release
    /// the lock, and return True once the lock is acquired.
    /// With an argument, this will only block if the argument is true,
    /// and the return value reflects whether the lock is acquired.
    /// The blocking operation is interruptible.
    #[pymethod(signature = "(blocking=True, timeout=-1)")]
    #[pymethod(name = "acquire_lock", signature = "(blocking=True, timeout=-1)")]
    fn acquire(cx: &Context, this: Lock, blocking: bool, timeout: Option<Value>) -> PyResult<bool> {
        let wait = wait_time(cx, blocking, timeout)?;
        acquire_word(cx, word(&this.object()), wait)
    }

    /// Release the lock, allowing another thread that is blocked waiting for
    /// the lock to acquire the lock.  The lock must be in the locked state,
    /// but it needn't be locked by the same thread that unlocks it.
    #[pymethod]
    #[pymethod(name = "release_lock")]
    fn release(cx: &Context, this: Lock) -> PyResult<()> {
        if release_word(cx, word(&this.object())) {
            Ok(())
        } else {
            Err(cx.raise(ExceptionClass::RuntimeError, format_args!("release unlocked lock")))
        }
    }

    /// Return whether the lock is in the locked state.
    #[pymethod]
    #[pymethod(name = "locked_lock")]
    fn locked(this: Lock) -> bool {
        // Relaxed: a snapshot, which orders nothing.
        word(&this.object()).load(Ordering::Relaxed) != FREE
    }

    /// Lock the lock.
    #[pymethod(name = "__enter__")]
    fn enter(cx: &Context, this: Lock) -> PyResult<bool> {
        acquire_word(cx, word(&this.object()), None)
    }

    /// Release the lock.
    #[pymethod(name = "__exit__", signature = "(exc_type=None, exc_value=None, exc_tb=None, /)")]
    fn exit(
        cx: &Context,
        this: Lock,
        exc_type: Option<Value>,
        exc_value: Option<Value>,
        exc_tb: Option<Value>,
    ) -> PyResult<()> {
        let _ = (exc_type, exc_value, exc_tb);
        Self::release(cx, this)
    }

    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Lock) -> PyResult<Value> {
        let state = if Self::locked(this) { "locked" } else { "unlocked" };
        shown(cx, this.as_value(), state, format_args!(""))
    }

    #[pymethod]
    fn _at_fork_reinit(this: Lock) {
        word(&this.object()).store(FREE, Ordering::SeqCst);
    }
}

impl RLock {
    fn is_owned_here(cx: &Context, this: RLock) -> bool {
        // A thread finds its own identifier here only if it wrote it, and it removes it before it lets go.
        this.object().raw_u64(OWNER) == cx.thread_identifier()
    }

    fn take(cx: &Context, this: RLock, wait: Option<u64>) -> PyResult<bool> {
        let object = this.object();
        if Self::is_owned_here(cx, this) {
            let Some(depth) = object.raw_u32(DEPTH).checked_add(1) else {
                return Err(
                    cx.raise(ExceptionClass::OverflowError, format_args!("Internal lock count overflowed"))
                );
            };
            object.raw_store_u32(DEPTH, depth);
            return Ok(true);
        }
        if !acquire_word(cx, word(&object), wait)? {
            return Ok(false);
        }
        object.raw_store_u32(DEPTH, 1);
        object.raw_store_u64(OWNER, cx.thread_identifier());
        Ok(true)
    }
}

#[pymethods]
impl RLock {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: &[Value]) -> PyResult<Value> {
        let class = Class::expect(cx, class)?;
        if !arguments.is_empty() && class.is_native() {
            return Err(cx.type_error(format_args!("RLock() takes no arguments ({} given)", arguments.len())));
        }
        Ok(Value::from(allocate_of_class(cx, class)?))
    }

    /// Lock the lock.  `blocking` indicates whether we should wait
    /// for the lock to be available or not.  If `blocking` is False
    /// and another thread holds the lock, the method will return False
    /// immediately.  If `blocking` is True and another thread holds
    /// the lock, the method will wait for the lock to be released,
    /// take it and then return True.
    /// (note: the blocking operation is interruptible.)
    #[pymethod(signature = "(blocking=True, timeout=-1)")]
    fn acquire(cx: &Context, this: RLock, blocking: bool, timeout: Option<Value>) -> PyResult<bool> {
        let wait = wait_time(cx, blocking, timeout)?;
        Self::take(cx, this, wait)
    }

    /// Release the lock, allowing another thread that is blocked waiting for
    /// the lock to acquire the lock.  The lock must be in the locked state,
    /// and must be locked by the same thread that unlocks it; otherwise a
    /// `RuntimeError` is raised.
    #[pymethod]
    fn release(cx: &Context, this: RLock) -> PyResult<()> {
        let object = this.object();
        if !Self::is_owned_here(cx, this) {
            return Err(
                cx.raise(ExceptionClass::RuntimeError, format_args!("cannot release un-acquired lock"))
            );
        }
        let depth = object.raw_u32(DEPTH).saturating_sub(1);
        object.raw_store_u32(DEPTH, depth);
        if depth == 0 {
            object.raw_store_u64(OWNER, 0);
            release_word(cx, word(&object));
        }
        Ok(())
    }

    /// Return a boolean indicating whether this object is locked right now.
    #[pymethod]
    fn locked(this: RLock) -> bool {
        word(&this.object()).load(Ordering::Relaxed) != FREE
    }

    /// Lock the lock.
    #[pymethod(name = "__enter__")]
    fn enter(cx: &Context, this: RLock) -> PyResult<bool> {
        Self::take(cx, this, None)
    }

    /// Release the lock.
    #[pymethod(name = "__exit__", signature = "(exc_type=None, exc_value=None, exc_tb=None, /)")]
    fn exit(
        cx: &Context,
        this: RLock,
        exc_type: Option<Value>,
        exc_value: Option<Value>,
        exc_tb: Option<Value>,
    ) -> PyResult<()> {
        let _ = (exc_type, exc_value, exc_tb);
        Self::release(cx, this)
    }

    /// For internal use by `threading.Condition`.
    #[pymethod]
    fn _is_owned(cx: &Context, this: RLock) -> bool {
        Self::is_owned_here(cx, this)
    }

    /// For internal use by reentrancy checks.
    #[pymethod]
    fn _recursion_count(cx: &Context, this: RLock) -> u32 {
        if Self::is_owned_here(cx, this) { this.object().raw_u32(DEPTH) } else { 0 }
    }

    /// For internal use by `threading.Condition`.
    #[pymethod]
    fn _release_save(cx: &Context, this: RLock) -> PyResult<Value> {
        let object = this.object();
        if !Self::is_owned_here(cx, this) {
            return Err(
                cx.raise(ExceptionClass::RuntimeError, format_args!("cannot release un-acquired lock"))
            );
        }
        let depth = object.raw_u32(DEPTH);
        let owner = object.raw_u64(OWNER);
        object.raw_store_u32(DEPTH, 0);
        object.raw_store_u64(OWNER, 0);
        release_word(cx, word(&object));
        cx.tuple(&[Value::int_from_u32(depth), cx.int_from_u64(owner)?])
    }

    /// For internal use by `threading.Condition`.
    #[pymethod]
    fn _acquire_restore(cx: &Context, this: RLock, state: Value) -> PyResult<()> {
        let parts = cx.unpack_exact(state, 2)?;
        let &[depth, owner] = parts.as_slice() else {
            return Err(cx.type_error(format_args!("_acquire_restore() takes a tuple of two")));
        };
        let depth = u32::from_value(cx, depth)?;
        let owner = u64::from_value(cx, owner)?;
        let object = this.object();
        acquire_word(cx, word(&object), None)?;
        object.raw_store_u32(DEPTH, depth);
        object.raw_store_u64(OWNER, owner);
        Ok(())
    }

    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: RLock) -> PyResult<Value> {
        let object = this.object();
        let depth = object.raw_u32(DEPTH);
        let state = if depth > 0 { "locked" } else { "unlocked" };
        shown(cx, this.as_value(), state, format_args!(" owner={} count={depth}", object.raw_u64(OWNER)))
    }

    #[pymethod]
    fn _at_fork_reinit(this: RLock) {
        let object = this.object();
        object.raw_store_u32(DEPTH, 0);
        object.raw_store_u64(OWNER, 0);
        word(&object).store(FREE, Ordering::SeqCst);
    }
}
