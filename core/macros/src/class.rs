//! `#[pyclass]`: the table of a native class, and the typed handle of its instances.
//!
//! Invariant: the handle is a transparent `ObjectRef` that is only made after a test of the object's kind, so holding one proves the
//! layout. A class on a unit struct has no handle.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Fields, Ident, ItemStruct};

use crate::documentation;
use crate::options::{Base, ClassOptions};

/// Expands the attribute.
///
/// # Errors
/// A missing option, or a struct that is neither a unit nor a handle.
pub fn expand(options: &ClassOptions, class: &ItemStruct) -> syn::Result<TokenStream> {
    let name = &class.ident;
    if !class.generics.params.is_empty() {
        return Err(syn::Error::new(class.generics.span(), "a native class cannot be generic"));
    }
    let handle = is_handle(class)?;
    let Some(id) = &options.id else {
        return Err(syn::Error::new(name.span(), "#[pyclass] needs `id = ...`, a variant of `Kind`"));
    };
    let layout = options.layout.as_ref().unwrap_or(id);
    let python_name = options.name.as_ref().map_or_else(|| name.to_string(), syn::LitStr::value);
    let table = table(options, class, id, layout, &python_name);
    let conditions = documentation::conditions(&class.attrs);
    let derive = handle.then(|| quote! { #[derive(Copy, Clone, PartialEq, Eq)] #[repr(transparent)] });
    let methods = handle.then(|| handle_items(class, layout, &python_name));
    Ok(quote! {
        #derive
        #class

        #(#conditions)*
        const _: () = {
            #table
            impl ::threadsnake_engine::native::NativeType for #name {
                const CLASS: &'static ::threadsnake_engine::native::NativeClass = &CLASS;
            }
            #methods
        };
    })
}

/// Whether the struct is a handle (`struct List(ObjectRef);`) and not a unit.
fn is_handle(class: &ItemStruct) -> syn::Result<bool> {
    match &class.fields {
        Fields::Unit => Ok(false),
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Ok(true),
        fields => Err(syn::Error::new(
            fields.span(),
            "a native class is a handle, `struct Name(ObjectRef);`, or a unit struct; its fields are slots and raw bytes",
        )),
    }
}

fn table(options: &ClassOptions, class: &ItemStruct, id: &Ident, layout: &Ident, name: &str) -> TokenStream {
    let rust_name = &class.ident;
    let module = options.module.as_ref().map_or_else(|| "builtins".to_owned(), syn::LitStr::value);
    let doc = match &options.doc {
        Some(doc) => doc.value(),
        None => documentation::docstring(&class.attrs),
    };
    let signature = options.signature.as_ref().map_or_else(String::new, syn::LitStr::value);
    let base = match &options.base {
        Some(Base::None) => quote!(::core::option::Option::None),
        Some(Base::Kind(kind)) => quote!(::core::option::Option::Some(::threadsnake_engine::Kind::#kind)),
        None => quote!(::core::option::Option::Some(::threadsnake_engine::Kind::Object)),
    };
    let slots = options.slots.as_ref().map_or_else(|| quote!(0), |slots| quote!(#slots));
    let raw = options.raw.as_ref().map_or_else(|| quote!(0), |raw| quote!(#raw));
    let flags = &options.flags;
    quote! {
        static CLASS: ::threadsnake_engine::native::NativeClass = ::threadsnake_engine::native::NativeClass {
            id: ::threadsnake_engine::Kind::#id,
            layout: ::threadsnake_engine::Kind::#layout,
            name: #name,
            module: #module,
            doc: #doc,
            signature: #signature,
            base: #base,
            slots: #slots,
            raw_bytes: #raw,
            flags: ::threadsnake_engine::native::ClassFlags::NONE
                #(.with(::threadsnake_engine::native::ClassFlags::#flags))*,
            methods: <#rust_name as ::threadsnake_engine::native::NativeMethods>::METHODS,
            attributes: <#rust_name as ::threadsnake_engine::native::NativeMethods>::ATTRIBUTES,
            next: <#rust_name as ::threadsnake_engine::native::NativeMethods>::NEXT,
            finalize: <#rust_name as ::threadsnake_engine::native::NativeMethods>::FINALIZE,
        };
    }
}

fn handle_items(class: &ItemStruct, layout: &Ident, python_name: &str) -> TokenStream {
    let name = &class.ident;
    let visibility = &class.vis;
    let from_value_doc = format!("The handle, if the value is an instance of `{python_name}`.");
    let expect_doc = format!("The handle of an instance of `{python_name}`.");
    quote! {
        #[allow(dead_code)]
        impl #name {
            #[doc = #from_value_doc]
            #[inline(always)]
            #visibility fn from_value(
                value: ::threadsnake_engine::Value,
            ) -> ::core::option::Option<Self> {
                match value.as_kind(::threadsnake_engine::Kind::#layout) {
                    ::core::option::Option::Some(object) => ::core::option::Option::Some(#name(object)),
                    ::core::option::Option::None => ::core::option::Option::None,
                }
            }

            #[doc = #expect_doc]
            ///
            /// # Errors
            /// TypeError for any other object.
            #[inline]
            #visibility fn expect(
                cx: &::threadsnake_engine::Context,
                value: ::threadsnake_engine::Value,
            ) -> ::threadsnake_engine::PyResult<Self> {
                match Self::from_value(value) {
                    ::core::option::Option::Some(this) => ::core::result::Result::Ok(this),
                    ::core::option::Option::None => {
                        ::core::result::Result::Err(cx.type_error_expected(#python_name, value))
                    }
                }
            }

            /// The heap object.
            #[inline(always)]
            #visibility fn object(self) -> ::threadsnake_engine::ObjectRef {
                self.0
            }

            /// The object as a value.
            #[inline(always)]
            #visibility fn as_value(self) -> ::threadsnake_engine::Value {
                ::core::convert::From::from(self.0)
            }
        }

        impl ::threadsnake_engine::native::FromValue for #name {
            #[inline]
            fn from_value(
                cx: &::threadsnake_engine::Context,
                value: ::threadsnake_engine::Value,
            ) -> ::threadsnake_engine::PyResult<Self> {
                #name::expect(cx, value)
            }
        }

        impl ::threadsnake_engine::native::convert::NotValue for #name {}

        impl ::threadsnake_engine::native::IntoValue for #name {
            #[inline(always)]
            fn into_value(
                self,
                _cx: &::threadsnake_engine::Context,
            ) -> ::threadsnake_engine::PyResult<::threadsnake_engine::Value> {
                ::core::result::Result::Ok(self.as_value())
            }
        }
    }
}
