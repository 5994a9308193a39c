//! `partial`: a function with some of its arguments given.
//!
//! Invariant: slots are the function, the tuple of arguments (which may hold placeholders, but not at its end) and the dict of keywords.
//! Source: Modules/_functoolsmodule.c.

use threadsnake_engine::context::ScratchVector;
use threadsnake_engine::native::{Arguments, Keywords};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::repr_builder::ReprBuilder;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, Name, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::placeholder::is_placeholder;

const FUNCTION: usize = 0;
const ARGUMENTS: usize = 1;
const KEYWORDS: usize = 2;

/// Create a new function with partial application of the given arguments and keywords.
#[pyclass(
    id = Partial,
    name = "partial",
    module = "functools",
    slots = 3,
    signature = "(func, /, *args, **keywords)",
    flags(SUBCLASSABLE, HAS_DICT)
)]
pub struct Partial(ObjectRef);

impl Partial {
    fn function(self) -> Value {
        self.0.value(FUNCTION).unwrap_or(Value::NONE)
    }

    fn arguments(self, cx: &Context) -> Tuple {
        self.0.value(ARGUMENTS).and_then(Tuple::from_value).unwrap_or_else(|| cx.empty_tuple())
    }

    fn keywords(self) -> Option<Dict> {
        self.0.value(KEYWORDS).and_then(Dict::from_value)
    }
}

fn placeholder_count(arguments: &[Value]) -> usize {
    arguments.iter().filter(|&&value| is_placeholder(value)).count()
}

/// Puts further arguments into the places of placeholders, and those left over behind.
fn fill<'a>(cx: &'a Context, arguments: &[Value], more: &[Value]) -> ScratchVector<'a> {
    let mut result = cx.scratch();
    let mut more = more.iter();
    for &argument in arguments {
        let value =
            if is_placeholder(argument) { more.next().copied().unwrap_or(argument) } else { argument };
        result.push(value);
    }
    for &value in more {
        result.push(value);
    }
    result
}

fn check_trailing(cx: &Context, arguments: &[Value]) -> PyResult<()> {
    match arguments.last() {
        Some(&last) if is_placeholder(last) => {
            Err(cx.type_error(format_args!("trailing Placeholders are not allowed")))
        }
        _ => Ok(()),
    }
}

fn merge_keywords(cx: &Context, into: Dict, keywords: Keywords<'_>) -> PyResult<()> {
    for (name, value) in keywords.iter() {
        if let Some(name) = Str::from_value(name) {
            into.set_str(cx, name, value)?;
        }
    }
    Ok(())
}

#[pymethods]
impl Partial {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let class = Class::expect(cx, class)?;
        let Some((&function, given)) = arguments.positional().split_first() else {
            return Err(cx.type_error(format_args!("type 'partial' takes at least one argument")));
        };
        if !cx.is_callable(function) {
            return Err(cx.type_error(format_args!("the first argument must be callable")));
        }
        check_trailing(cx, given)?;
        if arguments.keywords().values().iter().any(|&value| is_placeholder(value)) {
            return Err(cx.type_error(format_args!("Placeholder cannot be passed as a keyword argument")));
        }
        // A partial of a partial is one partial, unless the inner one is of another class.
        let inner = Partial::from_value(function).filter(|_| cx.class_of(function) == class);
        let mut function = function;
        let keywords = cx.new_dict()?;
        let all = match inner {
            Some(inner) => {
                function = inner.function();
                if let Some(earlier) = inner.keywords() {
                    keywords.update_from(cx, earlier)?;
                }
                fill(cx, inner.arguments(cx).as_slice(), given)
            }
            None => fill(cx, given, &[]),
        };
        merge_keywords(cx, keywords, arguments.keywords())?;
        let all = cx.tuple(all.as_slice())?;
        let object = allocate_of_class(cx, class)?;
        cx.store(object, FUNCTION, function);
        cx.store(object, ARGUMENTS, all);
        cx.store(object, KEYWORDS, keywords.as_value());
        Ok(Value::from(object))
    }

    /// Call self as a function.
    #[pymethod]
    fn __call__(cx: &Context, this: Partial, arguments: Arguments<'_>) -> PyResult {
        let stored = this.arguments(cx);
        let wanted = placeholder_count(stored.as_slice());
        let given = arguments.positional();
        if given.len() < wanted {
            return Err(cx.type_error(format_args!(
                "missing positional arguments in 'partial' call; expected at least {wanted}, got {}",
                given.len()
            )));
        }
        let all = fill(cx, stored.as_slice(), given);
        let keywords = this.keywords().filter(|keywords| !keywords.is_empty());
        if keywords.is_none() && arguments.keyword_count() == 0 {
            return cx.call(this.function(), all.as_slice());
        }
        let merged = match keywords {
            Some(keywords) => keywords.copy(cx)?,
            None => cx.new_dict()?,
        };
        merge_keywords(cx, merged, arguments.keywords())?;
        let all = cx.new_tuple(all.as_slice())?;
        cx.call_spread(this.function(), all, Some(merged))
    }

    /// Return an attribute of instance, which is of type owner.
    #[pymethod(signature = "($self, instance, owner=None, /)")]
    fn __get__(cx: &Context, this: Partial, instance: Value, owner: Option<Value>) -> PyResult {
        let _ = owner;
        if instance.is_none() { Ok(this.as_value()) } else { cx.bound_method(this.as_value(), instance) }
    }

    /// function object to use in future partial calls
    #[pygetter]
    fn func(this: Partial) -> Value {
        this.function()
    }

    /// tuple of arguments to future partial calls
    #[pygetter]
    fn args(cx: &Context, this: Partial) -> Tuple {
        this.arguments(cx)
    }

    /// dictionary of keyword arguments to future partial calls
    #[pygetter(name = "keywords")]
    fn get_keywords(this: Partial) -> Value {
        this.0.value(KEYWORDS).unwrap_or(Value::NONE)
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Partial) -> PyResult {
        let mut text = ReprBuilder::default();
        text.push(&cx.qualified_type_name(this.as_value()));
        let Some(_guard) = cx.enter_repr(this.as_value())? else { return cx.str("...") };
        text.push("(");
        text.push_repr(cx, this.function())?;
        for argument in this.arguments(cx).iter() {
            text.push(", ");
            text.push_repr(cx, argument)?;
        }
        if let Some(keywords) = this.keywords() {
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

    #[pymethod(signature = "($self, /)")]
    fn __reduce__(cx: &Context, this: Partial) -> PyResult {
        let class = cx.class_of(this.as_value()).as_value();
        let arguments = cx.tuple(&[this.function()])?;
        let attributes = cx.get_attribute_name(this.as_value(), Name::__dict__)?;
        let attributes = if cx.is_true(attributes)? { attributes } else { Value::NONE };
        let keywords = this.0.value(KEYWORDS).unwrap_or(Value::NONE);
        let state = cx.tuple(&[this.function(), this.arguments(cx).as_value(), keywords, attributes])?;
        cx.tuple(&[class, arguments, state])
    }

    #[pymethod(signature = "($self, state, /)")]
    fn __setstate__(cx: &Context, this: Partial, state: Value) -> PyResult<()> {
        let invalid = || cx.type_error(format_args!("invalid partial state"));
        let Some(state) = Tuple::from_value(state) else { return Err(invalid()) };
        let &[function, arguments, keywords, attributes] = state.as_slice() else { return Err(invalid()) };
        let (Some(arguments), true) = (Tuple::from_value(arguments), cx.is_callable(function)) else {
            return Err(invalid());
        };
        check_trailing(cx, arguments.as_slice())?;
        let arguments =
            if arguments.is_exact() { arguments.as_value() } else { cx.tuple(arguments.as_slice())? };
        let keywords = match Dict::from_value(keywords) {
            Some(keywords) => keywords.copy(cx)?,
            None if keywords.is_none() => cx.new_dict()?,
            None => return Err(invalid()),
        };
        cx.store(this.0, FUNCTION, function);
        cx.store(this.0, ARGUMENTS, arguments);
        cx.store(this.0, KEYWORDS, keywords.as_value());
        let attributes = if attributes.is_none() { cx.new_dict()?.as_value() } else { attributes };
        cx.set_attribute(this.as_value(), cx.name(Name::__dict__), Some(attributes))
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult {
        cx.generic_alias(class, object)
    }
}
