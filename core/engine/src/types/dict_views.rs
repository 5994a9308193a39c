//! `dict_keys`, `dict_values` and `dict_items`.
//!
//! Invariant: slot 0 is the dict; a view has no state of its own. What a set operation of a view returns is a new set.
//! Source: Objects/dictobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::protocol::comparison::CompareOperator;
use crate::types::dict::Dict;
use crate::types::dict_iterators;
use crate::types::repr_builder::ReprBuilder;
use crate::types::set::Set;
use crate::types::tuple::Tuple;
use crate::value::Value;

const DICT: usize = 0;
const SLOTS: u16 = 1;

/// A view of a dict.
///
/// # Errors
/// MemoryError.
pub fn new(cx: &Context, kind: Kind, dict: Dict) -> PyResult {
    let object = cx.allocate(kind, SLOTS as usize, 0)?;
    cx.initialize(object, DICT, dict.as_value());
    Ok(Value::from(object))
}

/// The dict of a view.
///
/// # Errors
/// TypeError if the value is no view.
pub fn dict_of(cx: &Context, view: Value) -> PyResult<Dict> {
    match view.as_object() {
        Some(object) if matches!(Kind::of(object), Kind::DictKeys | Kind::DictValues | Kind::DictItems) => {
            match object.value(DICT).and_then(Dict::from_value) {
                Some(dict) => Ok(dict),
                None => Err(cx.type_error_expected("dict view", view)),
            }
        }
        _ => Err(cx.type_error_expected("dict view", view)),
    }
}

fn is_set_or_view(value: Value) -> bool {
    matches!(value.kind(), Some(Kind::Set | Kind::FrozenSet | Kind::DictKeys | Kind::DictItems))
}

/// Whether all items of one are in the other.
fn all_in(cx: &Context, left: Value, right: Value) -> PyResult<bool> {
    let iterator = cx.iterate(left)?;
    while let Some(item) = iterator.next(cx)? {
        if !cx.contains(right, item)? {
            return Ok(false);
        }
        cx.poll()?;
    }
    Ok(true)
}

fn compare(cx: &Context, operator: CompareOperator, view: Value, other: Value) -> PyResult {
    if !is_set_or_view(other) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (length, other_length) = (dict_of(cx, view)?.len(), cx.length(other)?);
    let result = match operator {
        CompareOperator::Equal | CompareOperator::NotEqual => {
            let equal = length == other_length && all_in(cx, view, other)?;
            equal == (operator == CompareOperator::Equal)
        }
        CompareOperator::Less => length < other_length && all_in(cx, view, other)?,
        CompareOperator::LessEqual => length <= other_length && all_in(cx, view, other)?,
        CompareOperator::Greater => length > other_length && all_in(cx, other, view)?,
        CompareOperator::GreaterEqual => length >= other_length && all_in(cx, other, view)?,
    };
    Ok(Value::from_bool(result))
}

fn set_of(cx: &Context, values: Value) -> PyResult<Set> {
    let set = cx.new_set()?;
    set.update(cx, values)?;
    Ok(set)
}

fn intersection(cx: &Context, left: Value, right: Value) -> PyResult<Set> {
    // The side that is a view is asked, the other one walked.
    let (walked, asked) = match right.kind() {
        Some(Kind::DictKeys | Kind::DictItems) if !is_set_or_view(left) => (left, right),
        _ => (right, left),
    };
    let result = cx.new_set()?;
    let iterator = cx.iterate(walked)?;
    while let Some(item) = iterator.next(cx)? {
        if cx.contains(asked, item)? {
            result.add(cx, item)?;
        }
        cx.poll()?;
    }
    Ok(result)
}

fn difference(cx: &Context, left: Value, right: Value) -> PyResult<Set> {
    let result = set_of(cx, left)?;
    result.difference_update(cx, right)?;
    Ok(result)
}

fn union(cx: &Context, left: Value, right: Value) -> PyResult<Set> {
    let result = set_of(cx, left)?;
    result.update(cx, right)?;
    Ok(result)
}

fn symmetric_difference(cx: &Context, left: Value, right: Value) -> PyResult<Set> {
    let result = set_of(cx, left)?;
    result.symmetric_difference_update(cx, right)?;
    Ok(result)
}

fn is_disjoint(cx: &Context, view: Value, other: Value) -> PyResult<bool> {
    if view.is(other) {
        return Ok(dict_of(cx, view)?.is_empty());
    }
    let (walked, asked) = if is_set_or_view(other) && cx.length(other)? > dict_of(cx, view)?.len() {
        (view, other)
    } else {
        (other, view)
    };
    let iterator = cx.iterate(walked)?;
    while let Some(item) = iterator.next(cx)? {
        if cx.contains(asked, item)? {
            return Ok(false);
        }
        cx.poll()?;
    }
    Ok(true)
}

fn repr(cx: &Context, view: Value) -> PyResult {
    let Some(_guard) = cx.enter_repr(view)? else { return cx.str("...") };
    let items = cx.collect(view)?;
    let list = cx.list(items.as_slice())?;
    let mut text = ReprBuilder::default();
    text.push_str(cx.short_type_name(view));
    text.push("(");
    text.push_repr(cx, list)?;
    text.push(")");
    text.finish(cx)
}

/// The view of a dict's keys.
#[pyclass(id = DictKeys, name = "dict_keys", slots = SLOTS, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct DictKeys(ObjectRef);

#[pymethods]
impl DictKeys {
    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: DictKeys) -> PyResult {
        repr(cx, this.as_value())
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(cx: &Context, this: DictKeys) -> PyResult<usize> {
        Ok(dict_of(cx, this.as_value())?.len())
    }

    /// Return bool(key in self).
    #[pymethod]
    fn __contains__(cx: &Context, this: DictKeys, key: Value) -> PyResult<bool> {
        dict_of(cx, this.as_value())?.contains(cx, key)
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: DictKeys) -> PyResult {
        dict_iterators::new(cx, Kind::DictKeyIterator, dict_of(cx, this.as_value())?)
    }

    /// Return a reverse iterator over the dict keys.
    #[pymethod]
    fn __reversed__(cx: &Context, this: DictKeys) -> PyResult {
        dict_iterators::new(cx, Kind::DictReverseKeyIterator, dict_of(cx, this.as_value())?)
    }

    /// dictionary that this view refers to
    #[pygetter]
    fn mapping(cx: &Context, this: DictKeys) -> PyResult {
        let dict = dict_of(cx, this.as_value())?;
        cx.mapping_proxy(dict.as_value())
    }

    /// Return self&value.
    #[pymethod]
    fn __and__(cx: &Context, this: DictKeys, value: Value) -> PyResult<Set> {
        intersection(cx, this.as_value(), value)
    }

    /// Return value&self.
    #[pymethod]
    fn __rand__(cx: &Context, this: DictKeys, value: Value) -> PyResult<Set> {
        intersection(cx, value, this.as_value())
    }

    /// Return self-value.
    #[pymethod]
    fn __sub__(cx: &Context, this: DictKeys, value: Value) -> PyResult<Set> {
        difference(cx, this.as_value(), value)
    }

    /// Return value-self.
    #[pymethod]
    fn __rsub__(cx: &Context, this: DictKeys, value: Value) -> PyResult<Set> {
        difference(cx, value, this.as_value())
    }

    /// Return self|value.
    #[pymethod]
    fn __or__(cx: &Context, this: DictKeys, value: Value) -> PyResult<Set> {
        union(cx, this.as_value(), value)
    }

    /// Return value|self.
    #[pymethod]
    fn __ror__(cx: &Context, this: DictKeys, value: Value) -> PyResult<Set> {
        union(cx, value, this.as_value())
    }

    /// Return self^value.
    #[pymethod]
    fn __xor__(cx: &Context, this: DictKeys, value: Value) -> PyResult<Set> {
        symmetric_difference(cx, this.as_value(), value)
    }

    /// Return value^self.
    #[pymethod]
    fn __rxor__(cx: &Context, this: DictKeys, value: Value) -> PyResult<Set> {
        symmetric_difference(cx, value, this.as_value())
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(cx: &Context, this: DictKeys, value: Value) -> PyResult {
        compare(cx, CompareOperator::Less, this.as_value(), value)
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(cx: &Context, this: DictKeys, value: Value) -> PyResult {
        compare(cx, CompareOperator::LessEqual, this.as_value(), value)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: DictKeys, value: Value) -> PyResult {
        compare(cx, CompareOperator::Equal, this.as_value(), value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: DictKeys, value: Value) -> PyResult {
        compare(cx, CompareOperator::NotEqual, this.as_value(), value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(cx: &Context, this: DictKeys, value: Value) -> PyResult {
        compare(cx, CompareOperator::Greater, this.as_value(), value)
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(cx: &Context, this: DictKeys, value: Value) -> PyResult {
        compare(cx, CompareOperator::GreaterEqual, this.as_value(), value)
    }

    /// Return True if the view and the given iterable have a null intersection.
    #[pymethod]
    fn isdisjoint(cx: &Context, this: DictKeys, other: Value) -> PyResult<bool> {
        is_disjoint(cx, this.as_value(), other)
    }
}

/// The view of a dict's values.
#[pyclass(id = DictValues, name = "dict_values", slots = SLOTS, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct DictValues(ObjectRef);

#[pymethods]
impl DictValues {
    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: DictValues) -> PyResult {
        repr(cx, this.as_value())
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(cx: &Context, this: DictValues) -> PyResult<usize> {
        Ok(dict_of(cx, this.as_value())?.len())
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: DictValues) -> PyResult {
        dict_iterators::new(cx, Kind::DictValueIterator, dict_of(cx, this.as_value())?)
    }

    /// Return a reverse iterator over the dict values.
    #[pymethod]
    fn __reversed__(cx: &Context, this: DictValues) -> PyResult {
        dict_iterators::new(cx, Kind::DictReverseValueIterator, dict_of(cx, this.as_value())?)
    }

    /// dictionary that this view refers to
    #[pygetter]
    fn mapping(cx: &Context, this: DictValues) -> PyResult {
        let dict = dict_of(cx, this.as_value())?;
        cx.mapping_proxy(dict.as_value())
    }
}

/// The view of a dict's items.
#[pyclass(id = DictItems, name = "dict_items", slots = SLOTS, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct DictItems(ObjectRef);

#[pymethods]
impl DictItems {
    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: DictItems) -> PyResult {
        repr(cx, this.as_value())
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(cx: &Context, this: DictItems) -> PyResult<usize> {
        Ok(dict_of(cx, this.as_value())?.len())
    }

    /// Return bool(key in self).
    #[pymethod]
    fn __contains__(cx: &Context, this: DictItems, key: Value) -> PyResult<bool> {
        let Some(pair) = Tuple::from_value(key) else { return Ok(false) };
        let (Some(key), Some(value), 2) = (pair.get(0), pair.get(1), pair.len()) else { return Ok(false) };
        match dict_of(cx, this.as_value())?.get(cx, key)? {
            Some(found) => cx.equal(found, value),
            None => Ok(false),
        }
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: DictItems) -> PyResult {
        dict_iterators::new(cx, Kind::DictItemIterator, dict_of(cx, this.as_value())?)
    }

    /// Return a reverse iterator over the dict items.
    #[pymethod]
    fn __reversed__(cx: &Context, this: DictItems) -> PyResult {
        dict_iterators::new(cx, Kind::DictReverseItemIterator, dict_of(cx, this.as_value())?)
    }

    /// dictionary that this view refers to
    #[pygetter]
    fn mapping(cx: &Context, this: DictItems) -> PyResult {
        let dict = dict_of(cx, this.as_value())?;
        cx.mapping_proxy(dict.as_value())
    }

    /// Return self&value.
    #[pymethod]
    fn __and__(cx: &Context, this: DictItems, value: Value) -> PyResult<Set> {
        intersection(cx, this.as_value(), value)
    }

    /// Return value&self.
    #[pymethod]
    fn __rand__(cx: &Context, this: DictItems, value: Value) -> PyResult<Set> {
        intersection(cx, value, this.as_value())
    }

    /// Return self-value.
    #[pymethod]
    fn __sub__(cx: &Context, this: DictItems, value: Value) -> PyResult<Set> {
        difference(cx, this.as_value(), value)
    }

    /// Return value-self.
    #[pymethod]
    fn __rsub__(cx: &Context, this: DictItems, value: Value) -> PyResult<Set> {
        difference(cx, value, this.as_value())
    }

    /// Return self|value.
    #[pymethod]
    fn __or__(cx: &Context, this: DictItems, value: Value) -> PyResult<Set> {
        union(cx, this.as_value(), value)
    }

    /// Return value|self.
    #[pymethod]
    fn __ror__(cx: &Context, this: DictItems, value: Value) -> PyResult<Set> {
        union(cx, value, this.as_value())
    }

    /// Return self^value.
    #[pymethod]
    fn __xor__(cx: &Context, this: DictItems, value: Value) -> PyResult<Set> {
        symmetric_difference(cx, this.as_value(), value)
    }

    /// Return value^self.
    #[pymethod]
    fn __rxor__(cx: &Context, this: DictItems, value: Value) -> PyResult<Set> {
        symmetric_difference(cx, value, this.as_value())
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(cx: &Context, this: DictItems, value: Value) -> PyResult {
        compare(cx, CompareOperator::Less, this.as_value(), value)
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(cx: &Context, this: DictItems, value: Value) -> PyResult {
        compare(cx, CompareOperator::LessEqual, this.as_value(), value)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: DictItems, value: Value) -> PyResult {
        compare(cx, CompareOperator::Equal, this.as_value(), value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: DictItems, value: Value) -> PyResult {
        compare(cx, CompareOperator::NotEqual, this.as_value(), value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(cx: &Context, this: DictItems, value: Value) -> PyResult {
        compare(cx, CompareOperator::Greater, this.as_value(), value)
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(cx: &Context, this: DictItems, value: Value) -> PyResult {
        compare(cx, CompareOperator::GreaterEqual, this.as_value(), value)
    }

    /// Return True if the view and the given iterable have a null intersection.
    #[pymethod]
    fn isdisjoint(cx: &Context, this: DictItems, other: Value) -> PyResult<bool> {
        is_disjoint(cx, this.as_value(), other)
    }
}
