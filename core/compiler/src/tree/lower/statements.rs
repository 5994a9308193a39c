//! Statements, parameters and type parameters.
//!
//! Invariant: as of [`super`]. Source: Parser/Python.asdl.

use ruff_python_ast as ast;
use ruff_python_ast::{ElifElseClause, ExceptHandler, Parameter, ParameterWithDefault, Stmt, Suite};
use ruff_text_size::{Ranged, TextRange};
use threadsnake_syntax::{Class, Field, NodeIndex};

use super::{Lowering, NO_INDEX, malformed};
use crate::error::Result;

impl Lowering<'_> {
    /// The statements of a block.
    pub(super) fn statements(&mut self, body: &[Field]) -> Result<Suite> {
        let mut statements = Vec::with_capacity(body.len());
        for statement in body {
            let index = self.index(statement)?;
            statements.push(self.statement(index)?);
        }
        Ok(statements.into())
    }

    fn block(&mut self, field: &Field) -> Result<Suite> {
        let body = self.list(field)?;
        self.statements(body)
    }

    fn decorators(&mut self, field: &Field) -> Result<Vec<ast::Decorator>> {
        let mut decorators = Vec::new();
        for item in self.list(field)? {
            let expression = self.boxed(item)?;
            decorators.push(ast::Decorator {
                node_index: NO_INDEX,
                range: expression.range(),
                expression: *expression,
            });
        }
        Ok(decorators)
    }

    fn statement(&mut self, index: NodeIndex) -> Result<Stmt> {
        let node = self.node(index)?;
        let position = node.position;
        let start = self.open(position);
        let node_index = NO_INDEX;
        Ok(match (node.class, &*node.fields) {
            (
                Class::FunctionDef | Class::AsyncFunctionDef,
                [name, arguments, body, decorators, returns, _, parameters],
            ) => {
                let decorator_list = self.decorators(decorators)?.into();
                let name = self.identifier(name)?;
                let type_params = self.type_parameters(parameters)?;
                let parameters = Box::new(self.parameters(arguments)?);
                let returns = self.optional_boxed(returns)?;
                let body = self.block(body)?;
                Stmt::FunctionDef(ast::StmtFunctionDef {
                    node_index,
                    is_async: node.class == Class::AsyncFunctionDef,
                    decorator_list,
                    name,
                    type_params,
                    parameters,
                    returns,
                    body,
                    range: self.close(start, position),
                })
            }
            (Class::ClassDef, [name, bases, keywords, body, decorators, parameters]) => {
                let decorator_list = self.decorators(decorators)?.into();
                let name = self.identifier(name)?;
                let type_params = self.type_parameters(parameters)?;
                let arguments = if self.list(bases)?.is_empty() && self.list(keywords)?.is_empty() {
                    None
                } else {
                    Some(Box::new(self.arguments(bases, keywords)?))
                };
                let body = self.block(body)?;
                let range = self.close(start, position);
                Stmt::ClassDef(ast::StmtClassDef {
                    node_index,
                    decorator_list,
                    name,
                    type_params,
                    arguments,
                    body,
                    range,
                })
            }
            (Class::Return, [value]) => {
                let value = self.optional_boxed(value)?;
                Stmt::Return(ast::StmtReturn { node_index, value, range: self.close(start, position) })
            }
            (Class::Delete, [targets]) => {
                let targets = self.expressions(targets)?;
                Stmt::Delete(ast::StmtDelete { node_index, targets, range: self.close(start, position) })
            }
            (Class::Assign, [targets, value, _]) => {
                let targets = self.expressions(targets)?;
                let value = self.boxed(value)?;
                let range = self.close(start, position);
                Stmt::Assign(ast::StmtAssign { node_index, targets, value, range })
            }
            (Class::TypeAlias, [name, parameters, value]) => {
                let name = self.boxed(name)?;
                let type_params = self.type_parameters(parameters)?;
                let value = self.boxed(value)?;
                let range = self.close(start, position);
                Stmt::TypeAlias(ast::StmtTypeAlias { node_index, name, type_params, value, range })
            }
            (Class::AugAssign, [target, operator, value]) => {
                let target = self.boxed(target)?;
                let op = self.operator(operator)?;
                let value = self.boxed(value)?;
                let range = self.close(start, position);
                Stmt::AugAssign(ast::StmtAugAssign { node_index, target, op, value, range })
            }
            (Class::AnnAssign, [target, annotation, value, simple]) => {
                let target = self.boxed(target)?;
                let annotation = self.boxed(annotation)?;
                let value = self.optional_boxed(value)?;
                let simple = self.number(simple) != 0;
                let range = self.close(start, position);
                Stmt::AnnAssign(ast::StmtAnnAssign { node_index, target, annotation, value, simple, range })
            }
            (Class::For | Class::AsyncFor, [target, iterable, body, orelse, _]) => {
                let target = self.boxed(target)?;
                let iter = self.boxed(iterable)?;
                let body = self.block(body)?;
                let orelse = self.block(orelse)?;
                let is_async = node.class == Class::AsyncFor;
                let range = self.close(start, position);
                Stmt::For(ast::StmtFor { node_index, is_async, target, iter, body, orelse, range })
            }
            (Class::While, [test, body, orelse]) => {
                let test = self.boxed(test)?;
                let body = self.block(body)?;
                let orelse = self.block(orelse)?;
                let range = self.close(start, position);
                Stmt::While(ast::StmtWhile { node_index, test, body, orelse, range })
            }
            (Class::If, [test, body, orelse]) => {
                let test = self.boxed(test)?;
                let body = self.block(body)?;
                let elif_else_clauses = self.otherwise(orelse)?;
                let range = self.close(start, position);
                Stmt::If(ast::StmtIf { node_index, test, body, elif_else_clauses, range })
            }
            (Class::With | Class::AsyncWith, [items, body, _]) => {
                let items = self.with_items(items)?;
                let body = self.block(body)?;
                let is_async = node.class == Class::AsyncWith;
                let range = self.close(start, position);
                Stmt::With(ast::StmtWith { node_index, is_async, items, body, range })
            }
            (Class::Match, [subject, cases]) => {
                let subject = self.boxed(subject)?;
                let cases = self.cases(cases)?;
                let range = self.close(start, position);
                Stmt::Match(ast::StmtMatch { node_index, subject, cases, range })
            }
            (Class::Raise, [exception, cause]) => {
                let exc = self.optional_boxed(exception)?;
                let cause = self.optional_boxed(cause)?;
                Stmt::Raise(ast::StmtRaise { node_index, exc, cause, range: self.close(start, position) })
            }
            (Class::Try | Class::TryStar, [body, handlers, orelse, finally]) => {
                let body = self.block(body)?;
                let handlers = self.handlers(handlers)?;
                let orelse = self.block(orelse)?;
                let finalbody = self.block(finally)?;
                let is_star = node.class == Class::TryStar;
                let range = self.close(start, position);
                Stmt::Try(ast::StmtTry { node_index, body, handlers, orelse, finalbody, is_star, range })
            }
            (Class::Assert, [test, message]) => {
                let test = self.boxed(test)?;
                let msg = self.optional_boxed(message)?;
                Stmt::Assert(ast::StmtAssert { node_index, test, msg, range: self.close(start, position) })
            }
            (Class::Import, [names]) => {
                let names = self.aliases(names)?;
                let range = self.close(start, position);
                Stmt::Import(ast::StmtImport { node_index, names, is_lazy: false, range })
            }
            (Class::ImportFrom, [module, names, level]) => {
                let module = self.optional_identifier(module)?;
                let names = self.aliases(names)?;
                let level = u32::try_from(self.number(level)).unwrap_or(0);
                let range = self.close(start, position);
                Stmt::ImportFrom(ast::StmtImportFrom {
                    node_index,
                    module,
                    names,
                    level,
                    is_lazy: false,
                    range,
                })
            }
            (Class::Global, [names]) => {
                let names = self.identifiers(names)?;
                Stmt::Global(ast::StmtGlobal { node_index, names, range: self.close(start, position) })
            }
            (Class::Nonlocal, [names]) => {
                let names = self.identifiers(names)?;
                Stmt::Nonlocal(ast::StmtNonlocal { node_index, names, range: self.close(start, position) })
            }
            (Class::Expr, [value]) => {
                let value = self.boxed(value)?;
                Stmt::Expr(ast::StmtExpr { node_index, value, range: self.close(start, position) })
            }
            (Class::Pass, _) => Stmt::Pass(ast::StmtPass { node_index, range: self.close(start, position) }),
            (Class::Break, _) => {
                Stmt::Break(ast::StmtBreak { node_index, range: self.close(start, position) })
            }
            (Class::Continue, _) => {
                Stmt::Continue(ast::StmtContinue { node_index, range: self.close(start, position) })
            }
            (class, _) => return malformed(class.name()),
        })
    }

    /// The `else` of an `if`: nothing, or one clause.
    fn otherwise(&mut self, field: &Field) -> Result<Vec<ElifElseClause>> {
        if self.list(field)?.is_empty() {
            return Ok(Vec::new());
        }
        let start = self.open_here();
        let body = self.block(field)?;
        let range = self.close_here(start);
        Ok(vec![ElifElseClause { range, node_index: NO_INDEX, test: None, body }])
    }

    pub(super) fn identifiers(&mut self, field: &Field) -> Result<Vec<ast::Identifier>> {
        let mut names = Vec::new();
        for name in self.list(field)? {
            names.push(self.identifier(name)?);
        }
        Ok(names)
    }

    fn with_items(&mut self, field: &Field) -> Result<Vec<ast::WithItem>> {
        let mut items = Vec::new();
        for item in self.list(field)? {
            let node = self.node(self.index(item)?)?;
            let [context, target] = &*node.fields else { return malformed("withitem") };
            let context_expr = *self.boxed(context)?;
            let optional_vars = self.optional_boxed(target)?;
            let end = optional_vars.as_ref().map_or(context_expr.range(), |target| target.range());
            let range = TextRange::new(context_expr.range().start(), end.end());
            items.push(ast::WithItem { range, node_index: NO_INDEX, context_expr, optional_vars });
        }
        Ok(items)
    }

    fn cases(&mut self, field: &Field) -> Result<Vec<ast::MatchCase>> {
        let mut cases = Vec::new();
        for case in self.list(field)? {
            let node = self.node(self.index(case)?)?;
            let [pattern, guard, body] = &*node.fields else { return malformed("match_case") };
            let start = self.open_here();
            let pattern = self.pattern(pattern)?;
            let guard = self.optional_boxed(guard)?;
            let body = self.block(body)?;
            let range = self.close_here(start);
            cases.push(ast::MatchCase { range, node_index: NO_INDEX, pattern, guard, body });
        }
        Ok(cases)
    }

    fn handlers(&mut self, field: &Field) -> Result<Vec<ExceptHandler>> {
        let mut handlers = Vec::new();
        for handler in self.list(field)? {
            let node = self.node(self.index(handler)?)?;
            let [kind, name, body] = &*node.fields else { return malformed("ExceptHandler") };
            let start = self.open(node.position);
            let type_ = self.optional_boxed(kind)?;
            let name = self.optional_identifier(name)?;
            let body = self.block(body)?;
            let range = self.close(start, node.position);
            handlers.push(ExceptHandler::ExceptHandler(ast::ExceptHandlerExceptHandler {
                range,
                node_index: NO_INDEX,
                type_,
                name,
                body,
            }));
        }
        Ok(handlers)
    }

    fn aliases(&mut self, field: &Field) -> Result<Vec<ast::Alias>> {
        let mut aliases = Vec::new();
        for alias in self.list(field)? {
            let node = self.node(self.index(alias)?)?;
            let [name, other] = &*node.fields else { return malformed("alias") };
            let start = self.open(node.position);
            let name = self.identifier(name)?;
            let asname = self.optional_identifier(other)?;
            let range = self.close(start, node.position);
            aliases.push(ast::Alias { range, node_index: NO_INDEX, name, asname });
        }
        Ok(aliases)
    }

    fn parameter(&mut self, field: &Field) -> Result<Parameter> {
        let node = self.node(self.index(field)?)?;
        let [name, annotation, _] = &*node.fields else { return malformed("arg") };
        let start = self.open(node.position);
        let name = self.identifier(name)?;
        let annotation = self.optional_boxed(annotation)?;
        let range = self.close(start, node.position);
        Ok(Parameter { range, node_index: NO_INDEX, name, annotation })
    }

    fn optional_parameter(&mut self, field: &Field) -> Result<Option<Box<Parameter>>> {
        match field {
            Field::Absent => Ok(None),
            field => Ok(Some(Box::new(self.parameter(field)?))),
        }
    }

    fn with_default(&mut self, parameter: &Field, default: Option<&Field>) -> Result<ParameterWithDefault> {
        let parameter = self.parameter(parameter)?;
        let default = match default {
            Some(default) => self.optional_boxed(default)?,
            None => None,
        };
        let end = default.as_ref().map_or(parameter.range, |default| default.range());
        let range = TextRange::new(parameter.range.start(), end.end());
        Ok(ParameterWithDefault { range, node_index: NO_INDEX, parameter, default })
    }

    /// `arguments` of a function or lambda.
    pub(super) fn parameters(&mut self, field: &Field) -> Result<ast::Parameters> {
        let node = self.node(self.index(field)?)?;
        let [positional, plain, rest, keyword_only, keyword_defaults, keywords, defaults] = &*node.fields
        else {
            return malformed("arguments");
        };
        let start = self.open_here();
        let (positional, plain) = (self.list(positional)?, self.list(plain)?);
        let defaults = self.list(defaults)?;
        let without = (positional.len() + plain.len()).saturating_sub(defaults.len());
        let mut lowered = Vec::new();
        for (index, parameter) in positional.iter().chain(plain).enumerate() {
            let default = index.checked_sub(without).and_then(|index| defaults.get(index));
            lowered.push(self.with_default(parameter, default)?);
        }
        let args = lowered.split_off(positional.len());
        let vararg = self.optional_parameter(rest)?;
        let keyword_defaults = self.list(keyword_defaults)?;
        let mut kwonlyargs = Vec::new();
        for (index, parameter) in self.list(keyword_only)?.iter().enumerate() {
            kwonlyargs.push(self.with_default(parameter, keyword_defaults.get(index))?);
        }
        let kwarg = self.optional_parameter(keywords)?;
        Ok(ast::Parameters {
            range: self.close_here(start),
            node_index: NO_INDEX,
            posonlyargs: lowered.into(),
            args: args.into(),
            vararg,
            kwonlyargs: kwonlyargs.into(),
            kwarg,
        })
    }

    fn type_parameters(&mut self, field: &Field) -> Result<Option<Box<ast::TypeParams>>> {
        let items = self.list(field)?;
        if items.is_empty() {
            return Ok(None);
        }
        let outer = self.open_here();
        let mut type_params = Vec::new();
        for item in items {
            let node = self.node(self.index(item)?)?;
            let start = self.open(node.position);
            let node_index = NO_INDEX;
            type_params.push(match (node.class, &*node.fields) {
                (Class::TypeVar, [name, bound, default]) => {
                    let name = self.identifier(name)?;
                    let bound = self.optional_boxed(bound)?;
                    let default = self.optional_boxed(default)?;
                    let range = self.close(start, node.position);
                    ast::TypeParam::TypeVar(ast::TypeParamTypeVar { node_index, name, bound, default, range })
                }
                (Class::ParamSpec, [name, default]) => {
                    let name = self.identifier(name)?;
                    let default = self.optional_boxed(default)?;
                    let range = self.close(start, node.position);
                    ast::TypeParam::ParamSpec(ast::TypeParamParamSpec { node_index, name, default, range })
                }
                (Class::TypeVarTuple, [name, default]) => {
                    let name = self.identifier(name)?;
                    let default = self.optional_boxed(default)?;
                    let range = self.close(start, node.position);
                    ast::TypeParam::TypeVarTuple(ast::TypeParamTypeVarTuple {
                        node_index,
                        name,
                        default,
                        range,
                    })
                }
                (class, _) => return malformed(class.name()),
            });
        }
        let range = self.close_here(outer);
        Ok(Some(Box::new(ast::TypeParams { range, node_index: NO_INDEX, type_params })))
    }
}
