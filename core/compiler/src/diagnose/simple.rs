//! Simple statements of sources that do not parse.
//!
//! Source: `simple_stmt`, `assignment`, `invalid_assignment`, `invalid_ann_assign_target`, `invalid_del_stmt`, `invalid_import`,
//! `invalid_import_from_targets` of CPython's grammar.

use super::lexer::Kind;
use super::node::{Node, NodeKind, TargetOf};
use super::{Parse, Parser, Stop};

const AUGMENTED: &[&str] =
    &["+=", "-=", "*=", "@=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "**=", "//="];

impl Parser<'_> {
    /// Simple statements on one line.
    pub(super) fn simple_statements(&mut self) -> Parse<()> {
        loop {
            self.simple_statement()?;
            if self.eat(";") {
                if self.eat_kind(Kind::Newline) {
                    return Ok(());
                }
                continue;
            }
            if self.eat_kind(Kind::Newline) {
                return Ok(());
            }
            return Err(Stop::Here);
        }
    }

    fn simple_statement(&mut self) -> Parse<()> {
        match self.word() {
            "return" => {
                self.at += 1;
                self.optional_expressions()
            }
            "import" => self.import(),
            "from" => self.import_from(),
            "raise" => {
                self.at += 1;
                if self.kind() == Kind::Newline || self.is(";") {
                    return Ok(());
                }
                self.expression()?;
                if self.eat("from") {
                    self.expression()?;
                }
                Ok(())
            }
            "pass" | "break" | "continue" => {
                self.at += 1;
                Ok(())
            }
            "del" => self.deletion(),
            "yield" => self.assignment_or_expression(),
            "assert" => {
                self.at += 1;
                self.expression()?;
                if self.eat(",") {
                    self.expression()?;
                }
                Ok(())
            }
            "global" | "nonlocal" => {
                self.at += 1;
                self.identifier()?;
                while self.eat(",") {
                    self.identifier()?;
                }
                Ok(())
            }
            "type" => {
                if let Some(()) = self.alternative(Self::type_alias)? {
                    return Ok(());
                }
                self.assignment_or_expression()
            }
            _ => self.assignment_or_expression(),
        }
    }

    fn type_alias(&mut self) -> Parse<()> {
        self.expect("type")?;
        self.identifier()?;
        if self.is("[") {
            self.type_parameters()?;
        }
        self.expect("=")?;
        self.expression()?;
        Ok(())
    }

    fn optional_expressions(&mut self) -> Parse<()> {
        if self.kind() == Kind::Newline || self.is(";") {
            return Ok(());
        }
        self.star_expressions()?;
        Ok(())
    }

    fn deletion(&mut self) -> Parse<()> {
        self.expect("del")?;
        let targets = self.star_expressions()?;
        if let Some(invalid) = targets.invalid_target(TargetOf::Deletion) {
            return self.fault_of(invalid, format!("cannot delete {}", invalid.name()));
        }
        Ok(())
    }

    fn dotted_name(&mut self) -> Parse<()> {
        self.identifier()?;
        while self.eat(".") {
            self.identifier()?;
        }
        Ok(())
    }

    fn alias_target(&mut self) -> Parse<()> {
        if !self.eat("as") {
            return Ok(());
        }
        let next = self.token_at(self.at + 1);
        let ends = matches!(self.text_of(next), "," | ")" | ";") || next.kind == Kind::Newline;
        if self.is_identifier() && ends {
            self.at += 1;
            return Ok(());
        }
        let target = self.expression()?;
        self.fault_of(&target, format!("cannot use {} as import target", target.name()))
    }

    fn import(&mut self) -> Parse<()> {
        let word = self.expect("import")?;
        if self.kind() == Kind::Newline {
            let newline = self.token();
            return self.fault_from(newline, "Expected one or more names after 'import'");
        }
        loop {
            self.dotted_name()?;
            self.alias_target()?;
            if !self.eat(",") {
                break;
            }
        }
        if self.is("from") {
            self.at += 1;
            let named = self.alternative(Self::dotted_name)?.is_some();
            if named {
                return self.fault_from(word, "Did you mean to use 'from ... import ...' instead?");
            }
            self.at -= 1;
            return Err(Stop::Here);
        }
        Ok(())
    }

    fn import_from(&mut self) -> Parse<()> {
        self.expect("from")?;
        let mut dots = false;
        while self.eat(".") || self.eat("...") {
            dots = true;
        }
        if !(dots && self.is("import")) {
            self.dotted_name()?;
        }
        self.expect("import")?;
        if self.eat("*") {
            return Ok(());
        }
        if self.kind() == Kind::Newline {
            let newline = self.token();
            return self.fault_from(newline, "Expected one or more names after 'import'");
        }
        let parenthesized = self.eat("(");
        loop {
            self.identifier()?;
            self.alias_target()?;
            if !self.eat(",") {
                break;
            }
            if parenthesized && self.is(")") {
                break;
            }
            if !parenthesized && self.kind() == Kind::Newline {
                let newline = self.token();
                return self.fault_at(newline, "trailing comma not allowed without surrounding parentheses");
            }
        }
        if parenthesized {
            self.expect(")")?;
        }
        Ok(())
    }

    fn assignment_or_expression(&mut self) -> Parse<()> {
        let first = self.right_side()?;
        if self.is("=") {
            return self.assignment(first);
        }
        if self.is(":") {
            return self.annotation(&first);
        }
        if self.is_any(AUGMENTED) {
            self.at += 1;
            let value = self.alternative(Self::right_side)?;
            if !(first.is_single_target()) {
                if value.is_none() {
                    return Err(Stop::Here);
                }
                return self.fault_of(
                    &first,
                    format!("'{}' is an illegal expression for augmented assignment", first.name()),
                );
            }
            return if value.is_some() { Ok(()) } else { Err(Stop::Here) };
        }
        if self.is(":=") && first.kind != NodeKind::Yield {
            // Only the element before the operator is looked at, as a named expression.
            let element = match first.kind {
                NodeKind::Tuple if !first.grouped => return Err(Stop::Here),
                _ => &first,
            };
            if element.kind != NodeKind::Name {
                let has_value = self.look(|parser| {
                    parser.at += 1;
                    parser.attempt(Self::expression).is_some()
                });
                if has_value {
                    return self.fault_of(
                        element,
                        format!("cannot use assignment expressions with {}", element.name()),
                    );
                }
            }
            return Err(Stop::Here);
        }
        Ok(())
    }

    fn is_open_tuple(&self, node: &Node) -> bool {
        node.kind == NodeKind::Tuple
            && (!self.text.get(node.start..).is_some_and(|text| text.starts_with('('))
                || node.parts.first().is_some_and(|part| part.start == node.start))
    }

    fn assignment(&mut self, first: Node) -> Parse<()> {
        let is_valid = |node: &Node| {
            node.kind != NodeKind::Yield
                && node.invalid_target(TargetOf::Assignment).is_none()
                && !(node.kind == NodeKind::Starred)
        };
        if !is_valid(&first) && !self.is_open_tuple(&first) && first.kind != NodeKind::Starred {
            self.assignment_in_expression(&first)?;
        }
        let mut targets = vec![first];
        while self.eat("=") {
            let value = self.right_side()?;
            targets.push(value);
        }
        targets.pop();
        for target in &targets {
            if target.kind == NodeKind::Yield {
                return self.fault_of(target, "assignment to yield expression not possible");
            }
            if let Some(invalid) = target.invalid_target(TargetOf::Assignment) {
                return self.fault_of(invalid, format!("cannot assign to {}", invalid.name()));
            }
        }
        Ok(())
    }

    fn annotation(&mut self, target: &Node) -> Parse<()> {
        self.expect(":")?;
        let annotated = self.alternative(Self::expression)?;
        match target.kind {
            _ if annotated.is_none() => return Err(Stop::Here),
            NodeKind::List => return self.fault_of(target, "only single target (not list) can be annotated"),
            NodeKind::Tuple => {
                let shown =
                    if self.is_open_tuple(target) { target.parts.first().unwrap_or(target) } else { target };
                return self.fault_of(shown, "only single target (not tuple) can be annotated");
            }
            NodeKind::Name | NodeKind::Attribute | NodeKind::Subscript => {}
            _ => return self.fault_of(target, "illegal target for annotation"),
        }
        if self.eat("=") {
            self.right_side()?;
        }
        Ok(())
    }
}
