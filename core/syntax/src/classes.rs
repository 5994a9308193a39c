//! The node classes of `ast`, one row each.
//!
//! Invariant: the rows are in the order of the grammar, those of one sum together; a node's fields are in the order of its row.
//! Source: Parser/Python.asdl of CPython 3.14.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// What a field holds.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum FieldType {
    /// A node of a sum or product.
    Node(Sum),
    /// `identifier`
    Identifier,
    /// `string`
    Text,
    /// `int`
    Number,
    /// `constant`
    Constant,
}

/// How many values a field holds.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Quantity {
    /// One.
    One,
    /// One or `None`.
    Optional,
    /// A list.
    Many,
}

/// A field.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct FieldRow {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldType,
    /// How many.
    pub quantity: Quantity,
}

/// Which of the attributes `lineno`, `col_offset`, `end_lineno` and `end_col_offset` nodes have.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Attributes {
    /// None.
    None,
    /// All, the end being optional.
    OptionalEnd,
    /// All.
    All,
}

/// The names of the attributes.
pub const ATTRIBUTES: [&str; 4] = ["lineno", "col_offset", "end_lineno", "end_col_offset"];

macro_rules! sums {
    ($( $name:ident $text:literal $product:literal $attributes:ident )*) => {
        /// A sum type such as `stmt`, or a product type such as `arguments`.
        #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
        #[repr(u8)]
        pub enum Sum { $( #[doc = concat!("`", $text, "`")] $name, )* }

        impl Sum {
            /// All of them.
            pub const ALL: &[Sum] = &[ $( Sum::$name, )* ];

            /// The name of its class.
            pub const fn name(self) -> &'static str {
                match self { $( Sum::$name => $text, )* }
            }

            /// Whether it is a product: a class of its own, without classes that inherit from it.
            pub const fn is_product(self) -> bool {
                match self { $( Sum::$name => $product, )* }
            }

            /// The attributes of its nodes.
            pub const fn attributes(self) -> Attributes {
                match self { $( Sum::$name => Attributes::$attributes, )* }
            }
        }
    };
}

sums! {
    Mod "mod" false None
    Stmt "stmt" false OptionalEnd
    Expr "expr" false OptionalEnd
    ExprContext "expr_context" false None
    BoolOp "boolop" false None
    Operator "operator" false None
    UnaryOp "unaryop" false None
    CmpOp "cmpop" false None
    Comprehension "comprehension" true None
    ExceptHandler "excepthandler" false OptionalEnd
    Arguments "arguments" true None
    Arg "arg" true OptionalEnd
    Keyword "keyword" true OptionalEnd
    Alias "alias" true OptionalEnd
    WithItem "withitem" true None
    MatchCase "match_case" true None
    Pattern "pattern" false All
    TypeIgnore "type_ignore" false None
    TypeParam "type_param" false All
}

macro_rules! field_type {
    (Identifier) => {
        FieldType::Identifier
    };
    (Text) => {
        FieldType::Text
    };
    (Number) => {
        FieldType::Number
    };
    (Constant) => {
        FieldType::Constant
    };
    ($sum:ident) => {
        FieldType::Node(Sum::$sum)
    };
}

macro_rules! classes {
    ($( $name:ident $text:literal $sum:ident [ $( $quantity:ident $kind:ident $field:literal ),* ] )*) => {
        /// A class of nodes.
        #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
        #[repr(u8)]
        pub enum Class { $( #[doc = concat!("`ast.", $text, "`")] $name, )* }

        impl Class {
            /// All of them.
            pub const ALL: &[Class] = &[ $( Class::$name, )* ];

            /// Its name.
            pub const fn name(self) -> &'static str {
                match self { $( Class::$name => $text, )* }
            }

            /// The sum or product it belongs to.
            pub const fn sum(self) -> Sum {
                match self { $( Class::$name => Sum::$sum, )* }
            }

            /// Its fields.
            pub const fn fields(self) -> &'static [FieldRow] {
                match self {
                    $( Class::$name => &[ $( FieldRow {
                        name: $field,
                        kind: field_type!($kind),
                        quantity: Quantity::$quantity,
                    }, )* ], )*
                }
            }
        }
    };
}

classes! {
    // mod
    Module "Module" Mod [Many Stmt "body", Many TypeIgnore "type_ignores"]
    Interactive "Interactive" Mod [Many Stmt "body"]
    Expression "Expression" Mod [One Expr "body"]
    FunctionType "FunctionType" Mod [Many Expr "argtypes", One Expr "returns"]
    // stmt
    FunctionDef "FunctionDef" Stmt [One Identifier "name", One Arguments "args", Many Stmt "body", Many Expr "decorator_list", Optional Expr "returns", Optional Text "type_comment", Many TypeParam "type_params"]
    AsyncFunctionDef "AsyncFunctionDef" Stmt [One Identifier "name", One Arguments "args", Many Stmt "body", Many Expr "decorator_list", Optional Expr "returns", Optional Text "type_comment", Many TypeParam "type_params"]
    ClassDef "ClassDef" Stmt [One Identifier "name", Many Expr "bases", Many Keyword "keywords", Many Stmt "body", Many Expr "decorator_list", Many TypeParam "type_params"]
    Return "Return" Stmt [Optional Expr "value"]
    Delete "Delete" Stmt [Many Expr "targets"]
    Assign "Assign" Stmt [Many Expr "targets", One Expr "value", Optional Text "type_comment"]
    TypeAlias "TypeAlias" Stmt [One Expr "name", Many TypeParam "type_params", One Expr "value"]
    AugAssign "AugAssign" Stmt [One Expr "target", One Operator "op", One Expr "value"]
    AnnAssign "AnnAssign" Stmt [One Expr "target", One Expr "annotation", Optional Expr "value", One Number "simple"]
    For "For" Stmt [One Expr "target", One Expr "iter", Many Stmt "body", Many Stmt "orelse", Optional Text "type_comment"]
    AsyncFor "AsyncFor" Stmt [One Expr "target", One Expr "iter", Many Stmt "body", Many Stmt "orelse", Optional Text "type_comment"]
    While "While" Stmt [One Expr "test", Many Stmt "body", Many Stmt "orelse"]
    If "If" Stmt [One Expr "test", Many Stmt "body", Many Stmt "orelse"]
    With "With" Stmt [Many WithItem "items", Many Stmt "body", Optional Text "type_comment"]
    AsyncWith "AsyncWith" Stmt [Many WithItem "items", Many Stmt "body", Optional Text "type_comment"]
    Match "Match" Stmt [One Expr "subject", Many MatchCase "cases"]
    Raise "Raise" Stmt [Optional Expr "exc", Optional Expr "cause"]
    Try "Try" Stmt [Many Stmt "body", Many ExceptHandler "handlers", Many Stmt "orelse", Many Stmt "finalbody"]
    TryStar "TryStar" Stmt [Many Stmt "body", Many ExceptHandler "handlers", Many Stmt "orelse", Many Stmt "finalbody"]
    Assert "Assert" Stmt [One Expr "test", Optional Expr "msg"]
    Import "Import" Stmt [Many Alias "names"]
    ImportFrom "ImportFrom" Stmt [Optional Identifier "module", Many Alias "names", Optional Number "level"]
    Global "Global" Stmt [Many Identifier "names"]
    Nonlocal "Nonlocal" Stmt [Many Identifier "names"]
    Expr "Expr" Stmt [One Expr "value"]
    Pass "Pass" Stmt []
    Break "Break" Stmt []
    Continue "Continue" Stmt []
    // expr
    BoolOp "BoolOp" Expr [One BoolOp "op", Many Expr "values"]
    NamedExpr "NamedExpr" Expr [One Expr "target", One Expr "value"]
    BinOp "BinOp" Expr [One Expr "left", One Operator "op", One Expr "right"]
    UnaryOp "UnaryOp" Expr [One UnaryOp "op", One Expr "operand"]
    Lambda "Lambda" Expr [One Arguments "args", One Expr "body"]
    IfExp "IfExp" Expr [One Expr "test", One Expr "body", One Expr "orelse"]
    Dict "Dict" Expr [Many Expr "keys", Many Expr "values"]
    Set "Set" Expr [Many Expr "elts"]
    ListComp "ListComp" Expr [One Expr "elt", Many Comprehension "generators"]
    SetComp "SetComp" Expr [One Expr "elt", Many Comprehension "generators"]
    DictComp "DictComp" Expr [One Expr "key", One Expr "value", Many Comprehension "generators"]
    GeneratorExp "GeneratorExp" Expr [One Expr "elt", Many Comprehension "generators"]
    Await "Await" Expr [One Expr "value"]
    Yield "Yield" Expr [Optional Expr "value"]
    YieldFrom "YieldFrom" Expr [One Expr "value"]
    Compare "Compare" Expr [One Expr "left", Many CmpOp "ops", Many Expr "comparators"]
    Call "Call" Expr [One Expr "func", Many Expr "args", Many Keyword "keywords"]
    FormattedValue "FormattedValue" Expr [One Expr "value", One Number "conversion", Optional Expr "format_spec"]
    Interpolation "Interpolation" Expr [One Expr "value", One Constant "str", One Number "conversion", Optional Expr "format_spec"]
    JoinedStr "JoinedStr" Expr [Many Expr "values"]
    TemplateStr "TemplateStr" Expr [Many Expr "values"]
    Constant "Constant" Expr [One Constant "value", Optional Text "kind"]
    Attribute "Attribute" Expr [One Expr "value", One Identifier "attr", One ExprContext "ctx"]
    Subscript "Subscript" Expr [One Expr "value", One Expr "slice", One ExprContext "ctx"]
    Starred "Starred" Expr [One Expr "value", One ExprContext "ctx"]
    Name "Name" Expr [One Identifier "id", One ExprContext "ctx"]
    List "List" Expr [Many Expr "elts", One ExprContext "ctx"]
    Tuple "Tuple" Expr [Many Expr "elts", One ExprContext "ctx"]
    Slice "Slice" Expr [Optional Expr "lower", Optional Expr "upper", Optional Expr "step"]
    // expr_context
    Load "Load" ExprContext []
    Store "Store" ExprContext []
    Del "Del" ExprContext []
    // boolop
    And "And" BoolOp []
    Or "Or" BoolOp []
    // operator
    Add "Add" Operator []
    Sub "Sub" Operator []
    Mult "Mult" Operator []
    MatMult "MatMult" Operator []
    Div "Div" Operator []
    Mod "Mod" Operator []
    Pow "Pow" Operator []
    LShift "LShift" Operator []
    RShift "RShift" Operator []
    BitOr "BitOr" Operator []
    BitXor "BitXor" Operator []
    BitAnd "BitAnd" Operator []
    FloorDiv "FloorDiv" Operator []
    // unaryop
    Invert "Invert" UnaryOp []
    Not "Not" UnaryOp []
    UAdd "UAdd" UnaryOp []
    USub "USub" UnaryOp []
    // cmpop
    Eq "Eq" CmpOp []
    NotEq "NotEq" CmpOp []
    Lt "Lt" CmpOp []
    LtE "LtE" CmpOp []
    Gt "Gt" CmpOp []
    GtE "GtE" CmpOp []
    Is "Is" CmpOp []
    IsNot "IsNot" CmpOp []
    In "In" CmpOp []
    NotIn "NotIn" CmpOp []
    // comprehension
    Comprehension "comprehension" Comprehension [One Expr "target", One Expr "iter", Many Expr "ifs", One Number "is_async"]
    // excepthandler
    ExceptHandler "ExceptHandler" ExceptHandler [Optional Expr "type", Optional Identifier "name", Many Stmt "body"]
    // arguments
    Arguments "arguments" Arguments [Many Arg "posonlyargs", Many Arg "args", Optional Arg "vararg", Many Arg "kwonlyargs", Many Expr "kw_defaults", Optional Arg "kwarg", Many Expr "defaults"]
    // arg
    Arg "arg" Arg [One Identifier "arg", Optional Expr "annotation", Optional Text "type_comment"]
    // keyword
    Keyword "keyword" Keyword [Optional Identifier "arg", One Expr "value"]
    // alias
    Alias "alias" Alias [One Identifier "name", Optional Identifier "asname"]
    // withitem
    WithItem "withitem" WithItem [One Expr "context_expr", Optional Expr "optional_vars"]
    // match_case
    MatchCase "match_case" MatchCase [One Pattern "pattern", Optional Expr "guard", Many Stmt "body"]
    // pattern
    MatchValue "MatchValue" Pattern [One Expr "value"]
    MatchSingleton "MatchSingleton" Pattern [One Constant "value"]
    MatchSequence "MatchSequence" Pattern [Many Pattern "patterns"]
    MatchMapping "MatchMapping" Pattern [Many Expr "keys", Many Pattern "patterns", Optional Identifier "rest"]
    MatchClass "MatchClass" Pattern [One Expr "cls", Many Pattern "patterns", Many Identifier "kwd_attrs", Many Pattern "kwd_patterns"]
    MatchStar "MatchStar" Pattern [Optional Identifier "name"]
    MatchAs "MatchAs" Pattern [Optional Pattern "pattern", Optional Identifier "name"]
    MatchOr "MatchOr" Pattern [Many Pattern "patterns"]
    // type_ignore
    TypeIgnore "TypeIgnore" TypeIgnore [One Number "lineno", One Text "tag"]
    // type_param
    TypeVar "TypeVar" TypeParam [One Identifier "name", Optional Expr "bound", Optional Expr "default_value"]
    ParamSpec "ParamSpec" TypeParam [One Identifier "name", Optional Expr "default_value"]
    TypeVarTuple "TypeVarTuple" TypeParam [One Identifier "name", Optional Expr "default_value"]
}

impl FieldType {
    /// As the grammar names it.
    pub const fn name(self) -> &'static str {
        match self {
            FieldType::Node(sum) => sum.name(),
            FieldType::Identifier => "identifier",
            FieldType::Text => "string",
            FieldType::Number => "int",
            FieldType::Constant => "constant",
        }
    }
}

impl Class {
    /// The classes of a sum.
    pub fn of_sum(sum: Sum) -> impl Iterator<Item = Class> {
        Class::ALL.iter().copied().filter(move |class| class.sum() == sum)
    }

    /// Whether nodes hold nothing, so that one object stands for all of them: contexts and operators.
    pub const fn is_singleton(self) -> bool {
        matches!(self.sum(), Sum::ExprContext | Sum::BoolOp | Sum::Operator | Sum::UnaryOp | Sum::CmpOp)
    }

    /// Its production in the grammar, which is its docstring.
    pub fn production(self) -> String {
        let fields: Vec<String> = self
            .fields()
            .iter()
            .map(|field| {
                let quantity = match field.quantity {
                    Quantity::One => "",
                    Quantity::Optional => "?",
                    Quantity::Many => "*",
                };
                format!("{}{quantity} {}", field.kind.name(), field.name)
            })
            .collect();
        if fields.is_empty() { self.name().into() } else { format!("{}({})", self.name(), fields.join(", ")) }
    }
}

impl Sum {
    /// Its productions, which are the docstring of its class.
    pub fn production(self) -> String {
        let name = self.name();
        let choices: Vec<String> = Class::of_sum(self).map(Class::production).collect();
        if self.is_product() {
            return choices.concat();
        }
        // Operators stand in one line.
        let separator = if choices.iter().any(|choice| choice.contains('(')) {
            format!("\n{}| ", " ".repeat(name.len() + 1))
        } else {
            " | ".into()
        };
        format!("{name} = {}", choices.join(&separator))
    }
}
