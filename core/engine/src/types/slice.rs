//! `slice` objects: start, stop and step.
//!
//! Invariant: the three slots are set at creation and never change. Slices compare and hash like tuples of the three.
//! Source: Objects/sliceobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::number::big_integer;
use crate::object_access::ObjectAccess;
use crate::protocol::comparison::CompareOperator;
use crate::protocol::mapping::adjust_indices;
use crate::types::int_object::integer_of;
use crate::types::repr_builder::ReprBuilder;
use crate::value::Value;

/// Slot of `start`.
pub const START: usize = 0;
/// Slot of `stop`.
pub const STOP: usize = 1;
/// Slot of `step`.
pub const STEP: usize = 2;
/// Number of slots.
pub const SLOTS: u16 = 3;

/// slice(stop)
/// slice(start, stop[, step])
///
/// Create a slice object.  This is used for extended slicing (e.g. a[0:10:2]).
#[pyclass(id = Slice, name = "slice", slots = SLOTS, flags(NO_WEAK_REFERENCES))]
pub struct Slice(ObjectRef);

impl Slice {
    /// `start`, as it was given.
    #[inline]
    pub fn start(self) -> Value {
        self.0.value(START).unwrap_or(Value::NONE)
    }

    /// `stop`, as it was given.
    #[inline]
    pub fn stop(self) -> Value {
        self.0.value(STOP).unwrap_or(Value::NONE)
    }

    /// `step`, as it was given.
    #[inline]
    pub fn step(self) -> Value {
        self.0.value(STEP).unwrap_or(Value::NONE)
    }

    fn as_tuple(self, cx: &Context) -> PyResult {
        cx.tuple(&[self.start(), self.stop(), self.step()])
    }
}

fn compare(cx: &Context, operator: CompareOperator, this: Slice, other: Value) -> PyResult {
    let Some(other) = Slice::from_value(other) else { return Ok(Value::NOT_IMPLEMENTED) };
    if this == other && operator.is_equality() {
        return Ok(Value::from_bool(operator == CompareOperator::Equal));
    }
    cx.rich_compare(operator, this.as_tuple(cx)?, other.as_tuple(cx)?)
}

#[pymethods]
impl Slice {
    #[pynew]
    fn new(
        cx: &Context,
        _class: Value,
        start_or_stop: Value,
        stop: Option<Value>,
        step: Option<Value>,
    ) -> PyResult {
        match stop {
            None => cx.slice(Value::NONE, start_or_stop, Value::NONE),
            Some(stop) => cx.slice(start_or_stop, stop, step.unwrap_or(Value::NONE)),
        }
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

    /// S.indices(len) -> (start, stop, stride)
    ///
    /// Assuming a sequence of length len, calculate the start and stop
    /// indices, and the stride length of the extended slice described by
    /// S. Out of bounds indices are clipped in a manner consistent with the
    /// handling of normal slices.
    #[pymethod]
    fn indices(cx: &Context, this: Slice, length: Value) -> PyResult {
        let length = cx.index(length)?;
        let small = |value: Value| value.is_none() || value.is_small_int();
        if let Some(length) = length.as_small_int()
            && small(this.start())
            && small(this.stop())
            && small(this.step())
        {
            let length = usize::try_from(length)
                .map_err(|_| cx.value_error(format_args!("length should not be negative")))?;
            let (start, stop, step) = cx.unpack_slice(this)?;
            let indices = adjust_indices(start, stop, step, length);
            return cx.tuple(&[cx.int(indices.start)?, cx.int(indices.stop)?, cx.int(indices.step)?]);
        }
        indices_of_any_size(cx, this, length)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: Slice) -> PyResult {
        let arguments = this.as_tuple(cx)?;
        cx.tuple(&[cx.class(Kind::Slice), arguments])
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Slice) -> PyResult {
        let mut text = ReprBuilder::new("slice(");
        text.push_repr(cx, this.start())?;
        text.push(", ");
        text.push_repr(cx, this.stop())?;
        text.push(", ");
        text.push_repr(cx, this.step())?;
        text.push(")");
        text.finish(cx)
    }

    /// Return hash(self).
    #[pymethod]
    fn __hash__(cx: &Context, this: Slice) -> PyResult<i64> {
        let tuple = this.as_tuple(cx)?;
        cx.hash(tuple)
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(cx: &Context, this: Slice, value: Value) -> PyResult {
        compare(cx, CompareOperator::Less, this, value)
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(cx: &Context, this: Slice, value: Value) -> PyResult {
        compare(cx, CompareOperator::LessEqual, this, value)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: Slice, value: Value) -> PyResult {
        compare(cx, CompareOperator::Equal, this, value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: Slice, value: Value) -> PyResult {
        compare(cx, CompareOperator::NotEqual, this, value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(cx: &Context, this: Slice, value: Value) -> PyResult {
        compare(cx, CompareOperator::Greater, this, value)
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(cx: &Context, this: Slice, value: Value) -> PyResult {
        compare(cx, CompareOperator::GreaterEqual, this, value)
    }
}

/// `indices` with ints of any size (`_PySlice_GetLongIndices`).
fn indices_of_any_size(cx: &Context, this: Slice, length: Value) -> PyResult {
    let bound = |value: Value| {
        if value.is_none() {
            return Ok(None);
        }
        if !cx.has_index(value) {
            return Err(cx.type_error(format_args!(
                "slice indices must be integers or None or have an __index__ method"
            )));
        }
        cx.index(value).map(Some)
    };
    let is_negative = |value: &Value| integer_of(value).is_some_and(|integer| integer.is_negative());
    if is_negative(&length) {
        return Err(cx.value_error(format_args!("length should not be negative")));
    }
    let one = Value::small_int_unchecked(1);
    let zero = Value::small_int_unchecked(0);
    let step = bound(this.step())?.unwrap_or(one);
    if integer_of(&step).is_some_and(|step| step.is_zero()) {
        return Err(cx.value_error(format_args!("slice step cannot be zero")));
    }
    let backwards = is_negative(&step);
    let sum = |left: Value, right: Value| match (integer_of(&left), integer_of(&right)) {
        (Some(left), Some(right)) => cx.integer_result(big_integer::add(left, right)),
        _ => Ok(zero),
    };
    let less = |left: Value, right: Value| match (integer_of(&left), integer_of(&right)) {
        (Some(left), Some(right)) => left.compare(right).is_lt(),
        _ => false,
    };
    let minus_one = Value::small_int_unchecked(-1);
    let lower = if backwards { minus_one } else { zero };
    let upper = if backwards { sum(length, minus_one)? } else { length };
    let clip = |value: Option<Value>, absent: Value| -> PyResult {
        let Some(value) = value else { return Ok(absent) };
        if is_negative(&value) {
            let value = sum(value, length)?;
            return Ok(if less(value, lower) { lower } else { value });
        }
        Ok(if less(upper, value) { upper } else { value })
    };
    let start = clip(bound(this.start())?, if backwards { upper } else { lower })?;
    let stop = clip(bound(this.stop())?, if backwards { lower } else { upper })?;
    cx.tuple(&[start, stop, step])
}

impl Context {
    /// `slice(start, stop, step)`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn slice(&self, start: Value, stop: Value, step: Value) -> PyResult {
        let object = self.allocate(Kind::Slice, SLOTS as usize, 0)?;
        self.initialize(object, START, start);
        self.initialize(object, STOP, stop);
        self.initialize(object, STEP, step);
        Ok(Value::from(object))
    }
}
