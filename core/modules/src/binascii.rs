//! `binascii`: binary data as text, in base64, hexadecimal, quoted-printable and uuencoded form, and the two checksums.
//!
//! Invariant: what is not strict takes whatever CPython's functions take, and gives the same; output is built in Rust's memory, with
//! MemoryError where there is none. Source: Modules/binascii.c of CPython 3.14.

use alloc::vec::Vec;

use threadsnake_engine::engine::Root;
use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Raised, Value};
use threadsnake_macros::pymodule;

use crate::exception_class;
use crate::zlib::{DETACH_BYTES, masked, stream};

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// What stands for no digit in the tables below.
const NO_DIGIT: u8 = 64;
/// Longest line of quoted-printable text.
const LINE_LIMIT: usize = 76;

const BASE64_VALUES: [u8; 256] = {
    let mut table = [NO_DIGIT; 256];
    let mut index = 0;
    while index < 64 {
        table[BASE64[index] as usize] = index as u8;
        index += 1;
    }
    table
};

const CRC_HQX: [u16; 256] = {
    let mut table = [0u16; 256];
    let mut index = 0;
    while index < 256 {
        let mut word = (index as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            word = if word & 0x8000 != 0 { (word << 1) ^ 0x1021 } else { word << 1 };
            bit += 1;
        }
        table[index] = word;
        index += 1;
    }
    table
};

#[cold]
fn error(cx: &Context, text: core::fmt::Arguments<'_>) -> Raised {
    exception_class::raise(cx, Root::BinasciiError, text)
}

/// The bytes of a bytes-like object, or of a string of ASCII characters.
fn ascii_bytes(cx: &Context, value: Value) -> PyResult<Vec<u8>> {
    if let Some(text) = Str::from_value(value) {
        if !text.is_ascii() {
            return Err(cx.value_error(format_args!("string argument should contain only ASCII characters")));
        }
        return Ok(text.bytes().to_vec());
    }
    if let Some(bytes) = Bytes::from_value(value) {
        return Ok(bytes.as_slice().to_vec());
    }
    cx.bytes_like(value).map_err(|raised| {
        if cx.is_exception_of(cx.pending_exception(&raised), ExceptionClass::TypeError) {
            cx.take_exception(raised);
            let class_name = cx.type_name(value);
            cx.type_error(format_args!(
                "argument should be bytes, buffer or ASCII string, not '{class_name}'"
            ))
        } else {
            raised
        }
    })
}

fn room(cx: &Context, bytes: usize) -> PyResult<Vec<u8>> {
    let mut output = Vec::new();
    match output.try_reserve(bytes) {
        Ok(()) => Ok(output),
        Err(_) => Err(cx.memory_error()),
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).map(|digit| digit as u8)
}

fn push_hex(output: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    output.push(DIGITS[usize::from(byte >> 4)]);
    output.push(DIGITS[usize::from(byte & 15)]);
}

fn from_hex(cx: &Context, text: &[u8]) -> PyResult<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return Err(error(cx, format_args!("Odd-length string")));
    }
    let mut output = room(cx, text.len() / 2)?;
    for pair in text.chunks_exact(2) {
        let digits = match pair {
            &[high, low] => hex_digit(high).zip(hex_digit(low)),
            _ => None,
        };
        match digits {
            Some((high, low)) => output.push(high << 4 | low),
            None => return Err(error(cx, format_args!("Non-hexadecimal digit found"))),
        }
    }
    Ok(output)
}

fn from_base64(cx: &Context, text: &[u8], strict: bool) -> PyResult<Vec<u8>> {
    let malformed = |what: &str| Err(error(cx, format_args!("{what}")));
    if strict && text.first() == Some(&b'=') {
        return malformed("Leading padding not allowed");
    }
    let mut output = room(cx, text.len() / 4 * 3 + 3)?;
    let (mut place, mut left, mut pads, mut padding_started) = (0, 0u8, 0, false);
    for (index, &byte) in text.iter().enumerate() {
        if byte == b'=' {
            padding_started = true;
            if strict && place == 0 {
                return malformed("Excess padding not allowed");
            }
            if place >= 2 {
                pads += 1;
                if place + pads >= 4 {
                    // Whole: nothing more is read.
                    if strict && index + 1 < text.len() {
                        return malformed("Excess data after padding");
                    }
                    return Ok(output);
                }
            }
            continue;
        }
        let value = BASE64_VALUES[usize::from(byte)];
        if value == NO_DIGIT {
            if strict {
                return malformed("Only base64 data is allowed");
            }
            continue;
        }
        if strict && padding_started {
            return malformed("Discontinuous padding not allowed");
        }
        pads = 0;
        match place {
            0 => left = value,
            1 => {
                output.push(left << 2 | value >> 4);
                left = value & 0x0f;
            }
            2 => {
                output.push(left << 4 | value >> 2);
                left = value & 0x03;
            }
            _ => output.push(left << 6 | value),
        }
        place = (place + 1) % 4;
    }
    match place {
        0 => Ok(output),
        1 => {
            let characters = output.len() / 3 * 4 + 1;
            Err(error(
                cx,
                format_args!(
                    "Invalid base64-encoded string: number of data characters ({characters}) cannot be 1 more than a multiple of 4"
                ),
            ))
        }
        _ => malformed("Incorrect padding"),
    }
}

fn to_base64(bytes: &[u8], newline: bool, output: &mut Vec<u8>) {
    let digit = |value: u8| BASE64[usize::from(value & 0x3f)];
    for group in bytes.chunks(3) {
        match *group {
            [first, second, third] => output.extend_from_slice(&[
                digit(first >> 2),
                digit(first << 4 | second >> 4),
                digit(second << 2 | third >> 6),
                digit(third),
            ]),
            [first, second] => output.extend_from_slice(&[
                digit(first >> 2),
                digit(first << 4 | second >> 4),
                digit(second << 2),
                b'=',
            ]),
            [first] => output.extend_from_slice(&[digit(first >> 2), digit(first << 4), b'=', b'=']),
            _ => {}
        }
    }
    if newline {
        output.push(b'\n');
    }
}

fn from_uu(cx: &Context, line: &[u8]) -> PyResult<Vec<u8>> {
    // CPython reads the zero byte behind an empty line.
    let mut wanted = usize::from(line.first().copied().unwrap_or(0).wrapping_sub(b' ') & 0x3f);
    let mut output = room(cx, wanted)?;
    let mut rest = line.get(1..).unwrap_or(&[]).iter();
    let (mut left, mut bits) = (0u32, 0);
    while wanted > 0 {
        let value = match rest.next().copied() {
            // Spaces at the end of a line get eaten on the way.
            None | Some(b'\n' | b'\r') => 0,
            Some(byte @ b' '..=b'`') => (byte - b' ') & 0x3f,
            Some(_) => return Err(error(cx, format_args!("Illegal char"))),
        };
        left = left << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            output.push((left >> bits) as u8);
            left &= (1 << bits) - 1;
            wanted -= 1;
        }
    }
    if rest.any(|byte| !matches!(byte, b' ' | b'`' | b'\n' | b'\r')) {
        return Err(error(cx, format_args!("Trailing garbage")));
    }
    Ok(output)
}

fn to_uu(cx: &Context, bytes: &[u8], backtick: bool) -> PyResult<Vec<u8>> {
    if bytes.len() > 45 {
        return Err(error(cx, format_args!("At most 45 bytes at once")));
    }
    let character = |value: u8| if backtick && value == 0 { b'`' } else { value + b' ' };
    let mut output = room(cx, 64)?;
    output.push(character(bytes.len() as u8));
    for group in bytes.chunks(3) {
        let byte = |index: usize| group.get(index).copied().unwrap_or(0);
        let (first, second, third) = (byte(0), byte(1), byte(2));
        let digits = [first >> 2, first << 4 | second >> 4, second << 2 | third >> 6, third];
        output.extend(digits.map(|digit| character(digit & 0x3f)));
    }
    output.push(b'\n');
    Ok(output)
}

fn from_quoted_printable(cx: &Context, text: &[u8], header: bool) -> PyResult<Vec<u8>> {
    let mut output = room(cx, text.len())?;
    let mut index = 0;
    while let Some(&byte) = text.get(index) {
        index += 1;
        if header && byte == b'_' {
            output.push(b' ');
            continue;
        }
        if byte != b'=' {
            output.push(byte);
            continue;
        }
        match text.get(index).copied() {
            None => break,
            Some(b'\n' | b'\r') => {
                let rest = text.get(index..).unwrap_or(&[]);
                index += rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| at + 1);
            }
            // From broken encoders.
            Some(b'=') => {
                output.push(b'=');
                index += 1;
            }
            Some(high) => match (hex_digit(high), text.get(index + 1).copied().and_then(hex_digit)) {
                (Some(high), Some(low)) => {
                    output.push(high << 4 | low);
                    index += 2;
                }
                _ => output.push(b'='),
            },
        }
    }
    Ok(output)
}

/// How [`to_quoted_printable`] writes.
#[derive(Copy, Clone)]
struct Quoting {
    tabs: bool,
    text: bool,
    header: bool,
}

fn must_quote(bytes: &[u8], index: usize, line_length: usize, quoting: Quoting) -> bool {
    let Some(&byte) = bytes.get(index) else { return false };
    let next = bytes.get(index + 1).copied();
    match byte {
        127.. | b'=' => true,
        b'_' => quoting.header,
        b'.' => line_length == 0 && matches!(next, None | Some(b'\n' | b'\r' | 0)),
        b'\r' | b'\n' => !quoting.text,
        b'\t' | b' ' => next.is_none() || (quoting.tabs),
        ..33 => true,
        _ => false,
    }
}

fn to_quoted_printable(bytes: &[u8], quoting: Quoting) -> Vec<u8> {
    let mut output = Vec::new();
    let newline_at = bytes.iter().position(|&byte| byte == b'\n');
    let carriage_returns =
        newline_at.and_then(|at| at.checked_sub(1)).is_some_and(|before| bytes.get(before) == Some(&b'\r'));
    let line_end: &[u8] = if carriage_returns { b"\r\n" } else { b"\n" };
    let mut line_length = 0;
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        let next = bytes.get(index + 1).copied();
        if must_quote(bytes, index, line_length, quoting) {
            if line_length + 3 >= LINE_LIMIT {
                output.push(b'=');
                output.extend_from_slice(line_end);
                line_length = 0;
            }
            output.push(b'=');
            push_hex(&mut output, byte);
            index += 1;
            line_length += 3;
            continue;
        }
        let ends_line = byte == b'\n' || (byte == b'\r' && next == Some(b'\n'));
        if quoting.text && ends_line {
            line_length = 0;
            // White space at the end of a line would not survive.
            if let Some(&last @ (b' ' | b'\t')) = output.last() {
                output.pop();
                output.push(b'=');
                push_hex(&mut output, last);
            }
            output.extend_from_slice(line_end);
            index += if byte == b'\r' { 2 } else { 1 };
            continue;
        }
        if next.is_some_and(|next| next != b'\n') && line_length + 1 >= LINE_LIMIT {
            output.push(b'=');
            output.extend_from_slice(line_end);
            line_length = 0;
        }
        line_length += 1;
        output.push(if quoting.header && byte == b' ' { b'_' } else { byte });
        index += 1;
    }
    output
}

fn to_hex(cx: &Context, data: Value, sep: Option<Value>, bytes_per_sep: i64) -> PyResult<Value> {
    let bytes = match Bytes::from_value(data) {
        Some(bytes) if bytes.is_exact() => data,
        _ => cx.bytes(&cx.bytes_like(data)?)?,
    };
    let name = cx.intern_str("hex")?;
    let text = match sep {
        Some(sep) => cx.call_method(bytes, name, &[sep, cx.int(bytes_per_sep)?])?,
        None => cx.call_method(bytes, name, &[])?,
    };
    cx.bytes(Str::expect(cx, text)?.bytes())
}

/// Conversion between binary data and ASCII
#[pymodule(name = "binascii")]
pub mod module {
    use super::*;

    /// Decode a line of uuencoded data.
    #[pyfunction(signature = "(data, /)")]
    fn a2b_uu(cx: &Context, data: Value) -> PyResult<Value> {
        cx.bytes(&from_uu(cx, &ascii_bytes(cx, data)?)?)
    }

    /// Uuencode line of data.
    #[pyfunction(signature = "(data, /, *, backtick=False)")]
    fn b2a_uu(cx: &Context, data: Value, backtick: bool) -> PyResult<Value> {
        cx.with_bytes(data, |bytes| cx.bytes(&to_uu(cx, bytes, backtick)?))
    }

    /// Decode a line of base64 data.
    ///
    ///   strict_mode
    ///     When set to True, bytes that are not in the base64 standard are not allowed.
    ///     The same applies to excess data after padding (= / ==).
    #[pyfunction(signature = "(data, /, *, strict_mode=False)")]
    fn a2b_base64(cx: &Context, data: Value, strict_mode: bool) -> PyResult<Value> {
        cx.bytes(&from_base64(cx, &ascii_bytes(cx, data)?, strict_mode)?)
    }

    /// Base64-code line of data.
    #[pyfunction(signature = "(data, /, *, newline=True)")]
    fn b2a_base64(cx: &Context, data: Value, newline: bool) -> PyResult<Value> {
        cx.with_bytes(data, |bytes| {
            let mut output = room(cx, bytes.len().div_ceil(3).saturating_mul(4).saturating_add(1))?;
            to_base64(bytes, newline, &mut output);
            cx.bytes(&output)
        })
    }

    /// Compute CRC-CCITT incrementally.
    #[pyfunction(signature = "(data, crc, /)")]
    fn crc_hqx(cx: &Context, data: Value, crc: Value) -> PyResult<u32> {
        let start = masked(cx, Some(crc), 0)? as u16;
        cx.with_bytes(data, |bytes| {
            let step = |crc: u16, byte: &u8| (crc << 8) ^ CRC_HQX[usize::from((crc >> 8) as u8 ^ byte)];
            Ok(u32::from(bytes.iter().fold(start, step)))
        })
    }

    /// Compute CRC-32 incrementally.
    #[pyfunction(signature = "(data, crc=0, /)")]
    fn crc32(cx: &Context, data: Value, crc: Option<Value>) -> PyResult<u32> {
        let start = masked(cx, crc, 0)?;
        cx.with_bytes(data, |bytes| {
            Ok(if bytes.len() > DETACH_BYTES {
                cx.blocking(|| stream::crc32(start, bytes))
            } else {
                stream::crc32(start, bytes)
            })
        })
    }

    /// Hexadecimal representation of binary data.
    ///
    ///   sep
    ///     An optional single character or byte to separate hex bytes.
    ///   bytes_per_sep
    ///     How many bytes between separators.  Positive values count from the
    ///     right, negative values count from the left.
    ///
    /// The return value is a bytes object.  This function is also
    /// available as "hexlify()".
    #[pyfunction(signature = "(data, sep=None, bytes_per_sep=1)")]
    fn b2a_hex(cx: &Context, data: Value, sep: Option<Value>, bytes_per_sep: i64) -> PyResult<Value> {
        to_hex(cx, data, sep, bytes_per_sep)
    }

    /// Hexadecimal representation of binary data.
    ///
    ///   sep
    ///     An optional single character or byte to separate hex bytes.
    ///   bytes_per_sep
    ///     How many bytes between separators.  Positive values count from the
    ///     right, negative values count from the left.
    ///
    /// The return value is a bytes object.  This function is also
    /// available as "b2a_hex()".
    #[pyfunction(signature = "(data, sep=None, bytes_per_sep=1)")]
    fn hexlify(cx: &Context, data: Value, sep: Option<Value>, bytes_per_sep: i64) -> PyResult<Value> {
        to_hex(cx, data, sep, bytes_per_sep)
    }

    /// Binary data of hexadecimal representation.
    ///
    /// hexstr must contain an even number of hex digits (upper or lower case).
    /// This function is also available as "unhexlify()".
    #[pyfunction(signature = "(hexstr, /)")]
    fn a2b_hex(cx: &Context, hexstr: Value) -> PyResult<Value> {
        cx.bytes(&from_hex(cx, &ascii_bytes(cx, hexstr)?)?)
    }

    /// Binary data of hexadecimal representation.
    ///
    /// hexstr must contain an even number of hex digits (upper or lower case).
    #[pyfunction(signature = "(hexstr, /)")]
    fn unhexlify(cx: &Context, hexstr: Value) -> PyResult<Value> {
        cx.bytes(&from_hex(cx, &ascii_bytes(cx, hexstr)?)?)
    }

    /// Decode a string of qp-encoded data.
    #[pyfunction(signature = "(data, header=False)")]
    fn a2b_qp(cx: &Context, data: Value, header: bool) -> PyResult<Value> {
        cx.bytes(&from_quoted_printable(cx, &ascii_bytes(cx, data)?, header)?)
    }

    /// Encode a string using quoted-printable encoding.
    ///
    /// On encoding, when istext is set, newlines are not encoded, and white
    /// space at end of lines is.  When istext is not set, \r and \n (CR/LF)
    /// are both encoded.  When quotetabs is set, space and tabs are encoded.
    #[pyfunction(signature = "(data, quotetabs=False, istext=True, header=False)")]
    fn b2a_qp(cx: &Context, data: Value, quotetabs: bool, istext: bool, header: bool) -> PyResult<Value> {
        let quoting = Quoting { tabs: quotetabs, text: istext, header };
        cx.with_bytes(data, |bytes| cx.bytes(&to_quoted_printable(bytes, quoting)))
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let (value_error, exception) = (ExceptionClass::ValueError, ExceptionClass::Exception);
        exception_class::add(cx, module, "binascii", "Error", value_error, Root::BinasciiError)?;
        exception_class::add(cx, module, "binascii", "Incomplete", exception, Root::BinasciiIncomplete)
    }
}
