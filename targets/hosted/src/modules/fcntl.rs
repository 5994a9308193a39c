//! The native module `fcntl`: locks and settings of descriptors.
//!
//! Invariant: a structure that the program passes as bytes is copied into a buffer of its own for the call, and back where it may be changed.
//! Source: Modules/fcntlmodule.c.

use threadsnake_macros::pymodule;

/// This module performs file control and I/O control on file
/// descriptors.  It is an interface to the fcntl() and ioctl() Unix
/// routines.  File descriptors can be obtained with the fileno() method of
/// a file or socket object.
#[pymodule(name = "fcntl")]
#[allow(clippy::unnecessary_cast, reason = "the C library's types differ between targets")]
pub mod module {
    use threadsnake_engine::types::bytes_object::Bytes;
    use threadsnake_engine::types::str_object::Str;
    use threadsnake_engine::{Context, PyResult, Value};

    use crate::modules::system_call::{call, descriptor};

    /// The most that a structure passed as bytes may have.
    const LARGEST: usize = 1024;

    /// A copy of a structure, with room behind it in which a wrong size shows.
    fn structure(cx: &Context, function: &str, bytes: &[u8]) -> PyResult<Vec<u8>> {
        if bytes.len() > LARGEST {
            return Err(cx.value_error(format_args!("{function} argument 3 is too long")));
        }
        let mut buffer = bytes.to_vec();
        buffer.resize(LARGEST + 8, 0);
        Ok(buffer)
    }

    /// Text or bytes that stand for a structure.
    fn given_structure(cx: &Context, arg: Value) -> PyResult<Option<Vec<u8>>> {
        if let Some(text) = Str::from_value(arg) {
            return Ok(Some(text.to_utf8(cx)?.into_bytes()));
        }
        Ok(Bytes::from_value(arg).map(|bytes| bytes.as_slice().to_vec()))
    }

    /// Perform the operation `cmd` on file descriptor fd.
    ///
    /// The values used for `cmd` are operating system dependent, and are available
    /// as constants in the fcntl module, using the same names as used in
    /// the relevant C header files.  The argument arg is optional, and
    /// defaults to 0; it may be an int or a string.  If arg is given as a string,
    /// the return value of fcntl is a string of that length, containing the
    /// resulting value put in the arg buffer by the operating system.  The length
    /// of the arg string is not allowed to exceed 1024 bytes.  If the arg given
    /// is an integer or if none is specified, the result value is an integer
    /// corresponding to the return value of the fcntl call in the C code.
    #[pyfunction(signature = "(fd, cmd, arg=0, /)")]
    fn fcntl(cx: &Context, fd: Value, cmd: i32, arg: Option<Value>) -> PyResult {
        let fd = descriptor(cx, fd)?;
        cx.audit("fcntl.fcntl", || {
            Ok([cx.int(i64::from(fd))?, cx.int(i64::from(cmd))?, arg.unwrap_or(Value::NONE)])
        })?;
        let arg = arg.unwrap_or(Value::int_from_u32(0));
        if let Some(given) = given_structure(cx, arg)? {
            let mut buffer = structure(cx, "fcntl", &given)?;
            let pointer = buffer.as_mut_ptr();
            // SAFETY: the buffer has more bytes than any structure that the call knows.
            call(cx, None, || i64::from(unsafe { libc::fcntl(fd, cmd, pointer) }))?;
            return cx.bytes(buffer.get(..given.len()).unwrap_or(&[]));
        }
        let number = cx.index_i64(arg)?;
        // SAFETY: a number is passed; commands that take an address refuse one that is not the process's.
        let result = call(cx, None, || i64::from(unsafe { libc::fcntl(fd, cmd, number as libc::c_long) }))?;
        cx.int(result)
    }

    /// Perform the operation request on file descriptor fd.
    ///
    /// The values used for request are operating system dependent, and are available
    /// as constants in the fcntl or termios library modules, using the same names as
    /// used in the relevant C header files.
    ///
    /// The argument arg is optional, and defaults to 0; it may be an int or a
    /// buffer containing character data (most likely a string or an array).
    ///
    /// If the argument is a mutable buffer (such as an array) and if the
    /// mutate_flag argument (which is only allowed in this case) is true then the
    /// buffer is (in effect) passed to the operating system and changes made by
    /// the OS will be reflected in the contents of the buffer after the call has
    /// returned.  The return value is the integer returned by the ioctl system
    /// call.
    #[pyfunction(signature = "(fd, request, arg=0, mutate_flag=True, /)")]
    fn ioctl(cx: &Context, fd: Value, request: i64, arg: Option<Value>, mutate_flag: bool) -> PyResult {
        let fd = descriptor(cx, fd)?;
        let request = request as libc::c_ulong;
        cx.audit("fcntl.ioctl", || {
            Ok([cx.int(i64::from(fd))?, cx.int_from_u64(request as u64)?, arg.unwrap_or(Value::NONE)])
        })?;
        let arg = arg.unwrap_or(Value::int_from_u32(0));
        if let Some(given) = given_structure(cx, arg)? {
            let mut buffer = structure(cx, "ioctl", &given)?;
            let pointer = buffer.as_mut_ptr();
            // SAFETY: the buffer has more bytes than the structures of `ioctl` have.
            call(cx, None, || i64::from(unsafe { libc::ioctl(fd, request as _, pointer) }))?;
            return cx.bytes(buffer.get(..given.len()).unwrap_or(&[]));
        }
        if !cx.has_index(arg) {
            let given = cx.bytes_like(arg)?;
            let writes =
                mutate_flag && cx.writable_length(arg).map_err(|raised| cx.take_exception(raised)).is_ok();
            let mut buffer = given.clone();
            // A structure that is too small for the request is followed by bytes that take the rest.
            buffer.resize(given.len() + LARGEST, 0);
            let pointer = buffer.as_mut_ptr();
            // SAFETY: the buffer has more bytes than the structures of `ioctl` have.
            let result = call(cx, None, || i64::from(unsafe { libc::ioctl(fd, request as _, pointer) }))?;
            let changed = buffer.get(..given.len()).unwrap_or(&[]);
            if writes {
                cx.write_into_buffer(arg, 0, changed)?;
                return cx.int(result);
            }
            return cx.bytes(changed);
        }
        let number = cx.index_i64(arg)?;
        // SAFETY: a number is passed; requests that take an address refuse one that is not the process's.
        let result =
            call(cx, None, || i64::from(unsafe { libc::ioctl(fd, request as _, number as libc::c_long) }))?;
        cx.int(result)
    }

    /// Perform the lock operation `operation` on file descriptor `fd`.
    ///
    /// See the Unix manual page for flock(2) for details (On some systems, this
    /// function is emulated using fcntl()).
    #[pyfunction]
    fn flock(cx: &Context, fd: Value, operation: i32) -> PyResult<()> {
        let fd = descriptor(cx, fd)?;
        cx.audit("fcntl.flock", || Ok([cx.int(i64::from(fd))?, cx.int(i64::from(operation))?]))?;
        // SAFETY: no memory is involved.
        call(cx, None, || i64::from(unsafe { libc::flock(fd, operation) })).map(|_| ())
    }

    /// A wrapper around the fcntl() locking calls.
    ///
    /// `fd` is the file descriptor of the file to lock or unlock, and operation is one
    /// of the following values:
    ///
    ///     LOCK_UN - unlock
    ///     LOCK_SH - acquire a shared lock
    ///     LOCK_EX - acquire an exclusive lock
    ///
    /// When operation is LOCK_SH or LOCK_EX, it can also be bitwise ORed with
    /// LOCK_NB to avoid blocking on lock acquisition.  If LOCK_NB is used and the
    /// lock cannot be acquired, an OSError will be raised and the exception will
    /// have an errno attribute set to EACCES or EAGAIN (depending on the operating
    /// system -- for portability, check for either value).
    ///
    /// `len` is the number of bytes to lock, with the default meaning to lock to
    /// EOF.  `start` is the byte offset, relative to `whence`, to that the lock
    /// starts.  `whence` is as with fileobj.seek(), specifically:
    ///
    ///     0 - relative to the start of the file (SEEK_SET)
    ///     1 - relative to the current buffer position (SEEK_CUR)
    ///     2 - relative to the end of the file (SEEK_END)
    #[pyfunction(signature = "(fd, cmd, len=0, start=0, whence=0, /)")]
    fn lockf(
        cx: &Context,
        fd: Value,
        cmd: i32,
        len: Option<Value>,
        start: Option<Value>,
        whence: i32,
    ) -> PyResult<()> {
        let fd = descriptor(cx, fd)?;
        cx.audit("fcntl.lockf", || {
            let (length, start) = (len.unwrap_or(Value::NONE), start.unwrap_or(Value::NONE));
            let whence = cx.int(i64::from(whence))?;
            Ok([cx.int(i64::from(fd))?, cx.int(i64::from(cmd))?, length, start, whence])
        })?;
        let number = |given: Option<Value>| given.map_or(Ok(0), |given| cx.index_i64(given));
        let (len, start) = (number(len)?, number(start)?);
        let kind = if cmd == libc::LOCK_UN {
            libc::F_UNLCK
        } else if cmd & libc::LOCK_SH != 0 {
            libc::F_RDLCK
        } else if cmd & libc::LOCK_EX != 0 {
            libc::F_WRLCK
        } else {
            return Err(cx.value_error(format_args!("unrecognized lockf argument")));
        };
        // SAFETY: all zero is a valid `flock`.
        let mut lock: libc::flock = unsafe { std::mem::zeroed() };
        lock.l_type = kind as libc::c_short;
        lock.l_whence = whence as libc::c_short;
        lock.l_start = start as libc::off_t;
        lock.l_len = len as libc::off_t;
        let command = if cmd & libc::LOCK_NB != 0 { libc::F_SETLK } else { libc::F_SETLKW };
        let pointer: *const libc::flock = &lock;
        // SAFETY: the structure is readable.
        call(cx, None, || i64::from(unsafe { libc::fcntl(fd, command, pointer) })).map(|_| ())
    }

    macro_rules! numbers {
        ($( $name:ident )*) => { &[ $( (stringify!($name), libc::$name as i64), )* ] };
    }

    const NUMBERS: &[(&str, i64)] = numbers! {
        LOCK_SH LOCK_EX LOCK_NB LOCK_UN
        F_DUPFD F_DUPFD_CLOEXEC F_GETFD F_SETFD F_GETFL F_SETFL F_GETLK F_SETLK F_SETLKW F_GETOWN F_SETOWN
        F_RDLCK F_WRLCK F_UNLCK F_OFD_GETLK F_OFD_SETLK F_OFD_SETLKW F_SETLEASE F_GETLEASE F_NOTIFY
        F_ADD_SEALS F_GET_SEALS F_SEAL_SEAL F_SEAL_SHRINK F_SEAL_GROW F_SEAL_WRITE F_SETPIPE_SZ F_GETPIPE_SZ
        F_SEAL_FUTURE_WRITE FD_CLOEXEC
    };

    /// What the C library's crate does not name; the kernel's numbers are the same on all its 64-bit machines.
    const MORE_NUMBERS: &[(&str, i64)] = &[
        ("DN_ACCESS", 1),
        ("DN_MODIFY", 2),
        ("DN_CREATE", 4),
        ("DN_DELETE", 8),
        ("DN_RENAME", 0x10),
        ("DN_ATTRIB", 0x20),
        ("DN_MULTISHOT", 0x8000_0000),
        ("FICLONE", 0x4004_9409),
        ("FICLONERANGE", 0x4020_940d),
        ("F_EXLCK", 4),
        ("F_SHLCK", 8),
        ("F_GETLK64", 5),
        ("F_SETLK64", 6),
        ("F_SETLKW64", 7),
        ("F_SETOWN_EX", 15),
        ("F_GETOWN_EX", 16),
        ("F_OWNER_TID", 0),
        ("F_OWNER_PID", 1),
        ("F_OWNER_PGRP", 2),
        ("F_GET_RW_HINT", 0x40b),
        ("F_SET_RW_HINT", 0x40c),
        ("F_GET_FILE_RW_HINT", 0x40d),
        ("F_SET_FILE_RW_HINT", 0x40e),
        ("LOCK_MAND", 0x20),
        ("LOCK_READ", 0x40),
        ("LOCK_WRITE", 0x80),
        ("LOCK_RW", 0xc0),
        ("RWH_WRITE_LIFE_NOT_SET", 0),
        ("RWH_WRITE_LIFE_NONE", 1),
        ("RWH_WRITE_LIFE_SHORT", 2),
        ("RWH_WRITE_LIFE_MEDIUM", 3),
        ("RWH_WRITE_LIFE_LONG", 4),
        ("RWH_WRITE_LIFE_EXTREME", 5),
    ];

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        for &(name, number) in NUMBERS.iter().chain(MORE_NUMBERS) {
            namespace.set_str(cx, cx.intern_str(name)?, cx.int(number)?)?;
        }
        for (name, number) in [("FASYNC", libc::O_ASYNC), ("F_GETSIG", 11), ("F_SETSIG", 10)] {
            namespace.set_str(cx, cx.intern_str(name)?, cx.int(i64::from(number))?)?;
        }
        Ok(())
    }
}
