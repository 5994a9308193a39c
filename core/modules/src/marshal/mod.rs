//! The module `marshal`: values as bytes.
//!
//! Invariant: the format of plain values is CPython's, version 5; code is an image of this engine's own (`types/code_image.rs`), which
//! another engine and another version of this one refuse. Bad bytes raise, whatever they are.
//! - [`writer`], [`reader`]; [`tag`]: the letters.
//!
//! Source: Python/marshal.c of CPython 3.14.

mod reader;
mod tag;
mod writer;

use threadsnake_macros::pymodule;

/// This module contains functions that can read and write Python values in
/// a binary format. The format is specific to Python, but independent of
/// machine architecture issues.
///
/// Not all Python object types are supported; in general, only objects
/// whose value is independent from a particular invocation of Python can be
/// written and read.
#[pymodule(name = "marshal")]
pub mod module {
    use threadsnake_engine::{Context, PyResult, Value};

    use super::reader::{Reader, Source};
    use super::tag::VERSION;
    use super::writer;

    /// Return the bytes object that would be written to a file by dump(value, file).
    #[pyfunction(signature = "(value, version=5, /, *, allow_code=True)")]
    fn dumps(cx: &Context, value: Value, version: i32, allow_code: bool) -> PyResult {
        cx.audit("marshal.dumps", || Ok([value, cx.int(i64::from(version))?]))?;
        cx.bytes(&writer::write(cx, value, version, allow_code)?)
    }

    /// Write the value on the open file.
    #[pyfunction(signature = "(value, file, version=5, /, *, allow_code=True)")]
    fn dump(cx: &Context, value: Value, file: Value, version: i32, allow_code: bool) -> PyResult {
        cx.audit("marshal.dumps", || Ok([value, cx.int(i64::from(version))?]))?;
        let bytes = cx.bytes(&writer::write(cx, value, version, allow_code)?)?;
        cx.call_method(file, cx.intern_str("write")?, &[bytes])
    }

    /// Convert the bytes-like object to a value.
    ///
    /// If no valid value is found, raise EOFError, ValueError or TypeError.  Extra
    /// bytes in the input are ignored.
    #[pyfunction(signature = "(bytes, /, *, allow_code=True)")]
    fn loads(cx: &Context, bytes: Value, allow_code: bool) -> PyResult {
        let bytes = cx.bytes_like(bytes)?;
        cx.audit("marshal.loads", || Ok([cx.bytes(&bytes)?]))?;
        Reader::new(cx, Source::Bytes { bytes, next: 0 }, allow_code).value()
    }

    /// Read one value from the open file and return it.
    ///
    /// If no valid value is read (e.g. because the data has a different Python
    /// version's incompatible marshal format), raise EOFError, ValueError or
    /// TypeError.
    #[pyfunction(signature = "(file, /, *, allow_code=True)")]
    fn load(cx: &Context, file: Value, allow_code: bool) -> PyResult {
        Reader::check_file(cx, file)?;
        cx.audit("marshal.load", || Ok([]))?;
        Reader::new(cx, Source::File(file), allow_code).value()
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        namespace.set_str(cx, cx.intern_str("version")?, Value::int_from_u32(VERSION as u32))
    }
}
