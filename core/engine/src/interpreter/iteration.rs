//! The next item of a `for` loop's state.
//!
//! Invariant: the state is three registers: a range has tagged ints in all three (the loop handles these itself), an exact list or
//! tuple is in the first with the tagged index of its next item in the second, anything else is an iterator object in the first
//! with the second empty.

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::types::generator;
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// What a step of a loop brought.
pub(crate) enum Next {
    /// The next item.
    Item(Value),
    /// A generator's frame was pushed; the item comes when it yields.
    Pushed,
    /// Nothing: the loop is over.
    End,
}

/// The next item of an exact list or tuple; absent at its end and for any other state.
#[inline(always)]
pub(crate) fn next_of_sequence(iterated: Value, position: u64) -> Option<Value> {
    if position & 1 == 0 {
        return None;
    }
    let index = (position >> 1) as usize;
    match List::from_value(iterated) {
        Some(list) => list.get_exact(index),
        None => Tuple::from_value(iterated)?.get(index),
    }
}

/// The next item of a state that [`next_of_sequence`] has none for.
///
/// # Errors
/// What the iterator raises.
#[inline(never)]
pub(crate) fn next_of_loop(cx: &Context, iterated: Value, position: u64, destination: u16) -> PyResult<Next> {
    if position & 1 != 0 {
        return Ok(Next::End);
    }
    if iterated.is_kind(Kind::Generator) {
        let pushed = generator::resume_for_loop(cx, iterated, destination)?;
        return Ok(if pushed { Next::Pushed } else { Next::End });
    }
    Ok(match cx.next_of(iterated)? {
        Some(item) => Next::Item(item),
        None => Next::End,
    })
}
