//! How a socket's calls wait: timeouts, the default timeout, the loop around a call.
//!
//! Invariant: a socket with a timeout is in non-blocking mode in the system; `poll` does the waiting, up to a deadline set when the call
//! began. Source: `sock_call_ex` in Modules/socketmodule.c.

use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pyfunction;

use super::errors;
use super::socket_object::Socket;
use crate::modules::system_call::{self, last_errno, wait_until_ready};

/// How long a socket's calls wait, in nanoseconds; `None` for ever, 0 not at all.
pub type Timeout = Option<u64>;

/// A timeout argument: `None` or seconds.
///
/// # Errors
/// TypeError, ValueError for a negative one, OverflowError.
pub fn timeout_of(cx: &Context, value: Value) -> PyResult<Timeout> {
    if value.is_none() {
        return Ok(None);
    }
    let wait = system_call::nanoseconds(cx, value)?;
    match u64::try_from(wait) {
        Ok(wait) => Ok(Some(wait)),
        Err(_) => Err(cx.value_error(format_args!("Timeout value out of range"))),
    }
}

/// A timeout as Python sees it.
pub fn timeout_value(cx: &Context, timeout: Timeout) -> PyResult<Value> {
    match timeout {
        None => Ok(Value::NONE),
        Some(wait) => cx.float(wait as f64 / 1e9),
    }
}

const DEFAULT: &str = "default timeout";

/// The timeout of new sockets.
pub fn default_timeout(cx: &Context) -> PyResult<Timeout> {
    match errors::internals(cx)?.get_str(cx, cx.intern_str(DEFAULT)?)? {
        Some(wait) if !wait.is_none() => Ok(Some(cx.index_u64(wait)?)),
        _ => Ok(None),
    }
}

/// getdefaulttimeout() -> timeout
///
/// Returns the default timeout in seconds (float) for new socket objects.
/// A value of None indicates that new socket objects have no timeout.
/// When the socket module is first imported, the default is None.
#[pyfunction]
pub fn getdefaulttimeout(cx: &Context) -> PyResult<Value> {
    timeout_value(cx, default_timeout(cx)?)
}

/// setdefaulttimeout(timeout)
///
/// Set the default timeout in seconds (float) for new socket objects.
/// A value of None indicates that new socket objects have no timeout.
/// When the socket module is first imported, the default is None.
#[pyfunction]
pub fn setdefaulttimeout(cx: &Context, timeout: Value) -> PyResult<()> {
    let stored = match timeout_of(cx, timeout)? {
        None => Value::NONE,
        Some(wait) => cx.int_from_u64(wait)?,
    };
    errors::internals(cx)?.set_str(cx, cx.intern_str(DEFAULT)?, stored)
}

/// What a socket's call waits for.
#[derive(Copy, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// Something to read.
    Reading,
    /// Room to write.
    Writing,
}

impl Readiness {
    /// The events of `poll(2)`.
    pub fn events(self) -> i16 {
        match self {
            Readiness::Reading => libc::POLLIN,
            Readiness::Writing => libc::POLLOUT,
        }
    }
}

/// When a call on a socket with a timeout is to give up.
pub fn deadline_of(cx: &Context, socket: &Socket) -> Option<u64> {
    socket.timeout().filter(|&wait| wait > 0).map(|wait| system_call::deadline(cx, wait))
}

/// Runs a call on a socket until it is done, fails or takes too long.
///
/// # Errors
/// OSError, TimeoutError, and what a signal handler raises.
pub fn call(
    cx: &Context,
    socket: &Socket,
    readiness: Readiness,
    function: impl FnMut(i32) -> i64,
) -> PyResult<i64> {
    call_until(cx, socket, readiness, deadline_of(cx, socket), function)
}

/// As [`call`], with the deadline of a sequence of calls.
///
/// # Errors
/// As for [`call`].
pub fn call_until(
    cx: &Context,
    socket: &Socket,
    readiness: Readiness,
    deadline: Option<u64>,
    mut function: impl FnMut(i32) -> i64,
) -> PyResult<i64> {
    loop {
        let descriptor = socket.descriptor();
        if deadline.is_some()
            && descriptor >= 0
            && !wait_until_ready(cx, descriptor, readiness.events(), deadline)?
        {
            return Err(errors::timed_out(cx));
        }
        let (result, errno) = cx.blocking(|| {
            let result = function(descriptor);
            (result, if result < 0 { last_errno() } else { 0 })
        });
        if result >= 0 {
            return Ok(result);
        }
        match errno {
            libc::EINTR => cx.poll()?,
            // It was ready, and another thread was faster.
            libc::EAGAIN if deadline.is_some() => {}
            _ => return Err(cx.os_error(errno, None)),
        }
    }
}
