//! `io.StringIO`: a text stream in memory.
//!
//! Invariant: the text is Rust memory under the stream's lock, and no Python object is made while the lock is held: what is read is copied out
//! first. So nothing runs in between that could come back to the same stream.
//! Source: Modules/_io/stringio.c.

use threadsnake_engine::native::state::{set_state, state};
use threadsnake_engine::native::{Arguments, NativeType};
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, ExceptionClass, Name, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::newlines::{Found, LineEnd, NewlineTranslator, find_line_end};
use super::stream::{closed_error, limit, size_argument, uninitialized};
use super::stream_lock::{StreamGuard, StreamLock};
use super::text_buffer::TextBuffer;

/// Text I/O implementation using an in-memory buffer.
///
/// The initial_value argument sets the value of object.  The newline
/// argument is like the one of TextIOWrapper's constructor.
#[pyclass(
    id = StringIO, base = TextIOBase, name = "StringIO", module = "_io", raw = 8,
    signature = "(initial_value='', newline='\\n')", flags(SUBCLASSABLE, HAS_DICT, NATIVE_STATE)
)]
pub struct StringIO(ObjectRef);

/// The stream's text and place.
struct Text {
    initialized: bool,
    closed: bool,
    text: TextBuffer,
    position: usize,
    /// The argument `newline`; absent for None.
    newline: Option<&'static str>,
    /// What `\n` becomes when written, if anything.
    write_newline: Option<&'static str>,
    /// Present in universal mode.
    translator: Option<NewlineTranslator>,
}

/// The argument `newline` of a text stream; absent for None.
///
/// # Errors
/// TypeError, ValueError.
pub fn newline_argument(cx: &Context, function: &str, value: Value) -> PyResult<Option<&'static str>> {
    if value.is_none() {
        return Ok(None);
    }
    let Some(text) = Str::from_value(value) else {
        return Err(cx.type_error(format_args!(
            "{function}() argument 'newline' must be str or None, not {}",
            cx.type_name(value)
        )));
    };
    match ["", "\n", "\r", "\r\n"].into_iter().find(|known| text.equals_ascii(known)) {
        Some(known) => Ok(Some(known)),
        None if function == "StringIO" => {
            let shown = cx.repr(value)?;
            Err(cx.value_error(format_args!("illegal newline value: {shown}")))
        }
        None => Err(cx.value_error(format_args!("illegal newline value: {text}"))),
    }
}

impl Text {
    fn line_end(&self) -> LineEnd {
        match self.newline {
            None | Some("\n") => LineEnd::Feed,
            Some("\r") => LineEnd::Return,
            Some("\r\n") => LineEnd::Pair,
            Some(_) => LineEnd::Universal,
        }
    }

    fn take(&mut self, size: usize) -> TextBuffer {
        let end = self.position.saturating_add(size).min(self.text.len());
        let piece = self.text.piece(self.position..end);
        self.position = end.max(self.position);
        piece
    }

    fn take_line(&mut self, size: i64) -> TextBuffer {
        if self.position >= self.text.len() {
            return TextBuffer::default();
        }
        let end = match find_line_end(&self.text.units(), self.position, self.line_end()) {
            Found::End(end) => end,
            Found::NotBefore(_) => self.text.len(),
        };
        self.take((end - self.position).min(limit(size)))
    }

    fn put(&mut self, cx: &Context, text: Str) -> PyResult<()> {
        if self.position.checked_add(text.len()).is_none_or(|end| end > isize::MAX as usize / 4) {
            return Err(cx.raise(ExceptionClass::OverflowError, format_args!("new position too large")));
        }
        self.text.pad(cx, self.position)?;
        self.text.replace(self.position, text);
        self.position += text.len();
        Ok(())
    }
}

impl StringIO {
    fn enter<'a>(&'a self, cx: &'a Context) -> PyResult<StreamGuard<'a, Text>> {
        let Some(lock) = state::<StreamLock<Text>>(&self.0) else { return Err(uninitialized(cx)) };
        lock.enter(cx, self.as_value())
    }

    /// The lock of a stream that can be used.
    fn open<'a>(&'a self, cx: &'a Context) -> PyResult<StreamGuard<'a, Text>> {
        let text = self.enter(cx)?;
        let (initialized, closed) = (text.initialized, text.closed);
        if initialized && !closed {
            return Ok(text);
        }
        drop(text);
        // Unlike the other streams' text this one ends without a full stop.
        let closed = || cx.value_error(format_args!("I/O operation on closed file"));
        Err(if initialized { closed() } else { uninitialized(cx) })
    }

    /// Writes text; line ends are translated before the lock is held where that makes objects.
    fn write_text(self, cx: &Context, text: Str) -> PyResult<()> {
        let mut guard = self.open(cx)?;
        let newline = guard.write_newline;
        let Some(mut translator) = guard.translator.take() else {
            let Some(newline) = newline.filter(|_| text.code_points().any(|point| point == 0x0a)) else {
                return guard.put(cx, text);
            };
            drop(guard);
            let changed = with_newlines(cx, text, newline)?;
            return self.open(cx)?.put(cx, changed);
        };
        drop(guard);
        let taken = translator.take(cx, text, true);
        let taken = match (taken, newline) {
            (Ok(taken), Some(newline)) => with_newlines(cx, taken, newline),
            (taken, _) => taken,
        };
        let mut guard = self.open(cx)?;
        // While the translator was out another thread may have made one of its own; both have seen line ends.
        match &mut guard.translator {
            Some(other) => other.merge(&translator),
            empty => *empty = Some(translator),
        }
        guard.put(cx, taken?)
    }
}

/// The text with `\n` replaced.
///
/// # Errors
/// MemoryError.
pub fn with_newlines(cx: &Context, text: Str, newline: &str) -> PyResult<Str> {
    let mut made = TextBuffer::default();
    let newline = cx.new_str(newline)?;
    let mut start = 0;
    for (place, point) in text.code_points().enumerate() {
        if point == 0x0a {
            made.push(text.substring(cx, start, place)?);
            made.push(newline);
            start = place + 1;
        }
    }
    made.push(text.substring(cx, start, text.len())?);
    made.to_str(cx)
}

#[pymethods]
impl StringIO {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        let object = cx.allocate_instance(StringIO::CLASS, class)?;
        let text = Text {
            initialized: false,
            closed: false,
            text: TextBuffer::default(),
            position: 0,
            newline: Some("\n"),
            write_newline: None,
            translator: None,
        };
        set_state(cx, object, StreamLock::new(text));
        Ok(Value::from(object))
    }

    #[pymethod(name = "__init__", signature = "($self, /, initial_value='', newline='\\n')")]
    fn init(
        cx: &Context,
        this: StringIO,
        initial_value: Option<Value>,
        newline: Option<Value>,
    ) -> PyResult<()> {
        let newline = match newline {
            None => Some("\n"),
            Some(newline) => newline_argument(cx, "StringIO", newline)?,
        };
        let initial = match initial_value.filter(|initial| !initial.is_none()) {
            None => None,
            Some(initial) => Some(Str::from_value(initial).ok_or_else(|| {
                cx.type_error(format_args!(
                    "initial_value must be str or None, not {}",
                    cx.type_name(initial)
                ))
            })?),
        };
        {
            let mut text = this.enter(cx)?;
            *text = Text {
                initialized: true,
                closed: false,
                text: TextBuffer::default(),
                position: 0,
                newline,
                write_newline: newline.filter(|newline| newline.starts_with('\r')),
                translator: newline
                    .is_none_or(str::is_empty)
                    .then(|| NewlineTranslator::new(newline.is_none())),
            };
        }
        if let Some(initial) = initial {
            this.write_text(cx, initial)?;
            this.enter(cx)?.position = 0;
        }
        Ok(())
    }

    /// Retrieve the entire contents of the object.
    #[pymethod]
    fn getvalue(cx: &Context, this: StringIO) -> PyResult<Str> {
        let text = this.open(cx)?;
        let piece = text.text.piece(0..usize::MAX);
        drop(text);
        piece.to_str(cx)
    }

    /// Tell the current file position.
    #[pymethod]
    fn tell(cx: &Context, this: StringIO) -> PyResult<usize> {
        Ok(this.open(cx)?.position)
    }

    /// Read at most size characters, returned as a string.
    ///
    /// If the argument is negative or omitted, read until EOF
    /// is reached. Return an empty string at EOF.
    #[pymethod(signature = "($self, size=-1, /)")]
    fn read(cx: &Context, this: StringIO, size: Option<Value>) -> PyResult<Str> {
        let size = size_argument(cx, size)?;
        let piece = this.open(cx)?.take(limit(size));
        piece.to_str(cx)
    }

    /// Read until newline or EOF.
    ///
    /// Returns an empty string if EOF is hit immediately.
    #[pymethod(signature = "($self, size=-1, /)")]
    fn readline(cx: &Context, this: StringIO, size: Option<Value>) -> PyResult<Str> {
        let size = size_argument(cx, size)?;
        let piece = this.open(cx)?.take_line(size);
        piece.to_str(cx)
    }

    #[pynext]
    fn next(cx: &Context, this: StringIO) -> PyResult<Option<Value>> {
        if !cx.class_of(this.as_value()).is_native() {
            let line = cx.call_method_name(this.as_value(), Name::readline, &[])?;
            return match Str::from_value(line) {
                Some(line) => Ok((!line.is_empty()).then(|| line.as_value())),
                None => Err(cx.raise(
                    ExceptionClass::OSError,
                    format_args!(
                        "readline() should have returned a str object, not '{}'",
                        cx.type_name(line)
                    ),
                )),
            };
        }
        let piece = this.open(cx)?.take_line(-1);
        if piece.is_empty() { Ok(None) } else { Ok(Some(piece.to_str(cx)?.as_value())) }
    }

    #[pymethod(name = "__iter__")]
    fn iter(cx: &Context, this: StringIO) -> PyResult {
        super::stream::check_open(cx, this.as_value())?;
        Ok(this.as_value())
    }

    /// Truncate size to pos.
    ///
    /// The pos argument defaults to the current file position, as
    /// returned by tell().  The current file position is unchanged.
    /// Returns the new absolute position.
    #[pymethod(signature = "($self, pos=None, /)")]
    fn truncate(cx: &Context, this: StringIO, pos: Option<Value>) -> PyResult<usize> {
        let size = match pos.filter(|pos| !pos.is_none()) {
            None => None,
            Some(pos) => Some(size_argument(cx, Some(pos))?),
        };
        let mut text = this.open(cx)?;
        let size = size.unwrap_or(text.position as i64);
        match usize::try_from(size) {
            Ok(size) => {
                text.text.truncate(size);
                Ok(size)
            }
            Err(_) => {
                drop(text);
                Err(cx.value_error(format_args!("Negative size value {size}")))
            }
        }
    }

    /// Change stream position.
    ///
    /// Seek to character offset pos relative to position indicated by whence:
    ///     0  Start of stream (the default).  pos should be >= 0;
    ///     1  Current position - pos must be 0;
    ///     2  End of stream - pos must be 0.
    /// Returns the new absolute position.
    #[pymethod(signature = "($self, pos, whence=0, /)")]
    fn seek(cx: &Context, this: StringIO, pos: Value, whence: i32) -> PyResult<usize> {
        let pos = cx.index_i64(pos)?;
        drop(this.open(cx)?);
        if !(0..=2).contains(&whence) {
            return Err(cx.value_error(format_args!("Invalid whence ({whence}, should be 0, 1 or 2)")));
        }
        if pos < 0 && whence == 0 {
            return Err(cx.value_error(format_args!("Negative seek position {pos}")));
        }
        if pos != 0 && whence != 0 {
            return Err(
                cx.raise(ExceptionClass::OSError, format_args!("Can't do nonzero cur-relative seeks"))
            );
        }
        let mut text = this.open(cx)?;
        text.position = match whence {
            0 => pos as usize,
            1 => text.position,
            _ => text.text.len(),
        };
        Ok(text.position)
    }

    /// Write string to file.
    ///
    /// Returns the number of characters written, which is always equal to
    /// the length of the string.
    #[pymethod]
    fn write(cx: &Context, this: StringIO, s: Value) -> PyResult<usize> {
        let Some(text) = Str::from_value(s) else {
            return Err(cx.type_error(format_args!("string argument expected, got '{}'", cx.type_name(s))));
        };
        if text.is_empty() {
            drop(this.open(cx)?);
            return Ok(0);
        }
        this.write_text(cx, text)?;
        Ok(text.len())
    }

    /// Close the IO object.
    ///
    /// Attempting any further operation after the object is closed
    /// will raise a ValueError.
    ///
    /// This method has no effect if the file is already closed.
    #[pymethod]
    fn close(cx: &Context, this: StringIO) -> PyResult<()> {
        let mut text = this.enter(cx)?;
        text.closed = true;
        text.text = TextBuffer::default();
        Ok(())
    }

    #[pymethod]
    fn readable(cx: &Context, this: StringIO) -> PyResult<bool> {
        this.open(cx).map(|_| true)
    }

    #[pymethod]
    fn writable(cx: &Context, this: StringIO) -> PyResult<bool> {
        this.open(cx).map(|_| true)
    }

    #[pymethod]
    fn seekable(cx: &Context, this: StringIO) -> PyResult<bool> {
        this.open(cx).map(|_| true)
    }

    #[pygetter]
    fn closed(cx: &Context, this: StringIO) -> PyResult<bool> {
        let text = this.enter(cx)?;
        let (initialized, closed) = (text.initialized, text.closed);
        drop(text);
        if initialized { Ok(closed) } else { Err(uninitialized(cx)) }
    }

    #[pygetter]
    fn line_buffering(cx: &Context, this: StringIO) -> PyResult<bool> {
        this.open(cx).map(|_| false)
    }

    #[pygetter]
    fn newlines(cx: &Context, this: StringIO) -> PyResult {
        let text = this.open(cx)?;
        let seen = text.translator.as_ref().map(NewlineTranslator::copy);
        drop(text);
        match seen {
            Some(seen) => seen.newlines(cx),
            None => Ok(Value::NONE),
        }
    }

    #[pymethod(name = "__getstate__")]
    fn getstate(cx: &Context, this: StringIO) -> PyResult {
        let text = this.open(cx)?;
        let (piece, position, newline) = (text.text.piece(0..usize::MAX), text.position, text.newline);
        drop(text);
        let attributes = cx.get_attribute_name(this.as_value(), Name::__dict__)?;
        let attributes = match Dict::from_value(attributes).filter(|attributes| !attributes.is_empty()) {
            Some(attributes) => attributes.copy(cx)?.as_value(),
            None => Value::NONE,
        };
        let newline = match newline {
            None => Value::NONE,
            Some(newline) => cx.str(newline)?,
        };
        cx.tuple(&[piece.to_str(cx)?.as_value(), newline, cx.int(position as i64)?, attributes])
    }

    #[pymethod(name = "__setstate__")]
    fn setstate(cx: &Context, this: StringIO, state: Value) -> PyResult<()> {
        let text = this.enter(cx)?;
        let closed = text.closed;
        drop(text);
        if closed {
            return Err(closed_error(cx));
        }
        let parts = Tuple::from_value(state).filter(|state| state.len() >= 4);
        let Some((initial, newline, position, attributes)) =
            parts.and_then(|parts| Some((parts.get(0)?, parts.get(1)?, parts.get(2)?, parts.get(3)?)))
        else {
            return Err(cx.type_error(format_args!(
                "{}.__setstate__ argument should be 4-tuple, got {}",
                cx.type_name(this.as_value()),
                cx.type_name(state)
            )));
        };
        Self::init(cx, this, None, Some(newline))?;
        // The text is as it was read out: its line ends are not translated again.
        if !initial.is_none() {
            let Some(initial) = Str::from_value(initial) else {
                return Err(cx.type_error(format_args!(
                    "initial_value must be str or None, not {}",
                    cx.type_name(initial)
                )));
            };
            this.open(cx)?.text = TextBuffer::of(initial);
        }
        if !cx.has_index(position) {
            return Err(cx.type_error(format_args!(
                "third item of state must be an integer, got {}",
                cx.type_name(position)
            )));
        }
        let Ok(position) = usize::try_from(cx.index_i64(position)?) else {
            return Err(cx.value_error(format_args!("position value cannot be negative")));
        };
        this.open(cx)?.position = position;
        if !attributes.is_none() {
            let Some(attributes) = Dict::from_value(attributes) else {
                return Err(cx.type_error(format_args!(
                    "fourth item of state should be a dict, got a {}",
                    cx.type_name(attributes)
                )));
            };
            let own = cx.get_attribute_name(this.as_value(), Name::__dict__)?;
            Dict::expect(cx, own)?.update_from(cx, attributes)?;
        }
        Ok(())
    }
}
