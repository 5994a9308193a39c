//! Why tokenizing stops, and the exceptions made of it.
//!
//! Invariant: columns count characters, but for that of the end of the source, which counts bytes. Source: `_tokenizer_error` of Python/Python-tokenize.c, `_syntaxerror_range` of
//! Parser/tokenizer/helpers.c.

use alloc::string::String;

use threadsnake_engine::{Context, ExceptionClass, PyResult, Raised, Value};

/// What CPython calls the source.
pub const FILE_NAME: &str = "<string>";

/// An error in the source, or an exception of the function that reads it.
pub enum Fault {
    /// An exception.
    Raised(Raised),
    /// A SyntaxError with both ends of its place.
    Syntax {
        /// The message.
        message: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// The line's text.
        text: String,
        /// Column of the end.
        end_column: usize,
    },
    /// A SyntaxError or a subclass, whose end is not known.
    At {
        /// Its class.
        class: ExceptionClass,
        /// The message.
        message: &'static str,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// The line's text.
        text: String,
    },
    /// The source ends inside of something.
    EndOfFile {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
}

impl From<Raised> for Fault {
    fn from(raised: Raised) -> Fault {
        Fault::Raised(raised)
    }
}

fn details(
    cx: &Context,
    line: usize,
    column: usize,
    text: &str,
    end: Option<(usize, usize)>,
) -> PyResult<Value> {
    let (end_line, end_column) = match end {
        Some((line, column)) => (cx.int(line as i64)?, cx.int(column as i64)?),
        None => (Value::NONE, Value::NONE),
    };
    cx.tuple(&[
        cx.str(FILE_NAME)?,
        cx.int(line as i64)?,
        cx.int(column as i64)?,
        cx.str(text)?,
        end_line,
        end_column,
    ])
}

impl Fault {
    fn exception(self, cx: &Context) -> PyResult<Value> {
        match self {
            Fault::Raised(raised) => Err(raised),
            Fault::Syntax { message, line, column, text, end_column } => {
                let details = details(cx, line, column, &text, Some((line, end_column)))?;
                cx.call(cx.exception_class(ExceptionClass::SyntaxError), &[cx.str(&message)?, details])
            }
            Fault::At { class, message, line, column, text } => {
                let details = details(cx, line, column, &text, None)?;
                cx.call(cx.exception_class(class), &[cx.str(message)?, details])
            }
            Fault::EndOfFile { line, column } => {
                let message = cx.str("unexpected EOF in multi-line statement")?;
                let error = cx.call(cx.exception_class(ExceptionClass::SyntaxError), &[message])?;
                let line = cx.int(line as i64)?;
                for (name, value) in [
                    ("filename", cx.str(FILE_NAME)?),
                    ("lineno", line),
                    ("end_lineno", line),
                    ("offset", cx.int(column as i64)?),
                ] {
                    cx.set_attribute(error, cx.intern_str(name)?, Some(value))?;
                }
                Ok(error)
            }
        }
    }

    /// Raises it.
    #[cold]
    pub fn raise(self, cx: &Context) -> Raised {
        match self.exception(cx) {
            Ok(error) => cx.raise_value(error),
            Err(raised) => raised,
        }
    }
}
