//! Breaks one rule at a time and shows that it is noticed. Each fault runs in a process of its own, which must end by one of the
//! heap's own complaints, not by a crash; without a fault the same program must end well.
//!
//! `cargo test -p threadsnake-heap --features fault-injection --test faults`
#![cfg(feature = "fault-injection")]

mod common;

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{WEAK_KIND, attach};
use threadsnake_heap::arch::AtomicU64 as Cell64;
use threadsnake_heap::fault::{CATCHABLE, inject};
use threadsnake_heap::{AllocationOptions, Client, Heap, HeapConfiguration, Mutator, ObjectRef, RootVisitor};

const NONE: AllocationOptions = AllocationOptions::NONE;
const VARIABLE: &str = "THREADSNAKE_HEAP_FAULT";
const THREADS: usize = 4;

/// Globals, and a ring of words that may be stale or point inside objects.
#[derive(Default)]
struct HostileClient {
    globals: Mutex<Vec<u64>>,
    stale: Vec<AtomicU64>,
}

// SAFETY: as for `TestClient`; the stale words are visited conservatively.
unsafe impl Client for HostileClient {
    fn scan_thread(&self, _client_thread: *const (), _visitor: &mut RootVisitor<'_, '_>) {}

    fn scan_globals(&self, visitor: &mut RootVisitor<'_, '_>) {
        visitor.visit_slice(&self.globals.lock().unwrap());
        for word in &self.stale {
            visitor.visit_conservatively(word.load(Ordering::Relaxed));
        }
    }

    unsafe fn drop_native(&self, _object: ObjectRef) {}
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

fn new_node(mutator: &Mutator, client: &HostileClient, number: u64) -> ObjectRef {
    let node = mutator.allocate(1, 0, 2 + (number % 2) as usize * 8, 8, NONE).unwrap();
    mutator.initialize(node, 1, number << 1 | 1);
    // SAFETY: the eight raw bytes it was allocated with.
    unsafe { node.raw::<Cell64>(0) }.store(proof(number), Ordering::Relaxed);
    let place = &client.stale[(number as usize * 31) % client.stale.len()];
    place.store(node.word() + if number.is_multiple_of(3) { 24 } else { 0 }, Ordering::Relaxed);
    node
}

fn check_node(word: u64) -> ObjectRef {
    // SAFETY: read from a live slot; no safepoint since.
    let node = unsafe { ObjectRef::from_word(word).unwrap() };
    let number = node.slot(1) >> 1;
    // SAFETY: as in `new_node`.
    let found = unsafe { node.raw::<Cell64>(0) }.load(Ordering::Relaxed);
    assert!(node.kind() == 1 && found == proof(number), "heap check: {node:?} is not what it was");
    node
}

fn at(word: u64) -> ObjectRef {
    // SAFETY: a global of this test.
    unsafe { ObjectRef::from_address(word as usize) }
}

/// Keeps an object alive by an interior pointer only.
#[inline(never)]
fn hold_by_the_middle(mutator: &Mutator, client: &HostileClient, number: u64) {
    let node = new_node(mutator, client, number);
    let middle = std::hint::black_box(node.word() + 16);
    for _ in 0..20 {
        mutator.allocate(7, 0, 2, 8, NONE).unwrap();
    }
    check_node(std::hint::black_box(middle) - 16);
}

/// What is under the lock (the first slot) stays as it is for those who overwrite, and what they overwrite (the second) for the lock's
/// holder.
fn overwrite_or_lock(mutator: &Mutator, record: ObjectRef, random: &mut Random) {
    let unchanged = |slot: usize| {
        let before = record.slot(slot);
        std::thread::yield_now();
        assert!(record.slot(slot) == before, "heap check: an overwriter and a lock's holder met");
        before
    };
    if random.next(8) == 0 {
        let _lock = mutator.lock(record);
        unchanged(1);
        mutator.store(record, 0, record.slot(0).wrapping_add(2) | 1);
    } else {
        let _right = mutator.overwriting(record);
        let locked = unchanged(0);
        mutator.store(record, 1, (locked ^ random.next(1 << 40) << 1) | 1);
    }
}

fn work(mutator: &Mutator, client: &HostileClient, seed: u64, stop: &AtomicBool, rounds: u64) {
    let globals = client.globals.lock().unwrap().clone();
    let mut random = Random(seed * 7919 + 13);
    let (nodes, cells, large, record) = (at(globals[0]), at(globals[1]), at(globals[2]), at(globals[3]));
    for round in 0..rounds {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        mutator.safepoint();
        let table = if random.next(3) == 0 { large } else { nodes };
        let slot = random.next(table.slot_count().min(64) as u64) as usize;
        match random.next(16) {
            0..=4 => {
                let node = new_node(mutator, client, round);
                let old = table.slot(slot);
                if old != 0 && random.next(2) == 0 {
                    mutator.initialize(node, 0, check_node(old).word());
                }
                mutator.store(table, slot, node.word());
            }
            5 => mutator.store(table, slot, 0),
            6 => {
                let word = table.slot(slot);
                if word != 0 {
                    mutator.store(check_node(word), 0, 0);
                }
            }
            7 => {
                let word = nodes.slot(slot % nodes.slot_count());
                if word != 0 {
                    let mut keep = mutator.scratch();
                    keep.push(word).unwrap();
                    let cell = mutator.weak_cell(check_node(word)).unwrap();
                    mutator.store(cells, slot % cells.slot_count(), cell.word());
                }
            }
            8 | 9 => {
                let word = cells.slot(slot % cells.slot_count());
                if word != 0 {
                    let target = mutator.weak_get(at(word));
                    std::thread::yield_now();
                    if let Some(target) = target {
                        check_node(target.word());
                        mutator.store(table, slot, target.word());
                    }
                }
            }
            10 => {
                let node = new_node(mutator, client, round);
                mutator.mark_finalizable(node);
                if random.next(2) == 0 {
                    mutator.store(table, slot, node.word());
                }
                while let Some(dead) = mutator.take_finalizable() {
                    check_node(dead.word());
                }
            }
            11 => hold_by_the_middle(mutator, client, round),
            12 if random.next(20) == 0 => {
                // A young large object that only the scratch vector holds, over a pause; then it dies mature.
                let mut keep = mutator.scratch();
                let young = mutator.allocate(8, 0, 20_000, 0, NONE).unwrap();
                keep.push(young.word()).unwrap();
                for index in 0..200 {
                    let node = new_node(mutator, client, round);
                    mutator.store(young, index * 97, node.word());
                }
                mutator.debug_check().unwrap_or_else(|problem| panic!("heap check: {problem}"));
            }
            13 | 14 => overwrite_or_lock(mutator, record, &mut random),
            _ => {
                let word = table.slot(slot);
                if word != 0 {
                    check_node(word);
                }
            }
        }
    }
}

fn run_child(rounds: u64) {
    std::panic::set_hook(Box::new(|information| {
        eprintln!("{information}");
        std::process::abort();
    }));
    for seed in 1..20u64 {
        let mut configuration = HeapConfiguration {
            stress_seed: Some(seed),
            weak_cell_kind: WEAK_KIND,
            committer: seed % 3 != 0,
            ..HeapConfiguration::default()
        };
        configuration.stress.cells_per_block = 5;
        configuration.stress.epoch_allocations = (3, 300);
        let client: &'static HostileClient = Box::leak(Box::new(HostileClient {
            globals: Mutex::default(),
            stale: (0..40).map(|_| AtomicU64::new(0)).collect(),
        }));
        // SAFETY: the client is never freed.
        let heap: Arc<Heap> =
            unsafe { Heap::new(threadsnake_platform_hosted::install(), client, configuration) }.unwrap();
        {
            let mutator = attach(&heap);
            for slots in [12usize, 40, 6000, 2] {
                let table = mutator.allocate(2, 0, slots, 0, NONE).unwrap();
                client.globals.lock().unwrap().push(table.word());
            }
            mutator.become_multithreaded();
        }
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for number in 0..THREADS as u64 {
                let (heap, stop) = (&heap, &stop);
                scope.spawn(move || {
                    // Several short lives, so that threads end with logs.
                    for life in 0..5 {
                        let mutator = attach(heap);
                        work(&mutator, client, seed * 100 + number * 10 + life, stop, rounds / 5);
                    }
                });
            }
        });
    }
}

#[test]
fn every_fault_is_noticed() {
    if let Ok(number) = std::env::var(VARIABLE) {
        let number: usize = number.parse().unwrap();
        inject(CATCHABLE.get(number).copied());
        run_child(3000);
        return;
    }
    let mut missed = Vec::new();
    for number in 0..=CATCHABLE.len() {
        let name = CATCHABLE.get(number).map_or("no fault".to_string(), |fault| format!("{fault:?}"));
        let mut texts = Vec::new();
        // A broken heap may crash one thread while another is about to complain: up to three runs for each fault. Without a
        // fault there is one run, and it must be clean.
        let noticed = if number == CATCHABLE.len() {
            let (clean, text) = run(&name, number);
            texts.push(text);
            clean
        } else {
            (0..3).any(|_| {
                let (clean, text) = run(&name, number);
                let complaint = text.contains("heap check");
                texts.push(text);
                !clean && complaint
            })
        };
        if !noticed {
            missed.push(format!("{name}: {texts:?}"));
        }
    }
    assert!(missed.is_empty(), "not noticed: {missed:#?}");
}

/// Runs this test in a process of its own with a fault; whether it ended well, and what it said.
fn run(name: &str, number: usize) -> (bool, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "every_fault_is_noticed", "--nocapture"])
        .env(VARIABLE, number.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = std::io::Read::read_to_string(&mut stderr, &mut text);
        text
    });
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        if start.elapsed() > Duration::from_secs(60) {
            let _ = child.kill();
            let _ = child.wait();
            break None;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let text = reader.join().unwrap();
    let complaint = text.lines().find(|line| line.contains("heap check")).unwrap_or("");
    let outcome = status.map_or("ran out of time".to_string(), |status| status.to_string());
    println!("{name}: {outcome}, {:.1} s: {complaint}", start.elapsed().as_secs_f32());
    (status.is_some_and(|status| status.success()), text)
}
