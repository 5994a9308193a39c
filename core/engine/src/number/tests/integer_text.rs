//! Expected values were computed by CPython 3.13.

use crate::number::integer_text::*;
use crate::number::{Integer, IntegerRef, NumberError};

/// Text, base, and the value in hexadecimal or nothing.
#[rustfmt::skip]
const LITERALS: &[(&str, u32, Option<&str>)] = &[
    ("0", 10, Some("0")),
    ("12", 10, Some("c")),
    (" 12\n", 10, Some("c")),
    ("\x0b-7\x0c", 10, Some("-7")),
    ("+7", 10, Some("7")),
    ("+-7", 10, None),
    ("", 10, None),
    (" ", 10, None),
    ("-", 10, None),
    ("1_000", 10, Some("3e8")),
    ("_1", 10, None),
    ("1_", 10, None),
    ("1__0", 10, None),
    ("0x1f", 16, Some("1f")),
    ("0X1F", 0, Some("1f")),
    ("1f", 16, Some("1f")),
    ("0x", 16, None),
    ("0x_f", 16, Some("f")),
    ("0x_f", 0, Some("f")),
    ("0x__f", 0, None),
    ("0b101", 2, Some("5")),
    ("0b101", 0, Some("5")),
    ("0b101", 16, Some("b101")),
    ("0o17", 8, Some("f")),
    ("0o17", 0, Some("f")),
    ("0o18", 0, None),
    ("0b2", 0, None),
    ("012", 0, None),
    ("000", 0, Some("0")),
    ("0_0", 0, Some("0")),
    ("0_1", 0, None),
    ("012", 10, Some("c")),
    ("z", 36, Some("23")),
    ("Zz", 36, Some("50f")),
    ("g", 16, None),
    ("1 2", 10, None),
    ("1e5", 10, None),
    ("1.0", 10, None),
    ("999999999999999999999999999999", 10, Some("c9f2c9cd04674edea3fffffff")),
    ("-999999999999999999999999999999", 10, Some("-c9f2c9cd04674edea3fffffff")),
    ("ffffffffffffffffffffffffffffffffffffffff", 16, Some("ffffffffffffffffffffffffffffffffffffffff")),
    ("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", 36, Some("6f32f1ef8b18a2bc3cea59789c79d440ffffffffffffffffffff")),
    ("11111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111", 2, Some("ffffffffffffffffffffffffffffffffffffffffffffffffff")),
    ("1_2_3_4_5_6_7_8_9_0_1_2_3_4_5_6_7_8", 10, Some("1b69b4ba630f34e")),
    ("0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0, Some("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")),
    ("123456789012", 10, Some("1cbe991a14")),
    ("1234567890123", 10, Some("11f71fb04cb")),
    ("0", 0, Some("0")),
    ("-0", 0, Some("0")),
    ("0b", 0, None),
    ("0B1", 36, Some("18d")),
    ("- 5", 10, None),
    ("0xg", 16, None),
    ("777", 8, Some("1ff")),
    ("7_7", 8, Some("3f")),
];

#[test]
fn literals() {
    for &(text, base, expected) in LITERALS {
        let value = parse(text.as_bytes(), base, DEFAULT_DIGIT_LIMIT).ok();
        let shown = value.map(|value| to_radix(value.as_ref(), 16).expect("fits"));
        assert_eq!(shown.as_deref(), expected, "{text:?} in base {base}");
    }
    assert_eq!(
        parse(b"1", 37, 0),
        Err(ParseError::Number(NumberError::Value("int() base must be >= 2 and <= 36, or 0".into())))
    );
    assert_eq!(parse(b"\xff\xfe", 10, 0), Err(ParseError::Invalid));
}

/// n in base 16, 10, 8, 2 and 36.
#[rustfmt::skip]
const RADIXES: &[[&str; 5]] = &[
    ["0", "0", "0", "0", "0"],
    ["1", "1", "1", "1", "1"],
    ["-1", "-1", "-1", "-1", "-1"],
    ["ff", "255", "377", "11111111", "73"],
    ["-4000000000000000", "-4611686018427387904", "-400000000000000000000", "-100000000000000000000000000000000000000000000000000000000000000", "-z1ci99jj7474"],
    ["4000000000000000", "4611686018427387904", "400000000000000000000", "100000000000000000000000000000000000000000000000000000000000000", "z1ci99jj7474"],
    ["-8000000000000000", "-9223372036854775808", "-1000000000000000000000", "-1000000000000000000000000000000000000000000000000000000000000000", "-1y2p0ij32e8e8"],
    ["10000000000000000", "18446744073709551616", "2000000000000000000000", "10000000000000000000000000000000000000000000000000000000000000000", "3w5e11264sgsg"],
    ["c9f2c9cd04674edea40000000", "1000000000000000000000000000000", "1447626234640431647336510000000000", "1100100111110010110010011100110100000100011001110100111011011110101001000000000000000000000000000000", "2oy99wnkl1c76diocq9s"],
    ["-5a4653ca673768565b41f775d6947d55cf3813d1", "-515377520732011331036461129765621272702107522001", "-55106247451471566412626640767353532243725271716011721", "-101101001000110010100111100101001100111001101110110100001010110010110110100000111110111011101011101011010010100011111010101010111001111001110000001001111010001", "-ajmfwc7pep3zss2fwkm9zm45pd86w29"],
    ["fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "2037035976334486086268445688409378161051468393665936250636140449354381299763336706183397375", "7777777777777777777777777777777777777777777777777777777777777777777777777777777777777777777777777777", "111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111", "13sdq815rxwsyj5tmz0ckncobdqcx23m6ul0l0zhd4t3quypl8pksvtqwhr"],
];

#[test]
fn radixes() {
    for row in RADIXES {
        for (text, base) in row.iter().zip([16, 10, 8, 2, 36]) {
            let value = parse(text.as_bytes(), base, 0).expect("a number");
            for (expected, radix) in row.iter().zip([16, 10, 8, 2, 36]) {
                assert_eq!(to_radix(value.as_ref(), radix).as_deref(), Ok(*expected));
            }
            assert_eq!(to_decimal(value.as_ref(), 0).as_deref(), Ok(row[1]));
        }
    }
}

#[test]
fn digit_limit() {
    let text = [b'9'; 4301];
    let message = "Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits; \
                   use sys.set_int_max_str_digits() to increase the limit";
    assert_eq!(
        parse(&text, 10, DEFAULT_DIGIT_LIMIT),
        Err(ParseError::Number(NumberError::Value(message.into())))
    );
    let value = parse(&text, 10, 0).expect("no limit");
    let message = "Exceeds the limit (4300 digits) for integer string conversion; \
                   use sys.set_int_max_str_digits() to increase the limit";
    assert_eq!(to_decimal(value.as_ref(), DEFAULT_DIGIT_LIMIT), Err(NumberError::Value(message.into())));
    assert_eq!(to_decimal(value.as_ref(), 0).map(|text| text.len()), Ok(4301));
    assert!(parse(&text[1..], 10, DEFAULT_DIGIT_LIMIT).is_ok());
    let largest = parse(&text[1..], 10, 0).expect("no limit");
    assert!(to_decimal(largest.as_ref(), DEFAULT_DIGIT_LIMIT).is_ok());
    assert!(parse(&[b'f'; 9000], 16, DEFAULT_DIGIT_LIMIT).is_ok());
    assert_eq!(to_decimal(IntegerRef::Small(i64::MIN), 0).as_deref(), Ok("-9223372036854775808"));
    assert_eq!(Integer::from(u64::MAX).as_ref().to_u64(), Some(u64::MAX));
}
