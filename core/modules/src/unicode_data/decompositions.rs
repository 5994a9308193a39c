//! Decomposition mappings as UnicodeData.txt has them.
//!
//! Invariant: the text's lines are sorted by their first number and are searched as they lie; a line that cannot be read is one that is not there.
//! Hangul syllables are composed by arithmetic and have no mapping here, as in CPython.

use alloc::format;
use alloc::string::String;

const TEXT: &str = include_str!("decompositions.txt");

/// The line that `order` finds, which says how a line lies to what is looked for.
pub fn search(text: &str, order: impl Fn(&str) -> core::cmp::Ordering) -> Option<&str> {
    let (mut low, mut high) = (0, text.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = text.get(..middle)?.rfind('\n').map_or(0, |place| place + 1).max(low);
        let end = text.get(start..)?.find('\n').map_or(text.len(), |place| start + place);
        let line = text.get(start..end)?;
        match order(line) {
            core::cmp::Ordering::Equal => return Some(line),
            core::cmp::Ordering::Less => low = end + 1,
            core::cmp::Ordering::Greater => high = start,
        }
    }
    None
}

/// The mapping of a character: a tag in angle brackets, if it is no canonical one, and numbers; empty if there is none.
pub fn mapping(code_point: u32) -> String {
    let bounds = |line: &str| -> Option<(u32, u32)> {
        let mut words = line.split(' ');
        let first = u32::from_str_radix(words.next()?, 16).ok()?;
        Some((first, words.next()?.parse().ok()?))
    };
    let line = search(TEXT, |line| match bounds(line) {
        Some((first, _)) if code_point < first => core::cmp::Ordering::Greater,
        Some((first, count)) if code_point - first < count => core::cmp::Ordering::Equal,
        // The heading stands before everything.
        _ => core::cmp::Ordering::Less,
    });
    let Some((line, first)) = line.and_then(|line| Some((line, bounds(line)?.0))) else {
        return String::new();
    };
    let mut words = line.split(' ').skip(2);
    let mut text = match words.next() {
        Some("-") | None => String::new(),
        Some(tag) => format!("<{tag}>"),
    };
    for (place, word) in words.enumerate() {
        let number = u32::from_str_radix(word, 16).unwrap_or(0);
        let number = if place == 0 { number + (code_point - first) } else { number };
        let separator = if text.is_empty() { "" } else { " " };
        text.push_str(&format!("{separator}{number:04X}"));
    }
    text
}
