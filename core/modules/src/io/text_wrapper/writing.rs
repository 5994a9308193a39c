//! Writing of a text stream.
//!
//! Invariant: the pending bytes go to the buffer in the order in which they came, and are taken out before they are handed over: an error does
//! not write them twice.

use threadsnake_engine::types::str_object::{Str, Units};
use threadsnake_engine::{Context, Name, PyResult, Value};

use super::super::buffered::Buffered;
use super::super::open_streams;
use super::super::stream::{ask, retry_interrupted, unsupported};
use super::super::string_io::with_newlines;
use super::{Text, Wrapper};

fn contains(string: &Str, wanted: u8) -> bool {
    match string.units() {
        Units::Latin1(units) => memchr::memchr(wanted, units).is_some(),
        Units::Ucs2(units) => units.contains(&u16::from(wanted)),
        Units::Ucs4(units) => units.contains(&u32::from(wanted)),
    }
}

impl Wrapper {
    /// Hands the pending bytes to the buffer.
    pub(super) fn write_pending(self, cx: &Context, text: &mut Text) -> PyResult<()> {
        if text.pending.is_empty() {
            return Ok(());
        }
        let mut bytes = core::mem::take(&mut text.pending);
        let buffer = self.buffer(cx)?;
        let result = match Buffered::exact(buffer) {
            Some(buffer) if buffer.has_write() => buffer.write(cx, &bytes).map(|_| ()),
            _ => {
                let data = cx.bytes(&bytes)?;
                loop {
                    match cx.call_method_name(buffer, Name::write, &[data]) {
                        Ok(_) => break Ok(()),
                        Err(raised) => retry_interrupted(cx, raised)?,
                    }
                }
            }
        };
        // The memory is used again.
        if text.pending.is_empty() && bytes.capacity() <= 4 * text.chunk_size {
            bytes.clear();
            text.pending = bytes;
        }
        result
    }

    fn flush_buffer(self, cx: &Context) -> PyResult<()> {
        let buffer = self.buffer(cx)?;
        match Buffered::exact(buffer) {
            Some(buffer) if buffer.has_write() => buffer.flush(cx),
            _ => ask(cx, buffer, Name::flush).map(|_| ()),
        }
    }

    /// `write(string)`
    pub(super) fn write(self, cx: &Context, string: Str) -> PyResult<usize> {
        let state = self.state(cx)?;
        if state.lock.is_held_here(cx) {
            // From a signal handler or a finalizer within an operation of this stream, which writes it when it is done.
            state.deferred.lock().extend_from_slice(&string.to_wtf8());
            return Ok(string.len());
        }
        let mut guard = self.open(cx)?;
        self.write_string(cx, &mut guard, string)?;
        self.write_deferred(cx, &mut guard)?;
        Ok(string.len())
    }

    /// Writes what came in meanwhile from this thread's own handlers.
    fn write_deferred(self, cx: &Context, text: &mut Text) -> PyResult<()> {
        loop {
            let state = self.state(cx)?;
            let deferred = match state.deferred.try_lock() {
                Some(mut deferred) if !deferred.is_empty() => core::mem::take(&mut *deferred),
                // Only the holder of the stream's lock, this thread, ever puts something in.
                _ => return Ok(()),
            };
            let string = cx.str_from_wtf8(&deferred)?;
            self.write_string(cx, text, string)?;
        }
    }

    fn write_string(self, cx: &Context, text: &mut Text, string: Str) -> PyResult<()> {
        if !text.has_encoder {
            return Err(unsupported(cx, "not writable"));
        }
        if !text.remembered {
            text.remembered = true;
            open_streams::remember(cx, self.0)?;
        }
        let looks = text.write_newline.is_some() || text.line_buffering;
        let has_feed = looks && contains(&string, b'\n');
        let string = match text.write_newline {
            Some(newline) if has_feed => with_newlines(cx, string, newline)?,
            _ => string,
        };
        let flushes = text.line_buffering && (has_feed || contains(&string, b'\r'));
        {
            let encoded = self.encode(cx, text, &string)?;
            let bytes = encoded.as_slice();
            if text.pending.len() + bytes.len() > text.chunk_size {
                self.write_pending(cx, text)?;
            }
            text.pending.try_reserve(bytes.len()).map_err(|_| cx.memory_error())?;
            text.pending.extend_from_slice(bytes);
        }
        if text.pending.len() >= text.chunk_size || flushes || text.write_through {
            self.write_pending(cx, text)?;
        }
        if flushes {
            self.flush_buffer(cx)?;
        }
        if text.has_decoder {
            self.forget(cx, text);
            self.reset_decoder(cx, text)?;
        }
        Ok(())
    }

    /// `flush()`
    pub(super) fn flush(self, cx: &Context) -> PyResult<()> {
        let mut guard = self.open(cx)?;
        guard.telling = guard.seekable;
        self.write_pending(cx, &mut guard)?;
        self.flush_buffer(cx)?;
        self.write_deferred(cx, &mut guard)
    }

    /// Flushes; the caller holds the lock.
    pub(super) fn flush_held(self, cx: &Context, text: &mut Text) -> PyResult<()> {
        text.telling = text.seekable;
        self.write_pending(cx, text)?;
        self.flush_buffer(cx)
    }

    /// Calls the method `flush` where a subclass may have overridden it; the caller does not hold the lock.
    pub(super) fn flush_overridden(self, cx: &Context) -> PyResult<()> {
        if self.is_exact() { Ok(()) } else { ask(cx, self.as_value(), Name::flush).map(|_| ()) }
    }

    /// Calls a method of the binary stream.
    pub(super) fn call_buffer(self, cx: &Context, method: Name, arguments: &[Value]) -> PyResult {
        let buffer = self.buffer(cx)?;
        cx.call_method_name(buffer, method, arguments)
    }
}
