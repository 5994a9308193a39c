//! The abstract grammar: every class of nodes with its fields, in the notation of the language's own description, which is also what
//! the classes show as their documentation.
//!
//! Invariant: the module is built from this text and nothing else. `?` marks an optional field, `*` a list.
//! Source: the abstract grammar in the documentation of the module `ast`, Python 3.14.

/// A sum: a base class, and the classes that inherit from it.
pub(super) struct Sum {
    pub(super) name: &'static str,
    /// Its constructors; where there is one of the sum's own name, the class has fields itself and no subclass.
    pub(super) constructors: &'static [&'static str],
    pub(super) attributes: Attributes,
}

/// The places that nodes of a sum have.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(super) enum Attributes {
    None,
    /// The end is optional.
    Place,
    /// The end is required.
    WholePlace,
}

use Attributes::{None as Nowhere, Place, WholePlace};

const fn sum(name: &'static str, attributes: Attributes, constructors: &'static [&'static str]) -> Sum {
    Sum { name, constructors, attributes }
}

/// All of it.
pub(super) const GRAMMAR: &[Sum] = &[
    sum(
        "mod",
        Nowhere,
        &[
            "Module(stmt* body, type_ignore* type_ignores)",
            "Interactive(stmt* body)",
            "Expression(expr body)",
            "FunctionType(expr* argtypes, expr returns)",
        ],
    ),
    sum(
        "stmt",
        Place,
        &[
            "FunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params)",
            "AsyncFunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params)",
            "ClassDef(identifier name, expr* bases, keyword* keywords, stmt* body, expr* decorator_list, type_param* type_params)",
            "Return(expr? value)",
            "Delete(expr* targets)",
            "Assign(expr* targets, expr value, string? type_comment)",
            "TypeAlias(expr name, type_param* type_params, expr value)",
            "AugAssign(expr target, operator op, expr value)",
            "AnnAssign(expr target, expr annotation, expr? value, int simple)",
            "For(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment)",
            "AsyncFor(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment)",
            "While(expr test, stmt* body, stmt* orelse)",
            "If(expr test, stmt* body, stmt* orelse)",
            "With(withitem* items, stmt* body, string? type_comment)",
            "AsyncWith(withitem* items, stmt* body, string? type_comment)",
            "Match(expr subject, match_case* cases)",
            "Raise(expr? exc, expr? cause)",
            "Try(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody)",
            "TryStar(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody)",
            "Assert(expr test, expr? msg)",
            "Import(alias* names)",
            "ImportFrom(identifier? module, alias* names, int? level)",
            "Global(identifier* names)",
            "Nonlocal(identifier* names)",
            "Expr(expr value)",
            "Pass",
            "Break",
            "Continue",
        ],
    ),
    sum(
        "expr",
        Place,
        &[
            "BoolOp(boolop op, expr* values)",
            "NamedExpr(expr target, expr value)",
            "BinOp(expr left, operator op, expr right)",
            "UnaryOp(unaryop op, expr operand)",
            "Lambda(arguments args, expr body)",
            "IfExp(expr test, expr body, expr orelse)",
            "Dict(expr?* keys, expr* values)",
            "Set(expr* elts)",
            "ListComp(expr elt, comprehension* generators)",
            "SetComp(expr elt, comprehension* generators)",
            "DictComp(expr key, expr value, comprehension* generators)",
            "GeneratorExp(expr elt, comprehension* generators)",
            "Await(expr value)",
            "Yield(expr? value)",
            "YieldFrom(expr value)",
            "Compare(expr left, cmpop* ops, expr* comparators)",
            "Call(expr func, expr* args, keyword* keywords)",
            "FormattedValue(expr value, int conversion, expr? format_spec)",
            "Interpolation(expr value, constant str, int conversion, expr? format_spec)",
            "JoinedStr(expr* values)",
            "TemplateStr(expr* values)",
            "Constant(constant value, string? kind)",
            "Attribute(expr value, identifier attr, expr_context ctx)",
            "Subscript(expr value, expr slice, expr_context ctx)",
            "Starred(expr value, expr_context ctx)",
            "Name(identifier id, expr_context ctx)",
            "List(expr* elts, expr_context ctx)",
            "Tuple(expr* elts, expr_context ctx)",
            "Slice(expr? lower, expr? upper, expr? step)",
        ],
    ),
    sum("expr_context", Nowhere, &["Load", "Store", "Del"]),
    sum("boolop", Nowhere, &["And", "Or"]),
    sum(
        "operator",
        Nowhere,
        &[
            "Add", "Sub", "Mult", "MatMult", "Div", "Mod", "Pow", "LShift", "RShift", "BitOr", "BitXor",
            "BitAnd", "FloorDiv",
        ],
    ),
    sum("unaryop", Nowhere, &["Invert", "Not", "UAdd", "USub"]),
    sum("cmpop", Nowhere, &["Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "Is", "IsNot", "In", "NotIn"]),
    sum("comprehension", Nowhere, &["comprehension(expr target, expr iter, expr* ifs, int is_async)"]),
    sum("excepthandler", Place, &["ExceptHandler(expr? type, identifier? name, stmt* body)"]),
    sum(
        "arguments",
        Nowhere,
        &[
            "arguments(arg* posonlyargs, arg* args, arg? vararg, arg* kwonlyargs, expr?* kw_defaults, arg? kwarg, expr* defaults)",
        ],
    ),
    sum("arg", Place, &["arg(identifier arg, expr? annotation, string? type_comment)"]),
    sum("keyword", Place, &["keyword(identifier? arg, expr value)"]),
    sum("alias", Place, &["alias(identifier name, identifier? asname)"]),
    sum("withitem", Nowhere, &["withitem(expr context_expr, expr? optional_vars)"]),
    sum("match_case", Nowhere, &["match_case(pattern pattern, expr? guard, stmt* body)"]),
    sum(
        "pattern",
        WholePlace,
        &[
            "MatchValue(expr value)",
            "MatchSingleton(constant value)",
            "MatchSequence(pattern* patterns)",
            "MatchMapping(expr* keys, pattern* patterns, identifier? rest)",
            "MatchClass(expr cls, pattern* patterns, identifier* kwd_attrs, pattern* kwd_patterns)",
            "MatchStar(identifier? name)",
            "MatchAs(pattern? pattern, identifier? name)",
            "MatchOr(pattern* patterns)",
        ],
    ),
    sum("type_ignore", Nowhere, &["TypeIgnore(int lineno, string tag)"]),
    sum(
        "type_param",
        WholePlace,
        &[
            "TypeVar(identifier name, expr? bound, expr? default_value)",
            "ParamSpec(identifier name, expr? default_value)",
            "TypeVarTuple(identifier name, expr? default_value)",
        ],
    ),
];

/// How often a field holds its type.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Quantity {
    One,
    Optional,
    Many,
}

/// A field of a constructor.
pub(super) struct Field {
    pub(super) type_name: &'static str,
    pub(super) quantity: Quantity,
    pub(super) name: &'static str,
}

/// The name of a constructor.
pub(super) fn name_of(constructor: &'static str) -> &'static str {
    constructor.split('(').next().unwrap_or(constructor)
}

/// The fields of a constructor.
pub(super) fn fields_of(constructor: &'static str) -> impl Iterator<Item = Field> {
    let inner = constructor.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or("");
    inner.split(", ").filter_map(|field| {
        let (type_name, name) = field.split_once(' ')?;
        // `?*` is a list whose items may be None.
        let quantity = match type_name.as_bytes() {
            [.., b'*'] => Quantity::Many,
            [.., b'?'] => Quantity::Optional,
            _ => Quantity::One,
        };
        Some(Field { type_name: type_name.trim_end_matches(['*', '?']), quantity, name })
    })
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn every_type_of_a_field_is_a_class() {
        for constructor in GRAMMAR.iter().flat_map(|sum| sum.constructors) {
            for field in fields_of(constructor) {
                let known = matches!(field.type_name, "identifier" | "string" | "int" | "constant")
                    || GRAMMAR.iter().any(|sum| sum.name == field.type_name);
                assert!(known, "{constructor}: {}", field.type_name);
            }
        }
        assert_eq!(fields_of("Pass").count(), 0);
        let arguments: std::vec::Vec<_> = fields_of("Dict(expr?* keys, expr* values)").collect();
        assert_eq!(
            (arguments.len(), arguments[0].quantity, arguments[0].type_name),
            (2, Quantity::Many, "expr")
        );
    }
}
