//! Paths and file descriptors as arguments: `str`, `bytes`, `os.PathLike` or an int, as `os` functions take them.
//!
//! Invariant: text is encoded as UTF-8 with `surrogateescape`, the file system encoding; a null byte is a ValueError.
//! Source: Modules/posixmodule.c (`path_converter`), PEP 383.

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;

use threadsnake_engine::native::FromValue;
use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, Name, PyResult, Value};

/// A path argument.
pub struct PathArgument {
    /// The path, encoded.
    pub bytes: Vec<u8>,
    /// Whether it was given as bytes, so that results are bytes too.
    pub is_bytes: bool,
    /// The object, for errors.
    pub object: Value,
    /// The descriptor, if it was an int.
    pub descriptor: Option<i32>,
}

/// Encodes file system text.
///
/// # Errors
/// UnicodeEncodeError for a surrogate that stands for no byte.
pub fn encode(cx: &Context, text: Str) -> PyResult<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    for (index, code_point) in text.code_points().enumerate() {
        match (char::from_u32(code_point), code_point) {
            (Some(character), _) => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            (None, 0xDC80..=0xDCFF) => bytes.push((code_point - 0xDC00) as u8),
            (None, _) => {
                return Err(cx.unicode_encode_error(
                    "utf-8",
                    text,
                    index,
                    index + 1,
                    "surrogates not allowed",
                ));
            }
        }
    }
    Ok(bytes)
}

/// Decodes file system bytes.
///
/// # Errors
/// MemoryError.
pub fn decode(cx: &Context, bytes: &[u8]) -> PyResult<Value> {
    let mut code_points = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        code_points.extend(chunk.valid().chars().map(|character| character as u32));
        code_points.extend(chunk.invalid().iter().map(|&byte| 0xDC00 + u32::from(byte)));
    }
    Ok(cx.str_from_code_points(&code_points)?.as_value())
}

/// A path result: bytes if the argument was.
///
/// # Errors
/// MemoryError.
pub fn result(cx: &Context, bytes: &[u8], is_bytes: bool) -> PyResult<Value> {
    if is_bytes { cx.bytes(bytes) } else { decode(cx, bytes) }
}

impl PathArgument {
    /// As an `OsStr`.
    pub fn as_os_str(&self) -> &OsStr {
        OsStr::from_bytes(&self.bytes)
    }

    /// For the C library.
    ///
    /// # Errors
    /// ValueError for a null byte.
    pub fn to_c_string(&self, cx: &Context) -> PyResult<CString> {
        CString::new(self.bytes.clone()).map_err(|_| cx.value_error(format_args!("embedded null byte")))
    }
}

fn text_or_bytes(cx: &Context, value: Value) -> PyResult<Option<PathArgument>> {
    if let Some(text) = Str::from_value(value) {
        let bytes = encode(cx, text)?;
        return Ok(Some(PathArgument { bytes, is_bytes: false, object: value, descriptor: None }));
    }
    if let Some(bytes) = Bytes::from_value(value) {
        let bytes = bytes.as_slice().to_vec();
        return Ok(Some(PathArgument { bytes, is_bytes: true, object: value, descriptor: None }));
    }
    Ok(None)
}

/// Takes a path; with `allow_descriptor` an int too.
///
/// # Errors
/// TypeError, ValueError for a null byte.
pub fn path(cx: &Context, value: Value, function: &str, allow_descriptor: bool) -> PyResult<PathArgument> {
    let taken = match text_or_bytes(cx, value)? {
        Some(path) => path,
        None if allow_descriptor && cx.clipped_int(value).is_some() => {
            let descriptor = i32::from_value(cx, value)?;
            return Ok(PathArgument {
                bytes: Vec::new(),
                is_bytes: false,
                object: value,
                descriptor: Some(descriptor),
            });
        }
        None => {
            let expected = if allow_descriptor {
                "string, bytes, os.PathLike or integer"
            } else {
                "string, bytes or os.PathLike"
            };
            let Some(pair) = cx.special_method(value, Name::__fspath__)? else {
                return Err(cx.type_error(format_args!(
                    "{function}: path should be {expected}, not {}",
                    cx.type_name(value)
                )));
            };
            let given = cx.call_pair(pair, &[])?;
            match text_or_bytes(cx, given)? {
                // From here on it is the text that the object gave, in errors and in audit events too.
                Some(path) => path,
                None => {
                    return Err(cx.type_error(format_args!(
                        "expected {}.__fspath__() to return str or bytes, not {}",
                        cx.type_name(value),
                        cx.type_name(given)
                    )));
                }
            }
        }
    };
    if taken.bytes.contains(&0) {
        return Err(cx.value_error(format_args!("{function}: embedded null character in path")));
    }
    Ok(taken)
}

impl FromValue for PathArgument {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        path(cx, value, "path", false)
    }
}

/// `os.fspath`: text and bytes as they are, others asked.
///
/// # Errors
/// TypeError if it is no path.
pub fn file_system_object(cx: &Context, path: Value) -> PyResult {
    let is_path = |value: Value| Str::from_value(value).is_some() || Bytes::from_value(value).is_some();
    if is_path(path) {
        return Ok(path);
    }
    let Some(pair) = cx.special_method(path, Name::__fspath__)? else {
        return Err(cx.type_error(format_args!(
            "expected str, bytes or os.PathLike object, not {}",
            cx.type_name(path)
        )));
    };
    let given = cx.call_pair(pair, &[])?;
    if is_path(given) {
        return Ok(given);
    }
    Err(cx.type_error(format_args!(
        "expected {}.__fspath__() to return str or bytes, not {}",
        cx.type_name(path),
        cx.type_name(given)
    )))
}

/// A path for a system call, as `os.fsencode` encodes it.
///
/// # Errors
/// TypeError if it is no path; ValueError for a null byte.
pub fn file_system_path(cx: &Context, path: Value) -> PyResult<PathArgument> {
    let object = file_system_object(cx, path)?;
    let Some(taken) = text_or_bytes(cx, object)? else {
        return Err(cx.type_error_expected("str", object));
    };
    if taken.bytes.contains(&0) {
        return Err(cx.value_error(format_args!("embedded null byte")));
    }
    Ok(taken)
}
