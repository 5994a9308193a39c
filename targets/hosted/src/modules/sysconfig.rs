//! `_sysconfig` and the module of build settings that `sysconfig` reads on POSIX systems.
//!
//! Invariant: the settings say what is true of this build; those that speak of a C compiler's work, of header files or of static
//! libraries are absent, so that nobody builds extension modules by them. The name of the second module is the one
//! that `sysconfig` makes of `sys.abiflags`, `sys.platform` and `sys.implementation._multiarch`.
//! Source: Modules/_sysconfig.c, Lib/sysconfig.

use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pymodule;

/// Settings that are texts.
const TEXTS: &[(&str, &str)] = &[
    ("ABIFLAGS", ""),
    ("BINDIR", "/usr/local/bin"),
    ("BUILD_GNU_TYPE", gnu_type()),
    ("EXE", ""),
    ("EXT_SUFFIX", ""),
    ("HOST_GNU_TYPE", gnu_type()),
    ("LDLIBRARY", ""),
    ("LDVERSION", "3.14"),
    ("LIBDIR", "/usr/local/lib"),
    ("LIBRARY", ""),
    ("MACHDEP", "linux"),
    ("MULTIARCH", gnu_type()),
    ("PLATLIBDIR", "lib"),
    ("SHLIB_SUFFIX", ".so"),
    ("SOABI", ""),
    ("TZPATH", "/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo"),
    ("VERSION", "3.14"),
    ("WHEEL_PKG_DIR", ""),
    ("exec_prefix", "/usr/local"),
    ("prefix", "/usr/local"),
];

/// Settings that are numbers.
const NUMBERS: &[(&str, i64)] = &[
    ("HAVE_DYNAMIC_LOADING", 0),
    ("Py_DEBUG", 0),
    ("Py_ENABLE_SHARED", 0),
    ("Py_GIL_DISABLED", 1),
    ("SIZEOF_SIZE_T", size_of::<usize>() as i64),
    ("SIZEOF_VOID_P", size_of::<usize>() as i64),
    ("WITH_DOC_STRINGS", 1),
];

/// The system as the GNU tools write it.
const fn gnu_type() -> &'static str {
    if cfg!(target_arch = "aarch64") { "aarch64-linux-gnu" } else { "x86_64-linux-gnu" }
}

fn fill(cx: &Context, settings: Dict) -> PyResult<()> {
    for &(name, text) in TEXTS {
        settings.set_str(cx, cx.intern_str(name)?, cx.str(text)?)?;
    }
    for &(name, number) in NUMBERS {
        settings.set_str(cx, cx.intern_str(name)?, cx.int(number)?)?;
    }
    Ok(())
}

/// A helper for the sysconfig module.
#[pymodule(name = "_sysconfig")]
pub mod module {
    use super::{Context, NUMBERS, PyResult, Value};

    /// Returns a dictionary containing build variables intended to be exposed by sysconfig.
    #[pyfunction]
    fn config_vars(cx: &Context) -> PyResult<Value> {
        let settings = cx.new_dict()?;
        for &(name, number) in NUMBERS {
            if name.starts_with("Py_") {
                settings.set_str(cx, cx.intern_str(name)?, cx.int(number)?)?;
            }
        }
        Ok(settings.as_value())
    }
}

/// Settings of this build.
#[cfg_attr(target_arch = "x86_64", pymodule(name = "_sysconfigdata__linux_x86_64-linux-gnu"))]
#[cfg_attr(target_arch = "aarch64", pymodule(name = "_sysconfigdata__linux_aarch64-linux-gnu"))]
pub mod build_time {
    use super::{Context, PyResult, Value};

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let settings = cx.new_dict()?;
        super::fill(cx, settings)?;
        cx.module_dict(module)?.set_str(cx, cx.intern_str("build_time_vars")?, settings.as_value())
    }
}
