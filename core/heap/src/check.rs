//! The checker: walks the whole heap in a pause and recomputes every count.
//!
//! A cell's count must be what its holders add up to: slots of mature objects (and what is left of dying ones), root records,
//! pending decrements (old values, each still counted), the queues, and the weak table. Nothing reachable may be free, dying
//! or poisoned.
//!
//! Under stress this runs in every pause, so it makes one walk in address order: a cell's number ([`crate::inventory`]) says where
//! what its holders add up to is noted, and what a reference demands of its target (that it lives, that it is shared) is noted there
//! too and looked at when all holders have been seen. Who the holder was is found out only if something is wrong.
//!
//! Invariant: runs with the world stopped and the ledger held, after a pause's own work. Nothing is carried over from one check to
//! the next but memory.

use alloc::format;
use alloc::string::String;

use crate::block::{Block, count, state};
use crate::committer::Ledger;
use crate::epoch::commit_segment;
use crate::geometry::{chunk_of, count_of};
use crate::heap::HeapState;
use crate::inventory::{Inventory, Run, demand};
use crate::object::{HEADER_BYTES, ObjectRef, SMALL_SLOTS, flag, is_reference};
use crate::sync::Ordering;

/// Blocks whose counts and headers are read before what they refer to: so many reads that miss the cache are under way together.
const READ_AHEAD: usize = 16;

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
    #[inline(never)]
    fn check(&self, ledger: &Ledger) -> Result<(), String> {
        if self.counters.corruptions() > 0 {
            return Err(format!("{} impossible counts were met", self.counters.corruptions()));
        }
        if ledger.batches.len() > 2 {
            return Err(format!("{} batches are unfinished", ledger.batches.len()));
        }
        let mut inventory = self.inventory.lock();
        let inventory = &mut *inventory;
        self.take_inventory(inventory)?;
        self.note_dying(ledger, inventory)?;
        self.note_edges(inventory)?;
        self.note_other_holders(ledger, inventory)?;
        self.compare(inventory)
    }

    /// Lists all cells.
    fn take_inventory(&self, inventory: &mut Inventory) -> Result<(), String> {
        inventory.clear();
        let mut problem = None;
        let mut entered = |block: &Block, is_new: bool| {
            let start = block.start();
            let is_mapped = self.map.find(start).is_some_and(|chunk| chunk.address() == chunk_of(start));
            if !is_new || !is_mapped {
                problem
                    .get_or_insert_with(|| format!("the block at {start:#x} is in no map, or listed twice"));
            }
        };
        self.for_each_block(|block| entered(block, inventory.enter_block(block)));
        for block in self.large.iterate() {
            entered(block, inventory.enter_span(block));
        }
        inventory.number_cells();
        problem.map_or(Ok(()), Err)
    }

    /// Marks what is on the worklist: a count says only "dying".
    fn note_dying(&self, ledger: &Ledger, inventory: &mut Inventory) -> Result<(), String> {
        let mut next = ledger.dying;
        while next != 0 {
            let Some(cell) = inventory.find(next) else {
                return Err(format!("{next:#x} is on the worklist, but is no cell"));
            };
            if cell.demands & demand::DYING != 0 {
                return Err(format!("{next:#x} is on the worklist twice"));
            }
            cell.demands |= demand::DYING;
            // SAFETY: a dying object's memory is intact.
            let object = unsafe { ObjectRef::from_address(next) };
            next = object.shape.load(Ordering::Relaxed) as usize;
        }
        Ok(())
    }

    /// Counts what the slots of all objects hold.
    fn note_edges(&self, inventory: &mut Inventory) -> Result<(), String> {
        let mut last_shape = 0;
        for first in (0..inventory.run_count()).step_by(READ_AHEAD) {
            let end = inventory.run_count().min(first + READ_AHEAD);
            (first..end).for_each(|run| inventory.run(run).touch());
            for run in first..end {
                let run = inventory.run(run);
                for (address, number) in run.cells() {
                    // SAFETY: a cell of a mapped block.
                    let value = unsafe { count_of(address) }.load(Ordering::Relaxed);
                    let cell = inventory.cell(number);
                    cell.count = value;
                    if value != count::FREE {
                        // SAFETY: its count says there is an object.
                        cell.flags = unsafe { ObjectRef::from_address(address) }.flags();
                    }
                }
            }
            for run in first..end {
                let run = inventory.run(run);
                for (address, number) in run.cells() {
                    self.note_edges_of(inventory, &run, address, number, &mut last_shape)?;
                }
            }
        }
        Ok(())
    }

    #[inline]
    fn note_edges_of(
        &self,
        inventory: &mut Inventory,
        run: &Run,
        address: usize,
        number: usize,
        last_shape: &mut u64,
    ) -> Result<(), String> {
        let cell = inventory.cell(number);
        let (value, flags) = (cell.count, cell.flags);
        let mut from = 0;
        if value == count::FREE {
            return Ok(());
        }
        let is_dying = value == count::DYING;
        if is_dying {
            if cell.demands & demand::DYING == 0 {
                return Err(format!("{address:#x} is dying, but not on the worklist"));
            }
            if flags & flag::LARGE != 0 {
                // SAFETY: a large object's header lies in its span's first chunk.
                let block = unsafe { crate::block::block_header(address) };
                from = block.resume.load(Ordering::Relaxed) as usize;
            }
        }
        // SAFETY: its count says there is an object.
        let object = unsafe { ObjectRef::from_address(address) };
        let slots = object.slot_count();
        let capacity = if flags & flag::LARGE != 0 {
            crate::block::object_capacity(&object)
        } else {
            run.cell_bytes as usize
        };
        if slots * 8 + HEADER_BYTES > capacity {
            return Err(format!("{address:#x} has {slots} slots, more than fit"));
        }
        // What is left of a dying object refers to what lives, too.
        let mut demands = demand::LIVE;
        if !is_dying {
            let wanted = if slots <= SMALL_SLOTS { flag::UNLOGGED } else { flag::SLOTLOG };
            if flags & (flag::UNLOGGED | flag::SLOTLOG) != wanted {
                return Err(format!("{address:#x} is mature, but its flags are {flags:#x}"));
            }
            let shape = object.shape.load(Ordering::Relaxed);
            // The demand on the last one's shape is noted already.
            if shape != *last_shape && is_reference(shape) {
                *last_shape = shape;
                match inventory.find(shape as usize) {
                    Some(target) => target.demands |= demand::LIVE,
                    None => return Err(self.no_cell(address, shape as usize)),
                }
            }
            if flags & flag::SHARED != 0 {
                demands |= demand::SHARED;
            }
        }
        for slot in from..slots {
            // SAFETY: below the slot count, and within the cell, as was just tested.
            let word = unsafe { object.slot_unchecked(slot) };
            if !is_reference(word) {
                continue;
            }
            match inventory.find(word as usize) {
                Some(target) => {
                    target.held += 1;
                    target.demands |= demands;
                }
                None => return Err(self.no_cell(address, word as usize)),
            }
        }
        Ok(())
    }

    /// Counts what else holds references.
    fn note_other_holders(&self, ledger: &Ledger, inventory: &mut Inventory) -> Result<(), String> {
        for &address in &ledger.rooted {
            self.hold(inventory, "a root", address, demand::LIVE)?;
        }
        let mut problem = Ok(());
        let mut pending = |address: usize| {
            let held = self.hold(inventory, "a pending decrement", address, 0);
            if held.is_err() {
                problem = held;
            }
            true
        };
        for batch in &ledger.batches {
            let current = batch.current.iter().map(|(segment, position)| (&**segment, *position));
            for (segment, position) in batch.segments.iterate().map(|segment| (segment, 0)).chain(current) {
                commit_segment(segment, position, &mut pending);
            }
        }
        for segment in ledger.deferred.segments() {
            commit_segment(segment, 0, &mut pending);
        }
        for &cell in &ledger.pending {
            pending(cell);
        }
        problem?;
        for queue in [&self.finalizers.finalizable, &self.finalizers.dead_cells] {
            let queue = queue.lock();
            for &address in queue.ready.iter().chain(&queue.incoming) {
                self.hold(inventory, "a finalizer's queue", address, demand::LIVE)?;
            }
        }
        for (target, cell) in self.weak.entries() {
            match inventory.find(target) {
                Some(target) => target.demands |= demand::LIVE,
                None => return Err(format!("the weak table has an entry for {target:#x}, which is no cell")),
            }
            self.hold(inventory, "the weak table", cell, demand::LIVE)?;
        }
        Ok(())
    }

    fn hold(
        &self,
        inventory: &mut Inventory,
        holder: &str,
        address: usize,
        demands: u8,
    ) -> Result<(), String> {
        match inventory.find(address) {
            Some(cell) => {
                cell.held += 1;
                cell.demands |= demands;
                Ok(())
            }
            None => Err(format!("{holder} refers to {address:#x}, which is no cell")),
        }
    }

    /// Compares what all holders add up to and demand with what the cells say.
    fn compare(&self, inventory: &Inventory) -> Result<(), String> {
        for (number, cell) in inventory.all_cells().iter().enumerate() {
            let (value, held) = (cell.count, cell.held);
            let is_dead = value == count::FREE || value == count::DYING;
            let right = match value {
                count::STUCK => true,
                count::DYING => held == 0,
                exact => u32::from(exact) == held,
            };
            let is_wanted = is_dead && cell.demands & demand::LIVE != 0;
            let is_private = cell.demands & demand::SHARED != 0 && cell.flags & flag::SHARED == 0;
            if right && !is_wanted && !is_private {
                continue;
            }
            let address = inventory.address(number);
            return Err(if is_wanted {
                let state = if value == count::FREE { "free" } else { "dying" };
                format!("{} refers to {address:#x}, which is {state}", holder_of(inventory, address, false))
            } else if is_private {
                let holder = holder_of(inventory, address, true);
                format!("{holder} is shared, but {address:#x}, to which it refers, is not")
            } else {
                format!("{address:#x} has count {value}, but {held} references")
            });
        }
        Ok(())
    }

    /// What is wrong with a reference that leads to no cell.
    #[cold]
    #[inline(never)]
    fn no_cell(&self, holder: usize, address: usize) -> String {
        match self.resolve(address) {
            Some((block, cell)) if cell != address && block.state.load(Ordering::Relaxed) != state::FREE => {
                format!("{holder:#x} refers to {address:#x}, inside a cell")
            }
            _ => format!("{holder:#x} refers to {address:#x}, which is no cell"),
        }
    }

    /// Under stress, makes sure that an address about to be counted is one of a cell.
    #[inline]
    pub(crate) fn assert_cell(&self, address: usize) {
        if self.configuration.stress_seed.is_some() {
            let found = self.resolve(address).map(|(_, cell)| cell);
            assert!(found == Some(address), "heap check: a reference to {address:#x}, which is no object");
        }
    }
}

/// An object that refers to the one at `address`, for a message.
#[cold]
#[inline(never)]
fn holder_of(inventory: &Inventory, address: usize, shared: bool) -> String {
    for run in (0..inventory.run_count()).map(|run| inventory.run(run)) {
        for (holder, number) in run.cells() {
            let Some(cell) = inventory.all_cells().get(number) else {
                continue;
            };
            if cell.count == count::FREE || (shared && cell.flags & flag::SHARED == 0) {
                continue;
            }
            // SAFETY: its count says there is an object, whose slots fit, as was tested.
            let object = unsafe { ObjectRef::from_address(holder) };
            let is_shape =
                cell.count != count::DYING && object.shape.load(Ordering::Relaxed) as usize == address;
            if is_shape || (0..object.slot_count()).any(|slot| object.slot(slot) as usize == address) {
                return format!("{holder:#x}");
            }
        }
    }
    "a root, a queue or the weak table".into()
}
