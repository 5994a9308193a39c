//! Writing to a raw stream through a buffer.
//!
//! Invariant: what has not been written when an error comes stays in the buffer, in order, so that the next flush goes on there.
//! Source: Modules/_io/bufferedio.c (`_io_BufferedWriter_write_impl`).

use threadsnake_engine::types::exception::as_exception;
use threadsnake_engine::types::memory_view::{MemoryView, view_of};
use threadsnake_engine::{Context, ExceptionClass, Name, PyResult, Raised};

use super::super::open_streams;
use super::super::raw_device::device;
use super::super::stream::retry_interrupted;
use super::{Buffer, Buffered};

/// Linux's EAGAIN, as the error that a full buffer raises names it.
const EAGAIN: i64 = 11;

fn would_block(cx: &Context, written: usize) -> Raised {
    let arguments = (|| {
        Ok([cx.int(EAGAIN)?, cx.str("write could not complete without blocking")?, cx.int(written as i64)?])
    })();
    match arguments {
        // Called, so that the third argument becomes `characters_written`.
        Ok(arguments) => match cx.call(cx.exception_class(ExceptionClass::BlockingIOError), &arguments) {
            Ok(error) => match as_exception(error) {
                Some(error) => cx.raise_object(error),
                None => cx.raise_value(error),
            },
            Err(raised) => raised,
        },
        Err(raised) => raised,
    }
}

impl Buffered {
    /// One write of the raw stream; absent if it would block.
    fn raw_write(self, cx: &Context, bytes: &[u8]) -> PyResult<Option<usize>> {
        let raw = self.raw(cx)?;
        let object = raw.as_object();
        if let Some(device) = object.as_ref().and_then(device) {
            return device.write(cx, bytes);
        }
        let data = cx.bytes(bytes)?;
        let view = view_of(cx, data)?;
        let answer = loop {
            match cx.call_method_name(raw, Name::write, &[view]) {
                Ok(answer) => break answer,
                Err(raised) => retry_interrupted(cx, raised)?,
            }
        };
        if let Some(view) = MemoryView::from_value(view) {
            view.release(cx);
        }
        if answer.is_none() {
            return Ok(None);
        }
        let count = cx.index_i64(answer)?;
        match usize::try_from(count).ok().filter(|&count| count <= bytes.len()) {
            Some(count) => Ok(Some(count)),
            None => Err(cx.raise(
                ExceptionClass::OSError,
                format_args!(
                    "raw write() returned invalid length {count} (should have been between 0 and {})",
                    bytes.len()
                ),
            )),
        }
    }

    /// Writes what is in the buffer.
    pub(super) fn write_out(self, cx: &Context, buffer: &mut Buffer) -> PyResult<()> {
        let mut done = 0;
        let mut result = Ok(());
        while done < buffer.written.len() {
            match self.raw_write(cx, buffer.written.get(done..).unwrap_or(&[])) {
                Ok(Some(count)) => {
                    done += count;
                    buffer.moved(count);
                    // Partial writes may come from signals.
                    if let Err(raised) = cx.poll() {
                        result = Err(raised);
                        break;
                    }
                }
                Ok(None) => {
                    result = Err(would_block(cx, 0));
                    break;
                }
                Err(raised) => {
                    result = Err(raised);
                    break;
                }
            }
        }
        buffer.written.drain(..done.min(buffer.written.len()));
        result
    }

    /// Writes bytes: into the buffer as long as they fit, else to the raw stream.
    ///
    /// # Errors
    /// ValueError if the stream is closed; BlockingIOError with the number of bytes taken; what the raw stream raises.
    pub fn write(self, cx: &Context, bytes: &[u8]) -> PyResult<usize> {
        let mut guard = self.ready(cx)?;
        // Asked under the lock: who waited for another thread's close finds it closed.
        if self.is_closed(cx)? {
            drop(guard);
            return Err(cx.value_error(format_args!("write to closed file")));
        }
        let buffer = &mut *guard;
        if !buffer.remembered {
            buffer.remembered = true;
            open_streams::remember(cx, self.0)?;
        }
        if !buffer.ahead().is_empty() {
            let ahead = buffer.ahead().len() as i64;
            self.raw_seek(cx, buffer, -ahead, 1)?;
        }
        buffer.forget_read();
        let room = buffer.size.saturating_sub(buffer.written.len());
        if bytes.len() <= room && bytes.len() < buffer.size {
            buffer.written.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        if let Err(raised) = self.write_out(cx, buffer) {
            if !cx.pending_is(&raised, ExceptionClass::BlockingIOError) {
                return Err(raised);
            }
            let room = buffer.size.saturating_sub(buffer.written.len());
            if bytes.len() <= room {
                cx.take_exception(raised);
                buffer.written.extend_from_slice(bytes);
                return Ok(bytes.len());
            }
            cx.take_exception(raised);
            buffer.written.extend_from_slice(bytes.get(..room).unwrap_or(&[]));
            return Err(would_block(cx, room));
        }
        let mut done = 0;
        while bytes.len() - done > buffer.size {
            match self.raw_write(cx, bytes.get(done..).unwrap_or(&[]))? {
                Some(count) => {
                    done += count;
                    buffer.moved(count);
                }
                None => {
                    let fits = bytes.get(done..done + buffer.size).unwrap_or(&[]);
                    buffer.written.extend_from_slice(fits);
                    return Err(would_block(cx, done + fits.len()));
                }
            }
            cx.poll()?;
        }
        buffer.written.extend_from_slice(bytes.get(done..).unwrap_or(&[]));
        Ok(bytes.len())
    }
}
