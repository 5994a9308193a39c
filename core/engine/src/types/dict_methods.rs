//! The methods of `dict`.
//!
//! Invariant: each change is one operation of `types/dict.rs` or `types/dict_edit.rs`. Source: Objects/dictobject.c.

use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::Keywords;
use crate::native::arguments::{Arguments, Parameter, ParameterKind, Signature};
use crate::protocol::comparison::CompareOperator;
use crate::types::class::{Class, allocate_of_class};
use crate::types::dict::{Dict, RAW_BYTES, SLOTS};
use crate::types::dict_edit::Duplicate;
use crate::types::repr_builder::ReprBuilder;
use crate::types::str_object::Str;
use crate::value::Value;

/// dict() -> new empty dictionary
/// dict(mapping) -> new dictionary initialized from a mapping object's
///     (key, value) pairs
/// dict(iterable) -> new dictionary initialized as if via:
///     d = {}
///     for k, v in iterable:
///         d[k] = v
/// dict(**kwargs) -> new dictionary initialized with the name=value pairs
///     in the keyword argument list.  For example:  dict(one=1, two=2)
#[pyclass(
    id = Dict,
    name = "dict",
    slots = SLOTS,
    raw = RAW_BYTES,
    flags(SUBCLASSABLE, MAPPING, MATCH_SELF, NO_WEAK_REFERENCES)
)]
pub struct DictClass;

/// `==` and `!=`; dicts have no order.
///
/// # Errors
/// What comparing keys and values raises.
pub fn compare(cx: &Context, operator: CompareOperator, left: Dict, right: Dict) -> PyResult {
    match operator {
        CompareOperator::Equal => Ok(Value::from_bool(left.equals(cx, right)?)),
        CompareOperator::NotEqual => Ok(Value::from_bool(!left.equals(cx, right)?)),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn compare_values(cx: &Context, operator: CompareOperator, left: Dict, right: Value) -> PyResult {
    match Dict::from_value(right) {
        Some(right) => cx.recursive(|| compare(cx, operator, left, right)),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// Merges any mapping into a dict (`PyDict_Merge`).
///
/// # Errors
/// AttributeError without `keys`, and what the mapping's methods raise.
pub fn merge_mapping(cx: &Context, dict: Dict, mapping: Value, duplicate: Duplicate) -> PyResult<()> {
    if let Some(other) = Dict::from_value(mapping)
        && (other.is_exact() || iterates_as_dict(cx, mapping))
    {
        return dict.merge(cx, other, duplicate);
    }
    let keys = cx.call_method_name(mapping, Name::keys, &[])?;
    let iterator = cx.iterate(keys)?;
    while let Some(key) = iterator.next(cx)? {
        if duplicate != Duplicate::Replace && dict.contains(cx, key)? {
            if duplicate == Duplicate::Refuse {
                return Err(cx.key_error(key));
            }
            continue;
        }
        let value = cx.get_item(mapping, key)?;
        dict.set(cx, key, value)?;
        cx.poll()?;
    }
    Ok(())
}

/// Whether a subclass of dict has dict's own `__iter__`.
fn iterates_as_dict(cx: &Context, mapping: Value) -> bool {
    let own = Class::from_value(cx.class(Kind::Dict)).and_then(|class| class.lookup_name(cx, Name::__iter__));
    let found = cx.class_of(mapping).lookup_name(cx, Name::__iter__);
    matches!((own, found), (Some(own), Some(found)) if own.is(found))
}

/// Sets the items of an iterable of pairs (`PyDict_MergeFromSeq2`).
///
/// # Errors
/// TypeError and ValueError for what are no pairs, and what the iteration raises.
pub fn merge_pairs(cx: &Context, dict: Dict, pairs: Value) -> PyResult<()> {
    let iterator = cx.iterate(pairs)?;
    let mut number = 0usize;
    while let Some(pair) = iterator.next(cx)? {
        let items = match cx.collect(pair) {
            Ok(items) => items,
            Err(raised) => {
                if cx.pending_is(&raised, ExceptionClass::TypeError) && !is_iterable(cx, pair) {
                    cx.take_exception(raised);
                    return Err(cx.type_error(format_args!(
                        "cannot convert dictionary update sequence element #{number} to a sequence"
                    )));
                }
                return Err(raised);
            }
        };
        match items.as_slice() {
            &[key, value] => dict.set(cx, key, value)?,
            items => {
                return Err(cx.value_error(format_args!(
                    "dictionary update sequence element #{number} has length {}; 2 is required",
                    items.len()
                )));
            }
        }
        number += 1;
        cx.poll()?;
    }
    Ok(())
}

fn is_iterable(cx: &Context, value: Value) -> bool {
    cx.class_of(value).lookup_name(cx, Name::__iter__).is_some() || cx.is_sequence(value)
}

/// `update` and the constructor.
///
/// # Errors
/// As for [`merge_mapping`] and [`merge_pairs`].
pub fn update(cx: &Context, dict: Dict, source: Option<Value>, keywords: Keywords<'_>) -> PyResult<()> {
    if let Some(source) = source {
        let exact = Dict::from_value(source).is_some_and(Dict::is_exact);
        let has_keys = exact || cx.find_attribute_or_none(source, cx.name(Name::keys))?.is_some();
        if has_keys {
            merge_mapping(cx, dict, source, Duplicate::Replace)?;
        } else {
            merge_pairs(cx, dict, source)?;
        }
    }
    for (name, value) in keywords.iter() {
        match Str::from_value(name) {
            Some(name) => dict.set_str(cx, name, value)?,
            None => return Err(cx.type_error(format_args!("keywords must be strings"))),
        }
    }
    Ok(())
}

/// `fromkeys` of `dict` and its subclasses.
///
/// # Errors
/// What the constructor, the iteration and `__setitem__` raise.
fn from_keys(cx: &Context, class: Value, iterable: Value, value: Value) -> PyResult {
    let made = cx.call(class, &[])?;
    if let Some(dict) = Dict::from_value(made).filter(|dict| dict.is_exact()) {
        if let (Some(keys), true) = (cx.snapshot_of(iterable)?, dict.is_empty()) {
            for &key in keys.as_slice() {
                dict.set(cx, key, value)?;
            }
            return Ok(made);
        }
        let iterator = cx.iterate(iterable)?;
        while let Some(key) = iterator.next(cx)? {
            dict.set(cx, key, value)?;
            cx.poll()?;
        }
        return Ok(made);
    }
    let iterator = cx.iterate(iterable)?;
    while let Some(key) = iterator.next(cx)? {
        cx.set_item(made, key, value)?;
        cx.poll()?;
    }
    Ok(made)
}

/// What takes one positional argument and any keywords; `update` and `dict` complain in their own names.
const fn update_signature(name: &'static str) -> Signature {
    Signature {
        name,
        parameters: &[Parameter { name: "iterable", kind: ParameterKind::PositionalOnly, required: false }],
        variable_arguments: false,
        variable_keywords: true,
    }
}
static CONSTRUCTOR: Signature = update_signature("dict");
static UPDATE: Signature = update_signature("update");

fn update_with(cx: &Context, this: Dict, signature: &Signature, arguments: Arguments<'_>) -> PyResult<()> {
    let mut bound = [None];
    signature.bind(cx, &arguments, &mut bound)?;
    let [source] = bound;
    update(cx, this, source, arguments.keywords())
}

#[pymethods]
impl DictClass {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        match Class::from_value(class) {
            Some(class) => Ok(Value::from(allocate_of_class(cx, class)?)),
            None => Ok(cx.new_dict()?.as_value()),
        }
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__", signature = "($self, /, *args, **kwargs)")]
    fn init(cx: &Context, this: Dict, arguments: Arguments<'_>) -> PyResult<()> {
        update_with(cx, this, &CONSTRUCTOR, arguments)
    }

    /// D.update([E, ]**F) -> None.  Update D from mapping/iterable E and F.
    /// If E is present and has a .keys() method, then does:  for k in E.keys(): D[k] = E[k]
    /// If E is present and lacks a .keys() method, then does:  for k, v in E: D[k] = v
    /// In either case, this is followed by: for k in F:  D[k] = F[k]
    #[pymethod]
    fn update(cx: &Context, this: Dict, arguments: Arguments<'_>) -> PyResult<()> {
        update_with(cx, this, &UPDATE, arguments)
    }

    /// Create a new dictionary with keys from iterable and values set to value.
    #[pyclassmethod(signature = "($type, iterable, value=None, /)")]
    fn fromkeys(cx: &Context, class: Value, iterable: Value, value: Option<Value>) -> PyResult {
        from_keys(cx, class, iterable, value.unwrap_or(Value::NONE))
    }

    /// Return the value for key if key is in the dictionary, else default.
    #[pymethod(signature = "($self, key, default=None, /)")]
    fn get(cx: &Context, this: Dict, key: Value, default: Option<Value>) -> PyResult {
        Ok(this.get(cx, key)?.or(default).unwrap_or(Value::NONE))
    }

    /// Insert key with a value of default if key is not in the dictionary.
    ///
    /// Return the value for key if key is in the dictionary, else default.
    #[pymethod(signature = "($self, key, default=None, /)")]
    fn setdefault(cx: &Context, this: Dict, key: Value, default: Option<Value>) -> PyResult {
        if let Some(value) = this.get(cx, key)? {
            return Ok(value);
        }
        this.set_default(cx, key, default.unwrap_or(Value::NONE))
    }

    /// D.pop(k[,d]) -> v, remove specified key and return the corresponding value.
    ///
    /// If the key is not found, return the default if given; otherwise,
    /// raise a KeyError.
    #[pymethod(signature = "($self, key, default=<unrepresentable>, /)")]
    fn pop(cx: &Context, this: Dict, key: Value, default: Option<Value>) -> PyResult {
        match this.remove(cx, key)?.or(default) {
            Some(value) => Ok(value),
            None => Err(cx.key_error(key)),
        }
    }

    /// Remove and return a (key, value) pair as a 2-tuple.
    ///
    /// Pairs are returned in LIFO (last-in, first-out) order.
    /// Raises KeyError if the dict is empty.
    #[pymethod]
    fn popitem(cx: &Context, this: Dict) -> PyResult {
        match this.pop_last(cx) {
            Some((key, value)) => cx.tuple(&[key, value]),
            None => {
                let text = cx.str("popitem(): dictionary is empty")?;
                Err(cx.key_error(text))
            }
        }
    }

    /// Return a set-like object providing a view on the dict's keys.
    #[pymethod]
    fn keys(cx: &Context, this: Dict) -> PyResult {
        crate::types::dict_views::new(cx, Kind::DictKeys, this)
    }

    /// Return a set-like object providing a view on the dict's items.
    #[pymethod]
    fn items(cx: &Context, this: Dict) -> PyResult {
        crate::types::dict_views::new(cx, Kind::DictItems, this)
    }

    /// Return an object providing a view on the dict's values.
    #[pymethod]
    fn values(cx: &Context, this: Dict) -> PyResult {
        crate::types::dict_views::new(cx, Kind::DictValues, this)
    }

    /// Remove all items from the dict.
    #[pymethod]
    fn clear(cx: &Context, this: Dict) {
        this.clear(cx);
    }

    /// Return a shallow copy of the dict.
    #[pymethod]
    fn copy(cx: &Context, this: Dict) -> PyResult<Dict> {
        this.copy(cx)
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Dict) -> PyResult {
        if this.is_empty() {
            return cx.str("{}");
        }
        let Some(_guard) = cx.enter_repr(this.as_value())? else { return cx.str("{...}") };
        let mut text = ReprBuilder::new("{");
        let items = this.snapshot(cx);
        for (index, pair) in items.as_slice().chunks_exact(2).enumerate() {
            if let &[key, value] = pair {
                if index > 0 {
                    text.push(", ");
                }
                text.push_repr(cx, key)?;
                text.push(": ");
                text.push_repr(cx, value)?;
            }
        }
        text.push("}");
        text.finish(cx)
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(this: Dict) -> usize {
        this.len()
    }

    /// True if the dictionary has the specified key, else False.
    #[pymethod]
    fn __contains__(cx: &Context, this: Dict, key: Value) -> PyResult<bool> {
        this.contains(cx, key)
    }

    /// Return self[key].
    #[pymethod]
    fn __getitem__(cx: &Context, this: Dict, key: Value) -> PyResult {
        if let Some(value) = this.get(cx, key)? {
            return Ok(value);
        }
        if !this.is_exact()
            && let Some(method) = cx.special_method(this.as_value(), Name::__missing__)?
        {
            return cx.call_pair(method, &[key]);
        }
        Err(cx.key_error(key))
    }

    /// Set self[key] to value.
    #[pymethod]
    fn __setitem__(cx: &Context, this: Dict, key: Value, value: Value) -> PyResult<()> {
        this.set(cx, key, value)
    }

    /// Delete self[key].
    #[pymethod]
    fn __delitem__(cx: &Context, this: Dict, key: Value) -> PyResult<()> {
        match this.remove(cx, key)? {
            Some(_) => Ok(()),
            None => Err(cx.key_error(key)),
        }
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: Dict) -> PyResult {
        crate::types::dict_iterators::keys(cx, this)
    }

    /// Return a reverse iterator over the dict keys.
    #[pymethod]
    fn __reversed__(cx: &Context, this: Dict) -> PyResult {
        crate::types::dict_iterators::new(cx, Kind::DictReverseKeyIterator, this)
    }

    /// Return self|value.
    #[pymethod]
    fn __or__(cx: &Context, this: Dict, value: Value) -> PyResult {
        match Dict::from_value(value) {
            Some(other) => join(cx, this, other),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// Return value|self.
    #[pymethod]
    fn __ror__(cx: &Context, this: Dict, value: Value) -> PyResult {
        match Dict::from_value(value) {
            Some(other) => join(cx, other, this),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// Return self|=value.
    #[pymethod]
    fn __ior__(cx: &Context, this: Dict, value: Value) -> PyResult<Dict> {
        let nothing = Arguments::positional_only(&[]).keywords();
        update(cx, this, Some(value), nothing)?;
        Ok(this)
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(_this: Dict, value: Value) -> Value {
        let _ = value;
        Value::NOT_IMPLEMENTED
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(_this: Dict, value: Value) -> Value {
        let _ = value;
        Value::NOT_IMPLEMENTED
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: Dict, value: Value) -> PyResult {
        compare_values(cx, CompareOperator::Equal, this, value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: Dict, value: Value) -> PyResult {
        compare_values(cx, CompareOperator::NotEqual, this, value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(_this: Dict, value: Value) -> Value {
        let _ = value;
        Value::NOT_IMPLEMENTED
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(_this: Dict, value: Value) -> Value {
        let _ = value;
        Value::NOT_IMPLEMENTED
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult {
        cx.generic_alias(class, object)
    }

    /// Return the size of the dict in memory.
    #[pymethod]
    fn __sizeof__(this: Dict) -> usize {
        let table = this.table().map_or(0, |table| table.size_in_bytes());
        16 + 8 * this.object().slot_count() + RAW_BYTES as usize + table
    }
}

/// `left | right`. The result is an exact dict even for subclasses, as `copy` makes one.
fn join(cx: &Context, left: Dict, right: Dict) -> PyResult {
    let result = left.copy(cx)?;
    if right.is_exact() {
        result.merge(cx, right, Duplicate::Replace)?;
    } else {
        merge_mapping(cx, result, right.as_value(), Duplicate::Replace)?;
    }
    Ok(result.as_value())
}
