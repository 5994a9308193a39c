//! Roots: what threads hold outside the heap, found while they stand still.
//!
//! Interpreter frames, scratch vectors and globals are visited exactly; native stacks and registers conservatively: any word
//! that points into a live cell, interior pointers included, keeps it (Boehm; Shahriyar, Blackburn and McKinley, "Fast
//! Conservative Garbage Collection", OOPSLA 2014). A one-past-the-end pointer belongs to the next cell (rule 12).
//!
//! Invariants: live means count above 0 and not dying, or young. A stale word therefore never revives a dead cell. Each
//! object that is a root is counted once per pause whatever the number of words that refer to it, and not again while it
//! stays one (rule 1): two rooted bits per cell, by pause parity.

use crate::block::{Block, count};
use crate::epoch::Worker;
use crate::fault::{Fault, on};
use crate::geometry::{count_of, rooted_bit};
use crate::mutator::Mutator;
use crate::object::is_reference;
use crate::sync::Ordering;

/// Takes roots from a client.
pub struct RootVisitor<'a, 'h> {
    worker: &'a mut Worker<'h>,
}

impl<'a, 'h> RootVisitor<'a, 'h> {
    pub(crate) fn new(worker: &'a mut Worker<'h>) -> RootVisitor<'a, 'h> {
        RootVisitor { worker }
    }

    /// A word the client holds. If it has the form of a reference, it must be one, to a live object.
    #[inline]
    pub fn visit(&mut self, word: u64) {
        if is_reference(word) {
            self.worker.exact_root(word as usize);
        }
    }

    /// Several such words.
    pub fn visit_slice(&mut self, words: &[u64]) {
        for &word in words {
            self.visit(word);
        }
    }

    /// A word that may be anything: stale, interior, or no pointer at all.
    pub fn visit_conservatively(&mut self, word: u64) {
        self.worker.conservative_root(word as usize);
    }
}

impl Worker<'_> {
    fn exact_root(&mut self, address: usize) {
        if self.heap.configuration.stress_seed.is_some() {
            let found = self.heap.resolve(address);
            let alive = found.is_some_and(|(block, cell)| cell == address && self.is_live(block, cell));
            assert!(alive, "heap check: an exact root refers to no live object: {address:#x}");
        }
        self.root(address);
    }

    /// Counts what a word points into, if that is alive.
    pub(crate) fn conservative_root(&mut self, word: usize) {
        if let Some((block, cell)) = self.heap.resolve(word)
            && self.is_live(block, cell)
        {
            self.root(cell);
        }
    }

    /// Whether a cell holds an object that has not been given up.
    pub(crate) fn is_live(&self, block: &Block, cell: usize) -> bool {
        // SAFETY: the cell was resolved, so its chunk is mapped.
        match unsafe { count_of(cell) }.load(Ordering::Relaxed) {
            count::FREE => block.is_young(cell, self.epoch),
            count::DYING => false,
            _ => true,
        }
    }

    /// Records a root and sees to it that it is counted exactly once.
    fn root(&mut self, cell: usize) {
        if self.collect_only {
            self.candidates.push(cell);
            return;
        }
        // SAFETY: the cell is alive, so its chunk is mapped.
        let new = unsafe { rooted_bit(cell, self.parity) };
        // Relaxed: only the bit itself matters, and the stop orders the rest.
        if new.word.fetch_or(new.mask, Ordering::Relaxed) & new.mask != 0 {
            return;
        }
        // SAFETY: as above.
        let old = unsafe { rooted_bit(cell, self.parity + 1) };
        self.rooted.push(cell);
        if old.word.load(Ordering::Relaxed) & old.mask == 0 || on(Fault::RootCountedAgain) {
            self.count_up(cell);
        }
    }

    /// Visits the roots of one thread.
    pub(crate) fn scan_thread(&mut self, mutator: &Mutator) {
        self.scan_exactly(mutator);
        self.scan_native_stack(mutator);
    }

    /// Visits the roots of one thread that are known to be roots.
    pub(crate) fn scan_exactly(&mut self, mutator: &Mutator) {
        let heap = self.heap;
        let mut visitor = RootVisitor::new(self);
        heap.client().scan_thread(mutator.client_thread, &mut visitor);
        mutator.visit_scratch(&mut visitor);
    }

    /// Visits the native stack of one thread.
    pub(crate) fn scan_native_stack(&mut self, mutator: &Mutator) {
        if self.heap.configuration.scan_stacks {
            self.scan_stack(mutator.stack_low.load(Ordering::Relaxed), mutator.stack_high);
        }
    }

    /// Visits the roots that belong to no thread.
    pub(crate) fn scan_globals(&mut self) {
        let heap = self.heap;
        heap.client().scan_globals(&mut RootVisitor::new(self));
    }

    /// Visits every word of a stack range conservatively.
    fn scan_stack(&mut self, low: usize, high: usize) {
        let mut address = low.next_multiple_of(8);
        while address < high {
            let place = core::ptr::with_exposed_provenance::<usize>(address);
            // SAFETY: the words between a thread's published stack pointer and the end of its stack are mapped. Volatile,
            // because a blocked thread may be changing some of them: any value will do.
            let word = unsafe { place.read_volatile() };
            self.conservative_root(word);
            address += 8;
        }
    }
}
