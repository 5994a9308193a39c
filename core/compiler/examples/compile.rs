//! Prints the instructions of a Python file: `cargo run -p threadsnake-compiler --example compile FILE`.

use threadsnake_bytecode::{Code, Constant, OperandMode};
use threadsnake_compiler::{CompileOptions, compile};

fn print(code: &Code, indent: usize) {
    let margin = " ".repeat(indent);
    println!(
        "{margin}{} registers={} locals={:?} cells={:?} free={:?}",
        code.qualified_name.to_str_lossy(),
        code.register_count,
        code.local_names.iter().map(|name| name.to_str_lossy()).collect::<Vec<_>>(),
        code.cell_variables.iter().map(|cell| (cell.name.to_str_lossy(), cell.register)).collect::<Vec<_>>(),
        code.free_names.iter().map(|name| name.to_str_lossy()).collect::<Vec<_>>(),
    );
    let mut previous = 0;
    for (index, instruction) in code.instructions.iter().enumerate() {
        let Some(operation) = instruction.operation() else { continue };
        let line = code.locations.get(index as u32).map_or(0, |location| location.line);
        let shown = if line == previous { String::new() } else { line.to_string() };
        previous = line;
        let mut text = format!("{margin}{shown:>5} {index:>4} {:<28}", operation.name());
        let modes = operation.operands();
        for (mode, value) in modes.into_iter().zip([instruction.a(), instruction.b(), instruction.c()]) {
            match mode {
                OperandMode::Unused | OperandMode::WideRest => {}
                OperandMode::Write | OperandMode::Read | OperandMode::ReadWrite | OperandMode::Base => {
                    text += &match code.local_names.get(value as usize) {
                        Some(name) => format!(" {}", name.to_str_lossy()),
                        None => format!(" r{value}"),
                    };
                }
                OperandMode::Constant => text += &constant(code, value.into()),
                OperandMode::WideConstant => text += &constant(code, instruction.bc()),
                OperandMode::Name => text += &name(code, value.into()),
                OperandMode::WideName => text += &name(code, instruction.bc()),
                OperandMode::Free => {
                    text += &format!(
                        " {}",
                        code.free_names.get(value as usize).map_or("?".into(), |name| name.to_str_lossy())
                    );
                }
                OperandMode::Immediate => text += &format!(" #{}", value as i16),
                OperandMode::Number => text += &format!(" {value}"),
                OperandMode::Jump => text += &format!(" -> {}", index as i64 + 1 + i64::from(value as i16)),
                OperandMode::WideJump => {
                    text += &format!(" -> {}", index as i64 + 1 + i64::from(instruction.wide_jump()))
                }
            }
        }
        println!("{text}");
    }
    for entry in &code.exception_table {
        println!("{margin}      {}..{} -> {} r{}", entry.start, entry.end, entry.handler, entry.register);
    }
    for constant in &code.constants {
        if let Constant::Code(inner) = constant {
            print(inner, indent + 4);
        }
    }
}

fn constant(code: &Code, index: u32) -> String {
    match code.constants.get(index as usize) {
        Some(Constant::Code(inner)) => format!(" <code {}>", inner.name.to_str_lossy()),
        Some(Constant::Text(text)) => format!(" {:?}", text.to_str_lossy()),
        Some(other) => format!(" {other:?}"),
        None => " ?".into(),
    }
}

fn name(code: &Code, index: u32) -> String {
    format!(" {}", code.names.get(index as usize).map_or("?".into(), |name| name.to_str_lossy()))
}

fn main() {
    for file in std::env::args().skip(1) {
        let source = match std::fs::read(&file) {
            Ok(source) => source,
            Err(error) => {
                eprintln!("{file}: {error}");
                std::process::exit(2);
            }
        };
        match compile(&source, &CompileOptions { file_name: file.clone(), ..CompileOptions::default() }) {
            Ok(output) => {
                for warning in &output.warnings {
                    eprintln!("{file}:{}: SyntaxWarning: {}", warning.line, warning.message);
                }
                print(&output.code, 0);
            }
            Err(error) => {
                eprintln!("{file}:{}:{}: {:?}: {}", error.line, error.column, error.kind, error.message);
                std::process::exit(1);
            }
        }
    }
}
