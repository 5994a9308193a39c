//! Template strings (PEP 750): `Template` and `Interpolation`.
//!
//! Invariant: a template has one string more than interpolations, all set when it is made. Source: Objects/templateobject.c,
//! Objects/interpolationobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::{Context, ScratchVector};
use crate::error::PyResult;
use crate::native::{Arguments, NativeType};
use crate::object_access::ObjectAccess;
use crate::types::class::allocate_of_class;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

const STRINGS: usize = 0;
const INTERPOLATIONS: usize = 1;

/// Template object
#[pyclass(id = Template, name = "Template", module = "string.templatelib", slots = 2)]
pub struct Template(ObjectRef);

const VALUE: usize = 0;
const EXPRESSION: usize = 1;
const CONVERSION: usize = 2;
const SPECIFICATION: usize = 3;

/// Interpolation object
#[pyclass(
    id = Interpolation, name = "Interpolation", module = "string.templatelib", slots = 4,
    signature = "(value, /, expression='', conversion=None, format_spec='')"
)]
pub struct Interpolation(ObjectRef);

const ITERATOR_TEMPLATE: usize = 0;
/// Raw offset of an iterator's position: even numbers are strings, odd ones interpolations.
const POSITION: usize = 0;

/// Template iterator object
#[pyclass(
    id = TemplateIterator, name = "TemplateIter", module = "string.templatelib", slots = 1, raw = 8, flags(NOT_INSTANTIABLE)
)]
pub struct TemplateIterator(ObjectRef);

/// An interpolation of a template string.
///
/// # Errors
/// MemoryError.
pub fn new_interpolation(
    cx: &Context,
    value: Value,
    expression: Value,
    conversion: Value,
    specification: Value,
) -> PyResult<Value> {
    let class = cx.build_on_demand(<Interpolation as NativeType>::CLASS)?;
    let object = allocate_of_class(cx, class)?;
    cx.store(object, VALUE, value);
    cx.store(object, EXPRESSION, expression);
    cx.store(object, CONVERSION, conversion);
    cx.store(object, SPECIFICATION, specification);
    Ok(Value::from(object))
}

/// A template of a tuple of strings and a tuple of interpolations.
///
/// # Errors
/// MemoryError.
pub fn new_template(cx: &Context, strings: Value, interpolations: Value) -> PyResult<Value> {
    let class = cx.build_on_demand(<Template as NativeType>::CLASS)?;
    let object = allocate_of_class(cx, class)?;
    cx.store(object, STRINGS, strings);
    cx.store(object, INTERPOLATIONS, interpolations);
    Ok(Value::from(object))
}

/// Adds a string to strings that alternate with interpolations: to the last one if no interpolation follows it.
fn push_string(
    cx: &Context,
    strings: &mut ScratchVector<'_>,
    interpolations: &ScratchVector<'_>,
    text: Value,
) -> PyResult<()> {
    if strings.len() > interpolations.len()
        && let (Some(last), Some(text)) = (strings.pop().and_then(Str::from_value), Str::from_value(text))
    {
        strings.push(cx.str_concat(last, text)?.as_value());
        return Ok(());
    }
    strings.push(text);
    Ok(())
}

impl Template {
    fn part(self, cx: &Context, slot: usize) -> Tuple {
        self.0.value(slot).and_then(Tuple::from_value).unwrap_or_else(|| cx.empty_tuple())
    }

    /// The two templates one after the other.
    fn joined(self, cx: &Context, other: Template) -> PyResult<Value> {
        let mut strings = cx.scratch();
        let mut interpolations = cx.scratch();
        for template in [self, other] {
            let own = template.part(cx, INTERPOLATIONS);
            for (index, text) in template.part(cx, STRINGS).iter().enumerate() {
                push_string(cx, &mut strings, &interpolations, text)?;
                if let Some(interpolation) = own.get(index) {
                    interpolations.push(interpolation);
                }
            }
        }
        let strings = cx.tuple(strings.as_slice())?;
        let interpolations = cx.tuple(interpolations.as_slice())?;
        new_template(cx, strings, interpolations)
    }
}

#[pymethods]
impl Template {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let _ = class;
        if arguments.keyword_count() > 0 {
            return Err(cx.type_error(format_args!("Template.__new__ only accepts *args arguments")));
        }
        let mut strings = cx.scratch();
        let mut interpolations = cx.scratch();
        for &part in arguments.positional() {
            if Str::from_value(part).is_some() {
                push_string(cx, &mut strings, &interpolations, part)?;
            } else if Interpolation::from_value(part).is_some() {
                if strings.len() == interpolations.len() {
                    strings.push(cx.empty_str().as_value());
                }
                interpolations.push(part);
            } else {
                return Err(cx.type_error(format_args!(
                    "Template.__new__ *args need to be of type 'str' or 'Interpolation', got {}",
                    cx.type_name(part)
                )));
            }
        }
        if strings.len() == interpolations.len() {
            strings.push(cx.empty_str().as_value());
        }
        let strings = cx.tuple(strings.as_slice())?;
        let interpolations = cx.tuple(interpolations.as_slice())?;
        new_template(cx, strings, interpolations)
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Template) -> PyResult<Value> {
        let strings = cx.repr(this.part(cx, STRINGS).as_value())?;
        let interpolations = cx.repr(this.part(cx, INTERPOLATIONS).as_value())?;
        cx.str_format(format_args!("Template(strings={strings}, interpolations={interpolations})"))
    }

    /// Implement iter(self).
    #[pymethod(name = "__iter__")]
    fn iterate(cx: &Context, this: Template) -> PyResult<Value> {
        let class = cx.build_on_demand(<TemplateIterator as NativeType>::CLASS)?;
        let object = allocate_of_class(cx, class)?;
        cx.store(object, ITERATOR_TEMPLATE, this.as_value());
        Ok(Value::from(object))
    }

    /// Return self+value.
    #[pymethod(name = "__add__")]
    fn add(cx: &Context, this: Template, value: Value) -> PyResult<Value> {
        match Template::from_value(value) {
            Some(other) => this.joined(cx, other),
            None => Err(cx.type_error(format_args!(
                "can only concatenate string.templatelib.Template (not \"{}\") to string.templatelib.Template",
                cx.type_name(value)
            ))),
        }
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: Template) -> PyResult<Value> {
        let module = cx.import_module("string.templatelib")?;
        let rebuild = cx.get_attribute(module, cx.intern_str("_template_unpickle")?)?;
        let arguments =
            cx.tuple(&[this.part(cx, STRINGS).as_value(), this.part(cx, INTERPOLATIONS).as_value()])?;
        cx.tuple(&[rebuild, arguments])
    }

    #[pygetter]
    fn strings(cx: &Context, this: Template) -> Tuple {
        this.part(cx, STRINGS)
    }

    #[pygetter]
    fn interpolations(cx: &Context, this: Template) -> Tuple {
        this.part(cx, INTERPOLATIONS)
    }

    /// Values of interpolations
    #[pygetter]
    fn values(cx: &Context, this: Template) -> PyResult<Value> {
        let mut values = cx.scratch();
        for interpolation in this.part(cx, INTERPOLATIONS).iter() {
            let value = interpolation.as_object().and_then(|object| object.value(VALUE));
            values.push(value.unwrap_or(Value::NONE));
        }
        cx.tuple(values.as_slice())
    }
}

#[pymethods]
impl TemplateIterator {
    #[pynext]
    fn next(cx: &Context, this: TemplateIterator) -> PyResult<Option<Value>> {
        let Some(template) = this.0.value(ITERATOR_TEMPLATE).and_then(Template::from_value) else {
            return Ok(None);
        };
        loop {
            let position = this.0.raw_u64(POSITION);
            let index = (position / 2) as usize;
            let slot = if position.is_multiple_of(2) { STRINGS } else { INTERPOLATIONS };
            let Some(part) = template.part(cx, slot).get(index) else { return Ok(None) };
            this.0.raw_store_u64(POSITION, position + 1);
            // Empty strings between interpolations are left out.
            if Str::from_value(part).is_none_or(|text| !text.is_empty()) {
                return Ok(Some(part));
            }
        }
    }
}

#[pymethods]
impl Interpolation {
    #[pynew(signature = "(value, /, expression='', conversion=None, format_spec='')")]
    fn new(
        cx: &Context,
        class: Value,
        value: Value,
        expression: Option<Value>,
        conversion: Option<Value>,
        format_spec: Option<Value>,
    ) -> PyResult<Value> {
        let _ = class;
        let empty = cx.empty_str().as_value();
        let expression = expression.unwrap_or(empty);
        let specification = format_spec.unwrap_or(empty);
        for (name, text) in [("expression", expression), ("format_spec", specification)] {
            if Str::from_value(text).is_none() {
                return Err(cx.type_error(format_args!(
                    "Interpolation() argument '{name}' must be str, not {}",
                    cx.type_name(text)
                )));
            }
        }
        let conversion = conversion.unwrap_or(Value::NONE);
        if !conversion.is_none() {
            let Some(text) = Str::from_value(conversion) else {
                return Err(cx.type_error(format_args!(
                    "Interpolation() argument 'conversion' must be str, not {}",
                    cx.type_name(conversion)
                )));
            };
            if !["s", "a", "r"].iter().any(|known| text.equals_ascii(known)) {
                return Err(cx.value_error(format_args!(
                    "Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'"
                )));
            }
        }
        new_interpolation(cx, value, expression, conversion, specification)
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Interpolation) -> PyResult<Value> {
        let member = |slot: usize| cx.repr(this.0.value(slot).unwrap_or(Value::NONE));
        let value = member(VALUE)?;
        let expression = member(EXPRESSION)?;
        let conversion = member(CONVERSION)?;
        let specification = member(SPECIFICATION)?;
        cx.str_format(format_args!("Interpolation({value}, {expression}, {conversion}, {specification})"))
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: Interpolation) -> PyResult<Value> {
        let mut members = cx.scratch();
        for slot in [VALUE, EXPRESSION, CONVERSION, SPECIFICATION] {
            members.push(this.0.value(slot).unwrap_or(Value::NONE));
        }
        let members = cx.tuple(members.as_slice())?;
        cx.tuple(&[cx.class_of(this.as_value()).as_value(), members])
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult<Value> {
        cx.generic_alias(class, object)
    }

    #[pygetter]
    fn value(this: Interpolation) -> Option<Value> {
        this.0.value(VALUE)
    }

    #[pygetter]
    fn expression(this: Interpolation) -> Option<Value> {
        this.0.value(EXPRESSION)
    }

    #[pygetter]
    fn conversion(this: Interpolation) -> Option<Value> {
        this.0.value(CONVERSION)
    }

    #[pygetter]
    fn format_spec(this: Interpolation) -> Option<Value> {
        this.0.value(SPECIFICATION)
    }
}
