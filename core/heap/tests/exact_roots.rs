//! What Miri can follow: every root is exact (scratch vectors and globals), no stack is scanned. Small, but through every part of
//! the heap. Also run without Miri.

mod common;

use std::thread;

use common::{attach, configuration, configuration_alone, new_heap};
use threadsnake_heap::{AllocationOptions, HeapConfiguration, Mutator, ObjectRef};

const NONE: AllocationOptions = AllocationOptions::NONE;

fn exact(committer: bool, seed: Option<u64>) -> HeapConfiguration {
    let mut configuration = if committer { configuration() } else { configuration_alone() };
    configuration.scan_stacks = false;
    configuration.stress_seed = seed;
    configuration.stress.cells_per_block = 5;
    configuration.stress.epoch_allocations = (3, 12);
    configuration
}

/// Replaces the word at `index` of the table by a fresh node that refers to the old one.
fn push_node(mutator: &Mutator, table: ObjectRef, slot: usize, options: AllocationOptions) -> ObjectRef {
    let raw = if options.contains(AllocationOptions::NATIVE_MEMORY) { 32 } else { 8 };
    let node = mutator.allocate(1, 0, 2, raw, options).unwrap();
    mutator.initialize(node, 0, table.slot(slot));
    mutator.initialize(node, 1, 77 << 1 | 1);
    mutator.store(table, slot, node.word());
    node
}

fn exercise(configuration: HeapConfiguration) {
    let (heap, client) = new_heap(configuration);
    {
        let mutator = attach(&heap);
        let mut tables = Vec::new();
        for slots in [4usize, 30, 5000] {
            let table = mutator.allocate(2, 0, slots, 0, NONE).unwrap();
            client.globals.lock().unwrap().push(table.word());
            tables.push(table);
        }
        for round in 0..30usize {
            let table = tables[round % 3];
            push_node(&mutator, table, round % 4, NONE);
            if round % 5 == 0 {
                push_node(&mutator, table, 1, AllocationOptions::NATIVE_MEMORY);
                mutator.store(table, 1, 0);
            }
            if round % 7 == 0 {
                push_node(&mutator, table, 2, AllocationOptions::FINALIZABLE);
                mutator.store(table, 2, 0);
            }
            if round % 4 == 0 {
                let node = push_node(&mutator, table, 3, NONE);
                let cell = mutator.weak_cell(node).unwrap();
                assert!(mutator.weak_get(cell).is_some());
                mutator.store(table, 0, cell.word());
                mutator.store(table, 3, 0);
            }
            mutator.move_range(table, 0, 1, 3);
        }
        assert_eq!(mutator.debug_check(), Ok(()));
        mutator.collect();
        while let Some(object) = mutator.take_finalizable() {
            assert_eq!(object.kind(), 1);
        }
        assert_eq!(mutator.debug_check(), Ok(()));
        client.globals.lock().unwrap().truncate(1);
        mutator.collect();
        assert_eq!(mutator.debug_check(), Ok(()));
    }
    assert_eq!(heap.statistics().corruptions, 0);
}

#[test]
fn one_thread_without_a_committer() {
    exercise(exact(false, None));
}

#[test]
fn one_thread_under_stress() {
    exercise(exact(false, Some(3)));
}

#[test]
fn two_threads_and_a_committer() {
    let (heap, client) = new_heap(exact(true, Some(5)));
    {
        let mutator = attach(&heap);
        let table = mutator.allocate(2, 0, 12, 0, NONE).unwrap();
        client.globals.lock().unwrap().push(table.word());
        mutator.become_multithreaded();
    }
    let threads: Vec<_> = (0..2)
        .map(|number| {
            let heap = heap.clone();
            thread::spawn(move || {
                let mutator = attach(&heap);
                // SAFETY: a global.
                let table = unsafe { ObjectRef::from_address(client.globals.lock().unwrap()[0] as usize) };
                for round in 0..12 {
                    mutator.safepoint();
                    push_node(&mutator, table, (round + number) % 12, NONE);
                    mutator.store(table, (round * 5 + 1) % 12, 0);
                    let _guard = mutator.lock(table);
                    mutator.store(table, 0, 0);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let mutator = attach(&heap);
    assert_eq!(mutator.debug_check(), Ok(()));
}
