//! `float` objects: layout, creation, and conversion of any value to a float. Methods are in `types/float_methods.rs`.
//!
//! Invariant: an exact float is a tagged word whenever it fits one; a heap object of kind `Float` is one that does not (NaN,
//! infinities, -0.0, extreme exponents), or an instance of a subclass (any number). Its 8 raw bytes are the bits and never
//! change. Source: Objects/floatobject.c for meaning and texts.

use threadsnake_heap::ObjectRef;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::{Kind, client_flags};
use crate::names::Name;
use crate::object_access::ObjectAccess;
use crate::types::class::{Class, allocate_of_class};
use crate::types::int_object::{integer_of, is_exact_int};
use crate::value::Value;

const BITS: usize = 0;
/// Raw bytes of a float: its bits.
pub const RAW_BYTES: u16 = 8;

fn fill(object: ObjectRef, number: f64) -> Value {
    object.raw_store_u64(BITS, number.to_bits());
    Value::from(object)
}

/// The number of a float or an instance of a subclass, without conversion.
#[inline(always)]
pub fn float_of(value: Value) -> Option<f64> {
    if value.is_tagged_float() {
        return Some(value.tagged_float_payload());
    }
    value.as_kind(Kind::Float).map(|object| f64::from_bits(object.raw_u64(BITS)))
}

/// Whether the value's class is exactly `float`.
#[inline(always)]
pub fn is_exact_float(value: Value) -> bool {
    value.is_tagged_float()
        || value
            .as_kind(Kind::Float)
            .is_some_and(|object| object.client_flags() & client_flags::SUBCLASS == 0)
}

/// Makes an instance of `class`, which is `float` or a subclass of it.
///
/// # Errors
/// MemoryError.
pub(crate) fn float_of_class(cx: &Context, class: Class, number: f64) -> PyResult<Value> {
    if class.is_native() {
        return cx.float(number);
    }
    Ok(fill(allocate_of_class(cx, class)?, number))
}

impl Context {
    /// A float.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn float(&self, number: f64) -> PyResult<Value> {
        match Value::tagged_float(number) {
            Some(value) => Ok(value),
            None => self.boxed_float(number),
        }
    }

    #[inline(never)]
    fn boxed_float(&self, number: f64) -> PyResult<Value> {
        Ok(fill(self.allocate(Kind::Float, 0, RAW_BYTES as usize)?, number))
    }

    /// The float that a real number stands for: a float, or through `__float__` or `__index__`.
    ///
    /// # Errors
    /// TypeError for anything else, OverflowError for an int beyond all floats, and what the methods raise.
    #[inline]
    pub fn to_f64(&self, value: Value) -> PyResult<f64> {
        if value.is_tagged_float() {
            return Ok(value.tagged_float_payload());
        }
        if let Some(number) = value.as_small_int() {
            return Ok(number as f64);
        }
        match self.real_to_f64(value)? {
            Some(number) => Ok(number),
            None => {
                let class_name = self.type_name(value);
                Err(self.type_error(format_args!("must be real number, not {class_name}")))
            }
        }
    }

    /// As [`Context::to_f64`]; absent for a value that is no real number.
    ///
    /// # Errors
    /// OverflowError for an int beyond all floats, and what `__float__` and `__index__` raise.
    pub fn real_to_f64(&self, value: Value) -> PyResult<Option<f64>> {
        if let Some(number) = float_of(value) {
            return Ok(Some(number));
        }
        if let (Some(number), true) = (integer_of(&value), is_exact_int(value) || value.is_bool()) {
            return self.int_to_f64(number).map(Some);
        }
        if let Some(number) = self.float_method(value)? {
            return Ok(Some(number));
        }
        if !self.has_index(value) {
            return Ok(None);
        }
        let number = self.index_any(value)?;
        match integer_of(&number) {
            Some(number) => self.int_to_f64(number).map(Some),
            None => Ok(None),
        }
    }

    /// What a value's `__float__` returns; absent without one.
    ///
    /// # Errors
    /// TypeError if that is no float, and what it raises.
    pub fn float_method(&self, value: Value) -> PyResult<Option<f64>> {
        let Some(method) = self.special_method(value, Name::__float__)? else { return Ok(None) };
        let result = self.call_pair(method, &[])?;
        let class_name = self.type_name(value);
        let result_name = self.type_name(result);
        let Some(number) = float_of(result) else {
            return Err(self
                .type_error(format_args!("{class_name}.__float__ returned non-float (type {result_name})")));
        };
        if !is_exact_float(result) {
            self.warn(
                ExceptionClass::DeprecationWarning,
                format_args!(
                    "{class_name}.__float__ returned non-float (type {result_name}).  The ability to return an instance of a strict \
                     subclass of float is deprecated, and may not be supported in a future version of Python."
                ),
            )?;
        }
        Ok(Some(number))
    }
}
