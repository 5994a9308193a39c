//! `_typing`: what `typing` takes from the interpreter. The classes are in `types/type_parameters.rs` and `types/union.rs`.
//!
//! Source: Modules/_typingmodule.c.

use threadsnake_macros::pymodule;

/// Primitives and accelerators for the typing module.
#[pymodule(
    name = "_typing",
    classes(
        TypeVariable,
        ParameterSpecification,
        ParameterSpecificationArguments,
        ParameterSpecificationKeywords,
        TypeVariableTuple,
        TypeAlias,
        Generic,
        Union
    )
)]
pub mod module {
    use crate::context::Context;
    use crate::error::PyResult;
    use crate::types::type_parameters::{
        Generic, ParameterSpecification, ParameterSpecificationArguments, ParameterSpecificationKeywords,
        TypeAlias, TypeVariable, TypeVariableTuple, no_default,
    };
    use crate::types::union::Union;
    use crate::value::Value;

    /// Return the argument.
    #[pyfunction]
    fn _idfunc(x: Value) -> Value {
        x
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        namespace.set_str(cx, cx.intern_str("NoDefault")?, no_default(cx)?)
    }
}
