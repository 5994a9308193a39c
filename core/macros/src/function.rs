//! The wrapper of one native function, and its entry in a table.
//!
//! Invariant: a wrapper checks in CPython's order: the receiver, then the number and names of the arguments, then each conversion from left
//! to right. It owns no state but its `static SIGNATURE`, calls the function at most once and cannot panic. A call with only positional
//! arguments, in a number that fits, does not go through `Signature::bind`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, ItemFn, Type, Visibility};

use crate::defaults;
use crate::documentation;
use crate::options::FunctionOptions;
use crate::parameters::{Receiver, Role, RustParameter, RustParameters, function_name};
use crate::signature::{Kind, Parameter, Signature};

/// Options of the attributes that declare functions.
pub const FUNCTION_OPTIONS: &[&str] = &["name", "signature", "doc"];
/// With more positional parameters than this, a call that leaves some out is bound by the general way.
const MOST_DIRECT_PARAMETERS: usize = 4;

/// What a native function is bound to; a variant of the engine's `Binding`.
#[derive(Copy, Clone, PartialEq, Eq)]
pub enum Binding {
    /// A module's function.
    Function,
    /// A method of instances.
    Method,
    /// A class method.
    Class,
    /// A static method.
    Static,
    /// `__new__`
    New,
}

impl Binding {
    fn tokens(self) -> TokenStream {
        let variant = match self {
            Binding::Function => quote!(Function),
            Binding::Method => quote!(Method),
            Binding::Class => quote!(Class),
            Binding::Static => quote!(Static),
            Binding::New => quote!(New),
        };
        quote!(::threadsnake_engine::native::Binding::#variant)
    }

    /// Whether the first argument is the receiver.
    pub fn has_receiver(self) -> bool {
        matches!(self, Binding::Method | Binding::Class | Binding::New)
    }

    fn receiver_text(self) -> Option<&'static str> {
        match self {
            Binding::Function => Some("$module"),
            Binding::Method => Some("$self"),
            Binding::Class | Binding::New => Some("$type"),
            Binding::Static => None,
        }
    }
}

/// A function to be wrapped.
pub struct Native<'a> {
    /// What it is bound to.
    pub binding: Binding,
    /// Its Rust signature.
    pub signature: &'a syn::Signature,
    /// Its doc comments.
    pub attributes: &'a [syn::Attribute],
    /// Its options.
    pub options: &'a FunctionOptions,
    /// How to call it.
    pub callee: TokenStream,
    /// The class it belongs to.
    pub class: Option<&'a Type>,
}

/// The pieces of an expanded function.
pub struct Wrapped {
    /// Its Python name.
    pub name: String,
    /// The wrapper's item.
    pub wrapper: TokenStream,
    /// An expression of type `NativeFunction`.
    pub entry: TokenStream,
}

impl Native<'_> {
    fn python_name(&self) -> String {
        match (&self.options.name, self.binding) {
            (Some(name), _) => name.value(),
            (None, Binding::New) => "__new__".into(),
            (None, _) => function_name(&self.signature.ident),
        }
    }

    /// Expands the function; `wrapper` names the wrapper and `path` reaches it.
    ///
    /// # Errors
    /// Whatever is wrong with its parameters or its Python signature.
    pub fn expand(&self, wrapper: &Ident, path: &TokenStream) -> syn::Result<Wrapped> {
        let name = self.python_name();
        let parameters = RustParameters::read(self.signature, self.binding.has_receiver())?;
        let raw = parameters.raw()?;
        let signature = match &self.options.signature {
            Some((_, signature)) => Some(signature.clone()),
            None if raw => None,
            None => Some(parameters.default_signature()),
        };
        let text = match (&signature, self.binding) {
            (_, Binding::New) => "($type, *args, **kwargs)".to_owned(),
            (Some(signature), binding) => signature.text(binding.receiver_text()),
            (None, _) => String::new(),
        };
        let body = match &signature {
            Some(signature) if !raw => self.bound_body(&name, &parameters, signature)?,
            _ => self.raw_body(&name, &parameters),
        };
        let wrapper = quote! {
            #[doc(hidden)]
            #[allow(non_snake_case, clippy::unnecessary_cast)]
            fn #wrapper(
                cx: &::threadsnake_engine::Context,
                arguments: ::threadsnake_engine::native::Arguments<'_>,
            ) -> ::threadsnake_engine::PyResult<::threadsnake_engine::Value> {
                #body
            }
        };
        let doc = match &self.options.doc {
            Some(doc) => doc.value(),
            None => documentation::docstring(self.attributes),
        };
        let binding = self.binding.tokens();
        let entry = quote! {
            ::threadsnake_engine::native::NativeFunction {
                name: #name,
                doc: #doc,
                signature: #text,
                binding: #binding,
                call: #path,
            }
        };
        Ok(Wrapped { name, wrapper, entry })
    }

    /// The name that errors about the number of arguments give.
    fn error_name(&self, name: &str) -> TokenStream {
        match (self.binding, self.class) {
            (Binding::New, Some(class)) => class_name(class),
            _ => quote!(#name),
        }
    }

    fn receiver(&self, name: &str, parameters: &RustParameters) -> TokenStream {
        if !self.binding.has_receiver() {
            return TokenStream::new();
        }
        let class = self.class.map_or_else(|| quote!(""), class_name);
        let convert = receiver_conversion(&parameters.receiver, &quote!(receiver));
        quote! {
            let (receiver, arguments) = arguments.split_receiver(cx, #class, #name)?;
            #convert
        }
    }

    fn call(&self, parameters: &RustParameters, others: TokenStream) -> TokenStream {
        let callee = &self.callee;
        let arguments = leading_arguments(parameters);
        quote! {
            ::threadsnake_engine::native::IntoResult::into_result(#callee(#arguments #others), cx)
        }
    }

    fn raw_body(&self, name: &str, parameters: &RustParameters) -> TokenStream {
        let receiver = self.receiver(name, parameters);
        let call = self.call(parameters, quote!(arguments));
        quote! { #receiver #call }
    }

    fn bound_body(
        &self,
        name: &str,
        parameters: &RustParameters,
        signature: &Signature,
    ) -> syn::Result<TokenStream> {
        let span = self
            .options
            .signature
            .as_ref()
            .map_or_else(|| self.signature.ident.span(), |(text, _)| text.span());
        check_names(parameters, signature, span)?;
        let error_name = self.error_name(name);
        let table = signature_table(&error_name, signature);
        let with_receiver = self.binding.has_receiver() && signature.variable_keywords.is_none();
        let (receiver, bind) = if with_receiver && is_bound_directly(signature) {
            let class = self.class.map_or_else(|| quote!(""), class_name);
            let general = quote!(SIGNATURE.bind_method(cx, &arguments, #class, #name)?);
            let bind = bind_directly(signature, Some(&general));
            (
                TokenStream::new(),
                TokenStream::from_iter([bind, receiver_conversion(&parameters.receiver, &quote!(receiver))]),
            )
        } else if is_bound_directly(signature) {
            (self.receiver(name, parameters), bind_directly(signature, None))
        } else {
            (self.receiver(name, parameters), bind(signature))
        };
        let mut conversions = TokenStream::new();
        for (index, parameter) in signature.parameters.iter().enumerate() {
            let Some(rust) = parameters.find(&parameter.name) else { continue };
            conversions.extend(conversion(index, parameter, rust, span)?);
        }
        let others = parameters.others.iter().map(|rust| match rust.role {
            Role::VariableArguments => quote!(SIGNATURE.rest(&arguments)),
            Role::VariableKeywords => quote!(arguments.keywords()),
            _ => {
                let index = signature.parameters.iter().position(|one| {
                    parameters.find(&one.name).is_some_and(|found| core::ptr::eq(found, rust))
                });
                let value = format_ident!("value_{}", index.unwrap_or(usize::MAX));
                quote!(#value)
            }
        });
        let call = self.call(parameters, quote!(#(#others),*));
        Ok(quote! { #table #receiver #bind #conversions #call })
    }
}

/// The Python name of a class, as a constant expression.
fn class_name(class: &Type) -> TokenStream {
    quote!(<#class as ::threadsnake_engine::native::NativeType>::CLASS.name)
}

/// Statements that make `this` of the receiver's value.
pub fn receiver_conversion(receiver: &Receiver, value: &TokenStream) -> TokenStream {
    match receiver {
        Receiver::Absent => TokenStream::new(),
        Receiver::Value | Receiver::Reference => {
            quote! { let this = <Self as ::threadsnake_engine::native::FromValue>::from_value(cx, #value)?; }
        }
        Receiver::Parameter(kind) => {
            let span = syn::spanned::Spanned::span(kind);
            quote_spanned! {span=> let this = <#kind as ::threadsnake_engine::native::FromValue>::from_value(cx, #value)?; }
        }
    }
}

/// The receiver and the context in the order in which the function takes them, each with its comma.
pub fn leading_arguments(parameters: &RustParameters) -> TokenStream {
    let context = if parameters.context { quote!(cx,) } else { TokenStream::new() };
    match parameters.receiver {
        Receiver::Absent => context,
        Receiver::Value => quote!(this, #context),
        Receiver::Reference => quote!(&this, #context),
        Receiver::Parameter(_) => quote!(#context this,),
    }
}

/// Each Python parameter has its Rust parameter and the other way round.
fn check_names(parameters: &RustParameters, signature: &Signature, span: Span) -> syn::Result<()> {
    let lacking = |name: &str| {
        Err(syn::Error::new(
            span,
            format!("the signature names `{name}`, which the function has no parameter for"),
        ))
    };
    for parameter in &signature.parameters {
        match parameters.find(&parameter.name).map(|rust| (&rust.role, rust.span)) {
            None => return lacking(&parameter.name),
            Some((Role::Plain | Role::Optional(_), _)) => {}
            Some((_, rust)) => {
                return Err(syn::Error::new(
                    rust,
                    format!(
                        "`{}` takes one argument in the signature, but the type takes many",
                        parameter.name
                    ),
                ));
            }
        }
    }
    let many = [
        (&signature.variable_arguments, "*", "&[Value]"),
        (&signature.variable_keywords, "**", "Keywords<'_>"),
    ];
    for (name, stars, kind) in many {
        let Some(name) = name else { continue };
        let fits = parameters.find(name).map(|rust| match rust.role {
            Role::VariableArguments => stars == "*",
            Role::VariableKeywords => stars == "**",
            _ => false,
        });
        match fits {
            None => return lacking(name),
            Some(false) => {
                return Err(syn::Error::new(
                    span,
                    format!("`{stars}{name}` needs a parameter of type `{kind}`"),
                ));
            }
            Some(true) => {}
        }
    }
    for rust in &parameters.others {
        let name = Some(&rust.name);
        let found = match rust.role {
            Role::VariableArguments => signature.variable_arguments.as_ref().is_some(),
            Role::VariableKeywords => signature.variable_keywords.as_ref().is_some(),
            _ => signature
                .parameters
                .iter()
                .any(|one| parameters.find(&one.name).is_some_and(|found| Some(&found.name) == name)),
        };
        if !found {
            return Err(syn::Error::new(rust.span, format!("the signature does not name `{}`", rust.name)));
        }
    }
    let named = signature.parameters.iter().find(|parameter| parameter.kind != Kind::PositionalOnly);
    if let (Some(named), Some(_)) = (named, &signature.variable_keywords) {
        return Err(syn::Error::new(
            span,
            format!(
                "`{}` may be given by name beside `**`: take `Arguments<'_>` and bind by hand",
                named.name
            ),
        ));
    }
    Ok(())
}

fn signature_table(name: &TokenStream, signature: &Signature) -> TokenStream {
    let parameters = signature.parameters.iter().map(|parameter| {
        let name = &parameter.name;
        let required = parameter.default.is_none();
        let kind = match parameter.kind {
            Kind::PositionalOnly => quote!(PositionalOnly),
            Kind::Standard => quote!(Standard),
            Kind::KeywordOnly => quote!(KeywordOnly),
        };
        quote! {
            ::threadsnake_engine::native::arguments::Parameter {
                name: #name,
                kind: ::threadsnake_engine::native::arguments::ParameterKind::#kind,
                required: #required,
            }
        }
    });
    let variable_arguments = signature.variable_arguments.is_some();
    let variable_keywords = signature.variable_keywords.is_some();
    quote! {
        static SIGNATURE: ::threadsnake_engine::native::arguments::Signature =
            ::threadsnake_engine::native::arguments::Signature {
                name: #name,
                parameters: &[#(#parameters),*],
                variable_arguments: #variable_arguments,
                variable_keywords: #variable_keywords,
            };
    }
}

fn places(signature: &Signature) -> Vec<Ident> {
    (0..signature.parameters.len()).map(|index| format_ident!("place_{index}")).collect()
}

/// Whether the number of the arguments alone may tell which parameters they are for.
fn is_bound_directly(signature: &Signature) -> bool {
    let keyword_required =
        signature.parameters.iter().any(|one| one.kind == Kind::KeywordOnly && one.default.is_none());
    signature.variable_arguments.is_none() && !keyword_required
}

/// Statements that put each argument into `place_0`, `place_1`, ... by `Signature::bind`.
fn bind(signature: &Signature) -> TokenStream {
    let places = places(signature);
    let count = places.len();
    quote! {
        let [#(#places),*]: [::core::option::Option<::threadsnake_engine::Value>; #count] = {
            let mut bound = [::core::option::Option::None; #count];
            SIGNATURE.bind(cx, &arguments, &mut bound)?;
            bound
        };
    }
}

/// The same by the length of the slice when all are positional, by `Signature::bind` otherwise, which also raises what there is to
/// raise. Of a method `general` gives the receiver and the places instead, and the receiver is put into `receiver`.
fn bind_directly(signature: &Signature, general: Option<&TokenStream>) -> TokenStream {
    let places = places(signature);
    let count = places.len();
    let positional = signature.parameters.iter().filter(|one| one.kind != Kind::KeywordOnly).count();
    let required = signature
        .parameters
        .iter()
        .filter(|one| one.kind != Kind::KeywordOnly && one.default.is_none())
        .count();
    let fewest = if positional > MOST_DIRECT_PARAMETERS { positional } else { required };
    let mut arms = TokenStream::new();
    for given in fewest..=positional {
        let names = places.iter().take(given);
        let values = places.iter().enumerate().map(|(index, place)| {
            if index < given {
                quote!(::core::option::Option::Some(#place))
            } else {
                quote!(::core::option::Option::None)
            }
        });
        arms.extend(match general {
            Some(_) => quote! {
                (::core::option::Option::None, &[receiver, #(#names),*]) => (receiver, [#(#values),*]),
            },
            None => quote! {
                (::core::option::Option::None, &[#(#names),*]) => [#(#values),*],
            },
        });
    }
    let kind = quote!([::core::option::Option<::threadsnake_engine::Value>; #count]);
    match general {
        Some(general) => quote! {
            let (receiver, [#(#places),*]): (::threadsnake_engine::Value, #kind) =
                match (arguments.keyword_names, arguments.values) {
                    #arms
                    _ => #general,
                };
        },
        None => quote! {
            let [#(#places),*]: #kind = match (arguments.keyword_names, arguments.values) {
                #arms
                _ => {
                    let mut bound = [::core::option::Option::None; #count];
                    SIGNATURE.bind(cx, &arguments, &mut bound)?;
                    bound
                }
            };
        },
    }
}

/// The statement that makes `value_N` of `place_N`.
fn conversion(
    index: usize,
    parameter: &Parameter,
    rust: &RustParameter,
    span: Span,
) -> syn::Result<TokenStream> {
    let place = format_ident!("place_{index}");
    let value = format_ident!("value_{index}");
    let kind = &rust.kind;
    let Some(default) = &parameter.default else {
        return Ok(quote_spanned! {rust.span=>
            let #value = <#kind as ::threadsnake_engine::native::FromValue>::from_value(
                cx,
                SIGNATURE.given(cx, #place, #index)?,
            )?;
        });
    };
    let absent = match &rust.role {
        Role::Optional(None) => quote!(::core::option::Option::None),
        Role::Optional(Some(_)) if default == "None" || default.starts_with('<') => {
            quote!(::core::option::Option::None)
        }
        Role::Optional(Some(content)) => {
            let expression = defaults::expression(&parameter.name, default, content, span)?;
            quote!(::core::option::Option::Some(#expression))
        }
        _ => defaults::expression(&parameter.name, default, kind, span)?,
    };
    Ok(quote_spanned! {rust.span=>
        let #value: #kind = match #place {
            ::core::option::Option::Some(given) => {
                <#kind as ::threadsnake_engine::native::FromValue>::from_value(cx, given)?
            }
            ::core::option::Option::None => #absent,
        };
    })
}

/// The name of the constant that `#[pyfunction]` puts beside a function.
pub fn constant_name(function: &Ident) -> Ident {
    format_ident!("__native_{}", function_name(function), span = function.span())
}

/// `#[pyfunction]`: the function, its wrapper and a constant with its entry.
///
/// # Errors
/// Whatever is wrong with its parameters or its Python signature.
pub fn expand(options: &FunctionOptions, function: &ItemFn) -> syn::Result<TokenStream> {
    let rust_name = &function.sig.ident;
    let native = Native {
        binding: Binding::Function,
        signature: &function.sig,
        attributes: &function.attrs,
        options,
        callee: quote!(#rust_name),
        class: None,
    };
    let constant = constant_name(rust_name);
    let wrapper_name = format_ident!("__call_{}", function_name(rust_name));
    let Wrapped { wrapper, entry, .. } = native.expand(&wrapper_name, &quote!(#wrapper_name))?;
    let conditions = documentation::conditions(&function.attrs);
    let visibility: &Visibility = &function.vis;
    Ok(quote! {
        #[allow(clippy::too_many_arguments)]
        #function
        #(#conditions)*
        #[doc(hidden)]
        #[allow(non_upper_case_globals)]
        #visibility const #constant: ::threadsnake_engine::native::NativeFunction = {
            #wrapper
            #entry
        };
    })
}
