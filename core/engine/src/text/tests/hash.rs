//! Expected values were computed by CPython 3.13 under the given PYTHONHASHSEED.

use alloc::vec::Vec;

use crate::text::hash::*;

/// A text, how often it is repeated, and its hash for the seeds 0, 42 and 4294967295.
#[rustfmt::skip]
const TEXTS: &[(&str, [i64; 3])] = &[
    ("", [0, 0, 0]),
    ("a", [4644417185603328019, -123207753977932514, -5989683813037840249]),
    ("abc", [-4594863902769663758, 3869580338025362921, -6122489556238538401]),
    ("hello world, this is text", [-4315994597424213970, -5605118331367937138, 6528044457241557792]),
    ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", [1359644457043326220, -1345814288082900963, 2424569201148640282]),
    ("\u{e9}", [6047309291227476195, 5653850369683463245, -5741392403324874290]),
    ("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}", [-9210190119550181945, 7468628767178239232, 5820375649679837852]),
    ("\u{20ac}", [-5529981157763016009, -9193319877017669544, 1723250505947338019]),
    ("\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}\u{20ac}a", [5897495500878338860, -5269198068517880566, -1454172278983396797]),
    ("\u{1f600}", [-3536540696076613844, 6601963133753205906, -5273353973323107289]),
    ("ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}ab\u{1f600}", [-974423601572219531, -6749473975528874443, -2523242647045967384]),
];

#[test]
fn texts() {
    for &(text, expected) in TEXTS {
        let width = match text.chars().max().unwrap_or(' ') as u32 {
            0..0x100 => 1,
            0x100..0x1_0000 => 2,
            _ => 4,
        };
        let bytes: Vec<u8> = text
            .chars()
            .flat_map(|character| (character as u32).to_le_bytes().into_iter().take(width))
            .collect();
        for (seed, expected) in [0, 42, u32::MAX].into_iter().zip(expected) {
            assert_eq!(HashKey::from_seed(seed).of_bytes(&bytes), expected, "{text:?} {seed}");
        }
    }
}

#[test]
fn every_length_as_the_crate() {
    let key = HashKey::from_seed(7);
    let (low, high) = key.parts();
    let bytes: Vec<u8> = (0..130u32).map(|number| (number * 151 + 129) as u8).collect();
    for length in 1..bytes.len() {
        for start in 0..bytes.len() - length {
            let part = &bytes[start..start + length];
            let expected = siphasher::sip::SipHasher13::new_with_keys(low, high).hash(part) as i64;
            assert_eq!(key.of_bytes(part), expected, "{part:?}");
        }
    }
}

#[test]
fn tuples() {
    let hash = |items: &[i64]| {
        let mut hasher = TupleHasher::default();
        items.iter().for_each(|&item| hasher.add(item));
        hasher.finish()
    };
    assert_eq!(hash(&[]), 5740354900026072187);
    assert_eq!(hash(&[0]), -8753497827991233192);
    assert_eq!(hash(&[1, 2, 3]), 529344067295497451);
    assert_eq!(hash(&[-2, 5]), 7913930892179122687);
    assert_eq!(hash(&[1152921504606846976, -1152921504606846976, 7, 7]), -3272225518581180935);
    assert_eq!(
        hash(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]),
        -9217304902224717415
    );
}
