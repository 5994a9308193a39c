//! `Placeholder`: stands for an argument of a `partial` that the call gives.
//!
//! Invariant: one instance per engine. Source: Modules/_functoolsmodule.c.

use threadsnake_engine::engine::Root;
use threadsnake_engine::{Context, Kind, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

/// The type of the Placeholder singleton.
///
/// Used as a placeholder for partial arguments.
#[pyclass(
    id = Placeholder,
    name = "_PlaceholderType",
    module = "functools",
    flags(NO_WEAK_REFERENCES)
)]
pub struct Placeholder;

#[pymethods]
impl Placeholder {
    #[pynew]
    fn new(cx: &Context, _class: Value, arguments: threadsnake_engine::native::Arguments<'_>) -> PyResult {
        if !arguments.values.is_empty() {
            return Err(cx.type_error(format_args!("_PlaceholderType takes no arguments")));
        }
        singleton(cx)
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Value) -> PyResult {
        let _ = this;
        cx.str("Placeholder")
    }

    #[pymethod(signature = "($self, /)")]
    fn __reduce__(cx: &Context, this: Value) -> PyResult {
        let _ = this;
        cx.str("Placeholder")
    }
}

/// The placeholder of this engine.
///
/// # Errors
/// MemoryError.
pub fn singleton(cx: &Context) -> PyResult {
    if let Some(known) = cx.root(Root::Placeholder) {
        return Ok(known);
    }
    let made = Value::from(cx.allocate(Kind::Placeholder, 0, 0)?);
    cx.set_root(Root::Placeholder, Some(made));
    Ok(made)
}

/// Whether a value is the placeholder.
pub fn is_placeholder(value: Value) -> bool {
    value.is_kind(Kind::Placeholder)
}
