//! `_ast`: the classes of syntax trees, and what `compile` does with their objects.
//!
//! Invariant: the classes of an engine are made once, when they are first asked for; the table of `threadsnake-syntax` says
//! everything about them.
//! - [`classes`]: classes and singletons; [`objects`]: trees to objects; [`nodes`]: objects to trees.
//!
//! Source: Parser/asdl_c.py and Python/Python-ast.c of CPython 3.14.

pub mod classes;
pub mod nodes;

pub mod objects;

use threadsnake_macros::pymodule;

/// The module's table.
#[pymodule(name = "_ast", doc = "")]
pub mod module {
    use threadsnake_syntax::{Class, Sum};

    use crate::context::Context;
    use crate::error::PyResult;
    use crate::value::Value;

    use super::classes::SyntaxClasses;

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        for (name, number) in [
            ("PyCF_ONLY_AST", 0x0400),
            ("PyCF_TYPE_COMMENTS", 0x1000),
            ("PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000),
            ("PyCF_OPTIMIZED_AST", 0x8400),
        ] {
            namespace.set_str(cx, cx.intern_str(name)?, cx.int(number)?)?;
        }
        let classes = SyntaxClasses::of(cx)?;
        namespace.set_str(cx, cx.intern_str("AST")?, classes.base())?;
        for &sum in Sum::ALL {
            namespace.set_str(cx, cx.intern_str(sum.name())?, classes.sum(sum))?;
        }
        for &class in Class::ALL {
            namespace.set_str(cx, cx.intern_str(class.name())?, classes.class(class))?;
        }
        Ok(())
    }
}
