//! Expected values were computed by CPython 3.13 (`format(value, specification)`); grouping of the fraction, new in 3.14, follows
//! the examples of its documentation.

mod complex_numbers_expected;
mod floats_expected;
mod integers_expected;
mod texts_expected;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use self::complex_numbers_expected::COMPLEX;
use self::floats_expected::FLOATS;
use self::integers_expected::INTEGERS;
use self::texts_expected::TEXTS;
use crate::number::integer_text::{DEFAULT_DIGIT_LIMIT, parse};
use crate::text::TextError;
use crate::text::format_specification::{FormatSpecification, ValueKind};
use crate::text::padding::Padded;

fn units(text: &str) -> Vec<u32> {
    text.chars().map(|character| character as u32).collect()
}

fn shown(result: Result<Padded, TextError>) -> Result<String, String> {
    match result {
        Ok(padded) => {
            let mut text = String::new();
            padded.write(|code_point| text.extend(char::from_u32(code_point)));
            assert_eq!(padded.length(), Some(text.chars().count()));
            Ok(text)
        }
        Err(error) => Err(message(error)),
    }
}

fn message(error: TextError) -> String {
    match error {
        TextError::Value(text) | TextError::Type(text) | TextError::Overflow(text) => text.to_string(),
        TextError::Memory => "memory".to_string(),
    }
}

type Expected = Result<&'static str, &'static str>;

fn owned(expected: Expected) -> Result<String, String> {
    expected.map(String::from).map_err(String::from)
}

#[test]
fn integers() {
    for &(value, specification, expected) in INTEGERS {
        let value = parse(value.as_bytes(), 10, 0).expect("a number");
        let result = FormatSpecification::parse(&units(specification), ValueKind::Integer, "int")
            .and_then(|parsed| parsed.format_integer(value.as_ref(), DEFAULT_DIGIT_LIMIT));
        assert_eq!(shown(result), owned(expected), "format({value:?}, {specification:?})");
    }
}

#[test]
fn floats() {
    for &(value, specification, expected) in FLOATS {
        let number = crate::number::float_text::parse(value.as_bytes()).expect("a number");
        let result = FormatSpecification::parse(&units(specification), ValueKind::Float, "float")
            .and_then(|parsed| parsed.format_float(number));
        assert_eq!(shown(result), owned(expected), "format({value}, {specification:?})");
    }
}

#[test]
fn complex_numbers() {
    for &(real, imaginary, specification, expected) in COMPLEX {
        let part = |text: &str| crate::number::float_text::parse(text.as_bytes()).expect("a number");
        let result = FormatSpecification::parse(&units(specification), ValueKind::Complex, "complex")
            .and_then(|parsed| parsed.format_complex(part(real), part(imaginary)));
        assert_eq!(shown(result), owned(expected), "format({real}, {imaginary}, {specification:?})");
    }
}

#[test]
fn texts() {
    for &(value, specification, expected) in TEXTS {
        let units_of_value = units(value);
        let result = FormatSpecification::parse(&units(specification), ValueKind::Text, "str")
            .and_then(|parsed| parsed.format_text(units_of_value.len()))
            .map(|(length, fill)| {
                let padding = |count: usize| (0..count).filter_map(|_| char::from_u32(fill.character));
                let kept = value.chars().take(length);
                padding(fill.left).chain(kept).chain(padding(fill.right)).collect::<String>()
            })
            .map_err(message);
        assert_eq!(result, owned(expected), "format({value:?}, {specification:?})");
    }
}

#[test]
fn grouping_of_the_fraction() {
    let format = |value: f64, specification: &str| {
        let parsed = FormatSpecification::parse(&units(specification), ValueKind::Float, "float");
        shown(parsed.and_then(|parsed| parsed.format_float(value)))
    };
    assert_eq!(format(123456.123456, ",._f").as_deref(), Ok("123,456.123_456"));
    assert_eq!(format(123456.123456, "_.7_f").as_deref(), Ok("123_456.123_456_0"));
    assert_eq!(format(1.2345678, ".8,f").as_deref(), Ok("1.234,567,80"));
    assert_eq!(format(1234.5, ".6_e").as_deref(), Ok("1.234_500e+03"));
    assert_eq!(format(0.1234567, "._").as_deref(), Ok("0.123_456_7"));
    assert_eq!(format(1.5, ".,_f"), Err("Cannot specify both ',' and '_'.".into()));
    assert_eq!(format(1.5, ".2,n"), Err("Cannot specify ',' with 'n'.".into()));
    assert_eq!(format(1.5, ".f"), Err("Format specifier missing precision".into()));
    assert_eq!(format(f64::NAN, "._f").as_deref(), Ok("nan"));
}

#[test]
fn absurd_sizes_are_errors_or_plans() {
    let parsed = FormatSpecification::parse(&units("9223372036854775807"), ValueKind::Integer, "int");
    let padded = parsed.and_then(|parsed| parsed.format_integer(1.into(), 0)).expect("a plan");
    assert_eq!(padded.fill.left, i64::MAX as usize - 1);
    let parsed = FormatSpecification::parse(&units("09223372036854775807,"), ValueKind::Integer, "int");
    let result = parsed.and_then(|parsed| parsed.format_integer(1.into(), 0));
    assert_eq!(result, Err(TextError::Memory));
}

/// Every short specification over a small alphabet is formatted or refused.
#[test]
fn all_short_specifications() {
    let alphabet = "<=^+-z#0129,_.defgnx%cs\u{e9}{";
    let letters: Vec<u32> = units(alphabet);
    let mut accepted = 0;
    let mut state = 11u64;
    for _ in 0..60_000 {
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let specification: Vec<u32> = (0..random(8)).map(|_| letters[random(letters.len())]).collect();
        for kind in [ValueKind::Text, ValueKind::Integer, ValueKind::Float, ValueKind::Complex] {
            let Ok(parsed) = FormatSpecification::parse(&specification, kind, "x") else { continue };
            let padded = match kind {
                ValueKind::Text => parsed.format_text(3).map(|_| Padded::default()),
                ValueKind::Integer => parsed.format_integer((-1234567).into(), 0),
                ValueKind::Float => parsed.format_float(-0.5),
                ValueKind::Complex => parsed.format_complex(0.0, f64::INFINITY),
            };
            accepted += padded.is_ok() as u32;
        }
    }
    assert!(accepted > 5_000);
}
