//! Assignment, augmented assignment and deletion of targets.
//!
//! Invariant: the value to store is in a register that evaluating the target's parts does not change.

use ruff_python_ast::{Expr, StmtAssign, StmtAugAssign};
use ruff_text_size::{Ranged, TextRange};
use threadsnake_bytecode::Operation;

use crate::compiler::Compiler;
use crate::error::Result;
use crate::expressions::in_place_operations;
use crate::unit::Register;

impl<'a> Compiler<'a> {
    /// `target = ... = value`
    pub(crate) fn assign(&mut self, node: &'a StmtAssign) -> Result<()> {
        if let [target] = node.targets.as_slice() {
            return self.assign_expression(target, &node.value);
        }
        let mark = self.unit.mark();
        let value = self.unit.take_register();
        self.evaluate(&node.value, value)?;
        for target in &node.targets {
            self.store(target, value)?;
        }
        self.unit.release(mark);
        Ok(())
    }

    /// `target = value`, straight into the target's register where there is one.
    pub(crate) fn assign_expression(&mut self, target: &'a Expr, value: &'a Expr) -> Result<()> {
        let mark = self.unit.mark();
        match target {
            Expr::Name(name) => match self.local_register(&name.id) {
                Some(register) => self.evaluate(value, register)?,
                None => {
                    let value = self.operand(value)?;
                    self.at(name.range);
                    self.store_name(&name.id, value);
                }
            },
            Expr::Tuple(_) | Expr::List(_) if self.parallel_assignment(target, value)? => {}
            _ => {
                let value = self.operand(value)?;
                // A local's own register could be rebound by an earlier part of an unpacking: that reads it first.
                self.store(target, value)?;
            }
        }
        self.unit.release(mark);
        Ok(())
    }

    /// `a, b = x, y` without a tuple; whether that was possible.
    fn parallel_assignment(&mut self, target: &'a Expr, value: &'a Expr) -> Result<bool> {
        let (Expr::Tuple(ruff_python_ast::ExprTuple { elts: targets, .. })
        | Expr::List(ruff_python_ast::ExprList { elts: targets, .. })) = target
        else {
            return Ok(false);
        };
        let Expr::Tuple(values) = value else { return Ok(false) };
        let starred = targets.iter().chain(&values.elts).any(|element| matches!(element, Expr::Starred(_)));
        if starred || targets.len() != values.elts.len() || targets.is_empty() || targets.len() > 16 {
            return Ok(false);
        }
        // Locals that earlier stores overwrite before their value is used must be copied first.
        let registers: Vec<Option<Register>> = targets
            .iter()
            .map(|target| match target {
                Expr::Name(name) => self.local_register(&name.id),
                _ => None,
            })
            .collect();
        let plain = registers.iter().all(Option::is_some);
        let mut loaded = Vec::new();
        for (index, value) in values.elts.iter().enumerate() {
            let mut register = self.operand(value)?;
            let overwritten = registers.iter().take(index).any(|target| *target == Some(register));
            let copied_anyway = !plain && !self.unit.is_temporary(register) && index > 0;
            if overwritten || copied_anyway {
                let copy = self.unit.take_register();
                self.unit.emit(Operation::Move, copy, register, 0);
                register = copy;
            }
            loaded.push(register);
        }
        for (target, register) in targets.iter().zip(loaded) {
            self.store(target, register)?;
        }
        Ok(true)
    }

    /// Stores a register in a target.
    pub(crate) fn store(&mut self, target: &'a Expr, value: Register) -> Result<()> {
        let mark = self.unit.mark();
        match target {
            Expr::Name(name) => {
                self.at(name.range);
                self.store_name(&name.id, value);
            }
            Expr::Attribute(node) => {
                self.note_static_attribute(&node.value, &node.attr.id);
                let object = self.operand(&node.value)?;
                self.at(node.range);
                let name = self.mangled(&node.attr.id);
                let name = self.unit.short_name_index(&name);
                self.unit.emit(Operation::StoreAttribute, object, value, name);
            }
            Expr::Subscript(node) => {
                let object = self.operand(&node.value)?;
                match &*node.slice {
                    Expr::Slice(slice) if slice.step.is_none() && self.constant_slice(slice).is_none() => {
                        let bounds = self.slice_bounds(slice)?;
                        self.at(node.range);
                        self.unit.emit(Operation::StoreSlice, object, bounds, value);
                    }
                    index => {
                        let index = self.operand(index)?;
                        self.at(node.range);
                        self.unit.emit(Operation::StoreSubscript, object, index, value);
                    }
                }
            }
            Expr::Tuple(node) => self.unpack(&node.elts, node.range, value)?,
            Expr::List(node) => self.unpack(&node.elts, node.range, value)?,
            Expr::Starred(node) => {
                return self.error(node.range, "starred assignment target must be in a list or tuple");
            }
            other => return self.error(other.range(), "cannot assign to expression"),
        }
        self.unit.release(mark);
        Ok(())
    }

    /// Stores the items of a sequence in targets.
    pub(crate) fn unpack(&mut self, targets: &'a [Expr], range: TextRange, value: Register) -> Result<()> {
        let star = targets.iter().position(|target| matches!(target, Expr::Starred(_)));
        if let Some(star) = star {
            if targets.iter().skip(star + 1).any(|target| matches!(target, Expr::Starred(_))) {
                return self.error(range, "multiple starred expressions in assignment");
            }
            if star >= 256 || targets.len() - star > 1 << 15 {
                return self.error(range, "too many expressions in star-unpacking assignment");
            }
            let first = self.unit.take_registers(targets.len());
            self.at(range);
            let after = (targets.len() - star - 1) as u16;
            self.unit.emit_extra(Operation::UnpackExtended, first, value, star as u16, after, 0);
            for (index, target) in targets.iter().enumerate() {
                let target = match target {
                    Expr::Starred(node) => &*node.value,
                    other => other,
                };
                self.store(target, first + index as u16)?;
            }
            return Ok(());
        }
        if let Some(first) = self.consecutive_locals(targets) {
            self.at(range);
            self.unit.emit(Operation::UnpackSequence, first, value, targets.len() as u16);
            return Ok(());
        }
        let first = self.unit.take_registers(targets.len());
        self.at(range);
        let count = self.unit.short(targets.len() as u32, "too many targets");
        self.unit.emit(Operation::UnpackSequence, first, value, count);
        for (index, target) in targets.iter().enumerate() {
            self.store(target, first.saturating_add(index as u16))?;
        }
        Ok(())
    }

    /// The first register of targets that are locals side by side.
    fn consecutive_locals(&self, targets: &[Expr]) -> Option<Register> {
        let mut first = None;
        for (index, target) in targets.iter().enumerate() {
            let Expr::Name(name) = target else { return None };
            let register = self.local_register(&name.id)?;
            match first {
                None => first = Some(register),
                Some(first) if usize::from(first) + index == usize::from(register) => {}
                Some(_) => return None,
            }
        }
        first
    }

    /// `target op= value`
    pub(crate) fn augmented_assign(&mut self, node: &'a StmtAugAssign) -> Result<()> {
        let mark = self.unit.mark();
        match &*node.target {
            Expr::Name(name) => match self.local_register(&name.id) {
                Some(register) if !self.volatile.contains(&register) => {
                    self.at(name.range);
                    let mangled = self.mangled(&name.id);
                    self.check_bound(register, &mangled);
                    self.in_place(node, register, register)?;
                }
                _ => {
                    let current = self.unit.take_register();
                    self.at(name.range);
                    self.load_name_into(&name.id, current);
                    self.in_place(node, current, current)?;
                    self.at(name.range);
                    self.store_name(&name.id, current);
                }
            },
            Expr::Attribute(target) => {
                self.note_static_attribute(&target.value, &target.attr.id);
                let object = self.operand(&target.value)?;
                let current = self.unit.take_register();
                let name = self.mangled(&target.attr.id);
                let name = self.unit.short_name_index(&name);
                self.at(target.range);
                self.unit.emit(Operation::LoadAttribute, current, object, name);
                self.in_place(node, current, current)?;
                self.at(target.range);
                self.unit.emit(Operation::StoreAttribute, object, current, name);
            }
            Expr::Subscript(target) => {
                let object = self.operand(&target.value)?;
                let index = self.operand(&target.slice)?;
                let current = self.unit.take_register();
                self.at(target.range);
                self.unit.emit(Operation::LoadSubscript, current, object, index);
                self.in_place(node, current, current)?;
                self.at(target.range);
                self.unit.emit(Operation::StoreSubscript, object, index, current);
            }
            other => return self.error(other.range(), "illegal expression for augmented assignment"),
        }
        self.unit.release(mark);
        Ok(())
    }

    fn in_place(&mut self, node: &'a StmtAugAssign, current: Register, dest: Register) -> Result<()> {
        let (operation, immediate) = in_place_operations(node.op);
        if let (Some(operation), Some(value)) = (immediate, self.small_integer(&node.value)) {
            self.at(node.range);
            self.unit.emit(operation, dest, current, value as u16);
            return Ok(());
        }
        let value = self.operand(&node.value)?;
        self.at(node.range);
        self.unit.emit(operation, dest, current, value);
        Ok(())
    }

    /// `del target`
    pub(crate) fn delete(&mut self, target: &'a Expr) -> Result<()> {
        let mark = self.unit.mark();
        match target {
            Expr::Name(name) => {
                self.at(name.range);
                self.delete_name(&name.id);
            }
            Expr::Attribute(node) => {
                let object = self.operand(&node.value)?;
                self.at(node.range);
                let name = self.mangled(&node.attr.id);
                let name = self.unit.name_index(&name);
                self.unit.emit_wide(Operation::DeleteAttribute, object, name);
            }
            Expr::Subscript(node) => {
                let object = self.operand(&node.value)?;
                let index = self.operand(&node.slice)?;
                self.at(node.range);
                self.unit.emit(Operation::DeleteSubscript, object, index, 0);
            }
            Expr::Tuple(node) => node.elts.iter().try_for_each(|element| self.delete(element))?,
            Expr::List(node) => node.elts.iter().try_for_each(|element| self.delete(element))?,
            other => return self.error(other.range(), "cannot delete expression"),
        }
        self.unit.release(mark);
        Ok(())
    }
}
