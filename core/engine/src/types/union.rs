//! `typing.Union`: `int | str`.
//!
//! Invariant: slot 0 is the tuple of at least two different alternatives, none of them a union; slot 1 the tuple of type parameters, worked out
//! when first asked for. Equality and hash do not look at the order. Source: Objects/unionobject.c.

use alloc::string::String;

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::{Context, ScratchVector};
use crate::error::PyResult;
use crate::kind::Kind;
use crate::names::Name;
use crate::native::NativeType;
use crate::object_access::ObjectAccess;
use crate::types::class::{Class, allocate_of_class};
use crate::types::generic_alias;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// Slot of the tuple of alternatives.
pub const ALTERNATIVES: usize = 0;
const PARAMETERS: usize = 1;

/// Represent a union type
///
/// E.g. for int | str
#[pyclass(id = Union, name = "Union", module = "typing", slots = 2)]
pub struct Union(ObjectRef);

/// Whether `|` of a value may make a union.
fn is_alternative(cx: &Context, value: Value) -> bool {
    value.is_none()
        || Class::from_value(value).is_some()
        || cx.is_instance_of_kind(value, Kind::Type)
        || matches!(
            value.kind(),
            Some(
                Kind::GenericAlias
                    | Kind::Union
                    | Kind::TypeAlias
                    | Kind::TypeVariable
                    | Kind::ParameterSpecification
                    | Kind::TypeVariableTuple
            )
        )
}

/// `left | right` of types: NotImplemented if one of them is no type.
///
/// # Errors
/// What comparing raises; MemoryError.
pub fn union_of(cx: &Context, left: Value, right: Value) -> PyResult<Value> {
    if !is_alternative(cx, left) || !is_alternative(cx, right) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    union_of_values(cx, &[left, right])
}

pub use self::union_of as join;

/// The union of any values, nested unions flattened; the only value if there is just one.
///
/// # Errors
/// What comparing raises; TypeError for no values; MemoryError.
pub fn union_of_values(cx: &Context, values: &[Value]) -> PyResult<Value> {
    let mut alternatives = cx.scratch();
    for &value in values {
        match Union::from_value(value) {
            Some(union) => {
                for inner in union.alternatives(cx).iter() {
                    add(cx, &mut alternatives, inner)?;
                }
            }
            None => add(cx, &mut alternatives, value)?,
        }
    }
    match alternatives.as_slice() {
        [] => Err(cx.type_error(format_args!("Cannot take a Union of no types."))),
        &[only] => Ok(only),
        several => {
            let alternatives = cx.new_tuple(several)?;
            let class = cx.build_on_demand(<Union as NativeType>::CLASS)?;
            let object = allocate_of_class(cx, class)?;
            cx.store(object, ALTERNATIVES, alternatives.as_value());
            Ok(Value::from(object))
        }
    }
}

fn add(cx: &Context, alternatives: &mut ScratchVector<'_>, value: Value) -> PyResult<()> {
    let value = if value.is_none() {
        cx.class(Kind::NoneType)
    } else if let Some(text) = Str::from_value(value) {
        // A name of a class that is still to come.
        let typing = cx.import_module("typing")?;
        let forward = cx.get_attribute(typing, cx.intern_str("ForwardRef")?)?;
        cx.call(forward, &[text.as_value()])?
    } else {
        value
    };
    if !has_equal(cx, alternatives.as_slice(), value)? {
        alternatives.push(value);
    }
    Ok(())
}

fn has_equal(cx: &Context, values: &[Value], value: Value) -> PyResult<bool> {
    for &other in values {
        if other.is(value) {
            return Ok(true);
        }
        let alias = |value: Value| value.is_kind(Kind::GenericAlias);
        if alias(other) != alias(value) {
            continue;
        }
        if cx.equal(other, value)? {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Union {
    fn alternatives(self, cx: &Context) -> Tuple {
        self.0.value(ALTERNATIVES).and_then(Tuple::from_value).unwrap_or_else(|| cx.empty_tuple())
    }
}

/// A type as annotations show it: the name of a class, with its module unless that is `builtins`; else its `repr`.
///
/// # Errors
/// What attributes and `repr` raise.
pub fn type_text(cx: &Context, value: Value) -> PyResult<String> {
    if value.is(Value::ELLIPSIS) {
        return Ok(String::from("..."));
    }
    if value.is(cx.class(Kind::NoneType)) {
        return Ok(String::from("None"));
    }
    let is_alias = value.is_kind(Kind::GenericAlias)
        || (cx.find_attribute_or_none(value, cx.name(Name::__origin__))?.is_some()
            && cx.find_attribute_or_none(value, cx.name(Name::__args__))?.is_some());
    if is_alias {
        return Ok(cx.repr(value)?.to_utf8_lossy());
    }
    let name = cx.find_attribute_or_none(value, cx.name(Name::__qualname__))?.and_then(Str::from_value);
    let module =
        cx.find_attribute_or_none(value, cx.name(Name::__module__))?.filter(|module| !module.is_none());
    match (name, module) {
        (Some(name), Some(module)) => {
            let module = cx.str_of(module)?.to_utf8_lossy();
            let name = name.to_utf8_lossy();
            Ok(if module == "builtins" { name } else { alloc::format!("{module}.{name}") })
        }
        _ => Ok(cx.repr(value)?.to_utf8_lossy()),
    }
}

#[pymethods]
impl Union {
    #[pynew]
    fn new(cx: &Context, class: Value) -> PyResult<Value> {
        let _ = class;
        Err(cx.type_error(format_args!("cannot create 'typing.Union' instances")))
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Union) -> PyResult<Value> {
        let mut text = String::new();
        for (index, alternative) in this.alternatives(cx).iter().enumerate() {
            if index > 0 {
                text.push_str(" | ");
            }
            text.push_str(&type_text(cx, alternative)?);
        }
        cx.str(&text)
    }

    /// Return hash(self).
    #[pymethod(name = "__hash__")]
    fn hash(cx: &Context, this: Union) -> PyResult<Value> {
        let set = cx.call(cx.class(Kind::FrozenSet), &[this.alternatives(cx).as_value()])?;
        cx.int(cx.hash(set)?)
    }

    /// Return self==value.
    #[pymethod(name = "__eq__")]
    fn equal(cx: &Context, this: Union, value: Value) -> PyResult<Value> {
        let Some(other) = Union::from_value(value) else { return Ok(Value::NOT_IMPLEMENTED) };
        let (left, right) = (this.alternatives(cx), other.alternatives(cx));
        if left.len() != right.len() {
            return Ok(Value::FALSE);
        }
        for alternative in left.iter() {
            if !has_equal(cx, right.as_slice(), alternative)? {
                return Ok(Value::FALSE);
            }
        }
        Ok(Value::TRUE)
    }

    /// Return self|value.
    #[pymethod(name = "__or__")]
    fn or(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        union_of(cx, this, value)
    }

    /// Return value|self.
    #[pymethod(name = "__ror__")]
    fn reflected_or(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        union_of(cx, value, this)
    }

    #[pymethod(name = "__instancecheck__")]
    fn instance_check(cx: &Context, this: Union, instance: Value) -> PyResult<bool> {
        check_plain(cx, this, "isinstance")?;
        for alternative in this.alternatives(cx).iter() {
            if cx.is_instance(instance, alternative)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    #[pymethod(name = "__subclasscheck__")]
    fn subclass_check(cx: &Context, this: Union, class: Value) -> PyResult<bool> {
        if Class::from_value(class).is_none() {
            return Err(cx.type_error(format_args!("issubclass() arg 1 must be a class")));
        }
        check_plain(cx, this, "issubclass")?;
        for alternative in this.alternatives(cx).iter() {
            if cx.is_subclass(class, alternative)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    #[pymethod(name = "__mro_entries__")]
    fn mro_entries(cx: &Context, this: Union, bases: Value) -> PyResult<Value> {
        let _ = bases;
        Err(cx.type_error(format_args!("Cannot subclass {}", cx.repr(this.as_value())?)))
    }

    /// Return self[key].
    #[pymethod(name = "__getitem__")]
    fn get_item(cx: &Context, this: Union, key: Value) -> PyResult<Value> {
        let parameters = Self::parameters(cx, this)?;
        let alternatives = this.alternatives(cx);
        let substituted = generic_alias::substitute(cx, this.as_value(), alternatives, parameters, key)?;
        union_of_values(cx, substituted.as_slice())
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult<Value> {
        let _ = class;
        match Tuple::from_value(object) {
            Some(values) => union_of_values(cx, values.as_slice()),
            None => union_of_values(cx, &[object]),
        }
    }

    #[pygetter(name = "__args__")]
    fn arguments(cx: &Context, this: Union) -> Tuple {
        this.alternatives(cx)
    }

    #[pygetter(name = "__parameters__")]
    fn parameters(cx: &Context, this: Union) -> PyResult<Tuple> {
        if let Some(parameters) = this.0.value(PARAMETERS).and_then(Tuple::from_value) {
            return Ok(parameters);
        }
        let parameters = generic_alias::parameters_of(cx, this.alternatives(cx).as_slice())?;
        // Every thread works out the same, so the race of two is harmless.
        cx.store(this.0, PARAMETERS, parameters.as_value());
        Ok(parameters)
    }

    #[pygetter(name = "__origin__")]
    fn origin(cx: &Context, this: Union) -> Value {
        let _ = this;
        cx.class(Kind::Union)
    }

    #[pygetter(name = "__name__")]
    fn name(this: Union) -> &'static str {
        let _ = this;
        "Union"
    }

    #[pygetter(name = "__qualname__")]
    fn qualified_name(this: Union) -> &'static str {
        let _ = this;
        "Union"
    }

    #[pygetter(name = "__module__")]
    fn module(this: Union) -> &'static str {
        let _ = this;
        "typing"
    }
}

fn check_plain(cx: &Context, union: Union, function: &str) -> PyResult<()> {
    if union.alternatives(cx).iter().any(|alternative| alternative.is_kind(Kind::GenericAlias)) {
        return Err(cx.type_error(format_args!("{function}() argument 2 cannot be a parameterized generic")));
    }
    Ok(())
}
