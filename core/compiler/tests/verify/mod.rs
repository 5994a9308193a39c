//! A verifier of compiled code: what the interpreter relies on without looking.
//!
//! Checks per code block, nested ones included: operands within their tables, registers below `register_count`, jumps that land
//! on instructions (never on an `Extra`), a sane exception table, flow that never runs off the end.

use threadsnake_bytecode::{Code, Constant, OperandMode, Operation};

/// The first problem found, if any.
pub fn verify(code: &Code) -> Result<(), String> {
    block(code).map_err(|problem| format!("{}: {problem}", code.qualified_name.to_str_lossy()))?;
    for constant in &code.constants {
        if let Constant::Code(inner) = constant {
            verify(inner)?;
        }
    }
    Ok(())
}

fn block(code: &Code) -> Result<(), String> {
    let count = code.instructions.len();
    let registers = u32::from(code.register_count);
    let is_start: Vec<bool> =
        code.instructions.iter().map(|word| word.operation() != Some(Operation::Extra)).collect();
    let lands = |place: i64| {
        usize::try_from(place).ok().and_then(|place| is_start.get(place)).copied().unwrap_or(false)
    };
    let parameters = u32::from(code.argument_count) + u32::from(code.keyword_only_count);
    if parameters > code.local_names.len() as u32 {
        return Err("more parameters than locals".into());
    }
    if code.local_names.len() as u32 > registers {
        return Err("more locals than registers".into());
    }
    for cell in &code.cell_variables {
        if u32::from(cell.register) >= registers {
            return Err(format!("cell register {} out of range", cell.register));
        }
    }
    let mut index = 0;
    while let Some(&word) = code.instructions.get(index) {
        let fail = |problem: String| Err(format!("instruction {index}: {problem}"));
        let Some(operation) = word.operation() else { return fail("no operation".into()) };
        if operation == Operation::Extra {
            return fail("Extra without an instruction before it".into());
        }
        let length = 1 + usize::from(operation.has_extra());
        let extra = code.instructions.get(index + 1).copied();
        if operation.has_extra() && extra.and_then(|word| word.operation()) != Some(Operation::Extra) {
            return fail(format!("{} without Extra", operation.name()));
        }
        let extra_a = extra.map_or(0, |word| word.a());
        let next = (index + length) as i64;
        for (mode, value) in operation.operands().into_iter().zip([word.a(), word.b(), word.c()]) {
            let good = match mode {
                OperandMode::Write | OperandMode::Read | OperandMode::ReadWrite => {
                    u32::from(value) < registers
                }
                OperandMode::Base | OperandMode::WideRest | OperandMode::Immediate | OperandMode::Number => {
                    true
                }
                OperandMode::Unused => value == 0,
                OperandMode::Constant => (value as usize) < code.constants.len(),
                OperandMode::WideConstant => (word.bc() as usize) < code.constants.len(),
                OperandMode::Name => (value as usize) < code.names.len(),
                OperandMode::WideName => (word.bc() as usize) < code.names.len(),
                OperandMode::Free => (value as usize) < code.free_names.len(),
                OperandMode::Jump => lands(next + i64::from(value as i16)),
                OperandMode::WideJump => lands(next + i64::from(word.wide_jump())),
            };
            if !good {
                return fail(format!("{} has a bad {mode:?} operand {value}", operation.name()));
            }
        }
        let ranges = operation.register_ranges(word.a(), word.b(), word.c(), extra_a);
        for range in [ranges.read[0], ranges.read[1], ranges.written] {
            if range.count > 0 && range.first + range.count > registers {
                return fail(format!(
                    "{} reaches register {}",
                    operation.name(),
                    range.first + range.count - 1
                ));
            }
        }
        let ends = matches!(
            operation,
            Operation::Jump
                | Operation::Return
                | Operation::ReturnNone
                | Operation::Raise
                | Operation::RaiseFrom
                | Operation::RaiseCurrent
                | Operation::Reraise
        );
        if !ends && index + length >= count {
            return fail("flow runs off the end".into());
        }
        index += length;
    }
    let mut last_end = 0;
    for entry in &code.exception_table {
        if entry.start >= entry.end || entry.end as usize > count || entry.start < last_end {
            return Err(format!("bad exception range {}..{}", entry.start, entry.end));
        }
        if !lands(entry.handler.into()) || u32::from(entry.register) >= registers {
            return Err(format!("bad exception handler {}", entry.handler));
        }
        last_end = entry.end;
    }
    let located: u64 = code.locations.runs().map(|(count, _)| u64::from(count)).sum();
    if located != count as u64 {
        return Err(format!("{located} locations for {count} instructions"));
    }
    Ok(())
}
