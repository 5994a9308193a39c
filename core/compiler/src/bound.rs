//! Definite assignment: drops bound checks of locals that are bound on every path.
//!
//! A forward must-analysis over the stream: a register is bound at a point if it is on all paths to it, exceptional ones
//! included (an instruction that raises leaves its destination as it was). Invariant: only `CheckBound` instructions are removed.

use threadsnake_bytecode::{OperandMode, Operation};

use crate::optimize::label_places;
use crate::unit::{Item, PendingInstruction, Unit, ends_flow};

/// A set of registers, by their index among the tracked ones.
#[derive(Clone, PartialEq, Eq)]
struct Set(Vec<u64>);

impl Set {
    fn new(count: usize, full: bool) -> Self {
        Self(vec![if full { u64::MAX } else { 0 }; count.div_ceil(64)])
    }

    fn insert(&mut self, index: usize) {
        if let Some(word) = self.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    fn remove(&mut self, index: usize) {
        if let Some(word) = self.0.get_mut(index / 64) {
            *word &= !(1 << (index % 64));
        }
    }

    fn contains(&self, index: usize) -> bool {
        self.0.get(index / 64).is_some_and(|word| word >> (index % 64) & 1 != 0)
    }

    /// Keeps what both have; whether that removed anything.
    fn intersect(&mut self, other: &Set) -> bool {
        let mut changed = false;
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            changed |= *word & !other != 0;
            *word &= other;
        }
        changed
    }
}

/// Registers that have bound checks, numbered.
struct Tracked {
    index: Vec<Option<u32>>,
    count: usize,
}

impl Tracked {
    fn of(unit: &Unit<'_>) -> Self {
        let mut tracked = Tracked { index: vec![None; unit.register_count as usize + 1], count: 0 };
        for item in &unit.items {
            if let Item::Instruction(PendingInstruction {
                operation: Operation::CheckBound | Operation::DeleteLocal,
                a,
                ..
            }) = item
                && let Some(slot @ None) = tracked.index.get_mut(*a as usize)
            {
                *slot = Some(tracked.count as u32);
                tracked.count += 1;
            }
        }
        tracked
    }

    fn get(&self, register: u32) -> Option<usize> {
        self.index.get(register as usize).copied().flatten().map(|index| index as usize)
    }

    /// What the instruction does to the set when it does not raise and does not jump.
    fn apply(&self, instruction: &PendingInstruction, set: &mut Set) {
        match instruction.operation {
            Operation::Clear | Operation::DeleteLocal => {
                if let Some(index) = self.get(instruction.a.into()) {
                    set.remove(index);
                }
            }
            Operation::CheckBound => {
                if let Some(index) = self.get(instruction.a.into()) {
                    set.insert(index);
                }
            }
            operation => {
                let modes = operation.operands();
                if matches!(modes[0], OperandMode::Write | OperandMode::ReadWrite)
                    && let Some(index) = self.get(instruction.a.into())
                {
                    set.insert(index);
                }
                let extra = instruction.extra.map_or(0, |extra| extra.0);
                let written =
                    operation.register_ranges(instruction.a, instruction.b, instruction.c, extra).written;
                for register in written.first..written.first + written.count {
                    if let Some(index) = self.get(register) {
                        set.insert(index);
                    }
                }
            }
        }
    }
}

/// Runs the analysis and removes what it shows to be needless.
pub fn remove_needless_checks(unit: &mut Unit<'_>) {
    let tracked = Tracked::of(unit);
    if tracked.count == 0 {
        return;
    }
    let places = label_places(unit);
    let place_of = |label: crate::unit::Label| places.get(label.0 as usize).copied().unwrap_or(usize::MAX);

    // States are kept at labels and the entry; between them they are recomputed.
    let mut states: Vec<Option<Set>> = vec![None; unit.items.len() + 1];
    let mut entry = Set::new(tracked.count, false);
    for register in 0..unit.parameter_count {
        if let Some(index) = tracked.get(register.into()) {
            entry.insert(index);
        }
    }
    let merge = |states: &mut Vec<Option<Set>>, pending: &mut Vec<usize>, place: usize, set: &Set| {
        let Some(state) = states.get_mut(place) else { return };
        let changed = match state {
            Some(state) => state.intersect(set),
            None => {
                *state = Some(set.clone());
                true
            }
        };
        if changed {
            pending.push(place);
        }
    };
    let mut pending = vec![];
    let mut start = Some(entry);
    loop {
        let (mut index, mut set) = match (start.take(), pending.pop()) {
            (Some(set), _) => (0, set),
            (None, Some(place)) => match states.get(place).cloned().flatten() {
                Some(set) => (place + 1, set),
                None => continue,
            },
            (None, None) => break,
        };
        while let Some(item) = unit.items.get(index) {
            match item {
                Item::Label(_) => {
                    merge(&mut states, &mut pending, index, &set);
                    break;
                }
                Item::Instruction(instruction) => {
                    if let Some(handler) = instruction.handler.and_then(|id| unit.handlers.get(id.0 as usize))
                    {
                        // The exception's own register is never a tracked one.
                        merge(&mut states, &mut pending, place_of(handler.label), &set);
                    }
                    if let Some(target) = instruction.target {
                        merge(&mut states, &mut pending, place_of(target), &set);
                    }
                    if ends_flow(instruction.operation) {
                        break;
                    }
                    tracked.apply(instruction, &mut set);
                }
            }
            index += 1;
        }
    }

    let mut set = Set::new(tracked.count, false);
    for register in 0..unit.parameter_count {
        if let Some(index) = tracked.get(register.into()) {
            set.insert(index);
        }
    }
    let mut index = 0;
    unit.items.retain_mut(|item| {
        let place = index;
        index += 1;
        match item {
            Item::Label(_) => {
                set = states.get(place).cloned().flatten().unwrap_or_else(|| Set::new(tracked.count, true));
                true
            }
            Item::Instruction(instruction) => {
                let bound = tracked.get(instruction.a.into()).is_some_and(|index| set.contains(index));
                tracked.apply(instruction, &mut set);
                match instruction.operation {
                    Operation::CheckBound if bound => false,
                    Operation::DeleteLocal if bound => {
                        instruction.operation = Operation::Clear;
                        instruction.b = 0;
                        instruction.c = 0;
                        true
                    }
                    _ => true,
                }
            }
        }
    });
}
