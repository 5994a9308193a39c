//! The rule "no safepoint under an object lock" is asserted in debug and stress builds.
#![cfg(any(debug_assertions, stress))]

mod common;

use common::{attach, configuration, new_heap};
use threadsnake_heap::AllocationOptions;

#[test]
#[should_panic(expected = "a safepoint under an object lock")]
fn allocating_under_a_lock_is_noticed() {
    let (heap, _client) = new_heap(configuration());
    let mutator = attach(&heap);
    let object = mutator.allocate(1, 0, 1, 0, AllocationOptions::NONE).unwrap();
    mutator.become_multithreaded();
    mutator.publish(object.word());
    let _guard = mutator.lock(object);
    let _ = mutator.allocate(1, 0, 1, 0, AllocationOptions::NONE);
}
