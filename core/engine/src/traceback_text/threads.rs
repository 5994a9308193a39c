//! What each thread is doing, as `faulthandler` writes it: a line per frame, innermost first, without the source.
//!
//! Invariant: nothing here allocates from the heap, runs Python code or comes to a safepoint; the frames belong to a thread that stands still,
//! or to the caller. Writing takes no lock and, but for what the writer does, no memory: a signal handler may do it.
//! Source: Python/traceback.c (`_Py_DumpTracebackThreads`).

use alloc::string::String;
use core::fmt::{self, Write};

use crate::context::{Context, ThreadRoots};
use crate::engine::Engine;
use crate::types::str_object::Str;

/// Frames shown of a thread.
const FRAMES: usize = 100;
/// Characters shown of a name.
const CHARACTERS: usize = 500;

fn write_name(out: &mut dyn Write, name: Option<Str>) -> fmt::Result {
    let Some(name) = name else { return out.write_str("???") };
    for code_point in name.code_points().take(CHARACTERS) {
        match code_point {
            0x20..=0x7E => out.write_char(char::from_u32(code_point).unwrap_or('?'))?,
            0..=0xFF => write!(out, "\\x{code_point:02x}")?,
            0x100..=0xFFFF => write!(out, "\\u{code_point:04x}")?,
            _ => write!(out, "\\U{code_point:08x}")?,
        }
    }
    if name.len() > CHARACTERS { out.write_str("...") } else { Ok(()) }
}

/// How a thread is introduced.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Head {
    /// By no number: it is the only one.
    Stack,
    /// As the one that asks or is dying.
    Current,
    Other,
}

fn write_thread(roots: &ThreadRoots, head: Head, out: &mut dyn Write) -> fmt::Result {
    match head {
        Head::Stack => out.write_str("Stack")?,
        Head::Current => write!(out, "Current thread 0x{:016x}", roots.identifier)?,
        Head::Other => write!(out, "Thread 0x{:016x}", roots.identifier)?,
    }
    out.write_str(" (most recent call first):\n")?;
    let mut next = roots.frames.innermost();
    if next.is_none() {
        return out.write_str("  <no Python frame>\n");
    }
    let mut shown = 0;
    while let Some(frame) = next {
        if let Some(code) = frame.code_object() {
            if shown == FRAMES {
                return out.write_str("  ...\n");
            }
            shown += 1;
            out.write_str("  File \"")?;
            write_name(out, code.known_file_name())?;
            write!(out, "\", line {} in ", frame.line())?;
            write_name(out, code.known_name())?;
            out.write_str("\n")?;
        }
        next = roots.frames.caller(frame);
    }
    Ok(())
}

/// Writes the threads that a visit comes upon, with a blank line between them.
fn write_all(
    current: Option<(u64, Head)>,
    all: bool,
    out: &mut dyn Write,
    visit: impl FnOnce(&mut dyn FnMut(*const ())),
) {
    let mut first = true;
    visit(&mut |thread| {
        // SAFETY: what `Context::new` attached with: the thread's roots, which live until it has detached. The thread stands still, or
        // is the caller and shows itself alone.
        let roots = unsafe { &*thread.cast::<ThreadRoots>() };
        let head = current.filter(|(identifier, _)| *identifier == roots.identifier);
        if !all && head.is_none() {
            return;
        }
        if !core::mem::replace(&mut first, false) {
            // A writer that fails has nobody to tell; the same below.
            let _ = out.write_str("\n");
        }
        let _ = write_thread(roots, head.map_or(Head::Other, |(_, head)| head), out);
    });
}

impl Context {
    /// What this thread is doing, or all threads, which are stopped for it.
    pub fn threads_text(&self, all: bool) -> String {
        let mut text = String::new();
        let head = if all { Head::Current } else { Head::Stack };
        write_all(Some((self.identifier, head)), all, &mut text, |visit| self.mutator().visit_threads(visit));
        text
    }
}

impl Engine {
    /// What all threads are doing, for a caller that is none of them. Waits as long as one of them comes to no safepoint.
    pub fn threads_text(&self) -> String {
        let mut text = String::new();
        write_all(None, true, &mut text, |visit| self.heap().visit_threads_from_outside(visit));
        text
    }

    /// Writes what the calling thread was doing, by its identifier, when it was interrupted at any place; false if that cannot be found out.
    /// The innermost line may be that of the last call or check.
    pub fn write_interrupted_thread(&self, identifier: u64, out: &mut dyn Write) -> bool {
        let mut visited = false;
        write_all(Some((identifier, Head::Current)), false, out, |visit| {
            visited = self.heap().visit_running_threads(visit);
        });
        visited
    }
}
