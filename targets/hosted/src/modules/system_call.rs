//! System calls that may wait: detached from the heap, tried again after a signal, given up at a deadline (PEP 475).
//!
//! Invariant: nothing that runs detached touches an object; between two tries the signal handlers have run, and what one of them raises
//! ends the call. Deadlines are on the monotonic clock, so that a signal does not lengthen a wait.

use std::io;

use threadsnake_engine::native::FromValue;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, ExceptionClass, Name, PyResult, Value};

/// The error number of the last call of this thread that failed.
pub fn last_errno() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO)
}

/// Runs a call until no signal interrupts it: its result, or its error number.
///
/// # Errors
/// What a signal handler raises.
pub fn try_call(cx: &Context, mut call: impl FnMut() -> i64) -> PyResult<Result<i64, i32>> {
    loop {
        let (result, errno) = cx.blocking(|| {
            let result = call();
            (result, if result < 0 { last_errno() } else { 0 })
        });
        if result >= 0 {
            return Ok(Ok(result));
        }
        if errno != libc::EINTR {
            return Ok(Err(errno));
        }
        cx.poll()?;
    }
}

/// As [`try_call`]; a failure is an OSError about `path`.
///
/// # Errors
/// OSError, and what a signal handler raises.
pub fn call(cx: &Context, path: Option<Value>, function: impl FnMut() -> i64) -> PyResult<i64> {
    match try_call(cx, function)? {
        Ok(result) => Ok(result),
        Err(errno) => Err(cx.os_error(errno, path)),
    }
}

/// The moment, on the monotonic clock, at which a wait of so many nanoseconds from now is over.
pub fn deadline(cx: &Context, nanoseconds: u64) -> u64 {
    cx.engine().platform().monotonic_nanoseconds().saturating_add(nanoseconds)
}

/// Milliseconds left until a deadline for `poll(2)`, rounded up; -1 without one.
pub fn milliseconds_left(cx: &Context, deadline: Option<u64>) -> i32 {
    match deadline {
        None => -1,
        Some(deadline) => {
            let left = deadline.saturating_sub(cx.engine().platform().monotonic_nanoseconds());
            i32::try_from(left.div_ceil(1_000_000)).unwrap_or(i32::MAX)
        }
    }
}

/// Waits until a descriptor is ready for one of `events`; false when the deadline has passed first.
///
/// # Errors
/// OSError, and what a signal handler raises.
pub fn wait_until_ready(cx: &Context, descriptor: i32, events: i16, deadline: Option<u64>) -> PyResult<bool> {
    loop {
        let milliseconds = milliseconds_left(cx, deadline);
        let mut entry = libc::pollfd { fd: descriptor, events, revents: 0 };
        let (result, errno) = cx.blocking(|| {
            // SAFETY: one entry, writable.
            let result = unsafe { libc::poll(&mut entry, 1, milliseconds) };
            (result, if result < 0 { last_errno() } else { 0 })
        });
        match result {
            0 if milliseconds_left(cx, deadline) == 0 => return Ok(false),
            0 => {}
            1.. => return Ok(true),
            _ if errno == libc::EINTR => cx.poll()?,
            _ => return Err(cx.os_error(errno, None)),
        }
    }
}

/// A file descriptor argument: an int, or an object with `fileno()`.
///
/// # Errors
/// TypeError, ValueError for a negative number, OverflowError.
pub fn descriptor(cx: &Context, value: Value) -> PyResult<i32> {
    let number = if threadsnake_engine::types::int_object::is_int(value) {
        i32::from_value(cx, value)?
    } else {
        let name = cx.intern_str("fileno")?;
        let Some(method) = cx.find_attribute_or_none(value, name)? else {
            return Err(cx.type_error(format_args!("argument must be an int, or have a fileno() method.")));
        };
        let given = cx.call(method, &[])?;
        if !threadsnake_engine::types::int_object::is_int(given) {
            return Err(cx.type_error(format_args!("fileno() returned a non-integer")));
        }
        i32::from_value(cx, given)?
    };
    if number < 0 {
        return Err(cx.value_error(format_args!("file descriptor cannot be a negative integer ({number})")));
    }
    Ok(number)
}

/// A time in seconds as nanoseconds, rounded up.
///
/// # Errors
/// TypeError, ValueError for NaN, OverflowError. A negative time stays negative.
pub fn nanoseconds(cx: &Context, value: Value) -> PyResult<i64> {
    let too_large = || {
        cx.raise(ExceptionClass::OverflowError, format_args!("timestamp too large to convert to C PyTime_t"))
    };
    if threadsnake_engine::types::int_object::is_int(value) {
        let seconds = i64::from_value(cx, value).map_err(|raised| {
            cx.take_exception(raised);
            too_large()
        })?;
        return seconds.checked_mul(1_000_000_000).ok_or_else(too_large);
    }
    let seconds = f64::from_value(cx, value)?;
    if seconds.is_nan() {
        return Err(cx.value_error(format_args!("Invalid value NaN (not a number)")));
    }
    let scaled = (seconds * 1e9).ceil();
    if !(-9.2e18..=9.2e18).contains(&scaled) {
        return Err(too_large());
    }
    Ok(scaled as i64)
}

/// Puts numbers into a module's namespace.
///
/// # Errors
/// MemoryError.
pub fn set_numbers(cx: &Context, module: Value, numbers: &[(&str, i64)]) -> PyResult<()> {
    let namespace = cx.module_dict(module)?;
    for &(name, number) in numbers {
        namespace.set_str(cx, cx.intern_str(name)?, cx.int(number)?)?;
    }
    Ok(())
}

/// Makes an exception class of a module.
///
/// # Errors
/// MemoryError.
pub fn new_exception_class(cx: &Context, module: &str, name: &str, base: Value) -> PyResult<Value> {
    let namespace = cx.new_dict()?;
    namespace.set_str(cx, cx.name(Name::__module__), cx.str(module)?)?;
    let bases = cx.tuple(&[base])?;
    let name: Str = cx.intern_str(name)?;
    cx.call(cx.class(threadsnake_engine::Kind::Type), &[name.as_value(), bases, namespace.as_value()])
}
