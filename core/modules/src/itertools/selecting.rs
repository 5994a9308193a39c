//! Iterators that end with their source: `accumulate`, `batched`, `chain`, `compress`, `dropwhile`, `filterfalse`, `islice`, `pairwise`, `starmap`,
//! `takewhile`, `zip_longest`.
//!
//! Invariant: the source iterator is in a slot, which is emptied when the source has ended and must not be asked again.

use threadsnake_engine::native::Arguments;
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::protocol::number::BinaryOperator;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::types::list::List;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::infinite::no_keywords;

fn make(cx: &Context, class: Value, values: &[Value]) -> PyResult<ObjectRef> {
    let object = allocate_of_class(cx, Class::expect(cx, class)?)?;
    for (slot, &value) in values.iter().enumerate() {
        cx.store(object, slot, value);
    }
    Ok(object)
}

const SOURCE: usize = 0;
const FUNCTION: usize = 1;
const TOTAL: usize = 2;
const INITIAL: usize = 3;

/// Return series of accumulated sums.
#[pyclass(
    id = Accumulate,
    name = "accumulate",
    module = "itertools",
    slots = 4,
    signature = "(iterable, func=None, *, initial=None)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Accumulate(ObjectRef);

#[pymethods]
impl Accumulate {
    #[pynew(signature = "(iterable, func=None, *, initial=None)")]
    fn new(
        cx: &Context,
        class: Value,
        iterable: Value,
        func: Option<Value>,
        initial: Option<Value>,
    ) -> PyResult {
        let iterator = cx.iterator_object(iterable)?;
        let object = make(cx, class, &[iterator, func.unwrap_or(Value::NONE)])?;
        if let Some(initial) = initial.filter(|initial| !initial.is_none()) {
            cx.store(object, INITIAL, initial);
        }
        Ok(Value::from(object))
    }

    #[pynext]
    fn next(cx: &Context, this: Accumulate) -> PyResult<Option<Value>> {
        let object = this.object();
        if let Some(initial) = object.value(INITIAL) {
            cx.clear(object, INITIAL);
            cx.store(object, TOTAL, initial);
            return Ok(Some(initial));
        }
        let Some(source) = object.value(SOURCE) else { return Ok(None) };
        let Some(item) = cx.next_of(source)? else { return Ok(None) };
        let total = match (object.value(TOTAL), object.value(FUNCTION)) {
            (None, _) => item,
            (Some(total), Some(function)) if !function.is_none() => cx.call(function, &[total, item])?,
            (Some(total), _) => cx.binary_operation(BinaryOperator::Add, total, item)?,
        };
        cx.store(object, TOTAL, total);
        Ok(Some(total))
    }
}

const SIZE: usize = 0;
const STRICT: usize = 8;

/// Batch data into tuples of length n. The last batch may be shorter than n.
///
/// Loops over the input iterable and accumulates data into tuples
/// up to size n.  The input is consumed lazily, just enough to
/// fill a batch.  The result is yielded as soon as a batch is full
/// or when the input iterable is exhausted.
#[pyclass(
    id = Batched,
    name = "batched",
    module = "itertools",
    slots = 1,
    raw = 16,
    signature = "(iterable, n, *, strict=False)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Batched(ObjectRef);

#[pymethods]
impl Batched {
    #[pynew(signature = "(iterable, n, *, strict=False)")]
    fn new(cx: &Context, class: Value, iterable: Value, n: i64, strict: bool) -> PyResult {
        if n < 1 {
            return Err(cx.value_error(format_args!("n must be at least one")));
        }
        let iterator = cx.iterator_object(iterable)?;
        let object = make(cx, class, &[iterator])?;
        object.raw_store_u64(SIZE, n as u64);
        object.raw_store_u64(STRICT, strict as u64);
        Ok(Value::from(object))
    }

    #[pynext]
    fn next(cx: &Context, this: Batched) -> PyResult<Option<Value>> {
        let object = this.object();
        let Some(source) = object.value(SOURCE) else { return Ok(None) };
        let size = object.raw_u64(SIZE) as usize;
        let mut items = cx.scratch();
        while items.len() < size {
            match cx.next_of(source)? {
                Some(item) => items.push(item),
                None => {
                    cx.clear(object, SOURCE);
                    break;
                }
            }
        }
        if items.is_empty() {
            return Ok(None);
        }
        if items.len() < size && object.raw_u64(STRICT) != 0 {
            return Err(cx.value_error(format_args!("batched(): incomplete batch")));
        }
        cx.tuple(items.as_slice()).map(Some)
    }
}

const ITERABLES: usize = 0;
const ACTIVE: usize = 1;

/// Return a chain object whose .__next__() method returns elements from the
/// first iterable until it is exhausted, then elements from the next
/// iterable, until all of the iterables are exhausted.
#[pyclass(
    id = Chain,
    name = "chain",
    module = "itertools",
    slots = 2,
    signature = "(*iterables)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Chain(ObjectRef);

#[pymethods]
impl Chain {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        no_keywords(cx, Class::expect(cx, class)?, "chain", &arguments)?;
        let iterables = cx.tuple(arguments.positional())?;
        let iterator = cx.iterator_object(iterables)?;
        Ok(Value::from(make(cx, class, &[iterator])?))
    }

    /// Alternative chain() constructor taking a single iterable argument that evaluates lazily.
    #[pyclassmethod]
    fn from_iterable(cx: &Context, class: Value, iterable: Value) -> PyResult {
        let iterator = cx.iterator_object(iterable)?;
        Ok(Value::from(make(cx, class, &[iterator])?))
    }

    #[pynext]
    fn next(cx: &Context, this: Chain) -> PyResult<Option<Value>> {
        let object = this.object();
        loop {
            let Some(iterables) = object.value(ITERABLES) else { return Ok(None) };
            let active = match object.value(ACTIVE) {
                Some(active) => active,
                None => match cx.next_of(iterables)? {
                    Some(iterable) => {
                        let iterator = match cx.iterator_object(iterable) {
                            Ok(iterator) => iterator,
                            Err(raised) => {
                                cx.clear(object, ITERABLES);
                                return Err(raised);
                            }
                        };
                        cx.store(object, ACTIVE, iterator);
                        iterator
                    }
                    None => {
                        cx.clear(object, ITERABLES);
                        return Ok(None);
                    }
                },
            };
            if let Some(item) = cx.next_of(active)? {
                return Ok(Some(item));
            }
            // Only if no other thread has gone on to the next iterable meanwhile.
            cx.compare_exchange(object, ACTIVE, Some(active), None);
            cx.poll()?;
        }
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult {
        cx.generic_alias(class, object)
    }
}

/// Return data elements corresponding to true selector elements.
///
/// Forms a shorter iterator from selected data elements using the selectors to
/// choose the data elements.
#[pyclass(
    id = Compress,
    name = "compress",
    module = "itertools",
    slots = 2,
    signature = "(data, selectors)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Compress(ObjectRef);

#[pymethods]
impl Compress {
    #[pynew(signature = "(data, selectors)")]
    fn new(cx: &Context, class: Value, data: Value, selectors: Value) -> PyResult {
        let data = cx.iterator_object(data)?;
        let selectors = cx.iterator_object(selectors)?;
        Ok(Value::from(make(cx, class, &[data, selectors])?))
    }

    #[pynext]
    fn next(cx: &Context, this: Compress) -> PyResult<Option<Value>> {
        let object = this.object();
        let (Some(data), Some(selectors)) = (object.value(0), object.value(1)) else { return Ok(None) };
        loop {
            let Some(item) = cx.next_of(data)? else { return Ok(None) };
            let Some(selector) = cx.next_of(selectors)? else { return Ok(None) };
            if cx.is_true(selector)? {
                return Ok(Some(item));
            }
            cx.poll()?;
        }
    }
}

const STARTED: usize = 0;

/// Drop items from the iterable while predicate(item) is true.
///
/// Afterwards, return every element until the iterable is exhausted.
#[pyclass(
    id = DropWhile,
    name = "dropwhile",
    module = "itertools",
    slots = 2,
    raw = 8,
    signature = "(predicate, iterable, /)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct DropWhile(ObjectRef);

#[pymethods]
impl DropWhile {
    #[pynew]
    fn new(cx: &Context, class: Value, predicate: Value, iterable: Value) -> PyResult {
        let iterator = cx.iterator_object(iterable)?;
        Ok(Value::from(make(cx, class, &[iterator, predicate])?))
    }

    #[pynext]
    fn next(cx: &Context, this: DropWhile) -> PyResult<Option<Value>> {
        let object = this.object();
        let (Some(source), Some(predicate)) = (object.value(SOURCE), object.value(FUNCTION)) else {
            return Ok(None);
        };
        while let Some(item) = cx.next_of(source)? {
            if object.raw_u64(STARTED) != 0 {
                return Ok(Some(item));
            }
            let verdict = cx.call(predicate, &[item])?;
            if !cx.is_true(verdict)? {
                object.raw_store_u64(STARTED, 1);
                return Ok(Some(item));
            }
            cx.poll()?;
        }
        Ok(None)
    }
}

/// Return successive entries from an iterable as long as the predicate evaluates to true for each entry.
#[pyclass(
    id = TakeWhile,
    name = "takewhile",
    module = "itertools",
    slots = 2,
    raw = 8,
    signature = "(predicate, iterable, /)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct TakeWhile(ObjectRef);

#[pymethods]
impl TakeWhile {
    #[pynew]
    fn new(cx: &Context, class: Value, predicate: Value, iterable: Value) -> PyResult {
        let iterator = cx.iterator_object(iterable)?;
        Ok(Value::from(make(cx, class, &[iterator, predicate])?))
    }

    #[pynext]
    fn next(cx: &Context, this: TakeWhile) -> PyResult<Option<Value>> {
        let object = this.object();
        let (Some(source), Some(predicate)) = (object.value(SOURCE), object.value(FUNCTION)) else {
            return Ok(None);
        };
        let Some(item) = cx.next_of(source)? else { return Ok(None) };
        let verdict = cx.call(predicate, &[item])?;
        if cx.is_true(verdict)? {
            return Ok(Some(item));
        }
        cx.clear(object, SOURCE);
        Ok(None)
    }
}

/// Return those items of iterable for which function(item) is false.
///
/// If function is None, return the items that are false.
#[pyclass(
    id = FilterFalse,
    name = "filterfalse",
    module = "itertools",
    slots = 2,
    signature = "(function, iterable, /)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct FilterFalse(ObjectRef);

#[pymethods]
impl FilterFalse {
    #[pynew]
    fn new(cx: &Context, class: Value, function: Value, iterable: Value) -> PyResult {
        let iterator = cx.iterator_object(iterable)?;
        Ok(Value::from(make(cx, class, &[iterator, function])?))
    }

    #[pynext]
    fn next(cx: &Context, this: FilterFalse) -> PyResult<Option<Value>> {
        let object = this.object();
        let (Some(source), Some(function)) = (object.value(SOURCE), object.value(FUNCTION)) else {
            return Ok(None);
        };
        while let Some(item) = cx.next_of(source)? {
            let verdict = if function.is_none() { item } else { cx.call(function, &[item])? };
            if !cx.is_true(verdict)? {
                return Ok(Some(item));
            }
            cx.poll()?;
        }
        Ok(None)
    }
}

/// Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.
#[pyclass(
    id = StarMap,
    name = "starmap",
    module = "itertools",
    slots = 2,
    signature = "(function, iterable, /)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct StarMap(ObjectRef);

#[pymethods]
impl StarMap {
    #[pynew]
    fn new(cx: &Context, class: Value, function: Value, iterable: Value) -> PyResult {
        let iterator = cx.iterator_object(iterable)?;
        Ok(Value::from(make(cx, class, &[iterator, function])?))
    }

    #[pynext]
    fn next(cx: &Context, this: StarMap) -> PyResult<Option<Value>> {
        let object = this.object();
        let (Some(source), Some(function)) = (object.value(SOURCE), object.value(FUNCTION)) else {
            return Ok(None);
        };
        let Some(item) = cx.next_of(source)? else { return Ok(None) };
        let arguments = cx.collect(item)?;
        cx.call(function, arguments.as_slice()).map(Some)
    }
}

const NEXT: usize = 0;
const STOP: usize = 8;
const STEP: usize = 16;
const POSITION: usize = 24;

/// islice(iterable, stop) --> islice object
/// islice(iterable, start, stop[, step]) --> islice object
///
/// Return an iterator whose next() method returns selected values from an
/// iterable.  If start is specified, will skip all preceding elements;
/// otherwise, start defaults to zero.  Step defaults to one.  If
/// specified as another value, step determines how many values are
/// skipped between successive calls.  Works like a slice() on a list
/// but returns an iterator.
#[pyclass(
    id = ISlice,
    name = "islice",
    module = "itertools",
    slots = 1,
    raw = 32,
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct ISlice(ObjectRef);

fn bound(cx: &Context, value: Value, absent: u64, text: &str) -> PyResult<u64> {
    if value.is_none() {
        return Ok(absent);
    }
    let number = if cx.has_index(value) { cx.clipped_int(cx.index(value)?) } else { None };
    match number.and_then(|number| u64::try_from(number).ok()).filter(|&number| number < i64::MAX as u64) {
        Some(number) => Ok(number),
        None => Err(cx.value_error(format_args!("{text}"))),
    }
}

#[pymethods]
impl ISlice {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        no_keywords(cx, Class::expect(cx, class)?, "islice", &arguments)?;
        let (iterable, start, stop, step) = match *arguments.positional() {
            [iterable, stop] => (iterable, Value::NONE, stop, Value::NONE),
            [iterable, start, stop] => (iterable, start, stop, Value::NONE),
            [iterable, start, stop, step] => (iterable, start, stop, step),
            ref few if few.len() < 2 => {
                return Err(
                    cx.type_error(format_args!("islice expected at least 2 arguments, got {}", few.len()))
                );
            }
            ref many => {
                return Err(
                    cx.type_error(format_args!("islice expected at most 4 arguments, got {}", many.len()))
                );
            }
        };
        let stop_text = if arguments.positional().len() == 2 {
            "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize."
        } else {
            "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize."
        };
        let stop = bound(cx, stop, u64::MAX, stop_text)?;
        let start =
            bound(cx, start, 0, "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.")?;
        let step_text = "Step for islice() must be a positive integer or None.";
        let step = bound(cx, step, 1, step_text)?;
        if step == 0 {
            return Err(cx.value_error(format_args!("{step_text}")));
        }
        let iterator = cx.iterator_object(iterable)?;
        let object = make(cx, class, &[iterator])?;
        object.raw_store_u64(NEXT, start);
        object.raw_store_u64(STOP, stop);
        object.raw_store_u64(STEP, step);
        Ok(Value::from(object))
    }

    #[pynext]
    fn next(cx: &Context, this: ISlice) -> PyResult<Option<Value>> {
        let object = this.object();
        let Some(source) = object.value(SOURCE) else { return Ok(None) };
        let (next, stop) = (object.raw_u64(NEXT), object.raw_u64(STOP));
        // What lies before the next item is skipped, even if that item is beyond the stop.
        while object.raw_u64(POSITION) < next.min(stop) {
            if cx.next_of(source)?.is_none() {
                cx.clear(object, SOURCE);
                return Ok(None);
            }
            object.raw_store_u64(POSITION, object.raw_u64(POSITION) + 1);
            cx.poll()?;
        }
        if next >= stop {
            cx.clear(object, SOURCE);
            return Ok(None);
        }
        let Some(item) = cx.next_of(source)? else {
            cx.clear(object, SOURCE);
            return Ok(None);
        };
        object.raw_store_u64(POSITION, object.raw_u64(POSITION) + 1);
        object.raw_store_u64(NEXT, next.saturating_add(object.raw_u64(STEP)).min(stop));
        Ok(Some(item))
    }
}

const PREVIOUS: usize = 1;

/// Return an iterator of overlapping pairs taken from the input iterator.
///
///     s -> (s0,s1), (s1,s2), (s2, s3), ...
#[pyclass(
    id = Pairwise,
    name = "pairwise",
    module = "itertools",
    slots = 2,
    signature = "(iterable, /)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Pairwise(ObjectRef);

#[pymethods]
impl Pairwise {
    #[pynew]
    fn new(cx: &Context, class: Value, iterable: Value) -> PyResult {
        let iterator = cx.iterator_object(iterable)?;
        Ok(Value::from(make(cx, class, &[iterator])?))
    }

    #[pynext]
    fn next(cx: &Context, this: Pairwise) -> PyResult<Option<Value>> {
        let object = this.object();
        let Some(source) = object.value(SOURCE) else { return Ok(None) };
        let previous = match object.value(PREVIOUS) {
            Some(previous) => previous,
            None => match cx.next_of(source)? {
                Some(first) => {
                    // The source may have come back here and taken items itself.
                    cx.store(object, PREVIOUS, first);
                    first
                }
                None => {
                    cx.clear(object, SOURCE);
                    return Ok(None);
                }
            },
        };
        match cx.next_of(source)? {
            Some(item) => {
                cx.store(object, PREVIOUS, item);
                cx.tuple(&[previous, item]).map(Some)
            }
            None => {
                cx.clear(object, SOURCE);
                cx.clear(object, PREVIOUS);
                Ok(None)
            }
        }
    }
}

const ITERATORS: usize = 0;
const FILL: usize = 1;

/// Return a zip_longest object whose .__next__() method returns a tuple where
/// the i-th element comes from the i-th iterable argument.  The .__next__()
/// method continues until the longest iterable in the argument sequence
/// is exhausted and then it raises StopIteration.  When the shorter iterables
/// are exhausted, the fillvalue is substituted in their place.  The fillvalue
/// defaults to None or can be specified by a keyword argument.
#[pyclass(
    id = ZipLongest,
    name = "zip_longest",
    module = "itertools",
    slots = 2,
    signature = "(*iterables, fillvalue=None)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct ZipLongest(ObjectRef);

#[pymethods]
impl ZipLongest {
    #[pynew(signature = "(*iterables, fillvalue=None)")]
    fn new(cx: &Context, class: Value, iterables: &[Value], fillvalue: Option<Value>) -> PyResult {
        let mut iterators = cx.scratch();
        for &iterable in iterables {
            iterators.push(cx.iterator_object(iterable)?);
        }
        // A list, because None takes the place of an iterator that has ended.
        let iterators = cx.list(iterators.as_slice())?;
        Ok(Value::from(make(cx, class, &[iterators, fillvalue.unwrap_or(Value::NONE)])?))
    }

    #[pynext]
    fn next(cx: &Context, this: ZipLongest) -> PyResult<Option<Value>> {
        let object = this.object();
        let Some(iterators) = object.value(ITERATORS).and_then(List::from_value) else { return Ok(None) };
        let fill = object.value(FILL).unwrap_or(Value::NONE);
        let mut items = cx.scratch();
        let mut active = false;
        let mut index = 0;
        while let Some(iterator) = iterators.get(index) {
            let item = if iterator.is_none() { None } else { cx.next_of(iterator)? };
            match item {
                Some(item) => {
                    active = true;
                    items.push(item);
                }
                None => {
                    iterators.set(cx, index, Value::NONE);
                    items.push(fill);
                }
            }
            index += 1;
        }
        if active { cx.tuple(items.as_slice()).map(Some) } else { Ok(None) }
    }
}

/// A tuple in a slot.
pub(super) fn tuple_in(object: ObjectRef, slot: usize) -> Option<Tuple> {
    object.value(slot).and_then(Tuple::from_value)
}
