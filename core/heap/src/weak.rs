//! Weak references: one weak cell per object, dereferenced and claimed by compare-and-swap.
//!
//! A weak cell is a heap object of the client's kind with the client's slots, then two raw words: the target, which is not
//! traced, and the status. The status is the epoch in which the cell was dereferenced last, or dead. Dereferencing moves it
//! to the current epoch; the committer may claim the target only if the recorded epoch is older, because what was
//! dereferenced in this epoch may be on a stack that no pause has seen yet. The Gilectomy's weak references used a second
//! count in the same role; stamping the epoch makes the common dereference a load.
//!
//! Invariants: the table's entry owns one count on the cell, so a cell dies after its target. If a claim fails, the target's
//! count stays 1 (0 would mean free to an allocator) and the decrement goes into the next batch (rule 10). The status leaves
//! "dead" never. The interleaving: a dereference and a claim race for one compare-and-swap; whoever loses sees the winner's
//! value.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use threadsnake_hal::Platform;

use crate::client::{AllocationOptions, OutOfMemory};
use crate::geometry::count_of;
use crate::heap::HeapState;
use crate::mutator::Mutator;
use crate::mutex::Mutex;
use crate::object::{ObjectRef, flag};
use crate::sync::{AtomicU64, Ordering};
use crate::weak_status::WeakStatus;

const SHARDS: usize = 16;
/// Raw bytes of a weak cell.
const CELL_RAW_BYTES: usize = 16;
const TARGET_OFFSET: usize = 0;
const STATUS_OFFSET: usize = 8;

/// From an object to its weak cell.
pub(crate) struct WeakTable {
    shards: [Mutex<BTreeMap<usize, usize>>; SHARDS],
}

/// What came of a claim.
pub(crate) enum Claim {
    /// It was dereferenced in this epoch and lives on.
    Dereferenced,
    /// It is dead; this is the cell whose count the table owned.
    Dead(ObjectRef),
    /// It has no weak cell.
    None,
}

impl WeakTable {
    pub(crate) fn new(platform: &'static dyn Platform) -> WeakTable {
        WeakTable { shards: core::array::from_fn(|_| Mutex::new(platform, BTreeMap::new())) }
    }

    fn shard(&self, target: usize) -> &Mutex<BTreeMap<usize, usize>> {
        &self.shards[(target >> 4 ^ target >> 12) % SHARDS]
    }

    pub(crate) fn cell_of(&self, target: usize) -> Option<ObjectRef> {
        let cell = *self.shard(target).lock().get(&target)?;
        // SAFETY: the table owns a count on the cell, or the cell is young and its creator holds it.
        Some(unsafe { ObjectRef::from_address(cell) })
    }

    /// Claims an object for death.
    pub(crate) fn claim(&self, target: usize, epoch: u64) -> Claim {
        let mut shard = self.shard(target).lock();
        let Some(&cell) = shard.get(&target) else {
            return Claim::None;
        };
        // SAFETY: as in `cell_of`.
        let cell = unsafe { ObjectRef::from_address(cell) };
        if !status_of(&cell).claim(epoch) {
            return Claim::Dereferenced;
        }
        shard.remove(&target);
        Claim::Dead(cell)
    }

    /// All entries. The world is stopped.
    pub(crate) fn entries(&self) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        for shard in &self.shards {
            all.extend(shard.lock().iter().map(|(target, cell)| (*target, *cell)));
        }
        all
    }
}

/// The status of a weak cell.
fn status_of(cell: &ObjectRef) -> WeakStatus<'_> {
    // SAFETY: a weak cell has two raw words, always used as atomics.
    WeakStatus(unsafe { cell.raw::<AtomicU64>(STATUS_OFFSET) })
}

/// The target of a weak cell, dead or alive.
fn target_of(cell: &ObjectRef) -> usize {
    // SAFETY: as above.
    unsafe { cell.raw::<AtomicU64>(TARGET_OFFSET) }.load(Ordering::Relaxed) as usize
}

impl HeapState {
    /// Whether an object is a weak cell.
    pub(crate) fn is_weak_cell(&self, object: ObjectRef) -> bool {
        object.kind() == self.configuration.weak_cell_kind
    }
}

impl Mutator {
    /// The weak cell of an object, made if there is none. A safepoint.
    pub fn weak_cell(&self, object: ObjectRef) -> Result<ObjectRef, OutOfMemory> {
        let heap = &*self.heap;
        if object.flags() & flag::HAS_WEAK != 0
            && let Some(cell) = heap.weak.cell_of(object.address())
        {
            return Ok(cell);
        }
        let configuration = &heap.configuration;
        // The object must outlive a pause within the allocation even where no stack is scanned.
        let mut keep = self.scratch();
        keep.push(object.word())?;
        let cell = self.allocate(
            configuration.weak_cell_kind,
            configuration.weak_cell_shape,
            configuration.weak_cell_slots,
            CELL_RAW_BYTES,
            AllocationOptions::NONE,
        )?;
        drop(keep);
        // SAFETY: a weak cell's raw words; nobody else sees it yet.
        unsafe {
            cell.raw::<AtomicU64>(TARGET_OFFSET).store(object.word(), Ordering::Relaxed);
            cell.raw::<AtomicU64>(STATUS_OFFSET).store(WeakStatus::alive_in(heap.epoch()), Ordering::Relaxed);
        }
        if object.is_shared() {
            self.publish(cell.word());
        }
        {
            let mut shard = heap.weak.shard(object.address()).lock();
            if let Some(&other) = shard.get(&object.address()) {
                // Another thread was faster; our cell dies young.
                // SAFETY: as in `cell_of`.
                return Ok(unsafe { ObjectRef::from_address(other) });
            }
            shard.insert(object.address(), cell.address());
            object.flags.fetch_or(flag::HAS_WEAK, Ordering::AcqRel);
        }
        // SAFETY: the owner, with no other borrow.
        let local = unsafe { self.local() };
        local.log.push_increment(cell.address());
        // SAFETY: the caller holds the object. Whether it is young does not change while it is held.
        if unsafe { count_of(object.address()) }.load(Ordering::Relaxed) == 0 {
            local.young_weak.push(object.address());
        }
        Ok(cell)
    }

    /// What a weak cell refers to, if it is alive. It stays so until this thread's next safepoint at least.
    #[inline]
    pub fn weak_get(&self, cell: ObjectRef) -> Option<ObjectRef> {
        debug_assert!(self.heap.is_weak_cell(cell));
        if status_of(&cell).dereference(self.heap.epoch()) {
            // SAFETY: not dead, and not claimable before the next pause.
            Some(unsafe { ObjectRef::from_address(target_of(&cell)) })
        } else {
            None
        }
    }

    /// Whether what a weak cell refers to is dead. Says nothing lasting otherwise.
    pub fn weak_is_dead(&self, cell: ObjectRef) -> bool {
        status_of(&cell).is_dead()
    }
}

/// The target of a weak cell with the world stopped, if it is alive.
pub(crate) fn stopped_target(cell: ObjectRef) -> Option<ObjectRef> {
    let alive = !status_of(&cell).is_dead();
    // SAFETY: alive, and nothing dies while the world is stopped and the ledger held.
    alive.then(|| unsafe { ObjectRef::from_address(target_of(&cell)) })
}
