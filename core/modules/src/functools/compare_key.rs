//! `cmp_to_key`.
//!
//! Invariant: slots are the comparison function and the object; the object is empty in what `cmp_to_key` returns, which makes keys when
//! it is called. Source: Modules/_functoolsmodule.c.

use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::protocol::comparison::CompareOperator;
use threadsnake_engine::{Context, ExceptionClass, Kind, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pyfunction, pymethods};

const FUNCTION: usize = 0;
const OBJECT: usize = 1;

/// What `cmp_to_key` makes, and its keys.
#[pyclass(
    id = CompareKey,
    name = "KeyWrapper",
    module = "functools",
    slots = 2,
    flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES),
    doc = ""
)]
pub struct CompareKey(ObjectRef);

fn compare(cx: &Context, operator: CompareOperator, this: CompareKey, other: Value) -> PyResult {
    let Some(other) = CompareKey::from_value(other) else {
        return Err(cx.type_error(format_args!("other argument must be K instance")));
    };
    let (Some(function), Some(left), Some(right)) =
        (this.object().value(FUNCTION), this.object().value(OBJECT), other.object().value(OBJECT))
    else {
        return Err(cx.raise(ExceptionClass::AttributeError, format_args!("object")));
    };
    let result = cx.call(function, &[left, right])?;
    cx.rich_compare(operator, result, Value::small_int_unchecked(0))
}

#[pymethods]
impl CompareKey {
    /// Call self as a function.
    #[pymethod(signature = "($self, /, obj)")]
    fn __call__(cx: &Context, this: CompareKey, obj: Value) -> PyResult {
        let key = cx.allocate(Kind::CompareKey, 2, 0)?;
        cx.store_optional(key, FUNCTION, this.object().value(FUNCTION));
        cx.store(key, OBJECT, obj);
        Ok(Value::from(key))
    }

    /// Value wrapped by a key function.
    #[pygetter]
    fn obj(cx: &Context, this: CompareKey) -> PyResult {
        match this.object().value(OBJECT) {
            Some(object) => Ok(object),
            None => Err(cx.raise(ExceptionClass::AttributeError, format_args!("object"))),
        }
    }

    #[pysetter]
    fn set_obj(cx: &Context, this: CompareKey, value: Option<Value>) -> PyResult<()> {
        cx.store_optional(this.object(), OBJECT, value);
        Ok(())
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(cx: &Context, this: CompareKey, value: Value) -> PyResult {
        compare(cx, CompareOperator::Less, this, value)
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(cx: &Context, this: CompareKey, value: Value) -> PyResult {
        compare(cx, CompareOperator::LessEqual, this, value)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: CompareKey, value: Value) -> PyResult {
        compare(cx, CompareOperator::Equal, this, value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: CompareKey, value: Value) -> PyResult {
        compare(cx, CompareOperator::NotEqual, this, value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(cx: &Context, this: CompareKey, value: Value) -> PyResult {
        compare(cx, CompareOperator::Greater, this, value)
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(cx: &Context, this: CompareKey, value: Value) -> PyResult {
        compare(cx, CompareOperator::GreaterEqual, this, value)
    }
}

/// Convert a cmp= function into a key= function.
///
///   mycmp
///     Function that compares two objects.
#[pyfunction(name = "cmp_to_key", signature = "(mycmp)")]
pub fn cmp_to_key(cx: &Context, mycmp: Value) -> PyResult {
    let key = cx.allocate(Kind::CompareKey, 2, 0)?;
    cx.store(key, FUNCTION, mycmp);
    Ok(Value::from(key))
}
