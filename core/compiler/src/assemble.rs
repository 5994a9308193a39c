//! Encoding: labels to distances, trampolines for distances beyond 16 bits, exception table, location table.
//!
//! Invariant: sizes only grow while distances are settled, so the loop ends. A conditional jump whose target is too far becomes
//! `jump-if +1; Jump over; Jump target`.

use threadsnake_bytecode::{
    CellVariable, Code, ExceptionTableEntry, Instruction, Location, LocationTable, OperandMode, Operation,
    Text,
};

use crate::error::{ErrorKind, Result, SyntaxError};
use crate::unit::{Item, PendingInstruction, Unit};

/// Whether the operation's distance is its third operand alone.
fn has_short_jump(operation: Operation) -> bool {
    operation.operands()[2] == OperandMode::Jump
}

fn size(instruction: &PendingInstruction, far: bool) -> u32 {
    1 + u32::from(instruction.extra.is_some()) + if far { 2 } else { 0 }
}

fn text(name: &str) -> Text {
    Text::from(name)
}

/// Encodes a unit whose stream is final.
pub fn assemble(unit: Unit<'_>, file_name: &Text) -> Result<Code> {
    let too_big = || SyntaxError::without_position(ErrorKind::Syntax, "code block too large");
    let mut far = vec![false; unit.items.len()];
    let mut places = vec![0u32; unit.label_count as usize];
    loop {
        let mut position = 0u32;
        for (item, &far) in unit.items.iter().zip(&far) {
            match item {
                Item::Label(label) => {
                    if let Some(place) = places.get_mut(label.0 as usize) {
                        *place = position;
                    }
                }
                Item::Instruction(instruction) => {
                    position = position.checked_add(size(instruction, far)).ok_or_else(too_big)?
                }
            }
        }
        let mut grew = false;
        let mut position = 0u32;
        for (item, far) in unit.items.iter().zip(&mut far) {
            let Item::Instruction(instruction) = item else { continue };
            position += size(instruction, *far);
            if let Some(target) = instruction.target
                && has_short_jump(instruction.operation)
                && !*far
            {
                let place = places.get(target.0 as usize).copied().unwrap_or(0);
                if i16::try_from(i64::from(place) - i64::from(position)).is_err() {
                    *far = true;
                    grew = true;
                }
            }
        }
        if !grew {
            break;
        }
    }

    let mut instructions = Vec::new();
    let mut locations: Vec<Location> = Vec::new();
    let mut handlers = Vec::new();
    for (item, &far) in unit.items.iter().zip(&far) {
        let Item::Instruction(pending) = item else { continue };
        let first = instructions.len() as i64;
        let place =
            |target: crate::unit::Label| i64::from(places.get(target.0 as usize).copied().unwrap_or(0));
        match pending.target {
            None => instructions.push(Instruction::new(pending.operation, pending.a, pending.b, pending.c)),
            Some(target) if far => {
                instructions.push(Instruction::new(pending.operation, pending.a, pending.b, 1));
                instructions.push(Instruction::new_wide(Operation::Jump, 0, 1));
                instructions.push(Instruction::new_wide(
                    Operation::Jump,
                    0,
                    (place(target) - first - 3) as i32 as u32,
                ));
            }
            Some(target) => {
                let distance = place(target) - first - 1;
                instructions.push(if has_short_jump(pending.operation) {
                    Instruction::new(pending.operation, pending.a, pending.b, distance as i16 as u16)
                } else {
                    Instruction::new_wide(pending.operation, pending.a, distance as i32 as u32)
                });
            }
        }
        if let Some((a, wide)) = pending.extra {
            instructions.push(Instruction::new_wide(Operation::Extra, a, wide));
        }
        locations.resize(instructions.len(), pending.location);
        handlers.resize(instructions.len(), pending.handler);
    }

    let mut exception_table: Vec<ExceptionTableEntry> = Vec::new();
    for (index, handler) in handlers.iter().enumerate() {
        let Some(handler) = handler.and_then(|id| unit.handlers.get(id.0 as usize)) else { continue };
        let position = index as u32;
        let place = places.get(handler.label.0 as usize).copied().unwrap_or(0);
        match exception_table.last_mut() {
            Some(last)
                if last.end == position && last.handler == place && last.register == handler.register =>
            {
                last.end += 1;
            }
            _ => exception_table.push(ExceptionTableEntry {
                start: position,
                end: position + 1,
                handler: place,
                register: handler.register,
            }),
        }
    }

    Ok(Code {
        name: text(&unit.name),
        qualified_name: text(&unit.qualified_name),
        file_name: file_name.clone(),
        first_line: unit.first_line,
        flags: unit.flags,
        argument_count: unit.argument_count,
        positional_only_count: unit.positional_only_count,
        keyword_only_count: unit.keyword_only_count,
        register_count: unit.register_count as u16,
        local_names: unit.local_names.iter().map(|name| text(name)).collect(),
        cell_variables: unit
            .cells
            .iter()
            .chain(&unit.inlined_cells)
            .map(|(name, register)| CellVariable { name: text(name), register: *register })
            .collect(),
        free_names: unit.free_names.iter().map(|name| text(name)).collect(),
        names: unit.names.iter().map(|name| text(name)).collect(),
        constants: unit.constants,
        instructions,
        exception_table,
        locations: LocationTable::from_locations(&locations),
    })
}
