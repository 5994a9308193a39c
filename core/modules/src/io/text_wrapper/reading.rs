//! Reading of a text stream: chunk by chunk, line by line.
//!
//! Invariant: while telling is possible, each chunk leaves a snapshot from which its text can be decoded again.

use alloc::format;
use alloc::vec::Vec;

use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, ExceptionClass, Name, PyResult, Value};

use super::super::buffered::Buffered;
use super::super::newlines::{Found, find_line_end};
use super::super::stream::{limit, retry_interrupted, unsupported};
use super::{Snapshot, Text, Wrapper};

impl Wrapper {
    /// The bytes that a binary stream answered.
    fn bytes_of(cx: &Context, function: &str, answer: Value) -> PyResult<Vec<u8>> {
        cx.bytes_like(answer).map_err(|raised| {
            if !cx.pending_is(&raised, ExceptionClass::TypeError) {
                return raised;
            }
            cx.take_exception(raised);
            cx.type_error(format_args!(
                "underlying {function}() should have returned a bytes-like object, not '{}'",
                cx.type_name(answer)
            ))
        })
    }

    fn read_some(self, cx: &Context, text: &Text, size: usize) -> PyResult<Vec<u8>> {
        let buffer = self.buffer(cx)?;
        if let Some(buffer) = Buffered::exact(buffer)
            && buffer.has_read()
        {
            return buffer.read_once(cx, size as i64);
        }
        let (method, function) = if text.has_read1 { (Name::read1, "read1") } else { (Name::read, "read") };
        loop {
            match cx.call_method_name(buffer, method, &[Value::int_from_length(size)]) {
                Ok(answer) => return Self::bytes_of(cx, function, answer),
                Err(raised) => retry_interrupted(cx, raised)?,
            }
        }
    }

    /// Reads and decodes a chunk; false at the end.
    fn read_chunk(self, cx: &Context, text: &mut Text, wanted: usize) -> PyResult<bool> {
        if !text.has_decoder {
            return Err(unsupported(cx, "not readable"));
        }
        let before = if text.telling { Some(self.decoder_state(cx, text)?) } else { None };
        let wanted = (text.bytes_per_character.max(1.0) * wanted as f64) as usize;
        let size = wanted.max(text.chunk_size);
        let input = self.read_some(cx, text, size)?;
        let at_end = input.is_empty();
        let decoded = self.decode(cx, text, &input, at_end)?;
        let characters = decoded.len();
        self.set_decoded(cx, text, Some(decoded));
        text.bytes_per_character = if characters > 0 { input.len() as f64 / characters as f64 } else { 0.0 };
        if let Some((bytes, flags)) = before {
            let input = if bytes.is_empty() {
                input
            } else {
                let mut whole = bytes;
                whole.extend_from_slice(&input);
                whole
            };
            text.snapshot = Some(Snapshot { flags, input });
        }
        Ok(!at_end || characters > 0)
    }

    /// Takes up to `count` characters of what is decoded.
    fn take(self, cx: &Context, text: &mut Text, count: usize) -> PyResult<Str> {
        let Some(decoded) = self.decoded() else { return Ok(cx.empty_str()) };
        let end = text.used.saturating_add(count).min(decoded.len());
        let taken = if text.used == 0 && end == decoded.len() {
            decoded
        } else {
            decoded.substring(cx, text.used, end)?
        };
        text.used = end;
        Ok(taken)
    }

    /// `read(size)`
    pub(super) fn read(self, cx: &Context, size: i64) -> PyResult<Str> {
        let mut guard = self.open(cx)?;
        let text = &mut *guard;
        if !text.has_decoder {
            return Err(unsupported(cx, "not readable"));
        }
        self.write_pending(cx, text)?;
        let Ok(size) = usize::try_from(size) else { return self.read_rest(cx, text) };
        let first = self.take(cx, text, size)?;
        if first.len() == size {
            return Ok(first);
        }
        let mut pieces = cx.scratch();
        pieces.push(first.as_value());
        let mut remaining = size - first.len();
        while remaining > 0 && self.read_chunk(cx, text, remaining)? {
            let piece = self.take(cx, text, remaining)?;
            remaining -= piece.len();
            pieces.push(piece.as_value());
        }
        cx.str_join_pieces(pieces.as_slice())
    }

    fn read_rest(self, cx: &Context, text: &mut Text) -> PyResult<Str> {
        let buffer = self.buffer(cx)?;
        let input = match Buffered::exact(buffer) {
            Some(buffer) if buffer.has_read() => buffer.read_bytes(cx, -1)?,
            _ => {
                let answer = cx.call_method_name(buffer, Name::read, &[])?;
                if answer.is_none() { None } else { Some(Self::bytes_of(cx, "read", answer)?) }
            }
        };
        let Some(input) = input else {
            return Err(cx.raise(ExceptionClass::BlockingIOError, format_args!("Read returned None.")));
        };
        let rest = self.decode(cx, text, &input, true)?;
        let first = self.take(cx, text, usize::MAX)?;
        if text.snapshot.is_some() {
            self.forget(cx, text);
        }
        if first.is_empty() { Ok(rest) } else { cx.str_concat(first, rest) }
    }

    /// `readline(size)`
    pub(super) fn read_line(self, cx: &Context, size: i64) -> PyResult<Str> {
        let mut guard = self.open(cx)?;
        self.take_line(cx, &mut guard, size)
    }

    fn take_line(self, cx: &Context, text: &mut Text, size: i64) -> PyResult<Str> {
        self.write_pending(cx, text)?;
        let limit = limit(size);
        let kind = text.line_end();
        // What stands before the current chunk, as soon as a line spans two.
        let mut pieces = cx.scratch();
        let mut before = 0;
        // Half a line end at the end of the last chunk.
        let mut carried: Option<Str> = None;
        loop {
            while self.decoded().is_none_or(|decoded| text.used >= decoded.len()) {
                if !self.read_chunk(cx, text, 0)? {
                    self.forget(cx, text);
                    pieces.extend_from_slice(carried.map(Str::as_value).as_slice());
                    return cx.str_join_pieces(pieces.as_slice());
                }
            }
            let Some(decoded) = self.decoded() else { return Ok(cx.empty_str()) };
            let (line, start, offset) = match carried.take() {
                None => (decoded, text.used, 0),
                Some(carried) => {
                    let rest = decoded.substring(cx, text.used, decoded.len())?;
                    (cx.str_concat(carried, rest)?, 0, carried.len() as i64 - text.used as i64)
                }
            };
            let found = find_line_end(&line.units(), start, kind);
            let (end, is_complete) = match found {
                Found::End(end) => (end, true),
                Found::NotBefore(end) => (end, false),
            };
            let most = start.saturating_add(limit - before);
            if is_complete || end >= most {
                let end = end.min(most);
                text.used = (end as i64 - offset).max(0) as usize;
                let piece = line.substring(cx, start, end)?;
                if pieces.is_empty() {
                    return Ok(piece);
                }
                pieces.push(piece.as_value());
                return cx.str_join_pieces(pieces.as_slice());
            }
            if end > start {
                pieces.push(line.substring(cx, start, end)?.as_value());
                before += end - start;
            }
            if end < line.len() {
                carried = Some(line.substring(cx, end, line.len())?);
            }
            self.set_decoded(cx, text, None);
        }
    }

    /// The next line of an iteration, after which telling needs no snapshots; absent at the end.
    pub(super) fn next_line(self, cx: &Context) -> PyResult<Option<Value>> {
        if !self.is_exact() {
            self.attached(cx)?.telling = false;
            let line = cx.call_method_name(self.as_value(), Name::readline, &[])?;
            let Some(line) = Str::from_value(line) else {
                let class_name = format!("{}", cx.type_name(line));
                return Err(cx.raise(
                    ExceptionClass::OSError,
                    format_args!("readline() should have returned a str object, not '{class_name}'"),
                ));
            };
            if !line.is_empty() {
                return Ok(Some(line.as_value()));
            }
            let mut text = self.attached(cx)?;
            text.snapshot = None;
            text.telling = text.seekable;
            return Ok(None);
        }
        let mut guard = self.open(cx)?;
        guard.telling = false;
        let line = self.take_line(cx, &mut guard, -1)?;
        if !line.is_empty() {
            return Ok(Some(line.as_value()));
        }
        guard.snapshot = None;
        guard.telling = guard.seekable;
        Ok(None)
    }
}
