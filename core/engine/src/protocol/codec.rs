//! Encoding and decoding of text: the codecs that the engine knows itself, the registry for the others, error handlers.
//!
//! Invariant: a native codec never imports anything; the registry's search path holds what `_codecs.register` was given and starts by
//! importing `encodings` when it is first asked. Source: Python/codecs.c, Objects/unicodeobject.c (`PyUnicode_AsEncodedString`,
//! `PyUnicode_Decode`).

use alloc::string::String;
use alloc::vec::Vec;

use crate::context::Context;
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::text::codecs::handlers::ErrorHandler;
use crate::text::codecs::unicode_forms::byte_order_mark;
use crate::text::codecs::{ByteOrder, Codec, CodecError};
use crate::types::bytes_object::Bytes;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str_object::{Str, Units};
use crate::types::str_units::{TextBuilder, TextUnit, with_units};
use crate::types::tuple::Tuple;
use crate::value::Value;

/// The machine's byte order.
const NATIVE_ORDER: ByteOrder = if cfg!(target_endian = "big") { ByteOrder::Big } else { ByteOrder::Little };

/// A codec with what `utf-16` and `utf-32` do beyond it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum NativeCodec {
    /// A codec as it is.
    Plain(Codec),
    /// `utf-16`: with a byte order mark.
    MarkedUtf16,
    /// `utf-32`: with a byte order mark.
    MarkedUtf32,
}

/// An encoding's name as the registry compares it: lower case, runs of other characters than letters, digits and dots as underscores.
pub fn normalized_name(name: &str) -> String {
    let mut normalized = String::with_capacity(name.len());
    let mut gap = false;
    for character in name.chars() {
        if character.is_ascii_alphanumeric() || character == '.' {
            if gap && !normalized.is_empty() {
                normalized.push('_');
            }
            gap = false;
            normalized.push(character.to_ascii_lowercase());
        } else {
            gap = true;
        }
    }
    normalized
}

impl NativeCodec {
    /// The codec of an encoding's name, if the engine has it.
    pub fn find(name: &str) -> Option<NativeCodec> {
        match name {
            "utf-8" | "utf8" | "UTF-8" => return Some(NativeCodec::Plain(Codec::Utf8)),
            "ascii" => return Some(NativeCodec::Plain(Codec::Ascii)),
            "latin-1" | "latin1" => return Some(NativeCodec::Plain(Codec::Latin1)),
            _ => {}
        }
        let plain: String = normalized_name(name).chars().filter(|&character| character != '_').collect();
        Some(match plain.as_str() {
            "utf16" | "u16" => NativeCodec::MarkedUtf16,
            "utf32" | "u32" => NativeCodec::MarkedUtf32,
            // Tables and escapes are spelled in many ways, which the module `encodings` knows.
            _ => match Codec::from_normalized_name(&plain)? {
                Codec::Windows1252 | Codec::UnicodeEscape | Codec::RawUnicodeEscape => return None,
                codec => NativeCodec::Plain(codec),
            },
        })
    }
}

#[cold]
fn bad_position(cx: &Context, position: i64) -> Raised {
    cx.raise(ExceptionClass::IndexError, format_args!("position {position} from error handler out of bounds"))
}

impl Context {
    /// The error handler registered under a name.
    ///
    /// # Errors
    /// LookupError if there is none.
    pub fn codec_error_handler(&self, name: &str) -> PyResult {
        if let Some(handlers) = self.root(Root::CodecErrors).and_then(Dict::from_value) {
            let key = self.new_str(name)?;
            if let Some(handler) = handlers.get_str(self, key)? {
                return Ok(handler);
            }
        }
        if let Some(handler) = crate::modules::codec_errors::find(self, name)? {
            return Ok(handler);
        }
        Err(self.raise(ExceptionClass::LookupError, format_args!("unknown error handler name '{name}'")))
    }

    /// Asks a handler written in Python: the replacement and where to go on.
    pub(crate) fn call_error_handler(
        &self,
        name: &str,
        exception: Value,
        length: usize,
        decoding: bool,
    ) -> PyResult<(Value, usize)> {
        let handler = self.codec_error_handler(name)?;
        let result = self.call(handler, &[exception])?;
        let wrong = || {
            let text = if decoding {
                "decoding error handler must return (str, int) tuple"
            } else {
                "encoding error handler must return (str/bytes, int) tuple"
            };
            self.type_error(format_args!("{text}"))
        };
        let Some(pair) = Tuple::from_value(result).filter(|pair| pair.len() == 2) else {
            return Err(wrong());
        };
        let (Some(replacement), Some(position)) = (pair.get(0), pair.get(1)) else { return Err(wrong()) };
        let is_text = Str::from_value(replacement).is_some();
        if !is_text && (decoding || Bytes::from_value(replacement).is_none()) {
            return Err(wrong());
        }
        if !self.has_index(position) {
            return Err(wrong());
        }
        let position = self.index_clipped(position)?;
        let place = if position < 0 { (length as i64).saturating_add(position) } else { position };
        match usize::try_from(place).ok().filter(|&place| place <= length) {
            Some(place) => Ok((replacement, place)),
            None => Err(bad_position(self, position)),
        }
    }

    /// Deals with an error of decoding as the handler says: writes what stands for it and tells where to go on.
    ///
    /// # Errors
    /// UnicodeDecodeError if the error stands, LookupError for an unknown handler, and what a handler raises.
    pub(crate) fn handle_decode_error(
        &self,
        codec: Codec,
        input: &[u8],
        object: Option<Value>,
        errors: &str,
        error: &CodecError,
        sink: &mut impl FnMut(u32),
    ) -> PyResult<usize> {
        let builtin = ErrorHandler::from_name(errors);
        if let Some(handler) = builtin {
            if !handler.can_decode() {
                return Err(self.type_error(format_args!(
                    "don't know how to handle UnicodeDecodeError in error callback"
                )));
            }
            if let Some(next) = handler.decode(codec, input, error, sink) {
                return Ok(next);
            }
        }
        let object = match object {
            Some(object) if Bytes::from_value(object).is_some() => object,
            _ => self.bytes(input)?,
        };
        if builtin.is_some() {
            return Err(self.unicode_decode_error(
                codec.error_name(),
                object,
                error.start,
                error.end,
                error.reason,
            ));
        }
        let exception =
            self.new_unicode_decode_error(codec.error_name(), object, error.start, error.end, error.reason)?;
        let (replacement, next) = self.call_error_handler(errors, exception, input.len(), true)?;
        if let Some(text) = Str::from_value(replacement) {
            text.code_points().for_each(&mut *sink);
        }
        self.poll()?;
        Ok(next)
    }

    /// Decodes with a codec of the engine: the text, and how many bytes it took.
    ///
    /// `object` is what a UnicodeDecodeError names; absent, it is made of the bytes.
    ///
    /// # Errors
    /// UnicodeDecodeError, LookupError for an unknown handler, and what a handler raises.
    pub fn decode_native(
        &self,
        codec: Codec,
        input: &[u8],
        object: Option<Value>,
        errors: &str,
        is_final: bool,
    ) -> PyResult<(Str, usize)> {
        match codec {
            Codec::Utf8 => {
                if let Ok(text) = core::str::from_utf8(input) {
                    return Ok((self.new_str(text)?, input.len()));
                }
            }
            Codec::Ascii if input.is_ascii() => return Ok((self.str_from_latin1(input)?, input.len())),
            Codec::Latin1 => return Ok((self.str_from_latin1(input)?, input.len())),
            _ => {}
        }
        let mut builder = TextBuilder::with_capacity(input.len());
        let mut sink = |code_point: u32| builder.push(code_point);
        let names = |name: &str| self.character_by_name(name);
        let consumed = codec.decode(
            input,
            is_final,
            &names,
            &mut sink,
            |error: &CodecError, sink| -> PyResult<usize> {
                self.handle_decode_error(codec, input, object, errors, error, sink)
            },
        )?;
        Ok((builder.finish(self)?, consumed))
    }

    /// Encodes with a codec of the engine.
    ///
    /// # Errors
    /// UnicodeEncodeError, LookupError for an unknown handler, and what a handler raises.
    pub fn encode_native(&self, codec: Codec, text: Str, errors: &str) -> PyResult<Vec<u8>> {
        if let Units::Latin1(units) = text.units() {
            let as_it_is = match codec {
                Codec::Utf8 | Codec::Ascii => text.is_ascii(),
                Codec::Latin1 => true,
                _ => false,
            };
            if as_it_is {
                return Ok(units.to_vec());
            }
        }
        with_units!(text, units => self.encode_units(codec, text, units, errors))
    }

    fn encode_units<U: TextUnit>(
        &self,
        codec: Codec,
        text: Str,
        units: &[U],
        errors: &str,
    ) -> PyResult<Vec<u8>> {
        let builtin = ErrorHandler::from_name(errors);
        let names = |code_point: u32| self.name_of_character(code_point);
        let mut out = Vec::new();
        let unit_bytes = if matches!(codec, Codec::Utf32(_)) { 4 } else { 2 };
        out.try_reserve(units.len().saturating_mul(unit_bytes)).map_err(|_| self.memory_error())?;
        codec.encode(units, &mut out, |error: &CodecError, out| -> PyResult<usize> {
            if let Some(handler) = builtin {
                if let Some(next) = handler.encode(codec, units, error, &names, out) {
                    return Ok(next);
                }
                return Err(self.unicode_encode_error(
                    codec.error_name(),
                    text,
                    error.start,
                    error.end,
                    error.reason,
                ));
            }
            let exception = self.new_unicode_encode_error(
                codec.error_name(),
                text,
                error.start,
                error.end,
                error.reason,
            )?;
            let (replacement, next) = self.call_error_handler(errors, exception, units.len(), false)?;
            if let Some(bytes) = Bytes::from_value(replacement) {
                out.extend_from_slice(bytes.as_slice());
            } else if let Some(replacement) = Str::from_value(replacement) {
                let mut encoded = Vec::new();
                let result =
                    with_units!(replacement, units => codec.encode(units, &mut encoded, |_, _| Err(())));
                if result.is_err() {
                    return Err(self.unicode_encode_error(
                        codec.error_name(),
                        text,
                        error.start,
                        error.end,
                        error.reason,
                    ));
                }
                out.extend_from_slice(&encoded);
            }
            self.poll()?;
            Ok(next)
        })?;
        Ok(out)
    }

    /// Decodes with what [`NativeCodec::find`] found.
    ///
    /// # Errors
    /// As for [`Context::decode_native`].
    pub fn decode_marked(
        &self,
        codec: NativeCodec,
        input: &[u8],
        object: Option<Value>,
        errors: &str,
    ) -> PyResult<Str> {
        let (width, form): (usize, fn(ByteOrder) -> Codec) = match codec {
            NativeCodec::Plain(codec) => {
                return Ok(self.decode_native(codec, input, object, errors, true)?.0);
            }
            NativeCodec::MarkedUtf16 => (2, Codec::Utf16),
            NativeCodec::MarkedUtf32 => (4, Codec::Utf32),
        };
        let mark = byte_order_mark(input, width);
        let rest = if mark.is_some() { input.get(width..).unwrap_or(&[]) } else { input };
        let object = if mark.is_some() { None } else { object };
        Ok(self.decode_native(form(mark.unwrap_or(NATIVE_ORDER)), rest, object, errors, true)?.0)
    }

    /// Encodes with what [`NativeCodec::find`] found.
    ///
    /// # Errors
    /// As for [`Context::encode_native`].
    pub fn encode_marked(&self, codec: NativeCodec, text: Str, errors: &str) -> PyResult<Vec<u8>> {
        let (form, mark): (Codec, &[u8]) = match (codec, NATIVE_ORDER) {
            (NativeCodec::Plain(codec), _) => return self.encode_native(codec, text, errors),
            (NativeCodec::MarkedUtf16, ByteOrder::Little) => (Codec::Utf16(NATIVE_ORDER), &[0xff, 0xfe]),
            (NativeCodec::MarkedUtf16, ByteOrder::Big) => (Codec::Utf16(NATIVE_ORDER), &[0xfe, 0xff]),
            (NativeCodec::MarkedUtf32, ByteOrder::Little) => {
                (Codec::Utf32(NATIVE_ORDER), &[0xff, 0xfe, 0, 0])
            }
            (NativeCodec::MarkedUtf32, ByteOrder::Big) => (Codec::Utf32(NATIVE_ORDER), &[0, 0, 0xfe, 0xff]),
        };
        let encoded = self.encode_native(form, text, errors)?;
        let mut out = mark.to_vec();
        out.extend_from_slice(&encoded);
        Ok(out)
    }

    /// The entry of the codec registry for an encoding: a tuple of encoder, decoder, stream reader and stream writer.
    ///
    /// # Errors
    /// LookupError for an unknown encoding, and what a search function raises.
    pub fn lookup_codec(&self, encoding: &str) -> PyResult<Tuple> {
        let normalized = self.new_str(&normalized_name(encoding))?;
        let cache = self.codec_table(Root::CodecCache)?;
        if let Some(found) = cache.get_str(self, normalized)?.and_then(Tuple::from_value) {
            return Ok(found);
        }
        if self.codec_search_path()?.is_empty() {
            self.import_module("encodings")?;
        }
        let functions = self.codec_search_path()?.snapshot(self);
        for &function in functions.as_slice() {
            let found = self.call(function, &[normalized.as_value()])?;
            if found.is_none() {
                continue;
            }
            let Some(entry) = Tuple::from_value(found).filter(|entry| entry.len() == 4) else {
                return Err(self.type_error(format_args!("codec search functions must return 4-tuples")));
            };
            cache.set_str(self, normalized, found)?;
            return Ok(entry);
        }
        Err(self.raise(ExceptionClass::LookupError, format_args!("unknown encoding: {encoding}")))
    }

    /// The registered search functions.
    ///
    /// # Errors
    /// MemoryError.
    pub fn codec_search_path(&self) -> PyResult<List> {
        if let Some(path) = self.root(Root::CodecSearchPath).and_then(List::from_value) {
            return Ok(path);
        }
        let path = self.new_list(0)?;
        self.set_root(Root::CodecSearchPath, Some(path.as_value()));
        Ok(path)
    }

    /// A dict of the registry: the cache of encodings, or the error handlers.
    ///
    /// # Errors
    /// MemoryError.
    pub fn codec_table(&self, root: Root) -> PyResult<Dict> {
        if let Some(table) = self.root(root).and_then(Dict::from_value) {
            return Ok(table);
        }
        let table = self.new_dict()?;
        self.set_root(root, Some(table.as_value()));
        Ok(table)
    }

    /// Calls the encoder (0) or decoder (1) of a registered codec.
    ///
    /// # Errors
    /// LookupError, TypeError if it returns no pair, and what it raises.
    pub fn call_codec(
        &self,
        encoding: &str,
        object: Value,
        errors: Option<Value>,
        decoding: bool,
    ) -> PyResult {
        let entry = self.lookup_codec(encoding)?;
        self.call_codec_entry(entry, object, errors, decoding)
    }

    fn call_codec_entry(
        &self,
        entry: Tuple,
        object: Value,
        errors: Option<Value>,
        decoding: bool,
    ) -> PyResult {
        let function = entry.get(decoding as usize).unwrap_or(Value::NONE);
        let result = match errors {
            Some(errors) => self.call(function, &[object, errors])?,
            None => self.call(function, &[object])?,
        };
        match Tuple::from_value(result).filter(|pair| pair.len() == 2).and_then(|pair| pair.get(0)) {
            Some(made) => Ok(made),
            None => {
                let what = if decoding { "decoder" } else { "encoder" };
                Err(self.type_error(format_args!("{what} must return a tuple (object, integer)")))
            }
        }
    }

    /// The entry of a codec between text and bytes.
    fn lookup_text_codec(&self, encoding: &str, alternative: &str) -> PyResult<Tuple> {
        let entry = self.lookup_codec(encoding)?;
        if entry.is_exact() {
            return Ok(entry);
        }
        let name = self.intern_str("_is_text_encoding")?;
        if let Some(flag) = self.find_attribute(entry.as_value(), name)?
            && !self.is_true(flag)?
        {
            return Err(self.raise(
                ExceptionClass::LookupError,
                format_args!(
                    "'{encoding}' is not a text encoding; use {alternative} to handle arbitrary codecs"
                ),
            ));
        }
        Ok(entry)
    }

    /// `text.encode(encoding, errors)`
    ///
    /// # Errors
    /// UnicodeEncodeError, LookupError, and what the codec raises.
    pub fn encode_text(&self, text: Str, encoding: Option<Str>, errors: Option<Str>) -> PyResult {
        let name = codec_name(self, encoding)?;
        if let Some(codec) = NativeCodec::find(&name) {
            let handler = codec_name_or(self, errors, "strict")?;
            return self.bytes(&self.encode_marked(codec, text, &handler)?);
        }
        let entry = self.lookup_text_codec(&name, "codecs.encode()")?;
        let made = self.call_codec_entry(entry, text.as_value(), errors.map(Str::as_value), false)?;
        if Bytes::from_value(made).is_some() {
            return Ok(made);
        }
        if made.is_kind(crate::kind::Kind::ByteArray) {
            return self.bytes(&self.bytes_like(made)?);
        }
        Err(self.type_error(format_args!(
            "'{name}' encoder returned '{}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types",
            self.type_name(made)
        )))
    }

    /// `str(object, encoding, errors)` and `object.decode(encoding, errors)` of a bytes-like object.
    ///
    /// # Errors
    /// UnicodeDecodeError, LookupError, and what the codec raises.
    pub fn decode_object(&self, object: Value, encoding: Option<Str>, errors: Option<Str>) -> PyResult<Str> {
        let name = codec_name(self, encoding)?;
        if let Some(codec) = NativeCodec::find(&name) {
            let handler = codec_name_or(self, errors, "strict")?;
            if let Some(bytes) = Bytes::from_value(object) {
                return self.decode_marked(codec, bytes.as_slice(), Some(object), &handler);
            }
            return self.decode_marked(codec, &self.bytes_like(object)?, None, &handler);
        }
        let entry = self.lookup_text_codec(&name, "codecs.decode()")?;
        let made = self.call_codec_entry(entry, object, errors.map(Str::as_value), true)?;
        Str::from_value(made).ok_or_else(|| {
            self.type_error(format_args!(
                "'{name}' decoder returned '{}' instead of 'str'; use codecs.decode() to decode to arbitrary types",
                self.type_name(made)
            ))
        })
    }

    /// The character of a name, for `\N{...}`: what `unicodedata.lookup` finds, if that module is there.
    pub fn character_by_name(&self, name: &str) -> Option<u32> {
        let found = self.ask_unicode_data("lookup", self.str(name).ok()?)?;
        Str::from_value(found).filter(|text| text.len() == 1).and_then(|text| text.code_point(0))
    }

    /// The name of a character, for the handler `namereplace`.
    pub fn name_of_character(&self, code_point: u32) -> Option<String> {
        let character = self.str_from_code_point(code_point).ok()?;
        let found = self.ask_unicode_data("name", character.as_value())?;
        Str::from_value(found).map(Str::to_utf8_lossy)
    }

    fn ask_unicode_data(&self, function: &str, argument: Value) -> Option<Value> {
        let ask = || {
            let module = self.import_module("unicodedata")?;
            let name = self.intern_str(function)?;
            let function = self.get_attribute(module, name)?;
            self.call(function, &[argument])
        };
        match ask() {
            Ok(found) => Some(found),
            Err(raised) => {
                self.take_exception(raised);
                None
            }
        }
    }
}

fn codec_name(cx: &Context, name: Option<Str>) -> PyResult<String> {
    codec_name_or(cx, name, "utf-8")
}

/// The text of an encoding's or handler's name, which must not hold a zero.
///
/// # Errors
/// ValueError, UnicodeEncodeError.
pub(crate) fn codec_name_or(cx: &Context, name: Option<Str>, default: &str) -> PyResult<String> {
    let Some(name) = name else { return Ok(String::from(default)) };
    if name.code_points().any(|code_point| code_point == 0) {
        return Err(cx.value_error(format_args!("embedded null character")));
    }
    name.to_utf8(cx)
}

/// An optional argument that names an encoding or a handler.
///
/// # Errors
/// TypeError if it is no string.
pub(crate) fn name_argument(
    cx: &Context,
    function: &str,
    which: &str,
    value: Option<Value>,
) -> PyResult<Option<Str>> {
    match value {
        None => Ok(None),
        Some(value) => Str::from_value(value).map(Some).ok_or_else(|| {
            let class_name = crate::types::str_methods::argument_type(cx, value);
            cx.type_error(format_args!("{function}() argument {which} must be str, not {class_name}"))
        }),
    }
}
