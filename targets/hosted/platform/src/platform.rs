//! The `Platform` of a hosted target: one place that joins the modules to the trait.

use std::cell::Cell;
use std::io;
use std::ptr::NonNull;
use std::time::Duration;

use threadsnake_hal::atomic::AtomicU32;
use threadsnake_hal::{
    CpuTimeScope, ElementaryFunctions, OutputStream, ParkOutcome, Platform, PlatformError, StackBounds,
    ThreadEntry, ThreadIdentifier,
};

use crate::{clocks, elementary, pages, parking, threads};

/// The platform of every target with an operating system.
#[derive(Clone, Copy, Debug)]
pub struct HostedPlatform;

thread_local! {
    static POINTER: Cell<*mut ()> = const { Cell::new(std::ptr::null_mut()) };
}

/// The last call's error as the engine knows errors.
pub(crate) fn last_error() -> PlatformError {
    let number = io::Error::last_os_error().raw_os_error().unwrap_or(0);
    match number {
        libc::ENOMEM | libc::EAGAIN => PlatformError::OutOfResources,
        libc::ENOSYS => PlatformError::Unsupported,
        other => PlatformError::System(other),
    }
}

// SAFETY: each method keeps the duty of the trait by a call of the operating system that promises the same: fresh
// private mappings, `pthread_getattr_np`, `pthread_self`, `thread_local!`, futexes.
unsafe impl Platform for HostedPlatform {
    fn page_size(&self) -> usize {
        pages::page_size()
    }

    fn map_pages(&self, bytes: usize, alignment: usize) -> Option<NonNull<u8>> {
        pages::map(bytes, alignment)
    }

    unsafe fn unmap_pages(&self, start: NonNull<u8>, bytes: usize, alignment: usize) {
        // SAFETY: the caller's duty, word for word.
        unsafe { pages::unmap(start, bytes, alignment) }
    }

    unsafe fn discard_pages(&self, start: NonNull<u8>, bytes: usize) {
        // SAFETY: the caller's duty, word for word.
        unsafe { pages::discard(start, bytes) }
    }

    unsafe fn prefer_huge_pages(&self, start: NonNull<u8>, bytes: usize) {
        // SAFETY: the caller's duty, word for word.
        unsafe { pages::prefer_huge(start, bytes) }
    }

    fn processor_count(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }

    unsafe fn spawn_thread(
        &self,
        name: &str,
        stack_bytes: usize,
        entry: ThreadEntry,
        argument: *mut (),
    ) -> Result<ThreadIdentifier, PlatformError> {
        // SAFETY: the caller's duty, word for word.
        unsafe { threads::spawn(name, stack_bytes, entry, argument) }
    }

    fn current_thread(&self) -> ThreadIdentifier {
        threads::current()
    }

    fn native_thread_identifier(&self) -> u64 {
        threads::native_identifier()
    }

    fn name_thread(&self, name: &str) {
        threads::set_name(&threads::kernel_name(name));
    }

    fn stack_bounds(&self) -> StackBounds {
        threads::stack_bounds()
    }

    fn park(&self, word: &AtomicU32, expected: u32, timeout_nanoseconds: Option<u64>) -> ParkOutcome {
        parking::park(word, expected, timeout_nanoseconds)
    }

    fn unpark(&self, word: *const AtomicU32, count: usize) -> usize {
        parking::unpark(word, count)
    }

    fn monotonic_nanoseconds(&self) -> u64 {
        clocks::monotonic_nanoseconds()
    }

    fn wall_clock_nanoseconds(&self) -> i128 {
        clocks::wall_clock_nanoseconds()
    }

    fn cpu_time_nanoseconds(&self, scope: CpuTimeScope) -> u64 {
        clocks::cpu_time_nanoseconds(scope)
    }

    fn yield_now(&self) {
        std::thread::yield_now();
    }

    fn sleep(&self, duration: Duration) {
        clocks::sleep(duration);
    }

    fn write_output(&self, stream: OutputStream, bytes: &[u8]) -> Result<usize, PlatformError> {
        let descriptor = match stream {
            OutputStream::Output => libc::STDOUT_FILENO,
            OutputStream::Error => libc::STDERR_FILENO,
        };
        loop {
            // SAFETY: the slice is readable for its whole length.
            let written = unsafe { libc::write(descriptor, bytes.as_ptr().cast(), bytes.len()) };
            if let Ok(written) = usize::try_from(written) {
                return Ok(written);
            }
            if io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
                return Err(last_error());
            }
        }
    }

    fn fill_entropy(&self, bytes: &mut [u8]) -> Result<(), PlatformError> {
        // Both calls give at most 256 bytes at once for certain.
        for chunk in bytes.chunks_mut(256) {
            let mut rest = chunk;
            while !rest.is_empty() {
                #[cfg(target_os = "linux")]
                // SAFETY: the slice is writable for its whole length.
                let filled = unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), 0) };
                #[cfg(not(target_os = "linux"))]
                // SAFETY: the slice is writable for its whole length.
                let filled = match unsafe { libc::getentropy(rest.as_mut_ptr().cast(), rest.len()) } {
                    0 => rest.len() as isize,
                    failure => failure as isize,
                };
                match usize::try_from(filled) {
                    Ok(filled) => rest = rest.get_mut(filled..).unwrap_or_default(),
                    Err(_) if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => return Err(last_error()),
                }
            }
        }
        Ok(())
    }

    fn thread_local(&self) -> *mut () {
        POINTER.get()
    }

    fn set_thread_local(&self, pointer: *mut ()) {
        POINTER.set(pointer);
    }

    fn elementary_functions(&self) -> Option<&'static ElementaryFunctions> {
        Some(&elementary::FUNCTIONS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HOSTED;

    #[test]
    fn the_first_installed_platform_stays() {
        let platform = crate::install();
        assert_eq!(platform.page_size(), HOSTED.page_size());
        assert!(threadsnake_hal::installed_platform().is_some());
    }

    #[test]
    fn there_is_a_processor() {
        assert!(HOSTED.processor_count() >= 1);
    }

    #[test]
    fn the_thread_local_pointer_is_each_threads_own() {
        assert!(HOSTED.thread_local().is_null());
        let mut here = 0_u8;
        HOSTED.set_thread_local((&raw mut here).cast());
        std::thread::scope(|scope| {
            scope.spawn(|| assert!(HOSTED.thread_local().is_null()));
        });
        assert_eq!(HOSTED.thread_local(), (&raw mut here).cast());
        HOSTED.set_thread_local(std::ptr::null_mut());
    }

    #[test]
    fn entropy_fills_everything_and_differs() {
        let (mut first, mut second) = ([0_u8; 600], [0_u8; 600]);
        assert_eq!(HOSTED.fill_entropy(&mut first), Ok(()));
        assert_eq!(HOSTED.fill_entropy(&mut second), Ok(()));
        assert_ne!(first, second);
        assert!(first.chunks(100).all(|part| part.iter().any(|&byte| byte != 0)));
        assert_eq!(HOSTED.fill_entropy(&mut []), Ok(()));
    }

    #[test]
    fn output_says_how_much_was_written() {
        assert_eq!(HOSTED.write_output(OutputStream::Error, b""), Ok(0));
        assert_eq!(HOSTED.write_output(OutputStream::Output, b"\n"), Ok(1));
    }
}
