//! `tell` and `seek` of a text stream: positions as opaque numbers.
//!
//! Invariant: a position says where in the binary stream to start, with which flags of the decoder, how many bytes to feed it, whether the end
//! follows them, and how many characters to skip. For most text all but the first is zero.
//! Source: Modules/_io/textio.c (`cookie_type`, `_io_TextIOWrapper_tell_impl`).

use alloc::vec::Vec;

use threadsnake_engine::number::bitwise;
use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::int_object::{as_i64, integer_of};
use threadsnake_engine::{Context, ExceptionClass, Name, PyResult, Value};

use super::super::stream::unsupported;
use super::{Snapshot, Text, Wrapper};

/// Bytes of a packed position.
const PACKED_BYTES: usize = 21;

#[derive(Default)]
struct Position {
    start: u64,
    flags: i64,
    feed: usize,
    skip: usize,
    at_end: bool,
}

impl Position {
    fn pack(&self, cx: &Context) -> PyResult {
        if self.flags == 0 && self.feed == 0 && self.skip == 0 && !self.at_end {
            return cx.int_from_u64(self.start);
        }
        let mut packed = Vec::with_capacity(PACKED_BYTES);
        packed.extend_from_slice(&self.start.to_le_bytes());
        packed.extend_from_slice(&(self.flags as u32).to_le_bytes());
        packed.extend_from_slice(&(self.feed as u32).to_le_bytes());
        packed.extend_from_slice(&(self.skip as u32).to_le_bytes());
        packed.push(u8::from(self.at_end));
        cx.int_from_magnitude(false, &packed)
    }

    fn unpack(cx: &Context, value: Value) -> PyResult<Position> {
        let number = cx.index(value)?;
        if let Some(start) = as_i64(number) {
            if start < 0 {
                let shown = cx.repr(number)?;
                return Err(cx.value_error(format_args!("negative seek position {shown}")));
            }
            return Ok(Position { start: start as u64, ..Position::default() });
        }
        let Some(integer) = integer_of(&number) else { return Err(cx.type_error_expected("int", value)) };
        if integer.is_negative() {
            let shown = cx.repr(number)?;
            return Err(cx.value_error(format_args!("negative seek position {shown}")));
        }
        let packed = bitwise::to_bytes(integer, PACKED_BYTES, true, false)
            .map_err(|_| cx.raise(ExceptionClass::OverflowError, format_args!("int too big to convert")))?;
        let mut words = [0u64; 2];
        let mut tail = [0u8; 8];
        let (first, rest) = packed.split_at_checked(8).unwrap_or((&packed, &[]));
        let (second, last) = rest.split_at_checked(8).unwrap_or((rest, &[]));
        for (word, bytes) in words.iter_mut().zip([first, second]) {
            let mut wide = [0u8; 8];
            for (place, &byte) in wide.iter_mut().zip(bytes) {
                *place = byte;
            }
            *word = u64::from_le_bytes(wide);
        }
        for (place, &byte) in tail.iter_mut().zip(last) {
            *place = byte;
        }
        let tail = u64::from_le_bytes(tail);
        Ok(Position {
            start: words[0],
            flags: i64::from(words[1] as u32),
            feed: (words[1] >> 32) as usize,
            skip: (tail & 0xffff_ffff) as usize,
            at_end: tail >> 32 & 1 != 0,
        })
    }
}

impl Wrapper {
    /// Puts the decoder where a position says.
    fn start_decoder(self, cx: &Context, text: &mut Text, start: u64, flags: i64) -> PyResult<()> {
        if start == 0 && flags == 0 {
            self.reset_decoder(cx, text)
        } else {
            self.set_decoder_state(cx, text, &[], flags)
        }
    }

    /// `tell()`
    pub(super) fn tell(self, cx: &Context) -> PyResult {
        self.check_open(cx)?;
        drop(self.attached(cx)?);
        self.flush_overridden(cx)?;
        let mut guard = self.attached(cx)?;
        let text = &mut *guard;
        if !text.seekable {
            return Err(unsupported(cx, "underlying stream is not seekable"));
        }
        if !text.telling {
            return Err(
                cx.raise(ExceptionClass::OSError, format_args!("telling position disabled by next() call"))
            );
        }
        self.flush_held(cx, text)?;
        let here = self.call_buffer(cx, Name::tell, &[])?;
        let Some(snapshot) = text.snapshot.take().filter(|_| text.has_decoder) else { return Ok(here) };
        let result = self.position_from(cx, text, &snapshot, here);
        text.snapshot = Some(snapshot);
        result?.pack(cx)
    }

    fn position_from(
        self,
        cx: &Context,
        text: &mut Text,
        snapshot: &Snapshot,
        here: Value,
    ) -> PyResult<Position> {
        let here = cx.index_i64(here)?;
        let mut position = Position {
            start: here.saturating_sub(snapshot.input.len() as i64).max(0) as u64,
            flags: snapshot.flags,
            ..Position::default()
        };
        if text.used == 0 || self.decoded().is_none() {
            return Ok(position);
        }
        let (bytes, flags) = self.decoder_state(cx, text)?;
        let seen = text.translator.as_ref().map(super::super::newlines::NewlineTranslator::copy);
        let found = self.walk_decoder(cx, text, &snapshot.input, &mut position);
        let restored = self.set_decoder_state(cx, text, &bytes, flags);
        if let (Some(translator), Some(seen)) = (&mut text.translator, seen) {
            *translator = seen;
        }
        found?;
        restored?;
        Ok(position)
    }

    /// Decodes the input of a snapshot again, up to the characters given out.
    fn walk_decoder(
        self,
        cx: &Context,
        text: &mut Text,
        input: &[u8],
        position: &mut Position,
    ) -> PyResult<()> {
        let mut skip = text.used;
        // Guess a place near the goal where the decoder holds nothing back, and go back from it until it is one.
        let mut bytes = ((text.bytes_per_character * skip as f64) as usize).min(input.len());
        let mut back = 1;
        while bytes > 0 {
            self.start_decoder(cx, text, position.start, position.flags)?;
            let count = self.decode(cx, text, input.get(..bytes).unwrap_or(&[]), false)?.len();
            if count <= skip {
                let (held, flags) = self.decoder_state(cx, text)?;
                if held.is_empty() {
                    position.flags = flags;
                    skip -= count;
                    break;
                }
                bytes = bytes.saturating_sub(held.len());
                back = 1;
            } else {
                bytes = bytes.saturating_sub(back);
                back *= 2;
            }
        }
        if bytes == 0 {
            self.start_decoder(cx, text, position.start, position.flags)?;
        }
        position.start += bytes as u64;
        position.skip = skip;
        if skip == 0 {
            return Ok(());
        }
        let mut decoded = 0;
        for byte in input.get(bytes..).unwrap_or(&[]) {
            decoded += self.decode(cx, text, core::slice::from_ref(byte), false)?.len();
            position.feed += 1;
            let (held, flags) = self.decoder_state(cx, text)?;
            if held.is_empty() && decoded <= position.skip {
                position.start += position.feed as u64;
                position.skip -= decoded;
                position.flags = flags;
                position.feed = 0;
                decoded = 0;
            }
            if decoded >= position.skip {
                return Ok(());
            }
        }
        decoded += self.decode(cx, text, &[], true)?.len();
        position.at_end = true;
        if decoded < position.skip {
            return Err(
                cx.raise(ExceptionClass::OSError, format_args!("can't reconstruct logical file position"))
            );
        }
        Ok(())
    }

    /// `seek(cookie, whence)`
    pub(super) fn seek(self, cx: &Context, cookie: Value, whence: i32) -> PyResult {
        self.check_open(cx)?;
        if !self.attached(cx)?.seekable {
            return Err(unsupported(cx, "underlying stream is not seekable"));
        }
        let mut cookie = cookie;
        match whence {
            0 => {}
            1 => {
                if !cx.equal(cookie, Value::int_from_u32(0))? {
                    return Err(unsupported(cx, "can't do nonzero cur-relative seeks"));
                }
                // To where it is: what was read ahead is given back.
                cookie = cx.call_method_name(self.as_value(), Name::tell, &[])?;
            }
            2 => {
                if !cx.equal(cookie, Value::int_from_u32(0))? {
                    return Err(unsupported(cx, "can't do nonzero end-relative seeks"));
                }
                return self.seek_end(cx);
            }
            _ => {
                return Err(cx.value_error(format_args!("invalid whence ({whence}, should be 0, 1 or 2)")));
            }
        }
        let position = Position::unpack(cx, cookie)?;
        self.flush_overridden(cx)?;
        let mut guard = self.attached(cx)?;
        let text = &mut *guard;
        self.flush_held(cx, text)?;
        self.call_buffer(cx, Name::seek, &[cx.int_from_u64(position.start)?])?;
        self.forget(cx, text);
        if text.has_decoder {
            self.start_decoder(cx, text, position.start, position.flags)?;
        }
        if position.skip > 0 {
            let input = self.call_buffer(cx, Name::read, &[Value::int_from_length(position.feed)])?;
            let Some(input) = Bytes::from_value(input) else {
                return Err(cx.type_error(format_args!(
                    "underlying read() should have returned a bytes object, not '{}'",
                    cx.type_name(input)
                )));
            };
            text.snapshot = Some(Snapshot { flags: position.flags, input: input.as_slice().to_vec() });
            let decoded = self.decode(cx, text, input.as_slice(), position.at_end)?;
            self.set_decoded(cx, text, Some(decoded));
            if decoded.len() < position.skip {
                return Err(
                    cx.raise(ExceptionClass::OSError, format_args!("can't restore logical file position"))
                );
            }
            text.used = position.skip;
        } else {
            text.snapshot = Some(Snapshot { flags: position.flags, input: Vec::new() });
        }
        if text.has_encoder {
            self.set_encoder_position(cx, position.start == 0 && position.flags == 0)?;
        }
        Ok(cookie)
    }

    fn seek_end(self, cx: &Context) -> PyResult {
        self.flush_overridden(cx)?;
        let mut guard = self.attached(cx)?;
        let text = &mut *guard;
        self.flush_held(cx, text)?;
        self.forget(cx, text);
        if text.has_decoder {
            self.reset_decoder(cx, text)?;
        }
        let position = self.call_buffer(cx, Name::seek, &[Value::int_from_u32(0), Value::int_from_u32(2)])?;
        if text.has_encoder {
            let at_start = cx.equal(position, Value::int_from_u32(0))?;
            self.set_encoder_position(cx, at_start)?;
        }
        Ok(position)
    }
}
