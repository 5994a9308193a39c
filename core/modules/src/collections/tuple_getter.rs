//! `_tuplegetter`: the attributes of named tuples.
//!
//! Invariant: slot 0 is the docstring; the raw word is the index. Source: Modules/_collectionsmodule.c.

use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::types::repr_builder::ReprBuilder;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, ExceptionClass, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

const DOC: usize = 0;
const INDEX: usize = 0;

/// The descriptor of a named tuple's field.
#[pyclass(
    id = TupleGetter,
    name = "_tuplegetter",
    module = "_collections",
    slots = 1,
    raw = 8,
    flags(NO_WEAK_REFERENCES),
    doc = ""
)]
pub struct TupleGetter(ObjectRef);

#[pymethods]
impl TupleGetter {
    #[pynew]
    fn new(cx: &Context, class: Value, index: i64, doc: Value) -> PyResult {
        let object = allocate_of_class(cx, Class::expect(cx, class)?)?;
        cx.store(object, DOC, doc);
        object.raw_store_u64(INDEX, index as u64);
        Ok(Value::from(object))
    }

    /// Return an attribute of instance, which is of type owner.
    #[pymethod(signature = "($self, instance, owner=None, /)")]
    fn __get__(cx: &Context, this: TupleGetter, instance: Value, owner: Option<Value>) -> PyResult {
        let _ = owner;
        let index = this.object().raw_u64(INDEX) as i64;
        if instance.is_none() {
            return Ok(this.as_value());
        }
        let Some(tuple) = Tuple::from_value(instance) else {
            return Err(cx.type_error(format_args!(
                "descriptor for index '{index}' for tuple subclasses doesn't apply to '{}' object",
                cx.type_name(instance)
            )));
        };
        match usize::try_from(index).ok().and_then(|index| tuple.get(index)) {
            Some(item) => Ok(item),
            None => Err(cx.index_error("tuple index out of range")),
        }
    }

    /// Set an attribute of instance to value.
    #[pymethod]
    fn __set__(cx: &Context, this: TupleGetter, instance: Value, value: Value) -> PyResult<()> {
        let _ = (this, instance, value);
        Err(cx.raise(ExceptionClass::AttributeError, format_args!("can't set attribute")))
    }

    /// Delete an attribute of instance.
    #[pymethod]
    fn __delete__(cx: &Context, this: TupleGetter, instance: Value) -> PyResult<()> {
        let _ = (this, instance);
        Err(cx.raise(ExceptionClass::AttributeError, format_args!("can't delete attribute")))
    }

    #[pygetter(name = "__doc__")]
    fn doc(this: TupleGetter) -> Value {
        this.object().value(DOC).unwrap_or(Value::NONE)
    }

    #[pysetter(name = "__doc__")]
    fn set_doc(cx: &Context, this: TupleGetter, value: Option<Value>) -> PyResult<()> {
        cx.store(this.object(), DOC, value.unwrap_or(Value::NONE));
        Ok(())
    }

    #[pymethod(signature = "($self, /)")]
    fn __reduce__(cx: &Context, this: TupleGetter) -> PyResult {
        let index = cx.int(this.object().raw_u64(INDEX) as i64)?;
        let doc = this.object().value(DOC).unwrap_or(Value::NONE);
        let arguments = cx.tuple(&[index, doc])?;
        cx.tuple(&[cx.class_of(this.as_value()).as_value(), arguments])
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: TupleGetter) -> PyResult {
        let mut text = ReprBuilder::new("_tuplegetter(");
        text.push_repr(cx, cx.int(this.object().raw_u64(INDEX) as i64)?)?;
        text.push(", ");
        text.push_repr(cx, this.object().value(DOC).unwrap_or(Value::NONE))?;
        text.push(")");
        text.finish(cx)
    }
}
