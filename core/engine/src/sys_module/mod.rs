//! The `sys` module.
//!
//! Invariant: what the engine knows is set when the module is made; what only the host knows (arguments, paths, the platform's name)
//! comes through [`SystemConfiguration`]. Hooks and streams are attributes that programs may replace, and are read anew at each use.
//! Source: Python/sysmodule.c.
//!
//! - [`functions`]: its functions; [`audit`]: audit hooks; [`hooks`]: `excepthook` and its kin; [`records`]: `version_info`, `flags` and the others;
//!   [`monitoring`]: `sys.monitoring`.

pub mod audit;
pub mod functions;
pub mod hooks;
pub mod monitoring;
pub mod records;
pub mod standard_library;

use alloc::string::String;
use alloc::vec::Vec;

use threadsnake_heap::arch::Ordering;
use threadsnake_macros::pymodule;

use crate::context::Context;
use crate::engine::Root;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::types::dict::Dict;
use crate::value::Value;

/// The version of Python that the engine implements.
pub const PYTHON_VERSION: (u32, u32, u32) = (3, 14, 0);
/// `sys.implementation.cache_tag`
pub const CACHE_TAG: &str =
    concat!("threadsnake-", env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));

/// What the host tells `sys`.
#[derive(Clone, Default)]
pub struct SystemConfiguration {
    /// `sys.argv`
    pub arguments: Vec<String>,
    /// `sys.orig_argv`
    pub original_arguments: Vec<String>,
    /// `sys.executable`
    pub executable: String,
    /// `sys.prefix` and its kin
    pub prefix: String,
    /// `sys.path`
    pub search_path: Vec<String>,
    /// `sys.platform`
    pub platform: String,
    /// `sys.implementation._multiarch`, empty for none
    pub multiarch: String,
    /// `sys.warnoptions`
    pub warning_options: Vec<String>,
    /// `sys._xoptions`: name and value
    pub extra_options: Vec<(String, Option<String>)>,
    /// `-X cpu_count`, 0 for as many as there are
    pub processors: u32,
    /// `sys.thread_info`: name and lock
    pub threads: Option<(String, Option<String>)>,
    /// `sys.flags`
    pub flags: Flags,
}

/// Command line switches that programs see in `sys.flags`.
#[derive(Copy, Clone, Default)]
#[allow(missing_docs)]
pub struct Flags {
    pub debug: u8,
    pub inspect: bool,
    pub interactive: bool,
    pub dont_write_bytecode: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub ignore_environment: bool,
    pub verbose: u8,
    pub bytes_warning: u8,
    pub quiet: bool,
    pub hash_randomization: bool,
    pub isolated: bool,
    pub dev_mode: bool,
    pub safe_path: bool,
    pub warn_default_encoding: bool,
}

/// This module provides access to some objects used or maintained by the
/// interpreter and to functions that interact strongly with the interpreter.
#[pymodule(
    name = "sys",
    functions(
        audit::addaudithook,
        audit::audit,
        functions::call_tracing,
        functions::clear_internal_caches,
        functions::clear_type_cache,
        functions::clear_type_descriptors,
        functions::current_exceptions,
        functions::current_frames,
        functions::settraceallthreads,
        functions::setprofileallthreads,
        functions::exc_info,
        functions::exception,
        functions::exit,
        functions::get_asyncgen_hooks,
        functions::get_coroutine_origin_tracking_depth,
        functions::get_cpu_count_config,
        functions::get_int_max_str_digits,
        functions::getallocatedblocks,
        functions::getdefaultencoding,
        functions::getfilesystemencodeerrors,
        functions::getfilesystemencoding,
        functions::getframe,
        functions::getframemodulename,
        functions::getprofile,
        functions::getrecursionlimit,
        functions::getrefcount,
        functions::getsizeof,
        functions::getswitchinterval,
        functions::gettrace,
        functions::getunicodeinternedsize,
        functions::intern,
        functions::is_finalizing,
        functions::is_gil_enabled,
        functions::is_immortal,
        functions::is_interned,
        functions::is_remote_debug_enabled,
        functions::is_stack_trampoline_active,
        functions::remote_exec,
        functions::set_asyncgen_hooks,
        functions::set_coroutine_origin_tracking_depth,
        functions::set_int_max_str_digits,
        functions::setprofile,
        functions::setrecursionlimit,
        functions::setswitchinterval,
        functions::settrace,
        hooks::breakpointhook,
        hooks::displayhook,
        hooks::excepthook,
        hooks::unraisablehook
    )
)]
mod table {
    use super::*;

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        super::initialize(cx, module)
    }
}

pub use table::MODULE;

fn set(cx: &Context, namespace: Dict, name: &str, value: Value) -> PyResult<()> {
    namespace.set_str(cx, cx.intern_str(name)?, value)
}

fn initialize(cx: &Context, module: Value) -> PyResult<()> {
    let namespace = cx.module_dict(module)?;
    if let Some(modules) = cx.root(Root::Modules) {
        set(cx, namespace, "modules", modules)?;
    }
    let (major, minor, micro) = PYTHON_VERSION;
    let version = cx.str_format(format_args!(
        "{major}.{minor}.{micro} (threadsnake {}) [Rust]",
        env!("CARGO_PKG_VERSION")
    ))?;
    set(cx, namespace, "version", version)?;
    set(cx, namespace, "hexversion", Value::int_from_u32(major << 24 | minor << 16 | micro << 8 | 0xF0))?;
    set(cx, namespace, "api_version", Value::int_from_u32(1013))?;
    set(
        cx,
        namespace,
        "copyright",
        cx.str("Copyright (c) the Threadsnake authors. Licensed under MIT or Apache-2.0.")?,
    )?;
    set(cx, namespace, "maxsize", cx.int(isize::MAX as i64)?)?;
    set(cx, namespace, "maxunicode", Value::int_from_u32(0x10_FFFF))?;
    let little = 1u16.to_ne_bytes() == [1, 0];
    set(cx, namespace, "byteorder", cx.str(if little { "little" } else { "big" })?)?;
    set(cx, namespace, "float_repr_style", cx.str("short")?)?;
    set(cx, namespace, "abiflags", cx.empty_str().as_value())?;
    set(cx, namespace, "platlibdir", cx.str("lib")?)?;
    set(cx, namespace, "pycache_prefix", Value::NONE)?;
    set(cx, namespace, "_framework", cx.empty_str().as_value())?;
    set(cx, namespace, "_git", {
        let empty = cx.empty_str().as_value();
        cx.tuple(&[cx.str("threadsnake")?, empty, empty])?
    })?;
    for name in ["meta_path", "path_hooks", "path", "argv", "orig_argv", "warnoptions"] {
        set(cx, namespace, name, cx.list(&[])?)?;
    }
    for name in ["path_importer_cache", "_xoptions"] {
        set(cx, namespace, name, cx.new_dict()?.as_value())?;
    }
    standard_library::set_module_names(cx, namespace)?;
    records::set_records(cx, namespace)?;
    hooks::remember_originals(cx, namespace)?;
    set(cx, namespace, "monitoring", cx.create_native_module(&monitoring::MODULE)?)?;
    configure(cx, namespace, &SystemConfiguration::default())
}

fn text_list(cx: &Context, texts: &[String]) -> PyResult<Value> {
    let list = cx.new_list(texts.len())?;
    for text in texts {
        list.push(cx, cx.str(text)?)?;
    }
    Ok(list.as_value())
}

fn configure(cx: &Context, namespace: Dict, configuration: &SystemConfiguration) -> PyResult<()> {
    let arguments = if configuration.arguments.is_empty() {
        cx.list(&[cx.empty_str().as_value()])?
    } else {
        text_list(cx, &configuration.arguments)?
    };
    set(cx, namespace, "argv", arguments)?;
    set(cx, namespace, "orig_argv", text_list(cx, &configuration.original_arguments)?)?;
    set(cx, namespace, "path", text_list(cx, &configuration.search_path)?)?;
    set(cx, namespace, "warnoptions", text_list(cx, &configuration.warning_options)?)?;
    let options = cx.new_dict()?;
    for (name, value) in &configuration.extra_options {
        let value = match value {
            Some(value) => cx.str(value)?,
            None => Value::TRUE,
        };
        options.set(cx, cx.str(name)?, value)?;
    }
    set(cx, namespace, "_xoptions", options.as_value())?;
    set(cx, namespace, "executable", cx.str(&configuration.executable)?)?;
    set(cx, namespace, "_base_executable", cx.str(&configuration.executable)?)?;
    for name in ["prefix", "exec_prefix", "base_prefix", "base_exec_prefix"] {
        set(cx, namespace, name, cx.str(&configuration.prefix)?)?;
    }
    set(cx, namespace, "_home", Value::NONE)?;
    // Where the library would be: importlib takes `__file__` of the frozen modules from it, and the library reads those.
    let (major, minor, _) = PYTHON_VERSION;
    let library = match configuration.prefix.as_str() {
        "" => Value::NONE,
        prefix => cx.str_format(format_args!("{prefix}/lib/python{major}.{minor}"))?,
    };
    set(cx, namespace, "_stdlib_dir", library)?;
    let platform =
        if configuration.platform.is_empty() { "unknown" } else { configuration.platform.as_str() };
    set(cx, namespace, "platform", cx.str(platform)?)?;
    let flags = &configuration.flags;
    set(cx, namespace, "dont_write_bytecode", Value::from_bool(flags.dont_write_bytecode))?;
    records::set_configured_records(cx, namespace, configuration)
}

impl Context {
    /// Makes the `sys` module and puts it into `sys.modules`. Once, at start.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn create_sys_module(&self) -> PyResult<()> {
        let module = self.create_native_module(&MODULE)?;
        self.set_root(Root::SysModule, Some(module));
        self.add_module("sys", module)
    }

    /// Sets what only the host knows of `sys`: arguments, paths, flags.
    ///
    /// # Errors
    /// MemoryError.
    pub fn configure_system(&self, configuration: &SystemConfiguration) -> PyResult<()> {
        self.engine().configured_processors.store(configuration.processors, Ordering::Relaxed);
        match self.root(Root::SysModule).filter(|module| module.is_kind(Kind::Module)) {
            Some(module) => configure(self, self.module_dict(module)?, configuration),
            None => Ok(()),
        }
    }
}
