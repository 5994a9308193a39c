//! `deque`: the methods.
//!
//! Invariant: each change is one operation of the ring; comparisons run Python code and happen outside the lock.
//! Source: Modules/_collectionsmodule.c.

use threadsnake_engine::native::arguments::{Arguments, Parameter, ParameterKind, Signature};
use threadsnake_engine::protocol::comparison::CompareOperator;
use threadsnake_engine::protocol::mapping::normalize_index;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::types::int_object::{as_i64, is_int};
use threadsnake_engine::types::repr_builder::ReprBuilder;
use threadsnake_engine::{Context, ExceptionClass, Kind, Name, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::deque_iterator;
use super::deque_ring::{Deque, End, RAW_BYTES, SLOTS};

/// A list-like sequence optimized for data accesses near its endpoints.
#[pyclass(
    id = Deque,
    name = "deque",
    module = "collections",
    slots = SLOTS,
    raw = RAW_BYTES,
    flags(SUBCLASSABLE, SEQUENCE)
)]
pub struct DequeClass;

static CONSTRUCTOR: Signature = Signature {
    name: "deque",
    parameters: &[
        Parameter { name: "iterable", kind: ParameterKind::Standard, required: false },
        Parameter { name: "maxlen", kind: ParameterKind::Standard, required: false },
    ],
    variable_arguments: false,
    variable_keywords: false,
};

fn new_deque(cx: &Context, class: Class) -> PyResult<Deque> {
    Ok(Deque::from_new(allocate_of_class(cx, class)?))
}

/// A new exact deque with a bound and items.
fn plain(cx: &Context, maximum: Option<usize>, items: &[Value]) -> PyResult<Deque> {
    let class = Class::expect(cx, cx.class(Kind::Deque))?;
    let deque = new_deque(cx, class)?;
    deque.set_maximum(maximum);
    for &item in items {
        deque.push(cx, End::Right, item)?;
    }
    Ok(deque)
}

/// A deque of the same class, bound and items.
fn copy_of(cx: &Context, this: Deque) -> PyResult {
    let class = cx.class_of(this.as_value());
    if class.is_native() {
        return Ok(plain(cx, this.maximum(), this.snapshot(cx).as_slice())?.as_value());
    }
    match this.maximum() {
        None => cx.call(class.as_value(), &[this.as_value()]),
        Some(maximum) => cx.call(class.as_value(), &[this.as_value(), cx.int(maximum as i64)?]),
    }
}

fn extend(cx: &Context, this: Deque, end: End, iterable: Value) -> PyResult<()> {
    if Deque::of(iterable) == Some(this) {
        for &item in this.snapshot(cx).as_slice() {
            this.push(cx, end, item)?;
        }
        return Ok(());
    }
    let iterator = cx.iterate(iterable)?;
    while let Some(item) = iterator.next(cx)? {
        this.push(cx, end, item)?;
        cx.poll()?;
    }
    Ok(())
}

fn not_in_deque(cx: &Context, value: Value) -> threadsnake_engine::Raised {
    match cx.repr(value) {
        Ok(text) => cx.value_error(format_args!("{text} is not in deque")),
        Err(raised) => raised,
    }
}

fn changed(cx: &Context) -> threadsnake_engine::Raised {
    cx.raise(ExceptionClass::RuntimeError, format_args!("deque mutated during iteration"))
}

/// The first index from `start` up to `stop` of an item equal to this one, and that item.
fn find(
    cx: &Context,
    this: Deque,
    value: Value,
    start: usize,
    stop: usize,
) -> PyResult<Option<(usize, Value)>> {
    let changes = this.changes();
    let mut index = start;
    while index < stop {
        let Some(item) = this.get(cx, index) else { break };
        let equal = cx.equal(item, value)?;
        if this.changes() != changes {
            return Err(changed(cx));
        }
        if equal {
            return Ok(Some((index, item)));
        }
        cx.poll()?;
        index += 1;
    }
    Ok(None)
}

fn compare(cx: &Context, operator: CompareOperator, this: Deque, other: Value) -> PyResult {
    let Some(other) = Deque::of(other) else { return Ok(Value::NOT_IMPLEMENTED) };
    if operator.is_equality() && this.len() != other.len() {
        return Ok(Value::from_bool(operator == CompareOperator::NotEqual));
    }
    let (items, others) = (this.snapshot(cx), other.snapshot(cx));
    let (left, right) = (cx.list(items.as_slice())?, cx.list(others.as_slice())?);
    cx.rich_compare(operator, left, right)
}

fn repeat(cx: &Context, this: Deque, times: i64) -> PyResult<Deque> {
    let items = this.snapshot(cx);
    let result = plain(cx, this.maximum(), &[])?;
    repeat_into(cx, result, items.as_slice(), times)?;
    Ok(result)
}

fn repeat_into(cx: &Context, target: Deque, items: &[Value], times: i64) -> PyResult<()> {
    let times = usize::try_from(times).unwrap_or(0);
    let total = items.len().checked_mul(times).filter(|&total| total < isize::MAX as usize / 16);
    let Some(total) = total else { return Err(cx.memory_error()) };
    // Of a bounded deque only the last items stay.
    let skipped = target.maximum().map_or(0, |maximum| total.saturating_sub(maximum));
    for number in skipped..total {
        if let Some(&item) = items.get(number % items.len().max(1)) {
            target.push(cx, End::Right, item)?;
        }
        cx.poll()?;
    }
    Ok(())
}

fn deque_index(cx: &Context, index: Value) -> PyResult<i64> {
    if !cx.has_index(index) {
        return Err(
            cx.type_error(format_args!("sequence index must be integer, not '{}'", cx.type_name(index)))
        );
    }
    cx.index_of_sequence(index)
}

fn clip(cx: &Context, bound: Option<Value>, absent: usize, length: usize) -> PyResult<usize> {
    let Some(bound) = bound else { return Ok(absent) };
    if !cx.has_index(bound) {
        return Err(cx.type_error(format_args!("slice indices must be integers or have an __index__ method")));
    }
    let bound = cx.index_clipped(bound)?;
    Ok(if bound < 0 { (length as i64).saturating_add(bound).max(0) as usize } else { bound as usize })
}

#[pymethods]
impl DequeClass {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Deque> {
        let _ = arguments;
        new_deque(cx, Class::expect(cx, class)?)
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: Deque, arguments: Arguments<'_>) -> PyResult<()> {
        let mut bound = [None, None];
        CONSTRUCTOR.bind(cx, &arguments, &mut bound)?;
        let [iterable, maximum] = bound;
        let maximum = match maximum.filter(|maximum| !maximum.is_none()) {
            None => None,
            Some(maximum) if !is_int(maximum) => {
                return Err(cx.type_error(format_args!("an integer is required")));
            }
            Some(maximum) => {
                let Some(number) = as_i64(maximum) else {
                    return Err(cx.raise(
                        ExceptionClass::OverflowError,
                        format_args!("Python int too large to convert to C ssize_t"),
                    ));
                };
                match usize::try_from(number) {
                    Ok(number) => Some(number),
                    Err(_) => return Err(cx.value_error(format_args!("maxlen must be non-negative"))),
                }
            }
        };
        this.set_maximum(maximum);
        if !this.is_empty() {
            this.clear(cx);
        }
        match iterable {
            Some(iterable) => extend(cx, this, End::Right, iterable),
            None => Ok(()),
        }
    }

    /// Add an element to the right side of the deque.
    #[pymethod]
    fn append(cx: &Context, this: Deque, item: Value) -> PyResult<()> {
        this.push(cx, End::Right, item)
    }

    /// Add an element to the left side of the deque.
    #[pymethod]
    fn appendleft(cx: &Context, this: Deque, item: Value) -> PyResult<()> {
        this.push(cx, End::Left, item)
    }

    /// Remove all elements from the deque.
    #[pymethod]
    fn clear(cx: &Context, this: Deque) {
        this.clear(cx);
    }

    /// Return a shallow copy of a deque.
    #[pymethod]
    fn copy(cx: &Context, this: Deque) -> PyResult {
        copy_of(cx, this)
    }

    /// Return a shallow copy of a deque.
    #[pymethod]
    fn __copy__(cx: &Context, this: Deque) -> PyResult {
        copy_of(cx, this)
    }

    /// Return number of occurrences of value.
    #[pymethod]
    fn count(cx: &Context, this: Deque, value: Value) -> PyResult<usize> {
        let changes = this.changes();
        let mut count = 0;
        let mut index = 0;
        while let Some(item) = this.get(cx, index) {
            count += cx.equal(item, value)? as usize;
            if this.changes() != changes {
                return Err(changed(cx));
            }
            cx.poll()?;
            index += 1;
        }
        Ok(count)
    }

    /// Extend the right side of the deque with elements from the iterable.
    #[pymethod]
    fn extend(cx: &Context, this: Deque, iterable: Value) -> PyResult<()> {
        extend(cx, this, End::Right, iterable)
    }

    /// Extend the left side of the deque with elements from the iterable.
    #[pymethod]
    fn extendleft(cx: &Context, this: Deque, iterable: Value) -> PyResult<()> {
        extend(cx, this, End::Left, iterable)
    }

    /// Return first index of value.
    ///
    /// Raises ValueError if the value is not present.
    #[pymethod]
    fn index(cx: &Context, this: Deque, arguments: Arguments<'_>) -> PyResult<usize> {
        let (value, start, stop) = match *arguments.values {
            [value] => (value, None, None),
            [value, start] => (value, Some(start), None),
            [value, start, stop] => (value, Some(start), Some(stop)),
            [] => return Err(cx.type_error(format_args!("index expected at least 1 argument, got 0"))),
            ref many => {
                return Err(
                    cx.type_error(format_args!("index expected at most 3 arguments, got {}", many.len()))
                );
            }
        };
        let start = clip(cx, start, 0, this.len())?;
        let stop = clip(cx, stop, usize::MAX, this.len())?;
        match find(cx, this, value, start, stop)? {
            Some((index, _)) => Ok(index),
            None => Err(not_in_deque(cx, value)),
        }
    }

    /// Insert value before index.
    #[pymethod]
    fn insert(cx: &Context, this: Deque, index: i64, value: Value) -> PyResult<()> {
        if this.insert(cx, index, value)? {
            Ok(())
        } else {
            Err(cx.index_error("deque already at its maximum size"))
        }
    }

    /// Remove and return the rightmost element.
    #[pymethod]
    fn pop(cx: &Context, this: Deque) -> PyResult {
        this.pop(cx, End::Right).ok_or_else(|| cx.index_error("pop from an empty deque"))
    }

    /// Remove and return the leftmost element.
    #[pymethod]
    fn popleft(cx: &Context, this: Deque) -> PyResult {
        this.pop(cx, End::Left).ok_or_else(|| cx.index_error("pop from an empty deque"))
    }

    /// Remove first occurrence of value.
    #[pymethod]
    fn remove(cx: &Context, this: Deque, value: Value) -> PyResult<()> {
        loop {
            let changes = this.changes();
            match find(cx, this, value, 0, usize::MAX) {
                Ok(None) => return Err(not_in_deque(cx, value)),
                // Another thread may have moved the item since it was found.
                Ok(Some((index, found))) if this.remove_at(cx, index, Some(found)) => return Ok(()),
                Ok(Some(_)) => cx.poll()?,
                Err(raised)
                    if cx.pending_is(&raised, ExceptionClass::RuntimeError) && this.object().is_shared() =>
                {
                    // The search says so when another thread changes the deque: look again.
                    cx.take_exception(raised);
                    cx.poll()?;
                }
                Err(raised)
                    if cx.pending_is(&raised, ExceptionClass::RuntimeError) && this.changes() != changes =>
                {
                    cx.take_exception(raised);
                    return Err(
                        cx.raise(ExceptionClass::IndexError, format_args!("deque mutated during remove()."))
                    );
                }
                Err(raised) => return Err(raised),
            }
        }
    }

    /// Reverse *IN PLACE*.
    #[pymethod]
    fn reverse(cx: &Context, this: Deque) {
        this.reverse(cx);
    }

    /// Rotate the deque n steps to the right.  If n is negative, rotates left.
    #[pymethod(signature = "($self, n=1, /)")]
    fn rotate(cx: &Context, this: Deque, n: i64) {
        this.rotate(cx, n);
    }

    /// maximum size of a deque or None if unbounded
    #[pygetter]
    fn maxlen(cx: &Context, this: Deque) -> PyResult {
        match this.maximum() {
            Some(maximum) => cx.int(maximum as i64),
            None => Ok(Value::NONE),
        }
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Deque) -> PyResult {
        let Some(_guard) = cx.enter_repr(this.as_value())? else { return cx.str("[...]") };
        let items = this.snapshot(cx);
        let list = cx.list(items.as_slice())?;
        let mut text = ReprBuilder::default();
        text.push_str(cx.short_type_name(this.as_value()));
        text.push("(");
        text.push_repr(cx, list)?;
        if let Some(maximum) = this.maximum() {
            text.push(", maxlen=");
            text.push_repr(cx, cx.int(maximum as i64)?)?;
        }
        text.push(")");
        text.finish(cx)
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(this: Deque) -> usize {
        this.len()
    }

    /// Return bool(key in self).
    #[pymethod]
    fn __contains__(cx: &Context, this: Deque, key: Value) -> PyResult<bool> {
        Ok(find(cx, this, key, 0, usize::MAX)?.is_some())
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: Deque) -> PyResult {
        deque_iterator::new(cx, Kind::DequeIterator, this)
    }

    /// Return a reverse iterator over the deque.
    #[pymethod]
    fn __reversed__(cx: &Context, this: Deque) -> PyResult {
        deque_iterator::new(cx, Kind::DequeReverseIterator, this)
    }

    /// Return self[key].
    #[pymethod]
    fn __getitem__(cx: &Context, this: Deque, key: Value) -> PyResult {
        let index = deque_index(cx, key)?;
        let found = normalize_index(index, this.len()).and_then(|index| this.get(cx, index));
        found.ok_or_else(|| cx.index_error("deque index out of range"))
    }

    /// Set self[key] to value.
    #[pymethod]
    fn __setitem__(cx: &Context, this: Deque, key: Value, value: Value) -> PyResult<()> {
        let index = deque_index(cx, key)?;
        match normalize_index(index, this.len()) {
            Some(index) if this.set(cx, index, value) => Ok(()),
            _ => Err(cx.index_error("deque index out of range")),
        }
    }

    /// Delete self[key].
    #[pymethod]
    fn __delitem__(cx: &Context, this: Deque, key: Value) -> PyResult<()> {
        let index = deque_index(cx, key)?;
        match normalize_index(index, this.len()) {
            Some(index) if this.remove_at(cx, index, None) => Ok(()),
            _ => Err(cx.index_error("deque index out of range")),
        }
    }

    /// Return self+value.
    #[pymethod]
    fn __add__(cx: &Context, this: Deque, value: Value) -> PyResult {
        if Deque::of(value).is_none() {
            return Err(cx.type_error(format_args!(
                "can only concatenate deque (not \"{}\") to deque",
                cx.type_name(value)
            )));
        }
        let copy = copy_of(cx, this)?;
        if let Some(copy) = Deque::of(copy) {
            extend(cx, copy, End::Right, value)?;
        }
        Ok(copy)
    }

    /// Implement self+=value.
    #[pymethod]
    fn __iadd__(cx: &Context, this: Deque, value: Value) -> PyResult<Deque> {
        extend(cx, this, End::Right, value)?;
        Ok(this)
    }

    /// Return self*value.
    #[pymethod]
    fn __mul__(cx: &Context, this: Deque, value: Value) -> PyResult<Deque> {
        let times = cx.repeat_count(value)? as i64;
        repeat(cx, this, times)
    }

    /// Return value*self.
    #[pymethod]
    fn __rmul__(cx: &Context, this: Deque, value: Value) -> PyResult<Deque> {
        let times = cx.repeat_count(value)? as i64;
        repeat(cx, this, times)
    }

    /// Implement self*=value.
    #[pymethod]
    fn __imul__(cx: &Context, this: Deque, value: Value) -> PyResult<Deque> {
        let times = cx.repeat_count(value)? as i64;
        let items = this.snapshot(cx);
        if times <= 0 {
            this.clear(cx);
        } else {
            repeat_into(cx, this, items.as_slice(), times - 1)?;
        }
        Ok(this)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: Deque) -> PyResult {
        let state = cx.call_method_name(this.as_value(), Name::__getstate__, &[])?;
        let iterator = cx.iterator_object(this.as_value())?;
        let arguments = match this.maximum() {
            None => cx.empty_tuple().as_value(),
            Some(maximum) => cx.tuple(&[cx.empty_tuple().as_value(), cx.int(maximum as i64)?])?,
        };
        cx.tuple(&[cx.class_of(this.as_value()).as_value(), arguments, state, iterator])
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult {
        cx.generic_alias(class, object)
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(cx: &Context, this: Deque, value: Value) -> PyResult {
        compare(cx, CompareOperator::Less, this, value)
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(cx: &Context, this: Deque, value: Value) -> PyResult {
        compare(cx, CompareOperator::LessEqual, this, value)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: Deque, value: Value) -> PyResult {
        compare(cx, CompareOperator::Equal, this, value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: Deque, value: Value) -> PyResult {
        compare(cx, CompareOperator::NotEqual, this, value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(cx: &Context, this: Deque, value: Value) -> PyResult {
        compare(cx, CompareOperator::Greater, this, value)
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(cx: &Context, this: Deque, value: Value) -> PyResult {
        compare(cx, CompareOperator::GreaterEqual, this, value)
    }
}
