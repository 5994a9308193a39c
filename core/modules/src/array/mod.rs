//! The module `array`: arrays of numbers and characters.
//!
//! Invariant: an array keeps its items in a bytearray of its own that nobody else sees but memory views: what one operation reads or writes, it
//! reads or writes under that bytearray's lock, and a lent buffer fixes the length. Items that Python code makes are made before.
//! - [`items`]: type codes; [`object`]: the class; [`pickling`]: reading pickles of other machines.
//!
//! Source: Modules/arraymodule.c of CPython 3.14.

mod items;
mod object;
mod pickling;

use threadsnake_macros::pymodule;

/// This module defines an object type which can efficiently represent
/// an array of basic values: characters, integers, floating-point
/// numbers.  Arrays are sequence types and behave very much like lists,
/// except that the type of objects stored in them is constrained.
#[pymodule(
    name = "array",
    classes(super::object::Array, super::object::ArrayIterator),
    functions(super::pickling::reconstruct)
)]
pub mod module {
    use threadsnake_engine::{Context, Kind, PyResult, Value};

    use super::items::LETTERS;

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let names = cx.module_dict(module)?;
        names.set_str(cx, cx.intern_str("ArrayType")?, cx.class(Kind::Array))?;
        let sequences = cx.import_module("collections.abc")?;
        let mutable = cx.get_attribute(sequences, cx.intern_str("MutableSequence")?)?;
        cx.call_method(mutable, cx.intern_str("register")?, &[cx.class(Kind::Array)])?;
        names.set_str(cx, cx.intern_str("typecodes")?, cx.str(LETTERS)?)
    }
}
