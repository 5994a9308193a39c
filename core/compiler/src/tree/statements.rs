//! Statements.
//!
//! Invariant: as of [`crate::tree`]. Source: Grammar/python.gram.

use ruff_python_ast::{
    Alias, Decorator, ElifElseClause, ExceptHandler, Expr, Identifier, Parameter, ParameterWithDefault,
    Parameters, Stmt, StmtIf, TypeParam, TypeParams, WithItem,
};
use ruff_text_size::{Ranged, TextRange, TextSize};
use threadsnake_syntax::{Class, Field};

use super::{Builder, optional, text};
use crate::error::Result;

fn names(names: &[Identifier]) -> Field {
    Field::List(names.iter().map(|name| text(name.as_str())).collect())
}

impl Builder<'_> {
    /// The statements of a block.
    pub(super) fn statements(&mut self, body: &[Stmt]) -> Result<Field> {
        let mut fields = Vec::with_capacity(body.len());
        for statement in body {
            fields.push(self.statement(statement)?);
        }
        Ok(Field::List(fields))
    }

    /// The range of a definition without its decorators.
    fn definition_range(&self, range: TextRange, decorators: &[Decorator]) -> TextRange {
        match decorators.last() {
            None => range,
            Some(last) => TextRange::new(self.next_code(last.range.end()).min(range.end()), range.end()),
        }
    }

    /// The range of a compound statement: a semicolon behind its last statement belongs to it.
    fn compound_range(&self, range: TextRange) -> TextRange {
        let rest = self.source.text.get(range.end().to_usize()..).unwrap_or("");
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\x0c']).len();
        match rest.as_bytes().get(blanks) {
            Some(b';') => TextRange::new(range.start(), range.end() + TextSize::new(blanks as u32 + 1)),
            _ => range,
        }
    }

    fn decorators(&mut self, decorators: &[Decorator]) -> Result<Field> {
        let mut fields = Vec::new();
        for decorator in decorators {
            fields.push(self.expression(&decorator.expression)?);
        }
        Ok(Field::List(fields))
    }

    fn statement(&mut self, statement: &Stmt) -> Result<Field> {
        let mut range = statement.range();
        let (class, fields) = match statement {
            Stmt::FunctionDef(node) => {
                let arguments = self.parameters(Some(&node.parameters))?;
                let body = self.statements(&node.body)?;
                let decorators = self.decorators(&node.decorator_list)?;
                let returns = self.optional_expression(node.returns.as_deref())?;
                let parameters = self.type_parameters(node.type_params.as_deref())?;
                range = self.definition_range(range, &node.decorator_list);
                let class = if node.is_async { Class::AsyncFunctionDef } else { Class::FunctionDef };
                let name = text(node.name.as_str());
                (class, vec![name, arguments, body, decorators, returns, Field::Absent, parameters])
            }
            Stmt::ClassDef(node) => {
                let (bases, keywords) = match &node.arguments {
                    Some(arguments) => {
                        (self.expressions(&arguments.args)?, self.keywords(&arguments.keywords)?)
                    }
                    None => (Field::List(Vec::new()), Field::List(Vec::new())),
                };
                let body = self.statements(&node.body)?;
                let decorators = self.decorators(&node.decorator_list)?;
                let parameters = self.type_parameters(node.type_params.as_deref())?;
                range = self.definition_range(range, &node.decorator_list);
                let name = text(node.name.as_str());
                (Class::ClassDef, vec![name, bases, keywords, body, decorators, parameters])
            }
            Stmt::Return(node) => (Class::Return, vec![self.optional_expression(node.value.as_deref())?]),
            Stmt::Delete(node) => (Class::Delete, vec![self.expressions(&node.targets)?]),
            Stmt::TypeAlias(node) => {
                let name = self.expression(&node.name)?;
                let parameters = self.type_parameters(node.type_params.as_deref())?;
                (Class::TypeAlias, vec![name, parameters, self.expression(&node.value)?])
            }
            Stmt::Assign(node) => {
                let targets = self.expressions(&node.targets)?;
                (Class::Assign, vec![targets, self.expression(&node.value)?, Field::Absent])
            }
            Stmt::AugAssign(node) => {
                let target = self.expression(&node.target)?;
                let operator = self.operator(node.op);
                (Class::AugAssign, vec![target, operator, self.expression(&node.value)?])
            }
            Stmt::AnnAssign(node) => {
                let target = self.expression(&node.target)?;
                let annotation = self.expression(&node.annotation)?;
                let value = self.optional_expression(node.value.as_deref())?;
                let before = TextRange::new(range.start(), node.target.range().start());
                let simple = node.simple
                    && matches!(&*node.target, Expr::Name(_))
                    && !self.source.slice(before).contains('(');
                (Class::AnnAssign, vec![target, annotation, value, Field::Number(simple.into())])
            }
            Stmt::For(node) => {
                let class = if node.is_async { Class::AsyncFor } else { Class::For };
                let target = self.expression(&node.target)?;
                let iterable = self.expression(&node.iter)?;
                let body = self.statements(&node.body)?;
                (class, vec![target, iterable, body, self.statements(&node.orelse)?, Field::Absent])
            }
            Stmt::While(node) => {
                let test = self.expression(&node.test)?;
                let body = self.statements(&node.body)?;
                (Class::While, vec![test, body, self.statements(&node.orelse)?])
            }
            Stmt::If(node) => return self.conditional(node),
            Stmt::With(node) => {
                let class = if node.is_async { Class::AsyncWith } else { Class::With };
                let mut items = Vec::new();
                for item in &node.items {
                    items.push(self.with_item(item)?);
                }
                (class, vec![Field::List(items), self.statements(&node.body)?, Field::Absent])
            }
            Stmt::Match(node) => {
                let subject = self.expression(&node.subject)?;
                let mut cases = Vec::new();
                for case in &node.cases {
                    let pattern = self.pattern(&case.pattern)?;
                    let guard = self.optional_expression(case.guard.as_deref())?;
                    let body = self.statements(&case.body)?;
                    cases.push(self.bare(Class::MatchCase, vec![pattern, guard, body]));
                }
                (Class::Match, vec![subject, Field::List(cases)])
            }
            Stmt::Raise(node) => {
                let exception = self.optional_expression(node.exc.as_deref())?;
                (Class::Raise, vec![exception, self.optional_expression(node.cause.as_deref())?])
            }
            Stmt::Try(node) => {
                let body = self.statements(&node.body)?;
                let mut handlers = Vec::new();
                for ExceptHandler::ExceptHandler(handler) in &node.handlers {
                    let kind = self.optional_expression(handler.type_.as_deref())?;
                    let name = optional(handler.name.as_ref().map(|name| text(name.as_str())));
                    let block = self.statements(&handler.body)?;
                    handlers.push(self.node(
                        Class::ExceptHandler,
                        self.compound_range(handler.range),
                        vec![kind, name, block],
                    ));
                }
                let orelse = self.statements(&node.orelse)?;
                let finally = self.statements(&node.finalbody)?;
                let class = if node.is_star { Class::TryStar } else { Class::Try };
                (class, vec![body, Field::List(handlers), orelse, finally])
            }
            Stmt::Assert(node) => {
                let test = self.expression(&node.test)?;
                (Class::Assert, vec![test, self.optional_expression(node.msg.as_deref())?])
            }
            Stmt::Import(node) => (Class::Import, vec![self.aliases(&node.names)]),
            Stmt::ImportFrom(node) => {
                let module = optional(node.module.as_ref().map(|module| text(module.as_str())));
                let names = self.aliases(&node.names);
                (Class::ImportFrom, vec![module, names, Field::Number(node.level.into())])
            }
            Stmt::Global(node) => (Class::Global, vec![names(&node.names)]),
            Stmt::Nonlocal(node) => (Class::Nonlocal, vec![names(&node.names)]),
            Stmt::Expr(node) => (Class::Expr, vec![self.expression(&node.value)?]),
            Stmt::Pass(_) | Stmt::IpyEscapeCommand(_) => (Class::Pass, Vec::new()),
            Stmt::Break(_) => (Class::Break, Vec::new()),
            Stmt::Continue(_) => (Class::Continue, Vec::new()),
        };
        if matches!(
            statement,
            Stmt::FunctionDef(_)
                | Stmt::ClassDef(_)
                | Stmt::For(_)
                | Stmt::While(_)
                | Stmt::With(_)
                | Stmt::Match(_)
                | Stmt::Try(_)
        ) {
            range = self.compound_range(range);
        }
        Ok(self.node(class, range, fields))
    }

    /// An `if` with its `elif` parts, each of which is an `if` in the `else` of the one before.
    fn conditional(&mut self, node: &StmtIf) -> Result<Field> {
        let test = self.expression(&node.test)?;
        let body = self.statements(&node.body)?;
        // The last part is the innermost, and children come first; the order of nodes does not matter otherwise.
        let mut rest = Field::List(Vec::new());
        for ElifElseClause { range, test, body, .. } in node.elif_else_clauses.iter().rev() {
            match test {
                None => rest = self.statements(body)?,
                Some(test) => {
                    let test = self.expression(test)?;
                    let body = self.statements(body)?;
                    let range = self.compound_range(TextRange::new(range.start(), node.range.end()));
                    rest = Field::List(vec![self.node(Class::If, range, vec![test, body, rest])]);
                }
            }
        }
        Ok(self.node(Class::If, self.compound_range(node.range), vec![test, body, rest]))
    }

    fn with_item(&mut self, item: &WithItem) -> Result<Field> {
        let context = self.expression(&item.context_expr)?;
        let target = self.optional_expression(item.optional_vars.as_deref())?;
        Ok(self.bare(Class::WithItem, vec![context, target]))
    }

    fn aliases(&mut self, aliases: &[Alias]) -> Field {
        let mut fields = Vec::new();
        for alias in aliases {
            let name = text(alias.name.as_str());
            let other = optional(alias.asname.as_ref().map(|name| text(name.as_str())));
            fields.push(self.node(Class::Alias, alias.range, vec![name, other]));
        }
        Field::List(fields)
    }

    /// A parameter without its star.
    fn parameter(&mut self, parameter: &Parameter) -> Result<Field> {
        let annotation = self.optional_expression(parameter.annotation.as_deref())?;
        let end = parameter.annotation.as_ref().map_or(parameter.name.range.end(), |_| parameter.range.end());
        let range = TextRange::new(parameter.name.range.start(), end);
        Ok(self.node(Class::Arg, range, vec![text(parameter.name.as_str()), annotation, Field::Absent]))
    }

    fn plain_parameters(&mut self, parameters: &[ParameterWithDefault]) -> Result<Field> {
        let mut fields = Vec::new();
        for parameter in parameters {
            fields.push(self.parameter(&parameter.parameter)?);
        }
        Ok(Field::List(fields))
    }

    /// `arguments` of a function or lambda.
    pub(super) fn parameters(&mut self, parameters: Option<&Parameters>) -> Result<Field> {
        let nothing = Parameters::default();
        let parameters = parameters.unwrap_or(&nothing);
        let positional_only = self.plain_parameters(&parameters.posonlyargs)?;
        let plain = self.plain_parameters(&parameters.args)?;
        let rest = match &parameters.vararg {
            Some(parameter) => self.parameter(parameter)?,
            None => Field::Absent,
        };
        let keyword_only = self.plain_parameters(&parameters.kwonlyargs)?;
        let mut keyword_defaults = Vec::new();
        for parameter in &parameters.kwonlyargs {
            keyword_defaults.push(self.optional_expression(parameter.default.as_deref())?);
        }
        let keywords = match &parameters.kwarg {
            Some(parameter) => self.parameter(parameter)?,
            None => Field::Absent,
        };
        let mut defaults = Vec::new();
        for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
            if let Some(default) = &parameter.default {
                defaults.push(self.expression(default)?);
            }
        }
        let fields = vec![
            positional_only,
            plain,
            rest,
            keyword_only,
            Field::List(keyword_defaults),
            keywords,
            Field::List(defaults),
        ];
        Ok(self.bare(Class::Arguments, fields))
    }

    fn type_parameters(&mut self, parameters: Option<&TypeParams>) -> Result<Field> {
        let mut fields = Vec::new();
        for parameter in parameters.into_iter().flat_map(|parameters| &parameters.type_params) {
            let range = parameter.range();
            fields.push(match parameter {
                TypeParam::TypeVar(node) => {
                    let bound = self.optional_expression(node.bound.as_deref())?;
                    let default = self.optional_expression(node.default.as_deref())?;
                    self.node(Class::TypeVar, range, vec![text(node.name.as_str()), bound, default])
                }
                TypeParam::TypeVarTuple(node) => {
                    let default = self.optional_expression(node.default.as_deref())?;
                    self.node(Class::TypeVarTuple, range, vec![text(node.name.as_str()), default])
                }
                TypeParam::ParamSpec(node) => {
                    let default = self.optional_expression(node.default.as_deref())?;
                    self.node(Class::ParamSpec, range, vec![text(node.name.as_str()), default])
                }
            });
        }
        Ok(Field::List(fields))
    }
}
