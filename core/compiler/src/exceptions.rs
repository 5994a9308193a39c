//! `try`, `with`, and unwinding when a jump leaves them.
//!
//! Invariant: on every way out of a handler the exception handled before is put back; final bodies are compiled once per way
//! out. Source: `codegen_try_except`, `codegen_try_finally`, `codegen_try_star_except`, `codegen_with` and
//! `codegen_unwind_fblock` of CPython's Python/codegen.c.

use ruff_python_ast::{ExceptHandler, Stmt, StmtTry, StmtWith, WithItem};
use ruff_text_size::{Ranged, TextRange};
use threadsnake_bytecode::{Constant, Operation};

use crate::compiler::Compiler;
use crate::error::Result;
use crate::generators::AwaitSource;
use crate::unit::{ActiveBlock, Block, Label, Register};

/// A unit this long compiles no more final bodies.
const MAXIMUM_ITEMS: usize = 1_000_000;

/// The deepest nesting of blocks that must be unwound (`CO_MAXBLOCKS`).
pub(crate) const MAXIMUM_BLOCKS: usize = 21;

impl<'a> Compiler<'a> {
    /// Emits what leaving all blocks from index `keep` on takes, for a jump at `range`; the blocks stay active for what follows.
    pub(crate) fn unwind(&mut self, keep: usize, range: TextRange) -> Result<()> {
        let blocks = self.unit.blocks.clone();
        let handler = self.unit.handler;
        while self.unit.blocks.len() > keep {
            let Some(active) = self.unit.blocks.pop() else { break };
            match active.block {
                Block::Loop { .. } => {}
                Block::Try => self.unit.handler = active.outer_handler,
                Block::GroupHandler => {
                    return self
                        .error(range, "'break', 'continue' and 'return' cannot appear in an except* block");
                }
                Block::Handler { saved, name } => {
                    self.unit.handler = active.outer_handler;
                    self.unit.emit(Operation::PopHandled, saved, 0, 0);
                    if let Some(name) = name {
                        self.forget_exception_name(name);
                    }
                }
                Block::Finally { body } => {
                    self.unit.handler = active.outer_handler;
                    self.final_body(body)?;
                    self.at(range);
                }
                Block::FinallyHandler { saved } => {
                    self.unit.handler = active.outer_handler;
                    self.unit.emit(Operation::PopHandled, saved, 0, 0);
                }
                Block::With { exit, is_async, location } => {
                    self.unit.handler = active.outer_handler;
                    self.unit.location = location;
                    self.call_exit(exit, is_async);
                    self.at(range);
                }
            }
        }
        self.unit.blocks = blocks;
        self.unit.handler = handler;
        Ok(())
    }

    fn final_body(&mut self, body: &'a [Stmt]) -> Result<()> {
        // Final bodies nested in final bodies double with each level.
        if self.unit.items.len() > MAXIMUM_ITEMS {
            return self.error(self.range_of_body(body), "too many statically nested blocks");
        }
        let outer = std::mem::take(&mut self.unit.finally_context);
        self.unit.finally_context.clone_from(&outer);
        self.push_finally_context(true);
        let mark = self.unit.mark();
        let result = self.statements(body);
        self.unit.release(mark);
        self.unit.finally_context = outer;
        result
    }

    fn range_of_body(&self, body: &[Stmt]) -> TextRange {
        body.first().map_or(TextRange::default(), Ranged::range)
    }

    fn push_block(&mut self, block: Block<'a>, outer_handler: Option<crate::unit::HandlerId>) {
        self.unit.blocks.push(ActiveBlock { block, outer_handler });
    }

    /// Unbinds the name of an `except ... as name` clause.
    fn forget_exception_name(&mut self, name: &ruff_python_ast::name::Name) {
        if let Some(register) = self.local_register(name) {
            self.unit.emit(Operation::Clear, register, 0, 0);
            return;
        }
        let mark = self.unit.mark();
        let none = self.unit.take_register();
        self.load_constant(Constant::None, none);
        self.store_name(name, none);
        self.delete_name(name);
        self.unit.release(mark);
    }

    /// `try` in all its forms.
    pub(crate) fn try_statement(&mut self, node: &'a StmtTry) -> Result<()> {
        if node.finalbody.is_empty() {
            return self.try_except(node);
        }
        let (handler, cleanup, end) = (self.unit.new_label(), self.unit.new_label(), self.unit.new_label());
        let registers = self.unit.take_registers(3);
        let (exception, saved, again) = (registers, registers.saturating_add(1), registers.saturating_add(2));
        let outer = self.unit.push_handler(handler, exception);
        self.push_block(Block::Finally { body: &node.finalbody }, outer);
        if node.handlers.is_empty() {
            self.statements(&node.body)?;
            self.statements(&node.orelse)?;
        } else {
            self.try_except(node)?;
        }
        self.unit.blocks.pop();
        self.unit.handler = outer;
        self.final_body(&node.finalbody)?;
        self.unit.emit_jump(Operation::Jump, 0, 0, end);

        self.unit.place(handler);
        self.unit.emit(Operation::PushHandled, saved, exception, 0);
        self.unit.push_handler(cleanup, again);
        self.push_block(Block::FinallyHandler { saved }, outer);
        self.final_body(&node.finalbody)?;
        self.unit.blocks.pop();
        self.unit.handler = outer;
        self.unit.emit(Operation::PopHandled, saved, 0, 0);
        self.unit.emit(Operation::Reraise, exception, 0, 0);
        self.restore_and_reraise(cleanup, saved, again);
        self.unit.place(end);
        Ok(())
    }

    /// The code that an exception inside of a handler comes to.
    fn restore_and_reraise(&mut self, label: Label, saved: Register, exception: Register) {
        self.unit.place(label);
        self.unit.emit(Operation::PopHandled, saved, 0, 0);
        self.unit.emit(Operation::Reraise, exception, 0, 0);
    }

    fn try_except(&mut self, node: &'a StmtTry) -> Result<()> {
        if node.is_star {
            return self.try_except_star(node);
        }
        let (handler, cleanup, end) = (self.unit.new_label(), self.unit.new_label(), self.unit.new_label());
        let registers = self.unit.take_registers(3);
        let (exception, saved, again) = (registers, registers.saturating_add(1), registers.saturating_add(2));
        let outer = self.unit.push_handler(handler, exception);
        self.push_block(Block::Try, outer);
        self.statements(&node.body)?;
        self.unit.blocks.pop();
        self.unit.handler = outer;
        self.statements(&node.orelse)?;
        self.unit.emit_jump(Operation::Jump, 0, 0, end);

        self.unit.place(handler);
        self.unit.emit(Operation::PushHandled, saved, exception, 0);
        self.unit.push_handler(cleanup, again);
        let guarded = self.unit.handler;
        for (index, ExceptHandler::ExceptHandler(clause)) in node.handlers.iter().enumerate() {
            if clause.type_.is_none() && index + 1 < node.handlers.len() {
                return self.error(clause.range, "default 'except:' must be last");
            }
            let next = self.unit.new_label();
            self.at(clause.range);
            if let Some(class) = &clause.type_ {
                let mark = self.unit.mark();
                let matched = self.unit.take_register();
                let class_register = self.operand_near(class, matched)?;
                self.at(class.range());
                self.unit.emit(Operation::MatchException, matched, exception, class_register);
                self.unit.emit_jump(Operation::JumpIfFalse, matched, 0, next);
                self.unit.release(mark);
            }
            let name = clause.name.as_ref().map(|name| &name.id);
            let block = Block::Handler { saved, name };
            match name {
                None => {
                    self.push_block(block, outer);
                    self.statements(&clause.body)?;
                    self.unit.blocks.pop();
                    self.unit.handler = outer;
                    self.unit.emit(Operation::PopHandled, saved, 0, 0);
                    self.unit.emit_jump(Operation::Jump, 0, 0, end);
                }
                Some(name) => {
                    self.store_name(name, exception);
                    let unbind = self.unit.new_label();
                    self.unit.push_handler(unbind, again);
                    self.push_block(block, outer);
                    self.statements(&clause.body)?;
                    self.unit.blocks.pop();
                    self.unit.handler = outer;
                    self.unit.emit(Operation::PopHandled, saved, 0, 0);
                    self.forget_exception_name(name);
                    self.unit.emit_jump(Operation::Jump, 0, 0, end);
                    self.unit.handler = guarded;
                    self.unit.place(unbind);
                    self.forget_exception_name(name);
                    self.unit.emit(Operation::Reraise, again, 0, 0);
                }
            }
            self.unit.handler = guarded;
            self.unit.place(next);
        }
        self.unit.handler = outer;
        self.at(node.range);
        self.unit.emit(Operation::PopHandled, saved, 0, 0);
        self.unit.emit(Operation::Reraise, exception, 0, 0);
        self.restore_and_reraise(cleanup, saved, again);
        self.unit.place(end);
        Ok(())
    }

    fn try_except_star(&mut self, node: &'a StmtTry) -> Result<()> {
        let (handler, cleanup, combine, end) =
            (self.unit.new_label(), self.unit.new_label(), self.unit.new_label(), self.unit.new_label());
        let registers = self.unit.take_registers(8);
        let register = |index: u16| registers.saturating_add(index);
        let (exception, saved, again, raised, rest) =
            (register(0), register(1), register(2), register(3), register(4));
        let (matched, left, group_saved) = (register(5), register(6), register(7));
        let outer = self.unit.push_handler(handler, exception);
        self.push_block(Block::Try, outer);
        self.statements(&node.body)?;
        self.unit.blocks.pop();
        self.unit.handler = outer;
        self.statements(&node.orelse)?;
        self.unit.emit_jump(Operation::Jump, 0, 0, end);

        self.unit.place(handler);
        self.unit.emit(Operation::PushHandled, saved, exception, 0);
        self.unit.push_handler(cleanup, again);
        let guarded = self.unit.handler;
        self.unit.emit(Operation::BuildList, raised, raised, 0);
        self.unit.emit(Operation::Move, rest, exception, 0);
        for ExceptHandler::ExceptHandler(clause) in &node.handlers {
            let (next, failed, done) = (self.unit.new_label(), self.unit.new_label(), self.unit.new_label());
            self.at(clause.range);
            self.unit.emit_jump(Operation::JumpIfNone, rest, 0, combine);
            let mark = self.unit.mark();
            if let Some(class) = &clause.type_ {
                let class_register = self.operand(class)?;
                self.at(class.range());
                self.unit.emit(Operation::MatchExceptionGroup, matched, rest, class_register);
            } else {
                return self.error(clause.range, "expected one or more exception types");
            }
            self.unit.release(mark);
            self.unit.emit(Operation::Move, rest, left, 0);
            self.unit.emit_jump(Operation::JumpIfNone, matched, 0, next);
            self.unit.emit(Operation::PushHandled, group_saved, matched, 0);
            let name = clause.name.as_ref().map(|name| &name.id);
            if let Some(name) = name {
                self.store_name(name, matched);
            }
            self.unit.push_handler(failed, again);
            self.push_block(Block::GroupHandler, outer);
            self.statements(&clause.body)?;
            self.unit.blocks.pop();
            self.unit.handler = guarded;
            self.unit.emit_jump(Operation::Jump, 0, 0, done);
            self.unit.place(failed);
            self.unit.emit(Operation::ListAppend, raised, again, 0);
            self.unit.place(done);
            self.unit.emit(Operation::PopHandled, group_saved, 0, 0);
            if let Some(name) = name {
                self.forget_exception_name(name);
            }
            self.unit.place(next);
        }
        self.unit.place(combine);
        let skip = self.unit.new_label();
        self.unit.emit_jump(Operation::JumpIfNone, rest, 0, skip);
        self.unit.emit(Operation::ListAppend, raised, rest, 0);
        self.unit.place(skip);
        self.unit.emit(Operation::CombineExceptionGroup, matched, exception, raised);
        self.unit.handler = outer;
        self.unit.emit(Operation::PopHandled, saved, 0, 0);
        self.unit.emit_jump(Operation::JumpIfNone, matched, 0, end);
        self.unit.emit(Operation::Reraise, matched, 0, 0);
        self.restore_and_reraise(cleanup, saved, again);
        self.unit.place(end);
        Ok(())
    }

    /// Calls `__exit__(None, None, None)`.
    fn call_exit(&mut self, exit: Register, is_async: bool) {
        let mark = self.unit.mark();
        let window = self.unit.take_registers(5);
        if window.checked_add(4).is_some() {
            self.unit.emit(Operation::Move, window, exit, 0);
            self.unit.emit(Operation::Move, window + 1, exit + 1, 0);
            for argument in 2..5 {
                self.load_constant(Constant::None, window + argument);
            }
            self.unit.emit(Operation::CallMethod, window, window, 3);
            if is_async {
                self.emit_await(window, AwaitSource::Exit, window);
            }
        }
        self.unit.release(mark);
    }

    /// `with` and `async with`
    pub(crate) fn with_statement(&mut self, node: &'a StmtWith) -> Result<()> {
        if node.is_async {
            self.require_async(node.range, "'async with' outside async function")?;
        }
        self.with_items(&node.items, &node.body, node.is_async)
    }

    fn with_items(&mut self, items: &'a [WithItem], body: &'a [Stmt], is_async: bool) -> Result<()> {
        let Some((item, rest)) = items.split_first() else { return self.statements(body) };
        if self.unit.blocks.len() >= MAXIMUM_BLOCKS {
            return self.error(item.range, "too many statically nested blocks");
        }
        let (handler, cleanup, suppressed, end) =
            (self.unit.new_label(), self.unit.new_label(), self.unit.new_label(), self.unit.new_label());
        let range = item.context_expr.range();
        let exit = self.unit.take_registers(5);
        let (exception, saved, again) =
            (exit.saturating_add(2), exit.saturating_add(3), exit.saturating_add(4));
        let mark = self.unit.mark();
        let manager = self.operand(&item.context_expr)?;
        self.at(range);
        self.unit.emit(Operation::LoadSpecial, exit, manager, if is_async { 3 } else { 1 });
        let window = self.unit.take_registers(2);
        self.unit.emit(Operation::LoadSpecial, window, manager, if is_async { 2 } else { 0 });
        self.unit.emit(Operation::CallMethod, window, window, 0);
        if is_async {
            self.emit_await(window, AwaitSource::Enter, window);
        }
        let location = self.unit.location;
        let outer = self.unit.push_handler(handler, exception);
        self.push_block(Block::With { exit, is_async, location }, outer);
        if let Some(target) = &item.optional_vars {
            self.store(target, window)?;
        }
        self.unit.release(mark);
        self.with_items(rest, body, is_async)?;
        self.unit.blocks.pop();
        self.unit.handler = outer;
        self.at(range);
        self.call_exit(exit, is_async);
        self.unit.emit_jump(Operation::Jump, 0, 0, end);

        self.unit.place(handler);
        self.unit.emit(Operation::PushHandled, saved, exception, 0);
        self.unit.push_handler(cleanup, again);
        let mark = self.unit.mark();
        let window = self.unit.take_registers(5);
        self.unit.emit(Operation::Move, window, exit, 0);
        self.unit.emit(Operation::Move, window.saturating_add(1), exit.saturating_add(1), 0);
        self.unit.emit(Operation::CallExit, window, window, exception);
        if is_async {
            self.emit_await(window, AwaitSource::Exit, window);
        }
        self.unit.emit_jump(Operation::JumpIfTrue, window, 0, suppressed);
        self.unit.release(mark);
        self.unit.handler = outer;
        self.unit.emit(Operation::PopHandled, saved, 0, 0);
        self.unit.emit(Operation::Reraise, exception, 0, 0);
        self.unit.place(suppressed);
        self.unit.emit(Operation::PopHandled, saved, 0, 0);
        self.unit.emit_jump(Operation::Jump, 0, 0, end);
        self.restore_and_reraise(cleanup, saved, again);
        self.unit.place(end);
        Ok(())
    }
}
