//! Expressions.
//!
//! Invariant: a constant that no literal stands for becomes the parser's IPython escape, which no Python source has, with its number in
//! [`crate::source::Places`]. Source: Parser/Python.asdl.

use ruff_python_ast as ast;
use ruff_python_ast::str_prefix::StringLiteralPrefix;
use ruff_python_ast::{
    BytesLiteralFlags, CmpOp, ConversionFlag, Expr, ExprContext, FStringFlags, InterpolatedStringElement,
    IpyEscapeKind, Number, Operator, StringLiteralFlags, TStringFlags, UnaryOp,
};
use ruff_text_size::TextRange;
use threadsnake_bytecode::Constant;
use threadsnake_syntax::{Class, Field, Node, NodeIndex};

use super::{Lowering, NO_INDEX, malformed};
use crate::error::Result;

fn comparison(class: Class) -> Option<CmpOp> {
    Some(match class {
        Class::Eq => CmpOp::Eq,
        Class::NotEq => CmpOp::NotEq,
        Class::Lt => CmpOp::Lt,
        Class::LtE => CmpOp::LtE,
        Class::Gt => CmpOp::Gt,
        Class::GtE => CmpOp::GtE,
        Class::Is => CmpOp::Is,
        Class::IsNot => CmpOp::IsNot,
        Class::In => CmpOp::In,
        Class::NotIn => CmpOp::NotIn,
        _ => return None,
    })
}

impl Lowering<'_> {
    /// Expressions.
    pub(super) fn expressions(&mut self, field: &Field) -> Result<Vec<Expr>> {
        let mut expressions = Vec::new();
        for item in self.list(field)? {
            expressions.push(*self.boxed(item)?);
        }
        Ok(expressions)
    }

    /// An expression in a box.
    pub(super) fn boxed(&mut self, field: &Field) -> Result<Box<Expr>> {
        let index = self.index(field)?;
        Ok(Box::new(self.expression(index)?))
    }

    /// An expression that may be missing.
    pub(super) fn optional_boxed(&mut self, field: &Field) -> Result<Option<Box<Expr>>> {
        match field {
            Field::Absent => Ok(None),
            field => self.boxed(field).map(Some),
        }
    }

    fn class_of(&self, field: &Field) -> Result<Class> {
        Ok(self.node(self.index(field)?)?.class)
    }

    fn context(&self, field: &Field) -> Result<ExprContext> {
        Ok(match self.class_of(field)? {
            Class::Store => ExprContext::Store,
            Class::Del => ExprContext::Del,
            _ => ExprContext::Load,
        })
    }

    /// A binary operator.
    pub(super) fn operator(&self, field: &Field) -> Result<Operator> {
        Ok(match self.class_of(field)? {
            Class::Add => Operator::Add,
            Class::Sub => Operator::Sub,
            Class::Mult => Operator::Mult,
            Class::MatMult => Operator::MatMult,
            Class::Div => Operator::Div,
            Class::Mod => Operator::Mod,
            Class::Pow => Operator::Pow,
            Class::LShift => Operator::LShift,
            Class::RShift => Operator::RShift,
            Class::BitOr => Operator::BitOr,
            Class::BitXor => Operator::BitXor,
            Class::BitAnd => Operator::BitAnd,
            Class::FloorDiv => Operator::FloorDiv,
            class => return malformed(class.name()),
        })
    }

    /// The arguments of a call or the bases of a class.
    pub(super) fn arguments(&mut self, arguments: &Field, keywords: &Field) -> Result<ast::Arguments> {
        let start = self.open_here();
        let args = self.expressions(arguments)?;
        let mut lowered = Vec::new();
        for keyword in self.list(keywords)? {
            let node = self.node(self.index(keyword)?)?;
            let [name, value] = &*node.fields else { return malformed("keyword") };
            let start = self.open(node.position);
            let arg = self.optional_identifier(name)?;
            let value = *self.boxed(value)?;
            let range = self.close(start, node.position);
            lowered.push(ast::Keyword { range, node_index: NO_INDEX, arg, value });
        }
        let range = self.close_here(start);
        Ok(ast::Arguments { range, node_index: NO_INDEX, args: args.into(), keywords: lowered.into() })
    }

    fn comprehensions(&mut self, field: &Field) -> Result<Vec<ast::Comprehension>> {
        let mut generators = Vec::new();
        for item in self.list(field)? {
            let node = self.node(self.index(item)?)?;
            let [target, iterable, conditions, is_async] = &*node.fields else {
                return malformed("comprehension");
            };
            let start = self.open_here();
            let target = *self.boxed(target)?;
            let iter = *self.boxed(iterable)?;
            let ifs = self.expressions(conditions)?;
            let range = self.close_here(start);
            let is_async = self.number(is_async) != 0;
            generators.push(ast::Comprehension { range, node_index: NO_INDEX, target, iter, ifs, is_async });
        }
        Ok(generators)
    }

    fn constant(&mut self, value: &Constant, kind: &Field, range: TextRange) -> Expr {
        let node_index = NO_INDEX;
        match value {
            Constant::None => Expr::NoneLiteral(ast::ExprNoneLiteral { node_index, range }),
            Constant::True | Constant::False => {
                let value = *value == Constant::True;
                Expr::BooleanLiteral(ast::ExprBooleanLiteral { node_index, value, range })
            }
            Constant::Ellipsis => Expr::EllipsisLiteral(ast::ExprEllipsisLiteral { node_index, range }),
            Constant::Integer(number) if *number >= 0 => {
                let value = Number::Int(ast::Int::from(number.unsigned_abs()));
                Expr::NumberLiteral(ast::ExprNumberLiteral { node_index, value, range })
            }
            Constant::Float(number) => {
                let value = Number::Float(*number);
                Expr::NumberLiteral(ast::ExprNumberLiteral { node_index, value, range })
            }
            Constant::Complex(real, imag) => {
                let value = Number::Complex { real: *real, imag: *imag };
                Expr::NumberLiteral(ast::ExprNumberLiteral { node_index, value, range })
            }
            Constant::Text(text)
                if core::str::from_utf8(&text.0).is_ok_and(|text| !text.contains('\u{fffd}')) =>
            {
                let flags = match kind {
                    Field::Text(kind) if &*kind.0 == b"u" => {
                        StringLiteralFlags::empty().with_prefix(StringLiteralPrefix::Unicode)
                    }
                    _ => StringLiteralFlags::empty(),
                };
                let value = text.to_str_lossy().into_owned().into_boxed_str();
                let literal = ast::StringLiteral { range, node_index: NO_INDEX, value, flags };
                let value = ast::StringLiteralValue::single(literal);
                Expr::StringLiteral(ast::ExprStringLiteral { node_index, value, range })
            }
            Constant::Bytes(bytes) => {
                let flags = BytesLiteralFlags::empty();
                let literal = ast::BytesLiteral { range, node_index: NO_INDEX, value: bytes.clone(), flags };
                let value = ast::BytesLiteralValue::single(literal);
                Expr::BytesLiteral(ast::ExprBytesLiteral { node_index, value, range })
            }
            other => {
                let number = self.note_constant(other.clone());
                let value = number.to_string().into_boxed_str();
                let kind = IpyEscapeKind::Shell;
                Expr::IpyEscapeCommand(ast::ExprIpyEscapeCommand { node_index, kind, value, range })
            }
        }
    }

    fn interpolation(&mut self, node: &Node) -> Result<InterpolatedStringElement> {
        let start = self.open(node.position);
        let (value, source, conversion, specification) = match &*node.fields {
            [value, conversion, specification] => (value, None, conversion, specification),
            [value, source, conversion, specification] => (value, Some(source), conversion, specification),
            _ => return malformed(node.class.name()),
        };
        if let Some(Field::Constant(Constant::Text(text))) = source {
            self.note_text(start, text.to_str_lossy().into_owned());
        }
        let expression = self.boxed(value)?;
        let conversion = match u8::try_from(self.number(conversion)) {
            Ok(b's') => ConversionFlag::Str,
            Ok(b'r') => ConversionFlag::Repr,
            Ok(b'a') => ConversionFlag::Ascii,
            _ => ConversionFlag::None,
        };
        let format_spec = match specification {
            Field::Absent => None,
            field => {
                let node = self.node(self.index(field)?)?;
                let start = self.open(node.position);
                let elements = match (node.class, &*node.fields) {
                    (Class::JoinedStr, [values]) => self.elements(values)?,
                    // Any other expression is formatted itself.
                    _ => vec![self.formatted(field)?],
                };
                let range = self.close(start, node.position);
                let elements = elements.into();
                Some(Box::new(ast::InterpolatedStringFormatSpec { range, node_index: NO_INDEX, elements }))
            }
        };
        Ok(InterpolatedStringElement::Interpolation(ast::InterpolatedElement {
            range: self.close(start, node.position),
            node_index: NO_INDEX,
            expression,
            debug_text: None,
            conversion,
            format_spec,
        }))
    }

    /// An expression as if it stood in braces.
    fn formatted(&mut self, field: &Field) -> Result<InterpolatedStringElement> {
        let start = self.open_here();
        let expression = self.boxed(field)?;
        Ok(InterpolatedStringElement::Interpolation(ast::InterpolatedElement {
            range: self.close_here(start),
            node_index: NO_INDEX,
            expression,
            debug_text: None,
            conversion: ConversionFlag::None,
            format_spec: None,
        }))
    }

    /// The values of a JoinedStr or TemplateStr.
    fn elements(&mut self, values: &Field) -> Result<Vec<InterpolatedStringElement>> {
        let mut elements = Vec::new();
        for field in self.list(values)? {
            let node = self.node(self.index(field)?)?;
            elements.push(match (node.class, &*node.fields) {
                (Class::Constant, [Field::Constant(Constant::Text(text)), _])
                    if core::str::from_utf8(&text.0).is_ok_and(|text| !text.contains('\u{fffd}')) =>
                {
                    let start = self.open(node.position);
                    InterpolatedStringElement::Literal(ast::InterpolatedStringLiteralElement {
                        range: self.close(start, node.position),
                        node_index: NO_INDEX,
                        value: text.to_str_lossy().into_owned().into_boxed_str(),
                    })
                }
                (Class::FormattedValue | Class::Interpolation, _) => self.interpolation(node)?,
                _ => self.formatted(field)?,
            });
        }
        Ok(elements)
    }

    /// An expression.
    pub(super) fn expression(&mut self, index: NodeIndex) -> Result<Expr> {
        let node = self.node(index)?;
        let position = node.position;
        let start = self.open(position);
        let node_index = NO_INDEX;
        Ok(match (node.class, &*node.fields) {
            (Class::BoolOp, [operator, values]) => {
                let op = match self.class_of(operator)? {
                    Class::And => ast::BoolOp::And,
                    _ => ast::BoolOp::Or,
                };
                let values = self.expressions(values)?;
                Expr::BoolOp(ast::ExprBoolOp { node_index, op, values, range: self.close(start, position) })
            }
            (Class::NamedExpr, [target, value]) => {
                let target = self.boxed(target)?;
                let value = self.boxed(value)?;
                Expr::Named(ast::ExprNamed { node_index, target, value, range: self.close(start, position) })
            }
            (Class::BinOp, [left, operator, right]) => {
                let left = self.boxed(left)?;
                let op = self.operator(operator)?;
                let right = self.boxed(right)?;
                let range = self.close(start, position);
                Expr::BinOp(ast::ExprBinOp { node_index, left, op, right, range })
            }
            (Class::UnaryOp, [operator, operand]) => {
                let op = match self.class_of(operator)? {
                    Class::Invert => UnaryOp::Invert,
                    Class::Not => UnaryOp::Not,
                    Class::UAdd => UnaryOp::UAdd,
                    _ => UnaryOp::USub,
                };
                let operand = self.boxed(operand)?;
                let range = self.close(start, position);
                Expr::UnaryOp(ast::ExprUnaryOp { node_index, op, operand, range })
            }
            (Class::Lambda, [parameters, body]) => {
                let parameters = self.parameters(parameters)?;
                let parameters = (!parameters.is_empty()).then(|| Box::new(parameters));
                let body = self.boxed(body)?;
                let range = self.close(start, position);
                Expr::Lambda(ast::ExprLambda { node_index, parameters, body, range })
            }
            (Class::IfExp, [test, body, orelse]) => {
                let body = self.boxed(body)?;
                let test = self.boxed(test)?;
                let orelse = self.boxed(orelse)?;
                let range = self.close(start, position);
                Expr::If(ast::ExprIf { node_index, test, body, orelse, range })
            }
            (Class::Dict, [keys, values]) => {
                let mut items = Vec::new();
                for (key, value) in self.list(keys)?.iter().zip(self.list(values)?) {
                    let key = self.optional_boxed(key)?.map(|key| *key);
                    let value = *self.boxed(value)?;
                    items.push(ast::DictItem { key, value });
                }
                Expr::Dict(ast::ExprDict { node_index, items, range: self.close(start, position) })
            }
            (Class::Set, [items]) => {
                let elts = self.expressions(items)?;
                Expr::Set(ast::ExprSet { node_index, elts, range: self.close(start, position) })
            }
            (Class::ListComp, [element, generators]) => {
                let elt = self.boxed(element)?;
                let generators = self.comprehensions(generators)?;
                let range = self.close(start, position);
                Expr::ListComp(ast::ExprListComp { node_index, elt, generators, range })
            }
            (Class::SetComp, [element, generators]) => {
                let elt = self.boxed(element)?;
                let generators = self.comprehensions(generators)?;
                let range = self.close(start, position);
                Expr::SetComp(ast::ExprSetComp { node_index, elt, generators, range })
            }
            (Class::GeneratorExp, [element, generators]) => {
                let elt = self.boxed(element)?;
                let generators = self.comprehensions(generators)?;
                let range = self.close(start, position);
                let parenthesized = true;
                Expr::Generator(ast::ExprGenerator { node_index, elt, generators, parenthesized, range })
            }
            (Class::DictComp, [key, value, generators]) => {
                let key = Some(self.boxed(key)?);
                let value = self.boxed(value)?;
                let generators = self.comprehensions(generators)?;
                let range = self.close(start, position);
                Expr::DictComp(ast::ExprDictComp { node_index, key, value, generators, range })
            }
            (Class::Await, [value]) => {
                let value = self.boxed(value)?;
                Expr::Await(ast::ExprAwait { node_index, value, range: self.close(start, position) })
            }
            (Class::Yield, [value]) => {
                let value = self.optional_boxed(value)?;
                Expr::Yield(ast::ExprYield { node_index, value, range: self.close(start, position) })
            }
            (Class::YieldFrom, [value]) => {
                let value = self.boxed(value)?;
                Expr::YieldFrom(ast::ExprYieldFrom { node_index, value, range: self.close(start, position) })
            }
            (Class::Compare, [left, operators, comparators]) => {
                let left = self.boxed(left)?;
                let mut ops = Vec::new();
                for operator in self.list(operators)? {
                    let class = self.class_of(operator)?;
                    ops.push(comparison(class).map_or_else(|| malformed(class.name()), Ok)?);
                }
                let comparators = self.expressions(comparators)?.into();
                let range = self.close(start, position);
                Expr::Compare(ast::ExprCompare { node_index, left, ops: ops.into(), comparators, range })
            }
            (Class::Call, [function, arguments, keywords]) => {
                let func = self.boxed(function)?;
                let mut arguments = self.arguments(arguments, keywords)?;
                let range = self.close(start, position);
                // The range of a call ends with its arguments'.
                arguments.range = TextRange::new(arguments.range.start(), range.end());
                Expr::Call(ast::ExprCall { node_index, range_start: start, func, arguments })
            }
            (Class::FormattedValue, _) => {
                let element = self.interpolation(node)?;
                let range = self.close(start, position);
                Expr::FString(format_string(vec![element], range))
            }
            (Class::Interpolation, _) => {
                let element = self.interpolation(node)?;
                let range = self.close(start, position);
                Expr::TString(template_string(vec![element], range))
            }
            (Class::JoinedStr, [values]) => {
                let elements = self.elements(values)?;
                let range = self.close(start, position);
                Expr::FString(format_string(elements, range))
            }
            (Class::TemplateStr, [values]) => {
                let elements = self.elements(values)?;
                let range = self.close(start, position);
                Expr::TString(template_string(elements, range))
            }
            (Class::Constant, [Field::Constant(value), kind]) => {
                let range = self.close(start, position);
                self.constant(value, kind, range)
            }
            (Class::Attribute, [value, name, context]) => {
                let value = self.boxed(value)?;
                let attr = self.identifier(name)?;
                let ctx = self.context(context)?;
                let range = self.close(start, position);
                Expr::Attribute(ast::ExprAttribute { node_index, value, attr, ctx, range })
            }
            (Class::Subscript, [value, index, context]) => {
                let value = self.boxed(value)?;
                let slice = self.boxed(index)?;
                let ctx = self.context(context)?;
                let range = self.close(start, position);
                Expr::Subscript(ast::ExprSubscript { node_index, value, slice, ctx, range })
            }
            (Class::Starred, [value, context]) => {
                let value = self.boxed(value)?;
                let ctx = self.context(context)?;
                Expr::Starred(ast::ExprStarred { node_index, value, ctx, range: self.close(start, position) })
            }
            (Class::Name, [name, context]) => {
                let id = self.name(name)?;
                let ctx = self.context(context)?;
                Expr::Name(ast::ExprName { node_index, id, ctx, range: self.close(start, position) })
            }
            (Class::List, [items, context]) => {
                let elts = self.expressions(items)?;
                let ctx = self.context(context)?;
                Expr::List(ast::ExprList { node_index, elts, ctx, range: self.close(start, position) })
            }
            (Class::Tuple, [items, context]) => {
                let elts = self.expressions(items)?;
                let ctx = self.context(context)?;
                let range = self.close(start, position);
                Expr::Tuple(ast::ExprTuple { node_index, elts, ctx, parenthesized: true, range })
            }
            (Class::Slice, [lower, upper, step]) => {
                let lower = self.optional_boxed(lower)?;
                let upper = self.optional_boxed(upper)?;
                let step = self.optional_boxed(step)?;
                let range = self.close(start, position);
                Expr::Slice(ast::ExprSlice { node_index, lower, upper, step, range })
            }
            (class, _) => return malformed(class.name()),
        })
    }
}

fn format_string(elements: Vec<InterpolatedStringElement>, range: TextRange) -> ast::ExprFString {
    let part =
        ast::FString { range, node_index: NO_INDEX, elements: elements.into(), flags: FStringFlags::empty() };
    ast::ExprFString { node_index: NO_INDEX, range, value: ast::FStringValue::single(part) }
}

fn template_string(elements: Vec<InterpolatedStringElement>, range: TextRange) -> ast::ExprTString {
    let part =
        ast::TString { range, node_index: NO_INDEX, elements: elements.into(), flags: TStringFlags::empty() };
    ast::ExprTString { node_index: NO_INDEX, range, value: ast::TStringValue::single(part) }
}
