//! Processors, times and configuration of the system. Source: Modules/posixmodule.c.

use std::mem::MaybeUninit;

use threadsnake_engine::native::FromValue;
use threadsnake_engine::struct_sequence;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
use threadsnake_macros::pyfunction;

use super::done;
use crate::modules::paths;
use crate::modules::system_call::{self, last_errno};

struct_sequence!(TIMES_RESULT, "posix", "times_result", "times_result: Result from os.times().\n\nThis object may be accessed either as a tuple of\n  (user, system, children_user, children_system, elapsed),\nor via the attributes user, system, children_user, children_system,\nand elapsed.\n\nSee os.times for more information.", 5, 0, true, {
    0 user "user time";
    1 system "system time";
    2 children_user "user time of children";
    3 children_system "system time of children";
    4 elapsed "elapsed time since an arbitrary point in the past";
});

macro_rules! numbers {
    ($($name:ident)*) => { &[ $( (stringify!($name), libc::$name as i64), )* ] };
}

/// Constants.
pub const NUMBERS: &[(&str, i64)] = numbers! {
    SCHED_OTHER SCHED_FIFO SCHED_RR SCHED_BATCH SCHED_IDLE GRND_RANDOM GRND_NONBLOCK
};

/// Names of `sysconf`.
const SYSTEM_VALUES: &[(&str, i32)] = &[
    ("SC_ARG_MAX", libc::_SC_ARG_MAX),
    ("SC_CHILD_MAX", libc::_SC_CHILD_MAX),
    ("SC_CLK_TCK", libc::_SC_CLK_TCK),
    ("SC_NGROUPS_MAX", libc::_SC_NGROUPS_MAX),
    ("SC_OPEN_MAX", libc::_SC_OPEN_MAX),
    ("SC_STREAM_MAX", libc::_SC_STREAM_MAX),
    ("SC_TZNAME_MAX", libc::_SC_TZNAME_MAX),
    ("SC_JOB_CONTROL", libc::_SC_JOB_CONTROL),
    ("SC_SAVED_IDS", libc::_SC_SAVED_IDS),
    ("SC_VERSION", libc::_SC_VERSION),
    ("SC_PAGESIZE", libc::_SC_PAGESIZE),
    ("SC_PAGE_SIZE", libc::_SC_PAGE_SIZE),
    ("SC_NPROCESSORS_CONF", libc::_SC_NPROCESSORS_CONF),
    ("SC_NPROCESSORS_ONLN", libc::_SC_NPROCESSORS_ONLN),
    ("SC_PHYS_PAGES", libc::_SC_PHYS_PAGES),
    ("SC_AVPHYS_PAGES", libc::_SC_AVPHYS_PAGES),
    ("SC_IOV_MAX", libc::_SC_IOV_MAX),
    ("SC_LINE_MAX", libc::_SC_LINE_MAX),
    ("SC_LOGIN_NAME_MAX", libc::_SC_LOGIN_NAME_MAX),
    ("SC_HOST_NAME_MAX", libc::_SC_HOST_NAME_MAX),
    ("SC_TTY_NAME_MAX", libc::_SC_TTY_NAME_MAX),
    ("SC_SYMLOOP_MAX", libc::_SC_SYMLOOP_MAX),
    ("SC_GETPW_R_SIZE_MAX", libc::_SC_GETPW_R_SIZE_MAX),
    ("SC_GETGR_R_SIZE_MAX", libc::_SC_GETGR_R_SIZE_MAX),
    ("SC_SEM_NSEMS_MAX", libc::_SC_SEM_NSEMS_MAX),
    ("SC_SEM_VALUE_MAX", libc::_SC_SEM_VALUE_MAX),
    ("SC_SIGQUEUE_MAX", libc::_SC_SIGQUEUE_MAX),
    ("SC_RTSIG_MAX", libc::_SC_RTSIG_MAX),
    ("SC_TIMER_MAX", libc::_SC_TIMER_MAX),
    ("SC_MQ_OPEN_MAX", libc::_SC_MQ_OPEN_MAX),
    ("SC_THREADS", libc::_SC_THREADS),
    ("SC_THREAD_STACK_MIN", libc::_SC_THREAD_STACK_MIN),
    ("SC_THREAD_THREADS_MAX", libc::_SC_THREAD_THREADS_MAX),
    ("SC_THREAD_KEYS_MAX", libc::_SC_THREAD_KEYS_MAX),
    ("SC_MONOTONIC_CLOCK", libc::_SC_MONOTONIC_CLOCK),
    ("SC_MAPPED_FILES", libc::_SC_MAPPED_FILES),
    ("SC_MEMLOCK", libc::_SC_MEMLOCK),
    ("SC_FSYNC", libc::_SC_FSYNC),
];

/// Names of `confstr`, with Linux's numbers for them.
const TEXT_VALUES: &[(&str, i32)] =
    &[("CS_PATH", 0), ("CS_GNU_LIBC_VERSION", 2), ("CS_GNU_LIBPTHREAD_VERSION", 3)];

fn names(cx: &Context, table: &[(&str, i32)]) -> PyResult<Value> {
    let names = cx.new_dict()?;
    for &(name, number) in table {
        names.set_str(cx, cx.intern_str(name)?, cx.int(i64::from(number))?)?;
    }
    Ok(names.as_value())
}

/// Makes the class of results, and the tables of names.
pub fn initialize(cx: &Context, module: Value) -> PyResult<()> {
    let namespace = cx.module_dict(module)?;
    let class = cx.struct_sequence_class(&TIMES_RESULT)?;
    namespace.set_str(cx, cx.intern_str("times_result")?, class.as_value())?;
    namespace.set_str(cx, cx.intern_str("sysconf_names")?, names(cx, SYSTEM_VALUES)?)?;
    namespace.set_str(cx, cx.intern_str("confstr_names")?, names(cx, TEXT_VALUES)?)
}

fn value_number(cx: &Context, name: Value, table: &[(&str, i32)]) -> PyResult<i32> {
    let Some(text) = Str::from_value(name) else {
        return if threadsnake_engine::types::int_object::is_int(name) {
            i32::from_value(cx, name)
        } else {
            Err(cx.type_error(format_args!("configuration names must be strings or integers")))
        };
    };
    let text = text.to_utf8_lossy();
    match table.iter().find(|(known, _)| *known == text) {
        Some(&(_, number)) => Ok(number),
        None => Err(cx.value_error(format_args!("unrecognized configuration name"))),
    }
}

/// Return an integer-valued system configuration variable.
#[pyfunction]
pub fn sysconf(cx: &Context, name: Value) -> PyResult<i64> {
    let number = value_number(cx, name, SYSTEM_VALUES)?;
    // -1 is "no limit" too, so the error number tells.
    // SAFETY: the C library's own cell of this thread; no other memory is involved.
    let value = unsafe {
        *libc::__errno_location() = 0;
        libc::sysconf(number)
    };
    if value == -1 && last_errno() != 0 {
        return Err(cx.os_error(last_errno(), None));
    }
    Ok(value as i64)
}

unsafe extern "C" {
    #[link_name = "confstr"]
    fn c_confstr(name: libc::c_int, buffer: *mut libc::c_char, length: libc::size_t) -> libc::size_t;
    #[link_name = "getloadavg"]
    fn c_getloadavg(averages: *mut f64, count: libc::c_int) -> libc::c_int;
}

/// Return a string-valued system configuration variable.
#[pyfunction]
pub fn confstr(cx: &Context, name: Value) -> PyResult<Value> {
    let number = value_number(cx, name, TEXT_VALUES)?;
    let mut buffer = [0u8; 1024];
    // SAFETY: the buffer has the length given; the error cell is this thread's.
    let length = unsafe {
        *libc::__errno_location() = 0;
        c_confstr(number, buffer.as_mut_ptr().cast(), buffer.len())
    };
    if length == 0 {
        let errno = last_errno();
        return if errno != 0 { Err(cx.os_error(errno, None)) } else { Ok(Value::NONE) };
    }
    paths::decode(cx, buffer.get(..length - 1).unwrap_or(&[]))
}

/// Return a collection containing process timing information.
///
/// The object returned behaves like a named tuple with these fields:
///   (utime, stime, cutime, cstime, elapsed_time)
/// All fields are floating-point numbers.
#[pyfunction]
pub fn times(cx: &Context) -> PyResult<Value> {
    // SAFETY: all zero is a valid `tms`.
    let mut parts: libc::tms = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: a writable structure; no other memory is involved.
    let (elapsed, ticks) = unsafe { (libc::times(&mut parts), libc::sysconf(libc::_SC_CLK_TCK)) };
    let ticks = ticks.max(1) as f64;
    let mut values = cx.scratch();
    for count in [parts.tms_utime, parts.tms_stime, parts.tms_cutime, parts.tms_cstime, elapsed] {
        values.push(cx.float(count as f64 / ticks)?);
    }
    let class = cx.struct_sequence_class(&TIMES_RESULT)?;
    cx.struct_sequence(class, values.as_slice(), &[])
}

/// Return average recent system load information.
///
/// Return the number of processes in the system run queue averaged over
/// the last 1, 5, and 15 minutes as a tuple of three floats.
/// Raises OSError if the load average was unobtainable.
#[pyfunction]
pub fn getloadavg(cx: &Context) -> PyResult<Value> {
    let mut averages = [0f64; 3];
    // SAFETY: room for three numbers.
    if unsafe { c_getloadavg(averages.as_mut_ptr(), 3) } != 3 {
        return Err(cx.raise(ExceptionClass::OSError, format_args!("Load averages are unobtainable")));
    }
    let [one, five, fifteen] = averages.map(|average| cx.float(average));
    cx.tuple(&[one?, five?, fifteen?])
}

/// Processors that a set of the system can name.
const SET_PROCESSORS: usize = 8 * size_of::<libc::cpu_set_t>();

/// Return the affinity of the process identified by pid (or the current process if zero).
///
/// The affinity is returned as a set of CPU identifiers.
#[pyfunction]
pub fn sched_getaffinity(cx: &Context, pid: i32) -> PyResult<Value> {
    // SAFETY: all zero is an empty set.
    let mut set: libc::cpu_set_t = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: a whole set.
    done(cx, unsafe { libc::sched_getaffinity(pid, size_of::<libc::cpu_set_t>(), &mut set) })?;
    let mut numbers = cx.scratch();
    for processor in 0..SET_PROCESSORS {
        // SAFETY: the number is within the set.
        if unsafe { libc::CPU_ISSET(processor, &set) } {
            numbers.push(cx.int(processor as i64)?);
        }
    }
    Ok(cx.set_of(numbers.as_slice())?.as_value())
}

/// Set the CPU affinity of the process identified by pid to mask.
///
///   pid
///     The identifier of the process to set the affinity for.
///     If zero, the current process.
///   mask
///     An iterable of integers identifying CPUs.
#[pyfunction]
pub fn sched_setaffinity(cx: &Context, pid: i32, mask: Value) -> PyResult<()> {
    // SAFETY: all zero is an empty set.
    let mut set: libc::cpu_set_t = unsafe { MaybeUninit::zeroed().assume_init() };
    for &processor in cx.collect(mask)?.as_slice() {
        let number = cx.index_i64(processor)?;
        if number < 0 {
            return Err(cx.value_error(format_args!("negative CPU number")));
        }
        let Some(number) = usize::try_from(number).ok().filter(|&number| number < SET_PROCESSORS) else {
            return Err(cx.raise(ExceptionClass::OverflowError, format_args!("CPU number too large")));
        };
        // SAFETY: the number is within the set.
        unsafe { libc::CPU_SET(number, &mut set) };
    }
    // SAFETY: a whole set.
    done(cx, unsafe { libc::sched_setaffinity(pid, size_of::<libc::cpu_set_t>(), &set) })
}

/// Get the maximum scheduling priority for policy.
#[pyfunction(signature = "(policy)")]
pub fn sched_get_priority_max(cx: &Context, policy: i32) -> PyResult<i32> {
    // SAFETY: no memory is involved.
    super::number(cx, unsafe { libc::sched_get_priority_max(policy) })
}

/// Get the minimum scheduling priority for policy.
#[pyfunction(signature = "(policy)")]
pub fn sched_get_priority_min(cx: &Context, policy: i32) -> PyResult<i32> {
    // SAFETY: no memory is involved.
    super::number(cx, unsafe { libc::sched_get_priority_min(policy) })
}

/// Obtain a series of random bytes.
#[pyfunction(signature = "(size, flags=0)")]
pub fn getrandom(cx: &Context, size: i64, flags: u32) -> PyResult<Value> {
    let Ok(size) = usize::try_from(size) else { return Err(cx.os_error(libc::EINVAL, None)) };
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(size).is_err() {
        return Err(cx.memory_error());
    }
    bytes.resize(size, 0u8);
    let count = system_call::call(cx, None, || {
        // SAFETY: the buffer has the length given.
        (unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), size, flags) }) as i64
    })?;
    cx.bytes(bytes.get(..count as usize).unwrap_or(&[]))
}
