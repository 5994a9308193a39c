//! Several threads on shared objects, more than there are cores, from a barrier. Oracle: every object read carries a proof of
//! its own identity, and the checker runs in stress pauses and at the end.

mod common;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use common::{TestClient, attach, configuration, configuration_alone, new_heap};
use threadsnake_heap::arch::AtomicU64 as Cell64;
use threadsnake_heap::{AllocationOptions, Heap, HeapConfiguration, Mutator, ObjectRef};

const NONE: AllocationOptions = AllocationOptions::NONE;
const THREADS: usize = 8;

fn configurations() -> Vec<(HeapConfiguration, u64)> {
    let rounds = if cfg!(debug_assertions) { 20_000 } else { 100_000 };
    let mut all = vec![(configuration(), rounds), (configuration_alone(), rounds)];
    for seed in 1..4 {
        let stressed = HeapConfiguration { stress_seed: Some(seed), ..configuration() };
        let mut few_cells = stressed.clone();
        few_cells.stress.cells_per_block = 5;
        few_cells.committer = seed % 2 == 0;
        all.push((stressed, rounds / 20));
        all.push((few_cells, rounds / 40));
    }
    all
}

struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 8) % below
    }
}

fn proof(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// A node: slot 0 a link, slot 1 a number, then a raw proof of the number.
fn new_node(mutator: &Mutator, number: u64) -> ObjectRef {
    let extra = (number % 3) as usize * 5;
    let node = mutator.allocate(1, 0, 2 + extra, 8, NONE).unwrap();
    mutator.initialize(node, 1, number << 1 | 1);
    // SAFETY: the eight raw bytes it was allocated with.
    unsafe { node.raw::<Cell64>(0) }.store(proof(number), Ordering::Relaxed);
    node
}

fn check_node(word: u64) -> ObjectRef {
    // SAFETY: read from a live slot; no safepoint since.
    let node = unsafe { ObjectRef::from_word(word).unwrap() };
    assert_eq!(node.kind(), 1, "{node:?}");
    let number = node.slot(1) >> 1;
    // SAFETY: as in `new_node`.
    let found = unsafe { node.raw::<Cell64>(0) }.load(Ordering::Relaxed);
    assert_eq!(found, proof(number), "{node:?} number {number}");
    node
}

fn on_threads(
    heap: &Arc<Heap>,
    client: &'static TestClient,
    work: fn(&Mutator, &TestClient, usize, u64),
    rounds: u64,
) {
    let barrier = Arc::new(Barrier::new(THREADS));
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let (heap, barrier) = (heap.clone(), barrier.clone());
            thread::spawn(move || {
                let mutator = attach(&heap);
                mutator.blocking(|| barrier.wait());
                work(&mutator, client, number, rounds);
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let mutator = attach(heap);
    mutator.debug_check().unwrap();
    assert_eq!(heap.statistics().corruptions, 0);
}

fn tables(mutator: &Mutator, client: &TestClient) {
    for slots in [1usize, 8, 9, 64, 6000] {
        let table = mutator.allocate(2, 0, slots, 0, NONE).unwrap();
        client.globals.lock().unwrap().push(table.word());
    }
    mutator.become_multithreaded();
}

fn random_table(globals: &[u64], random: &mut Random) -> ObjectRef {
    // SAFETY: globals of the test.
    unsafe { ObjectRef::from_address(globals[random.next(globals.len() as u64) as usize] as usize) }
}

fn random_stores(mutator: &Mutator, client: &TestClient, number: usize, rounds: u64) {
    let globals = client.globals.lock().unwrap().clone();
    let mut random = Random(number as u64 * 7919 + 13);
    let mut held = mutator.scratch();
    for round in 0..rounds {
        mutator.safepoint();
        let table = random_table(&globals, &mut random);
        let slot = random.next(table.slot_count().min(64) as u64) as usize;
        match random.next(12) {
            0..=3 => {
                let node = new_node(mutator, round);
                let old = table.slot(slot);
                if old != 0 && random.next(2) == 0 {
                    // A private node that refers to a shared one.
                    check_node(old);
                    mutator.initialize(node, 0, old);
                }
                if random.next(4) == 0 {
                    held.push(node.word()).unwrap();
                }
                mutator.store(table, slot, node.word());
            }
            4 => {
                let old = mutator.swap(table, slot, 0);
                if old != 0 {
                    check_node(old);
                    mutator.store(table, (slot + 1) % table.slot_count(), old);
                }
            }
            5 => {
                let old = table.slot(slot);
                let node = new_node(mutator, round);
                if mutator.compare_exchange(table, slot, old, node.word()).is_ok() && old != 0 {
                    // Replaced, but still on this stack.
                    check_node(old);
                }
            }
            6 => {
                // Cut chains, so that they do not grow for ever.
                let word = table.slot(slot);
                if word != 0 {
                    mutator.store(check_node(word), 0, 0);
                }
            }
            7 => {
                let other = random_table(&globals, &mut random);
                let count = table.slot_count().min(other.slot_count()).min(32);
                mutator.copy_range(other, 0, table, table.slot_count() - count, count);
            }
            8 => {
                let count = table.slot_count() / 2;
                mutator.move_range(table, count, 0, count.min(40));
            }
            9 => {
                if held.len() > 20 {
                    held.truncate(3);
                }
                for index in 0..held.len() {
                    check_node(held[index]);
                }
            }
            10 if random.next(50) == 0 => mutator.blocking(thread::yield_now),
            _ => {
                let mut word = table.slot(slot);
                let mut steps = 0;
                while word != 0 && steps < 10 {
                    word = check_node(word).slot(0);
                    steps += 1;
                }
            }
        }
    }
}

#[test]
fn stores_into_shared_tables() {
    for (configuration, rounds) in configurations() {
        let (heap, client) = new_heap(configuration);
        tables(&attach(&heap), client);
        on_threads(&heap, client, random_stores, rounds);
        let mutator = attach(&heap);
        client.globals.lock().unwrap().clear();
        mutator.collect();
        mutator.debug_check().unwrap();
    }
}

fn locked_counting(mutator: &Mutator, client: &TestClient, _number: usize, rounds: u64) {
    let globals = client.globals.lock().unwrap().clone();
    // SAFETY: globals of the test.
    let (first, second) = unsafe {
        (ObjectRef::from_address(globals[0] as usize), ObjectRef::from_address(globals[1] as usize))
    };
    for round in 0..rounds {
        mutator.safepoint();
        if round % 3 == 0 {
            let _guards = mutator.lock_two(first, second);
            mutator.store(first, 0, first.slot(0) + 2);
            mutator.store(second, 0, second.slot(0) + 2);
        } else {
            let _guard = mutator.lock(second);
            mutator.store(second, 0, second.slot(0) + 2);
        }
    }
}

#[test]
fn object_locks_exclude() {
    let rounds = 30_000;
    let (heap, client) = new_heap(configuration());
    {
        let mutator = attach(&heap);
        for _ in 0..2 {
            let counter = mutator.allocate(2, 0, 1, 0, NONE).unwrap();
            mutator.initialize(counter, 0, 1);
            client.globals.lock().unwrap().push(counter.word());
        }
        mutator.become_multithreaded();
    }
    on_threads(&heap, client, locked_counting, rounds);
    // SAFETY: a global of the test.
    let second = unsafe { ObjectRef::from_address(client.globals.lock().unwrap()[1] as usize) };
    assert_eq!(second.slot(0) >> 1, THREADS as u64 * rounds);
}

fn weak_traffic(mutator: &Mutator, client: &TestClient, number: usize, rounds: u64) {
    let globals = client.globals.lock().unwrap().clone();
    let mut random = Random(number as u64 * 104_729 + 1);
    // SAFETY: globals of the test: one table of nodes, one of weak cells.
    let (nodes, cells) = unsafe {
        (ObjectRef::from_address(globals[0] as usize), ObjectRef::from_address(globals[1] as usize))
    };
    for round in 0..rounds {
        mutator.safepoint();
        let slot = random.next(nodes.slot_count() as u64) as usize;
        match random.next(6) {
            0 => {
                let node = new_node(mutator, round);
                mutator.store(nodes, slot, node.word());
                let cell = mutator.weak_cell(node).unwrap();
                mutator.store(cells, slot, cell.word());
            }
            1 => mutator.store(nodes, slot, 0),
            2 => {
                let word = nodes.slot(slot);
                if word != 0 {
                    let mut keep = mutator.scratch();
                    keep.push(word).unwrap();
                    let cell = mutator.weak_cell(check_node(word)).unwrap();
                    mutator.store(cells, slot, cell.word());
                }
            }
            _ => {
                let word = cells.slot(slot);
                if word != 0 {
                    // SAFETY: read from a live slot; no safepoint since.
                    let cell = unsafe { ObjectRef::from_address(word as usize) };
                    if let Some(node) = mutator.weak_get(cell) {
                        check_node(node.word());
                        if random.next(4) == 0 {
                            // Back to life, if it was about to die.
                            mutator.store(nodes, slot, node.word());
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn weak_references_give_living_objects() {
    for (configuration, rounds) in configurations() {
        let (heap, client) = new_heap(configuration);
        {
            let mutator = attach(&heap);
            for _ in 0..2 {
                let table = mutator.allocate(2, 0, 20, 0, NONE).unwrap();
                client.globals.lock().unwrap().push(table.word());
            }
            mutator.become_multithreaded();
        }
        on_threads(&heap, client, weak_traffic, rounds);
    }
}

static FINALIZED: AtomicU64 = AtomicU64::new(0);
static MADE: AtomicU64 = AtomicU64::new(0);

fn finalizer_traffic(mutator: &Mutator, client: &TestClient, number: usize, rounds: u64) {
    let globals = client.globals.lock().unwrap().clone();
    let mut random = Random(number as u64 * 31 + 5);
    for round in 0..rounds {
        mutator.safepoint();
        // SAFETY: a global of the test.
        let table = unsafe { ObjectRef::from_address(globals[0] as usize) };
        let slot = random.next(table.slot_count() as u64) as usize;
        match random.next(8) {
            0 => {
                let node = new_node(mutator, round);
                mutator.mark_finalizable(node);
                MADE.fetch_add(1, Ordering::Relaxed);
                if random.next(2) == 0 {
                    mutator.store(table, slot, node.word());
                }
            }
            1 => mutator.store(table, slot, 0),
            2 => {
                while let Some(node) = mutator.take_finalizable() {
                    check_node(node.word());
                    FINALIZED.fetch_add(1, Ordering::Relaxed);
                    if random.next(3) == 0 {
                        mutator.store(table, slot, node.word());
                    }
                }
            }
            _ => {
                new_node(mutator, round);
            }
        }
    }
}

#[test]
fn finalizers_run_once_each() {
    for (configuration, rounds) in configurations() {
        FINALIZED.store(0, Ordering::Relaxed);
        MADE.store(0, Ordering::Relaxed);
        let (heap, client) = new_heap(configuration);
        {
            let mutator = attach(&heap);
            let table = mutator.allocate(2, 0, 20, 0, NONE).unwrap();
            client.globals.lock().unwrap().push(table.word());
            mutator.become_multithreaded();
        }
        on_threads(&heap, client, finalizer_traffic, rounds);
        client.globals.lock().unwrap().clear();
        for _ in 0..6 {
            thread::spawn({
                let heap = heap.clone();
                move || {
                    // On a fresh stack, so that nothing stale keeps an object.
                    let mutator = attach(&heap);
                    mutator.collect();
                    mutator.collect();
                    while let Some(node) = mutator.take_finalizable() {
                        check_node(node.word());
                        FINALIZED.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
            .join()
            .unwrap_or_else(|_| panic!("a collecting thread failed"));
            if FINALIZED.load(Ordering::Relaxed) == MADE.load(Ordering::Relaxed) {
                break;
            }
        }
        assert_eq!(FINALIZED.load(Ordering::Relaxed), MADE.load(Ordering::Relaxed));
    }
}

#[test]
fn threads_come_and_go() {
    for (configuration, rounds) in configurations() {
        let (heap, client) = new_heap(configuration);
        tables(&attach(&heap), client);
        let stop = Arc::new(AtomicBool::new(false));
        let steady = thread::spawn({
            let (heap, stop) = (heap.clone(), stop.clone());
            move || {
                let mutator = attach(&heap);
                while !stop.load(Ordering::Relaxed) {
                    random_stores(&mutator, client, 99, 50);
                    mutator.handshake();
                }
            }
        });
        for _ in 0..if cfg!(debug_assertions) { 3 } else { 20 } {
            on_threads(&heap, client, random_stores, rounds / 100);
        }
        stop.store(true, Ordering::Relaxed);
        steady.join().unwrap();
    }
}

#[test]
fn a_timer_ends_epochs_while_finalizers_wait() {
    let mut configuration = configuration();
    configuration.finalizer_interval_nanoseconds = 20_000_000;
    configuration.stress_seed = None;
    let (heap, _client) = new_heap(configuration);
    let mutator = attach(&heap);
    #[inline(never)]
    fn make(mutator: &Mutator) {
        let node = new_node(mutator, 5);
        mutator.mark_finalizable(node);
    }
    make(&mutator);
    std::hint::black_box([0u64; 4096]);
    let start = std::time::Instant::now();
    let found = loop {
        mutator.blocking(|| thread::sleep(std::time::Duration::from_millis(5)));
        if mutator.poll_word().load(Ordering::Relaxed) & threadsnake_heap::poll::FINALIZERS != 0 {
            break mutator.take_finalizable();
        }
        assert!(start.elapsed().as_secs() < 20, "no epoch ended");
    };
    assert!(found.is_some_and(|node| check_node(node.word()) == node));
}
