//! Every property of every code point against CPython 3.13 (Unicode 15.1), except for those that 16.0 added or changed. Results
//! are compared by a hash over all code points.

use crate::text::unicode::*;

/// What Unicode 16.0 added, and the five characters whose category or case it changed.
#[rustfmt::skip]
const CHANGED: &[(u32, u32)] = &[
    (0x897, 0x897),
    (0x1b4e, 0x1b4f),
    (0x1b7f, 0x1b7f),
    (0x1c89, 0x1c8a),
    (0x2427, 0x2429),
    (0x31e4, 0x31e5),
    (0xa7cb, 0xa7cd),
    (0xa7da, 0xa7dc),
    (0x105c0, 0x105f3),
    (0x10d40, 0x10d65),
    (0x10d69, 0x10d85),
    (0x10d8e, 0x10d8f),
    (0x10ec2, 0x10ec4),
    (0x10efc, 0x10efc),
    (0x11380, 0x11389),
    (0x1138b, 0x1138b),
    (0x1138e, 0x1138e),
    (0x11390, 0x113b5),
    (0x113b7, 0x113c0),
    (0x113c2, 0x113c2),
    (0x113c5, 0x113c5),
    (0x113c7, 0x113ca),
    (0x113cc, 0x113d5),
    (0x113d7, 0x113d8),
    (0x113e1, 0x113e2),
    (0x116d0, 0x116e3),
    (0x11bc0, 0x11be1),
    (0x11bf0, 0x11bf9),
    (0x11f5a, 0x11f5a),
    (0x13460, 0x143fa),
    (0x16100, 0x16139),
    (0x16d40, 0x16d79),
    (0x18cff, 0x18cff),
    (0x1cc00, 0x1ccf9),
    (0x1cd00, 0x1ceb3),
    (0x1e5d0, 0x1e5fa),
    (0x1e5ff, 0x1e5ff),
    (0x1f8b2, 0x1f8bb),
    (0x1f8c0, 0x1f8c1),
    (0x1fa89, 0x1fa89),
    (0x1fa8f, 0x1fa8f),
    (0x1fabe, 0x1fabe),
    (0x1fac6, 0x1fac6),
    (0x1fadc, 0x1fadc),
    (0x1fadf, 0x1fadf),
    (0x1fae9, 0x1fae9),
    (0x1fbcb, 0x1fbef),
    (0x19b, 0x19b), (0x264, 0x264), (0x1171e, 0x1171e), (0xa7cb, 0xa7cb), (0xa7dc, 0xa7dc),
];

fn hash(values: impl Fn(u32) -> u64) -> u64 {
    (0..0x11_0000u32)
        .filter(|code_point| !CHANGED.iter().any(|&(first, last)| (first..=last).contains(code_point)))
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, code_point| {
            (hash ^ values(code_point)).wrapping_mul(0x0000_0100_0000_01b3)
        })
}

fn case_hash(map: impl Fn(u32) -> CaseMapping) -> u64 {
    hash(|code_point| map(code_point).as_slice().iter().fold(0, |all, &one| all << 21 | one as u64))
}

#[test]
fn properties() {
    assert_eq!(
        hash(|code_point| general_category(code_point)
            .bytes()
            .rev()
            .fold(0, |all, byte| all << 8 | byte as u64)),
        0x9863685bd6e44bdd,
        "general_category"
    );
    assert_eq!(hash(|code_point| is_alpha(code_point) as u64), 0x5e1e6803fbf6143, "is_alpha");
    assert_eq!(hash(|code_point| is_space(code_point) as u64), 0xf2917a56da8ebb34, "is_space");
    assert_eq!(hash(|code_point| is_printable(code_point) as u64), 0x4e3885e7795bf579, "is_printable");
    assert_eq!(hash(|code_point| is_lower(code_point) as u64), 0xad25e6bc3bf1519f, "is_lower");
    assert_eq!(hash(|code_point| is_upper(code_point) as u64), 0x241360f70112bcc4, "is_upper");
    assert_eq!(hash(|code_point| is_title(code_point) as u64), 0xc760fecb503bb8f0, "is_title");
    assert_eq!(
        hash(|code_point| is_identifier_start(code_point) as u64),
        0xa4b139cd4e60e512,
        "is_identifier_start"
    );
    assert_eq!(
        hash(|code_point| is_identifier_continue(code_point) as u64),
        0xb60b430a5573428b,
        "is_identifier_continue"
    );
    assert_eq!(hash(|code_point| is_line_break(code_point) as u64), 0x209c827191150b2f, "is_line_break");
    assert_eq!(hash(|code_point| is_alphanumeric(code_point) as u64), 0xe14c3c771bf488b2, "is_alphanumeric");
    assert_eq!(
        hash(|code_point| decimal_value(code_point).unwrap_or(99) as u64),
        0x2d427958c6746711,
        "decimal_value"
    );
    assert_eq!(
        hash(|code_point| digit_value(code_point).unwrap_or(99) as u64),
        0x2d2aa81393df0b99,
        "digit_value"
    );
    assert_eq!(
        hash(|code_point| numeric_value(code_point)
            .map_or(0xfff, |(n, d)| n.wrapping_mul(1000).wrapping_add(d as i64) as u64)),
        0x3d10ab24e12af0d9,
        "numeric_value"
    );
}

#[test]
fn case() {
    assert_eq!(case_hash(to_upper), 0xe68a7241b5b9a436, "to_upper");
    assert_eq!(case_hash(to_lower), 0x89de150425c8215c, "to_lower");
    assert_eq!(case_hash(to_title), 0x439d2e2d5d5904c8, "to_title");
    assert_eq!(case_hash(to_casefold), 0x7b469a25e44e3bdf, "to_casefold");
}

#[test]
fn what_16_0_has_and_later_versions_have() {
    // Garay, new in 16.0: digits and letters with case.
    assert_eq!(decimal_value(0x10d43), Some(3));
    assert!(is_upper(0x10d50) && is_lower(0x10d70) && is_alpha(0x10d70));
    assert_eq!(to_upper(0x10d70).single(), Some(0x10d50));
    assert_eq!(to_title(0x10d70).single(), Some(0x10d50));
    assert_eq!(to_casefold(0x10d50).single(), Some(0x10d70));
    // Sidetic, new in 17.0.
    assert!(!is_alpha(0x10940) && !is_identifier_start(0x10940) && !is_printable(0x10940));
    for beyond in [0xd800, 0xdfff, 0x11_0000, u32::MAX] {
        assert_eq!(to_upper(beyond).single(), Some(beyond));
        assert!(!is_alpha(beyond) && !is_printable(beyond) && decimal_value(beyond).is_none());
    }
    assert_eq!(to_ascii_number(0x0665), Some(b'5'));
    assert_eq!(to_ascii_number(0x3000), Some(b' '));
    assert_eq!(to_ascii_number(0xb2), None);
}
