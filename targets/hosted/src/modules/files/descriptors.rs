//! Descriptors: opening, reading, writing, positions.
//!
//! Invariant: a buffer that the program may change meanwhile is copied, not lent to the system.
//! Source: Modules/posixmodule.c.

use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pyfunction;

use super::{call_on, directory, path_of};
use crate::modules::system_call::{call, last_errno};

fn room(cx: &Context, length: usize) -> PyResult<Vec<u8>> {
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(length).map_err(|_| cx.memory_error())?;
    Ok(buffer)
}

/// Fills a vector's spare room by a call that is given its address.
fn filled(
    cx: &Context,
    mut buffer: Vec<u8>,
    length: usize,
    mut read: impl FnMut(*mut libc::c_void) -> i64,
) -> PyResult<Vec<u8>> {
    let pointer = buffer.as_mut_ptr();
    let count = call(cx, None, || read(pointer.cast()))?;
    // SAFETY: the call has written so many bytes, no more than the `length` that were reserved.
    unsafe { buffer.set_len((count as usize).min(length)) };
    Ok(buffer)
}

/// Open a file for low level IO.  Returns a file descriptor (integer).
///
/// If dir_fd is not None, it should be a file descriptor open to a directory,
///   and path should be relative; path will then be relative to that directory.
/// dir_fd may not be implemented on your platform.
///   If it is unavailable, using it will raise a NotImplementedError.
#[pyfunction(signature = "(path, flags, mode=511, *, dir_fd=None)")]
pub fn open(cx: &Context, path: Value, flags: i32, mode: u32, dir_fd: Option<Value>) -> PyResult<i64> {
    let directory = directory(cx, dir_fd)?;
    let (path, text) = path_of(cx, path, "open")?;
    cx.audit("open", || Ok([path.object, Value::NONE, cx.int(i64::from(flags | libc::O_CLOEXEC))?]))?;
    call_on(cx, &path, || {
        // SAFETY: the path ends with a null byte.
        i64::from(unsafe {
            libc::openat(directory, text.as_ptr(), flags | libc::O_CLOEXEC, mode as libc::c_uint)
        })
    })
}

/// Close a file descriptor.
#[pyfunction(signature = "(fd)")]
pub fn close(cx: &Context, fd: i32) -> PyResult<()> {
    // SAFETY: closing any number is defined; a wrong one is EBADF. After EINTR the descriptor is closed on Linux.
    let (result, errno) = cx.blocking(|| (unsafe { libc::close(fd) }, last_errno()));
    if result < 0 && errno != libc::EINTR { Err(cx.os_error(errno, None)) } else { Ok(()) }
}

/// Read from a file descriptor.  Returns a bytes object.
#[pyfunction]
pub fn read(cx: &Context, fd: i32, length: i64) -> PyResult {
    let Ok(length) = usize::try_from(length) else { return Err(cx.os_error(libc::EINVAL, None)) };
    let buffer = room(cx, length)?;
    // SAFETY: `length` bytes may be written.
    let read = filled(cx, buffer, length, |pointer| unsafe { libc::read(fd, pointer, length) } as i64)?;
    cx.bytes(&read)
}

/// Read into a buffer object from a file descriptor.
///
/// The buffer should be mutable and bytes-like. On success, returns the number of
/// bytes read. Less bytes may be read than the size of the buffer. The underlying
/// system call will be retried when interrupted by a signal, unless the signal
/// handler raises an exception. Other errors will not be retried and an error will
/// be raised.
///
/// Returns 0 if *fd* is at end of file or if the provided *buffer* has length 0
/// (which can be used to check for errors without reading data). Never returns
/// negative.
#[pyfunction]
pub fn readinto(cx: &Context, fd: i32, buffer: Value) -> PyResult<usize> {
    let length = threadsnake_modules::io::stream::writable_length(cx, "readinto", buffer)?;
    let space = room(cx, length)?;
    // SAFETY: `length` bytes may be written.
    let read = filled(cx, space, length, |pointer| unsafe { libc::read(fd, pointer, length) } as i64)?;
    cx.write_into_buffer(buffer, 0, &read)
}

/// Read a number of bytes from a file descriptor starting at a particular offset.
///
/// Read length bytes from file descriptor fd, starting at offset bytes from
/// the beginning of the file.  The file offset remains unchanged.
#[pyfunction]
pub fn pread(cx: &Context, fd: i32, length: i64, offset: i64) -> PyResult {
    let Ok(length) = usize::try_from(length) else { return Err(cx.os_error(libc::EINVAL, None)) };
    let buffer = room(cx, length)?;
    let read = filled(cx, buffer, length, |pointer| {
        // SAFETY: `length` bytes may be written.
        unsafe { libc::pread(fd, pointer, length, offset as libc::off_t) as i64 }
    })?;
    cx.bytes(&read)
}

/// Write a bytes object to a file descriptor.
#[pyfunction]
pub fn write(cx: &Context, fd: i32, data: Value) -> PyResult<i64> {
    cx.with_bytes(data, |bytes| {
        // SAFETY: the bytes are readable.
        call(cx, None, || unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) } as i64)
    })
}

/// Write bytes to a file descriptor starting at a particular offset.
///
/// Write buffer to fd, starting at offset bytes from the beginning of
/// the file.  Returns the number of bytes written.  Does not change the
/// current file offset.
#[pyfunction]
pub fn pwrite(cx: &Context, fd: i32, buffer: Value, offset: i64) -> PyResult<i64> {
    cx.with_bytes(buffer, |bytes| {
        call(cx, None, || {
            // SAFETY: the bytes are readable.
            unsafe { libc::pwrite(fd, bytes.as_ptr().cast(), bytes.len(), offset as libc::off_t) as i64 }
        })
    })
}

/// Spreads what was read over buffers.
fn scatter(cx: &Context, buffers: &[Value], bytes: &[u8]) -> PyResult<()> {
    let mut rest = bytes;
    for &buffer in buffers {
        let length = cx.writable_length(buffer)?.min(rest.len());
        let (part, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        cx.write_into_buffer(buffer, 0, part)?;
        rest = after;
    }
    Ok(())
}

fn total_length(cx: &Context, buffers: &[Value]) -> PyResult<usize> {
    let mut total = 0usize;
    for &buffer in buffers {
        total = total.saturating_add(cx.writable_length(buffer)?);
    }
    Ok(total)
}

fn sequence<'a>(
    cx: &'a Context,
    function: &str,
    buffers: Value,
) -> PyResult<threadsnake_engine::context::ScratchVector<'a>> {
    if !cx.is_sequence(buffers) {
        return Err(cx.type_error(format_args!("{function}() arg 2 must be a sequence")));
    }
    cx.collect(buffers)
}

/// Read from a file descriptor fd into an iterable of buffers.
///
/// The buffers should be mutable buffers accepting bytes.
/// readv will transfer data into each buffer until it is full
/// and then move on to the next buffer in the sequence to hold
/// the rest of the data.
///
/// readv returns the total number of bytes read,
/// which may be less than the total capacity of all the buffers.
#[pyfunction]
pub fn readv(cx: &Context, fd: i32, buffers: Value) -> PyResult<usize> {
    let buffers = sequence(cx, "readv", buffers)?;
    let length = total_length(cx, buffers.as_slice())?;
    let space = room(cx, length)?;
    // SAFETY: `length` bytes may be written.
    let read = filled(cx, space, length, |pointer| unsafe { libc::read(fd, pointer, length) } as i64)?;
    scatter(cx, buffers.as_slice(), &read)?;
    Ok(read.len())
}

/// Reads from a file descriptor into a number of mutable bytes-like objects.
///
/// Combines the functionality of readv() and pread(). As readv(), it will
/// transfer data into each buffer until it is full and then move on to the next
/// buffer in the sequence to hold the rest of the data. Its fourth argument,
/// specifies the file offset at which the input operation is to be performed. It
/// will return the total number of bytes read (which can be less than the total
/// capacity of all the objects).
#[pyfunction(signature = "(fd, buffers, offset, flags=0, /)")]
pub fn preadv(cx: &Context, fd: i32, buffers: Value, offset: i64, flags: i32) -> PyResult<usize> {
    let buffers = sequence(cx, "preadv", buffers)?;
    let length = total_length(cx, buffers.as_slice())?;
    let space = room(cx, length)?;
    let read = filled(cx, space, length, |pointer| {
        let part = libc::iovec { iov_base: pointer, iov_len: length };
        // SAFETY: `length` bytes may be written.
        unsafe { libc::preadv2(fd, &part, 1, offset as libc::off_t, flags) as i64 }
    })?;
    scatter(cx, buffers.as_slice(), &read)?;
    Ok(read.len())
}

fn gather(cx: &Context, buffers: &[Value]) -> PyResult<Vec<u8>> {
    let mut all = Vec::new();
    for &buffer in buffers {
        cx.with_bytes(buffer, |bytes| {
            all.try_reserve(bytes.len()).map_err(|_| cx.memory_error())?;
            all.extend_from_slice(bytes);
            Ok(())
        })?;
    }
    Ok(all)
}

/// Iterate over buffers, and write the contents of each to a file descriptor.
///
/// Returns the total number of bytes written.
/// buffers must be a sequence of bytes-like objects.
#[pyfunction]
pub fn writev(cx: &Context, fd: i32, buffers: Value) -> PyResult<i64> {
    let buffers = sequence(cx, "writev", buffers)?;
    let all = gather(cx, buffers.as_slice())?;
    // SAFETY: the bytes are readable.
    call(cx, None, || unsafe { libc::write(fd, all.as_ptr().cast(), all.len()) } as i64)
}

/// Writes the contents of bytes-like objects to a file descriptor at a given offset.
///
/// Combines the functionality of writev() and pwrite(). All buffers must be a sequence
/// of bytes-like objects. Buffers are processed in array order. Entire contents of first
/// buffer is written before proceeding to second, and so on. The operating system may
/// set a limit (sysconf() value SC_IOV_MAX) on the number of buffers that can be used.
/// This function writes the contents of each object to the file descriptor and returns
/// the total number of bytes written.
#[pyfunction(signature = "(fd, buffers, offset, flags=0, /)")]
pub fn pwritev(cx: &Context, fd: i32, buffers: Value, offset: i64, flags: i32) -> PyResult<i64> {
    let buffers = sequence(cx, "pwritev", buffers)?;
    let mut all = gather(cx, buffers.as_slice())?;
    let part = libc::iovec { iov_base: all.as_mut_ptr().cast(), iov_len: all.len() };
    // SAFETY: the bytes are readable.
    call(cx, None, || unsafe { libc::pwritev2(fd, &part, 1, offset as libc::off_t, flags) } as i64)
}

/// Set the position of a file descriptor.  Return the new position.
///
///   fd
///     An open file descriptor, as returned by os.open().
///   position
///     Position, interpreted relative to 'whence'.
///   whence
///     The relative position to seek from. Valid values are:
///     - SEEK_SET: seek from the start of the file.
///     - SEEK_CUR: seek from the current file position.
///     - SEEK_END: seek from the end of the file.
///
/// The return value is the number of bytes relative to the beginning of the file.
#[pyfunction]
pub fn lseek(cx: &Context, fd: i32, position: i64, whence: i32) -> PyResult<i64> {
    // SAFETY: no memory is involved.
    call(cx, None, || unsafe { libc::lseek(fd, position as libc::off_t, whence) } as i64)
}

/// Copy count bytes from one file descriptor to another.
///
///   src
///     Source file descriptor.
///   dst
///     Destination file descriptor.
///   count
///     Number of bytes to copy.
///   offset_src
///     Starting offset in src.
///   offset_dst
///     Starting offset in dst.
///
/// If offset_src is None, then src is read from the current position;
/// respectively for offset_dst.
#[pyfunction(signature = "(src, dst, count, offset_src=None, offset_dst=None)")]
pub fn copy_file_range(
    cx: &Context,
    src: i32,
    dst: i32,
    count: i64,
    offset_src: Option<i64>,
    offset_dst: Option<i64>,
) -> PyResult<i64> {
    let Ok(count) = usize::try_from(count) else {
        return Err(cx.value_error(format_args!("negative value for 'count' not allowed")));
    };
    let (mut from, mut to) = (offset_src.unwrap_or(0), offset_dst.unwrap_or(0));
    call(cx, None, || {
        let from_pointer = if offset_src.is_some() { &raw mut from } else { std::ptr::null_mut() };
        let to_pointer = if offset_dst.is_some() { &raw mut to } else { std::ptr::null_mut() };
        // SAFETY: the offsets are writable or absent.
        unsafe {
            libc::syscall(libc::SYS_copy_file_range, src, from_pointer, dst, to_pointer, count, 0) as i64
        }
    })
}

/// Force write of fd to disk.
#[pyfunction(signature = "(fd)")]
pub fn fsync(cx: &Context, fd: Value) -> PyResult<()> {
    let fd = crate::modules::system_call::descriptor(cx, fd)?;
    // SAFETY: no memory is involved.
    call(cx, None, || i64::from(unsafe { libc::fsync(fd) })).map(|_| ())
}

/// Force write of fd to disk without forcing update of metadata.
#[pyfunction(signature = "(fd)")]
pub fn fdatasync(cx: &Context, fd: Value) -> PyResult<()> {
    let fd = crate::modules::system_call::descriptor(cx, fd)?;
    // SAFETY: no memory is involved.
    call(cx, None, || i64::from(unsafe { libc::fdatasync(fd) })).map(|_| ())
}

/// Force write of everything to disk.
#[pyfunction]
pub fn sync(cx: &Context) {
    // SAFETY: no memory is involved.
    cx.blocking(|| unsafe { libc::sync() });
}

/// Ensure a file has allocated at least a particular number of bytes on disk.
///
/// Ensure that the file specified by fd encompasses a range of bytes
/// starting at offset bytes from the beginning and continuing for length bytes.
#[pyfunction]
pub fn posix_fallocate(cx: &Context, fd: i32, offset: i64, length: i64) -> PyResult<()> {
    // SAFETY: no memory is involved.
    match cx.blocking(|| unsafe { libc::posix_fallocate(fd, offset as libc::off_t, length as libc::off_t) }) {
        0 => Ok(()),
        errno => Err(cx.os_error(errno, None)),
    }
}

/// Announce an intention to access data in a specific pattern.
///
/// Announce an intention to access data in a specific pattern, thus allowing
/// the kernel to make optimizations.
/// The advice applies to the region of the file specified by fd starting at
/// offset and continuing for length bytes.
/// advice is one of POSIX_FADV_NORMAL, POSIX_FADV_SEQUENTIAL,
/// POSIX_FADV_RANDOM, POSIX_FADV_NOREUSE, POSIX_FADV_WILLNEED, or
/// POSIX_FADV_DONTNEED.
#[pyfunction]
pub fn posix_fadvise(cx: &Context, fd: i32, offset: i64, length: i64, advice: i32) -> PyResult<()> {
    // SAFETY: no memory is involved.
    let errno = cx.blocking(|| unsafe {
        libc::posix_fadvise(fd, offset as libc::off_t, length as libc::off_t, advice)
    });
    if errno == 0 { Ok(()) } else { Err(cx.os_error(errno, None)) }
}

/// Return a duplicate of a file descriptor.
#[pyfunction]
pub fn dup(cx: &Context, fd: i32) -> PyResult<i64> {
    // SAFETY: no memory is involved.
    call(cx, None, || i64::from(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) }))
}

/// Create a pipe.
///
/// Returns a tuple of two file descriptors:
///   (read_fd, write_fd)
#[pyfunction]
pub fn pipe(cx: &Context) -> PyResult {
    let mut ends = [0i32; 2];
    let pointer = ends.as_mut_ptr();
    // SAFETY: there is room for two descriptors.
    call(cx, None, || i64::from(unsafe { libc::pipe2(pointer, libc::O_CLOEXEC) }))?;
    cx.tuple(&[cx.int(i64::from(ends[0]))?, cx.int(i64::from(ends[1]))?])
}

/// Return True if the fd is connected to a terminal.
///
/// Return True if the file descriptor is an open file descriptor
/// connected to the slave end of a terminal.
#[pyfunction]
pub fn isatty(cx: &Context, fd: i32) -> bool {
    // SAFETY: no memory is involved.
    cx.blocking(|| unsafe { libc::isatty(fd) }) == 1
}

/// Get the close-on-exe flag of the specified file descriptor.
#[pyfunction]
pub fn get_inheritable(cx: &Context, fd: i32) -> PyResult<bool> {
    // SAFETY: no memory is involved.
    let flags = call(cx, None, || i64::from(unsafe { libc::fcntl(fd, libc::F_GETFD) }))?;
    Ok(flags & i64::from(libc::FD_CLOEXEC) == 0)
}

/// Return a string describing the encoding of a terminal's file descriptor.
///
/// The file descriptor must be attached to a terminal.
/// If the device is not a terminal, return None.
#[pyfunction(signature = "(fd)")]
pub fn device_encoding(cx: &Context, fd: i32) -> PyResult {
    if isatty(cx, fd) { cx.str("UTF-8") } else { Ok(Value::NONE) }
}

/// Create an anonymous file that lives in memory.
#[pyfunction(signature = "(name, flags=1)")]
pub fn memfd_create(cx: &Context, name: Value, flags: u32) -> PyResult<i64> {
    let name = crate::modules::paths::file_system_path(cx, name)?.to_c_string(cx)?;
    // SAFETY: the name ends with a null byte.
    call(cx, None, || i64::from(unsafe { libc::memfd_create(name.as_ptr(), flags) }))
}
