//! What is asked of any stream object, whoever wrote its class; arguments and errors that all streams share.
//!
//! Source: Modules/_io/_iomodule.c, Modules/_io/iobase.c.

use alloc::format;
use core::fmt;

use threadsnake_engine::engine::Root;
use threadsnake_engine::types::byte_array::ByteArray;
use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::exception::as_exception;
use threadsnake_engine::types::exception::slot as exception_slot;
use threadsnake_engine::types::memory_view::{MemoryView, view_of};
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, ExceptionClass, Kind, Name, PyResult, Raised, Value};

/// `io.UnsupportedOperation`, made when it is first asked for.
///
/// # Errors
/// MemoryError.
pub fn unsupported_class(cx: &Context) -> PyResult<Value> {
    if let Some(class) = cx.root(Root::UnsupportedOperation) {
        return Ok(class);
    }
    let bases = cx.tuple(&[
        cx.exception_class(ExceptionClass::OSError),
        cx.exception_class(ExceptionClass::ValueError),
    ])?;
    let namespace = cx.new_dict()?;
    namespace.set_str(cx, cx.name(Name::__module__), cx.str("io")?)?;
    let made =
        cx.call(cx.class(Kind::Type), &[cx.str("UnsupportedOperation")?, bases, namespace.as_value()])?;
    // Two threads may come here at once: the one that is set first is the class.
    if cx.root(Root::UnsupportedOperation).is_none() {
        cx.set_root(Root::UnsupportedOperation, Some(made));
    }
    Ok(cx.root(Root::UnsupportedOperation).unwrap_or(made))
}

/// UnsupportedOperation with this text.
#[cold]
pub fn unsupported(cx: &Context, text: &str) -> Raised {
    let made = (|| {
        let class = unsupported_class(cx)?;
        let text = cx.str(text)?;
        cx.call(class, &[text])
    })();
    match made.map(as_exception) {
        Ok(Some(object)) => cx.raise_object(object),
        Ok(None) => cx.raise(ExceptionClass::OSError, format_args!("{text}")),
        Err(raised) => raised,
    }
}

/// `I/O operation on closed file.`
#[cold]
pub fn closed_error(cx: &Context) -> Raised {
    cx.value_error(format_args!("I/O operation on closed file."))
}

/// `I/O operation on uninitialized object`
#[cold]
pub fn uninitialized(cx: &Context) -> Raised {
    cx.value_error(format_args!("I/O operation on uninitialized object"))
}

/// Calls `stream.method()`.
///
/// # Errors
/// What the call raises.
pub fn ask(cx: &Context, stream: Value, method: Name) -> PyResult {
    cx.call_method_name(stream, method, &[])
}

/// Calls `stream.method()` and takes the truth of the answer.
///
/// # Errors
/// What the call raises.
pub fn ask_flag(cx: &Context, stream: Value, method: Name) -> PyResult<bool> {
    let answer = ask(cx, stream, method)?;
    cx.is_true(answer)
}

/// `stream.closed`
///
/// # Errors
/// What the attribute raises.
pub fn is_closed(cx: &Context, stream: Value) -> PyResult<bool> {
    let closed = cx.get_attribute_name(stream, Name::closed)?;
    cx.is_true(closed)
}

/// Raises ValueError if `stream.closed`.
///
/// # Errors
/// ValueError, and what the attribute raises.
pub fn check_open(cx: &Context, stream: Value) -> PyResult<()> {
    if is_closed(cx, stream)? { Err(closed_error(cx)) } else { Ok(()) }
}

/// Raises UnsupportedOperation unless the stream is `readable`, `writable` or `seekable`.
///
/// # Errors
/// UnsupportedOperation, and what the call raises.
pub fn check_can(cx: &Context, stream: Value, what: Name) -> PyResult<()> {
    let answer = ask(cx, stream, what)?;
    if answer.is(Value::TRUE) {
        return Ok(());
    }
    Err(unsupported(cx, &format!("File or stream is not {}.", what.text())))
}

/// An optional size: absent and None are -1.
///
/// # Errors
/// TypeError, OverflowError.
pub fn size_argument(cx: &Context, value: Option<Value>) -> PyResult<i64> {
    match value.filter(|value| !value.is_none()) {
        None => Ok(-1),
        Some(value) => match value.as_small_int() {
            Some(number) => Ok(number),
            None if cx.has_index(value) => cx.index_i64(value),
            None => Err(cx.type_error(format_args!(
                "argument should be integer or None, not '{}'",
                cx.type_name(value)
            ))),
        },
    }
}

/// A negative size as a limit that nothing reaches.
pub fn limit(size: i64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

/// The length of a writable buffer that `function` was given.
///
/// # Errors
/// TypeError if it is none.
pub fn writable_length(cx: &Context, function: &str, buffer: Value) -> PyResult<usize> {
    match cx.writable_length(buffer) {
        Ok(length) => Ok(length),
        Err(raised) => {
            cx.take_exception(raised);
            Err(cx.type_error(format_args!(
                "{function}() argument must be read-write bytes-like object, not {}",
                cx.type_name(buffer)
            )))
        }
    }
}

/// Hands `size` bytes of memory to a raw stream's `readinto`: what it filled, and what it answered.
///
/// # Errors
/// What the call raises.
pub fn read_through_view(cx: &Context, raw: Value, size: usize) -> PyResult<(ByteArray, Value)> {
    let array = zeroed(cx, size)?;
    let view = view_of(cx, array.as_value())?;
    let answer = cx.call_method_name(raw, Name::readinto, &[view]);
    if let Some(view) = MemoryView::from_value(view) {
        view.release(cx);
    }
    Ok((array, answer?))
}

/// A bytearray of zeros.
///
/// # Errors
/// MemoryError.
pub fn zeroed(cx: &Context, size: usize) -> PyResult<ByteArray> {
    let array = cx.new_byte_array(&[])?;
    let mut zeros = alloc::vec::Vec::new();
    zeros.try_reserve_exact(size).map_err(|_| cx.memory_error())?;
    zeros.resize(size, 0);
    array.splice(cx, |length| Some((0, length)), &zeros)?;
    Ok(array)
}

/// What a stream's `read` answered, as bytes.
///
/// # Errors
/// The error that `wrong` makes if it is something else.
pub fn expect_bytes(cx: &Context, value: Value, wrong: fmt::Arguments<'_>) -> PyResult<Bytes> {
    Bytes::from_value(value).ok_or_else(|| cx.type_error(wrong))
}

/// Whether the pending error says that a signal interrupted a call: then its handlers have run, and the call is made again.
///
/// # Errors
/// The pending error if it is another one; what a signal handler raises.
pub fn retry_interrupted(cx: &Context, raised: Raised) -> PyResult<()> {
    if !cx.pending_is(&raised, ExceptionClass::InterruptedError) {
        return Err(raised);
    }
    cx.take_exception(raised);
    cx.poll()
}

/// The result of closing two layers: the second error has the first as its context.
///
/// # Errors
/// The errors given.
pub fn chain(cx: &Context, first: PyResult<()>, second: impl FnOnce() -> PyResult<()>) -> PyResult<()> {
    let Err(raised) = first else { return second() };
    let earlier = cx.take_exception(raised);
    match second() {
        Ok(()) => Err(cx.raise_value(earlier)),
        Err(raised) => {
            let later = cx.take_exception(raised);
            if let (Some(later), true) = (as_exception(later), !later.is(earlier))
                && later.slot(exception_slot::CONTEXT) == 0
            {
                cx.store(later, exception_slot::CONTEXT, earlier);
            }
            Err(cx.raise_value(later))
        }
    }
}

/// `<module.Class name='...'>` with what stands behind the name.
///
/// # Errors
/// What `name` raises, but for errors that mean that it has none.
pub fn shown(cx: &Context, this: Value, more: &str) -> PyResult {
    let class = cx.class_of(this);
    let module = cx.class_module(class)?.and_then(Str::from_value).unwrap_or_else(|| cx.empty_str());
    let class_name = class.qualified_name(cx);
    let name = match cx.find_attribute_or_none(this, cx.name(Name::name)) {
        Ok(name) => name,
        Err(raised) if cx.pending_is(&raised, ExceptionClass::ValueError) => {
            cx.take_exception(raised);
            None
        }
        Err(raised) => return Err(raised),
    };
    match name {
        None => cx.str_format(format_args!("<{module}.{class_name}{more}>")),
        Some(name) => match cx.enter_repr(this)? {
            Some(_guard) => {
                let name = cx.repr(name)?;
                cx.str_format(format_args!("<{module}.{class_name} name={name}{more}>"))
            }
            None => Err(cx.raise(
                ExceptionClass::RuntimeError,
                format_args!("reentrant call inside {module}.{class_name}.__repr__"),
            )),
        },
    }
}

/// `cannot pickle 'X' instances`
#[cold]
pub fn not_picklable(cx: &Context, this: Value) -> Raised {
    cx.type_error(format_args!("cannot pickle '{}' instances", cx.type_name(this)))
}
