//! `itemgetter`, `attrgetter` and `methodcaller`.
//!
//! Invariant: the slots are set at creation: the tuple of items or dotted names; for `methodcaller` the name, the tuple of arguments and
//! the dict of keywords. Source: Modules/_operator.c.

use threadsnake_engine::native::Arguments;
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::repr_builder::ReprBuilder;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

const ITEMS: usize = 0;

fn tuple_in(cx: &Context, object: ObjectRef, slot: usize) -> Tuple {
    object.value(slot).and_then(Tuple::from_value).unwrap_or_else(|| cx.empty_tuple())
}

/// The only argument of a call.
fn only(cx: &Context, name: &str, arguments: &Arguments<'_>) -> PyResult {
    if arguments.keyword_count() > 0 {
        return Err(cx.type_error(format_args!("{name}() takes no keyword arguments")));
    }
    match arguments.values {
        &[value] => Ok(value),
        values => Err(cx.type_error(format_args!("{name} expected 1 argument, got {}", values.len()))),
    }
}

fn repr_of_items(cx: &Context, this: Value, items: Tuple) -> PyResult {
    let mut text = ReprBuilder::default();
    text.push(&cx.qualified_type_name(this));
    let Some(_guard) = cx.enter_repr(this)? else {
        text.push("(...)");
        return text.finish(cx);
    };
    text.push("(");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push(", ");
        }
        text.push_repr(cx, item)?;
    }
    text.push(")");
    text.finish(cx)
}

/// One result for one item, a tuple for several.
fn gather(cx: &Context, items: Tuple, mut get: impl FnMut(Value) -> PyResult) -> PyResult {
    if let &[item] = items.as_slice() {
        return get(item);
    }
    Ok(cx.tuple_from_fn(items.len(), |index| get(items.get(index).unwrap_or(Value::NONE)))?.as_value())
}

/// Return a callable object that fetches the given item(s) from its operand.
///
/// After f = itemgetter(2), the call f(r) returns r[2].
/// After g = itemgetter(2, 5, 3), the call g(r) returns (r[2], r[5], r[3])
#[pyclass(
    id = ItemGetter,
    name = "itemgetter",
    module = "operator",
    slots = 1,
    signature = "(item, /, *items)",
    flags(NO_WEAK_REFERENCES)
)]
pub struct ItemGetter(ObjectRef);

#[pymethods]
impl ItemGetter {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        if arguments.keyword_count() > 0 {
            return Err(cx.type_error(format_args!("itemgetter() takes no keyword arguments")));
        }
        if arguments.values.is_empty() {
            return Err(cx.type_error(format_args!("itemgetter expected 1 argument, got 0")));
        }
        let items = cx.tuple(arguments.values)?;
        let object = allocate_of_class(cx, Class::expect(cx, class)?)?;
        cx.store(object, ITEMS, items);
        Ok(Value::from(object))
    }

    /// Call self as a function.
    #[pymethod]
    fn __call__(cx: &Context, this: ItemGetter, arguments: Arguments<'_>) -> PyResult {
        let operand = only(cx, "itemgetter", &arguments)?;
        gather(cx, tuple_in(cx, this.0, ITEMS), |item| cx.get_item(operand, item))
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: ItemGetter) -> PyResult {
        repr_of_items(cx, this.as_value(), tuple_in(cx, this.0, ITEMS))
    }

    /// Return state information for pickling
    #[pymethod]
    fn __reduce__(cx: &Context, this: ItemGetter) -> PyResult {
        cx.tuple(&[cx.class_of(this.as_value()).as_value(), tuple_in(cx, this.0, ITEMS).as_value()])
    }
}

/// Return a callable object that fetches the given attribute(s) from its operand.
///
/// After f = attrgetter('name'), the call f(r) returns r.name.
/// After g = attrgetter('name', 'date'), the call g(r) returns (r.name, r.date).
/// After h = attrgetter('name.first', 'name.last'), the call h(r) returns
/// (r.name.first, r.name.last).
#[pyclass(
    id = AttributeGetter,
    name = "attrgetter",
    module = "operator",
    slots = 2,
    signature = "(attr, /, *attrs)",
    flags(NO_WEAK_REFERENCES)
)]
pub struct AttributeGetter(ObjectRef);

const NAMES: usize = 0;
const PATHS: usize = 1;

/// The interned parts of a dotted name.
fn path_of(cx: &Context, name: Str) -> PyResult {
    let mut parts = cx.scratch();
    let mut start = 0;
    for (index, code_point) in name.code_points().enumerate() {
        if code_point == u32::from(b'.') {
            parts.push(cx.intern(name.substring(cx, start, index)?)?.as_value());
            start = index + 1;
        }
    }
    parts.push(cx.intern(name.substring(cx, start, name.len())?)?.as_value());
    cx.tuple(parts.as_slice())
}

fn follow(cx: &Context, operand: Value, path: Value) -> PyResult {
    let mut value = operand;
    if let Some(path) = Tuple::from_value(path) {
        for part in path.iter() {
            value = cx.get_attribute(value, Str::expect(cx, part)?)?;
        }
    }
    Ok(value)
}

#[pymethods]
impl AttributeGetter {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        if arguments.keyword_count() > 0 {
            return Err(cx.type_error(format_args!("attrgetter() takes no keyword arguments")));
        }
        if arguments.values.is_empty() {
            return Err(cx.type_error(format_args!("attrgetter expected 1 argument, got 0")));
        }
        let mut paths = cx.scratch();
        for &name in arguments.values {
            let Some(name) = Str::from_value(name) else {
                return Err(cx.type_error(format_args!("attribute name must be a string")));
            };
            paths.push(path_of(cx, name)?);
        }
        let paths = cx.tuple(paths.as_slice())?;
        let names = cx.tuple(arguments.values)?;
        let object = allocate_of_class(cx, Class::expect(cx, class)?)?;
        cx.store(object, NAMES, names);
        cx.store(object, PATHS, paths);
        Ok(Value::from(object))
    }

    /// Call self as a function.
    #[pymethod]
    fn __call__(cx: &Context, this: AttributeGetter, arguments: Arguments<'_>) -> PyResult {
        let operand = only(cx, "attrgetter", &arguments)?;
        gather(cx, tuple_in(cx, this.0, PATHS), |path| follow(cx, operand, path))
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: AttributeGetter) -> PyResult {
        repr_of_items(cx, this.as_value(), tuple_in(cx, this.0, NAMES))
    }

    /// Return state information for pickling
    #[pymethod]
    fn __reduce__(cx: &Context, this: AttributeGetter) -> PyResult {
        cx.tuple(&[cx.class_of(this.as_value()).as_value(), tuple_in(cx, this.0, NAMES).as_value()])
    }
}

/// Return a callable object that calls the given method on its operand.
///
/// After f = methodcaller('name'), the call f(r) returns r.name().
/// After g = methodcaller('name', 'date', foo=1), the call g(r) returns
/// r.name('date', foo=1).
#[pyclass(
    id = MethodCaller,
    name = "methodcaller",
    module = "operator",
    slots = 3,
    signature = "(name, /, *args, **kwargs)",
    flags(NO_WEAK_REFERENCES)
)]
pub struct MethodCaller(ObjectRef);

const NAME: usize = 0;
const ARGUMENTS: usize = 1;
const KEYWORDS: usize = 2;

#[pymethods]
impl MethodCaller {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let Some((&name, rest)) = arguments.positional().split_first() else {
            return Err(
                cx.type_error(format_args!("methodcaller needs at least one argument, the method name"))
            );
        };
        let Some(name) = Str::from_value(name) else {
            return Err(cx.type_error(format_args!("method name must be a string")));
        };
        let name = cx.intern(name)?;
        let rest = cx.tuple(rest)?;
        let keywords = cx.new_dict()?;
        for (keyword, value) in arguments.keywords().iter() {
            keywords.set(cx, keyword, value)?;
        }
        let object = allocate_of_class(cx, Class::expect(cx, class)?)?;
        cx.store(object, NAME, name.as_value());
        cx.store(object, ARGUMENTS, rest);
        cx.store(object, KEYWORDS, keywords.as_value());
        Ok(Value::from(object))
    }

    /// Call self as a function.
    #[pymethod]
    fn __call__(cx: &Context, this: MethodCaller, arguments: Arguments<'_>) -> PyResult {
        let operand = only(cx, "methodcaller", &arguments)?;
        let name = this.0.value(NAME).and_then(Str::from_value).unwrap_or_else(|| cx.empty_str());
        let rest = tuple_in(cx, this.0, ARGUMENTS);
        let keywords =
            this.0.value(KEYWORDS).and_then(Dict::from_value).filter(|keywords| !keywords.is_empty());
        match keywords {
            None => cx.call_method(operand, name, rest.as_slice()),
            Some(keywords) => {
                let method = cx.get_attribute(operand, name)?;
                cx.call_spread(method, rest, Some(keywords))
            }
        }
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: MethodCaller) -> PyResult {
        let mut text = ReprBuilder::default();
        text.push(&cx.qualified_type_name(this.as_value()));
        let Some(_guard) = cx.enter_repr(this.as_value())? else {
            text.push("(...)");
            return text.finish(cx);
        };
        text.push("(");
        text.push_repr(cx, this.0.value(NAME).unwrap_or(Value::NONE))?;
        for argument in tuple_in(cx, this.0, ARGUMENTS).iter() {
            text.push(", ");
            text.push_repr(cx, argument)?;
        }
        if let Some(keywords) = this.0.value(KEYWORDS).and_then(Dict::from_value) {
            for pair in keywords.snapshot(cx).as_slice().chunks_exact(2) {
                if let &[name, value] = pair {
                    text.push(", ");
                    text.push_str(cx.str_of(name)?);
                    text.push("=");
                    text.push_repr(cx, value)?;
                }
            }
        }
        text.push(")");
        text.finish(cx)
    }

    /// Return state information for pickling
    #[pymethod]
    fn __reduce__(cx: &Context, this: MethodCaller) -> PyResult {
        let class = cx.class_of(this.as_value()).as_value();
        let name = this.0.value(NAME).unwrap_or(Value::NONE);
        let rest = tuple_in(cx, this.0, ARGUMENTS);
        let keywords =
            this.0.value(KEYWORDS).and_then(Dict::from_value).filter(|keywords| !keywords.is_empty());
        let Some(keywords) = keywords else {
            let mut arguments = cx.scratch();
            arguments.push(name);
            arguments.extend_from_slice(rest.as_slice());
            return cx.tuple(&[class, cx.tuple(arguments.as_slice())?]);
        };
        let functools = cx.import_module("functools")?;
        let partial = cx.get_attribute(functools, cx.intern_str("partial")?)?;
        let arguments = cx.tuple(&[class, name])?;
        let constructor = cx.call_spread(partial, Tuple::expect(cx, arguments)?, Some(keywords))?;
        cx.tuple(&[constructor, rest.as_value()])
    }
}
