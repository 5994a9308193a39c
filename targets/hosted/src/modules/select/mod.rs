//! `select`: waiting for several descriptors at once.
//!
//! - [`select_function`]: `select()`; [`poll_object`]: `poll()`; [`epoll_object`]: `epoll`, on Linux.
//!
//! Invariant: the waiting is detached and ends early only with what a signal handler raises.
//! Source: Modules/selectmodule.c.

mod epoll_object;
mod poll_object;
mod select_function;

use threadsnake_macros::pymodule;

/// This module supports asynchronous I/O on multiple file descriptors.
///
/// *** IMPORTANT NOTICE ***
/// On Windows, only sockets are supported; on Unix, all file descriptors.
#[pymodule(
    name = "select",
    classes(super::epoll_object::Epoll),
    functions(super::select_function::select, super::poll_object::poll)
)]
pub mod module {
    use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};

    use crate::modules::system_call;

    macro_rules! numbers {
        ($($name:ident)*) => { &[ $( (stringify!($name), libc::$name as i64), )* ] };
    }

    const POLL: &[(&str, i64)] = numbers! {
        POLLIN POLLPRI POLLOUT POLLERR POLLHUP POLLNVAL POLLRDNORM POLLRDBAND POLLWRNORM POLLWRBAND POLLRDHUP PIPE_BUF
    };

    const EPOLL: &[(&str, i64)] = numbers! {
        EPOLL_CLOEXEC EPOLLIN EPOLLOUT EPOLLPRI EPOLLERR EPOLLHUP EPOLLRDHUP EPOLLONESHOT EPOLLEXCLUSIVE EPOLLRDNORM EPOLLRDBAND
        EPOLLWRNORM EPOLLWRBAND EPOLLMSG EPOLLWAKEUP
    };

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        namespace.set_str(cx, cx.intern_str("error")?, cx.exception_class(ExceptionClass::OSError))?;
        system_call::set_numbers(cx, module, POLL)?;
        system_call::set_numbers(cx, module, EPOLL)?;
        // The C library's number is the sign bit of an int.
        system_call::set_numbers(cx, module, &[("EPOLLET", 1 << 31), ("POLLMSG", 0x400)])
    }
}
