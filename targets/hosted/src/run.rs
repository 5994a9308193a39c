//! From the command line to a program's end: makes the engine, runs the program, joins threads, says what went wrong.
//!
//! Invariant: shutdown waits for the threads that are not daemons, runs exit functions, then flushes the standard streams, in this order,
//! whatever the program ended with. Source: Modules/main.c, Python/pylifecycle.c.

use std::io::{IsTerminal, Read};
use std::path::Path;
use std::sync::Arc;

use threadsnake_engine::engine::{CompileMode, CompileRequest, Engine, EngineConfiguration, Root};
use threadsnake_engine::native::NativeModule;
use threadsnake_engine::sys_module::{Flags, SystemConfiguration};
use threadsnake_engine::thread::ThreadState;
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Raised, Value};
use threadsnake_heap::HeapConfiguration;

use crate::command_line::{CommandLine, Program};
use crate::library::Library;
use crate::modules::io::standard_streams;
use crate::source_compiler::HostedCompiler;
use crate::{modules, signals};

/// The exit code after Ctrl-C: 128 and the signal's number.
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

fn environment_flag(line: &CommandLine, name: &str) -> bool {
    !line.ignore_environment && std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// The first entry of `sys.path`, and `sys.argv[0]`.
fn start_of_path(line: &CommandLine) -> (Option<String>, String) {
    match &line.program {
        Program::Text(_) => (Some(String::new()), "-c".into()),
        Program::Module(_) => {
            let here = std::env::current_dir().map(|path| path.to_string_lossy().into_owned());
            (Some(here.unwrap_or_default()), "-m".into())
        }
        Program::File(name) => {
            let path = Path::new(name);
            let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            let folder = real.parent().map(|folder| folder.to_string_lossy().into_owned());
            (Some(folder.unwrap_or_default()), name.clone())
        }
        Program::StandardInput => {
            (Some(String::new()), if line.arguments.is_empty() { "" } else { "-" }.into())
        }
    }
}

fn system(line: &CommandLine, original: &[String]) -> SystemConfiguration {
    let (first, name) = start_of_path(line);
    let mut search_path: Vec<String> = Vec::new();
    if !line.safe_path && !environment_flag(line, "PYTHONSAFEPATH") {
        search_path.extend(first);
    }
    if !line.ignore_environment
        && let Ok(more) = std::env::var("PYTHONPATH")
    {
        search_path.extend(more.split(':').filter(|entry| !entry.is_empty()).map(str::to_owned));
    }
    let mut arguments = vec![name];
    arguments.extend(line.arguments.iter().cloned());
    let executable =
        std::env::current_exe().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    let mut warning_options = Vec::new();
    if !line.ignore_environment
        && let Ok(more) = std::env::var("PYTHONWARNINGS")
    {
        warning_options.extend(more.split(',').filter(|entry| !entry.is_empty()).map(str::to_owned));
    }
    warning_options.extend(line.warnings.iter().cloned());
    SystemConfiguration {
        arguments,
        original_arguments: original.to_vec(),
        executable,
        prefix: "/usr/local".into(),
        search_path,
        platform: "linux".into(),
        multiarch: format!("{}-linux-gnu", std::env::consts::ARCH),
        warning_options,
        extra_options: line
            .extra
            .iter()
            .map(|option| match option.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (option.clone(), None),
            })
            .collect(),
        processors: 0,
        threads: Some(("pthread".into(), Some("futex".into()))),
        flags: Flags {
            inspect: line.inspect,
            interactive: line.inspect,
            dont_write_bytecode: line.dont_write_bytecode
                || environment_flag(line, "PYTHONDONTWRITEBYTECODE"),
            no_user_site: line.no_user_site,
            no_site: line.no_site,
            ignore_environment: line.ignore_environment,
            verbose: line.verbose,
            bytes_warning: line.bytes_warning,
            quiet: line.quiet,
            hash_randomization: true,
            isolated: line.isolated,
            dev_mode: false,
            safe_path: line.safe_path,
            warn_default_encoding: false,
        },
    }
}

/// The namespace of a new `__main__`.
fn main_namespace(cx: &Context, file: Option<&str>) -> PyResult<Dict> {
    let main = cx.new_module("__main__")?;
    cx.add_module("__main__", main)?;
    cx.set_root(Root::MainModule, Some(main));
    let namespace = cx.module_dict(main)?;
    cx.ensure_builtins(namespace)?;
    if let Some(file) = file {
        namespace.set_str(cx, cx.intern_str("__file__")?, cx.str(file)?)?;
        namespace.set_str(cx, cx.intern_str("__cached__")?, Value::NONE)?;
    }
    Ok(namespace)
}

enum Ended {
    Normally,
    /// A file or standard input that cannot be read: said already.
    Unreadable(u8),
}

fn run_text(cx: &Context, source: &[u8], is_text: bool, file_name: &str, namespace: Dict) -> PyResult<Value> {
    cx.register_source(file_name, source);
    let response = cx.compile_source(&CompileRequest {
        source,
        is_text,
        file_name,
        mode: CompileMode::Module,
        optimization: cx.engine().configuration().optimization,
        flags: 0,
    })?;
    let code = cx.code_object(&response.code)?;
    cx.run_code(code, namespace, None, None)
}

fn run_program(cx: &Context, line: &CommandLine) -> PyResult<Ended> {
    match &line.program {
        Program::Text(text) => {
            let namespace = main_namespace(cx, None)?;
            run_text(cx, text.as_bytes(), true, "<string>", namespace)?;
        }
        Program::Module(name) => {
            main_namespace(cx, None)?;
            let runpy = cx.import_module("runpy")?;
            let function = cx.intern_str("_run_module_as_main")?;
            let name = cx.str(name)?;
            cx.call_method(runpy, function, &[name, Value::TRUE])?;
        }
        Program::File(name) => {
            let path = Path::new(name);
            if path.is_dir() {
                eprintln!("threadsnake: can't find '__main__' module in '{name}'");
                return Ok(Ended::Unreadable(1));
            }
            let source = match std::fs::read(path) {
                Ok(source) => source,
                Err(error) => {
                    let number = error.raw_os_error().unwrap_or(0);
                    let text = error.to_string();
                    let text = text.split(" (os error").next().unwrap_or_default();
                    eprintln!("threadsnake: can't open file '{}': [Errno {number}] {text}", absolute(name));
                    return Ok(Ended::Unreadable(2));
                }
            };
            let namespace = main_namespace(cx, Some(name))?;
            run_text(cx, &source, false, name, namespace)?;
        }
        Program::StandardInput => {
            let mut input = std::io::stdin();
            if input.is_terminal() {
                return Err(cx.raise(
                    ExceptionClass::NotImplementedError,
                    format_args!("the interactive prompt is not supported yet by threadsnake"),
                ));
            }
            let mut source = Vec::new();
            if let Err(error) = cx.blocking(|| input.read_to_end(&mut source)) {
                eprintln!("threadsnake: can't read the standard input: {error}");
                return Ok(Ended::Unreadable(1));
            }
            let namespace = main_namespace(cx, None)?;
            run_text(cx, &source, false, "<stdin>", namespace)?;
        }
    }
    Ok(Ended::Normally)
}

fn absolute(name: &str) -> String {
    match std::path::absolute(name) {
        Ok(path) => path.to_string_lossy().into_owned(),
        Err(_) => name.to_owned(),
    }
}

/// Says what an exception says, and gives the exit code.
fn exit_code(cx: &Context, raised: Raised) -> u8 {
    let exception = cx.take_exception(raised);
    if cx.is_exception_of(exception, ExceptionClass::SystemExit) {
        return match cx.exit_status(exception) {
            Ok((status, text)) => {
                if let Some(text) = text {
                    eprint!("{text}");
                }
                status as u8
            }
            Err(raised) => {
                cx.take_exception(raised);
                1
            }
        };
    }
    let interrupted = cx.is_exception_of(exception, ExceptionClass::KeyboardInterrupt);
    if let Err(raised) = cx.report_uncaught(exception) {
        cx.take_exception(raised);
    }
    if interrupted { INTERRUPTED } else { 1 }
}

/// Sets the streams of `sys`, and `open`.
fn open_streams(cx: &Context, line: &CommandLine) -> PyResult<()> {
    let io = cx.import_module("_io")?;
    let name = cx.intern_str("open")?;
    let open = cx.get_attribute(io, name)?;
    if let Some(builtins) = cx.root(Root::Builtins).and_then(Dict::from_value) {
        builtins.set_str(cx, name, open)?;
    }
    let encoding = if line.ignore_environment { None } else { std::env::var("PYTHONIOENCODING").ok() };
    let configuration = standard_streams::Configuration {
        unbuffered: line.unbuffered || environment_flag(line, "PYTHONUNBUFFERED"),
        encoding: encoding.filter(|text| !text.is_empty()),
        is_c_locale: standard_streams::Configuration::environment_locale_is_c(),
    };
    standard_streams::open(cx, &configuration)
}

fn loaded_module(cx: &Context, name: &str) -> PyResult<Option<Value>> {
    match cx.root(Root::Modules).and_then(Dict::from_value) {
        Some(modules) => modules.get_str(cx, cx.intern_str(name)?),
        None => Ok(None),
    }
}

/// Joins threads, runs exit functions.
fn shut_down(cx: &Context) -> PyResult<()> {
    if let Some(threading) = loaded_module(cx, "threading")? {
        cx.call_method(threading, cx.intern_str("_shutdown")?, &[])?;
    }
    if let Some(atexit) = loaded_module(cx, "atexit")? {
        cx.call_method(atexit, cx.intern_str("_run_exitfuncs")?, &[])?;
    }
    Ok(())
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
    let configuration = EngineConfiguration {
        heap: HeapConfiguration {
            maximum_bytes: line.maximum_heap,
            stress_seed: line.stress_seed,
            statistics: line.extra.iter().any(|option| option == "heapstats"),
            ..HeapConfiguration::default()
        },
        hash_key: key,
        compiler: Some(Box::new(HostedCompiler)),
        frozen: Some(Box::new(library)),
        modules: all_modules(),
        optimization: line.optimization,
        source_reader: Some(Box::new(|path: &str| std::fs::read(path).ok())),
    };
    let engine: Arc<Engine> = match Engine::new(platform, configuration) {
        Ok(engine) => engine,
        Err(_) => return complain("no memory for the heap"),
    };
    let cx = match Context::new(engine.clone(), ThreadState::existing()) {
        Ok(cx) => cx,
        Err(_) => return complain("no memory for the interpreter's stack"),
    };
    cx.become_main_thread();
    signals::install(&engine);
    let started = cx
        .bootstrap()
        .and_then(|()| cx.configure_system(&system(line, original)))
        .and_then(|()| cx.initialize_imports())
        .and_then(|()| open_streams(&cx, line));
    let mut code = match started.and_then(|()| run_program(&cx, line)) {
        Ok(Ended::Normally) => 0,
        Ok(Ended::Unreadable(code)) => code,
        Err(raised) => exit_code(&cx, raised),
    };
    if let Err(raised) = shut_down(&cx) {
        let failed = exit_code(&cx, raised);
        if code == 0 {
            code = failed;
        }
    }
    let flushed = standard_streams::flush(&cx);
    standard_streams::flush_open_files(&cx);
    if !flushed {
        code = FLUSH_FAILED;
    }
    if line.extra.iter().any(|option| option == "heapstats") {
        eprint!("{}", engine.heap().statistics());
    }
    if code == INTERRUPTED {
        signals::die_of_interrupt();
    }
    // Daemon threads end with the process: nothing is taken down under them.
    // SAFETY: the streams are flushed; the process ends here as `exit` would end it, without destructors of other threads' state.
    unsafe { libc::_exit(i32::from(code)) }
}
