//! The native module `time`. Source: Modules/timemodule.c.

use threadsnake_macros::pymodule;

/// This module provides various functions to manipulate time values.
#[pymodule(name = "time")]
#[allow(clippy::unnecessary_cast, reason = "the C library's types differ between targets")]
pub mod module {
    use std::ffi::CStr;
    use std::mem::MaybeUninit;

    use threadsnake_engine::native::FromValue;
    use threadsnake_engine::struct_sequence;
    use threadsnake_engine::types::class::Class;
    use threadsnake_engine::types::str_object::Str;
    use threadsnake_engine::types::tuple::Tuple;
    use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
    use threadsnake_hal::CpuTimeScope;

    use crate::modules::system_call::{last_errno, nanoseconds, set_numbers};
    use crate::modules::system_time::{NANOSECONDS, nanoseconds_of, out_of_range, timespec};

    struct_sequence!(STRUCT_TIME, "time", "struct_time", "The time value as returned by gmtime(), localtime(), and strptime(), and\naccepted by asctime(), mktime() and strftime().  May be considered as a\nsequence of 9 integers.", 9, 0, true, {
        0 tm_year "year, for example, 1993";
        1 tm_mon "month of year, range [1, 12]";
        2 tm_mday "day of month, range [1, 31]";
        3 tm_hour "hours, range [0, 23]";
        4 tm_min "minutes, range [0, 59]";
        5 tm_sec "seconds, range [0, 61])";
        6 tm_wday "day of week, range [0, 6], Monday is 0";
        7 tm_yday "day of year, range [1, 366]";
        8 tm_isdst "1 if summer time is in effect, 0 if not, and -1 if unknown";
        9 tm_zone "abbreviation of timezone name";
        10 tm_gmtoff "offset from UTC in seconds";
    });

    fn seconds(cx: &Context, nanoseconds: i128) -> PyResult<Value> {
        cx.float(nanoseconds as f64 / 1e9)
    }

    /// Return the current time in seconds since the Epoch.
    ///
    /// Fractions of a second may be present if the system clock provides them.
    #[pyfunction]
    fn time(cx: &Context) -> PyResult<Value> {
        seconds(cx, cx.engine().platform().wall_clock_nanoseconds())
    }

    /// Return the current time in nanoseconds since the Epoch.
    #[pyfunction]
    fn time_ns(cx: &Context) -> i64 {
        cx.engine().platform().wall_clock_nanoseconds() as i64
    }

    /// Monotonic clock, cannot go backward.
    #[pyfunction]
    fn monotonic(cx: &Context) -> PyResult<Value> {
        seconds(cx, i128::from(cx.engine().platform().monotonic_nanoseconds()))
    }

    /// Monotonic clock, cannot go backward, as nanoseconds.
    #[pyfunction]
    fn monotonic_ns(cx: &Context) -> u64 {
        cx.engine().platform().monotonic_nanoseconds()
    }

    /// Performance counter for benchmarking.
    #[pyfunction]
    fn perf_counter(cx: &Context) -> PyResult<Value> {
        monotonic(cx)
    }

    /// Performance counter for benchmarking as nanoseconds.
    #[pyfunction]
    fn perf_counter_ns(cx: &Context) -> u64 {
        monotonic_ns(cx)
    }

    /// Process time for profiling: sum of the kernel and user-space CPU time.
    #[pyfunction]
    fn process_time(cx: &Context) -> PyResult<Value> {
        seconds(cx, i128::from(process_time_ns(cx)))
    }

    /// Process time for profiling as nanoseconds:
    /// sum of the kernel and user-space CPU time.
    #[pyfunction]
    fn process_time_ns(cx: &Context) -> u64 {
        cx.engine().platform().cpu_time_nanoseconds(CpuTimeScope::Process)
    }

    /// Thread time for profiling: sum of the kernel and user-space CPU time.
    #[pyfunction]
    fn thread_time(cx: &Context) -> PyResult<Value> {
        seconds(cx, i128::from(thread_time_ns(cx)))
    }

    /// Thread time for profiling as nanoseconds:
    /// sum of the kernel and user-space CPU time.
    #[pyfunction]
    fn thread_time_ns(cx: &Context) -> u64 {
        cx.engine().platform().cpu_time_nanoseconds(CpuTimeScope::Thread)
    }

    /// Delay execution for a given number of seconds.
    ///
    /// The argument may be a floating-point number for subsecond precision.
    #[pyfunction]
    fn sleep(cx: &Context, seconds: Value) -> PyResult<()> {
        cx.audit("time.sleep", || Ok([seconds]))?;
        let wait = f64::from_value(cx, seconds)?;
        if wait.is_nan() {
            return Err(cx.value_error(format_args!("Invalid value NaN (not a number)")));
        }
        if wait < 0.0 {
            return Err(cx.value_error(format_args!("sleep length must be non-negative")));
        }
        if wait > 9_223_372_036.0 {
            return Err(out_of_range(cx));
        }
        let platform = cx.engine().platform();
        let deadline = platform.monotonic_nanoseconds().saturating_add((wait * 1e9) as u64);
        loop {
            let left = deadline.saturating_sub(platform.monotonic_nanoseconds());
            let request = timespec(cx, left)?;
            // SAFETY: `request` is a valid time; the remaining time is not asked for.
            let done = cx.blocking(|| unsafe { libc::nanosleep(&request, std::ptr::null_mut()) });
            cx.poll()?;
            if done == 0 || platform.monotonic_nanoseconds() >= deadline {
                return Ok(());
            }
        }
    }

    /// Whole seconds since the epoch, or those of now.
    fn time_argument(cx: &Context, seconds: Option<Value>) -> PyResult<i64> {
        match seconds.filter(|seconds| !seconds.is_none()) {
            None => Ok(cx.engine().platform().wall_clock_nanoseconds().div_euclid(NANOSECONDS) as i64),
            Some(value) => match cx.clipped_int(value) {
                Some(whole) => Ok(whole),
                None => {
                    let number = f64::from_value(cx, value)?.floor();
                    if number.is_nan() {
                        return Err(cx.value_error(format_args!("Invalid value NaN (not a number)")));
                    }
                    if !(-9.2e18..=9.2e18).contains(&number) {
                        return Err(out_of_range(cx));
                    }
                    Ok(number as i64)
                }
            },
        }
    }

    fn to_struct(cx: &Context, parts: &libc::tm, zone: &str) -> PyResult<Value> {
        let class = cx.struct_sequence_class(&STRUCT_TIME)?;
        let mut visible = cx.scratch();
        for number in [
            i64::from(parts.tm_year) + 1900,
            i64::from(parts.tm_mon) + 1,
            i64::from(parts.tm_mday),
            i64::from(parts.tm_hour),
            i64::from(parts.tm_min),
            i64::from(parts.tm_sec),
            i64::from((parts.tm_wday + 6) % 7),
            i64::from(parts.tm_yday) + 1,
            i64::from(parts.tm_isdst),
        ] {
            visible.push(cx.int(number)?);
        }
        let zone = cx.str(zone)?;
        let offset = cx.int(parts.tm_gmtoff as i64)?;
        cx.struct_sequence(class, visible.as_slice(), &[zone, offset])
    }

    fn zone_name(parts: &libc::tm) -> String {
        if parts.tm_zone.is_null() {
            return String::from("UTC");
        }
        // SAFETY: the C library points `tm_zone` at a static string.
        unsafe { CStr::from_ptr(parts.tm_zone) }.to_string_lossy().into_owned()
    }

    fn broken_down(cx: &Context, seconds: i64, local: bool) -> PyResult<libc::tm> {
        let time = timespec(cx, i128::from(seconds) * NANOSECONDS)?;
        let mut parts = MaybeUninit::<libc::tm>::zeroed();
        // SAFETY: both functions write the structure given and return null on failure.
        let written = unsafe {
            if local {
                libc::localtime_r(&time.tv_sec, parts.as_mut_ptr())
            } else {
                libc::gmtime_r(&time.tv_sec, parts.as_mut_ptr())
            }
        };
        if written.is_null() {
            return Err(cx.os_error(libc::EOVERFLOW, None));
        }
        // SAFETY: zeroed is a valid `tm`, and the call has filled it.
        Ok(unsafe { parts.assume_init() })
    }

    /// gmtime([seconds]) -> (tm_year, tm_mon, tm_mday, tm_hour, tm_min,
    ///                        tm_sec, tm_wday, tm_yday, tm_isdst)
    ///
    /// Convert seconds since the Epoch to a time tuple expressing UTC (a.k.a.
    /// GMT).  When 'seconds' is not passed in, convert the current time instead.
    #[pyfunction(signature = "(seconds=None, /)")]
    fn gmtime(cx: &Context, seconds: Option<Value>) -> PyResult<Value> {
        let parts = broken_down(cx, time_argument(cx, seconds)?, false)?;
        to_struct(cx, &parts, "UTC")
    }

    /// localtime([seconds]) -> (tm_year,tm_mon,tm_mday,tm_hour,tm_min,
    ///                           tm_sec,tm_wday,tm_yday,tm_isdst)
    ///
    /// Convert seconds since the Epoch to a time tuple expressing local time.
    /// When 'seconds' is not passed in, convert the current time instead.
    #[pyfunction(signature = "(seconds=None, /)")]
    fn localtime(cx: &Context, seconds: Option<Value>) -> PyResult<Value> {
        let parts = broken_down(cx, time_argument(cx, seconds)?, true)?;
        let zone = zone_name(&parts);
        to_struct(cx, &parts, &zone)
    }

    fn from_tuple(cx: &Context, value: Value) -> PyResult<libc::tm> {
        let Some(tuple) = Tuple::from_value(value) else {
            return Err(cx.type_error(format_args!("Tuple or struct_time argument required")));
        };
        if tuple.len() != 9 {
            return Err(cx.type_error(format_args!("time tuple must have exactly 9 elements")));
        }
        let mut numbers = [0i32; 9];
        for (place, item) in numbers.iter_mut().zip(tuple.iter()) {
            *place = i32::from_value(cx, item)?;
        }
        let [year, month, day, hour, minute, second, weekday, yearday, dst] = numbers;
        let Some(year) = year.checked_sub(1900) else {
            return Err(cx.raise(ExceptionClass::OverflowError, format_args!("year out of range")));
        };
        // SAFETY: all zero is a valid `tm`.
        let mut parts: libc::tm = unsafe { MaybeUninit::zeroed().assume_init() };
        parts.tm_year = year;
        parts.tm_mon = month.wrapping_sub(1);
        parts.tm_mday = day;
        parts.tm_hour = hour;
        parts.tm_min = minute;
        parts.tm_sec = second;
        // The remainder of a weekday below -1 is negative, which `checked` reports.
        parts.tm_wday = weekday.wrapping_add(1) % 7;
        parts.tm_yday = yearday.wrapping_sub(1);
        parts.tm_isdst = dst;
        Ok(parts)
    }

    /// mktime(tuple) -> floating-point number
    ///
    /// Convert a time tuple in local time to seconds since the Epoch.
    #[pyfunction]
    fn mktime(cx: &Context, tuple: Value) -> PyResult<Value> {
        let mut parts = from_tuple(cx, tuple)?;
        parts.tm_wday = -1;
        // SAFETY: a valid `tm`, which the call normalizes.
        let seconds = unsafe { libc::mktime(&mut parts) };
        if seconds == -1 && parts.tm_wday == -1 {
            return Err(cx.raise(ExceptionClass::OverflowError, format_args!("mktime argument out of range")));
        }
        cx.float(seconds as f64)
    }

    fn checked(cx: &Context, parts: &mut libc::tm) -> PyResult<()> {
        if parts.tm_mon == -1 {
            parts.tm_mon = 0;
        }
        if parts.tm_mday == 0 {
            parts.tm_mday = 1;
        }
        if parts.tm_yday == -1 {
            parts.tm_yday = 0;
        }
        let wrong = if !(0..=11).contains(&parts.tm_mon) {
            "month out of range"
        } else if !(1..=31).contains(&parts.tm_mday) {
            "day of month out of range"
        } else if !(0..=23).contains(&parts.tm_hour) {
            "hour out of range"
        } else if !(0..=59).contains(&parts.tm_min) {
            "minute out of range"
        } else if !(0..=61).contains(&parts.tm_sec) {
            "seconds out of range"
        } else if parts.tm_wday < 0 {
            "day of week out of range"
        } else if !(0..=365).contains(&parts.tm_yday) {
            "day of year out of range"
        } else {
            return Ok(());
        };
        Err(cx.value_error(format_args!("{wrong}")))
    }

    fn time_tuple(cx: &Context, tuple: Option<Value>) -> PyResult<libc::tm> {
        let mut parts = match tuple {
            Some(tuple) => from_tuple(cx, tuple)?,
            None => broken_down(cx, time_argument(cx, None)?, true)?,
        };
        checked(cx, &mut parts)?;
        Ok(parts)
    }

    /// strftime(format[, tuple]) -> string
    ///
    /// Convert a time tuple to a string according to a format specification.
    /// See the library reference manual for formatting codes. When the time tuple
    /// is not present, current time as returned by localtime() is used.
    #[pyfunction(signature = "(format, time_tuple=None, /)")]
    fn strftime(cx: &Context, format: Str, time_tuple: Option<Value>) -> PyResult<Value> {
        let parts = self::time_tuple(cx, time_tuple)?;
        let format = format.to_utf8(cx)?;
        if format.is_empty() {
            return cx.str("");
        }
        // A format that yields nothing cannot be told from a buffer that is too small, so one character is added and removed.
        let Ok(c_format) = std::ffi::CString::new(format!("{format}|")) else {
            return Err(cx.value_error(format_args!("embedded null character")));
        };
        let mut size = 256;
        loop {
            let mut buffer = vec![0u8; size];
            // SAFETY: the buffer has `size` bytes, the format ends with a null byte, and the fields are in range.
            let length =
                unsafe { libc::strftime(buffer.as_mut_ptr().cast(), size, c_format.as_ptr(), &parts) };
            if length > 0 {
                buffer.truncate(length - 1);
                return cx.str(&String::from_utf8_lossy(&buffer));
            }
            if size > 1 << 20 {
                return Err(cx.memory_error());
            }
            size *= 4;
        }
    }

    /// asctime([tuple]) -> string
    ///
    /// Convert a time tuple to a string, e.g. 'Sat Jun 06 16:26:11 1998'.
    /// When the time tuple is not present, current time as returned by localtime()
    /// is used.
    #[pyfunction(signature = "(time_tuple=None, /)")]
    fn asctime(cx: &Context, time_tuple: Option<Value>) -> PyResult<Value> {
        let parts = self::time_tuple(cx, time_tuple)?;
        const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let day = DAYS.get(parts.tm_wday as usize).copied().unwrap_or("?");
        let month = MONTHS.get(parts.tm_mon as usize).copied().unwrap_or("?");
        cx.str_format(format_args!(
            "{day} {month}{:>3} {:02}:{:02}:{:02} {}",
            parts.tm_mday,
            parts.tm_hour,
            parts.tm_min,
            parts.tm_sec,
            i64::from(parts.tm_year) + 1900
        ))
    }

    /// ctime(seconds) -> string
    ///
    /// Convert a time in seconds since the Epoch to a string in local time.
    /// This is equivalent to asctime(localtime(seconds)). When the time tuple is
    /// not present, current time as returned by localtime() is used.
    #[pyfunction(signature = "(seconds=None, /)")]
    fn ctime(cx: &Context, seconds: Option<Value>) -> PyResult<Value> {
        let local = localtime(cx, seconds)?;
        asctime(cx, Some(local))
    }

    /// get_clock_info(name: str) -> dict
    ///
    /// Get information of the specified clock.
    #[pyfunction]
    fn get_clock_info(cx: &Context, name: Str) -> PyResult<Value> {
        let (implementation, monotonic, adjustable) = match name.to_utf8(cx)?.as_str() {
            "time" => ("clock_gettime(CLOCK_REALTIME)", false, true),
            "monotonic" | "perf_counter" => ("clock_gettime(CLOCK_MONOTONIC)", true, false),
            "process_time" => ("clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", true, false),
            "thread_time" => ("clock_gettime(CLOCK_THREAD_CPUTIME_ID)", true, false),
            _ => return Err(cx.value_error(format_args!("unknown clock"))),
        };
        let namespace = cx.class(threadsnake_engine::Kind::SimpleNamespace);
        let made = cx.call(namespace, &[])?;
        for (key, value) in [
            ("implementation", cx.str(implementation)?),
            ("monotonic", Value::from_bool(monotonic)),
            ("adjustable", Value::from_bool(adjustable)),
            ("resolution", cx.float(1e-9)?),
        ] {
            cx.set_attribute(made, cx.intern_str(key)?, Some(value))?;
        }
        Ok(made)
    }

    fn read_clock(cx: &Context, clock: i32) -> PyResult<i128> {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `time` is writable; the clock's number is checked by the call.
        if unsafe { libc::clock_gettime(clock, &mut time) } != 0 {
            return Err(cx.os_error(last_errno(), None));
        }
        Ok(nanoseconds_of(time))
    }

    fn set_clock(cx: &Context, clock: i32, nanoseconds: i64) -> PyResult<()> {
        let time = timespec(cx, nanoseconds)?;
        // SAFETY: `time` is valid; the clock's number and the permission are checked by the call.
        if unsafe { libc::clock_settime(clock, &time) } != 0 {
            return Err(cx.os_error(last_errno(), None));
        }
        Ok(())
    }

    /// Return the time of the specified clock clk_id as a float.
    #[pyfunction]
    fn clock_gettime(cx: &Context, clk_id: i32) -> PyResult<Value> {
        seconds(cx, read_clock(cx, clk_id)?)
    }

    /// Return the time of the specified clock clk_id as nanoseconds (int).
    #[pyfunction]
    fn clock_gettime_ns(cx: &Context, clk_id: i32) -> PyResult<i64> {
        Ok(read_clock(cx, clk_id)? as i64)
    }

    /// clock_getres(clk_id) -> floating-point number
    ///
    /// Return the resolution (precision) of the specified clock clk_id.
    #[pyfunction]
    fn clock_getres(cx: &Context, clk_id: i32) -> PyResult<Value> {
        let mut resolution = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `resolution` is writable; the clock's number is checked by the call.
        if unsafe { libc::clock_getres(clk_id, &mut resolution) } != 0 {
            return Err(cx.os_error(last_errno(), None));
        }
        seconds(cx, nanoseconds_of(resolution))
    }

    /// clock_settime(clk_id, time)
    ///
    /// Set the time of the specified clock clk_id.
    #[pyfunction]
    fn clock_settime(cx: &Context, clk_id: i32, time: Value) -> PyResult<()> {
        set_clock(cx, clk_id, nanoseconds(cx, time)?)
    }

    /// clock_settime_ns(clk_id, time)
    ///
    /// Set the time of the specified clock clk_id with nanoseconds.
    #[pyfunction]
    fn clock_settime_ns(cx: &Context, clk_id: i32, time: i64) -> PyResult<()> {
        set_clock(cx, clk_id, time)
    }

    /// strptime(string, format) -> struct_time
    ///
    /// Parse a string to a time tuple according to a format specification.
    /// See the library reference manual for formatting codes (same as
    /// strftime()).
    #[pyfunction(signature = "(*arguments)")]
    fn strptime(cx: &Context, arguments: &[Value]) -> PyResult<Value> {
        let module = cx.import_full_name(cx.intern_str("_strptime")?)?;
        let function = cx.get_attribute(module, cx.intern_str("_strptime_time")?)?;
        cx.call(function, arguments)
    }

    /// tzset()
    ///
    /// Initialize, or reinitialize, the local timezone to the value stored in
    /// os.environ['TZ']. The TZ environment variable should be specified in
    /// standard Unix timezone format as documented in the tzset man page
    /// (eg. 'US/Eastern', 'Europe/Amsterdam'). Unknown timezones will silently
    /// fall back to UTC. If the TZ environment variable is not set, the local
    /// timezone is set to the systems best guess of wallclock time.
    /// Changing the TZ environment variable without calling tzset *may* change
    /// the local timezone used by methods such as localtime, but this behaviour
    /// should not be relied on.
    #[pyfunction]
    fn tzset(cx: &Context) -> PyResult<()> {
        unsafe extern "C" {
            fn tzset();
        }
        // SAFETY: takes the C library's own lock of the zone; like every function of the C library that knows of zones it reads TZ, as in CPython.
        unsafe { tzset() };
        let module = cx.import_full_name(cx.intern_str("time")?)?;
        set_zone(cx, module)
    }

    /// Sets what the module says of the local zone.
    fn set_zone(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        // January and July of one year tell the zone's standard and summer names.
        let year = 365 * 86_400;
        let winter = broken_down(cx, 50 * year, true)?;
        let summer = broken_down(cx, 50 * year + year / 2, true)?;
        let (standard, daylight) =
            if winter.tm_gmtoff <= summer.tm_gmtoff { (&winter, &summer) } else { (&summer, &winter) };
        let names = cx.tuple(&[cx.str(&zone_name(standard))?, cx.str(&zone_name(daylight))?])?;
        for (name, value) in [
            ("timezone", cx.int(-(standard.tm_gmtoff as i64))?),
            ("altzone", cx.int(-(daylight.tm_gmtoff as i64))?),
            ("daylight", cx.int(i64::from(standard.tm_gmtoff != daylight.tm_gmtoff))?),
            ("tzname", names),
        ] {
            namespace.set_str(cx, cx.intern_str(name)?, value)?;
        }
        Ok(())
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        let class: Class = cx.struct_sequence_class(&STRUCT_TIME)?;
        namespace.set_str(cx, cx.intern_str("struct_time")?, class.as_value())?;
        set_zone(cx, module)?;
        set_numbers(
            cx,
            module,
            &[
                ("CLOCK_REALTIME", i64::from(libc::CLOCK_REALTIME)),
                ("CLOCK_MONOTONIC", i64::from(libc::CLOCK_MONOTONIC)),
                ("CLOCK_MONOTONIC_RAW", i64::from(libc::CLOCK_MONOTONIC_RAW)),
                ("CLOCK_PROCESS_CPUTIME_ID", i64::from(libc::CLOCK_PROCESS_CPUTIME_ID)),
                ("CLOCK_THREAD_CPUTIME_ID", i64::from(libc::CLOCK_THREAD_CPUTIME_ID)),
                ("CLOCK_BOOTTIME", i64::from(libc::CLOCK_BOOTTIME)),
                ("CLOCK_TAI", i64::from(libc::CLOCK_TAI)),
                ("_STRUCT_TM_ITEMS", 11),
            ],
        )
    }
}
