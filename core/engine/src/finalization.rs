//! The end of a program's modules: what they hold becomes unreachable, so that its finalizers run.
//!
//! Invariant: runs once, on the main thread, when no other thread runs Python code. First every module but `sys` and `builtins` is let go, so that most
//! finalizers find the globals of their functions as they were; the modules of the program that something still holds then have their names set to
//! None. What library modules hold is not taken from them, because streams are still to be flushed through their codecs.
//! Where no class of Python code has a `__del__` nothing is done, as a collection costs more than many programs.
//! Source: Python/pylifecycle.c (finalize_modules), Objects/moduleobject.c (_PyModule_Clear).

use threadsnake_heap::arch::Ordering;

use crate::context::{Context, ThreadRoot};
use crate::engine::Root;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::modules::gc::collect_all;
use crate::names::Name;
use crate::types::dict::Dict;
use crate::types::str_object::Str;
use crate::value::Value;

/// Attributes of `sys` that hold objects of the program, or that would let an import load a module anew.
const SYSTEM_NAMES: [&str; 12] = [
    "path",
    "argv",
    "ps1",
    "ps2",
    "last_exc",
    "last_type",
    "last_value",
    "last_traceback",
    "path_hooks",
    "path_importer_cache",
    "meta_path",
    "__interactivehook__",
];

impl Context {
    /// Notes that Python code made a class with a `__del__`.
    pub(crate) fn note_finalizer(&self) {
        // Relaxed: read when the other threads have ended, which orders it.
        self.engine().has_finalizers.store(true, Ordering::Relaxed);
    }

    /// Lets the program's modules go.
    ///
    /// # Errors
    /// MemoryError. What finalizers raise is reported as unraisable.
    pub fn finalize_modules(&self) -> PyResult<()> {
        // Release pairs with the loads that ask whether the interpreter ends.
        self.engine().finalizing.store(1, Ordering::Release);
        if !self.engine().has_finalizers.load(Ordering::Relaxed) || self.engine().threads().count() > 0 {
            return Ok(());
        }
        self.forget_modules()?;
        collect_all(self);
        self.clear_surviving_modules()?;
        collect_all(self);
        Ok(())
    }

    #[inline(never)]
    fn forget_modules(&self) -> PyResult<()> {
        if let Some(system) = self.root(Root::SysModule).filter(|system| system.is_kind(Kind::Module)) {
            let namespace = self.module_dict(system)?;
            for name in SYSTEM_NAMES {
                let name = self.intern_str(name)?;
                if namespace.get_str(self, name)?.is_some() {
                    namespace.set_str(self, name, Value::NONE)?;
                }
            }
        }
        self.set_root(Root::MainModule, None);
        self.set_thread_root(ThreadRoot::Handled, None);
        let Some(modules) = self.root(Root::Modules).and_then(Dict::from_value) else { return Ok(()) };
        let mut kept = self.scratch();
        for name in ["sys", "builtins"] {
            let name = self.intern_str(name)?;
            kept.push(name.as_value());
            kept.push(modules.get_str(self, name)?.unwrap_or(Value::NONE));
        }
        modules.clear(self);
        for pair in kept.as_slice().chunks_exact(2) {
            if let &[name, module] = pair {
                modules.set(self, name, module)?;
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn clear_surviving_modules(&self) -> PyResult<()> {
        let found = self.mutator().live_objects(|object| Kind::of(object) == Kind::Module);
        let mut modules = self.scratch();
        // No safepoint before they are all in the vector.
        for object in found {
            modules.push(Value::from(object));
        }
        for &module in modules.as_slice().iter().rev() {
            let namespace = self.module_dict(module)?;
            if !self.is_of_library(namespace)? {
                self.clear_names(namespace)?;
            }
        }
        Ok(())
    }

    /// Whether a module is native, or from the library in this binary.
    fn is_of_library(&self, namespace: Dict) -> PyResult<bool> {
        let Some(spec) = namespace.get_str(self, self.name(Name::__spec__))?.filter(|spec| !spec.is_none())
        else {
            let name = namespace.get_str(self, self.name(Name::__name__))?.and_then(Str::from_value);
            return Ok(name.is_some_and(|name| ["sys", "builtins"].iter().any(|own| name.equals_ascii(own))));
        };
        let origin = self.find_attribute_or_none(spec, self.intern_str("origin")?)?.and_then(Str::from_value);
        Ok(origin.is_some_and(|origin| origin.equals_ascii("frozen") || origin.equals_ascii("built-in")))
    }

    fn clear_names(&self, namespace: Dict) -> PyResult<()> {
        for &name in namespace.snapshot_keys(self).as_slice() {
            if Str::from_value(name).is_some_and(|name| !name.equals_ascii("__builtins__")) {
                namespace.set(self, name, Value::NONE)?;
            }
        }
        Ok(())
    }
}
