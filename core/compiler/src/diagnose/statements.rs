//! Compound statements of sources that do not parse.
//!
//! Source: `compound_stmt` and the `invalid_*_stmt` rules of CPython's grammar.

use super::lexer::{Kind, Token};
use super::node::{NodeKind, TargetOf};
use super::{Parse, Parser, Stop};
use crate::error::ErrorKind;

impl Parser<'_> {
    /// A whole file.
    pub(super) fn file(&mut self) -> Parse<()> {
        while !self.eat_kind(Kind::End) {
            self.statement()?;
        }
        Ok(())
    }

    /// An interactive statement.
    pub(super) fn interactive(&mut self) -> Parse<()> {
        if self.eat_kind(Kind::End) {
            return Ok(());
        }
        self.statement()?;
        while self.eat_kind(Kind::Newline) {}
        Ok(())
    }

    /// An expression.
    pub(super) fn evaluation(&mut self) -> Parse<()> {
        self.expressions()?;
        while self.eat_kind(Kind::Newline) {}
        if self.kind() == Kind::End { Ok(()) } else { Err(Stop::Here) }
    }

    fn expressions(&mut self) -> Parse<()> {
        self.expression()?;
        while self.eat(",") {
            if self.alternative(Self::expression)?.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn statement(&mut self) -> Parse<()> {
        match self.word() {
            "if" => self.if_statement("if"),
            "while" => self.while_statement(),
            "for" => self.for_statement(),
            "try" => self.try_statement(),
            "with" => self.with_statement(),
            "def" => self.function(),
            "class" => self.class(),
            "@" => self.decorated(),
            "async" => {
                let next = self.token_at(self.at + 1);
                let next = self.text_of(next).to_owned();
                self.at += 1;
                match next.as_str() {
                    "def" => self.function(),
                    "with" => self.with_statement(),
                    "for" => self.for_statement(),
                    _ => {
                        self.token();
                        Err(Stop::Here)
                    }
                }
            }
            "match" => {
                let at = self.at;
                if let Some(()) = self.alternative(Self::match_statement)? {
                    return Ok(());
                }
                self.at = at;
                self.simple_statements()
            }
            _ => self.simple_statements(),
        }
    }

    /// `:` and a block; `what` is what the block belongs to, beginning at `start`.
    fn block(&mut self, start: Token, what: &str) -> Parse<()> {
        if !self.eat_kind(Kind::Newline) {
            return self.simple_statements();
        }
        if !self.eat_kind(Kind::Indent) {
            let line = self.line(start.start);
            self.token();
            return self.raise_here(
                ErrorKind::Indentation,
                format!("expected an indented block after {what} on line {line}"),
            );
        }
        while !self.eat_kind(Kind::Dedent) {
            if self.kind() == Kind::End {
                return Ok(());
            }
            self.statement()?;
        }
        Ok(())
    }

    /// A colon; its lack is named if the line ends.
    fn colon(&mut self) -> Parse<()> {
        if self.eat(":") {
            return Ok(());
        }
        if self.kind() == Kind::Newline {
            let newline = self.token();
            return self.fault_at(newline, "expected ':'");
        }
        Err(Stop::Here)
    }

    fn if_statement(&mut self, word: &str) -> Parse<()> {
        let start = self.expect(word)?;
        self.named_expression()?;
        self.colon()?;
        self.block(start, &format!("'{word}' statement"))?;
        if self.is("elif") {
            return self.if_statement("elif");
        }
        self.optional_else()
    }

    fn optional_else(&mut self) -> Parse<()> {
        let start = self.token();
        if self.eat("else") {
            self.force(":")?;
            self.block(start, "'else' statement")?;
            if self.is("elif") {
                let token = self.token();
                return self.fault_at(token, "'elif' block follows an 'else' block");
            }
        }
        Ok(())
    }

    fn while_statement(&mut self) -> Parse<()> {
        let start = self.expect("while")?;
        self.named_expression()?;
        self.colon()?;
        self.block(start, "'while' statement")?;
        self.optional_else()
    }

    fn for_statement(&mut self) -> Parse<()> {
        let start = self.expect("for")?;
        let at = self.at;
        // Targets may be anything here: what is not a target is named.
        match self.alternative(|parser| parser.iteration_targets(false))? {
            Some(()) => {}
            None => {
                self.at = at;
                return Err(Stop::Here);
            }
        }
        self.expect("in")?;
        self.star_expressions()?;
        self.colon()?;
        self.block(start, "'for' statement")?;
        self.optional_else()
    }

    fn with_statement(&mut self) -> Parse<()> {
        let start = self.expect("with")?;
        let at = self.at;
        let furthest = self.furthest;
        if self.is("(") {
            // Parenthesised items, if a colon follows them.
            if let Some(()) = self.attempt(Self::parenthesized_items)
                && (self.is(":") || self.kind() == Kind::Newline)
            {
                self.colon()?;
                return self.block(start, "'with' statement");
            }
            self.at = at;
            let reached = self.furthest;
            self.furthest = furthest;
            if self.attempt(Self::with_items).is_none() || !self.is(":") {
                self.at = at;
                self.furthest = reached.max(furthest);
                if let Some(()) = self.alternative(Self::parenthesized_items)?
                    && self.kind() == Kind::Newline
                {
                    self.colon()?;
                }
            }
            self.at = at;
        }
        self.with_items()?;
        self.colon()?;
        self.block(start, "'with' statement")
    }

    fn parenthesized_items(&mut self) -> Parse<()> {
        self.expect("(")?;
        loop {
            self.with_item()?;
            if !self.eat(",") || self.is(")") {
                break;
            }
        }
        self.expect(")")?;
        Ok(())
    }

    fn with_items(&mut self) -> Parse<()> {
        loop {
            self.with_item()?;
            if !self.eat(",") {
                return Ok(());
            }
        }
    }

    fn with_item(&mut self) -> Parse<()> {
        self.expression()?;
        if self.eat("as") {
            let at = self.at;
            let target = if self.is("*") { self.star_named_expression()? } else { self.expression()? };
            if self.is_any(&[",", ")", ":"]) {
                if let Some(invalid) = target.invalid_target(TargetOf::Assignment) {
                    return self.fault_of(invalid, format!("cannot assign to {}", invalid.name()));
                }
                if target.kind == NodeKind::Starred {
                    self.at = at;
                    return Err(Stop::Here);
                }
            }
        }
        Ok(())
    }

    fn try_statement(&mut self) -> Parse<()> {
        let start = self.expect("try")?;
        self.force(":")?;
        self.block(start, "'try' statement")?;
        let mut star: Option<bool> = None;
        let mut handled = false;
        while self.is("except") {
            let except = self.token();
            self.at += 1;
            let is_star = self.eat("*");
            if star.is_some_and(|star| star != is_star) {
                let end = self.token_at(self.at - 1).end;
                return self.fault(
                    except.start,
                    end,
                    "cannot have both 'except' and 'except*' on the same 'try'",
                );
            }
            star = Some(is_star);
            handled = true;
            self.except_clause(except, is_star)?;
        }
        if handled {
            self.optional_else()?;
        }
        let start = self.token();
        if self.eat("finally") {
            self.force(":")?;
            return self.block(start, "'finally' statement");
        }
        if !handled {
            return self.fault_here("expected 'except' or 'finally' block");
        }
        Ok(())
    }

    fn except_clause(&mut self, except: Token, is_star: bool) -> Parse<()> {
        let what = if is_star { "'except*' statement" } else { "'except' statement" };
        if is_star && (self.is(":") || self.kind() == Kind::Newline) {
            return self.fault_here("expected one or more exception types");
        }
        if self.is(":") || self.kind() == Kind::Newline {
            self.colon()?;
            return self.block(except, what);
        }
        let first = self.expression()?;
        let mut several = false;
        let mut end = first.end;
        while self.eat(",") {
            several = true;
            match self.alternative(Self::expression)? {
                Some(next) => end = next.end,
                None => break,
            }
        }
        if self.eat("as") {
            let target = self.alternative(Self::expression)?;
            let Some(target) = target else { return Err(Stop::Here) };
            if self.is(":") || self.kind() == Kind::Newline {
                if several && target.kind == NodeKind::Name {
                    let _ = end;
                    return self.fault(
                        first.start,
                        self.token_at(self.at - 1).end,
                        "multiple exception types must be parenthesized when using 'as'",
                    );
                }
                if target.kind != NodeKind::Name {
                    let word = if is_star { "except*" } else { "except" };
                    return self
                        .fault_of(&target, format!("cannot use {word} statement with {}", target.name()));
                }
            }
        }
        self.colon()?;
        self.block(except, what)
    }

    fn function(&mut self) -> Parse<()> {
        let start = self.expect("def")?;
        self.identifier()?;
        if self.is("[") {
            self.type_parameters()?;
        }
        self.force("(")?;
        self.parameters(false)?;
        self.expect(")")?;
        if self.is("->") {
            let returns = self.alternative(|parser| {
                parser.at += 1;
                parser.expression()
            })?;
            if returns.is_none() {
                let arrow = self.token_at(self.at);
                return self.fault_at(arrow, "expected ':'");
            }
        }
        self.force(":")?;
        self.block(start, "function definition")
    }

    fn class(&mut self) -> Parse<()> {
        let start = self.expect("class")?;
        self.identifier()?;
        if self.is("[") {
            self.type_parameters()?;
        }
        if self.is("(") {
            self.at += 1;
            self.arguments(false)?;
            self.expect(")")?;
        }
        self.colon()?;
        self.block(start, "class definition")
    }

    fn decorated(&mut self) -> Parse<()> {
        while self.eat("@") {
            self.named_expression()?;
            if !self.eat_kind(Kind::Newline) {
                return Err(Stop::Here);
            }
        }
        match self.word() {
            "def" => self.function(),
            "class" => self.class(),
            "async" => {
                self.at += 1;
                self.function()
            }
            _ => Err(Stop::Here),
        }
    }

    fn match_statement(&mut self) -> Parse<()> {
        let start = self.expect("match")?;
        let first = self.star_named_expression()?;
        let mut several = first.kind == NodeKind::Starred;
        while self.eat(",") {
            several = true;
            if self.alternative(Self::star_named_expression)?.is_none() {
                break;
            }
        }
        let _ = several;
        if self.kind() == Kind::Newline {
            // A name followed by an operand is a subject without its colon.
            return self.fault_at(self.token_at(self.at), "expected ':'");
        }
        self.expect(":")?;
        if !self.eat_kind(Kind::Newline) {
            return Err(Stop::Here);
        }
        if !self.eat_kind(Kind::Indent) {
            let line = self.line(start.start);
            self.token();
            return self.raise_here(
                ErrorKind::Indentation,
                format!("expected an indented block after 'match' statement on line {line}"),
            );
        }
        if !self.is("case") {
            return Err(Stop::Here);
        }
        while !self.eat_kind(Kind::Dedent) {
            if self.kind() == Kind::End {
                return Ok(());
            }
            let start = self.expect("case")?;
            self.patterns()?;
            if self.eat("if") {
                self.named_expression()?;
            }
            self.colon()?;
            self.block(start, "'case' statement")?;
        }
        Ok(())
    }
}
