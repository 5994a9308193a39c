//! The `threadsnake` command.
//!
//! Invariant: the exit code is `python3`'s: 0, what SystemExit says, 1 for an uncaught exception, 2 for a command line or file that cannot
//! be used, 130 for Ctrl-C.
//! - [`command_line`]: options; [`settings`]: options and variables together; [`run`]: from options to a program's end; [`program`]: what is run;
//!   [`interactive`]: the prompt; [`library`]: the frozen standard library;
//!   [`source_compiler`]: the compiler behind the engine's trait; [`binary_pages`]: what of the binary stays resident; [`modules`]: native modules of this target; [`signals`]: what the system delivers.

mod binary_pages;
mod command_line;
mod interactive;
mod library;
mod modules;
mod program;
mod run;
mod settings;
mod signals;
mod source_compiler;

use std::process::ExitCode;

use command_line::{Parsed, parse};

/// Native stack of the thread that Python's main thread runs on, where the system's own is smaller.
const MAIN_STACK_BYTES: usize = 64 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let line = match parse(arguments.get(1..).unwrap_or(&[])) {
        Parsed::Run(line) => line,
        Parsed::Print(text) => {
            print!("{text}");
            return ExitCode::SUCCESS;
        }
        Parsed::Wrong(text) => {
            eprint!("{text}");
            return ExitCode::from(2);
        }
    };
    // Not the process's first thread: its stack is as small as the shell's limit, and deep recursion must end in RecursionError.
    // The first thread does nothing but wait, so it takes no signals: they are for the thread that Python code runs on.
    let mask = signals::block_all();
    let thread =
        std::thread::Builder::new().name("MainThread".into()).stack_size(MAIN_STACK_BYTES).spawn(move || {
            signals::set_mask(&mask);
            run::run(&line, &arguments)
        });
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(_)) => ExitCode::from(70),
        Err(error) => {
            eprintln!("threadsnake: can't start the main thread: {error}");
            ExitCode::from(1)
        }
    }
}
