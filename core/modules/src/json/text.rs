//! Strings as JSON writes them.
//!
//! Invariant: encoding and decoding are one pass over code units; what needs no escape is copied in runs.
//! Source: Modules/_json.c (`scanstring_unicode`, `ascii_escape_unicode`, `escape_unicode`).

use threadsnake_engine::types::str_object::{Str, Units};
use threadsnake_engine::types::str_units::{TextBuilder, TextUnit};
use threadsnake_engine::{Context, PyResult, Raised, Value};

/// `json.JSONDecodeError(message, document, position)`
#[cold]
pub fn decode_error(cx: &Context, message: &str, document: Str, position: usize) -> Raised {
    let error = (|| {
        let module = cx.import_module("json.decoder")?;
        let class = cx.get_attribute(module, cx.intern_str("JSONDecodeError")?)?;
        let arguments = [cx.str(message)?, document.as_value(), Value::int_from_length(position)];
        cx.call(class, &arguments)
    })();
    match error {
        Ok(error) => cx.raise_value(error),
        Err(raised) => raised,
    }
}

/// Appends a string with its quotes.
pub fn push_encoded(output: &mut TextBuilder, text: Str, ascii_only: bool) {
    output.push('"' as u32);
    match text.units() {
        Units::Latin1(units) => push_units(output, units, ascii_only),
        Units::Ucs2(units) => push_units(output, units, ascii_only),
        Units::Ucs4(units) => push_units(output, units, ascii_only),
    }
    output.push('"' as u32);
}

fn push_units<U: TextUnit>(output: &mut TextBuilder, units: &[U], ascii_only: bool) {
    let is_plain = |unit: &U| match unit.code_point() {
        0x22 | 0x5c | 0..0x20 => false,
        0x7f.. => !ascii_only,
        _ => true,
    };
    let mut rest = units;
    loop {
        let run = rest.iter().position(|unit| !is_plain(unit)).unwrap_or(rest.len());
        let (plain, behind) = rest.split_at_checked(run).unwrap_or((rest, &[]));
        if !plain.is_empty() {
            output.push_units(plain);
        }
        let Some((unit, behind)) = behind.split_first() else { return };
        push_escape(output, unit.code_point());
        rest = behind;
    }
}

fn push_hexadecimal(output: &mut TextBuilder, unit: u32) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |shift: u32| DIGITS.get((unit >> shift & 15) as usize).copied().unwrap_or(b'0');
    output.push_latin1(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
}

fn push_escape(output: &mut TextBuilder, code_point: u32) {
    let short: &[u8] = match code_point {
        0x22 => b"\\\"",
        0x5c => b"\\\\",
        0x08 => b"\\b",
        0x09 => b"\\t",
        0x0a => b"\\n",
        0x0c => b"\\f",
        0x0d => b"\\r",
        0x1_0000.. => {
            let offset = code_point - 0x1_0000;
            push_hexadecimal(output, 0xd800 | offset >> 10);
            push_hexadecimal(output, 0xdc00 | offset & 0x3ff);
            return;
        }
        _ => return push_hexadecimal(output, code_point),
    };
    output.push_latin1(short);
}

/// A string's JSON text.
///
/// # Errors
/// MemoryError.
pub fn encode(cx: &Context, text: Str, ascii_only: bool) -> PyResult {
    let mut output = TextBuilder::with_capacity(text.len() + 2);
    push_encoded(&mut output, text, ascii_only);
    Ok(output.finish(cx)?.as_value())
}

/// The string whose opening quote is before `start`, and the place behind its closing quote.
///
/// # Errors
/// `JSONDecodeError`.
pub fn decode(cx: &Context, document: Str, start: usize, strict: bool) -> PyResult<(Str, usize)> {
    match document.units() {
        Units::Latin1(units) => decode_units(cx, document, units, start, strict),
        Units::Ucs2(units) => decode_units(cx, document, units, start, strict),
        Units::Ucs4(units) => decode_units(cx, document, units, start, strict),
    }
}

/// See [`decode`]; `units` are those of the document.
#[inline]
pub fn decode_units<U: TextUnit>(
    cx: &Context,
    document: Str,
    units: &[U],
    start: usize,
    strict: bool,
) -> PyResult<(Str, usize)> {
    let stop = find_stop(cx, document, units, start, start, strict)?;
    if units.get(stop).map(|unit| unit.code_point()) == Some('"' as u32) {
        return Ok((document.substring(cx, start, stop)?, stop + 1));
    }
    decode_escaped(cx, document, units, start, stop, strict)
}

/// The next quote or backslash.
fn find_stop<U: TextUnit>(
    cx: &Context,
    document: Str,
    units: &[U],
    start: usize,
    from: usize,
    strict: bool,
) -> PyResult<usize> {
    let rest = units.get(from..).unwrap_or(&[]);
    let stop = rest.iter().position(|unit| {
        let code_point = unit.code_point();
        code_point == '"' as u32 || code_point == '\\' as u32 || (code_point < 0x20 && strict)
    });
    let Some(stop) = stop.map(|stop| from + stop) else {
        return Err(unterminated(cx, document, start));
    };
    if units.get(stop).is_some_and(|unit| unit.code_point() < 0x20) {
        return Err(decode_error(cx, "Invalid control character at", document, stop));
    }
    Ok(stop)
}

#[cold]
fn unterminated(cx: &Context, document: Str, start: usize) -> Raised {
    decode_error(cx, "Unterminated string starting at", document, start.saturating_sub(1))
}

fn decode_escaped<U: TextUnit>(
    cx: &Context,
    document: Str,
    units: &[U],
    start: usize,
    mut stop: usize,
    strict: bool,
) -> PyResult<(Str, usize)> {
    let mut text = TextBuilder::with_capacity(stop - start + 16);
    let mut from = start;
    loop {
        text.push_units(units.get(from..stop).unwrap_or(&[]));
        if units.get(stop).map(|unit| unit.code_point()) == Some('"' as u32) {
            return Ok((text.finish(cx)?, stop + 1));
        }
        let (code_point, next) = escape(cx, document, units, start, stop)?;
        text.push(code_point);
        from = next;
        stop = find_stop(cx, document, units, start, from, strict)?;
    }
}

/// What the escape at a backslash stands for, and the place behind it.
fn escape<U: TextUnit>(
    cx: &Context,
    document: Str,
    units: &[U],
    start: usize,
    backslash: usize,
) -> PyResult<(u32, usize)> {
    let Some(letter) = units.get(backslash + 1) else { return Err(unterminated(cx, document, start)) };
    let simple = match u8::try_from(letter.code_point()).unwrap_or(0) {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let digits = backslash + 2;
            // The digits are not the end: a quote is still to come.
            let unit = hexadecimal(units, digits).filter(|_| digits + 4 < units.len());
            let Some(unit) = unit else {
                return Err(decode_error(cx, "Invalid \\uXXXX escape", document, digits - 1));
            };
            let next = digits + 4;
            let is_escape = |at: usize, wanted: char| {
                units.get(at).is_some_and(|unit| unit.code_point() == wanted as u32)
            };
            let pairs = matches!(unit, 0xd800..0xdc00)
                && next + 6 < units.len()
                && is_escape(next, '\\')
                && is_escape(next + 1, 'u');
            if !pairs {
                return Ok((unit, next));
            }
            return match hexadecimal(units, next + 2) {
                Some(low @ 0xdc00..0xe000) => {
                    Ok((0x1_0000 + ((unit - 0xd800) << 10 | (low - 0xdc00)), next + 6))
                }
                Some(_) => Ok((unit, next)),
                None => Err(decode_error(cx, "Invalid \\uXXXX escape", document, next + 1)),
            };
        }
        _ => return Err(decode_error(cx, "Invalid \\escape", document, backslash)),
    };
    Ok((simple as u32, backslash + 2))
}

fn hexadecimal<U: TextUnit>(units: &[U], at: usize) -> Option<u32> {
    let digits = units.get(at..at.checked_add(4)?)?;
    digits.iter().try_fold(0, |number, digit| {
        let digit = char::from_u32(digit.code_point())?.to_digit(16)?;
        Some(number << 4 | digit)
    })
}
