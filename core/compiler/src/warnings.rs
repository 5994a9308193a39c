//! SyntaxWarnings: code that compiles but can hardly be meant.
//!
//! Source: `check_compare`, `check_caller`, `check_subscripter`, `check_index` of CPython's Python/codegen.c and
//! `warn_invalid_escape_sequence` of Parser/string_parser.c.

use ruff_python_ast::StringFlags;
use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_ast::{CmpOp, Expr, ExprCall, ExprCompare, ExprSubscript, FStringPart};
use ruff_text_size::{Ranged, TextRange};
use threadsnake_bytecode::Constant;

use crate::compiler::Compiler;
use crate::source::Source;
use crate::strings;

/// The type's name, if the expression is of a type known from its form.
fn inferred_type(expression: &Expr) -> Option<&'static str> {
    Some(match expression {
        Expr::Tuple(_) => "tuple",
        Expr::List(_) | Expr::ListComp(_) => "list",
        Expr::Dict(_) | Expr::DictComp(_) => "dict",
        Expr::Set(_) | Expr::SetComp(_) => "set",
        Expr::Generator(_) => "generator",
        Expr::Lambda(_) => "function",
        Expr::FString(_) | Expr::StringLiteral(_) => "str",
        Expr::TString(_) => "string.templatelib.Template",
        Expr::BytesLiteral(_) => "bytes",
        Expr::NumberLiteral(node) => match &node.value {
            ruff_python_ast::Number::Int(_) => "int",
            ruff_python_ast::Number::Float(_) => "float",
            ruff_python_ast::Number::Complex { .. } => "complex",
        },
        Expr::BooleanLiteral(_) => "bool",
        Expr::NoneLiteral(_) => "NoneType",
        Expr::EllipsisLiteral(_) => "ellipsis",
        _ => return None,
    })
}

/// What is said about a wrong escape.
fn wrong_escape(escape: &strings::InvalidEscape) -> String {
    let (kind, text) = (if escape.octal { "octal " } else { "" }, &escape.text);
    format!(
        "\"{text}\" is an invalid {kind}escape sequence. Such sequences will not work in the future. \
         Did you mean \"\\{text}\"? A raw string is also an option."
    )
}

/// The wrong escapes of a source of which nothing is compiled: what CPython's parser warns about by itself.
pub(crate) fn escapes_in_tokens(source: &Source, tokens: &[Token]) -> Vec<(TextRange, String)> {
    let mut warnings = Vec::new();
    for token in tokens {
        let Some(flags) = token.string_flags().filter(|flags| !flags.is_raw_string()) else { continue };
        let (content, braces) = match token.kind() {
            TokenKind::String => {
                let start = token.range().start() + flags.opener_len();
                let end = token.range().end().checked_sub(flags.closer_len()).filter(|&end| end >= start);
                (TextRange::new(start, end.unwrap_or(start)), false)
            }
            TokenKind::FStringMiddle | TokenKind::TStringMiddle => (token.range(), true),
            _ => continue,
        };
        let found = strings::invalid_escapes(source, content, braces, flags.is_byte_string());
        warnings.extend(found.into_iter().map(|(range, escape)| (range, wrong_escape(&escape))));
    }
    warnings
}

impl<'a> Compiler<'a> {
    /// `is` with a literal.
    pub(crate) fn warn_about_comparison(&mut self, node: &'a ExprCompare) {
        let constant = |compiler: &Self, expression: &Expr| {
            matches!(
                expression,
                Expr::StringLiteral(_)
                    | Expr::BytesLiteral(_)
                    | Expr::NumberLiteral(_)
                    | Expr::Tuple(_)
                    | Expr::UnaryOp(_)
            )
            .then(|| compiler.fold(expression))
            .flatten()
            .map(|constant| match constant {
                Constant::Text(_) => "str",
                Constant::Bytes(_) => "bytes",
                Constant::Float(_) => "float",
                Constant::Complex(..) => "complex",
                Constant::Tuple(_) => "tuple",
                Constant::True | Constant::False => "bool",
                _ => "int",
            })
        };
        let mut left = constant(self, &node.left);
        for (operator, right) in node.ops.iter().zip(&node.comparators) {
            let right = constant(self, right);
            if let CmpOp::Is | CmpOp::IsNot = operator
                && let Some(name) = left.or(right).filter(|&name| name != "bool")
            {
                let (word, meant) = if *operator == CmpOp::Is { ("is", "==") } else { ("is not", "!=") };
                self.warn(node.range, format!("\"{word}\" with '{name}' literal. Did you mean \"{meant}\"?"));
                return;
            }
            left = right;
        }
    }

    /// A call of something that is not callable.
    pub(crate) fn warn_about_call(&mut self, node: &'a ExprCall) {
        if let Some(name) = inferred_type(&node.func).filter(|&name| name != "function") {
            self.warn(node.range(), format!("'{name}' object is not callable; perhaps you missed a comma?"));
        }
    }

    /// A subscript of something that has none, or with an index of the wrong type.
    pub(crate) fn warn_about_subscript(&mut self, node: &'a ExprSubscript) {
        match &*node.value {
            Expr::NoneLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::Set(_)
            | Expr::SetComp(_)
            | Expr::Generator(_)
            | Expr::TString(_)
            | Expr::Lambda(_) => {
                if let Some(name) = inferred_type(&node.value) {
                    self.warn(
                        node.range,
                        format!("'{name}' object is not subscriptable; perhaps you missed a comma?"),
                    );
                }
            }
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::FString(_)
            | Expr::Tuple(_)
            | Expr::List(_)
            | Expr::ListComp(_) => {
                let wrong = match &*node.slice {
                    Expr::BooleanLiteral(_) | Expr::Slice(_) => None,
                    Expr::NumberLiteral(number) if number.value.is_int() => None,
                    other => inferred_type(other),
                };
                if let (Some(name), Some(index)) = (inferred_type(&node.value), wrong) {
                    self.warn(
                        node.range,
                        format!("{name} indices must be integers or slices, not {index}; perhaps you missed a comma?"),
                    );
                }
            }
            _ => {}
        }
    }

    /// Wrong escapes in the text of a literal.
    pub(crate) fn warn_about_escapes(&mut self, content: TextRange, braces: bool, is_bytes: bool) {
        for (range, escape) in strings::invalid_escapes(self.source, content, braces, is_bytes) {
            self.warn(range, wrong_escape(&escape));
        }
    }

    /// Warns about the escapes of literals in an expression that was folded.
    pub(crate) fn note_literal(&mut self, expression: &'a Expr) {
        match expression {
            Expr::StringLiteral(node) => {
                for part in &node.value {
                    if !part.flags.prefix().is_raw() {
                        self.warn_about_escapes(part.content_range(), false, false);
                    }
                }
            }
            Expr::BytesLiteral(node) => {
                for part in &node.value {
                    if !part.flags.prefix().is_raw() {
                        self.warn_about_escapes(part.content_range(), false, true);
                    }
                }
            }
            Expr::FString(node) => {
                for part in &node.value {
                    if let FStringPart::Literal(literal) = part
                        && !literal.flags.prefix().is_raw()
                    {
                        self.warn_about_escapes(literal.content_range(), false, false);
                    }
                }
            }
            Expr::Tuple(node) => node.elts.iter().for_each(|element| self.note_literal(element)),
            Expr::UnaryOp(node) => self.note_literal(&node.operand),
            Expr::BinOp(node) => {
                self.note_literal(&node.left);
                self.note_literal(&node.right);
            }
            Expr::Subscript(node) => {
                self.warn_about_subscript(node);
                self.note_literal(&node.value);
                self.note_literal(&node.slice);
            }
            _ => {}
        }
    }
}
