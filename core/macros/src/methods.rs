//! `#[pymethods]`: the tables of methods and attributes of a native class, collected from one `impl` block.
//!
//! Invariant: each marked function stays in the `impl` block as it was written, without its mark; its wrapper is an associated
//! function beside it, so that `Self` means the same in both. A class has one such block.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, ImplItem, ImplItemFn, ItemImpl, ReturnType, Type};

use crate::documentation;
use crate::function::{Binding, FUNCTION_OPTIONS, Native, leading_arguments, receiver_conversion};
use crate::options::FunctionOptions;
use crate::parameters::{Receiver, RustParameters, function_name, is_named, option_content};

const MARKS: &[&str] =
    &["pymethod", "pyclassmethod", "pystaticmethod", "pynew", "pygetter", "pysetter", "pynext", "pyfinalize"];

/// One entry of the attribute table.
struct Accessor {
    name: String,
    doc: String,
    get: Option<TokenStream>,
    set: Option<TokenStream>,
    conditions: TokenStream,
    span: Span,
}

/// What has been collected from the block.
struct Collected {
    class: Type,
    wrappers: TokenStream,
    methods: Vec<TokenStream>,
    names: HashMap<String, Vec<String>>,
    accessors: Vec<Accessor>,
    next: Option<TokenStream>,
    finalize: Option<TokenStream>,
    errors: Option<syn::Error>,
    count: usize,
}

/// Expands the attribute. What is wrong inside the block is reported in place, and the rest still expands.
///
/// # Errors
/// When the block is not an inherent, ungeneric `impl`.
pub fn expand(mut block: ItemImpl) -> syn::Result<TokenStream> {
    if let Some((_, path, _)) = &block.trait_ {
        return Err(syn::Error::new_spanned(path, "#[pymethods] goes on an inherent `impl` block"));
    }
    if !block.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(&block.generics, "a native class cannot be generic"));
    }
    let mut collected = Collected {
        class: (*block.self_ty).clone(),
        wrappers: TokenStream::new(),
        methods: Vec::new(),
        names: HashMap::new(),
        accessors: Vec::new(),
        next: None,
        finalize: None,
        errors: None,
        count: 0,
    };
    for item in &mut block.items {
        let ImplItem::Fn(function) = item else { continue };
        let marks = take_marks(&mut function.attrs);
        for (mark, attribute) in marks {
            if let Err(error) = collected.function(&mark, &attribute, function) {
                collected.error(error);
            }
        }
    }
    collected.iterator();
    Ok(collected.finish(&block))
}

/// Removes this crate's attributes from a function and returns them with their names.
fn take_marks(attributes: &mut Vec<Attribute>) -> Vec<(String, Attribute)> {
    let mut marks = Vec::new();
    attributes.retain(|attribute| {
        let name =
            attribute.path().segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let ours = MARKS.contains(&name.as_str());
        if ours {
            marks.push((name, attribute.clone()));
        }
        !ours
    });
    marks
}

impl Collected {
    fn error(&mut self, error: syn::Error) {
        match &mut self.errors {
            None => self.errors = Some(error),
            Some(errors) => errors.combine(error),
        }
    }

    fn wrapper_name(&mut self, function: &ImplItemFn) -> Ident {
        self.count += 1;
        format_ident!("__native_{}_{}", self.count, function_name(&function.sig.ident))
    }

    fn function(&mut self, mark: &str, attribute: &Attribute, function: &ImplItemFn) -> syn::Result<()> {
        match mark {
            "pymethod" => {
                self.method(Binding::Method, FunctionOptions::of(attribute, FUNCTION_OPTIONS)?, function)
            }
            "pyclassmethod" => {
                self.method(Binding::Class, FunctionOptions::of(attribute, FUNCTION_OPTIONS)?, function)
            }
            "pystaticmethod" => {
                self.method(Binding::Static, FunctionOptions::of(attribute, FUNCTION_OPTIONS)?, function)
            }
            "pynew" => {
                self.method(Binding::New, FunctionOptions::of(attribute, &["signature", "doc"])?, function)
            }
            "pygetter" => self.getter(&FunctionOptions::of(attribute, &["name", "doc"])?, function),
            "pysetter" => self.setter(&FunctionOptions::of(attribute, &["name"])?, function),
            "pynext" => {
                FunctionOptions::of(attribute, &[])?;
                self.next(attribute, function)
            }
            _ => {
                FunctionOptions::of(attribute, &[])?;
                self.finalize(attribute, function)
            }
        }
    }

    /// Notes a method's name. One name may come several times only under conditions, which the Rust compiler then chooses from.
    fn claim(&mut self, name: &str, conditions: &TokenStream, span: Span) -> syn::Result<()> {
        let claims = self.names.entry(name.to_owned()).or_default();
        let condition = conditions.to_string();
        if !claims.is_empty() && (condition.is_empty() || claims.contains(&condition)) {
            return Err(syn::Error::new(span, format!("the class already has a `{name}`")));
        }
        claims.push(condition);
        Ok(())
    }

    fn method(
        &mut self,
        binding: Binding,
        options: FunctionOptions,
        function: &ImplItemFn,
    ) -> syn::Result<()> {
        let wrapper = self.wrapper_name(function);
        let class = self.class.clone();
        let rust_name = &function.sig.ident;
        let native = Native {
            binding,
            signature: &function.sig,
            attributes: &function.attrs,
            options: &options,
            callee: quote!(Self::#rust_name),
            class: Some(&class),
        };
        let wrapped = native.expand(&wrapper, &quote!(<#class>::#wrapper))?;
        let conditions = conditions(function);
        let span = options.name.as_ref().map_or_else(|| rust_name.span(), |name| name.span());
        self.claim(&wrapped.name, &conditions, span)?;
        let (wrapper, entry) = (wrapped.wrapper, wrapped.entry);
        self.wrappers.extend(quote!(#conditions #wrapper));
        self.methods.push(quote!(#conditions #entry));
        Ok(())
    }

    fn accessor(&mut self, name: &str, conditions: &TokenStream, span: Span) -> &mut Accessor {
        let found = self
            .accessors
            .iter()
            .position(|one| one.name == name && one.conditions.to_string() == conditions.to_string());
        let index = found.unwrap_or_else(|| {
            self.accessors.push(Accessor {
                name: name.to_owned(),
                doc: String::new(),
                get: None,
                set: None,
                conditions: conditions.clone(),
                span,
            });
            self.accessors.len() - 1
        });
        &mut self.accessors[index]
    }

    fn getter(&mut self, options: &FunctionOptions, function: &ImplItemFn) -> syn::Result<()> {
        let parameters = RustParameters::read(&function.sig, true)?;
        if let Some(surplus) = parameters.others.first() {
            return Err(syn::Error::new(surplus.span, "a getter takes nothing but the receiver"));
        }
        let rust_name = &function.sig.ident;
        let name = options.name.as_ref().map_or_else(|| function_name(rust_name), |name| name.value());
        let wrapper = self.wrapper_name(function);
        let convert = receiver_conversion(&parameters.receiver, &quote!(receiver));
        let arguments = leading_arguments(&parameters);
        let conditions = conditions(function);
        self.claim(&name, &conditions, rust_name.span())?;
        self.wrappers.extend(quote! {
            #conditions
            #[doc(hidden)]
            #[allow(non_snake_case)]
            fn #wrapper(
                cx: &::threadsnake_engine::Context,
                receiver: ::threadsnake_engine::Value,
            ) -> ::threadsnake_engine::PyResult<::threadsnake_engine::Value> {
                #convert
                ::threadsnake_engine::native::IntoResult::into_result(Self::#rust_name(#arguments), cx)
            }
        });
        let class = self.class.clone();
        let doc =
            options.doc.as_ref().map_or_else(|| documentation::docstring(&function.attrs), |doc| doc.value());
        let accessor = self.accessor(&name, &conditions, rust_name.span());
        accessor.doc = doc;
        accessor.get = Some(quote!(<#class>::#wrapper));
        Ok(())
    }

    fn setter(&mut self, options: &FunctionOptions, function: &ImplItemFn) -> syn::Result<()> {
        let parameters = RustParameters::read(&function.sig, true)?;
        let rust_name = &function.sig.ident;
        let [value] = parameters.others.as_slice() else {
            return Err(syn::Error::new(rust_name.span(), "a setter takes the receiver and one value"));
        };
        let name = options.name.as_ref().map_or_else(
            || {
                let name = function_name(rust_name);
                name.strip_prefix("set_").map(str::to_owned).unwrap_or(name)
            },
            |name| name.value(),
        );
        let wrapper = self.wrapper_name(function);
        let convert_receiver = receiver_conversion(&parameters.receiver, &quote!(receiver));
        let arguments = leading_arguments(&parameters);
        let kind = &value.kind;
        let may_be_absent = option_content(kind).is_some_and(|content| is_named(content, "Value"));
        let convert_value = if may_be_absent {
            TokenStream::new()
        } else {
            quote_spanned! {value.span=>
                let ::core::option::Option::Some(value) = value else {
                    return ::core::result::Result::Err(cx.attribute_not_deletable(#name));
                };
                let value = <#kind as ::threadsnake_engine::native::FromValue>::from_value(cx, value)?;
            }
        };
        let call = quote!(Self::#rust_name(#arguments value));
        let result = match &function.sig.output {
            ReturnType::Default => quote! { #call; ::core::result::Result::Ok(()) },
            ReturnType::Type(..) => call,
        };
        let conditions = conditions(function);
        self.wrappers.extend(quote! {
            #conditions
            #[doc(hidden)]
            #[allow(non_snake_case)]
            fn #wrapper(
                cx: &::threadsnake_engine::Context,
                receiver: ::threadsnake_engine::Value,
                value: ::core::option::Option<::threadsnake_engine::Value>,
            ) -> ::threadsnake_engine::PyResult<()> {
                #convert_receiver
                #convert_value
                #result
            }
        });
        let class = self.class.clone();
        let accessor = self.accessor(&name, &conditions, rust_name.span());
        if accessor.set.replace(quote!(<#class>::#wrapper)).is_some() {
            return Err(syn::Error::new(rust_name.span(), format!("`{name}` already has a setter")));
        }
        Ok(())
    }

    fn next(&mut self, mark: &Attribute, function: &ImplItemFn) -> syn::Result<()> {
        let parameters = self.only_receiver(mark, function)?;
        let rust_name = &function.sig.ident;
        let wrapper = self.wrapper_name(function);
        let convert = receiver_conversion(&parameters.receiver, &quote!(receiver));
        let arguments = leading_arguments(&parameters);
        self.wrappers.extend(quote! {
            #[doc(hidden)]
            #[allow(non_snake_case)]
            fn #wrapper(
                cx: &::threadsnake_engine::Context,
                receiver: ::threadsnake_engine::Value,
            ) -> ::threadsnake_engine::PyResult<::core::option::Option<::threadsnake_engine::Value>> {
                #convert
                Self::#rust_name(#arguments)
            }
        });
        let class = &self.class;
        if self.next.replace(quote!(<#class>::#wrapper)).is_some() {
            return Err(syn::Error::new(mark.span(), "a class has one #[pynext]"));
        }
        Ok(())
    }

    fn finalize(&mut self, mark: &Attribute, function: &ImplItemFn) -> syn::Result<()> {
        let parameters = self.only_receiver(mark, function)?;
        if !matches!(function.sig.output, ReturnType::Default) {
            return Err(syn::Error::new(
                function.sig.output.span(),
                "a finalizer returns nothing: report what it raises as unraisable",
            ));
        }
        let rust_name = &function.sig.ident;
        let wrapper = self.wrapper_name(function);
        let arguments = leading_arguments(&parameters);
        let call = quote!(Self::#rust_name(#arguments));
        let body = match &parameters.receiver {
            Receiver::Parameter(kind) if is_named(kind, "Value") => quote! { let this = receiver; #call; },
            receiver => {
                let kind = match receiver {
                    Receiver::Parameter(kind) => quote!(#kind),
                    _ => quote!(Self),
                };
                quote! {
                    if let ::core::option::Option::Some(this) = <#kind>::from_value(receiver) {
                        #call;
                    }
                }
            }
        };
        self.wrappers.extend(quote! {
            #[doc(hidden)]
            #[allow(non_snake_case, unused_variables)]
            fn #wrapper(cx: &::threadsnake_engine::Context, receiver: ::threadsnake_engine::Value) {
                #body
            }
        });
        let class = &self.class;
        if self.finalize.replace(quote!(<#class>::#wrapper)).is_some() {
            return Err(syn::Error::new(mark.span(), "a class has one #[pyfinalize]"));
        }
        Ok(())
    }

    fn only_receiver(&self, mark: &Attribute, function: &ImplItemFn) -> syn::Result<RustParameters> {
        if let Some(condition) = documentation::conditions(&function.attrs).first() {
            return Err(syn::Error::new(condition.span(), "put the condition inside the function"));
        }
        let parameters = RustParameters::read(&function.sig, true)?;
        match parameters.others.first() {
            Some(surplus) => Err(syn::Error::new(surplus.span, "it takes nothing but the receiver")),
            None if function.sig.inputs.is_empty() => {
                Err(syn::Error::new(mark.span(), "it needs the receiver"))
            }
            None => Ok(parameters),
        }
    }

    /// `__next__` of the iterator's `next`, and `__iter__` unless the block has one.
    fn iterator(&mut self) {
        let Some(next) = self.next.clone() else { return };
        if self.names.contains_key("__next__") {
            let span = self.class.span();
            self.error(syn::Error::new(span, "`__next__` is made from #[pynext]; the block declares it too"));
            return;
        }
        if !self.names.contains_key("__iter__") {
            let result = quote!(::core::result::Result::Ok(receiver));
            self.special("__iter__", "Implement iter(self).", &result);
        }
        let result = quote! {
            match #next(cx, receiver)? {
                ::core::option::Option::Some(value) => ::core::result::Result::Ok(value),
                ::core::option::Option::None => ::core::result::Result::Err(cx.stop_iteration()),
            }
        };
        self.special("__next__", "Implement next(self).", &result);
    }

    /// A special method without arguments, whose result is an expression over `receiver`.
    fn special(&mut self, name: &str, doc: &str, result: &TokenStream) {
        let class = &self.class;
        let wrapper = format_ident!("__native_special_{}", name.trim_matches('_'));
        self.wrappers.extend(quote! {
            #[doc(hidden)]
            #[allow(non_snake_case)]
            fn #wrapper(
                cx: &::threadsnake_engine::Context,
                arguments: ::threadsnake_engine::native::Arguments<'_>,
            ) -> ::threadsnake_engine::PyResult<::threadsnake_engine::Value> {
                static SIGNATURE: ::threadsnake_engine::native::arguments::Signature =
                    ::threadsnake_engine::native::arguments::Signature {
                        name: #name,
                        parameters: &[],
                        variable_arguments: false,
                        variable_keywords: false,
                    };
                let (receiver, arguments) = arguments.split_receiver(
                    cx,
                    <#class as ::threadsnake_engine::native::NativeType>::CLASS.name,
                    #name,
                )?;
                SIGNATURE.bind(cx, &arguments, &mut [])?;
                #result
            }
        });
        self.methods.push(quote! {
            ::threadsnake_engine::native::NativeFunction {
                name: #name,
                doc: #doc,
                signature: "($self, /)",
                binding: ::threadsnake_engine::native::Binding::Method,
                call: <#class>::#wrapper,
            }
        });
    }

    fn attributes(&mut self) -> Vec<TokenStream> {
        let mut attributes = Vec::new();
        for accessor in core::mem::take(&mut self.accessors) {
            let Accessor { name, doc, get, set, conditions, span } = accessor;
            let Some(get) = get else {
                self.error(syn::Error::new(span, format!("`{name}` has a setter but no getter")));
                continue;
            };
            let set = match set {
                Some(set) => quote!(::core::option::Option::Some(#set)),
                None => quote!(::core::option::Option::None),
            };
            attributes.push(quote! {
                #conditions
                ::threadsnake_engine::native::NativeAttribute { name: #name, doc: #doc, get: #get, set: #set }
            });
        }
        attributes
    }

    fn finish(mut self, block: &ItemImpl) -> TokenStream {
        let attributes = self.attributes();
        let conditions = documentation::conditions(&block.attrs);
        let Collected { class, wrappers, methods, next, finalize, errors, .. } = self;
        let optional = |value: Option<TokenStream>| match value {
            Some(value) => quote!(::core::option::Option::Some(#value)),
            None => quote!(::core::option::Option::None),
        };
        let (next, finalize) = (optional(next), optional(finalize));
        let errors = errors.map(|error| error.into_compile_error());
        let wrappers = (!wrappers.is_empty()).then(|| quote!(#(#conditions)* impl #class { #wrappers }));
        quote! {
            // `__new__` makes an instance of the class it is given, and the number of parameters is Python's matter.
            #[allow(clippy::new_ret_no_self, clippy::too_many_arguments)]
            #block
            #wrappers
            #(#conditions)*
            impl ::threadsnake_engine::native::NativeMethods for #class {
                const METHODS: &'static [::threadsnake_engine::native::NativeFunction] = &[#(#methods),*];
                const ATTRIBUTES: &'static [::threadsnake_engine::native::NativeAttribute] = &[#(#attributes),*];
                const NEXT: ::core::option::Option<
                    fn(
                        &::threadsnake_engine::Context,
                        ::threadsnake_engine::Value,
                    ) -> ::threadsnake_engine::PyResult<::core::option::Option<::threadsnake_engine::Value>>,
                > = #next;
                const FINALIZE: ::core::option::Option<
                    fn(&::threadsnake_engine::Context, ::threadsnake_engine::Value),
                > = #finalize;
            }
            #errors
        }
    }
}

fn conditions(function: &ImplItemFn) -> TokenStream {
    let conditions = documentation::conditions(&function.attrs);
    quote!(#(#conditions)*)
}
