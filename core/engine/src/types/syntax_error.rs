//! `SyntaxError` and its kin: message, place and source line.
//!
//! Source: Objects/exceptions.c; Python/pythonrun.c for what is shown of the place.

use alloc::string::String;

use crate::context::Context;
use crate::engine::{CompileError, CompileRequest};
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::Kind;
use crate::native::{Arguments, NativeClass};
use crate::types::exception::{RAW_BYTES, new_exception, slot};
use crate::types::exception_methods::{
    BaseException, allocate_exception, check_new, extra, member, no_keywords, set_extra, store_arguments,
    with_members,
};
use crate::types::str_object::Str;
use crate::value::Value;
use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

/// Slot of `msg`.
pub const MESSAGE: usize = slot::EXTRA;
/// Slot of `filename`.
pub const FILE_NAME: usize = slot::EXTRA + 1;
/// Slot of `lineno`.
pub const LINE: usize = slot::EXTRA + 2;
/// Slot of `offset`.
pub const OFFSET: usize = slot::EXTRA + 3;
/// Slot of `text`.
pub const TEXT: usize = slot::EXTRA + 4;
/// Slot of `end_lineno`.
pub const END_LINE: usize = slot::EXTRA + 5;
/// Slot of `end_offset`.
pub const END_OFFSET: usize = slot::EXTRA + 6;
/// Slot of `print_file_and_line`.
pub const PRINT_FILE_AND_LINE: usize = slot::EXTRA + 7;
/// Slot of `_metadata`.
pub const METADATA: usize = slot::EXTRA + 8;
/// Slots of an instance.
pub const SLOTS: u16 = slot::COUNT + 9;

/// Invalid syntax.
#[pyclass(
    id = BaseException, name = "SyntaxError", base = BaseException, slots = SLOTS, raw = RAW_BYTES,
    flags(SUBCLASSABLE, HAS_DICT, EXCEPTION)
)]
pub struct SyntaxError;

#[pymethods]
impl SyntaxError {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let class = check_new(cx, class, ExceptionClass::SyntaxError, "SyntaxError")?;
        Ok(Value::from(allocate_exception(cx, class, arguments.positional())?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: BaseException, arguments: Arguments<'_>) -> PyResult<()> {
        no_keywords(cx, cx.type_name(this.as_value()), &arguments)?;
        let positional = arguments.positional();
        store_arguments(cx, this.object(), positional)?;
        if let Some(&message) = positional.first() {
            set_extra(cx, this.object(), MESSAGE, Some(message));
        }
        let &[_, details] = positional else { return Ok(()) };
        let details = cx.new_tuple(cx.collect(details)?.as_slice())?;
        let count = details.len();
        if !(4..=7).contains(&count) {
            let bound = if count < 4 { "at least 4" } else { "at most 7" };
            return Err(cx.type_error(format_args!("function takes {bound} arguments ({count} given)")));
        }
        let slots = [FILE_NAME, LINE, OFFSET, TEXT, END_LINE, END_OFFSET, METADATA];
        for (slot, value) in slots.into_iter().zip(details.iter()) {
            set_extra(cx, this.object(), slot, Some(value));
        }
        if count == 5 {
            let text = "end_offset must be provided when end_lineno is provided";
            return Err(cx.type_error(format_args!("{text}")));
        }
        Ok(())
    }

    /// Return str(self).
    #[pymethod(name = "__str__", signature = "($self, /)")]
    fn str(cx: &Context, this: BaseException) -> PyResult<Value> {
        let this = this.object();
        let message = cx.str_of(extra(this, MESSAGE).unwrap_or(Value::NONE))?;
        let file_name = extra(this, FILE_NAME).and_then(Str::from_value).map(Str::to_utf8_lossy);
        let line = match extra(this, LINE) {
            Some(line) if cx.class_of(line).as_value().is(cx.class(Kind::Int)) => {
                Some(cx.str_of(line)?.to_utf8_lossy())
            }
            _ => None,
        };
        let base_name = file_name.as_deref().map(|name| name.rsplit('/').next().unwrap_or(name));
        if base_name.is_none() && line.is_none() {
            return Ok(message.as_value());
        }
        let message = message.to_utf8_lossy();
        match (base_name, line) {
            (Some(file), Some(line)) => cx.str_format(format_args!("{message} ({file}, line {line})")),
            (Some(file), None) => cx.str_format(format_args!("{message} ({file})")),
            (None, Some(line)) => cx.str_format(format_args!("{message} (line {line})")),
            (None, None) => cx.str(&message),
        }
    }
}

/// `SyntaxError`, with its attributes.
pub(crate) fn class() -> &'static NativeClass {
    with_members!(
        SyntaxError,
        &[
            member!("msg", MESSAGE),
            member!("filename", FILE_NAME),
            member!("lineno", LINE),
            member!("offset", OFFSET),
            member!("text", TEXT),
            member!("end_lineno", END_LINE),
            member!("end_offset", END_OFFSET),
            member!("print_file_and_line", PRINT_FILE_AND_LINE),
            member!("_metadata", METADATA),
        ]
    )
}

/// The given line of a source, with its line end.
fn source_line(source: &[u8], line: u32) -> Option<String> {
    let index = (line as usize).checked_sub(1)?;
    let text = source.split_inclusive(|&byte| byte == b'\n').nth(index)?;
    Some(String::from_utf8_lossy(text).into_owned())
}

impl Context {
    /// The SyntaxError (or other exception) that a failed compilation raises.
    #[cold]
    pub fn raise_compile_error(&self, request: &CompileRequest<'_>, error: &CompileError) -> Raised {
        match self.new_compile_error(request, error) {
            Ok(object) => self.raise_object(object),
            Err(raised) => raised,
        }
    }

    fn new_compile_error(&self, request: &CompileRequest<'_>, error: &CompileError) -> PyResult<ObjectRef> {
        let message = self.str(&error.message)?;
        let is_syntax_error = matches!(
            error.class,
            ExceptionClass::SyntaxError
                | ExceptionClass::IndentationError
                | ExceptionClass::TabError
                | ExceptionClass::_IncompleteInputError
        );
        if !is_syntax_error {
            return new_exception(self, error.class, &[message]);
        }
        let file_name = self.str(request.file_name)?;
        if error.line == 0 {
            // An error of the file as a whole: no place.
            let object = new_exception(self, error.class, &[message])?;
            set_extra(self, object, MESSAGE, Some(message));
            set_extra(self, object, FILE_NAME, Some(file_name));
            return Ok(object);
        }
        let text = match error.text.clone().or_else(|| source_line(request.source, error.line)) {
            Some(text) => self.str(&text)?,
            None => Value::NONE,
        };
        let number = |number: u32| Value::int_from_u32(number);
        let values = [
            (FILE_NAME, file_name),
            (LINE, number(error.line)),
            (OFFSET, number(error.column)),
            (TEXT, text),
            (END_LINE, number(error.end_line)),
            (END_OFFSET, number(error.end_column)),
        ];
        let details = self.tuple(&values.map(|(_, value)| value))?;
        let object = new_exception(self, error.class, &[message, details])?;
        set_extra(self, object, MESSAGE, Some(message));
        for (slot, value) in values {
            set_extra(self, object, slot, Some(value));
        }
        Ok(object)
    }
}
