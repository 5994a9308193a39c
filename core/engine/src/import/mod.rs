//! The import system's start: importlib runs from the frozen library, on top of the native module `_imp`.
//!
//! Invariant: `_frozen_importlib` and `_frozen_importlib_external` are importlib's own files from the image; the engine adds only what
//! `_imp` gives and the fast path for modules that are in `sys.modules` already.
//! Source: Python/import.c, Python/pylifecycle.c (`init_importlib`).

pub mod imp;
pub mod times;
mod traceback;

use crate::context::Context;
use crate::engine::{CompileMode, CompileRequest, Root};
use crate::error::{ExceptionClass, PyResult};
use crate::import::times::ImportTimes;
use crate::names::Name;
use crate::types::dict::Dict;
use crate::types::str_object::Str;
use crate::value::Value;

impl Context {
    /// Runs a frozen module's code in a new module object, which is put into `sys.modules` under `as_name`.
    fn run_frozen_as(&self, name: &str, as_name: &str) -> PyResult<Value> {
        if self.engine().configuration().frozen.is_none() {
            return Err(self.raise(
                ExceptionClass::ImportError,
                format_args!("this engine has no frozen library to take importlib from"),
            ));
        }
        let Some((code, _)) = self.frozen_module(name)? else {
            return Err(
                self.raise(ExceptionClass::ImportError, format_args!("no frozen module named {name}"))
            );
        };
        let module = self.new_module(as_name)?;
        self.add_module(as_name, module)?;
        let namespace = self.module_dict(module)?;
        self.run_code(code, namespace, None, None)?;
        Ok(module)
    }

    /// Starts importlib: after this `import` works.
    ///
    /// # Errors
    /// What importlib's start raises.
    pub fn initialize_imports(&self) -> PyResult<()> {
        let bootstrap = self.run_frozen_as("importlib._bootstrap", "_frozen_importlib")?;
        self.set_root(Root::ImportlibBootstrap, Some(bootstrap));
        let imp = self.create_native_module(&imp::module::MODULE)?;
        self.add_module("_imp", imp)?;
        let sys = self.root(Root::SysModule).unwrap_or(Value::NONE);
        let install = self.intern_str("_install")?;
        self.call_method(bootstrap, install, &[sys, imp])?;
        let external = self.run_frozen_as("importlib._bootstrap_external", "_frozen_importlib_external")?;
        let set_bootstrap = self.intern_str("_set_bootstrap_module")?;
        self.call_method(external, set_bootstrap, &[bootstrap])?;
        let external_name = self.intern_str("_bootstrap_external")?;
        self.set_attribute(bootstrap, external_name, Some(external))?;
        let install = self.intern_str("_install")?;
        self.call_method(external, install, &[bootstrap])?;
        Ok(())
    }

    /// `import name`: the module of the full dotted name.
    ///
    /// # Errors
    /// ImportError, and what the module raises.
    pub fn import_module(&self, name: &str) -> PyResult<Value> {
        let text = self.intern_str(name)?;
        self.import_full_name(text).map_err(|raised| self.without_importlib_frames(raised))
    }

    /// The module of a full dotted name: from `sys.modules`, or found and loaded.
    ///
    /// # Errors
    /// ImportError, and what the module raises.
    pub fn import_full_name(&self, name: Str) -> PyResult<Value> {
        let known = match self.root(Root::Modules).and_then(Dict::from_value) {
            Some(modules) => modules.get_str(self, name)?.filter(|module| !module.is_none()),
            None => None,
        };
        if let Some(module) = known
            && !self.is_initializing(module)?
        {
            if self.engine().configuration().import_times == ImportTimes::All {
                self.note_cached_import(name);
            }
            return Ok(module);
        }
        if name.as_value().is(self.empty_str().as_value()) {
            return Err(self.value_error(format_args!("Empty module name")));
        }
        let Some(bootstrap) = self.root(Root::ImportlibBootstrap) else {
            return self.import_without_system(name);
        };
        if known.is_none() {
            self.audit_import(name)?;
        }
        let importer = self.native_importer(bootstrap)?;
        let find = self.get_attribute(bootstrap, self.name(Name::_find_and_load))?;
        if self.engine().configuration().import_times != ImportTimes::Off {
            return self.time_import(name, || self.call(find, &[name.as_value(), importer]));
        }
        self.call(find, &[name.as_value(), importer])
    }

    /// Raises the event of an import that looks for the module, with what decides where.
    fn audit_import(&self, name: Str) -> PyResult<()> {
        self.audit("import", || {
            let search = |name: &str| Ok(self.sys_attribute(name)?.unwrap_or(Value::NONE));
            let (path, finders, hooks) = (search("path")?, search("meta_path")?, search("path_hooks")?);
            Ok([name.as_value(), Value::NONE, path, finders, hooks])
        })
    }

    /// What the import system imports packages and submodules with: `builtins.__import__`, whose imports are timed; importlib's own
    /// where a program has deleted that.
    fn native_importer(&self, bootstrap: Value) -> PyResult<Value> {
        let name = self.name(Name::__import__);
        if let Some(builtins) = self.root(Root::BuiltinsModule)
            && let Some(importer) = self.find_attribute_or_none(builtins, name)?
        {
            return Ok(importer);
        }
        self.get_attribute(bootstrap, name)
    }

    /// Whether another thread (or this one, further out) is still running the module's body.
    fn is_initializing(&self, module: Value) -> PyResult<bool> {
        let Some(spec) = self.find_attribute_or_none(module, self.name(Name::__spec__))? else {
            return Ok(false);
        };
        match self.find_attribute_or_none(spec, self.name(Name::_initializing))? {
            Some(flag) => self.is_true(flag),
            None => Ok(false),
        }
    }

    /// `__import__(name, globals, locals, fromlist, level)`.
    ///
    /// # Errors
    /// ImportError, and what modules raise.
    pub fn import_with_level(
        &self,
        name: Str,
        globals: Value,
        fromlist: Value,
        level: i64,
    ) -> PyResult<Value> {
        let imported = self.import_at_level(name, globals, fromlist, level);
        imported.map_err(|raised| self.without_importlib_frames(raised))
    }

    fn import_at_level(&self, name: Str, globals: Value, fromlist: Value, level: i64) -> PyResult<Value> {
        if level < 0 {
            return Err(self.value_error(format_args!("level must be >= 0")));
        }
        let wants_names = !fromlist.is_none() && self.is_true(fromlist)?;
        if level == 0 && !wants_names {
            let interned = self.intern(name)?;
            let module = self.import_full_name(interned)?;
            let text = name.to_utf8_lossy();
            return match text.split_once('.') {
                None => Ok(module),
                Some((top, _)) => self.import_module(top),
            };
        }
        let Some(bootstrap) = self.root(Root::ImportlibBootstrap) else {
            return Err(self.module_not_found(name));
        };
        let full_name = if level == 0 {
            name
        } else {
            let package = self.intern_str("_calc___package__")?;
            let package = self.call_method(bootstrap, package, &[globals])?;
            let resolve = self.intern_str("_resolve_name")?;
            let sanity = self.intern_str("_sanity_check")?;
            let level = self.int(level)?;
            self.call_method(bootstrap, sanity, &[name.as_value(), package, level])?;
            let resolved = self.call_method(bootstrap, resolve, &[name.as_value(), package, level])?;
            Str::expect(self, resolved)?
        };
        let full_name = self.intern(full_name)?;
        let module = self.import_full_name(full_name)?;
        if wants_names {
            if self.find_attribute_or_none(module, self.name(Name::__path__))?.is_some() {
                let handle = self.get_attribute(bootstrap, self.name(Name::_handle_fromlist))?;
                let importer = self.native_importer(bootstrap)?;
                return self.call(handle, &[module, fromlist, importer]);
            }
            return Ok(module);
        }
        // `import_ . relative` without names: the first part of the name, within its package.
        let importer = self.get_attribute(bootstrap, self.name(Name::__import__))?;
        let level = self.int(level)?;
        self.call(importer, &[name.as_value(), globals, Value::NONE, fromlist, level])
    }

    /// `from module import name` failed.
    #[cold]
    pub fn cannot_import_name(&self, module: Value, name: Str) -> crate::error::Raised {
        let module_name = match self.find_attribute_or_none(module, self.name(Name::__name__)) {
            Ok(found) => found.and_then(Str::from_value),
            Err(raised) => return raised,
        };
        let origin = match self.module_origin(module) {
            Ok(origin) => origin,
            Err(raised) => return raised,
        };
        let initializing = match self.is_initializing(module) {
            Ok(initializing) => initializing,
            Err(raised) => return raised,
        };
        let shown = module_name.unwrap_or_else(|| self.empty_str());
        let place = origin.and_then(Str::from_value);
        let name_value = module_name.map(Str::as_value);
        let wanted = Some(name.as_value());
        match (place, initializing) {
            (Some(place), true) => self.import_error(
                ExceptionClass::ImportError,
                format_args!(
                    "cannot import name '{name}' from partially initialized module '{shown}' (most likely due to a circular import) ({place})"
                ),
                name_value,
                origin,
                wanted,
            ),
            (Some(place), false) => self.import_error(
                ExceptionClass::ImportError,
                format_args!("cannot import name '{name}' from '{shown}' ({place})"),
                name_value,
                origin,
                wanted,
            ),
            (None, _) => self.import_error(
                ExceptionClass::ImportError,
                format_args!("cannot import name '{name}' from '{shown}' (unknown location)"),
                name_value,
                None,
                wanted,
            ),
        }
    }

    fn module_origin(&self, module: Value) -> PyResult<Option<Value>> {
        if let Some(spec) = self.find_attribute_or_none(module, self.name(Name::__spec__))? {
            let has_location = self.intern_str("has_location")?;
            if let Some(flag) = self.find_attribute_or_none(spec, has_location)?
                && self.is_true(flag)?
            {
                let origin = self.intern_str("origin")?;
                return self.find_attribute_or_none(spec, origin);
            }
        }
        self.find_attribute_or_none(module, self.name(Name::__file__))
    }

    /// Compiles and runs source text as module code in a namespace.
    ///
    /// # Errors
    /// SyntaxError, and what the code raises.
    pub fn run_source(&self, source: &[u8], file_name: &str, namespace: Dict) -> PyResult<Value> {
        let request = CompileRequest {
            source,
            is_text: false,
            file_name,
            mode: CompileMode::Module,
            optimization: self.engine().configuration().optimization,
            flags: 0,
            feature_version: None,
        };
        self.audit("compile", || Ok([self.bytes(source)?, self.str(file_name)?]))?;
        let code = self.compile_source(&request)?;
        self.audit("exec", || Ok([code.as_value()]))?;
        self.run_code(code, namespace, None, None)
    }
}
