//! The text of an uncaught exception: tracebacks, causes and contexts, notes, groups, syntax errors, suggestions.
//!
//! Invariant: nothing here raises; what Python code called on the way raises is shown as unprintable or left out. The text is that
//! of CPython 3.14's `traceback` module (Lib/traceback.py) without colours, character for character.
//! - [`frames`]: an entry of a traceback with its source lines.
//! - [`anchors`]: which part of an expression the carets point at.
//! - [`suggestions`], [`nearest_name`]: "Did you mean".
//! - [`source`]: where source lines come from.

pub mod anchors;
mod frames;
pub mod nearest_name;
pub mod source;
pub mod suggestions;
mod threads;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;

use crate::context::{Context, ScratchVector};
use crate::error::ExceptionClass;
use crate::names::Name;
use crate::object_access::ObjectAccess;
use crate::traceback_text::source::SourceLines;
use crate::types::class::Class;
use crate::types::exception::{SUPPRESS_CONTEXT, as_exception, slot};
use crate::types::exception_group::{as_group, exceptions_of};
use crate::types::exception_methods::extra;
use crate::types::list::List;
use crate::types::str_object::Str;
use crate::types::syntax_error;
use crate::types::traceback::Traceback;
use crate::types::tuple::Tuple;
use crate::value::Value;

const CAUSE_TEXT: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT_TEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";
/// Groups nested deeper than this are cut.
const MAXIMUM_GROUP_DEPTH: usize = 10;
/// Exceptions of a group beyond this many are only counted.
const MAXIMUM_GROUP_WIDTH: usize = 15;

/// A text under construction, with the margin of the exception groups around.
struct Printer<'a> {
    cx: &'a Context,
    output: String,
    group_depth: usize,
    need_close: bool,
    sources: SourceLines<'a>,
    /// Exceptions shown already.
    seen: ScratchVector<'a>,
    /// Their words, for the search. What `seen` keeps alive keeps its address.
    seen_words: BTreeSet<u64>,
}

/// How an exception came to be before the next one in a chain.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Link {
    Cause,
    Context,
}

impl Printer<'_> {
    fn indent(&mut self) {
        for _ in 0..self.group_depth {
            self.output.push_str("  ");
        }
    }

    /// Adds whole lines, each behind the margin.
    fn emit(&mut self, text: &str, margin: char) {
        if self.group_depth == 0 {
            self.output.push_str(text);
            return;
        }
        for line in text.split_inclusive('\n') {
            self.indent();
            self.output.push(margin);
            self.output.push(' ');
            self.output.push_str(line);
        }
    }

    fn is_seen(&self, exception: Value) -> bool {
        self.seen_words.contains(&exception.word())
    }

    fn note_seen(&mut self, exception: Value) {
        self.seen.push(exception);
        self.seen_words.insert(exception.word());
    }

    /// The exception that came before this one, if it is to be shown.
    fn earlier(&self, exception: Value) -> Option<(Link, Value)> {
        let object = as_exception(exception)?;
        if let Some(cause) = object.value(slot::CAUSE).filter(|cause| !self.is_seen(*cause)) {
            return Some((Link::Cause, cause));
        }
        let suppressed = object.raw_u64(SUPPRESS_CONTEXT) != 0;
        let context = object.value(slot::CONTEXT).filter(|context| !suppressed && !self.is_seen(*context))?;
        Some((Link::Context, context))
    }

    /// An exception with all that came before it.
    fn exception(&mut self, exception: Value) {
        // Texts of links would do as indices, but values must be where the collector sees them.
        let mut chain = self.cx.scratch();
        chain.push(exception);
        let mut links = alloc::vec::Vec::new();
        self.note_seen(exception);
        let mut latest = exception;
        while let Some((link, earlier)) = self.earlier(latest) {
            self.note_seen(earlier);
            chain.push(earlier);
            links.push(link);
            latest = earlier;
        }
        for (index, &one) in chain.as_slice().iter().enumerate().rev() {
            self.one(one);
            match index.checked_sub(1).and_then(|before| links.get(before)) {
                Some(Link::Cause) => self.emit(CAUSE_TEXT, '|'),
                Some(Link::Context) => self.emit(CONTEXT_TEXT, '|'),
                None => {}
            }
        }
    }

    fn one(&mut self, exception: Value) {
        let traceback = as_exception(exception)
            .and_then(|object| object.value(slot::TRACEBACK))
            .and_then(Traceback::from_value);
        let Some(group) = as_group(self.cx, exception) else {
            if let Some(traceback) = traceback {
                self.emit("Traceback (most recent call last):\n", '|');
                self.stack(traceback);
            }
            self.exception_only(exception, traceback);
            return;
        };
        if self.group_depth > MAXIMUM_GROUP_DEPTH {
            self.emit(&format!("... (max_group_depth is {MAXIMUM_GROUP_DEPTH})\n"), '|');
            return;
        }
        let is_top_level = self.group_depth == 0;
        if is_top_level {
            self.group_depth = 1;
        }
        if let Some(traceback) = traceback {
            self.emit(
                "Exception Group Traceback (most recent call last):\n",
                if is_top_level { '+' } else { '|' },
            );
            self.stack(traceback);
        }
        self.exception_only(exception, traceback);
        let exceptions = exceptions_of(self.cx, group);
        let count = exceptions.len();
        let shown = count.min(MAXIMUM_GROUP_WIDTH + 1);
        self.need_close = false;
        for index in 0..shown {
            let is_last = index + 1 == shown;
            if is_last {
                self.need_close = true;
            }
            let truncated = index >= MAXIMUM_GROUP_WIDTH;
            self.indent();
            self.output.push_str(if index == 0 { "+-" } else { "  " });
            let title = if truncated { "...".to_owned() } else { format!("{}", index + 1) };
            self.output.push_str(&format!("+---------------- {title} ----------------\n"));
            self.group_depth += 1;
            if truncated {
                let remaining = count - MAXIMUM_GROUP_WIDTH;
                let plural = if remaining > 1 { "s" } else { "" };
                self.emit(&format!("and {remaining} more exception{plural}\n"), '|');
            } else if let Some(inner) = exceptions.get(index) {
                self.exception(inner);
            }
            if is_last && self.need_close {
                self.indent();
                self.output.push_str("+------------------------------------\n");
                self.need_close = false;
            }
            self.group_depth -= 1;
        }
        if is_top_level {
            self.group_depth = 0;
        }
    }

    fn stack(&mut self, traceback: Traceback) {
        let text = frames::stack_text(self.cx, traceback, &mut self.sources);
        self.emit(&text, '|');
    }

    /// The last lines: class, message, notes.
    fn exception_only(&mut self, exception: Value, traceback: Option<Traceback>) {
        let cx = self.cx;
        let class = class_text(cx, exception);
        let text = if cx.is_exception_of(exception, ExceptionClass::SyntaxError) {
            syntax_error_text(cx, exception, &class)
        } else {
            let mut message = quietly(cx, cx.str_of(exception))
                .map_or_else(|| "<exception str() failed>".to_owned(), Str::to_utf8_lossy);
            message.push_str(&suggestions::suggestion_text(cx, exception, traceback));
            if message.is_empty() { format!("{class}\n") } else { format!("{class}: {message}\n") }
        };
        self.emit(&text, '|');
        let notes = notes_text(cx, exception);
        if !notes.is_empty() {
            self.emit(&notes, '|');
        }
    }
}

/// The result, or none if it raised; the exception is dropped.
pub(crate) fn quietly<T>(cx: &Context, result: crate::error::PyResult<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(raised) => {
            cx.take_exception(raised);
            None
        }
    }
}

/// The qualified name of the exception's class, with its module unless that is `builtins` or `__main__`.
fn class_text(cx: &Context, exception: Value) -> String {
    let class = cx.class_of(exception);
    let name = class.qualified_name(cx).to_utf8_lossy();
    match class_module(cx, class) {
        Some(module) if module != "builtins" && module != "__main__" => format!("{module}.{name}"),
        _ => name,
    }
}

fn class_module(cx: &Context, class: Class) -> Option<String> {
    let module = quietly(cx, cx.find_attribute_or_none(class.as_value(), cx.name(Name::__module__)))??;
    match Str::from_value(module) {
        Some(module) => Some(module.to_utf8_lossy()),
        None => Some("<unknown>".to_owned()),
    }
}

fn push_lines(output: &mut String, text: &str) {
    for line in text.split('\n') {
        output.push_str(line);
        output.push('\n');
    }
}

/// The notes of an exception, as lines.
fn notes_text(cx: &Context, exception: Value) -> String {
    let mut output = String::new();
    let Some(Some(notes)) = quietly(cx, cx.find_attribute_or_none(exception, cx.name(Name::__notes__)))
    else {
        return output;
    };
    if notes.is_none() {
        return output;
    }
    let mut items = cx.scratch();
    if let Some(list) = List::from_value(notes) {
        items.extend_from_slice(list.snapshot(cx).as_slice());
    } else if let Some(tuple) = Tuple::from_value(notes) {
        items.extend_from_slice(tuple.as_slice());
    } else {
        let text = quietly(cx, cx.repr(notes))
            .map_or_else(|| "<__notes__ repr() failed>".to_owned(), Str::to_utf8_lossy);
        push_lines(&mut output, &text);
        return output;
    }
    for &note in items.as_slice() {
        let text =
            quietly(cx, cx.str_of(note)).map_or_else(|| "<note str() failed>".to_owned(), Str::to_utf8_lossy);
        push_lines(&mut output, &text);
    }
    output
}

/// The place, line and caret of a syntax error.
fn syntax_error_text(cx: &Context, exception: Value, class: &str) -> String {
    let Some(object) = as_exception(exception) else { return format!("{class}\n") };
    let member = |slot| extra(object, slot).filter(|value| !value.is_none());
    let text_of = |value: Value| quietly(cx, cx.str_of(value)).map(Str::to_utf8_lossy);
    let file_name = member(syntax_error::FILE_NAME).and_then(text_of);
    let line = member(syntax_error::LINE);
    let mut output = String::new();
    let mut suffix = String::new();
    match (line.and_then(text_of), &file_name) {
        (Some(line), _) => {
            let file_name = file_name.as_deref().unwrap_or("<string>");
            output.push_str(&format!("  File \"{file_name}\", line {line}\n"));
        }
        (None, Some(file_name)) => suffix = format!(" ({file_name})"),
        (None, None) => {}
    }
    if let Some(text) = member(syntax_error::TEXT).and_then(Str::from_value) {
        let offset = member(syntax_error::OFFSET);
        let number = |slot| member(slot).and_then(Value::as_small_int);
        let one_line = match (member(syntax_error::LINE), member(syntax_error::END_LINE)) {
            (None, None) => true,
            (Some(line), Some(end)) => line.is(end) || text_of(line) == text_of(end),
            _ => false,
        };
        let place = offset
            .and_then(Value::as_small_int)
            .map(|offset| (offset, number(syntax_error::END_OFFSET), one_line));
        push_pointed_line(&mut output, &text.to_utf8_lossy(), place);
    }
    let message = match extra(object, syntax_error::MESSAGE) {
        Some(message) if !message.is_none() => text_of(message).filter(|message| !message.is_empty()),
        _ => None,
    };
    let message = message.as_deref().unwrap_or("<no detail available>");
    output.push_str(&format!("{class}: {message}{suffix}\n"));
    output
}

/// A source line without its indentation, and carets under a range of 1-based columns.
fn push_pointed_line(output: &mut String, text: &str, place: Option<(i64, Option<i64>, bool)>) {
    let trimmed = text.trim_end_matches('\n');
    let shown = trimmed.trim_start_matches([' ', '\n', '\u{c}']);
    output.push_str(&format!("    {shown}\n"));
    let Some((mut offset, end, one_line)) = place else { return };
    let text_length = text.chars().count() as i64;
    let trimmed_length = trimmed.chars().count() as i64;
    let spaces = trimmed_length - shown.chars().count() as i64;
    let mut end = if one_line { end.filter(|end| *end != 0).unwrap_or(offset) } else { trimmed_length + 1 };
    if text_length > 0 && offset > text_length {
        offset = trimmed_length + 1;
    }
    if text_length > 0 && end > text_length {
        end = trimmed_length + 1;
    }
    if offset >= end || end < 0 {
        end = offset.saturating_add(1);
    }
    let column = offset.saturating_sub(1).saturating_sub(spaces);
    if column < 0 {
        return;
    }
    let width = end.saturating_sub(1).saturating_sub(spaces).saturating_sub(column).clamp(0, text_length + 1);
    output.push_str("    ");
    for character in shown.chars().take(column as usize) {
        // Tabs must stay for the caret to be below its column.
        output.push(if character.is_whitespace() { character } else { ' ' });
    }
    for _ in 0..width {
        output.push('^');
    }
    output.push('\n');
}

impl Context {
    /// What CPython prints about an exception that nobody caught: for `sys.excepthook` to write to `sys.stderr`.
    pub fn print_exception(&self, exception: Value) -> String {
        if as_exception(exception).is_none() {
            return format!(
                "TypeError: print_exception(): Exception expected for value, {} found\n",
                self.type_name(exception)
            );
        }
        let mut printer = Printer {
            cx: self,
            output: String::new(),
            group_depth: 0,
            need_close: false,
            sources: SourceLines::new(self),
            seen: self.scratch(),
            seen_words: BTreeSet::new(),
        };
        printer.exception(exception);
        printer.output
    }
}
