//! The thread's context: its part of the heap, its interpreter stack, its pending exception.
//!
//! Invariant: one context per thread and engine, made on that thread and dropped there; it is passed to every function of the
//! engine as `cx` and never looked up. What the collector must see of it lives in [`ThreadRoots`].

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt;
use core::mem::ManuallyDrop;

use threadsnake_heap::arch::{AtomicU32, Ordering};
use threadsnake_heap::{
    AllocationOptions, AttachedMutator, Backoff, Mutator, ObjectLock, ObjectRef, OutOfMemory, Overwriting,
    RootVisitor, Scratch,
};

use crate::engine::{Engine, Root};
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::import::times::ImportNesting;
use crate::interpreter::frame::FrameStack;
use crate::interpreter::shape_cache::{self, ShapeCache, ShapeCacheEntry};
use crate::kind::Kind;
use crate::native::NativeClass;
use crate::recursion::CallCount;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// Objects that a thread holds by number.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(usize)]
#[allow(missing_docs)]
pub enum ThreadRoot {
    /// The exception being raised.
    Pending,
    /// The exception being handled (`sys.exception()`).
    Handled,
    /// The current `contextvars.Context`.
    ContextVariables,
    /// The thread's `threading.local` dictionaries.
    ThreadLocals,
    AsyncGeneratorFirstIterator,
    AsyncGeneratorFinalizer,
    /// Objects whose `repr` is under way.
    ReprStack,
    /// The running asyncio loop.
    RunningLoop,
    /// An exception another thread asks to be raised here.
    AsynchronousException,
    Count,
}

/// Entries of the thread's cache of class attributes: a power of two, so that finding the place costs no division.
pub(crate) const METHOD_CACHE_ENTRIES: usize = 1024;

/// A remembered class attribute: valid while the class has the version.
#[derive(Copy, Clone, Default)]
pub(crate) struct MethodCacheEntry {
    pub(crate) version: u64,
    pub(crate) name: u64,
    /// The attribute; empty if the class has none of this name.
    pub(crate) value: u64,
}

impl MethodCacheEntry {
    const EMPTY: MethodCacheEntry = MethodCacheEntry { version: 0, name: 0, value: 0 };
}

/// What the collector sees of a thread.
pub struct ThreadRoots {
    pub(crate) roots: [Cell<u64>; ThreadRoot::Count as usize],
    pub(crate) frames: FrameStack,
    /// `threading.get_ident()`
    pub(crate) identifier: u64,
}

impl ThreadRoots {
    pub(crate) fn scan(&self, visitor: &mut RootVisitor<'_, '_>) {
        for root in &self.roots {
            visitor.visit(root.get());
        }
        self.frames.scan(visitor);
    }
}

/// A thread's context.
pub struct Context {
    mutator: ManuallyDrop<AttachedMutator>,
    engine: Arc<Engine>,
    roots: ManuallyDrop<Box<ThreadRoots>>,
    pub(crate) method_cache: Box<[Cell<MethodCacheEntry>; METHOD_CACHE_ENTRIES]>,
    pub(crate) shape_cache: Box<ShapeCache>,
    pub(crate) shape_cache_hits: Cell<u32>,
    /// Calls of natives and interpreter runs now on the native stack are bounded by this address.
    native_stack_limit: usize,
    pub(crate) calls: CallCount,
    /// The stack address above which lies what the caller of the innermost dispatch loop holds; 0 while none runs.
    pub(crate) loop_floor: Cell<usize>,
    /// `threading.get_ident()`
    pub(crate) identifier: u64,
    /// Nesting of finalizer runs, so that they do not recurse.
    pub(crate) finalizing: Cell<bool>,
    pub(crate) import_nesting: ImportNesting,
    pub(crate) thread: Arc<crate::thread::ThreadState>,
    /// The numbers that this thread may give out (`next_version`): the next one and the end.
    pub(crate) next_number: Cell<u64>,
    pub(crate) numbers_end: Cell<u64>,
    /// Memory for the next text that is put together, so that short ones need none of their own.
    pub(crate) text_buffer: Cell<Vec<u8>>,
}

/// Bytes of native stack kept free for the deepest native code and for raising the error.
const NATIVE_STACK_RESERVE: usize = 96 * 1024;

/// A growable array of values on its way through a native function; the collector sees it.
pub struct ScratchVector<'a> {
    inner: Scratch<'a>,
}

impl<'a> ScratchVector<'a> {
    /// Adds a value at the end.
    #[inline]
    pub fn push(&mut self, value: Value) {
        if self.inner.push(value.word()).is_err() {
            // There is no memory for a handful of words: nothing can be raised either. As with every allocation of Rust's own,
            // the process ends here rather than go on without the value.
            alloc::alloc::handle_alloc_error(core::alloc::Layout::new::<u64>());
        }
    }

    /// Removes the last value.
    #[inline]
    pub fn pop(&mut self) -> Option<Value> {
        self.inner.pop().and_then(Value::from_word)
    }

    /// Number of values.
    #[inline]
    pub fn len(&self) -> usize {
        self.inner.as_slice().len()
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values.
    #[inline]
    pub fn as_slice(&self) -> &[Value] {
        let words = self.inner.as_slice();
        // SAFETY: `Value` is a transparent non-zero word, and only `push`, `set` and `insert` put words in: those of values.
        unsafe { core::slice::from_raw_parts(words.as_ptr().cast::<Value>(), words.len()) }
    }

    /// The values, to be reordered or overwritten.
    #[inline]
    pub fn as_mut_slice(&mut self) -> &mut [Value] {
        let words = self.inner.as_mut_slice();
        // SAFETY: as for `as_slice`; a `Value` written through it is a non-zero word.
        unsafe { core::slice::from_raw_parts_mut(words.as_mut_ptr().cast::<Value>(), words.len()) }
    }

    /// Shortens to `length` values.
    pub fn truncate(&mut self, length: usize) {
        while self.inner.as_slice().len() > length {
            self.inner.pop();
        }
    }

    /// Makes room for so many more values.
    pub fn reserve(&mut self, more: usize) {
        if self.inner.reserve(more).is_err() {
            alloc::alloc::handle_alloc_error(core::alloc::Layout::new::<u64>());
        }
    }

    /// Adds all of a slice.
    pub fn extend_from_slice(&mut self, values: &[Value]) {
        // SAFETY: `Value` is a transparent word.
        let words = unsafe { core::slice::from_raw_parts(values.as_ptr().cast::<u64>(), values.len()) };
        if self.inner.extend_from_slice(words).is_err() {
            alloc::alloc::handle_alloc_error(core::alloc::Layout::new::<u64>());
        }
    }

    /// Adds those of `count` words that are not empty.
    #[inline]
    pub(crate) fn extend_from_words(&mut self, count: usize, word: impl Fn(usize) -> u64) {
        if self.inner.extend_nonzero(count, word).is_err() {
            alloc::alloc::handle_alloc_error(core::alloc::Layout::new::<u64>());
        }
    }

    /// Puts a value before the one at `index` (at the end if there is none).
    pub fn insert(&mut self, index: usize, value: Value) {
        self.push(value);
        let values = self.as_mut_slice();
        if let Some(tail) = values.get_mut(index..) {
            tail.rotate_right(1);
        }
    }
}

impl Extend<Value> for ScratchVector<'_> {
    fn extend<T: IntoIterator<Item = Value>>(&mut self, values: T) {
        let values = values.into_iter();
        self.reserve(values.size_hint().0);
        for value in values {
            self.push(value);
        }
    }
}

impl Context {
    /// Makes the calling thread's context and attaches it to the engine's heap.
    ///
    /// # Errors
    /// When there is no memory for the interpreter stack.
    pub fn new(engine: Arc<Engine>, thread: Arc<crate::thread::ThreadState>) -> Result<Context, OutOfMemory> {
        let platform = engine.platform();
        let frames = FrameStack::new(platform).ok_or(OutOfMemory)?;
        let roots = [const { Cell::new(0) }; ThreadRoot::Count as usize];
        let roots = Box::new(ThreadRoots { roots, frames, identifier: platform.current_thread().0 });
        let bounds = platform.stack_bounds();
        let client_thread = (&raw const *roots).cast::<()>();
        let mutator = engine.heap().attach(client_thread);
        Ok(Context {
            mutator: ManuallyDrop::new(mutator),
            roots: ManuallyDrop::new(roots),
            method_cache: Box::new([const { Cell::new(MethodCacheEntry::EMPTY) }; METHOD_CACHE_ENTRIES]),
            shape_cache: Box::new([const { Cell::new(ShapeCacheEntry::EMPTY) }; shape_cache::ENTRIES]),
            shape_cache_hits: Cell::new(0),
            native_stack_limit: bounds.low.saturating_add(NATIVE_STACK_RESERVE),
            calls: CallCount::new(engine.recursion_limit.load(Ordering::Relaxed)),
            loop_floor: Cell::new(0),
            identifier: platform.current_thread().0,
            finalizing: Cell::new(false),
            import_nesting: ImportNesting::new(),
            engine,
            thread,
            text_buffer: Cell::new(Vec::new()),
            next_number: Cell::new(0),
            numbers_end: Cell::new(0),
        })
    }

    /// The engine.
    #[inline(always)]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// The thread's part of the heap.
    #[inline(always)]
    pub fn mutator(&self) -> &Mutator {
        &self.mutator
    }

    /// The thread's interpreter stack.
    #[inline(always)]
    pub(crate) fn frames(&self) -> &FrameStack {
        &self.roots.frames
    }

    /// The thread's state that other threads may see.
    pub fn thread(&self) -> &Arc<crate::thread::ThreadState> {
        &self.thread
    }

    // Heap

    /// Allocates an exact instance of a builtin kind: slots empty, raw bytes zero. A safepoint.
    ///
    /// # Errors
    /// MemoryError.
    #[inline(always)]
    pub fn allocate(&self, kind: Kind, slots: usize, raw_bytes: usize) -> PyResult<ObjectRef> {
        let shape = self.shape_word(kind);
        self.allocate_with(kind, shape, slots, raw_bytes, AllocationOptions::NONE)
    }

    /// Allocates an object with a given shape and options. A safepoint.
    ///
    /// # Errors
    /// MemoryError.
    #[inline(always)]
    pub fn allocate_with(
        &self,
        kind: Kind,
        shape: u64,
        slots: usize,
        raw_bytes: usize,
        options: AllocationOptions,
    ) -> PyResult<ObjectRef> {
        match self.mutator.allocate(kind as u8, shape, slots, raw_bytes, options) {
            Ok(object) => Ok(object),
            Err(OutOfMemory) => Err(self.memory_error()),
        }
    }

    /// Sets a slot of an object allocated since the last safepoint.
    #[inline(always)]
    pub fn initialize(&self, object: ObjectRef, slot: usize, value: Value) {
        self.mutator.initialize(object, slot, value.word());
    }

    /// Sets a slot: the write barrier.
    #[inline(always)]
    pub fn store(&self, object: ObjectRef, slot: usize, value: Value) {
        self.mutator.store(object, slot, value.word());
    }

    /// Sets or empties a slot.
    #[inline(always)]
    pub fn store_optional(&self, object: ObjectRef, slot: usize, value: Option<Value>) {
        self.mutator.store(object, slot, Value::word_or_empty(value));
    }

    /// Empties a slot.
    #[inline(always)]
    pub fn clear(&self, object: ObjectRef, slot: usize) {
        self.mutator.store(object, slot, 0);
    }

    /// Replaces a slot's word if it is `old`.
    #[inline]
    pub fn compare_exchange(
        &self,
        object: ObjectRef,
        slot: usize,
        old: Option<Value>,
        new: Option<Value>,
    ) -> bool {
        self.mutator
            .compare_exchange(object, slot, Value::word_or_empty(old), Value::word_or_empty(new))
            .is_ok()
    }

    /// Copies slots from one object to another, which may be shared: with the barrier.
    #[inline]
    pub fn copy_range(&self, from: ObjectRef, from_slot: usize, to: ObjectRef, to_slot: usize, count: usize) {
        self.mutator.copy_range(from, from_slot, to, to_slot, count);
    }

    /// Moves slots within an object; the ranges may overlap.
    pub fn move_range(&self, object: ObjectRef, from: usize, to: usize, count: usize) {
        self.mutator.move_range(object, from, to, count);
    }

    /// Sets a range of slots.
    pub fn store_range(&self, object: ObjectRef, first: usize, values: &[Value]) {
        // SAFETY: `Value` is a transparent non-zero word.
        let words = unsafe { core::slice::from_raw_parts(values.as_ptr().cast::<u64>(), values.len()) };
        self.mutator.store_range(object, first, words);
    }

    /// Stores one word into a range of slots.
    pub(crate) fn fill_range(&self, object: ObjectRef, first: usize, count: usize, word: u64) {
        self.mutator.fill_range(object, first, count, word);
    }

    /// Empties a range of slots.
    pub fn clear_range(&self, object: ObjectRef, first: usize, count: usize) {
        self.mutator.fill_range(object, first, count, 0);
    }

    /// Makes a value and all it reaches safe for other threads.
    #[inline]
    pub fn publish(&self, value: Value) {
        if value.is_object() {
            self.mutator.publish(value.word());
        }
    }

    /// Takes the object's lock if it is shared. No Python code and no allocation while it is held.
    #[inline(always)]
    pub fn lock(&self, object: ObjectRef) -> ObjectLock<'_> {
        self.mutator.lock(object)
    }

    /// Takes two objects' locks, in address order.
    #[inline]
    pub fn lock_two(&self, first: ObjectRef, second: ObjectRef) -> (ObjectLock<'_>, ObjectLock<'_>) {
        self.mutator.lock_two(first, second)
    }

    /// Waits for the right to overwrite references that are under the lock of an object, which is shared, while others do the same
    /// ([`Overwriting`]). No Python code, no allocation and no other lock meanwhile.
    #[inline]
    pub fn overwriting(&self, object: ObjectRef) -> Overwriting<'_> {
        self.mutator.overwriting(object)
    }

    /// A scratch vector.
    #[inline]
    pub fn scratch(&self) -> ScratchVector<'_> {
        ScratchVector { inner: self.mutator.scratch() }
    }

    /// Makes an object shared that was allocated just now and holds nothing yet: cheaper than storing it later.
    #[inline]
    pub fn publish_empty(&self, object: ObjectRef) {
        self.mutator.publish_empty(object);
    }

    /// The waits of a thread that found a lock taken, before it sleeps.
    #[inline]
    pub fn backoff(&self) -> Backoff {
        self.mutator.backoff()
    }

    /// Runs something that may wait, detached: no epoch waits for it. It must not touch Python objects.
    #[inline]
    pub fn blocking<R>(&self, function: impl FnOnce() -> R) -> R {
        self.mutator.blocking(function)
    }

    /// Within [`Context::blocking`]: attaches the thread again while a function runs that uses Python objects. The frames between the two
    /// must hold none.
    #[inline]
    pub fn attached<R>(&self, function: impl FnOnce() -> R) -> R {
        self.mutator.attached(function)
    }

    /// The thread's poll word.
    #[inline(always)]
    pub(crate) fn poll_word(&self) -> &AtomicU32 {
        self.mutator.poll_word()
    }

    /// A safepoint for long native loops.
    ///
    /// # Errors
    /// What a signal handler or a limit raises.
    #[inline(always)]
    pub fn poll(&self) -> PyResult<()> {
        // Relaxed: the poll word's setter waits for the thread to come; a late sight only delays it.
        if self.poll_word().load(Ordering::Relaxed) != 0 { self.poll_slow() } else { Ok(()) }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn poll_slow(&self) -> PyResult<()> {
        crate::safepoint::handle(self)
    }

    // Thread roots

    /// An object the thread holds by number.
    #[inline(always)]
    pub fn thread_root(&self, root: ThreadRoot) -> Option<Value> {
        Value::from_word(self.roots.roots[root as usize].get())
    }

    /// Sets an object the thread holds by number.
    #[inline(always)]
    pub fn set_thread_root(&self, root: ThreadRoot, value: Option<Value>) {
        self.roots.roots[root as usize].set(Value::word_or_empty(value));
    }

    // Exceptions

    /// Makes this exception object the pending one.
    #[inline]
    pub fn raise_value(&self, exception: Value) -> Raised {
        self.set_thread_root(ThreadRoot::Pending, Some(exception));
        Raised::new()
    }

    /// Raises a builtin exception with a text.
    #[cold]
    #[inline(never)]
    pub fn raise(&self, class: ExceptionClass, text: fmt::Arguments<'_>) -> Raised {
        crate::types::exception::raise_text(self, class, text)
    }

    /// Raises a builtin exception with these arguments.
    #[cold]
    pub fn raise_with(&self, class: ExceptionClass, arguments: &[Value]) -> Raised {
        crate::types::exception::raise_arguments(self, class, arguments)
    }

    /// The pending exception, taken: the error is handled now.
    pub fn take_exception(&self, raised: Raised) -> Value {
        let _ = raised;
        let pending = self.thread_root(ThreadRoot::Pending);
        self.set_thread_root(ThreadRoot::Pending, None);
        // A `Raised` exists only while an exception is pending.
        pending.unwrap_or(Value::NONE)
    }

    /// The pending exception, which stays pending.
    pub fn pending_exception(&self, _raised: &Raised) -> Value {
        self.thread_root(ThreadRoot::Pending).unwrap_or(Value::NONE)
    }

    /// MemoryError. Allocates nothing if it must.
    #[cold]
    pub fn memory_error(&self) -> Raised {
        crate::types::exception::raise_memory_error(self)
    }

    /// `expected NAME, got TYPE`.
    #[cold]
    pub fn type_error_expected(&self, expected: &str, got: Value) -> Raised {
        let class_name = self.type_name(got);
        self.raise(ExceptionClass::TypeError, format_args!("expected {expected}, got {class_name}"))
    }

    /// TypeError with this text.
    #[cold]
    pub fn type_error(&self, text: fmt::Arguments<'_>) -> Raised {
        self.raise(ExceptionClass::TypeError, text)
    }

    /// ValueError with this text.
    #[cold]
    pub fn value_error(&self, text: fmt::Arguments<'_>) -> Raised {
        self.raise(ExceptionClass::ValueError, text)
    }

    /// StopIteration without a value.
    #[cold]
    pub fn stop_iteration(&self) -> Raised {
        self.raise_with(ExceptionClass::StopIteration, &[])
    }

    /// AttributeError for deleting an attribute that cannot be deleted.
    #[cold]
    pub fn attribute_not_deletable(&self, name: &str) -> Raised {
        self.raise(ExceptionClass::AttributeError, format_args!("cannot delete attribute '{name}'"))
    }

    // Recursion

    /// Runs native code that may recurse, under both limits.
    ///
    /// # Errors
    /// RecursionError, and what the function raises.
    #[inline]
    pub fn recursive<R>(&self, function: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
        self.check_native_stack()?;
        if !self.enter_call() {
            return Err(self.recursion_error());
        }
        let result = function();
        self.calls.leave(1);
        result
    }

    /// RecursionError when the native stack is close to its end.
    ///
    /// # Errors
    /// RecursionError.
    #[inline(always)]
    pub fn check_native_stack(&self) -> PyResult<()> {
        let here = 0u8;
        if (&raw const here).addr() < self.native_stack_limit { Err(self.recursion_error()) } else { Ok(()) }
    }

    /// `maximum recursion depth exceeded`.
    #[cold]
    pub fn recursion_error(&self) -> Raised {
        self.raise(ExceptionClass::RecursionError, format_args!("maximum recursion depth exceeded"))
    }

    // Constants

    /// `()`
    #[inline(always)]
    pub fn empty_tuple(&self) -> Tuple {
        match self.root(Root::EmptyTuple).and_then(Tuple::from_value) {
            Some(tuple) => tuple,
            None => unreachable!("the empty tuple is made first of all"),
        }
    }

    /// `''`
    #[inline(always)]
    pub fn empty_str(&self) -> Str {
        match self.root(Root::EmptyStr).and_then(Str::from_value) {
            Some(text) => text,
            None => unreachable!("the empty string is made first of all"),
        }
    }

    /// The one string of a code point below 256.
    #[inline(always)]
    pub fn latin1_character(&self, unit: u8) -> Str {
        let word = self.engine.latin1[unit as usize].load(Ordering::Acquire);
        debug_assert!(Value::from_word(word).and_then(Str::from_value).is_some());
        // SAFETY: the strings of one character are made first of all, before anything asks for one, and are never replaced.
        unsafe { Str::from_word_unchecked(word) }
    }

    /// Allocates an instance of a native class for `class`, which is that class or a Python subclass of it.
    ///
    /// # Errors
    /// MemoryError; TypeError if `class` is not a subclass.
    pub fn allocate_instance(&self, native: &'static NativeClass, class: Value) -> PyResult<ObjectRef> {
        crate::types::class::allocate_instance(self, native, class)
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: dropped once, here; the mutator first, so that no pause scans the roots any more.
        unsafe {
            ManuallyDrop::drop(&mut self.mutator);
            ManuallyDrop::drop(&mut self.roots);
        }
    }
}
