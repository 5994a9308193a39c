//! `range` and its iterators.
//!
//! Invariant: start, stop, step and length are ints of any size, set at creation. A range whose four numbers fit machine words is walked
//! by `range_iterator`, any other by `longrange_iterator`. Source: Objects/rangeobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::native::Arguments;
use crate::object_access::ObjectAccess;
use crate::protocol::comparison::CompareOperator;
use crate::protocol::number::BinaryOperator;
use crate::types::int_object::{as_i64, is_exact_int};
use crate::types::iterator_state::{claim, reduce_with_state};
use crate::types::repr_builder::ReprBuilder;
use crate::types::slice::Slice;
use crate::value::Value;

const START: usize = 0;
const STOP: usize = 1;
const STEP: usize = 2;
const LENGTH: usize = 3;
const SLOTS: u16 = 4;

const ZERO: Value = Value::small_int_unchecked(0);
const ONE: Value = Value::small_int_unchecked(1);

/// range(stop) -> range object
/// range(start, stop[, step]) -> range object
///
/// Return an object that produces a sequence of integers from start (inclusive)
/// to stop (exclusive) by step.  range(i, j) produces i, i+1, i+2, ..., j-1.
/// start defaults to 0, and stop is omitted!  range(4) produces 0, 1, 2, 3.
/// These are exactly the valid indices for a list of 4 elements.
/// When step is given, it specifies the increment (or decrement).
#[pyclass(id = Range, name = "range", slots = SLOTS, flags(SEQUENCE, NO_WEAK_REFERENCES))]
pub struct Range(ObjectRef);

impl Range {
    /// The first number.
    #[inline]
    pub fn start(self) -> Value {
        self.0.value(START).unwrap_or(ZERO)
    }

    /// Where it stops, exclusively.
    #[inline]
    pub fn stop(self) -> Value {
        self.0.value(STOP).unwrap_or(ZERO)
    }

    /// The distance between numbers.
    #[inline]
    pub fn step(self) -> Value {
        self.0.value(STEP).unwrap_or(ONE)
    }

    /// The length, an int of any size.
    #[inline]
    pub fn length(self) -> Value {
        self.0.value(LENGTH).unwrap_or(ZERO)
    }

    /// Start, stop, step and length if all fit tagged words.
    #[inline]
    pub fn as_small(self) -> Option<(i64, i64, i64, i64)> {
        Some((
            self.start().as_small_int()?,
            self.stop().as_small_int()?,
            self.step().as_small_int()?,
            self.length().as_small_int()?,
        ))
    }

    fn item(self, cx: &Context, index: Value) -> PyResult {
        if let (Some((start, _, step, _)), Some(index)) = (self.as_small(), index.as_small_int())
            && let Some(number) = step.checked_mul(index).and_then(|offset| start.checked_add(offset))
        {
            return cx.int(number);
        }
        multiply_add(cx, self.start(), index, self.step())
    }
}

fn add(cx: &Context, left: Value, right: Value) -> PyResult {
    cx.binary_operation(BinaryOperator::Add, left, right)
}

fn subtract(cx: &Context, left: Value, right: Value) -> PyResult {
    cx.binary_operation(BinaryOperator::Subtract, left, right)
}

/// `start + index * step`
fn multiply_add(cx: &Context, start: Value, index: Value, step: Value) -> PyResult {
    let offset = cx.binary_operation(BinaryOperator::Multiply, index, step)?;
    add(cx, start, offset)
}

fn less(cx: &Context, left: Value, right: Value) -> PyResult<bool> {
    cx.compare_bool(CompareOperator::Less, left, right)
}

/// The number of items of a range.
fn length_of(cx: &Context, start: Value, stop: Value, step: Value) -> PyResult {
    if let (Some(start), Some(stop), Some(step)) =
        (start.as_small_int(), stop.as_small_int(), step.as_small_int())
    {
        let (low, high) = if step > 0 { (start, stop) } else { (stop, start) };
        if low >= high {
            return Ok(ZERO);
        }
        let distance = (high as i128 - low as i128 - 1) / step.unsigned_abs() as i128 + 1;
        return cx.int_from_i128(distance);
    }
    let forwards = less(cx, ZERO, step)?;
    let (low, high) = if forwards { (start, stop) } else { (stop, start) };
    if !less(cx, low, high)? {
        return Ok(ZERO);
    }
    let distance = subtract(cx, subtract(cx, high, low)?, ONE)?;
    let step = if forwards { step } else { cx.negative(step)? };
    let quotient = cx.binary_operation(BinaryOperator::FloorDivide, distance, step)?;
    add(cx, quotient, ONE)
}

fn compare_ranges(cx: &Context, left: Range, right: Range) -> PyResult<bool> {
    if left == right {
        return Ok(true);
    }
    if !cx.equal(left.length(), right.length())? {
        return Ok(false);
    }
    if cx.equal(left.length(), ZERO)? {
        return Ok(true);
    }
    if !cx.equal(left.start(), right.start())? {
        return Ok(false);
    }
    Ok(cx.equal(left.length(), ONE)? || cx.equal(left.step(), right.step())?)
}

/// The index of an int in a range.
fn index_of(cx: &Context, range: Range, number: Value) -> PyResult<Option<Value>> {
    let (start, stop, step) = (range.start(), range.stop(), range.step());
    let forwards = less(cx, ZERO, step)?;
    let inside = if forwards {
        !less(cx, number, start)? && less(cx, number, stop)?
    } else {
        !less(cx, start, number)? && less(cx, stop, number)?
    };
    if !inside {
        return Ok(None);
    }
    let offset = subtract(cx, number, start)?;
    let rest = cx.binary_operation(BinaryOperator::Modulo, offset, step)?;
    if !cx.equal(rest, ZERO)? {
        return Ok(None);
    }
    cx.binary_operation(BinaryOperator::FloorDivide, offset, step).map(Some)
}

fn is_int_or_bool(value: Value) -> bool {
    is_exact_int(value) || value.is_bool()
}

fn slice(cx: &Context, range: Range, slice: Slice) -> PyResult {
    let indices = cx.call_method(slice.as_value(), cx.intern_str("indices")?, &[range.length()])?;
    let bounds = cx.unpack_exact(indices, 3)?;
    let &[start, stop, step] = bounds.as_slice() else {
        return Err(cx.type_error(format_args!("slice indices must be integers")));
    };
    let new_step = cx.binary_operation(BinaryOperator::Multiply, range.step(), step)?;
    let new_start = range.item(cx, start)?;
    let new_stop = range.item(cx, stop)?;
    cx.range(new_start, new_stop, new_step)
}

fn repeat_error(cx: &Context) -> crate::error::Raised {
    cx.raise(ExceptionClass::OverflowError, format_args!("Python int too large to convert to C ssize_t"))
}

#[pymethods]
impl Range {
    #[pynew]
    fn new(cx: &Context, _class: Value, arguments: Arguments<'_>) -> PyResult {
        if arguments.keyword_count() > 0 {
            return Err(cx.type_error(format_args!("range() takes no keyword arguments")));
        }
        let (start, stop, step) = match arguments.values {
            &[stop] => (ZERO, cx.index(stop)?, ONE),
            &[start, stop] => (cx.index(start)?, cx.index(stop)?, ONE),
            &[start, stop, step] => {
                let (start, stop, step) = (cx.index(start)?, cx.index(stop)?, cx.index(step)?);
                if cx.equal(step, ZERO)? {
                    return Err(cx.value_error(format_args!("range() arg 3 must not be zero")));
                }
                (start, stop, step)
            }
            &[] => return Err(cx.type_error(format_args!("range expected at least 1 argument, got 0"))),
            many => {
                return Err(
                    cx.type_error(format_args!("range expected at most 3 arguments, got {}", many.len()))
                );
            }
        };
        cx.range(start, stop, step)
    }

    #[pygetter(name = "start")]
    fn get_start(self) -> Value {
        self.start()
    }

    #[pygetter(name = "stop")]
    fn get_stop(self) -> Value {
        self.stop()
    }

    #[pygetter(name = "step")]
    fn get_step(self) -> Value {
        self.step()
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Range) -> PyResult {
        let mut text = ReprBuilder::new("range(");
        text.push_repr(cx, this.start())?;
        text.push(", ");
        text.push_repr(cx, this.stop())?;
        if !this.step().is(ONE) {
            text.push(", ");
            text.push_repr(cx, this.step())?;
        }
        text.push(")");
        text.finish(cx)
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(cx: &Context, this: Range) -> PyResult {
        match as_i64(this.length()) {
            Some(_) => Ok(this.length()),
            None => Err(repeat_error(cx)),
        }
    }

    /// True if self else False
    #[pymethod]
    fn __bool__(cx: &Context, this: Range) -> PyResult<bool> {
        cx.is_true(this.length())
    }

    /// Return bool(key in self).
    #[pymethod]
    fn __contains__(cx: &Context, this: Range, key: Value) -> PyResult<bool> {
        if is_int_or_bool(key) {
            let number = cx.exact_int(key)?;
            return Ok(index_of(cx, this, number)?.is_some());
        }
        let iterator = cx.iterate(this.as_value())?;
        while let Some(item) = iterator.next(cx)? {
            if cx.equal(item, key)? {
                return Ok(true);
            }
            cx.poll()?;
        }
        Ok(false)
    }

    /// Return self[key].
    #[pymethod]
    fn __getitem__(cx: &Context, this: Range, key: Value) -> PyResult {
        if let Some(bounds) = Slice::from_value(key) {
            return slice(cx, this, bounds);
        }
        if !cx.has_index(key) {
            return Err(cx.type_error(format_args!(
                "range indices must be integers or slices, not {}",
                cx.type_name(key)
            )));
        }
        let index = cx.index(key)?;
        let index = if less(cx, index, ZERO)? { add(cx, index, this.length())? } else { index };
        if less(cx, index, ZERO)? || !less(cx, index, this.length())? {
            return Err(cx.index_error("range object index out of range"));
        }
        this.item(cx, index)
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: Range) -> PyResult {
        new_iterator(cx, this.start(), this.step(), this.length())
    }

    /// Return a reverse iterator.
    #[pymethod]
    fn __reversed__(cx: &Context, this: Range) -> PyResult {
        let last = subtract(cx, this.length(), ONE)?;
        let start = this.item(cx, last)?;
        new_iterator(cx, start, cx.negative(this.step())?, this.length())
    }

    /// rangeobject.count(value) -> integer -- return number of occurrences of value
    #[pymethod]
    fn count(cx: &Context, this: Range, value: Value) -> PyResult<usize> {
        if is_int_or_bool(value) {
            let number = cx.exact_int(value)?;
            return Ok(index_of(cx, this, number)?.is_some() as usize);
        }
        let mut count = 0;
        let iterator = cx.iterate(this.as_value())?;
        while let Some(item) = iterator.next(cx)? {
            count += cx.equal(item, value)? as usize;
            cx.poll()?;
        }
        Ok(count)
    }

    /// rangeobject.index(value) -> integer -- return index of value.
    /// Raise ValueError if the value is not present.
    #[pymethod]
    fn index(cx: &Context, this: Range, value: Value) -> PyResult {
        if is_int_or_bool(value) {
            let number = cx.exact_int(value)?;
            return match index_of(cx, this, number)? {
                Some(index) => Ok(index),
                None => Err(cx.value_error(format_args!("{} is not in range", cx.repr_lossy(value)))),
            };
        }
        let iterator = cx.iterate(this.as_value())?;
        let mut index = 0;
        while let Some(item) = iterator.next(cx)? {
            if cx.equal(item, value)? {
                return cx.int(index);
            }
            index += 1;
            cx.poll()?;
        }
        Err(cx.value_error(format_args!("sequence.index(x): x not in sequence")))
    }

    /// Return hash(self).
    #[pymethod]
    fn __hash__(cx: &Context, this: Range) -> PyResult<i64> {
        let length = this.length();
        let (start, step) = if length.is(ZERO) {
            (Value::NONE, Value::NONE)
        } else if length.is(ONE) {
            (this.start(), Value::NONE)
        } else {
            (this.start(), this.step())
        };
        let key = cx.tuple(&[length, start, step])?;
        cx.hash(key)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: Range, value: Value) -> PyResult {
        match Range::from_value(value) {
            Some(other) => Ok(Value::from_bool(compare_ranges(cx, this, other)?)),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: Range, value: Value) -> PyResult {
        match Range::from_value(value) {
            Some(other) => Ok(Value::from_bool(!compare_ranges(cx, this, other)?)),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[pymethod(signature = "($self, /)")]
    fn __reduce__(cx: &Context, this: Range) -> PyResult {
        let arguments = cx.tuple(&[this.start(), this.stop(), this.step()])?;
        cx.tuple(&[cx.class(Kind::Range), arguments])
    }
}

const NEXT_INDEX: usize = 0;
const FIRST: usize = 8;
const DISTANCE: usize = 16;
const COUNT: usize = 24;

/// The iterator of ranges of machine words: raw words index of the next item, start, step, length.
#[pyclass(id = RangeIterator, name = "range_iterator", raw = 32, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct RangeIterator(ObjectRef);

impl RangeIterator {
    fn range(self, cx: &Context) -> PyResult {
        let (start, step) = (self.0.raw_u64(FIRST) as i64, self.0.raw_u64(DISTANCE) as i64);
        let stop = start as i128 + step as i128 * self.0.raw_u64(COUNT) as i128;
        cx.range(cx.int(start)?, cx.int_from_i128(stop)?, cx.int(step)?)
    }
}

#[pymethods]
impl RangeIterator {
    #[pynext]
    fn next(cx: &Context, this: RangeIterator) -> PyResult<Option<Value>> {
        match claim(this.0, NEXT_INDEX, this.0.raw_u64(COUNT) as usize) {
            None => Ok(None),
            Some(index) => {
                let (start, step) = (this.0.raw_u64(FIRST) as i64, this.0.raw_u64(DISTANCE) as i64);
                // Every item of such a range fits: its last one does.
                cx.int(start.wrapping_add(step.wrapping_mul(index as i64))).map(Some)
            }
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(this: RangeIterator) -> u64 {
        this.0.raw_u64(COUNT).saturating_sub(this.0.raw_u64(NEXT_INDEX))
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: RangeIterator) -> PyResult {
        let range = this.range(cx)?;
        reduce_with_state(cx, "iter", range, this.0.raw_u64(NEXT_INDEX) as i64)
    }

    /// Set state information for unpickling.
    #[pymethod]
    fn __setstate__(cx: &Context, this: RangeIterator, state: Value) -> PyResult<()> {
        let index = cx.index_i64(state)?.max(0) as u64;
        this.0.raw_store_u64(NEXT_INDEX, index.min(this.0.raw_u64(COUNT)));
        Ok(())
    }
}

const LONG_START: usize = 0;
const LONG_STEP: usize = 1;
const LONG_LENGTH: usize = 2;
const LONG_INDEX: usize = 3;

/// The iterator of ranges of larger ints: slots start, step, length and the index of the next item.
#[pyclass(id = LongRangeIterator, name = "longrange_iterator", slots = 4, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct LongRangeIterator(ObjectRef);

impl LongRangeIterator {
    fn part(self, slot: usize) -> Value {
        self.0.value(slot).unwrap_or(ZERO)
    }
}

#[pymethods]
impl LongRangeIterator {
    #[pynext]
    fn next(cx: &Context, this: LongRangeIterator) -> PyResult<Option<Value>> {
        loop {
            let index = this.part(LONG_INDEX);
            if !less(cx, index, this.part(LONG_LENGTH))? {
                return Ok(None);
            }
            let item = multiply_add(cx, this.part(LONG_START), index, this.part(LONG_STEP))?;
            let next = add(cx, index, ONE)?;
            // Another thread may have taken this item.
            if cx.compare_exchange(this.0, LONG_INDEX, Some(index), Some(next)) {
                return Ok(Some(item));
            }
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(cx: &Context, this: LongRangeIterator) -> PyResult {
        subtract(cx, this.part(LONG_LENGTH), this.part(LONG_INDEX))
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: LongRangeIterator) -> PyResult {
        let (start, step) = (this.part(LONG_START), this.part(LONG_STEP));
        let stop = multiply_add(cx, start, this.part(LONG_LENGTH), step)?;
        let range = cx.range(start, stop, step)?;
        let arguments = cx.tuple(&[range])?;
        cx.tuple(&[crate::types::iterator_state::builtin(cx, "iter")?, arguments, this.part(LONG_INDEX)])
    }

    /// Set state information for unpickling.
    #[pymethod]
    fn __setstate__(cx: &Context, this: LongRangeIterator, state: Value) -> PyResult<()> {
        let index = cx.index(state)?;
        let length = this.part(LONG_LENGTH);
        let index = if less(cx, index, ZERO)? {
            ZERO
        } else if less(cx, length, index)? {
            length
        } else {
            index
        };
        cx.store(this.0, LONG_INDEX, index);
        Ok(())
    }
}

/// An iterator over `length` numbers from `start`.
fn new_iterator(cx: &Context, start: Value, step: Value, length: Value) -> PyResult {
    if let (Some(first), Some(distance), Some(count)) =
        (start.as_small_int(), step.as_small_int(), length.as_small_int())
    {
        let fits =
            count == 0 || distance.checked_mul(count - 1).and_then(|end| first.checked_add(end)).is_some();
        if fits {
            let object = cx.allocate(Kind::RangeIterator, 0, 32)?;
            object.raw_store_u64(FIRST, first as u64);
            object.raw_store_u64(DISTANCE, distance as u64);
            object.raw_store_u64(COUNT, count as u64);
            return Ok(Value::from(object));
        }
    }
    let object = cx.allocate(Kind::LongRangeIterator, 4, 0)?;
    cx.initialize(object, LONG_START, start);
    cx.initialize(object, LONG_STEP, step);
    cx.initialize(object, LONG_LENGTH, length);
    cx.initialize(object, LONG_INDEX, ZERO);
    Ok(Value::from(object))
}

impl Context {
    /// Start, stop and step of a range whose items, and the number behind the last, are all tagged ints.
    #[inline]
    pub fn small_range(&self, object: ObjectRef) -> Option<(Value, Value, Value)> {
        let range = Range::from_value(Value::from(object))?;
        let (_, stop, step, _) = range.as_small()?;
        stop.checked_add(step).and_then(Value::small_int)?;
        Some((range.start(), range.stop(), range.step()))
    }

    /// `range(start, stop, step)` of exact ints; the step is not 0.
    ///
    /// # Errors
    /// MemoryError.
    pub fn range(&self, start: Value, stop: Value, step: Value) -> PyResult {
        let length = length_of(self, start, stop, step)?;
        let object = self.allocate(Kind::Range, SLOTS as usize, 0)?;
        self.initialize(object, START, start);
        self.initialize(object, STOP, stop);
        self.initialize(object, STEP, step);
        self.initialize(object, LENGTH, length);
        Ok(Value::from(object))
    }
}
