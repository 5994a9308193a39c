//! `types.GenericAlias`: `list[int]`.
//!
//! Invariant: origin and arguments are set at creation; the parameters are worked out at first use. Attributes other than the alias's own
//! are those of the origin. Source: Objects/genericaliasobject.c, PEP 585, PEP 646.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::{Context, ScratchVector};
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::arguments::Arguments;
use crate::object_access::ObjectAccess;
use crate::types::class::Class;
use crate::types::list::List;
use crate::types::repr_builder::ReprBuilder;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

const ORIGIN: usize = 0;
const ARGUMENTS: usize = 1;
const PARAMETERS: usize = 2;
const SLOTS: u16 = 3;
const STARRED: usize = 0;
const RAW_BYTES: u16 = 8;

/// Represent a PEP 585 generic type
///
/// E.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).
#[pyclass(
    id = GenericAlias,
    name = "GenericAlias",
    module = "types",
    slots = SLOTS,
    raw = RAW_BYTES,
    flags(SUBCLASSABLE)
)]
pub struct GenericAlias(ObjectRef);

/// Attributes that the alias itself has; all others are the origin's.
const OWN_ATTRIBUTES: &[&str] = &[
    "__class__",
    "__origin__",
    "__args__",
    "__unpacked__",
    "__parameters__",
    "__typing_unpacked_tuple_args__",
    "__mro_entries__",
    "__reduce_ex__",
    "__reduce__",
    "__bases__",
    "__copy__",
    "__deepcopy__",
];

impl GenericAlias {
    /// `__origin__`
    pub fn origin(self) -> Value {
        self.0.value(ORIGIN).unwrap_or(Value::NONE)
    }

    /// `__args__`
    pub fn arguments(self, cx: &Context) -> Tuple {
        self.0.value(ARGUMENTS).and_then(Tuple::from_value).unwrap_or_else(|| cx.empty_tuple())
    }

    fn is_starred(self) -> bool {
        self.0.raw_u64(STARRED) != 0
    }

    /// `__parameters__`
    fn parameters(self, cx: &Context) -> PyResult<Tuple> {
        if let Some(known) = self.0.value(PARAMETERS).and_then(Tuple::from_value) {
            return Ok(known);
        }
        let found = parameters_of(cx, self.arguments(cx).as_slice())?;
        cx.store(self.0, PARAMETERS, found.as_value());
        Ok(found)
    }
}

/// `__parameters__` of an object with this tuple of arguments.
///
/// # Errors
/// What attribute lookups raise.
pub fn collect_parameters(cx: &Context, arguments: Value) -> PyResult {
    let arguments = Tuple::expect(cx, arguments)?;
    Ok(parameters_of(cx, arguments.as_slice())?.as_value())
}

/// The tuple of arguments with the parameters replaced, for what is subscripted like an alias.
///
/// # Errors
/// As for [`substitute`].
pub fn substitute_parameters(
    cx: &Context,
    alias: Value,
    arguments: Value,
    parameters: Value,
    item: Value,
) -> PyResult {
    let (arguments, parameters) = (Tuple::expect(cx, arguments)?, Tuple::expect(cx, parameters)?);
    Ok(substitute(cx, alias, arguments, parameters, item)?.as_value())
}

fn lookup(cx: &Context, value: Value, name: &str) -> PyResult<Option<Value>> {
    let name = cx.intern_str(name)?;
    cx.find_attribute_or_none(value, name)
}

/// The type variables that occur in arguments, each once, in order.
///
/// # Errors
/// What attribute lookups raise.
pub fn parameters_of(cx: &Context, arguments: &[Value]) -> PyResult<Tuple> {
    let mut found = cx.scratch();
    gather_parameters(cx, arguments, &mut found)?;
    cx.new_tuple(found.as_slice())
}

fn add_once(found: &mut ScratchVector<'_>, value: Value) {
    if !found.as_slice().iter().any(|known| known.is(value)) {
        found.push(value);
    }
}

fn gather_parameters(cx: &Context, arguments: &[Value], found: &mut ScratchVector<'_>) -> PyResult<()> {
    for &argument in arguments {
        if Class::from_value(argument).is_some() {
            continue;
        }
        if let Some(nested) = nested_arguments(cx, argument)? {
            cx.recursive(|| gather_parameters(cx, nested.as_slice(), found))?;
            continue;
        }
        if lookup(cx, argument, "__typing_subst__")?.is_some() {
            add_once(found, argument);
            continue;
        }
        if let Some(inner) = lookup(cx, argument, "__parameters__")?.and_then(Tuple::from_value) {
            for parameter in inner.iter() {
                add_once(found, parameter);
            }
        }
    }
    Ok(())
}

/// The items of an argument that is a list or tuple of arguments itself.
fn nested_arguments(cx: &Context, argument: Value) -> PyResult<Option<ScratchVector<'_>>> {
    if Tuple::from_value(argument).is_some() || List::from_value(argument).is_some() {
        return cx.snapshot_of(argument);
    }
    Ok(None)
}

/// The item of a subscript with unpacked tuples put in their place.
fn unpack_item(cx: &Context, item: Value) -> PyResult {
    let mut values = cx.scratch();
    let single = [item];
    let items = Tuple::from_value(item);
    for &value in items.as_ref().map_or(&single[..], |items| items.as_slice()) {
        if Class::from_value(value).is_none()
            && let Some(unpacked) =
                lookup(cx, value, "__typing_unpacked_tuple_args__")?.and_then(Tuple::from_value)
        {
            let ends_open = unpacked.iter().last().is_some_and(|last| last.is(Value::ELLIPSIS));
            if !ends_open {
                values.extend_from_slice(unpacked.as_slice());
                continue;
            }
        }
        values.push(value);
    }
    cx.tuple(values.as_slice())
}

/// `alias[item]`: the arguments with the parameters replaced (`_Py_subs_parameters`).
///
/// # Errors
/// TypeError for a wrong number of items, and what substitution raises.
pub fn substitute(
    cx: &Context,
    alias: Value,
    arguments: Tuple,
    parameters: Tuple,
    item: Value,
) -> PyResult<Tuple> {
    if parameters.is_empty() {
        return Err(cx.type_error(format_args!("{} is not a generic class", cx.repr_lossy(alias))));
    }
    let mut item = unpack_item(cx, item)?;
    for parameter in parameters.iter() {
        if let Some(prepare) =
            lookup(cx, parameter, "__typing_prepare_subst__")?.filter(|found| !found.is_none())
        {
            item = cx.call(prepare, &[alias, item])?;
        }
    }
    let single = [item];
    let as_tuple = Tuple::from_value(item);
    let items = as_tuple.as_ref().map_or(&single[..], |items| items.as_slice());
    if items.len() != parameters.len() {
        return Err(cx.type_error(format_args!(
            "Too {} arguments for {}; actual {}, expected {}",
            if items.len() > parameters.len() { "many" } else { "few" },
            cx.repr_lossy(alias),
            items.len(),
            parameters.len()
        )));
    }
    let mut result = cx.scratch();
    for argument in arguments.iter() {
        substitute_one(cx, argument, parameters, items, &mut result)?;
    }
    cx.new_tuple(result.as_slice())
}

fn substitute_one(
    cx: &Context,
    argument: Value,
    parameters: Tuple,
    items: &[Value],
    result: &mut ScratchVector<'_>,
) -> PyResult<()> {
    if Class::from_value(argument).is_some() {
        result.push(argument);
        return Ok(());
    }
    if let Some(nested) = nested_arguments(cx, argument)? {
        let mut inner = cx.scratch();
        for &value in nested.as_slice() {
            cx.recursive(|| substitute_one(cx, value, parameters, items, &mut inner))?;
        }
        let made = if List::from_value(argument).is_some() {
            cx.list(inner.as_slice())?
        } else {
            cx.tuple(inner.as_slice())?
        };
        result.push(made);
        return Ok(());
    }
    let unpacked = match lookup(cx, argument, "__typing_is_unpacked_typevartuple__")? {
        Some(flag) => cx.is_true(flag)?,
        None => false,
    };
    let place_of = |parameter: Value| {
        let place = parameters.iter().position(|known| known.is(parameter));
        place.and_then(|place| items.get(place).copied())
    };
    let replaced = match lookup(cx, argument, "__typing_subst__")? {
        Some(method) if !method.is_none() => match place_of(argument) {
            Some(item) => cx.call(method, &[item])?,
            None => argument,
        },
        _ => substitute_inside(cx, argument, parameters, items)?,
    };
    match Tuple::from_value(replaced) {
        Some(values) if unpacked => result.extend_from_slice(values.as_slice()),
        _ => result.push(replaced),
    }
    Ok(())
}

/// `argument[...]` for an argument that has parameters of its own.
fn substitute_inside(cx: &Context, argument: Value, parameters: Tuple, items: &[Value]) -> PyResult {
    let inner = match lookup(cx, argument, "__parameters__")?.and_then(Tuple::from_value) {
        Some(inner) if !inner.is_empty() => inner,
        _ => return Ok(argument),
    };
    let mut values = cx.scratch();
    for parameter in inner.iter() {
        let place = parameters.iter().position(|known| known.is(parameter));
        let Some(item) = place.and_then(|place| items.get(place).copied()) else {
            values.push(parameter);
            continue;
        };
        // What a TypeVarTuple stands for is a tuple, to be spread.
        let many = lookup(cx, parameter, "__typing_prepare_subst__")?.is_some();
        match Tuple::from_value(item) {
            Some(spread) if many && is_type_variable_tuple(cx, parameter) => {
                values.extend_from_slice(spread.as_slice())
            }
            _ => values.push(item),
        }
    }
    let key = cx.tuple(values.as_slice())?;
    cx.get_item(argument, key)
}

fn is_type_variable_tuple(cx: &Context, parameter: Value) -> bool {
    cx.class_of(parameter).lookup_name(cx, Name::__iter__).is_some()
}

/// The text of an argument: a class by its name, anything else by its `repr` (`_Py_typing_type_repr`).
///
/// # Errors
/// What the `repr` raises.
pub fn push_type_repr(cx: &Context, text: &mut ReprBuilder, value: Value) -> PyResult<()> {
    if value.is(Value::ELLIPSIS) {
        text.push("...");
        return Ok(());
    }
    if value.is(cx.class(Kind::NoneType)) {
        text.push("None");
        return Ok(());
    }
    let is_alias = lookup(cx, value, "__origin__")?.is_some() && lookup(cx, value, "__args__")?.is_some();
    if !is_alias {
        let qualified =
            cx.find_attribute_or_none(value, cx.name(Name::__qualname__))?.and_then(Str::from_value);
        let module = cx.find_attribute_or_none(value, cx.name(Name::__module__))?;
        if let (Some(qualified), Some(module)) = (qualified, module)
            && !module.is_none()
        {
            if let Some(module) = Str::from_value(module).filter(|module| !module.equals_ascii("builtins")) {
                text.push_str(module);
                text.push(".");
            }
            text.push_str(qualified);
            return Ok(());
        }
    }
    text.push_repr(cx, value)
}

fn push_argument(cx: &Context, text: &mut ReprBuilder, argument: Value) -> PyResult<()> {
    // The parameters of a callable are a list.
    let Some(list) = List::from_value(argument) else { return push_type_repr(cx, text, argument) };
    text.push("[");
    for (index, &item) in list.snapshot(cx).as_slice().iter().enumerate() {
        if index > 0 {
            text.push(", ");
        }
        push_type_repr(cx, text, item)?;
    }
    text.push("]");
    Ok(())
}

#[pymethods]
impl GenericAlias {
    #[pynew]
    fn new(cx: &Context, class: Value, origin: Value, arguments: Value) -> PyResult {
        let class = Class::expect(cx, class)?;
        make(cx, class, origin, arguments, false)
    }

    /// Return getattr(self, name).
    #[pymethod]
    fn __getattribute__(cx: &Context, this: GenericAlias, name: Str) -> PyResult {
        let name = cx.intern(name)?;
        if OWN_ATTRIBUTES.iter().any(|own| name.equals_ascii(own)) {
            return cx.generic_get_attribute(this.as_value(), name);
        }
        cx.get_attribute(this.origin(), name)
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: GenericAlias) -> PyResult {
        let mut text = ReprBuilder::new(if this.is_starred() { "*" } else { "" });
        push_type_repr(cx, &mut text, this.origin())?;
        text.push("[");
        let arguments = this.arguments(cx);
        for (index, argument) in arguments.iter().enumerate() {
            if index > 0 {
                text.push(", ");
            }
            push_argument(cx, &mut text, argument)?;
        }
        if arguments.is_empty() {
            text.push("()");
        }
        text.push("]");
        text.finish(cx)
    }

    /// Return hash(self).
    #[pymethod]
    fn __hash__(cx: &Context, this: GenericAlias) -> PyResult<i64> {
        let origin = cx.hash(this.origin())?;
        let arguments = cx.hash(this.arguments(cx).as_value())?;
        Ok(match origin ^ arguments {
            -1 => -2,
            hash => hash,
        })
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: GenericAlias, value: Value) -> PyResult {
        let Some(other) = GenericAlias::from_value(value) else { return Ok(Value::NOT_IMPLEMENTED) };
        let equal = this.is_starred() == other.is_starred()
            && cx.equal(this.origin(), other.origin())?
            && cx.equal(this.arguments(cx).as_value(), other.arguments(cx).as_value())?;
        Ok(Value::from_bool(equal))
    }

    /// Call self as a function.
    #[pymethod]
    fn __call__(cx: &Context, this: GenericAlias, arguments: Arguments<'_>) -> PyResult {
        let made = cx.call_with(this.origin(), arguments)?;
        let name = cx.intern_str("__orig_class__")?;
        if let Err(raised) = cx.set_attribute(made, name, Some(this.as_value())) {
            let harmless = cx.pending_is(&raised, ExceptionClass::AttributeError)
                || cx.pending_is(&raised, ExceptionClass::TypeError);
            if !harmless {
                return Err(raised);
            }
            cx.take_exception(raised);
        }
        Ok(made)
    }

    /// Return self[key].
    #[pymethod]
    fn __getitem__(cx: &Context, this: GenericAlias, key: Value) -> PyResult {
        let parameters = this.parameters(cx)?;
        let arguments = substitute(cx, this.as_value(), this.arguments(cx), parameters, key)?;
        let class = cx.class_of(this.as_value());
        make(cx, class, this.origin(), arguments.as_value(), this.is_starred())
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: GenericAlias) -> PyResult {
        let class = cx.class_of(this.as_value());
        let starred = make(cx, class, this.origin(), this.arguments(cx).as_value(), true)?;
        let object = cx.allocate(Kind::GenericAliasIterator, 1, 0)?;
        cx.store(object, 0, starred);
        Ok(Value::from(object))
    }

    #[pymethod(signature = "($self, bases, /)")]
    fn __mro_entries__(cx: &Context, this: GenericAlias, bases: Value) -> PyResult {
        let _ = bases;
        cx.tuple(&[this.origin()])
    }

    #[pymethod(signature = "($self, instance, /)")]
    fn __instancecheck__(cx: &Context, this: GenericAlias, instance: Value) -> PyResult {
        let _ = (this, instance);
        Err(cx.type_error(format_args!("isinstance() argument 2 cannot be a parameterized generic")))
    }

    #[pymethod(signature = "($self, cls, /)")]
    fn __subclasscheck__(cx: &Context, this: GenericAlias, cls: Value) -> PyResult {
        let _ = (this, cls);
        Err(cx.type_error(format_args!("issubclass() argument 2 cannot be a parameterized generic")))
    }

    #[pymethod(signature = "($self, /)")]
    fn __reduce__(cx: &Context, this: GenericAlias) -> PyResult {
        if this.is_starred() {
            let class = cx.class_of(this.as_value());
            let plain = make(cx, class, this.origin(), this.arguments(cx).as_value(), false)?;
            let iterator = cx.iterator_object(plain)?;
            let arguments = cx.tuple(&[iterator])?;
            return cx.tuple(&[crate::types::iterator_state::builtin(cx, "next")?, arguments]);
        }
        let arguments = cx.tuple(&[this.origin(), this.arguments(cx).as_value()])?;
        cx.tuple(&[cx.class_of(this.as_value()).as_value(), arguments])
    }

    /// Return self|value.
    #[pymethod]
    fn __or__(cx: &Context, this: GenericAlias, value: Value) -> PyResult {
        crate::types::union::union_of(cx, this.as_value(), value)
    }

    /// Return value|self.
    #[pymethod]
    fn __ror__(cx: &Context, this: GenericAlias, value: Value) -> PyResult {
        crate::types::union::union_of(cx, value, this.as_value())
    }

    #[pygetter(name = "__origin__")]
    fn get_origin(this: GenericAlias) -> Value {
        this.origin()
    }

    #[pygetter(name = "__args__")]
    fn get_arguments(cx: &Context, this: GenericAlias) -> Tuple {
        this.arguments(cx)
    }

    /// Type variables in the GenericAlias.
    #[pygetter(name = "__parameters__")]
    fn get_parameters(cx: &Context, this: GenericAlias) -> PyResult<Tuple> {
        this.parameters(cx)
    }

    #[pygetter]
    fn __unpacked__(this: GenericAlias) -> bool {
        this.is_starred()
    }

    #[pygetter]
    fn __typing_unpacked_tuple_args__(cx: &Context, this: GenericAlias) -> PyResult {
        if this.is_starred() && this.origin().is(cx.class(Kind::Tuple)) {
            return Ok(this.arguments(cx).as_value());
        }
        Ok(Value::NONE)
    }
}

/// The iterator of `*tuple[int]`.
#[pyclass(id = GenericAliasIterator, name = "generic_alias_iterator", slots = 1, flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = "")]
pub struct GenericAliasIterator(ObjectRef);

#[pymethods]
impl GenericAliasIterator {
    #[pynext]
    fn next(cx: &Context, this: GenericAliasIterator) -> PyResult<Option<Value>> {
        let item = this.0.value(0);
        cx.clear(this.0, 0);
        Ok(item)
    }
}

fn make(cx: &Context, class: Class, origin: Value, arguments: Value, starred: bool) -> PyResult {
    let arguments = match Tuple::from_value(arguments) {
        Some(arguments) => arguments.as_value(),
        None => cx.tuple(&[arguments])?,
    };
    let object = crate::types::class::allocate_of_class(cx, class)?;
    cx.store(object, ORIGIN, origin);
    cx.store(object, ARGUMENTS, arguments);
    object.raw_store_u64(STARRED, starred as u64);
    Ok(Value::from(object))
}

impl Context {
    /// `types.GenericAlias(origin, arguments)`: what `__class_getitem__` of builtin classes returns.
    ///
    /// # Errors
    /// MemoryError.
    pub fn generic_alias(&self, origin: Value, arguments: Value) -> PyResult {
        match Class::from_value(self.class(Kind::GenericAlias)) {
            Some(class) => make(self, class, origin, arguments, false),
            None => {
                Err(self.raise(ExceptionClass::RuntimeError, format_args!("GenericAlias is not built yet")))
            }
        }
    }
}
