//! `zip`, `map` and `filter`.
//!
//! Invariant: slot `ITERATORS` is a tuple of iterators which never changes; an iterator that ends ends the whole. With `strict` the others must
//! end in the same step. Source: Python/bltinmodule.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::{Context, ScratchVector};
use crate::error::{PyResult, Raised};
use crate::native::arguments::{Arguments, Parameter, ParameterKind, Signature};
use crate::object_access::ObjectAccess;
use crate::types::class::{Class, allocate_of_class};
use crate::types::tuple::Tuple;
use crate::value::Value;

const STRICT: usize = 0;

/// The next item of each iterator; absent when one has ended.
fn step<'a>(
    cx: &'a Context,
    iterators: Tuple,
    strict: bool,
    name: &str,
) -> PyResult<Option<ScratchVector<'a>>> {
    let mut items = cx.scratch();
    for iterator in iterators.iter() {
        match cx.next_of(iterator)? {
            Some(item) => items.push(item),
            None if strict => {
                check_ends(cx, iterators, items.len(), name)?;
                return Ok(None);
            }
            None => return Ok(None),
        }
    }
    Ok(Some(items))
}

/// Argument number `ended` (from 0) has ended: so must those behind it, and none may be before it.
fn check_ends(cx: &Context, iterators: Tuple, ended: usize, name: &str) -> PyResult<()> {
    if ended > 0 {
        return Err(length_error(cx, name, ended, "shorter"));
    }
    for (index, iterator) in iterators.iter().enumerate().skip(1) {
        if cx.next_of(iterator)?.is_some() {
            return Err(length_error(cx, name, index, "longer"));
        }
    }
    Ok(())
}

fn length_error(cx: &Context, name: &str, index: usize, what: &str) -> Raised {
    let plural = if index == 1 { " " } else { "s 1-" };
    cx.value_error(format_args!("{name}() argument {} is {what} than argument{plural}{index}", index + 1))
}

/// The only keyword of `zip` and `map`.
const fn strict_signature(name: &'static str) -> Signature {
    Signature {
        name,
        parameters: &[Parameter { name: "strict", kind: ParameterKind::KeywordOnly, required: false }],
        variable_arguments: true,
        variable_keywords: false,
    }
}
static ZIP: Signature = strict_signature("zip");
static MAP: Signature = strict_signature("map");

fn strict_keyword(
    cx: &Context,
    signature: &Signature,
    class: Class,
    arguments: &Arguments<'_>,
) -> PyResult<bool> {
    // A subclass's constructor may take keywords of its own.
    if arguments.keyword_count() == 0 || !class.is_native() {
        return Ok(false);
    }
    let mut bound = [None];
    signature.bind(cx, arguments, &mut bound)?;
    let [strict] = bound;
    match strict {
        Some(strict) => cx.is_true(strict),
        None => Ok(false),
    }
}

fn iterators_of(cx: &Context, iterables: &[Value]) -> PyResult<Tuple> {
    cx.tuple_from_fn(iterables.len(), |index| match iterables.get(index) {
        Some(&iterable) => cx.iterator_object(iterable),
        None => Ok(Value::NONE),
    })
}

/// The zip object yields n-length tuples, where n is the number of iterables
/// passed as positional arguments to zip().  The i-th element in every tuple
/// comes from the i-th iterable argument to zip().  This continues until the
/// shortest argument is exhausted.
///
/// If strict is true and one of the arguments is exhausted before the others,
/// raise a ValueError.
///
///    >>> list(zip('abcdefg', range(3), range(4)))
///    [('a', 0, 0), ('b', 1, 1), ('c', 2, 2)]
#[pyclass(
    id = Zip,
    name = "zip",
    slots = 1,
    raw = 8,
    signature = "(*iterables, strict=False)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Zip(ObjectRef);

impl Zip {
    fn two(self) -> Option<(Value, Value)> {
        let iterators = self.0.value(0).and_then(Tuple::from_value)?;
        match iterators.as_slice() {
            &[first, second] if self.0.raw_u64(STRICT) == 0 => Some((first, second)),
            _ => None,
        }
    }

    /// Whether it is over two iterators, of any lengths.
    #[inline]
    pub(crate) fn is_of_two(self) -> bool {
        self.two().is_some()
    }

    /// The next two items, if it is over two iterators of any lengths.
    #[inline]
    pub(crate) fn next_pair(self, cx: &Context) -> PyResult<Option<(Value, Value)>> {
        let Some((first, second)) = self.two() else { return Ok(None) };
        let Some(first) = cx.next_of(first)? else { return Ok(None) };
        Ok(cx.next_of(second)?.map(|second| (first, second)))
    }
}

#[pymethods]
impl Zip {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let class = Class::expect(cx, class)?;
        let strict = strict_keyword(cx, &ZIP, class, &arguments)?;
        let iterators = iterators_of(cx, arguments.positional())?;
        let object = allocate_of_class(cx, class)?;
        cx.store(object, 0, iterators.as_value());
        object.raw_store_u64(STRICT, strict as u64);
        Ok(Value::from(object))
    }

    #[pynext]
    fn next(cx: &Context, this: Zip) -> PyResult<Option<Value>> {
        let Some(iterators) = this.0.value(0).and_then(Tuple::from_value) else { return Ok(None) };
        if iterators.is_empty() {
            return Ok(None);
        }
        // Two is by far the most common number.
        if this.is_of_two() {
            return match this.next_pair(cx)? {
                Some((first, second)) => cx.tuple(&[first, second]).map(Some),
                None => Ok(None),
            };
        }
        match step(cx, iterators, this.0.raw_u64(STRICT) != 0, "zip")? {
            Some(items) => cx.tuple(items.as_slice()).map(Some),
            None => Ok(None),
        }
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: Zip) -> PyResult {
        let class = cx.class_of(this.as_value()).as_value();
        let iterators = this.0.value(0).unwrap_or(cx.empty_tuple().as_value());
        if this.0.raw_u64(STRICT) != 0 {
            return cx.tuple(&[class, iterators, Value::TRUE]);
        }
        cx.tuple(&[class, iterators])
    }

    /// Set state information for unpickling.
    #[pymethod]
    fn __setstate__(cx: &Context, this: Zip, state: Value) -> PyResult<()> {
        this.0.raw_store_u64(STRICT, cx.is_true(state)? as u64);
        Ok(())
    }
}

const FUNCTION: usize = 0;
const ITERATORS: usize = 1;

/// Make an iterator that computes the function using arguments from
/// each of the iterables.  Stops when the shortest iterable is exhausted.
///
/// If strict is true and one of the arguments is exhausted before the others,
/// raise a ValueError.
#[pyclass(
    id = Map,
    name = "map",
    slots = 2,
    raw = 8,
    signature = "(function, iterable, /, *iterables, strict=False)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Map(ObjectRef);

#[pymethods]
impl Map {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let class = Class::expect(cx, class)?;
        let strict = strict_keyword(cx, &MAP, class, &arguments)?;
        let (function, iterables) = match arguments.positional().split_first() {
            Some((&function, iterables)) if !iterables.is_empty() => (function, iterables),
            _ => return Err(cx.type_error(format_args!("map() must have at least two arguments."))),
        };
        let iterators = iterators_of(cx, iterables)?;
        let object = allocate_of_class(cx, class)?;
        cx.store(object, FUNCTION, function);
        cx.store(object, ITERATORS, iterators.as_value());
        object.raw_store_u64(STRICT, strict as u64);
        Ok(Value::from(object))
    }

    #[pynext]
    fn next(cx: &Context, this: Map) -> PyResult<Option<Value>> {
        let (Some(function), Some(iterators)) =
            (this.0.value(FUNCTION), this.0.value(ITERATORS).and_then(Tuple::from_value))
        else {
            return Ok(None);
        };
        if let &[iterator] = iterators.as_slice() {
            return match cx.next_of(iterator)? {
                Some(item) => cx.call(function, &[item]).map(Some),
                None => Ok(None),
            };
        }
        match step(cx, iterators, this.0.raw_u64(STRICT) != 0, "map")? {
            Some(items) => cx.call(function, items.as_slice()).map(Some),
            None => Ok(None),
        }
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: Map) -> PyResult {
        let class = cx.class_of(this.as_value()).as_value();
        let mut arguments = cx.scratch();
        arguments.push(this.0.value(FUNCTION).unwrap_or(Value::NONE));
        if let Some(iterators) = this.0.value(ITERATORS).and_then(Tuple::from_value) {
            arguments.extend_from_slice(iterators.as_slice());
        }
        let arguments = cx.tuple(arguments.as_slice())?;
        if this.0.raw_u64(STRICT) != 0 {
            return cx.tuple(&[class, arguments, Value::TRUE]);
        }
        cx.tuple(&[class, arguments])
    }

    /// Set state information for unpickling.
    #[pymethod]
    fn __setstate__(cx: &Context, this: Map, state: Value) -> PyResult<()> {
        this.0.raw_store_u64(STRICT, cx.is_true(state)? as u64);
        Ok(())
    }
}

const FILTERED: usize = 1;

/// Return an iterator yielding those items of iterable for which function(item)
/// is true.  If function is None, return the items that are true.
#[pyclass(
    id = Filter,
    name = "filter",
    slots = 2,
    signature = "(function, iterable, /)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Filter(ObjectRef);

#[pymethods]
impl Filter {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let class = Class::expect(cx, class)?;
        if class.is_native() && arguments.keyword_count() > 0 {
            return Err(cx.type_error(format_args!("filter() takes no keyword arguments")));
        }
        let &[function, iterable] = arguments.positional() else {
            return Err(cx.type_error(format_args!(
                "filter expected 2 arguments, got {}",
                arguments.positional().len()
            )));
        };
        let iterator = cx.iterator_object(iterable)?;
        let object = allocate_of_class(cx, class)?;
        cx.store(object, FUNCTION, function);
        cx.store(object, FILTERED, iterator);
        Ok(Value::from(object))
    }

    #[pynext]
    fn next(cx: &Context, this: Filter) -> PyResult<Option<Value>> {
        let (Some(function), Some(iterator)) = (this.0.value(FUNCTION), this.0.value(FILTERED)) else {
            return Ok(None);
        };
        let truth_of_item = function.is_none() || function.is(cx.class(crate::kind::Kind::Bool));
        while let Some(item) = cx.next_of(iterator)? {
            let verdict = if truth_of_item { item } else { cx.call(function, &[item])? };
            if cx.is_true(verdict)? {
                return Ok(Some(item));
            }
            cx.poll()?;
        }
        Ok(None)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: Filter) -> PyResult {
        let class = cx.class_of(this.as_value()).as_value();
        let function = this.0.value(FUNCTION).unwrap_or(Value::NONE);
        let iterator = this.0.value(FILTERED).unwrap_or(Value::NONE);
        let arguments = cx.tuple(&[function, iterator])?;
        cx.tuple(&[class, arguments])
    }
}
