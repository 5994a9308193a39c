//! Running the program that the command line names: a text, a module, a file, a folder or archive, standard input.
//!
//! Invariant: the program runs in a new `__main__`; what cannot be read is said on standard error in one line.
//! Source: Modules/main.c.

use std::io::{IsTerminal, Read, Seek, SeekFrom};
use std::path::Path;

use threadsnake_engine::engine::{CompileMode, CompileRequest, Root};
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::list::List;
use threadsnake_engine::{Context, PyResult, Value};

use crate::command_line::{CommandLine, Program};
use crate::interactive;

/// How a program ended, if it raised nothing.
pub enum Ended {
    /// As programs should.
    Normally,
    /// It could not be read: said already. The exit code.
    Unreadable(u8),
}

/// The namespace of a new `__main__`.
pub fn main_namespace(cx: &Context) -> PyResult<Dict> {
    let main = cx.new_module("__main__")?;
    cx.add_module("__main__", main)?;
    cx.set_root(Root::MainModule, Some(main));
    let namespace = cx.module_dict(main)?;
    // The module itself, here alone; elsewhere it is its dict.
    match cx.root(Root::BuiltinsModule) {
        Some(builtins) => namespace.set_str(cx, cx.intern_str("__builtins__")?, builtins)?,
        None => cx.ensure_builtins(namespace)?,
    }
    let frozen = cx.import_module("_frozen_importlib")?;
    let importer = cx.get_attribute(frozen, cx.intern_str("BuiltinImporter")?)?;
    namespace.set_str(cx, cx.intern_str("__loader__")?, importer)?;
    Ok(namespace)
}

/// Compiles and runs a module's source: `-c`, which is text, or what a file has, which audit hooks are not shown.
pub fn run_text(
    cx: &Context,
    source: &[u8],
    is_text: bool,
    file_name: &str,
    namespace: Dict,
) -> PyResult<Value> {
    cx.register_source(file_name, source);
    cx.audit("compile", || {
        let shown = if is_text { cx.bytes(&[source, b"\n"].concat())? } else { Value::NONE };
        Ok([shown, cx.str(file_name)?])
    })?;
    let code = cx.compile_source(&CompileRequest {
        source,
        is_text,
        file_name,
        mode: CompileMode::Module,
        optimization: cx.engine().configuration().optimization,
        flags: 0,
        feature_version: None,
    })?;
    cx.audit("exec", || Ok([code.as_value()]))?;
    cx.run_code(code, namespace, None, None)
}

/// Whether a program is a folder, or an archive with modules: something that `sys.path` takes.
pub fn is_bundle(path: &Path) -> bool {
    path.is_dir() || is_archive(path).unwrap_or(false)
}

/// Whether a file ends as a zip archive does, up to a comment.
fn is_archive(path: &Path) -> std::io::Result<bool> {
    const END_BYTES: u64 = 22;
    const LONGEST_COMMENT: u64 = u16::MAX as u64;
    let mut file = std::fs::File::open(path)?;
    if !file.metadata()?.is_file() {
        return Ok(false);
    }
    let length = file.seek(SeekFrom::End(0))?;
    let mut look = |count: u64| -> std::io::Result<Vec<u8>> {
        file.seek(SeekFrom::Start(length - count))?;
        let mut tail = Vec::new();
        (&mut file).take(count).read_to_end(&mut tail)?;
        Ok(tail)
    };
    if length < END_BYTES {
        return Ok(false);
    }
    let mark = b"PK\x05\x06";
    if look(END_BYTES)?.starts_with(mark) {
        return Ok(true);
    }
    let tail = look(length.min(END_BYTES + LONGEST_COMMENT))?;
    // A comment is as long as the record before it says.
    Ok(tail.windows(END_BYTES as usize).enumerate().any(|(place, record)| match record {
        [b'P', b'K', 5, 6, .., low, high] => {
            let comment = usize::from(u16::from_le_bytes([*low, *high]));
            place + END_BYTES as usize + comment == tail.len()
        }
        _ => false,
    }))
}

/// Runs a module as `__main__`, through `runpy`.
fn run_module(cx: &Context, name: &str, set_arguments: bool) -> PyResult<()> {
    cx.audit("cpython.run_module", || Ok([cx.str(name)?]))?;
    let runpy = cx.import_module("runpy")?;
    let function = cx.intern_str("_run_module_as_main")?;
    let name = cx.str(name)?;
    cx.call_method(runpy, function, &[name, Value::from_bool(set_arguments)])?;
    Ok(())
}

/// Takes the first line off, but not its end, so that lines keep their numbers.
fn without_first_line(source: Vec<u8>) -> Vec<u8> {
    match source.iter().position(|&byte| byte == b'\n') {
        Some(end) => source.get(end..).unwrap_or(&[]).to_vec(),
        None => Vec::new(),
    }
}

/// Puts a folder or an archive at the front of `sys.path`.
pub fn put_first_on_path(cx: &Context, name: &str) -> PyResult<()> {
    if let Some(search_path) = cx.sys_attribute("path")?.and_then(List::from_value) {
        cx.call_method(search_path.as_value(), cx.intern_str("insert")?, &[cx.int(0)?, cx.str(name)?])?;
    }
    Ok(())
}

fn run_file(cx: &Context, line: &CommandLine, name: &str) -> PyResult<Ended> {
    let absolute = absolute(name);
    let name = absolute.as_str();
    let path = Path::new(name);
    if is_bundle(path) {
        main_namespace(cx)?;
        put_first_on_path(cx, name)?;
        run_module(cx, "__main__", false)?;
        return Ok(Ended::Normally);
    }
    cx.audit("cpython.run_file", || Ok([cx.str(name)?]))?;
    cx.audit("open", || Ok([cx.str(name)?, cx.str("rb")?, cx.int(0)?]))?;
    let mut source = match cx.blocking(|| std::fs::read(path)) {
        Ok(source) => source,
        Err(error) => {
            let number = error.raw_os_error().unwrap_or(0);
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            eprintln!("threadsnake: can't open file '{name}': [Errno {number}] {text}");
            return Ok(Ended::Unreadable(2));
        }
    };
    if line.skip_first_line {
        source = without_first_line(source);
    }
    let namespace = main_namespace(cx)?;
    namespace.set_str(cx, cx.intern_str("__file__")?, cx.str(name)?)?;
    namespace.set_str(cx, cx.intern_str("__cached__")?, Value::NONE)?;
    let external = cx.import_module("_frozen_importlib_external")?;
    let loader = cx.get_attribute(external, cx.intern_str("SourceFileLoader")?)?;
    let loader = cx.call(loader, &[cx.str("__main__")?, cx.str(name)?])?;
    namespace.set_str(cx, cx.intern_str("__loader__")?, loader)?;
    run_text(cx, &source, false, name, namespace)?;
    Ok(Ended::Normally)
}

/// Whether standard input is to be read as statements typed by somebody.
pub fn input_is_interactive(line: &CommandLine) -> bool {
    line.inspect || std::io::stdin().is_terminal()
}

/// Runs the program.
///
/// # Errors
/// What it raises.
pub fn run(cx: &Context, line: &CommandLine) -> PyResult<Ended> {
    match &line.program {
        Program::Text(text) => {
            // With the end of the line, which CPython adds first of all.
            cx.audit("cpython.run_command", || Ok([cx.str(&format!("{text}\n"))?]))?;
            let namespace = main_namespace(cx)?;
            run_text(cx, text.as_bytes(), true, "<string>", namespace)?;
        }
        Program::Module(name) => {
            main_namespace(cx)?;
            run_module(cx, name, true)?;
        }
        Program::File(name) => return run_file(cx, line, name),
        Program::StandardInput if input_is_interactive(line) => {
            let namespace = main_namespace(cx)?;
            interactive::greet(cx, line)?;
            interactive::start_up(cx, line, namespace)?;
            interactive::run(cx, line, namespace)?;
        }
        Program::StandardInput => {
            cx.audit("cpython.run_stdin", || Ok([]))?;
            let mut source = Vec::new();
            if let Err(error) = cx.blocking(|| std::io::stdin().read_to_end(&mut source)) {
                eprintln!("threadsnake: can't read the standard input: {error}");
                return Ok(Ended::Unreadable(1));
            }
            if line.skip_first_line {
                source = without_first_line(source);
            }
            let namespace = main_namespace(cx)?;
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
