//! Conditions compiled to jumps: `and`, `or`, `not`, comparisons fused with the jump.
//!
//! Invariant: `condition(e, target, sense)` jumps to `target` if the truth of `e` is `sense`, and falls through otherwise.

use ruff_python_ast::{BoolOp, CmpOp, Expr, ExprCompare, UnaryOp};
use ruff_text_size::Ranged;
use threadsnake_bytecode::Operation;

use crate::compiler::Compiler;
use crate::constants;
use crate::error::Result;
use crate::unit::Label;

/// The fused jumps of an ordering or equality comparison: (jump if true, jump if not true) between registers, then with an immediate.
fn fused(operator: CmpOp) -> Option<[Operation; 4]> {
    use Operation::*;
    Some(match operator {
        CmpOp::Lt => [JumpIfLess, JumpIfNotLess, JumpIfLessImmediate, JumpIfNotLessImmediate],
        CmpOp::LtE => {
            [JumpIfLessEqual, JumpIfNotLessEqual, JumpIfLessEqualImmediate, JumpIfNotLessEqualImmediate]
        }
        CmpOp::Eq => [JumpIfEqual, JumpIfNotEqualTo, JumpIfEqualImmediate, JumpIfNotEqualToImmediate],
        CmpOp::NotEq => {
            [JumpIfNotEqual, JumpIfNotUnequal, JumpIfNotEqualImmediate, JumpIfNotUnequalImmediate]
        }
        CmpOp::Gt => [JumpIfGreater, JumpIfNotGreater, JumpIfGreaterImmediate, JumpIfNotGreaterImmediate],
        CmpOp::GtE => [
            JumpIfGreaterEqual,
            JumpIfNotGreaterEqual,
            JumpIfGreaterEqualImmediate,
            JumpIfNotGreaterEqualImmediate,
        ],
        CmpOp::Is | CmpOp::IsNot | CmpOp::In | CmpOp::NotIn => return None,
    })
}

impl<'a> Compiler<'a> {
    /// Jumps to `target` if the truth of the expression is `sense`.
    pub(crate) fn condition(&mut self, expression: &'a Expr, target: Label, sense: bool) -> Result<()> {
        if let Some(constant) = self.fold(expression) {
            self.note_literal(expression);
            self.check_literals()?;
            if constants::truth(&constant) == sense {
                self.at(expression.range());
                self.unit.emit_jump(Operation::Jump, 0, 0, target);
            }
            return Ok(());
        }
        match expression {
            Expr::UnaryOp(node) if node.op == UnaryOp::Not => self.condition(&node.operand, target, !sense),
            Expr::BoolOp(node) => {
                // `and` is decided by the first false value, `or` by the first true one.
                let decisive = node.op == BoolOp::Or;
                let Some((last, rest)) = node.values.split_last() else { return Ok(()) };
                if decisive == sense {
                    rest.iter().try_for_each(|value| self.condition(value, target, sense))?;
                    self.condition(last, target, sense)
                } else {
                    let skip = self.unit.new_label();
                    rest.iter().try_for_each(|value| self.condition(value, skip, decisive))?;
                    self.condition(last, target, sense)?;
                    self.unit.place(skip);
                    Ok(())
                }
            }
            Expr::If(node) => {
                let otherwise = self.unit.new_label();
                let end = self.unit.new_label();
                self.condition(&node.test, otherwise, false)?;
                self.condition(&node.body, target, sense)?;
                self.unit.emit_jump(Operation::Jump, 0, 0, end);
                self.unit.place(otherwise);
                self.condition(&node.orelse, target, sense)?;
                self.unit.place(end);
                Ok(())
            }
            Expr::Compare(node) => self.compare_and_jump(node, target, sense),
            Expr::Named(node) => {
                // The target's own register is tested.
                if let Expr::Name(name) = &*node.target
                    && let Some(register) = self.local_register(&name.id)
                {
                    self.evaluate(&node.value, register)?;
                    self.at(node.range);
                    self.truth_jump(register, target, sense);
                    return Ok(());
                }
                self.plain_condition(expression, target, sense)
            }
            _ => self.plain_condition(expression, target, sense),
        }
    }

    fn truth_jump(&mut self, register: u16, target: Label, sense: bool) {
        let operation = if sense { Operation::JumpIfTrue } else { Operation::JumpIfFalse };
        self.unit.emit_jump(operation, register, 0, target);
    }

    fn plain_condition(&mut self, expression: &'a Expr, target: Label, sense: bool) -> Result<()> {
        let mark = self.unit.mark();
        let value = self.operand(expression)?;
        self.at(expression.range());
        self.truth_jump(value, target, sense);
        self.unit.release(mark);
        Ok(())
    }

    fn compare_and_jump(&mut self, node: &'a ExprCompare, target: Label, sense: bool) -> Result<()> {
        self.warn_about_comparison(node);
        let mark = self.unit.mark();
        let skip = self.unit.new_label();
        let last = node.ops.len().saturating_sub(1);
        let mut left = self.operand(&node.left)?;
        for (index, (&operator, right_expression)) in node.ops.iter().zip(&node.comparators).enumerate() {
            // All but the last comparison leave as soon as they fail.
            let (label, jump_sense) = match (index < last, sense) {
                (true, true) => (skip, false),
                (true, false) => (target, false),
                (false, _) => (target, sense),
            };
            let is_none = |expression: &Expr| matches!(expression, Expr::NoneLiteral(_));
            match operator {
                CmpOp::Is | CmpOp::IsNot if index == last && is_none(right_expression) => {
                    self.at(node.range);
                    let jumps_if_none = (operator == CmpOp::Is) == jump_sense;
                    let operation =
                        if jumps_if_none { Operation::JumpIfNone } else { Operation::JumpIfNotNone };
                    self.unit.emit_jump(operation, left, 0, label);
                }
                CmpOp::Is | CmpOp::IsNot => {
                    let right = self.operand(right_expression)?;
                    self.at(node.range);
                    let jumps_if_same = (operator == CmpOp::Is) == jump_sense;
                    let operation = if jumps_if_same { Operation::JumpIfIs } else { Operation::JumpIfIsNot };
                    self.unit.emit_jump(operation, left, right, label);
                    left = right;
                }
                CmpOp::In | CmpOp::NotIn => {
                    let right = self.comparator(operator, right_expression)?;
                    let result = self.unit.take_register();
                    self.at(node.range);
                    let contains =
                        if operator == CmpOp::In { Operation::Contains } else { Operation::NotContains };
                    self.unit.emit(contains, result, left, right);
                    self.truth_jump(result, label, jump_sense);
                    left = right;
                }
                _ => {
                    let Some([if_true, if_not, if_true_immediate, if_not_immediate]) = fused(operator) else {
                        continue;
                    };
                    match self.small_integer(right_expression).filter(|_| index == last) {
                        Some(value) => {
                            self.at(node.range);
                            let operation = if jump_sense { if_true_immediate } else { if_not_immediate };
                            self.unit.emit_jump(operation, left, value as u16, label);
                        }
                        None => {
                            let right = self.operand(right_expression)?;
                            self.at(node.range);
                            self.unit.emit_jump(
                                if jump_sense { if_true } else { if_not },
                                left,
                                right,
                                label,
                            );
                            left = right;
                        }
                    }
                }
            }
        }
        self.unit.place(skip);
        self.unit.release(mark);
        Ok(())
    }
}
