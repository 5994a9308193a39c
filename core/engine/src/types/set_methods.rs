//! The methods of `set` and `frozenset`.
//!
//! Invariant: each change is one operation of `types/set.rs`; operators take sets only, methods any iterable. The result of an operation on a
//! subclass is of the builtin class. Source: Objects/setobject.c.

use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::names::Name;
use crate::native::arguments::{Arguments, Parameter, ParameterKind, Signature};
use crate::protocol::comparison::CompareOperator;
use crate::types::class::{Class, allocate_of_class};
use crate::types::repr_builder::ReprBuilder;
use crate::types::set::{FROZEN_RAW_BYTES, RAW_BYTES, SLOTS, Set};
use crate::value::Value;

/// Build an unordered collection of unique elements.
#[pyclass(
    id = Set,
    name = "set",
    slots = SLOTS,
    raw = RAW_BYTES,
    signature = "(iterable=(), /)",
    flags(SUBCLASSABLE, MATCH_SELF)
)]
pub struct SetClass;

/// Build an immutable unordered collection of unique elements.
#[pyclass(
    id = FrozenSet,
    name = "frozenset",
    slots = SLOTS,
    raw = FROZEN_RAW_BYTES,
    signature = "(iterable=(), /)",
    flags(SUBCLASSABLE, MATCH_SELF)
)]
pub struct FrozenSetClass;

/// What `set()` takes; its `__init__` complains in the class's name.
static CONSTRUCTOR: Signature = Signature {
    name: "set",
    parameters: &[Parameter { name: "iterable", kind: ParameterKind::PositionalOnly, required: false }],
    variable_arguments: false,
    variable_keywords: false,
};

/// An operator on two sets.
#[derive(Copy, Clone)]
enum Operator {
    And,
    Or,
    Subtract,
    Xor,
}

fn operate(cx: &Context, operator: Operator, left: Value, right: Value) -> PyResult {
    let (Some(set), Some(other)) = (Set::from_value(left), Set::from_value(right)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let frozen = set.is_frozen();
    let result = match operator {
        Operator::And => set.intersection(cx, right, frozen)?,
        Operator::Subtract => set.select(cx, other, false, frozen)?,
        Operator::Or => {
            let result = set.copy_as(cx, frozen)?;
            result.update(cx, right)?;
            result
        }
        Operator::Xor => set.symmetric_difference(cx, right, frozen)?,
    };
    Ok(result.as_value())
}

fn compare(cx: &Context, operator: CompareOperator, set: Set, other: Value) -> PyResult {
    let Some(other) = Set::from_value(other) else { return Ok(Value::NOT_IMPLEMENTED) };
    let (length, other_length) = (set.len(), other.len());
    let result = cx.recursive(|| match operator {
        CompareOperator::Equal => set.equals(cx, other),
        CompareOperator::NotEqual => set.equals(cx, other).map(|equal| !equal),
        CompareOperator::LessEqual => set.is_subset(cx, other),
        CompareOperator::GreaterEqual => other.is_subset(cx, set),
        CompareOperator::Less => Ok(length < other_length && set.is_subset(cx, other)?),
        CompareOperator::Greater => Ok(length > other_length && other.is_subset(cx, set)?),
    })?;
    Ok(Value::from_bool(result))
}

fn repr(cx: &Context, set: Set) -> PyResult {
    let name = cx.short_type_name(set.as_value());
    let mut text = ReprBuilder::default();
    let plain = !set.is_frozen() && set.is_exact();
    let Some(_guard) = cx.enter_repr(set.as_value())? else {
        text.push_str(name);
        text.push("(...)");
        return text.finish(cx);
    };
    let elements = set.snapshot(cx);
    if elements.is_empty() {
        text.push_str(name);
        text.push("()");
        return text.finish(cx);
    }
    if !plain {
        text.push_str(name);
        text.push("(");
    }
    text.push("{");
    for (index, &element) in elements.as_slice().iter().enumerate() {
        if index > 0 {
            text.push(", ");
        }
        text.push_repr(cx, element)?;
    }
    text.push(if plain { "}" } else { "})" });
    text.finish(cx)
}

fn reduce(cx: &Context, set: Set) -> PyResult {
    let elements = set.snapshot(cx);
    let list = cx.list(elements.as_slice())?;
    let arguments = cx.tuple(&[list])?;
    let state = if set.is_exact() {
        Value::NONE
    } else {
        cx.call_method_name(set.as_value(), Name::__getstate__, &[])?
    };
    cx.tuple(&[cx.class_of(set.as_value()).as_value(), arguments, state])
}

#[pymethods]
impl SetClass {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        match Class::from_value(class) {
            Some(class) => Ok(Value::from(allocate_of_class(cx, class)?)),
            None => Ok(cx.new_set()?.as_value()),
        }
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__", signature = "($self, iterable=(), /)")]
    fn init(cx: &Context, this: Set, arguments: Arguments<'_>) -> PyResult<()> {
        let mut bound = [None];
        CONSTRUCTOR.bind(cx, &arguments, &mut bound)?;
        let [iterable] = bound;
        if !this.is_empty() {
            this.clear(cx);
        }
        match iterable {
            Some(iterable) => this.update(cx, iterable),
            None => Ok(()),
        }
    }

    /// Add an element to a set.
    ///
    /// This has no effect if the element is already present.
    #[pymethod]
    fn add(cx: &Context, this: Set, object: Value) -> PyResult<()> {
        this.add(cx, object)
    }

    /// Remove all elements from this set.
    #[pymethod]
    fn clear(cx: &Context, this: Set) {
        this.clear(cx);
    }

    /// Return a shallow copy of a set.
    #[pymethod]
    fn copy(cx: &Context, this: Set) -> PyResult<Set> {
        this.copy_as(cx, false)
    }

    /// Remove an element from a set if it is a member.
    ///
    /// Unlike set.remove(), the discard() method does not raise
    /// an exception when an element is missing from the set.
    #[pymethod]
    fn discard(cx: &Context, this: Set, object: Value) -> PyResult<()> {
        this.discard(cx, object).map(|_| ())
    }

    /// Remove an element from a set; it must be a member.
    ///
    /// If the element is not a member, raise a KeyError.
    #[pymethod]
    fn remove(cx: &Context, this: Set, object: Value) -> PyResult<()> {
        if this.discard(cx, object)? { Ok(()) } else { Err(cx.key_error(object)) }
    }

    /// Remove and return an arbitrary set element.
    ///
    /// Raises KeyError if the set is empty.
    #[pymethod]
    fn pop(cx: &Context, this: Set) -> PyResult {
        match this.pop(cx) {
            Some(element) => Ok(element),
            None => {
                let text = cx.str("pop from an empty set")?;
                Err(cx.key_error(text))
            }
        }
    }

    /// Update the set, adding elements from all others.
    #[pymethod(signature = "($self, /, *others)")]
    fn update(cx: &Context, this: Set, others: &[Value]) -> PyResult<()> {
        for &other in others {
            this.update(cx, other)?;
        }
        Ok(())
    }

    /// Update the set, keeping only elements found in it and all others.
    #[pymethod(signature = "($self, /, *others)")]
    fn intersection_update(cx: &Context, this: Set, others: &[Value]) -> PyResult<()> {
        for &other in others {
            this.intersection_update(cx, other)?;
        }
        Ok(())
    }

    /// Update the set, removing elements found in others.
    #[pymethod(signature = "($self, /, *others)")]
    fn difference_update(cx: &Context, this: Set, others: &[Value]) -> PyResult<()> {
        for &other in others {
            this.difference_update(cx, other)?;
        }
        Ok(())
    }

    /// Update the set, keeping only elements found in either set, but not in both.
    #[pymethod]
    fn symmetric_difference_update(cx: &Context, this: Set, other: Value) -> PyResult<()> {
        this.symmetric_difference_update(cx, other)
    }

    /// Return self&=value.
    #[pymethod]
    fn __iand__(cx: &Context, this: Set, value: Value) -> PyResult {
        if Set::from_value(value).is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        this.intersection_update(cx, value)?;
        Ok(this.as_value())
    }

    /// Return self|=value.
    #[pymethod]
    fn __ior__(cx: &Context, this: Set, value: Value) -> PyResult {
        if Set::from_value(value).is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        this.update(cx, value)?;
        Ok(this.as_value())
    }

    /// Return self-=value.
    #[pymethod]
    fn __isub__(cx: &Context, this: Set, value: Value) -> PyResult {
        if Set::from_value(value).is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        this.difference_update(cx, value)?;
        Ok(this.as_value())
    }

    /// Return self^=value.
    #[pymethod]
    fn __ixor__(cx: &Context, this: Set, value: Value) -> PyResult {
        if Set::from_value(value).is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        this.symmetric_difference_update(cx, value)?;
        Ok(this.as_value())
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Set) -> PyResult {
        repr(cx, this)
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(this: Set) -> usize {
        this.len()
    }

    /// x.__contains__(y) <==> y in x.
    #[pymethod]
    fn __contains__(cx: &Context, this: Set, object: Value) -> PyResult<bool> {
        this.contains_or_frozen(cx, object)
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: Set) -> PyResult {
        crate::types::dict_iterators::over_set(cx, this)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: Set) -> PyResult {
        reduce(cx, this)
    }

    /// S.__sizeof__() -> size of S in memory, in bytes.
    #[pymethod]
    fn __sizeof__(this: Set) -> usize {
        let table = this.as_table_owner().table().map_or(0, |table| table.size_in_bytes());
        16 + 8 * this.object().slot_count() + FROZEN_RAW_BYTES as usize + table
    }

    /// Return the union of sets as a new set.
    ///
    /// (i.e. all elements that are in either set.)
    #[pymethod(signature = "($self, /, *others)")]
    fn union(cx: &Context, this: Set, others: &[Value]) -> PyResult<Set> {
        let result = this.copy_as(cx, this.is_frozen())?;
        for &other in others {
            result.update(cx, other)?;
        }
        Ok(result)
    }

    /// Return the intersection of two sets as a new set.
    ///
    /// (i.e. all elements that are in both sets.)
    #[pymethod(signature = "($self, /, *others)")]
    fn intersection(cx: &Context, this: Set, others: &[Value]) -> PyResult<Set> {
        let frozen = this.is_frozen();
        let Some((&first, rest)) = others.split_first() else { return this.copy_as(cx, frozen) };
        let mut result = this.intersection(cx, first, frozen)?;
        for &other in rest {
            result = result.intersection(cx, other, frozen)?;
        }
        Ok(result)
    }

    /// Return the difference of two or more sets as a new set.
    ///
    /// (i.e. all elements that are in this set but not the others.)
    #[pymethod(signature = "($self, /, *others)")]
    fn difference(cx: &Context, this: Set, others: &[Value]) -> PyResult<Set> {
        let frozen = this.is_frozen();
        let Some((&first, rest)) = others.split_first() else { return this.copy_as(cx, frozen) };
        let result = this.difference(cx, first, frozen)?;
        for &other in rest {
            result.difference_update(cx, other)?;
        }
        Ok(result)
    }

    /// Return the symmetric difference of two sets as a new set.
    ///
    /// (i.e. all elements that are in exactly one of the sets.)
    #[pymethod]
    fn symmetric_difference(cx: &Context, this: Set, other: Value) -> PyResult<Set> {
        this.symmetric_difference(cx, other, this.is_frozen())
    }

    /// Return True if two sets have a null intersection.
    #[pymethod]
    fn isdisjoint(cx: &Context, this: Set, other: Value) -> PyResult<bool> {
        if let Some(other) = Set::from_value(other) {
            return this.is_disjoint(cx, other);
        }
        let iterator = cx.iterate(other)?;
        while let Some(item) = iterator.next(cx)? {
            if this.contains(cx, item)? {
                return Ok(false);
            }
            cx.poll()?;
        }
        Ok(true)
    }

    /// Report whether another set contains this set.
    #[pymethod]
    fn issubset(cx: &Context, this: Set, other: Value) -> PyResult<bool> {
        let other = match Set::from_value(other) {
            Some(other) => other,
            None => {
                let set = cx.new_set()?;
                set.update(cx, other)?;
                set
            }
        };
        this.is_subset(cx, other)
    }

    /// Report whether this set contains another set.
    #[pymethod]
    fn issuperset(cx: &Context, this: Set, other: Value) -> PyResult<bool> {
        if let Some(other) = Set::from_value(other) {
            return other.is_subset(cx, this);
        }
        let iterator = cx.iterate(other)?;
        while let Some(item) = iterator.next(cx)? {
            if !this.contains(cx, item)? {
                return Ok(false);
            }
            cx.poll()?;
        }
        Ok(true)
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult {
        cx.generic_alias(class, object)
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(cx: &Context, this: Set, value: Value) -> PyResult {
        compare(cx, CompareOperator::Less, this, value)
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(cx: &Context, this: Set, value: Value) -> PyResult {
        compare(cx, CompareOperator::LessEqual, this, value)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: Set, value: Value) -> PyResult {
        compare(cx, CompareOperator::Equal, this, value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: Set, value: Value) -> PyResult {
        compare(cx, CompareOperator::NotEqual, this, value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(cx: &Context, this: Set, value: Value) -> PyResult {
        compare(cx, CompareOperator::Greater, this, value)
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(cx: &Context, this: Set, value: Value) -> PyResult {
        compare(cx, CompareOperator::GreaterEqual, this, value)
    }

    /// Return self&value.
    #[pymethod]
    fn __and__(cx: &Context, this: Set, value: Value) -> PyResult {
        operate(cx, Operator::And, this.as_value(), value)
    }

    /// Return value&self.
    #[pymethod]
    fn __rand__(cx: &Context, this: Set, value: Value) -> PyResult {
        operate(cx, Operator::And, value, this.as_value())
    }

    /// Return self|value.
    #[pymethod]
    fn __or__(cx: &Context, this: Set, value: Value) -> PyResult {
        operate(cx, Operator::Or, this.as_value(), value)
    }

    /// Return value|self.
    #[pymethod]
    fn __ror__(cx: &Context, this: Set, value: Value) -> PyResult {
        operate(cx, Operator::Or, value, this.as_value())
    }

    /// Return self-value.
    #[pymethod]
    fn __sub__(cx: &Context, this: Set, value: Value) -> PyResult {
        operate(cx, Operator::Subtract, this.as_value(), value)
    }

    /// Return value-self.
    #[pymethod]
    fn __rsub__(cx: &Context, this: Set, value: Value) -> PyResult {
        operate(cx, Operator::Subtract, value, this.as_value())
    }

    /// Return self^value.
    #[pymethod]
    fn __xor__(cx: &Context, this: Set, value: Value) -> PyResult {
        operate(cx, Operator::Xor, this.as_value(), value)
    }

    /// Return value^self.
    #[pymethod]
    fn __rxor__(cx: &Context, this: Set, value: Value) -> PyResult {
        operate(cx, Operator::Xor, value, this.as_value())
    }
}

#[pymethods]
impl FrozenSetClass {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Set> {
        let class = Class::expect(cx, class)?;
        let exact = class.as_value().is(cx.class(Kind::FrozenSet));
        let values = arguments.positional();
        // A subclass's `__init__` may take keywords and more.
        if arguments.keyword_count() > 0 && !class.has_own_initializer(cx) {
            return Err(cx.type_error(format_args!("frozenset() takes no keyword arguments")));
        }
        if values.len() > 1 {
            return Err(
                cx.type_error(format_args!("frozenset expected at most 1 argument, got {}", values.len()))
            );
        }
        let iterable = values.first().copied();
        if let Some(set) = iterable.and_then(Set::from_value)
            && exact
            && set.is_frozen()
            && set.is_exact()
        {
            return Ok(set);
        }
        let set = Set::from_object(allocate_of_class(cx, class)?);
        if let Some(iterable) = iterable {
            set.update(cx, iterable)?;
        }
        Ok(set)
    }

    /// Return a shallow copy of a set.
    #[pymethod]
    fn copy(cx: &Context, this: Set) -> PyResult<Set> {
        if this.is_exact() { Ok(this) } else { this.copy_as(cx, true) }
    }

    /// Return hash(self).
    #[pymethod]
    fn __hash__(cx: &Context, this: Set) -> PyResult<i64> {
        this.hash(cx)
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Set) -> PyResult {
        repr(cx, this)
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(this: Set) -> usize {
        this.len()
    }

    /// x.__contains__(y) <==> y in x.
    #[pymethod]
    fn __contains__(cx: &Context, this: Set, object: Value) -> PyResult<bool> {
        this.contains_or_frozen(cx, object)
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: Set) -> PyResult {
        crate::types::dict_iterators::over_set(cx, this)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: Set) -> PyResult {
        reduce(cx, this)
    }

    /// S.__sizeof__() -> size of S in memory, in bytes.
    #[pymethod]
    fn __sizeof__(this: Set) -> usize {
        let table = this.as_table_owner().table().map_or(0, |table| table.size_in_bytes());
        16 + 8 * this.object().slot_count() + FROZEN_RAW_BYTES as usize + table
    }

    /// Return the union of sets as a new set.
    ///
    /// (i.e. all elements that are in either set.)
    #[pymethod(signature = "($self, /, *others)")]
    fn union(cx: &Context, this: Set, others: &[Value]) -> PyResult<Set> {
        let result = this.copy_as(cx, this.is_frozen())?;
        for &other in others {
            result.update(cx, other)?;
        }
        Ok(result)
    }

    /// Return the intersection of two sets as a new set.
    ///
    /// (i.e. all elements that are in both sets.)
    #[pymethod(signature = "($self, /, *others)")]
    fn intersection(cx: &Context, this: Set, others: &[Value]) -> PyResult<Set> {
        let frozen = this.is_frozen();
        let Some((&first, rest)) = others.split_first() else { return this.copy_as(cx, frozen) };
        let mut result = this.intersection(cx, first, frozen)?;
        for &other in rest {
            result = result.intersection(cx, other, frozen)?;
        }
        Ok(result)
    }

    /// Return the difference of two or more sets as a new set.
    ///
    /// (i.e. all elements that are in this set but not the others.)
    #[pymethod(signature = "($self, /, *others)")]
    fn difference(cx: &Context, this: Set, others: &[Value]) -> PyResult<Set> {
        let frozen = this.is_frozen();
        let Some((&first, rest)) = others.split_first() else { return this.copy_as(cx, frozen) };
        let result = this.difference(cx, first, frozen)?;
        for &other in rest {
            result.difference_update(cx, other)?;
        }
        Ok(result)
    }

    /// Return the symmetric difference of two sets as a new set.
    ///
    /// (i.e. all elements that are in exactly one of the sets.)
    #[pymethod]
    fn symmetric_difference(cx: &Context, this: Set, other: Value) -> PyResult<Set> {
        this.symmetric_difference(cx, other, this.is_frozen())
    }

    /// Return True if two sets have a null intersection.
    #[pymethod]
    fn isdisjoint(cx: &Context, this: Set, other: Value) -> PyResult<bool> {
        if let Some(other) = Set::from_value(other) {
            return this.is_disjoint(cx, other);
        }
        let iterator = cx.iterate(other)?;
        while let Some(item) = iterator.next(cx)? {
            if this.contains(cx, item)? {
                return Ok(false);
            }
            cx.poll()?;
        }
        Ok(true)
    }

    /// Report whether another set contains this set.
    #[pymethod]
    fn issubset(cx: &Context, this: Set, other: Value) -> PyResult<bool> {
        let other = match Set::from_value(other) {
            Some(other) => other,
            None => {
                let set = cx.new_set()?;
                set.update(cx, other)?;
                set
            }
        };
        this.is_subset(cx, other)
    }

    /// Report whether this set contains another set.
    #[pymethod]
    fn issuperset(cx: &Context, this: Set, other: Value) -> PyResult<bool> {
        if let Some(other) = Set::from_value(other) {
            return other.is_subset(cx, this);
        }
        let iterator = cx.iterate(other)?;
        while let Some(item) = iterator.next(cx)? {
            if !this.contains(cx, item)? {
                return Ok(false);
            }
            cx.poll()?;
        }
        Ok(true)
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult {
        cx.generic_alias(class, object)
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(cx: &Context, this: Set, value: Value) -> PyResult {
        compare(cx, CompareOperator::Less, this, value)
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(cx: &Context, this: Set, value: Value) -> PyResult {
        compare(cx, CompareOperator::LessEqual, this, value)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: Set, value: Value) -> PyResult {
        compare(cx, CompareOperator::Equal, this, value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: Set, value: Value) -> PyResult {
        compare(cx, CompareOperator::NotEqual, this, value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(cx: &Context, this: Set, value: Value) -> PyResult {
        compare(cx, CompareOperator::Greater, this, value)
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(cx: &Context, this: Set, value: Value) -> PyResult {
        compare(cx, CompareOperator::GreaterEqual, this, value)
    }

    /// Return self&value.
    #[pymethod]
    fn __and__(cx: &Context, this: Set, value: Value) -> PyResult {
        operate(cx, Operator::And, this.as_value(), value)
    }

    /// Return value&self.
    #[pymethod]
    fn __rand__(cx: &Context, this: Set, value: Value) -> PyResult {
        operate(cx, Operator::And, value, this.as_value())
    }

    /// Return self|value.
    #[pymethod]
    fn __or__(cx: &Context, this: Set, value: Value) -> PyResult {
        operate(cx, Operator::Or, this.as_value(), value)
    }

    /// Return value|self.
    #[pymethod]
    fn __ror__(cx: &Context, this: Set, value: Value) -> PyResult {
        operate(cx, Operator::Or, value, this.as_value())
    }

    /// Return self-value.
    #[pymethod]
    fn __sub__(cx: &Context, this: Set, value: Value) -> PyResult {
        operate(cx, Operator::Subtract, this.as_value(), value)
    }

    /// Return value-self.
    #[pymethod]
    fn __rsub__(cx: &Context, this: Set, value: Value) -> PyResult {
        operate(cx, Operator::Subtract, value, this.as_value())
    }

    /// Return self^value.
    #[pymethod]
    fn __xor__(cx: &Context, this: Set, value: Value) -> PyResult {
        operate(cx, Operator::Xor, this.as_value(), value)
    }

    /// Return value^self.
    #[pymethod]
    fn __rxor__(cx: &Context, this: Set, value: Value) -> PyResult {
        operate(cx, Operator::Xor, value, this.as_value())
    }
}
