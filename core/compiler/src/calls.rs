//! Calls: windows built in place, method calls, keywords, stars, zero-argument `super`.
//!
//! Invariant: a call window is the top of the temporaries when the call runs: callable (and self), then arguments in order.
//! Source: `codegen_call` and `maybe_optimize_method_call` of CPython's Python/codegen.c.

use ruff_python_ast::name::Name;
use ruff_python_ast::{Arguments, Expr, ExprAttribute, ExprCall, Keyword};
use ruff_text_size::{Ranged, TextRange};
use threadsnake_bytecode::{Constant, Operation, Text};

use crate::compiler::Compiler;
use crate::error::Result;
use crate::unit::{Register, UnitKind, Variable};

/// Calls with more arguments go through a list, so that windows stay small.
const WINDOW_LIMIT: usize = 200;

impl<'a> Compiler<'a> {
    /// A call expression.
    pub(crate) fn call(&mut self, node: &'a ExprCall, dest: Register) -> Result<()> {
        self.warn_about_call(node);
        self.check_keywords(&node.arguments.keywords)?;
        if needs_spread(&node.arguments) {
            let window = self.window_at(dest, 1);
            self.evaluate(&node.func, window)?;
            return self.spread_call(&node.arguments, node.range(), window, dest);
        }
        if let Expr::Attribute(attribute) = &*node.func {
            let window = self.window_at(dest, 2);
            if !self.super_method(attribute, window)? {
                let value = self.operand_near(&attribute.value, window)?;
                self.at(attribute.range);
                let name = self.mangled(&attribute.attr.id);
                let name = self.unit.short_name_index(&name);
                self.unit.emit(Operation::LoadMethod, window, value, name);
            }
            let (count, keywords) = self.arguments(&node.arguments)?;
            self.at(node.range());
            match keywords {
                Some(names) => {
                    self.unit.emit_extra(Operation::CallMethodKeyword, dest, window, count, 0, names);
                }
                None => self.unit.emit(Operation::CallMethod, dest, window, count),
            }
            return Ok(());
        }
        let window = self.window_at(dest, 1);
        self.evaluate(&node.func, window)?;
        self.plain_call(&node.arguments, node.range(), window, dest)
    }

    /// The first of `count` registers on top for a window; the destination itself is the first, if it is the topmost temporary.
    fn window_at(&mut self, dest: Register, count: usize) -> Register {
        if self.unit.is_temporary(dest) && u32::from(dest) + 1 == self.unit.next_register {
            self.unit.take_registers(count - 1);
            return dest;
        }
        self.unit.take_registers(count)
    }

    /// Evaluates arguments above a callable in a window, and calls it.
    fn plain_call(
        &mut self,
        arguments: &'a Arguments,
        range: TextRange,
        window: Register,
        dest: Register,
    ) -> Result<()> {
        let (count, keywords) = self.arguments(arguments)?;
        self.at(range);
        match keywords {
            Some(names) => self.unit.emit_extra(Operation::CallKeyword, dest, window, count, 0, names),
            None => self.unit.emit(Operation::Call, dest, window, count),
        }
        Ok(())
    }

    /// Evaluates plain arguments in a row; returns their number and the constant that names the last of them.
    fn arguments(&mut self, arguments: &'a Arguments) -> Result<(u16, Option<u32>)> {
        self.evaluate_in_row(&arguments.args)?;
        let mut names = Vec::new();
        for keyword in &arguments.keywords {
            let register = self.unit.take_register();
            self.evaluate(&keyword.value, register)?;
            if let Some(name) = &keyword.arg {
                // Names of keyword arguments are not mangled in classes.
                names.push(Constant::Text(Text::from(name.id.as_str())));
            }
        }
        let count = (arguments.args.len() + arguments.keywords.len()) as u16;
        let names = (!names.is_empty()).then(|| self.unit.constant(Constant::Tuple(names)));
        Ok((count, names))
    }

    pub(crate) fn check_keywords(&mut self, keywords: &'a [Keyword]) -> Result<()> {
        for (index, keyword) in keywords.iter().enumerate() {
            let Some(name) = &keyword.arg else { continue };
            if keywords
                .iter()
                .take(index)
                .any(|other| other.arg.as_ref().is_some_and(|arg| arg.id == name.id))
            {
                return self.error(keyword.range, format!("keyword argument repeated: {}", name.id));
            }
        }
        Ok(())
    }

    /// Calls what is in `window` with starred arguments; the registers above it are free.
    pub(crate) fn spread_call(
        &mut self,
        arguments: &'a Arguments,
        range: TextRange,
        window: Register,
        dest: Register,
    ) -> Result<()> {
        self.spread_call_with(arguments, range, window, dest, None, None)
    }

    /// As [`Compiler::spread_call`], with evaluated arguments before (first register and count) and after the others.
    pub(crate) fn spread_call_with(
        &mut self,
        arguments: &'a Arguments,
        range: TextRange,
        window: Register,
        dest: Register,
        before: Option<(Register, u16)>,
        last: Option<Register>,
    ) -> Result<()> {
        let positional = self.unit.take_register();
        let named = self.unit.take_register();
        match &*arguments.args {
            // A lone `*iterable` goes as it is: the call makes a tuple of it, and names the callable if it cannot.
            [Expr::Starred(only)] if before.is_none() && last.is_none() => {
                self.evaluate(&only.value, positional)?
            }
            arguments => {
                self.fill_collection(Operation::BuildList, before, arguments, range, positional)?;
                if let Some(last) = last {
                    self.unit.emit(Operation::ListAppend, positional, last, 0);
                }
            }
        }
        if arguments.keywords.is_empty() {
            self.at(range);
            self.unit.emit(Operation::Clear, named, 0, 0);
        } else {
            self.at(range);
            self.unit.emit(Operation::BuildDict, named, named, 0);
            for keyword in &arguments.keywords {
                let mark = self.unit.mark();
                match &keyword.arg {
                    Some(name) => {
                        let key = self.unit.take_register();
                        self.load_text(&name.id, key);
                        let value = self.operand(&keyword.value)?;
                        // Merged, not inserted: a name may have come from a mapping before.
                        let single = self.unit.take_registers(3);
                        self.at(keyword.range);
                        self.unit.emit(Operation::Move, single + 1, key, 0);
                        self.unit.emit(Operation::Move, single + 2, value, 0);
                        self.unit.emit(Operation::BuildDict, single, single + 1, 1);
                        self.at(range);
                        self.unit.emit(Operation::DictMerge, named, single, window);
                    }
                    None => {
                        let mapping = self.operand(&keyword.value)?;
                        self.at(range);
                        self.unit.emit(Operation::DictMerge, named, mapping, window);
                    }
                }
                self.unit.release(mark);
            }
        }
        self.at(range);
        self.unit.emit(Operation::CallSpread, dest, window, 0);
        Ok(())
    }

    /// `super().name` and `super(type, object).name` without making the super object.
    pub(crate) fn super_attribute(&mut self, node: &'a ExprAttribute, dest: Register) -> Result<bool> {
        let Some(call) = self.optimizable_super(node) else { return Ok(false) };
        let window = self.unit.take_registers(3);
        self.super_arguments(call, window)?;
        self.at(node.range);
        let name = self.mangled(&node.attr.id);
        let name = self.unit.short_name_index(&name);
        self.unit.emit(Operation::LoadSuperAttribute, dest, window, name);
        Ok(true)
    }

    fn super_method(&mut self, node: &'a ExprAttribute, window: Register) -> Result<bool> {
        let Some(call) = self.optimizable_super(node) else { return Ok(false) };
        let mark = self.unit.mark();
        let arguments = self.unit.take_registers(3);
        self.super_arguments(call, arguments)?;
        self.at(node.range);
        let name = self.mangled(&node.attr.id);
        let name = self.unit.short_name_index(&name);
        self.unit.emit(Operation::LoadSuperMethod, window, arguments, name);
        self.unit.release(mark);
        Ok(true)
    }

    fn optimizable_super(&self, node: &'a ExprAttribute) -> Option<&'a ExprCall> {
        let Expr::Call(call) = &*node.value else { return None };
        let Expr::Name(name) = &*call.func else { return None };
        if name.id.as_str() != "super"
            || !self.is_implicit_global(&name.id)
            || !call.arguments.keywords.is_empty()
        {
            return None;
        }
        if !matches!(self.unit.kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda) {
            return None;
        }
        match &*call.arguments.args {
            [] => {
                let class = self.variable(&Name::new("__class__"));
                let first = self.unit.argument_count > 0 && self.unit.parameter_count > 0;
                (matches!(class, Variable::Free(_)) && first).then_some(call)
            }
            [Expr::Starred(_), _] | [_, Expr::Starred(_)] => None,
            [_, _] => Some(call),
            _ => None,
        }
    }

    fn super_arguments(&mut self, call: &'a ExprCall, window: Register) -> Result<()> {
        self.evaluate(&call.func, window)?;
        match &*call.arguments.args {
            [class, object] => {
                self.evaluate(class, window + 1)?;
                self.evaluate(object, window + 2)
            }
            _ => {
                self.at(call.range());
                self.load_variable_into(
                    self.variable(&Name::new("__class__")),
                    &Name::new("__class__"),
                    window + 1,
                );
                let first = self.unit.local_names.first().cloned().unwrap_or_default();
                let variable = self.unit.variables.get(&first).copied().unwrap_or(Variable::Register(0));
                self.load_variable_into(variable, &first, window + 2);
                Ok(())
            }
        }
    }
}

/// Whether a call cannot be a plain window.
pub(crate) fn needs_spread(arguments: &Arguments) -> bool {
    arguments.args.iter().any(|argument| matches!(argument, Expr::Starred(_)))
        || arguments.keywords.iter().any(|keyword| keyword.arg.is_none())
        || arguments.args.len() + arguments.keywords.len() > WINDOW_LIMIT
}
