//! Call arguments of sources that do not parse.
//!
//! Source: `args`, `invalid_arguments`, `invalid_kwarg`, `invalid_starred_expression` of CPython's grammar.

use super::node::{Node, NodeKind};
use super::{Parse, Parser, Stop};

/// What kinds of argument came before.
#[derive(Default)]
struct Before {
    keyword: bool,
    double_star: bool,
    last_was_double_star: bool,
    count: usize,
}

impl Parser<'_> {
    /// `(arguments)` of a call; the offset of its end.
    pub(super) fn call_arguments(&mut self) -> Parse<usize> {
        self.expect("(")?;
        self.arguments(true)?;
        Ok(self.expect(")")?.end)
    }

    /// Arguments up to a closing parenthesis.
    pub(super) fn arguments(&mut self, generator: bool) -> Parse<()> {
        let mut before = Before::default();
        let mut first: Option<Node> = None;
        while !self.is(")") {
            let argument = self.argument(&mut before)?;
            if self.is_any(&["for", "async"])
                && let Some(argument) = &argument
            {
                // A generator expression without parentheses must be the only argument.
                let at = self.at;
                self.for_clauses()?;
                let end = self.token_at(self.at - 1).end;
                let alone = before.count == 1 && self.is(")") && generator;
                if argument.kind == NodeKind::Starred {
                    self.at = at;
                    return Err(Stop::Here);
                }
                if !alone {
                    let last_only_comma = before.count == 1 && self.is(",");
                    if before.count > 1 || last_only_comma {
                        return self.fault(argument.start, end, "Generator expression must be parenthesized");
                    }
                    return Err(Stop::Here);
                }
                return Ok(());
            }
            if first.is_none() {
                first = argument;
            }
            if !self.eat(",") {
                break;
            }
        }
        Ok(())
    }

    fn argument(&mut self, before: &mut Before) -> Parse<Option<Node>> {
        before.count += 1;
        let start = self.at;
        let token = self.token();
        if self.is("**") {
            self.at += 1;
            self.expression()?;
            before.double_star = true;
            before.keyword = true;
            before.last_was_double_star = true;
            if self.is("=") {
                self.at += 1;
                let end = self.expression()?.end;
                return self.fault(token.start, end, "cannot assign to keyword argument unpacking");
            }
            return Ok(None);
        }
        if self.is("*") {
            let Some(node) = self.alternative(Self::starred_argument)? else {
                return self.fault_here("Invalid star expression");
            };
            if self.is("=") {
                self.at += 1;
                let end = self.expression()?.end;
                return self.fault(token.start, end, "cannot assign to iterable argument unpacking");
            }
            if before.double_star {
                return self.fault(
                    self.token_at(start.saturating_sub(1)).start,
                    node.end,
                    "iterable argument unpacking follows keyword argument unpacking",
                );
            }
            return Ok(Some(node));
        }
        let next = self.token_at(self.at + 1);
        let assigned = self.text_of(next) == "=";
        if assigned && self.is_any(&["True", "False", "None"]) {
            let word = self.word().to_owned();
            return self.fault(token.start, next.end, format!("cannot assign to {word}"));
        }
        if assigned && self.is_identifier() {
            self.at += 2;
            before.keyword = true;
            before.last_was_double_star = false;
            if self.is_any(&[",", ")"]) {
                return self.fault(token.start, next.end, "expected argument value expression");
            }
            self.expression()?;
            if self.is_any(&["for", "async"]) {
                let clauses = self.look(|parser| parser.attempt(Self::for_clauses).is_some());
                if clauses {
                    return self.fault(
                        token.start,
                        next.end,
                        "invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
                    );
                }
            }
            return Ok(None);
        }
        let node = if self.is_identifier() && self.text_of(next) == ":=" {
            self.at += 2;
            let value = self.expression()?;
            Node::new(NodeKind::Named, token.start, value.end)
        } else {
            self.expression()?
        };
        if self.is("=") {
            let end = self.token().end;
            return self.fault(
                node.start,
                end,
                "expression cannot contain assignment, perhaps you meant \"==\"?",
            );
        }
        if before.keyword && !self.is_any(&["for", "async"]) {
            let message = if before.double_star && before.last_was_double_star {
                "positional argument follows keyword argument unpacking"
            } else {
                "positional argument follows keyword argument"
            };
            // CPython points at the end of the arguments it read.
            let (at, furthest) = (self.at, self.furthest);
            let closed = self.is(")") || self.is(",") && self.attempt(Self::rest_of_arguments).is_some();
            let end = self.token();
            self.at = at;
            self.furthest = furthest;
            if closed {
                return self.fault_at(end, message);
            }
        }
        Ok(Some(node))
    }

    fn rest_of_arguments(&mut self) -> Parse<()> {
        while self.eat(",") {
            if self.is(")") {
                return Ok(());
            }
            if self.is("**") || self.is("*") {
                self.at += 1;
            } else if self.is_identifier() && self.text_of(self.token_at(self.at + 1)) == "=" {
                self.at += 2;
            }
            self.expression()?;
        }
        Ok(())
    }
}
