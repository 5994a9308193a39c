//! Expressions.
//!
//! Invariant: as of [`crate::tree`]. Source: Grammar/python.gram.

use ruff_python_ast::{BoolOp, CmpOp, Comprehension, Expr, ExprContext, Keyword, Operator, UnaryOp};
use ruff_text_size::{Ranged, TextRange};
use threadsnake_bytecode::{Constant, Text};
use threadsnake_syntax::{Class, Field};

use super::{Builder, optional, text};
use crate::error::{Result, SyntaxError};
use crate::{constants, strings};

impl Builder<'_> {
    /// Expressions.
    pub(super) fn expressions(&mut self, expressions: &[Expr]) -> Result<Field> {
        let mut fields = Vec::with_capacity(expressions.len());
        for expression in expressions {
            fields.push(self.expression(expression)?);
        }
        Ok(Field::List(fields))
    }

    /// An expression that may be missing.
    pub(super) fn optional_expression(&mut self, expression: Option<&Expr>) -> Result<Field> {
        expression.map_or(Ok(Field::Absent), |expression| self.expression(expression))
    }

    fn context(&mut self, context: ExprContext) -> Field {
        self.bare(
            match context {
                ExprContext::Load | ExprContext::Invalid => Class::Load,
                ExprContext::Store => Class::Store,
                ExprContext::Del => Class::Del,
            },
            Vec::new(),
        )
    }

    /// A binary operator.
    pub(super) fn operator(&mut self, operator: Operator) -> Field {
        self.bare(
            match operator {
                Operator::Add => Class::Add,
                Operator::Sub => Class::Sub,
                Operator::Mult => Class::Mult,
                Operator::MatMult => Class::MatMult,
                Operator::Div => Class::Div,
                Operator::Mod => Class::Mod,
                Operator::Pow => Class::Pow,
                Operator::LShift => Class::LShift,
                Operator::RShift => Class::RShift,
                Operator::BitOr => Class::BitOr,
                Operator::BitXor => Class::BitXor,
                Operator::BitAnd => Class::BitAnd,
                Operator::FloorDiv => Class::FloorDiv,
            },
            Vec::new(),
        )
    }

    fn comparison(&mut self, operator: CmpOp) -> Field {
        self.bare(
            match operator {
                CmpOp::Eq => Class::Eq,
                CmpOp::NotEq => Class::NotEq,
                CmpOp::Lt => Class::Lt,
                CmpOp::LtE => Class::LtE,
                CmpOp::Gt => Class::Gt,
                CmpOp::GtE => Class::GtE,
                CmpOp::Is => Class::Is,
                CmpOp::IsNot => Class::IsNot,
                CmpOp::In => Class::In,
                CmpOp::NotIn => Class::NotIn,
            },
            Vec::new(),
        )
    }

    /// Keyword arguments.
    pub(super) fn keywords(&mut self, keywords: &[Keyword]) -> Result<Field> {
        let mut fields = Vec::new();
        for keyword in keywords {
            let name = optional(keyword.arg.as_ref().map(|name| text(name.as_str())));
            let value = self.expression(&keyword.value)?;
            fields.push(self.node(Class::Keyword, keyword.range, vec![name, value]));
        }
        Ok(Field::List(fields))
    }

    fn comprehensions(&mut self, generators: &[Comprehension]) -> Result<Field> {
        let mut fields = Vec::new();
        for generator in generators {
            let target = self.expression(&generator.target)?;
            let iterable = self.expression(&generator.iter)?;
            let conditions = self.expressions(&generator.ifs)?;
            let is_async = Field::Number(generator.is_async.into());
            fields.push(self.bare(Class::Comprehension, vec![target, iterable, conditions, is_async]));
        }
        Ok(Field::List(fields))
    }

    /// A constant.
    pub(super) fn constant(&mut self, range: TextRange, value: Constant) -> Field {
        self.node(Class::Constant, range, vec![Field::Constant(value), Field::Absent])
    }

    /// An expression.
    pub(super) fn expression(&mut self, expression: &Expr) -> Result<Field> {
        let mut range = expression.range();
        let (class, fields) = match expression {
            Expr::BoolOp(node) => {
                let operator = self.bare(
                    match node.op {
                        BoolOp::And => Class::And,
                        BoolOp::Or => Class::Or,
                    },
                    Vec::new(),
                );
                (Class::BoolOp, vec![operator, self.expressions(&node.values)?])
            }
            Expr::Named(node) => {
                let target = self.expression(&node.target)?;
                (Class::NamedExpr, vec![target, self.expression(&node.value)?])
            }
            Expr::BinOp(node) => {
                let left = self.expression(&node.left)?;
                let operator = self.operator(node.op);
                (Class::BinOp, vec![left, operator, self.expression(&node.right)?])
            }
            Expr::UnaryOp(node) => {
                let operator = self.bare(
                    match node.op {
                        UnaryOp::Invert => Class::Invert,
                        UnaryOp::Not => Class::Not,
                        UnaryOp::UAdd => Class::UAdd,
                        UnaryOp::USub => Class::USub,
                    },
                    Vec::new(),
                );
                (Class::UnaryOp, vec![operator, self.expression(&node.operand)?])
            }
            Expr::Lambda(node) => {
                let parameters = self.parameters(node.parameters.as_deref())?;
                (Class::Lambda, vec![parameters, self.expression(&node.body)?])
            }
            Expr::If(node) => {
                let test = self.expression(&node.test)?;
                let body = self.expression(&node.body)?;
                (Class::IfExp, vec![test, body, self.expression(&node.orelse)?])
            }
            Expr::Dict(node) => {
                let mut keys = Vec::new();
                let mut values = Vec::new();
                for item in &node.items {
                    keys.push(self.optional_expression(item.key.as_ref())?);
                    values.push(self.expression(&item.value)?);
                }
                (Class::Dict, vec![Field::List(keys), Field::List(values)])
            }
            Expr::Set(node) => (Class::Set, vec![self.expressions(&node.elts)?]),
            Expr::ListComp(node) => {
                let element = self.expression(&node.elt)?;
                (Class::ListComp, vec![element, self.comprehensions(&node.generators)?])
            }
            Expr::SetComp(node) => {
                let element = self.expression(&node.elt)?;
                (Class::SetComp, vec![element, self.comprehensions(&node.generators)?])
            }
            Expr::DictComp(node) => {
                let key = self.optional_expression(node.key.as_deref())?;
                let value = self.expression(&node.value)?;
                (Class::DictComp, vec![key, value, self.comprehensions(&node.generators)?])
            }
            Expr::Generator(node) => {
                let element = self.expression(&node.elt)?;
                (Class::GeneratorExp, vec![element, self.comprehensions(&node.generators)?])
            }
            Expr::Await(node) => (Class::Await, vec![self.expression(&node.value)?]),
            Expr::Yield(node) => (Class::Yield, vec![self.optional_expression(node.value.as_deref())?]),
            Expr::YieldFrom(node) => (Class::YieldFrom, vec![self.expression(&node.value)?]),
            Expr::Compare(node) => {
                let left = self.expression(&node.left)?;
                let operators = node.ops.iter().map(|&operator| self.comparison(operator)).collect();
                (Class::Compare, vec![left, Field::List(operators), self.expressions(&node.comparators)?])
            }
            Expr::Call(node) => {
                let function = self.expression(&node.func)?;
                let arguments = match &*node.arguments.args {
                    // The parentheses of the call are those of a generator that is alone in them.
                    [Expr::Generator(generator)] if !generator.parenthesized => {
                        let element = self.expression(&generator.elt)?;
                        let generators = self.comprehensions(&generator.generators)?;
                        let range = node.arguments.range;
                        Field::List(vec![self.node(Class::GeneratorExp, range, vec![element, generators])])
                    }
                    arguments => self.expressions(arguments)?,
                };
                (Class::Call, vec![function, arguments, self.keywords(&node.arguments.keywords)?])
            }
            Expr::FString(node) => return self.format_string(node),
            Expr::TString(node) => return self.template_string(node),
            Expr::StringLiteral(node) => {
                let value = strings::string_value(self.source, &node.value);
                let is_unicode = node.value.is_unicode();
                let kind = if is_unicode { text("u") } else { Field::Absent };
                (Class::Constant, vec![Field::Constant(Constant::Text(value)), kind])
            }
            Expr::BytesLiteral(node) => {
                let bytes: Vec<u8> = node.value.bytes().collect();
                return Ok(self.constant(range, Constant::Bytes(bytes.into())));
            }
            Expr::NumberLiteral(node) => match constants::number(&node.value) {
                Ok(value) => return Ok(self.constant(range, value)),
                Err(message) => return Err(SyntaxError::at(self.source, range, message)),
            },
            Expr::BooleanLiteral(node) => {
                return Ok(self.constant(range, if node.value { Constant::True } else { Constant::False }));
            }
            Expr::NoneLiteral(_) => return Ok(self.constant(range, Constant::None)),
            Expr::EllipsisLiteral(_) => return Ok(self.constant(range, Constant::Ellipsis)),
            Expr::Attribute(node) => {
                let value = self.expression(&node.value)?;
                (Class::Attribute, vec![value, text(node.attr.as_str()), self.context(node.ctx)])
            }
            Expr::Subscript(node) => {
                let value = self.expression(&node.value)?;
                let index = self.expression(&node.slice)?;
                (Class::Subscript, vec![value, index, self.context(node.ctx)])
            }
            Expr::Starred(node) => {
                let value = self.expression(&node.value)?;
                (Class::Starred, vec![value, self.context(node.ctx)])
            }
            Expr::Name(node) => (Class::Name, vec![text(node.id.as_str()), self.context(node.ctx)]),
            Expr::List(node) => {
                let items = self.expressions(&node.elts)?;
                (Class::List, vec![items, self.context(node.ctx)])
            }
            Expr::Tuple(node) => {
                let items = self.expressions(&node.elts)?;
                (Class::Tuple, vec![items, self.context(node.ctx)])
            }
            Expr::Slice(node) => {
                let lower = self.optional_expression(node.lower.as_deref())?;
                let upper = self.optional_expression(node.upper.as_deref())?;
                (Class::Slice, vec![lower, upper, self.optional_expression(node.step.as_deref())?])
            }
            Expr::IpyEscapeCommand(_) => {
                range = TextRange::empty(range.start());
                (Class::Constant, vec![Field::Constant(Constant::Text(Text::from(""))), Field::Absent])
            }
        };
        Ok(self.node(class, range, fields))
    }
}
