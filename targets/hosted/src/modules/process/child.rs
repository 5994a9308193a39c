//! `_posixsubprocess.fork_exec`: starting a program for `subprocess`.
//!
//! Invariant: between fork and exec the child calls async-signal-safe functions of the C library alone, on memory that was prepared before: it
//! has one thread, and whatever lock another one held is held for ever. It touches no Python object and allocates nothing. Signals are
//! blocked meanwhile, and those that the engine handles have their default before they are let in.
//! Source: Modules/_posixsubprocess.c.

use std::ffi::CString;
use std::mem::MaybeUninit;

use threadsnake_engine::native::FromValue;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
use threadsnake_macros::pymodule;

use super::executing::{TextArray, text};
use crate::modules::system_call::last_errno;
use crate::signals;

/// Where a child's pipes are; -1 for none.
struct Pipes {
    standard_input: (i32, i32),
    standard_output: (i32, i32),
    standard_error: (i32, i32),
    report: (i32, i32),
}

/// What the child is to do, all of it prepared.
struct Plan {
    arguments: Option<TextArray>,
    executables: Vec<CString>,
    environment: Option<TextArray>,
    folder: Option<CString>,
    close_others: bool,
    /// Sorted.
    kept: Vec<i32>,
    pipes: Pipes,
    restore_signals: bool,
    new_session: bool,
    group: i32,
    group_id: Option<u32>,
    groups: Option<Vec<u32>>,
    user_id: Option<u32>,
    umask: i32,
    /// Signals that the thread blocked before.
    mask: libc::sigset_t,
}

/// A step of the child that failed: the error number, and the place as `subprocess` reads it.
struct Failure(i32, &'static [u8]);

fn step(result: i32) -> Result<(), Failure> {
    if result < 0 { Err(Failure(errno(), b"noexec")) } else { Ok(()) }
}

fn errno() -> i32 {
    // SAFETY: the C library's own cell of this thread.
    unsafe { *libc::__errno_location() }
}

/// Lets a descriptor through exec.
fn keep(descriptor: i32) -> Result<(), Failure> {
    // SAFETY: no memory is involved.
    unsafe {
        let flags = libc::fcntl(descriptor, libc::F_GETFD);
        step(flags)?;
        step(libc::fcntl(descriptor, libc::F_SETFD, flags & !libc::FD_CLOEXEC))
    }
}

/// Moves a descriptor out of the way of the standard ones below `lowest`.
fn move_up(descriptor: i32, lowest: i32) -> Result<i32, Failure> {
    if descriptor < 0 || descriptor >= lowest {
        return Ok(descriptor);
    }
    // SAFETY: no memory is involved.
    let moved = unsafe { libc::fcntl(descriptor, libc::F_DUPFD, lowest) };
    step(moved)?;
    Ok(moved)
}

fn connect(descriptor: i32, place: i32) -> Result<(), Failure> {
    if descriptor == place {
        return keep(descriptor);
    }
    if descriptor < 0 {
        return Ok(());
    }
    // SAFETY: no memory is involved.
    step(unsafe { libc::dup2(descriptor, place) })
}

/// Closes all descriptors from 3 on but those that are kept.
fn close_others(kept: &[i32]) {
    let close = |first: i32, last: i32| {
        if first > last {
            return;
        }
        // SAFETY: no memory is involved.
        unsafe {
            if libc::syscall(libc::SYS_close_range, first, last, 0) == 0 {
                return;
            }
            // An older kernel: one by one, as far as descriptors go.
            let limit = i32::try_from(libc::sysconf(libc::_SC_OPEN_MAX)).unwrap_or(1 << 20);
            for descriptor in first..=last.min(limit.clamp(256, 1 << 20)) {
                libc::close(descriptor);
            }
        }
    };
    let mut first = 3;
    for &descriptor in kept {
        if descriptor < first {
            continue;
        }
        close(first, descriptor - 1);
        first = descriptor + 1;
    }
    close(first, i32::MAX);
}

impl Plan {
    /// The child's part. Comes back only with what went wrong.
    fn carry_out(&self) -> Failure {
        match self.prepare() {
            Ok(()) => self.execute(),
            Err(failure) => failure,
        }
    }

    fn prepare(&self) -> Result<(), Failure> {
        let pipes = &self.pipes;
        for &descriptor in &self.kept {
            if descriptor != pipes.report.1 {
                keep(descriptor)?;
            }
        }
        // SAFETY: no memory is involved but the texts, arrays and sets of the plan, which are whole.
        unsafe {
            for descriptor in
                [pipes.standard_input.1, pipes.standard_output.0, pipes.standard_error.0, pipes.report.0]
            {
                if descriptor >= 0 {
                    libc::close(descriptor);
                }
            }
            // An end that lies on a standard place of another moves first.
            let output = move_up(pipes.standard_output.1, 1)?;
            let error = move_up(pipes.standard_error.1, 2)?;
            connect(pipes.standard_input.0, 0)?;
            connect(output, 1)?;
            connect(error, 2)?;
            if let Some(folder) = &self.folder
                && libc::chdir(folder.as_ptr()) < 0
            {
                return Err(Failure(errno(), b"noexec:chdir"));
            }
            if self.umask >= 0 {
                libc::umask(self.umask as libc::mode_t);
            }
            for number in 1..65 {
                let noted = signals::disposition(number) == Some(signals::Disposition::Noted);
                let restored = self.restore_signals && (number == libc::SIGPIPE || number == libc::SIGXFSZ);
                if noted || restored {
                    let _ = signals::set_disposition(number, signals::Disposition::Default);
                }
            }
            signals::set_mask(&self.mask);
            if self.new_session {
                step(libc::setsid())?;
            }
            if self.group >= 0 {
                step(libc::setpgid(0, self.group))?;
            }
            if let Some(groups) = &self.groups {
                step(libc::setgroups(groups.len(), groups.as_ptr()))?;
            }
            if let Some(group) = self.group_id {
                step(libc::setregid(group, group))?;
            }
            if let Some(user) = self.user_id {
                step(libc::setreuid(user, user))?;
            }
        }
        if self.close_others {
            close_others(&self.kept);
        }
        Ok(())
    }

    fn execute(&self) -> Failure {
        let mut saved = 0;
        let arguments = self.arguments.as_ref().map_or(std::ptr::null(), TextArray::as_ptr);
        for executable in &self.executables {
            // SAFETY: a path, and arrays of texts that end with null.
            unsafe {
                match &self.environment {
                    Some(environment) => libc::execve(executable.as_ptr(), arguments, environment.as_ptr()),
                    None => libc::execv(executable.as_ptr(), arguments),
                };
            }
            let errno = errno();
            if errno != libc::ENOENT && errno != libc::ENOTDIR && saved == 0 {
                saved = errno;
            }
        }
        Failure(if saved != 0 { saved } else { errno() }, b"")
    }
}

/// Tells the parent what went wrong, as `subprocess` reads it: `OSError:NUMBER:PLACE`, the number hexadecimal.
fn report(descriptor: i32, failure: &Failure) {
    let mut digits = [0u8; 8];
    let mut start = digits.len();
    let mut rest = failure.0 as u32;
    loop {
        start = start.saturating_sub(1);
        if let Some(place) = digits.get_mut(start) {
            *place = b"0123456789abcdef"[(rest & 15) as usize];
        }
        rest >>= 4;
        if rest == 0 {
            break;
        }
    }
    for piece in [b"OSError:" as &[u8], digits.get(start..).unwrap_or(&[]), b":", failure.1] {
        // SAFETY: readable bytes.
        unsafe { libc::write(descriptor, piece.as_ptr().cast(), piece.len()) };
    }
}

/// Forks; the child carries the plan out.
fn start(plan: &mut Plan) -> Result<i32, i32> {
    plan.mask = signals::block_all();
    // SAFETY: the child does nothing but what the module's invariant allows, and ends without unwinding.
    let process = unsafe { libc::fork() };
    if process == 0 {
        let failure = plan.carry_out();
        report(plan.pipes.report.1, &failure);
        // SAFETY: ends the child at once.
        unsafe { libc::_exit(255) };
    }
    let errno = last_errno();
    signals::set_mask(&plan.mask);
    if process < 0 { Err(errno) } else { Ok(process) }
}

fn optional<T>(value: Value, convert: impl FnOnce(Value) -> PyResult<T>) -> PyResult<Option<T>> {
    if value.is_none() { Ok(None) } else { convert(value).map(Some) }
}

fn texts(cx: &Context, value: Value) -> PyResult<Vec<CString>> {
    let mut texts = Vec::new();
    for &item in cx.collect(value)?.as_slice() {
        texts.push(text(cx, item, "fork_exec")?);
    }
    Ok(texts)
}

/// One of `extra_groups`.
fn group_identifier(cx: &Context, value: Value) -> PyResult<u32> {
    if !threadsnake_engine::types::int_object::is_int(value) {
        return Err(cx.type_error(format_args!("extra_groups must be integers")));
    }
    let group = cx.index_clipped(value)?;
    u32::try_from(group).map_err(|_| cx.value_error(format_args!("invalid group id")))
}

fn kept_descriptors(cx: &Context, value: Value) -> PyResult<Vec<i32>> {
    let wrong = || cx.value_error(format_args!("bad value(s) in fds_to_keep"));
    let Some(tuple) = Tuple::from_value(value) else {
        return Err(cx.type_error_expected("tuple", value));
    };
    let mut kept = Vec::with_capacity(tuple.len());
    for item in tuple.iter() {
        let descriptor = i32::from_value(cx, item).map_err(|raised| {
            cx.take_exception(raised);
            wrong()
        })?;
        if descriptor < 0 || kept.last().is_some_and(|&last| last >= descriptor) {
            return Err(wrong());
        }
        kept.push(descriptor);
    }
    Ok(kept)
}

/// A POSIX helper for the subprocess module.
#[pymodule(name = "_posixsubprocess")]
pub mod module {
    use super::*;

    /// Spawn a fresh new child process.
    ///
    /// Fork a child process, close parent file descriptors as appropriate in the
    /// child and duplicate the few that are needed before calling exec() in the
    /// child process.
    ///
    /// Returns: the child process's PID.
    ///
    /// Raises: Only on an error in the parent process.
    #[pyfunction]
    fn fork_exec(cx: &Context, arguments: &[Value]) -> PyResult<i32> {
        let &[
            program,
            executables,
            close_fds,
            kept,
            folder,
            environment,
            input_read,
            input_write,
            output_read,
            output_write,
            error_read,
            error_write,
            report_read,
            report_write,
            restore_signals,
            new_session,
            group,
            group_id,
            groups,
            user_id,
            umask,
            preexec,
        ] = arguments
        else {
            return Err(
                cx.type_error(format_args!("fork_exec expected 22 arguments, got {}", arguments.len()))
            );
        };
        if !preexec.is_none() {
            return Err(cx.raise(
                ExceptionClass::NotImplementedError,
                format_args!("preexec_fn is not supported yet by threadsnake"),
            ));
        }
        let number = |value: Value| i32::from_value(cx, value);
        let identifier = |value: Value| -> PyResult<u32> { u32::from_value(cx, value) };
        let close_others = cx.is_true(close_fds)?;
        let pipes = Pipes {
            standard_input: (number(input_read)?, number(input_write)?),
            standard_output: (number(output_read)?, number(output_write)?),
            standard_error: (number(error_read)?, number(error_write)?),
            report: (number(report_read)?, number(report_write)?),
        };
        if close_others && pipes.report.1 < 3 {
            return Err(cx.value_error(format_args!("errpipe_write must be >= 3")));
        }
        let mut plan = Plan {
            arguments: optional(program, |value| texts(cx, value))?.map(TextArray::new),
            executables: texts(cx, executables)?,
            environment: optional(environment, |value| texts(cx, value))?.map(TextArray::new),
            folder: optional(folder, |value| text(cx, value, "fork_exec"))?,
            close_others,
            kept: kept_descriptors(cx, kept)?,
            pipes,
            restore_signals: cx.is_true(restore_signals)?,
            new_session: cx.is_true(new_session)?,
            group: number(group)?,
            group_id: optional(group_id, identifier)?,
            groups: optional(groups, |value| {
                let mut numbers = Vec::new();
                for &item in cx.collect(value)?.as_slice() {
                    numbers.push(group_identifier(cx, item)?);
                }
                Ok(numbers)
            })?,
            user_id: optional(user_id, identifier)?,
            umask: number(umask)?,
            // SAFETY: all zero is a valid set; `start` sets it.
            mask: unsafe { MaybeUninit::zeroed().assume_init() },
        };
        match cx.blocking(|| start(&mut plan)) {
            Ok(process) => Ok(process),
            Err(errno) => Err(cx.os_error(errno, None)),
        }
    }
}
