//! Signals: what the operating system delivers becomes a note for the engine's main thread.
//!
//! Invariant: the handler does nothing but atomic operations, `pthread_kill` and `write`, and keeps `errno`. It notes a signal on the main
//! thread alone: another thread that gets one hands it on, so that whatever the main thread waits in is interrupted (PEP 475 then
//! runs the Python handler). What it points to lives until the process ends.
//! Source: Modules/signalmodule.c (`trip_signal`). Unlike there, a wakeup descriptor that is full is not reported.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicU64, Ordering};

use threadsnake_engine::engine::Engine;

static ENGINE: AtomicPtr<Engine> = AtomicPtr::new(std::ptr::null_mut());

/// `pthread_self` of the main thread.
static MAIN_THREAD: AtomicU64 = AtomicU64::new(0);

/// Where the number of each signal is written, -1 for nowhere.
static WAKEUP_DESCRIPTOR: AtomicI32 = AtomicI32::new(-1);

/// What happens on a signal.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Disposition {
    /// The system's default.
    Default,
    /// Nothing.
    Ignored,
    /// The engine's main thread is told.
    Noted,
    /// A handler that is not ours.
    Foreign,
}

extern "C" fn handle(number: libc::c_int) {
    let saved = errno();
    // Acquire pairs with the Release in `install`.
    let engine = ENGINE.load(Ordering::Acquire);
    let main = MAIN_THREAD.load(Ordering::Acquire);
    // SAFETY: no preconditions; async-signal-safe.
    let here = unsafe { libc::pthread_self() };
    if here as u64 != main {
        // SAFETY: the main thread lives until the process ends.
        unsafe { libc::pthread_kill(main as libc::pthread_t, number) };
        set_errno(saved);
        return;
    }
    // SAFETY: the pointer is null or that of the engine that `install` keeps alive for ever.
    if let (Some(engine), Ok(signal)) = (unsafe { engine.as_ref() }, u32::try_from(number)) {
        engine.signal_arrived(signal);
    }
    // SeqCst: after the note, so that whoever is woken by the byte finds it.
    let descriptor = WAKEUP_DESCRIPTOR.load(Ordering::SeqCst);
    if descriptor >= 0 {
        let byte = number as u8;
        // SAFETY: one readable byte; write is async-signal-safe.
        unsafe { libc::write(descriptor, (&raw const byte).cast(), 1) };
    }
    set_errno(saved);
}

fn errno() -> i32 {
    // SAFETY: the C library's own cell of this thread.
    unsafe { *libc::__errno_location() }
}

fn set_errno(number: i32) {
    // SAFETY: as for `errno`.
    unsafe { *libc::__errno_location() = number };
}

/// Sets the descriptor that the number of each signal is written to; -1 for none. The old one.
pub fn set_wakeup_descriptor(descriptor: i32) -> i32 {
    WAKEUP_DESCRIPTOR.swap(descriptor, Ordering::SeqCst)
}

/// What happens on a signal now; none if there is no such signal.
pub fn disposition(number: i32) -> Option<Disposition> {
    // SAFETY: all zero is a valid `sigaction`, which the call fills.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    if unsafe { libc::sigaction(number, std::ptr::null(), &mut action) } != 0 {
        return None;
    }
    Some(match action.sa_sigaction {
        libc::SIG_DFL => Disposition::Default,
        libc::SIG_IGN => Disposition::Ignored,
        address if address == handle as *const () as usize => Disposition::Noted,
        _ => Disposition::Foreign,
    })
}

/// Sets what happens on a signal. System calls are interrupted by it, not restarted, so that waits notice.
///
/// # Errors
/// `errno`.
pub fn set_disposition(number: i32, wanted: Disposition) -> Result<(), i32> {
    let address = match wanted {
        Disposition::Default => libc::SIG_DFL,
        Disposition::Ignored => libc::SIG_IGN,
        Disposition::Noted => handle as *const () as usize,
        Disposition::Foreign => return Ok(()),
    };
    // SAFETY: the handler is async-signal-safe; all zero is a valid start for the structure.
    let result = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = address;
        libc::sigemptyset(&mut action.sa_mask);
        libc::sigaction(number, &action, std::ptr::null_mut())
    };
    if result == 0 { Ok(()) } else { Err(errno()) }
}

/// Blocks all signals in the calling thread: what it blocked before.
pub fn block_all() -> libc::sigset_t {
    // SAFETY: all zero is a valid set, and both sets are whole.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        let mut old: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &all, &mut old);
        old
    }
}

/// Sets which signals the calling thread blocks.
pub fn set_mask(mask: &libc::sigset_t) {
    // SAFETY: a whole set.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, mask, std::ptr::null_mut()) };
}

/// Makes the calling thread the one that signals go to, and its engine the one that is told of SIGINT, unless whoever started the process
/// ignores it. A closed pipe and a file that is too large are errors instead of the process's end.
pub fn install(engine: &Arc<Engine>) {
    // SAFETY: no preconditions.
    MAIN_THREAD.store(unsafe { libc::pthread_self() } as u64, Ordering::Release);
    ENGINE.store(Arc::into_raw(engine.clone()).cast_mut(), Ordering::Release);
    for number in [libc::SIGPIPE, libc::SIGXFSZ] {
        // Both exist on every system; what cannot be ignored keeps its default.
        let _ = set_disposition(number, Disposition::Ignored);
    }
    if disposition(libc::SIGINT) == Some(Disposition::Default) {
        let _ = set_disposition(libc::SIGINT, Disposition::Noted);
    }
}

/// Ends the process as SIGINT does when nobody handles it, so that its parent sees why.
pub fn die_of_interrupt() {
    if set_disposition(libc::SIGINT, Disposition::Default).is_ok() {
        // SAFETY: no memory is involved.
        unsafe { libc::raise(libc::SIGINT) };
    }
}
