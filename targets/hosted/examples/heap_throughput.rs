//! The four workloads by which the heap is measured: nanoseconds per operation, pauses, and the same in other allocators.
//!
//! `cargo run --release --example heap_throughput [workload ...]`; workloads: `tree`, `short`, `random`, `queue`, `trees2`.
//! `SHARE=bytes` sets the share, `LIVE=objects` the size of the random-store workload, `COMMITTER=0` does without the commit thread.
//!
//! Invariant: the heap's public interface alone is used, on the hosted platform; `core/heap` itself knows no `std`.

use std::sync::Arc;
use std::time::Instant;

use threadsnake_heap::{
    AllocationOptions, AttachedMutator, Client, Heap, HeapConfiguration, Mutator, ObjectRef, RootVisitor,
};

const NONE: AllocationOptions = AllocationOptions::NONE;

struct NoClient;

// SAFETY: there are no frames and no globals: every root is on a stack or in a scratch vector.
unsafe impl Client for NoClient {
    fn scan_thread(&self, _client_thread: *const (), _visitor: &mut RootVisitor<'_, '_>) {}
    fn scan_globals(&self, _visitor: &mut RootVisitor<'_, '_>) {}
    unsafe fn drop_native(&self, _object: ObjectRef) {}
}

fn variable(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn new_heap() -> Arc<Heap> {
    let configuration = HeapConfiguration {
        share_bytes: variable("SHARE", 4 << 20),
        committer: variable("COMMITTER", 1) != 0,
        statistics: variable("STATISTICS", 1) != 0,
        ..HeapConfiguration::default()
    };
    // SAFETY: the client is a constant.
    unsafe { Heap::new(threadsnake_platform_hosted::install(), &NoClient, configuration) }.expect("a heap")
}

fn attach(heap: &Arc<Heap>) -> AttachedMutator {
    heap.attach(std::ptr::null())
}

fn report(name: &str, operations: u64, start: Instant, heap: &Heap) {
    let nanoseconds = start.elapsed().as_nanos() as f64 / operations as f64;
    let figures = heap.statistics();
    println!(
        "{name:<28} {nanoseconds:8.1} ns/op   epochs {:5}  traces {:2}  pause ms median {:.3} longest {:.3} (to stop {:.3}) total {:.0}  log {:9}  promoted {:9}  peak MB {}",
        figures.epochs,
        figures.traces,
        figures.pause_median_nanoseconds as f64 / 1e6,
        figures.pause_longest_nanoseconds as f64 / 1e6,
        figures.stop_longest_nanoseconds as f64 / 1e6,
        figures.pause_total_nanoseconds as f64 / 1e6,
        figures.log_entries,
        figures.objects_promoted,
        figures.bytes_peak >> 20,
    );
}

/// A 32-byte node with two links. The links are in the scratch-free recursion's stack frames.
fn build_tree(mutator: &Mutator, depth: u32) -> ObjectRef {
    if depth == 0 {
        return mutator.allocate(1, 0, 2, 0, NONE).expect("memory");
    }
    let left = build_tree(mutator, depth - 1);
    let right = build_tree(mutator, depth - 1);
    let node = mutator.allocate(1, 0, 2, 0, NONE).expect("memory");
    mutator.initialize(node, 0, left.word());
    mutator.initialize(node, 1, right.word());
    node
}

fn tree(name: &str, threads: usize) {
    let heap = new_heap();
    let rounds = 100;
    let depth = 16;
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mutator = attach(&heap);
                for _ in 0..rounds {
                    std::hint::black_box(build_tree(&mutator, depth));
                }
            });
        }
    });
    report(name, rounds * ((2 << depth) - 1), start, &heap);
}

fn short_lived() {
    let heap = new_heap();
    let mutator = attach(&heap);
    let operations = 200_000_000;
    let start = Instant::now();
    for number in 0..operations {
        let object = mutator.allocate(1, 0, 2, 0, NONE).expect("memory");
        mutator.initialize(object, 0, number << 1 | 1);
        std::hint::black_box(object);
    }
    report("short-lived objects", operations, start, &heap);
}

fn random_stores() {
    let heap = new_heap();
    let mutator = attach(&heap);
    let live = variable("LIVE", 10_000_000);
    let mut root = mutator.scratch();
    let table = mutator.allocate(2, 0, live, 0, NONE).expect("memory");
    root.push(table.word()).expect("memory");
    for slot in 0..live {
        let object = mutator.allocate(1, 0, 2, 0, NONE).expect("memory");
        mutator.store(table, slot, object.word());
    }
    println!("    filled: peak MB {}", heap.statistics().bytes_peak >> 20);
    let operations = 20_000_000;
    let mut random = 88_172_645_463_325_252u64;
    let start = Instant::now();
    for _ in 0..operations {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let object = mutator.allocate(1, 0, 2, 0, NONE).expect("memory");
        mutator.store(table, (random % live as u64) as usize, object.word());
        mutator.safepoint();
    }
    report("random stores, many live", operations, start, &heap);
}

/// A ring of slots between two threads; indices in tagged slots behind it.
fn queue() {
    const RING: usize = 1024;
    let heap = new_heap();
    let items = 10_000_000u64;
    let start = Instant::now();
    let ring_word = std::sync::atomic::AtomicU64::new(0);
    let ready = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mutator = attach(&heap);
            let ring = mutator.allocate(2, 0, RING, 0, NONE).expect("memory");
            mutator.become_multithreaded();
            ring_word.store(ring.word(), std::sync::atomic::Ordering::Release);
            mutator.blocking(|| ready.wait());
            for number in 0..items {
                let object = mutator.allocate(1, 0, 2, 0, NONE).expect("memory");
                mutator.initialize(object, 0, number << 1 | 1);
                let slot = (number % RING as u64) as usize;
                let mut spins = 0;
                while ring.slot(slot) != 0 {
                    mutator.safepoint();
                    spins += 1;
                    if spins % 100 == 0 {
                        mutator.blocking(std::thread::yield_now);
                    }
                }
                mutator.store(ring, slot, object.word());
            }
            mutator.blocking(|| ready.wait());
        });
        scope.spawn(|| {
            let mutator = attach(&heap);
            mutator.blocking(|| ready.wait());
            // SAFETY: the other thread holds the ring until the second barrier.
            let ring = unsafe {
                ObjectRef::from_word(ring_word.load(std::sync::atomic::Ordering::Acquire)).expect("the ring")
            };
            let mut sum = 0;
            for number in 0..items {
                let slot = (number % RING as u64) as usize;
                let mut spins = 0;
                loop {
                    mutator.safepoint();
                    let word = ring.slot(slot);
                    if word != 0 {
                        // SAFETY: read from a live slot, no safepoint since.
                        sum += unsafe { ObjectRef::from_address(word as usize) }.slot(0) >> 1;
                        break;
                    }
                    spins += 1;
                    if spins % 100 == 0 {
                        mutator.blocking(std::thread::yield_now);
                    }
                }
                mutator.store(ring, slot, 0);
            }
            assert_eq!(sum, items * (items - 1) / 2);
            mutator.blocking(|| ready.wait());
        });
    });
    report("queue between two threads", items, start, &heap);
}

/// The same trees with the global allocator, for comparison.
struct BoxedNode {
    _links: [Option<Box<BoxedNode>>; 2],
    _rest: [u64; 2],
}

fn build_boxed(depth: u32) -> Box<BoxedNode> {
    let links =
        if depth == 0 { [None, None] } else { [Some(build_boxed(depth - 1)), Some(build_boxed(depth - 1))] };
    Box::new(BoxedNode { _links: links, _rest: [0; 2] })
}

fn boxed_tree() {
    let rounds = 30;
    let start = Instant::now();
    for _ in 0..rounds {
        std::hint::black_box(build_boxed(16));
    }
    println!(
        "{:<28} {:8.1} ns/op",
        "tree of Box, system malloc",
        start.elapsed().as_nanos() as f64 / (rounds * ((2 << 16) - 1)) as f64
    );
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|other| other == name);
    if runs("tree") {
        tree("binary tree, depth 16", 1);
        boxed_tree();
    }
    if runs("trees2") {
        tree("the same on two threads", 2);
    }
    if runs("short") {
        short_lived();
    }
    if runs("queue") {
        queue();
    }
    if runs("random") {
        random_stores();
    }
}
