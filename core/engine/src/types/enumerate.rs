//! `enumerate` and `reversed`.
//!
//! Invariant of `enumerate`: slot 0 is the iterator; slot 1 the next index, an int of any size; an index is used once, whatever threads
//! share the object. Invariant of `reversed`: slot 0 is the sequence, empty once exhausted; the raw word is one more than the next
//! index. Source: Objects/enumobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::names::Name;
use crate::native::Arguments;
use crate::object_access::ObjectAccess;
use crate::protocol::number::BinaryOperator;
use crate::types::class::{Class, allocate_of_class};
use crate::types::iterator_state::claim_backwards;
use crate::types::sequence_iterator::item_at;
use crate::value::Value;

const ITERATOR: usize = 0;
const INDEX: usize = 1;

/// Return an enumerate object.
///
///   iterable
///     an object supporting iteration
///
/// The enumerate object yields pairs containing a count (from start, which
/// defaults to zero) and a value yielded by the iterable argument.
///
/// enumerate is useful for obtaining an indexed list:
///     (0, seq[0]), (1, seq[1]), (2, seq[2]), ...
#[pyclass(
    id = Enumerate,
    name = "enumerate",
    slots = 2,
    signature = "(iterable, start=0)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Enumerate(ObjectRef);

impl Enumerate {
    /// The next index and item.
    #[inline]
    pub(crate) fn next_pair(self, cx: &Context) -> PyResult<Option<(Value, Value)>> {
        let Some(iterator) = self.0.value(ITERATOR) else { return Ok(None) };
        let Some(item) = cx.next_of(iterator)? else { return Ok(None) };
        loop {
            let index = self.0.value(INDEX).unwrap_or(Value::small_int_unchecked(0));
            let next = match index.as_small_int() {
                Some(number) => cx.int(number + 1)?,
                None => cx.binary_operation(BinaryOperator::Add, index, Value::small_int_unchecked(1))?,
            };
            if self.0.is_shared() {
                if !cx.compare_exchange(self.0, INDEX, Some(index), Some(next)) {
                    continue;
                }
            } else {
                cx.store(self.0, INDEX, next);
            }
            return Ok(Some((index, item)));
        }
    }
}

#[pymethods]
impl Enumerate {
    #[pynew(signature = "(iterable, start=0)")]
    fn new(cx: &Context, class: Value, iterable: Value, start: Option<Value>) -> PyResult {
        let start = match start {
            Some(start) => cx.index(start)?,
            None => Value::small_int_unchecked(0),
        };
        let iterator = cx.iterator_object(iterable)?;
        let object = allocate_of_class(cx, Class::expect(cx, class)?)?;
        cx.store(object, ITERATOR, iterator);
        cx.store(object, INDEX, start);
        Ok(Value::from(object))
    }

    #[pynext]
    fn next(cx: &Context, this: Enumerate) -> PyResult<Option<Value>> {
        match this.next_pair(cx)? {
            Some((index, item)) => cx.tuple(&[index, item]).map(Some),
            None => Ok(None),
        }
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: Enumerate) -> PyResult {
        let iterator = this.0.value(ITERATOR).unwrap_or(Value::NONE);
        let index = this.0.value(INDEX).unwrap_or(Value::small_int_unchecked(0));
        let arguments = cx.tuple(&[iterator, index])?;
        cx.tuple(&[cx.class_of(this.as_value()).as_value(), arguments])
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult {
        cx.generic_alias(class, object)
    }
}

const SEQUENCE: usize = 0;
const REMAINING: usize = 0;

/// Return a reverse iterator over the values of the given sequence.
#[pyclass(
    id = Reversed,
    name = "reversed",
    slots = 1,
    raw = 8,
    signature = "(object, /)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Reversed(ObjectRef);

#[pymethods]
impl Reversed {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let class = Class::expect(cx, class)?;
        if class.is_native() && arguments.keyword_count() > 0 {
            return Err(cx.type_error(format_args!("reversed() takes no keyword arguments")));
        }
        let &[object] = arguments.positional() else {
            return Err(cx.type_error(format_args!(
                "reversed expected 1 argument, got {}",
                arguments.positional().len()
            )));
        };
        if let Some(method) = cx.class_of(object).lookup_name(cx, Name::__reversed__) {
            if method.is_none() {
                return Err(
                    cx.type_error(format_args!("'{}' object is not reversible", cx.type_name(object)))
                );
            }
            if let Some(method) = cx.special_method(object, Name::__reversed__)? {
                return cx.call_pair(method, &[]);
            }
        }
        if !cx.is_sequence(object) {
            return Err(cx.type_error(format_args!("'{}' object is not reversible", cx.type_name(object))));
        }
        let length = cx.length(object)?;
        let iterator = allocate_of_class(cx, class)?;
        cx.store(iterator, SEQUENCE, object);
        iterator.raw_store_u64(REMAINING, length as u64);
        Ok(Value::from(iterator))
    }

    #[pynext]
    fn next(cx: &Context, this: Reversed) -> PyResult<Option<Value>> {
        let Some(sequence) = this.0.value(SEQUENCE) else { return Ok(None) };
        let item = match claim_backwards(this.0, REMAINING) {
            Some(index) => item_at(cx, sequence, index)?,
            None => None,
        };
        if item.is_none() {
            cx.clear(this.0, SEQUENCE);
        }
        Ok(item)
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod]
    fn __length_hint__(cx: &Context, this: Reversed) -> PyResult<u64> {
        let Some(sequence) = this.0.value(SEQUENCE) else { return Ok(0) };
        let remaining = this.0.raw_u64(REMAINING);
        Ok(if (cx.length(sequence)? as u64) < remaining { 0 } else { remaining })
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: Reversed) -> PyResult {
        let class = cx.class_of(this.as_value()).as_value();
        match this.0.value(SEQUENCE) {
            Some(sequence) => {
                let arguments = cx.tuple(&[sequence])?;
                cx.tuple(&[class, arguments, cx.int(this.0.raw_u64(REMAINING) as i64 - 1)?])
            }
            None => {
                let arguments = cx.tuple(&[cx.empty_tuple().as_value()])?;
                cx.tuple(&[class, arguments])
            }
        }
    }

    /// Set state information for unpickling.
    #[pymethod]
    fn __setstate__(cx: &Context, this: Reversed, state: Value) -> PyResult<()> {
        let index = cx.index_i64(state)?;
        if let Some(sequence) = this.0.value(SEQUENCE) {
            let length = cx.length(sequence)? as i64;
            this.0.raw_store_u64(REMAINING, (index.clamp(-1, length - 1) + 1) as u64);
        }
        Ok(())
    }
}

/// `reversed(object)`
///
/// # Errors
/// TypeError if it is not reversible, and what its methods raise.
pub fn reversed(cx: &Context, object: Value) -> PyResult {
    cx.call(cx.class(Kind::Reversed), &[object])
}
