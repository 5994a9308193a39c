//! A client for the heap's own tests: no frames; globals are a list of words; native memory is counted.

#![allow(dead_code, reason = "each test file uses a part")]

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use threadsnake_heap::{AttachedMutator, Client, Heap, HeapConfiguration, ObjectRef, RootVisitor};
use threadsnake_platform_hosted::install;

/// The kind of weak cells in these tests.
pub const WEAK_KIND: u8 = 200;

#[derive(Default)]
pub struct TestClient {
    pub globals: Mutex<Vec<u64>>,
    pub dropped: AtomicUsize,
}

// SAFETY: every reference the tests keep outside stacks is in `globals` or a scratch vector; nothing here allocates from the
// heap or waits.
unsafe impl Client for TestClient {
    fn scan_thread(&self, _client_thread: *const (), _visitor: &mut RootVisitor<'_, '_>) {}

    fn scan_globals(&self, visitor: &mut RootVisitor<'_, '_>) {
        visitor.visit_slice(&self.globals.lock().unwrap());
    }

    unsafe fn drop_native(&self, _object: ObjectRef) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

/// A heap and its client, which lives as long as the process.
pub fn new_heap(configuration: HeapConfiguration) -> (Arc<Heap>, &'static TestClient) {
    let client: &'static TestClient = Box::leak(Box::default());
    // SAFETY: the client is never freed.
    let heap = unsafe { Heap::new(install(), client, configuration) }.expect("a heap");
    (heap, client)
}

pub fn configuration() -> HeapConfiguration {
    HeapConfiguration {
        weak_cell_kind: WEAK_KIND,
        share_bytes: 256 << 10,
        statistics: true,
        ..HeapConfiguration::default()
    }
}

/// The same without a committer.
pub fn configuration_alone() -> HeapConfiguration {
    HeapConfiguration { committer: false, ..configuration() }
}

pub fn attach(heap: &Arc<Heap>) -> AttachedMutator {
    heap.attach(std::ptr::null())
}
