//! Annotations: lazily evaluated (PEP 649 and 749), or kept as text under `from __future__ import annotations`.
//!
//! Invariant: an evaluator raises NotImplementedError for formats above 2 before it evaluates anything.
//! Source: `codegen_setup_annotations_scope`, `codegen_process_deferred_annotations`, `codegen_annassign` of CPython's Python/codegen.c.

use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, StmtAnnAssign, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};
use threadsnake_bytecode::{Code, CommonObject, Constant, Intrinsic, Operation, Text};

use crate::compiler::Compiler;
use crate::error::Result;
use crate::scope::{ScopeId, ScopeKind};
use crate::unit::{Register, UnitKind};

/// The highest format an evaluator knows (`Format.VALUE_WITH_FAKE_GLOBALS`).
const HIGHEST_FORMAT: u16 = 2;

impl<'a> Compiler<'a> {
    /// Opens an evaluator: a unit with the parameter `format`, which it checks.
    pub(crate) fn enter_evaluator(&mut self, scope: ScopeId, name: &str, range: TextRange) {
        self.enter_unit(scope, UnitKind::Evaluator, name, range);
        self.unit.argument_count = 1;
        self.unit.positional_only_count = 1;
        let supported = self.unit.new_label();
        self.unit.emit_jump(Operation::JumpIfNotGreaterImmediate, 0, HIGHEST_FORMAT, supported);
        let register = self.unit.take_register();
        self.unit.emit(Operation::LoadCommon, register, CommonObject::NotImplementedError as u16, 0);
        self.unit.emit(Operation::Raise, register, 0, 0);
        self.unit.place(supported);
    }

    /// The evaluator of a single expression.
    pub(crate) fn evaluator_code(
        &mut self,
        scope: ScopeId,
        name: &str,
        expression: &'a Expr,
    ) -> Result<Code> {
        self.enter_evaluator(scope, name, expression.range());
        let value = self.unit.take_register();
        match expression {
            // The default of `*Ts = *tuple[int, ...]`
            Expr::Starred(node) => self.starred_annotation(&node.value, value)?,
            _ => self.evaluate(expression, value)?,
        }
        self.unit.emit(Operation::Return, value, 0, 0);
        self.leave_unit()
    }

    /// Makes the evaluator function of a single expression in `dest`.
    pub(crate) fn evaluator(
        &mut self,
        scope: ScopeId,
        name: &str,
        expression: &'a Expr,
        dest: Register,
    ) -> Result<()> {
        let code = self.evaluator_code(scope, name, expression)?;
        let mark = self.unit.mark();
        let base = self.unit.take_registers(5);
        // `.__defaults__` is `(1,)`: called without an argument, it evaluates.
        self.load_constant(Constant::Tuple(vec![Constant::Integer(1)]), base.saturating_add(1));
        self.make_function(code, base, 1)?;
        self.unit.emit(Operation::Move, dest, base, 0);
        self.unit.release(mark);
        Ok(())
    }

    /// `*args: *Ts` stands for the one item of the unpacked value.
    fn starred_annotation(&mut self, value: &'a Expr, dest: Register) -> Result<()> {
        self.evaluate(value, dest)?;
        self.at(value.range());
        self.unit.emit(Operation::UnpackSequence, dest, dest, 1);
        Ok(())
    }

    fn annotation_value(&mut self, annotation: &'a Expr, dest: Register) -> Result<()> {
        match annotation {
            Expr::Starred(node) => self.starred_annotation(&node.value, dest),
            _ => self.evaluate(annotation, dest),
        }
    }

    /// The annotations of a function in CPython's order.
    fn function_annotations(node: &'a StmtFunctionDef) -> Vec<(Name, &'a Expr)> {
        let parameters = &node.parameters;
        let mut all = Vec::new();
        for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
            all.extend(
                parameter
                    .parameter
                    .annotation()
                    .map(|annotation| (parameter.parameter.name.id.clone(), annotation)),
            );
        }
        all.extend(
            parameters
                .vararg
                .iter()
                .filter_map(|p| p.annotation().map(|annotation| (p.name.id.clone(), annotation))),
        );
        for parameter in &parameters.kwonlyargs {
            all.extend(
                parameter
                    .parameter
                    .annotation()
                    .map(|annotation| (parameter.parameter.name.id.clone(), annotation)),
            );
        }
        all.extend(
            parameters
                .kwarg
                .iter()
                .filter_map(|p| p.annotation().map(|annotation| (p.name.id.clone(), annotation))),
        );
        all.extend(node.returns.as_deref().map(|returns| (Name::new("return"), returns)));
        all
    }

    /// The `__annotate__` code of a function.
    pub(crate) fn function_annotate_code(
        &mut self,
        node: &'a StmtFunctionDef,
        scope: ScopeId,
    ) -> Result<Code> {
        self.enter_evaluator(scope, "__annotate__", node.range);
        let result = self.unit.take_register();
        self.unit.emit(Operation::BuildDict, result, result, 0);
        for (name, annotation) in Self::function_annotations(node) {
            let mark = self.unit.mark();
            let pair = self.unit.take_registers(2);
            let name = self.mangled(&name);
            self.at(annotation.range());
            self.load_text(&name, pair);
            self.annotation_value(annotation, pair.saturating_add(1))?;
            self.unit.emit(Operation::DictInsert, result, pair, pair.saturating_add(1));
            self.unit.release(mark);
        }
        self.at(node.range);
        self.unit.emit(Operation::Return, result, 0, 0);
        self.leave_unit()
    }

    /// Sets `__annotations__` of the function in `function` to the annotations' text.
    pub(crate) fn text_annotations(&mut self, node: &'a StmtFunctionDef, function: Register) -> Result<()> {
        let mark = self.unit.mark();
        let dictionary = self.unit.take_registers(3);
        self.unit.emit(Operation::BuildDict, dictionary, dictionary, 0);
        for (name, annotation) in Self::function_annotations(node) {
            let name = self.mangled(&name);
            self.load_text(&name, dictionary.saturating_add(1));
            let text = self.annotation_text(annotation);
            self.load_text(&text, dictionary.saturating_add(2));
            self.unit.emit(
                Operation::DictInsert,
                dictionary,
                dictionary.saturating_add(1),
                dictionary.saturating_add(2),
            );
        }
        let attribute = self.unit.short_name_index(&Name::new("__annotations__"));
        self.unit.emit(Operation::StoreAttribute, function, dictionary, attribute);
        self.unit.release(mark);
        Ok(())
    }

    /// The text of an annotation, as `ast.unparse` would write it.
    fn annotation_text(&self, annotation: &Expr) -> String {
        crate::unparse::unparse(self.source, annotation)
    }

    /// Makes `__annotations__` in the namespace unless it is there.
    pub(crate) fn set_up_annotations(&mut self, scratch: Register) {
        self.unit.emit(Operation::CallIntrinsic, scratch, scratch, Intrinsic::SetUpAnnotations as u16);
    }

    /// What `target: annotation` does besides assigning.
    pub(crate) fn annotation_statement(&mut self, node: &'a StmtAnnAssign) -> Result<()> {
        let scope = self.table.scope(self.unit.scope);
        let kind = scope.kind;
        let simple = scope.annotations.iter().position(|(other, _)| std::ptr::eq(*other, node));
        if matches!(kind, ScopeKind::Module | ScopeKind::Class) {
            if let Some(index) = simple {
                let conditional = scope.annotations.get(index).is_some_and(|(_, conditional)| *conditional);
                if conditional {
                    let mark = self.unit.mark();
                    let set = self.unit.take_registers(2);
                    self.at(node.range);
                    self.load_name_into(&Name::new("__conditional_annotations__"), set);
                    self.load_constant(Constant::Integer(index as i64), set.saturating_add(1));
                    self.unit.emit(Operation::SetAdd, set, set.saturating_add(1), 0);
                    self.unit.release(mark);
                }
                return Ok(());
            }
            if self.future_annotations && self.is_simple_target(node) {
                if let Expr::Name(name) = &*node.target {
                    let mark = self.unit.mark();
                    let row = self.unit.take_registers(3);
                    let (value, key) = (row.saturating_add(1), row.saturating_add(2));
                    self.at(node.annotation.range());
                    self.load_name_into(&Name::new("__annotations__"), row);
                    let text = self.annotation_text(&node.annotation);
                    self.load_text(&text, value);
                    let mangled = self.mangled(&name.id);
                    self.load_text(&mangled, key);
                    self.unit.emit(Operation::StoreSubscript, row, key, value);
                    self.unit.release(mark);
                }
                return Ok(());
            }
        }
        // Other targets' parts are evaluated when nothing is assigned.
        if node.value.is_none() {
            match &*node.target {
                Expr::Attribute(target) => self.discard(&target.value)?,
                Expr::Subscript(target) => {
                    self.discard(&target.value)?;
                    self.discard(&target.slice)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn is_simple_target(&self, node: &StmtAnnAssign) -> bool {
        let before = TextRange::new(node.range.start(), node.target.range().start());
        node.simple && matches!(&*node.target, Expr::Name(_)) && !self.source.slice(before).contains('(')
    }

    /// Makes the `__annotate__` function of a class or module, and stores it.
    pub(crate) fn deferred_annotations(&mut self, store_as: &str) -> Result<()> {
        let table = self.table;
        let symbols = table.scope(self.unit.scope);
        let Some(scope) = symbols.annotation_scope else { return Ok(()) };
        let Some((first, _)) = symbols.annotations.first() else { return Ok(()) };
        let outer_location = self.unit.location;
        let mark = self.unit.mark();
        let base = self.unit.take_registers(5);
        self.enter_evaluator(scope, "__annotate__", first.range);
        let result = self.unit.take_register();
        self.unit.emit(Operation::BuildDict, result, result, 0);
        for (index, (node, conditional)) in symbols.annotations.iter().enumerate() {
            let Expr::Name(target) = &*node.target else { continue };
            let skip = self.unit.new_label();
            let mark = self.unit.mark();
            let pair = self.unit.take_registers(2);
            if *conditional {
                self.at(node.range);
                self.load_constant(Constant::Integer(index as i64), pair);
                self.load_name_into(&Name::new("__conditional_annotations__"), pair.saturating_add(1));
                self.unit.emit(Operation::Contains, pair, pair, pair.saturating_add(1));
                self.unit.emit_jump(Operation::JumpIfFalse, pair, 0, skip);
            }
            self.at(node.annotation.range());
            let name = self.mangled(&target.id);
            self.load_constant(Constant::Text(Text::from(name.as_str())), pair);
            self.annotation_value(&node.annotation, pair.saturating_add(1))?;
            self.unit.emit(Operation::DictInsert, result, pair, pair.saturating_add(1));
            self.unit.release(mark);
            self.unit.place(skip);
        }
        self.unit.emit(Operation::Return, result, 0, 0);
        let code = self.leave_unit()?;
        self.unit.location = outer_location;
        self.make_function(code, base, 0)?;
        self.store_name(&Name::new(store_as), base);
        self.unit.release(mark);
        Ok(())
    }
}
