//! Ends of children: waiting for them, and what a status means. Source: Modules/posixmodule.c.

use std::mem::MaybeUninit;

use threadsnake_engine::struct_sequence;
use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pyfunction;

use crate::modules::resource;
use crate::modules::system_call;

struct_sequence!(WAITID_RESULT, "posix", "waitid_result", "waitid_result: Result from waitid.\n\nThis object may be accessed either as a tuple of\n  (si_pid, si_uid, si_signo, si_status, si_code),\nor via the attributes si_pid, si_uid, and so on.\n\nSee os.waitid for more information.", 5, 0, true, {
    0 si_pid "";
    1 si_uid "";
    2 si_signo "";
    3 si_status "";
    4 si_code "";
});

macro_rules! numbers {
    ($($name:ident)*) => { &[ $( (stringify!($name), libc::$name as i64), )* ] };
}

/// Constants.
pub const NUMBERS: &[(&str, i64)] = numbers! {
    WNOHANG WUNTRACED WCONTINUED WEXITED WSTOPPED WNOWAIT P_PID P_PGID P_ALL P_PIDFD
    CLD_EXITED CLD_KILLED CLD_DUMPED CLD_TRAPPED CLD_STOPPED CLD_CONTINUED
};

/// Makes the class of results.
pub fn initialize(cx: &Context, module: Value) -> PyResult<()> {
    let class = cx.struct_sequence_class(&WAITID_RESULT)?;
    cx.module_dict(module)?.set_str(cx, cx.intern_str("waitid_result")?, class.as_value())
}

fn pair(cx: &Context, process: i64, status: i32) -> PyResult<Value> {
    cx.tuple(&[cx.int(process)?, cx.int(i64::from(status))?])
}

/// Wait for completion of a given child process.
///
/// Returns a tuple of information regarding the child process:
///     (pid, status)
///
/// The options argument is ignored on Windows.
#[pyfunction]
pub fn waitpid(cx: &Context, pid: i32, options: i32) -> PyResult<Value> {
    let mut status = 0;
    // SAFETY: a writable number.
    let found =
        system_call::call(cx, None, || i64::from(unsafe { libc::waitpid(pid, &mut status, options) }))?;
    pair(cx, found, status)
}

/// Wait for completion of a child process.
///
/// Returns a tuple of information about the child process:
///     (pid, status)
#[pyfunction]
pub fn wait(cx: &Context) -> PyResult<Value> {
    waitpid(cx, -1, 0)
}

fn wait_with_usage(cx: &Context, pid: i32, options: i32) -> PyResult<Value> {
    let mut status = 0;
    // SAFETY: all zero is a valid `rusage`.
    let mut usage: libc::rusage = unsafe { MaybeUninit::zeroed().assume_init() };
    let found = system_call::call(cx, None, || {
        // SAFETY: a writable number and structure.
        i64::from(unsafe { libc::wait4(pid, &mut status, options, &mut usage) })
    })?;
    let usage = resource::usage_value(cx, &usage)?;
    cx.tuple(&[cx.int(found)?, cx.int(i64::from(status))?, usage])
}

/// Wait for completion of a child process.
///
/// Returns a tuple of information about the child process:
///   (pid, status, rusage)
#[pyfunction(signature = "(options)")]
pub fn wait3(cx: &Context, options: i32) -> PyResult<Value> {
    wait_with_usage(cx, -1, options)
}

/// Wait for completion of a specific child process.
///
/// Returns a tuple of information about the child process:
///   (pid, status, rusage)
#[pyfunction(signature = "(pid, options)")]
pub fn wait4(cx: &Context, pid: i32, options: i32) -> PyResult<Value> {
    wait_with_usage(cx, pid, options)
}

/// Returns the result of waiting for a process or processes.
///
///   idtype
///     Must be one of be P_PID, P_PGID or P_ALL.
///   id
///     The id to wait on.
///   options
///     Constructed from the ORing of one or more of WEXITED, WSTOPPED
///     or WCONTINUED and additionally may be ORed with WNOHANG or WNOWAIT.
///
/// Returns either waitid_result or None if WNOHANG is specified and there are
/// no children in a waitable state.
#[pyfunction]
pub fn waitid(cx: &Context, idtype: u32, id: u32, options: i32) -> PyResult<Value> {
    // SAFETY: all zero is a valid `siginfo_t`.
    let mut found: libc::siginfo_t = unsafe { MaybeUninit::zeroed().assume_init() };
    system_call::call(cx, None, || {
        // SAFETY: a writable structure.
        i64::from(unsafe { libc::waitid(idtype as _, id, &mut found, options) })
    })?;
    // SAFETY: the structure was filled for a child, or is all zero.
    let (process, user, status) = unsafe { (found.si_pid(), found.si_uid(), found.si_status()) };
    if process == 0 {
        return Ok(Value::NONE);
    }
    let mut values = cx.scratch();
    for number in [
        i64::from(process),
        i64::from(user),
        i64::from(found.si_signo),
        i64::from(status),
        i64::from(found.si_code),
    ] {
        values.push(cx.int(number)?);
    }
    let class = cx.struct_sequence_class(&WAITID_RESULT)?;
    cx.struct_sequence(class, values.as_slice(), &[])
}

/// Return a file descriptor referring to the process *pid*.
///
/// The descriptor can be used to perform process management without races and
/// signals.
#[pyfunction(signature = "(pid, flags=0)")]
pub fn pidfd_open(cx: &Context, pid: i32, flags: u32) -> PyResult<i64> {
    // SAFETY: no memory is involved.
    system_call::call(cx, None, || unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) } as i64)
}

/// Return True if the process returning status was dumped to a core file.
#[pyfunction(name = "WCOREDUMP")]
pub fn wcoredump(status: i32) -> bool {
    libc::WCOREDUMP(status)
}

/// Return True if a particular process was continued from a job control stop.
///
/// Return True if the process returning status was continued from a
/// job control stop.
#[pyfunction(name = "WIFCONTINUED", signature = "(status)")]
pub fn wifcontinued(status: i32) -> bool {
    libc::WIFCONTINUED(status)
}

/// Return True if the process returning status was stopped.
#[pyfunction(name = "WIFSTOPPED", signature = "(status)")]
pub fn wifstopped(status: i32) -> bool {
    libc::WIFSTOPPED(status)
}

/// Return True if the process returning status was terminated by a signal.
#[pyfunction(name = "WIFSIGNALED", signature = "(status)")]
pub fn wifsignaled(status: i32) -> bool {
    libc::WIFSIGNALED(status)
}

/// Return True if the process returning status exited via the exit() system call.
#[pyfunction(name = "WIFEXITED", signature = "(status)")]
pub fn wifexited(status: i32) -> bool {
    libc::WIFEXITED(status)
}

/// Return the process return code from status.
#[pyfunction(name = "WEXITSTATUS", signature = "(status)")]
pub fn wexitstatus(status: i32) -> i32 {
    libc::WEXITSTATUS(status)
}

/// Return the signal that terminated the process that provided the status value.
#[pyfunction(name = "WTERMSIG", signature = "(status)")]
pub fn wtermsig(status: i32) -> i32 {
    libc::WTERMSIG(status)
}

/// Return the signal that stopped the process that provided the status value.
#[pyfunction(name = "WSTOPSIG", signature = "(status)")]
pub fn wstopsig(status: i32) -> i32 {
    libc::WSTOPSIG(status)
}

/// Convert a wait status to an exit code.
///
/// On Unix:
///
/// * If WIFEXITED(status) is true, return WEXITSTATUS(status).
/// * If WIFSIGNALED(status) is true, return -WTERMSIG(status).
/// * Otherwise, raise a ValueError.
#[pyfunction(signature = "(status)")]
pub fn waitstatus_to_exitcode(cx: &Context, status: i32) -> PyResult<i32> {
    if libc::WIFEXITED(status) {
        return Ok(libc::WEXITSTATUS(status));
    }
    if libc::WIFSIGNALED(status) {
        return Ok(-libc::WTERMSIG(status));
    }
    if libc::WIFSTOPPED(status) {
        let signal = libc::WSTOPSIG(status);
        return Err(cx.value_error(format_args!("process stopped by delivery of signal {signal}")));
    }
    Err(cx.value_error(format_args!("invalid wait status: {status}")))
}
