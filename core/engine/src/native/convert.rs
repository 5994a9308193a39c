//! Conversion between Python values and Rust parameters and results.
//!
//! Invariant: a conversion from Python never runs Python code except `__index__` and `__float__` as CPython's argument
//! converters do, and raises their errors. Source: Python/getargs.c for the texts.

use alloc::string::String;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::types::str_object::Str;
use crate::value::Value;

/// A Rust type that a native function can take.
pub trait FromValue: Sized {
    /// Converts an argument.
    ///
    /// # Errors
    /// TypeError or OverflowError, as CPython's converters.
    fn from_value(cx: &Context, value: Value) -> PyResult<Self>;
}

/// A Rust type that a native function can return.
pub trait IntoValue {
    /// Makes the Python value.
    ///
    /// # Errors
    /// MemoryError.
    fn into_value(self, cx: &Context) -> PyResult<Value>;
}

/// What the body of a native function may evaluate to: a value, or a result of one.
pub trait IntoResult {
    /// Makes the call's result.
    ///
    /// # Errors
    /// The exception raised by the body.
    fn into_result(self, cx: &Context) -> PyResult<Value>;
}

impl<T: IntoValue> IntoResult for T {
    #[inline]
    fn into_result(self, cx: &Context) -> PyResult<Value> {
        self.into_value(cx)
    }
}

impl<T: IntoValue> IntoResult for PyResult<T> {
    #[inline]
    fn into_result(self, cx: &Context) -> PyResult<Value> {
        self?.into_value(cx)
    }
}

impl FromValue for Value {
    #[inline(always)]
    fn from_value(_cx: &Context, value: Value) -> PyResult<Self> {
        Ok(value)
    }
}

/// Truth value of any object.
impl FromValue for bool {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        cx.is_true(value)
    }
}

macro_rules! from_index {
    ($($target:ty),*) => { $(
        /// Through `__index__`; OverflowError when out of range.
        impl FromValue for $target {
            fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
                let wide = cx.index_i64(value)?;
                <$target>::try_from(wide).map_err(|_| {
                    let text = if wide < 0 && <$target>::MIN == 0 {
                        "can't convert negative value to unsigned int"
                    } else {
                        concat!("Python int too large to convert to C ", stringify!($target))
                    };
                    cx.raise(ExceptionClass::OverflowError, format_args!("{text}"))
                })
            }
        }
    )* };
}
from_index!(i8, i16, i32, u8, u16, u32, usize);

/// Through `__index__`; OverflowError when out of range.
impl FromValue for u64 {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        cx.index_u64(value)
    }
}

/// Through `__index__`; OverflowError when out of range.
impl FromValue for i64 {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        cx.index_i64(value)
    }
}

/// Through `__index__`; OverflowError when out of range.
impl FromValue for isize {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        Ok(cx.index_i64(value)? as isize)
    }
}

/// Through `__float__` or `__index__`.
impl FromValue for f64 {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        cx.to_f64(value)
    }
}

/// Text of a `str`; a lone surrogate is a UnicodeEncodeError.
impl FromValue for String {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        Str::expect(cx, value)?.to_utf8(cx)
    }
}

/// `None` is absent.
impl<T: FromValue + NotValue> FromValue for Option<T> {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        if value.is_none() { Ok(None) } else { T::from_value(cx, value).map(Some) }
    }
}

/// `Option<Value>` is for parameters that may be absent: an explicit `None` stays a value.
impl FromValue for Option<Value> {
    fn from_value(_cx: &Context, value: Value) -> PyResult<Self> {
        Ok(Some(value))
    }
}

/// Marks the types for which `Option` means "None or one of these".
pub trait NotValue {}
macro_rules! not_value {
    ($($target:ty),*) => { $( impl NotValue for $target {} )* };
}
not_value!(bool, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, f64, String);

impl IntoValue for Value {
    #[inline(always)]
    fn into_value(self, _cx: &Context) -> PyResult<Value> {
        Ok(self)
    }
}

impl IntoValue for () {
    #[inline(always)]
    fn into_value(self, _cx: &Context) -> PyResult<Value> {
        Ok(Value::NONE)
    }
}

impl IntoValue for bool {
    #[inline(always)]
    fn into_value(self, _cx: &Context) -> PyResult<Value> {
        Ok(Value::from_bool(self))
    }
}

macro_rules! into_int {
    ($($source:ty),*) => { $(
        impl IntoValue for $source {
            #[inline]
            fn into_value(self, cx: &Context) -> PyResult<Value> {
                cx.int(self as i64)
            }
        }
    )* };
}
into_int!(i8, i16, i32, i64, isize, u8, u16, u32);

impl IntoValue for u64 {
    fn into_value(self, cx: &Context) -> PyResult<Value> {
        cx.int_from_u64(self)
    }
}

impl IntoValue for usize {
    fn into_value(self, cx: &Context) -> PyResult<Value> {
        cx.int_from_u64(self as u64)
    }
}

impl IntoValue for f64 {
    #[inline]
    fn into_value(self, cx: &Context) -> PyResult<Value> {
        cx.float(self)
    }
}

impl IntoValue for &str {
    fn into_value(self, cx: &Context) -> PyResult<Value> {
        cx.str(self)
    }
}

impl IntoValue for String {
    fn into_value(self, cx: &Context) -> PyResult<Value> {
        cx.str(&self)
    }
}

/// `None` when absent.
impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self, cx: &Context) -> PyResult<Value> {
        match self {
            Some(value) => value.into_value(cx),
            None => Ok(Value::NONE),
        }
    }
}
