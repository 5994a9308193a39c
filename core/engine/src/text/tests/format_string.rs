//! Expected values were computed by CPython 3.13: `_string.formatter_parser`, `_string.formatter_field_name_split`, and the errors
//! of `str.format`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::text::TextError;
use crate::text::format_string::*;

fn units(text: &str) -> Vec<u32> {
    text.chars().map(|character| character as u32).collect()
}

fn message(error: TextError) -> String {
    match error {
        TextError::Value(text) | TextError::Type(text) | TextError::Overflow(text) => text.to_string(),
        TextError::Memory => "memory".to_string(),
    }
}

fn slice(text: &[u32], range: core::ops::Range<usize>) -> String {
    text[range].iter().filter_map(|&unit| char::from_u32(unit)).collect()
}

/// The pieces as text: literals in brackets, fields as name, conversion, specification.
fn pieces(text: &str) -> Result<String, String> {
    let text = units(text);
    let mut shown = String::new();
    for piece in Pieces::new(&text) {
        shown.push_str(&match piece.map_err(message)? {
            Piece::Literal(range) => format!("[{}]", slice(&text, range)),
            Piece::Field { name, conversion, specification, .. } => {
                let conversion = conversion.and_then(char::from_u32).map(String::from).unwrap_or_default();
                format!("<{}|{}|{}>", slice(&text, name), conversion, slice(&text, specification))
            }
        });
    }
    Ok(shown)
}

#[rustfmt::skip]
const STRINGS: &[(&str, Result<&str, &str>)] = &[
    ("", Ok("")),
    ("abc", Ok("[abc]")),
    ("{}", Ok("<||>")),
    ("a{}b", Ok("[a]<||>[b]")),
    ("{{}}", Ok("[{][}]")),
    ("a{{b", Ok("[a{][b]")),
    ("a}}b", Ok("[a}][b]")),
    ("{{{}}}", Ok("[{]<||>[}]")),
    ("{0}", Ok("<0||>")),
    ("{a.b[c]!r:>10}", Ok("<a.b[c]|r|>10>")),
    ("{!s}", Ok("<|s|>")),
    ("{:}", Ok("<||>")),
    ("{!r:}", Ok("<|r|>")),
    ("{a:{b}}", Ok("<a||{b}>")),
    ("{a:{b:{c}}}", Ok("<a||{b:{c}}>")),
    ("{a[}]}", Ok("<a[}]||>")),
    ("{a[{]}", Ok("<a[{]||>")),
    ("{", Err("Single '{' encountered in format string")),
    ("}", Err("Single '}' encountered in format string")),
    ("a{", Err("Single '{' encountered in format string")),
    ("a}", Err("Single '}' encountered in format string")),
    ("{a", Err("expected '}' before end of string")),
    ("{a!", Err("end of string while looking for conversion specifier")),
    ("{a!r", Err("unmatched '{' in format spec")),
    ("{a!rx}", Err("expected ':' after conversion specifier")),
    ("{a!r:", Err("unmatched '{' in format spec")),
    ("{a:", Err("unmatched '{' in format spec")),
    ("{a:{", Err("unmatched '{' in format spec")),
    ("{a:{}", Err("unmatched '{' in format spec")),
    ("{a{b}", Err("unexpected '{' in field name")),
    ("{[}", Err("expected '}' before end of string")),
    ("{a]}", Ok("<a]||>")),
    ("{a!}}", Ok("<a|}|>")),
    ("{!}", Err("unmatched '{' in format spec")),
    ("{:!r}", Ok("<||!r>")),
    ("{a!r}}", Err("Single '}' encountered in format string")),
    ("\u{e9}{\u{e9}}\u{e9}", Ok("[\u{e9}]<\u{e9}||>[\u{e9}]")),
    ("{a:}}", Err("Single '}' encountered in format string")),
    ("}{", Err("Single '}' encountered in format string")),
    ("{ }", Ok("< ||>")),
    ("{0x}", Ok("<0x||>")),
];

#[test]
fn strings() {
    for &(text, expected) in STRINGS {
        let expected = expected.map(String::from).map_err(String::from);
        assert_eq!(pieces(text), expected, "{text:?}");
    }
}

fn field_name(text: &str) -> Result<String, String> {
    let text = units(text);
    let (first, rest) = FieldName::parse(&text, 0..text.len()).map_err(message)?;
    let mut shown = match first {
        First::Automatic => "automatic".to_string(),
        First::Index(index) => format!("#{index}"),
        First::Name(range) => slice(&text, range),
    };
    for step in rest {
        shown.push_str(&match step.map_err(message)? {
            Accessor::Attribute(range) => format!(" .{}", slice(&text, range)),
            Accessor::Index(index) => format!(" [#{index}"),
            Accessor::Key(range) => format!(" [{}", slice(&text, range)),
        });
    }
    Ok(shown)
}

#[rustfmt::skip]
const NAMES: &[(&str, Result<&str, &str>)] = &[
    ("", Ok("automatic")),
    ("0", Ok("#0")),
    ("12", Ok("#12")),
    ("a", Ok("a")),
    ("0.a", Ok("#0 .a")),
    ("a.b.c", Ok("a .b .c")),
    ("a[0]", Ok("a [#0")),
    ("a[b]", Ok("a [b")),
    ("a[0][1].c", Ok("a [#0 [#1 .c")),
    (".a", Ok("automatic .a")),
    ("[0]", Ok("automatic [#0")),
    ("a.", Err("Empty attribute in format string")),
    ("a[]", Err("Empty attribute in format string")),
    ("a[", Err("Missing ']' in format string")),
    ("a[0", Err("Missing ']' in format string")),
    ("a[0]b", Err("Only '.' or '[' may follow ']' in format field specifier")),
    ("a[0].", Err("Empty attribute in format string")),
    ("a..b", Err("Empty attribute in format string")),
    ("a[-1]", Ok("a [-1")),
    ("a[ 1]", Ok("a [ 1")),
    ("\u{663}", Ok("#3")),
    ("1a", Ok("1a")),
    ("a[b.c]", Ok("a [b.c")),
    ("a[b[c]", Ok("a [b[c")),
    ("a.b[", Err("Missing ']' in format string")),
    ("99999999999999999999", Err("Too many decimal digits in format string")),
    ("a[99999999999999999999]", Err("Too many decimal digits in format string")),
    ("a b", Ok("a b")),
    ("\u{e9}.\u{fc}", Ok("\u{e9} .\u{fc}")),
];

#[test]
fn names() {
    for &(text, expected) in NAMES {
        let expected = expected.map(String::from).map_err(String::from);
        assert_eq!(field_name(text), expected, "{text:?}");
    }
}

#[test]
fn numbering() {
    let mut numbering = Numbering::default();
    assert_eq!((numbering.automatic(), numbering.automatic()), (Ok(0), Ok(1)));
    assert_eq!(
        numbering.manual().map_err(message),
        Err("cannot switch from automatic field numbering to manual field specification".into())
    );
    let mut numbering = Numbering::default();
    assert_eq!(numbering.manual(), Ok(()));
    assert_eq!(
        numbering.automatic().map_err(message),
        Err("cannot switch from manual field specification to automatic field numbering".into())
    );
    assert_eq!(message(unknown_conversion('x' as u32)), "Unknown conversion specifier x");
    assert_eq!(message(unknown_conversion(0xe9)), "Unknown conversion specifier \\xe9");
}

/// Every string over the language's letters has pieces or an error, and iteration ends.
#[test]
fn random_strings() {
    let letters: Vec<u32> = units("{}{}{}!:[].a0");
    let mut state = 5u64;
    let mut fields = 0;
    for _ in 0..60_000 {
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let text: Vec<u32> = (0..random(12)).map(|_| letters[random(letters.len())]).collect();
        for piece in Pieces::new(&text).take(100) {
            let Ok(Piece::Field { name, specification, .. }) = piece else { continue };
            assert!(specification.end <= text.len());
            let steps = FieldName::parse(&text, name).map(|(_, rest)| rest.take(100).count());
            assert!(steps.is_ok_and(|count| count < 100));
            fields += 1;
        }
        let count = crate::text::printf::Pieces::new(&text).take(100).count();
        assert!(count < 100);
    }
    assert!(fields > 2_000);
}
