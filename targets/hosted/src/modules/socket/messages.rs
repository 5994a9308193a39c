//! `sendmsg` and `recvmsg`: several buffers and ancillary data in one message.
//!
//! Invariant: the ancillary buffer is made of 8-byte words, so that its headers are aligned, and no header is read beyond the length that the system
//! reported. Source: Modules/socketmodule.c; RFC 3542 for the layout.
#![allow(clippy::unnecessary_cast, reason = "the C library's types differ between targets")]

use std::mem::MaybeUninit;

use threadsnake_engine::native::FromValue;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
use threadsnake_macros::pyfunction;

use super::address::{self, Address};
use super::socket_object::{Socket, buffer_of};
use super::waiting::{Readiness, call};

/// Bytes of an item's header, rounded up.
fn header_bytes() -> usize {
    // SAFETY: plain arithmetic.
    (unsafe { libc::CMSG_LEN(0) }) as usize
}

/// Bytes of an item with so much data, without padding behind it.
fn item_bytes(data: usize) -> Option<usize> {
    data.checked_add(header_bytes()).filter(|&bytes| bytes <= i32::MAX as usize)
}

/// Bytes of an item with so much data and its padding.
fn space_bytes(data: usize) -> Option<usize> {
    let data = u32::try_from(data).ok()?;
    // SAFETY: plain arithmetic.
    let bytes = (unsafe { libc::CMSG_SPACE(data) }) as usize;
    Some(bytes).filter(|&bytes| bytes >= data as usize && bytes <= i32::MAX as usize)
}

/// CMSG_LEN(length) -> control message length
///
/// Return the total length, without trailing padding, of an ancillary
/// data item with associated data of the given length.
#[pyfunction(name = "CMSG_LEN")]
pub fn cmsg_len(cx: &Context, length: i64) -> PyResult<usize> {
    usize::try_from(length).ok().and_then(item_bytes).ok_or_else(|| {
        cx.raise(ExceptionClass::OverflowError, format_args!("CMSG_LEN() argument out of range"))
    })
}

/// CMSG_SPACE(length) -> buffer size
///
/// Return the buffer size needed for recvmsg() to receive an ancillary
/// data item with associated data of the given length, along with any
/// trailing padding.
#[pyfunction(name = "CMSG_SPACE")]
pub fn cmsg_space(cx: &Context, length: i64) -> PyResult<usize> {
    usize::try_from(length).ok().and_then(space_bytes).ok_or_else(|| {
        cx.raise(ExceptionClass::OverflowError, format_args!("CMSG_SPACE() argument out of range"))
    })
}

fn empty_header() -> libc::msghdr {
    // SAFETY: all zero is a valid `msghdr`.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

/// `socket.sendmsg`
pub fn send(
    cx: &Context,
    socket: &Socket,
    buffers: Value,
    ancillary: Option<Value>,
    flags: i32,
    address: Option<Value>,
) -> PyResult<i64> {
    let buffers = cx.collect(buffers)?;
    let mut contents = Vec::with_capacity(buffers.len());
    for &buffer in buffers.as_slice() {
        contents.push(cx.bytes_like(buffer)?);
    }
    let pieces: Vec<libc::iovec> = contents
        .iter()
        .map(|bytes| libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() })
        .collect();
    let given_address = address.filter(|address| !address.is_none());
    let address = match given_address {
        Some(given) => Some(address::from_value(cx, socket.address_family(), given, "sendmsg")?),
        None => None,
    };
    let told = given_address.unwrap_or(Value::NONE);
    cx.audit("socket.sendmsg", || Ok([socket.as_value(), told]))?;
    let mut items = Vec::new();
    if let Some(ancillary) = ancillary.filter(|ancillary| !ancillary.is_none()) {
        for &item in cx.collect(ancillary)?.as_slice() {
            let parts = cx.unpack_exact(item, 3)?;
            if let &[level, kind, data] = parts.as_slice() {
                let level = i32::from_value(cx, level)?;
                let kind = i32::from_value(cx, kind)?;
                items.push((level, kind, cx.bytes_like(data)?));
            }
        }
    }
    let too_long = || cx.raise(ExceptionClass::OSError, format_args!("ancillary data item too large"));
    let mut control_bytes = 0usize;
    for (_, _, data) in &items {
        control_bytes += space_bytes(data.len()).ok_or_else(too_long)?;
    }
    let mut control = vec![0u64; control_bytes.div_ceil(8)];
    let mut header = empty_header();
    header.msg_iov = pieces.as_ptr().cast_mut();
    header.msg_iovlen = pieces.len() as _;
    if let Some(address) = &address {
        header.msg_name = address.as_pointer().cast_mut().cast();
        header.msg_namelen = address.length;
    }
    if control_bytes > 0 {
        header.msg_control = control.as_mut_ptr().cast();
        header.msg_controllen = control_bytes as _;
        // SAFETY: the control buffer has `control_bytes` bytes, enough for all items one after the other.
        let mut place = unsafe { libc::CMSG_FIRSTHDR(&header) };
        for (level, kind, data) in &items {
            // SAFETY: `place` is null or points to an item within the control buffer, with room for its data as sized above.
            unsafe {
                if place.is_null() {
                    break;
                }
                (*place).cmsg_level = *level;
                (*place).cmsg_type = *kind;
                (*place).cmsg_len = item_bytes(data.len()).unwrap_or(0) as _;
                std::ptr::copy_nonoverlapping(data.as_ptr(), libc::CMSG_DATA(place), data.len());
                place = libc::CMSG_NXTHDR(&header, place);
            }
        }
    }
    let header = &header;
    call(cx, socket, Readiness::Writing, |descriptor| {
        // SAFETY: the header's buffers live and are as long as it says.
        (unsafe { libc::sendmsg(descriptor, header, flags) }) as i64
    })
}

/// A received message.
pub struct Message {
    /// What it carries.
    pub data: Vec<u8>,
    ancillary: Vec<(i32, i32, Vec<u8>)>,
    flags: i32,
    address: Address,
}

impl Message {
    /// The result of `recvmsg`, with `first` in the place of the data.
    pub fn to_value(&self, cx: &Context, first: Value) -> PyResult<Value> {
        let mut items = cx.scratch();
        for (level, kind, data) in &self.ancillary {
            let item = cx.tuple(&[cx.int(i64::from(*level))?, cx.int(i64::from(*kind))?, cx.bytes(data)?])?;
            items.push(item);
        }
        let items = cx.list(items.as_slice())?;
        let address = self.address.to_value(cx)?;
        cx.tuple(&[first, items, cx.int(i64::from(self.flags))?, address])
    }
}

/// `socket.recvmsg`
pub fn receive(
    cx: &Context,
    socket: &Socket,
    size: usize,
    control_size: i64,
    flags: i32,
    caller: &str,
) -> PyResult<Message> {
    let Some(control_bytes) = usize::try_from(control_size).ok().filter(|&size| size <= i32::MAX as usize)
    else {
        return Err(cx.value_error(format_args!("invalid ancillary data buffer length in {caller}()")));
    };
    let mut data = buffer_of(cx, size)?;
    let mut control = vec![0u64; control_bytes.div_ceil(8)];
    let mut address = Address::empty();
    let mut header = empty_header();
    let mut piece = libc::iovec { iov_base: data.as_mut_ptr().cast(), iov_len: size };
    let count = call(cx, socket, Readiness::Reading, |descriptor| {
        address = Address::empty();
        header = empty_header();
        header.msg_name = address.as_mut_pointer().cast();
        header.msg_namelen = address.length;
        header.msg_iov = &mut piece;
        header.msg_iovlen = 1;
        header.msg_control = control.as_mut_ptr().cast();
        header.msg_controllen = control_bytes as _;
        // SAFETY: the header's buffers are as long as it says.
        (unsafe { libc::recvmsg(descriptor, &mut header, flags) }) as i64
    })?;
    // SAFETY: the call has written this many bytes, at most `size`.
    unsafe { data.set_len((count as usize).min(size)) };
    address.length = header.msg_namelen;
    let mut ancillary = Vec::new();
    let end = control.as_ptr().addr() + (header.msg_controllen as usize).min(control_bytes);
    // SAFETY: the header says how much of the control buffer the system has filled.
    let mut place = unsafe { libc::CMSG_FIRSTHDR(&header) };
    while !place.is_null() {
        // SAFETY: a header within the filled part of the control buffer, which is aligned for it.
        let (item, start) = unsafe { (place.read(), libc::CMSG_DATA(place)) };
        let length = (item.cmsg_len as usize).saturating_sub(header_bytes());
        // A message that was cut short may promise more than there is.
        let length = length.min(end.saturating_sub(start.addr()));
        // SAFETY: `start` lies in the control buffer, with `length` bytes before its filled end.
        let bytes = unsafe { std::slice::from_raw_parts(start, length) };
        ancillary.push((item.cmsg_level, item.cmsg_type, bytes.to_vec()));
        // SAFETY: as for the first header.
        place = unsafe { libc::CMSG_NXTHDR(&header, place) };
    }
    Ok(Message { data, ancillary, flags: header.msg_flags, address })
}
