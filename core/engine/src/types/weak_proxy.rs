//! `weakref.proxy`: objects that pass everything on to an object that they do not keep alive.
//!
//! Invariant: layout and cells are those of `types/weak_reference.rs`; every operation first looks whether the object is alive.
//! Source: Objects/weakrefobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::names::Name;
use crate::native::{Arguments, NativeClass, NativeMethods, NativeType};
use crate::protocol::comparison::CompareOperator;
use crate::protocol::number::BinaryOperator;
use crate::types::weak_reference::{RAW_BYTES, SLOTS, new_reference, referent};
use crate::value::Value;

/// A weak proxy.
#[pyclass(id = WeakProxy, name = "ProxyType", module = "weakref", slots = SLOTS, raw = RAW_BYTES, flags(NOT_INSTANTIABLE))]
pub struct WeakProxy(ObjectRef);

/// A weak proxy of something callable.
#[pyclass(
    id = WeakCallableProxy, name = "CallableProxyType", module = "weakref", slots = SLOTS, raw = RAW_BYTES,
    flags(NOT_INSTANTIABLE)
)]
pub struct WeakCallableProxy(ObjectRef);

/// The object behind a proxy; other values as they are.
fn behind(cx: &Context, value: Value) -> PyResult<Value> {
    let proxy = value.as_kind(Kind::WeakProxy).or_else(|| value.as_kind(Kind::WeakCallableProxy));
    match proxy {
        Some(proxy) => referent(cx, proxy).ok_or_else(|| cx.reference_error()),
        None => Ok(value),
    }
}

/// `weakref.proxy(target, callback)`.
///
/// # Errors
/// TypeError if the object's class does not support weak references; MemoryError.
pub(crate) fn proxy(cx: &Context, target: Value, callback: Option<Value>) -> PyResult<Value> {
    let native = if cx.is_callable(target) { &CALLABLE_CLASS } else { <WeakProxy as NativeType>::CLASS };
    let class = cx.build_on_demand(native)?;
    new_reference(cx, class, target, callback)
}

/// The class of proxies of callables: as the plain one, and `__call__`.
pub(crate) static CALLABLE_CLASS: NativeClass = {
    let class = <WeakCallableProxy as NativeType>::CLASS;
    NativeClass {
        id: class.id,
        layout: class.layout,
        name: class.name,
        module: class.module,
        doc: class.doc,
        signature: class.signature,
        base: class.base,
        slots: class.slots,
        raw_bytes: class.raw_bytes,
        flags: class.flags,
        methods: CALLABLE_METHODS,
        attributes: class.attributes,
        next: None,
        finalize: None,
    }
};

const CALLABLE_METHODS: &[crate::native::NativeFunction] = {
    const PLAIN: &[crate::native::NativeFunction] = <WeakProxy as NativeMethods>::METHODS;
    const OWN: &[crate::native::NativeFunction] = <WeakCallableProxy as NativeMethods>::METHODS;
    const COUNT: usize = PLAIN.len() + OWN.len();
    const fn copy(function: &crate::native::NativeFunction) -> crate::native::NativeFunction {
        crate::native::NativeFunction {
            name: function.name,
            doc: function.doc,
            signature: function.signature,
            binding: function.binding,
            call: function.call,
        }
    }
    const ALL: [crate::native::NativeFunction; COUNT] = {
        let mut all = [const { copy(&PLAIN[0]) }; COUNT];
        let mut index = 0;
        while index < COUNT {
            all[index] =
                if index < PLAIN.len() { copy(&PLAIN[index]) } else { copy(&OWN[index - PLAIN.len()]) };
            index += 1;
        }
        all
    };
    &ALL
};

#[pymethods]
impl WeakCallableProxy {
    /// Call self as a function.
    #[pymethod(name = "__call__")]
    fn call(cx: &Context, this: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let target = behind(cx, this)?;
        cx.call_with(target, arguments)
    }
}

fn compare(cx: &Context, operator: CompareOperator, left: Value, right: Value) -> PyResult<Value> {
    let left = behind(cx, left)?;
    let right = behind(cx, right)?;
    cx.rich_compare(operator, left, right)
}

fn binary(cx: &Context, operator: BinaryOperator, left: Value, right: Value) -> PyResult<Value> {
    let left = behind(cx, left)?;
    let right = behind(cx, right)?;
    cx.binary_operation(operator, left, right)
}

fn in_place(cx: &Context, operator: BinaryOperator, left: Value, right: Value) -> PyResult<Value> {
    let left = behind(cx, left)?;
    let right = behind(cx, right)?;
    cx.in_place_operation(operator, left, right)
}

#[pymethods]
impl WeakProxy {
    #[pymethod(name = "__lt__")]
    fn compare_lt(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        compare(cx, CompareOperator::Less, this, value)
    }

    #[pymethod(name = "__le__")]
    fn compare_le(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        compare(cx, CompareOperator::LessEqual, this, value)
    }

    #[pymethod(name = "__eq__")]
    fn compare_eq(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        compare(cx, CompareOperator::Equal, this, value)
    }

    #[pymethod(name = "__ne__")]
    fn compare_ne(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        compare(cx, CompareOperator::NotEqual, this, value)
    }

    #[pymethod(name = "__gt__")]
    fn compare_gt(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        compare(cx, CompareOperator::Greater, this, value)
    }

    #[pymethod(name = "__ge__")]
    fn compare_ge(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        compare(cx, CompareOperator::GreaterEqual, this, value)
    }

    #[pymethod(name = "__add__")]
    fn operate_add(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::Add, this, value)
    }

    #[pymethod(name = "__radd__")]
    fn reflected_add(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::Add, value, this)
    }

    #[pymethod(name = "__iadd__")]
    fn in_place_add(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        in_place(cx, BinaryOperator::Add, this, value)
    }

    #[pymethod(name = "__sub__")]
    fn operate_sub(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::Subtract, this, value)
    }

    #[pymethod(name = "__rsub__")]
    fn reflected_sub(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::Subtract, value, this)
    }

    #[pymethod(name = "__isub__")]
    fn in_place_sub(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        in_place(cx, BinaryOperator::Subtract, this, value)
    }

    #[pymethod(name = "__mul__")]
    fn operate_mul(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::Multiply, this, value)
    }

    #[pymethod(name = "__rmul__")]
    fn reflected_mul(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::Multiply, value, this)
    }

    #[pymethod(name = "__imul__")]
    fn in_place_mul(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        in_place(cx, BinaryOperator::Multiply, this, value)
    }

    #[pymethod(name = "__truediv__")]
    fn operate_truediv(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::TrueDivide, this, value)
    }

    #[pymethod(name = "__rtruediv__")]
    fn reflected_truediv(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::TrueDivide, value, this)
    }

    #[pymethod(name = "__itruediv__")]
    fn in_place_truediv(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        in_place(cx, BinaryOperator::TrueDivide, this, value)
    }

    #[pymethod(name = "__floordiv__")]
    fn operate_floordiv(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::FloorDivide, this, value)
    }

    #[pymethod(name = "__rfloordiv__")]
    fn reflected_floordiv(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::FloorDivide, value, this)
    }

    #[pymethod(name = "__ifloordiv__")]
    fn in_place_floordiv(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        in_place(cx, BinaryOperator::FloorDivide, this, value)
    }

    #[pymethod(name = "__mod__")]
    fn operate_mod(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::Modulo, this, value)
    }

    #[pymethod(name = "__rmod__")]
    fn reflected_mod(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::Modulo, value, this)
    }

    #[pymethod(name = "__imod__")]
    fn in_place_mod(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        in_place(cx, BinaryOperator::Modulo, this, value)
    }

    #[pymethod(name = "__lshift__")]
    fn operate_lshift(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::LeftShift, this, value)
    }

    #[pymethod(name = "__rlshift__")]
    fn reflected_lshift(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::LeftShift, value, this)
    }

    #[pymethod(name = "__ilshift__")]
    fn in_place_lshift(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        in_place(cx, BinaryOperator::LeftShift, this, value)
    }

    #[pymethod(name = "__rshift__")]
    fn operate_rshift(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::RightShift, this, value)
    }

    #[pymethod(name = "__rrshift__")]
    fn reflected_rshift(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::RightShift, value, this)
    }

    #[pymethod(name = "__irshift__")]
    fn in_place_rshift(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        in_place(cx, BinaryOperator::RightShift, this, value)
    }

    #[pymethod(name = "__and__")]
    fn operate_and(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::And, this, value)
    }

    #[pymethod(name = "__rand__")]
    fn reflected_and(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::And, value, this)
    }

    #[pymethod(name = "__iand__")]
    fn in_place_and(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        in_place(cx, BinaryOperator::And, this, value)
    }

    #[pymethod(name = "__or__")]
    fn operate_or(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::Or, this, value)
    }

    #[pymethod(name = "__ror__")]
    fn reflected_or(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::Or, value, this)
    }

    #[pymethod(name = "__ior__")]
    fn in_place_or(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        in_place(cx, BinaryOperator::Or, this, value)
    }

    #[pymethod(name = "__xor__")]
    fn operate_xor(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::Xor, this, value)
    }

    #[pymethod(name = "__rxor__")]
    fn reflected_xor(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::Xor, value, this)
    }

    #[pymethod(name = "__ixor__")]
    fn in_place_xor(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        in_place(cx, BinaryOperator::Xor, this, value)
    }

    #[pymethod(name = "__matmul__")]
    fn operate_matmul(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::MatrixMultiply, this, value)
    }

    #[pymethod(name = "__rmatmul__")]
    fn reflected_matmul(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::MatrixMultiply, value, this)
    }

    #[pymethod(name = "__imatmul__")]
    fn in_place_matmul(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        in_place(cx, BinaryOperator::MatrixMultiply, this, value)
    }

    #[pymethod(name = "__rpow__")]
    fn reflected_pow(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        binary(cx, BinaryOperator::Power, value, this)
    }

    #[pymethod(name = "__ipow__")]
    fn in_place_pow(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        in_place(cx, BinaryOperator::Power, this, value)
    }

    #[pymethod(name = "__pow__", signature = "($self, value, mod=None, /)")]
    fn power(cx: &Context, this: Value, value: Value, r#mod: Option<Value>) -> PyResult<Value> {
        let base = behind(cx, this)?;
        let exponent = behind(cx, value)?;
        cx.power(base, exponent, r#mod)
    }

    #[pymethod(name = "__divmod__")]
    fn divmod(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        let left = behind(cx, this)?;
        let right = behind(cx, value)?;
        cx.divmod(left, right)
    }

    #[pymethod(name = "__rdivmod__")]
    fn reflected_divmod(cx: &Context, this: Value, value: Value) -> PyResult<Value> {
        let left = behind(cx, value)?;
        let right = behind(cx, this)?;
        cx.divmod(left, right)
    }

    #[pymethod(name = "__neg__")]
    fn unary_neg(cx: &Context, this: Value) -> PyResult<Value> {
        let target = behind(cx, this)?;
        cx.negative(target)
    }

    #[pymethod(name = "__pos__")]
    fn unary_pos(cx: &Context, this: Value) -> PyResult<Value> {
        let target = behind(cx, this)?;
        cx.positive(target)
    }

    #[pymethod(name = "__invert__")]
    fn unary_invert(cx: &Context, this: Value) -> PyResult<Value> {
        let target = behind(cx, this)?;
        cx.invert(target)
    }

    #[pymethod(name = "__abs__")]
    fn unary_abs(cx: &Context, this: Value) -> PyResult<Value> {
        let target = behind(cx, this)?;
        cx.absolute(target)
    }

    #[pymethod(name = "__str__")]
    fn unary_str(cx: &Context, this: Value) -> PyResult<Value> {
        let target = behind(cx, this)?;
        Ok(cx.str_of(target)?.as_value())
    }

    #[pymethod(name = "__iter__")]
    fn unary_iter(cx: &Context, this: Value) -> PyResult<Value> {
        let target = behind(cx, this)?;
        cx.iterator_object(target)
    }

    #[pymethod(name = "__int__")]
    fn unary_int(cx: &Context, this: Value) -> PyResult<Value> {
        let target = behind(cx, this)?;
        cx.call(cx.class(Kind::Int), &[target])
    }

    #[pymethod(name = "__float__")]
    fn unary_float(cx: &Context, this: Value) -> PyResult<Value> {
        let target = behind(cx, this)?;
        cx.call(cx.class(Kind::Float), &[target])
    }

    #[pymethod(name = "__bytes__")]
    fn unary_bytes(cx: &Context, this: Value) -> PyResult<Value> {
        let target = behind(cx, this)?;
        cx.call(cx.class(Kind::Bytes), &[target])
    }

    #[pymethod(name = "__index__")]
    fn unary_index(cx: &Context, this: Value) -> PyResult<Value> {
        let target = behind(cx, this)?;
        cx.index(target)
    }

    #[pymethod(name = "__reversed__")]
    fn unary_reversed(cx: &Context, this: Value) -> PyResult<Value> {
        let target = behind(cx, this)?;
        cx.call(cx.class(Kind::Reversed), &[target])
    }

    #[pymethod(name = "__next__")]
    fn next_item(cx: &Context, this: Value) -> PyResult<Value> {
        let target = behind(cx, this)?;
        if !cx.is_iterator(target) {
            return Err(cx.type_error(format_args!(
                "Weakref proxy referenced a non-iterator '{}' object",
                cx.type_name(target)
            )));
        }
        cx.call_method_name(target, Name::__next__, &[])
    }

    #[pymethod(name = "__bool__")]
    fn truth(cx: &Context, this: Value) -> PyResult<bool> {
        let target = behind(cx, this)?;
        cx.is_true(target)
    }

    #[pymethod(name = "__len__")]
    fn length(cx: &Context, this: Value) -> PyResult<usize> {
        let target = behind(cx, this)?;
        cx.length(target)
    }

    #[pymethod(name = "__contains__")]
    fn contains(cx: &Context, this: Value, key: Value) -> PyResult<bool> {
        let target = behind(cx, this)?;
        cx.contains(target, key)
    }

    #[pymethod(name = "__getitem__")]
    fn get_item(cx: &Context, this: Value, key: Value) -> PyResult<Value> {
        let target = behind(cx, this)?;
        cx.get_item(target, key)
    }

    #[pymethod(name = "__setitem__")]
    fn set_item(cx: &Context, this: Value, key: Value, value: Value) -> PyResult<()> {
        let target = behind(cx, this)?;
        cx.set_item(target, key, value)
    }

    #[pymethod(name = "__delitem__")]
    fn delete_item(cx: &Context, this: Value, key: Value) -> PyResult<()> {
        let target = behind(cx, this)?;
        cx.delete_item(target, key)
    }

    #[pymethod(name = "__getattribute__")]
    fn get_attribute(cx: &Context, this: Value, name: Value) -> PyResult<Value> {
        let target = behind(cx, this)?;
        let name = cx.attribute_name(name)?;
        cx.get_attribute(target, name)
    }

    #[pymethod(name = "__setattr__")]
    fn set_attribute(cx: &Context, this: Value, name: Value, value: Value) -> PyResult<()> {
        let target = behind(cx, this)?;
        let name = cx.attribute_name(name)?;
        cx.set_attribute(target, name, Some(value))
    }

    #[pymethod(name = "__delattr__")]
    fn delete_attribute(cx: &Context, this: Value, name: Value) -> PyResult<()> {
        let target = behind(cx, this)?;
        let name = cx.attribute_name(name)?;
        cx.set_attribute(target, name, None)
    }

    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Value) -> PyResult<Value> {
        let target = behind(cx, this)?;
        cx.str_format(format_args!(
            "<weakproxy at {:#x}; to '{}' at {:#x}>",
            crate::protocol::text::identity(this),
            cx.qualified_type_name(target),
            crate::protocol::text::identity(target)
        ))
    }
}
