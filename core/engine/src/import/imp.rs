//! The native module `_imp`: builtin and frozen modules for importlib.
//!
//! Invariant: no import runs under a global lock: importlib has a lock for each module. `acquire_lock` and `release_lock`, which
//! importlib calls around its table of module locks, take a lock of their own that a thread may take again.
//! Source: Python/import.c.

use threadsnake_macros::pymodule;

/// (Extremely) low-level import machinery bits as used by importlib.
#[pymodule(name = "_imp")]
pub mod module {
    use threadsnake_engine::engine::Root;
    use threadsnake_engine::types::dict::Dict;
    use threadsnake_engine::types::str_object::Str;
    use threadsnake_engine::{Context, ExceptionClass, Name, PyResult, Value};

    fn spec_name(cx: &Context, spec: Value) -> PyResult<Str> {
        let name = cx.get_attribute(spec, cx.name(Name::name))?;
        Str::expect(cx, name)
    }

    /// Acquires the interpreter's import lock for the current thread.
    #[pyfunction]
    fn acquire_lock(cx: &Context) {
        cx.engine().import_lock.lock(cx);
    }

    /// Release the interpreter's import lock.
    #[pyfunction]
    fn release_lock(cx: &Context) -> PyResult<()> {
        if cx.engine().import_lock.unlock(cx) {
            Ok(())
        } else {
            Err(cx.raise(ExceptionClass::RuntimeError, format_args!("not holding the import lock")))
        }
    }

    /// Return True if the import lock is currently held, else False.
    #[pyfunction]
    fn lock_held(cx: &Context) -> bool {
        cx.engine().import_lock.is_held()
    }

    /// Returns the list of file suffixes used to identify extension modules.
    #[pyfunction]
    fn extension_suffixes(cx: &Context) -> PyResult<Value> {
        cx.list(&[])
    }

    /// Returns True if the module name corresponds to a built-in module.
    #[pyfunction]
    fn is_builtin(cx: &Context, name: Str) -> i64 {
        cx.find_native_module(&name.to_utf8_lossy()).is_some() as i64
    }

    /// Create an extension module.
    #[pyfunction]
    fn create_builtin(cx: &Context, spec: Value) -> PyResult<Value> {
        let name = spec_name(cx, spec)?;
        let text = name.to_utf8(cx)?;
        if let Some(modules) = cx.root(Root::Modules).and_then(Dict::from_value)
            && let Some(existing) = modules.get_str(cx, name)?
        {
            return Ok(existing);
        }
        match cx.find_native_module(&text) {
            Some(native) => {
                let module = cx.create_native_module(native)?;
                if let Some(frozen) = &cx.engine().configuration().frozen {
                    frozen.phase_ended();
                }
                Ok(module)
            }
            None => Ok(Value::NONE),
        }
    }

    /// Initialize a built-in module.
    #[pyfunction]
    fn exec_builtin(module: Value) -> i64 {
        let _ = module;
        0
    }

    /// Create an extension module.
    #[pyfunction(signature = "(spec, file=None, /)")]
    fn create_dynamic(cx: &Context, spec: Value, file: Option<Value>) -> PyResult<Value> {
        let _ = file;
        let name = spec_name(cx, spec)?;
        Err(cx.import_error(
            ExceptionClass::ImportError,
            format_args!("extension modules are not supported yet by threadsnake: {name}"),
            Some(name.as_value()),
            None,
            None,
        ))
    }

    fn frozen_package(cx: &Context, name: Str) -> Option<bool> {
        let image = cx.engine().configuration().frozen.as_ref()?.image();
        Some(image.find(&name.to_utf8_lossy()).ok().flatten()?.is_package)
    }

    /// Return info about the corresponding frozen module (if there is one) or None.
    ///
    /// The returned info (a 2-tuple):
    ///
    ///  * data         the raw marshalled bytes
    ///  * is_package   whether or not it is a package
    ///  * origname     the originally frozen module's name, or None if not
    ///                 a stdlib module (this will usually be the same as
    ///                 the module's current name)
    #[pyfunction(signature = "(name, /, *, withdata=False)")]
    fn find_frozen(cx: &Context, name: Str, withdata: bool) -> PyResult<Value> {
        let _ = withdata;
        match frozen_package(cx, name) {
            Some(is_package) => cx.tuple(&[Value::NONE, Value::from_bool(is_package), name.as_value()]),
            None => Ok(Value::NONE),
        }
    }

    /// Create a code object for a frozen module.
    #[pyfunction(signature = "(name, data=None, /)")]
    fn get_frozen_object(cx: &Context, name: Str, data: Option<Value>) -> PyResult<Value> {
        let _ = data;
        let text = name.to_utf8(cx)?;
        match cx.frozen_module(&text)? {
            Some((code, _)) => Ok(code.as_value()),
            None => Err(no_such_frozen(cx, name)),
        }
    }

    fn no_such_frozen(cx: &Context, name: Str) -> threadsnake_engine::Raised {
        cx.import_error(
            ExceptionClass::ImportError,
            format_args!("No such frozen object named {name}"),
            Some(name.as_value()),
            None,
            None,
        )
    }

    /// Returns True if the module name is of a frozen package.
    #[pyfunction]
    fn is_frozen_package(cx: &Context, name: Str) -> PyResult<bool> {
        frozen_package(cx, name).ok_or_else(|| no_such_frozen(cx, name))
    }

    /// Returns True if the module name corresponds to a frozen module.
    #[pyfunction]
    fn is_frozen(cx: &Context, name: Str) -> bool {
        frozen_package(cx, name).is_some()
    }

    /// Returns the list of available frozen modules.
    #[pyfunction]
    fn _frozen_module_names(cx: &Context) -> PyResult<Value> {
        let mut values = cx.scratch();
        if let Some(frozen) = cx.engine().configuration().frozen.as_ref() {
            for module in frozen.image().modules().flatten() {
                values.push(cx.str(module.name)?);
            }
        }
        cx.list(values.as_slice())
    }

    /// Override PyConfig.use_frozen_modules.
    ///
    /// (internal-only) For the tests of the library. Every frozen module of this engine is one that it cannot do without, and
    /// those are frozen whatever the override says.
    #[pyfunction]
    fn _override_frozen_modules_for_tests(r#override: i32) {
        let _ = r#override;
    }

    /// Override the check of extension modules in interpreters of their own; what it was before.
    ///
    /// (internal-only) For the tests of the library. There are no extension modules to check.
    #[pyfunction]
    fn _override_multi_interp_extensions_check(r#override: i32) -> i64 {
        let _ = r#override;
        0
    }

    /// Initializes a frozen module; whether there is one of this name.
    #[pyfunction]
    fn init_frozen(cx: &Context, name: Str) -> PyResult<Value> {
        if frozen_package(cx, name).is_none() {
            return Ok(Value::NONE);
        }
        cx.import_full_name(name)
    }

    /// Changes code.co_filename to specify the passed-in file path.
    #[pyfunction]
    fn _fix_co_filename(cx: &Context, code: Value, path: Str) -> PyResult<()> {
        cx.set_code_file_name(code, path)
    }

    #[pyfunction(signature = "(key, source)")]
    fn source_hash(cx: &Context, key: i64, source: Value) -> PyResult<Value> {
        let bytes = cx.bytes_like(source)?;
        let hash = threadsnake_engine::text::hash::HashKey::new(key as u64, 0).of_bytes(&bytes);
        cx.bytes(&hash.to_le_bytes())
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        let name = cx.intern_str("check_hash_based_pycs")?;
        namespace.set_str(cx, name, cx.str("default")?)?;
        let name = cx.intern_str("pyc_magic_number_token")?;
        // Code of another instruction set is compiled again; nothing of CPython's is read.
        let token = 0x0A0D_0000 | (threadsnake_bytecode::image::abi_hash() & 0xFFFF) as u32;
        namespace.set_str(cx, name, Value::int_from_u32(token))
    }
}
