//! Names of files: links, renaming, removing, special files.
//!
//! Source: Modules/posixmodule.c.

use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pyfunction;

use super::{call_on, call_on_two, directory, path_of, told_directory};
use crate::modules::paths;

/// Remove a file (same as remove()).
///
/// If dir_fd is not None, it should be a file descriptor open to a directory,
///   and path should be relative; path will then be relative to that directory.
/// dir_fd may not be implemented on your platform.
///   If it is unavailable, using it will raise a NotImplementedError.
#[pyfunction(signature = "(path, *, dir_fd=None)")]
pub fn unlink(cx: &Context, path: Value, dir_fd: Option<Value>) -> PyResult<()> {
    remove_file(cx, "unlink", path, dir_fd)
}

/// Remove a file (same as unlink()).
///
/// If dir_fd is not None, it should be a file descriptor open to a directory,
///   and path should be relative; path will then be relative to that directory.
/// dir_fd may not be implemented on your platform.
///   If it is unavailable, using it will raise a NotImplementedError.
#[pyfunction(signature = "(path, *, dir_fd=None)")]
pub fn remove(cx: &Context, path: Value, dir_fd: Option<Value>) -> PyResult<()> {
    remove_file(cx, "remove", path, dir_fd)
}

fn remove_file(cx: &Context, function: &str, path: Value, dir_fd: Option<Value>) -> PyResult<()> {
    let directory = directory(cx, dir_fd)?;
    let (path, text) = path_of(cx, path, function)?;
    cx.audit("os.remove", || Ok([path.object, told_directory(cx, directory)?]))?;
    // SAFETY: the path ends with a null byte.
    call_on(cx, &path, || i64::from(unsafe { libc::unlinkat(directory, text.as_ptr(), 0) })).map(|_| ())
}

fn rename_file(
    cx: &Context,
    function: &str,
    src: Value,
    dst: Value,
    src_dir_fd: Option<Value>,
    dst_dir_fd: Option<Value>,
) -> PyResult<()> {
    let (from_directory, to_directory) = (directory(cx, src_dir_fd)?, directory(cx, dst_dir_fd)?);
    let (from, from_text) = path_of(cx, src, function)?;
    let (to, to_text) = path_of(cx, dst, function)?;
    cx.audit("os.rename", || {
        let (from_directory, to_directory) =
            (told_directory(cx, from_directory)?, told_directory(cx, to_directory)?);
        Ok([from.object, to.object, from_directory, to_directory])
    })?;
    call_on_two(cx, &from, &to, || {
        // SAFETY: both paths end with a null byte.
        i64::from(unsafe {
            libc::renameat(from_directory, from_text.as_ptr(), to_directory, to_text.as_ptr())
        })
    })
}

/// Rename a file or directory.
///
/// If either src_dir_fd or dst_dir_fd is not None, it should be a file
///   descriptor open to a directory, and the respective path string (src or dst)
///   should be relative; the path will then be relative to that directory.
#[pyfunction(signature = "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
pub fn rename(
    cx: &Context,
    src: Value,
    dst: Value,
    src_dir_fd: Option<Value>,
    dst_dir_fd: Option<Value>,
) -> PyResult<()> {
    rename_file(cx, "rename", src, dst, src_dir_fd, dst_dir_fd)
}

/// Rename a file or directory, overwriting the destination.
///
/// If either src_dir_fd or dst_dir_fd is not None, it should be a file
///   descriptor open to a directory, and the respective path string (src or dst)
///   should be relative; the path will then be relative to that directory.
#[pyfunction(signature = "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
pub fn replace(
    cx: &Context,
    src: Value,
    dst: Value,
    src_dir_fd: Option<Value>,
    dst_dir_fd: Option<Value>,
) -> PyResult<()> {
    rename_file(cx, "replace", src, dst, src_dir_fd, dst_dir_fd)
}

/// Create a hard link to a file.
///
/// If either src_dir_fd or dst_dir_fd is not None, it should be a file
///   descriptor open to a directory, and the respective path string (src or dst)
///   should be relative; the path will then be relative to that directory.
/// If follow_symlinks is False, and the last element of src is a symbolic
///   link, link will create a link to the symbolic link itself instead of the
///   file the link points to.
#[pyfunction(signature = "(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)")]
pub fn link(
    cx: &Context,
    src: Value,
    dst: Value,
    src_dir_fd: Option<Value>,
    dst_dir_fd: Option<Value>,
    follow_symlinks: bool,
) -> PyResult<()> {
    let (from_directory, to_directory) = (directory(cx, src_dir_fd)?, directory(cx, dst_dir_fd)?);
    let (from, from_text) = path_of(cx, src, "link")?;
    let (to, to_text) = path_of(cx, dst, "link")?;
    cx.audit("os.link", || {
        let (from_directory, to_directory) =
            (told_directory(cx, from_directory)?, told_directory(cx, to_directory)?);
        Ok([from.object, to.object, from_directory, to_directory])
    })?;
    let flags = if follow_symlinks { libc::AT_SYMLINK_FOLLOW } else { 0 };
    call_on_two(cx, &from, &to, || {
        // SAFETY: both paths end with a null byte.
        i64::from(unsafe {
            libc::linkat(from_directory, from_text.as_ptr(), to_directory, to_text.as_ptr(), flags)
        })
    })
}

/// Create a symbolic link pointing to src named dst.
///
/// target_is_directory is required on Windows if the target is to be
///   interpreted as a directory.  (On Windows, symlink requires
///   Windows 6.0 or greater, and raises a NotImplementedError otherwise.)
///   target_is_directory is ignored on non-Windows platforms.
///
/// If dir_fd is not None, it should be a file descriptor open to a directory,
///   and path should be relative; path will then be relative to that directory.
#[pyfunction(signature = "(src, dst, target_is_directory=False, *, dir_fd=None)")]
pub fn symlink(
    cx: &Context,
    src: Value,
    dst: Value,
    target_is_directory: bool,
    dir_fd: Option<Value>,
) -> PyResult<()> {
    let _ = target_is_directory;
    let directory = directory(cx, dir_fd)?;
    let (from, from_text) = path_of(cx, src, "symlink")?;
    let (to, to_text) = path_of(cx, dst, "symlink")?;
    cx.audit("os.symlink", || Ok([from.object, to.object, told_directory(cx, directory)?]))?;
    call_on_two(cx, &from, &to, || {
        // SAFETY: both paths end with a null byte.
        i64::from(unsafe { libc::symlinkat(from_text.as_ptr(), directory, to_text.as_ptr()) })
    })
}

/// Return a string representing the path to which the symbolic link points.
///
/// If dir_fd is not None, it should be a file descriptor open to a directory,
/// and path should be relative; path will then be relative to that directory.
#[pyfunction(signature = "(path, *, dir_fd=None)")]
pub fn readlink(cx: &Context, path: Value, dir_fd: Option<Value>) -> PyResult {
    let directory = directory(cx, dir_fd)?;
    let (path, text) = path_of(cx, path, "readlink")?;
    let mut buffer = vec![0u8; libc::PATH_MAX as usize];
    let (pointer, room) = (buffer.as_mut_ptr(), buffer.len());
    let length = call_on(cx, &path, || {
        // SAFETY: the path ends with a null byte, and the buffer has `room` bytes.
        unsafe { libc::readlinkat(directory, text.as_ptr(), pointer.cast(), room) as i64 }
    })?;
    paths::result(cx, buffer.get(..length as usize).unwrap_or(&[]), path.is_bytes)
}

/// Create a "fifo" (a POSIX named pipe).
///
/// If dir_fd is not None, it should be a file descriptor open to a directory,
///   and path should be relative; path will then be relative to that directory.
#[pyfunction(signature = "(path, mode=438, *, dir_fd=None)")]
pub fn mkfifo(cx: &Context, path: Value, mode: u32, dir_fd: Option<Value>) -> PyResult<()> {
    let directory = directory(cx, dir_fd)?;
    let (path, text) = path_of(cx, path, "mkfifo")?;
    call_on(cx, &path, || {
        // SAFETY: the path ends with a null byte.
        i64::from(unsafe { libc::mkfifoat(directory, text.as_ptr(), mode as libc::mode_t) })
    })
    .map(|_| ())
}

/// Create a node in the file system.
///
/// Create a node in the file system (file, device special file or named pipe)
/// at path.  mode specifies both the permissions to use and the
/// type of node to be created, being combined (bitwise OR) with one of
/// S_IFREG, S_IFCHR, S_IFBLK, and S_IFIFO.  If S_IFCHR or S_IFBLK is set on mode,
/// device defines the newly created device special file (probably using
/// os.makedev()).  Otherwise device is ignored.
#[pyfunction(signature = "(path, mode=384, device=0, *, dir_fd=None)")]
pub fn mknod(cx: &Context, path: Value, mode: u32, device: u64, dir_fd: Option<Value>) -> PyResult<()> {
    let directory = directory(cx, dir_fd)?;
    let (path, text) = path_of(cx, path, "mknod")?;
    call_on(cx, &path, || {
        // SAFETY: the path ends with a null byte.
        i64::from(unsafe {
            libc::mknodat(directory, text.as_ptr(), mode as libc::mode_t, device as libc::dev_t)
        })
    })
    .map(|_| ())
}

/// Composes a raw device number from the major and minor device numbers.
#[pyfunction]
pub fn makedev(major: u32, minor: u32) -> u64 {
    libc::makedev(major, minor)
}

/// Extracts a device major number from a raw device number.
#[pyfunction]
pub fn major(device: u64) -> u32 {
    libc::major(device)
}

/// Extracts a device minor number from a raw device number.
#[pyfunction]
pub fn minor(device: u64) -> u32 {
    libc::minor(device)
}
