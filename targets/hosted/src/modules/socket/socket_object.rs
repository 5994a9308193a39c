//! The class `_socket.socket`.
//!
//! Invariant: the raw bytes are the descriptor plus one (0: closed), family, type, protocol and the timeout in nanoseconds (all ones: none),
//! each an atomic cell. Whoever swaps the descriptor out closes it, so two threads that close a socket close one descriptor once.
//! Source: Modules/socketmodule.c.

use std::sync::atomic::Ordering;

use threadsnake_engine::native::{Arguments, FromValue};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::{Context, ExceptionClass, ObjectRef, PyResult, Raised, Value};
use threadsnake_heap::arch::AtomicU32;
use threadsnake_macros::{pyclass, pyfunction, pymethods};

use super::address::{self, Address};
use super::errors;
use super::messages;
use super::waiting::{self, Readiness, Timeout, call, call_until, deadline_of};
use crate::modules::system_call::{self, last_errno, wait_until_ready};

/// socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object
/// socket(family=-1, type=-1, proto=-1, fileno=None) -> socket object
///
/// Open a socket of the given type.  The family argument specifies the
/// address family; it defaults to AF_INET.  The type argument specifies
/// whether this is a stream (SOCK_STREAM, this is the default)
/// or datagram (SOCK_DGRAM) socket.  The protocol argument defaults to 0,
/// specifying the default protocol.  Keyword arguments are accepted.
/// The socket is created as non-inheritable.
///
/// When a fileno is passed in, family, type and proto are auto-detected,
/// unless they are explicitly set.
#[pyclass(
    id = Socket, name = "socket", module = "_socket", raw = 24,
    flags(SUBCLASSABLE, NATIVE_FINALIZER, NO_WEAK_REFERENCES)
)]
pub struct Socket(ObjectRef);

const DESCRIPTOR: usize = 0;
const FAMILY: usize = 4;
const TYPE: usize = 8;
const PROTOCOL: usize = 12;
const TIMEOUT: usize = 16;

const NO_TIMEOUT: u64 = u64::MAX;

#[cfg(target_os = "linux")]
const TYPE_FLAGS: i32 = libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
#[cfg(not(target_os = "linux"))]
const TYPE_FLAGS: i32 = 0;

fn descriptor_cell(object: &ObjectRef) -> &AtomicU32 {
    // SAFETY: a socket has 24 raw bytes, and these four are only accessed as an atomic of this width.
    unsafe { object.raw::<AtomicU32>(DESCRIPTOR) }
}

/// The descriptor in a cell's word, -1 for none.
fn in_cell(word: u32) -> i32 {
    (word as i32).wrapping_sub(1)
}

impl Socket {
    /// The descriptor, -1 if it is closed.
    pub fn descriptor(&self) -> i32 {
        in_cell(self.0.raw_u32(DESCRIPTOR))
    }

    /// Takes the descriptor out, -1 if there is none.
    fn take_descriptor(&self) -> i32 {
        in_cell(descriptor_cell(&self.0).swap(0, Ordering::AcqRel))
    }

    /// The address family.
    pub fn address_family(&self) -> i32 {
        self.0.raw_u32(FAMILY) as i32
    }

    /// How long calls wait.
    pub fn timeout(&self) -> Timeout {
        Some(self.0.raw_u64(TIMEOUT)).filter(|&timeout| timeout != NO_TIMEOUT)
    }

    fn store_timeout(&self, timeout: Timeout) {
        self.0.raw_store_u64(TIMEOUT, timeout.unwrap_or(NO_TIMEOUT));
    }

    fn set_up(&self, cx: &Context, descriptor: i32, family: i32, kind: i32, protocol: i32) -> PyResult<()> {
        self.0.raw_store_u32(FAMILY, family as u32);
        self.0.raw_store_u32(TYPE, (kind & !TYPE_FLAGS) as u32);
        self.0.raw_store_u32(PROTOCOL, protocol as u32);
        let timeout = if kind & TYPE_FLAGS & libc::SOCK_NONBLOCK != 0 {
            Some(0)
        } else {
            waiting::default_timeout(cx)?
        };
        self.store_timeout(timeout);
        self.0.raw_store_u32(DESCRIPTOR, (descriptor as u32).wrapping_add(1));
        if timeout.is_some() { set_blocking(cx, descriptor, false) } else { Ok(()) }
    }

    fn is_connected(&self, cx: &Context, deadline: Option<u64>) -> PyResult<Result<(), i32>> {
        if !wait_until_ready(cx, self.descriptor(), libc::POLLOUT, deadline)? {
            return Err(errors::timed_out(cx));
        }
        Ok(match option_number(self.descriptor(), libc::SOL_SOCKET, libc::SO_ERROR) {
            Ok(0) => Ok(()),
            Ok(errno) | Err(errno) => Err(errno),
        })
    }

    /// Connects: the error number if that fails.
    fn connect_to(&self, cx: &Context, address: &Address) -> PyResult<Result<(), i32>> {
        let deadline = deadline_of(cx, self);
        let descriptor = self.descriptor();
        let (result, errno) = cx.blocking(|| {
            // SAFETY: the address is readable for its length.
            let result = unsafe { libc::connect(descriptor, address.as_pointer(), address.length) };
            (result, if result < 0 { last_errno() } else { 0 })
        });
        if result == 0 {
            return Ok(Ok(()));
        }
        match errno {
            // The connection goes on being made: wait for its end, unless the socket never waits.
            libc::EINTR => {
                cx.poll()?;
                if self.timeout() == Some(0) { Ok(Err(errno)) } else { self.is_connected(cx, deadline) }
            }
            libc::EINPROGRESS if deadline.is_some() => self.is_connected(cx, deadline),
            _ => Ok(Err(errno)),
        }
    }

    fn receive(&self, cx: &Context, size: usize, flags: i32) -> PyResult<Vec<u8>> {
        let mut buffer = buffer_of(cx, size)?;
        let pointer = buffer.as_mut_ptr();
        let count = call(cx, self, Readiness::Reading, |descriptor| {
            // SAFETY: the buffer has room for `size` bytes.
            (unsafe { libc::recv(descriptor, pointer.cast(), size, flags) }) as i64
        })?;
        // SAFETY: the call has written this many bytes, at most `size`.
        unsafe { buffer.set_len((count as usize).min(size)) };
        Ok(buffer)
    }

    fn receive_from(&self, cx: &Context, size: usize, flags: i32) -> PyResult<(Vec<u8>, Address)> {
        let mut buffer = buffer_of(cx, size)?;
        let pointer = buffer.as_mut_ptr();
        let mut address = Address::empty();
        let count = call(cx, self, Readiness::Reading, |descriptor| {
            address = Address::empty();
            let place = address.as_mut_pointer();
            // SAFETY: the buffer has room for `size` bytes, the address for its length.
            (unsafe { libc::recvfrom(descriptor, pointer.cast(), size, flags, place, &mut address.length) })
                as i64
        })?;
        // SAFETY: the call has written this many bytes, at most `size`.
        unsafe { buffer.set_len((count as usize).min(size)) };
        Ok((buffer, address))
    }
}

/// An empty buffer with room for so many bytes.
pub fn buffer_of(cx: &Context, size: usize) -> PyResult<Vec<u8>> {
    let mut buffer = Vec::new();
    match buffer.try_reserve_exact(size) {
        Ok(()) => Ok(buffer),
        Err(_) => Err(cx.memory_error()),
    }
}

/// The size of what is received: `whole` bytes unless the argument says less.
fn size_into(cx: &Context, whole: usize, wanted: i64, caller: &str) -> PyResult<usize> {
    let Ok(wanted) = usize::try_from(wanted) else {
        return Err(cx.value_error(format_args!("negative buffersize in {caller}")));
    };
    if whole < wanted {
        return Err(cx.value_error(format_args!("buffer too small for requested bytes")));
    }
    Ok(if wanted == 0 { whole } else { wanted })
}

fn size_argument(cx: &Context, wanted: i64, caller: &str) -> PyResult<usize> {
    usize::try_from(wanted).map_err(|_| cx.value_error(format_args!("negative buffersize in {caller}")))
}

/// Switches a descriptor's blocking mode.
pub fn set_blocking(cx: &Context, descriptor: i32, blocking: bool) -> PyResult<()> {
    // SAFETY: no memory is involved.
    let flags = unsafe { libc::fcntl(descriptor, libc::F_GETFL) };
    let wanted = if blocking { flags & !libc::O_NONBLOCK } else { flags | libc::O_NONBLOCK };
    // SAFETY: no memory is involved.
    if flags < 0 || (wanted != flags && unsafe { libc::fcntl(descriptor, libc::F_SETFL, wanted) } < 0) {
        return Err(cx.os_error(last_errno(), None));
    }
    Ok(())
}

/// The number behind a socket option.
fn option_number(descriptor: i32, level: i32, name: i32) -> Result<i32, i32> {
    let mut number: libc::c_int = 0;
    let mut length = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: the place has the length given.
    let result = unsafe { libc::getsockopt(descriptor, level, name, (&raw mut number).cast(), &mut length) };
    if result < 0 { Err(last_errno()) } else { Ok(number) }
}

fn failed(cx: &Context) -> Raised {
    cx.os_error(last_errno(), None)
}

#[pymethods]
impl Socket {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        // What they mean is the initializer's business, as a subclass may have other ones.
        let _ = arguments;
        let class = Class::expect(cx, class)?;
        let object = allocate_of_class(cx, class)?;
        object.raw_store_u64(TIMEOUT, NO_TIMEOUT);
        Ok(Value::from(object))
    }

    #[pymethod(name = "__init__", signature = "($self, family=-1, type=-1, proto=-1, fileno=None)")]
    fn init(
        cx: &Context,
        this: Socket,
        family: i32,
        r#type: i32,
        proto: i32,
        fileno: Option<Value>,
    ) -> PyResult<()> {
        cx.audit("socket.__new__", || {
            let (family, kind) = (cx.int(i64::from(family))?, cx.int(i64::from(r#type))?);
            Ok([this.as_value(), family, kind, cx.int(i64::from(proto))?])
        })?;
        let Some(given) = fileno.filter(|value| !value.is_none()) else {
            let family = if family == -1 { libc::AF_INET } else { family };
            let kind = if r#type == -1 { libc::SOCK_STREAM } else { r#type };
            let proto = if proto == -1 { 0 } else { proto };
            // SAFETY: no memory is involved.
            let descriptor = unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, proto) };
            if descriptor < 0 {
                return Err(failed(cx));
            }
            return this.set_up(cx, descriptor, family, kind, proto);
        };
        if threadsnake_engine::types::float_object::float_of(given).is_some() {
            return Err(cx.type_error(format_args!("integer argument expected, got float")));
        }
        let descriptor = i32::from_value(cx, given)?;
        if descriptor < 0 {
            return Err(cx.value_error(format_args!("negative file descriptor")));
        }
        let mut address = Address::empty();
        let place = address.as_mut_pointer();
        // SAFETY: the address has room for its length.
        if unsafe { libc::getsockname(descriptor, place, &mut address.length) } < 0 {
            let errno = last_errno();
            if family == -1 || errno == libc::EBADF || errno == libc::ENOTSOCK {
                return Err(cx.os_error(errno, None));
            }
        }
        let number = |given: i32, name: i32| match given {
            -1 => option_number(descriptor, libc::SOL_SOCKET, name),
            given => Ok(given),
        };
        let raise = |errno: i32| cx.os_error(errno, None);
        let family = if family == -1 { address.family() } else { family };
        let kind = number(r#type, libc::SO_TYPE).map_err(raise)?;
        let proto = number(proto, libc::SO_PROTOCOL).map_err(raise)?;
        this.set_up(cx, descriptor, family, kind, proto)
    }

    /// _accept() -> (integer, address info)
    ///
    /// Wait for an incoming connection.  Return a new socket file descriptor
    /// representing the connection, and the address of the client.
    /// For IP sockets, the address info is a pair (hostaddr, port).
    #[pymethod]
    fn _accept(cx: &Context, this: Socket) -> PyResult<Value> {
        let mut address = Address::empty();
        let descriptor = call(cx, &this, Readiness::Reading, |descriptor| {
            address = Address::empty();
            let place = address.as_mut_pointer();
            // SAFETY: the address has room for its length.
            i64::from(unsafe { libc::accept4(descriptor, place, &mut address.length, libc::SOCK_CLOEXEC) })
        })?;
        let shown = address.to_value(cx)?;
        cx.tuple(&[cx.int(descriptor)?, shown])
    }

    /// bind(address)
    ///
    /// Bind the socket to a local address.  For IP sockets, the address is a
    /// pair (host, port); the host must refer to the local host. For raw packet
    /// sockets the address is a tuple (ifname, proto [,pkttype [,hatype [,addr]]])
    #[pymethod]
    fn bind(cx: &Context, this: Socket, address: Value) -> PyResult<()> {
        let told = address;
        let address = address::from_value(cx, this.address_family(), address, "bind")?;
        cx.audit("socket.bind", || Ok([this.as_value(), told]))?;
        let descriptor = this.descriptor();
        system_call::call(cx, None, || {
            // SAFETY: the address is readable for its length.
            i64::from(unsafe { libc::bind(descriptor, address.as_pointer(), address.length) })
        })?;
        Ok(())
    }

    /// listen([backlog])
    ///
    /// Enable a server to accept connections.  If backlog is specified, it must be
    /// at least 0 (if it is lower, it is set to 0); it specifies the number of
    /// unaccepted connections that the system will allow before refusing new
    /// connections. If not specified, a default reasonable value is chosen.
    #[pymethod(signature = "(backlog=128, /)")]
    fn listen(cx: &Context, this: Socket, backlog: i32) -> PyResult<()> {
        // SAFETY: no memory is involved.
        if unsafe { libc::listen(this.descriptor(), backlog.max(0)) } < 0 {
            return Err(failed(cx));
        }
        Ok(())
    }

    /// connect(address)
    ///
    /// Connect the socket to a remote address.  For IP sockets, the address
    /// is a pair (host, port).
    #[pymethod]
    fn connect(cx: &Context, this: Socket, address: Value) -> PyResult<()> {
        let told = address;
        let address = address::from_value(cx, this.address_family(), address, "connect")?;
        cx.audit("socket.connect", || Ok([this.as_value(), told]))?;
        this.connect_to(cx, &address)?.map_err(|errno| cx.os_error(errno, None))
    }

    /// connect_ex(address) -> errno
    ///
    /// This is like connect(address), but returns an error code (the errno value)
    /// instead of raising an exception when an error occurs.
    #[pymethod]
    fn connect_ex(cx: &Context, this: Socket, address: Value) -> PyResult<i32> {
        let told = address;
        let address = address::from_value(cx, this.address_family(), address, "connect_ex")?;
        cx.audit("socket.connect", || Ok([this.as_value(), told]))?;
        match this.connect_to(cx, &address) {
            Ok(result) => Ok(result.err().unwrap_or(0)),
            Err(raised) if cx.pending_is(&raised, ExceptionClass::TimeoutError) => {
                cx.take_exception(raised);
                Ok(libc::EWOULDBLOCK)
            }
            Err(raised) => Err(raised),
        }
    }

    /// close()
    ///
    /// Close the socket.  It cannot be used after this call.
    #[pymethod]
    fn close(cx: &Context, this: Socket) -> PyResult<()> {
        let descriptor = this.take_descriptor();
        if descriptor < 0 {
            return Ok(());
        }
        // SAFETY: the descriptor was this socket's, and it has been taken out. On Linux it is closed even after EINTR.
        let (result, errno) = cx.blocking(|| (unsafe { libc::close(descriptor) }, last_errno()));
        if result < 0 && errno != libc::ECONNRESET && errno != libc::EINTR {
            return Err(cx.os_error(errno, None));
        }
        Ok(())
    }

    /// detach()
    ///
    /// Close the socket object without closing the underlying file descriptor.
    /// The object cannot be used after this call, but the file descriptor
    /// can be reused for other purposes.  The file descriptor is returned.
    #[pymethod]
    fn detach(this: Socket) -> i32 {
        this.take_descriptor()
    }

    /// fileno() -> integer
    ///
    /// Return the integer file descriptor of the socket.
    #[pymethod]
    fn fileno(this: Socket) -> i32 {
        this.descriptor()
    }

    /// getpeername() -> address info
    ///
    /// Return the address of the remote endpoint.  For IP sockets, the address
    /// info is a pair (hostaddr, port).
    #[pymethod]
    fn getpeername(cx: &Context, this: Socket) -> PyResult<Value> {
        let mut address = Address::empty();
        let place = address.as_mut_pointer();
        // SAFETY: the address has room for its length.
        if unsafe { libc::getpeername(this.descriptor(), place, &mut address.length) } < 0 {
            return Err(failed(cx));
        }
        address.to_value(cx)
    }

    /// getsockname() -> address info
    ///
    /// Return the address of the local endpoint. The format depends on the
    /// address family. For IPv4 sockets, the address info is a pair
    /// (hostaddr, port). For IPv6 sockets, the address info is a 4-tuple
    /// (hostaddr, port, flowinfo, scope_id).
    #[pymethod]
    fn getsockname(cx: &Context, this: Socket) -> PyResult<Value> {
        let mut address = Address::empty();
        let place = address.as_mut_pointer();
        // SAFETY: the address has room for its length.
        if unsafe { libc::getsockname(this.descriptor(), place, &mut address.length) } < 0 {
            return Err(failed(cx));
        }
        address.to_value(cx)
    }

    /// getsockopt(level, option[, buffersize]) -> value
    ///
    /// Get a socket option.  See the Unix manual for level and option.
    /// If a nonzero buffersize argument is given, the return value is a
    /// string of that length; otherwise it is an integer.
    #[pymethod(signature = "(level, option, buffersize=0, /)")]
    fn getsockopt(cx: &Context, this: Socket, level: i32, option: i32, buffersize: i32) -> PyResult<Value> {
        if buffersize == 0 {
            return match option_number(this.descriptor(), level, option) {
                Ok(number) => cx.int(i64::from(number)),
                Err(errno) => Err(cx.os_error(errno, None)),
            };
        }
        if !(0..=1024).contains(&buffersize) {
            return Err(cx.raise(ExceptionClass::OSError, format_args!("getsockopt buflen out of range")));
        }
        let mut buffer = [0u8; 1024];
        let mut length = buffersize as libc::socklen_t;
        // SAFETY: the buffer has at least `length` bytes.
        let result = unsafe {
            libc::getsockopt(this.descriptor(), level, option, buffer.as_mut_ptr().cast(), &mut length)
        };
        if result < 0 {
            return Err(failed(cx));
        }
        cx.bytes(buffer.get(..length as usize).unwrap_or(&[]))
    }

    /// setsockopt(level, option, value: int)
    /// setsockopt(level, option, value: buffer)
    /// setsockopt(level, option, None, optlen: int)
    ///
    /// Set a socket option.  See the Unix manual for level and option.
    /// The value argument can either be an integer, a string buffer, or
    /// None, optlen.
    #[pymethod(signature = "(level, option, value, optlen=None, /)")]
    fn setsockopt(
        cx: &Context,
        this: Socket,
        level: i32,
        option: i32,
        value: Value,
        optlen: Option<u32>,
    ) -> PyResult<()> {
        let descriptor = this.descriptor();
        let set = |pointer: *const u8, length: usize| -> PyResult<()> {
            // SAFETY: the pointer is null, or readable for the length.
            let result = unsafe {
                libc::setsockopt(descriptor, level, option, pointer.cast(), length as libc::socklen_t)
            };
            if result < 0 { Err(failed(cx)) } else { Ok(()) }
        };
        match (value.is_none(), optlen) {
            (true, Some(length)) => set(std::ptr::null(), length as usize),
            (true, None) => Err(cx.type_error(format_args!(
                "socket.setsockopt(): when the value is None, the length must be given"
            ))),
            (false, Some(_)) => Err(cx.type_error(format_args!(
                "socket.setsockopt(): a length is given, so the value must be None, not {}",
                cx.type_name(value)
            ))),
            (false, None) if threadsnake_engine::types::int_object::is_int(value) => {
                set(i32::from_value(cx, value)?.to_ne_bytes().as_ptr(), size_of::<i32>())
            }
            (false, None) => cx.with_bytes(value, |bytes| set(bytes.as_ptr(), bytes.len())),
        }
    }

    /// recv(buffersize[, flags]) -> data
    ///
    /// Receive up to buffersize bytes from the socket.  For the optional flags
    /// argument, see the Unix manual.  When no data is available, block until
    /// at least one byte is available or until the remote end is closed.  When
    /// the remote end is closed and all data is read, return the empty string.
    #[pymethod(signature = "(buffersize, flags=0, /)")]
    fn recv(cx: &Context, this: Socket, buffersize: i64, flags: i32) -> PyResult<Value> {
        let size = size_argument(cx, buffersize, "recv")?;
        cx.bytes(&this.receive(cx, size, flags)?)
    }

    /// recv_into(buffer, [nbytes[, flags]]) -> nbytes_read
    ///
    /// A version of recv() that stores its data into a buffer rather than creating
    /// a new string.  Receive up to buffersize bytes from the socket.  If buffersize
    /// is not specified (or 0), receive up to the size available in the given buffer.
    ///
    /// See recv() for documentation about the flags.
    #[pymethod(signature = "(buffer, nbytes=0, flags=0)")]
    fn recv_into(cx: &Context, this: Socket, buffer: Value, nbytes: i64, flags: i32) -> PyResult<usize> {
        let size = size_into(cx, cx.writable_length(buffer)?, nbytes, "recv_into")?;
        if size == 0 {
            return Ok(0);
        }
        let received = this.receive(cx, size, flags)?;
        cx.write_into_buffer(buffer, 0, &received)
    }

    /// recvfrom(buffersize[, flags]) -> (data, address info)
    ///
    /// Like recv(buffersize, flags) but also return the sender's address info.
    #[pymethod(signature = "(buffersize, flags=0, /)")]
    fn recvfrom(cx: &Context, this: Socket, buffersize: i64, flags: i32) -> PyResult<Value> {
        let size = size_argument(cx, buffersize, "recvfrom")?;
        let (received, address) = this.receive_from(cx, size, flags)?;
        cx.tuple(&[cx.bytes(&received)?, address.to_value(cx)?])
    }

    /// recvfrom_into(buffer[, nbytes[, flags]]) -> (nbytes, address info)
    ///
    /// Like recv_into(buffer[, nbytes[, flags]]) but also return the sender's address info.
    #[pymethod(signature = "(buffer, nbytes=0, flags=0)")]
    fn recvfrom_into(cx: &Context, this: Socket, buffer: Value, nbytes: i64, flags: i32) -> PyResult<Value> {
        let size = size_into(cx, cx.writable_length(buffer)?, nbytes, "recvfrom_into")?;
        let (received, address) = this.receive_from(cx, size, flags)?;
        let count = cx.write_into_buffer(buffer, 0, &received)?;
        cx.tuple(&[cx.int(count as i64)?, address.to_value(cx)?])
    }

    /// send(data[, flags]) -> count
    ///
    /// Send a data string to the socket.  For the optional flags
    /// argument, see the Unix manual.  Return the number of bytes
    /// sent; this may be less than len(data) if the network is busy.
    #[pymethod(signature = "(data, flags=0, /)")]
    fn send(cx: &Context, this: Socket, data: Value, flags: i32) -> PyResult<i64> {
        cx.with_bytes(data, |bytes| {
            call(cx, &this, Readiness::Writing, |descriptor| {
                // SAFETY: the bytes are readable.
                (unsafe { libc::send(descriptor, bytes.as_ptr().cast(), bytes.len(), flags) }) as i64
            })
        })
    }

    /// sendall(data[, flags])
    ///
    /// Send a data string to the socket.  For the optional flags
    /// argument, see the Unix manual.  This calls send() repeatedly
    /// until all data is sent.  If an error occurs, it's impossible
    /// to tell how much data has been sent.
    #[pymethod(signature = "(data, flags=0, /)")]
    fn sendall(cx: &Context, this: Socket, data: Value, flags: i32) -> PyResult<()> {
        cx.with_bytes(data, |bytes| {
            let deadline = deadline_of(cx, &this);
            let mut rest = bytes;
            while !rest.is_empty() {
                let sent = call_until(cx, &this, Readiness::Writing, deadline, |descriptor| {
                    // SAFETY: the bytes are readable.
                    (unsafe { libc::send(descriptor, rest.as_ptr().cast(), rest.len(), flags) }) as i64
                })?;
                rest = rest.get(sent as usize..).unwrap_or(&[]);
                cx.poll()?;
            }
            Ok(())
        })
    }

    /// sendto(data[, flags], address) -> count
    ///
    /// Like send(data, flags) but allows specifying the destination address.
    /// For IP sockets, the address is a pair (hostaddr, port).
    #[pymethod]
    fn sendto(cx: &Context, this: Socket, arguments: &[Value]) -> PyResult<i64> {
        let (data, flags, address) = match *arguments {
            [data, address] => (data, 0, address),
            [data, flags, address] => (data, i32::from_value(cx, flags)?, address),
            _ => {
                return Err(cx.type_error(format_args!(
                    "sendto() takes 2 or 3 arguments ({} given)",
                    arguments.len()
                )));
            }
        };
        let told = address;
        let address = address::from_value(cx, this.address_family(), address, "sendto")?;
        cx.audit("socket.sendto", || Ok([this.as_value(), told]))?;
        cx.with_bytes(data, |bytes| {
            call(cx, &this, Readiness::Writing, |descriptor| {
                let (pointer, length) = (address.as_pointer(), address.length);
                // SAFETY: bytes and address are readable for their lengths.
                (unsafe {
                    libc::sendto(descriptor, bytes.as_ptr().cast(), bytes.len(), flags, pointer, length)
                }) as i64
            })
        })
    }

    /// sendmsg(buffers[, ancdata[, flags[, address]]]) -> count
    ///
    /// Send normal and ancillary data to the socket, gathering the
    /// non-ancillary data from a series of buffers and concatenating it into
    /// a single message.
    #[pymethod(signature = "(buffers, ancdata=None, flags=0, address=None, /)")]
    fn sendmsg(
        cx: &Context,
        this: Socket,
        buffers: Value,
        ancdata: Option<Value>,
        flags: i32,
        address: Option<Value>,
    ) -> PyResult<i64> {
        messages::send(cx, &this, buffers, ancdata, flags, address)
    }

    /// recvmsg(bufsize[, ancbufsize[, flags]]) -> (data, ancdata, msg_flags, address)
    ///
    /// Receive normal data (up to bufsize bytes) and ancillary data from the
    /// socket.
    #[pymethod(signature = "(bufsize, ancbufsize=0, flags=0, /)")]
    fn recvmsg(cx: &Context, this: Socket, bufsize: i64, ancbufsize: i64, flags: i32) -> PyResult<Value> {
        let Ok(size) = usize::try_from(bufsize) else {
            return Err(cx.value_error(format_args!("negative buffer size in recvmsg()")));
        };
        let message = messages::receive(cx, &this, size, ancbufsize, flags, "recvmsg")?;
        let data = cx.bytes(&message.data)?;
        message.to_value(cx, data)
    }

    /// recvmsg_into(buffers[, ancbufsize[, flags]]) -> (nbytes, ancdata, msg_flags, address)
    ///
    /// Receive normal data and ancillary data from the socket, scattering the
    /// non-ancillary data into a series of buffers.
    #[pymethod(signature = "(buffers, ancbufsize=0, flags=0, /)")]
    fn recvmsg_into(
        cx: &Context,
        this: Socket,
        buffers: Value,
        ancbufsize: i64,
        flags: i32,
    ) -> PyResult<Value> {
        let buffers = cx.collect(buffers)?;
        let mut size = 0usize;
        for &buffer in buffers.as_slice() {
            size = size.saturating_add(cx.writable_length(buffer)?);
        }
        let message = messages::receive(cx, &this, size, ancbufsize, flags, "recvmsg_into")?;
        let mut rest = message.data.as_slice();
        for &buffer in buffers.as_slice() {
            if rest.is_empty() {
                break;
            }
            let count = cx.write_into_buffer(buffer, 0, rest)?;
            rest = rest.get(count..).unwrap_or(&[]);
        }
        let count = cx.int(message.data.len() as i64)?;
        message.to_value(cx, count)
    }

    /// setblocking(flag)
    ///
    /// Set the socket to blocking (flag is true) or non-blocking (false).
    /// setblocking(True) is equivalent to settimeout(None);
    /// setblocking(False) is equivalent to settimeout(0.0).
    #[pymethod]
    fn setblocking(cx: &Context, this: Socket, flag: bool) -> PyResult<()> {
        this.store_timeout(if flag { None } else { Some(0) });
        set_blocking(cx, this.descriptor(), flag)
    }

    /// getblocking()
    ///
    /// Returns True if socket is in blocking mode, or False if it
    /// is in non-blocking mode.
    #[pymethod]
    fn getblocking(this: Socket) -> bool {
        this.timeout() != Some(0)
    }

    /// settimeout(timeout)
    ///
    /// Set a timeout on socket operations.  'timeout' can be a float,
    /// giving in seconds, or None.  Setting a timeout of None disables
    /// the timeout feature and is equivalent to setblocking(1).
    /// Setting a timeout of zero is the same as setblocking(0).
    #[pymethod]
    fn settimeout(cx: &Context, this: Socket, timeout: Value) -> PyResult<()> {
        let timeout = waiting::timeout_of(cx, timeout)?;
        this.store_timeout(timeout);
        set_blocking(cx, this.descriptor(), timeout.is_none())
    }

    /// gettimeout() -> timeout
    ///
    /// Returns the timeout in seconds (float) associated with socket
    /// operations. A timeout of None indicates that timeouts on socket
    /// operations are disabled.
    #[pymethod]
    fn gettimeout(cx: &Context, this: Socket) -> PyResult<Value> {
        waiting::timeout_value(cx, this.timeout())
    }

    /// shutdown(flag)
    ///
    /// Shut down the reading side of the socket (flag == SHUT_RD), the writing side
    /// of the socket (flag == SHUT_WR), or both ends (flag == SHUT_RDWR).
    #[pymethod]
    fn shutdown(cx: &Context, this: Socket, how: i32) -> PyResult<()> {
        // SAFETY: no memory is involved.
        if unsafe { libc::shutdown(this.descriptor(), how) } < 0 { Err(failed(cx)) } else { Ok(()) }
    }

    /// the socket family
    #[pygetter]
    fn family(this: Socket) -> i32 {
        this.address_family()
    }

    /// the socket type
    #[pygetter(name = "type")]
    fn kind(this: Socket) -> i32 {
        this.object().raw_u32(TYPE) as i32
    }

    /// the socket protocol
    #[pygetter]
    fn proto(this: Socket) -> i32 {
        this.object().raw_u32(PROTOCOL) as i32
    }

    /// the socket timeout
    #[pygetter(name = "timeout")]
    fn timeout_attribute(cx: &Context, this: Socket) -> PyResult<Value> {
        waiting::timeout_value(cx, this.timeout())
    }

    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Socket) -> PyResult<Value> {
        cx.str_format(format_args!(
            "<socket object, fd={}, family={}, type={}, proto={}>",
            this.descriptor(),
            this.address_family(),
            Socket::kind(this),
            Socket::proto(this)
        ))
    }

    #[pyfinalize]
    fn finalize(cx: &Context, this: Socket) {
        let value = this.as_value();
        if this.descriptor() < 0 {
            return;
        }
        let warned = cx.repr(value).and_then(|shown| {
            let category = cx.exception_class(ExceptionClass::ResourceWarning);
            cx.warn_above(category, 1, Some(value), format_args!("unclosed {shown}"))
        });
        if let Err(raised) = warned {
            let exception = cx.take_exception(raised);
            if !cx.is_exception_of(exception, ExceptionClass::Warning) {
                return;
            }
            cx.report_unraisable(exception, None, value);
        }
        let descriptor = this.take_descriptor();
        if descriptor >= 0 {
            // SAFETY: the descriptor was this socket's alone.
            unsafe { libc::close(descriptor) };
        }
    }
}

/// socketpair([family[, type [, proto]]]) -> (socket object, socket object)
///
/// Create a pair of socket objects from the sockets returned by the platform
/// socketpair() function.
/// The arguments are the same as for socket() except the default family is
/// AF_UNIX if defined on the platform; otherwise, the default is AF_INET.
#[pyfunction(signature = "(family=None, type=1, proto=0, /)")]
pub fn socketpair(cx: &Context, family: Option<i32>, r#type: i32, proto: i32) -> PyResult<Value> {
    let family = family.unwrap_or(libc::AF_UNIX);
    let mut ends = [0i32; 2];
    // SAFETY: there is room for two descriptors.
    if unsafe { libc::socketpair(family, r#type | libc::SOCK_CLOEXEC, proto, ends.as_mut_ptr()) } < 0 {
        return Err(failed(cx));
    }
    let mut made = cx.scratch();
    let class = Class::expect(cx, cx.class(threadsnake_engine::Kind::Socket))?;
    for (place, descriptor) in ends.into_iter().enumerate() {
        let result = allocate_of_class(cx, class).and_then(|object| {
            made.push(Value::from(object));
            Socket(object).set_up(cx, descriptor, family, r#type, proto)
        });
        if let Err(raised) = result {
            for descriptor in ends.get(place..).unwrap_or(&[]) {
                // SAFETY: a descriptor that no object has taken over.
                unsafe { libc::close(*descriptor) };
            }
            return Err(raised);
        }
    }
    cx.tuple(made.as_slice())
}

/// dup(integer) -> integer
///
/// Duplicate an integer socket file descriptor.  This is like os.dup(), but for
/// sockets; on some platforms os.dup() won't work for socket file descriptors.
#[pyfunction]
pub fn dup(cx: &Context, fd: i32) -> PyResult<i64> {
    // SAFETY: no memory is involved.
    system_call::call(cx, None, || i64::from(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) }))
}

/// close(integer) -> None
///
/// Close an integer socket file descriptor.  This is like os.close(), but for
/// sockets; on some platforms os.close() won't work for socket file descriptors.
#[pyfunction]
pub fn close(cx: &Context, fd: i32) -> PyResult<()> {
    // SAFETY: closing any number is defined.
    let (result, errno) = cx.blocking(|| (unsafe { libc::close(fd) }, last_errno()));
    if result < 0 && errno != libc::ECONNRESET && errno != libc::EINTR {
        return Err(cx.os_error(errno, None));
    }
    Ok(())
}
