//! `_pattern_flags`: what `abc` tells the engine of registered classes, so that `match` knows them for sequences or mappings.
//!
//! Invariant: flags are only added, and to classes of Python code alone: `str` stays no sequence for patterns whatever it is registered with.
//! Source: Modules/_abc.c (set_collection_flag_recursive); PEP 634.

use threadsnake_macros::pymodule;

/// Which classes match sequence and mapping patterns.
#[pymodule(name = "_pattern_flags")]
pub mod module {
    use crate::context::Context;
    use crate::error::PyResult;
    use crate::native::ClassFlags;
    use crate::types::class::Class;
    use crate::value::Value;

    /// A class registered with an abstract base class matches the patterns that the latter's subclasses match, and so do its own subclasses.
    #[pyfunction]
    fn inherit(cx: &Context, base: Value, registered: Value) -> PyResult<()> {
        let (Some(base), Some(registered)) = (Class::from_value(base), Class::from_value(registered)) else {
            return Err(cx.type_error(format_args!("two classes were expected")));
        };
        let patterns = [ClassFlags::SEQUENCE, ClassFlags::MAPPING];
        let Some(flag) = patterns.into_iter().find(|flag| base.flags().has(*flag)) else { return Ok(()) };
        for &class in registered.with_subclasses(cx)?.as_slice() {
            let Some(class) = Class::from_value(class) else { continue };
            let has_one = patterns.into_iter().any(|flag| class.flags().has(flag));
            if class.flags().has(ClassFlags::HEAP_TYPE) && !has_one {
                class.add_flag(cx, flag);
            }
        }
        Ok(())
    }
}
