//! Modes, owners, times and lengths of files.
//!
//! Source: Modules/posixmodule.c.

use threadsnake_engine::native::FromValue;
use threadsnake_engine::types::int_object::as_i64;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
use threadsnake_macros::pyfunction;

use super::{call_on, directory, not_with_descriptor, path_of, target_of, told_directory};
use crate::modules::system_call::call;
use crate::modules::system_time::{NANOSECONDS, out_of_range, timespec};

/// Change the access permissions of a file.
///
///   path
///     Path to be modified.  May always be specified as a str, bytes, or a path-like object.
///     On some platforms, path may also be specified as an open file descriptor.
///     If this functionality is unavailable, using it raises an exception.
///   mode
///     Operating-system mode bitfield.
///     Be careful when using number literals for *mode*. The conventional UNIX notation for
///     numeric modes uses an octal base, which needs to be indicated with a ``0o`` prefix in
///     Python.
///   dir_fd
///     If not None, it should be a file descriptor open to a directory,
///     and path should be relative; path will then be relative to that
///     directory.
///   follow_symlinks
///     If False, and the last element of the path is a symbolic link,
///     chmod will modify the symbolic link itself instead of the file
///     the link points to.
#[pyfunction(signature = "(path, mode, *, dir_fd=None, follow_symlinks=True)")]
pub fn chmod(
    cx: &Context,
    path: Value,
    mode: u32,
    dir_fd: Option<Value>,
    follow_symlinks: bool,
) -> PyResult<()> {
    let directory = directory(cx, dir_fd)?;
    let (path, text) = target_of(cx, path, "chmod")?;
    not_with_descriptor(cx, "chmod", &path, directory, follow_symlinks)?;
    cx.audit("os.chmod", || {
        Ok([path.object, cx.int(i64::from(mode as i32))?, told_directory(cx, directory)?])
    })?;
    let flags = if follow_symlinks { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    call_on(cx, &path, || {
        // SAFETY: the path ends with a null byte.
        i64::from(unsafe {
            match path.descriptor {
                Some(descriptor) => libc::fchmod(descriptor, mode as libc::mode_t),
                None => libc::fchmodat(directory, text.as_ptr(), mode as libc::mode_t, flags),
            }
        })
    })
    .map(|_| ())
}

/// Change the access permissions of the file given by file descriptor.
///
/// Equivalent to os.chmod(fd, mode).
#[pyfunction(signature = "(fd, mode)")]
pub fn fchmod(cx: &Context, fd: i32, mode: u32) -> PyResult<()> {
    cx.audit("os.chmod", || {
        Ok([cx.int(i64::from(fd))?, cx.int(i64::from(mode as i32))?, told_directory(cx, libc::AT_FDCWD)?])
    })?;
    // SAFETY: no memory is involved.
    call(cx, None, || i64::from(unsafe { libc::fchmod(fd, mode as libc::mode_t) })).map(|_| ())
}

/// A user or group number; -1 leaves it as it is.
fn identifier(cx: &Context, value: Value, what: &str) -> PyResult<u32> {
    let number = cx.index(value)?;
    match as_i64(number) {
        Some(-1) => Ok(u32::MAX),
        Some(number) if number < 0 => {
            Err(cx.raise(ExceptionClass::OverflowError, format_args!("{what} is less than minimum")))
        }
        number => number.and_then(|number| u32::try_from(number).ok()).ok_or_else(|| {
            cx.raise(ExceptionClass::OverflowError, format_args!("{what} is greater than maximum"))
        }),
    }
}

fn audit_owner(cx: &Context, file: Value, user: u32, group: u32, directory: i32) -> PyResult<()> {
    cx.audit("os.chown", || {
        let (user, group) = (cx.int(i64::from(user))?, cx.int(i64::from(group))?);
        Ok([file, user, group, told_directory(cx, directory)?])
    })
}

/// Change the owner and group id of path to the numeric uid and gid.
///
///   path
///     Path to be examined; can be string, bytes, a path-like object, or open-file-descriptor int.
///   dir_fd
///     If not None, it should be a file descriptor open to a directory,
///     and path should be relative; path will then be relative to that
///     directory.
///   follow_symlinks
///     If False, and the last element of the path is a symbolic link,
///     stat will examine the symbolic link itself instead of the file
///     the link points to.
#[pyfunction(signature = "(path, uid, gid, *, dir_fd=None, follow_symlinks=True)")]
pub fn chown(
    cx: &Context,
    path: Value,
    uid: Value,
    gid: Value,
    dir_fd: Option<Value>,
    follow_symlinks: bool,
) -> PyResult<()> {
    let directory = directory(cx, dir_fd)?;
    let (path, text) = target_of(cx, path, "chown")?;
    not_with_descriptor(cx, "chown", &path, directory, follow_symlinks)?;
    let (user, group) = (identifier(cx, uid, "uid")?, identifier(cx, gid, "gid")?);
    audit_owner(cx, path.object, user, group, directory)?;
    let flags = if follow_symlinks { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    call_on(cx, &path, || {
        // SAFETY: the path ends with a null byte.
        i64::from(unsafe {
            match path.descriptor {
                Some(descriptor) => libc::fchown(descriptor, user, group),
                None => libc::fchownat(directory, text.as_ptr(), user, group, flags),
            }
        })
    })
    .map(|_| ())
}

/// Change the owner and group id of the file specified by file descriptor.
///
/// Equivalent to os.chown(fd, uid, gid).
#[pyfunction(signature = "(fd, uid, gid)")]
pub fn fchown(cx: &Context, fd: i32, uid: Value, gid: Value) -> PyResult<()> {
    let (user, group) = (identifier(cx, uid, "uid")?, identifier(cx, gid, "gid")?);
    audit_owner(cx, cx.int(i64::from(fd))?, user, group, libc::AT_FDCWD)?;
    // SAFETY: no memory is involved.
    call(cx, None, || i64::from(unsafe { libc::fchown(fd, user, group) })).map(|_| ())
}

/// Change the owner and group id of path to the numeric uid and gid.
///
/// This function will not follow symbolic links.
/// Equivalent to os.chown(path, uid, gid, follow_symlinks=False).
#[pyfunction(signature = "(path, uid, gid)")]
pub fn lchown(cx: &Context, path: Value, uid: Value, gid: Value) -> PyResult<()> {
    let (path, text) = path_of(cx, path, "lchown")?;
    let (user, group) = (identifier(cx, uid, "uid")?, identifier(cx, gid, "gid")?);
    audit_owner(cx, path.object, user, group, libc::AT_FDCWD)?;
    // SAFETY: the path ends with a null byte.
    call_on(cx, &path, || i64::from(unsafe { libc::lchown(text.as_ptr(), user, group) })).map(|_| ())
}

/// Seconds, perhaps with a fraction, as the system takes them; rounded down.
fn seconds(cx: &Context, value: Value) -> PyResult<libc::timespec> {
    if cx.has_index(value) {
        let whole = as_i64(cx.index(value)?).ok_or_else(|| out_of_range(cx))?;
        return timespec(cx, i128::from(whole) * NANOSECONDS);
    }
    let time = f64::from_value(cx, value)?;
    if time.is_nan() {
        return Err(cx.value_error(format_args!("Invalid value NaN (not a number)")));
    }
    let mut whole = time.floor();
    let mut fraction = ((time - whole) * 1e9).floor();
    if fraction >= 1e9 {
        whole += 1.0;
        fraction = 0.0;
    }
    if !(-9.2e18..9.2e18).contains(&whole) {
        return Err(out_of_range(cx));
    }
    timespec(cx, whole as i128 * NANOSECONDS + fraction as i128)
}

fn nanoseconds(cx: &Context, value: Value) -> PyResult<libc::timespec> {
    if !cx.has_index(value) {
        return Err(cx.type_error(format_args!(
            "'{}' object cannot be interpreted as an integer",
            cx.type_name(value)
        )));
    }
    let pair = cx.divmod(value, cx.int(NANOSECONDS as i64)?)?;
    let parts = Tuple::expect(cx, pair)?;
    let (Some(whole), Some(rest)) = (parts.get(0), parts.get(1)) else {
        return Err(cx.type_error(format_args!("divmod() returned no pair")));
    };
    let (whole, rest) = (i64::from_value(cx, whole)?, i64::from_value(cx, rest)?);
    timespec(cx, i128::from(whole) * NANOSECONDS + i128::from(rest))
}

fn pair_of(cx: &Context, name: &str, value: Value) -> PyResult<(Value, Value)> {
    let pair = Tuple::from_value(value).filter(|pair| pair.len() == 2);
    pair.and_then(|pair| Some((pair.get(0)?, pair.get(1)?))).ok_or_else(|| {
        if name == "times" {
            cx.type_error(format_args!("utime: 'times' must be either a tuple of two ints or None"))
        } else {
            cx.type_error(format_args!("utime: 'ns' must be a tuple of two ints"))
        }
    })
}

/// Set the access and modified time of path.
///
/// path may always be specified as a string.
/// On some platforms, path may also be specified as an open file descriptor.
///   If this functionality is unavailable, using it raises an exception.
///
/// If times is not None, it must be a tuple (atime, mtime);
///     atime and mtime should be expressed as float seconds since the epoch.
/// If ns is specified, it must be a tuple (atime_ns, mtime_ns);
///     atime_ns and mtime_ns should be expressed as integer nanoseconds
///     since the epoch.
/// If times is None and ns is unspecified, utime uses the current time.
/// Specifying tuples for both times and ns is an error.
///
/// If dir_fd is not None, it should be a file descriptor open to a directory,
///   and path should be relative; path will then be relative to that directory.
/// If follow_symlinks is False, and the last element of the path is a symbolic
///   link, utime will modify the symbolic link itself instead of the file the
///   link points to.
/// It is an error to use dir_fd or follow_symlinks when specifying path
///   as an open file descriptor.
/// dir_fd and follow_symlinks may not be available on your platform.
///   If they are unavailable, using them will raise a NotImplementedError.
#[pyfunction]
pub fn utime(cx: &Context, arguments: threadsnake_engine::native::Arguments<'_>) -> PyResult<()> {
    use threadsnake_engine::native::arguments::{Parameter, ParameterKind, Signature};
    const fn parameter(name: &'static str, kind: ParameterKind, required: bool) -> Parameter {
        Parameter { name, kind, required }
    }
    static SIGNATURE: Signature = Signature {
        name: "utime",
        parameters: &[
            parameter("path", ParameterKind::Standard, true),
            parameter("times", ParameterKind::Standard, false),
            parameter("ns", ParameterKind::KeywordOnly, false),
            parameter("dir_fd", ParameterKind::KeywordOnly, false),
            parameter("follow_symlinks", ParameterKind::KeywordOnly, false),
        ],
        variable_arguments: false,
        variable_keywords: false,
    };
    let mut bound = [None; 5];
    SIGNATURE.bind(cx, &arguments, &mut bound)?;
    let [path, times, ns, dir_fd, follow] = bound;
    let path = SIGNATURE.given(cx, path, 0)?;
    let follow = follow.map_or(Ok(true), |follow| cx.is_true(follow))?;
    let times = times.filter(|times| !times.is_none());
    if times.is_some() && ns.is_some() {
        return Err(
            cx.value_error(format_args!("utime: you may specify either 'times' or 'ns' but not both"))
        );
    }
    let directory = directory(cx, dir_fd)?;
    let (path, text) = target_of(cx, path, "utime")?;
    not_with_descriptor(cx, "utime", &path, directory, follow)?;
    let now = libc::timespec { tv_sec: 0, tv_nsec: libc::UTIME_NOW as _ };
    let moments = match (times, ns) {
        (Some(times), _) => {
            let (accessed, modified) = pair_of(cx, "times", times)?;
            [seconds(cx, accessed)?, seconds(cx, modified)?]
        }
        (None, Some(ns)) => {
            let (accessed, modified) = pair_of(cx, "ns", ns)?;
            [nanoseconds(cx, accessed)?, nanoseconds(cx, modified)?]
        }
        (None, None) => [now, now],
    };
    cx.audit("os.utime", || {
        let (times, ns) = (times.unwrap_or(Value::NONE), ns.unwrap_or(Value::NONE));
        Ok([path.object, times, ns, told_directory(cx, directory)?])
    })?;
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    call_on(cx, &path, || {
        // SAFETY: two times, and a path that ends with a null byte.
        i64::from(unsafe {
            match path.descriptor {
                Some(descriptor) => libc::futimens(descriptor, moments.as_ptr()),
                None => libc::utimensat(directory, text.as_ptr(), moments.as_ptr(), flags),
            }
        })
    })
    .map(|_| ())
}

/// Truncate a file, specified by path, to a specific length.
///
/// On some platforms, path may also be specified as an open file descriptor.
/// If this functionality is unavailable, using it raises an exception.
#[pyfunction(signature = "(path, length)")]
pub fn truncate(cx: &Context, path: Value, length: i64) -> PyResult<()> {
    let (path, text) = target_of(cx, path, "truncate")?;
    cx.audit("os.truncate", || Ok([path.object, cx.int(length)?]))?;
    call_on(cx, &path, || {
        // SAFETY: the path ends with a null byte.
        i64::from(unsafe {
            match path.descriptor {
                Some(descriptor) => libc::ftruncate(descriptor, length as libc::off_t),
                None => libc::truncate(text.as_ptr(), length as libc::off_t),
            }
        })
    })
    .map(|_| ())
}

/// Truncate a file, specified by file descriptor, to a specific length.
#[pyfunction]
pub fn ftruncate(cx: &Context, fd: i32, length: i64) -> PyResult<()> {
    cx.audit("os.truncate", || Ok([cx.int(i64::from(fd))?, cx.int(length)?]))?;
    // SAFETY: no memory is involved.
    call(cx, None, || i64::from(unsafe { libc::ftruncate(fd, length as libc::off_t) })).map(|_| ())
}

/// Return the configuration limit name for the file or directory path.
///
/// If there is no limit, return -1.
/// On some platforms, path may also be specified as an open file descriptor.
///   If this functionality is unavailable, using it raises an exception.
#[pyfunction(signature = "(path, name)")]
pub fn pathconf(cx: &Context, path: Value, name: Value) -> PyResult<i64> {
    let (path, text) = target_of(cx, path, "pathconf")?;
    let number = super::constants::path_limit(cx, name)?;
    let limit = cx.blocking(|| {
        // SAFETY: the path ends with a null byte; errno tells an error from "no limit".
        unsafe {
            *libc::__errno_location() = 0;
            let limit = match path.descriptor {
                Some(descriptor) => libc::fpathconf(descriptor, number),
                None => libc::pathconf(text.as_ptr(), number),
            };
            (limit, *libc::__errno_location())
        }
    });
    match limit {
        (-1, errno) if errno != 0 => Err(cx.os_error(errno, Some(path.object))),
        (limit, _) => Ok(limit),
    }
}

/// Return the configuration limit name for the file descriptor fd.
///
/// If there is no limit, return -1.
#[pyfunction(signature = "(fd, name, /)")]
pub fn fpathconf(cx: &Context, fd: i32, name: Value) -> PyResult<i64> {
    let fd = cx.int(i64::from(fd))?;
    pathconf(cx, fd, name)
}
