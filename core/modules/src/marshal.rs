//! The native module `marshal`. Code travels in images here, not in marshalled form, so reading and writing are not there yet and say
//! so; importlib needs the module to exist. Source: Python/marshal.c.

use threadsnake_macros::pymodule;

/// This module contains functions that can read and write Python values in
/// a binary format. The format is specific to Python, but independent of
/// machine architecture issues.
#[pymodule(name = "marshal")]
pub mod module {
    use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};

    fn missing(cx: &Context, what: &str) -> PyResult<Value> {
        Err(cx.raise(
            ExceptionClass::NotImplementedError,
            format_args!("marshal.{what} is not supported yet by threadsnake"),
        ))
    }

    /// Return the bytes object that would be written to a file by dump(value, file).
    #[pyfunction(signature = "(value, version=5, /)")]
    fn dumps(cx: &Context, value: Value, version: Option<Value>) -> PyResult<Value> {
        let _ = (value, version);
        missing(cx, "dumps")
    }

    /// Convert the bytes-like object to a value.
    #[pyfunction(signature = "(bytes, /)")]
    fn loads(cx: &Context, bytes: Value) -> PyResult<Value> {
        let _ = bytes;
        missing(cx, "loads")
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        namespace.set_str(cx, cx.intern_str("version")?, cx.int(5)?)
    }
}
