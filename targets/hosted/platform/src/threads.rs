//! Threads: starting them, their identity, their stacks.
//!
//! Invariant: the identifier is `pthread_self`, on the starter's side and on the thread's own; [`stack_bounds`]
//! never claims less than the thread may use above `low`, and `low` respects RLIMIT_STACK for the main thread,
//! whose stack the kernel grows.

use threadsnake_hal::{PlatformError, StackBounds, ThreadEntry, ThreadIdentifier};

/// The default of a new thread's stack, the same on every C library (musl's own is 128 KiB).
const DEFAULT_STACK_BYTES: usize = 8 << 20;

/// Below this no Rust thread starts reliably.
const MINIMUM_STACK_BYTES: usize = 64 << 10;

/// The start record: taken over by the new thread.
struct Start {
    entry: ThreadEntry,
    argument: *mut (),
    name: String,
}

// SAFETY: the caller of `spawn` promises that `entry(argument)` may run on another thread.
unsafe impl Send for Start {}

/// Starts a detached thread.
///
/// # Safety
/// `Platform::spawn_thread`'s.
pub unsafe fn spawn(
    name: &str,
    stack_bytes: usize,
    entry: ThreadEntry,
    argument: *mut (),
) -> Result<ThreadIdentifier, PlatformError> {
    let stack_bytes =
        if stack_bytes == 0 { DEFAULT_STACK_BYTES } else { stack_bytes.max(MINIMUM_STACK_BYTES) };
    let start = Start { entry, argument, name: kernel_name(name) };
    // Python names may hold anything; the builder's own name would have to be free of zero bytes, and the kernel
    // keeps 15 bytes of it only.
    let handle = std::thread::Builder::new().stack_size(stack_bytes).spawn(move || {
        let start = start;
        set_name(&start.name);
        // SAFETY: the promise of `spawn`'s caller.
        unsafe { (start.entry)(start.argument) };
    });
    match handle {
        // Dropping the handle detaches the thread. Its identifier stays valid as a number, whose type is the system's.
        #[allow(clippy::unnecessary_cast)]
        Ok(handle) => {
            Ok(ThreadIdentifier(std::os::unix::thread::JoinHandleExt::as_pthread_t(&handle) as u64))
        }
        Err(error) => Err(match error.raw_os_error() {
            Some(libc::EAGAIN | libc::ENOMEM) | None => PlatformError::OutOfResources,
            Some(number) => PlatformError::System(number),
        }),
    }
}

/// What the kernel keeps of a name: 15 bytes, whole characters, no zero byte.
pub fn kernel_name(name: &str) -> String {
    let mut kept = String::new();
    for character in name.chars().filter(|&character| character != '\0') {
        if kept.len() + character.len_utf8() > 15 {
            break;
        }
        kept.push(character);
    }
    kept
}

/// Names the calling thread for `top`, `ps` and debuggers.
pub fn set_name(name: &str) {
    #[cfg(all(target_os = "linux", not(miri)))]
    if !name.is_empty() {
        let mut bytes = [0_u8; 16];
        for (place, byte) in bytes.iter_mut().zip(name.bytes().take(15)) {
            *place = byte;
        }
        // SAFETY: PR_SET_NAME reads a string of at most 16 bytes; the last one is zero.
        unsafe { libc::prctl(libc::PR_SET_NAME, bytes.as_ptr()) };
    }
    #[cfg(not(all(target_os = "linux", not(miri))))]
    let _ = name;
}

/// The calling thread.
pub fn current() -> ThreadIdentifier {
    // SAFETY: no preconditions.
    ThreadIdentifier(unsafe { libc::pthread_self() } as u64)
}

/// The calling thread's number as the system's tools show it.
pub fn native_identifier() -> u64 {
    #[cfg(all(target_os = "linux", not(miri)))]
    {
        // SAFETY: no preconditions. Through `syscall`, since musl had no wrapper for long.
        u64::try_from(unsafe { libc::syscall(libc::SYS_gettid) }).unwrap_or(0)
    }
    #[cfg(not(all(target_os = "linux", not(miri))))]
    current().0
}

/// The calling thread's stack. Under Miri, which shows no stack, an empty range above every address.
pub fn stack_bounds() -> StackBounds {
    #[cfg(miri)]
    {
        StackBounds { low: 0, high: 0 }
    }
    #[cfg(all(target_os = "linux", not(miri)))]
    {
        let bounds = thread_attributes();
        // SAFETY: no preconditions.
        let is_main = native_identifier() == u64::from(unsafe { libc::getpid() }.unsigned_abs());
        if is_main { StackBounds { low: main_stack_low(bounds), ..bounds } } else { bounds }
    }
    #[cfg(all(target_vendor = "apple", not(miri)))]
    {
        // SAFETY: both read the calling thread's own record.
        let (high, bytes) = unsafe {
            let thread = libc::pthread_self();
            (libc::pthread_get_stackaddr_np(thread) as usize, libc::pthread_get_stacksize_np(thread))
        };
        StackBounds { low: high - bytes, high }
    }
    #[cfg(not(any(target_os = "linux", target_vendor = "apple", miri)))]
    compile_error!("this system has no way yet to tell a thread's stack: add it here");
}

/// What the thread library knows of the calling thread's stack, without its guard page.
#[cfg(all(target_os = "linux", not(miri)))]
fn thread_attributes() -> StackBounds {
    let mut start = std::ptr::null_mut();
    let (mut bytes, mut guard) = (0, 0);
    // SAFETY: `pthread_getattr_np` fills the record it is given before the other calls read it, and the record is
    // destroyed once. If it fails (no memory), the process ends.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) != 0 {
            unknown_stack();
        }
        libc::pthread_attr_getstack(&attributes, &mut start, &mut bytes);
        libc::pthread_attr_getguardsize(&attributes, &mut guard);
        libc::pthread_attr_destroy(&mut attributes);
    }
    let low = start.addr();
    // glibc counts the guard inside the stack that it reports for its own threads, musl outside: leaving it out
    // costs a page at most.
    StackBounds { low: low + guard.min(bytes), high: low + bytes }
}

/// The C library had no memory to answer. A guess would let the heap free what a stack still holds.
#[cfg(all(target_os = "linux", not(miri)))]
#[cold]
fn unknown_stack() -> ! {
    eprintln!("threadsnake: out of memory while starting a thread");
    std::process::abort()
}

/// How far the kernel lets the main thread's stack grow. glibc has already worked it out; musl reports what is
/// mapped now, and an unlimited stack is bounded here so that deep recursion ends in an error and not in memory
/// exhaustion.
#[cfg(all(target_os = "linux", not(miri)))]
fn main_stack_low(known: StackBounds) -> usize {
    const LONGEST: usize = 1 << 30;
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: writes one record.
    let told = unsafe { libc::getrlimit(libc::RLIMIT_STACK, &mut limit) } == 0;
    if !told {
        return known.low;
    }
    let bytes = usize::try_from(limit.rlim_cur).unwrap_or(LONGEST).min(LONGEST);
    // A quarter of a megabyte stays for the arguments and environment above, and for the gap the kernel keeps.
    let usable = bytes.saturating_sub(256 << 10).max(bytes / 2);
    known.high.saturating_sub(usable)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    type Report = (ThreadIdentifier, u64, StackBounds);

    unsafe extern "C" fn report(argument: *mut ()) {
        // SAFETY: the test passes one boxed sender, once.
        let sender = unsafe { Box::from_raw(argument.cast::<mpsc::Sender<Report>>()) };
        let _ = sender.send((current(), native_identifier(), stack_bounds()));
    }

    #[test]
    fn a_started_thread_sees_itself_as_its_starter_does() {
        for (name, stack_bytes) in [("plain", 0), ("with\0zero and far too long a name", 1), ("", 256 << 10)]
        {
            let (sender, receiver) = mpsc::channel::<Report>();
            let argument = Box::into_raw(Box::new(sender)).cast();
            // SAFETY: `report` takes the sender over and does not unwind.
            let started = unsafe { spawn(name, stack_bytes, report, argument) }.expect("a thread");
            let (seen, native, bounds) = receiver.recv().expect("a report");
            assert_eq!(started, seen);
            assert_ne!(seen, current());
            if !cfg!(miri) {
                assert_ne!(native, native_identifier());
                let wanted =
                    if stack_bytes == 0 { DEFAULT_STACK_BYTES } else { stack_bytes.max(MINIMUM_STACK_BYTES) };
                let bytes = bounds.high - bounds.low;
                assert!(
                    bytes + (64 << 10) >= wanted && bytes <= wanted * 4 + (1 << 20),
                    "{bytes} for {wanted}"
                );
            }
        }
    }

    #[test]
    fn names_are_cut_at_a_character() {
        assert_eq!(kernel_name("ääääääääää"), "äääääää");
        assert_eq!(kernel_name("a\0b"), "ab");
    }

    #[cfg(not(miri))]
    #[test]
    fn a_local_lies_within_the_stack() {
        let local = 0_u8;
        let here = std::ptr::from_ref(std::hint::black_box(&local)).addr();
        let bounds = stack_bounds();
        assert!(bounds.low < here && here < bounds.high);
        // The whole claimed stack is usable: touch it near its low end.
        assert!(here - bounds.low > 32 << 10);
    }

    #[cfg(not(miri))]
    #[inline(never)]
    fn descend(low: usize) -> usize {
        let frame = std::hint::black_box([1_u8; 512]);
        let here = frame.as_ptr().addr();
        if here < low + (48 << 10) { 1 } else { 1 + descend(low) * usize::from(frame[7]) }
    }

    #[cfg(not(miri))]
    #[test]
    fn the_claimed_stack_is_usable_to_its_low_end() {
        assert!(descend(stack_bounds().low) > 10);
    }
}
