//! Names of hosts: `getaddrinfo`, `getnameinfo` and the older `gethostby...`.
//!
//! Invariant: the resolver runs detached; of the older functions the reentrant forms are called, with a buffer of this call's own.
//! Source: Modules/socketmodule.c.

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;

use threadsnake_engine::native::FromValue;
use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::int_object::is_int;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
use threadsnake_macros::pyfunction;

use super::address::{Address, host_name, look_up, no_hints, numeric_host, resolve_host};
use super::errors;
use crate::modules::system_call::last_errno;

/// getaddrinfo(host, port [, family, type, proto, flags])
///     -> list of (family, type, proto, canonname, sockaddr)
///
/// Resolve host and port into addrinfo struct.
#[pyfunction(signature = "(host, port, family=0, type=0, proto=0, flags=0)")]
pub fn getaddrinfo(
    cx: &Context,
    host: Value,
    port: Value,
    family: i32,
    r#type: i32,
    proto: i32,
    flags: i32,
) -> PyResult<Value> {
    let told_host = host;
    let host = if host.is_none() {
        None
    } else if Str::from_value(host).is_some() || Bytes::from_value(host).is_some() {
        Some(host_name(cx, host)?)
    } else {
        return Err(cx.type_error(format_args!("getaddrinfo() argument 1 must be string or None")));
    };
    let service = if port.is_none() {
        None
    } else if is_int(port) {
        Some(cx.str_of(port)?.to_utf8(cx)?.into_bytes())
    } else if let Some(text) = Str::from_value(port) {
        Some(text.to_utf8(cx)?.into_bytes())
    } else if let Some(bytes) = Bytes::from_value(port) {
        Some(bytes.as_slice().to_vec())
    } else {
        return Err(cx.raise(ExceptionClass::OSError, format_args!("Int or String expected")));
    };
    let service = match service.map(CString::new) {
        Some(Ok(service)) => Some(service),
        Some(Err(_)) => return Err(cx.value_error(format_args!("embedded null character"))),
        None => None,
    };
    cx.audit("socket.getaddrinfo", || {
        let numbers = [family, r#type, proto].map(|number| cx.int(i64::from(number)));
        let [family, kind, protocol] = numbers;
        Ok([told_host, port, family?, kind?, protocol?])
    })?;
    let mut hints = no_hints();
    hints.ai_family = family;
    hints.ai_socktype = r#type;
    hints.ai_protocol = proto;
    hints.ai_flags = flags;
    let list = look_up(cx, host.as_deref(), service.as_deref(), &hints)?;
    let mut results = cx.scratch();
    for entry in list.iter() {
        // SAFETY: the entry's address is as long as it says.
        let address = unsafe { Address::copied(entry.ai_addr, entry.ai_addrlen) }.to_value(cx)?;
        let canonical = if entry.ai_canonname.is_null() {
            String::new()
        } else {
            // SAFETY: the list's names end with a null byte.
            unsafe { CStr::from_ptr(entry.ai_canonname) }.to_string_lossy().into_owned()
        };
        results.push(cx.tuple(&[
            cx.int(i64::from(entry.ai_family))?,
            cx.int(i64::from(entry.ai_socktype))?,
            cx.int(i64::from(entry.ai_protocol))?,
            cx.str(&canonical)?,
            address,
        ])?);
    }
    cx.list(results.as_slice())
}

/// getnameinfo(sockaddr, flags) --> (host, port)
///
/// Get host and port for a sockaddr.
#[pyfunction]
pub fn getnameinfo(cx: &Context, sockaddr: Value, flags: i32) -> PyResult<Value> {
    let Some(tuple) = Tuple::from_value(sockaddr) else {
        return Err(cx.type_error(format_args!("getnameinfo() argument 1 must be a tuple")));
    };
    let (&[host, port, ref rest @ ..], true) = (tuple.as_slice(), tuple.len() <= 4) else {
        return Err(cx.type_error(format_args!("getnameinfo(): illegal sockaddr argument")));
    };
    let host = host_name(cx, host)?;
    let port = u32::from_value(cx, port)?;
    let flow = rest.first().map_or(Ok(0), |&flow| u32::from_value(cx, flow))?;
    let scope = rest.get(1).map_or(Ok(0), |&scope| u32::from_value(cx, scope))?;
    if flow > 0xfffff {
        return Err(cx.raise(
            ExceptionClass::OverflowError,
            format_args!("getnameinfo(): flowinfo must be 0-1048575."),
        ));
    }
    cx.audit("socket.getnameinfo", || Ok([sockaddr]))?;
    let service = CString::new(port.to_string()).unwrap_or_default();
    let mut hints = no_hints();
    hints.ai_socktype = libc::SOCK_DGRAM;
    hints.ai_flags = libc::AI_NUMERICHOST;
    let list = look_up(cx, Some(&host), Some(&service), &hints)?;
    let mut entries = list.iter();
    let Some(entry) = entries.next() else { return Err(cx.os_error(libc::EADDRNOTAVAIL, None)) };
    if entries.next().is_some() {
        return Err(
            cx.raise(ExceptionClass::OSError, format_args!("sockaddr resolved to multiple addresses"))
        );
    }
    // SAFETY: the entry's address is as long as it says.
    let mut address = unsafe { Address::copied(entry.ai_addr, entry.ai_addrlen) };
    match address.family() {
        libc::AF_INET if tuple.len() != 2 => {
            return Err(cx.raise(ExceptionClass::OSError, format_args!("IPv4 sockaddr must be 2 tuple")));
        }
        libc::AF_INET6 => {
            let place = address.as_mut_pointer().cast::<libc::sockaddr_in6>();
            // SAFETY: the storage is larger than, and aligned for, the structure that its family names.
            unsafe {
                (*place).sin6_flowinfo = flow.to_be();
                (*place).sin6_scope_id = scope;
            }
        }
        _ => {}
    }
    let mut host_text = [0 as libc::c_char; 1025];
    let mut service_text = [0 as libc::c_char; 32];
    let (code, errno) = cx.blocking(|| {
        // SAFETY: the address is readable for its length, the buffers writable for theirs.
        let code = unsafe {
            libc::getnameinfo(
                address.as_pointer(),
                address.length,
                host_text.as_mut_ptr(),
                host_text.len() as _,
                service_text.as_mut_ptr(),
                service_text.len() as _,
                flags,
            )
        };
        (code, last_errno())
    });
    if code != 0 {
        return Err(errors::gaierror(cx, code, errno));
    }
    // SAFETY: on success both texts end with a null byte.
    let (host, service) =
        unsafe { (CStr::from_ptr(host_text.as_ptr()), CStr::from_ptr(service_text.as_ptr())) };
    cx.tuple(&[cx.str(&host.to_string_lossy())?, cx.str(&service.to_string_lossy())?])
}

/// gethostbyname(host) -> address
///
/// Return the IP address (a string of the form '255.255.255.255') for a host.
#[pyfunction]
pub fn gethostbyname(cx: &Context, host: Value) -> PyResult<Value> {
    let name = host_name(cx, host)?;
    cx.audit("socket.gethostbyname", || Ok([host]))?;
    let address = resolve_host(cx, &name, libc::AF_INET)?;
    cx.str(&numeric_host(&address).unwrap_or_default())
}

unsafe extern "C" {
    fn gethostbyname_r(
        name: *const libc::c_char,
        result: *mut libc::hostent,
        buffer: *mut libc::c_char,
        length: libc::size_t,
        found: *mut *mut libc::hostent,
        error: *mut libc::c_int,
    ) -> libc::c_int;
    fn gethostbyaddr_r(
        address: *const libc::c_void,
        length: libc::socklen_t,
        family: libc::c_int,
        result: *mut libc::hostent,
        buffer: *mut libc::c_char,
        length: libc::size_t,
        found: *mut *mut libc::hostent,
        error: *mut libc::c_int,
    ) -> libc::c_int;
}

/// What the older functions say of a host.
struct HostEntry {
    name: String,
    aliases: Vec<String>,
    addresses: Vec<Address>,
}

/// Bytes of the buffer that a host's entry goes to.
const HOST_BUFFER_BYTES: usize = 64 << 10;

/// Runs one of the reentrant functions, detached: the entry, or the resolver's error.
fn host_entry(
    cx: &Context,
    call: impl FnOnce(*mut libc::hostent, &mut [libc::c_char], *mut *mut libc::hostent, *mut libc::c_int),
) -> PyResult<HostEntry> {
    let mut buffer = vec![0 as libc::c_char; HOST_BUFFER_BYTES];
    let mut entry = MaybeUninit::<libc::hostent>::zeroed();
    let mut found = std::ptr::null_mut();
    let mut error = 0;
    cx.blocking(|| call(entry.as_mut_ptr(), &mut buffer, &mut found, &mut error));
    // SAFETY: null, or the entry given, filled.
    let Some(host) = (unsafe { found.as_ref() }) else { return Err(errors::herror(cx, error)) };
    let text = |pointer: *const libc::c_char| {
        // SAFETY: the entry's texts end with a null byte and lie in the buffer.
        unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
    };
    let mut aliases = Vec::new();
    let mut place = host.h_aliases;
    // SAFETY: both lists end with null, and their entries are texts or addresses of the entry's length, all in the buffer.
    unsafe {
        while !place.is_null() && !(*place).is_null() {
            aliases.push(text(*place));
            place = place.add(1);
        }
    }
    let mut addresses = Vec::new();
    let mut place = host.h_addr_list;
    // SAFETY: as above.
    unsafe {
        while !place.is_null() && !(*place).is_null() {
            let bytes = std::slice::from_raw_parts((*place).cast::<u8>(), host.h_length.max(0) as usize);
            addresses.push(raw_address(host.h_addrtype, bytes));
            place = place.add(1);
        }
    }
    Ok(HostEntry { name: text(host.h_name), aliases, addresses })
}

/// An address from the bytes of a host's entry.
fn raw_address(family: i32, bytes: &[u8]) -> Address {
    let mut address = Address::empty();
    address.storage.ss_family = family as _;
    let place = address.as_mut_pointer();
    match (family, <[u8; 4]>::try_from(bytes), <[u8; 16]>::try_from(bytes)) {
        (libc::AF_INET, Ok(bytes), _) => {
            address.length = size_of::<libc::sockaddr_in>() as _;
            // SAFETY: the storage is larger than, and aligned for, this structure.
            unsafe { (*place.cast::<libc::sockaddr_in>()).sin_addr.s_addr = u32::from_ne_bytes(bytes) };
        }
        (libc::AF_INET6, _, Ok(bytes)) => {
            address.length = size_of::<libc::sockaddr_in6>() as _;
            // SAFETY: as above.
            unsafe { (*place.cast::<libc::sockaddr_in6>()).sin6_addr.s6_addr = bytes };
        }
        _ => address.length = 0,
    }
    address
}

fn entry_value(cx: &Context, entry: &HostEntry) -> PyResult<Value> {
    let mut aliases = cx.scratch();
    for alias in &entry.aliases {
        aliases.push(cx.str(alias)?);
    }
    let mut addresses = cx.scratch();
    for address in &entry.addresses {
        addresses.push(cx.str(&numeric_host(address).unwrap_or_default())?);
    }
    let aliases = cx.list(aliases.as_slice())?;
    let addresses = cx.list(addresses.as_slice())?;
    cx.tuple(&[cx.str(&entry.name)?, aliases, addresses])
}

/// gethostbyname_ex(host) -> (name, aliaslist, addresslist)
///
/// Return the true host name, a list of aliases, and a list of IP addresses,
/// for a host.  The host argument is a string giving a host name or IP number.
#[pyfunction]
pub fn gethostbyname_ex(cx: &Context, host: Value) -> PyResult<Value> {
    let name = host_name(cx, host)?;
    cx.audit("socket.gethostbyname", || Ok([host]))?;
    resolve_host(cx, &name, libc::AF_INET)?;
    let entry = host_entry(cx, |entry, buffer, found, error| {
        let length = buffer.len();
        // SAFETY: the name ends with a null byte; all else is writable for its length.
        unsafe { gethostbyname_r(name.as_ptr(), entry, buffer.as_mut_ptr(), length, found, error) };
    })?;
    entry_value(cx, &entry)
}

/// gethostbyaddr(host) -> (name, aliaslist, addresslist)
///
/// Return the true host name, a list of aliases, and a list of IP addresses,
/// for a host.  The host argument is a string giving a host name or IP number.
#[pyfunction]
pub fn gethostbyaddr(cx: &Context, host: Value) -> PyResult<Value> {
    let name = host_name(cx, host)?;
    cx.audit("socket.gethostbyaddr", || Ok([host]))?;
    let address = resolve_host(cx, &name, libc::AF_UNSPEC)?;
    let mut bytes = [0u8; 16];
    let pointer = address.as_pointer();
    let length = match address.family() {
        libc::AF_INET => {
            // SAFETY: the storage holds the structure that its family names.
            let number = unsafe { (*pointer.cast::<libc::sockaddr_in>()).sin_addr.s_addr };
            if let Some(place) = bytes.get_mut(..4) {
                place.copy_from_slice(&number.to_ne_bytes());
            }
            4
        }
        libc::AF_INET6 => {
            // SAFETY: as above.
            bytes = unsafe { (*pointer.cast::<libc::sockaddr_in6>()).sin6_addr.s6_addr };
            16
        }
        _ => {
            return Err(cx.raise(ExceptionClass::OSError, format_args!("unsupported address family")));
        }
    };
    let family = address.family();
    let entry = host_entry(cx, |entry, buffer, found, error| {
        let room = buffer.len();
        let place = buffer.as_mut_ptr();
        // SAFETY: the address has `length` bytes; all else is writable for its length.
        unsafe { gethostbyaddr_r(bytes.as_ptr().cast(), length, family, entry, place, room, found, error) };
    })?;
    entry_value(cx, &entry)
}
