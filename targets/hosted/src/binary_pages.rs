//! Pages of the binary that only starting, or compiling, needed.
//!
//! A page fault in a file maps the pages around it too, so code that runs once (dynamic linking, building classes, the parser) leaves most of
//! the binary counted as this process's memory although it is not used again. [`give_back`] unmaps what nobody wrote: it stays in the
//! system's page cache, and what is used again comes back by faults that read nothing, some dozens of a microsecond each.
//!
//! Invariant: only segments that the file maps without the right to write, and that the dynamic linker did not write to, are touched, so what
//! comes back is what was there. Breakpoints are written there too, by a debugger; a process that has one keeps its pages.

use std::io::Read;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// When the program began: starting is over. The binary is the process's, so this is too.
static PROGRAM: OnceLock<Instant> = OnceLock::new();

/// How long the program had run when pages were given back last, in nanoseconds; 0 if they were not since it began.
static GIVEN_BACK: AtomicU64 = AtomicU64::new(0);

/// Giving pages back, and mapping those again that are still needed, takes some 0.1 ms.
const SHORTEST_PHASE: Duration = Duration::from_micros(300);

/// Of the time that a program has run, a phase that is given back is at least this part: what that costs in all grows with the logarithm
/// of the time.
const PHASES: u32 = 12;

/// The pages that were resident when the program began: about as many as starting had at most.
static STARTING: AtomicU64 = AtomicU64::new(0);

/// Gives back what starting ran.
pub fn program_begins() {
    PROGRAM.get_or_init(Instant::now);
    // Relaxed: a hint.
    STARTING.store(resident_pages(), Ordering::Relaxed);
    give_back();
}

/// To be called where what a program runs changes: it has imported something, is about to compile, starts its first thread, or its heap
/// rests. Gives back what was used until now if the process is about to grow beyond what it has been, unless that was done a moment ago.
/// Nothing while starting, which gives pages back in steps of its own.
pub fn phase_ended() {
    let Some(began) = PROGRAM.get() else { return };
    let now = began.elapsed();
    // Relaxed, all: hints.
    let last = Duration::from_nanos(GIVEN_BACK.load(Ordering::Relaxed));
    if now.saturating_sub(last) >= SHORTEST_PHASE.max(now / PHASES)
        && resident_pages() + MARGIN_PAGES >= STARTING.load(Ordering::Relaxed)
    {
        GIVEN_BACK.store(u64::try_from(now.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        give_back();
    }
}

/// What a phase may add before the next call.
const MARGIN_PAGES: u64 = 256;

/// The pages of this process that are resident, more or less; 0 if the system does not say.
fn resident_pages() -> u64 {
    let mut text = [0; 128];
    let read = std::fs::File::open("/proc/self/statm").and_then(|mut file| file.read(&mut text));
    let text = text.get(..read.unwrap_or(0)).unwrap_or(&[]);
    let resident = text.split(|&byte| byte == b' ').nth(1).and_then(|field| str::from_utf8(field).ok());
    resident.and_then(|field| field.parse().ok()).unwrap_or(0)
}

/// Gives back what the program ran, before what ends it, unless that was so little that it cannot have been its peak.
pub fn program_ends() {
    // Relaxed: a hint.
    if GIVEN_BACK.load(Ordering::Relaxed) != 0 {
        give_back();
    }
}

/// Unmaps the read-only pages of the binary and of its shared libraries.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub fn give_back() {
    if !is_traced() {
        // SAFETY: the function fits; it gets no data.
        unsafe { libc::dl_iterate_phdr(Some(give_back_object), std::ptr::null_mut()) };
    }
}

/// Other systems choose by use what stays resident, not by neighbourhood.
#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
pub fn give_back() {}

/// Whether a debugger follows this process. What cannot be read counts as yes.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn is_traced() -> bool {
    // The line is among the first: one read of this much has it.
    let mut status = [0; 1024];
    let read = std::fs::File::open("/proc/self/status").and_then(|mut file| file.read(&mut status));
    let status = status.get(..read.unwrap_or(0)).unwrap_or(&[]);
    let mut lines = status.split(|&byte| byte == b'\n');
    let tracer = lines.find_map(|line| line.strip_prefix(b"TracerPid:"));
    tracer.is_none_or(|tracer| tracer.trim_ascii() != b"0")
}

/// Where a segment is mapped.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn at(object: &libc::dl_phdr_info, segment: &libc::Elf64_Phdr) -> usize {
    (object.dlpi_addr as usize).wrapping_add(segment.p_vaddr as usize)
}

/// Whether the dynamic linker may have written to the object's read-only segments.
///
/// # Safety
/// The dynamic section of an object that stays loaded is at `dynamic`.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
unsafe fn relocates_code(dynamic: usize) -> bool {
    const DT_NULL: usize = 0;
    const DT_TEXTREL: usize = 22;
    const DT_FLAGS: usize = 30;
    const DF_TEXTREL: usize = 4;
    let mut entry = std::ptr::with_exposed_provenance::<[usize; 2]>(dynamic);
    loop {
        // SAFETY: the section's entries, two words each, up to the one that ends it.
        let [tag, value] = unsafe { entry.read() };
        match tag {
            DT_NULL => return false,
            DT_TEXTREL => return true,
            DT_FLAGS if value & DF_TEXTREL != 0 => return true,
            // SAFETY: not the last entry.
            _ => entry = unsafe { entry.add(1) },
        }
    }
}

/// The same for one loaded object.
///
/// # Safety
/// `object` is what `dl_iterate_phdr` passes.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
unsafe extern "C" fn give_back_object(
    object: *mut libc::dl_phdr_info,
    _bytes: libc::size_t,
    _data: *mut libc::c_void,
) -> libc::c_int {
    // SAFETY: valid during the call, says the caller.
    let object = unsafe { &*object };
    if object.dlpi_phdr.is_null() {
        return 0;
    }
    // SAFETY: the object's own table and its length.
    let segments = unsafe { std::slice::from_raw_parts(object.dlpi_phdr, usize::from(object.dlpi_phnum)) };
    // SAFETY: no preconditions.
    let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(0);
    if !page.is_power_of_two() {
        return 0;
    }
    let dynamic = segments.iter().find(|segment| segment.p_type == libc::PT_DYNAMIC);
    // SAFETY: the dynamic section of a loaded object is mapped where its header says, and ends with an entry of tag 0.
    if dynamic.is_some_and(|segment| unsafe { relocates_code(at(object, segment)) }) {
        return 0;
    }
    for segment in segments {
        let read_only = segment.p_type == libc::PT_LOAD && segment.p_flags & libc::PF_W == 0;
        let relocated = segment.p_type == libc::PT_GNU_RELRO && segment.p_filesz >= NOTABLE_TABLE_BYTES;
        // Whole pages inside the segment: a page at its end may be shared with one that is written.
        let start = at(object, segment);
        let end = start.saturating_add(segment.p_filesz as usize) & !(page - 1);
        let start = start.next_multiple_of(page);
        if read_only && start < end {
            // SAFETY: pages of a file's private mapping that has no right to write and takes no relocations (those would need it).
            unsafe { discard(start, end) };
        } else if relocated && start < end {
            for (start, end) in pages_of_file(start, end, page) {
                // SAFETY: pages of a file's private mapping, which the dynamic linker has taken the right to write from before this program's
                // code began to run, and which are still the file's: nobody has written to them.
                unsafe { discard(start, end) };
            }
        }
    }
    0
}

/// A smaller table of addresses is not worth looking which of its pages were written.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
const NOTABLE_TABLE_BYTES: u64 = 1 << 17;

/// Unmaps pages.
///
/// # Safety
/// The range is of whole pages of a file's private mapping that nobody has written to and nobody may write to: they come back from the file, with
/// the same content, when they are touched.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
unsafe fn discard(start: usize, end: usize) {
    let first = std::ptr::with_exposed_provenance_mut::<libc::c_void>(start);
    // SAFETY: the caller's duty. If the system refuses, nothing has changed.
    unsafe { libc::madvise(first, end - start, libc::MADV_DONTNEED) };
}

/// The runs of pages of a range of a private mapping that are resident and still the file's: the system says so of each page of a
/// process. None if it does not. A page that was written, as tables are that take relocations, has become the process's.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn pages_of_file(start: usize, end: usize, page: usize) -> Vec<(usize, usize)> {
    use std::os::unix::fs::FileExt;
    /// The page is in memory.
    const PRESENT: u64 = 1 << 63;
    /// It is a file's, or shared memory.
    const FILE: u64 = 1 << 61;
    let mut words = vec![0; (end - start) / page * 8];
    let place = (start / page * 8) as u64;
    let read = std::fs::File::open("/proc/self/pagemap").and_then(|map| map.read_exact_at(&mut words, place));
    if read.is_err() {
        return Vec::new();
    }
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (index, word) in words.as_chunks::<8>().0.iter().enumerate() {
        if u64::from_ne_bytes(*word) & (PRESENT | FILE) != PRESENT | FILE {
            continue;
        }
        let first = start + index * page;
        match runs.last_mut() {
            Some((_, end)) if *end == first => *end = first + page,
            _ => runs.push((first, first + page)),
        }
    }
    runs
}
