//! The options in an attribute's parentheses.
//!
//! Invariant: an option that an attribute does not know, or that it is given twice, is an error at the option.

use proc_macro2::TokenStream;
use syn::meta::ParseNestedMeta;
use syn::parse::Parser;
use syn::{Attribute, Expr, Ident, LitStr, Meta, Path, Token};

use crate::signature::Signature;

fn put<T>(meta: &ParseNestedMeta<'_>, place: &mut Option<T>, value: T) -> syn::Result<()> {
    if place.replace(value).is_some() { Err(meta.error("this option is given twice")) } else { Ok(()) }
}

fn paths(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<Path>> {
    let content;
    syn::parenthesized!(content in meta.input);
    Ok(content.parse_terminated(Path::parse_mod_style, Token![,])?.into_iter().collect())
}

/// The options of `#[pyfunction]`, `#[pymethod]` and the other attributes of functions.
#[derive(Default)]
pub struct FunctionOptions {
    /// The Python name.
    pub name: Option<LitStr>,
    /// The Python signature.
    pub signature: Option<(LitStr, Signature)>,
    /// The docstring, in place of the doc comment.
    pub doc: Option<LitStr>,
}

impl FunctionOptions {
    /// Parses the tokens between the parentheses; `known` names the options that the attribute takes.
    pub fn parse(tokens: TokenStream, known: &[&str]) -> syn::Result<FunctionOptions> {
        let mut options = FunctionOptions::default();
        let parser = syn::meta::parser(|meta| {
            let is = |name| meta.path.is_ident(name) && known.contains(&name);
            if is("name") {
                let value = meta.value()?.parse()?;
                put(&meta, &mut options.name, value)
            } else if is("signature") {
                let literal: LitStr = meta.value()?.parse()?;
                let signature = Signature::parse(&literal)?;
                put(&meta, &mut options.signature, (literal, signature))
            } else if is("doc") {
                let value = meta.value()?.parse()?;
                put(&meta, &mut options.doc, value)
            } else if known.is_empty() {
                Err(meta.error("this attribute takes no options"))
            } else {
                Err(meta.error(format!("unknown option; known ones are: {}", known.join(", "))))
            }
        });
        parser.parse2(tokens)?;
        Ok(options)
    }

    /// Parses an attribute with or without parentheses.
    pub fn of(attribute: &Attribute, known: &[&str]) -> syn::Result<FunctionOptions> {
        match &attribute.meta {
            Meta::Path(_) => Ok(FunctionOptions::default()),
            Meta::List(list) => Self::parse(list.tokens.clone(), known),
            Meta::NameValue(pair) => Err(syn::Error::new_spanned(
                pair,
                "options are written in parentheses: #[attribute(name = \"...\")]",
            )),
        }
    }
}

/// What a class inherits from.
pub enum Base {
    /// Nothing: `object` itself.
    None,
    /// A native class.
    Kind(Ident),
}

/// The options of `#[pyclass]`.
#[derive(Default)]
pub struct ClassOptions {
    /// The variant of `Kind` that is the class's place in the engine's table.
    pub id: Option<Ident>,
    /// The Python name.
    pub name: Option<LitStr>,
    /// `__module__`
    pub module: Option<LitStr>,
    /// The base class.
    pub base: Option<Base>,
    /// The variant of `Kind` of its instances.
    pub layout: Option<Ident>,
    /// Slots of an instance.
    pub slots: Option<Expr>,
    /// Raw bytes of an instance.
    pub raw: Option<Expr>,
    /// `__text_signature__` of the constructor.
    pub signature: Option<LitStr>,
    /// The docstring, in place of the doc comment.
    pub doc: Option<LitStr>,
    /// Constants of `ClassFlags`.
    pub flags: Vec<Ident>,
}

impl ClassOptions {
    /// Parses the tokens between the parentheses.
    pub fn parse(tokens: TokenStream) -> syn::Result<ClassOptions> {
        let mut options = ClassOptions::default();
        let parser = syn::meta::parser(|meta| {
            let option = meta.path.require_ident()?.to_string();
            match option.as_str() {
                "id" => put(&meta, &mut options.id, meta.value()?.parse()?),
                "layout" => put(&meta, &mut options.layout, meta.value()?.parse()?),
                "name" => put(&meta, &mut options.name, meta.value()?.parse()?),
                "module" => put(&meta, &mut options.module, meta.value()?.parse()?),
                "doc" => put(&meta, &mut options.doc, meta.value()?.parse()?),
                "slots" => put(&meta, &mut options.slots, meta.value()?.parse()?),
                "raw" => put(&meta, &mut options.raw, meta.value()?.parse()?),
                "base" => {
                    let kind: Ident = meta.value()?.parse()?;
                    let base = if kind == "none" { Base::None } else { Base::Kind(kind) };
                    put(&meta, &mut options.base, base)
                }
                "signature" => {
                    let literal: LitStr = meta.value()?.parse()?;
                    Signature::parse(&literal)?;
                    put(&meta, &mut options.signature, literal)
                }
                "flags" => meta.parse_nested_meta(|flag| {
                    options.flags.push(flag.path.require_ident()?.clone());
                    Ok(())
                }),
                _ => Err(meta.error(
                    "unknown option; known ones are: id, name, module, base, layout, slots, raw, signature, doc, flags(...)",
                )),
            }
        });
        parser.parse2(tokens)?;
        Ok(options)
    }
}

/// The options of `#[pymodule]`.
#[derive(Default)]
pub struct ModuleOptions {
    /// The module's full name.
    pub name: Option<LitStr>,
    /// The docstring, in place of the doc comment.
    pub doc: Option<LitStr>,
    /// Types declared elsewhere with `#[pyclass]`.
    pub classes: Vec<Path>,
    /// Functions declared elsewhere with `#[pyfunction]`.
    pub functions: Vec<Path>,
}

impl ModuleOptions {
    /// Parses the tokens between the parentheses.
    pub fn parse(tokens: TokenStream) -> syn::Result<ModuleOptions> {
        let mut options = ModuleOptions::default();
        let parser = syn::meta::parser(|meta| {
            let option = meta.path.require_ident()?.to_string();
            match option.as_str() {
                "name" => put(&meta, &mut options.name, meta.value()?.parse()?),
                "doc" => put(&meta, &mut options.doc, meta.value()?.parse()?),
                "classes" => {
                    options.classes.extend(paths(&meta)?);
                    Ok(())
                }
                "functions" => {
                    options.functions.extend(paths(&meta)?);
                    Ok(())
                }
                _ => {
                    Err(meta.error("unknown option; known ones are: name, doc, classes(...), functions(...)"))
                }
            }
        });
        parser.parse2(tokens)?;
        Ok(options)
    }
}
