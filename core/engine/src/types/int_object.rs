//! `int` objects: layout, creation, and what other natives take from ints. Methods are in `types/int_methods.rs`.
//!
//! Invariant: an exact int is a tagged word whenever it fits one, so equal exact ints of that range are identical words; a heap
//! object of kind `Int` is a larger one, or an instance of a subclass (any size). Its raw tail is one word `limbs << 1 | negative` and
//! then the limbs, least significant first, without leading zeros, never changed after creation. `True` and `False` count as 1
//! and 0 wherever an int is taken. Source: Objects/longobject.c for meaning and texts.

use alloc::vec::Vec;

use threadsnake_heap::ObjectRef;
use threadsnake_heap::arch::Ordering;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::{Kind, client_flags};
use crate::names::Name;
use crate::number::{Integer, IntegerRef, NumberError, integer_float};
use crate::object_access::ObjectAccess;
use crate::types::class::{Class, allocate_variable};
use crate::value::Value;

const SIZE: usize = 0;
const LIMBS: usize = 8;

fn raw_bytes(limbs: usize) -> usize {
    LIMBS + limbs * 8
}

fn fill(object: ObjectRef, negative: bool, limbs: &[u64]) {
    object.raw_store_u64(SIZE, (limbs.len() as u64) << 1 | negative as u64);
    for (index, &limb) in limbs.iter().enumerate() {
        object.raw_store_u64(LIMBS + index * 8, limb);
    }
}

/// Borrows an int (a bool and an instance of a subclass too) as an operand of arithmetic.
#[inline]
pub fn integer_of(value: &Value) -> Option<IntegerRef<'_>> {
    if let Some(number) = value.as_small_int() {
        return Some(IntegerRef::Small(number));
    }
    integer_slow(value)
}

fn integer_slow(value: &Value) -> Option<IntegerRef<'_>> {
    if value.is_bool() {
        return Some(IntegerRef::Small(value.is(Value::TRUE) as i64));
    }
    let object = value.as_kind(Kind::Int)?;
    let size = object.raw_u64(SIZE);
    // SAFETY: `fill` stored the number of limbs it wrote behind the size word, in a tail of that length, aligned to 8; they
    // are never written again. The borrow of `value`, which outlives the slice, keeps the reference where the collector sees it.
    let limbs = unsafe {
        core::slice::from_raw_parts(object.raw_bytes_pointer().add(LIMBS).cast::<u64>(), (size >> 1) as usize)
    };
    Some(IntegerRef::Big { negative: size & 1 != 0, limbs })
}

/// Whether the value's class is exactly `int`.
#[inline(always)]
pub fn is_exact_int(value: Value) -> bool {
    value.is_small_int()
        || value.as_kind(Kind::Int).is_some_and(|object| object.client_flags() & client_flags::SUBCLASS == 0)
}

/// Whether the value is an int, a bool or an instance of a subclass.
#[inline(always)]
pub fn is_int(value: Value) -> bool {
    value.is_small_int() || value.is_kind(Kind::Int) || value.is_bool()
}

/// The int, if it is one (or a bool, or an instance of a subclass) and fits 64 bits.
#[inline]
pub fn as_i64(value: Value) -> Option<i64> {
    match value.as_small_int() {
        Some(number) => Some(number),
        None => integer_slow(&value).and_then(IntegerRef::to_i64),
    }
}

fn limb_count(integer: &Integer, store: &mut [u64; 1]) -> (bool, usize) {
    match integer {
        Integer::Small(0) => (false, 0),
        Integer::Small(number) => {
            store[0] = number.unsigned_abs();
            (*number < 0, 1)
        }
        Integer::Big { negative, limbs } => (*negative, limbs.len()),
    }
}

/// Makes an instance of `class`, which is `int` or a subclass of it.
///
/// # Errors
/// MemoryError.
pub(crate) fn int_of_class(cx: &Context, class: Class, number: &Integer) -> PyResult<Value> {
    if class.is_native() {
        return cx.integer(number);
    }
    let mut store = [0];
    let (negative, count) = limb_count(number, &mut store);
    let object = allocate_variable(cx, class, 0, raw_bytes(count))?;
    match number {
        Integer::Small(_) => fill(object, negative, store.get(..count).unwrap_or(&[])),
        Integer::Big { limbs, .. } => fill(object, negative, limbs),
    }
    Ok(Value::from(object))
}

impl Context {
    /// An int of 64 bits.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn int(&self, number: i64) -> PyResult<Value> {
        match Value::small_int(number) {
            Some(value) => Ok(value),
            None => self.large_int(number < 0, &[number.unsigned_abs()]),
        }
    }

    /// An int that is not negative.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn int_from_u64(&self, number: u64) -> PyResult<Value> {
        if number <= Value::SMALL_INT_MAX as u64 {
            Ok(Value::small_int_unchecked(number as i64))
        } else {
            self.large_int(false, &[number])
        }
    }

    /// An int of 128 bits.
    ///
    /// # Errors
    /// MemoryError.
    pub fn int_from_i128(&self, number: i128) -> PyResult<Value> {
        if let Ok(number) = i64::try_from(number) {
            return self.int(number);
        }
        let magnitude = number.unsigned_abs();
        match [magnitude as u64, (magnitude >> 64) as u64] {
            [low, 0] => self.large_int(number < 0, &[low]),
            limbs => self.large_int(number < 0, &limbs),
        }
    }

    /// An int from its sign and the bytes of its magnitude, least significant first.
    ///
    /// # Errors
    /// MemoryError.
    pub fn int_from_magnitude(&self, negative: bool, magnitude: &[u8]) -> PyResult<Value> {
        let mut limbs = Vec::new();
        if limbs.try_reserve_exact(magnitude.len().div_ceil(8)).is_err() {
            return Err(self.memory_error());
        }
        for chunk in magnitude.chunks(8) {
            let mut word = [0; 8];
            for (place, &byte) in word.iter_mut().zip(chunk) {
                *place = byte;
            }
            limbs.push(u64::from_le_bytes(word));
        }
        self.integer(&Integer::from_magnitude(negative, limbs))
    }

    /// An int from the result of arithmetic.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn integer(&self, number: &Integer) -> PyResult<Value> {
        match number {
            Integer::Small(number) => Ok(Value::small_int_unchecked(*number)),
            Integer::Big { negative, limbs } => self.large_int(*negative, limbs),
        }
    }

    /// An int from the result of arithmetic, or its error raised.
    ///
    /// # Errors
    /// The error's exception; MemoryError.
    #[inline]
    pub fn integer_result(&self, result: Result<Integer, NumberError>) -> PyResult<Value> {
        match result {
            Ok(number) => self.integer(&number),
            Err(error) => Err(self.number_error(&error)),
        }
    }

    /// An int beyond the tagged range; the limbs have no leading zeros.
    fn large_int(&self, negative: bool, limbs: &[u64]) -> PyResult<Value> {
        let object = self.allocate(Kind::Int, 0, raw_bytes(limbs.len()))?;
        fill(object, negative, limbs);
        Ok(Value::from(object))
    }

    /// The exact int of an int, a bool or an instance of a subclass.
    ///
    /// # Errors
    /// MemoryError.
    pub fn exact_int(&self, value: Value) -> PyResult<Value> {
        if is_exact_int(value) {
            return Ok(value);
        }
        match integer_of(&value) {
            Some(number) => self.integer_result(number.to_integer()),
            None => Err(self.type_error_expected("int", value)),
        }
    }

    /// Raises what arithmetic failed with.
    #[cold]
    pub fn number_error(&self, error: &NumberError) -> Raised {
        match error {
            NumberError::ZeroDivision(text) => {
                self.raise(ExceptionClass::ZeroDivisionError, format_args!("{text}"))
            }
            NumberError::Overflow(text) => self.raise(ExceptionClass::OverflowError, format_args!("{text}")),
            NumberError::Value(text) => self.value_error(format_args!("{text}")),
            NumberError::Memory => self.memory_error(),
            NumberError::Range => {
                /// `ERANGE`
                const RANGE: u32 = 34;
                match self.str(error.message()) {
                    Ok(text) => {
                        self.raise_with(ExceptionClass::OverflowError, &[Value::int_from_u32(RANGE), text])
                    }
                    Err(raised) => raised,
                }
            }
        }
    }

    /// The largest number of digits that ints are converted from and to text with (`sys.get_int_max_str_digits`); 0 for no limit.
    #[inline]
    pub fn int_digit_limit(&self) -> usize {
        // Relaxed: a setting that stands for itself.
        self.engine().int_digit_limit.load(Ordering::Relaxed) as usize
    }

    /// Sets the limit of digits; the caller has checked it against `SMALLEST_DIGIT_LIMIT`.
    pub fn set_int_digit_limit(&self, limit: u32) {
        // Relaxed: see `int_digit_limit`.
        self.engine().int_digit_limit.store(limit, Ordering::Relaxed);
    }

    // What other natives take

    /// The int that a value stands for through `__index__`: an int, a bool or an instance of a subclass as it is.
    ///
    /// # Errors
    /// TypeError, and what `__index__` raises.
    #[inline]
    pub fn index_any(&self, value: Value) -> PyResult<Value> {
        if is_int(value) { Ok(value) } else { self.index_slow(value) }
    }

    fn index_slow(&self, value: Value) -> PyResult<Value> {
        let Some(method) = self.special_method(value, Name::__index__)? else {
            let class_name = self.type_name(value);
            return Err(
                self.type_error(format_args!("'{class_name}' object cannot be interpreted as an integer"))
            );
        };
        let result = self.call_pair(method, &[])?;
        if is_exact_int(result) {
            return Ok(result);
        }
        let class_name = self.type_name(result);
        if !is_int(result) {
            return Err(self.type_error(format_args!("__index__ returned non-int (type {class_name})")));
        }
        self.warn(ExceptionClass::DeprecationWarning, format_args!(
            "__index__ returned non-int (type {class_name}).  The ability to return an instance of a strict subclass of int is \
             deprecated, and may not be supported in a future version of Python."
        ))?;
        Ok(result)
    }

    /// `operator.index(value)`: an exact int.
    ///
    /// # Errors
    /// TypeError, and what `__index__` raises.
    #[inline]
    pub fn index(&self, value: Value) -> PyResult<Value> {
        if value.is_small_int() {
            return Ok(value);
        }
        let number = self.index_any(value)?;
        self.exact_int(number)
    }

    /// Whether a value has `__index__`.
    pub fn has_index(&self, value: Value) -> bool {
        is_int(value) || self.class_of(value).lookup_name(self, Name::__index__).is_some()
    }

    /// An argument that C would take as `Py_ssize_t` or `long long`.
    ///
    /// # Errors
    /// OverflowError when it does not fit 64 bits; TypeError, and what `__index__` raises.
    #[inline]
    pub fn index_i64(&self, value: Value) -> PyResult<i64> {
        match value.as_small_int() {
            Some(number) => Ok(number),
            None => self.index_or(
                value,
                ExceptionClass::OverflowError,
                "Python int too large to convert to C ssize_t",
            ),
        }
    }

    /// An argument that C would take as `unsigned long long`.
    ///
    /// # Errors
    /// OverflowError for a negative or too large number; TypeError, and what `__index__` raises.
    pub fn index_u64(&self, value: Value) -> PyResult<u64> {
        let number = self.index_any(value)?;
        match integer_of(&number) {
            Some(number) if number.is_negative() => Err(self.raise(
                ExceptionClass::OverflowError,
                format_args!("can't convert negative int to unsigned"),
            )),
            Some(number) => number.to_u64().ok_or_else(|| {
                self.raise(ExceptionClass::OverflowError, format_args!("int too big to convert"))
            }),
            None => Err(self.type_error_expected("int", value)),
        }
    }

    /// The index of a sequence.
    ///
    /// # Errors
    /// IndexError when no sequence can be that long; TypeError, and what `__index__` raises.
    #[inline]
    pub fn index_in_range(&self, value: Value) -> PyResult<isize> {
        match value.as_small_int() {
            Some(number) => Ok(number as isize),
            None => self
                .index_or(value, ExceptionClass::IndexError, "cannot fit 'int' into an index-sized integer")
                .map(|number| number as isize),
        }
    }

    /// How often a sequence is repeated.
    ///
    /// # Errors
    /// OverflowError when no sequence can be that long; TypeError, and what `__index__` raises.
    pub fn repeat_count(&self, value: Value) -> PyResult<isize> {
        self.index_or(value, ExceptionClass::OverflowError, "cannot fit 'int' into an index-sized integer")
            .map(|number| number as isize)
    }

    fn index_or(&self, value: Value, class: ExceptionClass, text: &str) -> PyResult<i64> {
        let number = self.index_any(value)?;
        as_i64(number).ok_or_else(|| self.raise(class, format_args!("{text}")))
    }

    /// A bound of a slice: clamped to what a machine word holds.
    ///
    /// # Errors
    /// TypeError, and what `__index__` raises.
    #[inline]
    pub fn clamp_index(&self, value: Value) -> PyResult<isize> {
        match value.as_small_int() {
            Some(number) => Ok(number as isize),
            None => self.clamp_index_slow(value),
        }
    }

    fn clamp_index_slow(&self, value: Value) -> PyResult<isize> {
        if !self.has_index(value) {
            return Err(self.type_error(format_args!(
                "slice indices must be integers or None or have an __index__ method"
            )));
        }
        let number = self.index_any(value)?;
        Ok(match integer_of(&number) {
            Some(number) => match number.to_i64() {
                Some(number) => number as isize,
                None if number.is_negative() => isize::MIN,
                None => isize::MAX,
            },
            None => 0,
        })
    }

    /// The float nearest to an int.
    ///
    /// # Errors
    /// OverflowError when it is beyond all floats.
    pub fn int_to_f64(&self, number: IntegerRef<'_>) -> PyResult<f64> {
        integer_float::to_float(number).map_err(|error| self.number_error(&error))
    }
}
