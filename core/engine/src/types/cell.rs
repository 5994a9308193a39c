//! `cell` objects: variables that closures share.
//!
//! Invariant: slot 0 holds the contents, empty for an unbound variable; reads and writes are one load or one barrier store.
//! Source: Objects/cellobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::protocol::text::identity;
use crate::value::Value;

/// Slot of the contents.
pub const CONTENTS: usize = 0;
/// Number of slots.
pub const SLOTS: u16 = 1;

/// Create a new cell object.
///
///   contents
///     the contents of the cell. If not specified, the cell will be empty,
///     and
///  further attempts to access its cell_contents attribute will
///     raise a ValueError.
#[pyclass(id = Cell, name = "cell", slots = SLOTS, flags(NO_WEAK_REFERENCES))]
pub struct Cell(ObjectRef);

impl Cell {
    /// The contents; none for an unbound variable.
    #[inline(always)]
    pub fn contents(self) -> Option<Value> {
        self.0.value(CONTENTS)
    }

    /// Sets the contents, or with `None` makes the variable unbound.
    #[inline(always)]
    pub fn set_contents(self, cx: &Context, value: Option<Value>) {
        cx.store_optional(self.0, CONTENTS, value);
    }
}

#[pymethods]
impl Cell {
    #[pynew]
    fn new(cx: &Context, class: Value, contents: Option<Value>) -> PyResult<Value> {
        let _ = class;
        Ok(cx.new_cell(contents)?.as_value())
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Cell) -> PyResult<Value> {
        let address = identity(this.as_value());
        match this.contents() {
            Some(contents) => cx.str_format(format_args!(
                "<cell at {address:#x}: {} object at {:#x}>",
                cx.type_name(contents),
                identity(contents)
            )),
            None => cx.str_format(format_args!("<cell at {address:#x}: empty>")),
        }
    }

    #[pygetter]
    fn cell_contents(cx: &Context, this: Cell) -> PyResult<Value> {
        match this.contents() {
            Some(contents) => Ok(contents),
            None => Err(cx.raise(ExceptionClass::ValueError, format_args!("Cell is empty"))),
        }
    }

    #[pysetter]
    fn set_cell_contents(cx: &Context, this: Cell, value: Option<Value>) -> PyResult<()> {
        this.set_contents(cx, value);
        Ok(())
    }
}

impl Context {
    /// A cell.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn new_cell(&self, contents: Option<Value>) -> PyResult<Cell> {
        let object = self.allocate(Kind::Cell, SLOTS as usize, 0)?;
        if let Some(contents) = contents {
            self.initialize(object, CONTENTS, contents);
        }
        Ok(Cell(object))
    }
}
