//! The operations of `dict` on two dicts at once: merging and equality.
//!
//! Invariant: both dicts are locked while one is merged into the other or compared with it, as long as no key needs Python code to be
//! compared; where one does, what is left is done entry by entry on a snapshot. Source: Objects/dictobject.c (`dict_merge`, `dict_equal`).

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::object_access::ObjectAccess;
use crate::types::dict::{Dict, Place, TABLE, USED, look_up};
use crate::types::dict_table::{DictTable, KeyMatch, Lookup, fold_hash};
use crate::value::Value;

/// What to do with a key that both dicts have.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Duplicate {
    /// The new value replaces the old one.
    Replace,
    /// The old value stays.
    Keep,
    /// KeyError with the key, as for `**` in calls.
    Refuse,
}

/// How far a merge under locks came.
enum Progress {
    Done,
    /// The target needs this much room.
    NeedsRoom(usize),
    /// A key needs Python code to be compared.
    NeedsPython,
    /// A key is there already, and may not be.
    Refused(Value),
}

impl Dict {
    /// Sets every item of another dict, in its order.
    ///
    /// # Errors
    /// MemoryError, what comparing keys raises, and KeyError for a key that is refused.
    pub fn merge(self, cx: &Context, other: Dict, duplicate: Duplicate) -> PyResult<()> {
        if self == other {
            return Ok(());
        }
        let mut spare: Option<DictTable> = None;
        loop {
            match self.merge_locked(cx, other, duplicate, &mut spare) {
                Progress::Done => return Ok(()),
                Progress::NeedsRoom(room) => spare = Some(cx.new_dict_table(room)?),
                Progress::Refused(key) => return Err(cx.key_error(key)),
                Progress::NeedsPython => break,
            }
        }
        // Comparing keys runs code, which may change `other`: its items as they were are set, and the program is told.
        let entries = |dict: Dict| dict.table().map_or(0, |table| table.entry_count());
        let count = entries(other);
        let items = other.snapshot(cx);
        for pair in items.as_slice().chunks_exact(2) {
            if let &[key, value] = pair {
                match duplicate {
                    Duplicate::Replace => self.set(cx, key, value)?,
                    Duplicate::Keep => {
                        self.set_default(cx, key, value)?;
                    }
                    Duplicate::Refuse => {
                        if self.contains(cx, key)? {
                            return Err(cx.key_error(key));
                        }
                        self.set(cx, key, value)?;
                    }
                }
            }
            if entries(other) != count {
                return Err(
                    cx.raise(ExceptionClass::RuntimeError, format_args!("dict mutated during update"))
                );
            }
        }
        Ok(())
    }

    fn merge_locked(
        self,
        cx: &Context,
        other: Dict,
        duplicate: Duplicate,
        spare: &mut Option<DictTable>,
    ) -> Progress {
        let _guards = cx.lock_two(self.object(), other.object());
        let Some(from) = other.table() else { return Progress::Done };
        let wanted = self.len() + other.len();
        if self.is_empty() && !other.is_empty() {
            // Nothing to compare with: the entries are copied as they are.
            match spare.take() {
                Some(table) if table.capacity() > other.len() && other.move_entries(cx, table) => {
                    cx.store(self.object(), TABLE, Value::from(table.object()));
                    self.object().raw_store_u64(USED, other.len() as u64);
                    return Progress::Done;
                }
                _ => return Progress::NeedsRoom(wanted.saturating_mul(3) / 2 + 5),
            }
        }
        let room = self.table().map_or(0, |table| table.capacity() - table.entry_count());
        if room < other.len() {
            match spare.take() {
                Some(table) if table.capacity() > wanted && self.move_entries(cx, table) => {
                    cx.store(self.object(), TABLE, Value::from(table.object()));
                }
                _ => return Progress::NeedsRoom(wanted.saturating_mul(3) / 2 + 5),
            }
        }
        for entry in from.first_live()..from.live_end() {
            let (Some(key), Some(value)) = (from.key(entry), from.value(entry)) else { continue };
            let Some(table) = self.table() else { return Progress::NeedsRoom(wanted + 5) };
            let hash = from.hash(entry);
            match look_up(cx, table, key, hash) {
                Lookup::Unknown => return Progress::NeedsPython,
                Lookup::Entry(place) => match duplicate {
                    Duplicate::Replace => table.set_value(cx, place, value),
                    Duplicate::Keep => {}
                    Duplicate::Refuse => return Progress::Refused(key),
                },
                Lookup::Absent => {
                    if !self.append(cx, key, value, hash, &mut None) {
                        return Progress::NeedsRoom(wanted + 5);
                    }
                }
            }
        }
        Progress::Done
    }

    /// Removes and returns the first item.
    pub fn pop_first(self, cx: &Context) -> Option<(Value, Value)> {
        let _guard = cx.lock(self.object());
        let table = self.table()?;
        for entry in table.first_live()..table.live_end() {
            if let (Some(key), Some(value)) = (table.key(entry), table.value(entry)) {
                self.remove_place(cx, Place { table, entry });
                return Some((key, value));
            }
        }
        None
    }

    /// Moves an item to the end, or with `last` false to the beginning; false if there is none.
    ///
    /// # Errors
    /// MemoryError, TypeError for an unhashable key, and what hashing and comparing raise.
    pub fn move_to_end(self, cx: &Context, key: Value, last: bool) -> PyResult<bool> {
        let hash = fold_hash(cx.hash_dict_key(key)?);
        self.move_to_end_hashed(cx, key, last, hash)
    }

    /// As [`Dict::move_to_end`] with the key's folded hash.
    ///
    /// # Errors
    /// MemoryError, and what comparing keys raises.
    pub fn move_to_end_hashed(self, cx: &Context, key: Value, last: bool, hash: u32) -> PyResult<bool> {
        let mut spare: Option<DictTable> = None;
        loop {
            let search = self.search(cx, key, hash)?;
            let Some(place) = search.place else { return Ok(false) };
            {
                let _guard = cx.lock(self.object());
                if !self.still_holds(&search) {
                    continue;
                }
                let Place { table, entry } = place;
                let (Some(key), Some(value)) = (table.key(entry), table.value(entry)) else { continue };
                let in_place = if last { entry + 1 == table.live_end() } else { entry == table.first_live() };
                if in_place {
                    return Ok(true);
                }
                if last && table.entry_count() < table.capacity() {
                    self.remove_place(cx, place);
                    self.append(cx, key, value, hash, &mut None);
                    return Ok(true);
                }
                if let Some(fresh) = spare.take().filter(|fresh| fresh.capacity() > self.len() + 1) {
                    let mut appended = last || fresh.append(cx, key, value, hash);
                    self.remove_place(cx, place);
                    appended = appended && self.move_entries(cx, fresh);
                    appended = appended && (!last || fresh.append(cx, key, value, hash));
                    debug_assert!(appended);
                    cx.store(self.object(), TABLE, Value::from(fresh.object()));
                    self.object().raw_store_u64(USED, self.len() as u64 + 1);
                    return Ok(true);
                }
            }
            spare = Some(self.new_table(cx, 2)?);
        }
    }

    /// `self == other`
    ///
    /// # Errors
    /// What comparing keys and values raises.
    pub fn equals(self, cx: &Context, other: Dict) -> PyResult<bool> {
        if self == other {
            return self.equals_slow(cx, other);
        }
        match self.equals_locked(cx, other) {
            KeyMatch::Same => Ok(true),
            KeyMatch::Different => Ok(false),
            KeyMatch::Unknown => self.equals_slow(cx, other),
        }
    }

    fn equals_locked(self, cx: &Context, other: Dict) -> KeyMatch {
        let _guards = cx.lock_two(self.object(), other.object());
        if self.len() != other.len() {
            return KeyMatch::Different;
        }
        let Some(table) = self.table() else { return KeyMatch::Same };
        for entry in table.first_live()..table.live_end() {
            let (Some(key), Some(value)) = (table.key(entry), table.value(entry)) else { continue };
            let Some(other_table) = other.table() else { return KeyMatch::Different };
            let hash = table.hash(entry);
            let other_value = match look_up(cx, other_table, key, hash) {
                Lookup::Unknown => return KeyMatch::Unknown,
                Lookup::Absent => return KeyMatch::Different,
                Lookup::Entry(place) => match other_table.value(place) {
                    Some(value) => value,
                    None => return KeyMatch::Different,
                },
            };
            match cx.match_without_python(value, other_value) {
                KeyMatch::Same => {}
                outcome => return outcome,
            }
        }
        KeyMatch::Same
    }

    fn equals_slow(self, cx: &Context, other: Dict) -> PyResult<bool> {
        if self.len() != other.len() {
            return Ok(false);
        }
        let items = self.snapshot(cx);
        for pair in items.as_slice().chunks_exact(2) {
            if let &[key, value] = pair {
                match other.get(cx, key)? {
                    Some(other_value) if cx.equal(value, other_value)? => {}
                    _ => return Ok(false),
                }
            }
            cx.poll()?;
        }
        Ok(true)
    }
}
