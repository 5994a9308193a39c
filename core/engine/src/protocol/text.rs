//! `repr`, `str`, `ascii` and `format` of any object.
//!
//! Invariant: results are `str` objects, whatever the special methods return is checked; what recurses runs under
//! [`Context::recursive`]. Source: Objects/object.c (`PyObject_Repr`, `PyObject_Str`), Objects/abstract.c (`PyObject_Format`).

use alloc::string::String;
use core::fmt::Write;

use crate::context::{Context, ThreadRoot};
use crate::error::PyResult;
use crate::kind::Kind;
use crate::names::Name;
use crate::types::list::List;
use crate::types::str_object::Str;
use crate::value::Value;

/// Takes an object off the thread's list of objects whose `repr` is under way when dropped.
pub struct ReprGuard<'a> {
    cx: &'a Context,
    depth: usize,
}

impl Drop for ReprGuard<'_> {
    fn drop(&mut self) {
        if let Some(stack) = self.cx.thread_root(ThreadRoot::ReprStack).and_then(List::from_value) {
            while stack.len() > self.depth {
                stack.pop(self.cx);
            }
        }
    }
}

impl Context {
    /// `repr(value)`
    ///
    /// # Errors
    /// TypeError if `__repr__` returns no string, and what it raises.
    pub fn repr(&self, value: Value) -> PyResult<Str> {
        if let Some(number) = value.as_small_int() {
            return small_int_text(self, number);
        }
        let Some(method) = self.special_method(value, Name::__repr__)? else {
            return self.new_str(&alloc::format!(
                "<{} object at {:#x}>",
                self.type_name(value),
                identity(value)
            ));
        };
        let result = self.recursive(|| self.call_pair(method, &[]))?;
        match Str::from_value(result) {
            Some(text) => Ok(text),
            None => Err(self
                .type_error(format_args!("__repr__ returned non-string (type {})", self.type_name(result)))),
        }
    }

    /// `str(value)`
    ///
    /// # Errors
    /// TypeError if `__str__` returns no string, and what it raises.
    pub fn str_of(&self, value: Value) -> PyResult<Str> {
        if let Some(text) = Str::from_value(value)
            && text.is_exact()
        {
            return Ok(text);
        }
        if let Some(number) = value.as_small_int() {
            return small_int_text(self, number);
        }
        let Some(method) = self.special_method(value, Name::__str__)? else { return self.repr(value) };
        let result = self.recursive(|| self.call_pair(method, &[]))?;
        match Str::from_value(result) {
            Some(text) => Ok(text),
            None => Err(self
                .type_error(format_args!("__str__ returned non-string (type {})", self.type_name(result)))),
        }
    }

    /// `ascii(value)`
    ///
    /// # Errors
    /// As for [`Context::repr`].
    pub fn ascii(&self, value: Value) -> PyResult<Str> {
        let text = self.repr(value)?;
        if text.is_ascii() {
            return Ok(text);
        }
        let mut escaped = String::with_capacity(text.len() + 16);
        for code_point in text.code_points() {
            // Writing to a String cannot fail.
            let _ = match code_point {
                0..0x80 => {
                    escaped.push(code_point as u8 as char);
                    Ok(())
                }
                0x80..0x100 => write!(escaped, "\\x{code_point:02x}"),
                0x100..0x1_0000 => write!(escaped, "\\u{code_point:04x}"),
                _ => write!(escaped, "\\U{code_point:08x}"),
            };
        }
        self.new_str(&escaped)
    }

    /// `format(value, specification)`
    ///
    /// # Errors
    /// TypeError if `__format__` is missing or returns no string, and what it raises.
    pub fn format_value(&self, value: Value, specification: Str) -> PyResult<Str> {
        if specification.is_empty() {
            if let Some(text) = Str::from_value(value)
                && text.is_exact()
            {
                return Ok(text);
            }
            if let Some(number) = value.as_small_int() {
                return small_int_text(self, number);
            }
        }
        let Some(method) = self.special_method(value, Name::__format__)? else {
            return Err(
                self.type_error(format_args!("Type {} doesn't define __format__", self.type_name(value)))
            );
        };
        let result = self.recursive(|| self.call_pair(method, &[specification.as_value()]))?;
        match Str::from_value(result) {
            Some(text) => Ok(text),
            None => {
                Err(self
                    .type_error(format_args!("__format__ must return a str, not {}", self.type_name(result))))
            }
        }
    }

    /// `repr(value)` for messages; when that raises, the class's name in its stead.
    pub fn repr_lossy(&self, value: Value) -> String {
        match self.repr(value) {
            Ok(text) => text.to_utf8_lossy(),
            Err(raised) => {
                self.take_exception(raised);
                alloc::format!("<unprintable {} object>", self.type_name(value))
            }
        }
    }

    /// Notes that the `repr` of a container is under way, until the guard is dropped; none if it was already, so that the caller
    /// writes `...` in its stead.
    ///
    /// # Errors
    /// MemoryError.
    pub fn enter_repr(&self, value: Value) -> PyResult<Option<ReprGuard<'_>>> {
        let stack = match self.thread_root(ThreadRoot::ReprStack).and_then(List::from_value) {
            Some(stack) => stack,
            None => {
                let fresh = self.new_list(0)?;
                self.set_thread_root(ThreadRoot::ReprStack, Some(fresh.as_value()));
                fresh
            }
        };
        let depth = stack.len();
        if (0..depth).rev().any(|index| stack.get(index).is_some_and(|other| other.is(value))) {
            return Ok(None);
        }
        stack.push(self, value)?;
        Ok(Some(ReprGuard { cx: self, depth }))
    }

    /// A name as messages show it: quoted like `repr`.
    pub fn quoted(&self, text: Str) -> String {
        self.repr_lossy(text.as_value())
    }
}

/// What `id()` returns.
pub fn identity(value: Value) -> u64 {
    match value.as_object() {
        Some(object) => object.address() as u64,
        // Tagged words are their own identity. No object lies at an address whose low bits are a tag.
        None => value.word(),
    }
}

/// Room for the digits of any 64-bit number.
pub(crate) type DigitBuffer = [u8; 20];

/// The decimal digits of a number.
#[inline]
pub(crate) fn decimal_digits(mut number: u64, buffer: &mut DigitBuffer) -> &[u8] {
    let mut position = buffer.len();
    // Two at a time: the divisions wait for each other.
    while number >= 100 {
        let pair = (number % 100) as u8;
        number /= 100;
        position = position.saturating_sub(2);
        if let Some([high, low]) = buffer.get_mut(position..position + 2) {
            (*high, *low) = (b'0' + pair / 10, b'0' + pair % 10);
        }
    }
    loop {
        position = position.saturating_sub(1);
        if let Some(place) = buffer.get_mut(position) {
            *place = b'0' + (number % 10) as u8;
        }
        number /= 10;
        if number == 0 {
            break;
        }
    }
    buffer.get(position..).unwrap_or(&[])
}

fn small_int_text(cx: &Context, number: i64) -> PyResult<Str> {
    let mut buffer = DigitBuffer::default();
    let digits = decimal_digits(number.unsigned_abs(), &mut buffer);
    if number >= 0 {
        return match *digits {
            [digit] => Ok(cx.latin1_character(digit)),
            _ => cx.str_from_units_unchecked(digits, 0, true),
        };
    }
    // 19 digits and a sign.
    let mut signed = DigitBuffer::default();
    let length = digits.len() + 1;
    if let Some([sign, rest @ ..]) = signed.get_mut(..length) {
        *sign = b'-';
        rest.copy_from_slice(digits);
    }
    cx.str_from_units_unchecked(signed.get(..length).unwrap_or(&[]), 0, true)
}

/// Whether the value's class is exactly the builtin one of this kind.
pub fn is_exact_kind(cx: &Context, value: Value, kind: Kind) -> bool {
    cx.class_of(value).as_value().is(cx.class(kind))
}
