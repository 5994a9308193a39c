//! Files, directories and descriptors of the operating system: the part of `posix` about the file system.
//!
//! Invariant: calls run detached and are tried again after a signal; an error names the file it is about. A relative path is relative to `dir_fd`
//! if one is given.
//! - [`status`]: `stat` and its kind. [`directories`]: making, removing, listing. [`names`]: links, renaming, removing. [`attributes`]: modes,
//!   owners, times, lengths. [`descriptors`]: opening, reading, writing. [`directory_stream`], [`scan`]: `scandir`. [`extended`]:
//!   extended attributes. [`constants`]: numbers.
//!
//! Source: Modules/posixmodule.c.

pub mod attributes;
pub mod constants;
pub mod descriptors;
pub mod directories;
pub mod directory_stream;
pub mod extended;
pub mod names;
pub mod scan;
pub mod status;

use std::ffi::CString;

use threadsnake_engine::native::FromValue;
use threadsnake_engine::{Context, PyResult, Value};

use super::paths::{self, PathArgument};
use super::system_call::{call, try_call};

/// The argument `dir_fd`: a descriptor, or the current directory.
///
/// # Errors
/// TypeError, OverflowError.
pub fn directory(cx: &Context, dir_fd: Option<Value>) -> PyResult<i32> {
    match dir_fd.filter(|value| !value.is_none()) {
        None => Ok(libc::AT_FDCWD),
        Some(value) if cx.has_index(value) => i32::from_value(cx, value),
        Some(value) => {
            Err(cx
                .type_error(format_args!("argument should be integer or None, not {}", cx.type_name(value))))
        }
    }
}

/// A directory's descriptor as audit events tell it: -1 if none was given.
///
/// # Errors
/// MemoryError.
pub fn told_directory(cx: &Context, directory: i32) -> PyResult {
    cx.int(i64::from(if directory == libc::AT_FDCWD { -1 } else { directory }))
}

/// A path argument and its form for C.
///
/// # Errors
/// TypeError, ValueError.
pub fn path_of(cx: &Context, value: Value, function: &str) -> PyResult<(PathArgument, CString)> {
    let path = paths::path(cx, value, function, false)?;
    let text = path.to_c_string(cx)?;
    Ok((path, text))
}

/// As [`path_of`], where a descriptor may stand for the path.
///
/// # Errors
/// TypeError, ValueError.
pub fn target_of(cx: &Context, value: Value, function: &str) -> PyResult<(PathArgument, CString)> {
    let path = paths::path(cx, value, function, true)?;
    let text = path.to_c_string(cx)?;
    Ok((path, text))
}

/// A call about one path.
///
/// # Errors
/// OSError with the path.
pub fn call_on(cx: &Context, path: &PathArgument, function: impl FnMut() -> i64) -> PyResult<i64> {
    call(cx, Some(path.object), function)
}

/// A call about two paths.
///
/// # Errors
/// OSError with both.
pub fn call_on_two(
    cx: &Context,
    from: &PathArgument,
    to: &PathArgument,
    function: impl FnMut() -> i64,
) -> PyResult<()> {
    match try_call(cx, function)? {
        Ok(_) => Ok(()),
        Err(errno) => Err(cx.os_error_of_files(errno, Some(from.object), Some(to.object))),
    }
}

/// ValueError for two arguments that exclude each other.
///
/// # Errors
/// Always if both are there.
pub fn not_with_descriptor(
    cx: &Context,
    function: &str,
    path: &PathArgument,
    directory: i32,
    follow_symlinks: bool,
) -> PyResult<()> {
    if path.descriptor.is_some() && directory != libc::AT_FDCWD {
        return Err(cx.value_error(format_args!("{function}: can't specify dir_fd without matching path")));
    }
    if path.descriptor.is_some() && !follow_symlinks {
        return Err(cx.value_error(format_args!("{function}: cannot use fd and follow_symlinks together")));
    }
    Ok(())
}
