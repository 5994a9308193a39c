//! Time and processor time.
//!
//! Invariant: `clock_gettime` alone, so that what the engine calls monotonic is what Python's `time.monotonic`
//! shows on the same machine.

use std::time::Duration;

use threadsnake_hal::CpuTimeScope;

/// One reading of a clock.
fn read(clock: libc::clockid_t) -> (i64, i64) {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes one timespec. The clocks asked for exist on every system this compiles for; if one were
    // refused, the reading would stay zero.
    unsafe { libc::clock_gettime(clock, &mut now) };
    // The fields' types are the system's.
    #[allow(clippy::unnecessary_cast)]
    (now.tv_sec as i64, now.tv_nsec as i64)
}

/// As one number; the clocks read through this never go below zero and fit for 584 years.
fn nanoseconds((seconds, nanoseconds): (i64, i64)) -> u64 {
    (seconds as u64).wrapping_mul(1_000_000_000).wrapping_add(nanoseconds as u64)
}

/// A clock that never goes back.
pub fn monotonic_nanoseconds() -> u64 {
    nanoseconds(read(libc::CLOCK_MONOTONIC))
}

/// Nanoseconds since 1970.
pub fn wall_clock_nanoseconds() -> i128 {
    let (seconds, nanoseconds) = read(libc::CLOCK_REALTIME);
    i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds)
}

/// Processor time used.
pub fn cpu_time_nanoseconds(scope: CpuTimeScope) -> u64 {
    nanoseconds(read(match scope {
        CpuTimeScope::Process => libc::CLOCK_PROCESS_CPUTIME_ID,
        CpuTimeScope::Thread => libc::CLOCK_THREAD_CPUTIME_ID,
    }))
}

/// Sleeps; a signal ends it early, so that Ctrl-C is seen at once (`std::thread::sleep` would go on).
pub fn sleep(duration: Duration) {
    let request = libc::timespec {
        tv_sec: duration.as_secs().min(i32::MAX as u64) as _,
        tv_nsec: duration.subsec_nanos() as libc::c_long,
    };
    // SAFETY: reads one timespec.
    unsafe { libc::nanosleep(&request, std::ptr::null_mut()) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monotonic_time_goes_on_during_sleep() {
        let before = monotonic_nanoseconds();
        sleep(Duration::from_millis(3));
        assert!(monotonic_nanoseconds() - before >= 2_900_000);
    }

    #[test]
    fn the_wall_clock_agrees_with_the_standard_library() {
        let ours = wall_clock_nanoseconds();
        let theirs = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_nanos() as i128);
        assert!((theirs - ours).abs() < 5_000_000_000);
    }

    #[cfg(not(miri))]
    #[test]
    fn processor_time_is_counted_for_work_and_not_for_sleep() {
        let before = cpu_time_nanoseconds(CpuTimeScope::Thread);
        let mut sum = 0_u64;
        while cpu_time_nanoseconds(CpuTimeScope::Thread) - before < 2_000_000 {
            sum = std::hint::black_box(sum + 1);
        }
        let before = cpu_time_nanoseconds(CpuTimeScope::Thread);
        sleep(Duration::from_millis(30));
        assert!(cpu_time_nanoseconds(CpuTimeScope::Thread) - before < 20_000_000);
        assert!(cpu_time_nanoseconds(CpuTimeScope::Process) >= before);
    }
}
