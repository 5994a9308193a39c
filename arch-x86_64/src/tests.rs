//! Tests of the X86_64 backend, the same for every backend.

extern crate std;

use std::hint::black_box;
use std::vec::Vec;

use threadsnake_hal::atomic::{AtomicU8, AtomicUsize, Ordering};
use threadsnake_hal::{Atomics, CodeMemory, Spin, StackScan, Timestamp};

use crate::X86_64 as Architecture;

#[test]
fn atomics_return_the_value_before() {
    let cell = AtomicUsize::new(5);
    assert_eq!(Architecture::increment(&cell, Ordering::SeqCst), 5);
    assert_eq!(Architecture::decrement(&cell, Ordering::SeqCst), 6);
    assert_eq!(Architecture::swap(&cell, 9, Ordering::SeqCst), 5);
    assert_eq!(Architecture::compare_and_swap(&cell, 9, 3, Ordering::SeqCst, Ordering::SeqCst), Ok(9));
    assert_eq!(Architecture::compare_and_swap(&cell, 9, 4, Ordering::SeqCst, Ordering::SeqCst), Err(3));
    let byte = AtomicU8::new(1);
    assert!(!Architecture::test_and_set(&byte, 2, Ordering::SeqCst));
    assert!(Architecture::test_and_set(&byte, 2, Ordering::SeqCst));
    assert_eq!(byte.load(Ordering::SeqCst), 3);
    Architecture::fence(Ordering::SeqCst);
    Architecture::compiler_fence(Ordering::SeqCst);
    Architecture::pause();
}

#[test]
fn increments_of_several_threads_are_not_lost() {
    let cell = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    Architecture::increment(&cell, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(cell.load(Ordering::SeqCst), 2000);
}

#[test]
fn timestamp_advances() {
    let before = Architecture::ticks();
    std::thread::sleep(std::time::Duration::from_millis(5));
    assert!(Architecture::ticks() > before);
    assert!(Architecture::ticks_per_second().is_none_or(|rate| rate > 0));
}

/// Reads a stack range word by word, as the heap does.
#[cfg(not(miri))]
fn stack_holds(low: usize, high: usize, wanted: &dyn Fn(usize) -> bool) -> bool {
    assert_eq!(low % size_of::<usize>(), 0);
    (low..high).step_by(size_of::<usize>()).any(|address| {
        // SAFETY: the range lies between the stack pointer and a local of a frame that is still active.
        wanted(unsafe { (address as *const usize).read_volatile() })
    })
}

/// The recognisable word of an index.
#[cfg(not(miri))]
#[inline(never)]
fn word_of(seed: usize, index: usize) -> usize {
    seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(index.wrapping_mul(0x1_0000_0001))
}

/// The same, inverted, so that looking for a word does not put it on the stack.
#[cfg(not(miri))]
#[inline(never)]
fn inverted_word_of(seed: usize, index: usize) -> usize {
    !seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(index.wrapping_mul(0x1_0000_0001))
}

/// Keeps many opaque words alive over the callback, so that some are in callee-saved registers, and one in the
/// callback's captures alone; says how many of them the scan found.
#[cfg(not(miri))]
#[inline(never)]
fn live_words(seed: usize, high: usize) -> usize {
    let [first, second, third, fourth, fifth, sixth, seventh, eighth]: [usize; 8] =
        core::array::from_fn(|index| black_box(word_of(seed, index)));
    let captured = black_box(word_of(seed, 8));
    let found = Architecture::with_spilled_registers(move |low| {
        assert!(low < high);
        let found = (0..9)
            .filter(|&index| {
                let inverted = inverted_word_of(seed, index);
                stack_holds(low, high, &|word| !word == inverted)
            })
            .count();
        assert!(!stack_holds(low, high, &|word| !word == inverted_word_of(seed, 9)));
        black_box(captured);
        found
    });
    for word in [first, second, third, fourth, fifth, sixth, seventh, eighth] {
        black_box(word);
    }
    found
}

#[cfg(not(miri))]
#[test]
fn every_live_word_is_on_the_stack_while_the_callback_runs() {
    let marker = black_box([0_usize; 64]);
    let high = marker.as_ptr_range().end as usize;
    assert_eq!(live_words(black_box(0x1234_5678_9ABC), high), 9);
    black_box(&marker);
}

#[test]
fn approximate_stack_pointer_is_near() {
    let local = 0_usize;
    let here = black_box(&local) as *const usize as usize;
    assert!(Architecture::approximate_stack_pointer().abs_diff(here) < 1 << 16);
}

#[test]
fn code_memory_accepts_every_alignment() {
    let bytes: Vec<u8> = std::vec![0; 1000];
    for offset in [0, 1, 63, 64, 500] {
        // SAFETY: the range lies within the vector and is never run.
        unsafe { Architecture::make_coherent(bytes.as_ptr().add(offset), bytes.len() - offset) };
    }
    // SAFETY: an empty range.
    unsafe { Architecture::make_coherent(bytes.as_ptr(), 0) };
}
