//! f-strings and t-strings (PEP 498, 701, 750).
//!
//! Invariant: adjacent literal pieces are one constant; a single piece that is a formatted value is not concatenated with
//! anything. Source: `codegen_formatted_value`, `codegen_template_str` of CPython's Python/codegen.c.

use ruff_python_ast::{
    ConversionFlag, ExprFString, ExprTString, FStringPart, InterpolatedElement, InterpolatedStringElement,
    InterpolatedStringElements,
};
use ruff_text_size::{Ranged, TextRange};
use threadsnake_bytecode::{Constant, Operation, Text};

use crate::compiler::Compiler;
use crate::error::Result;
use crate::source::Source;
use crate::strings;
use crate::unit::Register;

/// Pieces beyond this many are concatenated in groups.
const PIECE_LIMIT: usize = 64;

/// A piece of a string under construction.
enum Piece<'a> {
    Literal(Vec<u8>),
    Value(&'a InterpolatedElement, bool),
}

fn conversion_number(flag: ConversionFlag) -> u16 {
    match flag {
        ConversionFlag::None => 0,
        ConversionFlag::Str => 1,
        ConversionFlag::Repr => 2,
        ConversionFlag::Ascii => 3,
    }
}

/// The text of a `{expression = }` without its comments.
pub(crate) fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut quote = None;
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let mut length = character.len_utf8();
        match (quote, character) {
            (None, '#') => {
                rest = rest.get(rest.find('\n').unwrap_or(rest.len())..).unwrap_or("");
                continue;
            }
            (None, '"' | '\'') => {
                let triple = rest.chars().take(3).filter(|&other| other == character).count() == 3;
                length = if triple { 3 } else { 1 };
                quote = Some((character, length));
            }
            (Some(_), '\\') => length += rest.chars().nth(1).map_or(0, char::len_utf8),
            (Some((mark, count)), _) if rest.chars().take(count).all(|other| other == mark) => {
                length = count;
                quote = None;
            }
            _ => {}
        }
        let (head, tail) = rest.split_at(length.min(rest.len()));
        kept.push_str(head);
        rest = tail;
    }
    kept
}

/// The conversion in force: `=` without format and conversion means `repr`.
fn conversion(element: &InterpolatedElement) -> u16 {
    match conversion_number(element.conversion) {
        0 if element.debug_text.is_some() && element.format_spec.is_none() => 2,
        number => number,
    }
}

impl<'a> Compiler<'a> {
    fn push_literal(&mut self, pieces: &mut Vec<Piece<'a>>, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        match pieces.last_mut() {
            Some(Piece::Literal(last)) => last.extend(bytes),
            _ => pieces.push(Piece::Literal(bytes.to_vec())),
        }
    }

    fn push_elements(
        &mut self,
        pieces: &mut Vec<Piece<'a>>,
        elements: &'a InterpolatedStringElements,
        raw: bool,
    ) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => {
                    if !raw {
                        self.warn_about_escapes(literal.range, true, false);
                    }
                    if literal.value.contains('\u{fffd}') && !raw {
                        let (bytes, _) = strings::decode(self.source.slice(literal.range), true, false);
                        self.push_literal(pieces, &bytes);
                    } else {
                        self.push_literal(pieces, literal.value.as_bytes());
                    }
                }
                InterpolatedStringElement::Interpolation(value) => {
                    if let Some(debug) = &value.debug_text {
                        let text = without_comments(debug.as_str());
                        self.push_literal(pieces, text.as_bytes());
                    }
                    pieces.push(Piece::Value(value, raw));
                }
            }
        }
    }

    /// An f-string.
    pub(crate) fn formatted(&mut self, node: &'a ExprFString, dest: Register) -> Result<()> {
        let mut pieces = Vec::new();
        for part in &node.value {
            match part {
                FStringPart::Literal(literal) => {
                    if !literal.flags.prefix().is_raw() {
                        self.warn_about_escapes(literal.content_range(), false, false);
                    }
                    let mut bytes = Vec::new();
                    strings::append_literal(self.source, literal, &mut bytes);
                    self.push_literal(&mut pieces, &bytes);
                }
                FStringPart::FString(part) => {
                    self.push_elements(&mut pieces, &part.elements, strings::is_raw(&part.flags));
                }
            }
        }
        self.join_pieces(&pieces, node.range, dest)
    }

    fn piece(&mut self, piece: &Piece<'a>, range: TextRange, dest: Register) -> Result<()> {
        match piece {
            Piece::Literal(bytes) => {
                self.at(range);
                self.load_constant(Constant::Text(Text(bytes.as_slice().into())), dest);
                Ok(())
            }
            Piece::Value(element, raw) => self.formatted_value(element, *raw, dest),
        }
    }

    fn join_pieces(&mut self, pieces: &[Piece<'a>], range: TextRange, dest: Register) -> Result<()> {
        match pieces {
            [] => {
                self.at(range);
                self.load_text("", dest);
            }
            [piece] => self.piece(piece, range, dest)?,
            pieces if pieces.len() <= PIECE_LIMIT => {
                let first = self.unit.next_register as Register;
                for piece in pieces {
                    let register = self.unit.take_register();
                    self.piece(piece, range, register)?;
                }
                self.at(range);
                self.unit.emit(Operation::BuildString, dest, first, pieces.len() as u16);
            }
            pieces => {
                let workspace = self.workspace(dest);
                let joined = self.unit.take_registers(2);
                for (index, group) in pieces.chunks(PIECE_LIMIT).enumerate() {
                    let mark = self.unit.mark();
                    if index == 0 {
                        self.join_pieces(group, range, joined)?;
                    } else {
                        self.join_pieces(group, range, joined + 1)?;
                        self.at(range);
                        self.unit.emit(Operation::BuildString, joined, joined, 2);
                    }
                    self.unit.release(mark);
                }
                self.unit.emit(Operation::Move, workspace, joined, 0);
                self.settle(workspace, dest);
            }
        }
        Ok(())
    }

    fn formatted_value(&mut self, element: &'a InterpolatedElement, raw: bool, dest: Register) -> Result<()> {
        let mark = self.unit.mark();
        let conversion = conversion(element);
        match &element.format_spec {
            None => {
                let value = self.operand_near(&element.expression, dest)?;
                self.at(element.range);
                self.unit.emit(Operation::FormatValue, dest, value, conversion);
            }
            Some(specification) => {
                let pair = self.unit.take_registers(2);
                self.evaluate(&element.expression, pair)?;
                let mut pieces = Vec::new();
                self.push_elements(&mut pieces, &specification.elements, raw);
                self.join_pieces(&pieces, specification.range, pair + 1)?;
                self.at(element.range);
                self.unit.emit(Operation::FormatWithSpecification, dest, pair, conversion);
            }
        }
        self.unit.release(mark);
        Ok(())
    }

    /// A t-string.
    pub(crate) fn template(&mut self, node: &'a ExprTString, dest: Register) -> Result<()> {
        let mut pieces = Vec::new();
        for part in &node.value {
            self.push_elements(&mut pieces, &part.elements, strings::is_raw(&part.flags));
        }
        // Strings and interpolations alternate, a string first and last.
        let mut texts = Vec::new();
        let mut values = Vec::new();
        let mut pending = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Literal(bytes) => pending = bytes,
                Piece::Value(element, raw) => {
                    texts.push(Constant::Text(Text(std::mem::take(&mut pending).into())));
                    values.push((element, raw));
                }
            }
        }
        texts.push(Constant::Text(Text(pending.into())));
        let pair = self.unit.take_registers(2);
        let workspace = self.unit.take_register();
        self.at(node.range);
        self.unit.emit(Operation::BuildList, workspace, workspace, 0);
        for (element, raw) in values {
            let mark = self.unit.mark();
            let row = self.unit.take_registers(3);
            self.evaluate(&element.expression, row)?;
            let text = expression_text(self.source, element);
            self.at(element.range);
            self.load_text(&text, row + 1);
            match &element.format_spec {
                None => self.unit.emit(Operation::Clear, row + 2, 0, 0),
                Some(specification) => {
                    let mut pieces = Vec::new();
                    self.push_elements(&mut pieces, &specification.elements, raw);
                    self.join_pieces(&pieces, specification.range, row + 2)?;
                }
            }
            self.at(element.range);
            self.unit.emit(Operation::BuildInterpolation, row, row, conversion(element));
            self.unit.emit(Operation::ListAppend, workspace, row, 0);
            self.unit.release(mark);
        }
        self.at(node.range);
        self.unit.emit(Operation::ListToTuple, pair + 1, workspace, 0);
        self.load_constant(Constant::Tuple(texts), pair);
        self.unit.emit(Operation::BuildTemplate, dest, pair, pair + 1);
        Ok(())
    }
}

/// The source text of an interpolated expression, as `Interpolation.expression` has it.
pub(crate) fn expression_text(source: &Source, element: &InterpolatedElement) -> String {
    if let Some(text) = source.interpolation_text(element.range.start()) {
        return text.to_owned();
    }
    let start = element.range.start().to_usize() + 1;
    let text = source.text.get(start..element.range.end().to_usize()).unwrap_or("");
    let expression = element.expression.range();
    // Parentheses around the expression belong to the text: it ends where `!`, `:`, `=` or `}` follows.
    let mut end = expression.end().to_usize().saturating_sub(start);
    while let Some(character) = text.get(end..).and_then(|rest| rest.chars().next()) {
        if matches!(character, '!' | ':' | '=' | '}') {
            break;
        }
        end += character.len_utf8();
    }
    text.get(..end).unwrap_or("").trim().to_owned()
}
