//! Expressions: operators, displays, attributes and subscripts.
//!
//! Invariant: `evaluate(expression, dest)` writes `dest` only by the last instruction, unless `dest` is a temporary. `operand`
//! returns a local's own register where no later part of the expression can rebind it.

use ruff_python_ast::{
    CmpOp, Expr, ExprBinOp, ExprCompare, ExprDict, ExprSlice, ExprSubscript, Operator, UnaryOp,
};
use ruff_text_size::{Ranged, TextRange};
use threadsnake_bytecode::{Constant, Operation};

use crate::compiler::Compiler;
use crate::error::Result;
use crate::unit::{Register, Variable};

/// Longer displays are filled piece by piece, so that they need few registers.
const DISPLAY_CHUNK: usize = 32;

/// The operation of a binary operator, and its form with an immediate right operand.
pub(crate) fn binary_operations(operator: Operator) -> (Operation, Option<Operation>) {
    match operator {
        Operator::Add => (Operation::Add, Some(Operation::AddImmediate)),
        Operator::Sub => (Operation::Subtract, Some(Operation::SubtractImmediate)),
        Operator::Mult => (Operation::Multiply, Some(Operation::MultiplyImmediate)),
        Operator::MatMult => (Operation::MatrixMultiply, None),
        Operator::Div => (Operation::TrueDivide, None),
        Operator::Mod => (Operation::Modulo, Some(Operation::ModuloImmediate)),
        Operator::Pow => (Operation::Power, None),
        Operator::LShift => (Operation::LeftShift, Some(Operation::LeftShiftImmediate)),
        Operator::RShift => (Operation::RightShift, Some(Operation::RightShiftImmediate)),
        Operator::BitOr => (Operation::BitOr, None),
        Operator::BitXor => (Operation::BitXor, None),
        Operator::BitAnd => (Operation::BitAnd, Some(Operation::BitAndImmediate)),
        Operator::FloorDiv => (Operation::FloorDivide, Some(Operation::FloorDivideImmediate)),
    }
}

/// The operation of an augmented assignment, and its form with an immediate right operand.
pub(crate) fn in_place_operations(operator: Operator) -> (Operation, Option<Operation>) {
    match operator {
        Operator::Add => (Operation::InPlaceAdd, Some(Operation::InPlaceAddImmediate)),
        Operator::Sub => (Operation::InPlaceSubtract, Some(Operation::InPlaceSubtractImmediate)),
        Operator::Mult => (Operation::InPlaceMultiply, None),
        Operator::MatMult => (Operation::InPlaceMatrixMultiply, None),
        Operator::Div => (Operation::InPlaceTrueDivide, None),
        Operator::Mod => (Operation::InPlaceModulo, None),
        Operator::Pow => (Operation::InPlacePower, None),
        Operator::LShift => (Operation::InPlaceLeftShift, None),
        Operator::RShift => (Operation::InPlaceRightShift, None),
        Operator::BitOr => (Operation::InPlaceBitOr, None),
        Operator::BitXor => (Operation::InPlaceBitXor, None),
        Operator::BitAnd => (Operation::InPlaceBitAnd, None),
        Operator::FloorDiv => (Operation::InPlaceFloorDivide, None),
    }
}

fn comparison(operator: CmpOp) -> Operation {
    match operator {
        CmpOp::Eq => Operation::Equal,
        CmpOp::NotEq => Operation::NotEqual,
        CmpOp::Lt => Operation::Less,
        CmpOp::LtE => Operation::LessEqual,
        CmpOp::Gt => Operation::Greater,
        CmpOp::GtE => Operation::GreaterEqual,
        CmpOp::Is => Operation::Is,
        CmpOp::IsNot => Operation::IsNot,
        CmpOp::In => Operation::Contains,
        CmpOp::NotIn => Operation::NotContains,
    }
}

impl<'a> Compiler<'a> {
    /// The value in some register: a local's own, or a new temporary.
    pub(crate) fn operand(&mut self, expression: &'a Expr) -> Result<Register> {
        match self.operand_in_place(expression) {
            Some(register) => Ok(register),
            None => {
                let register = self.unit.take_register();
                self.evaluate(expression, register)?;
                Ok(register)
            }
        }
    }

    /// As [`Compiler::operand`], but a temporary that is about to be overwritten is used before a new one is taken.
    pub(crate) fn operand_near(&mut self, expression: &'a Expr, scratch: Register) -> Result<Register> {
        if !self.unit.is_temporary(scratch) {
            return self.operand(expression);
        }
        match self.operand_in_place(expression) {
            Some(register) => Ok(register),
            None => {
                self.evaluate(expression, scratch)?;
                Ok(scratch)
            }
        }
    }

    /// A local's register, checked to be bound.
    fn operand_in_place(&mut self, expression: &Expr) -> Option<Register> {
        let Expr::Name(name) = expression else { return None };
        if name.id.as_str() == "__debug__" {
            return None;
        }
        let register = self.local_register(&name.id).filter(|register| !self.volatile.contains(register))?;
        self.at(name.range);
        let mangled = self.mangled(&name.id);
        self.check_bound(register, &mangled);
        Some(register)
    }

    /// A register to build a value in step by step: `dest` itself, if nobody can see it half-built.
    pub(crate) fn workspace(&mut self, dest: Register) -> Register {
        if self.unit.is_temporary(dest) { dest } else { self.unit.take_register() }
    }

    /// Ends what [`Compiler::workspace`] began.
    pub(crate) fn settle(&mut self, workspace: Register, dest: Register) {
        if workspace != dest {
            self.unit.emit(Operation::Move, dest, workspace, 0);
        }
    }

    /// Evaluates an expression for its effects.
    pub(crate) fn discard(&mut self, expression: &'a Expr) -> Result<()> {
        if self.fold(expression).is_some() {
            self.note_literal(expression);
            return self.check_literals();
        }
        let mark = self.unit.mark();
        if self.operand_in_place(expression).is_none() {
            let register = self.unit.take_register();
            self.evaluate(expression, register)?;
        }
        self.unit.release(mark);
        Ok(())
    }

    /// Puts the value of an expression in a register.
    pub(crate) fn evaluate(&mut self, expression: &'a Expr, dest: Register) -> Result<()> {
        if let Some(constant) = self.fold(expression) {
            self.note_literal(expression);
            self.check_literals()?;
            self.at(expression.range());
            self.load_constant(constant, dest);
            return Ok(());
        }
        let mark = self.unit.mark();
        match expression {
            Expr::Name(node) => {
                self.at(node.range);
                self.load_name_into(&node.id, dest);
            }
            Expr::BinOp(node) => self.binary(node, dest)?,
            Expr::UnaryOp(node) => {
                let operand = self.operand_near(&node.operand, dest)?;
                self.at(node.range);
                let operation = match node.op {
                    UnaryOp::Invert => Operation::Invert,
                    UnaryOp::Not => Operation::Not,
                    UnaryOp::UAdd => Operation::Positive,
                    UnaryOp::USub => Operation::Negative,
                };
                self.unit.emit(operation, dest, operand, 0);
            }
            Expr::BoolOp(node) => self.boolean(node, dest)?,
            Expr::Named(node) => self.named(node, dest)?,
            Expr::Lambda(node) => self.lambda(node, dest)?,
            Expr::If(node) => {
                let otherwise = self.unit.new_label();
                let end = self.unit.new_label();
                self.condition(&node.test, otherwise, false)?;
                self.evaluate(&node.body, dest)?;
                self.unit.emit_jump(Operation::Jump, 0, 0, end);
                self.unit.place(otherwise);
                self.evaluate(&node.orelse, dest)?;
                self.unit.place(end);
            }
            Expr::Dict(node) => self.dictionary(node, dest)?,
            Expr::Set(node) => self.collection(Operation::BuildSet, &node.elts, node.range, dest)?,
            Expr::List(node) => self.collection(Operation::BuildList, &node.elts, node.range, dest)?,
            Expr::Tuple(node) => self.collection(Operation::BuildTuple, &node.elts, node.range, dest)?,
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                self.comprehension(expression, dest)?;
            }
            Expr::Await(node) => self.awaiting(node, dest)?,
            Expr::Yield(node) => self.yielding(node, dest)?,
            Expr::YieldFrom(node) => self.yielding_from(node, dest)?,
            Expr::Compare(node) => self.compare(node, dest)?,
            Expr::Call(node) => self.call(node, dest)?,
            Expr::FString(node) => self.formatted(node, dest)?,
            Expr::TString(node) => self.template(node, dest)?,
            Expr::Attribute(node) => {
                if !self.super_attribute(node, dest)? {
                    let value = self.operand_near(&node.value, dest)?;
                    self.at(node.range);
                    let name = self.mangled(&node.attr.id);
                    let name = self.unit.short_name_index(&name);
                    self.unit.emit(Operation::LoadAttribute, dest, value, name);
                }
            }
            Expr::Subscript(node) => self.subscript(node, dest)?,
            Expr::Slice(node) => self.slice(node, dest)?,
            Expr::Starred(node) => {
                return self.error(node.range, "can't use starred expression here");
            }
            Expr::IpyEscapeCommand(node) => return self.error(node.range, "invalid syntax"),
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_) => {}
        }
        self.unit.release(mark);
        Ok(())
    }

    fn binary(&mut self, node: &'a ExprBinOp, dest: Register) -> Result<()> {
        let left = self.operand_near(&node.left, dest)?;
        let (operation, immediate) = binary_operations(node.op);
        match (immediate, self.small_integer(&node.right)) {
            (Some(operation), Some(value)) => {
                self.at(node.range);
                self.unit.emit(operation, dest, left, value as u16);
            }
            _ => {
                let right = self.operand(&node.right)?;
                self.at(node.range);
                self.unit.emit(operation, dest, left, right);
            }
        }
        Ok(())
    }

    fn boolean(&mut self, node: &'a ruff_python_ast::ExprBoolOp, dest: Register) -> Result<()> {
        let end = self.unit.new_label();
        let workspace = self.workspace(dest);
        let jump = match node.op {
            ruff_python_ast::BoolOp::And => Operation::JumpIfFalse,
            ruff_python_ast::BoolOp::Or => Operation::JumpIfTrue,
        };
        for (index, value) in node.values.iter().enumerate() {
            self.evaluate(value, workspace)?;
            if index + 1 < node.values.len() {
                self.at(node.range);
                self.unit.emit_jump(jump, workspace, 0, end);
            }
        }
        self.unit.place(end);
        self.at(node.range);
        self.settle(workspace, dest);
        Ok(())
    }

    fn named(&mut self, node: &'a ruff_python_ast::ExprNamed, dest: Register) -> Result<()> {
        let Expr::Name(name) = &*node.target else {
            return self.error(node.target.range(), "cannot use assignment expressions with this target");
        };
        let workspace = self.workspace(dest);
        self.evaluate(&node.value, workspace)?;
        self.at(name.range);
        self.store_name(&name.id, workspace);
        self.settle(workspace, dest);
        Ok(())
    }

    /// The operands of one comparison; a set or list display on the right of `in` becomes a constant.
    pub(crate) fn comparator(&mut self, operator: CmpOp, expression: &'a Expr) -> Result<Register> {
        if matches!(operator, CmpOp::In | CmpOp::NotIn)
            && let Some(constant) = self.constant_container(expression)
        {
            let register = self.unit.take_register();
            self.at(expression.range());
            self.load_constant(constant, register);
            return Ok(register);
        }
        self.operand(expression)
    }

    fn constant_container(&mut self, expression: &'a Expr) -> Option<Constant> {
        let (elements, set) = match expression {
            Expr::List(node) => (&node.elts, false),
            Expr::Set(node) => (&node.elts, true),
            _ => return None,
        };
        let items = elements.iter().map(|element| self.fold(element)).collect::<Option<Vec<_>>>()?;
        elements.iter().for_each(|element| self.note_literal(element));
        Some(if set { Constant::FrozenSet(items) } else { Constant::Tuple(items) })
    }

    fn compare(&mut self, node: &'a ExprCompare, dest: Register) -> Result<()> {
        self.warn_about_comparison(node);
        let last = node.ops.len().saturating_sub(1);
        if last == 0 {
            let (Some(&operator), Some(right)) = (node.ops.first(), node.comparators.first()) else {
                return Ok(());
            };
            let left = self.operand_near(&node.left, dest)?;
            let right = self.comparator(operator, right)?;
            self.at(node.range);
            self.unit.emit(comparison(operator), dest, left, right);
            return Ok(());
        }
        let end = self.unit.new_label();
        let workspace = self.workspace(dest);
        let mut left = self.operand(&node.left)?;
        for (index, (&operator, right)) in node.ops.iter().zip(&node.comparators).enumerate() {
            let right = self.comparator(operator, right)?;
            self.at(node.range);
            self.unit.emit(comparison(operator), workspace, left, right);
            if index < last {
                self.unit.emit_jump(Operation::JumpIfFalse, workspace, 0, end);
            }
            left = right;
        }
        self.unit.place(end);
        self.settle(workspace, dest);
        Ok(())
    }

    /// A list, set or tuple display.
    pub(crate) fn collection(
        &mut self,
        build: Operation,
        elements: &'a [Expr],
        range: TextRange,
        dest: Register,
    ) -> Result<()> {
        let starred = elements.iter().any(|element| matches!(element, Expr::Starred(_)));
        let constant = elements.iter().map(|element| self.fold(element)).collect::<Option<Vec<_>>>();
        if let Some(items) = constant.filter(|items| items.len() > 2 && build != Operation::BuildTuple) {
            elements.iter().for_each(|element| self.note_literal(element));
            self.check_literals()?;
            let workspace = self.workspace(dest);
            let whole = self.unit.take_register();
            self.at(range);
            self.unit.emit(build, workspace, whole, 0);
            let (constant, extend) = match build {
                Operation::BuildSet => (Constant::FrozenSet(items), Operation::SetUpdate),
                _ => (Constant::Tuple(items), Operation::ListExtend),
            };
            self.load_constant(constant, whole);
            self.unit.emit(extend, workspace, whole, 0);
            self.settle(workspace, dest);
            return Ok(());
        }
        if !starred && elements.len() <= DISPLAY_CHUNK {
            let first = self.evaluate_in_row(elements)?;
            self.at(range);
            self.unit.emit(build, dest, first, elements.len() as u16);
            return Ok(());
        }
        let workspace = self.workspace(dest);
        self.fill_collection(build, None, elements, range, workspace)?;
        self.settle(workspace, dest);
        Ok(())
    }

    /// Fills a list, set or (through a list) tuple in a temporary, element by element. `before` are values to begin with.
    pub(crate) fn fill_collection(
        &mut self,
        build: Operation,
        before: Option<(Register, u16)>,
        elements: &'a [Expr],
        range: TextRange,
        workspace: Register,
    ) -> Result<()> {
        let base = if build == Operation::BuildTuple { Operation::BuildList } else { build };
        let (append, extend) = match base {
            Operation::BuildSet => (Operation::SetAdd, Operation::SetUpdate),
            _ => (Operation::ListAppend, Operation::ListExtend),
        };
        let plain = elements
            .iter()
            .take(DISPLAY_CHUNK)
            .take_while(|element| !matches!(element, Expr::Starred(_)))
            .count();
        let (head, rest) = if before.is_some() { elements.split_at(0) } else { elements.split_at(plain) };
        let mark = self.unit.mark();
        let (first, count) = match before {
            Some(before) => before,
            None => (self.evaluate_in_row(head)?, plain as u16),
        };
        self.at(range);
        self.unit.emit(base, workspace, first, count);
        self.unit.release(mark);
        for element in rest {
            let mark = self.unit.mark();
            let (value, operation) = match element {
                Expr::Starred(node) => (&*node.value, extend),
                other => (other, append),
            };
            let value_register = self.operand(value)?;
            self.at(if operation == extend { value.range() } else { range });
            self.unit.emit(operation, workspace, value_register, 0);
            self.unit.release(mark);
        }
        if build == Operation::BuildTuple {
            self.at(range);
            self.unit.emit(Operation::ListToTuple, workspace, workspace, 0);
        }
        Ok(())
    }

    /// Evaluates expressions into consecutive new registers; returns the first.
    pub(crate) fn evaluate_in_row(&mut self, expressions: &'a [Expr]) -> Result<Register> {
        let first = self.unit.next_register as Register;
        for expression in expressions {
            let register = self.unit.take_register();
            self.evaluate(expression, register)?;
        }
        Ok(first)
    }

    fn dictionary(&mut self, node: &'a ExprDict, dest: Register) -> Result<()> {
        let plain = node.items.iter().take(DISPLAY_CHUNK / 2).take_while(|item| item.key.is_some()).count();
        let (head, rest) = node.items.split_at(plain);
        let workspace = if rest.is_empty() { dest } else { self.workspace(dest) };
        let mark = self.unit.mark();
        let first = self.unit.next_register as Register;
        for item in head {
            let Some(key) = &item.key else { continue };
            let register = self.unit.take_register();
            self.evaluate(key, register)?;
            let register = self.unit.take_register();
            self.evaluate(&item.value, register)?;
        }
        self.at(node.range);
        self.unit.emit(Operation::BuildDict, workspace, first, plain as u16);
        self.unit.release(mark);
        for item in rest {
            let mark = self.unit.mark();
            match &item.key {
                Some(key) => {
                    let key = self.operand(key)?;
                    let value = self.operand(&item.value)?;
                    self.at(node.range);
                    self.unit.emit(Operation::DictInsert, workspace, key, value);
                }
                None => {
                    let mapping = self.operand(&item.value)?;
                    self.at(item.value.range());
                    self.unit.emit(Operation::DictUpdate, workspace, mapping, 0);
                }
            }
            self.unit.release(mark);
        }
        self.settle(workspace, dest);
        Ok(())
    }

    /// A slice whose bounds are constants, as a constant.
    pub(crate) fn constant_slice(&self, node: &ExprSlice) -> Option<Constant> {
        let bound = |expression: &Option<Box<Expr>>| match expression {
            None => Some(Constant::None),
            Some(expression) => self.fold(expression),
        };
        Some(Constant::Slice(Box::new([bound(&node.lower)?, bound(&node.upper)?, bound(&node.step)?])))
    }

    /// The bounds of a slice in consecutive new registers.
    pub(crate) fn slice_bounds(&mut self, node: &'a ExprSlice) -> Result<Register> {
        let first = self.unit.next_register as Register;
        for bound in [Some(&node.lower), Some(&node.upper), node.step.is_some().then_some(&node.step)]
            .into_iter()
            .flatten()
        {
            let register = self.unit.take_register();
            match bound {
                Some(expression) => self.evaluate(expression, register)?,
                None => {
                    self.at(node.range);
                    self.load_constant(Constant::None, register);
                }
            }
        }
        Ok(first)
    }

    fn slice(&mut self, node: &'a ExprSlice, dest: Register) -> Result<()> {
        if let Some(constant) = self.constant_slice(node) {
            self.at(node.range);
            self.load_constant(constant, dest);
            return Ok(());
        }
        let first = self.slice_bounds(node)?;
        self.at(node.range);
        self.unit.emit(Operation::BuildSlice, dest, first, if node.step.is_some() { 3 } else { 2 });
        Ok(())
    }

    fn subscript(&mut self, node: &'a ExprSubscript, dest: Register) -> Result<()> {
        self.warn_about_subscript(node);
        let value = self.operand_near(&node.value, dest)?;
        if let Some(index) = self.small_integer(&node.slice) {
            self.at(node.range);
            self.unit.emit(Operation::LoadSubscriptImmediate, dest, value, index as u16);
            return Ok(());
        }
        match &*node.slice {
            Expr::Slice(slice) if slice.step.is_none() && self.constant_slice(slice).is_none() => {
                let first = self.slice_bounds(slice)?;
                self.at(node.range);
                self.unit.emit(Operation::LoadSlice, dest, value, first);
            }
            index => {
                let index = self.operand(index)?;
                self.at(node.range);
                self.unit.emit(Operation::LoadSubscript, dest, value, index);
            }
        }
        Ok(())
    }

    /// Whether a name means a global or builtin here.
    pub(crate) fn is_implicit_global(&self, name: &ruff_python_ast::name::Name) -> bool {
        let mangled = self.mangled(name);
        matches!(self.variable(&mangled), Variable::Global | Variable::ClassOrGlobal)
            && self
                .table
                .scope(self.unit.scope)
                .symbol(&mangled)
                .is_none_or(|symbol| symbol.resolution != crate::scope::Resolution::GlobalExplicit)
    }
}
