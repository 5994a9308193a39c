//! The memory manager: buffered reference counts without counting the stack. It knows nothing of Python.
//!
//! `DESIGN.md` beside `Cargo.toml` has the invariants and their sources at length. From concept to module:
//!
//! | concept | module | invariant |
//! | --- | --- | --- |
//! | layout of chunks and side tables | `geometry` | an address gives its side data by shift and mask |
//! | layout of objects | [`object`] | every field is an atomic cell |
//! | size classes | `size_class` | the smallest class that fits |
//! | blocks of cells | `block` | acquired at most once between two pauses |
//! | where blocks come from | `pool`, `chunk_map` | never more than the limit |
//! | allocation | `allocator`, `large` | an epoch ends only before a cell is taken |
//! | stores | `barrier`, `logged`, `log` | the first overwrite in an epoch is logged with the old value |
//! | private and shared | `publish` | what a shared object refers to is shared |
//! | stopping threads | `handshake`, `pause` | nobody stops after the release |
//! | counting up | `epoch`, `roots`, `gang` | who takes a count from 0 promotes |
//! | counting down | `committer`, `bury` | fields first, then the count becomes 0 |
//! | cycles | `trace` | zero all counts, count up from the roots |
//! | weak references | `weak`, `weak_status` | not claimable in the epoch of a dereference |
//! | finalizers | `finalizer` | queued once, the queue owns a count |
//! | native code's own roots | [`scratch`] | linked while it exists |
//! | object locks | [`lock`], `byte_lock`, `backoff` | no safepoint under a lock |
//! | overwriting without the lock | [`lock`], `overwriters` | a locker waits for who has announced itself |
//! | figures | `statistics` | free when off |
//! | hostile settings and the checker | `stress`, `check`, `inventory`, [`fault`] | every rule can be broken, and is caught |
#![no_std]

extern crate alloc;
#[cfg(any(test, loom))]
extern crate std;

pub mod arch;

#[cfg(not(loom))]
mod allocator;
#[cfg(not(loom))]
mod anchor;
mod backoff;
#[cfg(not(loom))]
mod barrier;
#[cfg(not(loom))]
mod block;
#[cfg(not(loom))]
mod bury;
mod byte_lock;
#[cfg(not(loom))]
mod census;
#[cfg(not(loom))]
mod check;
#[cfg(not(loom))]
mod chunk_map;
#[cfg(not(loom))]
mod client;
#[cfg(not(loom))]
mod committer;
#[cfg(not(loom))]
mod epoch;
pub mod fault;
#[cfg(not(loom))]
mod finalizer;
#[cfg(not(loom))]
mod gang;
#[cfg(not(loom))]
mod geometry;
mod handshake;
#[cfg(not(loom))]
mod heap;
#[cfg(not(loom))]
mod inventory;
#[cfg(not(loom))]
mod large;
#[cfg(not(loom))]
pub mod lock;
#[cfg(not(loom))]
mod log;
mod logged;
#[cfg(all(loom, test))]
mod models;
#[cfg(not(loom))]
mod mutator;
#[cfg(not(loom))]
mod mutex;
#[cfg(not(loom))]
pub mod object;
mod overwriters;
#[cfg(not(loom))]
mod pause;
#[cfg(not(loom))]
mod pool;
#[cfg(not(loom))]
mod publish;
#[cfg(not(loom))]
mod roots;
#[cfg(not(loom))]
pub mod scratch;
#[cfg(not(loom))]
mod size_class;
#[cfg(not(loom))]
mod statistics;
#[cfg(not(loom))]
mod stress;
mod sync;
#[cfg(not(loom))]
mod trace;
#[cfg(not(loom))]
mod visit;
#[cfg(not(loom))]
mod weak;
mod weak_status;

pub use backoff::Backoff;
#[cfg(not(loom))]
pub use client::{AllocationOptions, Client, HeapConfiguration, OutOfMemory, StressConfiguration};
#[cfg(not(loom))]
pub use heap::{Heap, HeapState};
#[cfg(not(loom))]
pub use lock::{ObjectLock, Overwriting};
#[cfg(not(loom))]
pub use mutator::{AttachedMutator, Mutator, poll};
#[cfg(not(loom))]
pub use object::{HEADER_BYTES, Object, ObjectRef, RawCell, is_reference};
#[cfg(not(loom))]
pub use pause::Collection;
#[cfg(not(loom))]
pub use roots::RootVisitor;
#[cfg(not(loom))]
pub use scratch::Scratch;
#[cfg(not(loom))]
pub use statistics::Statistics;
