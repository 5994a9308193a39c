//! The native module `_thread`: threads, locks, thread-local data.
//!
//! - [`lock`]: `lock` and `RLock`; [`handle`]: joinable threads; [`local`]: `_local`.
//!
//! Invariant: a thread's handle is done only when its context is gone, so whoever has joined it finds nothing of it running.
//! Source: Modules/_threadmodule.c, for 3.14's `threading.py`.

pub mod handle;
pub mod local;
pub mod lock;

use threadsnake_macros::pymodule;

/// This module provides primitive operations to write multi-threaded programs.
/// The 'threading' module provides a more convenient interface.
#[pymodule(
    name = "_thread",
    classes(super::lock::Lock, super::lock::RLock, super::handle::ThreadHandle, super::local::ThreadLocal)
)]
pub mod module {
    use alloc::boxed::Box;
    use alloc::sync::Arc;
    use core::sync::atomic::Ordering;

    use threadsnake_engine::native::NativeType;
    use threadsnake_engine::struct_sequence;
    use threadsnake_engine::types::dict::Dict;
    use threadsnake_engine::types::str_object::Str;
    use threadsnake_engine::types::tuple::Tuple;
    use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};

    use super::handle::{HandleState, NOT_STARTED, RUNNING, STARTING, ThreadHandle};
    use super::lock::{Lock, TIMEOUT_MAX};

    fn start(
        cx: &Context,
        function: Value,
        arguments: Tuple,
        keywords: Option<Dict>,
        daemon: bool,
        shared: &Arc<HandleState>,
    ) -> PyResult<()> {
        let at_end = shared.clone();
        let platform = cx.engine().platform();
        let finish: Box<dyn FnOnce() + Send> = Box::new(move || {
            at_end.finish();
            platform.unpark(&at_end.done, usize::MAX);
        });
        shared.phase.store(STARTING, Ordering::SeqCst);
        let state = match cx.start_thread(function, arguments, keywords, daemon, Some(finish)) {
            Ok(state) => state,
            Err(raised) => {
                shared.phase.store(NOT_STARTED, Ordering::SeqCst);
                return Err(raised);
            }
        };
        // The caller is told the identifier, so it waits until the thread has one; a thread that had no memory for its context is
        // finished without.
        while state.identifier.load(Ordering::Acquire) == 0 && !state.is_finished() {
            cx.blocking(|| platform.yield_now());
        }
        shared.identifier.store(state.identifier.load(Ordering::Acquire), Ordering::Release);
        // The thread may be over already.
        let _ = shared.phase.compare_exchange(STARTING, RUNNING, Ordering::SeqCst, Ordering::SeqCst);
        Ok(())
    }

    fn check_call(cx: &Context, name: &str, function: Value) -> PyResult<()> {
        if cx.is_callable(function) {
            return Ok(());
        }
        Err(cx.type_error(format_args!("{name}")))
    }

    /// Start a new thread and return its identifier.
    ///
    /// The thread will call the function with positional arguments from the
    /// tuple args and keyword arguments taken from the optional dictionary
    /// kwargs.  The thread exits when the function returns; the return value
    /// is ignored.  The thread will also exit when the function raises an
    /// unhandled exception; a stack trace will be printed unless the exception
    /// is SystemExit.
    #[pyfunction(signature = "(function, args, kwargs=None, /)")]
    #[allow(clippy::needless_pass_by_value, reason = "the macro passes values")]
    fn start_new_thread(cx: &Context, function: Value, args: Value, kwargs: Option<Value>) -> PyResult<u64> {
        check_call(cx, "first arg must be callable", function)?;
        let Some(arguments) = Tuple::from_value(args) else {
            return Err(cx.type_error(format_args!("2nd arg must be a tuple")));
        };
        let keywords = match kwargs {
            None => None,
            Some(value) => match Dict::from_value(value) {
                Some(dict) => Some(dict),
                None => return Err(cx.type_error(format_args!("optional 3rd arg must be a dictionary"))),
            },
        };
        cx.audit("_thread.start_new_thread", || {
            Ok([function, args, keywords.map_or(Value::NONE, Dict::as_value)])
        })?;
        let shared = HandleState::new(NOT_STARTED, 0);
        start(cx, function, arguments, keywords, true, &shared)?;
        Ok(shared.identifier.load(Ordering::Acquire))
    }

    /// An obsolete synonym of start_new_thread().
    #[pyfunction(signature = "(function, args, kwargs=None, /)")]
    fn start_new(cx: &Context, function: Value, args: Value, kwargs: Option<Value>) -> PyResult<u64> {
        start_new_thread(cx, function, args, kwargs)
    }

    /// *For internal use only*: start a new thread.
    ///
    /// Like start_new_thread(), this starts a new thread calling the given function.
    /// Unlike start_new_thread(), this returns a handle object with methods to join
    /// or detach the given thread.
    /// This function is not for third-party code, please use the
    /// `threading` module instead. During finalization the runtime will not wait for
    /// the thread to exit if daemon is True. If handle is provided it must be a
    /// newly created thread._ThreadHandle instance.
    #[pyfunction(signature = "(function, handle=None, daemon=True)")]
    fn start_joinable_thread(
        cx: &Context,
        function: Value,
        handle: Option<Value>,
        daemon: bool,
    ) -> PyResult<Value> {
        check_call(cx, "thread function must be callable", function)?;
        let given = match handle.filter(|handle| !handle.is_none()) {
            Some(value) => match ThreadHandle::from_value(value) {
                Some(handle) => Some(handle),
                None => return Err(cx.type_error(format_args!("'handle' must be a _ThreadHandle"))),
            },
            None => None,
        };
        cx.audit("_thread.start_joinable_thread", || {
            let handle = given.map_or(Value::NONE, ThreadHandle::as_value);
            Ok([function, cx.int(i64::from(daemon))?, handle])
        })?;
        let handle = match given {
            Some(handle) => handle,
            None => ThreadHandle::make(cx, HandleState::new(NOT_STARTED, 0))?,
        };
        let shared = ThreadHandle::shared(cx, handle)?;
        if shared.phase.load(Ordering::SeqCst) != NOT_STARTED {
            return Err(cx.raise(ExceptionClass::RuntimeError, format_args!("thread already started")));
        }
        start(cx, function, cx.empty_tuple(), None, daemon, &shared)?;
        Ok(handle.as_value())
    }

    /// Return True if daemon threads are allowed in the current interpreter,
    /// and False otherwise.
    #[pyfunction]
    fn daemon_threads_allowed() -> bool {
        true
    }

    /// Create a new lock object. See help(type(threading.Lock())) for
    /// information about locks.
    #[pyfunction]
    fn allocate_lock(cx: &Context) -> PyResult<Value> {
        cx.call(cx.native_class(Lock::CLASS), &[])
    }

    /// An obsolete synonym of allocate_lock().
    #[pyfunction]
    fn allocate(cx: &Context) -> PyResult<Value> {
        allocate_lock(cx)
    }

    /// This is synonymous to ``raise SystemExit''.  It will cause the current
    /// thread to exit silently unless the exception is caught.
    #[pyfunction]
    fn exit(cx: &Context) -> PyResult<Value> {
        Err(cx.raise_with(ExceptionClass::SystemExit, &[]))
    }

    /// An obsolete synonym of exit().
    #[pyfunction]
    fn exit_thread(cx: &Context) -> PyResult<Value> {
        exit(cx)
    }

    /// Simulate the arrival of the given signal in the main thread,
    /// where the corresponding signal handler will be executed.
    /// If *signum* is omitted, SIGINT is assumed.
    /// A subthread can use this function to interrupt the main thread.
    #[pyfunction(signature = "(signum=2, /)")]
    fn interrupt_main(cx: &Context, signum: i64) -> PyResult<()> {
        match u32::try_from(signum) {
            Ok(number @ 1..64) => {
                cx.engine().signal_arrived(number);
                // The main thread itself sees it at once.
                cx.poll()
            }
            _ => Err(cx.value_error(format_args!("signal number out of range"))),
        }
    }

    /// Return a non-zero integer that uniquely identifies the current thread
    /// amongst other threads that exist simultaneously.
    #[pyfunction]
    fn get_ident(cx: &Context) -> u64 {
        cx.thread_identifier()
    }

    /// Return a non-negative integer identifying the thread as reported
    /// by the OS (kernel).
    #[pyfunction]
    fn get_native_id(cx: &Context) -> u64 {
        cx.engine().platform().native_thread_identifier()
    }

    /// Return the number of currently running Python threads, excluding
    /// the main thread.
    #[pyfunction]
    fn _count(cx: &Context) -> usize {
        cx.engine().threads().count()
    }

    /// Return the thread stack size used when creating new threads.
    #[pyfunction(signature = "(size=0, /)")]
    fn stack_size(cx: &Context, size: i64) -> PyResult<usize> {
        const SMALLEST: i64 = 32 * 1024;
        if size < 0 {
            return Err(cx.value_error(format_args!("size must be 0 or a positive value")));
        }
        let cell = cx.engine().threads().stack_bytes();
        let before = cell.load(Ordering::Relaxed);
        if size != 0 && size < SMALLEST {
            return Err(cx.value_error(format_args!("size not valid: {size} bytes")));
        }
        cell.store(size as usize, Ordering::Relaxed);
        Ok(before)
    }

    struct_sequence!(EXCEPT_HOOK_ARGUMENTS, "_thread", "_ExceptHookArgs", "ExceptHookArgs\n\nType used to pass arguments to threading.excepthook.", 4, 0, true, {
        0 exc_type "Exception type";
        1 exc_value "Exception value";
        2 exc_traceback "Exception traceback";
        3 thread "Thread";
    });

    /// Handle uncaught Thread.run() exception.
    #[pyfunction(signature = "(args, /)")]
    fn _excepthook(cx: &Context, args: Value) -> PyResult<()> {
        let fields = match Tuple::from_value(args) {
            Some(fields) if fields.len() == 4 => fields,
            _ => {
                return Err(
                    cx.type_error(format_args!("_thread.excepthook argument type must be ExceptHookArgs"))
                );
            }
        };
        let part = |index: usize| fields.get(index).unwrap_or(Value::NONE);
        if part(0).is(cx.exception_class(ExceptionClass::SystemExit)) {
            return Ok(());
        }
        let thread = part(3);
        let mut text = alloc::string::String::from("Exception in thread ");
        let name =
            if thread.is_none() { None } else { cx.find_attribute_or_none(thread, cx.intern_str("name")?)? };
        match name {
            Some(name) => text.push_str(&cx.str_of(name)?.to_utf8_lossy()),
            None => text.push_str(&alloc::format!("{}", cx.thread_identifier())),
        }
        text.push_str(":\n");
        text.push_str(&cx.print_exception(part(1)));
        threadsnake_engine::sys_module::hooks::write_to_stderr(cx, &text)
    }

    /// Internal only. Return a bool indicating if the current interpreter is the main interpreter.
    #[pyfunction]
    fn _is_main_interpreter() -> bool {
        true
    }

    /// Wait for all non-daemon threads (other than the calling thread) to stop.
    #[pyfunction]
    fn _shutdown(cx: &Context) -> PyResult<()> {
        let platform = cx.engine().platform();
        loop {
            let Some(state) = cx.engine().threads().running().into_iter().find(|state| {
                !state.daemon && state.identifier.load(Ordering::Acquire) != cx.thread_identifier()
            }) else {
                return Ok(());
            };
            cx.blocking(|| {
                if !state.is_finished() && !cx.engine().has_pending_signals() {
                    platform.park(&state.finished, 0, Some(1_000_000_000));
                }
            });
            cx.poll()?;
        }
    }

    /// Make a handle for a thread that exists already.
    #[pyfunction]
    fn _make_thread_handle(cx: &Context, ident: u64) -> PyResult<Value> {
        Ok(ThreadHandle::make(cx, HandleState::new(RUNNING, ident))?.as_value())
    }

    /// Internal only. Return the ident of the main thread.
    #[pyfunction]
    fn _get_main_thread_ident(cx: &Context) -> u64 {
        cx.engine().threads().main_identifier()
    }

    /// Set the name of the current thread.
    #[pyfunction(signature = "(name)")]
    fn set_name(cx: &Context, name: Str) {
        cx.engine().platform().name_thread(&name.to_utf8_lossy());
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        let lock = cx.native_class(Lock::CLASS);
        let runtime_error = cx.exception_class(ExceptionClass::RuntimeError);
        for (name, value) in [
            ("LockType", lock),
            ("error", runtime_error),
            ("TIMEOUT_MAX", cx.float(TIMEOUT_MAX)?),
            ("_NAME_MAXLEN", cx.int(15)?),
        ] {
            namespace.set_str(cx, cx.intern_str(name)?, value)?;
        }
        let arguments = cx.struct_sequence_class(&EXCEPT_HOOK_ARGUMENTS)?;
        namespace.set_str(cx, cx.intern_str("_ExceptHookArgs")?, arguments.as_value())
    }
}
