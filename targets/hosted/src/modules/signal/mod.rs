//! `_signal`: signals and interval timers, for `signal`.
//!
//! - [`handlers`]: what happens on a signal; [`sets`]: sets of signals, masks and waiting; [`timers`]: alarms and interval timers.
//!
//! Invariant: the engine's dict of handlers says what Python code set; the system's dispositions are the process's. Handlers run in the main
//! thread, at a safepoint. Source: Modules/signalmodule.c.

mod handlers;
mod sets;
mod timers;

use threadsnake_macros::pymodule;

/// This module provides mechanisms to use signal handlers in Python.
///
/// Functions:
///
/// alarm() -- cause SIGALRM after a specified time [Unix only]
/// setitimer() -- cause a signal (described below) after a specified
///                float time and the timer may restart then [Unix only]
/// getitimer() -- get current value of timer [Unix only]
/// signal() -- set the action for a given signal
/// getsignal() -- get the signal action for a given signal
/// pause() -- wait until a signal arrives [Unix only]
/// default_int_handler() -- default SIGINT handler
///
/// *** IMPORTANT NOTICE ***
/// A signal handler function is called with two arguments:
/// the first is the signal number, the second is the interrupted stack frame.
#[pymodule(
    name = "_signal",
    functions(
        super::handlers::signal,
        super::handlers::getsignal,
        super::handlers::default_int_handler,
        super::handlers::raise_signal,
        super::handlers::strsignal,
        super::handlers::siginterrupt,
        super::handlers::set_wakeup_fd,
        super::handlers::pause,
        super::handlers::pthread_kill,
        super::handlers::pidfd_send_signal,
        super::sets::pthread_sigmask,
        super::sets::sigpending,
        super::sets::sigwait,
        super::sets::sigwaitinfo,
        super::sets::sigtimedwait,
        super::sets::valid_signals,
        super::timers::alarm,
        super::timers::setitimer,
        super::timers::getitimer
    )
)]
pub mod module {
    use threadsnake_engine::{Context, PyResult, Value};

    use crate::modules::system_call;

    macro_rules! numbers {
        ($($name:ident)*) => { &[ $( (stringify!($name), libc::$name as i64), )* ] };
    }

    const NUMBERS: &[(&str, i64)] = numbers! {
        SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM SIGCHLD
        SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGSYS
        SIG_BLOCK SIG_UNBLOCK SIG_SETMASK
    };

    #[cfg(target_os = "linux")]
    const LINUX: &[(&str, i64)] = numbers! { SIGPOLL SIGPWR SIGSTKFLT };

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        system_call::set_numbers(cx, module, NUMBERS)?;
        #[cfg(target_os = "linux")]
        {
            system_call::set_numbers(cx, module, LINUX)?;
            let real_time = [
                ("SIGCLD", i64::from(libc::SIGCHLD)),
                ("SIGIOT", i64::from(libc::SIGABRT)),
                ("SIGRTMIN", i64::from(libc::SIGRTMIN())),
                ("SIGRTMAX", i64::from(libc::SIGRTMAX())),
            ];
            system_call::set_numbers(cx, module, &real_time)?;
        }
        super::handlers::initialize(cx, module)?;
        super::sets::initialize(cx, module)?;
        super::timers::initialize(cx, module)
    }
}
