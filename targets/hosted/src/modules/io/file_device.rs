//! An open file descriptor, as `FileIO` and the buffers use it.
//!
//! Invariant: the descriptor is -1 once closed, and whoever swaps that in closes it: it is closed once, whoever else tries. All other cells are
//! written before the object is used (or by `__init__`, which the program must not race). Calls run detached and are tried again after a
//! signal (PEP 475).

use std::any::Any;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, Ordering};

use threadsnake_engine::{Context, PyResult, Raised};
use threadsnake_modules::io::DEFAULT_BUFFER_SIZE;
use threadsnake_modules::io::raw_device::RawDevice;
use threadsnake_modules::io::stream::unsupported;

use crate::modules::system_call::{call, try_call};

/// The most that is asked of one `read` or `write`, as the kernel does no more.
const MOST: usize = 0x7fff_f000;

/// The most that memory is taken for before it is known to be needed.
const READ_AHEAD: usize = 1 << 20;

/// A file.
pub struct FileDevice {
    descriptor: AtomicI32,
    pub(super) created: AtomicBool,
    pub(super) readable: AtomicBool,
    pub(super) writable: AtomicBool,
    pub(super) appending: AtomicBool,
    pub(super) closes: AtomicBool,
    /// -1 unknown, else whether.
    seekable: AtomicI32,
    pub(super) block_size: AtomicI64,
    /// Whether the file was no character device when it was opened, so that it is no terminal.
    pub(super) no_terminal: AtomicBool,
}

impl FileDevice {
    /// A closed one.
    pub fn closed() -> Self {
        FileDevice {
            descriptor: AtomicI32::new(-1),
            created: AtomicBool::new(false),
            readable: AtomicBool::new(false),
            writable: AtomicBool::new(false),
            appending: AtomicBool::new(false),
            closes: AtomicBool::new(true),
            seekable: AtomicI32::new(-1),
            block_size: AtomicI64::new(DEFAULT_BUFFER_SIZE as i64),
            no_terminal: AtomicBool::new(false),
        }
    }

    /// The number, or -1.
    pub fn number(&self) -> i32 {
        // Acquire pairs with the Release of `set`: who sees the number sees the flags.
        self.descriptor.load(Ordering::Acquire)
    }

    /// Takes a descriptor over.
    pub fn set(&self, descriptor: i32) {
        self.seekable.store(-1, Ordering::Relaxed);
        self.descriptor.store(descriptor, Ordering::Release);
    }

    /// Lets go of the descriptor, without closing it: the number, or -1 if it was closed.
    pub fn release(&self) -> i32 {
        self.descriptor.swap(-1, Ordering::AcqRel)
    }

    /// The descriptor of an open file.
    ///
    /// # Errors
    /// ValueError if it is closed.
    pub fn descriptor(&self, cx: &Context) -> PyResult<i32> {
        match self.number() {
            number if number >= 0 => Ok(number),
            _ => Err(closed(cx)),
        }
    }

    fn to_read(&self, cx: &Context) -> PyResult<i32> {
        let descriptor = self.descriptor(cx)?;
        if self.readable.load(Ordering::Relaxed) {
            Ok(descriptor)
        } else {
            Err(unsupported(cx, "File not open for reading"))
        }
    }

    /// Closes the descriptor if it is open and not someone else's.
    ///
    /// # Errors
    /// OSError.
    pub fn close(&self, cx: &Context) -> PyResult<()> {
        let descriptor = self.release();
        if descriptor < 0 {
            return Ok(());
        }
        let (result, errno) = cx.blocking(|| {
            // SAFETY: closing any number is defined. After EINTR it is closed on Linux.
            let result = unsafe { libc::close(descriptor) };
            (result, crate::modules::system_call::last_errno())
        });
        if result < 0 && errno != libc::EINTR { Err(cx.os_error(errno, None)) } else { Ok(()) }
    }

    /// Whether the position can be set.
    ///
    /// # Errors
    /// ValueError if it is closed; what a signal handler raises.
    pub fn seekable(&self, cx: &Context) -> PyResult<bool> {
        let descriptor = self.descriptor(cx)?;
        // Relaxed: every thread finds the same answer.
        match self.seekable.load(Ordering::Relaxed) {
            -1 => {
                // SAFETY: no memory is involved.
                let found = try_call(cx, || unsafe { libc::lseek(descriptor, 0, libc::SEEK_CUR) } as i64)?;
                self.seekable.store(i32::from(found.is_ok()), Ordering::Relaxed);
                Ok(found.is_ok())
            }
            known => Ok(known != 0),
        }
    }

    /// Size and position of a file that has both.
    fn rest(descriptor: i32) -> Option<usize> {
        let mut info = MaybeUninit::<libc::stat>::zeroed();
        // SAFETY: room for a `stat`, which is filled if the call succeeds and zero, which is one too, if not.
        let info = unsafe {
            libc::fstat(descriptor, info.as_mut_ptr());
            info.assume_init()
        };
        // SAFETY: no memory is involved.
        let position = unsafe { libc::lseek(descriptor, 0, libc::SEEK_CUR) };
        if position < 0 || info.st_size < position {
            return None;
        }
        usize::try_from(info.st_size - position).ok()
    }

    /// One `read` into the vector's spare room; the end of the file is 0 bytes.
    fn read_spare(
        &self,
        cx: &Context,
        descriptor: i32,
        bytes: &mut Vec<u8>,
        limit: usize,
    ) -> PyResult<Option<usize>> {
        bytes.try_reserve(limit).map_err(|_| cx.memory_error())?;
        let spare = bytes.spare_capacity_mut();
        let (pointer, room) = (spare.as_mut_ptr(), limit.min(spare.len()).min(MOST));
        // SAFETY: `room` bytes may be written behind the vector's contents.
        let count = try_call(cx, || unsafe { libc::read(descriptor, pointer.cast(), room) } as i64)?;
        match count {
            Ok(count) => {
                let count = (count as usize).min(room);
                // SAFETY: the call has written so many bytes behind the contents.
                unsafe { bytes.set_len(bytes.len() + count) };
                Ok(Some(count))
            }
            Err(libc::EAGAIN) => Ok(None),
            Err(errno) => Err(cx.os_error(errno, None)),
        }
    }
}

/// `I/O operation on closed file`
#[cold]
fn closed(cx: &Context) -> Raised {
    cx.value_error(format_args!("I/O operation on closed file"))
}

impl RawDevice for FileDevice {
    fn is_closed(&self) -> bool {
        self.number() < 0
    }

    fn read_into(&self, cx: &Context, buffer: &mut [u8]) -> PyResult<Option<usize>> {
        let descriptor = self.to_read(cx)?;
        let (pointer, room) = (buffer.as_mut_ptr(), buffer.len().min(MOST));
        // SAFETY: the slice is writable.
        match try_call(cx, || unsafe { libc::read(descriptor, pointer.cast(), room) } as i64)? {
            Ok(count) => Ok(Some((count as usize).min(room))),
            Err(libc::EAGAIN) => Ok(None),
            Err(errno) => Err(cx.os_error(errno, None)),
        }
    }

    fn read_append(&self, cx: &Context, bytes: &mut Vec<u8>, limit: usize) -> PyResult<Option<usize>> {
        let descriptor = self.to_read(cx)?;
        self.read_spare(cx, descriptor, bytes, limit.min(READ_AHEAD))
    }

    fn read_all(&self, cx: &Context, bytes: &mut Vec<u8>) -> PyResult<bool> {
        let descriptor = self.to_read(cx)?;
        let before = bytes.len();
        // One byte more than is expected: the read that finds the end needs no larger buffer.
        let expected = cx.blocking(|| Self::rest(descriptor)).map(|rest| rest.saturating_add(1));
        let mut room = expected.unwrap_or(DEFAULT_BUFFER_SIZE);
        loop {
            match self.read_spare(cx, descriptor, bytes, room)? {
                Some(0) => return Ok(true),
                None => return Ok(bytes.len() > before),
                Some(_) => {
                    let spare = bytes.capacity() - bytes.len();
                    room = if spare > 0 { spare } else { (bytes.len() / 4).max(DEFAULT_BUFFER_SIZE) };
                }
            }
        }
    }

    fn write(&self, cx: &Context, bytes: &[u8]) -> PyResult<Option<usize>> {
        let descriptor = self.descriptor(cx)?;
        if !self.writable.load(Ordering::Relaxed) {
            return Err(unsupported(cx, "File not open for writing"));
        }
        let length = bytes.len().min(MOST);
        // SAFETY: the slice is readable.
        match try_call(cx, || unsafe { libc::write(descriptor, bytes.as_ptr().cast(), length) } as i64)? {
            Ok(count) => Ok(Some((count as usize).min(length))),
            Err(libc::EAGAIN) => Ok(None),
            Err(errno) => Err(cx.os_error(errno, None)),
        }
    }

    fn seek(&self, cx: &Context, offset: i64, whence: i32) -> PyResult<i64> {
        let descriptor = self.descriptor(cx)?;
        // SAFETY: no memory is involved.
        let position =
            call(cx, None, || unsafe { libc::lseek(descriptor, offset as libc::off_t, whence) } as i64)?;
        self.seekable.store(1, Ordering::Relaxed);
        Ok(position)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
