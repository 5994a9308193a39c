//! What kinds of expression there are, as far as error messages name them.
//!
//! Source: `_PyPegen_get_expr_name` and `_PyPegen_get_invalid_target` of CPython's Parser/pegen.c.

/// The kind of an expression.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum NodeKind {
    Name,
    None,
    True,
    False,
    Ellipsis,
    Literal,
    FormattedString,
    TemplateString,
    Tuple,
    List,
    Set,
    Dict,
    ListComprehension,
    SetComprehension,
    DictComprehension,
    Generator,
    Call,
    Attribute,
    Subscript,
    Starred,
    Comparison,
    Operation,
    Await,
    Yield,
    Lambda,
    Conditional,
    Named,
}

/// An expression: its kind, range, and the parts that can be targets.
#[derive(Clone, Debug)]
pub struct Node {
    /// Kind.
    pub kind: NodeKind,
    /// Start offset.
    pub start: usize,
    /// End offset.
    pub end: usize,
    /// Elements of a list or tuple, value of a star, left side of an `in` comparison.
    pub parts: Vec<Node>,
    /// In parentheses of its own.
    pub grouped: bool,
}

/// What an expression is to be the target of.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum TargetOf {
    /// An assignment.
    Assignment,
    /// `del`
    Deletion,
    /// `for`
    Iteration,
}

impl Node {
    /// A node without parts.
    pub fn new(kind: NodeKind, start: usize, end: usize) -> Self {
        Self { kind, start, end, parts: Vec::new(), grouped: false }
    }

    /// What error messages call it.
    pub fn name(&self) -> &'static str {
        match self.kind {
            NodeKind::Name => "name",
            NodeKind::None => "None",
            NodeKind::True => "True",
            NodeKind::False => "False",
            NodeKind::Ellipsis => "ellipsis",
            NodeKind::Literal => "literal",
            NodeKind::FormattedString => "f-string expression",
            NodeKind::TemplateString => "t-string expression",
            NodeKind::Tuple => "tuple",
            NodeKind::List => "list",
            NodeKind::Set => "set display",
            NodeKind::Dict => "dict literal",
            NodeKind::ListComprehension => "list comprehension",
            NodeKind::SetComprehension => "set comprehension",
            NodeKind::DictComprehension => "dict comprehension",
            NodeKind::Generator => "generator expression",
            NodeKind::Call => "function call",
            NodeKind::Attribute => "attribute",
            NodeKind::Subscript => "subscript",
            NodeKind::Starred => "starred",
            NodeKind::Comparison => "comparison",
            NodeKind::Operation => "expression",
            NodeKind::Await => "await expression",
            NodeKind::Yield => "yield expression",
            NodeKind::Lambda => "lambda",
            NodeKind::Conditional => "conditional expression",
            NodeKind::Named => "named expression",
        }
    }

    /// Whether this and nothing inside can be assigned to.
    pub fn is_single_target(&self) -> bool {
        matches!(self.kind, NodeKind::Name | NodeKind::Attribute | NodeKind::Subscript)
    }

    /// The first part that cannot be a target.
    pub fn invalid_target(&self, of: TargetOf) -> Option<&Node> {
        match self.kind {
            NodeKind::Name | NodeKind::Attribute | NodeKind::Subscript => None,
            NodeKind::List | NodeKind::Tuple => self.parts.iter().find_map(|part| part.invalid_target(of)),
            NodeKind::Starred if of == TargetOf::Deletion => Some(self),
            NodeKind::Starred => self.parts.first().and_then(|part| part.invalid_target(of)),
            NodeKind::Comparison if of == TargetOf::Iteration => {
                self.parts.first().and_then(|part| part.invalid_target(of))
            }
            _ => Some(self),
        }
    }
}
