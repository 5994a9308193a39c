//! One thread's part of the heap: its blocks, its log, its roots, its poll word.
//!
//! Invariant: everything but the atomics is touched by the owner while it runs, and by a pause while the owner stands still;
//! the handshake orders the two. A `Mutator` never moves: pauses find it by address.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::{Cell, UnsafeCell};
use core::marker::PhantomData;
use core::ops::Deref;
use core::ptr::NonNull;

use crate::allocator::Window;
use crate::arch::{Architecture, StackScan};
use crate::block::{Block, BlockList};
use crate::handshake::Participant;
use crate::heap::{Heap, HeapState, WINDOW_COUNT};
use crate::log::Log;
use crate::overwriters::SlotNumber;
use crate::scratch::{ScratchNode, Spares};
use crate::stress::StressState;
use crate::sync::{AtomicU32, AtomicUsize, Ordering};

/// Bits of the poll word.
pub mod poll {
    /// A pause waits for this thread: call [`super::Mutator::safepoint`].
    pub const PAUSE: u32 = crate::handshake::POLL_PAUSE;
    /// This thread should end the epoch: call [`super::Mutator::safepoint`].
    pub const EPOCH_DUE: u32 = 2;
    /// Objects wait in the finalizer queue: [`super::Mutator::take_finalizable`].
    pub const FINALIZERS: u32 = 4;
    /// Dead weak cells wait: [`super::Mutator::take_dead_weak_cell`].
    pub const WEAK_CALLBACKS: u32 = 8;
    /// The first bit that belongs to the client; all above do too.
    pub const FIRST_CLIENT_BIT: u32 = 1 << 16;
    /// What [`super::Mutator::safepoint`] takes care of.
    pub(crate) const HEAP: u32 = PAUSE | EPOCH_DUE;
}

/// What only the owner touches while it runs.
pub(crate) struct Local {
    pub(crate) log: Log,
    /// Blocks this thread used up in this epoch.
    pub(crate) retired: BlockList,
    /// Blocks this thread used up in earlier epochs, by window.
    pub(crate) available: [BlockList; WINDOW_COUNT],
    pub(crate) young_finalizable: Vec<usize>,
    /// Targets of weak cells that were young then.
    pub(crate) young_weak: Vec<usize>,
    pub(crate) publish_stack: Vec<usize>,
    pub(crate) stress: Option<StressState>,
    /// This thread took memory from the heap in this epoch.
    pub(crate) allocates: bool,
}

/// A thread's use of the heap. Not `Sync`: it belongs to its thread.
#[repr(C)]
pub struct Mutator {
    pub(crate) windows: [Window; WINDOW_COUNT],
    pub(crate) participant: Participant,
    pub(crate) scratch: Cell<*const ScratchNode>,
    pub(crate) scratch_spares: Spares,
    pub(crate) heap: Arc<Heap>,
    pub(crate) client_thread: *const (),
    pub(crate) stack_high: usize,
    /// The lowest stack address that counts, while the thread stands still or blocks.
    pub(crate) stack_low: AtomicUsize,
    pub(crate) blocking_depth: Cell<u32>,
    /// Where this thread announces what it overwrites, if it has such a place.
    pub(crate) overwriter: Option<SlotNumber>,
    /// Overwrites under the lock since this thread last opened an object.
    pub(crate) locked_overwrites: Cell<u32>,
    /// Object locks held; counted in debug and stress builds alone.
    pub(crate) locks_held: Cell<u32>,
    pub(crate) local: UnsafeCell<Local>,
    not_sync: PhantomData<*const ()>,
}

/// The owner's handle; detaches when dropped.
pub struct AttachedMutator(NonNull<Mutator>);

impl Deref for AttachedMutator {
    type Target = Mutator;
    #[inline(always)]
    fn deref(&self) -> &Mutator {
        // SAFETY: the mutator lives until the handle is dropped.
        unsafe { self.0.as_ref() }
    }
}

impl Heap {
    /// Makes the calling thread one that uses this heap. `client_thread` comes back in
    /// [`Client::scan_thread`](crate::Client::scan_thread) and must stay valid for that until the handle is dropped.
    ///
    /// The second thread to attach makes everything that exists shared ([`Heap::become_multithreaded`]).
    pub fn attach(self: &Arc<Self>, client_thread: *const ()) -> AttachedMutator {
        let stack_high = if self.configuration.scan_stacks { self.platform.stack_bounds().high } else { 0 };
        let mutator = Box::new(Mutator {
            windows: core::array::from_fn(|_| Window::new()),
            participant: Participant::new_running(),
            scratch: Cell::new(core::ptr::null()),
            scratch_spares: Spares::new(),
            heap: self.clone(),
            client_thread,
            stack_high,
            stack_low: AtomicUsize::new(stack_high),
            blocking_depth: Cell::new(0),
            overwriter: self.overwriters.claim(),
            locked_overwrites: Cell::new(0),
            locks_held: Cell::new(0),
            local: UnsafeCell::new(Local {
                log: Log::new(),
                retired: BlockList::new(),
                available: BlockList::new_array(),
                young_finalizable: Vec::new(),
                young_weak: Vec::new(),
                publish_stack: Vec::new(),
                stress: None,
                allocates: false,
            }),
            not_sync: PhantomData,
        });
        let mutator = Box::into_raw(mutator);
        let alone;
        {
            // A pause holds this lock from beginning to end, so a thread is in it or not, never half.
            let mut registry = self.registry.lock();
            registry.push(mutator);
            alone = registry.len() == 1;
            // SAFETY: just made, and this thread owns it.
            let local = unsafe { &mut *(*mutator).local.get() };
            local.stress = StressState::new(&self.configuration, registry.len() as u64);
            self.crowded.store(registry.len() > self.processors, Ordering::Relaxed);
        }
        // SAFETY: made by `Box::into_raw`, so not null.
        let handle = AttachedMutator(unsafe { NonNull::new_unchecked(mutator) });
        if !alone && !self.is_multithreaded() {
            // Not only the second: a third may get here before the second has done it.
            handle.become_multithreaded();
        }
        handle
    }
}

impl Drop for AttachedMutator {
    fn drop(&mut self) {
        let pointer = self.0.as_ptr();
        let mutator: &Mutator = self;
        let heap = mutator.heap.clone();
        // From here on no pause waits for this thread; one that is under way holds the registry's lock until it is over.
        mutator.stack_low.store(mutator.stack_high, Ordering::Relaxed);
        heap.handshake.enter_blocking(&mutator.participant, heap.platform);
        let mut registry = heap.registry.lock();
        registry.retain(|other| !core::ptr::eq(*other, pointer));
        heap.crowded.store(registry.len() > heap.processors, Ordering::Relaxed);
        mutator.hand_over(&heap);
        drop(registry);
        if let Some(number) = mutator.overwriter {
            heap.overwriters.release(number);
        }
        // SAFETY: made by `Box::into_raw` in `attach`; the registry has forgotten it and the handle is going.
        drop(unsafe { Box::from_raw(pointer) });
    }
}

/// Bytes of stack that a pause's work uses, generously; the checker's is more.
const PAUSE_FRAMES_BYTES: usize = if cfg!(any(stress, debug_assertions)) { 32 << 10 } else { 8 << 10 };

/// Overwrites the stack below the caller. Who has worked in a pause has handled the addresses of other threads' objects there; in the padding of later
/// frames they would count as this thread's references.
#[inline(never)]
pub(crate) fn overwrite_dead_frames() {
    core::hint::black_box(&mut [0_u8; PAUSE_FRAMES_BYTES]);
}

impl Mutator {
    /// The heap this thread uses.
    #[inline(always)]
    pub fn heap(&self) -> &Arc<Heap> {
        &self.heap
    }

    /// The word the thread looks at, relaxed, at its safepoints: not 0 means that something wants attention. Bits are in
    /// [`poll`]; those from [`poll::FIRST_CLIENT_BIT`] up are the client's. Any thread or signal handler may set bits.
    #[inline(always)]
    pub fn poll_word(&self) -> &AtomicU32 {
        &self.participant.poll
    }

    /// # Safety
    /// The caller is the owner and holds no other reference to it, or the owner stands still.
    #[inline(always)]
    #[allow(clippy::mut_from_ref, reason = "the cell is the owner's")]
    pub(crate) unsafe fn local(&self) -> &mut Local {
        // SAFETY: passed on.
        unsafe { &mut *self.local.get() }
    }

    /// Takes part in a pause if one is wanted, and ends the epoch if this thread should. A safepoint: what this thread does
    /// not hold on its stack, in a scratch vector or in a reachable object may be gone afterwards.
    #[inline]
    pub fn safepoint(&self) {
        self.assert_no_lock();
        if self.participant.poll.load(Ordering::Relaxed) & poll::HEAP != 0 {
            self.safepoint_slow();
        }
    }

    #[cold]
    #[inline(never)]
    fn safepoint_slow(&self) {
        if self.participant.pause_wanted() {
            self.stop_for_pause();
        }
        if self.participant.poll.load(Ordering::Relaxed) & poll::EPOCH_DUE != 0 {
            self.run_epoch();
        }
    }

    /// Spills the registers and stands still until the pause is over.
    pub(crate) fn stop_for_pause(&self) {
        Architecture::with_spilled_registers(|low| {
            self.stack_low.store(low, Ordering::Relaxed);
            let heap = &*self.heap;
            heap.handshake.stop(&self.participant, heap.platform, heap.spins(), || heap.gang.help(heap));
            overwrite_dead_frames();
        });
    }

    /// Runs `function`, which may block for any time but must not touch the heap, while pauses go on without this thread.
    /// References on this thread's stack stay alive. A safepoint.
    pub fn blocking<R>(&self, function: impl FnOnce() -> R) -> R {
        struct Return<'a>(&'a Mutator);
        impl Drop for Return<'_> {
            fn drop(&mut self) {
                let mutator = self.0;
                mutator.blocking_depth.set(mutator.blocking_depth.get() - 1);
                if mutator.blocking_depth.get() == 0 {
                    mutator.heap.handshake.leave_blocking(&mutator.participant, mutator.heap.platform);
                }
            }
        }
        if self.blocking_depth.get() > 0 {
            return function();
        }
        self.safepoint();
        let result = Architecture::with_spilled_registers(|low| {
            self.stack_low.store(low, Ordering::Relaxed);
            self.blocking_depth.set(1);
            self.heap.handshake.enter_blocking(&self.participant, self.heap.platform);
            let _return = Return(self);
            function()
        });
        self.safepoint();
        result
    }

    /// Within a function that runs under [`Mutator::blocking`]: lets `function` use the heap after all. The frames between the two
    /// must hold no reference to an object; when `function` is over, the thread is detached as before.
    pub fn attached<R>(&self, function: impl FnOnce() -> R) -> R {
        struct Return<'a> {
            mutator: &'a Mutator,
            low: usize,
        }
        impl Drop for Return<'_> {
            fn drop(&mut self) {
                let mutator = self.mutator;
                mutator.safepoint();
                // The bound of the outer call again: all frames below it that held references are gone.
                mutator.stack_low.store(self.low, Ordering::Relaxed);
                mutator.blocking_depth.set(1);
                mutator.heap.handshake.enter_blocking(&mutator.participant, mutator.heap.platform);
            }
        }
        if self.blocking_depth.get() == 0 {
            return function();
        }
        let low = self.stack_low.load(Ordering::Relaxed);
        self.blocking_depth.set(0);
        self.heap.handshake.leave_blocking(&self.participant, self.heap.platform);
        let _return = Return { mutator: self, low };
        self.safepoint();
        function()
    }

    /// Tells the heap that native memory of so many bytes came (or went, if negative) with heap objects: it counts towards
    /// the epoch's share.
    pub fn add_external_bytes(&self, bytes: isize) {
        let usage = &self.heap.usage;
        if bytes >= 0 {
            usage.external_bytes.fetch_add(bytes as usize, Ordering::Relaxed);
            let before = usage.allocated_since_pause.fetch_add(bytes as usize, Ordering::Relaxed);
            if before + bytes as usize >= self.heap.epoch_limit.load(Ordering::Relaxed) {
                self.participant.poll.fetch_or(poll::EPOCH_DUE, Ordering::Relaxed);
            }
        } else {
            usage.external_bytes.fetch_sub(bytes.unsigned_abs(), Ordering::Relaxed);
        }
    }

    /// Tells the heap that a native object came with so many bytes of memory outside of it: the epoch ends the sooner, so that
    /// what such objects leave behind does not pile up. Nothing is said when the bytes go.
    pub fn charge_external_bytes(&self, bytes: usize) {
        // Relaxed: a figure; whoever passes the limit asks for the pause.
        let before = self.heap.usage.allocated_since_pause.fetch_add(bytes, Ordering::Relaxed);
        if before + bytes >= self.heap.epoch_limit.load(Ordering::Relaxed) {
            self.participant.poll.fetch_or(poll::EPOCH_DUE, Ordering::Relaxed);
        }
    }

    /// Leaves everything to the heap: log, blocks, lists (rule 9). Under the registry's lock.
    fn hand_over(&self, heap: &HeapState) {
        // SAFETY: called by the owner, whose last act this is.
        let local = unsafe { self.local() };
        let mut orphans = heap.orphans.lock();
        let mut segments = local.log.take();
        if !crate::fault::on(crate::fault::Fault::ExitDropsLog) {
            while let Some(segment) = segments.pop() {
                orphans.segments.push(segment);
            }
        }
        for window in &self.windows {
            window.write_cursor_back();
            // SAFETY: the owner's window.
            if let Some(block) = unsafe { window.release() } {
                local.retired.push(block);
            }
        }
        orphans.retired.append(&mut local.retired);
        orphans.young_finalizable.append(&mut local.young_finalizable);
        orphans.young_weak.append(&mut local.young_weak);
        drop(orphans);
        for (index, list) in local.available.iter_mut().enumerate() {
            if list.length > 0 {
                heap.listed[index].lock().append(list);
            }
        }
    }

    pub(crate) fn window_block(&self, index: usize) -> Option<&Block> {
        // SAFETY: headers live as long as the heap.
        unsafe { self.windows[index].block.get().as_ref() }
    }
}
