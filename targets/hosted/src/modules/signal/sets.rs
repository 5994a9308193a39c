//! Sets of signals: masks of threads, pending signals, waiting for one of a set. Source: Modules/signalmodule.c.

use std::mem::MaybeUninit;

use threadsnake_engine::struct_sequence;
use threadsnake_engine::{Context, ExceptionClass, Kind, PyResult, Value};
use threadsnake_macros::pyfunction;

use super::handlers::END;
use crate::modules::system_call::{self, last_errno};
use crate::modules::system_time::timespec;

struct_sequence!(SIGNAL_INFORMATION, "signal", "struct_siginfo", "struct_siginfo: Result from sigwaitinfo or sigtimedwait.\n\nThis object may be accessed either as a tuple of\n(si_signo, si_code, si_errno, si_pid, si_uid, si_status, si_band),\nor via the attributes si_signo, si_code, and so on.", 7, 0, true, {
    0 si_signo "signal number";
    1 si_code "signal code";
    2 si_errno "errno associated with this signal";
    3 si_pid "sending process ID";
    4 si_uid "real user ID of sending process";
    5 si_status "exit value or signal";
    6 si_band "band event for SIGPOLL";
});

/// Makes the class of results.
pub fn initialize(cx: &Context, module: Value) -> PyResult<()> {
    let class = cx.struct_sequence_class(&SIGNAL_INFORMATION)?;
    cx.module_dict(module)?.set_str(cx, cx.intern_str("struct_siginfo")?, class.as_value())
}

fn empty() -> libc::sigset_t {
    // SAFETY: all zero is valid, and the call makes the set an empty one.
    unsafe {
        let mut set = MaybeUninit::zeroed();
        libc::sigemptyset(set.as_mut_ptr());
        set.assume_init()
    }
}

/// The signals of an iterable.
fn from_iterable(cx: &Context, iterable: Value) -> PyResult<libc::sigset_t> {
    let mut set = empty();
    for &item in cx.collect(iterable)?.as_slice() {
        // What is no i64 is out of range all the more.
        let number = cx.index_clipped(item)?;
        let Some(number) = i32::try_from(number).ok().filter(|number| (1..END).contains(number)) else {
            return Err(cx.value_error(format_args!("signal number {number} out of range [1; {}]", END - 1)));
        };
        // SAFETY: a whole set and a number in range.
        if unsafe { libc::sigaddset(&mut set, number) } != 0 {
            cx.warn(
                ExceptionClass::RuntimeWarning,
                format_args!("invalid signal number {number}, please use valid_signals()"),
            )?;
        }
    }
    Ok(set)
}

/// A Python set of a set's signals.
fn to_set(cx: &Context, set: &libc::sigset_t) -> PyResult<Value> {
    let mut numbers = cx.scratch();
    for number in 1..END {
        // SAFETY: a whole set and a number in range.
        if unsafe { libc::sigismember(set, number) } == 1 {
            numbers.push(cx.int(i64::from(number))?);
        }
    }
    let numbers = cx.list(numbers.as_slice())?;
    cx.call(cx.class(Kind::Set), &[numbers])
}

/// Fetch and/or change the signal mask of the calling thread.
#[pyfunction]
pub fn pthread_sigmask(cx: &Context, how: i32, mask: Value) -> PyResult<Value> {
    let wanted = from_iterable(cx, mask)?;
    let mut old = empty();
    // SAFETY: two whole sets.
    let errno = unsafe { libc::pthread_sigmask(how, &wanted, &mut old) };
    if errno != 0 {
        return Err(cx.os_error(errno, None));
    }
    // What was pending may be here now.
    cx.poll()?;
    to_set(cx, &old)
}

/// Examine pending signals.
///
/// Returns a set of signal numbers that are pending for delivery to
/// the calling thread.
#[pyfunction]
pub fn sigpending(cx: &Context) -> PyResult<Value> {
    let mut set = empty();
    // SAFETY: a whole set.
    if unsafe { libc::sigpending(&mut set) } != 0 {
        return Err(cx.os_error(last_errno(), None));
    }
    to_set(cx, &set)
}

/// Wait for a signal.
///
/// Suspend execution of the calling thread until the delivery of one of the
/// signals specified in the signal set sigset.  The function accepts the signal
/// and returns the signal number.
#[pyfunction]
pub fn sigwait(cx: &Context, sigset: Value) -> PyResult<i32> {
    let set = from_iterable(cx, sigset)?;
    loop {
        let mut number = 0;
        // SAFETY: a whole set and a place for the number.
        match cx.blocking(|| unsafe { libc::sigwait(&set, &mut number) }) {
            0 => return Ok(number),
            libc::EINTR => cx.poll()?,
            errno => return Err(cx.os_error(errno, None)),
        }
    }
}

fn information(cx: &Context, information: &libc::siginfo_t) -> PyResult<Value> {
    // SAFETY: the structure was filled by the system; these fields exist for every kind of signal, as numbers without meaning where
    // they do not apply.
    let (process, user, status) =
        unsafe { (information.si_pid(), information.si_uid(), information.si_status()) };
    let mut values = cx.scratch();
    for number in [
        i64::from(information.si_signo),
        i64::from(information.si_code),
        i64::from(information.si_errno),
        i64::from(process),
        i64::from(user),
        i64::from(status),
        // The band shares its place with the process id.
        i64::from(process),
    ] {
        values.push(cx.int(number)?);
    }
    let class = cx.struct_sequence_class(&SIGNAL_INFORMATION)?;
    cx.struct_sequence(class, values.as_slice(), &[])
}

fn wait_for_information(cx: &Context, set: &libc::sigset_t, deadline: Option<u64>) -> PyResult<Value> {
    loop {
        // SAFETY: all zero is a valid `siginfo_t`.
        let mut found: libc::siginfo_t = unsafe { MaybeUninit::zeroed().assume_init() };
        let left = deadline
            .map(|deadline| deadline.saturating_sub(cx.engine().platform().monotonic_nanoseconds()))
            .map(|left| timespec(cx, left))
            .transpose()?;
        let (result, errno) = cx.blocking(|| {
            // SAFETY: a whole set, a place for the result, a time.
            let result = unsafe {
                match &left {
                    Some(left) => libc::sigtimedwait(set, &mut found, left),
                    None => libc::sigwaitinfo(set, &mut found),
                }
            };
            (result, if result < 0 { last_errno() } else { 0 })
        });
        match (result, errno) {
            (0.., _) => return information(cx, &found),
            (_, libc::EINTR) => cx.poll()?,
            (_, libc::EAGAIN) if deadline.is_some() => return Ok(Value::NONE),
            _ => return Err(cx.os_error(errno, None)),
        }
    }
}

/// Wait synchronously until one of the signals in *sigset* is delivered.
///
/// Returns a struct_siginfo containing information about the signal.
#[pyfunction]
pub fn sigwaitinfo(cx: &Context, sigset: Value) -> PyResult<Value> {
    let set = from_iterable(cx, sigset)?;
    wait_for_information(cx, &set, None)
}

/// Like sigwaitinfo(), but with a timeout.
///
/// The timeout is specified in seconds, with floating-point numbers allowed.
#[pyfunction]
pub fn sigtimedwait(cx: &Context, sigset: Value, timeout: Value) -> PyResult<Value> {
    let wait = match u64::try_from(system_call::nanoseconds(cx, timeout)?) {
        Ok(wait) => wait,
        Err(_) => return Err(cx.value_error(format_args!("timeout must be non-negative"))),
    };
    let set = from_iterable(cx, sigset)?;
    let deadline = system_call::deadline(cx, wait);
    wait_for_information(cx, &set, Some(deadline))
}

/// Return a set of valid signal numbers on this platform.
///
/// The signal numbers returned by this function can be safely passed to
/// functions like `pthread_kill`.
#[pyfunction]
pub fn valid_signals(cx: &Context) -> PyResult<Value> {
    let mut set = empty();
    // SAFETY: a whole set.
    if unsafe { libc::sigfillset(&mut set) } != 0 {
        return Err(cx.os_error(last_errno(), None));
    }
    to_set(cx, &set)
}
