//! Sleeping on a word.
//!
//! Invariant: the look at the word and the sleep are one step as seen by [`unpark`], so that a thread which
//! changes the word and then unparks never leaves a parker behind that saw the old value. On Linux that is the
//! futex's promise; elsewhere a lock of a bucket in a table, taken by both sides, keeps it.
//!
//! Source: futex(2); the table is WebKit's `ParkingLot` in its simplest form.

#[cfg(all(target_os = "linux", not(loom)))]
pub use futex::{park, unpark};
#[cfg(not(all(target_os = "linux", not(loom))))]
pub use table::{park, unpark};

#[cfg(all(target_os = "linux", not(loom)))]
mod futex {
    //! Linux: the kernel keeps the queue.

    use std::ptr;

    use threadsnake_hal::ParkOutcome;
    use threadsnake_hal::atomic::AtomicU32;

    /// Sleeps while `word` holds `expected`.
    pub fn park(word: &AtomicU32, expected: u32, timeout_nanoseconds: Option<u64>) -> ParkOutcome {
        let timeout = timeout_nanoseconds.map(|nanoseconds| libc::timespec {
            // Below 2^64 / 10^9, which fits.
            tv_sec: (nanoseconds / 1_000_000_000) as _,
            tv_nsec: (nanoseconds % 1_000_000_000) as _,
        });
        // SAFETY: FUTEX_WAIT reads the word, which lives for the call, and a relative timeout or null.
        let result = unsafe {
            libc::syscall(
                libc::SYS_futex,
                word.as_ptr(),
                libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
                expected,
                timeout.as_ref().map_or(ptr::null(), ptr::from_ref),
            )
        };
        if result == 0 {
            return ParkOutcome::Woken;
        }
        match std::io::Error::last_os_error().raw_os_error() {
            Some(libc::EAGAIN) => ParkOutcome::Changed,
            Some(libc::ETIMEDOUT) => ParkOutcome::TimedOut,
            // A signal: the caller looks again.
            _ => ParkOutcome::Woken,
        }
    }

    /// Wakes up to `count` parkers.
    pub fn unpark(word: *const AtomicU32, count: usize) -> usize {
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        // SAFETY: FUTEX_WAKE uses the address alone; an unmapped one is an error, not a fault.
        let woken = unsafe {
            libc::syscall(libc::SYS_futex, word, libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, count)
        };
        usize::try_from(woken).unwrap_or(0)
    }
}

#[cfg_attr(all(target_os = "linux", not(loom)), cfg(test))]
mod table {
    //! Other systems: a fixed table of queues, chosen by the word's address.

    use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
    use std::time::{Duration, Instant};

    use threadsnake_hal::ParkOutcome;
    use threadsnake_hal::atomic::{AtomicU32, Ordering};

    /// One thread that sleeps.
    struct Parker {
        address: usize,
        ticket: u64,
    }

    /// The sleepers whose words fall on this place of the table.
    struct Bucket {
        waiting: Mutex<Queue>,
        changed: Condvar,
    }

    struct Queue {
        parkers: Vec<Parker>,
        next_ticket: u64,
    }

    const BUCKETS: usize = 64;

    static TABLE: [Bucket; BUCKETS] = [const {
        Bucket { waiting: Mutex::new(Queue { parkers: Vec::new(), next_ticket: 0 }), changed: Condvar::new() }
    }; BUCKETS];

    fn bucket(address: usize) -> &'static Bucket {
        // Words are 4 bytes; the multiplication spreads neighbouring objects (Knuth's constant).
        &TABLE[(address >> 2).wrapping_mul(0x9E37_79B1) >> 7 & (BUCKETS - 1)]
    }

    fn lock(bucket: &Bucket) -> MutexGuard<'_, Queue> {
        // Nothing here panics while it holds the lock, and the queue is whole between statements anyway.
        bucket.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps while `word` holds `expected`.
    pub fn park(word: &AtomicU32, expected: u32, timeout_nanoseconds: Option<u64>) -> ParkOutcome {
        let address = std::ptr::from_ref(word).addr();
        // A deadline beyond the clock's range is no deadline.
        let deadline = timeout_nanoseconds
            .and_then(|nanoseconds| Instant::now().checked_add(Duration::from_nanos(nanoseconds)));
        let bucket = bucket(address);
        let mut queue = lock(bucket);
        // Under the lock that `unpark` takes: a change that it announces is either seen here, or it finds us queued.
        if word.load(Ordering::SeqCst) != expected {
            return ParkOutcome::Changed;
        }
        let ticket = queue.next_ticket;
        queue.next_ticket += 1;
        queue.parkers.push(Parker { address, ticket });
        loop {
            queue = match deadline {
                None => bucket.changed.wait(queue).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    bucket.changed.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
            let Some(place) = queue.parkers.iter().position(|parker| parker.ticket == ticket) else {
                return ParkOutcome::Woken;
            };
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                queue.parkers.remove(place);
                return ParkOutcome::TimedOut;
            }
        }
    }

    /// Wakes up to `count` parkers, those first that parked first.
    pub fn unpark(word: *const AtomicU32, count: usize) -> usize {
        let address = word.addr();
        let bucket = bucket(address);
        let mut woken = 0;
        lock(bucket).parkers.retain(|parker| {
            let chosen = parker.address == address && woken < count;
            woken += usize::from(chosen);
            !chosen
        });
        if woken != 0 {
            // All sleepers of the bucket look whether they were taken off the queue.
            bucket.changed.notify_all();
        }
        woken
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::{Duration, Instant};

    use threadsnake_hal::ParkOutcome;
    use threadsnake_hal::atomic::{AtomicU32, Ordering};

    type Park = fn(&AtomicU32, u32, Option<u64>) -> ParkOutcome;
    type Unpark = fn(*const AtomicU32, usize) -> usize;

    const BOTH: [(Park, Unpark); 2] =
        [(super::park, super::unpark), (super::table::park, super::table::unpark)];

    #[test]
    fn a_changed_word_does_not_sleep() {
        for (park, _) in BOTH {
            let word = AtomicU32::new(1);
            assert_eq!(park(&word, 0, None), ParkOutcome::Changed);
        }
    }

    #[test]
    fn a_timeout_ends_the_sleep_but_not_early() {
        for (park, _) in BOTH {
            let word = AtomicU32::new(0);
            let start = Instant::now();
            while park(&word, 0, Some(20_000_000)) != ParkOutcome::TimedOut {}
            assert!(start.elapsed() >= Duration::from_millis(19));
            assert_eq!(park(&word, 0, Some(0)), ParkOutcome::TimedOut);
        }
    }

    #[test]
    fn unpark_without_parkers_wakes_nobody() {
        for (_, unpark) in BOTH {
            let word = AtomicU32::new(0);
            assert_eq!(unpark(&word, 10), 0);
        }
    }

    #[test]
    fn a_lock_built_on_it_excludes_and_loses_no_wake() {
        for (park, unpark) in BOTH {
            // 0 free, 1 taken, 2 taken with parkers (Drepper, "Futexes are tricky").
            let word = AtomicU32::new(0);
            let counter = AtomicU32::new(0);
            let rounds = if cfg!(miri) { 20 } else { 5000 };
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        for _ in 0..rounds {
                            if word.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
                                while word.swap(2, Ordering::Acquire) != 0 {
                                    park(&word, 2, None);
                                }
                            }
                            let seen = counter.load(Ordering::Relaxed);
                            counter.store(seen + 1, Ordering::Relaxed);
                            if word.swap(0, Ordering::Release) == 2 {
                                unpark(&word, 1);
                            }
                        }
                    });
                }
            });
            assert_eq!(counter.load(Ordering::SeqCst), 4 * rounds);
        }
    }

    #[test]
    fn unpark_wakes_as_many_as_asked() {
        for (park, unpark) in BOTH {
            let word = AtomicU32::new(0);
            let awake = AtomicU32::new(0);
            thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| {
                        while word.load(Ordering::SeqCst) == 0 {
                            if park(&word, 0, None) == ParkOutcome::Woken {
                                awake.fetch_add(1, Ordering::SeqCst);
                                return;
                            }
                        }
                    });
                }
                let mut woken = 0;
                while woken < 2 {
                    woken += unpark(&word, 1);
                    thread::yield_now();
                }
                word.store(1, Ordering::SeqCst);
                while unpark(&word, usize::MAX) == 0 && awake.load(Ordering::SeqCst) < 2 {
                    thread::yield_now();
                }
            });
            assert!(awake.load(Ordering::SeqCst) >= 2);
        }
    }
}
