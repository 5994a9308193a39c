//! Case of strings: ASCII in place, the rest by `text/case.rs`.
//!
//! Invariant: results are exact strings. Source: Objects/unicodeobject.c, Objects/bytes_methods.c.

use crate::context::Context;
use crate::error::PyResult;
use crate::text::case;
use crate::types::str_object::Str;
use crate::types::str_units::{TextBuilder, with_units};

fn of_ascii(cx: &Context, text: Str, change: impl FnOnce(&mut [u8])) -> PyResult<Str> {
    cx.str_filled_ascii(text.len(), |out| {
        out.copy_from_slice(text.bytes());
        change(out);
    })
}

/// Bytes after the first in lower case, the first in upper case.
pub(crate) fn capitalize_ascii(bytes: &mut [u8]) {
    bytes.make_ascii_lowercase();
    if let Some(first) = bytes.first_mut() {
        first.make_ascii_uppercase();
    }
}

/// Letters that follow no letter in upper case, the others in lower case.
pub(crate) fn title_ascii(bytes: &mut [u8]) {
    // Letters differ in this bit, which is set in the lower case.
    const CASE: u8 = 0x20;
    let mut case = 0;
    for byte in bytes {
        let is_letter = byte.is_ascii_alphabetic();
        *byte = if is_letter { *byte & !CASE | case } else { *byte };
        case = if is_letter { CASE } else { 0 };
    }
}

/// Upper case for lower and lower case for upper.
pub(crate) fn swap_ascii(bytes: &mut [u8]) {
    for byte in bytes {
        if byte.is_ascii_alphabetic() {
            *byte ^= 0x20;
        }
    }
}

macro_rules! cases {
    ($( $(#[$attribute:meta])* $name:ident by $ascii:expr; )*) => { $(
        $(#[$attribute])*
        ///
        /// # Errors
        /// MemoryError.
        pub(crate) fn $name(cx: &Context, text: Str) -> PyResult<Str> {
            if text.is_ascii() {
                return of_ascii(cx, text, $ascii);
            }
            let mut builder = TextBuilder::with_capacity(text.len());
            with_units!(text, units => case::$name(units, |code_point| builder.push(code_point)));
            builder.finish(cx)
        }
    )* };
}

cases! {
    /// `text.lower()`
    lower by |bytes: &mut [u8]| bytes.make_ascii_lowercase();
    /// `text.upper()`
    upper by |bytes: &mut [u8]| bytes.make_ascii_uppercase();
    /// `text.casefold()`
    casefold by |bytes: &mut [u8]| bytes.make_ascii_lowercase();
    /// `text.capitalize()`
    capitalize by capitalize_ascii;
    /// `text.title()`
    title by title_ascii;
    /// `text.swapcase()`
    swapcase by swap_ascii;
}
