//! `types.SimpleNamespace`.
//!
//! Invariant: all state is in the instance's attributes. Source: Objects/namespaceobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::names::Name;
use crate::native::arguments::{Arguments, Keywords, Parameter, ParameterKind, Signature};
use crate::protocol::comparison::CompareOperator;
use crate::types::class::{Class, allocate_of_class};
use crate::types::dict::Dict;
use crate::types::dict_methods;
use crate::types::repr_builder::ReprBuilder;
use crate::types::str_object::Str;
use crate::value::Value;

/// A simple attribute-based namespace.
#[pyclass(
    id = SimpleNamespace,
    name = "SimpleNamespace",
    module = "types",
    signature = "(mapping_or_iterable=(), /, **kwargs)",
    flags(SUBCLASSABLE, HAS_DICT)
)]
pub struct SimpleNamespace(ObjectRef);

static CONSTRUCTOR: Signature = Signature {
    name: "SimpleNamespace",
    parameters: &[Parameter {
        name: "mapping_or_iterable",
        kind: ParameterKind::PositionalOnly,
        required: false,
    }],
    variable_arguments: false,
    variable_keywords: true,
};

fn attributes(cx: &Context, this: SimpleNamespace) -> PyResult<Dict> {
    let found = cx.get_attribute_name(this.as_value(), Name::__dict__)?;
    Dict::expect(cx, found)
}

fn compare(cx: &Context, operator: CompareOperator, this: SimpleNamespace, other: Value) -> PyResult {
    let Some(other) = SimpleNamespace::from_value(other) else { return Ok(Value::NOT_IMPLEMENTED) };
    let (left, right) = (attributes(cx, this)?, attributes(cx, other)?);
    cx.rich_compare(operator, left.as_value(), right.as_value())
}

fn set_all(cx: &Context, this: Value, keywords: Keywords<'_>) -> PyResult<()> {
    for (name, value) in keywords.iter() {
        let name = cx.intern(Str::expect(cx, name)?)?;
        cx.set_attribute(this, name, Some(value))?;
    }
    Ok(())
}

#[pymethods]
impl SimpleNamespace {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        Ok(Value::from(allocate_of_class(cx, Class::expect(cx, class)?)?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: SimpleNamespace, arguments: Arguments<'_>) -> PyResult<()> {
        let mut bound = [None];
        CONSTRUCTOR.bind(cx, &arguments, &mut bound)?;
        let [source] = bound;
        if let Some(source) = source {
            let items = cx.new_dict()?;
            let nothing = Arguments::positional_only(&[]).keywords();
            dict_methods::update(cx, items, Some(source), nothing)?;
            for pair in items.snapshot(cx).as_slice().chunks_exact(2) {
                if let &[name, value] = pair {
                    let Some(name) = Str::from_value(name) else {
                        return Err(cx.type_error(format_args!("keywords must be strings")));
                    };
                    let name = cx.intern(name)?;
                    cx.set_attribute(this.as_value(), name, Some(value))?;
                }
            }
        }
        set_all(cx, this.as_value(), arguments.keywords())
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: SimpleNamespace) -> PyResult {
        let mut text = ReprBuilder::default();
        let class = cx.class_of(this.as_value());
        if class.as_value().is(cx.class(Kind::SimpleNamespace)) {
            text.push("namespace");
        } else {
            text.push_str(class.name(cx));
        }
        let Some(_guard) = cx.enter_repr(this.as_value())? else {
            text.push("(...)");
            return text.finish(cx);
        };
        text.push("(");
        let items = attributes(cx, this)?.snapshot(cx);
        let mut first = true;
        for pair in items.as_slice().chunks_exact(2) {
            let &[name, value] = pair else { continue };
            let Some(name) = Str::from_value(name).filter(|name| !name.is_empty()) else { continue };
            if !first {
                text.push(", ");
            }
            first = false;
            text.push_str(name);
            text.push("=");
            text.push_repr(cx, value)?;
        }
        text.push(")");
        text.finish(cx)
    }

    /// Return state information for pickling
    #[pymethod]
    fn __reduce__(cx: &Context, this: SimpleNamespace) -> PyResult {
        let class = cx.class_of(this.as_value()).as_value();
        let state = attributes(cx, this)?;
        cx.tuple(&[class, cx.empty_tuple().as_value(), state.as_value()])
    }

    /// Return a copy of the namespace object with new values for the specified attributes.
    #[pymethod(signature = "($self, /, **changes)")]
    fn __replace__(cx: &Context, this: SimpleNamespace, changes: Keywords<'_>) -> PyResult {
        let copy = cx.call(cx.class_of(this.as_value()).as_value(), &[])?;
        if let Some(copy) = SimpleNamespace::from_value(copy) {
            let items = attributes(cx, this)?.snapshot(cx);
            for pair in items.as_slice().chunks_exact(2) {
                if let (&[name, value], target) = (pair, copy.as_value()) {
                    let name = cx.intern(Str::expect(cx, name)?)?;
                    cx.set_attribute(target, name, Some(value))?;
                }
            }
        }
        set_all(cx, copy, changes)?;
        Ok(copy)
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(cx: &Context, this: SimpleNamespace, value: Value) -> PyResult {
        compare(cx, CompareOperator::Less, this, value)
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(cx: &Context, this: SimpleNamespace, value: Value) -> PyResult {
        compare(cx, CompareOperator::LessEqual, this, value)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: SimpleNamespace, value: Value) -> PyResult {
        compare(cx, CompareOperator::Equal, this, value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: SimpleNamespace, value: Value) -> PyResult {
        compare(cx, CompareOperator::NotEqual, this, value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(cx: &Context, this: SimpleNamespace, value: Value) -> PyResult {
        compare(cx, CompareOperator::Greater, this, value)
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(cx: &Context, this: SimpleNamespace, value: Value) -> PyResult {
        compare(cx, CompareOperator::GreaterEqual, this, value)
    }
}
