//! `_socket`: the network interface of the operating system, for `socket`.
//!
//! - [`socket_object`]: the class `socket`; [`waiting`]: how its calls wait; [`messages`]: `sendmsg` and `recvmsg`;
//!   [`address`]: socket addresses from and to Python; [`resolve`]: names of hosts; [`databases`]: names of services, protocols and
//!   interfaces; [`conversion`]: numbers and addresses as text; [`errors`]: the module's exceptions; [`constants`].
//!
//! Invariant: a call that may wait runs detached; a descriptor is closed once, by whoever takes it out of its object.
//! Source: Modules/socketmodule.c.

mod address;
mod constants;
mod conversion;
mod databases;
mod errors;
mod messages;
mod resolve;
mod socket_object;
mod waiting;

use threadsnake_macros::pymodule;

/// Implementation module for socket operations.
///
/// See the socket module for documentation.
#[pymodule(
    name = "_socket",
    classes(super::socket_object::Socket),
    functions(
        super::resolve::getaddrinfo,
        super::resolve::getnameinfo,
        super::resolve::gethostbyname,
        super::resolve::gethostbyname_ex,
        super::resolve::gethostbyaddr,
        super::databases::gethostname,
        super::databases::sethostname,
        super::databases::getservbyname,
        super::databases::getservbyport,
        super::databases::getprotobyname,
        super::databases::if_nameindex,
        super::databases::if_nametoindex,
        super::databases::if_indextoname,
        super::conversion::ntohs,
        super::conversion::ntohl,
        super::conversion::htons,
        super::conversion::htonl,
        super::conversion::inet_aton,
        super::conversion::inet_ntoa,
        super::conversion::inet_pton,
        super::conversion::inet_ntop,
        super::messages::cmsg_len,
        super::messages::cmsg_space,
        super::waiting::getdefaulttimeout,
        super::waiting::setdefaulttimeout,
        super::socket_object::socketpair,
        super::socket_object::dup,
        super::socket_object::close
    )
)]
pub mod module {
    use threadsnake_engine::native::NativeType;
    use threadsnake_engine::{Context, PyResult, Value};

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        super::errors::initialize(cx, module)?;
        super::constants::initialize(cx, module)?;
        let class = cx.build_on_demand(super::socket_object::Socket::CLASS)?;
        let namespace = cx.module_dict(module)?;
        namespace.set_str(cx, cx.intern_str("SocketType")?, class.as_value())?;
        namespace.set_str(cx, cx.intern_str("has_ipv6")?, Value::TRUE)
    }
}
