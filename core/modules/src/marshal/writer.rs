//! Values to bytes.
//!
//! Invariant: every value on the way is held by the value that is written or by a snapshot on the native stack, so its identity stays its own.
//! Source: Python/marshal.c (`w_object`).

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use threadsnake_engine::number::{big_integer, bitwise, float_text};
use threadsnake_engine::protocol::text::{identity, is_exact_kind};
use threadsnake_engine::types::code::CodeObject;
use threadsnake_engine::types::complex_object::complex_of;
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::float_object::float_of;
use threadsnake_engine::types::int_object::{integer_of, is_exact_int};
use threadsnake_engine::types::list::List;
use threadsnake_engine::types::set::Set;
use threadsnake_engine::types::slice::Slice;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, ExceptionClass, Kind, PyResult, Raised, Value};

use super::tag;

struct Writer<'a> {
    cx: &'a Context,
    bytes: Vec<u8>,
    version: i32,
    allow_code: bool,
    depth: usize,
    /// The places of values written with [`tag::SHARED`], by identity.
    shared: BTreeMap<u64, u32>,
}

/// The bytes of a value.
///
/// # Errors
/// ValueError for a value that cannot be written, or is nested too deep.
pub fn write(cx: &Context, value: Value, version: i32, allow_code: bool) -> PyResult<Vec<u8>> {
    let mut writer = Writer { cx, bytes: Vec::new(), version, allow_code, depth: 0, shared: BTreeMap::new() };
    writer.value(value)?;
    Ok(writer.bytes)
}

impl Writer<'_> {
    #[cold]
    fn unmarshallable(&self) -> Raised {
        self.cx.value_error(format_args!("unmarshallable object"))
    }

    fn put(&mut self, bytes: &[u8]) -> PyResult<()> {
        self.bytes.try_reserve(bytes.len()).map_err(|_| self.cx.memory_error())?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn length(&mut self, length: usize) -> PyResult<()> {
        match i32::try_from(length) {
            Ok(length) => self.put(&length.to_le_bytes()),
            Err(_) => Err(self.unmarshallable()),
        }
    }

    fn sized(&mut self, letter: u8, bytes: &[u8]) -> PyResult<()> {
        self.put(&[letter])?;
        self.length(bytes.len())?;
        self.put(bytes)
    }

    fn value(&mut self, value: Value) -> PyResult<()> {
        if self.depth >= tag::DEEPEST {
            return Err(self.cx.value_error(format_args!("object too deeply nested to marshal")));
        }
        self.cx.check_native_stack()?;
        self.depth += 1;
        let written = self.object(value);
        self.depth -= 1;
        written
    }

    fn object(&mut self, value: Value) -> PyResult<()> {
        let constant = if value.is_none() {
            Some(tag::NONE)
        } else if value.is(Value::TRUE) {
            Some(tag::TRUE)
        } else if value.is(Value::FALSE) {
            Some(tag::FALSE)
        } else if value.is(Value::ELLIPSIS) {
            Some(tag::ELLIPSIS)
        } else if value.is(self.cx.exception_class(ExceptionClass::StopIteration)) {
            Some(tag::STOP_ITERATION)
        } else {
            None
        };
        if let Some(letter) = constant {
            return self.put(&[letter]);
        }
        let mut flag = 0;
        if self.version >= 3 && value.is_object() {
            if let Some(&place) = self.shared.get(&identity(value)) {
                self.put(&[tag::REFERENCE])?;
                return self.put(&place.to_le_bytes());
            }
            let place = u32::try_from(self.shared.len()).map_err(|_| self.unmarshallable())?;
            self.shared.insert(identity(value), place);
            flag = tag::SHARED;
        }
        self.contents(value, flag)
    }

    fn contents(&mut self, value: Value, flag: u8) -> PyResult<()> {
        let cx = self.cx;
        if is_exact_int(value) {
            return self.int(value, flag);
        }
        let exact = |kind: Kind| is_exact_kind(cx, value, kind);
        if exact(Kind::Float)
            && let Some(number) = float_of(value)
        {
            if self.version > 1 {
                self.put(&[tag::BINARY_FLOAT | flag])?;
                return self.put(&number.to_le_bytes());
            }
            self.put(&[tag::FLOAT | flag])?;
            return self.float_text(number);
        }
        if exact(Kind::Complex)
            && let Some((real, imaginary)) = complex_of(value)
        {
            if self.version > 1 {
                self.put(&[tag::BINARY_COMPLEX | flag])?;
                self.put(&real.to_le_bytes())?;
                return self.put(&imaginary.to_le_bytes());
            }
            self.put(&[tag::COMPLEX | flag])?;
            self.float_text(real)?;
            return self.float_text(imaginary);
        }
        if exact(Kind::Str)
            && let Some(text) = Str::from_value(value)
        {
            return self.text(text, flag);
        }
        if exact(Kind::Tuple)
            && let Some(tuple) = Tuple::from_value(value)
        {
            match u8::try_from(tuple.len()) {
                Ok(length) if self.version >= 4 => self.put(&[tag::SMALL_TUPLE | flag, length])?,
                _ => {
                    self.put(&[tag::TUPLE | flag])?;
                    self.length(tuple.len())?;
                }
            }
            return self.values(tuple.as_slice());
        }
        if exact(Kind::List)
            && let Some(list) = List::from_value(value)
        {
            let items = list.snapshot(cx);
            self.put(&[tag::LIST | flag])?;
            self.length(items.len())?;
            return self.values(items.as_slice());
        }
        if exact(Kind::Dict)
            && let Some(dict) = Dict::from_value(value)
        {
            let items = dict.snapshot(cx);
            self.put(&[tag::DICT | flag])?;
            self.values(items.as_slice())?;
            return self.put(&[tag::NULL]);
        }
        if (exact(Kind::Set) || exact(Kind::FrozenSet))
            && let Some(set) = Set::from_value(value)
        {
            let elements = set.snapshot(cx);
            let letter = if set.is_frozen() { tag::FROZEN_SET } else { tag::SET };
            self.put(&[letter | flag])?;
            self.length(elements.len())?;
            // In the order of their bytes, so that equal sets are written alike.
            let mut order = Vec::new();
            for (place, &element) in elements.as_slice().iter().enumerate() {
                order.push((write(cx, element, self.version, self.allow_code)?, place));
            }
            order.sort();
            let mut ordered = cx.scratch();
            for (_, place) in order {
                ordered.extend_from_slice(elements.as_slice().get(place..=place).unwrap_or(&[]));
            }
            return self.values(ordered.as_slice());
        }
        if let Some(code) = CodeObject::from_value(value) {
            if !self.allow_code {
                return Err(cx.value_error(format_args!("marshalling code objects is disallowed")));
            }
            let image = cx.code_image(code)?;
            return self.sized(tag::CODE | flag, &image);
        }
        if let Some(slice) = Slice::from_value(value) {
            if self.version < 5 {
                return Err(self.unmarshallable());
            }
            self.put(&[tag::SLICE | flag])?;
            return self.values(&[slice.start(), slice.stop(), slice.step()]);
        }
        match cx.bytes_like(value) {
            Ok(bytes) => self.sized(tag::BYTES | flag, &bytes),
            Err(raised) => {
                cx.take_exception(raised);
                Err(self.unmarshallable())
            }
        }
    }

    fn values(&mut self, values: &[Value]) -> PyResult<()> {
        values.iter().try_for_each(|&value| self.value(value))
    }

    fn float_text(&mut self, number: f64) -> PyResult<()> {
        let text = float_text::repr(number);
        self.put(&[text.len() as u8])?;
        self.put(text.as_bytes())
    }

    fn int(&mut self, value: Value, flag: u8) -> PyResult<()> {
        let Some(number) = integer_of(&value) else { return Err(self.unmarshallable()) };
        if let Some(small) = number.to_i64().and_then(|number| i32::try_from(number).ok()) {
            self.put(&[tag::INT | flag])?;
            return self.put(&small.to_le_bytes());
        }
        // Digits of 15 bits, least significant first; the sign is that of their number.
        let bits = bitwise::bit_length(number);
        let bytes = usize::try_from(bits.div_ceil(8)).map_err(|_| self.unmarshallable())?;
        let magnitude = big_integer::absolute(number)
            .and_then(|number| bitwise::to_bytes(number.as_ref(), bytes, true, false))
            .map_err(|error| self.cx.number_error(&error))?;
        let digits = i32::try_from(bits.div_ceil(15)).map_err(|_| self.unmarshallable())?;
        self.put(&[tag::LONG | flag])?;
        self.put(&(if number.is_negative() { -digits } else { digits }).to_le_bytes())?;
        let (mut pending, mut pending_bits, mut written) = (0u32, 0u32, 0);
        for byte in magnitude {
            pending |= (byte as u32) << pending_bits;
            pending_bits += 8;
            if pending_bits >= 15 {
                self.put(&((pending & 0x7fff) as u16).to_le_bytes())?;
                pending >>= 15;
                pending_bits -= 15;
                written += 1;
            }
        }
        if written < digits {
            self.put(&(pending as u16).to_le_bytes())?;
        }
        Ok(())
    }

    fn text(&mut self, text: Str, flag: u8) -> PyResult<()> {
        let interned = text.is_interned();
        if self.version >= 4 && text.is_ascii() {
            if let Ok(length) = u8::try_from(text.len()) {
                let letter = if interned { tag::SHORT_ASCII_INTERNED } else { tag::SHORT_ASCII };
                self.put(&[letter | flag, length])?;
                return self.put(text.bytes());
            }
            let letter = if interned { tag::ASCII_INTERNED } else { tag::ASCII };
            return self.sized(letter | flag, text.bytes());
        }
        let letter = if interned && self.version >= 3 { tag::INTERNED } else { tag::TEXT };
        self.sized(letter | flag, &text.to_wtf8())
    }
}
