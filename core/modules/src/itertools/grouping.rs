//! `groupby` and `tee`.
//!
//! Invariant of `groupby`: a group belongs to its parent while the parent's current group is this one; it ends when the parent has gone
//! on. Invariant of `tee`: the items read ahead are a chain of nodes; a node's value is set once (compare-and-swap), after its
//! successor is in place, so that whoever finds the value finds the way on.

use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::{Context, Kind, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pyfunction, pymethods};

const SOURCE: usize = 0;
const KEY_FUNCTION: usize = 1;
const TARGET_KEY: usize = 2;
const CURRENT_KEY: usize = 3;
const CURRENT_VALUE: usize = 4;
const CURRENT_GROUP: usize = 5;

/// make an iterator that returns consecutive keys and groups from the iterable
///
///   iterable
///     Elements to divide into groups according to the key function.
///   key
///     A function for computing the group category for each element.
///     If the key function is not specified or is None, the element itself
///     is used for grouping.
#[pyclass(
    id = GroupBy,
    name = "groupby",
    module = "itertools",
    slots = 6,
    signature = "(iterable, key=None)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct GroupBy(ObjectRef);

/// Takes the next item; whether there was one.
fn step(cx: &Context, parent: ObjectRef) -> PyResult<bool> {
    let Some(source) = parent.value(SOURCE) else { return Ok(false) };
    let Some(item) = cx.next_of(source)? else { return Ok(false) };
    let key = match parent.value(KEY_FUNCTION) {
        Some(function) if !function.is_none() => cx.call(function, &[item])?,
        _ => item,
    };
    cx.store(parent, CURRENT_VALUE, item);
    cx.store(parent, CURRENT_KEY, key);
    Ok(true)
}

#[pymethods]
impl GroupBy {
    #[pynew(signature = "(iterable, key=None)")]
    fn new(cx: &Context, class: Value, iterable: Value, key: Option<Value>) -> PyResult {
        let iterator = cx.iterator_object(iterable)?;
        let object = allocate_of_class(cx, Class::expect(cx, class)?)?;
        cx.store(object, SOURCE, iterator);
        cx.store(object, KEY_FUNCTION, key.unwrap_or(Value::NONE));
        Ok(Value::from(object))
    }

    #[pynext]
    fn next(cx: &Context, this: GroupBy) -> PyResult<Option<Value>> {
        let object = this.object();
        cx.clear(object, CURRENT_GROUP);
        loop {
            match (object.value(CURRENT_KEY), object.value(TARGET_KEY)) {
                (Some(_), None) => break,
                (Some(current), Some(target)) if !cx.equal(target, current)? => break,
                _ => {}
            }
            if !step(cx, object)? {
                return Ok(None);
            }
            cx.poll()?;
        }
        let Some(key) = object.value(CURRENT_KEY) else { return Ok(None) };
        cx.store(object, TARGET_KEY, key);
        let group = cx.allocate(Kind::Grouper, 2, 0)?;
        cx.store(group, PARENT, this.as_value());
        cx.store(group, GROUP_KEY, key);
        cx.store(object, CURRENT_GROUP, Value::from(group));
        cx.tuple(&[key, Value::from(group)]).map(Some)
    }
}

const PARENT: usize = 0;
const GROUP_KEY: usize = 1;

/// The iterator of one group.
#[pyclass(
    id = Grouper,
    name = "_grouper",
    module = "itertools",
    slots = 2,
    flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES),
    doc = ""
)]
pub struct Grouper(ObjectRef);

#[pymethods]
impl Grouper {
    #[pynext]
    fn next(cx: &Context, this: Grouper) -> PyResult<Option<Value>> {
        let object = this.object();
        let (Some(parent), Some(key)) = (object.value(PARENT), object.value(GROUP_KEY)) else {
            return Ok(None);
        };
        let Some(parent) = parent.as_object() else { return Ok(None) };
        if !parent.value(CURRENT_GROUP).is_some_and(|group| group.is(this.as_value())) {
            return Ok(None);
        }
        if parent.value(CURRENT_VALUE).is_none() && !step(cx, parent)? {
            return Ok(None);
        }
        let (Some(value), Some(current)) = (parent.value(CURRENT_VALUE), parent.value(CURRENT_KEY)) else {
            return Ok(None);
        };
        if !cx.equal(key, current)? {
            return Ok(None);
        }
        cx.clear(parent, CURRENT_VALUE);
        cx.clear(parent, CURRENT_KEY);
        Ok(Some(value))
    }
}

const NODE_VALUE: usize = 0;
const NODE_NEXT: usize = 1;
const NODE_SOURCE: usize = 2;

/// Data container common to multiple tee objects.
#[pyclass(
    id = TeeData,
    name = "_tee_dataobject",
    module = "itertools",
    slots = 3,
    flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES)
)]
pub struct TeeData(ObjectRef);

#[pymethods]
impl TeeData {}

fn new_node(cx: &Context, source: Value) -> PyResult<ObjectRef> {
    let node = cx.allocate(Kind::TeeData, 3, 0)?;
    cx.store(node, NODE_SOURCE, source);
    Ok(node)
}

const NODE: usize = 0;

/// Iterator wrapped to make it copyable.
#[pyclass(
    id = Tee,
    name = "_tee",
    module = "itertools",
    slots = 1,
    signature = "(iterable, /)"
)]
pub struct Tee(ObjectRef);

fn tee_at(cx: &Context, node: Value) -> PyResult {
    let object = cx.allocate(Kind::Tee, 1, 0)?;
    cx.store(object, NODE, node);
    Ok(Value::from(object))
}

/// A tee of an iterable: a copy if it is a tee already.
fn tee_of(cx: &Context, iterable: Value) -> PyResult {
    let iterator = cx.iterator_object(iterable)?;
    if let Some(node) = Tee::from_value(iterator).and_then(|tee| tee.object().value(NODE)) {
        return tee_at(cx, node);
    }
    let node = new_node(cx, iterator)?;
    tee_at(cx, Value::from(node))
}

/// The value of a node, read from the source if no tee has come here yet, and the node behind it.
fn read_node(cx: &Context, node: ObjectRef) -> PyResult<Option<(Value, Value)>> {
    if let (Some(value), Some(next)) = (node.value(NODE_VALUE), node.value(NODE_NEXT)) {
        return Ok(Some((value, next)));
    }
    let Some(source) = node.value(NODE_SOURCE) else { return Ok(None) };
    let Some(item) = cx.next_of(source)? else { return Ok(None) };
    // Reading the source may have filled this node, and another thread may be doing so now: the item goes to the first node
    // that has no value.
    let mut place = node;
    loop {
        if place.value(NODE_NEXT).is_none() {
            let next = new_node(cx, source)?;
            cx.compare_exchange(place, NODE_NEXT, None, Some(Value::from(next)));
        }
        if cx.compare_exchange(place, NODE_VALUE, None, Some(item)) {
            break;
        }
        match place.value(NODE_NEXT).and_then(Value::as_object) {
            Some(next) => place = next,
            None => return Ok(None),
        }
    }
    match (node.value(NODE_VALUE), node.value(NODE_NEXT)) {
        (Some(value), Some(next)) => Ok(Some((value, next))),
        _ => Ok(None),
    }
}

#[pymethods]
impl Tee {
    #[pynew]
    fn new(cx: &Context, _class: Value, iterable: Value) -> PyResult {
        tee_of(cx, iterable)
    }

    #[pynext]
    fn next(cx: &Context, this: Tee) -> PyResult<Option<Value>> {
        let object = this.object();
        loop {
            let Some(node) = object.value(NODE) else { return Ok(None) };
            let Some(node_object) = node.as_object() else { return Ok(None) };
            let Some((value, next)) = read_node(cx, node_object)? else { return Ok(None) };
            // Another thread may have taken this item of the same tee.
            if cx.compare_exchange(object, NODE, Some(node), Some(next)) {
                return Ok(Some(value));
            }
        }
    }

    /// Returns an independent iterator.
    #[pymethod]
    fn __copy__(cx: &Context, this: Tee) -> PyResult {
        match this.object().value(NODE) {
            Some(node) => tee_at(cx, node),
            None => Err(cx.type_error(format_args!("tee object is not initialized"))),
        }
    }
}

/// Returns a tuple of n independent iterators.
#[pyfunction(name = "tee", signature = "(iterable, n=2, /)")]
pub fn tee(cx: &Context, iterable: Value, n: i64) -> PyResult {
    let Ok(count) = usize::try_from(n) else {
        return Err(cx.value_error(format_args!("n must be >= 0")));
    };
    let mut tees = cx.scratch();
    if count > 0 {
        let first = tee_of(cx, iterable)?;
        tees.push(first);
        let node = Tee::expect(cx, first)?.object().value(NODE);
        for _ in 1..count {
            tees.push(tee_at(cx, node.unwrap_or(Value::NONE))?);
            cx.poll()?;
        }
    }
    cx.tuple(tees.as_slice())
}
