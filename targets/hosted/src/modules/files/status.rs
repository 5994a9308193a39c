//! `stat`, `lstat`, `fstat`, `statvfs`, `access`.
//!
//! Source: Modules/posixmodule.c.

use std::mem::MaybeUninit;

use threadsnake_engine::struct_sequence;
use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pyfunction;

use super::{call_on, directory, not_with_descriptor, path_of, target_of};
use crate::modules::system_call::call;

struct_sequence!(STAT_RESULT, "os", "stat_result", "stat_result: Result from stat, fstat, or lstat.\n\nThis object may be accessed either as a tuple of\n  (mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime)\nor via the attributes st_mode, st_ino, st_dev, st_nlink, st_uid, and so on.", 10, 3, true, {
    0 st_mode "protection bits";
    1 st_ino "inode";
    2 st_dev "device";
    3 st_nlink "number of hard links";
    4 st_uid "user ID of owner";
    5 st_gid "group ID of owner";
    6 st_size "total size, in bytes";
    10 st_atime "time of last access";
    11 st_mtime "time of last modification";
    12 st_ctime "time of last change";
    13 st_atime_ns "time of last access in nanoseconds";
    14 st_mtime_ns "time of last modification in nanoseconds";
    15 st_ctime_ns "time of last change in nanoseconds";
    16 st_blksize "blocksize for filesystem I/O";
    17 st_blocks "number of blocks allocated";
    18 st_rdev "device type (if inode device)";
});

struct_sequence!(STATVFS_RESULT, "os", "statvfs_result", "statvfs_result: Result from statvfs or fstatvfs.\n\nThis object may be accessed either as a tuple of\n  (bsize, frsize, blocks, bfree, bavail, files, ffree, favail, flag, namemax),\nor via the attributes f_bsize, f_frsize, f_blocks, f_bfree, and so on.", 10, 0, true, {
    0 f_bsize "";
    1 f_frsize "";
    2 f_blocks "";
    3 f_bfree "";
    4 f_bavail "";
    5 f_files "";
    6 f_ffree "";
    7 f_favail "";
    8 f_flag "";
    9 f_namemax "";
    10 f_fsid "";
});

/// `os.stat_result` of what the system says.
///
/// # Errors
/// MemoryError.
#[allow(clippy::unnecessary_cast, reason = "the C library's types differ between targets")]
pub fn stat_value(cx: &Context, info: &libc::stat) -> PyResult {
    let class = cx.struct_sequence_class(&STAT_RESULT)?;
    let mut visible = cx.scratch();
    for number in [
        u64::from(info.st_mode),
        info.st_ino as u64,
        info.st_dev as u64,
        info.st_nlink as u64,
        u64::from(info.st_uid),
        u64::from(info.st_gid),
    ] {
        visible.push(cx.int_from_u64(number)?);
    }
    visible.push(cx.int(info.st_size as i64)?);
    let times = [
        (info.st_atime as i64, info.st_atime_nsec as i64),
        (info.st_mtime as i64, info.st_mtime_nsec as i64),
        (info.st_ctime as i64, info.st_ctime_nsec as i64),
    ];
    for (seconds, _) in times {
        visible.push(cx.int(seconds)?);
    }
    let mut hidden = cx.scratch();
    for (seconds, nanoseconds) in times {
        hidden.push(cx.float(seconds as f64 + nanoseconds as f64 * 1e-9)?);
    }
    for (seconds, nanoseconds) in times {
        let whole = i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
        hidden.push(cx.int_from_i128(whole)?);
    }
    hidden.push(cx.int(info.st_blksize as i64)?);
    hidden.push(cx.int(info.st_blocks as i64)?);
    hidden.push(cx.int_from_u64(info.st_rdev as u64)?);
    cx.struct_sequence(class, visible.as_slice(), hidden.as_slice())
}

fn status(cx: &Context, function: &str, path: Value, dir_fd: Option<Value>, follow: bool) -> PyResult {
    let directory = directory(cx, dir_fd)?;
    let (path, text) =
        if function == "lstat" { path_of(cx, path, function)? } else { target_of(cx, path, function)? };
    not_with_descriptor(cx, function, &path, directory, follow || function == "lstat")?;
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    let mut info = MaybeUninit::<libc::stat>::zeroed();
    let pointer = info.as_mut_ptr();
    call_on(cx, &path, || {
        // SAFETY: `pointer` is a writable `stat`, the path ends with a null byte.
        i64::from(unsafe {
            match path.descriptor {
                Some(descriptor) => libc::fstat(descriptor, pointer),
                None => libc::fstatat(directory, text.as_ptr(), pointer, flags),
            }
        })
    })?;
    // SAFETY: zeroed is a valid `stat`, and the call has filled it.
    stat_value(cx, &unsafe { info.assume_init() })
}

/// Perform a stat system call on the given path.
///
///   path
///     Path to be examined; can be string, bytes, a path-like object or
///     open-file-descriptor int.
///   dir_fd
///     If not None, it should be a file descriptor open to a directory,
///     and path should be a relative string; path will then be relative to
///     that directory.
///   follow_symlinks
///     If False, and the last element of the path is a symbolic link,
///     stat will examine the symbolic link itself instead of the file
///     the link points to.
#[pyfunction(signature = "(path, *, dir_fd=None, follow_symlinks=True)")]
pub fn stat(cx: &Context, path: Value, dir_fd: Option<Value>, follow_symlinks: bool) -> PyResult {
    status(cx, "stat", path, dir_fd, follow_symlinks)
}

/// Perform a stat system call on the given path, without following symbolic links.
///
/// Like stat(), but do not follow symbolic links.
/// Equivalent to stat(path, follow_symlinks=False).
#[pyfunction(signature = "(path, *, dir_fd=None)")]
pub fn lstat(cx: &Context, path: Value, dir_fd: Option<Value>) -> PyResult {
    status(cx, "lstat", path, dir_fd, false)
}

/// Perform a stat system call on the given file descriptor.
///
/// Like stat(), but for an open file descriptor.
/// Equivalent to os.stat(fd).
#[pyfunction(signature = "(fd)")]
pub fn fstat(cx: &Context, fd: i32) -> PyResult {
    let mut info = MaybeUninit::<libc::stat>::zeroed();
    let pointer = info.as_mut_ptr();
    // SAFETY: `pointer` is a writable `stat`.
    call(cx, None, || i64::from(unsafe { libc::fstat(fd, pointer) }))?;
    // SAFETY: zeroed is a valid `stat`, and the call has filled it.
    stat_value(cx, &unsafe { info.assume_init() })
}

#[allow(clippy::unnecessary_cast, reason = "the C library's types differ between targets")]
fn file_system_value(cx: &Context, info: &libc::statvfs) -> PyResult {
    let class = cx.struct_sequence_class(&STATVFS_RESULT)?;
    let mut visible = cx.scratch();
    for number in [
        info.f_bsize as u64,
        info.f_frsize as u64,
        info.f_blocks as u64,
        info.f_bfree as u64,
        info.f_bavail as u64,
        info.f_files as u64,
        info.f_ffree as u64,
        info.f_favail as u64,
        info.f_flag as u64,
        info.f_namemax as u64,
    ] {
        visible.push(cx.int_from_u64(number)?);
    }
    cx.struct_sequence(class, visible.as_slice(), &[cx.int_from_u64(info.f_fsid as u64)?])
}

/// Perform a statvfs system call on the given path.
///
/// path may always be specified as a string.
/// On some platforms, path may also be specified as an open file descriptor.
///   If this functionality is unavailable, using it raises an exception.
#[pyfunction(signature = "(path)")]
pub fn statvfs(cx: &Context, path: Value) -> PyResult {
    let (path, text) = target_of(cx, path, "statvfs")?;
    let mut info = MaybeUninit::<libc::statvfs>::zeroed();
    let pointer = info.as_mut_ptr();
    call_on(cx, &path, || {
        // SAFETY: `pointer` is a writable `statvfs`, the path ends with a null byte.
        i64::from(unsafe {
            match path.descriptor {
                Some(descriptor) => libc::fstatvfs(descriptor, pointer),
                None => libc::statvfs(text.as_ptr(), pointer),
            }
        })
    })?;
    // SAFETY: zeroed is a valid `statvfs`, and the call has filled it.
    file_system_value(cx, &unsafe { info.assume_init() })
}

/// Perform an fstatvfs system call on the given fd.
///
/// Equivalent to statvfs(fd).
#[pyfunction(signature = "(fd)")]
pub fn fstatvfs(cx: &Context, fd: i32) -> PyResult {
    let mut info = MaybeUninit::<libc::statvfs>::zeroed();
    let pointer = info.as_mut_ptr();
    // SAFETY: `pointer` is a writable `statvfs`.
    call(cx, None, || i64::from(unsafe { libc::fstatvfs(fd, pointer) }))?;
    // SAFETY: zeroed is a valid `statvfs`, and the call has filled it.
    file_system_value(cx, &unsafe { info.assume_init() })
}

/// Use the real uid/gid to test for access to a path.
///
///   path
///     Path to be tested; can be string, bytes, or a path-like object.
///   mode
///     Operating-system mode bitfield.  Can be F_OK to test existence,
///     or the inclusive-OR of R_OK, W_OK, and X_OK.
///   dir_fd
///     If not None, it should be a file descriptor open to a directory,
///     and path should be relative; path will then be relative to that
///     directory.
///   effective_ids
///     If True, access will use the effective uid/gid instead of
///     the real uid/gid.
///   follow_symlinks
///     If False, and the last element of the path is a symbolic link,
///     access will examine the symbolic link itself instead of the file
///     the link points to.
#[pyfunction(signature = "(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)")]
pub fn access(
    cx: &Context,
    path: Value,
    mode: i32,
    dir_fd: Option<Value>,
    effective_ids: bool,
    follow_symlinks: bool,
) -> PyResult<bool> {
    let directory = directory(cx, dir_fd)?;
    let (_path, text) = path_of(cx, path, "access")?;
    let mut flags = if follow_symlinks { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    if effective_ids {
        flags |= libc::AT_EACCESS;
    }
    // SAFETY: the path ends with a null byte.
    Ok(cx.blocking(|| unsafe { libc::faccessat(directory, text.as_ptr(), mode, flags) }) == 0)
}
