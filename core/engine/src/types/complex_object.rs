//! `complex` objects: layout and creation. Methods are in `types/complex_methods.rs`.
//!
//! Invariant: 16 raw bytes hold the bits of the real and of the imaginary part and never change.
//! Source: Objects/complexobject.c.

use threadsnake_heap::ObjectRef;

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::{Kind, client_flags};
use crate::object_access::ObjectAccess;
use crate::types::class::{Class, allocate_of_class};
use crate::value::Value;

const REAL: usize = 0;
const IMAGINARY: usize = 8;
/// Raw bytes of a complex number.
pub const RAW_BYTES: u16 = 16;

fn fill(object: ObjectRef, real: f64, imaginary: f64) -> Value {
    object.raw_store_u64(REAL, real.to_bits());
    object.raw_store_u64(IMAGINARY, imaginary.to_bits());
    Value::from(object)
}

/// The parts of a complex number or an instance of a subclass.
#[inline]
pub fn complex_of(value: Value) -> Option<(f64, f64)> {
    let object = value.as_kind(Kind::Complex)?;
    Some((f64::from_bits(object.raw_u64(REAL)), f64::from_bits(object.raw_u64(IMAGINARY))))
}

/// Whether the value's class is exactly `complex`.
#[inline]
pub fn is_exact_complex(value: Value) -> bool {
    value.as_kind(Kind::Complex).is_some_and(|object| object.client_flags() & client_flags::SUBCLASS == 0)
}

/// Makes an instance of `class`, which is `complex` or a subclass of it.
///
/// # Errors
/// MemoryError.
pub(crate) fn complex_of_class(cx: &Context, class: Class, (real, imaginary): (f64, f64)) -> PyResult<Value> {
    if class.is_native() {
        return cx.complex(real, imaginary);
    }
    Ok(fill(allocate_of_class(cx, class)?, real, imaginary))
}

impl Context {
    /// A complex number.
    ///
    /// # Errors
    /// MemoryError.
    pub fn complex(&self, real: f64, imaginary: f64) -> PyResult<Value> {
        Ok(fill(self.allocate(Kind::Complex, 0, RAW_BYTES as usize)?, real, imaginary))
    }
}
