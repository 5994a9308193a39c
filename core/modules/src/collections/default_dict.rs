//! `defaultdict`: a dict with a factory for missing keys.
//!
//! Invariant: laid out as a dict, with the factory in one slot more (empty for None). Two threads that miss the same key together both call the
//! factory; the value that is stored first stays. Source: Modules/_collectionsmodule.c.

use threadsnake_engine::native::Arguments;
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::types::dict::{self, Dict};
use threadsnake_engine::types::dict_edit::Duplicate;
use threadsnake_engine::types::dict_methods::{merge_mapping, update};
use threadsnake_engine::types::iterator_state::builtin;
use threadsnake_engine::types::repr_builder::ReprBuilder;
use threadsnake_engine::{Context, Kind, Name, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

const FACTORY: usize = dict::SLOTS as usize;

/// defaultdict(default_factory=None, /, [...]) --> dict with default factory
///
/// The default factory is called without arguments to produce
/// a new value when a key is not present, in __getitem__ only.
/// A defaultdict compares equal to a dict with the same items.
/// All remaining arguments are treated the same as if they were
/// passed to the dict constructor, including keyword arguments.
#[pyclass(
    id = DefaultDict,
    layout = Dict,
    base = Dict,
    name = "defaultdict",
    module = "collections",
    slots = dict::SLOTS + 1,
    raw = dict::RAW_BYTES,
    flags(SUBCLASSABLE, MAPPING)
)]
pub struct DefaultDict;

fn factory_of(this: Dict) -> Value {
    this.object().value(FACTORY).unwrap_or(Value::NONE)
}

/// A copy by the class's own constructor.
fn copy_of(cx: &Context, this: Dict) -> PyResult {
    let class = cx.class_of(this.as_value()).as_value();
    cx.call(class, &[factory_of(this), this.as_value()])
}

fn join(cx: &Context, left: Dict, right: Value) -> PyResult {
    let copy = copy_of(cx, left)?;
    let nothing = Arguments::positional_only(&[]).keywords();
    update(cx, Dict::expect(cx, copy)?, Some(right), nothing)?;
    Ok(copy)
}

fn is_default_dict(cx: &Context, value: Value) -> bool {
    cx.is_instance_of_kind(value, Kind::DefaultDict)
}

#[pymethods]
impl DefaultDict {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        Ok(Value::from(allocate_of_class(cx, Class::expect(cx, class)?)?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__", signature = "($self, /, *args, **kwargs)")]
    fn init(cx: &Context, this: Dict, arguments: Arguments<'_>) -> PyResult<()> {
        let (factory, rest) = match arguments.positional().split_first() {
            Some((&factory, rest)) => (factory, rest),
            None => (Value::NONE, &[][..]),
        };
        if !factory.is_none() && !cx.is_callable(factory) {
            return Err(cx.type_error(format_args!("first argument must be callable or None")));
        }
        if rest.len() > 1 {
            return Err(cx.type_error(format_args!("dict expected at most 1 argument, got {}", rest.len())));
        }
        cx.store(this.object(), FACTORY, factory);
        update(cx, this, rest.first().copied(), arguments.keywords())
    }

    /// __missing__(key) # Called by __getitem__ for missing key; pseudo-code:
    ///   if self.default_factory is None: raise KeyError((key,))
    ///   self[key] = value = self.default_factory()
    ///   return value
    #[pymethod]
    fn __missing__(cx: &Context, this: Dict, key: Value) -> PyResult {
        let factory = factory_of(this);
        if factory.is_none() {
            return Err(cx.key_error(key));
        }
        let value = cx.call(factory, &[])?;
        // A subclass may have a `__setitem__` of its own.
        if this.is_exact() || cx.class_of(this.as_value()).is_native() {
            return this.set_default(cx, key, value);
        }
        cx.set_item(this.as_value(), key, value)?;
        Ok(value)
    }

    /// D.copy() -> a shallow copy of D.
    #[pymethod]
    fn copy(cx: &Context, this: Dict) -> PyResult {
        copy_of(cx, this)
    }

    /// D.copy() -> a shallow copy of D.
    #[pymethod]
    fn __copy__(cx: &Context, this: Dict) -> PyResult {
        copy_of(cx, this)
    }

    /// Return state information for pickling.
    #[pymethod]
    fn __reduce__(cx: &Context, this: Dict) -> PyResult {
        let factory = factory_of(this);
        let arguments = if factory.is_none() { cx.empty_tuple().as_value() } else { cx.tuple(&[factory])? };
        let items = cx.call_method_name(this.as_value(), Name::items, &[])?;
        let iterator = cx.call(builtin(cx, "iter")?, &[items])?;
        let class = cx.class_of(this.as_value()).as_value();
        cx.tuple(&[class, arguments, Value::NONE, Value::NONE, iterator])
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Dict) -> PyResult {
        let mut text = ReprBuilder::default();
        text.push_str(cx.short_type_name(this.as_value()));
        text.push("(");
        match cx.enter_repr(factory_of(this))? {
            Some(_guard) => text.push_repr(cx, factory_of(this))?,
            None => text.push("..."),
        }
        text.push(", ");
        let as_dict =
            Class::from_value(cx.class(Kind::Dict)).and_then(|class| class.lookup_name(cx, Name::__repr__));
        if let Some(method) = as_dict {
            let items = cx.call(method, &[this.as_value()])?;
            text.push_str(cx.str_of(items)?);
        }
        text.push(")");
        text.finish(cx)
    }

    /// Return self|value.
    #[pymethod]
    fn __or__(cx: &Context, this: Dict, value: Value) -> PyResult {
        if Dict::from_value(value).is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        join(cx, this, value)
    }

    /// Return value|self.
    #[pymethod]
    fn __ror__(cx: &Context, this: Dict, value: Value) -> PyResult {
        let Some(other) = Dict::from_value(value) else { return Ok(Value::NOT_IMPLEMENTED) };
        if is_default_dict(cx, value) {
            return join(cx, other, this.as_value());
        }
        let result = cx.call(cx.class_of(this.as_value()).as_value(), &[factory_of(this), value])?;
        merge_mapping(cx, Dict::expect(cx, result)?, this.as_value(), Duplicate::Replace)?;
        Ok(result)
    }

    /// Factory for default value called by __missing__().
    #[pygetter]
    fn default_factory(this: Dict) -> Value {
        factory_of(this)
    }

    #[pysetter]
    fn set_default_factory(cx: &Context, this: Dict, value: Option<Value>) -> PyResult<()> {
        cx.store(this.object(), FACTORY, value.unwrap_or(Value::NONE));
        Ok(())
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult {
        cx.generic_alias(class, object)
    }
}
