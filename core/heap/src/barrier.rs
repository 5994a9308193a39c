//! The write barrier: the one place where a reference enters an object.
//!
//! - Young, or private and already logged: a plain store. One test of the flag byte selects this case.
//! - Mature: the first overwrite in an epoch is logged with the old value ([`crate::log`]); up to 8 slots the object is logged
//!   whole (a header flag), above that each slot has a bit.
//! - Neither the old word nor the new one is a reference (shared objects, and those with a bit for each slot): nothing is counted, so nothing is logged. If the slot held a
//!   reference when the epoch began, whoever took it out has logged it; if somebody stores one after the test, he finds a slot
//!   without a reference, as it was when the epoch began, and logs it himself. No pause comes between the test and the store.
//! - Shared: the value is published first ([`crate::publish`]), then as above, then a release store.
//!
//! Ordering (rule 11), per slot or object: test the bit (Acquire); if it is clear, read the old value, then set the bit by
//! `fetch_or` (AcqRel); whoever changed it logs the value it read. The loser's store comes after it saw the bit set, so after
//! the winner's read: what the winner logs is the value at the start of the epoch. Swapping the new value in and logging what
//! comes out is wrong (the loser may have stored first), and so is reading after winning (a loser may store in between).
//! Sources: Levanoni and Petrank 2006 for coalescing; Zhao, Blackburn and McKinley, "Low-Latency, High-Throughput Garbage
//! Collection" (LXR), PLDI 2022, for the field granularity.

use crate::fault::{Fault, on};
use crate::geometry::logged_bit;
use crate::large::span_logged_bit;
use crate::logged::first_overwrite;
use crate::mutator::Mutator;
use crate::object::{BARRIER_FLAGS, Object, ObjectRef, SMALL_SLOTS, flag, is_reference, slot_out_of_range};
use crate::sync::Ordering;

/// The smallest page of the processors; larger ones begin at its multiples too.
const PAGE_BYTES: usize = 4096;

/// Entries in one thread's log that end the epoch.
const LOG_LIMIT: usize = 32_768;

impl Mutator {
    /// Stores a word into a slot.
    #[inline(always)]
    pub fn store(&self, object: ObjectRef, slot: usize, word: u64) {
        if slot >= object.slot_count() {
            slot_out_of_range(slot, object.slot_count());
        }
        if object.flags() & BARRIER_FLAGS == 0 {
            // SAFETY: tested above. Relaxed: a private object's slots are read by its thread, or by a pause that stopped it.
            unsafe { object.slot_cell(slot) }.store(word, Ordering::Relaxed);
        } else {
            self.store_slow(object, slot, word);
        }
    }

    /// Sets the first slots of an object that nobody else has seen.
    #[inline(always)]
    pub fn initialize_slots(&self, object: ObjectRef, words: impl ExactSizeIterator<Item = u64>) {
        if words.len() > object.slot_count() {
            slot_out_of_range(words.len(), object.slot_count());
        }
        if object.flags() & BARRIER_FLAGS == 0 {
            for (slot, word) in words.enumerate() {
                // SAFETY: an exact iterator gives as many words as it says, which was tested above. Relaxed: as in `store`.
                unsafe { object.slot_cell(slot) }.store(word, Ordering::Relaxed);
            }
        } else {
            for (slot, word) in words.enumerate() {
                self.store_slow(object, slot, word);
            }
        }
    }

    #[inline(never)]
    fn store_slow(&self, object: ObjectRef, slot: usize, word: u64) {
        if on(Fault::OldReadAfterStore) {
            // SAFETY: as below.
            unsafe { object.slot_cell(slot) }.store(word, Ordering::Release);
        }
        self.before_store(object, slot, word);
        // SAFETY: `store` tested the slot. Release: pairs with the Acquire of `Object::slot` on another thread.
        unsafe { object.slot_cell(slot) }.store(word, Ordering::Release);
    }

    /// Publishes the new value and logs the old one, as the object's flags demand. The slot is in range.
    #[inline]
    fn before_store(&self, object: ObjectRef, slot: usize, word: u64) {
        // Acquire: whoever finds the object logged stores after the winner's reads (pairs with its fetch_and).
        let flags = object.flags.load(Ordering::Acquire);
        if flags & flag::SLOTLOG != 0 {
            touch_page_for_writing(&object, slot);
        }
        // A private object logged whole is not asked: once logged, its stores are plain ones.
        if !is_reference(word)
            && flags & (flag::SHARED | flag::SLOTLOG) != 0
            // SAFETY: in range. Acquire: as in `log_slot`.
            && !is_reference(unsafe { object.slot_cell(slot) }.load(Ordering::Acquire))
        {
            return;
        }
        if flags & flag::SHARED != 0 && !on(Fault::NotPublished) {
            self.publish(word);
        }
        if flags & flag::SLOTLOG != 0 {
            self.log_slot(object, slot, flags);
        } else if flags & flag::UNLOGGED != 0 {
            self.log_object(object, flags);
        }
    }

    fn log_slot(&self, object: ObjectRef, slot: usize, flags: u8) {
        let address = object.slot_address(slot);
        let span = if flags & flag::LARGE != 0 { span_logged_bit(&object, slot) } else { None };
        // SAFETY: the object is alive, so its chunk is mapped; not a span of chunks.
        let bit = span.unwrap_or_else(|| unsafe { logged_bit(address) });
        // SAFETY: in range.
        if let Some(old) = first_overwrite(bit.word, bit.mask, unsafe { object.slot_cell(slot) }) {
            // SAFETY: the owner, with no other borrow.
            let log = &mut unsafe { self.local() }.log;
            match span {
                None => log.push_slot(address, old),
                Some(_) => log.push_span_slot(address, old),
            }
            if log.entries >= LOG_LIMIT {
                self.want_epoch();
            }
        }
    }

    fn log_object(&self, object: ObjectRef, flags: u8) {
        let mut old = [0u64; SMALL_SLOTS];
        let count = object.slot_count().min(SMALL_SLOTS);
        for (index, place) in old.iter_mut().enumerate().take(count) {
            // SAFETY: below the slot count.
            *place = unsafe { object.slot_cell(index) }.load(Ordering::Acquire);
        }
        let won = if flags & flag::SHARED == 0 {
            // Private: no other thread touches the flags.
            object.flags.store(flags & !flag::UNLOGGED, Ordering::Relaxed);
            true
        } else {
            // AcqRel, as for the logged bit.
            object.flags.fetch_and(!flag::UNLOGGED, Ordering::AcqRel) & flag::UNLOGGED != 0
        };
        if won {
            // SAFETY: the owner, with no other borrow.
            let log = &mut unsafe { self.local() }.log;
            log.push_object(object.address(), &old[..count]);
            if log.entries >= LOG_LIMIT {
                self.want_epoch();
            }
        }
    }

    /// Replaces `old` by `new`, or returns what the slot holds instead.
    #[inline]
    pub fn compare_exchange(&self, object: ObjectRef, slot: usize, old: u64, new: u64) -> Result<(), u64> {
        if slot >= object.slot_count() {
            slot_out_of_range(slot, object.slot_count());
        }
        if object.flags() & BARRIER_FLAGS != 0 {
            self.before_store(object, slot, new);
        }
        // SAFETY: tested above. AcqRel: pairs with `Object::slot` both ways.
        unsafe { object.slot_cell(slot) }
            .compare_exchange(old, new, Ordering::AcqRel, Ordering::Acquire)
            .map(|_| ())
    }

    /// Stores a word; returns the one before.
    #[inline]
    pub fn swap(&self, object: ObjectRef, slot: usize, word: u64) -> u64 {
        if slot >= object.slot_count() {
            slot_out_of_range(slot, object.slot_count());
        }
        if object.flags() & BARRIER_FLAGS != 0 {
            self.before_store(object, slot, word);
        }
        // SAFETY: tested above. AcqRel: pairs with `Object::slot` both ways.
        unsafe { object.slot_cell(slot) }.swap(word, Ordering::AcqRel)
    }

    /// Changes the shape word. What it refers to must be stuck, or outlive the object: it is not counted.
    #[inline]
    pub fn store_shape(&self, object: ObjectRef, word: u64) {
        if object.is_shared() {
            self.publish(word);
        }
        // Release: pairs with the Acquire of `Object::shape`.
        object.shape.store(word, Ordering::Release);
    }

    /// Changes the shape word if it is `old`; otherwise returns what it is.
    #[inline]
    pub fn compare_exchange_shape(&self, object: ObjectRef, old: u64, new: u64) -> Result<(), u64> {
        if object.is_shared() {
            self.publish(new);
        }
        object.shape.compare_exchange(old, new, Ordering::AcqRel, Ordering::Acquire).map(|_| ())
    }

    /// Logs all slots of a range that are not logged yet, 64 bits at a time.
    fn log_range(&self, object: ObjectRef, first: usize, count: usize) {
        let flags = object.flags();
        if flags & flag::UNLOGGED != 0 {
            return self.log_object(object, flags);
        }
        if flags & flag::SLOTLOG == 0 {
            return;
        }
        let mut slot = first;
        let end = first + count;
        while slot < end {
            let address = object.slot_address(slot);
            let span = if flags & flag::LARGE != 0 { span_logged_bit(&object, slot) } else { None };
            // SAFETY: as in `log_slot`.
            let bit = span.unwrap_or_else(|| unsafe { logged_bit(address) });
            let position = bit.mask.trailing_zeros() as usize;
            let length = (64 - position).min(end - slot);
            let wanted = if length == 64 { u64::MAX } else { ((1u64 << length) - 1) << position };
            let missing = wanted & !bit.word.load(Ordering::Acquire);
            if missing != 0 {
                let mut old = [0u64; 64];
                for_each_bit(missing, |offset| {
                    // SAFETY: within the range, which the caller checked.
                    let cell = unsafe { object.slot_cell(slot + offset - position) };
                    old[offset] = cell.load(Ordering::Acquire);
                });
                let won = missing & !bit.word.fetch_or(missing, Ordering::AcqRel);
                // SAFETY: the owner, with no other borrow.
                let log = &mut unsafe { self.local() }.log;
                for_each_bit(won, |offset| {
                    let address = object.slot_address(slot + offset - position);
                    match span {
                        None => log.push_slot(address, old[offset]),
                        Some(_) => log.push_span_slot(address, old[offset]),
                    }
                });
                if log.entries >= LOG_LIMIT {
                    self.want_epoch();
                }
            }
            slot += length;
        }
    }

    #[inline(always)]
    fn check_range(object: &Object, first: usize, count: usize) {
        if first.checked_add(count).is_none_or(|end| end > object.slot_count()) {
            slot_out_of_range(first.saturating_add(count), object.slot_count());
        }
    }

    fn before_range(&self, object: ObjectRef, first: usize, count: usize) {
        Self::check_range(&object, first, count);
        // Acquire: as in `before_store`.
        if object.flags.load(Ordering::Acquire) & (flag::UNLOGGED | flag::SLOTLOG) != 0 && count > 0 {
            self.log_range(object, first, count);
        }
    }

    /// Stores words into consecutive slots. A reader on another thread may see some of them before others.
    pub fn store_range(&self, object: ObjectRef, first_slot: usize, words: &[u64]) {
        self.before_range(object, first_slot, words.len());
        let shared = object.is_shared();
        for (offset, &word) in words.iter().enumerate() {
            if shared && is_reference(word) {
                self.publish(word);
            }
            // SAFETY: `before_range` checked the range. Release: pairs with `Object::slot`.
            unsafe { object.slot_cell(first_slot + offset) }.store(word, Ordering::Release);
        }
    }

    /// Stores one word into `count` consecutive slots.
    pub fn fill_range(&self, object: ObjectRef, first_slot: usize, count: usize, word: u64) {
        self.before_range(object, first_slot, count);
        if object.is_shared() {
            self.publish(word);
        }
        for offset in 0..count {
            // SAFETY: `before_range` checked the range. Release: pairs with `Object::slot`.
            unsafe { object.slot_cell(first_slot + offset) }.store(word, Ordering::Release);
        }
    }

    /// Moves `count` words within an object; the ranges may overlap.
    pub fn move_range(&self, object: ObjectRef, from: usize, to: usize, count: usize) {
        Self::check_range(&object, from, count);
        self.before_range(object, to, count);
        let copy = |offset: usize| {
            // SAFETY: both ranges were checked. The words are in the object already, so they are published if it is;
            // Acquire and Release hand that on to whoever finds them in their new place.
            unsafe {
                let word = object.slot_cell(from + offset).load(Ordering::Acquire);
                object.slot_cell(to + offset).store(word, Ordering::Release);
            }
        };
        if to <= from {
            (0..count).for_each(copy);
        } else {
            (0..count).rev().for_each(copy);
        }
    }

    /// Moves slots `first + index` of `object` to `words[index]`, for each index, and leaves them empty: one test of the flag byte
    /// for all of them if the object is young, or private and logged already.
    ///
    /// # Safety
    /// For each index the slot exists, and `words.add(index)` may be written; nobody else writes the slots meanwhile.
    #[inline]
    pub unsafe fn take_scattered(&self, object: ObjectRef, first: usize, indices: &[u16], words: *mut u64) {
        let plain = object.flags() & BARRIER_FLAGS == 0;
        for &index in indices {
            // SAFETY: passed on. Acquire: pairs with the Release of the barrier's store. Relaxed: as in `store`.
            unsafe {
                let slot = object.slot_cell(first + index as usize);
                words.add(index as usize).write(slot.load(Ordering::Acquire));
                if plain {
                    slot.store(0, Ordering::Relaxed);
                }
            }
            if !plain {
                self.store_slow(object, first + index as usize, 0);
            }
        }
    }

    /// Moves `count` slots from `first` on to `words`, and leaves them empty, as [`Mutator::take_scattered`].
    ///
    /// # Safety
    /// The slots exist, and `count` words from `words` on may be written; nobody else writes the slots meanwhile.
    #[inline]
    pub unsafe fn take_range(&self, object: ObjectRef, first: usize, count: usize, words: *mut u64) {
        let plain = object.flags() & BARRIER_FLAGS == 0;
        for index in 0..count {
            // SAFETY: passed on. Acquire: pairs with the Release of the barrier's store. Relaxed: as in `store`.
            unsafe {
                let slot = object.slot_cell(first + index);
                words.add(index).write(slot.load(Ordering::Acquire));
                if plain {
                    slot.store(0, Ordering::Relaxed);
                }
            }
            if !plain {
                self.store_slow(object, first + index, 0);
            }
        }
    }

    /// Stores `word(index)` into slots `first + index` of `object`, for each index: one test of the flag byte for all of
    /// them if the object is young, or private and logged already. `word` reaches no safepoint.
    ///
    /// # Safety
    /// For each index the slot exists.
    #[inline]
    pub unsafe fn store_scattered(
        &self,
        object: ObjectRef,
        first: usize,
        indices: &[u16],
        word: impl Fn(u16) -> u64,
    ) {
        if object.flags() & BARRIER_FLAGS == 0 {
            for &index in indices {
                // SAFETY: passed on. Relaxed: as in `store`; nothing between the test and here changes the flags of an object
                // that only this thread can reach.
                unsafe { object.slot_cell(first + index as usize) }.store(word(index), Ordering::Relaxed);
            }
        } else {
            for &index in indices {
                self.store_slow(object, first + index as usize, word(index));
            }
        }
    }

    /// Copies `count` words from one object to another (or to the same, if the ranges do not overlap).
    #[inline]
    pub fn copy_range(&self, source: ObjectRef, from: usize, target: ObjectRef, to: usize, count: usize) {
        if target.takes_plain_stores() {
            Self::check_range(&source, from, count);
            Self::check_range(&target, to, count);
            for offset in 0..count {
                // SAFETY: both ranges were checked, and the target's flag byte was. Acquire: pairs with the barrier's Release.
                unsafe {
                    target.store_plain(to + offset, source.slot_cell(from + offset).load(Ordering::Acquire));
                }
            }
            return;
        }
        self.copy_range_slow(source, from, target, to, count);
    }

    #[inline(never)]
    fn copy_range_slow(&self, source: ObjectRef, from: usize, target: ObjectRef, to: usize, count: usize) {
        Self::check_range(&source, from, count);
        self.before_range(target, to, count);
        let publish = target.is_shared() && !source.is_shared();
        for offset in 0..count {
            // SAFETY: both ranges were checked. Acquire and Release: pair with the barrier and with `Object::slot`.
            unsafe {
                let word = source.slot_cell(from + offset).load(Ordering::Acquire);
                if publish {
                    self.publish(word);
                }
                target.slot_cell(to + offset).store(word, Ordering::Release);
            }
        }
    }
}

/// Writes to a page of which a store is about to read the first word. A long buffer is filled from the front; a page of it that is
/// read before it is written is mapped twice, and the second time interrupts every processor that runs the program.
#[inline(always)]
fn touch_page_for_writing(object: &Object, slot: usize) {
    if object.slot_address(slot).is_multiple_of(PAGE_BYTES) {
        // SAFETY: the caller's slot is in range. Relaxed: it changes nothing and orders nothing. Not a `fetch_or` of nothing, which the
        // compiler would make a load.
        let _ =
            unsafe { object.slot_cell(slot) }.compare_exchange(0, 0, Ordering::Relaxed, Ordering::Relaxed);
    }
}

fn for_each_bit(mut bits: u64, mut visit: impl FnMut(usize)) {
    while bits != 0 {
        visit(bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}
