//! The variables of a frame by name: what `f_locals`, `locals()` and the suggestions of tracebacks read, and `f_locals` writes.
//!
//! Invariant: a variable has one place at a time. While the frame runs it is a register of its record, which the thread that runs it
//! alone may touch; while a generator is suspended, a register saved in the generator, written by who has claimed it; afterwards a
//! slot of the frame object. A variable that an inner function shares is in a cell, whichever of these holds the cell. Those of a
//! comprehension are bound while it runs, and then hide others of their names; module and class bodies have no variables but these.
//! Source: Objects/frameobject.c; PEP 667, PEP 709.

use threadsnake_bytecode::code_flags;
use threadsnake_heap::ObjectRef;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::interpreter::frame::Frame;
use crate::object_access::ObjectAccess;
use crate::types::cell::Cell;
use crate::types::dict::Dict;
use crate::types::frame_object::{FrameObject, slot};
use crate::types::function::Function;
use crate::types::generator;
use crate::types::str_object::Str;
use crate::value::Value;

/// Where the code has a variable.
#[derive(Clone, Copy)]
pub enum Variable {
    /// In this register.
    Register(usize),
    /// In the cell that this register holds, or in the register while the cell has not been made.
    Cell(usize),
    /// In the function's cell of this number.
    Free(usize),
}

/// Where the registers are now.
enum Registers<'a> {
    Record(&'a Frame),
    Generator(ObjectRef),
    Frame(ObjectRef),
}

impl FrameObject {
    /// # Errors
    /// NotImplementedError if another thread runs the frame.
    fn registers(self, cx: &Context) -> PyResult<Registers<'_>> {
        if let Some(record) = self.record(cx) {
            return Ok(Registers::Record(record));
        }
        let generator = self.object().value(slot::GENERATOR).and_then(generator::as_generator);
        let state = generator.map_or(generator::state::FINISHED, generator::state_of);
        if self.is_live() || state == generator::state::RUNNING {
            return Err(cx.raise(
                ExceptionClass::NotImplementedError,
                format_args!(
                    "the variables of a frame that another thread is running are not supported yet by threadsnake"
                ),
            ));
        }
        match generator {
            Some(generator) if state != generator::state::FINISHED => Ok(Registers::Generator(generator)),
            _ => Ok(Registers::Frame(self.object())),
        }
    }

    fn read_register(self, cx: &Context, register: usize) -> PyResult<Option<Value>> {
        let (object, place) = match self.registers(cx)? {
            Registers::Record(record) => return Ok(record.register(register)),
            Registers::Generator(generator) => (generator, generator::slot::REGISTERS + register),
            Registers::Frame(object) => (object, slot::LOCALS + register),
        };
        Ok(if place < object.slot_count() { object.value(place) } else { None })
    }

    fn write_register(self, cx: &Context, register: usize, value: Value) -> PyResult<()> {
        match self.registers(cx)? {
            Registers::Record(record) => record.set_register(register, Some(value)),
            Registers::Generator(generator)
                if generator::set_saved_register(cx, generator, register, value)? => {}
            // A generator that has finished in the meantime has left its registers to the frame.
            Registers::Generator(_) | Registers::Frame(_) => {
                let place = slot::LOCALS + register;
                if place < self.object().slot_count() {
                    cx.store(self.object(), place, value);
                }
            }
        }
        Ok(())
    }

    fn free_cell(self, index: usize) -> Option<Cell> {
        let function = self.object().value(slot::FUNCTION).and_then(Function::from_value)?;
        function.closure()?.get(index).and_then(Cell::from_value)
    }

    /// The value of a variable, if it is bound.
    ///
    /// # Errors
    /// NotImplementedError if another thread runs the frame.
    pub fn read_variable(self, cx: &Context, variable: Variable) -> PyResult<Option<Value>> {
        match variable {
            Variable::Register(register) => self.read_register(cx, register),
            Variable::Cell(register) => {
                let content = self.read_register(cx, register)?;
                Ok(match content.and_then(Cell::from_value) {
                    Some(cell) => cell.contents(),
                    None => content,
                })
            }
            Variable::Free(index) => Ok(self.free_cell(index).and_then(Cell::contents)),
        }
    }

    /// Binds a variable.
    ///
    /// # Errors
    /// NotImplementedError if another thread runs the frame; ValueError if another thread resumes the generator at this moment.
    pub fn write_variable(self, cx: &Context, variable: Variable, value: Value) -> PyResult<()> {
        let cell = match variable {
            Variable::Register(register) => return self.write_register(cx, register, value),
            Variable::Cell(register) => match self.read_register(cx, register)?.and_then(Cell::from_value) {
                Some(cell) => Some(cell),
                None => return self.write_register(cx, register, value),
            },
            Variable::Free(index) => self.free_cell(index),
        };
        if let Some(cell) = cell {
            cell.set_contents(cx, Some(value));
        }
        Ok(())
    }

    /// Calls `each` with the name and place of each variable of the code, bound or not: parameters, locals and what comprehensions bind,
    /// then what else is in cells, then the closure's.
    ///
    /// # Errors
    /// What `each` raises.
    pub fn each_variable(
        self,
        cx: &Context,
        mut each: impl FnMut(Str, Variable) -> PyResult<()>,
    ) -> PyResult<()> {
        let Some(code) = self.code() else { return Ok(()) };
        let data = code.data();
        let locals = code.local_names(cx);
        // A comprehension in a class body has code of its own, whose argument nobody should see.
        let shows_argument = data.flags & code_flags::GENERATOR != 0;
        for (register, name) in locals.iter().enumerate() {
            if let Some(name) =
                Str::from_value(name).filter(|name| shows_argument || !name.equals_ascii(".0"))
            {
                let is_cell = data.cell_registers.contains(&(register as u16));
                each(name, if is_cell { Variable::Cell(register) } else { Variable::Register(register) })?;
            }
        }
        if self.object().value(slot::NAMESPACE).is_some() {
            // The cells of a class body are the compiler's own.
            return Ok(());
        }
        for (name, &register) in code.cell_names(cx).iter().zip(data.cell_registers.iter()) {
            if let Some(name) = Str::from_value(name).filter(|_| usize::from(register) >= locals.len()) {
                each(name, Variable::Cell(register.into()))?;
            }
        }
        for (index, name) in code.free_names(cx).iter().enumerate() {
            if let Some(name) = Str::from_value(name) {
                each(name, Variable::Free(index))?;
            }
        }
        Ok(())
    }

    /// The variable of this name, bound or not; of several the last that is bound, which is the innermost comprehension's.
    ///
    /// # Errors
    /// NotImplementedError if another thread runs the frame.
    pub fn variable_named(self, cx: &Context, name: Str) -> PyResult<Option<Variable>> {
        let mut found = None;
        self.each_variable(cx, |other, variable| {
            if other.equals(name) && (found.is_none() || self.read_variable(cx, variable)?.is_some()) {
                found = Some(variable);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The namespace of a module or class body, unless a comprehension runs in it.
    fn namespace(self, cx: &Context) -> PyResult<Option<Value>> {
        let namespace = self.object().value(slot::NAMESPACE);
        if namespace.is_some() {
            let mut any = false;
            self.each_variable(cx, |_, variable| {
                any |= self.read_variable(cx, variable)?.is_some();
                Ok(())
            })?;
            if any {
                return Ok(None);
            }
        }
        Ok(namespace)
    }

    /// What `f_locals` was given under names that are no variables, if anything.
    pub fn extra_locals(self) -> Option<Dict> {
        self.object().value(slot::EXTRA_LOCALS).and_then(Dict::from_value)
    }

    /// The same, made if there is none.
    ///
    /// # Errors
    /// MemoryError.
    pub fn extra_locals_or_new(self, cx: &Context) -> PyResult<Dict> {
        if let Some(extra) = self.extra_locals() {
            return Ok(extra);
        }
        let fresh = cx.new_dict()?;
        // Of two threads that make one at once, one wins and both use it.
        cx.compare_exchange(self.object(), slot::EXTRA_LOCALS, None, Some(fresh.as_value()));
        Ok(self.extra_locals().unwrap_or(fresh))
    }

    /// Calls `each` with the key and value of all that `f_locals` of a function has.
    ///
    /// # Errors
    /// What `each` raises; NotImplementedError if another thread runs the frame.
    pub fn each_local(
        self,
        cx: &Context,
        mut each: impl FnMut(Value, Value) -> PyResult<()>,
    ) -> PyResult<()> {
        self.each_variable(cx, |name, variable| match self.read_variable(cx, variable)? {
            Some(value) => each(name.as_value(), value),
            None => Ok(()),
        })?;
        if let Some(extra) = self.extra_locals() {
            for pair in extra.snapshot(cx).as_slice().chunks_exact(2) {
                if let &[key, value] = pair {
                    each(key, value)?;
                }
            }
        }
        Ok(())
    }

    /// All that `f_locals` of a function has, in a fresh dict.
    ///
    /// # Errors
    /// MemoryError; NotImplementedError if another thread runs the frame.
    pub fn copy_of_locals(self, cx: &Context) -> PyResult<Dict> {
        let copy = cx.new_dict()?;
        self.each_local(cx, |key, value| copy.set(cx, key, value))?;
        Ok(copy)
    }

    /// `locals()`: the namespace of a module or class body; of a function, what is bound now, in a fresh dict.
    ///
    /// # Errors
    /// MemoryError; NotImplementedError if another thread runs the frame.
    pub fn locals_now(self, cx: &Context) -> PyResult<Value> {
        match self.namespace(cx)? {
            Some(namespace) => Ok(namespace),
            None => Ok(self.copy_of_locals(cx)?.as_value()),
        }
    }

    /// `f_locals`: the namespace of a module or class body; of a function, a proxy that reads and writes its variables.
    ///
    /// # Errors
    /// MemoryError; NotImplementedError if another thread runs the frame.
    pub fn locals(self, cx: &Context) -> PyResult<Value> {
        match self.namespace(cx)? {
            Some(namespace) => Ok(namespace),
            None => {
                self.registers(cx)?;
                cx.frame_locals_proxy(self)
            }
        }
    }

    /// The value of a local variable or cell of this name, if it is bound.
    ///
    /// # Errors
    /// What comparing keys of a namespace raises; NotImplementedError if another thread runs the frame.
    pub fn local_named(self, cx: &Context, name: Str) -> PyResult<Option<Value>> {
        if let Some(variable) = self.variable_named(cx, name)?
            && let Some(value) = self.read_variable(cx, variable)?
        {
            return Ok(Some(value));
        }
        match self.object().value(slot::NAMESPACE).and_then(Dict::from_value) {
            Some(namespace) => namespace.get_str(cx, name),
            None => Ok(None),
        }
    }
}
