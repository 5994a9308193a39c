//! Source lines for tracebacks: text that was compiled from memory, then what the host's reader finds.
//!
//! Invariant: a file is read at most once for a text. Bytes are taken for UTF-8; what is not shows as U+FFFD.
//! Source: Lib/linecache.py for the purpose.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::context::{Context, ThreadRoot};
use crate::value::Value;

/// Source texts that are in no file, by the name their code objects give.
pub type RegisteredSources = spin::Mutex<BTreeMap<String, Arc<[u8]>>>;

/// The lines of the files that one text needs.
pub struct SourceLines<'a> {
    cx: &'a Context,
    files: BTreeMap<String, Vec<String>>,
}

/// The lines of a source text without their ends.
fn lines_of(source: &[u8]) -> Vec<String> {
    let source = source.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(source);
    let text = String::from_utf8_lossy(source);
    text.split('\n').map(|line| String::from(line.trim_end())).collect()
}

impl<'a> SourceLines<'a> {
    /// No files yet.
    pub fn new(cx: &'a Context) -> SourceLines<'a> {
        SourceLines { cx, files: BTreeMap::new() }
    }

    /// A line, counted from 1, without white space at its end; empty if there is none.
    pub fn line(&mut self, file_name: &str, line: u32) -> &str {
        if !self.files.contains_key(file_name) {
            let lines = self.cx.source_bytes(file_name).map_or_else(Vec::new, |source| lines_of(&source));
            self.files.insert(String::from(file_name), lines);
        }
        let index = (line as usize).checked_sub(1);
        let lines = self.files.get(file_name);
        index.and_then(|index| lines?.get(index)).map_or("", String::as_str)
    }
}

impl Context {
    /// Remembers a source text for tracebacks: of `-c`, of standard input, of a line typed in.
    pub fn register_source(&self, file_name: &str, source: &[u8]) {
        self.engine().registered_sources.lock().insert(String::from(file_name), Arc::from(source));
    }

    /// The source of a file, if it can be had.
    pub fn source_bytes(&self, file_name: &str) -> Option<Arc<[u8]>> {
        if let Some(registered) = self.engine().registered_sources.lock().get(file_name) {
            return Some(registered.clone());
        }
        let reader = self.engine().configuration().source_reader.as_ref()?;
        let pending = self.thread_root(ThreadRoot::Pending);
        let audited =
            self.audit("open", || Ok([self.str(file_name)?, self.str("rb")?, Value::int_from_u32(0)]));
        // A file that a hook refuses is one that cannot be read.
        let refused = audited.map_err(|raised| self.take_exception(raised)).is_err();
        self.set_thread_root(ThreadRoot::Pending, pending);
        if refused {
            return None;
        }
        // Reading may take long: no epoch should wait for it.
        self.blocking(|| reader(file_name)).map(Arc::from)
    }

    /// A line of a file, counted from 1, without white space at its end.
    pub fn source_line(&self, file_name: &str, line: u32) -> Option<String> {
        let mut lines = SourceLines::new(self);
        let text = lines.line(file_name, line);
        if text.is_empty() { None } else { Some(String::from(text)) }
    }
}
