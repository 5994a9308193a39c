//! Models of the protocols between threads, explored by `loom` in every interleaving and with every value a weak memory model
//! allows.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release -p threadsnake-heap --lib`
//!
//! Data that the protocol protects lies in `loom`'s cells, which report any two accesses that are not ordered.

use alloc::vec::Vec;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use threadsnake_platform_hosted::HOSTED;

use crate::backoff::Backoff;
use crate::byte_lock::{
    OPEN, Taken, lock_byte_slow, try_close_byte, try_lock_byte, unlock_byte, unlock_byte_open,
};
use crate::handshake::{Handshake, Participant};
use crate::logged::first_overwrite;
use crate::overwriters::{Overwriters, SlotNumber};
use crate::sync::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use crate::weak_status::WeakStatus;

/// A cell that the protocol under test must protect.
struct Protected(UnsafeCell<u64>);

// SAFETY: `loom` reports unordered accesses; that is the test.
unsafe impl Sync for Protected {}
// SAFETY: as above.
unsafe impl Send for Protected {}

impl Protected {
    fn new() -> Protected {
        Protected(UnsafeCell::new(0))
    }
    fn add(&self) {
        // SAFETY: checked by `loom`.
        self.0.with_mut(|value| unsafe { *value += 1 });
    }
    fn get(&self) -> u64 {
        // SAFETY: checked by `loom`.
        self.0.with(|value| unsafe { *value })
    }
}

#[test]
fn one_thread_logs_the_oldest_value() {
    loom::model(|| {
        let shared = Arc::new((AtomicU64::new(0), AtomicU64::new(16)));
        let threads: Vec<_> = [32u64, 48]
            .into_iter()
            .map(|value| {
                let shared = shared.clone();
                thread::spawn(move || {
                    let (bits, slot) = &*shared;
                    let logged = first_overwrite(bits, 2, slot);
                    slot.store(value, Ordering::Release);
                    logged
                })
            })
            .collect();
        let logged: Vec<u64> = threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(logged, [16]);
        assert_eq!(shared.0.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn neighbouring_logged_bits_are_both_kept() {
    loom::model(|| {
        let shared = Arc::new((AtomicU64::new(0), AtomicU64::new(16), AtomicU64::new(16)));
        let other = shared.clone();
        let thread = thread::spawn(move || first_overwrite(&other.0, 1, &other.1));
        let own = first_overwrite(&shared.0, 2, &shared.2);
        assert_eq!((own, thread.join().unwrap()), (Some(16), Some(16)));
        assert_eq!(shared.0.load(Ordering::Relaxed), 3);
    });
}

#[test]
fn the_object_lock_excludes() {
    loom::model(|| {
        let shared = Arc::new((AtomicU8::new(0), AtomicU32::new(0), Protected::new()));
        let work = |shared: &(AtomicU8, AtomicU32, Protected)| {
            let (byte, word, value) = shared;
            if !try_lock_byte(byte) {
                assert_eq!(lock_byte_slow(byte, word, &HOSTED, Backoff::new(2), || ()), Taken::Free);
            }
            value.add();
            unlock_byte(byte, word, &HOSTED);
        };
        let other = shared.clone();
        let thread = thread::spawn(move || work(&other));
        work(&shared);
        thread.join().unwrap();
        assert_eq!(shared.2.get(), 2);
        assert_eq!(shared.0.load(Ordering::Relaxed), 0);
    });
}

struct World {
    handshake: Handshake,
    participant: Participant,
    state: Protected,
}

fn pause_once(world: &World) {
    if world.handshake.try_begin() {
        world.handshake.ask(&world.participant);
        world.handshake.wait_for(&world.participant, &HOSTED, 0);
        world.state.add();
        world.handshake.release(&world.participant, &HOSTED);
        world.handshake.end();
    }
}

fn new_world() -> Arc<World> {
    Arc::new(World {
        handshake: Handshake::new(),
        participant: Participant::new_running(),
        state: Protected::new(),
    })
}

#[test]
fn the_coordinator_and_a_running_thread_exclude_each_other() {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(4);
    builder.check(|| {
        let world = new_world();
        let other = world.clone();
        let coordinator = thread::spawn(move || pause_once(&other));
        world.state.add();
        if world.participant.pause_wanted() {
            world.handshake.stop(&world.participant, &HOSTED, 0, || false);
        }
        world.state.add();
        // The thread ends by blocking for ever: the coordinator need not wait for it.
        world.handshake.enter_blocking(&world.participant, &HOSTED);
        coordinator.join().unwrap();
        assert_eq!(world.state.get(), 3);
    });
}

#[test]
fn a_blocked_thread_is_held_and_let_go() {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(4);
    builder.check(|| {
        let world = new_world();
        let other = world.clone();
        let coordinator = thread::spawn(move || pause_once(&other));
        world.state.add();
        world.handshake.enter_blocking(&world.participant, &HOSTED);
        world.handshake.leave_blocking(&world.participant, &HOSTED);
        if world.participant.pause_wanted() {
            world.handshake.stop(&world.participant, &HOSTED, 0, || false);
        }
        world.state.add();
        world.handshake.enter_blocking(&world.participant, &HOSTED);
        coordinator.join().unwrap();
        assert_eq!(world.state.get(), 3);
    });
}

#[test]
fn a_weak_reference_is_dereferenced_or_claimed_never_both() {
    loom::model(|| {
        let shared = Arc::new((AtomicU64::new(WeakStatus::alive_in(1)), Protected::new()));
        let other = shared.clone();
        let committer = thread::spawn(move || {
            let claimed = WeakStatus(&other.0).claim(2);
            if claimed {
                other.1.add();
            }
            claimed
        });
        let alive = WeakStatus(&shared.0).dereference(2);
        if alive {
            assert_eq!(shared.1.get(), 0);
            assert!(WeakStatus(&shared.0).dereference(2));
        }
        let claimed = committer.join().unwrap();
        assert_ne!(alive, claimed);
    });
}

#[test]
fn two_dereferences_and_a_claim() {
    loom::model(|| {
        let shared = Arc::new((AtomicU64::new(WeakStatus::alive_in(1)), Protected::new()));
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let shared = shared.clone();
                thread::spawn(move || {
                    let alive = WeakStatus(&shared.0).dereference(2);
                    if alive {
                        assert_eq!(shared.1.get(), 0);
                    }
                    alive
                })
            })
            .collect();
        if WeakStatus(&shared.0).claim(2) {
            shared.1.add();
            assert!(readers.into_iter().all(|reader| !reader.join().unwrap()));
        } else {
            assert!(readers.into_iter().any(|reader| reader.join().unwrap()));
        }
    });
}

/// An object with a lock that may be open, and what the lock protects: a table that overwriters read and lockers change.
struct Openable {
    byte: AtomicU8,
    word: AtomicU32,
    overwriters: Overwriters,
    table: Protected,
}

const OPENABLE: usize = 16;

impl Openable {
    fn new(byte: u8) -> Arc<Openable> {
        Arc::new(Openable {
            byte: AtomicU8::new(byte),
            word: AtomicU32::new(0),
            overwriters: Overwriters::new(),
            table: Protected::new(),
        })
    }
    fn lock(&self) {
        let open = if try_lock_byte(&self.byte) {
            false
        } else if try_close_byte(&self.byte) {
            true
        } else {
            lock_byte_slow(&self.byte, &self.word, &HOSTED, Backoff::new(2), || ()) == Taken::Open
        };
        if open {
            self.overwriters.wait_for(OPENABLE, loom::thread::yield_now);
        }
    }
    fn change_under_lock(&self) {
        self.lock();
        self.table.add();
        unlock_byte(&self.byte, &self.word, &HOSTED);
    }
    /// Whether it was done without the lock. What is read stands for finding that table and entry are still there; the store itself is
    /// atomic in any case.
    fn overwrite(&self, number: SlotNumber) -> Option<u64> {
        if !self.overwriters.announce(number, &self.byte, OPENABLE) {
            return None;
        }
        let seen = self.table.get();
        self.overwriters.withdraw(number);
        Some(seen)
    }
}

#[test]
fn an_overwriter_and_a_locker_exclude_each_other() {
    loom::model(|| {
        let object = Openable::new(OPEN);
        let number = object.overwriters.claim().unwrap();
        let other = object.clone();
        let locker = thread::spawn(move || other.change_under_lock());
        let first = object.overwrite(number);
        // The byte is closed for good, so nothing is overwritten after the change.
        assert!(matches!(first, None | Some(0)));
        if object.overwrite(number).is_some() {
            assert_eq!(first, Some(0));
        }
        locker.join().unwrap();
        assert_eq!(object.table.get(), 1);
    });
}

#[test]
fn an_overwriter_sees_what_was_done_before_the_object_was_opened() {
    loom::model(|| {
        let object = Openable::new(0);
        let number = object.overwriters.claim().unwrap();
        let other = object.clone();
        let opener = thread::spawn(move || {
            other.lock();
            other.table.add();
            unlock_byte_open(&other.byte, &other.word, &HOSTED);
            other.change_under_lock();
        });
        assert!(matches!(object.overwrite(number), None | Some(1)));
        opener.join().unwrap();
    });
}

#[test]
fn a_locker_waits_for_every_overwriter() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let object = Openable::new(OPEN);
        let overwriters: Vec<_> = (0..2)
            .map(|_| {
                let object = object.clone();
                thread::spawn(move || {
                    let number = object.overwriters.claim().unwrap();
                    let seen = object.overwrite(number);
                    object.overwriters.release(number);
                    assert!(matches!(seen, None | Some(0)));
                })
            })
            .collect();
        object.change_under_lock();
        overwriters.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn a_sleeping_locker_closes_what_was_opened_meanwhile() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let object = Openable::new(0);
        let number = object.overwriters.claim().unwrap();
        let (first, second) = (object.clone(), object.clone());
        let opener = thread::spawn(move || {
            first.lock();
            first.table.add();
            unlock_byte_open(&first.byte, &first.word, &HOSTED);
        });
        let locker = thread::spawn(move || second.change_under_lock());
        object.overwrite(number);
        opener.join().unwrap();
        locker.join().unwrap();
        assert_eq!(object.table.get(), 2);
    });
}
