//! The native module `posix`: files, directories, processes of the operating system, for `os`.
//!
//! Invariant: calls that may wait run detached; a failed call raises OSError with the file name it was about.
//! Source: Modules/posixmodule.c. What is missing is listed in docs/STATUS.md and absent from the module, so that `os` leaves it out too.

use threadsnake_macros::pymodule;

/// This module provides access to operating system functionality that is
/// standardized by the C Standard and the POSIX standard (a thinly
/// disguised Unix interface).  Refer to the library manual and
/// corresponding Unix manual entries for more information on calls.
#[pymodule(
    name = "posix",
    functions(
        crate::modules::process::identity::getpgid,
        crate::modules::process::identity::getpgrp,
        crate::modules::process::identity::setpgrp,
        crate::modules::process::identity::setpgid,
        crate::modules::process::identity::getsid,
        crate::modules::process::identity::setsid,
        crate::modules::process::identity::tcgetpgrp,
        crate::modules::process::identity::tcsetpgrp,
        crate::modules::process::identity::setuid,
        crate::modules::process::identity::seteuid,
        crate::modules::process::identity::setgid,
        crate::modules::process::identity::setegid,
        crate::modules::process::identity::setreuid,
        crate::modules::process::identity::setregid,
        crate::modules::process::identity::setresuid,
        crate::modules::process::identity::setresgid,
        crate::modules::process::identity::getresuid,
        crate::modules::process::identity::getresgid,
        crate::modules::process::identity::getgroups,
        crate::modules::process::identity::setgroups,
        crate::modules::process::identity::getgrouplist,
        crate::modules::process::identity::initgroups,
        crate::modules::process::identity::getlogin,
        crate::modules::process::identity::ctermid,
        crate::modules::process::identity::ttyname,
        crate::modules::process::identity::getpriority,
        crate::modules::process::identity::setpriority,
        crate::modules::process::identity::nice,
        crate::modules::process::identity::openpty,
        crate::modules::process::identity::login_tty,
        crate::modules::process::identity::chroot,
        crate::modules::process::waiting::waitpid,
        crate::modules::process::waiting::wait,
        crate::modules::process::waiting::wait3,
        crate::modules::process::waiting::wait4,
        crate::modules::process::waiting::waitid,
        crate::modules::process::waiting::pidfd_open,
        crate::modules::process::waiting::wcoredump,
        crate::modules::process::waiting::wifcontinued,
        crate::modules::process::waiting::wifstopped,
        crate::modules::process::waiting::wifsignaled,
        crate::modules::process::waiting::wifexited,
        crate::modules::process::waiting::wexitstatus,
        crate::modules::process::waiting::wtermsig,
        crate::modules::process::waiting::wstopsig,
        crate::modules::process::waiting::waitstatus_to_exitcode,
        crate::modules::process::executing::execv,
        crate::modules::process::executing::execve,
        crate::modules::process::executing::system,
        crate::modules::process::executing::kill,
        crate::modules::process::executing::killpg,
        crate::modules::process::executing::posix_spawn,
        crate::modules::process::executing::posix_spawnp,
        crate::modules::process::executing::_create_environ,
        crate::modules::process::executing::sched_yield,
        crate::modules::process::limits::sysconf,
        crate::modules::process::limits::confstr,
        crate::modules::process::limits::times,
        crate::modules::process::limits::getloadavg,
        crate::modules::process::limits::sched_getaffinity,
        crate::modules::process::limits::sched_setaffinity,
        crate::modules::process::limits::sched_get_priority_max,
        crate::modules::process::limits::sched_get_priority_min,
        crate::modules::process::limits::getrandom,
        crate::modules::process::descriptors::dup2,
        crate::modules::process::descriptors::pipe2,
        crate::modules::process::descriptors::closerange,
        crate::modules::process::descriptors::set_inheritable,
        crate::modules::process::descriptors::get_blocking,
        crate::modules::process::descriptors::set_blocking,
        crate::modules::process::descriptors::sendfile,
        crate::modules::process::descriptors::eventfd,
        crate::modules::process::descriptors::eventfd_read,
        crate::modules::process::descriptors::eventfd_write,
        crate::modules::process::descriptors::lockf
    )
)]
#[allow(clippy::unnecessary_cast, reason = "the C library's types differ between targets")]
pub mod module {
    use std::ffi::CStr;
    use std::fs;
    use std::io;
    use std::mem::MaybeUninit;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::PermissionsExt;

    use threadsnake_engine::native::FromValue;
    use threadsnake_engine::struct_sequence;
    use threadsnake_engine::types::bytes_object::Bytes;
    use threadsnake_engine::types::str_object::Str;
    use threadsnake_engine::{Context, ExceptionClass, Name, PyResult, Raised, Value};

    use crate::modules::paths::{self, PathArgument};

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

    struct_sequence!(UNAME_RESULT, "posix", "uname_result", "uname_result: Result from os.uname().\n\nThis object may be accessed either as a tuple of\n  (sysname, nodename, release, version, machine),\nor via the attributes sysname, nodename, release, version, and machine.", 5, 0, true, {
        0 sysname "operating system name";
        1 nodename "name of machine on network (implementation-defined)";
        2 release "operating system release";
        3 version "operating system version";
        4 machine "hardware identifier";
    });

    struct_sequence!(TERMINAL_SIZE, "os", "terminal_size", "A tuple of (columns, lines) for holding terminal window size", 2, 0, true, {
        0 columns "width of the terminal window in characters";
        1 lines "height of the terminal window in characters";
    });

    fn last_errno() -> i32 {
        io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO)
    }

    fn failed(cx: &Context, error: &io::Error, path: Option<Value>) -> Raised {
        cx.os_error(error.raw_os_error().unwrap_or(libc::EIO), path)
    }

    /// Runs a C call detached until it is not interrupted; signal handlers run in between.
    fn retry(cx: &Context, path: Option<Value>, mut call: impl FnMut() -> i64) -> PyResult<i64> {
        loop {
            let (result, errno) = cx.blocking(|| {
                let result = call();
                (result, if result < 0 { last_errno() } else { 0 })
            });
            if result >= 0 {
                return Ok(result);
            }
            if errno != libc::EINTR {
                return Err(cx.os_error(errno, path));
            }
            cx.poll()?;
        }
    }

    fn stat_value(cx: &Context, info: &libc::stat) -> PyResult<Value> {
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
            hidden.push(cx.int(seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds))?);
        }
        hidden.push(cx.int(info.st_blksize as i64)?);
        hidden.push(cx.int(info.st_blocks as i64)?);
        hidden.push(cx.int_from_u64(info.st_rdev as u64)?);
        cx.struct_sequence(class, visible.as_slice(), hidden.as_slice())
    }

    fn stat_path(cx: &Context, path: &PathArgument, follow: bool) -> PyResult<Value> {
        let mut info = MaybeUninit::<libc::stat>::zeroed();
        let pointer = info.as_mut_ptr();
        let c_path = path.to_c_string(cx)?;
        retry(cx, Some(path.object), || {
            // SAFETY: `pointer` is a writable `stat`, the path ends with a null byte.
            i64::from(unsafe {
                match path.descriptor {
                    Some(descriptor) => libc::fstat(descriptor, pointer),
                    None if follow => libc::stat(c_path.as_ptr(), pointer),
                    None => libc::lstat(c_path.as_ptr(), pointer),
                }
            })
        })?;
        // SAFETY: zeroed is a valid `stat`, and the call has filled it.
        stat_value(cx, &unsafe { info.assume_init() })
    }

    /// Perform a stat system call on the given path.
    #[pyfunction(signature = "(path, *, dir_fd=None, follow_symlinks=True)")]
    fn stat(cx: &Context, path: Value, dir_fd: Option<Value>, follow_symlinks: bool) -> PyResult<Value> {
        no_directory_descriptor(cx, dir_fd)?;
        let path = paths::path(cx, path, "stat", true)?;
        stat_path(cx, &path, follow_symlinks)
    }

    /// Perform a stat system call on the given path, without following symbolic links.
    #[pyfunction(signature = "(path, *, dir_fd=None)")]
    fn lstat(cx: &Context, path: Value, dir_fd: Option<Value>) -> PyResult<Value> {
        no_directory_descriptor(cx, dir_fd)?;
        let path = paths::path(cx, path, "lstat", false)?;
        stat_path(cx, &path, false)
    }

    /// Perform a stat system call on the given file descriptor.
    #[pyfunction(signature = "(fd)")]
    fn fstat(cx: &Context, fd: Value) -> PyResult<Value> {
        let path = paths::path(cx, fd, "fstat", true)?;
        stat_path(cx, &path, true)
    }

    fn no_directory_descriptor(cx: &Context, dir_fd: Option<Value>) -> PyResult<()> {
        match dir_fd.filter(|value| !value.is_none()) {
            None => Ok(()),
            Some(_) => Err(cx.raise(
                ExceptionClass::NotImplementedError,
                format_args!("dir_fd is not supported yet by threadsnake"),
            )),
        }
    }

    /// Return a unicode string representing the current working directory.
    #[pyfunction]
    fn getcwd(cx: &Context) -> PyResult<Value> {
        match std::env::current_dir() {
            Ok(path) => paths::decode(cx, path.as_os_str().as_bytes()),
            Err(error) => Err(failed(cx, &error, None)),
        }
    }

    /// Return a bytes string representing the current working directory.
    #[pyfunction]
    fn getcwdb(cx: &Context) -> PyResult<Value> {
        match std::env::current_dir() {
            Ok(path) => cx.bytes(path.as_os_str().as_bytes()),
            Err(error) => Err(failed(cx, &error, None)),
        }
    }

    /// Change the current working directory to the specified path.
    #[pyfunction(signature = "(path)")]
    fn chdir(cx: &Context, path: Value) -> PyResult<()> {
        let path = paths::path(cx, path, "chdir", false)?;
        std::env::set_current_dir(path.as_os_str()).map_err(|error| failed(cx, &error, Some(path.object)))
    }

    /// Return a list containing the names of the files in the directory.
    #[pyfunction(signature = "(path=None)")]
    fn listdir(cx: &Context, path: Option<Value>) -> PyResult<Value> {
        let path = match path.filter(|path| !path.is_none()) {
            Some(path) => paths::path(cx, path, "listdir", false)?,
            None => {
                PathArgument { bytes: b".".to_vec(), is_bytes: false, object: cx.str(".")?, descriptor: None }
            }
        };
        let names = cx.blocking(|| -> io::Result<Vec<Vec<u8>>> {
            fs::read_dir(path.as_os_str())?.map(|entry| Ok(entry?.file_name().as_bytes().to_vec())).collect()
        });
        let names = names.map_err(|error| failed(cx, &error, Some(path.object)))?;
        let mut values = cx.scratch();
        for name in names {
            values.push(paths::result(cx, &name, path.is_bytes)?);
        }
        cx.list(values.as_slice())
    }

    /// Create a directory.
    #[pyfunction(signature = "(path, mode=511, *, dir_fd=None)")]
    fn mkdir(cx: &Context, path: Value, mode: u32, dir_fd: Option<Value>) -> PyResult<()> {
        no_directory_descriptor(cx, dir_fd)?;
        let path = paths::path(cx, path, "mkdir", false)?;
        let c_path = path.to_c_string(cx)?;
        retry(cx, Some(path.object), || {
            // SAFETY: the path ends with a null byte.
            i64::from(unsafe { libc::mkdir(c_path.as_ptr(), mode as libc::mode_t) })
        })?;
        Ok(())
    }

    /// Remove a directory.
    #[pyfunction(signature = "(path, *, dir_fd=None)")]
    fn rmdir(cx: &Context, path: Value, dir_fd: Option<Value>) -> PyResult<()> {
        no_directory_descriptor(cx, dir_fd)?;
        let path = paths::path(cx, path, "rmdir", false)?;
        cx.blocking(|| fs::remove_dir(path.as_os_str()))
            .map_err(|error| failed(cx, &error, Some(path.object)))
    }

    /// Remove a file (same as remove()).
    #[pyfunction(signature = "(path, *, dir_fd=None)")]
    fn unlink(cx: &Context, path: Value, dir_fd: Option<Value>) -> PyResult<()> {
        no_directory_descriptor(cx, dir_fd)?;
        let path = paths::path(cx, path, "unlink", false)?;
        let c_path = path.to_c_string(cx)?;
        // SAFETY: the path ends with a null byte.
        retry(cx, Some(path.object), || i64::from(unsafe { libc::unlink(c_path.as_ptr()) }))?;
        Ok(())
    }

    /// Remove a file (same as unlink()).
    #[pyfunction(signature = "(path, *, dir_fd=None)")]
    fn remove(cx: &Context, path: Value, dir_fd: Option<Value>) -> PyResult<()> {
        unlink(cx, path, dir_fd)
    }

    fn rename_files(cx: &Context, src: Value, dst: Value, name: &str) -> PyResult<()> {
        let from = paths::path(cx, src, name, false)?;
        let to = paths::path(cx, dst, name, false)?;
        cx.blocking(|| fs::rename(from.as_os_str(), to.as_os_str())).map_err(|error| {
            cx.os_error_of_files(
                error.raw_os_error().unwrap_or(libc::EIO),
                Some(from.object),
                Some(to.object),
            )
        })
    }

    /// Rename a file or directory.
    #[pyfunction(signature = "(src, dst)")]
    fn rename(cx: &Context, src: Value, dst: Value) -> PyResult<()> {
        rename_files(cx, src, dst, "rename")
    }

    /// Rename a file or directory, overwriting the destination.
    #[pyfunction(signature = "(src, dst)")]
    fn replace(cx: &Context, src: Value, dst: Value) -> PyResult<()> {
        rename_files(cx, src, dst, "replace")
    }

    /// Create a hard link to a file.
    #[pyfunction(signature = "(src, dst)")]
    fn link(cx: &Context, src: Value, dst: Value) -> PyResult<()> {
        let from = paths::path(cx, src, "link", false)?;
        let to = paths::path(cx, dst, "link", false)?;
        cx.blocking(|| fs::hard_link(from.as_os_str(), to.as_os_str())).map_err(|error| {
            cx.os_error_of_files(
                error.raw_os_error().unwrap_or(libc::EIO),
                Some(from.object),
                Some(to.object),
            )
        })
    }

    /// Create a symbolic link pointing to src named dst.
    #[pyfunction(signature = "(src, dst, target_is_directory=False)")]
    fn symlink(cx: &Context, src: Value, dst: Value, target_is_directory: bool) -> PyResult<()> {
        let _ = target_is_directory;
        let from = paths::path(cx, src, "symlink", false)?;
        let to = paths::path(cx, dst, "symlink", false)?;
        cx.blocking(|| std::os::unix::fs::symlink(from.as_os_str(), to.as_os_str())).map_err(|error| {
            cx.os_error_of_files(
                error.raw_os_error().unwrap_or(libc::EIO),
                Some(from.object),
                Some(to.object),
            )
        })
    }

    /// Return a string representing the path to which the symbolic link points.
    #[pyfunction(signature = "(path, *, dir_fd=None)")]
    fn readlink(cx: &Context, path: Value, dir_fd: Option<Value>) -> PyResult<Value> {
        no_directory_descriptor(cx, dir_fd)?;
        let path = paths::path(cx, path, "readlink", false)?;
        match cx.blocking(|| fs::read_link(path.as_os_str())) {
            Ok(target) => paths::result(cx, target.as_os_str().as_bytes(), path.is_bytes),
            Err(error) => Err(failed(cx, &error, Some(path.object))),
        }
    }

    /// Change the access permissions of a file.
    #[pyfunction(signature = "(path, mode)")]
    fn chmod(cx: &Context, path: Value, mode: u32) -> PyResult<()> {
        let path = paths::path(cx, path, "chmod", false)?;
        cx.blocking(|| fs::set_permissions(path.as_os_str(), fs::Permissions::from_mode(mode)))
            .map_err(|error| failed(cx, &error, Some(path.object)))
    }

    /// Use the real uid/gid to test for access to a path.
    #[pyfunction(signature = "(path, mode)")]
    fn access(cx: &Context, path: Value, mode: i32) -> PyResult<bool> {
        let path = paths::path(cx, path, "access", false)?;
        let c_path = path.to_c_string(cx)?;
        // SAFETY: the path ends with a null byte.
        Ok(cx.blocking(|| unsafe { libc::access(c_path.as_ptr(), mode) }) == 0)
    }

    /// Open a file for low level IO.  Returns a file descriptor (integer).
    #[pyfunction(signature = "(path, flags, mode=511, *, dir_fd=None)")]
    fn open(cx: &Context, path: Value, flags: i32, mode: u32, dir_fd: Option<Value>) -> PyResult<i64> {
        no_directory_descriptor(cx, dir_fd)?;
        let path = paths::path(cx, path, "open", false)?;
        let c_path = path.to_c_string(cx)?;
        retry(cx, Some(path.object), || {
            // SAFETY: the path ends with a null byte.
            i64::from(unsafe { libc::open(c_path.as_ptr(), flags | libc::O_CLOEXEC, mode as libc::c_uint) })
        })
    }

    /// Close a file descriptor.
    #[pyfunction(signature = "(fd)")]
    fn close(cx: &Context, fd: i32) -> PyResult<()> {
        // SAFETY: closing any number is defined; a wrong one is EBADF. After EINTR the descriptor is closed on Linux.
        let result = cx.blocking(|| (unsafe { libc::close(fd) }, last_errno()));
        if result.0 < 0 && result.1 != libc::EINTR { Err(cx.os_error(result.1, None)) } else { Ok(()) }
    }

    /// Read from a file descriptor.  Returns a bytes object.
    #[pyfunction]
    fn read(cx: &Context, fd: i32, length: i64) -> PyResult<Value> {
        let Ok(length) = usize::try_from(length) else { return Err(cx.os_error(libc::EINVAL, None)) };
        let mut buffer = Vec::new();
        if buffer.try_reserve_exact(length).is_err() {
            return Err(cx.memory_error());
        }
        buffer.resize(length, 0u8);
        let pointer = buffer.as_mut_ptr();
        // SAFETY: the buffer has `length` bytes.
        let count = retry(cx, None, || unsafe { libc::read(fd, pointer.cast(), length) } as i64)?;
        cx.bytes(buffer.get(..count as usize).unwrap_or(&[]))
    }

    /// Write a bytes object to a file descriptor.
    #[pyfunction]
    fn write(cx: &Context, fd: i32, data: Value) -> PyResult<i64> {
        let bytes = cx.bytes_like(data)?;
        // SAFETY: the bytes are readable.
        retry(cx, None, || unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) } as i64)
    }

    /// Set the position of a file descriptor.  Return the new position.
    #[pyfunction]
    fn lseek(cx: &Context, fd: i32, position: i64, how: i32) -> PyResult<i64> {
        // SAFETY: no memory is involved.
        retry(cx, None, || unsafe { libc::lseek(fd, position as libc::off_t, how) } as i64)
    }

    /// Force write of fd to disk.
    #[pyfunction(signature = "(fd)")]
    fn fsync(cx: &Context, fd: i32) -> PyResult<()> {
        // SAFETY: no memory is involved.
        retry(cx, None, || i64::from(unsafe { libc::fsync(fd) })).map(|_| ())
    }

    /// Truncate a file, specified by file descriptor, to a specific length.
    #[pyfunction]
    fn ftruncate(cx: &Context, fd: i32, length: i64) -> PyResult<()> {
        // SAFETY: no memory is involved.
        retry(cx, None, || i64::from(unsafe { libc::ftruncate(fd, length as libc::off_t) })).map(|_| ())
    }

    /// Return a duplicate of a file descriptor.
    #[pyfunction]
    fn dup(cx: &Context, fd: i32) -> PyResult<i64> {
        // SAFETY: no memory is involved.
        retry(cx, None, || i64::from(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) }))
    }

    /// Create a pipe.
    #[pyfunction]
    fn pipe(cx: &Context) -> PyResult<Value> {
        let mut ends = [0i32; 2];
        let pointer = ends.as_mut_ptr();
        // SAFETY: there is room for two descriptors.
        retry(cx, None, || i64::from(unsafe { libc::pipe2(pointer, libc::O_CLOEXEC) }))?;
        cx.tuple(&[cx.int(i64::from(ends[0]))?, cx.int(i64::from(ends[1]))?])
    }

    /// Return True if the fd is connected to a terminal.
    #[pyfunction]
    fn isatty(fd: i32) -> bool {
        // SAFETY: no memory is involved.
        unsafe { libc::isatty(fd) == 1 }
    }

    /// Get the close-on-exe flag of the specified file descriptor.
    #[pyfunction]
    fn get_inheritable(cx: &Context, fd: i32) -> PyResult<bool> {
        // SAFETY: no memory is involved.
        let flags = retry(cx, None, || i64::from(unsafe { libc::fcntl(fd, libc::F_GETFD) }))?;
        Ok(flags & i64::from(libc::FD_CLOEXEC) == 0)
    }

    /// Return the size of the terminal window as (columns, lines).
    #[pyfunction(signature = "(fd=1, /)")]
    fn get_terminal_size(cx: &Context, fd: i32) -> PyResult<Value> {
        // SAFETY: all zero is a valid `winsize`, which the call fills.
        let mut size: libc::winsize = unsafe { MaybeUninit::zeroed().assume_init() };
        let pointer: *mut libc::winsize = &mut size;
        // SAFETY: as above.
        retry(cx, None, || i64::from(unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, pointer) }))?;
        let class = cx.struct_sequence_class(&TERMINAL_SIZE)?;
        cx.struct_sequence(
            class,
            &[Value::int_from_u32(u32::from(size.ws_col)), Value::int_from_u32(u32::from(size.ws_row))],
            &[],
        )
    }

    /// Return a bytes object containing random bytes suitable for cryptographic use.
    #[pyfunction]
    fn urandom(cx: &Context, size: i64) -> PyResult<Value> {
        let Ok(size) = usize::try_from(size) else {
            return Err(cx.value_error(format_args!("negative argument not allowed")));
        };
        let mut bytes = Vec::new();
        if bytes.try_reserve_exact(size).is_err() {
            return Err(cx.memory_error());
        }
        bytes.resize(size, 0);
        match cx.engine().platform().fill_entropy(&mut bytes) {
            Ok(()) => cx.bytes(&bytes),
            Err(_) => Err(cx.os_error(libc::EIO, None)),
        }
    }

    /// Return the current process id.
    #[pyfunction]
    fn getpid() -> u32 {
        std::process::id()
    }

    /// Return the parent's process id.
    #[pyfunction]
    fn getppid() -> u32 {
        std::os::unix::process::parent_id()
    }

    /// Return the current process's user id.
    #[pyfunction]
    fn getuid() -> u32 {
        // SAFETY: cannot fail.
        unsafe { libc::getuid() }
    }

    /// Return the current process's effective user id.
    #[pyfunction]
    fn geteuid() -> u32 {
        // SAFETY: cannot fail.
        unsafe { libc::geteuid() }
    }

    /// Return the current process's group id.
    #[pyfunction]
    fn getgid() -> u32 {
        // SAFETY: cannot fail.
        unsafe { libc::getgid() }
    }

    /// Return the current process's effective group id.
    #[pyfunction]
    fn getegid() -> u32 {
        // SAFETY: cannot fail.
        unsafe { libc::getegid() }
    }

    /// Set the current numeric umask and return the previous umask.
    #[pyfunction]
    fn umask(mask: u32) -> u32 {
        // SAFETY: cannot fail.
        (unsafe { libc::umask(mask as libc::mode_t) }) as u32
    }

    /// Exit to the system with specified status, without normal exit processing.
    #[pyfunction(signature = "(status)")]
    fn _exit(status: i32) {
        // SAFETY: ends the process at once, as asked.
        unsafe { libc::_exit(status) }
    }

    /// Abort the interpreter immediately.
    #[pyfunction]
    fn abort() {
        std::process::abort()
    }

    /// Return the number of logical CPUs in the system.
    #[pyfunction]
    fn cpu_count(cx: &Context) -> usize {
        cx.engine().platform().processor_count()
    }

    /// Translate an error code to a message string.
    #[pyfunction]
    fn strerror(cx: &Context, code: i32) -> PyResult<Value> {
        // SAFETY: the text is static or in a buffer of this thread, and copied at once.
        let text = unsafe { CStr::from_ptr(libc::strerror(code)) }.to_string_lossy().into_owned();
        cx.str(&text)
    }

    /// Return an object identifying the current operating system.
    #[pyfunction]
    fn uname(cx: &Context) -> PyResult<Value> {
        // SAFETY: all zero is a valid `utsname`, which the call fills.
        let mut names: libc::utsname = unsafe { MaybeUninit::zeroed().assume_init() };
        // SAFETY: as above.
        if unsafe { libc::uname(&mut names) } != 0 {
            return Err(cx.os_error(last_errno(), None));
        }
        let mut values = cx.scratch();
        for field in [&names.sysname, &names.nodename, &names.release, &names.version, &names.machine] {
            // SAFETY: the call ends each field with a null byte.
            let text = unsafe { CStr::from_ptr(field.as_ptr()) };
            values.push(paths::decode(cx, text.to_bytes())?);
        }
        let class = cx.struct_sequence_class(&UNAME_RESULT)?;
        cx.struct_sequence(class, values.as_slice(), &[])
    }

    /// Return the file system path representation of the object.
    ///
    /// If the object is str or bytes, then allow it to pass through as-is. If the
    /// object defines __fspath__(), then return the result of that method. All other
    /// types raise a TypeError.
    #[pyfunction(signature = "(path)")]
    fn fspath(cx: &Context, path: Value) -> PyResult<Value> {
        if Str::from_value(path).is_some() || Bytes::from_value(path).is_some() {
            return Ok(path);
        }
        let Some(pair) = cx.special_method(path, Name::__fspath__)? else {
            return Err(cx.type_error(format_args!(
                "expected str, bytes or os.PathLike object, not {}",
                cx.type_name(path)
            )));
        };
        let given = cx.call_pair(pair, &[])?;
        if Str::from_value(given).is_some() || Bytes::from_value(given).is_some() {
            return Ok(given);
        }
        Err(cx.type_error(format_args!(
            "expected {}.__fspath__() to return str or bytes, not {}",
            cx.type_name(path),
            cx.type_name(given)
        )))
    }

    /// Change or add an environment variable.
    #[pyfunction]
    fn putenv(cx: &Context, name: Value, value: Value) -> PyResult<()> {
        let name = paths::path(cx, name, "putenv", false)?;
        let value = paths::path(cx, value, "putenv", false)?;
        if name.bytes.contains(&b'=') || name.bytes.is_empty() {
            return Err(cx.value_error(format_args!("illegal environment variable name")));
        }
        // SAFETY: Rust's lock of the environment is held by this and by all who read it here; C code that reads it without that lock is as
        // much at risk as in CPython.
        unsafe { std::env::set_var(name.as_os_str(), value.as_os_str()) };
        Ok(())
    }

    /// Delete an environment variable.
    #[pyfunction]
    fn unsetenv(cx: &Context, name: Value) -> PyResult<()> {
        let name = paths::path(cx, name, "unsetenv", false)?;
        if name.bytes.contains(&b'=') || name.bytes.is_empty() {
            return Err(cx.os_error(libc::EINVAL, None));
        }
        // SAFETY: as for `putenv`.
        unsafe { std::env::remove_var(name.as_os_str()) };
        Ok(())
    }

    /// Set the access and modified time of path.
    #[pyfunction(signature = "(path, times=None)")]
    fn utime(cx: &Context, path: Value, times: Option<Value>) -> PyResult<()> {
        let path = paths::path(cx, path, "utime", false)?;
        let c_path = path.to_c_string(cx)?;
        let now = libc::timespec { tv_sec: 0, tv_nsec: libc::UTIME_NOW as _ };
        let mut pair = [now, now];
        if let Some(times) = times.filter(|times| !times.is_none()) {
            let items = cx.unpack_exact(times, 2)?;
            for (place, &item) in pair.iter_mut().zip(items.as_slice()) {
                let seconds = f64::from_value(cx, item)?;
                let whole = seconds.floor();
                *place =
                    libc::timespec { tv_sec: whole as libc::time_t, tv_nsec: ((seconds - whole) * 1e9) as _ };
            }
        }
        retry(cx, Some(path.object), || {
            // SAFETY: two times, and a path that ends with a null byte.
            i64::from(unsafe { libc::utimensat(libc::AT_FDCWD, c_path.as_ptr(), pair.as_ptr(), 0) })
        })?;
        Ok(())
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        let environment = cx.new_dict()?;
        for (name, value) in std::env::vars_os() {
            environment.set(cx, cx.bytes(name.as_bytes())?, cx.bytes(value.as_bytes())?)?;
        }
        namespace.set_str(cx, cx.intern_str("environ")?, environment.as_value())?;
        namespace.set_str(cx, cx.intern_str("_have_functions")?, cx.list(&[])?)?;
        for (name, description) in [
            ("stat_result", &STAT_RESULT),
            ("uname_result", &UNAME_RESULT),
            ("terminal_size", &TERMINAL_SIZE),
        ] {
            let class = cx.struct_sequence_class(description)?;
            namespace.set_str(cx, cx.intern_str(name)?, class.as_value())?;
        }
        let error = cx.exception_class(ExceptionClass::OSError);
        namespace.set_str(cx, cx.intern_str("error")?, error)?;
        for (name, number) in [
            ("F_OK", libc::F_OK),
            ("R_OK", libc::R_OK),
            ("W_OK", libc::W_OK),
            ("X_OK", libc::X_OK),
            ("O_RDONLY", libc::O_RDONLY),
            ("O_WRONLY", libc::O_WRONLY),
            ("O_RDWR", libc::O_RDWR),
            ("O_APPEND", libc::O_APPEND),
            ("O_CREAT", libc::O_CREAT),
            ("O_EXCL", libc::O_EXCL),
            ("O_TRUNC", libc::O_TRUNC),
            ("O_NONBLOCK", libc::O_NONBLOCK),
            ("O_CLOEXEC", libc::O_CLOEXEC),
            ("O_NOFOLLOW", libc::O_NOFOLLOW),
            ("O_DIRECTORY", libc::O_DIRECTORY),
            ("O_SYNC", libc::O_SYNC),
            ("SEEK_SET", libc::SEEK_SET),
            ("SEEK_CUR", libc::SEEK_CUR),
            ("SEEK_END", libc::SEEK_END),
            ("EX_OK", 0),
        ] {
            namespace.set_str(cx, cx.intern_str(name)?, cx.int(i64::from(number))?)?;
        }
        crate::modules::process::initialize(cx, module)
    }
}
