//! Functions and lambdas: code, defaults, closure, decorators, docstrings.
//!
//! Invariant: `MakeFunction` finds defaults, keyword defaults, closure and annotations in the four registers above its result.
//! Source: `codegen_function` and `codegen_make_closure` of CPython's Python/codegen.c; `_PyCompile_CleanDoc` of Python/compile.c.

use ruff_python_ast::name::Name;
use ruff_python_ast::{Decorator, Expr, ExprLambda, Parameters, Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};
use threadsnake_bytecode::{Code, Constant, Operation, Text, code_flags};

use crate::compiler::Compiler;
use crate::error::{ErrorKind, Result, SyntaxError};
use crate::scope::{ScopeId, ScopeRole};
use crate::strings;
use crate::unit::{Register, UnitKind, Variable};

/// What `MakeFunction` is given besides the code; the bits of its operand `c`.
pub(crate) mod function_parts {
    pub(crate) const DEFAULTS: u16 = 1;
    pub(crate) const KEYWORD_DEFAULTS: u16 = 2;
    pub(crate) const CLOSURE: u16 = 4;
    pub(crate) const ANNOTATE: u16 = 8;
}

impl<'a> Compiler<'a> {
    /// The block of a node; it exists for every node that opens one.
    pub(crate) fn scope_of<T>(&self, node: &T, role: ScopeRole) -> Result<ScopeId> {
        self.table.of_node(node, role).ok_or_else(|| {
            SyntaxError::without_position(ErrorKind::Syntax, "internal: block without symbols")
        })
    }

    /// Emits `MakeFunction` at the top of the temporaries: `base` and the four registers above are taken and filled as `parts`
    /// says, but for the closure, which is filled here.
    pub(crate) fn make_function(&mut self, code: Code, base: Register, mut parts: u16) -> Result<()> {
        if !code.free_names.is_empty() {
            parts |= function_parts::CLOSURE;
            let mark = self.unit.mark();
            let first = self.unit.next_register as Register;
            for name in &code.free_names {
                let register = self.unit.take_register();
                self.load_closure_cell(&Name::new(name.to_str_lossy()), register);
            }
            self.unit.emit(
                Operation::BuildTuple,
                base.saturating_add(3),
                first,
                code.free_names.len() as u16,
            );
            self.unit.release(mark);
        }
        let index = self.unit.unique_constant(Constant::Code(Box::new(code)));
        let index = self.unit.short(index, "too many constants");
        self.unit.emit(Operation::MakeFunction, base, index, parts);
        Ok(())
    }

    /// Loads the cell of a variable that an inner block uses.
    fn load_closure_cell(&mut self, name: &Name, dest: Register) {
        for (_, variables) in self.unit.inlined.iter().rev() {
            if let Some(Variable::Cell(register)) = variables.get(name).copied() {
                self.unit.emit(Operation::Move, dest, register, 0);
                return;
            }
        }
        if let Some(register) =
            self.unit.cells.iter().find(|(other, _)| other == name).map(|&(_, register)| register)
        {
            self.unit.emit(Operation::Move, dest, register, 0);
            return;
        }
        match self.unit.free_names.iter().position(|other| other == name) {
            Some(index) => self.unit.emit(Operation::LoadFreeCell, dest, index as u16, 0),
            None => {
                self.unit.overflow.get_or_insert("internal: closure variable without a cell");
            }
        }
    }

    /// Evaluates defaults into the registers above `base`; returns which parts there are.
    pub(crate) fn default_values(&mut self, parameters: &'a Parameters, base: Register) -> Result<u16> {
        let mut parts = 0;
        let defaults: Vec<&'a Expr> = parameters
            .posonlyargs
            .iter()
            .chain(&parameters.args)
            .filter_map(|parameter| parameter.default.as_deref())
            .collect();
        if !defaults.is_empty() {
            parts |= function_parts::DEFAULTS;
            let constant = defaults.iter().map(|default| self.fold(default)).collect::<Option<Vec<_>>>();
            if let Some(items) = constant {
                defaults.iter().for_each(|default| self.note_literal(default));
                self.load_constant(Constant::Tuple(items), base.saturating_add(1));
            } else {
                let mark = self.unit.mark();
                let first = self.unit.next_register as Register;
                for default in &defaults {
                    let register = self.unit.take_register();
                    self.evaluate(default, register)?;
                }
                self.unit.emit(Operation::BuildTuple, base.saturating_add(1), first, defaults.len() as u16);
                self.unit.release(mark);
            }
        }
        let named: Vec<_> =
            parameters.kwonlyargs.iter().filter(|parameter| parameter.default.is_some()).collect();
        if !named.is_empty() {
            parts |= function_parts::KEYWORD_DEFAULTS;
            let mark = self.unit.mark();
            let first = self.unit.next_register as Register;
            for parameter in &named {
                let Some(default) = &parameter.default else { continue };
                let register = self.unit.take_register();
                let name = self.mangled(&parameter.parameter.name.id);
                self.load_text(&name, register);
                let register = self.unit.take_register();
                self.evaluate(default, register)?;
            }
            self.unit.emit(Operation::BuildDict, base.saturating_add(2), first, named.len() as u16);
            self.unit.release(mark);
        }
        Ok(parts)
    }

    /// `def` and `async def`
    pub(crate) fn function_definition(&mut self, node: &'a StmtFunctionDef) -> Result<()> {
        let first_decorator = self.decorators(&node.decorator_list)?;
        let function = self.unit.take_register();
        if let Some(type_parameters) = &node.type_params {
            self.generic_function(node, type_parameters, function)?;
        } else {
            let mark = self.unit.mark();
            self.unit.take_registers(4);
            self.at(node.range);
            let parts = self.default_values(&node.parameters, function)?;
            self.function_object(node, function, parts)?;
            self.unit.release(mark);
        }
        self.apply_decorators(&node.decorator_list, first_decorator);
        self.at(node.name.range);
        self.store_name(&node.name.id, first_decorator.unwrap_or(function));
        Ok(())
    }

    /// Evaluates decorators in a row; returns the first's register.
    pub(crate) fn decorators(&mut self, decorators: &'a [Decorator]) -> Result<Option<Register>> {
        let first = self.unit.next_register as Register;
        for decorator in decorators {
            let register = self.unit.take_register();
            self.evaluate(&decorator.expression, register)?;
        }
        Ok((!decorators.is_empty()).then_some(first))
    }

    /// Calls the decorators, innermost first: each is a window of itself and what is above it.
    pub(crate) fn apply_decorators(&mut self, decorators: &'a [Decorator], first: Option<Register>) {
        let Some(first) = first else { return };
        for (index, decorator) in decorators.iter().enumerate().rev() {
            let register = first.saturating_add(index as u16);
            self.at(decorator.expression.range());
            self.unit.emit(Operation::Call, register, register, 1);
        }
    }

    /// Where a decorated definition begins.
    pub(crate) fn definition_start(decorators: &[Decorator], range: TextRange) -> TextRange {
        decorators.first().map_or(range, |decorator| TextRange::new(decorator.range.start(), range.end()))
    }

    /// Makes the function object in `base`; `parts` tells which defaults are there already.
    pub(crate) fn function_object(
        &mut self,
        node: &'a StmtFunctionDef,
        base: Register,
        mut parts: u16,
    ) -> Result<()> {
        let annotations = self.scope_of(node, ScopeRole::Annotations)?;
        let annotated = self.table.scope(annotations).has_annotations;
        if annotated && !self.future_annotations {
            let code = self.function_annotate_code(node, annotations)?;
            let mark = self.unit.mark();
            let inner = self.unit.take_registers(5);
            self.make_function(code, inner, 0)?;
            self.unit.emit(Operation::Move, base.saturating_add(4), inner, 0);
            self.unit.release(mark);
            parts |= function_parts::ANNOTATE;
        }
        let scope = self.scope_of(node, ScopeRole::Body)?;
        let kind = if node.is_async { UnitKind::AsyncFunction } else { UnitKind::Function };
        let method = self.unit.kind == UnitKind::Class
            || self.unit.kind == UnitKind::TypeParameters
                && self.outer.last().is_some_and(|unit| unit.kind == UnitKind::Class);
        let range = Self::definition_start(&node.decorator_list, node.range);
        self.enter_unit(scope, kind, &node.name.id, range);
        if method {
            self.unit.flags |= code_flags::METHOD;
        }
        self.parameter_counts(&node.parameters);
        let generator = self.open_generator_body();
        let body = self.docstring(&node.body);
        self.statements(body)?;
        if self.unit.is_reachable() {
            self.unit.emit(Operation::ReturnNone, 0, 0, 0);
        }
        self.close_generator_body(generator);
        let code = self.leave_unit()?;
        self.at(node.range);
        self.make_function(code, base, parts)?;
        if annotated && self.future_annotations {
            self.text_annotations(node, base)?;
        }
        Ok(())
    }

    /// Sets the counts and flags of the unit from its parameters and kind.
    pub(crate) fn parameter_counts(&mut self, parameters: &Parameters) {
        let table = self.table;
        let scope = table.scope(self.unit.scope);
        let unit = &mut self.unit;
        unit.argument_count = (parameters.posonlyargs.len() + parameters.args.len()) as u16;
        unit.positional_only_count = parameters.posonlyargs.len() as u16;
        unit.keyword_only_count = parameters.kwonlyargs.len() as u16;
        if parameters.vararg.is_some() {
            unit.flags |= code_flags::VARIABLE_ARGUMENTS;
        }
        if parameters.kwarg.is_some() {
            unit.flags |= code_flags::VARIABLE_KEYWORDS;
        }
        unit.flags |= match (scope.is_coroutine, scope.is_generator) {
            (true, true) => code_flags::ASYNC_GENERATOR,
            (true, false) => code_flags::COROUTINE,
            (false, true) => code_flags::GENERATOR,
            (false, false) => 0,
        };
    }

    /// Puts a function's docstring first among the constants; returns the statements after it.
    fn docstring(&mut self, body: &'a [Stmt]) -> &'a [Stmt] {
        let Some((text, rest)) = self.split_docstring(body) else { return body };
        if let Some(text) = text {
            self.unit.constant(Constant::Text(text));
            self.unit.flags |= code_flags::HAS_DOCSTRING;
        }
        rest
    }

    /// The docstring of a body, unless optimization drops it, and the statements after it.
    pub(crate) fn split_docstring(&mut self, body: &'a [Stmt]) -> Option<(Option<Text>, &'a [Stmt])> {
        let (Stmt::Expr(first), rest) = body.split_first()? else { return None };
        let Expr::StringLiteral(literal) = &*first.value else { return None };
        self.note_literal(&first.value);
        let text = strings::string_value(self.source, &literal.value);
        Some(((self.options.optimization < 2).then(|| clean_docstring(&text)), rest))
    }

    /// `lambda parameters: body`
    pub(crate) fn lambda(&mut self, node: &'a ExprLambda, dest: Register) -> Result<()> {
        let base = self.unit.take_registers(5);
        self.at(node.range);
        let parts = match &node.parameters {
            Some(parameters) => self.default_values(parameters, base)?,
            None => 0,
        };
        let scope = self.scope_of(node, ScopeRole::Body)?;
        self.enter_unit(scope, UnitKind::Lambda, "<lambda>", node.range);
        let empty = Parameters::default();
        self.parameter_counts(node.parameters.as_deref().unwrap_or(&empty));
        let generator = self.open_generator_body();
        let mark = self.unit.mark();
        let value = self.operand(&node.body)?;
        self.at(node.body.range());
        self.unit.emit(Operation::Return, value, 0, 0);
        self.unit.release(mark);
        self.close_generator_body(generator);
        let code = self.leave_unit()?;
        self.at(node.range);
        self.make_function(code, base, parts)?;
        self.unit.emit(Operation::Move, dest, base, 0);
        Ok(())
    }
}

/// Removes the indentation that all lines of a docstring but the first share, as the compiler does since 3.13.
pub(crate) fn clean_docstring(text: &Text) -> Text {
    let expanded = expand_tabs(&text.0);
    let mut lines = expanded.split(|&byte| byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let rest: Vec<&[u8]> = lines.collect();
    let indentation = |line: &[u8]| line.iter().take_while(|&&byte| byte == b' ').count();
    let margin = rest
        .iter()
        .filter(|line| indentation(line) < line.len())
        .map(|line| indentation(line))
        .min()
        .unwrap_or(usize::MAX);
    let mut bytes = first.get(indentation(first)..).unwrap_or_default().to_vec();
    for line in rest {
        bytes.push(b'\n');
        bytes.extend(line.get(indentation(line).min(margin)..).unwrap_or_default());
    }
    Text(bytes.into())
}

/// `str.expandtabs()` on text that may hold surrogates.
fn expand_tabs(text: &[u8]) -> Vec<u8> {
    let mut expanded = Vec::with_capacity(text.len());
    let mut column = 0usize;
    for &byte in text {
        match byte {
            b'\t' => {
                let spaces = 8 - column % 8;
                expanded.resize(expanded.len() + spaces, b' ');
                column += spaces;
            }
            _ => {
                // Continuation bytes are part of the character before.
                if byte & 0xc0 != 0x80 {
                    column += 1;
                }
                if matches!(byte, b'\n' | b'\r') {
                    column = 0;
                }
                expanded.push(byte);
            }
        }
    }
    expanded
}
