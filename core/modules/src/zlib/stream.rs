//! One stream of the compression library, wrapped so that all else is safe code.
//!
//! Invariant: the library's stream record stays where it is (it is boxed) and is initialised from `deflate` or `inflate` until it is dropped;
//! input and output are lent to the library for one call only. The library allocates through `allocate` and `release` here.
//! Source: zlib.h of zlib 1.3, of which `libz-rs-sys` is a rewrite in Rust.

use alloc::alloc::{Layout, alloc, dealloc};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::{CStr, c_uint, c_void};

use libz_rs_sys as library;

pub(crate) const OK: i32 = 0;
pub(crate) const STREAM_END: i32 = 1;
pub(crate) const NEED_DICTIONARY: i32 = 2;
pub(crate) const STREAM_ERROR: i32 = -2;
pub(crate) const DATA_ERROR: i32 = -3;
pub(crate) const MEMORY_ERROR: i32 = -4;
pub(crate) const BUFFER_ERROR: i32 = -5;
pub(crate) const VERSION_ERROR: i32 = -6;

pub(crate) const NO_FLUSH: i32 = 0;
pub(crate) const SYNC_FLUSH: i32 = 2;
pub(crate) const FINISH: i32 = 4;

/// Bytes of output that a call is given room for at first, and at most at a time.
const FIRST_ROOM: usize = 16 * 1024;
const LARGEST_ROOM: usize = 1 << 20;

/// Bytes in front of each allocation that hold its size; as many as its alignment.
const ALLOCATION_HEADER: usize = 16;

unsafe extern "C" fn allocate(_opaque: *mut c_void, items: c_uint, size: c_uint) -> *mut c_void {
    let wanted =
        (items as usize).checked_mul(size as usize).and_then(|bytes| bytes.checked_add(ALLOCATION_HEADER));
    let Some(bytes) = wanted else { return core::ptr::null_mut() };
    let Ok(layout) = Layout::from_size_align(bytes, ALLOCATION_HEADER) else { return core::ptr::null_mut() };
    // SAFETY: the layout is not empty; the header is written within it.
    unsafe {
        let start = alloc(layout);
        if start.is_null() {
            return core::ptr::null_mut();
        }
        start.cast::<usize>().write(bytes);
        start.add(ALLOCATION_HEADER).cast()
    }
}

unsafe extern "C" fn release(_opaque: *mut c_void, address: *mut c_void) {
    if address.is_null() {
        return;
    }
    // SAFETY: the library gives back what `allocate` gave it, whose size is in the header in front.
    unsafe {
        let start = address.cast::<u8>().sub(ALLOCATION_HEADER);
        let bytes = start.cast::<usize>().read();
        dealloc(start, Layout::from_size_align_unchecked(bytes, ALLOCATION_HEADER));
    }
}

/// What a stream does.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Direction {
    Deflate,
    Inflate,
}

/// A stream.
pub(crate) struct Stream {
    raw: Box<library::z_stream>,
    direction: Direction,
}

// SAFETY: the record and what it points to belong to this value alone; `allocate` and `release` may be called on any thread.
unsafe impl Send for Stream {}

/// How a run ended.
pub(crate) struct Run {
    /// The library's last code, or `MEMORY_ERROR`.
    pub(crate) code: i32,
    /// Bytes of the input that were consumed.
    pub(crate) consumed: usize,
}

fn fresh() -> Box<library::z_stream> {
    let mut raw = Box::new(library::z_stream::default());
    raw.zalloc = Some(allocate);
    raw.zfree = Some(release);
    // Not null, because the library does not copy a stream without output; there is room for no byte.
    raw.next_out = core::ptr::NonNull::dangling().as_ptr();
    raw
}

fn record_size() -> i32 {
    size_of::<library::z_stream>() as i32
}

impl Stream {
    /// A compressor.
    ///
    /// # Errors
    /// The library's code.
    pub(crate) fn deflate(
        level: i32,
        method: i32,
        window_bits: i32,
        memory_level: i32,
        strategy: i32,
    ) -> Result<Stream, i32> {
        let mut raw = fresh();
        let version = library::zlibVersion();
        // SAFETY: the record is valid, with an allocator; the version is the library's own.
        let code = unsafe {
            library::deflateInit2_(
                &raw mut *raw,
                level,
                method,
                window_bits,
                memory_level,
                strategy,
                version,
                record_size(),
            )
        };
        if code == OK { Ok(Stream { raw, direction: Direction::Deflate }) } else { Err(code) }
    }

    /// A decompressor.
    ///
    /// # Errors
    /// The library's code.
    pub(crate) fn inflate(window_bits: i32) -> Result<Stream, i32> {
        let mut raw = fresh();
        // SAFETY: as in `deflate`.
        let code = unsafe {
            library::inflateInit2_(&raw mut *raw, window_bits, library::zlibVersion(), record_size())
        };
        if code == OK { Ok(Stream { raw, direction: Direction::Inflate }) } else { Err(code) }
    }

    /// A stream in the same state.
    ///
    /// # Errors
    /// The library's code.
    pub(crate) fn copy(&mut self) -> Result<Stream, i32> {
        let mut raw = fresh();
        let (to, from) = (&raw mut *raw, &raw mut *self.raw);
        // SAFETY: `from` is initialised; `to` is a record of its own, which the library overwrites.
        let code = unsafe {
            match self.direction {
                Direction::Deflate => library::deflateCopy(to, from),
                Direction::Inflate => library::inflateCopy(to, from),
            }
        };
        if code == OK { Ok(Stream { raw, direction: self.direction }) } else { Err(code) }
    }

    /// Sets the dictionary.
    pub(crate) fn set_dictionary(&mut self, dictionary: &[u8]) -> i32 {
        let Ok(length) = c_uint::try_from(dictionary.len()) else { return STREAM_ERROR };
        let raw = &raw mut *self.raw;
        // SAFETY: the stream is initialised, and the library only reads the dictionary, during the call.
        unsafe {
            match self.direction {
                Direction::Deflate => library::deflateSetDictionary(raw, dictionary.as_ptr(), length),
                Direction::Inflate => library::inflateSetDictionary(raw, dictionary.as_ptr(), length),
            }
        }
    }

    /// The library's own words about its last error.
    pub(crate) fn message(&self) -> Option<&str> {
        if self.raw.msg.is_null() {
            return None;
        }
        // SAFETY: the library's messages are constant strings that end with a zero byte.
        unsafe { CStr::from_ptr(self.raw.msg) }.to_str().ok()
    }

    /// Feeds all of `input` and appends what comes out to `output`, but no more than `limit` bytes. Ends when the input is consumed and
    /// there is nothing more to come, when the limit is reached, at the end of the stream, and at any error.
    pub(crate) fn run(&mut self, input: &[u8], output: &mut Vec<u8>, flush: i32, limit: usize) -> Run {
        let mut consumed = 0;
        let mut produced = 0;
        let mut room = FIRST_ROOM;
        loop {
            let rest = input.get(consumed..).unwrap_or(&[]);
            let piece = rest.get(..c_uint::MAX as usize).unwrap_or(rest);
            let wanted = room.min(limit - produced);
            if output.try_reserve(wanted).is_err() {
                return Run { code: MEMORY_ERROR, consumed };
            }
            room = (room * 2).min(LARGEST_ROOM);
            let spare = output.spare_capacity_mut();
            let granted = spare.len().min(limit - produced).min(LARGEST_ROOM);
            self.raw.next_in = piece.as_ptr();
            self.raw.avail_in = piece.len() as c_uint;
            self.raw.next_out = spare.as_mut_ptr().cast();
            self.raw.avail_out = granted as c_uint;
            // What is left of the input behind this piece is fed before anything is flushed.
            let flush_now = if piece.len() == rest.len() { flush } else { NO_FLUSH };
            let raw = &raw mut *self.raw;
            // SAFETY: the stream is initialised; the record names `piece`, which is read, and room of the output's, which is written, both
            // for as many bytes as there are.
            let code = unsafe {
                match self.direction {
                    Direction::Deflate => library::deflate(raw, flush_now),
                    Direction::Inflate => library::inflate(raw, flush_now),
                }
            };
            let written = granted - self.raw.avail_out as usize;
            consumed += piece.len() - self.raw.avail_in as usize;
            produced += written;
            // SAFETY: the library has written that many bytes behind the old end, within the capacity.
            unsafe { output.set_len(output.len() + written) };
            let full = self.raw.avail_out == 0;
            self.raw.next_in = core::ptr::null();
            self.raw.avail_in = 0;
            self.raw.next_out = core::ptr::NonNull::dangling().as_ptr();
            self.raw.avail_out = 0;
            let goes_on =
                (code == OK || code == BUFFER_ERROR) && produced < limit && (full || consumed < input.len());
            if !goes_on {
                return Run { code, consumed };
            }
            if code == BUFFER_ERROR && !full {
                // No progress is possible with what there is.
                return Run { code, consumed };
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let raw = &raw mut *self.raw;
        // SAFETY: initialised, and ended here alone. The code only says that data was left.
        let _ = unsafe {
            match self.direction {
                Direction::Deflate => library::deflateEnd(raw),
                Direction::Inflate => library::inflateEnd(raw),
            }
        };
    }
}

/// CRC-32 of `bytes`, going on from `start`.
pub(crate) fn crc32(start: u32, bytes: &[u8]) -> u32 {
    // SAFETY: reads the slice.
    unsafe { library::crc32_z(start.into(), bytes.as_ptr(), bytes.len()) as u32 }
}

/// Adler-32 of `bytes`, going on from `start`.
pub(crate) fn adler32(start: u32, bytes: &[u8]) -> u32 {
    // SAFETY: reads the slice.
    unsafe { library::adler32_z(start.into(), bytes.as_ptr(), bytes.len()) as u32 }
}

/// The library's version.
pub(crate) fn version() -> &'static str {
    // SAFETY: a constant string that ends with a zero byte.
    unsafe { CStr::from_ptr(library::zlibVersion()) }.to_str().unwrap_or("1.3.0")
}
