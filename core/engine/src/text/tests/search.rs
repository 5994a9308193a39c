//! Expected values were computed by CPython 3.13; the random searches are checked against the obvious algorithm.

use alloc::vec::Vec;

use crate::text::CodeUnit;
use crate::text::search::*;

fn units<U: CodeUnit>(text: &str) -> Vec<U> {
    text.chars().map(|character| U::from_code_point(character as u32).expect("fits")).collect()
}

/// Text, needle; find, rfind, count; split, rsplit with a limit of 2, joined by `|`.
#[rustfmt::skip]
const SEARCHES: &[(&str, &str, Option<usize>, Option<usize>, usize, &str, &str)] = &[
    ("", "a", None, None, 0, "", ""),
    ("abc", "c", Some(2), Some(2), 1, "ab|", "ab|"),
    ("abcabc", "bc", Some(1), Some(4), 2, "a|a|", "a|a|"),
    ("aaaa", "aa", Some(0), Some(2), 2, "||", "||"),
    ("aaaaa", "aa", Some(0), Some(3), 2, "||a", "a||"),
    ("a,b,,c,", ",", Some(1), Some(6), 4, "a|b|,c,", "a,b,|c|"),
    ("abab", "abab", Some(0), Some(0), 1, "|", "|"),
    ("ab", "abc", None, None, 0, "ab", "ab"),
    ("mississippi", "issi", Some(1), Some(4), 1, "m|ssippi", "miss|ppi"),
    ("xaxbxc", "x", Some(0), Some(4), 3, "|a|bxc", "xa|b|c"),
    ("aabaabaab", "aab", Some(0), Some(6), 3, "||aab", "aab||"),
    ("zzzz", "y", None, None, 0, "zzzz", "zzzz"),
    ("<><><><>", "<>", Some(0), Some(6), 4, "||<><>", "<><>||"),
];

fn search_width<U: Searchable>() {
    for &(text, needle, first, last, times, parts, reverse_parts) in SEARCHES {
        let (text_units, needle_units) = (units::<U>(text), units::<U>(needle));
        assert_eq!(find(&text_units, &needle_units), first);
        assert_eq!(rfind(&text_units, &needle_units), last);
        assert_eq!(count(&text_units, &needle_units, usize::MAX), times);
        let found: Vec<_> = split(&text_units, &needle_units, 2).map(|part| &text[part]).collect();
        assert_eq!(found.join("|"), parts);
        let mut found: Vec<_> = rsplit(&text_units, &needle_units, 2).map(|part| &text[part]).collect();
        found.reverse();
        assert_eq!(found.join("|"), reverse_parts);
    }
    let (text, none) = (units::<U>("ab"), units::<U>(""));
    assert_eq!((find(&text, &none), rfind(&text, &none), count(&text, &none, 9)), (Some(0), Some(2), 3));
}

#[test]
fn searches() {
    search_width::<u8>();
    search_width::<u16>();
    search_width::<u32>();
}

#[test]
fn random_searches_in_every_width() {
    let mut state = 1u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut hits = 0;
    for _ in 0..20_000 {
        let letters = 1 + random(3);
        let text: Vec<u32> = (0..random(40)).map(|_| 97 + random(letters) as u32).collect();
        let needle: Vec<u32> = (0..1 + random(7)).map(|_| 97 + random(letters) as u32).collect();
        let mut windows = text.windows(needle.len());
        let first = windows.position(|window| window == needle);
        let last = text.windows(needle.len()).rposition(|window| window == needle);
        hits += first.is_some() as u32;
        fn narrow<U: CodeUnit>(text: &[u32]) -> Vec<U> {
            text.iter().filter_map(|&unit| U::from_code_point(unit)).collect()
        }
        assert_eq!((find(&text, &needle), rfind(&text, &needle)), (first, last), "{text:?} {needle:?}");
        let (middle, part): (Vec<u16>, Vec<u16>) = (narrow(&text), narrow(&needle));
        assert_eq!((find(&middle, &part), rfind(&middle, &part)), (first, last));
        let (narrowest, part): (Vec<u8>, Vec<u8>) = (narrow(&text), narrow(&needle));
        assert_eq!((find(&narrowest, &part), rfind(&narrowest, &part)), (first, last));
    }
    assert!(hits > 5_000);
}

#[test]
fn searching_is_linear() {
    // A quadratic search would compare 10**10 times.
    let mut text = alloc::vec![97u16; 200_000];
    let mut needle = alloc::vec![97u16; 100_000];
    needle[50_000] = 98;
    assert_eq!((find(&text, &needle), rfind(&text, &needle)), (None, None));
    text[60_000] = 98;
    assert_eq!((find(&text, &needle), rfind(&text, &needle)), (Some(10_000), Some(10_000)));
}

/// Text, limit; split() and rsplit() at whitespace with that limit, joined by `|`.
#[rustfmt::skip]
const WORDS: &[(&str, Option<usize>, &str, &str)] = &[
    ("", None, "", ""),
    ("", Some(0), "", ""),
    ("", Some(1), "", ""),
    ("", Some(2), "", ""),
    ("  ", None, "", ""),
    ("  ", Some(0), "", ""),
    ("  ", Some(1), "", ""),
    ("  ", Some(2), "", ""),
    ("a", None, "a", "a"),
    ("a", Some(0), "a", "a"),
    ("a", Some(1), "a", "a"),
    ("a", Some(2), "a", "a"),
    ("  a b\u{9}\u{a}c  ", None, "a|b|c", "a|b|c"),
    ("  a b\u{9}\u{a}c  ", Some(0), "a b\u{9}\u{a}c  ", "  a b\u{9}\u{a}c"),
    ("  a b\u{9}\u{a}c  ", Some(1), "a|b\u{9}\u{a}c  ", "  a b|c"),
    ("  a b\u{9}\u{a}c  ", Some(2), "a|b|c  ", "  a|b|c"),
    ("a  b  c  d ", None, "a|b|c|d", "a|b|c|d"),
    ("a  b  c  d ", Some(0), "a  b  c  d ", "a  b  c  d"),
    ("a  b  c  d ", Some(1), "a|b  c  d ", "a  b  c|d"),
    ("a  b  c  d ", Some(2), "a|b|c  d ", "a  b|c|d"),
    (" x ", None, "x", "x"),
    (" x ", Some(0), "x ", " x"),
    (" x ", Some(1), "x", "x"),
    (" x ", Some(2), "x", "x"),
    ("a\u{2003}b\u{1c}c", None, "a|b|c", "a|b|c"),
    ("a\u{2003}b\u{1c}c", Some(0), "a\u{2003}b\u{1c}c", "a\u{2003}b\u{1c}c"),
    ("a\u{2003}b\u{1c}c", Some(1), "a|b\u{1c}c", "a\u{2003}b|c"),
    ("a\u{2003}b\u{1c}c", Some(2), "a|b|c", "a|b|c"),
];

/// Text; splitlines() and splitlines(True), joined by `|`.
#[rustfmt::skip]
const LINES: &[(&str, &str, &str)] = &[
    ("", "", ""),
    ("\u{a}", "", "\u{a}"),
    ("a", "a", "a"),
    ("a\u{a}", "a", "a\u{a}"),
    ("a\u{a}b", "a|b", "a\u{a}|b"),
    ("a\u{d}\u{a}b\u{d}c\u{a}\u{d}", "a|b|c|", "a\u{d}\u{a}|b\u{d}|c\u{a}|\u{d}"),
    ("\u{d}\u{a}\u{d}\u{a}", "|", "\u{d}\u{a}|\u{d}\u{a}"),
    ("a\u{b}b\u{c}c\u{1c}d\u{1d}e\u{1e}f\u{85}g\u{2028}h\u{2029}i", "a|b|c|d|e|f|g|h|i", "a\u{b}|b\u{c}|c\u{1c}|d\u{1d}|e\u{1e}|f\u{85}|g\u{2028}|h\u{2029}|i"),
    ("\u{a}\u{a}", "|", "\u{a}|\u{a}"),
];

fn joined(text: &[u32], parts: impl Iterator<Item = core::ops::Range<usize>>) -> Vec<Vec<u32>> {
    parts.map(|part| text[part].to_vec()).collect()
}

fn expected(parts: &str, is_empty: bool) -> Vec<Vec<u32>> {
    if is_empty { Vec::new() } else { parts.split('|').map(units).collect() }
}

#[test]
fn words_and_lines() {
    for &(text, limit, parts, reverse_parts) in WORDS {
        let text_units: Vec<u32> = units(text);
        let none = text.trim_matches(|c| is_text_space(c as u32)).is_empty();
        let limit = limit.unwrap_or(usize::MAX);
        let found = joined(&text_units, split_whitespace(&text_units, limit, is_text_space));
        assert_eq!(found, expected(parts, none), "{text:?} {limit}");
        let mut found = joined(&text_units, rsplit_whitespace(&text_units, limit, is_text_space));
        found.reverse();
        assert_eq!(found, expected(reverse_parts, none), "{text:?} {limit}");
    }
    for &(text, plain, kept) in LINES {
        let text_units: Vec<u32> = units(text);
        for (keep, parts) in [(false, plain), (true, kept)] {
            let found = joined(&text_units, split_lines(&text_units, keep, is_text_line_break));
            assert_eq!(found, expected(parts, text.is_empty()), "{text:?}");
        }
    }
    let bytes = b"a\x0bb\x1cc\x85d\re";
    assert_eq!(split_lines(bytes, false, is_ascii_line_break).count(), 2);
    assert_eq!(split_whitespace(bytes, usize::MAX, is_ascii_space).count(), 3);
}

#[test]
fn strips() {
    let text: Vec<u32> = units(" \t ab c \u{3000}");
    assert_eq!(strip(&text, true, true, is_text_space), 3..7);
    assert_eq!(strip(&text, true, false, is_text_space), 3..9);
    assert_eq!(strip(&text, false, true, is_text_space), 0..7);
    assert_eq!(strip(&text, true, true, |_| true).len(), 0);
    assert_eq!(strip::<u8>(b"", true, true, |_| true), 0..0);
}
