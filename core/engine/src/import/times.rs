//! `-X importtime`: how long each import took, as a table on standard error.
//!
//! Invariant: a row is written when its import ends, failed ones too, by one write, so rows of several threads do not mix. Nesting
//! and the time of inner imports belong to the thread. Source: Python/import.c (`import_find_and_load`).

use alloc::format;
use core::cell::Cell;

use threadsnake_hal::OutputStream;
use threadsnake_heap::arch::{AtomicBool, Ordering};

use crate::context::Context;
use crate::error::PyResult;
use crate::types::str_object::Str;
use crate::value::Value;

/// What an engine is to show.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum ImportTimes {
    /// Nothing.
    #[default]
    Off,
    /// Modules that are found and loaded.
    Loaded,
    /// Those that were loaded before as well.
    All,
}

/// The table of an engine.
pub(crate) struct ImportTable {
    has_head: AtomicBool,
}

impl ImportTable {
    pub(crate) const fn new() -> ImportTable {
        ImportTable { has_head: AtomicBool::new(false) }
    }
}

/// A thread's place in the table.
pub(crate) struct ImportNesting {
    depth: Cell<usize>,
    /// Microseconds that the imports within the innermost one have taken.
    inner: Cell<u64>,
}

impl ImportNesting {
    pub(crate) const fn new() -> ImportNesting {
        ImportNesting { depth: Cell::new(0), inner: Cell::new(0) }
    }
}

impl Context {
    /// Runs an import and writes its row.
    #[cold]
    pub(crate) fn time_import(&self, name: Str, import: impl FnOnce() -> PyResult<Value>) -> PyResult<Value> {
        let nesting = &self.import_nesting;
        let platform = self.engine().platform();
        let depth = nesting.depth.get();
        let outer = nesting.inner.replace(0);
        nesting.depth.set(depth + 1);
        let begun = platform.monotonic_nanoseconds();
        let result = import();
        let whole = platform.monotonic_nanoseconds().saturating_sub(begun).div_ceil(1000);
        nesting.depth.set(depth);
        let own = whole.saturating_sub(nesting.inner.get());
        nesting.inner.set(outer.saturating_add(whole));
        self.write_row(&format!("import time: {own:>9} | {whole:>10} | {:1$}{name}\n", "", depth * 2));
        result
    }

    /// The row of a module that was there already.
    #[cold]
    pub(crate) fn note_cached_import(&self, name: Str) {
        let indent = self.import_nesting.depth.get() * 2;
        self.write_row(&format!("import time: cached    | cached     | {:1$}{name}\n", "", indent));
    }

    /// As CPython, a table that nobody can read is no error of the program.
    fn write_row(&self, row: &str) {
        let table = &self.engine().import_table;
        // Relaxed: who is first matters, nothing else.
        if !table.has_head.swap(true, Ordering::Relaxed) {
            let head = "import time: self [us] | cumulative | imported package\n";
            self.write_all(head.as_bytes());
        }
        self.write_all(row.as_bytes());
    }

    fn write_all(&self, mut rest: &[u8]) {
        let platform = self.engine().platform();
        while let Ok(written @ 1..) = self.blocking(|| platform.write_output(OutputStream::Error, rest)) {
            rest = rest.get(written..).unwrap_or(&[]);
        }
    }
}
