//! `await`, `yield` and `yield from`, and the loop that delegates to another generator.
//!
//! Invariant: a generator's whole body is covered by a handler that turns an escaping StopIteration into RuntimeError (PEP 479).
//! Source: `codegen_add_yield_from` of CPython's Python/codegen.c.

use ruff_python_ast::{ExprAwait, ExprYield, ExprYieldFrom};
use threadsnake_bytecode::{Constant, Intrinsic, Operation};

use crate::compiler::Compiler;
use crate::error::Result;
use crate::scope::{ComprehensionKind, ScopeKind};
use crate::unit::{Label, Register, UnitKind};

/// Where an awaitable comes from, for the error's text.
#[derive(Copy, Clone)]
pub(crate) enum AwaitSource {
    /// `await`
    Expression = 0,
    /// `__aenter__`
    Enter = 1,
    /// `__aexit__`
    Exit = 2,
    /// `__anext__`
    Next = 3,
}

impl<'a> Compiler<'a> {
    /// Awaits the awaitable in `value`; the result goes to `dest`, a temporary.
    pub(crate) fn emit_await(&mut self, value: Register, source: AwaitSource, dest: Register) {
        let mark = self.unit.mark();
        let iterator = self.unit.take_register();
        self.unit.emit(Operation::GetAwaitable, iterator, value, source as u16);
        self.emit_delegation(iterator, dest);
        self.unit.release(mark);
    }

    /// Sends to `iterator` until it finishes; its result goes to `dest`, a temporary other than `iterator`.
    fn emit_delegation(&mut self, iterator: Register, dest: Register) {
        let again = self.unit.new_label();
        let done = self.unit.new_label();
        self.load_constant(Constant::None, dest);
        self.unit.place(again);
        self.unit.emit_jump(Operation::Send, dest, iterator, done);
        self.unit.emit(Operation::YieldDelegate, dest, dest, iterator);
        self.unit.emit_jump(Operation::Jump, 0, 0, again);
        self.unit.place(done);
    }

    /// `await value`
    pub(crate) fn awaiting(&mut self, node: &'a ExprAwait, dest: Register) -> Result<()> {
        match self.unit.kind {
            UnitKind::AsyncFunction => {}
            UnitKind::Comprehension => {
                let generator = self.table.scope(self.unit.scope).kind
                    == ScopeKind::Comprehension(ComprehensionKind::Generator);
                if !generator && !self.is_enclosed_by_async() {
                    return self
                        .error(node.range, "asynchronous comprehension outside of an asynchronous function");
                }
            }
            UnitKind::Function | UnitKind::Lambda => {
                return self.error(node.range, "'await' outside async function");
            }
            _ => return self.error(node.range, "'await' outside function"),
        }
        let workspace = self.workspace(dest);
        let value = self.operand_near(&node.value, workspace)?;
        self.at(node.range);
        self.emit_await(value, AwaitSource::Expression, workspace);
        self.settle(workspace, dest);
        Ok(())
    }

    /// `yield value`
    pub(crate) fn yielding(&mut self, node: &'a ExprYield, dest: Register) -> Result<()> {
        if !matches!(self.unit.kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda) {
            return self.error(node.range, "'yield' outside function");
        }
        let value = match &node.value {
            Some(value) => self.operand_near(value, dest)?,
            None => {
                let register = self.workspace(dest);
                self.at(node.range);
                self.load_constant(Constant::None, register);
                register
            }
        };
        self.at(node.range);
        self.emit_yield(value, dest);
        Ok(())
    }

    /// Yields a register.
    pub(crate) fn emit_yield(&mut self, value: Register, dest: Register) {
        let is_async = match self.unit.kind {
            UnitKind::AsyncFunction => true,
            UnitKind::Comprehension => self.table.scope(self.unit.scope).is_coroutine,
            _ => false,
        };
        let operation = if is_async { Operation::YieldAsyncValue } else { Operation::Yield };
        self.unit.emit(operation, dest, value, 0);
    }

    /// `yield from value`
    pub(crate) fn yielding_from(&mut self, node: &'a ExprYieldFrom, dest: Register) -> Result<()> {
        match self.unit.kind {
            UnitKind::Function | UnitKind::Lambda => {}
            UnitKind::AsyncFunction => return self.error(node.range, "'yield from' inside async function"),
            _ => return self.error(node.range, "'yield from' outside function"),
        }
        let workspace = self.workspace(dest);
        let iterator = self.unit.take_register();
        let value = self.operand_near(&node.value, iterator)?;
        self.at(node.range);
        self.unit.emit(Operation::GetYieldFromIterator, iterator, value, 0);
        self.emit_delegation(iterator, workspace);
        self.settle(workspace, dest);
        Ok(())
    }

    /// Opens the handler around a generator's body, if this unit is one.
    pub(crate) fn open_generator_body(&mut self) -> Option<(Label, Register)> {
        let scope = self.table.scope(self.unit.scope);
        if !(scope.is_generator || scope.is_coroutine) {
            return None;
        }
        let register = self.unit.take_register();
        let label = self.unit.new_label();
        self.unit.push_handler(label, register);
        Some((label, register))
    }

    /// Closes it.
    pub(crate) fn close_generator_body(&mut self, handler: Option<(Label, Register)>) {
        let Some((label, register)) = handler else { return };
        self.unit.handler = None;
        self.unit.place(label);
        self.unit.location = threadsnake_bytecode::Location::default();
        self.unit.emit(Operation::CallIntrinsic, register, register, Intrinsic::StopIterationError as u16);
        self.unit.emit(Operation::Reraise, register, 0, 0);
    }

    /// Whether the unit around the comprehensions is an `async def` (or a generator expression, which may be asynchronous).
    pub(crate) fn is_enclosed_by_async(&self) -> bool {
        for unit in std::iter::once(&self.unit).chain(self.outer.iter().rev()) {
            match unit.kind {
                UnitKind::AsyncFunction => return true,
                UnitKind::Comprehension => {
                    if self.table.scope(unit.scope).kind
                        == ScopeKind::Comprehension(ComprehensionKind::Generator)
                    {
                        return true;
                    }
                }
                _ => return false,
            }
        }
        false
    }
}
