//! Iteration over any value.
//!
//! Invariant: a [`PyIterator`] lives on the native stack, where the collector sees what it holds. Exact lists and tuples are walked
//! without an iterator object, as their iterators would: by index, against the length of the moment. StopIteration ends a
//! loop and never leaves [`PyIterator::next`].
//! Source: Objects/abstract.c (`PyObject_GetIter`, `PyIter_Next`, `PyObject_LengthHint`), Python/ceval.c (`_PyEval_UnpackIterableStackRef`).

use core::cell::Cell;

use crate::context::{Context, ScratchVector};
use crate::error::{ExceptionClass, PyResult};
use crate::kind::{Kind, client_flags};
use crate::names::Name;
use crate::object_access::ObjectAccess;
use crate::types::class::NativeNext;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::set::Set;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// An iteration under way.
pub struct PyIterator {
    state: State,
}

enum State {
    List(List, Cell<usize>),
    Tuple(Tuple, Cell<usize>),
    Native(Value, NativeNext),
    Python(Value),
}

impl PyIterator {
    /// The next item; absent at the end.
    ///
    /// # Errors
    /// What `__next__` raises, except StopIteration.
    #[inline]
    pub fn next(&self, cx: &Context) -> PyResult<Option<Value>> {
        match &self.state {
            State::List(list, next) => {
                let index = next.get();
                match list.get(index) {
                    Some(item) => {
                        next.set(index + 1);
                        Ok(Some(item))
                    }
                    None => {
                        // An exhausted iterator stays exhausted, even if the list grows.
                        next.set(usize::MAX);
                        Ok(None)
                    }
                }
            }
            State::Tuple(tuple, next) => {
                let index = next.get();
                next.set(index + 1);
                Ok(tuple.get(index))
            }
            State::Native(object, next) => next(cx, *object),
            State::Python(object) => cx.next_slow(*object),
        }
    }
}

fn is_exact(value: Value) -> bool {
    value.as_object().is_some_and(|object| object.client_flags() & client_flags::SUBCLASS == 0)
}

impl Context {
    /// Starts an iteration over a value.
    ///
    /// # Errors
    /// TypeError if it is not iterable, and what `__iter__` raises.
    #[inline]
    pub fn iterate(&self, value: Value) -> PyResult<PyIterator> {
        if is_exact(value) {
            if let Some(list) = List::from_value(value) {
                return Ok(PyIterator { state: State::List(list, Cell::new(0)) });
            }
            if let Some(tuple) = Tuple::from_value(value) {
                return Ok(PyIterator { state: State::Tuple(tuple, Cell::new(0)) });
            }
        }
        let iterator = self.iterator_object(value)?;
        Ok(self.iterate_over(iterator))
    }

    /// Goes on with an iteration whose iterator object is given.
    #[inline]
    pub fn iterate_over(&self, iterator: Value) -> PyIterator {
        match self.class_of(iterator).native_next() {
            Some(next) => PyIterator { state: State::Native(iterator, next) },
            None => PyIterator { state: State::Python(iterator) },
        }
    }

    /// `next(iterator)`, absent at the end.
    ///
    /// # Errors
    /// TypeError if it is no iterator, and what `__next__` raises, except StopIteration.
    #[inline]
    pub fn next_of(&self, iterator: Value) -> PyResult<Option<Value>> {
        match self.class_of(iterator).native_next() {
            Some(next) => next(self, iterator),
            None => self.next_slow(iterator),
        }
    }

    #[inline(never)]
    fn next_slow(&self, iterator: Value) -> PyResult<Option<Value>> {
        match self.special_method(iterator, Name::__next__)? {
            Some(method) => {
                let result = self.call_pair(method, &[]);
                self.catch_stop_iteration(result)
            }
            None => {
                Err(self.type_error(format_args!("'{}' object is not an iterator", self.type_name(iterator))))
            }
        }
    }

    /// `iter(value)`.
    ///
    /// # Errors
    /// TypeError if it is not iterable, and what `__iter__` raises.
    pub fn iterator_object(&self, value: Value) -> PyResult<Value> {
        if is_exact(value) {
            if let Some(list) = List::from_value(value) {
                return crate::types::list_iterator::new(self, list);
            }
            if let Some(tuple) = Tuple::from_value(value) {
                return crate::types::tuple_iterator::new(self, tuple);
            }
            if let Some(dict) = Dict::from_value(value) {
                return crate::types::dict_iterators::keys(self, dict);
            }
        }
        let class = self.class_of(value);
        let Some(attribute) = class.lookup_name(self, Name::__iter__) else {
            if self.is_sequence(value) {
                return crate::types::sequence_iterator::new(self, value);
            }
            return Err(self.type_error(format_args!("'{}' object is not iterable", class.name(self))));
        };
        if attribute.is_none() {
            return Err(self.type_error(format_args!("'{}' object is not iterable", class.name(self))));
        }
        let Some(method) = self.special_method(value, Name::__iter__)? else {
            return Err(self.type_error(format_args!("'{}' object is not iterable", class.name(self))));
        };
        let iterator = self.call_pair(method, &[])?;
        if !self.is_iterator(iterator) {
            return Err(self.type_error(format_args!(
                "iter() returned non-iterator of type '{}'",
                self.type_name(iterator)
            )));
        }
        Ok(iterator)
    }

    /// Whether a value has `__next__`.
    #[inline]
    pub fn is_iterator(&self, value: Value) -> bool {
        let class = self.class_of(value);
        class.native_next().is_some() || class.lookup_name(self, Name::__next__).is_some()
    }

    /// Whether a value can be taken apart by index (`PySequence_Check`): it has `__getitem__` and is no dict.
    pub fn is_sequence(&self, value: Value) -> bool {
        !value.is_kind(Kind::Dict)
            && !value.is_kind(Kind::MappingProxy)
            && self.class_of(value).lookup_name(self, Name::__getitem__).is_some()
    }

    /// All items, in a scratch vector: those of one moment if the value is a builtin container.
    ///
    /// # Errors
    /// TypeError if it is not iterable, and what the iteration raises.
    pub fn collect(&self, value: Value) -> PyResult<ScratchVector<'_>> {
        if let Some(items) = self.snapshot_of(value)? {
            return Ok(items);
        }
        let iterator = self.iterate(value)?;
        if !self.class_of(value).is_native() {
            // The hint itself is of no use, but what `__len__` raises is raised.
            self.length_hint(value, 0)?;
        }
        self.collect_rest(&iterator)
    }

    /// What is left of an iteration.
    ///
    /// # Errors
    /// What the iteration raises.
    pub fn collect_rest(&self, iterator: &PyIterator) -> PyResult<ScratchVector<'_>> {
        let mut items = self.scratch();
        while let Some(item) = iterator.next(self)? {
            items.push(item);
            self.poll()?;
        }
        Ok(items)
    }

    /// The items of an exact builtin container (or of a view of a dict) at one moment.
    ///
    /// # Errors
    /// MemoryError for the pairs of `dict.items()` and the characters of a string.
    pub fn snapshot_of(&self, value: Value) -> PyResult<Option<ScratchVector<'_>>> {
        let Some(object) = value.as_object() else { return Ok(None) };
        if object.client_flags() & client_flags::SUBCLASS != 0 {
            return Ok(None);
        }
        let dict_of_view = || object.value(0).and_then(Dict::from_value);
        Ok(match Kind::of(object) {
            Kind::List => List::from_value(value).map(|list| list.snapshot(self)),
            Kind::Tuple => {
                let mut items = self.scratch();
                if let Some(tuple) = Tuple::from_value(value) {
                    items.extend_from_slice(tuple.as_slice());
                }
                Some(items)
            }
            Kind::Str => {
                let mut characters = self.scratch();
                if let Some(text) = Str::from_value(value) {
                    characters.reserve(text.len());
                    for code_point in text.code_points() {
                        characters.push(self.str_from_code_point(code_point)?.as_value());
                    }
                }
                Some(characters)
            }
            Kind::Dict => Dict::from_value(value).map(|dict| dict.snapshot_keys(self)),
            Kind::Set | Kind::FrozenSet => Set::from_value(value).map(|set| set.snapshot(self)),
            Kind::DictKeys => dict_of_view().map(|dict| dict.snapshot_keys(self)),
            Kind::DictValues => dict_of_view().map(|dict| dict.snapshot_values(self)),
            Kind::DictItems => match dict_of_view() {
                Some(dict) => {
                    // The pairs are allocated after the moment they show, which the snapshot keeps.
                    let snapshot = dict.snapshot(self);
                    let mut pairs = self.scratch();
                    for pair in snapshot.as_slice().chunks_exact(2) {
                        pairs.push(self.tuple(pair)?);
                    }
                    Some(pairs)
                }
                None => None,
            },
            _ => None,
        })
    }

    /// `operator.length_hint(value, default)`.
    ///
    /// # Errors
    /// What `__len__` and `__length_hint__` raise, except TypeError.
    pub fn length_hint(&self, value: Value, default: usize) -> PyResult<usize> {
        match self.optional_length(value) {
            Ok(Some(length)) => return Ok(length),
            Ok(None) => {}
            Err(raised) if self.pending_is(&raised, ExceptionClass::TypeError) => {
                self.take_exception(raised);
            }
            Err(raised) => return Err(raised),
        }
        let Some(method) = self.special_method(value, Name::__length_hint__)? else { return Ok(default) };
        let result = match self.call_pair(method, &[]) {
            Ok(result) => result,
            Err(raised) if self.pending_is(&raised, ExceptionClass::TypeError) => {
                self.take_exception(raised);
                return Ok(default);
            }
            Err(raised) => return Err(raised),
        };
        if result.is(Value::NOT_IMPLEMENTED) {
            return Ok(default);
        }
        match self.clipped_int(result) {
            None => Err(self.type_error(format_args!(
                "__length_hint__ must be an integer, not {}",
                self.type_name(result)
            ))),
            Some(hint) => usize::try_from(hint)
                .map_err(|_| self.value_error(format_args!("__length_hint__() should return >= 0"))),
        }
    }

    /// Exactly `count` items, for `a, b = value`.
    ///
    /// # Errors
    /// ValueError for another number, TypeError if the value is not iterable, and what the iteration raises.
    pub fn unpack_exact(&self, value: Value, count: usize) -> PyResult<ScratchVector<'_>> {
        let iterator = self.iterate_to_unpack(value)?;
        let mut items = self.scratch();
        while items.len() < count {
            match iterator.next(self)? {
                Some(item) => items.push(item),
                None => {
                    return Err(self.value_error(format_args!(
                        "not enough values to unpack (expected {count}, got {})",
                        items.len()
                    )));
                }
            }
        }
        if iterator.next(self)?.is_some() {
            let known = match value.kind() {
                Some(Kind::List | Kind::Tuple | Kind::Dict) if is_exact(value) => {
                    self.optional_length(value)?
                }
                _ => None,
            };
            return Err(match known {
                Some(length) if length > count => self
                    .value_error(format_args!("too many values to unpack (expected {count}, got {length})")),
                _ => self.value_error(format_args!("too many values to unpack (expected {count})")),
            });
        }
        Ok(items)
    }

    /// At least `before + after` items, for `a, *b, c = value`: the items before, the list of those between, the items after.
    ///
    /// # Errors
    /// ValueError for fewer, TypeError if the value is not iterable, and what the iteration raises.
    pub fn unpack_with_rest(&self, value: Value, before: usize, after: usize) -> PyResult<ScratchVector<'_>> {
        let iterator = self.iterate_to_unpack(value)?;
        let mut items = self.collect_rest_bounded(&iterator, before)?;
        let wanted = before + after;
        let too_few = |got: usize| {
            self.value_error(format_args!(
                "not enough values to unpack (expected at least {wanted}, got {got})"
            ))
        };
        if items.len() < before {
            return Err(too_few(items.len()));
        }
        let rest = self.collect_rest(&iterator)?;
        let Some(split) = rest.len().checked_sub(after) else { return Err(too_few(before + rest.len())) };
        let (middle, tail) = rest.as_slice().split_at_checked(split).unwrap_or((rest.as_slice(), &[]));
        let list = self.list(middle)?;
        items.push(list);
        items.extend_from_slice(tail);
        Ok(items)
    }

    fn collect_rest_bounded(&self, iterator: &PyIterator, limit: usize) -> PyResult<ScratchVector<'_>> {
        let mut items = self.scratch();
        while items.len() < limit {
            match iterator.next(self)? {
                Some(item) => items.push(item),
                None => break,
            }
        }
        Ok(items)
    }

    fn iterate_to_unpack(&self, value: Value) -> PyResult<PyIterator> {
        let class = self.class_of(value);
        if class.lookup_name(self, Name::__iter__).is_none() && !self.is_sequence(value) {
            return Err(
                self.type_error(format_args!("cannot unpack non-iterable {} object", class.name(self)))
            );
        }
        self.iterate(value)
    }

    /// Items of a sequence argument: a list or tuple as it is, anything else collected, with `text` as the TypeError for what is not
    /// iterable.
    ///
    /// # Errors
    /// TypeError, and what the iteration raises.
    pub fn collect_sequence(&self, value: Value, text: &str) -> PyResult<ScratchVector<'_>> {
        match self.collect(value) {
            Ok(items) => Ok(items),
            Err(raised) => {
                let not_iterable = self.pending_is(&raised, ExceptionClass::TypeError)
                    && self.class_of(value).lookup_name(self, Name::__iter__).is_none()
                    && !self.is_sequence(value);
                if not_iterable {
                    self.take_exception(raised);
                    return Err(self.type_error(format_args!("{text}")));
                }
                Err(raised)
            }
        }
    }

    /// Whether a value is a string, for arguments that take a string or an iterable of them.
    #[inline]
    pub fn is_str(&self, value: Value) -> bool {
        Str::from_value(value).is_some()
    }
}
