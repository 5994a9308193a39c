//! Descriptors: copies, pipes, what children inherit, blocking mode. Source: Modules/posixmodule.c.

use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pyfunction;

use super::done;
use crate::modules::system_call;

/// Duplicate file descriptor.
#[pyfunction(signature = "(fd, fd2, inheritable=True)")]
pub fn dup2(cx: &Context, fd: i32, fd2: i32, inheritable: bool) -> PyResult<i64> {
    if fd < 0 || fd2 < 0 {
        return Err(cx.os_error(libc::EBADF, None));
    }
    system_call::call(cx, None, || {
        // SAFETY: no memory is involved. `dup3` refuses two equal numbers.
        i64::from(unsafe {
            if inheritable || fd == fd2 { libc::dup2(fd, fd2) } else { libc::dup3(fd, fd2, libc::O_CLOEXEC) }
        })
    })
}

/// Create a pipe with flags set atomically.
///
/// Returns a tuple of two file descriptors:
///   (read_fd, write_fd)
///
/// flags can be constructed by ORing together one or more of these values:
/// O_NONBLOCK, O_CLOEXEC.
#[pyfunction]
pub fn pipe2(cx: &Context, flags: i32) -> PyResult<Value> {
    let mut ends = [0i32; 2];
    // SAFETY: there is room for two descriptors.
    done(cx, unsafe { libc::pipe2(ends.as_mut_ptr(), flags) })?;
    cx.tuple(&[cx.int(i64::from(ends[0]))?, cx.int(i64::from(ends[1]))?])
}

/// Closes all file descriptors in [fd_low, fd_high), ignoring errors.
#[pyfunction]
pub fn closerange(cx: &Context, fd_low: i32, fd_high: i32) {
    let (low, high) = (fd_low.max(0), fd_high);
    if high <= low {
        return;
    }
    cx.blocking(|| {
        // SAFETY: no memory is involved; closing what is not open is an error without effect.
        unsafe {
            if libc::syscall(libc::SYS_close_range, low, high - 1, 0) != 0 {
                for descriptor in low..high.min(1 << 20) {
                    libc::close(descriptor);
                }
            }
        }
    });
}

/// Set the inheritable flag of the specified file descriptor.
#[pyfunction]
pub fn set_inheritable(cx: &Context, fd: i32, inheritable: bool) -> PyResult<()> {
    // SAFETY: no memory is involved.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFD) };
    done(cx, flags)?;
    let wanted = if inheritable { flags & !libc::FD_CLOEXEC } else { flags | libc::FD_CLOEXEC };
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::fcntl(fd, libc::F_SETFD, wanted) })
}

/// Get the blocking mode of the file descriptor.
///
/// Return False if the O_NONBLOCK flag is set, True if the flag is cleared.
#[pyfunction]
pub fn get_blocking(cx: &Context, fd: i32) -> PyResult<bool> {
    // SAFETY: no memory is involved.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
    done(cx, flags)?;
    Ok(flags & libc::O_NONBLOCK == 0)
}

/// Set the blocking mode of the specified file descriptor.
///
/// Set the O_NONBLOCK flag if blocking is False,
/// clear the O_NONBLOCK flag otherwise.
#[pyfunction]
pub fn set_blocking(cx: &Context, fd: i32, blocking: bool) -> PyResult<()> {
    // SAFETY: no memory is involved.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
    done(cx, flags)?;
    let wanted = if blocking { flags & !libc::O_NONBLOCK } else { flags | libc::O_NONBLOCK };
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::fcntl(fd, libc::F_SETFL, wanted) })
}

/// A pointer to an offset, or null.
fn offset_pointer(offset: &mut Option<i64>) -> *mut i64 {
    offset.as_mut().map_or(std::ptr::null_mut(), std::ptr::from_mut)
}

/// Copy count bytes from file descriptor in_fd to file descriptor out_fd.
#[pyfunction(signature = "(out_fd, in_fd, offset, count)")]
pub fn sendfile(cx: &Context, out_fd: i32, in_fd: i32, offset: Option<i64>, count: usize) -> PyResult<i64> {
    let mut place = offset;
    system_call::call(cx, None, || {
        // SAFETY: an offset of this call's own, or null.
        (unsafe { libc::sendfile(out_fd, in_fd, offset_pointer(&mut place), count) }) as i64
    })
}

/// Create and return an event notification file descriptor.
#[pyfunction(signature = "(initval, flags=524288)")]
pub fn eventfd(cx: &Context, initval: u32, flags: i32) -> PyResult<i32> {
    // SAFETY: no memory is involved.
    super::number(cx, unsafe { libc::eventfd(initval, flags) })
}

/// Read eventfd value
#[pyfunction(signature = "(fd)")]
pub fn eventfd_read(cx: &Context, fd: i32) -> PyResult<u64> {
    let mut value = 0u64;
    system_call::call(cx, None, || {
        // SAFETY: eight writable bytes.
        (unsafe { libc::read(fd, (&raw mut value).cast(), 8) }) as i64
    })?;
    Ok(value)
}

/// Write eventfd value.
#[pyfunction(signature = "(fd, value)")]
pub fn eventfd_write(cx: &Context, fd: i32, value: u64) -> PyResult<()> {
    system_call::call(cx, None, || {
        // SAFETY: eight readable bytes.
        (unsafe { libc::write(fd, (&raw const value).cast(), 8) }) as i64
    })?;
    Ok(())
}

/// Apply, test or remove a POSIX lock on an open file descriptor.
#[pyfunction]
pub fn lockf(cx: &Context, fd: i32, command: i32, length: i64) -> PyResult<()> {
    cx.audit("os.lockf", || Ok([cx.int(i64::from(fd))?, cx.int(i64::from(command))?, cx.int(length)?]))?;
    // SAFETY: no memory is involved.
    system_call::call(cx, None, || i64::from(unsafe { libc::lockf(fd, command, length) })).map(|_| ())
}
