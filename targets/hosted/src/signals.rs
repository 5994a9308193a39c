//! Ctrl-C: the operating system's signal becomes a note for the engine's main thread.
//!
//! Invariant: the handler does nothing but atomic operations; the engine it points to lives until the process ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use threadsnake_engine::engine::Engine;

static ENGINE: AtomicPtr<Engine> = AtomicPtr::new(std::ptr::null_mut());

extern "C" fn handle(number: libc::c_int) {
    // Acquire pairs with the Release in `install`.
    let engine = ENGINE.load(Ordering::Acquire);
    // SAFETY: the pointer is null or that of the engine that `install` keeps alive for ever.
    if let (Some(engine), Ok(number)) = (unsafe { engine.as_ref() }, u32::try_from(number)) {
        engine.signal_arrived(number);
    }
}

/// Sends SIGINT to this engine's main thread, and lets a closed pipe be an error instead of the process's end.
pub fn install(engine: &Arc<Engine>) {
    ENGINE.store(Arc::into_raw(engine.clone()).cast_mut(), Ordering::Release);
    // SAFETY: the handler is async-signal-safe; all zero is a valid start for the structure. Without SA_RESTART, so that waits notice.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handle as *const () as usize;
        libc::sigemptyset(&mut action.sa_mask);
        libc::sigaction(libc::SIGINT, &action, std::ptr::null_mut());
        libc::signal(libc::SIGPIPE, libc::SIG_IGN);
    }
}
