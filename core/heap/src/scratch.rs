//! Scratch vectors: growable arrays of words that are roots, for native code that would otherwise use a `Vec`.
//!
//! Invariant: while a scratch vector exists it is linked into its mutator's list; a pause reads the list while the thread
//! stands still. So the vector is touched by its own thread only, and never inside `blocking`. Nodes that are done with are
//! kept, empty, for the thread's next vectors: most live for one short call.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::{Cell, UnsafeCell};
use core::ptr::NonNull;

use crate::client::OutOfMemory;
use crate::mutator::Mutator;
use crate::roots::RootVisitor;

/// A link of the list, at a fixed address.
pub(crate) struct ScratchNode {
    words: UnsafeCell<Vec<u64>>,
    next: Cell<*const ScratchNode>,
    previous: Cell<*const ScratchNode>,
}

/// Nodes kept at most, and words that a kept one has room for at most.
const SPARE_NODES: usize = 8;
const SPARE_WORDS: usize = 64;

/// A thread's empty nodes, in no list.
pub(crate) struct Spares {
    nodes: [Cell<Option<Box<ScratchNode>>>; SPARE_NODES],
    count: Cell<usize>,
}

impl Spares {
    pub(crate) fn new() -> Spares {
        Spares { nodes: Default::default(), count: Cell::new(0) }
    }

    #[inline]
    fn take(&self) -> Option<Box<ScratchNode>> {
        let index = self.count.get().checked_sub(1)?;
        self.count.set(index);
        self.nodes.get(index)?.take()
    }

    #[inline]
    fn keep(&self, mut node: Box<ScratchNode>) {
        let words = node.words.get_mut();
        words.clear();
        if words.capacity() <= SPARE_WORDS
            && let Some(place) = self.nodes.get(self.count.get())
        {
            place.set(Some(node));
            self.count.set(self.count.get() + 1);
        }
    }
}

/// A growable array of words, all of them roots. It may be moved; it belongs to its thread.
pub struct Scratch<'m> {
    mutator: &'m Mutator,
    /// Owned; not a `Box`, because pauses reach the node through the list too.
    node: NonNull<ScratchNode>,
}

impl Mutator {
    /// An empty scratch vector.
    pub fn scratch(&self) -> Scratch<'_> {
        let next = self.scratch.get();
        let node = self.scratch_spares.take().unwrap_or_else(|| {
            Box::new(ScratchNode {
                words: UnsafeCell::new(Vec::new()),
                next: Cell::new(core::ptr::null()),
                previous: Cell::new(core::ptr::null()),
            })
        });
        node.next.set(next);
        node.previous.set(core::ptr::null());
        let node = NonNull::from(Box::leak(node));
        // SAFETY: nodes in the list are alive (they leave it when dropped).
        if let Some(next) = unsafe { next.as_ref() } {
            next.previous.set(node.as_ptr());
        }
        self.scratch.set(node.as_ptr());
        Scratch { mutator: self, node }
    }

    /// Visits every word of every scratch vector. The owner stands still.
    pub(crate) fn visit_scratch(&self, visitor: &mut RootVisitor<'_, '_>) {
        let mut place = self.scratch.get();
        // SAFETY: nodes in the list are alive, and their owner stands still outside any method of `Scratch`.
        while let Some(node) = unsafe { place.as_ref() } {
            // SAFETY: as above.
            visitor.visit_slice(unsafe { &*node.words.get() });
            place = node.next.get();
        }
    }
}

impl Scratch<'_> {
    fn node(&self) -> &ScratchNode {
        // SAFETY: the node lives until `self` is dropped.
        unsafe { self.node.as_ref() }
    }

    fn words(&self) -> &Vec<u64> {
        // SAFETY: only this thread touches it, and `&self` excludes `words_mut`.
        unsafe { &*self.node().words.get() }
    }

    fn words_mut(&mut self) -> &mut Vec<u64> {
        // SAFETY: only this thread touches it while it runs.
        unsafe { &mut *self.node().words.get() }
    }

    /// Adds a word at the end.
    #[inline]
    pub fn push(&mut self, word: u64) -> Result<(), OutOfMemory> {
        let words = self.words_mut();
        if words.len() == words.capacity() {
            words.try_reserve(1).map_err(|_| OutOfMemory)?;
        }
        words.push(word);
        Ok(())
    }

    /// Adds words at the end.
    pub fn extend_from_slice(&mut self, more: &[u64]) -> Result<(), OutOfMemory> {
        let words = self.words_mut();
        words.try_reserve(more.len()).map_err(|_| OutOfMemory)?;
        words.extend_from_slice(more);
        Ok(())
    }

    /// Adds those of `count` words that are not 0. `word` must not touch the vector, and reaches no safepoint.
    #[inline]
    pub fn extend_nonzero(&mut self, count: usize, word: impl Fn(usize) -> u64) -> Result<(), OutOfMemory> {
        let words = self.words_mut();
        words.try_reserve(count).map_err(|_| OutOfMemory)?;
        let mut length = words.len();
        let start = words.as_mut_ptr();
        for index in 0..count {
            let word = word(index);
            // SAFETY: room for `count` more words was reserved, and at most one is added for each index.
            unsafe { start.add(length).write(word) };
            length += (word != 0) as usize;
        }
        // SAFETY: all words below `length` are written.
        unsafe { words.set_len(length) };
        Ok(())
    }

    /// Makes it `length` long, filling with `word`.
    pub fn resize(&mut self, length: usize, word: u64) -> Result<(), OutOfMemory> {
        let words = self.words_mut();
        let more = length.saturating_sub(words.len());
        words.try_reserve(more).map_err(|_| OutOfMemory)?;
        words.resize(length, word);
        Ok(())
    }

    /// Makes room for so many more words.
    pub fn reserve(&mut self, more: usize) -> Result<(), OutOfMemory> {
        self.words_mut().try_reserve(more).map_err(|_| OutOfMemory)
    }

    /// Takes the last word away.
    pub fn pop(&mut self) -> Option<u64> {
        self.words_mut().pop()
    }

    /// Shortens it.
    pub fn truncate(&mut self, length: usize) {
        self.words_mut().truncate(length);
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.words_mut().clear();
    }

    /// Reverses the order of the words.
    pub fn reverse(&mut self) {
        self.words_mut().reverse();
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.words().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.words().is_empty()
    }

    /// A word.
    pub fn get(&self, index: usize) -> Option<u64> {
        self.words().get(index).copied()
    }

    /// Replaces a word; false if there is none at `index`.
    pub fn set(&mut self, index: usize, word: u64) -> bool {
        match self.words_mut().get_mut(index) {
            Some(place) => {
                *place = word;
                true
            }
            None => false,
        }
    }

    /// All words. Not to be held over a call that changes the vector.
    pub fn as_slice(&self) -> &[u64] {
        self.words()
    }

    /// All words, to be permuted or replaced. A pause must not happen meanwhile: no safepoint while this is borrowed.
    pub fn as_mut_slice(&mut self) -> &mut [u64] {
        self.words_mut()
    }
}

impl core::ops::Index<usize> for Scratch<'_> {
    type Output = u64;
    fn index(&self, index: usize) -> &u64 {
        &self.words()[index]
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        let next = self.node().next.get();
        let previous = self.node().previous.get();
        // SAFETY: neighbours in the list are alive.
        match unsafe { previous.as_ref() } {
            Some(previous) => previous.next.set(next),
            None => self.mutator.scratch.set(next),
        }
        // SAFETY: as above.
        if let Some(next) = unsafe { next.as_ref() } {
            next.previous.set(previous);
        }
        // SAFETY: made by `Box::leak` in `Mutator::scratch`; out of the list now.
        self.mutator.scratch_spares.keep(unsafe { Box::from_raw(self.node.as_ptr()) });
    }
}
