//! Source positions of instructions, run-length coded.
//!
//! Invariant: the runs cover the instructions in order; an instruction past the end has no position.
//! Source: the purpose of CPython's `co_linetable` (Objects/locations.md); the coding is our own.

use alloc::borrow::Cow;
use alloc::vec::Vec;

/// A source range. Lines count from 1, columns from 0 in UTF-8 bytes; line 0 means "no position".
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Location {
    /// First line.
    pub line: u32,
    /// Last line.
    pub end_line: u32,
    /// Start column in the first line.
    pub column: u32,
    /// End column in the last line.
    pub end_column: u32,
}

/// Positions by instruction, as bytes: per run, a varint count, then zigzag varint line delta, varint line span, varint
/// column, zigzag varint of end column minus column.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LocationTable {
    /// The coded runs; those of code in an image that is part of the program stay in it.
    pub bytes: Cow<'static, [u8]>,
}

fn push_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// Reads the runs of coded positions one by one.
#[derive(Clone, Debug)]
pub struct LocationRuns<'a> {
    bytes: &'a [u8],
    line: i64,
}

impl LocationRuns<'_> {
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        let mut shift = 0;
        loop {
            let (&byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            value |= ((byte & 0x7f) as u64).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
            shift += 7;
        }
    }
}

impl Iterator for LocationRuns<'_> {
    type Item = (u32, Location);

    fn next(&mut self) -> Option<Self::Item> {
        if self.bytes.is_empty() {
            return None;
        }
        let count = self.varint()? as u32;
        let delta = unzigzag(self.varint()?);
        let span = self.varint()?;
        let column = self.varint()?;
        let width = unzigzag(self.varint()?);
        self.line = self.line.wrapping_add(delta);
        Some((
            count,
            Location {
                line: self.line as u32,
                end_line: (self.line as u64).wrapping_add(span) as u32,
                column: column as u32,
                end_column: (column as i64).wrapping_add(width) as u32,
            },
        ))
    }
}

impl LocationTable {
    /// Codes one position per instruction.
    pub fn from_locations(locations: &[Location]) -> Self {
        let mut bytes = Vec::new();
        let mut line = 0i64;
        let mut index = 0;
        while let Some(&location) = locations.get(index) {
            let count = locations[index..].iter().take_while(|&&other| other == location).count();
            push_varint(&mut bytes, count as u64);
            push_varint(&mut bytes, zigzag(location.line as i64 - line));
            push_varint(&mut bytes, location.end_line.saturating_sub(location.line) as u64);
            push_varint(&mut bytes, location.column as u64);
            push_varint(&mut bytes, zigzag(location.end_column as i64 - location.column as i64));
            line = location.line as i64;
            index += count;
        }
        Self { bytes: bytes.into() }
    }

    /// The runs: how many instructions, and their position.
    pub fn runs(&self) -> LocationRuns<'_> {
        LocationRuns::over(&self.bytes)
    }

    /// The position of one instruction.
    pub fn get(&self, instruction: u32) -> Option<Location> {
        self.runs().locate(instruction)
    }
}

impl<'a> LocationRuns<'a> {
    /// The runs in coded bytes.
    pub fn over(bytes: &'a [u8]) -> Self {
        Self { bytes, line: 0 }
    }

    /// The position of one instruction, counted from these runs' start.
    pub fn locate(self, instruction: u32) -> Option<Location> {
        let mut past = 0u32;
        for (count, location) in self {
            past = past.saturating_add(count);
            if instruction < past {
                return (location.line != 0).then_some(location);
            }
        }
        None
    }
}
