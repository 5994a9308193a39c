//! What the heap is told by the engine above it: how to find roots, how to destroy native memory, and its settings.
//!
//! Invariant: the heap calls the client only with the world stopped (`scan_*`) or from an allocating thread or the
//! committer (`drop_native`, `epoch_finished`, `committer_rests`), and never holds a lock then that the client could want.

use crate::object::ObjectRef;
use crate::roots::RootVisitor;

/// What the engine supplies.
///
/// # Safety
/// The scans visit every reference of the thread, or of the globals, that no heap object, scratch vector, native stack
/// or register holds. `drop_native` frees what the raw tail owns and nothing else; it tolerates a raw tail that is still
/// all zero. None of them allocates from the heap, waits for a thread that uses it, or unwinds.
pub unsafe trait Client: Sync {
    /// The exact roots of one stopped thread: interpreter frames, pending exception. May run on another thread.
    fn scan_thread(&self, client_thread: *const (), visitor: &mut RootVisitor<'_, '_>);

    /// The exact roots that belong to no thread.
    fn scan_globals(&self, visitor: &mut RootVisitor<'_, '_>);

    /// Runs the destructor of what the raw tail of an object allocated with
    /// [`AllocationOptions::NATIVE_MEMORY`](crate::AllocationOptions::NATIVE_MEMORY) owns.
    ///
    /// # Safety
    /// The object is dead; this is called once for it. Its slots must not be read.
    unsafe fn drop_native(&self, object: ObjectRef);

    /// An epoch is over. May only set flags.
    fn epoch_finished(&self) {}

    /// Called on the committer's thread when it has nothing left to do: after each epoch, and ten times a second. No lock is held and
    /// threads run.
    fn committer_rests(&self) {}
}

/// The heap's settings.
#[derive(Clone, Debug)]
pub struct HeapConfiguration {
    /// Bytes that the first thread allocates before an epoch ends, at least, and twice those of each other; adapted up to 64 MiB while
    /// much survives and there is much to keep.
    pub share_bytes: usize,
    /// Bytes before the first epoch ends, if more: what a client allocates to begin with is nearly all kept, and counting it once is
    /// enough.
    pub first_share_bytes: usize,
    /// The most the heap may have in use; beyond it allocation fails.
    pub maximum_bytes: Option<usize>,
    /// Whether a thread of its own commits decrements. Without it pauses do.
    pub committer: bool,
    /// Random short epochs, poisoned cells and the checker in every pause, from this seed.
    pub stress_seed: Option<u64>,
    /// How hard the stress is, if a seed is given.
    pub stress: StressConfiguration,
    /// Whether times and counts are gathered.
    pub statistics: bool,
    /// Slots of a weak cell that belong to the client (callback lists).
    pub weak_cell_slots: usize,
    /// The kind of weak cells; no other object may have it.
    pub weak_cell_kind: u8,
    /// The shape word of weak cells.
    pub weak_cell_shape: u64,
    /// Whether native stacks are scanned conservatively. Without it, roots are only what the client, scratch vectors and
    /// the heap's own queues name: for tests under Miri, which has no stack to scan.
    pub scan_stacks: bool,
    /// Nanoseconds between epochs while finalizable objects exist.
    pub finalizer_interval_nanoseconds: u64,
    /// Bytes of mature objects below which no backup trace starts by itself.
    pub trace_floor_bytes: usize,
}

/// The hostile settings of the stress build.
#[derive(Clone, Debug)]
pub struct StressConfiguration {
    /// Cells used of each block.
    pub cells_per_block: u32,
    /// Shortest and longest epoch, in allocations of one thread.
    pub epoch_allocations: (u32, u32),
    /// Every n-th allocation fails, if not 0.
    pub fail_every: u32,
    /// One pause in so many traces, if not 0.
    pub trace_one_in: u32,
    /// Whether the checker runs in every pause.
    pub check: bool,
    /// Whether a failed check panics; otherwise [`Mutator::debug_check`](crate::Mutator::debug_check) reports it.
    pub panic_on_failure: bool,
}

impl Default for StressConfiguration {
    fn default() -> StressConfiguration {
        if cfg!(stress) {
            StressConfiguration {
                cells_per_block: 5,
                epoch_allocations: (3, 1000),
                fail_every: 0,
                trace_one_in: 16,
                check: true,
                panic_on_failure: true,
            }
        } else {
            StressConfiguration {
                cells_per_block: 64,
                epoch_allocations: (3, 1000),
                fail_every: 0,
                trace_one_in: 16,
                check: true,
                panic_on_failure: true,
            }
        }
    }
}

impl Default for HeapConfiguration {
    fn default() -> HeapConfiguration {
        HeapConfiguration {
            share_bytes: 384 << 10,
            first_share_bytes: 0,
            maximum_bytes: None,
            committer: true,
            stress_seed: if cfg!(stress) { Some(0x9E37_79B9_7F4A_7C15) } else { None },
            stress: StressConfiguration::default(),
            statistics: false,
            weak_cell_slots: 1,
            weak_cell_kind: u8::MAX,
            weak_cell_shape: 0,
            scan_stacks: !cfg!(miri),
            finalizer_interval_nanoseconds: 100_000_000,
            trace_floor_bytes: 32 << 20,
        }
    }
}

/// There is no memory: the heap's limit is reached, or the platform has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

impl core::fmt::Display for OutOfMemory {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("out of memory")
    }
}

impl core::error::Error for OutOfMemory {}

/// How an object is allocated. A set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AllocationOptions(u8);

impl AllocationOptions {
    /// Nothing special.
    pub const NONE: AllocationOptions = AllocationOptions(0);
    /// Its count never moves; only the backup trace frees it. For what shape words refer to.
    pub const STUCK: AllocationOptions = AllocationOptions(1);
    /// Its raw tail owns native memory: [`Client::drop_native`] runs before the cell is used again.
    pub const NATIVE_MEMORY: AllocationOptions = AllocationOptions(2);
    /// It comes to the finalizer queue before it dies.
    pub const FINALIZABLE: AllocationOptions = AllocationOptions(4);

    /// Whether no option is set.
    #[inline(always)]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` is set.
    #[inline(always)]
    pub const fn contains(self, other: AllocationOptions) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets together.
    #[inline(always)]
    pub const fn union(self, other: AllocationOptions) -> AllocationOptions {
        AllocationOptions(self.0 | other.0)
    }
}

impl core::ops::BitOr for AllocationOptions {
    type Output = AllocationOptions;
    fn bitor(self, other: AllocationOptions) -> AllocationOptions {
        self.union(other)
    }
}
