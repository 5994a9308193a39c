//! Mapping memory.
//!
//! Invariant: what [`map`] returns is one whole private anonymous mapping, so that [`unmap`] needs no record. What needs more
//! alignment than a page is asked for at an address of our choice, away from stacks and libraries (`preferred_address`); where
//! the kernel does not follow, too much is mapped and the ends are given back. Under Miri, which knows no addresses, an
//! allocation stands in.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes in a page.
pub fn page_size() -> usize {
    // SAFETY: no preconditions.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

/// Rounds up to whole pages, or refuses what makes no sense.
fn whole_pages(bytes: usize, alignment: usize) -> Option<(usize, usize)> {
    let page = page_size();
    if bytes == 0 || !alignment.is_power_of_two() {
        return None;
    }
    let bytes = bytes.checked_add(page - 1)? & !(page - 1);
    Some((bytes, alignment.max(page)))
}

/// Private zeroed pages, at `preferred` if that is not 0 and the kernel follows.
#[cfg(not(miri))]
fn map_anonymous(preferred: usize, bytes: usize) -> Option<NonNull<u8>> {
    // SAFETY: a new anonymous mapping touches no other memory: without MAP_FIXED the address is only a wish.
    let start = unsafe {
        libc::mmap(
            std::ptr::without_provenance_mut(preferred),
            bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    if start == libc::MAP_FAILED { None } else { NonNull::new(start.cast()) }
}

/// Where the next mapping of `bytes` at a multiple of `alignment` should lie; 0 where that does not matter.
///
/// Half way between nothing and where the kernel puts mappings by itself, and then upwards: there is neither a stack nor a
/// library, whose addresses would differ from those of the heap in the lower bytes only. A word on a stack that was partly
/// overwritten, as padding is, looks like a reference otherwise: under musl, which maps stacks next to the heap, one in five
/// runs kept an object of 48 MiB alive so. The kernel's choice carries its randomness over. Addresses come back after
/// [`WINDOW_BYTES`], so that tables by address stay small.
#[cfg(not(miri))]
fn preferred_address(bytes: usize, alignment: usize) -> usize {
    const WINDOW_BYTES: usize = 1 << 40;
    static BASE: AtomicUsize = AtomicUsize::new(0);
    static OFFSET: AtomicUsize = AtomicUsize::new(0);
    if alignment <= page_size() {
        return 0;
    }
    // Relaxed: the address is a number, whoever finds it; who finds it twice finds two that are as good.
    let mut base = BASE.load(Ordering::Relaxed);
    if base == 0 {
        let Some(probe) = map_anonymous(0, page_size()) else { return 0 };
        base = probe.as_ptr().addr() / 2;
        // SAFETY: the mapping just made, unused.
        unsafe { libc::munmap(probe.as_ptr().cast(), page_size()) };
        BASE.store(base, Ordering::Relaxed);
    }
    // A 39-bit address space has 256 GiB above the base: an eighth of what lies there is used again sooner.
    let window = WINDOW_BYTES.min(base / 8);
    let Some(step) = bytes.checked_next_multiple_of(alignment).filter(|step| *step <= window) else {
        return 0;
    };
    // Relaxed: only the sum matters. A place that is taken already is the kernel's to refuse.
    let offset = OFFSET.fetch_add(step, Ordering::Relaxed) % window;
    (base + offset) & !(alignment - 1)
}

/// Zeroed pages at a multiple of `alignment`.
#[cfg(not(miri))]
pub fn map(bytes: usize, alignment: usize) -> Option<NonNull<u8>> {
    let (bytes, alignment) = whole_pages(bytes, alignment)?;
    let preferred = preferred_address(bytes, alignment);
    if preferred != 0
        && let Some(start) = map_anonymous(preferred, bytes)
    {
        if start.as_ptr().addr().is_multiple_of(alignment) {
            return Some(start);
        }
        // SAFETY: the mapping just made, unused.
        unsafe { libc::munmap(start.as_ptr().cast(), bytes) };
    }
    // A mapping is aligned to a page by itself; only the rest of the alignment needs room.
    let reserved = bytes.checked_add(alignment - page_size())?;
    let start = map_anonymous(0, reserved)?.as_ptr();
    let before = start.align_offset(alignment);
    let after = reserved - before - bytes;
    // SAFETY: both ends lie within the mapping just made, which nobody else knows.
    unsafe {
        if before != 0 {
            libc::munmap(start.cast(), before);
        }
        if after != 0 {
            libc::munmap(start.add(before + bytes).cast(), after);
        }
        NonNull::new(start.add(before))
    }
}

#[cfg(miri)]
pub fn map(bytes: usize, alignment: usize) -> Option<NonNull<u8>> {
    let (bytes, alignment) = whole_pages(bytes, alignment)?;
    let layout = std::alloc::Layout::from_size_align(bytes, alignment).ok()?;
    // SAFETY: the layout is not empty.
    let start = unsafe { std::alloc::alloc_zeroed(layout) };
    start.expose_provenance();
    NonNull::new(start)
}

/// Gives pages back.
///
/// # Safety
/// `Platform::unmap_pages`'s.
pub unsafe fn unmap(start: NonNull<u8>, bytes: usize, alignment: usize) {
    let Some((bytes, alignment)) = whole_pages(bytes, alignment) else { return };
    #[cfg(not(miri))]
    {
        let _ = alignment;
        // SAFETY: the whole of one mapping of `map`, which nobody uses any more (the caller's duty).
        unsafe { libc::munmap(start.as_ptr().cast(), bytes) };
    }
    #[cfg(miri)]
    if let Ok(layout) = std::alloc::Layout::from_size_align(bytes, alignment) {
        // `munmap` takes an address, whatever pointer it came from; so must this.
        let start = std::ptr::with_exposed_provenance_mut(start.as_ptr().addr());
        // SAFETY: allocated by `map` with the same layout.
        unsafe { std::alloc::dealloc(start, layout) };
    }
}

/// Lets the kernel take the whole pages inside a range back.
///
/// # Safety
/// `Platform::discard_pages`'s.
pub unsafe fn discard(start: NonNull<u8>, bytes: usize) {
    #[cfg(not(miri))]
    {
        let page = page_size();
        let before = start.as_ptr().align_offset(page);
        let Some(inside) = bytes.checked_sub(before).map(|rest| rest & !(page - 1)) else { return };
        if inside == 0 {
            return;
        }
        // On Linux the pages read as zero afterwards and count no longer as resident; elsewhere the kernel may
        // keep them until it needs them.
        #[cfg(target_os = "linux")]
        let advice = libc::MADV_DONTNEED;
        #[cfg(not(target_os = "linux"))]
        let advice = libc::MADV_FREE;
        // SAFETY: whole pages within one mapping of `map`, whose contents nobody relies on (the caller's duty).
        unsafe { libc::madvise(start.as_ptr().add(before).cast(), inside, advice) };
    }
    #[cfg(miri)]
    let _ = (start, bytes);
}

/// Asks the kernel for huge pages. Only advice: what comes of it matters to nothing but speed.
///
/// # Safety
/// `Platform::prefer_huge_pages`'s.
pub unsafe fn prefer_huge(start: NonNull<u8>, bytes: usize) {
    #[cfg(all(target_os = "linux", not(miri)))]
    // SAFETY: a mapping of `map` (the caller's duty); its contents stay as they are.
    unsafe {
        libc::madvise(start.as_ptr().cast(), bytes, libc::MADV_HUGEPAGE);
    }
    #[cfg(any(not(target_os = "linux"), miri))]
    let _ = (start, bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_aligned_zeroed_and_writable() {
        for (bytes, alignment) in [(1, 1), (4096, 4096), (65_536, 65_536), (100_000, 1 << 20), (5000, 16)] {
            let start = map(bytes, alignment).expect("memory");
            assert_eq!(start.as_ptr().addr() % alignment, 0);
            assert_eq!(start.as_ptr().addr() % page_size(), 0);
            // SAFETY: mapped just now, `bytes` long.
            let memory = unsafe { std::slice::from_raw_parts_mut(start.as_ptr(), bytes) };
            assert!(memory.iter().all(|&byte| byte == 0));
            memory.fill(0xA5);
            // SAFETY: the same mapping; nothing is read again but through `memory`, after the kernel's zeroing.
            unsafe { discard(start, bytes) };
            // SAFETY: not used again.
            unsafe { unmap(start, bytes, alignment) };
        }
    }

    #[cfg(all(target_os = "linux", not(miri)))]
    #[test]
    fn what_is_aligned_lies_away_from_stacks_and_others() {
        const BYTES: usize = 32 << 20;
        let on_stack = 0u8;
        let on_stack = std::ptr::from_ref(&on_stack).addr();
        let elsewhere = map(page_size(), 1).expect("memory");
        let starts: Vec<NonNull<u8>> = (0..4).map(|_| map(BYTES, BYTES).expect("memory")).collect();
        for start in starts {
            for other in [on_stack, elsewhere.as_ptr().addr()] {
                assert!(other.abs_diff(start.as_ptr().addr()) > other / 4, "{start:p} {other:#x}");
            }
            // SAFETY: not used again.
            unsafe { unmap(start, BYTES, BYTES) };
        }
        // SAFETY: not used again.
        unsafe { unmap(elsewhere, page_size(), 1) };
    }

    #[cfg(all(target_os = "linux", not(miri)))]
    #[test]
    fn discarded_pages_read_as_zero_but_broken_pages_stay() {
        let page = page_size();
        let start = map(4 * page, page).expect("memory");
        // SAFETY: within the mapping.
        unsafe {
            start.as_ptr().write_bytes(7, 4 * page);
            discard(start.add(1), 3 * page);
            assert_eq!(start.read_volatile(), 7);
            assert_eq!(start.add(page).read_volatile(), 0);
            assert_eq!(start.add(2 * page).read_volatile(), 0);
            assert_eq!(start.add(3 * page).read_volatile(), 7);
            discard(start, 10);
            assert_eq!(start.read_volatile(), 7);
            unmap(start, 4 * page, page);
        }
    }

    #[test]
    fn nonsense_and_too_much_are_refused() {
        assert_eq!(map(0, 4096), None);
        assert_eq!(map(4096, 3), None);
        assert_eq!(map(usize::MAX, 4096), None);
        // Miri ends the program where a kernel refuses.
        if !cfg!(miri) {
            assert_eq!(map(usize::MAX / 4, 4096), None);
            assert_eq!(map(4096, 1 << 62), None);
        }
    }
}
