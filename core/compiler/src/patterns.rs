//! `match` statements.
//!
//! Invariant: names are bound only when the whole pattern has matched: captures go to temporaries first. A failed pattern jumps
//! to the next case. Source: `codegen_pattern` and its kin in CPython's Python/codegen.c; PEP 634.

use ruff_python_ast::name::Name;
use ruff_python_ast::{
    Expr, Identifier, Pattern, PatternMatchClass, PatternMatchMapping, PatternMatchOr, Singleton, StmtMatch,
};
use ruff_text_size::{Ranged, TextRange};
use threadsnake_bytecode::{Constant, Operation, Text};

use crate::compiler::Compiler;
use crate::error::Result;
use crate::unit::{Label, Register};

/// Names captured so far, with the registers of their values.
type Captures<'a> = Vec<(&'a Name, Register)>;

/// Whether a pattern always matches; with a name if it captures.
fn is_irrefutable(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::MatchAs(node) => node.pattern.as_ref().is_none_or(|inner| is_irrefutable(inner)),
        Pattern::MatchOr(node) => node.patterns.iter().any(is_irrefutable),
        _ => false,
    }
}

impl<'a> Compiler<'a> {
    /// `match`
    pub(crate) fn match_statement(&mut self, node: &'a StmtMatch) -> Result<()> {
        let subject = self.unit.take_register();
        self.evaluate(&node.subject, subject)?;
        let end = self.unit.new_label();
        let count = node.cases.len();
        for (index, case) in node.cases.iter().enumerate() {
            if index + 1 < count && case.guard.is_none() && is_irrefutable(&case.pattern) {
                return self.unreachable_pattern(&case.pattern);
            }
            let next = self.unit.new_label();
            let mark = self.unit.mark();
            let mut captures = Captures::new();
            self.at(case.pattern.range());
            self.pattern(&case.pattern, subject, next, &mut captures)?;
            self.at(case.pattern.range());
            for (name, register) in captures {
                self.store_name(name, register);
            }
            self.unit.release(mark);
            if let Some(guard) = &case.guard {
                self.condition(guard, next, false)?;
            }
            self.statements(&case.body)?;
            if self.unit.is_reachable() {
                self.unit.emit_jump(Operation::Jump, 0, 0, end);
            }
            self.unit.place(next);
        }
        self.unit.place(end);
        Ok(())
    }

    fn unreachable_pattern(&self, pattern: &Pattern) -> Result<()> {
        match pattern {
            Pattern::MatchAs(node) if node.pattern.is_none() => match &node.name {
                Some(name) => self.error(
                    node.range,
                    format!("name capture '{}' makes remaining patterns unreachable", name.id),
                ),
                None => self.error(node.range, "wildcard makes remaining patterns unreachable"),
            },
            Pattern::MatchAs(node) => match &node.pattern {
                Some(inner) => self.unreachable_pattern(inner),
                None => Ok(()),
            },
            Pattern::MatchOr(node) => match node.patterns.iter().find(|pattern| is_irrefutable(pattern)) {
                Some(inner) => self.unreachable_pattern(inner),
                None => Ok(()),
            },
            other => self.error(other.range(), "pattern makes remaining patterns unreachable"),
        }
    }

    fn capture(
        &self,
        name: &'a Identifier,
        range: TextRange,
        value: Register,
        captures: &mut Captures<'a>,
    ) -> Result<()> {
        if captures.iter().any(|(other, _)| *other == &name.id) {
            return self.error(range, format!("multiple assignments to name '{}' in pattern", name.id));
        }
        captures.push((&name.id, value));
        Ok(())
    }

    /// Matches `subject`; on failure jumps to `fail`. Registers taken for captures stay taken.
    fn pattern(
        &mut self,
        pattern: &'a Pattern,
        subject: Register,
        fail: Label,
        captures: &mut Captures<'a>,
    ) -> Result<()> {
        match pattern {
            Pattern::MatchValue(node) => {
                let mark = self.unit.mark();
                if !is_value_pattern(&node.value) {
                    return self.error(node.range, "patterns may only match literals and attribute lookups");
                }
                match self.small_integer(&node.value) {
                    Some(value) => {
                        self.at(node.range);
                        self.unit.emit_jump(
                            Operation::JumpIfNotEqualToImmediate,
                            subject,
                            value as u16,
                            fail,
                        );
                    }
                    None => {
                        let value = self.operand(&node.value)?;
                        self.at(node.range);
                        self.unit.emit_jump(Operation::JumpIfNotEqualTo, subject, value, fail);
                    }
                }
                self.unit.release(mark);
                Ok(())
            }
            Pattern::MatchSingleton(node) => {
                self.at(node.range);
                let mark = self.unit.mark();
                let constant = match node.value {
                    Singleton::None => {
                        self.unit.emit_jump(Operation::JumpIfNotNone, subject, 0, fail);
                        return Ok(());
                    }
                    Singleton::True => Constant::True,
                    Singleton::False => Constant::False,
                };
                let value = self.unit.take_register();
                self.load_constant(constant, value);
                self.unit.emit_jump(Operation::JumpIfIsNot, subject, value, fail);
                self.unit.release(mark);
                Ok(())
            }
            Pattern::MatchSequence(node) => {
                self.sequence_pattern(&node.patterns, node.range, subject, fail, captures)
            }
            Pattern::MatchMapping(node) => self.mapping_pattern(node, subject, fail, captures),
            Pattern::MatchClass(node) => self.class_pattern(node, subject, fail, captures),
            Pattern::MatchStar(node) => {
                self.error(node.range, "can't use starred name here (consider moving to list or tuple)")
            }
            Pattern::MatchAs(node) => {
                if let Some(inner) = &node.pattern {
                    self.pattern(inner, subject, fail, captures)?;
                }
                match &node.name {
                    Some(name) => self.capture(name, node.range, subject, captures),
                    None => Ok(()),
                }
            }
            Pattern::MatchOr(node) => self.or_pattern(node, subject, fail, captures),
        }
    }

    fn sequence_pattern(
        &mut self,
        patterns: &'a [Pattern],
        range: TextRange,
        subject: Register,
        fail: Label,
        captures: &mut Captures<'a>,
    ) -> Result<()> {
        let mut stars =
            patterns.iter().enumerate().filter(|(_, pattern)| matches!(pattern, Pattern::MatchStar(_)));
        let star = stars.next().map(|(index, _)| index);
        if stars.next().is_some() {
            return self.error(range, "multiple starred names in sequence pattern");
        }
        self.at(range);
        let test = self.unit.take_register();
        self.unit.emit(Operation::MatchSequence, test, subject, 0);
        self.unit.emit_jump(Operation::JumpIfFalse, test, 0, fail);
        let fixed = patterns.len() - usize::from(star.is_some());
        let short_length = i16::try_from(fixed).ok();
        let needs_length = star.is_none() || fixed > 0;
        if needs_length {
            self.unit.emit(Operation::GetLength, test, subject, 0);
            match (short_length, star) {
                (Some(length), None) => {
                    self.unit.emit_jump(Operation::JumpIfNotEqualToImmediate, test, length as u16, fail);
                }
                (Some(length), Some(_)) => {
                    self.unit.emit_jump(Operation::JumpIfNotGreaterEqualImmediate, test, length as u16, fail);
                }
                (None, _) => return self.error(range, "too many sub-patterns in sequence pattern"),
            }
        }
        let wildcard = |pattern: &Pattern| matches!(pattern, Pattern::MatchAs(node) if node.pattern.is_none() && node.name.is_none());
        let ignored = |pattern: &Pattern| {
            wildcard(pattern) || matches!(pattern, Pattern::MatchStar(node) if node.name.is_none())
        };
        if patterns.iter().all(ignored) {
            return Ok(());
        }
        let first = self.unit.take_registers(patterns.len());
        if let Some(star) = star
            && patterns.get(star).is_some_and(ignored)
        {
            // Nobody wants the middle: single items are asked for, as the middle may be long.
            for (index, pattern) in patterns.iter().enumerate().filter(|(_, pattern)| !ignored(pattern)) {
                let register = first.saturating_add(index as u16);
                if index < star {
                    self.unit.emit(Operation::LoadSubscriptImmediate, register, subject, index as u16);
                } else {
                    let from_end = (patterns.len() - index) as u16;
                    self.unit.emit(Operation::GetLength, test, subject, 0);
                    self.unit.emit(Operation::SubtractImmediate, test, test, from_end);
                    self.unit.emit(Operation::LoadSubscript, register, subject, test);
                }
                self.pattern(pattern, register, fail, captures)?;
                self.at(range);
            }
            return Ok(());
        }
        match star {
            None => self.unit.emit(Operation::UnpackSequence, first, subject, patterns.len() as u16),
            Some(star) => {
                let after = (patterns.len() - star - 1) as u16;
                self.unit.emit_extra(Operation::UnpackExtended, first, subject, star as u16, after, 0);
            }
        }
        for (index, pattern) in patterns.iter().enumerate() {
            let register = first.saturating_add(index as u16);
            match pattern {
                Pattern::MatchStar(node) => {
                    if let Some(name) = &node.name {
                        self.capture(name, node.range, register, captures)?;
                    }
                }
                other => self.pattern(other, register, fail, captures)?,
            }
        }
        Ok(())
    }

    fn mapping_pattern(
        &mut self,
        node: &'a PatternMatchMapping,
        subject: Register,
        fail: Label,
        captures: &mut Captures<'a>,
    ) -> Result<()> {
        self.at(node.range);
        let test = self.unit.take_register();
        self.unit.emit(Operation::MatchMapping, test, subject, 0);
        self.unit.emit_jump(Operation::JumpIfFalse, test, 0, fail);
        if node.keys.is_empty() && node.rest.is_none() {
            return Ok(());
        }
        let length = i16::try_from(node.keys.len()).unwrap_or(i16::MAX);
        if length > 0 {
            self.unit.emit(Operation::GetLength, test, subject, 0);
            self.unit.emit_jump(Operation::JumpIfNotGreaterEqualImmediate, test, length as u16, fail);
        }
        let mut seen = Vec::new();
        for key in &node.keys {
            if !is_value_pattern(key) {
                return self.error(
                    key.range(),
                    "mapping pattern keys may only match literals and attribute lookups",
                );
            }
            if let Some(constant) = self.fold(key) {
                let identity = crate::constants::equality_key(&constant);
                if seen.contains(&identity) {
                    let text = crate::constants::representation(&constant);
                    return self.error(node.range, format!("mapping pattern checks duplicate key ({text})"));
                }
                seen.push(identity);
            }
        }
        let pair = self.unit.take_registers(2);
        let (keys, values) = (pair, pair.saturating_add(1));
        let constant = node.keys.iter().map(|key| self.fold(key)).collect::<Option<Vec<_>>>();
        match constant {
            Some(items) => self.load_constant(Constant::Tuple(items), keys),
            None => {
                let mark = self.unit.mark();
                let first = self.evaluate_in_row(&node.keys)?;
                self.at(node.range);
                self.unit.emit(Operation::BuildTuple, keys, first, node.keys.len() as u16);
                self.unit.release(mark);
            }
        }
        self.unit.emit(Operation::MatchKeys, values, subject, keys);
        self.unit.emit_jump(Operation::JumpIfNone, values, 0, fail);
        if let Some(rest) = &node.rest {
            let register = self.unit.take_register();
            self.unit.emit(Operation::DictWithoutKeys, register, subject, keys);
            self.capture(rest, node.range, register, captures)?;
        }
        if !node.patterns.is_empty() {
            let first = self.unit.take_registers(node.patterns.len());
            self.unit.emit(Operation::UnpackSequence, first, values, node.patterns.len() as u16);
            for (index, pattern) in node.patterns.iter().enumerate() {
                self.pattern(pattern, first.saturating_add(index as u16), fail, captures)?;
            }
        }
        Ok(())
    }

    fn class_pattern(
        &mut self,
        node: &'a PatternMatchClass,
        subject: Register,
        fail: Label,
        captures: &mut Captures<'a>,
    ) -> Result<()> {
        let keywords = &node.arguments.keywords;
        for (index, keyword) in keywords.iter().enumerate() {
            if keywords.iter().take(index).any(|other| other.attr.id == keyword.attr.id) {
                return self.error(
                    keyword.pattern.range(),
                    format!("attribute name repeated in class pattern: {}", keyword.attr.id),
                );
            }
        }
        let row = self.unit.take_registers(3);
        self.unit.emit(Operation::Move, row, subject, 0);
        self.evaluate(&node.cls, row.saturating_add(1))?;
        let names =
            keywords.iter().map(|keyword| Constant::Text(Text::from(keyword.attr.as_str()))).collect();
        self.at(node.range);
        self.load_constant(Constant::Tuple(names), row.saturating_add(2));
        let positional = node.arguments.patterns.len();
        let count = self.unit.short(positional as u32, "too many sub-patterns in class pattern");
        self.unit.emit(Operation::MatchClass, row, row, count);
        self.unit.emit_jump(Operation::JumpIfNone, row, 0, fail);
        let total = positional + keywords.len();
        if total == 0 {
            return Ok(());
        }
        let first = self.unit.take_registers(total);
        self.unit.emit(Operation::UnpackSequence, first, row, total as u16);
        let patterns = node.arguments.patterns.iter().chain(keywords.iter().map(|keyword| &keyword.pattern));
        for (index, pattern) in patterns.enumerate() {
            self.pattern(pattern, first.saturating_add(index as u16), fail, captures)?;
        }
        Ok(())
    }

    fn or_pattern(
        &mut self,
        node: &'a PatternMatchOr,
        subject: Register,
        fail: Label,
        captures: &mut Captures<'a>,
    ) -> Result<()> {
        let done = self.unit.new_label();
        // All alternatives leave their captures in the registers of the first one's, by name.
        let mut shared: Option<Captures<'a>> = None;
        let last = node.patterns.len().saturating_sub(1);
        for (index, pattern) in node.patterns.iter().enumerate() {
            if index < last && is_irrefutable(pattern) {
                return self.unreachable_pattern(pattern);
            }
            let next = if index < last { self.unit.new_label() } else { fail };
            let mut own = captures.clone();
            let before = own.len();
            self.pattern(pattern, subject, next, &mut own)?;
            let own = own.split_off(before);
            match &shared {
                None => {
                    let mut registers = Captures::new();
                    for (name, value) in own {
                        let register = self.unit.take_register();
                        self.unit.emit(Operation::Move, register, value, 0);
                        registers.push((name, register));
                    }
                    shared = Some(registers);
                }
                Some(shared) => {
                    let same = own.len() == shared.len()
                        && own.iter().all(|(name, _)| shared.iter().any(|(other, _)| other == name));
                    if !same {
                        return self.error(node.range, "alternative patterns bind different names");
                    }
                    for (name, value) in own {
                        if let Some((_, register)) = shared.iter().find(|(other, _)| *other == name) {
                            self.unit.emit(Operation::Move, *register, value, 0);
                        }
                    }
                }
            }
            if index < last {
                self.unit.emit_jump(Operation::Jump, 0, 0, done);
                self.unit.place(next);
            }
        }
        self.unit.place(done);
        captures.extend(shared.unwrap_or_default());
        Ok(())
    }
}

/// Literals, signed and complex numbers, and dotted names.
fn is_value_pattern(expression: &Expr) -> bool {
    match expression {
        Expr::NumberLiteral(_)
        | Expr::StringLiteral(_)
        | Expr::BytesLiteral(_)
        | Expr::IpyEscapeCommand(_)
        | Expr::NoneLiteral(_)
        | Expr::BooleanLiteral(_) => true,
        Expr::Attribute(node) => matches!(&*node.value, Expr::Name(_)) || is_value_pattern(&node.value),
        Expr::UnaryOp(node) => matches!(&*node.operand, Expr::NumberLiteral(_)),
        Expr::BinOp(node) => is_value_pattern(&node.left) && is_value_pattern(&node.right),
        _ => false,
    }
}
