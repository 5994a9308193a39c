//! Comprehensions and generator expressions.
//!
//! Invariant: an inlined comprehension's variables are locals of the unit with registers of their own, which are empty but while it
//! runs: it empties them on its way out, by an exception too. Its result is built in a temporary. Source: `codegen_comprehension` of CPython's Python/codegen.c; PEP 709.

use std::collections::HashMap;

use ruff_python_ast::{Comprehension, Expr};
use ruff_text_size::{Ranged, TextRange};
use threadsnake_bytecode::{Operation, code_flags};

use crate::compiler::Compiler;
use crate::error::Result;
use crate::generators::AwaitSource;
use crate::scope::{ComprehensionKind, Resolution, ScopeId, ScopeRole, flags};
use crate::unit::{Register, UnitKind, Variable};

/// A comprehension's parts.
#[derive(Copy, Clone)]
struct Parts<'a> {
    kind: ComprehensionKind,
    generators: &'a [Comprehension],
    key: Option<&'a Expr>,
    element: &'a Expr,
    range: TextRange,
}

/// Where the outermost iterator is.
#[derive(Copy, Clone)]
enum Start {
    /// Its loop state is ready.
    Ready(Register),
    /// It is the code's parameter.
    Argument(Register),
}

impl<'a> Compiler<'a> {
    /// Any comprehension.
    pub(crate) fn comprehension(&mut self, expression: &'a Expr, dest: Register) -> Result<()> {
        let (scope, parts) = match expression {
            Expr::ListComp(node) => (
                self.scope_of(node, ScopeRole::Body)?,
                Parts {
                    kind: ComprehensionKind::List,
                    generators: &node.generators,
                    key: None,
                    element: &node.elt,
                    range: node.range,
                },
            ),
            Expr::SetComp(node) => (
                self.scope_of(node, ScopeRole::Body)?,
                Parts {
                    kind: ComprehensionKind::Set,
                    generators: &node.generators,
                    key: None,
                    element: &node.elt,
                    range: node.range,
                },
            ),
            Expr::DictComp(node) => {
                let Some(key) = &node.key else {
                    return self.error(node.range, "dict unpacking cannot be used in dict comprehension");
                };
                (
                    self.scope_of(node, ScopeRole::Body)?,
                    Parts {
                        kind: ComprehensionKind::Dict,
                        generators: &node.generators,
                        key: Some(key),
                        element: &node.value,
                        range: node.range,
                    },
                )
            }
            Expr::Generator(node) => (
                self.scope_of(node, ScopeRole::Body)?,
                Parts {
                    kind: ComprehensionKind::Generator,
                    generators: &node.generators,
                    key: None,
                    element: &node.elt,
                    range: node.range,
                },
            ),
            _ => return Ok(()),
        };
        let Some(outermost) = parts.generators.first() else { return Ok(()) };
        if let Expr::Starred(starred) = parts.element {
            return self.error(starred.range, "iterable unpacking cannot be used in comprehension");
        }
        let symbols = self.table.scope(scope);
        if symbols.is_coroutine && parts.kind != ComprehensionKind::Generator && !self.is_enclosed_by_async()
        {
            return self.error(parts.range, "asynchronous comprehension outside of an asynchronous function");
        }
        if symbols.is_inlined {
            return self.inlined_comprehension(scope, parts, outermost, dest);
        }

        let name = match parts.kind {
            ComprehensionKind::List => "<listcomp>",
            ComprehensionKind::Set => "<setcomp>",
            ComprehensionKind::Dict => "<dictcomp>",
            ComprehensionKind::Generator => "<genexpr>",
        };
        let is_coroutine = symbols.is_coroutine;
        let function = self.unit.take_registers(2);
        let mark = self.unit.mark();
        self.unit.take_registers(3);
        self.enter_unit(scope, UnitKind::Comprehension, name, parts.range);
        self.unit.argument_count = 1;
        self.unit.flags |= match (is_coroutine, parts.kind == ComprehensionKind::Generator) {
            (true, true) => code_flags::ASYNC_GENERATOR,
            (true, false) => code_flags::COROUTINE,
            (false, true) => code_flags::GENERATOR,
            (false, false) => 0,
        };
        let generator = self.open_generator_body();
        self.at(parts.range);
        let result = self.unit.take_register();
        self.begin_result(parts.kind, result);
        self.comprehension_loops(parts, 0, result, Start::Argument(0))?;
        self.at(parts.range);
        if parts.kind == ComprehensionKind::Generator {
            self.unit.emit(Operation::ReturnNone, 0, 0, 0);
        } else {
            self.unit.emit(Operation::Return, result, 0, 0);
        }
        self.close_generator_body(generator);
        let code = self.leave_unit()?;
        self.at(parts.range);
        self.make_function(code, function, 0)?;
        self.unit.release(mark);
        let iterator = function.saturating_add(1);
        let iterable = self.operand_near(&outermost.iter, iterator)?;
        self.at(outermost.iter.range());
        let get = if outermost.is_async { Operation::GetAsyncIterator } else { Operation::GetIteratorObject };
        self.unit.emit(get, iterator, iterable, 0);
        self.unit.release(mark);
        self.at(parts.range);
        if is_coroutine && parts.kind != ComprehensionKind::Generator {
            self.unit.emit(Operation::Call, function, function, 1);
            self.emit_await(function, AwaitSource::Expression, iterator);
            self.unit.emit(Operation::Move, dest, iterator, 0);
        } else {
            self.unit.emit(Operation::Call, dest, function, 1);
        }
        Ok(())
    }

    fn begin_result(&mut self, kind: ComprehensionKind, result: Register) {
        let operation = match kind {
            ComprehensionKind::List => Operation::BuildList,
            ComprehensionKind::Set => Operation::BuildSet,
            ComprehensionKind::Dict => Operation::BuildDict,
            ComprehensionKind::Generator => return,
        };
        self.unit.emit(operation, result, result, 0);
    }

    fn inlined_comprehension(
        &mut self,
        scope: ScopeId,
        parts: Parts<'a>,
        outermost: &'a Comprehension,
        dest: Register,
    ) -> Result<()> {
        let result = self.workspace(dest);
        let table = self.table;
        let mut variables = HashMap::new();
        let mut registers = Vec::new();
        let mut cells = Vec::new();
        for symbol in table.scope(scope).symbols.iter().filter(|symbol| symbol.flags & flags::BOUND != 0) {
            // There is one unless the unit has too many, which is noted.
            let Some(register) = self.unit.inlined_register(&symbol.name) else { continue };
            registers.push(register);
            let cell = symbol.resolution == Resolution::Cell;
            if cell {
                cells.push(register);
                let entry = (symbol.name.clone(), register);
                if !self.unit.inlined_cells.contains(&entry) {
                    self.unit.inlined_cells.push(entry);
                }
            }
            variables.insert(
                symbol.name.clone(),
                if cell { Variable::Cell(register) } else { Variable::Register(register) },
            );
        }
        let state = self.unit.take_registers(3);
        let exception = self.unit.take_register();
        let iterable = self.operand_near(&outermost.iter, state)?;
        self.at(outermost.iter.range());
        let get = if outermost.is_async { Operation::GetAsyncIterator } else { Operation::GetIterator };
        self.unit.emit(get, state, iterable, 0);
        let (handler, end) = (self.unit.new_label(), self.unit.new_label());
        self.at(parts.range);
        self.begin_result(parts.kind, result);
        let outer = self.unit.push_handler(handler, exception);
        for cell in cells {
            self.unit.emit(Operation::MakeCell, cell, 0, 0);
        }
        self.unit.inlined.push((scope, variables));
        let loops = self.comprehension_loops(parts, 0, result, Start::Ready(state));
        self.unit.inlined.pop();
        self.unit.handler = outer;
        loops?;
        self.at(parts.range);
        for &register in &registers {
            self.unit.emit(Operation::Clear, register, 0, 0);
        }
        self.settle(result, dest);
        self.unit.emit_jump(Operation::Jump, 0, 0, end);
        self.unit.place(handler);
        let location = std::mem::take(&mut self.unit.location);
        for &register in &registers {
            self.unit.emit(Operation::Clear, register, 0, 0);
        }
        self.unit.emit(Operation::Reraise, exception, 0, 0);
        self.unit.location = location;
        self.unit.place(end);
        Ok(())
    }

    /// The loops from `index` inward.
    fn comprehension_loops(
        &mut self,
        parts: Parts<'a>,
        index: usize,
        result: Register,
        start: Start,
    ) -> Result<()> {
        let Some(generator) = parts.generators.get(index) else {
            return self.comprehension_element(parts, result);
        };
        let mark = self.unit.mark();
        let (next, done) = (self.unit.new_label(), self.unit.new_label());
        let state = match (index, start) {
            (0, Start::Ready(state)) => state,
            (0, Start::Argument(argument)) => {
                let state = self.unit.take_registers(3);
                self.at(generator.iter.range());
                if generator.is_async {
                    self.unit.emit(Operation::Move, state, argument, 0);
                } else {
                    self.unit.emit(Operation::GetIterator, state, argument, 0);
                }
                state
            }
            _ => {
                let state = self.unit.take_registers(3);
                let iterable = self.operand_near(&generator.iter, state)?;
                self.at(generator.iter.range());
                let get =
                    if generator.is_async { Operation::GetAsyncIterator } else { Operation::GetIterator };
                self.unit.emit(get, state, iterable, 0);
                state
            }
        };
        self.unit.place(next);
        self.at(generator.iter.range());
        if generator.is_async {
            if !self.is_enclosed_by_async() {
                return self
                    .error(parts.range, "asynchronous comprehension outside of an asynchronous function");
            }
            let item = self.unit.take_register();
            self.async_next(state, done, item);
            self.store(&generator.target, item)?;
        } else {
            let (item, direct) = self.iteration_register(&generator.target);
            self.unit.emit_jump(Operation::ForIterate, item, state, done);
            if !direct {
                self.store(&generator.target, item)?;
            }
        }
        for test in &generator.ifs {
            self.condition(test, next, false)?;
        }
        self.comprehension_loops(parts, index + 1, result, start)?;
        self.unit.emit_jump(Operation::Jump, 0, 0, next);
        self.unit.place(done);
        self.unit.release(mark);
        Ok(())
    }

    fn comprehension_element(&mut self, parts: Parts<'a>, result: Register) -> Result<()> {
        let mark = self.unit.mark();
        match parts.kind {
            ComprehensionKind::Generator => {
                let value = self.operand(parts.element)?;
                let sent = self.unit.take_register();
                self.at(parts.element.range());
                self.emit_yield(value, sent);
            }
            ComprehensionKind::List | ComprehensionKind::Set => {
                let value = self.operand(parts.element)?;
                self.at(parts.element.range());
                let append = if parts.kind == ComprehensionKind::List {
                    Operation::ListAppend
                } else {
                    Operation::SetAdd
                };
                self.unit.emit(append, result, value, 0);
            }
            ComprehensionKind::Dict => {
                let key = match parts.key {
                    Some(key) => self.operand(key)?,
                    None => self.unit.take_register(),
                };
                let value = self.operand(parts.element)?;
                self.at(parts.element.range());
                self.unit.emit(Operation::DictInsert, result, key, value);
            }
        }
        self.unit.release(mark);
        Ok(())
    }
}
