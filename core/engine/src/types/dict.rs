//! `dict` objects: layout and the operations the engine itself uses. Methods are in `types/dict_methods.rs`.
//!
//! Invariant: slot 0 is the table (empty until the first entry), the first raw word the number of live entries. Reads take no lock.
//! Writes hold the object's lock, but for overwriting the value of a key that is there, which excludes the lock's holders alone
//! ([`threadsnake_heap::Overwriting`]), and but for what a thread does to a dict that no other thread has, between two safepoints. When a key
//! must be compared by Python code, that happens outside the lock, and the write starts over unless the table is still the one searched and
//! nothing was appended to it. Tables are allocated outside the lock.
//! Source: Objects/dictobject.c for semantics; `dict_table.rs` for the protocol.

use threadsnake_heap::ObjectRef;

use crate::context::{Context, ScratchVector};
use crate::error::PyResult;
use crate::kind::{Kind, client_flags};
use crate::native::convert::{FromValue, IntoValue, NotValue};
use crate::object_access::ObjectAccess;
use crate::types::dict_table::{DictTable, Found, KeyMatch, Lookup, fold_hash, match_str};
use crate::types::str_object::Str;
use crate::value::Value;

/// A `dict`.
#[derive(Copy, Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct Dict(ObjectRef);

/// Slot of the table.
pub const TABLE: usize = 0;
/// Number of fixed slots.
pub const SLOTS: u16 = 1;
/// Raw bytes: the number of live entries.
pub const RAW_BYTES: u16 = 8;
pub(crate) const USED: usize = 0;
/// Entries of the smallest table.
const SMALLEST: usize = 5;

/// Where a key is.
#[derive(Copy, Clone)]
pub struct Place {
    /// The table searched.
    pub table: DictTable,
    /// The entry.
    pub entry: usize,
}

/// The outcome of a search: the place, if any, and the state of the table searched, by which a writer sees whether the search
/// still holds.
#[derive(Copy, Clone)]
pub(crate) struct Search {
    pub(crate) place: Option<Place>,
    table: Option<DictTable>,
    entries: usize,
}

impl Dict {
    /// The dict, if the value is one (subclasses included).
    #[inline(always)]
    pub fn from_value(value: Value) -> Option<Dict> {
        value.as_kind(Kind::Dict).map(Dict)
    }

    /// The dict.
    ///
    /// # Errors
    /// TypeError if it is something else.
    pub fn expect(cx: &Context, value: Value) -> PyResult<Dict> {
        Dict::from_value(value).ok_or_else(|| cx.type_error_expected("dict", value))
    }

    /// A dict around an object of kind `Dict`.
    #[inline(always)]
    pub(crate) fn from_object(object: ObjectRef) -> Dict {
        debug_assert!(object.kind() == Kind::Dict as u8);
        Dict(object)
    }

    /// The table of a set, used like a dict's: a set is laid out as a dict whose values are all True.
    #[inline(always)]
    pub(crate) fn of_set(object: ObjectRef) -> Dict {
        debug_assert!(matches!(Kind::of(object), Kind::Set | Kind::FrozenSet));
        Dict(object)
    }

    /// The dict or set that a word refers to, as what its table belongs to.
    ///
    /// # Safety
    /// The word refers to a dict or a set.
    #[inline(always)]
    pub(crate) unsafe fn of_owner_word(word: u64) -> Dict {
        // SAFETY: passed on.
        let object = unsafe { ObjectRef::from_address(word as usize) };
        debug_assert!(matches!(Kind::of(object), Kind::Dict | Kind::Set | Kind::FrozenSet));
        Dict(object)
    }

    /// The object.
    #[inline(always)]
    pub fn object(self) -> ObjectRef {
        self.0
    }

    /// As a value.
    #[inline(always)]
    pub fn as_value(self) -> Value {
        Value::from(self.0)
    }

    /// Whether its class is exactly `dict`.
    #[inline(always)]
    pub fn is_exact(self) -> bool {
        self.0.client_flags() & client_flags::SUBCLASS == 0
    }

    /// Number of items.
    #[inline(always)]
    pub fn len(self) -> usize {
        self.0.raw_u64(USED) as usize
    }

    /// Whether it has no items.
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The current table.
    #[inline(always)]
    pub fn table(self) -> Option<DictTable> {
        // SAFETY: dicts, and sets, have the slot of their table, and it is empty or holds one.
        unsafe {
            match self.0.slot_unchecked(TABLE) {
                0 => None,
                word => Some(DictTable::from_object(ObjectRef::from_address(word as usize))),
            }
        }
    }

    /// The value of a string key, without lock and without Python code unless a key of another type has the same hash.
    ///
    /// # Errors
    /// What comparing keys raises.
    #[inline]
    pub fn get_str(self, cx: &Context, key: Str) -> PyResult<Option<Value>> {
        let Some(table) = self.table() else { return Ok(None) };
        let hash = fold_hash(key.hash(cx));
        if key.is_exact() {
            match table.search_str(key, hash) {
                // SAFETY: the search found it in the table.
                Lookup::Entry(entry) => return Ok(unsafe { table.value_unchecked(entry) }),
                Lookup::Absent => return Ok(None),
                Lookup::Unknown => {}
            }
        }
        self.get_hashed(cx, key.as_value(), hash)
    }

    /// The value of a key.
    ///
    /// # Errors
    /// TypeError for an unhashable key, and what hashing and comparing raise.
    #[inline]
    pub fn get(self, cx: &Context, key: Value) -> PyResult<Option<Value>> {
        if let Some(text) = Str::from_value(key)
            && text.is_exact()
        {
            return self.get_str(cx, text);
        }
        self.get_other(cx, key)
    }

    /// The value of a key that is no exact string.
    #[inline(never)]
    fn get_other(self, cx: &Context, key: Value) -> PyResult<Option<Value>> {
        let hash = fold_hash(cx.hash_dict_key(key)?);
        let Some(table) = self.table() else { return Ok(None) };
        match look_up(cx, table, key, hash) {
            Lookup::Entry(entry) => Ok(table.value(entry)),
            Lookup::Absent => Ok(None),
            Lookup::Unknown => self.get_hashed(cx, key, hash),
        }
    }

    /// As [`Dict::get`] with the key's folded hash.
    ///
    /// # Errors
    /// What comparing keys raises.
    #[inline(never)]
    pub fn get_hashed(self, cx: &Context, key: Value, hash: u32) -> PyResult<Option<Value>> {
        let search = self.search(cx, key, hash)?;
        Ok(search.place.and_then(|place| place.table.value(place.entry)))
    }

    /// The place of a key.
    ///
    /// # Errors
    /// As for [`Dict::get`].
    pub fn find(self, cx: &Context, key: Value) -> PyResult<Option<Place>> {
        let hash = cx.hash_dict_key(key)?;
        Ok(self.search(cx, key, fold_hash(hash))?.place)
    }

    /// Whether the dict has a key.
    ///
    /// # Errors
    /// As for [`Dict::get`].
    pub fn contains(self, cx: &Context, key: Value) -> PyResult<bool> {
        Ok(self.get(cx, key)?.is_some())
    }

    pub(crate) fn search(self, cx: &Context, key: Value, hash: u32) -> PyResult<Search> {
        'again: loop {
            let Some(table) = self.table() else {
                return Ok(Search { place: None, table: None, entries: 0 });
            };
            let entries = table.entry_count();
            let found = |place: Option<Place>| Ok(Search { place, table: Some(table), entries });
            match look_up(cx, table, key, hash) {
                Lookup::Entry(entry) => return found(Some(Place { table, entry })),
                Lookup::Absent => return found(None),
                Lookup::Unknown => {}
            }
            let mut probe = table.probe(hash);
            loop {
                match table.search_from(probe, hash, |other| match_keys(cx, key, other)) {
                    Found::Entry(entry) => return found(Some(Place { table, entry })),
                    Found::Absent => return found(None),
                    Found::Compare { entry, probe: next } => {
                        let Some(other) = table.key(entry) else { continue 'again };
                        let equal = cx.equal(other, key)?;
                        if self.table() != Some(table) {
                            // The comparison changed the dict, or another thread did.
                            continue 'again;
                        }
                        if equal {
                            if table.value(entry).is_none() {
                                continue 'again;
                            }
                            return found(Some(Place { table, entry }));
                        }
                        probe = next;
                    }
                }
            }
        }
    }

    /// Whether a search made without the lock still holds, now that the caller has the lock.
    pub(crate) fn still_holds(self, search: &Search) -> bool {
        if self.table() != search.table {
            return false;
        }
        match (search.place, search.table) {
            (Some(place), _) => place.table.value(place.entry).is_some(),
            (None, Some(table)) => table.entry_count() == search.entries,
            (None, None) => true,
        }
    }

    /// A table for the live entries and room for as many again.
    pub(crate) fn new_table(self, cx: &Context, additional: usize) -> PyResult<DictTable> {
        let needed = self.len().saturating_add(additional);
        // Most dicts and sets that get a table at all are small and stay so.
        cx.new_dict_table(if needed <= SMALLEST { SMALLEST } else { needed.saturating_mul(3) / 2 + 1 })
    }

    /// Copies the live entries to an empty table; false if it is too small. The caller holds the lock.
    pub(crate) fn move_entries(self, cx: &Context, to: DictTable) -> bool {
        let Some(from) = self.table() else { return true };
        if to.capacity() <= self.len() {
            return false;
        }
        if to.fill_from(from, self.len()) {
            return true;
        }
        for entry in 0..from.entry_count() {
            if let (Some(key), Some(value)) = (from.key(entry), from.value(entry))
                && !to.append(cx, key, value, from.hash(entry))
            {
                return false;
            }
        }
        true
    }

    /// Appends an entry for a key that is absent, with a new table if one is needed and given; false if one is needed. The caller
    /// holds the lock.
    pub(crate) fn append(
        self,
        cx: &Context,
        key: Value,
        value: Value,
        hash: u32,
        spare: &mut Option<DictTable>,
    ) -> bool {
        let appended = match self.table() {
            Some(table) => table.append(cx, key, value, hash),
            None => false,
        };
        if !appended {
            let Some(table) = spare.take() else { return false };
            if !self.move_entries(cx, table) || !table.append(cx, key, value, hash) {
                return false;
            }
            cx.store(self.0, TABLE, Value::from(table.object()));
        }
        self.0.raw_store_u64(USED, self.len() as u64 + 1);
        true
    }

    /// Sets the value of a key.
    ///
    /// # Errors
    /// TypeError for an unhashable key, MemoryError, and what hashing and comparing raise.
    #[inline]
    pub fn set(self, cx: &Context, key: Value, value: Value) -> PyResult<()> {
        let hash = fold_hash(cx.hash_dict_key(key)?);
        self.set_hashed(cx, key, value, hash)
    }

    /// Sets the value of a string key.
    ///
    /// # Errors
    /// MemoryError, and what comparing keys raises.
    #[inline]
    pub fn set_str(self, cx: &Context, key: Str, value: Value) -> PyResult<()> {
        let hash = fold_hash(key.hash(cx));
        self.set_hashed(cx, key.as_value(), value, hash)
    }

    /// As [`Dict::set`] with the key's folded hash.
    ///
    /// # Errors
    /// As for [`Dict::set`].
    #[inline(never)]
    pub fn set_hashed(self, cx: &Context, key: Value, value: Value, hash: u32) -> PyResult<()> {
        if let Some(table) = self.table() {
            // No Python code runs from here to the store, and no safepoint comes between.
            match look_up(cx, table, key, hash) {
                Lookup::Entry(entry) if !self.0.is_shared() => {
                    table.set_value(cx, entry, value);
                    return Ok(());
                }
                Lookup::Entry(entry) if self.overwrite_shared(cx, Place { table, entry }, value) => {
                    return Ok(());
                }
                Lookup::Absent if self.append_private(cx, key, value, hash) => return Ok(()),
                _ => {}
            }
        }
        self.set_slow(cx, key, value, hash)
    }

    /// Appends an entry for a key that was not found, without the lock; false if other threads may have the dict, or there is no room.
    #[inline]
    fn append_private(self, cx: &Context, key: Value, value: Value, hash: u32) -> bool {
        !self.0.is_shared() && self.append(cx, key, value, hash, &mut None)
    }

    #[inline(never)]
    fn set_slow(self, cx: &Context, key: Value, value: Value, hash: u32) -> PyResult<()> {
        let mut spare = if self.table().is_none() { Some(self.new_table(cx, 1)?) } else { None };
        loop {
            let search = self.search(cx, key, hash)?;
            {
                let _guard = cx.lock(self.0);
                if !self.still_holds(&search) {
                    continue;
                }
                if let Some(place) = search.place {
                    place.table.set_value(cx, place.entry, value);
                    return Ok(());
                }
                if self.append(cx, key, value, hash, &mut spare) {
                    return Ok(());
                }
            }
            spare = Some(self.new_table(cx, 1)?);
        }
    }

    /// Overwrites without the lock, while other threads may do the same: this writes nothing that another thread writes, but for the
    /// value. Whoever inserts, deletes, copies or replaces the table holds the lock and has excluded us: so the place, found without any lock,
    /// is right if the table is still the dict's and the entry was not deleted, and stays right until the store. And
    /// what is done under the lock to several entries, or sees several, never sees one overwrite of two without the first.
    #[inline(never)]
    fn overwrite_shared(self, cx: &Context, place: Place, value: Value) -> bool {
        cx.publish(value);
        let _right = cx.overwriting(self.0);
        if self.table() != Some(place.table) || place.table.value(place.entry).is_none() {
            return false;
        }
        place.table.set_value(cx, place.entry, value);
        true
    }

    /// The value of a key, which is set to `default` first if absent.
    ///
    /// # Errors
    /// As for [`Dict::set`].
    pub fn set_default(self, cx: &Context, key: Value, default: Value) -> PyResult<Value> {
        let hash = fold_hash(cx.hash_dict_key(key)?);
        self.set_default_hashed(cx, key, default, hash)
    }

    /// As [`Dict::set_default`] with the key's folded hash.
    ///
    /// # Errors
    /// As for [`Dict::set`].
    pub fn set_default_hashed(self, cx: &Context, key: Value, default: Value, hash: u32) -> PyResult<Value> {
        let mut spare = None;
        match self.table() {
            None => spare = Some(self.new_table(cx, 1)?),
            // As in `set_hashed`.
            Some(table) => match look_up(cx, table, key, hash) {
                Lookup::Entry(entry) => {
                    if let Some(value) = table.value(entry) {
                        return Ok(value);
                    }
                }
                Lookup::Absent if self.append_private(cx, key, default, hash) => return Ok(default),
                _ => {}
            },
        }
        loop {
            let search = self.search(cx, key, hash)?;
            if let Some(place) = search.place {
                // As `get`: nothing is to be written. Deleted meanwhile, the key is searched again.
                match place.table.value(place.entry) {
                    Some(value) => return Ok(value),
                    None => continue,
                }
            }
            {
                let _guard = cx.lock(self.0);
                if !self.still_holds(&search) {
                    continue;
                }
                if self.append(cx, key, default, hash, &mut spare) {
                    return Ok(default);
                }
            }
            spare = Some(self.new_table(cx, 1)?);
        }
    }

    /// Removes a key and returns its value.
    ///
    /// # Errors
    /// As for [`Dict::get`].
    pub fn remove(self, cx: &Context, key: Value) -> PyResult<Option<Value>> {
        let hash = fold_hash(cx.hash_dict_key(key)?);
        self.remove_hashed(cx, key, hash)
    }

    /// As [`Dict::remove`] with the key's folded hash.
    ///
    /// # Errors
    /// As for [`Dict::get`].
    pub fn remove_hashed(self, cx: &Context, key: Value, hash: u32) -> PyResult<Option<Value>> {
        loop {
            let search = self.search(cx, key, hash)?;
            let Some(place) = search.place else { return Ok(None) };
            let _guard = cx.lock(self.0);
            if !self.still_holds(&search) {
                continue;
            }
            return Ok(self.remove_place(cx, place));
        }
    }

    /// Empties an entry. The caller holds the lock.
    pub(crate) fn remove_place(self, cx: &Context, place: Place) -> Option<Value> {
        let value = place.table.value(place.entry)?;
        place.table.remove(cx, place.entry);
        self.0.raw_store_u64(USED, (self.len() as u64).saturating_sub(1));
        Some(value)
    }

    /// Removes and returns the last item.
    pub fn pop_last(self, cx: &Context) -> Option<(Value, Value)> {
        let _guard = cx.lock(self.0);
        let table = self.table()?;
        for entry in (table.first_live()..table.live_end()).rev() {
            if let (Some(key), Some(value)) = (table.key(entry), table.value(entry)) {
                self.remove_place(cx, Place { table, entry });
                return Some((key, value));
            }
        }
        None
    }

    /// Removes everything.
    pub fn clear(self, cx: &Context) {
        let _guard = cx.lock(self.0);
        cx.clear(self.0, TABLE);
        self.0.raw_store_u64(USED, 0);
    }

    /// The item at or after an entry: for iteration. Returns the entry to go on from, key and value.
    #[inline]
    pub fn next_item(self, from: usize) -> Option<(usize, Value, Value)> {
        let table = self.table()?;
        let mut entry = from.max(table.first_live());
        while entry < table.entry_count() {
            if let (Some(key), Some(value)) = (table.key(entry), table.value(entry)) {
                return Some((entry + 1, key, value));
            }
            entry += 1;
        }
        None
    }

    /// The items of one moment: keys and values alternating, in a scratch vector.
    pub fn snapshot(self, cx: &Context) -> ScratchVector<'_> {
        let mut items = cx.scratch();
        let _guard = cx.lock(self.0);
        if let Some(table) = self.table() {
            for entry in 0..table.entry_count() {
                if let (Some(key), Some(value)) = (table.key(entry), table.value(entry)) {
                    items.push(key);
                    items.push(value);
                }
            }
        }
        items
    }

    /// The keys of one moment, in a scratch vector.
    pub fn snapshot_keys(self, cx: &Context) -> ScratchVector<'_> {
        let mut keys = cx.scratch();
        let _guard = cx.lock(self.0);
        if let Some(table) = self.table() {
            let (first, end) = (table.first_live(), table.live_end().min(table.capacity()));
            keys.extend_from_words(end.saturating_sub(first), |number| {
                // SAFETY: the table has the entry, which has two slots.
                unsafe {
                    let (key, value) = table.entry_words(first + number);
                    if value == 0 { 0 } else { key }
                }
            });
        }
        keys
    }

    /// The values of one moment, in a scratch vector.
    pub fn snapshot_values(self, cx: &Context) -> ScratchVector<'_> {
        let mut values = cx.scratch();
        let _guard = cx.lock(self.0);
        if let Some(table) = self.table() {
            let (first, end) = (table.first_live(), table.live_end().min(table.capacity()));
            // SAFETY: the table has the entry, which has two slots.
            let word = |number| unsafe { table.entry_words(first + number).1 };
            values.extend_from_words(end.saturating_sub(first), word);
        }
        values
    }

    /// A shallow copy, an exact dict, atomically.
    ///
    /// # Errors
    /// MemoryError.
    pub fn copy(self, cx: &Context) -> PyResult<Dict> {
        let copy = cx.new_dict()?;
        self.copy_into(cx, copy)?;
        Ok(copy)
    }

    /// Puts the entries of one moment into an empty dict that no other thread sees.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn copy_into(self, cx: &Context, copy: Dict) -> PyResult<()> {
        loop {
            let length = self.len();
            if length == 0 {
                return Ok(());
            }
            let table = cx.new_dict_table(length + 1)?;
            let _guard = cx.lock(self.0);
            if self.len() > length || !self.move_entries(cx, table) {
                continue;
            }
            cx.store(copy.0, TABLE, Value::from(table.object()));
            copy.0.raw_store_u64(USED, self.len() as u64);
            return Ok(());
        }
    }

    /// Sets every item of another dict, in its order.
    ///
    /// # Errors
    /// As for [`Dict::set`].
    pub fn update_from(self, cx: &Context, other: Dict) -> PyResult<()> {
        if self == other {
            return Ok(());
        }
        let items = other.snapshot(cx);
        for pair in items.as_slice().chunks_exact(2) {
            if let &[key, value] = pair {
                self.set(cx, key, value)?;
            }
        }
        Ok(())
    }
}

/// Searches for a key without Python code.
#[inline]
pub(crate) fn look_up(cx: &Context, table: DictTable, key: Value, hash: u32) -> Lookup {
    match Str::from_value(key) {
        Some(text) if text.is_exact() => table.search_str(text, hash),
        _ if key.is_small_int() => table.search_small_int(key, hash),
        _ => search_other(cx, table, key, hash),
    }
}

/// Searches for a key that is neither an exact string nor a tagged int, without Python code.
#[inline(never)]
fn search_other(cx: &Context, table: DictTable, key: Value, hash: u32) -> Lookup {
    table.search_from(table.probe(hash), hash, |other| match_keys(cx, key, other)).into()
}

/// Compares keys without running Python code, as far as that is possible.
#[inline]
pub fn match_keys(cx: &Context, key: Value, other: Value) -> KeyMatch {
    if other.is(key) {
        return KeyMatch::Same;
    }
    if let Some(text) = Str::from_value(key) {
        return match_str(text, key, other);
    }
    if key.is_small_int() && other.is_small_int() {
        return KeyMatch::Different;
    }
    cx.match_without_python(key, other)
}

impl FromValue for Dict {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        Dict::expect(cx, value)
    }
}
impl NotValue for Dict {}
impl IntoValue for Dict {
    #[inline(always)]
    fn into_value(self, _cx: &Context) -> PyResult<Value> {
        Ok(self.as_value())
    }
}

impl Context {
    /// An empty dict.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn new_dict(&self) -> PyResult<Dict> {
        Ok(Dict(self.allocate(Kind::Dict, SLOTS as usize, RAW_BYTES as usize)?))
    }

    /// An empty dict with room for `capacity` entries.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_dict_with_capacity(&self, capacity: usize) -> PyResult<Dict> {
        let dict = self.new_dict()?;
        if capacity > 0 {
            let table = self.new_dict_table(capacity)?;
            self.store(dict.0, TABLE, Value::from(table.object()));
        }
        Ok(dict)
    }
}

impl Dict {
    /// The value of an exact string key; absent also when only Python code could tell.
    #[inline(always)]
    pub(crate) fn get_str_fast(self, cx: &Context, key: Str) -> Option<Value> {
        let table = self.table()?;
        match table.search_str(key, fold_hash(key.hash(cx))) {
            // SAFETY: the search found it in the table.
            Lookup::Entry(entry) => unsafe { table.value_unchecked(entry) },
            _ => None,
        }
    }

    /// The value of a tagged int key; absent also when only Python code could tell.
    #[inline(always)]
    pub(crate) fn get_small_int_fast(self, cx: &Context, key: Value) -> Option<Value> {
        let table = self.table()?;
        let hash = fold_hash(cx.hash(key).ok()?);
        match table.search_small_int(key, hash) {
            // SAFETY: the search found it in the table.
            Lookup::Entry(entry) => unsafe { table.value_unchecked(entry) },
            _ => None,
        }
    }
}
