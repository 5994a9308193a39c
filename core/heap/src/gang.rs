//! The threads that stand still share the work of the pause.
//!
//! The coordinator opens a job: tasks (a log segment, a thread's roots, a piece of the trace's roots) and a pool of surplus
//! worklist entries. Threads that wait in [`crate::handshake`] and still spin join in; those that sleep already are left alone,
//! so a pause never waits for anybody to wake up. No more helpers than there are processors.
//!
//! Invariants: taking work and becoming busy are one step under the job's lock, so "no work and nobody busy" means that all is
//! done. A helper counts itself in before it looks whether the job is open, and the coordinator closes the job before it waits
//! for the count to become 0, so no helper touches a job that is over.

use alloc::vec::Vec;
use core::cell::UnsafeCell;

use crate::epoch::Worker;
use crate::heap::HeapState;
use crate::log::Segment;
use crate::mutator::Mutator;
use crate::mutex::Mutex;
use crate::sync::{AtomicU32, Ordering, spin_pause};

/// Worklist entries: an object, and the slot to go on from.
pub(crate) type Entries = Vec<(usize, u32)>;

/// A piece of a pause's work.
pub(crate) enum Task<'a> {
    /// Apply a segment of a log.
    Segment(&'a Segment),
    /// Count the roots of a thread.
    Roots(&'a Mutator),
    /// Count the roots of a thread but for those on its native stack.
    ExactRoots(&'a Mutator),
    /// Count the globals.
    Globals,
    /// Count roots that the backup trace found before it zeroed the counts.
    Candidates(&'a [usize]),
    /// Count down what a segment asks for, from a position on.
    Commit(&'a Segment, usize),
    /// Un-count the fields of dying objects, each from a slot on.
    Dying(&'a [(usize, u32)]),
    /// Count down objects.
    Uncount(&'a [usize]),
}

struct Queue<'a> {
    tasks: Vec<Task<'a>>,
    surplus: Vec<Entries>,
    busy: usize,
}

/// One parallel phase.
pub(crate) struct Job<'a> {
    queue: Mutex<Queue<'a>>,
    /// Workers that look for work.
    hungry: AtomicU32,
    epoch: u64,
    parity: usize,
    tracing: bool,
    committing: bool,
    finished: Mutex<Vec<Found>>,
}

/// What a helper found.
struct Found {
    rooted: Vec<usize>,
    promoted_objects: usize,
    promoted_bytes: usize,
    logged_entries: usize,
    freed_objects: u64,
    freed_bytes: usize,
    unusual: Vec<usize>,
}

/// Where helpers find the job.
pub(crate) struct Gang {
    open: AtomicU32,
    inside: AtomicU32,
    helpers_at_most: u32,
    job: UnsafeCell<*const Job<'static>>,
}

// SAFETY: the pointer is written by the coordinator alone while the gang is closed and nobody is inside.
unsafe impl Sync for Gang {}
// SAFETY: as above.
unsafe impl Send for Gang {}

impl Gang {
    pub(crate) fn new(processors: usize) -> Gang {
        Gang {
            open: AtomicU32::new(0),
            inside: AtomicU32::new(0),
            helpers_at_most: processors.saturating_sub(1).min(15) as u32,
            job: UnsafeCell::new(core::ptr::null()),
        }
    }

    /// Takes part in the job that is open, if any; whether it did. By a thread that stands still.
    pub(crate) fn help(&self, heap: &HeapState) -> bool {
        // Relaxed: only a hint.
        if self.open.load(Ordering::Relaxed) == 0
            || self.inside.load(Ordering::Relaxed) >= self.helpers_at_most
        {
            return false;
        }
        // SeqCst, here and in `run`: this count and the look at `open`, against the closing and the look at the count.
        self.inside.fetch_add(1, Ordering::SeqCst);
        let open = self.open.load(Ordering::SeqCst) != 0;
        if open {
            // SAFETY: counted in and open: the coordinator waits for us before the job goes.
            let job = unsafe { &**self.job.get() };
            let mut worker = Worker::new(heap, job.epoch, job.parity);
            worker.tracing = job.tracing;
            worker.committing = job.committing;
            job.work(&mut worker);
            job.finished.lock().push(Found {
                rooted: worker.rooted,
                promoted_objects: worker.promoted_objects,
                promoted_bytes: worker.promoted_bytes,
                logged_entries: worker.logged_entries,
                freed_objects: worker.freed_objects,
                freed_bytes: worker.freed_bytes,
                unusual: worker.unusual,
            });
        }
        self.inside.fetch_sub(1, Ordering::SeqCst);
        open
    }
}

impl<'a> Job<'a> {
    /// Does tasks until none is left anywhere.
    fn work(&self, worker: &mut Worker<'_>) {
        let mut hungry = false;
        loop {
            let mut queue = self.queue.lock();
            let surplus = queue.surplus.pop();
            let task = if surplus.is_none() { queue.tasks.pop() } else { None };
            let found = surplus.is_some() || task.is_some();
            let over = !found && queue.busy == 0;
            queue.busy += usize::from(found);
            drop(queue);
            if hungry != (!found && !over) {
                hungry = !hungry;
                if hungry {
                    self.hungry.fetch_add(1, Ordering::Relaxed);
                } else {
                    self.hungry.fetch_sub(1, Ordering::Relaxed);
                }
            }
            if over {
                return;
            }
            if let Some(entries) = surplus {
                worker.adopt(entries);
            }
            if let Some(task) = task {
                worker.begin_task(task);
            }
            if !found {
                (0..32).for_each(|_| spin_pause());
                continue;
            }
            while let Some(entries) = worker.drain_some(self.hungry.load(Ordering::Relaxed) > 0) {
                if !entries.is_empty() {
                    self.queue.lock().surplus.push(entries);
                }
                if worker.is_drained() {
                    break;
                }
            }
            self.queue.lock().busy -= 1;
        }
    }
}

impl HeapState {
    /// Runs tasks on this thread and on those that stand still and spin.
    pub(crate) fn run_job(&self, worker: &mut Worker<'_>, tasks: Vec<Task<'_>>) {
        let job = Job {
            queue: Mutex::new(self.platform, Queue { tasks, surplus: Vec::new(), busy: 0 }),
            hungry: AtomicU32::new(0),
            epoch: worker.epoch,
            parity: worker.parity,
            tracing: worker.tracing,
            committing: worker.committing,
            finished: Mutex::new(self.platform, Vec::new()),
        };
        // SAFETY: the gang is closed and empty, and only the coordinator writes this.
        unsafe { *self.gang.job.get() = core::ptr::from_ref(&job).cast() };
        self.gang.open.store(1, Ordering::SeqCst);
        job.work(worker);
        // A swap, as in `handshake`: a load that overtook a store would miss a helper that still saw the gang open.
        self.gang.open.swap(0, Ordering::SeqCst);
        while self.gang.inside.load(Ordering::SeqCst) != 0 {
            spin_pause();
        }
        for found in job.finished.lock().drain(..) {
            worker.rooted.extend(found.rooted);
            worker.promoted_objects += found.promoted_objects;
            worker.promoted_bytes += found.promoted_bytes;
            worker.logged_entries += found.logged_entries;
            worker.freed_objects += found.freed_objects;
            worker.freed_bytes += found.freed_bytes;
            worker.unusual.extend(found.unusual);
        }
    }
}
