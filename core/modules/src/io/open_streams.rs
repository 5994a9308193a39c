//! Streams that may hold bytes which nobody has written yet, so that the end of the program can write them.
//!
//! Invariant: the list holds weak references only; a stream enters it when it first keeps something back. Dead entries are taken out whenever
//! the list has doubled. CPython gets the same by destroying every module at its end.

use threadsnake_engine::engine::Root;
use threadsnake_engine::types::list::List;
use threadsnake_engine::{Context, Kind, ObjectRef, PyResult, Value};

/// From this length on dead entries are looked for.
const FIRST_SWEEP: usize = 64;

/// Remembers a stream until it dies.
///
/// # Errors
/// MemoryError.
pub fn remember(cx: &Context, stream: ObjectRef) -> PyResult<()> {
    let reference = cx.weak_reference(Value::from(stream))?;
    let list = match cx.root(Root::OpenStreams).and_then(List::from_value) {
        Some(list) => list,
        None => {
            let list = cx.new_list(0)?;
            cx.set_root(Root::OpenStreams, Some(list.as_value()));
            list
        }
    };
    list.push(cx, reference)?;
    let length = list.len();
    if length >= FIRST_SWEEP && length.is_power_of_two() {
        let entries = list.snapshot(cx);
        let mut living = cx.scratch();
        for &entry in entries.as_slice() {
            if cx.weak_referent(entry).is_some() {
                living.push(entry);
            }
        }
        // An entry that another thread adds just now would be lost by the replacement: then the old list stays.
        if list.len() == length {
            list.replace_all(cx, living.as_slice())?;
        }
    }
    Ok(())
}

/// Writes what the streams that are still alive keep back; text goes first, as it goes through buffers.
///
/// # Errors
/// None for single streams: `failed` is told of each error.
pub fn flush_all(cx: &Context, mut failed: impl FnMut(&Context, Value)) {
    let Some(list) = cx.root(Root::OpenStreams).and_then(List::from_value) else { return };
    let entries = list.snapshot(cx);
    for text_only in [true, false] {
        for &entry in entries.as_slice() {
            let Some(stream) = cx.weak_referent(entry) else { continue };
            if stream.is_kind(Kind::TextIOWrapper) != text_only {
                continue;
            }
            let flushed = match super::stream::is_closed(cx, stream) {
                Ok(true) => Ok(()),
                Ok(false) => super::stream::ask(cx, stream, threadsnake_engine::Name::flush).map(|_| ()),
                // Detached or never initialized: it keeps nothing back.
                Err(raised) => {
                    cx.take_exception(raised);
                    Ok(())
                }
            };
            if let Err(raised) = flushed {
                let exception = cx.take_exception(raised);
                failed(cx, exception);
            }
        }
    }
}
