//! The parameters of a Rust function, as the wrapper of a native function sees them.
//!
//! Invariant: what a type means is read from its last path segment (`Context`, `Option`, `Value`, `Arguments`, `Keywords`), as a macro
//! knows no types; an alias of one of these is an ordinary convertible type, and the Rust compiler then says what is wrong.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{FnArg, GenericArgument, Ident, Pat, PathArguments, Type};

use crate::signature::{Kind, Parameter, Signature};

/// What a Rust parameter takes.
#[derive(Clone)]
pub enum Role {
    /// One argument, always there unless it has a default.
    Plain,
    /// One argument that may be absent; the type inside the `Option` if it is not `Value`.
    Optional(Option<Box<Type>>),
    /// `*args`
    VariableArguments,
    /// `**kwargs`
    VariableKeywords,
    /// The call as it came.
    Raw,
}

/// A Rust parameter that takes arguments.
pub struct RustParameter {
    /// Its name as Python would write it: without `r#`, leading underscores and a trailing one.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// What it takes.
    pub role: Role,
    /// Where it stands.
    pub span: Span,
}

/// Where the receiver stands among the Rust parameters.
pub enum Receiver {
    /// None.
    Absent,
    /// `self`
    Value,
    /// `&self`
    Reference,
    /// The first parameter behind the context.
    Parameter(Box<Type>),
}

/// All parameters of a Rust function.
pub struct RustParameters {
    /// Whether it takes `cx: &Context`.
    pub context: bool,
    /// Its receiver.
    pub receiver: Receiver,
    /// The others.
    pub others: Vec<RustParameter>,
}

fn last_segment(kind: &Type) -> Option<&syn::PathSegment> {
    match kind {
        Type::Path(path) => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// Whether the type's last path segment is `name`.
pub fn is_named(kind: &Type, name: &str) -> bool {
    last_segment(kind).is_some_and(|segment| segment.ident == name)
}

/// The type inside `Option<...>`.
pub fn option_content(kind: &Type) -> Option<&Type> {
    let segment = last_segment(kind).filter(|segment| segment.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(content)) => Some(content),
        _ => None,
    }
}

fn role(kind: &Type) -> syn::Result<Role> {
    if let Type::Reference(reference) = kind {
        return match &*reference.elem {
            Type::Slice(slice) if is_named(&slice.elem, "Value") => Ok(Role::VariableArguments),
            _ => Err(syn::Error::new_spanned(
                kind,
                "a native function takes values, `&[Value]` for *args, and `&Context` as its first parameter",
            )),
        };
    }
    Ok(match option_content(kind) {
        Some(content) if is_named(content, "Value") => Role::Optional(None),
        Some(content) => Role::Optional(Some(Box::new(content.clone()))),
        None if is_named(kind, "Arguments") => Role::Raw,
        None if is_named(kind, "Keywords") => Role::VariableKeywords,
        None => Role::Plain,
    })
}

fn python_name(name: &str) -> &str {
    let name = name.strip_prefix("r#").unwrap_or(name).trim_start_matches('_');
    name.strip_suffix('_').unwrap_or(name)
}

impl RustParameters {
    /// Reads a function's parameters; `receiver` says whether it has one.
    ///
    /// # Errors
    /// A missing receiver, a `self` where none can be, a pattern, a type that no argument can have.
    pub fn read(signature: &syn::Signature, wants_receiver: bool) -> syn::Result<RustParameters> {
        if let Some(token) = &signature.asyncness {
            return Err(syn::Error::new(token.span, "a native function cannot be async"));
        }
        if signature.generics.type_params().next().is_some()
            || signature.generics.const_params().next().is_some()
        {
            return Err(syn::Error::new_spanned(&signature.generics, "a native function cannot be generic"));
        }
        let mut read = RustParameters { context: false, receiver: Receiver::Absent, others: Vec::new() };
        let mut inputs = signature.inputs.iter().peekable();
        if let Some(FnArg::Receiver(this)) = inputs.peek() {
            if !wants_receiver {
                return Err(syn::Error::new_spanned(
                    this,
                    "only methods and attributes of instances take `self`",
                ));
            }
            if this.colon_token.is_some() || this.mutability.is_some() && this.reference.is_some() {
                return Err(syn::Error::new_spanned(
                    this,
                    "the receiver is `self` or `&self`: objects are shared",
                ));
            }
            read.receiver = if this.reference.is_some() { Receiver::Reference } else { Receiver::Value };
            inputs.next();
        }
        if let Some(FnArg::Typed(first)) = inputs.peek()
            && matches!(&*first.ty, Type::Reference(reference) if is_named(&reference.elem, "Context"))
        {
            read.context = true;
            inputs.next();
        }
        if wants_receiver && matches!(read.receiver, Receiver::Absent) {
            let Some(FnArg::Typed(receiver)) = inputs.next() else {
                return Err(syn::Error::new(
                    signature.paren_token.span.join(),
                    "the first parameter behind `cx` must be the receiver",
                ));
            };
            read.receiver = Receiver::Parameter(receiver.ty.clone());
        }
        for input in inputs {
            let FnArg::Typed(typed) = input else { continue };
            let Pat::Ident(pattern) = &*typed.pat else {
                return Err(syn::Error::new_spanned(
                    &typed.pat,
                    "a parameter of a native function needs a plain name",
                ));
            };
            read.others.push(RustParameter {
                name: python_name(&pattern.ident.to_string()).to_owned(),
                kind: (*typed.ty).clone(),
                role: role(&typed.ty)?,
                span: typed.span(),
            });
        }
        Ok(read)
    }

    /// The one parameter that takes the whole call, if there is one.
    ///
    /// # Errors
    /// When it is not the only one.
    pub fn raw(&self) -> syn::Result<bool> {
        let raw = self.others.iter().find(|parameter| matches!(parameter.role, Role::Raw));
        match raw {
            Some(parameter) if self.others.len() > 1 => Err(syn::Error::new(
                parameter.span,
                "`Arguments` takes the whole call and must be the only parameter; `*args` is `&[Value]`",
            )),
            found => Ok(found.is_some()),
        }
    }

    /// The signature of a function that gives none: every parameter positional-only.
    pub fn default_signature(&self) -> Signature {
        let mut signature = Signature::default();
        for parameter in &self.others {
            match &parameter.role {
                Role::VariableArguments => signature.variable_arguments = Some(parameter.name.clone()),
                Role::VariableKeywords => signature.variable_keywords = Some(parameter.name.clone()),
                Role::Raw => {}
                Role::Plain | Role::Optional(_) => signature.parameters.push(Parameter {
                    name: parameter.name.clone(),
                    kind: Kind::PositionalOnly,
                    default: match parameter.role {
                        Role::Optional(None) => Some("<unrepresentable>".into()),
                        Role::Optional(Some(_)) => Some("None".into()),
                        _ => None,
                    },
                }),
            }
        }
        signature
    }

    /// The place of the Rust parameter with this Python name and a fitting role.
    pub fn find(&self, name: &str) -> Option<&RustParameter> {
        self.others.iter().find(|parameter| parameter.name == python_name(name))
    }
}

/// The name of a Rust function as Python writes it.
pub fn function_name(name: &Ident) -> String {
    let text = name.to_string();
    text.strip_prefix("r#").unwrap_or(&text).to_owned()
}
