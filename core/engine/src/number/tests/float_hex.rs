//! Expected values were computed by CPython 3.13.

use crate::number::NumberError;
use crate::number::float_hex::*;

#[rustfmt::skip]
const HEX: &[(u64, &str)] = &[
    (0x0000000000000000, "0x0.0p+0"),
    (0x8000000000000000, "-0x0.0p+0"),
    (0x3ff0000000000000, "0x1.0000000000000p+0"),
    (0xbff8000000000000, "-0x1.8000000000000p+0"),
    (0x3fb999999999999a, "0x1.999999999999ap-4"),
    (0x430c6bf526340000, "0x1.c6bf526340000p+49"),
    (0x4341c37937e08000, "0x1.1c37937e08000p+53"),
    (0x437b69b4ba630f35, "0x1.b69b4ba630f35p+56"),
    (0x3f1a36e2eb1c432d, "0x1.a36e2eb1c432dp-14"),
    (0x3ee4f8b588e368f1, "0x1.4f8b588e368f1p-17"),
    (0x3f202e4b6ce5dc68, "0x1.02e4b6ce5dc68p-13"),
    (0x0000000000000001, "0x0.0000000000001p-1022"),
    (0x0010000000000000, "0x1.0000000000000p-1022"),
    (0x000fffffffffffff, "0x0.fffffffffffffp-1022"),
    (0x7fefffffffffffff, "0x1.fffffffffffffp+1023"),
    (0x3fd5555555555555, "0x1.5555555555555p-2"),
    (0x3fe5555555555555, "0x1.5555555555555p-1"),
    (0x4059000000000000, "0x1.9000000000000p+6"),
    (0x4480f0cf064dd592, "0x1.0f0cf064dd592p+73"),
    (0x44b52d02c7e14af6, "0x1.52d02c7e14af6p+76"),
    (0x4340000000000000, "0x1.0000000000000p+53"),
    (0x4011666666666666, "0x1.1666666666666p+2"),
    (0x4005666666666666, "0x1.5666666666666p+1"),
    (0x3fe0000000000000, "0x1.0000000000000p-1"),
    (0x3ff8000000000000, "0x1.8000000000000p+0"),
    (0x4004000000000000, "0x1.4000000000000p+1"),
    (0x54b249ad2594c37d, "0x1.249ad2594c37dp+332"),
    (0xab2bff2ee48e0530, "-0x1.bff2ee48e0530p-333"),
    (0x405edd2f1a9fbe77, "0x1.edd2f1a9fbe77p+6"),
    (0x40f869f800000000, "0x1.869f800000000p+16"),
    (0x412e847f00000000, "0x1.e847f00000000p+19"),
    (0x416312cf60000000, "0x1.312cf60000000p+23"),
    (0x3f1a36d1bd105b06, "0x1.a36d1bd105b06p-14"),
    (0x41678c29dccccccd, "0x1.78c29dccccccdp+23"),
    (0x7ff0000000000000, "inf"),
    (0xfff0000000000000, "-inf"),
    (0x7ff8000000000000, "nan"),
    (0x87f255d6e7ba26ac, "-0x1.255d6e7ba26acp-896"),
    (0xa35055e439c59df9, "-0x1.055e439c59df9p-458"),
    (0x0d700ea43b9b2d45, "0x1.00ea43b9b2d45p-808"),
    (0x69ce1e4e19a692c9, "0x1.e1e4e19a692c9p+669"),
    (0xb7a4c719548e1f6b, "-0x1.4c719548e1f6bp-133"),
    (0x19bd4f9378ef7666, "0x1.d4f9378ef7666p-612"),
    (0xc550eca8ae62990c, "-0x1.0eca8ae62990cp+86"),
    (0x0153922123310a28, "0x1.3922123310a28p-1002"),
    (0x8ce3e7c3f6eab3a0, "-0x1.3e7c3f6eab3a0p-817"),
    (0xedd97a1afa585b27, "-0x1.97a1afa585b27p+734"),
];

#[rustfmt::skip]
const READ: &[(&str, Option<u64>)] = &[
    ("0x1p0", Some(0x3ff0000000000000)),
    ("1p0", Some(0x3ff0000000000000)),
    ("0X1P+3", Some(0x4020000000000000)),
    ("-0x.8p1", Some(0xbff0000000000000)),
    ("0x1.", Some(0x3ff0000000000000)),
    ("0x.", None),
    ("0x", None),
    ("", None),
    ("p1", None),
    ("0x1p", None),
    ("0x1p+", None),
    ("1.8", Some(0x3ff8000000000000)),
    ("ff.8p-4", Some(0x402ff00000000000)),
    ("0x1.fffffffffffff8p0", Some(0x4000000000000000)),
    ("0x1.fffffffffffff7p0", Some(0x3fffffffffffffff)),
    ("0x1.00000000000008p0", Some(0x3ff0000000000000)),
    ("0x1.000000000000081p0", Some(0x3ff0000000000001)),
    ("0x1.00000000000018p0", Some(0x3ff0000000000002)),
    ("0x0.00000000000008p-1022", Some(0x0000000000000000)),
    ("0x0.000000000000080001p-1022", Some(0x0000000000000001)),
    ("0x1p-1075", Some(0x0000000000000000)),
    ("0x1.0000001p-1075", Some(0x0000000000000001)),
    ("0x1p-1074", Some(0x0000000000000001)),
    ("0x1p1024", None),
    ("0x1.fffffffffffff8p1023", None),
    ("0x1.fffffffffffff7p1023", Some(0x7fefffffffffffff)),
    ("0x123456789abcdef123456789p-10", Some(0x45123456789abcdf)),
    ("0x0.000000000000000000000000000000000000000000000000001p200", Some(0x3fb0000000000000)),
    ("0x000000000000000000000000000000000000000010000000000000000000000000000000000000000", Some(0x49f0000000000000)),
    ("inf", Some(0x7ff0000000000000)),
    (" -Infinity ", Some(0xfff0000000000000)),
    ("nan", Some(0x7ff8000000000000)),
    ("+nan", Some(0x7ff8000000000000)),
    ("infx", None),
    ("0x1p99999999999999999999", None),
    ("0x0p99999999999999999999", Some(0x0000000000000000)),
    ("0x1p-99999999999999999999", Some(0x0000000000000000)),
    ("0x1_0p0", None),
    ("0x1.8p0x", None),
    ("1..2", None),
    ("0x1p 1", None),
];

#[test]
fn hexadecimal() {
    for &(bits, expected) in HEX {
        assert_eq!(to_hex(f64::from_bits(bits)), expected);
        let back = from_hex(expected.as_bytes()).expect("what was written reads");
        assert!(back.to_bits() == bits || back.is_nan());
    }
    for &(text, expected) in READ {
        match (from_hex(text.as_bytes()), expected) {
            (Ok(value), Some(bits)) => {
                assert!(value.to_bits() == bits || value.is_nan() && f64::from_bits(bits).is_nan(), "{text}");
            }
            (Err(_), None) => {}
            (value, _) => panic!("{text:?} gives {value:?}"),
        }
    }
    assert_eq!(
        from_hex(b"1p9999"),
        Err(NumberError::Overflow("hexadecimal value too large to represent as a float"))
    );
}
