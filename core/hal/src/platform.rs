//! What the engine needs of a platform: an operating system, or a board without one.
//!
//! Invariant: object-safe, installed once, never replaced ([`install_platform`]). Calls here are rare enough
//! (a block, a park, a clock) that an indirect call costs nothing that can be measured.

use core::fmt;
use core::ptr::NonNull;
use core::time::Duration;

use crate::atomic::AtomicU32;
use crate::elementary::ElementaryFunctions;

/// Names a running thread; never 0. On POSIX it is `pthread_self`, as Python's `threading.get_ident()` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(transparent)]
pub struct ThreadIdentifier(pub u64);

/// The current thread's stack, `low..high`; it grows from `high` towards `low`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StackBounds {
    /// The lowest address the thread may touch. Below it lies a guard page, or memory of somebody else.
    pub low: usize,
    /// One past the highest address of the stack.
    pub high: usize,
}

/// Why [`Platform::park`] returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParkOutcome {
    /// An unpark, or a wake without a cause (a signal): the caller looks at its condition again.
    Woken,
    /// The word did not hold the expected value; the thread did not sleep.
    Changed,
    /// The time was up.
    TimedOut,
}

/// Where [`Platform::write_output`] writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputStream {
    /// Standard output, or the board's console.
    Output,
    /// Standard error, or the board's console.
    Error,
}

/// Whose processor time [`Platform::cpu_time_nanoseconds`] returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CpuTimeScope {
    /// All threads of the process together.
    Process,
    /// The calling thread alone.
    Thread,
}

/// Why the platform refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlatformError {
    /// No memory, or no more threads, within the limits set.
    OutOfResources,
    /// This platform cannot do that at all.
    Unsupported,
    /// The operating system's error number.
    System(i32),
}

impl fmt::Display for PlatformError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlatformError::OutOfResources => formatter.write_str("out of resources"),
            PlatformError::Unsupported => formatter.write_str("not supported by this platform"),
            PlatformError::System(number) => write!(formatter, "system error {number}"),
        }
    }
}

impl core::error::Error for PlatformError {}

/// What a new thread runs. It must not unwind.
pub type ThreadEntry = unsafe extern "C" fn(*mut ());

/// An operating system or a board.
///
/// # Safety
/// The engine trusts what it is told: pages handed out are zeroed, writable, aligned as asked and nobody else's
/// until unmapped; [`Platform::stack_bounds`] encloses every frame of the calling thread;
/// [`Platform::current_thread`] differs between threads that live at the same time; what
/// [`Platform::set_thread_local`] stores is seen by that thread alone; [`Platform::unpark`] happens before the
/// return of the [`Platform::park`] it wakes, and an unpark that follows a change of the word is never lost on a
/// parker that saw the word before the change.
pub unsafe trait Platform: Sync {
    /// Bytes in a page: the unit of the page functions. A power of two.
    fn page_size(&self) -> usize;

    /// Zeroed pages: `bytes` is rounded up to whole pages, `alignment` is a power of two. `None` when there is no
    /// memory or the arguments make no sense.
    fn map_pages(&self, bytes: usize, alignment: usize) -> Option<NonNull<u8>>;

    /// Gives pages back.
    ///
    /// # Safety
    /// `start`, `bytes` and `alignment` are those of one call of [`Platform::map_pages`], whole, and nobody uses
    /// the memory again.
    unsafe fn unmap_pages(&self, start: NonNull<u8>, bytes: usize, alignment: usize);

    /// Says that the contents of these pages are not needed: they stay mapped and read as zero or as before.
    /// Parts of a page at either end are left alone.
    ///
    /// # Safety
    /// The range lies within one mapping of [`Platform::map_pages`], and nobody relies on its contents.
    unsafe fn discard_pages(&self, start: NonNull<u8>, bytes: usize);

    /// Says that a mapping will be filled densely, so that larger pages suit it. Advice only; nothing by default.
    ///
    /// # Safety
    /// `start` and `bytes` are those of one call of [`Platform::map_pages`], whole.
    unsafe fn prefer_huge_pages(&self, start: NonNull<u8>, bytes: usize) {
        let _ = (start, bytes);
    }

    /// Processors this process may run on; at least 1.
    fn processor_count(&self) -> usize;

    /// Starts a detached thread that runs `entry(argument)`. `stack_bytes` 0 asks for the platform's default.
    /// The identifier is the one the new thread sees itself under.
    ///
    /// # Safety
    /// `entry(argument)` may run on another thread at any time from now on, and does not unwind.
    unsafe fn spawn_thread(
        &self,
        name: &str,
        stack_bytes: usize,
        entry: ThreadEntry,
        argument: *mut (),
    ) -> Result<ThreadIdentifier, PlatformError>;

    /// The calling thread.
    fn current_thread(&self) -> ThreadIdentifier;

    /// The calling thread's number in the operating system's own tools (`gettid`).
    fn native_thread_identifier(&self) -> u64;

    /// Names the calling thread in the operating system's own tools, which may keep only the beginning. Nothing where threads have
    /// no names.
    fn name_thread(&self, _name: &str) {}

    /// The calling thread's stack.
    fn stack_bounds(&self) -> StackBounds;

    /// Sleeps while `word` holds `expected`, until [`Platform::unpark`] on the same word, or for
    /// `timeout_nanoseconds`. Looking at the word and going to sleep is one step as seen by `unpark`. May return
    /// without a cause.
    fn park(&self, word: &AtomicU32, expected: u32, timeout_nanoseconds: Option<u64>) -> ParkOutcome;

    /// Wakes up to `count` threads parked on `word`; says how many. The word may already be gone: only its
    /// address counts.
    fn unpark(&self, word: *const AtomicU32, count: usize) -> usize;

    /// A clock that never goes back, from an arbitrary start.
    fn monotonic_nanoseconds(&self) -> u64;

    /// Nanoseconds since 1970-01-01T00:00:00Z, negative before.
    fn wall_clock_nanoseconds(&self) -> i128;

    /// Processor time used so far.
    fn cpu_time_nanoseconds(&self, scope: CpuTimeScope) -> u64;

    /// Lets another thread run.
    fn yield_now(&self);

    /// Sleeps at least `duration`; a signal may end it early.
    fn sleep(&self, duration: Duration);

    /// Writes some of `bytes`; says how many. Not buffered.
    fn write_output(&self, stream: OutputStream, bytes: &[u8]) -> Result<usize, PlatformError>;

    /// Fills `bytes` with unpredictable bytes, fit for hash seeds and for keys.
    fn fill_entropy(&self, bytes: &mut [u8]) -> Result<(), PlatformError>;

    /// The pointer this thread stored last; null at first.
    fn thread_local(&self) -> *mut ();

    /// Stores one pointer for the calling thread.
    fn set_thread_local(&self, pointer: *mut ());

    /// The platform's elementary functions; without any the engine uses its own.
    fn elementary_functions(&self) -> Option<&'static ElementaryFunctions> {
        None
    }
}

static INSTALLED: spin::Once<&'static dyn Platform> = spin::Once::new();

/// Installs the platform of this process. The first call wins; the platform in force is returned.
pub fn install_platform(platform: &'static dyn Platform) -> &'static dyn Platform {
    *INSTALLED.call_once(|| platform)
}

/// The platform in force, if one was installed.
pub fn installed_platform() -> Option<&'static dyn Platform> {
    INSTALLED.get().copied()
}
