//! The methods of `list`.
//!
//! Invariant: what a method changes, it changes by one of the operations of `types/list_edit.rs`; comparisons run Python code and happen
//! outside any lock. Source: Objects/listobject.c.

use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::names::Name;
use crate::native::arguments::{Arguments, Parameter, ParameterKind, Signature};
use crate::protocol::comparison::CompareOperator;
use crate::protocol::mapping::normalize_index;
use crate::types::class::{Class, allocate_of_class};
use crate::types::list::{List, RAW_BYTES, SLOTS};
use crate::types::repr_builder::ReprBuilder;
use crate::types::slice::Slice;
use crate::value::Value;

/// Built-in mutable sequence.
///
/// If no argument is given, the constructor creates a new empty list.
/// The argument must be an iterable if specified.
#[pyclass(
    id = List,
    name = "list",
    slots = SLOTS,
    raw = RAW_BYTES,
    signature = "(iterable=(), /)",
    flags(SUBCLASSABLE, SEQUENCE, MATCH_SELF, NO_WEAK_REFERENCES)
)]
pub struct ListClass;

/// What `list()` takes; its `__init__` complains in the class's name.
static CONSTRUCTOR: Signature = Signature {
    name: "list",
    parameters: &[Parameter { name: "iterable", kind: ParameterKind::PositionalOnly, required: false }],
    variable_arguments: false,
    variable_keywords: false,
};

/// `left < right` and so on for lists.
///
/// # Errors
/// What comparing items raises.
pub fn compare(cx: &Context, operator: CompareOperator, left: List, right: List) -> PyResult {
    if operator.is_equality() && left.len() != right.len() {
        return Ok(Value::from_bool(operator == CompareOperator::NotEqual));
    }
    let mut index = 0;
    loop {
        let (Some(item), Some(other)) = (left.get(index), right.get(index)) else {
            // One of them ends here.
            return Ok(Value::from_bool(operator.holds(left.len().cmp(&right.len()))));
        };
        if !cx.equal(item, other)? {
            return match operator {
                CompareOperator::Equal => Ok(Value::FALSE),
                CompareOperator::NotEqual => Ok(Value::TRUE),
                _ => cx.rich_compare(operator, item, other),
            };
        }
        cx.poll()?;
        index += 1;
    }
}

fn compare_values(cx: &Context, operator: CompareOperator, left: List, right: Value) -> PyResult {
    match List::from_value(right) {
        Some(right) => cx.recursive(|| compare(cx, operator, left, right)),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// Appends all items of any iterable.
///
/// # Errors
/// TypeError if it is not iterable, and what the iteration raises.
pub fn extend(cx: &Context, list: List, iterable: Value) -> PyResult<()> {
    if let Some(other) = List::from_value(iterable)
        && (other.is_exact() || other == list)
    {
        return list.extend_from_list(cx, other);
    }
    if let Some(items) = cx.snapshot_of(iterable)? {
        return list.extend_from_slice(cx, items.as_slice());
    }
    let iterator = cx.iterate(iterable)?;
    cx.length_hint(iterable, 0)?;
    while let Some(item) = iterator.next(cx)? {
        list.push(cx, item)?;
        cx.poll()?;
    }
    Ok(())
}

#[pymethods]
impl ListClass {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        match Class::from_value(class) {
            Some(class) => Ok(Value::from(allocate_of_class(cx, class)?)),
            None => Ok(cx.new_list(0)?.as_value()),
        }
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__", signature = "($self, iterable=(), /)")]
    fn init(cx: &Context, this: List, arguments: Arguments<'_>) -> PyResult<()> {
        let mut bound = [None];
        // Keywords may be meant for the `__new__` of a subclass.
        let list = Class::from_value(cx.class(Kind::List));
        let new = |class: Class| class.lookup_name(cx, Name::__new__);
        if arguments.keyword_count() > 0 && list.and_then(new) != new(cx.class_of(this.as_value())) {
            CONSTRUCTOR.bind(cx, &Arguments::positional_only(arguments.positional()), &mut bound)?;
        } else {
            CONSTRUCTOR.bind(cx, &arguments, &mut bound)?;
        }
        let [iterable] = bound;
        if !this.is_empty() {
            this.clear(cx);
        }
        match iterable {
            Some(iterable) => extend(cx, this, iterable),
            None => Ok(()),
        }
    }

    /// Append object to the end of the list.
    #[pymethod]
    fn append(cx: &Context, this: List, object: Value) -> PyResult<()> {
        this.push(cx, object)
    }

    /// Remove all items from list.
    #[pymethod]
    fn clear(cx: &Context, this: List) {
        this.clear(cx);
    }

    /// Return a shallow copy of the list.
    #[pymethod]
    fn copy(cx: &Context, this: List) -> PyResult<List> {
        this.copy(cx)
    }

    /// Return number of occurrences of value.
    #[pymethod]
    fn count(cx: &Context, this: List, value: Value) -> PyResult<usize> {
        let mut count = 0;
        let mut index = 0;
        while let Some(item) = this.get(index) {
            count += cx.equal(item, value)? as usize;
            cx.poll()?;
            index += 1;
        }
        Ok(count)
    }

    /// Extend list by appending elements from the iterable.
    #[pymethod]
    fn extend(cx: &Context, this: List, iterable: Value) -> PyResult<()> {
        extend(cx, this, iterable)
    }

    /// Return first index of value.
    ///
    /// Raises ValueError if the value is not present.
    #[pymethod(signature = "($self, value, start=0, stop=sys.maxsize, /)")]
    fn index(
        cx: &Context,
        this: List,
        value: Value,
        start: Option<Value>,
        stop: Option<Value>,
    ) -> PyResult<usize> {
        let start = search_bound(cx, start, 0, this.len())?;
        let stop = search_bound(cx, stop, usize::MAX, this.len())?;
        match this.find(cx, value, start, stop)? {
            Some((index, _)) => Ok(index),
            None => Err(cx.value_error(format_args!("list.index(x): x not in list"))),
        }
    }

    /// Insert object before index.
    #[pymethod]
    fn insert(cx: &Context, this: List, index: Value, object: Value) -> PyResult<()> {
        let index = cx.index_i64(index)?;
        this.insert(cx, index, object)
    }

    /// Remove and return item at index (default last).
    ///
    /// Raises IndexError if list is empty or index is out of range.
    #[pymethod(signature = "($self, index=-1, /)")]
    fn pop(cx: &Context, this: List, index: Option<Value>) -> PyResult {
        let index = match index {
            Some(index) => cx.index_i64(index)?,
            None => -1,
        };
        let popped = if index == -1 { this.pop(cx) } else { this.remove_at(cx, index) };
        match popped {
            Some(value) => Ok(value),
            None if this.is_empty() => Err(cx.index_error("pop from empty list")),
            None => Err(cx.index_error("pop index out of range")),
        }
    }

    /// Remove first occurrence of value.
    ///
    /// Raises ValueError if the value is not present.
    #[pymethod]
    fn remove(cx: &Context, this: List, value: Value) -> PyResult<()> {
        // A scan item by item would pass over an item that a writer moves to the front meanwhile, so a shared list is searched as it
        // was at one moment; what is found there and gone by now is searched for again.
        while this.object().is_shared() {
            let items = this.snapshot(cx);
            let mut found = None;
            for &item in items.as_slice() {
                if cx.equal(item, value)? {
                    found = Some(item);
                    break;
                }
            }
            match found {
                None => return Err(cx.value_error(format_args!("list.remove(x): x not in list"))),
                Some(item) if this.remove_identical(cx, item) => return Ok(()),
                Some(_) => cx.poll()?,
            }
        }
        loop {
            match this.find(cx, value, 0, usize::MAX)? {
                None => return Err(cx.value_error(format_args!("list.remove(x): x not in list"))),
                // Another thread may have moved the item since it was found.
                Some((index, found)) if this.remove_exact(cx, index, found) => return Ok(()),
                Some(_) => cx.poll()?,
            }
        }
    }

    /// Reverse *IN PLACE*.
    #[pymethod]
    fn reverse(cx: &Context, this: List) {
        this.reverse(cx);
    }

    /// Sort the list in ascending order and return None.
    ///
    /// The sort is in-place (i.e. the list itself is modified) and stable (i.e. the
    /// order of two equal elements is maintained).
    ///
    /// If a key function is given, apply it once to each list item and sort them,
    /// ascending or descending, according to their function values.
    ///
    /// The reverse flag can be set to sort in descending order.
    #[pymethod(signature = "($self, /, *, key=None, reverse=False)")]
    fn sort(cx: &Context, this: List, key: Option<Value>, reverse: bool) -> PyResult<()> {
        crate::types::list_sort::sort(cx, this, key.filter(|key| !key.is_none()), reverse)
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: List) -> PyResult {
        if this.is_empty() {
            return cx.str("[]");
        }
        let Some(_guard) = cx.enter_repr(this.as_value())? else { return cx.str("[...]") };
        let mut text = ReprBuilder::new("[");
        let mut index = 0;
        while let Some(item) = this.get(index) {
            if index > 0 {
                text.push(", ");
            }
            text.push_repr(cx, item)?;
            index += 1;
        }
        text.push("]");
        text.finish(cx)
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(this: List) -> usize {
        this.len()
    }

    /// Return bool(key in self).
    #[pymethod]
    fn __contains__(cx: &Context, this: List, key: Value) -> PyResult<bool> {
        this.contains(cx, key)
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: List) -> PyResult {
        crate::types::list_iterator::new(cx, this)
    }

    /// Return a reverse iterator over the list.
    #[pymethod]
    fn __reversed__(cx: &Context, this: List) -> PyResult {
        crate::types::list_iterator::new_reverse(cx, this)
    }

    /// Return self[index].
    #[pymethod]
    fn __getitem__(cx: &Context, this: List, index: Value) -> PyResult {
        if let Some(slice) = Slice::from_value(index) {
            let bounds = cx.unpack_slice(slice)?;
            return Ok(this.slice(cx, bounds)?.as_value());
        }
        let index = list_index(cx, index)?;
        let found = normalize_index(index, this.len()).and_then(|index| this.get(index));
        found.ok_or_else(|| cx.index_error("list index out of range"))
    }

    /// Set self[key] to value.
    #[pymethod]
    fn __setitem__(cx: &Context, this: List, key: Value, value: Value) -> PyResult<()> {
        if let Some(slice) = Slice::from_value(key) {
            return assign_slice(cx, this, slice, value);
        }
        let index = list_index(cx, key)?;
        match normalize_index(index, this.len()) {
            Some(index) if this.set(cx, index, value) => Ok(()),
            _ => Err(cx.index_error("list assignment index out of range")),
        }
    }

    /// Delete self[key].
    #[pymethod]
    fn __delitem__(cx: &Context, this: List, key: Value) -> PyResult<()> {
        if let Some(slice) = Slice::from_value(key) {
            let bounds = cx.unpack_slice(slice)?;
            if bounds.2 == 1 {
                return this.replace_range(cx, bounds.0, bounds.1, &[]);
            }
            this.delete_stepped(cx, bounds);
            return Ok(());
        }
        let index = list_index(cx, key)?;
        match this.remove_at(cx, index) {
            Some(_) => Ok(()),
            None => Err(cx.index_error("list assignment index out of range")),
        }
    }

    /// Return self+value.
    #[pymethod]
    fn __add__(cx: &Context, this: List, value: Value) -> PyResult<List> {
        match List::from_value(value) {
            Some(other) => this.concat(cx, other),
            None => Err(cx.type_error(format_args!(
                "can only concatenate list (not \"{}\") to list",
                cx.type_name(value)
            ))),
        }
    }

    /// Implement self+=value.
    #[pymethod]
    fn __iadd__(cx: &Context, this: List, value: Value) -> PyResult<List> {
        extend(cx, this, value)?;
        Ok(this)
    }

    /// Return self*value.
    #[pymethod]
    fn __mul__(cx: &Context, this: List, value: Value) -> PyResult<List> {
        let times = cx.repeat_count(value)? as i64;
        this.repeat(cx, times)
    }

    /// Return value*self.
    #[pymethod]
    fn __rmul__(cx: &Context, this: List, value: Value) -> PyResult<List> {
        let times = cx.repeat_count(value)? as i64;
        this.repeat(cx, times)
    }

    /// Implement self*=value.
    #[pymethod]
    fn __imul__(cx: &Context, this: List, value: Value) -> PyResult<List> {
        let times = cx.repeat_count(value)? as i64;
        this.repeat_in_place(cx, times)?;
        Ok(this)
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(cx: &Context, this: List, value: Value) -> PyResult {
        compare_values(cx, CompareOperator::Less, this, value)
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(cx: &Context, this: List, value: Value) -> PyResult {
        compare_values(cx, CompareOperator::LessEqual, this, value)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: List, value: Value) -> PyResult {
        compare_values(cx, CompareOperator::Equal, this, value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: List, value: Value) -> PyResult {
        compare_values(cx, CompareOperator::NotEqual, this, value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(cx: &Context, this: List, value: Value) -> PyResult {
        compare_values(cx, CompareOperator::Greater, this, value)
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(cx: &Context, this: List, value: Value) -> PyResult {
        compare_values(cx, CompareOperator::GreaterEqual, this, value)
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult {
        cx.generic_alias(class, object)
    }

    /// Return the size of the list in memory, in bytes.
    #[pymethod]
    fn __sizeof__(this: List) -> usize {
        let buffer = this.items().map_or(0, |items| 16 + 8 * items.slot_count());
        16 + 8 * this.object().slot_count() + RAW_BYTES as usize + buffer
    }
}

/// A bound of `index`: clipped, counted from the end if negative.
pub(crate) fn search_bound(
    cx: &Context,
    bound: Option<Value>,
    absent: usize,
    length: usize,
) -> PyResult<usize> {
    let Some(bound) = bound else { return Ok(absent) };
    if !cx.has_index(bound) {
        return Err(cx.type_error(format_args!("slice indices must be integers or have an __index__ method")));
    }
    let bound = cx.index_clipped(bound)?;
    Ok(if bound < 0 { (length as i64).saturating_add(bound).max(0) as usize } else { bound as usize })
}

fn list_index(cx: &Context, index: Value) -> PyResult<i64> {
    if let Some(number) = index.as_small_int() {
        return Ok(number);
    }
    if !cx.has_index(index) {
        return Err(cx.type_error(format_args!(
            "list indices must be integers or slices, not {}",
            cx.type_name(index)
        )));
    }
    cx.index_of_sequence(index)
}

fn assign_slice(cx: &Context, list: List, slice: Slice, value: Value) -> PyResult<()> {
    let bounds = cx.unpack_slice(slice)?;
    if bounds.2 == 1 {
        let values = cx.collect_sequence(value, "can only assign an iterable")?;
        return list.replace_range(cx, bounds.0, bounds.1, values.as_slice());
    }
    let values = cx.collect_sequence(value, "must assign iterable to extended slice")?;
    match list.replace_stepped(cx, bounds, values.as_slice()) {
        Ok(()) => Ok(()),
        Err(selected) => Err(cx.value_error(format_args!(
            "attempt to assign sequence of size {} to extended slice of size {selected}",
            values.len()
        ))),
    }
}
