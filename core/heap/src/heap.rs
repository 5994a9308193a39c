//! The heap: everything that belongs to no single thread.
//!
//! Invariant: state lives here and in [`Mutator`], nowhere else; several heaps live in one process. The order in which locks
//! are taken: registry, ledger, then pool or a list, never the other way.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Deref;
use core::ptr::NonNull;

use threadsnake_hal::Platform;

use crate::block::{Block, BlockList, Chunk, start_mask, state};
use crate::chunk_map::ChunkMap;
use crate::client::{Client, HeapConfiguration, OutOfMemory};
use crate::committer::{Committer, Ledger};
use crate::finalizer::FinalizerQueue;
use crate::gang::Gang;
use crate::geometry::{BLOCK_BITMAP_WORDS, BLOCK_BYTES, CHUNK_BLOCKS, FIRST_BLOCK};
use crate::handshake::Handshake;
use crate::inventory::Inventory;
use crate::lock::ParkingLot;
use crate::log::Segments;
use crate::mutator::Mutator;
use crate::mutex::Mutex;
use crate::object::ObjectRef;
use crate::overwriters::Overwriters;
use crate::pool::{LargeList, Pool, Usage};
use crate::size_class::CLASS_COUNT;
use crate::statistics::{Counters, Statistics};
use crate::sync::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use crate::weak::WeakTable;

/// Classes of plain cells, then the same for cells with native memory.
pub(crate) const WINDOW_COUNT: usize = 2 * CLASS_COUNT;

/// What exiting threads leave behind until the next pause.
pub(crate) struct Orphans {
    pub(crate) segments: Segments,
    pub(crate) retired: BlockList,
    pub(crate) young_finalizable: Vec<usize>,
    pub(crate) young_weak: Vec<usize>,
}

/// A heap. Threads attach to it to use it.
///
/// A pointer, so that the end of the heap can wait for the committer's thread while nobody has exclusive use of the state yet.
pub struct Heap(NonNull<HeapState>);

impl Deref for Heap {
    type Target = HeapState;
    #[inline(always)]
    fn deref(&self) -> &HeapState {
        // SAFETY: the state lives until this is dropped.
        unsafe { self.0.as_ref() }
    }
}

// SAFETY: a handle of a state that threads may share (below).
unsafe impl Send for Heap {}
// SAFETY: as above.
unsafe impl Sync for Heap {}

impl Drop for Heap {
    fn drop(&mut self) {
        self.stop_committer();
        // SAFETY: made by `Box::leak` in `new`; the committer is gone and this was the last handle.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// What a heap consists of; reached through [`Heap`].
pub struct HeapState {
    pub(crate) platform: &'static dyn Platform,
    pub(crate) client: *const dyn Client,
    pub(crate) configuration: HeapConfiguration,
    pub(crate) map: ChunkMap,
    pub(crate) pool: Mutex<Pool>,
    /// Under the pool's lock, or with the world stopped and the ledger held.
    pub(crate) large: LargeList,
    pub(crate) young_large: Mutex<BlockList>,
    pub(crate) listed: Box<[Mutex<BlockList>]>,
    pub(crate) start_masks: Box<[[u64; BLOCK_BITMAP_WORDS]]>,
    pub(crate) usage: Usage,
    /// Bytes all threads together may allocate before an epoch ends.
    pub(crate) epoch_limit: AtomicUsize,
    pub(crate) share_bytes: AtomicUsize,
    /// The current epoch; changes only in a pause. Starts at 1, so that 0 is older than any.
    pub(crate) epoch: AtomicU64,
    pub(crate) registry: Mutex<Vec<*const Mutator>>,
    pub(crate) handshake: Handshake,
    pub(crate) ledger: Mutex<Ledger>,
    pub(crate) committer: Committer,
    pub(crate) orphans: Mutex<Orphans>,
    pub(crate) weak: WeakTable,
    pub(crate) finalizers: FinalizerQueue,
    pub(crate) multithreaded: AtomicBool,
    /// More threads than processors.
    pub(crate) crowded: AtomicBool,
    /// The next pause traces.
    pub(crate) trace_wanted: AtomicBool,
    /// Whether growth alone may make a pause trace.
    pub(crate) automatic_trace: AtomicBool,
    /// Backup traces so far.
    pub(crate) traces: AtomicU64,
    /// The epoch in which the last backup trace ended, or the first.
    pub(crate) traced_epoch: AtomicU64,
    /// Bytes of mature objects above which a trace is wanted.
    pub(crate) trace_threshold: AtomicUsize,
    pub(crate) counters: Counters,
    pub(crate) parking: ParkingLot,
    pub(crate) overwriters: Overwriters,
    pub(crate) gang: Gang,
    /// Asked for once: the platform may have to read files to know.
    pub(crate) processors: usize,
    /// Where the checker takes its notes.
    pub(crate) inventory: Mutex<Inventory>,
    /// The first problem a checker found, until somebody takes it.
    pub(crate) check_failure: Mutex<Option<String>>,
}

// SAFETY: all that threads share is atomic or behind a mutex; the raw pointers name the client, which is Sync, and mutators,
// which the registry's lock protects.
unsafe impl Send for HeapState {}
// SAFETY: as above.
unsafe impl Sync for HeapState {}

impl Heap {
    /// Makes a heap.
    ///
    /// # Safety
    /// `client` outlives the heap, and the platform keeps its promises.
    pub unsafe fn new(
        platform: &'static dyn Platform,
        client: *const dyn Client,
        configuration: HeapConfiguration,
    ) -> Result<Arc<Heap>, OutOfMemory> {
        let cells_at_most =
            if configuration.stress_seed.is_some() { configuration.stress.cells_per_block } else { u32::MAX };
        let share = configuration.share_bytes.max(BLOCK_BYTES);
        // Asked once: hosts read files for it.
        let processors = platform.processor_count();
        let state = HeapState {
            platform,
            client,
            map: ChunkMap::new().ok_or(OutOfMemory)?,
            pool: Mutex::new(
                platform,
                Pool::new(platform, configuration.maximum_bytes.unwrap_or(usize::MAX)),
            ),
            large: LargeList::new(),
            young_large: Mutex::new(platform, BlockList::new()),
            listed: (0..WINDOW_COUNT).map(|_| Mutex::new(platform, BlockList::new())).collect(),
            start_masks: (0..CLASS_COUNT).map(|class| start_mask(class, cells_at_most)).collect(),
            usage: Usage::new(),
            epoch_limit: AtomicUsize::new(share.max(configuration.first_share_bytes)),
            share_bytes: AtomicUsize::new(share),
            epoch: AtomicU64::new(1),
            registry: Mutex::new(platform, Vec::new()),
            handshake: Handshake::new(),
            ledger: Mutex::new(platform, Ledger::new()),
            committer: Committer::new(),
            orphans: Mutex::new(
                platform,
                Orphans {
                    segments: Segments::new(),
                    retired: BlockList::new(),
                    young_finalizable: Vec::new(),
                    young_weak: Vec::new(),
                },
            ),
            weak: WeakTable::new(platform),
            finalizers: FinalizerQueue::new(platform),
            multithreaded: AtomicBool::new(false),
            crowded: AtomicBool::new(false),
            trace_wanted: AtomicBool::new(false),
            automatic_trace: AtomicBool::new(true),
            traces: AtomicU64::new(0),
            traced_epoch: AtomicU64::new(1),
            trace_threshold: AtomicUsize::new(configuration.trace_floor_bytes),
            counters: Counters::new(platform, configuration.statistics),
            parking: ParkingLot::new(),
            overwriters: Overwriters::new(),
            gang: Gang::new(processors),
            processors,
            inventory: Mutex::new(platform, Inventory::new()),
            check_failure: Mutex::new(platform, None),
            configuration,
        };
        let heap = Arc::new(Heap(NonNull::from(Box::leak(Box::new(state)))));
        if heap.configuration.committer {
            heap.start_committer()?;
        }
        Ok(heap)
    }
}

impl HeapState {
    /// The current epoch.
    pub fn epoch(&self) -> u64 {
        // Relaxed: read between pauses, which order it.
        self.epoch.load(Ordering::Relaxed)
    }

    pub(crate) fn client(&self) -> &dyn Client {
        // SAFETY: the client outlives the heap (`new`).
        unsafe { &*self.client }
    }

    /// Bytes of blocks and spans in use, and of native memory the client has told of.
    pub fn bytes_in_use(&self) -> usize {
        self.pool.lock().bytes_in_use + self.usage.external_bytes.load(Ordering::Relaxed)
    }

    /// Whether growth alone may start a backup trace. Without it cycles are found when somebody asks
    /// ([`Mutator::collect`](crate::Mutator::collect)) or the memory limit is reached; counting goes on as ever.
    pub fn set_automatic_trace(&self, enabled: bool) {
        // Relaxed: the next pause sees it or the one after.
        self.automatic_trace.store(enabled, Ordering::Relaxed);
        if !enabled {
            self.trace_wanted.store(false, Ordering::Relaxed);
        }
    }

    /// Backup traces so far, asked for or not.
    pub fn traces(&self) -> u64 {
        self.traces.load(Ordering::Relaxed)
    }

    /// Epochs that ended since the last backup trace.
    pub fn epochs_since_trace(&self) -> u64 {
        self.epoch().saturating_sub(self.traced_epoch.load(Ordering::Relaxed))
    }

    /// Changes the limit; it takes effect at the next block.
    pub fn set_maximum_bytes(&self, bytes: Option<usize>) {
        self.pool.lock().set_maximum_bytes(bytes.unwrap_or(usize::MAX));
    }

    /// Figures since the heap was made.
    pub fn statistics(&self) -> Statistics {
        let (in_use, peak) = {
            let pool = self.pool.lock();
            (pool.bytes_in_use, pool.bytes_peak)
        };
        self.counters.statistics(self.epoch(), in_use, peak)
    }

    /// The cell a word points into, whatever the word is: the block's header and the start of the cell. Says nothing about
    /// whether the cell is alive.
    pub(crate) fn resolve<'a>(&self, word: usize) -> Option<(&'a Block, usize)> {
        let chunk: &Chunk = self.map.find(word)?;
        if chunk.spans.load(Ordering::Relaxed) {
            let block = chunk.block(FIRST_BLOCK);
            if block.state.load(Ordering::Acquire) != state::LARGE {
                return None;
            }
            let start = block.start();
            let offset = word.checked_sub(start)?;
            return (offset < block.span_bytes.load(Ordering::Relaxed)).then_some((block, start));
        }
        let offset = word - chunk.address();
        let index = offset / BLOCK_BYTES;
        if !(FIRST_BLOCK..CHUNK_BLOCKS).contains(&index) {
            return None;
        }
        let block = chunk.block(index);
        match block.state.load(Ordering::Acquire) {
            state::FREE => None,
            state::LARGE => Some((block, block.start())),
            state::LARGE_TAIL => {
                let back = block.span_blocks.load(Ordering::Relaxed) as usize;
                let head = chunk.block(index.checked_sub(back).filter(|head| *head >= FIRST_BLOCK)?);
                Some((head, head.start()))
            }
            _ => {
                let cell = block.cell_at(word)?;
                if crate::fault::on(crate::fault::Fault::InteriorIgnored) && cell != word {
                    return None;
                }
                Some((block, cell))
            }
        }
    }

    /// Runs `visit` for each block of cells that is in use. The pool is locked meanwhile.
    pub(crate) fn for_each_block(&self, mut visit: impl FnMut(&Block)) {
        let pool = self.pool.lock();
        for chunk in pool.chunks() {
            for index in FIRST_BLOCK..CHUNK_BLOCKS {
                let block = chunk.block(index);
                if matches!(
                    block.state.load(Ordering::Acquire),
                    state::OWNED | state::RETIRED | state::LISTED | state::FULL
                ) {
                    visit(block);
                }
            }
        }
    }

    /// How often a thread looks before it sleeps.
    pub(crate) fn spins(&self) -> u32 {
        if self.crowded.load(Ordering::Relaxed) {
            crate::handshake::SPINS_CROWDED
        } else {
            crate::handshake::SPINS
        }
    }

    pub(crate) fn is_multithreaded(&self) -> bool {
        // Relaxed: set in a pause, before the second thread runs.
        self.multithreaded.load(Ordering::Relaxed)
    }
}

impl Drop for HeapState {
    fn drop(&mut self) {
        // Native memory of whatever is left: nobody can reach it any more.
        let mut natives = Vec::new();
        self.for_each_block(|block| {
            if block.native.load(Ordering::Relaxed) {
                natives.push(core::ptr::from_ref(block));
            }
        });
        for block in natives {
            // SAFETY: a header of a mapped chunk.
            let block = unsafe { &*block };
            for cell in block.cells() {
                self.destruct(cell);
            }
        }
        let large: Vec<&Block> = self.large.iterate().collect();
        for block in large {
            self.destruct(block.start());
            self.release_span(block);
        }
        // SAFETY: the last reference to the heap is gone, so no mutator is attached and nobody holds an object.
        unsafe { self.pool.lock().unmap_all() };
    }
}

impl HeapState {
    /// Runs the destructor of a dead cell, if it owns native memory that was not destructed before.
    pub(crate) fn destruct(&self, cell: usize) {
        // SAFETY: a cell of a native block holds an object, alive or dead, or zeros; a span holds an object.
        let object = unsafe { ObjectRef::from_address(cell) };
        if object.flags() & crate::object::flag::NATIVE != 0 {
            object.flags.store(0, Ordering::Relaxed);
            // SAFETY: the cell is dead and the flag, now cleared, says that this has not happened yet.
            unsafe { self.client().drop_native(object) };
        }
    }
}
