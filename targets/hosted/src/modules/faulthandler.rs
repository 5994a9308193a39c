//! `faulthandler`: shows what threads are doing, on request, after a time, and when the process dies of a signal.
//!
//! Invariant: the handler of fatal signals calls async-signal-safe functions alone, and puts back what was there before it does anything else, so that a
//! second fault, in it or after it, ends the process. It shows the thread that the signal came to and no other: the others run, and
//! their frames change meanwhile. A timer's thread is none of the heap's: it stops the others to look at them, which takes as long as one of them comes
//! to no safepoint. C stacks are not shown. `register` is not there.
//! Source: Modules/faulthandler.c.

use std::fmt::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use threadsnake_engine::engine::Engine;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
use threadsnake_macros::pymodule;

use crate::modules::system_call::descriptor;
use crate::signals;

/// Signals that end a process that does not handle them, and what is said of each.
const FATAL: [(i32, &str); 5] = [
    (libc::SIGBUS, "Bus error"),
    (libc::SIGILL, "Illegal instruction"),
    (libc::SIGFPE, "Floating-point exception"),
    (libc::SIGABRT, "Aborted"),
    (libc::SIGSEGV, "Segmentation fault"),
];

const NO_C_STACK: &str =
    "Current thread's C stack trace (most recent call first):\n  <cannot get C stack on this system>\n";

static ENABLED: AtomicBool = AtomicBool::new(false);
static DESCRIPTOR: AtomicI32 = AtomicI32::new(2);
static SHOW_C_STACK: AtomicBool = AtomicBool::new(true);
static ENGINE: AtomicPtr<Engine> = AtomicPtr::new(std::ptr::null_mut());
/// What happened on each signal before, made once and never freed; null while not enabled for the first time.
static PREVIOUS: [AtomicPtr<libc::sigaction>; FATAL.len()] =
    [const { AtomicPtr::new(std::ptr::null_mut()) }; FATAL.len()];

/// Writes to a descriptor; what cannot be written is lost.
struct Descriptor(i32);

impl Write for Descriptor {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            // SAFETY: readable bytes; write is async-signal-safe.
            let written = unsafe { libc::write(self.0, rest.as_ptr().cast(), rest.len()) };
            match usize::try_from(written) {
                Ok(written @ 1..) => rest = rest.get(written..).unwrap_or(&[]),
                _ if std::io::Error::last_os_error().raw_os_error() == Some(libc::EINTR) => {}
                _ => return Err(fmt::Error),
            }
        }
        Ok(())
    }
}

fn restore(place: usize) {
    if let (Some(&(number, _)), Some(previous)) = (FATAL.get(place), PREVIOUS.get(place)) {
        let previous = previous.load(Ordering::Acquire);
        if !previous.is_null() {
            // SAFETY: a structure that `sigaction` filled and that is never freed; async-signal-safe.
            unsafe { libc::sigaction(number, previous, std::ptr::null_mut()) };
        }
    }
}

extern "C" fn on_fatal_signal(number: libc::c_int) {
    let Some(place) = FATAL.iter().position(|&(known, _)| known == number) else { return };
    restore(place);
    let mut out = Descriptor(DESCRIPTOR.load(Ordering::Acquire));
    let name = FATAL.get(place).map_or("", |&(_, name)| name);
    // Nobody is left to tell of a failed write.
    let _ = write!(out, "Fatal Python error: {name}\n\n");
    // SAFETY: no preconditions; async-signal-safe.
    let here = unsafe { libc::pthread_self() } as u64;
    // SAFETY: null, or an engine that `enable` keeps alive for ever.
    let engine = unsafe { ENGINE.load(Ordering::Acquire).as_ref() };
    if !engine.is_some_and(|engine| engine.write_interrupted_thread(here, &mut out)) {
        let _ = out.write_str("<the Python frames cannot be shown>\n");
    }
    if SHOW_C_STACK.load(Ordering::Acquire) {
        let _ = write!(out, "\n{NO_C_STACK}");
    }
    // SAFETY: no memory is involved; the previous handler is in place, and the signal is not blocked (SA_NODEFER). If that handler returns,
    // as Rust's own does, which expects the fault to come again, the default ends the process.
    unsafe {
        libc::raise(number);
        libc::signal(number, libc::SIG_DFL);
        libc::raise(number);
    }
}

fn switch_on(engine: &Arc<Engine>) -> Result<(), i32> {
    if ENGINE.load(Ordering::Acquire).is_null() {
        let kept = Arc::into_raw(engine.clone()).cast_mut();
        if ENGINE.compare_exchange(std::ptr::null_mut(), kept, Ordering::AcqRel, Ordering::Acquire).is_err() {
            // SAFETY: made just above, and not stored.
            drop(unsafe { Arc::from_raw(kept.cast_const()) });
        }
    }
    if ENABLED.swap(true, Ordering::AcqRel) {
        return Ok(());
    }
    for (&(number, _), previous) in FATAL.iter().zip(&PREVIOUS) {
        // SAFETY: the handler is async-signal-safe; all zero is a valid start for the structures, which the call reads and fills.
        let (result, old) = unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_fatal_signal as *const () as usize;
            action.sa_flags = libc::SA_NODEFER | libc::SA_ONSTACK;
            libc::sigemptyset(&mut action.sa_mask);
            let mut old: libc::sigaction = std::mem::zeroed();
            (libc::sigaction(number, &action, &mut old), old)
        };
        if result != 0 {
            return Err(std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EINVAL));
        }
        // What was there at the first time is what is put back ever after.
        let kept = Box::into_raw(Box::new(old));
        if previous.compare_exchange(std::ptr::null_mut(), kept, Ordering::AcqRel, Ordering::Acquire).is_err()
        {
            // SAFETY: made just above, and not stored.
            drop(unsafe { Box::from_raw(kept) });
        }
    }
    Ok(())
}

fn switch_off() -> bool {
    let was_enabled = ENABLED.swap(false, Ordering::AcqRel);
    if was_enabled {
        (0..FATAL.len()).for_each(restore);
    }
    was_enabled
}

/// A timer that shows the threads; it is told to stop by the flag.
struct Timer {
    cancelled: Arc<(Mutex<bool>, Condvar)>,
    thread: std::thread::JoinHandle<()>,
}

static TIMER: Mutex<Option<Timer>> = Mutex::new(None);

struct TimerSettings {
    period: Duration,
    repeat: bool,
    exit: bool,
    descriptor: i32,
    header: String,
}

fn run_timer(engine: &Engine, settings: &TimerSettings, cancelled: &(Mutex<bool>, Condvar)) {
    loop {
        let end = Instant::now() + settings.period;
        let mut flag = cancelled.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !*flag {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            flag = cancelled.1.wait_timeout(flag, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        if *flag {
            return;
        }
        drop(flag);
        // A write that fails has nobody to tell.
        let _ = write!(Descriptor(settings.descriptor), "{}{}", settings.header, engine.threads_text());
        if settings.exit {
            // SAFETY: ends the process at once, which is what was asked for.
            unsafe { libc::_exit(1) };
        }
        if !settings.repeat {
            return;
        }
    }
}

fn cancel(cx: &Context) {
    let timer = TIMER.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(timer) = timer {
        *timer.cancelled.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        timer.cancelled.1.notify_all();
        // Detached: the timer may be stopping all threads, this one included.
        let _ = cx.blocking(|| timer.thread.join());
    }
}

fn header(microseconds: u128) -> String {
    let (seconds, rest) = (microseconds / 1_000_000, microseconds % 1_000_000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest == 0 {
        format!("Timeout ({hours}:{minutes:02}:{seconds:02})!\n")
    } else {
        format!("Timeout ({hours}:{minutes:02}:{seconds:02}.{rest:06})!\n")
    }
}

/// The descriptor of a file argument; `sys.stderr` if it is absent. What is buffered in front of it is written first.
fn output(cx: &Context, file: Option<Value>) -> PyResult<i32> {
    let file = match file.filter(|file| !file.is_none()) {
        Some(file) => file,
        None => match cx.sys_attribute("stderr")? {
            Some(stream) if !stream.is_none() => stream,
            Some(_) => {
                return Err(cx.raise(ExceptionClass::RuntimeError, format_args!("sys.stderr is None")));
            }
            None => {
                return Err(cx.raise(ExceptionClass::RuntimeError, format_args!("unable to get sys.stderr")));
            }
        },
    };
    let number = descriptor(cx, file)?;
    if !threadsnake_engine::types::int_object::is_int(file) {
        // As CPython, a file that cannot be flushed is no error.
        if let Err(raised) = cx.call_method(file, cx.intern_str("flush")?, &[]) {
            cx.take_exception(raised);
        }
    }
    Ok(number)
}

/// `-X faulthandler`
///
/// # Errors
/// OSError.
pub fn enable_on_start(cx: &Context) -> PyResult<()> {
    DESCRIPTOR.store(2, Ordering::Release);
    switch_on(cx.engine()).map_err(|number| cx.os_error(number, None))
}

/// faulthandler module.
#[pymodule(name = "faulthandler")]
pub mod module {
    use super::*;

    /// Enable the fault handler.
    #[pyfunction(signature = "(file=sys.stderr, all_threads=True, c_stack=True)")]
    fn enable(cx: &Context, file: Option<Value>, all_threads: bool, c_stack: bool) -> PyResult<()> {
        // Other threads go on while one dies; only that one is shown.
        let _ = all_threads;
        let number = output(cx, file)?;
        DESCRIPTOR.store(number, Ordering::Release);
        SHOW_C_STACK.store(c_stack, Ordering::Release);
        switch_on(cx.engine()).map_err(|number| cx.os_error(number, None))
    }

    /// Disable the fault handler.
    #[pyfunction]
    fn disable() -> bool {
        switch_off()
    }

    /// Check if the handler is enabled.
    #[pyfunction]
    fn is_enabled() -> bool {
        ENABLED.load(Ordering::Acquire)
    }

    /// Dump the traceback of the current thread, or of all threads if all_threads is True, into file.
    #[pyfunction(signature = "(file=sys.stderr, all_threads=True)")]
    fn dump_traceback(cx: &Context, file: Option<Value>, all_threads: bool) -> PyResult<()> {
        let number = output(cx, file)?;
        let text = cx.threads_text(all_threads);
        // As CPython, what cannot be written is lost.
        let _ = cx.blocking(|| Descriptor(number).write_str(&text));
        Ok(())
    }

    /// Dump the C stack of the current thread.
    #[pyfunction(signature = "(file=sys.stderr)")]
    fn dump_c_stack(cx: &Context, file: Option<Value>) -> PyResult<()> {
        let number = output(cx, file)?;
        // As above.
        let _ = cx.blocking(|| Descriptor(number).write_str(NO_C_STACK));
        Ok(())
    }

    /// Dump the traceback of all threads in timeout seconds.
    ///
    /// If repeat is true, the tracebacks of all threads are dumped every timeout
    /// seconds. If exit is true, call _exit(1) which is not safe.
    #[pyfunction(signature = "(timeout, repeat=False, file=sys.stderr, exit=False)")]
    fn dump_traceback_later(
        cx: &Context,
        timeout: Value,
        repeat: bool,
        file: Option<Value>,
        exit: bool,
    ) -> PyResult<()> {
        let seconds = cx.to_f64(timeout)?;
        let Some(period) = Duration::try_from_secs_f64(seconds).ok().filter(|period| !period.is_zero())
        else {
            return Err(cx.value_error(format_args!("timeout must be greater than 0")));
        };
        if Instant::now().checked_add(period).is_none() {
            return Err(cx.raise(ExceptionClass::OverflowError, format_args!("timeout value is too large")));
        }
        let descriptor = output(cx, file)?;
        cancel(cx);
        let settings = TimerSettings { period, repeat, exit, descriptor, header: header(period.as_micros()) };
        let (engine, cancelled) = (cx.engine().clone(), Arc::new((Mutex::new(false), Condvar::new())));
        let told = cancelled.clone();
        // The thread takes no signals: they are for threads that Python code runs on.
        let mask = signals::block_all();
        let started = std::thread::Builder::new()
            .name("faulthandler".into())
            .spawn(move || run_timer(&engine, &settings, &told));
        signals::set_mask(&mask);
        match started {
            Ok(thread) => {
                let timer = Timer { cancelled, thread };
                *TIMER.lock().unwrap_or_else(PoisonError::into_inner) = Some(timer);
                Ok(())
            }
            Err(error) => Err(cx.raise(
                ExceptionClass::RuntimeError,
                format_args!("unable to start watchdog thread: {error}"),
            )),
        }
    }

    /// Cancel the previous call to dump_traceback_later().
    #[pyfunction]
    fn cancel_dump_traceback_later(cx: &Context) {
        cancel(cx);
    }

    /// Raise a SIGSEGV signal.
    #[pyfunction(signature = "(release_gil=False, /)")]
    fn _sigsegv(release_gil: bool) {
        let _ = release_gil;
        // SAFETY: no memory is involved.
        unsafe { libc::raise(libc::SIGSEGV) };
    }

    /// Raise a SIGABRT signal.
    #[pyfunction]
    fn _sigabrt() {
        // SAFETY: no memory is involved.
        unsafe { libc::raise(libc::SIGABRT) };
    }

    /// Raise a SIGFPE signal.
    #[pyfunction]
    fn _sigfpe() {
        // SAFETY: no memory is involved.
        unsafe { libc::raise(libc::SIGFPE) };
    }
}
