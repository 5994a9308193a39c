//! Which registers of a frame still matter at an instruction: backward dataflow over the operand table.
//!
//! Invariant: a register that any path, normal or exceptional, reads before writing is reported live; a dead one is
//! reported live only where the analysis would be too large (see [`Liveness::analyse`]), never the other way round.
//! A collector asks at a safepoint, so that a dead temporary keeps nothing alive.
//! Source: the textbook equations (Aho, Sethi, Ullman, section 10.6), with an edge from every instruction in a handler's
//! range to the handler, taken before the instruction has written anything.

use alloc::vec;
use alloc::vec::Vec;

use crate::control_flow::{
    CodeView, ends_block, for_each_read, for_each_write, for_each_write_on_jump, is_window, successors,
};
use crate::operation::RegisterRange;

/// A set of registers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RegisterSet {
    words: Vec<u64>,
}

impl RegisterSet {
    /// An empty set with room for registers below `register_count`.
    pub fn new(register_count: u16) -> Self {
        Self { words: vec![0; (register_count as usize).div_ceil(64)] }
    }

    /// Whether `register` is in the set.
    pub fn contains(&self, register: u16) -> bool {
        self.words.get(register as usize / 64).is_some_and(|word| word >> (register % 64) & 1 != 0)
    }

    /// The registers in the set, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.words.iter().enumerate().flat_map(|(index, &word)| {
            let mut rest = word;
            core::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                Some((index * 64) as u16 + bit as u16)
            })
        })
    }

    /// The bits, 64 registers a word, register 0 lowest.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    fn for_range(&mut self, range: RegisterRange, mut apply: impl FnMut(&mut u64, u64)) {
        let first = range.first as usize;
        let end = first.saturating_add(range.count as usize).min(self.words.len() * 64);
        let mut register = first;
        while register < end {
            let bit = register % 64;
            let count = (64 - bit).min(end - register);
            let mask = (u64::MAX >> (64 - count)) << bit;
            apply(&mut self.words[register / 64], mask);
            register += count;
        }
    }

    pub(crate) fn insert_range(&mut self, range: RegisterRange) {
        self.for_range(range, |word, mask| *word |= mask);
    }

    pub(crate) fn remove_range(&mut self, range: RegisterRange) {
        self.for_range(range, |word, mask| *word &= !mask);
    }

    fn clear(&mut self) {
        self.words.fill(0);
    }

    fn copy_words(&mut self, words: &[u64]) {
        self.words.clear();
        self.words.extend_from_slice(words);
    }

    /// Adds what is in `words`; whether that changed anything.
    pub(crate) fn union_words(&mut self, words: &[u64]) -> bool {
        let mut has_changed = false;
        for (mine, other) in self.words.iter_mut().zip(words) {
            has_changed |= other & !*mine != 0;
            *mine |= other;
        }
        has_changed
    }
}

/// The analysis of one code block: for each basic block, the registers live at its start. Valid for as long as the code
/// it was made from; asking about other code gives wrong sets, not undefined behaviour.
#[derive(Clone, Debug)]
pub struct Liveness {
    register_count: u16,
    /// First instruction of each basic block, ascending.
    starts: Vec<u32>,
    /// Per block, the handler's block and the register the exception goes to.
    handlers: Vec<Option<(u32, u16)>>,
    /// Per block, `words_per_block` words; empty when everything is taken as live.
    live_in: Vec<u64>,
    words_per_block: usize,
}

/// Above this many words the analysis is not worth its memory (32 MiB).
const LARGEST_ANALYSIS: usize = 1 << 22;

impl Liveness {
    /// Analyses a code block. Code so large that the result would take more than 32 MiB (hundreds of thousands of
    /// branches over thousands of registers) gets the safe answer, every register live everywhere.
    pub fn analyse(code: CodeView<'_>) -> Self {
        let starts = block_starts(code);
        let words_per_block = (code.register_count as usize).div_ceil(64);
        let size = starts.len().saturating_mul(words_per_block);
        if size > LARGEST_ANALYSIS {
            let (live_in, handlers) = (Vec::new(), Vec::new());
            return Self { register_count: code.register_count, starts, handlers, live_in, words_per_block };
        }
        let mut liveness = Self {
            register_count: code.register_count,
            handlers: Vec::new(),
            live_in: vec![0; size],
            starts,
            words_per_block,
        };
        liveness.handlers = liveness
            .starts
            .iter()
            .map(|&start| {
                let entry = code.handler(start as usize)?;
                Some((liveness.block_starting_at(entry.handler as usize)? as u32, entry.register))
            })
            .collect();
        liveness.solve(code);
        liveness
    }

    fn solve(&mut self, code: CodeView<'_>) {
        let block_count = self.starts.len();
        let mut predecessors: Vec<(u32, u32)> = Vec::new();
        for block in 0..block_count {
            for index in self.block_range(code, block) {
                let Some((operation, instruction, _)) = code.instruction(index) else { continue };
                let to = successors(operation, instruction, index);
                let targets = [to.jump.and_then(|at| usize::try_from(at).ok()), to.next];
                for target in targets.into_iter().flatten() {
                    if let Some(target) = self.block_starting_at(target) {
                        predecessors.push((target as u32, block as u32));
                    }
                }
            }
            if let Some(&Some((handler, _))) = self.handlers.get(block) {
                predecessors.push((handler, block as u32));
            }
        }
        predecessors.sort_unstable();
        predecessors.dedup();

        let mut live = RegisterSet::new(self.register_count);
        let mut scratch = RegisterSet::new(self.register_count);
        let mut pending: Vec<u32> = (0..block_count as u32).collect();
        let mut is_pending = vec![true; block_count];
        while let Some(block) = pending.pop() {
            let block = block as usize;
            is_pending[block] = false;
            live.clear();
            for index in self.block_range(code, block).rev() {
                self.step_back(code, block, index, &mut live, &mut scratch, true);
            }
            let words = &mut self.live_in[block * self.words_per_block..][..self.words_per_block];
            if words == live.words() {
                continue;
            }
            words.copy_from_slice(live.words());
            let from = predecessors.partition_point(|&(target, _)| (target as usize) < block);
            for &(_, source) in
                predecessors[from..].iter().take_while(|&&(target, _)| target as usize == block)
            {
                if !core::mem::replace(&mut is_pending[source as usize], true) {
                    pending.push(source);
                }
            }
        }
    }

    /// Whether the answers are exact; false for code too large to analyse.
    pub fn is_exact(&self) -> bool {
        self.live_in.len() == self.starts.len() * self.words_per_block
    }

    /// Registers live just before the instruction at `index` runs: what it reads and what is needed after it. Right for a
    /// safepoint inside any instruction that still needs its operands, calls of native functions included.
    pub fn live_before(&self, code: CodeView<'_>, index: usize) -> RegisterSet {
        self.live_at(code, index, true)
    }

    /// Registers of the caller that are needed after the instruction at `index`, or by its handler, whatever it writes:
    /// live-out without the destination. Right for a frame that is suspended in a call or a yield, whose callable and
    /// arguments belong to the callee now.
    pub fn live_across(&self, code: CodeView<'_>, index: usize) -> RegisterSet {
        self.live_at(code, index, false)
    }

    /// What a collector asks about a frame stopped at `index`: [`Liveness::live_across`] for operations that hand their
    /// operands to a callee's frame or suspend the frame, [`Liveness::live_before`] for all others.
    pub fn live_at_safepoint(&self, code: CodeView<'_>, index: usize) -> RegisterSet {
        use crate::operation::Operation::{Yield, YieldAsyncValue};
        let across = code.instruction(index).is_some_and(|(operation, _, _)| {
            is_window(operation) || matches!(operation, Yield | YieldAsyncValue)
        });
        self.live_at(code, index, !across)
    }

    /// Calls `visit` with every instruction and its [`Liveness::live_across`], in one pass over the code.
    pub fn for_each_live_across(&self, code: CodeView<'_>, mut visit: impl FnMut(usize, &RegisterSet)) {
        if !self.is_exact() {
            return;
        }
        let mut live = RegisterSet::new(self.register_count);
        let mut scratch = RegisterSet::new(self.register_count);
        for block in 0..self.starts.len() {
            live.clear();
            for index in self.block_range(code, block).rev() {
                self.step_back(code, block, index, &mut live, &mut scratch, false);
                visit(index, &live);
                if let Some((operation, instruction, extra)) = code.instruction(index) {
                    for_each_read(operation, instruction, extra, |range| live.insert_range(range));
                }
            }
        }
    }

    fn live_at(&self, code: CodeView<'_>, index: usize, with_reads: bool) -> RegisterSet {
        // A frame that stands behind an instruction of two words means the instruction.
        let index = match code.instruction(index) {
            Some((crate::operation::Operation::Extra, _, _)) => index.saturating_sub(1),
            _ => index,
        };
        let mut live = RegisterSet::new(self.register_count);
        let everything = RegisterRange { first: 0, count: self.register_count as u32 };
        if self.live_in.is_empty() || index >= code.instructions.len() {
            live.insert_range(everything);
            return live;
        }
        let mut scratch = RegisterSet::new(self.register_count);
        let block = self.starts.partition_point(|&start| start as usize <= index).saturating_sub(1);
        for at in self.block_range(code, block).rev().take_while(|&at| at > index) {
            self.step_back(code, block, at, &mut live, &mut scratch, true);
        }
        self.step_back(code, block, index, &mut live, &mut scratch, with_reads);
        live
    }

    /// Turns what is live after the instruction (within its block) into what is live before it.
    fn step_back(
        &self,
        code: CodeView<'_>,
        block: usize,
        index: usize,
        live: &mut RegisterSet,
        scratch: &mut RegisterSet,
        with_reads: bool,
    ) {
        let Some((operation, instruction, extra)) = code.instruction(index) else { return };
        if operation == crate::operation::Operation::Extra {
            return;
        }
        let to = successors(operation, instruction, index);
        match to.next {
            None => live.clear(),
            Some(next) => {
                if let Some(block) = self.block_starting_at(next) {
                    live.copy_words(self.block_live_in(block));
                } else if next >= code.instructions.len() {
                    live.clear();
                }
                for_each_write(operation, instruction, extra, |range| live.remove_range(range));
            }
        }
        let target = to.jump.and_then(|at| usize::try_from(at).ok());
        if let Some(block) = target.and_then(|at| self.block_starting_at(at)) {
            scratch.copy_words(self.block_live_in(block));
            for_each_write_on_jump(operation, instruction, extra, |range| scratch.remove_range(range));
            live.union_words(scratch.words());
        }
        if let Some(&Some((handler, register))) = self.handlers.get(block) {
            scratch.copy_words(self.block_live_in(handler as usize));
            scratch.remove_range(RegisterRange { first: register as u32, count: 1 });
            live.union_words(scratch.words());
        }
        if with_reads {
            for_each_read(operation, instruction, extra, |range| live.insert_range(range));
        }
    }

    fn block_live_in(&self, block: usize) -> &[u64] {
        let from = block.saturating_mul(self.words_per_block);
        self.live_in.get(from..from.saturating_add(self.words_per_block)).unwrap_or(&[])
    }

    fn block_starting_at(&self, index: usize) -> Option<usize> {
        self.starts.binary_search_by(|&start| (start as usize).cmp(&index)).ok()
    }

    fn block_range(&self, code: CodeView<'_>, block: usize) -> core::ops::Range<usize> {
        let start = self.starts.get(block).map_or(code.instructions.len(), |&start| start as usize);
        let end = self.starts.get(block + 1).map_or(code.instructions.len(), |&start| start as usize);
        start..end
    }
}

/// The first instructions of the basic blocks: entry, jump targets, what follows a jump, handlers, and the ends of
/// handlers' ranges (so that all instructions of a block have the same handler).
pub(crate) fn block_starts(code: CodeView<'_>) -> Vec<u32> {
    let length = code.instructions.len();
    let mut starts = Vec::new();
    let mut add = |index: usize| {
        if index < length {
            starts.push(index as u32);
        }
    };
    add(0);
    for index in 0..length {
        let Some((operation, instruction, _)) = code.instruction(index) else { continue };
        let to = successors(operation, instruction, index);
        if let Some(target) = to.jump {
            if let Ok(target) = usize::try_from(target) {
                add(target);
            }
            add(index + crate::control_flow::word_count(operation));
        } else if ends_block(operation) {
            add(index + 1);
        }
    }
    for entry in code.exception_table {
        for index in [entry.start, entry.end, entry.handler] {
            add(index as usize);
        }
    }
    starts.sort_unstable();
    starts.dedup();
    starts
}

#[cfg(test)]
mod tests;
