//! What the command line and the `PYTHON...` variables say together.
//!
//! Invariant: read once, before any Python code runs; an option of the command line wins over its variable, and with `-E` or `-I` the
//! variables say nothing. A variable counts when it is not empty. Source: Python/initconfig.c.

use std::path::Path;

use threadsnake_engine::import::times::ImportTimes;
use threadsnake_engine::sys_module::{Flags, SystemConfiguration};

use crate::command_line::{CommandLine, Program};

/// The variable's text, if it counts.
pub fn variable(line: &CommandLine, name: &str) -> Option<String> {
    if line.ignore_environment {
        return None;
    }
    std::env::var_os(name).filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned())
}

/// Whether the variable counts.
pub fn flag(line: &CommandLine, name: &str) -> bool {
    variable(line, name).is_some()
}

/// A level: how often the option was given, or what the variable says; a variable that is no number says 1.
fn level(line: &CommandLine, given: u8, name: &str) -> u8 {
    let from_variable = variable(line, name)
        .map_or(0, |text| text.trim().parse::<i64>().map_or(1, |number| number.clamp(0, 255) as u8));
    given.max(from_variable)
}

/// `-X NAME` or `-X NAME=VALUE`: the last one given; the value is empty if there is none.
pub fn extra<'a>(line: &'a CommandLine, name: &str) -> Option<&'a str> {
    line.extra.iter().rev().find_map(|option| match option.split_once('=') {
        Some((given, value)) if given == name => Some(value),
        None if option == name => Some(""),
        _ => None,
    })
}

/// `-O`, `PYTHONOPTIMIZE`
pub fn optimization(line: &CommandLine) -> u8 {
    level(line, line.optimization, "PYTHONOPTIMIZE").min(2)
}

/// `-X int_max_str_digits`, `PYTHONINTMAXSTRDIGITS`: none if neither is given.
///
/// # Errors
/// The line to complain with.
pub fn int_digit_limit(line: &CommandLine) -> Result<Option<u32>, String> {
    let (given, complaint) =
        match (extra(line, "int_max_str_digits"), variable(line, "PYTHONINTMAXSTRDIGITS")) {
            (Some(text), _) => {
                (text.to_owned(), "-X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited.")
            }
            (None, Some(text)) => {
                (text, "PYTHONINTMAXSTRDIGITS: invalid limit; must be >= 640 or 0 for unlimited.")
            }
            (None, None) => return Ok(None),
        };
    match given.parse::<u32>() {
        Ok(limit) if limit == 0 || limit >= 640 => Ok(Some(limit)),
        _ => Err(format!("Fatal Python error: config_init_int_max_str_digits: {complaint}")),
    }
}

/// `-X importtime`, `PYTHONPROFILEIMPORTTIME`
///
/// # Errors
/// The line to complain with.
pub fn import_times(line: &CommandLine) -> Result<ImportTimes, String> {
    let given = extra(line, "importtime");
    let text = given.map(str::to_owned).or_else(|| variable(line, "PYTHONPROFILEIMPORTTIME"));
    match (text.as_deref(), given) {
        (None, _) => Ok(ImportTimes::Off),
        (Some("2"), _) => Ok(ImportTimes::All),
        (Some("" | "1"), _) | (Some(_), None) => Ok(ImportTimes::Loaded),
        (Some(_), Some(_)) => Err(String::from(
            "Fatal Python error: config_init_import_time: -X importtime: values other than 1 and 2 are reserved for future use.",
        )),
    }
}

/// Options and variables that ask for what this engine cannot do.
///
/// # Errors
/// The line to complain with.
pub fn refuse_missing(line: &CommandLine) -> Result<(), String> {
    const MISSING: [(&str, &str); 6] = [
        ("no_debug_ranges", "PYTHONNODEBUGRANGES"),
        ("pycache_prefix", "PYTHONPYCACHEPREFIX"),
        ("tracemalloc", "PYTHONTRACEMALLOC"),
        ("perf", "PYTHONPERFSUPPORT"),
        ("perf_jit", "PYTHON_PERF_JIT_SUPPORT"),
        ("presite", "PYTHON_PRESITE"),
    ];
    for (option, name) in MISSING {
        if extra(line, option).is_some_and(|value| value != "0") {
            return Err(format!("threadsnake: -X {option} is not supported yet by threadsnake"));
        }
        if variable(line, name).is_some_and(|value| value != "0") {
            return Err(format!("threadsnake: {name} is not supported yet by threadsnake"));
        }
    }
    const NO_EFFECT: [(&str, &str); 3] = [
        ("PYTHONHOME", "the library is part of the command"),
        ("PYTHONMALLOCSTATS", "-X heapstats shows the heap's"),
        ("PYTHONPLATLIBDIR", "sys.platlibdir is always lib"),
    ];
    for (name, reason) in NO_EFFECT {
        if flag(line, name) {
            return Err(format!("threadsnake: {name} is not supported by threadsnake: {reason}"));
        }
    }
    if let Some(allocator) = variable(line, "PYTHONMALLOC").filter(|allocator| allocator != "default") {
        return Err(format!("threadsnake: PYTHONMALLOC={allocator} is not supported by threadsnake"));
    }
    match extra(line, "utf8").or(variable(line, "PYTHONUTF8").as_deref()) {
        None | Some("" | "1") => {}
        Some("0") => {
            return Err(String::from(
                "threadsnake: -X utf8=0 is not supported by threadsnake: text is UTF-8",
            ));
        }
        Some(_) if extra(line, "utf8").is_some() => {
            return Err(String::from(
                "Fatal Python error: preconfig_init_utf8_mode: invalid -X utf8 option value",
            ));
        }
        Some(_) => {
            return Err(String::from(
                "Fatal Python error: preconfig_init_utf8_mode: invalid PYTHONUTF8 environment variable value",
            ));
        }
    }
    match extra(line, "frozen_modules") {
        None | Some("" | "on" | "off") => {}
        Some(_) => {
            return Err(String::from(
                "Fatal Python error: config_init_import: bad value for option -X frozen_modules (expected \"on\" or \"off\")",
            ));
        }
    }
    const ALWAYS_ON: [(&str, &str, &str); 3] = [
        ("thread_inherit_context", "PYTHON_THREAD_INHERIT_CONTEXT", "0"),
        ("context_aware_warnings", "PYTHON_CONTEXT_AWARE_WARNINGS", "0"),
        ("frozen_modules", "PYTHON_FROZEN_MODULES", "off"),
    ];
    for (option, name, off) in ALWAYS_ON {
        if extra(line, option).or(variable(line, name).as_deref()) == Some(off) {
            return Err(format!("threadsnake: -X {option}={off} is not supported yet by threadsnake"));
        }
    }
    const ALWAYS_OFF: [(&str, &str, &str); 2] =
        [("gil", "PYTHON_GIL", "global interpreter lock"), ("tlbc", "PYTHON_TLBC", "thread-local bytecode")];
    for (option, name, what) in ALWAYS_OFF {
        match extra(line, option).or(variable(line, name).as_deref()) {
            None | Some("0") => {}
            Some("1") => {
                return Err(format!("threadsnake: there is no {what} to enable (-X {option}=1)"));
            }
            Some(other) => {
                return Err(format!("threadsnake: -X {option}={other}: expected 0 or 1"));
            }
        }
    }
    Ok(())
}

/// `-X cpu_count`, `PYTHON_CPU_COUNT`: 0 for as many as there are.
///
/// # Errors
/// The line to complain with.
fn processors(line: &CommandLine) -> Result<u32, String> {
    let given = extra(line, "cpu_count").map(str::to_owned).or_else(|| variable(line, "PYTHON_CPU_COUNT"));
    match given.as_deref() {
        None | Some("default") => Ok(0),
        Some(text) => match text.parse::<u32>() {
            Ok(count) if count > 0 => Ok(count),
            _ => Err(String::from(
                "Fatal Python error: config_init_cpu_count: -X cpu_count=n option: n is missing or an invalid number, n must be greater than 0",
            )),
        },
    }
}

/// `sys.warnoptions`: development mode, variable, command line, `-b`, in this order; later ones win.
fn warning_options(line: &CommandLine, development: bool, bytes_warning: u8) -> Vec<String> {
    let mut options = Vec::new();
    if development {
        options.push(String::from("default"));
    }
    if let Some(more) = variable(line, "PYTHONWARNINGS") {
        options.extend(more.split(',').filter(|entry| !entry.is_empty()).map(str::to_owned));
    }
    options.extend(line.warnings.iter().cloned());
    match bytes_warning {
        0 => {}
        1 => options.push(String::from("default::BytesWarning")),
        _ => options.push(String::from("error::BytesWarning")),
    }
    options
}

/// The first entry of `sys.path`, which is put there when `site` has run, and `sys.argv[0]`. A program that is a folder or an archive puts itself there when it is run.
fn start_of_path(line: &CommandLine) -> (Option<String>, String) {
    match &line.program {
        Program::Text(_) => (Some(String::new()), "-c".into()),
        Program::Module(_) => {
            let here = std::env::current_dir().map(|path| path.to_string_lossy().into_owned());
            (Some(here.unwrap_or_default()), "-m".into())
        }
        Program::File(name) if crate::program::is_bundle(Path::new(name)) => (None, name.clone()),
        Program::File(name) => {
            let path = Path::new(name);
            let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            let folder = real.parent().map(|folder| folder.to_string_lossy().into_owned());
            (Some(folder.unwrap_or_default()), name.clone())
        }
        Program::StandardInput => (Some(String::new()), if line.dash { "-" } else { "" }.into()),
    }
}

fn has_safe_path(line: &CommandLine) -> bool {
    line.safe_path || flag(line, "PYTHONSAFEPATH")
}

/// The folder that the program adds to `sys.path`, unless options say that it should not.
pub fn program_folder(line: &CommandLine) -> Option<String> {
    if has_safe_path(line) { None } else { start_of_path(line).0 }
}

/// What `sys` is told.
///
/// # Errors
/// The line to complain with.
pub fn system(line: &CommandLine, original: &[String]) -> Result<SystemConfiguration, String> {
    let (_, name) = start_of_path(line);
    let safe_path = has_safe_path(line);
    let mut search_path: Vec<String> = Vec::new();
    if let Some(more) = variable(line, "PYTHONPATH") {
        search_path.extend(more.split(':').filter(|entry| !entry.is_empty()).map(str::to_owned));
    }
    let mut arguments = vec![name];
    arguments.extend(line.arguments.iter().cloned());
    let executable =
        std::env::current_exe().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    let development = extra(line, "dev").is_some() || flag(line, "PYTHONDEVMODE");
    let inspect = line.inspect || flag(line, "PYTHONINSPECT");
    Ok(SystemConfiguration {
        arguments,
        original_arguments: original.to_vec(),
        executable,
        prefix: "/usr/local".into(),
        search_path,
        platform: "linux".into(),
        multiarch: format!("{}-linux-gnu", std::env::consts::ARCH),
        warning_options: warning_options(line, development, line.bytes_warning),
        extra_options: line
            .extra
            .iter()
            .map(|option| match option.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (option.clone(), None),
            })
            .collect(),
        processors: processors(line)?,
        threads: Some(("pthread".into(), Some("futex".into()))),
        flags: Flags {
            debug: level(line, line.debug, "PYTHONDEBUG"),
            inspect,
            interactive: line.inspect,
            dont_write_bytecode: line.dont_write_bytecode || flag(line, "PYTHONDONTWRITEBYTECODE"),
            no_user_site: line.no_user_site || flag(line, "PYTHONNOUSERSITE"),
            no_site: line.no_site,
            ignore_environment: line.ignore_environment,
            verbose: level(line, line.verbose, "PYTHONVERBOSE"),
            bytes_warning: line.bytes_warning,
            quiet: line.quiet,
            hash_randomization: variable(line, "PYTHONHASHSEED").is_none_or(|seed| seed != "0"),
            isolated: line.isolated,
            dev_mode: development,
            safe_path,
            warn_default_encoding: extra(line, "warn_default_encoding").is_some()
                || flag(line, "PYTHONWARNDEFAULTENCODING"),
        },
    })
}
