//! Interned strings: one object per text, so that names compare by address.
//!
//! Invariant: the table maps each interned string to itself; strings are added under the engine's intern lock and read without it. The
//! table holds its strings strongly: an engine that interns without bound (`sys.intern` of generated text) keeps them; attribute and
//! variable names are bounded by the program.

use crate::context::Context;
use crate::engine::Root;
use crate::error::PyResult;
use crate::types::dict::Dict;
use crate::types::dict_table::{Found, KeyMatch, fold_hash};
use crate::types::str_object::Str;
use crate::value::Value;

impl Context {
    fn intern_table(&self) -> Option<Dict> {
        self.root(Root::InternTable).and_then(Dict::from_value)
    }

    /// The interned string of this text.
    ///
    /// # Errors
    /// MemoryError.
    pub fn intern(&self, text: Str) -> PyResult<Str> {
        if text.is_interned() && text.is_exact() {
            return Ok(text);
        }
        let Some(table) = self.intern_table() else { return Ok(text) };
        if text.is_exact() {
            if let Some(known) = table.get_str(self, text)?.and_then(Str::from_value) {
                return Ok(known);
            }
            return self.intern_new(table, text);
        }
        // A subclass's instance is not interned itself: its text is.
        let copy = self.str_copy(text)?;
        self.intern(copy)
    }

    /// An exact string with the same text.
    ///
    /// # Errors
    /// MemoryError.
    pub fn str_copy(&self, text: Str) -> PyResult<Str> {
        use crate::types::str_object::Units;
        match text.units() {
            Units::Latin1(units) => self.str_from_units_unchecked(units, 0, units.is_ascii()),
            Units::Ucs2(units) => self.str_from_units_unchecked(units, 1, false),
            Units::Ucs4(units) => self.str_from_units_unchecked(units, 2, false),
        }
    }

    fn intern_new(&self, table: Dict, text: Str) -> PyResult<Str> {
        let _guard = self.engine().intern_lock.lock(self);
        if let Some(known) = table.get_str(self, text)?.and_then(Str::from_value) {
            return Ok(known);
        }
        text.mark_interned();
        table.set_str(self, text, text.as_value())?;
        Ok(text)
    }

    /// The string interned already whose text is these ASCII bytes, without making one to look for it.
    fn find_interned(&self, text: &[u8]) -> Option<Str> {
        if !text.is_ascii() {
            return None;
        }
        let table = self.intern_table()?.table()?;
        // An ASCII string's bytes are its text.
        let hash = fold_hash(self.hash_bytes(text));
        let same = |key: Value| {
            let known =
                Str::from_value(key).and_then(|key| key.as_ascii().map(|known| known.as_bytes() == text));
            if known == Some(true) { KeyMatch::Same } else { KeyMatch::Different }
        };
        match table.search_from(table.probe(hash), hash, same) {
            Found::Entry(entry) => table.value(entry).and_then(Str::from_value),
            _ => None,
        }
    }

    /// The interned string of UTF-8 text.
    ///
    /// # Errors
    /// MemoryError.
    pub fn intern_str(&self, text: &str) -> PyResult<Str> {
        if let Some(known) = self.find_interned(text.as_bytes()) {
            return Ok(known);
        }
        let made = self.new_str(text)?;
        self.intern(made)
    }

    /// The interned string of WTF-8 text.
    ///
    /// # Errors
    /// MemoryError.
    pub fn intern_wtf8(&self, bytes: &[u8]) -> PyResult<Str> {
        if let Some(known) = self.find_interned(bytes) {
            return Ok(known);
        }
        let made = self.str_from_wtf8(bytes)?;
        self.intern(made)
    }
}
