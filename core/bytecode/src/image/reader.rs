//! Reads images.
//!
//! Invariant: bytes are reached through `get` alone; every count is compared with the bytes that are left before
//! anything is allocated for it, and everything allocated is charged to the module's budget first.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{
    CHECKED_FROM, DEEPEST, FNV_START, FORMAT_VERSION, HEADER_LENGTH, ImageError, MAGIC, MODULE_IS_PACKAGE,
    MODULE_ROW_LENGTH, abi_hash, decode_budget, fnv1a, tag,
};
use crate::code::{CellVariable, Code, Constant, ExceptionTableEntry, Text};
use crate::instruction::Instruction;
use crate::location::LocationTable;
use crate::operation::{OperandMode, Operation};

/// Byte strings by number, in place.
#[derive(Copy, Clone, Debug)]
struct Table<'a> {
    ends: &'a [u8],
    data: &'a [u8],
}

fn word_at(bytes: &[u8], at: usize) -> Result<u32, ImageError> {
    let word = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()).ok_or(ImageError::Truncated)?;
    Ok(u32::from_le_bytes(*word))
}

fn long_at(bytes: &[u8], at: usize) -> Result<u64, ImageError> {
    let word = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()).ok_or(ImageError::Truncated)?;
    Ok(u64::from_le_bytes(*word))
}

impl<'a> Table<'a> {
    /// The table whose three header words are at `at`.
    fn open(bytes: &'a [u8], at: usize) -> Result<Self, ImageError> {
        let count = word_at(bytes, at)? as usize;
        let index = word_at(bytes, at + 4)? as usize;
        let data = word_at(bytes, at + 8)? as usize;
        let length =
            count.checked_add(1).and_then(|ends| ends.checked_mul(4)).ok_or(ImageError::Truncated)?;
        let end = index.checked_add(length).ok_or(ImageError::Truncated)?;
        Ok(Self {
            ends: bytes.get(index..end).ok_or(ImageError::Truncated)?,
            data: bytes.get(data..).ok_or(ImageError::Truncated)?,
        })
    }

    fn count(&self) -> usize {
        (self.ends.len() / 4).saturating_sub(1)
    }

    fn get(&self, number: u64) -> Result<&'a [u8], ImageError> {
        let at = usize::try_from(number).ok().and_then(|number| number.checked_mul(4));
        let at = at.ok_or(ImageError::Malformed("number out of range"))?;
        let bound =
            |at: usize| word_at(self.ends, at).map_err(|_| ImageError::Malformed("number out of range"));
        let (start, end) = (bound(at)? as usize, bound(at.saturating_add(4))? as usize);
        self.data.get(start..end).ok_or(ImageError::Truncated)
    }
}

/// An image in place: nothing is decoded until asked for.
#[derive(Copy, Clone, Debug)]
pub struct Image<'a> {
    bytes: &'a [u8],
    strings: Table<'a>,
    constants: Table<'a>,
    names: Table<'a>,
    rows: &'a [u8],
    code: &'a [u8],
}

/// One module of an image.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Module<'a> {
    /// The dotted name.
    pub name: &'a str,
    /// Whether it is a package.
    pub is_package: bool,
    code: &'a [u8],
}

/// Where a code block lies in an image: its offset in the code. Decoding it takes the image it is from.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct StoredCode(pub u32);

/// A constant of a code block whose nested blocks are left in the image.
#[derive(Clone, PartialEq, Debug)]
pub enum StoredConstant {
    /// Anything but code.
    Constant(Constant),
    /// A nested block.
    Code(StoredCode),
}

/// A code block but for its constants and locations, with its names borrowed from where they are stored: what a code object is made of.
/// The fields are those of [`Code`].
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each is described at `Code`")]
pub struct CodeParts<'a> {
    pub name: &'a [u8],
    pub qualified_name: &'a [u8],
    pub file_name: &'a [u8],
    pub first_line: u32,
    pub flags: u32,
    pub argument_count: u16,
    pub positional_only_count: u16,
    pub keyword_only_count: u16,
    pub register_count: u16,
    pub local_names: Vec<&'a [u8]>,
    /// Names and registers.
    pub cell_variables: Vec<(&'a [u8], u16)>,
    pub free_names: Vec<&'a [u8]>,
    pub names: Vec<&'a [u8]>,
    pub instructions: Box<[Instruction]>,
    pub exception_table: Box<[ExceptionTableEntry]>,
}

fn borrowed(texts: &[Text]) -> Vec<&[u8]> {
    texts.iter().map(|text| &*text.0).collect()
}

fn owned(texts: Vec<&[u8]>) -> Vec<Text> {
    texts.into_iter().map(|text| Text(text.into())).collect()
}

impl<'a> From<&'a Code> for CodeParts<'a> {
    fn from(code: &'a Code) -> Self {
        CodeParts {
            name: &code.name.0,
            qualified_name: &code.qualified_name.0,
            file_name: &code.file_name.0,
            first_line: code.first_line,
            flags: code.flags,
            argument_count: code.argument_count,
            positional_only_count: code.positional_only_count,
            keyword_only_count: code.keyword_only_count,
            register_count: code.register_count,
            local_names: borrowed(&code.local_names),
            cell_variables: code.cell_variables.iter().map(|cell| (&*cell.name.0, cell.register)).collect(),
            free_names: borrowed(&code.free_names),
            names: borrowed(&code.names),
            instructions: code.instructions.as_slice().into(),
            exception_table: code.exception_table.as_slice().into(),
        }
    }
}

/// What [`Image::parts`] gives: the parts, the constants and the coded locations.
pub type StoredParts<'a> = (CodeParts<'a>, Vec<StoredConstant>, &'a [u8]);

impl<'a> Image<'a> {
    /// Opens an image, looking at its header alone.
    pub fn open(bytes: &'a [u8]) -> Result<Self, ImageError> {
        if bytes.get(..MAGIC.len()) != Some(&MAGIC[..]) {
            return Err(ImageError::Magic);
        }
        let version = word_at(bytes, 8)?;
        if version != FORMAT_VERSION {
            return Err(ImageError::Version(version));
        }
        if word_at(bytes, 12)? as usize != bytes.len() || bytes.len() < HEADER_LENGTH {
            return Err(ImageError::Truncated);
        }
        if long_at(bytes, 16)? != abi_hash() {
            return Err(ImageError::OperationTable);
        }
        let names = Table::open(bytes, 56)?;
        let rows = word_at(bytes, 68)? as usize;
        let code = word_at(bytes, 72)? as usize;
        let end = names
            .count()
            .checked_mul(MODULE_ROW_LENGTH)
            .and_then(|length| rows.checked_add(length))
            .ok_or(ImageError::Truncated)?;
        Ok(Self {
            bytes,
            strings: Table::open(bytes, 32)?,
            constants: Table::open(bytes, 44)?,
            names,
            rows: bytes.get(rows..end).ok_or(ImageError::Truncated)?,
            code: bytes.get(code..).ok_or(ImageError::Truncated)?,
        })
    }

    /// How many modules there are.
    pub fn module_count(&self) -> usize {
        self.rows.len() / MODULE_ROW_LENGTH
    }

    /// The module at a place in the order of names.
    pub fn module(&self, place: usize) -> Result<Module<'a>, ImageError> {
        let row = place.checked_mul(MODULE_ROW_LENGTH).ok_or(ImageError::Truncated)?;
        let word = |number: usize| word_at(self.rows, row.saturating_add(4 * number));
        let name = core::str::from_utf8(self.names.get(place as u64)?)
            .map_err(|_| ImageError::Malformed("module name"))?;
        let flags = word(0)?;
        if flags & !MODULE_IS_PACKAGE != 0 {
            return Err(ImageError::Malformed("module flags"));
        }
        let code = self.code.get(word(1)? as usize..word(2)? as usize).ok_or(ImageError::Truncated)?;
        Ok(Module { name, is_package: flags & MODULE_IS_PACKAGE != 0, code })
    }

    /// All modules in the order of names.
    pub fn modules(&self) -> impl Iterator<Item = Result<Module<'a>, ImageError>> + use<'a> {
        let image = *self;
        (0..image.module_count()).map(move |place| image.module(place))
    }

    /// The module with this dotted name.
    pub fn find(&self, name: &str) -> Result<Option<Module<'a>>, ImageError> {
        let (mut low, mut high) = (0, self.module_count());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.names.get(middle as u64)?.cmp(name.as_bytes()) {
                core::cmp::Ordering::Equal => return self.module(middle).map(Some),
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Greater => high = middle,
            }
        }
        Ok(None)
    }

    /// A module's code, not verified: for images that the engine itself carries. Code from elsewhere goes through
    /// [`Image::decode_verified`].
    pub fn decode(&self, module: &Module<'a>) -> Result<Code, ImageError> {
        self.decode_stored(self.stored(module)?)
    }

    /// Where a module's code is.
    pub fn stored(&self, module: &Module<'a>) -> Result<StoredCode, ImageError> {
        self.place_of(module.code)
    }

    /// Where a part of the code section is.
    fn place_of(&self, part: &'a [u8]) -> Result<StoredCode, ImageError> {
        let place = part.as_ptr().addr().wrapping_sub(self.code.as_ptr().addr());
        u32::try_from(place).map(StoredCode).map_err(|_| ImageError::TooLarge)
    }

    /// A decoder at a block, with a budget for all of it.
    fn decoder(&self, stored: StoredCode) -> Result<Decoder<'_, 'a>, ImageError> {
        let rest = self.code.get(stored.0 as usize..).ok_or(ImageError::Truncated)?;
        let mut decoder = Decoder { image: self, rest, budget: 0 };
        let block = decoder.block()?;
        Ok(Decoder { image: self, rest: block, budget: decode_budget(block.len()) })
    }

    /// A block and all that is nested in it, not verified.
    pub fn decode_stored(&self, stored: StoredCode) -> Result<Code, ImageError> {
        self.decoder(stored)?.code(DEEPEST)
    }

    /// A block without what is nested in it, not verified.
    pub fn parts(&self, stored: StoredCode) -> Result<StoredParts<'a>, ImageError> {
        self.decoder(stored)?.parts()
    }

    /// A module's code, verified.
    pub fn decode_verified(&self, module: &Module<'a>) -> Result<Code, ImageError> {
        let code = self.decode(module)?;
        crate::verifier::verify(&code)?;
        Ok(code)
    }

    /// Checks the whole image: checksum, order of modules, every module's code.
    pub fn check(&self) -> Result<(), ImageError> {
        let checked = self.bytes.get(CHECKED_FROM..).ok_or(ImageError::Truncated)?;
        if long_at(self.bytes, CHECKED_FROM - 8)? != fnv1a(FNV_START, checked) {
            return Err(ImageError::Checksum);
        }
        let mut last = None;
        for module in self.modules() {
            let module = module?;
            if last.is_some_and(|last| last >= module.name) {
                return Err(ImageError::Malformed("order of modules"));
            }
            last = Some(module.name);
            self.decode_verified(&module)?;
        }
        Ok(())
    }

    /// How many distinct strings and constants the modules share.
    pub fn shared_counts(&self) -> (usize, usize) {
        (self.strings.count(), self.constants.count())
    }
}

struct Decoder<'i, 'a> {
    image: &'i Image<'a>,
    rest: &'a [u8],
    budget: usize,
}

impl<'a> Decoder<'_, 'a> {
    fn charge(&mut self, bytes: usize) -> Result<(), ImageError> {
        self.budget = self.budget.checked_sub(bytes).ok_or(ImageError::TooLarge)?;
        Ok(())
    }

    fn byte(&mut self) -> Result<u8, ImageError> {
        let (&byte, rest) = self.rest.split_first().ok_or(ImageError::Truncated)?;
        self.rest = rest;
        Ok(byte)
    }

    fn bytes(&mut self, length: usize) -> Result<&'a [u8], ImageError> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(ImageError::Truncated)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn varint(&mut self) -> Result<u64, ImageError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = (byte & 0x7f) as u64;
            if bits << shift >> shift != bits {
                return Err(ImageError::Malformed("number too large"));
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(ImageError::Malformed("number too long"))
    }

    fn signed(&mut self) -> Result<i64, ImageError> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn number<T: TryFrom<u64>>(&mut self) -> Result<T, ImageError> {
        T::try_from(self.varint()?).map_err(|_| ImageError::Malformed("number too large"))
    }

    /// A count of things that take at least a byte each, charged at `size` bytes each.
    fn count(&mut self, size: usize) -> Result<usize, ImageError> {
        let count: usize = self.number()?;
        if count > self.rest.len() {
            return Err(ImageError::Truncated);
        }
        self.charge(count.saturating_mul(size))?;
        Ok(count)
    }

    /// The bytes of a code block, after its length.
    fn block(&mut self) -> Result<&'a [u8], ImageError> {
        let length = self.number()?;
        self.bytes(length)
    }

    fn text(&mut self) -> Result<&'a [u8], ImageError> {
        let number = self.varint()?;
        let bytes = self.image.strings.get(number)?;
        self.charge(bytes.len())?;
        Ok(bytes)
    }

    fn texts(&mut self) -> Result<Vec<&'a [u8]>, ImageError> {
        let count = self.count(size_of::<Text>())?;
        let mut texts = Vec::with_capacity(count);
        for _ in 0..count {
            texts.push(self.text()?);
        }
        Ok(texts)
    }

    /// What is left, which is a block, with what is nested in it.
    fn code(&mut self, depth: usize) -> Result<Code, ImageError> {
        let depth = depth.checked_sub(1).ok_or(ImageError::TooDeep)?;
        let (parts, stored, locations) = self.parts()?;
        let mut constants = Vec::with_capacity(stored.len());
        for constant in stored {
            constants.push(match constant {
                StoredConstant::Constant(constant) => constant,
                StoredConstant::Code(place) => {
                    self.rest = self.image.code.get(place.0 as usize..).ok_or(ImageError::Truncated)?;
                    self.rest = self.block()?;
                    Constant::Code(Box::new(self.code(depth)?))
                }
            });
        }
        self.charge(locations.len())?;
        let cell = |(name, register): (&[u8], u16)| CellVariable { name: Text(name.into()), register };
        Ok(Code {
            name: Text(parts.name.into()),
            qualified_name: Text(parts.qualified_name.into()),
            file_name: Text(parts.file_name.into()),
            first_line: parts.first_line,
            flags: parts.flags,
            argument_count: parts.argument_count,
            positional_only_count: parts.positional_only_count,
            keyword_only_count: parts.keyword_only_count,
            register_count: parts.register_count,
            local_names: owned(parts.local_names),
            cell_variables: parts.cell_variables.into_iter().map(cell).collect(),
            free_names: owned(parts.free_names),
            names: owned(parts.names),
            constants,
            instructions: parts.instructions.into_vec(),
            exception_table: parts.exception_table.into_vec(),
            locations: LocationTable { bytes: locations.to_vec().into() },
        })
    }

    /// What is left, which is a block, without what is nested in it.
    fn parts(&mut self) -> Result<StoredParts<'a>, ImageError> {
        self.charge(size_of::<Code>())?;
        // Fields are read in the order in which the writer writes them.
        let (name, qualified_name, file_name) = (self.text()?, self.text()?, self.text()?);
        let (first_line, flags) = (self.number()?, self.number()?);
        let (argument_count, positional_only_count) = (self.number()?, self.number()?);
        let (keyword_only_count, register_count) = (self.number()?, self.number()?);
        let local_names = self.texts()?;
        let cell_variables = self.cells()?;
        let free_names = self.texts()?;
        let names = self.texts()?;
        let constants = self.constants()?;
        let instructions = self.instructions()?.into_boxed_slice();
        let exception_table = self.exception_table()?.into_boxed_slice();
        let length = self.number()?;
        let locations = self.bytes(length)?;
        if !self.rest.is_empty() {
            return Err(ImageError::Malformed("bytes after the code"));
        }
        let parts = CodeParts {
            name,
            qualified_name,
            file_name,
            first_line,
            flags,
            argument_count,
            positional_only_count,
            keyword_only_count,
            register_count,
            local_names,
            cell_variables,
            free_names,
            names,
            instructions,
            exception_table,
        };
        Ok((parts, constants, locations))
    }

    fn cells(&mut self) -> Result<Vec<(&'a [u8], u16)>, ImageError> {
        let count = self.count(size_of::<CellVariable>())?;
        let mut cells = Vec::with_capacity(count);
        for _ in 0..count {
            cells.push((self.text()?, self.number()?));
        }
        Ok(cells)
    }

    fn constants(&mut self) -> Result<Vec<StoredConstant>, ImageError> {
        let count = self.count(size_of::<StoredConstant>())?;
        let mut constants = Vec::with_capacity(count);
        for _ in 0..count {
            constants.push(match self.varint()?.checked_sub(1) {
                None => {
                    let place = self.image.place_of(self.rest)?;
                    self.block()?;
                    StoredConstant::Code(place)
                }
                Some(number) => {
                    let coded = self.image.constants.get(number)?;
                    let after = core::mem::replace(&mut self.rest, coded);
                    let constant = self.constant(DEEPEST)?;
                    if !core::mem::replace(&mut self.rest, after).is_empty() {
                        return Err(ImageError::Malformed("bytes after a constant"));
                    }
                    StoredConstant::Constant(constant)
                }
            });
        }
        Ok(constants)
    }

    fn float(&mut self) -> Result<f64, ImageError> {
        let bytes = self.bytes(8)?.first_chunk::<8>().ok_or(ImageError::Truncated)?;
        Ok(f64::from_bits(u64::from_le_bytes(*bytes)))
    }

    fn counted_bytes(&mut self) -> Result<Box<[u8]>, ImageError> {
        let count = self.count(1)?;
        Ok(self.bytes(count)?.into())
    }

    fn constant(&mut self, depth: usize) -> Result<Constant, ImageError> {
        let depth = depth.checked_sub(1).ok_or(ImageError::TooDeep)?;
        Ok(match self.byte()? {
            tag::NONE => Constant::None,
            tag::TRUE => Constant::True,
            tag::FALSE => Constant::False,
            tag::ELLIPSIS => Constant::Ellipsis,
            tag::INTEGER => Constant::Integer(self.signed()?),
            tag::BIG_INTEGER_POSITIVE => {
                Constant::BigInteger { negative: false, magnitude: self.counted_bytes()? }
            }
            tag::BIG_INTEGER_NEGATIVE => {
                Constant::BigInteger { negative: true, magnitude: self.counted_bytes()? }
            }
            tag::FLOAT => Constant::Float(self.float()?),
            tag::COMPLEX => Constant::Complex(self.float()?, self.float()?),
            tag::TEXT => Constant::Text(Text(self.text()?.into())),
            tag::BYTES => Constant::Bytes(self.counted_bytes()?),
            tag::TUPLE => Constant::Tuple(self.items(depth)?),
            tag::FROZEN_SET => Constant::FrozenSet(self.items(depth)?),
            tag::SLICE => {
                self.charge(3 * size_of::<Constant>())?;
                let parts = [self.constant(depth)?, self.constant(depth)?, self.constant(depth)?];
                Constant::Slice(Box::new(parts))
            }
            _ => return Err(ImageError::Malformed("kind of constant")),
        })
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Constant>, ImageError> {
        let count = self.count(size_of::<Constant>())?;
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(self.constant(depth)?);
        }
        Ok(items)
    }

    fn instructions(&mut self) -> Result<Vec<Instruction>, ImageError> {
        let count = self.count(size_of::<Instruction>())?;
        let mut instructions = Vec::with_capacity(count);
        for _ in 0..count {
            instructions.push(self.instruction()?);
        }
        Ok(instructions)
    }

    fn instruction(&mut self) -> Result<Instruction, ImageError> {
        let operation =
            Operation::from_number(self.number()?).ok_or(ImageError::Malformed("unknown operation"))?;
        let too_large = |_| ImageError::Malformed("operand too large");
        let mut words = [0u16; 3];
        let mut wide = None;
        for (mode, word) in operation.operands().into_iter().zip(&mut words) {
            match mode {
                OperandMode::Unused | OperandMode::WideRest => {}
                OperandMode::WideJump => {
                    wide = Some(i32::try_from(self.signed()?).map_err(too_large)? as u32);
                }
                OperandMode::WideConstant | OperandMode::WideName => wide = Some(self.number()?),
                OperandMode::Immediate | OperandMode::Jump => {
                    *word = i16::try_from(self.signed()?).map_err(too_large)? as u16;
                }
                _ => *word = self.number()?,
            }
        }
        let [a, b, c] = words;
        Ok(match wide {
            Some(wide) => Instruction::new_wide(operation, a, wide),
            None => Instruction::new(operation, a, b, c),
        })
    }

    fn exception_table(&mut self) -> Result<Vec<ExceptionTableEntry>, ImageError> {
        let count = self.count(size_of::<ExceptionTableEntry>())?;
        let mut entries = Vec::with_capacity(count);
        for _ in 0..count {
            entries.push(ExceptionTableEntry {
                start: self.number()?,
                end: self.number()?,
                handler: self.number()?,
                register: self.number()?,
            });
        }
        Ok(entries)
    }
}
