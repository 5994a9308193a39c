//! Builtin functions that iterate.
//!
//! Invariant: they go through [`PyIterator`](crate::protocol::iteration::PyIterator), poll in their loops, and let StopIteration end
//! them only where CPython does. Source: Python/bltinmodule.c.

use threadsnake_macros::pyfunction;

use crate::context::Context;
use crate::error::PyResult;
use crate::names::Name;
use crate::native::Keywords;
use crate::protocol::comparison::CompareOperator;
use crate::types::list_sort;
use crate::types::str_object::Str;
use crate::value::Value;

/// Return True if bool(x) is True for all values x in the iterable.
///
/// If the iterable is empty, return True.
#[pyfunction]
pub fn all(cx: &Context, iterable: Value) -> PyResult<bool> {
    let iterator = cx.iterate(iterable)?;
    while let Some(item) = iterator.next(cx)? {
        if !cx.is_true(item)? {
            return Ok(false);
        }
        cx.poll()?;
    }
    Ok(true)
}

/// Return True if bool(x) is True for any x in the iterable.
///
/// If the iterable is empty, return False.
#[pyfunction]
pub fn any(cx: &Context, iterable: Value) -> PyResult<bool> {
    let iterator = cx.iterate(iterable)?;
    while let Some(item) = iterator.next(cx)? {
        if cx.is_true(item)? {
            return Ok(true);
        }
        cx.poll()?;
    }
    Ok(false)
}

/// Return an AsyncIterator for an AsyncIterable object.
#[pyfunction]
pub fn aiter(cx: &Context, async_iterable: Value) -> PyResult<Value> {
    let Some(method) = cx.special_method(async_iterable, Name::__aiter__)? else {
        return Err(
            cx.type_error(format_args!("'{}' object is not an async iterable", cx.type_name(async_iterable)))
        );
    };
    let iterator = cx.call_pair(method, &[])?;
    if cx.class_of(iterator).lookup_name(cx, Name::__anext__).is_none() {
        return Err(cx.type_error(format_args!(
            "aiter() returned not an async iterator of type '{}'",
            cx.type_name(iterator)
        )));
    }
    Ok(iterator)
}

/// Return the next item from the async iterator.
///
/// If default is given and the async iterator is exhausted,
/// it is returned instead of raising StopAsyncIteration.
#[pyfunction]
pub fn anext(cx: &Context, aiterator: Value, default: Option<Value>) -> PyResult<Value> {
    let Some(method) = cx.special_method(aiterator, Name::__anext__)? else {
        return Err(
            cx.type_error(format_args!("'{}' object is not an async iterator", cx.type_name(aiterator)))
        );
    };
    let awaitable = cx.call_pair(method, &[])?;
    match default {
        None => Ok(awaitable),
        Some(default) => crate::types::anext_awaitable::new(cx, awaitable, default),
    }
}

/// Get an iterator from an object.
///
/// In the first form, the argument must supply its own iterator, or be a sequence.
/// In the second form, the callable is called until it returns the sentinel.
#[pyfunction(name = "iter")]
pub fn iter(cx: &Context, object: Value, sentinel: Option<Value>) -> PyResult<Value> {
    let Some(sentinel) = sentinel else { return cx.iterator_object(object) };
    if !cx.is_callable(object) {
        return Err(cx.type_error(format_args!("iter(v, w): v must be callable")));
    }
    cx.callable_iterator(object, sentinel)
}

/// Return the next item from the iterator.
///
/// If default is given and the iterator is exhausted,
/// it is returned instead of raising StopIteration.
#[pyfunction(name = "next")]
pub fn next(cx: &Context, iterator: Value, default: Option<Value>) -> PyResult<Value> {
    if let Some(native) = cx.class_of(iterator).native_next() {
        return match native(cx, iterator)? {
            Some(item) => Ok(item),
            None => default.ok_or_else(|| cx.stop_iteration()),
        };
    }
    let Some(method) = cx.special_method(iterator, Name::__next__)? else {
        return Err(cx.type_error(format_args!("'{}' object is not an iterator", cx.type_name(iterator))));
    };
    // Without a default, StopIteration goes on as it was raised, with its value.
    let result = cx.call_pair(method, &[]);
    match default {
        None => result,
        Some(default) => Ok(cx.catch_stop_iteration(result)?.unwrap_or(default)),
    }
}

fn extreme(
    cx: &Context,
    name: &str,
    operator: CompareOperator,
    args: &[Value],
    keywords: &Keywords<'_>,
) -> PyResult<Value> {
    let mut key = None;
    let mut default = None;
    for (keyword, value) in keywords.iter() {
        let text = Str::expect(cx, keyword)?;
        if text.equals_ascii("key") {
            key = Some(value).filter(|value| !value.is_none());
        } else if text.equals_ascii("default") {
            default = Some(value);
        } else {
            return Err(cx.type_error(format_args!("{name}() got an unexpected keyword argument '{text}'")));
        }
    }
    let single = match *args {
        [] => return Err(cx.type_error(format_args!("{name} expected at least 1 argument, got 0"))),
        [iterable] => Some(iterable),
        _ => None,
    };
    if single.is_none() && default.is_some() {
        return Err(cx.type_error(format_args!(
            "Cannot specify a default for {name}() with multiple positional arguments"
        )));
    }
    let mut best: Option<(Value, Value)> = None;
    let consider = |item: Value, best: Option<(Value, Value)>| -> PyResult<Option<(Value, Value)>> {
        let measure = match key {
            Some(key) => cx.call(key, &[item])?,
            None => item,
        };
        Ok(match best {
            Some((_, best_measure)) if !cx.compare_bool(operator, measure, best_measure)? => best,
            _ => Some((item, measure)),
        })
    };
    match single {
        Some(iterable) => {
            let iterator = cx.iterate(iterable)?;
            while let Some(item) = iterator.next(cx)? {
                best = consider(item, best)?;
                cx.poll()?;
            }
        }
        None => {
            for &item in args {
                best = consider(item, best)?;
            }
        }
    }
    match (best, default) {
        (Some((item, _)), _) => Ok(item),
        (None, Some(default)) => Ok(default),
        (None, None) => Err(cx.value_error(format_args!("{name}() iterable argument is empty"))),
    }
}

/// max(iterable, *[, default=obj, key=func]) -> value
/// max(arg1, arg2, *args, *[, key=func]) -> value
///
/// With a single iterable argument, return its biggest item. The
/// default keyword-only argument specifies an object to return if
/// the provided iterable is empty.
/// With two or more positional arguments, return the largest argument.
#[pyfunction(signature = "(*args, **kwargs)")]
pub fn max(cx: &Context, args: &[Value], kwargs: Keywords<'_>) -> PyResult<Value> {
    extreme(cx, "max", CompareOperator::Greater, args, &kwargs)
}

/// min(iterable, *[, default=obj, key=func]) -> value
/// min(arg1, arg2, *args, *[, key=func]) -> value
///
/// With a single iterable argument, return its smallest item. The
/// default keyword-only argument specifies an object to return if
/// the provided iterable is empty.
/// With two or more positional arguments, return the smallest argument.
#[pyfunction(signature = "(*args, **kwargs)")]
pub fn min(cx: &Context, args: &[Value], kwargs: Keywords<'_>) -> PyResult<Value> {
    extreme(cx, "min", CompareOperator::Less, args, &kwargs)
}

/// Return a new list containing all items from the iterable in ascending order.
///
/// A custom key function can be supplied to customize the sort order, and the
/// reverse flag can be set to request the result in descending order.
#[pyfunction(signature = "(iterable, /, *, key=None, reverse=False)")]
pub fn sorted(cx: &Context, iterable: Value, key: Value, reverse: bool) -> PyResult<Value> {
    let items = cx.collect(iterable)?;
    let list = cx.list_from(items.as_slice())?;
    drop(items);
    list_sort::sort(cx, list, if key.is_none() { None } else { Some(key) }, reverse)?;
    Ok(list.as_value())
}
