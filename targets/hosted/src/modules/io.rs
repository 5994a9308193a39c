//! The native module `_io`, as far as importlib needs it: reading a whole file.
//!
//! Invariant: what is missing is absent, so that `import io` says which name it lacks; see docs/STATUS.md.
//! Source: Modules/_io/_iomodule.c.

use threadsnake_engine::native::state::{set_state, state};
use threadsnake_engine::types::class::allocate_of_class;
use threadsnake_engine::{Context, Kind, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods, pymodule};

/// What `open_code` returns: the contents of a file, read when it was opened.
#[pyclass(id = BytesIOBuffer, name = "_CodeFile", module = "_io", raw = 8, flags(NATIVE_STATE, NOT_INSTANTIABLE), doc = "")]
pub struct CodeFile(ObjectRef);

#[pymethods]
impl CodeFile {
    #[pymethod(name = "__enter__")]
    fn enter(this: CodeFile) -> Value {
        this.as_value()
    }

    #[pymethod(name = "__exit__", signature = "(exc_type=None, exc_value=None, exc_tb=None, /)")]
    fn exit(this: CodeFile, exc_type: Option<Value>, exc_value: Option<Value>, exc_tb: Option<Value>) {
        let _ = (this, exc_type, exc_value, exc_tb);
    }

    /// Return the contents of the file.
    #[pymethod]
    fn read(cx: &Context, this: CodeFile) -> PyResult<Value> {
        match state::<Vec<u8>>(&this.object()) {
            Some(bytes) => cx.bytes(bytes),
            None => cx.bytes(&[]),
        }
    }

    #[pymethod]
    fn close(this: CodeFile) {
        let _ = this;
    }
}

/// The io module provides the Python interfaces to stream handling.
#[pymodule(name = "_io", classes(super::CodeFile))]
pub mod module {
    use super::{CodeFile, Context, Kind, PyResult, Value, allocate_of_class, set_state};
    use crate::modules::paths;
    use threadsnake_engine::native::NativeType;

    /// Opens the provided file with the intent to import the contents.
    ///
    /// This may perform extra validation beyond open(), but is otherwise interchangeable
    /// with calling open(path, 'rb').
    #[pyfunction(signature = "(path)")]
    fn open_code(cx: &Context, path: Value) -> PyResult<Value> {
        let path = paths::path(cx, path, "open_code", false)?;
        let bytes = cx
            .blocking(|| std::fs::read(path.as_os_str()))
            .map_err(|error| cx.os_error(error.raw_os_error().unwrap_or(libc::EIO), Some(path.object)))?;
        let class = cx.build_on_demand(CodeFile::CLASS)?;
        let object = allocate_of_class(cx, class)?;
        set_state(cx, object, bytes);
        debug_assert!(object.kind() == Kind::BytesIOBuffer as u8);
        Ok(Value::from(object))
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        namespace.set_str(cx, cx.intern_str("DEFAULT_BUFFER_SIZE")?, cx.int(128 * 1024)?)
    }
}
