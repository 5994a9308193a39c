//! `_io` as far as it needs no operating system: the abstract classes, memory streams, buffers, text.
//!
//! Invariant: each stream object has a lock of its own that is held for one operation; who waits for it is detached from the heap.
//! What a lock guards is Rust data; the objects that a stream rests on are in slots. `FileIO` and `open` are the target's, which hands its files to
//! the buffers as a [`raw_device::RawDevice`].
//! - [`io_base`], [`raw_io_base`], [`buffered_io_base`], [`text_io_base`]: the abstract classes.
//! - [`bytes_io`], [`string_io`]: streams in memory.
//! - [`buffered`]: buffers over raw streams. [`text_wrapper`]: text over buffers. [`newlines`]: line ends.
//! - [`open_streams`]: what is written at the end of the program.
//! - [`stream`]: what is asked of any stream object. [`stream_lock`]: the lock.
//!
//! Source: Modules/_io/ of CPython 3.14.

pub mod buffered;
pub mod buffered_io_base;
pub mod bytes_io;
pub mod io_base;
pub mod newlines;
pub mod open_streams;
pub mod raw_device;
pub mod raw_io_base;
pub mod stream;
pub mod stream_lock;
pub mod string_io;
pub mod text_buffer;
pub mod text_io_base;
pub mod text_wrapper;

/// `io.DEFAULT_BUFFER_SIZE`
pub const DEFAULT_BUFFER_SIZE: usize = 128 * 1024;
