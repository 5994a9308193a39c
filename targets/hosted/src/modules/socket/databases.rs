//! The host's own name, and the system's tables of services, protocols and network interfaces.
//!
//! Invariant: the C library's functions that answer in a static buffer are called and read under one lock of the process.
//! Source: Modules/socketmodule.c.

use std::ffi::{CStr, CString};
use std::sync::{Mutex, PoisonError};

use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
use threadsnake_macros::pyfunction;

use crate::modules::paths;
use crate::modules::system_call::last_errno;

/// Guards the static buffers of `getservbyname` and its kin.
static STATIC_BUFFERS: Mutex<()> = Mutex::new(());

/// gethostname() -> string
///
/// Return the current host name.
#[pyfunction]
pub fn gethostname(cx: &Context) -> PyResult<Value> {
    cx.audit("socket.gethostname", || Ok([]))?;
    let mut text = [0u8; 1024];
    // SAFETY: the buffer has one byte more than the length given, and it is zero.
    if unsafe { libc::gethostname(text.as_mut_ptr().cast(), text.len() - 1) } < 0 {
        return Err(cx.os_error(last_errno(), None));
    }
    let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
    paths::decode(cx, text.get(..end).unwrap_or(&[]))
}

/// sethostname(name)
///
/// Sets the hostname to name.
#[pyfunction]
pub fn sethostname(cx: &Context, name: Value) -> PyResult<()> {
    let bytes = match (Bytes::from_value(name), Str::from_value(name)) {
        (Some(bytes), _) => bytes.as_slice().to_vec(),
        (None, Some(text)) => paths::encode(cx, text)?,
        (None, None) => return Err(cx.type_error_expected("str or bytes", name)),
    };
    cx.audit("socket.sethostname", || Ok([cx.bytes(&bytes)?]))?;
    // SAFETY: the bytes are readable.
    if unsafe { libc::sethostname(bytes.as_ptr().cast(), bytes.len()) } < 0 {
        return Err(cx.os_error(last_errno(), None));
    }
    Ok(())
}

fn c_string(cx: &Context, text: &str) -> PyResult<CString> {
    CString::new(text).map_err(|_| cx.value_error(format_args!("embedded null character")))
}

fn optional(cx: &Context, text: Option<&str>) -> PyResult<Option<CString>> {
    text.map(|text| c_string(cx, text)).transpose()
}

/// getservbyname(servicename[, protocolname]) -> integer
///
/// Return a port number from a service name and protocol name.
/// The optional protocol name, if given, should be 'tcp' or 'udp',
/// otherwise any protocol will match.
#[pyfunction(signature = "(servicename, protocolname=None, /)")]
pub fn getservbyname(cx: &Context, servicename: String, protocolname: Option<String>) -> PyResult<u16> {
    let name = c_string(cx, &servicename)?;
    let protocol = optional(cx, protocolname.as_deref())?;
    cx.audit("socket.getservbyname", || {
        let protocol = protocolname.as_deref().map_or(Ok(Value::NONE), |name| cx.str(name))?;
        Ok([cx.str(&servicename)?, protocol])
    })?;
    let port = cx.blocking(|| {
        let _guard = STATIC_BUFFERS.lock().unwrap_or_else(PoisonError::into_inner);
        let protocol = protocol.as_ref().map_or(std::ptr::null(), |protocol| protocol.as_ptr());
        // SAFETY: texts are null or end with a null byte; the result is read while the lock is held.
        unsafe { libc::getservbyname(name.as_ptr(), protocol).as_ref() }.map(|entry| entry.s_port)
    });
    match port {
        Some(port) => Ok(u16::from_be(port as u16)),
        None => Err(cx.raise(ExceptionClass::OSError, format_args!("service/proto not found"))),
    }
}

/// getservbyport(port[, protocolname]) -> string
///
/// Return the service name from a port number and protocol name.
/// The optional protocol name, if given, should be 'tcp' or 'udp',
/// otherwise any protocol will match.
#[pyfunction(signature = "(port, protocolname=None, /)")]
pub fn getservbyport(cx: &Context, port: i32, protocolname: Option<String>) -> PyResult<Value> {
    let Ok(port) = u16::try_from(port) else {
        return Err(
            cx.raise(ExceptionClass::OverflowError, format_args!("getservbyport: port must be 0-65535."))
        );
    };
    let protocol = optional(cx, protocolname.as_deref())?;
    cx.audit("socket.getservbyport", || {
        let protocol = protocolname.as_deref().map_or(Ok(Value::NONE), |name| cx.str(name))?;
        Ok([Value::int_from_u32(u32::from(port)), protocol])
    })?;
    let name = cx.blocking(|| {
        let _guard = STATIC_BUFFERS.lock().unwrap_or_else(PoisonError::into_inner);
        let protocol = protocol.as_ref().map_or(std::ptr::null(), |protocol| protocol.as_ptr());
        // SAFETY: as for `getservbyname`; the entry's name ends with a null byte.
        unsafe {
            libc::getservbyport(i32::from(port.to_be()), protocol)
                .as_ref()
                .map(|entry| CStr::from_ptr(entry.s_name).to_string_lossy().into_owned())
        }
    });
    match name {
        Some(name) => cx.str(&name),
        None => Err(cx.raise(ExceptionClass::OSError, format_args!("port/proto not found"))),
    }
}

/// getprotobyname(name) -> integer
///
/// Return the protocol number for the named protocol.  (Rarely used.)
#[pyfunction]
pub fn getprotobyname(cx: &Context, name: String) -> PyResult<i32> {
    let name = c_string(cx, &name)?;
    let number = cx.blocking(|| {
        let _guard = STATIC_BUFFERS.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: as for `getservbyname`.
        unsafe { libc::getprotobyname(name.as_ptr()).as_ref() }.map(|entry| entry.p_proto)
    });
    number.ok_or_else(|| cx.raise(ExceptionClass::OSError, format_args!("protocol not found")))
}

/// if_nameindex()
///
/// Returns a list of network interface information (index, name) tuples.
#[pyfunction]
pub fn if_nameindex(cx: &Context) -> PyResult<Value> {
    // SAFETY: the list is freed below, once.
    let list = unsafe { libc::if_nameindex() };
    if list.is_null() {
        return Err(cx.os_error(last_errno(), None));
    }
    let mut found = Vec::new();
    let mut place = list;
    // SAFETY: the list ends with an entry whose name is null; names end with a null byte.
    unsafe {
        while !(*place).if_name.is_null() {
            found.push(((*place).if_index, CStr::from_ptr((*place).if_name).to_bytes().to_vec()));
            place = place.add(1);
        }
        libc::if_freenameindex(list);
    }
    let mut values = cx.scratch();
    for (index, name) in found {
        let name = paths::decode(cx, &name)?;
        values.push(cx.tuple(&[cx.int(i64::from(index))?, name])?);
    }
    cx.list(values.as_slice())
}

/// Returns the interface index corresponding to the interface name if_name.
#[pyfunction(signature = "(oname, /)")]
pub fn if_nametoindex(cx: &Context, oname: Value) -> PyResult<u32> {
    let bytes = match (Bytes::from_value(oname), Str::from_value(oname)) {
        (Some(bytes), _) => bytes.as_slice().to_vec(),
        (None, Some(text)) => paths::encode(cx, text)?,
        (None, None) => return Err(cx.type_error_expected("str or bytes", oname)),
    };
    let name = CString::new(bytes).map_err(|_| cx.value_error(format_args!("embedded null byte")))?;
    // SAFETY: the name ends with a null byte.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(cx.raise(ExceptionClass::OSError, format_args!("no interface with this name"))),
        index => Ok(index),
    }
}

/// Returns the interface name corresponding to the interface index if_index.
#[pyfunction]
pub fn if_indextoname(cx: &Context, index: u32) -> PyResult<Value> {
    let mut name = [0u8; libc::IF_NAMESIZE + 1];
    // SAFETY: the buffer is as large as the call asks for.
    if unsafe { libc::if_indextoname(index, name.as_mut_ptr().cast()) }.is_null() {
        return Err(cx.os_error(last_errno(), None));
    }
    let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
    paths::decode(cx, name.get(..end).unwrap_or(&[]))
}
