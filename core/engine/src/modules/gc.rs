//! `gc`: the program's view of the collector.
//!
//! What counting frees is freed at the end of an epoch, whatever this module says; cycles are found by the heap's backup trace, which
//! starts by itself when what is mature has doubled, or from [`collect`] here. There are no generations: every collection is a full one, and
//! `freeze` has nothing to move, so it only remembers how much there was. `disable()` stops traces that start by themselves (not the one
//! that stands between an allocation and a MemoryError).
//!
//! Invariant: `callbacks` are called around collections that the program asks for, not around those that start by themselves, in whose pause no
//! Python code can run. What is listed (`get_objects`, `get_referrers`) is what a collection just found alive.
//! Source: Modules/gcmodule.c, Python/gc.c.

use threadsnake_bytecode::Operation;
use threadsnake_heap::ObjectRef;
use threadsnake_heap::arch::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use threadsnake_macros::pymodule;

use crate::context::{Context, ScratchVector};
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::native::ClassFlags;
use crate::object_access::ObjectAccess;
use crate::safepoint::run_finalizers;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::value::Value;

const DEBUG_STATS: u32 = 1;
const DEBUG_COLLECTABLE: u32 = 2;
const DEBUG_UNCOLLECTABLE: u32 = 4;
const DEBUG_SAVEALL: u32 = 32;
const DEBUG_LEAK: u32 = DEBUG_COLLECTABLE | DEBUG_UNCOLLECTABLE | DEBUG_SAVEALL;

/// Collections that one call makes at most: each but the first because finalizers ran since the one before.
const ROUNDS: usize = 4;
/// Words of stack cleared before a collection: more than a collection's own frames take.
const FORGOTTEN_WORDS: usize = 2048;
/// Internal objects between an object and what it refers to.
const INTERNAL_DEPTH: usize = 8;
/// Generations that the interface speaks of.
const GENERATIONS: usize = 3;

/// What the module remembers; a part of the engine.
pub(crate) struct CollectorState {
    enabled: AtomicBool,
    thresholds: [AtomicI64; GENERATIONS],
    debug: AtomicU32,
    /// Collections asked for, and what they found, by generation.
    collections: [AtomicU64; GENERATIONS],
    collected: [AtomicU64; GENERATIONS],
    frozen: AtomicU64,
}

impl CollectorState {
    pub(crate) const fn new() -> CollectorState {
        CollectorState {
            enabled: AtomicBool::new(true),
            thresholds: [AtomicI64::new(2000), AtomicI64::new(10), AtomicI64::new(0)],
            debug: AtomicU32::new(0),
            collections: [const { AtomicU64::new(0) }; GENERATIONS],
            collected: [const { AtomicU64::new(0) }; GENERATIONS],
            frozen: AtomicU64::new(0),
        }
    }

    fn apply(&self, cx: &Context) {
        // Relaxed here and below: settings and figures, which order nothing.
        let wanted = self.enabled.load(Ordering::Relaxed) && self.thresholds[0].load(Ordering::Relaxed) > 0;
        cx.mutator().heap().set_automatic_trace(wanted);
    }
}

/// Whether an object is one that Python code never sees.
fn is_internal(object: ObjectRef) -> bool {
    match Kind::of(object) {
        Kind::Shape
        | Kind::SlotArray
        | Kind::RawArray
        | Kind::DictTable
        | Kind::SetTable
        | Kind::CacheEntry
        | Kind::WeakCell => true,
        Kind::List => holds_shapes(object),
        _ => false,
    }
}

/// Whether a list is the one in which a class keeps its shapes.
fn holds_shapes(list: ObjectRef) -> bool {
    let first_slot = |object: ObjectRef, slot| {
        if slot < object.slot_count() { object.value(slot).and_then(Value::as_object) } else { None }
    };
    let first = first_slot(list, crate::types::list::ITEMS).and_then(|items| first_slot(items, 0));
    first.is_some_and(|first| Kind::of(first) == Kind::Shape)
}

/// Whether an object can be part of a cycle, as CPython's collector sees it: atoms cannot.
fn is_tracked_object(object: ObjectRef) -> bool {
    if is_internal(object) {
        return false;
    }
    match Kind::of(object) {
        Kind::Int
        | Kind::Bool
        | Kind::Float
        | Kind::Complex
        | Kind::Str
        | Kind::Bytes
        | Kind::ByteArray
        | Kind::Range
        | Kind::NoneType
        | Kind::EllipsisType
        | Kind::NotImplementedType
        | Kind::Code
        | Kind::NoDefaultType => object.client_flags() & crate::kind::client_flags::SUBCLASS != 0,
        Kind::Tuple => object.slot_count() > 0,
        _ => true,
    }
}

/// Visits what an object refers to, as Python code would see it: what its internal objects hold counts as its own. No safepoint.
fn each_referent(object: ObjectRef, depth: usize, visit: &mut dyn FnMut(Value)) {
    for slot in 0..object.slot_count() {
        let Some(value) = object.value(slot) else { continue };
        match value.as_object() {
            Some(inner) if is_internal(inner) => {
                if depth < INTERNAL_DEPTH
                    && !matches!(Kind::of(inner), Kind::Shape | Kind::CacheEntry | Kind::WeakCell)
                {
                    each_referent(inner, depth + 1, visit);
                }
            }
            _ => visit(value),
        }
    }
}

/// Adds an instance's class, which its header leads to, where the class is one that a program made.
fn class_referent(cx: &Context, value: Value) -> Option<Value> {
    let class = cx.class_of(value);
    class.flags().has(ClassFlags::HEAP_TYPE).then(|| class.as_value())
}

fn notify(cx: &Context, phase: &str, generation: usize, collected: usize) -> PyResult<()> {
    let Some(callbacks) = cx.root(Root::CollectorCallbacks).and_then(List::from_value) else { return Ok(()) };
    if callbacks.is_empty() {
        return Ok(());
    }
    let information = cx.new_dict()?;
    for (name, number) in [("generation", generation), ("collected", collected), ("uncollectable", 0)] {
        information.set_str(cx, cx.intern_str(name)?, cx.int_from_u64(number as u64)?)?;
    }
    let phase = cx.str(phase)?;
    for &callback in callbacks.snapshot(cx).as_slice() {
        if let Err(raised) = cx.call(callback, &[phase, information.as_value()]) {
            let exception = cx.take_exception(raised);
            cx.report_unraisable(exception, None, callback);
        }
    }
    Ok(())
}

/// Overwrites the stack below the caller's frame, where calls that have returned left words that may look like references: frames
/// pushed next, which do not write all of their words, would hand them to the scan as roots.
#[inline(never)]
fn forget_returned_frames() {
    let mut words = [0_usize; FORGOTTEN_WORDS];
    core::hint::black_box(&mut words);
}

/// Whether `gc.collect` was called by an instruction of the current frame, not by a native function.
fn is_called_by_instruction(cx: &Context) -> bool {
    let Some(frame) = cx.frames().innermost() else { return false };
    let instructions = frame.code_data().map_or(&[][..], |data| &data.instructions);
    // A frame that stands at the second word of an instruction executes the first.
    let index = frame.instruction_index() as usize;
    let second = instructions.get(index).and_then(|word| word.operation()) == Some(Operation::Extra);
    let Some(instruction) = instructions.get(index.saturating_sub(second as usize)) else { return false };
    let is_call = matches!(
        instruction.operation(),
        Some(Operation::Call | Operation::CallMethod | Operation::CallKeyword | Operation::CallMethodKeyword)
    );
    is_call && frame.register(instruction.b() as usize) == cx.root(Root::CollectFunction)
}

/// The address on this thread's stack below which nobody holds a reference, if `gc.collect` runs; else 0.
///
/// `del x; gc.collect()` frees `x` every time: the frames between a call instruction and a collection, with what earlier calls left in
/// their unused slots and in registers, do not count.
fn floor_of_references(cx: &Context) -> usize {
    if is_called_by_instruction(cx) { cx.loop_floor.get() } else { 0 }
}

/// Collects until nothing that a finalizer could have set free is left, within bounds; the objects found unreachable.
pub(crate) fn collect_all(cx: &Context) -> usize {
    // SAFETY: no frames are below no address.
    unsafe { collect_all_above(cx, 0) }
}

/// # Safety
/// `Mutator::collect_above`'s.
unsafe fn collect_all_above(cx: &Context, floor: usize) -> usize {
    let mut collected = 0;
    for _ in 0..ROUNDS {
        forget_returned_frames();
        // SAFETY: passed on.
        let collection = unsafe { cx.mutator().collect_above(floor) };
        collected += collection.objects_freed;
        if collection.finalizers_queued == 0 && collection.weak_cells_queued == 0 {
            break;
        }
        if cx.finalizing.get() {
            // Called from a finalizer: the run around it goes on with what is queued.
            break;
        }
        run_finalizers(cx);
    }
    collected
}

/// The tracked objects that `select` picks, all of them alive.
fn census<'a>(cx: &'a Context, mut select: impl FnMut(ObjectRef) -> bool) -> ScratchVector<'a> {
    let found = cx.mutator().live_objects(|object| is_tracked_object(object) && select(object));
    // No safepoint before they are all in the vector.
    let mut kept = cx.scratch();
    for object in found {
        kept.push(Value::from(object));
    }
    kept
}

/// Provides access to the garbage collector for reference cycles.
#[pymodule(name = "gc")]
pub mod module {
    use alloc::format;

    use super::*;
    use crate::sys_module::hooks::write_to_stderr;

    /// Enable automatic garbage collection.
    #[pyfunction]
    fn enable(cx: &Context) {
        let state = &cx.engine().collector;
        state.enabled.store(true, Ordering::Relaxed);
        state.apply(cx);
    }

    /// Disable automatic garbage collection.
    #[pyfunction]
    fn disable(cx: &Context) {
        let state = &cx.engine().collector;
        state.enabled.store(false, Ordering::Relaxed);
        state.apply(cx);
    }

    /// Returns true if automatic garbage collection is enabled.
    #[pyfunction]
    fn isenabled(cx: &Context) -> bool {
        cx.engine().collector.enabled.load(Ordering::Relaxed)
    }

    /// Run the garbage collector.
    ///
    /// With no arguments, run a full collection.  The optional argument
    /// may be an integer specifying which generation to collect.  A ValueError
    /// is raised if the generation number is invalid.
    ///
    /// The number of unreachable objects is returned.
    #[pyfunction(signature = "(generation=2)")]
    fn collect(cx: &Context, generation: i32) -> PyResult<usize> {
        let Some(index) = usize::try_from(generation).ok().filter(|index| *index < GENERATIONS) else {
            return Err(cx.value_error(format_args!("invalid generation")));
        };
        let state = &cx.engine().collector;
        let debug = state.debug.load(Ordering::Relaxed) & DEBUG_STATS != 0;
        if debug {
            write_to_stderr(cx, &format!("gc: collecting generation {index}...\n"))?;
        }
        notify(cx, "start", index, 0)?;
        let begun = cx.engine().platform().monotonic_nanoseconds();
        // SAFETY: the floor is that of the dispatch loop whose instruction called this function, which holds nothing (its invariant); what
        // was passed is a number, and neither this function nor `collect_all_above` holds a reference.
        let collected = unsafe { collect_all_above(cx, floor_of_references(cx)) };
        let elapsed = cx.engine().platform().monotonic_nanoseconds().saturating_sub(begun);
        state.collections[index].fetch_add(1, Ordering::Relaxed);
        state.collected[index].fetch_add(collected as u64, Ordering::Relaxed);
        notify(cx, "stop", index, collected)?;
        if debug {
            let seconds = elapsed as f64 / 1e9;
            write_to_stderr(
                cx,
                &format!("gc: done, {collected} unreachable, 0 uncollectable, {seconds:.4}s elapsed\n"),
            )?;
        }
        Ok(collected)
    }

    /// Return a three-tuple of the current collection counts.
    ///
    /// The first is the number of epochs since cycles were looked for last; there are no generations to count in.
    #[pyfunction]
    fn get_count(cx: &Context) -> PyResult<Value> {
        let epochs = cx.int_from_u64(cx.mutator().heap().epochs_since_trace())?;
        let zero = Value::int_from_u32(0);
        cx.tuple(&[epochs, zero, zero])
    }

    /// set_threshold(threshold0, [threshold1, [threshold2]])
    /// Set the collection thresholds (the collection frequency).
    ///
    /// Setting 'threshold0' to zero disables collection.
    #[pyfunction(signature = "(threshold0, threshold1=None, threshold2=None, /)")]
    fn set_threshold(
        cx: &Context,
        threshold0: i32,
        threshold1: Option<Value>,
        threshold2: Option<Value>,
    ) -> PyResult<()> {
        let mut rest = [None; 2];
        for (place, value) in rest.iter_mut().zip([threshold1, threshold2]) {
            if let Some(value) = value {
                *place = Some(<i32 as crate::native::FromValue>::from_value(cx, value)?);
            }
        }
        let state = &cx.engine().collector;
        let all = [Some(threshold0), rest[0], rest[1]];
        for (cell, threshold) in state.thresholds.iter().zip(all) {
            if let Some(threshold) = threshold {
                cell.store(i64::from(threshold), Ordering::Relaxed);
            }
        }
        state.apply(cx);
        Ok(())
    }

    /// Return the current collection thresholds.
    #[pyfunction]
    fn get_threshold(cx: &Context) -> PyResult<Value> {
        let [first, second, third] = &cx.engine().collector.thresholds;
        let first = cx.int(first.load(Ordering::Relaxed))?;
        let second = cx.int(second.load(Ordering::Relaxed))?;
        let third = cx.int(third.load(Ordering::Relaxed))?;
        cx.tuple(&[first, second, third])
    }

    /// Set the garbage collection debugging flags.
    ///
    ///   flags
    ///     An integer that can have the following bits turned on:
    ///       DEBUG_STATS - Print statistics during collection.
    ///       DEBUG_COLLECTABLE - Print collectable objects found.
    ///       DEBUG_UNCOLLECTABLE - Print unreachable but uncollectable objects found.
    ///       DEBUG_SAVEALL - Save objects to gc.garbage rather than freeing them.
    ///       DEBUG_LEAK - Debug leaking programs (everything but STATS).
    ///
    /// Debugging information is written to sys.stderr.
    #[pyfunction]
    fn set_debug(cx: &Context, flags: i32) -> PyResult<()> {
        let flags = flags as u32;
        if flags & (DEBUG_COLLECTABLE | DEBUG_SAVEALL) != 0 {
            return Err(cx.raise(
                ExceptionClass::NotImplementedError,
                format_args!(
                    "gc.DEBUG_COLLECTABLE and gc.DEBUG_SAVEALL are not supported yet by threadsnake"
                ),
            ));
        }
        cx.engine().collector.debug.store(flags, Ordering::Relaxed);
        Ok(())
    }

    /// Get the garbage collection debugging flags.
    #[pyfunction]
    fn get_debug(cx: &Context) -> u32 {
        cx.engine().collector.debug.load(Ordering::Relaxed)
    }

    /// Return a list of dictionaries containing per-generation statistics.
    #[pyfunction]
    fn get_stats(cx: &Context) -> PyResult<Value> {
        let state = &cx.engine().collector;
        let asked: u64 = state.collections.iter().map(|cell| cell.load(Ordering::Relaxed)).sum();
        let stats = cx.list_from(&[])?;
        for generation in 0..GENERATIONS {
            let mut collections = state.collections[generation].load(Ordering::Relaxed);
            if generation + 1 == GENERATIONS {
                // Traces that started by themselves are full collections too.
                collections += cx.mutator().heap().traces().saturating_sub(asked);
            }
            let entry = cx.new_dict()?;
            let figures = [
                ("collections", collections),
                ("collected", state.collected[generation].load(Ordering::Relaxed)),
                ("uncollectable", 0),
            ];
            for (name, figure) in figures {
                entry.set_str(cx, cx.intern_str(name)?, cx.int_from_u64(figure)?)?;
            }
            stats.push(cx, entry.as_value())?;
        }
        Ok(stats.as_value())
    }

    /// Return a list of objects tracked by the collector (excluding the list returned).
    ///
    ///   generation
    ///     Generation to extract the objects from.
    ///
    /// If generation is not None, return only the objects tracked by the collector
    /// that are in that generation.
    #[pyfunction(signature = "(generation=None)")]
    fn get_objects(cx: &Context, generation: Option<i64>) -> PyResult<Value> {
        cx.audit("gc.get_objects", || Ok([cx.int(generation.unwrap_or(-1))?]))?;
        match generation {
            Some(number) if number < 0 => {
                Err(cx.value_error(format_args!("generation parameter cannot be negative")))
            }
            Some(number) if number >= GENERATIONS as i64 => Err(cx.value_error(format_args!(
                "generation parameter must be less than the number of available generations (3)"
            ))),
            // Everything is in the oldest generation: a collection has just been made.
            Some(0 | 1) => cx.list(&[]),
            _ => {
                let found = census(cx, |_| true);
                cx.list(found.as_slice())
            }
        }
    }

    /// Return the list of objects that directly refer to any of 'objs'.
    #[pyfunction(signature = "(*objs)")]
    fn get_referrers(cx: &Context, objs: &[Value]) -> PyResult<Value> {
        cx.audit("gc.get_referrers", || Ok([cx.tuple(objs)?]))?;
        let found = census(cx, |object| {
            let mut refers = false;
            let mut look = |value: Value| refers |= objs.iter().any(|wanted| wanted.is(value));
            each_referent(object, 0, &mut look);
            if let Some(class) = class_referent(cx, Value::from(object)) {
                look(class);
            }
            refers
        });
        cx.list(found.as_slice())
    }

    /// Return the list of objects that are directly referred to by 'objs'.
    #[pyfunction(signature = "(*objs)")]
    fn get_referents(cx: &Context, objs: &[Value]) -> PyResult<Value> {
        cx.audit("gc.get_referents", || Ok([cx.tuple(objs)?]))?;
        let mut found = cx.scratch();
        for &value in objs {
            let Some(object) = value.as_object().filter(|object| is_tracked_object(*object)) else {
                continue;
            };
            each_referent(object, 0, &mut |value| found.push(value));
            if let Some(class) = class_referent(cx, value) {
                found.push(class);
            }
        }
        cx.list(found.as_slice())
    }

    /// Returns true if the object is tracked by the garbage collector.
    ///
    /// Simple atomic objects will return false.
    #[pyfunction]
    fn is_tracked(obj: Value) -> bool {
        obj.as_object().is_some_and(is_tracked_object)
    }

    /// Returns true if the object has been already finalized by the GC.
    #[pyfunction]
    fn is_finalized(cx: &Context, obj: Value) -> bool {
        let flags = cx.class_of(obj).flags();
        let has_finalizer = flags.has(ClassFlags::HAS_FINALIZER) || flags.has(ClassFlags::NATIVE_FINALIZER);
        has_finalizer && obj.as_object().is_some_and(|object| !object.is_finalizable())
    }

    /// Freeze all current tracked objects and ignore them for future collections.
    ///
    /// This can be used before a POSIX fork() call to make the gc copy-on-write friendly.
    /// Note: collection before a POSIX fork() call may free pages for future allocation
    /// which can cause copy-on-write.
    ///
    /// Counts and marks lie outside of the objects here, so there is nothing to move: only their number is kept.
    #[pyfunction]
    fn freeze(cx: &Context) {
        let mut count = 0;
        cx.mutator().live_objects(|object| {
            count += u64::from(is_tracked_object(object));
            false
        });
        cx.engine().collector.frozen.store(count, Ordering::Relaxed);
    }

    /// Unfreeze all objects in the permanent generation.
    ///
    /// Put all objects in the permanent generation back into oldest generation.
    #[pyfunction]
    fn unfreeze(cx: &Context) {
        cx.engine().collector.frozen.store(0, Ordering::Relaxed);
    }

    /// Return the number of objects in the permanent generation.
    #[pyfunction]
    fn get_freeze_count(cx: &Context) -> u64 {
        cx.engine().collector.frozen.load(Ordering::Relaxed)
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace: Dict = cx.module_dict(module)?;
        for (name, flag) in [
            ("DEBUG_STATS", DEBUG_STATS),
            ("DEBUG_COLLECTABLE", DEBUG_COLLECTABLE),
            ("DEBUG_UNCOLLECTABLE", DEBUG_UNCOLLECTABLE),
            ("DEBUG_SAVEALL", DEBUG_SAVEALL),
            ("DEBUG_LEAK", DEBUG_LEAK),
        ] {
            namespace.set_str(cx, cx.intern_str(name)?, Value::int_from_u32(flag))?;
        }
        let callbacks = cx.list(&[])?;
        cx.set_root(Root::CollectorCallbacks, Some(callbacks));
        cx.set_root(Root::CollectFunction, namespace.get_str(cx, cx.intern_str("collect")?)?);
        namespace.set_str(cx, cx.intern_str("callbacks")?, callbacks)?;
        let garbage = cx.list(&[])?;
        namespace.set_str(cx, cx.intern_str("garbage")?, garbage)
    }
}
