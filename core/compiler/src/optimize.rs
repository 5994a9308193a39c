//! Passes over a unit's finished stream: jump threading, unreachable code, jumps to the next instruction, bound checks.
//!
//! Invariant: each pass keeps what the stream does; handlers stay attached to the instructions they cover.
//! Source: the purposes of CPython's Python/flowgraph.c.

use crate::bound;
use crate::unit::{Item, Label, PendingInstruction, Unit, ends_flow};
use threadsnake_bytecode::Operation;

/// Runs all passes.
pub fn optimize(unit: &mut Unit<'_>) {
    for _ in 0..2 {
        thread_jumps(unit);
        remove_unreachable(unit);
        remove_unused_labels(unit);
        invert_jumps_over_jumps(unit);
        remove_jumps_to_next(unit);
    }
    bound::remove_needless_checks(unit);
}

/// Index in the stream of each label.
pub fn label_places(unit: &Unit<'_>) -> Vec<usize> {
    let mut places = vec![unit.items.len(); unit.label_count as usize];
    for (index, item) in unit.items.iter().enumerate() {
        if let Item::Label(label) = item
            && let Some(place) = places.get_mut(label.0 as usize)
        {
            *place = index;
        }
    }
    places
}

/// The first instruction at or after an index.
fn instruction_at(items: &[Item], index: usize) -> Option<(usize, &PendingInstruction)> {
    items.iter().enumerate().skip(index).find_map(|(index, item)| match item {
        Item::Instruction(instruction) => Some((index, instruction)),
        Item::Label(_) => None,
    })
}

/// Jumps to an unconditional jump go to its target at once; but not `Send`'s, since a delegation that finishes under `throw`
/// goes on where that jump goes by skipping the jump back.
fn thread_jumps(unit: &mut Unit<'_>) {
    let places = label_places(unit);
    let resolve = |mut label: Label| {
        // Bounded: a loop of jumps is a program that hangs, not a compiler that does.
        for _ in 0..16 {
            let place = places.get(label.0 as usize).copied().unwrap_or(usize::MAX);
            match instruction_at(&unit.items, place) {
                Some((_, PendingInstruction { operation: Operation::Jump, target: Some(next), .. }))
                    if *next != label =>
                {
                    label = *next;
                }
                _ => break,
            }
        }
        label
    };
    let targets: Vec<Option<Label>> = unit
        .items
        .iter()
        .map(|item| match item {
            Item::Instruction(PendingInstruction { operation: Operation::Send, target, .. }) => *target,
            Item::Instruction(PendingInstruction { target: Some(target), .. }) => Some(resolve(*target)),
            _ => None,
        })
        .collect();
    for (item, target) in unit.items.iter_mut().zip(targets) {
        if let Item::Instruction(instruction) = item {
            instruction.target = target;
        }
    }
}

fn remove_unreachable(unit: &mut Unit<'_>) {
    let places = label_places(unit);
    let mut reached = vec![false; unit.items.len()];
    let mut pending = vec![0usize];
    while let Some(start) = pending.pop() {
        let mut index = start;
        while let Some(item) = unit.items.get(index) {
            if reached[index] {
                break;
            }
            reached[index] = true;
            if let Item::Instruction(instruction) = item {
                let handler = instruction.handler.and_then(|id| unit.handlers.get(id.0 as usize));
                for label in instruction.target.into_iter().chain(handler.map(|handler| handler.label)) {
                    if let Some(&place) = places.get(label.0 as usize) {
                        pending.push(place);
                    }
                }
                if ends_flow(instruction.operation) {
                    break;
                }
            }
            index += 1;
        }
    }
    let mut index = 0;
    unit.items.retain(|item| {
        let keep = reached[index] || matches!(item, Item::Label(_));
        index += 1;
        keep
    });
}

fn remove_jumps_to_next(unit: &mut Unit<'_>) {
    let places = label_places(unit);
    let mut remove = vec![false; unit.items.len()];
    for (index, item) in unit.items.iter().enumerate() {
        if let Item::Instruction(PendingInstruction {
            operation: Operation::Jump, target: Some(target), ..
        }) = item
            && let Some(&place) = places.get(target.0 as usize)
            && place > index
            && unit.items[index + 1..place.min(unit.items.len())]
                .iter()
                .all(|item| matches!(item, Item::Label(_)))
        {
            remove[index] = true;
        }
    }
    let mut index = 0;
    unit.items.retain(|_| {
        index += 1;
        !remove[index - 1]
    });
}

/// Labels that nothing goes to would hide that two instructions follow each other.
fn remove_unused_labels(unit: &mut Unit<'_>) {
    let mut used = vec![false; unit.label_count as usize];
    let mut mark = |label: Label| {
        if let Some(used) = used.get_mut(label.0 as usize) {
            *used = true;
        }
    };
    unit.handlers.iter().for_each(|handler| mark(handler.label));
    for item in &unit.items {
        if let Item::Instruction(PendingInstruction { target: Some(target), .. }) = item {
            mark(*target);
        }
    }
    unit.items.retain(|item| match item {
        Item::Label(label) => used.get(label.0 as usize).copied().unwrap_or(true),
        Item::Instruction(_) => true,
    });
}

/// The conditional jump that is taken exactly when the other is not.
fn inverse(operation: Operation) -> Option<Operation> {
    use Operation::*;
    const PAIRS: &[(Operation, Operation)] = &[
        (JumpIfTrue, JumpIfFalse),
        (JumpIfNone, JumpIfNotNone),
        (JumpIfIs, JumpIfIsNot),
        (JumpIfLess, JumpIfNotLess),
        (JumpIfLessEqual, JumpIfNotLessEqual),
        (JumpIfEqual, JumpIfNotEqualTo),
        (JumpIfNotEqual, JumpIfNotUnequal),
        (JumpIfGreater, JumpIfNotGreater),
        (JumpIfGreaterEqual, JumpIfNotGreaterEqual),
        (JumpIfLessImmediate, JumpIfNotLessImmediate),
        (JumpIfLessEqualImmediate, JumpIfNotLessEqualImmediate),
        (JumpIfEqualImmediate, JumpIfNotEqualToImmediate),
        (JumpIfNotEqualImmediate, JumpIfNotUnequalImmediate),
        (JumpIfGreaterImmediate, JumpIfNotGreaterImmediate),
        (JumpIfGreaterEqualImmediate, JumpIfNotGreaterEqualImmediate),
    ];
    PAIRS.iter().find_map(|&(one, other)| match operation {
        operation if operation == one => Some(other),
        operation if operation == other => Some(one),
        _ => None,
    })
}

/// `jump-if A; jump B; A:` becomes `jump-if-not B; A:`.
fn invert_jumps_over_jumps(unit: &mut Unit<'_>) {
    let places = label_places(unit);
    let mut index = 0;
    while index + 1 < unit.items.len() {
        if let (Item::Instruction(first), Item::Instruction(second)) =
            (unit.items[index], unit.items[index + 1])
            && let (Some(inverted), Some(over), Operation::Jump) =
                (inverse(first.operation), first.target, second.operation)
            && let Some(&place) = places.get(over.0 as usize)
            && place > index
            && unit.items[index + 2..place.min(unit.items.len())]
                .iter()
                .all(|item| matches!(item, Item::Label(_)))
            && let Item::Instruction(instruction) = &mut unit.items[index]
        {
            instruction.operation = inverted;
            instruction.target = second.target;
            // The jump is left in place of nothing: it goes to the label it stands before.
            if let Item::Instruction(instruction) = &mut unit.items[index + 1] {
                instruction.target = Some(over);
            }
        }
        index += 1;
    }
}
