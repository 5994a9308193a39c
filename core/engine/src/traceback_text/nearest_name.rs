//! "Did you mean": the nearest of the names that exist to one that does not.
//!
//! Invariant: costs and limits are CPython's, so that the same names are suggested: 2 for an inserted, deleted or replaced character,
//! 1 for a change of case; nothing is suggested of 750 candidates or more or for a name of more than 40 bytes.
//! Source: Python/suggestions.c.

use alloc::string::String;
use alloc::vec::Vec;

use crate::context::Context;
use crate::types::str_object::Str;
use crate::value::Value;

const MAXIMUM_CANDIDATES: usize = 750;
const MAXIMUM_LENGTH: usize = 40;
const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;

fn substitution_cost(left: char, right: char) -> usize {
    if left == right {
        0
    } else if left.eq_ignore_ascii_case(&right) {
        CASE_COST
    } else {
        MOVE_COST
    }
}

/// The edit distance, or something above `maximum` once it must exceed that.
fn distance(left: &str, right: &str, maximum: usize) -> usize {
    let mut left: Vec<char> = left.chars().collect();
    let mut right: Vec<char> = right.chars().collect();
    let prefix = left.iter().zip(&right).take_while(|(left, right)| left == right).count();
    left.drain(..prefix);
    right.drain(..prefix);
    while !left.is_empty() && left.last() == right.last() {
        left.pop();
        right.pop();
    }
    if left.is_empty() || right.is_empty() {
        return (left.len() + right.len()) * MOVE_COST;
    }
    if left.len() > MAXIMUM_LENGTH || right.len() > MAXIMUM_LENGTH {
        return maximum + 1;
    }
    if right.len() < left.len() {
        core::mem::swap(&mut left, &mut right);
    }
    if (right.len() - left.len()) * MOVE_COST > maximum {
        return maximum + 1;
    }
    let mut row: Vec<usize> = (1..=left.len()).map(|count| count * MOVE_COST).collect();
    let mut result = 0;
    for (index, &character) in right.iter().enumerate() {
        result = index * MOVE_COST;
        let mut diagonal = result;
        let mut minimum = usize::MAX;
        for (place, &other) in row.iter_mut().zip(&left) {
            let substitute = diagonal + substitution_cost(character, other);
            diagonal = *place;
            let insert_or_delete = result.min(diagonal) + MOVE_COST;
            result = insert_or_delete.min(substitute);
            *place = result;
            minimum = minimum.min(result);
        }
        if minimum > maximum {
            return maximum + 1;
        }
    }
    result
}

/// The nearest of the candidates, if any is near enough.
pub fn nearest<'a>(candidates: &'a [String], wrong: &str) -> Option<&'a str> {
    if candidates.len() >= MAXIMUM_CANDIDATES || wrong.len() > MAXIMUM_LENGTH {
        return None;
    }
    let mut best: Option<(&str, usize)> = None;
    for candidate in candidates {
        if candidate == wrong {
            continue;
        }
        // At most a third of the characters involved may change.
        let mut maximum = (wrong.len() + candidate.len() + 3) * MOVE_COST / 6;
        if let Some((_, distance)) = best {
            maximum = maximum.min(distance.saturating_sub(1));
        }
        let distance = distance(wrong, candidate, maximum);
        if distance <= maximum && best.is_none_or(|(_, other)| distance < other) {
            best = Some((candidate, distance));
        }
    }
    best.map(|(candidate, _)| candidate)
}

impl Context {
    /// The nearest of some names (strings) to one that is not among them, as a message shows it.
    pub fn nearest_name(&self, candidates: &[Value], wrong: Str) -> Option<String> {
        let names: Vec<String> =
            candidates.iter().filter_map(|name| Str::from_value(*name)).map(Str::to_utf8_lossy).collect();
        nearest(&names, &wrong.to_utf8_lossy()).map(String::from)
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;
    use alloc::string::String;
    use alloc::vec::Vec;

    fn suggest(names: &[&str], wrong: &str) -> Option<String> {
        let names: Vec<String> = names.iter().map(|name| String::from(*name)).collect();
        nearest(&names, wrong).map(String::from)
    }

    #[test]
    fn near_names_are_suggested_and_far_ones_not() {
        assert_eq!(suggest(&["append", "extend", "insert"], "appendd").as_deref(), Some("append"));
        assert_eq!(suggest(&["append", "extend"], "zzzzz"), None);
        assert_eq!(suggest(&["Foo", "bar"], "foo").as_deref(), Some("Foo"));
        assert_eq!(suggest(&["bluch", "blech"], "blach").as_deref(), Some("bluch"));
        assert_eq!(suggest(&["abc"], "abc"), None);
        assert_eq!(suggest(&["a"; 750], "b"), None);
    }
}
