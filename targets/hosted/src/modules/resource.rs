//! `resource`: limits and usage of this process. Source: Modules/resource.c.
#![allow(clippy::unnecessary_cast, reason = "the C library's types differ between targets")]

use threadsnake_engine::struct_sequence;
use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pymodule;

struct_sequence!(USAGE, "resource", "struct_rusage", "struct_rusage: Result from getrusage.\n\nThis object may be accessed either as a tuple of\n    (utime,stime,maxrss,ixrss,idrss,isrss,minflt,majflt,\n    nswap,inblock,oublock,msgsnd,msgrcv,nsignals,nvcsw,nivcsw)\nor via the attributes ru_utime, ru_stime, ru_maxrss, and so on.", 16, 0, true, {
    0 ru_utime "user time used";
    1 ru_stime "system time used";
    2 ru_maxrss "max. resident set size";
    3 ru_ixrss "shared memory size";
    4 ru_idrss "unshared data size";
    5 ru_isrss "unshared stack size";
    6 ru_minflt "page faults not requiring I/O";
    7 ru_majflt "page faults requiring I/O";
    8 ru_nswap "number of swap outs";
    9 ru_inblock "block input operations";
    10 ru_oublock "block output operations";
    11 ru_msgsnd "IPC messages sent";
    12 ru_msgrcv "IPC messages received";
    13 ru_nsignals "signals received";
    14 ru_nvcsw "voluntary context switches";
    15 ru_nivcsw "involuntary context switches";
});

/// A `struct_rusage` of what the system says.
///
/// # Errors
/// MemoryError.
pub fn usage_value(cx: &Context, usage: &libc::rusage) -> PyResult<Value> {
    let mut values = cx.scratch();
    for time in [usage.ru_utime, usage.ru_stime] {
        values.push(cx.float(time.tv_sec as f64 + time.tv_usec as f64 * 1e-6)?);
    }
    for number in [
        usage.ru_maxrss,
        usage.ru_ixrss,
        usage.ru_idrss,
        usage.ru_isrss,
        usage.ru_minflt,
        usage.ru_majflt,
        usage.ru_nswap,
        usage.ru_inblock,
        usage.ru_oublock,
        usage.ru_msgsnd,
        usage.ru_msgrcv,
        usage.ru_nsignals,
        usage.ru_nvcsw,
        usage.ru_nivcsw,
    ] {
        values.push(cx.int(number as i64)?);
    }
    let class = cx.struct_sequence_class(&USAGE)?;
    cx.struct_sequence(class, values.as_slice(), &[])
}

/// Limits and usage of system resources.
#[pymodule(name = "resource")]
pub mod module {
    use std::mem::MaybeUninit;

    use threadsnake_engine::types::int_object::is_int;
    use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};

    use crate::modules::system_call::{self, last_errno};

    macro_rules! numbers {
        ($($name:ident)*) => { &[ $( (stringify!($name), libc::$name as i64), )* ] };
    }

    const NUMBERS: &[(&str, i64)] = numbers! {
        RLIMIT_AS RLIMIT_CORE RLIMIT_CPU RLIMIT_DATA RLIMIT_FSIZE RLIMIT_MEMLOCK RLIMIT_MSGQUEUE RLIMIT_NICE RLIMIT_NOFILE
        RLIMIT_NPROC RLIMIT_RSS RLIMIT_RTPRIO RLIMIT_RTTIME RLIMIT_SIGPENDING RLIMIT_STACK
        RUSAGE_SELF RUSAGE_CHILDREN RUSAGE_THREAD
    };

    /// Number of kinds of limits.
    const LIMITS: i32 = 16;

    /// Return an object of resource usage of a kind of processes.
    #[pyfunction]
    fn getrusage(cx: &Context, who: i32) -> PyResult<Value> {
        // SAFETY: all zero is a valid `rusage`.
        let mut usage: libc::rusage = unsafe { MaybeUninit::zeroed().assume_init() };
        // SAFETY: a writable structure.
        if unsafe { libc::getrusage(who as _, &mut usage) } < 0 {
            return Err(match last_errno() {
                libc::EINVAL => cx.value_error(format_args!("invalid who parameter")),
                errno => cx.os_error(errno, None),
            });
        }
        super::usage_value(cx, &usage)
    }

    fn kind(cx: &Context, resource: i32) -> PyResult<i32> {
        if (0..LIMITS).contains(&resource) {
            Ok(resource)
        } else {
            Err(cx.value_error(format_args!("invalid resource specified")))
        }
    }

    fn limit_value(cx: &Context, limit: libc::rlim_t) -> PyResult<Value> {
        if limit == libc::RLIM_INFINITY { cx.int(-1) } else { cx.int_from_u64(limit) }
    }

    fn limits_value(cx: &Context, limits: &libc::rlimit) -> PyResult<Value> {
        let soft = limit_value(cx, limits.rlim_cur)?;
        let hard = limit_value(cx, limits.rlim_max)?;
        cx.tuple(&[soft, hard])
    }

    fn limit(cx: &Context, value: Value) -> PyResult<libc::rlim_t> {
        if !is_int(value) && !cx.has_index(value) {
            return Err(cx.type_error_expected("int", value));
        }
        let value = cx.index(value)?;
        if threadsnake_engine::types::int_object::as_i64(value) == Some(-1) {
            return Ok(libc::RLIM_INFINITY);
        }
        cx.index_u64(value)
    }

    fn limits(cx: &Context, limits: Value) -> PyResult<libc::rlimit> {
        let pair = cx.collect(limits)?;
        let &[soft, hard] = pair.as_slice() else {
            return Err(cx.value_error(format_args!("expected a tuple of 2 integers")));
        };
        Ok(libc::rlimit { rlim_cur: limit(cx, soft)?, rlim_max: limit(cx, hard)? })
    }

    fn failed(cx: &Context) -> threadsnake_engine::Raised {
        match last_errno() {
            libc::EINVAL => cx.value_error(format_args!("current limit exceeds maximum limit")),
            libc::EPERM => cx.value_error(format_args!("not allowed to raise maximum limit")),
            errno => cx.os_error(errno, None),
        }
    }

    /// Return the soft and hard limit of a resource.
    #[pyfunction]
    fn getrlimit(cx: &Context, resource: i32) -> PyResult<Value> {
        let resource = kind(cx, resource)?;
        let mut found = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: a writable structure.
        if unsafe { libc::getrlimit(resource as _, &mut found) } < 0 {
            return Err(cx.os_error(last_errno(), None));
        }
        limits_value(cx, &found)
    }

    /// Set the soft and hard limit of a resource.
    #[pyfunction]
    fn setrlimit(cx: &Context, resource: i32, limits: Value) -> PyResult<()> {
        let resource = kind(cx, resource)?;
        cx.audit("resource.setrlimit", || Ok([cx.int(i64::from(resource))?, limits]))?;
        let wanted = self::limits(cx, limits)?;
        // SAFETY: a whole structure.
        if unsafe { libc::setrlimit(resource as _, &wanted) } < 0 {
            return Err(failed(cx));
        }
        Ok(())
    }

    /// prlimit(pid, resource, [limits])
    #[pyfunction(signature = "(pid, resource, limits=None, /)")]
    fn prlimit(cx: &Context, pid: i32, resource: i32, limits: Option<Value>) -> PyResult<Value> {
        let resource = kind(cx, resource)?;
        cx.audit("resource.prlimit", || {
            let limits = limits.unwrap_or(Value::NONE);
            Ok([cx.int(i64::from(pid))?, cx.int(i64::from(resource))?, limits])
        })?;
        let wanted = match limits.filter(|limits| !limits.is_none()) {
            Some(limits) => Some(self::limits(cx, limits)?),
            None => None,
        };
        let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        let new = wanted.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: whole structures, or null.
        if unsafe { libc::prlimit(pid, resource as _, new, &mut old) } < 0 {
            return Err(match last_errno() {
                libc::EINVAL => failed(cx),
                errno => cx.os_error(errno, None),
            });
        }
        limits_value(cx, &old)
    }

    /// Return the size of a page of memory.
    #[pyfunction]
    fn getpagesize() -> i64 {
        // SAFETY: no memory is involved.
        (unsafe { libc::sysconf(libc::_SC_PAGESIZE) }) as i64
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        system_call::set_numbers(cx, module, NUMBERS)?;
        system_call::set_numbers(cx, module, &[("RLIMIT_OFILE", libc::RLIMIT_NOFILE as i64)])?;
        system_call::set_numbers(cx, module, &[("RLIM_INFINITY", -1)])?;
        let namespace = cx.module_dict(module)?;
        namespace.set_str(cx, cx.intern_str("error")?, cx.exception_class(ExceptionClass::OSError))?;
        let class = cx.struct_sequence_class(&super::USAGE)?;
        namespace.set_str(cx, cx.intern_str("struct_rusage")?, class.as_value())
    }
}
