//! Programs: the code of a pattern once it is known to be well formed.
//!
//! Invariant: in a `Program` every skip leads forwards to an operation inside the same part, parts end with what their owner expects, marks and
//! groups are below the pattern's number of groups, and the item of a repetition of one unit is one unit wide. The matcher
//! rests on this only for what it finds, never for memory safety: it reads code with checks.
//! Each `IN` operation has a bitmap of the 256 lowest characters, worked out once.
//! Source: Modules/_sre/sre.c (`_validate`) of CPython 3.14.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::characters::in_set_of;
use super::codes::{MAXIMUM_REPEAT, category, information, operation, place};

/// The code was not written by `re._compiler`.
#[derive(Debug)]
pub struct InvalidCode;

type Checked<T = ()> = Result<T, InvalidCode>;

/// Parts nested deeper than this are refused, which bounds the verifier's use of the native stack; `re._parser`, which is recursive
/// Python code, cannot make them.
const DEEPEST: usize = 2_000;

/// One bit for each character below 256.
pub type Bitmap = [u64; 4];

/// The verified code of a pattern.
#[derive(Debug)]
pub struct Program {
    code: Box<[u32]>,
    /// For each word of code that is an `IN` operation, one more than the place of its bitmap.
    bitmap_of: Box<[u32]>,
    bitmaps: Vec<Bitmap>,
}

impl Program {
    /// Verifies code.
    ///
    /// # Errors
    /// The code is malformed.
    pub fn new(code: Vec<u32>, groups: usize) -> Checked<Program> {
        let Some((&operation::SUCCESS, _)) = code.split_last() else { return Err(InvalidCode) };
        let mut verifier = Verifier {
            code: &code,
            marks: groups.checked_mul(2).ok_or(InvalidCode)?,
            bitmap_of: alloc::vec![0; code.len()],
            bitmaps: Vec::new(),
            depth: 0,
        };
        verifier.part(0, code.len() - 1)?;
        let (bitmap_of, bitmaps) = (verifier.bitmap_of.into_boxed_slice(), verifier.bitmaps);
        Ok(Program { code: code.into_boxed_slice(), bitmap_of, bitmaps })
    }

    /// The code.
    pub fn code(&self) -> &[u32] {
        &self.code
    }

    /// The bitmap of the `IN` operation at a place.
    #[inline]
    pub fn bitmap(&self, at: usize) -> Option<&Bitmap> {
        let number = self.bitmap_of.get(at).copied().unwrap_or(0) as usize;
        self.bitmaps.get(number.wrapping_sub(1))
    }
}

struct Verifier<'a> {
    code: &'a [u32],
    marks: usize,
    bitmap_of: Vec<u32>,
    bitmaps: Vec<Bitmap>,
    depth: usize,
}

impl Verifier<'_> {
    /// The word at a place below `end`.
    fn word(&self, at: usize, end: usize) -> Checked<u32> {
        if at >= end {
            return Err(InvalidCode);
        }
        self.code.get(at).copied().ok_or(InvalidCode)
    }

    /// Where the skip at a place leads to.
    fn skip(&self, at: usize, end: usize) -> Checked<usize> {
        let skip = self.word(at, end)? as usize;
        match at.checked_add(skip) {
            Some(target) if skip > 0 && target <= end => Ok(target),
            _ => Err(InvalidCode),
        }
    }

    fn expect(&self, at: usize, end: usize, wanted: u32) -> Checked {
        if self.word(at, end)? == wanted { Ok(()) } else { Err(InvalidCode) }
    }

    fn group(&self, at: usize, end: usize) -> Checked {
        match (self.word(at, end)? as usize).checked_mul(2) {
            Some(mark) if mark < self.marks => Ok(()),
            _ => Err(InvalidCode),
        }
    }

    /// A set from `start` up to its FAILURE, which is the word before `end`.
    fn set(&self, start: usize, end: usize) -> Checked {
        let last = end.checked_sub(1).ok_or(InvalidCode)?;
        self.expect(last, end, operation::FAILURE)?;
        let mut at = start;
        while at < last {
            at += match self.word(at, last)? {
                operation::NEGATE => 1,
                operation::LITERAL => 2,
                operation::RANGE | operation::RANGE_UNICODE_IGNORE => 3,
                operation::CHARSET => 1 + 8,
                operation::BIG_CHARSET => {
                    let blocks = self.word(at + 1, last)? as usize;
                    for word in self.code.get(at + 2..at + 66).ok_or(InvalidCode)? {
                        if word.to_ne_bytes().iter().any(|&block| block as usize >= blocks) {
                            return Err(InvalidCode);
                        }
                    }
                    blocks.checked_mul(8).and_then(|words| words.checked_add(66)).ok_or(InvalidCode)?
                }
                operation::CATEGORY => {
                    if self.word(at + 1, last)? >= category::COUNT {
                        return Err(InvalidCode);
                    }
                    2
                }
                _ => return Err(InvalidCode),
            };
        }
        if at == last { Ok(()) } else { Err(InvalidCode) }
    }

    fn remember_bitmap(&mut self, at: usize, code: u32) {
        let Some(set) = self.code.get(at + 2..) else { return };
        let mut bitmap = [0; 4];
        for character in 0..256u32 {
            if in_set_of(code, set, character)
                && let Some(word) = bitmap.get_mut((character >> 6) as usize)
            {
                *word |= 1u64 << (character & 63);
            }
        }
        self.bitmaps.push(bitmap);
        if let (Some(entry), Ok(number)) = (self.bitmap_of.get_mut(at), u32::try_from(self.bitmaps.len())) {
            *entry = number;
        }
    }

    fn information(&self, at: usize, end: usize) -> Checked<usize> {
        let next = self.skip(at, end)?;
        let flags = self.word(at + 1, next)?;
        self.word(at + 3, next)?;
        if flags & information::PREFIX != 0 {
            let length = self.word(at + 4, next)? as usize;
            let skip = self.word(at + 5, next)? as usize;
            let words = length.checked_mul(2).and_then(|words| words.checked_add(at + 6));
            if length == 0 || skip > length || words.is_none_or(|words| words > next) {
                return Err(InvalidCode);
            }
        } else if flags & information::CHARSET != 0 {
            self.set(at + 4, next)?;
        }
        Ok(next)
    }

    fn branches(&mut self, at: usize, end: usize) -> Checked<usize> {
        let mut skip = at;
        let mut exit = None;
        loop {
            if self.word(skip, end)? == 0 {
                break;
            }
            let next = self.skip(skip, end)?;
            let jump = next.checked_sub(2).filter(|&jump| jump > skip).ok_or(InvalidCode)?;
            self.expect(jump, end, operation::JUMP)?;
            let target = self.skip(jump + 1, end)?;
            if exit.is_some_and(|exit| exit != target) {
                return Err(InvalidCode);
            }
            exit = Some(target);
            self.part(skip + 1, jump)?;
            skip = next;
        }
        // All alternatives go on behind the word that ends them.
        match exit {
            Some(exit) if exit == skip + 1 => Ok(exit),
            None => Ok(skip + 1),
            Some(_) => Err(InvalidCode),
        }
    }

    fn bounds(&self, at: usize, end: usize) -> Checked {
        if self.word(at + 1, end)? <= self.word(at + 2, end)? { Ok(()) } else { Err(InvalidCode) }
    }

    /// The operations from `start` up to `end`.
    fn part(&mut self, start: usize, end: usize) -> Checked {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(InvalidCode);
        }
        let mut at = start;
        while at < end {
            at = self.operation(at, end)?;
        }
        self.depth -= 1;
        if at == end { Ok(()) } else { Err(InvalidCode) }
    }

    /// A part that ends with SUCCESS, which is the word before `end`.
    fn closed_part(&mut self, start: usize, end: usize) -> Checked {
        let last = end.checked_sub(1).filter(|&last| last >= start).ok_or(InvalidCode)?;
        self.expect(last, end, operation::SUCCESS)?;
        self.part(start, last)
    }

    /// The operation at a place: where the next one is.
    fn operation(&mut self, at: usize, end: usize) -> Checked<usize> {
        let code = self.word(at, end)?;
        let skip = at + 1;
        match code {
            operation::FAILURE | operation::SUCCESS | operation::ANY | operation::ANY_ALL => Ok(at + 1),
            operation::MARK => {
                if self.word(skip, end)? as usize >= self.marks {
                    return Err(InvalidCode);
                }
                Ok(at + 2)
            }
            operation::LITERAL
            | operation::NOT_LITERAL
            | operation::LITERAL_IGNORE
            | operation::NOT_LITERAL_IGNORE
            | operation::LITERAL_LOCALE_IGNORE
            | operation::NOT_LITERAL_LOCALE_IGNORE
            | operation::LITERAL_UNICODE_IGNORE
            | operation::NOT_LITERAL_UNICODE_IGNORE => {
                self.word(skip, end)?;
                Ok(at + 2)
            }
            operation::AT => {
                if self.word(skip, end)? >= place::COUNT {
                    return Err(InvalidCode);
                }
                Ok(at + 2)
            }
            operation::CATEGORY => {
                if self.word(skip, end)? >= category::COUNT {
                    return Err(InvalidCode);
                }
                Ok(at + 2)
            }
            operation::IN
            | operation::IN_IGNORE
            | operation::IN_LOCALE_IGNORE
            | operation::IN_UNICODE_IGNORE => {
                let next = self.skip(skip, end)?;
                self.set(skip + 1, next)?;
                self.remember_bitmap(at, code);
                Ok(next)
            }
            operation::INFO => self.information(skip, end),
            operation::BRANCH => self.branches(skip, end),
            operation::REPEAT_ONE | operation::MIN_REPEAT_ONE | operation::POSSESSIVE_REPEAT_ONE => {
                let next = self.skip(skip, end)?;
                self.bounds(skip, next)?;
                self.closed_part(skip + 3, next)?;
                self.one_unit(skip + 3, next - 1)?;
                Ok(next)
            }
            operation::REPEAT => {
                let until = self.skip(skip, end)?;
                self.bounds(skip, until)?;
                self.part(skip + 3, until)?;
                match self.word(until, end)? {
                    operation::MAX_UNTIL | operation::MIN_UNTIL => Ok(until + 1),
                    _ => Err(InvalidCode),
                }
            }
            operation::POSSESSIVE_REPEAT => {
                let success = self.skip(skip, end)?;
                self.bounds(skip, success)?;
                self.part(skip + 3, success)?;
                self.expect(success, end, operation::SUCCESS)?;
                Ok(success + 1)
            }
            operation::ATOMIC_GROUP => {
                let next = self.skip(skip, end)?;
                self.closed_part(skip + 1, next)?;
                Ok(next)
            }
            operation::ASSERT | operation::ASSERT_NOT => {
                let next = self.skip(skip, end)?;
                if self.word(skip + 1, next)? == MAXIMUM_REPEAT {
                    return Err(InvalidCode);
                }
                self.closed_part(skip + 2, next)?;
                Ok(next)
            }
            operation::GROUP_REFERENCE
            | operation::GROUP_REFERENCE_IGNORE
            | operation::GROUP_REFERENCE_LOCALE_IGNORE
            | operation::GROUP_REFERENCE_UNICODE_IGNORE => {
                self.group(skip, end)?;
                Ok(at + 2)
            }
            operation::GROUP_REFERENCE_EXISTS => self.conditional(at, end),
            _ => Err(InvalidCode),
        }
    }

    /// The item of a repetition of one unit.
    fn one_unit(&self, at: usize, end: usize) -> Checked {
        let next = match self.word(at, end)? {
            operation::FAILURE | operation::ANY | operation::ANY_ALL => at + 1,
            operation::IN
            | operation::IN_IGNORE
            | operation::IN_LOCALE_IGNORE
            | operation::IN_UNICODE_IGNORE => self.skip(at + 1, end)?,
            operation::CATEGORY
            | operation::LITERAL
            | operation::NOT_LITERAL
            | operation::LITERAL_IGNORE
            | operation::NOT_LITERAL_IGNORE
            | operation::LITERAL_LOCALE_IGNORE
            | operation::NOT_LITERAL_LOCALE_IGNORE
            | operation::LITERAL_UNICODE_IGNORE
            | operation::NOT_LITERAL_UNICODE_IGNORE => at + 2,
            _ => return Err(InvalidCode),
        };
        if next == end { Ok(()) } else { Err(InvalidCode) }
    }

    /// `<GROUPREF_EXISTS> <group> <skip> yes [<JUMP> <skip> no]`, the first skip counted from the group.
    fn conditional(&mut self, at: usize, end: usize) -> Checked<usize> {
        self.group(at + 1, end)?;
        let skip = self.word(at + 2, end)? as usize;
        let yes = at + 3;
        let no = (at + 1).checked_add(skip).filter(|&no| no >= yes && no <= end).ok_or(InvalidCode)?;
        let jump = no.checked_sub(2).filter(|&jump| jump >= yes);
        if let Some(jump) = jump
            && self.code.get(jump) == Some(&operation::JUMP)
            && let Ok(exit) = self.skip(jump + 1, end)
            && exit >= no
        {
            let depth = self.depth;
            if self.part(yes, jump).is_ok() && self.part(no, exit).is_ok() {
                return Ok(exit);
            }
            // What looked like a jump is an argument of the last operation.
            self.depth = depth;
        }
        self.part(yes, no)?;
        Ok(no)
    }
}
