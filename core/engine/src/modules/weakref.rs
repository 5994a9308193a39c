//! `_weakref`: functions about weak references. The classes are in `types/weak_reference.rs` and `types/weak_proxy.rs`.
//!
//! Source: Modules/_weakref.c.

use threadsnake_macros::pymodule;

/// Weak-reference support module.
#[pymodule(name = "_weakref")]
pub mod module {
    use crate::context::Context;
    use crate::error::PyResult;
    use crate::native::NativeType;
    use crate::types::dict::Dict;
    use crate::types::weak_proxy::{self, CALLABLE_CLASS, WeakProxy};
    use crate::types::weak_reference::{WeakReference, all_references};
    use crate::value::Value;

    /// Return the number of weak references to 'object'.
    #[pyfunction]
    fn getweakrefcount(cx: &Context, object: Value) -> PyResult<usize> {
        Ok(all_references(cx, object)?.len())
    }

    /// Return a list of all weak reference objects pointing to 'object'.
    #[pyfunction]
    fn getweakrefs(cx: &Context, object: Value) -> PyResult<Value> {
        let references = all_references(cx, object)?;
        cx.list(references.as_slice())
    }

    /// Create a proxy object that weakly references 'object'.
    ///
    /// 'callback', if given, is called with a reference to the
    /// proxy when 'object' is about to be finalized.
    #[pyfunction(signature = "(object, callback=None, /)")]
    fn proxy(cx: &Context, object: Value, callback: Option<Value>) -> PyResult<Value> {
        weak_proxy::proxy(cx, object, callback)
    }

    /// Atomically remove key from dict if it points to a dead weakref.
    #[pyfunction]
    fn _remove_dead_weakref(cx: &Context, dct: Dict, key: Value) -> PyResult<()> {
        let is_dead =
            |value: Value| WeakReference::from_value(value).is_some() && cx.weak_referent(value).is_none();
        let Some(found) = dct.get(cx, key)?.filter(|found| is_dead(*found)) else { return Ok(()) };
        if let Some(removed) = dct.remove(cx, key)?
            && !removed.is(found)
            && !is_dead(removed)
        {
            // Another thread put a new reference there meanwhile: it goes back, unless a newer one is there already.
            dct.set_default(cx, key, removed)?;
        }
        Ok(())
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        let reference = cx.build_on_demand(<WeakReference as NativeType>::CLASS)?.as_value();
        let proxy = cx.build_on_demand(<WeakProxy as NativeType>::CLASS)?.as_value();
        let callable = cx.build_on_demand(&CALLABLE_CLASS)?.as_value();
        for (name, class) in [
            ("ref", reference),
            ("ReferenceType", reference),
            ("ProxyType", proxy),
            ("CallableProxyType", callable),
        ] {
            namespace.set_str(cx, cx.intern_str(name)?, class)?;
        }
        Ok(())
    }
}
