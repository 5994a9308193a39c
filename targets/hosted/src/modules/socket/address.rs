//! Socket addresses: from Python's tuples and paths to the system's structures and back.
//!
//! Invariant: `length` never exceeds the storage, and the storage is zero behind it. Host names in addresses are resolved here, detached.
//! Source: `getsockaddrarg` and `makesockaddr` in Modules/socketmodule.c.

use std::ffi::{CStr, CString};
use std::mem::{MaybeUninit, offset_of, size_of};

use threadsnake_engine::native::FromValue;
use threadsnake_engine::types::byte_array::ByteArray;
use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};

use super::errors;
use crate::modules::paths;
use crate::modules::system_call::last_errno;

/// An address as the system has it.
#[derive(Copy, Clone)]
pub struct Address {
    /// The structure.
    pub storage: libc::sockaddr_storage,
    /// How much of it is used.
    pub length: libc::socklen_t,
}

/// Bytes of the path of a Unix address.
const UNIX_PATH_BYTES: usize = size_of::<libc::sockaddr_un>() - offset_of!(libc::sockaddr_un, sun_path);

impl Address {
    /// An empty one, as long as any, for a call to fill.
    pub fn empty() -> Address {
        // SAFETY: all zero is a valid `sockaddr_storage`.
        let storage = unsafe { MaybeUninit::zeroed().assume_init() };
        Address { storage, length: size_of::<libc::sockaddr_storage>() as libc::socklen_t }
    }

    /// The address in one of the system's structures.
    fn of<T: Copy>(structure: T, length: usize) -> Address {
        const { assert!(size_of::<T>() <= size_of::<libc::sockaddr_storage>()) };
        let mut address = Address::empty();
        // SAFETY: the storage is large enough for `T` by the assertion, and aligned for every socket address.
        unsafe { (&raw mut address.storage).cast::<T>().write(structure) };
        address.length = length.min(size_of::<T>()) as libc::socklen_t;
        address
    }

    /// The storage seen as one of the system's structures.
    fn view<T: Copy>(&self) -> T {
        const { assert!(size_of::<T>() <= size_of::<libc::sockaddr_storage>()) };
        // SAFETY: the storage is large enough by the assertion and initialized throughout; address structures are plain data.
        unsafe { (&raw const self.storage).cast::<T>().read() }
    }

    /// For the C library.
    pub fn as_pointer(&self) -> *const libc::sockaddr {
        (&raw const self.storage).cast()
    }

    /// For the C library to fill.
    pub fn as_mut_pointer(&mut self) -> *mut libc::sockaddr {
        (&raw mut self.storage).cast()
    }

    /// The used bytes.
    fn bytes(&self) -> &[u8] {
        let length = (self.length as usize).min(size_of::<libc::sockaddr_storage>());
        // SAFETY: the storage is initialized throughout and at least this long.
        unsafe { std::slice::from_raw_parts((&raw const self.storage).cast::<u8>(), length) }
    }

    /// Copies an address that the C library made.
    ///
    /// # Safety
    /// `pointer` points to `length` readable bytes, or is null.
    pub unsafe fn copied(pointer: *const libc::sockaddr, length: libc::socklen_t) -> Address {
        let mut address = Address::empty();
        let count = (length as usize).min(size_of::<libc::sockaddr_storage>());
        if !pointer.is_null() {
            // SAFETY: as the caller promises; the storage holds `count` bytes and does not overlap.
            unsafe {
                std::ptr::copy_nonoverlapping(
                    pointer.cast::<u8>(),
                    (&raw mut address.storage).cast::<u8>(),
                    count,
                );
            }
        }
        address.length = count as libc::socklen_t;
        address
    }

    /// The family.
    pub fn family(&self) -> i32 {
        i32::from(self.storage.ss_family)
    }

    /// The Python form; `None` if the call gave no address.
    pub fn to_value(self, cx: &Context) -> PyResult<Value> {
        if self.length == 0 {
            return Ok(Value::NONE);
        }
        match self.family() {
            libc::AF_INET => {
                let structure: libc::sockaddr_in = self.view();
                let host = std::net::Ipv4Addr::from(u32::from_be(structure.sin_addr.s_addr));
                let host = cx.str_format(format_args!("{host}"))?;
                cx.tuple(&[host, cx.int(i64::from(u16::from_be(structure.sin_port)))?])
            }
            libc::AF_INET6 => {
                let structure: libc::sockaddr_in6 = self.view();
                let host = numeric_host(&self).unwrap_or_default();
                cx.tuple(&[
                    cx.str(&host)?,
                    cx.int(i64::from(u16::from_be(structure.sin6_port)))?,
                    cx.int(i64::from(u32::from_be(structure.sin6_flowinfo)))?,
                    cx.int(i64::from(structure.sin6_scope_id))?,
                ])
            }
            libc::AF_UNIX => {
                let path = self.bytes().get(offset_of!(libc::sockaddr_un, sun_path)..).unwrap_or(&[]);
                match path.first() {
                    // Linux's abstract name space.
                    Some(0) => cx.bytes(path),
                    _ => {
                        let end = path.iter().position(|&byte| byte == 0).unwrap_or(path.len());
                        paths::decode(cx, path.get(..end).unwrap_or(&[]))
                    }
                }
            }
            #[cfg(target_os = "linux")]
            libc::AF_NETLINK => {
                let structure: libc::sockaddr_nl = self.view();
                cx.tuple(&[cx.int(i64::from(structure.nl_pid))?, cx.int(i64::from(structure.nl_groups))?])
            }
            #[cfg(target_os = "linux")]
            libc::AF_VSOCK => {
                let structure: libc::sockaddr_vm = self.view();
                cx.tuple(&[cx.int(i64::from(structure.svm_cid))?, cx.int(i64::from(structure.svm_port))?])
            }
            family => {
                let data = self.bytes().get(offset_of!(libc::sockaddr, sa_data)..).unwrap_or(&[]);
                cx.tuple(&[cx.int(i64::from(family))?, cx.bytes(data)?])
            }
        }
    }
}

/// The host of an address as numbers, with the zone of a link-local one.
pub fn numeric_host(address: &Address) -> Option<String> {
    let mut text = [0 as libc::c_char; 128];
    // SAFETY: the address is readable for its length, the buffer writable for the one given.
    let code = unsafe {
        libc::getnameinfo(
            address.as_pointer(),
            address.length,
            text.as_mut_ptr(),
            text.len() as _,
            std::ptr::null_mut(),
            0,
            libc::NI_NUMERICHOST,
        )
    };
    if code != 0 {
        return None;
    }
    // SAFETY: on success the text ends with a null byte.
    Some(unsafe { CStr::from_ptr(text.as_ptr()) }.to_string_lossy().into_owned())
}

/// A host name argument: text that is not ASCII in its IDNA form, bytes as they are.
pub fn host_name(cx: &Context, value: Value) -> PyResult<CString> {
    let bytes = if let Some(text) = Str::from_value(value) {
        if text.is_ascii() {
            text.to_utf8(cx)?.into_bytes()
        } else {
            let encoded = cx.call_method(value, cx.intern_str("encode")?, &[cx.str("idna")?])?;
            match Bytes::from_value(encoded) {
                Some(bytes) => bytes.as_slice().to_vec(),
                None => return Err(cx.type_error_expected("bytes", encoded)),
            }
        }
    } else if let Some(bytes) = Bytes::from_value(value) {
        bytes.as_slice().to_vec()
    } else if ByteArray::from_value(value).is_some() {
        cx.bytes_like(value)?
    } else {
        return Err(
            cx.type_error(format_args!("str, bytes or bytearray expected, not {}", cx.type_name(value)))
        );
    };
    CString::new(bytes).map_err(|_| cx.type_error(format_args!("host name must not contain null character")))
}

/// Results of `getaddrinfo`, freed when dropped.
pub struct AddressList(*mut libc::addrinfo);

impl Drop for AddressList {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: the list came from `getaddrinfo` and is freed once.
            unsafe { libc::freeaddrinfo(self.0) };
        }
    }
}

impl AddressList {
    /// The entries.
    pub fn iter(&self) -> impl Iterator<Item = &libc::addrinfo> {
        // SAFETY: the list's entries live until it is dropped, and end with null.
        let mut next = unsafe { self.0.as_ref() };
        std::iter::from_fn(move || {
            let entry = next?;
            // SAFETY: as above.
            next = unsafe { entry.ai_next.as_ref() };
            Some(entry)
        })
    }
}

/// Asks the resolver, detached.
pub fn look_up(
    cx: &Context,
    host: Option<&CStr>,
    service: Option<&CStr>,
    hints: &libc::addrinfo,
) -> PyResult<AddressList> {
    let pointer = |text: Option<&CStr>| text.map_or(std::ptr::null(), CStr::as_ptr);
    let mut list = std::ptr::null_mut();
    let (code, errno) = cx.blocking(|| {
        // SAFETY: names are null or end with a null byte, the hints are whole, the result is writable.
        let code = unsafe { libc::getaddrinfo(pointer(host), pointer(service), hints, &mut list) };
        (code, last_errno())
    });
    if code != 0 {
        return Err(errors::gaierror(cx, code, errno));
    }
    Ok(AddressList(list))
}

/// Hints for the resolver, all zero.
pub fn no_hints() -> libc::addrinfo {
    // SAFETY: all zero is a valid `addrinfo`.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

/// The address of a host: numbers, a name, empty for any address, `<broadcast>`.
pub fn resolve_host(cx: &Context, name: &CStr, family: i32) -> PyResult<Address> {
    let bytes = name.to_bytes();
    let mut hints = no_hints();
    hints.ai_family = family;
    if bytes.is_empty() {
        hints.ai_socktype = libc::SOCK_DGRAM;
        hints.ai_flags = libc::AI_PASSIVE;
        let list = look_up(cx, None, Some(c"0"), &hints)?;
        let mut entries = list.iter();
        let first = entries.next();
        if entries.next().is_some() {
            return Err(
                cx.raise(ExceptionClass::OSError, format_args!("wildcard resolved to multiple address"))
            );
        }
        return match first {
            // SAFETY: the entry's address is as long as it says.
            Some(entry) => Ok(unsafe { Address::copied(entry.ai_addr, entry.ai_addrlen) }),
            None => Err(cx.os_error(libc::EADDRNOTAVAIL, None)),
        };
    }
    if bytes == b"255.255.255.255" || bytes == b"<broadcast>" {
        if family != libc::AF_INET && family != libc::AF_UNSPEC {
            return Err(cx.raise(ExceptionClass::OSError, format_args!("address family mismatched")));
        }
        return Ok(ipv4(u32::MAX, 0));
    }
    if family != libc::AF_INET6
        && let Some(number) = name.to_str().ok().and_then(|text| text.parse::<std::net::Ipv4Addr>().ok())
    {
        return Ok(ipv4(u32::from(number), 0));
    }
    let list = look_up(cx, Some(name), None, &hints)?;
    match list.iter().next() {
        // SAFETY: the entry's address is as long as it says.
        Some(entry) => Ok(unsafe { Address::copied(entry.ai_addr, entry.ai_addrlen) }),
        None => Err(cx.os_error(libc::EADDRNOTAVAIL, None)),
    }
}

fn ipv4(host: u32, port: u16) -> Address {
    // SAFETY: all zero is a valid `sockaddr_in`.
    let mut structure: libc::sockaddr_in = unsafe { MaybeUninit::zeroed().assume_init() };
    structure.sin_family = libc::AF_INET as _;
    structure.sin_port = port.to_be();
    structure.sin_addr.s_addr = host.to_be();
    Address::of(structure, size_of::<libc::sockaddr_in>())
}

fn port_of(cx: &Context, value: Value, caller: &str) -> PyResult<u16> {
    let port = i32::from_value(cx, value)?;
    u16::try_from(port).map_err(|_| {
        cx.raise(ExceptionClass::OverflowError, format_args!("{caller}(): port must be 0-65535."))
    })
}

fn address_tuple(cx: &Context, value: Value, family: &str, caller: &str) -> PyResult<Tuple> {
    Tuple::from_value(value).ok_or_else(|| {
        cx.type_error(format_args!("{caller}(): {family} address must be tuple, not {}", cx.type_name(value)))
    })
}

/// The address that an argument of a socket's method means.
///
/// # Errors
/// TypeError, OverflowError, OSError; what resolving raises.
pub fn from_value(cx: &Context, family: i32, value: Value, caller: &str) -> PyResult<Address> {
    match family {
        libc::AF_UNIX => unix(cx, value),
        libc::AF_INET => {
            let tuple = address_tuple(cx, value, "AF_INET", caller)?;
            let &[host, port] = tuple.as_slice() else {
                return Err(cx.type_error(format_args!("AF_INET address must be a pair (host, port)")));
            };
            let host = host_name(cx, host)?;
            let port = port_of(cx, port, caller)?;
            let found: libc::sockaddr_in = resolve_host(cx, &host, libc::AF_INET)?.view();
            Ok(ipv4(u32::from_be(found.sin_addr.s_addr), port))
        }
        libc::AF_INET6 => {
            let tuple = address_tuple(cx, value, "AF_INET6", caller)?;
            let (&[host, port, ref rest @ ..], true) = (tuple.as_slice(), tuple.len() <= 4) else {
                return Err(cx.type_error(format_args!(
                    "AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])"
                )));
            };
            let host = host_name(cx, host)?;
            let port = port_of(cx, port, caller)?;
            let flow = rest.first().map_or(Ok(0), |&flow| u32::from_value(cx, flow))?;
            let scope = rest.get(1).map_or(Ok(0), |&scope| u32::from_value(cx, scope))?;
            if flow > 0xfffff {
                return Err(cx.raise(
                    ExceptionClass::OverflowError,
                    format_args!("{caller}(): flowinfo must be 0-1048575."),
                ));
            }
            let mut structure: libc::sockaddr_in6 = resolve_host(cx, &host, libc::AF_INET6)?.view();
            structure.sin6_family = libc::AF_INET6 as _;
            structure.sin6_port = port.to_be();
            structure.sin6_flowinfo = flow.to_be();
            structure.sin6_scope_id = scope;
            Ok(Address::of(structure, size_of::<libc::sockaddr_in6>()))
        }
        #[cfg(target_os = "linux")]
        libc::AF_NETLINK => {
            let tuple = address_tuple(cx, value, "AF_NETLINK", caller)?;
            let &[process, groups] = tuple.as_slice() else {
                return Err(cx.type_error(format_args!("AF_NETLINK address must be a pair (pid, groups)")));
            };
            // SAFETY: all zero is a valid `sockaddr_nl`.
            let mut structure: libc::sockaddr_nl = unsafe { MaybeUninit::zeroed().assume_init() };
            structure.nl_family = libc::AF_NETLINK as _;
            structure.nl_pid = u32::from_value(cx, process)?;
            structure.nl_groups = u32::from_value(cx, groups)?;
            Ok(Address::of(structure, size_of::<libc::sockaddr_nl>()))
        }
        #[cfg(target_os = "linux")]
        libc::AF_VSOCK => {
            let tuple = address_tuple(cx, value, "AF_VSOCK", caller)?;
            let &[cid, port] = tuple.as_slice() else {
                return Err(cx.type_error(format_args!("AF_VSOCK address must be a pair (CID, port)")));
            };
            // SAFETY: all zero is a valid `sockaddr_vm`.
            let mut structure: libc::sockaddr_vm = unsafe { MaybeUninit::zeroed().assume_init() };
            structure.svm_family = libc::AF_VSOCK as _;
            structure.svm_cid = u32::from_value(cx, cid)?;
            structure.svm_port = u32::from_value(cx, port)?;
            Ok(Address::of(structure, size_of::<libc::sockaddr_vm>()))
        }
        _ => Err(cx.raise(ExceptionClass::OSError, format_args!("{caller}(): bad family"))),
    }
}

fn unix(cx: &Context, value: Value) -> PyResult<Address> {
    let path = match Str::from_value(value) {
        Some(text) => paths::encode(cx, text)?,
        None => cx.bytes_like(value)?,
    };
    // A path needs its null byte; an abstract name is as long as it is.
    let abstract_name = path.first() == Some(&0);
    let too_long = if abstract_name { path.len() > UNIX_PATH_BYTES } else { path.len() >= UNIX_PATH_BYTES };
    if too_long {
        return Err(cx.raise(ExceptionClass::OSError, format_args!("AF_UNIX path too long")));
    }
    // SAFETY: all zero is a valid `sockaddr_un`.
    let mut structure: libc::sockaddr_un = unsafe { MaybeUninit::zeroed().assume_init() };
    structure.sun_family = libc::AF_UNIX as _;
    for (place, &byte) in structure.sun_path.iter_mut().zip(&path) {
        *place = byte as libc::c_char;
    }
    let end = if abstract_name || path.is_empty() { path.len() } else { path.len() + 1 };
    Ok(Address::of(structure, offset_of!(libc::sockaddr_un, sun_path) + end))
}
