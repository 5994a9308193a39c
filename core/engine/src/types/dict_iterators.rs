//! The iterators of dicts and sets.
//!
//! Invariant: slot 0 is the dict or set, empty once the iterator is exhausted; slot 1 the table that the iteration began with. The raw words are
//! the next entry (for reverse iterators one more than it), the number of entries then, and how many are left. Entries of
//! a table never move, so an iteration goes on as long as the table is the same and the number of entries too; it ends with
//! RuntimeError otherwise. Each entry is claimed once, whatever threads share the iterator.
//! Source: Objects/dictobject.c, Objects/setobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_heap::arch::{AtomicU64, Ordering};
use threadsnake_macros::{pyclass, pymethods};

use crate::context::{Context, ScratchVector};
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::types::dict::Dict;
use crate::types::dict_table::DictTable;
use crate::types::iterator_state::reduce;
use crate::types::set::Set;
use crate::value::Value;

const OWNER: usize = 0;
const TABLE: usize = 1;
const SLOTS: u16 = 2;
const POSITION: usize = 0;
const USED: usize = 8;
const REMAINING: usize = 16;
const RAW_BYTES: u16 = 24;
/// No dict has this many entries: the mark of an iteration that has failed.
const FAILED: u64 = u64::MAX;

#[inline(always)]
fn owner(object: ObjectRef) -> Option<Dict> {
    match object.slot(OWNER) {
        0 => None,
        // SAFETY: `make` puts a dict or a set there, and nothing else is.
        word => Some(unsafe { Dict::of_owner_word(word) }),
    }
}

fn changed(cx: &Context, object: ObjectRef, what: &str) -> crate::error::Raised {
    let is_set = Kind::of(object) == Kind::SetIterator;
    let text = if is_set { "Set changed size" } else { what };
    cx.raise(ExceptionClass::RuntimeError, format_args!("{text} during iteration"))
}

/// A raw word of an iterator.
#[inline(always)]
fn word(object: &ObjectRef, offset: usize) -> &AtomicU64 {
    // SAFETY: `make` and `rest` alone make iterators, with `SLOTS` slots and `RAW_BYTES` bytes, which are accessed as atomics of 8 bytes.
    unsafe { object.raw_behind::<{ SLOTS as usize }, AtomicU64>(offset) }
}

/// The next entry: its key and value.
#[inline]
fn advance(cx: &Context, object: ObjectRef, reverse: bool) -> PyResult<Option<(Value, Value)>> {
    let Some(owner) = owner(object) else { return Ok(None) };
    if owner.len() as u64 != word(&object, USED).load(Ordering::Acquire) {
        object.raw_store_u64(USED, FAILED);
        return Err(changed(cx, object, "dictionary changed size"));
    }
    let table = match object.slot(TABLE) {
        0 => {
            cx.clear(object, OWNER);
            return Ok(None);
        }
        // SAFETY: `make` puts the table of the dict or set there, and nothing else is.
        word => DictTable::from_object(unsafe { ObjectRef::from_address(word as usize) }),
    };
    if owner.table() != Some(table) {
        object.raw_store_u64(USED, FAILED);
        return Err(changed(cx, object, "dictionary keys changed"));
    }
    loop {
        // Acquire and Release, here and below: as in `ObjectAccess`.
        let position = word(&object, POSITION).load(Ordering::Acquire);
        let found =
            if reverse { find_before(table, position as usize) } else { find_from(table, position as usize) };
        let Some((entry, key, value)) = found else {
            cx.clear(object, OWNER);
            return Ok(None);
        };
        let next = if reverse { entry as u64 } else { entry as u64 + 1 };
        if object.is_shared() {
            // Of two threads that found the same entry one fails here and looks for the next.
            let claimed = object.raw_cell_u64(POSITION).compare_exchange(
                position,
                next,
                Ordering::AcqRel,
                Ordering::Acquire,
            );
            if claimed.is_err() {
                continue;
            }
        } else {
            word(&object, POSITION).store(next, Ordering::Release);
        }
        let remaining = word(&object, REMAINING);
        remaining.store(remaining.load(Ordering::Acquire).saturating_sub(1), Ordering::Release);
        return Ok(Some((key, value)));
    }
}

#[inline(always)]
fn find_from(table: DictTable, position: usize) -> Option<(usize, Value, Value)> {
    let mut entry = position.max(table.first_live());
    let end = table.entry_count().min(table.capacity());
    while entry < end {
        // SAFETY: below the capacity.
        let (key, value) = unsafe { table.entry_words(entry) };
        if let (Some(key), Some(value)) = (Value::from_word(key), Value::from_word(value)) {
            return Some((entry, key, value));
        }
        entry += 1;
    }
    None
}

fn find_before(table: DictTable, position: usize) -> Option<(usize, Value, Value)> {
    let mut entry = position;
    while entry > 0 {
        entry -= 1;
        if let (Some(key), Some(value)) = (table.key(entry), table.value(entry)) {
            return Some((entry, key, value));
        }
    }
    None
}

fn length_hint(object: ObjectRef) -> u64 {
    match owner(object) {
        Some(owner) if owner.len() as u64 == object.raw_u64(USED) => object.raw_u64(REMAINING),
        _ => 0,
    }
}

/// What an iterator would still give, without advancing it.
fn rest(cx: &Context, object: ObjectRef) -> PyResult<ScratchVector<'_>> {
    let copy = cx.allocate(Kind::of(object), SLOTS as usize, RAW_BYTES as usize)?;
    for slot in 0..SLOTS as usize {
        cx.store_optional(copy, slot, object.value(slot));
    }
    for offset in [POSITION, USED, REMAINING] {
        copy.raw_store_u64(offset, object.raw_u64(offset));
    }
    let iterator = cx.iterate_over(Value::from(copy));
    cx.collect_rest(&iterator)
}

fn reduce_rest(cx: &Context, object: ObjectRef) -> PyResult {
    let items = rest(cx, object)?;
    let list = cx.list(items.as_slice())?;
    reduce(cx, "iter", list)
}

fn make(cx: &Context, kind: Kind, owner: Dict, value: Value, reverse: bool) -> PyResult {
    let object = cx.allocate(kind, SLOTS as usize, RAW_BYTES as usize)?;
    let _guard = cx.lock(owner.object());
    cx.store(object, OWNER, value);
    let used = owner.len() as u64;
    object.raw_store_u64(USED, used);
    object.raw_store_u64(REMAINING, used);
    if let Some(table) = owner.table() {
        cx.store(object, TABLE, Value::from(table.object()));
        if reverse {
            object.raw_store_u64(POSITION, table.entry_count() as u64);
        }
    }
    Ok(Value::from(object))
}

/// An iterator over a dict, of one of the six kinds.
///
/// # Errors
/// MemoryError.
pub fn new(cx: &Context, kind: Kind, dict: Dict) -> PyResult {
    let reverse = matches!(
        kind,
        Kind::DictReverseKeyIterator | Kind::DictReverseValueIterator | Kind::DictReverseItemIterator
    );
    make(cx, kind, dict, dict.as_value(), reverse)
}

/// `iter(dict)`
///
/// # Errors
/// MemoryError.
pub fn keys(cx: &Context, dict: Dict) -> PyResult {
    new(cx, Kind::DictKeyIterator, dict)
}

/// `iter(set)`
///
/// # Errors
/// MemoryError.
pub fn over_set(cx: &Context, set: Set) -> PyResult {
    make(cx, Kind::SetIterator, set.as_table_owner(), set.as_value(), false)
}

/// The iterator of a dict and of its keys.
#[pyclass(id = DictKeyIterator, name = "dict_keyiterator", slots = SLOTS, raw = RAW_BYTES, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct DictKeyIterator(ObjectRef);

#[pymethods]
impl DictKeyIterator {
    #[pynext]
    fn next(cx: &Context, this: DictKeyIterator) -> PyResult<Option<Value>> {
        match advance(cx, this.0, false)? {
            Some((key, _)) => Ok(Some(key)),
            None => Ok(None),
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(this: DictKeyIterator) -> u64 {
        length_hint(this.0)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: DictKeyIterator) -> PyResult {
        reduce_rest(cx, this.0)
    }
}

/// The iterator of a dict's values.
#[pyclass(id = DictValueIterator, name = "dict_valueiterator", slots = SLOTS, raw = RAW_BYTES, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct DictValueIterator(ObjectRef);

#[pymethods]
impl DictValueIterator {
    #[pynext]
    fn next(cx: &Context, this: DictValueIterator) -> PyResult<Option<Value>> {
        match advance(cx, this.0, false)? {
            Some((_, value)) => Ok(Some(value)),
            None => Ok(None),
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(this: DictValueIterator) -> u64 {
        length_hint(this.0)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: DictValueIterator) -> PyResult {
        reduce_rest(cx, this.0)
    }
}

/// The iterator of a dict's items.
#[pyclass(id = DictItemIterator, name = "dict_itemiterator", slots = SLOTS, raw = RAW_BYTES, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct DictItemIterator(ObjectRef);

impl DictItemIterator {
    /// The next key and value.
    #[inline]
    pub(crate) fn next_pair(self, cx: &Context) -> PyResult<Option<(Value, Value)>> {
        advance(cx, self.0, false)
    }
}

#[pymethods]
impl DictItemIterator {
    #[pynext]
    fn next(cx: &Context, this: DictItemIterator) -> PyResult<Option<Value>> {
        match this.next_pair(cx)? {
            Some((key, value)) => cx.tuple(&[key, value]).map(Some),
            None => Ok(None),
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(this: DictItemIterator) -> u64 {
        length_hint(this.0)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: DictItemIterator) -> PyResult {
        reduce_rest(cx, this.0)
    }
}

/// The reverse iterator of a dict and of its keys.
#[pyclass(id = DictReverseKeyIterator, name = "dict_reversekeyiterator", slots = SLOTS, raw = RAW_BYTES, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct DictReverseKeyIterator(ObjectRef);

#[pymethods]
impl DictReverseKeyIterator {
    #[pynext]
    fn next(cx: &Context, this: DictReverseKeyIterator) -> PyResult<Option<Value>> {
        match advance(cx, this.0, true)? {
            Some((key, _)) => Ok(Some(key)),
            None => Ok(None),
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(this: DictReverseKeyIterator) -> u64 {
        length_hint(this.0)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: DictReverseKeyIterator) -> PyResult {
        reduce_rest(cx, this.0)
    }
}

/// The reverse iterator of a dict's values.
#[pyclass(id = DictReverseValueIterator, name = "dict_reversevalueiterator", slots = SLOTS, raw = RAW_BYTES, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct DictReverseValueIterator(ObjectRef);

#[pymethods]
impl DictReverseValueIterator {
    #[pynext]
    fn next(cx: &Context, this: DictReverseValueIterator) -> PyResult<Option<Value>> {
        match advance(cx, this.0, true)? {
            Some((_, value)) => Ok(Some(value)),
            None => Ok(None),
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(this: DictReverseValueIterator) -> u64 {
        length_hint(this.0)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: DictReverseValueIterator) -> PyResult {
        reduce_rest(cx, this.0)
    }
}

/// The reverse iterator of a dict's items.
#[pyclass(id = DictReverseItemIterator, name = "dict_reverseitemiterator", slots = SLOTS, raw = RAW_BYTES, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct DictReverseItemIterator(ObjectRef);

#[pymethods]
impl DictReverseItemIterator {
    #[pynext]
    fn next(cx: &Context, this: DictReverseItemIterator) -> PyResult<Option<Value>> {
        match advance(cx, this.0, true)? {
            Some((key, value)) => cx.tuple(&[key, value]).map(Some),
            None => Ok(None),
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(this: DictReverseItemIterator) -> u64 {
        length_hint(this.0)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: DictReverseItemIterator) -> PyResult {
        reduce_rest(cx, this.0)
    }
}

/// The iterator of a set.
#[pyclass(id = SetIterator, name = "set_iterator", slots = SLOTS, raw = RAW_BYTES, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct SetIterator(ObjectRef);

#[pymethods]
impl SetIterator {
    #[pynext]
    fn next(cx: &Context, this: SetIterator) -> PyResult<Option<Value>> {
        match advance(cx, this.0, false)? {
            Some((key, _)) => Ok(Some(key)),
            None => Ok(None),
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(this: SetIterator) -> u64 {
        length_hint(this.0)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: SetIterator) -> PyResult {
        reduce_rest(cx, this.0)
    }
}
