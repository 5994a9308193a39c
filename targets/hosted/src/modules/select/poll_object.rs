//! `select.poll` objects.
//!
//! Invariant: the one slot holds a dict from descriptors to events; a wait looks at a copy of it, so that it may change meanwhile.
//! Source: Modules/selectmodule.c.

use threadsnake_engine::native::{FromValue, NativeType};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::class::allocate_of_class;
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::{Context, ExceptionClass, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pyfunction, pymethods};

use crate::modules::system_call::{self, last_errno};

/// What `select.poll()` returns.
#[pyclass(id = Poll, name = "poll", module = "select", slots = 1, flags(NOT_INSTANTIABLE), doc = "")]
pub struct Poll(ObjectRef);

/// Slot of the dict.
const WATCHED: usize = 0;

/// Returns a polling object.
///
/// This object supports registering and unregistering file descriptors, and then
/// polling them for I/O events.
#[pyfunction]
pub fn poll(cx: &Context) -> PyResult<Value> {
    let class = cx.build_on_demand(Poll::CLASS)?;
    let watched = cx.new_dict()?;
    let object = allocate_of_class(cx, class)?;
    cx.store(object, WATCHED, watched.as_value());
    Ok(Value::from(object))
}

fn watched(cx: &Context, this: &Poll) -> PyResult<Dict> {
    match this.object().value(WATCHED).and_then(Dict::from_value) {
        Some(dict) => Ok(dict),
        None => Err(cx.value_error(format_args!("uninitialized poll object"))),
    }
}

fn event_mask(cx: &Context, value: Option<Value>) -> PyResult<u16> {
    match value {
        None => Ok((libc::POLLIN | libc::POLLPRI | libc::POLLOUT) as u16),
        Some(value) => {
            let mask = cx.index_i64(value)?;
            if mask < 0 {
                return Err(cx.value_error(format_args!("value must be positive")));
            }
            u16::try_from(mask).map_err(|_| {
                cx.raise(
                    ExceptionClass::OverflowError,
                    format_args!("Python int too large for C unsigned short"),
                )
            })
        }
    }
}

/// A timeout in milliseconds as a deadline; none for a negative one.
fn deadline_argument(cx: &Context, timeout: Option<Value>) -> PyResult<Option<u64>> {
    let Some(timeout) = timeout.filter(|timeout| !timeout.is_none()) else { return Ok(None) };
    let Some(milliseconds) = cx.real_to_f64(timeout)? else {
        return Err(cx.type_error(format_args!("timeout must be an integer or None")));
    };
    if milliseconds.is_nan() {
        return Err(cx.value_error(format_args!("Invalid value NaN (not a number)")));
    }
    if milliseconds > f64::from(i32::MAX) {
        return Err(cx.raise(ExceptionClass::OverflowError, format_args!("timeout is too large")));
    }
    if milliseconds < 0.0 {
        return Ok(None);
    }
    Ok(Some(system_call::deadline(cx, (milliseconds * 1e6).ceil() as u64)))
}

#[pymethods]
impl Poll {
    /// Register a file descriptor with the polling object.
    ///
    /// fd
    ///   either an integer, or an object with a fileno() method returning an int
    /// eventmask
    ///   an optional bitmask describing the type of events to check for
    #[pymethod(signature = "(fd, eventmask=None, /)")]
    fn register(cx: &Context, this: Poll, fd: Value, eventmask: Option<Value>) -> PyResult<()> {
        let descriptor = cx.int(i64::from(system_call::descriptor(cx, fd)?))?;
        let mask = event_mask(cx, eventmask)?;
        watched(cx, &this)?.set(cx, descriptor, cx.int(i64::from(mask))?)
    }

    /// Modify an already registered file descriptor.
    #[pymethod]
    fn modify(cx: &Context, this: Poll, fd: Value, eventmask: Value) -> PyResult<()> {
        let descriptor = cx.int(i64::from(system_call::descriptor(cx, fd)?))?;
        let mask = event_mask(cx, Some(eventmask))?;
        let watched = watched(cx, &this)?;
        if !watched.contains(cx, descriptor)? {
            return Err(cx.os_error(libc::ENOENT, None));
        }
        watched.set(cx, descriptor, cx.int(i64::from(mask))?)
    }

    /// Remove a file descriptor being tracked by the polling object.
    #[pymethod]
    fn unregister(cx: &Context, this: Poll, fd: Value) -> PyResult<()> {
        let descriptor = cx.int(i64::from(system_call::descriptor(cx, fd)?))?;
        match watched(cx, &this)?.remove(cx, descriptor)? {
            Some(_) => Ok(()),
            None => Err(cx.raise_with(ExceptionClass::KeyError, &[descriptor])),
        }
    }

    /// Polls the set of registered file descriptors.
    ///
    /// Returns a list containing any descriptors that have events or errors to
    /// report, as a list of (fd, event) 2-tuples.
    #[pymethod(signature = "(timeout=None, /)")]
    fn poll(cx: &Context, this: Poll, timeout: Option<Value>) -> PyResult<Value> {
        let deadline = deadline_argument(cx, timeout)?;
        let mut entries = Vec::new();
        for pair in watched(cx, &this)?.snapshot(cx).as_slice().chunks_exact(2) {
            if let &[descriptor, mask] = pair {
                let events = u16::from_value(cx, mask)? as i16;
                entries.push(libc::pollfd { fd: i32::from_value(cx, descriptor)?, events, revents: 0 });
            }
        }
        loop {
            let milliseconds = system_call::milliseconds_left(cx, deadline);
            let (result, errno) = cx.blocking(|| {
                // SAFETY: as many writable entries as said.
                let result = unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as _, milliseconds) };
                (result, if result < 0 { last_errno() } else { 0 })
            });
            match result {
                0 if system_call::milliseconds_left(cx, deadline) != 0 => {}
                0.. => break,
                _ if errno == libc::EINTR => cx.poll()?,
                _ => return Err(cx.os_error(errno, None)),
            }
        }
        let mut found = cx.scratch();
        for entry in entries.iter().filter(|entry| entry.revents != 0) {
            let events = i64::from(entry.revents as u16);
            found.push(cx.tuple(&[cx.int(i64::from(entry.fd))?, cx.int(events)?])?);
        }
        cx.list(found.as_slice())
    }
}
