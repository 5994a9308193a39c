//! Directories: making, removing, listing, being in one.
//!
//! Source: Modules/posixmodule.c.

use std::io;
use std::os::unix::ffi::OsStrExt;

use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pyfunction;

use super::directory_stream::DirectoryStream;
use super::{call_on, directory, path_of, target_of, told_directory};
use crate::modules::paths;
use crate::modules::system_call::call;

/// Create a directory.
///
/// If dir_fd is not None, it should be a file descriptor open to a directory,
///   and path should be relative; path will then be relative to that directory.
/// dir_fd may not be implemented on your platform.
///   If it is unavailable, using it will raise a NotImplementedError.
///
/// The mode argument is ignored on Windows. Where it is used, the current umask
/// value is first masked out.
#[pyfunction(signature = "(path, mode=511, *, dir_fd=None)")]
pub fn mkdir(cx: &Context, path: Value, mode: u32, dir_fd: Option<Value>) -> PyResult<()> {
    let directory = directory(cx, dir_fd)?;
    let (path, text) = path_of(cx, path, "mkdir")?;
    cx.audit("os.mkdir", || {
        Ok([path.object, cx.int(i64::from(mode as i32))?, told_directory(cx, directory)?])
    })?;
    // SAFETY: the path ends with a null byte.
    call_on(cx, &path, || i64::from(unsafe { libc::mkdirat(directory, text.as_ptr(), mode as libc::mode_t) }))
        .map(|_| ())
}

/// Remove a directory.
///
/// If dir_fd is not None, it should be a file descriptor open to a directory,
///   and path should be relative; path will then be relative to that directory.
/// dir_fd may not be implemented on your platform.
///   If it is unavailable, using it will raise a NotImplementedError.
#[pyfunction(signature = "(path, *, dir_fd=None)")]
pub fn rmdir(cx: &Context, path: Value, dir_fd: Option<Value>) -> PyResult<()> {
    let directory = directory(cx, dir_fd)?;
    let (path, text) = path_of(cx, path, "rmdir")?;
    cx.audit("os.rmdir", || Ok([path.object, told_directory(cx, directory)?]))?;
    // SAFETY: the path ends with a null byte.
    call_on(cx, &path, || i64::from(unsafe { libc::unlinkat(directory, text.as_ptr(), libc::AT_REMOVEDIR) }))
        .map(|_| ())
}

/// Return a list containing the names of the files in the directory.
///
/// path can be specified as either str, bytes, or a path-like object.  If path is bytes,
///   the filenames returned will also be bytes; in all other circumstances
///   the filenames returned will be str.
/// If path is None, uses the path='.'.
/// On some platforms, path may also be specified as an open file descriptor;\
///   the file descriptor must refer to a directory.
///   If this functionality is unavailable, using it raises NotImplementedError.
///
/// The list is in arbitrary order.  It does not include the special
/// entries '.' and '..' even if they are present in the directory.
#[pyfunction(signature = "(path=None)")]
pub fn listdir(cx: &Context, path: Option<Value>) -> PyResult {
    let named = path.filter(|path| !path.is_none());
    let given = match named {
        Some(path) => path,
        None => cx.str(".")?,
    };
    let (path, text) = target_of(cx, given, "listdir")?;
    cx.audit("os.listdir", || Ok([named.map_or(Value::NONE, |_| path.object)]))?;
    let names = cx.blocking(|| -> io::Result<Vec<Vec<u8>>> {
        let mut stream = DirectoryStream::open(&path, &text)?;
        let mut names = Vec::new();
        while let Some(entry) = stream.next()? {
            names.push(entry.name);
        }
        Ok(names)
    });
    let names =
        names.map_err(|error| cx.os_error(error.raw_os_error().unwrap_or(libc::EIO), Some(path.object)))?;
    let list = cx.new_list(names.len())?;
    for name in names {
        list.push(cx, paths::result(cx, &name, path.is_bytes)?)?;
    }
    Ok(list.as_value())
}

/// Change the current working directory to the specified path.
///
/// path may always be specified as a string.
/// On some platforms, path may also be specified as an open file descriptor.
/// If this functionality is unavailable, using it raises an exception.
#[pyfunction(signature = "(path)")]
pub fn chdir(cx: &Context, path: Value) -> PyResult<()> {
    let (path, text) = target_of(cx, path, "chdir")?;
    cx.audit("os.chdir", || Ok([path.object]))?;
    call_on(cx, &path, || {
        // SAFETY: the path ends with a null byte.
        i64::from(unsafe {
            match path.descriptor {
                Some(descriptor) => libc::fchdir(descriptor),
                None => libc::chdir(text.as_ptr()),
            }
        })
    })
    .map(|_| ())
}

/// Change to the directory of the given file descriptor.
///
/// fd must be opened on a directory, not a file.
/// Equivalent to os.chdir(fd).
#[pyfunction(signature = "(fd)")]
pub fn fchdir(cx: &Context, fd: Value) -> PyResult<()> {
    let fd = crate::modules::system_call::descriptor(cx, fd)?;
    cx.audit("os.chdir", || Ok([cx.int(i64::from(fd))?]))?;
    // SAFETY: no memory is involved.
    call(cx, None, || i64::from(unsafe { libc::fchdir(fd) })).map(|_| ())
}

fn current(cx: &Context) -> PyResult<std::path::PathBuf> {
    cx.blocking(std::env::current_dir)
        .map_err(|error| cx.os_error(error.raw_os_error().unwrap_or(libc::EIO), None))
}

/// Return a unicode string representing the current working directory.
#[pyfunction]
pub fn getcwd(cx: &Context) -> PyResult {
    let path = current(cx)?;
    paths::decode(cx, path.as_os_str().as_bytes())
}

/// Return a bytes string representing the current working directory.
#[pyfunction]
pub fn getcwdb(cx: &Context) -> PyResult {
    let path = current(cx)?;
    cx.bytes(path.as_os_str().as_bytes())
}
