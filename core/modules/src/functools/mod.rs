//! `_functools`: what `functools` rests on.
//!
//! Source: Modules/_functoolsmodule.c.

mod compare_key;
mod lru_cache;
mod partial;
mod placeholder;
mod reduce;

use threadsnake_macros::pymodule;

/// Tools that operate on functions.
#[pymodule(
    name = "_functools",
    classes(super::partial::Partial, super::placeholder::Placeholder, super::lru_cache::LruCache),
    functions(super::reduce::reduce, super::compare_key::cmp_to_key)
)]
pub mod module {
    use threadsnake_engine::{Context, PyResult, Value};

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        let placeholder = super::placeholder::singleton(cx)?;
        namespace.set_str(cx, cx.new_str("Placeholder")?, placeholder)?;
        cx.build_on_demand(
            <super::compare_key::CompareKey as threadsnake_engine::native::NativeType>::CLASS,
        )?;
        Ok(())
    }
}
