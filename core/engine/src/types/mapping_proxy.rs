//! `mappingproxy`: a read-only view of a mapping.
//!
//! Invariant: slot 0 is the mapping; everything is asked of it. Source: Objects/descrobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::names::Name;
use crate::object_access::ObjectAccess;
use crate::protocol::comparison::CompareOperator;
use crate::protocol::number::BinaryOperator;
use crate::types::repr_builder::ReprBuilder;
use crate::value::Value;

const MAPPING: usize = 0;

/// Read-only proxy of a mapping.
#[pyclass(
    id = MappingProxy,
    name = "mappingproxy",
    slots = 1,
    signature = "(mapping)",
    flags(MAPPING, NO_WEAK_REFERENCES)
)]
pub struct MappingProxy(ObjectRef);

impl MappingProxy {
    /// The mapping behind it.
    pub fn mapping(self) -> Value {
        self.0.value(MAPPING).unwrap_or(Value::NONE)
    }
}

fn unwrap(value: Value) -> Value {
    MappingProxy::from_value(value).map_or(value, MappingProxy::mapping)
}

fn compare(cx: &Context, operator: CompareOperator, this: MappingProxy, other: Value) -> PyResult {
    cx.rich_compare(operator, this.mapping(), unwrap(other))
}

#[pymethods]
impl MappingProxy {
    #[pynew(signature = "(mapping)")]
    fn new(cx: &Context, _class: Value, mapping: Value) -> PyResult {
        let is_mapping = cx.class_of(mapping).lookup_name(cx, Name::__getitem__).is_some()
            && !matches!(mapping.kind(), Some(Kind::List | Kind::Tuple));
        if !is_mapping {
            return Err(cx.type_error(format_args!(
                "mappingproxy() argument must be a mapping, not {}",
                cx.type_name(mapping)
            )));
        }
        cx.mapping_proxy(mapping)
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: MappingProxy) -> PyResult {
        let mut text = ReprBuilder::new("mappingproxy(");
        text.push_repr(cx, this.mapping())?;
        text.push(")");
        text.finish(cx)
    }

    /// Return str(self).
    #[pymethod]
    fn __str__(cx: &Context, this: MappingProxy) -> PyResult {
        Ok(cx.str_of(this.mapping())?.as_value())
    }

    /// Return hash(self).
    #[pymethod]
    fn __hash__(cx: &Context, this: MappingProxy) -> PyResult<i64> {
        cx.hash(this.mapping())
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(cx: &Context, this: MappingProxy) -> PyResult<usize> {
        cx.length(this.mapping())
    }

    /// Return self[key].
    #[pymethod]
    fn __getitem__(cx: &Context, this: MappingProxy, key: Value) -> PyResult {
        cx.get_item(this.mapping(), key)
    }

    /// Return bool(key in self).
    #[pymethod]
    fn __contains__(cx: &Context, this: MappingProxy, key: Value) -> PyResult<bool> {
        cx.contains(this.mapping(), key)
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: MappingProxy) -> PyResult {
        cx.iterator_object(this.mapping())
    }

    /// D.__reversed__() -> reverse iterator
    #[pymethod]
    fn __reversed__(cx: &Context, this: MappingProxy) -> PyResult {
        cx.call_method_name(this.mapping(), Name::__reversed__, &[])
    }

    /// Return the value for key if key is in the mapping, else default.
    #[pymethod(signature = "($self, key, default=None, /)")]
    fn get(cx: &Context, this: MappingProxy, key: Value, default: Option<Value>) -> PyResult {
        cx.call_method_name(this.mapping(), Name::get, &[key, default.unwrap_or(Value::NONE)])
    }

    /// a set-like object providing a view on D's keys
    #[pymethod]
    fn keys(cx: &Context, this: MappingProxy) -> PyResult {
        cx.call_method_name(this.mapping(), Name::keys, &[])
    }

    /// an object providing a view on D's values
    #[pymethod]
    fn values(cx: &Context, this: MappingProxy) -> PyResult {
        cx.call_method_name(this.mapping(), Name::values, &[])
    }

    /// a set-like object providing a view on D's items
    #[pymethod]
    fn items(cx: &Context, this: MappingProxy) -> PyResult {
        cx.call_method_name(this.mapping(), Name::items, &[])
    }

    /// a shallow copy of D
    #[pymethod]
    fn copy(cx: &Context, this: MappingProxy) -> PyResult {
        let name = cx.intern_str("copy")?;
        cx.call_method(this.mapping(), name, &[])
    }

    /// Return self|value.
    #[pymethod]
    fn __or__(cx: &Context, this: MappingProxy, value: Value) -> PyResult {
        cx.binary_operation(BinaryOperator::Or, this.mapping(), unwrap(value))
    }

    /// Return value|self.
    #[pymethod]
    fn __ror__(cx: &Context, this: MappingProxy, value: Value) -> PyResult {
        cx.binary_operation(BinaryOperator::Or, unwrap(value), this.mapping())
    }

    /// Return self|=value.
    #[pymethod]
    fn __ior__(cx: &Context, this: MappingProxy, value: Value) -> PyResult {
        let _ = value;
        Err(cx.type_error(format_args!(
            "'|=' is not supported by {}; use '|' instead",
            cx.type_name(this.as_value())
        )))
    }

    /// Return self<value.
    #[pymethod]
    fn __lt__(cx: &Context, this: MappingProxy, value: Value) -> PyResult {
        compare(cx, CompareOperator::Less, this, value)
    }

    /// Return self<=value.
    #[pymethod]
    fn __le__(cx: &Context, this: MappingProxy, value: Value) -> PyResult {
        compare(cx, CompareOperator::LessEqual, this, value)
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: MappingProxy, value: Value) -> PyResult {
        compare(cx, CompareOperator::Equal, this, value)
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: MappingProxy, value: Value) -> PyResult {
        compare(cx, CompareOperator::NotEqual, this, value)
    }

    /// Return self>value.
    #[pymethod]
    fn __gt__(cx: &Context, this: MappingProxy, value: Value) -> PyResult {
        compare(cx, CompareOperator::Greater, this, value)
    }

    /// Return self>=value.
    #[pymethod]
    fn __ge__(cx: &Context, this: MappingProxy, value: Value) -> PyResult {
        compare(cx, CompareOperator::GreaterEqual, this, value)
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult {
        cx.generic_alias(class, object)
    }
}

impl Context {
    /// `types.MappingProxyType(mapping)`
    ///
    /// # Errors
    /// MemoryError.
    pub fn mapping_proxy(&self, mapping: Value) -> PyResult {
        let object = self.allocate(Kind::MappingProxy, 1, 0)?;
        self.initialize(object, MAPPING, mapping);
        Ok(Value::from(object))
    }
}
