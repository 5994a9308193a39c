//! Reading from a raw stream through a buffer.
//!
//! Invariant: absent means that the raw stream would block and nothing was there; a short answer that it would block or ended.
//! The raw stream is asked as often and for as much as CPython asks it: for multiples of the buffer's size first, then for one buffer.
//! Source: Modules/_io/bufferedio.c.

use alloc::vec::Vec;

use threadsnake_engine::types::byte_array::ByteArray;
use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::exception::{as_exception, slot as exception_slot};
use threadsnake_engine::{Context, ExceptionClass, Name, PyResult, Value};

use super::super::raw_device::device;
use super::super::stream::{ask, expect_bytes, limit, read_through_view, retry_interrupted, writable_length};
use super::{Buffer, Buffered};

impl Buffered {
    /// Asks a raw stream that is no device for up to `size` bytes.
    fn raw_read_object(self, cx: &Context, raw: Value, size: usize) -> PyResult<Option<(ByteArray, usize)>> {
        loop {
            let (array, answer) = match read_through_view(cx, raw, size) {
                Ok(answer) => answer,
                Err(raised) => {
                    retry_interrupted(cx, raised)?;
                    continue;
                }
            };
            if answer.is_none() {
                return Ok(None);
            }
            if !cx.has_index(answer) {
                let class_name = cx.type_name(answer);
                let cause =
                    cx.type_error(format_args!("'{class_name}' object cannot be interpreted as an integer"));
                let cause = cx.take_exception(cause);
                let failed = cx.raise(ExceptionClass::OSError, format_args!("raw readinto() failed"));
                let failed = cx.take_exception(failed);
                if let Some(failed) = as_exception(failed) {
                    cx.store(failed, exception_slot::CAUSE, cause);
                    cx.store(failed, exception_slot::CONTEXT, cause);
                }
                return Err(cx.raise_value(failed));
            }
            let count = match cx.index_i64(answer) {
                Ok(count) => count,
                Err(raised) if cx.pending_is(&raised, ExceptionClass::OverflowError) => {
                    cx.take_exception(raised);
                    -1
                }
                Err(raised) => return Err(raised),
            };
            return match usize::try_from(count).ok().filter(|&count| count <= size) {
                Some(count) => Ok(Some((array, count))),
                None => Err(cx.raise(
                    ExceptionClass::OSError,
                    format_args!(
                        "raw readinto() returned invalid length {count} (should have been between 0 and {size})"
                    ),
                )),
            };
        }
    }

    /// One read of the raw stream behind the bytes of a vector.
    fn raw_read(
        self,
        cx: &Context,
        buffer: &mut Buffer,
        bytes: &mut Vec<u8>,
        size: usize,
    ) -> PyResult<Option<usize>> {
        let raw = self.raw(cx)?;
        let object = raw.as_object();
        let count = match object.as_ref().and_then(device) {
            Some(device) => device.read_append(cx, bytes, size)?,
            None => match self.raw_read_object(cx, raw, size)? {
                None => None,
                Some((array, count)) => {
                    array.with_bytes(cx, |read| bytes.extend_from_slice(read.get(..count).unwrap_or(&[])));
                    Some(count)
                }
            },
        };
        buffer.moved(count.unwrap_or(0));
        Ok(count)
    }

    /// One read of the raw stream into the buffer behind what is there.
    fn fill(self, cx: &Context, buffer: &mut Buffer) -> PyResult<Option<usize>> {
        let size = buffer.size;
        if buffer.read.len() != size {
            buffer.read.try_reserve_exact(size).map_err(|_| cx.memory_error())?;
            buffer.read.resize(size, 0);
        }
        let raw = self.raw(cx)?;
        let object = raw.as_object();
        let end = buffer.read_end.min(size);
        let space = buffer.read.get_mut(end..).unwrap_or_default();
        let count = match object.as_ref().and_then(device) {
            Some(device) => device.read_into(cx, space)?,
            None => match self.raw_read_object(cx, raw, space.len())? {
                None => None,
                Some((array, count)) => {
                    array.with_bytes(cx, |read| {
                        for (place, &byte) in space.iter_mut().zip(read.iter().take(count)) {
                            *place = byte;
                        }
                    });
                    Some(count)
                }
            },
        };
        buffer.read_end = end + count.unwrap_or(0);
        buffer.moved(count.unwrap_or(0));
        Ok(count)
    }

    /// What was written goes out before anything is read.
    fn before_read(self, cx: &Context, buffer: &mut Buffer) -> PyResult<()> {
        if buffer.written.is_empty() { Ok(()) } else { self.settle(cx, buffer) }
    }

    fn take_ahead(buffer: &mut Buffer, most: usize) -> Vec<u8> {
        let ahead = buffer.ahead();
        let taken = ahead.get(..most).unwrap_or(ahead).to_vec();
        buffer.read_start += taken.len();
        taken
    }

    /// `read(size)`
    ///
    /// # Errors
    /// ValueError, and what the raw stream raises.
    pub fn read(self, cx: &Context, size: i64) -> PyResult {
        match self.read_bytes(cx, size)? {
            Some(bytes) => cx.bytes(&bytes),
            None => Ok(Value::NONE),
        }
    }

    /// `read(size)`, into Rust memory.
    ///
    /// # Errors
    /// As for [`Buffered::read`].
    pub fn read_bytes(self, cx: &Context, size: i64) -> PyResult<Option<Vec<u8>>> {
        if size < -1 {
            drop(self.ready(cx)?);
            return Err(cx.value_error(format_args!("read length must be non-negative or -1")));
        }
        let mut guard = self.begin(cx, "read of closed file")?;
        let buffer = &mut *guard;
        match usize::try_from(size) {
            Err(_) => self.read_all(cx, buffer),
            Ok(size) if size <= buffer.ahead().len() => Ok(Some(Self::take_ahead(buffer, size))),
            Ok(size) => self.read_sized(cx, buffer, size),
        }
    }

    fn read_sized(self, cx: &Context, buffer: &mut Buffer, size: usize) -> PyResult<Option<Vec<u8>>> {
        let mut bytes = Self::take_ahead(buffer, size);
        self.before_read(cx, buffer)?;
        buffer.forget_read();
        // Who asks for more than can be had gets MemoryError as if all of it came.
        let mut probe: Vec<u8> = Vec::new();
        probe.try_reserve_exact(size).map_err(|_| cx.memory_error())?;
        drop(probe);
        while bytes.len() < size {
            let remaining = size - bytes.len();
            let whole = remaining - remaining % buffer.size;
            if whole == 0 {
                break;
            }
            match self.raw_read(cx, buffer, &mut bytes, whole)? {
                None if bytes.is_empty() => return Ok(None),
                None | Some(0) => return Ok(Some(bytes)),
                Some(_) => {}
            }
        }
        while bytes.len() < size && buffer.read_end < buffer.size {
            match self.fill(cx, buffer)? {
                None if bytes.is_empty() => return Ok(None),
                None | Some(0) => break,
                Some(_) => {
                    let more = Self::take_ahead(buffer, size - bytes.len());
                    bytes.extend_from_slice(&more);
                }
            }
        }
        Ok(Some(bytes))
    }

    fn read_all(self, cx: &Context, buffer: &mut Buffer) -> PyResult<Option<Vec<u8>>> {
        let mut bytes = Self::take_ahead(buffer, usize::MAX);
        self.before_read(cx, buffer)?;
        buffer.forget_read();
        let raw = self.raw(cx)?;
        let object = raw.as_object();
        if let Some(device) = object.as_ref().and_then(device) {
            let before = bytes.len();
            let there = device.read_all(cx, &mut bytes)?;
            buffer.moved(bytes.len() - before);
            return Ok((there || before > 0).then_some(bytes));
        }
        let append = |bytes: &mut Vec<u8>, more: Bytes| -> PyResult<()> {
            bytes.try_reserve(more.len()).map_err(|_| cx.memory_error())?;
            bytes.extend_from_slice(more.as_slice());
            Ok(())
        };
        if let Some(read_all) = cx.find_attribute_or_none(raw, cx.name(Name::readall))? {
            let rest = cx.call(read_all, &[])?;
            if rest.is_none() {
                return Ok((!bytes.is_empty()).then_some(bytes));
            }
            let rest = expect_bytes(cx, rest, format_args!("readall() should return bytes"))?;
            buffer.moved(rest.len());
            append(&mut bytes, rest)?;
            return Ok(Some(bytes));
        }
        loop {
            let piece = ask(cx, raw, Name::read)?;
            if piece.is_none() {
                return Ok((!bytes.is_empty()).then_some(bytes));
            }
            let piece = expect_bytes(cx, piece, format_args!("read() should return bytes"))?;
            if piece.is_empty() {
                return Ok(Some(bytes));
            }
            buffer.moved(piece.len());
            append(&mut bytes, piece)?;
        }
    }

    /// `read1(size)`: what is there, or one read of the raw stream.
    ///
    /// # Errors
    /// ValueError, and what the raw stream raises.
    pub fn read_once(self, cx: &Context, size: i64) -> PyResult<Vec<u8>> {
        let mut guard = self.begin(cx, "read of closed file")?;
        let buffer = &mut *guard;
        let size = usize::try_from(size).unwrap_or(buffer.size);
        if size == 0 {
            return Ok(Vec::new());
        }
        if !buffer.ahead().is_empty() {
            return Ok(Self::take_ahead(buffer, size));
        }
        self.before_read(cx, buffer)?;
        buffer.forget_read();
        let mut bytes = Vec::new();
        self.raw_read(cx, buffer, &mut bytes, size)?;
        Ok(bytes)
    }

    /// `peek()`: what is there without taking it, or what one read of the raw stream gives.
    ///
    /// # Errors
    /// ValueError, and what the raw stream raises.
    pub fn peek(self, cx: &Context) -> PyResult {
        let mut guard = self.begin(cx, "peek of closed file")?;
        let buffer = &mut *guard;
        self.before_read(cx, buffer)?;
        if buffer.ahead().is_empty() {
            buffer.forget_read();
            self.fill(cx, buffer)?;
        }
        let ahead = buffer.ahead().to_vec();
        drop(guard);
        cx.bytes(&ahead)
    }

    /// `readline(size)`
    ///
    /// # Errors
    /// ValueError, and what the raw stream raises.
    pub fn read_line(self, cx: &Context, size: i64) -> PyResult<Vec<u8>> {
        let limit = limit(size);
        let mut guard = self.begin(cx, "readline of closed file")?;
        let buffer = &mut *guard;
        let mut line = Vec::new();
        loop {
            let ahead = buffer.ahead();
            let ahead = ahead.get(..limit - line.len()).unwrap_or(ahead);
            let end = memchr::memchr(b'\n', ahead).map(|place| place + 1);
            let count = end.unwrap_or(ahead.len());
            line.extend_from_slice(ahead.get(..count).unwrap_or(&[]));
            buffer.read_start += count;
            if end.is_some() || line.len() >= limit {
                return Ok(line);
            }
            self.before_read(cx, buffer)?;
            buffer.forget_read();
            if !matches!(self.fill(cx, buffer)?, Some(1..)) {
                return Ok(line);
            }
        }
    }

    /// `readinto(target)` and `readinto1(target)`
    ///
    /// # Errors
    /// TypeError, ValueError, and what the raw stream raises.
    pub fn read_into(self, cx: &Context, target: Value, once: bool) -> PyResult<Option<usize>> {
        drop(self.ready(cx)?);
        let length = writable_length(cx, if once { "readinto1" } else { "readinto" }, target)?;
        let mut guard = self.begin(cx, "readinto of closed file")?;
        let buffer = &mut *guard;
        let mut bytes = Self::take_ahead(buffer, length);
        if bytes.len() < length {
            self.before_read(cx, buffer)?;
            buffer.forget_read();
        }
        let mut blocked = false;
        while bytes.len() < length {
            let remaining = length - bytes.len();
            let count = if remaining > buffer.size {
                self.raw_read(cx, buffer, &mut bytes, remaining)?
            } else if once && !bytes.is_empty() {
                Some(0)
            } else {
                buffer.forget_read();
                let filled = self.fill(cx, buffer)?;
                let more = Self::take_ahead(buffer, remaining);
                bytes.extend_from_slice(&more);
                filled
            };
            match count {
                Some(0) => break,
                None => {
                    blocked = bytes.is_empty();
                    break;
                }
                Some(_) if once => break,
                Some(_) => {}
            }
        }
        drop(guard);
        if blocked {
            return Ok(None);
        }
        cx.write_into_buffer(target, 0, &bytes)?;
        Ok(Some(bytes.len()))
    }
}
