//! Subscripts, membership and length of any value.
//!
//! Invariant: fast paths are for exact lists, tuples, dicts, sets and strings; everything else goes through the special methods of its class.
//! Source: Objects/abstract.c (`PyObject_GetItem` and its kin, `PySequence_Contains`, `PyObject_Size`), Objects/sliceobject.c
//! (`PySlice_Unpack`, `PySlice_AdjustIndices`).

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::{Kind, client_flags};
use crate::names::Name;
use crate::types::class::Class;
use crate::types::dict::Dict;
use crate::types::int_object::integer_of;
use crate::types::list::List;
use crate::types::set::Set;
use crate::types::slice::Slice;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// The items that a slice selects from a sequence of known length.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct SliceIndices {
    /// Index of the first item.
    pub start: i64,
    /// Where the slice stops, exclusively.
    pub stop: i64,
    /// The distance between items, never 0.
    pub step: i64,
    /// Number of items.
    pub count: usize,
}

impl SliceIndices {
    /// The index of the item number `number`, which is below `count`.
    #[inline]
    pub fn index(&self, number: usize) -> usize {
        self.start.wrapping_add(self.step.wrapping_mul(number as i64)) as usize
    }

    /// The indices in order.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..self.count).map(move |number| self.index(number))
    }
}

/// Clips the bounds of a slice to a length.
pub fn adjust_indices(start: i64, stop: i64, step: i64, length: usize) -> SliceIndices {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let clip = |bound: i64| {
        if bound < 0 {
            let bound = bound.saturating_add(length);
            if bound < 0 { if step < 0 { -1 } else { 0 } } else { bound }
        } else if bound >= length {
            if step < 0 { length - 1 } else { length }
        } else {
            bound
        }
    };
    let (start, stop) = (clip(start), clip(stop));
    let count = if step < 0 {
        if stop < start { (start - stop - 1) as u64 / step.unsigned_abs() + 1 } else { 0 }
    } else if start < stop {
        (stop - start - 1) as u64 / step.unsigned_abs() + 1
    } else {
        0
    };
    SliceIndices { start, stop, step, count: count as usize }
}

fn is_exact(value: Value) -> bool {
    value.as_object().is_some_and(|object| object.client_flags() & client_flags::SUBCLASS == 0)
}

/// A bound of a slice that needs no `__index__`.
#[inline]
fn small_bound(bound: Value, absent: i64) -> Option<i64> {
    if bound.is_none() { Some(absent) } else { bound.as_small_int() }
}

/// The place of an index that may count from the end.
#[inline(always)]
pub fn normalize_index(index: i64, length: usize) -> Option<usize> {
    let index = if index < 0 { index.checked_add(length as i64)? } else { index };
    if index >= 0 && (index as usize) < length { Some(index as usize) } else { None }
}

impl Context {
    /// `container[key]`.
    ///
    /// # Errors
    /// TypeError, IndexError, KeyError, and what the special method raises.
    #[inline]
    pub fn get_item(&self, container: Value, key: Value) -> PyResult<Value> {
        if let Some(object) = container.as_object()
            && object.client_flags() & client_flags::SUBCLASS == 0
        {
            if let (Some(list), Some(index)) = (List::from_value(container), key.as_small_int()) {
                let found = normalize_index(index, list.len()).and_then(|index| list.get(index));
                return found.ok_or_else(|| self.index_error("list index out of range"));
            }
            if let (Some(tuple), Some(index)) = (Tuple::from_value(container), key.as_small_int()) {
                let found = normalize_index(index, tuple.len()).and_then(|index| tuple.get(index));
                return found.ok_or_else(|| self.index_error("tuple index out of range"));
            }
            if let Some(dict) = Dict::from_value(container) {
                return match dict.get(self, key)? {
                    Some(value) => Ok(value),
                    None => Err(self.key_error(key)),
                };
            }
            if let (Some(text), Some(index)) = (Str::from_value(container), key.as_small_int()) {
                return match normalize_index(index, text.len()).and_then(|index| text.code_point(index)) {
                    Some(code_point) => self.str_from_code_point(code_point).map(Str::as_value),
                    None => Err(self.index_error("string index out of range")),
                };
            }
            if let Some(slice) = Slice::from_value(key) {
                if let Some(text) = Str::from_value(container) {
                    return crate::types::str_building::slice(self, text, slice).map(Str::as_value);
                }
                if let Some(list) = List::from_value(container) {
                    return list.slice(self, self.unpack_slice(slice)?).map(List::as_value);
                }
            }
        }
        self.get_item_slow(container, key)
    }

    #[inline(never)]
    fn get_item_slow(&self, container: Value, key: Value) -> PyResult<Value> {
        if let Some(method) = self.special_method(container, Name::__getitem__)? {
            return self.call_pair(method, &[key]);
        }
        if let Some(class) = Class::from_value(container) {
            return self.subscript_class(class, key);
        }
        Err(self.type_error(format_args!("'{}' object is not subscriptable", self.type_name(container))))
    }

    /// `cls[key]`: `type[...]` itself, or `__class_getitem__`.
    fn subscript_class(&self, class: Class, key: Value) -> PyResult<Value> {
        if class.as_value().is(self.class(Kind::Type)) {
            return self.generic_alias(class.as_value(), key);
        }
        let name = self.name(Name::__class_getitem__);
        match self.find_attribute_or_none(class.as_value(), name)? {
            Some(method) if !method.is_none() => self.call(method, &[key]),
            _ => Err(self.type_error(format_args!("type '{}' is not subscriptable", class.name(self)))),
        }
    }

    /// `container[key] = value`.
    ///
    /// # Errors
    /// TypeError, IndexError, and what the special method raises.
    #[inline]
    pub fn set_item(&self, container: Value, key: Value, value: Value) -> PyResult<()> {
        if let Some(object) = container.as_object()
            && object.client_flags() & client_flags::SUBCLASS == 0
        {
            if let (Some(list), Some(index)) = (List::from_value(container), key.as_small_int()) {
                return match normalize_index(index, list.len()) {
                    Some(index) if list.set(self, index, value) => Ok(()),
                    _ => Err(self.index_error("list assignment index out of range")),
                };
            }
            if let Some(dict) = Dict::from_value(container) {
                return dict.set(self, key, value);
            }
        }
        self.set_item_slow(container, key, value)
    }

    #[inline(never)]
    fn set_item_slow(&self, container: Value, key: Value, value: Value) -> PyResult<()> {
        match self.special_method(container, Name::__setitem__)? {
            Some(method) => self.call_pair(method, &[key, value]).map(|_| ()),
            None => Err(self.type_error(format_args!(
                "'{}' object does not support item assignment",
                self.type_name(container)
            ))),
        }
    }

    /// `del container[key]`.
    ///
    /// # Errors
    /// TypeError, IndexError, KeyError, and what the special method raises.
    pub fn delete_item(&self, container: Value, key: Value) -> PyResult<()> {
        if let (Some(dict), true) = (Dict::from_value(container), is_exact(container)) {
            return match dict.remove(self, key)? {
                Some(_) => Ok(()),
                None => Err(self.key_error(key)),
            };
        }
        if let Some(method) = self.special_method(container, Name::__delitem__)? {
            return self.call_pair(method, &[key]).map(|_| ());
        }
        let class = self.class_of(container);
        let is_sequence = matches!(
            container.kind(),
            Some(Kind::Tuple | Kind::Str | Kind::Bytes | Kind::Range | Kind::MemoryView)
        );
        if is_sequence && self.class_of(key).lookup_name(self, Name::__index__).is_some() {
            return Err(
                self.type_error(format_args!("'{}' object doesn't support item deletion", class.name(self)))
            );
        }
        Err(self.type_error(format_args!("'{}' object does not support item deletion", class.name(self))))
    }

    /// `item in container`.
    ///
    /// # Errors
    /// TypeError, and what the special methods raise.
    #[inline]
    pub fn contains(&self, container: Value, item: Value) -> PyResult<bool> {
        if let (Some(text), Some(part)) = (Str::from_value(container), Str::from_value(item))
            && text.is_exact()
        {
            return Ok(crate::types::str_search::contains(text, part));
        }
        self.contains_other(container, item)
    }

    #[inline(never)]
    fn contains_other(&self, container: Value, item: Value) -> PyResult<bool> {
        if let Some(object) = container.as_object()
            && object.client_flags() & client_flags::SUBCLASS == 0
        {
            match Kind::of(object) {
                Kind::Dict => return Dict::from_object(object).contains(self, item),
                Kind::List => return List::from_object(object).contains(self, item),
                Kind::Tuple => {
                    if let Some(tuple) = Tuple::from_value(container) {
                        return crate::types::tuple_methods::contains(self, tuple, item);
                    }
                }
                Kind::Set | Kind::FrozenSet => {
                    if let Some(set) = Set::from_value(container) {
                        return set.contains_or_frozen(self, item);
                    }
                }
                _ => {}
            }
        }
        self.contains_slow(container, item)
    }

    #[inline(never)]
    fn contains_slow(&self, container: Value, item: Value) -> PyResult<bool> {
        let class = self.class_of(container);
        match class.lookup_name(self, Name::__contains__) {
            Some(attribute) if attribute.is_none() => {
                return Err(self.type_error(format_args!("'{}' object is not a container", class.name(self))));
            }
            Some(_) => {
                if let Some(method) = self.special_method(container, Name::__contains__)? {
                    let result = self.call_pair(method, &[item])?;
                    return self.is_true(result);
                }
            }
            None => {}
        }
        self.search(container, item)
    }

    /// Looks for an item by iteration (`_PySequence_IterSearch`).
    fn search(&self, container: Value, item: Value) -> PyResult<bool> {
        let class = self.class_of(container);
        let iterable = match class.lookup_name(self, Name::__iter__) {
            Some(attribute) => !attribute.is_none(),
            None => self.is_sequence(container),
        };
        if !iterable {
            return Err(self.type_error(format_args!(
                "argument of type '{}' is not a container or iterable",
                class.name(self)
            )));
        }
        let iterator = self.iterate(container)?;
        while let Some(candidate) = iterator.next(self)? {
            if self.equal(candidate, item)? {
                return Ok(true);
            }
            self.poll()?;
        }
        Ok(false)
    }

    /// `len(value)`.
    ///
    /// # Errors
    /// TypeError if it has none, ValueError and OverflowError for a wrong one, and what `__len__` raises.
    #[inline]
    pub fn length(&self, value: Value) -> PyResult<usize> {
        match self.optional_length(value)? {
            Some(length) => Ok(length),
            None => {
                Err(self.type_error(format_args!("object of type '{}' has no len()", self.type_name(value))))
            }
        }
    }

    /// `len(value)`; absent if it has none.
    ///
    /// # Errors
    /// As for [`Context::length`].
    pub fn optional_length(&self, value: Value) -> PyResult<Option<usize>> {
        if is_exact(value) {
            if let Some(list) = List::from_value(value) {
                return Ok(Some(list.len()));
            }
            if let Some(text) = Str::from_value(value) {
                return Ok(Some(text.len()));
            }
            if let Some(dict) = Dict::from_value(value) {
                return Ok(Some(dict.len()));
            }
            if let Some(tuple) = Tuple::from_value(value) {
                return Ok(Some(tuple.len()));
            }
            if let Some(set) = Set::from_value(value) {
                return Ok(Some(set.len()));
            }
        }
        let Some(method) = self.special_method(value, Name::__len__)? else { return Ok(None) };
        let result = self.call_pair(method, &[])?;
        let result = self.index(result)?;
        match result.as_small_int().or_else(|| integer_of(&result).and_then(|integer| integer.to_i64())) {
            Some(length) => match usize::try_from(length) {
                Ok(length) => Ok(Some(length)),
                Err(_) => Err(self.value_error(format_args!("__len__() should return >= 0"))),
            },
            None if integer_of(&result).is_some_and(|integer| integer.is_negative()) => {
                Err(self.value_error(format_args!("__len__() should return >= 0")))
            }
            None => Err(self.index_overflow(ExceptionClass::OverflowError, result)),
        }
    }

    /// KeyError with this key.
    #[cold]
    pub fn key_error(&self, key: Value) -> Raised {
        self.raise_with(ExceptionClass::KeyError, &[key])
    }

    /// `cannot fit 'int' into an index-sized integer`
    #[cold]
    pub fn index_overflow(&self, class: ExceptionClass, value: Value) -> Raised {
        self.raise(class, format_args!("cannot fit '{}' into an index-sized integer", self.type_name(value)))
    }

    /// The number of an int, clipped to 64 bits; absent if it is none.
    pub fn clipped_int(&self, value: Value) -> Option<i64> {
        if let Some(number) = value.as_small_int() {
            return Some(number);
        }
        let integer = integer_of(&value)?;
        Some(integer.to_i64().unwrap_or(if integer.is_negative() { i64::MIN } else { i64::MAX }))
    }

    /// `operator.index(value)`, clipped to 64 bits (`PyNumber_AsSsize_t` without an error).
    ///
    /// # Errors
    /// TypeError if it is no integer, and what `__index__` raises.
    pub fn index_clipped(&self, value: Value) -> PyResult<i64> {
        if let Some(number) = value.as_small_int() {
            return Ok(number);
        }
        let index = self.index(value)?;
        Ok(self.clipped_int(index).unwrap_or(0))
    }

    /// `operator.index(value)` as an index; IndexError if it does not fit.
    ///
    /// # Errors
    /// TypeError if it is no integer, IndexError, and what `__index__` raises.
    pub fn index_of_sequence(&self, value: Value) -> PyResult<i64> {
        if let Some(number) = value.as_small_int() {
            return Ok(number);
        }
        let index = self.index(value)?;
        match index.as_small_int().or_else(|| integer_of(&index).and_then(|integer| integer.to_i64())) {
            Some(number) => Ok(number),
            None => Err(self.index_overflow(ExceptionClass::IndexError, value)),
        }
    }

    /// A bound of a slice, clipped; absent for None.
    ///
    /// # Errors
    /// TypeError, and what `__index__` raises.
    pub fn slice_bound(&self, value: Value) -> PyResult<Option<i64>> {
        if value.is_none() {
            return Ok(None);
        }
        if let Some(number) = value.as_small_int() {
            return Ok(Some(number));
        }
        if self.class_of(value).lookup_name(self, Name::__index__).is_none() {
            return Err(self.type_error(format_args!(
                "slice indices must be integers or None or have an __index__ method"
            )));
        }
        self.index_clipped(value).map(Some)
    }

    /// Start, stop and step of a slice, not yet clipped to a length.
    ///
    /// # Errors
    /// ValueError for a step of 0, TypeError for bounds that are no integers, and what `__index__` raises.
    pub fn unpack_slice(&self, slice: Slice) -> PyResult<(i64, i64, i64)> {
        let step = self.slice_bound(slice.step())?.unwrap_or(1);
        if step == 0 {
            return Err(self.value_error(format_args!("slice step cannot be zero")));
        }
        // The negation of the smallest number does not fit, and such a step is as good as the next.
        let step = step.max(-i64::MAX);
        let start = self.slice_bound(slice.start())?.unwrap_or(if step < 0 { i64::MAX } else { 0 });
        let stop = self.slice_bound(slice.stop())?.unwrap_or(if step < 0 { i64::MIN } else { i64::MAX });
        Ok((start, stop, step))
    }

    /// The items that a slice selects from a sequence of this length. `__index__` may run, so the length must be that of an immutable
    /// sequence, or be looked at again.
    ///
    /// # Errors
    /// As for [`Context::unpack_slice`].
    pub fn slice_indices(&self, slice: Slice, length: usize) -> PyResult<SliceIndices> {
        let (start, stop, step) = self.unpack_slice(slice)?;
        Ok(adjust_indices(start, stop, step, length))
    }

    /// `container[start:stop]`.
    ///
    /// # Errors
    /// As for [`Context::get_item`].
    pub fn get_slice(&self, container: Value, start: Value, stop: Value) -> PyResult<Value> {
        if is_exact(container) {
            let length = match container.kind() {
                Some(Kind::Str) => Str::from_value(container).map(Str::len),
                Some(Kind::List) => List::from_value(container).map(List::len),
                Some(Kind::Tuple) => Tuple::from_value(container).map(Tuple::len),
                _ => None,
            };
            if let Some(length) = length
                && let (Some(start), Some(stop)) = (small_bound(start, 0), small_bound(stop, i64::MAX))
            {
                if let Some(list) = List::from_value(container) {
                    return list.slice(self, (start, stop, 1)).map(List::as_value);
                }
                let indices = adjust_indices(start, stop, 1, length);
                if let Some(text) = Str::from_value(container) {
                    let start = usize::try_from(indices.start).unwrap_or(0);
                    return text.substring(self, start, start + indices.count).map(Str::as_value);
                }
                if let Some(tuple) = Tuple::from_value(container) {
                    let start = usize::try_from(indices.start).unwrap_or(0);
                    let items = tuple.as_slice().get(start..start + indices.count).unwrap_or(&[]);
                    return if items.len() == tuple.len() { Ok(container) } else { self.tuple(items) };
                }
            }
        }
        let slice = self.slice(start, stop, Value::NONE)?;
        self.get_item(container, slice)
    }

    /// `container[start:stop] = value`.
    ///
    /// # Errors
    /// As for [`Context::set_item`].
    pub fn set_slice(&self, container: Value, start: Value, stop: Value, value: Value) -> PyResult<()> {
        let slice = self.slice(start, stop, Value::NONE)?;
        self.set_item(container, slice, value)
    }
}

#[cfg(test)]
mod tests {
    use super::{SliceIndices, adjust_indices};

    fn selected(start: i64, stop: i64, step: i64, length: usize) -> alloc::vec::Vec<usize> {
        adjust_indices(start, stop, step, length).iter().collect()
    }

    #[test]
    fn slices_select_what_they_should() {
        assert_eq!(selected(0, i64::MAX, 1, 3), [0, 1, 2]);
        assert_eq!(selected(i64::MAX, i64::MIN, -1, 3), [2, 1, 0]);
        assert_eq!(selected(-2, i64::MAX, 1, 5), [3, 4]);
        assert_eq!(selected(5, 1, 1, 9), [0usize; 0]);
        assert_eq!(selected(0, i64::MAX, 2, 5), [0, 2, 4]);
        assert_eq!(selected(i64::MIN, i64::MAX, i64::MAX, 5), [0]);
        assert_eq!(selected(i64::MAX, i64::MIN, -i64::MAX, 5), [4]);
        assert_eq!(adjust_indices(2, 1, 1, 5), SliceIndices { start: 2, stop: 1, step: 1, count: 0 });
    }
}
