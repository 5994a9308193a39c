//! Type parameters (PEP 695 and 696): generic functions and classes, `type` statements.
//!
//! Invariant: what is generic is made by a function of its own, called at once, whose locals are the type parameters; bounds and
//! defaults are evaluators. Source: `codegen_type_params`, `codegen_typealias`, `codegen_function`, `codegen_class` of CPython's
//! Python/codegen.c.

use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, StmtClassDef, StmtFunctionDef, StmtTypeAlias, TypeParam, TypeParams};
use ruff_text_size::{Ranged, TextRange};
use threadsnake_bytecode::{Constant, Intrinsic, Operation};

use crate::compiler::Compiler;
use crate::error::Result;
use crate::functions::function_parts;
use crate::scope::{ScopeKind, ScopeRole};
use crate::unit::{Register, UnitKind};

impl<'a> Compiler<'a> {
    /// Makes the type parameters, binds their names, and leaves their tuple in `dest`.
    fn type_parameters(&mut self, parameters: &'a TypeParams, dest: Register) -> Result<()> {
        let mark = self.unit.mark();
        let first = self.unit.take_registers(parameters.type_params.len());
        for (index, parameter) in parameters.type_params.iter().enumerate() {
            let value = first.saturating_add(index as u16);
            let mark = self.unit.mark();
            let pair = self.unit.take_registers(2);
            let (name, default) = match parameter {
                TypeParam::TypeVar(node) => (&node.name, &node.default),
                TypeParam::TypeVarTuple(node) => (&node.name, &node.default),
                TypeParam::ParamSpec(node) => (&node.name, &node.default),
            };
            self.at(parameter.range());
            self.load_text(&name.id, pair);
            let intrinsic = match parameter {
                TypeParam::TypeVar(node) => match &node.bound {
                    None => Intrinsic::TypeVariable,
                    Some(bound) => {
                        let scope = self.scope_of(parameter, ScopeRole::Bound)?;
                        self.evaluator(scope, &name.id, bound, pair.saturating_add(1))?;
                        match **bound {
                            Expr::Tuple(_) => Intrinsic::TypeVariableWithConstraints,
                            _ => Intrinsic::TypeVariableWithBound,
                        }
                    }
                },
                TypeParam::TypeVarTuple(_) => Intrinsic::TypeVariableTuple,
                TypeParam::ParamSpec(_) => Intrinsic::ParameterSpecification,
            };
            self.at(parameter.range());
            self.unit.emit(Operation::CallIntrinsic, pair, pair, intrinsic as u16);
            if let Some(default) = default {
                let scope = self.scope_of(parameter, ScopeRole::Default)?;
                self.evaluator(scope, &name.id, default, pair.saturating_add(1))?;
                self.unit.emit(
                    Operation::CallIntrinsic,
                    pair,
                    pair,
                    Intrinsic::SetTypeParameterDefault as u16,
                );
            }
            self.unit.emit(Operation::Move, value, pair, 0);
            self.store_name(&name.id, value);
            self.unit.release(mark);
        }
        self.at(parameters.range);
        self.unit.emit(Operation::BuildTuple, dest, first, parameters.type_params.len() as u16);
        self.unit.release(mark);
        Ok(())
    }

    /// `def name[T](...)`
    pub(crate) fn generic_function(
        &mut self,
        node: &'a StmtFunctionDef,
        parameters: &'a TypeParams,
        dest: Register,
    ) -> Result<()> {
        let mark = self.unit.mark();
        // Defaults are evaluated outside and handed in as arguments.
        let outside = self.unit.take_registers(5);
        self.at(node.range);
        let parts = self.default_values(&node.parameters, outside)?;
        let window = self.unit.take_register();
        let mut count = 0u16;
        for (part, register) in [
            (function_parts::DEFAULTS, outside.saturating_add(1)),
            (function_parts::KEYWORD_DEFAULTS, outside.saturating_add(2)),
        ] {
            if parts & part != 0 {
                let argument = self.unit.take_register();
                self.unit.emit(Operation::Move, argument, register, 0);
                count += 1;
            }
        }
        let above = self.unit.mark();
        let base = self.unit.take_registers(5);
        let scope = self.scope_of(node, ScopeRole::TypeParameters)?;
        let name = format!("<generic parameters of {}>", node.name.id);
        self.enter_unit(
            scope,
            UnitKind::TypeParameters,
            &name,
            Self::definition_start(&node.decorator_list, node.range),
        );
        self.unit.argument_count = count;
        let pair = self.unit.take_registers(2);
        self.type_parameters(parameters, pair.saturating_add(1))?;
        let function = self.unit.take_registers(5);
        let mut argument = 0;
        for (part, offset) in [(function_parts::DEFAULTS, 1), (function_parts::KEYWORD_DEFAULTS, 2)] {
            if parts & part != 0 {
                self.unit.emit(Operation::Move, function.saturating_add(offset), argument, 0);
                argument += 1;
            }
        }
        self.function_object(node, function, parts)?;
        self.unit.emit(Operation::Move, pair, function, 0);
        self.unit.emit(Operation::CallIntrinsic, pair, pair, Intrinsic::SetFunctionTypeParameters as u16);
        self.unit.emit(Operation::Return, pair, 0, 0);
        let code = self.leave_unit()?;
        self.at(node.range);
        self.make_function(code, base, 0)?;
        self.unit.emit(Operation::Move, window, base, 0);
        self.unit.release(above);
        self.unit.emit(Operation::Call, dest, window, count);
        self.unit.release(mark);
        Ok(())
    }

    /// Makes the function around something generic in a new window and calls it.
    fn call_generic<T>(
        &mut self,
        node: &T,
        name: &Name,
        range: TextRange,
        dest: Register,
        body: impl FnOnce(&mut Self) -> Result<Register>,
    ) -> Result<()> {
        let mark = self.unit.mark();
        let base = self.unit.take_registers(5);
        let scope = self.scope_of(node, ScopeRole::TypeParameters)?;
        self.enter_unit(scope, UnitKind::TypeParameters, &format!("<generic parameters of {name}>"), range);
        let value = body(self)?;
        self.unit.emit(Operation::Return, value, 0, 0);
        let code = self.leave_unit()?;
        self.at(range);
        self.make_function(code, base, 0)?;
        self.unit.release(u32::from(base) + 1);
        self.unit.emit(Operation::Call, dest, base, 0);
        self.unit.release(mark);
        Ok(())
    }

    /// `class name[T]`
    pub(crate) fn generic_class(
        &mut self,
        node: &'a StmtClassDef,
        parameters: &'a TypeParams,
        dest: Register,
    ) -> Result<()> {
        let range = Self::definition_start(&node.decorator_list, node.range);
        self.call_generic(node, &node.name.id, range, dest, |compiler| {
            let registers = compiler.unit.take_registers(2);
            compiler.type_parameters(parameters, registers)?;
            compiler.store_name(&Name::new(".type_params"), registers);
            let base = registers.saturating_add(1);
            compiler.unit.emit(Operation::CallIntrinsic, base, registers, Intrinsic::SubscriptGeneric as u16);
            compiler.build_class(node, registers, Some(base))?;
            Ok(registers)
        })
    }

    /// `type name[T] = value`
    pub(crate) fn type_alias(&mut self, node: &'a StmtTypeAlias) -> Result<()> {
        let Expr::Name(name) = &*node.name else { return self.error(node.name.range(), "invalid syntax") };
        let result = self.unit.take_register();
        match &node.type_params {
            None => self.alias_object(node, &name.id, None, result)?,
            Some(parameters) => self.call_generic(node, &name.id, node.range, result, |compiler| {
                let registers = compiler.unit.take_registers(2);
                compiler.type_parameters(parameters, registers)?;
                compiler.alias_object(node, &name.id, Some(registers), registers)?;
                Ok(registers)
            })?,
        }
        self.at(name.range);
        self.store_name(&name.id, result);
        Ok(())
    }

    fn alias_object(
        &mut self,
        node: &'a StmtTypeAlias,
        name: &Name,
        parameters: Option<Register>,
        dest: Register,
    ) -> Result<()> {
        let mark = self.unit.mark();
        let row = self.unit.take_registers(3);
        self.at(node.range);
        self.load_text(name, row);
        match parameters {
            Some(register) => self.unit.emit(Operation::Move, row.saturating_add(1), register, 0),
            None => self.load_constant(Constant::None, row.saturating_add(1)),
        }
        let scope = self.scope_of(node, ScopeRole::Body)?;
        debug_assert_eq!(self.table.scope(scope).kind, ScopeKind::TypeAlias);
        self.evaluator(scope, name, &node.value, row.saturating_add(2))?;
        self.at(node.range);
        self.unit.emit(Operation::CallIntrinsic, dest, row, Intrinsic::TypeAlias as u16);
        self.unit.release(mark);
        Ok(())
    }
}
