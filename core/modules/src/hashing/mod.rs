//! The hash modules: `_hashlib`, `_md5`, `_sha1`, `_sha2`, `_sha3`, `_blake2`; what `hashlib` and `hmac` rest on.
//!
//! Invariant: a hash object's state is used by one thread at a time; who waits for it is detached, and so is who hashes much.
//! - [`algorithm`]: the functions, from crates; [`authentication`]: HMAC and PBKDF2 over any of them.
//! - [`hash_object`], [`hmac_object`], [`blake2`]: the classes; [`hashlib`], [`modules`]: the modules.
//!
//! Source: Modules/_hashopenssl.c and Modules/blake2module.c of CPython 3.14 for the interface.

mod algorithm;
mod authentication;
pub mod blake2;
mod hash_object;
pub mod hashlib;
mod hmac_object;
pub mod modules;

use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};

/// Input from which on it is worth while to detach (`HASHLIB_GIL_MINSIZE`).
const DETACH_BYTES: usize = 2048;

/// Something to hash, as bytes that nobody changes; text is refused. May run Python code.
fn input(cx: &Context, value: Value) -> PyResult<Bytes> {
    if let Some(bytes) = Bytes::from_value(value) {
        return Ok(bytes);
    }
    if cx.is_str(value) {
        return Err(cx.type_error(format_args!("Strings must be encoded before hashing")));
    }
    match cx.bytes_like(value) {
        Ok(bytes) => cx.new_bytes(&bytes),
        Err(raised) => {
            if cx.is_exception_of(cx.pending_exception(&raised), ExceptionClass::TypeError) {
                cx.take_exception(raised);
                return Err(cx.type_error(format_args!("object supporting the buffer API required")));
            }
            Err(raised)
        }
    }
}

/// The data of a constructor's call: given by position or as `string`, not both.
fn constructor_input(cx: &Context, data: Option<Value>, string: Option<Value>) -> PyResult<Option<Bytes>> {
    match (data, string.filter(|string| !string.is_none())) {
        (Some(_), Some(_)) => Err(cx.type_error(format_args!(
            "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version."
        ))),
        (Some(data), None) | (None, Some(data)) => input(cx, data).map(Some),
        (None, None) => Ok(None),
    }
}

/// Runs `function`, detached if there is much to hash.
fn detached<R>(cx: &Context, bytes: &[u8], function: impl FnOnce(&[u8]) -> R) -> R {
    if bytes.len() >= DETACH_BYTES { cx.blocking(|| function(bytes)) } else { function(bytes) }
}

fn hex_text(cx: &Context, bytes: &[u8]) -> PyResult {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = alloc::string::String::new();
    if text.try_reserve(bytes.len().saturating_mul(2)).is_err() {
        return Err(cx.memory_error());
    }
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    cx.str(&text)
}
