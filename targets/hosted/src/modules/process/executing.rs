//! Programs: replacing this one, starting others, signals to processes.
//!
//! Invariant: all texts for the C library are made before the call, and live until after it. Source: Modules/posixmodule.c.
#![allow(clippy::unnecessary_cast, reason = "the C library's types differ between targets")]

use std::ffi::CString;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;

use threadsnake_engine::native::FromValue;
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::list::List;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pyfunction;

use super::done;
use crate::modules::paths::{self, PathArgument};
use crate::modules::system_call::{self, last_errno};

const SPAWN_OPEN: i32 = 0;
const SPAWN_CLOSE: i32 = 1;
const SPAWN_DUPLICATE: i32 = 2;

/// Constants.
pub const NUMBERS: &[(&str, i64)] = &[
    ("POSIX_SPAWN_OPEN", SPAWN_OPEN as i64),
    ("POSIX_SPAWN_CLOSE", SPAWN_CLOSE as i64),
    ("POSIX_SPAWN_DUP2", SPAWN_DUPLICATE as i64),
    ("EX_USAGE", 64),
    ("EX_DATAERR", 65),
    ("EX_NOINPUT", 66),
    ("EX_NOUSER", 67),
    ("EX_NOHOST", 68),
    ("EX_UNAVAILABLE", 69),
    ("EX_SOFTWARE", 70),
    ("EX_OSERR", 71),
    ("EX_OSFILE", 72),
    ("EX_CANTCREAT", 73),
    ("EX_IOERR", 74),
    ("EX_TEMPFAIL", 75),
    ("EX_PROTOCOL", 76),
    ("EX_NOPERM", 77),
    ("EX_CONFIG", 78),
];

/// Texts for the C library, as an array of pointers that ends with null.
pub struct TextArray {
    /// What the pointers point to.
    _texts: Vec<CString>,
    pointers: Vec<*const libc::c_char>,
}

impl TextArray {
    /// Takes the texts over.
    pub fn new(texts: Vec<CString>) -> TextArray {
        let mut pointers: Vec<_> = texts.iter().map(|text| text.as_ptr()).collect();
        pointers.push(std::ptr::null());
        TextArray { _texts: texts, pointers }
    }

    /// The array.
    pub fn as_ptr(&self) -> *const *const libc::c_char {
        self.pointers.as_ptr()
    }
}

/// One text for the C library: a path, or bytes.
pub fn text(cx: &Context, value: Value, function: &str) -> PyResult<CString> {
    paths::path(cx, value, function, false)?.to_c_string(cx)
}

/// The arguments of a program: a tuple or list of texts.
fn program_arguments(cx: &Context, argv: Value, function: &str) -> PyResult<TextArray> {
    if Tuple::from_value(argv).is_none() && List::from_value(argv).is_none() {
        return Err(cx.type_error(format_args!("{function}: argv must be a tuple or list")));
    }
    let mut texts = Vec::new();
    for &argument in cx.collect(argv)?.as_slice() {
        texts.push(text(cx, argument, function)?);
    }
    if texts.is_empty() {
        return Err(cx.value_error(format_args!("{function}: argv must not be empty")));
    }
    if texts.first().is_some_and(|first| first.is_empty()) {
        return Err(cx.value_error(format_args!("{function}: argv first element cannot be empty")));
    }
    Ok(TextArray::new(texts))
}

/// An environment: a mapping from names to values.
fn environment(cx: &Context, env: Value, function: &str) -> PyResult<TextArray> {
    let mut texts = Vec::new();
    let mut add = |name: Value, value: Value| -> PyResult<()> {
        let name = paths::path(cx, name, function, false)?.bytes;
        let value = paths::path(cx, value, function, false)?.bytes;
        if name.contains(&b'=') || name.is_empty() {
            return Err(cx.value_error(format_args!("illegal environment variable name")));
        }
        let mut entry = name;
        entry.push(b'=');
        entry.extend_from_slice(&value);
        texts.push(CString::new(entry).map_err(|_| cx.value_error(format_args!("embedded null byte")))?);
        Ok(())
    };
    if let Some(dict) = Dict::from_value(env) {
        for pair in dict.snapshot(cx).as_slice().chunks_exact(2) {
            if let &[name, value] = pair {
                add(name, value)?;
            }
        }
    } else {
        let items = cx.intern_str("items")?;
        let Some(items) = cx.find_attribute_or_none(env, items)? else {
            return Err(cx.type_error(format_args!("{function}: environment must be a mapping object")));
        };
        let items = cx.call(items, &[])?;
        for &item in cx.collect(items)?.as_slice() {
            let pair = cx.unpack_exact(item, 2)?;
            if let &[name, value] = pair.as_slice() {
                add(name, value)?;
            }
        }
    }
    Ok(TextArray::new(texts))
}

/// Execute an executable path with arguments, replacing current process.
///
///   path
///     Path of executable file.
///   argv
///     Tuple or list of strings.
#[pyfunction]
pub fn execv(cx: &Context, path: Value, argv: Value) -> PyResult<()> {
    let path = paths::path(cx, path, "execv", false)?;
    let c_path = path.to_c_string(cx)?;
    let arguments = program_arguments(cx, argv, "execv")?;
    cx.audit("os.exec", || Ok([path.object, argv, Value::NONE]))?;
    // SAFETY: a path, and an array of texts that ends with null.
    unsafe { libc::execv(c_path.as_ptr(), arguments.as_ptr()) };
    Err(cx.os_error(last_errno(), None))
}

/// Execute an executable path with arguments, replacing current process.
///
///   path
///     Path of executable file.
///   argv
///     Tuple or list of strings.
///   env
///     Dictionary of strings mapping to strings.
#[pyfunction(signature = "(path, argv, env)")]
pub fn execve(cx: &Context, path: Value, argv: Value, env: Value) -> PyResult<()> {
    let path = paths::path(cx, path, "execve", true)?;
    let c_path = path.to_c_string(cx)?;
    let arguments = program_arguments(cx, argv, "execve")?;
    let variables = environment(cx, env, "execve")?;
    cx.audit("os.exec", || Ok([path.object, argv, env]))?;
    // SAFETY: a path or descriptor, and arrays of texts that end with null.
    unsafe {
        match path.descriptor {
            Some(descriptor) => libc::fexecve(descriptor, arguments.as_ptr(), variables.as_ptr()),
            None => libc::execve(c_path.as_ptr(), arguments.as_ptr(), variables.as_ptr()),
        }
    };
    Err(cx.os_error(last_errno(), Some(path.object)))
}

/// Execute the command in a subshell.
#[pyfunction(signature = "(command)")]
pub fn system(cx: &Context, command: Value) -> PyResult<i32> {
    let command = text(cx, command, "system")?;
    cx.audit("os.system", || Ok([cx.bytes(command.as_bytes())?]))?;
    // SAFETY: the text ends with a null byte.
    Ok(cx.blocking(|| unsafe { libc::system(command.as_ptr()) }))
}

/// Kill a process with a signal.
#[pyfunction]
pub fn kill(cx: &Context, pid: i32, signal: i32) -> PyResult<()> {
    cx.audit("os.kill", || Ok([cx.int(i64::from(pid))?, cx.int(i64::from(signal))?]))?;
    // A signal to this process may go to any thread that does not block it. This one will do, so that its handler has run when this returns.
    // SAFETY: all zero is a valid set; no other memory is involved.
    let result = unsafe {
        let mut mask: libc::sigset_t = MaybeUninit::zeroed().assume_init();
        if pid == libc::getpid()
            && signal > 0
            && libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), &mut mask) == 0
            && libc::sigismember(&mask, signal) == 0
        {
            libc::raise(signal)
        } else {
            libc::kill(pid, signal)
        }
    };
    done(cx, result)?;
    cx.poll()
}

/// Kill a process group with a signal.
#[pyfunction]
pub fn killpg(cx: &Context, pgid: i32, signal: i32) -> PyResult<()> {
    cx.audit("os.killpg", || Ok([cx.int(i64::from(pgid))?, cx.int(i64::from(signal))?]))?;
    // SAFETY: no memory is involved.
    done(cx, unsafe { libc::killpg(pgid, signal) })?;
    cx.poll()
}

/// What a started program does with its descriptors first, destroyed when dropped.
struct FileActions {
    actions: libc::posix_spawn_file_actions_t,
    /// Paths of files to open: the actions may point at them.
    paths: Vec<CString>,
}

impl Drop for FileActions {
    fn drop(&mut self) {
        // SAFETY: initialized by `new`, destroyed once.
        unsafe { libc::posix_spawn_file_actions_destroy(&mut self.actions) };
    }
}

impl FileActions {
    fn new(cx: &Context) -> PyResult<FileActions> {
        let mut actions = MaybeUninit::uninit();
        // SAFETY: the call initializes the structure.
        let errno = unsafe { libc::posix_spawn_file_actions_init(actions.as_mut_ptr()) };
        if errno != 0 {
            return Err(cx.os_error(errno, None));
        }
        // SAFETY: as above.
        Ok(FileActions { actions: unsafe { actions.assume_init() }, paths: Vec::new() })
    }

    fn add(&mut self, cx: &Context, action: Value) -> PyResult<()> {
        let Some(parts) = Tuple::from_value(action).filter(|parts| !parts.is_empty()) else {
            return Err(cx.type_error(format_args!("Each file_actions element must be a non-empty tuple")));
        };
        let parts = parts.as_slice();
        let kind = parts.first().map_or(Ok(-1), |&kind| i32::from_value(cx, kind))?;
        let number = |place: usize| parts.get(place).map_or(Ok(0), |&value| i32::from_value(cx, value));
        // SAFETY: initialized actions; a path that lives as long as they do.
        let errno = unsafe {
            match (kind, parts.len()) {
                (SPAWN_OPEN, 5) => {
                    let path = text(cx, parts.get(2).copied().unwrap_or(Value::NONE), "posix_spawn")?;
                    let pointer = path.as_ptr();
                    self.paths.push(path);
                    let mode = number(4)? as libc::mode_t;
                    libc::posix_spawn_file_actions_addopen(
                        &mut self.actions,
                        number(1)?,
                        pointer,
                        number(3)?,
                        mode,
                    )
                }
                (SPAWN_CLOSE, 2) => libc::posix_spawn_file_actions_addclose(&mut self.actions, number(1)?),
                (SPAWN_DUPLICATE, 3) => {
                    libc::posix_spawn_file_actions_adddup2(&mut self.actions, number(1)?, number(2)?)
                }
                (SPAWN_OPEN, _) => {
                    return Err(cx.type_error(format_args!("A open file_action tuple must have 5 elements")));
                }
                (SPAWN_CLOSE, _) => {
                    return Err(cx.type_error(format_args!("A close file_action tuple must have 2 elements")));
                }
                (SPAWN_DUPLICATE, _) => {
                    return Err(cx.type_error(format_args!("A dup2 file_action tuple must have 3 elements")));
                }
                _ => return Err(cx.type_error(format_args!("Unknown file_actions identifier"))),
            }
        };
        if errno != 0 { Err(cx.os_error(errno, None)) } else { Ok(()) }
    }
}

/// Settings of a started program, destroyed when dropped.
struct SpawnAttributes(libc::posix_spawnattr_t);

impl Drop for SpawnAttributes {
    fn drop(&mut self) {
        // SAFETY: initialized by `new`, destroyed once.
        unsafe { libc::posix_spawnattr_destroy(&mut self.0) };
    }
}

/// What the keywords of `posix_spawn` ask for.
struct SpawnOptions {
    file_actions: Option<Value>,
    group: Option<Value>,
    reset_identity: bool,
    session: bool,
    mask: Option<Value>,
    defaults: Option<Value>,
    scheduler: Option<Value>,
}

fn signal_set(cx: &Context, signals: Value) -> PyResult<libc::sigset_t> {
    // SAFETY: all zero is valid, and the call makes the set an empty one.
    let mut set: libc::sigset_t = unsafe {
        let mut set = MaybeUninit::zeroed();
        libc::sigemptyset(set.as_mut_ptr());
        set.assume_init()
    };
    for &signal in cx.collect(signals)?.as_slice() {
        let number = i32::from_value(cx, signal)?;
        if !(1..65).contains(&number) {
            return Err(cx.value_error(format_args!("signal number {number} out of range [1; 64]")));
        }
        // SAFETY: a whole set and a number in range.
        unsafe { libc::sigaddset(&mut set, number) };
    }
    Ok(set)
}

impl SpawnAttributes {
    fn new(cx: &Context, options: &SpawnOptions) -> PyResult<SpawnAttributes> {
        let mut attributes = MaybeUninit::uninit();
        // SAFETY: the call initializes the structure.
        let errno = unsafe { libc::posix_spawnattr_init(attributes.as_mut_ptr()) };
        if errno != 0 {
            return Err(cx.os_error(errno, None));
        }
        // SAFETY: as above.
        let mut own = SpawnAttributes(unsafe { attributes.assume_init() });
        let mut flags: i32 = 0;
        // SAFETY: initialized attributes, whole sets and structures.
        unsafe {
            if let Some(group) = options.group.filter(|group| !group.is_none()) {
                libc::posix_spawnattr_setpgroup(&mut own.0, i32::from_value(cx, group)?);
                flags |= libc::POSIX_SPAWN_SETPGROUP as i32;
            }
            if options.reset_identity {
                flags |= libc::POSIX_SPAWN_RESETIDS as i32;
            }
            if options.session {
                flags |= libc::POSIX_SPAWN_SETSID as i32;
            }
            if let Some(mask) = options.mask.filter(|mask| !mask.is_none()) {
                libc::posix_spawnattr_setsigmask(&mut own.0, &signal_set(cx, mask)?);
                flags |= libc::POSIX_SPAWN_SETSIGMASK as i32;
            }
            if let Some(defaults) = options.defaults.filter(|defaults| !defaults.is_none()) {
                libc::posix_spawnattr_setsigdefault(&mut own.0, &signal_set(cx, defaults)?);
                flags |= libc::POSIX_SPAWN_SETSIGDEF as i32;
            }
            if let Some(scheduler) = options.scheduler.filter(|scheduler| !scheduler.is_none()) {
                return Err(cx.raise(
                    threadsnake_engine::ExceptionClass::NotImplementedError,
                    format_args!(
                        "posix_spawn(scheduler={}) is not supported yet by threadsnake",
                        cx.type_name(scheduler)
                    ),
                ));
            }
            let errno = libc::posix_spawnattr_setflags(&mut own.0, flags as _);
            if errno != 0 {
                return Err(cx.os_error(errno, None));
            }
        }
        Ok(own)
    }
}

fn current_environment(cx: &Context) -> PyResult<TextArray> {
    let mut texts = Vec::new();
    for (name, value) in std::env::vars_os() {
        let entry = [name.as_bytes(), b"=", value.as_bytes()].concat();
        texts.push(CString::new(entry).map_err(|_| cx.value_error(format_args!("embedded null byte")))?);
    }
    Ok(TextArray::new(texts))
}

fn spawn(
    cx: &Context,
    path: &PathArgument,
    argv: Value,
    env: Value,
    options: &SpawnOptions,
    search: bool,
) -> PyResult<i32> {
    let name = if search { "posix_spawnp" } else { "posix_spawn" };
    let c_path = path.to_c_string(cx)?;
    let arguments = program_arguments(cx, argv, name)?;
    let variables = if env.is_none() { current_environment(cx)? } else { environment(cx, env, name)? };
    let mut actions = FileActions::new(cx)?;
    if let Some(wanted) = options.file_actions.filter(|wanted| !wanted.is_none()) {
        for &action in cx.collect(wanted)?.as_slice() {
            actions.add(cx, action)?;
        }
    }
    let attributes = SpawnAttributes::new(cx, options)?;
    cx.audit("os.posix_spawn", || Ok([path.object, argv, env]))?;
    let mut process = 0;
    let errno = cx.blocking(|| {
        let call = if search { libc::posix_spawnp } else { libc::posix_spawn };
        // SAFETY: a path, actions and attributes that are initialized, arrays of texts that end with null.
        unsafe {
            call(
                &mut process,
                c_path.as_ptr(),
                &actions.actions,
                &attributes.0,
                arguments.as_ptr().cast(),
                variables.as_ptr().cast(),
            )
        }
    });
    if errno != 0 {
        return Err(cx.os_error(errno, Some(path.object)));
    }
    Ok(process)
}

/// Execute the program specified by path in a new process.
///
///   path
///     Path of executable file.
///   argv
///     Tuple or list of strings.
///   env
///     Dictionary of strings mapping to strings.
///   file_actions
///     A sequence of file action tuples.
///   setpgroup
///     The pgroup to use with the POSIX_SPAWN_SETPGROUP flag.
///   resetids
///     If the value is `true` the POSIX_SPAWN_RESETIDS will be activated.
///   setsid
///     If the value is `true` the POSIX_SPAWN_SETSID or POSIX_SPAWN_SETSID_NP will be activated.
///   setsigmask
///     The sigmask to use with the POSIX_SPAWN_SETSIGMASK flag.
///   setsigdef
///     The sigmask to use with the POSIX_SPAWN_SETSIGDEF flag.
///   scheduler
///     A tuple with the scheduler policy (optional) and parameters.
#[pyfunction(
    signature = "(path, argv, env, /, *, file_actions=(), setpgroup=None, resetids=False, setsid=False, setsigmask=None, setsigdef=None, scheduler=None)"
)]
pub fn posix_spawn(
    cx: &Context,
    path: Value,
    argv: Value,
    env: Value,
    file_actions: Option<Value>,
    setpgroup: Option<Value>,
    resetids: bool,
    setsid: bool,
    setsigmask: Option<Value>,
    setsigdef: Option<Value>,
    scheduler: Option<Value>,
) -> PyResult<i32> {
    let path = paths::path(cx, path, "posix_spawn", false)?;
    let options = SpawnOptions {
        file_actions,
        group: setpgroup,
        reset_identity: resetids,
        session: setsid,
        mask: setsigmask,
        defaults: setsigdef,
        scheduler,
    };
    spawn(cx, &path, argv, env, &options, false)
}

/// Execute the program specified by path in a new process.
///
/// As posix_spawn(), but the path is searched for.
#[pyfunction(
    signature = "(path, argv, env, /, *, file_actions=(), setpgroup=None, resetids=False, setsid=False, setsigmask=None, setsigdef=None, scheduler=None)"
)]
pub fn posix_spawnp(
    cx: &Context,
    path: Value,
    argv: Value,
    env: Value,
    file_actions: Option<Value>,
    setpgroup: Option<Value>,
    resetids: bool,
    setsid: bool,
    setsigmask: Option<Value>,
    setsigdef: Option<Value>,
    scheduler: Option<Value>,
) -> PyResult<i32> {
    let path = paths::path(cx, path, "posix_spawnp", false)?;
    let options = SpawnOptions {
        file_actions,
        group: setpgroup,
        reset_identity: resetids,
        session: setsid,
        mask: setsigmask,
        defaults: setsigdef,
        scheduler,
    };
    spawn(cx, &path, argv, env, &options, true)
}

/// Return a dictionary of the process's environment as it is now.
#[pyfunction]
pub fn _create_environ(cx: &Context) -> PyResult<Value> {
    let variables = cx.new_dict()?;
    for (name, value) in std::env::vars_os() {
        variables.set(cx, cx.bytes(name.as_bytes())?, cx.bytes(value.as_bytes())?)?;
    }
    Ok(variables.as_value())
}

/// Voluntarily relinquish the CPU.
#[pyfunction]
pub fn sched_yield(cx: &Context) -> PyResult<()> {
    // SAFETY: no memory is involved.
    system_call::call(cx, None, || i64::from(unsafe { libc::sched_yield() })).map(|_| ())
}
