//! Encoding of what a text stream writes.
//!
//! Invariant: only codecs without a state of their own (no byte order mark, no shifts) are encoded by the engine.

use alloc::vec::Vec;

use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::text::codecs::Codec;
use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::str_object::{Str, Units};
use threadsnake_engine::{Context, Name, PyResult, Value};

use super::super::stream::uninitialized;
use super::{ENCODER, Text, Wrapper};

/// What text became.
pub(super) enum Encoded<'a> {
    /// The string's own units: ASCII, or Latin-1 as such.
    Same(&'a [u8]),
    Made(Vec<u8>),
    Object(Bytes),
}

impl Encoded<'_> {
    pub(super) fn as_slice(&self) -> &[u8] {
        match self {
            Encoded::Same(bytes) => bytes,
            Encoded::Made(bytes) => bytes,
            Encoded::Object(bytes) => bytes.as_slice(),
        }
    }
}

impl Wrapper {
    pub(super) fn encode<'a>(self, cx: &Context, text: &Text, string: &'a Str) -> PyResult<Encoded<'a>> {
        let Some(codec) = text.codec else {
            let encoder = self.0.value(ENCODER).ok_or_else(|| uninitialized(cx))?;
            let encoded = cx.call_method_name(encoder, Name::encode, &[string.as_value()])?;
            return match Bytes::from_value(encoded) {
                Some(bytes) => Ok(Encoded::Object(bytes)),
                None => Err(cx.type_error(format_args!(
                    "encoder should return a bytes object, not '{}'",
                    cx.type_name(encoded)
                ))),
            };
        };
        if let Units::Latin1(units) = string.units()
            && (string.is_ascii() || codec == Codec::Latin1)
        {
            return Ok(Encoded::Same(units));
        }
        cx.encode_native(codec, *string, &text.errors).map(Encoded::Made)
    }

    /// Puts an encoder that writes a mark at the start into the state that fits the position.
    pub(super) fn set_encoder_position(self, cx: &Context, at_start: bool) -> PyResult<()> {
        let Some(encoder) = self.0.value(ENCODER) else { return Ok(()) };
        if at_start {
            cx.call_method_name(encoder, Name::reset, &[])?;
        } else {
            cx.call_method_name(encoder, Name::setstate, &[Value::int_from_u32(0)])?;
        }
        Ok(())
    }
}
