//! One stream of the bzip2 library, wrapped so that all else is safe code.
//!
//! Invariant: as `zlib/stream.rs`: the library's record is boxed and initialised until it is dropped; input and output are lent for one call only.
//! Source: bzlib.h of bzip2 1.0.8, of which `libbz2-rs-sys` is a rewrite in Rust.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::c_uint;

use libbz2_rs_sys as library;

pub(super) const OK: i32 = library::BZ_OK;
pub(super) const RUN_OK: i32 = library::BZ_RUN_OK;
pub(super) const FINISH_OK: i32 = library::BZ_FINISH_OK;
pub(super) const STREAM_END: i32 = library::BZ_STREAM_END;
pub(super) const MEMORY_ERROR: i32 = library::BZ_MEM_ERROR;

const FIRST_ROOM: usize = 16 * 1024;
const LARGEST_ROOM: usize = 1 << 20;

/// What a stream does.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Direction {
    Compress,
    Decompress,
}

/// A stream.
pub(super) struct Stream {
    raw: Box<library::bz_stream>,
    direction: Direction,
}

// SAFETY: the record and what it points to belong to this value alone; the library allocates through Rust's global allocator.
unsafe impl Send for Stream {}

/// How a run ended.
pub(super) struct Run {
    /// The library's last code.
    pub(super) code: i32,
    /// Bytes of the input that were consumed.
    pub(super) consumed: usize,
    /// Whether the output filled all the room it had last.
    pub(super) full: bool,
}

fn fresh() -> Box<library::bz_stream> {
    Box::new(library::bz_stream {
        next_in: core::ptr::null(),
        avail_in: 0,
        total_in_lo32: 0,
        total_in_hi32: 0,
        next_out: core::ptr::null_mut(),
        avail_out: 0,
        total_out_lo32: 0,
        total_out_hi32: 0,
        state: core::ptr::null_mut(),
        bzalloc: None,
        bzfree: None,
        opaque: core::ptr::null_mut(),
    })
}

impl Stream {
    /// A compressor of a level from 1 to 9.
    ///
    /// # Errors
    /// The library's code.
    pub(super) fn compress(level: i32) -> Result<Stream, i32> {
        let mut raw = fresh();
        // SAFETY: a valid record without an allocator, for which the library takes its own.
        let code = unsafe { library::BZ2_bzCompressInit(&raw mut *raw, level, 0, 0) };
        if code == OK { Ok(Stream { raw, direction: Direction::Compress }) } else { Err(code) }
    }

    /// A decompressor.
    ///
    /// # Errors
    /// The library's code.
    pub(super) fn decompress() -> Result<Stream, i32> {
        let mut raw = fresh();
        // SAFETY: as in `compress`.
        let code = unsafe { library::BZ2_bzDecompressInit(&raw mut *raw, 0, 0) };
        if code == OK { Ok(Stream { raw, direction: Direction::Decompress }) } else { Err(code) }
    }

    /// Feeds all of `input` and appends what comes out to `output`, but no more than `limit` bytes; with `finish`, also what the
    /// compressor still holds.
    pub(super) fn run(&mut self, input: &[u8], output: &mut Vec<u8>, finish: bool, limit: usize) -> Run {
        let (mut consumed, mut produced, mut room) = (0, 0, FIRST_ROOM);
        loop {
            let rest = input.get(consumed..).unwrap_or(&[]);
            if self.direction == Direction::Compress && !finish && rest.is_empty() {
                return Run { code: RUN_OK, consumed, full: false };
            }
            let piece = rest.get(..c_uint::MAX as usize).unwrap_or(rest);
            let wanted = room.min(limit - produced);
            if output.try_reserve(wanted).is_err() {
                return Run { code: MEMORY_ERROR, consumed, full: false };
            }
            room = (room * 2).min(LARGEST_ROOM);
            let spare = output.spare_capacity_mut();
            let granted = spare.len().min(limit - produced).min(LARGEST_ROOM);
            self.raw.next_in = piece.as_ptr().cast();
            self.raw.avail_in = piece.len() as c_uint;
            self.raw.next_out = spare.as_mut_ptr().cast();
            self.raw.avail_out = granted as c_uint;
            let action =
                if finish && piece.len() == rest.len() { library::BZ_FINISH } else { library::BZ_RUN };
            let raw = &raw mut *self.raw;
            // SAFETY: the stream is initialised; the record names `piece`, which is read, and room of the output's, which is written, both
            // for as many bytes as there are.
            let code = unsafe {
                match self.direction {
                    Direction::Compress => library::BZ2_bzCompress(raw, action),
                    Direction::Decompress => library::BZ2_bzDecompress(raw),
                }
            };
            let written = granted - self.raw.avail_out as usize;
            let eaten = piece.len() - self.raw.avail_in as usize;
            consumed += eaten;
            produced += written;
            // SAFETY: the library has written that many bytes behind the old end, within the capacity.
            unsafe { output.set_len(output.len() + written) };
            let full = self.raw.avail_out == 0;
            self.raw.next_in = core::ptr::null();
            self.raw.avail_in = 0;
            self.raw.next_out = core::ptr::null_mut();
            self.raw.avail_out = 0;
            let fine = matches!(code, OK | RUN_OK | FINISH_OK);
            let more = full || consumed < input.len() || code == FINISH_OK;
            if !fine || !more || produced >= limit || (written == 0 && eaten == 0) {
                return Run { code, consumed, full };
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let raw = &raw mut *self.raw;
        // SAFETY: initialised, and ended here alone. The code says nothing that matters any more.
        let _ = unsafe {
            match self.direction {
                Direction::Compress => library::BZ2_bzCompressEnd(raw),
                Direction::Decompress => library::BZ2_bzDecompressEnd(raw),
            }
        };
    }
}
