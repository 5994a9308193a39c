//! `OrderedDict`: a dict whose order counts in comparisons and can be changed.
//!
//! Invariant: laid out as a dict, which keeps the order of insertion itself; only moving a key to the front rebuilds the table.
//! Source: Objects/odictobject.c.

use threadsnake_engine::native::{Arguments, Keywords};
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::types::dict::{self, Dict};
use threadsnake_engine::types::repr_builder::ReprBuilder;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, Kind, Name, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

/// Dictionary that remembers insertion order
#[pyclass(
    id = OrderedDict,
    layout = Dict,
    base = Dict,
    name = "OrderedDict",
    module = "collections",
    slots = dict::SLOTS,
    raw = dict::RAW_BYTES,
    flags(SUBCLASSABLE, MAPPING, HAS_DICT)
)]
pub struct OrderedDict;

fn is_ordered_dict(cx: &Context, value: Value) -> bool {
    cx.is_instance_of_kind(value, Kind::OrderedDict)
}

/// `self[key] = value` by the class's own method.
fn put(cx: &Context, this: Value, key: Value, value: Value) -> PyResult<()> {
    match Dict::from_value(this) {
        Some(dict) if cx.class_of(this).is_native() => dict.set(cx, key, value),
        _ => cx.set_item(this, key, value),
    }
}

/// `MutableMapping.update`.
fn update(cx: &Context, this: Value, source: Option<Value>, keywords: Keywords<'_>) -> PyResult<()> {
    if let Some(source) = source {
        if let Some(other) = Dict::from_value(source).filter(|other| other.is_exact()) {
            for pair in other.snapshot(cx).as_slice().chunks_exact(2) {
                if let &[key, value] = pair {
                    put(cx, this, key, value)?;
                }
            }
        } else if let Some(keys) = cx.find_attribute_or_none(source, cx.name(Name::keys))? {
            let keys = cx.call(keys, &[])?;
            let iterator = cx.iterate(keys)?;
            while let Some(key) = iterator.next(cx)? {
                put(cx, this, key, cx.get_item(source, key)?)?;
            }
        } else if let Some(items) = cx.find_attribute_or_none(source, cx.name(Name::items))? {
            let items = cx.call(items, &[])?;
            put_pairs(cx, this, items)?;
        } else {
            put_pairs(cx, this, source)?;
        }
    }
    for (name, value) in keywords.iter() {
        put(cx, this, name, value)?;
    }
    Ok(())
}

fn put_pairs(cx: &Context, this: Value, pairs: Value) -> PyResult<()> {
    let iterator = cx.iterate(pairs)?;
    while let Some(pair) = iterator.next(cx)? {
        let items = cx.collect(pair)?;
        match items.as_slice() {
            &[key, value] => put(cx, this, key, value)?,
            few if few.len() < 2 => {
                return Err(cx.value_error(format_args!("need more than {} values to unpack", few.len())));
            }
            _ => return Err(cx.value_error(format_args!("too many values to unpack (expected 2)"))),
        }
        cx.poll()?;
    }
    Ok(())
}

fn one_positional<'a>(arguments: &Arguments<'a>) -> Result<Option<Value>, &'a [Value]> {
    match *arguments.positional() {
        [] => Ok(None),
        [source] => Ok(Some(source)),
        ref many => Err(many),
    }
}

fn copy_of(cx: &Context, this: Dict) -> PyResult {
    let class = cx.class_of(this.as_value());
    let copy = cx.call(class.as_value(), &[])?;
    for pair in this.snapshot(cx).as_slice().chunks_exact(2) {
        if let &[key, value] = pair {
            // A subclass may read through `__getitem__`.
            let value = if class.is_native() { value } else { cx.get_item(this.as_value(), key)? };
            put(cx, copy, key, value)?;
        }
    }
    Ok(copy)
}

fn same_order(cx: &Context, left: Dict, right: Dict) -> PyResult<bool> {
    let (keys, other_keys) = (left.snapshot_keys(cx), right.snapshot_keys(cx));
    for (&key, &other) in keys.as_slice().iter().zip(other_keys.as_slice()) {
        if !cx.equal(key, other)? {
            return Ok(false);
        }
    }
    Ok(keys.len() == other_keys.len())
}

fn equal(cx: &Context, this: Dict, other: Value) -> PyResult<Option<bool>> {
    let Some(other_dict) = Dict::from_value(other) else { return Ok(None) };
    let equal = cx.recursive(|| this.equals(cx, other_dict))?;
    if equal && is_ordered_dict(cx, other) {
        return same_order(cx, this, other_dict).map(Some);
    }
    Ok(Some(equal))
}

#[pymethods]
impl OrderedDict {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        Ok(Value::from(allocate_of_class(cx, Class::expect(cx, class)?)?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__", signature = "($self, /, *args, **kwargs)")]
    fn init(cx: &Context, this: Value, arguments: Arguments<'_>) -> PyResult<()> {
        let source = one_positional(&arguments).map_err(|many| {
            cx.type_error(format_args!("expected at most 1 arguments, got {}", many.len()))
        })?;
        update(cx, this, source, arguments.keywords())
    }

    /// D.update([E, ]**F) -> None.  Update D from mapping/iterable E and F.
    /// If E is present and has a .keys() method, then does:  for k in E.keys(): D[k] = E[k]
    /// If E is present and lacks a .keys() method, then does:  for k, v in E: D[k] = v
    /// In either case, this is followed by: for k in F:  D[k] = F[k]
    #[pymethod]
    fn update(cx: &Context, this: Value, arguments: Arguments<'_>) -> PyResult<()> {
        let source = one_positional(&arguments).map_err(|many| {
            let count = many.len();
            cx.type_error(format_args!("update() takes at most 1 positional argument ({count} given)"))
        })?;
        update(cx, this, source, arguments.keywords())
    }

    /// Create a new ordered dictionary with keys from iterable and values set to value.
    #[pyclassmethod(signature = "($type, /, iterable, value=None)")]
    fn fromkeys(cx: &Context, class: Value, iterable: Value, value: Option<Value>) -> PyResult {
        let made = cx.call(class, &[])?;
        let iterator = cx.iterate(iterable)?;
        while let Some(key) = iterator.next(cx)? {
            cx.set_item(made, key, value.unwrap_or(Value::NONE))?;
            cx.poll()?;
        }
        Ok(made)
    }

    /// Insert key with a value of default if key is not in the dictionary.
    ///
    /// Return the value for key if key is in the dictionary, else default.
    #[pymethod(signature = "($self, /, key, default=None)")]
    fn setdefault(cx: &Context, this: Dict, key: Value, default: Option<Value>) -> PyResult {
        let default = default.unwrap_or(Value::NONE);
        if cx.class_of(this.as_value()).is_native() {
            return this.set_default(cx, key, default);
        }
        match this.get(cx, key)? {
            Some(_) => cx.get_item(this.as_value(), key),
            None => {
                cx.set_item(this.as_value(), key, default)?;
                Ok(default)
            }
        }
    }

    /// od.pop(key[,default]) -> v, remove specified key and return the corresponding value.
    ///
    /// If the key is not found, return the default if given; otherwise,
    /// raise a KeyError.
    #[pymethod(signature = "($self, /, key, default=<unrepresentable>)")]
    fn pop(cx: &Context, this: Dict, key: Value, default: Option<Value>) -> PyResult {
        if let Some(value) = this.remove(cx, key)? {
            return Ok(value);
        }
        if default.is_none()
            && let Some(method) = cx.special_method(this.as_value(), Name::__missing__)?
        {
            return cx.call_pair(method, &[key]);
        }
        default.ok_or_else(|| cx.key_error(key))
    }

    /// Remove and return a (key, value) pair from the dictionary.
    ///
    /// Pairs are returned in LIFO order if last is true or FIFO order if false.
    #[pymethod(signature = "($self, /, last=True)")]
    fn popitem(cx: &Context, this: Dict, last: bool) -> PyResult {
        let popped = if last { this.pop_last(cx) } else { this.pop_first(cx) };
        match popped {
            Some((key, value)) => cx.tuple(&[key, value]),
            None => {
                let text = cx.str("dictionary is empty")?;
                Err(cx.key_error(text))
            }
        }
    }

    /// Move an existing element to the end (or beginning if last is false).
    ///
    /// Raise KeyError if the element does not exist.
    #[pymethod(signature = "($self, /, key, last=True)")]
    fn move_to_end(cx: &Context, this: Dict, key: Value, last: bool) -> PyResult<()> {
        if this.move_to_end(cx, key, last)? { Ok(()) } else { Err(cx.key_error(key)) }
    }

    /// od.copy() -> a shallow copy of od
    #[pymethod]
    fn copy(cx: &Context, this: Dict) -> PyResult {
        copy_of(cx, this)
    }

    /// Return state information for pickling
    #[pymethod]
    fn __reduce__(cx: &Context, this: Dict) -> PyResult {
        let state = cx.call_method_name(this.as_value(), Name::__getstate__, &[])?;
        let items = cx.call_method_name(this.as_value(), Name::items, &[])?;
        let iterator = cx.iterator_object(items)?;
        let class = cx.class_of(this.as_value()).as_value();
        cx.tuple(&[class, cx.empty_tuple().as_value(), state, Value::NONE, iterator])
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Dict) -> PyResult {
        let mut text = ReprBuilder::default();
        let name: Str = cx.short_type_name(this.as_value());
        text.push_str(name);
        if this.is_empty() {
            text.push("()");
            return text.finish(cx);
        }
        let Some(_guard) = cx.enter_repr(this.as_value())? else { return cx.str("...") };
        text.push("(");
        let plain = cx.new_dict()?;
        let items = cx.call_method_name(this.as_value(), Name::items, &[])?;
        put_pairs(cx, plain.as_value(), items)?;
        text.push_repr(cx, plain.as_value())?;
        text.push(")");
        text.finish(cx)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: Dict, value: Value) -> PyResult {
        Ok(equal(cx, this, value)?.map_or(Value::NOT_IMPLEMENTED, Value::from_bool))
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: Dict, value: Value) -> PyResult {
        Ok(equal(cx, this, value)?.map_or(Value::NOT_IMPLEMENTED, |equal| Value::from_bool(!equal)))
    }

    /// Return self|value.
    #[pymethod]
    fn __or__(cx: &Context, this: Dict, value: Value) -> PyResult {
        if Dict::from_value(value).is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let joined = cx.call(cx.class_of(this.as_value()).as_value(), &[this.as_value()])?;
        update(cx, joined, Some(value), Arguments::positional_only(&[]).keywords())?;
        Ok(joined)
    }

    /// Return value|self.
    #[pymethod]
    fn __ror__(cx: &Context, this: Dict, value: Value) -> PyResult {
        if Dict::from_value(value).is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let joined = cx.call(cx.class_of(this.as_value()).as_value(), &[value])?;
        update(cx, joined, Some(this.as_value()), Arguments::positional_only(&[]).keywords())?;
        Ok(joined)
    }

    /// Return self|=value.
    #[pymethod]
    fn __ior__(cx: &Context, this: Value, value: Value) -> PyResult {
        update(cx, this, Some(value), Arguments::positional_only(&[]).keywords())?;
        Ok(this)
    }
}
