//! From the command line to a program's end: makes the engine, runs the program, joins threads, says what went wrong.
//!
//! Invariant: shutdown waits for the threads that are not daemons, runs exit functions, flushes the standard streams, then lets the
//! program's modules go, whose finalizers run, and flushes what those wrote, in this order, whatever the program ended with. Source: Modules/main.c, Python/pylifecycle.c.

use std::io::IsTerminal;
use std::sync::Arc;

use threadsnake_engine::engine::{Engine, EngineConfiguration, Root};
use threadsnake_engine::native::NativeModule;
use threadsnake_engine::sys_module::SystemConfiguration;
use threadsnake_engine::sys_module::hooks::write_to_stderr;
use threadsnake_engine::thread::ThreadState;
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::list::List;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Raised, Value};
use threadsnake_heap::HeapConfiguration;

use crate::binary_pages;
use crate::command_line::{CommandLine, Program};
use crate::interactive;
use crate::library::Library;
use crate::modules::io::standard_streams;
use crate::program::{self, Ended};
use crate::source_compiler::HostedCompiler;
use crate::{modules, settings, signals};

/// The exit code after Ctrl-C, where the signal itself does not end the process: 128 and the signal's number.
const INTERRUPTED: u8 = 130;
/// The exit code when the standard streams cannot be flushed at the end.
const FLUSH_FAILED: u8 = 120;

/// The native modules of the core and of this target.
fn all_modules() -> &'static [&'static NativeModule] {
    let list: Vec<&'static NativeModule> =
        threadsnake_modules::MODULES.iter().chain(modules::MODULES).copied().collect();
    Vec::leak(list)
}

fn complain(text: &str) -> u8 {
    eprintln!("threadsnake: {text}");
    1
}

fn hash_key(line: &CommandLine) -> Result<(u64, u64), String> {
    let variable = if line.ignore_environment { None } else { std::env::var("PYTHONHASHSEED").ok() };
    match variable.as_deref() {
        None | Some("" | "random") => {
            let mut bytes = [0u8; 16];
            threadsnake_platform_hosted::install()
                .fill_entropy(&mut bytes)
                .map_err(|error| format!("no random numbers for hashing: {error}"))?;
            let (first, second) = bytes.split_at(8);
            let word = |half: &[u8]| half.iter().fold(0u64, |word, &byte| word << 8 | u64::from(byte));
            Ok((word(first), word(second)))
        }
        Some(text) => match text.parse::<u32>() {
            Ok(seed) => Ok(threadsnake_engine::text::hash::HashKey::from_seed(seed).parts()),
            Err(_) => Err(String::from(
                "Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]",
            )),
        },
    }
}

/// How a program ended: the exit code, and whether nobody caught a KeyboardInterrupt.
#[derive(Copy, Clone, PartialEq, Eq)]
struct Outcome {
    code: u8,
    interrupted: bool,
}

impl Outcome {
    const fn of(code: u8) -> Outcome {
        Outcome { code, interrupted: false }
    }
}

/// Writes to `sys.stderr`, or where that fails to the process's.
fn write_text(cx: &Context, text: &str) {
    if let Err(raised) = write_to_stderr(cx, text) {
        cx.take_exception(raised);
        eprint!("{text}");
    }
}

/// Says what an exception says, and gives the exit code. With `inspect`, SystemExit is reported like any other.
fn outcome_of(cx: &Context, raised: Raised, inspect: bool) -> Outcome {
    let exception = cx.take_exception(raised);
    if !inspect && cx.is_exception_of(exception, ExceptionClass::SystemExit) {
        return match cx.exit_status(exception) {
            Ok((status, text)) => {
                if let Some(text) = text {
                    // Two writes, as a stream of the program's own can tell.
                    write_text(cx, &text);
                    write_text(cx, "\n");
                }
                Outcome::of(status as u8)
            }
            Err(raised) => {
                cx.take_exception(raised);
                Outcome::of(1)
            }
        };
    }
    let interrupted = cx.is_exception_of(exception, ExceptionClass::KeyboardInterrupt);
    if let Err(raised) = cx.report_uncaught(exception) {
        cx.take_exception(raised);
    }
    Outcome { code: if interrupted { INTERRUPTED } else { 1 }, interrupted }
}

/// `-X faulthandler`, `PYTHONFAULTHANDLER`, development mode.
fn enable_fault_handler(cx: &Context, line: &CommandLine) -> PyResult<()> {
    let wanted = settings::extra(line, "faulthandler").is_some()
        || settings::flag(line, "PYTHONFAULTHANDLER")
        || settings::extra(line, "dev").is_some()
        || settings::flag(line, "PYTHONDEVMODE");
    if wanted { modules::faulthandler::enable_on_start(cx) } else { Ok(()) }
}

/// Imports `warnings` where options say what to do with them, so that those count from the first module on.
fn import_warnings(cx: &Context) -> PyResult<()> {
    let options = cx.sys_attribute("warnoptions")?.and_then(List::from_value);
    if options.is_some_and(|options| !options.is_empty()) {
        cx.import_module("warnings")?;
    }
    Ok(())
}

/// Imports `site`, unless `-S` says not to.
fn import_site(cx: &Context, line: &CommandLine) -> PyResult<()> {
    if line.no_site {
        return Ok(());
    }
    cx.import_module("site")?;
    Ok(())
}

/// Puts the program's folder at the front of `sys.path`: after `site`, which must not find a `sitecustomize` beside a program.
fn import_from_program_folder(cx: &Context, line: &CommandLine) -> PyResult<()> {
    settings::program_folder(line).map_or(Ok(()), |folder| program::put_first_on_path(cx, &folder))
}

/// Runs the program, and the prompt after it if that is asked for.
fn run_program(cx: &Context, line: &CommandLine) -> Outcome {
    let inspect = || line.inspect || settings::flag(line, "PYTHONINSPECT");
    let at_prompt = line.program == Program::StandardInput && program::input_is_interactive(line);
    let outcome = match program::run(cx, line) {
        Ok(Ended::Normally) => Outcome::of(0),
        Ok(Ended::Unreadable(code)) => return Outcome::of(code),
        Err(raised) => outcome_of(cx, raised, inspect() && !at_prompt),
    };
    // The program itself may have set the variable.
    if at_prompt || !inspect() || !(line.inspect || std::io::stdin().is_terminal()) {
        return outcome;
    }
    let namespace = match cx.root(Root::MainModule) {
        Some(main) => cx.module_dict(main),
        None => program::main_namespace(cx),
    };
    let result = namespace.and_then(|namespace| {
        interactive::prepare_again(cx, line)?;
        interactive::run(cx, line, namespace)
    });
    match result {
        Ok(()) => Outcome::of(0),
        Err(raised) => outcome_of(cx, raised, false),
    }
}

/// With `-v` the importer writes to `sys.stderr` before the streams are opened.
fn open_early_error_stream(cx: &Context, configured: &SystemConfiguration) -> PyResult<()> {
    if configured.flags.verbose == 0 { Ok(()) } else { standard_streams::open_plain_error_stream(cx) }
}

/// Puts the importer of zip archives before the one of folders.
fn import_from_archives(cx: &Context) -> PyResult<()> {
    let importer = cx.get_attribute(cx.import_module("zipimport")?, cx.intern_str("zipimporter")?)?;
    if let Some(hooks) = cx.sys_attribute("path_hooks")? {
        cx.call_method(hooks, cx.intern_str("insert")?, &[cx.int(0)?, importer])?;
    }
    Ok(())
}

/// Sets the streams of `sys`, and `open`.
fn open_streams(cx: &Context, line: &CommandLine) -> PyResult<()> {
    let io = cx.import_module("_io")?;
    let name = cx.intern_str("open")?;
    let open = cx.get_attribute(io, name)?;
    if let Some(builtins) = cx.root(Root::Builtins).and_then(Dict::from_value) {
        builtins.set_str(cx, name, open)?;
    }
    let configuration = standard_streams::Configuration {
        unbuffered: line.unbuffered || settings::flag(line, "PYTHONUNBUFFERED"),
        encoding: settings::variable(line, "PYTHONIOENCODING"),
        is_c_locale: standard_streams::Configuration::environment_locale_is_c(),
    };
    standard_streams::open(cx, &configuration)
}

fn phase_ended(cx: &Context, name: &str) -> PyResult<Option<Value>> {
    match cx.root(Root::Modules).and_then(Dict::from_value) {
        Some(modules) => modules.get_str(cx, cx.intern_str(name)?),
        None => Ok(None),
    }
}

/// Joins threads, runs exit functions.
fn shut_down(cx: &Context) -> PyResult<()> {
    if let Some(threading) = phase_ended(cx, "threading")? {
        cx.call_method(threading, cx.intern_str("_shutdown")?, &[])?;
    }
    if let Some(atexit) = phase_ended(cx, "atexit")? {
        cx.call_method(atexit, cx.intern_str("_run_exitfuncs")?, &[])?;
    }
    Ok(())
}

/// Raises the last event. As in CPython the streams of `sys` are gone by then, and what hooks raise is dropped.
fn audit_end(cx: &Context) {
    let raise = || {
        if cx.is_audited()
            && let Some(system) = cx.root(Root::SysModule)
        {
            let namespace = cx.module_dict(system)?;
            for name in ["stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__"] {
                namespace.remove(cx, cx.intern_str(name)?.as_value())?;
            }
        }
        cx.audit("cpython.PyInterpreterState_Clear", || Ok([]))
    };
    if let Err(raised) = raise() {
        cx.take_exception(raised);
    }
}

/// Runs a program; the result is the exit code.
pub fn run(line: &CommandLine, original: &[String]) -> u8 {
    let platform = threadsnake_platform_hosted::install();
    let library = match Library::open() {
        Ok(library) => library,
        Err(text) => return complain(&text),
    };
    let key = match hash_key(line) {
        Ok(key) => key,
        Err(text) => {
            eprintln!("{text}");
            return 1;
        }
    };
    let configured = settings::system(line, original)
        .and_then(|system| Ok((system, settings::int_digit_limit(line)?, settings::import_times(line)?)))
        .and_then(|configured| settings::refuse_missing(line).map(|()| configured));
    let (configured, digit_limit, import_times) = match configured {
        Ok(configured) => configured,
        Err(text) => {
            eprintln!("{text}");
            return 1;
        }
    };
    let configuration = EngineConfiguration {
        heap: HeapConfiguration {
            // Starting takes three megabytes of blocks, half of whose bytes it uses.
            first_share_bytes: 4 << 20,
            maximum_bytes: line.maximum_heap,
            stress_seed: line.stress_seed,
            statistics: line.extra.iter().any(|option| option == "heapstats"),
            ..HeapConfiguration::default()
        },
        hash_key: key,
        compiler: Some(Box::new(HostedCompiler)),
        frozen: Some(Box::new(library)),
        modules: all_modules(),
        optimization: settings::optimization(line),
        import_times,
        source_reader: Some(Box::new(|path: &str| std::fs::read(path).ok())),
    };
    // The heap's own thread takes no signals: they are for threads that Python code runs on.
    let mask = signals::block_all();
    let made = Engine::new(platform, configuration);
    signals::set_mask(&mask);
    let engine: Arc<Engine> = match made {
        Ok(engine) => engine,
        Err(_) => return complain("no memory for the heap"),
    };
    let cx = match Context::new(engine.clone(), ThreadState::existing()) {
        Ok(cx) => cx,
        Err(_) => return complain("no memory for the interpreter's stack"),
    };
    cx.become_main_thread();
    signals::install(&engine);
    if let Some(limit) = digit_limit {
        cx.set_int_digit_limit(limit);
    }
    let started = cx
        .bootstrap()
        .and_then(|()| cx.configure_system(&configured))
        .and_then(|()| open_early_error_stream(&cx, &configured))
        .inspect(|()| binary_pages::give_back())
        .and_then(|()| cx.initialize_imports())
        .and_then(|()| import_from_archives(&cx))
        .and_then(|()| open_streams(&cx, line))
        .and_then(|()| enable_fault_handler(&cx, line))
        .and_then(|()| import_warnings(&cx))
        .inspect(|()| binary_pages::give_back())
        .and_then(|()| import_site(&cx, line))
        .and_then(|()| import_from_program_folder(&cx, line));
    let mut outcome = match started {
        Ok(()) => {
            // What starting ran.
            binary_pages::program_begins();
            run_program(&cx, line)
        }
        Err(raised) => outcome_of(&cx, raised, false),
    };
    binary_pages::program_ends();
    if let Err(raised) = shut_down(&cx) {
        let failed = outcome_of(&cx, raised, false);
        if outcome.code == 0 {
            outcome = failed;
        }
    }
    let mut flushed = standard_streams::flush(&cx);
    if let Err(raised) = cx.finalize_modules() {
        cx.take_exception(raised);
    }
    // What finalizers wrote.
    flushed = flushed && standard_streams::flush(&cx);
    audit_end(&cx);
    standard_streams::flush_open_files(&cx);
    if !flushed {
        outcome = Outcome::of(FLUSH_FAILED);
    }
    if line.extra.iter().any(|option| option == "heapstats") {
        eprint!("{}", engine.heap().statistics());
    }
    if outcome.interrupted {
        signals::die_of_interrupt();
    }
    // Daemon threads end with the process: nothing is taken down under them.
    // SAFETY: the streams are flushed; the process ends here as `exit` would end it, without destructors of other threads' state.
    unsafe { libc::_exit(i32::from(outcome.code)) }
}
