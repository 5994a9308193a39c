//! Numbers in network byte order, and addresses as text and as bytes. Source: Modules/socketmodule.c.

use std::ffi::{CStr, CString};
use std::net::Ipv4Addr;

use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
use threadsnake_macros::pyfunction;

use crate::modules::system_call::last_errno;

fn short(cx: &Context, number: Value, function: &str) -> PyResult<u16> {
    let number = cx.index_i64(number)?;
    if number < 0 {
        return Err(cx.raise(
            ExceptionClass::OverflowError,
            format_args!("{function}: can't convert negative Python int to C 16-bit unsigned integer"),
        ));
    }
    u16::try_from(number).map_err(|_| {
        cx.raise(
            ExceptionClass::OverflowError,
            format_args!("{function}: Python int too large to convert to C 16-bit unsigned integer"),
        )
    })
}

fn long(cx: &Context, number: Value) -> PyResult<u32> {
    let number = cx.index_i64(number)?;
    if number < 0 {
        return Err(cx.raise(
            ExceptionClass::OverflowError,
            format_args!("can't convert negative value to unsigned int"),
        ));
    }
    u32::try_from(number)
        .map_err(|_| cx.raise(ExceptionClass::OverflowError, format_args!("int larger than 32 bits")))
}

/// Convert a 16-bit unsigned integer from network to host byte order.
#[pyfunction]
pub fn ntohs(cx: &Context, x: Value) -> PyResult<u16> {
    Ok(u16::from_be(short(cx, x, "ntohs")?))
}

/// Convert a 32-bit unsigned integer from network to host byte order.
#[pyfunction]
pub fn ntohl(cx: &Context, x: Value) -> PyResult<u32> {
    Ok(u32::from_be(long(cx, x)?))
}

/// Convert a 16-bit unsigned integer from host to network byte order.
#[pyfunction]
pub fn htons(cx: &Context, x: Value) -> PyResult<u16> {
    Ok(short(cx, x, "htons")?.to_be())
}

/// Convert a 32-bit unsigned integer from host to network byte order.
#[pyfunction]
pub fn htonl(cx: &Context, x: Value) -> PyResult<u32> {
    Ok(long(cx, x)?.to_be())
}

unsafe extern "C" {
    #[link_name = "inet_aton"]
    fn c_inet_aton(text: *const libc::c_char, address: *mut libc::in_addr) -> libc::c_int;
    #[link_name = "inet_pton"]
    fn c_inet_pton(family: libc::c_int, text: *const libc::c_char, address: *mut libc::c_void)
    -> libc::c_int;
    #[link_name = "inet_ntop"]
    fn c_inet_ntop(
        family: libc::c_int,
        address: *const libc::c_void,
        text: *mut libc::c_char,
        length: libc::socklen_t,
    ) -> *const libc::c_char;
}

/// Convert an IP address in string format (123.45.67.89) to the 32-bit packed binary format used in low-level network functions.
#[pyfunction]
pub fn inet_aton(cx: &Context, ip_addr: String) -> PyResult<Value> {
    let illegal =
        || cx.raise(ExceptionClass::OSError, format_args!("illegal IP address string passed to inet_aton"));
    let Ok(text) = CString::new(ip_addr) else {
        return Err(cx.value_error(format_args!("embedded null character")));
    };
    let mut address = libc::in_addr { s_addr: 0 };
    // SAFETY: the text ends with a null byte, the address is writable.
    if unsafe { c_inet_aton(text.as_ptr(), &mut address) } == 0 {
        return Err(illegal());
    }
    cx.bytes(&address.s_addr.to_ne_bytes())
}

/// Convert an IP address from 32-bit packed binary format to string format.
#[pyfunction]
pub fn inet_ntoa(cx: &Context, packed_ip: Value) -> PyResult<Value> {
    match <[u8; 4]>::try_from(cx.bytes_like(packed_ip)?) {
        Ok(bytes) => cx.str_format(format_args!("{}", Ipv4Addr::from(bytes))),
        Err(_) => Err(cx.raise(ExceptionClass::OSError, format_args!("packed IP wrong length"))),
    }
}

/// inet_pton(af, ip) -> packed IP address string
///
/// Convert an IP address from string format to a packed string suitable
/// for use with low-level network functions.
#[pyfunction]
pub fn inet_pton(cx: &Context, af: i32, ip: String) -> PyResult<Value> {
    let Ok(text) = CString::new(ip) else {
        return Err(cx.value_error(format_args!("embedded null character")));
    };
    let mut bytes = [0u8; 16];
    // SAFETY: the text ends with a null byte, the buffer is large enough for either family.
    match unsafe { c_inet_pton(af, text.as_ptr(), bytes.as_mut_ptr().cast()) } {
        0 => Err(
            cx.raise(ExceptionClass::OSError, format_args!("illegal IP address string passed to inet_pton"))
        ),
        -1 => Err(cx.os_error(last_errno(), None)),
        _ => {
            let length = if af == libc::AF_INET { 4 } else { 16 };
            cx.bytes(bytes.get(..length).unwrap_or(&[]))
        }
    }
}

/// inet_ntop(af, packed_ip) -> string formatted IP address
///
/// Convert a packed IP address of the given family to string format.
#[pyfunction]
pub fn inet_ntop(cx: &Context, af: i32, packed_ip: Value) -> PyResult<Value> {
    let bytes = cx.bytes_like(packed_ip)?;
    let expected = match af {
        libc::AF_INET => 4,
        libc::AF_INET6 => 16,
        _ => return Err(cx.value_error(format_args!("unknown address family {af}"))),
    };
    if bytes.len() != expected {
        return Err(cx.value_error(format_args!("invalid length of packed IP address string")));
    }
    let mut text = [0 as libc::c_char; 64];
    // SAFETY: the address has the length of its family, the buffer that given.
    let result = unsafe { c_inet_ntop(af, bytes.as_ptr().cast(), text.as_mut_ptr(), text.len() as _) };
    if result.is_null() {
        return Err(cx.os_error(last_errno(), None));
    }
    // SAFETY: on success the text ends with a null byte.
    cx.str(&unsafe { CStr::from_ptr(text.as_ptr()) }.to_string_lossy())
}
