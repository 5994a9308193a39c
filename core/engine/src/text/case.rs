//! Case of whole strings: `lower`, `upper`, `title`, `capitalize`, `swapcase`, `casefold` and their predicates.
//!
//! Invariant: each function hands the result to a sink, code point by code point; a result may be longer than the text.
//! Source: CPython's Objects/unicodeobject.c (`do_lower` and its neighbours, `handle_capital_sigma`).

use super::CodeUnit;
use super::unicode::{
    CaseMapping, is_case_ignorable, is_cased, is_identifier_continue, is_identifier_start, is_lower,
    is_title, is_upper, to_casefold, to_lower, to_title, to_upper,
};

const CAPITAL_SIGMA: u32 = 0x3a3;
const SMALL_SIGMA: u32 = 0x3c3;
const FINAL_SIGMA: u32 = 0x3c2;

#[inline]
fn emit(mapping: CaseMapping, sink: &mut impl FnMut(u32)) {
    if let Some(code_point) = mapping.single() {
        return sink(code_point);
    }
    mapping.as_slice().iter().for_each(|&code_point| sink(code_point));
}

/// Lower case at a place: a capital sigma at the end of a word becomes a final one.
#[inline]
fn lower_at<U: CodeUnit>(text: &[U], index: usize, code_point: u32) -> CaseMapping {
    if code_point == CAPITAL_SIGMA { lower_sigma(text, index) } else { to_lower(code_point) }
}

fn lower_sigma<U: CodeUnit>(text: &[U], index: usize) -> CaseMapping {
    let before = text.get(..index).unwrap_or(&[]).iter().rev();
    let after = text.get(index + 1..).unwrap_or(&[]).iter();
    let first = |unit: Option<&U>| unit.is_some_and(|unit| is_cased(unit.code_point()));
    let ends_word = first({ before }.find(|unit| !is_case_ignorable(unit.code_point())))
        && !first({ after }.find(|unit| !is_case_ignorable(unit.code_point())));
    CaseMapping::one(if ends_word { FINAL_SIGMA } else { SMALL_SIGMA })
}

/// `text.lower()`
pub fn lower<U: CodeUnit>(text: &[U], mut sink: impl FnMut(u32)) {
    for (index, unit) in text.iter().enumerate() {
        emit(lower_at(text, index, unit.code_point()), &mut sink);
    }
}

/// `text.upper()`
pub fn upper<U: CodeUnit>(text: &[U], mut sink: impl FnMut(u32)) {
    for unit in text {
        emit(to_upper(unit.code_point()), &mut sink);
    }
}

/// `text.casefold()`
pub fn casefold<U: CodeUnit>(text: &[U], mut sink: impl FnMut(u32)) {
    for unit in text {
        emit(to_casefold(unit.code_point()), &mut sink);
    }
}

/// `text.capitalize()`
pub fn capitalize<U: CodeUnit>(text: &[U], mut sink: impl FnMut(u32)) {
    for (index, unit) in text.iter().enumerate() {
        let code_point = unit.code_point();
        let mapping = if index == 0 { to_title(code_point) } else { lower_at(text, index, code_point) };
        emit(mapping, &mut sink);
    }
}

/// `text.title()`
pub fn title<U: CodeUnit>(text: &[U], mut sink: impl FnMut(u32)) {
    let mut in_word = false;
    for (index, unit) in text.iter().enumerate() {
        let code_point = unit.code_point();
        let mapping = if in_word { lower_at(text, index, code_point) } else { to_title(code_point) };
        emit(mapping, &mut sink);
        in_word = is_cased(code_point);
    }
}

/// `text.swapcase()`
pub fn swapcase<U: CodeUnit>(text: &[U], mut sink: impl FnMut(u32)) {
    for (index, unit) in text.iter().enumerate() {
        let code_point = unit.code_point();
        let mapping = if is_upper(code_point) {
            lower_at(text, index, code_point)
        } else if is_lower(code_point) {
            to_upper(code_point)
        } else {
            CaseMapping::one(code_point)
        };
        emit(mapping, &mut sink);
    }
}

/// `text.islower()`
pub fn is_lower_text<U: CodeUnit>(text: &[U]) -> bool {
    let mut code_points = text.iter().map(|unit| unit.code_point());
    !code_points.clone().any(|code_point| is_upper(code_point) || is_title(code_point))
        && code_points.any(is_lower)
}

/// `text.isupper()`
pub fn is_upper_text<U: CodeUnit>(text: &[U]) -> bool {
    let mut code_points = text.iter().map(|unit| unit.code_point());
    !code_points.clone().any(|code_point| is_lower(code_point) || is_title(code_point))
        && code_points.any(is_upper)
}

/// `text.istitle()`
pub fn is_title_text<U: CodeUnit>(text: &[U]) -> bool {
    let (mut in_word, mut seen) = (false, false);
    for unit in text {
        let code_point = unit.code_point();
        if is_upper(code_point) || is_title(code_point) {
            if in_word {
                return false;
            }
            (in_word, seen) = (true, true);
        } else if is_lower(code_point) {
            if !in_word {
                return false;
            }
            seen = true;
        } else {
            in_word = false;
        }
    }
    seen
}

/// `text.isidentifier()`
pub fn is_identifier<U: CodeUnit>(text: &[U]) -> bool {
    match text.split_first() {
        None => false,
        Some((first, rest)) => {
            is_identifier_start(first.code_point())
                && rest.iter().all(|unit| is_identifier_continue(unit.code_point()))
        }
    }
}

#[cfg(test)]
#[path = "tests/case.rs"]
mod tests;
