//! Decoding of what a text stream reads: by the engine for the common codecs, by the codec's incremental decoder for the others.
//!
//! Invariant: the decoder's state is what an `IncrementalNewlineDecoder` around the codec's decoder would show: bytes not yet decoded, and flags
//! whose lowest bit says that a `\r` is kept back.

use alloc::vec::Vec;

use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, Name, PyResult, Value};

use super::super::newlines::expect_decoded;
use super::super::stream::uninitialized;
use super::{DECODER, Text, Wrapper};

impl Wrapper {
    fn decoder(self, cx: &Context) -> PyResult {
        self.0.value(DECODER).ok_or_else(|| uninitialized(cx))
    }

    /// Decodes a piece of input.
    pub(super) fn decode(self, cx: &Context, text: &mut Text, input: &[u8], is_final: bool) -> PyResult<Str> {
        let decoded = match text.codec {
            Some(codec) => {
                if text.undecoded.is_empty() {
                    let (decoded, consumed) = cx.decode_native(codec, input, None, &text.errors, is_final)?;
                    text.undecoded.extend_from_slice(input.get(consumed..).unwrap_or(&[]));
                    decoded
                } else {
                    let mut whole = text.undecoded.clone();
                    whole.extend_from_slice(input);
                    let (decoded, consumed) =
                        cx.decode_native(codec, &whole, None, &text.errors, is_final)?;
                    whole.drain(..consumed.min(whole.len()));
                    text.undecoded = whole;
                    decoded
                }
            }
            None => {
                let decoder = self.decoder(cx)?;
                let input = cx.bytes(input)?;
                let decoded =
                    cx.call_method_name(decoder, Name::decode, &[input, Value::from_bool(is_final)])?;
                expect_decoded(cx, decoded)?
            }
        };
        match &mut text.translator {
            Some(translator) => translator.take(cx, decoded, is_final),
            None => Ok(decoded),
        }
    }

    /// The decoder's state.
    pub(super) fn decoder_state(self, cx: &Context, text: &Text) -> PyResult<(Vec<u8>, i64)> {
        let (bytes, flags) = match text.codec {
            Some(_) => (text.undecoded.clone(), 0),
            None => {
                let decoder = self.decoder(cx)?;
                let state = cx.call_method_name(decoder, Name::getstate, &[])?;
                let pair = Tuple::from_value(state).filter(|state| state.len() == 2);
                let Some((bytes, flags)) = pair.and_then(|pair| Some((pair.get(0)?, pair.get(1)?))) else {
                    return Err(cx.type_error(format_args!("illegal decoder state")));
                };
                let Some(bytes) = Bytes::from_value(bytes) else {
                    return Err(cx.type_error(format_args!(
                        "illegal decoder state: the first item should be a bytes object, not '{}'",
                        cx.type_name(bytes)
                    )));
                };
                (bytes.as_slice().to_vec(), cx.index_i64(flags)?)
            }
        };
        let flags = match &text.translator {
            Some(translator) => flags << 1 | i64::from(translator.pending_return),
            None => flags,
        };
        Ok((bytes, flags))
    }

    /// Puts the decoder into a state.
    pub(super) fn set_decoder_state(
        self,
        cx: &Context,
        text: &mut Text,
        bytes: &[u8],
        flags: i64,
    ) -> PyResult<()> {
        let mut flags = flags;
        if let Some(translator) = &mut text.translator {
            translator.pending_return = flags & 1 != 0;
            flags >>= 1;
        }
        match text.codec {
            Some(_) => {
                text.undecoded.clear();
                text.undecoded.extend_from_slice(bytes);
                Ok(())
            }
            None => {
                let state = cx.tuple(&[cx.bytes(bytes)?, cx.int(flags)?])?;
                let decoder = self.decoder(cx)?;
                cx.call_method_name(decoder, Name::setstate, &[state]).map(|_| ())
            }
        }
    }

    /// Puts the decoder at the start.
    pub(super) fn reset_decoder(self, cx: &Context, text: &mut Text) -> PyResult<()> {
        if let Some(translator) = &mut text.translator {
            translator.reset();
        }
        text.undecoded.clear();
        if text.codec.is_none() {
            let decoder = self.decoder(cx)?;
            cx.call_method_name(decoder, Name::reset, &[])?;
        }
        Ok(())
    }
}
