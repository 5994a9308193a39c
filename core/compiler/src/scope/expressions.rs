//! First pass of the symbol table: expressions, comprehensions and assignment expressions.
//!
//! Invariant: a list, set or dict comprehension is inlined unless its block is a class or can see one.
//! Source: `symtable_visit_expr`, `symtable_handle_comprehension` and `symtable_handle_namedexpr` of CPython's Python/symtable.c.

use ruff_python_ast::name::Name;
use ruff_python_ast::{
    Comprehension, Expr, ExprContext, ExprNamed, InterpolatedStringElement, InterpolatedStringElements,
};
use ruff_text_size::TextRange;

use super::build::Builder;
use super::{ComprehensionKind, ScopeKind, ScopeRole, flags, mangle};
use crate::error::Result;

impl<'a> Builder<'a> {
    /// Visits an expression in any context.
    pub(super) fn expression(&mut self, expression: &'a Expr) -> Result<()> {
        match expression {
            Expr::BoolOp(node) => self.all(&node.values),
            Expr::Named(node) => self.named(node),
            Expr::BinOp(node) => {
                self.expression(&node.left)?;
                self.expression(&node.right)
            }
            Expr::UnaryOp(node) => self.expression(&node.operand),
            Expr::Lambda(node) => {
                if let Some(parameters) = &node.parameters {
                    self.defaults(parameters)?;
                }
                self.enter(node, ScopeRole::Body, ScopeKind::Function);
                if let Some(parameters) = &node.parameters {
                    self.parameters(parameters)?;
                }
                self.expression(&node.body)?;
                self.leave();
                Ok(())
            }
            Expr::If(node) => {
                self.expression(&node.test)?;
                self.expression(&node.body)?;
                self.expression(&node.orelse)
            }
            Expr::Dict(node) => {
                for item in &node.items {
                    self.optional(item.key.as_ref())?;
                    self.expression(&item.value)?;
                }
                Ok(())
            }
            Expr::Set(node) => self.all(&node.elts),
            Expr::List(node) => self.all(&node.elts),
            Expr::Tuple(node) => self.all(&node.elts),
            Expr::ListComp(node) => {
                self.comprehension(node, ComprehensionKind::List, &node.generators, &node.elt, None)
            }
            Expr::SetComp(node) => {
                self.comprehension(node, ComprehensionKind::Set, &node.generators, &node.elt, None)
            }
            Expr::DictComp(node) => self.comprehension(
                node,
                ComprehensionKind::Dict,
                &node.generators,
                &node.value,
                node.key.as_deref(),
            ),
            Expr::Generator(node) => {
                self.comprehension(node, ComprehensionKind::Generator, &node.generators, &node.elt, None)
            }
            Expr::Await(node) => {
                self.not_in_annotation("await expression", node.range)?;
                self.expression(&node.value)?;
                if matches!(self.scope().kind, ScopeKind::Comprehension(_)) {
                    self.scope().is_coroutine = true;
                }
                Ok(())
            }
            Expr::Yield(node) => {
                self.yielding(node.range)?;
                self.optional(node.value.as_deref())
            }
            Expr::YieldFrom(node) => {
                self.yielding(node.range)?;
                self.expression(&node.value)
            }
            Expr::Compare(node) => {
                self.expression(&node.left)?;
                self.all(&node.comparators)
            }
            Expr::Call(node) => {
                self.expression(&node.func)?;
                self.all(&node.arguments.args)?;
                node.arguments.keywords.iter().try_for_each(|keyword| {
                    if let Some(name) = &keyword.arg
                        && name.as_str() == "__debug__"
                    {
                        return self.error(keyword.range, "cannot assign to __debug__");
                    }
                    self.expression(&keyword.value)
                })
            }
            Expr::FString(node) => {
                node.value.f_strings().try_for_each(|part| self.interpolated(&part.elements))
            }
            Expr::TString(node) => node.value.iter().try_for_each(|part| self.interpolated(&part.elements)),
            Expr::Attribute(node) => {
                if node.attr.as_str() == "__debug__" {
                    match node.ctx {
                        ExprContext::Store => return self.error(node.range, "cannot assign to __debug__"),
                        ExprContext::Del => return self.error(node.range, "cannot delete __debug__"),
                        _ => {}
                    }
                }
                self.expression(&node.value)
            }
            Expr::Subscript(node) => {
                self.expression(&node.value)?;
                self.expression(&node.slice)
            }
            Expr::Starred(node) => self.expression(&node.value),
            Expr::Name(node) => match node.ctx {
                ExprContext::Load | ExprContext::Invalid => {
                    self.use_name(&node.id);
                    if node.id.as_str() == "super" && self.scope().is_function_like() {
                        self.scope().add(&Name::new("__class__"), flags::USE);
                    }
                    Ok(())
                }
                ExprContext::Store => self.define(&node.id, flags::LOCAL, node.range),
                ExprContext::Del => {
                    if node.id.as_str() == "__debug__" {
                        return self.error(node.range, "cannot delete __debug__");
                    }
                    self.define(&node.id, flags::LOCAL, node.range)
                }
            },
            Expr::Slice(node) => {
                self.optional(node.lower.as_deref())?;
                self.optional(node.upper.as_deref())?;
                self.optional(node.step.as_deref())
            }
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::IpyEscapeCommand(_) => Ok(()),
        }
    }

    fn all(&mut self, expressions: &'a [Expr]) -> Result<()> {
        expressions.iter().try_for_each(|expression| self.expression(expression))
    }

    fn interpolated(&mut self, elements: &'a InterpolatedStringElements) -> Result<()> {
        for element in elements {
            if let InterpolatedStringElement::Interpolation(node) = element {
                self.expression(&node.expression)?;
                if let Some(specification) = &node.format_spec {
                    self.interpolated(&specification.elements)?;
                }
            }
        }
        Ok(())
    }

    fn not_in_annotation(&mut self, what: &str, range: TextRange) -> Result<()> {
        let scope = self.table.scope(self.current);
        if matches!(
            scope.kind,
            ScopeKind::Annotations
                | ScopeKind::TypeAlias
                | ScopeKind::TypeParameters
                | ScopeKind::TypeVariable
        ) {
            return self.error(range, format!("{what} cannot be used within {}", scope.description));
        }
        Ok(())
    }

    fn yielding(&mut self, range: TextRange) -> Result<()> {
        if let ScopeKind::Comprehension(kind) = self.scope().kind {
            let what = match kind {
                ComprehensionKind::List => "list comprehension",
                ComprehensionKind::Set => "set comprehension",
                ComprehensionKind::Dict => "dict comprehension",
                ComprehensionKind::Generator => "generator expression",
            };
            return self.error(range, format!("'yield' inside {what}"));
        }
        self.not_in_annotation("yield expression", range)?;
        self.scope().is_generator = true;
        Ok(())
    }

    fn comprehension<T>(
        &mut self,
        node: &T,
        kind: ComprehensionKind,
        generators: &'a [Comprehension],
        element: &'a Expr,
        key: Option<&'a Expr>,
    ) -> Result<()> {
        let Some((outermost, rest)) = generators.split_first() else { return Ok(()) };
        // The outermost iterable is evaluated outside.
        self.scope().in_iteration_expression += 1;
        self.expression(&outermost.iter)?;
        self.scope().in_iteration_expression -= 1;

        let outer = self.current;
        let outer_scope = self.scope();
        let inlined = kind != ComprehensionKind::Generator
            && outer_scope.kind != ScopeKind::Class
            && !outer_scope.can_see_class
            && (!matches!(outer_scope.kind, ScopeKind::Comprehension(_))
                || outer_scope.is_inlined
                || outer_scope.is_function_like());
        let sees_class = outer_scope.can_see_class;
        self.enter(node, ScopeRole::Body, ScopeKind::Comprehension(kind));
        let scope = self.scope();
        scope.is_inlined = inlined;
        scope.can_see_class = sees_class;
        scope.is_generator = kind == ComprehensionKind::Generator;
        scope.is_coroutine = outermost.is_async;
        if sees_class {
            scope.add(&Name::new("__classdict__"), flags::USE);
        }
        if !inlined {
            let name = Name::new(".0");
            scope.add(&name, flags::PARAMETER);
            scope.parameters.push(name);
        }
        self.iteration_target(&outermost.target)?;
        self.all(&outermost.ifs)?;
        for generator in rest {
            self.iteration_target(&generator.target)?;
            self.scope().in_iteration_expression += 1;
            self.expression(&generator.iter)?;
            self.scope().in_iteration_expression -= 1;
            self.all(&generator.ifs)?;
            if generator.is_async {
                self.scope().is_coroutine = true;
            }
        }
        self.expression(element)?;
        self.optional(key)?;
        let is_async = self.scope().is_coroutine;
        if inlined {
            self.leave_inlined();
        } else {
            self.leave();
        }
        if is_async
            && kind != ComprehensionKind::Generator
            && matches!(self.scope().kind, ScopeKind::Comprehension(_))
        {
            self.scope().is_coroutine = true;
        }
        debug_assert_eq!(self.current, outer);
        Ok(())
    }

    fn iteration_target(&mut self, target: &'a Expr) -> Result<()> {
        self.scope().in_iteration_target = true;
        let result = self.expression(target);
        self.scope().in_iteration_target = false;
        result
    }

    fn named(&mut self, node: &'a ExprNamed) -> Result<()> {
        self.not_in_annotation("named expression", node.range)?;
        if self.scope().in_iteration_expression > 0 {
            return self.error(
                node.range,
                "assignment expression cannot be used in a comprehension iterable expression",
            );
        }
        let Expr::Name(name) = &*node.target else {
            self.expression(&node.value)?;
            return self.expression(&node.target);
        };
        if matches!(self.scope().kind, ScopeKind::Comprehension(_)) {
            self.named_in_comprehension(&name.id, name.range)?;
        } else {
            self.define(&name.id, flags::LOCAL | flags::NAMED_TARGET, name.range)?;
        }
        self.expression(&node.value)
    }

    /// Binds the target of an assignment expression in the block around the comprehensions.
    fn named_in_comprehension(&mut self, name: &Name, range: TextRange) -> Result<()> {
        let mangled = mangle(self.class_name.as_ref(), name);
        let mut comprehensions = Vec::new();
        let mut id = self.current;
        loop {
            let scope = self.table.scope(id);
            match scope.kind {
                ScopeKind::Comprehension(_) => {
                    if scope.flags(&mangled) & flags::ITERATION != 0 {
                        let message = format!(
                            "assignment expression cannot rebind comprehension iteration variable '{name}'"
                        );
                        return self.error(range, message);
                    }
                    comprehensions.push(id);
                }
                ScopeKind::Function => {
                    let flag = if scope.flags(&mangled) & flags::GLOBAL != 0 {
                        flags::GLOBAL
                    } else {
                        flags::NONLOCAL
                    };
                    for comprehension in comprehensions {
                        let inner = self.table.scope_mut(comprehension);
                        let flag =
                            if inner.is_inlined { flags::NAMED_TARGET } else { flag | flags::NAMED_TARGET };
                        inner.add(&mangled, flag).directive = range;
                    }
                    if flag == flags::NONLOCAL {
                        self.define_in(id, name, flags::LOCAL | flags::NAMED_TARGET, range)?;
                    }
                    return Ok(());
                }
                ScopeKind::Module => {
                    for comprehension in comprehensions {
                        let inner = self.table.scope_mut(comprehension);
                        let flag = if inner.is_inlined { 0 } else { flags::GLOBAL };
                        inner.add(&mangled, flag | flags::NAMED_TARGET).directive = range;
                    }
                    return self.define_in(id, name, flags::GLOBAL | flags::NAMED_TARGET, range);
                }
                ScopeKind::Class => {
                    return self.error(
                        range,
                        "assignment expression within a comprehension cannot be used in a class body",
                    );
                }
                ScopeKind::Annotations
                | ScopeKind::TypeAlias
                | ScopeKind::TypeParameters
                | ScopeKind::TypeVariable => {
                    let message = format!(
                        "assignment expression within a comprehension cannot be used in {}",
                        scope.description
                    );
                    return self.error(range, message);
                }
            }
            match scope.parent {
                Some(parent) => id = parent,
                None => return Ok(()),
            }
        }
    }
}
