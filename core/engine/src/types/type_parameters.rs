//! Type parameters (PEP 695, 696): `TypeVar`, `ParamSpec`, `TypeVarTuple`, `TypeAliasType`, `Generic`, and what the compiler's
//! instructions make of them.
//!
//! Invariant: bounds, constraints, defaults and values given by syntax are functions that are called when first asked for; the result is kept
//! and every thread works out an equal one. What substitution does is Python code in `typing`, which is imported for it.
//! Source: Objects/typevarobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult};
use crate::names::Name;
use crate::native::{Arguments, Keywords, NativeType};
use crate::object_access::ObjectAccess;
use crate::types::class::allocate_of_class;
use crate::types::frame_object;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::types::union::union_of;
use crate::value::Value;

/// Slots that all type parameters share.
mod slot {
    pub const NAME: usize = 0;
    /// `__default__`, or empty until it is asked for.
    pub const DEFAULT: usize = 1;
    /// The function that gives the default, or empty.
    pub const EVALUATE_DEFAULT: usize = 2;
    /// `__module__`
    pub const MODULE: usize = 3;
    pub const BOUND: usize = 4;
    pub const EVALUATE_BOUND: usize = 5;
    pub const CONSTRAINTS: usize = 6;
    pub const EVALUATE_CONSTRAINTS: usize = 7;
}
/// Raw offset of the variance bits.
const VARIANCE: usize = 0;
const COVARIANT: u64 = 1;
const CONTRAVARIANT: u64 = 2;
const INFERRED: u64 = 4;
/// `annotationlib.Format.VALUE`, the argument of the functions that give bounds and values.
const FORMAT_VALUE: Value = Value::small_int_unchecked(1);

/// Type variable.
#[pyclass(id = TypeVariable, name = "TypeVar", module = "typing", slots = 8, raw = 8, flags(HAS_DICT))]
pub struct TypeVariable(ObjectRef);

/// Parameter specification variable.
#[pyclass(id = ParameterSpecification, name = "ParamSpec", module = "typing", slots = 6, raw = 8, flags(HAS_DICT))]
pub struct ParameterSpecification(ObjectRef);

/// The args for a ParamSpec object.
#[pyclass(id = ParameterSpecificationArguments, name = "ParamSpecArgs", module = "typing", slots = 1)]
pub struct ParameterSpecificationArguments(ObjectRef);

/// The kwargs for a ParamSpec object.
#[pyclass(id = ParameterSpecificationKeywords, name = "ParamSpecKwargs", module = "typing", slots = 1)]
pub struct ParameterSpecificationKeywords(ObjectRef);

/// Type variable tuple.
#[pyclass(id = TypeVariableTuple, name = "TypeVarTuple", module = "typing", slots = 4, flags(HAS_DICT))]
pub struct TypeVariableTuple(ObjectRef);

/// Type alias.
#[pyclass(id = TypeAlias, name = "TypeAliasType", module = "typing", slots = 5)]
pub struct TypeAlias(ObjectRef);

const ALIAS_NAME: usize = 0;
const ALIAS_PARAMETERS: usize = 1;
const ALIAS_VALUE: usize = 2;
const ALIAS_EVALUATE: usize = 3;
const ALIAS_MODULE: usize = 4;

/// The type of the NoDefault singleton.
#[pyclass(id = NoDefaultType, name = "NoDefaultType", module = "typing")]
pub struct NoDefault(ObjectRef);

/// Abstract base class for generic types.
#[pyclass(id = Generic, layout = Object, name = "Generic", module = "typing", flags(SUBCLASSABLE, NO_WEAK_REFERENCES))]
pub struct Generic;

fn new_of<T: NativeType>(cx: &Context) -> PyResult<ObjectRef> {
    let class = cx.build_on_demand(T::CLASS)?;
    allocate_of_class(cx, class)
}

/// `typing.NoDefault`
///
/// # Errors
/// MemoryError.
pub fn no_default(cx: &Context) -> PyResult<Value> {
    if let Some(value) = cx.root(Root::NoDefault) {
        return Ok(value);
    }
    let made = Value::from(new_of::<NoDefault>(cx)?);
    cx.set_root(Root::NoDefault, Some(made));
    // Another thread may have been first; both then use what stands there.
    Ok(cx.root(Root::NoDefault).unwrap_or(made))
}

/// `__name__` of the module of the innermost Python frame.
fn calling_module(cx: &Context) -> PyResult<Option<Value>> {
    let frame = frame_object::current(cx)?.and_then(frame_object::FrameObject::from_value);
    match frame.and_then(|frame| frame.globals()) {
        Some(globals) => globals.get_str(cx, cx.name(Name::__name__)),
        None => Ok(None),
    }
}

fn typing_function(cx: &Context, name: &str) -> PyResult<Value> {
    let typing = cx.import_module("typing")?;
    cx.get_attribute(typing, cx.intern_str(name)?)
}

fn call_typing(cx: &Context, name: &str, arguments: &[Value]) -> PyResult<Value> {
    let function = typing_function(cx, name)?;
    cx.call(function, arguments)
}

/// The value in a slot, or what the function in another one gives, or the fallback.
fn evaluated(
    cx: &Context,
    object: ObjectRef,
    value_slot: usize,
    function_slot: usize,
    fallback: impl FnOnce() -> PyResult<Value>,
) -> PyResult<Value> {
    if let Some(value) = object.value(value_slot) {
        return Ok(value);
    }
    match object.value(function_slot) {
        Some(function) => {
            let value = cx.call(function, &[FORMAT_VALUE])?;
            cx.store(object, value_slot, value);
            Ok(value)
        }
        None => fallback(),
    }
}

fn default_of(cx: &Context, object: ObjectRef) -> PyResult<Value> {
    evaluated(cx, object, slot::DEFAULT, slot::EVALUATE_DEFAULT, || no_default(cx))
}

fn has_default(cx: &Context, object: ObjectRef) -> PyResult<bool> {
    if object.value(slot::EVALUATE_DEFAULT).is_some() {
        return Ok(true);
    }
    match object.value(slot::DEFAULT) {
        Some(default) => Ok(!default.is(no_default(cx)?)),
        None => Ok(false),
    }
}

fn name_value(object: ObjectRef) -> Value {
    object.value(slot::NAME).unwrap_or(Value::NONE)
}

/// `def __repr__` of parameters: the name behind the sign of its variance.
fn parameter_text(cx: &Context, object: ObjectRef) -> PyResult<Value> {
    let name = cx.str_of(name_value(object))?;
    let sign = match object.raw_u64(VARIANCE) {
        bits if bits & INFERRED != 0 => return Ok(name.as_value()),
        bits if bits & COVARIANT != 0 => "+",
        bits if bits & CONTRAVARIANT != 0 => "-",
        _ => "~",
    };
    cx.str_format(format_args!("{sign}{name}"))
}

fn variance_bits(cx: &Context, covariant: bool, contravariant: bool, inferred: bool) -> PyResult<u64> {
    if covariant && contravariant {
        return Err(cx.value_error(format_args!("Bivariant types are not supported.")));
    }
    if inferred && (covariant || contravariant) {
        return Err(cx.value_error(format_args!("Variance cannot be specified with infer_variance.")));
    }
    let bit = |set: bool, bit: u64| if set { bit } else { 0 };
    Ok(bit(covariant, COVARIANT) | bit(contravariant, CONTRAVARIANT) | bit(inferred, INFERRED))
}

/// A type variable made by syntax: the bound and the constraints are functions that give them.
///
/// # Errors
/// MemoryError.
pub fn type_variable(
    cx: &Context,
    name: Value,
    bound: Option<Value>,
    constraints: Option<Value>,
) -> PyResult<Value> {
    let object = new_of::<TypeVariable>(cx)?;
    cx.store(object, slot::NAME, name);
    cx.store_optional(object, slot::EVALUATE_BOUND, bound);
    cx.store_optional(object, slot::EVALUATE_CONSTRAINTS, constraints);
    cx.store_optional(object, slot::MODULE, calling_module(cx)?);
    object.raw_store_u64(VARIANCE, INFERRED);
    Ok(Value::from(object))
}

/// A parameter specification made by syntax.
///
/// # Errors
/// MemoryError.
pub fn parameter_specification(cx: &Context, name: Value) -> PyResult<Value> {
    let object = new_of::<ParameterSpecification>(cx)?;
    cx.store(object, slot::NAME, name);
    cx.store_optional(object, slot::MODULE, calling_module(cx)?);
    object.raw_store_u64(VARIANCE, INFERRED);
    Ok(Value::from(object))
}

/// A type variable tuple made by syntax.
///
/// # Errors
/// MemoryError.
pub fn type_variable_tuple(cx: &Context, name: Value) -> PyResult<Value> {
    let object = new_of::<TypeVariableTuple>(cx)?;
    cx.store(object, slot::NAME, name);
    cx.store_optional(object, slot::MODULE, calling_module(cx)?);
    Ok(Value::from(object))
}

/// Gives a type parameter made by syntax the function that gives its default; the result is the parameter.
///
/// # Errors
/// SystemError if it is no type parameter.
pub fn set_default(cx: &Context, parameter: Value, function: Value) -> PyResult<Value> {
    match parameter.as_object() {
        Some(object) if is_type_parameter(parameter) => {
            cx.store(object, slot::EVALUATE_DEFAULT, function);
            Ok(parameter)
        }
        _ => Err(cx.raise(ExceptionClass::SystemError, format_args!("a type parameter was expected"))),
    }
}

fn is_type_parameter(value: Value) -> bool {
    TypeVariable::from_value(value).is_some()
        || ParameterSpecification::from_value(value).is_some()
        || TypeVariableTuple::from_value(value).is_some()
}

/// A `type` statement: name, tuple of parameters or None, and the function that gives the value.
///
/// # Errors
/// MemoryError.
pub fn type_alias(cx: &Context, name: Value, parameters: Value, function: Value) -> PyResult<Value> {
    let object = new_of::<TypeAlias>(cx)?;
    cx.store(object, ALIAS_NAME, name);
    cx.store_optional(object, ALIAS_PARAMETERS, Some(parameters).filter(|parameters| !parameters.is_none()));
    cx.store(object, ALIAS_EVALUATE, function);
    cx.store_optional(object, ALIAS_MODULE, calling_module(cx)?);
    Ok(Value::from(object))
}

/// `Generic[...]` of the parameters of a class statement.
///
/// # Errors
/// What `typing` raises.
pub fn subscript_generic(cx: &Context, parameters: Value) -> PyResult<Value> {
    let mut unpacked = cx.scratch();
    if let Some(parameters) = Tuple::from_value(parameters) {
        for parameter in parameters.iter() {
            unpacked.push(match TypeVariableTuple::from_value(parameter) {
                Some(_) => unpack(cx, parameter)?,
                None => parameter,
            });
        }
    }
    let parameters = cx.tuple(unpacked.as_slice())?;
    let generic = cx.build_on_demand(<Generic as NativeType>::CLASS)?;
    call_typing(cx, "_GenericAlias", &[generic.as_value(), parameters])
}

fn unpack(cx: &Context, parameter: Value) -> PyResult<Value> {
    let unpack = typing_function(cx, "Unpack")?;
    cx.get_item(unpack, parameter)
}

/// What a bound must be.
fn checked_type(cx: &Context, value: Value, text: &str) -> PyResult<Value> {
    if value.is_none() {
        return Ok(cx.class(crate::kind::Kind::NoneType));
    }
    let text = cx.str(text)?;
    call_typing(cx, "_type_check", &[value, text])
}

#[pymethods]
impl TypeVariable {
    #[pynew(
        signature = "(name, *constraints, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False)"
    )]
    fn new(
        cx: &Context,
        class: Value,
        name: Str,
        constraints: &[Value],
        bound: Option<Value>,
        default: Option<Value>,
        covariant: bool,
        contravariant: bool,
        infer_variance: bool,
    ) -> PyResult<Value> {
        let _ = class;
        let bits = variance_bits(cx, covariant, contravariant, infer_variance)?;
        let bound = match bound.filter(|bound| !bound.is_none()) {
            Some(bound) => Some(checked_type(cx, bound, "Bound must be a type.")?),
            None => None,
        };
        if constraints.len() == 1 {
            return Err(cx.type_error(format_args!("A single constraint is not allowed")));
        }
        if !constraints.is_empty() && bound.is_some() {
            return Err(cx.type_error(format_args!("Constraints cannot be combined with bound=...")));
        }
        let constraints = cx.tuple(constraints)?;
        let object = new_of::<TypeVariable>(cx)?;
        cx.store(object, slot::NAME, name.as_value());
        cx.store_optional(object, slot::BOUND, bound);
        cx.store(object, slot::CONSTRAINTS, constraints);
        cx.store_optional(object, slot::DEFAULT, default);
        cx.store_optional(object, slot::MODULE, calling_module(cx)?);
        object.raw_store_u64(VARIANCE, bits);
        Ok(Value::from(object))
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: TypeVariable) -> PyResult<Value> {
        parameter_text(cx, this.0)
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(this: TypeVariable) -> Value {
        name_value(this.0)
    }

    #[pymethod(name = "__or__")]
    fn or(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        union_of(cx, this, value)
    }

    #[pymethod(name = "__ror__")]
    fn reflected_or(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        union_of(cx, value, this)
    }

    #[pymethod(name = "__mro_entries__")]
    fn mro_entries(cx: &Context, this: TypeVariable, bases: Value) -> PyResult<Value> {
        let _ = (this, bases);
        Err(cx.type_error(format_args!("Cannot subclass an instance of TypeVar")))
    }

    #[pymethod(name = "__typing_subst__")]
    fn substitute(cx: &Context, this: Value, arg: Value) -> PyResult<Value> {
        call_typing(cx, "_typevar_subst", &[this, arg])
    }

    #[pymethod(name = "__typing_prepare_subst__")]
    fn prepare_substitution(cx: &Context, this: Value, alias: Value, args: Value) -> PyResult<Value> {
        prepare_with_default(cx, this, alias, args)
    }

    #[pymethod]
    fn has_default(cx: &Context, this: TypeVariable) -> PyResult<bool> {
        has_default(cx, this.0)
    }

    #[pygetter(name = "__name__")]
    fn name(this: TypeVariable) -> Value {
        name_value(this.0)
    }

    #[pygetter(name = "__module__")]
    fn module(this: TypeVariable) -> Option<Value> {
        this.0.value(slot::MODULE)
    }

    #[pygetter(name = "__bound__")]
    fn bound(cx: &Context, this: TypeVariable) -> PyResult<Value> {
        evaluated(cx, this.0, slot::BOUND, slot::EVALUATE_BOUND, || Ok(Value::NONE))
    }

    #[pygetter(name = "__constraints__")]
    fn constraints(cx: &Context, this: TypeVariable) -> PyResult<Value> {
        evaluated(cx, this.0, slot::CONSTRAINTS, slot::EVALUATE_CONSTRAINTS, || {
            Ok(cx.empty_tuple().as_value())
        })
    }

    #[pygetter(name = "__default__")]
    fn default(cx: &Context, this: TypeVariable) -> PyResult<Value> {
        default_of(cx, this.0)
    }

    #[pygetter]
    fn evaluate_bound(this: TypeVariable) -> Option<Value> {
        this.0.value(slot::EVALUATE_BOUND)
    }

    #[pygetter]
    fn evaluate_constraints(this: TypeVariable) -> Option<Value> {
        this.0.value(slot::EVALUATE_CONSTRAINTS)
    }

    #[pygetter]
    fn evaluate_default(this: TypeVariable) -> Option<Value> {
        this.0.value(slot::EVALUATE_DEFAULT)
    }

    #[pygetter(name = "__covariant__")]
    fn covariant(this: TypeVariable) -> bool {
        this.0.raw_u64(VARIANCE) & COVARIANT != 0
    }

    #[pygetter(name = "__contravariant__")]
    fn contravariant(this: TypeVariable) -> bool {
        this.0.raw_u64(VARIANCE) & CONTRAVARIANT != 0
    }

    #[pygetter(name = "__infer_variance__")]
    fn infer_variance(this: TypeVariable) -> bool {
        this.0.raw_u64(VARIANCE) & INFERRED != 0
    }
}

/// Arguments of a generic with the default of a parameter that got none.
fn prepare_with_default(cx: &Context, parameter: Value, alias: Value, arguments: Value) -> PyResult<Value> {
    let parameters = cx.get_attribute_name(alias, Name::__parameters__)?;
    let position = match Tuple::from_value(parameters) {
        Some(parameters) => parameters.iter().position(|other| other.is(parameter)),
        None => None,
    };
    let (Some(position), Some(given)) = (position, Tuple::from_value(arguments)) else {
        return Ok(arguments);
    };
    if position < given.len() {
        return Ok(arguments);
    }
    if position == given.len()
        && let Some(object) = parameter.as_object()
        && has_default(cx, object)?
    {
        let mut extended = cx.scratch();
        extended.extend_from_slice(given.as_slice());
        extended.push(default_of(cx, object)?);
        return cx.tuple(extended.as_slice());
    }
    let count = Tuple::from_value(parameters).map_or(0, Tuple::len);
    Err(cx.type_error(format_args!(
        "Too few arguments for {}; actual {}, expected {count}",
        cx.repr_lossy(alias),
        given.len()
    )))
}

#[pymethods]
impl ParameterSpecification {
    #[pynew(
        signature = "(name, *, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False)"
    )]
    fn new(
        cx: &Context,
        class: Value,
        name: Str,
        bound: Option<Value>,
        default: Option<Value>,
        covariant: bool,
        contravariant: bool,
        infer_variance: bool,
    ) -> PyResult<Value> {
        let _ = class;
        let bits = variance_bits(cx, covariant, contravariant, infer_variance)?;
        let bound = match bound.filter(|bound| !bound.is_none()) {
            Some(bound) => Some(checked_type(cx, bound, "Bound must be a type.")?),
            None => None,
        };
        let object = new_of::<ParameterSpecification>(cx)?;
        cx.store(object, slot::NAME, name.as_value());
        cx.store_optional(object, slot::BOUND, bound);
        cx.store_optional(object, slot::DEFAULT, default);
        cx.store_optional(object, slot::MODULE, calling_module(cx)?);
        object.raw_store_u64(VARIANCE, bits);
        Ok(Value::from(object))
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: ParameterSpecification) -> PyResult<Value> {
        parameter_text(cx, this.0)
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(this: ParameterSpecification) -> Value {
        name_value(this.0)
    }

    #[pymethod(name = "__or__")]
    fn or(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        union_of(cx, this, value)
    }

    #[pymethod(name = "__ror__")]
    fn reflected_or(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        union_of(cx, value, this)
    }

    #[pymethod(name = "__mro_entries__")]
    fn mro_entries(cx: &Context, this: ParameterSpecification, bases: Value) -> PyResult<Value> {
        let _ = (this, bases);
        Err(cx.type_error(format_args!("Cannot subclass an instance of ParamSpec")))
    }

    #[pymethod(name = "__typing_subst__")]
    fn substitute(cx: &Context, this: Value, arg: Value) -> PyResult<Value> {
        call_typing(cx, "_paramspec_subst", &[this, arg])
    }

    #[pymethod(name = "__typing_prepare_subst__")]
    fn prepare_substitution(cx: &Context, this: Value, alias: Value, args: Value) -> PyResult<Value> {
        call_typing(cx, "_paramspec_prepare_subst", &[this, alias, args])
    }

    #[pymethod]
    fn has_default(cx: &Context, this: ParameterSpecification) -> PyResult<bool> {
        has_default(cx, this.0)
    }

    /// Represents positional arguments.
    #[pygetter]
    fn args(cx: &Context, this: ParameterSpecification) -> PyResult<Value> {
        let object = new_of::<ParameterSpecificationArguments>(cx)?;
        cx.store(object, 0, this.as_value());
        Ok(Value::from(object))
    }

    /// Represents keyword arguments.
    #[pygetter]
    fn kwargs(cx: &Context, this: ParameterSpecification) -> PyResult<Value> {
        let object = new_of::<ParameterSpecificationKeywords>(cx)?;
        cx.store(object, 0, this.as_value());
        Ok(Value::from(object))
    }

    #[pygetter(name = "__name__")]
    fn name(this: ParameterSpecification) -> Value {
        name_value(this.0)
    }

    #[pygetter(name = "__module__")]
    fn module(this: ParameterSpecification) -> Option<Value> {
        this.0.value(slot::MODULE)
    }

    #[pygetter(name = "__bound__")]
    fn bound(this: ParameterSpecification) -> Option<Value> {
        this.0.value(slot::BOUND)
    }

    #[pygetter(name = "__default__")]
    fn default(cx: &Context, this: ParameterSpecification) -> PyResult<Value> {
        default_of(cx, this.0)
    }

    #[pygetter]
    fn evaluate_default(this: ParameterSpecification) -> Option<Value> {
        this.0.value(slot::EVALUATE_DEFAULT)
    }

    #[pygetter(name = "__covariant__")]
    fn covariant(this: ParameterSpecification) -> bool {
        this.0.raw_u64(VARIANCE) & COVARIANT != 0
    }

    #[pygetter(name = "__contravariant__")]
    fn contravariant(this: ParameterSpecification) -> bool {
        this.0.raw_u64(VARIANCE) & CONTRAVARIANT != 0
    }

    #[pygetter(name = "__infer_variance__")]
    fn infer_variance(this: ParameterSpecification) -> bool {
        this.0.raw_u64(VARIANCE) & INFERRED != 0
    }
}

/// `P.args` and `P.kwargs` as text.
fn component_text(cx: &Context, object: ObjectRef, name: &str) -> PyResult<Value> {
    let origin = object.value(0).unwrap_or(Value::NONE);
    match ParameterSpecification::from_value(origin) {
        Some(origin) => {
            let origin_name = cx.str_of(name_value(origin.0))?;
            cx.str_format(format_args!("{origin_name}.{name}"))
        }
        None => {
            let origin = cx.repr(origin)?;
            cx.str_format(format_args!("{origin}.{name}"))
        }
    }
}

fn same_component(cx: &Context, left: ObjectRef, right: Option<ObjectRef>) -> PyResult<Value> {
    match right {
        Some(right) => {
            let origin = |object: ObjectRef| object.value(0).unwrap_or(Value::NONE);
            Ok(Value::from_bool(cx.equal(origin(left), origin(right))?))
        }
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

#[pymethods]
impl ParameterSpecificationArguments {
    #[pynew(signature = "(origin)")]
    fn new(cx: &Context, class: Value, origin: Value) -> PyResult<Value> {
        let _ = class;
        let object = new_of::<ParameterSpecificationArguments>(cx)?;
        cx.store(object, 0, origin);
        Ok(Value::from(object))
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: ParameterSpecificationArguments) -> PyResult<Value> {
        component_text(cx, this.0, "args")
    }

    /// Return self==value.
    #[pymethod(name = "__eq__")]
    fn equal(cx: &Context, this: ParameterSpecificationArguments, value: Value) -> PyResult<Value> {
        same_component(cx, this.0, ParameterSpecificationArguments::from_value(value).map(|other| other.0))
    }

    #[pymethod(name = "__mro_entries__")]
    fn mro_entries(cx: &Context, this: ParameterSpecificationArguments, bases: Value) -> PyResult<Value> {
        let _ = (this, bases);
        Err(cx.type_error(format_args!("Cannot subclass an instance of ParamSpecArgs")))
    }

    #[pygetter(name = "__origin__")]
    fn origin(this: ParameterSpecificationArguments) -> Option<Value> {
        this.0.value(0)
    }
}

#[pymethods]
impl ParameterSpecificationKeywords {
    #[pynew(signature = "(origin)")]
    fn new(cx: &Context, class: Value, origin: Value) -> PyResult<Value> {
        let _ = class;
        let object = new_of::<ParameterSpecificationKeywords>(cx)?;
        cx.store(object, 0, origin);
        Ok(Value::from(object))
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: ParameterSpecificationKeywords) -> PyResult<Value> {
        component_text(cx, this.0, "kwargs")
    }

    /// Return self==value.
    #[pymethod(name = "__eq__")]
    fn equal(cx: &Context, this: ParameterSpecificationKeywords, value: Value) -> PyResult<Value> {
        same_component(cx, this.0, ParameterSpecificationKeywords::from_value(value).map(|other| other.0))
    }

    #[pymethod(name = "__mro_entries__")]
    fn mro_entries(cx: &Context, this: ParameterSpecificationKeywords, bases: Value) -> PyResult<Value> {
        let _ = (this, bases);
        Err(cx.type_error(format_args!("Cannot subclass an instance of ParamSpecKwargs")))
    }

    #[pygetter(name = "__origin__")]
    fn origin(this: ParameterSpecificationKeywords) -> Option<Value> {
        this.0.value(0)
    }
}

#[pymethods]
impl TypeVariableTuple {
    #[pynew(signature = "(name, *, default=NoDefault)")]
    fn new(cx: &Context, class: Value, name: Str, default: Option<Value>) -> PyResult<Value> {
        let _ = class;
        let object = new_of::<TypeVariableTuple>(cx)?;
        cx.store(object, slot::NAME, name.as_value());
        cx.store_optional(object, slot::DEFAULT, default);
        cx.store_optional(object, slot::MODULE, calling_module(cx)?);
        Ok(Value::from(object))
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(this: TypeVariableTuple) -> Value {
        name_value(this.0)
    }

    /// Implement iter(self).
    #[pymethod(name = "__iter__")]
    fn iterate(cx: &Context, this: TypeVariableTuple) -> PyResult<Value> {
        let unpacked = unpack(cx, this.as_value())?;
        let one = cx.tuple(&[unpacked])?;
        cx.iterator_object(one)
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(this: TypeVariableTuple) -> Value {
        name_value(this.0)
    }

    #[pymethod(name = "__mro_entries__")]
    fn mro_entries(cx: &Context, this: TypeVariableTuple, bases: Value) -> PyResult<Value> {
        let _ = (this, bases);
        Err(cx.type_error(format_args!("Cannot subclass an instance of TypeVarTuple")))
    }

    #[pymethod(name = "__typing_subst__")]
    fn substitute(cx: &Context, this: TypeVariableTuple, arg: Value) -> PyResult<Value> {
        let _ = (this, arg);
        Err(cx.type_error(format_args!("Substitution of bare TypeVarTuple is not supported")))
    }

    #[pymethod(name = "__typing_prepare_subst__")]
    fn prepare_substitution(cx: &Context, this: Value, alias: Value, args: Value) -> PyResult<Value> {
        call_typing(cx, "_typevartuple_prepare_subst", &[this, alias, args])
    }

    #[pymethod]
    fn has_default(cx: &Context, this: TypeVariableTuple) -> PyResult<bool> {
        has_default(cx, this.0)
    }

    #[pygetter(name = "__name__")]
    fn name(this: TypeVariableTuple) -> Value {
        name_value(this.0)
    }

    #[pygetter(name = "__module__")]
    fn module(this: TypeVariableTuple) -> Option<Value> {
        this.0.value(slot::MODULE)
    }

    #[pygetter(name = "__default__")]
    fn default(cx: &Context, this: TypeVariableTuple) -> PyResult<Value> {
        default_of(cx, this.0)
    }

    #[pygetter]
    fn evaluate_default(this: TypeVariableTuple) -> Option<Value> {
        this.0.value(slot::EVALUATE_DEFAULT)
    }
}

#[pymethods]
impl TypeAlias {
    #[pynew(signature = "(name, value, *, type_params=())")]
    fn new(
        cx: &Context,
        class: Value,
        name: Str,
        value: Value,
        type_params: Option<Value>,
    ) -> PyResult<Value> {
        let _ = class;
        let parameters = match type_params {
            Some(parameters) if Tuple::from_value(parameters).is_none() => {
                return Err(cx.type_error(format_args!("type_params must be a tuple")));
            }
            other => other
                .filter(|parameters| Tuple::from_value(*parameters).is_some_and(|tuple| !tuple.is_empty())),
        };
        let object = new_of::<TypeAlias>(cx)?;
        cx.store(object, ALIAS_NAME, name.as_value());
        cx.store_optional(object, ALIAS_PARAMETERS, parameters);
        cx.store(object, ALIAS_VALUE, value);
        cx.store_optional(object, ALIAS_MODULE, calling_module(cx)?);
        Ok(Value::from(object))
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(this: TypeAlias) -> Value {
        this.0.value(ALIAS_NAME).unwrap_or(Value::NONE)
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(this: TypeAlias) -> Value {
        this.0.value(ALIAS_NAME).unwrap_or(Value::NONE)
    }

    #[pymethod(name = "__or__")]
    fn or(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        union_of(cx, this, value)
    }

    #[pymethod(name = "__ror__")]
    fn reflected_or(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        union_of(cx, value, this)
    }

    /// Return self[key].
    #[pymethod(name = "__getitem__")]
    fn get_item(cx: &Context, this: TypeAlias, key: Value) -> PyResult<Value> {
        if this.0.value(ALIAS_PARAMETERS).is_none() {
            return Err(cx.type_error(format_args!("Only generic type aliases are subscriptable")));
        }
        cx.generic_alias(this.as_value(), key)
    }

    /// Implement iter(self).
    #[pymethod(name = "__iter__")]
    fn iterate(cx: &Context, this: TypeAlias) -> PyResult<Value> {
        let unpacked = unpack(cx, this.as_value())?;
        let one = cx.tuple(&[unpacked])?;
        cx.iterator_object(one)
    }

    #[pygetter(name = "__name__")]
    fn name(this: TypeAlias) -> Option<Value> {
        this.0.value(ALIAS_NAME)
    }

    #[pygetter(name = "__module__")]
    fn module(this: TypeAlias) -> Option<Value> {
        this.0.value(ALIAS_MODULE)
    }

    #[pygetter(name = "__value__")]
    fn value(cx: &Context, this: TypeAlias) -> PyResult<Value> {
        evaluated(cx, this.0, ALIAS_VALUE, ALIAS_EVALUATE, || Ok(Value::NONE))
    }

    #[pygetter]
    fn evaluate_value(this: TypeAlias) -> Option<Value> {
        this.0.value(ALIAS_EVALUATE)
    }

    #[pygetter(name = "__type_params__")]
    fn type_parameters(cx: &Context, this: TypeAlias) -> Value {
        this.0.value(ALIAS_PARAMETERS).unwrap_or_else(|| cx.empty_tuple().as_value())
    }

    #[pygetter(name = "__parameters__")]
    fn parameters(cx: &Context, this: TypeAlias) -> PyResult<Value> {
        let mut unpacked = cx.scratch();
        if let Some(parameters) = this.0.value(ALIAS_PARAMETERS).and_then(Tuple::from_value) {
            for parameter in parameters.iter() {
                unpacked.push(match TypeVariableTuple::from_value(parameter) {
                    Some(_) => unpack(cx, parameter)?,
                    None => parameter,
                });
            }
        }
        cx.tuple(unpacked.as_slice())
    }
}

#[pymethods]
impl NoDefault {
    #[pynew]
    fn new(cx: &Context, class: Value) -> PyResult<Value> {
        let _ = class;
        no_default(cx)
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: NoDefault) -> PyResult<Value> {
        let _ = this;
        cx.str("typing.NoDefault")
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: NoDefault) -> PyResult<Value> {
        let _ = this;
        cx.str("NoDefault")
    }
}

#[pymethods]
impl Generic {
    /// Parameterizes a generic class.
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let function = typing_function(cx, "_generic_class_getitem")?;
        cx.with_receiver(class, arguments, |arguments| cx.call_with(function, arguments))
    }

    /// Function to initialize subclasses.
    #[pyclassmethod(signature = "($type, /, *args, **kwargs)")]
    fn __init_subclass__(
        cx: &Context,
        class: Value,
        args: &[Value],
        kwargs: Keywords<'_>,
    ) -> PyResult<Value> {
        let function = typing_function(cx, "_generic_init_subclass")?;
        let mut values = cx.scratch();
        values.push(class);
        values.extend_from_slice(args);
        values.extend_from_slice(kwargs.values());
        cx.call_with(function, Arguments { values: values.as_slice(), keyword_names: kwargs.names() })
    }
}
