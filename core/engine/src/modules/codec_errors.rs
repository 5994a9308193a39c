//! The error handlers that every Python has, as functions: what `codecs.lookup_error` returns for them.
//!
//! Invariant: a handler is given the exception of a codec and answers with the replacement and the place to go on, or raises the exception.
//! Source: Python/codecs.c (`PyCodec_StrictErrors` and its neighbours).

use alloc::vec::Vec;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::native::{Arguments, Binding, NativeFunction};
use crate::protocol::codec::NativeCodec;
use crate::text::codecs::handlers::ErrorHandler;
use crate::text::codecs::{Codec, CodecError};
use crate::types::bytes_object::Bytes;
use crate::types::class::Class;
use crate::types::exception_methods::extra;
use crate::types::str_object::Str;
use crate::types::str_units::{TextBuilder, with_units};
use crate::types::unicode_error::{ENCODING, END, OBJECT, START};
use crate::value::Value;

macro_rules! handlers {
    ($( $handler:ident $name:literal $function:literal $doc:literal )*) => {
        static FUNCTIONS: &[(&str, NativeFunction)] = &[ $(
            ($name, NativeFunction {
                name: $function,
                doc: $doc,
                signature: "",
                binding: Binding::Function,
                call: |cx, arguments| handle(cx, arguments, ErrorHandler::$handler),
            }),
        )* ];
    };
}

handlers! {
    Strict "strict" "strict_errors" "Implements the 'strict' error handling, which raises a UnicodeError on coding errors."
    Ignore "ignore" "ignore_errors" "Implements the 'ignore' error handling, which ignores malformed data and continues."
    Replace "replace" "replace_errors" "Implements the 'replace' error handling, which replaces malformed data with a replacement marker."
    XmlCharacterReplace "xmlcharrefreplace" "xmlcharrefreplace_errors" "Implements the 'xmlcharrefreplace' error handling, which replaces an unencodable character with the appropriate XML character reference."
    BackslashReplace "backslashreplace" "backslashreplace_errors" "Implements the 'backslashreplace' error handling, which replaces malformed data with a backslashed escape sequence."
    NameReplace "namereplace" "namereplace_errors" "Implements the 'namereplace' error handling, which replaces an unencodable character with a \\N{...} escape sequence."
    SurrogatePass "surrogatepass" "surrogatepass" ""
    SurrogateEscape "surrogateescape" "surrogateescape" ""
}

/// The function of a builtin handler.
///
/// # Errors
/// MemoryError.
pub(crate) fn find(cx: &Context, name: &str) -> PyResult<Option<Value>> {
    match FUNCTIONS.iter().find(|(known, _)| *known == name) {
        Some((_, function)) => cx.native_function(function, None, None).map(Some),
        None => Ok(None),
    }
}

fn is_a(cx: &Context, value: Value, class: ExceptionClass) -> bool {
    Class::from_value(cx.exception_class(class)).is_some_and(|class| cx.is_instance_of(value, class))
}

#[cold]
fn cannot(cx: &Context, exception: Value) -> Raised {
    cx.type_error(format_args!("don't know how to handle {} in error callback", cx.type_name(exception)))
}

/// The range that an exception names, clipped to its object.
fn range(exception: Value, length: usize) -> (usize, usize) {
    let number = |slot: usize| {
        exception
            .as_object()
            .and_then(|object| extra(object, slot))
            .and_then(Value::as_small_int)
            .unwrap_or(0)
    };
    let length = length as i64;
    let start = number(START).clamp(0, (length - 1).max(0));
    let end = number(END).max(1).min(length).max(start);
    (start as usize, end as usize)
}

fn handle(cx: &Context, arguments: Arguments<'_>, handler: ErrorHandler) -> PyResult {
    let &[exception] = arguments.values else {
        let given = arguments.values.len();
        return Err(cx.type_error(format_args!("error handlers take exactly one argument ({given} given)")));
    };
    if !is_a(cx, exception, ExceptionClass::BaseException) {
        return Err(cx.type_error(format_args!("codec must pass exception instance")));
    }
    if handler == ErrorHandler::Strict {
        return Err(cx.raise_value(exception));
    }
    let Some(object) = exception.as_object() else { return Err(cannot(cx, exception)) };
    let codec = extra(object, ENCODING)
        .and_then(Str::from_value)
        .and_then(|name| NativeCodec::find(&name.to_utf8_lossy()));
    let codec = match codec {
        Some(NativeCodec::Plain(codec)) => codec,
        _ => Codec::Windows1252,
    };
    let subject = extra(object, OBJECT).unwrap_or(Value::NONE);
    if is_a(cx, exception, ExceptionClass::UnicodeDecodeError) {
        let Some(bytes) = Bytes::from_value(subject).filter(|_| handler.can_decode()) else {
            return Err(cannot(cx, exception));
        };
        let (start, end) = range(exception, bytes.len());
        let error = CodecError { start, end, reason: "" };
        let mut builder = TextBuilder::default();
        let next =
            handler.decode(codec, bytes.as_slice(), &error, &mut |code_point| builder.push(code_point));
        return match next {
            Some(next) => cx.tuple(&[builder.finish(cx)?.as_value(), Value::int_from_length(next)]),
            None => Err(cx.raise_value(exception)),
        };
    }
    let is_encoding = is_a(cx, exception, ExceptionClass::UnicodeEncodeError);
    let is_translation = is_a(cx, exception, ExceptionClass::UnicodeTranslateError)
        && matches!(handler, ErrorHandler::Ignore | ErrorHandler::Replace | ErrorHandler::BackslashReplace);
    let Some(text) = Str::from_value(subject).filter(|_| is_encoding || is_translation) else {
        return Err(cannot(cx, exception));
    };
    let (start, end) = range(exception, text.len());
    let error = CodecError { start, end, reason: "" };
    if is_translation && handler == ErrorHandler::Replace {
        let mut builder = TextBuilder::default();
        builder.push_repeated(cx, 0xfffd, end - start)?;
        return cx.tuple(&[builder.finish(cx)?.as_value(), Value::int_from_length(end)]);
    }
    let gives_bytes = matches!(handler, ErrorHandler::SurrogateEscape | ErrorHandler::SurrogatePass);
    // What is no byte of the encoding is ASCII text, which the codec encodes itself.
    let codec = if gives_bytes { codec } else { Codec::Ascii };
    let names = |code_point: u32| cx.name_of_character(code_point);
    let mut out = Vec::new();
    let next = with_units!(text, units => handler.encode(codec, units, &error, &names, &mut out));
    let Some(next) = next else { return Err(cx.raise_value(exception)) };
    let replacement = if gives_bytes { cx.bytes(&out)? } else { cx.str_from_latin1(&out)?.as_value() };
    cx.tuple(&[replacement, Value::int_from_length(next)])
}
