//! First pass of the symbol table: statements. Records what each block binds and uses.
//!
//! Invariant: every node that opens a block gets it exactly once, under its address and role. Errors are those that CPython's
//! symtable raises while visiting. Source: `symtable_visit_stmt` of CPython 3.14's Python/symtable.c.

use ruff_python_ast::name::Name;
use ruff_python_ast::{
    ExceptHandler, Expr, Mod, Parameter, Parameters, Pattern, Stmt, StmtAnnAssign, StmtClassDef,
    StmtFunctionDef, StmtTypeAlias, TypeParam, TypeParams,
};
use ruff_text_size::{Ranged, TextRange};

use super::{Resolution, Scope, ScopeId, ScopeKind, ScopeRole, SymbolTable, flags, mangle, node_key};
use crate::error::{Result, SyntaxError};
use crate::source::Source;

/// Builds the blocks of a module or expression.
pub(super) fn build<'a>(
    module: &'a Mod,
    source: &'a Source,
    future_annotations: bool,
) -> Result<SymbolTable<'a>> {
    let table = SymbolTable {
        scopes: vec![Scope::new(ScopeKind::Module, None)],
        by_node: std::collections::HashMap::new(),
    };
    let mut builder =
        Builder { table, source, current: SymbolTable::MODULE, class_name: None, future_annotations };
    match module {
        Mod::Module(module) => builder.statements(&module.body)?,
        Mod::Expression(expression) => builder.expression(&expression.body)?,
    }
    Ok(builder.table)
}

/// The state of the first pass.
pub(super) struct Builder<'a> {
    pub(super) table: SymbolTable<'a>,
    pub(super) source: &'a Source,
    pub(super) current: ScopeId,
    pub(super) class_name: Option<Name>,
    pub(super) future_annotations: bool,
}

impl<'a> Builder<'a> {
    pub(super) fn error<T>(&self, range: TextRange, message: impl Into<String>) -> Result<T> {
        Err(SyntaxError::at(self.source, range, message))
    }

    pub(super) fn scope(&mut self) -> &mut Scope<'a> {
        self.table.scope_mut(self.current)
    }

    pub(super) fn enter<T>(&mut self, node: &T, role: ScopeRole, kind: ScopeKind) -> ScopeId {
        let parent = self.current;
        let outer = self.table.scope(parent);
        let mut scope = Scope::new(kind, Some(parent));
        scope.is_nested = outer.is_nested || outer.is_function_like();
        scope.class_name = self.class_name.clone();
        scope.in_iteration_expression = outer.in_iteration_expression;
        let id = ScopeId(self.table.scopes.len() as u32);
        self.table.scopes.push(scope);
        self.table.scope_mut(parent).children.push(id);
        self.table.by_node.insert((node_key(node), role), id);
        self.current = id;
        id
    }

    pub(super) fn leave(&mut self) {
        self.current = self.scope().parent.unwrap_or(SymbolTable::MODULE);
    }

    /// Records a name in the current block.
    pub(super) fn define(&mut self, name: &Name, flag: u16, range: TextRange) -> Result<()> {
        self.define_in(self.current, name, flag, range)
    }

    pub(super) fn define_in(&mut self, id: ScopeId, name: &Name, flag: u16, range: TextRange) -> Result<()> {
        if flag & (flags::BOUND | flags::GLOBAL | flags::NONLOCAL) != 0 && name.as_str() == "__debug__" {
            return self.error(range, "cannot assign to __debug__");
        }
        let name = mangle(self.class_name.as_ref(), name);
        let scope = self.table.scope_mut(id);
        let seen = scope.flags(&name);
        if flag & flags::PARAMETER != 0 && seen & flags::PARAMETER != 0 {
            return self.error(range, format!("duplicate parameter '{name}' in function definition"));
        }
        if flag & flags::TYPE_PARAMETER != 0 {
            if seen & flags::TYPE_PARAMETER != 0 {
                return self.error(range, format!("duplicate type parameter '{name}'"));
            }
            if matches!(name.as_str(), "__classdict__" | "__class__" | "__classdictcell__" | "__classcell__")
            {
                return self
                    .error(range, format!("reserved name '{name}' cannot be used for type parameter"));
            }
        }
        if scope.in_iteration_target && flag & flags::LOCAL != 0 {
            if seen & (flags::GLOBAL | flags::NONLOCAL | flags::NAMED_TARGET) != 0 {
                return self.error(
                    range,
                    format!("comprehension inner loop cannot rebind assignment expression target '{name}'"),
                );
            }
            scope.add(&name, flags::ITERATION);
        }
        let symbol = scope.add(&name, flag);
        if flag & (flags::GLOBAL | flags::NONLOCAL | flags::TYPE_PARAMETER) != 0
            && symbol.directive == TextRange::default()
        {
            symbol.directive = range;
        }
        if flag & flags::PARAMETER != 0 {
            scope.parameters.push(name);
        }
        Ok(())
    }

    pub(super) fn use_name(&mut self, name: &Name) {
        let name = mangle(self.class_name.as_ref(), name);
        self.scope().add(&name, flags::USE);
    }

    pub(super) fn statements(&mut self, statements: &'a [Stmt]) -> Result<()> {
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    fn conditional(&mut self, statements: &'a [Stmt]) -> Result<()> {
        self.scope().in_conditional_block += 1;
        self.statements(statements)?;
        self.scope().in_conditional_block -= 1;
        Ok(())
    }

    fn statement(&mut self, statement: &'a Stmt) -> Result<()> {
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::TypeAlias(alias) => self.type_alias(alias),
            Stmt::Return(node) => {
                if let Some(value) = &node.value {
                    self.expression(value)?;
                    self.scope().return_value.get_or_insert(node.range);
                }
                Ok(())
            }
            Stmt::Delete(node) => node.targets.iter().try_for_each(|target| self.expression(target)),
            Stmt::Assign(node) => {
                node.targets.iter().try_for_each(|target| self.expression(target))?;
                self.expression(&node.value)
            }
            Stmt::AugAssign(node) => {
                self.expression(&node.target)?;
                if let Expr::Name(name) = &*node.target {
                    self.use_name(&name.id);
                }
                self.expression(&node.value)
            }
            Stmt::AnnAssign(node) => self.annotated_assignment(node),
            Stmt::For(node) => {
                self.expression(&node.target)?;
                self.expression(&node.iter)?;
                self.conditional(&node.body)?;
                self.conditional(&node.orelse)
            }
            Stmt::While(node) => {
                self.expression(&node.test)?;
                self.conditional(&node.body)?;
                self.conditional(&node.orelse)
            }
            Stmt::If(node) => {
                self.expression(&node.test)?;
                self.conditional(&node.body)?;
                for clause in &node.elif_else_clauses {
                    if let Some(test) = &clause.test {
                        self.expression(test)?;
                    }
                    self.conditional(&clause.body)?;
                }
                Ok(())
            }
            Stmt::With(node) => {
                for item in &node.items {
                    self.expression(&item.context_expr)?;
                    if let Some(target) = &item.optional_vars {
                        self.expression(target)?;
                    }
                }
                self.conditional(&node.body)
            }
            Stmt::Match(node) => {
                self.expression(&node.subject)?;
                for case in &node.cases {
                    self.pattern(&case.pattern)?;
                    if let Some(guard) = &case.guard {
                        self.expression(guard)?;
                    }
                    self.conditional(&case.body)?;
                }
                Ok(())
            }
            Stmt::Raise(node) => {
                self.optional(node.exc.as_deref())?;
                self.optional(node.cause.as_deref())
            }
            Stmt::Try(node) => {
                self.conditional(&node.body)?;
                for ExceptHandler::ExceptHandler(handler) in &node.handlers {
                    self.optional(handler.type_.as_deref())?;
                    if let Some(name) = &handler.name {
                        self.define(&name.id, flags::LOCAL, handler.range)?;
                    }
                    self.conditional(&handler.body)?;
                }
                self.conditional(&node.orelse)?;
                self.conditional(&node.finalbody)
            }
            Stmt::Assert(node) => {
                self.expression(&node.test)?;
                self.optional(node.msg.as_deref())
            }
            Stmt::Import(node) => {
                for alias in &node.names {
                    self.import(&alias.name.id, alias.asname.as_ref().map(|name| &name.id), alias.range)?;
                }
                Ok(())
            }
            Stmt::ImportFrom(node) => {
                for alias in &node.names {
                    if alias.name.as_str() == "*" {
                        if self.scope().kind != ScopeKind::Module {
                            return self.error(alias.range, "import * only allowed at module level");
                        }
                    } else {
                        self.import(&alias.name.id, alias.asname.as_ref().map(|name| &name.id), alias.range)?;
                    }
                }
                Ok(())
            }
            Stmt::Global(node) => node
                .names
                .iter()
                .try_for_each(|name| self.directive(&name.id, node.range, flags::GLOBAL, "global")),
            Stmt::Nonlocal(node) => node
                .names
                .iter()
                .try_for_each(|name| self.directive(&name.id, node.range, flags::NONLOCAL, "nonlocal")),
            Stmt::Expr(node) => self.expression(&node.value),
            Stmt::Pass(_) | Stmt::Break(_) | Stmt::Continue(_) | Stmt::IpyEscapeCommand(_) => Ok(()),
        }
    }

    fn import(&mut self, name: &Name, alias: Option<&Name>, range: TextRange) -> Result<()> {
        match alias {
            Some(alias) => self.define(alias, flags::IMPORT | flags::LOCAL, range),
            None => {
                let first = name.as_str().split('.').next().unwrap_or_default();
                self.define(&Name::new(first), flags::IMPORT | flags::LOCAL, range)
            }
        }
    }

    fn directive(&mut self, name: &Name, range: TextRange, flag: u16, word: &str) -> Result<()> {
        let mangled = mangle(self.class_name.as_ref(), name);
        let seen = self.scope().flags(&mangled);
        if seen & flags::PARAMETER != 0 {
            return self.error(range, format!("name '{name}' is parameter and {word}"));
        }
        if seen & flags::USE != 0 {
            return self.error(range, format!("name '{name}' is used prior to {word} declaration"));
        }
        if seen & flags::ANNOTATED != 0 {
            return self.error(range, format!("annotated name '{name}' can't be {word}"));
        }
        if seen & flags::LOCAL != 0 {
            return self.error(range, format!("name '{name}' is assigned to before {word} declaration"));
        }
        if flag == flags::GLOBAL && self.current != SymbolTable::MODULE {
            // The module's own uses of the name mean the same variable, also where `exec` gives its code a namespace besides the globals.
            self.define_in(SymbolTable::MODULE, name, flag, range)?;
        }
        self.define(name, flag, range)
    }

    pub(super) fn optional(&mut self, expression: Option<&'a Expr>) -> Result<()> {
        expression.map_or(Ok(()), |expression| self.expression(expression))
    }

    fn annotated_assignment(&mut self, node: &'a StmtAnnAssign) -> Result<()> {
        let simple = match &*node.target {
            Expr::Name(name) => {
                node.simple
                    && !self
                        .source
                        .slice(TextRange::new(node.range.start(), name.range.start()))
                        .contains('(')
            }
            _ => false,
        };
        self.scope().has_annotations = true;
        if let Expr::Name(name) = &*node.target {
            if name.id.as_str() == "__debug__" {
                return self.error(node.range, "cannot assign to __debug__");
            }
            let mangled = mangle(self.class_name.as_ref(), &name.id);
            let module = self.current == SymbolTable::MODULE;
            if self.scope().flags(&mangled) & (flags::GLOBAL | flags::NONLOCAL) != 0 && !module && simple {
                let word =
                    if self.scope().flags(&mangled) & flags::GLOBAL != 0 { "global" } else { "nonlocal" };
                return self.error(node.range, format!("annotated name '{}' can't be {word}", name.id));
            }
            if simple {
                self.define(&name.id, flags::ANNOTATED | flags::LOCAL, name.range)?;
            } else if node.value.is_some() {
                self.define(&name.id, flags::LOCAL, name.range)?;
            }
        } else {
            self.expression(&node.target)?;
        }
        let kind = self.scope().kind;
        let deferred =
            simple && matches!(kind, ScopeKind::Module | ScopeKind::Class) && !self.future_annotations;
        if deferred {
            let conditional = kind == ScopeKind::Module || self.scope().in_conditional_block > 0;
            self.scope().annotations.push((node, conditional));
            if conditional && !self.scope().has_conditional_annotations {
                self.scope().has_conditional_annotations = true;
                let flag = if kind == ScopeKind::Class { flags::LOCAL } else { flags::USE };
                self.scope().add(&Name::new_static_conditional(), flag);
            }
            self.module_annotation(&node.annotation)?;
        } else if matches!(kind, ScopeKind::Module | ScopeKind::Class) && !simple && !self.future_annotations
        {
            // Evaluated where it stands only to be dropped: CPython does not evaluate it at all.
            self.unevaluated_annotation(node, &node.annotation)?;
        } else {
            self.unevaluated_annotation(node, &node.annotation)?;
        }
        self.optional(node.value.as_deref())
    }

    /// Visits a class or module annotation in the one block that all of them share.
    fn module_annotation(&mut self, annotation: &'a Expr) -> Result<()> {
        let outer = self.current;
        let id = match self.scope().annotation_scope {
            Some(id) => {
                self.current = id;
                id
            }
            None => {
                let class = self.scope().kind == ScopeKind::Class;
                let conditional = Name::new_static_conditional();
                let id = self.enter(annotation, ScopeRole::Annotations, ScopeKind::Annotations);
                self.scope().description = "an annotation";
                self.annotation_parameter();
                self.see_class(class);
                self.table.scope_mut(outer).annotation_scope = Some(id);
                let _ = conditional;
                id
            }
        };
        if self.table.scope(outer).has_conditional_annotations {
            self.table.scope_mut(id).add(&Name::new_static_conditional(), flags::USE);
        }
        self.expression(annotation)?;
        self.current = outer;
        Ok(())
    }

    fn unevaluated_annotation<T>(&mut self, node: &T, annotation: &'a Expr) -> Result<()> {
        self.enter(node, ScopeRole::Annotations, ScopeKind::Annotations);
        self.scope().description = "an annotation";
        self.scope().is_unevaluated = true;
        let result = self.expression(annotation);
        self.leave();
        result
    }

    fn annotation_parameter(&mut self) {
        // Not a possible name in source text, so that it hides nothing.
        let name = Name::new(".format");
        self.scope().add(&name, flags::PARAMETER);
        self.scope().parameters.push(name);
    }

    fn see_class(&mut self, see: bool) {
        if see {
            self.scope().can_see_class = true;
            self.scope().add(&Name::new("__classdict__"), flags::USE);
        }
    }

    /// Whether the current block is a class, or one that sees its class.
    fn is_in_class(&mut self) -> bool {
        self.scope().kind == ScopeKind::Class || self.scope().can_see_class
    }

    fn function(&mut self, function: &'a StmtFunctionDef) -> Result<()> {
        self.define(&function.name.id, flags::LOCAL, function.range)?;
        self.defaults(&function.parameters)?;
        function.decorator_list.iter().try_for_each(|decorator| self.expression(&decorator.expression))?;
        let outer = self.current;
        if let Some(type_parameters) = &function.type_params {
            self.type_parameters(function, type_parameters)?;
            for (name, present) in [
                (
                    ".defaults",
                    function
                        .parameters
                        .iter_non_variadic_params()
                        .any(|p| p.default.is_some() && !is_keyword_only(&function.parameters, p)),
                ),
                (".kwdefaults", function.parameters.kwonlyargs.iter().any(|p| p.default.is_some())),
            ] {
                if present {
                    let name = Name::new(name);
                    self.scope().add(&name, flags::PARAMETER);
                    self.scope().parameters.push(name);
                }
            }
        }
        self.function_annotations(function)?;
        self.enter(function, ScopeRole::Body, ScopeKind::Function);
        self.scope().is_coroutine = function.is_async;
        self.parameters(&function.parameters)?;
        self.statements(&function.body)?;
        if self.scope().is_coroutine
            && self.scope().is_generator
            && let Some(range) = self.scope().return_value
        {
            return self.error(range, "'return' with value in async generator");
        }
        self.current = outer;
        Ok(())
    }

    fn function_annotations(&mut self, function: &'a StmtFunctionDef) -> Result<()> {
        let class = self.is_in_class();
        self.enter(function, ScopeRole::Annotations, ScopeKind::Annotations);
        self.scope().description = "an annotation";
        if self.future_annotations {
            self.scope().is_unevaluated = true;
        } else {
            self.annotation_parameter();
            self.see_class(class);
        }
        for annotation in function.parameters.iter().filter_map(|parameter| parameter.annotation()) {
            self.scope().has_annotations = true;
            // `*args: *Ts`
            self.expression(annotation)?;
        }
        if let Some(returns) = &function.returns {
            self.scope().has_annotations = true;
            self.expression(returns)?;
        }
        if !self.scope().has_annotations {
            // Nothing is compiled for it, so it must not ask the class for anything.
            self.scope().is_unevaluated = true;
        }
        self.leave();
        Ok(())
    }

    pub(super) fn defaults(&mut self, parameters: &'a Parameters) -> Result<()> {
        parameters
            .iter_non_variadic_params()
            .try_for_each(|parameter| self.optional(parameter.default.as_deref()))
    }

    pub(super) fn parameters(&mut self, parameters: &'a Parameters) -> Result<()> {
        let positional = parameters.posonlyargs.iter().chain(&parameters.args);
        let named = positional.chain(&parameters.kwonlyargs).map(|parameter| &parameter.parameter);
        let collected = [&parameters.vararg, &parameters.kwarg];
        let all: Vec<&Parameter> =
            named.chain(collected.into_iter().flatten().map(|parameter| &**parameter)).collect();
        all.into_iter().try_for_each(|parameter| {
            self.define(
                &parameter.name.id,
                flags::PARAMETER,
                TextRange::new(parameter.name.range.start(), parameter.range.end()),
            )
        })
    }

    fn class(&mut self, class: &'a StmtClassDef) -> Result<()> {
        self.define(&class.name.id, flags::LOCAL, class.range)?;
        class.decorator_list.iter().try_for_each(|decorator| self.expression(&decorator.expression))?;
        let outer = self.current;
        let outer_class = self.class_name.clone();
        if let Some(type_parameters) = &class.type_params {
            self.type_parameters(class, type_parameters)?;
            self.class_name = Some(class.name.id.clone());
            self.scope().add(&Name::new(".type_params"), flags::LOCAL);
            self.class_name = outer_class.clone();
        }
        if let Some(arguments) = &class.arguments {
            arguments.args.iter().try_for_each(|argument| self.expression(argument))?;
            arguments.keywords.iter().try_for_each(|keyword| self.expression(&keyword.value))?;
        }
        self.class_name = Some(class.name.id.clone());
        self.enter(class, ScopeRole::Body, ScopeKind::Class);
        if class.type_params.is_some() {
            self.scope().add(&Name::new("__type_params__"), flags::LOCAL);
            self.scope().add(&Name::new(".type_params"), flags::USE);
        }
        self.statements(&class.body)?;
        self.current = outer;
        self.class_name = outer_class;
        Ok(())
    }

    fn type_alias(&mut self, alias: &'a StmtTypeAlias) -> Result<()> {
        self.expression(&alias.name)?;
        let outer = self.current;
        let class = self.is_in_class();
        if let Some(type_parameters) = &alias.type_params {
            self.type_parameters(alias, type_parameters)?;
        }
        self.enter(alias, ScopeRole::Body, ScopeKind::TypeAlias);
        self.scope().description = "a type alias";
        self.annotation_parameter();
        self.see_class(class);
        self.expression(&alias.value)?;
        self.current = outer;
        Ok(())
    }

    /// Opens the block of a type parameter list, and leaves it open.
    fn type_parameters<T>(&mut self, node: &T, parameters: &'a TypeParams) -> Result<()> {
        let class = self.is_in_class();
        self.enter(node, ScopeRole::TypeParameters, ScopeKind::TypeParameters);
        self.scope().description = "the definition of a generic";
        self.see_class(class);
        let mut defaults_seen = false;
        for parameter in &parameters.type_params {
            let (name, default) = match parameter {
                TypeParam::TypeVar(node) => (&node.name, &node.default),
                TypeParam::TypeVarTuple(node) => (&node.name, &node.default),
                TypeParam::ParamSpec(node) => (&node.name, &node.default),
            };
            if default.is_some() {
                defaults_seen = true;
            } else if defaults_seen {
                let message =
                    format!("non-default type parameter '{}' follows default type parameter", name.id);
                return self.error(parameter.range(), message);
            }
            self.define(&name.id, flags::TYPE_PARAMETER | flags::LOCAL, parameter.range())?;
            if let TypeParam::TypeVar(node) = parameter
                && let Some(bound) = &node.bound
            {
                let text = if matches!(**bound, Expr::Tuple(_)) {
                    "a TypeVar constraint"
                } else {
                    "a TypeVar bound"
                };
                self.type_variable(parameter, ScopeRole::Bound, bound, text, class)?;
            }
            if let Some(default) = default {
                let text = match parameter {
                    TypeParam::TypeVar(_) => "a TypeVar default",
                    TypeParam::TypeVarTuple(_) => "a TypeVarTuple default",
                    TypeParam::ParamSpec(_) => "a ParamSpec default",
                };
                self.type_variable(parameter, ScopeRole::Default, default, text, class)?;
            }
        }
        Ok(())
    }

    fn type_variable(
        &mut self,
        parameter: &TypeParam,
        role: ScopeRole,
        expression: &'a Expr,
        description: &'static str,
        class: bool,
    ) -> Result<()> {
        self.enter(parameter, role, ScopeKind::TypeVariable);
        self.scope().description = description;
        self.annotation_parameter();
        self.see_class(class);
        let result = self.expression(expression);
        self.leave();
        result
    }

    fn pattern(&mut self, pattern: &'a Pattern) -> Result<()> {
        match pattern {
            Pattern::MatchValue(node) => self.expression(&node.value),
            Pattern::MatchSingleton(_) => Ok(()),
            Pattern::MatchSequence(node) => {
                node.patterns.iter().try_for_each(|pattern| self.pattern(pattern))
            }
            Pattern::MatchMapping(node) => {
                node.keys.iter().try_for_each(|key| self.expression(key))?;
                node.patterns.iter().try_for_each(|pattern| self.pattern(pattern))?;
                node.rest.iter().try_for_each(|name| self.define(&name.id, flags::LOCAL, name.range))
            }
            Pattern::MatchClass(node) => {
                self.expression(&node.cls)?;
                node.arguments.patterns.iter().try_for_each(|pattern| self.pattern(pattern))?;
                node.arguments.keywords.iter().try_for_each(|keyword| self.pattern(&keyword.pattern))
            }
            Pattern::MatchStar(node) => {
                node.name.iter().try_for_each(|name| self.define(&name.id, flags::LOCAL, name.range))
            }
            Pattern::MatchAs(node) => {
                node.pattern.iter().try_for_each(|pattern| self.pattern(pattern))?;
                node.name.iter().try_for_each(|name| self.define(&name.id, flags::LOCAL, name.range))
            }
            Pattern::MatchOr(node) => node.patterns.iter().try_for_each(|pattern| self.pattern(pattern)),
        }
    }

    /// Closes an inlined comprehension: what it does not bind is used by the block around it.
    pub(super) fn leave_inlined(&mut self) {
        let id = self.current;
        self.leave();
        let outer = self.current;
        let scope = self.table.scope_mut(id);
        let symbols = std::mem::take(&mut scope.symbols);
        scope.index.clear();
        let (own, used): (Vec<_>, Vec<_>) =
            symbols.into_iter().partition(|symbol| symbol.flags & flags::BOUND != 0);
        for symbol in own {
            scope.add(&symbol.name, symbol.flags).resolution = Resolution::Unknown;
        }
        for symbol in used {
            if symbol.flags & flags::USE != 0 {
                self.table.scope_mut(outer).add(&symbol.name, flags::USE);
            }
        }
    }
}

fn is_keyword_only(parameters: &Parameters, parameter: &ruff_python_ast::ParameterWithDefault) -> bool {
    parameters.kwonlyargs.iter().any(|other| std::ptr::eq(other, parameter))
}

/// Names that the compiler itself makes.
pub(super) trait ImplicitNames {
    /// `__conditional_annotations__`
    fn new_static_conditional() -> Name;
}

impl ImplicitNames for Name {
    fn new_static_conditional() -> Name {
        Name::new("__conditional_annotations__")
    }
}
