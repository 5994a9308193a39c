//! The exceptions of `_socket`: `gaierror`, `herror`, and `timeout`, which is `TimeoutError`.
//!
//! Invariant: the classes are made when the module is, and kept by the engine, so that a changed module attribute changes no error.

use std::ffi::CStr;

use threadsnake_engine::engine::Root;
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::exception::as_exception;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Raised, Value};

use crate::modules::system_call;

/// What the module keeps for itself in the engine: its exceptions, the default timeout.
pub fn internals(cx: &Context) -> PyResult<Dict> {
    match cx.root(Root::SocketModule).and_then(Dict::from_value) {
        Some(dict) => Ok(dict),
        None => {
            let dict = cx.new_dict()?;
            cx.set_root(Root::SocketModule, Some(dict.as_value()));
            Ok(dict)
        }
    }
}

/// Makes the classes.
pub fn initialize(cx: &Context, module: Value) -> PyResult<()> {
    let namespace = cx.module_dict(module)?;
    let own = internals(cx)?;
    let os_error = cx.exception_class(ExceptionClass::OSError);
    namespace.set_str(cx, cx.intern_str("error")?, os_error)?;
    namespace.set_str(cx, cx.intern_str("timeout")?, cx.exception_class(ExceptionClass::TimeoutError))?;
    for name in ["herror", "gaierror"] {
        let class = system_call::new_exception_class(cx, "socket", name, os_error)?;
        let name = cx.intern_str(name)?;
        own.set_str(cx, name, class)?;
        namespace.set_str(cx, name, class)?;
    }
    Ok(())
}

fn raise_own(cx: &Context, name: &str, number: i32, text: &str) -> Raised {
    let made = || -> PyResult<Value> {
        let class = internals(cx)?.get_str(cx, cx.intern_str(name)?)?;
        let class = class.unwrap_or_else(|| cx.exception_class(ExceptionClass::OSError));
        cx.call(class, &[cx.int(i64::from(number))?, cx.str(text)?])
    };
    match made() {
        Ok(exception) => match as_exception(exception) {
            Some(object) => cx.raise_object(object),
            None => cx.raise(ExceptionClass::OSError, format_args!("{text}")),
        },
        Err(raised) => raised,
    }
}

/// What `getaddrinfo` or `getnameinfo` says went wrong. `errno` is that of the call, for `EAI_SYSTEM`.
#[cold]
pub fn gaierror(cx: &Context, code: i32, errno: i32) -> Raised {
    if code == libc::EAI_SYSTEM {
        return cx.os_error(errno, None);
    }
    // SAFETY: the C library gives a static text for any number.
    let text = unsafe { CStr::from_ptr(libc::gai_strerror(code)) }.to_string_lossy();
    raise_own(cx, "gaierror", code, &text)
}

unsafe extern "C" {
    fn hstrerror(code: libc::c_int) -> *const libc::c_char;
}

/// What the resolver says went wrong.
#[cold]
pub fn herror(cx: &Context, code: i32) -> Raised {
    // SAFETY: the C library gives a static text for any number.
    let text = unsafe { CStr::from_ptr(hstrerror(code)) }.to_string_lossy();
    raise_own(cx, "herror", code, &text)
}

/// `TimeoutError: timed out`
#[cold]
pub fn timed_out(cx: &Context) -> Raised {
    cx.raise(ExceptionClass::TimeoutError, format_args!("timed out"))
}
