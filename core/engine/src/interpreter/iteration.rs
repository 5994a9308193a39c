//! The next item of a `for` loop's state.
//!
//! Invariant: the state is three registers: a range has tagged ints in all three (the loop handles these itself), an exact list,
//! tuple or string is in the first with the tagged index of its next item in the second, anything else is an iterator object in the
//! first with the second empty.
//!
//! `for a, b in enumerate(x)` takes the pair apart before it is made: where the next instruction unpacks two items of what the loop
//! gives, a register that is no variable, a builtin iterator of pairs writes the two targets.

use threadsnake_bytecode::{Instruction, Operation};

use crate::context::Context;
use crate::error::PyResult;
use crate::interpreter::calls;
use crate::interpreter::frame::Frame;
use crate::kind::{Kind, client_flags};
use crate::types::dict_iterators::DictItemIterator;
use crate::types::enumerate::Enumerate;
use crate::types::list::List;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::types::zip::Zip;
use crate::value::Value;

/// What a step of a loop brought.
pub(crate) enum Next {
    /// The next item.
    Item(Value),
    /// The next two items of a pair, in the targets of the instruction behind the loop's, which is done.
    Unpacked,
    /// Nothing: the loop is over.
    End,
}

/// Puts the three registers of a loop over a value into the frame.
///
/// They do not pass through the caller: what the dispatch loop's own frame is lent for a result stays there as long as the loop
/// runs, and would count as a reference to the iterator.
#[inline(never)]
pub(crate) fn begin_loop(cx: &Context, frame: &Frame, value: Value, destination: u16) -> PyResult<()> {
    let [first, second, third] = loop_state(cx, value)?;
    let destination = destination as usize;
    // SAFETY: verified: the destination and the two registers behind it are registers of the frame.
    unsafe {
        let base = frame.base.get();
        base.add(destination).write(first);
        base.add(destination + 1).write(second);
        base.add(destination + 2).write(third);
    }
    Ok(())
}

fn loop_state(cx: &Context, value: Value) -> PyResult<[u64; 3]> {
    if let Some(object) = value.as_object() {
        let zero = Value::small_int_unchecked(0).word();
        match Kind::of(object) {
            Kind::Range => {
                if let Some((start, stop, step)) = cx.small_range(object) {
                    return Ok([start.word(), stop.word(), step.word()]);
                }
            }
            Kind::List | Kind::Tuple | Kind::Str if object.client_flags() & client_flags::SUBCLASS == 0 => {
                return Ok([value.word(), zero, 0]);
            }
            _ => {}
        }
    }
    Ok([cx.iterator_object(value)?.word(), 0, 0])
}

/// The next item of an exact list or tuple, or a string of Latin-1 text; absent at its end and for any other state.
#[inline(always)]
pub(crate) fn next_of_sequence(cx: &Context, iterated: Value, position: u64) -> Option<Value> {
    if position & 1 == 0 {
        return None;
    }
    let index = (position >> 1) as usize;
    if let Some(list) = List::from_value(iterated) {
        return list.get_exact(index);
    }
    match Tuple::from_value(iterated) {
        Some(tuple) => tuple.get(index),
        None => latin1_character_at(cx, iterated, index),
    }
}

#[inline(never)]
fn latin1_character_at(cx: &Context, iterated: Value, index: usize) -> Option<Value> {
    let unit = Str::from_value(iterated)?.latin1_unit(index)?;
    Some(cx.latin1_character(unit).as_value())
}

/// The next item of a state that [`next_of_sequence`] has none for, other than a generator.
///
/// # Errors
/// What the iterator raises.
#[inline(never)]
pub(crate) fn next_of_loop(
    cx: &Context,
    frame: &Frame,
    iterated: Value,
    position: u64,
    destination: u16,
) -> PyResult<Next> {
    if position & 1 != 0 {
        return match Str::from_value(iterated) {
            Some(text) => next_character(cx, frame, text, position),
            None => Ok(Next::End),
        };
    }
    if let Some(object) = iterated.as_object()
        && matches!(Kind::of(object), Kind::Enumerate | Kind::Zip | Kind::DictItemIterator)
        && object.client_flags() & client_flags::SUBCLASS == 0
        && let Some(target) = pair_target(frame, destination)
    {
        let pair = if let Some(enumerate) = Enumerate::from_value(iterated) {
            enumerate.next_pair(cx)?
        } else if let Some(items) = DictItemIterator::from_value(iterated) {
            items.next_pair(cx)?
        } else {
            match Zip::from_value(iterated).filter(|zip| zip.is_of_two()) {
                Some(zip) => zip.next_pair(cx)?,
                None => return next_item(cx, iterated),
            }
        };
        let Some((first, second)) = pair else { return Ok(Next::End) };
        // SAFETY: verified: the destination and the two targets are registers of the frame. The destination is given a value too, since
        // from here on the verifier counts it as set.
        unsafe {
            frame.base.get().add(destination as usize).write(first.word());
            frame.base.get().add(target as usize).write(first.word());
            frame.base.get().add(target as usize + 1).write(second.word());
        }
        return Ok(Next::Unpacked);
    }
    next_item(cx, iterated)
}

/// The character of a string at a position, which moves on by one.
#[inline(always)]
fn next_character(cx: &Context, frame: &Frame, text: Str, position: u64) -> PyResult<Next> {
    let Some(code_point) = text.code_point((position >> 1) as usize) else { return Ok(Next::End) };
    let state = calls::previous_instruction(frame.pc.get()).b() as usize;
    // SAFETY: `pc` is saved past the loop's instruction; verified: the state's three registers are registers of the frame.
    unsafe { frame.base.get().add(state + 1).write(position + 2) };
    Ok(Next::Item(cx.str_from_code_point(code_point)?.as_value()))
}

/// The first target of the frame's next instruction, if that takes a pair out of a register that is no variable.
#[inline(always)]
fn pair_target(frame: &Frame, source: u16) -> Option<u16> {
    // SAFETY: `pc` is saved, and verified code does not end with a loop's instruction, so another one follows.
    let next: Instruction = unsafe { *frame.pc.get() };
    let is_variable = source < frame.code_data()?.cleared_count;
    let takes_pair = next.operation_number() == Operation::UnpackSequence as u16
        && next.b() == source
        && next.c() == 2
        && !is_variable;
    takes_pair.then(|| next.a())
}

#[inline(always)]
fn next_item(cx: &Context, iterated: Value) -> PyResult<Next> {
    Ok(match cx.next_of(iterated)? {
        Some(item) => Next::Item(item),
        None => Next::End,
    })
}
