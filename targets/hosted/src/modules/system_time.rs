//! Times in nanoseconds and as the C library takes them: whole seconds and a part of one.
//!
//! Invariant: the part is not negative, so that a time before the epoch is rounded down to its second; the fields' types are the
//! platform's and named nowhere, and seconds that theirs cannot hold raise OverflowError instead of wrapping.
//! Source: Python/pytime.c (`_PyTime_AsTimespec`, `_PyTime_AsTimeval`).

use threadsnake_engine::{Context, ExceptionClass, PyResult, Raised};

/// How many make a second.
pub const NANOSECONDS: i128 = 1_000_000_000;

const MICROSECONDS: i128 = 1_000_000;

/// The error for seconds that the platform's type cannot hold.
#[cold]
pub fn out_of_range(cx: &Context) -> Raised {
    cx.raise(ExceptionClass::OverflowError, format_args!("timestamp out of range for platform time_t"))
}

/// Nanoseconds as the C library takes them.
///
/// # Errors
/// OverflowError.
pub fn timespec(cx: &Context, nanoseconds: impl Into<i128>) -> PyResult<libc::timespec> {
    let nanoseconds = nanoseconds.into();
    let seconds = nanoseconds.div_euclid(NANOSECONDS).try_into();
    let rest = nanoseconds.rem_euclid(NANOSECONDS).try_into();
    match (seconds, rest) {
        (Ok(tv_sec), Ok(tv_nsec)) => Ok(libc::timespec { tv_sec, tv_nsec }),
        _ => Err(out_of_range(cx)),
    }
}

/// Nanoseconds as the C library takes microseconds: rounded up, so that a short wait does not become none.
///
/// # Errors
/// OverflowError.
pub fn timeval(cx: &Context, nanoseconds: impl Into<i128>) -> PyResult<libc::timeval> {
    let nanoseconds = nanoseconds.into();
    let microseconds = nanoseconds.div_euclid(1000) + i128::from(nanoseconds.rem_euclid(1000) != 0);
    let seconds = microseconds.div_euclid(MICROSECONDS).try_into();
    let rest = microseconds.rem_euclid(MICROSECONDS).try_into();
    match (seconds, rest) {
        (Ok(tv_sec), Ok(tv_usec)) => Ok(libc::timeval { tv_sec, tv_usec }),
        _ => Err(out_of_range(cx)),
    }
}

/// A time of day or an interval of the C library in nanoseconds.
pub fn nanoseconds_of(time: libc::timespec) -> i128 {
    i128::from(time.tv_sec) * NANOSECONDS + i128::from(time.tv_nsec)
}
