//! Code as text, in the manner of `dis`.
//!
//! Invariant: any code can be shown, verified or not; what cannot be resolved is shown as a number.
//! Source: the layout follows CPython's Lib/dis.py: source line, jump target mark, index, operation, operands, and what
//! the operands mean.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use crate::code::{Code, Constant, Text, code_flags};
use crate::control_flow::{CodeView, jump_target, successors, word_count};
use crate::instruction::Instruction;
use crate::operation::{CommonObject, Intrinsic, OperandMode, Operation};

/// The code block and, after it, every block nested in it.
pub fn disassemble(code: &Code) -> String {
    let mut text = String::new();
    let mut pending = alloc::vec![code];
    while let Some(code) = pending.pop() {
        if !text.is_empty() {
            text.push('\n');
        }
        // Writing to a string does not fail.
        let _ = write_block(&mut text, code);
        let nested = code.constants.iter().rev().filter_map(|constant| match constant {
            Constant::Code(inner) => Some(&**inner),
            _ => None,
        });
        pending.extend(nested);
    }
    text
}

const FLAG_NAMES: &[(u32, &str)] = &[
    (code_flags::OPTIMIZED, "OPTIMIZED"),
    (code_flags::NEW_LOCALS, "NEWLOCALS"),
    (code_flags::VARIABLE_ARGUMENTS, "VARARGS"),
    (code_flags::VARIABLE_KEYWORDS, "VARKEYWORDS"),
    (code_flags::NESTED, "NESTED"),
    (code_flags::GENERATOR, "GENERATOR"),
    (code_flags::COROUTINE, "COROUTINE"),
    (code_flags::ITERABLE_COROUTINE, "ITERABLE_COROUTINE"),
    (code_flags::ASYNC_GENERATOR, "ASYNC_GENERATOR"),
    (code_flags::FUTURE_ANNOTATIONS, "FUTURE_ANNOTATIONS"),
    (code_flags::HAS_DOCSTRING, "HAS_DOCSTRING"),
    (code_flags::METHOD, "METHOD"),
];

fn names(texts: &[Text]) -> String {
    let shown: Vec<_> = texts.iter().map(Text::to_str_lossy).collect();
    shown.join(", ")
}

fn write_block(out: &mut String, code: &Code) -> fmt::Result {
    writeln!(
        out,
        "code {} in {}, line {}",
        code.qualified_name.to_str_lossy(),
        code.file_name.to_str_lossy(),
        code.first_line
    )?;
    let flags: Vec<_> =
        FLAG_NAMES.iter().filter(|(bit, _)| code.flags & bit != 0).map(|&(_, name)| name).collect();
    writeln!(
        out,
        "  registers {}, parameters {} (positional-only {}), keyword-only {}, flags {}",
        code.register_count,
        code.argument_count,
        code.positional_only_count,
        code.keyword_only_count,
        if flags.is_empty() { "none".into() } else { flags.join("|") }
    )?;
    if !code.local_names.is_empty() {
        writeln!(out, "  locals {}", names(&code.local_names))?;
    }
    if !code.cell_variables.is_empty() {
        let cells: Vec<_> = code
            .cell_variables
            .iter()
            .map(|cell| format!("{} in r{}", cell.name.to_str_lossy(), cell.register))
            .collect();
        writeln!(out, "  cells {}", cells.join(", "))?;
    }
    if !code.free_names.is_empty() {
        writeln!(out, "  free {}", names(&code.free_names))?;
    }
    write_instructions(out, code)?;
    for entry in &code.exception_table {
        writeln!(
            out,
            "  exception {}..{} to {}, into r{}",
            entry.start, entry.end, entry.handler, entry.register
        )?;
    }
    Ok(())
}

fn write_instructions(out: &mut String, code: &Code) -> fmt::Result {
    let view = CodeView::from(code);
    let mut targets: BTreeSet<i64> = code.exception_table.iter().map(|entry| entry.handler as i64).collect();
    for index in 0..code.instructions.len() {
        if let Some((operation, instruction, _)) = view.instruction(index) {
            targets.extend(successors(operation, instruction, index).jump);
        }
    }
    let mut locations = code
        .locations
        .runs()
        .flat_map(|(count, location)| core::iter::repeat_n(location.line, count as usize));
    let mut last_line = 0;
    let mut index = 0;
    while let Some(&word) = code.instructions.get(index) {
        let line = locations.next().unwrap_or(0);
        let mark = if targets.contains(&(index as i64)) { ">>" } else { "  " };
        if line != last_line && line != 0 {
            write!(out, "{line:>6} {mark} {index:>5} ")?;
        } else {
            write!(out, "       {mark} {index:>5} ")?;
        }
        last_line = line;
        match view.instruction(index) {
            Some((operation, instruction, extra)) => {
                write_instruction(out, code, index, operation, instruction, extra)?;
                for _ in 1..word_count(operation) {
                    locations.next();
                }
                index += word_count(operation);
            }
            None => {
                writeln!(out, "?{:#018x}", word.0)?;
                index += 1;
            }
        }
    }
    Ok(())
}

fn register(code: &Code, number: u16) -> String {
    match code.local_names.get(number as usize) {
        Some(name) => format!("r{number}:{}", name.to_str_lossy()),
        None => format!("r{number}"),
    }
}

fn write_instruction(
    out: &mut String,
    code: &Code,
    index: usize,
    operation: Operation,
    instruction: Instruction,
    extra: Instruction,
) -> fmt::Result {
    let mut operands: Vec<String> = Vec::new();
    let mut notes: Vec<String> = Vec::new();
    let words = [instruction.a(), instruction.b(), instruction.c()];
    for (mode, word) in operation.operands().into_iter().zip(words) {
        match mode {
            OperandMode::Unused | OperandMode::WideRest => {}
            OperandMode::Write | OperandMode::Read | OperandMode::ReadWrite => {
                operands.push(register(code, word));
            }
            OperandMode::Base => operands.push(format!("r{word}..")),
            OperandMode::Number => operands.push(format!("{word}")),
            OperandMode::Immediate => operands.push(format!("#{}", word as i16)),
            OperandMode::Constant => push_constant(code, word as u32, &mut operands, &mut notes),
            OperandMode::WideConstant => push_constant(code, instruction.bc(), &mut operands, &mut notes),
            OperandMode::Name => push_name(&code.names, word as u32, &mut operands, &mut notes),
            OperandMode::WideName => push_name(&code.names, instruction.bc(), &mut operands, &mut notes),
            OperandMode::Free => push_name(&code.free_names, word as u32, &mut operands, &mut notes),
            OperandMode::Jump | OperandMode::WideJump => {
                if let Some(target) = jump_target(operation, instruction, index) {
                    notes.push(format!("to {target}"));
                }
            }
        }
    }
    match operation {
        Operation::CallKeyword | Operation::CallMethodKeyword => {
            push_constant(code, extra.bc(), &mut operands, &mut notes);
        }
        Operation::LoadNamespaceOrCell => {
            push_name(&code.names, extra.a() as u32, &mut operands, &mut notes);
        }
        Operation::UnpackExtended => operands.push(format!("{}", extra.a())),
        Operation::LoadCommon => {
            notes.extend(CommonObject::ALL.get(instruction.b() as usize).map(|object| format!("{object:?}")));
        }
        Operation::CallIntrinsic => {
            notes.extend(Intrinsic::ALL.get(instruction.c() as usize).map(|what| format!("{what:?}")));
        }
        _ => {}
    }
    let operands = operands.join(", ");
    let notes = notes.join(", ");
    let line = match notes.is_empty() {
        true => format!("{:<24} {operands}", operation.name()),
        false => format!("{:<24} {operands:<24} ({notes})", operation.name()),
    };
    writeln!(out, "{}", line.trim_end())
}

fn push_constant(code: &Code, index: u32, operands: &mut Vec<String>, notes: &mut Vec<String>) {
    operands.push(format!("c{index}"));
    notes.push(match code.constants.get(index as usize) {
        Some(constant) => constant_text(constant, 8),
        None => "no such constant".into(),
    });
}

fn push_name(names: &[Text], index: u32, operands: &mut Vec<String>, notes: &mut Vec<String>) {
    operands.push(format!("n{index}"));
    notes.push(match names.get(index as usize) {
        Some(name) => name.to_str_lossy().into_owned(),
        None => "no such name".into(),
    });
}

/// A constant, much as Python writes it; `depth` bounds nested tuples.
fn constant_text(constant: &Constant, depth: usize) -> String {
    let items = |items: &[Constant]| match depth.checked_sub(1) {
        None => "...".into(),
        Some(depth) => {
            let shown: Vec<_> = items.iter().map(|item| constant_text(item, depth)).collect();
            shown.join(", ")
        }
    };
    match constant {
        Constant::None => "None".into(),
        Constant::True => "True".into(),
        Constant::False => "False".into(),
        Constant::Ellipsis => "Ellipsis".into(),
        Constant::Integer(value) => format!("{value}"),
        Constant::BigInteger { negative, magnitude } => {
            let mut text: String = if *negative { "-0x".into() } else { "0x".into() };
            for byte in magnitude.iter().rev() {
                text.push_str(&format!("{byte:02x}"));
            }
            text
        }
        Constant::Float(value) => format!("{value:?}"),
        Constant::Complex(real, imaginary) => format!("complex({real:?}, {imaginary:?})"),
        Constant::Text(text) => format!("{:?}", text.to_str_lossy()),
        Constant::Bytes(bytes) => format!("b\"{}\"", bytes.escape_ascii()),
        Constant::Tuple(values) if values.len() == 1 => format!("({},)", items(values)),
        Constant::Tuple(values) => format!("({})", items(values)),
        Constant::FrozenSet(values) => format!("frozenset({{{}}})", items(values)),
        Constant::Slice(parts) => format!("slice({})", items(&**parts)),
        Constant::Code(code) => format!("<code {}>", code.qualified_name.to_str_lossy()),
    }
}

#[cfg(test)]
mod tests;
