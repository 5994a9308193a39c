//! Python default literals as Rust expressions.
//!
//! Invariant: a literal whose Rust form could differ from its Python value in the parameter's type is an error, never a guess.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;

use crate::parameters::is_named;

enum Default {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    LargestSize,
}

fn read(text: &str) -> Option<Default> {
    match text {
        "None" => return Some(Default::None),
        "True" => return Some(Default::Bool(true)),
        "False" => return Some(Default::Bool(false)),
        "sys.maxsize" => return Some(Default::LargestSize),
        _ => {}
    }
    let quote = text.chars().next()?;
    if quote == '\'' || quote == '"' {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        return (!inner.contains(['\\', quote])).then(|| Default::Text(inner.to_owned()));
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || first == '-' || first == '.') {
        return None;
    }
    if let Ok(number) = text.parse::<i128>() {
        return Some(Default::Int(number));
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Default::Float)
}

/// The default as an expression of type `kind`.
///
/// # Errors
/// When `kind` cannot hold the default or the default is no literal.
pub fn expression(name: &str, text: &str, kind: &Type, span: Span) -> syn::Result<TokenStream> {
    let fail =
        |reason: &str| Err(syn::Error::new(span, format!("the default of `{name}`, {text}, {reason}")));
    let Some(default) = read(text) else {
        return fail("is no literal that can be written in Rust; take `Option<Value>` and treat absence");
    };
    let any = is_named(kind, "Value");
    Ok(match default {
        Default::None if any => quote_spanned!(span=> ::threadsnake_engine::Value::NONE),
        Default::None => return fail("needs an `Option` or a `Value`"),
        Default::Bool(value) if any => quote_spanned!(span=> ::threadsnake_engine::Value::from_bool(#value)),
        Default::Bool(value) => quote_spanned!(span=> #value),
        Default::Int(value) if any => {
            let Some(value) = i64::try_from(value).ok().filter(|number| (number << 1) >> 1 == *number) else {
                return fail("does not fit a tagged int; take `Option<Value>` and treat absence");
            };
            quote_spanned!(span=> ::threadsnake_engine::Value::small_int_unchecked(#value))
        }
        Default::Int(value) if is_named(kind, "f64") => {
            let value = float(value as f64);
            quote_spanned!(span=> #value)
        }
        Default::Int(value) => {
            let digits = Literal::u128_unsuffixed(value.unsigned_abs());
            if value < 0 { quote_spanned!(span=> -#digits) } else { quote_spanned!(span=> #digits) }
        }
        Default::LargestSize if any => return fail("needs an integer type, or `Option<Value>`"),
        Default::LargestSize => quote_spanned!(span=> ::core::primitive::isize::MAX as #kind),
        Default::Float(_) | Default::Text(_) if any => {
            return fail("would be made anew for each call; take `Option<Value>` and treat absence");
        }
        Default::Float(value) => {
            let value = float(value);
            quote_spanned!(span=> #value)
        }
        Default::Text(value) => quote_spanned!(span=> <#kind as ::core::convert::From<&str>>::from(#value)),
    })
}

fn float(value: f64) -> TokenStream {
    let magnitude = Literal::f64_unsuffixed(value.abs());
    if value.is_sign_negative() { quote!(-#magnitude) } else { quote!(#magnitude) }
}
