//! `_codecs`: the registry of codecs and error handlers, and the codecs that the engine knows itself.
//!
//! Invariant: a decoder answers with the text and the number of bytes it took; what it left is an incomplete sequence, and only if more
//! input may follow. Source: Modules/_codecsmodule.c, Objects/unicodeobject.c, Objects/bytesobject.c.

use alloc::string::String;
use alloc::vec::Vec;

use threadsnake_macros::pymodule;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::protocol::codec::codec_name_or;
use crate::text::codecs::handlers::ErrorHandler;
use crate::text::codecs::unicode_forms::byte_order_mark;
use crate::text::codecs::{ByteOrder, Codec, CodecError};
use crate::types::bytes_object::Bytes;
use crate::types::int_object::is_int;
use crate::types::str_methods::argument_type;
use crate::types::str_object::Str;
use crate::types::str_units::{TextBuilder, with_units};
use crate::value::Value;

/// The reason for what a table does not map.
const UNMAPPED: &str = "character maps to <undefined>";

fn text(cx: &Context, function: &str, value: Value) -> PyResult<Str> {
    Str::from_value(value).ok_or_else(|| {
        let class_name = argument_type(cx, value);
        cx.type_error(format_args!("{function}() argument 1 must be str, not {class_name}"))
    })
}

/// An argument that names an error handler; None for `strict`.
fn handler(cx: &Context, function: &str, errors: Option<Value>) -> PyResult<String> {
    match errors.filter(|errors| !errors.is_none()) {
        None => Ok(String::from("strict")),
        Some(errors) => match Str::from_value(errors) {
            Some(name) => codec_name_or(cx, Some(name), "strict"),
            None => {
                let class_name = argument_type(cx, errors);
                Err(cx.type_error(format_args!(
                    "{function}() argument 2 must be str or None, not {class_name}"
                )))
            }
        },
    }
}

fn pair(cx: &Context, made: Value, length: usize) -> PyResult {
    cx.tuple(&[made, Value::int_from_length(length)])
}

fn encode(cx: &Context, function: &str, codec: Codec, value: Value, errors: Option<Value>) -> PyResult {
    let text = text(cx, function, value)?;
    let errors = handler(cx, function, errors)?;
    let bytes = cx.encode_native(codec, text, &errors)?;
    pair(cx, cx.bytes(&bytes)?, text.len())
}

fn decode(
    cx: &Context,
    function: &str,
    codec: Codec,
    data: Value,
    errors: Option<Value>,
    is_final: bool,
) -> PyResult {
    let errors = handler(cx, function, errors)?;
    let bytes = data_bytes(cx, data)?;
    let (text, consumed) = cx.decode_native(codec, &bytes, Some(data), &errors, is_final)?;
    pair(cx, text.as_value(), consumed)
}

/// Bytes, or for the escape codecs ASCII text.
fn data_bytes(cx: &Context, data: Value) -> PyResult<Vec<u8>> {
    cx.bytes_like(data)
}

fn text_or_bytes(cx: &Context, data: Value) -> PyResult<Vec<u8>> {
    match Str::from_value(data) {
        Some(text) => Ok(text.to_utf8(cx)?.into_bytes()),
        None => cx.bytes_like(data),
    }
}

/// UTF-16 or UTF-32 whose byte order is given, or told by a mark: the text, the bytes taken, the order.
fn decode_marked(
    cx: &Context,
    function: &str,
    width: usize,
    data: Value,
    errors: Option<Value>,
    order: i32,
    is_final: bool,
) -> PyResult<(Str, usize, i32)> {
    let errors = handler(cx, function, errors)?;
    let bytes = data_bytes(cx, data)?;
    if !is_final && order == 0 && bytes.len() < width {
        return Ok((cx.empty_str(), 0, 0));
    }
    let mark = if order == 0 { byte_order_mark(&bytes, width) } else { None };
    let (byte_order, order) = match (mark, order) {
        (Some(ByteOrder::Little), _) => (ByteOrder::Little, -1),
        (Some(ByteOrder::Big), _) => (ByteOrder::Big, 1),
        (None, 0) if cfg!(target_endian = "big") => (ByteOrder::Big, 0),
        (None, order) => (if order <= 0 { ByteOrder::Little } else { ByteOrder::Big }, order),
    };
    let skipped = if mark.is_some() { width } else { 0 };
    let codec = if width == 2 { Codec::Utf16(byte_order) } else { Codec::Utf32(byte_order) };
    let rest = bytes.get(skipped..).unwrap_or(&[]);
    let object = if skipped == 0 { Some(data) } else { None };
    let (text, consumed) = cx.decode_native(codec, rest, object, &errors, is_final)?;
    Ok((text, consumed + skipped, order))
}

fn encode_marked(
    cx: &Context,
    function: &str,
    width: usize,
    value: Value,
    errors: Option<Value>,
    order: i32,
) -> PyResult {
    let text = text(cx, function, value)?;
    let errors = handler(cx, function, errors)?;
    let big = if order == 0 { cfg!(target_endian = "big") } else { order > 0 };
    let byte_order = if big { ByteOrder::Big } else { ByteOrder::Little };
    let codec = if width == 2 { Codec::Utf16(byte_order) } else { Codec::Utf32(byte_order) };
    let mut bytes = Vec::new();
    if order == 0 {
        let mark: &[u8] = match (width, byte_order) {
            (2, ByteOrder::Little) => &[0xff, 0xfe],
            (2, ByteOrder::Big) => &[0xfe, 0xff],
            (_, ByteOrder::Little) => &[0xff, 0xfe, 0, 0],
            (_, ByteOrder::Big) => &[0, 0, 0xfe, 0xff],
        };
        bytes.extend_from_slice(mark);
    }
    bytes.extend_from_slice(&cx.encode_native(codec, text, &errors)?);
    pair(cx, cx.bytes(&bytes)?, text.len())
}

/// What a mapping has for a byte.
fn map_byte(cx: &Context, mapping: Value, byte: u8, sink: &mut TextBuilder) -> PyResult<bool> {
    if let Some(table) = Str::from_value(mapping) {
        return Ok(match table.code_point(byte as usize) {
            Some(code_point) if code_point != 0xfffe => {
                sink.push(code_point);
                true
            }
            _ => false,
        });
    }
    let found = match cx.get_item(mapping, Value::int_from_u32(byte as u32)) {
        Ok(found) => found,
        Err(raised) if cx.pending_is(&raised, ExceptionClass::LookupError) => {
            cx.take_exception(raised);
            return Ok(false);
        }
        Err(raised) => return Err(raised),
    };
    if found.is_none() {
        return Ok(false);
    }
    if let Some(text) = Str::from_value(found) {
        if text.len() == 1 && text.code_point(0) == Some(0xfffe) {
            return Ok(false);
        }
        sink.push_str(text);
        return Ok(true);
    }
    if is_int(found) {
        let number = cx.clipped_int(found).unwrap_or(-1);
        return match u32::try_from(number).ok().filter(|&number| number < 0x11_0000) {
            Some(0xfffe) => Ok(false),
            Some(code_point) => {
                sink.push(code_point);
                Ok(true)
            }
            None => Err(cx.type_error(format_args!("character mapping must be in range(0x110000)"))),
        };
    }
    Err(cx.type_error(format_args!("character mapping must return integer, None or str")))
}

fn decode_table(cx: &Context, data: Value, errors: Option<Value>, mapping: Value) -> PyResult {
    let errors = handler(cx, "charmap_decode", errors)?;
    let bytes = data_bytes(cx, data)?;
    let mut builder = TextBuilder::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if map_byte(cx, mapping, byte, &mut builder)? {
            at += 1;
            continue;
        }
        let error = CodecError { start: at, end: at + 1, reason: UNMAPPED };
        at = cx.handle_decode_error(
            Codec::Windows1252,
            &bytes,
            Some(data),
            &errors,
            &error,
            &mut |code_point| {
                builder.push(code_point);
            },
        )?;
    }
    let text = builder.finish(cx)?;
    pair(cx, text.as_value(), bytes.len())
}

/// Appends what a mapping has for a character; false if it has nothing.
fn map_character(cx: &Context, mapping: Value, code_point: u32, out: &mut Vec<u8>) -> PyResult<bool> {
    let found = match cx.get_item(mapping, Value::int_from_u32(code_point)) {
        Ok(found) => found,
        Err(raised) if cx.pending_is(&raised, ExceptionClass::LookupError) => {
            cx.take_exception(raised);
            return Ok(false);
        }
        Err(raised) => return Err(raised),
    };
    if found.is_none() {
        return Ok(false);
    }
    if let Some(bytes) = Bytes::from_value(found) {
        out.extend_from_slice(bytes.as_slice());
        return Ok(true);
    }
    if is_int(found) {
        return match u8::try_from(cx.clipped_int(found).unwrap_or(-1)) {
            Ok(byte) => {
                out.push(byte);
                Ok(true)
            }
            Err(_) => Err(cx.type_error(format_args!("character mapping must be in range(256)"))),
        };
    }
    Err(cx.type_error(format_args!(
        "character mapping must return integer, bytes or None, not {}",
        cx.type_name(found)
    )))
}

fn encode_table(cx: &Context, value: Value, errors: Option<Value>, mapping: Value) -> PyResult {
    let source = text(cx, "charmap_encode", value)?;
    let errors = handler(cx, "charmap_encode", errors)?;
    let builtin = ErrorHandler::from_name(&errors);
    let mut out = Vec::with_capacity(source.len());
    let mut at = 0;
    while let Some(code_point) = source.code_point(at) {
        if map_character(cx, mapping, code_point, &mut out)? {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        let mut discarded = Vec::new();
        while let Some(code_point) = source.code_point(end) {
            if map_character(cx, mapping, code_point, &mut discarded)? {
                break;
            }
            end += 1;
        }
        let error = CodecError { start: at, end, reason: UNMAPPED };
        let unmapped = || cx.unicode_encode_error("charmap", source, at, end, UNMAPPED);
        let replacement: Str;
        let next: usize;
        if let Some(handler) = builtin {
            let names = |code_point: u32| cx.name_of_character(code_point);
            let mut made = Vec::new();
            let handled = with_units!(source, units => handler.encode(Codec::Windows1252, units, &error, &names, &mut made));
            let Some(place) = handled else { return Err(unmapped()) };
            if handler == ErrorHandler::SurrogateEscape {
                out.extend_from_slice(&made);
                at = place;
                continue;
            }
            replacement = cx.str_from_latin1(&made)?;
            next = place;
        } else {
            let exception = cx.new_unicode_encode_error("charmap", source, at, end, UNMAPPED)?;
            let (made, place) = cx.call_error_handler(&errors, exception, source.len(), false)?;
            if let Some(bytes) = Bytes::from_value(made) {
                out.extend_from_slice(bytes.as_slice());
                at = place;
                continue;
            }
            let Some(made) = Str::from_value(made) else { return Err(unmapped()) };
            replacement = made;
            next = place;
        }
        for code_point in replacement.code_points() {
            if !map_character(cx, mapping, code_point, &mut out)? {
                return Err(unmapped());
            }
        }
        at = next;
        cx.poll()?;
    }
    let bytes = cx.bytes(&out)?;
    pair(cx, bytes, source.len())
}

/// Bytes with the escapes of a bytes literal resolved.
fn unescape(cx: &Context, input: &[u8], errors: &str) -> PyResult<Vec<u8>> {
    let mut out = Vec::with_capacity(input.len());
    let mut at = 0;
    while let Some(&byte) = input.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&escape) = input.get(at) else {
            return Err(cx.value_error(format_args!("Trailing \\ in string")));
        };
        at += 1;
        match escape {
            b'\n' => {}
            b'\\' | b'\'' | b'"' => out.push(escape),
            b'b' => out.push(8),
            b't' => out.push(b'\t'),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b'f' => out.push(12),
            b'v' => out.push(11),
            b'a' => out.push(7),
            b'0'..=b'7' => {
                let mut number = (escape - b'0') as u32;
                for _ in 0..2 {
                    match input.get(at) {
                        Some(&digit @ b'0'..=b'7') => {
                            number = number * 8 + (digit - b'0') as u32;
                            at += 1;
                        }
                        _ => break,
                    }
                }
                out.push(number as u8);
            }
            b'x' => {
                let digit = |place: usize| input.get(place).and_then(|&digit| (digit as char).to_digit(16));
                match (digit(at), digit(at + 1)) {
                    (Some(high), Some(low)) => {
                        out.push((high << 4 | low) as u8);
                        at += 2;
                    }
                    (first, _) => {
                        match errors {
                            "strict" => {
                                let place = at - 2;
                                return Err(
                                    cx.value_error(format_args!("invalid \\x escape at position {place}"))
                                );
                            }
                            "replace" => out.push(b'?'),
                            "ignore" => {}
                            _ => {
                                return Err(cx.value_error(format_args!(
                                    "decoding error; unknown error handling code: {errors}"
                                )));
                            }
                        }
                        at += first.is_some() as usize;
                    }
                }
            }
            _ => out.extend_from_slice(&[b'\\', escape]),
        }
    }
    Ok(out)
}

/// The registry of codecs, and native ones.
#[pymodule(name = "_codecs", doc = "")]
pub mod module {
    use super::*;
    use crate::engine::Root;
    use crate::protocol::codec::normalized_name;
    use crate::types::list::List;
    use crate::types::tuple::Tuple;

    /// Register a codec search function.
    ///
    /// Search functions are expected to take one argument, the encoding name in
    /// all lower case letters, and either return None, or a tuple of functions
    /// (encoder, decoder, stream_reader, stream_writer) (or a CodecInfo object).
    #[pyfunction]
    fn register(cx: &Context, search_function: Value) -> PyResult<()> {
        if !cx.is_callable(search_function) {
            return Err(cx.type_error(format_args!("argument must be callable")));
        }
        cx.codec_search_path()?.push(cx, search_function)
    }

    /// Unregister a codec search function and clear the registry's cache.
    ///
    /// If the search function is not registered, do nothing.
    #[pyfunction]
    fn unregister(cx: &Context, search_function: Value) -> PyResult<()> {
        let path: List = cx.codec_search_path()?;
        let registered = path.snapshot(cx);
        let mut kept = cx.scratch();
        for &function in registered.as_slice() {
            if !function.is(search_function) {
                kept.push(function);
            }
        }
        if kept.len() != registered.len() {
            path.replace_all(cx, kept.as_slice())?;
            cx.codec_table(Root::CodecCache)?.clear(cx);
        }
        Ok(())
    }

    /// Looks up a codec tuple in the Python codec registry and returns a CodecInfo object.
    #[pyfunction]
    fn lookup(cx: &Context, encoding: String) -> PyResult<Tuple> {
        cx.lookup_codec(&encoding)
    }

    /// Return the normalized name of an encoding.
    #[pyfunction]
    fn _normalize_encoding(encoding: String) -> String {
        normalized_name(&encoding)
    }

    /// Register the specified error handler under the name errors.
    ///
    /// handler must be a callable object, that
    /// will be called with an exception instance containing
    /// information about the location of the encoding/decoding
    /// error and must return a (replacement, new position) tuple.
    #[pyfunction]
    fn register_error(cx: &Context, errors: Str, handler: Value) -> PyResult<()> {
        if !cx.is_callable(handler) {
            return Err(cx.type_error(format_args!("handler must be callable")));
        }
        cx.codec_table(Root::CodecErrors)?.set(cx, errors.as_value(), handler)
    }

    /// Un-register the specified error handler for the error handling `errors'.
    ///
    /// Only custom error handlers can be un-registered. An exception is raised
    /// if the error handling is a built-in one (e.g., 'strict'), or if an error
    /// occurs.
    ///
    /// Otherwise, this returns True if a custom handler has been successfully
    /// un-registered, and False if no custom handler for the specified error
    /// handling exists.
    #[pyfunction]
    fn _unregister_error(cx: &Context, errors: Str) -> PyResult<bool> {
        if ErrorHandler::from_name(&errors.to_utf8(cx)?).is_some() {
            return Err(cx.value_error(format_args!("cannot un-register built-in error handler '{errors}'")));
        }
        Ok(cx.codec_table(Root::CodecErrors)?.remove(cx, errors.as_value())?.is_some())
    }

    /// lookup_error(errors) -> handler
    ///
    /// Return the error handler for the specified error handling name or raise a
    /// LookupError, if no handler exists under this name.
    #[pyfunction]
    fn lookup_error(cx: &Context, name: String) -> PyResult<Value> {
        cx.codec_error_handler(&name)
    }

    /// Encodes obj using the codec registered for encoding.
    ///
    /// The default encoding is 'utf-8'.  errors may be given to set a
    /// different error handling scheme.  Default is 'strict' meaning that encoding
    /// errors raise a ValueError.  Other possible values are 'ignore', 'replace'
    /// and 'backslashreplace' as well as any other name registered with
    /// codecs.register_error that can handle ValueErrors.
    #[pyfunction(signature = "(obj, encoding='utf-8', errors='strict')")]
    fn encode(cx: &Context, obj: Value, encoding: String, errors: Option<Value>) -> PyResult<Value> {
        cx.call_codec(&encoding, obj, errors, false)
    }

    /// Decodes obj using the codec registered for encoding.
    ///
    /// Default encoding is 'utf-8'.  errors may be given to set a
    /// different error handling scheme.  Default is 'strict' meaning that encoding
    /// errors raise a ValueError.  Other possible values are 'ignore', 'replace'
    /// and 'backslashreplace' as well as any other name registered with
    /// codecs.register_error that can handle ValueErrors.
    #[pyfunction(signature = "(obj, encoding='utf-8', errors='strict')")]
    fn decode(cx: &Context, obj: Value, encoding: String, errors: Option<Value>) -> PyResult<Value> {
        cx.call_codec(&encoding, obj, errors, true)
    }

    #[pyfunction(signature = "(data, errors=None, /)")]
    fn escape_decode(cx: &Context, data: Value, errors: Option<Value>) -> PyResult<Value> {
        let errors = handler(cx, "escape_decode", errors)?;
        let bytes = text_or_bytes(cx, data)?;
        pair(cx, cx.bytes(&unescape(cx, &bytes, &errors)?)?, bytes.len())
    }

    #[pyfunction(signature = "(data, errors=None, /)")]
    fn escape_encode(cx: &Context, data: Bytes, errors: Option<Value>) -> PyResult<Value> {
        handler(cx, "escape_encode", errors)?;
        let mut out = Vec::new();
        for &byte in data.as_slice() {
            match byte {
                b'\\' | b'\'' => out.extend_from_slice(&[b'\\', byte]),
                b'\t' => out.extend_from_slice(b"\\t"),
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\r' => out.extend_from_slice(b"\\r"),
                0x20..0x7f => out.push(byte),
                _ => out.extend_from_slice(alloc::format!("\\x{byte:02x}").as_bytes()),
            }
        }
        pair(cx, cx.bytes(&out)?, data.len())
    }

    #[pyfunction(signature = "(data, errors=None, /)")]
    fn readbuffer_encode(cx: &Context, data: Value, errors: Option<Value>) -> PyResult<Value> {
        handler(cx, "readbuffer_encode", errors)?;
        let bytes = text_or_bytes(cx, data)?;
        pair(cx, cx.bytes(&bytes)?, bytes.len())
    }

    #[pyfunction(signature = "(data, errors=None, mapping=None, /)")]
    fn charmap_decode(
        cx: &Context,
        data: Value,
        errors: Option<Value>,
        mapping: Option<Value>,
    ) -> PyResult<Value> {
        match mapping.filter(|mapping| !mapping.is_none()) {
            Some(mapping) => decode_table(cx, data, errors, mapping),
            None => super::decode(cx, "charmap_decode", Codec::Latin1, data, errors, true),
        }
    }

    #[pyfunction(signature = "(str, errors=None, mapping=None, /)")]
    fn charmap_encode(
        cx: &Context,
        str: Value,
        errors: Option<Value>,
        mapping: Option<Value>,
    ) -> PyResult<Value> {
        match mapping.filter(|mapping| !mapping.is_none()) {
            Some(mapping) => encode_table(cx, str, errors, mapping),
            None => super::encode(cx, "charmap_encode", Codec::Latin1, str, errors),
        }
    }

    #[pyfunction]
    fn charmap_build(cx: &Context, map: Str) -> PyResult<Value> {
        let table = cx.new_dict()?;
        for (byte, code_point) in map.code_points().take(256).enumerate() {
            if code_point != 0xfffe {
                table.set(cx, Value::int_from_u32(code_point), Value::int_from_length(byte))?;
            }
        }
        Ok(table.as_value())
    }

    #[pyfunction(signature = "(data, errors=None, final=True, /)")]
    fn unicode_escape_decode(
        cx: &Context,
        data: Value,
        errors: Option<Value>,
        r#final: bool,
    ) -> PyResult<Value> {
        let errors = handler(cx, "unicode_escape_decode", errors)?;
        let bytes = text_or_bytes(cx, data)?;
        let (text, consumed) =
            cx.decode_native(Codec::UnicodeEscape, &bytes, Some(data), &errors, r#final)?;
        pair(cx, text.as_value(), consumed)
    }

    #[pyfunction(signature = "(data, errors=None, final=True, /)")]
    fn raw_unicode_escape_decode(
        cx: &Context,
        data: Value,
        errors: Option<Value>,
        r#final: bool,
    ) -> PyResult<Value> {
        let errors = handler(cx, "raw_unicode_escape_decode", errors)?;
        let bytes = text_or_bytes(cx, data)?;
        let (text, consumed) =
            cx.decode_native(Codec::RawUnicodeEscape, &bytes, Some(data), &errors, r#final)?;
        pair(cx, text.as_value(), consumed)
    }

    #[pyfunction(signature = "(data, errors=None, final=False, /)")]
    fn utf_7_decode(cx: &Context, data: Value, errors: Option<Value>, r#final: bool) -> PyResult<Value> {
        let _ = (data, errors, r#final);
        Err(cx.raise(
            ExceptionClass::NotImplementedError,
            format_args!("the codec utf-7 is not supported yet by threadsnake"),
        ))
    }

    #[pyfunction(signature = "(str, errors=None, /)")]
    fn utf_7_encode(cx: &Context, str: Value, errors: Option<Value>) -> PyResult<Value> {
        let _ = (str, errors);
        Err(cx.raise(
            ExceptionClass::NotImplementedError,
            format_args!("the codec utf-7 is not supported yet by threadsnake"),
        ))
    }

    #[pyfunction(signature = "(data, errors=None, /)")]
    fn ascii_decode(cx: &Context, data: Value, errors: Option<Value>) -> PyResult<Value> {
        super::decode(cx, "ascii_decode", Codec::Ascii, data, errors, true)
    }

    #[pyfunction(signature = "(data, errors=None, /)")]
    fn latin_1_decode(cx: &Context, data: Value, errors: Option<Value>) -> PyResult<Value> {
        super::decode(cx, "latin_1_decode", Codec::Latin1, data, errors, true)
    }

    #[pyfunction(signature = "(data, errors=None, final=False, /)")]
    fn utf_8_decode(cx: &Context, data: Value, errors: Option<Value>, r#final: bool) -> PyResult<Value> {
        super::decode(cx, "utf_8_decode", Codec::Utf8, data, errors, r#final)
    }

    #[pyfunction(signature = "(data, errors=None, final=False, /)")]
    fn utf_16_le_decode(cx: &Context, data: Value, errors: Option<Value>, r#final: bool) -> PyResult<Value> {
        super::decode(cx, "utf_16_le_decode", Codec::Utf16(ByteOrder::Little), data, errors, r#final)
    }

    #[pyfunction(signature = "(data, errors=None, final=False, /)")]
    fn utf_16_be_decode(cx: &Context, data: Value, errors: Option<Value>, r#final: bool) -> PyResult<Value> {
        super::decode(cx, "utf_16_be_decode", Codec::Utf16(ByteOrder::Big), data, errors, r#final)
    }

    #[pyfunction(signature = "(data, errors=None, final=False, /)")]
    fn utf_32_le_decode(cx: &Context, data: Value, errors: Option<Value>, r#final: bool) -> PyResult<Value> {
        super::decode(cx, "utf_32_le_decode", Codec::Utf32(ByteOrder::Little), data, errors, r#final)
    }

    #[pyfunction(signature = "(data, errors=None, final=False, /)")]
    fn utf_32_be_decode(cx: &Context, data: Value, errors: Option<Value>, r#final: bool) -> PyResult<Value> {
        super::decode(cx, "utf_32_be_decode", Codec::Utf32(ByteOrder::Big), data, errors, r#final)
    }

    #[pyfunction(signature = "(str, errors=None, /)")]
    fn ascii_encode(cx: &Context, str: Value, errors: Option<Value>) -> PyResult<Value> {
        super::encode(cx, "ascii_encode", Codec::Ascii, str, errors)
    }

    #[pyfunction(signature = "(str, errors=None, /)")]
    fn latin_1_encode(cx: &Context, str: Value, errors: Option<Value>) -> PyResult<Value> {
        super::encode(cx, "latin_1_encode", Codec::Latin1, str, errors)
    }

    #[pyfunction(signature = "(str, errors=None, /)")]
    fn unicode_escape_encode(cx: &Context, str: Value, errors: Option<Value>) -> PyResult<Value> {
        super::encode(cx, "unicode_escape_encode", Codec::UnicodeEscape, str, errors)
    }

    #[pyfunction(signature = "(str, errors=None, /)")]
    fn raw_unicode_escape_encode(cx: &Context, str: Value, errors: Option<Value>) -> PyResult<Value> {
        super::encode(cx, "raw_unicode_escape_encode", Codec::RawUnicodeEscape, str, errors)
    }

    #[pyfunction(signature = "(str, errors=None, /)")]
    fn utf_8_encode(cx: &Context, str: Value, errors: Option<Value>) -> PyResult<Value> {
        super::encode(cx, "utf_8_encode", Codec::Utf8, str, errors)
    }

    #[pyfunction(signature = "(str, errors=None, /)")]
    fn utf_16_le_encode(cx: &Context, str: Value, errors: Option<Value>) -> PyResult<Value> {
        super::encode(cx, "utf_16_le_encode", Codec::Utf16(ByteOrder::Little), str, errors)
    }

    #[pyfunction(signature = "(str, errors=None, /)")]
    fn utf_16_be_encode(cx: &Context, str: Value, errors: Option<Value>) -> PyResult<Value> {
        super::encode(cx, "utf_16_be_encode", Codec::Utf16(ByteOrder::Big), str, errors)
    }

    #[pyfunction(signature = "(str, errors=None, /)")]
    fn utf_32_le_encode(cx: &Context, str: Value, errors: Option<Value>) -> PyResult<Value> {
        super::encode(cx, "utf_32_le_encode", Codec::Utf32(ByteOrder::Little), str, errors)
    }

    #[pyfunction(signature = "(str, errors=None, /)")]
    fn utf_32_be_encode(cx: &Context, str: Value, errors: Option<Value>) -> PyResult<Value> {
        super::encode(cx, "utf_32_be_encode", Codec::Utf32(ByteOrder::Big), str, errors)
    }

    #[pyfunction(signature = "(data, errors=None, final=False, /)")]
    fn utf_16_decode(cx: &Context, data: Value, errors: Option<Value>, r#final: bool) -> PyResult<Value> {
        let (text, consumed, _) = decode_marked(cx, "utf_16_decode", 2, data, errors, 0, r#final)?;
        pair(cx, text.as_value(), consumed)
    }

    #[pyfunction(signature = "(data, errors=None, byteorder=0, final=False, /)")]
    fn utf_16_ex_decode(
        cx: &Context,
        data: Value,
        errors: Option<Value>,
        byteorder: i32,
        r#final: bool,
    ) -> PyResult<Value> {
        let (text, consumed, order) =
            decode_marked(cx, "utf_16_ex_decode", 2, data, errors, byteorder, r#final)?;
        let order = cx.int(order as i64)?;
        cx.tuple(&[text.as_value(), Value::int_from_length(consumed), order])
    }

    #[pyfunction(signature = "(str, errors=None, byteorder=0, /)")]
    fn utf_16_encode(cx: &Context, str: Value, errors: Option<Value>, byteorder: i32) -> PyResult<Value> {
        encode_marked(cx, "utf_16_encode", 2, str, errors, byteorder)
    }

    #[pyfunction(signature = "(data, errors=None, final=False, /)")]
    fn utf_32_decode(cx: &Context, data: Value, errors: Option<Value>, r#final: bool) -> PyResult<Value> {
        let (text, consumed, _) = decode_marked(cx, "utf_32_decode", 4, data, errors, 0, r#final)?;
        pair(cx, text.as_value(), consumed)
    }

    #[pyfunction(signature = "(data, errors=None, byteorder=0, final=False, /)")]
    fn utf_32_ex_decode(
        cx: &Context,
        data: Value,
        errors: Option<Value>,
        byteorder: i32,
        r#final: bool,
    ) -> PyResult<Value> {
        let (text, consumed, order) =
            decode_marked(cx, "utf_32_ex_decode", 4, data, errors, byteorder, r#final)?;
        let order = cx.int(order as i64)?;
        cx.tuple(&[text.as_value(), Value::int_from_length(consumed), order])
    }

    #[pyfunction(signature = "(str, errors=None, byteorder=0, /)")]
    fn utf_32_encode(cx: &Context, str: Value, errors: Option<Value>, byteorder: i32) -> PyResult<Value> {
        encode_marked(cx, "utf_32_encode", 4, str, errors, byteorder)
    }
}
