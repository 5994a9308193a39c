//! How one thread stops all others, and how a thread steps out of the way while it blocks.
//!
//! Each thread that uses the heap has a state word:
//!
//! ```text
//! Running --safepoint--> Stopped --release--> Running
//! Running --blocking---> Blocked --return---> Running
//!                        Blocked --a pause--> Held --release--> Blocked
//! ```
//!
//! Invariants: only the thread itself leaves `Running` and `Blocked`-to-`Running`; only the coordinator holds and releases.
//! If a running thread sees the pause bit in its poll word, a coordinator is waiting for it and will release it, because the
//! coordinator clears the bit before it lets a thread go. So nobody stops after the release.
//!
//! The interleaving that needs SeqCst: a thread stores `Blocked` and then looks at its poll word; the coordinator sets the
//! bit in the poll word and then looks at the state. One of the two sees the other (Dekker), so either the coordinator holds
//! the thread, or the thread wakes the coordinator. Both sides write by read-modify-write instructions, here and wherever the heap
//! relies on such an order: an emulator may let a load overtake a SeqCst store (QEMU 7.2 does with AArch64's `stlr` and `ldar` on an
//! x86 host), but none lets it overtake a swap.

use threadsnake_hal::Platform;

use crate::sync::{AtomicU32, Ordering, park, spin_pause, unpark};

/// Bit of the poll word: a pause is wanted.
pub(crate) const POLL_PAUSE: u32 = 1;

const RUNNING: u32 = 0;
const STOPPED: u32 = 1;
const BLOCKED: u32 = 2;
const HELD: u32 = 3;
/// Added to `Stopped` and `Held` by a thread that sleeps on the word.
const ASLEEP: u32 = 4;

/// Looks at a state before a thread sleeps, when there are processors enough for all.
pub(crate) const SPINS: u32 = 2000;
/// The same when there are not: whoever spins keeps somebody else from arriving.
pub(crate) const SPINS_CROWDED: u32 = 20;

/// One thread's part.
pub(crate) struct Participant {
    pub(crate) poll: AtomicU32,
    state: AtomicU32,
}

impl Participant {
    pub(crate) fn new_running() -> Participant {
        Participant { poll: AtomicU32::new(0), state: AtomicU32::new(RUNNING) }
    }

    /// Whether a pause waits for this thread.
    #[inline(always)]
    pub(crate) fn pause_wanted(&self) -> bool {
        // Acquire: what the coordinator wrote before it asked is visible.
        self.poll.load(Ordering::Acquire) & POLL_PAUSE != 0
    }

    /// Whether a pause holds the thread where it blocks. For the coordinator, after it has waited for the thread.
    pub(crate) fn is_held(&self) -> bool {
        // Relaxed: the coordinator itself put it there.
        self.state.load(Ordering::Relaxed) & !ASLEEP == HELD
    }
}

/// The coordinator's part.
pub(crate) struct Handshake {
    /// 1 while a coordinator is at work.
    busy: AtomicU32,
    /// Counts arrivals, for the coordinator to sleep on.
    arrivals: AtomicU32,
    coordinator_asleep: AtomicU32,
}

impl Handshake {
    pub(crate) fn new() -> Handshake {
        Handshake {
            busy: AtomicU32::new(0),
            arrivals: AtomicU32::new(0),
            coordinator_asleep: AtomicU32::new(0),
        }
    }

    /// Becomes the coordinator, if nobody is.
    pub(crate) fn try_begin(&self) -> bool {
        self.busy.compare_exchange(0, 1, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Whether somebody coordinates.
    pub(crate) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::SeqCst) != 0
    }

    /// Asks a participant to stop. By the coordinator, once for each, before [`Handshake::wait_for`].
    pub(crate) fn ask(&self, participant: &Participant) {
        participant.poll.fetch_or(POLL_PAUSE, Ordering::SeqCst);
    }

    fn has_stopped(participant: &Participant) -> bool {
        let state = participant.state.load(Ordering::SeqCst);
        match state & !ASLEEP {
            STOPPED | HELD => true,
            BLOCKED => {
                participant.state.compare_exchange(BLOCKED, HELD, Ordering::SeqCst, Ordering::SeqCst).is_ok()
            }
            _ => false,
        }
    }

    /// Waits until a participant stands still.
    pub(crate) fn wait_for(&self, participant: &Participant, platform: &'static dyn Platform, spins: u32) {
        for _ in 0..spins {
            if Self::has_stopped(participant) {
                return;
            }
            spin_pause();
        }
        loop {
            let arrivals = self.arrivals.load(Ordering::SeqCst);
            self.coordinator_asleep.swap(1, Ordering::SeqCst);
            // An arrival after this look changes `arrivals`, so the sleep below does not begin; the arriving thread
            // sees that we may be asleep, because it looks after it has changed `arrivals`.
            if Self::has_stopped(participant) {
                break;
            }
            park(platform, &self.arrivals, arrivals, None);
        }
        self.coordinator_asleep.store(0, Ordering::SeqCst);
    }

    fn announce(&self, platform: &'static dyn Platform) {
        self.arrivals.fetch_add(1, Ordering::SeqCst);
        if self.coordinator_asleep.load(Ordering::SeqCst) != 0 {
            unpark(platform, &self.arrivals, 1);
        }
    }

    /// Marks the coordinator's own participant as stopped.
    pub(crate) fn stop_self(&self, participant: &Participant) {
        participant.state.store(STOPPED, Ordering::SeqCst);
    }

    /// Stops until released. The caller saw [`Participant::pause_wanted`] and has published what a pause reads. `meanwhile`
    /// is called while the thread would only spin; it may do some of the pause's work and says whether it did.
    pub(crate) fn stop(
        &self,
        participant: &Participant,
        platform: &'static dyn Platform,
        spins_at_most: u32,
        mut meanwhile: impl FnMut() -> bool,
    ) {
        participant.state.store(STOPPED, Ordering::SeqCst);
        self.announce(platform);
        let mut spins = 0;
        loop {
            let state = participant.state.load(Ordering::SeqCst);
            if state & !ASLEEP != STOPPED {
                return;
            }
            if meanwhile() {
                spins = 0;
                continue;
            }
            spins += 1;
            if spins < spins_at_most {
                spin_pause();
                continue;
            }
            if state == STOPPED
                && participant
                    .state
                    .compare_exchange(STOPPED, STOPPED | ASLEEP, Ordering::SeqCst, Ordering::SeqCst)
                    .is_err()
            {
                continue;
            }
            park(platform, &participant.state, STOPPED | ASLEEP, None);
        }
    }

    /// The thread is about to block and has published what a pause reads.
    pub(crate) fn enter_blocking(&self, participant: &Participant, platform: &'static dyn Platform) {
        participant.state.swap(BLOCKED, Ordering::SeqCst);
        if participant.poll.load(Ordering::SeqCst) & POLL_PAUSE != 0 {
            self.announce(platform);
        }
    }

    /// The thread wants to run again; waits for the end of a pause that holds it.
    pub(crate) fn leave_blocking(&self, participant: &Participant, platform: &'static dyn Platform) {
        let mut spins = 0;
        loop {
            match participant.state.compare_exchange(BLOCKED, RUNNING, Ordering::SeqCst, Ordering::SeqCst) {
                Ok(_) => return,
                Err(HELD) => {
                    spins += 1;
                    if spins < SPINS_CROWDED && cfg!(not(loom)) {
                        spin_pause();
                    } else {
                        let _ = participant.state.compare_exchange(
                            HELD,
                            HELD | ASLEEP,
                            Ordering::SeqCst,
                            Ordering::SeqCst,
                        );
                    }
                }
                Err(_) => {
                    park(platform, &participant.state, HELD | ASLEEP, None);
                }
            }
        }
    }

    /// Lets a participant go on. By the coordinator, once for each it asked.
    pub(crate) fn release(&self, participant: &Participant, platform: &'static dyn Platform) {
        participant.poll.fetch_and(!POLL_PAUSE, Ordering::SeqCst);
        let state = participant.state.load(Ordering::SeqCst);
        let next = if state & !ASLEEP == HELD { BLOCKED } else { RUNNING };
        if participant.state.swap(next, Ordering::SeqCst) & ASLEEP != 0 {
            unpark(platform, &participant.state, 1);
        }
    }

    /// Ends the coordinator's office, after every release.
    pub(crate) fn end(&self) {
        self.busy.store(0, Ordering::SeqCst);
    }
}
