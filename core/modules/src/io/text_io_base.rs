//! `_io._TextIOBase`: what text streams share; what a subclass does not have is unsupported.
//!
//! Source: Modules/_io/textio.c.

use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::stream::unsupported;

/// Base class for text I/O.
///
/// This class provides a character and line based interface to stream
/// I/O. There is no readinto method because Python's character strings
/// are immutable.
#[pyclass(
    id = TextIOBase, layout = Object, base = IOBase, name = "_TextIOBase", module = "_io",
    flags(SUBCLASSABLE, HAS_DICT, NATIVE_FINALIZER)
)]
pub struct TextIOBase;

#[pymethods]
impl TextIOBase {
    /// Separate the underlying buffer from the TextIOBase and return it.
    ///
    /// After the underlying buffer has been detached, the TextIO is in an
    /// unusable state.
    #[pymethod]
    fn detach(cx: &Context, this: Value) -> PyResult {
        let _ = this;
        Err(unsupported(cx, "detach"))
    }

    /// Read at most size characters from stream.
    ///
    /// Read from underlying buffer until we have size characters or we hit EOF.
    /// If size is negative or omitted, read until EOF.
    #[pymethod(signature = "($self, size=-1, /)")]
    fn read(cx: &Context, this: Value, size: Option<Value>) -> PyResult {
        let _ = (this, size);
        Err(unsupported(cx, "read"))
    }

    /// Read until newline or EOF.
    ///
    /// Return an empty string if EOF is hit immediately.
    /// If size is specified, at most size characters will be read.
    #[pymethod(signature = "($self, size=-1, /)")]
    fn readline(cx: &Context, this: Value, size: Option<Value>) -> PyResult {
        let _ = (this, size);
        Err(unsupported(cx, "readline"))
    }

    /// Write string s to stream.
    ///
    /// Return the number of characters written
    /// (which is always equal to the length of the string).
    #[pymethod(signature = "($self, s, /)")]
    fn write(cx: &Context, this: Value, s: Value) -> PyResult {
        let _ = (this, s);
        Err(unsupported(cx, "write"))
    }

    /// Encoding of the text stream.
    ///
    /// Subclasses should override.
    #[pygetter]
    fn encoding(this: Value) -> Value {
        let _ = this;
        Value::NONE
    }

    /// Line endings translated so far.
    ///
    /// Only line endings translated during reading are considered.
    ///
    /// Subclasses should override.
    #[pygetter]
    fn newlines(this: Value) -> Value {
        let _ = this;
        Value::NONE
    }

    /// The error setting of the decoder or encoder.
    ///
    /// Subclasses should override.
    #[pygetter]
    fn errors(this: Value) -> Value {
        let _ = this;
        Value::NONE
    }
}
