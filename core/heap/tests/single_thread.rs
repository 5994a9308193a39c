//! One thread: allocation, epochs, large objects, weak references, finalizers, cycles. Oracle: assertions and the checker.

mod common;

use common::{attach, configuration, configuration_alone, new_heap};
use threadsnake_heap::{AllocationOptions, HeapConfiguration, Mutator, ObjectRef, poll};

const NONE: AllocationOptions = AllocationOptions::NONE;

fn configurations() -> Vec<HeapConfiguration> {
    let stressed = HeapConfiguration { stress_seed: Some(7), ..configuration() };
    vec![
        configuration(),
        configuration_alone(),
        HeapConfiguration { committer: false, ..stressed.clone() },
        stressed,
    ]
}

/// A list of `length` nodes `(next, number)`, last number first.
fn build_list(mutator: &Mutator, length: u64) -> ObjectRef {
    let mut keep = mutator.scratch();
    keep.push(0).unwrap();
    for number in 0..length {
        let node = mutator.allocate(1, 0, 2, 0, NONE).unwrap();
        mutator.initialize(node, 0, keep[0]);
        mutator.initialize(node, 1, number << 1 | 1);
        keep.set(0, node.word());
    }
    // SAFETY: kept by the scratch vector until now, and by the caller's stack from now on.
    unsafe { ObjectRef::from_word(keep[0]).unwrap() }
}

/// Overwrites the stack below the caller, where a frame that is gone may have left a reference.
#[inline(never)]
fn overwrite_dead_frames() {
    std::hint::black_box([0u8; 16 << 10]);
}

fn check_list(mut node: u64, length: u64) {
    let mut expected = length;
    while node != 0 {
        expected -= 1;
        // SAFETY: the list is alive.
        let object = unsafe { ObjectRef::from_address(node as usize) };
        assert_eq!(object.slot(1), expected << 1 | 1);
        node = object.slot(0);
    }
    assert_eq!(expected, 0);
}

#[test]
fn lists_live_and_die() {
    for configuration in configurations() {
        let (heap, client) = new_heap(configuration);
        let mutator = attach(&heap);
        let length = if heap.statistics().bytes_in_use == 0 && cfg!(miri) { 50 } else { 2_000 };
        for round in 0..10 {
            let list = build_list(&mutator, length);
            client.globals.lock().unwrap().push(list.word());
            if round % 3 == 2 {
                let mut globals = client.globals.lock().unwrap();
                globals.remove(0);
            }
            mutator.safepoint();
        }
        for &list in client.globals.lock().unwrap().iter() {
            check_list(list, length);
        }
        mutator.debug_check().unwrap();
        for &list in client.globals.lock().unwrap().iter() {
            check_list(list, length);
        }
        client.globals.lock().unwrap().clear();
        mutator.collect();
        mutator.debug_check().unwrap();
        assert_eq!(heap.statistics().corruptions, 0);
    }
}

#[test]
fn mature_stores_are_counted() {
    for configuration in configurations() {
        let (heap, client) = new_heap(configuration);
        let mutator = attach(&heap);
        let mut keep = mutator.scratch();
        for slots in [3usize, 8, 9, 100, 5000, 20_000] {
            let table = mutator.allocate(2, 0, slots, 0, NONE).unwrap();
            keep.push(table.word()).unwrap();
            client.globals.lock().unwrap().push(table.word());
        }
        keep.clear();
        mutator.debug_check().unwrap();
        let tables: Vec<u64> = client.globals.lock().unwrap().clone();
        let mut random = 12345u64;
        for step in 0..20_000u64 {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            // SAFETY: tables are globals.
            let table =
                unsafe { ObjectRef::from_address(tables[(random >> 60) as usize % tables.len()] as usize) };
            let slot = (random >> 20) as usize % table.slot_count();
            let node = mutator.allocate(1, 0, 1, 0, NONE).unwrap();
            mutator.initialize(node, 0, step << 1 | 1);
            match random >> 58 & 3 {
                0 => mutator.store(table, slot, node.word()),
                1 => drop(mutator.swap(table, slot, node.word())),
                2 => {
                    let old = table.slot(slot);
                    mutator.compare_exchange(table, slot, old, node.word()).unwrap();
                }
                _ => mutator.store(table, slot, 0),
            }
            if step % 64 == 0 {
                let half = table.slot_count() / 2;
                mutator.move_range(table, 0, 1, half);
                mutator.copy_range(table, 0, table, table.slot_count() - half, half);
                mutator.fill_range(table, half, 1, node.word());
            }
        }
        mutator.debug_check().unwrap();
        client.globals.lock().unwrap().clear();
        mutator.collect();
        mutator.debug_check().unwrap();
        assert_eq!(heap.statistics().corruptions, 0);
    }
}

#[test]
fn words_without_references_are_not_logged() {
    for configuration in [configuration(), configuration_alone()] {
        let (heap, client) = new_heap(configuration);
        let mutator = attach(&heap);
        mutator.become_multithreaded();
        for slots in [3usize, 100, 20_000] {
            let table = mutator.allocate(2, 0, slots, 0, NONE).unwrap();
            mutator.publish(table.word());
            client.globals.lock().unwrap().push(table.word());
            mutator.debug_check().unwrap();
            let before = heap.statistics().log_entries;
            for number in 0..slots {
                mutator.store(table, number, (number as u64) << 1 | 1);
                mutator.swap(table, number, 0);
                mutator.compare_exchange(table, number, 0, 3).unwrap();
            }
            mutator.debug_check().unwrap();
            assert_eq!(heap.statistics().log_entries, before);
            let node = mutator.allocate(1, 0, 1, 0, NONE).unwrap();
            mutator.store(table, 1, node.word());
            mutator.store(table, 1, 5);
            mutator.debug_check().unwrap();
            assert!(heap.statistics().log_entries > before);
        }
        client.globals.lock().unwrap().clear();
        mutator.collect();
        mutator.debug_check().unwrap();
        assert_eq!(heap.statistics().corruptions, 0);
    }
}

#[inline(never)]
fn build_and_forget(mutator: &Mutator) {
    for _ in 0..200 {
        build_list(mutator, 10_000);
        mutator.allocate(1, 0, 100_000, 0, NONE).unwrap();
        mutator.safepoint();
    }
}

#[test]
fn memory_comes_back() {
    let (heap, _client) = new_heap(configuration());
    let mutator = attach(&heap);
    build_and_forget(&mutator);
    // One list held by a stale word is 320 KB, but 131 MB with a block for each five cells, as under stress.
    overwrite_dead_frames();
    mutator.collect();
    let used = heap.bytes_in_use();
    assert!(used < 24 << 20, "{used} bytes in use");
    assert!(heap.statistics().epochs > 100);
}

#[test]
fn cycles_are_collected() {
    for configuration in configurations() {
        let (heap, _client) = new_heap(configuration);
        let mutator = attach(&heap);
        for _ in 0..1000 {
            let first = mutator.allocate(1, 0, 1, 0, NONE).unwrap();
            let second = mutator.allocate(1, 0, 1, 0, NONE).unwrap();
            mutator.store(first, 0, second.word());
            mutator.store(second, 0, first.word());
        }
        mutator.debug_check().unwrap();
        mutator.collect();
        mutator.debug_check().unwrap();
    }
}

#[inline(never)]
fn use_huge(mutator: &Mutator, client: &common::TestClient) {
    let slots = 6 << 20;
    let huge = mutator.allocate(3, 0, slots, 0, NONE).unwrap();
    client.globals.lock().unwrap().push(huge.word());
    mutator.debug_check().unwrap();
    for number in 0..1000usize {
        let slot = number * 6007 % slots;
        let node = mutator.allocate(1, 0, 1, 0, NONE).unwrap();
        mutator.store(huge, slot, node.word());
        mutator.store(huge, slots - 1, node.word());
    }
    mutator.debug_check().unwrap();
}

#[test]
fn cycles_alone_make_the_heap_trace() {
    let (heap, client) = new_heap(HeapConfiguration { trace_floor_bytes: 1 << 20, ..configuration() });
    let mutator = attach(&heap);
    let table = mutator.allocate(2, 0, 10_000, 0, NONE).unwrap();
    client.globals.lock().unwrap().push(table.word());
    for number in 0..1_000_000 {
        let node = mutator.allocate(1, 0, 2, 0, NONE).unwrap();
        let other = mutator.allocate(1, 0, 2, 0, NONE).unwrap();
        mutator.store(node, 0, other.word());
        mutator.store(other, 0, node.word());
        // Most live until the next pause, and are unreachable cycles soon after.
        mutator.store(table, number % 10_000, node.word());
        mutator.safepoint();
    }
    assert!(heap.statistics().traces > 3);
    // Memory in use is counted in blocks. In the hostile build a block of 64 KiB takes five cells, so the 20,000 objects that the
    // table keeps alive need 4,000 blocks, 262 MB, whatever the trace does; twice that is the bound there.
    let bound = if cfg!(stress) { 2 * (20_000 / 5) * (64 << 10) } else { 32 << 20 };
    assert!(heap.bytes_in_use() < bound, "{} bytes in use", heap.bytes_in_use());
}

#[test]
fn a_huge_object_spans_chunks() {
    for configuration in [configuration(), configuration_alone()] {
        let (heap, client) = new_heap(configuration);
        let mutator = attach(&heap);
        use_huge(&mutator, client);
        clear_stack();
        client.globals.lock().unwrap().clear();
        mutator.collect();
        mutator.collect();
        mutator.debug_check().unwrap();
        assert!(heap.bytes_in_use() < 8 << 20);
    }
}

#[inline(never)]
fn make_weak(mutator: &Mutator, keep: u64, kept: bool) -> u64 {
    let target = mutator.allocate(1, 0, 1, 0, NONE).unwrap();
    let mut scratch = mutator.scratch();
    scratch.push(target.word()).unwrap();
    let cell = mutator.weak_cell(target).unwrap();
    assert_eq!(mutator.weak_cell(target).unwrap(), cell);
    assert_eq!(mutator.weak_get(cell), Some(target));
    if kept {
        // SAFETY: a global of the test.
        mutator.store(unsafe { ObjectRef::from_address(keep as usize) }, 0, target.word());
    }
    cell.word()
}

/// Overwrites what is left on the stack below.
#[inline(never)]
fn clear_stack() {
    let mut area = [0u64; 4096];
    std::hint::black_box(&mut area);
}

#[test]
fn weak_references_die_with_their_target() {
    for configuration in configurations() {
        let (heap, client) = new_heap(configuration);
        let mutator = attach(&heap);
        let holder = mutator.allocate(1, 0, 1, 0, NONE).unwrap();
        client.globals.lock().unwrap().push(holder.word());
        let young = make_weak(&mutator, holder.word(), false);
        let kept = make_weak(&mutator, holder.word(), true);
        client.globals.lock().unwrap().extend([young, kept]);
        clear_stack();
        mutator.debug_check().unwrap();
        mutator.collect();
        mutator.debug_check().unwrap();
        // SAFETY: cells are globals.
        let (young, kept) =
            unsafe { (ObjectRef::from_address(young as usize), ObjectRef::from_address(kept as usize)) };
        assert!(mutator.weak_get(young).is_none());
        assert!(mutator.weak_get(kept).is_some());
        mutator.store(holder, 0, 0);
        clear_stack();
        // The dereference above pins it for one epoch.
        mutator.collect();
        mutator.collect();
        assert!(mutator.weak_get(kept).is_none());
        mutator.debug_check().unwrap();
    }
}

#[inline(never)]
fn make_finalizable(mutator: &Mutator, cyclic: bool) {
    let object = mutator.allocate(9, 0, 1, 0, AllocationOptions::FINALIZABLE).unwrap();
    if cyclic {
        mutator.store(object, 0, object.word());
    }
}

#[inline(never)]
fn take_one(mutator: &Mutator) -> bool {
    mutator.take_finalizable().is_some_and(|object| {
        assert_eq!(object.kind(), 9);
        true
    })
}

#[test]
fn finalizers_are_queued_once() {
    for configuration in configurations() {
        let (heap, _client) = new_heap(configuration);
        // Each step has a stack of its own, of a size that no other thread had: a stale word in a reused stack, from a heap
        // that lay at the same address, would keep an object, rightly.
        let mut stack_bytes = 1 << 20;
        let mut on_fresh_stack = |work: &(dyn Fn(&Mutator) -> usize + Sync)| {
            stack_bytes += 64 << 10;
            std::thread::scope(|scope| {
                let builder = std::thread::Builder::new().stack_size(stack_bytes);
                builder.spawn_scoped(scope, || work(&attach(&heap))).unwrap().join().unwrap()
            })
        };
        on_fresh_stack(&|mutator| {
            (0..10).for_each(|number| make_finalizable(mutator, number % 2 == 1));
            0
        });
        let mut taken = 0;
        for _ in 0..4 {
            taken += on_fresh_stack(&|mutator| {
                mutator.collect();
                mutator.debug_check().unwrap();
                let mut taken = 0;
                while take_one(mutator) {
                    taken += 1;
                }
                assert_eq!(
                    mutator.poll_word().load(std::sync::atomic::Ordering::Relaxed) & poll::FINALIZERS,
                    0
                );
                taken
            });
        }
        assert_eq!(taken, 10);
    }
}

#[test]
fn native_memory_is_dropped() {
    for configuration in configurations() {
        let (heap, client) = new_heap(configuration);
        {
            let mutator = attach(&heap);
            for _ in 0..5000 {
                mutator.allocate(4, 0, 0, 24, AllocationOptions::NATIVE_MEMORY).unwrap();
            }
            for _ in 0..5 {
                mutator.allocate(4, 0, 0, 100_000, AllocationOptions::NATIVE_MEMORY).unwrap();
            }
            mutator.collect();
            mutator.debug_check().unwrap();
        }
        drop(heap);
        assert_eq!(client.dropped.load(std::sync::atomic::Ordering::Relaxed), 5005);
    }
}

#[test]
fn the_limit_is_an_error() {
    let (heap, client) = new_heap(HeapConfiguration { maximum_bytes: Some(8 << 20), ..configuration() });
    let mutator = attach(&heap);
    let mut failed = false;
    for _ in 0..10_000 {
        let Ok(object) = mutator.allocate(1, 0, 1000, 0, NONE) else {
            failed = true;
            break;
        };
        client.globals.lock().unwrap().push(object.word());
    }
    assert!(failed);
    assert!(mutator.allocate(1, 0, 10_000_000, 0, NONE).is_err());
    assert!(mutator.allocate(1, 0, usize::MAX / 4, 0, NONE).is_err());
    client.globals.lock().unwrap().clear();
    mutator.collect();
    assert!(mutator.allocate(1, 0, 1000, 0, NONE).is_ok());
}

#[test]
fn stuck_objects_outlive_everything_but_a_trace() {
    for configuration in configurations() {
        let (heap, client) = new_heap(configuration);
        let mutator = attach(&heap);
        let shape = mutator.allocate(5, 0, 1, 0, AllocationOptions::STUCK).unwrap();
        let instance = mutator.allocate(6, shape.word(), 1, 0, NONE).unwrap();
        client.globals.lock().unwrap().push(instance.word());
        for _ in 0..3 {
            build_list(&mutator, 100);
            mutator.debug_check().unwrap();
            mutator.collect();
        }
        assert_eq!(instance.shape(), shape.word());
        assert_eq!(shape.kind(), 5);
    }
}

#[test]
fn only_a_native_stack_holds_what_is_unanchored() {
    for configuration in configurations() {
        let (heap, client) = new_heap(configuration);
        let mutator = attach(&heap);
        let holder = mutator.allocate(2, 0, 2, 0, NONE).unwrap();
        client.globals.lock().unwrap().push(holder.word());
        for (whole, private) in [(false, false), (true, false), (false, true), (true, true)] {
            let make = || mutator.allocate(9, 0, 1, 0, AllocationOptions::FINALIZABLE).unwrap();
            let (in_object, on_stack) = (make(), make());
            mutator.store(holder, 0, in_object.word());
            let mut scratch = mutator.scratch();
            scratch.push(make().word()).unwrap();
            let found = mutator.unanchored(whole, private, |object| object.kind() == 9);
            assert!(found.contains(&on_stack), "{whole}");
            assert!(!found.contains(&in_object), "{whole}");
            assert!(found.iter().all(|object| object.word() != scratch[0]), "{whole}");
            // The pause has kept it all the same.
            assert!(on_stack.is_finalizable());
            mutator.store(holder, 0, 0);
            let found = mutator.unanchored(true, private, |object| object.kind() == 9);
            assert!(found.contains(&in_object) && found.contains(&on_stack), "{whole}");
            assert!(in_object.is_finalizable() && on_stack.is_finalizable());
        }
        assert_eq!(mutator.debug_check(), Ok(()));
    }
}
