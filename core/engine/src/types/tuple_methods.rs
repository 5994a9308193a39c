//! The methods of `tuple`.
//!
//! Invariant: a tuple never changes, so nothing here locks. Source: Objects/tupleobject.c.

use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::native::Arguments;
use crate::protocol::comparison::CompareOperator;
use crate::protocol::mapping::normalize_index;
use crate::types::class::{Class, allocate_variable};
use crate::types::list_methods::search_bound;
use crate::types::repr_builder::ReprBuilder;
use crate::types::slice::Slice;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// Built-in immutable sequence.
///
/// If no argument is given, the constructor returns an empty tuple.
/// If iterable is specified the tuple is initialized from iterable's items.
///
/// If the argument is a tuple, the return value is the same object.
#[pyclass(
    id = Tuple,
    name = "tuple",
    signature = "(iterable=(), /)",
    flags(SUBCLASSABLE, SEQUENCE, MATCH_SELF, VARIABLE_SIZE, NO_WEAK_REFERENCES)
)]
pub struct TupleClass;

/// `left < right` and so on for tuples.
///
/// # Errors
/// What comparing items raises.
pub fn compare(cx: &Context, operator: CompareOperator, left: Tuple, right: Tuple) -> PyResult {
    for (item, other) in left.iter().zip(right.iter()) {
        if !cx.equal(item, other)? {
            return match operator {
                CompareOperator::Equal => Ok(Value::FALSE),
                CompareOperator::NotEqual => Ok(Value::TRUE),
                _ => cx.rich_compare(operator, item, other),
            };
        }
    }
    Ok(Value::from_bool(operator.holds(left.len().cmp(&right.len()))))
}

/// `item in tuple`
///
/// # Errors
/// What comparing raises.
pub fn contains(cx: &Context, tuple: Tuple, item: Value) -> PyResult<bool> {
    for candidate in tuple.iter() {
        if cx.equal(candidate, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn compare_values(cx: &Context, operator: CompareOperator, left: Tuple, right: Value) -> PyResult {
    match Tuple::from_value(right) {
        Some(right) => cx.recursive(|| compare(cx, operator, left, right)),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// A tuple of a class that is `tuple` or inherits from it.
///
/// # Errors
/// MemoryError.
pub fn new_of_class(cx: &Context, class: Class, items: &[Value]) -> PyResult<Tuple> {
    if class.is_native() && class.as_value().is(cx.class(crate::kind::Kind::Tuple)) {
        return cx.new_tuple(items);
    }
    let object = allocate_variable(cx, class, items.len(), 0)?;
    for (index, &item) in items.iter().enumerate() {
        cx.initialize(object, index, item);
    }
    Tuple::expect(cx, Value::from(object))
}

fn repeat(cx: &Context, this: Tuple, times: i64) -> PyResult<Tuple> {
    let times = usize::try_from(times).unwrap_or(0);
    if this.is_exact() && times == 1 {
        return Ok(this);
    }
    let length = match this.len().checked_mul(times) {
        Some(length) if length <= isize::MAX as usize / 16 => length,
        _ => return Err(cx.memory_error()),
    };
    if length == 0 {
        return Ok(cx.empty_tuple());
    }
    let object = cx.allocate(crate::kind::Kind::Tuple, length, 0)?;
    let items = this.as_slice();
    for number in 0..times {
        for (index, &item) in items.iter().enumerate() {
            cx.initialize(object, number * items.len() + index, item);
        }
    }
    Tuple::expect(cx, Value::from(object))
}

#[pymethods]
impl TupleClass {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Tuple> {
        let class = Class::expect(cx, class)?;
        let exact = class.as_value().is(cx.class(crate::kind::Kind::Tuple));
        let values = arguments.positional();
        if arguments.keyword_count() > 0 && !class.has_own_initializer(cx) {
            return Err(cx.type_error(format_args!("tuple() takes no keyword arguments")));
        }
        if values.len() > 1 {
            return Err(
                cx.type_error(format_args!("tuple expected at most 1 argument, got {}", values.len()))
            );
        }
        let iterable = values.first().copied();
        let Some(iterable) = iterable else { return new_of_class(cx, class, &[]) };
        if let Some(tuple) = Tuple::from_value(iterable)
            && tuple.is_exact()
        {
            return if exact { Ok(tuple) } else { new_of_class(cx, class, tuple.as_slice()) };
        }
        let items = cx.collect(iterable)?;
        new_of_class(cx, class, items.as_slice())
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Tuple) -> PyResult {
        if this.is_empty() {
            return cx.str("()");
        }
        let Some(_guard) = cx.enter_repr(this.as_value())? else { return cx.str("(...)") };
        let mut text = ReprBuilder::new("(");
        for (index, item) in this.iter().enumerate() {
            if index > 0 {
                text.push(", ");
            }
            text.push_repr(cx, item)?;
        }
        text.push(if this.len() == 1 { ",)" } else { ")" });
        text.finish(cx)
    }

    /// Return hash(self).
    #[pymethod]
    fn __hash__(cx: &Context, this: Tuple) -> PyResult<i64> {
        cx.hash_tuple(this)
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(this: Tuple) -> usize {
        this.len()
    }

    /// Return bool(key in self).
    #[pymethod]
    fn __contains__(cx: &Context, this: Tuple, key: Value) -> PyResult<bool> {
        contains(cx, this, key)
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: Tuple) -> PyResult {
        crate::types::tuple_iterator::new(cx, this)
    }

    /// Return self[key].
    #[pymethod]
    fn __getitem__(cx: &Context, this: Tuple, key: Value) -> PyResult {
        if let Some(slice) = Slice::from_value(key) {
            let indices = cx.slice_indices(slice, this.len())?;
            if indices.step == 1 && indices.count == this.len() && this.is_exact() {
                return Ok(this.as_value());
            }
            if indices.step == 1 {
                let start = indices.start as usize;
                return cx.tuple(this.as_slice().get(start..start + indices.count).unwrap_or(&[]));
            }
            let mut items = cx.scratch();
            for index in indices.iter() {
                items.push(this.get(index).unwrap_or(Value::NONE));
            }
            return cx.tuple(items.as_slice());
        }
        if !cx.has_index(key) {
            return Err(cx.type_error(format_args!(
                "tuple indices must be integers or slices, not {}",
                cx.type_name(key)
            )));
        }
        let index = cx.index_of_sequence(key)?;
        let found = normalize_index(index, this.len()).and_then(|index| this.get(index));
        found.ok_or_else(|| cx.index_error("tuple index out of range"))
    }

    /// Return self+value.
    #[pymethod]
    fn __add__(cx: &Context, this: Tuple, value: Value) -> PyResult<Tuple> {
        let Some(other) = Tuple::from_value(value) else {
            return Err(cx.type_error(format_args!(
                "can only concatenate tuple (not \"{}\") to tuple",
                cx.type_name(value)
            )));
        };
        if this.is_empty() && other.is_exact() {
            return Ok(other);
        }
        if other.is_empty() && this.is_exact() {
            return Ok(this);
        }
        let mut items = cx.scratch();
        items.extend_from_slice(this.as_slice());
        items.extend_from_slice(other.as_slice());
        cx.new_tuple(items.as_slice())
    }

    /// Return self*value.
    #[pymethod]
    fn __mul__(cx: &Context, this: Tuple, value: Value) -> PyResult<Tuple> {
        let times = cx.repeat_count(value)? as i64;
        repeat(cx, this, times)
    }

    /// Return value*self.
    #[pymethod]
    fn __rmul__(cx: &Context, this: Tuple, value: Value) -> PyResult<Tuple> {
        let times = cx.repeat_count(value)? as i64;
        repeat(cx, this, times)
    }

    /// Return number of occurrences of value.
    #[pymethod]
    fn count(cx: &Context, this: Tuple, value: Value) -> PyResult<usize> {
        let mut count = 0;
        for item in this.iter() {
            count += cx.equal(item, value)? as usize;
        }
        Ok(count)
    }

    /// Return first index of value.
    ///
    /// Raises ValueError if the value is not present.
    #[pymethod(signature = "($self, value, start=0, stop=sys.maxsize, /)")]
    fn index(
        cx: &Context,
        this: Tuple,
        value: Value,
        start: Option<Value>,
        stop: Option<Value>,
    ) -> PyResult<usize> {
        let start = search_bound(cx, start, 0, this.len())?;
        let stop = search_bound(cx, stop, usize::MAX, this.len())?.min(this.len());
        for index in start..stop {
            if let Some(item) = this.get(index)
                && cx.equal(item, value)?
            {
                return Ok(index);
            }
        }
        Err(cx.value_error(format_args!("tuple.index(x): x not in tuple")))
    }

    #[pymethod(signature = "($self, /)")]
    fn __getnewargs__(cx: &Context, this: Tuple) -> PyResult {
        let items = cx.tuple(this.as_slice())?;
        cx.tuple(&[items])
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(cx: &Context, this: Tuple, value: Value) -> PyResult {
        compare_values(cx, CompareOperator::Less, this, value)
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(cx: &Context, this: Tuple, value: Value) -> PyResult {
        compare_values(cx, CompareOperator::LessEqual, this, value)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: Tuple, value: Value) -> PyResult {
        compare_values(cx, CompareOperator::Equal, this, value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: Tuple, value: Value) -> PyResult {
        compare_values(cx, CompareOperator::NotEqual, this, value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(cx: &Context, this: Tuple, value: Value) -> PyResult {
        compare_values(cx, CompareOperator::Greater, this, value)
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(cx: &Context, this: Tuple, value: Value) -> PyResult {
        compare_values(cx, CompareOperator::GreaterEqual, this, value)
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult {
        cx.generic_alias(class, object)
    }
}
