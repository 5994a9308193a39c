//! The hostile settings: random short epochs, poisoned cells, failing allocations, yields in racy windows.
//!
//! Invariant: nothing here changes what a correct program sees, but for allocations that fail when asked to. Randomness comes
//! from the configuration's seed and the thread's number, so a single-threaded run repeats exactly.

use crate::block::Block;
use crate::client::{HeapConfiguration, OutOfMemory};
use crate::heap::HeapState;
use crate::mutator::Mutator;
use crate::object::{HEADER_BYTES, ObjectRef};
use crate::sync::Ordering;

/// A word that looks like a reference and is none.
pub(crate) const POISON: u64 = 0x0000_DEAD_DEAD_DEA0;

/// One thread's random numbers and countdowns.
pub(crate) struct StressState {
    random: u64,
    until_epoch: u32,
    until_failure: u32,
}

impl StressState {
    pub(crate) fn new(configuration: &HeapConfiguration, thread: u64) -> Option<StressState> {
        let seed = configuration.stress_seed?;
        let random = (seed ^ thread.wrapping_mul(0x9E37_79B9_7F4A_7C15)) | 1;
        let mut state =
            StressState { random, until_epoch: 1, until_failure: configuration.stress.fail_every };
        state.until_epoch = state.epoch_length(configuration);
        Some(state)
    }

    /// Xorshift (Marsaglia 2003).
    fn next(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    fn epoch_length(&mut self, configuration: &HeapConfiguration) -> u32 {
        let (shortest, longest) = configuration.stress.epoch_allocations;
        // Lengths of every magnitude: a random number of random bits.
        let bits = self.next() % 32;
        let span = longest.saturating_sub(shortest).max(1);
        shortest + ((self.next() >> 33) as u32 & ((1u64 << bits) - 1) as u32) % span
    }
}

impl Mutator {
    /// One allocation under stress: perhaps an epoch, perhaps a failure.
    pub(crate) fn stress_allocation(&self) -> Result<(), OutOfMemory> {
        // SAFETY: the owner, with no other borrow; the borrow ends before the pause below.
        let due = match &mut unsafe { self.local() }.stress {
            None => return Ok(()),
            Some(stress) => {
                let configuration = &self.heap.configuration;
                if configuration.stress.fail_every != 0 {
                    stress.until_failure -= 1;
                    if stress.until_failure == 0 {
                        stress.until_failure = configuration.stress.fail_every;
                        return Err(OutOfMemory);
                    }
                }
                stress.until_epoch = stress.until_epoch.saturating_sub(1);
                if stress.until_epoch == 0 {
                    stress.until_epoch = stress.epoch_length(configuration);
                    true
                } else {
                    false
                }
            }
        };
        if due {
            self.run_epoch();
        }
        Ok(())
    }

    /// Changes how often allocations fail from now on; 0 for never. Needs a stress seed.
    pub fn fail_allocations_every(&self, period: u32) {
        // SAFETY: the owner, with no other borrow.
        if let Some(stress) = &mut unsafe { self.local() }.stress {
            stress.until_failure = period.max(1);
        }
    }
}

impl HeapState {
    /// Whether this pause should trace although nothing demands it.
    pub(crate) fn stress_wants_trace(&self) -> bool {
        let Some(seed) = self.configuration.stress_seed else {
            return false;
        };
        let one_in = u64::from(self.configuration.stress.trace_one_in);
        let mixed = (seed ^ self.epoch()).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        one_in != 0 && mixed.is_multiple_of(one_in)
    }
}

/// Fills the free cells of a swept block.
pub(crate) fn poison_free_cells(block: &Block) {
    let bytes = block.cell_bytes.load(Ordering::Relaxed) as usize;
    for cell in block.cells() {
        if block.in_free_set(cell) {
            poison(cell, cell + bytes);
        }
    }
}

/// Fills a dead object but for its header.
pub(crate) fn poison_object(object: ObjectRef) {
    let end = object.address() + crate::block::object_capacity(&object);
    poison(object.address() + HEADER_BYTES, end);
}

fn poison(from: usize, to: usize) {
    for address in (from..to).step_by(8) {
        // SAFETY: memory of a dead cell, which nobody reads but through a bug.
        unsafe { core::ptr::with_exposed_provenance_mut::<u64>(address).write(POISON) };
    }
}

/// A place where another thread may do harm if a rule is broken: it gets the chance under `--cfg stress`.
#[inline(always)]
pub(crate) fn racy_window() {
    if (cfg!(stress) || cfg!(feature = "fault-injection"))
        && let Some(platform) = threadsnake_hal::installed_platform()
    {
        platform.yield_now();
    }
}
