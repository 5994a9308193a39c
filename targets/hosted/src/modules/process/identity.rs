//! Numbers of processes, sessions, users and groups. Source: Modules/posixmodule.c.

use std::ffi::{CStr, CString};

use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
use threadsnake_macros::pyfunction;

use super::{done, number};
use crate::modules::paths;
use crate::modules::system_call::last_errno;

macro_rules! numbers {
    ($($name:ident)*) => { &[ $( (stringify!($name), libc::$name as i64), )* ] };
}

/// Constants.
pub const NUMBERS: &[(&str, i64)] = numbers! { PRIO_PROCESS PRIO_PGRP PRIO_USER };

/// A user's or group's number; -1 stands for "no change".
fn identifier(cx: &Context, value: Value, what: &str) -> PyResult<u32> {
    let wide = cx.index_i64(value)?;
    if wide == -1 {
        return Ok(u32::MAX);
    }
    u32::try_from(wide).map_err(|_| {
        let side = if wide < 0 { "less than minimum" } else { "greater than maximum" };
        cx.raise(ExceptionClass::OverflowError, format_args!("{what} is {side}"))
    })
}

/// Call the system call getpgid(), and return the result.
#[pyfunction(signature = "(pid)")]
pub fn getpgid(cx: &Context, pid: i32) -> PyResult<i32> {
    // SAFETY: no memory is involved.
    number(cx, unsafe { libc::getpgid(pid) })
}

/// Return the current process group id.
#[pyfunction]
pub fn getpgrp() -> i32 {
    // SAFETY: cannot fail.
    unsafe { libc::getpgrp() }
}

/// Make the current process the leader of its process group.
#[pyfunction]
pub fn setpgrp(cx: &Context) -> PyResult<()> {
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::setpgid(0, 0) })
}

/// Call the system call setpgid(pid, pgrp).
#[pyfunction]
pub fn setpgid(cx: &Context, pid: i32, pgrp: i32) -> PyResult<()> {
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::setpgid(pid, pgrp) })
}

/// Call the system call getsid(pid) and return the result.
#[pyfunction]
pub fn getsid(cx: &Context, pid: i32) -> PyResult<i32> {
    // SAFETY: no memory is involved.
    number(cx, unsafe { libc::getsid(pid) })
}

/// Call the system call setsid().
#[pyfunction]
pub fn setsid(cx: &Context) -> PyResult<()> {
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::setsid() })
}

/// Return the process group associated with the terminal specified by fd.
#[pyfunction]
pub fn tcgetpgrp(cx: &Context, fd: i32) -> PyResult<i32> {
    // SAFETY: no memory is involved.
    number(cx, unsafe { libc::tcgetpgrp(fd) })
}

/// Set the process group associated with the terminal specified by fd.
#[pyfunction]
pub fn tcsetpgrp(cx: &Context, fd: i32, pgid: i32) -> PyResult<()> {
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::tcsetpgrp(fd, pgid) })
}

/// Set the current process's user id.
#[pyfunction]
pub fn setuid(cx: &Context, uid: Value) -> PyResult<()> {
    let uid = identifier(cx, uid, "uid")?;
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::setuid(uid) })
}

/// Set the current process's effective user id.
#[pyfunction]
pub fn seteuid(cx: &Context, euid: Value) -> PyResult<()> {
    let uid = identifier(cx, euid, "uid")?;
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::seteuid(uid) })
}

/// Set the current process's group id.
#[pyfunction]
pub fn setgid(cx: &Context, gid: Value) -> PyResult<()> {
    let gid = identifier(cx, gid, "gid")?;
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::setgid(gid) })
}

/// Set the current process's effective group id.
#[pyfunction]
pub fn setegid(cx: &Context, egid: Value) -> PyResult<()> {
    let gid = identifier(cx, egid, "gid")?;
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::setegid(gid) })
}

/// Set the current process's real and effective user ids.
#[pyfunction]
pub fn setreuid(cx: &Context, ruid: Value, euid: Value) -> PyResult<()> {
    let (real, effective) = (identifier(cx, ruid, "uid")?, identifier(cx, euid, "uid")?);
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::setreuid(real, effective) })
}

/// Set the current process's real and effective group ids.
#[pyfunction]
pub fn setregid(cx: &Context, rgid: Value, egid: Value) -> PyResult<()> {
    let (real, effective) = (identifier(cx, rgid, "gid")?, identifier(cx, egid, "gid")?);
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::setregid(real, effective) })
}

/// Set the current process's real, effective, and saved user ids.
#[pyfunction]
pub fn setresuid(cx: &Context, ruid: Value, euid: Value, suid: Value) -> PyResult<()> {
    let (real, effective, saved) =
        (identifier(cx, ruid, "uid")?, identifier(cx, euid, "uid")?, identifier(cx, suid, "uid")?);
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::setresuid(real, effective, saved) })
}

/// Set the current process's real, effective, and saved group ids.
#[pyfunction]
pub fn setresgid(cx: &Context, rgid: Value, egid: Value, sgid: Value) -> PyResult<()> {
    let (real, effective, saved) =
        (identifier(cx, rgid, "gid")?, identifier(cx, egid, "gid")?, identifier(cx, sgid, "gid")?);
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::setresgid(real, effective, saved) })
}

fn three(cx: &Context, numbers: [u32; 3]) -> PyResult<Value> {
    let [real, effective, saved] = numbers.map(|number| cx.int(i64::from(number)));
    cx.tuple(&[real?, effective?, saved?])
}

/// Return a tuple of the current process's real, effective, and saved user ids.
#[pyfunction]
pub fn getresuid(cx: &Context) -> PyResult<Value> {
    let [mut real, mut effective, mut saved] = [0; 3];
    // SAFETY: three writable numbers.
    done(cx, unsafe { libc::getresuid(&mut real, &mut effective, &mut saved) })?;
    three(cx, [real, effective, saved])
}

/// Return a tuple of the current process's real, effective, and saved group ids.
#[pyfunction]
pub fn getresgid(cx: &Context) -> PyResult<Value> {
    let [mut real, mut effective, mut saved] = [0; 3];
    // SAFETY: three writable numbers.
    done(cx, unsafe { libc::getresgid(&mut real, &mut effective, &mut saved) })?;
    three(cx, [real, effective, saved])
}

fn list_of(cx: &Context, groups: &[libc::gid_t]) -> PyResult<Value> {
    let mut values = cx.scratch();
    for &group in groups {
        values.push(cx.int(i64::from(group))?);
    }
    cx.list(values.as_slice())
}

/// Return list of supplemental group IDs for the process.
#[pyfunction]
pub fn getgroups(cx: &Context) -> PyResult<Value> {
    // SAFETY: with a size of 0 nothing is written.
    let count = number(cx, unsafe { libc::getgroups(0, std::ptr::null_mut()) })?;
    let mut groups: Vec<libc::gid_t> = vec![0; count.max(0) as usize];
    // SAFETY: room for `count` numbers.
    let count = number(cx, unsafe { libc::getgroups(count, groups.as_mut_ptr()) })?;
    list_of(cx, groups.get(..count as usize).unwrap_or(&[]))
}

/// Set the groups of the current process to list.
#[pyfunction]
pub fn setgroups(cx: &Context, groups: Value) -> PyResult<()> {
    let mut numbers = Vec::new();
    for &group in cx.collect(groups)?.as_slice() {
        numbers.push(identifier(cx, group, "gid")?);
    }
    // SAFETY: as many readable numbers as said.
    done(cx, unsafe { libc::setgroups(numbers.len(), numbers.as_ptr()) })
}

/// Returns a list of groups to which a user belongs.
///
///   user
///     username to lookup
///   group
///     base group id of the user
#[pyfunction]
pub fn getgrouplist(cx: &Context, user: Value, group: u32) -> PyResult<Value> {
    let user = paths::path(cx, user, "getgrouplist", false)?.to_c_string(cx)?;
    let mut room = 64;
    loop {
        let mut groups: Vec<libc::gid_t> = vec![0; room as usize];
        let mut count = room;
        // SAFETY: the name ends with a null byte; room for `count` numbers.
        let result = unsafe { libc::getgrouplist(user.as_ptr(), group, groups.as_mut_ptr(), &mut count) };
        if result >= 0 {
            return list_of(cx, groups.get(..count.max(0) as usize).unwrap_or(&[]));
        }
        if room > 1 << 16 {
            return Err(cx.os_error(libc::EINVAL, None));
        }
        room *= 4;
    }
}

/// Initialize the group access list.
#[pyfunction]
pub fn initgroups(cx: &Context, username: Value, gid: u32) -> PyResult<()> {
    let user = paths::path(cx, username, "initgroups", false)?.to_c_string(cx)?;
    // SAFETY: the name ends with a null byte.
    done(cx, unsafe { libc::initgroups(user.as_ptr(), gid) })
}

unsafe extern "C" {
    #[link_name = "getlogin_r"]
    fn c_getlogin_r(name: *mut libc::c_char, length: libc::size_t) -> libc::c_int;
}

/// Return the actual login name.
#[pyfunction]
pub fn getlogin(cx: &Context) -> PyResult<Value> {
    let mut name = [0 as libc::c_char; 256];
    // SAFETY: the buffer has the length given.
    let errno = unsafe { c_getlogin_r(name.as_mut_ptr(), name.len()) };
    if errno != 0 {
        return Err(cx.os_error(errno, None));
    }
    // SAFETY: on success the name ends with a null byte.
    paths::decode(cx, unsafe { CStr::from_ptr(name.as_ptr()) }.to_bytes())
}

/// Return the name of the controlling terminal for this process.
#[pyfunction]
pub fn ctermid(cx: &Context) -> PyResult<Value> {
    paths::decode(cx, b"/dev/tty")
}

/// Return the name of the terminal device connected to 'fd'.
#[pyfunction]
pub fn ttyname(cx: &Context, fd: i32) -> PyResult<Value> {
    let mut name = [0 as libc::c_char; 256];
    // SAFETY: the buffer has the length given.
    let errno = unsafe { libc::ttyname_r(fd, name.as_mut_ptr(), name.len()) };
    if errno != 0 {
        return Err(cx.os_error(errno, None));
    }
    // SAFETY: on success the name ends with a null byte.
    paths::decode(cx, unsafe { CStr::from_ptr(name.as_ptr()) }.to_bytes())
}

/// Return program scheduling priority.
#[pyfunction(signature = "(which, who)")]
pub fn getpriority(cx: &Context, which: i32, who: u32) -> PyResult<i32> {
    // -1 is a priority too, so the error number tells.
    // SAFETY: the C library's own cell of this thread; no other memory is involved.
    let priority = unsafe {
        *libc::__errno_location() = 0;
        libc::getpriority(which as _, who)
    };
    if priority == -1 && last_errno() != 0 {
        return Err(cx.os_error(last_errno(), None));
    }
    Ok(priority)
}

/// Set program scheduling priority.
#[pyfunction(signature = "(which, who, priority)")]
pub fn setpriority(cx: &Context, which: i32, who: u32, priority: i32) -> PyResult<()> {
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::setpriority(which as _, who, priority) })
}

/// Add increment to the priority of process and return the new priority.
#[pyfunction]
pub fn nice(cx: &Context, increment: i32) -> PyResult<i32> {
    // SAFETY: as for `getpriority`.
    let priority = unsafe {
        *libc::__errno_location() = 0;
        libc::nice(increment)
    };
    if priority == -1 && last_errno() != 0 {
        return Err(cx.os_error(last_errno(), None));
    }
    Ok(priority)
}

/// Open the slave side of a new pseudo-terminal: (master_fd, slave_fd).
#[pyfunction]
pub fn openpty(cx: &Context) -> PyResult<Value> {
    let (mut master, mut slave) = (-1, -1);
    let null = std::ptr::null_mut::<libc::c_char>();
    // SAFETY: two writable numbers; names and settings are not asked for.
    let result =
        unsafe { libc::openpty(&mut master, &mut slave, null, std::ptr::null_mut(), std::ptr::null_mut()) };
    done(cx, result)?;
    for descriptor in [master, slave] {
        // SAFETY: no memory is involved.
        unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
    cx.tuple(&[cx.int(i64::from(master))?, cx.int(i64::from(slave))?])
}

/// Prepare the tty of which fd is a file descriptor for a new login session.
#[pyfunction]
pub fn login_tty(cx: &Context, fd: i32) -> PyResult<()> {
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::login_tty(fd) })
}

/// Change root directory to path.
#[pyfunction(signature = "(path)")]
pub fn chroot(cx: &Context, path: Value) -> PyResult<()> {
    let path = paths::path(cx, path, "chroot", false)?;
    let c_path: CString = path.to_c_string(cx)?;
    // SAFETY: the path ends with a null byte.
    if cx.blocking(|| unsafe { libc::chroot(c_path.as_ptr()) }) < 0 {
        return Err(cx.os_error(last_errno(), Some(path.object)));
    }
    Ok(())
}
