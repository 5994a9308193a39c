//! The matcher: runs a program over the units of a subject.
//!
//! Invariant: nothing recurses and nothing is trusted: what waits to be tried again is on `choices`, what must be put back before that on
//! `undo`, both in memory whose absence is a MemoryError; reads of code and text are checked. The loop polls, so a pattern
//! that takes exponential time delays no pause and ends with what a signal handler raises. The subject's units belong to an object that
//! the caller keeps and that never changes.
//!
//! A lookaround, an atomic group and a round of a possessive repetition run above a *barrier* on `choices`; the operation SUCCESS that
//! ends them cuts the stack back to it. What was bound inside stays on `undo` until an older choice is taken up.
//! Every failed attempt puts groups back exactly as they were.
//! Source: Modules/_sre/sre_lib.h of CPython 3.14 for the operations' meaning; the two stacks are those of Warren's abstract machine.

use alloc::vec::Vec;

use threadsnake_engine::text::search::Searchable;
use threadsnake_engine::{Context, PyResult};

use super::characters::{in_category, in_set_of, is_locale_literal, is_word, lower_ascii, lower_unicode};
use super::codes::{MAXIMUM_REPEAT, category, information, operation, place};
use super::program::Program;

/// An absent position.
pub const NOWHERE: usize = usize::MAX;
const NO_REPEAT: u32 = u32::MAX;
const NO_BARRIER: u32 = u32::MAX;
/// Operations between two polls.
const POLL_INTERVAL: u32 = 2048;

#[derive(Copy, Clone, PartialEq, Eq)]
enum Kind {
    /// Go on at `at`.
    Resume,
    /// Try the alternative whose skip is at `at`.
    Branch,
    /// The tail failed: match one more item of the lazy repetition `repeat`.
    LazyUntil,
    /// Give one unit back, down to `first`, then the tail at `at`.
    Greedy,
    /// Take one unit more; `at` is the operation, `second` how many there are.
    Lazy,
    /// Barriers: `first` is the barrier below.
    Assert,
    AssertNot,
    Atomic,
    /// `second` is how many items matched before.
    Possessive,
}

#[derive(Copy, Clone)]
struct Choice {
    kind: Kind,
    at: u32,
    repeat: u32,
    undo: u32,
    position: usize,
    first: usize,
    second: usize,
}

#[derive(Copy, Clone)]
struct Repeat {
    /// The REPEAT operation.
    at: usize,
    /// Items matched; -1 before the first UNTIL.
    count: i64,
    /// Where the last item began.
    last: usize,
    /// The repetition around it.
    outer: u32,
}

enum Undo {
    Mark { mark: usize, position: usize, last_group: usize },
    Repeat { index: u32, count: i64, last: usize },
    RepeatMade,
}

/// A match under way, and what the last one found.
pub struct Matcher<'a, U> {
    cx: &'a Context,
    program: &'a Program,
    code: &'a [u32],
    /// The subject up to its end position.
    text: &'a [U],
    whole: bool,
    /// A match that ends here where it started is none.
    refused: usize,
    marks: Vec<usize>,
    last_group: usize,
    choices: Vec<Choice>,
    undo: Vec<Undo>,
    repeats: Vec<Repeat>,
    repeat: u32,
    barrier: u32,
    fuel: u32,
    /// Where the last match began and ended.
    pub start: usize,
    pub end: usize,
}

/// What the operations of one round come to.
enum Step {
    Fail,
    Match,
}

impl<'a, U: Searchable> Matcher<'a, U> {
    /// A matcher over `text`, which ends where the match must end at the latest.
    pub fn new(
        cx: &'a Context,
        program: &'a Program,
        groups: usize,
        text: &'a [U],
        whole: bool,
    ) -> PyResult<Self> {
        let mut marks = Vec::new();
        let count = groups.saturating_mul(2);
        marks.try_reserve_exact(count).map_err(|_| cx.memory_error())?;
        marks.resize(count, NOWHERE);
        Ok(Matcher {
            cx,
            program,
            code: program.code(),
            text,
            whole,
            refused: NOWHERE,
            marks,
            last_group: 0,
            choices: Vec::new(),
            undo: Vec::new(),
            repeats: Vec::new(),
            repeat: NO_REPEAT,
            barrier: NO_BARRIER,
            fuel: POLL_INTERVAL,
            start: 0,
            end: 0,
        })
    }

    /// Pairs of positions of the groups, [`NOWHERE`] where a group took no part.
    pub fn marks(&self) -> &[usize] {
        &self.marks
    }

    /// The number of the group that was closed last, or 0.
    pub fn last_group(&self) -> usize {
        self.last_group
    }

    #[inline(always)]
    fn word(&self, at: usize) -> u32 {
        self.code.get(at).copied().unwrap_or(operation::FAILURE)
    }

    /// Where the skip at a place leads to.
    #[inline(always)]
    fn skip(&self, at: usize) -> usize {
        at.saturating_add(self.word(at) as usize)
    }

    #[inline(always)]
    fn unit(&self, position: usize) -> Option<u32> {
        self.text.get(position).map(|unit| unit.code_point())
    }

    fn use_fuel(&mut self, units: usize) -> PyResult<()> {
        self.fuel = self.fuel.saturating_sub(u32::try_from(units).unwrap_or(u32::MAX));
        if self.fuel == 0 {
            self.fuel = POLL_INTERVAL;
            self.cx.poll()?;
        }
        Ok(())
    }

    // Stacks

    #[inline]
    fn push(&mut self, choice: Choice) -> PyResult<()> {
        if self.choices.len() == self.choices.capacity() {
            self.choices.try_reserve(16).map_err(|_| self.cx.memory_error())?;
            if u32::try_from(self.choices.capacity()).is_err() {
                return Err(self.cx.memory_error());
            }
        }
        self.choices.push(choice);
        Ok(())
    }

    #[inline]
    fn choice(&self, kind: Kind, at: usize, position: usize) -> Choice {
        Choice {
            kind,
            // Code is at most as long as a list of Python integers fits in memory, and a `u32` counts its words.
            at: at as u32,
            repeat: self.repeat,
            undo: self.undo.len() as u32,
            position,
            first: 0,
            second: 0,
        }
    }

    /// Remembers how to undo something; needless when no choice is left to go back to.
    #[inline]
    fn remember(&mut self, undo: Undo) -> PyResult<()> {
        if self.choices.is_empty() {
            return Ok(());
        }
        if self.undo.len() == self.undo.capacity() {
            self.undo.try_reserve(16).map_err(|_| self.cx.memory_error())?;
            if u32::try_from(self.undo.capacity()).is_err() {
                return Err(self.cx.memory_error());
            }
        }
        self.undo.push(undo);
        Ok(())
    }

    #[inline]
    fn undo_to(&mut self, height: u32) {
        while self.undo.len() > height as usize {
            match self.undo.pop() {
                Some(Undo::Mark { mark, position, last_group }) => {
                    if let Some(place) = self.marks.get_mut(mark) {
                        *place = position;
                    }
                    self.last_group = last_group;
                }
                Some(Undo::Repeat { index, count, last }) => {
                    if let Some(repeat) = self.repeats.get_mut(index as usize) {
                        repeat.count = count;
                        repeat.last = last;
                    }
                }
                Some(Undo::RepeatMade) => drop(self.repeats.pop()),
                None => break,
            }
        }
    }

    fn set_mark(&mut self, mark: usize, position: usize) -> PyResult<()> {
        let old = self.marks.get(mark).copied().unwrap_or(NOWHERE);
        self.remember(Undo::Mark { mark, position: old, last_group: self.last_group })?;
        if let Some(place) = self.marks.get_mut(mark) {
            *place = position;
        }
        if mark & 1 != 0 {
            self.last_group = mark / 2 + 1;
        }
        Ok(())
    }

    fn set_repeat(&mut self, index: u32, count: i64, last: usize) -> PyResult<()> {
        let Some(&old) = self.repeats.get(index as usize) else { return Ok(()) };
        self.remember(Undo::Repeat { index, count: old.count, last: old.last })?;
        if let Some(repeat) = self.repeats.get_mut(index as usize) {
            repeat.count = count;
            repeat.last = last;
        }
        Ok(())
    }

    /// Puts a barrier on the stack.
    fn push_barrier(&mut self, kind: Kind, at: usize, position: usize, count: usize) -> PyResult<()> {
        let barrier =
            Choice { first: self.barrier as usize, second: count, ..self.choice(kind, at, position) };
        self.push(barrier)?;
        self.barrier = (self.choices.len() - 1) as u32;
        Ok(())
    }

    /// Takes the topmost barrier off with all that was tried above it.
    fn cut(&mut self) -> Option<Choice> {
        let index = self.barrier as usize;
        let barrier = self.choices.get(index).copied()?;
        if barrier.kind == Kind::AssertNot {
            self.undo_to(barrier.undo);
        }
        self.choices.truncate(index);
        if index == 0 {
            self.undo.clear();
        }
        self.barrier = barrier.first as u32;
        self.repeat = barrier.repeat;
        Some(barrier)
    }

    // Single units

    /// Whether the one-unit operation at a place takes a character.
    #[inline]
    fn takes(&self, at: usize, code_point: u32) -> bool {
        let argument = || self.word(at + 1);
        match self.word(at) {
            operation::ANY => code_point != '\n' as u32,
            operation::ANY_ALL => true,
            operation::LITERAL => code_point == argument(),
            operation::NOT_LITERAL => code_point != argument(),
            operation::CATEGORY => in_category(argument(), code_point),
            code @ (operation::IN
            | operation::IN_IGNORE
            | operation::IN_LOCALE_IGNORE
            | operation::IN_UNICODE_IGNORE) => self.set_takes(at, code, code_point),
            operation::LITERAL_IGNORE => lower_ascii(code_point) == argument(),
            operation::NOT_LITERAL_IGNORE => lower_ascii(code_point) != argument(),
            operation::LITERAL_UNICODE_IGNORE => lower_unicode(code_point) == argument(),
            operation::NOT_LITERAL_UNICODE_IGNORE => lower_unicode(code_point) != argument(),
            operation::LITERAL_LOCALE_IGNORE => is_locale_literal(argument(), code_point),
            operation::NOT_LITERAL_LOCALE_IGNORE => !is_locale_literal(argument(), code_point),
            _ => false,
        }
    }

    #[inline]
    fn set_takes(&self, at: usize, code: u32, code_point: u32) -> bool {
        if code_point < 256
            && let Some(bitmap) = self.program.bitmap(at)
        {
            let word = bitmap.get((code_point >> 6) as usize).copied().unwrap_or(0);
            return word >> (code_point & 63) & 1 != 0;
        }
        in_set_of(code, self.code.get(at + 2..).unwrap_or(&[]), code_point)
    }

    /// How many units from a position on the one-unit operation takes, at most `limit`.
    fn count(&mut self, at: usize, position: usize, limit: usize) -> PyResult<usize> {
        let rest = self.text.get(position..).unwrap_or(&[]);
        let rest = rest.get(..limit).unwrap_or(rest);
        let first_refused = match self.word(at) {
            operation::ANY_ALL => None,
            operation::ANY => U::from_code_point('\n' as u32).and_then(|unit| U::find_one(rest, unit)),
            operation::NOT_LITERAL => {
                U::from_code_point(self.word(at + 1)).and_then(|unit| U::find_one(rest, unit))
            }
            operation::LITERAL => {
                let literal = self.word(at + 1);
                rest.iter().position(|unit| unit.code_point() != literal)
            }
            code @ (operation::IN
            | operation::IN_IGNORE
            | operation::IN_LOCALE_IGNORE
            | operation::IN_UNICODE_IGNORE) => match self.program.bitmap(at) {
                Some(bitmap) => rest.iter().position(|unit| match unit.code_point() {
                    low @ 0..256 => bitmap[(low >> 6) as usize & 3] >> (low & 63) & 1 == 0,
                    high => !self.set_takes(at, code, high),
                }),
                None => rest.iter().position(|unit| !self.set_takes(at, code, unit.code_point())),
            },
            _ => rest.iter().position(|unit| !self.takes(at, unit.code_point())),
        };
        let count = first_refused.unwrap_or(rest.len());
        self.use_fuel(count / 16)?;
        Ok(count)
    }

    // Places

    fn before(&self, position: usize) -> Option<u32> {
        self.unit(position.checked_sub(1)?)
    }

    fn is_line_break(unit: Option<u32>) -> bool {
        unit == Some('\n' as u32)
    }

    fn at_boundary(&self, position: usize, word: u32) -> bool {
        let before = self.before(position).is_some_and(|unit| is_word(word, unit));
        let here = self.unit(position).is_some_and(|unit| is_word(word, unit));
        before != here
    }

    fn is_at(&self, wanted: u32, position: usize) -> bool {
        let end = self.text.len();
        match wanted {
            place::BEGINNING | place::BEGINNING_STRING => position == 0,
            place::BEGINNING_LINE => position == 0 || Self::is_line_break(self.before(position)),
            place::END => {
                position == end || (position + 1 == end && Self::is_line_break(self.unit(position)))
            }
            place::END_LINE => position == end || Self::is_line_break(self.unit(position)),
            place::END_STRING => position == end,
            place::BOUNDARY => self.at_boundary(position, category::WORD),
            place::NON_BOUNDARY => !self.at_boundary(position, category::WORD),
            place::LOCALE_BOUNDARY => self.at_boundary(position, category::LOCALE_WORD),
            place::LOCALE_NON_BOUNDARY => !self.at_boundary(position, category::LOCALE_WORD),
            place::UNICODE_BOUNDARY => self.at_boundary(position, category::UNICODE_WORD),
            place::UNICODE_NON_BOUNDARY => !self.at_boundary(position, category::UNICODE_WORD),
            _ => false,
        }
    }

    /// Where the text that a group holds ends if it stands again at a position.
    fn repeated(&self, group: usize, position: usize, fold: fn(u32) -> u32) -> Option<usize> {
        let (start, end) = self.group(group)?;
        let wanted = self.text.get(start..end)?;
        let found = self.text.get(position..position.checked_add(end - start)?)?;
        let same = wanted
            .iter()
            .zip(found)
            .all(|(wanted, found)| wanted == found || fold(wanted.code_point()) == fold(found.code_point()));
        same.then_some(position + (end - start))
    }

    /// The span of a group that took part, counted from 0.
    fn group(&self, group: usize) -> Option<(usize, usize)> {
        let start = self.marks.get(group * 2).copied().filter(|&start| start != NOWHERE)?;
        let end = self.marks.get(group * 2 + 1).copied().filter(|&end| end != NOWHERE)?;
        (start <= end).then_some((start, end))
    }

    // The loop

    /// Whether the alternative at a place cannot match what stands at a position.
    #[inline]
    fn refuses(&self, at: usize, position: usize) -> bool {
        match self.word(at) {
            operation::LITERAL => self.unit(position) != Some(self.word(at + 1)),
            operation::IN => !self.unit(position).is_some_and(|unit| self.set_takes(at, operation::IN, unit)),
            _ => false,
        }
    }

    /// The first alternative from the skip at a place on that may match, and the skip of the one behind it.
    fn next_alternative(&self, mut skip: usize, position: usize) -> Option<(usize, usize)> {
        while self.word(skip) != 0 {
            let next = self.skip(skip);
            if !self.refuses(skip + 1, position) {
                return Some((skip + 1, next));
            }
            skip = next;
        }
        None
    }

    /// Takes up the newest choice: where to go on.
    fn backtrack(&mut self) -> PyResult<Option<(usize, usize)>> {
        while let Some(&choice) = self.choices.last() {
            self.undo_to(choice.undo);
            let (at, position) = (choice.at as usize, choice.position);
            match choice.kind {
                Kind::Resume => {
                    self.choices.pop();
                    self.repeat = choice.repeat;
                    return Ok(Some((at, position)));
                }
                Kind::Branch => {
                    self.repeat = choice.repeat;
                    let Some((alternative, next)) = self.next_alternative(at, position) else {
                        self.choices.pop();
                        continue;
                    };
                    if self.word(next) == 0 {
                        self.choices.pop();
                    } else if let Some(top) = self.choices.last_mut() {
                        top.at = next as u32;
                    }
                    return Ok(Some((alternative, position)));
                }
                Kind::LazyUntil => {
                    self.choices.pop();
                    self.repeat = choice.repeat;
                    let Some(&repeat) = self.repeats.get(choice.repeat as usize) else { continue };
                    let count = repeat.count + 1;
                    let most = self.word(repeat.at + 3);
                    if (most != MAXIMUM_REPEAT && count >= most as i64) || position == repeat.last {
                        continue;
                    }
                    self.set_repeat(choice.repeat, count, position)?;
                    return Ok(Some((repeat.at + 4, position)));
                }
                Kind::Greedy => {
                    self.repeat = choice.repeat;
                    match self.give_back(at, choice.first, position) {
                        Some(position) => {
                            if position == choice.first {
                                self.choices.pop();
                            } else if let Some(top) = self.choices.last_mut() {
                                top.position = position;
                            }
                            return Ok(Some((at, position)));
                        }
                        None => drop(self.choices.pop()),
                    }
                }
                Kind::Lazy => {
                    self.repeat = choice.repeat;
                    let tail = self.skip(at + 1);
                    let most = self.word(at + 3);
                    let limit = if most == MAXIMUM_REPEAT { usize::MAX } else { most as usize };
                    match self.take_more(at + 4, tail, position, limit.saturating_sub(choice.second)) {
                        Some(next) => {
                            if let Some(top) = self.choices.last_mut() {
                                top.position = next;
                                top.second = choice.second.saturating_add(next - position);
                            }
                            self.use_fuel((next - position) / 16)?;
                            return Ok(Some((tail, next)));
                        }
                        None => drop(self.choices.pop()),
                    }
                }
                Kind::Assert | Kind::Atomic => {
                    self.choices.pop();
                    self.barrier = choice.first as u32;
                }
                Kind::AssertNot => {
                    self.choices.pop();
                    self.barrier = choice.first as u32;
                    self.repeat = choice.repeat;
                    return Ok(Some((at, position)));
                }
                Kind::Possessive => {
                    self.choices.pop();
                    self.barrier = choice.first as u32;
                    self.repeat = choice.repeat;
                    if choice.second >= self.word(at + 2) as usize {
                        return Ok(Some((self.skip(at + 1) + 1, position)));
                    }
                }
            }
        }
        Ok(None)
    }

    /// The next shorter end of a greedy repetition below `position` at which the tail may match.
    fn give_back(&self, tail: usize, lowest: usize, position: usize) -> Option<usize> {
        let mut position = position.checked_sub(1).filter(|&position| position >= lowest)?;
        if self.word(tail) == operation::LITERAL {
            let literal = self.word(tail + 1);
            let shorter = self.text.get(lowest..self.text.len().min(position + 1))?;
            position = lowest + shorter.iter().rposition(|unit| unit.code_point() == literal)?;
        }
        Some(position)
    }

    /// The next longer end of a lazy repetition behind `position` at which the tail may match, at most `limit` units on.
    fn take_more(&self, item: usize, tail: usize, position: usize, limit: usize) -> Option<usize> {
        let literal = (self.word(tail) == operation::LITERAL).then(|| self.word(tail + 1));
        let mut next = position;
        while next - position < limit && self.takes(item, self.unit(next)?) {
            next += 1;
            if literal.is_none() || self.unit(next) == literal {
                return Some(next);
            }
        }
        None
    }

    fn may_end(&self, position: usize) -> bool {
        !(self.whole && position != self.text.len()) && position != self.refused
    }

    /// Runs the program from an operation and a position on.
    fn run(&mut self, at: usize, position: usize) -> PyResult<bool> {
        self.choices.clear();
        self.undo.clear();
        self.repeats.clear();
        self.repeat = NO_REPEAT;
        self.barrier = NO_BARRIER;
        self.last_group = 0;
        self.marks.fill(NOWHERE);
        let (mut at, mut position) = (at, position);
        loop {
            match self.operations(at, position)? {
                Step::Match => return Ok(true),
                Step::Fail => match self.backtrack()? {
                    Some(next) => (at, position) = next,
                    None => return Ok(false),
                },
            }
        }
    }

    /// Operations until one fails or the whole has matched.
    fn operations(&mut self, mut at: usize, mut position: usize) -> PyResult<Step> {
        loop {
            self.fuel -= 1;
            if self.fuel == 0 {
                self.fuel = POLL_INTERVAL;
                self.cx.poll()?;
            }
            let code = self.word(at);
            match code {
                operation::LITERAL => {
                    if self.unit(position) != Some(self.word(at + 1)) {
                        return Ok(Step::Fail);
                    }
                    position += 1;
                    at += 2;
                }
                operation::MARK => {
                    self.set_mark(self.word(at + 1) as usize, position)?;
                    at += 2;
                }
                operation::IN
                | operation::IN_IGNORE
                | operation::IN_LOCALE_IGNORE
                | operation::IN_UNICODE_IGNORE => {
                    if !self.unit(position).is_some_and(|unit| self.set_takes(at, code, unit)) {
                        return Ok(Step::Fail);
                    }
                    position += 1;
                    at = self.skip(at + 1);
                }
                operation::ANY | operation::ANY_ALL => {
                    if !self.unit(position).is_some_and(|unit| self.takes(at, unit)) {
                        return Ok(Step::Fail);
                    }
                    position += 1;
                    at += 1;
                }
                operation::CATEGORY
                | operation::NOT_LITERAL
                | operation::LITERAL_IGNORE
                | operation::NOT_LITERAL_IGNORE
                | operation::LITERAL_LOCALE_IGNORE
                | operation::NOT_LITERAL_LOCALE_IGNORE
                | operation::LITERAL_UNICODE_IGNORE
                | operation::NOT_LITERAL_UNICODE_IGNORE => {
                    if !self.unit(position).is_some_and(|unit| self.takes(at, unit)) {
                        return Ok(Step::Fail);
                    }
                    position += 1;
                    at += 2;
                }
                operation::AT => {
                    if !self.is_at(self.word(at + 1), position) {
                        return Ok(Step::Fail);
                    }
                    at += 2;
                }
                operation::JUMP | operation::INFO => at = self.skip(at + 1),
                operation::BRANCH => {
                    let Some((alternative, next)) = self.next_alternative(at + 1, position) else {
                        return Ok(Step::Fail);
                    };
                    if self.word(next) != 0 {
                        self.push(self.choice(Kind::Branch, next, position))?;
                    }
                    at = alternative;
                }
                operation::REPEAT_ONE | operation::POSSESSIVE_REPEAT_ONE => {
                    let (least, most) = (self.word(at + 2) as usize, self.word(at + 3));
                    let limit = if most == MAXIMUM_REPEAT { usize::MAX } else { most as usize };
                    let count = self.count(at + 4, position, limit)?;
                    if count < least {
                        return Ok(Step::Fail);
                    }
                    let tail = self.skip(at + 1);
                    let lowest = position + least;
                    position += count;
                    at = tail;
                    if code == operation::POSSESSIVE_REPEAT_ONE || position == lowest {
                        continue;
                    }
                    // When the pattern ends here, no shorter repetition is asked for.
                    if self.word(tail) == operation::SUCCESS
                        && (self.barrier != NO_BARRIER || self.may_end(position))
                    {
                        continue;
                    }
                    let first_try = match self.word(tail) {
                        operation::LITERAL => match self.give_back(tail, lowest, position + 1) {
                            Some(position) => position,
                            // The literal may stand right behind the longest repetition only.
                            None => return Ok(Step::Fail),
                        },
                        _ => position,
                    };
                    position = first_try;
                    if position > lowest {
                        let choice = Choice { first: lowest, ..self.choice(Kind::Greedy, tail, position) };
                        self.push(choice)?;
                    }
                }
                operation::MIN_REPEAT_ONE => {
                    let least = self.word(at + 2) as usize;
                    if least > 0 {
                        if self.count(at + 4, position, least)? < least {
                            return Ok(Step::Fail);
                        }
                        position += least;
                    }
                    let choice = Choice { second: least, ..self.choice(Kind::Lazy, at, position) };
                    self.push(choice)?;
                    at = self.skip(at + 1);
                }
                operation::REPEAT => {
                    if self.repeats.len() == self.repeats.capacity() {
                        self.repeats.try_reserve(4).map_err(|_| self.cx.memory_error())?;
                        if u32::try_from(self.repeats.capacity()).is_err() {
                            return Err(self.cx.memory_error());
                        }
                    }
                    self.remember(Undo::RepeatMade)?;
                    self.repeats.push(Repeat { at, count: -1, last: NOWHERE, outer: self.repeat });
                    self.repeat = (self.repeats.len() - 1) as u32;
                    at = self.skip(at + 1);
                }
                operation::MAX_UNTIL | operation::MIN_UNTIL => {
                    let index = self.repeat;
                    let Some(&repeat) = self.repeats.get(index as usize) else { return Ok(Step::Fail) };
                    let count = repeat.count + 1;
                    let (least, most) = (self.word(repeat.at + 2), self.word(repeat.at + 3));
                    if count < least as i64 {
                        self.set_repeat(index, count, repeat.last)?;
                        at = repeat.at + 4;
                        continue;
                    }
                    if code == operation::MAX_UNTIL {
                        // An item that took nothing is not tried again at the same place.
                        if (most == MAXIMUM_REPEAT || count < most as i64) && position != repeat.last {
                            let tail = Choice {
                                repeat: repeat.outer,
                                ..self.choice(Kind::Resume, at + 1, position)
                            };
                            self.push(tail)?;
                            self.set_repeat(index, count, position)?;
                            at = repeat.at + 4;
                            continue;
                        }
                    } else {
                        self.push(self.choice(Kind::LazyUntil, at, position))?;
                    }
                    self.repeat = repeat.outer;
                    at += 1;
                }
                operation::SUCCESS => {
                    if self.barrier == NO_BARRIER {
                        if !self.may_end(position) {
                            return Ok(Step::Fail);
                        }
                        self.end = position;
                        return Ok(Step::Match);
                    }
                    let Some(barrier) = self.cut() else { return Ok(Step::Fail) };
                    match barrier.kind {
                        Kind::Assert => {
                            at = barrier.at as usize;
                            position = barrier.position;
                        }
                        Kind::AssertNot => return Ok(Step::Fail),
                        Kind::Possessive => {
                            let start = barrier.at as usize;
                            let count = barrier.second.saturating_add(1);
                            let most = self.word(start + 3);
                            let least = self.word(start + 2) as usize;
                            let allowed = most == MAXIMUM_REPEAT || count < most as usize;
                            // Once the least number is there, the first round may still take nothing.
                            if count < least || (allowed && (position != barrier.position || count == least))
                            {
                                self.push_barrier(Kind::Possessive, start, position, count)?;
                                at = start + 4;
                            } else {
                                at = self.skip(start + 1) + 1;
                            }
                        }
                        _ => at = barrier.at as usize,
                    }
                }
                operation::ASSERT => {
                    let Some(back) = position.checked_sub(self.word(at + 2) as usize) else {
                        return Ok(Step::Fail);
                    };
                    self.push_barrier(Kind::Assert, self.skip(at + 1), position, 0)?;
                    position = back;
                    at += 3;
                }
                operation::ASSERT_NOT => match position.checked_sub(self.word(at + 2) as usize) {
                    Some(back) => {
                        self.push_barrier(Kind::AssertNot, self.skip(at + 1), position, 0)?;
                        position = back;
                        at += 3;
                    }
                    None => at = self.skip(at + 1),
                },
                operation::ATOMIC_GROUP => {
                    self.push_barrier(Kind::Atomic, self.skip(at + 1), position, 0)?;
                    at += 2;
                }
                operation::POSSESSIVE_REPEAT => {
                    let most = self.word(at + 3);
                    if most == 0 {
                        at = self.skip(at + 1) + 1;
                        continue;
                    }
                    self.push_barrier(Kind::Possessive, at, position, 0)?;
                    at += 4;
                }
                operation::GROUP_REFERENCE
                | operation::GROUP_REFERENCE_IGNORE
                | operation::GROUP_REFERENCE_LOCALE_IGNORE
                | operation::GROUP_REFERENCE_UNICODE_IGNORE => {
                    let fold: fn(u32) -> u32 = match code {
                        operation::GROUP_REFERENCE => |code_point| code_point,
                        operation::GROUP_REFERENCE_UNICODE_IGNORE => lower_unicode,
                        _ => lower_ascii,
                    };
                    match self.repeated(self.word(at + 1) as usize, position, fold) {
                        Some(end) => {
                            self.use_fuel((end - position) / 16)?;
                            position = end;
                        }
                        None => return Ok(Step::Fail),
                    }
                    at += 2;
                }
                operation::GROUP_REFERENCE_EXISTS => {
                    at = match self.group(self.word(at + 1) as usize) {
                        Some(_) => at + 3,
                        None => at.saturating_add(1).saturating_add(self.word(at + 2) as usize),
                    };
                }
                // FAILURE, and what no verified program has.
                _ => return Ok(Step::Fail),
            }
        }
    }

    // Entry points

    /// Matches at a position. If `advance`, an empty match there is none.
    ///
    /// # Errors
    /// MemoryError, and what a signal handler raises.
    pub fn match_at(&mut self, position: usize, advance: bool) -> PyResult<bool> {
        self.refused = if advance { position } else { NOWHERE };
        self.start = position;
        let rest = self.text.len().saturating_sub(position);
        if self.word(0) == operation::INFO && rest < self.word(3) as usize {
            return Ok(false);
        }
        self.run(0, position)
    }

    /// Finds the first match from a position on. If `advance`, an empty match there is none.
    ///
    /// # Errors
    /// MemoryError, and what a signal handler raises.
    pub fn search_from(&mut self, position: usize, advance: bool) -> PyResult<bool> {
        self.refused = if advance { position } else { NOWHERE };
        let end = self.text.len();
        let Some(rest) = end.checked_sub(position) else { return Ok(false) };
        let mut at = 0;
        let mut last = end;
        if self.word(0) == operation::INFO {
            let least = self.word(3) as usize;
            if rest < least {
                return Ok(false);
            }
            last = end - least;
            let flags = self.word(2);
            at = self.skip(1);
            if flags & information::PREFIX != 0 {
                return self.search_prefix(position, flags & information::LITERAL != 0);
            }
            if flags & information::CHARSET != 0 {
                return self.search_set(position, last);
            }
        }
        if let Some(first) = self.first_unit(at) {
            return self.search_unit(at, first, position, last);
        }
        let only_beginning = self.word(at) == operation::AT
            && matches!(self.word(at + 1), place::BEGINNING | place::BEGINNING_STRING);
        let mut start = position;
        loop {
            self.start = start;
            if self.run(at, start)? {
                return Ok(true);
            }
            if start >= last || only_beginning {
                return Ok(false);
            }
            self.refused = NOWHERE;
            start += 1;
        }
    }

    /// The operation that takes the first unit of every match of what starts at a place, if it always is the same that does.
    fn first_unit(&self, mut at: usize) -> Option<usize> {
        while self.word(at) == operation::MARK {
            at += 2;
        }
        match self.word(at) {
            operation::REPEAT_ONE | operation::MIN_REPEAT_ONE | operation::POSSESSIVE_REPEAT_ONE
                if self.word(at + 2) > 0 =>
            {
                at += 4;
            }
            _ => {}
        }
        let is_set = matches!(
            self.word(at),
            operation::IN | operation::IN_IGNORE | operation::IN_LOCALE_IGNORE | operation::IN_UNICODE_IGNORE
        );
        (is_set && self.program.bitmap(at).is_some()).then_some(at)
    }

    /// A search for a pattern whose first unit is taken by the set at `first`.
    fn search_unit(&mut self, at: usize, first: usize, position: usize, last: usize) -> PyResult<bool> {
        let (code, mut start) = (self.word(first), position);
        loop {
            let candidates = self.text.get(start..).unwrap_or(&[]);
            let found = match self.program.bitmap(first) {
                Some(bitmap) => candidates.iter().position(|unit| match unit.code_point() {
                    low @ 0..256 => bitmap[(low >> 6) as usize & 3] >> (low & 63) & 1 != 0,
                    high => self.set_takes(first, code, high),
                }),
                None => candidates.iter().position(|unit| self.set_takes(first, code, unit.code_point())),
            };
            let Some(place) = found else { return Ok(false) };
            start += place;
            if start > last {
                return Ok(false);
            }
            self.use_fuel(1 + place / 16)?;
            self.start = start;
            // An empty match is refused only where the search begins, and this one takes a unit at least.
            if self.run(at, start)? {
                return Ok(true);
            }
            start += 1;
        }
    }

    /// A search for a pattern that begins with known characters.
    fn search_prefix(&mut self, position: usize, is_literal: bool) -> PyResult<bool> {
        let (length, skipped) = (self.word(5) as usize, self.word(6) as usize);
        let prefix = self.code.get(7..7usize.saturating_add(length)).unwrap_or(&[]);
        let tail = self.skip(1).saturating_add(skipped.saturating_mul(2));
        let Some(first) = prefix.first().and_then(|&first| U::from_code_point(first)) else {
            return Ok(false);
        };
        let mut start = position;
        loop {
            let rest = self.text.get(start..).unwrap_or(&[]);
            let Some(place) = U::find_one(rest, first) else { return Ok(false) };
            start += place;
            let Some(found) = self.text.get(start..start.saturating_add(length)) else { return Ok(false) };
            let same =
                found.iter().zip(prefix).take_while(|(unit, wanted)| unit.code_point() == **wanted).count();
            self.use_fuel(1 + same / 16 + place / 64)?;
            if same == length {
                self.start = start;
                if is_literal {
                    self.last_group = 0;
                    self.marks.fill(NOWHERE);
                    self.end = start + length;
                    return Ok(true);
                }
                if self.run(tail, start + skipped)? {
                    return Ok(true);
                }
            }
            start += 1;
        }
    }

    /// A search for a pattern whose first character is in a known set.
    fn search_set(&mut self, position: usize, last: usize) -> PyResult<bool> {
        let set = self.code.get(5..).unwrap_or(&[]);
        let tail = self.skip(1);
        if let Some(first) = self.first_unit(tail) {
            return self.search_unit(tail, first, position, last);
        }
        let mut start = position;
        let first = U::from_code_point(self.word(6))
            .filter(|_| self.word(5) == operation::LITERAL && self.word(7) == operation::FAILURE);
        while start <= last {
            let candidates = self.text.get(start..=last.min(self.text.len().wrapping_sub(1))).unwrap_or(&[]);
            let found = match first {
                Some(unit) => U::find_one(candidates, unit),
                None => candidates.iter().position(|unit| super::characters::in_set(set, unit.code_point())),
            };
            let Some(place) = found else { return Ok(false) };
            start += place;
            self.use_fuel(1 + place / 16)?;
            self.start = start;
            if self.run(tail, start)? {
                return Ok(true);
            }
            start += 1;
        }
        Ok(false)
    }
}
