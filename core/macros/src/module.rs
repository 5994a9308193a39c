//! `#[pymodule]`: the table of a native module.
//!
//! Invariant: functions and classes come in source order, those declared elsewhere (`functions(...)`, `classes(...)`) first. The
//! attributes inside the module are expanded here, so that the module need not import them.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Item, ItemMod, Path};

use crate::class;
use crate::documentation;
use crate::function::{self, FUNCTION_OPTIONS, constant_name};
use crate::methods;
use crate::options::{ClassOptions, FunctionOptions, ModuleOptions};
use crate::parameters::function_name;

#[derive(Default)]
struct Collected {
    items: TokenStream,
    functions: Vec<TokenStream>,
    classes: Vec<TokenStream>,
    initialize: Option<TokenStream>,
}

/// Expands the attribute. What is wrong with an item is reported in place, and the rest still expands.
///
/// # Errors
/// When the module is in another file.
pub fn expand(options: &ModuleOptions, mut module: ItemMod) -> syn::Result<TokenStream> {
    let Some((_, items)) = module.content.take() else {
        return Err(syn::Error::new_spanned(
            &module,
            "#[pymodule] goes on a module with a body in the same file",
        ));
    };
    let mut collected = Collected::default();
    for path in &options.functions {
        collected.functions.push(imported_function(path));
    }
    for path in &options.classes {
        collected.classes.push(quote!(<#path as ::threadsnake_engine::native::NativeType>::CLASS));
    }
    for item in items {
        let original = item.to_token_stream();
        if let Err(error) = collected.item(item) {
            let error = error.into_compile_error();
            // The item stays, with its marks taken off, so that nothing but the mistake itself is reported.
            let bare = without_marks(original);
            collected.items.extend(quote!(#bare #error));
        }
    }
    let name = match &options.name {
        Some(name) => name.value(),
        None => function_name(&module.ident),
    };
    let doc = match &options.doc {
        Some(doc) => doc.value(),
        None => documentation::docstring(&module.attrs),
    };
    let initialize = match &collected.initialize {
        Some(path) => quote!(::core::option::Option::Some(#path)),
        None => quote!(::core::option::Option::None),
    };
    let Collected { items, functions, classes, .. } = collected;
    let table_doc = format!("The native module `{name}`.");
    let (inner, outer): (Vec<&Attribute>, Vec<&Attribute>) =
        module.attrs.iter().partition(|attribute| matches!(attribute.style, syn::AttrStyle::Inner(_)));
    let (visibility, safety, token, ident) =
        (&module.vis, &module.unsafety, &module.mod_token, &module.ident);
    Ok(quote! {
        #(#outer)*
        #visibility #safety #token #ident {
            #(#inner)*
            #items

            #[doc = #table_doc]
            pub static MODULE: ::threadsnake_engine::native::NativeModule =
                ::threadsnake_engine::native::NativeModule {
                    name: #name,
                    doc: #doc,
                    functions: &[#(#functions),*],
                    classes: &[#(#classes),*],
                    initialize: #initialize,
                };
        }
    })
}

/// The constant that `#[pyfunction]` made beside the function at `path`.
fn imported_function(path: &Path) -> TokenStream {
    let mut path = path.clone();
    if let Some(last) = path.segments.last_mut() {
        last.ident = constant_name(&last.ident);
    }
    quote!(#path)
}

fn is_mark(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == name)
}

fn take(attributes: &mut Vec<Attribute>, name: &str) -> Option<Attribute> {
    let index = attributes.iter().position(|attribute| is_mark(attribute, name))?;
    Some(attributes.remove(index))
}

fn without_marks(item: TokenStream) -> TokenStream {
    let Ok(mut item) = syn::parse2::<Item>(item.clone()) else { return item };
    let attributes = match &mut item {
        Item::Fn(item) => &mut item.attrs,
        Item::Struct(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        _ => return item.to_token_stream(),
    };
    for name in ["pyfunction", "pyinitialize", "pyclass", "pymethods"] {
        while take(attributes, name).is_some() {}
    }
    item.to_token_stream()
}

/// The tokens between an attribute's parentheses.
fn arguments(attribute: &Attribute) -> TokenStream {
    match &attribute.meta {
        syn::Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    }
}

impl Collected {
    fn item(&mut self, item: Item) -> syn::Result<()> {
        match item {
            Item::Fn(mut item) => {
                if let Some(mark) = take(&mut item.attrs, "pyfunction") {
                    let options = FunctionOptions::of(&mark, FUNCTION_OPTIONS)?;
                    let conditions = documentation::conditions(&item.attrs);
                    let constant = constant_name(&item.sig.ident);
                    let expanded = function::expand(&options, &item)?;
                    self.functions.push(quote!(#(#conditions)* #constant));
                    self.items.extend(expanded);
                } else if let Some(mark) = take(&mut item.attrs, "pyinitialize") {
                    FunctionOptions::of(&mark, &[])?;
                    let name = &item.sig.ident;
                    if self.initialize.replace(quote!(#name)).is_some() {
                        return Err(syn::Error::new_spanned(mark, "a module has one #[pyinitialize]"));
                    }
                    item.to_tokens(&mut self.items);
                } else {
                    item.to_tokens(&mut self.items);
                }
            }
            Item::Struct(mut item) => match take(&mut item.attrs, "pyclass") {
                Some(mark) => {
                    let expanded = class::expand(&ClassOptions::parse(arguments(&mark))?, &item)?;
                    let conditions = documentation::conditions(&item.attrs);
                    let name = &item.ident;
                    self.classes.push(
                        quote!(#(#conditions)* <#name as ::threadsnake_engine::native::NativeType>::CLASS),
                    );
                    self.items.extend(expanded);
                }
                None => item.to_tokens(&mut self.items),
            },
            Item::Impl(mut item) => match take(&mut item.attrs, "pymethods") {
                Some(_) => self.items.extend(methods::expand(item)?),
                None => item.to_tokens(&mut self.items),
            },
            other => other.to_tokens(&mut self.items),
        }
        Ok(())
    }
}
