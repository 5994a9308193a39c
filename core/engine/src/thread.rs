//! Threads of an engine: what others may see of each, starting them, signals for the main thread.
//!
//! Invariant: a `ThreadState` outlives its thread for whoever joins it. What a new thread is to call waits in the registry, where the
//! collector sees it, until the thread has a context of its own. Only the main thread handles signals.
//! Source: Modules/_threadmodule.c for behaviour.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use threadsnake_hal::{PlatformError, ThreadIdentifier};
use threadsnake_heap::arch::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use threadsnake_heap::{RootVisitor, poll};

use crate::context::Context;
use crate::engine::{Engine, Root};
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::native::Arguments;
use crate::object_access::ObjectAccess;
use crate::safepoint;
use crate::types::dict::Dict;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// What other threads may see of a thread.
pub struct ThreadState {
    /// `threading.get_ident()`; 0 until the thread runs.
    pub identifier: AtomicU64,
    /// `threading.get_native_id()`; 0 until the thread runs.
    pub native_identifier: AtomicU64,
    /// 0 running or not started, 1 finished. Parked on by whoever joins.
    pub finished: AtomicU32,
    /// Whether interpreter shutdown does not wait for it.
    pub daemon: bool,
    /// The key of its place among starting threads.
    key: u64,
}

impl ThreadState {
    /// The state of a thread that exists already: the main thread, or an embedder's.
    pub fn existing() -> Arc<ThreadState> {
        Arc::new(ThreadState {
            identifier: AtomicU64::new(0),
            native_identifier: AtomicU64::new(0),
            finished: AtomicU32::new(0),
            daemon: false,
            key: 0,
        })
    }

    /// Whether the thread is over.
    pub fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Acquire) != 0
    }
}

/// The threads of an engine.
pub struct ThreadRegistry {
    threads: spin::Mutex<Vec<Arc<ThreadState>>>,
    /// Key and call (a slot array: callable, arguments, keywords, context) of threads on their way.
    starting: spin::Mutex<Vec<(u64, u64)>>,
    next_key: AtomicU64,
    /// Address of the main thread's poll word, for signal handlers; 0 before it exists and after it is gone.
    main_poll: AtomicUsize,
    /// Signals that came in and wait for the main thread, by number.
    pending_signals: AtomicU64,
    stack_bytes: AtomicUsize,
    main_identifier: AtomicU64,
}

/// Native stack of a thread unless `threading.stack_size` says otherwise.
const DEFAULT_STACK_BYTES: usize = 8 << 20;

impl ThreadRegistry {
    pub(crate) fn new() -> Self {
        ThreadRegistry {
            threads: spin::Mutex::new(Vec::new()),
            starting: spin::Mutex::new(Vec::new()),
            next_key: AtomicU64::new(1),
            main_poll: AtomicUsize::new(0),
            pending_signals: AtomicU64::new(0),
            stack_bytes: AtomicUsize::new(0),
            main_identifier: AtomicU64::new(0),
        }
    }

    pub(crate) fn scan(&self, visitor: &mut RootVisitor<'_, '_>) {
        // Never held across a safepoint, so whoever holds it now is detached and about to let go.
        for (_, word) in self.starting.lock().iter() {
            visitor.visit(*word);
        }
    }

    /// `threading.stack_size()`; 0 for the platform's default.
    pub fn stack_bytes(&self) -> &AtomicUsize {
        &self.stack_bytes
    }

    /// Number of threads started by this engine that run now.
    pub fn count(&self) -> usize {
        self.threads.lock().len()
    }

    /// The running threads that were started by this engine.
    pub fn running(&self) -> Vec<Arc<ThreadState>> {
        self.threads.lock().clone()
    }

    /// `threading.main_thread().ident`
    pub fn main_identifier(&self) -> u64 {
        self.main_identifier.load(Ordering::Relaxed)
    }

    fn take_start(&self, key: u64) -> Option<u64> {
        let mut starting = self.starting.lock();
        let index = starting.iter().position(|(other, _)| *other == key)?;
        Some(starting.swap_remove(index).1)
    }
}

struct StartPacket {
    engine: Arc<Engine>,
    state: Arc<ThreadState>,
    at_end: Option<Box<dyn FnOnce() + Send>>,
}

impl Engine {
    /// Notes that a signal came in. Safe in a signal handler: atomics only.
    pub fn signal_arrived(&self, number: u32) {
        if number < 64 {
            self.threads.pending_signals.fetch_or(1 << number, Ordering::SeqCst);
            let address = self.threads.main_poll.load(Ordering::SeqCst);
            if address != 0 {
                // SAFETY: the address is that of the main context's poll word, which is reset to 0 before the context goes.
                let poll = unsafe { &*core::ptr::with_exposed_provenance::<AtomicU32>(address) };
                poll.fetch_or(safepoint::SIGNAL, Ordering::SeqCst);
            }
        }
    }

    /// The engine's threads.
    pub fn threads(&self) -> &ThreadRegistry {
        &self.threads
    }

    /// Whether signals wait for the main thread.
    pub fn has_pending_signals(&self) -> bool {
        self.threads.pending_signals.load(Ordering::Acquire) != 0
    }
}

impl Context {
    /// Makes this context's thread the one that handles signals.
    pub fn become_main_thread(&self) {
        let threads = &self.engine().threads;
        threads.main_identifier.store(self.identifier, Ordering::SeqCst);
        let poll: *const AtomicU32 = self.poll_word();
        threads.main_poll.store(poll.expose_provenance(), Ordering::SeqCst);
    }

    /// Undoes [`Context::become_main_thread`], before the context is dropped.
    pub fn resign_main_thread(&self) {
        self.engine().threads.main_poll.store(0, Ordering::SeqCst);
    }

    /// Whether this is the main thread.
    pub fn is_main_thread(&self) -> bool {
        self.engine().threads.main_identifier() == self.identifier
    }

    /// The thread's identifier, as `threading.get_ident()` gives it.
    pub fn thread_identifier(&self) -> u64 {
        self.identifier
    }

    /// Starts a thread that calls `callable(*arguments, **keywords)`. `at_end` runs on it when it is over, detached from the heap.
    ///
    /// # Errors
    /// RuntimeError `can't start new thread`, MemoryError.
    pub fn start_thread(
        &self,
        callable: Value,
        arguments: Tuple,
        keywords: Option<Dict>,
        daemon: bool,
        at_end: Option<Box<dyn FnOnce() + Send>>,
    ) -> PyResult<Arc<ThreadState>> {
        let engine = self.engine();
        if engine.finalizing.load(Ordering::Acquire) != 0 {
            return Err(self.raise(
                ExceptionClass::PythonFinalizationError,
                format_args!("can't create new thread at interpreter shutdown"),
            ));
        }
        let context = crate::types::context_variables::copy_of_current(self)?;
        let call = self.allocate(Kind::SlotArray, 4, 0)?;
        self.initialize(call, 0, callable);
        self.initialize(call, 1, arguments.as_value());
        if let Some(keywords) = keywords {
            self.initialize(call, 2, keywords.as_value());
        }
        self.initialize(call, 3, context);
        self.publish(Value::from(call));
        let threads = &engine.threads;
        if threads.count() <= 1
            && let Some(frozen) = &engine.configuration().frozen
        {
            frozen.phase_ended();
        }
        // Relaxed: only uniqueness matters.
        let key = threads.next_key.fetch_add(1, Ordering::Relaxed);
        let state = Arc::new(ThreadState {
            identifier: AtomicU64::new(0),
            native_identifier: AtomicU64::new(0),
            finished: AtomicU32::new(0),
            daemon,
            key,
        });
        threads.starting.lock().push((key, Value::from(call).word()));
        threads.threads.lock().push(state.clone());
        let packet = Box::new(StartPacket { engine: engine.clone(), state: state.clone(), at_end });
        let stack_bytes = match threads.stack_bytes.load(Ordering::Relaxed) {
            0 => DEFAULT_STACK_BYTES,
            bytes => bytes,
        };
        let argument = Box::into_raw(packet).cast::<()>();
        // SAFETY: `thread_entry` takes exactly this box.
        let started: Result<ThreadIdentifier, PlatformError> =
            unsafe { engine.platform().spawn_thread("Thread", stack_bytes, thread_entry, argument) };
        match started {
            Ok(_) => Ok(state),
            Err(_) => {
                // SAFETY: the thread does not exist, so the box is still ours.
                drop(unsafe { Box::from_raw(argument.cast::<StartPacket>()) });
                threads.take_start(key);
                forget_thread(engine, &state);
                Err(self.raise(ExceptionClass::RuntimeError, format_args!("can't start new thread")))
            }
        }
    }
}

fn forget_thread(engine: &Engine, state: &Arc<ThreadState>) {
    engine.threads.threads.lock().retain(|other| !Arc::ptr_eq(other, state));
    // Release: whoever sees the thread finished sees what it did.
    state.finished.store(1, Ordering::Release);
    engine.platform().unpark(&state.finished, usize::MAX);
}

/// # Safety
/// `argument` is a `Box<StartPacket>` turned into a pointer, handed over.
unsafe extern "C" fn thread_entry(argument: *mut ()) {
    // SAFETY: as the caller promises.
    let packet = unsafe { Box::from_raw(argument.cast::<StartPacket>()) };
    let StartPacket { engine, state, at_end } = *packet;
    match Context::new(engine.clone(), state.clone()) {
        Ok(cx) => {
            state.identifier.store(cx.identifier, Ordering::Release);
            state.native_identifier.store(engine.platform().native_thread_identifier(), Ordering::Release);
            run_thread(&cx, state.key);
        }
        Err(_) => {
            engine.threads.take_start(state.key);
            // There is no context to raise in: the same line as CPython's last resort.
            let _ = engine
                .platform()
                .write_output(threadsnake_hal::OutputStream::Error, b"MemoryError: can't start new thread\n");
        }
    }
    forget_thread(&engine, &state);
    if let Some(at_end) = at_end {
        at_end();
    }
}

fn run_thread(cx: &Context, key: u64) {
    let Some(call) =
        cx.engine().threads.take_start(key).and_then(Value::from_word).and_then(Value::as_object)
    else {
        return;
    };
    cx.set_thread_root(crate::context::ThreadRoot::ContextVariables, call.value(3));
    let callable = call.value(0).unwrap_or(Value::NONE);
    let result = match call.value(1).and_then(Tuple::from_value) {
        Some(arguments) => cx.call_spread(callable, arguments, call.value(2).and_then(Dict::from_value)),
        None => cx.call_with(callable, Arguments::positional_only(&[])),
    };
    if let Err(raised) = result {
        if cx.pending_is(&raised, ExceptionClass::SystemExit) {
            cx.take_exception(raised);
        } else {
            let exception = cx.take_exception(raised);
            crate::types::finalizer::write_unraisable(cx, exception, Some(callable));
        }
    }
    // What the thread leaves unreachable in its own queues is finalized by whoever comes next; its own work ends here.
    if cx.poll_word().load(Ordering::Relaxed) & (poll::FINALIZERS | poll::WEAK_CALLBACKS) != 0 {
        safepoint::run_finalizers(cx);
    }
}

/// Runs the Python handlers of the signals that came in.
///
/// # Errors
/// KeyboardInterrupt, and what handlers raise.
pub(crate) fn run_signal_handlers(cx: &Context) -> PyResult<()> {
    let pending = &cx.engine().threads.pending_signals;
    loop {
        // One at a time: what a handler raises leaves the others for the next safepoint.
        let number = pending.load(Ordering::Acquire).trailing_zeros();
        if number >= u64::BITS {
            return Ok(());
        }
        pending.fetch_and(!(1 << number), Ordering::AcqRel);
        if let Err(raised) = run_signal_handler(cx, number) {
            if pending.load(Ordering::Acquire) != 0 {
                cx.poll_word().fetch_or(safepoint::SIGNAL, Ordering::SeqCst);
            }
            return Err(raised);
        }
    }
}

fn run_signal_handler(cx: &Context, number: u32) -> PyResult<()> {
    let handlers = cx.root(Root::SignalHandlers).and_then(Dict::from_value);
    let handler = match handlers {
        Some(handlers) => handlers.get(cx, Value::int_from_u32(number))?,
        None => None,
    };
    match handler {
        Some(handler) if !handler.is_none() && !handler.is_small_int() => {
            let frame = cx.frame_at(0)?.as_value();
            cx.call(handler, &[Value::int_from_u32(number), frame])?;
            Ok(())
        }
        Some(_) => Ok(()),
        None if number == 2 => Err(cx.raise_with(ExceptionClass::KeyboardInterrupt, &[])),
        None => Ok(()),
    }
}
