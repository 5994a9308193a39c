//! Checks of trees that programs made.
//!
//! Invariant: what passes has the structure that the grammar gives, so that the compiler may rely on it. Source: Python/ast.c of
//! CPython 3.14, whose words these are.

use threadsnake_bytecode::Constant;
use threadsnake_syntax::classes::Attributes;
use threadsnake_syntax::{Class, Field, Node, NodeIndex, Sum, Tree};

use crate::error::{ErrorKind, Result, SyntaxError};

struct Validator<'t> {
    tree: &'t Tree,
}

fn wrong<T>(message: impl Into<String>) -> Result<T> {
    Err(SyntaxError::without_position(ErrorKind::Value, message))
}

fn wrong_type<T>(message: impl Into<String>) -> Result<T> {
    Err(SyntaxError::without_position(ErrorKind::Type, message))
}

fn check_name(field: &Field) -> Result<()> {
    if let Field::Text(text) = field {
        for word in ["None", "True", "False"] {
            if &*text.0 == word.as_bytes() {
                return wrong(format!("identifier field can't represent '{word}' constant"));
            }
        }
    }
    Ok(())
}

fn check_capture(field: &Field) -> Result<()> {
    if let Field::Text(text) = field
        && &*text.0 == b"_"
    {
        return wrong("can't capture name '_' in patterns");
    }
    check_name(field)
}

fn items(field: &Field) -> &[Field] {
    match field {
        Field::List(items) => items,
        _ => &[],
    }
}

fn not_empty(field: &Field, what: &str, owner: &str) -> Result<()> {
    if items(field).is_empty() { wrong(format!("empty {what} on {owner}")) } else { Ok(()) }
}

/// Checks a tree.
pub(crate) fn validate(tree: &Tree) -> Result<()> {
    let validator = Validator { tree };
    let Some(root) = tree.root() else { return Ok(()) };
    match (root.class, &*root.fields) {
        (Class::Module | Class::Interactive, [body, ..]) => validator.statements(body),
        (Class::Expression, [body]) => validator.expression(body, Class::Load),
        _ => wrong("impossible module node"),
    }
}

impl<'t> Validator<'t> {
    fn node(&self, index: NodeIndex) -> Result<&'t Node> {
        self.tree.node(index).map_or_else(|| wrong("no such node"), Ok)
    }

    fn of(&self, field: &Field) -> Result<Option<&'t Node>> {
        match field {
            Field::Node(index) => self.node(*index).map(Some),
            _ => Ok(None),
        }
    }

    /// A node whose positions are in order.
    fn placed(&self, field: &Field, missing: &str) -> Result<&'t Node> {
        let Some(node) = self.of(field)? else {
            return wrong(format!("None disallowed in {missing} list"));
        };
        let place = node.position;
        if node.class.sum().attributes() == Attributes::None {
            return Ok(node);
        }
        if place.line > place.end_line {
            return wrong(format!("AST node line range ({}, {}) is not valid", place.line, place.end_line));
        }
        if (place.line < 0 && place.end_line != place.line)
            || (place.column < 0 && place.column != place.end_column)
        {
            return wrong(format!(
                "AST node column range ({}, {}) for line range ({}, {}) is not valid",
                place.column, place.end_column, place.line, place.end_line
            ));
        }
        if place.line == place.end_line && place.column > place.end_column {
            return wrong(format!(
                "line {}, column {}-{} is not a valid range",
                place.line, place.column, place.end_column
            ));
        }
        Ok(node)
    }

    fn statements(&self, field: &Field) -> Result<()> {
        items(field).iter().try_for_each(|item| self.statement(item))
    }

    fn body(&self, field: &Field, owner: &str) -> Result<()> {
        not_empty(field, "body", owner)?;
        self.statements(field)
    }

    fn expressions(&self, field: &Field, context: Class) -> Result<()> {
        items(field).iter().try_for_each(|item| self.expression(item, context))
    }

    /// Expressions among which None may be.
    fn loose_expressions(&self, field: &Field) -> Result<()> {
        items(field).iter().try_for_each(|item| self.optional(item))
    }

    fn optional(&self, field: &Field) -> Result<()> {
        if *field == Field::Absent { Ok(()) } else { self.expression(field, Class::Load) }
    }

    fn targets(&self, field: &Field, context: Class) -> Result<()> {
        not_empty(field, "targets", if context == Class::Del { "Delete" } else { "Assign" })?;
        self.expressions(field, context)
    }

    fn keywords(&self, field: &Field) -> Result<()> {
        for item in items(field) {
            if let [_, value] = &*self.placed(item, "keyword")?.fields {
                self.expression(value, Class::Load)?;
            }
        }
        Ok(())
    }

    fn parameter(&self, field: &Field) -> Result<()> {
        if let [_, annotation, _] = &*self.placed(field, "argument")?.fields {
            self.optional(annotation)?;
        }
        Ok(())
    }

    fn parameters(&self, field: &Field) -> Result<()> {
        let Some(node) = self.of(field)? else { return Ok(()) };
        let [positional, plain, rest, keyword_only, keyword_defaults, keywords, defaults] = &*node.fields
        else {
            return Ok(());
        };
        for list in [positional, plain] {
            items(list).iter().try_for_each(|item| self.parameter(item))?;
        }
        if *rest != Field::Absent {
            self.parameter(rest)?;
        }
        items(keyword_only).iter().try_for_each(|item| self.parameter(item))?;
        if *keywords != Field::Absent {
            self.parameter(keywords)?;
        }
        if items(defaults).len() > items(positional).len() + items(plain).len() {
            return wrong("more positional defaults than args on arguments");
        }
        if items(keyword_defaults).len() != items(keyword_only).len() {
            return wrong("length of kwonlyargs is not the same as kw_defaults on arguments");
        }
        self.expressions(defaults, Class::Load)?;
        self.loose_expressions(keyword_defaults)
    }

    fn type_parameters(&self, field: &Field) -> Result<()> {
        for item in items(field) {
            let node = self.placed(item, "type_param")?;
            if let [name, rest @ ..] = &*node.fields {
                check_name(name)?;
                rest.iter().try_for_each(|field| self.optional(field))?;
            }
        }
        Ok(())
    }

    fn comprehensions(&self, field: &Field) -> Result<()> {
        if items(field).is_empty() {
            return wrong("comprehension with no generators");
        }
        for item in items(field) {
            let Some(node) = self.of(item)? else { return wrong("None disallowed in comprehension list") };
            if let [target, iterable, conditions, _] = &*node.fields {
                self.expression(target, Class::Store)?;
                self.expression(iterable, Class::Load)?;
                self.expressions(conditions, Class::Load)?;
            }
        }
        Ok(())
    }

    fn statement(&self, field: &Field) -> Result<()> {
        let load = Class::Load;
        let node = self.placed(field, "statement")?;
        let name = node.class.name();
        match (node.class, &*node.fields) {
            (
                Class::FunctionDef | Class::AsyncFunctionDef,
                [_, arguments, body, decorators, returns, _, parameters],
            ) => {
                self.body(body, name)?;
                self.type_parameters(parameters)?;
                self.parameters(arguments)?;
                self.expressions(decorators, load)?;
                self.optional(returns)
            }
            (Class::ClassDef, [_, bases, keywords, body, decorators, parameters]) => {
                self.body(body, name)?;
                self.type_parameters(parameters)?;
                self.expressions(bases, load)?;
                self.keywords(keywords)?;
                self.expressions(decorators, load)
            }
            (Class::Return, [value]) => self.optional(value),
            (Class::Delete, [targets]) => self.targets(targets, Class::Del),
            (Class::Assign, [targets, value, _]) => {
                self.targets(targets, Class::Store)?;
                self.expression(value, load)
            }
            (Class::AugAssign, [target, _, value]) => {
                self.expression(target, Class::Store)?;
                self.expression(value, load)
            }
            (Class::AnnAssign, [target, annotation, value, simple]) => {
                let is_name = self.of(target)?.is_some_and(|node| node.class == Class::Name);
                if !is_name && *simple != Field::Number(0) {
                    return wrong_type("AnnAssign with simple non-Name target");
                }
                self.expression(target, Class::Store)?;
                self.optional(value)?;
                self.expression(annotation, load)
            }
            (Class::TypeAlias, [target, parameters, value]) => {
                if self.of(target)?.is_none_or(|node| node.class != Class::Name) {
                    return wrong_type("TypeAlias with non-Name name");
                }
                self.expression(target, Class::Store)?;
                self.type_parameters(parameters)?;
                self.expression(value, load)
            }
            (Class::For | Class::AsyncFor, [target, iterable, body, orelse, _]) => {
                self.expression(target, Class::Store)?;
                self.expression(iterable, load)?;
                self.body(body, name)?;
                self.statements(orelse)
            }
            (Class::While | Class::If, [test, body, orelse]) => {
                self.expression(test, load)?;
                self.body(body, name)?;
                self.statements(orelse)
            }
            (Class::With | Class::AsyncWith, [with_items, body, _]) => {
                not_empty(with_items, "items", name)?;
                for item in items(with_items) {
                    let Some(node) = self.of(item)? else {
                        return wrong("None disallowed in withitem list");
                    };
                    if let [context, target] = &*node.fields {
                        self.expression(context, load)?;
                        if *target != Field::Absent {
                            self.expression(target, Class::Store)?;
                        }
                    }
                }
                self.body(body, name)
            }
            (Class::Match, [subject, cases]) => {
                self.expression(subject, load)?;
                not_empty(cases, "cases", "Match")?;
                for case in items(cases) {
                    let Some(node) = self.of(case)? else {
                        return wrong("None disallowed in match_case list");
                    };
                    if let [pattern, guard, body] = &*node.fields {
                        self.pattern(pattern, false)?;
                        self.optional(guard)?;
                        self.body(body, "match_case")?;
                    }
                }
                Ok(())
            }
            (Class::Raise, [exception, cause]) => {
                if *exception == Field::Absent && *cause != Field::Absent {
                    return wrong("Raise with cause but no exception");
                }
                self.optional(exception)?;
                self.optional(cause)
            }
            (Class::Try | Class::TryStar, [body, handlers, orelse, finally]) => {
                self.body(body, name)?;
                if items(handlers).is_empty() && items(finally).is_empty() {
                    return wrong(format!("{name} has neither handlers nor finalbody"));
                }
                if items(handlers).is_empty() && !items(orelse).is_empty() {
                    return wrong(format!("{name} has orelse but no except handlers"));
                }
                for handler in items(handlers) {
                    if let [kind, _, body] = &*self.placed(handler, "excepthandler")?.fields {
                        self.optional(kind)?;
                        self.body(body, "ExceptHandler")?;
                    }
                }
                self.statements(finally)?;
                self.statements(orelse)
            }
            (Class::Assert, [test, message]) => {
                self.expression(test, load)?;
                self.optional(message)
            }
            (Class::Import, [names]) => self.aliases(names, name),
            (Class::ImportFrom, [_, names, level]) => {
                if matches!(level, Field::Number(level) if *level < 0) {
                    return wrong("Negative ImportFrom level");
                }
                self.aliases(names, name)
            }
            (Class::Global | Class::Nonlocal, [names]) => {
                not_empty(names, "names", name)?;
                if items(names).contains(&Field::Absent) {
                    return wrong("None disallowed in identifier list");
                }
                Ok(())
            }
            (Class::Expr, [value]) => self.expression(value, load),
            _ => Ok(()),
        }
    }

    fn aliases(&self, names: &Field, owner: &str) -> Result<()> {
        not_empty(names, "names", owner)?;
        items(names).iter().try_for_each(|item| self.placed(item, "alias").map(|_| ()))
    }

    fn expression(&self, field: &Field, context: Class) -> Result<()> {
        let node = self.placed(field, "expression")?;
        let own_context = match (node.class, &*node.fields) {
            (Class::Name, [name, own]) => {
                check_name(name)?;
                Some(own)
            }
            (Class::Attribute | Class::Subscript, [_, _, own]) => Some(own),
            (Class::Starred | Class::List | Class::Tuple, [_, own]) => Some(own),
            _ if context != Class::Load => {
                return wrong(format!("expression which can't be assigned to in {} context", context.name()));
            }
            _ => None,
        };
        if let Some(own) = own_context
            && let Some(own) = self.of(own)?
            && own.class != context
        {
            return wrong(format!(
                "expression must have {} context but has {} instead",
                context.name(),
                own.class.name()
            ));
        }
        let load = Class::Load;
        match (node.class, &*node.fields) {
            (Class::BoolOp, [_, values]) => {
                if items(values).len() < 2 {
                    return wrong("BoolOp with less than 2 values");
                }
                self.expressions(values, load)
            }
            (Class::Lambda, [parameters, body]) => {
                self.parameters(parameters)?;
                self.expression(body, load)
            }
            (Class::Dict, [keys, values]) => {
                if items(keys).len() != items(values).len() {
                    return wrong("Dict doesn't have the same number of keys as values");
                }
                self.loose_expressions(keys)?;
                self.expressions(values, load)
            }
            (Class::ListComp | Class::SetComp | Class::GeneratorExp, [element, generators]) => {
                self.comprehensions(generators)?;
                self.expression(element, load)
            }
            (Class::DictComp, [key, value, generators]) => {
                self.comprehensions(generators)?;
                self.expression(key, load)?;
                self.expression(value, load)
            }
            (Class::Compare, [left, operators, comparators]) => {
                if items(comparators).is_empty() {
                    return wrong("Compare with no comparators");
                }
                if items(comparators).len() != items(operators).len() {
                    return wrong("Compare has a different number of comparators and operands");
                }
                self.expressions(comparators, load)?;
                self.expression(left, load)
            }
            (Class::Call, [function, arguments, keywords]) => {
                self.expression(function, load)?;
                self.expressions(arguments, load)?;
                self.keywords(keywords)
            }
            (Class::Starred, [value, _]) => self.expression(value, context),
            (Class::List | Class::Tuple, [values, _]) => self.expressions(values, context),
            (Class::NamedExpr, [target, value]) => {
                if self.of(target)?.is_none_or(|node| node.class != Class::Name) {
                    return wrong_type("NamedExpr target must be a Name");
                }
                self.expression(value, load)
            }
            (Class::Constant, _) => Ok(()),
            (_, fields) => {
                for field in fields {
                    match field {
                        Field::List(_) => self.expressions(field, load)?,
                        Field::Node(_)
                            if self.of(field)?.is_some_and(|node| node.class.sum() == Sum::Expr) =>
                        {
                            self.expression(field, load)?;
                        }
                        _ => {}
                    }
                }
                Ok(())
            }
        }
    }

    /// The value of a pattern: a literal, a signed or complex number, or a dotted name.
    fn pattern_value(&self, field: &Field) -> Result<()> {
        self.expression(field, Class::Load)?;
        let Some(node) = self.of(field)? else { return Ok(()) };
        match (node.class, &*node.fields) {
            (Class::Constant, [Field::Constant(value), _]) => match value {
                Constant::Integer(_)
                | Constant::BigInteger { .. }
                | Constant::Float(_)
                | Constant::Complex(..)
                | Constant::Text(_)
                | Constant::Bytes(_) => Ok(()),
                _ => wrong("unexpected constant inside of a literal pattern"),
            },
            (Class::Attribute, _) => Ok(()),
            (Class::UnaryOp, [operator, operand]) => {
                let negative = self.of(operator)?.is_some_and(|node| node.class == Class::USub);
                if negative && self.is_number(operand, true, true)? {
                    return Ok(());
                }
                wrong("patterns may only match literals and attribute lookups")
            }
            (Class::BinOp, [left, operator, right]) => {
                let sum =
                    self.of(operator)?.is_some_and(|node| matches!(node.class, Class::Add | Class::Sub));
                if sum && self.is_signed(left)? && self.is_number(right, false, true)? {
                    return Ok(());
                }
                wrong("patterns may only match literals and attribute lookups")
            }
            (Class::JoinedStr | Class::TemplateStr, _) => Ok(()),
            _ => wrong("patterns may only match literals and attribute lookups"),
        }
    }

    fn is_signed(&self, field: &Field) -> Result<bool> {
        match self.of(field)? {
            Some(node) if node.class == Class::UnaryOp => match &*node.fields {
                [operator, operand] => Ok(self.of(operator)?.is_some_and(|node| node.class == Class::USub)
                    && self.is_number(operand, true, false)?),
                _ => Ok(false),
            },
            _ => self.is_number(field, true, false),
        }
    }

    fn is_number(&self, field: &Field, real: bool, imaginary: bool) -> Result<bool> {
        Ok(match self.of(field)?.map(|node| (node.class, &*node.fields)) {
            Some((Class::Constant, [Field::Constant(value), _])) => match value {
                Constant::Integer(_) | Constant::BigInteger { .. } | Constant::Float(_) => real,
                Constant::Complex(..) => imaginary,
                _ => false,
            },
            _ => false,
        })
    }

    fn patterns(&self, field: &Field, star: bool) -> Result<()> {
        items(field).iter().try_for_each(|item| self.pattern(item, star))
    }

    fn pattern(&self, field: &Field, star: bool) -> Result<()> {
        let node = self.placed(field, "pattern")?;
        match (node.class, &*node.fields) {
            (Class::MatchValue, [value]) => self.pattern_value(value),
            (Class::MatchSingleton, [value]) => match value {
                Field::Constant(Constant::None | Constant::True | Constant::False) => Ok(()),
                _ => wrong("MatchSingleton can only contain True, False and None"),
            },
            (Class::MatchSequence, [patterns]) => self.patterns(patterns, true),
            (Class::MatchMapping, [keys, patterns, rest]) => {
                if items(keys).len() != items(patterns).len() {
                    return wrong("MatchMapping doesn't have the same number of keys as patterns");
                }
                check_capture(rest)?;
                for key in items(keys) {
                    let is_singleton = self.of(key)?.is_some_and(|node| {
                        node.class == Class::Constant
                            && matches!(
                                node.fields.first(),
                                Some(Field::Constant(Constant::None | Constant::True | Constant::False))
                            )
                    });
                    if !is_singleton {
                        self.pattern_value(key)?;
                    }
                }
                self.patterns(patterns, false)
            }
            (Class::MatchClass, [class, patterns, names, values]) => {
                if items(names).len() != items(values).len() {
                    return wrong(
                        "MatchClass doesn't have the same number of keyword attributes as patterns",
                    );
                }
                self.expression(class, Class::Load)?;
                let mut part = self.of(class)?;
                loop {
                    match part.map(|node| (node.class, &*node.fields)) {
                        Some((Class::Name, _)) => break,
                        Some((Class::Attribute, [value, ..])) => part = self.of(value)?,
                        _ => {
                            return wrong("MatchClass cls field can only contain Name or Attribute nodes.");
                        }
                    }
                }
                items(names).iter().try_for_each(check_name)?;
                self.patterns(patterns, false)?;
                self.patterns(values, false)
            }
            (Class::MatchStar, [name]) => {
                if !star {
                    return wrong("can't use MatchStar here");
                }
                check_capture(name)
            }
            (Class::MatchAs, [pattern, name]) => {
                check_capture(name)?;
                if *pattern == Field::Absent {
                    return Ok(());
                }
                if *name == Field::Absent {
                    return wrong("MatchAs must specify a target name if a pattern is given");
                }
                self.pattern(pattern, false)
            }
            (Class::MatchOr, [patterns]) => {
                if items(patterns).len() < 2 {
                    return wrong("MatchOr requires at least 2 patterns");
                }
                self.patterns(patterns, false)
            }
            _ => Ok(()),
        }
    }
}
