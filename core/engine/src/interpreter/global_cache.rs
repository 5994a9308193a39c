//! Loads of global and builtin names with inline caches.
//!
//! Invariant: an entry of a dict table keeps its key for the table's life, so (table id, entry) finds a global without comparing keys. A
//! builtin is cached with the globals' table id and entry count: unchanged, the globals have gained no name since.

use threadsnake_heap::ObjectRef;

use crate::context::Context;
use crate::engine::Root;
use crate::error::PyResult;
use crate::interpreter::frame::Frame;
use crate::interpreter::inline_cache::{
    Entry, EntryKind, MAXIMUM_PLACE, is_packed, pack, packed_place, packed_version,
};
use crate::interpreter::variables;
use crate::types::dict::{Dict, TABLE};
use crate::types::dict_table::DictTable;
use crate::value::Value;

/// The value of a global that the cache word leads to, if it still holds.
#[inline(always)]
pub(crate) fn cached_global(frame: &Frame, cached: u64) -> Option<Value> {
    if !is_packed(cached) {
        return None;
    }
    debug_assert!(frame.globals_dict().is_some());
    // SAFETY: a frame that runs code has a dict for its globals (`push_frame` takes one), and a dict has the slot of its table, which is
    // empty or holds one.
    let table = unsafe {
        let globals = ObjectRef::from_address(frame.globals.get() as usize);
        let table = globals.slot_unchecked(TABLE);
        if table == 0 {
            return None;
        }
        DictTable::from_object(ObjectRef::from_address(table as usize))
    };
    if table.id() != packed_version(cached) {
        return None;
    }
    // SAFETY: the id names the table, which had the entry when the cache was set.
    unsafe { table.value_unchecked(packed_place(cached) as usize) }
}

/// The builtin that the cache word leads to, if it still holds.
#[inline]
fn cached_builtin(cx: &Context, frame: &Frame, cached: u64) -> Option<Value> {
    let table = frame.globals_dict()?.table()?;
    let entry = Entry::from_word(cached)?;
    if !entry.is(EntryKind::Builtin)
        || entry.version() != table.id()
        || entry.auxiliary() != table.entry_count() as u64
    {
        return None;
    }
    let builtins = cx.root(Root::Builtins).and_then(Dict::from_value)?.table()?;
    if builtins.id() == entry.value() { builtins.value(entry.place()) } else { None }
}

fn place_of(cx: &Context, dict: Dict, name: Value) -> PyResult<Option<(DictTable, usize)>> {
    Ok(dict.find(cx, name)?.map(|place| (place.table, place.entry)))
}

/// A builtin by the cache, or looks a name up and remembers where it was.
#[inline(never)]
pub(crate) fn load_global(cx: &Context, frame: &Frame, name_index: u32, cached: u64) -> PyResult<Value> {
    match cached_builtin(cx, frame, cached) {
        Some(value) => Ok(value),
        None => load_global_slow(cx, frame, name_index),
    }
}

#[cold]
fn load_global_slow(cx: &Context, frame: &Frame, name_index: u32) -> PyResult<Value> {
    let name = variables::name(cx, frame, name_index);
    let Some(globals) = frame.globals_dict() else { return Err(cx.name_error(name)) };
    if !globals.is_exact() {
        // Nothing is remembered of what a subclass's `__getitem__` or `__missing__` may answer.
        return variables::find_global(cx, frame, name)?.ok_or_else(|| cx.name_error(name));
    }
    // Taken before the lookups, so that what changes meanwhile makes the cache miss.
    let table_before = globals.table();
    let entries_before = table_before.map_or(0, DictTable::entry_count);
    if let Some((table, entry)) = place_of(cx, globals, name.as_value())?
        && let Some(value) = table.value(entry)
    {
        if entry <= MAXIMUM_PLACE {
            set_cache(cx, frame, pack(table.id(), entry as u64));
        }
        return Ok(value);
    }
    let builtins = variables::builtins_of(cx, globals)?;
    if let Some((table, entry)) = place_of(cx, builtins, name.as_value())?
        && let Some(value) = table.value(entry)
    {
        let engine_builtins = cx.root(Root::Builtins).is_some_and(|own| own.is(builtins.as_value()));
        if let (Some(before), true) = (table_before, engine_builtins) {
            let cached =
                Entry::new(cx, before.id(), EntryKind::Builtin, entry, table.id(), entries_before as u64)?;
            set_cache(cx, frame, cached.word());
        }
        return Ok(value);
    }
    Err(cx.name_error(name))
}

/// Sets the cache word of the instruction under way.
pub(crate) fn set_cache(cx: &Context, frame: &Frame, word: u64) {
    let index = frame.instruction_index() as usize;
    if let Some(caches) = caches_of(frame)
        && index < caches.slot_count()
    {
        cx.mutator().store(caches, index, word);
    }
}

fn caches_of(frame: &Frame) -> Option<ObjectRef> {
    use crate::object_access::ObjectAccess;
    frame.code_object()?.object().value(crate::types::code::slot::CACHES)?.as_object()
}
