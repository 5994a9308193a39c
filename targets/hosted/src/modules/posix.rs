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
        crate::modules::files::status::stat,
        crate::modules::files::status::lstat,
        crate::modules::files::status::fstat,
        crate::modules::files::status::statvfs,
        crate::modules::files::status::fstatvfs,
        crate::modules::files::status::access,
        crate::modules::files::names::unlink,
        crate::modules::files::names::remove,
        crate::modules::files::names::rename,
        crate::modules::files::names::replace,
        crate::modules::files::names::link,
        crate::modules::files::names::symlink,
        crate::modules::files::names::readlink,
        crate::modules::files::names::mkfifo,
        crate::modules::files::names::mknod,
        crate::modules::files::names::makedev,
        crate::modules::files::names::major,
        crate::modules::files::names::minor,
        crate::modules::files::attributes::chmod,
        crate::modules::files::attributes::fchmod,
        crate::modules::files::attributes::chown,
        crate::modules::files::attributes::fchown,
        crate::modules::files::attributes::lchown,
        crate::modules::files::attributes::utime,
        crate::modules::files::attributes::truncate,
        crate::modules::files::attributes::ftruncate,
        crate::modules::files::attributes::pathconf,
        crate::modules::files::attributes::fpathconf,
        crate::modules::files::descriptors::open,
        crate::modules::files::descriptors::close,
        crate::modules::files::descriptors::read,
        crate::modules::files::descriptors::readinto,
        crate::modules::files::descriptors::pread,
        crate::modules::files::descriptors::write,
        crate::modules::files::descriptors::pwrite,
        crate::modules::files::descriptors::readv,
        crate::modules::files::descriptors::preadv,
        crate::modules::files::descriptors::writev,
        crate::modules::files::descriptors::pwritev,
        crate::modules::files::descriptors::lseek,
        crate::modules::files::descriptors::copy_file_range,
        crate::modules::files::descriptors::fsync,
        crate::modules::files::descriptors::fdatasync,
        crate::modules::files::descriptors::sync,
        crate::modules::files::descriptors::posix_fallocate,
        crate::modules::files::descriptors::posix_fadvise,
        crate::modules::files::descriptors::dup,
        crate::modules::files::descriptors::pipe,
        crate::modules::files::descriptors::isatty,
        crate::modules::files::descriptors::get_inheritable,
        crate::modules::files::descriptors::device_encoding,
        crate::modules::files::descriptors::memfd_create,
        crate::modules::files::directories::mkdir,
        crate::modules::files::directories::rmdir,
        crate::modules::files::directories::listdir,
        crate::modules::files::directories::chdir,
        crate::modules::files::directories::fchdir,
        crate::modules::files::directories::getcwd,
        crate::modules::files::directories::getcwdb,
        crate::modules::files::scan::scandir,
        crate::modules::files::extended::getxattr,
        crate::modules::files::extended::setxattr,
        crate::modules::files::extended::removexattr,
        crate::modules::files::extended::listxattr,
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
    use std::io;
    use std::mem::MaybeUninit;
    use std::os::unix::ffi::OsStrExt;

    use threadsnake_engine::struct_sequence;
    use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};

    use crate::modules::paths;

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
        paths::file_system_object(cx, path)
    }

    /// Change or add an environment variable.
    #[pyfunction]
    fn putenv(cx: &Context, name: Value, value: Value) -> PyResult<()> {
        let name = paths::path(cx, name, "putenv", false)?;
        let value = paths::path(cx, value, "putenv", false)?;
        if name.bytes.contains(&b'=') || name.bytes.is_empty() {
            return Err(cx.value_error(format_args!("illegal environment variable name")));
        }
        cx.audit("os.putenv", || Ok([cx.bytes(&name.bytes)?, cx.bytes(&value.bytes)?]))?;
        // SAFETY: Rust's lock of the environment is held by this and by all who read it here; C code that reads it without that lock is as
        // much at risk as in CPython.
        unsafe { std::env::set_var(name.as_os_str(), value.as_os_str()) };
        Ok(())
    }

    /// Delete an environment variable.
    #[pyfunction]
    fn unsetenv(cx: &Context, name: Value) -> PyResult<()> {
        let name = paths::path(cx, name, "unsetenv", false)?;
        cx.audit("os.unsetenv", || Ok([cx.bytes(&name.bytes)?]))?;
        if name.bytes.contains(&b'=') || name.bytes.is_empty() {
            return Err(cx.os_error(libc::EINVAL, None));
        }
        // SAFETY: as for `putenv`.
        unsafe { std::env::remove_var(name.as_os_str()) };
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
        for (name, description) in [("uname_result", &UNAME_RESULT), ("terminal_size", &TERMINAL_SIZE)] {
            let class = cx.struct_sequence_class(description)?;
            namespace.set_str(cx, cx.intern_str(name)?, class.as_value())?;
        }
        let error = cx.exception_class(ExceptionClass::OSError);
        namespace.set_str(cx, cx.intern_str("error")?, error)?;
        namespace.set_str(cx, cx.intern_str("EX_OK")?, cx.int(0)?)?;
        crate::modules::files::constants::initialize(cx, module)?;
        crate::modules::process::initialize(cx, module)
    }
}
