//! Expressions back to text, for annotations kept as text.
//!
//! Invariant: the text compiles to an equal tree. Source: the output of CPython's Python/ast_unparse.c, whose levels of precedence
//! and choice of quotes this follows.

use std::fmt::Write;

use ruff_python_ast::{
    CmpOp, Comprehension, ConversionFlag, Expr, FStringPart, InterpolatedStringElement,
    InterpolatedStringElements, Operator, Parameters, UnaryOp,
};
use threadsnake_bytecode::Constant;

use crate::constants;
use crate::source::Source;

/// How tightly the context binds; an expression that binds less is put in parentheses.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Tuple,
    Test,
    Or,
    And,
    Not,
    Comparison,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Arithmetic,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

/// The text of an expression.
pub fn unparse(source: &Source, expression: &Expr) -> String {
    let mut writer = Writer { source, text: String::new() };
    writer.expression(expression, Level::Test);
    writer.text
}

struct Writer<'s> {
    source: &'s Source,
    text: String,
}

fn operator(operator: Operator) -> (&'static str, Level, Level, Level) {
    let left = |text, level, next| (text, level, level, next);
    match operator {
        Operator::BitOr => left(" | ", Level::BitOr, Level::BitXor),
        Operator::BitXor => left(" ^ ", Level::BitXor, Level::BitAnd),
        Operator::BitAnd => left(" & ", Level::BitAnd, Level::Shift),
        Operator::LShift => left(" << ", Level::Shift, Level::Arithmetic),
        Operator::RShift => left(" >> ", Level::Shift, Level::Arithmetic),
        Operator::Add => left(" + ", Level::Arithmetic, Level::Term),
        Operator::Sub => left(" - ", Level::Arithmetic, Level::Term),
        Operator::Mult => left(" * ", Level::Term, Level::Factor),
        Operator::MatMult => left(" @ ", Level::Term, Level::Factor),
        Operator::Div => left(" / ", Level::Term, Level::Factor),
        Operator::Mod => left(" % ", Level::Term, Level::Factor),
        Operator::FloorDiv => left(" // ", Level::Term, Level::Factor),
        Operator::Pow => (" ** ", Level::Power, Level::Await, Level::Power),
    }
}

fn comparison(operator: CmpOp) -> &'static str {
    match operator {
        CmpOp::Eq => " == ",
        CmpOp::NotEq => " != ",
        CmpOp::Lt => " < ",
        CmpOp::LtE => " <= ",
        CmpOp::Gt => " > ",
        CmpOp::GtE => " >= ",
        CmpOp::Is => " is ",
        CmpOp::IsNot => " is not ",
        CmpOp::In => " in ",
        CmpOp::NotIn => " not in ",
    }
}

impl Writer<'_> {
    fn grouped(&mut self, level: Level, context: Level, write: impl FnOnce(&mut Self)) {
        let parentheses = context > level;
        if parentheses {
            self.text.push('(');
        }
        write(self);
        if parentheses {
            self.text.push(')');
        }
    }

    fn list<'e>(&mut self, items: impl IntoIterator<Item = &'e Expr>) {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            self.expression(item, Level::Test);
        }
    }

    fn constant(&mut self, constant: &Constant) {
        let text = constants::representation(constant);
        self.text.push_str(&text);
    }

    fn optional(&mut self, before: &str, expression: Option<&Expr>) {
        if let Some(expression) = expression {
            self.text.push_str(before);
            self.expression(expression, Level::Test);
        }
    }

    fn expression(&mut self, expression: &Expr, context: Level) {
        match expression {
            Expr::BoolOp(node) => {
                let (word, level, inner) = match node.op {
                    ruff_python_ast::BoolOp::And => (" and ", Level::And, Level::Not),
                    ruff_python_ast::BoolOp::Or => (" or ", Level::Or, Level::And),
                };
                self.grouped(level, context, |writer| {
                    for (index, value) in node.values.iter().enumerate() {
                        if index > 0 {
                            writer.text.push_str(word);
                        }
                        writer.expression(value, inner);
                    }
                });
            }
            Expr::Named(node) => self.grouped(Level::Tuple, context, |writer| {
                writer.expression(&node.target, Level::Atom);
                writer.text.push_str(" := ");
                writer.expression(&node.value, Level::Atom);
            }),
            Expr::BinOp(node) => {
                let (text, level, left, right) = operator(node.op);
                self.grouped(level, context, |writer| {
                    writer.expression(&node.left, left);
                    writer.text.push_str(text);
                    writer.expression(&node.right, right);
                });
            }
            Expr::UnaryOp(node) => {
                let (text, level) = match node.op {
                    UnaryOp::Invert => ("~", Level::Factor),
                    UnaryOp::Not => ("not ", Level::Not),
                    UnaryOp::UAdd => ("+", Level::Factor),
                    UnaryOp::USub => ("-", Level::Factor),
                };
                self.grouped(level, context, |writer| {
                    writer.text.push_str(text);
                    writer.expression(&node.operand, level);
                });
            }
            Expr::Lambda(node) => self.grouped(Level::Test, context, |writer| {
                writer.text.push_str("lambda");
                if let Some(parameters) =
                    node.parameters.as_deref().filter(|parameters| !parameters.is_empty())
                {
                    writer.text.push(' ');
                    writer.parameters(parameters);
                }
                writer.text.push_str(": ");
                writer.expression(&node.body, Level::Test);
            }),
            Expr::If(node) => self.grouped(Level::Test, context, |writer| {
                writer.expression(&node.body, Level::Or);
                writer.text.push_str(" if ");
                writer.expression(&node.test, Level::Or);
                writer.text.push_str(" else ");
                writer.expression(&node.orelse, Level::Test);
            }),
            Expr::Dict(node) => {
                self.text.push('{');
                for (index, item) in node.items.iter().enumerate() {
                    if index > 0 {
                        self.text.push_str(", ");
                    }
                    match &item.key {
                        Some(key) => {
                            self.expression(key, Level::Test);
                            self.text.push_str(": ");
                            self.expression(&item.value, Level::Test);
                        }
                        None => {
                            self.text.push_str("**");
                            self.expression(&item.value, Level::BitOr);
                        }
                    }
                }
                self.text.push('}');
            }
            Expr::Set(node) => self.enclosed('{', '}', &node.elts),
            Expr::List(node) => self.enclosed('[', ']', &node.elts),
            Expr::Tuple(node) if node.elts.is_empty() => self.text.push_str("()"),
            Expr::Tuple(node) => self.grouped(Level::Tuple, context, |writer| {
                writer.list(&node.elts);
                if node.elts.len() == 1 {
                    writer.text.push(',');
                }
            }),
            Expr::ListComp(node) => self.comprehension('[', ']', None, &node.elt, &node.generators),
            Expr::SetComp(node) => self.comprehension('{', '}', None, &node.elt, &node.generators),
            Expr::DictComp(node) => {
                self.comprehension('{', '}', node.key.as_deref(), &node.value, &node.generators);
            }
            Expr::Generator(node) => self.comprehension('(', ')', None, &node.elt, &node.generators),
            Expr::Await(node) => self.grouped(Level::Await, context, |writer| {
                writer.text.push_str("await ");
                writer.expression(&node.value, Level::Atom);
            }),
            Expr::Yield(node) => {
                self.text.push_str("(yield");
                self.optional(" ", node.value.as_deref());
                self.text.push(')');
            }
            Expr::YieldFrom(node) => {
                self.text.push_str("(yield from ");
                self.expression(&node.value, Level::Test);
                self.text.push(')');
            }
            Expr::Compare(node) => self.grouped(Level::Comparison, context, |writer| {
                writer.expression(&node.left, Level::BitOr);
                for (&operator, right) in node.ops.iter().zip(&node.comparators) {
                    writer.text.push_str(comparison(operator));
                    writer.expression(right, Level::BitOr);
                }
            }),
            Expr::Call(node) => {
                self.expression(&node.func, Level::Atom);
                if let [only @ Expr::Generator(_)] = &*node.arguments.args
                    && node.arguments.keywords.is_empty()
                {
                    self.expression(only, Level::Atom);
                    return;
                }
                self.text.push('(');
                self.list(&node.arguments.args);
                for (index, keyword) in node.arguments.keywords.iter().enumerate() {
                    if index > 0 || !node.arguments.args.is_empty() {
                        self.text.push_str(", ");
                    }
                    match &keyword.arg {
                        Some(name) => {
                            let _ = write!(self.text, "{}=", name.id);
                        }
                        None => self.text.push_str("**"),
                    }
                    self.expression(&keyword.value, Level::Test);
                }
                self.text.push(')');
            }
            Expr::StringLiteral(node) => {
                if node.value.is_unicode() {
                    self.text.push('u');
                }
                let text = crate::strings::string_value(self.source, &node.value);
                self.constant(&Constant::Text(text));
            }
            Expr::BytesLiteral(node) => self.constant(&Constant::Bytes(node.value.bytes().collect())),
            Expr::NumberLiteral(node) => match constants::number(&node.value) {
                Ok(constant) => self.constant(&constant),
                // The literal's own error is raised when it is compiled.
                Err(_) => self.text.push_str(self.source.slice(node.range)),
            },
            Expr::BooleanLiteral(node) => self.text.push_str(if node.value { "True" } else { "False" }),
            Expr::NoneLiteral(_) => self.text.push_str("None"),
            Expr::EllipsisLiteral(_) => self.text.push_str("..."),
            Expr::FString(node) => {
                let mut body = Writer { source: self.source, text: String::new() };
                for part in &node.value {
                    match part {
                        FStringPart::Literal(literal) => {
                            body.text.push_str(&literal.value.replace('{', "{{").replace('}', "}}"));
                        }
                        FStringPart::FString(part) => body.interpolated(&part.elements),
                    }
                }
                self.text.push('f');
                self.constant(&Constant::Text(body.text.as_str().into()));
            }
            Expr::TString(node) => {
                let mut body = Writer { source: self.source, text: String::new() };
                node.value.iter().for_each(|part| body.interpolated(&part.elements));
                self.text.push('t');
                self.constant(&Constant::Text(body.text.as_str().into()));
            }
            Expr::Attribute(node) => {
                self.expression(&node.value, Level::Atom);
                if matches!(&*node.value, Expr::NumberLiteral(number) if number.value.is_int()) {
                    self.text.push(' ');
                }
                let _ = write!(self.text, ".{}", node.attr.id);
            }
            Expr::Subscript(node) => {
                self.expression(&node.value, Level::Atom);
                self.text.push('[');
                self.expression(&node.slice, Level::Tuple);
                self.text.push(']');
            }
            Expr::Slice(node) => {
                self.optional("", node.lower.as_deref());
                self.text.push(':');
                self.optional("", node.upper.as_deref());
                self.optional(":", node.step.as_deref());
            }
            Expr::Starred(node) => {
                self.text.push('*');
                self.expression(&node.value, Level::BitOr);
            }
            Expr::Name(node) => self.text.push_str(node.id.as_str()),
            Expr::IpyEscapeCommand(node) => {
                if let Some(constant) = self.source.constant(&node.value) {
                    self.constant(constant);
                }
            }
        }
    }

    fn enclosed(&mut self, open: char, close: char, elements: &[Expr]) {
        self.text.push(open);
        self.list(elements);
        self.text.push(close);
    }

    fn comprehension(
        &mut self,
        open: char,
        close: char,
        key: Option<&Expr>,
        element: &Expr,
        clauses: &[Comprehension],
    ) {
        self.text.push(open);
        if let Some(key) = key {
            self.expression(key, Level::Test);
            self.text.push_str(": ");
        }
        self.expression(element, Level::Test);
        for clause in clauses {
            self.text.push_str(if clause.is_async { " async for " } else { " for " });
            self.expression(&clause.target, Level::Tuple);
            self.text.push_str(" in ");
            self.expression(&clause.iter, Level::Or);
            for test in &clause.ifs {
                self.text.push_str(" if ");
                self.expression(test, Level::Or);
            }
        }
        self.text.push(close);
    }

    fn parameters(&mut self, parameters: &Parameters) {
        let mut first = true;
        let mut separate = |text: &mut String| {
            if !std::mem::take(&mut first) {
                text.push_str(", ");
            }
        };
        let positional = parameters.posonlyargs.len();
        for (index, parameter) in parameters.posonlyargs.iter().chain(&parameters.args).enumerate() {
            separate(&mut self.text);
            self.text.push_str(parameter.parameter.name.as_str());
            self.optional("=", parameter.default.as_deref());
            if index + 1 == positional {
                self.text.push_str(", /");
            }
        }
        if parameters.vararg.is_some() || !parameters.kwonlyargs.is_empty() {
            separate(&mut self.text);
            self.text.push('*');
            if let Some(parameter) = &parameters.vararg {
                self.text.push_str(parameter.name.as_str());
            }
        }
        for parameter in &parameters.kwonlyargs {
            separate(&mut self.text);
            self.text.push_str(parameter.parameter.name.as_str());
            self.optional("=", parameter.default.as_deref());
        }
        if let Some(parameter) = &parameters.kwarg {
            separate(&mut self.text);
            let _ = write!(self.text, "**{}", parameter.name.id);
        }
    }

    fn interpolated(&mut self, elements: &InterpolatedStringElements) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => {
                    self.text.push_str(&literal.value.replace('{', "{{").replace('}', "}}"));
                }
                InterpolatedStringElement::Interpolation(value) => {
                    if let Some(debug) = &value.debug_text {
                        self.text.push_str(&debug.as_str().replace('{', "{{").replace('}', "}}"));
                    }
                    self.text.push('{');
                    let start = self.text.len();
                    self.expression(&value.expression, Level::Or);
                    // `{{` would be a brace.
                    if self.text.get(start..).is_some_and(|text| text.starts_with('{')) {
                        self.text.insert(start, ' ');
                    }
                    match value.conversion {
                        ConversionFlag::None if value.debug_text.is_some() && value.format_spec.is_none() => {
                            self.text.push_str("!r");
                        }
                        ConversionFlag::None => {}
                        ConversionFlag::Str => self.text.push_str("!s"),
                        ConversionFlag::Ascii => self.text.push_str("!a"),
                        ConversionFlag::Repr => self.text.push_str("!r"),
                    }
                    if let Some(specification) = &value.format_spec {
                        self.text.push(':');
                        self.interpolated(&specification.elements);
                    }
                    self.text.push('}');
                }
            }
        }
    }
}
