//! `_tokenize.TokenizerIter`.
//!
//! Invariant: slot 0 is the function that reads lines, slot 1 the encoding or None, slot 2 the text of the last line. A thread takes the
//! lexer out of the state to step it, because reading runs Python code; another one that comes meanwhile gets a ValueError, as
//! with a generator that is running. Source: Python/Python-tokenize.c.

use alloc::boxed::Box;
use alloc::string::String;

use threadsnake_engine::native::state::{set_state, state};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, ExceptionClass, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::fault::{FILE_NAME, Fault};
use super::lexer::{Lexed, Lexer, Token, kind};

const READ_LINE: usize = 0;
const ENCODING: usize = 1;
const LAST_LINE: usize = 2;

/// Tokens of the lines that a function gives.
#[pyclass(
    id = TokenizerIter,
    name = "TokenizerIter",
    module = "_tokenize",
    slots = 3,
    raw = 8,
    signature = "(readline, /, *, encoding=None, extra_tokens)",
    flags(NATIVE_STATE),
    doc = ""
)]
pub struct TokenizerIter(ObjectRef);

/// The lexer, and what it was asked last.
struct Tokenizer {
    lexer: Lexer,
    done: bool,
    last_line: usize,
}

/// None while a thread steps it.
type State = spin::Mutex<Option<Box<Tokenizer>>>;

/// The next line; empty at the end.
fn read_line(cx: &Context, function: Value, encoding: Value) -> Lexed<String> {
    let Some(line) = cx.catch_stop_iteration(cx.call(function, &[]))? else { return Ok(String::new()) };
    let text = match Str::from_value(encoding) {
        None => Str::from_value(line)
            .ok_or_else(|| cx.type_error(format_args!("readline() returned a non-string object")))?,
        Some(encoding) => {
            if Bytes::from_value(line).is_none() {
                return Err(Fault::Raised(
                    cx.type_error(format_args!("readline() returned a non-bytes object")),
                ));
            }
            cx.decode_object(line, Some(encoding), Some(cx.new_str("replace")?))?
        }
    };
    Ok(text.to_utf8(cx)?)
}

impl Tokenizer {
    fn step(&mut self, cx: &Context, this: ObjectRef) -> Lexed<Option<Value>> {
        let function = this.value(READ_LINE).unwrap_or(Value::NONE);
        let encoding = this.value(ENCODING).unwrap_or(Value::NONE);
        let token = self.lexer.token_after(&mut || read_line(cx, function, encoding))?;
        self.issue_warnings(cx)?;
        if token.kind == kind::END_MARKER {
            self.done = true;
        }
        Ok(Some(self.describe(cx, this, token)?))
    }

    fn issue_warnings(&mut self, cx: &Context) -> Lexed<()> {
        for (message, line) in core::mem::take(&mut self.lexer.warnings) {
            let issued = cx.warn_explicit(ExceptionClass::SyntaxWarning, &message, FILE_NAME, line as u32);
            if let Err(raised) = issued {
                if !cx.pending_is(&raised, ExceptionClass::SyntaxWarning) {
                    return Err(Fault::Raised(raised));
                }
                cx.take_exception(raised);
                return self.lexer.fault(message);
            }
        }
        Ok(())
    }

    /// The tuple of a token.
    fn describe(&mut self, cx: &Context, this: ObjectRef, token: Token) -> PyResult {
        let lexer = &self.lexer;
        let is_string =
            token.kind == kind::STRING || (kind::FSTRING_START..=kind::TSTRING_END).contains(&token.kind);
        let (line_start, first_line) = if is_string {
            (lexer.multi_line_start, lexer.first_line)
        } else {
            (lexer.line_start, lexer.line)
        };
        let at_end = token.kind == kind::END_MARKER || (token.kind == kind::DEDENT && lexer.ended);
        let line = if lexer.extra && at_end {
            cx.empty_str().as_value()
        } else if let Some(line) = this.value(LAST_LINE).filter(|_| lexer.line == self.last_line) {
            line
        } else {
            let end = lexer.buffer.len().saturating_sub(usize::from(lexer.implicit_newline));
            let line = cx.str(&lexer.text(line_start, end.max(line_start)))?;
            cx.store(this, LAST_LINE, line);
            line
        };
        self.last_line = first_line;
        let (mut first, mut last) = (first_line, lexer.line);
        let (mut column, mut end_column) = (-1, -1);
        if let Some((start, end)) = token.place {
            column = start as i64 - line_start as i64;
            end_column = end as i64 - lexer.line_start as i64;
        }
        let mut text = match token.place {
            Some((start, end)) => lexer.text(start, end),
            None => String::new(),
        };
        let mut kind = token.kind;
        if lexer.extra {
            if at_end {
                (first, last) = (lexer.line + 1, lexer.line + 1);
                (column, end_column) = (0, 0);
            }
            if kind > kind::DEDENT && kind < kind::OP {
                kind = kind::OP;
            } else if kind == kind::NEWLINE {
                let returns = text.starts_with('\r');
                text = match (lexer.implicit_newline, returns) {
                    (true, _) => String::new(),
                    (false, true) => "\r\n".into(),
                    (false, false) => "\n".into(),
                };
                end_column += 1;
            } else if kind == kind::NL && lexer.implicit_newline {
                text = String::new();
            }
        }
        cx.tuple(&[
            cx.int(i64::from(kind))?,
            cx.str(&text)?,
            cx.tuple(&[cx.int(first as i64)?, cx.int(column)?])?,
            cx.tuple(&[cx.int(last as i64)?, cx.int(end_column)?])?,
            line,
        ])
    }
}

#[pymethods]
impl TokenizerIter {
    #[pynew(signature = "(readline, /, *, encoding=None, extra_tokens)")]
    fn new(
        cx: &Context,
        class: Value,
        readline: Value,
        encoding: Option<Str>,
        extra_tokens: bool,
    ) -> PyResult {
        let object = allocate_of_class(cx, Class::expect(cx, class)?)?;
        cx.store(object, READ_LINE, readline);
        cx.store(object, ENCODING, encoding.map_or(Value::NONE, Str::as_value));
        let tokenizer = Tokenizer { lexer: Lexer::new(extra_tokens), done: false, last_line: 0 };
        set_state::<State>(cx, object, spin::Mutex::new(Some(Box::new(tokenizer))));
        Ok(Value::from(object))
    }

    #[pynext]
    fn next(cx: &Context, this: TokenizerIter) -> PyResult<Option<Value>> {
        let object = this.object();
        let Some(state) = state::<State>(&object) else { return Ok(None) };
        let taken = state.lock().take();
        let Some(mut tokenizer) = taken else {
            return Err(cx.value_error(format_args!("tokenizer already executing")));
        };
        let result = if tokenizer.done { Ok(None) } else { tokenizer.step(cx, object) };
        tokenizer.done |= result.is_err();
        *state.lock() = Some(tokenizer);
        result.map_err(|fault| fault.raise(cx))
    }
}
