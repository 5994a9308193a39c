//! One measured run: wall time, processor time, peak resident memory.
//!
//! Invariant: processor time and memory are the kernel's own account of that child (`wait4`), not of all children.
//! The peak has a floor: a child starts as a copy of this process, whose few megabytes count.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::process::end_group;

/// The figures of one run.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Sample {
    /// Elapsed time.
    #[serde(serialize_with = "seconds")]
    pub wall: Duration,
    /// User and system time of all threads together.
    #[serde(serialize_with = "seconds")]
    pub cpu: Duration,
    /// The most memory that was resident.
    pub peak_bytes: u64,
}

fn seconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

/// A run with its output.
pub struct Run {
    /// What it printed.
    pub output: Vec<u8>,
    /// What it cost.
    pub figures: Sample,
}

impl std::ops::Deref for Run {
    type Target = Sample;

    fn deref(&self) -> &Sample {
        &self.figures
    }
}

/// Runs a command and measures it; an error if it fails or exceeds the limit.
pub fn run(command: &mut Command, limit: Duration) -> Result<Run, String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let started = Instant::now();
    let mut child = command.spawn().map_err(|error| format!("cannot be started: {error}"))?;
    let identifier = child.id();
    let (mut output, mut error) = (child.stdout.take(), child.stderr.take());
    let (finished, watch) = mpsc::channel::<()>();
    let watcher = thread::spawn(move || {
        let over = watch.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout);
        if over {
            end_group(identifier);
        }
        over
    });
    let error_reader = thread::spawn(move || {
        let mut text = Vec::new();
        error.as_mut().map(|pipe| pipe.read_to_end(&mut text));
        text
    });
    let mut bytes = Vec::new();
    output.as_mut().map(|pipe| pipe.read_to_end(&mut bytes));
    let (status, usage) = wait(identifier)?;
    let wall = started.elapsed();
    let _ = finished.send(());
    if watcher.join().unwrap_or(false) {
        return Err(format!("did not end within {} s", limit.as_secs()));
    }
    if status != 0 {
        let error = error_reader.join().unwrap_or_default();
        return Err(format!("wait status {status}\n{}", String::from_utf8_lossy(&error)));
    }
    let time = |value: libc::timeval| {
        Duration::new(value.tv_sec.unsigned_abs(), 0) + Duration::from_micros(value.tv_usec.unsigned_abs())
    };
    let figures = Sample {
        wall,
        cpu: time(usage.ru_utime) + time(usage.ru_stime),
        // Linux counts in kilobytes.
        peak_bytes: usage.ru_maxrss.unsigned_abs() * 1024,
    };
    Ok(Run { output: bytes, figures })
}

/// Starts a command several times at once; seconds until the last has ended.
pub fn run_together(
    command: impl Fn() -> Command + Sync,
    count: usize,
    limit: Duration,
) -> Result<f64, String> {
    let started = Instant::now();
    let runs: Vec<Result<Run, String>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|_| scope.spawn(|| run(&mut command(), limit))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err("a measuring thread failed".into())))
            .collect()
    });
    runs.into_iter().collect::<Result<Vec<Run>, String>>()?;
    Ok(started.elapsed().as_secs_f64())
}

/// Waits for a child of this process, with the kernel's account of it.
fn wait(identifier: u32) -> Result<(i32, libc::rusage), String> {
    let identifier = i32::try_from(identifier).map_err(|_| "a process number out of range".to_owned())?;
    let mut status = 0;
    loop {
        // SAFETY: `rusage` is plain data, for which zero is a value; `wait4` writes to the two places given. The child
        // was started by the caller, who waits for it nowhere else.
        let (waited, usage) = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            (libc::wait4(identifier, &mut status, 0, &mut usage), usage)
        };
        if waited == identifier {
            return Ok((status, usage));
        }
        let error = std::io::Error::last_os_error();
        if error.kind() != std::io::ErrorKind::Interrupted {
            return Err(format!("wait4: {error}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_measured() {
        let run = run(Command::new("sh").args(["-c", "echo 7; sleep 0.05"]), Duration::from_secs(20))
            .expect("a run");
        assert_eq!(run.output, b"7\n");
        assert!(run.wall >= Duration::from_millis(50) && run.cpu < run.wall && run.peak_bytes > 100_000);
    }

    #[test]
    fn failures_and_endless_runs_are_errors() {
        assert!(run(Command::new("sh").args(["-c", "exit 3"]), Duration::from_secs(20)).is_err());
        assert!(run(Command::new("sleep").arg("60"), Duration::from_millis(50)).is_err());
    }
}
