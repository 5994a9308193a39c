//! The module `_json`: the fast halves of `json`.
//!
//! Invariant: scanners and encoders never change once they are made; what a call needs is its own, so threads share them freely.
//! - [`scanner`]: text to values; [`text`]: strings in JSON; [`encoder`]: values to text.
//!
//! Source: Modules/_json.c of CPython 3.14.

mod encoder;
mod scanner;
mod text;

use threadsnake_macros::pymodule;

/// json speedups
#[pymodule(name = "_json", classes(super::scanner::JsonScanner, super::encoder::JsonEncoder))]
pub mod module {
    use threadsnake_engine::types::str_object::Str;
    use threadsnake_engine::{Context, Kind, PyResult, Value};

    use super::text;

    fn first_argument(cx: &Context, value: Value) -> PyResult<Str> {
        match Str::from_value(value) {
            Some(text) => Ok(text),
            None => Err(cx.type_error(format_args!(
                "first argument must be a string, not {}",
                cx.qualified_type_name(value)
            ))),
        }
    }

    /// encode_basestring_ascii(string) -> string
    ///
    /// Return an ASCII-only JSON representation of a Python string
    #[pyfunction]
    fn encode_basestring_ascii(cx: &Context, string: Value) -> PyResult {
        text::encode(cx, first_argument(cx, string)?, true)
    }

    /// encode_basestring(string) -> string
    ///
    /// Return a JSON representation of a Python string
    #[pyfunction]
    fn encode_basestring(cx: &Context, string: Value) -> PyResult {
        text::encode(cx, first_argument(cx, string)?, false)
    }

    /// scanstring(string, end, strict=True) -> (string, end)
    ///
    /// Scan the string s for a JSON string. End is the index of the
    /// character in s after the quote that started the JSON string.
    /// Unescapes all valid JSON string escape sequences and raises ValueError
    /// on attempt to decode an invalid string. If strict is False then literal
    /// control characters are allowed in the string.
    ///
    /// Returns a tuple of the decoded string and the index of the character in s
    /// after the end quote.
    #[pyfunction(signature = "(string, end, strict=True, /)")]
    fn scanstring(cx: &Context, string: Value, end: isize, strict: bool) -> PyResult {
        let string = first_argument(cx, string)?;
        let end = usize::try_from(end).ok().filter(|&end| end <= string.len());
        let Some(end) = end else { return Err(cx.value_error(format_args!("end is out of bounds"))) };
        let (text, next) = text::decode(cx, string, end, strict)?;
        cx.tuple(&[text.as_value(), usize_value(next)])
    }

    fn usize_value(number: usize) -> Value {
        Value::int_from_length(number)
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let names = cx.module_dict(module)?;
        names.set_str(cx, cx.intern_str("make_scanner")?, cx.class(Kind::JsonScanner))?;
        names.set_str(cx, cx.intern_str("make_encoder")?, cx.class(Kind::JsonEncoder))
    }
}
