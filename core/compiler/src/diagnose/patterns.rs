//! Patterns of `match` statements that do not parse.
//!
//! Source: the pattern rules, `invalid_as_pattern`, `invalid_class_pattern` of CPython's grammar.

use super::lexer::{Kind, Token};
use super::node::NodeKind;
use super::{Parse, Parser, Stop};

impl Parser<'_> {
    /// The patterns of a `case`.
    pub(super) fn patterns(&mut self) -> Parse<()> {
        self.maybe_star_pattern()?;
        while self.eat(",") {
            if self.is_any(&[":", "if"]) {
                break;
            }
            self.maybe_star_pattern()?;
        }
        Ok(())
    }

    fn maybe_star_pattern(&mut self) -> Parse<()> {
        if self.eat("*") {
            self.identifier()?;
            return Ok(());
        }
        self.pattern()
    }

    fn pattern(&mut self) -> Parse<()> {
        self.descend()?;
        self.closed_pattern()?;
        while self.eat("|") {
            self.closed_pattern()?;
        }
        if self.eat("as") {
            let token = self.token();
            if self.is("_") {
                return self.fault_at(token, "cannot use '_' as a target");
            }
            let next = self.token_at(self.at + 1);
            let ends = matches!(self.text_of(next), "," | ")" | "]" | "}" | ":" | "if" | "|")
                || next.kind == Kind::Newline;
            if self.is_identifier() && (ends || !matches!(self.text_of(next), "." | "(" | "[")) {
                self.at += 1;
            } else {
                let target = self.expression()?;
                return self.fault_of(&target, format!("cannot use {} as pattern target", target.name()));
            }
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    fn closed_pattern(&mut self) -> Parse<()> {
        let token = self.token();
        match token.kind {
            Kind::String | Kind::FormatStart => {
                let node = self.atom()?;
                if node.kind == NodeKind::FormattedString {
                    return self.fault_of(&node, "patterns may only match literals and attribute lookups");
                }
                Ok(())
            }
            Kind::Number => self.number_pattern(),
            Kind::Name => {
                if self.is_any(&["None", "True", "False"]) {
                    self.at += 1;
                    return Ok(());
                }
                self.identifier()?;
                while self.eat(".") {
                    self.identifier()?;
                }
                if self.is("(") { self.class_pattern() } else { Ok(()) }
            }
            Kind::Operator => match self.text_of(token) {
                "-" => self.number_pattern(),
                "(" | "[" => {
                    let close = if self.is("(") { ")" } else { "]" };
                    self.at += 1;
                    while !self.is(close) {
                        self.maybe_star_pattern()?;
                        if !self.eat(",") {
                            break;
                        }
                    }
                    self.expect(close)?;
                    Ok(())
                }
                "{" => self.mapping_pattern(),
                _ => Err(Stop::Here),
            },
            _ => Err(Stop::Here),
        }
    }

    fn is_imaginary(&self, token: Token) -> bool {
        self.text_of(token).ends_with(['j', 'J'])
    }

    fn number_pattern(&mut self) -> Parse<()> {
        self.eat("-");
        let real = self.token();
        if !self.eat_kind(Kind::Number) {
            return Err(Stop::Here);
        }
        if self.is_any(&["+", "-"]) {
            self.at += 1;
            let imaginary = self.token();
            if !self.eat_kind(Kind::Number) {
                return Err(Stop::Here);
            }
            if self.is_imaginary(real) {
                return self.fault_at(real, "real number required in complex literal");
            }
            if !self.is_imaginary(imaginary) {
                return self.fault_at(imaginary, "imaginary number required in complex literal");
            }
        }
        Ok(())
    }

    fn mapping_pattern(&mut self) -> Parse<()> {
        self.expect("{")?;
        while !self.is("}") {
            if self.eat("**") {
                if self.is("_") {
                    return Err(Stop::Here);
                }
                self.identifier()?;
                self.eat(",");
                break;
            }
            let token = self.token();
            match token.kind {
                Kind::Number => self.number_pattern()?,
                Kind::String | Kind::FormatStart => {
                    self.atom()?;
                }
                _ if self.is("-") => self.number_pattern()?,
                _ if self.is_any(&["None", "True", "False"]) => self.at += 1,
                _ => {
                    self.identifier()?;
                    self.expect(".")?;
                    self.identifier()?;
                    while self.eat(".") {
                        self.identifier()?;
                    }
                }
            }
            self.expect(":")?;
            self.pattern()?;
            if !self.eat(",") {
                break;
            }
        }
        self.expect("}")?;
        Ok(())
    }

    fn class_pattern(&mut self) -> Parse<()> {
        self.expect("(")?;
        let mut keyword = false;
        let mut misplaced: Option<(usize, usize)> = None;
        while !self.is(")") {
            let token = self.token();
            if self.is_identifier() && self.text_of(self.token_at(self.at + 1)) == "=" {
                if misplaced.is_some() {
                    break;
                }
                self.at += 2;
                self.pattern()?;
                keyword = true;
            } else {
                self.pattern()?;
                if keyword {
                    let end = self.token_at(self.at - 1).end;
                    misplaced = Some((misplaced.map_or(token.start, |(start, _)| start), end));
                }
            }
            if !self.eat(",") {
                break;
            }
        }
        if let Some((start, end)) = misplaced {
            return self.fault(start, end, "positional patterns follow keyword patterns");
        }
        self.expect(")")?;
        Ok(())
    }
}
