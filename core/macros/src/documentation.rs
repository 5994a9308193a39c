//! Docstrings: the doc comment of the Rust item.
//!
//! Invariant: one leading space of each line goes (the one behind `///`), then the whole is trimmed, so that relative indentation stays.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The docstring made of an item's doc comments, empty for none.
pub fn docstring(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes {
        let Meta::NameValue(pair) = &attribute.meta else { continue };
        let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value else { continue };
        if pair.path.is_ident("doc") {
            for line in text.value().split('\n') {
                lines.push(line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned());
            }
        }
    }
    lines.join("\n").trim().to_owned()
}

/// The `#[cfg]` attributes, which a table's entry repeats.
pub fn conditions(attributes: &[Attribute]) -> Vec<&Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
}
