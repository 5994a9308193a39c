//! Expected values were computed by CPython 3.13.

use alloc::string::String;
use alloc::vec::Vec;

use crate::text::repr::*;

/// Code points; repr and ascii.
#[rustfmt::skip]
const TEXTS: &[(&[u32], &str, &str)] = &[
    (&[], "''", "''"),
    (&[0x61, 0x62, 0x63], "'abc'", "'abc'"),
    (&[0x69, 0x74, 0x27, 0x73], "\u{22}it's\u{22}", "\u{22}it's\u{22}"),
    (&[0x22], "'\u{22}'", "'\u{22}'"),
    (&[0x27, 0x22], "'\u{5c}'\u{22}'", "'\u{5c}'\u{22}'"),
    (&[0xa, 0x9, 0xd, 0x5c], "'\u{5c}n\u{5c}t\u{5c}r\u{5c}\u{5c}'", "'\u{5c}n\u{5c}t\u{5c}r\u{5c}\u{5c}'"),
    (&[0x0, 0x1f, 0x7f, 0x80, 0xa0, 0xad, 0xff], "'\u{5c}x00\u{5c}x1f\u{5c}x7f\u{5c}x80\u{5c}xa0\u{5c}xad\u{ff}'", "'\u{5c}x00\u{5c}x1f\u{5c}x7f\u{5c}x80\u{5c}xa0\u{5c}xad\u{5c}xff'"),
    (&[0xe9, 0x65e5, 0x672c, 0x1f600], "'\u{e9}\u{65e5}\u{672c}\u{1f600}'", "'\u{5c}xe9\u{5c}u65e5\u{5c}u672c\u{5c}U0001f600'"),
    (&[0xd800, 0xdfff], "'\u{5c}ud800\u{5c}udfff'", "'\u{5c}ud800\u{5c}udfff'"),
    (&[0x2028, 0x3000, 0xe000, 0x10ffff, 0xe0001], "'\u{5c}u2028\u{5c}u3000\u{5c}ue000\u{5c}U0010ffff\u{5c}U000e0001'", "'\u{5c}u2028\u{5c}u3000\u{5c}ue000\u{5c}U0010ffff\u{5c}U000e0001'"),
    (&[0x5c, 0x78, 0x34, 0x31], "'\u{5c}\u{5c}x41'", "'\u{5c}\u{5c}x41'"),
    (&[0x27, 0x27, 0x27], "\u{22}'''\u{22}", "\u{22}'''\u{22}"),
    (&[0x378], "'\u{5c}u0378'", "'\u{5c}u0378'"),
    (&[0x61, 0x301], "'a\u{301}'", "'a\u{5c}u0301'"),
];

#[rustfmt::skip]
const BYTES: &[(&[u8], &str)] = &[
    (&[], "b''"),
    (&[97, 98, 99], "b'abc'"),
    (&[105, 116, 39, 115], "b\u{22}it's\u{22}"),
    (&[34], "b'\u{22}'"),
    (&[39, 34], "b'\u{5c}'\u{22}'"),
    (&[10, 9, 13, 92, 0, 127, 128, 255], "b'\u{5c}n\u{5c}t\u{5c}r\u{5c}\u{5c}\u{5c}x00\u{5c}x7f\u{5c}x80\u{5c}xff'"),
    (&[39, 39], "b\u{22}''\u{22}"),
];

#[test]
fn texts() {
    for &(text, repr, ascii) in TEXTS {
        for (ascii_only, expected) in [(false, repr), (true, ascii)] {
            let plan = ReprPlan::new(text, ascii_only).expect("fits");
            let mut written: Vec<u32> = Vec::new();
            plan.write(text, |code_point| written.push(code_point));
            let shown: String = written.iter().filter_map(|&code_point| char::from_u32(code_point)).collect();
            assert_eq!(shown, expected);
            assert_eq!(plan.length, written.len());
            assert_eq!(plan.widest.max(0x7f), written.iter().copied().max().unwrap_or(0).max(0x7f));
        }
    }
}

#[test]
fn bytes() {
    for &(bytes, expected) in BYTES {
        assert_eq!(bytes_repr(bytes).as_deref(), Ok(expected));
    }
}
