//! Names for the tab key, from `rlcompleter`.
//!
//! Invariant: called while the thread is detached, it attaches it again for as long as Python code runs; no value is kept outside the namespace
//! that the prompt holds.

use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context as EditorContext, Helper};
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, PyResult};

/// Completes names of a namespace.
pub struct NameCompleter<'a> {
    cx: &'a Context,
    namespace: Dict,
}

/// More alternatives than this help nobody.
const MOST: i64 = 1000;

impl<'a> NameCompleter<'a> {
    /// For a namespace that is reachable as long as the completer is: that of `__main__`.
    pub fn new(cx: &'a Context, namespace: Dict) -> NameCompleter<'a> {
        NameCompleter { cx, namespace }
    }

    fn candidates(&self, word: &str) -> PyResult<Vec<String>> {
        let cx = self.cx;
        let module = cx.import_module("rlcompleter")?;
        let class = cx.get_attribute(module, cx.intern_str("Completer")?)?;
        let completer = cx.call(class, &[self.namespace.as_value()])?;
        let complete = cx.get_attribute(completer, cx.intern_str("complete")?)?;
        let word = cx.str(word)?;
        let mut found = Vec::new();
        for state in 0..MOST {
            let candidate = cx.call(complete, &[word, cx.int(state)?])?;
            let Some(text) = Str::from_value(candidate) else { break };
            found.push(text.to_utf8_lossy());
        }
        Ok(found)
    }
}

impl Completer for NameCompleter<'_> {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _context: &EditorContext<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let before = line.get(..position).unwrap_or(line);
        let is_part = |character: char| character.is_alphanumeric() || character == '_' || character == '.';
        let start = before
            .char_indices()
            .rev()
            .take_while(|&(_, character)| is_part(character))
            .last()
            .map_or(before.len(), |(place, _)| place);
        let word = before.get(start..).unwrap_or("");
        if word.is_empty() {
            // At the beginning of a line the key indents.
            return Ok((position, vec![String::from("    ")]));
        }
        let candidates = self.cx.attached(|| match self.candidates(word) {
            Ok(candidates) => candidates,
            Err(raised) => {
                // A name that cannot be completed completes to nothing.
                self.cx.take_exception(raised);
                Vec::new()
            }
        });
        Ok((start, candidates))
    }
}

impl Hinter for NameCompleter<'_> {
    type Hint = String;
}

impl Highlighter for NameCompleter<'_> {}
impl Validator for NameCompleter<'_> {}
impl Helper for NameCompleter<'_> {}
