//! The checker: walks the whole heap in a pause and recomputes every count.
//!
//! A cell's count must be what its holders add up to: slots of mature objects (and what is left of dying ones), root records,
//! pending decrements (old values, each still counted), the queues, and the weak table. Nothing reachable may be free, dying
//! or poisoned.
//!
//! Invariant: runs with the world stopped and the ledger held, after a pause's own work.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::block::{Block, count};
use crate::committer::Ledger;
use crate::epoch::commit_segment;
use crate::geometry::count_of;
use crate::heap::HeapState;
use crate::object::{ObjectRef, SMALL_SLOTS, flag, is_reference};
use crate::sync::Ordering;

impl HeapState {
    /// Checks under stress, or when asked to; the result waits in the heap.
    pub(crate) fn check_in_pause(&self, ledger: &Ledger, asked: bool) {
        let stressed = self.configuration.stress_seed.is_some() && self.configuration.stress.check;
        if (asked || stressed)
            && let Err(problem) = self.check(ledger)
        {
            self.check_failure.lock().get_or_insert(problem);
        }
    }

    /// Panics if a stress check failed and nobody is going to ask. After the pause, so that other threads are not held.
    pub(crate) fn report_check_failure(&self) {
        if self.configuration.stress_seed.is_some()
            && self.configuration.stress.panic_on_failure
            && let Some(problem) = &*self.check_failure.lock()
        {
            panic!("heap check in epoch {}: {problem}", self.epoch());
        }
    }

    /// The check itself; the first problem found.
    fn check(&self, ledger: &Ledger) -> Result<(), String> {
        use alloc::format;
        if self.counters.corruptions() > 0 {
            return Err(format!("{} impossible counts were met", self.counters.corruptions()));
        }
        if ledger.batches.len() > 2 {
            return Err(format!("{} batches are unfinished", ledger.batches.len()));
        }
        let mut expected: BTreeMap<usize, u32> = BTreeMap::new();
        let mut add = |address: usize| *expected.entry(address).or_insert(0) += 1;

        // Dying objects: the fields that are left. The list is walked first, because their count says only "dying".
        let mut dying: BTreeMap<usize, usize> = BTreeMap::new();
        let mut next = ledger.dying;
        while next != 0 {
            // SAFETY: a dying object's memory is intact.
            let object = unsafe { ObjectRef::from_address(next) };
            let from = if object.flags() & flag::LARGE != 0 {
                // SAFETY: a large object's header lies in its span's first chunk.
                unsafe { crate::block::block_header(next) }.resume.load(Ordering::Relaxed) as usize
            } else {
                0
            };
            dying.insert(next, from);
            next = object.shape.load(Ordering::Relaxed) as usize;
        }

        // Edges.
        let mut cells: Vec<usize> = Vec::new();
        let mut visit = |_: &Block, cell: usize| cells.push(cell);
        self.for_each_block(|block| block.cells().for_each(|cell| visit(block, cell)));
        for block in self.large.iterate() {
            cells.push(block.start());
        }
        for &cell in &cells {
            // SAFETY: a cell of a mapped block.
            let value = unsafe { count_of(cell) }.load(Ordering::Relaxed);
            let from = match value {
                count::FREE => continue,
                count::DYING => match dying.get(&cell) {
                    Some(from) => *from,
                    None => return Err(format!("{cell:#x} is dying, but not on the worklist")),
                },
                _ => 0,
            };
            // SAFETY: its count says there is an object.
            let object = unsafe { ObjectRef::from_address(cell) };
            if object.slot_count() * 8 + 16 > crate::block::object_capacity(&object) {
                return Err(format!("{cell:#x} has {} slots, more than fit", object.slot_count()));
            }
            if value != count::DYING {
                let wanted = if object.slot_count() <= SMALL_SLOTS { flag::UNLOGGED } else { flag::SLOTLOG };
                if object.flags() & (flag::UNLOGGED | flag::SLOTLOG) != wanted {
                    return Err(format!("{cell:#x} is mature, but its flags are {:#x}", object.flags()));
                }
                let shape = object.shape.load(Ordering::Relaxed);
                if is_reference(shape) {
                    self.check_live(cell, shape as usize)?;
                }
            }
            for slot in from..object.slot_count() {
                let word = object.slot(slot);
                if !is_reference(word) {
                    continue;
                }
                self.check_live(cell, word as usize)?;
                add(word as usize);
                if value != count::DYING && object.is_shared() {
                    // SAFETY: just checked to be alive.
                    if !unsafe { ObjectRef::from_address(word as usize) }.is_shared() {
                        return Err(format!(
                            "{cell:#x} is shared, but what its slot {slot} refers to is not"
                        ));
                    }
                }
            }
        }

        // Other holders.
        for &cell in &ledger.rooted {
            self.check_live(0, cell)?;
            add(cell);
        }
        for batch in &ledger.batches {
            let current = batch.current.iter().map(|(segment, position)| (&**segment, *position));
            for (segment, position) in batch.segments.iterate().map(|segment| (segment, 0)).chain(current) {
                commit_segment(segment, position, |address| {
                    add(address);
                    true
                });
            }
        }
        for segment in ledger.deferred.segments() {
            commit_segment(segment, 0, |address| {
                add(address);
                true
            });
        }
        ledger.pending.iter().for_each(|&cell| add(cell));
        for queue in [&self.finalizers.finalizable, &self.finalizers.dead_cells] {
            let queue = queue.lock();
            for &address in queue.ready.iter().chain(&queue.incoming) {
                self.check_live(1, address)?;
                add(address);
            }
        }
        for (target, cell) in self.weak.entries() {
            self.check_live(2, target)?;
            self.check_live(target, cell)?;
            add(cell);
        }

        for &cell in &cells {
            // SAFETY: a cell of a mapped block.
            let value = unsafe { count_of(cell) }.load(Ordering::Relaxed);
            let held = expected.get(&cell).copied().unwrap_or(0);
            let right = match value {
                count::STUCK => true,
                count::DYING => held == 0,
                exact => u32::from(exact) == held,
            };
            if !right {
                return Err(format!("{cell:#x} has count {value}, but {held} references"));
            }
        }
        Ok(())
    }

    /// Under stress, makes sure that an address about to be counted is one of a cell.
    #[inline]
    pub(crate) fn assert_cell(&self, address: usize) {
        if self.configuration.stress_seed.is_some() {
            let found = self.resolve(address).map(|(_, cell)| cell);
            assert!(found == Some(address), "heap check: a reference to {address:#x}, which is no object");
        }
    }

    fn check_live(&self, holder: usize, address: usize) -> Result<(), String> {
        use alloc::format;
        let Some((_, cell)) = self.resolve(address) else {
            return Err(format!("{holder:#x} refers to {address:#x}, which is no cell"));
        };
        if cell != address {
            return Err(format!("{holder:#x} refers to {address:#x}, inside a cell"));
        }
        // SAFETY: just resolved.
        match unsafe { count_of(cell) }.load(Ordering::Relaxed) {
            count::FREE => Err(format!("{holder:#x} refers to {address:#x}, which is free")),
            count::DYING => Err(format!("{holder:#x} refers to {address:#x}, which is dying")),
            _ => Ok(()),
        }
    }
}
