//! `select.epoll`, on Linux.
//!
//! Invariant: the raw bytes are the descriptor plus one (0: closed), an atomic cell; whoever swaps it out closes it.
//! Source: Modules/selectmodule.c.

use std::sync::atomic::Ordering;

use threadsnake_engine::native::FromValue;
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::{Context, ExceptionClass, ObjectRef, PyResult, Value};
use threadsnake_heap::arch::AtomicU32;
use threadsnake_macros::{pyclass, pymethods};

use crate::modules::system_call::{self, last_errno};

/// Returns an epolling object.
///
///   sizehint
///     The expected number of events to be registered.  It must be positive,
///     or -1 to use the default.  It is only used on older systems where
///     epoll_create1() is not available; otherwise it has no effect (though its
///     value is still checked).
///   flags
///     Deprecated and completely ignored.  However, when supplied, its value
///     must be 0 or select.EPOLL_CLOEXEC, otherwise OSError is raised.
#[pyclass(id = Epoll, name = "epoll", module = "select", raw = 8, flags(NATIVE_FINALIZER))]
pub struct Epoll(ObjectRef);

const DESCRIPTOR: usize = 0;

fn in_cell(word: u32) -> i32 {
    (word as i32).wrapping_sub(1)
}

impl Epoll {
    fn of(cx: &Context, class: Value, descriptor: i32) -> PyResult<Value> {
        let object = Class::expect(cx, class).and_then(|class| allocate_of_class(cx, class));
        match object {
            Ok(object) => {
                object.raw_store_u32(DESCRIPTOR, (descriptor as u32).wrapping_add(1));
                Ok(Value::from(object))
            }
            Err(raised) => {
                // SAFETY: no object has taken the descriptor over.
                unsafe { libc::close(descriptor) };
                Err(raised)
            }
        }
    }

    fn take(&self) -> i32 {
        // SAFETY: an epoll object has 8 raw bytes, and these four are only accessed as an atomic of this width.
        let cell = unsafe { self.0.raw::<AtomicU32>(DESCRIPTOR) };
        in_cell(cell.swap(0, Ordering::AcqRel))
    }

    fn open_descriptor(&self, cx: &Context) -> PyResult<i32> {
        match in_cell(self.0.raw_u32(DESCRIPTOR)) {
            descriptor if descriptor >= 0 => Ok(descriptor),
            _ => Err(cx.value_error(format_args!("I/O operation on closed epoll object"))),
        }
    }

    fn control(&self, cx: &Context, operation: i32, fd: Value, events: u32) -> PyResult<()> {
        let own = self.open_descriptor(cx)?;
        let descriptor = system_call::descriptor(cx, fd)?;
        let mut event = libc::epoll_event { events, u64: u64::from(descriptor as u32) };
        // SAFETY: one readable event.
        if unsafe { libc::epoll_ctl(own, operation, descriptor, &mut event) } < 0 {
            return Err(cx.os_error(last_errno(), None));
        }
        Ok(())
    }
}

fn close_descriptor(descriptor: i32) -> i32 {
    if descriptor < 0 {
        return 0;
    }
    // SAFETY: the descriptor was an object's, and has been taken out.
    if unsafe { libc::close(descriptor) } < 0 { last_errno() } else { 0 }
}

/// What a registration watches unless it says otherwise.
const ALL: u32 = (libc::EPOLLIN | libc::EPOLLPRI | libc::EPOLLOUT) as u32;

#[pymethods]
impl Epoll {
    #[pynew(signature = "(sizehint=-1, flags=0)")]
    fn new(cx: &Context, class: Value, sizehint: i32, flags: i32) -> PyResult<Value> {
        if sizehint < -1 || sizehint == 0 {
            return Err(cx.value_error(format_args!("negative sizehint")));
        }
        if flags & !libc::EPOLL_CLOEXEC != 0 {
            return Err(cx.raise(ExceptionClass::OSError, format_args!("invalid flags")));
        }
        // SAFETY: no memory is involved.
        let descriptor = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if descriptor < 0 {
            return Err(cx.os_error(last_errno(), None));
        }
        Epoll::of(cx, class, descriptor)
    }

    /// Create an epoll object from a given control fd.
    #[pyclassmethod]
    fn fromfd(cx: &Context, class: Value, fd: i32) -> PyResult<Value> {
        Epoll::of(cx, class, fd)
    }

    /// Close the epoll control file descriptor.
    ///
    /// Further operations on the epoll object will raise an exception.
    #[pymethod]
    fn close(cx: &Context, this: Epoll) -> PyResult<()> {
        match close_descriptor(this.take()) {
            0 => Ok(()),
            errno => Err(cx.os_error(errno, None)),
        }
    }

    /// True if the epoll handler is closed
    #[pygetter]
    fn closed(this: Epoll) -> bool {
        in_cell(this.object().raw_u32(DESCRIPTOR)) < 0
    }

    /// Return the epoll control file descriptor.
    #[pymethod]
    fn fileno(cx: &Context, this: Epoll) -> PyResult<i32> {
        this.open_descriptor(cx)
    }

    /// Registers a new fd or raises an OSError if the fd is already registered.
    ///
    ///   fd
    ///     the target file descriptor of the operation
    ///   eventmask
    ///     a bit set composed of the various EPOLL constants
    ///
    /// The epoll interface supports all file descriptors that support poll.
    #[pymethod(signature = "(fd, eventmask=None)")]
    fn register(cx: &Context, this: Epoll, fd: Value, eventmask: Option<Value>) -> PyResult<()> {
        let events = match eventmask {
            Some(events) => u32::from_value(cx, events)?,
            None => ALL,
        };
        this.control(cx, libc::EPOLL_CTL_ADD, fd, events)
    }

    /// Modify event mask for a registered file descriptor.
    #[pymethod(signature = "(fd, eventmask)")]
    fn modify(cx: &Context, this: Epoll, fd: Value, eventmask: u32) -> PyResult<()> {
        this.control(cx, libc::EPOLL_CTL_MOD, fd, eventmask)
    }

    /// Remove a registered file descriptor from the epoll object.
    #[pymethod(signature = "(fd)")]
    fn unregister(cx: &Context, this: Epoll, fd: Value) -> PyResult<()> {
        this.control(cx, libc::EPOLL_CTL_DEL, fd, 0)
    }

    /// Wait for events on the epoll file descriptor.
    ///
    ///   timeout
    ///     the maximum time to wait in seconds (as float);
    ///     a timeout of None or -1 makes poll wait indefinitely
    ///   maxevents
    ///     the maximum number of events returned; -1 means no limit
    ///
    /// Returns a list containing any descriptors that have events to report,
    /// as a list of (fd, events) 2-tuples.
    #[pymethod(signature = "(timeout=None, maxevents=-1)")]
    fn poll(cx: &Context, this: Epoll, timeout: Option<Value>, maxevents: i32) -> PyResult<Value> {
        let own = this.open_descriptor(cx)?;
        let deadline = match timeout.filter(|timeout| !timeout.is_none()) {
            None => None,
            Some(timeout) => {
                if !threadsnake_engine::types::int_object::is_int(timeout)
                    && cx.real_to_f64(timeout)?.is_none()
                {
                    return Err(cx.type_error(format_args!("timeout must be an integer or None")));
                }
                u64::try_from(system_call::nanoseconds(cx, timeout)?)
                    .ok()
                    .map(|wait| system_call::deadline(cx, wait))
            }
        };
        let room = match maxevents {
            -1 => libc::FD_SETSIZE - 1,
            1.. => maxevents as usize,
            _ => {
                return Err(cx.value_error(format_args!("maxevents must be greater than 0, got {maxevents}")));
            }
        };
        let mut events = Vec::new();
        if events.try_reserve_exact(room).is_err() {
            return Err(cx.memory_error());
        }
        events.resize(room, libc::epoll_event { events: 0, u64: 0 });
        let count = loop {
            let milliseconds = system_call::milliseconds_left(cx, deadline);
            let (result, errno) = cx.blocking(|| {
                // SAFETY: as many writable events as said.
                let result = unsafe { libc::epoll_wait(own, events.as_mut_ptr(), room as i32, milliseconds) };
                (result, if result < 0 { last_errno() } else { 0 })
            });
            match result {
                0 if system_call::milliseconds_left(cx, deadline) != 0 => {}
                0.. => break result as usize,
                _ if errno == libc::EINTR => cx.poll()?,
                _ => return Err(cx.os_error(errno, None)),
            }
        };
        let mut found = cx.scratch();
        for event in events.iter().take(count) {
            let (descriptor, mask) = (event.u64 as u32, event.events);
            found.push(cx.tuple(&[cx.int(i64::from(descriptor as i32))?, cx.int(i64::from(mask))?])?);
        }
        cx.list(found.as_slice())
    }

    #[pymethod(name = "__enter__")]
    fn enter(cx: &Context, this: Epoll) -> PyResult<Value> {
        this.open_descriptor(cx)?;
        Ok(this.as_value())
    }

    #[pymethod(name = "__exit__", signature = "(exc_type=None, exc_value=None, exc_tb=None, /)")]
    fn exit(
        cx: &Context,
        this: Epoll,
        exc_type: Option<Value>,
        exc_value: Option<Value>,
        exc_tb: Option<Value>,
    ) -> PyResult<()> {
        let _ = (exc_type, exc_value, exc_tb);
        Epoll::close(cx, this)
    }

    #[pyfinalize]
    fn finalize(this: Epoll) {
        close_descriptor(this.take());
    }
}
