//! The log: what a thread overwrote in this epoch, and what it asks the next pause to count.
//!
//! Coalescing (Levanoni and Petrank, "An on-the-fly reference-counting garbage collector for Java", 2006): only the first
//! overwrite of a slot in an epoch is logged, with the value the slot held when the epoch began. At the pause the slot's
//! *current* value is counted up; afterwards the same entry tells the committer what to count down. So one list of
//! segments serves both, in that order, and nothing is copied.
//!
//! | first word | words that follow | at the pause | at commit |
//! | --- | --- | --- | --- |
//! | slot address `+ 0` | old value | count up what the slot holds, clear its bit | count down the old value |
//! | object `+ 1`, slot count in the top byte | old values of all its slots | count up what they hold, flag it unlogged | count them down |
//! | slot address `+ 2` | old value | as the first, for an object that spans chunks | the same |
//! | object `+ 3` | | make it mature and stuck | |
//! | object `+ 4` | | count up | |
//! | object `+ 5` | | | count down |
//!
//! Invariant: an entry lies within one segment; whoever won the logged bit wrote the entry before its next safepoint.

use alloc::alloc::Layout;
use alloc::boxed::Box;

use crate::object::SMALL_SLOTS;

/// Words in a segment: 16 KiB with its link.
const SEGMENT_WORDS: usize = 2045;
/// The longest entry.
const LONGEST_ENTRY: usize = 1 + SMALL_SLOTS;

/// A piece of a log.
pub(crate) struct Segment {
    words: heapless::Vec<u64, SEGMENT_WORDS>,
    next: Option<Box<Segment>>,
}

impl Segment {
    /// A fresh segment, or nothing when there is no memory.
    pub(crate) fn allocate() -> Option<Box<Segment>> {
        let layout = Layout::new::<Segment>();
        // SAFETY: the layout is not empty.
        let place = unsafe { alloc::alloc::alloc(layout) }.cast::<Segment>();
        if place.is_null() {
            return None;
        }
        // SAFETY: allocated by the global allocator with the layout of a segment; written before it is owned. The words
        // of an empty vector stay uninitialised.
        unsafe {
            (&raw mut (*place).next).write(None);
            (&raw mut (*place).words).write(heapless::Vec::new());
            Some(Box::from_raw(place))
        }
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }
}

/// What an entry asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry<'a> {
    /// A slot was overwritten; it held `old`.
    Slot { address: usize, old: u64 },
    /// A small object was changed; its slots held `old`.
    Object { object: usize, old: &'a [u64] },
    /// As `Slot`, in an object that spans chunks.
    SpanSlot { address: usize, old: u64 },
    /// A new object that is stuck from its first pause on.
    Stuck { object: usize },
    /// One more reference that no slot holds.
    Increment { object: usize },
    /// One less.
    Decrement { object: usize },
}

const TAG_SLOT: u64 = 0;
const TAG_OBJECT: u64 = 1;
const TAG_SPAN_SLOT: u64 = 2;
const TAG_STUCK: u64 = 3;
const TAG_INCREMENT: u64 = 4;
const TAG_DECREMENT: u64 = 5;

/// Addresses have 48 bits (see the chunk map).
const ADDRESS_MASK: u64 = 0x0000_FFFF_FFFF_FFF8;
const COUNT_SHIFT: u32 = 56;

/// Reads the entry at `position`; the position of the next.
pub(crate) fn read_entry(words: &[u64], position: usize) -> Option<(Entry<'_>, usize)> {
    let first = *words.get(position)?;
    let address = (first & ADDRESS_MASK) as usize;
    let old = words.get(position + 1).copied().unwrap_or(0);
    Some(match first & 7 {
        TAG_SLOT => (Entry::Slot { address, old }, position + 2),
        TAG_SPAN_SLOT => (Entry::SpanSlot { address, old }, position + 2),
        TAG_OBJECT => {
            // Not from the object's header: an earlier entry of this batch may have freed it.
            let slots = (first >> COUNT_SHIFT) as usize;
            (
                Entry::Object { object: address, old: words.get(position + 1..position + 1 + slots)? },
                position + 1 + slots,
            )
        }
        TAG_STUCK => (Entry::Stuck { object: address }, position + 1),
        TAG_INCREMENT => (Entry::Increment { object: address }, position + 1),
        _ => (Entry::Decrement { object: address }, position + 1),
    })
}

/// A list of segments, newest first.
pub(crate) struct Log {
    head: Option<Box<Segment>>,
    /// Kept in hand, because a store cannot fail: taken when a segment is full, replaced at the next allocation.
    spare: Option<Box<Segment>>,
    pub(crate) entries: usize,
}

impl Log {
    pub(crate) const fn new() -> Log {
        Log { head: None, spare: None, entries: 0 }
    }

    /// Sees to a spare segment; false when there is no memory.
    pub(crate) fn refill_spare(&mut self) -> bool {
        if self.spare.is_none() {
            self.spare = Segment::allocate();
        }
        self.spare.is_some()
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let fresh = match Segment::allocate().or_else(|| self.spare.take()) {
            Some(fresh) => fresh,
            // The spare was there when the epoch's allocations began, and a second segment without a single
            // allocation or safepoint in between found no memory at all. A store cannot report that.
            None => alloc::alloc::handle_alloc_error(Layout::new::<Segment>()),
        };
        let previous = self.head.replace(fresh);
        if let Some(head) = &mut self.head {
            head.next = previous;
        }
    }

    #[inline]
    fn room(&mut self) -> &mut heapless::Vec<u64, SEGMENT_WORDS> {
        let fits = self.head.as_ref().is_some_and(|head| head.words.len() + LONGEST_ENTRY <= SEGMENT_WORDS);
        if !fits {
            self.grow();
        }
        self.entries += 1;
        match &mut self.head {
            Some(head) => &mut head.words,
            // `grow` has just put one there.
            None => unreachable!(),
        }
    }

    fn push_one(&mut self, word: u64) {
        // `room` leaves space for the longest entry, so no push below fails.
        let _ = self.room().push(word);
    }

    fn push_two(&mut self, word: u64, old: u64) {
        let words = self.room();
        let _ = words.push(word);
        let _ = words.push(old);
    }

    pub(crate) fn push_slot(&mut self, address: usize, old: u64) {
        self.push_two(address as u64 | TAG_SLOT, old);
    }

    pub(crate) fn push_span_slot(&mut self, address: usize, old: u64) {
        self.push_two(address as u64 | TAG_SPAN_SLOT, old);
    }

    pub(crate) fn push_object(&mut self, object: usize, old: &[u64]) {
        let words = self.room();
        let _ = words.push(object as u64 | TAG_OBJECT | (old.len() as u64) << COUNT_SHIFT);
        let _ = words.extend_from_slice(old);
    }

    pub(crate) fn push_stuck(&mut self, object: usize) {
        self.push_one(object as u64 | TAG_STUCK);
    }

    pub(crate) fn push_increment(&mut self, object: usize) {
        self.push_one(object as u64 | TAG_INCREMENT);
    }

    pub(crate) fn push_decrement(&mut self, object: usize) {
        self.push_one(object as u64 | TAG_DECREMENT);
    }

    /// The segments, newest first; the log is empty afterwards.
    pub(crate) fn take(&mut self) -> Segments {
        self.entries = 0;
        Segments { head: self.head.take() }
    }

    /// What the log holds, for reading.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &Segment> {
        core::iter::successors(self.head.as_deref(), |segment| segment.next.as_deref())
    }
}

/// Segments taken from a log.
pub(crate) struct Segments {
    head: Option<Box<Segment>>,
}

impl Segments {
    pub(crate) const fn new() -> Segments {
        Segments { head: None }
    }

    pub(crate) fn pop(&mut self) -> Option<Box<Segment>> {
        let mut segment = self.head.take()?;
        self.head = segment.next.take();
        Some(segment)
    }

    pub(crate) fn push(&mut self, mut segment: Box<Segment>) {
        segment.next = self.head.take();
        self.head = Some(segment);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_none()
    }

    pub(crate) fn iterate(&self) -> impl Iterator<Item = &Segment> {
        core::iter::successors(self.head.as_deref(), |segment| segment.next.as_deref())
    }
}

impl Drop for Segments {
    fn drop(&mut self) {
        // One at a time: a long list dropped by its links would recurse.
        while self.pop().is_some() {}
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        drop(self.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_as_they_went_in() {
        let mut log = Log::new();
        for number in 0..5000usize {
            log.push_slot(number * 8 + 8, number as u64);
            log.push_decrement(number * 16 + 16);
        }
        assert_eq!(log.entries, 10_000);
        let mut segments = log.take();
        let mut sum = 0;
        let mut decrements = 0;
        while let Some(segment) = segments.pop() {
            let mut position = 0;
            while let Some((entry, next)) = read_entry(segment.words(), position) {
                match entry {
                    Entry::Slot { address, old } => {
                        assert_eq!(address as u64, old * 8 + 8);
                        sum += old;
                    }
                    Entry::Decrement { .. } => decrements += 1,
                    other => panic!("{other:?}"),
                }
                position = next;
            }
        }
        assert_eq!(sum, 4999 * 5000 / 2);
        assert_eq!(decrements, 5000);
    }
}
