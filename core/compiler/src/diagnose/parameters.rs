//! Parameters of functions and lambdas, and type parameters, of sources that do not parse.
//!
//! Source: `invalid_parameters`, `invalid_star_etc`, `invalid_kwds`, `invalid_default`, their lambda twins, and
//! `invalid_type_param` of CPython's grammar.

use super::node::NodeKind;
use super::{Parse, Parser, Stop};

impl Parser<'_> {
    /// Parameters up to `)` or, of a lambda, `:`.
    pub(super) fn parameters(&mut self, lambda: bool) -> Parse<()> {
        let close = if lambda { ":" } else { ")" };
        let (mut slash, mut star, mut double_star, mut default) = (false, false, false, false);
        let mut count = 0usize;
        while !self.is(close) {
            let token = self.token();
            if double_star {
                if self.is_any(&["*", "**", "/"]) || self.is_identifier() {
                    return self.fault_at(token, "arguments cannot follow var-keyword argument");
                }
                return Err(Stop::Here);
            }
            if self.eat("/") {
                if count == 0 && !star {
                    if self.is(",") {
                        return self.fault_at(token, "at least one argument must precede /");
                    }
                    return Err(Stop::Here);
                }
                if star {
                    return self.fault_at(token, "/ must be ahead of *");
                }
                if slash {
                    return self.fault_at(token, "/ may appear only once");
                }
                slash = true;
                if self.is("*") {
                    let star = self.token();
                    return self.fault_at(star, "expected comma between / and *");
                }
            } else if self.eat("**") {
                self.parameter(lambda, false)?;
                if self.is("=") {
                    let equals = self.token();
                    return self.fault_at(equals, "var-keyword argument cannot have default value");
                }
                double_star = true;
            } else if self.eat("*") {
                let bare = self.is(",") || self.is(close);
                if star {
                    if self.is(",") || self.is_identifier() {
                        return self.fault_at(token, "* argument may appear only once");
                    }
                    return Err(Stop::Here);
                }
                if bare {
                    let nothing = self.is(close)
                        || self.look(|parser| {
                            parser.at += 1;
                            parser.is(close) || parser.is("**")
                        });
                    if nothing && lambda {
                        return self.fault_here("named arguments must follow bare *");
                    }
                    if nothing {
                        return self.fault_at(token, "named arguments must follow bare *");
                    }
                } else {
                    let plain = self.is_plain_annotation();
                    self.parameter(lambda, true)?;
                    if plain && self.is("=") {
                        let equals = self.token();
                        return self.fault_at(equals, "var-positional argument cannot have default value");
                    }
                }
                star = true;
            } else if self.is("(") && !star {
                return self.parenthesized_parameters(lambda);
            } else {
                let name = self.token();
                self.parameter(lambda, false)?;
                count += 1;
                if self.eat("=") {
                    if self.is(",") || self.is(close) {
                        let equals = self.token_at(self.at - 1);
                        return self.fault_at(equals, "expected default value expression");
                    }
                    self.expression()?;
                    default = true;
                } else if default && !star {
                    return self
                        .fault_at(name, "parameter without a default follows parameter with a default");
                }
            }
            if !self.eat(",") {
                break;
            }
        }
        Ok(())
    }

    /// Whether `*name` is not followed by `: *annotation`.
    fn is_plain_annotation(&mut self) -> bool {
        let (colon, star) = (self.token_at(self.at + 1), self.token_at(self.at + 2));
        !(self.text_of(colon) == ":" && self.text_of(star) == "*")
    }

    fn parenthesized_parameters(&mut self, lambda: bool) -> Parse<()> {
        let open = self.expect("(")?;
        loop {
            self.identifier()?;
            if !self.eat(",") || self.is(")") {
                break;
            }
        }
        let close = self.expect(")")?;
        let what = if lambda { "Lambda expression" } else { "Function" };
        self.fault(open.start, close.end, format!("{what} parameters cannot be parenthesized"))
    }

    fn parameter(&mut self, lambda: bool, starred: bool) -> Parse<()> {
        self.identifier()?;
        if !lambda && self.eat(":") {
            if starred && self.is("*") {
                self.star_named_expression()?;
            } else {
                self.expression()?;
            }
        }
        Ok(())
    }

    /// `[T, *Ts, **P]`
    pub(super) fn type_parameters(&mut self) -> Parse<()> {
        self.expect("[")?;
        if self.is("]") {
            let close = self.token();
            return self.fault_from(close, "Type parameter list cannot be empty");
        }
        while !self.is("]") {
            let kind = match self.word() {
                "*" => "TypeVarTuple",
                "**" => "ParamSpec",
                _ => "TypeVar",
            };
            if kind != "TypeVar" {
                self.at += 1;
            }
            self.identifier()?;
            if self.is(":") {
                let colon = self.token();
                self.at += 1;
                let bound = self.expression()?;
                if kind != "TypeVar" {
                    let what = if bound.kind == NodeKind::Tuple { "constraints" } else { "bound" };
                    return self.fault(colon.start, bound.end, format!("cannot use {what} with {kind}"));
                }
            }
            if self.eat("=") {
                if kind == "TypeVarTuple" {
                    self.star_named_expression()?;
                } else {
                    self.expression()?;
                }
            }
            if !self.eat(",") {
                break;
            }
        }
        self.expect("]")?;
        Ok(())
    }
}
