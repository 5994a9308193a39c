//! `product`, `permutations`, `combinations` and `combinations_with_replacement`.
//!
//! Invariant: the pools are tuples that never change; the indices lie in a `RawArray` of 8-byte cells, which is advanced under the object's
//! lock. What an advance selects is copied to a scratch vector under the lock, and made a tuple outside of it.

use threadsnake_engine::context::ScratchVector;
use threadsnake_engine::native::arguments::{Arguments, Parameter, ParameterKind, Signature};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, Kind, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::infinite::natural;
use super::selecting::tuple_in;

const POOL: usize = 0;
const INDICES: usize = 1;
const STATE: usize = 0;
const SIZE: usize = 8;

const FRESH: u64 = 0;
const RUNNING: u64 = 1;
const ENDED: u64 = 2;

/// Numbers in a raw array.
#[derive(Copy, Clone)]
struct Numbers {
    object: ObjectRef,
    first: usize,
}

impl Numbers {
    fn get(self, index: usize) -> usize {
        self.object.raw_u64(8 * (self.first + index)) as usize
    }

    fn set(self, index: usize, value: usize) {
        self.object.raw_store_u64(8 * (self.first + index), value as u64);
    }

    fn swap(self, left: usize, right: usize) {
        let (low, high) = (self.get(left), self.get(right));
        self.set(left, high);
        self.set(right, low);
    }
}

/// A raw array of so many numbers.
fn numbers(cx: &Context, count: usize) -> PyResult<ObjectRef> {
    let bytes =
        count.checked_mul(8).filter(|&bytes| bytes < isize::MAX as usize).ok_or_else(|| cx.memory_error())?;
    cx.allocate(Kind::RawArray, 0, bytes.max(8))
}

fn array_in(object: ObjectRef) -> Option<Numbers> {
    object.value(INDICES).and_then(Value::as_object).map(|object| Numbers { object, first: 0 })
}

fn make(
    cx: &Context,
    class: Value,
    pool: Value,
    count: usize,
    size: usize,
    ended: bool,
) -> PyResult<ObjectRef> {
    let array = numbers(cx, count)?;
    let object = allocate_of_class(cx, Class::expect(cx, class)?)?;
    cx.store(object, POOL, pool);
    cx.store(object, INDICES, Value::from(array));
    object.raw_store_u64(SIZE, size as u64);
    object.raw_store_u64(STATE, if ended { ENDED } else { FRESH });
    Ok(object)
}

/// The items of one pool that the indices select.
fn select<'a>(cx: &'a Context, pool: Tuple, indices: Numbers, size: usize) -> ScratchVector<'a> {
    let mut items = cx.scratch();
    for index in 0..size {
        if let Some(item) = pool.get(indices.get(index)) {
            items.push(item);
        }
    }
    items
}

/// Advances under the lock (`advance` says whether there is a next selection), then makes the tuple.
fn next_selection(
    cx: &Context,
    object: ObjectRef,
    advance: impl FnOnce(Numbers, usize, usize) -> bool,
) -> PyResult<Option<Value>> {
    let items = {
        let _guard = cx.lock(object);
        let (Some(pool), Some(indices)) = (tuple_in(object, POOL), array_in(object)) else { return Ok(None) };
        let size = object.raw_u64(SIZE) as usize;
        match object.raw_u64(STATE) {
            ENDED => return Ok(None),
            FRESH => object.raw_store_u64(STATE, RUNNING),
            _ => {
                if !advance(indices, pool.len(), size) {
                    object.raw_store_u64(STATE, ENDED);
                    return Ok(None);
                }
            }
        }
        select(cx, pool, indices, size)
    };
    cx.tuple(items.as_slice()).map(Some)
}

/// Return successive r-length combinations of elements in the iterable.
///
/// combinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)
#[pyclass(
    id = Combinations,
    name = "combinations",
    module = "itertools",
    slots = 2,
    raw = 16,
    signature = "(iterable, r)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Combinations(ObjectRef);

#[pymethods]
impl Combinations {
    #[pynew(signature = "(iterable, r)")]
    fn new(cx: &Context, class: Value, iterable: Value, r: Value) -> PyResult {
        let pool = cx.collect(iterable)?;
        let size = natural(cx, r, "r must be non-negative")?;
        let length = pool.len();
        let pool = cx.tuple(pool.as_slice())?;
        let ended = size > length;
        let object = make(cx, class, pool, if ended { 0 } else { size }, size, ended)?;
        if let Some(indices) = array_in(object).filter(|_| !ended) {
            (0..size).for_each(|index| indices.set(index, index));
        }
        Ok(Value::from(object))
    }

    #[pynext]
    fn next(cx: &Context, this: Combinations) -> PyResult<Option<Value>> {
        next_selection(cx, this.object(), |indices, length, size| {
            let Some(place) = (0..size).rev().find(|&place| indices.get(place) != place + length - size)
            else {
                return false;
            };
            let first = indices.get(place) + 1;
            (place..size).for_each(|index| indices.set(index, first + index - place));
            true
        })
    }
}

/// Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.
///
/// combinations_with_replacement('ABC', 2) --> ('A','A'), ('A','B'), ('A','C'), ('B','B'), ('B','C'), ('C','C')
#[pyclass(
    id = CombinationsWithReplacement,
    name = "combinations_with_replacement",
    module = "itertools",
    slots = 2,
    raw = 16,
    signature = "(iterable, r)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct CombinationsWithReplacement(ObjectRef);

#[pymethods]
impl CombinationsWithReplacement {
    #[pynew(signature = "(iterable, r)")]
    fn new(cx: &Context, class: Value, iterable: Value, r: Value) -> PyResult {
        let pool = cx.collect(iterable)?;
        let size = natural(cx, r, "r must be non-negative")?;
        let ended = pool.is_empty() && size > 0;
        let pool = cx.tuple(pool.as_slice())?;
        // A raw array is zero, and so are the first indices.
        Ok(Value::from(make(cx, class, pool, if ended { 0 } else { size }, size, ended)?))
    }

    #[pynext]
    fn next(cx: &Context, this: CombinationsWithReplacement) -> PyResult<Option<Value>> {
        next_selection(cx, this.object(), |indices, length, size| {
            let Some(place) = (0..size).rev().find(|&place| indices.get(place) + 1 < length) else {
                return false;
            };
            let value = indices.get(place) + 1;
            (place..size).for_each(|index| indices.set(index, value));
            true
        })
    }
}

/// Return successive r-length permutations of elements in the iterable.
///
/// permutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)
#[pyclass(
    id = Permutations,
    name = "permutations",
    module = "itertools",
    slots = 2,
    raw = 16,
    signature = "(iterable, r=None)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Permutations(ObjectRef);

#[pymethods]
impl Permutations {
    #[pynew(signature = "(iterable, r=None)")]
    fn new(cx: &Context, class: Value, iterable: Value, r: Option<Value>) -> PyResult {
        let pool = cx.collect(iterable)?;
        let length = pool.len();
        let size = match r.filter(|r| !r.is_none()) {
            None => length,
            Some(r) if !threadsnake_engine::types::int_object::is_int(r) => {
                return Err(cx.type_error(format_args!("Expected int as r")));
            }
            Some(r) => natural(cx, r, "r must be non-negative")?,
        };
        let ended = size > length;
        let pool = cx.tuple(pool.as_slice())?;
        // The indices of the whole pool, then the cycles.
        let object = make(cx, class, pool, if ended { 0 } else { length + size }, size, ended)?;
        if let Some(indices) = array_in(object).filter(|_| !ended) {
            (0..length).for_each(|index| indices.set(index, index));
            (0..size).for_each(|index| indices.set(length + index, length - index));
        }
        Ok(Value::from(object))
    }

    #[pynext]
    fn next(cx: &Context, this: Permutations) -> PyResult<Option<Value>> {
        next_selection(cx, this.object(), |indices, length, size| {
            let cycles = Numbers { first: length, ..indices };
            for place in (0..size).rev() {
                let left = cycles.get(place) - 1;
                if left == 0 {
                    let moved = indices.get(place);
                    (place..length - 1).for_each(|index| indices.set(index, indices.get(index + 1)));
                    indices.set(length - 1, moved);
                    cycles.set(place, length - place);
                } else {
                    cycles.set(place, left);
                    indices.swap(place, length - left);
                    return true;
                }
            }
            false
        })
    }
}

/// Cartesian product of input iterables.  Equivalent to nested for-loops.
///
/// For example, product(A, B) returns the same as:  ((x,y) for x in A for y in B).
/// The leftmost iterators are in the outermost for-loop, so the output tuples
/// cycle in a manner similar to an odometer (with the rightmost element changing
/// on every iteration).
#[pyclass(
    id = Product,
    name = "product",
    module = "itertools",
    slots = 2,
    raw = 16,
    signature = "(*iterables, repeat=1)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Product(ObjectRef);

static PRODUCT: Signature = Signature {
    name: "product",
    parameters: &[Parameter { name: "repeat", kind: ParameterKind::KeywordOnly, required: false }],
    variable_arguments: true,
    variable_keywords: false,
};

fn pool_of(pools: Tuple, index: usize) -> Option<Tuple> {
    pools.get(index).and_then(Tuple::from_value)
}

#[pymethods]
impl Product {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let mut bound = [None];
        PRODUCT.bind(cx, &arguments, &mut bound)?;
        let [repeat] = bound;
        let repeat = match repeat {
            Some(repeat) => natural(cx, repeat, "repeat argument cannot be negative")?,
            None => 1,
        };
        let iterables = arguments.positional();
        let total = iterables.len().checked_mul(repeat).filter(|&total| total < isize::MAX as usize / 16);
        let Some(total) = total else {
            return Err(cx.raise(
                threadsnake_engine::ExceptionClass::OverflowError,
                format_args!("repeat argument too large"),
            ));
        };
        let mut pools = cx.scratch();
        if repeat > 0 {
            for &iterable in iterables {
                let items = cx.collect(iterable)?;
                pools.push(cx.tuple(items.as_slice())?);
            }
        }
        while pools.len() < total {
            let again = pools.as_slice().get(pools.len() - iterables.len()).copied();
            pools.push(again.unwrap_or(Value::NONE));
        }
        let ended = pools.as_slice().iter().any(|&pool| Tuple::from_value(pool).is_none_or(Tuple::is_empty));
        let pools = cx.tuple(pools.as_slice())?;
        Ok(Value::from(make(cx, class, pools, total, total, ended)?))
    }

    #[pynext]
    fn next(cx: &Context, this: Product) -> PyResult<Option<Value>> {
        let object = this.object();
        let items = {
            let _guard = cx.lock(object);
            let (Some(pools), Some(indices)) = (tuple_in(object, POOL), array_in(object)) else {
                return Ok(None);
            };
            match object.raw_u64(STATE) {
                ENDED => return Ok(None),
                FRESH => object.raw_store_u64(STATE, RUNNING),
                _ => {
                    let mut place = pools.len();
                    loop {
                        let Some(before) = place.checked_sub(1) else {
                            object.raw_store_u64(STATE, ENDED);
                            return Ok(None);
                        };
                        place = before;
                        let next = indices.get(place) + 1;
                        if pool_of(pools, place).is_some_and(|pool| next < pool.len()) {
                            indices.set(place, next);
                            break;
                        }
                        indices.set(place, 0);
                    }
                }
            }
            let mut items = cx.scratch();
            for index in 0..pools.len() {
                if let Some(item) = pool_of(pools, index).and_then(|pool| pool.get(indices.get(index))) {
                    items.push(item);
                }
            }
            items
        };
        cx.tuple(items.as_slice()).map(Some)
    }
}
