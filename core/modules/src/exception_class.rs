//! Exception classes of native modules, such as `zlib.error`.
//!
//! Invariant: a class is made once, when its module is, and kept in the engine's roots; before that nothing of the module can raise it.

use threadsnake_engine::engine::Root;
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::{Context, ExceptionClass, Kind, PyResult, Raised, Value};

/// Makes an exception class, keeps it under `root`, and puts it into the module.
///
/// # Errors
/// MemoryError.
pub(crate) fn add(
    cx: &Context,
    module: Value,
    module_name: &str,
    name: &str,
    base: ExceptionClass,
    root: Root,
) -> PyResult<()> {
    let namespace: Dict = cx.new_dict()?;
    namespace.set_str(cx, cx.intern_str("__module__")?, cx.str(module_name)?)?;
    let bases = cx.tuple(&[cx.exception_class(base)])?;
    let class = cx.call(cx.class(Kind::Type), &[cx.str(name)?, bases, namespace.as_value()])?;
    cx.set_root(root, Some(class));
    cx.module_dict(module)?.set_str(cx, cx.intern_str(name)?, class)
}

/// Raises the class kept under `root`.
#[cold]
pub(crate) fn raise(cx: &Context, root: Root, text: core::fmt::Arguments<'_>) -> Raised {
    let class = cx.root(root).unwrap_or_else(|| cx.exception_class(ExceptionClass::Exception));
    match cx.str_format(text).and_then(|text| cx.call(class, &[text])) {
        Ok(exception) => cx.raise_value(exception),
        Err(raised) => raised,
    }
}
