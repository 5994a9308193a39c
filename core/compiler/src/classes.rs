//! Class definitions.
//!
//! Invariant: the body's code stores `__module__`, `__qualname__`, `__firstlineno__` first, `__static_attributes__` and the cells
//! that `type.__new__` wants last. Source: `codegen_class` and `codegen_class_body` of CPython's Python/codegen.c.

use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, StmtClassDef};
use ruff_text_size::TextRange;
use threadsnake_bytecode::{Code, Constant, Operation, Text};

use crate::calls::needs_spread;
use crate::compiler::Compiler;
use crate::error::Result;
use crate::scope::ScopeRole;
use crate::unit::{Register, UnitKind};

impl<'a> Compiler<'a> {
    /// `class`
    pub(crate) fn class_definition(&mut self, node: &'a StmtClassDef) -> Result<()> {
        let first_decorator = self.decorators(&node.decorator_list)?;
        let class = self.unit.take_register();
        match &node.type_params {
            Some(type_parameters) => self.generic_class(node, type_parameters, class)?,
            None => self.build_class(node, class, None)?,
        }
        self.apply_decorators(&node.decorator_list, first_decorator);
        self.at(node.name.range);
        self.store_name(&node.name.id, first_decorator.unwrap_or(class));
        Ok(())
    }

    /// Calls `__build_class__`; `generic_base` is one more base at the end.
    pub(crate) fn build_class(
        &mut self,
        node: &'a StmtClassDef,
        dest: Register,
        generic_base: Option<Register>,
    ) -> Result<()> {
        let range = Self::definition_start(&node.decorator_list, node.range);
        let code = self.class_code(node, range)?;
        let mark = self.unit.mark();
        self.at(node.range);
        if node.arguments.as_ref().is_some_and(|arguments| needs_spread(arguments)) {
            let Some(arguments) = &node.arguments else { return Ok(()) };
            let pair = self.unit.take_registers(2);
            self.class_body_function(code, pair)?;
            self.load_text(&node.name.id, pair.saturating_add(1));
            let window = self.unit.take_register();
            self.unit.emit(Operation::LoadBuildClass, window, 0, 0);
            self.spread_call_with(arguments, node.range, window, dest, Some((pair, 2)), generic_base)?;
        } else {
            let window = self.unit.take_registers(3);
            self.unit.emit(Operation::LoadBuildClass, window, 0, 0);
            self.class_body_function(code, window.saturating_add(1))?;
            self.load_text(&node.name.id, window.saturating_add(2));
            let mut count = 2u16;
            let mut names = Vec::new();
            if let Some(arguments) = &node.arguments {
                self.check_keywords(&arguments.keywords)?;
                self.evaluate_in_row(&arguments.args)?;
                count += arguments.args.len() as u16;
            }
            if let Some(base) = generic_base {
                let register = self.unit.take_register();
                self.unit.emit(Operation::Move, register, base, 0);
                count += 1;
            }
            for keyword in node.arguments.iter().flat_map(|arguments| &arguments.keywords) {
                let register = self.unit.take_register();
                self.evaluate(&keyword.value, register)?;
                count += 1;
                if let Some(name) = &keyword.arg {
                    names.push(Constant::Text(Text::from(name.id.as_str())));
                }
            }
            self.at(node.range);
            if names.is_empty() {
                self.unit.emit(Operation::Call, dest, window, count);
            } else {
                let names = self.unit.constant(Constant::Tuple(names));
                self.unit.emit_extra(Operation::CallKeyword, dest, window, count, 0, names);
            }
        }
        self.unit.release(mark);
        Ok(())
    }

    fn class_body_function(&mut self, code: Code, dest: Register) -> Result<()> {
        let mark = self.unit.mark();
        let base = self.unit.take_registers(5);
        self.make_function(code, base, 0)?;
        self.unit.emit(Operation::Move, dest, base, 0);
        self.unit.release(mark);
        Ok(())
    }

    fn class_code(&mut self, node: &'a StmtClassDef, range: TextRange) -> Result<Code> {
        let scope = self.scope_of(node, ScopeRole::Body)?;
        self.enter_unit(scope, UnitKind::Class, &node.name.id, range);
        let table = self.table;
        let symbols = table.scope(scope);
        let mark = self.unit.mark();
        let register = self.unit.take_register();
        self.load_name_into(&Name::new("__name__"), register);
        self.store_name(&Name::new("__module__"), register);
        let qualified_name = self.unit.qualified_name.clone();
        self.load_text(&qualified_name, register);
        self.store_name(&Name::new("__qualname__"), register);
        let first_line = self.unit.first_line;
        self.load_constant(Constant::Integer(i64::from(first_line)), register);
        self.store_name(&Name::new("__firstlineno__"), register);
        if node.type_params.is_some() {
            self.load_name_into(&Name::new(".type_params"), register);
            self.store_name(&Name::new("__type_params__"), register);
        }
        if symbols.needs_class_dict {
            self.unit.emit(Operation::LoadNamespace, register, 0, 0);
            if let Some(cell) = self.implicit_cell("__classdict__") {
                self.unit.emit(Operation::StoreCell, cell, register, 0);
            }
        }
        if self.future_annotations && symbols.has_annotations {
            self.set_up_annotations(register);
        } else if symbols.has_conditional_annotations {
            self.unit.emit(Operation::BuildSet, register, register, 0);
            self.store_name(&Name::new("__conditional_annotations__"), register);
        }
        let body = match self.split_docstring(&node.body) {
            Some((text, rest)) => {
                if let Some(text) = text {
                    self.load_constant(Constant::Text(text), register);
                    self.store_name(&Name::new("__doc__"), register);
                }
                rest
            }
            None => &node.body,
        };
        self.unit.release(mark);
        self.statements(body)?;

        let register = self.unit.take_register();
        self.unit.location = threadsnake_bytecode::Location::default();
        if !symbols.annotations.is_empty() {
            self.deferred_annotations("__annotate_func__")?;
        }
        let attributes = self
            .unit
            .static_attributes
            .iter()
            .map(|name| Constant::Text(Text::from(name.as_str())))
            .collect();
        self.load_constant(Constant::Tuple(attributes), register);
        self.store_name(&Name::new("__static_attributes__"), register);
        if let Some(cell) = self.implicit_cell("__classdict__") {
            let index = self.unit.name_index(&Name::new("__classdictcell__"));
            self.unit.emit_wide(Operation::StoreName, cell, index);
        }
        match self.implicit_cell("__class__") {
            Some(cell) => {
                let index = self.unit.name_index(&Name::new("__classcell__"));
                self.unit.emit_wide(Operation::StoreName, cell, index);
                self.unit.emit(Operation::Return, cell, 0, 0);
            }
            None => self.unit.emit(Operation::ReturnNone, 0, 0, 0),
        }
        self.leave_unit()
    }

    /// The register of a cell that the class itself makes.
    fn implicit_cell(&self, name: &str) -> Option<Register> {
        let needed = match name {
            "__class__" => self.table.scope(self.unit.scope).needs_class_cell,
            _ => self.table.scope(self.unit.scope).needs_class_dict,
        };
        if !needed {
            return None;
        }
        self.unit.cells.iter().find(|(other, _)| other.as_str() == name).map(|&(_, register)| register)
    }

    /// Notes `self.name = ...` in a method for the class's `__static_attributes__`.
    pub(crate) fn note_static_attribute(&mut self, object: &Expr, attribute: &Name) {
        let Expr::Name(name) = object else { return };
        if name.id.as_str() != "self" {
            return;
        }
        if self.unit.kind == UnitKind::Class {
            return;
        }
        if let Some(class) = self.outer.iter_mut().rev().find(|unit| unit.kind == UnitKind::Class)
            && !class.static_attributes.contains(attribute)
        {
            class.static_attributes.push(attribute.clone());
        }
    }
}
