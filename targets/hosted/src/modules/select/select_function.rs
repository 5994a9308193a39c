//! `select.select`. Source: Modules/selectmodule.c.

use std::mem::MaybeUninit;

use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pyfunction;

use crate::modules::system_call::{self, last_errno};
use crate::modules::system_time::timeval;

/// The objects of one argument and their descriptors.
struct Watched<'a> {
    objects: threadsnake_engine::context::ScratchVector<'a>,
    descriptors: Vec<i32>,
}

impl<'a> Watched<'a> {
    fn of(cx: &'a Context, sequence: Value) -> PyResult<Watched<'a>> {
        let objects = cx.collect_sequence(sequence, "arguments 1-3 must be sequences")?;
        let mut descriptors = Vec::with_capacity(objects.len());
        for &object in objects.as_slice() {
            let descriptor = system_call::descriptor(cx, object)?;
            if descriptor as usize >= libc::FD_SETSIZE {
                return Err(cx.value_error(format_args!("filedescriptor out of range in select()")));
            }
            descriptors.push(descriptor);
        }
        Ok(Watched { objects, descriptors })
    }

    fn set(&self) -> libc::fd_set {
        // SAFETY: all zero is an empty set; every descriptor is below `FD_SETSIZE`.
        unsafe {
            let mut set: libc::fd_set = MaybeUninit::zeroed().assume_init();
            for &descriptor in &self.descriptors {
                libc::FD_SET(descriptor, &mut set);
            }
            set
        }
    }

    fn ready(&self, cx: &Context, set: &libc::fd_set, any: bool) -> PyResult<Value> {
        let mut found = cx.scratch();
        for (&object, &descriptor) in self.objects.as_slice().iter().zip(&self.descriptors) {
            // SAFETY: the descriptor is below `FD_SETSIZE`.
            if any && unsafe { libc::FD_ISSET(descriptor, set) } {
                found.push(object);
            }
        }
        cx.list(found.as_slice())
    }
}

/// Wait until one or more file descriptors are ready for some kind of I/O.
///
/// The first three arguments are iterables of file descriptors to be waited for:
/// rlist -- wait until ready for reading
/// wlist -- wait until ready for writing
/// xlist -- wait for an "exceptional condition"
/// If only one kind of condition is required, pass [] for the other lists.
///
/// A file descriptor is either a socket or file object, or a small integer
/// gotten from a fileno() method call on one of those.
///
/// The optional 4th argument specifies a timeout in seconds; it may be
/// a floating-point number to specify fractions of seconds.  If it is absent
/// or None, the call will never time out.
///
/// The return value is a tuple of three lists corresponding to the first three
/// arguments; each contains the subset of the corresponding file descriptors
/// that are ready.
///
/// *** IMPORTANT NOTICE ***
/// On Windows, only sockets are supported; on Unix, all file
/// descriptors can be used.
#[pyfunction(signature = "(rlist, wlist, xlist, timeout=None, /)")]
pub fn select(
    cx: &Context,
    rlist: Value,
    wlist: Value,
    xlist: Value,
    timeout: Option<Value>,
) -> PyResult<Value> {
    let deadline = deadline_argument(cx, timeout)?;
    let watched = [Watched::of(cx, rlist)?, Watched::of(cx, wlist)?, Watched::of(cx, xlist)?];
    let highest = watched.iter().flat_map(|watched| watched.descriptors.iter()).max().copied();
    let count = highest.map_or(0, |highest| highest + 1);
    loop {
        let mut sets = [watched[0].set(), watched[1].set(), watched[2].set()];
        let left =
            deadline.map(|deadline| deadline.saturating_sub(cx.engine().platform().monotonic_nanoseconds()));
        let mut wait = left.map(|left| timeval(cx, left)).transpose()?;
        let [reading, writing, exceptional] = &mut sets;
        let (result, errno) = cx.blocking(|| {
            let wait = wait.as_mut().map_or(std::ptr::null_mut(), |wait| wait as *mut libc::timeval);
            // SAFETY: three sets and a time, or null.
            let result = unsafe { libc::select(count, reading, writing, exceptional, wait) };
            (result, if result < 0 { last_errno() } else { 0 })
        });
        if result < 0 {
            if errno != libc::EINTR {
                return Err(cx.os_error(errno, None));
            }
            cx.poll()?;
            continue;
        }
        let any = result > 0;
        let mut lists = cx.scratch();
        for (watched, set) in watched.iter().zip(&sets) {
            lists.push(watched.ready(cx, set, any)?);
        }
        return cx.tuple(lists.as_slice());
    }
}

/// The deadline that a timeout in seconds means.
fn deadline_argument(cx: &Context, timeout: Option<Value>) -> PyResult<Option<u64>> {
    let Some(timeout) = timeout.filter(|timeout| !timeout.is_none()) else { return Ok(None) };
    if !threadsnake_engine::types::int_object::is_int(timeout) && cx.real_to_f64(timeout)?.is_none() {
        return Err(cx.type_error(format_args!("timeout must be a float or None")));
    }
    match u64::try_from(system_call::nanoseconds(cx, timeout)?) {
        Ok(wait) => Ok(Some(system_call::deadline(cx, wait))),
        Err(_) => Err(cx.value_error(format_args!("timeout must be non-negative"))),
    }
}
