//! Alarms and interval timers. Source: Modules/signalmodule.c.

use threadsnake_engine::engine::Root;
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::exception::as_exception;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Raised, Value};
use threadsnake_macros::pyfunction;

use crate::modules::system_call::{self, last_errno};
use crate::modules::system_time::timeval;

/// Where the engine's dict of handlers keeps the class of this module's errors: no signal has this number.
const ERROR_KEY: i64 = -1;

/// Sets the timers' numbers and the exception.
pub fn initialize(cx: &Context, module: Value) -> PyResult<()> {
    let numbers = [("ITIMER_REAL", 0), ("ITIMER_VIRTUAL", 1), ("ITIMER_PROF", 2)];
    system_call::set_numbers(cx, module, &numbers)?;
    let os_error = cx.exception_class(ExceptionClass::OSError);
    let error = system_call::new_exception_class(cx, "signal", "itimer_error", os_error)?;
    if let Some(table) = cx.root(Root::SignalHandlers).and_then(Dict::from_value) {
        table.set(cx, cx.int(ERROR_KEY)?, error)?;
    }
    cx.module_dict(module)?.set_str(cx, cx.intern_str("ItimerError")?, error)
}

/// An error of a timer's call.
fn failed(cx: &Context) -> Raised {
    let raised = cx.os_error(last_errno(), None);
    let plain = cx.take_exception(raised);
    let made = || -> PyResult<Value> {
        let class = match cx.root(Root::SignalHandlers).and_then(Dict::from_value) {
            Some(table) => table.get(cx, cx.int(ERROR_KEY)?)?,
            None => None,
        };
        let class = class.unwrap_or_else(|| cx.exception_class(ExceptionClass::OSError));
        let number = cx.get_attribute(plain, cx.intern_str("errno")?)?;
        let text = cx.get_attribute(plain, cx.intern_str("strerror")?)?;
        cx.call(class, &[number, text])
    };
    match made() {
        Ok(error) => match as_exception(error) {
            Some(object) => cx.raise_object(object),
            None => cx.raise(ExceptionClass::OSError, format_args!("timer error")),
        },
        Err(raised) => raised,
    }
}

/// Arrange for SIGALRM to arrive after the given number of seconds.
#[pyfunction]
pub fn alarm(seconds: i32) -> i64 {
    // SAFETY: no memory is involved.
    i64::from(unsafe { libc::alarm(seconds as libc::c_uint) })
}

unsafe extern "C" {
    #[link_name = "setitimer"]
    fn c_setitimer(which: libc::c_int, new: *const libc::itimerval, old: *mut libc::itimerval)
    -> libc::c_int;
    #[link_name = "getitimer"]
    fn c_getitimer(which: libc::c_int, current: *mut libc::itimerval) -> libc::c_int;
}

fn time(cx: &Context, value: Option<Value>) -> PyResult<libc::timeval> {
    let nanoseconds = match value {
        Some(value) => system_call::nanoseconds(cx, value)?,
        None => 0,
    };
    // Rounded up, so that a short time does not switch the timer off; the call refuses negative ones.
    timeval(cx, nanoseconds)
}

fn none() -> libc::itimerval {
    let zero = libc::timeval { tv_sec: 0, tv_usec: 0 };
    libc::itimerval { it_interval: zero, it_value: zero }
}

fn to_value(cx: &Context, timer: &libc::itimerval) -> PyResult<Value> {
    let seconds = |time: libc::timeval| cx.float(time.tv_sec as f64 + time.tv_usec as f64 * 1e-6);
    cx.tuple(&[seconds(timer.it_value)?, seconds(timer.it_interval)?])
}

/// Sets given itimer (one of ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF).
///
/// The timer will fire after value seconds and after that every interval seconds.
/// The itimer can be cleared by setting seconds to zero.
///
/// Returns old values as a tuple: (delay, interval).
#[pyfunction(signature = "(which, seconds, interval=0.0, /)")]
pub fn setitimer(cx: &Context, which: i32, seconds: Value, interval: Option<Value>) -> PyResult<Value> {
    let new = libc::itimerval { it_value: time(cx, Some(seconds))?, it_interval: time(cx, interval)? };
    let mut old = none();
    // SAFETY: two whole structures.
    if unsafe { c_setitimer(which, &new, &mut old) } != 0 {
        return Err(failed(cx));
    }
    to_value(cx, &old)
}

/// Returns current value of given itimer.
#[pyfunction]
pub fn getitimer(cx: &Context, which: i32) -> PyResult<Value> {
    let mut current = none();
    // SAFETY: a whole structure.
    if unsafe { c_getitimer(which, &mut current) } != 0 {
        return Err(failed(cx));
    }
    to_value(cx, &current)
}
