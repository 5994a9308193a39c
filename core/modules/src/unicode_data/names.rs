//! Names of characters, both ways.
//!
//! Invariant: a name finds a character if it is the character's name, an alias or a named sequence, but for the case of its letters, and in no
//! looser way. Source: the crate `unicode_names2`; aliases and sequences are our table.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::decompositions::search;
use super::properties::Version;

const TEXT: &str = include_str!("names.txt");

/// The name of a character.
pub fn name(version: Version, code_point: u32) -> Option<String> {
    let character = char::from_u32(code_point).filter(|_| version.assigns(code_point))?;
    unicode_names2::name(character).map(|name| name.to_string())
}

/// The characters of a name.
pub fn find(version: Version, name: &str) -> Option<Vec<u32>> {
    let wanted = name.to_ascii_uppercase();
    if let Some(character) = unicode_names2::character(&wanted)
        && self::name(version, character as u32).is_some_and(|name| name == wanted)
    {
        return Some(alloc::vec![character as u32]);
    }
    if version == Version::Old {
        return None;
    }
    // The heading begins with a character that is before all letters.
    let line = search(TEXT, |line| line.split(';').next().unwrap_or("").cmp(&wanted))?;
    let (_, numbers) = line.split_once(';')?;
    numbers.split(' ').map(|number| u32::from_str_radix(number, 16).ok()).collect()
}
