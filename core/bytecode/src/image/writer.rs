//! Writes images.
//!
//! Invariant: every image that [`ImageWriter::finish`] returns opens, passes [`Image::check`] and decodes to the code that
//! was added; `finish` makes sure by doing it.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::{
    CHECKED_FROM, DEEPEST, FNV_START, FORMAT_VERSION, HEADER_LENGTH, Image, ImageError, MAGIC,
    MODULE_IS_PACKAGE, MODULE_ROW_LENGTH, abi_hash, fnv1a, tag,
};
use crate::code::{Code, Constant, Text};
use crate::control_flow::CodeView;
use crate::operation::OperandMode;

/// Byte strings by number, each once.
#[derive(Default, Debug)]
struct Table {
    numbers: BTreeMap<Vec<u8>, u32>,
    ends: Vec<u32>,
    data: Vec<u8>,
}

impl Table {
    fn number(&mut self, bytes: &[u8]) -> Result<u32, ImageError> {
        if let Some(&number) = self.numbers.get(bytes) {
            return Ok(number);
        }
        let number = u32::try_from(self.ends.len()).map_err(|_| ImageError::TooLarge)?;
        self.data.extend_from_slice(bytes);
        self.ends.push(u32::try_from(self.data.len()).map_err(|_| ImageError::TooLarge)?);
        self.numbers.insert(bytes.into(), number);
        Ok(number)
    }
}

/// Collects modules and writes them as one image.
#[derive(Default, Debug)]
pub struct ImageWriter {
    strings: Table,
    constants: Table,
    modules: BTreeMap<Vec<u8>, (u32, u32, u32)>,
    code: Vec<u8>,
}

fn push_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn push_signed(out: &mut Vec<u8>, value: i64) {
    push_varint(out, ((value << 1) ^ (value >> 63)) as u64);
}

impl ImageWriter {
    /// A writer without modules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a module under its dotted name.
    pub fn add_module(&mut self, name: &str, is_package: bool, code: &Code) -> Result<(), ImageError> {
        if self.modules.contains_key(name.as_bytes()) {
            return Err(ImageError::DuplicateModule);
        }
        crate::verifier::verify(code)?;
        let start = self.code.len();
        let mut out = Vec::new();
        self.write_block(&mut out, code, DEEPEST)?;
        self.code.extend_from_slice(&out);
        let end = u32::try_from(self.code.len()).map_err(|_| ImageError::TooLarge)?;
        let flags = if is_package { MODULE_IS_PACKAGE } else { 0 };
        self.modules.insert(name.as_bytes().into(), (flags, start as u32, end));
        Ok(())
    }

    fn write_block(&mut self, out: &mut Vec<u8>, code: &Code, depth: usize) -> Result<(), ImageError> {
        let mut block = Vec::new();
        self.write_code(&mut block, code, depth)?;
        push_varint(out, block.len() as u64);
        out.extend_from_slice(&block);
        Ok(())
    }

    fn write_text(&mut self, out: &mut Vec<u8>, text: &Text) -> Result<(), ImageError> {
        push_varint(out, self.strings.number(&text.0)? as u64);
        Ok(())
    }

    fn write_texts(&mut self, out: &mut Vec<u8>, texts: &[Text]) -> Result<(), ImageError> {
        push_varint(out, texts.len() as u64);
        texts.iter().try_for_each(|text| self.write_text(out, text))
    }

    fn write_code(&mut self, out: &mut Vec<u8>, code: &Code, depth: usize) -> Result<(), ImageError> {
        let depth = depth.checked_sub(1).ok_or(ImageError::TooDeep)?;
        for text in [&code.name, &code.qualified_name, &code.file_name] {
            self.write_text(out, text)?;
        }
        push_varint(out, code.first_line as u64);
        push_varint(out, code.flags as u64);
        for count in
            [code.argument_count, code.positional_only_count, code.keyword_only_count, code.register_count]
        {
            push_varint(out, count as u64);
        }
        self.write_texts(out, &code.local_names)?;
        push_varint(out, code.cell_variables.len() as u64);
        for cell in &code.cell_variables {
            self.write_text(out, &cell.name)?;
            push_varint(out, cell.register as u64);
        }
        self.write_texts(out, &code.free_names)?;
        self.write_texts(out, &code.names)?;
        push_varint(out, code.constants.len() as u64);
        for constant in &code.constants {
            match constant {
                // 0 says that a code block follows; other numbers are constants, counted from 1.
                Constant::Code(inner) => {
                    push_varint(out, 0);
                    self.write_block(out, inner, depth)?;
                }
                constant => {
                    let mut coded = Vec::new();
                    self.write_constant(&mut coded, constant, DEEPEST)?;
                    push_varint(out, self.constants.number(&coded)? as u64 + 1);
                }
            }
        }
        write_instructions(out, code)?;
        push_varint(out, code.exception_table.len() as u64);
        for entry in &code.exception_table {
            for number in [entry.start, entry.end, entry.handler, entry.register as u32] {
                push_varint(out, number as u64);
            }
        }
        push_varint(out, code.locations.bytes.len() as u64);
        out.extend_from_slice(&code.locations.bytes);
        Ok(())
    }

    fn write_constant(
        &mut self,
        out: &mut Vec<u8>,
        constant: &Constant,
        depth: usize,
    ) -> Result<(), ImageError> {
        let depth = depth.checked_sub(1).ok_or(ImageError::TooDeep)?;
        match constant {
            Constant::None => out.push(tag::NONE),
            Constant::True => out.push(tag::TRUE),
            Constant::False => out.push(tag::FALSE),
            Constant::Ellipsis => out.push(tag::ELLIPSIS),
            Constant::Integer(value) => {
                out.push(tag::INTEGER);
                push_signed(out, *value);
            }
            Constant::BigInteger { negative, magnitude } => {
                out.push(if *negative { tag::BIG_INTEGER_NEGATIVE } else { tag::BIG_INTEGER_POSITIVE });
                push_varint(out, magnitude.len() as u64);
                out.extend_from_slice(magnitude);
            }
            Constant::Float(value) => {
                out.push(tag::FLOAT);
                out.extend_from_slice(&value.to_bits().to_le_bytes());
            }
            Constant::Complex(real, imaginary) => {
                out.push(tag::COMPLEX);
                out.extend_from_slice(&real.to_bits().to_le_bytes());
                out.extend_from_slice(&imaginary.to_bits().to_le_bytes());
            }
            Constant::Text(text) => {
                out.push(tag::TEXT);
                self.write_text(out, text)?;
            }
            Constant::Bytes(bytes) => {
                out.push(tag::BYTES);
                push_varint(out, bytes.len() as u64);
                out.extend_from_slice(bytes);
            }
            Constant::Tuple(items) => self.write_items(out, tag::TUPLE, items, depth)?,
            Constant::FrozenSet(items) => self.write_items(out, tag::FROZEN_SET, items, depth)?,
            Constant::Slice(parts) => {
                out.push(tag::SLICE);
                for part in parts.iter() {
                    self.write_constant(out, part, depth)?;
                }
            }
            Constant::Code(_) => return Err(ImageError::Malformed("code inside of a constant")),
        }
        Ok(())
    }

    fn write_items(
        &mut self,
        out: &mut Vec<u8>,
        tag: u8,
        items: &[Constant],
        depth: usize,
    ) -> Result<(), ImageError> {
        out.push(tag);
        push_varint(out, items.len() as u64);
        items.iter().try_for_each(|item| self.write_constant(out, item, depth))
    }

    /// The image of all modules added.
    pub fn finish(self) -> Result<Vec<u8>, ImageError> {
        let out = self.assemble()?;
        Image::open(&out)?.check()?;
        Ok(out)
    }

    fn assemble(self) -> Result<Vec<u8>, ImageError> {
        let mut out = alloc::vec![0; HEADER_LENGTH];
        let mut header = Vec::with_capacity(HEADER_LENGTH);
        let at = |length: usize| u32::try_from(length).map_err(|_| ImageError::TooLarge);
        let mut sections = Vec::new();
        let mut names = Table::default();
        for name in self.modules.keys() {
            names.number(name)?;
        }
        for table in [&self.strings, &self.constants, &names] {
            sections.push(table.ends.len() as u32);
            sections.push(at(out.len())?);
            for end in core::iter::once(&0).chain(&table.ends) {
                out.extend_from_slice(&end.to_le_bytes());
            }
            sections.push(at(out.len())?);
            out.extend_from_slice(&table.data);
        }
        sections.push(at(out.len())?);
        for &(flags, start, end) in self.modules.values() {
            for word in [flags, start, end] {
                out.extend_from_slice(&word.to_le_bytes());
            }
        }
        debug_assert_eq!(MODULE_ROW_LENGTH, 3 * size_of::<u32>());
        sections.push(at(out.len())?);
        out.extend_from_slice(&self.code);

        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        header.extend_from_slice(&at(out.len())?.to_le_bytes());
        header.extend_from_slice(&abi_hash().to_le_bytes());
        header.extend_from_slice(&[0; 8]);
        for word in sections {
            header.extend_from_slice(&word.to_le_bytes());
        }
        for (place, byte) in out.iter_mut().zip(&header) {
            *place = *byte;
        }
        let checksum = fnv1a(FNV_START, out.get(CHECKED_FROM..).unwrap_or(&[]));
        for (place, byte) in out.iter_mut().skip(CHECKED_FROM - 8).zip(checksum.to_le_bytes()) {
            *place = byte;
        }
        Ok(out)
    }
}

#[cfg(test)]
impl ImageWriter {
    /// The image of one block that need not pass verification.
    pub(super) fn assemble_unverified(mut self, code: &Code) -> Result<Vec<u8>, ImageError> {
        let mut out = Vec::new();
        self.write_block(&mut out, code, DEEPEST)?;
        self.code = out;
        let end = self.code.len() as u32;
        self.modules.insert(b"unverified".into(), (0, 0, end));
        self.assemble()
    }
}

/// The instructions without what their modes say is zero.
fn write_instructions(out: &mut Vec<u8>, code: &Code) -> Result<(), ImageError> {
    let view = CodeView::from(code);
    push_varint(out, code.instructions.len() as u64);
    for index in 0..code.instructions.len() {
        let (operation, instruction, _) =
            view.instruction(index).ok_or(ImageError::Malformed("unknown operation"))?;
        push_varint(out, operation as u64);
        let words = [instruction.a(), instruction.b(), instruction.c()];
        for (mode, word) in operation.operands().into_iter().zip(words) {
            match mode {
                OperandMode::Unused | OperandMode::WideRest => {}
                OperandMode::WideJump => push_signed(out, instruction.wide_jump() as i64),
                OperandMode::WideConstant | OperandMode::WideName => {
                    push_varint(out, instruction.bc() as u64);
                }
                OperandMode::Immediate | OperandMode::Jump => push_signed(out, word as i16 as i64),
                _ => push_varint(out, word as u64),
            }
        }
    }
    Ok(())
}
