//! Figures about the heap: gathered when the configuration asks, and then only where a lock or a pause is taken anyway.
//!
//! Invariant: with statistics off nothing here is more than one test of a field that never changes.

use alloc::vec::Vec;
use core::fmt;

use threadsnake_hal::Platform;

use crate::epoch::Worker;
use crate::mutex::Mutex;
use crate::pause::PauseKind;
use crate::sync::{AtomicU64, Ordering};

/// Pauses remembered for the median.
const REMEMBERED: usize = 65_536;

/// What happened in the heap so far. All but epochs and bytes in use need `HeapConfiguration::statistics`.
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    /// Epochs ended.
    pub epochs: u64,
    /// Backup traces.
    pub traces: u64,
    /// Pauses of any kind.
    pub pauses: u64,
    /// From the request to the last thread's stop and on to the end, nanoseconds.
    pub pause_median_nanoseconds: u64,
    /// The longest such.
    pub pause_longest_nanoseconds: u64,
    /// The longest time from the request until all threads stood still.
    pub stop_longest_nanoseconds: u64,
    /// All pauses together.
    pub pause_total_nanoseconds: u64,
    /// Cells handed to threads for allocation.
    pub cells_allocated: u64,
    /// Bytes of them.
    pub bytes_allocated: u64,
    /// Log entries applied.
    pub log_entries: u64,
    /// Objects that became mature.
    pub objects_promoted: u64,
    /// Bytes of them.
    pub bytes_promoted: u64,
    /// Object locks that were not free at once.
    pub contended_locks: u64,
    /// Bytes of blocks and spans in use.
    pub bytes_in_use: usize,
    /// The most of that so far.
    pub bytes_peak: usize,
    /// Counts found impossible. Anything but 0 is a bug.
    pub corruptions: u64,
}

/// Nanoseconds, shown in milliseconds.
struct Milliseconds(u64);

impl fmt::Display for Milliseconds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{:03} ms", self.0 / 1_000_000, self.0 / 1000 % 1000)
    }
}

/// A line for each theme, for people.
impl fmt::Display for Statistics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kib = |bytes: u64| bytes / 1024;
        writeln!(
            formatter,
            "heap: {} KiB in use, {} KiB at most",
            kib(self.bytes_in_use as u64),
            kib(self.bytes_peak as u64)
        )?;
        writeln!(
            formatter,
            "allocated: {} cells, {} KiB; promoted: {} objects, {} KiB; logged: {} entries",
            self.cells_allocated,
            kib(self.bytes_allocated),
            self.objects_promoted,
            kib(self.bytes_promoted),
            self.log_entries
        )?;
        writeln!(
            formatter,
            "pauses: {} ({} epochs, {} traces), median {}, longest {} ({} of it or of another until all stood), total {}",
            self.pauses,
            self.epochs,
            self.traces,
            Milliseconds(self.pause_median_nanoseconds),
            Milliseconds(self.pause_longest_nanoseconds),
            Milliseconds(self.stop_longest_nanoseconds),
            Milliseconds(self.pause_total_nanoseconds)
        )?;
        writeln!(formatter, "object locks waited for: {}", self.contended_locks)?;
        if self.corruptions > 0 {
            writeln!(formatter, "CORRUPTIONS: {}: counts that cannot be, a bug", self.corruptions)?;
        }
        Ok(())
    }
}

/// When a pause began, if anybody wants to know.
#[derive(Clone, Copy)]
pub(crate) struct PauseTimer {
    begun: u64,
    stopped: u64,
}

struct Times {
    durations: Vec<u64>,
    next: usize,
    longest: u64,
    longest_stop: u64,
    total: u64,
}

/// The counters behind [`Statistics`].
pub(crate) struct Counters {
    enabled: bool,
    platform: &'static dyn Platform,
    times: Mutex<Times>,
    pauses: AtomicU64,
    traces: AtomicU64,
    cells: AtomicU64,
    bytes: AtomicU64,
    log_entries: AtomicU64,
    promoted: AtomicU64,
    promoted_bytes: AtomicU64,
    contended: AtomicU64,
    corruptions: AtomicU64,
}

impl Counters {
    pub(crate) fn new(platform: &'static dyn Platform, enabled: bool) -> Counters {
        Counters {
            enabled,
            platform,
            times: Mutex::new(
                platform,
                Times { durations: Vec::new(), next: 0, longest: 0, longest_stop: 0, total: 0 },
            ),
            pauses: AtomicU64::new(0),
            traces: AtomicU64::new(0),
            cells: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            log_entries: AtomicU64::new(0),
            promoted: AtomicU64::new(0),
            promoted_bytes: AtomicU64::new(0),
            contended: AtomicU64::new(0),
            corruptions: AtomicU64::new(0),
        }
    }

    #[inline]
    pub(crate) fn swept(&self, cells: u32, bytes: usize) {
        if self.enabled {
            self.cells.fetch_add(u64::from(cells), Ordering::Relaxed);
            self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        }
    }

    pub(crate) fn contended_lock(&self) {
        if self.enabled {
            self.contended.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A count that cannot be: always counted, and fatal under stress.
    #[cold]
    pub(crate) fn corrupted(&self) {
        self.corruptions.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn corruptions(&self) -> u64 {
        self.corruptions.load(Ordering::Relaxed)
    }

    pub(crate) fn pause_begins(&self) -> PauseTimer {
        let begun = if self.enabled { self.platform.monotonic_nanoseconds() } else { 0 };
        PauseTimer { begun, stopped: 0 }
    }

    pub(crate) fn world_stopped(&self, timer: PauseTimer) -> PauseTimer {
        let stopped = if self.enabled { self.platform.monotonic_nanoseconds() } else { 0 };
        PauseTimer { stopped, ..timer }
    }

    pub(crate) fn world_goes_on(&self, timer: PauseTimer, _kind: PauseKind) {
        if !self.enabled {
            return;
        }
        let now = self.platform.monotonic_nanoseconds();
        let duration = now.saturating_sub(timer.begun);
        self.pauses.fetch_add(1, Ordering::Relaxed);
        let mut times = self.times.lock();
        times.longest = times.longest.max(duration);
        times.longest_stop = times.longest_stop.max(timer.stopped.saturating_sub(timer.begun));
        times.total += duration;
        if times.durations.len() < REMEMBERED {
            times.durations.push(duration);
        } else {
            let next = times.next;
            times.durations[next] = duration;
            times.next = (next + 1) % REMEMBERED;
        }
    }

    pub(crate) fn epoch_ends(&self, worker: &Worker<'_>, traced: bool) {
        if self.enabled {
            self.log_entries.fetch_add(worker.logged_entries as u64, Ordering::Relaxed);
            self.promoted.fetch_add(worker.promoted_objects as u64, Ordering::Relaxed);
            self.promoted_bytes.fetch_add(worker.promoted_bytes as u64, Ordering::Relaxed);
            self.traces.fetch_add(u64::from(traced), Ordering::Relaxed);
        }
    }

    pub(crate) fn statistics(&self, epoch: u64, bytes_in_use: usize, bytes_peak: usize) -> Statistics {
        let times = self.times.lock();
        let mut durations = times.durations.clone();
        durations.sort_unstable();
        Statistics {
            epochs: epoch - 1,
            traces: self.traces.load(Ordering::Relaxed),
            pauses: self.pauses.load(Ordering::Relaxed),
            pause_median_nanoseconds: durations.get(durations.len() / 2).copied().unwrap_or(0),
            pause_longest_nanoseconds: times.longest,
            stop_longest_nanoseconds: times.longest_stop,
            pause_total_nanoseconds: times.total,
            cells_allocated: self.cells.load(Ordering::Relaxed),
            bytes_allocated: self.bytes.load(Ordering::Relaxed),
            log_entries: self.log_entries.load(Ordering::Relaxed),
            objects_promoted: self.promoted.load(Ordering::Relaxed),
            bytes_promoted: self.promoted_bytes.load(Ordering::Relaxed),
            contended_locks: self.contended.load(Ordering::Relaxed),
            bytes_in_use,
            bytes_peak,
            corruptions: self.corruptions(),
        }
    }
}
