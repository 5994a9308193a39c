//! What happens on a signal: handlers, sending signals, waiting for one.
//!
//! Invariant: a number's entry in the engine's dict is a callable, 0 (`SIG_DFL`), 1 (`SIG_IGN`) or None (a handler that is not Python's).
//! Source: Modules/signalmodule.c.

use std::ffi::CStr;

use threadsnake_engine::engine::Root;
use threadsnake_engine::native::Arguments;
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::int_object::is_int;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
use threadsnake_macros::pyfunction;

use crate::modules::system_call::{self, last_errno};
use crate::signals::{self, Disposition};

/// `NSIG`: numbers are below it.
pub const END: i32 = 65;

const DEFAULT: i64 = libc::SIG_DFL as i64;
const IGNORE: i64 = libc::SIG_IGN as i64;

fn table(cx: &Context) -> PyResult<Dict> {
    match cx.root(Root::SignalHandlers).and_then(Dict::from_value) {
        Some(table) => Ok(table),
        None => {
            let table = cx.new_dict()?;
            cx.set_root(Root::SignalHandlers, Some(table.as_value()));
            Ok(table)
        }
    }
}

/// Sets the module's names for handlers, and notes what the dispositions are now.
pub fn initialize(cx: &Context, module: Value) -> PyResult<()> {
    let namespace = cx.module_dict(module)?;
    system_call::set_numbers(
        cx,
        module,
        &[("SIG_DFL", DEFAULT), ("SIG_IGN", IGNORE), ("NSIG", i64::from(END))],
    )?;
    let interrupt = namespace.get_str(cx, cx.intern_str("default_int_handler")?)?.unwrap_or(Value::NONE);
    let table = table(cx)?;
    for number in 1..END {
        let handler = match signals::disposition(number) {
            Some(Disposition::Default) => cx.int(DEFAULT)?,
            Some(Disposition::Ignored) => cx.int(IGNORE)?,
            Some(Disposition::Noted) if number == libc::SIGINT => interrupt,
            Some(Disposition::Noted | Disposition::Foreign) => Value::NONE,
            None => continue,
        };
        table.set_default(cx, cx.int(i64::from(number))?, handler)?;
    }
    Ok(())
}

/// A signal's number.
///
/// # Errors
/// ValueError if it is none.
pub fn number(cx: &Context, signal: i32) -> PyResult<i32> {
    if (1..END).contains(&signal) {
        Ok(signal)
    } else {
        Err(cx.value_error(format_args!("signal number out of range")))
    }
}

fn only_main_thread(cx: &Context, what: &str) -> PyResult<()> {
    if cx.is_main_thread() {
        return Ok(());
    }
    Err(cx.value_error(format_args!("{what} only works in main thread of the main interpreter")))
}

/// Set the action for the given signal.
///
/// The action can be SIG_DFL, SIG_IGN, or a callable Python object.
/// The previous action is returned.  See getsignal() for possible return values.
///
/// *** IMPORTANT NOTICE ***
/// A signal handler function is called with two arguments:
/// the first is the signal number, the second is the interrupted stack frame.
#[pyfunction]
pub fn signal(cx: &Context, signalnum: i32, handler: Value) -> PyResult<Value> {
    only_main_thread(cx, "signal")?;
    let signalnum = number(cx, signalnum)?;
    let wanted = if is_int(handler) {
        match cx.index_i64(handler)? {
            DEFAULT => Some(Disposition::Default),
            IGNORE => Some(Disposition::Ignored),
            _ => None,
        }
    } else if cx.is_callable(handler) {
        Some(Disposition::Noted)
    } else {
        None
    };
    let Some(wanted) = wanted else {
        return Err(cx.type_error(format_args!(
            "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object"
        )));
    };
    // A signal that came in before goes to the handler that was there.
    cx.poll()?;
    let table = table(cx)?;
    let key = cx.int(i64::from(signalnum))?;
    let old = table.get(cx, key)?.unwrap_or(Value::NONE);
    let kept = match wanted {
        Disposition::Default => cx.int(DEFAULT)?,
        Disposition::Ignored => cx.int(IGNORE)?,
        _ => handler,
    };
    // The entry first: from the moment that the signal is noted there is a handler to run.
    table.set(cx, key, kept)?;
    if let Err(errno) = signals::set_disposition(signalnum, wanted) {
        table.set(cx, key, old)?;
        return Err(cx.os_error(errno, None));
    }
    Ok(old)
}

/// Return the current action for the given signal.
///
/// The return value can be:
///   SIG_IGN -- if the signal is being ignored
///   SIG_DFL -- if the default action for the signal is in effect
///   None    -- if an unknown handler is in effect
///   anything else -- the callable Python object used as a handler
#[pyfunction]
pub fn getsignal(cx: &Context, signalnum: i32) -> PyResult<Value> {
    let key = cx.int(i64::from(number(cx, signalnum)?))?;
    Ok(table(cx)?.get(cx, key)?.unwrap_or(Value::NONE))
}

/// The default handler for SIGINT installed by Python.
///
/// It raises KeyboardInterrupt.
#[pyfunction]
pub fn default_int_handler(cx: &Context, arguments: Arguments<'_>) -> PyResult<Value> {
    if arguments.positional().len() != 2 || arguments.keyword_count() > 0 {
        return Err(cx.type_error(format_args!(
            "default_int_handler expected 2 arguments, got {}",
            arguments.values.len()
        )));
    }
    Err(cx.raise_with(ExceptionClass::KeyboardInterrupt, &[]))
}

/// Send a signal to the executing process.
#[pyfunction]
pub fn raise_signal(cx: &Context, signalnum: i32) -> PyResult<()> {
    // SAFETY: no memory is involved; a wrong number is an error.
    if unsafe { libc::raise(signalnum) } != 0 {
        return Err(cx.os_error(last_errno(), None));
    }
    cx.poll()
}

/// Return the system description of the given signal.
///
/// Returns the description of signal *signalnum*, such as "Interrupt"
/// for :const:`SIGINT`. Returns :const:`None` if *signalnum` has no
/// description. Raises :exc:`ValueError` if *signalnum* is invalid.
#[pyfunction]
pub fn strsignal(cx: &Context, signalnum: i32) -> PyResult<Value> {
    let signalnum = number(cx, signalnum)?;
    // SAFETY: a number in range; the text is static or this thread's, and copied at once.
    let text = unsafe {
        let text = libc::strsignal(signalnum);
        if text.is_null() {
            return Ok(Value::NONE);
        }
        CStr::from_ptr(text).to_string_lossy().into_owned()
    };
    if text.starts_with("Unknown signal") {
        return Ok(Value::NONE);
    }
    cx.str(&text)
}

/// Change system call restart behaviour.
///
/// If flag is False, system calls will be restarted when interrupted by
/// signal sig, else system calls will be interrupted.
#[pyfunction]
pub fn siginterrupt(cx: &Context, signalnum: i32, flag: i32) -> PyResult<()> {
    let signalnum = number(cx, signalnum)?;
    // SAFETY: all zero is a valid `sigaction`, which the first call fills and the second reads.
    let result = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        let mut result = libc::sigaction(signalnum, std::ptr::null(), &mut action);
        if result == 0 {
            if flag != 0 {
                action.sa_flags &= !libc::SA_RESTART;
            } else {
                action.sa_flags |= libc::SA_RESTART;
            }
            result = libc::sigaction(signalnum, &action, std::ptr::null_mut());
        }
        result
    };
    if result < 0 { Err(cx.os_error(last_errno(), None)) } else { Ok(()) }
}

/// set_wakeup_fd(fd, *, warn_on_full_buffer=True) -> fd
///
/// Sets the fd to be written to (with the signal number) when a signal comes in.
///
/// A library can use this to wakeup select or poll.
/// The previous fd or -1 is returned.
///
/// The fd must be non-blocking.
#[pyfunction(signature = "(fd, /, *, warn_on_full_buffer=True)")]
pub fn set_wakeup_fd(cx: &Context, fd: i32, warn_on_full_buffer: bool) -> PyResult<i32> {
    let _ = warn_on_full_buffer;
    only_main_thread(cx, "set_wakeup_fd")?;
    if fd >= 0 {
        // SAFETY: no memory is involved.
        let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
        if flags < 0 {
            let errno = last_errno();
            return Err(match errno {
                libc::EBADF => cx.value_error(format_args!("invalid fd")),
                _ => cx.os_error(errno, None),
            });
        }
        if flags & libc::O_NONBLOCK == 0 {
            return Err(cx.value_error(format_args!("the fd {fd} must be in non-blocking mode")));
        }
    }
    Ok(signals::set_wakeup_descriptor(fd))
}

/// Wait until a signal arrives.
#[pyfunction]
pub fn pause(cx: &Context) -> PyResult<()> {
    cx.blocking(|| {
        // SAFETY: no memory is involved.
        unsafe { libc::pause() };
    });
    cx.poll()
}

/// Send a signal to a thread.
#[pyfunction]
pub fn pthread_kill(cx: &Context, thread_id: u64, signalnum: i32) -> PyResult<()> {
    cx.audit("signal.pthread_kill", || Ok([cx.int_from_u64(thread_id)?, cx.int(i64::from(signalnum))?]))?;
    // SAFETY: `pthread_kill` of a thread that is over is undefined, in CPython too; of those that this engine knows to run it is not.
    let known = thread_id == cx.thread_identifier()
        || thread_id == cx.engine().threads().main_identifier()
        || cx.engine().threads().running().iter().any(|thread| {
            thread.identifier.load(std::sync::atomic::Ordering::Acquire) == thread_id && !thread.is_finished()
        });
    if !known {
        return Err(cx.os_error(libc::ESRCH, None));
    }
    // SAFETY: the thread runs, or ends just now: its record stays until it is joined or detached by its end.
    let errno = unsafe { libc::pthread_kill(thread_id as libc::pthread_t, signalnum) };
    if errno != 0 {
        return Err(cx.os_error(errno, None));
    }
    cx.poll()
}

/// Send a signal to a process referred to by a pid file descriptor.
#[pyfunction(signature = "(pidfd, signalnum, siginfo=None, flags=0, /)")]
pub fn pidfd_send_signal(
    cx: &Context,
    pidfd: i32,
    signalnum: i32,
    siginfo: Option<Value>,
    flags: u32,
) -> PyResult<()> {
    if siginfo.is_some_and(|value| !value.is_none()) {
        return Err(cx.type_error(format_args!("siginfo must be None")));
    }
    // SAFETY: no memory is involved.
    let result = unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            pidfd,
            signalnum,
            std::ptr::null::<libc::siginfo_t>(),
            flags,
        )
    };
    if result < 0 { Err(cx.os_error(last_errno(), None)) } else { cx.poll() }
}
