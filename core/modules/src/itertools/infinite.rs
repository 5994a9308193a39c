//! `count`, `cycle` and `repeat`.
//!
//! Invariant: a `count` shared by threads gives each number once (compare-and-swap on the current one); `repeat` counts down in a raw word,
//! claimed once for each item.

use threadsnake_engine::native::Arguments;
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::protocol::number::BinaryOperator;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::types::int_object::{as_i64, is_int};
use threadsnake_engine::types::iterator_state::{claim, claim_backwards};
use threadsnake_engine::types::list::List;
use threadsnake_engine::types::repr_builder::ReprBuilder;
use threadsnake_engine::{Context, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

const CURRENT: usize = 0;
const STEP: usize = 1;

/// Return a count object whose .__next__() method returns consecutive values.
///
/// Equivalent to:
///     def count(firstval=0, step=1):
///         x = firstval
///         while 1:
///             yield x
///             x += step
#[pyclass(
    id = Count,
    name = "count",
    module = "itertools",
    slots = 2,
    signature = "(start=0, step=1)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Count(ObjectRef);

fn check_number(cx: &Context, value: Value) -> PyResult<()> {
    use threadsnake_engine::Name;
    let class = cx.class_of(value);
    let is_number = is_int(value)
        || [Name::__index__, Name::__float__, Name::__int__, Name::__complex__]
            .into_iter()
            .any(|method| class.lookup_name(cx, method).is_some())
        || value.is_kind(threadsnake_engine::Kind::Complex);
    if is_number { Ok(()) } else { Err(cx.type_error(format_args!("a number is required"))) }
}

#[pymethods]
impl Count {
    #[pynew(signature = "(start=0, step=1)")]
    fn new(cx: &Context, class: Value, start: Option<Value>, step: Option<Value>) -> PyResult {
        let start = start.unwrap_or(Value::small_int_unchecked(0));
        let step = step.unwrap_or(Value::small_int_unchecked(1));
        check_number(cx, start)?;
        check_number(cx, step)?;
        let object = allocate_of_class(cx, Class::expect(cx, class)?)?;
        cx.store(object, CURRENT, start);
        cx.store(object, STEP, step);
        Ok(Value::from(object))
    }

    #[pynext]
    fn next(cx: &Context, this: Count) -> PyResult<Option<Value>> {
        let object = this.object();
        loop {
            let (Some(current), Some(step)) = (object.value(CURRENT), object.value(STEP)) else {
                return Ok(None);
            };
            let next = match (current.as_small_int(), step.as_small_int()) {
                // Two small ints: their sum fits an `i64`.
                (Some(current), Some(step)) => cx.int(current.wrapping_add(step))?,
                _ => cx.binary_operation(BinaryOperator::Add, current, step)?,
            };
            if !object.is_shared() {
                cx.store(object, CURRENT, next);
                return Ok(Some(current));
            }
            // Another thread may have taken this number.
            if cx.compare_exchange(object, CURRENT, Some(current), Some(next)) {
                return Ok(Some(current));
            }
        }
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Count) -> PyResult {
        let object = this.object();
        let mut text = ReprBuilder::default();
        text.push_str(cx.short_type_name(this.as_value()));
        text.push("(");
        text.push_repr(cx, object.value(CURRENT).unwrap_or(Value::NONE))?;
        let step = object.value(STEP).unwrap_or(Value::NONE);
        if step.as_small_int() != Some(1) {
            text.push(", ");
            text.push_repr(cx, step)?;
        }
        text.push(")");
        text.finish(cx)
    }
}

const ITERATOR: usize = 0;
const SAVED: usize = 1;
const POSITION: usize = 0;

/// Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.
#[pyclass(
    id = Cycle,
    name = "cycle",
    module = "itertools",
    slots = 2,
    raw = 8,
    signature = "(iterable, /)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Cycle(ObjectRef);

#[pymethods]
impl Cycle {
    #[pynew]
    fn new(cx: &Context, class: Value, iterable: Value) -> PyResult {
        let iterator = cx.iterator_object(iterable)?;
        let saved = cx.new_list(0)?;
        let object = allocate_of_class(cx, Class::expect(cx, class)?)?;
        cx.store(object, ITERATOR, iterator);
        cx.store(object, SAVED, saved.as_value());
        Ok(Value::from(object))
    }

    #[pynext]
    fn next(cx: &Context, this: Cycle) -> PyResult<Option<Value>> {
        let object = this.object();
        let Some(saved) = object.value(SAVED).and_then(List::from_value) else { return Ok(None) };
        if let Some(iterator) = object.value(ITERATOR) {
            if let Some(item) = cx.next_of(iterator)? {
                saved.push(cx, item)?;
                return Ok(Some(item));
            }
            cx.clear(object, ITERATOR);
        }
        loop {
            if saved.is_empty() {
                return Ok(None);
            }
            match claim(object, POSITION, saved.len()) {
                Some(index) => return Ok(saved.get(index)),
                None => object.raw_store_u64(POSITION, 0),
            }
        }
    }
}

const ELEMENT: usize = 0;
const REMAINING: usize = 0;
const ENDLESS: usize = 8;

/// repeat(object [,times]) -> create an iterator which returns the object
/// for the specified number of times.  If not specified, returns the object
/// endlessly.
#[pyclass(
    id = Repeat,
    name = "repeat",
    module = "itertools",
    slots = 1,
    raw = 16,
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Repeat(ObjectRef);

#[pymethods]
impl Repeat {
    #[pynew(signature = "(object, times=None)")]
    fn new(cx: &Context, class: Value, object: Value, times: Option<Value>) -> PyResult {
        let count = match times {
            Some(times) => Some(cx.index_i64(times)?.max(0)),
            None => None,
        };
        let made = allocate_of_class(cx, Class::expect(cx, class)?)?;
        cx.store(made, ELEMENT, object);
        made.raw_store_u64(REMAINING, count.unwrap_or(0) as u64);
        made.raw_store_u64(ENDLESS, count.is_none() as u64);
        Ok(Value::from(made))
    }

    #[pynext]
    fn next(cx: &Context, this: Repeat) -> PyResult<Option<Value>> {
        let _ = cx;
        let object = this.object();
        if object.raw_u64(ENDLESS) == 0 && claim_backwards(object, REMAINING).is_none() {
            return Ok(None);
        }
        Ok(object.value(ELEMENT))
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(cx: &Context, this: Repeat) -> PyResult<u64> {
        if this.object().raw_u64(ENDLESS) != 0 {
            return Err(cx.type_error(format_args!("len() of unsized object")));
        }
        Ok(this.object().raw_u64(REMAINING))
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Repeat) -> PyResult {
        let object = this.object();
        let mut text = ReprBuilder::default();
        text.push_str(cx.short_type_name(this.as_value()));
        text.push("(");
        text.push_repr(cx, object.value(ELEMENT).unwrap_or(Value::NONE))?;
        if object.raw_u64(ENDLESS) == 0 {
            text.push(", ");
            text.push_repr(cx, cx.int(object.raw_u64(REMAINING) as i64)?)?;
        }
        text.push(")");
        text.finish(cx)
    }
}

/// The number of an optional non-negative argument.
pub(super) fn natural(cx: &Context, value: Value, text: &str) -> PyResult<usize> {
    let index = cx.index(value)?;
    match as_i64(index).and_then(|number| usize::try_from(number).ok()) {
        Some(number) => Ok(number),
        None => Err(cx.value_error(format_args!("{text}"))),
    }
}

/// Refuses keywords for the builtin class itself; a subclass's constructor may take some.
pub(super) fn no_keywords(cx: &Context, class: Class, name: &str, arguments: &Arguments<'_>) -> PyResult<()> {
    if class.is_native() && arguments.keyword_count() > 0 {
        return Err(cx.type_error(format_args!("{name}() takes no keyword arguments")));
    }
    Ok(())
}
