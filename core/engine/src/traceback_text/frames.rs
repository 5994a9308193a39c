//! The entries of a traceback, with source lines and carets.
//!
//! Invariant: carets never go beyond the lines shown; columns are counted as a terminal shows them. Source: Lib/traceback.py
//! (`StackSummary.format_frame_summary`).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use threadsnake_bytecode::Location;

use crate::context::Context;
use crate::traceback_text::anchors::{Anchors, find_anchors, is_whole_call_statement};
use crate::traceback_text::quietly;
use crate::traceback_text::source::SourceLines;
use crate::types::traceback::Traceback;

/// Repetitions of a line beyond this many are only counted.
const RECURSION_CUTOFF: usize = 3;

/// The entries from this one to the raise, limited by `sys.tracebacklimit`.
pub(super) fn stack_text(cx: &Context, first: Traceback, sources: &mut SourceLines<'_>) -> String {
    let mut total = 0usize;
    let mut cursor = Some(first);
    while let Some(entry) = cursor {
        total += 1;
        cursor = entry.next();
    }
    let skipped = match traceback_limit(cx) {
        Some(limit) => total.saturating_sub(limit),
        None => 0,
    };
    let mut output = String::new();
    let mut last: Option<(String, u32, String)> = None;
    let mut count = 0usize;
    let mut cursor = Some(first);
    for _ in 0..skipped {
        cursor = cursor.and_then(Traceback::next);
    }
    while let Some(entry) = cursor {
        cursor = entry.next();
        let Some(code) = entry.frame().and_then(|frame| frame.code()) else { continue };
        let location = code.data().locations.get(entry.instruction());
        let line = location.map_or_else(|| entry.line(), |location| location.line);
        let file_name = code.file_name(cx).to_utf8_lossy();
        let name = code.name(cx).to_utf8_lossy();
        let key = (file_name, line, name);
        if last.as_ref() != Some(&key) {
            push_repetitions(&mut output, count);
            count = 0;
        }
        count += 1;
        if count <= RECURSION_CUTOFF {
            push_entry(&mut output, &key, location, sources);
        }
        last = Some(key);
    }
    push_repetitions(&mut output, count);
    output
}

fn push_repetitions(output: &mut String, count: usize) {
    if let Some(more) = count.checked_sub(RECURSION_CUTOFF).filter(|more| *more > 0) {
        let plural = if more == 1 { "" } else { "s" };
        // Writing to a String cannot fail.
        let _ = writeln!(output, "  [Previous line repeated {more} more time{plural}]");
    }
}

fn traceback_limit(cx: &Context) -> Option<usize> {
    let sys = cx.root(crate::engine::Root::SysModule)?;
    let name = quietly(cx, cx.intern_str("tracebacklimit"))?;
    let limit = quietly(cx, cx.find_attribute_or_none(sys, name))??;
    limit.as_small_int().map(|limit| limit.max(0) as usize)
}

fn push_entry(
    output: &mut String,
    (file_name, line, name): &(String, u32, String),
    location: Option<Location>,
    sources: &mut SourceLines<'_>,
) {
    let _ = writeln!(output, "  File \"{file_name}\", line {line}, in {name}");
    let location = location.unwrap_or(Location { line: *line, end_line: *line, column: 0, end_column: 0 });
    // A damaged table must not make this read a file line by line for ever.
    let last_line = location.end_line.clamp(location.line, location.line.saturating_add(10_000));
    let originals: Vec<String> =
        (location.line..=last_line).map(|line| String::from(sources.line(file_name, line))).collect();
    if originals.iter().all(|line| line.trim().is_empty()) {
        return;
    }
    let has_columns = location.end_column != 0 || location.column != 0;
    if !has_columns {
        let first = originals.first().map_or("", |line| line.trim());
        let _ = writeln!(output, "    {first}");
        return;
    }
    output.push_str(&pointed_lines(&originals, location));
}

/// The number of characters in the first `bytes` bytes of a line.
fn character_offset(line: &str, bytes: usize) -> usize {
    match line.get(..bytes.min(line.len())) {
        Some(start) => start.chars().count(),
        // The offset is within a character: the file changed since it was compiled.
        None => line.char_indices().take_while(|(index, _)| *index < bytes).count(),
    }
}

/// Whether a terminal shows a character two columns wide.
fn is_wide(character: char) -> bool {
    matches!(
        character as u32,
        0x1100..=0x115F | 0x231A..=0x231B | 0x2329..=0x232A | 0x23E9..=0x23EC | 0x23F0 | 0x23F3 | 0x25FD..=0x25FE
            | 0x2614..=0x2615 | 0x2630..=0x2637 | 0x2648..=0x2653 | 0x267F | 0x268A..=0x268F | 0x2693 | 0x26A1
            | 0x26AA..=0x26AB | 0x26BD..=0x26BE | 0x26C4..=0x26C5 | 0x26CE | 0x26D4 | 0x26EA | 0x26F2..=0x26F3
            | 0x26F5 | 0x26FA | 0x26FD | 0x2705 | 0x270A..=0x270B | 0x2728 | 0x274C | 0x274E | 0x2753..=0x2755
            | 0x2757 | 0x2795..=0x2797 | 0x27B0 | 0x27BF | 0x2B1B..=0x2B1C | 0x2B50 | 0x2B55
            | 0x2E80..=0x303E | 0x3041..=0x3247 | 0x3250..=0x4DBF | 0x4E00..=0xA4C6 | 0xA960..=0xA97C
            | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE10..=0xFE19 | 0xFE30..=0xFE6B | 0xFF01..=0xFF60
            | 0xFFE0..=0xFFE6 | 0x16FE0..=0x18CFF | 0x1AFF0..=0x1B2FB | 0x1F004 | 0x1F0CF | 0x1F18E
            | 0x1F191..=0x1F19A | 0x1F200..=0x1F320 | 0x1F32D..=0x1F335 | 0x1F337..=0x1F37C | 0x1F37E..=0x1F393
            | 0x1F3A0..=0x1F3CA | 0x1F3CF..=0x1F3D3 | 0x1F3E0..=0x1F3F0 | 0x1F3F4 | 0x1F3F8..=0x1F43E | 0x1F440
            | 0x1F442..=0x1F4FC | 0x1F4FF..=0x1F53D | 0x1F54B..=0x1F54E | 0x1F550..=0x1F567 | 0x1F57A
            | 0x1F595..=0x1F596 | 0x1F5A4 | 0x1F5FB..=0x1F64F | 0x1F680..=0x1F6C5 | 0x1F6CC | 0x1F6D0..=0x1F6D2
            | 0x1F6D5..=0x1F6D7 | 0x1F6DC..=0x1F6DF | 0x1F6EB..=0x1F6EC | 0x1F6F4..=0x1F6FC | 0x1F7E0..=0x1F7EB
            | 0x1F7F0 | 0x1F90C..=0x1F93A | 0x1F93C..=0x1F945 | 0x1F947..=0x1F9FF | 0x1FA70..=0x1FAFF
            | 0x20000..=0x3FFFD
    )
}

/// Columns that the first `characters` characters of a line take.
fn display_width(line: &str, characters: usize) -> usize {
    if line.is_ascii() {
        return characters;
    }
    line.chars().take(characters).map(|character| 1 + is_wide(character) as usize).sum()
}

/// The white space that all lines which are not blank begin with.
fn common_indentation(lines: &[String]) -> usize {
    let mut margin: Option<&str> = None;
    for line in lines {
        let body = line.trim_start_matches([' ', '\t']);
        if body.is_empty() {
            continue;
        }
        let indentation = line.get(..line.len() - body.len()).unwrap_or("");
        margin = Some(match margin {
            None => indentation,
            Some(margin) => {
                let common =
                    margin.bytes().zip(indentation.bytes()).take_while(|(left, right)| left == right).count();
                margin.get(..common).unwrap_or("")
            }
        });
    }
    margin.map_or(0, str::len)
}

fn dedented(lines: &[String]) -> Vec<&str> {
    let margin = common_indentation(lines);
    lines
        .iter()
        .map(|line| {
            // Blank lines lose all they have.
            if line.trim_matches([' ', '\t']).is_empty() { "" } else { line.get(margin..).unwrap_or("") }
        })
        .collect()
}

/// Where carets go: for each position of each line, none, primary or secondary.
struct Pointer<'a> {
    lines: &'a [&'a str],
    /// Display columns of the instruction's start and end.
    start: usize,
    end: usize,
    /// The anchors, in display columns.
    anchors: Option<Anchors>,
    visible: bool,
}

impl Pointer<'_> {
    fn push_line(&self, result: &mut Vec<String>, number: usize) {
        let line = self.lines.get(number).copied().unwrap_or("");
        result.push(String::from(line));
        if !self.visible {
            return;
        }
        let spaces = line.chars().take_while(|character| character.is_whitespace()).count();
        let is_last = number + 1 == self.lines.len();
        let width = if is_last { self.end } else { display_width(line, line.chars().count()) };
        let (primary, secondary) = if self.anchors.is_some() { ('~', '^') } else { ('^', '^') };
        let mut carets = String::with_capacity(width);
        for column in 0..width {
            let before = column < spaces || (number == 0 && column < self.start);
            let within = self.anchors.is_some_and(|anchors| {
                (number, column) >= (anchors.left_line, anchors.left_column)
                    && (number, column) < (anchors.right_line, anchors.right_column)
            });
            carets.push(if before {
                ' '
            } else if within {
                secondary
            } else {
                primary
            });
        }
        result.push(carets);
    }
}

fn pointed_lines(originals: &[String], location: Location) -> String {
    let lines = dedented(originals);
    let (Some(first), Some(last)) = (originals.first(), originals.last()) else { return String::new() };
    let (Some(first_shown), Some(last_shown)) = (lines.first(), lines.last()) else { return String::new() };
    let dedent = first.chars().count() - first_shown.chars().count();
    let start = character_offset(first, location.column as usize).saturating_sub(dedent);
    let end = character_offset(last, location.end_column as usize).saturating_sub(dedent);
    let segment = {
        let joined = lines.join("\n");
        let tail = last_shown.chars().count().saturating_sub(end);
        let length = joined.chars().count().saturating_sub(tail).saturating_sub(start);
        joined.chars().skip(start).take(length).collect::<String>()
    };
    let mut anchors = find_anchors(&segment);
    let rest_before = first_shown.chars().take(start).any(|character| !character.is_whitespace());
    let rest_after = last_shown.chars().skip(end).any(|character| !character.is_whitespace());
    let visible =
        !is_whole_call_statement(&lines, start, end) && (anchors.is_some() || rest_before || rest_after);
    let mut significant: Vec<usize> = Vec::from([0, lines.len() - 1]);
    if let Some(anchors) = &mut anchors {
        if anchors.left_line == 0 {
            anchors.left_column += start;
        }
        if anchors.right_line == 0 {
            anchors.right_column += start;
        }
        let width = |line: usize, column| lines.get(line).map_or(column, |text| display_width(text, column));
        anchors.left_column = width(anchors.left_line, anchors.left_column);
        anchors.right_column = width(anchors.right_line, anchors.right_column);
        for line in [anchors.left_line, anchors.right_line] {
            significant.extend(line.saturating_sub(1)..line + 2);
        }
    }
    significant.retain(|line| *line < lines.len());
    significant.sort_unstable();
    significant.dedup();
    let pointer = Pointer {
        lines: &lines,
        start: display_width(first_shown, start),
        end: display_width(last_shown, end),
        anchors,
        visible,
    };
    let mut result = Vec::new();
    let mut previous: Option<usize> = None;
    for &number in &significant {
        if let Some(between) = previous.map(|previous| number - previous - 1) {
            match between {
                0 => {}
                1 => pointer.push_line(&mut result, number - 1),
                _ => result.push(format!("...<{between} lines>...")),
            }
        }
        pointer.push_line(&mut result, number);
        previous = Some(number);
    }
    let mut output = String::new();
    for line in dedented(&result) {
        let _ = writeln!(output, "    {line}");
    }
    output
}
