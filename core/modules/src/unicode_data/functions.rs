//! What the module's functions and the methods of `UCD` do.
//!
//! Source: Modules/unicodedata.c of CPython 3.14.

use alloc::string::ToString;
use alloc::vec::Vec;

use threadsnake_engine::text::normalization::NormalForm;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::types::str_units::TextBuilder;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};

use super::decompositions;
use super::names;
use super::properties::Version;

/// Mappings of Unicode 3.2 that were corrected later.
const CORRECTED_SINCE_3_2: [(u32, u32); 5] =
    [(0x2f868, 0x2136a), (0x2f874, 0x5f33), (0x2f91f, 0x43ab), (0x2f95f, 0x7aae), (0x2f9bf, 0x4d57)];

fn character(cx: &Context, function: &str, which: &str, value: Value) -> PyResult<u32> {
    let Some(text) = Str::from_value(value) else {
        return Err(cx.type_error(format_args!(
            "{function}() {which} must be a unicode character, not {}",
            cx.type_name(value)
        )));
    };
    match text.code_point(0) {
        Some(code_point) if text.len() == 1 => Ok(code_point),
        _ => Err(cx.type_error(format_args!(
            "{function}(): {which} must be a unicode character, not a string of length {}",
            text.len()
        ))),
    }
}

fn or_default(cx: &Context, value: Option<Value>, default: Option<Value>, text: &str) -> PyResult {
    value.or(default).ok_or_else(|| cx.value_error(format_args!("{text}")))
}

/// See the module's `decimal`.
pub fn decimal(cx: &Context, version: Version, chr: Value, default: Option<Value>) -> PyResult {
    let code_point = character(cx, "decimal", "argument 1", chr)?;
    or_default(cx, version.decimal(code_point).map(Value::int_from_u32), default, "not a decimal")
}

/// See the module's `digit`.
pub fn digit(cx: &Context, version: Version, chr: Value, default: Option<Value>) -> PyResult {
    let code_point = character(cx, "digit", "argument 1", chr)?;
    or_default(cx, version.digit(code_point).map(Value::int_from_u32), default, "not a digit")
}

/// See the module's `numeric`.
pub fn numeric(cx: &Context, version: Version, chr: Value, default: Option<Value>) -> PyResult {
    let code_point = character(cx, "numeric", "argument 1", chr)?;
    let value = match version.number(code_point) {
        Some((numerator, denominator)) => Some(cx.float(numerator as f64 / denominator as f64)?),
        None => None,
    };
    or_default(cx, value, default, "not a numeric character")
}

/// See the module's `category`.
pub fn category(cx: &Context, version: Version, chr: Value) -> PyResult {
    let code_point = character(cx, "category", "argument", chr)?;
    Ok(cx.intern_str(version.category(code_point))?.as_value())
}

/// See the module's `bidirectional`.
pub fn bidirectional(cx: &Context, version: Version, chr: Value) -> PyResult {
    let code_point = character(cx, "bidirectional", "argument", chr)?;
    Ok(cx.intern_str(version.direction(code_point))?.as_value())
}

/// See the module's `combining`.
pub fn combining(cx: &Context, version: Version, chr: Value) -> PyResult {
    let code_point = character(cx, "combining", "argument", chr)?;
    Ok(Value::int_from_u32(version.combining_class(code_point) as u32))
}

/// See the module's `mirrored`.
pub fn mirrored(cx: &Context, version: Version, chr: Value) -> PyResult {
    let code_point = character(cx, "mirrored", "argument", chr)?;
    Ok(Value::int_from_u32(version.is_mirrored(code_point) as u32))
}

/// See the module's `east_asian_width`.
pub fn east_asian_width(cx: &Context, version: Version, chr: Value) -> PyResult {
    let code_point = character(cx, "east_asian_width", "argument", chr)?;
    Ok(cx.intern_str(version.width(code_point))?.as_value())
}

/// See the module's `decomposition`.
pub fn decomposition(cx: &Context, version: Version, chr: Value) -> PyResult {
    let code_point = character(cx, "decomposition", "argument", chr)?;
    if !version.assigns(code_point) {
        return Ok(cx.empty_str().as_value());
    }
    cx.str(&decompositions::mapping(code_point))
}

/// See the module's `name`.
pub fn name(cx: &Context, version: Version, chr: Value, default: Option<Value>) -> PyResult {
    let code_point = character(cx, "name", "argument 1", chr)?;
    let value = match names::name(version, code_point) {
        Some(name) => Some(cx.str(&name)?),
        None => None,
    };
    or_default(cx, value, default, "no such name")
}

/// See the module's `lookup`.
pub fn lookup(cx: &Context, version: Version, name: Value) -> PyResult {
    let text = match Str::from_value(name) {
        Some(text) => text.to_utf8(cx)?,
        // Bytes will do, as in CPython.
        None => cx.with_bytes(name, |bytes| Ok(alloc::string::String::from_utf8_lossy(bytes).to_string()))?,
    };
    match names::find(version, &text) {
        Some(code_points) => Ok(cx.str_from_code_points(&code_points)?.as_value()),
        None => {
            let message = cx.str_format(format_args!("undefined character name '{text}'"))?;
            Err(cx.raise_with(ExceptionClass::KeyError, &[message]))
        }
    }
}

fn arguments(cx: &Context, function: &str, form: Value, unistr: Value) -> PyResult<(NormalForm, Str)> {
    let text = |which: &str, value: Value| match Str::from_value(value) {
        Some(text) => Ok(text),
        None => {
            Err(cx.type_error(format_args!("{function}() {which} must be str, not {}", cx.type_name(value))))
        }
    };
    let (form, unistr) = (text("argument 1", form)?, text("argument 2", unistr)?);
    match NormalForm::from_name(&form.to_utf8_lossy()) {
        Some(form) => Ok((form, unistr)),
        None if unistr.is_empty() => Ok((NormalForm::Nfc, unistr)),
        None => Err(cx.value_error(format_args!("invalid normalization form"))),
    }
}

/// The normal form, in a version.
fn normal_form(version: Version, form: NormalForm, text: Str) -> Vec<u32> {
    let mut output = Vec::with_capacity(text.len());
    let mut run = Vec::new();
    for code_point in text.code_points() {
        if version == Version::Current || version.assigns(code_point) {
            let corrected =
                CORRECTED_SINCE_3_2.iter().find(|row| version == Version::Old && row.0 == code_point);
            run.push(corrected.map_or(code_point, |row| row.1));
            continue;
        }
        form.normalize(&run, |code_point| output.push(code_point));
        run.clear();
        output.push(code_point);
    }
    form.normalize(&run, |code_point| output.push(code_point));
    output
}

/// See the module's `normalize`.
pub fn normalize(cx: &Context, version: Version, form: Value, unistr: Value) -> PyResult {
    let (form, text) = arguments(cx, "normalize", form, unistr)?;
    // No ASCII text changes in any form.
    if text.is_ascii() {
        return Ok(text.as_value());
    }
    let mut output = TextBuilder::with_capacity(text.len());
    normal_form(version, form, text).into_iter().for_each(|code_point| output.push(code_point));
    Ok(output.finish(cx)?.as_value())
}

/// See the module's `is_normalized`.
pub fn is_normalized(cx: &Context, version: Version, form: Value, unistr: Value) -> PyResult<bool> {
    let (form, text) = arguments(cx, "is_normalized", form, unistr)?;
    Ok(text.is_ascii() || normal_form(version, form, text).into_iter().eq(text.code_points()))
}
