//! Statements, loops and jumps out of them.
//!
//! Invariant: a loop tests at its bottom, so each round takes one backward jump; temporaries are released at the end of each
//! statement. Source: `codegen_visit_stmt` of CPython's Python/codegen.c.

use ruff_python_ast::{Expr, Stmt, StmtAnnAssign, StmtAssert, StmtFor, StmtIf, StmtReturn, StmtWhile};
use ruff_text_size::{Ranged, TextRange};
use threadsnake_bytecode::{CommonObject, Intrinsic, Operation};

use crate::compiler::Compiler;
use crate::error::Result;
use crate::generators::AwaitSource;
use crate::unit::{ActiveBlock, Block, Label, Register, UnitKind};

impl<'a> Compiler<'a> {
    /// Statements in order.
    pub(crate) fn statements(&mut self, statements: &'a [Stmt]) -> Result<()> {
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    fn statement(&mut self, statement: &'a Stmt) -> Result<()> {
        let mark = self.unit.mark();
        self.at(statement.range());
        if self.unit.blocks.len() >= crate::exceptions::MAXIMUM_BLOCKS
            && matches!(statement, Stmt::For(_) | Stmt::While(_) | Stmt::With(_) | Stmt::Try(_))
        {
            return self.error(statement.range(), "too many statically nested blocks");
        }
        match statement {
            Stmt::FunctionDef(node) => self.function_definition(node)?,
            Stmt::ClassDef(node) => self.class_definition(node)?,
            Stmt::Return(node) => self.return_statement(node)?,
            Stmt::Delete(node) => node.targets.iter().try_for_each(|target| self.delete(target))?,
            Stmt::TypeAlias(node) => self.type_alias(node)?,
            Stmt::Assign(node) => self.assign(node)?,
            Stmt::AugAssign(node) => self.augmented_assign(node)?,
            Stmt::AnnAssign(node) => self.annotated_assign(node)?,
            Stmt::For(node) if node.is_async => self.async_for(node)?,
            Stmt::For(node) => self.for_loop(node)?,
            Stmt::While(node) => self.while_loop(node)?,
            Stmt::If(node) => self.if_statement(node)?,
            Stmt::With(node) => self.with_statement(node)?,
            Stmt::Match(node) => self.match_statement(node)?,
            Stmt::Raise(node) => match (&node.exc, &node.cause) {
                (Some(exception), Some(cause)) => {
                    let exception = self.operand(exception)?;
                    let cause = self.operand(cause)?;
                    self.at(node.range);
                    self.unit.emit(Operation::RaiseFrom, exception, cause, 0);
                }
                (Some(exception), None) => {
                    let exception = self.operand(exception)?;
                    self.at(node.range);
                    self.unit.emit(Operation::Raise, exception, 0, 0);
                }
                _ => self.unit.emit(Operation::RaiseCurrent, 0, 0, 0),
            },
            Stmt::Try(node) => self.try_statement(node)?,
            Stmt::Assert(node) => self.assert_statement(node)?,
            Stmt::Import(node) => self.import(node)?,
            Stmt::ImportFrom(node) => self.import_from(node)?,
            Stmt::Expr(node) => self.expression_statement(&node.value, node.range)?,
            Stmt::Break(node) => self.jump_out(node.range, true)?,
            Stmt::Continue(node) => self.jump_out(node.range, false)?,
            Stmt::Pass(_) => self.unit.emit(Operation::Nop, 0, 0, 0),
            Stmt::Global(_) | Stmt::Nonlocal(_) => {}
            Stmt::IpyEscapeCommand(node) => return self.error(node.range, "invalid syntax"),
        }
        self.unit.release(mark);
        Ok(())
    }

    fn expression_statement(&mut self, value: &'a Expr, range: TextRange) -> Result<()> {
        if self.interactive && self.outer.is_empty() {
            let register = self.unit.take_register();
            self.evaluate(value, register)?;
            self.at(range);
            self.unit.emit(Operation::CallIntrinsic, register, register, Intrinsic::DisplayHook as u16);
            return Ok(());
        }
        self.discard(value)
    }

    fn return_statement(&mut self, node: &'a StmtReturn) -> Result<()> {
        match self.unit.kind {
            UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda => {}
            _ => return self.error(node.range, "'return' outside function"),
        }
        if self.finally_context().contains(&true) {
            self.warn(node.range, "'return' in a 'finally' block");
        }
        let Some(value) = &node.value else {
            self.unwind(0, node.range)?;
            self.at(node.range);
            self.unit.emit(Operation::ReturnNone, 0, 0, 0);
            return Ok(());
        };
        let protected =
            self.unit.blocks.iter().any(|active| !matches!(active.block, Block::Loop { .. } | Block::Try));
        if let Some(constant) = self.fold(value) {
            self.note_literal(value);
            self.check_literals()?;
            self.unwind(0, node.range)?;
            self.at(node.range);
            if constant == threadsnake_bytecode::Constant::None {
                self.unit.emit(Operation::ReturnNone, 0, 0, 0);
            } else {
                let register = self.unit.take_register();
                self.load_constant(constant, register);
                self.unit.emit(Operation::Return, register, 0, 0);
            }
            return Ok(());
        }
        let register = if protected {
            // What unwinding runs may rebind a local.
            let register = self.unit.take_register();
            self.evaluate(value, register)?;
            register
        } else {
            self.operand(value)?
        };
        self.unwind(0, node.range)?;
        self.at(node.range);
        self.unit.emit(Operation::Return, register, 0, 0);
        Ok(())
    }

    /// `break` and `continue`
    fn jump_out(&mut self, range: TextRange, is_break: bool) -> Result<()> {
        let word = if is_break { "break" } else { "continue" };
        if self.finally_context().last() == Some(&true) {
            self.warn(range, format!("'{word}' in a 'finally' block"));
        }
        let found = self
            .unit
            .blocks
            .iter()
            .rposition(|active| matches!(active.block, Block::Loop { .. } | Block::GroupHandler))
            .filter(|&index| {
                matches!(self.unit.blocks.get(index).map(|active| active.block), Some(Block::Loop { .. }))
            });
        if found.is_none()
            && self.unit.blocks.iter().any(|active| matches!(active.block, Block::GroupHandler))
        {
            return self.error(range, "'break', 'continue' and 'return' cannot appear in an except* block");
        }
        let Some(index) = found else {
            return self.error(
                range,
                if is_break { "'break' outside loop" } else { "'continue' not properly in loop" },
            );
        };
        let target = match self.unit.blocks.get(index).map(|active| active.block) {
            Some(Block::Loop { next, exit }) => {
                if is_break {
                    exit
                } else {
                    next
                }
            }
            _ => return Ok(()),
        };
        self.unwind(index + 1, range)?;
        self.at(range);
        self.unit.emit_jump(Operation::Jump, 0, 0, target);
        Ok(())
    }

    fn annotated_assign(&mut self, node: &'a StmtAnnAssign) -> Result<()> {
        if let Some(value) = &node.value {
            self.assign_expression(&node.target, value)?;
        }
        self.annotation_statement(node)
    }

    fn assert_statement(&mut self, node: &'a StmtAssert) -> Result<()> {
        if let Expr::Tuple(tuple) = &*node.test
            && !tuple.elts.is_empty()
        {
            self.warn(node.range, "assertion is always true, perhaps remove parentheses?");
        }
        if self.options.optimization > 0 {
            return Ok(());
        }
        let end = self.unit.new_label();
        self.condition(&node.test, end, true)?;
        self.at(node.test.range());
        let window = self.unit.take_register();
        self.unit.emit(Operation::LoadCommon, window, CommonObject::AssertionError as u16, 0);
        if let Some(message) = &node.msg {
            let argument = self.unit.take_register();
            self.evaluate(message, argument)?;
            self.at(node.test.range());
            self.unit.emit(Operation::Call, window, window, 1);
        }
        self.unit.emit(Operation::Raise, window, 0, 0);
        self.unit.place(end);
        Ok(())
    }

    fn if_statement(&mut self, node: &'a StmtIf) -> Result<()> {
        let end = self.unit.new_label();
        let mut next = self.unit.new_label();
        self.condition(&node.test, next, false)?;
        self.statements(&node.body)?;
        for clause in &node.elif_else_clauses {
            if self.unit.is_reachable() {
                self.unit.emit_jump(Operation::Jump, 0, 0, end);
            }
            self.unit.place(next);
            next = self.unit.new_label();
            if let Some(test) = &clause.test {
                self.condition(test, next, false)?;
            }
            self.statements(&clause.body)?;
        }
        self.unit.place(next);
        self.unit.place(end);
        Ok(())
    }

    /// Compiles a loop's body.
    fn loop_body(&mut self, body: &'a [Stmt], next: Label, exit: Label) -> Result<()> {
        let outer_handler = self.unit.handler;
        self.unit.blocks.push(ActiveBlock { block: Block::Loop { next, exit }, outer_handler });
        self.push_finally_context(false);
        let result = self.statements(body);
        self.pop_finally_context();
        self.unit.blocks.pop();
        result
    }

    fn while_loop(&mut self, node: &'a StmtWhile) -> Result<()> {
        let (top, test, otherwise, exit) =
            (self.unit.new_label(), self.unit.new_label(), self.unit.new_label(), self.unit.new_label());
        let constant = self.fold(&node.test).map(|constant| crate::constants::truth(&constant));
        match constant {
            Some(true) => {
                self.unit.place(top);
                self.unit.place(test);
                self.loop_body(&node.body, test, exit)?;
                self.unit.emit_jump(Operation::Jump, 0, 0, top);
            }
            _ => {
                self.unit.emit_jump(Operation::Jump, 0, 0, if constant.is_some() { otherwise } else { test });
                self.unit.place(top);
                self.loop_body(&node.body, test, exit)?;
                self.unit.place(test);
                self.condition(&node.test, top, true)?;
            }
        }
        self.unit.place(otherwise);
        self.statements(&node.orelse)?;
        self.unit.place(exit);
        Ok(())
    }

    /// The register that an iteration writes, and whether it is the target itself.
    pub(crate) fn iteration_register(&mut self, target: &'a Expr) -> (Register, bool) {
        if let Expr::Name(name) = target
            && let Some(register) = self.local_register(&name.id)
        {
            return (register, true);
        }
        (self.unit.take_register(), false)
    }

    fn for_loop(&mut self, node: &'a StmtFor) -> Result<()> {
        let (next, otherwise, exit) = (self.unit.new_label(), self.unit.new_label(), self.unit.new_label());
        let state = self.unit.take_registers(3);
        let iterable = self.operand_near(&node.iter, state)?;
        self.at(node.iter.range());
        self.unit.emit(Operation::GetIterator, state, iterable, 0);
        self.unit.place(next);
        self.at(node.iter.range());
        let mark = self.unit.mark();
        let (item, direct) = self.iteration_register(&node.target);
        self.unit.emit_jump(Operation::ForIterate, item, state, otherwise);
        if !direct {
            self.store(&node.target, item)?;
        }
        self.unit.release(mark);
        self.loop_body(&node.body, next, exit)?;
        self.unit.emit_jump(Operation::Jump, 0, 0, next);
        self.unit.place(otherwise);
        self.statements(&node.orelse)?;
        self.unit.place(exit);
        Ok(())
    }

    /// Awaits the next item of an asynchronous iterator; at its end goes to `exhausted`. The item is left in the result.
    pub(crate) fn async_next(&mut self, iterator: Register, exhausted: Label, dest: Register) {
        let stop = self.unit.new_label();
        let continues = self.unit.new_label();
        let exception = self.unit.take_register();
        let matched = self.unit.take_register();
        let outer = self.unit.push_handler(stop, exception);
        self.unit.emit(Operation::GetAsyncNext, dest, iterator, 0);
        self.emit_await(dest, AwaitSource::Next, dest);
        self.unit.handler = outer;
        self.unit.emit_jump(Operation::Jump, 0, 0, continues);
        self.unit.place(stop);
        self.unit.emit(Operation::LoadCommon, matched, CommonObject::StopAsyncIteration as u16, 0);
        self.unit.emit(Operation::MatchException, matched, exception, matched);
        self.unit.emit_jump(Operation::JumpIfTrue, matched, 0, exhausted);
        self.unit.emit(Operation::Reraise, exception, 0, 0);
        self.unit.place(continues);
    }

    fn async_for(&mut self, node: &'a StmtFor) -> Result<()> {
        self.require_async(node.range, "'async for' outside async function")?;
        let (next, otherwise, exit) = (self.unit.new_label(), self.unit.new_label(), self.unit.new_label());
        let iterator = self.unit.take_register();
        let iterable = self.operand_near(&node.iter, iterator)?;
        self.at(node.iter.range());
        self.unit.emit(Operation::GetAsyncIterator, iterator, iterable, 0);
        self.unit.place(next);
        let mark = self.unit.mark();
        let item = self.unit.take_register();
        self.async_next(iterator, otherwise, item);
        self.store(&node.target, item)?;
        self.unit.release(mark);
        self.loop_body(&node.body, next, exit)?;
        self.unit.emit_jump(Operation::Jump, 0, 0, next);
        self.unit.place(otherwise);
        self.statements(&node.orelse)?;
        self.unit.place(exit);
        Ok(())
    }

    /// An error unless the unit is asynchronous.
    pub(crate) fn require_async(&self, range: TextRange, message: &str) -> Result<()> {
        if self.unit.kind == UnitKind::AsyncFunction { Ok(()) } else { self.error(range, message) }
    }

    // What surrounds the current statement within its unit: final bodies (true) and loops (false).

    fn finally_context(&self) -> &[bool] {
        &self.unit.finally_context
    }

    pub(crate) fn push_finally_context(&mut self, is_finally: bool) {
        self.unit.finally_context.push(is_finally);
    }

    pub(crate) fn pop_finally_context(&mut self) {
        self.unit.finally_context.pop();
    }
}
