//! The three Unicode errors: encoding, what could not be converted, from where to where, and why.
//!
//! Invariant: start and end are any ints; texts clip them to the object, as CPython 3.14 does. Source: Objects/exceptions.c.

use alloc::format;
use alloc::string::String;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::Kind;
use crate::native::{Arguments, NativeAttribute, NativeClass};
use crate::types::bytes_object::Bytes;
use crate::types::exception::{RAW_BYTES, new_exception, slot};
use crate::types::exception_methods::{
    BaseException, allocate_exception, check_new, extra, member, no_keywords, set_extra, store_arguments,
    with_members,
};
use crate::types::str_object::Str;
use crate::value::Value;
use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

/// Slot of `encoding`.
pub const ENCODING: usize = slot::EXTRA;
/// Slot of `object`.
pub const OBJECT: usize = slot::EXTRA + 1;
/// Slot of `start`.
pub const START: usize = slot::EXTRA + 2;
/// Slot of `end`.
pub const END: usize = slot::EXTRA + 3;
/// Slot of `reason`.
pub const REASON: usize = slot::EXTRA + 4;
/// Slots of an instance.
pub const SLOTS: u16 = slot::COUNT + 5;

const MEMBERS: [NativeAttribute; 5] = [
    member!("encoding", ENCODING),
    member!("object", OBJECT),
    POSITION_START,
    POSITION_END,
    member!("reason", REASON),
];

const POSITION_START: NativeAttribute = NativeAttribute {
    name: "start",
    doc: "exception start",
    get: get_position::<START>,
    set: Some(set_position::<START>),
};
const POSITION_END: NativeAttribute = NativeAttribute {
    name: "end",
    doc: "exception end",
    get: get_position::<END>,
    set: Some(set_position::<END>),
};

fn get_position<const SLOT: usize>(cx: &Context, this: Value) -> PyResult<Value> {
    let this = BaseException::expect(cx, this)?;
    Ok(extra(this.object(), SLOT).unwrap_or(Value::int_from_length(0)))
}

fn set_position<const SLOT: usize>(cx: &Context, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = BaseException::expect(cx, this)?;
    let Some(value) = value else {
        return Err(cx.type_error(format_args!("can't delete numeric/char attribute")));
    };
    let position = cx.index_i64(value)?;
    let position = cx.int(position)?;
    set_extra(cx, this.object(), SLOT, Some(position));
    Ok(())
}

/// Start and end, clipped to an object of this length.
fn clipped(exception: ObjectRef, length: usize) -> (usize, usize) {
    let length = length as i64;
    let number = |slot| extra(exception, slot).and_then(Value::as_small_int).unwrap_or(0);
    let start = number(START).clamp(0, (length - 1).max(0));
    let end = number(END).max(1).min(length);
    (start as usize, end.max(0) as usize)
}

fn text_of(cx: &Context, exception: ObjectRef, slot: usize) -> PyResult<String> {
    match extra(exception, slot) {
        Some(value) => Ok(cx.str_of(value)?.to_utf8_lossy()),
        None => Ok(String::new()),
    }
}

fn escaped(code_point: u32) -> String {
    match code_point {
        0..=0xFF => format!("\\x{code_point:02x}"),
        0x100..=0xFFFF => format!("\\u{code_point:04x}"),
        _ => format!("\\U{code_point:08x}"),
    }
}

fn expect_text(cx: &Context, value: Value, position: usize) -> PyResult<Value> {
    if Str::from_value(value).is_some() {
        return Ok(value);
    }
    Err(cx.type_error(format_args!("argument {position} must be str, not {}", cx.type_name(value))))
}

fn expect_position(cx: &Context, value: Value) -> PyResult<Value> {
    let position = cx.index_i64(value)?;
    cx.int(position)
}

fn store(cx: &Context, this: BaseException, members: &[(usize, Value)]) {
    for &(slot, value) in members {
        set_extra(cx, this.object(), slot, Some(value));
    }
}

fn wrong_count(cx: &Context, expected: usize, given: usize) -> Raised {
    cx.type_error(format_args!("function takes exactly {expected} arguments ({given} given)"))
}

/// Unicode encoding error.
#[pyclass(
    id = BaseException, name = "UnicodeEncodeError", base = BaseException, slots = SLOTS, raw = RAW_BYTES,
    flags(SUBCLASSABLE, HAS_DICT, EXCEPTION)
)]
pub struct UnicodeEncodeError;

#[pymethods]
impl UnicodeEncodeError {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let class = check_new(cx, class, ExceptionClass::UnicodeEncodeError, "UnicodeEncodeError")?;
        Ok(Value::from(allocate_exception(cx, class, arguments.positional())?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: BaseException, arguments: Arguments<'_>) -> PyResult<()> {
        no_keywords(cx, cx.type_name(this.as_value()), &arguments)?;
        let positional = arguments.positional();
        store_arguments(cx, this.object(), positional)?;
        let &[encoding, object, start, end, reason] = positional else {
            return Err(wrong_count(cx, 5, positional.len()));
        };
        let encoding = expect_text(cx, encoding, 1)?;
        let object = expect_text(cx, object, 2)?;
        let start = expect_position(cx, start)?;
        let end = expect_position(cx, end)?;
        let reason = expect_text(cx, reason, 5)?;
        store(
            cx,
            this,
            &[(ENCODING, encoding), (OBJECT, object), (START, start), (END, end), (REASON, reason)],
        );
        Ok(())
    }

    /// Return str(self).
    #[pymethod(name = "__str__", signature = "($self, /)")]
    fn str(cx: &Context, this: BaseException) -> PyResult<Value> {
        let this = this.object();
        let Some(object) = extra(this, OBJECT).and_then(Str::from_value) else {
            return Ok(cx.empty_str().as_value());
        };
        let reason = text_of(cx, this, REASON)?;
        let encoding = text_of(cx, this, ENCODING)?;
        let (start, end) = clipped(this, object.len());
        match object.code_point(start) {
            Some(code_point) if end == start + 1 => cx.str_format(format_args!(
                "'{encoding}' codec can't encode character '{}' in position {start}: {reason}",
                escaped(code_point)
            )),
            _ => cx.str_format(format_args!(
                "'{encoding}' codec can't encode characters in position {start}-{}: {reason}",
                end as i64 - 1
            )),
        }
    }
}

/// Unicode decoding error.
#[pyclass(
    id = BaseException, name = "UnicodeDecodeError", base = BaseException, slots = SLOTS, raw = RAW_BYTES,
    flags(SUBCLASSABLE, HAS_DICT, EXCEPTION)
)]
pub struct UnicodeDecodeError;

#[pymethods]
impl UnicodeDecodeError {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let class = check_new(cx, class, ExceptionClass::UnicodeDecodeError, "UnicodeDecodeError")?;
        Ok(Value::from(allocate_exception(cx, class, arguments.positional())?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: BaseException, arguments: Arguments<'_>) -> PyResult<()> {
        no_keywords(cx, cx.type_name(this.as_value()), &arguments)?;
        let positional = arguments.positional();
        store_arguments(cx, this.object(), positional)?;
        let &[encoding, object, start, end, reason] = positional else {
            return Err(wrong_count(cx, 5, positional.len()));
        };
        let encoding = expect_text(cx, encoding, 1)?;
        let object =
            if object.is_kind(Kind::Bytes) { object } else { cx.call(cx.class(Kind::Bytes), &[object])? };
        let start = expect_position(cx, start)?;
        let end = expect_position(cx, end)?;
        let reason = expect_text(cx, reason, 5)?;
        store(
            cx,
            this,
            &[(ENCODING, encoding), (OBJECT, object), (START, start), (END, end), (REASON, reason)],
        );
        Ok(())
    }

    /// Return str(self).
    #[pymethod(name = "__str__", signature = "($self, /)")]
    fn str(cx: &Context, this: BaseException) -> PyResult<Value> {
        let this = this.object();
        let Some(object) = extra(this, OBJECT) else { return Ok(cx.empty_str().as_value()) };
        let bytes = Bytes::expect(cx, object)?;
        let bytes = bytes.as_slice();
        let reason = text_of(cx, this, REASON)?;
        let encoding = text_of(cx, this, ENCODING)?;
        let (start, end) = clipped(this, bytes.len());
        match bytes.get(start) {
            Some(byte) if end == start + 1 => cx.str_format(format_args!(
                "'{encoding}' codec can't decode byte 0x{byte:02x} in position {start}: {reason}"
            )),
            _ => cx.str_format(format_args!(
                "'{encoding}' codec can't decode bytes in position {start}-{}: {reason}",
                end as i64 - 1
            )),
        }
    }
}

/// Unicode translation error.
#[pyclass(
    id = BaseException, name = "UnicodeTranslateError", base = BaseException, slots = SLOTS, raw = RAW_BYTES,
    flags(SUBCLASSABLE, HAS_DICT, EXCEPTION)
)]
pub struct UnicodeTranslateError;

#[pymethods]
impl UnicodeTranslateError {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let class = check_new(cx, class, ExceptionClass::UnicodeTranslateError, "UnicodeTranslateError")?;
        Ok(Value::from(allocate_exception(cx, class, arguments.positional())?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: BaseException, arguments: Arguments<'_>) -> PyResult<()> {
        no_keywords(cx, cx.type_name(this.as_value()), &arguments)?;
        let positional = arguments.positional();
        store_arguments(cx, this.object(), positional)?;
        let &[object, start, end, reason] = positional else {
            return Err(wrong_count(cx, 4, positional.len()));
        };
        let object = expect_text(cx, object, 1)?;
        let start = expect_position(cx, start)?;
        let end = expect_position(cx, end)?;
        let reason = expect_text(cx, reason, 4)?;
        store(cx, this, &[(OBJECT, object), (START, start), (END, end), (REASON, reason)]);
        Ok(())
    }

    /// Return str(self).
    #[pymethod(name = "__str__", signature = "($self, /)")]
    fn str(cx: &Context, this: BaseException) -> PyResult<Value> {
        let this = this.object();
        let Some(object) = extra(this, OBJECT).and_then(Str::from_value) else {
            return Ok(cx.empty_str().as_value());
        };
        let reason = text_of(cx, this, REASON)?;
        let (start, end) = clipped(this, object.len());
        match object.code_point(start) {
            Some(code_point) if end == start + 1 => cx.str_format(format_args!(
                "can't translate character '{}' in position {start}: {reason}",
                escaped(code_point)
            )),
            _ => cx.str_format(format_args!(
                "can't translate characters in position {start}-{}: {reason}",
                end as i64 - 1
            )),
        }
    }
}

/// `UnicodeEncodeError`, with its attributes.
pub(crate) fn encode_class() -> &'static NativeClass {
    with_members!(UnicodeEncodeError, &MEMBERS)
}

/// `UnicodeDecodeError`, with its attributes.
pub(crate) fn decode_class() -> &'static NativeClass {
    with_members!(UnicodeDecodeError, &MEMBERS)
}

/// `UnicodeTranslateError`, with its attributes.
pub(crate) fn translate_class() -> &'static NativeClass {
    with_members!(UnicodeTranslateError, &MEMBERS)
}

fn new_error(
    cx: &Context,
    class: ExceptionClass,
    encoding: &str,
    object: Value,
    range: (usize, usize),
    reason: &str,
) -> PyResult<ObjectRef> {
    let encoding = cx.str(encoding)?;
    let reason = cx.str(reason)?;
    let (start, end) = (Value::int_from_length(range.0), Value::int_from_length(range.1));
    let exception = new_exception(cx, class, &[encoding, object, start, end, reason])?;
    let members = [(ENCODING, encoding), (OBJECT, object), (START, start), (END, end), (REASON, reason)];
    for (slot, value) in members {
        set_extra(cx, exception, slot, Some(value));
    }
    Ok(exception)
}

impl Context {
    /// A UnicodeEncodeError object, not raised: for error handlers.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_unicode_encode_error(
        &self,
        encoding: &str,
        text: Str,
        start: usize,
        end: usize,
        reason: &str,
    ) -> PyResult<Value> {
        new_error(self, ExceptionClass::UnicodeEncodeError, encoding, text.as_value(), (start, end), reason)
            .map(Value::from)
    }

    /// A UnicodeDecodeError object, not raised: for error handlers.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_unicode_decode_error(
        &self,
        encoding: &str,
        bytes: Value,
        start: usize,
        end: usize,
        reason: &str,
    ) -> PyResult<Value> {
        new_error(self, ExceptionClass::UnicodeDecodeError, encoding, bytes, (start, end), reason)
            .map(Value::from)
    }

    /// UnicodeEncodeError.
    #[cold]
    pub fn unicode_encode_error(
        &self,
        encoding: &str,
        text: Str,
        start: usize,
        end: usize,
        reason: &str,
    ) -> Raised {
        let class = ExceptionClass::UnicodeEncodeError;
        match new_error(self, class, encoding, text.as_value(), (start, end), reason) {
            Ok(object) => self.raise_object(object),
            Err(raised) => raised,
        }
    }

    /// UnicodeDecodeError.
    #[cold]
    pub fn unicode_decode_error(
        &self,
        encoding: &str,
        bytes: Value,
        start: usize,
        end: usize,
        reason: &str,
    ) -> Raised {
        match new_error(self, ExceptionClass::UnicodeDecodeError, encoding, bytes, (start, end), reason) {
            Ok(object) => self.raise_object(object),
            Err(raised) => raised,
        }
    }
}
