//! The hash table of a dict: index, hashes and entries in one heap object.
//!
//! Layout: slots `2i` and `2i + 1` are key and value of entry `i`; the raw tail holds a header, each entry's hash folded to 32
//! bits, then the index (one, two or four bytes per place, by size).
//!
//! Invariant: entries are appended, never reused: an entry's key and hash are written before its index place is published
//! (Release) and never change after; deleting empties the value and nothing else, and a search passes over entries without
//! value, as the key may have been appended again. So a reader without lock that finds an entry through the index (Acquire) reads
//! the right key, and its value is the current one or empty, which means "deleted" at a moment within the read. A full table is replaced by a new one; the old is never written again, so a reader still in it sees the dict as it
//! was when the read began. The table's id is unique for the life of the engine: inline caches may keep (id, entry).
//! Source: the compact ordered dict of Objects/dictobject.c; the reader's protocol is our own.

use threadsnake_heap::ObjectRef;
use threadsnake_heap::arch::{AtomicU8, AtomicU16, AtomicU32, Ordering};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::types::str_object::Str;
use crate::value::Value;

/// A table.
#[derive(Copy, Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct DictTable(ObjectRef);

const ID: usize = 0;
const ENTRIES: usize = 8;
const SIZE_SHIFT: usize = 12;
const FIRST_LIVE: usize = 16;
const LIVE_END: usize = 20;
const HASHES: usize = 24;

const FREE: u32 = 0;

/// A hash folded to the 32 bits that the table works with; high bits count, so that multiples of 2**32 do not collide.
#[inline(always)]
pub fn fold_hash(hash: i64) -> u32 {
    (hash as u64 ^ (hash as u64 >> 32)) as u32
}

/// Where a search ended.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// The entry with the key; its value may be empty when it was deleted meanwhile.
    Entry(usize),
    /// No entry has the key.
    Absent,
    /// An entry with the same hash whose key must be compared by Python code, and where to go on.
    Compare {
        /// The entry.
        entry: usize,
        /// The search's state, for [`DictTable::search_from`].
        probe: Probe,
    },
}

/// Where a search that runs no Python code ended. It is returned in registers.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Lookup {
    /// The entry with the key; its value may be empty when it was deleted meanwhile.
    Entry(usize),
    /// No entry has the key.
    Absent,
    /// Only Python code can tell whether a key with the same hash is the same: [`DictTable::search_from`] goes on.
    Unknown,
}

impl From<Found> for Lookup {
    #[inline(always)]
    fn from(found: Found) -> Lookup {
        match found {
            Found::Entry(entry) => Lookup::Entry(entry),
            Found::Absent => Lookup::Absent,
            Found::Compare { .. } => Lookup::Unknown,
        }
    }
}

/// State of a search.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Probe {
    place: usize,
    perturbation: u32,
}

impl Probe {
    #[inline(always)]
    fn advance(&mut self, mask: usize) {
        self.perturbation >>= 5;
        self.place =
            self.place.wrapping_mul(5).wrapping_add(self.perturbation as usize).wrapping_add(1) & mask;
    }
}

/// A cell of an index.
trait IndexCell {
    /// What it holds. Acquire.
    fn load(&self) -> u32;
}
macro_rules! index_cells {
    ($($cell:ty),*) => { $(
        impl IndexCell for $cell {
            #[inline(always)]
            fn load(&self) -> u32 {
                // Acquire pairs with the Release in `Places::claim`.
                <$cell>::load(self, Ordering::Acquire) as u32
            }
        }
    )* };
}
index_cells!(AtomicU8, AtomicU16, AtomicU32);

/// The cells of an index, by their width.
enum Places<'a> {
    Bytes(&'a [AtomicU8]),
    Halves(&'a [AtomicU16]),
    Words(&'a [AtomicU32]),
}

impl Places<'_> {
    /// Puts `content` into the first free place for a hash. The number of places is a power of two, and one is free.
    #[inline(always)]
    fn claim(&self, hash: u32, content: u32) {
        macro_rules! claim {
            ($cells:expr, $content:expr) => {{
                let mask = $cells.len() - 1;
                let mut probe = Probe { place: hash as usize & mask, perturbation: hash };
                while let Some(cell) = $cells.get(probe.place) {
                    // Relaxed: the caller is the only writer.
                    if cell.load(Ordering::Relaxed) == 0 {
                        // Release pairs with the Acquire of searches: key, value and hash are visible to whoever finds the entry.
                        return cell.store($content, Ordering::Release);
                    }
                    probe.advance(mask);
                }
            }};
        }
        // Each cell is 0 when free, else the entry's number and one.
        match self {
            Places::Bytes(cells) => claim!(cells, content as u8),
            Places::Halves(cells) => claim!(cells, content as u16),
            Places::Words(cells) => claim!(cells, content),
        }
    }

    /// Frees all places of a table that nobody else has seen.
    fn clear(&self) {
        match self {
            Places::Bytes(cells) => cells.iter().for_each(|cell| cell.store(0, Ordering::Relaxed)),
            Places::Halves(cells) => cells.iter().for_each(|cell| cell.store(0, Ordering::Relaxed)),
            Places::Words(cells) => cells.iter().for_each(|cell| cell.store(0, Ordering::Relaxed)),
        }
    }
}

/// How a key compares to an entry's key without running Python code.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum KeyMatch {
    /// The same key.
    Same,
    /// Another key.
    Different,
    /// Only Python code can tell.
    Unknown,
}

/// The usable entries of a table with `1 << shift` places: two thirds.
fn capacity_of(shift: u32) -> usize {
    (1usize << shift) * 2 / 3
}

impl DictTable {
    /// The table in a dict's slot.
    #[inline(always)]
    pub fn from_object(object: ObjectRef) -> DictTable {
        debug_assert!(object.kind() == Kind::DictTable as u8);
        DictTable(object)
    }

    /// The object.
    #[inline(always)]
    pub fn object(self) -> ObjectRef {
        self.0
    }

    /// Unique among all tables of the engine; below 2**47.
    #[inline(always)]
    pub fn id(self) -> u64 {
        self.0.raw_u64(ID)
    }

    /// Number of entries ever appended, deleted ones included.
    #[inline(always)]
    pub fn entry_count(self) -> usize {
        self.0.raw_u32(ENTRIES) as usize
    }

    /// No entry below this one is live.
    #[inline(always)]
    pub fn first_live(self) -> usize {
        self.0.raw_u32(FIRST_LIVE) as usize
    }

    /// No entry from this one on is live. Only for who holds the dict's lock.
    #[inline(always)]
    pub fn live_end(self) -> usize {
        self.0.raw_u32(LIVE_END) as usize
    }

    /// Bytes of memory the table takes.
    pub fn size_in_bytes(self) -> usize {
        let places = 1usize << self.size_shift();
        threadsnake_heap::HEADER_BYTES
            + 8 * self.0.slot_count()
            + self.index_offset()
            + places * self.index_width()
    }

    fn index_width(self) -> usize {
        match self.size_shift() {
            0..=7 => 1,
            8..=15 => 2,
            _ => 4,
        }
    }

    #[inline(always)]
    fn size_shift(self) -> u32 {
        // SAFETY: a table's tail holds `HASHES` bytes, and the size is only accessed as an atomic of 4 bytes. Relaxed: it never changes after
        // the table is made, and whoever has the table acquired it.
        unsafe { self.0.raw::<AtomicU32>(SIZE_SHIFT) }.load(Ordering::Relaxed)
    }

    /// Number of entries the table can take.
    #[inline(always)]
    pub fn capacity(self) -> usize {
        self.0.slot_count() / 2
    }

    /// The key of an entry; absent beyond the last.
    #[inline(always)]
    pub fn key(self, entry: usize) -> Option<Value> {
        if entry < self.capacity() { self.0.value(2 * entry) } else { None }
    }

    /// The value of an entry; absent when deleted.
    #[inline(always)]
    pub fn value(self, entry: usize) -> Option<Value> {
        if entry < self.capacity() { self.0.value(2 * entry + 1) } else { None }
    }

    /// The value of an entry, without a test of its number.
    ///
    /// # Safety
    /// The table has the entry.
    #[inline(always)]
    pub unsafe fn value_unchecked(self, entry: usize) -> Option<Value> {
        debug_assert!(entry < self.capacity());
        // SAFETY: there are two slots per entry.
        Value::from_word(unsafe { self.0.slot_unchecked(2 * entry + 1) })
    }

    /// The words of an entry's key and value, without a test of its number.
    ///
    /// # Safety
    /// The table has the entry.
    #[inline(always)]
    pub(crate) unsafe fn entry_words(self, entry: usize) -> (u64, u64) {
        debug_assert!(entry < self.capacity());
        // SAFETY: there are two slots per entry.
        unsafe { (self.0.slot_unchecked(2 * entry), self.0.slot_unchecked(2 * entry + 1)) }
    }

    /// The slot of an entry's value.
    #[inline(always)]
    pub fn value_slot(entry: usize) -> usize {
        2 * entry + 1
    }

    #[inline(always)]
    fn hash_cell(&self, entry: usize) -> &AtomicU32 {
        debug_assert!(entry < self.capacity());
        // SAFETY: there is one 4-byte cell per entry from `HASHES` on; callers pass entries below the capacity.
        unsafe { self.0.raw::<AtomicU32>(HASHES + 4 * entry) }
    }

    /// An entry's folded hash.
    #[inline(always)]
    pub fn hash(self, entry: usize) -> u32 {
        // Relaxed: written before the index place was published, which the reader acquired.
        self.hash_cell(entry).load(Ordering::Relaxed)
    }

    #[inline(always)]
    fn index_offset(self) -> usize {
        HASHES + 4 * self.capacity()
    }

    #[inline(always)]
    fn mask(self) -> usize {
        (1usize << self.size_shift()) - 1
    }

    /// The start of a search.
    #[inline(always)]
    pub fn probe(self, hash: u32) -> Probe {
        Probe { place: hash as usize & self.mask(), perturbation: hash }
    }

    /// Searches from a probe; `matches` compares keys without running Python code.
    #[inline(always)]
    pub fn search_from(self, probe: Probe, hash: u32, matches: impl Fn(Value) -> KeyMatch) -> Found {
        // One loop for each width of the index, so that what is the same for the whole table is worked out once.
        match self.index_width() {
            1 => self.search_index::<AtomicU8>(probe, hash, matches),
            2 => self.search_index::<AtomicU16>(probe, hash, matches),
            _ => self.search_index::<AtomicU32>(probe, hash, matches),
        }
    }

    #[inline(always)]
    fn search_index<C: IndexCell>(
        self,
        mut probe: Probe,
        hash: u32,
        matches: impl Fn(Value) -> KeyMatch,
    ) -> Found {
        let capacity = self.capacity();
        let mask = self.mask();
        let raw = self.0.raw_bytes_pointer();
        // SAFETY: the raw tail holds `HASHES` bytes, a hash of 4 bytes per entry, and the index: `mask + 1` cells, of this width says the
        // caller. Entries are below the capacity, and have two slots each. The order of the loads is that of the stores in `append`, backwards.
        unsafe {
            let hashes = raw.add(HASHES).cast::<AtomicU32>();
            let index = hashes.add(capacity).cast::<C>();
            loop {
                // Acquire pairs with the Release in `Places::claim`.
                let content = (*index.add(probe.place)).load();
                if content == FREE {
                    return Found::Absent;
                }
                let entry = content as usize - 1;
                if entry < capacity
                    && (*hashes.add(entry)).load(Ordering::Relaxed) == hash
                    && let Some(key) = Value::from_word(self.0.slot_unchecked(2 * entry))
                {
                    match matches(key) {
                        KeyMatch::Same if self.0.slot_unchecked(2 * entry + 1) != 0 => {
                            return Found::Entry(entry);
                        }
                        KeyMatch::Unknown if self.0.slot_unchecked(2 * entry + 1) != 0 => {
                            probe.advance(mask);
                            return Found::Compare { entry, probe };
                        }
                        _ => {}
                    }
                }
                probe.advance(mask);
            }
        }
    }

    /// Searches for an exact string key.
    #[inline(never)]
    pub fn search_str(self, key: Str, hash: u32) -> Lookup {
        debug_assert!(key.is_exact());
        let Some(entry) = self.first_with(hash) else { return Lookup::Absent };
        // SAFETY: the table has the entry, which has two slots.
        let (other, value) =
            unsafe { (self.0.slot_unchecked(2 * entry), self.0.slot_unchecked(2 * entry + 1)) };
        if value == 0 {
            return self.search_str_slow(key, hash);
        }
        if other == key.as_value().word() {
            return Lookup::Entry(entry);
        }
        match Value::from_word(other).and_then(Str::from_value) {
            Some(text) if text.is_exact() && text.equals_short(key) => Lookup::Entry(entry),
            _ => self.search_str_slow(key, hash),
        }
    }

    #[inline(never)]
    fn search_str_slow(self, key: Str, hash: u32) -> Lookup {
        let key_value = key.as_value();
        self.search_from(self.probe(hash), hash, |other| match_str(key, key_value, other)).into()
    }

    /// Searches for a tagged int.
    #[inline(never)]
    pub fn search_small_int(self, key: Value, hash: u32) -> Lookup {
        debug_assert!(key.is_small_int());
        let Some(entry) = self.first_with(hash) else { return Lookup::Absent };
        // SAFETY: as in `search_str`.
        let (other, value) =
            unsafe { (self.0.slot_unchecked(2 * entry), self.0.slot_unchecked(2 * entry + 1)) };
        if other == key.word() && value != 0 {
            return Lookup::Entry(entry);
        }
        self.search_small_int_slow(key, hash)
    }

    #[inline(never)]
    fn search_small_int_slow(self, key: Value, hash: u32) -> Lookup {
        let matches = |other: Value| {
            if other.is(key) {
                KeyMatch::Same
            } else if other.is_small_int() {
                KeyMatch::Different
            } else {
                KeyMatch::Unknown
            }
        };
        self.search_from(self.probe(hash), hash, matches).into()
    }

    /// The first entry with a hash on the way of a search: nearly always it is the one that is searched. A loop without a call, which
    /// keeps what it needs in registers.
    #[inline(always)]
    fn first_with(self, hash: u32) -> Option<usize> {
        let capacity = self.capacity();
        let raw = self.0.raw_bytes_pointer();
        let shift = self.size_shift();
        let mask = (1usize << shift) - 1;
        // SAFETY: as in `search_index`, with the width that the size implies.
        unsafe {
            let hashes = raw.add(HASHES).cast::<AtomicU32>();
            let index = hashes.add(capacity).cast::<u8>();
            let mut probe = Probe { place: hash as usize & mask, perturbation: hash };
            loop {
                let content = match shift {
                    0..=7 => IndexCell::load(&*index.cast::<AtomicU8>().add(probe.place)),
                    8..=15 => IndexCell::load(&*index.cast::<AtomicU16>().add(probe.place)),
                    _ => IndexCell::load(&*index.cast::<AtomicU32>().add(probe.place)),
                };
                if content == FREE {
                    return None;
                }
                let entry = content as usize - 1;
                if entry < capacity && (*hashes.add(entry)).load(Ordering::Relaxed) == hash {
                    return Some(entry);
                }
                probe.advance(mask);
            }
        }
    }

    /// Appends an entry; false if the table is full. The caller holds the dict's lock and knows that the key is absent.
    pub fn append(self, cx: &Context, key: Value, value: Value, hash: u32) -> bool {
        let entry = self.entry_count();
        if entry >= self.capacity() {
            return false;
        }
        cx.store(self.0, 2 * entry, key);
        cx.store(self.0, 2 * entry + 1, value);
        self.hash_cell(entry).store(hash, Ordering::Relaxed);
        self.places().claim(hash, entry as u32 + 1);
        // The count comes last: who has read the new count and then finds no entry for the key may rely on there being none.
        // The other way round, a search between the two stores would count an entry that it could not find, and its writer, who
        // sees the same count under the lock, would append the key once more.
        self.0.raw_store_u32(LIVE_END, entry as u32 + 1);
        self.0.raw_store_u32(ENTRIES, entry as u32 + 1);
        true
    }

    /// The places of the index.
    #[inline(always)]
    fn places(&self) -> Places<'_> {
        let places = 1usize << self.size_shift();
        // SAFETY: the index begins behind the hashes and has as many cells as this, of the width that the size implies; it lives as long as
        // the table, which the borrow of this handle keeps on the caller's stack.
        unsafe {
            let start = self.0.raw_bytes_pointer().add(HASHES).cast::<AtomicU32>().add(self.capacity());
            match self.index_width() {
                1 => Places::Bytes(core::slice::from_raw_parts(start.cast::<AtomicU8>(), places)),
                2 => Places::Halves(core::slice::from_raw_parts(start.cast::<AtomicU16>(), places)),
                _ => Places::Words(core::slice::from_raw_parts(start, places)),
            }
        }
    }

    /// Copies the live entries of another table, of which there are so many and whose keys all differ, if this one is new, holds nothing, has
    /// room for them and needs no barrier; false, with nothing done, if not so. The caller holds the lock of the other's dict.
    pub(crate) fn fill_from(self, from: DictTable, live: usize) -> bool {
        let (first, end) = (from.first_live(), from.entry_count().min(from.capacity()));
        if self.entry_count() != 0 || !self.0.takes_plain_stores() || live > self.capacity() {
            return false;
        }
        let as_it_is = live == end && first == 0 && self.size_shift() == from.size_shift();
        let mut count = 0;
        for entry in first..end {
            // SAFETY: below the capacity.
            let (key, value) = unsafe { from.entry_words(entry) };
            if key == 0 || value == 0 {
                continue;
            }
            if count >= self.capacity() {
                return self.forget_filled(count);
            }
            // SAFETY: the entry was tested to be there, and that stores are plain: no safepoint comes between.
            unsafe {
                self.0.store_plain(2 * count, key);
                self.0.store_plain(2 * count + 1, value);
            }
            count += 1;
            if !as_it_is {
                let hash = from.hash(entry);
                self.hash_cell(count - 1).store(hash, Ordering::Relaxed);
                self.places().claim(hash, count as u32);
            }
        }
        if as_it_is && count == live {
            let bytes = self.index_offset() - HASHES + (self.index_width() << self.size_shift());
            // SAFETY: both tails hold so many bytes of hashes and index behind `HASHES`, as the sizes are equal. Nobody writes those of the
            // other table while the caller holds the lock, and nobody else has this one.
            unsafe {
                let source = from.0.raw_bytes_pointer().add(HASHES).cast_const();
                core::ptr::copy_nonoverlapping(source, self.0.raw_bytes_pointer().add(HASHES), bytes);
            }
        } else if as_it_is {
            return self.forget_filled(count);
        }
        self.0.raw_store_u32(LIVE_END, count as u32);
        self.0.raw_store_u32(ENTRIES, count as u32);
        true
    }

    /// Empties a table that nobody else has seen and whose first entries were filled.
    #[cold]
    fn forget_filled(self, count: usize) -> bool {
        for slot in 0..2 * count {
            // SAFETY: the entries are there; that stores are plain was tested, and nothing has happened since.
            unsafe { self.0.store_plain(slot, 0) };
        }
        self.places().clear();
        false
    }

    /// Deletes an entry: it keeps its place in the index until the table is rebuilt. The caller holds the dict's lock.
    pub fn remove(self, cx: &Context, entry: usize) {
        cx.clear(self.0, Self::value_slot(entry));
        // Dicts are used as queues and as stacks: neither end is searched through deleted entries again and again. Entries never
        // come alive again, so whoever reads the old bounds only searches further than need be.
        if entry == self.first_live() {
            self.0.raw_store_u32(FIRST_LIVE, entry as u32 + 1);
        }
        if entry + 1 == self.live_end() {
            self.0.raw_store_u32(LIVE_END, entry as u32);
        }
    }

    /// Overwrites an entry's value. The caller holds the dict's lock, or the right to overwrite.
    #[inline]
    pub fn set_value(self, cx: &Context, entry: usize, value: Value) {
        cx.store(self.0, 2 * entry + 1, value);
    }
}

/// Compares a string key to an entry's key.
#[inline(always)]
pub fn match_str(key: Str, key_value: Value, other: Value) -> KeyMatch {
    if other.is(key_value) {
        return KeyMatch::Same;
    }
    match Str::from_value(other) {
        Some(text) if text.is_exact() && key.is_exact() => {
            if text.equals_another(key) {
                KeyMatch::Same
            } else {
                KeyMatch::Different
            }
        }
        _ => KeyMatch::Unknown,
    }
}

impl Context {
    /// A table with room for at least `entries` entries.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_dict_table(&self, entries: usize) -> PyResult<DictTable> {
        let mut shift = 3;
        while capacity_of(shift) < entries {
            shift += 1;
            if shift > 31 {
                return Err(self.memory_error());
            }
        }
        let capacity = capacity_of(shift);
        let index_width = if shift <= 7 {
            1
        } else if shift <= 15 {
            2
        } else {
            4
        };
        let raw = HASHES + 4 * capacity + (index_width << shift);
        let object = self.allocate(Kind::DictTable, 2 * capacity, raw)?;
        object.raw_store_u64(ID, self.next_version());
        object.raw_store_u32(SIZE_SHIFT, shift);
        Ok(DictTable(object))
    }
}
