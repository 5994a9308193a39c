//! `list.sort`: a stable merge sort that finds runs.
//!
//! Invariant: the items are detached from the list while they are sorted, so the list looks empty to everyone, and no lock is held while
//! keys are made and compared. They stay in their buffer, which nobody else writes to any more, and the keys are in an array of the heap's:
//! a pause looks at what was stored since the last one, not at each item and key anew. What is sorted is an array of numbers in Rust memory
//! (places of keys, or the keys themselves when they are small ints or floats; beside the place of a text its first bytes, and beside that of a
//! tuple as much of its first item). When a comparison raises, the list gets its items back
//! in the order they had.
//! Source: Objects/listsort.txt (runs, galloping); the order of merges is powersort's (Munro and Wild, ESA 2018).

use alloc::vec::Vec;
use core::cmp::Ordering;

use threadsnake_heap::ObjectRef;

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::protocol::comparison::CompareOperator;
use crate::types::list::List;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// Typed keys are sorted in pieces of this many, with a safepoint between them.
const PIECE: usize = 1 << 15;
/// Shorter runs are filled up by binary insertion.
const SHORTEST_RUN: usize = 32;
/// Wins in a row after which a merge begins to gallop.
const GALLOP_AFTER: usize = 7;

/// Sorts a list.
///
/// # Errors
/// What the key function and comparisons raise; ValueError if the list was changed meanwhile.
pub fn sort(cx: &Context, list: List, key: Option<Value>, reverse: bool) -> PyResult<()> {
    let (buffer, length) = list.detach(cx);
    let Some(buffer) = buffer else { return Ok(()) };
    let length = without_gaps(cx, buffer, length.min(buffer.slot_count()));
    let result = sorted_order(cx, buffer, length, key, reverse);
    let mut sorted = cx.scratch();
    if let Ok(order) = &result {
        sorted.reserve(order.len());
        sorted.extend(order.iter().filter_map(|&place| buffer.value(place as usize)));
    }
    let untouched = list.attach(cx, buffer, length, sorted.as_slice());
    result?;
    if untouched { Ok(()) } else { Err(cx.value_error(format_args!("list modified during sort"))) }
}

/// Moves the items of a detached buffer together, should it have an empty slot among them; how many there are.
fn without_gaps(cx: &Context, buffer: ObjectRef, length: usize) -> usize {
    if (0..length).all(|place| buffer.value(place).is_some()) {
        return length;
    }
    let mut items = cx.scratch();
    items.extend((0..length).filter_map(|place| buffer.value(place)));
    cx.store_range(buffer, 0, items.as_slice());
    items.len()
}

/// The places of the first `length` items of an array in sorted order.
fn sorted_order(
    cx: &Context,
    items: ObjectRef,
    length: usize,
    key: Option<Value>,
    reverse: bool,
) -> PyResult<Vec<u32>> {
    if u32::try_from(length).is_err() {
        return Err(cx.memory_error());
    }
    let keys = match key {
        None => Keys { array: items, length },
        Some(key) => {
            let array = cx.allocate(Kind::SlotArray, length, 0)?;
            for place in 0..length {
                if let Some(item) = items.value(place) {
                    let key = cx.call(key, &[item])?;
                    cx.store(array, place, key);
                }
            }
            Keys { array, length }
        }
    };
    keys.sorted(cx, reverse)
}

/// What is compared: the first slots of an array, all of them full.
#[derive(Copy, Clone)]
struct Keys {
    array: ObjectRef,
    length: usize,
}

impl Keys {
    fn at(self, place: u32) -> Value {
        self.array.value(place as usize).unwrap_or(Value::NONE)
    }

    fn text_at(self, cx: &Context, place: u32) -> Str {
        Str::from_value(self.at(place)).unwrap_or_else(|| cx.empty_str())
    }

    /// Whether all keys are such.
    fn all(self, is_such: impl Fn(Value) -> bool) -> bool {
        (0..self.length as u32).all(|place| is_such(self.at(place)))
    }

    /// The places of the keys in sorted order.
    fn sorted(self, cx: &Context, reverse: bool) -> PyResult<Vec<u32>> {
        let length = self.length as u32;
        // A descending sort keeps equal items in order, too: it is an ascending one of the reversed list, reversed.
        let place_of = |number: u32| if reverse { length - 1 - number } else { number };
        let mut order = if length < 2 {
            (0..length).collect()
        } else if self.all(|key| key.as_small_int().is_some_and(|key| i32::try_from(key).is_ok())) {
            self.sorted_small(cx, place_of)?
        } else if self.all(Value::is_small_int) || self.all(Value::is_tagged_float) {
            self.sorted_numbers(cx, place_of)?
        } else {
            let mut order = (0..length).map(place_of).collect();
            self.sort_places(cx, &mut order)?;
            order
        };
        if reverse {
            order.reverse();
        }
        Ok(order)
    }

    /// The same for ints of 32 bits, each of which shares a word with its number: that makes the order of words total, and an unstable
    /// sort of them stable.
    fn sorted_small(self, cx: &Context, place_of: impl Fn(u32) -> u32) -> PyResult<Vec<u32>> {
        const SIGN: u32 = 1 << 31;
        let rank = |number| u64::from(self.at(place_of(number)).small_int_payload() as u32 ^ SIGN);
        let mut words: Vec<u64> =
            (0..self.length as u32).map(|number| rank(number) << 32 | u64::from(number)).collect();
        sort_pieces(cx, &mut words, |piece| piece.sort_unstable(), |left, right| Ok(left < right))?;
        Ok(words.iter().map(|&word| place_of(word as u32)).collect())
    }

    /// The same for other tagged ints, or floats.
    fn sorted_numbers(self, cx: &Context, place_of: impl Fn(u32) -> u32) -> PyResult<Vec<u32>> {
        let rank = |key: Value| key.as_small_int().unwrap_or_else(|| float_rank(key.tagged_float_payload()));
        let mut pairs: Vec<(i64, u32)> =
            (0..self.length as u32).map(|number| (rank(self.at(place_of(number))), number)).collect();
        sort_pieces(cx, &mut pairs, |piece| piece.sort_unstable(), |left, right| Ok(left < right))?;
        Ok(pairs.iter().map(|&(_, number)| place_of(number)).collect())
    }

    fn sort_places(self, cx: &Context, order: &mut Vec<u32>) -> PyResult<()> {
        if self.all(|key| narrow_text(key).is_some()) {
            // Most texts differ in their first eight bytes, which lie beside the place and need no look at the string.
            let mut pairs: Vec<(u64, u32)> =
                order.iter().map(|&place| (leading_bytes(self.text_at(cx, place).bytes()), place)).collect();
            let by_text = |left: &(u64, u32), right: &(u64, u32)| {
                left.0
                    .cmp(&right.0)
                    .then_with(|| self.text_at(cx, left.1).bytes().cmp(self.text_at(cx, right.1).bytes()))
            };
            sort_pieces(
                cx,
                &mut pairs,
                |piece| piece.sort_by(by_text),
                |left, right| Ok(by_text(left, right).is_lt()),
            )?;
            order.clear();
            order.extend(pairs.iter().map(|&(_, place)| place));
            return Ok(());
        }
        if self.all(|key| Str::from_value(key).is_some_and(Str::is_exact)) {
            let by_text = |&left: &u32, &right: &u32| self.text_at(cx, left).compare(self.text_at(cx, right));
            return sort_pieces(
                cx,
                order,
                |piece| piece.sort_by(by_text),
                |left, right| Ok(by_text(left, right).is_lt()),
            );
        }
        if let Some(rank) = self.rank_of_first_items() {
            let mut pairs: Vec<(u64, u32)> =
                order.iter().map(|&place| (first_item(self.at(place)).map_or(0, rank), place)).collect();
            merge_sort(cx, &mut pairs, |left, right| {
                if left.0 != right.0 {
                    return Ok(left.0 < right.0);
                }
                let (left, right) = (self.at(left.1), self.at(right.1));
                if let (Some(left), Some(right)) = (Tuple::from_value(left), Tuple::from_value(right))
                    && let Some(truth) = is_plainly_less(left, right)
                {
                    return Ok(truth);
                }
                cx.compare_bool(CompareOperator::Less, left, right)
            })?;
            order.clear();
            order.extend(pairs.iter().map(|&(_, place)| place));
            return Ok(());
        }
        merge_sort(cx, order, |&left, &right| {
            cx.compare_bool(CompareOperator::Less, self.at(left), self.at(right))
        })
    }

    /// What ranks the first items of the keys, if all keys are exact tuples whose first items are of one type that has ranks.
    fn rank_of_first_items(self) -> Option<fn(Value) -> u64> {
        let all = |is_such: fn(Value) -> bool| self.all(|key| first_item(key).is_some_and(is_such));
        if all(Value::is_small_int) {
            return Some(|item| rank_of_int(item.small_int_payload()));
        }
        if all(Value::is_tagged_float) {
            return Some(|item| rank_of_int(float_rank(item.tagged_float_payload())));
        }
        if all(|item| narrow_text(item).is_some()) {
            return Some(|item| narrow_text(item).map_or(0, |text| leading_bytes(text.bytes())));
        }
        None
    }
}

/// The first item of an exact tuple.
fn first_item(key: Value) -> Option<Value> {
    Tuple::from_value(key).filter(|tuple| tuple.is_exact())?.get(0)
}

/// An exact string of Latin-1 text.
fn narrow_text(value: Value) -> Option<Str> {
    Str::from_value(value).filter(|text| text.is_exact() && text.width_shift() == 0)
}

/// A number without sign that orders as one with a sign.
fn rank_of_int(value: i64) -> u64 {
    value as u64 ^ (1 << 63)
}

/// `left < right` of exact tuples, as far as the items that decide are tagged ints or floats or Latin-1 text, of one type each: absent if
/// others must be compared.
fn is_plainly_less(left: Tuple, right: Tuple) -> Option<bool> {
    for (item, other) in left.iter().zip(right.iter()) {
        if item.is(other) {
            continue;
        }
        if item.is_small_int() && other.is_small_int() {
            return Some(item.small_int_payload() < other.small_int_payload());
        }
        if item.is_tagged_float() && other.is_tagged_float() {
            // Words of one form are floats of one value, and none of these is NaN.
            return Some(item.tagged_float_payload() < other.tagged_float_payload());
        }
        let (text, other) = (narrow_text(item)?, narrow_text(other)?);
        match text.bytes().cmp(other.bytes()) {
            Ordering::Equal => {}
            order => return Some(order.is_lt()),
        }
    }
    Some(left.len() < right.len())
}

/// The first eight bytes as a number that orders like them; shorter texts are filled up with zeros.
fn leading_bytes(bytes: &[u8]) -> u64 {
    if let Some(leading) = bytes.first_chunk() {
        return u64::from_be_bytes(*leading);
    }
    let mut leading = [0; 8];
    for (place, &byte) in leading.iter_mut().zip(bytes) {
        *place = byte;
    }
    u64::from_be_bytes(leading)
}

/// A number that orders floats (none of which is NaN or -0.0) as they are.
fn float_rank(value: f64) -> i64 {
    let bits = value.to_bits() as i64;
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

/// Sorts pieces by a fast sort that runs no Python code, then merges them.
fn sort_pieces<T: Copy>(
    cx: &Context,
    data: &mut [T],
    sort_piece: impl Fn(&mut [T]),
    less: impl Fn(&T, &T) -> PyResult<bool>,
) -> PyResult<()> {
    for piece in data.chunks_mut(PIECE) {
        sort_piece(piece);
        cx.poll()?;
    }
    if data.len() > PIECE { merge_sort(cx, data, less) } else { Ok(()) }
}

/// A run waiting to be merged: where it begins, how long it is, and the power of its boundary to the next.
#[derive(Copy, Clone)]
struct Run {
    start: usize,
    length: usize,
    power: u32,
}

/// A stable merge sort of runs. After an error the data may hold an item twice.
fn merge_sort<T: Copy>(
    cx: &Context,
    data: &mut [T],
    less: impl Fn(&T, &T) -> PyResult<bool>,
) -> PyResult<()> {
    let total = data.len();
    let mut pending: Vec<Run> = Vec::new();
    let mut spare: Vec<T> = Vec::new();
    let mut start = 0;
    while start < total {
        let Some(rest) = data.get_mut(start..) else { break };
        let mut length = find_run(rest, &less)?;
        let wanted = rest.len().min(SHORTEST_RUN);
        if length < wanted {
            if let Some(piece) = rest.get_mut(..wanted) {
                insert_into_run(piece, length, &less)?;
            }
            length = wanted;
        }
        if let Some(mut last) = pending.pop() {
            let power = boundary_power(last.start, last.length, length, total);
            while let Some(below) = pending.last().copied() {
                if below.power <= power {
                    break;
                }
                pending.pop();
                merge_runs(data, below, last, &mut spare, &less)?;
                last = Run { start: below.start, length: below.length + last.length, power: 0 };
                cx.poll()?;
            }
            last.power = power;
            pending.push(last);
        }
        pending.push(Run { start, length, power: 0 });
        start += length;
        cx.poll()?;
    }
    while let (Some(last), Some(below)) = (pending.pop(), pending.pop()) {
        merge_runs(data, below, last, &mut spare, &less)?;
        pending.push(Run { start: below.start, length: below.length + last.length, power: below.power });
        cx.poll()?;
    }
    Ok(())
}

/// Powersort's power of the boundary between two neighbouring runs: the depth at which a perfectly balanced tree over the whole
/// array would separate their middles.
fn boundary_power(start: usize, first: usize, second: usize, total: usize) -> u32 {
    let mut left = 2 * start + first;
    let mut right = left + first + second;
    let total = 2 * total;
    let mut power = 0;
    loop {
        power += 1;
        if left >= total {
            left -= total;
            right -= total;
        } else if right >= total {
            return power;
        }
        left *= 2;
        right *= 2;
        if power >= usize::BITS {
            return power;
        }
    }
}

/// The length of the run at the beginning; one that descends strictly is reversed.
fn find_run<T: Copy>(data: &mut [T], less: &impl Fn(&T, &T) -> PyResult<bool>) -> PyResult<usize> {
    let [first, second, ..] = data else { return Ok(data.len()) };
    let descending = less(second, first)?;
    let mut length = 2;
    while let Some([before, next]) = data.get(length - 1..length + 1) {
        if less(next, before)? != descending {
            break;
        }
        length += 1;
    }
    if descending && let Some(run) = data.get_mut(..length) {
        run.reverse();
    }
    Ok(length)
}

/// Sorts data whose first `sorted` items are in order.
fn insert_into_run<T: Copy>(
    data: &mut [T],
    sorted: usize,
    less: &impl Fn(&T, &T) -> PyResult<bool>,
) -> PyResult<()> {
    for next in sorted..data.len() {
        let Some(&item) = data.get(next) else { break };
        let place = upper_bound(&item, data.get(..next).unwrap_or(&[]), less)?;
        if let Some(shifted) = data.get_mut(place..=next) {
            shifted.rotate_right(1);
        }
    }
    Ok(())
}

/// The number of items that are not greater than this one.
fn upper_bound<T>(item: &T, data: &[T], less: &impl Fn(&T, &T) -> PyResult<bool>) -> PyResult<usize> {
    let (mut low, mut high) = (0, data.len());
    while low < high {
        let middle = low + (high - low) / 2;
        match data.get(middle) {
            Some(other) if less(item, other)? => high = middle,
            _ => low = middle + 1,
        }
    }
    Ok(low)
}

/// The number of items that are less than this one.
fn lower_bound<T>(item: &T, data: &[T], less: &impl Fn(&T, &T) -> PyResult<bool>) -> PyResult<usize> {
    let (mut low, mut high) = (0, data.len());
    while low < high {
        let middle = low + (high - low) / 2;
        match data.get(middle) {
            Some(other) if less(other, item)? => low = middle + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

/// As [`upper_bound`], quick when the place is near the beginning.
fn gallop_upper<T>(item: &T, data: &[T], less: &impl Fn(&T, &T) -> PyResult<bool>) -> PyResult<usize> {
    let (mut low, mut high) = (0, 1);
    while let Some(other) = data.get(high - 1) {
        if less(item, other)? {
            return Ok(low + upper_bound(item, data.get(low..high - 1).unwrap_or(&[]), less)?);
        }
        low = high;
        high = high * 2 + 1;
    }
    Ok(low + upper_bound(item, data.get(low..).unwrap_or(&[]), less)?)
}

/// As [`lower_bound`], quick when the place is near the beginning.
fn gallop_lower<T>(item: &T, data: &[T], less: &impl Fn(&T, &T) -> PyResult<bool>) -> PyResult<usize> {
    let (mut low, mut high) = (0, 1);
    while let Some(other) = data.get(high - 1) {
        if !less(other, item)? {
            return Ok(low + lower_bound(item, data.get(low..high - 1).unwrap_or(&[]), less)?);
        }
        low = high;
        high = high * 2 + 1;
    }
    Ok(low + lower_bound(item, data.get(low..).unwrap_or(&[]), less)?)
}

/// Merges two neighbouring runs.
fn merge_runs<T: Copy>(
    data: &mut [T],
    left: Run,
    right: Run,
    spare: &mut Vec<T>,
    less: &impl Fn(&T, &T) -> PyResult<bool>,
) -> PyResult<()> {
    let middle = left.length;
    let Some(both) = data.get_mut(left.start..right.start + right.length) else { return Ok(()) };
    // What is in place already at either end stays there.
    let skip = match both.get(middle) {
        Some(first) => gallop_upper(first, both.get(..middle).unwrap_or(&[]), less)?,
        None => return Ok(()),
    };
    if skip == middle {
        return Ok(());
    }
    let end = match both.get(middle - 1) {
        Some(last) => middle + lower_bound(last, both.get(middle..).unwrap_or(&[]), less)?,
        None => return Ok(()),
    };
    let Some(active) = both.get_mut(skip..end) else { return Ok(()) };
    let middle = middle - skip;
    spare.clear();
    if middle <= active.len() - middle {
        spare.extend_from_slice(active.get(..middle).unwrap_or(&[]));
        merge_forwards(active, middle, spare, less)
    } else {
        spare.extend_from_slice(active.get(middle..).unwrap_or(&[]));
        merge_backwards(active, middle, spare, less)
    }
}

/// Merges the left run, copied to `left`, with the right run, which begins at `middle`, from the beginning.
fn merge_forwards<T: Copy>(
    data: &mut [T],
    middle: usize,
    left: &[T],
    less: &impl Fn(&T, &T) -> PyResult<bool>,
) -> PyResult<()> {
    let (mut next_left, mut next_right, mut out) = (0, middle, 0);
    let (mut left_wins, mut right_wins) = (0, 0);
    while let (Some(&item), Some(&other)) = (left.get(next_left), data.get(next_right)) {
        if left_wins >= GALLOP_AFTER || right_wins >= GALLOP_AFTER {
            let count = gallop_upper(&other, left.get(next_left..).unwrap_or(&[]), less)?;
            copy_into(data, out, left.get(next_left..next_left + count).unwrap_or(&[]));
            next_left += count;
            out += count;
            let Some(&item) = left.get(next_left) else { break };
            let run = gallop_lower(&item, data.get(next_right..).unwrap_or(&[]), less)?;
            data.copy_within(next_right..next_right + run, out);
            next_right += run;
            out += run;
            left_wins = if count >= GALLOP_AFTER { GALLOP_AFTER } else { 0 };
            right_wins = if run >= GALLOP_AFTER { GALLOP_AFTER } else { 0 };
            continue;
        }
        let winner = if less(&other, &item)? {
            next_right += 1;
            right_wins += 1;
            left_wins = 0;
            other
        } else {
            next_left += 1;
            left_wins += 1;
            right_wins = 0;
            item
        };
        if let Some(place) = data.get_mut(out) {
            *place = winner;
        }
        out += 1;
    }
    copy_into(data, out, left.get(next_left..).unwrap_or(&[]));
    Ok(())
}

/// Merges the left run, which ends at `middle`, with the right run, copied to `right`, from the end.
fn merge_backwards<T: Copy>(
    data: &mut [T],
    middle: usize,
    right: &[T],
    less: &impl Fn(&T, &T) -> PyResult<bool>,
) -> PyResult<()> {
    let (mut left_count, mut right_count, mut out) = (middle, right.len(), data.len());
    let (mut left_wins, mut right_wins) = (0, 0);
    while left_count > 0 && right_count > 0 {
        let (Some(&item), Some(&other)) = (data.get(left_count - 1), right.get(right_count - 1)) else {
            break;
        };
        if left_wins >= GALLOP_AFTER || right_wins >= GALLOP_AFTER {
            // Left items greater than the last right one go behind it, then right items not less than the last left one.
            let kept = upper_bound(&other, data.get(..left_count).unwrap_or(&[]), less)?;
            let moved = left_count - kept;
            data.copy_within(kept..left_count, out - moved);
            out -= moved;
            left_count = kept;
            if left_count == 0 {
                break;
            }
            let Some(&item) = data.get(left_count - 1) else { break };
            let kept = lower_bound(&item, right.get(..right_count).unwrap_or(&[]), less)?;
            let run = right_count - kept;
            copy_into(data, out - run, right.get(kept..right_count).unwrap_or(&[]));
            out -= run;
            right_count = kept;
            left_wins = if moved >= GALLOP_AFTER { GALLOP_AFTER } else { 0 };
            right_wins = if run >= GALLOP_AFTER { GALLOP_AFTER } else { 0 };
            continue;
        }
        out -= 1;
        let winner = if less(&other, &item)? {
            left_count -= 1;
            left_wins += 1;
            right_wins = 0;
            item
        } else {
            right_count -= 1;
            right_wins += 1;
            left_wins = 0;
            other
        };
        if let Some(place) = data.get_mut(out) {
            *place = winner;
        }
    }
    copy_into(data, out - right_count, right.get(..right_count).unwrap_or(&[]));
    Ok(())
}

fn copy_into<T: Copy>(data: &mut [T], at: usize, from: &[T]) {
    if let Some(place) = data.get_mut(at..at + from.len()) {
        place.copy_from_slice(from);
    }
}
