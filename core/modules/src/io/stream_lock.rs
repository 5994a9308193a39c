//! The lock of a stream: held for a whole operation, Python code and waiting for devices included.
//!
//! Invariant: the content is touched by the holder only; who waits is detached from the heap, so no pause waits for the holder. A thread
//! that asks for a lock it holds already (from a signal handler, a finalizer, or a raw stream written in Python) is told so instead of waiting for itself.
//! Source: Modules/_io/bufferedio.c (`_enter_buffered_busy`).

use threadsnake_engine::{Context, ExceptionClass, PyResult, Raised, Value};
use threadsnake_heap::arch::{AtomicU32, AtomicU64, Ordering};

use crate::thread::lock::{acquire_word, release_word};

/// The lock, with what it guards.
pub struct StreamLock<T> {
    word: AtomicU32,
    /// The identifier of the holder, 0 for none.
    owner: AtomicU64,
    content: spin::Mutex<T>,
}

/// Holds the lock until dropped.
pub struct StreamGuard<'a, T> {
    lock: &'a StreamLock<T>,
    cx: &'a Context,
    /// Present until the guard is dropped.
    content: Option<spin::MutexGuard<'a, T>>,
}

impl<T> StreamLock<T> {
    /// A free lock around its content.
    pub fn new(content: T) -> Self {
        StreamLock { word: AtomicU32::new(0), owner: AtomicU64::new(0), content: spin::Mutex::new(content) }
    }

    /// Whether the calling thread holds the lock.
    pub fn is_held_here(&self, cx: &Context) -> bool {
        // Relaxed: a thread finds its own identifier only if it stored it, and it takes it out before it lets go.
        self.owner.load(Ordering::Relaxed) == cx.thread_identifier()
    }

    /// Takes the lock, waiting detached.
    ///
    /// # Errors
    /// RuntimeError, naming the stream, if the calling thread holds it; what a signal handler raises meanwhile.
    #[inline]
    pub fn enter<'a>(&'a self, cx: &'a Context, stream: Value) -> PyResult<StreamGuard<'a, T>> {
        if self.is_held_here(cx) {
            return Err(reentered(cx, stream));
        }
        acquire_word(cx, &self.word, None)?;
        // Relaxed: see `is_held_here`.
        self.owner.store(cx.thread_identifier(), Ordering::Relaxed);
        // Free: only the holder of the word takes it.
        Ok(StreamGuard { lock: self, cx, content: Some(self.content.lock()) })
    }
}

#[cold]
fn reentered(cx: &Context, stream: Value) -> Raised {
    match cx.repr(stream) {
        Ok(text) => cx.raise(ExceptionClass::RuntimeError, format_args!("reentrant call inside {text}")),
        Err(raised) => raised,
    }
}

impl<T> core::ops::Deref for StreamGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match &self.content {
            Some(content) => content,
            None => unreachable!("a guard has its content until it is dropped"),
        }
    }
}

impl<T> core::ops::DerefMut for StreamGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        match &mut self.content {
            Some(content) => content,
            None => unreachable!("a guard has its content until it is dropped"),
        }
    }
}

impl<T> Drop for StreamGuard<'_, T> {
    fn drop(&mut self) {
        self.content = None;
        // Relaxed: see `is_held_here`; the release of the word orders it before the next holder's store.
        self.lock.owner.store(0, Ordering::Relaxed);
        release_word(self.cx, &self.lock.word);
    }
}
