//! Extended attributes of files.
//!
//! Source: Modules/posixmodule.c, xattr(7).

use std::ffi::CString;

use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pyfunction;

use super::{call_on, not_with_descriptor, target_of};
use crate::modules::paths::{self, PathArgument};
use crate::modules::system_call::try_call;

/// The largest value, and the largest list of names, that Linux has.
const LARGEST: usize = 64 << 10;

fn target(cx: &Context, path: Value, function: &str, follow: bool) -> PyResult<(PathArgument, CString)> {
    let (path, text) = target_of(cx, path, function)?;
    not_with_descriptor(cx, function, &path, libc::AT_FDCWD, follow)?;
    Ok((path, text))
}

/// A call that fills a buffer, asked again with the largest one if the first is too small.
fn read(
    cx: &Context,
    path: &PathArgument,
    mut call: impl FnMut(*mut u8, usize) -> isize,
) -> PyResult<Vec<u8>> {
    let mut buffer = Vec::new();
    for room in [128, LARGEST] {
        buffer.resize(room, 0u8);
        let pointer = buffer.as_mut_ptr();
        match try_call(cx, || call(pointer, room) as i64)? {
            Ok(length) => {
                buffer.truncate(length as usize);
                return Ok(buffer);
            }
            Err(libc::ERANGE) if room < LARGEST => {}
            Err(errno) => return Err(cx.os_error(errno, Some(path.object))),
        }
    }
    Err(cx.os_error(libc::ERANGE, Some(path.object)))
}

/// Return the value of extended attribute attribute on path.
///
/// path may be either a string, a path-like object, or an open file descriptor.
/// If follow_symlinks is False, and the last element of the path is a symbolic
///   link, getxattr will examine the symbolic link itself instead of the file
///   the link points to.
#[pyfunction(signature = "(path, attribute, *, follow_symlinks=True)")]
pub fn getxattr(cx: &Context, path: Value, attribute: Value, follow_symlinks: bool) -> PyResult {
    let (path, text) = target(cx, path, "getxattr", follow_symlinks)?;
    let attribute = paths::path(cx, attribute, "getxattr", false)?;
    let name = attribute.to_c_string(cx)?;
    cx.audit("os.getxattr", || Ok([path.object, attribute.object]))?;
    let value = read(cx, &path, |pointer, room| {
        // SAFETY: the texts end with null bytes, the buffer has `room` bytes.
        unsafe {
            match (path.descriptor, follow_symlinks) {
                (Some(descriptor), _) => libc::fgetxattr(descriptor, name.as_ptr(), pointer.cast(), room),
                (None, true) => libc::getxattr(text.as_ptr(), name.as_ptr(), pointer.cast(), room),
                (None, false) => libc::lgetxattr(text.as_ptr(), name.as_ptr(), pointer.cast(), room),
            }
        }
    })?;
    cx.bytes(&value)
}

/// Set extended attribute attribute on path to value.
///
/// path may be either a string, a path-like object,  or an open file descriptor.
/// If follow_symlinks is False, and the last element of the path is a symbolic
///   link, setxattr will modify the symbolic link itself instead of the file
///   the link points to.
#[pyfunction(signature = "(path, attribute, value, flags=0, *, follow_symlinks=True)")]
pub fn setxattr(
    cx: &Context,
    path: Value,
    attribute: Value,
    value: Value,
    flags: i32,
    follow_symlinks: bool,
) -> PyResult<()> {
    let (path, text) = target(cx, path, "setxattr", follow_symlinks)?;
    let attribute = paths::path(cx, attribute, "setxattr", false)?;
    let name = attribute.to_c_string(cx)?;
    let value = cx.bytes_like(value)?;
    cx.audit("os.setxattr", || {
        Ok([path.object, attribute.object, cx.bytes(&value)?, cx.int(i64::from(flags))?])
    })?;
    call_on(cx, &path, || {
        let (pointer, length) = (value.as_ptr().cast(), value.len());
        // SAFETY: the texts end with null bytes, the value is readable.
        i64::from(unsafe {
            match (path.descriptor, follow_symlinks) {
                (Some(descriptor), _) => libc::fsetxattr(descriptor, name.as_ptr(), pointer, length, flags),
                (None, true) => libc::setxattr(text.as_ptr(), name.as_ptr(), pointer, length, flags),
                (None, false) => libc::lsetxattr(text.as_ptr(), name.as_ptr(), pointer, length, flags),
            }
        })
    })
    .map(|_| ())
}

/// Remove extended attribute attribute on path.
///
/// path may be either a string, a path-like object, or an open file descriptor.
/// If follow_symlinks is False, and the last element of the path is a symbolic
///   link, removexattr will modify the symbolic link itself instead of the file
///   the link points to.
#[pyfunction(signature = "(path, attribute, *, follow_symlinks=True)")]
pub fn removexattr(cx: &Context, path: Value, attribute: Value, follow_symlinks: bool) -> PyResult<()> {
    let (path, text) = target(cx, path, "removexattr", follow_symlinks)?;
    let attribute = paths::path(cx, attribute, "removexattr", false)?;
    let name = attribute.to_c_string(cx)?;
    cx.audit("os.removexattr", || Ok([path.object, attribute.object]))?;
    call_on(cx, &path, || {
        // SAFETY: the texts end with null bytes.
        i64::from(unsafe {
            match (path.descriptor, follow_symlinks) {
                (Some(descriptor), _) => libc::fremovexattr(descriptor, name.as_ptr()),
                (None, true) => libc::removexattr(text.as_ptr(), name.as_ptr()),
                (None, false) => libc::lremovexattr(text.as_ptr(), name.as_ptr()),
            }
        })
    })
    .map(|_| ())
}

/// Return a list of extended attributes on path.
///
/// path may be either None, a string, a path-like object, or an open file descriptor.
/// if path is None, listxattr will examine the current directory.
/// If follow_symlinks is False, and the last element of the path is a symbolic
///   link, listxattr will examine the symbolic link itself instead of the file
///   the link points to.
#[pyfunction(signature = "(path=None, *, follow_symlinks=True)")]
pub fn listxattr(cx: &Context, path: Option<Value>, follow_symlinks: bool) -> PyResult {
    let named = path.filter(|path| !path.is_none());
    let given = match named {
        Some(path) => path,
        None => cx.str(".")?,
    };
    let (path, text) = target(cx, given, "listxattr", follow_symlinks)?;
    cx.audit("os.listxattr", || Ok([named.map_or(Value::NONE, |_| path.object)]))?;
    let names = read(cx, &path, |pointer, room| {
        // SAFETY: the path ends with a null byte, the buffer has `room` bytes.
        unsafe {
            match (path.descriptor, follow_symlinks) {
                (Some(descriptor), _) => libc::flistxattr(descriptor, pointer.cast(), room),
                (None, true) => libc::listxattr(text.as_ptr(), pointer.cast(), room),
                (None, false) => libc::llistxattr(text.as_ptr(), pointer.cast(), room),
            }
        }
    })?;
    let list = cx.new_list(0)?;
    for name in names.split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
        list.push(cx, paths::decode(cx, name)?)?;
    }
    Ok(list.as_value())
}
